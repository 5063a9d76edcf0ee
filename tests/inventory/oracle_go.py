"""What the row "executable" finds in Go programs against `go version -m` (TAP).

usage: oracle_go.py INVENTORY_DUMP [PROGRAM...]

Without programs, some are built here, for machines of several kinds, and Go's
own tool is looked at, which holds the magic of build information as a constant.
Each program is shown whole and in pieces of several sizes; the answers must be
the same.  Skipped where there is no go.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

MACHINES = [(None, None), ('linux', '386'), ('linux', 's390x'), ('linux', 'mips'), ('windows', 'amd64'), ('darwin', 'arm64')]
GUESSED = 256  # PACKAGE_GUESSED
PIECES = [0, 13, 16, 100, 4096, 65536]
MAIN, UNVERSIONED, LOCAL = 1 << 3, 1 << 6, 1 << 7

MODULE = '''module example.test/tiny
go 1.16
require (
	example.test/one v1.2.3
	example.test/two v0.0.0-20200102030405-0123456789ab
)
replace example.test/one => ./one
replace example.test/two => ./two
'''


def run(command, **kw):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **kw)


def build(folder):
    for name, text in {
        'go.mod': MODULE,
        'main.go': 'package main\nimport ("example.test/one"; "example.test/two")\nfunc main() { println(one.A, two.A) }\n',
        'one/go.mod': 'module example.test/one\ngo 1.16\n', 'one/one.go': 'package one\nvar A = 1\n',
        'two/go.mod': 'module example.test/two\ngo 1.16\n', 'two/two.go': 'package two\nvar A = 2\n',
    }.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as f:
            f.write(text)
    environment = dict(os.environ, GOFLAGS='-mod=mod', GOPROXY='off', GOTOOLCHAIN='local', CGO_ENABLED='0', GOWORK='off')
    environment.setdefault('GOCACHE', os.path.join(folder, 'cache') if 'HOME' not in os.environ else
                           run(['go', 'env', 'GOCACHE']).stdout.strip() or os.path.join(folder, 'cache'))
    for system, machine in MACHINES:
        out = os.path.join(folder, 'tiny-%s-%s' % (system, machine))
        if machine:
            environment.update(GOOS=system, GOARCH=machine)
        built = run(['go', 'build', '-p', '2', '-o', out, '.'], cwd=folder, env=environment)
        if built.returncode:
            print('# %s %s: %s' % (system, machine, built.stderr.strip().replace('\n', '; ')))
        else:
            yield out


def release(tag):
    m = re.match(r'go(\d+(?:\.\d+){0,2})(?:(rc|beta)(\d+))?', tag)
    if not m:
        return None
    numbers, kind, number = m.groups()
    if not kind:
        return numbers
    return '%s%s-%s.%s' % (numbers, '.0' if numbers.count('.') == 1 else '', kind, number)


def expected(program):
    told = run(['go', 'version', '-m', program]).stdout
    lines = told.splitlines()
    if not lines or not lines[0].startswith(program + ': '):
        return []
    found = [['stdlib', release(lines[0][len(program) + 2:]), 0]]
    for line in lines[1:]:
        # The sum of a replaced module, which is empty, is a line of its own.
        fields = line.split('\t')[1:]
        if fields[0] in ('mod', 'dep') and fields[1]:
            version = fields[2] if len(fields) > 2 else ''
            found.append([fields[1], version, (MAIN if fields[0] == 'mod' else 0) |
                          (UNVERSIONED if version in ('', '(devel)') else 0)])
        elif fields[0] == '=>':
            version = fields[2] if len(fields) > 2 else ''
            if version in ('', '(devel)'):
                found[-1][1:] = [version, found[-1][2] | LOCAL | UNVERSIONED]
            else:
                found[-1][:2] = [fields[1], version]
    return found


def seen(dump, program, piece):
    answer = run([dump, 'executable', str(piece), program])
    # What a program is taken for by its version strings is another row's matter.
    rows = [line.split('\t')[1:] for line in answer.stdout.splitlines()]
    rows = [r for r in rows if r[0] == '!' or not int(r[2]) & GUESSED]
    return [[r[0], r[1], int(r[2]) if r[0] != '!' else -1] for r in rows], answer.stderr


def spans_hold(dump, program):
    """Each span holds the name and version that came from it."""
    with open(program, 'rb') as f:
        data = f.read()
    for line in run([dump, 'executable', '65536', program]).stdout.splitlines():
        _, name, version, flags, _, _, _, offset, length = line.split('\t')
        if int(flags) & GUESSED:
            continue
        span = data[int(offset):int(offset) + int(length)].decode('utf-8', 'replace')
        text = version.replace('.0-rc.', 'rc').replace('-rc.', 'rc') if name == 'stdlib' else version
        if text not in span or (name != 'stdlib' and name not in span):
            return False
    return True


def main():
    dump, programs = sys.argv[1], sys.argv[2:]
    if not shutil.which('go'):
        print('1..0 # SKIP no go')
        return 0
    failed = number = 0
    with tempfile.TemporaryDirectory(prefix='bulwark-go-') as folder:
        if not programs:
            root = run(['go', 'env', 'GOROOT']).stdout.strip()
            programs = list(build(folder)) + [p for p in [os.path.join(root, 'bin', 'go')] if os.path.exists(p)]
        if not programs:
            print('1..0 # SKIP go builds nothing here')
            return 0
        for program in programs:
            want, bad = expected(program), []
            for piece in PIECES:
                got, told = seen(dump, program, piece)
                if got != want:
                    bad.append('in pieces of %d: %r, not %r %s' % (piece, got, want, told))
            if not spans_hold(dump, program):
                bad.append('a span holds something else')
            if not want and not sys.argv[2:]:
                bad.append('go itself finds nothing')
            number += 1
            failed += bool(bad)
            print('%s %d - %s: %d packages' % ('not ok' if bad else 'ok', number, os.path.basename(program), len(want)))
            for line in bad:
                print('# ' + line)
    print('1..%d' % number)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
