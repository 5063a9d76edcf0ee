#!/bin/sh
# build.sh DIRECTORY: makes bulwark_VERSION_ARCHITECTURE.deb there, out of a build
# for /usr.  The same commit on the same system gives the same bytes.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
build=$out/build
root=$out/root
maintainer=${DEB_MAINTAINER:-The bulwark maintainers <maintainers@bulwark.invalid>}

cd "$source"
[ -n "${SOURCE_DATE_EPOCH:-}" ] || SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || echo 0)
export SOURCE_DATE_EPOCH
umask 022

[ -f "$build/build.ninja" ] ||
	meson setup "$build" "$source" --buildtype=release -Db_lto=true -Dtests=false --prefix=/usr >"$out/meson.log"
ninja -C "$build" --quiet bulwark
rm -rf "$root"
DESTDIR=$root meson install -C "$build" --no-rebuild --quiet

version=$("$build/bulwark" --version | cut -d' ' -f2)
architecture=$(dpkg --print-architecture)
doc=$root/usr/share/doc/bulwark
strip --strip-all --remove-section=.comment --remove-section=.note "$root/usr/bin/bulwark"
mkdir -p "$doc" "$root/DEBIAN"
find "$root/usr/share/man" -type f -exec gzip -9n {} +
cat >"$doc/changelog" <<EOF
bulwark ($version) unstable; urgency=medium

  * See /usr/share/doc/bulwark/NEWS.gz.

 -- $maintainer  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
EOF
cp CHANGELOG.md "$doc/NEWS"
gzip -9n "$doc/changelog" "$doc/NEWS"
cp "$here/copyright" "$doc/copyright"

# dpkg-shlibdeps wants a source package around it; libcurl is loaded at run time
# (src/net/curl_library.h), so that its package is asked for by its file.
scratch=$out/shlibdeps
mkdir -p "$scratch/debian"
printf 'Source: bulwark\n\nPackage: bulwark\nArchitecture: any\n' >"$scratch/debian/control"
libraries=$(cd "$scratch" && dpkg-shlibdeps -O "$root/usr/bin/bulwark" 2>"$out/shlibdeps.log" |
	sed -n 's/^shlibs:Depends=//p')
curl=$(dpkg-query -S '*/libcurl.so.4' | head -n 1 | cut -d: -f1)
[ -n "$libraries" ] && [ -n "$curl" ] || { echo "the libraries' packages are not known" >&2; exit 1; }

sed -e "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@MAINTAINER@/$maintainer/" \
	-e "s/@SIZE@/$(du -sk --apparent-size "$root/usr" | cut -f1)/" \
	-e "s/@DEPENDS@/$libraries, $curl, gpgv/" "$here/control.in" >"$root/DEBIAN/control"
(cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

package=$out/bulwark_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$package" >/dev/null
echo "$package"
