/*
 * One file on top of another: the rules of the Compose specification, "Merge",
 * as compose-go has them.  Trees are not changed; what is the same is shared.
 */
#include "base/limits.h"
#include "config/compose_internal.h"

enum merge_kind {
	MERGE_DEFAULT,
	MERGE_OVERRIDE, /* the later one alone */
	MERGE_PAIRS,	/* list or map of NAME=value, by name */
	MERGE_LIST,	/* one text or a list of them, added up */
	MERGE_BUILD,	/* a text is its context */
	MERGE_NAMES,	/* a list of names is a map without values */
	MERGE_LOGGING,	/* options only of the same driver */
	MERGE_ULIMIT,
};

enum unique_kind {
	UNIQUE_NONE,
	UNIQUE_TEXT,
	UNIQUE_PORT,
	UNIQUE_VOLUME,
	UNIQUE_DEVICE,
	UNIQUE_GRANT,
	UNIQUE_PATH
};

struct merge_row {
	const char *path; /* '*': any key */
	enum merge_kind kind;
	enum unique_kind unique;
};

static const struct merge_row rows[] = {
	{"networks.*.labels", MERGE_PAIRS, UNIQUE_NONE},
	{"volumes.*.labels", MERGE_PAIRS, UNIQUE_NONE},
	{"secrets.*.labels", MERGE_PAIRS, UNIQUE_NONE},
	{"configs.*.labels", MERGE_PAIRS, UNIQUE_NONE},
	{"services.*.annotations", MERGE_PAIRS, UNIQUE_NONE},
	{"services.*.build", MERGE_BUILD, UNIQUE_NONE},
	{"services.*.build.args", MERGE_PAIRS, UNIQUE_NONE},
	{"services.*.build.additional_contexts", MERGE_PAIRS, UNIQUE_NONE},
	{"services.*.build.extra_hosts", MERGE_LIST, UNIQUE_NONE},
	{"services.*.build.labels", MERGE_PAIRS, UNIQUE_NONE},
	{"services.*.build.tags", MERGE_DEFAULT, UNIQUE_TEXT},
	{"services.*.cap_add", MERGE_DEFAULT, UNIQUE_TEXT},
	{"services.*.cap_drop", MERGE_DEFAULT, UNIQUE_TEXT},
	{"services.*.command", MERGE_OVERRIDE, UNIQUE_NONE},
	{"services.*.configs", MERGE_DEFAULT, UNIQUE_GRANT},
	{"services.*.depends_on", MERGE_NAMES, UNIQUE_NONE},
	{"services.*.deploy.labels", MERGE_PAIRS, UNIQUE_NONE},
	{"services.*.devices", MERGE_DEFAULT, UNIQUE_DEVICE},
	{"services.*.dns", MERGE_LIST, UNIQUE_TEXT},
	{"services.*.dns_opt", MERGE_LIST, UNIQUE_TEXT},
	{"services.*.dns_search", MERGE_LIST, UNIQUE_TEXT},
	{"services.*.entrypoint", MERGE_OVERRIDE, UNIQUE_NONE},
	{"services.*.env_file", MERGE_LIST, UNIQUE_PATH},
	{"services.*.environment", MERGE_PAIRS, UNIQUE_NONE},
	{"services.*.expose", MERGE_DEFAULT, UNIQUE_TEXT},
	{"services.*.extra_hosts", MERGE_LIST, UNIQUE_NONE},
	{"services.*.healthcheck.test", MERGE_OVERRIDE, UNIQUE_NONE},
	{"services.*.label_file", MERGE_LIST, UNIQUE_NONE},
	{"services.*.labels", MERGE_PAIRS, UNIQUE_NONE},
	{"services.*.links", MERGE_DEFAULT, UNIQUE_TEXT},
	{"services.*.logging", MERGE_LOGGING, UNIQUE_NONE},
	{"services.*.models", MERGE_NAMES, UNIQUE_NONE},
	{"services.*.networks", MERGE_NAMES, UNIQUE_NONE},
	{"services.*.networks.*.aliases", MERGE_DEFAULT, UNIQUE_TEXT},
	{"services.*.networks.*.link_local_ips", MERGE_DEFAULT, UNIQUE_TEXT},
	{"services.*.ports", MERGE_DEFAULT, UNIQUE_PORT},
	{"services.*.profiles", MERGE_DEFAULT, UNIQUE_TEXT},
	{"services.*.secrets", MERGE_DEFAULT, UNIQUE_GRANT},
	{"services.*.sysctls", MERGE_PAIRS, UNIQUE_NONE},
	{"services.*.tmpfs", MERGE_LIST, UNIQUE_TEXT},
	{"services.*.ulimits.*", MERGE_ULIMIT, UNIQUE_NONE},
	{"services.*.volumes", MERGE_DEFAULT, UNIQUE_VOLUME},
};

struct compose_path compose_path_next(struct compose_path p, struct slice key)
{
	if (p.depth < COMPOSE_PATH_MAX)
		p.keys[p.depth] = key;
	p.depth++;
	return p;
}

static bool path_is(const struct compose_path *p, const char *pattern)
{
	struct slice rest = slice_from_cstr(pattern), part;
	unsigned i = 0;

	for (; slice_next(&rest, '.', &part); i++) {
		if (i >= p->depth || i >= COMPOSE_PATH_MAX)
			return false;
		struct slice key = p->keys[i];
		if (i == 0 && slice_is(key, "jobs"))
			key = SLICE("services");
		if (!slice_is(part, "*") && !slice_eq(part, key))
			return false;
	}
	return i == p->depth;
}

static const struct merge_row *find_row(const struct compose_path *p)
{
	static const struct merge_row plain = {"", MERGE_DEFAULT, UNIQUE_NONE};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (path_is(p, rows[i].path))
			return &rows[i];
	return &plain;
}

bool merger_take(struct merger *m, size_t count, struct span at)
{
	m->copied += count;
	if (m->copied <= LIMIT_COMPOSE_VALUES)
		return true;
	if (!m->full)
		problem_add(m->problems, PROBLEM_LIMIT, at,
			    "the files together are too large; what follows is left out");
	m->full = true;
	return false;
}

/* ---- the forms of one thing ---- */

static struct value *new_like(struct merger *m, const struct value *v, enum node_type type)
{
	struct value *x = value_share(m->arena, v);

	x->type = type;
	x->first = x->last = NULL;
	x->count = 0;
	return x;
}

/* "NAME=value" as a member of a map; both spans are the item's. */
static struct value *pair_of(struct merger *m, const struct value *item)
{
	struct value *x = value_share(m->arena, item);
	struct slice name, text;
	bool has = slice_split(value_text(item), '=', &name, &text);

	x->key = name;
	x->key_span = item->span;
	x->text = text;
	x->type = has ? NODE_STRING : NODE_NULL;
	return x;
}

static struct value *as_pairs(struct merger *m, const struct value *v)
{
	struct value *map = new_like(m, v, NODE_MAP);

	value_each(it, v)
	{
		if (!merger_take(m, 1, v->span))
			break;
		value_append(map, v->type == NODE_MAP ? value_share(m->arena, it) : pair_of(m, it));
	}
	return map;
}

static struct value *as_names(struct merger *m, const struct value *v)
{
	struct value *map = new_like(m, v, NODE_MAP);

	if (value_scalar(v) && v->type != NODE_NULL) {
		struct value *x = new_like(m, v, NODE_NULL);
		x->key = v->text;
		x->key_span = v->span;
		value_append(map, x);
	}
	value_each(it, v)
	{
		if (!merger_take(m, 1, v->span))
			break;
		struct value *x = value_share(m->arena, it);
		if (v->type == NODE_LIST) {
			x->key = it->text;
			x->key_span = it->span;
			x->type = NODE_NULL;
		}
		value_append(map, x);
	}
	return map;
}

static struct value *as_list(struct merger *m, const struct value *v)
{
	struct value *list = new_like(m, v, NODE_LIST);

	if (value_scalar(v) && v->type != NODE_NULL)
		value_append(list, value_share(m->arena, v));
	value_each(it, v)
	{
		if (!merger_take(m, 1, v->span))
			break;
		struct value *x = value_share(m->arena, it);
		if (v->type == NODE_MAP && it->type == NODE_NULL) {
			x->type = NODE_STRING;
			x->text = it->key;
		} else if (v->type == NODE_MAP && value_scalar(it)) {
			x->type = NODE_STRING;
			x->text = arena_printf(m->arena, "%.*s=%.*s", SLICE_ARG(it->key),
					       SLICE_ARG(it->text));
		}
		x->key = SLICE_EMPTY;
		value_append(list, x);
	}
	return list;
}

static struct value *as_build(struct merger *m, const struct value *v)
{
	if (!value_scalar(v) || v->type == NODE_NULL)
		return value_share(m->arena, v);
	struct value *map = new_like(m, v, NODE_MAP), *context = value_share(m->arena, v);
	context->key = SLICE("context");
	value_append(map, context);
	return map;
}

/* ---- lists whose elements have a name ---- */

static struct slice member_text(const struct value *v, const char *key)
{
	return value_text(value_get(v, slice_from_cstr(key)));
}

static struct slice port_name(struct merger *m, const struct value *v)
{
	struct compose_port p;
	struct slice ip, protocol;

	if (value_scalar(v)) {
		if (!compose_parse_port(value_text(v), &p))
			return value_text(v);
		ip = p.host_ip;
		return arena_printf(m->arena, "%.*s:%u-%u:%u-%u/%.*s", SLICE_ARG(ip), p.host_first,
				    p.host_last, p.target_first, p.target_last,
				    SLICE_ARG(p.protocol));
	}
	uint64_t target = 0, published = 0;
	value_to_u64(value_at(v, "target"), &target);
	value_to_u64(value_at(v, "published"), &published);
	ip = member_text(v, "host_ip");
	protocol = member_text(v, "protocol");
	return arena_printf(m->arena, "%.*s:%u-%u:%u-%u/%.*s", SLICE_ARG(ip), (unsigned)published,
			    (unsigned)published, (unsigned)target, (unsigned)target,
			    SLICE_ARG(slice_empty(protocol) ? SLICE("tcp") : protocol));
}

static struct slice element_name(struct merger *m, const struct value *v, enum unique_kind kind)
{
	struct compose_mount mount;
	struct slice text = value_text(v), head, rest;

	switch (kind) {
	case UNIQUE_PORT:
		return port_name(m, v);
	case UNIQUE_VOLUME:
		if (!value_scalar(v))
			return member_text(v, "target");
		return compose_parse_volume(text, &mount) ? mount.target : text;
	case UNIQUE_DEVICE:
		if (!value_scalar(v))
			return member_text(v, "target");
		return slice_split(text, ':', &head, &rest)
			       ? slice_first(rest, slice_find_byte(rest, ':'))
			       : text;
	case UNIQUE_GRANT:
		if (value_scalar(v))
			return text;
		text = member_text(v, "target");
		return slice_empty(text) ? member_text(v, "source") : text;
	case UNIQUE_PATH:
		return value_scalar(v) ? text : member_text(v, "path");
	case UNIQUE_TEXT:
		return slice_first(text, slice_find_byte(text, '='));
	case UNIQUE_NONE:
	default:
		return text;
	}
}

/* Of elements of one name the last one stays, in the place of the first. */
static struct value *unique_elements(struct merger *m, struct value *list, enum unique_kind kind)
{
	struct value *out = new_like(m, list, NODE_LIST);
	struct map seen;

	map_init(&seen);
	for (struct value *it = list->first, *next; it; it = next) {
		struct slice name = element_name(m, it, kind);
		struct value *before = map_get_ptr(&seen, name);

		next = it->next;
		if (before) {
			struct value *behind = before->next;
			*before = *it;
			before->next = behind;
			continue;
		}
		it->next = NULL;
		map_put_ptr(&seen, name, it);
		value_append(out, it);
	}
	map_release(&seen);
	return out;
}

static struct value *add_lists(struct merger *m, const struct value *base, const struct value *over,
			       enum unique_kind unique)
{
	struct value *list = as_list(m, base), *more = as_list(m, over);
	struct map seen;

	/* Equal texts count once; what is no text is compared where it has a name. */
	map_init(&seen);
	value_each(it, list) if (value_scalar(it)) map_put(&seen, it->text, NULL);
	for (struct value *it = more->first, *next; it; it = next) {
		next = it->next;
		it->next = NULL;
		if (!value_scalar(it) || !map_get(&seen, it->text))
			value_append(list, it);
	}
	map_release(&seen);
	return unique == UNIQUE_NONE ? list : unique_elements(m, list, unique);
}

/* ---- maps ---- */

static struct value *merge_maps(struct merger *m, const struct value *base,
				const struct value *over, struct compose_path path)
{
	struct value *out = new_like(m, base, NODE_MAP);
	struct map later, known;

	map_init(&later);
	map_init(&known);
	value_each(it, over) map_put_ptr(&later, it->key, it);
	value_each(it, base)
	{
		const struct value *o = map_get_ptr(&later, it->key);

		if (!merger_take(m, 1, it->span))
			break;
		map_put(&known, it->key, NULL);
		if (o && slice_is(o->tag, "!reset"))
			continue;
		if (!o)
			value_append(out, value_share(m->arena, it));
		else
			value_append(out,
				     compose_merge(m, it, o, compose_path_next(path, it->key)));
	}
	value_each(it, over)
	{
		if (map_get(&known, it->key) || !merger_take(m, 1, it->span))
			continue;
		value_append(out, value_share(m->arena, it));
	}
	map_release(&later);
	map_release(&known);
	return out;
}

static struct value *mismatch(struct merger *m, const struct value *base, const struct value *over)
{
	struct problem *x =
		problem_add(m->problems, PROBLEM_TYPE, over->span,
			    "\"%.*s\" is of another type in the file that this one is put over",
			    SLICE_ARG(slice_first(over->key, 100)));

	x->other = base->span;
	x->name = over->key;
	return value_share(m->arena, over);
}

static struct value *merge_default(struct merger *m, const struct value *base,
				   const struct value *over, struct compose_path path,
				   enum unique_kind unique)
{
	if (over->type == NODE_NULL)
		return value_share(m->arena, base);
	if (base->type == NODE_MAP)
		return over->type == NODE_MAP ? merge_maps(m, base, over, path)
					      : mismatch(m, base, over);
	if (base->type == NODE_LIST)
		return over->type == NODE_LIST ? add_lists(m, base, over, unique)
					       : mismatch(m, base, over);
	return value_share(m->arena, over);
}

static struct value *merge_as(struct merger *m, const struct value *base, const struct value *over,
			      struct compose_path path, const struct merge_row *row)
{
	switch (row->kind) {
	case MERGE_PAIRS:
		return merge_maps(m, as_pairs(m, base), as_pairs(m, over), path);
	case MERGE_NAMES:
		return merge_maps(m, as_names(m, base), as_names(m, over), path);
	case MERGE_LIST:
		return add_lists(m, base, over, row->unique);
	case MERGE_BUILD:
		return merge_default(m, as_build(m, base), as_build(m, over), path, UNIQUE_NONE);
	case MERGE_LOGGING:
		if (value_at(base, "driver") && value_at(over, "driver") &&
		    !slice_eq(member_text(base, "driver"), member_text(over, "driver")))
			return value_share(m->arena, over);
		return merge_default(m, base, over, path, UNIQUE_NONE);
	case MERGE_ULIMIT:
		if (base->type != NODE_MAP || over->type != NODE_MAP)
			return value_share(m->arena, over);
		return merge_maps(m, base, over, path);
	case MERGE_OVERRIDE:
		return value_share(m->arena, over);
	case MERGE_DEFAULT:
	default:
		return merge_default(m, base, over, path, row->unique);
	}
}

struct value *compose_merge(struct merger *m, const struct value *base, const struct value *over,
			    struct compose_path path)
{
	const struct merge_row *row = find_row(&path);
	struct value *out;

	if (slice_is(over->tag, "!override"))
		out = value_share(m->arena, over);
	else
		out = merge_as(m, base, over, path, row);
	/* The name is the key's, whatever form it had. */
	out->key = base->key;
	if (out->key_span.source == SOURCE_NONE)
		out->key_span = base->key_span;
	return out;
}
