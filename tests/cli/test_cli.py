#!/usr/bin/env python3
"""The program as a user types it: help, wrong usage, exit codes, policy, whole scans (TAP).

test_cli.py BULWARK SOURCE-DIRECTORY
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

BULWARK, SOURCE = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
WORK = pathlib.Path(tempfile.mkdtemp(prefix="bulwark-cli-"))
NOW = "2026-06-01"
results = []


class Skip(Exception):
    pass


def check(function):
    try:
        function()
        results.append((True, function.__doc__, None))
    except Skip as why:
        results.append((True, function.__doc__, str(why)))
    except Exception as why:
        results.append((False, f"{function.__doc__}: {type(why).__name__}: {str(why)[:900]!r}", None))


def run(*words, code=None, cwd=WORK, **environment):
    env = {k: v for k, v in os.environ.items() if not k.startswith("BULWARK")}
    env.update({"HOME": str(WORK / "home"), "XDG_CACHE_HOME": str(WORK / "cache"), **environment})
    answer = subprocess.run([BULWARK, *map(str, words)], capture_output=True, text=True, cwd=cwd, env=env,
                            timeout=120)
    if code is not None and answer.returncode != code:
        raise AssertionError(f"{words}: exit code {answer.returncode}, not {code}: {answer.stderr} {answer.stdout[-500:]}")
    return answer


def commands():
    return re.findall(r"^## bulwark (.+)$", run("help", "--form", "reference", code=0).stdout, re.M)


@check
def program_help():
    """help lists every command within 80 columns, and no arguments is wrong usage"""
    text = run("--help", code=0).stdout
    assert all(c in text for c in commands())
    assert max(map(len, text.splitlines())) <= 80
    assert run(code=2).stdout == text
    assert re.fullmatch(r"bulwark \d+\.\d+\.\d+\n", run("--version", code=0).stdout)


@check
def command_help():
    """every command's help and manual stay within 80 columns and name every option of the reference"""
    reference = run("help", "--form", "reference", code=0).stdout
    for command in commands():
        text = run(*command.split(), "--help", code=0).stdout
        assert text == run("help", *command.split(), code=0).stdout
        assert max(map(len, text.splitlines())) <= 80, [l for l in text.splitlines() if len(l) > 80]
        part = reference.split(f"\n## bulwark {command}\n")[1].split("\n## ")[0]
        for option in re.findall(r"^\| `(?:-., )?(--[a-z-]+)", part, re.M):
            assert option in text, (command, option)


@check
def reference_is_current():
    """docs/reference.md and docs/rules.md are what the tables say (make reference)"""
    assert (SOURCE / "docs/reference.md").read_text() == run("help", "--form", "reference", code=0).stdout
    assert (SOURCE / "docs/rules.md").read_text() == run("rules", "--format", "markdown", code=0).stdout


@check
def manual_pages():
    """manual pages are sound roff"""
    if not shutil.which("groff"):
        raise Skip("groff is not installed")
    for command in ["", *commands()]:
        page = run("help", "--form", "man", *command.split(), code=0).stdout
        answer = subprocess.run(["groff", "-man", "-Tascii", "-ww", "-z"], input=page, capture_output=True, text=True)
        assert answer.returncode == 0 and not answer.stderr, answer.stderr


@check
def completions():
    """completions are sound shell and know commands, options and values"""
    bash = run("completions", "bash", code=0).stdout
    subprocess.run(["bash", "-n"], input=bash, text=True, check=True, capture_output=True)
    script = bash + '\nCOMP_WORDS=(bulwark scan --format ""); COMP_CWORD=3; _bulwark; echo "${COMPREPLY[@]}"\n' \
                    'COMP_WORDS=(bulwark scan --sev); COMP_CWORD=2; _bulwark; echo "${COMPREPLY[@]}"\n'
    lines = subprocess.run(["bash", "-c", script], text=True, check=True, capture_output=True).stdout.splitlines()
    assert "trivy-json" in lines[0].split() and lines[1].split() == ["--severity"], lines
    for shell in ("zsh", "fish"):
        assert "scan" in run("completions", shell, code=0).stdout
        if shutil.which(shell):
            subprocess.run([shell, "-n"], input=run("completions", shell).stdout, text=True, check=True)
    run("completions", "tcsh", code=2)


@check
def wrong_usage():
    """wrong usage is exit code 2, names what is wrong, and guesses what was meant"""
    for words, needle in (
        (["scna", "x"], 'did you mean "scan"'),
        (["scan"], "a TARGET is missing"),
        (["sbom", "a", "b"], 'unexpected argument "b"'),
        (["scan", "--severty", "high", "x"], "did you mean --severity"),
        (["scan", "--format", "xml", "x"], "table, json, trivy-json"),
        (["scan", "--severity", "bad", "x"], '"bad"'),
        (["scan", "--fail-on", "sometimes", "x"], "never"),
        (["scan", "--exit-code", "256", "x"], "from 0 to 255"),
        (["scan", "--timeout", "soon", "x"], "90s"),
        (["scan", "--now", "yesterday", "x"], "is no time"),
        (["scan", "--quiet=1", "x"], "takes no value"),
        (["scan", "--output"], "needs FILE"),
        (["scan", "-Z", "x"], "unknown option -Z"),
        (["debug", "versions", "roman"], "roman"),
        (["help", "nothing"], "no command"),
        (["scan", "--config", "missing.yaml", "x"], "missing.yaml"),
    ):
        answer = run(*words, code=2)
        assert needle in answer.stderr, (words, answer.stderr)
        assert answer.stdout == ""


@check
def bad_targets():
    """a target that is missing or not done yet is named; nothing looks like a clean report"""
    answer = run("scan", "nothing-here.tar", code=3)
    assert "nothing-here.tar" in answer.stderr and answer.stdout == ""
    answer = run("scan", "--offline", "registry://example.org/a:1", code=3)
    assert "example.org" in answer.stderr and "offline" in answer.stderr, answer.stderr
    assert answer.stdout == ""
    (WORK / "noise.tar").write_bytes(b"\x00\x01\x02" * 5000)
    answer = run("scan", "archive://noise.tar", code=3)
    assert "noise.tar" in answer.stderr


@check
def debug_commands():
    """debug answers line by line"""
    def filtered(words, text, code):
        answer = subprocess.run([BULWARK, *words], input=text, capture_output=True, text=True)
        assert answer.returncode == code, answer
        return answer.stdout

    assert filtered(["debug", "versions", "debian"], "1.0~rc1 < 1.0\n1 = 0:1\n", 0) == "2 agree, 0 differ\n"
    wrong = filtered(["debug", "versions", "pypi"], "1.0 > 1.0.post1\n", 1)
    assert wrong.startswith("1.0 > 1.0.post1") and wrong.endswith("0 agree, 1 differ\n")
    assert filtered(["debug", "cvss"], "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\n", 0) == \
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\t9.8\n"
    purls = filtered(["debug", "purl"], "pkg:PyPI/Django_Rest@1.0\nnonsense\n", 0).splitlines()
    assert purls[0] == "pkg:pypi/django-rest@1.0" and purls[1].startswith("invalid: "), purls
    assert filtered(["debug", "dockerfile"], "FROM a\nCMD [\"b\"]\n", 0) == '(from "a")\n(cmd "b")\n'
    assert filtered(["debug", "dockerfile", "-"], "FROM a\nENV b\n", 1) == ""
    assert filtered(["debug", "shell-words"], "ENV x=1\n${x:-2}\nA|$x | 2\n", 1) == "1\n$x | 2 but: 1\n0 agree, 1 differ\n"
    (WORK / "ignored").write_text("*\n!src\n")
    assert filtered(["debug", "dockerignore", str(WORK / "ignored")], "a\nsrc/b\n", 0) == "hit\ta\nno_hit\tsrc/b\n"


def make_root(name, packages, release="12"):
    root = WORK / name
    (root / "etc").mkdir(parents=True)
    (root / "var/lib/dpkg").mkdir(parents=True)
    (root / "etc/os-release").write_text(f'ID=debian\nVERSION_ID="{release}"\nPRETTY_NAME="Debian {release}"\n'
                                         "VERSION_CODENAME=bookworm\n")
    (root / "var/lib/dpkg/status").write_text("".join(
        f"Package: {n}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {v}\n\n" for n, v in packages))
    return root


def record(identity, package, fixed, ecosystem="Debian:12", severity="HIGH", modified="2026-05-30T00:00:00Z"):
    events = [{"introduced": "0"}] + ([{"fixed": fixed}] if fixed else [])
    return {"schema_version": "1.7.0", "id": identity, "modified": modified, "published": "2026-01-01T00:00:00Z",
            "summary": f"made up, about {package}", "database_specific": {"severity": severity},
            "affected": [{"package": {"ecosystem": ecosystem, "name": package},
                          "ranges": [{"type": "ECOSYSTEM", "events": events}]}]}


def make_mirror(name, records):
    """A directory in the layout of the advisory bucket."""
    by_ecosystem = {}
    for r in records:
        by_ecosystem.setdefault(r["affected"][0]["package"]["ecosystem"].split(":")[0], []).append(r)
    for ecosystem, rows in by_ecosystem.items():
        (WORK / name / ecosystem).mkdir(parents=True)
        with zipfile.ZipFile(WORK / name / ecosystem / "all.zip", "w", zipfile.ZIP_DEFLATED) as z:
            for r in rows:
                z.writestr(r["id"] + ".json", json.dumps(r))
    (WORK / name / "ecosystems.txt").write_text("\n".join(sorted(by_ecosystem)) + "\n")
    return WORK / name


ROOT = make_root("root", [("libone", "1.0-1"), ("libtwo", "2.0-1"), ("libthree", "3.0-1")])
MIRROR = make_mirror("mirror", [
    record("CVE-2026-0001", "libone", "1.0-2", severity="CRITICAL"),
    record("CVE-2026-0002", "libtwo", None, severity="HIGH"),
    record("CVE-2026-0003", "libthree", "3.0-2", severity="LOW"),
    record("CVE-2026-0004", "libone", "1.0-1", severity="CRITICAL"),
])


def scan(*words, code=None, root=None, mirror=None, **environment):
    return run("scan", "--now", NOW, "--advisories", mirror or MIRROR, *words, f"fs://{root or ROOT}", code=code,
               **environment)


def scan_json(*words, code=None, **kw):
    return json.loads(scan("--format", "json", *words, code=code, **kw).stdout)


@check
def whole_scan():
    """a root against a mirror: what is affected is found, what is fixed is not"""
    doc = scan_json(code=1)
    found = [(f["severity"], f["vulnerability"]["id"], f["package"]["name"], f["fixed_versions"]) for f in doc["findings"]]
    assert found == [("critical", "CVE-2026-0001", "libone", ["1.0-2"]), ("high", "CVE-2026-0002", "libtwo", []),
                     ("low", "CVE-2026-0003", "libthree", ["3.0-2"])], found
    assert doc["summary"]["complete"] and doc["advisories"][0]["digest"].startswith("sha256:")


@check
def thresholds():
    """severity, unfixed, threshold and exit code options"""
    assert [f["severity"] for f in scan_json("--severity", "low,high", code=1)["findings"]] == ["high", "low"]
    assert len(scan_json("-s", "LOW", code=0)["findings"]) == 1
    assert len(scan_json("--ignore-unfixed", code=1)["findings"]) == 2
    scan("--fail-on", "never", code=0)
    scan("--exit-code", "0", code=0)
    scan("--exit-code", "42", code=42)
    scan("--severity", "low", "--fail-on", "low", code=1)


@check
def reproducible():
    """the same input, advisories and time give the same bytes, whatever the number of workers"""
    for form in ("json", "sarif", "cyclonedx", "trivy-json", "junit", "markdown", "table"):
        one = scan("--format", form, "--threads", "1").stdout
        assert one and one == scan("--format", form, "--threads", "4").stdout, form
    assert scan("--format", "json").stdout == run(
        "scan", "--advisories", MIRROR, "--format", "json", f"fs://{ROOT}", SOURCE_DATE_EPOCH="1780272000").stdout


@check
def explained():
    """--explain names package, comparison and record of verdicts, cleared ones too"""
    lines = scan_json("--explain", code=1)["explanations"]
    assert any("CVE-2026-0001" in l and "libone" in l and "1.0-2" in l for l in lines), lines
    assert any("CVE-2026-0004" in l and "1.0-1" in l for l in lines), lines


@check
def policies():
    """bulwark.yaml and .trivyignore are read; a policy half understood is refused with its line"""
    policy = WORK / "policy.yaml"
    policy.write_text("ignore:\n  - id: CVE-2026-0001\n    package: lib*\n    reason: made up\n"
                      "  - id: CVE-2026-0002\n    reason: expired\n    expires: 2026-05-31\n")
    doc = scan_json("--config", policy, code=1)
    assert [f["vulnerability"]["id"] for f in doc["findings"]] == ["CVE-2026-0002", "CVE-2026-0003"]
    assert [f["suppressed_by"] for f in doc["suppressed"]] == ["made up"]
    assert any("expired" in g["message"] for g in doc["gaps"])
    ignores = WORK / "ignores"
    ignores.write_text("# a comment\nCVE-2026-0002 exp:2026-06-02\ncve-2026-0001\n")
    assert [f["vulnerability"]["id"] for f in scan_json("--ignorefile", ignores, code=0)["findings"]] == ["CVE-2026-0003"]
    for text, line in (("fail-on: high\nfail_on: low\n", ":2: unknown key"), ("ignore:\n  - id: X\n", ":2: "),
                       ("fail-on: loud\n", ":1: "), ("a: [\n", "policy.yaml")):
        policy.write_text(text)
        answer = scan("--config", policy, code=2)
        assert line in answer.stderr, answer.stderr


@check
def fingerprints_last():
    """a fingerprint outlives an update that fixes nothing, and a waiver by fingerprint holds"""
    first = {f["vulnerability"]["id"]: f["fingerprint"] for f in scan_json()["findings"]}
    other = make_root("root-updated", [("libtwo", "2.0-9"), ("libnew", "1")])
    second = {f["vulnerability"]["id"]: f["fingerprint"] for f in scan_json(root=other)["findings"]}
    assert second == {"CVE-2026-0002": first["CVE-2026-0002"]}
    policy = WORK / "waiver.yaml"
    policy.write_text(f"ignore:\n  - fingerprint: {first['CVE-2026-0002']}\n    reason: waived\n")
    scan("--config", policy, root=other, code=0)


@check
def outputs():
    """--output replaces the file whole; one that cannot be written is a failure"""
    target = WORK / "report.json"
    target.write_text("old")
    assert scan("--format", "json", "--output", target, code=1).stdout == ""
    assert json.loads(target.read_text())["schema_version"] == 1
    scan("--output", WORK / "no/such/dir/report", code=3)
    assert not [p for p in WORK.iterdir() if p.name.startswith("report.json.")]


@check
def incomplete():
    """no advisories for a release is incomplete: exit code 3, said in every format"""
    other = make_root("root-unknown", [("libone", "1.0-1")], release="99")
    assert scan_json(root=other, code=3)["summary"]["complete"] is False
    assert "INCOMPLETE" in scan(root=other, code=3).stdout
    assert "Incomplete" in scan("--format", "markdown", root=other, code=3).stdout
    empty = make_root("root-no-index", [("libone", "1.0-1")])
    doc = json.loads(run("scan", "--format", "json", "--offline", f"fs://{empty}", code=3).stdout)
    assert any(g["kind"] == "blocking" for g in doc["gaps"])


@check
def unadvised():
    """packages of a kind that nobody writes advisories about are a gap"""
    folder = WORK / "conda"
    (folder / "conda-meta").mkdir(parents=True)
    (folder / "conda-meta/pip-22.2.2-0.json").write_text('{"name": "pip", "version": "22.2.2"}')
    (folder / "environment.yml").write_text("dependencies: [pip=22.2.2]\n")
    report = json.loads(run("scan", "--offline", "--format", "json", f"dir://{folder}").stdout)
    gaps = [g for g in report["gaps"] if g["reason"] == "no-coverage" and g["subject"] == "conda"]
    assert len(gaps) == 1 and "of which there are 2" in gaps[0]["message"], report["gaps"]


@check
def broken_database():
    """a broken package database is a blocking gap, a broken application file a local one"""
    root = make_root("root-broken", [("libone", "1.0-1")])
    (root / "srv/node_modules/x").mkdir(parents=True)
    (root / "srv/node_modules/x/package.json").write_text('{"name": "x", "version": ')
    doc = scan_json(root=root)
    assert [g["kind"] for g in doc["gaps"] if g.get("subject", "").endswith("package.json")] == ["local"], doc["gaps"]
    assert doc["summary"]["complete"]
    scan("--strict", root=root, code=3)
    (root / "var/lib/dpkg/status").write_bytes(b"\x00\xff garbage without any field")
    doc = scan_json(root=root, code=3)
    assert any(g["kind"] == "blocking" for g in doc["gaps"]), doc["gaps"]


@check
def timeouts():
    """a deadline that has passed ends as incomplete, not as clean"""
    answer = scan("--timeout", "1ms", code=3)
    assert "time" in (answer.stderr + answer.stdout)


@check
def sbom_of_root():
    """sbom lists every package with its purl and never gates"""
    doc = json.loads(run("sbom", "--now", NOW, f"fs://{ROOT}", code=0).stdout)
    purls = sorted(c["purl"].split("?")[0] for c in doc["components"] if c["type"] == "library")
    assert purls == ["pkg:deb/debian/libone@1.0-1", "pkg:deb/debian/libthree@3.0-1", "pkg:deb/debian/libtwo@2.0-1"]
    assert "vulnerabilities" not in doc


shutil.rmtree(WORK, ignore_errors=True)
print(f"1..{len(results)}")
for number, (ok, name, skipped) in enumerate(results, 1):
    print(("ok" if ok else "not ok") + f" {number} - {name}" + (f" # SKIP {skipped}" if skipped else ""))
sys.exit(0 if all(ok for ok, _, _ in results) else 1)
