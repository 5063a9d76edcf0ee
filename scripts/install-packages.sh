#!/bin/sh
# install-packages.sh [--check] LIST...: installs the Debian packages of the named
# lists (scripts/packages/) that are missing: directly as root, else through sudo.
# Does nothing when all are there.  With --check it only says what is missing.
set -eu

here=$(dirname "$0")
missing=
check=
[ "${1:-}" != --check ] || { check=yes; shift; }

for list in "$@"; do
	for package in $(sed 's/#.*//' "$here/packages/$list"); do
		state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
		[ "$state" = installed ] || missing="$missing $package"
	done
done
[ -n "$missing" ] || exit 0
[ -z "$check" ] || {
	echo "missing Debian packages (\`make deps\` installs them):$missing" >&2
	exit 0
}

as_root=
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null || {
		echo "these Debian packages are missing, and there is no sudo to install them:$missing" >&2
		exit 1
	}
	as_root=sudo
fi
echo "installing:$missing"
$as_root env DEBIAN_FRONTEND=noninteractive sh -c '
	log=$(mktemp)
	trap "rm -f \"$log\"" EXIT
	apt-get -qq update >"$log" 2>&1 &&
	apt-get -qq -y --no-install-recommends install "$@" >>"$log" 2>&1 ||
	{ cat "$log" >&2; exit 1; }' sh $missing
