#!/bin/sh
# run.sh SOHOA [ARCHIVE] [QUERY]: drives the desk in Chromium. Without ARCHIVE the sample scans are loaded into a
# new one first. Says in one line what is missing, and ends well, where there is no Chromium.
set -eu
sohoa=$1 archive=${2:-} query=${3:-phan van ta}
here=$(dirname "$0")
. "$here/../desk.sh"

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
  archive=$work/archive
  load_samples "$sohoa" "$archive"
}
# The desk writes its trail: into a copy, never into an archive that somebody works with.
cp -r "$archive" "$work/copy"
archive=$work/copy
serve "$sohoa" "$archive" "$work/log"
python3 "$here/desk.py" "$url" "$query"
python3 "$here/loading.py" "$url" "samples/TLKT Duong Thuy Thuy.pdf" ${SHOTS:+--shots "$SHOTS"}
python3 "$here/papers.py" "$url" ${SHOTS:+--shots "$SHOTS"}
osd=$(sh "$here/fetch.sh" openseadragon) || osd=""
mirador=$(sh "$here/fetch.sh" mirador) || mirador=""
[ -z "$osd" ] || [ -z "$mirador" ] || python3 "$here/viewers.py" "$url" "$osd" "$mirador" ${SHOTS:+--shots "$SHOTS"}
# AXE_TABLE: a file that gets what axe-core found, a line a page and size.
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
serve "$sohoa" "$work/checked" "$work/log"
python3 "$here/checking.py" "$url" "$password" ${SHOTS:+--shots "$SHOTS"}
[ -z "$axe" ] || python3 "$here/axe.py" "$url" "$axe" "$query" --password "$password" ${AXE_TABLE:+--table "$AXE_TABLE"}
