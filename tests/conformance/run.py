#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lays bulwark's findings and inventory beside those of its peers, on the same bytes.

    run.py --bulwark build/bulwark --peers DIR --images DIR --advisories DIR [--only PATTERN]

  findings   osv-scanner, offline, on the very same all.zip files that bulwark is given,
             record by record
  inventory  osv-scanner, syft and Trivy, by package URL
  layers     Trivy: which layers brought in each package that both know
  files      the union of the layers as tarfile has it: every path that bulwark names is there,
             and no dpkg or apk stanza, npm folder or Python metadata that is there is missed; where
             IMAGES/expected/union/NAME.files lists what `docker export` gives of the images
             NAME-*, the union has to be that

Images are IMAGES/*.tar and IMAGES/made-up/*.tar, and what TWINS names.  What the peers say is kept
in IMAGES/expected and used again until the image changes (--fresh asks anew).  Peers run in a
network namespace of their own where the kernel allows it, and with their offline options always.

A difference is explained when a row of EXPLAINED (explained.py) says why; --show N prints so many
of the others, each with the record's own words.  Agreement counts from FLOOR findings of the peer.
--markdown FILE writes the tables of docs/conformance.md.
Exit: 0 everything agrees or is explained, 1 something is not, 77 something to run is missing.
"""

import argparse
import collections
import fnmatch
import functools
import glob
import os
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from explained import Difference, Records, describe, explain
from image_files import ImageFiles
from peers import PEERS, Runner, bulwark_findings, bulwark_layers, bulwark_packages

FLOOR = 50
SKIPPED = 77

# Layouts that a peer does not read hold the same image as one that it does.
TWINS = (
    ("all-*.tar", "all-legacy.tar"),
    ("all-*-dir", "all-legacy.tar"),
)
# Archives with several images: their peers are asked one platform at a time, elsewhere.
LEFT_OUT = ("two-platforms-*", "*-two.tar")
# What the Engine itself puts into a container.
ENGINE_FILES = {".dockerenv", "dev/console", "dev/pts", "dev/shm", "etc/hosts", "etc/mtab"}
WHAT = ("findings", "inventory", "layers", "files")


class Tally:
    """Counts by title and kind, and the differences that nothing explains."""

    def __init__(self):
        self.counts = collections.defaultdict(collections.Counter)
        self.reasons = collections.defaultdict(collections.Counter)
        self.open = []

    def add(self, what, peer, image, kind, side):
        self.counts[what, peer, image, kind][side] += 1

    def difference(self, difference, label):
        key = (difference.what, difference.peer, difference.image, difference.kind)
        self.add(*key, difference.side)
        row = explain(difference)
        if row:
            self.add(*key, "explained")
            self.reasons[row]["number"] += 1
        else:
            words = "%s: %s: %s: only %s: %s" % (*key[:3], difference.side, label)
            words += "".join("\n      " + describe(entry) for entry in difference.entries)
            words += "".join("\n      at " + path for path in difference.paths[:3])
            self.open.append(words)

    def wrong(self, words):
        self.open.append(words)

    def print(self, what, peer, image):
        print("%s: %s against %s" % (image, what, peer))
        for (*key, kind), counts in sorted(self.counts.items()):
            if key != [what, peer, image]:
                continue
            few = what == "findings" and counts["both"] + counts["theirs"] < FLOOR
            print(
                "  %-14s both %5d  only peer %4d  only ours %4d  explained %4d%s"
                % (kind, counts["both"], counts["theirs"], counts["ours"], counts["explained"],
                   "  (too few of the peer to count)" if few else "")
            )  # fmt: skip


def compare(tally, difference, theirs, ours, entries):
    """theirs and ours: {Finding or Package: paths}; difference tells what they have in common."""
    versions = collections.defaultdict(set), collections.defaultdict(set)
    for side, found in enumerate((theirs, ours)):
        for one in found:
            versions[side][one[:2]].add(one.version)
    for one in sorted(set(theirs) | set(ours)):
        if one in theirs and one in ours:
            tally.add(*difference[:2], difference.image, one.kind, "both")
            continue
        side, paths = ("ours", ours[one]) if one in ours else ("theirs", theirs[one])
        paths = [path if isinstance(path, str) else path.get("path", "") for path in paths]
        tally.difference(
            difference._replace(
                side=side, kind=one.kind, name=one.name, version=one.version, paths=paths,
                others=versions[side == "theirs"][one[:2]],
                entries=entries(one)),
            " ".join(one),
        )  # fmt: skip


def compare_image(options, runner, records, tally, image, peer_image):
    name = os.path.basename(image)
    files = functools.partial(image_files, peer_image)
    report = runner.ask_bulwark(image)
    for peer, (_, findings, packages, layers) in PEERS.items():
        blank = Difference("", peer, "", name, "", "", "", (), (), (), files)
        answer = runner.ask_peer(peer, peer_image)
        if findings and "findings" in options.what:
            compare(
                tally, blank._replace(what="findings"), findings(answer), bulwark_findings(report),
                lambda one: records.affected(one.kind, one.record),
            )  # fmt: skip
            tally.print("findings", peer, name)
        if "inventory" in options.what:
            ours = bulwark_packages(report)
            compare(tally, blank._replace(what="inventory"), packages(answer), ours, lambda one: ())
            tally.print("inventory", peer, name)
        if layers and "layers" in options.what:
            compare_layers(tally, peer, name, layers(answer), bulwark_layers(report))
    if "files" in options.what:
        compare_files(tally, name, report, files())
        compare_union(options, tally, name, files())


def compare_layers(tally, peer, image, theirs, ours):
    for one in sorted(set(theirs) & set(ours)):
        if theirs[one] == ours[one]:
            tally.add("layers", peer, image, one.kind, "both")
            continue
        for side, mine, other in (("theirs", theirs, ours), ("ours", ours, theirs)):
            if mine[one] - other[one]:
                tally.add("layers", peer, image, one.kind, side)
        words = "%s against %s" % (sorted(theirs[one]), sorted(ours[one]))
        tally.wrong("layers: %s: %s: %s: %s" % (peer, image, " ".join(one), words))
    tally.print("layers", peer, image)


@functools.lru_cache(maxsize=1)
def image_files(archive):
    return ImageFiles(archive)


def compare_union(options, tally, image, files):
    for truth in glob.glob(os.path.join(options.images, "expected", "union", "*.files")):
        if not image.startswith(os.path.basename(truth).removesuffix(".files") + "-"):
            continue
        with open(truth, encoding="utf-8") as lines:
            exported = {line.rstrip("\n").rstrip("/") for line in lines} - ENGINE_FILES
        for path in sorted(exported ^ (files.paths() - {""})):
            tally.wrong("files: %s: docker export and the union differ: %s" % (image, path))


def compare_files(tally, image, report, files):
    """What the image's files say, read by Python, beside what bulwark tells of them."""
    packages = [one for one in report["packages"] if "not-installed" not in one["flags"]]
    told, paths = set(), files.paths()
    for package in packages:
        told.add((package["name"], package["version"], package["path"]))
        if package["path"] not in paths:
            tally.wrong("files: %s: no such file: %s" % (image, package["path"]))
    found = [("npm", one) for one in files.node_packages()]
    found += [("pypi", one) for one in files.python_packages()]
    found += [("apk", one) for one in files.apk()]
    found += [
        ("deb", (one["Package"], one["Version"], "var/lib/dpkg/status"))
        for one in files.dpkg()
        if one["Status"].split()[2] not in ("not-installed", "config-files")
    ]
    for kind, one in found:
        tally.add("files", "tarfile", image, kind, "both" if one in told else "theirs")
        if one not in told:
            tally.wrong("files: %s: missed: %s" % (image, " ".join(one)))
    origins = {"node-package": "npm", "python-package": "pypi", "dpkg": "deb", "apk": "apk"}
    known = {one for _, one in found}
    for package in packages:
        one = (package["name"], package["version"], package["path"])
        if package["origin"] in origins and one not in known:
            tally.add("files", "tarfile", image, origins[package["origin"]], "ours")
            tally.wrong("files: %s: not there: %s" % (image, " ".join(one)))
    tally.print("files", "tarfile", image)


# --- the tables of docs/conformance.md -------------------------------------------------------

PURL_OF = {"npm": "npm", "PyPI": "pypi", "Go": "golang", "Debian": "deb", "Alpine": "apk"}
COLUMNS = (
    ("osv-scanner", ("inventory", "osv-scanner")),
    ("syft", ("inventory", "syft")),
    ("Trivy", ("inventory", "trivy")),
    ("layers, Trivy", ("layers", "trivy")),
    ("files, tarfile", ("files", "tarfile")),
)


def grouped(rows):
    """[(name, values)] for [(image, values)]: layouts of one image that agree share a row."""
    groups = collections.defaultdict(list)
    for image, values in rows:
        twin = next((twin for pattern, twin in TWINS if fnmatch.fnmatchcase(image, pattern)), image)
        groups[twin, tuple(values)].append(image)
    for (twin, values), images in sorted(groups.items()):
        name = twin.removesuffix(".tar")
        if len(images) > 1:
            name += ", %d layouts" % len(images)
        yield name, values


def table(heads, right, rows):
    lines = ["| %s |" % " | ".join(heads)]
    lines += ["|-" + "|-:" * right + "|-" * (len(heads) - right - 1) + "|"]
    lines += ["| %s | %s |" % (name, " | ".join(map(str, values))) for name, values in rows]
    return lines + [""]


def findings_table(counts, ecosystem):
    rows = []
    for (what, _, image, kind), numbers in counts.items():
        if what == "findings" and kind.partition(":")[0] == ecosystem:
            columns = [numbers[key] for key in ("both", "theirs", "ours", "explained")]
            if sum(columns[:2]) < FLOOR:
                columns[0] = "%d (too few to count)" % columns[0]
            rows.append((image, columns))
    heads = ("image", "both", "only osv-scanner", "only bulwark", "of these explained")
    return table(heads, 4, grouped(rows))


def inventory_table(counts, kind):
    rows = collections.defaultdict(list)
    for image in {key[2] for key in counts if key[3] == kind}:
        for _, column in COLUMNS:
            found = counts.get((*column, image, kind))
            cell = [str(found[key]) for key in ("both", "theirs", "ours")] if found else []
            rows[image].append(" / ".join(cell))
    return table(("image", *(head for head, _ in COLUMNS)), 5, grouped(rows.items()))


def reasons_table(reasons):
    rows = []
    for row, counts in reasons.items():
        side = {"ours": "bulwark", "theirs": "the peer"}.get(row.side, "either")
        peer = "any" if row.peer == "*" else row.peer
        rows.append((row.what, (peer, row.kind, side, counts["number"], row.fault, row.why)))
    return table(("what", "peer", "ecosystem", "only", "number", "fault", "why"), 0, sorted(rows))


def markdown(tally):
    out = []
    for ecosystem, kind in PURL_OF.items():
        out += ["## " + ecosystem, "", "Findings, record by record:", ""]
        out += findings_table(tally.counts, ecosystem)
        out += ["Packages, as both / only the peer / only bulwark:", ""]
        out += inventory_table(tally.counts, kind)
    return "\n".join(out + ["## Reasons", ""] + reasons_table(tally.reasons))


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
    parser.add_argument("--what", default=",".join(WHAT))
    parser.add_argument("--show", type=int, default=40, metavar="N")
    parser.add_argument("--fresh", action="store_true", help="ask the peers again")
    parser.add_argument("--peers-only", action="store_true", help="only fill IMAGES/expected")
    parser.add_argument("--markdown", metavar="FILE", help="write the tables there")
    return parser.parse_args(arguments)


def missing(options):
    needed = {"--peers": options.peers, "--images": options.images}
    needed["--advisories"] = options.advisories
    if not options.peers_only:
        needed["--bulwark"] = options.bulwark
    for peer in PEERS if options.peers else ():
        needed[peer] = os.path.join(options.peers, peer)
    return [name for name, path in needed.items() if not path or not os.path.exists(path)]


def ask_peers(runner, images):
    for image in sorted({pair[1] for pair in images}):
        for peer, (_, _, packages, _) in PEERS.items():
            kinds = collections.Counter(one.kind for one in packages(runner.ask_peer(peer, image)))
            said = ", ".join("%s %d" % pair for pair in sorted(kinds.items())) or "none"
            print("%-32s %-12s %s" % (os.path.basename(image), peer, said))
    return 0


def run(options):
    runner, tally, records = Runner(options), Tally(), Records(options.advisories)
    images = list(chosen_images(options))
    if options.peers_only:
        return ask_peers(runner, images)
    for image, peer_image in images:
        compare_image(options, runner, records, tally, image, peer_image)
    for words in tally.open[: options.show]:
        print(words)
    if len(tally.open) > options.show:
        print("... and %d more" % (len(tally.open) - options.show))
    for row, counts in tally.reasons.items():
        print("%5d %s, %s: %s" % (counts["number"], row.what, row.fault, row.why))
    if options.markdown:
        with open(options.markdown, "w", encoding="utf-8") as out:
            out.write(markdown(tally))
    total = sum(tally.counts.values(), collections.Counter())
    print("both %d, only peer %d, only ours %d, of these explained %d, open %d" % (
        total["both"], total["theirs"], total["ours"], total["explained"],
        len(tally.open)))  # fmt: skip
    return 1 if tally.open else 0


def main(arguments):
    options = parse_arguments(arguments)
    lacking = missing(options)
    if lacking:
        print("skipped, missing: " + ", ".join(lacking))
        return SKIPPED
    with tempfile.TemporaryDirectory() as options.scratch:
        return run(options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
