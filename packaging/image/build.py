#!/usr/bin/env python3
"""Assembles bulwark's image, without Docker and without network.

build.py [--root-only] INSTALLED-ROOT OUTPUT-DIRECTORY

Writes OUTPUT-DIRECTORY/root (the file system) and OUTPUT-DIRECTORY/bulwark-image.tar,
which `docker load` and every reader of OCI layouts take.  What the image runs, and as
whom, is read from the last stage of the Dockerfile beside this file.  The same root
gives the same bytes.
"""
import gzip
import hashlib
import io
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import time

HERE = pathlib.Path(__file__).resolve().parent
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
OWNER = 65532
EPOCH = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def libraries(path):
    """What the dynamic linker would load for the file, itself included."""
    return set(re.findall(r"(?:=> |^\t)(/\S+) \(", output("ldd", str(path)), re.M))


def curl_library():
    """libcurl is loaded by its name at the first download: ldd does not see it."""
    found = re.search(r"libcurl\.so\.4 .*=> (\S+)", output("/sbin/ldconfig", "-p"))
    if not found:
        raise SystemExit("libcurl.so.4 is not installed")
    return found.group(1)


def owner_package(path):
    """The package of a file; dpkg may know it by its path before /usr was merged."""
    real = os.path.realpath(path)
    for name in (path, real, real.removeprefix("/usr"), "/usr" + path):
        answer = subprocess.run(["dpkg-query", "-S", name], capture_output=True, text=True)
        if answer.returncode == 0:
            return answer.stdout.split(": ")[0].split(",")[0]
    return None


def copy_file(source, root, name=None):
    target = root / (name or source).lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(os.path.realpath(source), target)
    target.chmod(0o755 if os.access(source, os.X_OK) else 0o644)


def make_root(installed, root):
    shutil.rmtree(root, ignore_errors=True)
    programs = {"/usr/bin/bulwark": installed / "usr/bin/bulwark", "/usr/bin/gpgv": "/usr/bin/gpgv"}
    wanted = {curl_library()}
    for program in [*programs.values(), *wanted]:
        wanted |= libraries(program)
    for name, program in programs.items():
        copy_file(str(program), root, name)
    for library in sorted(wanted):
        copy_file(library, root)
    for path in (CERTIFICATES, "/etc/os-release", "/usr/share/zoneinfo/UTC"):
        if os.path.exists(path):
            copy_file(path, root)
    for name in ("tmp", "work", "home/bulwark/.cache"):
        (root / name).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    (root / "etc/passwd").write_text(f"bulwark:x:{OWNER}:{OWNER}::/home/bulwark:/nonexistent\n")
    (root / "etc/group").write_text(f"bulwark:x:{OWNER}:\n")
    # The bundle of certificates is made on installation: no package owns the file itself.
    write_status({owner_package(p) for p in [*wanted, "/usr/bin/gpgv"]} - {None} | {"ca-certificates"}, root)


def write_status(packages, root):
    """As distroless images do: scanners, this one too, shall see whose libraries these are."""
    folder = root / "var/lib/dpkg/status.d"
    folder.mkdir(parents=True)
    for package in sorted(packages):
        folder.joinpath(package.split(":")[0]).write_text(output("dpkg-query", "-s", package))


def last_stage():
    """Instructions of the last stage: word and argument, lines joined."""
    text = re.sub(r"^#.*\n", "", (HERE / "Dockerfile").read_text(), flags=re.M).replace("\\\n", " ")
    words = [line.split(None, 1) for line in text.splitlines() if line.strip()]
    start = max(i for i, w in enumerate(words) if w[0] == "FROM")
    if words[start][1] != "scratch":
        raise SystemExit("the Dockerfile's last stage is not FROM scratch")
    return words[start + 1:]


def image_config():
    config = {"Env": ["PATH=/usr/bin"], "Labels": {}}
    for word, argument in last_stage():
        if word == "LABEL":
            config["Labels"].update(pair.split("=", 1) for pair in shlex.split(argument))
        elif word == "ENV":
            config["Env"] += shlex.split(argument)
        elif word in ("ENTRYPOINT", "CMD"):
            config[word.capitalize()] = json.loads(argument)
        elif word == "HEALTHCHECK":
            config["Healthcheck"] = {"Test": [argument]}
        elif word in ("USER", "WORKDIR"):
            config[{"USER": "User", "WORKDIR": "WorkingDir"}[word]] = argument
        elif word != "COPY":
            raise SystemExit(f"build.py does not know the instruction {word}")
    return config


def entry(archive, name, data=None, mode=0o644, kind=tarfile.REGTYPE, owner=0):
    info = tarfile.TarInfo(name)
    info.mtime, info.mode, info.type, info.uid, info.gid = EPOCH, mode, kind, owner, owner
    info.size = len(data or b"")
    archive.addfile(info, io.BytesIO(data) if data is not None else None)


def make_layer(root):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path in sorted(root.rglob("*")):
            name = str(path.relative_to(root))
            if path.is_dir():
                own = name.startswith("home/bulwark") or name == "work"
                entry(archive, name, None, 0o1777 if name == "tmp" else 0o755, tarfile.DIRTYPE, OWNER if own else 0)
            else:
                entry(archive, name, path.read_bytes(), 0o755 if os.access(path, os.X_OK) else 0o644)
    return buffer.getvalue()


def digest(data):
    return hashlib.sha256(data).hexdigest()


def descriptor(kind, data, **more):
    return {"mediaType": kind, "digest": "sha256:" + digest(data), "size": len(data), **more}


def make_archive(root, target, tag):
    """A layout of the OCI (image-spec, image-layout.md) with Docker's manifest.json beside it."""
    plain = make_layer(root)
    layer = gzip.compress(plain, 9, mtime=0)
    architecture = output("dpkg", "--print-architecture").strip()
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(EPOCH))
    config = json.dumps({
        "created": created, "architecture": architecture, "os": "linux", "config": image_config(),
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + digest(plain)]},
        "history": [{"created": created, "created_by": "COPY root/ /"}]}, sort_keys=True).encode()
    oci = "application/vnd.oci.image."
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": oci + "manifest.v1+json",
        "config": descriptor(oci + "config.v1+json", config),
        "layers": [descriptor(oci + "layer.v1.tar+gzip", layer)]}, sort_keys=True).encode()
    index = json.dumps({
        "schemaVersion": 2, "mediaType": oci + "index.v1+json",
        "manifests": [descriptor(oci + "manifest.v1+json", manifest, annotations={
            "io.containerd.image.name": "docker.io/library/" + tag,
            "org.opencontainers.image.ref.name": tag.split(":")[1]})]}, sort_keys=True).encode()
    docker = json.dumps([{"Config": "blobs/sha256/" + digest(config), "RepoTags": [tag],
                          "Layers": ["blobs/sha256/" + digest(layer)]}]).encode()
    with tarfile.open(target, "w", format=tarfile.USTAR_FORMAT) as archive:
        entry(archive, "oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
        entry(archive, "index.json", index)
        entry(archive, "manifest.json", docker)
        for blob in (config, manifest, layer):
            entry(archive, "blobs/sha256/" + digest(blob), blob)
    print(f"{target}\n{tag}@sha256:{digest(manifest)}")


def main():
    words = [w for w in sys.argv[1:] if w != "--root-only"]
    installed, out = pathlib.Path(words[0]).resolve(), pathlib.Path(words[1])
    out.mkdir(parents=True, exist_ok=True)
    make_root(installed, out / "root")
    if len(words) == len(sys.argv) - 1:
        version = output(str(installed / "usr/bin/bulwark"), "--version").split()[1]
        make_archive(out / "root", out / "bulwark-image.tar", "bulwark:" + version)


main()
