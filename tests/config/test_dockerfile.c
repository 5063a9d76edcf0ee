#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "config/dockerfile.h"

struct fixture {
	struct arena arena;
	struct buf out;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	arena_init(&f->arena, 0);
	buf_init(&f->out, 64 * MIB);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	buf_release(&f->out);
	arena_release(&f->arena);
	free(f);
	return 0;
}

static const struct dockerfile *parse(void **state, const char *text)
{
	struct fixture *f = *state;

	return dockerfile_parse(slice_from_cstr(text), 1, &f->arena);
}

static struct slice at(const struct dockerfile *d, struct span s)
{
	assert_int_equal(s.source, 1);
	assert_true(s.offset <= d->text.len && s.length <= d->text.len - s.offset);
	return slice_new(d->text.data + s.offset, s.length);
}

#define assert_text(got, expected)                                                                 \
	do {                                                                                       \
		struct slice text_ = (got);                                                        \
		if (!slice_eq(text_, slice_from_cstr(expected)))                                   \
			fail_msg("\"%.*s\" is not \"%s\"", SLICE_ARG(text_), expected);            \
	} while (0)

/* --- trees --- */

static const char *const trees[][2] = {
	{"FROM a\n", "(from \"a\")\n"},
	{"\xef\xbb\xbf"
	 "from  a\tAS  b\r\n",
	 "(from \"a\" \"AS\" \"b\")\n"},
	{"RUN a \\\n  b\\ \t\n# c\n  # d\nc", "(run \"a   bc\")\n"},
	{"RUN a \\\\\nRUN b", "(run \"a \\\\\\\\\")\n(run \"b\")\n"},
	{"RUN a \\", "(run \"a\")\n"},
	{"#escape=`\nRUN a `\nb\\\n", "(run \"a b\\\\\")\n"},
	{"# escape=`\n# escape\nRUN a", "(run \"a\")\n"},
	{"\n# escape=`\nRUN a \\\nb", "(run \"a b\")\n"},
	{"# x=y\n# escape=`\nRUN a \\\nb", "(run \"a b\")\n"},
	/* The exec form and what falls back to the shell form. */
	{"CMD [\"a\", \"b\\u00e4\\ud83d\\ude00\"]", "(cmd \"a\" \"b\xc3\xa4\xf0\x9f\x98\x80\")\n"},
	{"CMD [\"\\ud800x\"]", "(cmd \"\xef\xbf\xbdx\")\n"},
	{"CMD [\"a\",]", "(cmd \"[\\\"a\\\",]\")\n"},
	{"CMD ['a']", "(cmd \"['a']\")\n"},
	{"CMD [\"a\"] x", "(cmd \"[\\\"a\\\"] x\")\n"},
	{"COPY [\"a\" \"b\"]", "(copy \"[\\\"a\\\"\" \"\\\"b\\\"]\")\n"},
	{"VOLUME []", "(volume)\n"},
	{"HEALTHCHECK --interval=5s CMD [\"a\"]",
	 "(healthcheck [\"--interval=5s\"] \"CMD\" \"a\")\n"},
	{"HEALTHCHECK CMD a  b", "(healthcheck \"CMD\" \"a  b\")\n"},
	{"HEALTHCHECK NONE", "(healthcheck \"NONE\")\n"},
	/* Flags */
	{"COPY --from='a b' --x=\\\"y -- --z /",
	 "(copy [\"--from=a b\" \"--x=\\\"y\"] \"--z\" \"/\")\n"},
	{"RUN --network=none", "(run [\"--network=none\"])\n"},
	{"RUN --mount=type=cache,target=/a --mount=type=ssh x",
	 "(run [\"--mount=type=cache,target=/a\" \"--mount=type=ssh\"] \"x\")\n"},
	{"RUN - x", "(run \"- x\")\n"},
	/* Pairs */
	{"ENV a b  c", "(env \"a\" \"b  c\" \"\")\n"},
	{"ENV a=b c='d e' f=\"g\\\"h\" i=j\\ k",
	 "(env \"a\" \"b\" \"=\" \"c\" \"'d e'\" \"=\" \"f\" "
	 "\"\\\"g\\\\\\\"h\\\"\" \"=\" \"i\" \"j\\\\ k\" \"=\")\n"},
	{"LABEL a=b=c d=", "(label \"a\" \"b=c\" \"=\" \"d\" \"\" \"=\")\n"},
	{"ARG a b=c", "(arg \"a\" \"b=c\")\n"},
	{"ENV", "(env)\n"},
	/* Text, ONBUILD, unknown words */
	{"MAINTAINER A  B <c@d>", "(maintainer \"A  B <c@d>\")\n"},
	{"ONBUILD RUN [\"a\"]", "(onbuild (run \"a\"))\n"},
	{"ONBUILD --f ONBUILD ADD a b", "(onbuild [\"--f\"] (onbuild (add \"a\" \"b\")))\n"},
	{"FORM a\n", "(form \"\")\n"},
	{"\\\n", "(\"\")\n"},
	/* Heredocs */
	{"RUN <<E cat\nFROM x\nE\nFROM y", "(run \"<<E cat\")\n(from \"y\")\n"},
	{"RUN cat <<-\"E F\" 3<<G\n\tx\n\tE F\ny\nG\nFROM y",
	 "(run \"cat <<-\\\"E F\\\" 3<<G\")\n(from \"y\")\n"},
	{"COPY <<a <<b /\n1\na\n2\nb\n", "(copy \"<<a\" \"<<b\" \"/\")\n"},
	{"ONBUILD RUN <<E\nx\nE\nUSER u", "(onbuild (run \"<<E\"))\n(user \"u\")\n"},
	{"RUN cat <<<x\nUSER u", "(run \"cat <<<x\")\n(user \"u\")\n"},
	{"RUN [\"cat\", \"<<E\"]\nUSER u", "(run \"cat\" \"<<E\")\n(user \"u\")\n"},
	{"RUN a '<<E'\nUSER u", "(run \"a '<<E'\")\n(user \"u\")\n"},
	{"RUN a \"<<E\nUSER u", "(run \"a \\\"<<E\")\n(user \"u\")\n"},
	{"RUN $((1<<E))\nUSER u", "(run \"$((1<<E))\")\n(user \"u\")\n"},
	{"CMD <<E\nUSER u", "(cmd \"<<E\")\n(user \"u\")\n"},
	{"RUN <<E\r\nx\r\nE\r\nUSER u\r\n", "(run \"<<E\")\n(user \"u\")\n"},
	/* What Go takes for white space and what it quotes */
	{"USER \xc2\xa0u\xe3\x80\x80", "(user \"u\")\n"},
	{"USER a\x01\x7f\xff\xc2\xad", "(user \"a\\x01\\x7f\\xff\\u00ad\")\n"},
	{"ENV a=\xff", "(env \"a\" \"\xef\xbf\xbd\" \"=\")\n"},
};

static void agrees_with_the_grammar(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(trees); i++) {
		const struct dockerfile *d = parse(state, trees[i][0]);
		const struct dockerfile_problem *p = dockerfile_parse_error(d);

		if (p)
			fail_msg("%s: %.*s", trees[i][0], SLICE_ARG(p->message));
		buf_clear(&f->out);
		dockerfile_dump(d, &f->out);
		if (!slice_eq(buf_slice(&f->out), slice_from_cstr(trees[i][1])))
			fail_msg("%s gives %.*s, not %s", trees[i][0],
				 SLICE_ARG(buf_slice(&f->out)), trees[i][1]);
	}
}

/* --- problems --- */

struct problem_case {
	const char *text;
	enum dockerfile_problem_code code;
	const char *span, *message;
	size_t line;
};

static const struct problem_case problems[] = {
	{"", DOCKERFILE_EMPTY, "", "file with no instructions", 0},
	{"# a\n\n", DOCKERFILE_EMPTY, "", "file with no instructions", 2},
	{"#escape=x\nFROM a", DOCKERFILE_BAD_DIRECTIVE, "x",
	 "invalid escape token 'x' does not match ` or \\", 1},
	{"#syntax=a\n# Syntax = b\nFROM a", DOCKERFILE_BAD_DIRECTIVE, "# Syntax = b",
	 "only one syntax parser directive can be used", 2},
	{"FROM a\nRUN b \\\n\n c", DOCKERFILE_EMPTY_CONTINUATION, "",
	 "Empty continuation line found in: RUN b  c", 4},
	{"FORM a", DOCKERFILE_UNKNOWN_INSTRUCTION, "FORM",
	 "unknown instruction: FORM (did you mean FROM?)", 1},
	{"FROM a\nrum b", DOCKERFILE_UNKNOWN_INSTRUCTION, "rum",
	 "unknown instruction: rum (did you mean run?)", 2},
	{"FROM a\nSOMETHING", DOCKERFILE_UNKNOWN_INSTRUCTION, "SOMETHING",
	 "unknown instruction: SOMETHING", 2},
	{"FROM a\nENV PATH", DOCKERFILE_BAD_PAIR, "PATH", "ENV must have two arguments", 2},
	{"FROM a\nLABEL a=b c d=e", DOCKERFILE_BAD_PAIR, "c",
	 "Syntax error - can't find = in \"c\". Must be of the form: name=value", 2},
	{"FROM a\nENV =b", DOCKERFILE_BAD_PAIR, "=b", "ENV names can not be blank", 2},
	{"FROM a\nCMD [\"a\", 1]", DOCKERFILE_BAD_JSON, "[\"a\", 1]",
	 "when using JSON array syntax, arrays must be comprised of strings only", 2},
	{"FROM a\nRUN <<E\nx", DOCKERFILE_BAD_HEREDOC, "<<E", "unterminated heredoc", 2},
	{"FROM a\nCOPY x <<E\nE", DOCKERFILE_BAD_HEREDOC, "<<E",
	 "COPY cannot accept a heredoc as a destination", 2},
	{"FROM a\nCOPY --form=x a b", DOCKERFILE_BAD_FLAG, "--form=x",
	 "unknown flag: --form (did you mean from?)", 2},
	{"FROM a\nCOPY --link --link a b", DOCKERFILE_BAD_FLAG, "--link",
	 "duplicate flag specified: --link", 2},
	{"FROM a\nCOPY --link=maybe a b", DOCKERFILE_BAD_FLAG, "--link=maybe",
	 "expecting boolean value for flag --link, not: maybe", 2},
	{"FROM --platform a", DOCKERFILE_BAD_FLAG, "--platform",
	 "missing a value on flag: --platform", 1},
	{"FROM a\nRUN --network=web x", DOCKERFILE_BAD_FLAG, "--network=web",
	 "invalid network mode \"web\"", 2},
	{"FROM a\nHEALTHCHECK --timeout=30 CMD x", DOCKERFILE_BAD_FLAG, "30",
	 "time: invalid duration \"30\"", 2},
	{"FROM a\nHEALTHCHECK --interval=1us CMD x", DOCKERFILE_BAD_FLAG, "1us",
	 "Interval \"interval\" cannot be less than 1ms", 2},
	{"FROM a\nHEALTHCHECK --retries=-1 CMD x", DOCKERFILE_BAD_FLAG, "-1",
	 "--retries cannot be negative (-1)", 2},
	{"FROM a\nRUN --mount=type=cahce,target=/x y", DOCKERFILE_BAD_MOUNT, "type=cahce",
	 "unsupported mount type \"cahce\"", 2},
	{"FROM a\nRUN --mount=from=$x,target=/x y", DOCKERFILE_BAD_MOUNT, "from=$x",
	 "'from' doesn't support variable expansion, define alias stage instead", 2},
	{"FROM a\nRUN --mount=type=secret y", DOCKERFILE_BAD_MOUNT, "--mount=type=secret",
	 "invalid secret mount. one of source, target required", 2},
	{"FROM a\nCOPY a", DOCKERFILE_BAD_ARGUMENTS, "a",
	 "COPY requires at least two arguments, but only one was provided. Destination could not "
	 "be determined",
	 2},
	{"FROM a # b", DOCKERFILE_BAD_ARGUMENTS, "a # b",
	 "FROM requires either one or three arguments", 1},
	{"FROM a\nUSER", DOCKERFILE_BAD_ARGUMENTS, "USER", "USER requires exactly one argument", 2},
	{"FROM a\nEXPOSE", DOCKERFILE_BAD_ARGUMENTS, "EXPOSE",
	 "EXPOSE requires at least one argument", 2},
	{"FROM a\nSHELL sh -c", DOCKERFILE_BAD_ARGUMENTS, "sh -c",
	 "SHELL requires the arguments to be in JSON form", 2},
	{"FROM a\nHEALTHCHECK curl x", DOCKERFILE_BAD_ARGUMENTS, "curl",
	 "Unknown type \"CURL\" in HEALTHCHECK (try CMD)", 2},
	{"FROM a\nHEALTHCHECK CMD", DOCKERFILE_BAD_ARGUMENTS, "CMD",
	 "Missing command after HEALTHCHECK CMD", 2},
	{"FROM a\nVOLUME [\"\"]", DOCKERFILE_BAD_ARGUMENTS, "\"\"",
	 "VOLUME specified can not be an empty string", 2},
	{"FROM a AS 1b", DOCKERFILE_BAD_STAGE_NAME, "1b",
	 "invalid name for build stage: \"1b\", name can't start with a number or contain symbols",
	 1},
	{"FROM a\nONBUILD ONBUILD RUN x", DOCKERFILE_BAD_ONBUILD, "ONBUILD",
	 "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", 2},
	{"FROM a\nONBUILD FROM x", DOCKERFILE_BAD_ONBUILD, "FROM",
	 "FROM isn't allowed as an ONBUILD trigger", 2},
	{"FROM a\nENV a=\"b", DOCKERFILE_BAD_WORD, "\"b",
	 "failed to process \"\"b\": unexpected end of statement while looking for matching "
	 "double-quote",
	 2},
	{"RUN a\nFROM b", DOCKERFILE_NO_STAGE, "RUN", "no build stage in current context", 1},
	{"ARG a", DOCKERFILE_NO_STAGE, "", "dockerfile contains no stages to build", 1},
};

static void tells_what_is_refused(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(problems); i++) {
		const struct problem_case *c = &problems[i];
		const struct dockerfile *d = parse(state, c->text);
		const struct dockerfile_problem *found = NULL;

		vec_each(p, &d->problems)
			if (!found && p->code == c->code)
				found = p;
		if (!found)
			fail_msg("%s: no problem of kind %d", c->text, c->code);
		assert_text(found->message, c->message);
		assert_text(at(d, found->span), c->span);
		assert_int_equal(found->line, c->line);
	}
}

static void goes_on_behind_a_mistake(void **state)
{
	const struct dockerfile *d =
		parse(state, "FROM a\nENV x\nCMD [1]\nCOPPY a b\nCOPY a\nUSER u\n");
	size_t errors = 0;

	vec_each(p, &d->problems)
		errors += p->severity != DOCKERFILE_WARNING;
	assert_int_equal(errors, 4);
	assert_int_equal(d->instructions.count, 6);
	assert_text(d->instructions.items[5]->words.items[0].value, "u");
}

/* --- places --- */

static void places_in_the_source(void **state)
{
	const struct dockerfile *d =
		parse(state, "# syntax=docker/dockerfile:1\n# one\n\n#two\nFROM a\n"
			     "#\n# three\n  RUN --mount=type=bind,source=x a \\\n"
			     " # inside\n  \"b c\" <<E\nbody\nE\n"
			     "ENV A=\"1\\\n2\" B=3 \n"
			     "COPY [\"x y\",\\\n\"z\"]\n# end\n");
	const struct dockerfile_instruction *const *in =
		(const struct dockerfile_instruction *const *)d->instructions.items;

	assert_null(dockerfile_parse_error(d));
	assert_text(dockerfile_directive(d, SLICE("syntax"))->value, "docker/dockerfile:1");
	assert_int_equal(d->comments.count, 6);
	assert_int_equal(in[0]->comment_count, 2);
	assert_text(d->comments.items[in[0]->comment_first].text, "one");
	assert_int_equal(in[1]->comment_count, 1);
	assert_text(d->comments.items[in[1]->comment_first].text, "three");
	assert_int_equal(in[1]->inner_count, 1);
	assert_text(at(d, d->comments.items[in[1]->inner_first].span), "# inside");
	assert_text(at(d, in[1]->span), "RUN --mount=type=bind,source=x a \\\n # inside\n"
					"  \"b c\" <<E\nbody\nE");
	assert_int_equal(in[1]->first_line, 8);
	assert_int_equal(in[1]->line_end, 10);
	assert_int_equal(in[1]->last_line, 12);
	assert_text(at(d, in[1]->flags.items[0].value_span), "type=bind,source=x");
	assert_text(at(d, in[1]->mounts.items[0].fields.items[1].span), "source=x");
	assert_text(at(d, in[1]->words.items[0].span), "a \\\n # inside\n  \"b c\" <<E");
	struct slice quoted = in[1]->words.items[0].text;
	assert_text(at(d, dockerfile_span(in[1], slice_new(quoted.data + 4, 5))), "\"b c\"");
	assert_text(at(d, in[1]->heredocs.items[0].word), "<<E");
	assert_text(at(d, in[1]->heredocs.items[0].span), "body\n");
	assert_text(at(d, in[2]->pairs.items[0].value.span), "\"1\\\n2\"");
	assert_text(in[2]->pairs.items[0].value.value, "12");
	assert_text(at(d, in[2]->pairs.items[1].span), "B=3");
	assert_text(at(d, in[3]->words.items[1].span), "\"z\"");
	assert_text(in[3]->words.items[0].value, "x y");
}

static void mounts_and_heredocs(void **state)
{
	struct fixture *f = *state;
	const struct dockerfile *d = parse(
		state,
		"FROM a\nRUN --mount=type=cache,dst=/c,sharing=LOCKED,rw "
		"--mount=type=secret,id=k,required --mount=target=/s,\\\"source=a,b\\\" cat <<-'X'\n"
		"\t\ta\n\tb\tc\n\tX\nCOPY <<\"A\" <<B /\nA\n$x\nB\n");
	const struct dockerfile_mount *m = d->instructions.items[1]->mounts.items;
	const struct dockerfile_heredoc *h = d->instructions.items[1]->heredocs.items;

	assert_int_equal(d->problems.count, 0);
	assert_int_equal(d->instructions.items[1]->mounts.count, 3);
	assert_text(m[0].type, "cache");
	assert_text(m[0].target, "/c");
	assert_text(m[0].sharing, "locked");
	assert_false(m[0].read_only);
	assert_true(m[1].read_only && m[1].required);
	assert_text(m[2].type, "bind");
	assert_text(m[2].target, "/s");
	assert_text(m[2].source, "a,b");
	assert_true(m[2].read_only);
	assert_true(h->chomp && !h->expand && h->terminated);
	assert_text(h->content, "\t\ta\n\tb\tc\n");
	assert_text(dockerfile_heredoc_text(h, &f->arena), "a\nb\tc\n");
	h = d->instructions.items[2]->heredocs.items;
	assert_false(h[0].expand);
	assert_true(h[1].expand);
	assert_text(h[0].content, "");
	assert_text(h[1].content, "$x\n");
	assert_int_equal(h[1].first_line, 8);
}

/* --- stages and variables --- */

static void stages(void **state)
{
	const struct dockerfile *d =
		parse(state, "ARG V=20\nARG U\nARG R=ghcr.io/o\n"
			     "FROM --platform=$BUILDPLATFORM node:${V}-slim AS Build\nRUN x\n"
			     "FROM $R/app@sha256:00 AS other\n"
			     "FROM alpine:$U\nFROM build AS test\n"
			     "FROM scratch\nCOPY --from=BUILD a b\nRUN --mount=from=1,target=/x y\n"
			     "FROM alpine:${U:-3}\nCOPY --from=4 / /\nCOPY --from=nginx:1 / /\n");
	const struct dockerfile_stage *s = d->stages.items;

	assert_int_equal(d->stages.count, 6);
	assert_text(s[0].base, "node:20-slim");
	assert_true(s[0].base_known);
	assert_text(s[0].reference.repository, "node");
	assert_text(s[0].reference.tag, "20-slim");
	assert_text(s[0].name, "build");
	assert_text(s[0].name_word.text, "Build");
	assert_text(s[0].platform->value, "$BUILDPLATFORM");
	assert_text(s[1].reference.registry, "ghcr.io");
	assert_text(s[1].reference.repository, "o/app");
	assert_text(s[1].reference.digest, "sha256:00");
	assert_text(s[2].base, "alpine:$U");
	assert_false(s[2].base_known);
	assert_text(s[2].reference.tag, "$U");
	assert_int_equal(s[3].parent, 0);
	assert_true(s[4].scratch);
	assert_text(s[5].base, "alpine:3");
	assert_true(s[5].base_known);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(s[i].reachable, i != 2 && i != 3);
	assert_ptr_equal(dockerfile_final_stage(d), &s[5]);
	assert_int_equal(dockerfile_stage_named(d, d->instructions.items[13], SLICE("nginx:1")),
			 -1);
	assert_ptr_equal(dockerfile_last_in_stage(d, &s[5], DOCKERFILE_COPY),
			 d->instructions.items[13]);
	assert_null(dockerfile_last_in_stage(d, &s[5], DOCKERFILE_RUN));
}

static void check_expansion(void **state, const struct dockerfile *d, size_t number,
			    const char *expected, bool expected_known)
{
	struct fixture *f = *state;
	struct slice text;
	bool known;
	const struct dockerfile_instruction *in = d->instructions.items[number];

	assert_true(dockerfile_expand(d, in, in->words.items[0].text, &f->arena, &text, &known));
	assert_text(text, expected);
	assert_int_equal(known, expected_known);
}

static void variables(void **state)
{
	struct fixture *f = *state;
	struct slice_list names = {0};
	const struct dockerfile *d = parse(
		state,
		"ARG G=g\nARG H\nFROM a AS one\nARG G\nARG H\nARG L=$G$G\n"
		"ENV A=1 B=$A C=\"$L-x\"\nWORKDIR $A$B$C\nENV B=$A PATH=$PATH:/x\nUSER $B$H$PATH\n"
		"FROM one\nUSER $A$G\nFROM b\nUSER $A$G$TARGETOS\nARG TARGETOS\nUSER $TARGETOS\n");

	check_expansion(state, d, 7, "1$Bgg-x", false);
	check_expansion(state, d, 9, "1$H$PATH", false);
	check_expansion(state, d, 11, "1g", true);
	check_expansion(state, d, 13, "$A$G$TARGETOS", false);
	check_expansion(state, d, 15, "$TARGETOS", false);
	dockerfile_unmatched(d, d->instructions.items[13], SLICE("$A$G$A"), &f->arena, &names);
	assert_int_equal(names.count, 2);
	names.count = 0;
	dockerfile_unmatched(d, d->instructions.items[15], SLICE("$TARGETOS"), &f->arena, &names);
	assert_int_equal(names.count, 0);
	const struct dockerfile_binding *b =
		dockerfile_variable(d->instructions.items[11], SLICE("A"));
	assert_true(b->env && b->known);
	assert_ptr_equal(b->instruction, d->instructions.items[6]);
}

static void references(void **state)
{
	static const char *const cases[][5] = {
		{"node", "", "node", "", ""},
		{"node:20", "", "node", "20", ""},
		{"library/node:20@sha256:ab", "", "library/node", "20", "sha256:ab"},
		{"localhost/x", "localhost", "x", "", ""},
		{"h:5000/a/b:t", "h:5000", "a/b", "t", ""},
		{"h:5000/a/b", "h:5000", "a/b", "", ""},
		{"$R/a:$T", "", "$R/a", "$T", ""},
		{"a${S:-x}:1", "", "a${S:-x}", "1", ""},
		{"a${S:-x}", "", "a${S:-x}", "", ""},
		{"", "", "", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct dockerfile_reference r =
			dockerfile_reference_parse(slice_from_cstr(cases[i][0]));

		assert_text(r.registry, cases[i][1]);
		assert_text(r.repository, cases[i][2]);
		assert_text(r.tag, cases[i][3]);
		assert_text(r.digest, cases[i][4]);
	}
}

static void durations(void **state)
{
	static const struct {
		const char *text;
		int64_t nanoseconds; /* -1: refused */
	} cases[] = {
		{"30s", 30000000000},
		{"1m30s", 90000000000},
		{"1.5h", 5400000000000},
		{"0", 0},
		{"+5ms", 5000000},
		{"-2s", -2000000000},
		{"100us", 100000},
		{"1\xc2\xb5s", 1000},
		{"30", -1},
		{"", -1},
		{"s", -1},
		{"1x", -1},
		{".s", -1},
		{"1s2", -1},
		{"99999999999h", -1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t ns = 0;
		bool ok = dockerfile_duration(slice_from_cstr(cases[i].text), &ns);

		if (ok != (cases[i].nanoseconds != -1) || (ok && ns != cases[i].nanoseconds))
			fail_msg("%s: %d %lld", cases[i].text, ok, (long long)ns);
	}
}

/* --- hostile texts --- */

static void check_spans(const struct dockerfile *d)
{
	uint64_t end = 0;

	vec_each(it, &d->instructions) {
		const struct dockerfile_instruction *in = *it;

		at(d, in->span);
		assert_true(in->span.offset >= end);
		end = in->span.offset + in->span.length;
		for (; in; in = in->child) {
			at(d, in->name.span);
			at(d, in->arguments_span);
			vec_each(w, &in->words)
				at(d, w->span);
			vec_each(p, &in->pairs) {
				at(d, p->key.span);
				at(d, p->value.span);
			}
			vec_each(flag, &in->flags)
				at(d, flag->value_span);
			vec_each(h, &in->heredocs) {
				at(d, h->word);
				at(d, h->span);
			}
		}
	}
	vec_each(p, &d->problems)
		at(d, p->span);
	vec_each(c, &d->comments)
		at(d, c->span);
}

static void cut_and_damaged_everywhere(void **state)
{
	static const char text[] =
		"\xef\xbb\xbf# escape=\\\n#c\nARG a=b\nFROM --platform=$a x:${a:-1} AS y\r\n"
		"RUN --mount=type=secret,id=a,\"b=c\" a\\\n # c\n\n <<E <<-'F'\nb\nE\nc\n\tF\n"
		"ENV a=\"b c\" d='e\\' f=${g#*h}\nENV k v w\nONBUILD COPY --from=y <<G /\n\nG\n"
		"CMD [\"a\", \"\\u00e4\\n\"]\nHEALTHCHECK --interval=1s CMD x\nLABEL a\\\n=b\n";
	struct fixture *f = *state;
	char copy[sizeof(text)];
	static const char damage[] = {0, '\\', '"', '\n', '[', '<', '$', '{', '\xff', ' '};

	for (size_t i = 0; i < sizeof(text); i++) {
		char *cut = malloc(i + 1);

		memcpy(cut, text, i);
		check_spans(dockerfile_parse(slice_new(cut, i), 1, &f->arena));
		free(cut);
		arena_clear(&f->arena);
		for (size_t j = 0; j < sizeof(damage); j++) {
			memcpy(copy, text, sizeof(text));
			copy[i] = damage[j];
			check_spans(
				dockerfile_parse(slice_new(copy, sizeof(text) - 1), 1, &f->arena));
			arena_clear(&f->arena);
		}
	}
}

/* Repeats a text up to about a megabyte and parses it: none of them may take more than linear time.
 */
static void endless_texts(void **state)
{
	static const char *const parts[][2] = {
		{"RUN ", "a"},
		{"RUN \"", "a"},
		{"RUN ", "\\\n"},
		{"RUN ", "<<A "},
		{"RUN ", "$("},
		{"ENV a=", "${a:-"},
		{"ENV ", "a=b "},
		{"CMD ", "["},
		{"CMD [", "\"a\","},
		{"", "ONBUILD "},
		{"RUN ", "--mount=type=bind,a=b,"},
		{"RUN ", "--x "},
		{"", "#\n"},
		{"", "# escape=`\n"},
		{"RUN \\\n", "\n"},
		{"RUN \\\n", "# c\n"},
		{"", "FROM a AS b\n"},
		{"FROM a\nENV A=xxxxxxxx\n", "ENV A=$A$A\n"},
		{"", "ENV a\n"},
		{"FROM a\n", "ARG a$a\n"},
		{"", "FROM x\nCOPY --from=x a b\n"},
		{"RUN <<A\n", "x\n"},
		{"ENV A=${x//", "*"},
		{"", "\xef\xbb\xbf"},
		{"USER ", "\xe3\x80\x80"},
		{"ENV x=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", "ENV y=${x//*a*b*c/d}\n"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		buf_clear(&f->out);
		buf_add_slice(&f->out, slice_from_cstr(parts[i][0]));
		while (f->out.len < MIB)
			buf_add_slice(&f->out, slice_from_cstr(parts[i][1]));
		check_spans(dockerfile_parse(buf_slice(&f->out), 1, &f->arena));
		arena_clear(&f->arena);
	}
}

static void long_lines_are_told(void **state)
{
	struct fixture *f = *state;

	for (int ended = 0; ended < 2; ended++) {
		for (size_t length = 65535; length <= 65536; length++) {
			buf_clear(&f->out);
			buf_add_lit(&f->out, "USER ");
			while (f->out.len < length)
				buf_add_byte(&f->out, 'a');
			if (ended)
				buf_add_byte(&f->out, '\n');
			const struct dockerfile_problem *p = dockerfile_parse_error(
				dockerfile_parse(buf_slice(&f->out), 1, &f->arena));
			assert_int_equal(p != NULL, length == 65536);
			assert_true(!p || p->code == DOCKERFILE_LONG_LINE);
		}
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(agrees_with_the_grammar),
		TEST(tells_what_is_refused),
		TEST(goes_on_behind_a_mistake),
		TEST(places_in_the_source),
		TEST(mounts_and_heredocs),
		TEST(stages),
		TEST(variables),
		TEST(references),
		TEST(durations),
		TEST(cut_and_damaged_everywhere),
		TEST(endless_texts),
		TEST(long_lines_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
