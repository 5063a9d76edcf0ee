# SPDX-License-Identifier: Apache-2.0
"""The files of a Docker archive, read with Python's tarfile alone, and what they say is installed.

Written to judge: it shares nothing with bulwark, and it is simple rather than fast.
"""

import collections
import email.parser
import json
import re
import tarfile

WHITEOUT = ".wh."
OPAQUE = ".wh..wh..opq"
PACKAGE_JSON = re.compile(r"(?:.*/)?node_modules/(?:@[^/]+/)?[^@./][^/]*/package\.json")
PYTHON_METADATA = re.compile(
    r".*\.(?:dist-info/METADATA|egg-info/PKG-INFO|egg-info|egg/EGG-INFO/PKG-INFO)"
)

Installed = collections.namedtuple("Installed", "name version path")


class ImageFiles:
    """The union of the layers of the first image: {path: bytes or None for what is not wanted}."""

    def __init__(self, archive):
        self.files = {}
        self.links = {}
        self.archive = archive
        with tarfile.open(archive) as outer:
            manifest = json.load(outer.extractfile("manifest.json"))
            for layer in manifest[0]["Layers"]:
                member = outer.getmember(layer)
                if member.issym():
                    parent = layer.rpartition("/")[0]
                    member = outer.getmember(resolve(parent, member.linkname))
                with tarfile.open(fileobj=outer.extractfile(member)) as inner:
                    self.add_layer(inner)

    def add_layer(self, layer):
        below, here = self.files, {}
        for member in layer:
            path = self.through_links(resolve("", member.name))
            parent, _, name = path.rpartition("/")
            if name == OPAQUE:
                below = without(below, parent, keep_itself=True)
            elif name.startswith(WHITEOUT):
                below = without(below, (parent + "/" if parent else "") + name[len(WHITEOUT):])
            else:
                if path in below and not member.isdir():
                    below = without(below, path)
                here[path] = self.content(layer, member, here)
                self.note_link(path, member)
        self.files = dict(below, **here)

    def note_link(self, path, member):
        if member.issym():
            self.links[path] = resolve(path.rpartition("/")[0], member.linkname)
        else:
            self.links.pop(path, None)

    def through_links(self, path):
        """A layer may name a file by way of a linked directory of a layer below: /lib/x."""
        for _ in range(40):
            at = path.find("/")
            while at >= 0 and path[:at] not in self.links:
                at = path.find("/", at + 1)
            if at < 0:
                return path
            path = self.links[path[:at]] + path[at:]
        return path

    def content(self, layer, member, here):
        if member.islnk():
            return here.get(self.through_links(resolve("", member.linkname)))
        if member.isreg() and wanted(resolve("", member.name)):
            return layer.extractfile(member).read()
        return None

    def paths(self):
        return set(self.files)

    def holds(self, path, text):
        """Whether the text stands in some layer's regular file at the path."""
        with tarfile.open(self.archive) as outer:
            for layer in json.load(outer.extractfile("manifest.json"))[0]["Layers"]:
                with tarfile.open(fileobj=outer.extractfile(layer)) as inner:
                    for member in inner:
                        if member.isreg() and resolve("", member.name) == path:
                            if text in inner.extractfile(member).read():
                                return True
        return False

    def dpkg(self):
        """Stanzas of the status file, as dictionaries."""
        text = self.files.get("var/lib/dpkg/status") or b""
        parser = email.parser.HeaderParser()
        for stanza in text.decode("utf-8", "replace").split("\n\n"):
            if stanza.strip():
                yield dict(parser.parsestr(stanza.strip("\n") + "\n").items())

    def apk(self):
        """Lines `P:name` and `V:version` of each stanza."""
        path = "lib/apk/db/installed"
        for stanza in (self.files.get(path) or b"").decode("utf-8", "replace").split("\n\n"):
            about = dict(line.partition(":")[::2] for line in stanza.splitlines())
            if about.get("P"):
                yield Installed(about["P"], about["V"], path)

    def node_packages(self):
        """Every package.json in a folder of node_modules that has a name and a version."""
        for path, content in sorted(self.files.items()):
            if content is None or not PACKAGE_JSON.fullmatch(path):
                continue
            try:
                about = json.loads(content)
            except ValueError:
                continue
            if about.get("name") and about.get("version"):
                yield Installed(about["name"], about["version"], path)

    def python_packages(self):
        parser = email.parser.HeaderParser()
        for path, content in sorted(self.files.items()):
            if content is not None and PYTHON_METADATA.fullmatch(path):
                about = parser.parsestr(content.decode("utf-8", "replace"))
                if about["Name"] and about["Version"]:
                    yield Installed(about["Name"], about["Version"], path)


def wanted(path):
    return (
        path in ("var/lib/dpkg/status", "lib/apk/db/installed")
        or PACKAGE_JSON.fullmatch(path) is not None
        or PYTHON_METADATA.fullmatch(path) is not None
    )


def resolve(folder, name):
    """The path, without "." and "..", that a name in a folder leads to."""
    out = [] if name.startswith("/") else [part for part in folder.split("/") if part]
    for part in name.split("/"):
        if part == "..":
            del out[-1:]
        elif part not in ("", "."):
            out.append(part)
    return "/".join(out)


def without(files, path, keep_itself=False):
    return {
        name: content
        for name, content in files.items()
        if not name.startswith(path + "/") and (keep_itself or name != path)
    }
