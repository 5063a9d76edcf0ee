#!/usr/bin/env python3
"""web_mirror.py TOOL : updates of the index from a web server that knows entity tags, in TAP."""
import http.server
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import zipfile

FILES, LOG = {}, []


class Bucket(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = urllib.parse.unquote(self.path.lstrip("/"))
        if name not in FILES:
            LOG.append((name, 404))
            self.send_error(404)
            return
        tag = f'"{hash(FILES[name]) & 0xffffffff:x}"'
        status = 304 if self.headers.get("If-None-Match") == tag else 200
        LOG.append((name, status))
        self.send_response(status)
        self.send_header("ETag", tag)
        if status == 200:
            self.send_header("Content-Length", str(len(FILES[name])))
        self.end_headers()
        if status == 200:
            self.wfile.write(FILES[name])

    def log_message(self, *_):
        pass


def archive(ecosystem, *names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name in names:
            z.writestr(f"R-{name}.json", json.dumps({
                "id": f"R-{name}", "modified": "2025-01-01T00:00:00Z",
                "affected": [{"package": {"ecosystem": ecosystem, "name": name}, "versions": ["1.0.0"]}]}))
    return out.getvalue()


def main():
    tool = sys.argv[1]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"
    number = failed = 0
    print("1..9")

    def check(what, condition, detail=""):
        nonlocal number, failed
        number += 1
        failed += not condition
        print(f"{'ok' if condition else 'not ok'} {number} - {what}{'' if condition else f' # {detail}'}")

    with tempfile.TemporaryDirectory() as folder:
        index = f"{folder}/index"

        def update(*ecosystems):
            LOG.clear()
            return subprocess.run([tool, "update", url, index, *ecosystems], capture_output=True, text=True,
                                  env={**os.environ, "no_proxy": "127.0.0.1"})

        FILES.update({"npm/all.zip": archive("npm", "a"), "Red Hat/all.zip": archive("Red Hat:8", "b"),
                      "ecosystems.txt": b"npm\nRed Hat\nGo\n"})
        done = update("npm", "Go")
        check("what is there is brought, what is not is named",
              done.stdout == "changed npm\nmissing Go\nbuilt\n", done)
        done = update("npm")
        check("a file that has not changed is not sent again",
              done.stdout == "same npm\nstands\n" and ("npm/all.zip", 304) in LOG and
              not [name for name, status in LOG if status == 200], (done, LOG))
        FILES["npm/all.zip"] = archive("npm", "a", "c")
        done = update("npm")
        check("a changed one is", done.stdout == "changed npm\nbuilt\n", done)
        done = update()
        check("without names, all of the mirror's own list",
              done.stdout == "same npm\nchanged Red Hat\nmissing Go\nbuilt\n", done)
        found = subprocess.run([tool, "match", index], capture_output=True, text=True,
                               input="npm\t\tc\t1.0.0\t\t\nRed Hat\t8\tb\t1.0.0\t\t\n").stdout
        check("the index holds both", [line.split("\t")[1] for line in found.splitlines()] == ["R-c", "R-b"], found)
        before = open(index, "rb").read()
        FILES["npm/all.zip"] = b"no archive"
        done = update("npm")
        check("a broken archive is an error that names it", done.returncode == 3 and "npm" in done.stderr, done)
        check("and leaves the index as it was", open(index, "rb").read() == before)
        done = update("Red Hat")
        check("nor does it stand in the way of others", done.stdout == "same Red Hat\nstands\n", done)
        FILES["npm/all.zip"] = archive("npm", "a", "c", "d")
        done = update("npm")
        check("the next update mends it", done.stdout == "changed npm\nbuilt\n", done)
    server.shutdown()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
