/* Building and updating the index on disk: one writer, many readers, and deaths in between. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "zips.h"

#include "advisory/index_build.h"
#include "advisory/update.h"

static struct arena arena;
static struct run run;
static const char *directory;
static char output[128];

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 0);
	run_init(&run, &arena);
	run.now = NOW;
	run.threads = 2;
	directory = test_directory();
	snprintf(output, sizeof(output), "%s/index", directory);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	test_remove_directory(directory);
	arena_release(&arena);
	return 0;
}

#define RECORD(id, ecosystem, name)                                                                \
	"{'id':'" id "','modified':'2025-12-30','affected':[{'package':{'ecosystem':'" ecosystem   \
	"','name':'" name "'},'versions':['1.0.0']}]}"

static const char *const npm[] = { RECORD("N1", "npm", "a"), RECORD("N2", "npm", "b") };
static const char *const pypi[] = { RECORD("P1", "PyPI", "a"),
				    "{'id':'W','withdrawn':'2025-01-01'}",
				    "{'id':", RECORD("ALBA-1", "PyPI", "z") };
static const char *const redhat[] = { RECORD("R1", "Red Hat:8", "a") };

static void make_bucket(void)
{
	test_zip(directory, "npm", npm, 2);
	test_zip(directory, "PyPI", pypi, 4);
	test_zip(directory, "Red Hat", redhat, 1);
}

static bool build(const struct slice_list *wanted, struct slice_list *missing, struct error *err)
{
	struct index_file_list files;

	*err = (struct error)ERROR_INIT;
	return index_list_directory(directory, wanted, &arena, &files, missing, err) &&
	       index_build(&run, &files, output, err);
}

static uint64_t records_in_place(void)
{
	struct advisory_index index;
	struct error err = ERROR_INIT;

	if (!index_open(output, &index, &err) || !index_verify(&index, &err))
		fail_msg("%s", err.message);
	uint64_t count = index_count(&index, INDEX_RECORDS);
	index_close(&index);
	return count;
}

static void test_build(void **state)
{
	struct slice_list missing = { 0 };
	struct advisory_index index;
	struct error err;

	(void)state;
	make_bucket();
	if (!build(NULL, &missing, &err))
		fail_msg("%s", err.message);
	assert_int_equal(records_in_place(), 4);
	assert_true(index_open(output, &index, &err));
	const struct index_source *rows = index_rows(&index, INDEX_SOURCES, 0, 3, &err);
	struct slice text;
	assert_non_null(rows);
	/* sorted by name: PyPI, Red Hat, npm */
	assert_true(index_string(&index, rows[0].name, &text, &err));
	assert_slice(text, "PyPI/all.zip");
	assert_int_equal(rows[0].records, 3);
	assert_int_equal(rows[0].withdrawn, 1);
	assert_int_equal(rows[0].errata, 1);
	assert_int_equal(rows[0].broken, 1);
	assert_true(index_string(&index, rows[0].first_error, &text, &err));
	assert_true(slice_starts(text, SLICE("2.json: ")));
	assert_true(index_string(&index, rows[2].digest, &text, &err));
	assert_true(slice_starts(text, SLICE("sha256:")));
	index_close(&index);
}

static void test_wanted(void **state)
{
	struct slice_list wanted = { 0 }, missing = { 0 };
	struct error err;

	(void)state;
	make_bucket();
	*vec_add(&arena, &wanted) = SLICE("npm");
	*vec_add(&arena, &wanted) = SLICE("Go");
	*vec_add(&arena, &wanted) = SLICE("../npm");
	assert_true(build(&wanted, &missing, &err));
	assert_int_equal(records_in_place(), 2);
	assert_slice(test_join(&arena, &missing), "Go ../npm");
	wanted.count = 0;
	*vec_add(&arena, &wanted) = SLICE("Go");
	assert_false(build(&wanted, &missing, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_int_equal(records_in_place(), 2);
}

static void test_broken_zip(void **state)
{
	struct slice_list missing = { 0 };
	char path[256];
	struct error err;

	(void)state;
	make_bucket();
	assert_true(build(NULL, &missing, &err));
	snprintf(path, sizeof(path), "%s/npm/all.zip", directory);
	test_write(path, SLICE("PK, but no archive"));
	assert_false(build(NULL, &missing, &err));
	assert_non_null(strstr(err.message, "npm/all.zip"));
	test_write(path, SLICE_EMPTY);
	assert_false(build(NULL, &missing, &err));
	assert_non_null(strstr(err.message, "npm/all.zip"));
	/* the old index stands */
	assert_int_equal(records_in_place(), 4);
}

static void test_lock(void **state)
{
	struct slice_list missing = { 0 };
	struct error err;

	(void)state;
	make_bucket();
	int lock = index_lock(&run, output, &err);
	assert_true(lock >= 0);
	run.deadline_ms = run_monotonic_ms() + 120;
	assert_false(build(NULL, &missing, &err));
	assert_int_equal(err.code, ERR_TIMEOUT);
	run.deadline_ms = 0;
	close(lock);
	assert_true(build(NULL, &missing, &err));
}

/* In a child: reads until told to stop; any trouble is its exit code. */
static void read_on(int stop)
{
	uint64_t rounds = 0;
	char c;

	for (;; rounds++) {
		const struct index_package *package;
		struct advisory_index index;

		if (!index_open(output, &index, NULL))
			_exit(2);
		if (!index_find(&index, SLICE("npm"), SLICE("a"), &package, NULL) || !package)
			_exit(3);
		if (!index_verify(&index, NULL))
			_exit(4);
		index_close(&index);
		ssize_t n = read(stop, &c, 1);
		if (n == 0)
			_exit(rounds > 0 ? 0 : 5);
		if (n < 0 && errno != EAGAIN)
			_exit(6);
	}
}

static void test_readers_during_replacement(void **state)
{
	struct slice_list missing = { 0 };
	pid_t readers[20];
	struct error err;
	int stop[2];

	(void)state;
	make_bucket();
	assert_true(build(NULL, &missing, &err));
	assert_int_equal(pipe(stop), 0);
	for (size_t i = 0; i < 20; i++) {
		readers[i] = fork();
		assert_true(readers[i] >= 0);
		if (readers[i] == 0) {
			close(stop[1]);
			/* "no byte yet" means go on */
			if (fcntl(stop[0], F_SETFL, O_NONBLOCK) < 0)
				_exit(7);
			read_on(stop[0]);
		}
	}
	close(stop[0]);
	for (int i = 0; i < 10; i++) {
		test_zip(directory, "npm", npm, i % 2 ? 2 : 1);
		if (!build(NULL, &missing, &err))
			fail_msg("%s", err.message);
	}
	close(stop[1]);
	for (size_t i = 0; i < 20; i++) {
		int status;

		assert_int_equal(waitpid(readers[i], &status, 0), readers[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

/* Builders killed at any moment: the index is the old one or the new one, and the next builder goes
 * on. */
static void test_killed_builders(void **state)
{
	struct slice_list missing = { 0 };
	struct error err;

	(void)state;
	make_bucket();
	assert_true(build(NULL, &missing, &err));
	for (int i = 0; i < 25; i++) {
		struct timespec pause = { .tv_nsec = 400000L * i };
		pid_t builder = fork();
		int status;

		assert_true(builder >= 0);
		if (builder == 0) {
			for (;;)
				build(NULL, &missing, &err);
		}
		nanosleep(&pause, NULL);
		kill(builder, SIGKILL);
		assert_int_equal(waitpid(builder, &status, 0), builder);
		assert_int_equal(records_in_place(), 4);
	}
	assert_true(build(NULL, &missing, &err));
	assert_int_equal(records_in_place(), 4);
}

/* ------------------------------------------------------------------ update */

static struct update_result update(struct slice mirror, const char *names, bool force)
{
	struct update_options options = { .mirror = mirror, .output = output, .force = force };
	struct slice rest = slice_from_cstr(names), name;
	struct update_result result;
	struct error err = ERROR_INIT;

	while (slice_next(&rest, ',', &name))
		*vec_add(&arena, &options.ecosystems) = name;
	if (!advisory_update(&run, &options, &result, &err))
		fail_msg("%s", err.message);
	return result;
}

static void test_update(void **state)
{
	struct slice mirror = slice_from_cstr(directory);
	struct update_result result;

	(void)state;
	make_bucket();
	result = update(mirror, "npm,Go", false);
	assert_true(result.built);
	assert_int_equal(result.rows.count, 1);
	assert_slice(test_join(&arena, &result.missing), "Go");
	assert_int_equal(records_in_place(), 2);
	/* nothing has changed */
	result = update(mirror, "npm", false);
	assert_false(result.built);
	assert_false(result.rows.items[0].changed);
	assert_true(update(mirror, "npm", true).built);
	/* another ecosystem joins, suffixes do not matter, and what was there stays */
	result = update(mirror, "Red Hat:8", false);
	assert_true(result.built);
	assert_int_equal(records_in_place(), 3);
	assert_false(update(mirror, "npm,Red Hat", false).built);
	/* a file has changed */
	test_zip(directory, "npm", npm, 1);
	assert_true(update(mirror, "npm", false).built);
	assert_int_equal(records_in_place(), 2);
	/* the index was lost, or is another one */
	assert_int_equal(unlink(output), 0);
	assert_true(update(mirror, "npm", false).built);
	/* everything that the mirror has */
	assert_true(update(mirror, "", false).built);
	assert_int_equal(records_in_place(), 3);
}

static void test_file_url(void **state)
{
	char bucket[160];

	(void)state;
	make_bucket();
	snprintf(bucket, sizeof(bucket), "%s/a b", directory);
	assert_int_equal(mkdir(bucket, 0755), 0);
	test_zip(bucket, "npm", npm, 2);
	struct slice url = arena_printf(&arena, "file://%s/a%%20b", directory);
	assert_true(update(url, "npm", false).built);
	assert_int_equal(records_in_place(), 2);
	assert_false(update(url, "npm", false).built);
	/* another mirror is another matter */
	assert_true(update(slice_from_cstr(directory), "Red Hat", false).built);
	assert_int_equal(records_in_place(), 1);
}

static void test_update_refused(void **state)
{
	struct update_options options = { .mirror = slice_from_cstr(directory), .output = output };
	struct update_result result;
	struct error err = ERROR_INIT;

	(void)state;
	make_bucket();
	*vec_add(&arena, &options.ecosystems) = SLICE("../../etc");
	*vec_add(&arena, &options.ecosystems) = SLICE("Go");
	assert_false(advisory_update(&run, &options, &result, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	options.mirror = SLICE("/nonexistent");
	options.ecosystems.count = 0;
	assert_false(advisory_update(&run, &options, &result, &err));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_build),
		TEST(test_wanted),
		TEST(test_broken_zip),
		TEST(test_lock),
		TEST(test_readers_during_replacement),
		TEST(test_killed_builders),
		TEST(test_update),
		TEST(test_file_url),
		TEST(test_update_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
