#!/bin/sh
# fuzz.sh BUILD-DIRECTORY SECONDS [TARGET...]: runs libFuzzer over every target
# (or the named ones), starting from the corpus of the tree; what it finds on
# the way stays in the build directory.
set -eu

build=$1 seconds=$2
shift 2
source=$(dirname "$0")/..

[ -f "$build/build.ninja" ] ||
	CC=clang-14 meson setup "$build" "$source" --buildtype=debugoptimized \
		-Db_sanitize=address,undefined -Db_lundef=false -Dfuzzing=true >/dev/null
ninja -C "$build" --quiet

status=0
[ $# -gt 0 ] || set -- $(cd "$build/fuzz" && ls | sed -n 's/^fuzz_\([a-z0-9_]*\)$/\1/p')
for target in "$@"; do
	corpus=$build/fuzz/corpus-$target
	mkdir -p "$corpus" "$build/fuzz/findings"
	if "$build/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
		-artifact_prefix="$build/fuzz/findings/$target-" -print_final_stats=1 \
		"$corpus" "$source/fuzz/corpus/$target" >"$build/fuzz/$target.log" 2>&1; then
		echo "ok: $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$build/fuzz/$target.log") runs in $seconds s"
	else
		status=1
		echo "FINDING: $target: see $build/fuzz/$target.log"
		tail -n 25 "$build/fuzz/$target.log"
	fi
done
exit $status
