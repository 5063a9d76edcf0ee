#!/usr/bin/python3
"""Writes a Java archive as Spring Boot packs applications, of synthetic entries.

    bench/fat_jar.py FILE [MEGABYTES]

Half of the archives in BOOT-INF/lib were written to a file that can be gone
back in (lengths in front of the data), half as a stream (lengths behind them),
as the tools in use do.  The bytes are the same on every run.
"""
import io
import random
import sys
import zipfile

ENTRY = 24 * 1024  # of a class, half of it compressible
CLASSES = 80
STAMP = (1980, 2, 1, 0, 0, 0)


class Forward(io.RawIOBase):
    """What cannot be gone back in: zipfile then writes data descriptors."""

    def __init__(self):
        self.data = bytearray()

    def writable(self):
        return True

    def write(self, piece):
        self.data += piece
        return len(piece)


def add(archive, name, data, method=zipfile.ZIP_DEFLATED):
    info = zipfile.ZipInfo(name, STAMP)
    info.compress_type = method
    archive.writestr(info, data)


def library(number, chance):
    plain = io.BytesIO() if number % 2 else Forward()
    artifact, version = f"library-{number}", f"1.{number}.0"
    with zipfile.ZipFile(plain, "w") as archive:
        add(archive, "META-INF/MANIFEST.MF",
            f"Manifest-Version: 1.0\r\nImplementation-Version: {version}\r\n\r\n")
        for i in range(CLASSES):
            add(archive, f"org/example/lib{number}/Class{i}.class",
                chance.randbytes(ENTRY // 2) + bytes(ENTRY // 2))
        if number % 5:
            add(archive, f"META-INF/maven/org.example/{artifact}/pom.properties",
                f"groupId=org.example\nartifactId={artifact}\nversion={version}\n")
    return f"BOOT-INF/lib/{artifact}-{version}.jar", bytes(plain.getvalue() if number % 2 else plain.data)


def main():
    path, size = sys.argv[1], int(sys.argv[2] if len(sys.argv) > 2 else 500) * 1000 * 1000
    chance, number = random.Random(7), 0
    with zipfile.ZipFile(path, "w") as archive:
        add(archive, "META-INF/MANIFEST.MF",
            "Manifest-Version: 1.0\r\nMain-Class: org.springframework.boot.loader.JarLauncher\r\n\r\n")
        while archive.fp.tell() < size:
            name, data = library(number, chance)
            add(archive, name, data, zipfile.ZIP_STORED)
            number += 1
    print(f"{path}: {number} archives")


if __name__ == "__main__":
    main()
