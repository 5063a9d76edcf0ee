/* Made-up records, and indexes of them in memory and on disk. */
#ifndef BULWARK_TESTS_ADVISORY_RECORDS_H
#define BULWARK_TESTS_ADVISORY_RECORDS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "advisory/index.h"
#include "advisory/index_layout.h"
#include "base/limits.h"

#define DAY ((int64_t)24 * 3600)
#define NOW ((int64_t)1767225600) /* 2026-01-01 */

/* Records are written with ' for ". */
static inline struct slice test_json(struct arena *a, const char *text)
{
	char *copy = arena_cstr(a, slice_from_cstr(text));

	for (char *p = copy; *p; p++)
		if (*p == '\'')
			*p = '"';
	return slice_from_cstr(copy);
}

struct test_index {
	struct arena arena;
	struct index_input_list inputs;
	struct buf records;
	struct buf bytes;
	struct advisory_index index;
};

/* `ecosystems` (space-separated) are what the index claims to cover. */
static inline void test_index_init(struct test_index *t, const char *ecosystem_names)
{
	struct slice rest, name;

	*t = (struct test_index){ 0 };
	arena_init(&t->arena, 0);
	buf_init(&t->records, LIMIT_DOCUMENT);
	buf_init(&t->bytes, LIMIT_DOCUMENT);
	*vec_add(&t->arena, &t->inputs) = (struct index_input){ .name = SLICE("made up") };
	rest = slice_from_cstr(ecosystem_names);
	while (slice_next(&rest, ' ', &name))
		*vec_add(&t->arena, &t->inputs) = (struct index_input){ .ecosystem = name };
}

static inline struct osv_record test_record(struct arena *a, const char *json)
{
	struct osv_record record;
	struct error err = ERROR_INIT;

	if (!osv_parse(test_json(a, json), a, &record, &err))
		fail_msg("%s: %s", json, err.message);
	return record;
}

static inline void test_index_add(struct test_index *t, const char *json)
{
	struct osv_record record = test_record(&t->arena, json);

	osv_encode(&record, &t->records);
}

static inline void test_index_build(struct test_index *t, int64_t now)
{
	struct error err = ERROR_INIT;

	t->inputs.items[0].records = buf_slice(&t->records);
	if (!index_layout(&t->inputs, now, &t->bytes, &err) ||
	    !index_open_bytes(buf_slice(&t->bytes), SLICE("test"), &t->index, &err))
		fail_msg("%s", err.message);
	assert_true(index_verify(&t->index, &err));
}

static inline void test_index_release(struct test_index *t)
{
	if (t->index.header)
		index_close(&t->index);
	buf_release(&t->records);
	buf_release(&t->bytes);
	arena_release(&t->arena);
}

static inline void assert_slice(struct slice s, const char *expected)
{
	char *text = malloc(s.len + 1);

	if (s.len)
		memcpy(text, s.data, s.len);
	text[s.len] = '\0';
	assert_string_equal(text, expected);
	free(text);
}

/* "a b c" */
static inline struct slice test_join(struct arena *a, const struct slice_list *list)
{
	return arena_join(a, list->items, list->count, SLICE(" "));
}

static inline void test_write(const char *path, struct slice bytes)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes.data, 1, bytes.len, f), bytes.len);
	assert_int_equal(fclose(f), 0);
}

/* A fresh directory; the answer is static. */
static inline const char *test_directory(void)
{
	static char path[64];

	snprintf(path, sizeof(path), "/tmp/bulwark-test-XXXXXX");
	assert_non_null(mkdtemp(path));
	return path;
}

static inline void test_remove_directory(const char *path)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", path);
	assert_int_equal(system(command), 0);
}

#endif
