#include "row_test.h"

/* --------------------------------------------------------------------- Hex */

static void test_mix(void **state)
{
	static const struct slice text = SLICE_INIT(
		"%{\n"
		"  \"credo\": {:hex, :credo_pro, \"1.6.6\", \"f51f\", [:mix], [{:bunt, \"~> 0.2.0\", [hex: :bunt,"
		" repo: \"hexpm\", optional: false]}, {:\"odd-name\", \"~> 1.0\", [hex: :odd]}], \"hexpm\", \"6255\"},\n"
		"  \"old\": {:hex, :old, \"0.1.0\", \"ab\", [:rebar3], []},\n"
		"  \"esaml\": {:git, \"https://h/esaml.git\", \"4294a3ac\", [branch: \"x\"]},\n"
		"}\n");
	struct row_test t;

	(void)state;
	row_run_path(&t, &inventory_hex_lock, "a/mix.lock", text);
	row_expect(&t, "credo_pro", "1.6.6", 0);
	row_expect(&t, "old", "0.1.0", 0);
	row_expect(&t, "esaml", "4294a3ac", PACKAGE_LOCAL);
	row_expect_count(&t, 3);
	row_expect_depends(&t, "credo_pro", "1.6.6", "bunt odd-name");
	row_expect_span(&t, "old", "0.1.0", SLICE("\"old\": {:hex, :old, \"0.1.0\", \"ab\", [:rebar3], []}"));
	row_end(&t);

	row_run_path(&t, &inventory_hex_lock, "mix.lock", SLICE("%{\"a\": {:hex, :a, \"1.0.0\", \"\", [], []}}\n"));
	row_expect(&t, "a", "1.0.0", 0);
	row_end(&t);
	row_run_path(&t, &inventory_hex_lock, "mix.lock", SLICE("%{}\n"));
	assert_true(t.ok);
	row_expect_count(&t, 0);
	row_end(&t);
	row_run_path(&t, &inventory_hex_lock, "mix.lock", SLICE("{\"a\": 1}\n"));
	row_expect_error(&t, "line 1, column 1");
	row_run_path(&t, &inventory_hex_lock, "mix.lock",
		     SLICE("%{\n  \"a\": {:hex, :a, \"1.0.0\", \"\", [], []},\n  \"b\": {:path, \"x\"},\n}\n"));
	row_expect_partial(&t, "line 3, column 3");
	row_end(&t);
}

static void test_rebar(void **state)
{
	struct row_test t;

	(void)state;
	row_run_path(&t, &inventory_hex_lock, "rebar.lock",
		     SLICE("{\"1.2.0\",\n[{<<\"cowboy\">>,{pkg,<<\"cowboy_pkg\">>,<<\"2.9.0\">>},0},\n"
			   " {<<\"cowlib\">>, {pkg, <<\"cowlib\">>, <<\"2.11.0\">>}, 1},\n"
			   " {<<\"lager\">>,\n  {git,\"https://h/lager.git\",\n       {ref,\"459a3b2c\"}},\n  0},\n"
			   " {<<\"deep\">>,{git,\"u\",{ref,\"77\"}},2}]}.\n"
			   "[\n{pkg_hash,[\n {<<\"cowboy\">>, <<\"865D\">>}]}\n].\n"));
	row_expect(&t, "cowboy_pkg", "2.9.0", 0);
	row_expect(&t, "cowlib", "2.11.0", PACKAGE_INDIRECT);
	row_expect(&t, "lager", "459a3b2c", PACKAGE_LOCAL);
	row_expect(&t, "deep", "77", PACKAGE_LOCAL | PACKAGE_INDIRECT);
	row_expect_count(&t, 4);
	row_end(&t);
	row_run_path(&t, &inventory_hex_lock, "rebar.lock", SLICE("[].\n"));
	assert_true(t.ok);
	row_end(&t);
	row_run_path(&t, &inventory_hex_lock, "rebar.lock", SLICE("no lock\n"));
	row_expect_error(&t, "line 1, column 1");
}

static void test_gleam(void **state)
{
	struct row_test t;

	(void)state;
	row_run_path(&t, &inventory_hex_lock, "manifest.toml",
		     SLICE("packages = [\n  { name = \"gleam_json\", version = \"1.0.1\", build_tools = [\"gleam\"],"
			   " requirements = [\"gleam_stdlib\", \"thoas\"], otp_app = \"gleam_json\", source = \"hex\","
			   " outer_checksum = \"9063\" },\n"
			   "  { name = \"thoas\", version = \"1.2.1\", requirements = [], source = \"hex\" },\n"
			   "  { name = \"mine\", version = \"0.1.0\", requirements = [], source = \"local\", path = \"../m\" },\n"
			   "]\n[requirements]\ngleam_json = { version = \"~> 1.0\" }\nmine = { path = \"../m\" }\n"));
	row_expect(&t, "gleam_json", "1.0.1", 0);
	row_expect(&t, "thoas", "1.2.1", PACKAGE_INDIRECT);
	row_expect(&t, "mine", "0.1.0", PACKAGE_LOCAL);
	row_expect_depends(&t, "gleam_json", "1.0.1", "gleam_stdlib thoas");
	row_end(&t);
	/* Another program's file of that name. */
	row_run_path(&t, &inventory_hex_lock, "manifest.toml",
		     SLICE("[[packages]]\nname = \"theme\"\nversion = \"1\"\n"));
	assert_true(t.ok);
	row_expect_count(&t, 0);
	row_end(&t);
}

/* ----------------------------------------------------------- Dart and Bun */

static void test_pub(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, &inventory_pub_lock,
		 SLICE("packages:\n  shelf:\n    dependency: transitive\n    description:\n      name: shelf\n"
		       "      sha256: \"aa11\"\n      url: \"https://pub.dev\"\n    source: hosted\n    version: \"1.3.2\"\n"
		       "  test:\n    dependency: \"direct dev\"\n    source: hosted\n    version: \"1.0.0\"\n"
		       "  mine:\n    dependency: \"direct main\"\n    source: path\n    version: \"0.0.1\"\n"
		       "  flutter:\n    dependency: \"direct main\"\n    description: flutter\n    source: sdk\n"
		       "    version: \"0.0.0\"\nsdks:\n  dart: \">=2.17.0\"\n"));
	row_expect(&t, "shelf", "1.3.2", PACKAGE_INDIRECT);
	row_expect(&t, "test", "1.0.0", PACKAGE_DEV);
	row_expect(&t, "mine", "0.0.1", PACKAGE_LOCAL);
	row_expect_count(&t, 3);
	assert_true(slice_is(row_must(&t, "shelf", "1.3.2")->integrity, "aa11"));
	row_end(&t);
	row_run(&t, &inventory_pub_lock, SLICE("a text\n"));
	row_expect_error(&t, "line 1, column 1");
}

static const struct slice bun = SLICE_INIT(
	"{ // a comment with \"quotes\"\n  \"lockfileVersion\": 1,\n  /* more, [ */ \"workspaces\": {\n"
	"    \"\": { \"name\": \"top\", \"dependencies\": { \"a\": \"^1\", \"alias\": \"npm:real@1\", },\n"
	"      \"devDependencies\": { \"tool\": \"^1\", }, \"optionalDependencies\": { \"maybe\": \"1\" }, },\n"
	"    \"packages/w\": { \"name\": \"w\", \"dependencies\": { \"x\": \"2\" } },\n  },\n"
	"  \"packages\": {\n"
	"    \"a\": [\"a@1.0.0\", \"\", { \"dependencies\": { \"x\": \"^1\" } }, \"sha512-aa==\"],\n"
	"    \"alias\": [\"real@1.2.3\", \"\", {}, \"sha512-bb==\"],\n"
	"    \"maybe\": [\"maybe@1.0.0\", \"\", { \"dependencies\": { \"deep\": \"1\" } }, \"sha512-cc==\"],\n"
	"    \"deep\": [\"deep@1.0.0\", \"\", {}, \"sha512-dd==\"],\n"
	"    \"tool\": [\"@s/tool@1.0.0\", \"\", { \"dependencies\": { \"x\": \"3\" } }, \"sha512-ee==\"],\n"
	"    \"tool/x\": [\"x@3.0.0\", \"\", {}, \"sha512-ff==\"],\n"
	"    \"w\": [\"w@workspace:packages/w\"],\n"
	"    \"w/x\": [\"x@2.0.0\", \"\", {}, \"\"],\n"
	"    \"x\": [\"x@1.5.0\", \"https://r/\", {}, \"sha512-gg==\"],\n"
	"    \"git\": [\"git@github:u/git#0a1b2c3\", {}, \"u-git-0a1b2c3\"],\n  },\n}\n");

static void test_bun(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, &inventory_bun_lock, bun);
	row_expect(&t, "a", "1.0.0", 0);
	row_expect(&t, "real", "1.2.3", 0);
	row_expect(&t, "maybe", "1.0.0", PACKAGE_OPTIONAL);
	row_expect(&t, "deep", "1.0.0", PACKAGE_OPTIONAL | PACKAGE_INDIRECT);
	row_expect(&t, "@s/tool", "1.0.0", PACKAGE_DEV);
	row_expect(&t, "x", "3.0.0", PACKAGE_DEV | PACKAGE_INDIRECT);
	row_expect(&t, "x", "2.0.0", 0);
	row_expect(&t, "x", "1.5.0", PACKAGE_INDIRECT);
	row_expect(&t, "git", "0a1b2c3", PACKAGE_LOCAL | PACKAGE_INDIRECT);
	row_expect_count(&t, 9);
	row_expect_depends(&t, "a", "1.0.0", "x");
	row_expect_span(&t, "real", "1.2.3",
			SLICE("\"alias\": [\"real@1.2.3\", \"\", {}, \"sha512-bb==\"]"));
	assert_true(slice_is(row_must(&t, "a", "1.0.0")->integrity, "sha512-aa=="));
	row_end(&t);
	row_run(&t, &inventory_bun_lock, SLICE("{\"packages\": {\"a\": [\"a@1.0.0\"], \"b\": 1, }}"));
	row_expect_partial(&t, "line 1");
	row_expect_count(&t, 1);
	row_end(&t);
	row_run(&t, &inventory_bun_lock, SLICE("{\"packages\": ,}"));
	row_expect_error(&t, "line 1");
	row_run(&t, &inventory_bun_lock, SLICE("{}"));
	row_expect_error(&t, "no lock file");
	row_run(&t, &inventory_bun_lock, SLICE("/*"));
	row_expect_error(&t, "line 1");
	row_run(&t, &inventory_bun_lock, SLICE("\"\\"));
	row_expect_error(&t, "line 1");
}

/* ------------------------------------------------------------------ Python */

static void test_pylock(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, &inventory_pylock,
		 SLICE("lock-version = '1.0'\ncreated-by = 'x'\n[[packages]]\nname = 'cattrs'\nversion = '24.1.2'\n"
		       "dependencies = [{name = 'attrs'}]\n[[packages]]\nname = 'pytest'\nversion = '1'\n"
		       "marker = \"'dev' in dependency_groups\"\n[[packages]]\nname = 'extra'\nversion = '1'\n"
		       "marker = \"'x' in extras\"\n[[packages]]\nname = 'both'\nversion = '1'\n"
		       "marker = \"'x' in extras or sys_platform == 'linux'\"\n[[packages]]\nname = 'repo'\n"
		       "vcs = {type = 'git', url = 'https://h/r', commit-id = '0a1b'}\n[[packages]]\nname = 'dir'\n"
		       "directory = {path = '.'}\n"));
	row_expect(&t, "cattrs", "24.1.2", 0);
	row_expect(&t, "pytest", "1", PACKAGE_DEV);
	row_expect(&t, "extra", "1", PACKAGE_OPTIONAL);
	row_expect(&t, "both", "1", 0);
	row_expect(&t, "repo", "0a1b", PACKAGE_LOCAL);
	row_expect(&t, "dir", "", PACKAGE_LOCAL | PACKAGE_UNVERSIONED);
	row_expect_depends(&t, "cattrs", "24.1.2", "attrs");
	row_end(&t);
	row_run(&t, &inventory_pylock, SLICE("[[packages]]\nname = \n"));
	row_expect_error(&t, "line 2");
}

/* ------------------------------------------------------------------- Apple */

static void test_swift(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, &inventory_swift_resolved,
		 SLICE("{\"pins\": [{\"identity\": \"nio\", \"kind\": \"remoteSourceControl\", \"location\":"
		       " \"https://user@github.com/apple/swift-nio.git/\", \"state\": {\"revision\": \"aa\", \"version\":"
		       " \"2.1.0\"}}, {\"identity\": \"ssh\", \"location\": \"git@github.com:u/ssh.git\", \"state\":"
		       " {\"revision\": \"bb\", \"branch\": \"main\"}}, {\"identity\": \"mona.Linked\", \"kind\": \"registry\","
		       " \"location\": \"\", \"state\": {\"version\": \"1.0.0\"}}], \"version\": 3}"));
	row_expect(&t, "github.com/apple/swift-nio", "2.1.0", 0);
	row_expect(&t, "github.com/u/ssh", "bb", PACKAGE_UNVERSIONED);
	row_expect(&t, "mona.Linked", "1.0.0", PACKAGE_LOCAL);
	assert_true(slice_is(package_purl(row_must(&t, "github.com/apple/swift-nio", "2.1.0"), &t.arena),
			     "pkg:swift/github.com/apple/swift-nio@2.1.0"));
	row_end(&t);
	row_read(&t, &inventory_swift_resolved,
		 SLICE("{\"object\": {\"pins\": [{\"package\": \"Nimble\", \"repositoryURL\":"
		       " \"https://github.com/Quick/Nimble.git\", \"state\": {\"branch\": null, \"revision\": \"c9\","
		       " \"version\": \"9.2.1\"}}]}, \"version\": 1}"));
	row_expect(&t, "github.com/Quick/Nimble", "9.2.1", 0);
	row_end(&t);
	row_run(&t, &inventory_swift_resolved, SLICE("{\"version\": 2}"));
	row_expect_error(&t, "pins");
}

static void test_pods(void **state)
{
	struct row_test t;
	const struct package *p;

	(void)state;
	row_read(&t, &inventory_podfile_lock,
		 SLICE("PODS:\n  - Texture (3.1.0):\n    - Texture/Core (= 3.1.0)\n    - PINCache (~> 3)\n"
		       "  - Texture/Core (3.1.0)\n  - PINCache (3.0.3)\n  - Mine (0.1.0)\n\nDEPENDENCIES:\n  - Texture (~> 3)\n"
		       "  - Mine (from `../`)\n\nEXTERNAL SOURCES:\n  Mine:\n    :path: \"../\"\n\nCOCOAPODS: 1.11.2\n"));
	p = row_must(&t, "Texture", "3.1.0");
	assert_int_equal(p->flags, 0);
	assert_int_equal(row_must(&t, "PINCache", "3.0.3")->flags, PACKAGE_INDIRECT);
	assert_int_equal(row_must(&t, "Mine", "0.1.0")->flags, PACKAGE_LOCAL);
	row_expect_count(&t, 3);
	row_expect_depends(&t, "Texture", "3.1.0", "PINCache");
	row_end(&t);
	row_run(&t, &inventory_podfile_lock, SLICE("a: b\n"));
	row_expect_error(&t, "PODS");
}

/* -------------------------------------------------------- Conan and Julia */

static void test_conan(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, &inventory_conan_lock,
		 SLICE("{\"version\": \"0.5\", \"requires\": [\"zlib/1.2.11#ffa7%1667396813.1\", \"a/1.0@u/c\"],"
		       " \"build_requires\": [\"ninja/1.11.1\"], \"python_requires\": []}"));
	row_expect(&t, "zlib", "1.2.11", 0);
	row_expect(&t, "a", "1.0", 0);
	row_expect(&t, "ninja", "1.11.1", PACKAGE_DEV);
	assert_true(slice_is(row_must(&t, "zlib", "1.2.11")->integrity, "ffa7"));
	row_expect_span(&t, "ninja", "1.11.1", SLICE("\"ninja/1.11.1\""));
	row_end(&t);
	row_read(&t, &inventory_conan_lock,
		 SLICE("{\"graph_lock\": {\"nodes\": {\"0\": {\"ref\": \"me/1.0\", \"path\": \"conanfile.py\","
		       " \"requires\": [\"1\"], \"build_requires\": [\"3\"]}, \"1\": {\"ref\": \"png/1.6.39#aa\","
		       " \"requires\": [\"2\"]}, \"2\": {\"ref\": \"zlib/1.2.13\"}, \"3\": {\"ref\": \"ninja/1.11.1\","
		       " \"context\": \"host\"}}}, \"version\": \"0.4\"}"));
	row_expect(&t, "png", "1.6.39", 0);
	row_expect(&t, "zlib", "1.2.13", PACKAGE_INDIRECT);
	row_expect(&t, "ninja", "1.11.1", PACKAGE_DEV);
	row_expect_count(&t, 3);
	row_expect_depends(&t, "png", "1.6.39", "zlib");
	row_end(&t);
	row_read(&t, &inventory_conan_lock,
		 SLICE("{\"graph_lock\": {\"nodes\": {\"a\": {\"pref\": null, \"requires\": {\"zlib/1.2.11#5f\":"
		       " \"b\"}}, \"b\": {\"pref\": \"zlib/1.2.11@u/c#5f:197#58\"}}}, \"version\": \"0.1\"}"));
	row_expect(&t, "zlib", "1.2.11", 0);
	row_expect_count(&t, 1);
	row_end(&t);
	row_run(&t, &inventory_conan_lock,
		SLICE("{\"version\": \"0.5\", \"requires\": [\"zlib\", \"a/b/c\", \"a/1.0\"]}"));
	row_expect_partial(&t, "name/version");
	row_end(&t);
	row_run(&t, &inventory_conan_lock, SLICE("{\"a\": 1}"));
	row_expect_error(&t, "Conan");
}

static void test_julia(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, &inventory_julia_manifest,
		 SLICE("julia_version = \"1.8.5\"\nmanifest_format = \"2.0\"\n[[deps.Dates]]\ndeps = [\"Printf\"]\n"
		       "uuid = \"ade2ca70\"\n[[deps.JSON]]\ndeps = [\"Dates\", \"Mmap\"]\ngit-tree-sha1 = \"31e9\"\n"
		       "uuid = \"682c06a0\"\nversion = \"0.21.4\"\n[[deps.Mine]]\npath = \"m\"\nuuid = \"77\"\n"));
	row_expect(&t, "Dates", "1.8.5", 0);
	row_expect(&t, "JSON", "0.21.4", 0);
	row_expect(&t, "Mine", "", PACKAGE_LOCAL | PACKAGE_UNVERSIONED);
	row_expect_depends(&t, "JSON", "0.21.4", "Dates Mmap");
	const struct package *p = row_must(&t, "JSON", "0.21.4");
	assert_true(slice_is(package_purl(p, &t.arena), "pkg:julia/JSON@0.21.4?uuid=682c06a0"));
	assert_true(slice_is(p->integrity, "31e9"));
	row_end(&t);
	row_read(&t, &inventory_julia_manifest,
		 SLICE("[[JSON]]\nuuid = \"682c06a0\"\nversion = \"0.20.0\"\ngit-tree-sha1 = \"b3\"\n"
		       "[JSON.deps]\nDates = \"ade2\"\n[other]\na = 1\n"));
	row_expect(&t, "JSON", "0.20.0", 0);
	row_expect_count(&t, 1);
	row_expect_depends(&t, "JSON", "0.20.0", "Dates");
	row_end(&t);
}

/* ------------------------------------------------------- R, Haskell, OCaml */

static void test_r(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, &inventory_renv_lock,
		 SLICE("{\"R\": {\"Version\": \"4.2\"}, \"Packages\": {\"mime\": {\"Package\": \"mime\", \"Version\":"
		       " \"0.7\", \"Source\": \"Repository\", \"Hash\": \"908d\", \"Requirements\": [\"tools\"]},"
		       " \"g\": {\"Package\": \"g\", \"Version\": \"1.0\", \"Source\": \"GitHub\"},"
		       " \"b\": {\"Package\": \"b\", \"Version\": \"1.0\", \"Source\": \"Bioconductor\"}}}"));
	row_expect(&t, "mime", "0.7", 0);
	row_expect(&t, "g", "1.0", PACKAGE_LOCAL);
	row_expect(&t, "b", "1.0", 0);
	assert_true(slice_is(row_must(&t, "b", "1.0")->ecosystem->osv, "Bioconductor"));
	assert_true(slice_is(row_must(&t, "mime", "0.7")->ecosystem->osv, "CRAN"));
	row_expect_depends(&t, "mime", "0.7", "tools");
	row_end(&t);
	row_read(&t, &inventory_r_package,
		 SLICE("Package: digest\nVersion: 0.6.33\nDepends: R (>= 3.3.0)\nImports: utils, Rcpp (>= 1.0),\n"
		       "        methods\nLicense: GPL (>= 2)\nBuilt: R 4.2.2; x86_64-pc-linux-gnu; 2023; unix\n"));
	row_expect(&t, "digest", "0.6.33", 0);
	row_expect_depends(&t, "digest", "0.6.33", "utils Rcpp methods");
	assert_true(slice_is(row_must(&t, "digest", "0.6.33")->license, "GPL (>= 2)"));
	row_end(&t);
	/* The source of a package, and a text of that name. */
	row_read(&t, &inventory_r_package, SLICE("Package: digest\nVersion: 0.6.33\n"));
	row_expect_count(&t, 0);
	row_end(&t);
	row_read(&t, &inventory_r_package, SLICE("What this is.\n"));
	row_expect_count(&t, 0);
	row_end(&t);
	row_run(&t, &inventory_renv_lock, SLICE("[]"));
	row_expect_error(&t, "renv");
}

static void test_haskell(void **state)
{
	struct row_test t;

	(void)state;
	row_run_path(&t, &inventory_haskell_lock, "stack.yaml.lock",
		     SLICE("packages:\n- completed:\n    hackage: hasql-pool-1.0.1@sha256:3cfb,2302\n  original:\n"
			   "    hackage: hasql-pool-1.0.1\n- completed:\n    name: mine\n    version: 0.2.0\n    git: https://h/m\n"
			   "    commit: 0a1b\nsnapshots: []\n"));
	row_expect(&t, "hasql-pool", "1.0.1", 0);
	row_expect(&t, "mine", "0.2.0", PACKAGE_LOCAL);
	assert_true(slice_is(row_must(&t, "hasql-pool", "1.0.1")->integrity, "sha256:3cfb"));
	row_end(&t);
	row_run_path(&t, &inventory_haskell_lock, "a/stack.yaml.lock", SLICE("packages:\n- completed:\n    hackage: x\n"));
	row_expect_partial(&t, "name-version");
	row_end(&t);
	row_run_path(&t, &inventory_haskell_lock, "cabal.project.freeze",
		     SLICE("active-repositories: hackage.haskell.org:merge\n-- any.no ==1.0,\n"
			   "constraints: any.Cabal ==3.8.1.0,\n             any.aeson ==2.1.2.1,\n"
			   "             aeson -cffi +ordered-keymap,\n             foo ==1.0,\n"
			   "             any.range >=1.0 && ==1.5\nindex-state: hackage.haskell.org 2023-01-01\n"));
	row_expect(&t, "Cabal", "3.8.1.0", 0);
	row_expect(&t, "aeson", "2.1.2.1", 0);
	row_expect(&t, "foo", "1.0", 0);
	row_expect_count(&t, 3);
	row_expect_span(&t, "aeson", "2.1.2.1", SLICE("any.aeson ==2.1.2.1"));
	row_end(&t);
}

static void test_opam(void **state)
{
	struct row_test t;

	(void)state;
	row_run_path(&t, &inventory_opam, "root/.opam/4.14/.opam-switch/packages/dune.3.7.2/opam",
		     SLICE("opam-version: \"2.0\"\nlicense: \"MIT\"\ndepends: [\n  \"ocaml\" {>= \"4.08\"}\n"
			   "  \"base-unix\"\n  \"csexp\" {>= \"1.5\" & with-test}\n]\nbuild: [\"dune\" \"build\"]\n"));
	row_expect(&t, "dune", "3.7.2", 0);
	row_expect_depends(&t, "dune", "3.7.2", "base-unix csexp");
	assert_true(slice_is(row_must(&t, "dune", "3.7.2")->license, "MIT"));
	row_end(&t);
	row_run_path(&t, &inventory_opam, ".opam-switch/packages/x.v0.16/opam", SLICE("license:\ndepends: \"y\""));
	row_expect(&t, "x", "v0.16", 0);
	row_expect_depends(&t, "x", "v0.16", "y");
	row_end(&t);
	row_run_path(&t, &inventory_opam, ".opam-switch/packages/x/opam", SLICE(""));
	row_expect_error(&t, "<name>.<version>");
}

static void test_bitnami(void **state)
{
	struct row_test t;

	(void)state;
	row_read(&t, &inventory_bitnami,
		 SLICE("{\"spdxVersion\": \"SPDX-2.3\", \"packages\": [{\"name\": \"Redis\", \"versionInfo\": \"7.2.4-3\","
		       " \"licenseDeclared\": \"BSD-3-Clause\", \"externalRefs\": [{\"referenceType\": \"cpe23Type\","
		       " \"referenceLocator\": \"cpe:2.3:*:redis:redis:7.2.4:*:*:*:*:*:*:*\"}, {\"referenceType\": \"purl\","
		       " \"referenceLocator\": \"pkg:bitnami/redis@7.2.4-3?arch=amd64\"}]}, {\"name\": \"x\","
		       " \"externalRefs\": [{\"referenceType\": \"purl\", \"referenceLocator\": \"pkg:npm/x@1\"}]}]}"));
	row_expect(&t, "redis", "7.2.4-3", 0);
	row_expect_count(&t, 1);
	const struct package *p = row_must(&t, "redis", "7.2.4-3");
	assert_true(slice_is(p->source_version, "7.2.4"));
	assert_true(slice_is(p->architecture, "amd64"));
	assert_true(slice_is(p->ecosystem->osv, "Bitnami"));
	row_end(&t);
	row_run(&t, &inventory_bitnami, SLICE("{}"));
	row_expect_error(&t, "packages");
}

/* --------------------------------------------------------------- all rows */

static const struct {
	const struct inventory_row *row;
	const char *yes[4], *no[4];
} paths[] = {
	{ &inventory_hex_lock, { "mix.lock", "a/rebar.lock", "manifest.toml" }, { "Manifest.toml", "xmix.lock" } },
	{ &inventory_pub_lock, { "pubspec.lock", "a/pubspec.lock" }, { "pubspec.yaml" } },
	{ &inventory_bun_lock, { "bun.lock", "a/bun.lock" }, { "bun.lockb", "xbun.lock" } },
	{ &inventory_pylock, { "pylock.toml", "a/pylock.dev.toml" }, { "pylock.a.b.toml", "pylock..toml", "xpylock.toml" } },
	{ &inventory_swift_resolved, { "Package.resolved", "a/.package.resolved" }, { "Package.swift" } },
	{ &inventory_podfile_lock, { "ios/Podfile.lock" }, { "Podfile" } },
	{ &inventory_conan_lock, { "conan.lock" }, { "conan.lock/a" } },
	{ &inventory_julia_manifest, { "Manifest.toml", "a/JuliaManifest.toml", "Manifest-v1.11.toml" },
	  { "manifest.toml", "Project.toml" } },
	{ &inventory_renv_lock, { "renv.lock" }, { "renv/activate.R" } },
	{ &inventory_r_package, { "usr/lib/R/library/base/DESCRIPTION" }, { "DESCRIPTION", "a/DESCRIPTIONS" } },
	{ &inventory_haskell_lock, { "stack.yaml.lock", "a/cabal.project.freeze" }, { "stack.yaml" } },
	{ &inventory_opam, { ".opam-switch/packages/a.1/opam", "x/.opam-switch/packages/a.1/opam" },
	  { "packages/a.1/opam", "x.opam-switch/packages/a.1/opam", ".opam-switch/packages/opam" } },
	{ &inventory_bitnami, { "opt/bitnami/redis/.spdx-redis.spdx" }, { "opt/redis/.spdx-redis.spdx", "a.spdx" } },
};

static void test_paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		row_expect_paths(paths[i].row, paths[i].yes, paths[i].no);
}

static void test_cuts(void **state)
{
	struct row_test whole, cut;

	(void)state;
	row_run(&whole, &inventory_bun_lock, bun);
	for (size_t len = 0; len < bun.len; len++) {
		row_run(&cut, &inventory_bun_lock, slice_first(bun, len));
		assert_true(cut.out.packages.count <= whole.out.packages.count);
		row_end(&cut);
	}
	row_end(&whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mix),
		cmocka_unit_test(test_rebar),
		cmocka_unit_test(test_gleam),
		cmocka_unit_test(test_pub),
		cmocka_unit_test(test_bun),
		cmocka_unit_test(test_pylock),
		cmocka_unit_test(test_swift),
		cmocka_unit_test(test_pods),
		cmocka_unit_test(test_conan),
		cmocka_unit_test(test_julia),
		cmocka_unit_test(test_r),
		cmocka_unit_test(test_haskell),
		cmocka_unit_test(test_opam),
		cmocka_unit_test(test_bitnami),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
