#!/usr/bin/env python3
"""embed.py OUT.c SYMBOL FILE... : files as constant data of the program.

Writes a C source that defines `const struct embedded_file SYMBOL[]`, one entry
for each file in the order given, named by its base name, and
`const size_t SYMBOL_count`.  The type is that of base/embedded.h.
"""
import pathlib
import re
import sys

PER_LINE = 24


def c_string(name):
    if not re.fullmatch(r"[A-Za-z0-9._+-]+", name):
        sys.exit(f"embed.py: {name!r}: a name of letters, digits and ._+- is wanted")
    return f'"{name}"'


def array(symbol, data):
    lines = [",".join(map(str, data[at:at + PER_LINE])) for at in range(0, len(data), PER_LINE)]
    # An empty array is not C: an empty file keeps one byte that its length leaves out.
    body = ",\n".join(lines) or "0"
    return f"static const unsigned char {symbol}[] = {{\n{body}\n}};\n"


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    out, symbol, paths = sys.argv[1], sys.argv[2], [pathlib.Path(p) for p in sys.argv[3:]]
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", symbol):
        sys.exit(f"embed.py: {symbol!r} is no C identifier")
    if len({p.name for p in paths}) != len(paths):
        sys.exit("embed.py: two files of one name cannot be told apart")
    parts = ['#include "base/embedded.h"\n',
             f"extern const struct embedded_file {symbol}[];\nextern const size_t {symbol}_count;\n"]
    rows = []
    for number, path in enumerate(paths):
        data = path.read_bytes()
        parts.append(array(f"{symbol}_{number}", data))
        rows.append(f"\t{{ .name = {c_string(path.name)}, .data = {symbol}_{number}, "
                    f".len = {len(data)} }},\n")
    parts.append(f"const struct embedded_file {symbol}[] = {{\n{''.join(rows)}}};\n")
    parts.append(f"const size_t {symbol}_count = {len(paths)};\n")
    pathlib.Path(out).write_text("\n".join(parts))


if __name__ == "__main__":
    main()
