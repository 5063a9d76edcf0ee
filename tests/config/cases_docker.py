#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds `bulwark debug` to BuildKit's and patternmatcher's own tables.

    cases_docker.py BULWARK SOURCE

The tables are in BULWARK_CASES (default: SOURCE/../shared/cases): lint/buildkit_parse.jsonl
(parse trees, shell lexer) and lint/dockerignore.jsonl.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

SHOWN = 20
# The environment in which BuildKit's tests read their tables.
LEXER_ENVIRONMENT = ["PWD=/home", "SHELL=bash", "KOREAN=한국어", "NULL="]
# Set by a line of the words table that a part of the table may lack.
WORDS_ENVIRONMENT = ["leading=  ab c"]


def rows(path):
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def run(arguments, text):
    ended = subprocess.run(arguments, input=text.encode(), capture_output=True)
    return ended.returncode, ended.stdout.decode()


def line_number(row):
    return int(row["origin"].rpartition(":")[2])


def check_trees(bulwark, table):
    for row in table:
        code, answer = run([bulwark, "debug", "dockerfile"], row["input"])
        refused = row["expect"] == "parse_error"
        if code != (1 if refused else 0) or (not refused and answer.rstrip("\n") != row["result"].rstrip("\n")):
            yield "%s: exit %d: %s" % (row["origin"], code, answer)


def check_lines(bulwark, table, environment):
    lines = ["ENV " + assignment for assignment in environment]
    lines += [row["input"] for row in sorted(table, key=line_number)]
    code, answer = run([bulwark, "debug", "shell-words"], "\n".join(lines) + "\n")
    asked = sum(not row["input"].startswith("ENV ") for row in table)
    if answer != "%d agree, 0 differ\n" % asked or code != 0:
        yield from answer.splitlines()


def check_ignore(bulwark, table):
    with tempfile.TemporaryDirectory() as work:
        patterns = pathlib.Path(work) / ".dockerignore"
        for row in table:
            patterns.write_text(row["input"])
            code, answer = run([bulwark, "debug", "dockerignore", str(patterns)], row["file"] + "\n")
            if answer != "%s\t%s\n" % (row["expect"], row["file"]):
                yield "%s: %r %r: exit %d: %r" % (row["origin"], row["input"], row["file"], code, answer)


def main(bulwark, source):
    cases = pathlib.Path(os.environ.get("BULWARK_CASES") or source + "/../shared/cases") / "lint"
    parse, ignore = cases / "buildkit_parse.jsonl", cases / "dockerignore.jsonl"
    if not parse.exists() or not ignore.exists():
        print("1..0 # SKIP no tables in BULWARK_CASES (%s)" % cases)
        return 0
    by_rule = {}
    for row in rows(parse):
        by_rule.setdefault(row["rule"], []).append(row)
    checks = {
        "parse trees": check_trees(bulwark, by_rule["parse"]),
        "the lexer, one word": check_lines(bulwark, by_rule["shell/envVarTest"], LEXER_ENVIRONMENT),
        "the lexer, many words": check_lines(bulwark, by_rule["shell/wordsTest"], WORDS_ENVIRONMENT),
        ".dockerignore": check_ignore(bulwark, rows(ignore)),
    }
    failed = False
    print("1..%d" % len(checks))
    for number, (name, problems) in enumerate(checks.items(), 1):
        problems = list(problems)
        failed |= bool(problems)
        for problem in problems[:SHOWN]:
            print("# " + problem.replace("\n", "\n# "))
        print("%sok %d - %s" % ("not " if problems else "", number, name))
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
