#!/usr/bin/env python3
"""Holds data/baseline to its rules, in TAP.

Every record is checked for its shape.  Where a directory of OSV records in
the bucket's layout is at hand (BULWARK_ADVISORIES, by default
../shared/advisories beside the source), each of our ranges is compared with
those of the real records that name the same vulnerability and package; our
vectors and KEV marks are compared as well.
"""
import bisect
import json
import os
import pathlib
import re
import sys
import zipfile

FILES = ("os.json", "python.json", "npm.json", "go.json", "java.json", "other.json")
RECORDS_MIN, RECORDS_MAX = 150, 200
SUMMARY_MIN, SUMMARY_MAX = 15, 160

ID = re.compile(r"CVE-\d{4}-\d{4,}|GHSA(-[23456789cfghjmpqrvwx]{4}){3}")
ALIAS = re.compile(ID.pattern + r"|PYSEC-\d{4}-\d+|GO-\d{4}-\d{4,}|RUSTSEC-\d{4}-\d{4}")
DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3])(:[0-5]\d){2}Z")
CVSS3 = re.compile(r"CVSS:3\.[01]/AV:[NALP]/AC:[LH]/PR:[NLH]/UI:[NR]/S:[UC]"
                   r"/C:[NLH]/I:[NLH]/A:[NLH](/(E:[XUPFH]|RL:[XOTWU]|RC:[XURC]))*")
CVSS4 = re.compile(r"CVSS:4\.0/AV:[NALP]/AC:[LH]/AT:[NP]/PR:[NLH]/UI:[NPA]/VC:[NLH]/VI:[NLH]"
                   r"/VA:[NLH]/SC:[NLH]/SI:[NLH]/SA:[NLH](/E:[XAPU])?")
WORDS = ("LOW", "MODERATE", "HIGH", "CRITICAL")
RECORD_KEYS = {"id", "aliases", "published", "modified", "summary", "severity",
               "affected", "references", "database_specific"}

# Where the real record is wrong, by the project's own announcement.
DISPUTED = {
    ("CVE-2021-45046", "org.apache.logging.log4j:log4j-core"):
        "2.3.1 carries the fix for Java 6 and nothing before 2.0-beta9 has lookups",
}

BEFORE_RELEASE = ("a", "alpha", "b", "beta", "c", "dev", "m", "milestone", "pre", "preview", "rc")


def version_key(version):
    """A rough order, good enough to see a range whose events are swapped."""
    key = []
    for number, word, tilde in re.findall(r"(\d+)|([A-Za-z]+)|(~)", version):
        if number:
            key.append((2, int(number), ""))
        elif tilde or word.lower() in BEFORE_RELEASE:
            key.append((-1, 0, word))
        else:
            key.append((1, 0, word.lower()))
    return key + [(0, 0, "")]


def ecosystems(source):
    """{name: (is a distribution, range type)} out of the program's own table."""
    table = (source / "src/model/ecosystem.c").read_text()
    known = {}
    for macro, name, scheme in re.findall(
            r"\b(OS|LANGUAGE)\(\"([^\"]+)\",(?:[^()]|\n)*?(VERSION_\w+)", table):
        kind = "SEMVER" if scheme in ("VERSION_SEMVER", "VERSION_GO") else "ECOSYSTEM"
        known[name] = (macro == "OS", kind)
    return known


def range_problems(rng, expected_type):
    if set(rng) != {"type", "events"} or rng["type"] != expected_type:
        yield f"a range must be of type {expected_type} and hold nothing but events"
        return
    previous, want_start = None, True
    for event in rng["events"]:
        if len(event) != 1:
            yield "an event has one key"
            return
        (name, version), = event.items()
        if (name == "introduced") != want_start or name not in ("introduced", "fixed", "last_affected"):
            yield f"events must alternate, {name} {version} does not"
        if version != "0":
            key = version_key(version)
            if previous is not None and (key < previous or (key == previous and name != "introduced")):
                yield f"events are not in order at {version}"
            previous = key
        elif previous is not None or name != "introduced":
            yield "0 may only start a range"
        want_start = not want_start


def affected_problems(entry, known):
    package = entry.get("package", {})
    if set(package) != {"ecosystem", "name"} or not package["name"]:
        yield "package wants ecosystem and name"
        return
    name, _, release = package["ecosystem"].partition(":")
    if name not in known:
        yield f"ecosystem {name} is unknown"
        return
    distribution, expected_type = known[name]
    if distribution != bool(release):
        yield f"ecosystem {package['ecosystem']}: a release belongs to distributions, and only to them"
    if not set(entry) <= {"package", "ranges", "versions"} or len(entry) != 2:
        yield "an affected entry holds either ranges or versions"
    if name == "PyPI" and package["name"] != re.sub(r"[-_.]+", "-", package["name"]).lower():
        yield f"PyPI name {package['name']} is not normalised"
    for rng in entry.get("ranges", []):
        yield from range_problems(rng, expected_type)


def severity_problems(record):
    patterns = {"CVSS_V3": CVSS3, "CVSS_V4": CVSS4}
    for severity in record.get("severity", []):
        pattern = patterns.get(severity.get("type"))
        if not pattern or not pattern.fullmatch(severity.get("score", "")):
            yield f"severity {severity} is no CVSS vector of its type"
    word = record.get("database_specific", {}).get("severity")
    if bool(word) == bool(record.get("severity")):
        yield "wants a vector, or a word in database_specific where no vector is certain"
    if word and word not in WORDS:
        yield f"severity word {word}"


def record_problems(record, known):
    if not set(record) <= RECORD_KEYS:
        yield f"keys {sorted(set(record) - RECORD_KEYS)}"
    if not ID.fullmatch(record.get("id", "")):
        yield "the id is neither a CVE nor a GHSA id"
    for alias in record.get("aliases", []):
        if not ALIAS.fullmatch(alias):
            yield f"alias {alias}"
    for field in ("published", "modified"):
        if not DATE.fullmatch(record.get(field, "")):
            yield f"{field} is no RFC 3339 date in UTC"
    summary = record.get("summary", "")
    if not SUMMARY_MIN <= len(summary) <= SUMMARY_MAX or not summary.endswith("."):
        yield f"a summary is a sentence of {SUMMARY_MIN} to {SUMMARY_MAX} characters, not {len(summary)}"
    yield from severity_problems(record)
    if not set(record.get("database_specific", {})) <= {"kev", "severity"}:
        yield "database_specific holds kev and severity only"
    references = record.get("references", [])
    if len(references) != 1 or references[0].get("type") != "ADVISORY" \
            or not references[0].get("url", "").startswith("https://"):
        yield "wants one ADVISORY reference"
    if not record.get("affected"):
        yield "nothing is affected"
    seen = set()
    for entry in record.get("affected", []):
        yield from affected_problems(entry, known)
        package = (entry["package"]["ecosystem"], entry["package"]["name"])
        if package in seen:
            yield f"{package} stands twice"
        seen.add(package)


def interval_set(entries):
    """The affected versions of one package in one record, as comparable intervals."""
    intervals, versions = set(), set()
    for entry in entries:
        ranges = [r for r in entry.get("ranges", []) if r["type"] != "GIT"]
        for rng in ranges:
            start = None
            for event in sorted(rng["events"], key=event_key):
                (name, version), = event.items()
                if name == "introduced":
                    start = version if start is None else start
                elif start is not None:
                    intervals.add((plain_zero(start), name, version))
                    start = None
            if start is not None:
                intervals.add((plain_zero(start), "fixed", None))
        if not ranges:
            versions.update(entry.get("versions", []))
    return merged(intervals), versions


def event_key(event):
    (name, version), = event.items()
    return ([] if version == "0" else version_key(version)), name == "introduced"


def plain_zero(version):
    return "0" if version in ("0", "0.0.0", "0.0.0-0") else version


def merged(intervals):
    """[2.0, 2.1) and [2.1, 2.2) are [2.0, 2.2)."""
    starts = {start: (start, name, end) for start, name, end in intervals}
    ends = {end for _, name, end in intervals if name == "fixed"}
    result = set()
    for start, name, end in intervals:
        if start in ends:
            continue
        steps = 0
        while name == "fixed" and end in starts and steps <= len(intervals):
            _, name, end = starts[end]
            steps += 1
        result.add((start, name, end))
    return result


def written(affected):
    intervals, versions = affected
    parts = [f"[{start}, {'inf' if end is None else end}{')' if name == 'fixed' else ']'}"
             for start, name, end in sorted(intervals, key=str)]
    return " ".join(parts + sorted(versions))


def real_records(advisories, names, ids):
    """The records of the zips of these ecosystems that share an id with ours: {id: [record]}."""
    found = {}
    pattern = re.compile(rb"\"((?:CVE|GHSA)-[0-9a-z-]+)\"")
    for name in sorted(names):
        path = advisories / name / "all.zip"
        if not path.exists():
            continue
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                raw = archive.read(member)
                if not any(m.decode() in ids for m in pattern.findall(raw)):
                    continue
                record = json.loads(raw)
                if record.get("withdrawn"):
                    continue
                for own in {record["id"], *record.get("aliases", []), *record.get("upstream", []),
                            *record.get("related", [])}:
                    if own in ids:
                        found.setdefault(own, []).append(record)
    return found


def packages(record):
    grouped = {}
    for entry in record.get("affected", []):
        package = entry.get("package")
        if package:
            grouped.setdefault((package["ecosystem"], package["name"]), []).append(entry)
    return grouped


def counterparts(record, real):
    by_id = {}
    for own in [record["id"], *record.get("aliases", [])]:
        for other in real.get(own, []):
            by_id[other["id"]] = other
    return list(by_id.values())


def vectors(record):
    entries = [record, *record.get("affected", [])]
    return {s["score"] for e in entries for s in e.get("severity", []) if s["type"] == "CVSS_V3"}


def disagreements(record, others, used):
    """(problems, number of packages compared)"""
    problems, compared = [], 0
    for package, entries in packages(record).items():
        ours = interval_set(entries)
        theirs = {other["id"]: interval_set(packages(other)[package])
                  for other in others if package in packages(other)}
        theirs = {i: a for i, a in theirs.items() if a[0] or a[1]}
        if not theirs:
            continue
        compared += 1
        agrees = any(ours == other for other in theirs.values())
        if (record["id"], package[1]) in DISPUTED:
            used.add((record["id"], package[1]))
            if agrees:
                problems.append(f"{package} is listed as disputed, yet agrees")
        elif not agrees:
            problems += [f"{package}: ours {written(ours)}; {i} {written(other)}"
                         for i, other in theirs.items()]
    theirs = set().union(*(vectors(other) for other in others)) if others else set()
    ours = vectors(record)
    if theirs and ours and not ours & theirs:
        problems.append(f"vector {ours.pop()}; the records say {', '.join(sorted(theirs))}")
    return problems, compared


class Tap:
    def __init__(self):
        self.count, self.failed = 0, 0

    def test(self, name, problems=(), skip=None):
        self.count += 1
        problems = list(problems)
        self.failed += bool(problems)
        suffix = f" # SKIP {skip}" if skip else ""
        print(f"{'not ok' if problems else 'ok'} {self.count} - {name}{suffix}")
        for problem in problems:
            print(f"# {problem}")

    def end(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


def load(tap, source, known):
    """Reads every file; the records that are well formed enough to compare."""
    records, ids = [], []
    for name in FILES:
        try:
            document = json.loads((source / "data/baseline" / name).read_text())
        except (OSError, ValueError) as problem:
            tap.test(f"{name} is JSON", [problem])
            continue
        shape = []
        if set(document) != {"baseline", "records"} \
                or not re.fullmatch(r"\d{4}-\d\d-\d\d", document.get("baseline", "")):
            shape.append("a file holds its date as `baseline`, and `records`")
        order = [r.get("id", "") for r in document.get("records", [])]
        if order != sorted(order):
            at = next(i for i in range(1, len(order)) if order[i] < order[i - 1])
            shape.append(f"records stand in the order of their ids: {order[at]} belongs at "
                         f"{bisect.bisect(sorted(order), order[at])}")
        tap.test(f"{name} has the shape of a baseline file", shape)
        for record in document.get("records", []):
            problems = list(record_problems(record, known))
            tap.test(f"{name}: {record.get('id')} is well formed", problems)
            if not problems:
                records.append(record)
            ids += [record.get("id"), *record.get("aliases", [])]
    repeated = sorted({i for i in ids if ids.count(i) > 1})
    tap.test("no id or alias stands twice", repeated)
    tap.test("the number of records is that of a baseline",
             [] if RECORDS_MIN <= len(records) <= RECORDS_MAX else [f"{len(records)} records"])
    return records


def compare(tap, records, advisories):
    ids = {i for r in records for i in [r["id"], *r.get("aliases", [])]}
    names = {e["package"]["ecosystem"].partition(":")[0] for r in records for e in r["affected"]}
    real, used, total = real_records(advisories, names, ids), set(), 0
    for record in records:
        problems, compared = disagreements(record, counterparts(record, real), used)
        total += compared
        tap.test(f"{record['id']} agrees with the records at hand", problems,
                 None if compared or problems else "none of its packages is in the records at hand")
    tap.test("every disputed range is still needed",
             [f"{k}" for k in DISPUTED if k not in used])
    tap.test("the comparison is not empty", [] if total > 100 else [f"{total} packages compared"])
    print(f"# {total} packages compared with real records")


def compare_kev(tap, records, advisories):
    path = advisories / "extra/kev/known_exploited_vulnerabilities.json"
    if not path.exists():
        tap.test("KEV marks agree with the catalogue", skip="no KEV catalogue at hand")
        return
    kev = {v["cveID"] for v in json.loads(path.read_text())["vulnerabilities"]}
    wrong = [f"{r['id']} is {'in' if r['id'] in kev else 'not in'} the catalogue" for r in records
             if bool(r.get("database_specific", {}).get("kev")) != (r["id"] in kev)]
    tap.test("KEV marks agree with the catalogue", wrong)


def main():
    source = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else
                          os.environ.get("BULWARK_SOURCE", ".")).resolve()
    advisories = pathlib.Path(os.environ.get("BULWARK_ADVISORIES", source / "../shared/advisories"))
    tap = Tap()
    records = load(tap, source, ecosystems(source))
    if advisories.is_dir():
        compare(tap, records, advisories)
        compare_kev(tap, records, advisories)
    else:
        tap.test("ranges agree with real records",
                 skip=f"no advisories at {advisories}; BULWARK_ADVISORIES names a directory of them")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
