#!/usr/bin/env python3
"""Judges every report format on a made-up report full of hostile names (TAP).

test_reports.py DRIVER SOURCE-DIRECTORY [SCHEMA-DIRECTORY]

The official schemas of SARIF 2.1.0 and CycloneDX 1.6 are not in the tree;
`scripts/fetch-schemas.sh` brings them, and what is absent is skipped.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
import xml.etree.ElementTree as ElementTree

DRIVER, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
SCHEMAS = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else pathlib.Path("/nonexistent")
VARIANTS = ("full", "clean", "incomplete", "filtered")
results = []


class Skip(Exception):
    pass


def check(function):
    try:
        function()
        results.append((True, function.__doc__, None))
    except Skip as why:
        results.append((True, function.__doc__, str(why)))
    except Exception as why:  # a failed check tells what it saw
        results.append((False, f"{function.__doc__}: {type(why).__name__}: {str(why)[:600]!r}", None))


def report(form, variant="full", columns=0):
    answer = subprocess.run([DRIVER, form, variant, str(columns)], capture_output=True, check=True)
    return answer.stdout.decode("utf-8")


def document(form, variant="full"):
    return json.loads(report(form, variant))


def validator(schema, resolver_store=None):
    try:
        import jsonschema
    except ImportError:
        raise Skip("python3-jsonschema is not installed")
    cls = jsonschema.validators.validator_for(schema)
    cls.check_schema(schema)
    if resolver_store:
        return cls(schema, resolver=jsonschema.RefResolver.from_schema(schema, store=resolver_store))
    return cls(schema)


def must_be_valid(v, doc):
    errors = sorted(v.iter_errors(doc), key=lambda e: list(map(str, e.path)))
    assert not errors, "; ".join(f"{'/'.join(map(str, e.path))}: {e.message}" for e in errors[:3])


def safe(text):
    """No control character and no bidirectional override reaches a reader."""
    for c in text:
        assert c in "\n" or unicodedata.category(c) not in ("Cc", "Cf"), repr(c)


@check
def own_json():
    """json: valid by the published schema, in all variants"""
    v = validator(json.loads((SOURCE / "docs/report.schema.json").read_text()))
    for variant in VARIANTS:
        must_be_valid(v, document("json", variant))


@check
def own_json_says():
    """json: findings, ignores, gaps and the exit code are what was put in"""
    full, filtered = document("json"), document("json", "filtered")
    assert [f["severity"] for f in full["findings"]] == ["critical", "high", "medium", "low", "unknown"]
    assert full["summary"]["exit_code"] == 1 and full["summary"]["complete"]
    assert full["findings"][0]["package"]["layer"]["created_by"] == "COPY app /srv"
    assert filtered["findings"] == [] and filtered["summary"]["exit_code"] == 0
    assert [f["suppressed_by"] for f in filtered["suppressed"]] == ["not reachable"]
    incomplete = document("json", "incomplete")
    assert incomplete["summary"]["exit_code"] == 3 and not incomplete["summary"]["complete"]
    assert incomplete["gaps"][0]["kind"] == "blocking"
    assert document("json", "clean")["summary"]["exit_code"] == 0


@check
def own_json_schema_refuses():
    """json: the schema refuses a report with a member missing or unknown"""
    v = validator(json.loads((SOURCE / "docs/report.schema.json").read_text()))
    doc = document("json")
    for change in (lambda d: d.pop("gaps"), lambda d: d.update(other=1),
                   lambda d: d["findings"][0].update(fingerprint="x"), lambda d: d["summary"].update(exit_code=-1)):
        broken = json.loads(json.dumps(doc))
        change(broken)
        assert list(v.iter_errors(broken))


@check
def trivy():
    """trivy-json: schema version 2 with its results, a CVE each, and no pending update"""
    doc = document("trivy-json")
    assert doc["SchemaVersion"] == 2 and doc["ArtifactType"] == "container_image"
    assert doc["Metadata"]["OS"] == {"Family": "debian", "Name": "12"}
    kinds = [(r["Class"], r["Type"], r["Target"]) for r in doc["Results"]]
    assert kinds[0] == ("os-pkgs", "debian", "shop.tar (debian 12)")
    assert ("lang-pkgs", "node-pkg", "Node.js") in kinds and ("lang-pkgs", "python-pkg", "Python") in kinds
    assert ("lang-pkgs", "gobinary", "srv/a file with spaces") in kinds
    os_ids = [v["VulnerabilityID"] for v in doc["Results"][0]["Vulnerabilities"]]
    assert os_ids == ["CVE-2020-0001", "CVE-2020-0002"], os_ids
    assert all(v["VendorIDs"] for v in doc["Results"][0]["Vulnerabilities"])
    for result in doc["Results"]:
        for v in result.get("Vulnerabilities", []):
            assert v["Severity"] in ("UNKNOWN", "LOW", "MEDIUM", "HIGH", "CRITICAL")
            assert v["Status"] == ("fixed" if "FixedVersion" in v else "affected")
            assert v["PkgIdentifier"]["PURL"].startswith("pkg:")
    package = doc["Results"][0]["Packages"][0]
    assert (package["Epoch"], package["Version"], package["Release"]) == (1, "2.3", "4")
    assert document("trivy-json", "incomplete")["Bulwark"]["Complete"] is False


@check
def trivy_reads_it():
    """trivy-json: Trivy itself converts the report"""
    program = shutil.which("trivy")
    if not program:
        raise Skip("trivy is not installed")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
        f.write(report("trivy-json"))
        f.flush()
        answer = subprocess.run([program, "convert", "--quiet", "--format", "json", f.name], capture_output=True,
                                text=True, check=True)
    ids = {v["VulnerabilityID"] for r in json.loads(answer.stdout)["Results"] for v in r.get("Vulnerabilities", [])}
    assert {"CVE-2020-0001", "CVE-2020-0002", "CVE-2021-44906", "CVE-2022-1111", "CVE-2023-2222"} == ids, ids


@check
def sarif():
    """sarif: what code scanning needs: rules, levels, relative paths, fingerprints"""
    doc = document("sarif")
    assert doc["version"] == "2.1.0"
    run = doc["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert len({r["id"] for r in rules}) == len(rules)
    for r in run["results"]:
        assert rules[r["ruleIndex"]]["id"] == r["ruleId"]
        uri = r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert not uri.startswith("/") and re.fullmatch(r"[A-Za-z0-9._~/@+,=%-]+", uri), uri
        assert re.fullmatch("[0-9a-f]{32}", r["partialFingerprints"]["bulwark/v1"])
    assert all(0.0 <= float(r["properties"]["security-severity"]) <= 10.0 for r in rules)
    assert document("sarif", "incomplete")["runs"][0]["invocations"][0]["executionSuccessful"] is False
    assert document("sarif", "filtered")["runs"][0]["results"][0]["suppressions"]


@check
def sarif_schema():
    """sarif: valid by the official schema"""
    path = SCHEMAS / "sarif-2.1.0.json"
    if not path.exists():
        raise Skip("the official SARIF schema is not at hand")
    v = validator(json.loads(path.read_text()))
    for variant in VARIANTS:
        must_be_valid(v, document("sarif", variant))


@check
def cyclonedx():
    """cyclonedx: unique references, purls, and a composition that tells incompleteness"""
    doc = document("cyclonedx")
    assert doc["bomFormat"] == "CycloneDX" and doc["specVersion"] == "1.6"
    refs = [c["bom-ref"] for c in doc["components"]]
    assert len(set(refs)) == len(refs) == 6
    # A name that is no UTF-8 has no purl; every other component has one.
    assert [c["name"].startswith("evil") for c in doc["components"] if "purl" not in c and c["type"] == "library"] == [True]
    assert all(c["purl"].startswith("pkg:") for c in doc["components"] if "purl" in c)
    for v in doc["vulnerabilities"]:
        assert v["affects"][0]["ref"] in refs
    assert document("cyclonedx", "incomplete")["compositions"][0]["aggregate"] == "incomplete"
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", doc["serialNumber"])


@check
def cyclonedx_schema():
    """cyclonedx: valid by the official schema"""
    path = SCHEMAS / "bom-1.6.schema.json"
    if not path.exists():
        raise Skip("the official CycloneDX schema is not at hand")
    store = {}
    for name in ("spdx.schema.json", "jsf-0.82.schema.json"):
        other = json.loads((SCHEMAS / name).read_text())
        store[name] = store[other.get("$id", name)] = other
        store[f"http://cyclonedx.org/schema/{name}"] = other
    v = validator(json.loads(path.read_text()), store)
    for variant in VARIANTS:
        must_be_valid(v, document("cyclonedx", variant))


@check
def junit():
    """junit: well-formed, and the counts are the cases"""
    for variant in VARIANTS:
        root = ElementTree.fromstring(report("junit", variant))
        suite = root.find("testsuite")
        cases = suite.findall("testcase")
        assert int(suite.get("tests")) == len(cases) >= 1
        assert int(suite.get("failures")) == len(root.findall(".//failure"))
        assert int(suite.get("errors")) == len(root.findall(".//error"))
    assert ElementTree.fromstring(report("junit", "incomplete")).findall(".//error")


@check
def markdown():
    """markdown: rows keep their cells, and no markup of an image's making survives"""
    text = report("markdown")
    safe(text)
    rows = [l for l in text.splitlines() if l.startswith("| critical") or "CVE-" in l and l.startswith("|")]
    for row in rows[1:]:
        assert len(re.findall(r"(?<!\\)\|", row)) == 8, row
    assert "<script" not in text and "</script" not in text and "[x](" not in text and "@all" not in text
    assert "**Incomplete:**" in report("markdown", "incomplete")


@check
def table():
    """table: keeps to the terminal's width, and nothing hostile reaches it"""
    for columns in (0, 80, 120, 200):
        for variant in VARIANTS:
            text = report("table", variant, columns)
            safe(text)
            rows = [l for l in text.splitlines() if re.match(r"SEVERITY|critical|high|medium|low|unknown|PACKAGE", l)]
            assert (len(rows) >= 6) == (variant not in ("clean", "filtered")), rows
            for row in rows if columns else []:
                assert len(row.rstrip()) <= columns, (columns, row)
    assert "INCOMPLETE (digest)" in report("table", "incomplete")
    assert "5 findings: 1 critical, 1 high, 1 medium, 1 low, 1 unknown" in report("table")
    assert "0 findings" in report("table", "filtered") and "1 ignored by the policy" in report("table", "filtered")


@check
def spdx():
    """spdx-json: one id for each element, relations between elements that exist, purls, incomplete says so"""
    for variant in VARIANTS:
        doc = document("spdx-json", variant)
        assert doc["spdxVersion"] == "SPDX-2.3" and doc["dataLicense"] == "CC0-1.0"
        ids = [p["SPDXID"] for p in doc["packages"]] + [doc["SPDXID"]]
        assert len(ids) == len(set(ids)) and all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", i) for i in ids)
        for relation in doc["relationships"]:
            assert relation["spdxElementId"] in ids and relation["relatedSpdxElement"] in ids, relation
        assert doc["creationInfo"]["creators"] and doc["documentNamespace"].count("#") == 0
    told = [r["referenceLocator"] for p in document("spdx-json")["packages"] for r in p.get("externalRefs", [])]
    assert told and all(t.startswith("pkg:") for t in told)
    assert "complete: false" in document("spdx-json", "incomplete")["creationInfo"]["comment"]


@check
def html():
    """html: hostile names stay text, nothing is loaded, style and script are the ones that the policy allows"""
    import base64
    import hashlib
    import html.parser

    class Reader(html.parser.HTMLParser):
        def __init__(self):
            super().__init__()
            self.tags, self.text, self.within = [], {"style": "", "script": ""}, None

        def handle_starttag(self, tag, attrs):
            self.tags.append((tag, dict(attrs)))
            self.within = tag if tag in self.text else self.within

        def handle_endtag(self, tag):
            self.within = None if tag == self.within else self.within

        def handle_data(self, data):
            if self.within:
                self.text[self.within] += data

    for variant in VARIANTS:
        reader = Reader()
        page = report("html", variant)
        reader.feed(page)
        names = [tag for tag, _ in reader.tags]
        assert names.count("script") == 1 and names.count("style") == 1 and "img" not in names and "iframe" not in names
        policy = next(a["content"] for t, a in reader.tags if t == "meta" and a.get("http-equiv"))
        for element in ("style", "script"):
            digest = base64.b64encode(hashlib.sha256(reader.text[element].encode()).digest()).decode()
            assert f"{element}-src 'sha256-{digest}'" in policy, element
        for tag, attributes in reader.tags:
            assert not any(a.startswith("on") or a in ("src", "style") for a in attributes), (tag, attributes)
            assert not attributes.get("href", "https:").lower().startswith("javascript"), attributes
        safe(page)
    assert "Incomplete" in report("html", "incomplete") and "Incomplete" not in report("html", "clean")


@check
def csv_cells():
    """csv: as many cells in every line, no formula, gaps are lines too"""
    import csv
    import io
    for variant in VARIANTS:
        lines = list(csv.reader(io.StringIO(report("csv", variant), newline="")))
        assert len({len(line) for line in lines}) == 1, [len(line) for line in lines]
        assert not any(cell[:1] in "=+-@" and cell for line in lines for cell in line)
    assert any(line.startswith('"gap"') for line in report("csv", "incomplete").splitlines())
    assert len(report("csv").splitlines()) > len(report("csv", "clean").splitlines())


@check
def gitlab():
    """gitlab: what the container scanning schema requires, failure when incomplete"""
    doc = document("gitlab")
    assert doc["scan"]["type"] == "container_scanning" and doc["vulnerabilities"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", doc["scan"]["start_time"])
    ids = [v["id"] for v in doc["vulnerabilities"]]
    assert len(set(ids)) == len(ids)
    for v in doc["vulnerabilities"]:
        assert v["severity"] in ("Info", "Unknown", "Low", "Medium", "High", "Critical")
        assert v["identifiers"] and v["location"]["dependency"]["package"]["name"] and v["location"]["image"]
    assert doc["scan"]["status"] == "success" or not document("json")["summary"]["complete"]
    assert document("gitlab", "incomplete")["scan"]["status"] == "failure"


@check
def files_formats():
    """checkstyle, gitlab-codequality, github: gaps are not lost, and no finding starts a command of its own"""
    for variant in VARIANTS:
        ElementTree.fromstring(report("checkstyle", variant))
        fingerprints = [i["fingerprint"] for i in document("gitlab-codequality", variant)]
        assert len(set(fingerprints)) == len(fingerprints)
        for line in report("github", variant).splitlines():
            assert re.match(r"::(error|warning|notice) [^:]*::", line), line
    assert "::error" in report("github", "incomplete") and "<error" in report("checkstyle", "incomplete")


@check
def same_bytes():
    """every format: the same report gives the same bytes"""
    for form in subprocess.run([DRIVER], capture_output=True, text=True, check=True).stdout.split():
        assert report(form) == report(form)


print(f"1..{len(results)}")
for number, (ok, name, skipped) in enumerate(results, 1):
    print(("ok" if ok else "not ok") + f" {number} - {name}" + (f" # SKIP {skipped}" if skipped else ""))
sys.exit(0 if all(ok for ok, _, _ in results) else 1)
