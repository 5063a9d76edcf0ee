# SPDX-License-Identifier: Apache-2.0
"""Runs the real executable on hostile input and holds what must hold whatever the input is:
an exit code of the program's own, an end in time, bounded memory, and no control characters."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "images"))

BULWARK = os.path.abspath(sys.argv[1])
SANITIZED = sys.argv[2] != "none"
WORK = tempfile.mkdtemp(prefix="bulwark-hostile-")
NOW = "2026-06-01"
HANG = 240  # seconds; only that it ends
MEMORY = 128 * 1024  # KiB, beside the size of the input
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
CASES = []


def case(function):
    CASES.append(function)
    return function


def holds(condition, what, answer=None):
    if not condition:
        raise AssertionError("%s%s" % (what, "\n" + answer.tell() if answer else ""))


def place(name):
    """A fresh directory for one input."""
    path = os.path.join(WORK, name)
    remove(path)
    os.makedirs(path)
    return path


def remove(path):
    """Also what is thousands of directories deep, or closed."""
    subprocess.run(["chmod", "-R", "u+rwX", path], stderr=subprocess.DEVNULL, check=False)
    subprocess.run(["rm", "-rf", path], check=True)


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as out:
        out.write(data.encode() if isinstance(data, str) else data)
    return path


class Answer:
    def __init__(self, words, code, out, err, memory, seconds):
        self.words, self.code, self.out, self.err = words, code, out, err
        self.memory, self.seconds = memory, seconds

    @property
    def document(self):
        return json.loads(self.out)

    def gaps(self, kind=None):
        return [g for g in self.document["gaps"] if kind in (None, g["kind"])]

    def packages(self):
        return sorted((p["name"], p["version"]) for p in self.document["packages"])

    def found(self):
        return sorted(f["vulnerability"]["id"] for f in self.document["findings"])

    def tell(self):
        said = self.out[-2000:]
        if self.out.startswith("{") and '"gaps"' in self.out:
            said = "\n".join("%(kind)s %(reason)s %(message)s" % g for g in self.gaps())
        return "%s\nexit %d, %.1f s, %d KiB\n%s\n%s" % (
            self.words, self.code, self.seconds, self.memory, self.err[-1500:], said)


def environment(**more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("BULWARK")}
    kept.update(HOME=WORK, XDG_CACHE_HOME=os.path.join(WORK, "cache"), NO_COLOR="1")
    kept.update(more)
    return kept


def run(*words, beside=0, user=None, env=None, stdin=subprocess.DEVNULL):
    """beside: KiB that the input itself may cost on top.  user: a number to run as."""
    words = [str(word) for word in words]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.monotonic()
        process = subprocess.Popen(
            [BULWARK] + words, stdin=stdin, stdout=out, stderr=err, cwd=WORK, user=user,
            group=user, extra_groups=[] if user else None, env=environment(**(env or {})),
        )
        status, usage = wait(process, HANG, words)
        seconds = time.monotonic() - started
        out.seek(0)
        err.seek(0)
        answer = Answer(words, os.waitstatus_to_exitcode(status), out.read().decode("utf-8"),
                        err.read().decode("utf-8"), usage.ru_maxrss, seconds)
    process.returncode = answer.code
    if os.environ.get("HOSTILE_TELL"):
        sys.stderr.write("%6.2f s %7d KiB exit %d %s\n" % (seconds, answer.memory, answer.code, " ".join(words)[-70:]))
    holds(0 <= answer.code <= 3, "an exit code of its own", answer)
    holds("Sanitizer" not in answer.err and "runtime error" not in answer.err, "no sanitizer speaks", answer)
    holds(not CONTROL.search(answer.out) and not CONTROL.search(answer.err),
          "no control characters: %r" % (CONTROL.search(answer.out + answer.err),), answer)
    holds(SANITIZED or answer.memory <= MEMORY + beside, "memory is bounded", answer)
    return answer


def wait(process, seconds, words):
    """wait4 with an end: its numbers are those of the program and of its workers."""
    until = time.monotonic() + seconds
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            return status, usage
        if time.monotonic() > until:
            process.kill()
            process.wait()
            raise AssertionError("it hangs: %s" % words)
        time.sleep(0.005)


def scan(target, *options, **more):
    """As JSON, against the index of make_index()."""
    answer = run("scan", "--format", "json", "--list-all-pkgs", "--offline", "--now", NOW, "--db",
                 os.path.join(WORK, "index"), *options, target, **more)
    if answer.out.startswith("{"):
        answer.document
    return answer


def incomplete(answer, *words):
    """Exit code 3, with a blocking gap or an error that says all of the words."""
    holds(answer.code == 3, "exit code 3", answer)
    if answer.out:
        texts = ["%s %s" % (g.get("subject", ""), g["message"]) for g in answer.gaps("blocking")]
    else:
        texts = [answer.err]
    holds(any(all(w in t for w in words) for t in texts), "a gap with %r" % (words,), answer)
    return answer


def record(identity, package, fixed, ecosystem="Debian:12"):
    return {
        "schema_version": "1.7.0", "id": identity, "modified": "2026-05-30T00:00:00Z",
        "summary": "made up", "database_specific": {"severity": "CRITICAL"},
        "affected": [{"package": {"ecosystem": ecosystem, "name": package}, "ranges": [
            {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}],
    }


def make_mirror(path, zips):
    """zips: {ecosystem: [(name, text or bytes or record)] or bytes of the zip}."""
    for ecosystem, entries in zips.items():
        at = os.path.join(path, ecosystem)
        os.makedirs(at, exist_ok=True)
        if isinstance(entries, bytes):
            write(os.path.join(at, "all.zip"), entries)
            continue
        with zipfile.ZipFile(os.path.join(at, "all.zip"), "w", zipfile.ZIP_DEFLATED) as out:
            for name, data in entries:
                out.writestr(name, json.dumps(data) if isinstance(data, dict) else data)
    return path


def records(*rows):
    return [(row["id"] + ".json", row) for row in rows]


def make_index():
    mirror = make_mirror(place("mirror"), {
        "Debian": records(record("CVE-2026-0001", "libone", "1.0-2")),
        "Alpine": records(record("CVE-2026-0003", "musl", "1.2-r5", "Alpine:v3.20")),
        "npm": records(record("CVE-2026-0002", "left", "2.0.0", "npm")),
        "PyPI": records(record("CVE-2026-0004", "flask", "2.0.0", "PyPI")),
        "Go": records(record("CVE-2026-0005", "stdlib", "1.2.0", "Go")),
    })
    answer = run("db", "build", mirror, "-o", os.path.join(WORK, "index"), "--now", NOW)
    holds(answer.code == 0, "the index", answer)


def main():
    failed = 0
    wanted = sys.argv[3:]
    chosen = [c for c in CASES if not wanted or c.__name__ in wanted]
    print("1..%d" % len(chosen))
    try:
        make_index()
        for number, one in enumerate(chosen, 1):
            try:
                why = one()
                print("ok %d - %s%s" % (number, one.__doc__, " # SKIP " + why if why else ""), flush=True)
            except Exception as problem:  # noqa: BLE001 - one case must not hide the others
                failed += 1
                print("not ok %d - %s (%s)" % (number, one.__doc__, one.__name__))
                text = str(problem) if isinstance(problem, AssertionError) else traceback.format_exc()
                print("\n".join("# " + ascii(line)[1:-1] for line in text.splitlines()), flush=True)
    finally:
        remove(WORK)
    return 1 if failed else 0
