"""The JSON, TOML and YAML readers against Python's json, tomllib and PyYAML (TAP).

usage: oracle_trees.py TREE_DUMP

Each reader gets the cases written below and thousands of random variations of
them; it must accept what the other reader accepts, refuse what that refuses,
and find the same values.  Where the two are known to follow different rules,
the case says so and is left out.  A reader that is not installed is skipped.
"""

import json
import math
import random
import re
import subprocess
import sys

JSON_SEEDS = [
    r'{"a": [1, -0.5e+3, true, false, null, "x\n\u00e9\ud83d\ude00"], "b": {"c": {}}, "d": []}',
    r'[[[["deep"]]], {"k": "v", "k": "w"}, 1E400, 123456789012345678901234567890]',
    '{"name": "@babel/core", "version": "7.0.0", "dependencies": {"a": "^1.0.0", "b": "*"}}',
    '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000 caf\u00e9 \u2028 \U0001f600"',
]
JSON_BYTES = list('{}[]",:\\/ \n\t0123456789.eE+-truefalsnabcdef\u00e9\x00\x1f')

TOML_SEEDS = [
    'title = "x"\n[owner]\nname = \'lit\'\ndob = 1979-05-27T07:32:00-08:00\n[database]\nports = [ 8000, 8001 ]\n',
    '[[package]]\nname = "a"\nversion = "1.0"\n[package.dependencies]\nb = {version = ">=1", optional = true}\n'
    '[[package]]\nname = "c"\n[[package.files]]\nfile = "x"\n[metadata]\nhash = "0"\n',
    'a.b.c = 1\na.b.d = 2\n"q.r".s = """\nline\\\n   more""" # c\nz = \'\'\'\nraw\\n\'\'\'\n',
    'i = [0x1F, 0o17, 0b101, 1_000, -0, +3, 9e3, 1.5e-2, inf, -nan, +inf]\nt = [07:32:00.5, 1979-05-27, 1979-05-27 07:32:00Z]\n',
    '[a.b]\nx = 1\n[a]\ny = { p.q = 1, p.r = [ {s = 2}, # c\n {} ], }\n[a.c.d]\n',
    'e = "\\b\\t\\n\\f\\r\\"\\\\\\u00e9\\U0001f600"\nm = """a""b"""""\nn = \'\'\'\'x\'\'\'\'\n',
]
TOML_BYTES = list('[]{}"\'=.,#\\ \n\t0123456789_-+:TZeExob\'"abcu\u00e9\r\x00')

TOML_CASES = TOML_SEEDS + [
    # What may and may not be extended or defined twice.
    'a = 1\na = 2', '[a]\n[a]', '[a]\nb = 1\n[a.b]', '[[a]]\n[a]', '[a]\n[[a]]', 'a = []\n[[a]]', 'a = [{}]\n[a.b]',
    'a = {}\n[a.b]', 'a = {}\na.b = 1', 'a = {b = 1}\n[a]', 'a.b = 1\n[a]', 'a.b = 1\n[a.c]', 'a.b = 1\n[a.b]',
    '[a.b]\n[a]', '[a.b]\n[a]\nb.c = 1', '[a.b.c]\nz = 9\n[a]\nb.c.t = 1', '[a.b.c.d]\nz = 9\n[a]\nb.c.d.k.t = 1',
    '[a]\nb.c = 1\n[a.b]', '[a]\nb.c.d = 1\n[a.b.c]', '[a]\nb.c = 1\n[a.b.e]\nf = 1', '[a]\nb.c = 1\nb.d = 2',
    '[[a]]\n[[a.b]]\n[[a.b]]\n[a.b.c]\n[[a]]\n[a.b]', '[[a]]\nb = 1\n[a.b]', '[a]\n[[a.b]]\n[a]\n', '[[a.b]]\n[a]\nb.c = 1',
    '[[a.b]]\n[a]\nc = 1', '[[a.b]]\n[[a]]', '[a]\n[[a.b]]\n[[a.b]]', 'a = {b.c = 1, b.d = 2}', 'a = {b = {c = 1}, b.d = 2}',
    'a = {b = 1, b = 2}', 'a = {b.c = 1, b = 2}', '[a]\n[b]\n[a.c]\n[b.c]\n[a.d]\n[a.c.e]', 'a.b = 1\nx = 1\na.c = 1',
    'a = 1\na.b = 2', 'a.b = 2\na = 1', '[a.b]\nc = 1\n[a.b.c]', 'a = [[1, 2], ["x"], {y = 1}]', '[[a]]\n[[a.b.c]]\n[a.b.c.d]',
    '[a]\nb = 1\n[[a.b]]', '[[a]]\n[a.a]\n[[a.a.a]]\n[a.a.a.a]', 'a.b.c = 1\n[a.b.d]\n', '[x.y]\n[x.y.z]\n[x]\n[x.w]',
    # Keys
    '= 1', '"" = 1', "'' = 1", 'a b = 1', 'a. b = 1', 'a . "b" .\'c\' = 1', 'a. = 1', '.a = 1', 'a..b = 1', '1.2 = 3', '-_ = 1',
    '"""k""" = 1', 'a\n= 1', 'a =\n1', 'a = 1 b = 2', '\u00e9 = 1', '"\\u00e9" = 1\n"\u00e9" = 2', 'a+b = 1', '[]', '[ ]', '[a.]',
    '[.a]', '[a', '[a]]', '[[a]', '[[a] ]', '[ [a]]', '[[ a . b ]]', '[a] b = 1', '[a] # c', 'a = 1 # c', '[a]b', 'a',
    # Strings
    'a = "', 'a = "x', 'a = "x\n"', "a = 'x\n'", 'a = """x', 'a = """"""', 'a = """a"""""', 'a = """a""""""', 'a = """"a"""',
    "a = ''''a''''''", 'a = """\n\nx"""', 'a = """\\\n\n   x\\  \n y"""', 'a = """\\ x"""', 'a = "\\x41"', 'a = "\\e"', 'a = "\\u12"',
    'a = "\\ud800"', 'a = "\\U00110000"', 'a = "\\U0000D800"', 'a = "\t"', 'a = "\x01"', "a = '\x7f'", "a = '\\'", 'a = """a\x00"""',
    "a = '''a\tb\n'''", 'a = "x" "y"', 'a = "\\"', 'a = """\\"""', 'a = """\\""""', "a = '''x''", '# \x01\n', '# \x7f', '# \t ok',
    # Numbers, booleans, times
    'a = 01', 'a = -01', 'a = +0', 'a = 1__0', 'a = _1', 'a = 1_', 'a = 1_0_0', 'a = 0x', 'a = 0x_1', 'a = 0x1_F', 'a = +0x1',
    'a = 0X1', 'a = 0o8', 'a = 0b2', 'a = 1.', 'a = .1', 'a = 1.e1', 'a = 1e', 'a = 1e01', 'a = 1_0.0_1e1_0', 'a = 1._0', 'a = 00.1',
    'a = inf', 'a = +nan', 'a = Inf', 'a = infinity', 'a = true', 'a = True', 'a = truefalse', 'a = 0e0', 'a = -0.0', 'a = 1e+-1',
    'a = 1979-05-27', 'a = 1979-02-29', 'a = 2000-02-29', 'a = 1900-02-29', 'a = 1979-13-01', 'a = 1979-00-01', 'a = 1979-05-32',
    'a = 1979-05-27T07:32:00', 'a = 1979-05-27t07:32:00z', 'a = 1979-05-27 07:32:00', 'a = 1979-05-27  07:32:00',
    'a = 1979-05-27T07:32', 'a = 1979-05-27T24:00:00', 'a = 1979-05-27T23:60:00', 'a = 07:32:00', 'a = 7:32:00', 'a = 07:32',
    'a = 07:32:00.', 'a = 07:32:00.999999', 'a = 1979-05-27T07:32:00+24:00', 'a = 1979-05-27T07:32:00+07:60',
    'a = 1979-05-27T07:32:00+07:00', 'a = 1979-5-27', 'a = 19790527', 'a = 1979-05-27 # x', 'a = [1979-05-27 , 07:32:00]', 'a = 1979-05',
    # Arrays and inline tables
    'a = [', 'a = [1', 'a = [1,', 'a = [,]', 'a = [1,,2]', 'a = [1 2]', 'a = [\n1, # c\n\n2,\n]', 'a = [1]]', 'a = {', 'a = {b}', 'a = {b = 1,}',
    'a = {,}', 'a = {\n}', 'a = {b = 1\n}', 'a = {b = [\n1\n]}', 'a = {b = """\nx"""}', 'a = { b = 1 , c = 2 } # d', 'a = {} {}', 'a = {} b = 1',
    'a = ', 'a = #', 'a = =', 'a == 1', '', '\n\n', ' \t', '# only', '\r\n', 'a = 1\r\n[b]\r\n', '\r', 'a = 1\rb = 2',
]

YAML_SEEDS = [
    'lockfileVersion: \'9.0\'\nsettings:\n  autoInstallPeers: true\npackages:\n\n  \'@a/b@1.0.0(c@2)\':\n    resolution: {integrity: sha512-x==}\n'
    '    engines: {node: \'>=6\'}\n    dev: false\n',
    '- a\n- {b: 1, c: [x, "y\\n", \'z\'\'\']}\n-\n  - nested\n- |\n  lit\n   eral\n- >-\n  fold\n  ed\n',
    'base: &b {x: 1, y: 2}\nderived:\n  <<: *b\n  y: 3\nlist: [*b, *b]\nmulti:\n  <<: [*b, {z: 4}]\n',
    '? complex\n: value\n"quoted key": 12\n\'single\': 1.5\n~: nothing\nempty:\ncaf\u00e9: \u20ac \U0001f600 # comment\n',
]
YAML_BYTES = list('{}[]"\':-,#&*!|>%? \n\t0123456789.abctruen~<\u00e9')

YAML_CASES = YAML_SEEDS + [
    '%YAML 1.1\n---\na: !!str 12\nb: !!int "3"\nd: &x y\ne: *x\n...\n',
    '', '# c', '---', '--- a', '---\n---\n', 'a', '12', '"x', 'a: b: c', 'a:\n\tb: 1', '- a\nb', '[a, b', '{a: b', '*x', '&a', '&a [*a]',
    'a: &x 1\nb: &x 2\nc: *x', '<<: 1', '<<: [1]', '"<<": {a: 1}', '<<: {a: 1}\na: 2', 'a: 2\n<<: {a: 1, b: 2}',
    '<<: [{a: 1}, {a: 2, b: 3}]', '- &a {x: 1}\n- &b {<<: *a, y: 2}\n- {<<: *b, z: 3}', '? [a]\n: 1', '? {a: 1}\n: 2', '@a', '`a',
    'a: >\n  x\n\n  y\n b: 1', '- - - a', '-\n-\n-', '{}', '[]', '{a, b: , c: d}', '[a: b]', 'a:   \nb: ~', '"\\x41\\u00e9\\n"', '"\\q"', "'it''s'",
    'a: |+\n  x\n\n', '!foo x', '!!map {a: 1}', '!!seq [a]', '%FOO\n---\na', 'a: b\n...\nc', 'key: "a\n  b\n\n  c"', '\ufeffa: 1', 'a\x01b',
]


class Dump:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, kind, data):
        self.process.stdin.write(b"%s %d\n" % (kind.encode(), len(data)) + data)
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("Bail out! the dump program ended, on %s %r" % (kind, data))
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        return self.process.wait()


class Refused(Exception):
    pass


def same_number(text, value, whole):
    if whole:
        return text.lstrip("+-").lower().startswith(("0x", "0o", "0b")) and int(text, 0) == value or int(text.replace("_", "")) == value
    ours = float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan").lower())
    return ours == value or (math.isnan(ours) and math.isnan(value))


def same(tree, value):
    """Whether the tree that was dumped says the same as the Python value."""
    kind = tree[0] if tree else None
    if value is None:
        return tree is None or kind == "z"
    if isinstance(value, bool):
        return kind == "b" and tree[1] == value
    if isinstance(value, (int, float)):
        return kind == "n" and same_number(tree[1], value, isinstance(value, int))
    if isinstance(value, str):
        # tomllib reads line ends as line feeds, as TOML allows it to.
        return kind == "s" and tree[1].replace("\r\n", "\n") == value.replace("\r\n", "\n")
    if isinstance(value, list):
        return kind == "l" and len(tree[1]) == len(value) and all(map(same, tree[1], value))
    if isinstance(value, dict):
        # The last of equal keys counts, for both.
        members = dict((k, v) for k, *rest in tree[1] for v in rest) if kind == "m" else None
        return members is not None and members.keys() == value.keys() and all(same(members[k], value[k]) for k in value)
    return kind == "s"  # dates and times: the grammar is compared, not the calendar


def load_json(data):
    text = data.decode("utf-8-sig", "strict")
    def refuse(word):
        raise ValueError(word)
    try:
        return json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as e:
        raise Refused(str(e))


def has_lone_surrogate(value):
    text = json.dumps(value, ensure_ascii=False)
    return any(0xD800 <= ord(c) <= 0xDFFF for c in text)


def load_toml(data):
    import tomllib
    try:
        return tomllib.loads(data.decode())
    except ValueError as e:
        raise Refused(str(e))


def make_yaml_loader():
    """PyYAML's rules for structure, tags and merging; plain scalars by YAML 1.2's core schema."""
    import yaml

    class Loader(yaml.SafeLoader):
        yaml_implicit_resolvers = {}

    rules = [
        ("bool", r"true|True|TRUE|false|False|FALSE"),
        ("null", r"~|null|Null|NULL|"),
        ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"),
        ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN"),
        ("merge", r"<<"),
    ]
    for tag, rule in rules:
        Loader.add_implicit_resolver("tag:yaml.org,2002:" + tag, re.compile("^(?:%s)$" % rule), None)

    def construct_number(loader, node):
        text = loader.construct_scalar(node)
        try:
            return int(text, 8) if text.startswith("0o") else int(text, 0) if text.startswith("0x") else int(text)
        except ValueError:
            return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))

    Loader.add_constructor("tag:yaml.org,2002:int", construct_number)
    Loader.add_constructor("tag:yaml.org,2002:float", construct_number)

    def construct_map(loader, node, deep=False):
        """Keys as they are written: the tree has no others."""
        if isinstance(node, yaml.MappingNode):
            loader.flatten_mapping(node)
        members = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise Refused("key that is no scalar")
            members[key.value] = loader.construct_object(value, deep=True)
        return members

    Loader.add_constructor("tag:yaml.org,2002:map", construct_map)
    Loader.add_multi_constructor("", lambda loader, suffix, node: (
        node.value if isinstance(node, yaml.ScalarNode) else
        construct_map(loader, node) if isinstance(node, yaml.MappingNode) else loader.construct_sequence(node, deep=True)))

    def load(data):
        try:
            loader = Loader(data.decode())
            try:
                return loader.get_data() if loader.check_data() else None
            finally:
                loader.dispose()
        except (yaml.YAMLError, ValueError, RecursionError) as e:
            raise Refused(str(e))
    return load


def variations(seeds, alphabet, count, generator):
    for _ in range(count):
        text = list(generator.choice(seeds))
        for _ in range(generator.randint(1, 3)):
            at = generator.randrange(len(text) + 1)
            what = generator.randrange(4)
            if what == 0:
                text[at:at + generator.randint(1, 4)] = []
            elif what == 1:
                text.insert(at, generator.choice(alphabet))
            elif what == 2 and at < len(text):
                text[at] = generator.choice(alphabet)
            else:
                other = generator.choice(seeds)
                start = generator.randrange(len(other))
                text[at:at] = other[start:start + generator.randint(1, 12)]
        yield "".join(text)


class Report:
    def __init__(self):
        self.count = self.failed = 0

    def line(self, ok, name, remarks=()):
        self.count += 1
        self.failed += not ok
        print("%sok %d - %s" % ("" if ok else "not ", self.count, name))
        for remark in remarks[:20]:
            print("# " + remark.replace("\n", "\\n"))

    def skip(self, name, why):
        self.count += 1
        print("ok %d - %s # SKIP %s" % (self.count, name, why))


def compare(dump, kind, texts, load, excused):
    """Texts that were judged, and descriptions of the disagreements."""
    judged, wrong = 0, []
    for text in texts:
        data = text.encode()
        ours = dump(kind, data)
        refused = isinstance(ours, dict)
        try:
            theirs, their_error = load(data), None
        except Refused as e:
            theirs, their_error = None, str(e)
        if excused(text, ours, theirs, their_error):
            continue
        judged += 1
        if refused != (their_error is not None):
            wrong.append("%r: ours %s, theirs %s" % (text, ours if refused else "accepts", their_error or "accepts"))
        elif not refused and not same(ours, theirs):
            wrong.append("%r: ours %s, theirs %r" % (text, json.dumps(ours), theirs))
    return judged, wrong


def excused_json(text, ours, theirs, error):
    # Lone surrogates become U+FFFD here and stay in Python.
    return error is None and has_lone_surrogate(theirs)


def excused_toml(text, ours, theirs, error):
    # Python's calendar has no year 0 and no leap second, and its fractions end at microseconds.
    return error is not None and ("year 0" in error or ":60" in text or "0000-" in text)


def excused_yaml(text, ours, theirs, error):
    """Recursive nodes; PyYAML's own rules: no anchor twice, `! 12` is a number, `!!int x` an error."""
    return (isinstance(ours, dict) and ours["error"] in ("limit", "unsupported") or re.search(r"!\s", text) or
            error is not None and re.search("duplicate anchor|could not convert|expected a (scalar|seq|map)", error) or
            yaml_scanners_differ(text))


def yaml_scanners_differ(text):
    """libyaml and PyYAML's own scanner differ in places that YAML 1.1 leaves dark."""
    import yaml
    if not yaml.__with_libyaml__:
        return True
    def first_document(loader):
        events = []
        try:
            for e in yaml.parse(text, Loader=loader):
                events.append((type(e).__name__, getattr(e, "value", None), getattr(e, "anchor", None)))
                if isinstance(e, yaml.DocumentEndEvent):
                    break
            return events
        except yaml.YAMLError:
            return None
    return first_document(yaml.SafeLoader) != first_document(yaml.CSafeLoader) or "\ufeff" in text[1:]


def check(report, dump, kind, cases, seeds, alphabet, count, load, excused):
    judged, wrong = compare(dump, kind, cases, load, excused)
    report.line(not wrong and judged * 4 >= len(cases) * 3, "%s: %d of %d cases judged alike" % (kind, judged, len(cases)), wrong)
    judged, wrong = compare(dump, kind, variations(seeds, alphabet, count, random.Random(kind)), load, excused)
    report.line(not wrong and judged * 2 >= count, "%s: %d of %d variations judged alike" % (kind, judged, count), wrong)


def main():
    dump, report = Dump(sys.argv[1]), Report()
    check(report, dump, "json", JSON_SEEDS, JSON_SEEDS, JSON_BYTES, 20000, load_json, excused_json)
    try:
        import tomllib  # noqa: F401
        check(report, dump, "toml", TOML_CASES, TOML_SEEDS, TOML_BYTES, 20000, load_toml, excused_toml)
    except ImportError:
        report.skip("toml", "this Python has no tomllib")
    try:
        load = make_yaml_loader()
        check(report, dump, "yaml", YAML_CASES, YAML_SEEDS, YAML_BYTES, 5000, load, excused_yaml)
    except ImportError:
        report.skip("yaml", "PyYAML is not installed")
    report.line(dump.close() == 0, "the dump program ended well")
    print("1..%d" % report.count)
    return report.failed != 0


if __name__ == "__main__":
    sys.exit(main())
