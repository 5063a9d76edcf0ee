#!/usr/bin/python3
"""Measures bulwark beside other scanners on the same bytes, in one run.

    bench/run.py --bulwark build/bulwark --floor build/bench/bulwark-floor
                 [--images DIR] [--peers DIR] [--advisories DIR] [--runs N] [--output FILE]

Images, peers and advisories come from BULWARK_IMAGES, BULWARK_PEERS and
BULWARK_ADVISORIES where the options are not given; what is absent is left out
and named.  Times are medians; a ratio is the median of the ratios of paired
runs, peer and program in turn, so that a machine whose speed drifts does not
decide.  Memory is the largest resident set of a process, children included
(for bulwark: broker and workers are summed, which overstates shared pages).
"""
import argparse
import json
import os
import pathlib
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile


def sample_memory(pid, stop, out):
    """Samples the proportional memory of a process tree."""
    peak = 0
    while not stop.is_set():
        total = 0
        for tree_pid in process_tree(pid):
            try:
                for line in open(f"/proc/{tree_pid}/smaps_rollup"):
                    if line.startswith("Pss:"):
                        total += int(line.split()[1])
                        break
            except (OSError, ValueError):
                pass
        peak = max(peak, total)
        stop.wait(0.01)
    out.append(peak)


def process_tree(root):
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                parent = int(open(f"/proc/{entry}/stat").read().rsplit(")", 1)[1].split()[1])
            except (OSError, ValueError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry))
    todo, seen = [root], []
    while todo:
        pid = todo.pop()
        seen.append(pid)
        todo += children.get(pid, [])
    return seen


def run(command, environment=None, memory=False):
    """Wall seconds, CPU seconds, peak memory in KiB (when asked), exit code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env={**os.environ, **(environment or {})})
    peaks = []
    if memory:
        stop = threading.Event()
        sampler = threading.Thread(target=sample_memory, args=(process.pid, stop, peaks))
        sampler.start()
    code = process.wait()
    wall = time.monotonic() - start
    if memory:
        stop.set()
        sampler.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, peaks[0] if peaks else 0, code


def paired(ours, theirs, runs):
    """Medians of both and of the pairwise ratio theirs/ours."""
    run(ours), run(theirs)
    pairs = [(run(ours), run(theirs)) for _ in range(runs)]
    ratio = statistics.median(b[0] / a[0] for a, b in pairs)
    cpu_ratio = statistics.median(b[1] / a[1] if a[1] else 0 for a, b in pairs)
    a = [statistics.median(p[0][i] for p in pairs) for i in range(2)]
    b = [statistics.median(p[1][i] for p in pairs) for i in range(2)]
    memory = run(ours, memory=True)[2], run(theirs, memory=True)[2]
    return a, b, ratio, cpu_ratio, memory, (pairs[0][0][3], pairs[0][1][3])


def version(command):
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except OSError:
        return "?"
    lines = [l for l in (answer.stdout + answer.stderr).splitlines() if l.strip()]
    for line in lines:
        if "ersion" in line:
            return line.strip()
    return lines[0].strip() if lines else "?"


class Bench:
    def __init__(self, options):
        self.o = options
        self.lines = []

    def say(self, line=""):
        print(line, flush=True)
        self.lines.append(line)

    def peer(self, name):
        if not self.o.peers:
            return None
        path = pathlib.Path(self.o.peers) / name
        path = path if path.exists() else pathlib.Path(self.o.peers) / "bin" / name
        return str(path) if path.exists() else None

    def machine(self):
        model = next((l.split(":", 1)[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "?")
        memory = int(next(l.split()[1] for l in open("/proc/meminfo") if l.startswith("MemTotal"))) // 1048576
        self.say(f"Machine: {os.cpu_count()} cores, {model}, {memory} GiB, Linux {platform.release()}.")
        self.say(f"Program: {version([self.o.bulwark, '--version'])}; medians of {self.o.runs} runs after one warm-up.")
        for name, argument in (("trivy", "--version"), ("syft", "version"), ("osv-scanner", "--version")):
            peer = self.peer(name)
            self.say(f"Peer: {name}: {version([peer, argument]) if peer else 'not installed, its rows are left out'}.")
        self.say()

    def sbom_rows(self):
        images = [i for i in (self.o.images_list or []) if i.exists()]
        if not images:
            self.say("No images (BULWARK_IMAGES): the image rows are left out.")
            return
        self.say("| image | MB | program | wall s | CPU s | memory MB | bulwark wall s | CPU s | memory MB | wall ratio | CPU ratio |")
        self.say("|---|---|---|---|---|---|---|---|---|---|---|")
        for image in images:
            ours = [self.o.bulwark, "sbom", "--quiet", str(image)]
            for name in ("trivy", "syft"):
                peer = self.peer(name)
                if not peer:
                    continue
                theirs = {
                    "trivy": [peer, "image", "--input", str(image), "--format", "cyclonedx", "--offline-scan",
                              "--skip-db-update", "--skip-java-db-update", "--quiet", "--cache-dir",
                              tempfile.mkdtemp(dir=self.scratch)],
                    "syft": [peer, "scan", f"docker-archive:{image}", "-q", "-o", "cyclonedx-json"],
                }[name]
                if name == "trivy":
                    theirs = ["sh", "-c", 'rm -rf "$0"; exec "$@"', theirs[-1], *theirs]
                a, b, ratio, cpu_ratio, memory, codes = paired(ours, theirs, self.o.runs)
                note = "" if codes[1] == 0 else f" (exit {codes[1]})"
                self.say(f"| {image.name} | {image.stat().st_size / 1e6:.0f} | {name}{note} | {b[0]:.2f} | {b[1]:.2f} | "
                         f"{memory[1] / 1024:.0f} | {a[0]:.3f} | {a[1]:.3f} | {memory[0] / 1024:.0f} | "
                         f"{ratio:.1f} | {cpu_ratio:.1f} |")
        self.say()

    def floor_rows(self):
        layers = [l for l in (self.o.layers_list or []) if l.exists()]
        if not layers or not self.o.floor:
            self.say("No layers or no floor program: the floor rows are left out.")
            return
        self.say("The floor is inflate, both digests and a walk over the tar headers with the same libraries and nothing else, on one core; "
                 "bulwark reads the same layer as the one layer of an OCI layout, with one worker.")
        self.say()
        self.say("| layer | MB | floor s | bulwark s | bulwark : floor |")
        self.say("|---|---|---|---|---|")
        for layout, layer in layers_of(layers):
            ours = [self.o.bulwark, "sbom", "--quiet", "--threads", "1", f"oci-dir://{layout}"]
            theirs = [self.o.floor, str(layer)]
            a, b, ratio, _, _, _ = paired(ours, theirs, self.o.runs)
            self.say(f"| {layout.name} | {layer.stat().st_size / 1e6:.0f} | {b[0]:.3f} | {a[0]:.3f} | {1 / ratio:.2f} |")
        self.say()

    def archive_rows(self):
        """A directory with one Java archive; Trivy needs its Java database for any (BULWARK_TRIVY_CACHE)."""
        folder = os.path.join(self.scratch, "archive")
        os.mkdir(folder)
        subprocess.run([sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "fat_jar.py"),
                        os.path.join(folder, "app.jar"), "500"], check=True, stdout=subprocess.DEVNULL)
        cache = os.environ.get("BULWARK_TRIVY_CACHE")
        commands = {
            "trivy": cache and ["rootfs", "--cache-dir", cache, "--offline-scan", "--skip-db-update", "--skip-java-db-update",
                                "--format", "cyclonedx", "--quiet", folder],
            "syft": ["scan", "dir:" + folder, "-q", "-o", "cyclonedx-json"],
            "osv-scanner": ["scan", "source", "-r", folder, "--offline", "--all-packages", "--experimental-plugins",
                            "artifact", "--format", "json"],
        }
        self.say("A Java archive of 500 MB in a directory: 499 archives in it, of 40,000 classes.")
        self.say()
        self.say("| program | wall s | CPU s | memory MB | bulwark wall s | CPU s | memory MB | wall ratio | CPU ratio |")
        self.say("|---|---|---|---|---|---|---|---|---|")
        for name, words in commands.items():
            peer = self.peer(name)
            if not peer or not words:
                continue
            a, b, ratio, cpu_ratio, memory, _ = paired([self.o.bulwark, "sbom", "--quiet", folder], [peer, *words], self.o.runs)
            self.say(f"| {name} | {b[0]:.2f} | {b[1]:.2f} | {memory[1] / 1024:.0f} | {a[0]:.3f} | {a[1]:.3f} | "
                     f"{memory[0] / 1024:.0f} | {ratio:.1f} | {cpu_ratio:.1f} |")
        self.say()

    def advisory_rows(self):
        if not self.o.advisories or not os.path.isdir(self.o.advisories):
            self.say("No advisories (BULWARK_ADVISORIES): the index rows are left out.")
            return
        index = os.path.join(self.scratch, "index")
        builds = [run([self.o.bulwark, "db", "build", "--quiet", self.o.advisories, "--output", index], memory=True)
                  for _ in range(3)]
        self.say("| what | figure |")
        self.say("|---|---|")
        self.say(f"| index of all records: build, wall s | {statistics.median(b[0] for b in builds):.2f} |")
        self.say(f"| the same, CPU s | {statistics.median(b[1] for b in builds):.2f} |")
        self.say(f"| the same, memory MB | {max(b[2] for b in builds) / 1024:.0f} |")
        if os.path.exists(index):
            self.say(f"| its size, MB | {os.path.getsize(index) / 1e6:.1f} |")
            self.match_rows(index)
        starts = [run([self.o.bulwark, "--version"])[0] for _ in range(20)]
        self.say(f"| start-up (`--version`), ms | {statistics.median(starts) * 1000:.1f} |")
        self.say()

    def match_rows(self, index):
        """1,000 packages that records name, old and newer than every record, in a new process each time."""
        tool = pathlib.Path(self.o.floor or "").with_name("bulwark-match")
        if not tool.exists():
            return
        for what, version in (("at an old version", "0.9.1"), ("newer than any record", "9999")):
            text = "".join("\t".join(row) + "\n" for row in named_packages(self.o.advisories, 1000, version))
            opened, matched, found = [], [], "0"
            for _ in range(11):
                answer = subprocess.run([str(tool), "match", index], input=text, capture_output=True, text=True)
                figures = re.search(r"opened in ([0-9.]+) ms, 1000 packages matched in ([0-9.]+) ms, ([0-9]+)",
                                    answer.stderr)
                if not figures:
                    return
                opened.append(float(figures[1]))
                matched.append(float(figures[2]))
                found = figures[3]
            self.say(f"| matching 1,000 packages that records name, {what} ({found} matches), cold process, ms | "
                     f"{statistics.median(matched):.1f} |")
        self.say(f"| opening the index, ms | {statistics.median(opened):.3f} |")

    def all(self):
        with tempfile.TemporaryDirectory(prefix="bulwark-bench-") as self.scratch:
            self.machine()
            self.sbom_rows()
            self.floor_rows()
            self.archive_rows()
            self.advisory_rows()
        if self.o.output:
            pathlib.Path(self.o.output).write_text("\n".join(self.lines) + "\n")


def named_packages(advisories, count, version):
    """Packages of several ecosystems, spread over the records that name them."""
    rows = {}
    for ecosystem, release in (("npm", ""), ("PyPI", ""), ("Go", ""), ("Debian", "11"), ("Alpine", "v3.11")):
        path = pathlib.Path(advisories) / ecosystem / "all.zip"
        if not path.exists():
            continue
        with zipfile.ZipFile(path) as z:
            for name in z.namelist():
                for affected in json.loads(z.read(name)).get("affected", []):
                    package = affected.get("package", {})
                    wanted = ecosystem + (":" + release if release else "")
                    if package.get("ecosystem") == wanted:
                        rows.setdefault((ecosystem, release, package["name"]), None)
    names = list(rows)
    step = max(1, len(names) // count)
    for ecosystem, release, name in names[::step][:count]:
        yield ecosystem, release, name, version, name, version


def layers_of(layouts):
    """OCI layout directories with their largest blob."""
    for layout in layouts:
        blobs = sorted((layout / "blobs" / "sha256").iterdir(), key=lambda b: b.stat().st_size)
        if blobs:
            yield layout, blobs[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bulwark", required=True)
    parser.add_argument("--floor")
    parser.add_argument("--images", default=os.environ.get("BULWARK_IMAGES"))
    parser.add_argument("--peers", default=os.environ.get("BULWARK_PEERS"))
    parser.add_argument("--advisories", default=os.environ.get("BULWARK_ADVISORIES"))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--output")
    parser.add_argument("--only", default="", help="comma-separated names of images")
    options = parser.parse_args()
    only = [n for n in options.only.split(",") if n]
    options.images_list = options.layers_list = None
    if options.images and os.path.isdir(options.images):
        root = pathlib.Path(options.images)
        options.images_list = [i for i in sorted(root.glob("*.tar")) if i.name in only or
                               (not only and i.name in ("debian-bookworm.tar", "all-legacy.tar", "all-docker-oci-gzip.tar"))]
        options.layers_list = sorted(p for p in root.glob("floor-*") if p.is_dir())
    if not shutil.which("sh"):
        sys.exit("no shell")
    Bench(options).all()


if __name__ == "__main__":
    main()
