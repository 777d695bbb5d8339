#!/bin/sh
# Fetches the faces, trains until the time of day given (HH:MM), exports and measures. Stop early with `touch $STATE/stop`.
set -eu
cd "$(dirname "$0")"
until=${1:?usage: training/retrain.sh HH:MM [version]}
version=${2:-0.0.0}
python=${PYTHON:-python3}
export SOHOA_FONTS="${SOHOA_FONTS:-$HOME/.cache/sohoa/fonts}" SOHOA_CACHE="${SOHOA_CACHE:-$HOME/.cache/sohoa/lines}"
export SOHOA_SHARED="${SOHOA_SHARED:-$(cd ../../shared && pwd)}"
state=${STATE:-$HOME/.cache/sohoa/run}
mkdir -p "$SOHOA_FONTS" "$state"
if [ ! -d "$SOHOA_FONTS/merged" ]; then
    (cd "$SOHOA_FONTS" && sed 's|^|@fontsource/|' | xargs -P 4 -n 1 npm pack --silent >/dev/null) <packages.txt
    "$python" fonts.py merge
fi
ONEDNN_PRIMITIVE_CACHE_CAPACITY=8192 nice -n 19 "$python" train.py --state "$state" --until "$until"
"$python" writing.py --state "$state" --out "$state/writing.pt"
"$python" export.py --state "$state" --writing "$state/writing.pt" --out ../models/sohoa-line.onnx --version "$version"
"$python" calibrate.py --model ../models/sohoa-line.onnx
"$python" evaluate.py --model ../models/sohoa-line.onnx
