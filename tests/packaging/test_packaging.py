#!/usr/bin/env python3
"""The Docker plugin, the action, the GitLab template, the hooks (TAP).

test_packaging.py BULWARK SOURCE-DIRECTORY
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from tap import Skip, check, finish

BULWARK, SOURCE = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
WORK = pathlib.Path(tempfile.mkdtemp(prefix="bulwark-packaging-"))
PLUGIN = WORK / "docker/cli-plugins/docker-bulwark"
PLUGIN.parent.mkdir(parents=True)
PLUGIN.symlink_to(BULWARK)
OWN = ["packaging/image/Dockerfile", "action.yml", "packaging/github/security.yml",
       "packaging/gitlab/bulwark.gitlab-ci.yml", "docs/install.md"]
(WORK / "Dockerfile").write_text("FROM debian\n")


def run(*words, stdin=None, cwd=WORK, **environment):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("BULWARK", "DOCKER"))}
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, cwd=cwd, timeout=120,
                          input=stdin, env={**env, "HOME": str(WORK), **environment})


def yaml_of(path):
    try:
        import yaml
    except ImportError:
        raise Skip("python3-yaml is not installed")
    return yaml.safe_load((SOURCE / path).read_text())


def findings(*words, stdin=None):
    answer = run(BULWARK, "lint", "--format", "json", *words, stdin=stdin)
    return [f for f in json.loads(answer.stdout)["findings"] if f["severity"] in ("medium", "high", "critical")]


@check
def metadata():
    """the plugin answers Docker's question with its metadata, and the program itself does not"""
    answer = json.loads(run(PLUGIN, "docker-cli-plugin-metadata").stdout)
    assert answer["SchemaVersion"] == "0.1.0" and answer["Vendor"]
    assert answer["Version"] == run(BULWARK, "--version").stdout.split()[1]
    assert run(BULWARK, "docker-cli-plugin-metadata").returncode == 2


@check
def words():
    """the plugin drops its own word and the client's global options"""
    plain = run(BULWARK, "lint", "Dockerfile")
    assert plain.returncode == 1 and "Dockerfile:1" in plain.stdout
    for before in ([], ["--debug"], ["-D", "--context", "x"], ["--config=/nowhere"], ["-cx"], ["--tlsverify=false"],
                   ["-H", "unix:///nowhere"], ["--log-level", "debug"]):
        answer = run(PLUGIN, *before, "bulwark", "lint", "Dockerfile")
        assert (answer.returncode, answer.stdout) == (1, plain.stdout), (before, answer)
    assert run(PLUGIN, "help", "bulwark", "lint").stdout == run(BULWARK, "help", "lint").stdout
    assert run(PLUGIN, "bulwark", "bulwark").returncode == 2


@check
def refused_words():
    """options of the client that could not be honoured are refused, not dropped"""
    for before in (["--tlscacert", "ca.pem"], ["--tls"], ["--unheard-of"], ["--host"]):
        answer = run(PLUGIN, *before)
        assert answer.returncode == 2 and before[0] in answer.stderr, (before, answer)


@check
def docker_client():
    """Docker's own client finds and runs the plugin"""
    docker = shutil.which("docker")
    if not docker:
        raise Skip("no docker client")
    config = ["--config", WORK / "docker"]
    if run(docker, "--version").returncode != 0:
        raise Skip("the docker client does not run")
    assert re.search(r"bulwark\*?\s+Scan images", run(docker, *config, "--help").stdout)
    assert "Usage: bulwark COMMAND" in run(docker, *config, "bulwark", "--help").stdout
    answer = run(docker, *config, "bulwark", "lint", "Dockerfile")
    assert answer.returncode == 1 and answer.stdout == run(BULWARK, "lint", "Dockerfile").stdout, answer


@check
def own_files():
    """lint has nothing of medium or above to say about the project's own files"""
    for name in OWN:
        found = findings(SOURCE / name)
        assert not found, (name, [(f["rule"], f["line"]) for f in found])


@check
def own_files_are_judged():
    """the same files with their care taken away are found fault with"""
    dockerfile = (SOURCE / OWN[0]).read_text()
    assert findings("--type", "dockerfile", "-", stdin=re.sub(r"^USER.*\n", "", dockerfile, flags=re.M))
    page = (SOURCE / OWN[4]).read_text()
    assert findings("--type", "markdown", "-", stdin=re.sub(r"debian:bookworm\S+", "debian", page))
    workflow = (SOURCE / OWN[2]).read_text()
    if run(BULWARK, "explain", "workflow-uses-unpinned").returncode == 0:
        assert findings("--type", "workflow", "-", stdin=re.sub(r"@3d3c42e5\S+", "@v4", workflow))


@check
def pinned():
    """every foreign action and base image is pinned by commit or digest"""
    for name in ("action.yml", "packaging/github/security.yml"):
        for used in re.findall(r"uses: (\S+)", (SOURCE / name).read_text()):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", used), used
    for base in re.findall(r"^FROM (\S+)", (SOURCE / OWN[0]).read_text(), re.M):
        assert base == "scratch" or re.search(r"@sha256:[0-9a-f]{64}$", base), base


def action_step(name):
    return next(s for s in yaml_of("action.yml")["runs"]["steps"] if s["name"] == name)


@check
def uploads():
    """the action uploads before its gate and also when an earlier step failed"""
    names = [s["name"] for s in yaml_of("action.yml")["runs"]["steps"]]
    for name in ("Upload what lint found", "Upload what the scan found"):
        assert action_step(name)["if"].startswith("always() && ")
        assert names.index(name) < names.index("Gate") == len(names) - 1
    assert action_step("Gate")["if"] == "always()"


@check
def gate():
    """the action's gate closes for findings, incomplete results and steps that broke, and only then"""
    script = action_step("Gate")["run"]
    for lint, scan, broken, opened in (("0", "0", "", True), ("", "0", "", True), ("0", "", "", True),
                                       ("1", "0", "", False), ("0", "1", "", False), ("0", "3", "", False),
                                       ("0", "", "scan", False), ("", "0", "lint", False)):
        answer = run("bash", "-e", "-o", "pipefail", "-c", script, LINT=lint, SCAN=scan,
                     LINT_OUTCOME="failure" if broken == "lint" else "success",
                     SCAN_OUTCOME="failure" if broken == "scan" else "success")
        assert (answer.returncode == 0) == opened, (lint, scan, broken, answer)


@check
def action_lint():
    """the action's lint step writes SARIF and hands over the exit code"""
    action = WORK / "action/build"
    action.mkdir(parents=True)
    (action / "bulwark").symlink_to(BULWARK)
    answer = run("bash", "-e", "-o", "pipefail", "-c", action_step("Lint")["run"], PATHS="Dockerfile\n",
                 FAIL_ON="medium", GITHUB_ACTION_PATH=str(action.parent), RUNNER_TEMP=str(WORK / "runner"),
                 GITHUB_OUTPUT=str(WORK / "output"))
    assert answer.returncode == 0, answer
    assert (WORK / "output").read_text() == "code=1\n"
    assert json.loads((WORK / "runner/bulwark/lint.sarif").read_text())["runs"][0]["results"]


@check
def gitlab():
    """the GitLab template's jobs report and gate"""
    template = yaml_of(OWN[3])
    for job, kind in (("bulwark-lint", "codequality"), ("bulwark-scan", "container_scanning")):
        report = template[job]["artifacts"]["reports"][kind]
        assert template[job]["artifacts"]["when"] == "always" and not template[job].get("allow_failure")
        assert any(f"--output {report}" in line for line in template[job]["script"])
    folder = WORK / "gitlab"
    folder.mkdir()
    shutil.copy(WORK / "Dockerfile", folder)
    shutil.copy(BULWARK, folder / "bulwark")
    answer = run("bash", "-e", "-c", "\n".join(template["bulwark-lint"]["script"]), cwd=folder,
                 PATH=f"{folder}:{os.environ['PATH']}", BULWARK_LINT_FAIL_ON="medium")
    assert answer.returncode == 1, answer
    assert json.loads((folder / "gl-code-quality-report.json").read_text())


@check
def hooks():
    """the pre-commit hooks take the files that lint knows and call commands that there are"""
    names = {"Dockerfile": True, "web/Dockerfile.prod": True, "compose.yaml": True, "docker-compose.dev.yml": True,
             ".github/workflows/ci.yml": True, ".gitlab-ci.yml": True, "etc/daemon.json": True, "nginx.conf": True,
             "README.md": False, "values.yaml": False, "package.json": False}
    rows = yaml_of(".pre-commit-hooks.yaml")
    assert [r["id"] for r in rows] == ["bulwark-lint", "bulwark-harden"]
    for row in rows:
        for name, wanted in names.items():
            assert bool(re.search(row["files"], name)) == wanted, (row["id"], name)
        copy = WORK / row["id"]
        copy.mkdir()
        shutil.copy(WORK / "Dockerfile", copy)
        words = row["entry"].split()[1:]
        assert run(BULWARK, *words, "Dockerfile", cwd=copy).returncode == (row["id"] == "bulwark-lint")


try:
    finish()
finally:
    shutil.rmtree(WORK, ignore_errors=True)
