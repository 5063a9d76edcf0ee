#!/bin/sh
# Says which packages of the named lists are missing, without installing any.
set -eu

here=$(dirname "$0")
missing=

for list in "$@"; do
	for package in $(sed 's/#.*//' "$here/packages/$list"); do
		state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
		[ "$state" = installed ] || missing="$missing $package"
	done
done
[ -z "$missing" ] || echo "missing Debian packages (\`make deps\` installs them):$missing" >&2
