#!/bin/sh
# run.sh SOHOA [ARCHIVE]: lets the web scanner wapiti loose on a desk with the samples (or with a copy of ARCHIVE), three times at once: without log-in, as
# a clerk, as the administrator, each on an archive of its own. Fails above "low". The scanner comes from PyPI into target/, by version; it is
# used by this test alone. MINUTES (8) is the time each may take; what it found stays in target/scan.
set -eu
sohoa=$1
here=$(dirname "$0")
. "$here/../desk.sh"
python_with scanner wapitiCore wapiti3==3.2.3
work=$(mktemp -d)
servers=""
trap '[ -z "$servers" ] || kill $servers 2>/dev/null || :; rm -rf "$work"' EXIT INT TERM
if [ -n "${2:-}" ]; then cp -r "$2" "$work/archive"; else
  load_samples "$sohoa" "$work/archive" >/dev/null
fi
password='Bảy con trâu + 3 Nghé'
for role in clerk administrator; do
  echo "$password" | "$sohoa" account add "$role" --archive "$work/archive" --full-name "Người Thử" --roles "$role" 2>/dev/null
done
mkdir -p target/scan
scans=""
for role in nobody clerk administrator; do
  cp -r "$work/archive" "$work/$role"
  serve "$sohoa" "$work/$role" "$work/$role.log"
  servers="$servers $server"
  "$python" "$here/scan.py" "$url" "$role" "$password" "${MINUTES:-8}" target/scan &
  scans="$scans $!"
done
failed=0
for scan in $scans; do wait "$scan" || failed=1; done
cat target/scan/*.txt
exit $failed
