#!/usr/bin/env python3
"""Holds the direction of includes between the rooms of src/.

The table `rooms` of meson.build says which rooms each room may include; this
check reads it, then every #include of every source file, and reports in TAP.
"""
import ast
import pathlib
import re
import sys


def rooms_table(meson_build):
    text = meson_build.read_text()
    table = re.search(r"^rooms = (\{.*?^\})", text, re.M | re.S)
    if not table:
        sys.exit("Bail out! no rooms table in meson.build")
    return ast.literal_eval(table.group(1))


def violations(source, rooms):
    for path in sorted((source / "src").rglob("*.[ch]")):
        room = path.relative_to(source / "src").parts[0]
        allowed = set(rooms.get(room, [])) | {room}
        if room == "cli":
            allowed = set(rooms) | {room}
        for number, line in enumerate(path.read_text().splitlines(), 1):
            include = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not include:
                continue
            target = include.group(1)
            if "/" not in target:
                yield f"{path.relative_to(source)}:{number}: \"{target}\" names no room"
            elif target.split("/")[0] not in allowed:
                yield f"{path.relative_to(source)}:{number}: {room} may not include {target}"


def main():
    source = pathlib.Path(sys.argv[1])
    rooms = rooms_table(source / "meson.build")
    seen = list(rooms)
    problems = [f"meson.build: room {room} names {below}, which does not stand below it"
                for i, room in enumerate(seen) for below in rooms[room] if below not in seen[:i]]
    problems += violations(source, rooms)
    print("1..1")
    for problem in problems:
        print(f"# {problem}")
    print(("not ok" if problems else "ok") + " 1 - includes point down")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
