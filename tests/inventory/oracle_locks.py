"""Further lock files over the fixtures of other scanners (TAP).

usage: oracle_locks.py INVENTORY_DUMP

As oracle_fixtures.py: each file is read by its row under the name that such
files have, and compared with what a few lines of Python find in it and, where
there is one, with the scanner's expected report.
"""

import glob
import json
import os
import re
import subprocess
import sys
import tempfile

import oracle_fixtures as base

SCALIBR, TRIVY = base.SCALIBR, base.TRIVY


def yaml_of(data):
    import yaml
    return yaml.load(data.decode(), Loader=yaml.BaseLoader) or {}


def toml_of(data):
    try:
        import tomllib
    except ImportError:
        raise base.NoReader("this Python has no tomllib")
    return tomllib.loads(data.decode())


def mix(data):
    text = data.decode()
    return re.findall(r'\{:hex, :(\w+), "([^"]+)"', text) + re.findall(r'"(\w+)": \{:git, "[^"]*", "([^"]+)"', text)


def pub(data):
    return [(name, p["version"]) for name, p in yaml_of(data).get("packages", {}).items() if p["source"] != "sdk"]


def bun(data):
    text = re.sub(r",(\s*[}\]])", r"\1", re.sub(r"^\s*//.*$", "", data.decode(), flags=re.M))
    found = []
    for entry in json.loads(text)["packages"].values():
        name, version = re.match(r"(@?[^@]+)@(.*)", entry[0]).groups()
        if not version.startswith(("workspace:", "root:")):
            found.append((name, version if version[0].isdigit() else version.partition("#")[2]))
    return found


def pylock(data):
    return [(p["name"], p.get("version") or p.get("vcs", {}).get("commit-id", "")) for p in toml_of(data).get("packages", [])]


def swift(data):
    lock = json.loads(data)
    pins = lock["pins"] if "pins" in lock else lock["object"]["pins"]
    return [(re.sub(r"^https?://|\.git$", "", p.get("location") or p["repositoryURL"]), p["state"].get("version") or p["state"]["revision"])
            for p in pins]


def pods(data):
    found = []
    for pod in yaml_of(data).get("PODS", []):
        name, version = re.match(r"([^/ ]+)\S* \((.*)\)", pod if isinstance(pod, str) else next(iter(pod))).groups()
        found.append((name, version))
    return found


def conan(data):
    lock = json.loads(data)
    nodes = lock.get("graph_lock", {}).get("nodes", {}).values()
    refs = [n.get("ref") or n.get("pref") or "" for n in nodes if "path" not in n]
    for kind in ("requires", "build_requires", "python_requires"):
        refs += lock.get(kind) or []
    return [m.groups() for m in (re.match(r"([^/]+)/([^@#:/%]+)(?![^@#:%])", r) for r in refs) if m]


def julia(data):
    lock = toml_of(data)
    tables = lock.get("deps", {}) if "manifest_format" in lock else lock
    return [(name, entry.get("version") or ("" if "path" in entry or "git-tree-sha1" in entry else lock.get("julia_version", "")))
            for name, entries in tables.items() if isinstance(entries, list) for entry in entries if "uuid" in entry]


def renv(data):
    return [(p["Package"], p["Version"]) for p in json.loads(data).get("Packages", {}).values()]


def stack(data):
    hackage = [p["completed"]["hackage"].partition("@")[0] for p in yaml_of(data)["packages"] if "hackage" in p["completed"]]
    return [tuple(h.rsplit("-", 1)) for h in hackage]


def cabal(data):
    return re.findall(r"^(?!\s*--).*?(?:any\.)?([\w-]+) ==([\d.]+)", data.decode(), re.M)


def bitnami(data):
    refs = [r["referenceLocator"] for p in json.loads(data)["packages"] for r in p.get("externalRefs", [])]
    return [m.groups() for m in (re.match(r"pkg:bitnami/([^@]+)@([^?]+)", r) for r in refs) if m]


# Row, the name of such files, their reader, and where they lie.
KINDS = [
    ("hex-lock", "mix.lock", mix, [SCALIBR + "er*/mixlock/testdata/*", SCALIBR + "elixir/mixlock/testdata/*",
                                   TRIVY + "hex/mix/testdata/*"]),
    ("pub-lock", "pubspec.lock", pub, [SCALIBR + "dart/pubspec/testdata/*", TRIVY + "dart/pub/testdata/*"]),
    ("bun-lock", "bun.lock", bun, [SCALIBR + "javascript/bunlock/testdata/*", TRIVY + "nodejs/bun/testdata/*"]),
    ("pylock", "pylock.toml", pylock, [SCALIBR + "python/pylock/testdata/*", TRIVY + "python/pylock/testdata/*"]),
    ("swift-resolved", "Package.resolved", swift, [SCALIBR + "swift/packageresolved/testdata/*", TRIVY + "swift/swift/testdata/*"]),
    ("podfile-lock", "Podfile.lock", pods, [SCALIBR + "swift/podfilelock/testdata/*", TRIVY + "swift/cocoapods/testdata/*"]),
    ("conan-lock", "conan.lock", conan, [SCALIBR + "cpp/conanlock/testdata/*", TRIVY + "c/conan/testdata/*"]),
    ("julia-manifest", "Manifest.toml", julia, [SCALIBR + "julia/manifesttoml/testdata/*",
                                                TRIVY + "julia/manifest/testdata/**/Manifest*.toml"]),
    ("renv-lock", "renv.lock", renv, [SCALIBR + "r/renvlock/testdata/*"]),
    ("haskell-lock", "stack.yaml.lock", stack, [SCALIBR + "haskell/stacklock/testdata/*"]),
    ("haskell-lock", "cabal.project.freeze", cabal, [SCALIBR + "haskell/cabal/testdata/*"]),
    ("bitnami", ".spdx-x.spdx", bitnami, ["trivy/pkg/fanal/analyzer/sbom/testdata/*.spdx.json"]),
]

# Expected report, row, and the file that it is about.
REPORTS = [
    ("mix.lock", "hex-lock", "mixlock/mix.lock"), ("pubspec.lock", "pub-lock", "pubspec/pubspec.lock"),
    ("bun", "bun-lock", "bun/bun.lock"), ("pylock", "pylock", "pylock/pylock.toml"),
    ("conan", "conan-lock", "conan/conan.lock"), ("swift", "swift-resolved", "swift/Package.resolved"),
]


def check_kind(program, root, report, row, name, reader, patterns):
    files = sorted({f for p in patterns for f in glob.glob(os.path.join(root, p), recursive=True) if os.path.isfile(f)})
    place, wrong, found = os.path.join(root, "read", name), [], 0
    os.makedirs(os.path.dirname(place), exist_ok=True)
    base.READERS[row] = reader
    for path in files:
        with open(path, "rb") as f:
            data = f.read()
        with open(place, "wb") as f:
            f.write(data)
        packages, complaints = base.dump(program, row, place)
        if packages is None:
            wrong.append("%s: did not end well: %s" % (os.path.relpath(path, root), complaints))
            continue
        found += len(packages)
        try:
            problem = base.compare(row, data, packages, complaints)
        except (ImportError, base.NoReader):
            continue
        # What one complains of the other may read in part.
        if problem and not complaints:
            wrong.append("%s: %s" % (os.path.relpath(path, root), problem))
    report.line(files and found and not wrong, "%s: %d files, %d packages" % (name, len(files), found), wrong)


def main():
    source = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    cases = os.environ.get("BULWARK_CASES", os.path.join(source, "../shared/cases"))
    archive = os.path.join(cases, "inventory/fixtures.tar.zst")
    if not os.path.exists(archive):
        print("1..0 # SKIP no %s" % archive)
        return 0
    report = base.Report()
    with tempfile.TemporaryDirectory() as root:
        subprocess.run(["tar", "--zstd", "-xf", archive, "-C", root], check=True)
        for kind in KINDS:
            check_kind(sys.argv[1], root, report, *kind)
        for name, row, path in REPORTS:
            base.check_report(sys.argv[1], root, report, name, row, path)
    print("1..%d" % report.count)
    return report.failed != 0


if __name__ == "__main__":
    sys.exit(main())
