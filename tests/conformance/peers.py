# SPDX-License-Identifier: Apache-2.0
"""What bulwark and its peers say of an image, brought into one form."""

import collections
import glob
import json
import os
import re
import subprocess
import urllib.parse

INCOMPLETE = 3  # of bulwark: an answer as well, where no advisories cover a release

PURL_TYPES = {"npm": "npm", "PyPI": "pypi", "Go": "golang", "Debian": "deb", "Alpine": "apk"}

# One record that applies to one package; of a package, what every program can tell.
Finding = collections.namedtuple("Finding", "kind name version record")
Package = collections.namedtuple("Package", "kind name version")


def normal_name(ecosystem, name):
    """PyPI's names are equal when these are (PEP 503)."""
    if ecosystem.lower().startswith("pypi"):
        return re.sub(r"[-_.]+", "-", name).lower()
    return name


def normal_version(ecosystem, version):
    """Go's tools write a v that its advisories do not."""
    return version.removeprefix("v") if ecosystem.lower().startswith("go") else version


def make_package(kind, name, version):
    return Package(kind, normal_name(kind, name), normal_version(kind, version))


def parse_purl(text):
    """Type, namespace and name, version.  Qualifiers tell the architecture and the distribution,
    each program in its own way, and are dropped; but Trivy puts the epoch of a version there."""
    body, _, qualifiers = text.removeprefix("pkg:").partition("#")[0].partition("?")
    path, _, version = body.rpartition("@") if "@" in body.rpartition("/")[2] else (body, "", "")
    kind, _, name = path.partition("/")
    version = urllib.parse.unquote(version)
    epoch = urllib.parse.parse_qs(qualifiers).get("epoch", ["0"])[0]
    if epoch != "0" and not version.startswith(epoch + ":"):
        version = epoch + ":" + version
    return make_package(kind.lower(), urllib.parse.unquote(name), version)


# --- bulwark: the one place to change with its schema ----------------------------------------


def bulwark_findings(report):
    """{Finding: [the package as reported]}"""
    out = collections.defaultdict(list)
    for row in report["findings"]:
        if "vulnerability" not in row:
            continue
        package = row["package"]
        kind = package["ecosystem"]
        name = normal_name(kind, package["name"])
        version = normal_version(kind, package["version"])
        for record in row["vulnerability"]["records"]:
            out[Finding(kind, name, version, record)].append(package)
    return out


def bulwark_packages(report):
    out = collections.defaultdict(list)
    for package in report["packages"]:
        if package.get("purl") and "not-installed" not in package["flags"]:
            out[parse_purl(package["purl"])].append(package.get("path", ""))
    return out


def bulwark_layers(report):
    out = collections.defaultdict(set)
    for package in report["packages"]:
        if package.get("purl") and package.get("layer"):
            out[parse_purl(package["purl"])].add(package["layer"].get("diff_id", ""))
    return out


# --- osv-scanner -----------------------------------------------------------------------------


def osv_rows(report):
    """os_package_name is the binary package's name; name is that of its source package."""
    for result in report.get("results", []):
        for row in result["packages"]:
            package = row["package"]
            name = package.get("os_package_name") or package["name"]
            path = result["source"]["path"].lstrip("/")
            yield package["ecosystem"], name, package["version"], path, row


def osv_findings(report):
    out = collections.defaultdict(list)
    for kind, name, version, path, row in osv_rows(report):
        name, version = normal_name(kind, name), normal_version(kind, version)
        for flaw in row.get("vulnerabilities", []):
            out[Finding(kind, name, version, flaw["id"])].append(path)
    return out


def osv_packages(report):
    out = collections.defaultdict(list)
    for ecosystem, name, version, path, _ in osv_rows(report):
        distro = ecosystem.partition(":")[0]
        kind = PURL_TYPES.get(distro, distro.lower())
        name = (distro.lower() + "/" if kind in ("deb", "apk") else "") + name
        out[make_package(kind, name, version)].append(path)
    return out


# --- syft and Trivy --------------------------------------------------------------------------


def cyclonedx_packages(document):
    """Both name paths in properties of their own."""
    out = collections.defaultdict(list)
    for component in document.get("components", []):
        if not component.get("purl"):
            continue
        paths = [
            one["value"].lstrip("/")
            for one in component.get("properties", [])
            if re.fullmatch(r"syft:location:\d+:path|aquasecurity:trivy:FilePath", one["name"])
        ]
        out[parse_purl(component["purl"])] += paths
    return out


def trivy_layers(document):
    """{Package: diff IDs of the layers that brought it in}"""
    out = collections.defaultdict(set)
    for component in document.get("components", []):
        for one in component.get("properties", []):
            if component.get("purl") and one["name"] == "aquasecurity:trivy:LayerDiffID":
                out[parse_purl(component["purl"])].add(one["value"])
    return out


# --- asking ----------------------------------------------------------------------------------


def osv_database(advisories, scratch):
    """osv-scanner 2.5 looks for <dir>/osv-scalibr/<Ecosystem>/all.zip, earlier ones for
    <dir>/osv-scanner/...; links, so that both programs read the same files."""
    for product in ("osv-scalibr", "osv-scanner"):
        for archive in glob.glob(os.path.join(glob.escape(advisories), "*", "all.zip")):
            place = os.path.join(scratch, product, os.path.basename(os.path.dirname(archive)))
            os.makedirs(place, exist_ok=True)
            if not os.path.lexists(os.path.join(place, "all.zip")):
                os.symlink(os.path.abspath(archive), os.path.join(place, "all.zip"))
    return {
        "OSV_SCALIBR_LOCAL_DB_CACHE_DIRECTORY": scratch,
        "OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY": scratch,
    }


def run_osv(options, runner, image):
    command = ["scan", "image", "--archive", image, "--offline", "--offline-vulnerabilities"]
    command += ["--all-packages", "--all-vulns", "--verbosity", "error", "--format", "json"]
    environment = osv_database(options.advisories, options.scratch)
    return runner.peer("osv-scanner", command, (0, 1), environment)


def run_syft(options, runner, image):
    command = ["scan", "docker-archive:" + image, "-q", "-o", "cyclonedx-json"]
    return runner.peer("syft", command, (0,), {"SYFT_CHECK_FOR_APP_UPDATE": "false"})


def run_trivy(options, runner, image):
    """The inventory alone: it comes without a vulnerability database."""
    command = ["image", "--input", image, "--format", "cyclonedx", "--list-all-pkgs", "--quiet"]
    command += ["--offline-scan", "--skip-db-update", "--skip-java-db-update"]
    command += ["--skip-version-check", "--disable-telemetry", "--cache-dir", options.scratch]
    return runner.peer("trivy", command, (0,), {})


Peer = collections.namedtuple("Peer", "run findings packages layers")
PEERS = {
    "osv-scanner": Peer(run_osv, osv_findings, osv_packages, None),
    "syft": Peer(run_syft, None, cyclonedx_packages, None),
    "trivy": Peer(run_trivy, None, cyclonedx_packages, trivy_layers),
}


class Runner:
    """Starts programs, the peers cut off from the network, and remembers what was said."""

    def __init__(self, options):
        probe = subprocess.run(
            ["unshare", "-rn", "true"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        self.cut_off = ["unshare", "-rn"] if probe.returncode == 0 else []
        self.options = options
        self.answers = {}

    def run(self, command, accepted, environment):
        ended = subprocess.run(command, capture_output=True, env=dict(os.environ, **environment))
        if ended.returncode not in accepted:
            said = ended.stderr.decode("utf-8", "replace")[-2000:]
            raise RuntimeError("%s: exit %d\n%s" % (" ".join(command), ended.returncode, said))
        return ended.stdout

    def peer(self, name, arguments, accepted, environment):
        command = self.cut_off + [os.path.join(self.options.peers, name)] + arguments
        return self.run(command, accepted, environment)

    def ask_peer(self, peer, image):
        """The peer's answer, from IMAGES/expected where it is newer than the image."""
        if (peer, image) not in self.answers:
            self.answers[peer, image] = self.read_or_ask(peer, image)
        return self.answers[peer, image]

    def read_or_ask(self, peer, image):
        options = self.options
        name = os.path.splitext(os.path.basename(image))[0] + ".json"
        kept = os.path.join(options.images, "expected", peer, name)
        stale = not os.path.exists(kept) or os.path.getmtime(kept) < os.path.getmtime(image)
        if options.fresh or stale:
            answer = PEERS[peer].run(options, self, image)
            os.makedirs(os.path.dirname(kept), exist_ok=True)
            with open(kept + ".new", "wb") as out:
                out.write(answer)
            os.replace(kept + ".new", kept)
        with open(kept, "rb") as source:
            return json.load(source)

    def ask_bulwark(self, image):
        options = self.options
        command = [options.bulwark, "scan", "--format", "json", "--list-all-pkgs", "--quiet"]
        command += ["--offline", "--fail-on", "never", "--advisories", options.advisories, image]
        return json.loads(self.run(command, (0, INCOMPLETE), {}))
