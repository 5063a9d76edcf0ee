#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds `bulwark debug` to published tables of versions, CVSS vectors and package URLs.

    check_cases.py BULWARK SOURCE

The tables are in BULWARK_CASES (default: SOURCE/../shared/cases): version/<scheme>-*.txt,
cvss/*.txt and purl/*-test.json.  Rows of CONTRADICTED are wrong by their own table's other rows;
docs/conformance.md tells why.  Each of them must still differ, so that none outlives its reason.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

CONTRADICTED = {
    "maven-versions-generated.txt": {"1.0.0-gradle-rework-beta3 < 1.0.0.RC7-3"},
    "gem-test.json": {"parse pkg:gem/jruby-launcher@1.1.2?Platform=java"},
}
SHOWN = 20
# What stands bare in a purl's component: letters, digits, ".-_~" and the colon.
BARE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_~:")


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def report(self, name, problems):
        self.count += 1
        self.failed += bool(problems)
        for problem in problems[:SHOWN]:
            print("# " + problem)
        if len(problems) > SHOWN:
            print("# ... and %d more" % (len(problems) - SHOWN))
        print("%sok %d - %s" % ("not " if problems else "", self.count, name))

    def skip(self, name, why):
        self.count += 1
        print("ok %d - %s # SKIP %s" % (self.count, name, why))


def debug(bulwark, arguments, lines):
    """The lines that the program answers."""
    ended = subprocess.run(
        [bulwark, "debug"] + arguments,
        input="".join(line + "\n" for line in lines).encode(),
        capture_output=True,
    )
    if ended.returncode not in (0, 1):
        raise RuntimeError(
            "debug %s: exit %d: %s"
            % (" ".join(arguments), ended.returncode, ended.stderr.decode("utf-8", "replace"))
        )
    return ended.stdout.decode().splitlines()


def settle(table, differing):
    """What is left when the rows that their own table contradicts are taken away."""
    known = CONTRADICTED.get(table, set())
    problems = [said for row, said in differing.items() if row not in known]
    return problems + ["%s: no longer differs" % row for row in sorted(known - set(differing))]


# --- versions --------------------------------------------------------------------------------


def check_versions(bulwark, path):
    rows = [line for line in path.read_text("utf-8").splitlines() if line.strip()]
    rows = [line for line in rows if not line.lstrip().startswith("//")]
    answers = debug(bulwark, ["versions", path.name.partition("-")[0]], rows)
    differing = {}
    for line in answers[:-1]:
        row = line.partition(": we say ")[0]
        differing[row] = line
    problems = settle(path.name, differing)
    total = "%d agree, %d differ" % (len(rows) - len(differing), len(differing))
    if answers[-1] != total:
        problems.append("the last line is '%s', of %d rows read here" % (answers[-1], len(rows)))
    return problems


# --- CVSS ------------------------------------------------------------------------------------


def check_cvss(bulwark, path):
    """`vector - score` for 4.0, `vector - (base, temporal, environmental)` for the others."""
    rows = [line.split(" - ") for line in path.read_text("utf-8").splitlines() if line.strip()]
    expected = [(vector, float(re.match(r"\(?(-?[0-9.]+)", score)[1])) for vector, score in rows]
    answers = debug(bulwark, ["cvss"], [vector for vector, _ in expected])
    if len(answers) != len(expected):
        return ["%d answers to %d vectors" % (len(answers), len(expected))]
    problems = []
    for (vector, score), answer in zip(expected, answers):
        told, _, number = answer.partition("\t")
        if told != vector or not re.fullmatch(r"\d+\.\d", number) or float(number) != score:
            problems.append("%s: expected %.1f, told %s" % (vector, score, answer))
    return settle(path.name, dict((problem, problem) for problem in problems))


# --- package URLs ----------------------------------------------------------------------------


def escape(text):
    return "".join(chr(byte) if byte in BARE else "%%%02X" % byte for byte in text.encode())


def joined(parts):
    """A purl of these components, taken as they are: what is done to them is bulwark's part."""
    path = [escape(part) for part in (parts.get("namespace") or "").split("/") if part]
    name = escape(parts["name"] or "")
    if parts["type"] == "git":  # its names are paths, and their slashes stand bare
        name = name.replace("%2F", "/")
    out = "pkg:%s/%s" % (parts.get("type") or "", "/".join(path + [name]))
    if parts.get("version"):
        out += "@" + escape(parts["version"])
    qualifiers = sorted((parts.get("qualifiers") or {}).items())
    if qualifiers:
        out += "?" + "&".join("%s=%s" % (key, escape(value)) for key, value in qualifiers)
    if parts.get("subpath"):
        out += "#" + "/".join(escape(part) for part in parts["subpath"].split("/"))
    return out


def check_purl(bulwark, path):
    tests = json.loads(path.read_text("utf-8"))["tests"]
    given = [
        test["input"] if isinstance(test["input"], str) else joined(test["input"])
        for test in tests
    ]
    answers = debug(bulwark, ["purl"], given)
    if len(answers) != len(tests):
        return ["%d answers to %d purls" % (len(answers), len(tests))]
    differing = {}
    for test, purl, answer in zip(tests, given, answers):
        wanted = test["expected_output"] if not test["expected_failure"] else "invalid"
        if isinstance(wanted, dict):
            wanted = joined(wanted)
        if answer.startswith("invalid:") if wanted == "invalid" else answer == wanted:
            continue
        row = "%s %s" % (test["test_type"], purl)
        differing[row] = "%s: expected %s, told %s" % (row, wanted, answer)
    return settle(path.name, differing)


# --- the run ---------------------------------------------------------------------------------

KINDS = (
    ("version", "*.txt", check_versions),
    ("cvss", "*.txt", check_cvss),
    ("purl", "*.json", check_purl),
)


def main(bulwark, source):
    cases = pathlib.Path(os.environ.get("BULWARK_CASES") or source + "/../shared/cases")
    tap = Tap()
    for folder, pattern, check in KINDS:
        tables = sorted((cases / folder).glob(pattern))
        if not tables:
            tap.skip(folder, "no tables in BULWARK_CASES (%s)" % (cases / folder))
        for path in tables:
            tap.report("%s/%s" % (folder, path.name), check(bulwark, path))
    print("1..%d" % tap.count)
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
