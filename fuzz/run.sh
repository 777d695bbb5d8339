#!/bin/sh
# Runs each fuzz target for SECONDS in turn: fuzz/run.sh SECONDS [TARGET…]. A finding ends it with the input's path.
# Stable Rust is enough: the instrumentation is passed as flags of LLVM, as cargo-fuzz does it without a sanitizer.
set -eu
seconds=${1:?seconds a target}
shift
cd "$(dirname "$0")"
host=$(rustc -vV | sed -n 's/^host: //p')
llvm='-C llvm-args=-sanitizer-coverage'
RUSTFLAGS="-C passes=sancov-module $llvm-level=4 $llvm-inline-8bit-counters $llvm-pc-table $llvm-trace-compares --cfg fuzzing" \
  cargo build --release --target "$host"
python3 seeds.py
[ $# -gt 0 ] || set -- any pdf tiff zip jpeg text_layer settings kind query wire codes
for target; do
  echo "== $target"
  mkdir -p "artifacts/$target"
  "target/$host/release/$target" "corpus/$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=1024 \
    -max_len=16384 -artifact_prefix="artifacts/$target/" -print_final_stats=1 -verbosity=0
done
