#!/bin/sh
# scan.sh BULWARK TARGET ADVISORIES [FLAG...]: brings the advisories, scans,
# and says what the exit code means.  Ends well whenever a report was made.
set -u

bulwark=$1 target=$2 advisories=$3
shift 3
bucket=https://osv-vulnerabilities.storage.googleapis.com

"$bulwark" scan --advisories "${advisories:-$bucket}" "$@" "$target"
code=$?
case $code in
0) meaning='nothing at or above the threshold' ;;
1) meaning='findings at or above the threshold' ;;
2) meaning='wrong usage' ;;
3) meaning='the result is incomplete: the gaps above say what could not be looked at' ;;
*) meaning='the program was stopped' ;;
esac
echo "bulwark exit code $code: $meaning"
case $code in
0 | 1 | 3) exit 0 ;;
*) exit "$code" ;;
esac
