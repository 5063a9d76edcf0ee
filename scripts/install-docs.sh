#!/bin/sh
# Writes the manual pages and shell completions, which the program makes from
# its own tables, into the installation.  Run by `meson install`.
set -eu

bulwark=$1 mandir=$2 datadir=$3
root=${MESON_INSTALL_DESTDIR_PREFIX:?run by meson install}
case $bulwark in
/*) ;;
*) bulwark=${MESON_BUILD_ROOT:?run by meson install}/$bulwark ;;
esac

man=$root/$mandir/man1
mkdir -p "$man" "$root/$datadir/bash-completion/completions" \
	"$root/$datadir/zsh/site-functions" "$root/$datadir/fish/vendor_completions.d"
"$bulwark" help --form man >"$man/bulwark.1"
"$bulwark" help --form reference | sed -n 's/^## bulwark //p' | while read -r command; do
	# shellcheck disable=SC2086 # a command's name may be two words
	"$bulwark" help --form man $command >"$man/bulwark-$(echo "$command" | tr ' ' '-').1"
done
"$bulwark" completions bash >"$root/$datadir/bash-completion/completions/bulwark"
"$bulwark" completions zsh >"$root/$datadir/zsh/site-functions/_bulwark"
"$bulwark" completions fish >"$root/$datadir/fish/vendor_completions.d/bulwark.fish"
