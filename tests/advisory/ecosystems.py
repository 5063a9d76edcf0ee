#!/usr/bin/env python3
"""ecosystems.py TOOL : every ecosystem with real records, matched from what an inventory tells; TAP.

Needs a directory in the bucket's layout, BULWARK_ADVISORIES (default
../shared/advisories beside the source); skips without it.  For sampled records
whose entry for a package is one plain range, the version that fixes is clean
by that record, and one below it is found, under all the names that the record
has.  Distributions are asked for by os-release's ID and VERSION_ID.
"""
import collections
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import zipfile

TOOL = os.path.abspath(sys.argv[1])
SAMPLE = 150
OS = {"Debian": ("debian", lambda r: r.removesuffix(".0") if int(float(r)) < 7 else r + ".4"),
      "Ubuntu": ("ubuntu", lambda r: re.sub(r"^Pro:|:LTS$", "", r)),
      "Alpine": ("alpine", lambda r: r.removeprefix("v") + ".3"),
      "AlmaLinux": ("almalinux", lambda r: r + ".4"),
      "Rocky Linux": ("rocky", lambda r: r + ".9"),
      "Azure Linux": ("azurelinux", lambda r: r + ".0.20240727"),
      "Alpaquita": ("alpaquita", lambda r: r),
      "BellSoft Hardened Containers": ("bellsoft-hardened-containers", lambda r: r),
      "CleanStart": ("cleanstart", lambda r: ""),
      "Red Hat": ("rhel", lambda r: r.split(":")[1])}
LOWEST = {"Debian": "0", "Ubuntu": "0", "Alpine": "0-r0", "AlmaLinux": "0-0", "Rocky Linux": "0-0", "Red Hat": "0-0",
          "Azure Linux": "0-0", "Alpaquita": "0-r0", "BellSoft Hardened Containers": "0-r0", "CleanStart": "0-r0",
          "Go": "0.0.0-0", "opam": "0", "Hackage": "0", "GHC": "0", "CRAN": "0.0", "RubyGems": "0", "PyPI": "0",
          "Maven": "0", "NuGet": "0.0.1-0", "Packagist": "0.0.0.1"}
# Ecosystems whose records are not about packages, or whose versions have no order.
NO_RANGES = {"GIT": "no packages", "OSS-Fuzz": "commits, listed versions", "Homebrew": "versions without an order"}
NO_VULNERABILITY = ("ALBA-", "ALEA-")


def plain(record, base):
    """(package, release, low, fixed, modular) of entries that are one range from somewhere to one fix."""
    seen = collections.Counter((e.get("package", {}).get("ecosystem"), e.get("package", {}).get("name"))
                               for e in record.get("affected", []))
    for e in record.get("affected", []):
        package = e.get("package", {})
        ecosystem, _, release = package.get("ecosystem", "").partition(":")
        ranges = [r for r in e.get("ranges", []) if r["type"] != "GIT"]
        if ecosystem != base or seen[package["ecosystem"], package["name"]] != 1 or len(ranges) != 1:
            continue
        events = [pair for event in ranges[0]["events"] for pair in event.items()]
        if len(events) != 2 or events[0][0] != "introduced" or events[1][0] != "fixed":
            continue
        fixed, low = events[1][1], events[0][1]
        if base == "Debian" and release.startswith("3."):
            continue  # before os-release, whose first part names every release since
        if low == fixed or "custom_ranges" in e.get("ecosystem_specific", {}):
            continue
        modular = re.search(r"\.module[_+]", fixed)
        if low == "0":
            low = LOWEST.get(base, "0.0.0-0")
            if modular:
                low += fixed[modular.start():]
        yield package["name"], release, low, fixed, modular


def streams(record):
    return [w.rstrip(",.") for w in record.get("summary", "").split(" ") if ":" in w.rstrip(",.:")[1:]]


def line(base, release, name, version, stream=""):
    if base in OS:
        ident, version_id = OS[base]
        return f"os:{ident}\t{version_id(release)}\t{name}\t{version}\t{name}\t{version}\t{stream}\n"
    return f"{base}\t\t{name}\t{version}\t\t\t{stream}\n"


def match(index, text, facts=""):
    done = subprocess.run([TOOL, "match", index], input=text, capture_output=True, text=True, check=True,
                          env={**os.environ, "ADVISORY_FACTS": facts})
    found = collections.defaultdict(dict)
    for row in done.stdout.splitlines():
        fields = row.split("\t")
        for record in fields[2].split(","):
            found[int(fields[0])][record] = fields
    return found


def content_set(release):
    """The repository under which a Red Hat target has such a release."""
    product, rest = release.split(":", 1)
    version, _, repository = rest.partition("::")
    flavour = {"enterprise_linux": ""}.get(product, "-" + product.removeprefix("rhel_"))
    return f"content-set:rhel-{version.split('.')[0]}-for-x86_64-{repository}{flavour}-rpms\n"


def judge(index, base, records, rng):
    asked, text, facts = [], "", set()
    for record in rng.sample(records, min(SAMPLE, len(records))):
        for name, release, low, fixed, modular in list(plain(record, base))[:6]:
            if base == "Ubuntu" and release.startswith("Pro:"):
                facts.add("ubuntu-pro:esm-infra\n")
            if base == "Red Hat":
                facts.add(content_set(release))
            stream = streams(record)[0] if modular and streams(record) else ""
            for version, expected in ((low, True), (fixed, False)):
                asked.append((record, name, version, expected))
                text += line(base, release, name, version, stream)
    found = match(index, text, "".join(sorted(facts)))
    wrong = [f"{record['id']} {name} {version}: expected {expected}"
             for number, (record, name, version, expected) in enumerate(asked)
             if (record["id"] in found[number]) != expected]
    return asked, wrong, found


def ids_of(fields, listing):
    return {fields[1], *fields[2].split(",")} | listing


def main():
    source = pathlib.Path(__file__).resolve().parents[2]
    bucket = pathlib.Path(os.environ.get("BULWARK_ADVISORIES", source / "../shared/advisories"))
    if not (bucket / "PyPI/all.zip").exists():
        print(f"1..0 # SKIP no advisories at {bucket} (BULWARK_ADVISORIES)")
        return
    bases = sorted(p.parent.name for p in bucket.glob("*/all.zip"))
    print(f"1..{len(bases) + 3}")
    number = failed = 0

    def check(what, condition, details=()):
        nonlocal number, failed
        number += 1
        failed += not condition
        for detail in list(details)[:12]:
            print(f"# {detail}")
        print(f"{'ok' if condition else 'not ok'} {number} - {what}")

    with tempfile.TemporaryDirectory() as folder:
        index = f"{folder}/index"
        subprocess.run([TOOL, "build", str(bucket), index], check=True, stdout=subprocess.DEVNULL)
        loaded = {}
        for base in bases:
            with zipfile.ZipFile(bucket / base / "all.zip") as z:
                records = [json.loads(z.read(name)) for name in sorted(z.namelist())]
            loaded[base] = [r for r in records if not r.get("withdrawn") and not r["id"].startswith(NO_VULNERABILITY)]
        for base in bases:
            if base in NO_RANGES:
                number += 1
                print(f"ok {number} - {base} # SKIP {NO_RANGES[base]}")
                continue
            asked, wrong, _ = judge(index, base, loaded[base], random.Random(5))
            print(f"# {base}: {len(asked)} questions")
            check(base, asked and not wrong, wrong)

        # A suffix that names a repository.
        drupal = [r for r in loaded["Packagist"] if any("drupal.org" in a["package"]["ecosystem"] for a in r["affected"])]
        asked, text = [], ""
        for record in drupal[:200]:
            for entry in record["affected"]:
                ranges = [r for r in entry.get("ranges", []) if r["type"] != "GIT"]
                ends = [v for r in ranges for e in r["events"] for k, v in e.items() if k == "last_affected"]
                if ends:
                    asked.append(record["id"])
                    text += line("Packagist", "", entry["package"]["name"], ends[0])
        found = match(index, text)
        wrong = [i for n, i in enumerate(asked) if i not in found[n]]
        check(f"Drupal's own repository: {len(asked)} last affected versions", asked and not wrong, wrong)

        # GHC's records stand in Hackage's zip.
        ghc = [(r["id"], e["package"]["name"], e["ranges"][0]["events"][0]["introduced"]) for r in loaded["Hackage"]
               for e in r["affected"] if e["package"]["ecosystem"] == "GHC"]
        found = match(index, "".join(line("GHC", "", name, low if low != "0" else "0") for _, name, low in ghc))
        check("GHC", ghc and all(i in found[n] for n, (i, _, _) in enumerate(ghc)), ghc)

        # Errata that are no vulnerabilities are in no finding.
        with zipfile.ZipFile(bucket / "AlmaLinux/all.zip") as z:
            errata = [json.loads(z.read(n)) for n in sorted(z.namelist()) if n.startswith(NO_VULNERABILITY)]
        text, count = "", 0
        for record in random.Random(3).sample(errata, 200):
            for name, release, low, fixed, modular in list(plain(record, "AlmaLinux"))[:2]:
                text += line("AlmaLinux", release, name, low)
                count += 1
        found = match(index, text)
        named = [i for rows in found.values() for i in rows if i.startswith(NO_VULNERABILITY)]
        check(f"bug-fix errata: {count} packages", count and not named, named)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
