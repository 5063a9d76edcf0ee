# SPDX-License-Identifier: Apache-2.0
"""Java archives and Maven projects that are made to deceive or to cost."""

import io
import os
import struct
import zipfile
import zlib

import imagelib as lib
from harness import case, holds, place, scan, write
from hostile_images import base, layout

PROPERTIES = b"groupId=g\nartifactId=a\nversion=1\n"
GOOD = [("META-INF/maven/g/a/pom.properties", PROPERTIES)]


def archive(entries, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, data in entries:
            made.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, method)
    return out.getvalue()


def look(data, *words, packages=None, name="app.jar"):
    """One archive alone in a directory; every word stands in a local gap."""
    path = place("archive")
    write(os.path.join(path, name), data)
    answer = scan("dir://" + path, beside=0)
    texts = ["%s %s" % (g.get("subject", ""), g["message"]) for g in answer.gaps("local")]
    holds(all(any(w in t for t in texts) for w in words), "a gap with %r" % (words,), answer)
    if packages is not None:
        holds(answer.packages() == packages, "the packages %r" % (packages,), answer)
    return answer


def nested(levels, method=zipfile.ZIP_STORED, core=None):
    data = core or archive(GOOD)
    for _ in range(levels - 1):
        data = archive([("in.jar", data)], method)
    return data


@case
def archive_bombs():
    """archives that inflate without an end: by ratio, within one another, and wide"""
    zeros = bytes(64 << 20)
    look(archive([("big%d.jar" % i, zeros) for i in range(12)] + GOOD), "inflate", name="ratio.jar")
    # Sixteen in each of sixteen, five times over.
    data = archive([("z.jar", zeros)])
    for _ in range(5):
        data = archive([("%d.jar" % i, data) for i in range(16)])
    look(data, "app.jar", name="app.jar")
    look(archive([("classes", zeros)] + GOOD), packages=[("g:a", "1")])


@case
def archives_without_end():
    """10,000 archives within one another, and 10,000 side by side"""
    data, core = archive(GOOD), None
    for _ in range(10000):
        head = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 0, 0, 0, zlib.crc32(data) if core is None else 0,
                           len(data), len(data), 5, 0) + b"i.jar"
        core = True
        data = head + data
    look(data, "nest deeper")
    look(nested(40), "nest deeper", packages=[])
    look(archive([("lib/%d.jar" % i, archive(GOOD)) for i in range(10000)], zipfile.ZIP_STORED))


@case
def archives_that_lie():
    """lying lengths, names, numbers and offsets; entries upon one another"""
    sound = archive(GOOD + [("b", b"1"), ("c", b"2" * 5000)])
    for at in range(0, len(sound), 3):
        for value in (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f"):
            data = sound[:at] + value + sound[at + 4:]
            if at % 9 == 0:
                look(data)
    # Names and lengths of 4 GB and more.
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 45, 0, 0, 0, 0, 0, 0xffffffff, 0xffffffff, 0xffff, 20)
    look(local + b"n" * 0xffff + struct.pack("<HHQQ", 1, 16, 1 << 62, 1 << 62) + b"x" * 1000, "too early")
    look(local + b"n" * 100, "too early")
    # One entry for each name of the directory, all the same bytes.
    body = zlib.compress(bytes(1 << 20))[2:-4]
    crc = zlib.crc32(bytes(1 << 20))
    data = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 0, crc, len(body), 1 << 20, 5, 0) + b"a.jar" + body
    central = b"".join(struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 8, 0, 0, crc, len(body), 1 << 20, 5,
                                   0, 0, 0, 0, 0, 0) + b"a.jar" for _ in range(60000))
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 60000, 60000, len(central), len(data), 0)
    look(data + central + end, "malformed ZIP archive")


@case
def archives_cut_short():
    """an archive cut at each byte, alone and within another"""
    inner = archive(GOOD)
    sound = archive(GOOD + [("lib/x.jar", inner)], zipfile.ZIP_STORED)
    for end in range(1, len(sound), 7):
        look(sound[:end], "app.jar")
        look(archive([("lib/x.jar", sound[:end])]), "lib/x.jar")


@case
def hidden_packages():
    """what the directory does not name, or names otherwise, is said"""
    data = archive(GOOD)
    hidden = archive([("META-INF/maven/g/b/pom.properties", PROPERTIES.replace(b"=a", b"=b"))])
    start = data.index(b"PK\1\2")
    behind = hidden[:hidden.index(b"PK\1\2")]
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, len(data) - start - 22, start + len(behind), 0)
    look(data[:start] + behind + data[start:-22] + end, "does not name")
    look(data + hidden, "malformed")
    renamed = data[:start] + data[start:].replace(b"/a/pom", b"/z/pom")
    look(renamed, "does not stand in it")


@case
def projects_that_cost():
    """descriptors with entities, without an end, in circles and of many levels"""
    laughs = "".join('<!ENTITY l%d "%s">' % (i, "&l%d;" % (i - 1) * 10) for i in range(1, 12))
    path = place("poms")
    write(os.path.join(path, "laughs/pom.xml"), '<!DOCTYPE p [<!ENTITY l0 "ha">%s]><project>&l11;</project>' % laughs)
    write(os.path.join(path, "deep/pom.xml"), "<project>" + "<a>" * 200000)
    doubling = "".join("<p%d>%s</p%d>" % (i, "${p%d}" % (i + 1) * 50, i) for i in range(40)) + "<p40></p40>"
    asks = "".join("<dependency><groupId>x</groupId><artifactId>a%d</artifactId><version>${p0}</version></dependency>" % i
                   for i in range(5000))
    write(os.path.join(path, "double/pom.xml"), "<project><artifactId>p</artifactId><properties>%s</properties>"
          "<dependencies>%s</dependencies></project>" % (doubling, asks))
    imports = "".join("<dependency><groupId>g</groupId><artifactId>c</artifactId><version>1</version>"
                      "<scope>import</scope></dependency>" for i in range(2000))
    asks = "".join("<dependency><groupId>x</groupId><artifactId>a%d</artifactId></dependency>" % i for i in range(50000))
    write(os.path.join(path, "circle/pom.xml"), "<project><groupId>g</groupId><artifactId>c</artifactId><parent><groupId>g"
          "</groupId><artifactId>c</artifactId></parent><dependencyManagement><dependencies>%s</dependencies>"
          "</dependencyManagement><dependencies>%s</dependencies></project>" % (imports, asks))
    answer = scan("dir://" + path)
    for words in ("entities", "nest too deeply"):
        holds(any(words in g["message"] for g in answer.gaps("local")), "a gap with " + words, answer)


def places(answer):
    return sorted((p["name"], p["path"]) for p in answer.document["packages"] if p["origin"] == "java-archive")


@case
def archives_in_layers():
    """upper layers replace, remove and link archives; a broken one leaves the rest as it is"""
    fat = archive([("BOOT-INF/lib/x-1.jar", archive(GOOD))], zipfile.ZIP_STORED)
    other = archive([("META-INF/maven/g/b/pom.properties", PROPERTIES.replace(b"=a", b"=b"))])
    first = base(more=[lib.directory("app"), lib.text("app/one.jar", fat), lib.hardlink("app/two.jar", "app/one.jar"),
                       lib.text("app/gone.jar", other), lib.text("app/new.jar", fat)])
    inner = "!/BOOT-INF/lib/x-1.jar"
    holds(places(scan(layout(first))) == [
        ("g:a", "app/" + name + inner) for name in ("new.jar", "one.jar", "two.jar")] + [("g:b", "app/gone.jar")],
        "one layer")
    upper = lib.Layer([lib.whiteout("app/gone.jar"), lib.text("app/new.jar", other), lib.text("app/bad.jar", fat[:-30]),
                       lib.text("app/one.jar", b"no archive")])
    answer = scan(layout(first, upper))
    holds(places(answer) == [("g:a", "app/bad.jar" + inner), ("g:a", "app/two.jar" + inner), ("g:b", "app/new.jar")],
          "two layers", answer)
    texts = ["%s %s" % (g["subject"], g["message"]) for g in answer.gaps("local")]
    holds(any("app/bad.jar" in t and "too early" in t for t in texts), "the cut one is named", answer)
    holds(any("app/one.jar" in t and "no ZIP archive" in t for t in texts), "that which is none is named", answer)
