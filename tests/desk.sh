# Sourced by the tests that need a desk at work: `serve SOHOA ARCHIVE LOG` starts one on a free port of this machine, with its process in
# $server and its address in $url.
serve() {
  : >"$3"
  "$1" serve --archive "$2" --listen 127.0.0.1:0 2>"$3" &
  server=$!
  url=""
  for _ in $(seq 300); do
    url=$(sed -n 's/.*\(http:\/\/[0-9.:]*\).*/\1/p' "$3" | head -n 1)
    [ -z "$url" ] || return 0
    sleep 0.2
  done
  echo "the desk did not start:" >&2
  cat "$3" >&2
  exit 1
}

# `load_samples SOHOA ARCHIVE`: the sample scans in a new archive. One of them is broken on purpose, which ends with 20.
load_samples() {
  code=0
  "$1" ingest samples --archive "$2" --no-progress || code=$?
  [ "$code" = 0 ] || [ "$code" = 20 ] || exit "$code"
}

# `python_with FOLDER MODULE PACKAGE…`: a Python in target/FOLDER that has the packages, from PyPI by version, in $python.
python_with() {
  venv=target/$1 module=$2
  shift 2
  python=$venv/bin/python
  [ -x "$python" ] && "$python" -c "import $module" 2>/dev/null && return 0
  python3 -m venv "$venv" && "$python" -m pip install --quiet "$@" || {
    echo "missing: $1 could not be fetched; check the line to PyPI (and apt-get install python3-venv libmagic1)" >&2
    exit 3
  }
}
