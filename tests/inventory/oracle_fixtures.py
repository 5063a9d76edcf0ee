"""The language rows over the fixtures of other scanners (TAP).

usage: oracle_fixtures.py INVENTORY_DUMP

The fixtures come from outside: $BULWARK_CASES/inventory/fixtures.tar.zst, by
default ../shared/cases beside the source; without them everything is skipped.
Each file is read by its row, which must end well.  Its packages are compared
with what Python's own readers of JSON, TOML, YAML and mail headers find there,
and, where the scanner's expected report is among the fixtures, with that.
"""

import email.parser
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

DEV, OPTIONAL, INDIRECT, UNVERSIONED, LOCAL = 1, 2, 4, 64, 128

SCALIBR = "scalibr/extractor/filesystem/language/"
TRIVY = "trivy/pkg/dependency/parser/"
ANALYZER = "trivy/pkg/fanal/analyzer/language/"

# Row, and where files of its kind lie.
FIXTURES = [
    ("node-package", [SCALIBR + "javascript/packagejson/testdata/**/*.json", TRIVY + "nodejs/packagejson/testdata/*.json",
                      "trivy/**/node_modules/**/package.json"]),
    ("npm-lock", [SCALIBR + "javascript/packagelockjson/testdata/**/*", TRIVY + "nodejs/npm/testdata/*.json",
                  "trivy/**/package-lock.json"]),
    ("yarn-lock", [SCALIBR + "javascript/yarnlock/testdata/*", TRIVY + "nodejs/yarn/testdata/*.lock", "trivy/**/yarn.lock"]),
    ("pnpm-lock", [SCALIBR + "javascript/pnpmlock/testdata/*", TRIVY + "nodejs/pnpm/testdata/*.yaml", "trivy/**/pnpm-lock.yaml"]),
    ("python-package", [SCALIBR + "python/wheelegg/testdata/**/*", TRIVY + "python/packaging/testdata/**/*",
                        "trivy/**/METADATA", "trivy/**/PKG-INFO"]),
    ("requirements", [SCALIBR + "python/requirements/testdata/*", TRIVY + "python/pip/testdata/*", "trivy/**/requirements.txt"]),
    ("poetry-lock", [SCALIBR + "python/poetrylock/testdata/*", TRIVY + "python/poetry/testdata/*.lock", "trivy/**/poetry.lock"]),
    ("pipfile-lock", [SCALIBR + "python/pipfilelock/testdata/*", TRIVY + "python/pipenv/testdata/*", "trivy/**/Pipfile.lock"]),
    ("pdm-lock", [SCALIBR + "python/pdmlock/testdata/*"]),
    ("uv-lock", [SCALIBR + "python/uvlock/testdata/*", TRIVY + "python/uv/testdata/*.lock", "trivy/**/uv.lock"]),
]

# Expected report, row, and the file that it is about.
REPORTS = [
    ("npm-with-dev", "npm-lock", "npm/package-lock.json"), ("yarn", "yarn-lock", "yarn/yarn.lock"),
    ("pnpm", "pnpm-lock", "pnpm/pnpm-lock.yaml"), ("pip", "requirements", "pip/requirements.txt"),
    ("pipenv", "pipfile-lock", "pipenv/Pipfile.lock"), ("poetry", "poetry-lock", "poetry/poetry.lock"),
    ("uv", "uv-lock", "uv/uv.lock"),
]


class Unreadable(Exception):
    """The other reader cannot read the file, or it is none of the kind."""


class NoReader(Exception):
    """There is no other reader here."""


def npm_alias(name, version):
    m = re.match(r"npm:(@?[^@]+)@(.*)", version)
    return m.groups() if m else (name, version)


def folder_name(folder):
    parts = folder.split("node_modules/")[-1].split("/")
    return "/".join(parts[-2:] if len(parts) > 1 and parts[-2].startswith("@") else parts[-1:])


def npm_dependencies(dependencies):
    for name, entry in dependencies.items():
        yield npm_alias(name, entry.get("version", ""))
        yield from npm_dependencies(entry.get("dependencies", {}))


def npm_lock(data):
    lock = json.loads(data)
    if not isinstance(lock, dict):
        raise Unreadable()
    if "packages" in lock:
        return [(e.get("name") or folder_name(k), e.get("version", "")) for k, e in lock["packages"].items() if k and not e.get("link")]
    return list(npm_dependencies(lock.get("dependencies", {})))


def node_package(data):
    package = json.loads(data)
    if not isinstance(package, dict):
        raise Unreadable()
    name, version = package.get("name"), package.get("version")
    return [(name, version)] if name and version and isinstance(version, str) and isinstance(name, str) else []


def yarn_name(pattern):
    m = re.match(r"(@?[^@]+)(?:@npm:(@?[a-zA-Z][^@]*))?", pattern)
    return m and (m.group(2) or m.group(1))


def yarn_lock(data):
    text = data.decode()
    if "__metadata:" in text:
        import yaml
        entries = yaml.load(text, Loader=yaml.BaseLoader)
        return [(re.match("@?[^@]+", e["resolution"]).group(), e["version"] if "@workspace:" not in e["resolution"] else "")
                for k, e in entries.items() if k != "__metadata" and not e["resolution"].endswith("@workspace:.")]
    blocks = re.findall(r'^"?([^\s#"][^"\n]*?)"?(?:,.*)?:\r?\n((?:  .*\n?)+)', text, re.M)
    found = []
    for pattern, body in blocks:
        version = re.search(r'^  "?version"? "?([^"\r\n]*)', body, re.M)
        if version:
            found.append((yarn_name(pattern.split(",")[0].strip('"')), version.group(1)))
    return found


def pnpm_lock(data):
    import yaml
    found = []
    for lock in yaml.load_all(data.decode(), Loader=yaml.BaseLoader):
        if not lock:
            continue
        major = int(lock["lockfileVersion"].split(".")[0])
        for path, entry in (lock.get("packages") or {}).items():
            entry = entry or {}
            plain = re.sub(r"\(.*", "", path)
            m = (re.match(r"(@?[^@]+)@(.*)$", plain) if major >= 9 else
                 re.match(r"[^/]*/(@[^/]+/[^/@]+|[^/@]+)[/@]([0-9][^/_]*)", plain))
            name, version = m.groups() if m else ("", "")
            name, version = entry.get("name", name), entry.get("version", version)
            if name:
                found.append((name, version))
    return found


def toml_packages(data, skip=lambda entry: False):
    try:
        import tomllib
    except ImportError:
        raise NoReader("this Python has no tomllib")
    packages = tomllib.loads(data.decode()).get("package", [])
    if not isinstance(packages, list):
        raise Unreadable()
    return [(p["name"], p.get("version", "")) for p in packages if not skip(p)]


def uv_lock(data):
    return toml_packages(data, lambda p: "." in (p.get("source", {}).get("virtual"), p.get("source", {}).get("editable")))


def pipfile_lock(data):
    if not data.strip():
        return []
    lock = json.loads(data)
    return [(name, re.sub("^===?", "", entry.get("version", "")))
            for category in lock if category != "_meta" for name, entry in lock[category].items()]


def python_package(data):
    headers = email.parser.BytesHeaderParser().parsebytes(data)
    if not headers["Name"] or not headers["Version"]:
        raise Unreadable()
    return [(str(headers["Name"]).strip(), str(headers["Version"]).strip())]


READERS = {
    "node-package": node_package, "npm-lock": npm_lock, "yarn-lock": yarn_lock, "pnpm-lock": pnpm_lock,
    "python-package": python_package, "poetry-lock": toml_packages, "pipfile-lock": pipfile_lock,
    "pdm-lock": toml_packages, "uv-lock": uv_lock,
}


def dump(program, row, path):
    """Packages as (name, version) -> flags, and complaints; None when the program did not end well."""
    done = subprocess.run([program, row, "0", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    if done.returncode not in (0, 1) or done.stderr:
        return None, [done.stderr.decode(errors="replace")[-2000:]]
    packages, complaints = {}, []
    for line in done.stdout.decode(errors="replace").splitlines():
        fields = line[len(path) + 1:].split("\t")
        if fields[0] == "!":
            complaints.append(fields[1])
        else:
            packages[fields[0], fields[1]] = int(fields[2])
    return packages, complaints


def plain(version):
    return re.match(r"v?[0-9][^:/]*$", version) is not None


def compare(row, data, packages, complaints):
    """What is wrong, or None."""
    try:
        theirs = READERS[row](data)
    except (ValueError, KeyError, AttributeError, TypeError, UnicodeError, Unreadable) as e:
        return None if complaints or not packages else "read, but not by Python: %s" % e
    except Exception as e:  # PyYAML's errors have a base of their own
        if type(e).__module__.startswith("yaml"):
            return None if complaints or not packages else "read, but not by PyYAML: %s" % e
        raise
    wanted = {(n, re.sub("^v", "", v)) for n, v in theirs if n and plain(v)}
    got = {(n, v) for (n, v), flags in packages.items() if plain(v) and not flags & UNVERSIONED}
    if wanted != got:
        return "missing %s, more %s" % (sorted(wanted - got)[:5], sorted(got - wanted)[:5])
    names, others = {n for n, _ in theirs if n}, {n for n, _ in packages}
    return None if names == others else "names missing %s, more %s" % (sorted(names - others)[:5], sorted(others - names)[:5])


def check_rows(program, root, report):
    for row, patterns in FIXTURES:
        files = sorted({f for p in patterns for f in glob.glob(os.path.join(root, p), recursive=True) if os.path.isfile(f)})
        wrong, found = [], 0
        for path in files:
            name = os.path.relpath(path, root)
            packages, complaints = dump(program, row, path)
            if packages is None:
                wrong.append("%s: did not end well: %s" % (name, complaints))
                continue
            found += len(packages)
            if row not in READERS:
                continue
            with open(path, "rb") as f:
                data = f.read()
            try:
                problem = compare(row, data, packages, complaints)
            except (ImportError, NoReader):
                continue
            if problem:
                wrong.append("%s: %s %s" % (name, problem, complaints))
        report.line(files and found and not wrong, "%s: %d files, %d packages" % (row, len(files), found), wrong)


def check_report(program, root, report, name, row, path):
    with open(os.path.join(root, "trivy/integration/testdata", name + ".json.golden")) as f:
        results = json.load(f)["Results"]
    packages, complaints = dump(program, row, os.path.join(root, "trivy/integration/testdata/fixtures/repo", path))
    theirs = {(p["Name"], p["Version"]): p for r in results for p in r.get("Packages", []) if p.get("Relationship") != "root"}
    # They leave out what has no version; of Pipfile.lock and bun.lock also what is for development.
    ours = {k: f for k, f in (packages or {}).items() if not f & UNVERSIONED and not (row in ("pipfile-lock", "bun-lock") and f & DEV)}
    wrong = ["only theirs %s" % (k,) for k in theirs.keys() - ours.keys()]
    # Of yarn.lock they leave out what package.json wants for development only.
    wrong += ["only ours %s" % (k,) for k in ours.keys() - theirs.keys() if row != "yarn-lock"]
    for key in ours.keys() & theirs.keys():
        if bool(ours[key] & DEV) != theirs[key].get("Dev", False):
            wrong.append("%s: for development or not" % (key,))
        direct = theirs[key].get("Relationship")
        if row in ("pnpm-lock", "uv-lock") and direct and (direct == "indirect") != bool(ours[key] & INDIRECT):
            wrong.append("%s: %s or not" % (key, direct))
    report.line(packages and not wrong, "expected report %s: %d packages" % (name, len(theirs)), wrong + complaints)


class Report:
    def __init__(self):
        self.count = self.failed = 0

    def line(self, ok, name, remarks=()):
        self.count += 1
        self.failed += not ok
        print("%sok %d - %s" % ("" if ok else "not ", self.count, name))
        for remark in remarks[:30]:
            print("# " + remark.replace("\n", "\\n"))


def main():
    source = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    cases = os.environ.get("BULWARK_CASES", os.path.join(source, "../shared/cases"))
    archive = os.path.join(cases, "inventory/fixtures.tar.zst")
    if not os.path.exists(archive):
        print("1..0 # SKIP no %s" % archive)
        return 0
    report = Report()
    with tempfile.TemporaryDirectory() as root:
        subprocess.run(["tar", "--zstd", "-xf", archive, "-C", root], check=True)
        check_rows(sys.argv[1], root, report)
        for name, row, path in REPORTS:
            check_report(sys.argv[1], root, report, name, row, path)
    print("1..%d" % report.count)
    return report.failed != 0


if __name__ == "__main__":
    sys.exit(main())
