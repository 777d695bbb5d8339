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
"$sohoa" serve --archive "$archive" --listen 127.0.0.1:0 2>"$work/log" &
server=$!
url=""
for _ in $(seq 100); do
  url=$(sed -n 's/.*\(http:\/\/[0-9.:]*\).*/\1/p' "$work/log" | head -n 1)
  [ -z "$url" ] || break
  sleep 0.2
done
[ -n "$url" ] || {
  echo "the desk did not start:" >&2
  cat "$work/log" >&2
  exit 1
}
python3 "$here/desk.py" "$url" "$query"
