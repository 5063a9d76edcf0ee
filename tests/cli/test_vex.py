#!/usr/bin/env python3
"""VEX documents in and out, and ignores of every kind, by whole scans (TAP).

test_vex.py BULWARK
"""
import json
import os
import pathlib
import subprocess
import shutil
import sys
import tempfile
import zipfile

BULWARK = os.path.abspath(sys.argv[1])
WORK = pathlib.Path(tempfile.mkdtemp(prefix="bulwark-vex-"))
results = []


class Skip(Exception):
    pass


def check(function):
    try:
        function()
        results.append((True, function.__doc__, None))
    except Skip as why:
        results.append((True, function.__doc__, str(why)))
    except Exception as why:
        results.append((False, f"{function.__doc__}: {type(why).__name__}: {str(why)[:900]!r}", None))


def run(*words, code=None):
    env = {k: v for k, v in os.environ.items() if not k.startswith("BULWARK")}
    env.update({"HOME": str(WORK / "home"), "XDG_CACHE_HOME": str(WORK / "cache")})
    answer = subprocess.run([BULWARK, *map(str, words)], capture_output=True, text=True, cwd=WORK, env=env,
                            timeout=120)
    if code is not None and answer.returncode != code:
        raise AssertionError(f"{words}: exit code {answer.returncode}, not {code}: {answer.stderr} {answer.stdout[-500:]}")
    return answer


def put(name, what):
    path = WORK / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(what if isinstance(what, str) else json.dumps(what, indent=1))
    return path


def record(identity, ecosystem, package, fixed, aliases=()):
    return {"schema_version": "1.7.0", "id": identity, "modified": "2026-05-30T00:00:00Z", "aliases": list(aliases),
            "summary": "made up", "database_specific": {"severity": "HIGH"},
            "affected": [{"package": {"ecosystem": ecosystem, "name": package},
                          "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]}


def mirror(name, records):
    for ecosystem in {r["affected"][0]["package"]["ecosystem"].split(":")[0] for r in records}:
        (WORK / name / ecosystem).mkdir(parents=True)
        with zipfile.ZipFile(WORK / name / ecosystem / "all.zip", "w") as z:
            for r in records:
                if r["affected"][0]["package"]["ecosystem"].split(":")[0] == ecosystem:
                    z.writestr(r["id"] + ".json", json.dumps(r))
    (WORK / name / "ecosystems.txt").write_text("Debian\nGo\ncrates.io\nnpm\n")
    return WORK / name


MIRROR = mirror("mirror", [
    record("CVE-2026-0001", "Debian:12", "one", "2.0"),
    record("GHSA-aaaa-bbbb-cccc", "npm", "left", "2.0.0", ["CVE-2026-0002"]),
    record("RUSTSEC-2026-0003", "crates.io", "part", "2.0.0", ["CVE-2026-0003"]),
])
put("root/etc/os-release", 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n')
put("root/var/lib/dpkg/status", "Package: libone\nStatus: install ok installed\nArchitecture: amd64\n"
                                "Source: one\nVersion: 1.0\n\n")
put("root/app/node_modules/left/package.json", {"name": "left", "version": "1.0.0"})
put("project/Cargo.lock", 'version = 3\n\n[[package]]\nname = "main"\nversion = "0.1.0"\ndependencies = [\n "part",\n]\n\n'
                          '[[package]]\nname = "part"\nversion = "1.0.0"\n'
                          'source = "registry+https://github.com/rust-lang/crates.io-index"\n')
ROOT, PROJECT = f"fs://{WORK / 'root'}", f"dir://{WORK / 'project'}"
BOTH = ["CVE-2026-0001", "CVE-2026-0002"]


def scan(*words, target=ROOT, code=None, form="json"):
    answer = run("scan", "--now", "2026-06-01", "--advisories", MIRROR, "--format", form, *words, target, code=code)
    return json.loads(answer.stdout) if answer.stdout and form != "table" else answer


def shown(doc):
    return sorted(f["vulnerability"]["id"] for f in doc["findings"])


def kept_out(doc):
    return {f["vulnerability"]["id"]: f["suppressed_by"] for f in doc["suppressed"]}


def openvex(name, *statements, **more):
    return put(name, {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "urn:x", "author": "Example Co",
                      "timestamp": "2026-05-01T00:00:00Z", "version": 1, "statements": list(statements), **more})


def statement(vulnerability, product, status="not_affected", parts=(), **more):
    what = {"@id": product}
    if parts:
        what["subcomponents"] = [{"@id": p} for p in parts]
    return {"vulnerability": {"name": vulnerability}, "products": [what], "status": status, **more}


@check
def openvex_in():
    """OpenVEX: products with and without version and qualifiers, aliases, justification and author"""
    assert shown(scan(code=1)) == BOTH
    file = openvex("a.json", statement("CVE-2026-0001", "pkg:deb/debian/libone",
                                       justification="vulnerable_code_not_present", impact_statement="compiled out"))
    doc = scan("--vex", file)
    assert shown(doc) == BOTH[1:]
    assert kept_out(doc) == {"CVE-2026-0001": "VEX Example Co: vulnerable_code_not_present (compiled out)"}, kept_out(doc)
    for purl, covers in (("pkg:deb/debian/libone@1.0", True), ("pkg:deb/debian/libone@1.1", False),
                         ("pkg:deb/debian/libone?arch=amd64", True), ("pkg:deb/debian/libone?arch=arm64", False),
                         ("pkg:deb/debian/one?arch=source", True), ("pkg:deb/debian/one", False),
                         ("pkg:deb/ubuntu/libone", False), ("pkg:rpm/debian/libone", False)):
        doc = scan("--vex", openvex("b.json", statement("CVE-2026-0001", purl, "fixed")))
        assert ("CVE-2026-0001" not in shown(doc)) == covers, purl
    for name in ("GHSA-aaaa-bbbb-cccc", "cve-2026-0002"):
        doc = scan("--vex", openvex("b.json", statement(name, "pkg:npm/left@1.0.0", justification="component_not_present")))
        assert shown(doc) == BOTH[:1], name
    doc = scan("--vex", openvex("b.json", {"vulnerability": {"name": "X-1", "aliases": ["CVE-2026-0002"]},
                                           "products": [{"@id": "pkg:npm/left"}], "status": "fixed"}))
    assert shown(doc) == BOTH[:1]


@check
def openvex_order():
    """later statements win, whatever their place; affected and under_investigation annotate"""
    early = statement("CVE-2026-0001", "pkg:deb/debian/libone", "not_affected", timestamp="2026-05-02T00:00:00Z")
    late = statement("CVE-2026-0001", "pkg:deb/debian/libone", "affected", timestamp="2026-05-03T00:00:00Z",
                     action_statement="update")
    for order in ([early, late], [late, early]):
        doc = scan("--vex", openvex("c.json", *order))
        assert shown(doc) == BOTH
        evidence = [e["value"] for f in doc["findings"] for e in f["evidence"] if e["key"] == "vex"]
        assert evidence == ["Example Co: affected, update"], evidence
    one, two = openvex("c.json", early), openvex("d.json", late)
    assert shown(scan("--vex", f"{one},{two}")) == BOTH and shown(scan("--vex", f"{two},{one}")) == BOTH
    del early["timestamp"], late["timestamp"]
    assert shown(scan("--vex", openvex("c.json", early, late))) == BOTH
    assert shown(scan("--vex", openvex("c.json", late, early))) == BOTH[1:]


@check
def openvex_subcomponents():
    """a product with subcomponents holds for these packages in that product only"""
    part = "pkg:cargo/part@1.0.0"
    assert shown(scan(target=PROJECT)) == ["CVE-2026-0003"]
    for product, parts, covers in (("pkg:cargo/main", [part], True),
                                   ("pkg:cargo/main", ["pkg:cargo/other"], False),
                                   ("pkg:cargo/elsewhere", [part], False),
                                   ("pkg:cargo/main", [], True)):
        doc = scan("--vex", openvex("e.json", statement("CVE-2026-0003", product, parts=parts)), target=PROJECT)
        assert (shown(doc) == []) == covers, (product, parts)


def csaf(status, **more):
    leaf = {"category": "product_version", "name": "1.0", "product": {
        "product_id": "P1", "name": "libone", "product_identification_helper": {"purl": "pkg:deb/debian/libone"}}}
    return put("csaf.json", {
        "document": {"category": "csaf_vex", "csaf_version": "2.0", "publisher": {"name": "Vendor"},
                     "tracking": {"current_release_date": "2026-05-04T00:00:00Z"}},
        "product_tree": {"branches": [{"category": "vendor", "name": "V", "branches": [leaf]}],
                         "product_groups": [{"group_id": "G", "product_ids": ["P1"]}]},
        "vulnerabilities": [{"cve": "CVE-2026-0001", "product_status": {status: ["P1"]}, **more}]})


@check
def csaf_in():
    """CSAF 2.0: product tree, statuses, flags and threats, by group as well"""
    doc = scan("--vex", csaf("known_not_affected", flags=[{"label": "component_not_present", "group_ids": ["G"]}],
                             threats=[{"category": "impact", "details": "not built", "product_ids": ["P1"]}]))
    assert kept_out(doc) == {"CVE-2026-0001": "VEX Vendor: component_not_present (not built)"}, kept_out(doc)
    assert shown(scan("--vex", csaf("fixed"))) == BOTH[1:]
    for status in ("known_affected", "under_investigation", "recommended"):
        assert shown(scan("--vex", csaf(status))) == BOTH
    file = csaf("fixed")
    file.write_text(file.read_text().replace('"name": "1.0"', '"name": "0.9"'))
    assert shown(scan("--vex", file)) == BOTH
    file.write_text(file.read_text().replace('"product_version"', '"product_version_range"'))
    doc = scan("--vex", file)
    assert shown(doc) == BOTH and any(g["subject"] == str(file) for g in doc["gaps"])


@check
def cyclonedx_in():
    """CycloneDX: analysis of components, of purls and through BOM-Links; versions; findings without one count for nothing"""
    def bom(ref, state="not_affected", **affects):
        return put("cdx.json", {
            "bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {"authors": [{"name": "Team"}]},
            "components": [{"type": "library", "name": "x", "components": [
                {"type": "library", "name": "libone", "bom-ref": "c1", "purl": "pkg:deb/debian/libone@1.0"}]}],
            "vulnerabilities": [{"id": "CVE-2026-0001", "analysis": {"state": state, "justification": "code_not_reachable",
                                                                     "detail": "off"}, "affects": [{"ref": ref, **affects}]}]})
    link = "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#"
    for ref in ("c1", "pkg:deb/debian/libone@1.0", link + "c1", link + "pkg:deb/debian/libone@1.0",
                link + "pkg%3Adeb%2Fdebian%2Flibone%401.0"):
        doc = scan("--vex", bom(ref))
        assert kept_out(doc) == {"CVE-2026-0001": "VEX Team: code_not_reachable (off)"}, (ref, kept_out(doc))
    for state, covers in (("resolved", True), ("false_positive", True), ("exploitable", False), ("in_triage", False)):
        assert (shown(scan("--vex", bom("c1", state))) == BOTH[1:]) == covers, state
    for version, covers in (("1.0", True), ("1.1", False)):
        file = bom("pkg:deb/debian/libone", versions=[{"version": version, "status": "unaffected"}])
        assert (shown(scan("--vex", file)) == BOTH[1:]) == covers, version
    own = put("own.json", scan(form="cyclonedx"))
    assert shown(scan("--vex", own)) == BOTH


@check
def out_and_in():
    """what is kept out is written as OpenVEX and CycloneDX, and read back it keeps the same out"""
    policy = put("p.yaml", "ignore:\n  - id: CVE-2026-0001\n    reason: accepted by us\n")
    file = openvex("f.json", statement("CVE-2026-0002", "pkg:npm/left", justification="component_not_present"))
    words = ("--config", policy, "--vex", file)
    doc = scan(*words, form="openvex", code=0)
    assert doc["@context"] == "https://openvex.dev/ns/v0.2.0" and doc["author"] and doc["version"] == 1
    by_id = {s["vulnerability"]["name"]: s for s in doc["statements"]}
    assert by_id["CVE-2026-0001"]["impact_statement"] == "accepted by us"
    assert by_id["CVE-2026-0002"]["justification"] == "component_not_present"
    assert {s["status"] for s in doc["statements"]} == {"not_affected"}
    assert doc == scan(*words, form="openvex")
    assert shown(scan("--vex", put("g.json", doc), code=0)) == []
    bom = scan(*words, form="cyclonedx")
    analysis = {v["id"]: v["analysis"] for v in bom["vulnerabilities"]}
    assert analysis["CVE-2026-0001"] == {"state": "not_affected", "detail": "accepted by us"}
    assert analysis["CVE-2026-0002"]["justification"] == "code_not_present"
    assert shown(scan("--vex", put("h.json", bom), code=0)) == []
    run_ = scan(*words, form="sarif")["runs"][0]
    assert sorted(r["suppressions"][0]["justification"] for r in run_["results"]) == \
        ["VEX Example Co: component_not_present", "accepted by us"]


@check
def wrong_documents():
    """a wrong document is refused with its name and line, exit code 2"""
    good = statement("CVE-1-1", "pkg:npm/a")
    for what, needle in (
            ("{\n\n]", "line 3"), ("{}", "no VEX document"), ("[]", "no VEX document"),
            ('{"bomFormat": "CycloneDX"}', "vulnerabilities"),
            ('{"document": {"csaf_version": "1.2"}}', "CSAF 1.2"),
            ('{"@context": "https://openvex.dev/ns/v0.2.0",\n"statements": 7}', ":2: "),
            ('{"@context": "https://openvex.dev/ns/v0.2.0",\n"statements": [\n7]}', ":3: "),
            (openvex("i.json", {**good, "status": "fine"}).read_text(), "status takes"),
            (openvex("i.json", {**good, "justification": "trust me"}).read_text(), "trust me"),
            (openvex("i.json", {**good, "vulnerability": {}}).read_text(), "no vulnerability"),
            (csaf("fixed").read_text().replace('"product_id": "P1"', '"product_id": "P2"'), 'no product "P1"')):
        answer = run("scan", "--advisories", MIRROR, "--vex", put("wrong.json", what), ROOT, code=2)
        assert "wrong.json" in answer.stderr and needle in answer.stderr, (what, answer.stderr)
    run("scan", "--advisories", MIRROR, "--vex", "no-such-file.json", ROOT, code=2)


@check
def ignores():
    """ignores by id, alias, package, path and purl, of operating system and language packages"""
    for text, left in (("id: CVE-2026-0001", BOTH[1:]), ("id: GHSA-aaaa-bbbb-cccc", BOTH[:1]),
                       ("id: CVE-2026-0002", BOTH[:1]), ("package: libone", BOTH[1:]), ("package: l*", []),
                       ("path: app/**", BOTH[:1]), ("path: var/lib/dpkg/status", BOTH[1:]),
                       ("purl: pkg:npm/left", BOTH[:1]), ("purl: pkg:npm/left@1.0.0", BOTH[:1]),
                       ("purl: pkg:npm/left@1.0.1", BOTH), ("purl: pkg:deb/debian/libone@1.0", BOTH[1:]),
                       ("{id: CVE-2026-0001, package: left}", BOTH)):
        item = text if text.startswith("{") else "{" + text + "}"
        policy = put("q.yaml", f"ignore:\n  - {item[:-1]}, reason: known}}\n")
        doc = scan("--config", policy)
        assert shown(doc) == left, (text, shown(doc))
        unused = [g for g in doc["gaps"] if "matched nothing" in g["message"]]
        assert bool(unused) == (left == BOTH), (text, unused)
        assert all(g["kind"] == "note" and "q.yaml:2" in g["subject"] for g in unused), unused


@check
def lint_ignores():
    """ignores of lint's findings by rule, a peer's id, path and fingerprint; those of scans are not called unused there"""
    put("lint/Dockerfile", "FROM debian\nCMD [\"true\"]\n")

    def lint(item):
        policy = put("r.yaml", f"ignore:\n  - {item}\n  - {{id: CVE-2026-0001, reason: other}}\n" if item else "{}")
        return json.loads(run("lint", "--config", policy, "--format", "json", WORK / "lint/Dockerfile").stdout)
    found = [f for f in lint(None)["findings"] if "hadolint:DL3006" in f["aliases"]]
    assert len(found) == 1, found
    for item in (f"id: {found[0]['rule']}", "id: DL3006", "id: hadolint:DL3006", f"fingerprint: {found[0]['fingerprint']}",
                 "path: '**/Dockerfile'"):
        doc = lint("{" + item + ", reason: known}")
        assert not [f for f in doc["findings"] if "hadolint:DL3006" in f["aliases"]], item
        assert not [g for g in doc["gaps"] if "matched nothing" in g["message"]], doc["gaps"]
    assert [g for g in lint("{id: DL9999, reason: known}")["gaps"] if "matched nothing" in g["message"]]


@check
def fixtures():
    """Trivy's own VEX fixture is read, and one that speaks of another product changes nothing"""
    at = os.environ.get("BULWARK_CASES")
    archive = pathlib.Path(at or "/nonexistent") / "inventory/fixtures.tar.zst"
    if not archive.exists() or not shutil.which("zstd"):
        raise Skip("no fixtures")
    name = "trivy/integration/testdata/fixtures/vex/file/openvex.json"
    listing = subprocess.run(["tar", "--zstd", "-tf", archive], capture_output=True, text=True).stdout.splitlines()
    found = [n for n in listing if n.endswith(name)]
    if not found:
        raise Skip("the fixtures have no VEX document")
    subprocess.run(["tar", "--zstd", "-xf", archive, "-C", WORK, found[0]], check=True)
    file = WORK / found[0]
    assert shown(scan("--vex", file)) == BOTH


shutil.rmtree(WORK, ignore_errors=True)
print(f"TAP version 13\n1..{len(results)}")
for number, (ok, text, skip) in enumerate(results, 1):
    print(f"{'ok' if ok else 'not ok'} {number} - {text}{f' # SKIP {skip}' if skip else ''}")
sys.exit(any(not ok for ok, _, _ in results))
