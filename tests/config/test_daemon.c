#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "config/daemon_json.h"

static struct arena arena;
static struct source_table sources;
static struct problem_list problems;
static struct daemon_config config;

static void assert_text(struct slice have, const char *want)
{
	if (!slice_eq(have, slice_from_cstr(want)))
		fail_msg("\"%.*s\" in place of \"%s\"", SLICE_ARG(have), want);
}

static void add_file(const char *text)
{
	struct slice s = slice_from_cstr(text);

	daemon_add_file(&config, s, source_add(&sources, SLICE("daemon.json"), s, -1));
}

static void read_unit(struct unit_file *u, const char *text)
{
	struct slice s = slice_from_cstr(text);

	unit_read(u, s, source_add(&sources, SLICE("unit"), s, -1));
}

__attribute__((noinline)) static const struct problem *find_problem(enum problem_kind kind,
								    const char *name)
{
	vec_each(it, &config.problems.list)
		if (it->kind == kind && slice_eq(it->name, slice_from_cstr(name)))
			return it;
	return NULL;
}

/* The packaged unit's line, as moby's contrib/init/systemd has it. */
#define UNIT                                                                                       \
	"[Unit]\nDescription=Docker\n[Service]\nType=notify\n"                                     \
	"ExecStart=/usr/bin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock\n"

static void test_units(void **state)
{
	struct unit_word_list words = {0};
	struct slice prefix;
	struct unit_file u;

	(void)state;
	unit_init(&u, &arena, &problems);
	read_unit(&u,
		  "# c\n[Service]\nA=1\nExecStart=-/bin/x \"a b\" 'c\\x' \\\n  # inside\n  d\\te "
		  "\\\n  $F\n"
		  "B = two words \n; c\nExecStart=\nExecStart=@/bin/y z\nbad line\n[Other]\nA=2\n");
	assert_text(unit_get(&u, SLICE("Service"), SLICE("A"))->value, "1");
	assert_text(unit_get(&u, SLICE("Other"), SLICE("A"))->value, "2");
	assert_text(unit_get(&u, SLICE("Service"), SLICE("B"))->value, "two words");
	assert_int_equal(problems.list.count, 1);
	const struct unit_entry *e = unit_get(&u, SLICE("Service"), SLICE("ExecStart"));
	assert_text(e->value, "@/bin/y z");
	assert_true(unit_split_command(e, &sources, &arena, &words, &prefix));
	assert_text(prefix, "@");
	assert_int_equal(words.count, 2);
	/* The first one was reset; it is still there to be looked at. */
	e = &u.entries.items[1];
	assert_true(e->dropped);
	assert_text(e->value, "-/bin/x \"a b\" 'c\\x' d\\te $F");
	words = (struct unit_word_list){0};
	unit_read(&u, SLICE("[Service]\nExecStart=/x \"open\n"), 0);
	assert_false(unit_split_command(&u.entries.items[u.entries.count - 1], &sources, &arena,
					&words, NULL));
}

static void test_split(void **state)
{
	struct unit_word_list words = {0};
	struct unit_file u;

	(void)state;
	unit_init(&u, &arena, &problems);
	read_unit(&u, "[Service]\nExecStart=/bin/x \"a b\" 'c\\\\d' e\\ f \\\n  g\n");
	assert_true(unit_split_command(&u.entries.items[0], &sources, &arena, &words, NULL));
	assert_text(words.items[0].text, "/bin/x");
	assert_text(words.items[1].text, "a b");
	assert_text(words.items[2].text, "c\\d");
	assert_text(words.items[words.count - 1].text, "g");
	assert_int_equal(words.items[1].span.offset, 27);
	assert_int_equal(words.items[1].span.length, 5);
}

static void test_drop_ins(void **state)
{
	struct slice paths[] = {
		SLICE("/usr/lib/systemd/system/docker.service.d/20-b.conf"),
		SLICE("/etc/systemd/system/docker.service.d/10-a.conf"),
		SLICE("/etc/systemd/system/docker.service.d/20-b.conf"),
		SLICE("/run/systemd/system/docker.service.d/05-c.conf"),
	};
	size_t count = ARRAY_LEN(paths);

	(void)state;
	unit_drop_in_order(paths, &count);
	assert_int_equal(count, 3);
	assert_text(paths[0], "/run/systemd/system/docker.service.d/05-c.conf");
	assert_text(paths[2], "/etc/systemd/system/docker.service.d/20-b.conf");
}

static void test_file(void **state)
{
	(void)state;
	add_file("{ # a comment\n\"icc\": false, \"default-ulimit\": [], \"resolv-conf\": \"x\", "
		 "\"log-opts\":"
		 " {\"max-size\": \"1m\"}, \"live-restor\": true, \"debug\": \"yes\", "
		 "\"http-proxy\": \"x\","
		 " \"dns\": [\"1.1.1.1\", \"8.8.8.8\"], \"proxies\": {\"https-proxy\": \"p\"}}");
	daemon_config_finish(&config);
	assert_false(config.will_start);
	assert_non_null(find_problem(PROBLEM_COMMENT, ""));
	assert_text(find_problem(PROBLEM_IGNORED, "default-ulimit")->suggestion, "default-ulimits");
	assert_non_null(find_problem(PROBLEM_REJECTED, "resolv-conf"));
	assert_text(find_problem(PROBLEM_UNKNOWN_KEY, "live-restor")->suggestion, "live-restore");
	assert_non_null(find_problem(PROBLEM_TYPE, "debug"));
	assert_non_null(find_problem(PROBLEM_IGNORED, "http-proxy"));
	assert_false(daemon_truth(&config, SLICE("icc"), true));
	assert_true(daemon_truth(&config, SLICE("iptables"), true));
	assert_text(daemon_get(&config, SLICE("log-opts"))->text, "max-size=1m");
	assert_text(daemon_get(&config, SLICE("https-proxy"))->text, "p");
	size_t i = 0, n = 0;
	for (; daemon_next(&config, SLICE("dns"), &i); i++)
		n++;
	assert_int_equal(n, 2);
}

static void test_conflicts(void **state)
{
	struct unit_file u;

	(void)state;
	unit_init(&u, &arena, &problems);
	read_unit(&u, UNIT);
	add_file("{\"hosts\": [\"unix:///var/run/docker.sock\"], \"tls\": true, \"bridge\": \"b\", "
		 "\"bip\": \"10.0.0.1/24\"}");
	daemon_add_unit(&config, &u, NULL, &sources);
	daemon_config_finish(&config);
	assert_true(config.socket_activated);
	assert_false(config.will_start);
	assert_non_null(find_problem(PROBLEM_CONFLICT, "hosts"));
	assert_non_null(find_problem(PROBLEM_CONFLICT, "bip"));
	assert_non_null(find_problem(PROBLEM_IGNORED, "tls"));
	assert_text(daemon_get(&config, SLICE("containerd"))->text,
		    "/run/containerd/containerd.sock");
}

static void test_drop_in_fixes_it(void **state)
{
	struct unit_file u;

	(void)state;
	unit_init(&u, &arena, &problems);
	read_unit(&u, UNIT);
	read_unit(&u, "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -D --log-level=debug "
		      "--log-level info -H=tcp://0.0.0.0:1 --no-new-privileges=false\n"
		      "Environment=\"DOCKER_TLS_VERIFY=1\" HTTP_PROXY=http://p\n");
	add_file("{\"live-restore\": true}");
	daemon_add_unit(&config, &u, NULL, &sources);
	daemon_config_finish(&config);
	assert_true(config.will_start);
	assert_false(config.socket_activated);
	assert_true(daemon_truth(&config, SLICE("debug"), false));
	assert_text(daemon_get(&config, SLICE("log-level"))->text, "info");
	assert_text(daemon_get(&config, SLICE("hosts"))->text, "tcp://0.0.0.0:1");
	assert_false(daemon_truth(&config, SLICE("no-new-privileges"), true));
	assert_true(daemon_truth(&config, SLICE("tlsverify"), false));
	assert_text(daemon_get(&config, SLICE("http-proxy"))->text, "http://p");
	assert_int_equal(config.problems.list.count, 0);
}

static bool find_opts(const void *context, struct slice name, struct slice *ret)
{
	(void)context;
	*ret = SLICE(" --icc=false  '-l' \"warn\" ");
	return slice_is(name, "DOCKER_OPTS");
}

static void test_variables(void **state)
{
	struct env_lookup lookup = {find_opts, NULL};
	struct unit_file u;

	(void)state;
	unit_init(&u, &arena, &problems);
	read_unit(&u, "[Service]\nEnvironment=\"R=/data\" G=x\nExecStart=/usr/bin/dockerd "
		      "$DOCKER_OPTS --data-root=${R}/docker $NONE --grop x\n"
		      "ExecStart=/second\n");
	daemon_add_unit(&config, &u, &lookup, &sources);
	daemon_config_finish(&config);
	/* Two commands are refused; the last one is what is looked at. */
	assert_non_null(find_problem(PROBLEM_CONFLICT, "ExecStart"));
	daemon_config_init(&config, &arena);
	u.entries.count--;
	daemon_add_unit(&config, &u, &lookup, &sources);
	daemon_config_finish(&config);
	assert_false(daemon_truth(&config, SLICE("icc"), true));
	assert_text(daemon_get(&config, SLICE("log-level"))->text, "warn");
	assert_text(daemon_get(&config, SLICE("data-root"))->text, "/data/docker");
	assert_non_null(find_problem(PROBLEM_UNKNOWN_KEY, "grop"));
}

static void test_keys(void **state)
{
	size_t count;
	const struct daemon_key *keys = daemon_keys(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_ptr_equal(daemon_key_find(keys[i].name), &keys[i]);
		if (i)
			assert_true(slice_cmp(keys[i - 1].name, keys[i].name) < 0);
		if (!slice_empty(keys[i].instead))
			assert_int_equal(daemon_key_find(keys[i].instead)->status,
					 DAEMON_EFFECTIVE);
	}
	assert_null(daemon_key_find(SLICE("nothing")));
	assert_text(daemon_flag_find(SLICE("H"))->name, "hosts");
}

/* The same against the table of facts that stands beside the tree. */
static void test_key_table(void **state)
{
	const char *cases = getenv("BULWARK_CASES"), *source = getenv("BULWARK_SOURCE");
	struct slice text, line, name, type, status, rest;
	size_t count, rows = 0;
	char path[4096];

	(void)state;
	snprintf(path, sizeof(path), "%s%s/tables/daemon_keys.tsv",
		 cases	  ? cases
		 : source ? source
			  : ".",
		 cases ? "" : "/../shared/cases");
	if (!io_read_file(AT_FDCWD, path, MIB, &arena, &text, NULL)) {
		print_message("# skipped: no %s\n", path);
		skip();
	}
	slice_next_line(&text, &line);
	while (slice_next_line(&text, &line)) {
		slice_split(line, '\t', &name, &rest);
		slice_split(rest, '\t', &type, &rest);
		slice_split(rest, '\t', &status, &rest);
		const struct daemon_key *key = daemon_key_find(name);
		assert_non_null(key);
		assert_int_equal(key->status == DAEMON_EFFECTIVE, slice_is(status, "effective"));
		assert_int_equal(key->status == DAEMON_REJECTED,
				 slice_starts(status, SLICE("rejected")));
		assert_int_equal(key->type == DAEMON_BOOL, slice_is(type, "bool"));
		assert_int_equal(key->type == DAEMON_INT, slice_is(type, "int"));
		rows++;
	}
	daemon_keys(&count);
	assert_int_equal(rows, count);
}

static void test_truncated(void **state)
{
	struct slice unit = SLICE("[Service]\nEnvironment='A=b' \"C=d\"\nExecStart=-/x -DH fd:// "
				  "--icc=${A} \\\n # c\n $C --hosts\n");
	struct slice file = SLICE("{\"hosts\": [\"a\"], \"proxies\": {\"x\": 1}, \"runtimes\": "
				  "{\"r\": {\"path\": 1}}, \"tls\": true, }");

	(void)state;
	for (size_t i = 0; i <= unit.len || i <= file.len; i++) {
		size_t n = i < unit.len ? i : unit.len, m = i < file.len ? i : file.len;
		char *a = malloc(n + 1), *b = malloc(m + 1);
		struct unit_file u;

		memcpy(a, unit.data, n);
		memcpy(b, file.data, m);
		daemon_config_init(&config, &arena);
		unit_init(&u, &arena, &problems);
		unit_read(&u, slice_new(a, n),
			  source_add(&sources, SLICE("u"), slice_new(a, n), -1));
		daemon_add_file(&config, slice_new(b, m), 0);
		daemon_add_unit(&config, &u, NULL, &sources);
		daemon_config_finish(&config);
		free(a);
		free(b);
	}
}

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 0);
	source_table_init(&sources, &arena);
	problem_list_init(&problems, &arena);
	daemon_config_init(&config, &arena);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_units),     TEST(test_split),	    TEST(test_drop_ins),
		TEST(test_file),      TEST(test_conflicts), TEST(test_drop_in_fixes_it),
		TEST(test_variables), TEST(test_keys),	    TEST(test_key_table),
		TEST(test_truncated),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
