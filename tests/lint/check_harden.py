#!/usr/bin/env python3
"""What `harden` writes is a fixed point, parses, and is clean of what it says it fixed.

Over the bad example of every rule, and over the published cases of other
linters where BULWARK_CASES (default: $BULWARK_SOURCE/../shared/cases) has them.
Each file is a project of its own; all of one kind are hardened in one run.
"""
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from check_rules import files_of

# The published cases by file; a dict gives the name for each kind of case.
SUITES = {
    "hadolint.jsonl": "Dockerfile", "buildkit_lint.jsonl": "Dockerfile", "buildkit_parse.jsonl": "Dockerfile",
    "trivy.jsonl": "Dockerfile", "checkov.jsonl": "Dockerfile", "kics_dockerfile.jsonl": "Dockerfile",
    "kics_compose.jsonl": "docker-compose.yml", "dclint.jsonl": "docker-compose.yml",
    "gixy_nginx.jsonl": "nginx.conf",
    "semgrep.jsonl": {"dockerfile": "Dockerfile", "nginx": "nginx.conf", "compose": "docker-compose.yml"},
}
NOW = ["--now", "2026-01-01T00:00:00Z", "--offline"]
BATCH = 250
TOLD = re.compile(r"^(.+):\d+: (left as it is: )?.* \(([a-z0-9-]+)(?:, changes behaviour)?\)$")


def run(bulwark, directory, command, *options):
    done = subprocess.run([bulwark, command, *options, *NOW, "."], cwd=directory, capture_output=True, check=False)
    if done.returncode not in (0, 1, 3):
        return None, f"{command} ended with {done.returncode}: {done.stderr.decode(errors='replace').strip()[-500:]}"
    return done, None


def count(report):
    return collections.Counter((f.get("path"), f["rule"]) for f in report["findings"])


def claims(text):
    """How many findings of each (path, rule) harden says that it fixed, and the files where it took a fix back."""
    fixed, refused = collections.Counter(), set()
    for line in text.splitlines():
        told = TOLD.match(line)
        if told and told[2]:
            refused.add(told[1])
        elif told:
            fixed[told[1], told[3]] += 1
    return fixed, refused


def read_all(directory):
    return {str(p.relative_to(directory)): p.read_bytes()
            for p in sorted(pathlib.Path(directory).rglob("*")) if p.is_file()}


def judge(before, after, told):
    fixed, refused = claims(told)
    for (path, rule), number in sorted(after.items(), key=str):
        was = before[path, rule]
        if rule.endswith("-syntax") and number > was:
            yield f"{path}: does not parse after harden ({rule})"
        elif fixed[path, rule] and path not in refused and number > max(was - fixed[path, rule], 0):
            yield f"{path}: {rule} was fixed {fixed[path, rule]} times; {was} findings became {number}"


def check(bulwark, directory):
    """(problems of hardening everything below `directory`, number of files changed); None when a run failed."""
    steps = [("lint", ["--format", "json", "--exit-code", "0"]), ("harden", ["--unsafe", "--write"]),
             ("lint", ["--format", "json", "--exit-code", "0"]), ("harden", ["--unsafe", "--write"])]
    texts, results = [read_all(directory)], []
    for command, options in steps:
        done, problem = run(bulwark, directory, command, *options)
        if problem:
            return None, problem
        results.append(done)
        texts.append(read_all(directory))
    original, once, twice = texts[0], texts[2], texts[4]
    problems = list(judge(count(json.loads(results[0].stdout)), count(json.loads(results[2].stdout)),
                          (results[1].stderr + results[1].stdout).decode(errors="replace")))
    problems += [f"{path}: a second run changes it again" for path in once if twice.get(path) != once[path]]
    problems += [f"{path}: came or went" for path in set(original) ^ set(once)]
    return problems, sum(once[path] != text for path, text in original.items() if path in once)


def check_cases(bulwark, cases):
    """Like check(), of [(label, {path: bytes})]: a failed run is narrowed down to its case."""
    with tempfile.TemporaryDirectory(prefix="bulwark-harden-") as top:
        for number, (_, files) in enumerate(cases):
            for name, text in files.items():
                path = pathlib.Path(top, f"{number:05d}", name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text)
        problems, changed = check(bulwark, top)
    if problems is not None:
        return [f"{cases[int(p[:5])][0]} {p[6:]}" for p in problems], changed
    if len(cases) == 1:
        return [f"{cases[0][0]} {changed}"], 0
    half = len(cases) // 2
    left, right = check_cases(bulwark, cases[:half]), check_cases(bulwark, cases[half:])
    return left[0] + right[0], left[1] + right[1]


def check_all(bulwark, cases):
    problems, changed = [], 0
    for start in range(0, len(cases), BATCH):
        found, files = check_cases(bulwark, cases[start:start + BATCH])
        problems += found
        changed += files
    return problems, changed


def examples(bulwark):
    rules = json.loads(subprocess.run([bulwark, "rules", "--format", "json"], capture_output=True, check=True).stdout)
    for rule in rules:
        if rule.get("bad"):
            yield rule["id"], {name: text.encode() for name, text in files_of(rule["bad"], rule["subject"]).items()}


def published(path, place):
    for line in path.read_text().splitlines():
        case = json.loads(line)
        name = place.get(case["kind"]) if isinstance(place, dict) else place
        if not name:
            continue
        files = {name: case["input"].encode()}
        if case.get("dockerignore") is not None:
            files[".dockerignore"] = case["dockerignore"].encode()
        yield f"{case['rule']} of {case.get('origin')}", files


def main():
    bulwark = str(pathlib.Path(sys.argv[1]).resolve())
    source = os.environ.get("BULWARK_SOURCE", pathlib.Path(__file__).parents[2])
    top = pathlib.Path(os.environ.get("BULWARK_CASES", pathlib.Path(source, "../shared/cases")), "lint")
    print(f"1..{len(SUITES) + 1}")
    failed = False
    suites = [("examples", lambda: list(examples(bulwark)))]
    suites += [(name, lambda n=name, p=place: list(published(top / n, p))) for name, place in SUITES.items()]
    for number, (name, cases) in enumerate(suites, 1):
        if name in SUITES and not (top / name).exists():
            print(f"ok {number} - {name} # SKIP {top / name} is absent")
            continue
        cases = cases()
        problems, changed = check_all(bulwark, cases)
        if changed == 0:
            problems.append("harden changed no file: nothing was tested")
        for problem in problems:
            print("#", problem)
        failed |= bool(problems)
        print("not ok" if problems else "ok", f"{number} - {name}: {len(cases)} cases, {changed} files hardened",
              flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
