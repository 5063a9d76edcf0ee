#!/usr/bin/python3
"""summarise-tests.py TESTLOG.json STATUS: counts the single checks of a test run.

Meson counts programs; the TAP lines in their output count what was checked.
Skips are listed with their reasons, so that nothing skipped passes unseen.
"""
import json
import re
import sys

TAP = re.compile(r"^(not )?ok\b(?:\s+\d+)?\s*(?:-\s*)?([^#]*)(#\s*(SKIP|TODO)\b\s*(.*))?", re.I)


def main():
    passed = failed = skipped = 0
    reasons = {}
    for line in open(sys.argv[1], encoding="utf-8"):
        test = json.loads(line)
        counted = broken = 0
        for row in (test.get("stdout") or "").splitlines():
            tap = TAP.match(row.strip())
            if not tap:
                continue
            counted += 1
            if tap.group(4) and tap.group(4).upper() == "SKIP":
                skipped += 1
                reason = tap.group(5).strip() or tap.group(2).strip()
                reasons.setdefault(f"{test['name']}: {reason}", 0)
                reasons[f"{test['name']}: {reason}"] += 1
            elif tap.group(1):
                failed += 1
                broken += 1
                print(f"failed: {test['name']}: {tap.group(2).strip()}")
            else:
                passed += 1
        if test["result"] in ("SKIP",) and not counted:
            skipped += 1
            reasons[f"{test['name']}: skipped as a whole"] = 1
        elif test["result"] not in ("OK", "SKIP", "EXPECTEDFAIL") and not broken:
            failed += 1
            print(f"failed: {test['name']}: {test['result'].lower()}")
    for reason, count in sorted(reasons.items()):
        print(f"skipped: {reason}" + (f" ({count} times)" if count > 1 else ""))
    if passed + failed == 0:
        failed = 1
        print("failed: no test ran")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or int(sys.argv[2]) else 0


if __name__ == "__main__":
    sys.exit(main())
