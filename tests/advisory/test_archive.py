#!/usr/bin/env python3
"""The distribution's own archive: made-up suites, signed by a key made for the occasion; TAP."""
import contextlib
import functools
import gzip
import hashlib
import http.server
import lzma
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

CHECK = sys.argv[1]
NOW = "2026-08-22"
DATE, UNTIL, PAST = "Fri, 21 Aug 2026 10:00:00 UTC", "Fri, 28 Aug 2026 10:00:00 UTC", "Fri, 21 Aug 2026 20:00:00 UTC"
INSTALLED = """alpha amd64 1.0-1
beta amd64 2:1.0-1+deb12u2
gamma all 1.0
delta amd64 1.0~rc1-1
epsilon amd64 9.9
zeta i386 1.0
"""
AMD64 = """Package: alpha
Version: 1.0-1+deb12u1
Architecture: amd64
Description: first
 of several lines
 Package: beta

Package: alpha
Version: 1.0-1+deb12u10
Architecture: amd64

Package: alpha
Version: 1.0-1+deb12u9
Architecture: amd64

Package: beta
Architecture: amd64
Version: 2:1.0-1+deb12u2

Package: gamma
Architecture: all
Version: 1.0+deb12u1

Package: delta
Architecture: amd64
Version: 1.0-1

Package: zeta
Architecture: amd64
Version: 2.0

Package: unrelated
Architecture: amd64
Version: 5
"""
I386 = """Package: zeta
Architecture: i386
Version: 1.5
"""
EXPECTED = ["alpha amd64 1.0-1 -> 1.0-1+deb12u10", "gamma all 1.0 -> 1.0+deb12u1",
            "delta amd64 1.0~rc1-1 -> 1.0-1", "zeta i386 1.0 -> 1.5"]


class Key:
    def __init__(self, directory, name):
        self.home = directory / f"gnupg-{name}"
        self.home.mkdir(mode=0o700)
        self.name = name
        self.gpg("--quick-generate-key", f"{name} <{name}@example.org>", "ed25519", "sign", "never")

    def gpg(self, *arguments, **more):
        return subprocess.run(["gpg", "--homedir", self.home, "--batch", "--quiet", "--no-tty", "--passphrase", "",
                               "--pinentry-mode", "loopback", *arguments], check=True, capture_output=True, **more)

    def keyring(self, directory, distribution="debian"):
        directory.mkdir(exist_ok=True)
        (directory / f"{distribution}-archive-keyring.gpg").write_bytes(self.gpg("--export").stdout)
        return directory

    def sign(self, text):
        return self.gpg("--clearsign", "--digest-algo", "SHA256", input=text.encode()).stdout

    def stop(self):
        subprocess.run(["gpgconf", "--homedir", self.home, "--kill", "gpg-agent"], capture_output=True)


PACK = {"": lambda b: b, ".gz": gzip.compress, ".xz": lzma.compress}


def release(files, origin="Debian", suite="stable-security", codename="bookworm-security", until=UNTIL, date=DATE):
    text = f"Origin: {origin}\nLabel: {origin}-Security\nSuite: {suite}\nCodename: {codename}\nDate: {date}\n"
    if until:
        text += f"Valid-Until: {until}\n"
    text += "MD5Sum:\n 0123 1 main/binary-amd64/Packages\nSHA256:\n"
    for path, data in files.items():
        text += f" {hashlib.sha256(data).hexdigest()} {len(data):>8} {path}\n"
    return text


def indexes(ending, amd64=AMD64, i386=I386):
    return {f"main/binary-{a}/Packages{ending}": PACK[ending](text.encode())
            for a, text in (("amd64", amd64), ("i386", i386))}


def mirror(directory, signed, files, suite="bookworm-security"):
    root = pathlib.Path(tempfile.mkdtemp(dir=directory))
    for path, data in {"InRelease": signed, **files}.items():
        place = root / "dists" / suite / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return root


class Result:
    def __init__(self, done):
        self.text = done.stdout + done.stderr
        lines = [line.partition(" ") for line in done.stdout.splitlines()]
        self.matches = [rest.partition(" | ") for kind, _, rest in lines if kind == "match"]
        self.found = sorted(m[0] for m in self.matches)
        self.sources = [rest for kind, _, rest in lines if kind == "source"]
        self.gaps = [rest for kind, _, rest in lines if kind == "gap" and " confinement " not in rest]
        self.code = done.returncode


def ask(mirror_="", lists="/nonexistent", keyrings="/nonexistent", os_id="debian", version="12", codename="bookworm",
        now=NOW, covered="", installed=INSTALLED):
    environment = {k: v for k, v in os.environ.items() if "proxy" not in k.lower()}
    return Result(subprocess.run([CHECK, os_id, version, codename, now, covered, lists, keyrings, str(mirror_)],
                                 input=installed, text=True, capture_output=True, timeout=60, env=environment))


def check(condition, result, what):
    if not condition:
        raise AssertionError(f"{what}\n{result.text}")


def check_found(result, what):
    check(result.code == 0 and result.found == sorted(EXPECTED), result, what)
    check(all(m[2] == "bookworm-security of Debian, dated 2026-08-21" for m in result.matches), result, "where from")
    check(len(result.sources) == 1 and result.sources[0].endswith("used") and
          " 2026-08-21T10:00:00Z 9 " in result.sources[0], result, "the provenance")


def check_refused(result, word, what, kind="blocking digest"):
    check(result.code == 0 and not result.matches and not result.sources, result, f"{what}: nothing is taken from it")
    check(any(g.startswith(kind) and word in g for g in result.gaps), result, f"{what}: the gap")


class Room:
    def __init__(self, directory):
        self.directory = directory
        self.key, self.stranger = Key(directory, "archive"), Key(directory, "stranger")
        self.keyrings = self.key.keyring(directory / "keyrings")
        self.none = directory / "no-keyrings"
        self.none.mkdir()

    def signed(self, files, **more):
        return mirror(self.directory, self.key.sign(release(files, **more)), files)


TESTS = []


def test(function):
    TESTS.append(function)
    return function


@test
def a_signed_mirror(room):
    for ending in PACK:
        root = room.signed(indexes(ending))
        check_found(ask(root, keyrings=room.keyrings), f"a directory with Packages{ending}")
    check_found(ask(f"file://{root}", keyrings=room.keyrings), "a file URL")
    check_found(ask(f"{root}/", keyrings=room.keyrings), "a slash at the end")


@contextlib.contextmanager
def serve(root):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=root))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@test
def a_mirror_on_the_web(room):
    with serve(room.signed(indexes(".xz"))) as url:
        result = ask(url, keyrings=room.keyrings)
        check_found(result, "over http")
        check(f"{url}/dists/bookworm-security/InRelease" in result.sources[0], result, "named by its URL")


@test
def a_listed_form_that_is_not_there_is_passed_over(room):
    files = {**indexes(".xz"), **indexes(".gz")}
    root = room.signed(files)
    for path in root.rglob("*.xz"):
        path.unlink()
    check_found(ask(root, keyrings=room.keyrings), "the next form")


@test
def a_component_that_is_not_there_is_named(room):
    files = indexes(".gz")
    extra = {"contrib/binary-amd64/Packages": b"Package: x\nVersion: 1\n"}
    root = mirror(room.directory, room.key.sign(release({**files, **extra})), files)
    result = ask(root, keyrings=room.keyrings)
    check_found(result, "the others count")
    check(any(g.startswith("note missing") and "contrib" in g for g in result.gaps), result, "and it is named")


@test
def covered_releases_are_left_alone(room):
    result = ask(room.signed(indexes("")), keyrings=room.keyrings, covered="Debian:12")
    check(not result.matches and not result.sources and not result.gaps, result, "nothing is looked at")
    result = ask(room.signed(indexes("")), keyrings=room.keyrings, covered="Debian:11")
    check_found(result, "another release's coverage does not count")


@test
def signatures_must_verify(room):
    files = indexes("")
    text = release(files)
    good = room.key.sign(text)
    cases = {
        "a stranger's key": (room.stranger.sign(text), "not in the keyring"),
        "no signature": (text.encode(), "no signed release"),
        "a changed text": (good.replace(b"Label: Debian-Security", b"Label: Debian-Securitz"), "bad"),
        "text behind the message": (good + b"Origin: Debian\n", "no signed release"),
        "text in front of it": (b"Origin: Debian\n\n" + good, "no signed release"),
        "two messages": (room.stranger.sign(text) + good, "no signed release"),
        "an empty file": (b"", "no signed release"),
        "half a message": (good[:len(good) // 2], "no signed release"),
        "a cut signature": (good.replace(b"-----BEGIN PGP SIGNATURE-----\n\n",
                                         b"-----BEGIN PGP SIGNATURE-----\n\nAAAA"), ""),
    }
    for what, (message, word) in cases.items():
        check_refused(ask(mirror(room.directory, message, files), keyrings=room.keyrings), word, what)
    check_refused(ask(room.signed(files), keyrings=room.none), "keyring", "no keyring at all")


@test
def one_known_signature_among_several_is_enough(room):
    both = room.directory / "both"
    shutil.copytree(room.key.home, both, ignore=shutil.ignore_patterns("S.*"))
    both.chmod(0o700)
    secret = room.stranger.gpg("--export-secret-keys").stdout
    common = ["gpg", "--homedir", both, "--batch", "--quiet", "--no-tty", "--pinentry-mode", "loopback",
              "--passphrase", ""]
    subprocess.run([*common, "--import"], input=secret, check=True, capture_output=True)
    files = indexes("")
    message = subprocess.run([*common, "--clearsign", "-u", "archive@example.org", "-u", "stranger@example.org"],
                             input=release(files).encode(), check=True, capture_output=True).stdout
    subprocess.run(["gpgconf", "--homedir", both, "--kill", "gpg-agent"], capture_output=True)
    check_found(ask(mirror(room.directory, message, files), keyrings=room.keyrings), "two signatures, one known")


@test
def the_keyring_is_the_distributions_own(room):
    keyrings = room.key.keyring(room.directory / "other-keyrings", "ubuntu")
    check_refused(ask(room.signed(indexes("")), keyrings=keyrings), "debian-archive-keyring", "another's keyring")


@test
def an_expired_release_is_refused(room):
    check_refused(ask(room.signed(indexes(""), until=PAST), keyrings=room.keyrings), "valid until", "expired")
    check_found(ask(room.signed(indexes(""), until=None), keyrings=room.keyrings), "one that does not expire")


@test
def another_suite_is_refused(room):
    for more in ({"codename": "bullseye-security"}, {"codename": "bookworm", "suite": "stable"},
                 {"origin": "Ubuntu"}):
        check_refused(ask(room.signed(indexes(""), **more), keyrings=room.keyrings), "bookworm-security of Debian",
                      str(more))


@test
def indexes_must_be_what_the_release_says(room):
    for change in (lambda b: b.replace(b"5", b"6"), lambda b: b + b"\n", lambda b: b[:-1], lambda b: b""):
        root = room.signed(indexes(""))
        path = root / "dists/bookworm-security/main/binary-amd64/Packages"
        path.write_bytes(change(path.read_bytes()))
        check_refused(ask(root, keyrings=room.keyrings), "signed release", "another index")


@test
def a_mirror_that_is_not_there(room):
    check_refused(ask(room.directory / "nowhere", keyrings=room.keyrings), "bookworm-security", "no directory",
                  "note no-advisories")
    with serve(room.directory / "no-keyrings") as url:
        check_refused(ask(url, keyrings=room.keyrings), "404", "nothing at that URL", "note no-advisories")


@test
def names_from_the_target_lead_nowhere(room):
    root = room.signed(indexes(""))
    for codename in ("../../bookworm", "bookworm/x", "", "BOOK", "-x", "a" * 200, "http://127.0.0.1:1/"):
        result = ask(root, keyrings=room.keyrings, codename=codename)
        check_refused(result, "codename", codename, "note no-advisories")
    result = ask(root, keyrings=room.keyrings, installed="alpha ../../amd64 1.0\n")
    check(not result.matches and not result.sources, result, "an architecture that is none")


def apt_lists(room, files, name="mirror.example_debian-security_dists_bookworm-security_", signed=None, **more):
    lists = pathlib.Path(tempfile.mkdtemp(dir=room.directory))
    (lists / f"{name}InRelease").write_bytes(signed or room.stranger.sign(release({}, **more)))
    for path, data in files.items():
        (lists / (name + path.replace("/", "_"))).write_bytes(data)
    (lists / "lock").write_bytes(b"")
    return lists


@test
def apts_lists(room):
    for ending in PACK:
        check_found(ask(lists=apt_lists(room, indexes(ending))), f"Packages{ending}")
    check_found(ask(lists=apt_lists(room, indexes(""), codename="bookworm", suite="bookworm-security")),
                "named by the suite, as Ubuntu does")


@test
def apts_lists_in_lz4(room):
    if not shutil.which("lz4"):
        return "lz4 is not installed"
    for options in (["-1"], ["-9", "-BD"], ["-B4", "-BX", "--content-size"], ["-BI", "--no-frame-crc"]):
        files = {path + ".lz4": subprocess.run(["lz4", "-c", *options], input=data, check=True,
                                               capture_output=True).stdout for path, data in indexes("").items()}
        check_found(ask(lists=apt_lists(room, files)), f"lz4 {options}")
    path, text = next(iter(indexes("").items()))
    data = subprocess.run(["lz4", "-c"], input=text, check=True, capture_output=True).stdout
    for broken in (data[:-9], data[:40] + bytes([data[40] ^ 255]) + data[41:], data[:4], b"\x04\x22\x4d\x18" + b"\xff" * 40):
        result = ask(lists=apt_lists(room, {path + ".lz4": broken}))
        check(result.code == 0 and not result.sources and any("LZ4" in g for g in result.gaps), result, "broken")
    return None


@test
def a_large_list_in_lz4(room):
    if not shutil.which("lz4"):
        return "lz4 is not installed"
    filler = "".join(f"Package: filler{i}\nVersion: {i}\nDescription: {hashlib.sha256(str(i).encode()).hexdigest()}\n\n"
                     for i in range(30000))
    text = (filler + AMD64).encode()
    for options in (["-1", "-BD", "-B4"], ["-9", "-BD", "-B5"], ["-1", "-B7", "-BX"]):
        packed = subprocess.run(["lz4", "-c", *options], input=text, check=True, capture_output=True).stdout
        result = ask(lists=apt_lists(room, {"main/binary-amd64/Packages.lz4".replace("/", "_"): packed}))
        check(result.found == sorted(EXPECTED[:3]), result, f"lz4 {options}")
        check(" 30008 used" in result.sources[0], result, "every stanza counted")
    return None


@test
def broken_lists_are_named(room):
    for ending, data in ((".gz", gzip.compress(AMD64.encode())[:-20]), (".xz", lzma.compress(AMD64.encode())[:-20]),
                         (".bz2", b"BZh91AY&SY" + b"x" * 50)):
        result = ask(lists=apt_lists(room, {f"main/binary-amd64/Packages{ending}": data}))
        check(not result.matches and not result.sources, result, ending)
        check(any(f"Packages{ending}" in g for g in result.gaps) and
              any("readable" in g for g in result.gaps), result, ending)


@test
def lists_of_others_are_left_alone(room):
    for more in ({"codename": "bullseye-security"}, {"origin": "Ubuntu"}, {"date": "yesterday"}):
        check_refused(ask(lists=apt_lists(room, indexes(""), **more)), "bookworm-security", str(more),
                      "note no-advisories")
    check_refused(ask(lists=apt_lists(room, {})), "no package index", "no index beside it", "note no-advisories")
    check_refused(ask(lists="/nonexistent"), "/nonexistent", "no lists", "note no-advisories")


@test
def old_lists_are_named_as_old(room):
    lists = apt_lists(room, indexes(""))
    result = ask(lists=lists, now="2026-08-30")
    check_found(result, "they count")
    check(any(g.startswith("note stale") and "2026-08-21" in g for g in result.gaps), result, "and are named")
    result = ask(lists=lists, now="2026-08-28")
    check(not any("stale" in g for g in result.gaps), result, "a week is not old")


@test
def the_newest_of_several_lists_counts(room):
    lists = apt_lists(room, indexes("", amd64="Package: alpha\nVersion: 7\n"), date="Thu, 20 Aug 2026 10:00:00 UTC")
    newer = apt_lists(room, indexes(""), name="other.example_dists_bookworm-security_")
    for path in newer.iterdir():
        shutil.copy(path, lists)
    check_found(ask(lists=lists), "the newer one")


def main():
    missing = [tool for tool in ("gpg", "gpgconf", "/usr/bin/gpgv") if not shutil.which(tool)]
    if missing:
        print(f"1..0 # SKIP {' and '.join(missing)} not installed")
        return 0
    print(f"1..{len(TESTS)}", flush=True)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="bw", ignore_cleanup_errors=True) as d:
        room = Room(pathlib.Path(d))
        for number, function in enumerate(TESTS, 1):
            name = function.__name__.replace("_", " ")
            try:
                skipped = function(room)
                print(f"ok {number} - {name}" + (f" # SKIP {skipped}" if skipped else ""), flush=True)
            except Exception as e:
                failed += 1
                print(f"not ok {number} - {name}", flush=True)
                print("\n".join(f"# {line}" for line in f"{type(e).__name__}: {e}".splitlines()), flush=True)
        room.key.stop()
        room.stranger.stop()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
