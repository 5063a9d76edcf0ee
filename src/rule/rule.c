#include "rule/rule.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/map.h"

/* Text of a span that goes into a discriminator; longer ones are told apart by their start. */
#define DISCRIMINATOR_MAX 400
#define MESSAGE_MAX 2048

const char *rule_subject_name(enum rule_subject subject)
{
	static const char *const names[RULE_SUBJECT_COUNT] = {
		[RULE_DOCKERFILE] = "dockerfile",
		[RULE_DOCKERIGNORE] = "dockerignore",
		[RULE_COMPOSE] = "compose",
		[RULE_CONTAINER] = "container",
		[RULE_DAEMON] = "daemon",
		[RULE_SECCOMP] = "seccomp",
		[RULE_APPARMOR] = "apparmor",
		[RULE_NGINX] = "nginx",
		[RULE_SYSTEMD] = "systemd",
		[RULE_SUDOERS] = "sudoers",
		[RULE_SHELL] = "shell",
		[RULE_WORKFLOW] = "workflow",
		[RULE_GITLAB] = "gitlab",
		[RULE_MARKDOWN] = "markdown",
		[RULE_PROJECT] = "project",
		[RULE_PRAGMA] = "pragma",
	};

	return (size_t)subject < RULE_SUBJECT_COUNT ? names[subject] : "unknown";
}

bool rule_enabled(const struct policy *p, const struct rule *rule)
{
	bool on = !rule->optional;

	vec_each(setting, &p->rules)
		if (slice_eq(setting->id, rule->id))
			on = setting->on;
	return on;
}

void rule_evaluate(struct rule_context *c, const struct rule_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		c->row = &table->rows[i];
		if (c->row->check && rule_enabled(c->policy, &c->row->rule))
			c->row->check(c);
	}
	c->row = NULL;
}

struct slice rule_text(const struct rule_context *c, struct span s)
{
	const struct source *source = source_get(c->sources, s.source);

	if (!source || s.offset > source->bytes.len)
		return SLICE_EMPTY;
	return slice_first(slice_from(source->bytes, s.offset), s.length);
}

struct span span_join(struct span a, struct span b)
{
	uint64_t end = b.offset + b.length;

	if (a.source != b.source || end < a.offset)
		return a;
	a.length = end - a.offset > a.length ? end - a.offset : a.length;
	return a;
}

/* Blanks squeezed, so that indentation and continuations do not change what a finding is called. */
static struct slice squeeze(struct arena *a, struct slice text)
{
	text = slice_first(slice_trim(text), DISCRIMINATOR_MAX);
	char *out = arena_alloc(a, text.len + 1);
	size_t len = 0;
	bool blank = false;

	for (size_t i = 0; i < text.len; i++) {
		bool space = ascii_space(text.data[i]);

		if (!space)
			out[len++] = text.data[i];
		else if (!blank)
			out[len++] = ' ';
		blank = space;
	}
	return slice_new(out, len);
}

static bool is_reference(const char *text)
{
	struct slice s = slice_from_cstr(text);

	return slice_starts(s, SLICE("cis:")) || slice_starts(s, SLICE("nist:"));
}

static enum severity severity_of(const struct policy *p, const struct rule *rule)
{
	enum severity severity = rule->severity;

	vec_each(setting, &p->rules)
		if (setting->has_severity && slice_eq(setting->id, rule->id))
			severity = setting->severity;
	return severity;
}

__attribute__((format(printf, 4, 0)))
static struct assessment *fail(struct rule_context *c, const struct rule_row *row, struct span at,
			       const char *fmt, va_list args)
{
	struct assessment *x = vec_add(c->arena, c->out);
	char text[MESSAGE_MAX];

	vsnprintf(text, sizeof(text), fmt, args);
	x->rule = &row->rule;
	x->status = STATUS_FAIL;
	x->severity = severity_of(c->policy, &row->rule);
	x->confidence = row->rule.confidence;
	x->subject = c->name;
	x->message = arena_copy(c->arena, slice_from_cstr(text));
	x->discriminator = squeeze(c->arena, rule_text(c, at));
	*vec_add(c->arena, &x->spans) = at;
	for (const char *const *r = row->rule.references; r && *r; r++)
		if (is_reference(*r))
			*vec_add(c->arena, &x->aliases) = slice_from_cstr(*r);
	return x;
}

struct assessment *rule_fail(struct rule_context *c, struct span at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	struct assessment *x = fail(c, c->row, at, fmt, args);
	va_end(args);
	return x;
}

struct assessment *rule_fail_row(struct rule_context *c, const struct rule_row *row, struct span at,
				 const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	struct assessment *x = fail(c, row, at, fmt, args);
	va_end(args);
	return x;
}

void rule_alias(struct rule_context *c, struct assessment *x, const char *alias)
{
	struct slice name = slice_from_cstr(alias);

	vec_each(known, &x->aliases)
		if (slice_eq(*known, name))
			return;
	*vec_add(c->arena, &x->aliases) = name;
}

void rule_also_at(struct rule_context *c, struct assessment *x, struct span at)
{
	*vec_add(c->arena, &x->spans) = at;
}

void rule_evidence(struct rule_context *c, struct assessment *x, const char *key, struct slice value)
{
	*vec_add(c->arena, &x->evidence) = (struct evidence){ slice_from_cstr(key), value };
}

void rule_discriminator(struct rule_context *c, struct assessment *x, struct slice text)
{
	x->discriminator = squeeze(c->arena, text);
}

struct fix *rule_fix(struct rule_context *c, struct assessment *x, bool is_unsafe, const char *fmt, ...)
{
	struct fix *fix = vec_add(c->arena, &x->fixes);
	char text[MESSAGE_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fix->title = arena_copy(c->arena, slice_from_cstr(text));
	fix->unsafe = is_unsafe;
	return fix;
}

/* A span of a derived source can be edited only where it maps to as many bytes of one origin. */
static bool editable(const struct source_table *sources, struct span at, struct span *ret)
{
	*ret = source_origin(sources, at);
	return ret->source != SOURCE_NONE && ret->length == at.length;
}

bool rule_edit(struct rule_context *c, struct fix *fix, struct span at, struct slice replacement)
{
	struct span origin;

	if (!editable(c->sources, at, &origin)) {
		fix->edits.count = 0;
		fix->title = SLICE_EMPTY;
		return false;
	}
	*vec_add(c->arena, &fix->edits) =
		(struct edit){ .span = origin, .replacement = arena_copy(c->arena, replacement) };
	return true;
}

/* Fixes without edits are those that could not be taken back to a source. */
static void drop_empty_fixes(struct assessment *x)
{
	size_t kept = 0;

	for (size_t i = 0; i < x->fixes.count; i++)
		if (x->fixes.items[i].edits.count)
			x->fixes.items[kept++] = x->fixes.items[i];
	x->fixes.count = kept;
}

void rule_finish(struct assessment_list *list, const struct source_table *sources, struct arena *a)
{
	CLEANUP(map_release) struct map seen;

	map_init(&seen);
	vec_each(x, list) {
		vec_each(span, &x->spans)
			*span = source_origin(sources, *span);
		const struct source *main = x->spans.count ? source_get(sources, x->spans.items[0].source) : NULL;
		x->path = main ? main->name : SLICE_EMPTY;
		drop_empty_fixes(x);
		fingerprint_compute(x->rule, x->subject, x->discriminator, &x->fingerprint);
		uint64_t *times = map_put(&seen, slice_new(x->fingerprint.bytes, FINGERPRINT_SIZE), NULL);
		if (++*times == 1)
			continue;
		struct slice plain = x->discriminator;
		x->discriminator = arena_printf(a, "%.*s #%llu", SLICE_ARG(plain), (unsigned long long)*times);
		fingerprint_compute(x->rule, x->subject, x->discriminator, &x->fingerprint);
	}
}
