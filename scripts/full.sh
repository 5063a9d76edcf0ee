#!/bin/sh
# What takes too long for every change: valgrind, analyzers, longer fuzzing,
# the peers.  Each part says so when it cannot run here.
set -u
cd "$(dirname "$0")/.."
status=0

echo '--- tests, sanitizers'
make --no-print-directory test || status=1

echo '--- tests under valgrind'
[ -f build-valgrind/build.ninja ] || meson setup build-valgrind --buildtype=debugoptimized >/dev/null
ninja -C build-valgrind --quiet
meson test -C build-valgrind --suite unit --no-rebuild --timeout-multiplier 20 \
	--wrap 'valgrind -q --error-exitcode=99 --leak-check=full --trace-children=no' \
	>build-valgrind/output.txt 2>&1 || { status=1; grep -E 'FAIL|ERROR|TIMEOUT' build-valgrind/output.txt; }
tail -n 9 build-valgrind/output.txt

echo '--- clang-tidy'
CC=clang-14 meson setup build-tidy >/dev/null 2>&1 || true
git ls-files 'src/*.c' | xargs -P 2 -n 8 clang-tidy-14 -p build-tidy --quiet 2>/dev/null |
	grep -E 'warning:|error:' && status=1

echo '--- fuzzing'
scripts/fuzz.sh build-fuzz "${FUZZ_SECONDS:-120}" || status=1

echo '--- Debian package and image'
make --no-print-directory image && tests/packaging/test_packages.py build-packages >build-packages/output.txt || status=1
grep -v '^ok [0-9]* - [^#]*$' build-packages/output.txt

echo '--- peers'
if [ -n "${BULWARK_PEERS:-}" ] && [ -n "${BULWARK_IMAGES:-}" ]; then
	make --no-print-directory conformance || status=1
else
	echo 'skipped: BULWARK_PEERS and BULWARK_IMAGES name the peers and the images'
fi
exit $status
