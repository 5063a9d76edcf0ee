#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes up Debian and Alpine roots whose package versions stand at the edges of real records.

    make_roots.py --advisories DIR --output DIR [--release Debian:11 ...] [--per-package 8]

For each release there are three roots.  Every source package that a record of the release names
is installed at a version just below, at, or just above a version that fixes something: one binary
package for each such version, up to --per-package, evenly spread.  A root is written as a directory
(NAME/) and as a Docker archive (NAME.tar), so that every scanner can read it.

Two more roots of Debian show what is not a matter of ordering: `source`, where the version
of the binary package differs from that of its source package, which alone is vulnerable; and
`states`, where vulnerable versions are listed that are removed or were never unpacked.
"""

import argparse
import json
import os
import re
import sys
import zipfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "images"))
import imagelib as lib

RELEASES = ("Debian:10", "Debian:11", "Alpine:v3.9", "Alpine:v3.11")
EDGES = ("below", "equal", "above")
DEBIAN_NAMES = {"10": "buster", "11": "bullseye", "12": "bookworm", "13": "trixie"}
INSTALLED = "install ok installed"
# What a package database lists beside what is installed (deb status fields, dpkg(1)).
STATES = (
    "deinstall ok config-files",
    "purge ok not-installed",
    "install ok half-installed",
    "hold ok installed",
    "install ok unpacked",
    "install reinstreq installed",
)


def fixed_versions(advisories, release):
    """{source package: sorted versions that fix something} of the records of one release."""
    found = {}
    archive = os.path.join(advisories, release.partition(":")[0], "all.zip")
    with zipfile.ZipFile(archive) as records:
        for name in records.namelist():
            record = json.loads(records.read(name))
            if record.get("withdrawn"):
                continue
            for affected in record.get("affected", []):
                package = affected.get("package", {})
                if package.get("ecosystem") != release:
                    continue
                versions = found.setdefault(package["name"], set())
                for events in affected.get("ranges", []):
                    versions.update(
                        event["fixed"] for event in events["events"] if "fixed" in event
                    )
    return {name: sorted(versions - {"0"}) for name, versions in found.items() if versions - {"0"}}


def spread(values, count):
    if len(values) <= count:
        return values
    if count == 1:
        return values[-1:]
    return [values[at * (len(values) - 1) // (count - 1)] for at in range(count)]


def debian_edge(version, edge):
    """A tilde sorts before the end of a version, a plus sign after it (deb-version(7))."""
    return version + {"below": "~", "equal": "", "above": "+b1"}[edge]


def alpine_edge(version, edge):
    """The package revision is the last thing compared; below -r0 only a suffix is left."""
    match = re.fullmatch(r"(.*)-r(\d+)", version)
    if edge == "equal" or not match:
        return version if match else None
    stem, revision = match.group(1), int(match.group(2))
    if edge == "above":
        return "%s-r%d" % (stem, revision + 1)
    return "%s-r%d" % (stem, revision - 1) if revision else stem + "_rc1-r0"


def installed(advisories, release, edge, per_package):
    """[(binary name, source name, version)] in the order of the names."""
    shift = debian_edge if release.startswith("Debian") else alpine_edge
    out = []
    for source, versions in sorted(fixed_versions(advisories, release).items()):
        versions = [version for version in versions if shift(version, edge)]
        for at, version in enumerate(spread(versions, per_package)):
            binary = source if at == 0 else "%s-part%d" % (source, at)
            out.append((binary, source, shift(version, edge)))
    return out


def dpkg_stanza(binary, version, source="", status=INSTALLED):
    lines = ["Package: " + binary, "Status: " + status, "Priority: optional", "Section: misc"]
    lines += ["Maintainer: Nobody <nobody@example.org>", "Architecture: amd64"]
    lines += ["Source: " + source] if source else []
    lines += ["Version: " + version, "Description: made up", " Not a real package.", ""]
    return "\n".join(lines) + "\n"


def apk_stanza(binary, version, source):
    lines = ["C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "P:" + binary, "V:" + version, "A:x86_64"]
    lines += ["S:1", "I:1", "T:made up", "U:https://example.org", "L:MIT", "o:" + source]
    lines += ["m:Nobody <nobody@example.org>", "t:1577836800", "F:usr", "R:" + binary, ""]
    return "\n".join(lines) + "\n"


def debian_files(release, status):
    number = release.partition(":")[2]
    name = DEBIAN_NAMES.get(number, "none")
    about = 'PRETTY_NAME="Debian GNU/Linux %s (%s)"\nNAME="Debian GNU/Linux"\n' % (number, name)
    about += 'VERSION_ID="%s"\nVERSION_CODENAME=%s\nID=debian\n' % (number, name)
    return {
        "etc/debian_version": number + ".0\n",
        "etc/os-release": about,
        "var/lib/dpkg/status": status,
    }


def alpine_files(release, database):
    number = release.partition(":v")[2]
    about = 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=%s.0\n' % number
    about += 'PRETTY_NAME="Alpine Linux v%s"\n' % number
    return {
        "etc/alpine-release": number + ".0\n",
        "etc/os-release": about,
        "lib/apk/db/installed": database,
    }


def write_root(output, name, files):
    entries, made = [], set()
    for path, text in sorted(files.items()):
        for at in range(1, path.count("/") + 1):
            parent = "/".join(path.split("/")[:at])
            if parent not in made:
                made.add(parent)
                entries.append(lib.directory(parent))
        entries.append(lib.text(path, text))
        place = os.path.join(output, name, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "w", encoding="utf-8") as out:
            out.write(text)
    image = lib.Image([lib.Layer(entries)], tags=["conformance/%s:1" % name])
    lib.write_docker_legacy(os.path.join(output, name + ".tar"), [image])


def write_edges(options, release):
    for edge in EDGES:
        packages = installed(options.advisories, release, edge, options.per_package)
        name = "root-%s-%s" % (release.lower().replace(":", "-"), edge)
        if release.startswith("Debian"):
            stanzas = [dpkg_stanza(b, v, s if s != b else "") for b, s, v in packages]
            write_root(options.output, name, debian_files(release, "".join(stanzas)))
        else:
            stanzas = [apk_stanza(b, v, s) for b, s, v in packages]
            write_root(options.output, name, alpine_files(release, "".join(stanzas)))
        print("%s: %d packages" % (name, len(packages)))


def write_debian_extras(options, release):
    packages = installed(options.advisories, release, "below", 1)
    # The binary package is above every fix, its source package just below one.
    rebuilt = [dpkg_stanza(b + "-bin", "99:1", "%s (%s)" % (s, v)) for b, s, v in packages]
    name = "root-%s-source" % release.lower().replace(":", "-")
    write_root(options.output, name, debian_files(release, "".join(rebuilt)))
    print("%s: %d packages" % (name, len(rebuilt)))
    mixed = [
        dpkg_stanza(b, v, s if s != b else "", STATES[at % len(STATES)])
        for at, (b, s, v) in enumerate(packages)
    ]
    name = "root-%s-states" % release.lower().replace(":", "-")
    write_root(options.output, name, debian_files(release, "".join(mixed)))
    print("%s: %d packages" % (name, len(mixed)))


def main(arguments):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--advisories", default=os.environ.get("BULWARK_ADVISORIES"))
    parser.add_argument("--output", required=True)
    parser.add_argument("--release", action="append")
    parser.add_argument("--per-package", type=int, default=8)
    options = parser.parse_args(arguments)
    if not options.advisories:
        parser.error("no advisories: give --advisories or BULWARK_ADVISORIES")
    for release in options.release or RELEASES:
        write_edges(options, release)
        if release.startswith("Debian"):
            write_debian_extras(options, release)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
