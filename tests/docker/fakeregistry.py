"""A registry on loopback that can be made to misbehave; for tests of the client and of targets."""
import base64
import hashlib
import http.server
import json
import pathlib
import re
import ssl
import subprocess
import threading
import time
import urllib.parse

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+prettyjws"


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def dump(value):
    return json.dumps(value, separators=(",", ":")).encode()


class Request:
    def __init__(self, handler, body):
        self.method = handler.command
        self.path, _, self.query = handler.path.partition("?")
        self.fields = dict(urllib.parse.parse_qsl(self.query))
        self.headers = {k.lower(): v for k, v in handler.headers.items()}
        self.body = body
        self.at = time.monotonic()

    @property
    def authorization(self):
        return self.headers.get("authorization", "")


class Registry:
    """
    `auth`: None, "basic" or "bearer"; `users` {name: password}.  `before(request, reply)`
    may answer in place of the registry and then returns True; `reply` is
    reply(status, body, headers={}, length=None, cut=None).
    """

    def __init__(self, auth=None, users=None, anonymous=True, before=None, context=None,
                 ranges=True, referrers=True, host="127.0.0.1"):
        self.auth, self.users, self.anonymous = auth, users or {}, anonymous
        self.before, self.ranges, self.referrers = before, ranges, referrers
        self.blobs, self.manifests, self.uploads = {}, {}, {}
        self.requests, self.tokens, self.refresh = [], set(), {}
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                request = Request(self, body)
                outer.requests.append(request)
                try:
                    if not (outer.before and outer.before(request, self.reply)):
                        outer.serve(request, self.reply)
                except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
                    self.close_connection = True

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer

            def reply(self, status, body=b"", headers=None, length=None, cut=None):
                self.send_response(status)
                for name, value in (headers or {}).items():
                    for one in value if isinstance(value, list) else [value]:
                        self.send_header(name, one)
                self.send_header("Content-Length", str(len(body) if length is None else length))
                if cut is not None or length is not None:
                    self.send_header("Connection", "close")
                    self.close_connection = True
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body if cut is None else body[:cut])
                    self.wfile.flush()

            def log_message(self, *_):
                pass

        self.httpd = http.server.ThreadingHTTPServer((host, 0), Handler)
        self.httpd.daemon_threads = True
        self.httpd.block_on_close = False
        self.httpd.handle_error = lambda *_: None
        if context:
            self.httpd.socket = context.wrap_socket(self.httpd.socket, server_side=True)
        self.host = f"{host}:{self.httpd.server_address[1]}"
        self.url = ("https" if context else "http") + "://" + self.host
        threading.Thread(target=self.httpd.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.httpd.shutdown()
        self.httpd.server_close()

    # --- what it holds

    def add_blob(self, data, name=None):
        self.blobs[name or digest(data)] = data
        return name or digest(data)

    def add_manifest(self, data, *tags, kind=MANIFEST):
        data = data if isinstance(data, bytes) else dump(data)
        for name in (digest(data), *tags):
            self.manifests[name] = (kind, data)
        return {"mediaType": kind, "digest": digest(data), "size": len(data)}

    def add_layout(self, directory, *tags):
        """All that an OCI layout holds; the tags name its first image."""
        root = pathlib.Path(directory)
        blobs = {f"{p.parent.name}:{p.name}": p.read_bytes() for p in root.glob("blobs/*/*")}
        self.blobs.update(blobs)
        first = None

        def visit(descriptor):
            data = blobs.get(descriptor["digest"])
            if data is None:
                return
            self.manifests[descriptor["digest"]] = (descriptor["mediaType"], data)
            for child in json.loads(data).get("manifests", []):
                visit(child)

        for descriptor in json.loads((root / "index.json").read_bytes())["manifests"]:
            visit(descriptor)
            first = first or descriptor
        for tag in tags:
            self.manifests[tag] = self.manifests[first["digest"]]
        return first["digest"]

    def add_image(self, layers, *tags, config=None, layer_type=LAYER, platform=("linux", "amd64"),
                  descriptors=None):
        """`layers`: the stored bytes of each, uncompressed tars."""
        data = dump(config or {"os": platform[0], "architecture": platform[1], "config": {},
                               "rootfs": {"type": "layers", "diff_ids": [digest(l) for l in layers]}})
        manifest = {
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": {"mediaType": CONFIG, "digest": self.add_blob(data), "size": len(data)},
            "layers": descriptors or [{"mediaType": layer_type, "digest": self.add_blob(l),
                                       "size": len(l)} for l in layers],
        }
        return self.add_manifest(manifest, *tags)

    # --- how it answers

    def challenge(self, reply):
        value = ('Basic realm="registry"' if self.auth == "basic" else
                 f'Bearer realm="{self.url}/token",service="test \\"service\\"",'
                 'scope="repository:a/b:pull"')
        reply(401, dump({"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]}),
              {"WWW-Authenticate": value, "Content-Type": "application/json"})

    def allowed(self, request):
        if not self.auth:
            return True
        scheme, _, value = request.authorization.partition(" ")
        if self.auth == "basic":
            return scheme == "Basic" and self.known(value)
        return scheme == "Bearer" and value in self.tokens

    def known(self, value):
        user, _, password = base64.b64decode(value).decode().partition(":")
        return self.users.get(user) == password

    def give_token(self, request, reply):
        ok = self.anonymous
        if request.method == "POST":
            fields = dict(urllib.parse.parse_qsl(request.body.decode()))
            ok = fields.get("refresh_token") in self.refresh
        elif request.authorization:
            ok = self.known(request.authorization.partition(" ")[2])
        if not ok:
            return reply(401, dump({"details": "incorrect username or password"}))
        token = f"token-{len(self.tokens)}"
        self.tokens.add(token)
        key = "access_token" if request.method == "POST" else "token"
        reply(200, dump({key: token, "expires_in": 300}))

    def serve(self, request, reply):
        if request.path == "/token":
            return self.give_token(request, reply)
        if not self.allowed(request):
            return self.challenge(reply)
        if request.path == "/v2/":
            return reply(200, b"{}")
        match = re.fullmatch(r"/v2/(.+)/(manifests|blobs|referrers)/(.*)", request.path)
        if not match:
            return reply(404, b"")
        getattr(self, "on_" + match[2])(request, reply, match[1], match[3])

    def on_manifests(self, request, reply, _, name):
        if request.method == "PUT":
            self.manifests[name] = (request.headers["content-type"], request.body)
            self.manifests[digest(request.body)] = self.manifests[name]
            return reply(201)
        if name not in self.manifests:
            return reply(404, dump({"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}))
        kind, data = self.manifests[name]
        reply(200, data, {"Content-Type": kind, "Docker-Content-Digest": digest(data)})

    def on_referrers(self, request, reply, _, name):
        if not self.referrers:
            return reply(404, b"404 page not found")
        found = []
        for kind, data in {d: m for d, m in self.manifests.items() if ":" in d}.values():
            value = json.loads(data)
            if value.get("subject", {}).get("digest") == name:
                found.append({"mediaType": kind, "digest": digest(data), "size": len(data),
                              "artifactType": value.get("artifactType", "")})
        reply(200, dump({"schemaVersion": 2, "mediaType": INDEX, "manifests": found}),
              {"Content-Type": INDEX})

    def on_blobs(self, request, reply, repository, name):
        if name.startswith("uploads/"):
            return self.on_upload(request, reply, repository, name.removeprefix("uploads/"))
        if name not in self.blobs:
            return reply(404, dump({"errors": [{"code": "BLOB_UNKNOWN", "message": "blob unknown"}]}))
        data = self.blobs[name]
        start = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
        if start and self.ranges:
            at = int(start[1])
            return reply(206, data[at:], {"Content-Range": f"bytes {at}-{len(data) - 1}/{len(data)}"})
        reply(200, data)

    def on_upload(self, request, reply, repository, name):
        where = f"/v2/{repository}/blobs/uploads/"
        if request.method == "POST":
            key = f"u{len(self.uploads)}"
            self.uploads[key] = b""
            return reply(202, headers={"Location": f"{where}{key}?state=1"})
        self.uploads[name] += request.body
        if request.method == "PATCH":
            return reply(202, headers={"Location": f"{where}{name}?state=2"})
        data = self.uploads[name]
        if digest(data) != request.fields["digest"]:
            return reply(400, dump({"errors": [{"code": "DIGEST_INVALID", "message": "no"}]}))
        self.blobs[digest(data)] = data
        reply(201)


def certificate(directory, name="good", subject="/CN=loopback", alternative="IP:127.0.0.1"):
    key, cert = pathlib.Path(directory, name + ".key"), pathlib.Path(directory, name + ".pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-days", "2", "-subj", subject, "-addext",
                    f"subjectAltName={alternative}", "-keyout", key, "-out", cert],
                   check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert
