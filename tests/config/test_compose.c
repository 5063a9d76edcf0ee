#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "config/compose.h"
#include "config/doc_edit.h"

static struct arena arena;
static struct source_table sources;
static struct compose_project project;

/* Files by path, up to a NULL. */
struct memory_file {
	const char *path, *text;
};

static bool read_memory(void *context, struct slice path, struct arena *a, struct slice *ret,
			struct error *err)
{
	(void)a;
	for (const struct memory_file *f = context; f->path; f++) {
		if (!slice_eq(path, slice_from_cstr(f->path)))
			continue;
		*ret = slice_from_cstr(f->text);
		return true;
	}
	return error_set(err, ERR_NOT_FOUND, "no such file");
}

static bool load(struct memory_file *disk, struct compose_options *o)
{
	struct config_files files = {read_memory, disk};

	source_table_init(&sources, &arena);
	return compose_load(o, &files, &sources, &arena, &project, NULL);
}

static const struct compose_service *load_one(const char *text, const char *service)
{
	struct compose_options o = {
		.have_text = true, .text = slice_from_cstr(text), .no_files = true};

	load(NULL, &o);
	return compose_find_service(&project, slice_from_cstr(service));
}

static void assert_text(struct slice have, const char *want)
{
	if (!slice_eq(have, slice_from_cstr(want)))
		fail_msg("\"%.*s\" in place of \"%s\"", SLICE_ARG(have), want);
}

/* The bytes that a span means, wherever they stand. */
static void assert_at(struct span s, const char *file, const char *want)
{
	const struct source *source = source_get(&sources, s.source);

	assert_text(source->name, file);
	assert_text(slice_first(slice_from(source->bytes, (size_t)s.offset), (size_t)s.length),
		    want);
}

__attribute__((noinline)) static const struct problem *find_problem(enum problem_kind kind,
								    const char *name)
{
	vec_each(it, &project.problems.list)
		if (it->kind == kind && slice_eq(it->name, slice_from_cstr(name)))
			return it;
	return NULL;
}

static const char *variable(const struct compose_service *s, const char *name)
{
	vec_each(it, &s->environment)
		if (slice_eq(it->name, slice_from_cstr(name)))
			return it->has_value ? arena_cstr(&arena, it->value) : "(none)";
	return "(absent)";
}

/* ---- texts ---- */

struct port_row {
	const char *text;
	bool ok;
	const char *ip, *protocol;
	unsigned h1, h2, t1, t2;
};

/* docker/go-connections' forms, and the specification's. */
static const struct port_row port_rows[] = {
	{"3000", true, "", "tcp", 0, 0, 3000, 3000},
	{"3000-3005", true, "", "tcp", 0, 0, 3000, 3005},
	{"8000:8000", true, "", "tcp", 8000, 8000, 8000, 8000},
	{"9090-9091:8080-8081", true, "", "tcp", 9090, 9091, 8080, 8081},
	{"49100:22", true, "", "tcp", 49100, 49100, 22, 22},
	{"8000-9000:80", true, "", "tcp", 8000, 9000, 80, 80},
	{"127.0.0.1:8001:8001", true, "127.0.0.1", "tcp", 8001, 8001, 8001, 8001},
	{"127.0.0.1:5000-5010:5000-5010", true, "127.0.0.1", "tcp", 5000, 5010, 5000, 5010},
	{"127.0.0.1::5000", true, "127.0.0.1", "tcp", 0, 0, 5000, 5000},
	{"[::1]:6001:6001", true, "::1", "tcp", 6001, 6001, 6001, 6001},
	{"::1:6001:6001", true, "::1", "tcp", 6001, 6001, 6001, 6001},
	{"6060:6060/udp", true, "", "udp", 6060, 6060, 6060, 6060},
	{"80:80/sctp", true, "", "sctp", 80, 80, 80, 80},
	{"80:80/icmp", false, "", "", 0, 0, 0, 0},
	{"80:70000", false, "", "", 0, 0, 0, 0},
	{"0:80", true, "", "tcp", 0, 0, 80, 80},
	{"80:0", false, "", "", 0, 0, 0, 0},
	{"5-3:80", false, "", "", 0, 0, 0, 0},
	{"80-82:90-91", false, "", "", 0, 0, 0, 0},
	{"a:80", false, "", "", 0, 0, 0, 0},
	{"", false, "", "", 0, 0, 0, 0},
};

static void test_ports(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(port_rows); i++) {
		const struct port_row *row = &port_rows[i];
		struct compose_port p;

		if (compose_parse_port(slice_from_cstr(row->text), &p) != row->ok)
			fail_msg("%s", row->text);
		if (!row->ok)
			continue;
		assert_text(p.host_ip, row->ip);
		assert_text(p.protocol, row->protocol);
		if (p.host_first != row->h1 || p.host_last != row->h2 ||
		    p.target_first != row->t1 || p.target_last != row->t2)
			fail_msg("%s: other ports", row->text);
	}
}

struct volume_row {
	const char *text;
	bool ok;
	enum compose_mount_type type;
	const char *source, *target;
	bool read_only;
};

static const struct volume_row volume_rows[] = {
	{"/data", true, MOUNT_VOLUME, "", "/data", false},
	{"db:/data", true, MOUNT_VOLUME, "db", "/data", false},
	{"./x:/data:ro", true, MOUNT_BIND, "./x", "/data", true},
	{"~/x:/data:rw,z", true, MOUNT_BIND, "~/x", "/data", false},
	{"/var/run/docker.sock:/var/run/docker.sock", true, MOUNT_BIND, "/var/run/docker.sock",
	 "/var/run/docker.sock", false},
	{"C:\\x:/data", true, MOUNT_BIND, "C:\\x", "/data", false},
	{"/a:/b:ro:z", false, 0, "", "", false},
	{":/b", false, 0, "", "", false},
	{"", false, 0, "", "", false},
};

static void test_volumes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(volume_rows); i++) {
		const struct volume_row *row = &volume_rows[i];
		struct compose_mount m;

		if (compose_parse_volume(slice_from_cstr(row->text), &m) != row->ok)
			fail_msg("%s", row->text);
		if (!row->ok)
			continue;
		assert_int_equal(m.type, row->type);
		assert_text(m.source, row->source);
		assert_text(m.target, row->target);
		assert_int_equal(m.read_only, row->read_only);
	}
	struct compose_mount m;
	assert_true(compose_parse_volume(SLICE("/a:/b:Z,rslave"), &m));
	assert_int_equal(m.selinux, 'Z');
	assert_text(m.propagation, "rslave");
}

static void test_units(void **state)
{
	int64_t n;

	(void)state;
	assert_true(compose_bytes(SLICE("512m"), &n) && n == 536870912);
	assert_true(compose_bytes(SLICE("1.5GB"), &n) && n == 1610612736);
	assert_true(compose_bytes(SLICE("10"), &n) && n == 10);
	assert_true(compose_bytes(SLICE("-1"), &n) && n == -1);
	assert_true(compose_bytes(SLICE("2 kib"), &n) && n == 2048);
	assert_false(compose_bytes(SLICE("10x"), &n));
	assert_false(compose_bytes(SLICE(""), &n));
	assert_false(compose_bytes(SLICE("99999999999999999999"), &n));
	assert_false(compose_bytes(SLICE("999999999999t"), &n));
	assert_true(compose_duration(SLICE("1m30s"), &n) && n == 90000000000);
	assert_true(compose_duration(SLICE("500ms"), &n) && n == 500000000);
	assert_true(compose_duration(SLICE("1.5h"), &n) && n == 5400000000000);
	assert_false(compose_duration(SLICE("10"), &n));
	assert_false(compose_duration(SLICE("s"), &n));
	assert_false(compose_duration(SLICE(""), &n));
}

/* ---- variables ---- */

static bool find_fixed(const void *context, struct slice name, struct slice *ret)
{
	(void)context;
	*ret = slice_is(name, "SET") ? SLICE("value") : SLICE_EMPTY;
	return slice_is(name, "SET") || slice_is(name, "EMPTY");
}

static void test_interpolation(void **state)
{
	static const struct {
		const char *template, *want; /* NULL: an error */
	} rows[] = {
		{"a $SET b", "a value b"},
		{"${SET}x", "valuex"},
		{"$SET_x", ""},
		{"$$SET", "$SET"},
		{"${UNSET:-d}", "d"},
		{"${EMPTY:-d}", "d"},
		{"${EMPTY-d}", ""},
		{"${UNSET-d}", "d"},
		{"${SET:-d}", "value"},
		{"${SET:+r}", "r"},
		{"${EMPTY:+r}", ""},
		{"${EMPTY+r}", "r"},
		{"${UNSET+r}", ""},
		{"${UNSET:-${SET}}", "value"},
		{"${UNSET:-a${EMPTY:-b}c}", "abc"},
		{"${UNSET:-{\"a\": 1}}", "{\"a\": 1}"},
		{"${UNSET:?no}", NULL},
		{"${EMPTY:?no}", NULL},
		{"${EMPTY?no}", ""},
		{"${SET:?no}", "value"},
		{"${", NULL},
		{"${}", NULL},
		{"${SET", NULL},
		{"${1}", NULL},
		{"${SET!x}", NULL},
		{"$1 $ $(x)", "$1 $ $(x)"},
		{"${UNSET:-:-}", ":-"},
	};
	struct env_lookup lookup = {find_fixed, NULL};
	struct interpolation i;

	(void)state;
	for (size_t n = 0; n < ARRAY_LEN(rows); n++) {
		bool ok = interpolate(slice_from_cstr(rows[n].template), &lookup, true, &arena, &i);

		if (ok != (rows[n].want != NULL))
			fail_msg("%s", rows[n].template);
		if (ok)
			assert_text(i.text, rows[n].want);
	}
	assert_false(interpolate(SLICE("${UNSET:?say $SET}"), &lookup, true, &arena, &i));
	assert_text(i.problem, "the required variable UNSET has no value: say value");
	assert_int_equal(i.variables.count, 2);
}

static void test_env_file(void **state)
{
	struct slice text =
		SLICE("# comment\nA=1\nexport B = two words # c\nC='$A #'\nD=\"$A\\n\\$A\"\n"
		      "E: yaml\nF=${A}${G:-x}\nSET\nG=\nH=a#b\nno good line\nI=\"open\n");
	struct env_lookup lookup = {find_fixed, NULL};
	struct problem_list problems;
	struct env_entry_list e;

	(void)state;
	problem_list_init(&problems, &arena);
	env_file_read(text, 1, false, &lookup, &arena, &e, &problems);
	assert_text(env_find(&e, SLICE("A"))->value, "1");
	assert_text(env_find(&e, SLICE("B"))->value, "two words");
	assert_text(env_find(&e, SLICE("C"))->value, "$A #");
	assert_text(env_find(&e, SLICE("D"))->value, "1\n$A");
	assert_text(env_find(&e, SLICE("E"))->value, "yaml");
	assert_text(env_find(&e, SLICE("F"))->value, "1x");
	assert_text(env_find(&e, SLICE("SET"))->value, "value");
	assert_true(env_find(&e, SLICE("SET"))->inherited);
	assert_text(env_find(&e, SLICE("G"))->value, "");
	assert_text(env_find(&e, SLICE("H"))->value, "a#b");
	assert_int_equal(problems.list.count, 2);
	for (size_t i = 0; i <= text.len; i++) {
		char *copy = malloc(i + 1);

		memcpy(copy, text.data, i);
		env_file_read(slice_new(copy, i), 1, i & 1, &lookup, &arena, &e, &problems);
		free(copy);
	}
}

/* ---- one file ---- */

static void test_service(void **state)
{
	const struct compose_service *s = load_one(
		"x-base: &base\n  restart: unless-stopped\n  cap_drop: [ALL]\n"
		"services:\n  web:\n    <<: *base\n    image: nginx:1.27\n    privileged: true\n"
		"    user: 1000:1000\n    command: nginx -g 'daemon off;'\n"
		"    entrypoint: [\"/x\", \"y z\"]\n    env_file: a.env\n"
		"    environment: {A: 1, B: , C: \"x\"}\n    ports: [\"80:80\"]\n"
		"    healthcheck: {test: [CMD-SHELL, curl -f x], interval: 30s, retries: 3}\n"
		"    deploy: {resources: {limits: {memory: 1g, cpus: '0.25', pids: 100}}}\n"
		"    mem_limit: 2g\n    ulimits: {nofile: {soft: 1, hard: 2}, nproc: 5}\n"
		"    devices: ['/dev/a:/dev/b:r', vendor.com/gpu=all]\n"
		"    depends_on: {db: {condition: service_healthy}}\n    networks: [front]\n"
		"    secrets: [pw, {source: key, mode: 0440}]\n"
		"  db: {image: x, networks: {front: {aliases: [d]}, back: }}\n"
		"networks: {front: , back: {internal: true}}\n"
		"secrets: {pw: {file: ./pw}, key: {external: true}}\n",
		"web");

	(void)state;
	assert_non_null(s);
	assert_int_equal(project.problems.list.count, 0);
	assert_text(value_text(s->image), "nginx:1.27");
	assert_true(value_truth(s->privileged));
	assert_int_equal(s->restart->way, VALUE_MERGED);
	assert_int_equal(s->cap_drop.count, 1);
	assert_int_equal(s->command.words.count, 3);
	assert_text(s->command.words.items[2], "daemon off;");
	assert_true(s->command.shell_form);
	assert_text(s->entrypoint.words.items[1], "y z");
	assert_string_equal(variable(s, "A"), "1");
	assert_string_equal(variable(s, "B"), "(none)");
	assert_int_equal(s->healthcheck.interval.value, 30000000000);
	assert_int_equal(s->healthcheck.test.words.count, 1);
	assert_int_equal(s->resources.memory.value, 1 << 30);
	assert_int_equal(s->resources.cpus.value, 250000000);
	assert_int_equal(s->resources.pids.value, 100);
	assert_int_equal(s->ulimits.items[0].hard.value, 2);
	assert_int_equal(s->ulimits.items[1].soft.value, 5);
	assert_text(s->devices.items[0].permissions, "r");
	assert_text(s->devices.items[1].source, "vendor.com/gpu=all");
	assert_text(s->depends_on.items[0].condition, "service_healthy");
	assert_int_equal(s->secrets.items[1].mode.value, 0440);
	const struct compose_service *db = compose_find_service(&project, SLICE("db"));
	struct slice network;
	assert_true(compose_connected(&project, s, db, &network));
	assert_text(network, "front");
	assert_text(db->networks.items[0].aliases.items[0].text, "d");
	assert_true(value_truth(compose_find_resource(&project.networks, SLICE("back"))->internal));
	assert_true(compose_find_resource(&project.secrets, SLICE("pw"))->used);
}

static void test_problems(void **state)
{
	static const struct {
		enum problem_kind kind;
		const char *name;
	} want[] = {
		{PROBLEM_UNKNOWN_KEY, "priviledged"},
		{PROBLEM_TYPE, "cap_add"},
		{PROBLEM_UNDEFINED, "dbb"},
		{PROBLEM_UNDEFINED, "data"},
		{PROBLEM_UNDEFINED, "net"},
		{PROBLEM_UNDEFINED, "pw"},
		{PROBLEM_OBSOLETE, "version"},
		{PROBLEM_VALUE, "mem_limit"},
		{PROBLEM_UNSET, "NOTHING"},
		{PROBLEM_MISSING, "none"},
		{PROBLEM_DUPLICATE, "image"},
		{PROBLEM_CONFLICT, "network_mode"},
		{PROBLEM_CYCLE, "web"},
		{PROBLEM_UNKNOWN_KEY, "sevices"},
	};

	(void)state;
	load_one("version: '3'\nsevices: {}\nservices:\n  web:\n    image: a\n    image: "
		 "${NOTHING}\n"
		 "    priviledged: true\n    cap_add: ALL\n    depends_on: [db, dbb]\n"
		 "    volumes: [data:/x, /y, ./z:/z]\n    networks: [net]\n    network_mode: host\n"
		 "    secrets: [pw]\n    mem_limit: lots\n    x-own: {a: 1}\n"
		 "  db: {build: ., depends_on: [web]}\n  none: {restart: always}\n",
		 "web");
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		if (!find_problem(want[i].kind, want[i].name))
			fail_msg("no %s of %s", problem_kind_name(want[i].kind), want[i].name);
	assert_text(find_problem(PROBLEM_UNKNOWN_KEY, "priviledged")->suggestion, "privileged");
	assert_text(find_problem(PROBLEM_UNKNOWN_KEY, "sevices")->suggestion, "services");
	assert_text(find_problem(PROBLEM_UNDEFINED, "dbb")->suggestion, "db");
	assert_null(find_problem(PROBLEM_UNKNOWN_KEY, "x-own"));
	assert_at(find_problem(PROBLEM_UNDEFINED, "data")->span, "compose.yaml", "data:/x");
}

/* ---- several files ---- */

static void test_merge(void **state)
{
	struct memory_file disk[] = {
		{"p/compose.yaml",
		 "services:\n  web:\n    image: a\n    command: old\n    environment: [A=1, B=2]\n"
		 "    ports: [\"80:80\"]\n    volumes: [./x:/data]\n    cap_add: [NET_ADMIN]\n"
		 "    labels: {l: 1}\n    dns: 1.1.1.1\n    depends_on: [db]\n"
		 "    logging: {driver: a, options: {x: 1}}\n    build: ./dir\n    tmpfs: /t\n"
		 "    security_opt: [a]\n  db: {image: '${DB:-pg}', ports: ['1:1'], privileged: "
		 "true}\n"},
		{"p/over.yaml", "services:\n  web:\n    image: b\n    command: [new]\n    "
				"environment: {B: 3, C: 4}\n"
				"    ports: [\"80:80\", \"81:81\"]\n    volumes: [/y:/data:ro]\n   "
				" cap_add: [NET_ADMIN, X]\n"
				"    labels: [m=2]\n    dns: [8.8.8.8]\n    depends_on: {cache: "
				"{condition: service_healthy}}\n"
				"    logging: {driver: b}\n    build: {target: t}\n    tmpfs: "
				"[/u]\n    security_opt: [b]\n"
				"  cache: {image: redis}\n  db: {ports: !override ['2:2'], "
				"privileged: !reset false}\n"},
		{"p/.env", "DB=maria\n"},
		{NULL, NULL},
	};
	struct slice paths[] = {SLICE("p/compose.yaml"), SLICE("p/over.yaml")};
	struct compose_options o = {.paths = paths, .path_count = 2};

	(void)state;
	assert_true(load(disk, &o));
	if (project.problems.list.count)
		fail_msg("%.*s", SLICE_ARG(project.problems.list.items[0].message));
	const struct compose_service *s = compose_find_service(&project, SLICE("web"));
	assert_text(value_text(s->image), "b");
	assert_at(s->image->span, "p/over.yaml", "b");
	assert_int_equal(s->command.words.count, 1);
	assert_string_equal(variable(s, "A"), "1");
	assert_string_equal(variable(s, "B"), "3");
	assert_string_equal(variable(s, "C"), "4");
	assert_int_equal(s->environment.count, 3);
	assert_at(s->environment.items[0].span, "p/compose.yaml", "A=1");
	assert_at(s->environment.items[0].value_span, "p/compose.yaml", "1");
	assert_at(s->environment.items[1].value_span, "p/over.yaml", "3");
	assert_int_equal(s->ports.count, 2);
	assert_int_equal(s->volumes.count, 1);
	assert_text(s->volumes.items[0].path, "/y");
	assert_int_equal(s->cap_add.count, 2);
	assert_int_equal(s->labels.count, 2);
	assert_int_equal(s->dns.count, 2);
	assert_int_equal(s->tmpfs.count, 2);
	assert_int_equal(s->security_opt.count, 2);
	assert_int_equal(s->depends_on.count, 2);
	assert_text(s->depends_on.items[1].condition, "service_healthy");
	assert_text(s->log_driver, "b");
	assert_int_equal(s->log_options.count, 0);
	assert_text(s->build.directory, "p/dir");
	assert_text(s->build.target, "t");
	s = compose_find_service(&project, SLICE("db"));
	assert_text(value_text(s->image), "maria");
	assert_true(s->image->interpolated);
	assert_int_equal(s->ports.count, 1);
	assert_int_equal(s->ports.items[0].target_first, 2);
	assert_null(s->privileged);
	assert_int_equal(project.files.count, 2);
}

static void test_extends_and_include(void **state)
{
	struct memory_file disk[] = {
		{"compose.yaml",
		 "include:\n  - sub/inc.yaml\n  - {path: sub/other.yaml, env_file: sub/o.env}\n"
		 "services:\n  web:\n    extends: {file: lib/common.yaml, service: base}\n"
		 "    environment: {B: web}\n  two: {extends: web, image: two}\n"
		 "  off: {image: x, profiles: [debug]}\n"},
		{"lib/common.yaml",
		 "services:\n  root: {image: root, cap_add: [A], env_file: ../e.env}\n"
		 "  base:\n    extends: root\n    build: ./src\n    environment: [A=base, B=base]\n"
		 "    volumes: ['./v:/v']\n"},
		{"sub/inc.yaml", "services:\n  inc: {image: \"i:${V}\", volumes: ['./w:/w']}\n"},
		{"sub/.env", "V=7\n"},
		{"sub/o.env", "V=8\n"},
		{"sub/other.yaml", "services:\n  other: {image: \"o:$V\"}\n"},
		{"e.env", "A=file\nZ=file\n"},
		{NULL, NULL},
	};
	struct slice paths[] = {SLICE("compose.yaml")}, debug = SLICE("debug");
	struct compose_options o = {.paths = paths, .path_count = 1};

	(void)state;
	assert_true(load(disk, &o));
	if (project.problems.list.count)
		fail_msg("%.*s", SLICE_ARG(project.problems.list.items[0].message));
	const struct compose_service *s = compose_find_service(&project, SLICE("web"));
	assert_text(value_text(s->image), "root");
	assert_at(s->image->span, "lib/common.yaml", "root");
	assert_int_equal(s->image->way, VALUE_EXTENDED);
	assert_text(s->build.directory, "lib/src");
	assert_text(s->volumes.items[0].path, "lib/v");
	assert_string_equal(variable(s, "A"), "base");
	assert_string_equal(variable(s, "B"), "web");
	assert_string_equal(variable(s, "Z"), "file");
	s = compose_find_service(&project, SLICE("two"));
	assert_text(value_text(s->image), "two");
	assert_text(s->cap_add.items[0].text, "A");
	s = compose_find_service(&project, SLICE("inc"));
	assert_text(value_text(s->image), "i:7");
	assert_text(s->volumes.items[0].path, "sub/w");
	assert_text(value_text(compose_find_service(&project, SLICE("other"))->image), "o:8");
	assert_false(compose_find_service(&project, SLICE("off"))->enabled);
	o.profiles = &debug;
	o.profile_count = 1;
	assert_true(load(disk, &o));
	assert_true(compose_find_service(&project, SLICE("off"))->enabled);
}

static void test_cycles(void **state)
{
	struct memory_file disk[] = {
		{"a.yaml", "include: [b.yaml]\nservices:\n  a: {image: x, extends: b}\n"
			   "  b: {image: y, extends: {file: a.yaml, service: a}}\n"
			   "  c: {extends: c, image: z}\n  d: {extends: nowhere, image: z}\n"
			   "  e: {extends: {file: gone.yaml, service: x}, image: z}\n"},
		{"b.yaml", "include: [a.yaml, gone.yaml]\nservices: {q: {image: q}}\n"},
		{NULL, NULL},
	};
	struct slice paths[] = {SLICE("a.yaml")};
	struct compose_options o = {.paths = paths, .path_count = 1};
	unsigned cycles = 0;

	(void)state;
	assert_true(load(disk, &o));
	vec_each(it, &project.problems.list)
		cycles += it->kind == PROBLEM_CYCLE;
	assert_true(cycles >= 3);
	assert_non_null(find_problem(PROBLEM_UNDEFINED, "nowhere"));
	assert_non_null(find_problem(PROBLEM_FILE, "gone.yaml"));
	assert_int_equal(project.services.count, 6);
	paths[0] = SLICE("missing.yaml");
	assert_false(load(disk, &o));
}

/* Each level has ten times as many values as the one below. */
static void test_blow_up(void **state)
{
	struct compose_options o = {.have_text = true, .no_files = true};
	struct buf b;

	(void)state;
	buf_init(&b, MIB);
	buf_add_lit(&b, "x0: &x0 {a: $A, b: $A, c: $A, d: $A, e: $A, f: $A, g: $A, h: $A}\n");
	for (int i = 1; i < 8; i++)
		buf_printf(&b, "x%d: &x%d {a: *x%d, b: *x%d, c: *x%d, d: *x%d, e: *x%d}\n", i, i,
			   i - 1, i - 1, i - 1, i - 1, i - 1);
	buf_add_lit(&b, "services: {web: {image: a}}\n");
	o.text = buf_slice(&b);
	load(NULL, &o);
	assert_true(arena.used < 512 * MIB);
	buf_clear(&b);
	/* Every service extends the one before it. */
	buf_add_lit(&b, "services:\n  s0: {image: x, environment: [A=1]}\n");
	for (int i = 1; i < 2000; i++)
		buf_printf(&b, "  s%d: {extends: s%d, environment: [V%d=1]}\n", i, i - 1, i);
	o.text = buf_slice(&b);
	load(NULL, &o);
	assert_int_equal(project.services.count, 2000);
	buf_release(&b);
}

static void test_truncated(void **state)
{
	struct slice text = SLICE(
		"version: '3'\ninclude: [x]\nservices:\n  web: &w\n    image: \"a:${T:-1}\"\n"
		"    extends: {service: db}\n    ports: ['1:2', {target: 3}]\n"
		"    volumes: [a:/b, {type: bind, source: ., target: /c}]\n"
		"    environment:\n      - A=$$x\n    healthcheck: {test: [CMD, x]}\n"
		"  db: {build: {context: ., args: [A]}, depends_on: [web]}\nvolumes: {a: }\n");
	struct memory_file disk[] = {{"x", "services: {y: {image: z}}"}, {NULL, NULL}};

	(void)state;
	for (size_t i = 0; i <= text.len; i++) {
		char *copy = malloc(i + 1);

		memcpy(copy, text.data, i);
		struct compose_options o = {.have_text = true, .text = slice_new(copy, i)};
		load(disk, &o);
		free(copy);
		arena_clear(&arena);
	}
}

static void test_stack(void **state)
{
	struct compose_options o = {.have_text = true, .no_files = true, .stack = true};

	(void)state;
	o.text = SLICE("version: '3.8'\nservices:\n  web:\n    image: a\n    restart: always\n"
		       "    mem_limit: 1g\n    cap_add: [X]\n");
	assert_true(load(NULL, &o));
	assert_non_null(find_problem(PROBLEM_IGNORED, "restart"));
	assert_non_null(find_problem(PROBLEM_REJECTED, "mem_limit"));
	assert_int_equal(project.problems.list.count, 2);
	assert_int_equal(compose_honour(SLICE("deploy.placement")), HONOUR_STACK);
	assert_int_equal(compose_honour(SLICE("image")), HONOUR_BOTH);
	assert_int_equal(compose_honour(SLICE("nothing")), HONOUR_UNKNOWN);
}

/* The merged tree says where to edit, the file's own document is what is edited. */
static void test_edits(void **state)
{
	const struct compose_service *s = load_one(
		"x-b: &b {restart: always}\nservices:\n  base:\n    image: b\n  web: # first\n"
		"    <<: *b\n    extends: base\n    image: a:${TAG:-latest}\n    privileged: true "
		"# why\n"
		"    ports: [\"80:80\"]\n\n  other: {image: c}\n",
		"web");
	struct error err = ERROR_INIT;
	struct doc_edit e;
	struct buf out;

	(void)state;
	assert_non_null(s);
	const struct compose_file *f = compose_file_of(&project, s->at->span.source);
	assert_non_null(f);
	doc_edit_init_yaml(&e, &f->doc, &arena);
	assert_true(doc_replace(&e, s->privileged, SLICE("false"), &err));
	assert_true(doc_replace_text(&e, s->image, SLICE("a:1.2@sha256:0"), &err));
	assert_true(doc_insert_member(&e, s->at, NULL, SLICE("cap_drop"), SLICE("[ALL]"), &err));
	assert_true(doc_insert_member(&e, s->at, NULL, SLICE("read_only"), SLICE("true"), &err));
	assert_true(doc_replace(&e, s->ports.items[0].at, SLICE("\"127.0.0.1:80:80\""), &err));
	assert_false(doc_remove(&e, s->at, s->restart, &err));
	buf_init(&out, MIB);
	assert_true(doc_edit_apply(&e, &out, &err));
	assert_text(buf_slice(&out),
		    "x-b: &b {restart: always}\nservices:\n  base:\n    image: b\n  web: # first\n"
		    "    <<: *b\n    extends: base\n    image: a:1.2@sha256:0\n    privileged: "
		    "false # why\n"
		    "    ports: [\"127.0.0.1:80:80\"]\n    cap_drop:\n      - ALL\n    read_only: "
		    "true\n"
		    "\n  other: {image: c}\n");
	buf_release(&out);
}

static void test_fragment(void **state)
{
	struct compose_options o = {.have_text = true, .no_files = true, .fragment = true};

	(void)state;
	o.text = SLICE("services:\n  web:\n    depends_on: [db]\n    secrets: [s]\n");
	assert_true(load(NULL, &o));
	assert_int_equal(project.problems.list.count, 0);
}

static void test_recognise(void **state)
{
	static const struct {
		const char *path, *text;
		bool want;
	} rows[] = {
		{"x.yaml", "services: {web: {image: a}}", true},
		{"compose.yaml", "a: 1", true},
		{"docker-compose.prod.yml", "services: {web: {restart: always}}", true},
		{".gitlab-ci.yml", "services: [docker:dind]", false},
		{"values.yaml", "services: {web: {port: 80}}", false},
		{"x.yaml", "a: 1", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct problem_list problems;
		struct yaml_doc doc;

		problem_list_init(&problems, &arena);
		yaml_doc_read(slice_from_cstr(rows[i].text), 1, &arena, &doc, &problems);
		if (compose_recognise(slice_from_cstr(rows[i].path), yaml_doc_root(&doc)) !=
		    rows[i].want)
			fail_msg("%s", rows[i].path);
	}
}

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 0);
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
		TEST(test_ports),	  TEST(test_volumes),  TEST(test_units),
		TEST(test_interpolation), TEST(test_env_file), TEST(test_service),
		TEST(test_problems),	  TEST(test_merge),    TEST(test_extends_and_include),
		TEST(test_cycles),	  TEST(test_blow_up),  TEST(test_truncated),
		TEST(test_stack),	  TEST(test_edits),    TEST(test_fragment),
		TEST(test_recognise),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
