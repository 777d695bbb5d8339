#!/bin/sh
# demo.sh SOHOA ARCHIVE LISTEN SERVE: loads the sample scans, prints the reconciliation and one search, and
# serves the search page until Ctrl-C (SERVE=1).
set -eu
sohoa=$1 archive=$2 listen=$3 serve=$4

code=0
"$sohoa" ingest samples --archive "$archive" || code=$?
# 20: finished, some files were set aside; the samples hold one broken file on purpose.
[ "$code" = 0 ] || [ "$code" = 20 ] || exit "$code"
echo
echo "\$ sohoa search \"phan van ta 1994\" --archive $archive"
"$sohoa" search "phan van ta 1994" --archive "$archive"
[ "$serve" = 1 ] || exit 0
echo
exec "$sohoa" serve --archive "$archive" --listen "$listen"
