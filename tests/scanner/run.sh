#!/bin/sh
# run.sh SOHOA [ARCHIVE]: lets the web scanner wapiti loose on a desk with the samples (or with a copy of ARCHIVE), three times at once: without log-in, as
# a clerk, as the administrator, each on an archive of its own. Fails above "low". The scanner comes from PyPI into target/, by version; it is
# used by this test alone. MINUTES (8) is the time each may take; what it found stays in target/scan.
set -eu
sohoa=$1
here=$(dirname "$0")
python=target/scanner/bin/python
[ -x "$python" ] && "$python" -c 'import wapitiCore' 2>/dev/null || {
  python3 -m venv target/scanner && "$python" -m pip install --quiet wapiti3==3.2.3 || {
    echo "missing: wapiti could not be fetched; check the line to PyPI (and apt-get install python3-venv)" >&2
    exit 3
  }
}
work=$(mktemp -d)
servers=""
trap '[ -z "$servers" ] || kill $servers 2>/dev/null || :; rm -rf "$work"' EXIT INT TERM
if [ -n "${2:-}" ]; then cp -r "$2" "$work/archive"; else
  "$sohoa" ingest samples --archive "$work/archive" --no-progress >/dev/null
fi
password='Bảy con trâu + 3 Nghé'
for role in clerk administrator; do
  echo "$password" | "$sohoa" account add "$role" --archive "$work/archive" --full-name "Người Thử" --roles "$role" 2>/dev/null
done
mkdir -p target/scan
scans=""
for role in nobody clerk administrator; do
  cp -r "$work/archive" "$work/$role"
  "$sohoa" serve --archive "$work/$role" --listen 127.0.0.1:0 2>"$work/$role.log" &
  servers="$servers $!"
  url=""
  for _ in $(seq 150); do
    url=$(sed -n 's/.*\(http:\/\/[0-9.:]*\).*/\1/p' "$work/$role.log" | head -n 1)
    [ -z "$url" ] || break
    sleep 0.2
  done
  [ -n "$url" ] || { cat "$work/$role.log" >&2; exit 1; }
  "$python" "$here/scan.py" "$url" "$role" "$password" "${MINUTES:-8}" target/scan &
  scans="$scans $!"
done
failed=0
for scan in $scans; do wait "$scan" || failed=1; done
cat target/scan/*.txt
exit $failed
