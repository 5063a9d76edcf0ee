/* The policy's two files: bulwark.yaml and .trivyignore. */
#include "model/policy.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "format/yaml.h"

/* The last place whose line was asked for: values are asked for in their order. */
struct place {
	size_t offset;
	uint64_t newlines; /* before it */
};

struct reader {
	struct policy *policy;
	struct slice text, name;
	struct arena *arena;
	struct place *place;
};

static uint64_t line_of(const struct reader *r, uint32_t offset)
{
	struct place *at = r->place;

	if (offset < at->offset)
		*at = (struct place){ 0 };
	for (; at->offset < offset && at->offset < r->text.len; at->offset++)
		at->newlines += r->text.data[at->offset] == '\n';
	return at->newlines + 1;
}

#define BAD(r, where, err, fmt, ...)                                                          \
	error_set_at((err), ERR_FORMAT, (where), "%.*s:%llu: " fmt, SLICE_ARG((r)->name),     \
		     (unsigned long long)line_of((r), (where)), ##__VA_ARGS__)

static bool read_bool(const struct reader *r, const struct node *n, bool *ret, struct error *err)
{
	if (n->type != NODE_BOOL)
		return BAD(r, n->offset, err, "%.*s takes true or false", SLICE_ARG(n->key));
	*ret = n->truth;
	return true;
}

static bool read_text(const struct reader *r, const struct node *n, struct slice *ret, struct error *err)
{
	if ((n->type != NODE_STRING && n->type != NODE_NUMBER) || slice_empty(n->text))
		return BAD(r, n->offset, err, "%.*s takes a text", SLICE_ARG(n->key));
	*ret = arena_copy(r->arena, n->text);
	return true;
}

static bool read_texts(const struct reader *r, const struct node *n, struct slice_list *ret,
		       struct error *err)
{
	if (n->type != NODE_LIST)
		return BAD(r, n->offset, err, "%.*s takes a list of texts", SLICE_ARG(n->key));
	node_each(item, n) {
		if (item->type != NODE_STRING)
			return BAD(r, item->offset, err, "%.*s takes a list of texts", SLICE_ARG(n->key));
		*vec_add(r->arena, ret) = arena_copy(r->arena, item->text);
	}
	return true;
}

static bool read_fail_on(const struct reader *r, const struct node *n, struct error *err)
{
	struct policy *p = r->policy;

	p->fail_never = slice_is(node_text(n), "never");
	if (!p->fail_never && !severity_parse(node_text(n), &p->fail_on))
		return BAD(r, n->offset, err, "fail-on takes a severity or never, not \"%.*s\"",
			   SLICE_ARG(node_text(n)));
	return true;
}

static bool read_severities(const struct reader *r, const struct node *n, struct error *err)
{
	r->policy->severities = 0;
	/* An empty list would hide every finding. */
	if (n->type != NODE_LIST || !n->first)
		return BAD(r, n->offset, err, "severity takes a list of severities");
	node_each(item, n) {
		enum severity s;

		if (!severity_parse(node_text(item), &s))
			return BAD(r, item->offset, err, "\"%.*s\" is no severity",
				   SLICE_ARG(node_text(item)));
		r->policy->severities |= 1u << s;
	}
	return true;
}

static bool read_exit_code(const struct reader *r, const struct node *n, int *ret, struct error *err)
{
	uint64_t code;

	if (!slice_to_u64(node_text(n), &code) || code > 255)
		return BAD(r, n->offset, err, "%.*s takes a number from 0 to 255", SLICE_ARG(n->key));
	*ret = (int)code;
	return true;
}

static bool read_epss(const struct reader *r, const struct node *n, struct error *err)
{
	return policy_read_epss(r->policy, node_text(n)) ||
	       BAD(r, n->offset, err, "epss takes a probability from 0 to 1");
}

static bool read_sort(const struct reader *r, const struct node *n, struct error *err)
{
	r->policy->sort_by_risk = slice_is(node_text(n), "risk");
	return r->policy->sort_by_risk || slice_is(node_text(n), "severity") ||
	       BAD(r, n->offset, err, "sort takes severity or risk");
}

static bool read_statuses(const struct reader *r, const struct node *n, struct error *err)
{
	if (n->type != NODE_LIST)
		return BAD(r, n->offset, err, "ignore-status takes a list");
	node_each(item, n)
		if (!policy_ignore_status(r->policy, node_text(item)))
			return BAD(r, item->offset, err, "\"%.*s\" is no status of a vendor",
				   SLICE_ARG(node_text(item)));
	return true;
}

static bool read_risk_member(const struct reader *r, const struct node *n, bool *ret_known,
			     struct error *err)
{
	struct policy *p = r->policy;

	*ret_known = true;
	if (slice_is(n->key, "only-kev"))
		return read_bool(r, n, &p->only_kev, err);
	if (slice_is(n->key, "fail-on-kev"))
		return read_bool(r, n, &p->fail_on_kev, err);
	if (slice_is(n->key, "epss"))
		return read_epss(r, n, err);
	if (slice_is(n->key, "sort"))
		return read_sort(r, n, err);
	if (slice_is(n->key, "ignore-status"))
		return read_statuses(r, n, err);
	if (slice_is(n->key, "exit-on-eol"))
		return read_exit_code(r, n, &p->exit_on_eol, err);
	*ret_known = false;
	return true;
}

/* `expires: 2026-12-31` is good through that day. */
static bool read_expiry(const struct reader *r, const struct node *n, struct ignore *i, struct error *err)
{
	int64_t t;

	if (!timestamp_parse(node_text(n), &t))
		return BAD(r, n->offset, err, "expires takes a date YYYY-MM-DD");
	i->expires = node_text(n).len == 10 ? t + 86400 : t;
	return true;
}

/* In the canonical form, to be compared with those of packages; qualifiers do not count. */
static bool read_purl(const struct reader *r, const struct node *n, struct ignore *i, struct error *err)
{
	struct error why = ERROR_INIT;
	struct buf text;
	struct purl purl;

	if (!purl_parse(node_text(n), r->arena, &purl, &why))
		return BAD(r, n->offset, err, "purl: %s", why.message);
	purl.qualifiers.count = 0;
	purl.subpath = SLICE_EMPTY;
	buf_init(&text, 16 * LIMIT_PATH);
	bool ok = purl_format(&purl, &text);
	i->purl = arena_copy(r->arena, buf_slice(&text));
	buf_release(&text);
	return ok || BAD(r, n->offset, err, "purl is too long");
}

static bool read_ignore_member(const struct reader *r, const struct node *n, struct ignore *i,
			       struct error *err)
{
	const struct {
		struct slice key;
		struct slice *field;
	} texts[] = {
		{ SLICE("id"), &i->id }, { SLICE("package"), &i->package }, { SLICE("path"), &i->path },
		{ SLICE("reason"), &i->reason },
	};

	for (size_t t = 0; t < ARRAY_LEN(texts); t++)
		if (slice_eq(n->key, texts[t].key))
			return read_text(r, n, texts[t].field, err);
	if (slice_is(n->key, "purl"))
		return read_purl(r, n, i, err);
	if (slice_is(n->key, "expires"))
		return read_expiry(r, n, i, err);
	if (slice_is(n->key, "fingerprint")) {
		i->has_fingerprint = fingerprint_parse(node_text(n), &i->fingerprint);
		return i->has_fingerprint || BAD(r, n->offset, err, "fingerprint takes 32 hex digits");
	}
	return BAD(r, n->key_offset, err, "unknown key \"%.*s\" in an ignore", SLICE_ARG(n->key));
}

static bool read_ignores(const struct reader *r, const struct node *list, struct error *err)
{
	if (list->type != NODE_LIST)
		return BAD(r, list->offset, err, "ignore takes a list");
	node_each(item, list) {
		struct ignore *i = vec_add(r->arena, &r->policy->ignores);

		i->expires = TIMESTAMP_NONE;
		i->origin = arena_printf(r->arena, "%.*s:%llu", SLICE_ARG(r->name),
					 (unsigned long long)line_of(r, item->offset));
		if (item->type != NODE_MAP)
			return BAD(r, item->offset, err, "an ignore is a map with id, package, path, purl or fingerprint");
		node_each(member, item)
			if (!read_ignore_member(r, member, i, err))
				return false;
		if (slice_empty(i->id) && slice_empty(i->package) && slice_empty(i->path) &&
		    slice_empty(i->purl) && !i->has_fingerprint)
			return BAD(r, item->offset, err, "this ignore names nothing to ignore");
		if (slice_empty(i->reason))
			return BAD(r, item->offset, err, "this ignore has no reason");
	}
	return true;
}

/* YAML 1.1 readers take off and on for booleans, as people write them here. */
static bool read_rules(const struct reader *r, const struct node *map, struct error *err)
{
	if (map->type != NODE_MAP)
		return BAD(r, map->offset, err, "rules takes a map from rule to off, on or a severity");
	node_each(n, map) {
		struct rule_setting *s = vec_add(r->arena, &r->policy->rules);

		s->id = arena_copy(r->arena, n->key);
		if (n->type == NODE_BOOL || slice_is(node_text(n), "on") || slice_is(node_text(n), "off")) {
			s->on = n->type == NODE_BOOL ? n->truth : slice_is(node_text(n), "on");
			continue;
		}
		s->on = s->has_severity = true;
		if (!severity_parse(node_text(n), &s->severity))
			return BAD(r, n->offset, err, "a rule is off, on or a severity, not \"%.*s\"",
				   SLICE_ARG(node_text(n)));
	}
	return true;
}

static bool read_member(const struct reader *r, const struct node *n, struct error *err)
{
	struct policy *p = r->policy;

	if (slice_is(n->key, "fail-on"))
		return read_fail_on(r, n, err);
	if (slice_is(n->key, "severity"))
		return read_severities(r, n, err);
	if (slice_is(n->key, "exit-code"))
		return read_exit_code(r, n, &p->exit_code, err);
	if (slice_is(n->key, "ignore-unfixed"))
		return read_bool(r, n, &p->ignore_unfixed, err);
	if (slice_is(n->key, "strict"))
		return read_bool(r, n, &p->strict, err);
	if (slice_is(n->key, "ignore"))
		return read_ignores(r, n, err);
	if (slice_is(n->key, "skip-dirs"))
		return read_texts(r, n, &p->skip_dirs, err);
	if (slice_is(n->key, "skip-files"))
		return read_texts(r, n, &p->skip_files, err);
	if (slice_is(n->key, "trusted-registries"))
		return read_texts(r, n, &p->trusted_registries, err);
	if (slice_is(n->key, "rules"))
		return read_rules(r, n, err);
	bool known, ok = read_risk_member(r, n, &known, err);
	if (known)
		return ok;
	return BAD(r, n->key_offset, err, "unknown key \"%.*s\"", SLICE_ARG(n->key));
}

bool policy_read_yaml(struct policy *p, struct slice text, struct slice name, struct arena *a,
		      struct error *err)
{
	struct place place = { 0 };
	struct reader r = { p, text, name, a, &place };
	struct node *root;

	if (!yaml_parse(text, 0, a, &root, err))
		return error_wrap(err, "%.*s", SLICE_ARG(name));
	if (!root || root->type == NODE_NULL)
		return true;
	if (root->type != NODE_MAP)
		return BAD(&r, root->offset, err, "a policy is a map of keys");
	node_each(member, root)
		if (!read_member(&r, member, err))
			return false;
	return true;
}

/* Words stand between blanks of any kind. */
static bool next_word(struct slice *line, struct slice *word)
{
	size_t end = 0;

	*line = slice_trim(*line);
	while (end < line->len && !ascii_space(line->data[end]))
		end++;
	*word = slice_first(*line, end);
	*line = slice_from(*line, end);
	return end != 0;
}

static bool read_ignore_line(struct policy *p, struct slice line, struct slice origin,
			     struct arena *a, struct error *err)
{
	struct ignore i = { .expires = TIMESTAMP_NONE, .origin = origin };
	struct slice word;

	next_word(&line, &word);
	i.id = arena_copy(a, word);
	while (next_word(&line, &word)) {
		if (!slice_cut_prefix(&word, SLICE("exp:")))
			continue;
		int64_t t;
		if (!timestamp_parse(word, &t))
			return error_set(err, ERR_FORMAT, "%.*s: exp: takes a date YYYY-MM-DD, not \"%.*s\"",
					 SLICE_ARG(origin), SLICE_ARG(word));
		i.expires = t;
	}
	*vec_add(a, &p->ignores) = i;
	return true;
}

bool policy_read_trivyignore(struct policy *p, struct slice text, struct slice name,
			     struct arena *a, struct error *err)
{
	struct slice line;
	uint64_t number = 0;

	while (slice_next_line(&text, &line)) {
		number++;
		line = slice_trim(slice_first(line, slice_find_byte(line, '#')));
		if (slice_empty(line))
			continue;
		struct slice origin = arena_printf(a, "%.*s:%llu", SLICE_ARG(name),
						   (unsigned long long)number);
		if (!read_ignore_line(p, line, origin, a, err))
			return false;
	}
	return true;
}
