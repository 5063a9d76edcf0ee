#!/bin/sh
# test.sh BUILD-DIRECTORY [SUITE]: builds with sanitizers, runs every test (or
# one suite), and closes with a count of the single checks.
set -eu

build=$1
suite=${2:-}
here=$(dirname "$0")

[ -f "$build/build.ninja" ] ||
	meson setup "$build" --buildtype=debugoptimized -Doptimization=1 \
		-Db_sanitize=address,undefined >/dev/null
ninja -C "$build" --quiet
"$here/fetch-schemas.sh" "$build/schemas"

export ASAN_OPTIONS="${ASAN_OPTIONS:-abort_on_error=1:detect_leaks=1:strict_string_checks=1}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1}"
status=0
meson test -C "$build" --no-rebuild --print-errorlogs --timeout-multiplier 3 \
	${suite:+--suite "$suite"} >"$build/test-output.txt" 2>&1 || status=$?
grep -vE '^[ ]*[0-9]+/[0-9]+ .* OK |^ninja:' "$build/test-output.txt" | tail -n 200 || true
exec "$here/summarise-tests.py" "$build/meson-logs/testlog.json" "$status"
