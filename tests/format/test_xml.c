#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/limits.h"
#include "format/xml.h"

struct fixture {
	struct arena arena;
	struct xml_node *root;
	struct error err;
	bool ok;
};

static void read(struct fixture *f, struct slice text)
{
	*f = (struct fixture){ .err = ERROR_INIT };
	arena_init(&f->arena, 0);
	f->ok = xml_parse(text, &f->arena, &f->root, &f->err);
}

static void test_tree(void **state)
{
	const struct slice text = SLICE("<?xml version=\"1.0\"?>\n<!-- c --><p:a xmlns:p=\"u\" k='v &lt;'>\n"
					"  <b> one &amp; <!-- x -->two\n</b><c/><p:b p:q=\"2\">3</p:b> tail</p:a>\n");
	struct fixture f;

	(void)state;
	read(&f, text);
	assert_true(f.ok);
	assert_true(slice_is(f.root->name, "a"));
	assert_true(slice_is(xml_attribute(f.root, SLICE("k")), "v <"));
	assert_true(slice_empty(xml_attribute(f.root, SLICE("none"))));
	assert_true(slice_is(xml_get_text(f.root, SLICE("b")), "one & two"));
	assert_true(slice_empty(xml_get_text(f.root, SLICE("c"))));
	assert_null(xml_get(f.root, SLICE("d")));
	assert_null(xml_get(NULL, SLICE("d")));
	assert_true(slice_is(f.root->text, "tail"));
	const struct xml_node *last = f.root->last;
	assert_true(slice_is(last->name, "b") && slice_is(last->text, "3"));
	assert_true(slice_is(xml_attribute(last, SLICE("q")), "2"));
	assert_true(slice_is(slice_first(slice_from(text, last->offset), last->length), "<p:b p:q=\"2\">3</p:b>"));
	assert_true(slice_starts(slice_from(text, f.root->offset), SLICE("<p:a ")));
	arena_release(&f.arena);
}

static void test_encodings(void **state)
{
	struct fixture f;

	(void)state;
	read(&f, SLICE("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe4</a>"));
	assert_true(f.ok && slice_is(f.root->text, "\xc3\xa4"));
	arena_release(&f.arena);
	read(&f, SLICE("<?xml version='1.0' encoding='GB18030'?><a><b>1.0</b>\xc4\xe3</a>"));
	assert_true(f.ok && slice_is(xml_get_text(f.root, SLICE("b")), "1.0"));
	arena_release(&f.arena);
	read(&f, SLICE("\xff\xfe<\0a\0>\0" "1\0<\0/\0a\0>\0"));
	assert_true(f.ok && slice_is(f.root->text, "1"));
	arena_release(&f.arena);
}

static void test_refused(void **state)
{
	static const struct {
		struct slice text;
		enum error_code code;
		const char *message;
	} cases[] = {
		{ SLICE_INIT(""), ERR_FORMAT, "line 1" },
		{ SLICE_INIT("no xml"), ERR_FORMAT, "line 1, column 1" },
		{ SLICE_INIT("<a>\n<b></a>"), ERR_FORMAT, "line 2" },
		{ SLICE_INIT("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>"), ERR_UNSUPPORTED, "entities" },
		{ SLICE_INIT("<!DOCTYPE a [<!ENTITY % x SYSTEM \"/etc/passwd\">%x;]><a/>"), ERR_UNSUPPORTED, "entities" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;

		read(&f, cases[i].text);
		assert_false(f.ok);
		assert_int_equal(f.err.code, cases[i].code);
		if (!strstr(f.err.message, cases[i].message))
			fail_msg("%zu: %s", i, f.err.message);
		arena_release(&f.arena);
	}
}

static void test_what_stands_in_front_of_an_error(void **state)
{
	struct fixture f;

	(void)state;
	read(&f, SLICE("<a><b>1</b><c>2"));
	assert_false(f.ok);
	assert_true(slice_is(xml_get_text(f.root, SLICE("b")), "1"));
	assert_true(slice_is(xml_get_text(f.root, SLICE("c")), "2"));
	assert_int_equal(f.root->length, 15);
	arena_release(&f.arena);
}

static void test_depth(void **state)
{
	struct fixture f;
	struct buf b;

	(void)state;
	buf_init(&b, MIB);
	for (int i = 0; i < LIMIT_XML_DEPTH; i++)
		buf_add_lit(&b, "<a>");
	for (int i = 0; i < LIMIT_XML_DEPTH; i++)
		buf_add_lit(&b, "</a>");
	read(&f, buf_slice(&b));
	assert_true(f.ok);
	arena_release(&f.arena);
	buf_clear(&b);
	for (int i = 0; i < 20000; i++)
		buf_add_lit(&b, "<a>");
	read(&f, buf_slice(&b));
	assert_int_equal(f.err.code, ERR_LIMIT);
	assert_non_null(f.root);
	arena_release(&f.arena);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_encodings),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_what_stands_in_front_of_an_error),
		cmocka_unit_test(test_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
