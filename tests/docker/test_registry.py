#!/usr/bin/env python3
"""The registry client against registries on loopback that misbehave; TAP."""
import base64
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from fakeregistry import (INDEX, MANIFEST, SCHEMA1, Registry, certificate, digest, dump)

TOOL = sys.argv[1]
BLOB = random.Random(5).randbytes(3_000_000)
TESTS = []


def test(function):
    TESTS.append(function)
    return function


class Got:
    def __init__(self, done, seconds):
        self.ok = done.returncode == 0
        self.code = done.returncode
        self.out = done.stdout
        self.text = done.stderr.decode(errors="replace")
        self.error = self.text.rpartition("error ")[2].partition(":")[0] if not self.ok else ""
        self.facts = dict(l.partition(" ")[::2] for l in self.text.splitlines())
        self.seconds = seconds


def run(command, reference, *arguments, config=None, env=None, **options):
    with tempfile.TemporaryDirectory() as home:
        pathlib.Path(home, "config.json").write_text(json.dumps(config or {}))
        words = [w for k, v in options.items() for w in ("--" + k.replace("_", "-"), str(v))]
        clean = {k: v for k, v in os.environ.items() if "proxy" not in k.lower()
                 and k not in ("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE")}
        start = time.monotonic()
        done = subprocess.run([TOOL, *words, command, reference, *map(str, arguments)],
                              capture_output=True, timeout=120,
                              env={**clean, "DOCKER_CONFIG": home, **(env or {})})
        return Got(done, time.monotonic() - start)


def check(condition, got, what):
    if not condition:
        raise AssertionError(f"{what}\n{got.text}")


def auths(host, user="me", password="p:w"):
    return {"auths": {host: {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}}}


def fill(registry):
    registry.add_manifest({"schemaVersion": 2, "mediaType": MANIFEST, "layers": []}, "latest")
    registry.add_blob(BLOB)


# --- authorization ---------------------------------------------------------------------------


@test
def a_manifest_comes_with_its_digest():
    with Registry() as r:
        fill(r)
        got = run("manifest", r.host + "/a/b", "latest")
        data = r.manifests["latest"][1]
        check(got.ok and got.out == data, got, "the bytes")
        check(got.facts["digest"] == digest(data) and got.facts["type"] == MANIFEST, got, "the facts")
        again = run("manifest", r.host + "/a/b", digest(data))
        check(again.ok and again.out == data, again, "by digest")
        head = run("head", r.host + "/a/b", "latest")
        check(head.ok and head.facts["digest"] == digest(data) and not head.out, head, "by HEAD")
        check(r.requests[-1].method == "HEAD", head, "no GET for it")


@test
def tokens_are_asked_for_without_credentials():
    with Registry(auth="bearer") as r:
        fill(r)
        got = run("manifest", r.host + "/a/b", "latest")
        check(got.ok, got, "an anonymous token")
        token = [q for q in r.requests if q.path == "/token"]
        check(len(token) == 1 and not token[0].authorization, got, "nobody's name is told")
        check(token[0].fields == {"service": 'test "service"', "scope": "repository:a/b:pull"}, got,
              f"service and scope {token[0].fields}")


@test
def tokens_are_asked_for_with_the_password_and_only_there():
    with Registry(auth="bearer", users={"me": "p:w"}, anonymous=False) as r:
        fill(r)
        got = run("manifest", r.host + "/a/b", "latest", config=auths(r.host))
        check(got.ok, got, "a token")
        for q in r.requests:
            check(q.authorization.startswith("Basic") == (q.path == "/token"), got,
                  f"the password goes to the token service alone ({q.path})")
        check(run("manifest", r.host + "/a/b", "latest").error == "network", got, "not without it")


@test
def credentials_are_found_as_docker_writes_them():
    for key in ("{}", "https://{}", "https://{}/v1/", "http://{}/v2/"):
        with Registry(auth="basic", users={"me": "p:w"}) as r:
            fill(r)
            got = run("ping", r.host + "/a/b", config=auths(key.format(r.host)))
            check(got.ok, got, key)
    with Registry(auth="basic", users={"me": "p:w"}) as r:
        got = run("ping", r.host + "/a/b", config=auths("127.0.0.1:1"))
        check(not got.ok and not any(q.authorization for q in r.requests), got, "another registry's")
        got = run("ping", r.host + "/a/b", config=auths(r.host, password="wrong"))
        check(got.error == "network" and "credentials" in got.text, got, "a wrong password is told")
        got = run("ping", r.host + "/a/b", config={"auths": {r.host: {"auth": "!!!"}}})
        check(not got.ok and "base 64" in got.text, got, "a damaged entry is told")


@test
def identity_tokens_are_refreshed():
    with Registry(auth="bearer", anonymous=False) as r:
        fill(r)
        r.refresh["secret+/="] = True
        got = run("manifest", r.host + "/a/b", "latest",
                  config={"auths": {r.host: {"identitytoken": "secret+/="}}})
        check(got.ok, got, "a token")
        posts = [q for q in r.requests if q.method == "POST"]
        check(len(posts) == 1 and b"grant_type=refresh_token" in posts[0].body, got, "one refresh")
        check("secret" not in " ".join(q.path + q.query for q in r.requests), got, "not in an address")


@test
def expired_credentials_do_not_keep_from_public_images():
    with Registry(auth="bearer", users={"me": "other"}) as r:
        fill(r)
        got = run("manifest", r.host + "/a/b", "latest", config=auths(r.host))
        check(got.ok and "without credentials" in got.text, got, "an anonymous token, told")


def helper(directory, body, name="test"):
    path = pathlib.Path(directory, "docker-credential-" + name)
    path.write_text("#!/bin/sh\n" + body)
    path.chmod(0o755)
    return {"PATH": f"{directory}:{os.environ['PATH']}"}


@test
def credential_helpers_are_asked():
    with Registry(auth="basic", users={"me": "s'ecret"}) as r, tempfile.TemporaryDirectory() as d:
        env = helper(d, f'echo "$1 $(cat)" >{d}/asked\n'
                        f'echo \'{{"ServerURL":"x","Username":"me","Secret":"s\'"\'"\'ecret"}}\'\n')
        for config in ({"credsStore": "test"}, {"credHelpers": {r.host: "test"}},
                       {"credHelpers": {r.host: "test"}, "credsStore": "absent"}):
            got = run("ping", r.host + "/a/b", config=config, env=env)
            check(got.ok, got, config)
            asked = pathlib.Path(d, "asked").read_text()
            check(asked == f"get {r.host}\n", got, f"the protocol: {asked!r}")
        pathlib.Path(d, "asked").unlink()
        for bad in ("../test", "a/b", "", ".x", "x;y", "a b", "$(x)"):
            got = run("ping", r.host + "/a/b", config={"credsStore": bad}, env=env)
            check(not got.ok and not pathlib.Path(d, "asked").exists(), got, f"not {bad!r}")


@test
def helpers_that_fail_are_told():
    with Registry(auth="bearer") as r, tempfile.TemporaryDirectory() as d:
        fill(r)
        rows = (("echo credentials not found in native keychain; exit 1", ""),
                ("echo broken; exit 1", "docker-credential-test failed: broken"),
                ("echo not json", "docker-credential-test"),
                ("echo '{}'", "names no user"),
                ("yes | head -c 1000000", "more than"),
                ("kill -9 $$", "failed"))
        for body, words in rows:
            got = run("manifest", r.host + "/a/b", "latest", config={"credsStore": "test"},
                      env=helper(d, body))
            # The image is public: without credentials it goes on.
            check(got.ok and words in got.text, got, body)
            check(bool(words) == ("log no credentials" in got.text), got, "told only when it failed")
        got = run("manifest", r.host + "/a/b", "latest", config={"credsStore": "absent"})
        check(got.ok and "docker-credential-absent" in got.text, got, "a helper that is not installed")


@test
def a_helper_that_hangs_is_ended_with_all_that_it_started():
    with Registry(auth="bearer") as r, tempfile.TemporaryDirectory() as d:
        env = helper(d, f"sleep 300 & echo $! >{d}/pid; wait\n")
        got = run("manifest", r.host + "/a/b", "latest", config={"credsStore": "test"}, env=env,
                  deadline=1500)
        check(got.error in ("timeout", "network") and got.seconds < 20, got, "the deadline")
        pid = int(pathlib.Path(d, "pid").read_text())
        for _ in range(100):
            try:
                gone = "\nState:\tZ" in pathlib.Path(f"/proc/{pid}/status").read_text()
            except OSError:
                gone = True
            if gone:
                break
            time.sleep(0.1)
        check(gone, got, "its child is gone as well")


@test
def a_realm_without_tls_gets_no_password_of_a_registry_with_it():
    with tempfile.TemporaryDirectory() as d, Registry() as thief:
        context, cert = certificate(d)

        def before(q, reply):
            reply(401, b"", {"WWW-Authenticate": f'Bearer realm="{thief.url}/token",service="x"'})
            return True

        with Registry(before=before, context=context) as r:
            got = run("manifest", r.host + "/a/b", "latest", ca=cert, config=auths(r.host))
            check(got.error == "network" and "no https" in got.text, got, "refused")
            check(not thief.requests, got, "nothing was sent")


@test
def challenges_are_read_in_all_their_forms():
    for value in ('bearer REALM="{}/token" , Service = x',
                  ['Negotiate', 'Bearer realm="{}/token"'],
                  ['Basic realm="x", Bearer realm="{}/token",scope="a,b"'],
                  'Digest a="b,c=\\"d", Bearer realm="{}/token"'):
        with Registry(auth="bearer") as r:
            fill(r)

            def before(q, reply, value=value, r=r):
                if q.path.startswith("/v2/") and not r.allowed(q):
                    values = value if isinstance(value, list) else [value]
                    reply(401, b"", {"WWW-Authenticate": [v.format(r.url) for v in values]})
                    return True
                return False

            r.before = before
            got = run("manifest", r.host + "/a/b", "latest")
            check(got.ok, got, value)
    for value in ("", "Bearer", 'Bearer realm="', "Bearer realm=", '"', ",,,", "Bearer " + "x" * 60000):
        with Registry(before=lambda q, reply: reply(401, b"", {"WWW-Authenticate": value}) or True) as r:
            got = run("manifest", r.host + "/a/b", "latest")
            check(got.error == "network", got, value[:40])


# --- where things go -------------------------------------------------------------------------


@test
def a_redirect_elsewhere_sees_no_authorization():
    with Registry() as store, Registry(auth="bearer", users={"me": "p:w"}) as r:
        fill(r)
        store.before = lambda q, reply: reply(200, BLOB) or True
        r.before = lambda q, reply: (r.allowed(q) and "/blobs/" in q.path and
                                     (reply(307, b"", {"Location": store.url + "/signed?x=1"}) or True))
        got = run("blob", r.host + "/a/b", digest(BLOB), len(BLOB), config=auths(r.host))
        check(got.ok and got.out == BLOB, got, "the blob")
        check(len(store.requests) == 1 and not store.requests[0].authorization, got, "no token there")
        check(any(q.authorization.startswith("Bearer") for q in r.requests), got, "but here")


@test
def a_redirect_that_leads_back_sees_none_either():
    with Registry() as other, Registry(auth="bearer") as r:
        fill(r)
        other.before = lambda q, reply: reply(302, b"", {"Location": r.url + "/open"}) or True

        def before(q, reply):
            if q.path == "/open":
                return reply(200, BLOB) or True
            if "/blobs/" in q.path and r.allowed(q):
                return reply(302, b"", {"Location": other.url + "/x"}) or True
            return False

        r.before = before
        got = run("blob", r.host + "/a/b", digest(BLOB), len(BLOB))
        check(got.ok, got, "the blob")
        back = [q for q in r.requests if q.path == "/open"]
        check(len(back) == 1 and not back[0].authorization, got, "no token after the way round")


@test
def certificates_of_a_registry_are_docker_s():
    with tempfile.TemporaryDirectory() as d:
        context, cert = certificate(d)
        with Registry(context=context) as r:
            fill(r)
            got = run("manifest", r.host + "/a/b", "latest")
            check(got.error == "network" and "certificate" in got.text and not r.requests, got,
                  "a stranger's certificate, and no way around it on loopback")
            place = pathlib.Path(d, "certs.d", r.host)
            place.mkdir(parents=True)
            (place / "ca.crt").write_bytes(cert.read_bytes())
            got = run("manifest", r.host + "/a/b", "latest", certs=pathlib.Path(d, "certs.d"))
            check(got.ok, got, "certs.d")
            check(run("manifest", r.host + "/a/b", "latest", ca=cert).ok, got, "a file of the caller")
            check(run("manifest", r.host + "/a/b", "latest", env={"SSL_CERT_FILE": str(cert)}).ok, got,
                  "the environment")


@test
def plain_http_is_for_loopback():
    got = run("manifest", "192.0.2.1:5000/a/b", "latest", deadline=1500)
    check(not got.ok and "https://192.0.2.1:5000" in got.text, got, "https elsewhere")
    got = run("manifest", "192.0.2.1:5000/a/b", "latest", deadline=1500, plain_http="yes")
    check(not got.ok and "http://192.0.2.1:5000" in got.text, got, "but when asked")


# --- trouble ---------------------------------------------------------------------------------


@test
def busy_registries_are_asked_again():
    for status, header in ((429, {"Retry-After": "1"}), (503, {}), (500, {}), (408, {})):
        with Registry() as r:
            fill(r)
            r.before = lambda q, reply: "/manifests/" in q.path and \
                sum("/manifests/" in x.path for x in r.requests) < 3 and \
                (reply(status, b"busy", header) or True)
            got = run("manifest", r.host + "/a/b", "latest")
            check(got.ok, got, f"after {status}")
            times = [q.at for q in r.requests if "/manifests/" in q.path]
            check(len(times) == 3 and times[1] - times[0] > (0.95 if header else 0.4), got, "a pause")
            check(times[2] - times[1] > 0.9, got, "a longer one")
    with Registry(before=lambda q, reply: q.path != "/v2/" and (reply(
            429, dump({"errors": [{"code": "TOOMANYREQUESTS", "message": "pull rate limit"}]})) or True)) as r:
        got = run("manifest", r.host + "/a/b", "latest")
        check(got.error == "network" and "pull rate limit" in got.text, got, "its own words, at last")


@test
def a_broken_blob_goes_on_where_it_broke():
    for ranges in (True, False):
        with Registry(ranges=ranges) as r:
            fill(r)
            seen = []

            def before(q, reply):
                if "/blobs/" not in q.path:
                    return False
                seen.append(q.headers.get("range"))
                if len(seen) > 3:
                    return False
                at = int(seen[-1][6:-1]) if seen[-1] and ranges else 0
                if at:
                    reply(206, BLOB[at:], {"Content-Range": f"bytes {at}-{len(BLOB) - 1}/{len(BLOB)}"},
                          cut=700_000)
                else:
                    reply(200, BLOB, cut=700_000 * len(seen))
                return True

            r.before = before
            got = run("blob", r.host + "/a/b", digest(BLOB), len(BLOB))
            check(got.ok and got.out == BLOB, got, f"the blob, ranges {ranges}")
            check(seen[0] is None and all(seen[1:]), got, f"asked for the rest: {seen}")


@test
def a_token_that_runs_out_in_the_middle_is_renewed():
    with Registry(auth="bearer") as r:
        fill(r)
        cuts = []

        def before(q, reply):
            if "/blobs/" in q.path and r.allowed(q) and not cuts:
                cuts.append(1)
                r.tokens.clear()
                r.tokens.add("kept")
                return reply(200, BLOB, cut=1_000_000) or True
            return False

        r.before = before
        got = run("blob", r.host + "/a/b", digest(BLOB), len(BLOB))
        check(got.ok and got.out == BLOB, got, "the blob")
        check(r.requests[-1].headers.get("range") == "bytes=1000000-", got, "from where it broke")


@test
def other_bytes_are_told():
    lie = bytes([BLOB[0] ^ 1]) + BLOB[1:]
    with Registry() as r:
        fill(r)
        r.blobs[digest(BLOB)] = lie
        for words in (("blob", digest(BLOB), len(BLOB)), ("bytes", digest(BLOB), 10_000_000)):
            got = run(words[0], r.host + "/a/b", *words[1:])
            check(got.error == "digest" and digest(lie) in got.text, got, words[0])
        want = digest(b"{}")
        r.manifests[want] = (MANIFEST, b"[]")
        got = run("manifest", r.host + "/a/b", want)
        check(got.error == "digest", got, "a manifest by its digest")
        r.before = lambda q, reply: "/manifests/" in q.path and (reply(
            200, b"{}", {"Content-Type": MANIFEST, "Docker-Content-Digest": digest(b"x")}) or True)
        got = run("manifest", r.host + "/a/b", "latest")
        check(got.error == "digest", got, "a tag whose digest is a lie")


@test
def lying_lengths_are_told():
    with Registry() as r:
        fill(r)
        got = run("blob", r.host + "/a/b", digest(BLOB), len(BLOB) - 1)
        check(got.error == "format" and "larger" in got.text, got, "a larger blob")
        check(len(got.out) <= len(BLOB) - 1, got, "no more than the descriptor says goes on")
        got = run("blob", r.host + "/a/b", digest(BLOB), len(BLOB) + 1)
        check(got.error == "format" and "ends after" in got.text, got, "a smaller one")
        got = run("bytes", r.host + "/a/b", digest(BLOB), 1000)
        check(got.error == "limit", got, "a small blob that is none")
        r.add_manifest(b"[" + b" " * (9 << 20) + b"]", "huge")
        got = run("manifest", r.host + "/a/b", "huge")
        check(got.error == "limit", got, "a manifest of 9 MiB")
        check("larger than" in got.text, got, "with the limit")


@test
def a_part_that_was_not_asked_for_is_refused():
    with Registry() as r:
        fill(r)

        def before(q, reply):
            if "/blobs/" not in q.path:
                return False
            if "range" in q.headers:
                reply(206, BLOB[5:], {"Content-Range": f"bytes 5-{len(BLOB) - 1}/{len(BLOB)}"})
            else:
                reply(200, BLOB, cut=100_000)
            return True

        r.before = before
        got = run("blob", r.host + "/a/b", digest(BLOB), len(BLOB))
        check(not got.ok and got.out == BLOB[:100_000], got, "no wrong byte goes on")


@test
def a_slow_registry_meets_the_deadline():
    with Registry(before=lambda q, reply: q.path != "/v2/" and time.sleep(30)) as r:
        got = run("manifest", r.host + "/a/b", "latest", deadline=1000)
        check(got.error == "timeout" and got.seconds < 15, got, "the deadline")


@test
def what_is_not_there_is_told_plainly():
    with Registry() as r:
        got = run("manifest", r.host + "/a/b", "nope")
        check(got.error == "not-found" and "manifest unknown" in got.text, got, "with its words")
        check(len([q for q in r.requests if "nope" in q.path]) == 1, got, "once")
        got = run("blob", r.host + "/a/b", digest(b"x"), 1)
        check(got.error == "not-found", got, "a blob")
        for bad in ("sha256:xyz", "sha256:../../x", "md5:" + "0" * 32):
            got = run("blob", r.host + "/a/b", bad, 1)
            check(got.error == "format", got, bad)
        r.manifests["old"] = (SCHEMA1, b"{}")
        got = run("manifest", r.host + "/a/b", "old")
        check(got.error == "unsupported" and "schema version 1" in got.text, got, "schema 1")


@test
def headers_without_end_are_refused():
    with Registry(before=lambda q, reply: q.path != "/v2/" and (reply(
            200, b"{}", {f"X-{i}": "y" * 8000 for i in range(80)}) or True)) as r:
        got = run("manifest", r.host + "/a/b", "latest")
        check(got.error == "limit", got, "600 KB of headers")


# --- what is attached ------------------------------------------------------------------------


def attach(r, image, media, kind="", annotations=None):
    data = dump({"about": media})
    return r.add_manifest({
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": kind or media,
        "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": digest(b"{}"), "size": 2},
        "layers": [{"mediaType": media, "digest": r.add_blob(data), "size": len(data),
                    "annotations": annotations or {}}],
        "subject": image})


@test
def referrers_are_listed():
    for api in (True, False):
        with Registry(referrers=api) as r:
            image = r.add_image([b"x"], "latest")
            other = r.add_image([b"y"])
            a = attach(r, image, "application/spdx+json")
            b = attach(r, image, "application/vnd.dev.cosign.simplesigning.v1+json")
            attach(r, other, "application/spdx+json")
            if not api:
                rows = [{**d, "artifactType": t} for d, t in
                        ((a, "application/spdx+json"), (b, "application/x"))]
                r.add_manifest({"schemaVersion": 2, "mediaType": INDEX, "manifests": rows},
                               image["digest"].replace(":", "-"), kind=INDEX)
            got = run("referrers", r.host + "/a/b", image["digest"])
            lines = got.out.decode().splitlines()
            check(got.ok and {l.split()[0] for l in lines} == {a["digest"], b["digest"]}, got, lines)
            got = run("referrers", r.host + "/a/b", image["digest"], "application/spdx+json")
            check([l.split()[0] for l in got.out.decode().splitlines()] == [a["digest"]], got, "one type")
            got = run("sboms", r.host + "/a/b", image["digest"])
            check(got.out.decode().startswith("spdx ") and got.out.count(b"\n") == 1, got, got.out)
    with Registry(referrers=False) as r:
        got = run("referrers", r.host + "/a/b", digest(b"x"))
        check(got.ok and not got.out, got, "none is no error")


@test
def referrers_come_in_pages():
    with Registry() as r:
        image = r.add_image([b"x"], "latest")
        rows = [attach(r, image, f"application/x{i}") for i in range(3)]

        def before(q, reply):
            if "/referrers/" not in q.path:
                return False
            n = int(q.fields.get("n", 0))
            more = {"Link": f'<{q.path}?n={n + 1}>; rel="next"'} if n < 2 else {}
            return reply(200, dump({"manifests": [rows[n]]}), {"Content-Type": INDEX, **more}) or True

        r.before = before
        got = run("referrers", r.host + "/a/b", image["digest"])
        check(got.out.count(b"\n") == 3, got, got.out)


@test
def attestations_of_buildkit_are_found():
    with Registry() as r:
        image = r.add_image([b"x"])
        other = r.add_image([b"y"])
        statement = attach(r, image, "application/vnd.in-toto+json", annotations={
            "in-toto.io/predicate-type": "https://spdx.dev/Document"})
        provenance = attach(r, image, "application/vnd.in-toto+json", annotations={
            "in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2"})

        def note(d, of):
            return {**d, "platform": {"os": "unknown", "architecture": "unknown"}, "annotations": {
                "vnd.docker.reference.type": "attestation-manifest",
                "vnd.docker.reference.digest": of["digest"]}}

        index = r.add_manifest({"schemaVersion": 2, "mediaType": INDEX, "manifests": [
            image, other, note(statement, image), note(provenance, image)]}, "latest", kind=INDEX)
        r.referrers = False
        got = run("sboms", r.host + "/a/b", image["digest"], index["digest"])
        lines = got.out.decode().splitlines()
        check(got.ok and len(lines) == 1 and lines[0].startswith("in-toto ") and
              lines[0].endswith("https://spdx.dev/Document"), got, lines)
        got = run("sboms", r.host + "/a/b", other["digest"], index["digest"])
        check(got.ok and not got.out, got, "another image's are not its")


@test
def lists_that_are_none_are_told():
    for body in (b"", b"[", b"{}", b'{"manifests":5}', b"[" * 100000, b'{"manifests":[{"digest":"x"},5,[]]}'):
        with Registry(before=lambda q, reply: "/referrers/" in q.path and (reply(200, body) or True)) as r:
            got = run("referrers", r.host + "/a/b", digest(b"x"))
            check(got.error in ("format", "limit") or (got.ok and not got.out), got, body[:30])


# --- out -------------------------------------------------------------------------------------


def push(r, data, **more):
    with tempfile.NamedTemporaryFile() as f:
        f.write(data)
        f.flush()
        return run("push-blob", r.host + "/a/b", digest(data), f.name, **more)


@test
def blobs_and_manifests_go_out():
    with Registry(auth="bearer", users={"me": "p:w"}, anonymous=False) as r, \
            tempfile.NamedTemporaryFile() as f:
        for data in (BLOB, b""):
            got = push(r, data, config=auths(r.host))
            check(got.ok and r.blobs.get(digest(data)) == data, got, "the blob")
        sent = len(r.requests)
        check(push(r, BLOB, config=auths(r.host)).ok, got, "again")
        check(not any(q.method in ("POST", "PUT") for q in r.requests[sent:]), got, "what is there stays")
        check(any(q.fields.get("scope") == "repository:a/b:pull,push" for q in r.requests), got, "the scope")
        f.write(b'{"schemaVersion":2}')
        f.flush()
        got = run("push-manifest", r.host + "/a/b", "v1", MANIFEST, f.name, config=auths(r.host))
        check(got.ok and r.manifests["v1"] == (MANIFEST, b'{"schemaVersion":2}'), got, "the manifest")


@test
def large_blobs_go_in_chunks_where_one_piece_is_refused():
    data = random.Random(3).randbytes(20_000_000)
    with Registry() as r:
        r.before = lambda q, reply: q.method == "PUT" and len(q.body) > 9_000_000 and \
            (reply(413, b"too large") or True)
        got = push(r, data)
        check(got.ok and r.blobs.get(digest(data)) == data, got, "the blob")
        ranges = [q.headers.get("content-range") for q in r.requests if q.method == "PATCH"]
        check(ranges == ["0-8388607", "8388608-16777215", "16777216-19999999"], got, ranges)


@test
def an_upload_that_leads_elsewhere_sees_no_authorization():
    with Registry() as store, Registry(auth="bearer") as r:
        store.before = lambda q, reply: reply(201) or True
        r.before = lambda q, reply: q.method == "POST" and r.allowed(q) and \
            (reply(202, b"", {"Location": store.url + "/up?x=1"}) or True)
        got = push(r, BLOB)
        check(got.ok and len(store.requests) == 1 and store.requests[0].body == BLOB, got, "sent there")
        check(not store.requests[0].authorization, got, "without the token")


@test
def a_refused_push_is_told():
    with Registry(auth="bearer", anonymous=False, users={}) as r:
        got = push(r, BLOB)
        check(got.error == "network" and "401" in got.text, got, "without credentials")
    with Registry(before=lambda q, reply: q.method == "POST" and (reply(403, dump(
            {"errors": [{"code": "DENIED", "message": "read only"}]})) or True)) as r:
        got = push(r, BLOB)
        check(got.error == "network" and "read only" in got.text, got, "with its words")


def main():
    print(f"1..{len(TESTS)}", flush=True)
    failed = 0
    for number, function in enumerate(TESTS, 1):
        name = function.__name__.replace("_", " ")
        try:
            function()
            print(f"ok {number} - {name}", flush=True)
        except Exception as e:
            failed += 1
            print(f"not ok {number} - {name}", flush=True)
            print("\n".join(f"# {line}" for line in f"{type(e).__name__}: {e}".splitlines()), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
