#!/usr/bin/env python3
"""Asks each packaging tool that is installed for its order of random versions
and compares it with ours, in TAP.

usage: oracle_versions.py VERSIONCHECK [SCHEME...]

The versions are the same in every run.  They are made of what the tool calls
valid; where an order of ours departs from the tool on purpose (the file of the
scheme says where and why) its generator leaves that out.
"""
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

PAIRS = 2000
SHOWN = 20


class Missing(Exception):
    """The tool is not here: the reason goes into the TAP skip."""


def run(command, text="", **options):
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False,
                          **options)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: exit {done.returncode}: {done.stderr.strip()[:300]}")
    return done.stdout


def need(program):
    path = shutil.which(program)
    if not path:
        raise Missing(f"{program} is not installed")
    return path


def as_lines(pairs):
    return "".join(f"{a} {b}\n" for a, b in pairs)


def as_orders(output):
    return [int(word) for word in output.split()]


def number(rng, huge=True):
    kind = rng.randrange(12)
    if kind == 0 and huge:
        return str(rng.choice([2**31, 2**32, 2**63, 2**64, 10**25]) + rng.randrange(-1, 2))
    if kind == 1:
        return str(rng.randrange(10000, 30000))
    return str(rng.randrange(0, 13))


def padded(rng, huge=True):
    return rng.choice(["", "", "", "0", "00"]) + number(rng, huge)


def numbers(rng, least, most, digits=number, **options):
    return ".".join(digits(rng, **options) for _ in range(rng.randint(least, most)))


# Each oracle: a generator of versions, and a judge of pairs.

def debian_version(rng):
    marks = [".", "+", "~", "~~", "a", "deb", "Z", "rc", "."]
    version = rng.choice(["", "", "", "0:", "1:", "02:"]) + padded(rng)
    for _ in range(rng.randrange(4)):
        version += rng.choice(marks) + rng.choice(["", padded(rng)])
    if rng.randrange(2):
        version += "-" + rng.choice(["", "0"]) + padded(rng)
        for _ in range(rng.randrange(3)):
            version += rng.choice(marks) + rng.choice(["", padded(rng)])
    return version


def dpkg(pairs):
    need("dpkg")
    script = ('while read -r a b; do'
              ' if dpkg --compare-versions "$a" lt "$b"; then echo -1;'
              ' elif dpkg --compare-versions "$a" eq "$b"; then echo 0; else echo 1; fi; done')
    return as_orders(run(["sh", "-c", script], as_lines(pairs)))


def alpine_version(rng):
    version = numbers(rng, 1, 4, padded, huge=False)
    version += rng.choice(["", "", "a", "b", "z"])
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        version += "_" + rng.choice(["alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"])
        version += rng.choice(["", padded(rng, huge=False)])
    return version + rng.choice(["", f"-r{rng.randrange(12)}"])


def apk(pairs):
    need("apk")
    script = ('while read -r a b; do case "$(apk version -t "$a" "$b")" in'
              ' "<") echo -1;; "=") echo 0;; *) echo 1;; esac; done')
    return as_orders(run(["sh", "-c", script], as_lines(pairs)))


def pypi_version(rng):
    mark = lambda: rng.choice(["", ".", "-", "_"])
    case = lambda word: rng.choice([word, word, word.upper()])
    counted = lambda word: mark() + case(word) + rng.choice(["", mark() + padded(rng)])
    version = rng.choice(["", "", "v"]) + rng.choice(["", "", "0!", "1!", "01!"])
    version += numbers(rng, 1, 4, padded)
    if rng.randrange(3) == 0:
        version += counted(rng.choice(["a", "b", "c", "rc", "alpha", "beta", "pre", "preview"]))
    if rng.randrange(3) == 0:
        version += rng.choice(["-" + padded(rng), counted(rng.choice(["post", "rev", "r"]))])
    if rng.randrange(3) == 0:
        version += counted("dev")
    if rng.randrange(4) == 0:
        parts = [rng.choice([padded(rng), "a", "B", "abc", "a1", "1a"])
                 for _ in range(rng.randint(1, 3))]
        version += "+" + rng.choice(".-_").join(parts)
    return version


def packaging(pairs):
    try:
        from packaging.version import Version
    except ImportError:
        raise Missing("python3-packaging is not installed") from None
    keys = [(Version(a), Version(b)) for a, b in pairs]
    return [(a > b) - (a < b) for a, b in keys]


def legacy_version(rng):
    parts = ["0", "1", "00", "10", "20040101", "123456789", "x", "pre", "preview", "rc", "dev",
             "final", "patch", "alpha", "-", "-", "_", "zz", "g"]
    return "x" + "".join(rng.choice(["", "."]) + rng.choice(parts)
                         for _ in range(rng.randrange(7)))


def legacy(pairs):
    try:
        from packaging.version import LegacyVersion
    except ImportError:
        raise Missing("no `packaging` older than 22, which had LegacyVersion") from None
    import warnings
    warnings.simplefilter("ignore")
    keys = [(LegacyVersion(a), LegacyVersion(b)) for a, b in pairs]
    return [(a > b) - (a < b) for a, b in keys]


def gem_version(rng):
    version = padded(rng)
    for _ in range(rng.randrange(5)):
        version += "." + rng.choice([padded(rng), padded(rng), "0", "a", "rc", "B", "pre", "a1",
                                     "1a", "rc10"])
    if rng.randrange(5) == 0:
        version += "-" + rng.choice(["1", "rc", "0", "a.1", "1.a", "x-1"])
    return version


def gem(pairs):
    ruby = need("ruby")
    script = ('$stdin.each_line { |l| a, b = l.split;'
              ' puts Gem::Version.new(a) <=> Gem::Version.new(b) }')
    return as_orders(run([ruby, "-e", script], as_lines(pairs)))


def semver_version(rng):
    word = lambda: rng.choice([str(rng.randrange(12)), "a", "b", "alpha", "rc", "A", "a-b", "-",
                               "1a", "0a", "rc1", "rc10"])
    version = ".".join(str(rng.randrange(12)) for _ in range(3))
    if rng.randrange(3):
        version += "-" + ".".join(word() for _ in range(rng.randint(1, 3)))
    return version + rng.choice(["", "", "+1", "+a.b"])


def node_semver(pairs):
    node = need("node")
    script = ('const dirs = [process.cwd(), "/usr/lib/node_modules/npm", "/usr/share/nodejs",'
              ' "/usr/local/lib/node_modules/npm", "/usr/share/npm"];'
              'let s; try { s = require(require.resolve("semver", { paths: dirs })); }'
              'catch (e) { console.log("none"); process.exit(0); }'
              'for (const l of require("fs").readFileSync(0, "utf8").trim().split("\\n"))'
              '{ const [a, b] = l.split(" "); console.log(s.compare(a, b)); }')
    output = run([node, "-e", script], as_lines(pairs))
    if output.strip() == "none":
        raise Missing("node has no semver module")
    return as_orders(output)


def go_version(rng):
    version = "v" + semver_version(rng)
    if rng.randrange(6) == 0:
        version = rng.choice([f"v{rng.randrange(4)}", f"v{rng.randrange(4)}.{rng.randrange(12)}"])
    if rng.randrange(6) == 0:
        version = f"v0.0.0-2019010100000{rng.randrange(3)}-{rng.choice('0ab')}bcdefabcdef"
    return version


GO_MAIN = """package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"oracle/semver"
)

func main() {
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		f := strings.Fields(in.Text())
		fmt.Println(semver.Compare(f[0], f[1]))
	}
}
"""


def go_semver(pairs):
    go = need("go")
    root = pathlib.Path(run([go, "env", "GOROOT"]).strip())
    source = root / "src/cmd/vendor/golang.org/x/mod/semver/semver.go"
    if not source.exists():
        raise Missing("go has no sources of its semver package")
    with tempfile.TemporaryDirectory() as directory:
        base = pathlib.Path(directory)
        (base / "semver").mkdir()
        (base / "semver/semver.go").write_text(source.read_text())
        (base / "main.go").write_text(GO_MAIN)
        (base / "go.mod").write_text("module oracle\n\ngo 1.18\n")
        env = dict(os.environ, GOFLAGS="-mod=mod", GOPROXY="off", GOTOOLCHAIN="local",
                   GOCACHE=str(base / "cache"))
        return as_orders(run([go, "run", "."], as_lines(pairs), cwd=base, env=env))


def rpm_version(rng):
    marks = [".", ".", "_", "+", "~", "^", "a", "rc", "el", "Z", "..", "^git", "~rc"]
    part = lambda: padded(rng) + "".join(rng.choice(marks) + rng.choice(["", padded(rng)])
                                         for _ in range(rng.randrange(4)))
    return rng.choice(["", "", "", "0:", "1:", "02:"]) + part() + rng.choice(["", "-" + part()])


def rpm(pairs):
    tool = need("rpm")
    with tempfile.NamedTemporaryFile("w", suffix=".pairs") as table:
        table.write(as_lines(pairs))
        table.flush()
        script = ('%{lua: for l in io.lines(rpm.expand("%{pairs_file}")) do'
                  ' local i = l:find(" ", 1, true)'
                  ' print(rpm.vercmp(l:sub(1, i - 1), l:sub(i + 1)), " ") end}')
        return as_orders(run([tool, "--define", f"pairs_file {table.name}", "--eval", script]))


def php_version(rng):
    words = ["dev", "alpha", "a", "beta", "b", "RC", "rc", "pl", "p", "patch", "foo", "stable"]
    version = rng.choice(["", "v"]) + numbers(rng, 1, 4, padded, huge=False)
    for _ in range(rng.randrange(3)):
        version += rng.choice(["", "-", ".", "_", "+", "--"])
        version += rng.choice(words)
        if rng.randrange(2):
            version += rng.choice(["", "-", "."]) + padded(rng, huge=False)
    return version


def php(pairs):
    tool = need("php")
    script = ('while ($l = fgets(STDIN)) { [$a, $b] = explode(" ", trim($l));'
              ' echo version_compare(ltrim($a, "v"), ltrim($b, "v")), "\\n"; }')
    return as_orders(run([tool, "-n", "-r", script], as_lines(pairs)))


def cran_version(rng):
    version = str(rng.randrange(12))
    for _ in range(rng.randint(1, 4)):
        version += rng.choice(".-") + padded(rng, huge=False)
    return version


def r_language(pairs):
    tool = need("Rscript")
    script = ('t <- strsplit(readLines(file("stdin")), " ");'
              'for (p in t) cat(compareVersion(p[1], p[2]), "\\n")')
    return as_orders(run([tool, "-e", script], as_lines(pairs)))


def maven_version(rng):
    """Qualifiers behind a dash or a digit, and no null before a member that is none."""
    words = ["alpha", "beta", "milestone", "rc", "cr", "SNAPSHOT", "sp", "foo", "jre", "a", "b",
             "m", "Android"]
    count = lambda: str(rng.choice([1, 2, 9, 10, 11, 20200101, 10**25]))
    version = numbers(rng, 1, 4, padded)
    for _ in range(rng.randrange(3)):
        kind = rng.randrange(3)
        if kind == 0:
            version += "-" + count() + rng.choice(["", "." + count()])
        else:
            version += rng.choice(["-", ""]) + rng.choice(words)
            version += rng.choice(["", count(), "-" + count()])
    return version + rng.choice(["", "", "", "-final", ".0", "-ga", "-0"])


MAVEN_MAIN = """import java.io.*;
import org.apache.maven.artifact.versioning.ComparableVersion;

public class Oracle {
    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = in.readLine()) != null; ) {
            String[] v = line.split(" ");
            int order = new ComparableVersion(v[0]).compareTo(new ComparableVersion(v[1]));
            System.out.println(Integer.signum(order));
        }
    }
}
"""


def maven(pairs):
    java = need("java")
    need("javac")
    jars = []
    for pattern in ("maven3-artifact*.jar", "maven-artifact*.jar", "commons-lang3.jar"):
        jars += sorted(p for p in pathlib.Path("/usr/share/java").glob(pattern)
                       if not re.search("transfer", p.name))
    if len(jars) < 2:
        raise Missing("no maven-artifact jar (libmaven3-core-java)")
    with tempfile.TemporaryDirectory() as directory:
        source = pathlib.Path(directory) / "Oracle.java"
        source.write_text(MAVEN_MAIN)
        return as_orders(run([java, "-cp", ":".join(map(str, jars)), str(source)],
                             as_lines(pairs)))


ORACLES = [
    ("debian", "dpkg --compare-versions", debian_version, dpkg, 600),
    ("alpine", "apk version -t", alpine_version, apk, 1000),
    ("pypi", "packaging.version.Version", pypi_version, packaging, PAIRS),
    ("pypi", "packaging.version.LegacyVersion", legacy_version, legacy, PAIRS),
    ("rubygems", "Gem::Version", gem_version, gem, PAIRS),
    ("semver", "node semver", semver_version, node_semver, PAIRS),
    ("go", "golang.org/x/mod/semver", go_version, go_semver, PAIRS),
    ("redhat", "rpm.vercmp", rpm_version, rpm, PAIRS),
    ("packagist", "php version_compare", php_version, php, PAIRS),
    ("cran", "R compareVersion", cran_version, r_language, PAIRS),
    ("maven", "ComparableVersion", maven_version, maven, PAIRS),
]


def neighbour(rng, version, make):
    """Often a version that differs in one place, so that the comparison goes deep."""
    if rng.randrange(2):
        return make(rng)
    runs = list(re.finditer(r"[0-9]+", version))
    at = rng.choice(runs)
    return version[:at.start()] + rng.choice(["0", "1", "2", "10", "1" + at.group()]) \
        + version[at.end():]


# A null member with others behind it: see maven.c.
LEFT_OUT = {"maven": re.compile(r"[-A-Za-z]0+[-.A-Za-z]")}


def random_pairs(scheme, make, count):
    rng = random.Random(f"bulwark {scheme} {make.__name__}")
    pairs = []
    while len(pairs) < count:
        a = make(rng)
        b = neighbour(rng, a, make) if re.search("[0-9]", a) else make(rng)
        if scheme not in LEFT_OUT or not LEFT_OUT[scheme].search(f"{a} {b}"):
            pairs.append((a, b))
    return pairs


def differences(versioncheck, scheme, pairs, orders):
    if len(orders) != len(pairs):
        raise RuntimeError(f"{len(orders)} answers for {len(pairs)} pairs")
    table = [f"{a} {'<=>'[order + 1]} {b}\n" for (a, b), order in zip(pairs, orders)]
    done = subprocess.run([versioncheck, scheme], input="".join(table), capture_output=True,
                          text=True, check=False)
    lines = done.stdout.splitlines()
    if done.returncode not in (0, 1) or not lines or not re.search(
            r"^\d+ agree, \d+ differ$", lines[-1]):
        raise RuntimeError(f"versioncheck {scheme}: exit {done.returncode} {done.stderr.strip()}")
    return len(table), lines[:-1]


def main():
    versioncheck, wanted = sys.argv[1], sys.argv[2:]
    oracles = [o for o in ORACLES if not wanted or o[0] in wanted]
    failed = 0
    print(f"1..{len(oracles)}")
    for i, (scheme, title, make, judge, count) in enumerate(oracles, 1):
        pairs = random_pairs(scheme, make, count)
        try:
            asked, lines = differences(versioncheck, scheme, pairs, judge(pairs))
        except Missing as reason:
            print(f"ok {i} - {scheme}: {title} # SKIP {reason}", flush=True)
            continue
        except RuntimeError as problem:
            asked, lines = 0, [str(problem)]
        for line in lines[:SHOWN]:
            print(f"# {line}")
        failed += bool(lines)
        print(f"{'not ok' if lines else 'ok'} {i} - {scheme}: {title}, {asked} pairs, "
              f"{len(lines)} differ", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
