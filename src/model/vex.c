#include "model/vex.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/map.h"
#include "base/text.h"
#include "model/vex_match.h"

struct slice vex_status_name(enum vex_status s)
{
	static const struct slice names[VEX_STATUSES] = {
		[VEX_NOT_AFFECTED] = SLICE_INIT("not_affected"),
		[VEX_AFFECTED] = SLICE_INIT("affected"),
		[VEX_FIXED] = SLICE_INIT("fixed"),
		[VEX_UNDER_INVESTIGATION] = SLICE_INIT("under_investigation"),
	};

	return s < VEX_STATUSES ? names[s] : SLICE_EMPTY;
}

/* Statements on one id, the last one first. */
struct chain {
	struct vex_statement *statement;
	struct chain *next;
};

struct judge {
	const struct report *report;
	struct arena *arena; /* scratch, cleared for each finding */
	struct map by_id;    /* id in lower case -> struct chain */
};

static struct slice lower(struct slice s, struct arena *a)
{
	char *out = arena_alloc(a, s.len + 1);

	for (size_t i = 0; i < s.len; i++)
		out[i] = ascii_tolower(s.data[i]);
	return slice_new(out, s.len);
}

static struct slice directory(struct slice path)
{
	size_t slash = slice_rfind_byte(path, '/');

	return slash < path.len ? slice_first(path, slash) : SLICE_EMPTY;
}

/* The program or project that the package is part of: told of by the same file, or one beside it. */
static bool is_part_of(const struct package *p, const struct package *main)
{
	if (!(main->flags & PACKAGE_MAIN) || main == p)
		return false;
	if (slice_eq(p->path, main->path))
		return true;
	return package_origin_row(p->origin)->lock_file && package_origin_row(main->origin)->lock_file &&
	       slice_eq(directory(p->path), directory(main->path));
}

/* The product that holds the package: the image, or the program or project. */
static bool holds(const struct judge *j, const struct purl *product, const struct package *p)
{
	if (vex_covers_image(product, j->report, j->arena))
		return true;
	vec_each(main, &j->report->packages)
		if (is_part_of(p, main) && vex_covers_package(product, main, j->arena))
			return true;
	return false;
}

static bool speaks_of(const struct judge *j, const struct vex_statement *s, const struct package *p)
{
	vec_each(product, &s->products) {
		bool part = product->components.count == 0;

		if (part && vex_covers_package(&product->purl, p, j->arena))
			return true;
		vec_each(component, &product->components)
			part = part || vex_covers_package(component, p, j->arena);
		if (part && holds(j, &product->purl, p))
			return true;
	}
	return false;
}

static const struct vex_statement *later(const struct vex_statement *a, const struct vex_statement *b)
{
	if (!a || !b)
		return a ? a : b;
	if (a->time != b->time)
		return a->time > b->time ? a : b;
	return a > b ? a : b; /* of one time, what was read last */
}

static const struct vex_statement *last_on_id(const struct judge *j, struct slice id, const struct package *p)
{
	const struct vex_statement *best = NULL;

	for (const struct chain *c = map_get_ptr(&j->by_id, lower(id, j->arena)); c; c = c->next)
		if (later(c->statement, best) == c->statement && speaks_of(j, c->statement, p))
			best = c->statement;
	return best;
}

static const struct vex_statement *last_on(const struct judge *j, const struct match *m)
{
	const struct vulnerability *v = m->vulnerability;
	const struct vex_statement *best = last_on_id(j, v->id, m->package);

	vec_each(id, &v->aliases)
		best = later(best, last_on_id(j, *id, m->package));
	vec_each(id, &v->record_ids)
		best = later(best, last_on_id(j, *id, m->package));
	return best;
}

static bool clears(const struct vex_statement *s)
{
	return s && (s->status == VEX_NOT_AFFECTED || s->status == VEX_FIXED);
}

/* An erratum is cleared when each flaw that it fixes is; the last of the statements stands for all. */
static const struct vex_statement *last_on_fixes(const struct judge *j, const struct match *m)
{
	const struct vex_statement *best = NULL;

	vec_each(cve, &m->vulnerability->fixes) {
		const struct vex_statement *s = last_on_id(j, *cve, m->package);

		if (!clears(s))
			return NULL;
		best = later(best, s);
	}
	return best;
}

/* "VEX Example Co: vulnerable_code_not_present (not called)" */
static struct slice reason_of(const struct vex_statement *s, struct arena *a)
{
	struct slice author = slice_empty(s->author) ? s->origin : s->author;
	struct slice why = slice_empty(s->justification) ? s->impact : s->justification;
	bool both = !slice_empty(s->justification) && !slice_empty(s->impact);

	if (slice_empty(why))
		why = vex_status_name(s->status);
	return arena_printf(a, "VEX %.*s: %s%.*s%s%.*s%s", SLICE_ARG(author),
			    s->status == VEX_FIXED && !slice_is(why, "fixed") ? "fixed, " : "", SLICE_ARG(why),
			    both ? " (" : "", SLICE_ARG(both ? s->impact : SLICE_EMPTY), both ? ")" : "");
}

static void annotate(struct assessment *x, const struct vex_statement *s, struct arena *a)
{
	struct slice author = slice_empty(s->author) ? s->origin : s->author;

	*vec_add(a, &x->evidence) = (struct evidence){
		.key = SLICE("vex"),
		.value = arena_printf(a, "%.*s: %.*s%s%.*s", SLICE_ARG(author), SLICE_ARG(vex_status_name(s->status)),
				      slice_empty(s->impact) ? "" : ", ", SLICE_ARG(s->impact)),
	};
}

static void judge(const struct judge *j, struct assessment *x, struct arena *a)
{
	const struct vex_statement *s = last_on(j, x->match);

	if (!s)
		s = last_on_fixes(j, x->match);
	if (!s)
		return;
	x->vex = s;
	((struct vex_statement *)(uintptr_t)s)->used = true;
	if (!clears(s))
		annotate(x, s, a);
	else if (slice_empty(x->suppressed_by))
		x->suppressed_by = reason_of(s, a);
}

static void note_unnamed(const struct vex *v, struct report *r, struct arena *a)
{
	vec_each(d, &v->documents)
		if (d->unnamed)
			gap_add(&r->gaps, a, GAP_NOTE, GAP_REASON_UNSUPPORTED, d->name,
				"%zu products of its VEX statements have no purl that could be looked for", d->unnamed);
}

void vex_apply(struct vex *v, struct report *r, struct arena *a)
{
	struct arena names, scratch;
	struct judge j = { .report = r, .arena = &scratch };

	arena_init(&names, 0);
	arena_init(&scratch, 0);
	map_init(&j.by_id);
	vec_each(s, &v->statements)
		vec_each(id, &s->ids) {
			uint64_t *first = map_put(&j.by_id, lower(*id, &names), NULL);
			struct chain *c = arena_new(&names, struct chain);

			*c = (struct chain){ s, (struct chain *)(uintptr_t)*first };
			*first = (uint64_t)(uintptr_t)c;
		}
	vec_each(x, &r->assessments)
		if (x->match && x->match->vulnerability) {
			judge(&j, x, a);
			arena_release(&scratch);
			arena_init(&scratch, 0);
		}
	note_unnamed(v, r, a);
	map_release(&j.by_id);
	arena_release(&scratch);
	arena_release(&names);
}
