/* What configures a host; the first byte says which reader the rest is for. */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "config/apparmor.h"
#include "config/daemon_json.h"
#include "config/seccomp_profile.h"
#include "config/sudoers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_span(struct span s, struct slice text)
{
	if (s.offset > text.len || s.length > text.len - s.offset)
		abort();
}

static void check_problems(const struct problem_list *p, struct slice text)
{
	vec_each(it, &p->list) {
		check_span(it->span, text);
		check_span(it->other, text);
	}
}

static void try_seccomp(struct slice text, struct arena *a)
{
	struct seccomp_situation s = {.arch = SLICE("amd64"), .default_caps = true};
	struct seccomp_missing_list missing = {0};
	struct slice_list beyond = {0};
	struct seccomp_profile p;

	seccomp_profile_read(text, 1, a, &p);
	seccomp_start_check(&p, &s, a, &missing);
	seccomp_beyond_default(&p, &s, a, &beyond);
	check_problems(&p.problems, text);
}

static void try_apparmor(struct slice text, struct arena *a)
{
	struct apparmor_file f;

	apparmor_recognise(text);
	apparmor_read(text, 1, a, &f);
	check_problems(&f.problems, text);
	vec_each(p, &f.profiles) {
		check_span(p->span, text);
		vec_each(r, &p->rules)
			check_span(r->span, text);
	}
}

static void try_sudoers(struct slice text, struct arena *a)
{
	struct sudoers_file f;

	sudoers_read(text, 1, a, &f);
	check_problems(&f.problems, text);
	vec_each(e, &f.entries) {
		check_span(e->span, text);
		vec_each(c, &e->commands)
			check_span(c->span, text);
	}
}

/* A unit; behind a line of %, a daemon.json. */
static void try_daemon(struct slice text, struct arena *a)
{
	size_t end = slice_find(text, SLICE("\n%\n"));
	struct slice unit = slice_first(text, end), file = slice_from(text, end + 3);
	struct problem_list problems;
	struct source_table sources;
	struct daemon_config c;
	struct unit_file u;

	source_table_init(&sources, a);
	problem_list_init(&problems, a);
	unit_init(&u, a, &problems);
	unit_read(&u, unit, source_add(&sources, SLICE("unit"), unit, -1));
	vec_each(e, &u.entries)
		check_span(e->span, unit);
	daemon_config_init(&c, a);
	daemon_add_file(&c, file, source_add(&sources, SLICE("file"), file, -1));
	daemon_add_unit(&c, &u, NULL, &sources);
	daemon_config_finish(&c);
	check_problems(&problems, unit);
	vec_each(s, &c.settings)
		check_span(s->span, s->origin == DAEMON_FROM_FILE ? file : unit);
}

static void try_env(struct slice text, struct arena *a, bool raw)
{
	struct problem_list problems;
	struct env_entry_list entries;

	problem_list_init(&problems, a);
	env_file_read(text, 1, raw, NULL, a, &entries, &problems);
	check_problems(&problems, text);
	vec_each(e, &entries) {
		check_span(e->span, text);
		check_span(e->value_span, text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;

	if (!size || size > 64 * KIB)
		return 0;
	struct slice text = slice_new(data + 1, size - 1);
	arena_init(&a, 0);
	switch (data[0] % 6) {
	case 0:
		try_seccomp(text, &a);
		break;
	case 1:
		try_apparmor(text, &a);
		break;
	case 2:
		try_sudoers(text, &a);
		break;
	case 3:
		try_daemon(text, &a);
		break;
	default:
		try_env(text, &a, data[0] % 6 == 5);
		break;
	}
	arena_release(&a);
	return 0;
}
