#!/bin/sh
# run.sh SOHOA [ARCHIVE] [QUERY]: drives the desk in Chromium. Without ARCHIVE the sample scans are loaded into a
# new one first. Says in one line what is missing, and ends well, where there is no Chromium.
set -eu
sohoa=$1 archive=${2:-} query=${3:-phan van ta}
here=$(dirname "$0")

missing=""
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
  command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium"
command -v chromedriver >/dev/null 2>&1 || missing="$missing chromium-driver"
command -v python3 >/dev/null 2>&1 || missing="$missing python3"
[ -z "$missing" ] || {
  echo "browser test skipped; missing:$missing (apt-get install$missing)"
  exit 0
}

work=$(mktemp -d)
server=""
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || :; rm -rf "$work"' EXIT INT TERM
[ -n "$archive" ] || {
  archive=$work/archive code=0
  "$sohoa" ingest samples --archive "$archive" --no-progress || code=$?
  # 20: finished, some files were set aside; the samples hold one broken file on purpose.
  [ "$code" = 0 ] || [ "$code" = 20 ] || exit "$code"
}
# The desk writes its trail: into a copy, never into an archive that somebody works with.
cp -r "$archive" "$work/copy"
archive=$work/copy
# serve ARCHIVE: starts the desk, its address in $url.
serve() {
  : >"$work/log"
  "$sohoa" serve --archive "$1" --listen 127.0.0.1:0 2>"$work/log" &
  server=$!
  url=""
  for _ in $(seq 100); do
    url=$(sed -n 's/.*\(http:\/\/[0-9.:]*\).*/\1/p' "$work/log" | head -n 1)
    [ -z "$url" ] || return 0
    sleep 0.2
  done
  echo "the desk did not start:" >&2
  cat "$work/log" >&2
  exit 1
}
serve "$archive"
python3 "$here/desk.py" "$url" "$query"
python3 "$here/loading.py" "$url" "samples/TLKT Duong Thuy Thuy.pdf" ${SHOTS:+--shots "$SHOTS"}
python3 "$here/papers.py" "$url" ${SHOTS:+--shots "$SHOTS"}
# AXE_TABLE: a file that gets what axe-core found, a line a page and size.
osd=$(sh "$here/fetch.sh" openseadragon) || osd=""
mirador=$(sh "$here/fetch.sh" mirador) || mirador=""
[ -z "$osd" ] || [ -z "$mirador" ] || python3 "$here/viewers.py" "$url" "$osd" "$mirador" ${SHOTS:+--shots "$SHOTS"}
axe=$(sh "$here/fetch.sh" axe-core) || axe=""
[ -z "$axe" ] || python3 "$here/axe.py" "$url" "$axe" "$query" ${AXE_TABLE:+--table "$AXE_TABLE"}

# Accounts and decisions go into a copy. The password is nobody's.
kill "$server"
wait "$server" 2>/dev/null || :
password='Bay con trau + 3 Nghe'
cp -r "$archive" "$work/checked"
for who in an:operator binh:operator cuc:verifier lan:clerk,archivist duc:approver ha:administrator ky:auditor; do
  printf '%s\n' "$password" | "$sohoa" account add "${who%%:*}" --archive "$work/checked" \
    --full-name "${who%%:*}" --roles "${who##*:}" 2>/dev/null
done
serve "$work/checked"
python3 "$here/checking.py" "$url" "$password" ${SHOTS:+--shots "$SHOTS"}
[ -z "$axe" ] || python3 "$here/axe.py" "$url" "$axe" "$query" --password "$password" ${AXE_TABLE:+--table "$AXE_TABLE"}
