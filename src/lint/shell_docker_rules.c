/* Scripts: what they do with docker, secrets and containers that somebody broke into. */
#include "base/cleanup.h"
#include "lint/document.h"
#include "lint/rule_rows.h"
#include "lint/rules.h"

#define each_command(command, c) vec_each(command, &rule_document(c)->shell->commands)

static struct slice word_at(const struct shell_command *c, size_t i)
{
	return i < c->words.count ? c->words.items[i].value : SLICE_EMPTY;
}

/* Number of docker's subcommand, behind the global options; words.count: another program, or none. */
static size_t subcommand(const struct shell_command *c)
{
	size_t i = shell_program_word(c) + 1;

	if (!word_in(shell_program(c), "docker|podman|nerdctl"))
		return c->words.count;
	for (; i < c->words.count; i++) {
		struct slice word = c->words.items[i].value;

		if (slice_empty(word) || word.data[0] != '-')
			return i;
		i += word_in(word, "-H|--host|-c|--context|--config|-l|--log-level|--tlscacert|--tlscert|--tlskey");
	}
	return c->words.count;
}

/* `docker OBJECT VERB` or `docker VERB`: the number of the first word behind, 0: another command. */
static size_t behind(const struct shell_command *c, const char *object, const char *verb)
{
	size_t at = subcommand(c);

	if (at >= c->words.count)
		return 0;
	if (object && slice_eq(word_at(c, at), slice_from_cstr(object)))
		return slice_eq(word_at(c, at + 1), slice_from_cstr(verb)) ? at + 2 : 0;
	bool plain = !object || word_in(slice_from_cstr(object), "container|image");
	return plain && slice_eq(word_at(c, at), slice_from_cstr(verb)) ? at + 1 : 0;
}

/* The operand number `n` behind `at`; options are passed over, `values` are those that take the next word. */
static size_t operand(const struct shell_command *c, size_t at, const char *values, unsigned n)
{
	for (; at < c->words.count; at++) {
		struct slice word = c->words.items[at].value;

		if (word.len > 1 && word.data[0] == '-')
			at += word_in(word, values);
		else if (n-- == 0)
			break;
	}
	return at;
}

#define SECRET_VALUES "-d|--driver|-l|--label|--template-driver"
#define EXEC_VALUES "-e|--env|--env-file|-u|--user|-w|--workdir|--detach-keys"
#define COMMIT_VALUES "-a|--author|-c|--change|-m|--message"

/* Of run and create: options without a value; all others have one. */
static bool is_flag(struct slice word)
{
	if (slice_starts(word, SLICE("--")))
		return slice_find_byte(word, '=') < word.len ||
		       word_in(word, "--detach|--interactive|--tty|--rm|--init|--privileged|--read-only|--publish-all|--quiet|"
				     "--no-healthcheck|--oom-kill-disable|--sig-proxy|--disable-content-trust|--help|--use-api-socket");
	for (size_t i = 1; i < word.len; i++)
		if (slice_find_byte(SLICE("ditPq"), word.data[i]) == 5)
			return i + 1 < word.len;
	return true;
}

/* The number of the word that names the image of a `docker run`; 0: none. */
static size_t run_image(const struct shell_command *c)
{
	size_t at = behind(c, "container", "run");

	if (!at)
		at = behind(c, "container", "create");
	for (; at && at < c->words.count; at++) {
		struct slice word = c->words.items[at].value;

		if (word.len < 2 || word.data[0] != '-')
			return at;
		at += !is_flag(word);
	}
	return 0;
}

/* --- options --- */

/* Images whose program writes elsewhere than into its volumes. */
static const struct {
	struct slice image;
	const char *paths[2];
} writers[] = {
	{ SLICE_INIT("nginx"), { "/var/cache/nginx", "/run" } },
	{ SLICE_INIT("httpd"), { "/usr/local/apache2/logs", NULL } },
};

static struct slice image_name(struct slice reference)
{
	size_t slash = slice_rfind_byte(reference, '/');
	struct slice name = slash < reference.len ? slice_from(reference, slash + 1) : reference;

	name = slice_first(name, slice_find_byte(name, '@'));
	return slice_first(name, slice_find_byte(name, ':'));
}

/* Does some word before the image mount something there: --tmpfs PATH, -v x:PATH, --mount target=PATH? */
static bool mounts(const struct shell_command *c, size_t image, struct slice path)
{
	for (size_t i = 0; i < image; i++) {
		struct slice w = c->words.items[i].value;

		for (size_t at; (at = slice_find(w, path)) < w.len; w = slice_from(w, at + 1)) {
			struct slice rest = slice_from(w, at + path.len);
			bool starts = at == 0 || w.data[at - 1] == ':' || w.data[at - 1] == '=' ||
				      (at >= 4 && slice_is(slice_from(slice_first(w, at), at - 4), "/var"));

			if (starts && (slice_empty(rest) || rest.data[0] == ':' || rest.data[0] == ','))
				return true;
		}
	}
	return false;
}

static void check_read_only(struct rule_context *c)
{
	each_command(command, c) {
		size_t image = run_image(command);
		const struct shell_word *option = image ? shell_option(command, "--read-only") : NULL;
		struct slice name = image_name(word_at(command, image));

		for (size_t i = 0; option && i < ARRAY_LEN(writers); i++) {
			if (!slice_eq(writers[i].image, name))
				continue;
			for (size_t k = 0; k < ARRAY_LEN(writers[i].paths) && writers[i].paths[k]; k++)
				if (!mounts(command, image, slice_from_cstr(writers[i].paths[k]))) {
					rule_fail(c, option->span, "%.*s does not start: it writes to %s, where nothing may be written",
						  SLICE_ARG(name), writers[i].paths[k]);
					break;
				}
		}
	}
}

/* Of `-v SOURCE:/run/secrets/x`, the word. */
static void check_secret_bind(struct rule_context *c)
{
	each_command(command, c) {
		size_t image = run_image(command);

		for (size_t i = 1; i + 1 < image; i++) {
			struct slice w = word_at(command, i + 1);

			if (word_in(word_at(command, i), "-v|--volume") && text_has(w, ":/run/secrets/") && (w.data[0] == '/' || w.data[0] == '.'))
				rule_fail(c, command->words.items[i + 1].span, "where the file is missing, -v makes an empty directory of its name and goes on; and a file on the host is no store of secrets");
		}
	}
}

static void check_bench_run(struct rule_context *c)
{
	each_command(command, c) {
		size_t image = run_image(command);

		if (!image || !text_has(word_at(command, image), "docker-bench-security"))
			continue;
		const struct shell_word *terminal = shell_option(command, "-t");
		rule_fail(c, terminal ? terminal->span : command->span, "%sthe benchmark judges its own container, which shares the host's network and processes, along with yours",
			  terminal ? "a terminal is asked for, which a pipeline does not have; " : "");
	}
}

static void check_scout(struct rule_context *c)
{
	const struct document *d = rule_document(c);

	each_command(command, c) {
		size_t at = behind(command, "scout", "quickview");
		if (!at)
			continue;
		/* The line before it. */
		size_t end = command->span.offset, start;
		while (end && d->text.data[end - 1] != '\n')
			end--;
		start = end ? end - 1 : 0;
		while (start && d->text.data[start - 1] != '\n')
			start--;
		struct slice before = slice_first(slice_from(d->text, start), end > start ? end - start - 1 : 0);
		if (before.len && before.data[0] == '#' && (text_has(before, "nable") || text_has(before, "nstall") || text_has(before, "ctivate")))
			rule_fail(c, (struct span){ d->source, start, before.len }, "quickview enables nothing: it shows a summary, and only where the plugin is installed and somebody logged in");
	}
}

/* --- doors --- */

static void check_socket_mode(struct rule_context *c)
{
	each_command(command, c) {
		bool open = false, sock = false;

		if (!slice_is(shell_program(command), "chmod"))
			continue;
		for (size_t i = shell_program_word(command) + 1; i < command->words.count; i++) {
			struct slice w = command->words.items[i].value;

			open |= word_in(w, "666|777|0666|0777|a+rw|o+rw|ugo+rw|a+w|o+w|+rw|a=rw");
			sock |= slice_ends(w, SLICE("docker.sock"));
		}
		if (open && sock)
			rule_fail(c, command->span, "every user of the host may command dockerd, which is as good as root");
	}
}

static void check_group(struct rule_context *c)
{
	each_command(command, c) {
		struct slice program = shell_program(command);
		bool docker = false;

		if (!word_in(program, "usermod|gpasswd|adduser|addgroup"))
			continue;
		for (size_t i = shell_program_word(command) + 1; i < command->words.count; i++)
			docker |= slice_is(command->words.items[i].value, "docker");
		/* `adduser docker` makes a user of that name. */
		if (docker && command->words.count >= shell_program_word(command) + 3)
			rule_fail(c, command->span, "members of the group docker are root in all but name");
	}
}

static bool is_tcp(struct slice host)
{
	return slice_starts(host, SLICE("tcp://")) && !slice_starts(host, SLICE("tcp://127.")) &&
	       !slice_starts(host, SLICE("tcp://localhost"));
}

static void check_dockerd(struct rule_context *c)
{
	each_command(command, c) {
		if (!slice_is(shell_program(command), "dockerd") || shell_option(command, "--tlsverify"))
			continue;
		for (size_t i = 1; i < command->words.count; i++) {
			struct slice w = command->words.items[i].value;

			slice_cut_prefix(&w, SLICE("--host="));
			slice_cut_prefix(&w, SLICE("-H="));
			if (is_tcp(w))
				rule_fail(c, command->words.items[i].span, "whoever reaches it commands dockerd, and with it the host as root");
		}
	}
}

/* The value of NAME= before a command, alone, or behind export. */
static bool assigned(const struct shell_command *c, const char *name, size_t *i, struct slice *ret, struct span *ret_at)
{
	struct slice wanted = slice_from_cstr(name);

	for (; *i < c->assignments.count; ++*i)
		if (slice_eq(c->assignments.items[*i].name, wanted)) {
			*ret = c->assignments.items[*i].value.value;
			*ret_at = c->assignments.items[*i].span;
			return true;
		}
	if (!word_in(word_at(c, 0), "export|declare|typeset|readonly|local"))
		return false;
	for (; *i - c->assignments.count + 1 < c->words.count; ++*i) {
		const struct shell_word *w = &c->words.items[*i - c->assignments.count + 1];
		struct slice key;

		if (slice_split(w->value, '=', &key, ret) && slice_eq(key, wanted)) {
			*ret_at = w->span;
			return true;
		}
	}
	return false;
}

#define each_assignment(name, value, at, command) \
	for (size_t i_ = 0; assigned((command), (name), &i_, &(value), &(at)); i_++)

static void check_host_uid(struct rule_context *c)
{
	struct slice value;
	struct span at;

	each_command(command, c) each_assignment("DOCKER_HOST", value, at, command) {
		struct slice rest = value;

		if (slice_cut_prefix(&rest, SLICE("unix:///run/user/")) && rest.len && ascii_digit(rest.data[0])) {
			struct assessment *x = rule_fail(c, at, "the number is one user's: for everybody else the socket is not there");
			struct slice text = rule_text(c, at);
			size_t from = slice_find(text, SLICE("/run/user/")), end = from + SLICE("/run/user/").len;

			while (end < text.len && ascii_digit(text.data[end]))
				end++;
			if (from < text.len && slice_find_byte(text, '\'') == text.len)
				rule_edit(c, rule_fix(c, x, true, "Take the runtime directory of the user"),
					  (struct span){ at.source, at.offset + from, end - from }, SLICE("$XDG_RUNTIME_DIR"));
		}
	}
}

static void check_host_tcp(struct rule_context *c)
{
	bool verified = text_has(rule_document(c)->text, "DOCKER_TLS_VERIFY") || text_has(rule_document(c)->text, "--tlsverify");
	struct slice value;
	struct span at;

	each_command(command, c) each_assignment("DOCKER_HOST", value, at, command)
		if (!verified && is_tcp(value))
			rule_fail(c, at, "dockerd is commanded over plain TCP, as anybody else on the way can");
}

static void check_content_trust(struct rule_context *c)
{
	struct slice value;
	struct span at;

	each_command(command, c) {
		each_assignment("DOCKER_CONTENT_TRUST", value, at, command)
			if (word_in(value, "1|true"))
				rule_fail(c, at, "Content Trust is retired: Docker's own images carry no such signatures any more");
		size_t trust = subcommand(command);
		if (slice_is(word_at(command, trust), "trust") && word_in(word_at(command, trust + 1), "sign|signer|key"))
			rule_fail(c, command->span, "Content Trust is retired: sign with cosign or notation");
	}
}

static void check_login(struct rule_context *c)
{
	each_command(command, c) {
		size_t at = behind(command, NULL, "login");
		const struct shell_word *w = at ? shell_option(command, "--password") : NULL;

		if (at && !w)
			for (size_t i = at; i < command->words.count; i++)
				if (slice_is(command->words.items[i].value, "-p"))
					w = &command->words.items[i];
		if (w)
			rule_fail(c, w->span, "the password stands on the command line, where every process sees it and the history keeps it");
	}
}

/* --- secrets --- */

static size_t secret_name(const struct shell_command *c)
{
	size_t at = behind(c, "secret", "create");

	return at ? operand(c, at, SECRET_VALUES, 0) : 0;
}

static void check_secret_literal(struct rule_context *c)
{
	const struct shell_script *script = rule_document(c)->shell;

	for (size_t i = 0; i + 1 < script->commands.count; i++) {
		const struct shell_command *echo = &script->commands.items[i], *next = echo + 1;
		size_t at = shell_program_word(echo) + 1;

		if (!echo->piped || !word_in(shell_program(echo), "echo|printf") || !secret_name(next) || at >= echo->words.count)
			continue;
		const struct shell_word *last = &echo->words.items[echo->words.count - 1];
		if (!last->expands)
			rule_fail(c, last->span, "the secret stands in the script, and in the history of who types it");
	}
}

static void check_secret_newline(struct rule_context *c)
{
	const struct shell_script *script = rule_document(c)->shell;

	for (size_t i = 0; i + 1 < script->commands.count; i++) {
		const struct shell_command *echo = &script->commands.items[i];

		if (echo->piped && slice_is(shell_program(echo), "echo") && secret_name(echo + 1) && !shell_option(echo, "-n"))
			rule_fail(c, echo->span, "the line end that echo writes becomes part of the secret");
	}
}

static void check_secret_file(struct rule_context *c)
{
	each_command(command, c) {
		size_t name = secret_name(command), file = name ? operand(command, name + 1, SECRET_VALUES, 0) : 0;

		if (file && file < command->words.count && !command->words.items[file].expands &&
		    !word_in(word_at(command, file), "-|/dev/stdin"))
			rule_fail(c, command->words.items[file].span, "the secret stays on the disk in clear text");
	}
}

/* A script makes few secrets: only the first ones are remembered. */
#define NAMES_MAX 16

struct names {
	struct slice items[NAMES_MAX];
	size_t count;
};

static bool known(const struct names *n, struct slice name)
{
	for (size_t i = 0; i < n->count; i++)
		if (slice_eq(n->items[i], name))
			return true;
	return false;
}

static void remember(struct names *n, struct slice name)
{
	if (n->count < NAMES_MAX)
		n->items[n->count++] = name;
}

static void check_secret_twice(struct rule_context *c)
{
	struct names made = { 0 };

	each_command(command, c) {
		size_t name = secret_name(command), removed = behind(command, "secret", "rm");

		if (removed)
			made.count = 0;
		/* Branches may exclude one another. */
		if (!name || name >= command->words.count || command->words.items[name].expands || command->depth)
			continue;
		if (known(&made, word_at(command, name)))
			rule_fail(c, command->span, "%.*s was made above: making it once more fails, secrets are never changed in place",
				  SLICE_ARG(slice_first(word_at(command, name), 60)));
		remember(&made, word_at(command, name));
	}
}

static const struct shell_word *option_value(const struct shell_command *c, const char *name, struct slice *ret)
{
	const struct shell_word *w = shell_option(c, name);
	struct slice key;

	if (!w)
		return NULL;
	if (!slice_split(w->value, '=', &key, ret) || !slice_eq(key, slice_from_cstr(name)))
		*ret = word_at(c, (size_t)(w - c->words.items) + 1);
	return w;
}

static const struct shell_command *rotation(const struct rule_context *c, struct slice *ret_old, struct slice *ret_new)
{
	each_command(command, c)
		if (behind(command, "service", "update") && option_value(command, "--secret-rm", ret_old) &&
		    option_value(command, "--secret-add", ret_new))
			return command;
	return NULL;
}

static void check_rotation_name(struct rule_context *c)
{
	struct slice old, new;

	if (!rotation(c, &old, &new))
		return;
	each_command(command, c) {
		size_t name = secret_name(command);

		if (name && name < command->words.count && !command->words.items[name].expands)
			rule_fail(c, command->span, "the second run fails: %.*s is there already; and nothing tells the database of its new password",
				  SLICE_ARG(slice_first(word_at(command, name), 60)));
	}
}

static void check_rotation_path(struct rule_context *c)
{
	struct slice old = SLICE_EMPTY, new = SLICE_EMPTY;
	const struct shell_command *update = rotation(c, &old, &new);

	if (update && !slice_eq(old, new) && !text_has(new, "target="))
		rule_fail(c, update->span, "the program finds /run/secrets/%.*s no longer: the new secret stands below its own name",
			  SLICE_ARG(slice_first(old, 60)));
}

static bool is_strict(const struct document *d)
{
	if (text_has(d->shell->interpreter, " -e") || text_has(d->shell->interpreter, " -ue"))
		return true;
	vec_each(command, &d->shell->commands) {
		if (!slice_is(word_at(command, 0), "set"))
			continue;
		for (size_t i = 1; i < command->words.count; i++) {
			struct slice w = command->words.items[i].value;

			if (slice_is(w, "errexit") || (w.len > 1 && w.data[0] == '-' && slice_find_byte(w, 'e') < w.len))
				return true;
		}
	}
	return false;
}

static void check_strict(struct rule_context *c)
{
	const struct document *d = rule_document(c);
	bool acted = false, removes = false;

	if (slice_empty(d->shell->interpreter) || is_strict(d))
		return;
	each_command(command, c) {
		bool removal = behind(command, "secret", "rm") || behind(command, "container", "rm") ||
			       behind(command, "volume", "rm") || behind(command, "image", "rm");

		/* What stands behind && or || knows how the one before went. */
		removes |= removal && acted && (command->join == SHELL_SEQUENCE || command->join == SHELL_FIRST);
		acted |= behind(command, "service", "update") || behind(command, "secret", "create") ||
			 behind(command, "container", "commit") || behind(command, "container", "export") || behind(command, "volume", "create");
	}
	if (!removes)
		return;
	struct span at = { d->source, 0, slice_find_byte(d->text, '\n') };
	rule_fail(c, at, "what is old is removed even when the step before failed: the script does not stop at errors");
}

/* --- after a break-in --- */

static bool suspect(struct slice name)
{
	return text_has(name, "compromis") || text_has(name, "infected") || text_has(name, "hacked") || text_has(name, "breach") ||
	       text_has(name, "COMPROMIS") || text_has(name, "suspect") || text_has(name, "malicious");
}

static void check_pause_exec(struct rule_context *c)
{
	struct names paused = { 0 };
	struct span where[NAMES_MAX];

	each_command(command, c) {
		size_t pause = behind(command, "container", "pause"), exec = behind(command, "container", "exec");

		if (behind(command, "container", "unpause"))
			paused.count = 0;
		if (pause && pause < command->words.count && paused.count < NAMES_MAX) {
			where[paused.count] = command->span;
			remember(&paused, word_at(command, pause));
		}
		size_t name = exec ? operand(command, exec, EXEC_VALUES, 0) : 0;
		for (size_t i = 0; name && i < paused.count; i++)
			if (slice_eq(paused.items[i], word_at(command, name))) {
				rule_also_at(c, rule_fail(c, where[i], "docker exec further down fails: nothing can be started in a paused container"), command->span);
				paused.items[i] = SLICE("\n");
			}
	}
}

static void check_exec_evidence(struct rule_context *c)
{
	each_command(command, c) {
		size_t exec = behind(command, "container", "exec"), name = exec ? operand(command, exec, EXEC_VALUES, 0) : 0;

		if (name && suspect(word_at(command, name)))
			rule_fail(c, command->span, "this runs the intruder's programs, which may lie, and changes what is to be kept");
	}
}

static void check_commit_evidence(struct rule_context *c)
{
	each_command(command, c) {
		size_t at = behind(command, "container", "commit"), name = at ? operand(command, at, COMMIT_VALUES, 0) : 0;

		if (name && (suspect(word_at(command, name)) || text_has(word_at(command, name + 1), "forensic")))
			rule_fail(c, command->span, "a commit holds neither volumes nor tmpfs nor memory, has no checksum, and stays on the host that was broken into");
	}
}

static void check_disconnect(struct rule_context *c)
{
	const struct shell_command *only = NULL;
	bool others = false;

	each_command(command, c) {
		size_t at = behind(command, "network", "disconnect"), name = at ? operand(command, at, "", 0) : 0;

		if (!name || name >= command->words.count)
			continue;
		if (slice_is(word_at(command, name), "bridge"))
			only = only ? only : command;
		else
			others = true;
	}
	if (only && !others)
		rule_fail(c, only->span, "a container is on the network bridge only when nobody gave it another: this fails, and leaves it connected");
}

static void check_redeploy(struct rule_context *c)
{
	bool response = false;

	each_command(command, c) {
		size_t removed = behind(command, "container", "rm"), image = run_image(command);

		response |= removed && suspect(word_at(command, operand(command, removed, "", 0)));
		if (response && image && slice_find_byte(word_at(command, image), '@') == word_at(command, image).len)
			rule_fail(c, command->words.items[image].span, "the image that was broken into is started again: by its tag, unmended and unhardened");
	}
}

#define SECRETS "guide:Docker Secrets (Swarm Mode)"
#define ROTATION "guide:Secret Rotation"
#define RESPONSE "guide:Security Breach Response"

static const struct rule_row rows[] = {
	RULE_ROW("shell-read-only-writer", "Read-only root under a program that must write", SEVERITY_MEDIUM, LIKELY, RULE_FIX_NONE, check_read_only,
		 "The program stops at its first write. Give it a tmpfs where it writes.", "docker run --read-only --tmpfs /tmp nginx@sha256:0123\n",
		 "docker run --read-only --tmpfs /var/cache/nginx --tmpfs /run nginx@sha256:0123\n", "cis:5.12", "guide:Security Options"),
	RULE_ROW("shell-secret-bind", "Secret mounted with -v", SEVERITY_LOW, SURE, RULE_FIX_NONE, check_secret_bind,
		 "--mount type=bind fails where the source is missing. Better is a secret of the swarm or of Compose.",
		 "docker run -v /secure/db:/run/secrets/db:ro web@sha256:0123\n",
		 "docker run --mount type=bind,source=/secure/db,target=/run/secrets/db,readonly web@sha256:0123\n", "guide:Environment Variables vs Secrets"),
	RULE_ROW("shell-bench-run", "Benchmark in a container", SEVERITY_LOW, SURE, RULE_FIX_NONE, check_bench_run,
		 "It counts itself among what it finds fault with. Run the script on the host, or set its own container aside.",
		 "docker run -it --net host docker-bench-security:local\n", "sh docker-bench-security.sh\n", "guide:CIS Docker Benchmark"),
	RULE_ROW("shell-scout-quickview", "quickview enables nothing", SEVERITY_LOW, LIKELY, RULE_FIX_NONE, check_scout,
		 "Docker Scout is a plugin that needs docker login; docker scout enroll and repo enable switch it on for an organisation.",
		 "# Enable Docker Scout\ndocker scout quickview\n", "# Enable Docker Scout\ndocker scout enroll example\n", "guide:Using Docker Scout (Built-in)"),
	RULE_ROW("shell-socket-mode", "Docker's socket opened to everybody", SEVERITY_CRITICAL, SURE, RULE_FIX_NONE, check_socket_mode,
		 "The socket is root's power. Leave it at 0660, and use rootless mode for other users.", "chmod 666 /var/run/docker.sock\n",
		 "chmod 660 /var/run/docker.sock\n", "cis:3.16", "cwe:CWE-732"),
	RULE_ROW("shell-docker-group", "User added to the group docker", SEVERITY_LOW, SURE, RULE_FIX_NONE, check_group,
		 "Who may command dockerd can mount the host's disk. Use rootless mode for users who are not administrators.",
		 "usermod -aG docker alice\n", "usermod -aG video alice\n", "cis:1.1.2", "cwe:CWE-269"),
	RULE_ROW("shell-dockerd-tcp", "dockerd on TCP without client certificates", SEVERITY_CRITICAL, SURE, RULE_FIX_NONE, check_dockerd,
		 "Who commands dockerd is root of the host. Use ssh://, or --tlsverify with its three files.", "dockerd -H tcp://0.0.0.0:2375\n",
		 "dockerd -H unix:///var/run/docker.sock\n", "cis:2.7", "cwe:CWE-306"),
	RULE_ROW("shell-docker-host-uid", "Socket of one user", SEVERITY_MEDIUM, SURE, RULE_FIX_UNSAFE, check_host_uid,
		 "A rootless dockerd listens below the runtime directory of its user. Write unix://$XDG_RUNTIME_DIR/docker.sock, or use docker context.",
		 "export DOCKER_HOST=unix:///run/user/1000/docker.sock\n", "export DOCKER_HOST=unix://$XDG_RUNTIME_DIR/docker.sock\n", "guide:Rootless Docker"),
	RULE_ROW("shell-docker-host-tcp", "dockerd commanded over plain TCP", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_host_tcp,
		 "Nothing says who answers, and nobody asks who commands. Use ssh://, or set DOCKER_TLS_VERIFY.",
		 "export DOCKER_HOST=tcp://10.0.0.5:2375\n", "export DOCKER_HOST=ssh://ops@10.0.0.5\n", "cis:2.7", "cwe:CWE-306"),
	RULE_ROW("shell-content-trust", "Content Trust is retired", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_content_trust,
		 "With it, pulls fail or nothing is checked. Verify signatures of cosign or notation, and pin digests.",
		 "export DOCKER_CONTENT_TRUST=1\n", "export DOCKER_BUILDKIT=1\n", "cis:4.5", "guide:Image Signing"),
	RULE_ROW("shell-login-password", "Password on docker's command line", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_login,
		 "Command lines are no secret. Use --password-stdin.", "docker login -u ci -p \"$TOKEN\" registry.example.com\n",
		 "docker login -u ci --password-stdin registry.example.com < token\n", "nist:4.1.4", "cwe:CWE-214"),
	RULE_ROW("shell-secret-literal", "Secret written into a script", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_secret_literal,
		 "Who reads the script or the history has it. Make it on the spot: openssl rand, or a password manager.",
		 "printf %s hunter2 | docker secret create db -\n", "openssl rand -base64 32 | docker secret create db -\n", "nist:4.1.4", "cwe:CWE-798", SECRETS),
	RULE_ROW("shell-secret-newline", "Line end in a secret", SEVERITY_LOW, SURE, RULE_FIX_NONE, check_secret_newline,
		 "A program that reads the file to its end gets another password. Use printf %s.", "echo \"$PASSWORD\" | docker secret create db -\n",
		 "printf %s \"$PASSWORD\" | docker secret create db -\n", SECRETS, ROTATION),
	RULE_ROW("shell-secret-file", "Secret from a file that stays", SEVERITY_LOW, SURE, RULE_FIX_NONE, check_secret_file,
		 "The copy on the disk is the one that leaks. Pipe it in from where it is kept.", "docker secret create db ./password.txt\n",
		 "pass show db | docker secret create db -\n", "cwe:CWE-312", SECRETS),
	RULE_ROW("shell-secret-twice", "Secret made twice", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_secret_twice,
		 "Secrets are never changed in place. Give the new one another name, and move the service over.",
		 "openssl rand -hex 9 | docker secret create db -\npass show db | docker secret create db -\n",
		 "openssl rand -hex 9 | docker secret create db -\n", SECRETS),
	RULE_ROW("shell-rotation-name", "Rotation that works once", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_rotation_name,
		 "Make the name out of the time, and change the password where it is checked: ALTER ROLE.",
		 "openssl rand -hex 9 | docker secret create db_v2 -\ndocker service update --secret-rm db --secret-add source=db_v2,target=db web\n",
		 "new=db_$(date +%s)\nopenssl rand -hex 9 | docker secret create \"$new\" -\ndocker service update --secret-rm \"$old\" --secret-add source=\"$new\",target=db web\n", ROTATION),
	RULE_ROW("shell-rotation-path", "Rotation that moves the secret", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_rotation_path,
		 "Keep the path that the program reads: --secret-add source=NEW,target=OLD.",
		 "docker service update --secret-rm db --secret-add db_v2 web\n", "docker service update --secret-rm db --secret-add source=db_v2,target=db web\n", ROTATION),
	RULE_ROW("shell-not-strict", "Removal after a step that may have failed", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_strict,
		 "A shell goes on after errors. Begin with set -euo pipefail.",
		 "#!/bin/bash\ndocker service update --secret-rm a --secret-add source=b,target=a web\ndocker secret rm a\n",
		 "#!/bin/bash\nset -euo pipefail\ndocker service update --secret-rm a --secret-add source=b,target=a web\ndocker secret rm a\n", ROTATION),
	RULE_ROW("shell-exec-paused", "exec into a paused container", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_pause_exec,
		 "It fails. Look from outside: docker top, docker export, a snapshot.", "docker pause web\ndocker exec web ps\n",
		 "docker pause web\ndocker top web\n", RESPONSE),
	RULE_ROW("shell-exec-evidence", "Programs run in a container that was broken into", SEVERITY_MEDIUM, LIKELY, RULE_FIX_NONE, check_exec_evidence,
		 "Use docker top and /proc of the host, which the intruder has not written.", "docker exec compromised ps aux\n", "docker top compromised\n", RESPONSE),
	RULE_ROW("shell-commit-evidence", "Commit as evidence", SEVERITY_MEDIUM, LIKELY, RULE_FIX_NONE, check_commit_evidence,
		 "Take docker export, the volumes and the memory, with checksums, to another machine.",
		 "docker commit compromised forensic:1\n", "docker export compromised | tee evidence.tar | sha256sum > evidence.sum\n", RESPONSE),
	RULE_ROW("shell-disconnect-bridge", "Container not cut off", SEVERITY_MEDIUM, LIKELY, RULE_FIX_NONE, check_disconnect,
		 "Containers of Compose are on networks of their own. Ask docker inspect, and disconnect each.",
		 "docker network disconnect bridge web\n", "for n in $(docker inspect -f '{{range $k,$v := .NetworkSettings.Networks}}{{$k}} {{end}}' web); do\n  docker network disconnect \"$n\" web\ndone\n", RESPONSE),
	RULE_ROW("shell-redeploy", "The same image again", SEVERITY_MEDIUM, LIKELY, RULE_FIX_NONE, check_redeploy,
		 "The hole is still in it. Build anew, scan, and start by digest with less rights.",
		 "docker rm compromised\ndocker run -d web:latest\n", "docker rm compromised\ndocker run -d --read-only web@sha256:0123\n", RESPONSE),
};

const struct rule_table shell_docker_rules = { RULE_SHELL, rows, ARRAY_LEN(rows) };
