"""The tar, gzip, zstd and ZIP readers against the tools that write such files (TAP).

usage: oracle_archives.py ARCHIVE_LIST

Archives come from GNU tar in each of its formats, Python's tarfile, gzip, zstd,
Python's zipfile and Info-ZIP.  The reader must list what Python's modules list,
with the same bytes in every file, however the input is cut and compressed.
Damaged input must end in an error or in what the other reader makes of it, and
never in a crash.  A tool that is not installed is skipped.
"""

import gzip
import hashlib
import io
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

LIST = sys.argv[1]
RANDOM = random.Random(20240229)
TYPES = {tarfile.REGTYPE: "f", tarfile.AREGTYPE: "f", tarfile.CONTTYPE: "f", tarfile.GNUTYPE_SPARSE: "f",
         tarfile.LNKTYPE: "h", tarfile.SYMTYPE: "s", tarfile.CHRTYPE: "c", tarfile.BLKTYPE: "b",
         tarfile.DIRTYPE: "d", tarfile.FIFOTYPE: "p"}


class Skip(Exception):
    pass


def need(*tools):
    for tool in tools:
        if not shutil.which(tool):
            raise Skip(f"{tool} is not installed")


def sha(data):
    return hashlib.sha256(data).hexdigest()


def run_list(path, *options):
    """Exit code, lines, message; a signal is a failure of its own."""
    done = subprocess.run([LIST, *options, str(path)], capture_output=True, timeout=120)
    assert done.returncode in (0, 1), f"{options} {path}: exit code {done.returncode}\n{done.stderr.decode()[-3000:]}"
    return done.returncode, done.stdout.decode().splitlines(), done.stderr.decode()


def unhex(text):
    return b"" if text == "-" else bytes.fromhex(text)


def our_rows(path, *options):
    code, lines, message = run_list(path, *options)
    assert code == 0, f"{path}: {message}"
    rows = []
    for line in lines:
        kind, size, digest, name, link = line.split()
        name, link = unhex(name), unhex(link)
        rows.append((kind, name.rstrip(b"/"), link.rstrip(b"/"), int(size), digest.removeprefix("sha256:")))
    return rows


def python_rows(path):
    rows = []
    with tarfile.open(path, errors="surrogateescape", encoding="utf-8") as tar:
        for member in tar:
            kind = TYPES.get(member.type, "o")
            digest, size = "-", 0
            if kind == "f":
                digest, size = sha(tar.extractfile(member).read()), member.size
            link = os.fsencode(member.linkname) if kind in "hs" else b""
            rows.append((kind, os.fsencode(member.name).rstrip(b"/"), link.rstrip(b"/"), size, digest))
    return rows


def same_rows(path, *options):
    ours, theirs = our_rows(path, *options), python_rows(path)
    for mine, other in zip(ours, theirs):
        assert mine == other, f"{mine}\nnot {other}"
    assert len(ours) == len(theirs), f"{len(ours)} entries, not {len(theirs)}"
    return ours


def holes(path, size, *runs):
    with open(path, "wb") as f:
        for offset, data in runs:
            f.seek(offset)
            f.write(data)
        f.truncate(size)


def make_tree(root, long_names=True):
    (root / "dir/empty").mkdir(parents=True)
    for size in (0, 1, 511, 512, 513, 10000, 70000, 600000):
        (root / f"dir/file-{size}").write_bytes(RANDOM.randbytes(size // 2) + b"x" * (size - size // 2))
    os.link(root / "dir/file-513", root / "hard")
    os.symlink("../nowhere", root / "dir/soft")
    os.mkfifo(root / "fifo")
    (root / "sp ace\tund Umläute ☃").write_bytes(b"name")
    (root / os.fsdecode(b"latin-\xe4")).write_bytes(b"no UTF-8")
    deep = root / "/".join(["component"] * 12)
    deep.mkdir(parents=True)
    (deep / "leaf").write_bytes(b"prefix")
    if long_names:
        (root / ("n" * 200)).write_bytes(b"long")
        os.symlink("target/" * 50 + "end", root / "long-target")
        deep = root / "/".join(["a-long-component" * 8] * 5)
        deep.mkdir(parents=True)
        (deep / ("m" * 250)).write_bytes(b"longest")
    return root


def make_sparse(root):
    root.mkdir()
    holes(root / "head", 300000, (200000, b"tail" * 100))
    holes(root / "tail", 300000, (0, b"head" * 100))
    holes(root / "middle", 1 << 20, (4096, b"a" * 5000), (500000, b"b"), (1048575, b"c"))
    holes(root / "nothing", 100000)
    holes(root / "many", 200 * 8192, *[(i * 8192, b"%d" % i) for i in range(200)])
    (root / "dense").write_bytes(RANDOM.randbytes(9000))
    return root


def gnu_tar(out, root, *options):
    need("tar")
    subprocess.run(["tar", "-cf", out, "--sort=name", *options, "-C", root.parent, root.name], check=True,
                   capture_output=True)


def files_of(rows):
    return {name: digest for kind, name, _, _, digest in rows if kind == "f"}


def check_gnu(work, form):
    root = make_tree(work / "tree", long_names=form not in ("v7", "ustar"))
    if form == "v7":
        # The format has room for 99 bytes of a name, and none for pipes.
        shutil.rmtree(root / "component")
        (root / "fifo").unlink()
    gnu_tar(work / "a.tar", root, f"--format={form}")
    rows = same_rows(work / "a.tar")
    for piece in (1, 100, 512, 5000):
        assert our_rows(work / "a.tar", "-p", str(piece)) == rows, f"in pieces of {piece}"
    found = files_of(rows)
    links = [name for kind, name, *_ in rows if kind == "h"]
    assert len(links) == 1
    for path in root.rglob("*"):
        name = os.fsencode(path.relative_to(root.parent))
        if not path.is_symlink() and path.is_file() and name not in links:
            assert found[name] == sha(path.read_bytes()), path


def check_sparse(work, *options):
    root = make_sparse(work / "sparse")
    gnu_tar(work / "a.tar", root, "--sparse", "--hole-detection=raw", *options)
    rows = same_rows(work / "a.tar")
    for piece in (1, 700):
        assert our_rows(work / "a.tar", "-p", str(piece)) == rows
    found = files_of(rows)
    for path in root.iterdir():
        assert found[os.fsencode(path.relative_to(root.parent))] == sha(path.read_bytes()), path
    # It is no test of sparse files if they were stored in full.
    assert (work / "a.tar").stat().st_size < 400000


def random_name(limit):
    parts = []
    for _ in range(RANDOM.randint(1, 6)):
        parts.append("".join(RANDOM.choice("abcXYZ019._- =\n\"é☃") for _ in range(RANDOM.randint(1, 60))))
    name = "/".join(parts)
    while len(name.encode()) > limit:
        name = name[:-1]
    return name.rstrip("/") or "x"


def random_member(form):
    limit = 100 if form == tarfile.USTAR_FORMAT else 400
    member = tarfile.TarInfo(random_name(limit))
    member.type = RANDOM.choice([tarfile.REGTYPE] * 5 + [tarfile.AREGTYPE, tarfile.CONTTYPE, tarfile.DIRTYPE,
                                tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
    if member.type == tarfile.AREGTYPE and len(member.name.encode()) > 99:
        # Python looks for the old mark of a directory, a slash, in the name that was cut.
        member.type = tarfile.REGTYPE
    member.mode = RANDOM.randrange(0o10000)
    member.mtime = RANDOM.choice([0, 1, 2 ** 31, RANDOM.random() * 1e9 if form == tarfile.PAX_FORMAT else 5])
    member.uid = RANDOM.choice([0, 1000] + ([2 ** 21, 2 ** 31] if form != tarfile.USTAR_FORMAT else []))
    member.uname = RANDOM.choice(["", "root", "é" * 10])
    if member.type in (tarfile.SYMTYPE, tarfile.LNKTYPE):
        member.linkname = random_name(limit)
    if form == tarfile.PAX_FORMAT and RANDOM.random() < 0.3:
        member.pax_headers = {"comment": random_name(200), "SCHILY.xattr.user.x": "v" * RANDOM.randrange(2000)}
    data = b""
    if member.isreg():
        data = RANDOM.randbytes(RANDOM.choice([0, 1, 511, 512, 513, RANDOM.randrange(5000)]))
        member.size = len(data)
    return member, data


def check_random(work, form):
    path = work / "a.tar"
    for _ in range(25):
        with tarfile.open(path, "w", format=form) as tar:
            for _ in range(RANDOM.randrange(12)):
                member, data = random_member(form)
                tar.addfile(member, io.BytesIO(data))
        same_rows(path, *RANDOM.choice([(), ("-p", str(RANDOM.randint(1, 3000)))]))


def small_tar(work):
    """Compresses well in some places and not at all in others."""
    root = work / "small"
    root.mkdir()
    (root / "text").write_bytes(b"".join(b"line %d of a text\n" % (i % 97) for i in range(40000)))
    (root / "noise").write_bytes(RANDOM.randbytes(150000))
    (root / "zeros").write_bytes(b"\0" * 1000000)
    path = work / "small.tar"
    with tarfile.open(path, "w") as tar:
        tar.add(root, "small")
    return path


def expect_packed(work, plain, packed, kind):
    (work / "packed").write_bytes(packed)
    want = f"{kind} {len(packed)} sha256:{sha(packed)} {len(plain)} sha256:{sha(plain)}"
    for options in ((), ("-p", str(RANDOM.choice([7, 13, 100]))), ("-p", str(RANDOM.choice([4096, 65537])))):
        code, lines, message = run_list(work / "packed", "-i", *options)
        assert code == 0 and lines == [want], f"{options}: {message}{lines}\nnot {want}"


def members(data, count, pack):
    cuts = sorted(RANDOM.randrange(len(data) + 1) for _ in range(count - 1))
    return b"".join(pack(data[a:b]) for a, b in zip([0] + cuts, cuts + [len(data)]))


def zlib_gzip(data, level, strategy):
    packer = zlib.compressobj(level, zlib.DEFLATED, 31, 9, strategy)
    half = len(data) // 2
    return (packer.compress(data[:half]) + packer.flush(zlib.Z_FULL_FLUSH) + packer.compress(data[half:]) +
            packer.flush())


def check_gzip(work):
    plain = small_tar(work).read_bytes()
    for level in (0, 1, 5, 6, 9):
        for strategy in (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED):
            expect_packed(work, plain, zlib_gzip(plain, level, strategy), "gzip")
    packed = members(plain, 50, gzip.compress)
    expect_packed(work, plain, packed, "gzip")
    expect_packed(work, plain, packed + bytes(10240), "gzip")
    expect_packed(work, b"", gzip.compress(b""), "gzip")
    assert our_rows(work / "small.tar") == python_rows(work / "small.tar")
    (work / "tgz").write_bytes(packed)
    assert our_rows(work / "tgz") == our_rows(work / "small.tar")


def check_gzip_tool(work):
    need("gzip")
    path = small_tar(work)
    for level in ("-1", "-6", "-9"):
        # With the file's name and time in the header.
        packed = subprocess.run(["gzip", "-c", level, path], check=True, capture_output=True).stdout
        expect_packed(work, path.read_bytes(), packed, "gzip")


def zstd(data, *options):
    need("zstd")
    return subprocess.run(["zstd", "-q", "-c", *options], input=data, check=True, capture_output=True).stdout


def check_zstd(work):
    plain = small_tar(work).read_bytes()
    for options in (["-1"], ["-3"], ["-19"], ["--fast=5"], ["--no-check"], ["-5", "--long=27"], ["-B32K", "-T2"]):
        expect_packed(work, plain, zstd(plain, *options), "zstd")
    expect_packed(work, plain, members(plain, 20, zstd), "zstd")
    skippable = b"\x5a\x2a\x4d\x18\x05\0\0\0hello"
    expect_packed(work, plain, skippable + members(plain, 3, lambda part: zstd(part) + skippable), "zstd")
    expect_packed(work, b"", zstd(b""), "zstd")


def check_zstd_window(work):
    """A window of more than 128 MiB has to be asked for, and is not."""
    packed = zstd(b"x" * 100, "-1", "--long=31")
    (work / "wide").write_bytes(packed)
    code, _, message = run_list(work / "wide", "-i")
    assert code == 1 and message.startswith("limit:"), message


def lengths(total):
    return sorted(set(range(6, min(total, 30))) | {RANDOM.randrange(6, total) for _ in range(30)} |
                  set(range(max(6, total - 20), total)))


def check_truncated(work, pack):
    text = b"".join(b"some line %d\n" % RANDOM.randrange(10000) for _ in range(3000))
    packed = pack(text)
    for length in lengths(len(packed)):
        (work / "cut").write_bytes(packed[:length])
        code, _, message = run_list(work / "cut", "-i")
        assert code == 1 and message.startswith("format:"), f"{length} of {len(packed)}: {message}"
        assert message.rstrip().endswith(f" at {length}"), message


def check_truncated_tar(work):
    path = small_tar(work)
    whole = path.read_bytes()
    rows = our_rows(path)
    for length in lengths(len(whole)) + [512, 1024, 1536]:
        (work / "cut").write_bytes(whole[:length])
        code, lines, message = run_list(work / "cut")
        assert code == 0 or message.startswith("format:"), message
        # What was read before the end is as it was.
        assert len(lines) <= len(rows)
        if code == 0:
            assert our_rows(work / "cut") == rows[:len(lines)]


def flip(data):
    copy = bytearray(data)
    for _ in range(RANDOM.choice([1, 1, 1, 5])):
        copy[RANDOM.randrange(len(copy))] ^= 1 << RANDOM.randrange(8)
    return bytes(copy)


def check_flipped(work, pack, unpack):
    text = b"".join(b"some line %d\n" % RANDOM.randrange(10000) for _ in range(500))
    packed = pack(text)
    refused = 0
    for _ in range(120):
        damaged = flip(packed)
        (work / "flipped").write_bytes(damaged)
        code, lines, _ = run_list(work / "flipped", "-i", *RANDOM.choice([(), ("-p", "11")]))
        refused += code
        if code == 0 and not lines[0].startswith("none"):
            assert lines[0].endswith(sha(unpack(damaged))), damaged.hex()
    assert refused > 60


def unzstd(data):
    return subprocess.run(["zstd", "-q", "-dc"], input=data, check=True, capture_output=True).stdout


def check_flipped_tar(work):
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=form) as tar:
            for _ in range(8):
                member, data = random_member(form)
                tar.addfile(member, io.BytesIO(data))
        whole = buffer.getvalue().rstrip(b"\0")
        whole += bytes(-len(whole) % 512)
        for _ in range(40):
            (work / "flipped").write_bytes(flip(whole))
            run_list(work / "flipped")


def zip_rows(path):
    with zipfile.ZipFile(path) as z:
        return [("f", i.orig_filename.encode("utf-8" if i.flag_bits & 0x800 else "cp437").rstrip(b"/"), b"",
                 i.file_size, sha(z.read(i))) for i in z.infolist()]


def make_zip(path, seekable=True, comment=b""):
    class Pipe(io.RawIOBase):
        def writable(self):
            return True

        def write(self, data):
            buffer.write(data)
            return len(data)

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer if seekable else Pipe(), "w") as z:
        for number in range(60):
            info = zipfile.ZipInfo(random_name(300) + str(number))
            info.compress_type = RANDOM.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
            data = (RANDOM.randbytes(RANDOM.randrange(300)) + b"text " * RANDOM.randrange(2000)) * RANDOM.randrange(3)
            with z.open(info, "w", force_zip64=RANDOM.random() < 0.3) as f:
                f.write(data)
        z.comment = comment
    path.write_bytes(buffer.getvalue())


def check_zip(work):
    path = work / "a.zip"
    for seekable in (True, False):
        for comment in (b"", b"a comment", b"c" * 65535):
            make_zip(path, seekable, comment)
            assert our_rows(path, "-z") == zip_rows(path)
    zipfile.ZipFile(path, "w").close()
    assert our_rows(path, "-z") == []


def check_zip_many(work):
    """More entries than the old end record can count."""
    path = work / "many.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for number in range(66000):
            z.writestr(str(number), b"")
    assert our_rows(path, "-z") == zip_rows(path)


def check_zip_tool(work):
    need("zip")
    root = work / "tree"
    root.mkdir()
    (root / "sub").mkdir()
    for number in range(20):
        (root / f"sub/file-{number}").write_bytes(b"text %d\n" % number * RANDOM.randrange(500))
    path = work / "a.zip"
    subprocess.run(["zip", "-qr", path, "tree"], cwd=work, check=True)
    assert our_rows(path, "-z") == zip_rows(path)
    # Entries that were replaced and deleted.
    (root / "sub/file-3").write_bytes(b"new and longer " * 1000)
    subprocess.run(["zip", "-q", path, "tree/sub/file-3"], cwd=work, check=True)
    subprocess.run(["zip", "-qd", path, "tree/sub/file-7"], cwd=work, check=True)
    assert our_rows(path, "-z") == zip_rows(path)
    packed = subprocess.run(["zip", "-qr", "-", "tree"], cwd=work, check=True, capture_output=True).stdout
    path.write_bytes(packed)
    assert our_rows(path, "-z") == zip_rows(path)


def check_flipped_zip(work):
    path = work / "a.zip"
    make_zip(path)
    whole = path.read_bytes()
    for _ in range(80):
        path.write_bytes(flip(whole))
        run_list(path, "-z")
    for length in lengths(len(whole)):
        path.write_bytes(whole[:length])
        code, _, message = run_list(path, "-z")
        assert code == 1 and message.startswith("format:"), message


def cases():
    for form in ("v7", "ustar", "oldgnu", "gnu", "pax"):
        yield f"GNU tar, {form}", lambda work, form=form: check_gnu(work, form)
    yield "GNU tar, gnu, sparse", lambda work: check_sparse(work, "--format=gnu")
    yield "GNU tar, oldgnu, sparse", lambda work: check_sparse(work, "--format=oldgnu")
    for version in ("0.0", "0.1", "1.0"):
        yield f"GNU tar, pax, sparse {version}", lambda work, version=version: check_sparse(
            work, "--format=pax", f"--sparse-version={version}")
    for name, form in (("ustar", tarfile.USTAR_FORMAT), ("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT)):
        yield f"tarfile, random members, {name}", lambda work, form=form: check_random(work, form)
    yield "gzip by zlib, levels and strategies", check_gzip
    yield "gzip by its tool", check_gzip_tool
    yield "zstd", check_zstd
    yield "zstd, window too large", check_zstd_window
    yield "truncated gzip", lambda work: check_truncated(work, gzip.compress)
    yield "truncated zstd", lambda work: check_truncated(work, zstd)
    yield "truncated tar", check_truncated_tar
    yield "damaged gzip", lambda work: check_flipped(work, gzip.compress, gzip.decompress)
    yield "damaged zstd", lambda work: check_flipped(work, zstd, unzstd)
    yield "damaged tar", check_flipped_tar
    yield "ZIP by zipfile", check_zip
    yield "ZIP with 66000 entries", check_zip_many
    yield "ZIP by its tool", check_zip_tool
    yield "damaged ZIP", check_flipped_zip


def main():
    rows = list(cases())
    failed = 0
    print(f"1..{len(rows)}")
    for number, (name, check) in enumerate(rows, 1):
        with tempfile.TemporaryDirectory() as work:
            try:
                check(pathlib.Path(work))
                print(f"ok {number} - {name}", flush=True)
            except Skip as why:
                print(f"ok {number} - {name} # SKIP {why}", flush=True)
            except Exception as why:  # pylint: disable=broad-except
                failed += 1
                print(f"not ok {number} - {name}", flush=True)
                for line in f"{type(why).__name__}: {why}".splitlines()[:30]:
                    print(f"# {line}")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
