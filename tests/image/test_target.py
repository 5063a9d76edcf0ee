#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Images, root file systems and directories made on the spot, read by target_json. TAP.

    test_target.py TARGET_JSON

Each case names what has to come out; nothing is taken from the program's own answer.
"""

import gzip
import json
import os
import pathlib
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "images"))
import imagelib as lib

PROGRAM = sys.argv[1]
CASES = []


def case(function):
    CASES.append(function)
    return function


# --- small parts of images -------------------------------------------------------------------

DEBIAN = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n'
ALPINE = "ID=alpine\nVERSION_ID=3.18.4\n"


def dpkg(*packages):
    return "".join(
        f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n"
        for name, version in packages
    )


def apk(*packages):
    return "".join(f"P:{name}\nV:{version}\nA:x86_64\no:{name}\n\n" for name, version in packages)


def base(*packages, more=()):
    return lib.Layer(
        [
            lib.directory("etc"),
            lib.directory("usr"),
            lib.directory("usr/lib"),
            lib.text("usr/lib/os-release", DEBIAN),
            lib.symlink("etc/os-release", "../usr/lib/os-release"),
            lib.directory("var"),
            lib.directory("var/lib"),
            lib.directory("var/lib/dpkg"),
            lib.text("var/lib/dpkg/status", dpkg(*packages)),
            *more,
        ]
    )


# --- running and comparing -------------------------------------------------------------------


def run(target, *options, memory=None):
    def limit():
        if memory:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    done = subprocess.run(
        [PROGRAM, *options, str(target)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=250,
        preexec_fn=limit,
    )
    if done.returncode not in (0, 1):
        raise AssertionError(f"exit {done.returncode}: {done.stderr.decode()[-2000:]}")
    return json.loads(done.stdout)


def packages(answer):
    return sorted((p["name"], p["version"], p["layer"]) for p in answer["packages"])


def blocking(answer):
    return [(g["reason"], g["layer"]) for g in answer["gaps"] if g["kind"] == "blocking"]


def same(got, want, what=""):
    if got != want:
        raise AssertionError(f"{what}\n  want {want}\n  got  {got}")


def holds(condition, what):
    if not condition:
        raise AssertionError(what)


def scratch(name):
    return os.path.join(SCRATCH, name)


def legacy(image, *options, name="image.tar"):
    path = scratch(name)
    lib.write_docker_legacy(path, [image] if isinstance(image, lib.Image) else image)
    return run(path, *options)


# --- layouts ---------------------------------------------------------------------------------


def two_layers():
    return lib.Image(
        [base(("a", "1")), lib.Layer([lib.text("var/lib/dpkg/status", dpkg(("a", "2"), ("b", "1")))])],
        history=[
            lib.History("ADD root"),
            lib.History("ENV x=y", empty=True),
            lib.History("RUN apt-get install b"),
        ],
        tags=["demo:1"],
    )


def check_two_layers(answer, kind):
    same(answer["kind"], kind)
    same(packages(answer), [("a", "2", 1), ("b", "1", 1)])
    same(blocking(answer), [])
    same(answer["os"]["id"], "debian")
    same(answer["image"]["layers"][1]["created_by"], "RUN apt-get install b")
    holds(all(l["digest"] and l["diff_id"] for l in answer["image"]["layers"]), "digests are known")
    holds(answer["image"]["id"].startswith("sha256:"), "the image has an ID")


@case
def a_rewritten_database_keeps_the_layers_of_its_packages():
    def layer(text):
        return lib.Layer([lib.text("var/lib/dpkg/status", text)])

    removed = dpkg(("gone", "1")).replace("install ok installed", "deinstall ok config-files")
    image = lib.Image(
        [
            base(("same", "1"), ("raised", "1"), ("back", "1"), ("gone", "1")),
            layer(dpkg(("same", "1"), ("raised", "2"), ("new", "1"), ("gone", "1"))),
            lib.Layer([lib.text("etc/motd", "nothing of interest")]),
            layer(dpkg(("same", "1"), ("raised", "2"), ("new", "1"), ("back", "1")) + removed),
        ]
    )
    same(
        packages(legacy(image)),
        [("back", "1", 3), ("gone", "1", 3), ("new", "1", 1), ("raised", "2", 1), ("same", "1", 0)],
    )


@case
def every_layout_gives_the_same():
    image = two_layers()
    for how in ("none", "gzip", "zstd"):
        for layer in image.layers:
            layer.compress = how
        lib.write_docker_legacy(scratch("a.tar"), [image])
        lib.write_docker_oci(scratch("b.tar"), [image], how)
        lib.write_oci_tar(scratch("c.tar"), [image], how)
        shutil.rmtree(scratch("d"), ignore_errors=True)
        lib.write_oci_dir(scratch("d"), [image], how, docker=True)
        check_two_layers(run(scratch("a.tar")), "docker-archive")
        check_two_layers(run(scratch("b.tar")), "docker-archive")
        check_two_layers(run(scratch("c.tar")), "oci-layout")
        check_two_layers(run(scratch("d")), "oci-layout")
        check_two_layers(run("oci-dir://" + scratch("d")), "oci-layout")
        check_two_layers(run("archive://" + scratch("a.tar"), "--threads", "1"), "docker-archive")


@case
def archives_compressed_as_a_whole():
    image = two_layers()
    for how in ("none", "gzip"):
        for layer in image.layers:
            layer.compress = how
        for write in (lib.write_docker_legacy, lib.write_docker_oci, lib.write_oci_tar):
            write(scratch("plain.tar"), [image])
            data = pathlib.Path(scratch("plain.tar")).read_bytes()
            pathlib.Path(scratch("whole.tar.gz")).write_bytes(lib.compress_bytes(data, "gzip"))
            pathlib.Path(scratch("whole.tar.zst")).write_bytes(lib.compress_bytes(data, "zstd"))
            kind = "oci-layout" if write is lib.write_oci_tar else "docker-archive"
            check_two_layers(run(scratch("whole.tar.gz")), kind)
            check_two_layers(run(scratch("whole.tar.zst")), kind)


@case
def the_same_layer_twice():
    empty = lib.Layer([])
    image = lib.Image([base(("a", "1")), empty, lib.Layer([lib.text("x", "y")]), empty])
    lib.write_docker_legacy(scratch("twice.tar"), [image])
    same(packages(run(scratch("twice.tar"))), [("a", "1", 0)])
    same(blocking(run(scratch("twice.tar"))), [])
    data = pathlib.Path(scratch("twice.tar")).read_bytes()
    pathlib.Path(scratch("twice.tar.gz")).write_bytes(gzip.compress(data))
    answer = run(scratch("twice.tar.gz"))
    same(packages(answer), [("a", "1", 0)])
    same(blocking(answer), [])
    lib.write_oci_tar(scratch("twice.oci.tar"), [image])
    same(blocking(run(scratch("twice.oci.tar"))), [])


@case
def platforms():
    one = lib.Image([base(("amd", "1"))], platform="linux/amd64", tags=["two:1"])
    two = lib.Image([base(("arm", "1"))], platform="linux/arm64/v8", tags=["two:1"])
    for nested in (False, True):
        lib.write_oci_tar(scratch("p.tar"), [two, one], nested=nested)
        same(packages(run(scratch("p.tar"), "--platform", "linux/amd64")), [("amd", "1", 0)])
        same(packages(run(scratch("p.tar"), "--platform", "linux/arm64")), [("arm", "1", 0)])
        same(packages(run(scratch("p.tar"), "--platform", "linux/arm64/v8")), [("arm", "1", 0)])
        answer = run(scratch("p.tar"), "--platform", "linux/s390x")
        same(answer.get("code"), "not-found")
        holds("linux/arm64" in answer["error"], "the error names what there is")
    same(run(scratch("p.tar"), "--platform", "linux").get("code"), "usage")
    lib.write_docker_legacy(scratch("q.tar"), [one])
    same(run(scratch("q.tar"), "--platform", "linux/arm64").get("code"), "not-found")
    answer = run(scratch("p.tar"))
    holds(any(g["kind"] == "note" for g in answer["gaps"]), "a note tells of the other image")


@case
def several_images_by_tag():
    one = lib.Image([base(("first", "1"))], tags=["demo:1"])
    two = lib.Image([base(("second", "1"))], tags=["demo:2"])
    lib.write_docker_legacy(scratch("s.tar"), [one, two])
    same(packages(run(scratch("s.tar"))), [("first", "1", 0)])
    same(packages(run(scratch("s.tar") + ":demo:2")), [("second", "1", 0)])
    same(run(scratch("s.tar") + ":demo:3").get("code"), "not-found")


# --- the union -------------------------------------------------------------------------------


@case
def whiteouts_and_opaque_directories():
    gone = lib.Layer([lib.whiteout("var/lib/dpkg/status")])
    same(packages(legacy(lib.Image([base(("a", "1")), gone]))), [])
    hidden = lib.Layer([lib.directory("var/lib/dpkg"), lib.opaque("var/lib/dpkg")])
    same(packages(legacy(lib.Image([base(("a", "1")), hidden]))), [])
    above = lib.Layer([lib.whiteout("var"), lib.text("var/lib/dpkg/status", dpkg(("b", "2")))])
    same(packages(legacy(lib.Image([base(("a", "1")), above]))), [("b", "2", 1)])
    aufs = lib.Layer([lib.text(".wh..wh.aufs", ""), lib.directory(".wh..wh.plnk")])
    same(packages(legacy(lib.Image([base(("a", "1")), aufs]))), [("a", "1", 0)])


@case
def links_across_layers():
    lower = lib.Layer(
        [
            lib.text("etc/os-release", ALPINE),
            lib.symlink("lib", "usr/lib"),
            lib.text("usr/lib/apk/db/installed", apk(("a", "1-r0"))),
        ]
    )
    upper = lib.Layer([lib.text("lib/apk/db/installed", apk(("b", "2-r0")))])
    same(packages(legacy(lib.Image([lower, upper]))), [("b", "2-r0", 1)])
    directory = lib.Layer(
        [lib.directory("lib"), lib.text("lib/apk/db/installed", apk(("b", "2-r0")))]
    )
    same(
        packages(legacy(lib.Image([lower, directory]))), [("a", "1-r0", 0), ("b", "2-r0", 1)]
    )
    removed = lib.Layer([lib.whiteout("lib/apk/db/installed")])
    same(packages(legacy(lib.Image([lower, removed]))), [])


@case
def a_database_behind_links():
    for target in ("/srv/db", "../../srv/db", "../../../../../srv/db", "/a/../srv/./db"):
        lower = lib.Layer(
            [
                lib.text("etc/os-release", DEBIAN),
                lib.text("srv/db/status", dpkg(("a", "1"))),
                lib.directory("a"),
            ]
        )
        upper = lib.Layer([lib.symlink("var/lib/dpkg", target)])
        answer = legacy(lib.Image([lower, upper]))
        same(packages(answer), [("a", "1", 0)], target)
        same(answer["packages"][0]["path"], "var/lib/dpkg/status")
        newer = lib.Layer([lib.text("srv/db/status", dpkg(("a", "2")))])
        same(packages(legacy(lib.Image([lower, upper, newer]))), [("a", "2", 2)], target)
        same(packages(legacy(lib.Image([lower, upper, lib.Layer([lib.whiteout("srv")])]))), [], target)
    file_link = lib.Layer([lib.symlink("var/lib/dpkg/status", "real"),
                           lib.text("var/lib/dpkg/real", dpkg(("c", "3")))])
    same(packages(legacy(lib.Image([file_link]))), [("c", "3", 0)])
    loop = lib.Layer([lib.symlink("var/lib/dpkg", "dpkg2"), lib.symlink("var/lib/dpkg2", "dpkg")])
    same(packages(legacy(lib.Image([loop]))), [])


@case
def a_directory_of_stanzas_behind_a_link():
    lower = lib.Layer([lib.text("opt/d/one", dpkg(("one", "1"))), lib.text("opt/d/two", dpkg(("two", "1"))),
                       lib.text("opt/d/two.md5sums", "x")])
    middle = lib.Layer([lib.symlink("var/lib/dpkg/status.d", "/opt/d"), lib.whiteout("opt/d/one")])
    upper = lib.Layer([lib.text("opt/d/three", dpkg(("three", "3")))])
    same(packages(legacy(lib.Image([lower, middle, upper]))), [("three", "3", 2), ("two", "1", 0)])


@case
def another_spelling_in_an_upper_layer():
    lower = base(("a", "1"), more=[lib.symlink("data", "var/lib/dpkg")])
    upper = lib.Layer([lib.text("data/status", dpkg(("a", "2")))])
    same(packages(legacy(lib.Image([lower, upper]))), [("a", "2", 1)])


@case
def hard_links():
    one = lib.Layer([lib.text("srv/status", dpkg(("a", "1"))), lib.hardlink("var/lib/dpkg/status", "srv/status")])
    same(packages(legacy(lib.Image([one]))), [("a", "1", 0)])
    chain = lib.Layer([lib.text("srv/1", dpkg(("a", "1"))), lib.hardlink("srv/2", "srv/1"),
                       lib.hardlink("srv/3", "srv/2"), lib.hardlink("var/lib/dpkg/status", "srv/3")])
    same(packages(legacy(lib.Image([chain]))), [("a", "1", 0)])
    lower = lib.Layer([lib.text("srv/1", dpkg(("low", "1")))])
    upper = lib.Layer([lib.hardlink("var/lib/dpkg/status", "srv/1")])
    same(packages(legacy(lib.Image([lower, upper]))), [("low", "1", 1)])
    missing = lib.Layer([lib.hardlink("var/lib/dpkg/status", "nowhere")])
    answer = legacy(lib.Image([base(("a", "1")), missing]))
    same(packages(answer), [])
    same(blocking(answer), [("missing", 1)])


@case
def second_passes_over_an_archive_compressed_as_a_whole():
    lower = lib.Layer([lib.text("srv/1", dpkg(("low", "1"))), lib.text("opt/d/x", dpkg(("x", "1")))])
    middle = lib.Layer([lib.text("opt/d/y", dpkg(("y", "2"))), lib.symlink("var/lib/dpkg/status.d", "/opt/d")])
    upper = lib.Layer([lib.hardlink("var/lib/dpkg/status", "srv/1"), lib.text("opt/d/y", dpkg(("y", "3")))])
    lib.write_docker_legacy(scratch("plain.tar"), [lib.Image([lower, middle, upper])])
    want = [("low", "1", 2), ("x", "1", 0), ("y", "3", 2)]
    same(packages(run(scratch("plain.tar"))), want)
    data = pathlib.Path(scratch("plain.tar")).read_bytes()
    pathlib.Path(scratch("whole.tar.gz")).write_bytes(gzip.compress(data))
    same(packages(run(scratch("whole.tar.gz"))), want)


@case
def any_number_of_workers_gives_the_same_bytes():
    rng = random.Random(1)
    layers = [base(*((f"p{i}", "1") for i in range(50)))]
    for number in range(12):
        entries = [lib.text(f"app{i}/node_modules/m{rng.randrange(30)}/package.json",
                            '{"name":"m%d","version":"%d.0.0"}' % (rng.randrange(30), number))
                   for i in range(20)]
        entries += [lib.symlink(f"l{rng.randrange(20)}", f"app{rng.randrange(20)}"), lib.whiteout("app%d" % rng.randrange(20)),
                    lib.text(f"l{rng.randrange(20)}/node_modules/z/package.json", '{"name":')]
        layers.append(lib.Layer(entries, truncate=300 if number == 5 else 0))
    lib.write_oci_tar(scratch("n.tar"), [lib.Image(layers)])
    answers = [run(scratch("n.tar"), "--threads", str(n)) for n in (1, 2, 3, 7, 1)]
    holds(len(answers[0]["packages"]) > 60 and answers[0]["gaps"], "there is something to compare")
    for answer in answers[1:]:
        same(answer, answers[0])


@case
def a_worker_that_dies_is_a_gap():
    """A database for which the memory does not suffice ends the worker, not the scan."""
    small = lib.Image([base(("a", "1"))])
    lib.write_docker_legacy(scratch("small.tar"), [small])
    lib.write_docker_legacy(scratch("large.tar"), [lib.Image([base(("a", "1")), lib.Layer(
        [lib.text("var/lib/dpkg/status.d/b", dpkg(("b", "1"))),
         lib.text("var/lib/dpkg/status", "Package: " + "x" * (100 << 20))])])])
    try:
        same(packages(run(scratch("small.tar"), memory=120 << 20)), [("a", "1", 0)])
    except AssertionError:
        return "the program needs more address space than the limit, as sanitizers do"
    answer = run(scratch("large.tar"), memory=120 << 20)
    same(blocking(answer), [("worker", 1)])
    holds(("b", "1", 1) in packages(answer), f"what was read before stays: {packages(answer)}")


@case
def os_release_preference():
    both = lib.Layer([lib.text("usr/lib/os-release", DEBIAN), lib.text("etc/os-release", ALPINE),
                      lib.text("etc/debian_version", "11.2\n")])
    same(legacy(lib.Image([both]))["os"], {"id": "alpine", "version": "3.18.4", "path": "etc/os-release", "layer": 0})
    upper = lib.Layer([lib.text("usr/lib/os-release", DEBIAN.replace("12", "13"))])
    answer = legacy(lib.Image([base(("a", "1")), upper]))
    same((answer["os"]["version"], answer["os"]["layer"]), ("13", 1))
    bare = lib.Layer([lib.text("etc/alpine-release", "3.9.1\n")])
    same(legacy(lib.Image([bare]))["os"]["version"], "3.9.1")


@case
def random_layers_against_a_plain_model():
    """Databases put, replaced, hidden and taken away; the model is a dict."""
    for seed in range(60):
        rng = random.Random(seed)
        tree, layers = {}, []
        for number in range(rng.randrange(1, 6)):
            entries, names = [], ["one", "two", "three"]
            if rng.random() < 0.3:
                entries.append(lib.opaque("var/lib/dpkg/status.d"))
                tree.clear()
            if rng.random() < 0.15:
                entries.append(lib.whiteout(rng.choice(["var", "var/lib/dpkg", "var/lib/dpkg/status.d"])))
                tree.clear()
            for name in names:
                draw = rng.random()
                path = "var/lib/dpkg/status.d/" + name
                if draw < 0.4:
                    version = f"{number}.{rng.randrange(9)}"
                    entries.append(lib.text(path, dpkg((name, version))))
                    tree[name] = (name, version, number)
                elif draw < 0.6:
                    entries.append(lib.whiteout(path))
                    tree.pop(name, None)
                elif draw < 0.7:
                    entries.append(lib.directory(path))
                    tree.pop(name, None)
            layers.append(lib.Layer(entries))
        image = lib.Image(layers)
        want = sorted(tree.values())
        for threads in ("1", "3"):
            same(packages(legacy(image, "--threads", threads)), want, f"seed {seed}")


# --- damage ----------------------------------------------------------------------------------


@case
def damaged_layers_are_gaps_and_the_rest_stays():
    def image(**defect):
        return lib.Image([base(("a", "1")), lib.Layer(
            [lib.text("app/node_modules/x/package.json", '{"name":"x","version":"1.0.0"}'),
             lib.text("filler", os.urandom(3000))], **defect)])

    for defect, reason in (
        ({"wrong_digest": True}, None),
        ({"wrong_diff_id": True}, "digest"),
        ({"truncate": 700}, None),
        ({"missing": True}, "missing"),
        ({"cut_tar": 2000}, "malformed"),
        ({"trailing": b"rubbish"}, "malformed"),
        ({"foreign": ["https://example.test/layer"]}, "unsupported"),
        ({"media_type": "application/vnd.oci.image.layer.v1.tar+gzip+encrypted"}, "unsupported"),
    ):
        lib.write_oci_tar(scratch("damaged.tar"), [image(**defect)])
        answer = run(scratch("damaged.tar"))
        holds(("a", "1", 0) in packages(answer), f"{defect}: the other layer stays")
        found = blocking(answer)
        holds(found and all(layer == 1 for _, layer in found), f"{defect}: {answer['gaps']}")
        if reason:
            same(found[0][0], reason, str(defect))


@case
def damaged_documents():
    lib.write_docker_legacy(scratch("cut.tar"), [two_layers()])
    data = pathlib.Path(scratch("cut.tar")).read_bytes()
    for length in (100, 512, 5000, len(data) - 6000):
        pathlib.Path(scratch("cut.tar")).write_bytes(data[:length])
        answer = run(scratch("cut.tar"))
        holds("error" in answer or blocking(answer), f"cut at {length}: {answer}")
    lib.write_docker_oci(scratch("hybrid.tar"), [two_layers()])
    entries = lib.docker_oci_entries([two_layers()])
    for at, entry in enumerate(entries):
        if entry.name == "manifest.json":
            entry.data = b"[{}"
    lib.write_tar(open(scratch("bad.tar"), "wb"), entries)
    same(run(scratch("bad.tar")).get("code"), "format")
    image = two_layers()
    image.diff_ids = [layer.diff_id() for layer in image.layers][:1]
    same(blocking(legacy(image)), [("malformed", -1)])


@case
def a_damaged_database_blocks_and_an_application_file_does_not():
    broken = lib.Layer([lib.text("var/lib/dpkg/status", "Package: x\nno field here\n\n" + dpkg(("b", "1")))])
    answer = legacy(lib.Image([broken]))
    same(packages(answer), [("b", "1", 0)])
    same(blocking(answer), [("malformed", 0)])
    app = lib.Layer([lib.text("app/node_modules/x/package.json", '{"name":')])
    answer = legacy(lib.Image([base(("a", "1")), app]))
    same(blocking(answer), [])
    same([g["kind"] for g in answer["gaps"]], ["local"])
    hidden = lib.Image([broken, lib.Layer([lib.text("var/lib/dpkg/status", dpkg(("c", "1")))])])
    answer = legacy(hidden)
    same((packages(answer), blocking(answer)), ([("c", "1", 1)], []))


@case
def unsupported_is_named():
    for name in ("-",):
        same(run(name).get("code"), "unsupported", name)
    # Names that are images need the network; names that look like files never do.
    for name in ("nginx:latest", "ghcr.io/x/y@sha256:" + "0" * 64, "image://nginx", "registry://nginx"):
        answer = run(name, "--offline", "yes")
        same(answer.get("code"), "network", name)
        holds("offline" in answer["error"], answer["error"])
    for name in ("registry://Nginx", "registry://a@sha256:1", "image://"):
        same(run(name, "--offline", "yes").get("code"), "usage", name)
    for name in ("missing.tar", "missing.tar.gz", "./nginx", "a b", "missing.json", "sbom://x.json"):
        same(run(name, "--offline", "yes").get("code"), "not-found", name)
    same(run("/nonexistent/file").get("code"), "not-found")
    pathlib.Path(scratch("source.tar")).write_bytes(lib.tar_bytes([lib.text("src/main.c", "int main;")]))
    same(run(scratch("source.tar")).get("code"), "format")


# --- hostile shapes --------------------------------------------------------------------------


@case
def paths_that_try_to_leave():
    layer = lib.Layer([
        lib.text("../../var/lib/dpkg/status", dpkg(("up", "1"))),
        lib.text("/etc/os-release", DEBIAN),
        lib.text("./a/./b/../../usr/lib/apk/db/installed", apk(("dot", "1-r0"))),
        lib.symlink("x", "/" + "../" * 200 + "etc"),
        lib.text(b"bad\xff\xfe/node_modules/y/package.json", '{"name":"y","version":"1.0.0"}'),
    ])
    answer = legacy(lib.Image([layer]))
    names = [p[0] for p in packages(answer)]
    holds("up" in names and "dot" in names, str(packages(answer)))


@case
def many_links_through_one_another():
    entries = [lib.symlink(f"l{i}", f"l{i + 1}") for i in range(100)]
    entries += [lib.symlink(f"d/{i}", "..") for i in range(300)]
    upper = [lib.text("/".join(["d/0"] * 30) + f"/f{i}", "x") for i in range(50)]
    answer = legacy(lib.Image([base(("a", "1"), more=entries), lib.Layer(upper), lib.Layer(upper)]))
    same(packages(answer), [("a", "1", 0)])


@case
def later_entries_of_a_layer_win():
    layer = lib.Layer([lib.text("var/lib/dpkg/status", dpkg(("a", "1"))),
                       lib.text("var/lib/dpkg/status", dpkg(("a", "2")))])
    same(packages(legacy(lib.Image([layer]))), [("a", "2", 0)])
    gone = lib.Layer([lib.text("var/lib/dpkg/status", dpkg(("a", "1"))), lib.fifo("var/lib/dpkg/status")])
    same(packages(legacy(lib.Image([gone]))), [])


@case
def a_file_larger_than_its_row_allows():
    entry = lib.sparse("etc/os-release", [(0, b"ID=debian\n")], 1 << 30, "gnu")
    answer = legacy(lib.Image([lib.Layer([entry, lib.text("var/lib/dpkg/status", dpkg(("a", "1")))])]))
    same(packages(answer), [("a", "1", 0)])
    same(blocking(answer), [("limit", 0)])


# --- directories and files -------------------------------------------------------------------


def make_tree(root, files):
    for name, data in files.items():
        path = pathlib.Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(data, tuple):
            path.symlink_to(data[0])
        else:
            path.write_text(data)


LOCK = '{"name":"p","lockfileVersion":3,"packages":{"node_modules/left-pad":{"version":"1.0.0"}}}'


@case
def root_file_systems():
    root = scratch("root")
    make_tree(root, {
        "usr/lib/os-release": DEBIAN,
        "etc/os-release": ("../usr/lib/os-release",),
        "srv/db/status": dpkg(("a", "1")),
        "var/lib/dpkg": ("/srv/db",),
        "srv/app/node_modules/x/package.json": '{"name":"x","version":"1.0.0"}',
        "srv/app/package-lock.json": LOCK,
        "loop": ("loop",),
    })
    answer = run(root)
    same(answer["kind"], "rootfs")
    same(packages(answer), [("a", "1", -1), ("x", "1.0.0", -1)])
    same([p["path"] for p in answer["packages"] if p["name"] == "a"], ["var/lib/dpkg/status"])
    same(answer["os"]["id"], "debian")
    same(packages(run("fs://" + root)), packages(answer))
    same(packages(run(root, "--skip-dirs", "srv/app")), [("a", "1", -1)])
    same(packages(run(root, "--skip-dirs", "/srv/app/")), [("a", "1", -1)])
    same(packages(run(root, "--skip-files", "**/package.json")), [("a", "1", -1)])
    tar = scratch("export.tar")
    with open(tar, "wb") as out:
        lib.write_tar(out, lib.tree_entries(root))
    exported = run(tar)
    same(exported["kind"], "rootfs")
    same(packages(exported), packages(answer))
    same(packages(run(tar, "--skip-dirs", "srv/app")), [("a", "1", -1)])
    pathlib.Path(tar + ".gz").write_bytes(gzip.compress(pathlib.Path(tar).read_bytes()))
    same(packages(run(tar + ".gz")), packages(answer))


@case
def links_do_not_leave_the_root():
    root, outside = scratch("jail"), scratch("outside")
    make_tree(outside, {"status": dpkg(("secret", "1"))})
    make_tree(root, {"etc/os-release": DEBIAN, "var/lib/dpkg": (outside,)})
    same(packages(run(root)), [])


@case
def project_directories():
    root = scratch("project")
    make_tree(root, {"package-lock.json": LOCK, ".git/package-lock.json": LOCK,
                     "node_modules/dep/package-lock.json": LOCK, "sub/package-lock.json": LOCK})
    answer = run(root)
    same(answer["kind"], "directory")
    same([(p["name"], p["path"]) for p in answer["packages"] if p["name"] == "left-pad"],
         [("left-pad", "package-lock.json"), ("left-pad", "sub/package-lock.json")])
    same(packages(run("dir://" + root, "--skip-dirs", "sub")), [("left-pad", "1.0.0", -1)])


@case
def single_files():
    root = scratch("single")
    make_tree(root, {"package-lock.json": LOCK, "var/lib/dpkg/status": dpkg(("a", "1")), "readme.txt": "hello"})
    same(packages(run(root + "/package-lock.json")), [("left-pad", "1.0.0", -1)])
    same(packages(run("file://" + root + "/var/lib/dpkg/status")), [("a", "1", -1)])
    answer = run(root + "/readme.txt")
    same((answer["kind"], blocking(answer)), ("file", [("unsupported", -1)]))


@case
def files_that_cannot_be_read():
    if os.geteuid() == 0:
        return "runs as root"
    root = scratch("closed")
    make_tree(root, {"etc/os-release": DEBIAN, "srv/x/y": "", "var/lib/dpkg/status": dpkg(("a", "1"))})
    os.chmod(root + "/srv/x", 0)
    os.chmod(root + "/var/lib/dpkg/status", 0)
    answer = run(root)
    os.chmod(root + "/srv/x", 0o755)
    same(sorted(g["kind"] for g in answer["gaps"]), ["blocking", "local"])


@case
def an_interrupted_run_says_so():
    layers = [lib.Layer([lib.text(f"f{i}", os.urandom(200000))]) for i in range(40)]
    lib.write_oci_tar(scratch("slow.tar"), [lib.Image([base(("a", "1"))] + layers)])
    answer = run(scratch("slow.tar"), "--timeout-ms", "0")
    holds("error" in answer and answer["code"] == "timeout" or ("timeout" in [r for r, _ in blocking(answer)]),
          str(answer)[:500])


def main():
    global SCRATCH
    print(f"1..{len(CASES)}")
    failed = False
    for number, function in enumerate(CASES, 1):
        name = function.__name__.replace("_", " ")
        with tempfile.TemporaryDirectory(prefix="bulwark-target-") as SCRATCH:
            try:
                skipped = function()
                print(f"ok {number} - {name}" + (f" # SKIP {skipped}" if skipped else ""))
            except Exception:  # any failure is the case's
                failed = True
                for line in traceback.format_exc().splitlines():
                    print("# " + line)
                print(f"not ok {number} - {name}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
