#!/bin/sh
# run.sh SOHOA: loads the coloured squares of the IIIF validator and lets it try level 2 of the Image API 3 on them. The validator comes
# from PyPI into target/, by version; it is used by this test alone.
set -eu
sohoa=$1
here=$(dirname "$0")
python=target/iiif/bin/python
[ -x "$python" ] && "$python" -c 'import iiif_validator' 2>/dev/null || {
  python3 -m venv target/iiif && "$python" -m pip install --quiet iiif-validator==1.0.5 pillow==11.3.0 setuptools==80.9.0 || {
    echo "missing: the IIIF validator could not be fetched; check the line to PyPI (and apt-get install python3-venv libmagic1)" >&2
    exit 3
  }
}
work=$(mktemp -d)
server=""
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || :; rm -rf "$work"' EXIT INT TERM
mkdir "$work/scans"
"$python" "$here/validate.py" picture "$work/scans/squares.png"
"$sohoa" ingest "$work/scans" --archive "$work/archive" --no-progress >/dev/null
"$sohoa" serve --archive "$work/archive" --listen 127.0.0.1:0 2>"$work/log" &
server=$!
url=""
for _ in $(seq 100); do
  url=$(sed -n 's/.*\(http:\/\/[0-9.:]*\).*/\1/p' "$work/log" | head -n 1)
  [ -z "$url" ] || break
  sleep 0.2
done
[ -n "$url" ] || { cat "$work/log" >&2; exit 1; }
"$python" "$here/validate.py" check "$url" "$(sha256sum "$work/scans/squares.png" | cut -d' ' -f1)-1"
