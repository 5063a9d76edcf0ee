# SPDX-License-Identifier: Apache-2.0
"""Advisories, policies, outputs and signals that are not what the program would like."""

import io
import json
import os
import signal
import struct
import subprocess
import time
import zipfile

import imagelib as lib
from harness import (BULWARK, HANG, NOW, WORK, case, environment, holds, incomplete, make_mirror, place, record, records,
                     run, scan, wait, write)
from hostile_images import SOUND, VULNERABLE, base, save, upper, zeros
from hostile_trees import root


def build(zips, *options, **more):
    index = os.path.join(place("built"), "index")
    return run("db", "build", make_mirror(place("mirror-of"), zips), "-o", index, "--now", NOW, *options, **more), index


# --- advisories ------------------------------------------------------------------------------


@case
def advisory_bombs():
    """a zip of a record of gigabytes, of nested names, with lying sizes"""
    raw = zeros(1 << 30, -15)
    name = b"CVE-2026-1.json"
    for size in (1 << 30, 100):
        local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0, 0, len(raw), size, len(name), 0) + name
        central = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 0, 0, len(raw), size, len(name), 0, 0,
                              0, 0, 0, 0) + name
        end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(central), len(local) + len(raw), 0)
        answer, index = build({"Debian": local + raw + central + end})
        holds(answer.code == 3, "not taken for whole", answer)
    for data in (b"", b"PK", b"PK\x05\x06" + b"\xff" * 18, b"PK\x05\x06" + b"\0" * 18 + b"x", os.urandom(1000)):
        answer, index = build({"Debian": data})
        holds(answer.code == 3 or not data[4:22].strip(b"\0"), "no zip", answer)


@case
def advisory_tricks():
    """ids and texts with newlines, escapes and broken UTF-8 do not reach the terminal"""
    tricks = []
    for at, trick in enumerate(("\n", "\x1b[31m", "\u202e", "\u0000", "x" * 100000, "../../etc/x", "<b>", "|", "\u009b1m")):
        one = record("CVE-2026-90%d%s" % (at, trick), "libone", "1.0-2")
        one.update(summary="a" + trick + "b", aliases=["A" + trick], references=[{"type": "WEB", "url": "http://" + trick}])
        tricks.append(("%d.json" % at, one))
    broken = json.dumps(record("CVE-2026-99", "libone", "1.0-2")).encode().replace(b"made up", b"\xff\xfe\xc3\x28")
    answer, index = build({"Debian": tricks + [("broken.json", broken)]})
    holds(answer.code in (0, 3), "built", answer)
    run("db", "status", "--db", index)
    for form in ("json", "table", "sarif", "cyclonedx", "trivy-json", "junit", "markdown"):
        answer = run("scan", "--offline", "--now", NOW, "--db", index, "--format", form, "--explain", "fs://" + root())
        holds(answer.code in (1, 3), form, answer)


@case
def records_that_were_not_read():
    """a record that could not be read when the index was built is named by every scan that uses it"""
    sound = records(record("CVE-2026-0001", "libone", "1.0-2"))
    answer, index = build({"Debian": sound + [("broken.json", "{")], "PyPI": [("a.json", record("A", "a", "1", "PyPI"))]})
    holds(answer.code == 0, "built", answer)
    words = ("scan", "--offline", "--now", NOW, "--db", index, "--format", "json", "fs://" + root(SOUND))
    answer = run(*words)
    holds(answer.code == 0 and any("broken.json" in g["message"] for g in answer.gaps("local")), "a local gap", answer)
    holds(run(*words, "--strict").code == 3, "strict")


@case
def advisory_masses():
    """records of a million events, of endless lists and of deep values"""
    text = json.dumps(record("CVE-2026-1", "libone", "1.0-2")).replace(
        '{"fixed": "1.0-2"}', ",".join(['{"introduced":"9"},{"fixed":"10"}'] * 500000))
    answer, index = build({"Debian": [("CVE-2026-1.json", text)]}, beside=10 * len(text) // 1024)
    holds(answer.code in (0, 3), "a million events", answer)
    if answer.code == 0:
        answer = run("scan", "--offline", "--now", NOW, "--db", index, "--format", "json", "fs://" + root(), beside=65536)
        holds(answer.code in (1, 3), "a million events, matched", answer)
    aliases = record("CVE-2026-2", "libone", "1.0-2")
    aliases["aliases"] = ["A-%d" % n for n in range(300000)]
    versions = record("CVE-2026-3", "libone", "1.0-2")
    versions["affected"][0]["versions"] = ["%d" % n for n in range(300000)]
    wide = record("CVE-2026-4", "libone", "1.0-2")
    wide["affected"] = wide["affected"] * 20000
    deep = '{"id":"CVE-2026-5","affected":' + "[" * 10000
    for one in (aliases, versions, wide, deep):
        text = one if isinstance(one, str) else json.dumps(one)
        answer, index = build({"Debian": [("CVE.json", text), ("CVE-2026-6.json", record("CVE-2026-6", "libone", "1.0-2"))]})
        holds(answer.code in (0, 3), "built %.40s" % text, answer)
        if answer.code == 0:
            answer = run("scan", "--offline", "--now", NOW, "--db", index, "--format", "json", "fs://" + root())
            holds(answer.code in (1, 3), "matched %.40s" % text, answer)


@case
def advisory_mirror_layout():
    """names in a mirror's list that climb, and a zip that is a pipe or a link"""
    mirror = make_mirror(place("odd"), {"Debian": records(record("CVE-2026-1", "libone", "2"))})
    write(os.path.join(mirror, "ecosystems.txt"), "Debian\n../../etc\n/etc\n\x1b[31m\n" + "x" * 100000 + "\n")
    answer = run("db", "update", "--advisories", mirror, "--db", os.path.join(WORK, "odd.index"), "--ecosystem", "all")
    holds(answer.code in (0, 3), "listed names", answer)
    os.remove(os.path.join(mirror, "Debian/all.zip"))
    os.mkfifo(os.path.join(mirror, "Debian/all.zip"))
    answer = run("db", "update", "--advisories", mirror, "--db", os.path.join(WORK, "odd2.index"), "-e", "Debian")
    holds(answer.code == 3, "a pipe", answer)


@case
def damaged_index():
    """an index cut, damaged or replaced by something else is refused or named"""
    whole = open(os.path.join(WORK, "index"), "rb").read()
    target = "fs://" + root(SOUND)
    path = os.path.join(WORK, "damaged")
    for data in (b"", whole[:100], whole[:-1], whole + b"x", b"\0" * len(whole), os.urandom(5000)):
        write(path, data)
        answer = run("scan", "--offline", "--now", NOW, "--db", path, "--format", "json", target)
        holds(answer.code == 3, "not clean", answer)
    for at in range(0, len(whole), max(1, len(whole) // 60)):
        write(path, whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1:])
        answer = run("scan", "--offline", "--now", NOW, "--db", path, "--format", "json", "fs://" + root())
        holds(answer.code in (1, 3), "a byte at %d" % at, answer)
    os.remove(path)
    os.mkfifo(path)
    holds(run("scan", "--offline", "--db", path, target).code == 3, "a pipe")
    holds(run("scan", "--offline", "--db", WORK, target).code == 3, "a directory")


# --- policy ----------------------------------------------------------------------------------


@case
def policy_bombs():
    """policies that multiply, nest or have no end are refused"""
    target = "fs://" + root()
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        "%c: &%c [%s]\n" % (n, n, ",".join(["*%c" % (n - 1)] * 9)) for n in range(98, 110))
    for text in (bomb, "[" * 10000, "- " * 10000, "&a [*a]\n", "a: " * 10000, "\x00", "\xff\xfe", "fail-on: [high]\n",
                 "ignore:\n" + "  - id: x\n" * 3, "fail-on: \x1b[31m\n", "ignore: &a\n  - *a\n"):
        path = write(os.path.join(WORK, "policy.yaml"), text)
        answer = scan(target, "--config", path)
        holds(answer.code in (2, 3) and "policy.yaml" in answer.err, "refused: %.30r" % text, answer)
    many = "ignore:\n" + "".join("  - id: CVE-1999-%d\n    reason: x\n" % n for n in range(50000))
    holds(scan(target, "--config", write(os.path.join(WORK, "policy.yaml"), many)).code == 1, "fifty thousand ignores")
    glob = "ignore:\n  - id: CVE-2026-0001\n    reason: x\n    package: '" + "*a" * 5000 + "'\n"
    holds(scan(target, "--config", write(os.path.join(WORK, "policy.yaml"), glob)).code == 1, "a glob that multiplies")
    holds(scan(target, "--ignorefile", write(os.path.join(WORK, "ignores"), b"\xff\n\x1b[31m\n" + b"x" * 100000)).code in
          (1, 2, 3), "an ignore file of noise")


# --- outputs ---------------------------------------------------------------------------------


@case
def outputs_that_are_no_files():
    """--output onto a directory, a device or a pipe: never a device replaced, never a lost report"""
    target = "fs://" + root()
    kept = place("kept")
    answer = scan(target, "--output", kept)
    holds(answer.code == 3 and os.path.isdir(kept) and not os.listdir(kept), "a directory", answer)
    holds(not [n for n in os.listdir(WORK) if n.startswith("kept.")], "nothing is left")
    # By links of our own: a program that replaces what it is given must not cost the machine a device.
    rows = (("null", "/dev/null", 1), ("full", "/dev/full", 3), ("stdout", "/proc/self/fd/1", 1))
    for name, device, code in rows:
        link = os.path.join(kept, name)
        os.symlink(device, link)
        answer = scan(target, "--output", link)
        holds(answer.code == code and os.path.islink(link), device, answer)
        holds(name != "stdout" or answer.found(), "the report on standard output", answer)
    pipe = os.path.join(kept, "pipe")
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE)
    holds(scan(target, "--output", pipe).code == 1 and not os.path.isfile(pipe), "a pipe stays one")
    holds(json.loads(reader.communicate(timeout=HANG)[0])["findings"], "the report through the pipe")
    real = write(os.path.join(kept, "real"), "old")
    os.symlink("real", os.path.join(kept, "link"))
    holds(scan(target, "--output", os.path.join(kept, "link")).code == 1, "a link")
    holds(os.path.islink(os.path.join(kept, "link")) and json.load(open(real))["findings"], "is followed")


def start(*words, **how):
    return subprocess.Popen([BULWARK] + [str(w) for w in words], cwd=WORK, env=environment(), **how)


@case
def closed_descriptors():
    """standard descriptors that are closed, full, or whose reader is gone"""
    target = "fs://" + root()
    words = ["scan", "--offline", "--now", NOW, "--db", os.path.join(WORK, "index"), target]
    shell = '"$0" "$@" %s'
    rows = [("<&-", (1,)), (">/dev/full", (3,)), (">&-", (3,)), ("2>&-", (1,)), ("<&- >&- 2>&-", (3,)),
            ("2>/dev/full", (1,)), ("<&- 2>&-", (1,)), ("--output %s/closed >&- 2>&- <&-" % WORK, (1,))]
    for redirection, codes in rows:
        done = subprocess.run(["sh", "-c", shell % redirection, BULWARK] + words, cwd=WORK, env=environment(),
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=HANG)
        holds(done.returncode in codes, "%s: exit code %d" % (redirection, done.returncode))
    for command in (["--version"], ["help"], ["db", "status", "--db", os.path.join(WORK, "index")]):
        for redirection in (">/dev/full", ">&-"):
            done = subprocess.run(["sh", "-c", shell % redirection, BULWARK] + command, cwd=WORK, env=environment(),
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=HANG)
            holds(done.returncode == 3, "%s %s: exit code %d" % (command, redirection, done.returncode))
    reader, writer = os.pipe()
    os.close(reader)
    process = start(*words, stdout=writer, stderr=subprocess.DEVNULL)
    os.close(writer)
    status, _ = wait(process, HANG, words)
    holds(os.waitstatus_to_exitcode(status) in (3, -signal.SIGPIPE), "no reader: %d" % status)


# --- signals and company ---------------------------------------------------------------------


def slow_image():
    """An image whose layers take seconds."""
    entry = lib.Entry("big", data=b"", size=1 << 34)
    raw = lib.tar_bytes([entry], end_blocks=0)
    path = os.path.join(place("slow"), "image.tar")
    layer = os.path.join(place("slow-layer"), "layer.tar")
    with open(layer, "wb") as out:
        out.write(raw)
        out.truncate(8 << 30)
    manifest = json.dumps([{"Config": "c.json", "RepoTags": None, "Layers": ["layer.tar"]}])
    config = json.dumps({"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": [
        "sha256:" + "a" * 64]}})
    with open(path, "wb") as out:
        lib.write_tar(out, [lib.text("manifest.json", manifest), lib.text("c.json", config)], end_blocks=0)
        out.write(lib._header(lib.Entry("layer.tar", size=8 << 30), b"layer.tar", b"", b"", 8 << 30))
        out.truncate(out.tell() + (8 << 30) + 1024)
    return path


def children_of(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
            return [int(p) for p in f.read().split()]
    except OSError:
        return []


def is_alive(pid):
    """A process that nobody has waited for yet is none."""
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


@case
def signals():
    """SIGINT and SIGTERM in the middle: exit code 3, no leftovers, no workers"""
    image = slow_image()
    for number in (signal.SIGINT, signal.SIGTERM):
        output = os.path.join(place("out"), "report.json")
        process = start("scan", "--offline", "--now", NOW, "--format", "json", "--db", os.path.join(WORK, "index"),
                        "--output", output, image, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        workers, until = [], time.monotonic() + HANG
        while not workers and time.monotonic() < until and process.poll() is None:
            workers = children_of(process.pid)
            time.sleep(0.01)
        time.sleep(0.2)
        workers = children_of(process.pid) or workers
        process.send_signal(number)
        error = process.communicate(timeout=HANG)[1].decode()
        holds(process.returncode == 3, "%s: exit code %d %s" % (number, process.returncode, error))
        left = [name for name in os.listdir(os.path.dirname(output)) if name != "report.json"]
        holds(not left, "%s left" % left)
        holds(not any(is_alive(pid) for pid in workers), "workers are gone")
        if os.path.exists(output):
            holds(not json.load(open(output))["summary"]["complete"], "says that it is incomplete")
    os.remove(image)


@case
def killed_outright():
    """workers do not outlive a program that is killed"""
    image = slow_image()
    process = start("scan", "--offline", image, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    workers, until = [], time.monotonic() + HANG
    while not workers and time.monotonic() < until and process.poll() is None:
        workers = children_of(process.pid)
        time.sleep(0.01)
    process.kill()
    process.wait()
    until = time.monotonic() + 30
    while any(is_alive(pid) for pid in workers) and time.monotonic() < until:
        time.sleep(0.05)
    holds(not any(is_alive(pid) for pid in workers), "%s are still there" % workers)
    os.remove(image)


@case
def scans_during_updates():
    """twenty scans while the index is replaced: each sees one whole index"""
    a = make_mirror(place("mirror-a"), {"Debian": records(record("CVE-2026-0001", "libone", "1.0-2"))})
    b = make_mirror(place("mirror-b"), {"Debian": records(record("CVE-2026-0001", "libone", "1.0-2"),
                                                          record("CVE-2026-0009", "libtwo", "9"))})
    index = os.path.join(place("shared"), "index")
    holds(run("db", "update", "--advisories", a, "--db", index, "-e", "Debian").code == 0, "the first")
    target = "fs://" + root()
    scans = [start("scan", "--offline", "--now", NOW, "--format", "json", "--db", index, target, stdout=subprocess.PIPE,
                   stderr=subprocess.PIPE) for _ in range(20)]
    updates = [start("db", "update", "--force", "--advisories", mirror, "--db", index, "-e", "Debian",
                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for mirror in (a, b, a, b)]
    for one in updates:
        one.wait(timeout=HANG)
        holds(one.returncode == 0, "an update: exit code %d" % one.returncode)
    for one in scans:
        out, err = one.communicate(timeout=HANG)
        holds(one.returncode == 1, "a scan: exit code %d %s" % (one.returncode, err.decode()))
        json.loads(out)
    left = [n for n in os.listdir(os.path.dirname(index)) if n.endswith(".tmp") or ".tmp" in n]
    holds(not left, "%s left" % left)


@case
def the_target_changes_meanwhile():
    """a tree whose files come, go and grow while they are read"""
    path = root()
    stop = os.path.join(WORK, "stop")
    changer = subprocess.Popen(
        ["sh", "-c", 'while [ ! -e "$1" ]; do echo "Package: p\n" >>"$0/var/lib/dpkg/status"; mkdir -p "$0/srv/x/y"; '
         'touch "$0/srv/x/y/package.json"; rm -rf "$0/srv/x"; done', path, stop])
    try:
        for _ in range(10):
            answer = scan("fs://" + path)
            holds(answer.code in (1, 3), "not clean", answer)
    finally:
        write(stop, "")
        changer.wait(timeout=HANG)
