#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "model/debug_text.h"
#include "model/purl.h"
#include "model/purl_types.h"

struct text_case {
	const char *text, *expected; /* canonical form, or why it is refused */
};

static const struct text_case canonical[] = {
	/* Scheme and type */
	{ "pkg:npm/left-pad", "pkg:npm/left-pad" },
	{ "PKG:NPM/left-pad", "pkg:npm/left-pad" },
	{ "pkg:///npm//left-pad//", "pkg:npm/left-pad" },
	{ "pkg:x-own.type2/Some/Name@1", "pkg:x-own.type2/Some/Name@1" },
	/* Escapes: what needs none, what does, hex digits in either case */
	{ "pkg:generic/a%41%2d%2E%5f%7e%3a", "pkg:generic/aA-._~:" },
	{ "pkg:generic/a b+c!$'()*,;[]", "pkg:generic/a%20b%2Bc%21%24%27%28%29%2A%2C%3B%5B%5D" },
	{ "pkg:generic/na%2fme/x", "refused: the namespace has an escaped slash" },
	{ "pkg:generic/na%2fme", "pkg:generic/na%2Fme" },
	{ "pkg:generic/%2F%2Fname%2F", "pkg:generic/name" },
	{ "pkg:generic/caf\xc3\xa9", "pkg:generic/caf%C3%A9" },
	{ "pkg:generic/a%00", "pkg:generic/a%00" },
	/* Versions start at the last @ */
	{ "pkg:generic/a@b@1", "pkg:generic/a%40b@1" },
	{ "pkg:generic/a@", "pkg:generic/a" },
	{ "pkg:generic/a@1/2", "pkg:generic/a@1%2F2" },
	{ "pkg:generic/a@1:2~rc%2B3", "pkg:generic/a@1:2~rc%2B3" },
	{ "pkg:npm/@scope/name", "pkg:npm/%40scope/name" },
	{ "pkg:npm/@scope/name@1.0.0", "pkg:npm/%40scope/name@1.0.0" },
	/* Qualifiers */
	{ "pkg:generic/a?b=2&a=1", "pkg:generic/a?a=1&b=2" },
	{ "pkg:generic/a?k=1&k.x=2&k-x=3", "pkg:generic/a?k=1&k-x=3&k.x=2" },
	{ "pkg:generic/a?B=X", "pkg:generic/a?b=X" },
	{ "pkg:generic/a?a=&b=1", "pkg:generic/a?b=1" },
	{ "pkg:generic/a?a=&a=1", "pkg:generic/a?a=1" },
	{ "pkg:generic/a?", "pkg:generic/a" },
	{ "pkg:generic/a?b", "pkg:generic/a" },
	{ "pkg:generic/a?&&b=1&", "pkg:generic/a?b=1" },
	{ "pkg:generic/a?b=c=d", "pkg:generic/a?b=c%3Dd" },
	{ "pkg:generic/a?u=https://h/p?q=r", "refused: it has an unescaped \"?\" or \"#\" too many" },
	{ "pkg:generic/a?checksum=SHA1:AB,md5:0C", "pkg:generic/a?checksum=sha1:ab%2Cmd5:0c" },
	{ "pkg:generic/a?checksum=Mine:Xyz", "pkg:generic/a?checksum=Mine:Xyz" },
	/* Subpaths */
	{ "pkg:generic/a#/b//c/", "pkg:generic/a#b/c" },
	{ "pkg:generic/a#./b/../c/%2e%2E", "pkg:generic/a#b/c" },
	{ "pkg:generic/a#..", "pkg:generic/a" },
	{ "pkg:generic/a#b?c@d", "pkg:generic/a#b%3Fc%40d" },
	{ "pkg:generic/a@1?b=2#c", "pkg:generic/a@1?b=2#c" },
	/* Case and letters by type */
	{ "pkg:alpm/Arch/Pacman@6.0.1-1A", "pkg:alpm/arch/pacman@6.0.1-1A" },
	{ "pkg:apk/Alpine/Curl@8", "pkg:apk/alpine/curl@8" },
	{ "pkg:bitnami/WordPress", "pkg:bitnami/wordpress" },
	{ "pkg:cargo/Inflector@0.11", "pkg:cargo/Inflector@0.11" },
	{ "pkg:chrome-extension/ABCDEFGHIJKLMNOPabcdefghijklmnop@1.2",
	  "pkg:chrome-extension/abcdefghijklmnopabcdefghijklmnop@1.2" },
	{ "pkg:composer/Laravel/Framework@V1", "pkg:composer/laravel/framework@V1" },
	{ "pkg:cpan/gdt/URI-PackageURL", "pkg:cpan/GDT/URI-PackageURL" },
	{ "pkg:deb/Debian/LibC6@2.36-9%2Bdeb12u1?arch=amd64",
	  "pkg:deb/debian/libc6@2.36-9%2Bdeb12u1?arch=amd64" },
	{ "pkg:git/Codeberg.org/A/b/C.git@v1", "pkg:git/Codeberg.org/A/b/C.git@v1" },
	{ "pkg:git/GitHub.com/Own/Repo@V1", "pkg:git/github.com/own/repo@V1" },
	{ "pkg:git/h/a%2F%2Fb", "pkg:git/h/a/b" },
	{ "pkg:golang/github.com/BurntSushi/toml@v1.3.2", "pkg:golang/github.com/BurntSushi/toml@v1.3.2" },
	{ "pkg:golang/stdlib@1.22.1", "pkg:golang/stdlib@1.22.1" },
	{ "pkg:golang/go.opencensus.io@v0.24.0", "pkg:golang/go.opencensus.io@v0.24.0" },
	{ "pkg:hackage/a_B", "pkg:hackage/a-B" },
	{ "pkg:hex/Acme/Foo", "pkg:hex/acme/foo" },
	{ "pkg:huggingface/A/B@ABC", "pkg:huggingface/A/B@abc" },
	{ "pkg:luarocks/Hisham/LuaFS@1.8.0-1", "pkg:luarocks/hisham/luafs@1.8.0-1" },
	{ "pkg:mlflow/Model?repository_url=https://adb-1.AzureDatabricks.net/x",
	  "pkg:mlflow/model?repository_url=https:%2F%2Fadb-1.AzureDatabricks.net%2Fx" },
	{ "pkg:mlflow/Model?repository_url=https://azureml.ms/databricks",
	  "pkg:mlflow/Model?repository_url=https:%2F%2Fazureml.ms%2Fdatabricks" },
	{ "pkg:npm/JSONStream@1.3.5", "pkg:npm/JSONStream@1.3.5" },
	{ "pkg:nuget/Newtonsoft.Json@13.0.1", "pkg:nuget/Newtonsoft.Json@13.0.1" },
	{ "pkg:oci/Debian@SHA256%3AAB", "pkg:oci/debian@sha256:ab" },
	{ "pkg:otp/ASN1@5#SRC/a.erl", "pkg:otp/asn1@5#src/a.erl" },
	{ "pkg:pub/My-Pack%C3%A9", "pkg:pub/my_pack_" },
	{ "pkg:PyPI/Django_Rest.Framework@1.0RC1", "pkg:pypi/django-rest.framework@1.0rc1" },
	{ "pkg:qpkg/BlackBerry/com.QNX", "pkg:qpkg/blackberry/com.QNX" },
	{ "pkg:rpm/Fedora/ImageMagick@7?Arch=i386", "pkg:rpm/fedora/ImageMagick@7?arch=i386" },
	{ "pkg:swid/A/b.c/N?tag_id=75B8C285-FA7B-485B-B199-4745E3004D0D",
	  "pkg:swid/A/b.c/N?tag_id=75b8c285-fa7b-485b-b199-4745e3004d0d" },
	{ "pkg:swid/N?tag_id=Org.Fedora-29", "pkg:swid/N?tag_id=Org.Fedora-29" },
	{ "pkg:vscode-extension/RedHat/Java@1.A", "pkg:vscode-extension/redhat/java@1.a" },
	{ "pkg:yocto/Core/Glibc@2.35", "pkg:yocto/core/Glibc@2.35" },
	/* Lower case beyond ASCII: É, Σ, İ, Ⱥ (which grows), capitals of Deseret */
	{ "pkg:github/%C3%89/%CE%A3", "pkg:github/%C3%A9/%CF%83" },
	{ "pkg:github/a/%C4%B0x", "pkg:github/a/i%CC%87x" },
	{ "pkg:github/a/%C8%BA%C8%BA%C8%BA", "pkg:github/a/%E2%B1%A5%E2%B1%A5%E2%B1%A5" },
	{ "pkg:github/a/%F0%90%90%80", "pkg:github/a/%F0%90%90%A8" },
	/* Nothing usable */
	{ "", "refused: it does not start with \"pkg:\"" },
	{ "npm/left-pad", "refused: it does not start with \"pkg:\"" },
	{ "pkg%3Anpm/left-pad", "refused: it does not start with \"pkg:\"" },
	{ " pkg:npm/left-pad", "refused: it does not start with \"pkg:\"" },
	{ "pkg:", "refused: there is no name or no type" },
	{ "pkg:npm", "refused: there is no name or no type" },
	{ "pkg:npm/", "refused: there is no name" },
	{ "pkg:npm/%2F", "refused: there is no name" },
	{ "pkg:npm/@1.0", "refused: there is no name" },
	{ "pkg:npm/a/@1.0", "refused: there is no name" },
	{ "pkg:9p/a", "refused: \"9p\" cannot be a type" },
	{ "pkg:a+b/c", "refused: \"a+b\" cannot be a type" },
	{ "pkg:n%70m/c", "refused: \"n%70m\" cannot be a type" },
	{ "pkg:npm/a%", "refused: the name has a malformed percent escape" },
	{ "pkg:npm/a@%4", "refused: the version has a malformed percent escape" },
	{ "pkg:npm/%g0/a", "refused: the namespace has a malformed percent escape" },
	{ "pkg:npm/a?b=%0g", "refused: the qualifier has a malformed percent escape" },
	{ "pkg:npm/a#%", "refused: the subpath has a malformed percent escape" },
	{ "pkg:npm/a#b%2Fc", "refused: the subpath has an escaped slash" },
	{ "pkg:npm/a%FF", "refused: it is not UTF-8" },
	{ "pkg:npm/a\xff", "refused: it is not UTF-8" },
	{ "pkg:npm/a?b=%C3", "refused: it is not UTF-8" },
	{ "pkg:npm/a#b#c", "refused: it has an unescaped \"?\" or \"#\" too many" },
	{ "pkg:npm/a?b=1&B=2", "refused: qualifier \"b\" is given twice" },
	{ "pkg:npm/a?1b=1", "refused: \"1b\" cannot be a qualifier's key" },
	{ "pkg:npm/a?b%20c=1", "refused: \"b%20c\" cannot be a qualifier's key" },
	{ "pkg:npm/a?=1", "refused: \"\" cannot be a qualifier's key" },
	{ "pkg:maven/guava@1", "refused: type maven needs a namespace" },
	{ "pkg:git/host", "refused: type git needs a namespace" },
	{ "pkg:cargo/a/b", "refused: type cargo has no namespaces" },
	{ "pkg:julia/Dates?uuid=", "refused: type julia needs the qualifier \"uuid\"" },
	{ "pkg:swid/N", "refused: type swid needs the qualifier \"tag_id\"" },
	{ "pkg:swid/a/b/c/N?tag_id=1", "refused: the namespace has more than two segments" },
	{ "pkg:cpan/A/B::C", "refused: the name is a module, not a distribution" },
	{ "pkg:cocoapods/a%20b", "refused: the name has white space or a plus" },
	{ "pkg:cocoapods/.a", "refused: the name starts with a period" },
	{ "pkg:chrome-extension/abc", "refused: the name is not 32 letters long" },
	{ "pkg:chrome-extension/abcdefghijklmnopabcdefghijklmnoq",
	  "refused: the name has letters other than a to p" },
	{ "pkg:chrome-extension/abcdefghijklmnopabcdefghijklmnop@1.a",
	  "refused: the version is not numeric" },
	{ "pkg:chrome-extension/abcdefghijklmnopabcdefghijklmnop@1..2",
	  "refused: the version is not one to four numbers" },
	{ "pkg:chrome-extension/abcdefghijklmnopabcdefghijklmnop@1.2.3.4.5",
	  "refused: the version is not one to four numbers" },
};

/* The canonical form as a string, or "refused: why". */
static const char *outcome(struct slice text, struct arena *a)
{
	CLEANUP(buf_release) struct buf b;
	struct error err = ERROR_INIT;
	struct purl p;

	buf_init(&b, MIB);
	if (purl_parse(text, a, &p, &err)) {
		assert_true(purl_format(&p, &b));
	} else {
		assert_int_equal(err.code, ERR_FORMAT);
		buf_printf(&b, "refused: %s", err.message);
	}
	return arena_cstr(a, buf_slice(&b));
}

static void test_canonical(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	for (size_t i = 0; i < ARRAY_LEN(canonical); i++) {
		const char *once = outcome(slice_from_cstr(canonical[i].text), &a);

		if (strcmp(once, canonical[i].expected) != 0)
			print_error("%s\n", canonical[i].text);
		assert_string_equal(once, canonical[i].expected);
		if (strncmp(once, "pkg:", 4) == 0)
			assert_string_equal(outcome(slice_from_cstr(once), &a), once);
	}
	arena_release(&a);
}

static void test_parts(void **state)
{
	struct error err = ERROR_INIT;
	struct arena a;
	struct purl p;

	(void)state;
	arena_init(&a, 0);
	assert_true(purl_parse(SLICE("pkg:Deb/Debian/a%2Bb@1:2%7E3?os=x%26y&arch=amd64#a/./b%20c"), &a,
			       &p, &err));
	assert_true(slice_is(p.type, "deb"));
	assert_true(slice_is(p.namespace, "debian"));
	assert_true(slice_is(p.name, "a+b"));
	assert_true(slice_is(p.version, "1:2~3"));
	assert_true(slice_is(p.subpath, "a/b c"));
	assert_int_equal(p.qualifiers.count, 2);
	assert_true(slice_is(p.qualifiers.items[0].key, "arch"));
	assert_true(slice_is(purl_qualifier(&p, SLICE("os")), "x&y"));
	assert_true(slice_empty(purl_qualifier(&p, SLICE("distro"))));
	assert_true(purl_parse(SLICE("pkg:git/h.org/a/b/c"), &a, &p, &err));
	assert_true(slice_is(p.namespace, "h.org"));
	assert_true(slice_is(p.name, "a/b/c"));
	arena_release(&a);
}

static void test_build(void **state)
{
	CLEANUP(buf_release) struct buf b;
	struct error err = ERROR_INIT;
	struct arena a;

	(void)state;
	buf_init(&b, MIB);
	arena_init(&a, 0);
	struct purl p = { .type = SLICE("Pypi"), .name = SLICE("/Foo_Bar/"), .version = SLICE("1+L") };

	purl_add_qualifier(&p, &a, SLICE("Z"), SLICE("1 2"));
	purl_add_qualifier(&p, &a, SLICE("empty"), SLICE_EMPTY);
	purl_add_qualifier(&p, &a, SLICE("a"), SLICE("/"));
	p.subpath = SLICE("/x/../y/");
	assert_true(purl_normalize(&p, &a, &err));
	assert_true(purl_format(&p, &b));
	assert_true(slice_is(buf_slice(&b), "pkg:pypi/foo-bar@1%2Bl?a=%2F&z=1%202#x/y"));

	p = (struct purl){ .type = SLICE("git"), .namespace = SLICE("/h/a//"), .name = SLICE("b/c") };
	assert_true(purl_normalize(&p, &a, &err));
	buf_clear(&b);
	assert_true(purl_format(&p, &b));
	assert_true(slice_is(buf_slice(&b), "pkg:git/h/a/b/c"));
	assert_true(slice_is(p.name, "a/b/c"));

	p = (struct purl){ .name = SLICE("x") };
	assert_false(purl_normalize(&p, &a, &err));
	assert_string_equal(err.message, "there is no type");
	p = (struct purl){ .type = SLICE("npm"), .name = SLICE("a\xc3") };
	assert_false(purl_normalize(&p, &a, &err));
	assert_string_equal(err.message, "it is not UTF-8");
	p = (struct purl){ .type = SLICE("npm"), .name = SLICE("a") };
	purl_add_qualifier(&p, &a, SLICE("a b"), SLICE("1"));
	assert_false(purl_normalize(&p, &a, &err));
	arena_release(&a);
}

/* Hostile sizes: the work stays in proportion, the answer exact. */
static void test_large(void **state)
{
	CLEANUP(buf_release) struct buf in, out;
	struct error err = ERROR_INIT;
	struct arena a;
	struct purl p;

	(void)state;
	buf_init(&in, 64 * MIB);
	buf_init(&out, 64 * MIB);
	arena_init(&a, 0);
	buf_add_lit(&in, "pkg:generic/");
	for (int i = 0; i < 100000; i++)
		buf_printf(&in, "s%%20%d/", i);
	buf_add_lit(&in, "name?");
	for (int i = 100000; i > 0; i--)
		buf_printf(&in, "k%06d=%%41&", i);
	buf_add_lit(&in, "#");
	for (int i = 0; i < 100000; i++)
		buf_add_lit(&in, "/../.");
	assert_true(purl_parse(buf_slice(&in), &a, &p, &err));
	assert_int_equal(p.qualifiers.count, 100000);
	assert_true(slice_is(p.qualifiers.items[0].key, "k000001"));
	assert_true(slice_is(p.qualifiers.items[99999].value, "A"));
	assert_true(slice_empty(p.subpath));
	assert_true(purl_format(&p, &out));
	buf_clear(&in);
	buf_add_slice(&in, buf_slice(&out));
	buf_clear(&out);
	assert_true(purl_parse(buf_slice(&in), &a, &p, &err));
	assert_true(purl_format(&p, &out));
	assert_true(slice_eq(buf_slice(&in), buf_slice(&out)));
	out.cap = 10;
	buf_clear(&out);
	assert_false(purl_format(&p, &out));
	arena_release(&a);
}

/* The rows are found by halving, so their order matters. */
static void test_table(void **state)
{
	static const char *const known[] = {
		"alpm", "apk", "bazel", "bitbucket", "bitnami", "brew", "cargo", "chrome-extension",
		"cocoapods", "composer", "conan", "conda", "cpan", "cran", "deb", "docker", "gem",
		"generic", "git", "github", "golang", "hackage", "hex", "huggingface", "julia",
		"luarocks", "maven", "mlflow", "npm", "nuget", "oci", "opam", "otp", "pub", "pypi",
		"qpkg", "rpm", "swid", "swift", "vcpkg", "vscode-extension", "yocto",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		assert_true(slice_eq(purl_type_row(slice_from_cstr(known[i]))->type,
				     slice_from_cstr(known[i])));
	assert_true(slice_empty(purl_type_row(SLICE("a"))->type));
	assert_true(slice_empty(purl_type_row(SLICE("npn"))->type));
	assert_true(slice_empty(purl_type_row(SLICE("zz"))->type));
}

static void test_debug(void **state)
{
	CLEANUP(buf_release) struct buf out;

	(void)state;
	buf_init(&out, MIB);
	debug_purl(SLICE("pkg:NPM/a\r\n\npkg:npm/a?\x1b=1\npkg:cargo/b"), &out);
	buf_add_byte(&out, '\0');
	assert_string_equal(out.data, "pkg:npm/a\n"
				      "invalid: it does not start with \"pkg:\"\n"
				      "invalid: \"\\x1b\" cannot be a qualifier's key\n"
				      "pkg:cargo/b\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_canonical), cmocka_unit_test(test_parts),
		cmocka_unit_test(test_build),     cmocka_unit_test(test_large),
		cmocka_unit_test(test_table),     cmocka_unit_test(test_debug),
	};

	return cmocka_run_group_tests_name("purl", tests, NULL, NULL);
}
