#!/usr/bin/env python3
"""test_feeds.py BULWARK : feeds, ends of support, subscriptions and published indexes through the program; TAP."""
import gzip
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "docker"))
import fakeregistry  # noqa: E402

BULWARK = os.path.abspath(sys.argv[1])
NOW = "2026-08-22"
KEV = {"title": "x", "dateReleased": "2026-08-07T00:00:00Z",
       "vulnerabilities": [{"cveID": "CVE-2026-10001", "dateAdded": "2026-08-01", "knownRansomwareCampaignUse": "Known"}]}
EPSS = "#model_version:v1,score_date:2026-08-08T00:00:00Z\ncve,epss,percentile\nCVE-2026-10001,0.5,0.99\nCVE-2026-10002,0.01,0.5\n"


def record(number, ecosystem, package, severity=None, fixed="1.5"):
    made = {"id": f"TEST-{number}", "modified": "2026-08-20T00:00:00Z", "aliases": [f"CVE-2026-{10000 + number}"],
            "summary": f"flaw {number}",
            "affected": [{"package": {"ecosystem": ecosystem, "name": package},
                          "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]}
    if severity:
        made["database_specific"] = {"severity": severity}
    return made


def mirror(at, zips, feeds=None):
    for name, records in zips.items():
        (at / name).mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(at / name / "all.zip", "w") as z:
            for r in records:
                z.writestr(f"{r['id']}.json", json.dumps(r))
    for path, data in (feeds or {}).items():
        (at / "extra" / path).parent.mkdir(parents=True, exist_ok=True)
        (at / "extra" / path).write_bytes(data)
    return at


FEEDS = {"kev/known_exploited_vulnerabilities.json": json.dumps(KEV).encode(),
         "epss/epss_scores-2026-08-08.csv.gz": gzip.compress(EPSS.encode())}


def root(at, ident="debian", version="12", packages=(("curl", "1.0"), ("git", "1.0")), files=None):
    made = {"etc/os-release": f'ID={ident}\nVERSION_ID="{version}"\nPRETTY_NAME="{ident} {version}"\n',
            "var/lib/dpkg/status": "".join(f"Package: {n}\nStatus: install ok installed\nVersion: {v}\nArchitecture: amd64\n\n"
                                           for n, v in packages), **(files or {})}
    for path, text in made.items():
        (at / path).parent.mkdir(parents=True, exist_ok=True)
        (at / path).write_text(text)
    return at


class Place:
    def __init__(self, at):
        self.at, self.db = pathlib.Path(at), pathlib.Path(at) / "index.bwdb"
        self.environment = {k: v for k, v in os.environ.items() if "proxy" not in k.lower() and not k.startswith("BULWARK")}
        self.environment |= {"XDG_CACHE_HOME": str(self.at / "cache"), "HOME": str(self.at)}

    def run(self, *arguments, db=None):
        done = subprocess.run([BULWARK, *map(str, arguments), "--db", str(db or self.db), "--now", NOW], cwd=self.at,
                              env=self.environment, capture_output=True, text=True, timeout=120)
        done.json = json.loads(done.stdout) if done.stdout.startswith("{") else None
        done.text = f"$ bulwark {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}exit {done.returncode}"
        return done

    def build(self, zips, feeds=None):
        done = self.run("db", "build", mirror(self.at / "mirror", zips, feeds))
        check(done.returncode == 0, done, "built")
        return done

    def scan(self, target, *more):
        return self.run("scan", f"fs://{target}", "--format", "json", *more)


def check(condition, done, what):
    if not condition:
        raise AssertionError(f"{what}\n{getattr(done, 'text', done)}")


def ids(done):
    return [f["vulnerability"]["id"] for f in done.json["findings"]]


TESTS = []


def test(function):
    TESTS.append(function)
    return function


DEBIAN = {"Debian": [record(1, "Debian:12", "curl", "LOW"), record(2, "Debian:12", "git", "CRITICAL")]}


@test
def exploited_vulnerabilities_gate(p):
    p.build(DEBIAN, FEEDS)
    target = root(p.at / "root")
    done = p.scan(target, "--fail-on", "never")
    check(done.returncode == 0 and ids(done) == ["CVE-2026-10002", "CVE-2026-10001"], done, "worst severity first")
    first = done.json["findings"][1]["vulnerability"]
    check(first["known_exploited"] and first["ransomware"] and first["exploited_since"] == "2026-08-01T00:00:00Z" and
          first["epss"] == {"probability": 0.5, "percentile": 0.99}, done, "what the feeds know")
    check(ids(p.scan(target, "--sort", "risk")) == ["CVE-2026-10001", "CVE-2026-10002"], done, "highest risk first")
    check(p.scan(target, "--fail-on", "never", "--fail-on-kev").returncode == 1, done, "what is exploited gates")
    done = p.scan(target, "--only-kev")
    check(ids(done) == ["CVE-2026-10001"] and done.returncode == 0, done, "only what is exploited")
    check(ids(p.scan(target, "--epss", "0.1")) == ["CVE-2026-10001"], done, "by probability")
    check(p.scan(target, "--epss", "often").returncode == 2, done, "no probability")


@test
def a_gate_without_its_feed_is_no_gate(p):
    p.build(DEBIAN)
    target = root(p.at / "root")
    for option in (["--fail-on-kev"], ["--only-kev"], ["--epss", "0.1"]):
        done = p.scan(target, *option)
        check(done.returncode == 3 and any(g["kind"] == "blocking" and "--feeds" in g["message"] for g in done.json["gaps"]),
              done, "incomplete")


@test
def a_feed_that_is_none_is_told(p):
    p.build(DEBIAN, {"kev/known_exploited_vulnerabilities.json": b"<html>not today</html>"})
    done = p.scan(root(p.at / "root"), "--fail-on", "never")
    check(any(g["kind"] == "local" and g["subject"] == "kev" for g in done.json["gaps"]), done, "a gap")


@test
def the_end_of_support(p):
    p.build({"Debian": [record(1, "Debian:10", "curl", "LOW"), record(2, "Debian:13", "curl", "LOW")]})
    old, new = root(p.at / "old", version="10"), root(p.at / "new", version="13")
    check(p.scan(old, "--exit-on-eol", "9").returncode == 9, "", "ended")
    done = p.scan(old)
    check(done.returncode == 0 and done.json["lifecycle"][0]["state"] == "ended" and
          any(g["reason"] == "end-of-life" for g in done.json["gaps"]), done, "told")
    done = p.scan(new, "--exit-on-eol", "9")
    check(done.returncode == 0 and done.json["lifecycle"][0]["state"] == "supported", done, "supported")
    done = p.run("scan", f"fs://{old}", "--format", "trivy-json")
    check(done.json["Metadata"]["OS"]["EOSL"] is True, done, "Trivy's word for it")
    # The feed is newer than the table.
    p.build({"Debian": [record(1, "Debian:10", "curl", "LOW"), record(2, "Debian:13", "curl", "LOW")]},
            {"endoflife/debian.json": b'[{"cycle":"13","eol":"2026-01-01"}]'})
    done = p.scan(new, "--exit-on-eol", "9")
    check(done.returncode == 9 and done.json["lifecycle"][0]["source"] == "endoflife.date", done, "as the feed says")


@test
def ubuntu_pro_where_it_is_enabled(p):
    p.build({"Ubuntu": [record(1, "Ubuntu:Pro:20.04:LTS", "curl", "HIGH"), record(2, "Ubuntu:20.04:LTS", "git", "HIGH")]})
    status = {"attached": True, "services": [{"name": "esm-infra", "status": "enabled"}]}
    path = "var/lib/ubuntu-advantage/status.json"
    plain = p.scan(root(p.at / "plain", "ubuntu", "20.04"))
    check(ids(plain) == ["CVE-2026-10002"] and plain.json["lifecycle"][0]["state"] == "ended", plain, "without")
    pro = p.scan(root(p.at / "pro", "ubuntu", "20.04", files={path: json.dumps(status)}))
    check(ids(pro) == ["CVE-2026-10001", "CVE-2026-10002"] and pro.json["lifecycle"][0]["state"] == "extended", pro, "with")
    status["services"][0]["status"] = "disabled"
    off = p.scan(root(p.at / "off", "ubuntu", "20.04", files={path: json.dumps(status)}))
    check(ids(off) == ["CVE-2026-10002"], off, "attached, not enabled")


@test
def statuses_of_the_tracker(p):
    data = {"curl": {"CVE-2026-10001": {"releases": {"bookworm": {"status": "open", "urgency": "low", "nodsa": "Minor issue",
                                                                  "nodsa_reason": ""}}}}}
    p.build(DEBIAN, {"debian-tracker/data.json": json.dumps(data).encode()})
    target = root(p.at / "root")
    done = p.scan(target)
    found = next(f for f in done.json["findings"] if f["vulnerability"]["id"] == "CVE-2026-10001")
    check(found["vendor_status"] == "no-dsa" and found["vendor_reason"] == "Minor issue", done, "its word")
    check(ids(p.scan(target, "--ignore-status", "no-dsa")) == ["CVE-2026-10002"], done, "left out")
    check(p.scan(target, "--ignore-status", "gone").returncode == 2, done, "no such status")


@test
def every_name_is_found(p):
    erratum = record(3, "AlmaLinux:8", "bash", fixed="2-1.el8")
    erratum |= {"id": "ALSA-2026:3", "aliases": [], "related": ["CVE-2026-10003"], "summary": "Important: bash security update"}
    p.build({**DEBIAN, "AlmaLinux": [erratum]}, FEEDS)
    for name, expected in (("cve-2026-10003", "ALSA-2026:3"), ("ALSA-2026:3", "ALSA-2026:3"), ("TEST-1", "TEST-1"),
                           ("CVE-2026-10001", "TEST-1")):
        done = p.run("db", "show", name, "--format", "json")
        check(done.returncode == 0 and [r["id"] for r in done.json["records"]] == [expected], done, name)
    done = p.run("db", "show", "CVE-1999-0001", "--format", "json")
    check(done.returncode == 0 and not done.json["records"], done, "nothing")
    target = root(p.at / "root")
    (p.at / ".trivyignore").write_text("TEST-1\ncve-2026-10002\n")
    done = p.scan(target)
    check(not ids(done) and len(done.json["suppressed"]) == 2, done, "ignored by record and by alias")


@test
def an_old_index_says_what_to_do(p):
    p.build(DEBIAN)
    data = bytearray(p.db.read_bytes())
    data[8:12] = (1).to_bytes(4, "little")
    p.db.write_bytes(data)
    done = p.run("db", "status")
    check(done.returncode == 3 and "older format" in done.stderr and "bulwark db update" in done.stderr, done, "told")


@test
def published_and_brought(p):
    p.build(DEBIAN, FEEDS)
    with fakeregistry.Registry() as registry:
        address = f"oci://{registry.host}/team/advisories:today"
        done = p.run("db", "build", "--publish", address)
        check(done.returncode == 0 and "published" in done.stdout, done, "published")
        manifest = json.loads(registry.manifests["today"][1])
        check(manifest["artifactType"] == "application/vnd.bulwark.advisories.v1" and
              manifest["layers"][0]["mediaType"] == "application/vnd.bulwark.advisories.index.v1+zstd" and
              manifest["config"]["mediaType"] == "application/vnd.oci.empty.v1+json", manifest, "the manifest")
        other = p.at / "deep" / "er" / "other.bwdb"
        done = p.run("db", "update", address, db=other)
        check(done.returncode == 0 and "written" in done.stdout, done, "brought")
        check(other.read_bytes() == p.db.read_bytes(), done, "byte for byte")
        check(sorted(x.name for x in other.parent.iterdir()) == ["other.bwdb", "other.bwdb.lock"], done, "nothing is left over")
        registry.requests.clear()
        done = p.run("db", "update", address, db=other)
        check(done.returncode == 0 and "stands" in done.stdout and
              not [r for r in registry.requests if "/blobs/" in r.path], done, "not brought again")
        again = p.run("db", "build", "--publish", address)
        check(again.stdout.split("@")[1].split()[0] == fakeregistry.digest(fakeregistry.dump(manifest)), again,
              "the same manifest")
        done = p.run("scan", f"fs://{root(p.at / 'root')}", "--advisories", address, "--format", "json", db=p.at / "none")
        check(done.returncode == 1 and len(ids(done)) == 2, done, "a scan with it")

        # What is not what it should be leaves the index as it was.
        before = other.read_bytes()
        layer = manifest["layers"][0]
        bad = {"another index": {"vnd.bulwark.index.digest": "sha256:" + "0" * 64},
               "too long": {"vnd.bulwark.index.digest": "sha256:" + "0" * 64, "vnd.bulwark.index.size": "10"},
               "another format": {"vnd.bulwark.index.digest": "sha256:" + "0" * 64, "vnd.bulwark.index.format": "999"}}
        for what, change in bad.items():
            lie = json.loads(json.dumps(manifest))
            lie["layers"][0]["annotations"] |= change
            registry.add_manifest(fakeregistry.dump(lie), "lie")
            done = p.run("db", "update", address.replace(":today", ":lie"), db=other)
            check(done.returncode == 3 and other.read_bytes() == before, done, what)
        for key, blob in list(registry.blobs.items()):
            if layer["digest"] in str(key):
                registry.blobs[key] = blob[:-20] + b"x" * 20
        done = p.run("db", "update", address, db=p.at / "fresh.bwdb")
        check(done.returncode == 3 and not (p.at / "fresh.bwdb").exists(), done, "other bytes than promised")
    done = p.run("db", "update", address, "--timeout", "20s", db=other)
    check(done.returncode == 3 and other.read_bytes() == before, done, "no registry")
    check(p.run("db", "update", "oci://not//a:ref").returncode == 2, done, "no reference")
    check(p.run("db", "build").returncode == 2, done, "nothing to do")


def main():
    print(f"1..{len(TESTS)}")
    failed = 0
    for number, function in enumerate(TESTS, 1):
        name = function.__name__.replace("_", " ")
        with tempfile.TemporaryDirectory() as folder:
            try:
                function(Place(folder))
                print(f"ok {number} - {name}")
            except Exception as problem:
                failed += 1
                print(f"not ok {number} - {name}")
                print("\n".join(f"# {line}" for line in f"{type(problem).__name__}: {problem}".splitlines()[:40]))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
