#!/bin/sh
# run.sh SOHOA FOLDER [RECORDS] [SECONDS]: fifty clerks at once on loopback, at a desk with so many made-up records (1,000,000); then the same
# while an ingest runs. Keeps the archive in FOLDER (some 6 GB for a million), and uses one that lies there already. Measures, and judges nothing.
set -eu
sohoa=$1 folder=$2 records=${3:-1000000} seconds=${4:-120}
here=$(dirname "$0")
. "$here/../desk.sh"
archive=$folder/archive
password='Bay con trau + 3 Nghe'

[ -f "$folder/ready" ] || {
  mkdir -p "$folder"
  load_samples "$sohoa" "$archive"
  SOHOA_DESK_ARCHIVE=$archive SOHOA_BENCH_RECORDS=$records cargo bench --locked --bench desk
  "$sohoa" reindex --archive "$archive"
  for number in $(seq -w 0 49); do
    printf '%s\n' "$password" | "$sohoa" account add "clerk$number" --archive "$archive" --full-name "clerk $number" --roles clerk 2>/dev/null
  done
  : >"$folder/ready"
}

server="" ingest=""
rm -f "$folder/sessions.json"
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || :; [ -z "$ingest" ] || kill "$ingest" 2>/dev/null || :' EXIT INT TERM
serve "$sohoa" "$archive" "$folder/log"
clerks() {
  python3 "$here/clerks.py" "$url" "$archive/load.tsv" --seconds "$seconds" --scans "${SCANS:-40}" --password "$password" \
    --sessions "$folder/sessions.json" --json "$folder/$1.json"
}
echo "fifty clerks, $records records; beside them: $(uptime)"
clerks alone
[ -n "${INGEST:-}" ] || exit 0
# Files that are new to the archive, read by one worker.
"$sohoa" ingest "$INGEST" --archive "$archive" --jobs "${JOBS:-1}" --no-progress >/dev/null 2>&1 &
ingest=$!
sleep 5
echo "the same, while an ingest runs; beside them: $(uptime)"
clerks beside
