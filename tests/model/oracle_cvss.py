#!/usr/bin/python3
"""CVSS scores against published tables and against the Python package cvss (TAP).

usage: oracle_cvss.py CVSSCHECK

The tables are those of BULWARK_CASES/cvss (default: shared/cases beside the
source): lines "vector - score" or "vector - (base, ...)".  The package is used
where it is installed; it scores every base vector of 2.0, 3.0 and 3.1 and a
random choice of 4.0 vectors with all metrics.
"""
import importlib.util
import itertools
import os
import pathlib
import random
import re
import subprocess
import sys

V2 = ["AV:L A N", "AC:H M L", "Au:M S N", "C:N P C", "I:N P C", "A:N P C"]
V3 = ["AV:N A L P", "AC:L H", "PR:N L H", "UI:N R", "S:U C", "C:H L N", "I:H L N", "A:H L N"]
V4 = ["AV:N A L P", "AC:L H", "AT:N P", "PR:N L H", "UI:N P A", "VC:H L N", "VI:H L N", "VA:H L N", "SC:H L N",
      "SI:H L N", "SA:H L N"]
V4_MORE = ["E:X A P U", "CR:X H M L", "IR:X H M L", "AR:X H M L", "MAV:X N A L P", "MAC:X L H", "MAT:X N P",
           "MPR:X N L H", "MUI:X N P A", "MVC:X H L N", "MVI:X H L N", "MVA:X H L N", "MSC:X H L N",
           "MSI:X S H L N", "MSA:X S H L N", "S:X N P", "AU:X N Y", "R:X A U I", "V:X D C", "RE:X L M H",
           "U:X Clear Green Amber Red"]
V2_MORE = ["E:U POC F H ND", "RL:OF TF W U ND", "RC:UC UR C ND", "CDP:N L LM MH H ND", "TD:N L M H ND",
           "CR:L M H ND", "IR:L M H ND", "AR:L M H ND"]
V3_MORE = ["E:X U P F H", "RL:X O T W U", "RC:X U R C", "CR:X L M H", "MAV:X N A L P", "MS:X U C", "MA:X N L H"]


class Report:
    def __init__(self):
        self.count = self.failed = 0

    def line(self, ok, name, remarks=()):
        self.count += 1
        self.failed += not ok
        print("%sok %d - %s" % ("" if ok else "not ", self.count, name))
        for remark in remarks[:20]:
            print("# " + remark)

    def skip(self, name, why):
        self.count += 1
        print("ok %d - %s # SKIP %s" % (self.count, name, why))


def ours(program, vectors):
    text = "".join(v + "\n" for v in vectors)
    out = subprocess.run([program], input=text.encode(), stdout=subprocess.PIPE, check=True).stdout.decode()
    answers = [line.split("\t", 1) for line in out.splitlines()]
    if [a[0] for a in answers] != list(vectors):
        sys.exit("Bail out! the answers are not those that were asked for")
    return [a[1] for a in answers]


def compare(report, program, name, expected):
    """expected: vector -> score with one decimal."""
    answers = ours(program, list(expected))
    wrong = ["%s: ours %s, theirs %s" % (v, a, e) for (v, e), a in zip(expected.items(), answers) if a != e]
    report.line(expected and not wrong, "%s: %d vectors, %d differ" % (name, len(expected), len(wrong)), wrong)


def one_decimal(number):
    return "%.1f" % (float(number) + 0.0)  # -0.0 + 0.0 is 0.0


def read_table(path):
    expected = {}
    for line in path.read_text().splitlines():
        match = re.fullmatch(r"(\S+) - \(?(-?[0-9.]+)(, *(None|-?[0-9.]+))*,?\)?", line.strip())
        if not match:
            sys.exit("Bail out! %s: cannot read %r" % (path, line))
        expected[match[1]] = one_decimal(match[2])
    return expected


def check_tables(report, program):
    source = pathlib.Path(os.environ.get("BULWARK_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
    cases = pathlib.Path(os.environ.get("BULWARK_CASES", source / "../shared/cases")) / "cvss"
    tables = sorted(cases.glob("*.txt"))
    if not tables:
        report.skip("published tables", "no tables in %s; BULWARK_CASES names their place" % cases)
    for table in tables:
        expected = read_table(table)
        compare(report, program, table.name, expected)
        if table.name == "simple2.txt":
            compare(report, program, "simple2.txt in parentheses", {"(%s)" % v: e for v, e in expected.items()})


def values(metric):
    name, rest = metric.split(":")
    return [name + ":" + v for v in rest.split()]


def all_vectors(prefix, metrics):
    for choice in itertools.product(*map(values, metrics)):
        yield prefix + "/".join(choice)


def random_vectors(prefix, metrics, more, count, generator):
    for _ in range(count):
        chosen = [generator.choice(values(m)) for m in metrics]
        likely = generator.random()
        chosen += [generator.choice(values(m)) for m in more if generator.random() < likely]
        yield prefix + "/".join(chosen)


def check_package(report, program):
    if not importlib.util.find_spec("cvss") or not importlib.util.find_spec("cvss.cvss4"):
        for name in ("2.0", "3.0", "3.1", "4.0"):
            report.skip("package cvss, " + name, "the Python package cvss is not installed")
        return
    import cvss
    generator = random.Random(4)
    scorers = [
        ("2.0", cvss.CVSS2, [*all_vectors("", V2), *random_vectors("", V2, V2_MORE, 500, generator)]),
        ("3.0", cvss.CVSS3, [*all_vectors("CVSS:3.0/", V3), *random_vectors("CVSS:3.0/", V3, V3_MORE, 500, generator)]),
        ("3.1", cvss.CVSS3, [*all_vectors("CVSS:3.1/", V3), *random_vectors("CVSS:3.1/", V3, V3_MORE, 500, generator)]),
        ("4.0", cvss.CVSS4, [*random_vectors("CVSS:4.0/", V4, [], 6000, generator),
                             *random_vectors("CVSS:4.0/", V4, V4_MORE, 14000, generator)]),
    ]
    for version, scorer, vectors in scorers:
        expected = {v: one_decimal(scorer(v).base_score) for v in vectors}
        compare(report, program, "package cvss, " + version, expected)


def main():
    # This directory holds no module of that name, but the caller's might.
    sys.path[:] = [p for p in sys.path if p not in ("", os.getcwd())]
    report = Report()
    check_tables(report, sys.argv[1])
    check_package(report, sys.argv[1])
    print("1..%d" % report.count)
    return report.failed != 0


if __name__ == "__main__":
    sys.exit(main())
