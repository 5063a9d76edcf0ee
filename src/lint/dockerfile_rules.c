#include "lint/dockerfile_rules.h"

#include <string.h>

#include "base/cleanup.h"
#include "lint/base_images.h"

struct span first_line(const struct rule_context *c, const struct dockerfile_instruction *in, struct span at)
{
	struct slice text = rule_dockerfile(c)->file->text;

	if (at.offset < in->span.offset || at.offset > text.len)
		return in->span;
	struct slice between = slice_first(slice_from(text, in->span.offset), at.offset - in->span.offset);
	return slice_find_byte(between, '\n') < between.len ? in->name.span : at;
}

struct assessment *place_in(struct rule_context *c, struct assessment *x, const struct dockerfile_instruction *in,
			    struct span at)
{
	if (x->spans.items[0].offset != at.offset) {
		rule_discriminator(c, x, rule_text(c, at));
		rule_also_at(c, x, at);
	}
	(void)in;
	return x;
}

bool buildkit_reads(const struct rule_context *c, const struct dockerfile_instruction *in)
{
	const struct dockerfile_view *v = rule_dockerfile(c);

	return v->parses && in->index <= v->refused_from;
}

bool buildkit_plans(const struct rule_context *c)
{
	const struct dockerfile_view *v = rule_dockerfile(c);

	return v->parses && v->refused_from == SIZE_MAX;
}

bool buildkit_builds(const struct rule_context *c, const struct dockerfile_instruction *in)
{
	const struct dockerfile_stage *s = dockerfile_stage_of(rule_dockerfile(c)->file, in);

	return buildkit_plans(c) && s && s->reachable;
}

bool stage_ends_up(const struct dockerfile *d, const struct dockerfile_stage *s)
{
	const struct dockerfile_stage *at = dockerfile_final_stage(d);

	for (size_t guard = 0; at && guard <= d->stages.count; guard++) {
		if (at == s)
			return true;
		at = at->parent >= 0 ? &d->stages.items[at->parent] : NULL;
	}
	return false;
}

bool word_in(struct slice word, const char *list)
{
	struct slice rest = slice_from_cstr(list), one;

	while (slice_next(&rest, '|', &one))
		if (slice_eq(one, word))
			return true;
	return false;
}

bool text_has(struct slice text, const char *part)
{
	return slice_find(text, slice_from_cstr(part)) < text.len;
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

struct slice unquoted(struct slice s)
{
	while (s.len && is_quote(s.data[0]))
		s = slice_from(s, 1);
	while (s.len && is_quote(s.data[s.len - 1]))
		s.len--;
	return s;
}

struct slice lowered(struct arena *a, struct slice s)
{
	char *copy = arena_cstr(a, s);

	for (size_t i = 0; i < s.len; i++)
		copy[i] = ascii_tolower(copy[i]);
	return slice_new(copy, s.len);
}

bool has_variable(struct slice s)
{
	return slice_find_byte(s, '$') < s.len;
}

bool drive_path(struct slice s)
{
	return s.len >= 2 && ascii_alpha(s.data[0]) && s.data[1] == ':';
}

struct slice last_component(struct slice path, bool windows)
{
	for (size_t i = path.len; i; i--)
		if (path.data[i - 1] == '/' || (windows && path.data[i - 1] == '\\'))
			return slice_from(path, i);
	return path;
}

void remove_instruction(struct rule_context *c, struct fix *fix, const struct dockerfile_instruction *in)
{
	struct slice text = rule_dockerfile(c)->file->text;
	struct span at = in->span;

	while (at.offset && (text.data[at.offset - 1] == ' ' || text.data[at.offset - 1] == '\t')) {
		at.offset--;
		at.length++;
	}
	while (at.offset + at.length < text.len && text.data[at.offset + at.length] != '\n')
		at.length++;
	if (at.offset + at.length < text.len)
		at.length++;
	rule_edit(c, fix, at, SLICE_EMPTY);
}

/* The exec form has one behind its bracket, the others behind a blank. */
static size_t comment_mark(struct slice text)
{
	bool array = text.len && text.data[0] == '[';

	for (size_t i = 1; i < text.len; i++) {
		if (text.data[i] != '#' || !ascii_space(text.data[i - 1]))
			continue;
		if (!array || slice_ends(slice_trim(slice_first(text, i)), SLICE("]")))
			return i;
	}
	return text.len;
}

/* RUN's are the shell's; HEALTHCHECK's as well. */
enum commented { NEVER, ARRAYS, ALWAYS };

static const unsigned char commented[DOCKERFILE_KEYWORDS] = {
	[DOCKERFILE_FROM] = ALWAYS, [DOCKERFILE_EXPOSE] = ALWAYS, [DOCKERFILE_COPY] = ALWAYS, [DOCKERFILE_ADD] = ALWAYS,
	[DOCKERFILE_USER] = ALWAYS, [DOCKERFILE_WORKDIR] = ALWAYS, [DOCKERFILE_VOLUME] = ALWAYS,
	[DOCKERFILE_STOPSIGNAL] = ALWAYS, [DOCKERFILE_ARG] = ALWAYS, [DOCKERFILE_ENV] = ALWAYS, [DOCKERFILE_LABEL] = ALWAYS,
	[DOCKERFILE_CMD] = ARRAYS, [DOCKERFILE_ENTRYPOINT] = ARRAYS, [DOCKERFILE_SHELL] = ARRAYS,
};

bool inline_comment(const struct rule_context *c, const struct dockerfile_instruction *in, struct span *ret)
{
	bool array = in->arguments.len && in->arguments.data[0] == '[';

	if (!(commented[in->keyword] == ALWAYS || (array && commented[in->keyword] == ARRAYS)))
		return false;
	/* Where quotes are, a '#' may be text. */
	if (!array && (slice_find_byte(in->arguments, '"') < in->arguments.len ||
		       slice_find_byte(in->arguments, '\'') < slice_find_byte(in->arguments, '#')))
		return false;
	/* `ENV name value # with the sign` takes all of it. */
	if ((in->keyword == DOCKERFILE_ENV || in->keyword == DOCKERFILE_LABEL) &&
	    (in->pairs.count == 0 || in->pairs.items[0].legacy))
		return false;
	size_t at = comment_mark(in->arguments);
	if (at == in->arguments.len)
		return false;
	*ret = dockerfile_span(in, slice_from(in->arguments, at));
	(void)c;
	return true;
}

struct slice plain_variable(struct slice text)
{
	if (!slice_cut_prefix(&text, SLICE("$")))
		return SLICE_EMPTY;
	if (slice_starts(text, SLICE("{")) && slice_ends(text, SLICE("}")))
		text = slice_first(slice_from(text, 1), text.len - 2);
	for (size_t i = 0; i < text.len; i++)
		if (!ascii_alnum(text.data[i]) && text.data[i] != '_')
			return SLICE_EMPTY;
	return text;
}

const struct image_facts *base_facts(const struct rule_context *c, struct slice reference)
{
	struct image_facts *f = arena_new(c->arena, struct image_facts);

	return base_image_facts(rule_project(c), reference, c->arena, f) ? f : NULL;
}

const struct dockerfile_stage *root_stage(const struct dockerfile *d, const struct dockerfile_stage *s)
{
	for (size_t guard = 0; s && guard <= d->stages.count; guard++) {
		if (s->parent < 0)
			return s;
		s = &d->stages.items[s->parent];
	}
	return NULL;
}
