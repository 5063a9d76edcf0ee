#!/usr/bin/python3
"""Package URLs against the published tables (TAP).

usage: oracle_purl.py PURLCHECK

The tables are those of BULWARK_CASES/purl (default: shared/cases beside the
source), in the format purl-test.schema-0.2: parse (a purl to its parts), build
(parts to a purl), validate and roundtrip (a purl to its canonical form).  All
that is accepted must also come back unchanged when it is read again.

Where a table wants one text both refused and brought into its canonical form,
the form counts, and the contradiction is named.
"""
import json
import os
import pathlib
import subprocess
import sys

PARTS = ("type", "namespace", "name", "version", "subpath")


class Report:
    def __init__(self):
        self.count = self.failed = 0

    def line(self, ok, name, remarks=()):
        self.count += 1
        self.failed += not ok
        print("%sok %d - %s" % ("" if ok else "not ", self.count, name))
        for remark in remarks:
            print("# " + remark.replace("\n", "\\n"))


def hexed(word):
    return (word or "").encode().hex() + " "


def request(test):
    given = test["input"]
    if isinstance(given, str):
        return "parse " + hexed(given)
    qualifiers = given.get("qualifiers") or {}
    if isinstance(qualifiers, str):
        qualifiers = dict(q.split("=", 1) for q in qualifiers.split("&"))
    words = [given.get(p) for p in PARTS]
    for key, value in qualifiers.items():
        words += [key, ",".join(value) if isinstance(value, list) else value]
    return "build " + "".join(map(hexed, words))


def read_answer(line):
    """None and why, or the canonical form and the parts."""
    if line.startswith("invalid: "):
        return None, line
    canonical, *words = line.split(" ")
    words = [bytes.fromhex(w).decode() for w in words[:-1]]
    parts = {p: w or None for p, w in zip(PARTS, words)}
    parts["qualifiers"] = dict(zip(words[5::2], words[6::2])) or None
    return canonical, parts


def ask(program, requests):
    out = subprocess.run([program], input="".join(r + "\n" for r in requests).encode(), stdout=subprocess.PIPE,
                         check=True).stdout.decode()
    answers = [read_answer(line) for line in out.splitlines()]
    if len(answers) != len(requests):
        sys.exit("Bail out! %d answers to %d lines" % (len(answers), len(requests)))
    return answers


def same_parts(expected, parts):
    if expected.get("subpath") is not None:
        expected = {**expected, "subpath": expected["subpath"].strip("/")}
    return all((expected.get(p) or None) == parts[p] for p in (*PARTS, "qualifiers"))


def agrees(test, canonical, parts):
    if test.get("expected_failure"):
        return canonical is None
    if canonical is None:
        return False
    expected = test["expected_output"]
    return same_parts(expected, parts) if isinstance(expected, dict) else expected == canonical


def contradictions(tests):
    """Indices of the rows that refuse a text for which another row has a canonical form."""
    accepted = {t["input"] for t in tests if isinstance(t["input"], str) and isinstance(t.get("expected_output"), str)}
    return {i for i, t in enumerate(tests) if t.get("expected_failure") and isinstance(t["input"], str) and
            t["input"] in accepted}


def check_table(report, program, path):
    tests = json.loads(path.read_text())["tests"]
    losers = contradictions(tests)
    answers = ask(program, [request(t) for t in tests])
    remarks, wrong = [], 0
    for i, (test, (canonical, parts)) in enumerate(zip(tests, answers)):
        if agrees(test, canonical, parts):
            continue
        row = "%s %s: expected %s, ours %s %s" % (
            test["test_type"], json.dumps(test["input"]),
            "a failure" if test.get("expected_failure") else json.dumps(test["expected_output"]), canonical, parts)
        if i not in losers:
            wrong += 1
        remarks.append(("the table contradicts itself: " if i in losers else "") + row)
    report.line(not wrong, "%s: %d rows, %d differ, %d contradicted by the table itself" %
                (path.name, len(tests), wrong, len(remarks) - wrong), remarks)
    return [c for c, _ in answers if c]


def check_round_trip(report, program, canonical):
    answers = ask(program, ["parse " + hexed(c) for c in canonical])
    wrong = ["%s comes back as %s" % (c, a[0]) for c, a in zip(canonical, answers) if c != a[0]]
    report.line(canonical and not wrong, "%d canonical forms come back unchanged" % len(canonical), wrong)


def main():
    source = pathlib.Path(os.environ.get("BULWARK_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
    cases = pathlib.Path(os.environ.get("BULWARK_CASES", source / "../shared/cases")) / "purl"
    tables = sorted(cases.glob("*.json"))
    if not tables:
        print("1..0 # SKIP no tables in %s; BULWARK_CASES names their place" % cases)
        return 0
    report, canonical = Report(), []
    for table in tables:
        canonical += check_table(report, sys.argv[1], table)
    check_round_trip(report, sys.argv[1], sorted(set(canonical)))
    print("1..%d" % report.count)
    return report.failed != 0


if __name__ == "__main__":
    sys.exit(main())
