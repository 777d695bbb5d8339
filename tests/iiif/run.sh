#!/bin/sh
# run.sh SOHOA: loads the coloured squares of the IIIF validator and lets it try level 2 of the Image API 3 on them. The validator comes
# from PyPI into target/, by version; it is used by this test alone.
set -eu
sohoa=$1
here=$(dirname "$0")
. "$here/../desk.sh"
python_with iiif iiif_validator iiif-validator==1.0.5 pillow==11.3.0 setuptools==80.9.0
work=$(mktemp -d)
server=""
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || :; rm -rf "$work"' EXIT INT TERM
mkdir "$work/scans"
"$python" "$here/validate.py" picture "$work/scans/squares.png"
"$sohoa" ingest "$work/scans" --archive "$work/archive" --no-progress >/dev/null
serve "$sohoa" "$work/archive" "$work/log"
"$python" "$here/validate.py" check "$url" "$(sha256sum "$work/scans/squares.png" | cut -d' ' -f1)-1"
