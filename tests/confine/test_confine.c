/* Workers that misbehave, die, lie or hang: none of it reaches beyond them. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/wire.h"
#include "confine/confine.h"

/* A record that a worker sends when it was able to do what it must not. */
#define TYPE_DID_IT 7
#define TYPE_TEXT 1

struct outcome {
	bool ended, failed, did_it;
	struct error err;
	struct buf text;
	size_t records;
};

struct bench {
	struct arena arena;
	struct run run;
	struct outcome outcomes[64];
};

static bool on_record(void *context, size_t job, uint32_t type, struct slice record, struct error *err)
{
	struct bench *b = context;

	b->outcomes[job].records++;
	if (type == TYPE_DID_IT)
		b->outcomes[job].did_it = true;
	if (type == TYPE_TEXT)
		buf_add_slice(&b->outcomes[job].text, record);
	if (type == 99)
		return error_set(err, ERR_WORKER, "refused record");
	return true;
}

static void on_end(void *context, size_t job, const struct error *err)
{
	struct bench *b = context;

	assert_false(b->outcomes[job].ended);
	b->outcomes[job].ended = true;
	b->outcomes[job].failed = err != NULL;
	if (err)
		b->outcomes[job].err = *err;
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	arena_init(&b->arena, 0);
	run_init(&b->run, &b->arena);
	b->run.threads = 4;
	for (size_t i = 0; i < 64; i++)
		buf_init(&b->outcomes[i].text, 64 * MIB);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < 64; i++)
		buf_release(&b->outcomes[i].text);
	arena_release(&b->arena);
	free(b);
	return 0;
}

static void run_jobs(struct bench *b, const struct confine_spec *spec, const struct worker_job *jobs, size_t count)
{
	struct error err = ERROR_INIT;
	struct confine *c = confine_new(spec, &err);
	const struct worker_events events = { on_record, on_end, b };

	if (!c)
		fail_msg("%s", err.message);
	confine_run(c, &b->run, jobs, count, &events);
	confine_free(c);
	for (size_t i = 0; i < count; i++)
		assert_true(b->outcomes[i].ended);
}

static void run_one(struct bench *b, const struct confine_spec *spec, worker_function *function, void *argument)
{
	const struct worker_job job = { .run = function, .job = argument, .name = SLICE("the job") };

	run_jobs(b, spec, &job, 1);
}

static const struct confine_spec bare = { .tree_fd = -1 };

/* Skips where the kernel gives no confinement: then there is nothing to hold. */
static void need_confinement(void)
{
	struct error err = ERROR_INIT;
	struct confine *c = confine_new(&bare, &err);

	assert_non_null(c);
	bool complete = confine_features(c) == CONFINE_ALL;
	confine_free(c);
	if (!complete) {
		print_message("this kernel does not give Landlock and seccomp\n");
		skip();
	}
}

static bool tell(struct worker_output *out)
{
	worker_send(out, TYPE_DID_IT, SLICE_EMPTY);
	return true;
}

/* --- what a worker must not be able to do --- */

static bool open_socket(void *job, struct worker_output *out, struct error *err)
{
	(void)job;
	if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || socket(AF_UNIX, SOCK_STREAM, 0) >= 0)
		return tell(out);
	return error_set(err, ERR_IO, "no socket");
}

static bool write_file(void *job, struct worker_output *out, struct error *err)
{
	int fd = open(job, O_WRONLY | O_CREAT, 0600);

	if (fd >= 0)
		return tell(out);
	return error_set(err, ERR_IO, "no file");
}

static bool read_file(void *job, struct worker_output *out, struct error *err)
{
	int fd = open(job, O_RDONLY);

	if (fd >= 0)
		return tell(out);
	return error_set(err, ERR_IO, "no file");
}

static bool start_program(void *job, struct worker_output *out, struct error *err)
{
	char *argv[] = { job, NULL };

	(void)out;
	execv(job, argv);
	return error_set(err, ERR_IO, "no program");
}

static bool fork_child(void *job, struct worker_output *out, struct error *err)
{
	(void)job;
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	if (pid > 0)
		return tell(out);
	return error_set(err, ERR_IO, "no child");
}

static bool trace_parent(void *job, struct worker_output *out, struct error *err)
{
	(void)job;
	if (ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0)
		return tell(out);
	return error_set(err, ERR_IO, "no trace");
}

static bool kill_parent(void *job, struct worker_output *out, struct error *err)
{
	if (kill((pid_t)(intptr_t)job, 0) == 0)
		return tell(out);
	return error_set(err, ERR_IO, "no signal");
}

static bool map_program(void *job, struct worker_output *out, struct error *err)
{
	(void)job;
	if (mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		return tell(out);
	return error_set(err, ERR_IO, "no program memory");
}

static bool use_leaked_fd(void *job, struct worker_output *out, struct error *err)
{
	char byte;

	if (pread((int)(intptr_t)job, &byte, 1, 0) >= 0)
		return tell(out);
	return error_set(err, ERR_IO, "closed");
}

static void test_misbehaviour_is_stopped(void **state)
{
	struct bench *b = *state;
	char path[] = "/tmp/bulwark-test-XXXXXX", victim[64];

	need_confinement();
	int leaked = mkstemp(path);
	assert_true(leaked >= 0);
	snprintf(victim, sizeof(victim), "%s.new", path);
	const struct worker_job jobs[] = {
		{ .run = open_socket, .name = SLICE("socket") },
		{ .run = write_file, .job = victim, .name = SLICE("write") },
		{ .run = write_file, .job = path, .name = SLICE("overwrite") },
		{ .run = read_file, .job = "/etc/passwd", .name = SLICE("read") },
		{ .run = start_program, .job = "/bin/true", .name = SLICE("exec") },
		{ .run = fork_child, .name = SLICE("fork") },
		{ .run = trace_parent, .name = SLICE("ptrace") },
		{ .run = kill_parent, .job = (void *)(intptr_t)getpid(), .name = SLICE("kill") },
		{ .run = map_program, .name = SLICE("mmap") },
		{ .run = use_leaked_fd, .job = (void *)(intptr_t)leaked, .name = SLICE("descriptor") },
	};

	run_jobs(b, &bare, jobs, sizeof(jobs) / sizeof(jobs[0]));
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		if (b->outcomes[i].did_it || !b->outcomes[i].failed)
			fail_msg("%.*s was possible", SLICE_ARG(jobs[i].name));
	}
	assert_int_equal(access(victim, F_OK), -1);
	close(leaked);
	unlink(path);
}

/* --- a worker with a directory --- */

static bool read_in_tree(void *job, struct worker_output *out, struct error *err)
{
	int tree = *(int *)job;
	char bytes[64];
	int fd = openat(tree, "inside", O_RDONLY);

	if (fd < 0)
		return error_set_errno(err, errno, "inside");
	ssize_t n = read(fd, bytes, sizeof(bytes));
	if (n < 0)
		return error_set_errno(err, errno, "inside");
	worker_send(out, TYPE_TEXT, slice_new(bytes, (size_t)n));
	struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_IN_ROOT };
	if (syscall(SYS_openat2, tree, "inside", &how, sizeof(how)) < 0)
		return error_set_errno(err, errno, "openat2");
	return true;
}

static bool leave_tree(void *job, struct worker_output *out, struct error *err)
{
	if (openat(*(int *)job, "../../etc/passwd", O_RDONLY) >= 0 || open("/etc/passwd", O_RDONLY) >= 0 ||
	    openat(*(int *)job, "escape", O_RDONLY) >= 0)
		return tell(out);
	struct open_how how = { .flags = O_WRONLY };
	if (syscall(SYS_openat2, *(int *)job, "inside", &how, sizeof(how)) >= 0)
		return tell(out);
	return error_set(err, ERR_IO, "cannot leave");
}

static void test_tree(void **state)
{
	struct bench *b = *state;
	char dir[] = "/tmp/bulwark-tree-XXXXXX";

	need_confinement();
	assert_non_null(mkdtemp(dir));
	int tree = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(tree >= 0);
	int fd = openat(tree, "inside", O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "hello", 5), 5);
	close(fd);
	assert_int_equal(symlinkat("/etc/passwd", tree, "escape"), 0);
	const struct confine_spec spec = { .tree_fd = tree };
	const struct worker_job jobs[] = {
		{ .run = read_in_tree, .job = &tree, .name = SLICE("inside") },
		{ .run = leave_tree, .job = &tree, .name = SLICE("outside") },
	};
	run_jobs(b, &spec, jobs, 2);
	if (b->outcomes[0].failed)
		fail_msg("%s", b->outcomes[0].err.message);
	assert_true(slice_is(buf_slice(&b->outcomes[0].text), "hello"));
	assert_true(b->outcomes[1].failed);
	assert_false(b->outcomes[1].did_it);
	unlinkat(tree, "inside", 0);
	unlinkat(tree, "escape", 0);
	close(tree);
	rmdir(dir);
}

static bool create_by_openat2(void *job, struct worker_output *out, struct error *err)
{
	struct open_how how = { .flags = O_WRONLY | O_CREAT | O_TRUNC, .mode = 0600 };

	if (syscall(SYS_openat2, *(int *)job, "new", &how, sizeof(how)) >= 0)
		return tell(out);
	return error_set_errno(err, errno, "openat2");
}

/* seccomp cannot look into openat2's argument, so that without Landlock there is no such call. */
static void test_tree_without_landlock(void **state)
{
	struct bench *b = *state;
	char dir[] = "/tmp/bulwark-tree-XXXXXX";

	need_confinement();
	assert_non_null(mkdtemp(dir));
	int tree = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(tree >= 0);
	const struct confine_spec spec = { .tree_fd = tree, .disable = CONFINE_LANDLOCK };
	run_one(b, &spec, create_by_openat2, &tree);
	assert_true(b->outcomes[0].failed);
	assert_int_equal(b->outcomes[0].err.os_errno, ENOSYS);
	assert_int_equal(faccessat(tree, "new", F_OK, 0), -1);
	close(tree);
	rmdir(dir);
}

/* --- what a worker must be able to do --- */

static int by_value(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Each of these makes the C library call the kernel on its own. */
static bool use_the_c_library(void *job, struct worker_output *out, struct error *err)
{
	static int numbers[4096];
	time_t t = 1700000000;
	struct stat st;
	struct tm tm;

	(void)job;
	(void)out;
	for (int i = 0; i < 4096; i++)
		numbers[i] = i * 7919 % 4096;
	qsort(numbers, 4096, sizeof(numbers[0]), by_value);
	if (fstat(STDIN_FILENO, &st) < 0 || !gmtime_r(&t, &tm) || numbers[1] != 1 || tm.tm_year != 123)
		return error_set(err, ERR_INTERNAL, "the C library does not work");
	return true;
}

static bool take_memory(void *job, struct worker_output *out, struct error *err)
{
	volatile char *p = malloc(64 * MIB);

	(void)job;
	(void)out;
	if (!p)
		return error_set(err, ERR_LIMIT, "no memory");
	p[MIB] = 1;
	return true;
}

static bool read_given(void *job, struct worker_output *out, struct error *err)
{
	char bytes[16];
	ssize_t n = pread(*(int *)job, bytes, sizeof(bytes), 0);

	if (n < 0)
		return error_set_errno(err, errno, "pread");
	worker_send(out, TYPE_TEXT, slice_new(bytes, (size_t)n));
	return true;
}

static void test_ordinary_work(void **state)
{
	struct bench *b = *state;
	const struct worker_job jobs[] = {
		{ .run = use_the_c_library, .name = SLICE("library") },
		{ .run = take_memory, .name = SLICE("memory") },
	};
	/* As a mapped index: what the broker holds must not be counted against its workers. */
	void *mapped = mmap(NULL, LIMIT_WORKER_MEMORY + GIB, PROT_READ,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	assert_true(mapped != MAP_FAILED);
	run_jobs(b, &bare, jobs, 2);
	munmap(mapped, LIMIT_WORKER_MEMORY + GIB);
	for (size_t i = 0; i < 2; i++)
		if (b->outcomes[i].failed)
			fail_msg("%s", b->outcomes[i].err.message);
}

/* A program started without standard input has its files there. */
static void test_file_in_place_of_standard_input(void **state)
{
	struct bench *b = *state;
	char path[] = "/tmp/bulwark-test-XXXXXX";
	int saved = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10), file = mkstemp(path), in = STDIN_FILENO;

	assert_true(file > STDIN_FILENO);
	assert_int_equal(write(file, "hello", 5), 5);
	assert_int_equal(dup2(file, in), in);
	const struct worker_job job = { .run = read_given, .job = &in, .fds = { in }, .fd_count = 1,
					.name = SLICE("standard input") };
	run_jobs(b, &bare, &job, 1);
	if (saved >= 0)
		dup2(saved, in);
	unlink(path);
	close(file);
	assert_false(b->outcomes[0].failed);
	assert_true(slice_is(buf_slice(&b->outcomes[0].text), "hello"));
}

/* --- death, lies, hanging --- */

static bool abort_itself(void *job, struct worker_output *out, struct error *err)
{
	(void)job;
	(void)out;
	(void)err;
	abort();
}

/* Closes its answer, so that nothing more can come, and goes on. */
static bool hide(void *job, struct worker_output *out, struct error *err)
{
	(void)job;
	(void)out;
	(void)err;
	for (int fd = 3; fd < 64; fd++)
		close(fd);
	for (;;)
		sched_yield();
	return true;
}

static bool die(void *job, struct worker_output *out, struct error *err)
{
	(void)job;
	(void)err;
	worker_send(out, TYPE_TEXT, SLICE("before"));
	__builtin_trap();
}

static bool leave_early(void *job, struct worker_output *out, struct error *err)
{
	(void)job;
	(void)out;
	(void)err;
	_exit(5);
}

static bool hang(void *job, struct worker_output *out, struct error *err)
{
	(void)job;
	(void)out;
	(void)err;
	for (;;)
		sched_yield();
	return true;
}

static bool fail_with_offset(void *job, struct worker_output *out, struct error *err)
{
	(void)job;
	(void)out;
	return error_set_at(err, ERR_FORMAT, 1234, "bad entry");
}

static bool send_refused(void *job, struct worker_output *out, struct error *err)
{
	(void)job;
	(void)err;
	worker_send(out, 99, SLICE("x"));
	return true;
}

/* The pipe is the lowest descriptor behind the standard ones. */
static bool lie_about_length(void *job, struct worker_output *out, struct error *err)
{
	uint32_t head[2] = { 1, 0xffffffff };

	(void)job;
	(void)err;
	for (int fd = 3; fd < 64; fd++)
		if (write(fd, head, sizeof(head)) > 0)
			break;
	(void)out;
	return true;
}

static void test_death_is_an_error(void **state)
{
	struct bench *b = *state;
	const struct worker_job jobs[] = {
		{ .run = die, .name = SLICE("dying") },
		{ .run = leave_early, .name = SLICE("leaving") },
		{ .run = fail_with_offset, .name = SLICE("failing") },
		{ .run = send_refused, .name = SLICE("refused") },
		{ .run = lie_about_length, .name = SLICE("lying") },
		{ .run = abort_itself, .name = SLICE("aborting") },
		{ .run = hide, .name = SLICE("hiding") },
	};

	run_jobs(b, &bare, jobs, 7);
	for (size_t i = 0; i < 7; i++)
		assert_true(b->outcomes[i].failed);
	assert_int_equal(b->outcomes[0].err.code, ERR_WORKER);
	assert_non_null(strstr(b->outcomes[0].err.message, "dying"));
	assert_true(slice_is(buf_slice(&b->outcomes[0].text), "before"));
	assert_non_null(strstr(b->outcomes[1].err.message, "status 5"));
	assert_int_equal(b->outcomes[2].err.code, ERR_FORMAT);
	assert_int_equal(b->outcomes[2].err.offset, 1234);
	assert_string_equal(b->outcomes[2].err.message, "bad entry");
	assert_string_equal(b->outcomes[3].err.message, "refused record");
	assert_int_equal(b->outcomes[4].err.code, ERR_WORKER);
	assert_non_null(strstr(b->outcomes[4].err.message, "announced"));
	assert_non_null(strstr(b->outcomes[5].err.message, "SIGABRT"));
	assert_int_equal(b->outcomes[6].err.code, ERR_WORKER);
	assert_non_null(strstr(b->outcomes[6].err.message, "killed"));
}

static void test_deadline(void **state)
{
	struct bench *b = *state;
	const struct worker_job jobs[] = {
		{ .run = hang, .name = SLICE("one") }, { .run = hang, .name = SLICE("two") },
		{ .run = hang, .name = SLICE("never started") },
	};

	b->run.threads = 2;
	b->run.deadline_ms = run_monotonic_ms() + 200;
	run_jobs(b, &bare, jobs, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(b->outcomes[i].err.code, ERR_TIMEOUT);
}

static void test_cancellation(void **state)
{
	struct bench *b = *state;
	volatile sig_atomic_t cancelled = 1;

	b->run.cancelled = &cancelled;
	run_one(b, &bare, hang, NULL);
	assert_int_equal(b->outcomes[0].err.code, ERR_CANCELLED);
}

/* --- sound workers --- */

static bool count_up(void *job, struct worker_output *out, struct error *err)
{
	uint32_t top = *(uint32_t *)job;

	(void)err;
	for (uint32_t i = 0; i < top; i++)
		if (!worker_send(out, TYPE_TEXT, slice_new(&i, sizeof(i))))
			return false;
	return true;
}

static void test_order_within_a_job(void **state)
{
	struct bench *b = *state;
	uint32_t tops[40];
	struct worker_job jobs[40];

	for (uint32_t i = 0; i < 40; i++) {
		tops[i] = i * 500;
		jobs[i] = (struct worker_job){ .run = count_up, .job = &tops[i], .name = SLICE("counter") };
	}
	run_jobs(b, &bare, jobs, 40);
	for (uint32_t i = 0; i < 40; i++) {
		struct cursor c;

		assert_false(b->outcomes[i].failed);
		assert_int_equal(b->outcomes[i].records, tops[i]);
		cursor_init(&c, buf_slice(&b->outcomes[i].text));
		for (uint32_t k = 0; k < tops[i]; k++)
			assert_int_equal(cursor_u32le(&c), k);
	}
}

static bool send_large(void *job, struct worker_output *out, struct error *err)
{
	size_t size = *(size_t *)job;
	char *bytes = calloc(1, size);

	(void)err;
	if (!bytes || !worker_send(out, TYPE_TEXT, slice_new(bytes, size)))
		return error_set(err, ERR_LIMIT, "record refused");
	return true;
}

static void test_record_sizes(void **state)
{
	struct bench *b = *state;
	size_t sizes[] = { LIMIT_RECORD, LIMIT_RECORD + 1 };
	const struct worker_job jobs[] = {
		{ .run = send_large, .job = &sizes[0], .name = SLICE("largest") },
		{ .run = send_large, .job = &sizes[1], .name = SLICE("too large") },
	};

	run_jobs(b, &bare, jobs, 2);
	assert_false(b->outcomes[0].failed);
	assert_int_equal(b->outcomes[0].text.len, LIMIT_RECORD);
	assert_int_equal(b->outcomes[1].err.code, ERR_LIMIT);
}

static bool write_shared(void *job, struct worker_output *out, struct error *err)
{
	(void)out;
	(void)err;
	((uint32_t *)job)[1000] = 77;
	return true;
}

static void test_shared_memory(void **state)
{
	struct bench *b = *state;
	uint32_t *shared = confine_shared_new(1 << 20);

	assert_non_null(shared);
	run_one(b, &bare, write_shared, shared);
	assert_false(b->outcomes[0].failed);
	assert_int_equal(shared[1000], 77);
	confine_shared_free(shared, 1 << 20);
}

/* --- degraded kernels --- */

static void test_degraded_mode_says_so(void **state)
{
	struct bench *b = *state;
	struct error err = ERROR_INIT;
	struct confine_spec spec = { .tree_fd = -1, .disable = CONFINE_LANDLOCK | CONFINE_SECCOMP };
	uint32_t top = 3;
	struct confine *c = confine_new(&spec, &err);

	assert_non_null(c);
	assert_int_equal(confine_features(c) & (CONFINE_LANDLOCK | CONFINE_SECCOMP), 0);
	confine_report(c, &b->run);
	assert_true(b->run.gaps.count >= 2);
	assert_int_equal(b->run.gaps.items[0].reason, GAP_REASON_CONFINEMENT);
	confine_free(c);
	run_one(b, &spec, count_up, &top);
	assert_false(b->outcomes[0].failed);
	assert_int_equal(b->outcomes[0].records, 3);
	spec.require = true;
	assert_null(confine_new(&spec, &err));
	assert_int_equal(err.code, ERR_UNSUPPORTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_misbehaviour_is_stopped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tree, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tree_without_landlock, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ordinary_work, setup, teardown),
		cmocka_unit_test_setup_teardown(test_file_in_place_of_standard_input, setup, teardown),
		cmocka_unit_test_setup_teardown(test_death_is_an_error, setup, teardown),
		cmocka_unit_test_setup_teardown(test_deadline, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cancellation, setup, teardown),
		cmocka_unit_test_setup_teardown(test_order_within_a_job, setup, teardown),
		cmocka_unit_test_setup_teardown(test_record_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shared_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_degraded_mode_says_so, setup, teardown),
	};

	return cmocka_run_group_tests_name("confine", tests, NULL, NULL);
}
