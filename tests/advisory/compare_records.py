#!/usr/bin/env python3
"""compare_records.py TOOL : real records, judged by TOOL and by a second reading of OSV's evaluation.

Needs a directory in the bucket's layout, BULWARK_ADVISORIES (default
../shared/advisories beside the source); skips without it.  For sampled records
every boundary version of their ranges and its neighbours is asked for.  The
second reading compares versions with the schemes' own tools: `packaging` for
PyPI, dpkg for Debian, and a small SemVer here for npm and crates.io.
"""
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import zipfile

SAMPLE = {"PyPI": 700, "Debian": 250, "npm": 900, "crates.io": 600}
ERRATA = ("ALBA-", "ALEA-", "RLBA-", "RLEA-", "RHBA-", "RHEA-")


def semver_key(text):
    found = re.fullmatch(r"v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?", text)
    if not found:
        return None
    pre = found.group(4)
    parts = [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in pre.split(".")] if pre else []
    return (*map(int, found.group(1, 2, 3)), pre is None, parts)


class Pypi:
    def __init__(self):
        import packaging.version
        self.version, self.invalid = packaging.version.Version, packaging.version.InvalidVersion

    def valid(self, text):
        try:
            self.version(text)
            return True
        except self.invalid:
            return False

    def less(self, a, b):
        return self.version(a) < self.version(b)

    def near(self, text):
        public = text.split("+")[0]
        return [text, public + ".post77", *([] if "dev" in public else [public + ".dev0"])]


class Semver:
    def valid(self, text):
        return semver_key(text) is not None

    def less(self, a, b):
        return semver_key(a) < semver_key(b)

    def near(self, text):
        if "+" in text:
            return [text]
        return [text, text + ".0" if "-" in text else text + "-0",
                re.sub(r"^(\d+\.\d+\.)(\d+).*", lambda m: m[1] + str(int(m[2]) + 1), text)]


class Debian:
    def __init__(self):
        subprocess.run(["dpkg", "--version"], check=True, stdout=subprocess.DEVNULL)
        self.known = {}

    def valid(self, text):
        return bool(re.fullmatch(r"(\d+:)?\d[0-9A-Za-z.+~-]*", text))

    def less(self, a, b):
        if (a, b) not in self.known:
            self.known[a, b] = subprocess.run(["dpkg", "--compare-versions", a, "lt", b],
                                              stderr=subprocess.DEVNULL).returncode == 0
        return self.known[a, b]

    def near(self, text):
        return [text, text + "~", text + "+b1"]


def affected(order, entry, version):
    """None where the second reading has no opinion: two events stand at this very version."""
    if version in entry.get("versions", []):
        return True
    for span in entry.get("ranges", []):
        if span["type"] == "GIT":
            continue
        state, best = False, None
        events = [(kind, value) for event in span["events"] for kind, value in event.items()]
        here = [value for kind, value in events if value == version]
        if len(here) > 1:
            return None
        limits = [value for kind, value in events if kind == "limit"]
        if limits and not any(order.less(version, value) for value in limits):
            continue
        # The event with the highest version at or below this one decides.
        for kind, value in events:
            start = kind == "introduced" and value == "0"
            if kind == "limit" or not (start or not order.less(version, value)):
                continue
            if kind == "last_affected" and not order.less(value, version):
                continue
            if best is None or start or order.less(best[1], value) or best == ("introduced", "0"):
                if start and best is not None:
                    continue
                best, state = (kind, value), kind == "introduced"
            elif not order.less(value, best[1]) and kind != best[0]:
                return None
        if state:
            return True
    return False


def sample(records, ecosystem, order, rng):
    wanted = []
    for record in rng.sample(records, min(SAMPLE[ecosystem], len(records))):
        for entry in record["affected"]:
            base, _, release = entry.get("package", {}).get("ecosystem", "").partition(":")
            if base != ecosystem:
                continue
            values = [v for span in entry.get("ranges", []) if span["type"] != "GIT"
                      for event in span["events"] for v in event.values() if v != "0"]
            values += rng.sample(entry.get("versions", []), min(2, len(entry.get("versions", []))))
            for value in values[:8]:
                for version in order.near(value) if order.valid(value) else []:
                    if order.valid(version):
                        wanted.append((record, release, entry["package"]["name"], version))
    return wanted


def run_tool(tool, arguments, text=""):
    return subprocess.run([tool, *arguments], input=text, capture_output=True, text=True, check=True).stdout


def compare(tool, index, ecosystem, order, records, rng):
    wanted = sample(records, ecosystem, order, rng)
    text = "".join(f"{ecosystem}\t{release}\t{name}\t{version}\t\t\n" for _, release, name, version in wanted)
    found = [set() for _ in wanted]
    for line in run_tool(tool, ["match", index], text).splitlines():
        fields = line.split("\t")
        found[int(fields[0])].update(fields[2].split(","))
    agree, wrong, undecided = 0, [], 0
    for number, (record, release, name, version) in enumerate(wanted):
        suffixed = f"{ecosystem}:{release}" if release else ecosystem
        entries = [e for e in record["affected"] if e.get("package", {}).get("name") == name
                   and e["package"]["ecosystem"] == suffixed]
        try:
            verdicts = [affected(order, entry, version) for entry in entries]
        except Exception:  # an event's version that the scheme's tool does not know
            verdicts = [None]
        if True not in verdicts and None in verdicts:
            undecided += 1
        elif (True in verdicts) == (record["id"] in found[number]):
            agree += 1
        else:
            wrong.append(f"{record['id']} {name} {version}: expected {True in verdicts}")
    return agree, wrong, undecided


def main():
    tool = sys.argv[1]
    source = pathlib.Path(__file__).resolve().parents[2]
    bucket = pathlib.Path(os.environ.get("BULWARK_ADVISORIES", source / "../shared/advisories"))
    if not (bucket / "PyPI/all.zip").exists():
        print(f"1..0 # SKIP no advisories at {bucket} (BULWARK_ADVISORIES)")
        return
    print(f"1..{len(SAMPLE) + 1}")
    number, failed = 1, 0
    with tempfile.TemporaryDirectory() as folder:
        index = f"{folder}/index"
        told = run_tool(tool, ["build", str(bucket), index])
        print(f"# all of {bucket}: {told.strip()}, {os.path.getsize(index)} bytes")
        print("ok 1 - the index of everything is built")
        for ecosystem, make in {"PyPI": Pypi, "Debian": Debian, "npm": Semver, "crates.io": Semver}.items():
            number += 1
            try:
                order = make()
            except (ImportError, FileNotFoundError) as missing:
                print(f"ok {number} - {ecosystem} # SKIP {missing}")
                continue
            with zipfile.ZipFile(bucket / ecosystem / "all.zip") as archive:
                records = [json.loads(archive.read(name)) for name in sorted(archive.namelist())]
            records = [r for r in records if not r.get("withdrawn") and r.get("affected")
                       and not r["id"].startswith(ERRATA)]
            agree, wrong, undecided = compare(tool, index, ecosystem, order, records, random.Random(7))
            for line in wrong[:20]:
                print(f"# {line}")
            print(f"# {ecosystem}: {agree} agree, {len(wrong)} differ, {undecided} undecided")
            bad = bool(wrong) or agree < 50
            failed += bad
            print(f"{'not ok' if bad else 'ok'} {number} - {ecosystem}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
