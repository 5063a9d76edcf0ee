"""The rows of Rust, Go, Ruby, PHP, .NET and conda against other readers (TAP).

usage: oracle_manifests.py INVENTORY_DUMP

Over the fixtures of other scanners ($BULWARK_CASES/inventory/fixtures.tar.zst,
by default ../shared/cases beside the source), whose packages are compared with
what Python's readers of JSON, TOML and XML, Go (`go mod edit -json`) and Ruby
(RubyGems and Bundler) find there; over the gems and Go modules of this machine;
and with the expected reports of the other scanner.  What is not there is skipped.
"""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

from oracle_fixtures import DEV, INDIRECT, NoReader, Report, Unreadable, dump, toml_packages

SCALIBR = "scalibr/extractor/filesystem/language/"
TRIVY = "trivy/pkg/dependency/parser/"
ANALYZER = "trivy/pkg/fanal/analyzer/language/"
LOCAL_FILES_MAX = 400

FIXTURES = [
    ("cargo-lock", [SCALIBR + "rust/cargolock/testdata/*", TRIVY + "rust/cargo/testdata/*.lock", "trivy/**/Cargo.lock"]),
    ("go-mod", [SCALIBR + "golang/gomod/testdata/*.mod", "trivy/**/go.mod", TRIVY + "golang/mod/testdata/no-go-version/gomod"]),
    ("go-sum", [SCALIBR + "golang/gomod/testdata/*.sum", "trivy/**/go.sum", TRIVY + "golang/sum/testdata/*"]),
    ("gem", [SCALIBR + "ruby/gemspec/testdata/*.gemspec", TRIVY + "ruby/gemspec/testdata/*", ANALYZER + "ruby/gemspec/testdata/*"]),
    ("bundler-lock", [SCALIBR + "ruby/gemfilelock/testdata/*", TRIVY + "ruby/bundler/testdata/*"]),
    ("composer-installed", [ANALYZER + "php/composer/testdata/composer-vendor/*/*.json", "trivy/**/repo/composer-vendor/*.json"]),
    ("composer-lock", [SCALIBR + "php/composerlock/testdata/*", TRIVY + "php/composer/testdata/*", "trivy/**/composer.lock"]),
    ("dotnet-deps", [SCALIBR + "dotnet/depsjson/testdata/*", "trivy/**/*.deps.json"]),
    ("nuget-lock", [SCALIBR + "dotnet/packageslockjson/testdata/*/*", TRIVY + "nuget/lock/testdata/*", "trivy/**/packages.lock.json"]),
    ("nuget-config", [SCALIBR + "dotnet/packagesconfig/testdata/*", TRIVY + "nuget/config/testdata/*"]),
    ("nuget-props", [SCALIBR + "dotnet/nugetcpm/testdata/*", TRIVY + "nuget/packagesprops/testdata/*", "trivy/**/*Packages.props"]),
    ("conda", [TRIVY + "conda/meta/testdata/*.json", ANALYZER + "conda/*/testdata/**/*.json"]),
    ("conda-environment", [TRIVY + "conda/environment/testdata/*", ANALYZER + "conda/environment/testdata/*.yaml"]),
]

REPORTS = [
    ("cargo.lock", "cargo-lock", "cargo/Cargo.lock"), ("composer.lock", "composer-lock", "composer/composer.lock"),
    ("composer.vendor", "composer-installed", "composer-vendor/installed.json"), ("nuget", "nuget-lock", "nuget/packages.lock.json"),
    ("dotnet", "dotnet-deps", "dotnet/datacollector.deps.json"), ("packagesprops", "nuget-props", "packagesprops/Directory.Packages.props"),
]


def run(command, stdin=None):
    done = subprocess.run(command, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    if done.returncode:
        raise Unreadable(done.stderr.decode(errors="replace")[-300:])
    return done.stdout.decode(errors="replace")


def tool(name):
    if not shutil.which(name):
        raise NoReader("there is no %s" % name)
    return name


def json_object(path):
    with open(path, "rb") as f:
        found = json.load(f)
    if not isinstance(found, (dict, list)):
        raise Unreadable()
    return found


def cargo_lock(path):
    with open(path, "rb") as f:
        return toml_packages(f.read())


def go_mod(path):
    mod = json.loads(run([tool("go"), "mod", "edit", "-json", path]))
    versioned, others = {}, {}
    for r in mod.get("Replace") or []:
        old = r["Old"]
        (versioned.__setitem__((old["Path"], old["Version"]), r["New"]) if "Version" in old else others.__setitem__(old["Path"], r["New"]))
    excluded = {(e["Path"], e["Version"]) for e in mod.get("Exclude") or []}
    found = []
    for r in mod.get("Require") or []:
        if (r["Path"], r["Version"]) in excluded:
            continue
        new = versioned.get((r["Path"], r["Version"])) or others.get(r["Path"])
        if new and not new.get("Version"):
            found.append((r["Path"], ""))
        else:
            found.append((new["Path"], new["Version"]) if new else (r["Path"], r["Version"]))
    release = mod.get("Toolchain", "default")
    release = mod.get("Go", "") if release == "default" else release[2:]
    m = re.match(r"([0-9.]+)(?:(rc|beta)([0-9]+))?", release)
    if m:
        found.append(("stdlib", m.group(1) + (".0" if m.group(1).count(".") < 2 else "") + "-%s.%s" % m.groups()[1:] if m.group(2) else m.group(1)))
    return found


def go_sum(path):
    last = {}
    with open(path) as f:
        for line in f:
            if not line.strip():
                continue
            name, version, _ = line.split()
            if not version.endswith("/go.mod"):
                last[name] = version
    return list(last.items())


# One process for all files of a kind: the tools take long to start.
GEM_SCRIPT = """
STDIN.each_line do |path|
  path = path.chomp
  begin
    spec = Gem::Specification.load(path)
    puts [path, spec.name, spec.version].join("\\t") if spec && spec.name && spec.version
  rescue StandardError, ScriptError
  end
end
"""
LOCK_SCRIPT = """
require "bundler"
STDIN.each_line do |path|
  path = path.chomp
  begin
    lock = Bundler::LockfileParser.new(File.read(path))
    direct = lock.dependencies.keys
    lock.specs.each { |s| puts [path, s.name, s.version, direct.include?(s.name) ? 1 : 0].join("\\t") }
  rescue StandardError, ScriptError
    puts [path, "!"].join("\\t")
  end
end
"""


def ruby(script, paths):
    found = {p: [] for p in paths}
    for line in run([tool("ruby"), "-e", script], "\n".join(paths).encode()).splitlines():
        fields = line.split("\t")
        if len(fields) > 1 and fields[0] in found:
            found[fields[0]].append(tuple(fields[1:]))
    return found


def composer(path):
    found = json_object(path)
    packages = found if isinstance(found, list) else found.get("packages", []) + (found.get("packages-dev") or [])
    return [(p["name"], p["version"]) for p in packages]


def dotnet_deps(path):
    deps = json_object(path)
    name = deps.get("runtimeTarget", {}).get("name")
    targets = deps.get("targets") or {}
    target = targets.get(name) or next(iter(targets.values()), {})
    found = []
    for key, library in (deps.get("libraries") or {}).items():
        entry = target.get(key)
        runs = entry is None or any(entry.get(k) for k in ("runtime", "runtimeTargets", "native", "resources"))
        if library["type"] == "package" and not runs or "/" not in key:
            continue
        name, version = key.split("/", 1)
        found.append((re.sub("^runtimepack\\.", "", name) if library["type"] == "runtimepack" else name, version))
    return found


def nuget_lock(path):
    lock = json_object(path)
    return [(n, e["resolved"]) for f in lock.get("dependencies", {}).values() for n, e in f.items() if e["type"] != "Project"]


def local(tag):
    return tag.split("}")[-1]


def nuget_config(path):
    root = xml.etree.ElementTree.parse(path).getroot()
    if local(root.tag) != "packages":
        raise Unreadable()
    return [(e.get("id", ""), e.get("version", "")) for e in root if local(e.tag) == "package"]


def nuget_props(path):
    root = xml.etree.ElementTree.parse(path).getroot()
    if local(root.tag) != "Project":
        raise Unreadable()
    kinds = ("PackageVersion", "PackageReference", "GlobalPackageReference")
    found = []
    for e in root.iter():
        name = (e.get("Include") or e.get("Update") or "").strip()
        version = (e.get("Version") or "").strip()
        if local(e.tag) in kinds and name and "$(" not in name:
            found.append((name, "" if "$(" in version else version))
    return found


def conda(path):
    package = json_object(path)
    return [(package["name"], package["version"])]


READERS = {
    "cargo-lock": cargo_lock, "go-mod": go_mod, "go-sum": go_sum, "composer-installed": composer, "composer-lock": composer,
    "dotnet-deps": dotnet_deps, "nuget-lock": nuget_lock, "nuget-config": nuget_config, "nuget-props": nuget_props, "conda": conda,
}


def compare(row, path, packages, complaints, theirs):
    """What is wrong, or None."""
    wanted = {(n, v) for n, v in theirs if n}
    got = set(packages)
    if wanted == got:
        return None
    return "missing %s, more %s %s" % (sorted(wanted - got)[:5], sorted(got - wanted)[:5], complaints)


def check_file(program, row, path):
    packages, complaints = dump(program, row, path)
    if packages is None:
        return 0, "did not end well: %s" % complaints
    if row not in READERS:
        return len(packages), None
    try:
        theirs = READERS[row](path)
    except NoReader:
        raise
    except (ValueError, KeyError, AttributeError, TypeError, UnicodeError, Unreadable, SyntaxError) as e:
        return len(packages), None if complaints or not packages else "read, but not by the other reader: %s" % e
    except Exception as e:  # tomllib's and ElementTree's errors have bases of their own
        return len(packages), None if complaints or not packages else "read, but not by the other reader: %r" % e
    return len(packages), compare(row, path, packages, complaints, theirs)


def check_files(program, row, files, report, name):
    wrong, found = [], 0
    for path in files:
        try:
            count, problem = check_file(program, row, path)
        except NoReader as e:
            report.line(True, "%s # SKIP %s" % (name, e))
            return
        found += count
        if problem:
            wrong.append("%s: %s" % (path, problem))
    report.line(files and found and not wrong, "%s: %d files, %d packages" % (name, len(files), found), wrong)


def stub_alone(path, theirs):
    """RubyGems lists a gem by its stub line, whatever it would find below that it does not read."""
    with open(path, errors="replace") as f:
        return "\n# stub: " in "\n" + f.read() and not any(name for name, _ in theirs)


def check_gems(program, files, report, name):
    if not shutil.which("ruby"):
        report.line(True, "%s # SKIP there is no ruby" % name)
        return
    wrong, loaded = [], ruby(GEM_SCRIPT, files)
    for path in files:
        packages, complaints = dump(program, "gem", path)
        # What only Ruby can tell, by running the file, is a complaint here.
        differ = packages is None or (set(packages) != set(loaded[path]) and not complaints)
        if differ and not stub_alone(path, loaded[path]):
            wrong.append("%s: %s, Ruby %s %s" % (path, packages, loaded[path], complaints))
    report.line(not wrong, "%s: %d files" % (name, len(files)), wrong)


def check_locks(program, files, report):
    if not shutil.which("ruby"):
        report.line(True, "bundler # SKIP there is no ruby")
        return
    wrong, loaded = [], ruby(LOCK_SCRIPT, files)
    for path in files:
        packages, complaints = dump(program, "bundler-lock", path)
        theirs = {(f[0], f[1]): f[2] == "1" for f in loaded[path] if len(f) == 3}
        if packages is None or (set(packages) != set(theirs) and not complaints and ("!",) not in loaded[path]):
            wrong.append("%s: %s, Bundler %s %s" % (path, packages, theirs, complaints))
            continue
        for key in set(packages) & set(theirs):
            if bool(packages[key] & INDIRECT) == theirs[key] and any(theirs.values()):
                wrong.append("%s: %s: asked for or not" % (path, key))
    report.line(not wrong, "Bundler's own reader: %d files" % len(files), wrong)


def check_report(program, root, report, name, row, path):
    with open(os.path.join(root, "trivy/integration/testdata", name + ".json.golden")) as f:
        results = json.load(f)["Results"]
    packages, complaints = dump(program, row, os.path.join(root, "trivy/integration/testdata/fixtures/repo", path))
    theirs = {(p["Name"], p["Version"]): p for r in results for p in r.get("Packages", [])}
    ours = packages or {}
    wrong = ["only theirs %s" % (k,) for k in theirs.keys() - ours.keys()]
    # Of a Cargo.lock they leave out what the Cargo.toml beside it does not lead to on this platform.
    wrong += ["only ours %s" % (k,) for k in ours.keys() - theirs.keys() if row != "cargo-lock"]
    for key in ours.keys() & theirs.keys():
        direct = theirs[key].get("Relationship")
        # A composer.lock does not tell by itself; they read the composer.json beside it.
        if direct in ("direct", "indirect") and row != "composer-lock" and (direct == "indirect") != bool(ours[key] & INDIRECT):
            wrong.append("%s: %s or not" % (key, direct))
        if bool(ours[key] & DEV) != theirs[key].get("Dev", False):
            wrong.append("%s: for development or not" % (key,))
    report.line(packages and not wrong, "expected report %s: %d packages" % (name, len(theirs)), wrong + complaints)


def check_fixtures(program, archive, report):
    with tempfile.TemporaryDirectory() as root:
        subprocess.run(["tar", "--zstd", "-xf", archive, "-C", root], check=True)
        for row, patterns in FIXTURES:
            files = sorted({f for p in patterns for f in glob.glob(os.path.join(root, p), recursive=True) if os.path.isfile(f)})
            if row == "gem":
                check_gems(program, files, report, "gem")
            elif row == "bundler-lock":
                check_locks(program, files, report)
            else:
                check_files(program, row, files, report, row)
        for name, row, path in REPORTS:
            check_report(program, root, report, name, row, path)


def check_machine(program, report):
    """Gems and Go modules that are installed here."""
    gems = sorted(f for d in ("/usr/share/rubygems-integration", "/usr/lib/ruby/gems", "/var/lib/gems", "/usr/lib/*/rubygems-integration")
                  for f in glob.glob(d + "/**/specifications/**/*.gemspec", recursive=True))[:LOCAL_FILES_MAX]
    if gems:
        check_gems(program, gems, report, "gems of this machine")
    if shutil.which("go"):
        cache = run(["go", "env", "GOMODCACHE"]).strip()
        mods = sorted(glob.glob(cache + "/*/*/*@*/go.mod"))[:LOCAL_FILES_MAX]
        if mods:
            check_files(program, "go-mod", mods, report, "go.mod files of this machine")


def main():
    source = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    cases = os.environ.get("BULWARK_CASES", os.path.join(source, "../shared/cases"))
    archive = os.path.join(cases, "inventory/fixtures.tar.zst")
    report = Report()
    if os.path.exists(archive):
        check_fixtures(sys.argv[1], archive, report)
    else:
        report.line(True, "fixtures # SKIP no %s" % archive)
    check_machine(sys.argv[1], report)
    print("1..%d" % report.count)
    return report.failed != 0


if __name__ == "__main__":
    sys.exit(main())
