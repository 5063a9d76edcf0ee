#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "format/json.h"

/* A heap copy without a byte to spare, so that a sanitizer sees a read past the end. */
static bool parse(struct slice text, struct arena *a, struct node **ret, struct error *err)
{
	char *exact = arena_alloc(a, text.len);
	char *heap = malloc(text.len ? text.len : 1);

	assert_non_null(heap);
	memcpy(heap, text.data, text.len);
	*ret = NULL;
	bool ok = json_parse(slice_new(heap, text.len), a, ret, err);
	free(heap);
	if (ok) {
		memcpy(exact, text.data, text.len);
		assert_true(json_parse(slice_new(exact, text.len), a, ret, err));
	}
	return ok;
}

static const struct slice accepted[] = {
	SLICE_INIT("{}"),
	SLICE_INIT("[]"),
	SLICE_INIT("null"),
	SLICE_INIT("true"),
	SLICE_INIT("false"),
	SLICE_INIT("0"),
	SLICE_INIT("-0"),
	SLICE_INIT("-1"),
	SLICE_INIT("10"),
	SLICE_INIT("0.0"),
	SLICE_INIT("1.5e10"),
	SLICE_INIT("1E+2"),
	SLICE_INIT("1e-2"),
	SLICE_INIT("-0e0"),
	SLICE_INIT("0e+00"),
	SLICE_INIT("\"\""),
	SLICE_INIT(" \t\r\n[ ]\n"),
	SLICE_INIT("[[],{}]"),
	SLICE_INIT("{\"\":0}"),
	SLICE_INIT("{\"a\":1,\"a\":2}"),
	SLICE_INIT("\"\\u0000\""),
	SLICE_INIT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
	SLICE_INIT("\"\x7f\""),
	SLICE_INIT("\"\xff\""),
	SLICE_INIT("\"\\ud800\""),
	SLICE_INIT("\xef\xbb\xbf{}"),
	SLICE_INIT("[1 , 2]"),
	SLICE_INIT("{ \"a\" : [ ] }"),
	SLICE_INIT("123456789012345678901234567890123456789012345678901234567890"),
	SLICE_INIT("1e999999"),
	SLICE_INIT("[null,true,false,\"x\",{},[]]"),
	SLICE_INIT("\"\xe2\x80\xa8\""),
	SLICE_INIT("\"\\uDBFF\\uDFFF\""),
};

static const struct slice refused[] = {
	SLICE_INIT(""),
	SLICE_INIT(" "),
	SLICE_INIT("\xef\xbb\xbf"),
	SLICE_INIT("\xef\xbb"),
	SLICE_INIT("{"),
	SLICE_INIT("["),
	SLICE_INIT("}"),
	SLICE_INIT("]"),
	SLICE_INIT("[}"),
	SLICE_INIT("{]"),
	SLICE_INIT("[1,]"),
	SLICE_INIT("[,1]"),
	SLICE_INIT("[,]"),
	SLICE_INIT("[1,,2]"),
	SLICE_INIT("[1 2]"),
	SLICE_INIT("{\"a\"}"),
	SLICE_INIT("{\"a\":}"),
	SLICE_INIT("{\"a\" 1}"),
	SLICE_INIT("{\"a\":1,}"),
	SLICE_INIT("{,}"),
	SLICE_INIT("{a:1}"),
	SLICE_INIT("{'a':1}"),
	SLICE_INIT("{1:1}"),
	SLICE_INIT("{\"a\":1 \"b\":2}"),
	SLICE_INIT("{\"a\":1:2}"),
	SLICE_INIT("[1:2]"),
	SLICE_INIT("nul"),
	SLICE_INIT("nulL"),
	SLICE_INIT("True"),
	SLICE_INIT("truex"),
	SLICE_INIT("NaN"),
	SLICE_INIT("Infinity"),
	SLICE_INIT("-Infinity"),
	SLICE_INIT("01"),
	SLICE_INIT("-01"),
	SLICE_INIT("+1"),
	SLICE_INIT("1."),
	SLICE_INIT(".1"),
	SLICE_INIT("-"),
	SLICE_INIT("-."),
	SLICE_INIT("1e"),
	SLICE_INIT("1e+"),
	SLICE_INIT("1.e1"),
	SLICE_INIT("1.5e"),
	SLICE_INIT("0x10"),
	SLICE_INIT("1_0"),
	SLICE_INIT("--1"),
	SLICE_INIT("1 2"),
	SLICE_INIT("\""),
	SLICE_INIT("\"\\"),
	SLICE_INIT("\"\\\""),
	SLICE_INIT("\"abc"),
	SLICE_INIT("\"\\x41\""),
	SLICE_INIT("\"\\a\""),
	SLICE_INIT("\"\\u12\""),
	SLICE_INIT("\"\\u12G4\""),
	SLICE_INIT("\"\\u\""),
	SLICE_INIT("\"\\U0041\""),
	SLICE_INIT("\"\\0\""),
	SLICE_INIT("\"\\\n\""),
	SLICE_INIT("\"a\nb\""),
	SLICE_INIT("\"a\tb\""),
	SLICE_INIT("\"\0\""),
	SLICE_INIT("\"\x1f\""),
	SLICE_INIT("'a'"),
	SLICE_INIT("[1]\0"),
	SLICE_INIT("\0"),
	SLICE_INIT("[1]x"),
	SLICE_INIT("[1][2]"),
	SLICE_INIT("// x\n1"),
	SLICE_INIT("/* */1"),
	SLICE_INIT("[1] // x"),
	SLICE_INIT("\x0b[]"),
	SLICE_INIT("\x0c[]"),
	SLICE_INIT("\xc2\xa0[]"),
	SLICE_INIT("[\"a\",\n4\n,1,"),
	SLICE_INIT("{\"a\":1"),
	SLICE_INIT("{\"a\":"),
	SLICE_INIT("{\"a\""),
	SLICE_INIT("{\"a"),
	SLICE_INIT("\xff\xfe[\0]\0"),
	SLICE_INIT("[\"\\ud800\\u12\"]"),
	SLICE_INIT("\"\xe2\x80"),
	SLICE_INIT("*"),
	SLICE_INIT("<null>"),
};

static void test_accepts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(accepted); i++) {
		struct error err = ERROR_INIT;
		struct arena a;
		struct node *n;

		arena_init(&a, 0);
		if (!parse(accepted[i], &a, &n, &err))
			fail_msg("case %zu %.*s: %s", i, SLICE_ARG(accepted[i]), err.message);
		assert_non_null(n);
		arena_release(&a);
	}
}

static void test_refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct error err = ERROR_INIT;
		struct arena a;
		struct node *n;

		arena_init(&a, 0);
		if (parse(refused[i], &a, &n, &err))
			fail_msg("case %zu %.*s was accepted", i, SLICE_ARG(refused[i]));
		assert_int_equal(err.code, ERR_FORMAT);
		assert_in_range(err.offset, 0, refused[i].len);
		assert_non_null(strstr(err.message, "line "));
		arena_release(&a);
	}
}

/*
 * Every beginning of a sound text that is itself no sound text is refused, at whatever byte it
 * is cut.
 */
static void test_truncated(void **state)
{
	struct slice text = SLICE("{\"a\":[1.5e3,true,null,\"x\\u00e9\\n\"],\"b\":{\"c\":{}}}");
	struct arena a;
	struct node *n;

	(void)state;
	arena_init(&a, 0);
	for (size_t len = 0; len < text.len; len++) {
		struct error err = ERROR_INIT;

		assert_false(parse(slice_first(text, len), &a, &n, &err));
		assert_int_equal(err.code, ERR_FORMAT);
	}
	assert_true(parse(text, &a, &n, NULL));
	arena_release(&a);
}

struct string_case {
	struct slice text, value;
};

static const struct string_case string_cases[] = {
	{SLICE_INIT("\"\""), SLICE_INIT("")},
	{SLICE_INIT("\"plain\""), SLICE_INIT("plain")},
	{SLICE_INIT("\"seven77\""), SLICE_INIT("seven77")},
	{SLICE_INIT("\"eight888\""), SLICE_INIT("eight888")},
	{SLICE_INIT("\"nine99999\""), SLICE_INIT("nine99999")},
	{SLICE_INIT("\"a longer text \\\" with a quote inside\""),
	 SLICE_INIT("a longer text \" with a quote inside")},
	{SLICE_INIT("\"\\b\\f\\n\\r\\t\\/\\\\\\\"\""), SLICE_INIT("\b\f\n\r\t/\\\"")},
	{SLICE_INIT("\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\""),
	 SLICE_INIT("A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")},
	{SLICE_INIT("\"\\u0000x\""), SLICE_INIT("\0x")},
	{SLICE_INIT("\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 as it stands\""),
	 SLICE_INIT("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 as it stands")},
	/* lone halves, in either order, and a half before something else */
	{SLICE_INIT("\"\\ud800\""), SLICE_INIT("\xef\xbf\xbd")},
	{SLICE_INIT("\"\\udc00\\ud800\""), SLICE_INIT("\xef\xbf\xbd\xef\xbf\xbd")},
	{SLICE_INIT("\"\\ud800\\u0041\""), SLICE_INIT("\xef\xbf\xbd"
						      "A")},
	{SLICE_INIT("\"\\ud800\\ud83d\\ude00\""), SLICE_INIT("\xef\xbf\xbd\xf0\x9f\x98\x80")},
	{SLICE_INIT("\"\\ud83d\\n\""), SLICE_INIT("\xef\xbf\xbd\n")},
	/* bytes that are no UTF-8: stray, overlong, surrogate, beyond the last plane, cut */
	{SLICE_INIT("\"a\xff"
		    "b\""),
	 SLICE_INIT("a\xef\xbf\xbd"
		    "b")},
	{SLICE_INIT("\"\xc0\xaf\""), SLICE_INIT("\xef\xbf\xbd\xef\xbf\xbd")},
	{SLICE_INIT("\"\xed\xa0\x80\""), SLICE_INIT("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd")},
	{SLICE_INIT("\"\xf4\x90\x80\x80\""),
	 SLICE_INIT("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd")},
	{SLICE_INIT("\"\xe2\x82\""), SLICE_INIT("\xef\xbf\xbd\xef\xbf\xbd")},
	{SLICE_INIT("\"\xff\\n\xc3\xa9\""), SLICE_INIT("\xef\xbf\xbd\n\xc3\xa9")},
	{SLICE_INIT("\"U+2028 \xe2\x80\xa8 is fine\""), SLICE_INIT("U+2028 \xe2\x80\xa8 is fine")},
};

static void test_strings(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	for (size_t i = 0; i < ARRAY_LEN(string_cases); i++) {
		const struct string_case *c = &string_cases[i];
		struct error err = ERROR_INIT;
		struct node *n;

		if (!parse(c->text, &a, &n, &err))
			fail_msg("case %zu: %s", i, err.message);
		assert_int_equal(n->type, NODE_STRING);
		assert_true(n->quoted);
		if (!slice_eq(n->text, c->value))
			fail_msg("case %zu: \"%.*s\"", i, SLICE_ARG(n->text));
	}
	arena_release(&a);
}

/* The special character at each place of a word, behind each length of text. */
static void test_string_scanning(void **state)
{
	static const char specials[] = { '"', '\\', '\n', '\x1f', ' ', '!', '#', '[', ']', '\x7f' };
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	for (size_t len = 1; len < 40; len++) {
		for (size_t at = 0; at < len * ARRAY_LEN(specials); at++) {
			char text[64], c = specials[at % ARRAY_LEN(specials)];
			size_t place = at / ARRAY_LEN(specials);
			struct node *n;

			memset(text, 'x', sizeof(text));
			text[0] = text[len + 1] = '"';
			text[1 + place] = c;
			bool ok = parse(slice_new(text, len + 2), &a, &n, NULL);
			assert_int_equal(ok, c != '"' && c != '\\' && (uint8_t)c >= 0x20);
			if (ok)
				assert_true(slice_eq(n->text, slice_new(text + 1, len)));
		}
		arena_clear(&a);
	}
	arena_release(&a);
}

static void test_zero_copy(void **state)
{
	struct slice text = SLICE("{\"key\": \"value\", \"n\": 12}");
	struct arena a;
	struct node *n;

	(void)state;
	arena_init(&a, 0);
	assert_true(json_parse(text, &a, &n, NULL));
	assert_ptr_equal(n->first->key.data, text.data + 2);
	assert_ptr_equal(n->first->text.data, text.data + 9);
	assert_ptr_equal(n->last->text.data, text.data + 22);
	arena_release(&a);
}

static void check_span(struct slice text, const struct node *n, struct slice as_written)
{
	assert_non_null(n);
	assert_true(slice_eq(slice_first(slice_from(text, n->offset), n->length), as_written));
}

static void test_offsets(void **state)
{
	struct slice text = SLICE(
		" {\"a\" : [1, \"\\u0041\" , true],\r\n \"b\":{ \"c\":null}, \"\": -1.5e3 } ");
	struct arena a;
	struct node *n;

	(void)state;
	arena_init(&a, 0);
	assert_true(json_parse(text, &a, &n, NULL));
	check_span(text, n, slice_trim(text));
	assert_int_equal(n->type, NODE_MAP);
	assert_int_equal(n->count, 3);
	const struct node *list = node_get(n, SLICE("a"));
	check_span(text, list, SLICE("[1, \"\\u0041\" , true]"));
	assert_int_equal(list->key_offset, 2);
	assert_int_equal(list->count, 3);
	check_span(text, list->first, SLICE("1"));
	check_span(text, list->first->next, SLICE("\"\\u0041\""));
	check_span(text, list->last, SLICE("true"));
	check_span(text, node_get(n, SLICE("b")), SLICE("{ \"c\":null}"));
	check_span(text, node_path(n, "b", "c", NULL), SLICE("null"));
	check_span(text, node_get(n, SLICE_EMPTY), SLICE("-1.5e3"));
	assert_int_equal(text.data[node_get(n, SLICE("b"))->key_offset], '"');
	arena_release(&a);
}

static void test_byte_order_mark(void **state)
{
	struct slice text = SLICE("\xef\xbb\xbf[1]");
	struct arena a;
	struct node *n;

	(void)state;
	arena_init(&a, 0);
	assert_true(json_parse(text, &a, &n, NULL));
	check_span(text, n, SLICE("[1]"));
	arena_release(&a);
}

static void test_duplicate_keys(void **state)
{
	struct arena a;
	struct node *n;

	(void)state;
	arena_init(&a, 0);
	assert_true(json_parse(SLICE("{\"a\":\"1\",\"b\":2,\"a\":\"3\"}"), &a, &n, NULL));
	assert_int_equal(n->count, 3);
	assert_true(slice_is(node_get_text(n, SLICE("a")), "3"));
	assert_true(slice_is(n->first->text, "1"));
	arena_release(&a);
}

static void test_node_access(void **state)
{
	struct arena a;
	struct node *n;

	(void)state;
	arena_init(&a, 0);
	assert_true(json_parse(SLICE("{\"s\":\"x\",\"n\":7,\"t\":true,\"f\":false,"
				     "\"l\":[\"q\"],\"o\":{\"s\":\"y\"},\"z\":null}"),
			       &a, &n, NULL));
	assert_true(slice_is(node_get_text(n, SLICE("s")), "x"));
	assert_true(slice_is(node_get_text(n, SLICE("n")), "7"));
	assert_true(slice_empty(node_get_text(n, SLICE("t"))));
	assert_true(slice_empty(node_get_text(n, SLICE("l"))));
	assert_true(slice_empty(node_get_text(n, SLICE("none"))));
	assert_true(slice_empty(node_text(NULL)));
	assert_true(node_truth(node_get(n, SLICE("t"))));
	assert_false(node_truth(node_get(n, SLICE("f"))));
	assert_false(node_truth(node_get(n, SLICE("s"))));
	assert_true(node_is(node_get(n, SLICE("z")), NODE_NULL));
	assert_false(node_is(NULL, NODE_NULL));
	assert_null(node_get(NULL, SLICE("a")));
	assert_null(node_get(node_get(n, SLICE("l")), SLICE("q")));
	assert_null(node_path(n, "o", "s", "t", NULL));
	assert_true(slice_is(node_text(node_path(n, "o", "s", NULL)), "y"));
	size_t members = 0;
	node_each(it, n)
		members++;
	node_each(it, node_get(n, SLICE("s")))
		members += 100;
	node_each(it, (const struct node *)NULL)
		members += 100;
	assert_int_equal(members, 7);
	arena_release(&a);
}

static char *repeat(const char *open, size_t count, const char *close, size_t *len)
{
	size_t a = strlen(open), b = strlen(close);
	char *text = malloc(count * (a + b) + 1);

	assert_non_null(text);
	for (size_t i = 0; i < count; i++) {
		memcpy(text + i * a, open, a);
		memcpy(text + count * a + i * b, close, b);
	}
	*len = count * (a + b);
	return text;
}

static void check_depth(const char *open, size_t count, const char *close, enum error_code expected)
{
	struct error err = ERROR_INIT;
	struct arena a;
	struct node *n;
	size_t len;
	char *text = repeat(open, count, close, &len);

	arena_init(&a, 0);
	bool ok = json_parse(slice_new(text, len), &a, &n, &err);
	assert_int_equal(ok, expected == ERR_NONE);
	assert_int_equal(err.code, expected);
	arena_release(&a);
	free(text);
}

static void test_depth(void **state)
{
	(void)state;
	check_depth("[", LIMIT_JSON_DEPTH, "]", ERR_NONE);
	check_depth("[", LIMIT_JSON_DEPTH + 1, "]", ERR_LIMIT);
	check_depth("[", 10000, "]", ERR_LIMIT);
	check_depth("{\"a\":", 10000, "}", ERR_LIMIT);
	check_depth("[{\"a\":", 10000, "", ERR_LIMIT);
	check_depth("[", 100000, "", ERR_LIMIT);
	check_depth("[],", 100000, "", ERR_FORMAT);
}

static void test_many_values(void **state)
{
	struct error err = ERROR_INIT;
	size_t len = 2 * (size_t)LIMIT_NODES + 3;
	char *text = malloc(len);
	struct arena a;
	struct node *n;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < len; i++)
		text[i] = i & 1 ? '1' : ',';
	text[0] = '[';
	text[len - 1] = ']';
	arena_init(&a, 0);
	assert_false(json_parse(slice_new(text, len), &a, &n, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_int_equal(n->count, LIMIT_NODES);
	arena_release(&a);
	free(text);
}

static void test_tree_before_error(void **state)
{
	struct arena a;
	struct node *n;

	(void)state;
	arena_init(&a, 0);
	assert_false(json_parse(SLICE("{\"a\": {\"b\": 1}, \"c\": [2, \"x"), &a, &n, NULL));
	assert_true(slice_is(node_text(node_path(n, "a", "b", NULL)), "1"));
	const struct node *list = node_get(n, SLICE("c"));
	assert_int_equal(list->count, 2);
	assert_int_equal(list->length, 0);
	assert_true(slice_is(list->first->text, "2"));
	assert_true(slice_empty(list->last->text));
	arena_release(&a);
}

static void test_error_position(void **state)
{
	struct error err = ERROR_INIT;
	struct arena a;
	struct node *n;

	(void)state;
	arena_init(&a, 0);
	assert_false(json_parse(SLICE("{\n  \"a\": 1,\n  \"b\" 2\n}"), &a, &n, &err));
	assert_int_equal(err.offset, 18);
	assert_string_equal(err.message, "line 3, column 7: expected ':'");
	arena_release(&a);
}

static void test_writer(void **state)
{
	struct json_writer w;
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	json_writer_init(&w, &out, 0);
	json_begin_object(&w);
	json_member(&w, "a", SLICE("x"));
	json_member_opt(&w, "gone", SLICE_EMPTY);
	json_key(&w, "list");
	json_begin_array(&w);
	json_int(&w, INT64_MIN);
	json_uint(&w, UINT64_MAX);
	json_bool(&w, true);
	json_bool(&w, false);
	json_null(&w);
	json_begin_array(&w);
	json_end_array(&w);
	json_begin_object(&w);
	json_end_object(&w);
	json_end_array(&w);
	json_key_slice(&w, SLICE("k\"\n"));
	json_cstring(&w, NULL);
	json_end_object(&w);
	assert_true(slice_is(buf_slice(&out), "{\"a\":\"x\",\"list\":[-9223372036854775808,"
					      "18446744073709551615,true,false,null,[],{}],"
					      "\"k\\\"\\n\":\"\"}"));
	buf_release(&out);
}

static void test_writer_indent(void **state)
{
	struct json_writer w;
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	json_writer_init(&w, &out, 2);
	json_begin_object(&w);
	json_key(&w, "a");
	json_begin_array(&w);
	json_int(&w, 1);
	json_begin_object(&w);
	json_end_object(&w);
	json_end_array(&w);
	json_key(&w, "b");
	json_begin_object(&w);
	json_member(&w, "c", SLICE("d"));
	json_end_object(&w);
	json_end_object(&w);
	assert_true(slice_is(buf_slice(&out),
		"{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": {\n    \"c\": \"d\"\n  }\n}"));
	buf_release(&out);
}

struct score_case {
	double value;
	const char *text;
};

static void test_writer_scores(void **state)
{
	static const struct score_case cases[] = {
		{0, "0.0"},
		{9.8, "9.8"},
		{10, "10.0"},
		{7.25, "7.3"},
		{0.04, "0.0"},
		{-1.5, "-1.5"},
		{-0.01, "0.0"},
		{0.1 + 0.2, "0.3"},
		{6.95, "7.0"},
		{__builtin_nan(""), "null"},
		{__builtin_inf(), "null"},
		{-__builtin_inf(), "null"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct json_writer w;
		struct buf out;

		buf_init(&out, 64);
		json_writer_init(&w, &out, 0);
		json_score(&w, cases[i].value);
		buf_add_byte(&out, '\0');
		assert_string_equal(out.data, cases[i].text);
		buf_release(&out);
	}
}

static const struct string_case written_cases[] = {
	{SLICE_INIT("\"<a href='x'>&</a>\""), SLICE_INIT("<a href='x'>&</a>")},
	{SLICE_INIT("\"\\b\\t\\n\\u000b\\f\\r\\u0000\\u001f\\u007f\""),
	 SLICE_INIT("\b\t\n\v\f\r\0\x1f\x7f")},
	{SLICE_INIT("\"\\\"\\\\/\""), SLICE_INIT("\"\\/")},
	{SLICE_INIT("\"\\u2028\\u2029\\u202a\\u202e\\u2066\\ufeff\""),
	 SLICE_INIT("\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa\xe2\x80\xae\xe2\x81\xa6\xef\xbb\xbf")},
	{SLICE_INIT("\"\\u007f\\u0085\\u009b\\udb40\\udc41\""),
	 SLICE_INIT("\x7f\xc2\x85\xc2\x9b\xf3\xa0\x81\x81")},
	{SLICE_INIT("\"a\xef\xbf\xbd"
		    "b\xef\xbf\xbd\""),
	 SLICE_INIT("a\xff"
		    "b\xc3")},
	{SLICE_INIT("\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""), SLICE_INIT("\xed\xa0\x80")},
	{SLICE_INIT("\"\xf0\x9f\x98\x80\xc3\xa9\""), SLICE_INIT("\xf0\x9f\x98\x80\xc3\xa9")},
};

static void test_writer_strings(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(written_cases); i++) {
		struct json_writer w;
		struct buf out;

		buf_init(&out, 4096);
		json_writer_init(&w, &out, 0);
		json_string(&w, written_cases[i].value);
		if (!slice_eq(buf_slice(&out), written_cases[i].text))
			fail_msg("case %zu: %.*s", i, SLICE_ARG(buf_slice(&out)));
		buf_release(&out);
	}
}

/* Whatever three bytes are written, what comes out is JSON, and sound text comes back the same. */
static void test_writer_round_trip(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct json_writer w;
		struct arena a;
		struct node *n;
		struct buf out;
		char bytes[3];

		seed = seed * 1664525 + 1013904223;
		memcpy(bytes, (char *)&seed + 1, sizeof(bytes));
		arena_init(&a, 0);
		buf_init(&out, 4096);
		json_writer_init(&w, &out, 0);
		json_string(&w, slice_new(bytes, sizeof(bytes)));
		assert_true(json_parse(buf_slice(&out), &a, &n, NULL));
		bool ascii = !((bytes[0] | bytes[1] | bytes[2]) & 0x80);
		if (ascii)
			assert_true(slice_eq(n->text, slice_new(bytes, sizeof(bytes))));
		buf_release(&out);
		arena_release(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepts),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_string_scanning),
		cmocka_unit_test(test_zero_copy),
		cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_byte_order_mark),
		cmocka_unit_test(test_duplicate_keys),
		cmocka_unit_test(test_node_access),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_many_values),
		cmocka_unit_test(test_tree_before_error),
		cmocka_unit_test(test_error_position),
		cmocka_unit_test(test_writer),
		cmocka_unit_test(test_writer_indent),
		cmocka_unit_test(test_writer_scores),
		cmocka_unit_test(test_writer_strings),
		cmocka_unit_test(test_writer_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
