#!/usr/bin/env python3
"""Bills of materials out and in again: the same packages and the same findings (TAP)."""
import json
import pathlib
import subprocess
import sys
import tempfile

BULWARK = sys.argv[1]
LOCK = {"name": "shop", "version": "1.0.0", "lockfileVersion": 3, "packages": {
    "": {"name": "shop", "version": "1.0.0", "dependencies": {"@scope/a": "1.0.0"}},
    "node_modules/@scope/a": {"version": "1.0.0", "license": "MIT", "dependencies": {"b": "2.0.0"}},
    "node_modules/b": {"version": "2.0.0", "dev": True}}}
RECORD = {"id": "TEST-1", "modified": "2026-01-01T00:00:00Z", "affected": [{
    "package": {"ecosystem": "npm", "name": "b"},
    "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "3.0.0"}]}]}],
    "database_specific": {"severity": "HIGH"}}
results = []


def check(name, ok, note=""):
    results.append((name, bool(ok), note))


def run(*arguments):
    return subprocess.run([BULWARK, *arguments], capture_output=True, text=True, check=False)


def scan(top, target):
    answer = run("scan", "--offline", "--db", str(top / "a.bwdb"), "--format", "json", "--list-all-pkgs", target)
    return answer, json.loads(answer.stdout) if answer.stdout else None


def findings(report):
    return sorted((f["package"]["purl"], f["vulnerability"]["id"]) for f in report["findings"] if "vulnerability" in f)


def round_trip(top, form, name):
    document = top / name
    made = run("sbom", "--format", form, "--output", str(document), str(top / "shop"))
    check(f"{form}: written", made.returncode == 0, made.stderr)
    _, direct = scan(top, str(top / "shop"))
    for target in (str(document), f"sbom://{document}"):
        _, again = scan(top, target)
        check(f"{form}: the same findings out of {target.partition('://')[0][:4]}",
              findings(again) == findings(direct) != [], f"{findings(again)} and {findings(direct)}")
    second = run("sbom", "--format", form, str(document))
    purls = [p for p in second.stdout.split('"') if p.startswith("pkg:")]
    check(f"{form}: the same packages the second time",
          sorted(purls) == sorted(p for p in document.read_text().split('"') if p.startswith("pkg:")) and purls, purls)


def dependencies(top):
    run("sbom", "--output", str(top / "d.json"), str(top / "shop"))
    document = json.loads((top / "d.json").read_text())
    names = {c["bom-ref"]: c.get("group", "") + "/" + c["name"] for c in document["components"]}
    pairs = {(names[d["ref"]], names[on]) for d in document["dependencies"] for on in d["dependsOn"]}
    check("cyclonedx: who depends on whom", ("@scope/a", "/b") in pairs, str(pairs))


def difference(top):
    other = json.loads(json.dumps(LOCK))
    other["packages"]["node_modules/b"]["version"] = "3.0.0"
    other["packages"]["node_modules/c"] = {"version": "1.0.0"}
    del other["packages"]["node_modules/@scope/a"]
    (top / "later").mkdir()
    (top / "later" / "package-lock.json").write_text(json.dumps(other))
    answer = run("sbom", "diff", "--format", "json", str(top / "shop"), str(top / "later"))
    told = {(d["change"], d.get("before", {}).get("purl"), d.get("after", {}).get("purl"))
            for d in json.loads(answer.stdout)["differences"]}
    check("sbom diff: added, removed, changed", answer.returncode == 1 and told == {
        ("changed", "pkg:npm/b@2.0.0", "pkg:npm/b@3.0.0"), ("added", None, "pkg:npm/c@1.0.0"),
        ("removed", "pkg:npm/%40scope/a@1.0.0", None)}, f"{answer.returncode} {told}")
    same = run("sbom", "diff", str(top / "shop"), str(top / "shop.cdx.json"))
    check("sbom diff: a target and its own bill of materials", same.returncode == 0, same.stdout)


def refusals(top):
    for name, text in (("no.json", '{"bomFormat": "Other"}'), ("cut.json", '{"bomFormat": "CycloneDX", "comp')):
        (top / name).write_text(text)
        answer, report = scan(top, str(top / name))
        gaps = [g for g in report["gaps"] if g["kind"] != "note"]
        check(f"{name}: a gap that names the file", answer.returncode == 3 and any(name in g["subject"] for g in gaps),
              f"{answer.returncode} {gaps}")
    (top / "nameless.json").write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
        {"type": "library", "name": "x", "version": "1"}, {"type": "library", "name": "b", "purl": "pkg:npm/b@2.0.0"}]}))
    _, report = scan(top, str(top / "nameless.json"))
    check("a component without a purl is a gap, the others are matched",
          any("no package URL" in g["message"] for g in report["gaps"]) and findings(report), str(report["gaps"]))


def main():
    with tempfile.TemporaryDirectory(prefix="bulwark-sbom-") as name:
        top = pathlib.Path(name)
        (top / "shop").mkdir()
        (top / "shop" / "package-lock.json").write_text(json.dumps(LOCK))
        (top / "osv" / "npm").mkdir(parents=True)
        import zipfile
        with zipfile.ZipFile(top / "osv" / "npm" / "all.zip", "w") as z:
            z.writestr("TEST-1.json", json.dumps(RECORD))
        built = run("db", "build", "--output", str(top / "a.bwdb"), str(top / "osv"))
        check("an index to match against", built.returncode == 0, built.stderr)
        round_trip(top, "cyclonedx", "shop.cdx.json")
        round_trip(top, "spdx-json", "shop.spdx.json")
        dependencies(top)
        difference(top)
        refusals(top)
    print(f"1..{len(results)}")
    for number, (name, ok, note) in enumerate(results, 1):
        print("ok" if ok else "not ok", number, "-", name)
        if not ok:
            print("#", note.replace("\n", " "))
    return 0 if all(ok for _, ok, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
