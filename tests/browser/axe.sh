#!/bin/sh
# Fetches axe-core (MPL-2.0), which checks pages for people who see or hear little, by version and SHA-256, and prints where it lies. It
# is used by the tests alone and never shipped.
set -eu
version=4.14.1
expected=29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c
target=target/axe-$version.js

is_right() {
  [ -f "$1" ] && [ "$(sha256sum "$1" | cut -d' ' -f1)" = "$expected" ]
}

is_right "$target" || {
  command -v npm >/dev/null 2>&1 || {
    echo "missing: npm, to fetch axe-core $version (apt-get install npm)" >&2
    exit 3
  }
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  npm pack --silent --pack-destination "$folder" "axe-core@$version" >/dev/null 2>&1 || {
    echo "axe-core $version could not be fetched: check the line to the npm registry" >&2
    exit 3
  }
  tar xzf "$folder/axe-core-$version.tgz" -C "$folder" package/axe.min.js
  is_right "$folder/package/axe.min.js" || {
    echo "axe-core $version is not what was expected: another SHA-256" >&2
    exit 3
  }
  mkdir -p target
  mv "$folder/package/axe.min.js" "$target"
}
echo "$target"
