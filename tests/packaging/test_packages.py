#!/usr/bin/env python3
"""The Debian package and the image, as `make image` has built them (TAP).

test_packages.py BUILD-PACKAGES-DIRECTORY
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

from tap import Skip, check, finish

PACKAGES = pathlib.Path(sys.argv[1]).resolve()
WORK = pathlib.Path(tempfile.mkdtemp(prefix="bulwark-packages-"))
DEB = next(iter(sorted((PACKAGES / "deb").glob("*.deb"))), None)
IMAGE = PACKAGES / "image/bulwark-image.tar"
ROOT = WORK / "root"


def run(*words, **more):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=300, **more)


def needs(program):
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    if not path:
        raise Skip(f"no {program}")
    return path


@check
def lintian():
    """lintian has neither an error nor a warning"""
    answer = run(needs("lintian"), "--fail-on", "error,warning", DEB)
    assert answer.returncode == 0 and not answer.stdout, answer.stdout


@check
def contents():
    """the package holds a program that runs, pages for every command, completions and the plugin"""
    assert run("dpkg-deb", "-x", DEB, ROOT).returncode == 0
    program = ROOT / "usr/bin/bulwark"
    assert (ROOT / "usr/libexec/docker/cli-plugins/docker-bulwark").resolve() == program.resolve()
    commands = re.findall(r"^## bulwark (.+)$", run(program, "help", "--form", "reference").stdout, re.M)
    assert len(commands) > 5
    for command in commands:
        assert (ROOT / f"usr/share/man/man1/bulwark-{command.replace(' ', '-')}.1.gz").exists(), command
    for name in ("bash-completion/completions/bulwark", "zsh/site-functions/_bulwark",
                 "fish/vendor_completions.d/bulwark.fish"):
        assert (ROOT / "usr/share" / name).stat().st_size


@check
def depends():
    """the package asks for what is loaded at run time as well"""
    asked = run("dpkg-deb", "-f", DEB, "Depends").stdout
    assert re.search(r"\blibcurl4", asked) and re.search(r"\bgpgv\b", asked) and re.search(r"\blibc6\b", asked), asked


@check
def image_config():
    """the image runs the program as a numeric user who is not root, and its layer holds no setuid file"""
    with tarfile.open(IMAGE) as archive:
        manifest = json.load(archive.extractfile("manifest.json"))[0]
        config = json.load(archive.extractfile(manifest["Config"]))["config"]
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", config["User"]) and config["Entrypoint"] == ["/usr/bin/bulwark"]
        with tarfile.open(fileobj=archive.extractfile(manifest["Layers"][0])) as layer:
            assert not [m.name for m in layer if m.mode & 0o6000 or not (m.isfile() or m.isdir())]


@check
def image_scanned():
    """bulwark reads its own image and knows whose libraries are in it"""
    answer = run(ROOT / "usr/bin/bulwark", "sbom", "--quiet", IMAGE)
    assert answer.returncode == 0, answer.stderr
    names = {c["name"] for c in json.loads(answer.stdout)["components"]}
    assert {"libc6", "libcurl4", "gpgv", "ca-certificates"} <= names, names


@check
def image_complete():
    """everything that the image's programs load is in it"""
    if os.geteuid() != 0:
        raise Skip("chroot needs root")
    root = PACKAGES / "image/root"
    assert run("chroot", root, "/usr/bin/bulwark", "--version").stdout.startswith("bulwark ")
    assert run("chroot", root, "/usr/bin/gpgv", "--version").returncode == 0
    # libcurl is loaded when something is fetched: a port that nobody listens on is reached and refused.
    answer = run("chroot", root, "/usr/bin/bulwark", "db", "update", "--ecosystem", "Go", "--db", "/tmp/index",
                 "--advisories", "http://127.0.0.1:9/")
    assert answer.returncode == 3 and "libcurl" not in answer.stderr, answer.stderr
    shutil.rmtree(root / "tmp")
    (root / "tmp").mkdir(mode=0o1777)


def start_engine():
    folder = WORK / "engine"
    folder.mkdir()
    host = f"unix://{folder}/docker.sock"
    engine = subprocess.Popen(
        [needs("dockerd"), "--data-root", folder / "data", "--exec-root", folder / "exec", "--pidfile",
         folder / "pid", "-H", host, "--bridge=none", "--iptables=false", "--storage-driver=vfs"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(120):
        if run("docker", "-H", host, "info").returncode == 0:
            return engine, host
        if engine.poll() is not None:
            break
        time.sleep(0.5)
    engine.terminate()
    engine.wait()
    raise Skip("dockerd does not start here")


@check
def image_loaded():
    """a real engine loads the image, and runs it where it can run containers at all"""
    needs("docker")
    if os.geteuid() != 0:
        raise Skip("dockerd needs root")
    engine, host = start_engine()
    try:
        loaded = run("docker", "-H", host, "load", "--input", IMAGE)
        assert loaded.returncode == 0 and "Loaded image: bulwark:" in loaded.stdout, loaded
        tag = loaded.stdout.split("Loaded image: ")[1].split()[0]
        user = run("docker", "-H", host, "inspect", "--format", "{{.Config.User}}", tag).stdout.strip()
        assert user == "65532:65532", user
        answer = run("docker", "-H", host, "run", "--rm", "--network=none", "--read-only", "--cap-drop=ALL", tag, "--version")
        if answer.returncode != 0:
            print(f"# not run in a container: {answer.stderr.strip()[:200]!r}")
        else:
            assert answer.stdout.startswith("bulwark "), answer
    finally:
        engine.terminate()
        engine.wait(timeout=60)


try:
    finish()
finally:
    shutil.rmtree(WORK, ignore_errors=True)
