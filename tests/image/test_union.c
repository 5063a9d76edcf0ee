/*
 * The union of layers: cases by hand, and random layers against a plain model
 * that applies them one after another to a tree of paths.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/limits.h"
#include "image/union.h"

static const struct path_key key = {{1, 2}};

/* One entry of a made-up layer. */
enum made_kind { MADE_DIRECTORY, MADE_FILE, MADE_UNKEPT, MADE_LINK, MADE_WHITEOUT, MADE_OPAQUE };

struct made {
	enum made_kind kind;
	const char *path;
	const char *target; /* of links */
	uint32_t id;	    /* of files */
};

#define LAYER_MAX 24
struct made_layer {
	struct made entries[LAYER_MAX];
	size_t count;
};

static void table_put(struct table *t, uint64_t hash, enum table_kind kind)
{
	uint64_t item = hash | (uint64_t)kind;

	table_append(t, &item, 1);
}

static void put_parents(struct table *t, struct slice path)
{
	for (struct slice dir = path_parent(path); !slice_empty(dir); dir = path_parent(dir))
		table_put(t, path_hash(&key, dir), TABLE_IMPLICIT);
}

static void to_layer(const struct made_layer *made, struct union_layer *l, struct arena *a,
		     bool bottom)
{
	union_layer_init(l);
	l->has_table = !bottom;
	for (size_t i = 0; i < made->count; i++) {
		const struct made *m = &made->entries[i];
		struct slice path = slice_from_cstr(m->path);

		if (m->kind == MADE_WHITEOUT || m->kind == MADE_OPAQUE) {
			*vec_add(a, &l->hidings) =
				(struct union_hiding){path, m->kind == MADE_OPAQUE};
			continue;
		}
		if (!bottom) {
			table_put(&l->table, path_hash(&key, path),
				  m->kind == MADE_DIRECTORY ? TABLE_DIRECTORY : TABLE_OTHER);
			put_parents(&l->table, path);
		}
		if (m->kind == MADE_FILE)
			union_layer_add(l, a,
					(struct union_item){.type = RECORD_FILE,
							    .path = path,
							    .as = path,
							    .file = m->id});
		else if (m->kind == MADE_LINK)
			union_layer_add(l, a,
					(struct union_item){.type = RECORD_SYMLINK,
							    .path = path,
							    .target = slice_from_cstr(m->target)});
	}
	table_finish(&l->table);
}

/* The answer as text, "path=id layer path=id layer ...". */
static void unite(const struct made_layer *made, size_t count, struct buf *out)
{
	struct union_layer layers[8];
	struct union_result result;
	struct arena a;
	struct map asked;
	struct error err = ERROR_INIT;

	arena_init(&a, 0);
	map_init(&asked);
	for (size_t i = 0; i < count; i++)
		to_layer(&made[i], &layers[i], &a, i == 0);
	struct union_context context = {.key = &key, .arena = &a, .asked = &asked};
	assert_true(union_make(&context, layers, count, &result, &err));
	assert_false(result.links_over);
	vec_each (f, &result.files)
		buf_printf(out, "%.*s=%u@%u ", SLICE_ARG(f->path), f->item->file, f->layer);
	for (size_t i = 0; i < count; i++)
		union_layer_release(&layers[i]);
	map_release(&asked);
	arena_release(&a);
}

static void expect(const struct made_layer *made, size_t count, const char *want)
{
	struct buf got;

	buf_init(&got, MIB);
	unite(made, count, &got);
	buf_add_byte(&got, '\0');
	assert_string_equal(got.data, want);
	buf_release(&got);
}

static void test_whiteouts(void **state)
{
	(void)state;
	const struct made_layer layers[] = {
		{{{MADE_FILE, "etc/a", NULL, 1},
		  {MADE_FILE, "etc/b", NULL, 2},
		  {MADE_FILE, "opt/x/c", NULL, 3},
		  {MADE_FILE, "srv/d", NULL, 4}},
		 4},
		{{{MADE_WHITEOUT, "etc/a", NULL, 0},
		  {MADE_WHITEOUT, "opt", NULL, 0},
		  {MADE_FILE, "opt/new", NULL, 5},
		  {MADE_OPAQUE, "srv", NULL, 0},
		  {MADE_DIRECTORY, "srv", NULL, 0},
		  {MADE_FILE, "srv/e", NULL, 6}},
		 6},
	};

	expect(layers, 2, "etc/b=2@0 opt/new=5@1 srv/e=6@1 ");
}

static void test_replaced(void **state)
{
	(void)state;
	const struct made_layer layers[] = {
		{{{MADE_FILE, "a/b/c", NULL, 1},
		  {MADE_FILE, "d", NULL, 2},
		  {MADE_FILE, "e/f", NULL, 3}},
		 3},
		{{{MADE_UNKEPT, "a/b", NULL, 0},
		  {MADE_DIRECTORY, "d", NULL, 0},
		  {MADE_FILE, "e/f", NULL, 4}},
		 3},
	};

	expect(layers, 2, "e/f=4@1 ");
}

static void test_links(void **state)
{
	(void)state;
	const struct made_layer merged[] = {
		{{{MADE_LINK, "lib", "usr/lib", 0}, {MADE_FILE, "usr/lib/apk/db", NULL, 1}}, 2},
		{{{MADE_FILE, "lib/apk/db", NULL, 2}}, 1},
	};
	const struct made_layer replaced[] = {
		{{{MADE_LINK, "lib", "usr/lib", 0}, {MADE_FILE, "usr/lib/apk/db", NULL, 1}}, 2},
		{{{MADE_DIRECTORY, "lib", NULL, 0}, {MADE_FILE, "lib/apk/db", NULL, 2}}, 2},
	};
	const struct made_layer hidden[] = {
		{{{MADE_LINK, "lib", "/usr/lib", 0}, {MADE_FILE, "usr/lib/apk/db", NULL, 1}}, 2},
		{{{MADE_WHITEOUT, "lib/apk/db", NULL, 0}}, 1},
	};
	const struct made_layer outside[] = {
		{{{MADE_LINK, "lib", "../../../usr/lib", 0}}, 1},
		{{{MADE_FILE, "lib/x", NULL, 2}}, 1},
	};
	const struct made_layer loop[] = {
		{{{MADE_LINK, "lib", "lib64", 0}, {MADE_LINK, "lib64", "lib", 0}}, 2},
		{{{MADE_FILE, "lib/x", NULL, 2}, {MADE_FILE, "y", NULL, 3}}, 2},
	};
	const struct made_layer unkept[] = {
		{{{MADE_LINK, "lib", "usr/lib", 0}, {MADE_FILE, "usr/lib/db", NULL, 1}}, 2},
		{{{MADE_UNKEPT, "lib/db", NULL, 0}}, 1},
	};

	expect(merged, 2, "usr/lib/apk/db=2@1 ");
	expect(replaced, 2, "lib/apk/db=2@1 usr/lib/apk/db=1@0 ");
	expect(hidden, 2, "");
	expect(outside, 2, "usr/lib/x=2@1 ");
	expect(loop, 2, "y=3@1 ");
	expect(unkept, 2, "");
}

/* ---- the plain model ---- */

struct plain {
	char path[160];
	enum made_kind kind; /* directory, file, unkept, link */
	const char *target;
	uint32_t id;
	unsigned layer;
	bool followed; /* the layer being applied went through this link */
};

#define PLAIN_MAX 512
struct plain_tree {
	struct plain items[PLAIN_MAX];
	size_t count;
	/*
	 * A layer that no engine could have written: it goes through a path at
	 * which a file stands, replaces a link that it goes through, or its own
	 * entry under another spelling.
	 */
	bool absurd;
	unsigned layer;
};

static struct plain *plain_find(struct plain_tree *t, const char *path)
{
	for (size_t i = 0; i < t->count; i++)
		if (!strcmp(t->items[i].path, path))
			return &t->items[i];
	return NULL;
}

static bool below(const char *path, const char *top)
{
	size_t n = strlen(top);

	return n == 0 ? path[0] != '\0' : !strncmp(path, top, n) && path[n] == '/';
}

static void plain_remove(struct plain_tree *t, const char *path, bool self)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->count; i++)
		if ((below(t->items[i].path, path) || (self && !strcmp(t->items[i].path, path))) &&
		    (t->items[i].followed || t->items[i].layer == t->layer))
			t->absurd = true;
	for (size_t i = 0; i < t->count; i++)
		if (!below(t->items[i].path, path) && !(self && !strcmp(t->items[i].path, path)))
			t->items[kept++] = t->items[i];
	t->count = kept;
}

static struct plain *plain_put(struct plain_tree *t, const char *path, enum made_kind kind)
{
	assert_true(t->count < PLAIN_MAX);
	struct plain *p = &t->items[t->count++];

	*p = (struct plain){.kind = kind, .layer = t->layer};
	snprintf(p->path, sizeof(p->path), "%s", path);
	return p;
}

static void pop(char *path)
{
	char *slash = strrchr(path, '/');

	*(slash ? slash : path) = '\0';
}

/* Walks the path; directories that are missing are made, files in the way give way. */
static bool plain_resolve(struct plain_tree *t, const char *path, bool follow_last, bool make,
			  char *out)
{
	char rest[8192], next[8192 + 256];
	unsigned links = 0;

	snprintf(rest, sizeof(rest), "%s", path);
	out[0] = '\0';
	while (rest[0]) {
		char *slash = strchr(rest, '/');
		char name[160];

		snprintf(name, sizeof(name), "%.*s",
			 (int)(slash ? slash - rest : (long)strlen(rest)), rest);
		snprintf(next, sizeof(next), "%s", slash ? slash + 1 : "");
		memcpy(rest, next, sizeof(rest));
		if (!name[0] || !strcmp(name, "."))
			continue;
		if (!strcmp(name, "..")) {
			pop(out);
			continue;
		}
		size_t len = strlen(out);
		snprintf(out + len, 160 - len, "%s%s", len ? "/" : "", name);
		struct plain *p = plain_find(t, out);
		bool last = strspn(rest, "/") == strlen(rest);
		if (p && p->kind == MADE_LINK && (!last || follow_last)) {
			if (++links > LIMIT_LINK_DEPTH)
				return false;
			p->followed |= make;
			snprintf(next, sizeof(next), "%s/%s", p->target, rest);
			memcpy(rest, next, sizeof(rest));
			pop(out);
			if (p->target[0] == '/')
				out[0] = '\0';
		} else if (!last && make) {
			if (p && p->kind == MADE_DIRECTORY)
				continue;
			t->absurd |= p != NULL;
			plain_remove(t, out, true);
			plain_put(t, out, MADE_DIRECTORY);
		} else if (!last && (!p || p->kind != MADE_DIRECTORY)) {
			return false;
		}
	}
	return true;
}

/* No link of the tree stands above the path. */
static bool direct(struct plain_tree *t, const char *path)
{
	char dir[160];

	snprintf(dir, sizeof(dir), "%s", path);
	for (pop(dir); dir[0]; pop(dir)) {
		struct plain *p = plain_find(t, dir);

		if (p && p->kind == MADE_LINK)
			return false;
	}
	return true;
}

static void plain_entry(struct plain_tree *t, const struct made *m)
{
	char real[160];

	if (!plain_resolve(t, m->path, false, true, real) || !real[0])
		return;
	struct plain *p = plain_find(t, real);
	if (p && p->kind == MADE_DIRECTORY && m->kind == MADE_DIRECTORY)
		return;
	plain_remove(t, real, true);
	p = plain_put(t, real, m->kind);
	p->target = m->target;
	p->id = m->id;
}

static size_t depth(const char *path)
{
	size_t n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

static bool is_entry(const struct made *m)
{
	return m->kind != MADE_WHITEOUT && m->kind != MADE_OPAQUE;
}

/* What the layer itself names is out of the way before whiteouts are looked at. */
static void plain_make_room(struct plain_tree *t, const struct made_layer *l)
{
	for (size_t d = 0; d < 8; d++)
		for (size_t i = 0; i < l->count; i++) {
			const struct made *m = &l->entries[i];
			struct plain *p;

			if (!is_entry(m) || depth(m->path) != d || !direct(t, m->path))
				continue;
			p = plain_find(t, m->path);
			if (p && !(p->kind == MADE_DIRECTORY && m->kind == MADE_DIRECTORY))
				plain_remove(t, m->path, true);
		}
}

static void plain_apply(struct plain_tree *t, const struct made_layer *l)
{
	char real[160];

	for (size_t i = 0; i < t->count; i++)
		t->items[i].followed = false;
	plain_make_room(t, l);
	for (size_t i = 0; i < l->count; i++) {
		const struct made *m = &l->entries[i];

		if (!is_entry(m) && plain_resolve(t, m->path, m->kind == MADE_OPAQUE, false, real))
			plain_remove(t, real, m->kind == MADE_WHITEOUT);
	}
	for (size_t d = 0; d < 8; d++)
		for (size_t i = 0; i < l->count; i++)
			if (l->entries[i].kind == MADE_DIRECTORY && depth(l->entries[i].path) == d)
				plain_entry(t, &l->entries[i]);
	for (size_t i = 0; i < l->count; i++)
		if (l->entries[i].kind == MADE_LINK)
			plain_entry(t, &l->entries[i]);
	for (size_t i = 0; i < l->count; i++)
		if (l->entries[i].kind == MADE_FILE || l->entries[i].kind == MADE_UNKEPT)
			plain_entry(t, &l->entries[i]);
}

static int compare_plain(const void *a, const void *b)
{
	return strcmp(((const struct plain *)a)->path, ((const struct plain *)b)->path);
}

/* False: absurd. */
static bool plain_unite(const struct made_layer *layers, size_t count, struct buf *out)
{
	static struct plain_tree t;

	t.count = 0;
	t.absurd = false;
	for (t.layer = 0; t.layer < count; t.layer++)
		plain_apply(&t, &layers[t.layer]);
	qsort(t.items, t.count, sizeof(t.items[0]), compare_plain);
	for (size_t i = 0; i < t.count; i++)
		if (t.items[i].kind == MADE_FILE)
			buf_printf(out, "%s=%u@%u ", t.items[i].path, t.items[i].id,
				   t.items[i].layer);
	return !t.absurd;
}

/* ---- random layers ---- */

static uint32_t seed;

static uint32_t draw(uint32_t below_this)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)(((uint64_t)seed * below_this) >> 32);
}

static const char *draw_path(struct arena *a, const char *before)
{
	static const char *const names[] = {"a", "b", "c", "d"};
	struct slice path = slice_from_cstr(before);
	uint32_t n = 1 + draw(4);

	for (uint32_t i = 0; i < n; i++)
		path = arena_printf(a, "%.*s%s%s", SLICE_ARG(path), i ? "/" : "", names[draw(4)]);
	return path.data;
}

static const char *draw_target(struct arena *a)
{
	static const char *const before[] = {"", "", "/", "../", "../../", "./"};

	return draw_path(a, before[draw(6)]);
}

/* A layer says one thing of a path, and nothing stands below what is no directory in it. */
static bool fits(const struct made_layer *l, const struct made *m)
{
	for (size_t i = 0; i < l->count; i++) {
		const struct made *o = &l->entries[i];

		if (!is_entry(o) || !is_entry(m)) {
			if (o->kind == m->kind && !strcmp(o->path, m->path))
				return false;
			continue;
		}
		if (!strcmp(o->path, m->path) ||
		    (o->kind != MADE_DIRECTORY && below(m->path, o->path)) ||
		    (m->kind != MADE_DIRECTORY && below(o->path, m->path)))
			return false;
	}
	return true;
}

static void draw_layer(struct made_layer *l, struct arena *a, uint32_t *id)
{
	static const enum made_kind kinds[] = {MADE_DIRECTORY, MADE_FILE,   MADE_FILE,
					       MADE_FILE,      MADE_UNKEPT, MADE_LINK,
					       MADE_WHITEOUT,  MADE_OPAQUE};
	uint32_t count = 1 + draw(10);

	l->count = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct made m = {.kind = kinds[draw(8)], .path = draw_path(a, "")};

		if (m.kind == MADE_LINK)
			m.target = draw_target(a);
		if (m.kind == MADE_FILE)
			m.id = ++*id;
		if (fits(l, &m))
			l->entries[l->count++] = m;
	}
}

static void print_layers(const struct made_layer *layers, size_t count)
{
	static const char *const names[] = {"dir", "file", "unkept", "link", "whiteout", "opaque"};

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < layers[i].count; j++) {
			const struct made *m = &layers[i].entries[j];

			print_message("  layer %zu: %s %s %s %u\n", i, names[m->kind], m->path,
				      m->target ? m->target : "", m->id);
		}
}

static void test_random(void **state)
{
	unsigned bad = 0, compared = 0;

	(void)state;
	for (uint32_t round = 0; round < 80000; round++) {
		struct made_layer layers[5];
		struct buf want, got;
		struct arena a;
		uint32_t id = 0;

		seed = round * 2654435761u + 1;
		arena_init(&a, 0);
		size_t count = 2 + draw(4);
		for (size_t i = 0; i < count; i++)
			draw_layer(&layers[i], &a, &id);
		buf_init(&want, MIB);
		buf_init(&got, MIB);
		bool sound = plain_unite(layers, count, &want);
		unite(layers, count, &got);
		compared += sound;
		if (sound && !slice_eq(buf_slice(&want), buf_slice(&got))) {
			if (bad++ < 3) {
				print_message("round %u: want %.*s, got %.*s\n", round,
					      SLICE_ARG(buf_slice(&want)),
					      SLICE_ARG(buf_slice(&got)));
				print_layers(layers, count);
			}
		}
		buf_release(&want);
		buf_release(&got);
		arena_release(&a);
	}
	print_message("# %u rounds compared\n", compared);
	assert_true(compared > 30000);
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whiteouts),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
