#include "docker/credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "docker/base64.h"
#include "format/json.h"

#define CONFIG_MAX (4 * MIB)
#define ANSWER_MAX (256 * KIB)
#define HELPER_MAX 128
#define HUB	   "docker.io"
#define HUB_KEY	   "https://index.docker.io/v1/" /* as Docker has always called it there */

extern char **environ;

bool credentials_none(const struct credentials *c)
{
	return slice_empty(c->username) && slice_empty(c->identity_token) &&
	       slice_empty(c->registry_token);
}

/* "https://host:5000/v1/" -> "host:5000" */
static struct slice host_of(struct slice key)
{
	if (!slice_cut_prefix(&key, SLICE("https://")))
		slice_cut_prefix(&key, SLICE("http://"));
	return slice_first(key, slice_find_byte(key, '/'));
}

static struct slice key_of(struct slice registry)
{
	return slice_is(registry, HUB) ? SLICE(HUB_KEY) : registry;
}

static const struct node *find_entry(const struct node *auths, struct slice registry)
{
	const struct node *entry = node_get(auths, key_of(registry));
	struct slice host = host_of(key_of(registry));

	if (entry)
		return entry;
	if (node_is(auths, NODE_MAP))
		node_each(it, auths)
			if (slice_eq(host_of(it->key), host))
				return it;
	return NULL;
}

static bool read_entry(const struct node *entry, struct arena *a, struct credentials *ret,
		       struct error *err)
{
	struct slice packed = node_get_text(entry, SLICE("auth")), pair;

	ret->username = node_get_text(entry, SLICE("username"));
	ret->password = node_get_text(entry, SLICE("password"));
	ret->identity_token = node_get_text(entry, SLICE("identitytoken"));
	ret->registry_token = node_get_text(entry, SLICE("registrytoken"));
	if (slice_empty(packed))
		return true;
	if (!base64_decode(packed, a, &pair) ||
	    !slice_split(pair, ':', &ret->username, &ret->password) || slice_empty(ret->username))
		return error_set(err, ERR_FORMAT, "the \"auth\" of %.*s is not user:password in "
				 "base 64", SLICE_ARG(entry->key));
	/* What pads it: old clients wrote NULs. */
	while (slice_cut_suffix(&ret->password, slice_new("\0", 1)))
		;
	return true;
}

bool credentials_parse(struct slice config, struct slice registry, struct arena *a,
		       struct credentials *ret, struct slice *ret_helper, struct error *err)
{
	struct node *root;

	*ret = (struct credentials){ 0 };
	*ret_helper = SLICE_EMPTY;
	if (!json_parse(config, a, &root, err))
		return false;
	const struct node *helpers = node_get(root, SLICE("credHelpers"));
	struct slice helper = node_get_text(helpers, registry);
	if (slice_empty(helper))
		helper = node_get_text(helpers, key_of(registry));
	if (slice_empty(helper))
		helper = node_get_text(root, SLICE("credsStore"));
	*ret_helper = helper;
	const struct node *entry = find_entry(node_get(root, SLICE("auths")), registry);
	return !entry || read_entry(entry, a, ret, err);
}

bool credentials_parse_helper(struct slice answer, struct arena *a, struct credentials *ret,
			      struct error *err)
{
	struct node *root;

	*ret = (struct credentials){ 0 };
	if (!json_parse(answer, a, &root, err))
		return false;
	struct slice user = node_get_text(root, SLICE("Username"));
	struct slice secret = node_get_text(root, SLICE("Secret"));
	if (slice_is(user, "<token>")) {
		ret->identity_token = secret;
	} else {
		ret->username = user;
		ret->password = secret;
	}
	return !credentials_none(ret) ||
	       error_set(err, ERR_FORMAT, "the answer names no user");
}

/* ------------------------------------------------------------- the helper */

/* Of a program in the PATH; nothing that leads out of it. */
static bool sound_helper(struct slice name)
{
	if (slice_empty(name) || name.len > HELPER_MAX || name.data[0] == '.')
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!ascii_alnum(name.data[i]) && !strchr("._-", name.data[i]))
			return false;
	return true;
}

static bool start_helper(const char *program, int in, int out, pid_t *ret, struct error *err)
{
	char *arguments[] = { strdup(program), strdup("get"), NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t defaults;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	/* A group of its own, so that what it starts can be stopped with it. */
	posix_spawnattr_setpgroup(&attributes, 0);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
	int rc = posix_spawnp(ret, program, &actions, &attributes, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	free(arguments[0]);
	free(arguments[1]);
	return rc == 0 || error_set_errno(err, rc, "%s", program);
}

static bool read_answer(struct run *run, const char *program, int fd, struct buf *b,
			struct error *err)
{
	int64_t end = run_monotonic_ms() + CREDENTIAL_HELPER_MS;
	struct pollfd p = { .fd = fd, .events = POLLIN };

	for (;;) {
		if (run_interrupted(run, err))
			return error_wrap(err, "%s", program);
		if (run_monotonic_ms() > end)
			return error_set(err, ERR_TIMEOUT, "%s did not answer within %d seconds",
					 program, CREDENTIAL_HELPER_MS / 1000);
		if (poll(&p, 1, 50) <= 0)
			continue;
		char *room = buf_reserve(b, 4096);
		if (!room)
			return error_set(err, ERR_LIMIT, "%s answers with more than %zu bytes",
					 program, ANSWER_MAX);
		ssize_t n = read(fd, room, 4096);
		if (n < 0 && errno != EINTR)
			return error_set_errno(err, errno, "%s", program);
		if (n == 0)
			return true;
		if (n > 0)
			buf_commit(b, (size_t)n);
	}
}

/* What ends late, with its pipe closed, has the same time limit as what answers late. */
static int wait_helper(pid_t pid, bool stop)
{
	const struct timespec moment = { .tv_nsec = 5000000 };
	int64_t end = run_monotonic_ms() + (stop ? 0 : CREDENTIAL_HELPER_MS);
	int status = 0;
	pid_t done;

	while ((done = waitpid(pid, &status, WNOHANG)) == 0 && run_monotonic_ms() < end)
		nanosleep(&moment, NULL);
	kill(-pid, SIGKILL);
	if (done == 0)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	return status;
}

static bool take_answer(const char *program, int status, struct slice answer, struct arena *a,
			struct credentials *ret, struct error *err)
{
	struct slice text = slice_trim(answer);

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		return credentials_parse_helper(arena_copy(a, answer), a, ret, err) ||
		       error_wrap(err, "%s", program);
	}
	/* The one failure that is none: its words are part of the protocol. */
	if (slice_find(text, SLICE("credentials not found")) < text.len)
		return true;
	return error_set(err, ERR_IO, "%s failed: %.*s", program, SLICE_ARG(slice_first(text, 200)));
}

static bool ask_helper(struct run *run, struct slice helper, struct slice registry,
		       struct credentials *ret, struct error *err)
{
	struct slice key = key_of(registry);
	CLEANUP_FD int in = memfd_create("credentials", MFD_CLOEXEC);
	int fds[2];
	struct buf b;
	pid_t pid;

	if (!sound_helper(helper))
		return error_set(err, ERR_FORMAT, "\"%.*s\" is no name of a credential helper",
				 SLICE_ARG(helper));
	const char *program = arena_printf(run->arena, "docker-credential-%.*s",
					   SLICE_ARG(helper)).data;
	if (in < 0 || !io_write_full(in, key.data, key.len) || lseek(in, 0, SEEK_SET) < 0 ||
	    pipe2(fds, O_CLOEXEC) < 0)
		return error_set_errno(err, errno, "%s", program);
	bool started = start_helper(program, in, fds[1], &pid, err);
	close(fds[1]);
	buf_init(&b, ANSWER_MAX);
	bool ok = started && read_answer(run, program, fds[0], &b, err);
	close(fds[0]);
	int status = started ? wait_helper(pid, !ok) : 0;
	if (ok)
		ok = take_answer(program, status, buf_slice(&b), run->arena, ret, err);
	buf_release(&b);
	return ok;
}

/* ---------------------------------------------------------------- the file */

static struct slice config_path(struct slice config_dir, struct arena *a)
{
	const char *directory = getenv("DOCKER_CONFIG"), *home = getenv("HOME");

	if (!slice_empty(config_dir))
		return arena_printf(a, "%.*s/config.json", SLICE_ARG(config_dir));
	if (directory && *directory)
		return arena_printf(a, "%s/config.json", directory);
	return home && *home ? arena_printf(a, "%s/.docker/config.json", home) : SLICE_EMPTY;
}

bool credentials_find(struct run *run, struct slice config_dir, struct slice registry,
		      struct credentials *ret, struct error *err)
{
	struct slice path = config_path(config_dir, run->arena), config, helper;
	struct credentials asked = { 0 };
	struct error why = ERROR_INIT;

	*ret = (struct credentials){ 0 };
	if (slice_empty(path))
		return true;
	if (!io_read_file(AT_FDCWD, path.data, CONFIG_MAX, run->arena, &config, &why)) {
		if (why.code == ERR_NOT_FOUND)
			return true;
		return error_set(err, why.code, "%s", why.message);
	}
	if (!credentials_parse(config, registry, run->arena, ret, &helper, err))
		return error_wrap(err, "%.*s", SLICE_ARG(path));
	if (slice_empty(helper))
		return true;
	if (!ask_helper(run, helper, registry, &asked, err))
		return false;
	/* What a store does not know may stand in the file. */
	if (!credentials_none(&asked))
		*ret = asked;
	return true;
}
