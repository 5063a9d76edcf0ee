/* `sbom diff`: what came, went and changed between two targets. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "format/json.h"
#include "scan/scan.h"

struct diff_config {
	struct session_config session;
	struct slice format;
	struct slice platform;
};

static const char *const formats[] = { "table", "json", NULL };

static const struct option_row diff_options[] = {
	{ .name = "format", .letter = 'f', .kind = OPTION_TEXT, .argument = "FORMAT",
	  .help = "how the differences are written", .fallback = "table", .values = formats,
	  .offset = offsetof(struct diff_config, format) },
	{ .name = "platform", .kind = OPTION_TEXT, .argument = "OS/ARCH", .help = "the platform of an image index",
	  .fallback = "linux and this machine's", .offset = offsetof(struct diff_config, platform) },
	{ 0 },
};

static const struct option_row *const diff_groups[] = { diff_options, session_options, NULL };

static void diff_defaults(void *config)
{
	struct diff_config *c = config;

	session_config_init(&c->session);
	c->format = SLICE("table");
}

enum change { ADDED, REMOVED, CHANGED };

static const char *const change_names[] = { [ADDED] = "added", [REMOVED] = "removed", [CHANGED] = "changed" };

struct difference {
	enum change change;
	const struct package *before, *after; /* NULL: not there */
};
struct difference_list VEC_OF(struct difference);

/*
 * A package without its version; where one is there in several versions, the
 * versions pair off in their order, so that what stayed is not told as changed.
 */
static struct slice identity(const struct package *p, struct arena *a)
{
	return arena_printf(a, "%.*s\n%.*s\n%.*s", SLICE_ARG(package_origin_row(p->origin)->purl_type), SLICE_ARG(p->name),
			    SLICE_ARG(p->architecture));
}

struct versions {
	struct VEC_OF(const struct package *) packages;
};

/* Each version of a package once: lock files and folders repeat them. */
static void collect(const struct report *r, struct arena *a, struct map *ret)
{
	vec_each(p, &r->packages) {
		bool is_new, known = false;

		if (p->flags & PACKAGE_NOT_INSTALLED)
			continue;
		uint64_t *place = map_put(ret, identity(p, a), &is_new);
		if (is_new)
			*place = (uint64_t)(uintptr_t)arena_new(a, struct versions);
		struct versions *v = (struct versions *)(uintptr_t)*place;
		vec_each(other, &v->packages)
			known |= slice_eq((*other)->version, p->version);
		if (!known)
			*vec_add(a, &v->packages) = p;
	}
}

static bool holds(const struct versions *v, struct slice version)
{
	if (v)
		vec_each(p, &v->packages)
			if (slice_eq((*p)->version, version))
				return true;
	return false;
}

/* Versions of `v` that `other` lacks, in order. */
static void lacking(const struct versions *v, const struct versions *other, struct arena *a, struct versions *ret)
{
	if (v)
		vec_each(p, &v->packages)
			if (!holds(other, (*p)->version))
				*vec_add(a, &ret->packages) = *p;
}

static void compare(const struct versions *before, const struct versions *after, struct arena *a,
		    struct difference_list *ret)
{
	struct versions gone = { 0 }, came = { 0 };

	lacking(before, after, a, &gone);
	lacking(after, before, a, &came);
	for (size_t i = 0; i < gone.packages.count || i < came.packages.count; i++) {
		struct difference *d = vec_add(a, ret);

		d->before = i < gone.packages.count ? gone.packages.items[i] : NULL;
		d->after = i < came.packages.count ? came.packages.items[i] : NULL;
		d->change = !d->before ? ADDED : !d->after ? REMOVED : CHANGED;
	}
}

static int order(const void *left, const void *right)
{
	const struct difference *a = left, *b = right;
	const struct package *x = a->after ? a->after : a->before, *y = b->after ? b->after : b->before;
	int by = slice_cmp(package_origin_row(x->origin)->purl_type, package_origin_row(y->origin)->purl_type);

	by = by ? by : slice_cmp(x->name, y->name);
	by = by ? by : slice_cmp(x->architecture, y->architecture);
	by = by ? by : (int)a->change - (int)b->change;
	return by ? by : slice_cmp(x->version, y->version);
}

static void differences(const struct report *before, const struct report *after, struct arena *a,
			struct difference_list *ret)
{
	CLEANUP(map_release) struct map old;
	CLEANUP(map_release) struct map new;
	struct map_entry *e;

	map_init(&old);
	map_init(&new);
	collect(before, a, &old);
	collect(after, a, &new);
	for (size_t i = 0; (e = map_at(&old, &i)); i++)
		compare(map_get_ptr(&old, e->key), map_get_ptr(&new, e->key), a, ret);
	for (size_t i = 0; (e = map_at(&new, &i)); i++)
		if (!map_get(&old, e->key))
			compare(NULL, map_get_ptr(&new, e->key), a, ret);
	if (ret->count)
		qsort(ret->items, ret->count, sizeof(*ret->items), order);
}

static void write_table(const struct difference_list *list, struct buf *out)
{
	static const char marks[] = { [ADDED] = '+', [REMOVED] = '-', [CHANGED] = '~' };
	size_t counts[3] = { 0 };

	vec_each(d, list) {
		const struct package *p = d->after ? d->after : d->before;

		counts[d->change]++;
		buf_printf(out, "%c %-8.*s ", marks[d->change], SLICE_ARG(package_origin_row(p->origin)->purl_type));
		text_add_safe(out, p->name);
		buf_add_byte(out, ' ');
		if (d->before)
			text_add_safe(out, d->before->version);
		if (d->change == CHANGED)
			buf_add_lit(out, " -> ");
		if (d->after)
			text_add_safe(out, d->after->version);
		buf_add_byte(out, '\n');
	}
	buf_printf(out, "%zu added, %zu removed, %zu changed\n", counts[ADDED], counts[REMOVED], counts[CHANGED]);
}

static void write_side(struct json_writer *w, const char *key, const struct package *p, struct arena *a)
{
	if (!p)
		return;
	json_key(w, key);
	json_begin_object(w);
	json_member(w, "name", p->name);
	json_member(w, "version", p->version);
	json_member_opt(w, "purl", package_purl(p, a));
	json_member_opt(w, "path", p->path);
	json_end_object(w);
}

static void write_json(const struct difference_list *list, const struct report *before, const struct report *after,
		       struct arena *a, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 2);
	json_begin_object(&w);
	json_member(&w, "before", before->target);
	json_member(&w, "after", after->target);
	json_key(&w, "complete");
	json_bool(&w, before->complete && after->complete);
	json_key(&w, "differences");
	json_begin_array(&w);
	vec_each(d, list) {
		json_begin_object(&w);
		json_member(&w, "change", slice_from_cstr(change_names[d->change]));
		write_side(&w, "before", d->before, a);
		write_side(&w, "after", d->after, a);
		json_end_object(&w);
	}
	json_end_array(&w);
	json_end_object(&w);
	buf_add_byte(out, '\n');
}

static bool read_target(struct session *s, const struct diff_config *config, struct slice name, struct policy *policy,
			struct report *ret, struct error *err)
{
	struct advisory_set set = { 0 };
	const struct scan_options options = { .target = { .name = name, .platform = config->platform } };
	bool ok = scan_run(&s->run, &options, policy, &set, ret, err);

	session_end_progress(s);
	advisory_set_release(&set);
	return ok;
}

static void tell_gaps(const struct report *r)
{
	vec_each(g, &r->gaps)
		if (g->kind == GAP_BLOCKING)
			cli_message("%.*s: incomplete: %.*s", SLICE_ARG(r->target), SLICE_ARG(g->message));
}

static bool diff(struct invocation *in, struct session *s, int *ret_code, struct error *err)
{
	const struct diff_config *config = in->config;
	struct report before, after;
	struct difference_list list = { 0 };
	struct policy policy;
	struct buf out;

	policy_init(&policy);
	if (!read_target(s, config, in->arguments.items[0], &policy, &before, err))
		return false;
	s->run.gaps = (struct gap_list){ 0 };
	if (!read_target(s, config, in->arguments.items[1], &policy, &after, err))
		return false;
	differences(&before, &after, in->arena, &list);
	buf_init(&out, GIB);
	if (slice_is(config->format, "json"))
		write_json(&list, &before, &after, in->arena, &out);
	else
		write_table(&list, &out);
	bool ok = session_write(s, buf_slice(&out), err);
	buf_release(&out);
	tell_gaps(&before);
	tell_gaps(&after);
	*ret_code = !before.complete || !after.complete ? EXIT_INCOMPLETE : list.count ? EXIT_FINDINGS : EXIT_NONE;
	return ok;
}

static int run_diff(struct invocation *in)
{
	const struct diff_config *config = in->config;
	struct error err = ERROR_INIT;
	struct session session;
	int code = EXIT_INCOMPLETE;

	if (session_begin(&session, &config->session, in->arena, &err) && diff(in, &session, &code, &err))
		return code;
	session_end_progress(&session);
	cli_error(&err);
	return err.code == ERR_USAGE ? EXIT_USAGE : EXIT_INCOMPLETE;
}

static const char *const diff_examples[] = {
	"bulwark sbom diff app-1.0.tar app-1.1.tar",
	"bulwark sbom diff -f json before.cdx.json registry://example.com/app:2",
	NULL,
};

const struct command command_sbom_diff = {
	.name = "sbom diff",
	.operands = "BEFORE AFTER",
	.operands_min = 2,
	.operands_max = 2,
	.summary = "Tell which packages came, went and changed between two targets",
	.description = "BEFORE and AFTER are targets as for `bulwark scan`; bills of materials (CycloneDX and SPDX JSON) are targets as well.\n\n"
		       "The exit code is 0 when nothing differs, 1 when something does, and 3 when a target could not be read whole.",
	.examples = diff_examples,
	.options = diff_groups,
	.config_size = sizeof(struct diff_config),
	.defaults = diff_defaults,
	.run = run_diff,
};
