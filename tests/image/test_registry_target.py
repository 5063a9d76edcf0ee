#!/usr/bin/env python3
"""
Images of registries, read by target_json: the same answer as of the layout on disk, from
registries made here that misbehave and, where it is installed, from Debian's docker-registry. TAP.

    test_registry_target.py TARGET_JSON REGISTRY_TOOL
"""
import json
import os
import pathlib
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "images"), str(HERE.parent / "docker")]
import imagelib as lib
from fakeregistry import (CONFIG, INDEX, LAYER, MANIFEST, SCHEMA1, Registry, digest, dump)

PROGRAM, TOOL = sys.argv[1], sys.argv[2]
CASES = []
DEBIAN = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n'


def case(function):
    CASES.append(function)
    return function


def run(target, *options, seconds=100):
    clean = {k: v for k, v in os.environ.items() if "proxy" not in k.lower()}
    done = subprocess.run([PROGRAM, *options, str(target)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=seconds,
                          env={**clean, "DOCKER_CONFIG": SCRATCH, "TMPDIR": SCRATCH + "/tmp"})
    if done.returncode not in (0, 1):
        raise AssertionError(f"exit {done.returncode}: {done.stderr.decode()[-2000:]}")
    return json.loads(done.stdout)


def same(got, want, what=""):
    if got != want:
        raise AssertionError(f"{what}\n  want {want}\n  got  {got}")


def holds(condition, what):
    if not condition:
        raise AssertionError(what)


def blocking(answer):
    return [(g["reason"], g["layer"]) for g in answer["gaps"] if g["kind"] == "blocking"]


def packages(answer):
    return sorted((p["name"], p["version"], p["layer"]) for p in answer["packages"])


def dpkg(*rows):
    return "".join(f"Package: {n}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {v}\n\n"
                   for n, v in rows)


def base(*rows, more=()):
    return lib.Layer([lib.text("usr/lib/os-release", DEBIAN),
                      lib.symlink("etc/os-release", "../usr/lib/os-release"),
                      lib.text("var/lib/dpkg/status", dpkg(*rows)), *more])


def noise(size):
    return lib.text("opt/noise", random.Random(size).randbytes(size))


def two_layers(**more):
    return lib.Image([base(("a", "1"), more=[noise(2_000_000)]),
                      lib.Layer([lib.text("var/lib/dpkg/status", dpkg(("a", "2"), ("b", "1")))])],
                     history=[lib.History("ADD root"), lib.History("RUN apt-get install b")], **more)


def layout(name, images, how="gzip", nested=False):
    place = os.path.join(SCRATCH, name)
    lib.write_oci_dir(place, images if isinstance(images, list) else [images], how, nested=nested)
    return place


def alike(answer):
    """What has to be the same wherever an image comes from."""
    image = {k: v for k, v in answer["image"].items() if k not in ("tags", "repo_digests", "format")}
    gaps = [g for g in answer["gaps"] if g["kind"] != "note"]
    return {**{k: v for k, v in answer.items() if k not in ("kind", "gaps", "image")},
            "image": image, "gaps": gaps}


# --- the same as on disk ---------------------------------------------------------------------


@case
def a_registry_gives_what_the_layout_gives():
    for how in ("none", "gzip", "zstd"):
        for nested in (False, True):
            place = layout(f"same-{how}-{nested}", two_layers(tags=["x:1"]), how, nested)
            with Registry() as r:
                top = r.add_layout(place, "1")
                for name in ("a/b:1", f"a/b@{top}", f"a/b:1@{top}"):
                    got = run(f"registry://{r.host}/{name}")
                    same(alike(got), alike(run(place)), (how, nested, name))
                    same(got["kind"], "registry")
                bare = run(f"{r.host}/a/b:1", "--threads", "1")
                same(packages(bare), [("a", "2", 1), ("b", "1", 1)])


@case
def platforms_are_chosen():
    images = [lib.Image([base((arch, "1"))], platform="linux/" + arch) for arch in ("amd64", "arm64")]
    images.append(lib.Image([base(("arm", "1"))], platform="linux/arm/v7"))
    place = layout("platforms", images, nested=True)
    with Registry() as r:
        r.add_layout(place, "1")
        for platform, name in (("linux/arm64", "arm64"), ("linux/amd64", "amd64"), ("linux/arm/v7", "arm")):
            got = run(f"{r.host}/a/b:1", "--platform", platform)
            same(packages(got), [(name, "1", 0)], platform)
            manifests = [q for q in r.requests if "/manifests/" in q.path and q.method == "GET"]
            same(len(manifests), 2, "the index and one manifest")
            r.requests.clear()
        got = run(f"{r.host}/a/b:1", "--platform", "linux/s390x")
        same(got.get("code"), "not-found")
        holds("linux/arm64" in got["error"] and "s390x" in got["error"], got["error"])


@case
def links_across_layers_are_followed_with_verified_bytes():
    below = lib.Layer([lib.text("data/status", dpkg(("far", "3"))), noise(100_000)])
    above = lib.Layer([lib.text("usr/lib/os-release", DEBIAN),
                       lib.symlink("var/lib/dpkg/status", "/data/status")])
    place = layout("links", lib.Image([below, above]))
    with Registry() as r:
        r.add_layout(place, "1")
        want = run(place)
        same(packages(want), [("far", "3", 0)])
        same(alike(run(f"{r.host}/a/b:1")), alike(want))
        blobs = [q.path.rpartition("/")[2] for q in r.requests if "/blobs/" in q.path]
        lower, upper = [l["digest"] for l in want["image"]["layers"]]
        same((blobs.count(lower), blobs.count(upper)), (2, 1), "only the layer that is needed comes again")
        # The second time it comes with other bytes.
        other = lib.Layer([lib.text("data/status", dpkg(("lie", "3"))), noise(100_000)])
        times = []

        def before(q, reply):
            if not q.path.endswith(lower):
                return False
            times.append(1)
            data = lib.Layer.blob(other, "gzip").data if len(times) > 1 else r.blobs[lower]
            return reply(200, data) or True

        r.before = before
        got = run(f"{r.host}/a/b:1")
        holds(blocking(got), "what is not what it was is told")


# --- trouble ---------------------------------------------------------------------------------


def with_image(image=None, how="gzip", **more):
    place = layout(f"case-{len(os.listdir(SCRATCH))}", image or two_layers(), how)
    r = Registry(**more)
    r.add_layout(place, "1")
    want = run(place)
    return r, want, [l["digest"] for l in want["image"]["layers"]]


@case
def broken_transfers_go_on():
    r, want, layers = with_image()
    with r:
        cuts = []

        def before(q, reply):
            if not q.path.endswith(layers[0]) or len(cuts) >= 2:
                return False
            at = int(q.headers.get("range", "bytes=0-")[6:-1])
            cuts.append(at)
            data = r.blobs[layers[0]]
            head = {"Content-Range": f"bytes {at}-{len(data) - 1}/{len(data)}"} if at else {}
            return reply(206 if at else 200, data[at:], head, cut=500_000) or True

        r.before = before
        same(alike(run(f"{r.host}/a/b:1")), alike(want))
        same(cuts, [0, 500_000], "where it went on")


@case
def a_layer_that_is_not_what_its_digest_says_is_a_gap():
    r, want, layers = with_image(how="none")
    with r:
        data = bytearray(r.blobs[layers[0]])
        data[len(data) // 2] ^= 1
        r.blobs[layers[0]] = bytes(data)
        got = run(f"{r.host}/a/b:1")
        same([g for g in blocking(got) if g[1] == 0][0], ("digest", 0))
        gap = [g for g in got["gaps"] if g["layer"] == 0][0]
        holds(layers[0] in gap["subject"] + gap["message"], f"the gap names the layer: {gap}")


@case
def layers_that_do_not_come_are_gaps():
    rows = (
        (lambda data: (404, b"", None), "missing"),
        (lambda data: (200, data[:-1], None), "malformed"),
        (lambda data: (200, data + b"x", None), "malformed"),
        (lambda data: (403, b"", None), "unreadable"),
        (lambda data: (200, data, 1000), "unreadable"),
    )
    for answer, reason in rows:
        r, want, layers = with_image()
        with r:
            def before(q, reply):
                if not q.path.endswith(layers[0]):
                    return False
                status, body, cut = answer(r.blobs[layers[0]])
                # One that breaks at the same place for ever.
                return reply(status, body, cut=cut) or True

            r.before = before
            got = run(f"{r.host}/a/b:1")
            same(packages(got), [("a", "2", 1), ("b", "1", 1)], "the other layer is read")
            gaps = [g for g in got["gaps"] if g["kind"] == "blocking"]
            holds(gaps and gaps[0]["layer"] == 0 and layers[0] in gaps[0]["subject"] + gaps[0]["message"],
                  f"the gap names the layer: {gaps}")
            holds(reason in [g["reason"] for g in gaps], (reason, gaps))


@case
def foreign_and_encrypted_layers_are_named():
    for media, word in (("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", "foreign"),
                        ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "foreign"),
                        ("application/vnd.oci.image.layer.v1.tar+gzip+encrypted", "encrypted")):
        odd = lib.Layer([noise(1000)], media_type=media)
        place = layout("odd-" + media.rpartition(".")[2] + word, lib.Image([base(("a", "1")), odd]))
        with Registry() as r:
            r.add_layout(place, "1")
            got = run(f"{r.host}/a/b:1")
            same(packages(got), [("a", "1", 0)], media)
            same(blocking(got), [("unsupported", 1)], media)
            holds(any(word in g["message"] and "sha256:" in g["subject"] for g in got["gaps"]), got["gaps"])
            odd_digest = got["image"]["layers"][1]["digest"]
            holds(not any(q.path.endswith(odd_digest) for q in r.requests), "it is not asked for")


@case
def what_is_no_image_is_named():
    with Registry() as r:
        config = {"mediaType": "application/vnd.cncf.helm.config.v1+json", "digest": r.add_blob(b"{}"),
                  "size": 2}
        chart = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": []}
        r.add_manifest(chart, "chart")
        r.add_manifest(b'{"schemaVersion":1}', "old", kind=SCHEMA1)
        r.add_manifest(b'{"schemaVersion":1,"fsLayers":[]}', "hidden")
        r.add_manifest({"schemaVersion": 2, "mediaType": INDEX, "manifests": []}, "empty", kind=INDEX)
        r.add_manifest({**chart, "mediaType": INDEX, "manifests": []}, "both", kind=MANIFEST)
        r.add_manifest({**chart, "manifests": []}, "both2", kind=INDEX)
        r.add_manifest(b"[" * 100_000, "deep")
        r.add_manifest(b"nothing", "text")
        r.add_manifest({"schemaVersion": 2, "config": {"digest": "sha256:x"}, "layers": []}, "bad")
        for tag, code, word in (("chart", "unsupported", "helm"), ("old", "unsupported", "schema version 1"),
                                ("hidden", "unsupported", "schema version 1"), ("empty", "not-found", "no image"),
                                ("both", "unsupported", "index"), ("both2", "format", "manifest"),
                                ("deep", "limit", ""), ("text", "format", ""), ("bad", "format", ""),
                                ("none", "not-found", "none")):
            got = run(f"{r.host}/a/b:{tag}")
            same(got.get("code"), code, (tag, got.get("error")))
            holds(word in got["error"] and r.host in got["error"], got["error"])


@case
def indexes_without_end_are_refused():
    with Registry() as r:
        inner = r.add_manifest({"schemaVersion": 2, "manifests": []}, kind=INDEX)
        for _ in range(8):
            inner = r.add_manifest({"schemaVersion": 2, "manifests": [inner]}, "deep", kind=INDEX)
        same(run(f"{r.host}/a/b:deep").get("code"), "limit")
        rows = [r.add_manifest({"schemaVersion": 2, "n": i, "manifests": []}, kind=INDEX)
                for i in range(100)]
        r.add_manifest({"schemaVersion": 2, "manifests": rows}, "wide", kind=INDEX)
        r.requests.clear()
        same(run(f"{r.host}/a/b:wide").get("code"), "limit")
        holds(len(r.requests) < 40, f"{len(r.requests)} requests")


@case
def a_layer_that_never_ends_meets_the_deadline():
    r, want, layers = with_image()
    with r:
        r.before = lambda q, reply: q.path.endswith(layers[0]) and (time.sleep(60) or True)
        start = time.monotonic()
        got = run(f"{r.host}/a/b:1", "--timeout-ms", "2500")
        holds(time.monotonic() - start < 20, "in time")
        same(blocking(got)[0][0], "timeout", got["gaps"])
        children = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
        holds(f"{r.host}/a/b:1" not in children, "no fetcher is left")


@case
def nothing_lies_on_disk_and_only_so_many_come_at_once():
    layers = [base(("a", "1"))] + [lib.Layer([noise(300_000 + i)]) for i in range(8)]
    r, want, digests = with_image(lib.Image(layers))
    with r:
        now, most = [0], [0]

        def before(q, reply):
            if "/blobs/" not in q.path or q.path.rpartition("/")[2] not in digests:
                return False
            now[0] += 1
            most[0] = max(most[0], now[0])
            time.sleep(0.1)
            r.serve(q, reply)
            now[0] -= 1
            return True

        r.before = before
        place = os.path.join(SCRATCH, "tmp")
        os.makedirs(place, exist_ok=True)
        same(alike(run(f"{r.host}/a/b:1", "--threads", "3")), alike(want))
        holds(2 <= most[0] <= 4, f"{most[0]} at once")
        same(os.listdir(place), [], "no temporary files")


# --- the real one ----------------------------------------------------------------------------


def push(place, reference):
    def blob(name):
        return os.path.join(place, "blobs", *name.split(":"))

    def tool(*words):
        subprocess.run([TOOL, *words], check=True, capture_output=True,
                       env={**os.environ, "DOCKER_CONFIG": SCRATCH})

    def visit(descriptor, name):
        manifest = json.loads(pathlib.Path(blob(descriptor["digest"])).read_bytes())
        for child in manifest.get("manifests", []):
            visit(child, child["digest"])
        for one in manifest.get("layers", []) + ([manifest["config"]] if "config" in manifest else []):
            tool("push-blob", reference, one["digest"], blob(one["digest"]))
        tool("push-manifest", reference, name, descriptor["mediaType"], blob(descriptor["digest"]))

    index = json.loads(pathlib.Path(place, "index.json").read_bytes())
    visit(index["manifests"][0], "latest")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@case
def debian_s_registry_gives_what_was_pushed():
    program = shutil.which("docker-registry")
    if not program:
        return "docker-registry is not installed"
    port = free_port()
    config = pathlib.Path(SCRATCH, "registry.yml")
    config.write_text(f"version: 0.1\nstorage:\n  filesystem: {{rootdirectory: {SCRATCH}/registry}}\n"
                      f"http: {{addr: '127.0.0.1:{port}'}}\n")
    with open(os.path.join(SCRATCH, "registry.log"), "wb") as log:
        server = subprocess.Popen([program, "serve", str(config)], stdout=log, stderr=log)
    try:
        for _ in range(100):
            if subprocess.run([TOOL, "ping", f"127.0.0.1:{port}/a"], capture_output=True).returncode == 0:
                break
            time.sleep(0.1)
        for how in ("none", "gzip", "zstd"):
            images = [two_layers(platform="linux/amd64"),
                      lib.Image([base(("other", "1"))], platform="linux/arm64")]
            place = layout("real-" + how, images, how, nested=True)
            reference = f"127.0.0.1:{port}/all/{how}"
            push(place, reference)
            for platform in ("linux/amd64", "linux/arm64"):
                got = run(reference, "--platform", platform)
                same(alike(got), alike(run(place, "--platform", platform)), (how, platform))
            push(place, reference)
        same(run(f"127.0.0.1:{port}/all/nope").get("code"), "not-found")
    finally:
        server.terminate()
        server.wait()


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
    with tempfile.TemporaryDirectory() as SCRATCH:
        sys.exit(main())
