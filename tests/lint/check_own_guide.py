#!/usr/bin/env python3
"""The project's own guide practises what it preaches: `lint` finds nothing in it.

A finding may be switched off where it stands, by a pragma that gives its reason.
"""
import collections
import json
import pathlib
import re
import subprocess
import sys

WEIGHTY = {"low", "medium", "high", "critical", "unknown"}
# What the guide is about: a block that is no longer recognised would pass unread.
KINDS = {"dockerfile", "yaml", "nginx", "json", "bash"}


def main():
    bulwark, source = str(pathlib.Path(sys.argv[1]).resolve()), sys.argv[2]
    guide = pathlib.Path(source, "docs", "security-best-practices.md")
    run = subprocess.run([bulwark, "lint", "--format", "json", "--exit-code", "0", "--now", "2026-11-24T00:00:00Z",
                          "--offline", guide.name], cwd=guide.parent, capture_output=True, check=False)
    problems = []
    if run.returncode != 0:
        problems.append(f"lint ended with {run.returncode}: {run.stderr.decode(errors='replace').strip()}")
        report = {"findings": [], "suppressed": [], "gaps": []}
    else:
        report = json.loads(run.stdout)
    problems += [f"line {f['line']}: {f['severity']}: {f['message']} ({f['rule']})"
                 for f in report["findings"] if f["severity"] in WEIGHTY]
    problems += [f"gap: {gap['message']}" for gap in report["gaps"]]
    text = guide.read_text()
    problems += [f"line {number}: a pragma without a reason"
                 for number, line in enumerate(text.splitlines(), 1)
                 if re.match(r"\s*# bulwark: ignore=", line) and not re.search(r" -- \S", line)]
    kinds = collections.Counter(re.findall(r"^```(\w+)$", text, flags=re.M))
    problems += [f"no block of {kind}" for kind in sorted(KINDS - set(kinds))]
    print("1..1")
    for problem in problems:
        print("#", problem)
    print("not ok" if problems else "ok", "1 - the guide is clean of findings")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
