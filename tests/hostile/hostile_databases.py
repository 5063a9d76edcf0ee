# SPDX-License-Identifier: Apache-2.0
"""Package databases that lie: RPM's in SQLite, written by SQLite itself and broken afterwards."""

import os
import sqlite3
import struct

from harness import NOW, case, holds, place, run, scan, write

RELEASE = 'ID=rocky\nVERSION_ID="9.4"\n'
SECONDS = 2
STRING, ARRAY = 6, 8


def header(entries, count=None, size=None):
    """Entries are (tag, type, count, bytes), or a number in place of bytes: where in the values they begin."""
    index, store = b"", b""
    for tag, kind, number, value in entries:
        at = value if isinstance(value, int) else len(store)
        index += struct.pack(">IIII", tag, kind, at & 0xFFFFFFFF, number)
        store += b"" if isinstance(value, int) else value
    count = len(entries) if count is None else count
    return struct.pack(">II", count, len(store) if size is None else size) + index + store


def package(name, more=()):
    return header([(1000, STRING, 1, name.encode() + b"\0"), (1001, STRING, 1, b"1\0"), (1002, STRING, 1, b"2\0")] + list(more))


def database(name, blobs, table="Packages"):
    path = os.path.join(place(name), "rpmdb.sqlite")
    made = sqlite3.connect(path)
    made.execute("PRAGMA journal_mode = OFF")
    made.execute("CREATE TABLE %s (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)" % table)
    made.executemany("INSERT INTO %s (blob) VALUES (?)" % table, ((b,) for b in blobs))
    made.commit()
    made.close()
    with open(path, "rb") as f:
        return f.read()


def root(name, data, path="var/lib/rpm/rpmdb.sqlite"):
    folder = place(name)
    write(os.path.join(folder, "etc/os-release"), RELEASE)
    write(os.path.join(folder, path), data)
    return folder


def told(data, names, path="var/lib/rpm/rpmdb.sqlite", gap=True):
    """Scans as root file system; what was read, and that a blocking gap names the file."""
    answer = scan(root("databases", data, path), beside=len(data) // 1024)
    holds([p[0] for p in answer.packages()] == sorted(names), "the packages", answer)
    named = [g for g in answer.gaps("blocking") if g.get("subject", "").startswith(os.path.dirname(path))]
    holds(bool(named) == gap, "a gap names the database", answer)
    holds(answer.seconds < SECONDS, "in time", answer)


@case
def rpm_headers_that_lie():
    """headers with lying counts, offsets and lengths among sound ones"""
    sound = [package("one"), package("two")]
    bad = [
        b"", b"\0" * 8, header([], count=0), header([(1000, STRING, 1, b"x\0")], count=0xFFFFFFFF),
        header([(1000, STRING, 1, b"x\0")], size=0xFFFFFFFF), header([(1000, STRING, 1, 0xFFFFFFFF)]),
        header([(1000, STRING, 0xFFFFFFFF, b"x\0")]), header([(1000, STRING, 1, b"no end")]),
        header([(1000, 77, 1, b"x\0")]), package("three")[:-1], package("control\x1b]0;x\x07"),
    ]
    told(database("headers", sound + bad), ["one", "two"])
    for one in bad:
        told(database("headers", [sound[0], one, sound[1]]), ["one", "two"])


@case
def rpm_headers_of_many_entries():
    """65535 entries that all lead to one long text, and a text that all fields share"""
    long = b"a" * (4 << 20) + b"\0"
    many = [(1000, STRING, 1, 0)] * 65534
    told(database("entries", [header([(1, 7, len(long), long)] + many), package("sound")]), ["sound"])
    arrays = [(tag, ARRAY, len(long) // 2, 0) for tag in (1047, 1049, 1116, 1117, 1118)]
    told(database("entries", [package("sound", [(1, 7, len(long), b"a\0" * (len(long) // 2) + b"\0")] + arrays)]),
         ["sound"], gap=False)


@case
def rpm_databases_cut_and_changed():
    """a database cut at each of its pages, and with each page's numbers changed"""
    data = database("cut", [package("p%d" % i, [(5000, 7, 9000, b"x" * 9000)]) for i in range(40)])
    size = struct.unpack(">H", data[16:18])[0]
    for at in range(size // 2, len(data), len(data) // 25):
        answer = scan(root("databases", data[:at]))
        holds(answer.gaps("blocking") and len(answer.packages()) < 40, "what is missing is told", answer)
    for page in range(len(data) // size):
        for word in (b"\0\0\0\1", struct.pack(">I", page + 1), b"\xff\xff\xff\xff"):
            changed = data[:page * size] + word + data[page * size + 4:]
            answer = scan(root("databases", changed)) if page % 9 == 0 else None
            holds(not answer or answer.gaps("blocking"), "the change is told", answer)


@case
def rpm_database_of_very_many_packages():
    """100,000 packages of a few bytes each"""
    blobs = (package("p%d" % i, [(1047, ARRAY, 1, b"p%d\0" % i), (1049, ARRAY, 1, b"p%d\0" % (i // 2))])
             for i in range(100000))
    data = database("many", blobs)
    answer = run("scan", "--offline", "--now", NOW, root("databases", data), beside=len(data) // 1024)
    holds(answer.code == 3 and "more than 65536 packages" in answer.out, "a limit is told", answer)
    holds(answer.seconds < SECONDS, "in time", answer)


@case
def rpm_databases_of_another_kind():
    """what is no database, has no table, is empty, or claims a format and ends"""
    for data in (b"", b"x", b"SQLite format 3\0", b"RpmP", b"RpmP" + b"\xff" * 60, b"\0" * 12 + b"\x61\x15\x06\0" + b"\xff" * 60,
                 database("none", [b"x"], table="Others"), b"\0" * 100000):
        for path in ("var/lib/rpm/rpmdb.sqlite", "usr/lib/sysimage/rpm/Packages.db", "var/lib/rpm/Packages"):
            told(data, [], path)


@case
def package_lists_that_lie():
    """descriptions of pacman, opkg and Portage that are none, and millions of their lines"""
    for path, data in (
        ("var/lib/pacman/local/a-1/desc", b"%NAME%\n" * 500000), ("var/lib/pacman/local/a-1/desc", b"\xff" * 1000),
        ("usr/lib/opkg/status", b"Package: a\n\n" * 500000), ("usr/lib/opkg/status", b"\0" * 1000000),
        ("var/db/pkg/a/b-1/PF", b"no version"), ("var/db/pkg/a/b-1/PF", b"-1" * 2000),
        ("var/lib/rpmmanifest/container-manifest-2", b"a\t" * 1000000),
        ("var/lib/chisel/manifest.wall", b"\x28\xb5\x2f\xfd" + b"\xff" * 100),
    ):
        told(data, [], path)
