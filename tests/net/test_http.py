#!/usr/bin/env python3
"""Downloads from servers on loopback that misbehave, one test for each manner; TAP."""
import http.server
import os
import pathlib
import random
import ssl
import subprocess
import sys
import tempfile
import threading
import time

HTTPGET = sys.argv[1]
BODY = random.Random(7).randbytes(3_000_000)
ETAG = '"one"'
DATE = "Mon, 06 Jul 2026 10:00:00 GMT"


class Server:
    """One server; `answer(handler, number)` answers the request of that number, from 1."""

    def __init__(self, answer, context=None):
        outer = self
        self.requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer.requests.append((self.path, dict(self.headers), time.monotonic()))
                self.close_connection = True
                try:
                    answer(self, len(outer.requests))
                except (BrokenPipeError, ConnectionResetError):
                    pass

            def log_message(self, *_):
                pass

        self.httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.httpd.daemon_threads = True
        self.httpd.block_on_close = False
        self.httpd.handle_error = lambda *_: None
        if context:
            self.httpd.socket = context.wrap_socket(self.httpd.socket, server_side=True)
        self.scheme = "https" if context else "http"
        self.port = self.httpd.server_address[1]
        threading.Thread(target=self.httpd.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.httpd.shutdown()
        self.httpd.server_close()

    def url(self, path="/file", host="127.0.0.1"):
        return f"{self.scheme}://{host}:{self.port}{path}"


def send(h, status=200, body=b"", length=None, headers=()):
    h.send_response(status)
    for name, value in headers:
        h.send_header(name, value)
    if length is not False:
        h.send_header("Content-Length", str(len(body) if length is None else length))
    h.send_header("Connection", "close")
    h.end_headers()
    h.wfile.write(body)
    h.wfile.flush()


class Got:
    def __init__(self, done, data, seconds):
        self.ok = done.returncode == 0
        self.text = done.stdout + done.stderr
        self.data = data
        self.seconds = seconds
        self.fields = dict(line.partition(" ")[::2] for line in done.stdout.splitlines())
        self.error = done.stdout.partition(":")[0].removeprefix("error ") if not self.ok else ""


def get(url, *options, env=None):
    clean = {k: v for k, v in os.environ.items() if "proxy" not in k.lower()
             and k not in ("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE")}
    with tempfile.TemporaryDirectory() as d:
        path = pathlib.Path(d, "out")
        start = time.monotonic()
        done = subprocess.run([HTTPGET, url, path, *options], text=True, capture_output=True,
                              env={**clean, **(env or {})}, timeout=120)
        return Got(done, path.read_bytes() if path.exists() else b"", time.monotonic() - start)


TESTS = []


def test(function):
    TESTS.append(function)
    return function


def check(condition, got, what):
    if not condition:
        raise AssertionError(f"{what}\n{got.text}")


@test
def a_file_comes_whole():
    with Server(lambda h, n: send(h, body=BODY, headers=[("ETag", ETAG), ("Last-Modified", DATE)])) as s:
        got = get(s.url())
        check(got.ok and got.data == BODY, got, "the body")
        check(got.fields["etag"] == ETAG and got.fields["last-modified"] == DATE, got, "the validators")
        check(got.fields["bytes"] == str(len(BODY)), got, "the length")
        check(len(s.requests) == 1 and "Range" not in s.requests[0][1], got, "one plain request")


@test
def an_empty_file_comes_too():
    with Server(lambda h, n: send(h, headers=[("ETag", ETAG)])) as s:
        got = get(s.url())
        check(got.ok and got.fields["bytes"] == "0" and got.fields["etag"] == ETAG, got, "an empty answer")


@test
def not_modified():
    def answer(h, n):
        fresh = h.headers.get("If-None-Match") == ETAG and h.headers.get("If-Modified-Since") == DATE
        send(h, 304 if fresh else 200, b"" if fresh else BODY, length=False if fresh else None)
    with Server(answer) as s:
        got = get(s.url(), "--etag", ETAG, "--last-modified", DATE)
        check(got.ok and got.fields["status"] == "304" and got.data == b"", got, "304")
        got = get(s.url(), "--etag", '"two"')
        check(got.ok and got.fields["status"] == "200" and got.data == BODY, got, "200")


@test
def not_modified_without_having_asked_is_an_error():
    with Server(lambda h, n: send(h, 304, length=False)) as s:
        got = get(s.url())
        check(got.error == "network" and "304" in got.text, got, "304 unasked")


@test
def a_broken_transfer_goes_on_where_it_broke():
    def answer(h, n):
        ranged = h.headers.get("Range")
        if n == 1:
            send(h, body=BODY[:1_000_000], length=len(BODY), headers=[("ETag", ETAG)])
        elif ranged and h.headers.get("If-Range") == ETAG:
            start = int(ranged.removeprefix("bytes=").rstrip("-"))
            send(h, 206, BODY[start:], headers=[
                ("ETag", ETAG), ("Content-Range", f"bytes {start}-{len(BODY) - 1}/{len(BODY)}")])
        else:
            send(h, 500)
    with Server(answer) as s:
        got = get(s.url())
        check(got.ok and got.data == BODY, got, "the body is whole")
        check(got.fields["bytes"] == str(len(BODY)) and len(s.requests) == 2, got, "two requests")
        check(int(s.requests[1][1]["Range"].removeprefix("bytes=").rstrip("-")) > 0, got, "a later start")


@test
def a_file_that_changed_meanwhile_starts_over():
    other = BODY[::-1]

    def answer(h, n):
        if n == 1:
            send(h, body=BODY[:1_000_000], length=len(BODY), headers=[("ETag", ETAG)])
        else:
            send(h, body=other, headers=[("ETag", '"two"')])
    with Server(answer) as s:
        got = get(s.url())
        check(got.ok and got.data == other and got.fields["etag"] == '"two"', got, "the new file, whole")


@test
def a_part_of_another_file_is_refused():
    def answer(h, n):
        if n == 1:
            send(h, body=BODY[:1_000_000], length=len(BODY), headers=[("ETag", ETAG)])
        elif "Range" in h.headers:
            send(h, 206, b"x" * 10, headers=[("ETag", '"two"'), ("Content-Range", "bytes 0-9/10")])
        else:
            send(h, body=BODY, headers=[("ETag", '"two"')])
    with Server(answer) as s:
        got = get(s.url())
        check(got.ok and got.data == BODY and len(s.requests) == 3, got, "asked again for the whole")


@test
def without_a_validator_nothing_is_resumed():
    def answer(h, n):
        send(h, body=BODY[:100_000] if n == 1 else BODY, length=len(BODY), headers=[("ETag", 'W/"weak"')])
    with Server(answer) as s:
        got = get(s.url())
        check(got.ok and got.data == BODY and "Range" not in s.requests[1][1], got, "whole again")


@test
def a_transfer_that_never_completes_is_an_error():
    with Server(lambda h, n: send(h, body=BODY[:1000], length=len(BODY))) as s:
        got = get(s.url())
        check(got.error == "network" and "4 attempts" in got.text and len(s.requests) == 4, got, "gives up")


@test
def server_errors_pass():
    with Server(lambda h, n: send(h, 503 if n < 3 else 200, b"fine")) as s:
        got = get(s.url())
        check(got.ok and got.data == b"fine" and len(s.requests) == 3, got, "third time")
        gaps = [b[2] - a[2] for a, b in zip(s.requests, s.requests[1:])]
        check(gaps[0] >= 0.4 and gaps[1] >= 0.9, got, f"back-off {gaps}")


@test
def the_server_says_when_to_come_back():
    with Server(lambda h, n: send(h, 429 if n == 1 else 200, b"fine",
                                  headers=[("Retry-After", "2")] if n == 1 else [])) as s:
        got = get(s.url())
        check(got.ok and s.requests[1][2] - s.requests[0][2] >= 1.9, got, "waited")


@test
def nothing_waits_beyond_the_deadline():
    with Server(lambda h, n: send(h, 429, headers=[("Retry-After", "86400")])) as s:
        got = get(s.url(), "--deadline", "1000")
        check(got.error == "timeout" and got.seconds < 20, got, "the deadline")


@test
def a_server_that_hangs_is_left_at_the_deadline():
    with Server(lambda h, n: time.sleep(30)) as s:
        got = get(s.url(), "--deadline", "1000")
        check(got.error == "timeout" and got.seconds < 20 and s.url() in got.text, got, "the deadline")


@test
def missing_files_are_told_apart():
    for status, error in ((404, "not-found"), (410, "not-found"), (403, "network"), (401, "network")):
        with Server(lambda h, n: send(h, status, b"no")) as s:
            got = get(s.url("/absent"))
            check(got.error.replace("_", "-") == error, got, f"{status}")
            check(str(status) in got.text and s.url("/absent") in got.text, got, "URL and status are named")
            check(got.data == b"" and len(s.requests) == 1, got, "nothing written, not tried again")


@test
def an_endless_error_page_is_cut():
    def answer(h, n):
        h.send_response(404)
        h.end_headers()
        for _ in range(100_000):
            h.wfile.write(b"x" * 65536)
    with Server(answer) as s:
        got = get(s.url())
        check(got.error.replace("_", "-") == "not-found" and got.data == b"", got, "404")


@test
def too_much_is_too_much():
    for length in (None, False):
        with Server(lambda h, n: send(h, body=BODY, length=length)) as s:
            got = get(s.url(), "--max", "1000000")
            check(got.error == "limit" and len(got.data) <= 1_000_000, got, "the limit")
            got = get(s.url(), "--max", str(len(BODY)))
            check(got.ok and got.data == BODY, got, "exactly the limit")


@test
def redirects_are_followed_and_counted():
    def answer(h, n):
        left = int(h.path.rpartition("/")[2])
        send(h, 302 if left else 200, b"" if left else b"there",
             headers=[("Location", f"/{left - 1}")] if left else [])
    with Server(answer) as s:
        got = get(s.url("/5"))
        check(got.ok and got.data == b"there" and len(s.requests) == 6, got, "five redirects")
        got = get(s.url("/6"))
        check(got.error == "network" and "redirects" in got.text, got, "six are too many")


@test
def redirects_lead_to_no_other_protocol():
    for place in ("file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x"):
        with Server(lambda h, n: send(h, 302, headers=[("Location", place)])) as s:
            got = get(s.url())
            check(got.error in ("network", "usage") and got.data == b"", got, place)


@test
def other_protocols_are_refused():
    for url in ("file:///etc/passwd", "ftp://127.0.0.1/x", "nothing", "http://"):
        got = get(url)
        check(not got.ok and got.data == b"", got, url)


@test
def plain_http_is_for_loopback():
    got = get("http://192.0.2.1/file")
    check(got.error == "network" and "plain http" in got.text and got.seconds < 10, got, "refused unasked")
    with Server(lambda h, n: send(h, 302, headers=[("Location", "http://192.0.2.1/file")])) as s:
        got = get(s.url())
        check(got.error == "network" and "plain http" in got.text, got, "refused behind a redirect")
    got = get("http://127.0.0.1.example.invalid/file")
    check(got.error == "network" and "plain http" in got.text, got, "a name that only begins like loopback")


@test
def offline_asks_nobody():
    with Server(lambda h, n: send(h, body=BODY)) as s:
        got = get(s.url(), "--offline", "yes")
        check(got.error == "network" and "offline" in got.text and not s.requests, got, "no request")


@test
def nobody_there():
    with Server(lambda h, n: None) as s:
        url = s.url()
    got = get(url)
    check(got.error == "network" and url in got.text, got, "refused connection")


@test
def passwords_stay_out_of_messages():
    with Server(lambda h, n: send(h, 404)) as s:
        got = get(f"http://user:secret@127.0.0.1:{s.port}/x")
        check("secret" not in got.text and f"127.0.0.1:{s.port}/x" in got.text, got, "the message")
        check("Authorization" in s.requests[0][1], got, "they are used")


@test
def the_proxy_is_used():
    with Server(lambda h, n: send(h, body=h.path.encode())) as s:
        got = get("http://mirror.invalid/file", "--allow-plain", "yes",
                  env={"http_proxy": f"http://127.0.0.1:{s.port}"})
        check(got.ok and got.data == b"http://mirror.invalid/file", got, "asked through the proxy")


def certificate(directory, name, subject, alternative):
    key, cert = directory / f"{name}.key", directory / f"{name}.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-days", "2", "-subj", subject, "-addext", f"subjectAltName={alternative}",
                    "-keyout", key, "-out", cert], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, str(cert)


@test
def certificates_are_checked():
    with tempfile.TemporaryDirectory() as d:
        context, cert = certificate(pathlib.Path(d), "good", "/CN=loopback", "IP:127.0.0.1")
        with Server(lambda h, n: send(h, body=BODY), context) as s:
            got = get(s.url())
            check(got.error == "network" and "certificate" in got.text, got, "a stranger's certificate")
            check(not s.requests and got.data == b"" and got.seconds < 10, got, "nothing was asked, nor again")
            for variable in ("SSL_CERT_FILE", "CURL_CA_BUNDLE"):
                got = get(s.url(), env={variable: cert})
                check(got.ok and got.data == BODY, got, f"trusted by {variable}")


@test
def the_name_in_the_certificate_counts():
    with tempfile.TemporaryDirectory() as d:
        context, cert = certificate(pathlib.Path(d), "other", "/CN=other", "DNS:other.example")
        with Server(lambda h, n: send(h, body=BODY), context) as s:
            got = get(s.url(), env={"SSL_CERT_FILE": cert})
            check(got.error == "network" and got.data == b"" and not s.requests, got, "another name")


@test
def https_leads_nowhere_plain():
    with tempfile.TemporaryDirectory() as d, Server(lambda h, n: send(h, body=b"plain")) as plain:
        context, cert = certificate(pathlib.Path(d), "good", "/CN=loopback", "IP:127.0.0.1")
        with Server(lambda h, n: send(h, 302, headers=[("Location", plain.url())]), context) as s:
            got = get(s.url(), env={"SSL_CERT_FILE": cert})
            check(got.error == "network" and "https to http" in got.text and not plain.requests, got, "refused")


def main():
    print(f"1..{len(TESTS)}", flush=True)
    failed = 0
    for number, function in enumerate(TESTS, 1):
        try:
            function()
            print(f"ok {number} - {function.__name__.replace('_', ' ')}", flush=True)
        except Exception as e:
            failed += 1
            print(f"not ok {number} - {function.__name__.replace('_', ' ')}", flush=True)
            print("\n".join(f"# {line}" for line in f"{type(e).__name__}: {e}".splitlines()), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
