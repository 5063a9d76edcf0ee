/* How a Dockerfile is written: what the builder refuses, and what it minds. */
#include "base/cleanup.h"
#include "lint/dockerfile_rules.h"
#include "lint/rules.h"

/* --- what the builder refuses --- */

static bool nested_wrongly(const struct dockerfile_instruction *in)
{
	return in->child && (in->child->keyword == DOCKERFILE_ONBUILD || in->child->keyword == DOCKERFILE_FROM ||
			     in->child->keyword == DOCKERFILE_MAINTAINER);
}

/* Rules of their own tell it better. */
static bool told_elsewhere(const struct rule_context *c, const struct dockerfile_problem *p)
{
	const struct dockerfile_instruction *in = p->instruction;
	struct span at;

	if (p->severity == DOCKERFILE_WARNING || p->code == DOCKERFILE_EMPTY_CONTINUATION)
		return true;
	if (rule_document(c)->excerpt && (p->code == DOCKERFILE_NO_STAGE || p->code == DOCKERFILE_EMPTY))
		return true;
	if (!in)
		return false;
	return p->code == DOCKERFILE_NO_STAGE || inline_comment(c, in, &at) ||
	       (p->code == DOCKERFILE_BAD_ONBUILD && nested_wrongly(in));
}

static void check_syntax(struct rule_context *c)
{
	const struct dockerfile *d = rule_dockerfile(c)->file;

	/* A file that only has the head of one is told of once. */
	vec_each(p, &d->problems) {
		if (told_elsewhere(c, p))
			continue;
		if (p->code == DOCKERFILE_NO_STAGE && d->problems.count > 1)
			continue;
		rule_fail(c, p->span, "%.*s", SLICE_ARG(p->message));
	}
}

static void check_order(struct rule_context *c)
{
	if (rule_document(c)->excerpt)
		return;
	vec_each(p, &rule_dockerfile(c)->file->instructions) {
		const struct dockerfile_instruction *in = *p;

		if (in->keyword == DOCKERFILE_FROM)
			return;
		if (in->keyword == DOCKERFILE_ARG || in->keyword == DOCKERFILE_UNKNOWN)
			continue;
		struct assessment *x = fail_in(c, in, in->name.span, "%.*s stands before the first FROM: only ARG may",
					       SLICE_ARG(in->name.text));
		rule_alias(c, x, "hadolint:DL3061");
		return;
	}
}

static void check_onbuild(struct rule_context *c)
{
	each_instruction(in, c, DOCKERFILE_ONBUILD) {
		if (!nested_wrongly(in))
			continue;
		struct assessment *x = rule_fail(c, in->span, "%.*s cannot be triggered by ONBUILD",
						 SLICE_ARG(dockerfile_keyword_name(in->child->keyword)));
		rule_alias(c, x, "hadolint:DL3043");
	}
}

static struct slice indent_of(struct slice text, uint64_t offset)
{
	uint64_t start = offset;

	while (start && (text.data[start - 1] == ' ' || text.data[start - 1] == '\t'))
		start--;
	return slice_new(text.data + start, offset - start);
}

static void check_comment(struct rule_context *c)
{
	struct slice text = rule_dockerfile(c)->file->text;
	struct span at;

	vec_each(p, &rule_dockerfile(c)->file->instructions) {
		const struct dockerfile_instruction *in = *p;

		if (!inline_comment(c, in, &at))
			continue;
		struct assessment *x = fail_in(c, in, at, "'#' starts a comment at the start of a line only: here it is an argument of %.*s",
					       SLICE_ARG(dockerfile_keyword_name(in->keyword)));
		if (in->last_line != in->first_line)
			continue;
		struct fix *fix = rule_fix(c, x, false, "Put the comment before it");
		uint64_t start = at.offset;
		while (start && (text.data[start - 1] == ' ' || text.data[start - 1] == '\t'))
			start--;
		struct slice comment = slice_trim(rule_text(c, at)), indent = indent_of(text, in->span.offset);
		rule_edit(c, fix, (struct span){ at.source, start, at.offset + at.length - start }, SLICE_EMPTY);
		rule_edit(c, fix, (struct span){ at.source, in->span.offset, 0 },
			  arena_printf(c->arena, "%.*s\n%.*s", SLICE_ARG(comment), SLICE_ARG(indent)));
	}
}

/* --- what it minds --- */

static bool all_lower(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (ascii_upper(s.data[i]))
			return false;
	return true;
}

static bool all_upper(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (ascii_lower(s.data[i]))
			return false;
	return true;
}

static struct slice uppered(struct arena *a, struct slice s)
{
	char *copy = arena_cstr(a, s);

	for (size_t i = 0; i < s.len; i++)
		if (ascii_lower(copy[i]))
			copy[i] = (char)(copy[i] - 32);
	return slice_new(copy, s.len);
}

/* The case that most instructions of stages have; ARGs before them do not vote. */
static bool mostly_lower(const struct dockerfile *d)
{
	size_t lower = 0, upper = 0;

	vec_each(in, &d->instructions) {
		if ((*in)->stage < 0)
			continue;
		if (all_lower((*in)->name.text))
			lower++;
		else if (all_upper((*in)->name.text))
			upper++;
	}
	return lower > upper;
}

static void check_case(struct rule_context *c)
{
	const struct dockerfile *d = rule_dockerfile(c)->file;
	bool lower = mostly_lower(d);

	vec_each(p, &d->instructions) {
		const struct dockerfile_instruction *in = *p;

		if (in->stage < 0 || in->keyword == DOCKERFILE_UNKNOWN ||
		    (lower ? all_lower(in->name.text) : all_upper(in->name.text)))
			continue;
		struct assessment *x = rule_fail(c, in->name.span, "%.*s is in another case than the others", SLICE_ARG(in->name.text));
		rule_alias_if(c, x, buildkit_plans(c), "buildkit:ConsistentInstructionCasing");
		rule_edit(c, rule_fix(c, x, false, "Write it like the others"), in->name.span,
			  lower ? lowered(c->arena, in->name.text) : uppered(c->arena, in->name.text));
	}
}

static void check_as(struct rule_context *c)
{
	each_instruction(in, c, DOCKERFILE_FROM) {
		if (in->words.count < 3 || !slice_eq_nocase(in->words.items[1].text, SLICE("as")))
			continue;
		const struct dockerfile_word *as = &in->words.items[1];
		bool lower = all_lower(in->name.text);

		if ((!lower && !all_upper(in->name.text)) || (lower ? all_lower(as->text) : all_upper(as->text)))
			continue;
		struct assessment *x = fail_in(c, in, as->span, "'%.*s' is in another case than '%.*s'", SLICE_ARG(as->text),
					       SLICE_ARG(in->name.text));
		rule_alias_if(c, x, buildkit_reads(c, in), "buildkit:FromAsCasing");
		rule_edit(c, rule_fix(c, x, false, "Write it like %.*s", SLICE_ARG(in->name.text)), as->span,
			  lower ? SLICE("as") : SLICE("AS"));
	}
}

/* The start of a line, from 1, at or behind an offset that lies on line `line`. */
static void cut_blank_lines(struct rule_context *c, struct fix *fix, const struct dockerfile_instruction *in)
{
	struct slice text = rule_dockerfile(c)->file->text;
	uint64_t at = in->span.offset, end = in->span.offset + in->span.length;

	for (size_t line = in->first_line; line <= in->line_end && at < end; line++) {
		uint64_t length = slice_find_byte(slice_from(text, at), '\n') + 1;
		struct slice whole = slice_first(slice_from(text, at), length);

		if (slice_empty(slice_trim(whole)))
			rule_edit(c, fix, (struct span){ in->span.source, at, whole.len }, SLICE_EMPTY);
		at += length;
	}
}

static struct span line_of(struct slice text, const struct dockerfile_instruction *in, size_t line)
{
	uint64_t at = in->span.offset;

	for (size_t n = in->first_line; n < line && at < text.len; n++)
		at += slice_find_byte(slice_from(text, at), '\n') + 1;
	return (struct span){ in->span.source, at, slice_find_byte(slice_from(text, at), '\n') };
}

static void check_continuation(struct rule_context *c)
{
	struct slice text = rule_dockerfile(c)->file->text;

	vec_each(p, &rule_dockerfile(c)->file->problems) {
		if (p->code != DOCKERFILE_EMPTY_CONTINUATION || !p->instruction)
			continue;
		struct assessment *x = rule_fail(c, line_of(text, p->instruction, p->line),
						 "an empty line lies inside the instruction: the builder will take it for its end some day");
		rule_also_at(c, x, p->instruction->name.span);
		rule_discriminator(c, x, rule_text(c, p->instruction->span));
		rule_alias_if(c, x, rule_dockerfile(c)->parses, "buildkit:NoEmptyContinuation");
		cut_blank_lines(c, rule_fix(c, x, false, "Remove the empty lines"), p->instruction);
	}
}

/* "skip=A;experimental=B,C" asks for the rule. */
static bool asked_for(struct slice options, struct slice name)
{
	struct slice part, key, list, one;

	while (slice_next(&options, ';', &part)) {
		if (!slice_split(part, '=', &key, &list) || !slice_is(slice_trim(key), "experimental"))
			continue;
		if (slice_is(slice_trim(list), "all"))
			return true;
		while (slice_next(&list, ',', &one))
			if (slice_eq(slice_trim(one), name))
				return true;
	}
	return false;
}

static bool describes(const struct dockerfile_instruction *in, const struct dockerfile_stage *s, struct slice word)
{
	if (in->keyword == DOCKERFILE_FROM)
		return s && slice_eq(s->name, word);
	vec_each(pair, &in->pairs)
		if (slice_eq(pair->key.value, word))
			return true;
	return false;
}

static void check_description(struct rule_context *c)
{
	const struct dockerfile *d = rule_dockerfile(c)->file;
	const struct dockerfile_directive *check = dockerfile_directive(d, SLICE("check"));

	if (!check || !asked_for(check->value, SLICE("InvalidDefinitionDescription")))
		return;
	vec_each(p, &d->instructions) {
		const struct dockerfile_instruction *in = *p;
		const struct dockerfile_stage *s = dockerfile_stage_of(d, in);
		bool named = (in->keyword == DOCKERFILE_FROM && s && s->name.len) || in->keyword == DOCKERFILE_ARG;

		if (!named || in->comment_count == 0)
			continue;
		const struct dockerfile_comment *comment = &d->comments.items[in->comment_first + in->comment_count - 1];
		if (describes(in, s, slice_first(comment->text, slice_find_byte(comment->text, ' '))))
			continue;
		struct assessment *x = rule_fail(c, in->span, "the comment before it does not start with its name: it describes nothing");
		rule_also_at(c, x, comment->span);
		rule_alias_if(c, x, buildkit_reads(c, in), "buildkit:InvalidDefinitionDescription");
	}
}

/* --- pragmas that are not wanted --- */

static void check_pragma(struct rule_context *c)
{
	vec_each(comment, &rule_dockerfile(c)->file->comments) {
		struct slice text = comment->text;

		if (!slice_cut_prefix(&text, SLICE("hadolint")) || !text.len || !ascii_space(text.data[0]))
			continue;
		if (!text_has(text, "ignore"))
			continue;
		struct assessment *x = rule_fail(c, comment->span, "the comment switches a rule off");
		rule_alias(c, x, "hadolint:DL1001");
	}
}

static const struct rule_row rows[] = {
	{ .rule = { .id = SLICE_INIT("dockerfile-syntax"), .version = 1,
		    .title = SLICE_INIT("The builder refuses the file"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("BuildKit does not build this file. The message is what it says or would say."),
		    .bad = "FROM debian:12\nRNU make\n", .good = "FROM debian:12\nRUN make\n" },
	  .check = check_syntax },
	{ .rule = { .id = SLICE_INIT("dockerfile-instruction-order"), .version = 1,
		    .title = SLICE_INIT("An instruction before the first FROM"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("A Dockerfile starts with FROM; only directives, comments and ARG may stand before. The build fails."),
		    .aliases = RULE_LIST("hadolint:DL3061"),
		    .bad = "LABEL a=b\nFROM debian:12\n", .good = "FROM debian:12\nLABEL a=b\n" },
	  .check = check_order },
	{ .rule = { .id = SLICE_INIT("dockerfile-onbuild-nested"), .version = 1,
		    .title = SLICE_INIT("ONBUILD triggers what it cannot"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("ONBUILD, FROM and MAINTAINER are no triggers: the build fails."),
		    .aliases = RULE_LIST("hadolint:DL3043"),
		    .bad = "FROM debian:12\nONBUILD FROM debian:12\n", .good = "FROM debian:12\nONBUILD RUN make\n" },
	  .check = check_onbuild },
	{ .rule = { .id = SLICE_INIT("dockerfile-inline-comment"), .version = 1,
		    .title = SLICE_INIT("A comment behind an instruction"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Dockerfiles have whole lines of comment only. Behind an instruction, '#' and the words are arguments: "
				       "the build fails, or does something else."),
		    .fix = RULE_FIX_SAFE,
		    .bad = "FROM debian:12 # the base\n", .good = "# the base\nFROM debian:12\n" },
	  .check = check_comment },
	{ .rule = { .id = SLICE_INIT("dockerfile-empty-continuation"), .version = 1,
		    .title = SLICE_INIT("An empty line inside an instruction"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Docker has announced that it will refuse this: remove the line, or make it a comment."),
		    .aliases = RULE_LIST("buildkit:NoEmptyContinuation"), .fix = RULE_FIX_SAFE,
		    .bad = "FROM debian:12\nRUN make \\\n\n  install\n", .good = "FROM debian:12\nRUN make \\\n  install\n" },
	  .check = check_continuation },
	{ .rule = { .id = SLICE_INIT("dockerfile-instruction-case"), .version = 1,
		    .title = SLICE_INIT("Instructions in different case"),
		    .severity = SEVERITY_NEGLIGIBLE, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Instructions are found faster when all are written alike."),
		    .aliases = RULE_LIST("buildkit:ConsistentInstructionCasing"), .fix = RULE_FIX_SAFE,
		    .bad = "FROM debian:12\nCopy a /a\n", .good = "FROM debian:12\nCOPY a /a\n" },
	  .check = check_case },
	{ .rule = { .id = SLICE_INIT("dockerfile-as-case"), .version = 1,
		    .title = SLICE_INIT("FROM and AS in different case"),
		    .severity = SEVERITY_NEGLIGIBLE, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Write both in the same case."),
		    .aliases = RULE_LIST("buildkit:FromAsCasing"), .fix = RULE_FIX_SAFE,
		    .bad = "FROM debian:12 as build\n", .good = "FROM debian:12 AS build\n" },
	  .check = check_as },
	{ .rule = { .id = SLICE_INIT("dockerfile-description"), .version = 1,
		    .title = SLICE_INIT("A description that does not start with the name"),
		    .severity = SEVERITY_NEGLIGIBLE, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("docker build --call=outline shows comments that start with the name of their stage or ARG. Looked at "
				       "where `# check=experimental=InvalidDefinitionDescription` asks for it."),
		    .aliases = RULE_LIST("buildkit:InvalidDefinitionDescription"),
		    .bad = "# check=experimental=InvalidDefinitionDescription\n\n# Our base.\nFROM debian:12 AS base\n",
		    .good = "# check=experimental=InvalidDefinitionDescription\n\n# base is what all stand on.\nFROM debian:12 AS base\n" },
	  .check = check_description },
	{ .rule = { .id = SLICE_INIT("dockerfile-pragma-banned"), .version = 1,
		    .title = SLICE_INIT("A comment switches a rule off"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("For projects that want exceptions in the policy only. Move it to the `ignore` list of bulwark.yaml, "
				       "with a reason."),
		    .optional = true, .aliases = RULE_LIST("hadolint:DL1001"),
		    .bad = "FROM debian:12\n# hadolint ignore=DL3059\nRUN make\n", .good = "FROM debian:12\nRUN make\n" },
	  .check = check_pragma },
};

const struct rule_table dockerfile_form_rules = { RULE_DOCKERFILE, rows, ARRAY_LEN(rows) };
