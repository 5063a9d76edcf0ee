# SPDX-License-Identifier: Apache-2.0
"""Root file systems and project directories that lie."""

import os

from harness import case, holds, incomplete, place, scan, write
from hostile_images import OS_RELEASE, SOUND, VULNERABLE

NOBODY = 65534


def root(status=VULNERABLE):
    path = place("root")
    write(os.path.join(path, "etc/os-release"), OS_RELEASE)
    os.makedirs(os.path.join(path, "var/lib/dpkg"))
    if status is not None:
        write(os.path.join(path, "var/lib/dpkg/status"), status)
    return path


@case
def no_file_of_the_host():
    """links out of a root or a project are followed inside of it only"""
    path = root(None)
    os.symlink("/etc/passwd", os.path.join(path, "var/lib/dpkg/status"))
    answer = scan("fs://" + path)
    holds(answer.code == 3 and "root:" not in answer.out, "no /etc/passwd of the root", answer)
    write(os.path.join(path, "etc/passwd"), VULNERABLE)
    holds(scan("fs://" + path).code == 1, "its own is read")
    path = place("project")
    os.symlink("/etc", os.path.join(path, "etc"))
    os.symlink("/etc/passwd", os.path.join(path, "package-lock.json"))
    os.symlink("../secret.json", os.path.join(path, "poetry.lock"))
    answer = scan("dir://" + path)
    holds("root:" not in answer.out, "no /etc/passwd of the project", answer)


@case
def no_regular_files():
    """pipes, sockets, devices and directories in the database's place: no hang, no clean result"""
    for make in (os.mkfifo, os.mkdir, lambda p: os.symlink("/dev/zero", p), lambda p: os.symlink("status", p),
                 lambda p: os.symlink("pipe", p)):
        path = root(None)
        os.mkfifo(os.path.join(path, "var/lib/dpkg/pipe"))
        make(os.path.join(path, "var/lib/dpkg/status"))
        incomplete(scan("fs://" + path), "")
    path = root()
    os.remove(os.path.join(path, "etc/os-release"))
    os.mkfifo(os.path.join(path, "etc/os-release"))
    incomplete(scan("fs://" + path), "")
    path = place("pipes")
    for name in ("package-lock.json", "go", "requirements.txt"):
        os.mkfifo(os.path.join(path, name), 0o777)
    scan("dir://" + path)
    holds(scan("file://" + os.path.join(path, "go")).code == 3, "a pipe as target")
    holds(scan("/dev/zero").code == 3, "a device as target")


@case
def unreadable():
    """what the user may not read is a gap; above a package database a blocking one"""
    if os.getuid() != 0:
        return "needs root to become somebody else"
    for closed in ("var/lib/dpkg/status", "var/lib/dpkg", "var/lib", "var", "etc/os-release", "etc"):
        path = root()
        os.chmod(os.path.join(path, closed), 0)
        for above in (path, os.path.dirname(path)):
            os.chmod(above, 0o755)
        incomplete(scan("fs://" + path, user=NOBODY), closed)
    path = root(SOUND)
    os.chmod(path, 0)
    holds(scan("fs://" + path, user=NOBODY).code == 3, "the root itself")
    path = root(SOUND)
    write(os.path.join(path, "srv/app/node_modules/left/package.json"), '{"name":"left","version":"1.0.0"}')
    os.chmod(os.path.join(path, "srv/app"), 0)
    answer = scan("fs://" + path, user=NOBODY)
    holds(answer.code == 0 and any("srv/app" in g["subject"] for g in answer.gaps("local")), "a local gap", answer)
    holds(scan("fs://" + path, "--strict", user=NOBODY).code == 3, "strict")
    return None


@case
def os_release_in_circles():
    """os-release through a long chain of links, in a circle, or as a directory"""
    path = root()
    os.remove(os.path.join(path, "etc/os-release"))
    os.symlink("1", os.path.join(path, "etc/os-release"))
    for n in range(1, 60):
        os.symlink(str(n + 1), os.path.join(path, "etc/%d" % n))
    incomplete(scan("fs://" + path), "")
    os.remove(os.path.join(path, "etc/1"))
    os.symlink("os-release", os.path.join(path, "etc/1"))
    incomplete(scan("fs://" + path), "")


@case
def files_of_holes():
    """files of a terabyte without a byte on the disk"""
    path = root()
    for name in ("srv/package-lock.json", "srv/program", "var/lib/dpkg/status.d/huge"):
        write(os.path.join(path, name), "")
        os.truncate(os.path.join(path, name), 1 << 40)
        os.chmod(os.path.join(path, name), 0o755)
    holds(scan("fs://" + path).code == 3, "the stanza cannot be read")
    holds(scan("dir://" + path).code in (0, 3), "the lock file cannot be read")
    os.truncate(os.path.join(path, "var/lib/dpkg/status"), 1 << 40)
    incomplete(scan("fs://" + path), "var/lib/dpkg/status")


@case
def deep_trees():
    """directories four thousand deep"""
    path = root()
    here = os.open(path, os.O_RDONLY)
    for _ in range(4000):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    answer = scan("fs://" + path)
    holds(answer.code == 1 and answer.gaps("local"), "read, the deep end named", answer)


@case
def many_stanzas_behind_links():
    """thousands of stanzas, in a directory that a link leads to"""
    path = root(None)
    os.rename(os.path.join(path, "var/lib/dpkg"), os.path.join(path, "var/lib/real"))
    os.symlink("real", os.path.join(path, "var/lib/dpkg"))
    for n in range(20000):
        write(os.path.join(path, "var/lib/real/status.d/p%d" % n), "Package: p%d\nVersion: 1\n" % n)
    write(os.path.join(path, "var/lib/real/status.d/libone"), "Package: libone\nVersion: 1.0-1\n")
    answer = scan("fs://" + path)
    holds(answer.code == 1 and len(answer.packages()) == 20001, "all of them", answer)


DEEP = 10000
TEXTS = {
    "package-lock.json": [b'{"packages":' + b'{"a":' * DEEP, b"[" * DEEP, b'{"packages":{"' + b"a" * (4 << 20) + b'":1}}',
                          b'{"lockfileVersion":3,"packages":{"node_modules/left":{"version":5}}}',
                          b'{"lockfileVersion":1,"dependencies":' + b'{"a":{"version":"1","dependencies":' * 2000,
                          b"\xff\xfe", b"", b"null"],
    "pnpm-lock.yaml": [b"- " * DEEP, b"{" * DEEP, b"[" * DEEP, b"a: " * DEEP, b"\t", b"&a [*a]\n",
                       b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
                           b"%c: &%c [%s]\n" % (n, n, b",".join([b"*%c" % (n - 1)] * 9)) for n in range(98, 110)),
                       b"? " * DEEP, b"'" + b"a" * (1 << 20), b"packages:\n  /left/1.0.0: *nothing\n", b"|\n" * DEEP],
    "yarn.lock": [b'"' * DEEP, b"a@1:\n" + b"  " * DEEP + b"version 1\n", b"# yarn lockfile v1\n\n\xff:\n"],
    "poetry.lock": [b"[" * DEEP, b"a = " + b"[" * DEEP, b"[[package]]\nname = \"\"\"", b"a." * DEEP + b"b = 1\n",
                    b"".join(b"[a%s]\n" % (b".b" * n) for n in range(300))],
    "uv.lock": [b"a = {" + b"b = {" * DEEP, b"version = 1\n[[package]]\nname = 1\n"],
    "pdm.lock": [b"\xff", b"[metadata"],
    "Pipfile.lock": [b'{"default":' + b"{" * DEEP, b'{"default": []}'],
    "requirements.txt": [b"-r requirements.txt\n" * 1000, b"flask==" + b"1." * 100000, b"flask" + b"[a]" * 100000,
                         b"flask==1.0\\\n" * 100000, b"flask (" * DEEP, b"\x00\xff" * 1000],
    "node_modules/left/package.json": [b"{" * DEEP, b'{"name":["left"],"version":{}}', b'{"name":"left","version":"1"' +
                                       b',"a":' + b"[" * DEEP],
    "x.dist-info/METADATA": [b"Name: " + b"a" * (1 << 20), b"Name: flask\nVersion: 1\n", b"\n\n\n", b":" * DEEP],
}


@case
def documents_of_all_kinds():
    """deep, endless, broken and multiplying documents of every ecosystem"""
    for name, texts in TEXTS.items():
        path = place("documents")
        for at, text in enumerate(texts):
            write(os.path.join(path, str(at), name), text)
        for kind in ("dir://", "fs://"):
            answer = scan(kind + path)
            holds(answer.code in (0, 1, 3), name, answer)
        for at in range(len(texts)):
            answer = scan("file://" + os.path.join(path, str(at), name))
            holds(answer.code in (0, 1, 3), name, answer)


@case
def databases_of_all_kinds():
    """broken package databases never give a clean result"""
    rows = ["Package: libone", "Package: libone\nVersion: 1.0-1", "\x00" * 100, " " * 100000, "a\n" * 100000,
            VULNERABLE[:-40], "Package: libone\nStatus: " + "x" * 2000000 + "\nVersion: 1\n",
            "\n".join("Package: libone" for _ in range(10000)), "<" * 10000]
    for text in rows:
        answer = scan("fs://" + root(text))
        holds(answer.code in (1, 3), "not clean: %.40r" % text, answer)


@case
def versions_that_are_none():
    """a version that its scheme calls invalid is not silently cleared"""
    for version in ("zzz", "abc:1.0-9", ":9"):
        answer = scan("fs://" + root(VULNERABLE.replace("1.0-1", version)), "--strict")
        holds(answer.code in (1, 3), "not clean: %s" % version, answer)


@case
def programs_that_lie():
    """executables with build information that lies"""
    path = root(SOUND)
    magic = b"\xff Go buildinf:"
    for at, tail in enumerate((b"\x08\x02" + b"\0" * 14 + b"\xff" * 10, b"\x08\x00" + b"\xff" * 16,
                               b"\x08\x02" + b"\0" * 14 + b"\x05go1.1\xff\xff\xff\xff\xff\x0f", b"")):
        elf = b"\x7fELF\x02\x01\x01" + b"\0" * 9 + b"\x02\0\x3e\0\x01\0\0\0" + b"\xff" * 40
        write(os.path.join(path, "bin/%d" % at), elf + b"\0" * 8 + magic + tail + b"\0" * 4096)
        os.chmod(os.path.join(path, "bin/%d" % at), 0o755)
    answer = scan("fs://" + path)
    holds(answer.code in (0, 1, 3), "ends", answer)
