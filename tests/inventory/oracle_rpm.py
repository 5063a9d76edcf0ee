"""The rpm row against rpm over the same packages (TAP).

usage: oracle_rpm.py INVENTORY_DUMP [DATABASE...]

Packages come from databases of real distributions, which are taken from
outside ($BULWARK_CASES/inventory/fixtures.tar.zst, by default ../shared/cases
beside the source), and from packages that rpmbuild makes here.  Their headers
are written as SQLite by rpm itself, as Berkeley DB by db_load, and as ndb by
the few lines below; rpm -qa over the first tells what must be found in all of
them.  Skipped where there is no rpm.
"""

import glob
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

FIXTURES = ['rpmdb/pkg/testdata/cbl-mariner-2.0/rpmdb.sqlite', 'rpmdb/pkg/testdata/sle15-bci/Packages.db',
            'rpmdb/pkg/testdata/libuuid/Packages', 'scalibr/extractor/filesystem/os/rpm/testdata/Packages_epoch']
MAGIC = b'\x8e\xad\xe8\x01\0\0\0\0'
FORMAT = r'%{NAME}\t%{EPOCH}\t%{VERSION}-%{RELEASE}\t%{SOURCERPM}\t%{ARCH}\n'
OWNS = '512'  # a path that a package owns, no package
SPEC = """
Name: one
Version: 1.2~rc1
Release: 3%{?dist}
Epoch: 4
Summary: s
License: MIT and (BSD or "odd")
Vendor: Somebody, Inc.
ModularityLabel: some:stream:1:abc
Requires: /bin/sh, one-libs = 4:1.2~rc1-3, (a if b)
%description
d
%package libs
Summary: s
Provides: other(x) = 2
%description libs
d
%package -n apart-name
Version: 7^git1
Release: 0.1
Epoch: 0
Summary: s
BuildArch: noarch
%description -n apart-name
d
%files
%files libs
%files -n apart-name
"""


class Skip(Exception):
    pass


def run(command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    if done.returncode:
        raise RuntimeError('%s: %s' % (command[0], done.stderr.decode(errors='replace')[-500:]))
    return done.stdout


def ndb_headers(path):
    with open(path, 'rb') as f:
        data = f.read()
    slots = struct.unpack('<I', data[12:16])[0] * 256
    for i in range(2, slots):
        magic, package, block, _ = struct.unpack_from('<4sIII', data, i * 16)
        assert magic == b'Slot'
        if package:
            size = struct.unpack_from('<I', data, block * 16 + 12)[0]
            yield data[block * 16 + 16:block * 16 + 16 + size]


def write_ndb(headers, path):
    pages = (len(headers) + 2) // 256 + 1
    slots, blobs, at = b'', b'', pages * 256
    for i, header in enumerate(headers, 1):
        blob = b'BlbS' + struct.pack('<III', i, 1, len(header)) + header
        blob += b'\0' * (-(len(blob) + 12) % 16)
        blob += struct.pack('<II', zlib.adler32(blob), len(header)) + b'BlbE'
        slots += b'Slot' + struct.pack('<III', i, at, len(blob) // 16)
        blobs += blob
        at += len(blob) // 16
    slots = b'RpmP' + struct.pack('<IIII', 0, 1, pages, len(headers) + 1) + b'\0' * 12 + slots
    slots += (b'Slot' + b'\0' * 12) * ((pages * 4096 - len(slots)) // 16)
    with open(path, 'wb') as f:
        f.write(slots + blobs)


def write_bdb(headers, path, page_size):
    tool = shutil.which('db5.3_load') or shutil.which('db_load')
    if not tool:
        raise Skip('no db_load')
    text = 'VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=%d\nHEADER=END\n' % page_size
    rows = [(0, struct.pack('<I', len(headers)))] + list(enumerate(headers, 1))
    text += ''.join(' %s\n %s\n' % (struct.pack('<I', key).hex(), value.hex()) for key, value in rows)
    run([tool, path], input=(text + 'DATA=END\n').encode())


def database_headers(path, folder):
    """The headers of a database, read by rpm where it can."""
    name = os.path.basename(path)
    if name.endswith('.db'):
        return list(ndb_headers(path))
    home = tempfile.mkdtemp(dir=folder)
    shutil.copy(path, os.path.join(home, 'Packages' if name.startswith('Packages') else name))
    return split_headers(run(['rpmdb', '--dbpath', home, '--exportdb']))


def split_headers(listing):
    headers = []
    while listing:
        assert listing.startswith(MAGIC)
        count, size = struct.unpack_from('>II', listing, 8)
        end = 16 + 16 * count + size
        headers.append(listing[8:end])
        listing = listing[end:]
    return headers


def built_headers(folder):
    if not shutil.which('rpmbuild'):
        raise Skip('no rpmbuild')
    spec, home = os.path.join(folder, 'one.spec'), os.path.join(folder, 'built')
    with open(spec, 'w') as f:
        f.write(SPEC)
    run(['rpmbuild', '--quiet', '--define', '_topdir ' + folder, '--nodeps', '-bb', spec])
    os.mkdir(home)
    packages = glob.glob(os.path.join(folder, 'RPMS', '*', '*.rpm'))
    run(['rpm', '--dbpath', home, '-i', '--justdb', '--nodeps', '--noscripts', '--ignorearch'] + packages)
    return split_headers(run(['rpmdb', '--dbpath', home, '--exportdb']))


def expected_rows(lines):
    rows, epochs = [line.split('\t') for line in lines], {}
    for row in rows:
        row[1] = '' if row[1] in ('(none)', '0') else row[1] + ':'
        if row[3].endswith('-%s.src.rpm' % row[2]):
            epochs[row[3]] = row[1]
    for name, epoch, version, source, arch in rows:
        parts = source[:-len('.src.rpm')].rsplit('-', 2) if source.endswith('.src.rpm') else []
        of_source = epochs.get(source, epoch) if parts and '-'.join(parts[1:]) != version else epoch
        source, source_version = (parts[0], of_source + '-'.join(parts[1:])) if parts else (name, epoch + version)
        yield (name, epoch + version, source, source_version, '' if arch == '(none)' else arch)


def expected(home):
    lines = run(['rpm', '--dbpath', home, '-qa', '--qf', FORMAT]).decode('utf-8', 'replace').splitlines()
    return sorted(expected_rows(line for line in lines if not line.startswith('gpg-pubkey\t')))


def seen(dump, path):
    done = subprocess.run([dump, 'rpm', '0', path], stdout=subprocess.PIPE)
    rows = [line.split('\t')[1:] for line in done.stdout.decode('utf-8', 'replace').splitlines()]
    rows = [r for r in rows if r[0] == '!' or r[2] != OWNS]
    return sorted(tuple(r) if r[0] == '!' else (r[0], r[1], r[3], r[4], r[5]) for r in rows)


class Report:
    def __init__(self, dump):
        self.dump, self.number, self.failed = dump, 0, 0

    def line(self, good, what):
        self.number += 1
        self.failed += not good
        print('%s %d - %s' % ('ok' if good else 'not ok', self.number, what))

    def compare(self, what, want, path):
        got = seen(self.dump, path)
        self.line(bool(want) and want == got, '%s: %d packages' % (what, len(want)))
        if want != got:
            print('# rpm alone: %r' % sorted(set(want) - set(got))[:5])
            print('# inventory alone: %r' % sorted(set(got) - set(want))[:5])


def all_formats(report, name, headers, folder):
    home = tempfile.mkdtemp(dir=folder)
    run(['rpmdb', '--dbpath', home, '--importdb'], input=b''.join(MAGIC + h for h in headers))
    want = expected(home)
    report.compare(name + ', SQLite by rpm', want, os.path.join(home, 'rpmdb.sqlite'))
    write_ndb(headers, os.path.join(home, 'Packages.db'))
    report.compare(name + ', ndb', want, os.path.join(home, 'Packages.db'))
    for page_size in (512, 4096, 65536):
        path = os.path.join(home, 'Packages-%d' % page_size)
        try:
            write_bdb(headers, path, page_size)
        except Skip as why:
            report.line(True, '%s, Berkeley DB # SKIP %s' % (name, why))
            break
        report.compare('%s, Berkeley DB with pages of %d' % (name, page_size), want, path)
    return want


def fixtures(folder):
    source = os.environ.get('BULWARK_SOURCE', os.path.join(os.path.dirname(__file__), '..', '..'))
    cases = os.environ.get('BULWARK_CASES', os.path.join(source, '..', 'shared', 'cases'))
    archive = os.path.join(cases, 'inventory', 'fixtures.tar.zst')
    if not os.path.exists(archive):
        return []
    run(['tar', '-C', folder, '-xf', archive] + FIXTURES)
    return [os.path.join(folder, name) for name in FIXTURES]


def judge(report, name, read, folder, path=None):
    try:
        want = all_formats(report, name, read(), folder)
        if path:
            report.compare(name + ' as it is', want, path)
    except Skip as why:
        report.line(True, '%s # SKIP %s' % (name, why))
    except RuntimeError as why:
        report.line(False, '%s: %s' % (name, str(why).replace('\n', ' ')))


def main():
    if not shutil.which('rpm') or not shutil.which('rpmdb'):
        print('1..0 # SKIP no rpm')
        return 0
    report = Report(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix='bulwark-rpm-') as folder:
        judge(report, 'built here', lambda: built_headers(folder), folder)
        paths = sys.argv[2:] or fixtures(folder)
        for path in paths:
            judge(report, '/'.join(path.split('/')[-2:]), lambda p=path: database_headers(p, folder), folder, path)
        if not paths:
            report.line(True, 'databases of distributions # SKIP no fixtures')
    print('1..%d' % report.number)
    return 1 if report.failed else 0


if __name__ == '__main__':
    sys.exit(main())
