# SPDX-License-Identifier: Apache-2.0
"""Why bulwark and a peer differ: one row for each reason, decided on the records and the files of
the image, and never on what bulwark says."""

import collections
import fnmatch
import functools
import json
import os
import re
import subprocess
import zipfile

# `side` tells who alone has it: "theirs" or "ours"; `others` are the versions of that package on
# the other side, `entries` the record's affected ones, `files` the image's when they are asked for.
Difference = collections.namedtuple(
    "Difference", "what peer side image kind name version others paths entries files"
)
Reason = collections.namedtuple("Reason", "what peer side kind applies fault why")


class Records:
    """The advisories, read when a difference has to be explained."""

    def __init__(self, advisories):
        self.advisories, self.archives = advisories, {}

    def affected(self, ecosystem, record):
        """The affected entries of the record for just this ecosystem."""
        distro = ecosystem.partition(":")[0]
        if distro not in self.archives:
            path = os.path.join(self.advisories, distro, "all.zip")
            self.archives[distro] = zipfile.ZipFile(path) if os.path.exists(path) else None
        archive = self.archives[distro]
        if archive is None:
            return []
        try:
            document = json.loads(archive.read(record + ".json"))
        except KeyError:
            return []
        return [
            entry
            for entry in document.get("affected", [])
            if entry.get("package", {}).get("ecosystem") == ecosystem
        ]


def describe(entry):
    """An affected entry in one line."""
    out = []
    for events in entry.get("ranges", []):
        words = [" ".join("%s %s" % pair for pair in event.items()) for event in events["events"]]
        out.append("%s[%s]" % (events["type"], ", ".join(words[:8])))
    if entry.get("versions"):
        out.append("%d versions" % len(entry["versions"]))
    return "%s %s" % (entry["package"]["name"], " ".join(out))


# --- what the files and the records say ------------------------------------------------------


def binary_name(difference):
    return difference.name.rpartition("/")[2]


def stanza(difference):
    """The package's stanza in the image's dpkg status file."""
    name = binary_name(difference)
    for one in difference.files().dpkg():
        if one["Package"] == name and one["Version"] == difference.version:
            return one
    return None


def source_of(one):
    """Source: name (version); by default those of the binary package (deb-control(5))."""
    name, _, version = one.get("Source", one["Package"]).partition(" ")
    return name, version.strip("() ") or one["Version"]


@functools.lru_cache(maxsize=None)
def older(version, other):
    return subprocess.run(["dpkg", "--compare-versions", version, "lt", other]).returncode == 0


def fixed_versions(difference, source):
    for entry in difference.entries:
        if entry["package"]["name"] == source:
            for events in entry.get("ranges", []):
                yield from (event["fixed"] for event in events["events"] if "fixed" in event)


def is_kernel(difference):
    one = stanza(difference)
    return one is not None and source_of(one)[0] == "linux"


def not_plainly_installed(difference):
    """On the disk all the same: held back, half installed, unpacked, in need of reinstallation."""
    one = stanza(difference)
    return (
        one is not None
        and one["Status"] != "install ok installed"
        and one["Status"].split()[2] not in ("not-installed", "config-files")
    )


def removed(difference):
    one = stanza(difference)
    return one is not None and one["Status"].split()[2] in ("not-installed", "config-files")


def affected_by_dpkg(difference, held=False):
    """dpkg itself says that the source version is before the fix."""
    one = stanza(difference)
    if one is None:
        return False
    name, version = source_of(one)
    return any(older(version, fixed) for fixed in fixed_versions(difference, name))


def kernel_affected(difference):
    return is_kernel(difference) and affected_by_dpkg(difference)


def state_affected(difference):
    return not_plainly_installed(difference) and affected_by_dpkg(difference)


def source_is_older(difference):
    """... and that the version of the binary package is not."""
    one = stanza(difference)
    if one is None or source_of(one)[1] == one["Version"]:
        return False
    fixed = list(fixed_versions(difference, source_of(one)[0]))
    return affected_by_dpkg(difference) and not any(older(one["Version"], f) for f in fixed)


APK_VERSION = r"\d+(\.\d+)*[a-z]?(_[a-z]+\d*)*(~[0-9a-f]+)?(-r\d+)?"


def malformed_for_apk(difference):
    return not re.fullmatch(APK_VERSION, difference.version) and all(
        not re.fullmatch(APK_VERSION, fixed)
        for fixed in fixed_versions(difference, binary_name(difference))
    )


def folder_is_gone(difference):
    """Told by npm's own note in node_modules alone; no folder has that package any more."""
    if not all(path.endswith("node_modules/.package-lock.json") for path in difference.paths):
        return False
    there = {one[:2] for one in difference.files().node_packages()}
    return (difference.name, difference.version) not in there


def not_a_package_folder(difference):
    folder = re.compile(r"(.*/)?node_modules/(@[^/]+/)?[^@./][^/]*/package\.json")
    return bool(difference.paths) and not any(folder.fullmatch(path) for path in difference.paths)


def main_module(difference):
    """The other side has it, written the other way."""
    ways = {"", "(devel)"}
    return difference.version in ways and bool((ways - {difference.version}) & difference.others)


def told_by_linker_flags(difference):
    return difference.name == "example.test/misc" and difference.version == "1.2.3"


def replaced_by_folder(difference):
    """example.test/local => ./local, in the one program of the images that has such a thing."""
    return difference.name in ("./local", "example.test/local")


# Names of one program, ours first.
PROGRAM_NAMES = (("openjdk", "oracle/openjdk"), ("php", "php-cli"))


def version_stands_there(difference):
    """In the bytes of every file that is said to be the program."""
    version = difference.version.encode()
    return bool(difference.paths) and all(
        difference.files().holds(path, version) for path in difference.paths
    )


def another_name(difference):
    return difference.name in sum(PROGRAM_NAMES, ()) and version_stands_there(difference)


# --- the reasons -----------------------------------------------------------------------------

NOT_PLAIN = (
    "takes `install ok installed` alone; packages on hold, unpacked, half installed or to be "
    "reinstalled are on the disk as well"
)
NO_FOLDER = (
    "a package.json that is not directly in a folder of node_modules is a project, a mark for "
    "module loaders, or test data"
)
EXPLAINED = [
    Reason(*row)
    for row in (
        ("findings", "osv-scanner", "ours", "Debian:*", kernel_affected, "osv-scanner",
         "leaves out the kernel's source package; dpkg says that the version is before the fix"),
        ("findings", "osv-scanner", "ours", "Debian:*", state_affected, "osv-scanner",
         NOT_PLAIN),
        ("findings", "osv-scanner", "ours", "Debian:*", source_is_older, "osv-scanner",
         "compares the version of the binary package; the records speak of the source package's"),
        ("findings", "osv-scanner", "theirs", "Alpine:*", malformed_for_apk, "the record",
         "`4.10-1` is no version for apk, which reads both up to the fault and calls them equal"),
        ("findings", "osv-scanner", "theirs", "npm", folder_is_gone, "osv-scanner",
         "believes node_modules/.package-lock.json, which outlives a folder that is removed"),
        ("inventory", "osv-scanner", "theirs", "npm", folder_is_gone, "osv-scanner",
         "believes node_modules/.package-lock.json, which outlives a folder that is removed"),
        ("inventory", "osv-scanner", "ours", "deb", is_kernel, "osv-scanner",
         "leaves out packages of the kernel's source package"),
        ("inventory", "osv-scanner", "ours", "deb", not_plainly_installed, "osv-scanner",
         NOT_PLAIN),
        ("inventory", "*", "theirs", "deb", removed, "the peer",
         "lists packages of which only the configuration, or nothing, is left"),
        ("inventory", "*", "theirs", "npm", not_a_package_folder, "design",
         NO_FOLDER),
        ("inventory", "*", "*", "golang", main_module, "names",
         "bulwark writes a main module's version as Go does, `(devel)`; the peer leaves it away"),
        ("inventory", "*", "theirs", "golang", told_by_linker_flags, "design",
         "the peer guesses a main module's version from the linker's flags"),
        ("inventory", "osv-scanner", "*", "golang", replaced_by_folder, "osv-scanner",
         "names a module that is replaced by a folder after the folder, which makes no valid purl"),
        ("inventory", "trivy", "ours", "golang", replaced_by_folder, "trivy",
         "leaves out a module that is replaced by a folder"),
        ("inventory", "syft", "*", "generic", another_name, "names",
         "bulwark names the product, `openjdk` and `php`; syft the vendor too, `oracle/openjdk`, "
         "or the binary, `php-cli`"),
        ("inventory", "syft", "ours", "generic", version_stands_there, "syft",
         "knows fewer surroundings of the version: not Debian's `version 2.6.12-1+deb12u4, "
         "released` of HAProxy, not a Redis built outside of BuildKit"),
        ("inventory", "[ot]*", "ours", "generic", version_stands_there, "the peer",
         "does not look for programs that no package manager installed"),
    )
]  # fmt: skip


def explain(difference):
    for row in EXPLAINED:
        if (
            row.what == difference.what
            and row.side in ("*", difference.side)
            and fnmatch.fnmatchcase(difference.peer, row.peer)
            and fnmatch.fnmatchcase(difference.kind, row.kind)
            and row.applies(difference)
        ):
            return row
    return None
