"""The dpkg rows against dpkg-query over the same databases (TAP).

usage: oracle_dpkg.py INVENTORY_DUMP [STATUS...]

The databases are this machine's own and some written below; each goes to
`dpkg-query --admindir`.  Skipped where there is no dpkg-query.
"""

import os
import shutil
import subprocess
import sys
import tempfile

OURS = {
    'states': ''.join(
        'Package: p%d\nStatus: %s\nMaintainer: M <m@example.test>\nArchitecture: amd64\nVersion: 1-%d\n'
        'Description: d\n\n' % (i, status, i) for i, status in enumerate([
            'install ok installed', 'deinstall ok config-files', 'install reinstreq half-installed', 'install ok unpacked',
            'install ok half-configured', 'hold ok installed', 'purge ok config-files', 'deinstall ok installed'])),
    'sources': ''.join(
        'Package: s%d\nStatus: install ok installed\nMaintainer: M <m@example.test>\nArchitecture: all\n%sVersion: %s\n'
        'Description: d\n more\n .\n Package: no\n\n' % (i, source, version) for i, (source, version) in enumerate([
            ('', '1.0'), ('Source: other\n', '1.0-1'), ('Source: other (2.0-1)\n', '2.0-1+b1'),
            ('Source: other (1:2.0)\n', '3:2.0'), ('source: lower\n', '1.0')])),
    'one': 'Package: a\nStatus: install ok installed\nMaintainer: M <m@example.test>\nArchitecture: all\nVersion: 0~1\n'
           'Description: no line end behind it\n',
    'never': 'Package: a\nStatus: unknown ok not-installed\nPriority: optional\nSection: x\n\n'
             'Package: b\nStatus: install ok installed\nMaintainer: M <m@example.test>\nArchitecture: all\nVersion: 1\n'
             'Description: d\n',
    'empty': '',
}
NOT_INSTALLED, HALF = 1 << 4, 1 << 5
FLAGS = {'installed': 0, 'triggers-awaited': 0, 'triggers-pending': 0, 'config-files': NOT_INSTALLED,
         'half-installed': HALF, 'unpacked': HALF, 'half-configured': HALF}
FORMAT = '${Package}\t${Version}\t${db:Status-Status}\t${source:Package}\t${source:Version}\t${Architecture}\n'


def lines(command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.stdout.decode('utf-8', 'surrogateescape').splitlines()


def expected(folder):
    rows = []
    for line in lines(['dpkg-query', '--admindir', folder, '-W', '-f', FORMAT]):
        name, version, state, source, source_version, architecture = line.split('\t')
        if state != 'not-installed':
            rows.append((name, version, FLAGS[state], source, source_version, architecture))
    return sorted(rows)


def seen(dump, path):
    rows = []
    for line in lines([dump, 'dpkg-status', '0', path]):
        fields = line.split('\t')
        if fields[1] == '!':
            rows.append(tuple(fields))
        else:
            rows.append((fields[1], fields[2], int(fields[3]), fields[4], fields[5], fields[6]))
    return sorted(rows)


def main():
    dump, databases = sys.argv[1], dict(OURS)
    if not shutil.which('dpkg-query'):
        print('1..0 # SKIP no dpkg-query')
        return 0
    for path in sys.argv[2:] or ['/var/lib/dpkg/status']:
        if os.path.exists(path):
            with open(path, 'rb') as f:
                databases[path] = f.read().decode('utf-8', 'surrogateescape')
    failed = 0
    print('1..%d' % len(databases))
    for number, (name, text) in enumerate(databases.items(), 1):
        with tempfile.TemporaryDirectory(prefix='bulwark-dpkg-') as folder:
            path = os.path.join(folder, 'status')
            with open(path, 'w', encoding='utf-8', errors='surrogateescape') as f:
                f.write(text)
            os.makedirs(os.path.join(folder, 'updates'))
            want, got = expected(folder), seen(dump, path)
        good = want == got and (bool(want) or not text)
        failed += not good
        print('%s %d - %s: %d packages' % ('ok' if good else 'not ok', number, name, len(want)))
        if not good:
            print('# dpkg alone: %r' % sorted(set(want) - set(got))[:5])
            print('# inventory alone: %r' % sorted(set(got) - set(want))[:5])
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
