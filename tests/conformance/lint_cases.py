#!/usr/bin/env python3
"""Judges the published rule cases of other linters and counts agreements.

Usage: lint_cases.py BULWARK CASES [SUITE[:RULE]...] [-v]
       lint_cases.py BULWARK SOURCE --markdown    (docs/lint-conformance.md)
       lint_cases.py BULWARK SOURCE --tap         (a floor for each suite)

A case agrees when the peer's own id stands among the aliases of some finding
exactly when the peer fires; BuildKit's cases must agree in rule and line.
"""
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import lint_explained

SECURITY_DCLINT = {
    "no-build-and-image", "no-duplicate-container-names", "no-duplicate-exported-ports",
    "no-unbound-port-interfaces", "no-version-field", "require-quotes-in-ports",
    "service-container-name-regex", "service-image-require-explicit-tag",
    "require-project-name-field",
}
# Rules of actionlint that look after the workflow's syntax, types and style, not its security.
SECURITY_ACTIONLINT = {"expression", "credentials", "permissions", "action", "deprecated-commands", "if-cond"}
# Need the network or a history, or speak of other files than workflows.
ONLINE_ZIZMOR = {"impostor-commit", "known-vulnerable-actions", "ref-confusion", "ref-version-mismatch",
                 "stale-action-refs", "archived-uses"}


def alias(peer):
    return lambda case: [f"{peer}:{case['rule']}"]


def actionlint_rules(case):
    return {rule for w in case["warnings"] for rule in [w["rule"]]}


SUITES = {
    # name: (file, path of the case's file, wanted aliases, is it counted?)
    "hadolint": ("hadolint.jsonl", "Dockerfile", alias("hadolint"),
                 lambda c: not c["config"] and not c["rule"].startswith("SC")),
    "buildkit": ("buildkit_lint.jsonl", "Dockerfile", None, lambda c: True),
    "trivy": ("trivy.jsonl", "Dockerfile", alias("trivy"), lambda c: not c.get("config")),
    "checkov": ("checkov.jsonl", "Dockerfile", alias("checkov"), lambda c: True),
    "kics-dockerfile": ("kics_dockerfile.jsonl", "Dockerfile", alias("kics"), lambda c: True),
    "kics-compose": ("kics_compose.jsonl", "docker-compose.yml", alias("kics"), lambda c: True),
    "kics-gha": ("kics_gha.jsonl", ".github/workflows/case.yml", alias("kics"), lambda c: True),
    "gixy": ("gixy_nginx.jsonl", "nginx.conf", alias("gixy"), lambda c: True),
    "dclint": ("dclint.jsonl", "docker-compose.yml", alias("dclint"),
               lambda c: c["expect"] != "fix" and not c.get("config") and c["rule"] in SECURITY_DCLINT),
    "zizmor": ("zizmor_gha.jsonl", ".github/workflows/case.yml", alias("zizmor"),
               lambda c: c["rule"] not in ONLINE_ZIZMOR),
    "actionlint": ("actionlint_gha.jsonl", ".github/workflows/case.yml",
                   lambda c: [f"actionlint:{r}" for r in sorted(actionlint_rules(c))],
                   lambda c: c["expect"] == "no_hit" or actionlint_rules(c) & SECURITY_ACTIONLINT),
    "semgrep": ("semgrep.jsonl", {"dockerfile": "Dockerfile", "nginx": "nginx.conf",
                                  "gha": ".github/workflows/case.yml", "compose": "docker-compose.yml"},
                alias("semgrep"), lambda c: True),
}


def read(path):
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def lint(bulwark, cases, place):
    """Findings of each case, by one run over a directory of cases."""
    with tempfile.TemporaryDirectory(prefix="bulwark-cases-") as top:
        names = {}
        for number, case in enumerate(cases):
            name = f"{number:05d}/" + (place[case["kind"]] if isinstance(place, dict) else place)
            path = pathlib.Path(top, name)
            path.parent.mkdir(parents=True)
            path.write_bytes(case["input"].encode())
            if case.get("dockerignore") is not None:
                (path.parent / ".dockerignore").write_text(case["dockerignore"])
            names[name] = number
        run = subprocess.run([bulwark, "lint", "--format", "json", "--exit-code", "0", "."], cwd=top,
                             capture_output=True, check=False)
        if run.returncode not in (0, 3):
            sys.exit(f"bulwark lint ended with {run.returncode}: {run.stderr.decode(errors='replace')}")
        found = collections.defaultdict(list)
        report = json.loads(run.stdout)
        for finding in report["findings"]:
            if finding.get("path") in names:
                found[names[finding["path"]]].append(finding)
        for gap in report["gaps"]:
            print("gap:", gap.get("subject"), gap["message"], file=sys.stderr)
        return found


def buildkit_agrees(case, findings):
    wanted = collections.Counter((w["rule"], w["line"]) for w in case["warnings"])
    got = collections.Counter()
    for finding in findings:
        for name in finding.get("aliases", []):
            if name.startswith("buildkit:"):
                got[name[len("buildkit:"):], finding.get("line")] += 1
    return wanted == got, f"wanted {sorted(wanted.elements())}, got {sorted(got.elements())}"


def actionlint_agrees(case, findings):
    got = {a for f in findings for a in f.get("aliases", []) if a.startswith("actionlint:")}
    wanted = {f"actionlint:{r}" for r in actionlint_rules(case) & SECURITY_ACTIONLINT}
    got = {a for a in got if a[len("actionlint:"):] in SECURITY_ACTIONLINT}
    return wanted == got, f"wanted {sorted(wanted)}, got {sorted(got)}"


def agrees(suite, case, findings, wanted):
    if suite == "buildkit":
        return buildkit_agrees(case, findings)
    if suite == "actionlint":
        return actionlint_agrees(case, findings)
    got = {a for f in findings for a in f.get("aliases", [])}
    fires = any(a in got for a in wanted(case))
    return fires == (case["expect"] == "hit"), f"wanted {case['expect']} of {wanted(case)}"


def judge(bulwark, cases_directory, suite):
    file, place, wanted, counted = SUITES[suite]
    cases = [c for c in read(cases_directory / file) if counted(c)]
    found = lint(bulwark, cases, place)
    return [(case, *agrees(suite, case, found[number], wanted)) for number, case in enumerate(cases)]


# At least so many of a hundred cases agree; raised when more do, never lowered.
FLOORS = {
    "hadolint": 95, "buildkit": 86, "trivy": 95, "checkov": 95, "kics-dockerfile": 95, "kics-compose": 95,
    "kics-gha": 95, "gixy": 95, "dclint": 95, "zizmor": 86, "actionlint": 95, "semgrep": 90,
}


def tap(bulwark, cases_directory):
    print(f"1..{len(SUITES)}")
    failed = 0
    for number, suite in enumerate(SUITES, 1):
        if not (cases_directory / SUITES[suite][0]).exists():
            print(f"ok {number} - {suite} # SKIP no {SUITES[suite][0]} in {cases_directory}")
            continue
        rows = judge(bulwark, cases_directory, suite)
        share = 100 * sum(ok for _, ok, _ in rows) / max(1, len(rows))
        failed += share < FLOORS[suite]
        for case, ok, why in rows:
            if not ok:
                print(f"# {suite} {case['rule']} {case['origin']}: {why}")
        print(f"{'ok' if share >= FLOORS[suite] else 'not ok'} {number} - {suite}: {share:.1f} % of {len(rows)} agree,"
              f" at least {FLOORS[suite]} %")
    return 1 if failed else 0


def markdown(bulwark, cases_directory):
    print("# Agreement with other linters\n")
    print("Written by `make conformance` from the published cases of each linter that lie in `BULWARK_CASES/lint`."
          " A case agrees when the linter's own id stands among the aliases of a finding exactly when that linter"
          " fires; BuildKit's must agree in rule and line. Not counted: cases that need a linter's configuration,"
          " ShellCheck, the network or a repository's history.\n")
    print("| linter | cases | agree | share |\n|---|---|---|---|")
    rest = []
    for suite in SUITES:
        rows = judge(bulwark, cases_directory, suite)
        good = sum(ok for _, ok, _ in rows)
        print(f"| {suite} | {len(rows)} | {good} | {100 * good / max(1, len(rows)):.1f} % |")
        rest += [(suite, case, why) for case, ok, why in rows if not ok]
    print("\n## Disagreements\n\n| linter | rule | case | what | reason |\n|---|---|---|---|---|")
    for suite, case, why in rest:
        reason = lint_explained.reason(suite, case) or "open"
        cells = [suite, case["rule"], case["origin"], why, reason]
        print("| " + " | ".join(c.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")[:300] for c in cells) + " |")


def main():
    if "--tap" in sys.argv or "--markdown" in sys.argv:
        # The second argument is the source directory's path: the tables lie beside it, or where the variable says.
        bulwark = str(pathlib.Path(sys.argv[1]).resolve())
        cases = pathlib.Path(os.environ.get("BULWARK_CASES") or pathlib.Path(sys.argv[2], "../shared/cases")) / "lint"
        sys.exit(tap(bulwark, cases) if "--tap" in sys.argv else markdown(bulwark, cases))
    arguments = [a for a in sys.argv[1:] if not a.startswith("-")]
    verbose = "-v" in sys.argv
    bulwark, cases_directory = str(pathlib.Path(arguments[0]).resolve()), pathlib.Path(arguments[1]) / "lint"
    wanted = [a.partition(":") for a in arguments[2:]] or [(s, "", "") for s in SUITES]
    for suite, _, rule in wanted:
        rows = judge(bulwark, cases_directory, suite)
        if rule:
            rows = [r for r in rows if r[0]["rule"] == rule]
        good = sum(ok for _, ok, _ in rows)
        print(f"{suite}: {good} of {len(rows)} agree ({100 * good / max(1, len(rows)):.1f} %)")
        per_rule = collections.defaultdict(list)
        for case, ok, why in rows:
            per_rule[case["rule"]].append(ok)
            if verbose and not ok:
                print(f"--- {suite} {case['rule']} {case['origin']}: {why}\n{case['input']}")
        if not rule:
            bad = {r: f"{sum(oks)}/{len(oks)}" for r, oks in per_rule.items() if not all(oks)}
            print("   ", ", ".join(f"{r} {n}" for r, n in sorted(bad.items())))


if __name__ == "__main__":
    main()
