# SPDX-License-Identifier: Apache-2.0
"""Container images made in code: tar entries, layers, and the layouts that hold them.

Everything is written from the formats' own documents and not through tarfile, because a test
image has to be able to say things that a well-behaved writer refuses to say:

  tar     POSIX.1-2017 pax interchange format; GNU tar manual, "Basic Tar Format" and
          "Storing Sparse Files"
  layers  OCI Image Specification 1.1, layer.md (whiteouts) and config.md (diffID)
  layouts OCI image-layout.md; Docker Image Specification 1.2 ("Combined Image JSON"), and the
          hybrid of both that Docker Engine writes since version 25

The same input gives the same bytes: times are fixed, orders are the caller's, and nothing of the
running machine goes in.

    layer = Layer([directory('etc'), text('etc/os-release', 'ID=debian\n')])
    image = Image([layer], history=[History('COPY etc /etc')], tags=['demo:1'])
    write_docker_legacy('demo.tar', [image])

An entry is a description (class Entry) and is turned into bytes by tar_bytes() or TarWriter.
What is wrong on purpose is asked for by name: Layer(wrong_digest=True, truncate=100, ...).
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import tempfile
import zlib

BLOCK = 512
EPOCH = 1700000000
CREATED = "2023-11-14T22:13:20Z"

REGULAR, HARDLINK, SYMLINK, CHARACTER, BLOCKDEV, DIRECTORY, FIFO = (
    b"0",
    b"1",
    b"2",
    b"3",
    b"4",
    b"5",
    b"6",
)
CONTIGUOUS, PAX, PAX_GLOBAL, GNU_NAME, GNU_LINK, GNU_SPARSE = b"7", b"x", b"g", b"L", b"K", b"S"

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
OCI_FOREIGN = "application/vnd.oci.image.layer.nondistributable.v1.tar"
DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"
COMPRESSED_SUFFIX = {"none": "", "gzip": "+gzip", "zstd": "+zstd"}


# --- entries ---------------------------------------------------------------------------------


class Entry:
    """One member of a tar archive.

    name, link: str (written as UTF-8) or bytes (written as they are, for names that are not
    UTF-8).  data: bytes, or None with `path` naming a file to stream.  pax: list of (key, value)
    pairs written in an extended header before the entry; a list because keys may repeat.
    names: how a name over 100 bytes is stored, 'auto' (ustar prefix where it fits, else pax),
    'pax' (always), 'gnu' (typeflags L and K) or 'cut' (cut off, as a reader without extensions
    sees it).  size: what the header claims, where that is not the length of the data.
    """

    def __init__(
        self,
        name,
        kind=REGULAR,
        data=b"",
        link="",
        mode=None,
        uid=0,
        gid=0,
        uname="",
        gname="",
        mtime=EPOCH,
        major=0,
        minor=0,
        pax=(),
        names="auto",
        size=None,
        path=None,
        gnu=False,
        tail=b"",
        bad_checksum=False,
    ):
        self.name, self.kind, self.link, self.path = name, kind, link, path
        self.data = data.encode() if isinstance(data, str) else data
        self.mode = mode if mode is not None else 0o755 if kind == DIRECTORY else 0o644
        self.uid, self.gid, self.uname, self.gname, self.mtime = uid, gid, uname, gname, mtime
        self.major, self.minor, self.pax, self.names = major, minor, list(pax), names
        self.size, self.gnu, self.tail, self.bad_checksum = size, gnu, tail, bad_checksum


def text(name, data, **more):
    return Entry(name, data=data, **more)


def directory(name, **more):
    return Entry(_slash(name), DIRECTORY, **more)


def symlink(name, target, **more):
    return Entry(name, SYMLINK, link=target, mode=more.pop("mode", 0o777), **more)


def hardlink(name, target, **more):
    return Entry(name, HARDLINK, link=target, **more)


def device(name, major=1, minor=3, block=False, **more):
    return Entry(name, BLOCKDEV if block else CHARACTER, major=major, minor=minor, **more)


def fifo(name, **more):
    return Entry(name, FIFO, **more)


def whiteout(name, **more):
    """The layer takes away `name` (and all below it)."""
    head, tail = os.path.split(name)
    return Entry(os.path.join(head, ".wh." + tail), **more)


def opaque(name, **more):
    """The layer hides what lower layers hold in the directory `name`."""
    return Entry(os.path.join(name, ".wh..wh..opq"), **more)


def global_pax(pairs):
    """A pax header for all entries that follow it."""
    return Entry("pax_global_header", PAX_GLOBAL, pax_records(pairs))


class Raw:
    """Bytes put into the archive as they are: damaged headers, stray blocks."""

    def __init__(self, data):
        self.raw = data


def sparse(name, pieces, real_size, form, **more):
    """A file with holes.  pieces: [(offset, bytes)]; form: 'gnu', 'pax0.0', 'pax0.1', 'pax1.0'."""
    stored = b"".join(data for _, data in pieces)
    spans = [(offset, len(data)) for offset, data in pieces]
    if form == "gnu":
        entry = Entry(name, GNU_SPARSE, stored, gnu=True, **more)
        entry.spans, entry.real_size = spans, real_size
        return entry
    if form == "pax0.0":
        pairs = [("GNU.sparse.size", str(real_size)), ("GNU.sparse.numblocks", str(len(spans)))]
        for offset, length in spans:
            pairs += [("GNU.sparse.offset", str(offset)), ("GNU.sparse.numbytes", str(length))]
        return Entry(name, data=stored, pax=pairs, **more)
    head, tail = os.path.split(name)
    stand_in = os.path.join(head, "GNUSparseFile.0", tail)
    if form == "pax0.1":
        numbers = ",".join("%d,%d" % span for span in spans)
        pairs = [
            ("GNU.sparse.size", str(real_size)),
            ("GNU.sparse.numblocks", str(len(spans))),
            ("GNU.sparse.name", name),
            ("GNU.sparse.map", numbers),
        ]
        return Entry(stand_in, data=stored, pax=pairs, **more)
    if form != "pax1.0":
        raise ValueError("no sparse form " + form)
    numbers = [len(spans)] + [number for span in spans for number in span]
    table = "".join("%d\n" % number for number in numbers).encode()
    pairs = [
        ("GNU.sparse.major", "1"),
        ("GNU.sparse.minor", "0"),
        ("GNU.sparse.name", name),
        ("GNU.sparse.realsize", str(real_size)),
    ]
    return Entry(stand_in, data=_padded(table) + stored, pax=pairs, **more)


# --- tar bytes -------------------------------------------------------------------------------


def _slash(name):
    end = b"/" if isinstance(name, bytes) else "/"
    return name if name.endswith(end) else name + end


def _bytes(value):
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")


def _padded(data):
    return data + b"\0" * (-len(data) % BLOCK)


def _number(value, width):
    """Octal with a terminator, or base 256 where the octal digits do not suffice."""
    octal = b"%0*o" % (width - 1, value) if value >= 0 else b""
    if value >= 0 and len(octal) < width:
        return octal + b"\0"
    return bytes([0x80 if value >= 0 else 0xFF]) + (value % 256 ** (width - 1)).to_bytes(
        width - 1, "big"
    )


def pax_records(pairs):
    """`LENGTH KEY=VALUE\\n`, where LENGTH counts its own digits."""
    out = b""
    for key, value in pairs:
        rest = b" " + _bytes(key) + b"=" + _bytes(value) + b"\n"
        length = len(rest) + len(str(len(rest)))
        length = len(rest) + len(str(length))
        out += str(length).encode() + rest
    return out


def _split_prefix(name):
    """The ustar split (prefix, name) of a long name, or None where there is none."""
    for at in range(min(155, len(name) - 2), 0, -1):
        if name[at : at + 1] == b"/" and len(name) - at - 1 <= 100:
            return name[:at], name[at + 1 :]
    return None


def _header(entry, name, prefix, link, size):
    magic = b"ustar  \0" if entry.gnu else b"ustar\x0000"
    block = bytearray(BLOCK)
    for at, field in (
        (0, name[:100]),
        (100, _number(entry.mode, 8)),
        (108, _number(entry.uid, 8)),
        (116, _number(entry.gid, 8)),
        (124, _number(size, 12)),
        (136, _number(entry.mtime, 12)),
        (148, b" " * 8),
        (156, entry.kind),
        (157, link[:100]),
        (257, magic),
        (265, _bytes(entry.uname)[:32]),
        (297, _bytes(entry.gname)[:32]),
        (345, prefix),
    ):
        block[at : at + len(field)] = field
    if entry.kind in (CHARACTER, BLOCKDEV):
        block[329:337], block[337:345] = _number(entry.major, 8), _number(entry.minor, 8)
    extension = b""
    if entry.kind == GNU_SPARSE:
        extension = _sparse_map(block, entry)
    total = sum(block) + (1 if entry.bad_checksum else 0)
    block[148:156] = b"%06o\0 " % total
    return bytes(block) + extension


def _sparse_map(block, entry):
    """Four spans in the header, twenty-one in each block that follows it."""
    spans = b"".join(_number(offset, 12) + _number(length, 12) for offset, length in entry.spans)
    block[386 : 386 + min(96, len(spans))] = spans[:96]
    block[482] = len(spans) > 96
    block[483:495] = _number(entry.real_size, 12)
    out, rest = b"", spans[96:]
    while rest:
        piece, rest = rest[:504], rest[504:]
        out += piece + b"\0" * (504 - len(piece)) + bytes([bool(rest)]) + b"\0" * 7
    return out


def _long(entry, kind, value):
    """A GNU pseudo-entry that carries a name for the entry after it."""
    stand_in = Entry("././@LongLink", kind, gnu=True, mode=0, mtime=0)
    data = value + b"\0"
    return _header(stand_in, b"././@LongLink", b"", b"", len(data)) + _padded(data)


def _extensions(entry, name, link):
    """What goes before the header: (bytes, name, prefix) left for the header itself."""
    pairs, before, prefix = list(entry.pax), b"", b""
    ascii_only = all(byte < 128 for byte in name)
    long_name, long_link = len(name) > 100, len(link) > 100
    if entry.names == "gnu":
        if long_link:
            before += _long(entry, GNU_LINK, link)
        if long_name:
            before += _long(entry, GNU_NAME, name)
    elif entry.names == "pax" or (entry.names == "auto" and (long_name or long_link)):
        split = _split_prefix(name) if entry.names == "auto" and long_name and ascii_only else None
        if split:
            prefix, name = split
        elif long_name or entry.names == "pax":
            pairs.append(("path", name))
        if long_link or (link and entry.names == "pax"):
            pairs.append(("linkpath", link))
    if pairs:
        data = pax_records(pairs)
        head = Entry("PaxHeaders/" + "entry", PAX, mtime=entry.mtime)
        before += _header(head, b"PaxHeaders/entry", b"", b"", len(data)) + _padded(data)
    return before, name, prefix


class TarWriter:
    """Writes entries to a binary stream, one after the other."""

    def __init__(self, stream):
        self.stream = stream

    def add(self, entry):
        if isinstance(entry, Raw):
            self.stream.write(entry.raw)
            return
        name, link = _bytes(entry.name), _bytes(entry.link)
        before, short, prefix = _extensions(entry, name, link)
        length = os.path.getsize(entry.path) if entry.path else len(entry.data)
        size = length if entry.size is None else entry.size
        self.stream.write(before + _header(entry, short, prefix, link, size))
        if entry.path:
            with open(entry.path, "rb") as source:
                shutil.copyfileobj(source, self.stream, 1 << 20)
            self.stream.write(b"\0" * (-length % BLOCK))
        else:
            self.stream.write(_padded(entry.data))
        self.stream.write(entry.tail)

    def close(self, end_blocks=2):
        self.stream.write(b"\0" * BLOCK * end_blocks)


def write_tar(stream, entries, end_blocks=2):
    writer = TarWriter(stream)
    for entry in entries:
        writer.add(entry)
    writer.close(end_blocks)


def tar_bytes(entries, end_blocks=2):
    out = io.BytesIO()
    write_tar(out, entries, end_blocks)
    return out.getvalue()


# --- blobs and layers ------------------------------------------------------------------------


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Blob:
    """Bytes or a file, with SHA-256 (hex) and size."""

    def __init__(self, data=None, path=None):
        self.data, self.path = data, path
        if path is None:
            self.sha256, self.size = sha256(data), len(data)
            return
        digest = hashlib.sha256()
        with open(path, "rb") as source:
            for piece in iter(lambda: source.read(1 << 20), b""):
                digest.update(piece)
        self.sha256, self.size = digest.hexdigest(), os.path.getsize(path)

    def entry(self, name):
        return Entry(name, data=self.data or b"", path=self.path)

    def write(self, path):
        if self.path:
            shutil.copyfile(self.path, path)
            return
        with open(path, "wb") as out:
            out.write(self.data)


def compress_bytes(data, how):
    if how == "none":
        return data
    if how == "gzip":
        return gzip.compress(data, 6, mtime=0)
    return subprocess.run(
        ["zstd", "-q", "-3", "-T1", "-c"], input=data, check=True, stdout=subprocess.PIPE
    ).stdout


def _compress_file(path, out_path, how):
    if how == "zstd":
        subprocess.run(["zstd", "-q", "-f", "-3", "-T1", path, "-o", out_path], check=True)
        return
    squeeze = zlib.compressobj(6, zlib.DEFLATED, 31)
    with open(path, "rb") as source, open(out_path, "wb") as out:
        for piece in iter(lambda: source.read(1 << 20), b""):
            out.write(squeeze.compress(piece))
        out.write(squeeze.flush())


class Layer:
    """A layer: entries, ready-made tar bytes, or a tar file.

    compress: 'none', 'gzip', 'zstd', or None for the layout's default.
    Defects, each asked for by name: wrong_digest (the stored blob differs from its name),
    wrong_diff_id (the configuration names another diffID), wrong_size (the descriptor's size is
    one too large), missing (no blob is stored), truncate (so many bytes are cut off the stored
    blob, under the digest of the whole), cut_tar (the same before compression, with digests that
    fit), trailing (bytes put after a compressed stream, with digests that fit), foreign
    (URLs of a layer that is to be had elsewhere only), media_type (any string).
    """

    def __init__(
        self,
        entries=(),
        tar=None,
        path=None,
        compress=None,
        wrong_digest=False,
        wrong_diff_id=False,
        wrong_size=False,
        missing=False,
        truncate=0,
        cut_tar=0,
        trailing=b"",
        foreign=(),
        media_type=None,
        end_blocks=2,
    ):
        self.path, self.compress = path, compress
        if path is None:
            self.tar = tar_bytes(entries, end_blocks) if tar is None else tar
            self.tar = self.tar[: len(self.tar) - cut_tar]
        self.wrong_digest, self.wrong_diff_id, self.wrong_size = (
            wrong_digest,
            wrong_diff_id,
            wrong_size,
        )
        self.missing, self.truncate, self.trailing = missing, truncate, trailing
        self.foreign, self.media_type = list(foreign), media_type
        self._blobs = {}

    def plain(self):
        return self.blob("none")

    def blob(self, how):
        """The sound blob; the defects are put in where it is stored."""
        if how not in self._blobs:
            self._blobs[how] = self._make(how)
        return self._blobs[how]

    def _make(self, how):
        if self.path is None:
            after = self.trailing if how != "none" else b""
            return Blob(compress_bytes(self.tar, how) + after)
        if how == "none":
            return Blob(path=self.path)
        out = self.path + {"gzip": ".gz", "zstd": ".zst"}[how]
        _compress_file(self.path, out, how)
        return Blob(path=out)

    def stored(self, how):
        """The blob as it lies in the layout, or None where it is left out."""
        if self.missing:
            return None
        blob = self.blob(how)
        if not (self.wrong_digest or self.truncate):
            return blob
        data = bytearray(blob.data if blob.path is None else open(blob.path, "rb").read())
        if self.wrong_digest:
            data[len(data) // 2] ^= 1
        return Blob(bytes(data[: len(data) - self.truncate]))

    def diff_id(self):
        digest = self.plain().sha256
        return "sha256:" + (sha256(digest.encode()) if self.wrong_diff_id else digest)

    def descriptor(self, how, docker=False):
        blob = self.blob(how)
        media = self.media_type or (
            (OCI_FOREIGN if self.foreign else OCI_LAYER) + COMPRESSED_SUFFIX[how]
        )
        if docker and not self.media_type:
            media = DOCKER_LAYER + {"none": "", "gzip": ".gzip", "zstd": ".zstd"}[how]
        out = {
            "mediaType": media,
            "digest": "sha256:" + blob.sha256,
            "size": blob.size + (1 if self.wrong_size else 0),
        }
        if self.foreign:
            out["urls"] = self.foreign
        return out


class History:
    """A line of the image's history; `empty` for instructions that bring no layer."""

    def __init__(self, created_by, empty=False, comment=None):
        self.created_by, self.empty, self.comment = created_by, empty, comment

    def json(self):
        out = {"created": CREATED, "created_by": self.created_by}
        if self.comment:
            out["comment"] = self.comment
        if self.empty:
            out["empty_layer"] = True
        return out


class Image:
    """Layers from the lowest to the highest, and what the configuration says about them.

    history: None writes one line for each layer; [] writes none.  config: the execution
    parameters (Env, User, Entrypoint, ...).  diff_ids: replaces the computed ones.
    """

    def __init__(
        self,
        layers,
        history=None,
        tags=(),
        platform="linux/amd64",
        config=None,
        diff_ids=None,
        annotations=None,
        more=None,
    ):
        self.layers, self.tags, self.platform = list(layers), list(tags), platform
        if history is None:
            history = [History("layer %d" % at) for at in range(len(self.layers))]
        self.history, self.config = history, config or {}
        self.diff_ids, self.annotations, self.more = diff_ids, annotations or {}, more or {}

    def platform_json(self):
        parts = self.platform.split("/")
        out = {"architecture": parts[1], "os": parts[0]}
        if len(parts) > 2:
            out["variant"] = parts[2]
        return out

    def config_blob(self):
        out = dict(
            self.platform_json(),
            created=CREATED,
            config=self.config,
            rootfs={
                "type": "layers",
                "diff_ids": (
                    self.diff_ids
                    if self.diff_ids is not None
                    else [layer.diff_id() for layer in self.layers]
                ),
            },
        )
        if self.history:
            out["history"] = [line.json() for line in self.history]
        out.update(self.more)
        return json_blob(out)


def json_blob(value):
    return Blob(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())


# --- layouts ---------------------------------------------------------------------------------


def _repositories(images, ids):
    out = {}
    for image, top in zip(images, ids):
        for tag in image.tags:
            name, _, version = tag.rpartition(":")
            out.setdefault(name, {})[version] = top
    return out


def _legacy_layer(layer, ident, parent, first):
    """One layer's directory.  first: {digest: path of the first layer with these bytes}."""
    about = {"id": ident, "created": CREATED}
    about.update({"parent": parent} if parent else {})
    entries = [directory(ident), text(ident + "/VERSION", "1.0")]
    entries.append(json_blob(about).entry(ident + "/json"))
    stored, path = layer.stored(layer.compress or "none"), ident + "/layer.tar"
    if stored and stored.sha256 in first:
        entries.append(symlink(path, "../" + first[stored.sha256]))
    elif stored:
        entries.append(stored.entry(path))
        first[stored.sha256] = path
    return entries


def docker_legacy_entries(images):
    """`docker save` before Engine 25: one directory for each layer, plain tars.

    A layer that occurs twice is stored once, the second is a symbolic link to the first, as
    the Engine does it.
    """
    manifest, ids, entries = [], [], []
    written, first = set(), {}
    for image in images:
        config, parent, paths = image.config_blob(), "", []
        for layer in image.layers:
            ident = sha256((parent + layer.diff_id()).encode())
            path = ident + "/layer.tar"
            paths.append(path)
            if path not in written:
                entries += _legacy_layer(layer, ident, parent, first)
            written.add(path)
            parent = ident
        name = config.sha256 + ".json"
        entries.append(config.entry(name))
        manifest.append({"Config": name, "RepoTags": image.tags or None, "Layers": paths})
        ids.append(parent)
    entries.append(json_blob(manifest).entry("manifest.json"))
    repositories = _repositories(images, ids)
    if repositories:
        entries.append(json_blob(repositories).entry("repositories"))
    return entries


class _Store:
    """The blobs of a layout by digest; a damaged blob lies under the name of the sound one."""

    def __init__(self):
        self.blobs = {}

    def put(self, blob, name=None):
        self.blobs.setdefault(name or blob.sha256, blob)
        return blob


def _manifest(image, store, how, docker=False):
    config = store.put(image.config_blob())
    layers = []
    for layer in image.layers:
        chosen = layer.compress or how
        stored = layer.stored(chosen)
        if stored and not layer.foreign:
            store.put(stored, layer.blob(chosen).sha256)
        layers.append(layer.descriptor(chosen, docker))
    out = {
        "schemaVersion": 2,
        "mediaType": DOCKER_MANIFEST if docker else OCI_MANIFEST,
        "config": {
            "mediaType": DOCKER_CONFIG if docker else OCI_CONFIG,
            "digest": "sha256:" + config.sha256,
            "size": config.size,
        },
        "layers": layers,
    }
    if image.annotations:
        out["annotations"] = image.annotations
    blob = store.put(json_blob(out))
    return {"mediaType": out["mediaType"], "digest": "sha256:" + blob.sha256, "size": blob.size}


def _tag_annotations(tag):
    return {
        "io.containerd.image.name": "docker.io/library/" + tag if "/" not in tag else tag,
        "org.opencontainers.image.ref.name": tag.rpartition(":")[2],
    }


def _layout_entries(store, index):
    entries = [directory("blobs"), directory("blobs/sha256")]
    entries += [store.blobs[name].entry("blobs/sha256/" + name) for name in sorted(store.blobs)]
    entries.append(json_blob(index).entry("index.json"))
    return entries


OCI_LAYOUT = '{"imageLayoutVersion":"1.0.0"}'


def oci_entries(images, how="gzip", nested=False, docker=False):
    """An OCI image layout.  nested: index.json names one image index that names the images, as
    builders write it for several platforms; else index.json names the images itself."""
    store, descriptors = _Store(), []
    for image in images:
        one = _manifest(image, store, how, docker)
        one["platform"] = image.platform_json()
        if image.tags and not nested:
            one["annotations"] = _tag_annotations(image.tags[0])
        descriptors.append(one)
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": descriptors}
    if nested:
        inner = dict(index, mediaType=DOCKER_INDEX if docker else OCI_INDEX)
        blob = store.put(json_blob(inner))
        one = {
            "mediaType": inner["mediaType"],
            "digest": "sha256:" + blob.sha256,
            "size": blob.size,
        }
        tags = [tag for image in images for tag in image.tags]
        if tags:
            one["annotations"] = _tag_annotations(tags[0])
        index["manifests"] = [one]
    return _layout_entries(store, index) + [text("oci-layout", OCI_LAYOUT)]


def docker_oci_entries(images, how="none"):
    """`docker save` since Engine 25: an OCI layout with the older manifest.json beside it."""
    store, descriptors, manifest, ids = _Store(), [], [], []
    for image in images:
        one = _manifest(image, store, how)
        one["platform"] = image.platform_json()
        if image.tags:
            one["annotations"] = _tag_annotations(image.tags[0])
        descriptors.append(one)
        layers = [layer.descriptor(layer.compress or how) for layer in image.layers]
        sources = {image.layers[at].diff_id(): layers[at] for at in range(len(layers))}
        manifest.append(
            {
                "Config": "blobs/sha256/" + image.config_blob().sha256,
                "RepoTags": image.tags or None,
                "Layers": ["blobs/sha256/" + layer["digest"][7:] for layer in layers],
                "LayerSources": sources,
            }
        )
        ids.append(layers[-1]["digest"][7:] if layers else "")
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": descriptors}
    entries = _layout_entries(store, index)
    entries += [json_blob(manifest).entry("manifest.json"), text("oci-layout", OCI_LAYOUT)]
    repositories = _repositories(images, ids)
    if repositories:
        entries.append(json_blob(repositories).entry("repositories"))
    return entries


def _write_archive(path, entries):
    with open(path, "wb") as out:
        write_tar(out, entries)


def write_docker_legacy(path, images):
    _write_archive(path, docker_legacy_entries(images))


def write_docker_oci(path, images, how="none"):
    _write_archive(path, docker_oci_entries(images, how))


def write_oci_tar(path, images, how="gzip", nested=False, docker=False):
    _write_archive(path, oci_entries(images, how, nested, docker))


def write_oci_dir(path, images, how="gzip", nested=False, docker=False):
    for entry in oci_entries(images, how, nested, docker):
        place = os.path.join(path, entry.name)
        if entry.kind == DIRECTORY:
            os.makedirs(place, exist_ok=True)
        else:
            Blob(entry.data, entry.path).write(place)


# --- layers out of directories ---------------------------------------------------------------


def tree_entries(root, under="", mtime=EPOCH, keep_owner=True):
    """The entries of a directory in sorted order; a second name of an inode is a hard link."""
    seen = {}
    yield from _missing_parents(under, mtime)
    yield from _walk(root, under.strip("/"), seen, mtime, keep_owner)


def _missing_parents(under, mtime):
    path = ""
    for part in under.strip("/").split("/"):
        if part:
            path += part + "/"
            yield directory(path, mtime=mtime)


def _walk(root, under, seen, mtime, keep_owner):
    waiting = [(root, under)]
    while waiting:
        place, name = waiting.pop()
        below = []
        for child in sorted(os.listdir(place), key=os.fsencode):
            path, target = os.path.join(place, child), os.path.join(name, child)
            yield _tree_entry(path, target, seen, mtime, keep_owner)
            if os.path.isdir(path) and not os.path.islink(path):
                below.append((path, target))
        waiting += reversed(below)


def _tree_entry(path, name, seen, mtime, keep_owner):
    about = os.lstat(path)
    more = {"mode": about.st_mode & 0o7777, "mtime": mtime}
    if keep_owner:
        more.update(uid=about.st_uid, gid=about.st_gid)
    kind = about.st_mode & 0o170000
    if kind == 0o040000:
        return directory(name, **more)
    key = (about.st_dev, about.st_ino)
    if about.st_nlink > 1 and key in seen:
        return hardlink(name, seen[key], **more)
    seen[key] = name
    if kind == 0o120000:
        return symlink(name, os.readlink(path), **more)
    if kind in (0o020000, 0o060000):
        return device(
            name, os.major(about.st_rdev), os.minor(about.st_rdev), kind == 0o060000, **more
        )
    if kind == 0o010000:
        return fifo(name, **more)
    return Entry(name, path=path, **more)


def tree_layer(root, under="", scratch=None, **more):
    """A layer out of a directory, its tar in `scratch` (a directory that the caller removes)."""
    handle, path = tempfile.mkstemp(suffix=".tar", dir=scratch)
    with os.fdopen(handle, "wb") as out:
        write_tar(out, tree_entries(root, under))
    return Layer(path=path, **more)
