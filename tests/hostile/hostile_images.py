# SPDX-License-Identifier: Apache-2.0
"""Images that lie: archives, layers, documents."""

import gzip
import json
import os
import struct
import subprocess
import zlib

import imagelib as lib
from harness import MEMORY, WORK, case, holds, incomplete, place, scan, write  # noqa: F401

OS_RELEASE = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n'


def stanza(name, version):
    return (
        "Package: %s\nStatus: install ok installed\nArchitecture: amd64\nVersion: %s\n\n"
        % (name, version)
    )


VULNERABLE, SOUND = stanza("libone", "1.0-1"), stanza("libone", "1.0-2")


def base(status=VULNERABLE, more=(), **how):
    entries = [
        lib.directory("etc"),
        lib.text("etc/os-release", OS_RELEASE),
        lib.directory("var"),
        lib.directory("var/lib"),
        lib.directory("var/lib/dpkg"),
    ]
    if status is not None:
        entries.append(lib.text("var/lib/dpkg/status", status))
    return lib.Layer(entries + list(more), **how)


def save(*layers, name="image.tar", **about):
    path = os.path.join(place("image"), name)
    lib.write_docker_legacy(path, [lib.Image(layers, **about)])
    return path


def layout(*layers, how="gzip", **about):
    path = place("layout")
    lib.write_oci_dir(path, [lib.Image(layers, **about)], how)
    return path


def zeros(size, wrap=31):
    """size bytes of zeros, deflated, without holding them."""
    squeeze, out, piece = zlib.compressobj(9, zlib.DEFLATED, wrap), [], bytes(1 << 20)
    for _ in range(size >> 20):
        out.append(squeeze.compress(piece))
    out.append(squeeze.flush())
    return b"".join(out)


def blob_layer(data, tar=b""):
    """A layer whose stored bytes are these, whatever they are."""
    layer = lib.Layer(tar=tar)
    layer.blob = lambda how: lib.Blob(data)
    return layer


# --- bombs -----------------------------------------------------------------------------------


@case
def gzip_bomb():
    """a layer of a gigabyte of zeros in a megabyte is no clean layer"""
    head = lib.tar_bytes([lib.text("big", b"", size=1 << 30)], end_blocks=0)
    data = gzip.compress(head) + zeros(256 << 20)
    incomplete(scan(layout(base(), blob_layer(data))), "layer 1")


@case
def zstd_bomb():
    """a zstd layer of gigabytes in kilobytes ends at the ratio, the rest is read"""
    made = subprocess.run(
        "head -c 2147483648 /dev/zero | zstd -q -19 --long=27 -c", shell=True,
        stdout=subprocess.PIPE, check=False,
    )
    if made.returncode:
        return "no zstd"
    answer = incomplete(scan(layout(base(), blob_layer(made.stdout))), "layer 1")
    holds(answer.packages() == [("libone", "1.0-1")], "the sound layer counts", answer)
    return None


@case
def compressed_archive_bomb():
    """an image archive that is a gzip of gigabytes of zeros is refused in time"""
    path = write(os.path.join(place("bomb"), "image.tar.gz"), zeros(1 << 30))
    holds(scan("archive://" + path).code == 3, "refused")


@case
def nested_gzip():
    """gzip in gzip is not unfolded any further and not taken for empty"""
    data = gzip.compress(gzip.compress(lib.tar_bytes([lib.text("var/lib/dpkg/status", VULNERABLE)])))
    incomplete(scan(layout(base(), blob_layer(data))), "layer 1")


@case
def sparse_bomb():
    """a package database of a terabyte of holes is a gap, in no time"""
    for form in ("gnu", "pax0.0", "pax0.1", "pax1.0"):
        entry = lib.sparse("var/lib/dpkg/status", [(0, b"x")], 1 << 40, form)
        incomplete(scan(save(base(status=None, more=[entry]))), "var/lib/dpkg/status")


@case
def sparse_database():
    """a database of 255 MiB of holes is read or named, within bounds"""
    entry = lib.sparse("var/lib/dpkg/status", [(0, VULNERABLE.encode())], 255 << 20, "pax1.0")
    answer = scan(save(base(status=None, more=[entry])), beside=256 * 1024)
    holds(answer.code in (1, 3), "not clean", answer)


@case
def sparse_lies():
    """sparse maps that overlap, go backwards or claim millions of pieces"""
    for spans in ([(0, 512), (0, 512)], [(4096, 512), (0, 512)], [(1 << 62, 512)], [(0, 1 << 62)]):
        pairs = [("GNU.sparse.size", "8192"), ("GNU.sparse.numblocks", str(len(spans))),
                 ("GNU.sparse.map", ",".join("%d,%d" % s for s in spans))]
        entry = lib.Entry("var/lib/dpkg/status", data=VULNERABLE, pax=pairs)
        incomplete(scan(save(base(status=None, more=[entry]))), "layer 0")


# --- tar -------------------------------------------------------------------------------------


@case
def sizes_that_lie():
    """entries that claim 4 GiB, 8 EiB, a negative size, or sizes that are no numbers"""
    for size in (1 << 32, (1 << 63) - 1, -1, (1 << 88) - 1):
        entry = lib.Entry("var/lib/dpkg/status", data=VULNERABLE, size=size)
        incomplete(scan(save(base(status=None, more=[entry]))), "layer 0")
    for size in ("18446744073709551616", "-5", "1e3", "", "99999999999999999999999"):
        entry = lib.Entry("var/lib/dpkg/status", data=VULNERABLE, pax=[("size", size)])
        answer = scan(save(base(status=None, more=[entry])))
        holds(answer.code in (1, 3), "pax size %r is not clean" % size, answer)


@case
def names_that_lie():
    """long names that claim 4 GiB"""
    for kind in (lib.GNU_NAME, lib.GNU_LINK, lib.PAX, lib.PAX_GLOBAL):
        entry = lib.Entry("././@LongLink", kind, data=b"x" * 600, size=(1 << 32) - 1, gnu=kind in b"LK")
        incomplete(scan(save(base(more=[entry]))), "layer 0")


@case
def truncated_everywhere():
    """an archive cut at any place is never a complete result"""
    path = save(base(), lib.Layer([lib.text("b", "b")]))
    whole = open(path, "rb").read()
    end = len(whole.rstrip(b"\0"))
    for keep in sorted({1, 511, 512, 513, 600, 1024, 3000, 5000, 8000, end // 2, end - 600, end - 1}):
        cut = write(os.path.join(WORK, "cut.tar"), whole[:keep])
        holds(scan("archive://" + cut).code == 3, "cut at %d" % keep)
    squeezed = gzip.compress(whole, mtime=0)
    for keep in (1, 5, 18, 30, len(squeezed) // 2, len(squeezed) - 9, len(squeezed) - 4):
        cut = write(os.path.join(WORK, "cut.tar.gz"), squeezed[:keep])
        holds(scan("archive://" + cut).code == 3, "compressed, cut at %d" % keep)


@case
def names_with_tricks():
    """newlines, escapes, bidirectional and broken UTF-8 names come out harmless in every format"""
    tricks = [b"a\nb", b"\x1b[2J\x1b]0;owned\x07", "a\u202etxt.exe".encode(), b"\xff\xfe\xc3\x28",
              b"|`<script>alert(1)</script>", b"](javascript:x)", b"a\rb", b"\x9b31m", "\u0085".encode()]
    entries = []
    for at, trick in enumerate(tricks):
        entries.append(lib.Entry(b"srv/%d" % at + trick + b"/node_modules/left/package.json",
                                 data='{"name":"left","version":"1.0.0"}', names="pax"))
        entries.append(lib.Entry(b"opt/" + trick + b"/node_modules/bad/package.json", data="{", names="pax"))
    image = save(base(more=entries))
    for form in ("json", "table", "sarif", "cyclonedx", "trivy-json", "junit", "markdown"):
        answer = scan(image, "--format", form)
        holds(answer.code == 1, "findings in " + form, answer)
    trick = os.path.join(place("trick"), "a\x1b[31m\nb.tar")
    os.rename(image, trick)
    for form in ("json", "table", "sarif", "cyclonedx", "trivy-json", "junit", "markdown"):
        holds(scan(trick, "--format", form).code == 1, "a target's name, " + form)


@case
def packages_with_tricks():
    """packages whose names and versions carry escapes do not reach the terminal raw"""
    status = VULNERABLE + "".join(
        stanza(n, v) for n, v in (("lib\x1b[31mred", "1"), ("ok", "1\x1b]0;x\x07"), ("\x9b", "1"),
                                  ("a\u202eb", "1"), ("x" * 2000, "1"), ("y", "1" * 2000)))
    image = save(base(status))
    for form in ("json", "table", "sarif", "cyclonedx", "trivy-json", "junit", "markdown"):
        holds(scan(image, "--format", form).code in (1, 3), form)


@case
def entries_twice():
    """of one path twice in a layer the last one counts"""
    again = lib.text("var/lib/dpkg/status", SOUND)
    holds(scan(save(base(more=[again]))).code == 0, "replaced by the fixed one")
    again = lib.text("./var//lib/./dpkg/status", VULNERABLE)
    holds(scan(save(base(SOUND, more=[again]))).code == 1, "spelled otherwise")
    gone = lib.directory("var/lib/dpkg/status")
    incomplete(scan(save(base(more=[gone]))), "")


# --- layers ----------------------------------------------------------------------------------


def upper(*entries, **how):
    return lib.Layer(list(entries), **how)


@case
def layers_over_one_another():
    """what upper layers replace, hide and link, as a runtime would see it"""
    node = lib.text("srv/node_modules/left/package.json", '{"name":"left","version":"1.0.0"}')
    with_node = base(SOUND, more=[node])
    rows = [
        ("a file in place of a directory", [with_node, upper(lib.text("srv/node_modules", "x"))], 0),
        ("a directory in place of a file", [with_node, upper(lib.directory("srv/node_modules/left/package.json"))], 0),
        ("a whiteout of a parent", [with_node, upper(lib.whiteout("srv"))], 0),
        ("a whiteout of the parent of a parent, and files in it again",
         [with_node, upper(lib.whiteout("srv"), node)], 1),
        ("files first, the whiteout of their parent after", [with_node, upper(node, lib.whiteout("srv"))], 1),
        ("opaque hides the lower files", [with_node, upper(lib.opaque("srv"))], 0),
        ("opaque after the same layer's files", [with_node, upper(node, lib.opaque("srv"))], 1),
        ("opaque before the same layer's files", [with_node, upper(lib.opaque("srv"), node)], 1),
        ("a whiteout in the layer of the file takes lower ones only",
         [upper(), with_node, upper(lib.whiteout("elsewhere"))], 1),
        ("a whiteout of what is not there", [with_node, upper(lib.whiteout("srv/none/such"))], 1),
        ("a whiteout that climbs", [with_node, upper(lib.text("srv/.wh...", ""), lib.text(".wh..", ""))], 1),
        ("opaque root", [upper(node), upper(lib.opaque("")), base(SOUND)], 0),
        ("an empty upper layer", [with_node, upper()], 1),
        ("a link in place of the directory", [with_node, upper(lib.symlink("srv", "/nowhere"))], 0),
        ("the database by a link through a link",
         [base(VULNERABLE), upper(lib.symlink("var/lib/dpkg2", "dpkg"), lib.symlink("d3", "var/lib/dpkg2")),
          upper(lib.text("d3/status", SOUND))], 0),
        ("a whiteout through a link",
         [with_node, upper(lib.symlink("alias", "srv")), upper(lib.whiteout("alias/node_modules"))], 0),
    ]
    for what, layers, code in rows:
        for target in (save(*layers), layout(*layers, how="none")):
            answer = scan(target)
            holds(answer.code == code, what, answer)


@case
def hard_links():
    """hard links: before the target, in another layer, to what goes away, in circles"""
    status = lib.text("opt/real", VULNERABLE)
    link = lib.hardlink("var/lib/dpkg/status", "opt/real")
    holds(scan(save(base(None, [status, link]))).code == 1, "after the target")
    holds(scan(save(base(None, [link, status]))).code == 1, "before the target")
    holds(scan(save(base(None, [status]), upper(link))).code == 1, "to a lower layer's file")
    holds(scan(save(base(None, [status, link]), upper(lib.whiteout("opt/real")))).code == 1, "the other name goes")
    incomplete(scan(save(base(None, [lib.hardlink("var/lib/dpkg/status", "var/lib/dpkg/status")]))),
               "var/lib/dpkg/status")
    incomplete(scan(save(base(None, [lib.hardlink("var/lib/dpkg/status", "a"),
                                     lib.hardlink("a", "var/lib/dpkg/status")]))), "var/lib/dpkg/status")
    incomplete(scan(save(base(None, [lib.hardlink("var/lib/dpkg/status", "../../etc/passwd")]))),
               "var/lib/dpkg/status")


def go_program(version=b"go1.1"):
    """As little of a program as its build information takes: the inline form of Go 1.18."""
    information = b"\xff Go buildinf:\x08\x02" + bytes(16) + bytes([len(version)]) + version + b"\0"
    information += bytes(-len(information) % 16)
    header = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x401000, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 6, 4096, 0x500000, 0x500000, len(information), len(information), 4096)
    return (header + segment).ljust(4096, b"\0") + information


@case
def programs_under_two_names():
    """a program counts as long as one of its names is there"""
    program = lib.Entry("opt/one", data=go_program(), mode=0o755)
    link = lib.hardlink("opt/two", "opt/one", mode=0o755)
    layer = base(SOUND, [program, link])
    for what, upper_layer, code in (
        ("both", upper(), 1), ("the first goes", upper(lib.whiteout("opt/one")), 1),
        ("the second goes", upper(lib.whiteout("opt/two")), 1),
        ("the first is replaced", upper(lib.Entry("opt/one", data=b"x" * 100, mode=0o755)), 1),
        ("both go", upper(lib.whiteout("opt")), 0),
    ):
        answer = scan(save(layer, upper_layer))
        holds(answer.code == code and answer.found() == ["CVE-2026-0005"] * answer.code * (2 if what == "both" else 1), what, answer)


@case
def hard_links_in_a_chain():
    """a chain of hard links is followed or named, however long"""
    for length in (2, 3, 4, 5, 6, 12):
        chain = [lib.text("opt/0", VULNERABLE)]
        chain += [lib.hardlink("opt/%d" % at, "opt/%d" % (at - 1)) for at in range(1, length)]
        chain.append(lib.hardlink("var/lib/dpkg/status", "opt/%d" % (length - 1)))
        answer = scan(save(base(None, chain)))
        holds(answer.code in (1, 3), "%d links" % length, answer)


@case
def link_cycles():
    """links in circles and out of the image are followed inside of it only"""
    for target in ("/var/lib/dpkg/status", "status", "../dpkg/status", "/a", "/proc/self/root/etc/passwd",
                   "../../../../../../../../etc/passwd", "x" * 5000):
        links = [lib.symlink("var/lib/dpkg/status", target), lib.symlink("a", "/b"), lib.symlink("b", "/a")]
        answer = scan(save(base(None, links)))
        holds(answer.code == 3 and "root:" not in answer.out, target[:60], answer)
    links = [lib.symlink("etc/os-release", "1")] + [lib.symlink("etc/%d" % n, str(n + 1)) for n in range(1, 60)]
    answer = scan(save(base(VULNERABLE), upper(*links)))
    holds(answer.code in (1, 3), "os-release through sixty links", answer)
    loop = [lib.symlink("var", "var")]
    bare = [lib.text("etc/os-release", OS_RELEASE)]
    answer = scan(save(upper(*bare, *loop), upper(lib.text("var/lib/dpkg/status", VULNERABLE))))
    holds(answer.code in (1, 3), "a file below a link to itself", answer)


@case
def links_that_multiply():
    """directories linked into one another do not cost time without end"""
    links = [lib.symlink("d/%s" % (chr(97 + n)), ".") for n in range(26)]
    uppers = [upper(lib.text("d/a/b/c/d/e/f/g/node_modules/left/package.json",
                             '{"name":"left","version":"1.0.0"}')) for _ in range(20)]
    answer = scan(save(base(SOUND, [lib.directory("d")] + links), *uppers))
    holds(answer.code in (1, 3), "found or named", answer)


@case
def any_number_of_workers():
    """what hostile layers add up to does not depend on the number of workers, or on the run"""
    links = [lib.symlink("d/%s" % chr(97 + n), ".") for n in range(26)]
    deep = lib.text("d/a/b/c/node_modules/left/package.json", '{"name":"left","version":"1.0.0"}')
    broken = [lib.text("srv/%d/node_modules/x/package.json" % n, "{") for n in range(1500)]
    chain = [lib.hardlink("opt/%d" % at, "opt/%d" % (at - 1)) for at in range(1, 9)]
    chain = [lib.text("opt/0", VULNERABLE)] + chain + [lib.hardlink("var/lib/dpkg/status", "opt/8")]
    image = save(base(SOUND, [lib.directory("d")] + links), upper(deep), base(SOUND, broken), upper(*chain))
    answers = {scan(image, "--threads", n).out for n in (1, 2, 7, 16, 1)}
    holds(len(answers) == 1, "%d different answers" % len(answers))


@case
def layer_counts():
    """1,024 layers are read, one more is refused by name, the same one many times is read"""
    empty = upper(lib.text("a", "a"))
    answer = scan(save(base(), *[empty] * 1023))
    holds(answer.code == 1, "1,024 layers", answer)
    answer = scan(save(base(), *[empty] * 1100))
    incomplete(answer, "layers")
    answer = scan(save(base(), base(SOUND), base()))
    holds(answer.code == 1, "the same layer below and above another", answer)


@case
def deep_paths():
    """thousands of directories in one another, and paths of any length"""
    deep = "d/" * 2000
    answer = scan(save(base(more=[lib.text(deep + "package.json", "{}", names="pax"),
                                  lib.text("d/" * 40000 + "f", "", names="pax"),
                                  lib.text("./" * 3000 + "srv/node_modules/left/package.json",
                                           '{"name":"left","version":"1.0.0"}', names="pax")])))
    holds(answer.code == 1 and answer.found() == ["CVE-2026-0001", "CVE-2026-0002"], "read", answer)


@case
def no_regular_file():
    """a device, a pipe or a directory in the database's place is not an empty database"""
    for entry in (lib.device("var/lib/dpkg/status"), lib.fifo("var/lib/dpkg/status"),
                  lib.directory("var/lib/dpkg/status"), lib.device("var/lib/dpkg/status", block=True)):
        incomplete(scan(save(base(None, [entry]))), "")


@case
def a_distribution_without_a_database():
    """a distribution whose package database is not there, or of a kind that is not read"""
    incomplete(scan(save(base(None))), "")
    for ident, path in (("fedora", "var/lib/rpm/rpmdb.sqlite"), ("rhel", "usr/lib/sysimage/rpm/rpmdb.sqlite"),
                        ("arch", "var/lib/pacman/local/a-1/desc"), ("opensuse-leap", "var/lib/rpm/Packages.db")):
        image = save(upper(lib.text("etc/os-release", "ID=%s\nVERSION_ID=9\n" % ident), lib.text(path, "x")))
        incomplete(scan(image), "")
    image = save(upper(lib.text("var/lib/rpm/rpmdb.sqlite", "x")))
    incomplete(scan(image), "")


@case
def a_database_of_another_distribution():
    """apk packages under a Debian os-release are not matched as Debian's"""
    apk = "P:libone\nV:1.0-r1\nA:x86_64\n\n"
    incomplete(scan(save(base(None, [lib.text("lib/apk/db/installed", apk)]))), "")


# --- documents -------------------------------------------------------------------------------


def bend(path, name, change):
    """Changes one document of a layout in place."""
    at = os.path.join(path, name)
    document = json.loads(open(at, "rb").read())
    changed = change(document)
    write(at, json.dumps(document if changed is None else changed))
    return path


def put_blob(path, document):
    blob = document if isinstance(document, bytes) else json.dumps(document).encode()
    digest = lib.sha256(blob)
    write(os.path.join(path, "blobs/sha256", digest), blob)
    return {"digest": "sha256:" + digest, "size": len(blob)}


def manifest_of(path):
    index = json.loads(open(os.path.join(path, "index.json"), "rb").read())
    return json.loads(open(os.path.join(path, "blobs/sha256", index["manifests"][0]["digest"][7:]), "rb").read())


def point(path, document, media=lib.OCI_MANIFEST, **more):
    """The layout's index names this document."""
    one = dict(put_blob(path, document), mediaType=media, **more)
    write(os.path.join(path, "index.json"), json.dumps({"schemaVersion": 2, "manifests": [one]}))
    return path


@case
def digests_that_climb():
    """digests with path traversal, of other algorithms and of no algorithm"""
    outside = write(os.path.join(WORK, "outside"), lib.tar_bytes([lib.text("a", "a")]))
    for digest in ("sha256:../../../outside", "sha256:" + "../" * 8 + outside.lstrip("/"), "sha256:/etc/passwd",
                   "../x", "", "sha256", "sha256:", "sha256:" + "g" * 64, "sha256:" + "A" * 64, "md5:" + "a" * 32,
                   "sha512:" + "a" * 128, "sha256:" + "a" * 64, 5, None, ["sha256"], "sha256:\u0000" + "a" * 63):
        path = layout(base(), upper(lib.text("a", "a")))
        manifest = manifest_of(path)
        manifest["layers"][1]["digest"] = digest
        incomplete(scan(point(path, manifest)), "")
        manifest = manifest_of(layout(base()))
        path = layout(base())
        manifest["config"]["digest"] = digest
        incomplete(scan(point(path, manifest)), "")
        path = layout(base())
        write(os.path.join(path, "index.json"), json.dumps({"schemaVersion": 2, "manifests": [
            {"mediaType": lib.OCI_MANIFEST, "digest": digest, "size": 100}]}))
        incomplete(scan(path), "")


@case
def documents_in_circles():
    """an index that names itself, an index of indexes, a manifest that names itself"""
    path = layout(base())
    whole = json.loads(open(os.path.join(path, "index.json"), "rb").read())
    inner = {"schemaVersion": 2, "mediaType": lib.OCI_INDEX, "manifests": whole["manifests"]}
    for _ in range(60):
        inner = {"schemaVersion": 2, "mediaType": lib.OCI_INDEX,
                 "manifests": [dict(put_blob(path, inner), mediaType=lib.OCI_INDEX)]}
    write(os.path.join(path, "index.json"), json.dumps(inner))
    answer = scan(path)
    holds(answer.code in (1, 3), "sixty indexes", answer)
    path = layout(base())
    os.symlink("../../index.json", os.path.join(path, "blobs/sha256", "a" * 64))
    write(os.path.join(path, "index.json"), json.dumps({"schemaVersion": 2, "manifests": [
        {"mediaType": lib.OCI_INDEX, "digest": "sha256:" + "a" * 64, "size": 300}]}))
    incomplete(scan(path), "")
    wide = [dict(put_blob(path, {"schemaVersion": 2, "manifests": []}), mediaType=lib.OCI_INDEX)] * 20000
    write(os.path.join(path, "index.json"), json.dumps({"schemaVersion": 2, "manifests": wide}))
    incomplete(scan(path), "")
    path = save(base())
    data = open(path, "rb").read()
    manifest = json.dumps([{"Config": "manifest.json", "Layers": ["manifest.json"]}])
    write(path, lib.tar_bytes([lib.text("manifest.json", manifest)]) + data[:0])
    incomplete(scan(path), "")


@case
def documents_that_lie():
    """a config that does not fit, unknown kinds of layers, huge and deep documents"""
    holds(scan(layout(base(), upper(), diff_ids=[base().diff_id()])).code == 3, "one diffID for two layers")
    holds(scan(layout(base(), diff_ids=[base().diff_id()] * 3)).code == 3, "three diffIDs for one layer")
    holds(scan(layout(base(), diff_ids=["sha512:" + "a" * 128])).code == 3, "a diffID of another algorithm")
    for media in ("application/x-unknown", "application/vnd.oci.image.layer.v1.tar+gzip+encrypted", "", "x" * 100000):
        answer = scan(layout(base(media_type=media or None), upper(media_type=media)))
        holds(answer.code in (1, 3), "media type %.30s" % media, answer)
    path = layout(base())
    for text in (b"[" * 10000, b'{"a":' * 10000, b"", b"null", b"[]", b"{}", b"\xff\xfe{}", b" " * (9 << 20),
                 b'{"manifests":' + b"[{}," * 100000, b'{"schemaVersion":2,"manifests":null}'):
        write(os.path.join(path, "index.json"), text)
        incomplete(scan(path), "")
        incomplete(scan(point(layout(base()), text)), "")
        archive = write(os.path.join(WORK, "documents.tar"), lib.tar_bytes([lib.text("manifest.json", text)]))
        incomplete(scan("archive://" + archive), "")


@case
def platforms_that_lie():
    """a manifest under a platform that is not the asked one, or none, is not taken silently"""
    path = place("platforms")
    lib.write_oci_dir(path, [lib.Image([base(SOUND)], platform="linux/s390x"), lib.Image([base()], platform="linux/arm64")])
    incomplete(scan(path, "--platform", "linux/amd64"), "")
    holds(scan(path, "--platform", "linux/arm64").code == 1, "the one asked for")
    answer = scan(bend(path, "index.json", lambda d: d["manifests"][0].update(platform="linux")))
    holds(answer.code == 0 and "2 images" in str(answer.gaps("note")), "a platform that is no object", answer)
    for platform in (None, {}, {"os": "linux", "architecture": "amd64"}):
        path = layout(base(SOUND), platform="linux/s390x")
        bend(path, "index.json", lambda d: d["manifests"][0].update(platform=platform))
        answer = scan(path, "--platform", "linux/amd64")
        holds(answer.code == 3 or "s390x" in str(answer.gaps()), "another platform's image: %s" % platform, answer)


@case
def blobs_that_are_links():
    """a layout's blobs that are links out of it, pipes or directories are gaps"""
    secret = write(os.path.join(WORK, "secret"), lib.tar_bytes([lib.text("var/lib/dpkg/status", VULNERABLE)]))
    for how in ("link", "relative", "pipe", "directory", "gone", "device"):
        path = layout(base(SOUND), upper(lib.text("a", "a")))
        layer = manifest_of(path)["layers"][1]["digest"][7:]
        blob = os.path.join(path, "blobs/sha256", layer)
        os.remove(blob)
        if how == "link":
            os.symlink(secret, blob)
        elif how == "relative":
            os.symlink("../../../secret", blob)
        elif how == "pipe":
            os.mkfifo(blob)
        elif how == "directory":
            os.mkdir(blob)
        elif how == "device":
            os.symlink("/dev/zero", blob)
        incomplete(scan(path), layer[:12])
    path = layout(base())
    os.remove(os.path.join(path, "index.json"))
    os.mkfifo(os.path.join(path, "index.json"))
    incomplete(scan(path), "index.json")


@case
def members_that_are_links():
    """members of an archive that link to one another in circles or out of it"""
    for link in ("manifest.json", "../../etc/passwd", "/etc/passwd", "x"):
        archive = lib.tar_bytes([lib.symlink("manifest.json", link), lib.symlink("x", "manifest.json")])
        incomplete(scan("archive://" + write(os.path.join(WORK, "links.tar"), archive)), "")


@case
def a_huge_manifest():
    """a manifest of a hundred thousand layers, and one of 9 MiB"""
    layers = ["x/layer.tar"] * 100000
    manifest = json.dumps([{"Config": "c.json", "Layers": layers}])
    archive = lib.tar_bytes([lib.text("manifest.json", manifest), lib.text("c.json", "{}")])
    incomplete(scan("archive://" + write(os.path.join(WORK, "huge.tar"), archive)), "")
    images = json.dumps([{"Config": "c%d.json" % n, "RepoTags": ["a:%d" % n], "Layers": []} for n in range(50000)])
    archive = lib.tar_bytes([lib.text("manifest.json", images)])
    incomplete(scan("archive://" + write(os.path.join(WORK, "huge.tar"), archive)), "")


@case
def an_image_of_nothing():
    """an image without layers, and one whose layers are empty files"""
    answer = scan(save())
    holds(answer.code in (0, 3), "no layers", answer)
    holds(scan(layout(base(SOUND), blob_layer(b""))).code == 0, "no bytes, as their digests say")
    incomplete(scan(layout(base(), blob_layer(b"\0"))), "layer 1")
    incomplete(scan(layout(base(), blob_layer(struct.pack("<Q", 0) * 50))), "layer 1")
