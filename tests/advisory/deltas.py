#!/usr/bin/env python3
"""deltas.py TOOL : updates record by record, killed updates and scans meanwhile, in TAP.

A web server on loopback plays a mirror with modified_id.csv whose records
change, appear and vanish.  The index made of deltas must be byte for byte the
one that is made of the mirror's new all.zip.
"""
import http.server
import io
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import zipfile

TOOL = os.path.abspath(sys.argv[1])
NOW = "1767225600"
ENV = {**os.environ, "no_proxy": "127.0.0.1", "SOURCE_DATE_EPOCH": NOW}
FILES, LOG, DELAY = {}, [], [0.0]


class Bucket(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        name = urllib.parse.unquote(self.path.lstrip("/"))
        time.sleep(DELAY[0])
        data = FILES.get(name)
        tag = f'"{hash(data) & 0xffffffff:x}"'
        status = 404 if data is None else 304 if self.headers.get("If-None-Match") == tag else 200
        LOG.append((name, status))
        self.send_response(status)
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(data)) if status == 200 else "0")
        self.end_headers()
        if status == 200:
            try:
                self.wfile.write(data)
            except ConnectionError:
                pass

    def log_message(self, *_):
        pass


def stamp(second):
    return time.strftime("%Y-%m-%dT%H:%M:%S.25Z", time.gmtime(1750000000 + second))


def record(number, second, filler=0):
    return {"id": f"TEST-{number}", "modified": stamp(second), "aliases": [f"CVE-2025-{10000 + number}"],
            "summary": f"flaw {number}, revision {second}",
            "affected": [{"package": {"ecosystem": "npm", "name": f"package-{number % 40}"},
                          "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"},
                                                                   {"fixed": f"1.0.{second % 97 + 1}"}]}]}],
            "database_specific": {"filler": random.Random(number).randbytes(filler).hex()}}


class Mirror:
    def __init__(self, count, filler):
        self.filler = filler
        self.records = {n: record(n, n, filler) for n in range(count)}
        self.second = count

    def change(self, rng, changed, added, gone):
        for number in rng.sample(sorted(self.records), changed):
            self.second += 1
            self.records[number] = record(number, self.second, self.filler)
        for _ in range(added):
            self.second += 1
            self.records[100000 + self.second] = record(100000 + self.second, self.second, self.filler)
        for number in rng.sample(sorted(self.records), gone):
            del self.records[number]

    def publish(self, csv=True):
        FILES.clear()
        out = io.BytesIO()
        order = list(self.records.values())
        random.Random(self.second).shuffle(order)
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
            for r in order:
                z.writestr(f"{r['id']}.json", json.dumps(r))
        FILES["npm/all.zip"] = out.getvalue()
        FILES["ecosystems.txt"] = b"npm\n"
        for r in order:
            FILES[f"npm/{r['id']}.json"] = json.dumps(r).encode()
        if csv:
            newest = sorted(order, key=lambda r: r["modified"], reverse=True)
            FILES["npm/modified_id.csv"] = "".join(f"{r['modified']},{r['id']}\n" for r in newest).encode()


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # killed clients close their connections
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    number = failed = 0
    print("1..14")

    def check(what, condition, detail=""):
        nonlocal number, failed
        number += 1
        failed += not condition
        print(f"{'ok' if condition else 'not ok'} {number} - {what}{'' if condition else f' # {detail}'}")

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        index, whole = folder / "index", folder / "whole"

        def update(path=index):
            LOG.clear()
            return subprocess.run([TOOL, "update", url, str(path), "npm"], capture_output=True, text=True, env=ENV)

        def fresh():
            shutil.rmtree(f"{whole}.files", ignore_errors=True)
            whole.unlink(missing_ok=True)
            done = update(whole)
            assert done.returncode == 0 and ("npm/all.zip", 200) in LOG, (done, LOG)
            return whole.read_bytes()

        rng = random.Random(11)
        mirror = Mirror(1500, 1500)
        mirror.publish()
        done = update()
        check("the first time the zip is brought", ("npm/all.zip", 200) in LOG and done.returncode == 0, (done, LOG))
        done = update()
        names = [n for n, _ in LOG]
        check("then the list is compared: nothing else is asked for",
              "npm/modified_id.csv" in names and not [n for n in names if n.endswith((".zip", ".json")) and
                                                      n.startswith("npm/")] and "stands" in done.stdout, (done, LOG))
        done = update()
        check("and not sent again", ("npm/modified_id.csv", 304) in LOG and "stands" in done.stdout, (done, LOG))

        equal = True
        for _ in range(3):
            mirror.change(rng, 5, 3, 2)
            mirror.publish()
            done = update()
            brought = [n for n, s in LOG if n.startswith("npm/TEST-")]
            if "npm/all.zip" in [n for n, _ in LOG] or not 6 <= len(brought) <= 8 or "built" not in done.stdout:
                equal = False
                print(f"# {done} {LOG}")
            delta = index.read_bytes()
            if fresh() != delta:
                equal = False
                print("# the index of deltas differs from that of the zip")
        check("three rounds of deltas: the index is that of the new zip, byte for byte", equal)

        mirror.change(rng, 400, 0, 0)
        mirror.publish()
        done = update()
        check("many changes: the zip is cheaper", ("npm/all.zip", 200) in LOG and
              not [n for n, _ in LOG if n.startswith("npm/TEST-")], (done, LOG[:5]))
        check("and gives the same index", index.read_bytes() == fresh())
        mirror.change(rng, 3, 0, 0)
        mirror.publish()
        del FILES[sorted(n for n in FILES if n.startswith("npm/TEST-") and mirror.records[int(n[9:-5])]["modified"] ==
                         max(r["modified"] for r in mirror.records.values()))[0]]
        done = update()
        check("a record that cannot be brought: the zip is", ("npm/all.zip", 200) in LOG and done.returncode == 0,
              (done, LOG))
        mirror.change(rng, 3, 0, 0)
        mirror.publish(csv=False)
        done = update()
        check("a mirror without a list: the zip", ("npm/all.zip", 200) in LOG and "built" in done.stdout, (done, LOG))
        check("the same index again", index.read_bytes() == fresh())
        mirror.change(rng, 3, 0, 0)
        mirror.publish()
        FILES["npm/modified_id.csv"] = b"no list\n"
        done = update()
        check("a list that is none: the zip", ("npm/all.zip", 200) in LOG and "built" in done.stdout, (done, LOG))
        (pathlib.Path(f"{index}.files") / "npm" / "delta").write_bytes(b"damaged")
        mirror.change(rng, 2, 0, 0)
        mirror.publish()
        done = update()
        check("damaged files of what was brought do no harm", done.returncode == 0 and index.read_bytes() == fresh(), done)

        # Killed at any moment, the old or the new index stands, and the next update mends the rest.
        DELAY[0] = 0.002
        bad, kills = [], 0
        duration = 0.15
        for round_ in range(40):
            before = index.read_bytes()
            mirror.change(rng, rng.choice((2, 300)), 1, 1)
            mirror.publish()
            after = fresh()
            process = subprocess.Popen([TOOL, "update", url, str(index), "npm"], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL, env=ENV)
            time.sleep(rng.random() * duration)
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                kills += 1
            process.wait()
            now = index.read_bytes()
            if now not in (before, after):
                bad.append(f"round {round_}: neither the old nor the new index")
            if round_ % 4 == 3:
                done = update()
                if done.returncode or index.read_bytes() != after:
                    bad.append(f"round {round_}: not mended: {done}")
        done = update()
        if done.returncode or index.read_bytes() != fresh():
            bad.append(f"the last update: {done}")
        print(f"# {kills} of 40 updates killed on their way")
        check("kill -9 at random moments leaves the old or the new index", not bad and kills > 5, bad or kills)

        # Scans while updates go on: each sees one index as a whole.
        before = index.read_bytes()
        mirror.change(rng, 300, 5, 5)
        mirror.publish()
        after = fresh()
        packages = "".join(f"npm\t\tpackage-{n}\t1.0.0\t\t\n" for n in range(40))

        def scan(path):
            return subprocess.run([TOOL, "match", str(path)], input=packages, capture_output=True, text=True, env=ENV)

        (folder / "old").write_bytes(before)
        allowed = {scan(folder / "old").stdout: "old", scan(whole).stdout: "new"}
        seen, wrong = set(), []
        updater = subprocess.Popen([TOOL, "update", url, str(index), "npm"], stdout=subprocess.DEVNULL, env=ENV)
        rounds = 0
        while updater.poll() is None or rounds == 0:
            rounds += 1
            results = [None] * 20

            def one(slot):
                results[slot] = scan(index)
            threads = [threading.Thread(target=one, args=(slot,)) for slot in range(20)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for result in results:
                seen.add(allowed.get(result.stdout))
                if result.returncode or result.stdout not in allowed or "corrupt" in result.stderr:
                    wrong.append(result)
        updater.wait()
        seen.add(allowed.get(scan(index).stdout))
        print(f"# {rounds} times 20 scans, which saw {sorted(map(str, seen))}")
        check("the two indexes differ in what they find", len(allowed) == 2)
        check("20 scans at once during an update see the old or the new index", not wrong and "new" in seen, wrong[:1])
    server.shutdown()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
