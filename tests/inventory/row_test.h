/*
 * What the tests of inventory rows share: a file is given as text, packages are asked for by
 * name.
 */
#ifndef BULWARK_TESTS_ROW_TEST_H
#define BULWARK_TESTS_ROW_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "inventory/rows.h"

struct row_test {
	const struct inventory_row *row;
	struct arena arena;
	struct slice text;
	struct inventory_output out;
	struct error err;
	bool ok;
};

/* Parses a heap copy without a byte to spare, which is gone when the packages are looked at. */
static inline void row_run_path(struct row_test *t, const struct inventory_row *row, const char *path,
				struct slice text)
{
	char *heap = malloc(text.len ? text.len : 1);

	assert_non_null(heap);
	if (text.len)
		memcpy(heap, text.data, text.len);
	*t = (struct row_test){ .row = row, .text = text, .err = ERROR_INIT };
	arena_init(&t->arena, 0);
	t->out.arena = &t->arena;
	const struct inventory_input in = {
		.path = slice_from_cstr(path), .size = text.len, .bytes = slice_new(heap, text.len),
	};
	t->ok = row->parse(&in, &t->out, &t->err);
	free(heap);
	if (!t->ok)
		assert_int_not_equal(t->err.code, ERR_NONE);
}

static inline void row_run(struct row_test *t, const struct inventory_row *row, struct slice text)
{
	row_run_path(t, row, "a/file", text);
}

static inline void row_end(struct row_test *t)
{
	arena_release(&t->arena);
}

/* Runs and demands that everything could be read. */
static inline void row_read(struct row_test *t, const struct inventory_row *row, struct slice text)
{
	row_run(t, row, text);
	if (!t->ok)
		fail_msg("%s", t->err.message);
	if (t->out.partial.code != ERR_NONE)
		fail_msg("partly: %s", t->out.partial.message);
}

static inline const struct package *row_package(const struct row_test *t, const char *name,
						const char *version)
{
	vec_each(p, &t->out.packages)
		if (slice_eq(p->name, slice_from_cstr(name)) &&
		    slice_eq(p->version, slice_from_cstr(version)))
			return p;
	return NULL;
}

/* The same where the package must be there. */
static inline const struct package *row_must(const struct row_test *t, const char *name,
					     const char *version)
{
	const struct package *p = row_package(t, name, version);

	if (!p) {
		fail_msg("no %s %s", name, version);
		abort(); /* compilers do not know that fail_msg does not return */
	}
	return p;
}

static inline void row_expect(const struct row_test *t, const char *name, const char *version,
			      uint32_t flags)
{
	const struct package *p = row_must(t, name, version);

	if (p->flags != flags)
		fail_msg("%s %s has flags %u, not %u", name, version, p->flags, flags);
	assert_int_equal(p->origin, t->row->origin);
	assert_non_null(p->ecosystem);
	assert_true(p->offset <= t->text.len && p->length <= t->text.len - p->offset);
}

static inline void row_expect_count(const struct row_test *t, size_t count)
{
	if (t->out.packages.count != count)
		fail_msg("%zu packages, not %zu", t->out.packages.count, count);
}

/* What the package's span covers. */
static inline void row_expect_span(const struct row_test *t, const char *name, const char *version,
				   struct slice span)
{
	const struct package *p = row_must(t, name, version);
	struct slice covered = slice_first(slice_from(t->text, p->offset), p->length);

	if (!slice_eq(covered, span))
		fail_msg("\"%.*s\"", SLICE_ARG(covered));
}

static inline void row_expect_depends(const struct row_test *t, const char *name,
				      const char *version, const char *joined)
{
	const struct package *p = row_must(t, name, version);
	struct arena a;

	arena_init(&a, 0);
	struct slice all = arena_join(&a, p->depends.items, p->depends.count, SLICE(" "));
	if (!slice_eq(all, slice_from_cstr(joined)))
		fail_msg("%s depends on \"%.*s\"", name, SLICE_ARG(all));
	arena_release(&a);
}

/* The file could not be read at all, and the message names the place. */
static inline void row_expect_error(struct row_test *t, const char *message)
{
	assert_false(t->ok);
	row_expect_count(t, 0);
	if (!strstr(t->err.message, message))
		fail_msg("%s", t->err.message);
	row_end(t);
}

/* Something was passed over, and the message names the place. */
static inline void row_expect_partial(const struct row_test *t, const char *message)
{
	assert_true(t->ok);
	if (!strstr(t->out.partial.message, message))
		fail_msg("%s", t->out.partial.message);
}

/*
 * Cut at each of its bytes the file is read without harm, and never gives more
 * packages than the whole.  Beyond half of it something must be found.
 */
static inline void row_check_cuts(const struct inventory_row *row, struct slice text)
{
	struct row_test whole, cut;

	row_run(&whole, row, text);
	assert_true(whole.ok);
	for (size_t len = 0; len < text.len; len++) {
		row_run(&cut, row, slice_first(text, len));
		assert_true(cut.out.packages.count <= whole.out.packages.count);
		if (len > text.len / 2)
			assert_true(cut.out.packages.count > 0);
		row_end(&cut);
	}
	row_end(&whole);
}

static inline void row_expect_paths(const struct inventory_row *row, const char *const *yes,
				    const char *const *no)
{
	for (; *yes; yes++)
		if (!row->matches(slice_from_cstr(*yes)) ||
		    (row->ends && !strchr(row->ends, (*yes)[strlen(*yes) - 1])))
			fail_msg("%s does not match", *yes);
	for (; *no; no++)
		if (row->matches(slice_from_cstr(*no)))
			fail_msg("%s matches", *no);
	assert_false(row->matches(SLICE_EMPTY));
}

#endif
