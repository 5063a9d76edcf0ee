"""Checks as functions whose docstring is their name, reported as TAP."""
import sys

results = []


class Skip(Exception):
    pass


def check(function):
    try:
        function()
        results.append((True, function.__doc__, None))
    except Skip as why:
        results.append((True, function.__doc__, str(why)))
    except Exception as why:
        results.append((False, f"{function.__doc__}: {type(why).__name__}: {str(why)[:900]!r}", None))


def finish():
    print(f"1..{len(results)}")
    for number, (good, name, skipped) in enumerate(results, 1):
        print(f"{'ok' if good else 'not ok'} {number} - {name}{f' # SKIP {skipped}' if skipped else ''}")
    sys.exit(not all(good for good, _, _ in results))
