#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lays bulwark's findings and inventory beside those of its peers, on the same bytes.

    run.py --bulwark build/bulwark --peers DIR --images DIR --advisories DIR [--only PATTERN]

  findings   osv-scanner, offline, on the very same all.zip files that bulwark is given
  inventory  syft and osv-scanner, by package URL

Images are IMAGES/*.tar and IMAGES/made-up/*.tar, and what TWINS names.  What the peers say is kept
in IMAGES/expected and used again until the image changes (--fresh asks anew).  Peers run in a
network namespace of their own where the kernel allows it, and with their offline options always.

A difference is explained when a row of EXPLAINED says why; --show N prints so many of the others,
each with the record's own words.  Agreement on an ecosystem counts from FLOOR findings of the peer.
Exit: 0 everything agrees or is explained, 1 something is not, 77 something to run is missing.
"""

import argparse
import collections
import fnmatch
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
import zipfile

FLOOR = 50
SKIPPED = 77
INCOMPLETE = 3

# Layouts that a peer does not read hold the same image as one that it does.
TWINS = (
    ("all-*.tar", "all-legacy.tar"),
    ("all-*-dir", "all-legacy.tar"),
)
# Archives with several images: their peers are asked one platform at a time, elsewhere.
LEFT_OUT = ("two-platforms-*", "*-two.tar")

PURL_TYPES = {"npm": "npm", "PyPI": "pypi", "Go": "golang", "Debian": "deb", "Alpine": "apk"}

Finding = collections.namedtuple("Finding", "ecosystem name version ids")
Package = collections.namedtuple("Package", "kind name version")


# --- running programs ------------------------------------------------------------------------


class Runner:
    """Starts programs, the peers cut off from the network, and remembers what the peers said."""

    def __init__(self):
        probe = subprocess.run(
            ["unshare", "-rn", "true"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        self.cut_off = ["unshare", "-rn"] if probe.returncode == 0 else []
        self.answers = {}

    def run(self, command, accepted, environment=None, offline=False):
        command = (self.cut_off if offline else []) + command
        ended = subprocess.run(
            command, capture_output=True, env=dict(os.environ, **(environment or {}))
        )
        if ended.returncode not in accepted:
            said = ended.stderr.decode("utf-8", "replace")[-2000:]
            raise RuntimeError("%s: exit %d\n%s" % (" ".join(command), ended.returncode, said))
        return ended.stdout


# --- adapters: what each program says, in one form -------------------------------------------


def normal_name(ecosystem, name):
    if ecosystem.startswith("PyPI"):
        return re.sub(r"[-_.]+", "-", name).lower()
    return name


def normal_version(ecosystem, version):
    return version.removeprefix("v") if ecosystem.startswith("Go") else version


def finding(ecosystem, name, version, ids):
    return Finding(
        ecosystem, normal_name(ecosystem, name), normal_version(ecosystem, version), frozenset(ids)
    )


def bulwark_findings(report):
    """bulwark's JSON.  The one place to change with its schema."""
    for row in report["findings"]:
        if "vulnerability" not in row:
            continue
        flaw, package = row["vulnerability"], row["package"]
        ids = [flaw["id"]] + list(flaw.get("aliases", []))
        yield finding(package["ecosystem"], package["name"], package["version"], ids)


def bulwark_purls(document):
    return cyclonedx_purls(document)


def osv_packages(report):
    for result in report.get("results", []):
        for row in result["packages"]:
            yield row["package"], row.get("vulnerabilities", [])


def osv_findings(report):
    """os_package_name is the binary package's name; name is that of its source package."""
    for package, flaws in osv_packages(report):
        name = package.get("os_package_name") or package["name"]
        for flaw in flaws:
            ids = [flaw["id"]] + list(flaw.get("aliases", []))
            yield finding(package["ecosystem"], name, package["version"], ids)


def osv_purls(report):
    for package, _ in osv_packages(report):
        distro = package["ecosystem"].partition(":")[0]
        kind = PURL_TYPES.get(distro, distro.lower())
        name = package.get("os_package_name") or package["name"]
        name = (distro.lower() + "/" if kind in ("deb", "apk") else "") + name
        yield make_package(kind, name, package["version"])


def cyclonedx_purls(document):
    for component in document.get("components", []):
        if component.get("purl"):
            yield parse_purl(component["purl"])


def make_package(kind, name, version):
    if kind == "pypi":
        name = normal_name("PyPI", name)
    return Package(kind, name, version.removeprefix("v") if kind == "golang" else version)


def parse_purl(text):
    """Type, namespace/name and version; qualifiers differ between programs and are dropped."""
    body = text.removeprefix("pkg:").partition("#")[0].partition("?")[0]
    path, _, version = body.rpartition("@") if "@" in body.rpartition("/")[2] else (body, "", "")
    kind, _, name = path.partition("/")
    return make_package(kind.lower(), urllib.parse.unquote(name), urllib.parse.unquote(version))


# --- peers -----------------------------------------------------------------------------------


def osv_database(advisories, scratch):
    """osv-scanner 2.5 looks for <dir>/osv-scalibr/<Ecosystem>/all.zip, earlier ones for
    <dir>/osv-scanner/...; links, so that both programs read the same files."""
    for product in ("osv-scalibr", "osv-scanner"):
        for archive in glob.glob(os.path.join(glob.escape(advisories), "*", "all.zip")):
            place = os.path.join(scratch, product, os.path.basename(os.path.dirname(archive)))
            os.makedirs(place, exist_ok=True)
            if not os.path.lexists(os.path.join(place, "all.zip")):
                os.symlink(os.path.abspath(archive), os.path.join(place, "all.zip"))
    return {
        "OSV_SCALIBR_LOCAL_DB_CACHE_DIRECTORY": scratch,
        "OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY": scratch,
    }


def run_osv(options, runner, image):
    command = [os.path.join(options.peers, "osv-scanner"), "scan", "image", "--archive", image]
    command += ["--offline", "--offline-vulnerabilities", "--all-packages", "--all-vulns"]
    command += ["--verbosity", "error", "--format", "json"]
    environment = osv_database(options.advisories, options.scratch)
    return runner.run(command, (0, 1), environment, offline=True)


def run_syft(options, runner, image):
    command = [os.path.join(options.peers, "syft"), "scan", "docker-archive:" + image, "-q"]
    environment = {"SYFT_CHECK_FOR_APP_UPDATE": "false"}
    return runner.run(command + ["-o", "cyclonedx-json"], (0,), environment, offline=True)


PEERS = {"osv-scanner": run_osv, "syft": run_syft}


def ask_peer(options, runner, peer, image):
    """The peer's answer, from IMAGES/expected where it is newer than the image."""
    if (peer, image) not in runner.answers:
        runner.answers[peer, image] = read_or_ask(options, runner, peer, image)
    return runner.answers[peer, image]


def read_or_ask(options, runner, peer, image):
    name = os.path.splitext(os.path.basename(image))[0] + ".json"
    kept = os.path.join(options.images, "expected", peer, name)
    stale = not os.path.exists(kept) or os.path.getmtime(kept) < os.path.getmtime(image)
    if options.fresh or stale:
        answer = PEERS[peer](options, runner, image)
        os.makedirs(os.path.dirname(kept), exist_ok=True)
        with open(kept + ".new", "wb") as out:
            out.write(answer)
        os.replace(kept + ".new", kept)
    with open(kept, "rb") as source:
        return json.load(source)


def ask_bulwark(options, runner, arguments):
    """Incomplete is an answer as well: no advisories cover Debian 13, for instance."""
    return json.loads(runner.run([options.bulwark] + arguments, (0, 1, INCOMPLETE)))


# --- comparing -------------------------------------------------------------------------------


def fold(theirs, ours):
    """[(package key, ids, peer has it, we have it)]: findings of one package that share an id,
    on either side, are one flaw."""
    packages = collections.defaultdict(list)
    for side, findings in enumerate((theirs, ours)):
        for one in findings:
            packages[one[:3]].append((side, one.ids))
    out = []
    for key, found in sorted(packages.items()):
        groups = []
        for side, ids in found:
            ids, sides, rest = set(ids), {side}, []
            for group in groups:
                if group[0] & ids:
                    ids |= group[0]
                    sides |= group[1]
                else:
                    rest.append(group)
            groups = rest + [(ids, sides)]
        out += [(key, sorted(ids), 0 in sides, 1 in sides) for ids, sides in groups]
    return out


class Records:
    """The advisories, read when a difference has to be explained."""

    def __init__(self, advisories):
        self.advisories, self.archives = advisories, {}

    def affected(self, ecosystem, ids):
        """The affected entries of the records with these ids, in this ecosystem."""
        distro = ecosystem.partition(":")[0]
        if distro not in self.archives:
            path = os.path.join(self.advisories, distro, "all.zip")
            self.archives[distro] = zipfile.ZipFile(path) if os.path.exists(path) else None
        archive = self.archives[distro]
        names = set(archive.namelist()) if archive else ()
        for name in ids:
            if name + ".json" in names:
                record = json.loads(archive.read(name + ".json"))
                for entry in record.get("affected", []):
                    if entry.get("package", {}).get("ecosystem", "").startswith(distro):
                        yield name, entry


def kernel_left_out(key, entries):
    return any(entry["package"]["name"] == "linux" for _, entry in entries)


def stops_at_git_range(key, entries):
    """The first range is of commits; the peer looks at no later one."""
    return any(
        len(entry.get("ranges", [])) > 1
        and entry["ranges"][0]["type"] == "GIT"
        and key[2] not in entry.get("versions", [])
        for _, entry in entries
    )


# Whose finding it is, the ecosystem it is in, when the row speaks of it, and why it differs.
EXPLAINED = (
    ("ours", "Debian:*", kernel_left_out, "osv-scanner leaves the kernel's source package out"),
    ("ours", "*", stops_at_git_range, "osv-scanner reads no range after one of commits"),
)


def explain(side, key, entries):
    for whose, ecosystem, applies, why in EXPLAINED:
        if whose == side and fnmatch.fnmatchcase(key[0], ecosystem) and applies(key, entries):
            return why
    return None


def describe(entry):
    """An affected entry in one line."""
    out = []
    for events in entry.get("ranges", []):
        words = [" ".join("%s %s" % pair for pair in event.items()) for event in events["events"]]
        out.append("%s[%s]" % (events["type"], ", ".join(words[:8])))
    if entry.get("versions"):
        out.append("%d versions" % len(entry["versions"]))
    return "%s %s" % (entry["package"]["name"], " ".join(out))


class Tally:
    """Counts by title and ecosystem, and the differences that nothing explains."""

    def __init__(self):
        self.counts = collections.defaultdict(collections.Counter)
        self.open = []

    def add(self, title, ecosystem, in_peer, in_ours, why, words):
        side = "both" if in_peer and in_ours else "only peer" if in_peer else "only ours"
        self.counts[title, ecosystem][side] += 1
        if side != "both" and why:
            self.counts[title, ecosystem]["explained"] += 1
        elif side != "both":
            self.open.append("%s: %s: %s" % (title, side, words))

    def print(self, title):
        for (name, ecosystem), counts in sorted(self.counts.items()):
            if name != title:
                continue
            of_peer = counts["both"] + counts["only peer"]
            note = "" if of_peer >= FLOOR else "  (too few of the peer to count)"
            print(
                "  %-14s both %5d  only peer %4d  only ours %4d  explained %4d%s"
                % (ecosystem, counts["both"], counts["only peer"], counts["only ours"],
                   counts["explained"], note)
            )  # fmt: skip


def print_peer(image, what, ecosystems):
    counts = sorted(collections.Counter(ecosystems).items())
    said = ", ".join("%s %d" % pair for pair in counts) or "none"
    print("%-32s %-22s %s" % (os.path.basename(image), what, said))


def compare_findings(options, runner, records, tally, image, peer_image):
    theirs = list(osv_findings(ask_peer(options, runner, "osv-scanner", peer_image)))
    if options.peers_only:
        print_peer(peer_image, "osv-scanner findings", [key[0] for key, *_ in fold(theirs, ())])
        return
    arguments = ["scan", image, "--format", "json", "--advisories", options.advisories]
    ours = list(bulwark_findings(ask_bulwark(options, runner, arguments)))
    title = os.path.basename(image) + " findings against osv-scanner"
    for key, ids, in_peer, in_ours in fold(theirs, ours):
        why, words = None, ""
        if in_peer != in_ours:
            entries = list(records.affected(key[0], ids))
            why = explain("theirs" if in_peer else "ours", key, entries)
            words = "%s %s %s %s" % (key + (",".join(ids),))
            words += "".join("\n      %s %s" % (name, describe(entry)) for name, entry in entries)
        tally.add(title, key[0], in_peer, in_ours, why, words)
    print(title)
    tally.print(title)


def compare_inventory(options, runner, tally, image, peer_image, peer):
    answer = ask_peer(options, runner, peer, peer_image)
    theirs = set((osv_purls if peer == "osv-scanner" else cyclonedx_purls)(answer))
    if options.peers_only:
        print_peer(peer_image, peer + " packages", [one.kind for one in theirs])
        return
    arguments = ["sbom", image, "--format", "cyclonedx"]
    ours = set(bulwark_purls(ask_bulwark(options, runner, arguments)))
    title = "%s inventory against %s" % (os.path.basename(image), peer)
    for one in sorted(theirs | ours):
        words = "pkg:%s/%s@%s" % one
        tally.add(title, one.kind, one in theirs, one in ours, None, words)
    print(title)
    tally.print(title)


# --- the run ---------------------------------------------------------------------------------


def chosen_images(options):
    """[(image, the archive that the peers read)]"""
    places = sorted(glob.glob(os.path.join(options.images, "*.tar")))
    places += sorted(glob.glob(os.path.join(options.images, "*-dir")))
    places += sorted(glob.glob(os.path.join(options.images, "made-up", "*.tar")))
    for place in places:
        name = os.path.basename(place)
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in LEFT_OUT):
            continue
        if not fnmatch.fnmatchcase(name, options.only):
            continue
        twin = next((twin for pattern, twin in TWINS if fnmatch.fnmatchcase(name, pattern)), name)
        yield place, os.path.join(os.path.dirname(place), twin)


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bulwark", default=os.environ.get("BULWARK_BINARY"))
    parser.add_argument("--peers", default=os.environ.get("BULWARK_PEERS"))
    parser.add_argument("--images", default=os.environ.get("BULWARK_IMAGES"))
    parser.add_argument("--advisories", default=os.environ.get("BULWARK_ADVISORIES"))
    parser.add_argument("--only", default="*", metavar="PATTERN", help="images by file name")
    parser.add_argument("--what", default="findings,inventory")
    parser.add_argument("--show", type=int, default=40, metavar="N")
    parser.add_argument("--fresh", action="store_true", help="ask the peers again")
    parser.add_argument("--peers-only", action="store_true", help="only fill IMAGES/expected")
    return parser.parse_args(arguments)


def missing(options):
    needed = {"--peers": options.peers, "--images": options.images}
    needed["--advisories"] = options.advisories
    if not options.peers_only:
        needed["--bulwark"] = options.bulwark
    for peer in PEERS if options.peers else ():
        needed[peer] = os.path.join(options.peers, peer)
    return [name for name, path in needed.items() if not path or not os.path.exists(path)]


def compare(options):
    runner, tally, records = Runner(), Tally(), Records(options.advisories)
    images = list(chosen_images(options))
    if options.peers_only:
        images = [(peer_image, peer_image) for peer_image in sorted({pair[1] for pair in images})]
    for image, peer_image in images:
        if "findings" in options.what:
            compare_findings(options, runner, records, tally, image, peer_image)
        if "inventory" in options.what:
            for peer in PEERS:
                compare_inventory(options, runner, tally, image, peer_image, peer)
    for words in tally.open[: options.show]:
        print(words)
    if len(tally.open) > options.show:
        print("... and %d more" % (len(tally.open) - options.show))
    if options.peers_only:
        return 0
    total = sum((counts for counts in tally.counts.values()), collections.Counter())
    print("both %d, only peer %d, only ours %d, of these explained %d, open %d" % (
        total["both"], total["only peer"], total["only ours"], total["explained"],
        len(tally.open)))  # fmt: skip
    return 1 if tally.open else 0


def main(arguments):
    options = parse_arguments(arguments)
    lacking = missing(options)
    if lacking:
        print("skipped, missing: " + ", ".join(lacking))
        return SKIPPED
    with tempfile.TemporaryDirectory() as options.scratch:
        return compare(options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
