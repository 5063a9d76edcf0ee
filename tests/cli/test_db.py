#!/usr/bin/env python3
"""`db update`, `db status`, `db build` and `scan --advisories` over made-up mirrors; TAP."""
import hashlib
import http.server
import io
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import zipfile

BULWARK = os.path.abspath(sys.argv[1])
NOW = "2026-08-22"


def record(number, ecosystem, package, fixed="1.5", modified="2026-08-20T00:00:00Z"):
    base = ecosystem.partition(":")[0].upper().replace(" ", "")
    return {"id": f"TEST-{base}-{number}", "modified": modified, "published": modified, "schema_version": "1.6.0",
            "aliases": [f"CVE-2026-{10000 + number}"], "summary": f"flaw {number} of {package}",
            "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
            "affected": [{"package": {"ecosystem": ecosystem, "name": package},
                          "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]}


def pack(records):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for r in records:
            if isinstance(r, dict):
                z.writestr(f"{r['id']}.json", json.dumps(r))
            else:
                z.writestr("BROKEN.json", r)
    return out.getvalue()


def small():
    return {"Debian": pack([record(1, "Debian:12", "curl"), record(2, "Debian:11", "curl")]),
            "PyPI": pack([record(3, "PyPI", "requests"), record(4, "PyPI", "flask")]),
            "Red Hat": pack([record(5, "Red Hat:enterprise_linux:9::baseos", "curl")])}


def directory(at, zips):
    for name, data in zips.items():
        (at / name).mkdir(parents=True, exist_ok=True)
        (at / name / "all.zip").write_bytes(data)
    (at / "ecosystems.txt").write_text("".join(f"{name}\n" for name in zips))
    return at


class Web:
    """A mirror on loopback.  `special`: a path's own answer, called with the handler and the file's bytes."""

    def __init__(self, zips):
        self.files = {f"/{name}/all.zip": data for name, data in zips.items()}
        self.files["/ecosystems.txt"] = "".join(f"{name}\n" for name in zips).encode()
        self.asked, self.sent, self.special = [], [], {}
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                try:
                    outer.answer(self)
                except (BrokenPipeError, ConnectionResetError):
                    pass

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads, self.server.block_on_close = True, False
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, h):
        self.asked.append(h.path)
        path = urllib.parse.unquote(h.path)
        data = self.files.get(path)
        if data is None:
            h.send_error(404)
            return
        tag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
        if path in self.special:
            self.special[path](h, data)
            return
        if h.headers.get("If-None-Match") == tag:
            h.send_response(304)
            h.send_header("ETag", tag)
            h.end_headers()
            return
        self.sent.append(path)
        h.send_response(200)
        h.send_header("ETag", tag)
        h.send_header("Content-Length", str(len(data)))
        h.end_headers()
        h.wfile.write(data)

    def clear(self):
        self.asked, self.sent = [], []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Place:
    """A directory of its own for each test: cache, index, mirror."""

    def __init__(self, at):
        self.at = pathlib.Path(at)
        self.db = self.at / "index.bwdb"
        self.environment = {k: v for k, v in os.environ.items()
                            if "proxy" not in k.lower() and not k.startswith("BULWARK")}
        self.environment |= {"XDG_CACHE_HOME": str(self.at / "cache")}
        self.environment.pop("SOURCE_DATE_EPOCH", None)

    def start(self, *arguments):
        return subprocess.Popen([BULWARK, *map(str, arguments)], env=self.environment, cwd=self.at, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *arguments):
        done = subprocess.run([BULWARK, *map(str, arguments)], env=self.environment, cwd=self.at, text=True,
                              capture_output=True, timeout=240)
        done.text = f"$ bulwark {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}exit {done.returncode}"
        return done

    def update(self, mirror, *more):
        return self.run("db", "update", "--advisories", mirror, "--db", self.db, "--now", NOW, *more)

    def status(self, *more):
        done = self.run("db", "status", "--db", self.db, "--format", "json", "--now", NOW, "--verify", *more)
        done.json = json.loads(done.stdout) if done.returncode == 0 else None
        return done

    def ecosystems(self):
        done = self.status()
        check(done.json, done, "a status")
        return sorted({s["name"].rpartition("/")[0] for s in done.json["sources"]})


def check(condition, done, what):
    if not condition:
        raise AssertionError(f"{what}\n{getattr(done, 'text', done)}")


def check_code(done, code, what):
    check(done.returncode == code, done, f"{what}: exit code {code}")


TESTS = []


def test(function):
    TESTS.append(function)
    return function


@test
def build_from_a_directory(p):
    mirror = directory(p.at / "mirror", small())
    done = p.run("db", "build", mirror, "-o", p.db, "--now", NOW)
    check_code(done, 0, "built")
    status = p.status()
    check_code(status, 0, "status")
    j = status.json
    check(j["records"] == 5 and j["newest"] == "2026-08-20T00:00:00Z" and j["age_seconds"] == 2 * 86400, status, "counts")
    check(j["path"] == str(p.db) and j["bytes"] == p.db.stat().st_size and j["built"].startswith(NOW), status, "the file")
    covered = {c["ecosystem"]: c["records"] for c in j["coverage"]}
    check(covered.get("Debian:12") == 1 and covered.get("Debian:11") == 1 and covered.get("PyPI") == 2, status, "coverage")
    for source in j["sources"]:
        digest, size = hashlib.sha256(), 0
        with zipfile.ZipFile(mirror / source["name"]) as z:
            for name in sorted(z.namelist()):
                data = z.read(name)
                digest.update(name.encode() + b"\0" + len(data).to_bytes(8, "little") + data)
                size += len(data)
        check(source["digest"] == "sha256:" + digest.hexdigest() and source["bytes"] == size,
              status, "the digest of what was read")
    table = p.run("db", "status", "--db", p.db)
    check_code(table, 0, "the table")
    for word in (j["digest"], "Debian:12", "PyPI", "2026-08-20", "5 about"):
        check(word in table.stdout, table, f"{word} in the table")


@test
def the_same_input_gives_the_same_index(p):
    directory(p.at / "mirror", small())
    for name in ("a", "b"):
        check_code(p.run("db", "build", "mirror", "-o", name, "--now", NOW), 0, "built")
    check((p.at / "a").read_bytes() == (p.at / "b").read_bytes(), "", "byte for byte")


@test
def build_what_is_not_there(p):
    directory(p.at / "mirror", small())
    done = p.run("db", "build", "mirror", "-o", p.db, "--ecosystem", "pypi,nix")
    check_code(done, 3, "one is missing")
    check("nix" in done.stderr and p.ecosystems() == ["PyPI"], done, "the other one is there")
    (p.at / "empty").mkdir()
    for place in ("empty", "nowhere"):
        done = p.run("db", "build", place, "-o", "other")
        check_code(done, 3, place)
        check(place in done.stderr and not (p.at / "other").exists(), done, "is named, and no index made")
    check_code(p.run("db", "build"), 2, "no directory named")


@test
def broken_records_are_counted(p):
    directory(p.at / "mirror", {"PyPI": pack([record(1, "PyPI", "requests"), b"{not json"])})
    check_code(p.update("mirror"), 0, "updated")
    status = p.status()
    source = status.json["sources"][0]
    check(source["broken"] == 1 and "BROKEN.json" in source["first_error"], status, "counted, the first named")


@test
def update_from_a_directory(p):
    mirror = directory(p.at / "mirror", small())
    done = p.update("mirror")
    check_code(done, 0, "updated")
    for name in small():
        check(f"{name}: changed" in done.stdout, done, f"a line for {name}")
    check(p.ecosystems() == ["Debian", "PyPI", "Red Hat"], done, "all that is there")
    before = p.db.stat()
    done = p.update(mirror)
    check_code(done, 0, "again")
    check("changed" not in done.stdout.replace("unchanged", "") and "stands" in done.stdout, done, "unchanged")
    check((before.st_ino, before.st_mtime_ns) == (p.db.stat().st_ino, p.db.stat().st_mtime_ns), done, "not written")
    check("written" in p.update(mirror, "--force").stdout, done, "unless forced")
    directory(mirror, {"PyPI": pack([record(9, "PyPI", "requests")])})
    done = p.update(mirror)
    check("PyPI: changed" in done.stdout and "Debian: unchanged" in done.stdout, done, "one changed")
    check(p.status().json["records"] == 4, done, "its records replaced")


@test
def update_from_a_file_url(p):
    mirror = directory(p.at / "a mirror", small())
    done = p.update("file://" + urllib.parse.quote(str(mirror)), "--ecosystem", "Red Hat")
    check_code(done, 0, "updated")
    check(p.ecosystems() == ["Red Hat"], done, "what was asked for")


@test
def quiet_says_nothing(p):
    directory(p.at / "mirror", small())
    done = p.update("mirror", "--quiet")
    check_code(done, 0, "updated")
    check(not done.stdout and not done.stderr, done, "nothing")


@test
def update_from_the_web(p):
    with Web(small()) as web:
        done = p.update(web.url, "--ecosystem", "PyPI,Red Hat")
        check_code(done, 0, "updated")
        asked = sorted(a for a in web.asked if not a.startswith("/extra/"))
        check(asked == ["/PyPI/all.zip", "/Red%20Hat/all.zip"], f"{web.asked}", "only what was asked for")
        check(p.ecosystems() == ["PyPI", "Red Hat"], done, "it is there")
        web.clear()
        done = p.update(web.url)
        check_code(done, 0, "again")
        zips = [a for a in web.asked if a.endswith(".zip")]
        check(len(zips) == 2 and not web.sent, f"{web.asked} {web.sent}", "asked, and nothing sent again")
        check("stands" in done.stdout, done, "the index stands")
        web.clear()
        web.files["/PyPI/all.zip"] = pack([record(7, "PyPI", "django")])
        done = p.update(web.url)
        check(web.sent == ["/PyPI/all.zip"], f"{web.sent}", "only the changed one")
        check("written" in done.stdout and p.status().json["records"] == 2, done, "and the index is new")
        web.clear()
        done = p.update(web.url, "--ecosystem", "debian:12")
        check_code(done, 0, "one more")
        check(web.sent == ["/Debian/all.zip"] and p.ecosystems() == ["Debian", "PyPI", "Red Hat"], done,
              "what earlier updates brought stays")


@test
def the_first_update_from_the_web(p):
    with Web(small()) as web:
        done = p.update(web.url)
        check_code(done, 0, "the default set")
        check("/npm/all.zip" in web.asked and "/Homebrew/all.zip" not in web.asked, f"{web.asked}", "the set")
        check(p.ecosystems() == ["Debian", "PyPI", "Red Hat"], done, "what there is of it")
        done = p.update(web.url, "--ecosystem", "all")
        check_code(done, 0, "all")
        check(p.ecosystems() == ["Debian", "PyPI", "Red Hat"], done, "by the mirror's own list")


@test
def an_ecosystem_that_is_not_there(p):
    with Web(small()) as web:
        done = p.update(web.url, "--ecosystem", "PyPI,Nowhere")
        check_code(done, 3, "one is missing")
        check("Nowhere" in done.stderr and p.ecosystems() == ["PyPI"], done, "named; the other one is there")
        before = p.db.read_bytes()
        done = p.update(web.url, "--ecosystem", "Nowhere")
        check_code(done, 3, "nothing is there")
        check(p.db.read_bytes() == before, done, "the index stands")


@test
def names_that_lead_elsewhere(p):
    with Web({**small(), "../../escaped": b"x"}) as web:
        done = p.update(web.url, "--ecosystem", "all")
        check_code(done, 0, "updated")
        check(p.ecosystems() == ["Debian", "PyPI", "Red Hat"], done, "the others")
        check(not any("escaped" in path for path in web.asked), f"{web.asked}", "not even asked for")
    done = p.update(p.at, "--ecosystem", "../../etc")
    check_code(done, 3, "refused")
    check(not list(p.at.parent.glob("*escaped*")), done, "nothing outside")


@test
def a_truncated_zip_changes_nothing(p):
    mirror = directory(p.at / "mirror", small())
    check_code(p.update(mirror), 0, "updated")
    before = p.db.read_bytes()
    whole = small()["PyPI"]
    for data in (whole[:len(whole) // 2], whole[:-1], b"", b"not a zip", whole[len(whole) // 2:]):
        directory(mirror, {"PyPI": data})
        done = p.update(mirror)
        check_code(done, 3, "refused")
        check("PyPI" in done.stderr and p.db.read_bytes() == before, done, "the index stands")
    directory(mirror, small())
    check_code(p.update(mirror), 0, "whole again")


@test
def a_truncated_download_changes_nothing(p):
    def cut(h, data):
        h.send_response(200)
        h.send_header("ETag", '"cut"')
        h.send_header("Content-Length", str(len(data)))
        h.end_headers()
        h.wfile.write(data[:len(data) // 2])

    with Web(small()) as web:
        check_code(p.update(web.url, "-e", "PyPI,Debian"), 0, "updated")
        before = p.db.read_bytes()
        web.special["/PyPI/all.zip"] = cut
        done = p.update(web.url)
        check_code(done, 3, "refused")
        check(f"{web.url}/PyPI/all.zip" in done.stderr and p.db.read_bytes() == before, done, "named; the index stands")
        del web.special["/PyPI/all.zip"]
        web.clear()
        done = p.update(web.url)
        check_code(done, 0, "whole again")
        check(p.status().json["records"] == 4, done, "all of it")


@test
def a_zip_that_is_none_on_the_web_is_asked_for_again(p):
    with Web(small()) as web:
        good = web.files["/PyPI/all.zip"]
        web.files["/PyPI/all.zip"] = b"<html>sorry</html>"
        done = p.update(web.url, "-e", "PyPI")
        check_code(done, 3, "refused")
        check(not p.db.exists(), done, "no index")
        web.files["/PyPI/all.zip"] = good
        check_code(p.update(web.url, "-e", "PyPI"), 0, "whole again")
        check(p.ecosystems() == ["PyPI"], done, "there")


@test
def killed_in_the_middle_of_a_download(p):
    started = threading.Event()

    def stall(h, data):
        h.send_response(200)
        h.send_header("ETag", '"stall"')
        h.send_header("Content-Length", str(len(data)))
        h.end_headers()
        h.wfile.write(data[:len(data) // 2])
        h.wfile.flush()
        started.set()
        time.sleep(60)

    with Web(small()) as web:
        check_code(p.update(web.url, "-e", "PyPI,Debian"), 0, "updated")
        before = p.db.read_bytes()
        web.files["/PyPI/all.zip"] = pack([record(n, "PyPI", f"p{n}") for n in range(500)])
        web.special["/PyPI/all.zip"] = stall
        process = p.start("db", "update", "--advisories", web.url, "--db", p.db)
        check(started.wait(60), "", "the download has begun")
        time.sleep(0.3)
        process.kill()
        process.communicate()
        check(p.db.read_bytes() == before, "", "the index stands")
        del web.special["/PyPI/all.zip"]
        done = p.update(web.url)
        check_code(done, 0, "the next one works")
        check(p.status().json["records"] == 502, done, "with all records")
        names = sorted(path.name for path in p.at.glob("index.bwdb*"))
        check(names == ["index.bwdb", "index.bwdb.files", "index.bwdb.lock"], names, "nothing is left over")
        check(not list((p.at / "index.bwdb.files").rglob("*.part")), "", "nor among the files")


@test
def killed_at_any_moment(p):
    mirror = directory(p.at / "mirror", {"PyPI": pack([record(n, "PyPI", f"p{n}") for n in range(3000)])})
    check_code(p.update(mirror), 0, "updated")
    whole = p.status().json["records"]
    draw = random.Random(5)
    for _ in range(12):
        process = p.start("db", "update", "--advisories", mirror, "--db", p.db, "--force")
        time.sleep(draw.random() * 0.5)
        process.kill()
        process.communicate()
        status = p.status()
        check_code(status, 0, "the index can be used")
        check(status.json["records"] == whole, status, "and is whole")
    check_code(p.update(mirror, "--force"), 0, "the next one works")
    names = sorted(path.name for path in p.at.glob("index.bwdb*"))
    check(names == ["index.bwdb", "index.bwdb.files", "index.bwdb.lock"], names, "nothing is left over")


@test
def writers_wait_for_one_another(p):
    mirror = directory(p.at / "mirror", small())
    writers = [p.start("db", "update", "--advisories", mirror, "--db", p.db, "--force") for _ in range(4)]
    for w in writers:
        out, err = w.communicate(timeout=120)
        check(w.returncode == 0, out + err, "each succeeds")
    check(p.ecosystems() == ["Debian", "PyPI", "Red Hat"], "", "the index is whole")


@test
def a_writer_does_not_wait_for_ever(p):
    import fcntl
    mirror = directory(p.at / "mirror", small())
    with open(f"{p.db}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = p.update(mirror, "--timeout", "1s")
        check_code(done, 3, "given up")
        check("writer" in done.stderr, done, "why")


@test
def offline_and_unreachable(p):
    with Web(small()) as web:
        check_code(p.update(web.url, "-e", "PyPI"), 0, "updated")
        web.clear()
        before = p.db.read_bytes()
        done = p.update(web.url, "--offline")
        check_code(done, 3, "offline")
        check("offline" in done.stderr and not web.asked, done, "nobody was asked")
    done = p.update(web.url)
    check_code(done, 3, "nobody there")
    check(web.url in done.stderr and p.db.read_bytes() == before, done, "named; the index stands")


@test
def wrong_usage(p):
    for arguments in (["update", "--advisories", "ftp://x/"], ["update", "--nonsense"], ["update", "one", "two"],
                      ["update", "mirror", "--advisories", "mirror"], ["update", "--feeds", "news"],
                      ["status", "--format", "xml"], ["update", "--timeout", "soon"]):
        check_code(p.run("db", *arguments), 2, " ".join(arguments))


@test
def status_of_what_is_no_index(p):
    done = p.status()
    check_code(done, 3, "no file")
    check("db update" in done.stderr and str(p.db) in done.stderr, done, "what to do")
    directory(p.at / "mirror", small())
    check_code(p.update("mirror"), 0, "updated")
    whole = p.db.read_bytes()
    changed = bytearray(whole)
    changed[-10] ^= 1
    for data in (whole[:len(whole) // 2], b"", b"something else" * 1000, whole[:8] + b"\xff" * 4 + whole[12:], bytes(changed)):
        p.db.write_bytes(data)
        done = p.status()
        check_code(done, 3, "refused")
        check(str(p.db) in done.stderr, done, "named")
    check_code(p.update("mirror"), 0, "an update mends it")
    check(p.status().json["records"] == 5, "", "whole again")


def root(p):
    at = p.at / "root"
    (at / "etc").mkdir(parents=True)
    (at / "var/lib/dpkg").mkdir(parents=True)
    (at / "etc/os-release").write_text('ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n')
    (at / "var/lib/dpkg/status").write_text("Package: curl\nStatus: install ok installed\nArchitecture: amd64\n"
                                            "Version: 1.0\n")
    return f"fs://{at}"


def scan(p, target, *more):
    done = p.run("scan", target, "--format", "json", "--now", NOW, *more)
    done.json = json.loads(done.stdout) if done.stdout.startswith("{") else {}
    return done


@test
def a_scan_with_a_mirror(p):
    target = root(p)
    with Web(small()) as web:
        done = scan(p, target, "--advisories", web.url)
        check_code(done, 1, "a finding")
        check("CVE-2026-10001" in done.stdout, done, "the record of the mirror")
        asked = [a for a in web.asked if not a.startswith("/extra/")]
        check(asked == ["/Debian/all.zip"], f"{web.asked}", "only what the target needs")
        web.clear()
        check_code(scan(p, target, "--advisories", web.url), 1, "again")
        zips = [a for a in web.asked if a.endswith(".zip")]
        check(zips == ["/Debian/all.zip"] and not web.sent, f"{web.sent}", "nothing is sent twice")
        check(not (p.at / "cache/bulwark/advisories.bwdb").exists(), done, "the default index is left alone")
    done = scan(p, target, "--advisories", web.url)
    check_code(done, 1, "the mirror is gone, what it brought is there")
    check("CVE-2026-10001" in done.stdout and "brought from there before" in done.stderr, done, "and it says so")
    check("brought from there before" in done.stdout, done, "in the report too")
    done = scan(p, target, "--advisories", web.url, "--offline")
    check("CVE-2026-10001" in done.stdout and "brought from there before" in done.stderr, done, "offline as well")


@test
def a_scan_whose_mirror_was_never_there(p):
    target = root(p)
    with Web({}) as web:
        pass
    done = scan(p, target, "--advisories", web.url, "--db", p.db)
    check_code(done, 3, "incomplete")
    check("built into the program" in done.stderr and "built into the program" in done.stdout, done, "says so")
    directory(p.at / "mirror", small())
    check_code(p.update("mirror"), 0, "an index of its own")
    done = scan(p, target, "--advisories", web.url, "--db", p.db)
    check_code(done, 1, "with it")
    check(f"goes on with the index {p.db}" in done.stderr and "CVE-2026-10001" in done.stdout, done, "says so")
    done = scan(p, target, "--advisories", p.at / "nowhere", "--db", p.db)
    check_code(done, 1, "a directory that is not there")
    check("goes on with the index" in done.stderr, done, "says so")
    check_code(scan(p, target, "--advisories", "ftp://x/"), 2, "wrong usage")


def main():
    print(f"1..{len(TESTS)}", flush=True)
    failed = 0
    for number, function in enumerate(TESTS, 1):
        name = function.__name__.replace("_", " ")
        with tempfile.TemporaryDirectory() as d:
            try:
                function(Place(d))
                print(f"ok {number} - {name}", flush=True)
            except Exception as e:
                failed += 1
                print(f"not ok {number} - {name}", flush=True)
                print("\n".join(f"# {line}" for line in f"{type(e).__name__}: {e}".splitlines()), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
