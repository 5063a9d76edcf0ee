#!/usr/bin/env python3
"""Every rule's own examples are its fixtures: the bad one is found, the good one is not.

The examples are those that `bulwark explain` shows.  One of several files has
lines "=== path" before each.  Also held: ids are unique and well formed, every
alias that a finding carries is named by its rule, and help texts are there.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

NAMES = {
    "dockerfile": "Dockerfile", "dockerignore": ".dockerignore", "compose": "compose.yaml",
    "container": "compose.yaml", "daemon": "daemon.json", "seccomp": "seccomp.json",
    "apparmor": "apparmor.d/profile", "nginx": "nginx.conf", "systemd": "docker.service",
    "sudoers": "sudoers", "shell": "script.sh", "workflow": ".github/workflows/ci.yml",
    "gitlab": ".gitlab-ci.yml", "markdown": "README.md", "project": "compose.yaml", "pragma": "Dockerfile",
}


def files_of(text, subject):
    parts = re.split(r"^=== (\S+)\n", text, flags=re.M)
    if len(parts) == 1:
        return {NAMES[subject]: text}
    return dict(zip(parts[1::2], parts[2::2]))


def lint(bulwark, directory, policy):
    command = [bulwark, "lint", "--format", "json", "--exit-code", "0", "--now", "2026-01-01T00:00:00Z"]
    run = subprocess.run(command + ["--config", policy, "."], cwd=directory, capture_output=True, check=False)
    if run.returncode != 0:
        print(f"Bail out! lint ended with {run.returncode}: {run.stderr.decode(errors='replace')}"
              f"{run.stdout.decode(errors='replace')[:2000]}")
        sys.exit(1)
    return json.loads(run.stdout)


def main():
    bulwark = str(pathlib.Path(sys.argv[1]).resolve())
    rules = json.loads(subprocess.run([bulwark, "rules", "--format", "json"], capture_output=True, check=True).stdout)
    problems = {rule["id"]: [] for rule in rules}
    with tempfile.TemporaryDirectory(prefix="bulwark-rules-") as top:
        policy = pathlib.Path(top, "policy.yaml")
        policy.write_text("trusted-registries: [registry.example.com]\nrules:\n"
                          + "".join(f"  {rule['id']}: on\n" for rule in rules))
        tree = pathlib.Path(top, "tree")
        for rule in rules:
            for kind in ("bad", "good"):
                if not rule.get(kind):
                    problems[rule["id"]].append(f"has no {kind} example")
                    continue
                for name, text in files_of(rule[kind], rule["subject"]).items():
                    path = tree / kind / rule["id"] / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(text)
        found = {}
        by_id = {rule["id"]: rule for rule in rules}
        for kind in ("bad", "good"):
            # Each example is a project of its own.
            for directory in sorted((tree / kind).iterdir()):
                report = lint(bulwark, directory, policy)
                ids = set()
                for finding in report["findings"] + report["suppressed"]:
                    ids.add(finding["rule"])
                    known = set(by_id[finding["rule"]]["aliases"]) | set(by_id[finding["rule"]]["references"])
                    for name in set(finding["aliases"]) - known:
                        problems[finding["rule"]].append(f"a finding carries the alias {name}, which the rule does not name")
                found[kind, directory.name] = ids
    for rule in rules:
        name, own = rule["id"], problems[rule["id"]]
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name):
            own.append("is no well-formed id")
        if [r["id"] for r in rules].count(name) > 1:
            own.append("stands twice in the tables")
        if len(rule["help"]) < 20:
            own.append("has no help")
        if rule.get("bad") and name not in found["bad", name]:
            own.append("does not find its bad example")
        if rule.get("good") and name in found["good", name]:
            own.append("finds its good example")
    print(f"1..{len(rules)}")
    for number, rule in enumerate(rules, 1):
        for problem in problems[rule["id"]]:
            print(f"# {rule['id']} {problem}")
        print("not ok" if problems[rule["id"]] else "ok", number, "-", rule["id"])
    return 1 if any(problems.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
