"""The rows of Java against readers of Python's library (TAP).

usage: oracle_java.py INVENTORY_DUMP

Archives: those among the fixtures of other scanners
($BULWARK_CASES/inventory/fixtures.tar.zst) and, when it is there, the folder
java-tree of $BULWARK_IMAGES.  Every pom.properties that zipfile finds in them,
at any depth that is read, is a package, and nothing else is but what is
flagged as guessed; whatever the size of the pieces.  verification-metadata.xml
is read by ElementTree, build.sbt.lock by json.
"""

import glob
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
import zipfile

DUMP = sys.argv[1]
DEPTH, GUESSED = 16, 256
SUFFIXES = (".jar", ".war", ".ear", ".par", ".sar", ".nar", ".rar", ".kar", ".hpi", ".jpi", ".lpkg")
IDENTIFIER = re.compile(r"[A-Za-z0-9._-]+")
count = failed = 0


def check(good, what, why=""):
    global count, failed
    count += 1
    failed += not good
    print("%sok %d - %s" % ("" if good else "not ", count, what))
    if not good:
        print("# " + why.replace("\n", "\n# "))


def dump(row, piece, path):
    answer = subprocess.run([DUMP, row, str(piece), path], capture_output=True, text=True, errors="replace", check=False)
    lines = [line.split("\t") for line in answer.stdout.splitlines()]
    return [(l[1], l[2], int(l[3])) for l in lines if l[1] != "!"], [l[2] for l in lines if l[1] == "!"]


def properties(text):
    found = {}
    for line in text.decode("latin-1").splitlines():
        m = re.match(r"\s*([A-Za-z]+)\s*[=: ]\s*(.*?)\s*$", line)
        if m:
            found[m.group(1)] = m.group(2)
    return found


def judge(data, depth=1):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            if re.search(r"(^|/)META-INF/maven/.*/pom\.properties$", entry.filename):
                p = properties(archive.read(entry))
                values = [p.get(key, "") for key in ("groupId", "artifactId", "version")]
                if all(values) and IDENTIFIER.fullmatch(values[0]) and IDENTIFIER.fullmatch(values[1]) \
                        and not re.search(r"[\s$@%]", values[2]):
                    yield ":".join(values[:2]), values[2]
            elif entry.filename.lower().endswith(SUFFIXES) and depth < DEPTH:
                try:
                    yield from judge(archive.read(entry), depth + 1)
                except zipfile.BadZipFile:
                    pass


def check_archive(path, name):
    packages, problems = dump("java-archive", 0, path)
    with open(path, "rb") as stream:
        data = stream.read()
    try:
        expected = set(judge(data))
    except zipfile.BadZipFile:
        check(bool(problems) and not packages, name + ": zipfile cannot read it either", str(packages))
        return
    got = {(n, v) for n, v, flags in packages if not flags & GUESSED}
    # Where descriptors without properties are read the judge says nothing.
    extra = got - expected if not b"pom.xml" in data else set()
    check(expected <= got and not extra, name + ": packages", "missing %s, too many %s" % (expected - got, extra))
    again = [dump("java-archive", piece, path) for piece in (1000, 65536)]
    check(all(a == (packages, problems) for a in again), name + ": in pieces")


def check_verification(path, name):
    packages, problems = dump("gradle-verification", 0, path)
    try:
        tree = xml.etree.ElementTree.parse(path)
    except xml.etree.ElementTree.ParseError:
        check(bool(problems), name + ": ElementTree cannot read it either")
        return
    expected = {("%s:%s" % (c.get("group"), c.get("name")), c.get("version") or "")
                for c in tree.iter("{https://schema.gradle.org/dependency-verification}component")
                if c.get("group") and c.get("name")}
    check({p[:2] for p in packages} == expected, name, "%s, not %s" % (packages, expected))


def check_sbt(path, name):
    packages, _ = dump("sbt-lock", 0, path)
    with open(path, encoding="utf-8") as stream:
        lock = json.load(stream)
    expected = [("%s:%s" % (d["org"], d["name"]), d["version"]) for d in lock.get("dependencies", [])]
    check(sorted(p[:2] for p in packages) == sorted(expected), name, "%s, not %s" % (packages, expected))


def fixtures(root):
    def files(pattern):
        return sorted(glob.glob(os.path.join(root, pattern), recursive=True))

    for path in files("**/java/**/*"):
        if path.endswith(SUFFIXES):
            check_archive(path, os.path.relpath(path, root))
    for path in files("**/gradleverificationmetadataxml/testdata/*.xml"):
        check_verification(path, os.path.relpath(path, root))
    for path in files("**/build.sbt.lock"):
        if os.path.getsize(path):
            check_sbt(path, os.path.relpath(path, root))


def main():
    source = os.environ.get("BULWARK_SOURCE") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    cases = os.environ.get("BULWARK_CASES") or os.path.join(source, "..", "shared", "cases")
    packed = os.path.join(cases, "inventory", "fixtures.tar.zst")
    tree = os.path.join(os.environ.get("BULWARK_IMAGES") or "/nowhere", "java-tree")
    if os.path.exists(packed):
        with tempfile.TemporaryDirectory() as root:
            subprocess.run("zstd -dcq '%s' | tar -x -C '%s'" % (packed, root), shell=True, check=True)
            fixtures(root)
    else:
        print("# skipped: no fixtures at " + packed)
    if os.path.isdir(tree):
        for name in sorted(os.listdir(tree)):
            check_archive(os.path.join(tree, name), name)
    else:
        print("# skipped: no archives at " + tree)
    print("1..%d%s" % (count, "" if count else " # SKIP neither fixtures nor archives"))
    return 1 if failed else 0


sys.exit(main())
