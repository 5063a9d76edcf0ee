#!/bin/sh
# Proves the README's two commands where nothing is installed: a new Debian 12
# root with a clean clone in it.  Needs root and the machine's apt sources.
set -eu

[ "$(id -u)" -eq 0 ] || { echo "make fresh: needs root for debootstrap; skipped"; exit 0; }

source=$(git rev-parse --show-toplevel)
cache=${BULWARK_FRESH_CACHE:-}
root=$(mktemp -d /var/tmp/bulwark-fresh.XXXXXX)

chmod 755 "$root"
mounts='dev proc sys'
cleanup()
{
	for m in $mounts; do
		umount -l "$root/$m" 2>/dev/null || true
	done
	rm -rf --one-file-system "$root"
}
trap cleanup EXIT INT TERM

mirror=$(sed -n 's/^URIs:[[:space:]]*//p; s/^deb[[:space:]]\(\[[^]]*\][[:space:]]\)\?\([^[:space:]]*\).*/\2/p' \
	/etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1)
[ -n "$mirror" ] || { echo "make fresh: no apt source on this machine" >&2; exit 1; }

if [ -n "$cache" ] && [ -f "$cache" ]; then
	tar -xf "$cache" -C "$root"
else
	debootstrap --variant=minbase bookworm "$root" "$mirror" >"$root.log" 2>&1 ||
		{ tail -n 20 "$root.log" >&2; exit 1; }
	rm -f "$root.log"
	[ -z "$cache" ] || tar -cf "$cache" -C "$root" .
fi
# How this machine reaches its package mirror holds for the new root as well.
for f in /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/apt.conf.d /etc/resolv.conf; do
	rm -rf "${root:?}$f"
	[ ! -e "$f" ] || cp -a "$f" "$root$f"
done
rm -f "$root/etc/apt/apt.conf.d/"*needrestart* "$root/etc/apt/apt.conf.d/"*packagekit* \
	"$root/etc/apt/apt.conf.d/"*appstream*
for m in $mounts; do
	mount --rbind "/$m" "$root/$m"
	mount --make-rslave "$root/$m"
done

git clone -q --no-hardlinks "$source" "$root/bulwark"
run()
{
	chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
		${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
		sh -c "cd /bulwark && $1"
}
run 'apt-get -qq update && apt-get -qq -y --no-install-recommends install make git >/dev/null 2>&1'
echo '--- make scan'
run 'make scan' >"$root/scan.txt" 2>&1 || { tail -n 40 "$root/scan.txt"; exit 1; }
tail -n 12 "$root/scan.txt"
grep -q '^bulwark exit code [013]: ' "$root/scan.txt"
echo '--- make install'
run 'make install DESTDIR=/installed' >"$root/install.txt" 2>&1 || { tail -n 20 "$root/install.txt"; exit 1; }
for f in bin/bulwark share/man/man1/bulwark.1 share/man/man1/bulwark-db-update.1 \
	share/bash-completion/completions/bulwark libexec/docker/cli-plugins/docker-bulwark; do
	[ -s "$root/installed/usr/local/$f" ] || { echo "make install: no $f" >&2; exit 1; }
done
echo '--- make test (its first suite)'
run 'git config --global --add safe.directory /bulwark; make test SUITE=structure' >"$root/test.txt" 2>&1 ||
	{ tail -n 40 "$root/test.txt"; exit 1; }
tail -n 3 "$root/test.txt"
grep -qE '^[0-9]+ passed, 0 failed' "$root/test.txt"
echo 'fresh machine: both commands work'
