#!/usr/bin/env python3
"""The defects of the guide are reported, each on its line, by a rule that is about it.

The table stands beside the cases (BULWARK_CASES/tables/guide_defects.tsv), the
guide beside them.  Several defects of one line are told apart by their order
in the table.
"""
import csv
import json
import os
import pathlib
import subprocess
import sys

# Raised as rules are added, never lowered.
FLOOR = 88

# The rules that are about each defect: any of them will do.
OBSOLETE_VERSION = ["compose-version"]
ABOUT = {
    18: [["dockerfile-inline-comment"], ["project-image-ended", "container-image-ended"]],
    19: [["dockerfile-inline-comment"], ["project-image-ended", "container-image-ended"]],
    20: [["dockerfile-inline-comment"]],
    28: [["dockerfile-copy-context"]],
    32: [["dockerfile-image-digest"]],
    34: [["dockerfile-user-missing"], ["dockerfile-healthcheck-missing"]],
    42: [["shell-scout-quickview"]],
    62: [["shell-scan-floating"]],
    65: [["shell-trivy-gate"]],
    75: [OBSOLETE_VERSION],
    82: [["container-env-secret"]],
    85: [["project-image-moved", "container-image-moved"]],
    86: [["compose-depends-condition"]],
    90: [["container-port-wildcard"]],
    114: [["dockerfile-copy-context"]],
    120: [["dockerfile-node-init"]],
    127: [["project-health-program"]],
    136: [["shell-user-unpinned"]],
    154: [["shell-curl-pipe"]],
    158: [["shell-docker-host-uid"]],
    172: [["shell-read-only-writer"]],
    178: [["container-security-opt-form"]],
    181: [["container-security-opt-form"]],
    187: [OBSOLETE_VERSION],
    219: [["shell-secret-twice"]],
    230: [OBSOLETE_VERSION],
    242: [["compose-secret-external"]],
    254: [["shell-secret-bind"]],
    272: [["container-command-secret"]],
    281: [["shell-not-strict"]],
    284: [["shell-rotation-name"]],
    299: [["compose-network-tiers"]],
    308: [["container-env-required"]],
    328: [["container-port-wildcard", "container-port-privileged"]],
    331: [["container-mount-config"]],
    334: [["container-env-ignored"]],
    342: [["nginx-redirect-host"]],
    350: [["nginx-tls-dhe", "nginx-tls-ciphers"]],
    353: [["project-upstream-unknown"]],
    354: [["nginx-forwarded-for"]],
    367: [["shell-ufw-bypassed"]],
    368: [["shell-ufw-asks"]],
    371: [["shell-docker-user-chain"]],
    379: [["project-image-ended", "container-image-ended"]],
    382: [["dockerfile-copy-chmod"]],
    388: [OBSOLETE_VERSION],
    395: [["container-tmpfs-run"]],
    402: [OBSOLETE_VERSION],
    407: [["container-security-opt-form"]],
    413: [["container-capability-added"]],
    418: [["seccomp-comment"]],
    420: [["seccomp-architectures", "seccomp-errno"]],
    432: [["container-security-opt-form"]],
    442: [["daemon-icc-scope"]],
    444: [["daemon-live-restore-swarm"]],
    446: [["daemon-hosts-unit"]],
    447: [["daemon-tls-unused"]],
    449: [["daemon-tls-key-mode"]],
    458: [["daemon-json-twice"]],
    460: [["daemon-userns-cost"]],
    466: [["shell-subuid-append"]],
    487: [OBSOLETE_VERSION],
    491: [["container-privileged"]],
    493: [["container-docker-socket"]],
    494: [["container-mount-root-equivalent"]],
    499: [["container-mount-config"]],
    500: [["container-command-option"]],
    517: [OBSOLETE_VERSION],
    520: [["project-image-ended", "container-image-ended"]],
    531: [["project-image-ended", "container-image-ended"]],
    535: [["container-env-cleartext"]],
    544: [["shell-bench-run"]],
    554: [["container-image-moved"]],
    576: [["container-healthcheck-program", "project-health-program"]],
    609: [["workflow-uses-unpinned", "workflow-uses-compromised"]],
    612: [["workflow-scanner-toothless"]],
    616: [["workflow-permissions-excessive", "workflow-sarif-upload"]],
    630: [["shell-cosign-tag", "shell-cosign-key-file"]],
    633: [["shell-cosign-tag"]],
    651: [["markdown-content-trust"]],
    679: [["shell-disconnect-bridge"]],
    680: [["shell-exec-paused"]],
    684: [["shell-exec-evidence"]],
    688: [["shell-commit-evidence"]],
    695: [["shell-redeploy"]],
    702: [OBSOLETE_VERSION],
    705: [["container-image-digest", "container-image-tag"]],
}


def main():
    bulwark = sys.argv[1]
    cases = pathlib.Path(os.environ.get("BULWARK_CASES") or pathlib.Path(sys.argv[2], "..", "shared", "cases"))
    table = cases / "tables" / "guide_defects.tsv"
    guide = cases.parent / "guide" / "security-best-practices.md"
    if not table.exists() or not guide.exists():
        print(f"1..0 # SKIP {table} is not there, or the guide is not beside it (BULWARK_CASES)")
        return 0
    run = subprocess.run([bulwark, "lint", str(guide), "--format", "json", "--exit-code", "0", "--now", "2026-11-01T00:00:00Z"],
                         capture_output=True, check=False)
    if run.returncode != 0:
        print(f"Bail out! lint ended with {run.returncode}: {run.stderr.decode(errors='replace')[:2000]}")
        return 1
    found = {}
    for finding in json.loads(run.stdout)["findings"]:
        # An instruction that goes over to the next line is at both.
        for line in range(finding["line"], min(finding.get("end_line", 0), finding["line"] + 1) + 1):
            found.setdefault(line, set()).add(finding["rule"])
        found.setdefault(finding["line"], set()).add(finding["rule"])
    with open(table, encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
    seen, missing = {}, []
    for row in rows:
        line = int(row["line"])
        number = seen[line] = seen.get(line, -1) + 1
        about = ABOUT.get(line, [])
        wanted = about[number] if number < len(about) else []
        if not set(wanted) & found.get(line, set()):
            missing.append(f"{line} {row['file_kind']}: {row['defect']} (of {', '.join(wanted) or 'no rule'})")
    reported = len(rows) - len(missing)
    print("1..1")
    for text in missing:
        print(f"# missing: line {text}")
    print(f"# {reported} of {len(rows)} reported, {len(missing)} missing, floor {FLOOR}")
    print("ok 1 - the guide's defects" if reported >= FLOOR else "not ok 1 - the guide's defects")
    return 0 if reported >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
