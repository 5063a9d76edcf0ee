/* Seccomp and AppArmor profiles, sudoers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "config/apparmor.h"
#include "config/seccomp_profile.h"
#include "config/sudoers.h"

static struct arena arena;

static void assert_text(struct slice have, const char *want)
{
	if (!slice_eq(have, slice_from_cstr(want)))
		fail_msg("\"%.*s\" in place of \"%s\"", SLICE_ARG(have), want);
}

__attribute__((noinline)) static const struct problem *
find_problem(const struct problem_list *p, enum problem_kind kind, const char *name)
{
	vec_each(it, &p->list)
		if (it->kind == kind && slice_eq(it->name, slice_from_cstr(name)))
			return it;
	return NULL;
}

static bool misses(const struct seccomp_missing_list *list, const char *name)
{
	vec_each(it, list)
		if (slice_eq(it->syscall, slice_from_cstr(name)))
			return true;
	return false;
}

static bool holds(const struct slice_list *list, const char *name)
{
	vec_each(it, list)
		if (slice_eq(*it, slice_from_cstr(name)))
			return true;
	return false;
}

static const struct seccomp_situation usual = {.arch = SLICE_INIT("amd64"), .default_caps = true};

static void test_seccomp_read(void **state)
{
	struct slice text = SLICE(
		"{\n # comment\n\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 38,\n"
		"\"architectures\": [\"SCMP_ARCH_X86_64\"], \"archMap\": [{\"architecture\": "
		"\"SCMP_ARCH_AARCH64\","
		" \"subArchitectures\": [\"SCMP_ARCH_ARM\"]}], \"sycalls\": [],\n"
		"\"syscalls\": [{\"names\": [\"read\", \"reed\"], \"action\": \"SCMP_ACT_ALOW\"},\n"
		"{\"name\": \"socket\", \"action\": \"SCMP_ACT_ALLOW\", \"args\": [{\"index\": 0, "
		"\"value\": 40, \"op\": \"SCMP_CMP_NE\"}]},\n"
		"{\"names\": [\"ptrace\"], \"action\": \"SCMP_ACT_ALLOW\", \"includes\": "
		"{\"caps\": [\"CAP_SYS_PTRACE\"], \"minKernel\": \"4.8\"}},\n"
		"{\"names\": [\"chroot\"], \"action\": \"SCMP_ACT_ALLOW\", \"excludes\": "
		"{\"arches\": [\"arm64\"]}, \"errnoRet\": 1}, 5]}");
	struct seccomp_profile p;

	(void)state;
	seccomp_profile_read(text, 1, &arena, &p);
	assert_int_equal(p.default_action, SECCOMP_ERRNO);
	assert_int_equal(p.default_errno, 38);
	assert_int_equal(p.architectures.count, 3);
	assert_int_equal(p.rules.count, 4);
	assert_non_null(find_problem(&p.problems, PROBLEM_COMMENT, ""));
	assert_non_null(find_problem(&p.problems, PROBLEM_CONFLICT, "architectures"));
	assert_text(find_problem(&p.problems, PROBLEM_UNKNOWN_KEY, "sycalls")->suggestion,
		    "syscalls");
	assert_text(find_problem(&p.problems, PROBLEM_VALUE, "SCMP_ACT_ALOW")->suggestion,
		    "SCMP_ACT_ALLOW");
	assert_non_null(find_problem(&p.problems, PROBLEM_UNDEFINED, "reed"));
	assert_non_null(find_problem(&p.problems, PROBLEM_TYPE, "syscalls"));
	assert_int_equal(seccomp_ask(&p, &usual, SLICE("socket"), NULL), SECCOMP_SOMETIMES);
	assert_int_equal(seccomp_ask(&p, &usual, SLICE("ptrace"), NULL), SECCOMP_NEVER);
	assert_int_equal(seccomp_ask(&p, &usual, SLICE("chroot"), NULL), SECCOMP_ALWAYS);
	struct slice cap = SLICE("CAP_SYS_PTRACE");
	struct seccomp_situation s = {SLICE("arm64"), &cap, 1, true, 4, 7};
	assert_int_equal(seccomp_ask(&p, &s, SLICE("ptrace"), NULL), SECCOMP_NEVER);
	s.kernel_minor = 8;
	assert_int_equal(seccomp_ask(&p, &s, SLICE("ptrace"), NULL), SECCOMP_ALWAYS);
	assert_int_equal(seccomp_ask(&p, &s, SLICE("chroot"), NULL), SECCOMP_NEVER);
	for (size_t i = 0; i <= text.len; i++) {
		char *copy = malloc(i + 1);

		memcpy(copy, text.data, i);
		seccomp_profile_read(slice_new(copy, i), 1, &arena, &p);
		free(copy);
	}
}

static void test_seccomp_start(void **state)
{
	struct seccomp_missing_list missing = {0};
	struct seccomp_profile p;

	(void)state;
	seccomp_profile_read(
		SLICE("{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{\"names\": "
		      "[\"accept\", \"bind\", \"read\", \"write\", \"open\", \"close\"], "
		      "\"action\": \"SCMP_ACT_ALLOW\"}]}"),
		1, &arena, &p);
	seccomp_start_check(&p, &usual, &arena, &missing);
	assert_true(misses(&missing, "execve"));
	assert_true(misses(&missing, "openat"));
	assert_true(misses(&missing, "mmap"));
	assert_false(misses(&missing, "read"));
	assert_true(missing.items[0].fatal);
	missing = (struct seccomp_missing_list){0};
	seccomp_profile_read(SLICE("{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": []}"), 1,
			     &arena, &p);
	seccomp_start_check(&p, &usual, &arena, &missing);
	assert_int_equal(missing.count, 0);
}

static void test_seccomp_beyond(void **state)
{
	struct slice_list beyond = {0};
	struct seccomp_profile p;

	(void)state;
	seccomp_profile_read(
		SLICE("{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{\"names\": "
		      "[\"read\", \"mount\", \"ptrace\", \"socket\", \"chroot\", \"keyctl\"], "
		      "\"action\": \"SCMP_ACT_ALLOW\"}]}"),
		1, &arena, &p);
	seccomp_beyond_default(&p, &usual, &arena, &beyond);
	assert_int_equal(beyond.count, 3);
	assert_true(holds(&beyond, "mount"));
	assert_true(holds(&beyond, "keyctl"));
	assert_true(holds(&beyond, "socket"));
	assert_false(holds(&beyond, "chroot"));
	struct slice cap = SLICE("CAP_SYS_ADMIN");
	struct seccomp_situation s = {SLICE("amd64"), &cap, 1, true, 0, 0};
	assert_int_equal(seccomp_default_allows(&s, SLICE("mount")), SECCOMP_ALWAYS);
	s.kernel_major = 4;
	s.kernel_minor = 7;
	assert_int_equal(seccomp_default_allows(&s, SLICE("ptrace")), SECCOMP_NEVER);
	assert_int_equal(seccomp_default_allows(&usual, SLICE("clone")), SECCOMP_SOMETIMES);
	assert_int_equal(seccomp_default_allows(&usual, SLICE("nothing")), SECCOMP_NEVER);
	/* What unconfined would add, by name. */
	beyond = (struct slice_list){0};
	seccomp_profile_read(SLICE("{\"defaultAction\": \"SCMP_ACT_ALLOW\"}"), 1, &arena, &p);
	seccomp_beyond_default(&p, &usual, &arena, &beyond);
	assert_true(holds(&beyond, "kexec_load") && holds(&beyond, "bpf") &&
		    holds(&beyond, "userfaultfd"));
	assert_false(holds(&beyond, "read"));
}

/* Under Docker's own list something can start: the tables agree with one another. */
static void test_seccomp_tables(void **state)
{
	static const char *const calls[] = {"execve",	    "futex",  "openat", "mmap",
					    "capset",	    "setuid", "prctl",	"arch_prctl",
					    "rt_sigreturn", "pread64"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		assert_int_equal(seccomp_default_allows(&usual, slice_from_cstr(calls[i])),
				 SECCOMP_ALWAYS);
	assert_true(seccomp_syscall_exists(SLICE("userfaultfd")));
	assert_false(seccomp_syscall_exists(SLICE("")));
}

static void test_apparmor(void **state)
{
	struct slice text = SLICE(
		"#include <tunables/global>\n@{HOMES}=/home /root\nabi <abi/3.0>,\n"
		"profile my-nginx /usr/sbin/nginx flags=(attach_disconnected, complain) {\n"
		"  #include <abstractions/base>\n  include if exists <local/x>\n"
		"  network inet tcp, # comment\n  deny network raw,\n  capability chown setuid,\n  "
		"capability,\n"
		"  /etc/{nginx,ssl}/** r,\n  \"/var/l og/x\" rw,\n  owner /proc/@{pid}/status r,\n"
		"  audit deny /** w,\n  ptrace (trace,read) peer=x,\n  mount fstype=tmpfs -> "
		"/a/,\n  file,\n"
		"  px /bin/ls -> other,\n  userns,\n"
		"  profile child {\n    /x ix,\n  }\n  ^hat {\n  }\n}\n/bin/y { /z r, }\nwrong\n");
	struct apparmor_file f;

	(void)state;
	assert_true(apparmor_recognise(text));
	assert_false(apparmor_recognise(SLICE("FROM x\n")));
	apparmor_read(text, 1, &arena, &f);
	assert_int_equal(f.profiles.count, 4);
	const struct apparmor_profile *p = &f.profiles.items[0];
	assert_text(p->name, "my-nginx");
	assert_text(p->attachment, "/usr/sbin/nginx");
	assert_int_equal(p->flags.count, 2);
	assert_text(p->flags.items[1], "complain");
	assert_int_equal(p->rules.count, 15);
	assert_int_equal(p->rules.items[0].kind, APPARMOR_INCLUDE);
	assert_text(p->rules.items[0].path, "<abstractions/base>");
	assert_int_equal(p->rules.items[2].kind, APPARMOR_NETWORK);
	assert_int_equal(p->rules.items[2].words.count, 2);
	assert_true(p->rules.items[3].deny);
	assert_int_equal(p->rules.items[4].words.count, 2);
	assert_int_equal(p->rules.items[5].words.count, 0);
	assert_text(p->rules.items[6].path, "/etc/{nginx,ssl}/**");
	assert_text(p->rules.items[6].permissions, "r");
	assert_text(p->rules.items[7].path, "/var/l og/x");
	assert_true(p->rules.items[8].owner);
	assert_true(p->rules.items[9].audit && p->rules.items[9].deny);
	assert_int_equal(p->rules.items[10].kind, APPARMOR_PTRACE);
	assert_int_equal(p->rules.items[12].kind, APPARMOR_FILE);
	assert_text(p->rules.items[12].path, "");
	assert_text(p->rules.items[13].path, "/bin/ls");
	assert_int_equal(p->rules.items[14].kind, APPARMOR_USERNS);
	assert_int_equal(f.profiles.items[1].parent, 0);
	assert_true(f.profiles.items[2].hat);
	assert_text(f.profiles.items[2].name, "hat");
	assert_text(f.profiles.items[3].attachment, "/bin/y");
	assert_int_equal(f.problems.list.count, 1);
	assert_int_equal(f.preamble.count, 3);
	for (size_t i = 0; i <= text.len; i++) {
		char *copy = malloc(i + 1);

		memcpy(copy, text.data, i);
		apparmor_read(slice_new(copy, i), 1, &arena, &f);
		vec_each(x, &f.problems.list)
			assert_true(x->span.offset + x->span.length <= i);
		free(copy);
	}
}

static void test_sudoers(void **state)
{
	struct slice text = SLICE(
		"# comment\nDefaults env_reset\n@includedir /etc/sudoers.d\n#include /x\n"
		"Cmnd_Alias DOCKER = /usr/bin/docker, \\\n  /usr/bin/podman : OTHER = /bin/ls\n"
		"User_Alias OPS = alice, bob\n"
		"root ALL=(ALL:ALL) ALL\n%docker ALL=(root) NOPASSWD: /usr/bin/docker ps, PASSWD: "
		"/bin/a\n"
		"OPS, #1000 h1, h2 = NOPASSWD:SETENV: DOCKER, !/bin/su\n"
		"deploy ALL = /usr/bin/docker run \\, x, /bin/b # c\nbroken line\n");
	struct sudoers_file f;

	(void)state;
	sudoers_read(text, 1, &arena, &f);
	assert_int_equal(f.defaults.count, 1);
	assert_text(f.defaults.items[0].text, "env_reset");
	assert_int_equal(f.includes.count, 2);
	assert_int_equal(f.entries.count, 4);
	assert_text(f.entries.items[0].users.items[0], "root");
	assert_text(f.entries.items[0].commands.items[0].run_as, "ALL:ALL");
	assert_text(f.entries.items[0].commands.items[0].command, "ALL");
	assert_text(f.entries.items[1].users.items[0], "%docker");
	assert_text(f.entries.items[1].commands.items[0].command, "/usr/bin/docker ps");
	assert_true(f.entries.items[1].commands.items[0].nopasswd);
	assert_false(f.entries.items[1].commands.items[1].nopasswd);
	assert_text(f.entries.items[1].commands.items[1].run_as, "root");
	const struct sudoers_entry *e = &f.entries.items[2];
	assert_int_equal(e->users.count, 3);
	assert_text(e->users.items[1], "bob");
	assert_text(e->users.items[2], "#1000");
	assert_int_equal(e->hosts.count, 2);
	assert_int_equal(e->commands.count, 3);
	assert_text(e->commands.items[1].command, "/usr/bin/podman");
	assert_true(e->commands.items[1].setenv && e->commands.items[1].nopasswd);
	assert_true(e->commands.items[2].negated);
	assert_text(slice_first(slice_from(text, (size_t)e->commands.items[0].span.offset),
				(size_t)e->commands.items[0].span.length),
		    "DOCKER");
	assert_text(f.entries.items[3].commands.items[0].command, "/usr/bin/docker run , x");
	assert_text(f.entries.items[3].commands.items[1].command, "/bin/b");
	assert_int_equal(f.problems.list.count, 1);
	for (size_t i = 0; i <= text.len; i++) {
		char *copy = malloc(i + 1);

		memcpy(copy, text.data, i);
		sudoers_read(slice_new(copy, i), 1, &arena, &f);
		vec_each(x, &f.entries)
			assert_true(x->span.offset + x->span.length <= i);
		free(copy);
	}
	/* Aliases of aliases: a line stands for a limited number of commands. */
	sudoers_read(SLICE("Cmnd_Alias A = B, B, B, B, B, B, B, B\nCmnd_Alias B = C, C, C, C, C, "
			   "C, C, C\n"
			   "Cmnd_Alias C = D, D, D, D, D, D, D, D\nCmnd_Alias D = E, E, E, E, E, "
			   "E, E, E\n"
			   "Cmnd_Alias E = A, A, A, A, A, A, A, A\nu ALL = A\n"),
		     1, &arena, &f);
	assert_true(f.entries.items[0].commands.count <= 10000);
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
		TEST(test_seccomp_read),   TEST(test_seccomp_start), TEST(test_seccomp_beyond),
		TEST(test_seccomp_tables), TEST(test_apparmor),	     TEST(test_sudoers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
