#!/bin/sh
# Installs what building needs, or says in one line what is missing.
set -eu

missing=""
command -v cc >/dev/null 2>&1 || missing="$missing gcc libc6-dev"
[ -z "$missing" ] || {
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -q >/dev/null
    # shellcheck disable=SC2086 -- a list of packages
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q $missing >/dev/null
  else
    echo "missing:$missing; install with: sudo apt-get install$missing" >&2
    exit 3
  fi
}
command -v cargo >/dev/null 2>&1 || {
  echo "missing: a Rust toolchain (cargo 1.95 or later) on the PATH" >&2
  exit 3
}
