#!/usr/bin/env python3
"""
Images of a Docker daemon, read by target_json: from an engine made here that misbehaves, and from
a real dockerd where one is installed and may be started. TAP.

    test_engine.py TARGET_JSON
"""
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import signal
import socketserver
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "images")]
import imagelib as lib

PROGRAM = sys.argv[1]
CASES = []
ID = "sha256:" + "1" * 64


def case(function):
    CASES.append(function)
    return function


def same(got, want, what=""):
    if got != want:
        raise AssertionError(f"{what}\n  want {want}\n  got  {got}")


def holds(condition, what):
    if not condition:
        raise AssertionError(what)


def run(target, *options, **environment):
    clean = {k: v for k, v in os.environ.items()
             if "proxy" not in k.lower() and not k.startswith("DOCKER_")}
    done = subprocess.run([PROGRAM, *options, str(target)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=100,
                          env={**clean, "DOCKER_CONFIG": SCRATCH + "/none", **environment})
    if done.returncode not in (0, 1):
        raise AssertionError(f"exit {done.returncode}: {done.stderr.decode()[-2000:]}")
    return json.loads(done.stdout)


def dpkg(*rows):
    return "".join(f"Package: {n}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {v}\n\n"
                   for n, v in rows)


def layers():
    root = lib.Layer([lib.text("etc/os-release", 'ID=debian\nVERSION_ID="12"\n'),
                      lib.text("opt/noise", "n" * 3_000_000),
                      lib.text("var/lib/dpkg/status", dpkg(("a", "1")))])
    empty = lib.Layer([lib.directory("work")])
    more = lib.Layer([lib.text("var/lib/dpkg/status", dpkg(("a", "2"), ("b", "1")))])
    return [root, empty, more, empty]


def saved():
    path = SCRATCH + "/saved.tar"
    lib.write_docker_legacy(path, [lib.Image(layers())])
    return path, pathlib.Path(path).read_bytes()


class Engine:
    """Answers by path; `archive` is what .../get sends, `length` what it says of it."""

    def __init__(self, archive=b"", length=None, inspect=None, ping=200, version="1.41"):
        self.asked, self.socket = [], tempfile.mktemp(dir=SCRATCH, suffix=".sock")
        engine = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def address_string(self):
                return "local"

            def answer(self, status, body, length=None):
                self.send_response(status)
                if version:
                    self.send_header("Api-Version", version)
                if length == "chunked":
                    self.send_header("Transfer-Encoding", "chunked")
                else:
                    self.send_header("Content-Length", str(length or len(body)))
                self.end_headers()
                if length == "chunked":
                    # The last chunk never comes.
                    body = b"%x\r\n" % len(body) + body + b"\r\n"
                try:
                    self.wfile.write(body)
                except OSError:
                    pass
                if length is not None:
                    self.close_connection = True

            def do_GET(self):
                engine.asked.append(self.path)
                if self.path == "/_ping":
                    return self.answer(ping, b"OK" if ping == 200 else b'{"message": "not\\u001btoday"}')
                if "gone" in self.path:
                    return self.answer(404, b'{"message": "No such image: gone"}')
                if self.path.endswith("/get"):
                    return self.answer(200, archive, length)
                told = {"Id": ID, "RepoTags": ["app:1"], "RepoDigests": ["app@" + ID],
                        "Os": "linux", "Architecture": "amd64"}
                return self.answer(200, json.dumps(told).encode() if inspect is None else inspect)

        class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
            daemon_threads = True

        self.server = Server(self.socket, Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def read(self, target="docker://app:1", *options):
        return run(target, *options, DOCKER_HOST="unix://" + self.socket)


def blocking(answer):
    return [g["message"] for g in answer["gaps"] if g["kind"] == "blocking"]


@case
def the_same_as_the_archive():
    path, archive = saved()
    want = run(path)
    with Engine(archive) as engine:
        got = engine.read()
        same(got["kind"], "docker")
        same(got["image"]["tags"], ["app:1"])
        for key in ("packages", "os", "gaps"):
            same(got.get(key), want.get(key), key)
        same(got["image"]["layers"], want["image"]["layers"])
        same([p["version"] for p in got["packages"] if p["name"] == "a"], ["2"])
        # By its ID: a name may move between two readings.
        holds(all(ID in a for a in engine.asked if a.endswith("/get")), engine.asked)
        holds(all(a.startswith("/v1.41/") for a in engine.asked if a != "/_ping"), engine.asked)
        for prefix in ("local://app:1", "image://app:1", "app:1"):
            same(engine.read(prefix)["packages"], want["packages"], prefix)


@case
def versions_are_agreed_on():
    for told, used in (("1.30", "1.30"), ("1.999", "1.51"), (None, "1.24"), ("nonsense", "1.24")):
        with Engine(saved()[1], version=told) as engine:
            engine.read()
            holds(all(a.startswith(f"/v{used}/") for a in engine.asked if a != "/_ping"),
                  (told, engine.asked))


@case
def streams_that_end_early():
    archive = saved()[1]
    for cut in (0, 100, 700, len(archive) // 2, len(archive) - 20_000):
        for length in (len(archive), "chunked"):
            with Engine(archive[:cut], length) as engine:
                answer = engine.read()
                holds("error" in answer and not answer.get("packages"), (cut, length, answer))


@case
def streams_that_are_no_archive():
    for body in (b"x" * 5000, b'{"message": "no"}', b"\0" * 2048):
        with Engine(body) as engine:
            same(engine.read().get("code"), "format", body[:20])


@case
def images_that_are_not_there():
    with Engine() as engine:
        answer = engine.read("docker://gone")
        same(answer["code"], "not-found")
        holds("No such image: gone" in answer["error"], answer)
        for name in ("docker://../../containers", "docker://a?b", "docker://a b", "docker://%2e"):
            same(engine.read(name)["code"], "usage", name)


@case
def answers_that_are_no_image():
    for inspect, code in ((b"{", "format"), (b"[]", "format"), (b'{"Id": "x"}', "format"),
                          (b'{"Id": "sha256:../../x"}', "format"), (b"[" * 100_000, "limit"),
                          (b'{"a": "' + b"x" * 9_000_000 + b'"}', "limit")):
        with Engine(inspect=inspect) as engine:
            same(engine.read()["code"], code, inspect[:30])
    with Engine(ping=500) as engine:
        answer = engine.read()
        same(answer["code"], "network")
        holds("not today" in answer["error"], answer)


@case
def daemons_that_are_not_there():
    answer = run("docker://a", DOCKER_HOST="unix:///nonexistent/docker.sock")
    same(answer["code"], "not-found")
    holds("/nonexistent/docker.sock" in answer["error"], answer)
    for host, code in (("ssh://me@there", "unsupported"), ("npipe:////./pipe/x", "unsupported"),
                       ("unix://", "usage"), ("tcp://", "usage"), ("nonsense", "unsupported"),
                       ("tcp://127.0.0.1:1", "network"), ("unix:///" + "x" * 200, "usage")):
        same(run("docker://a", DOCKER_HOST=host)["code"], code, host)
    if os.geteuid() == 0:
        return
    with Engine() as engine:
        os.chmod(engine.socket, 0)
        holds("permission denied" in engine.read()["error"], "permission")


@case
def contexts_say_where():
    with Engine(saved()[1]) as engine:
        config = pathlib.Path(SCRATCH) / "config"
        name = hashlib.sha256(b"mine").hexdigest()
        meta = config / "contexts/meta" / name / "meta.json"
        meta.parent.mkdir(parents=True)
        endpoint = {"Host": "unix://" + engine.socket, "SkipTLSVerify": False}
        meta.write_text(json.dumps({"Name": "mine", "Endpoints": {"docker": endpoint}}))
        (config / "config.json").write_text('{"currentContext": "mine"}')
        same(run("docker://a", DOCKER_CONFIG=str(config))["kind"], "docker")
        answer = run("docker://a", DOCKER_CONFIG=str(config), DOCKER_CONTEXT="other")
        same(answer["code"], "usage")
        holds('"other"' in answer["error"], answer)
        # The host outranks every context.
        same(run("docker://a", DOCKER_CONFIG=str(config), DOCKER_HOST="unix:///none")["code"], "not-found")
        endpoint["SkipTLSVerify"] = True
        meta.write_text(json.dumps({"Name": "mine", "Endpoints": {"docker": endpoint}}))
        same(run("docker://a", DOCKER_CONFIG=str(config))["code"], "unsupported")


@case
def a_real_daemon():
    program = shutil.which("dockerd")
    if not program or os.geteuid() != 0:
        return "no dockerd, or not root"
    place = tempfile.mkdtemp(dir=SCRATCH)
    socket = place + "/docker.sock"
    with open(place + "/log", "wb") as log:
        daemon = subprocess.Popen(
            [program, "--data-root", place + "/data", "--exec-root", place + "/exec", "--pidfile",
             place + "/pid", "-H", "unix://" + socket, "--bridge=none", "--iptables=false",
             "--storage-driver=vfs"], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        for _ in range(300):
            if daemon.poll() is not None:
                return "dockerd does not start here"
            if os.path.exists(socket) and "error" in run("docker://none", DOCKER_HOST="unix://" + socket) and \
               "404" in run("docker://none", DOCKER_HOST="unix://" + socket)["error"]:
                break
            time.sleep(0.1)
        else:
            return "dockerd does not start here"
        path, _ = saved()
        lib.write_docker_legacy(path, [lib.Image(layers(), tags=["bulwark-test/app:1"])])
        subprocess.run(["docker", "-H", "unix://" + socket, "load", "-i", path], check=True,
                       stdout=subprocess.DEVNULL)
        want = run(path)
        got = run("docker://bulwark-test/app:1", DOCKER_HOST="unix://" + socket)
        same(got["packages"], want["packages"])
        same(got["image"]["id"], want["image"]["id"])
        same([l["diff_id"] for l in got["image"]["layers"]], [l["diff_id"] for l in want["image"]["layers"]])
        same(blocking(got), [])
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(60)


def main():
    print(f"1..{len(CASES)}", flush=True)
    failed = 0
    for number, function in enumerate(CASES, 1):
        name = function.__name__.replace("_", " ")
        try:
            skipped = function()
            print(f"ok {number} - {name}{' # SKIP ' + skipped if skipped else ''}", flush=True)
        except Exception as e:
            failed += 1
            print(f"not ok {number} - {name}", flush=True)
            print("\n".join(f"# {line}" for line in f"{type(e).__name__}: {e}".splitlines()), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as SCRATCH:
        sys.exit(main())
