#include "lint/recognise.h"

#include "base/cleanup.h"
#include "base/text.h"

static const char *const kind_names[DOCUMENT_KIND_COUNT] = {
	[DOCUMENT_NONE] = "none",
	[DOCUMENT_DOCKERFILE] = "dockerfile",
	[DOCUMENT_DOCKERIGNORE] = "dockerignore",
	[DOCUMENT_COMPOSE] = "compose",
	[DOCUMENT_DAEMON_JSON] = "daemon",
	[DOCUMENT_SECCOMP] = "seccomp",
	[DOCUMENT_APPARMOR] = "apparmor",
	[DOCUMENT_NGINX] = "nginx",
	[DOCUMENT_UNIT] = "unit",
	[DOCUMENT_DEFAULTS] = "defaults",
	[DOCUMENT_SUDOERS] = "sudoers",
	[DOCUMENT_SHELL] = "shell",
	[DOCUMENT_WORKFLOW] = "workflow",
	[DOCUMENT_GITLAB] = "gitlab",
	[DOCUMENT_ENV] = "env",
	[DOCUMENT_MARKDOWN] = "markdown",
	[DOCUMENT_COMMAND] = "command",
};

const char *document_kind_name(enum document_kind kind)
{
	return (size_t)kind < DOCUMENT_KIND_COUNT ? kind_names[kind] : "unknown";
}

bool document_kind_by_name(struct slice name, enum document_kind *ret)
{
	for (size_t i = 1; i < DOCUMENT_KIND_COUNT; i++)
		if (slice_eq(slice_from_cstr(kind_names[i]), name)) {
			*ret = (enum document_kind)i;
			return true;
		}
	return false;
}

/*
 * Globs over the lower-case path.  A row with `content` counts only when the
 * text looks like its kind as well.
 */
static const struct {
	const char *glob;
	enum document_kind kind;
	bool content;
} paths[] = {
	{ "**/dockerfile", DOCUMENT_DOCKERFILE, false },
	{ "**/containerfile", DOCUMENT_DOCKERFILE, false },
	{ "**/*.dockerfile", DOCUMENT_DOCKERFILE, false },
	{ "**/*.containerfile", DOCUMENT_DOCKERFILE, false },
	{ "**/dockerfile.*", DOCUMENT_DOCKERFILE, true },
	{ "**/dockerfile-*", DOCUMENT_DOCKERFILE, true },
	{ "**/dockerfile_*", DOCUMENT_DOCKERFILE, true },
	{ "**/*[._-]dockerfile", DOCUMENT_DOCKERFILE, true },
	{ "**/containerfile.*", DOCUMENT_DOCKERFILE, true },
	{ "**/.dockerignore", DOCUMENT_DOCKERIGNORE, false },
	{ "**/*.dockerignore", DOCUMENT_DOCKERIGNORE, false },
	{ "**/.github/workflows/*.yml", DOCUMENT_WORKFLOW, false },
	{ "**/.github/workflows/*.yaml", DOCUMENT_WORKFLOW, false },
	{ "**/.github/dependabot.y*ml", DOCUMENT_WORKFLOW, false },
	{ "**/action.yml", DOCUMENT_WORKFLOW, true },
	{ "**/action.yaml", DOCUMENT_WORKFLOW, true },
	{ "**/.gitlab-ci.yml", DOCUMENT_GITLAB, false },
	{ "**/*.gitlab-ci.yml", DOCUMENT_GITLAB, false },
	{ "**/compose.y*ml", DOCUMENT_COMPOSE, false },
	{ "**/compose.*.y*ml", DOCUMENT_COMPOSE, false },
	{ "**/docker-compose*.y*ml", DOCUMENT_COMPOSE, false },
	{ "**/docker-stack*.y*ml", DOCUMENT_COMPOSE, false },
	{ "**/daemon.json", DOCUMENT_DAEMON_JSON, false },
	{ "**/docker.service", DOCUMENT_UNIT, false },
	{ "**/docker.socket", DOCUMENT_UNIT, false },
	{ "**/docker.service.d/*.conf", DOCUMENT_UNIT, false },
	{ "**/default/docker", DOCUMENT_DEFAULTS, false },
	{ "**/sudoers", DOCUMENT_SUDOERS, false },
	{ "**/sudoers.d/*", DOCUMENT_SUDOERS, false },
	{ "**/apparmor.d/*", DOCUMENT_APPARMOR, true },
	{ "**/nginx.conf", DOCUMENT_NGINX, false },
	{ "**/nginx*.conf", DOCUMENT_NGINX, false },
	{ "**/nginx/**/*.conf", DOCUMENT_NGINX, false },
	{ "**/sites-available/*", DOCUMENT_NGINX, true },
	{ "**/sites-enabled/*", DOCUMENT_NGINX, true },
	{ "**/*.sh", DOCUMENT_SHELL, false },
	{ "**/*.bash", DOCUMENT_SHELL, false },
	{ "**/.env", DOCUMENT_ENV, false },
	{ "**/*.md", DOCUMENT_MARKDOWN, false },
	{ "**/*.markdown", DOCUMENT_MARKDOWN, false },
};

/* Worth a look inside when the name says nothing more. */
static const char *const content_globs[] = {
	"**/*.yml", "**/*.yaml", "**/*.json", "**/*.conf", "**/*.profile", "**/*.service", "**/*.docker",
};

static struct slice lower_path(struct slice path, char *buffer, size_t size)
{
	size_t length = path.len < size ? path.len : size;

	for (size_t i = 0; i < length; i++)
		buffer[i] = ascii_tolower(path.data[path.len - length + i]);
	return slice_new(buffer, length);
}

static bool has_extension(struct slice path)
{
	size_t slash = slice_rfind_byte(path, '/');
	struct slice name = slash < path.len ? slice_from(path, slash + 1) : path;
	size_t dot = slice_rfind_byte(name, '.');

	return dot < name.len && dot > 0;
}

bool recognise_path(struct slice path, bool named)
{
	char buffer[1024];
	struct slice lower = lower_path(path, buffer, sizeof(buffer));

	if (named || !has_extension(lower))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		if (text_glob(slice_from_cstr(paths[i].glob), lower))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(content_globs); i++)
		if (text_glob(slice_from_cstr(content_globs[i]), lower))
			return true;
	return false;
}

/* --- by content --- */

#define LOOK_BYTES (64 * 1024)

/* A line that starts with the word, blanks before it allowed when `indented`. */
static bool has_line(struct slice text, const char *word, bool indented)
{
	struct slice start = slice_from_cstr(word), line;

	while (slice_next_line(&text, &line)) {
		if (indented)
			line = slice_trim(line);
		if (slice_starts(line, start))
			return true;
	}
	return false;
}

/* The first line that is neither blank nor a comment. */
static struct slice first_line(struct slice text)
{
	struct slice line;

	while (slice_next_line(&text, &line)) {
		line = slice_trim(line);
		if (line.len && line.data[0] != '#')
			return line;
	}
	return SLICE_EMPTY;
}

static struct slice first_word(struct slice line)
{
	size_t i = 0;

	while (i < line.len && !ascii_space(line.data[i]))
		i++;
	return slice_first(line, i);
}

static bool looks_like_dockerfile(struct slice text)
{
	struct slice line;
	bool first = true, from = false;

	while (slice_next_line(&text, &line)) {
		line = slice_trim(line);
		if (slice_empty(line) || line.data[0] == '#')
			continue;
		enum dockerfile_keyword k = dockerfile_keyword_by_name(first_word(line));
		if (first && k == DOCKERFILE_UNKNOWN)
			return false;
		first = false;
		from |= k == DOCKERFILE_FROM && line.len > 5;
	}
	return from;
}

/* One instruction is enough where somebody said that it is one. */
static bool starts_like_dockerfile(struct slice text)
{
	struct slice word = first_word(first_line(text));

	return dockerfile_keyword_by_name(word) != DOCKERFILE_UNKNOWN;
}

static bool looks_like_shell(struct slice text)
{
	struct slice line = slice_first(text, slice_find_byte(text, '\n'));

	return slice_starts(line, SLICE("#!")) &&
	       (slice_find(line, SLICE("sh")) < line.len) && slice_find(line, SLICE("fish")) == line.len;
}

static bool looks_like_workflow(struct slice text)
{
	bool jobs = has_line(text, "jobs:", false);
	bool on = has_line(text, "on:", false) || has_line(text, "\"on\":", false) ||
		  has_line(text, "'on':", false) || has_line(text, "on :", false) || has_line(text, "true:", false);

	return (jobs && (on || has_line(text, "runs-on:", true) || has_line(text, "uses:", true))) ||
	       (on && has_line(text, "name:", false) && has_line(text, "workflow_call:", true));
}

static bool looks_like_action(struct slice text)
{
	return has_line(text, "runs:", false) && has_line(text, "using:", true);
}

static bool looks_like_dependabot(struct slice text)
{
	return has_line(text, "updates:", false) && has_line(text, "- package-ecosystem:", true);
}

static bool looks_like_compose(struct slice text)
{
	return has_line(text, "services:", false) &&
	       (has_line(text, "image:", true) || has_line(text, "build:", true) ||
		has_line(text, "extends:", true) || has_line(text, "volumes:", true) ||
		has_line(text, "ports:", true) || has_line(text, "command:", true));
}

static bool looks_like_gitlab(struct slice text)
{
	return has_line(text, "script:", true) &&
	       (has_line(text, "stages:", false) || has_line(text, "stage:", true) ||
		has_line(text, "image:", true) || has_line(text, "before_script:", true));
}

static bool looks_like_nginx(struct slice text)
{
	static const char *const words[] = { "server {", "server{", "location ", "http {", "http{", "upstream ",
					     "proxy_pass ", "listen ", "add_header ", "server_name " };
	bool semicolon = slice_find(text, SLICE(";\n")) < text.len || slice_ends(slice_trim(text), SLICE(";")) ||
			 slice_find(text, SLICE("; ")) < text.len;
	size_t found = 0;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		found += has_line(text, words[i], true);
	return semicolon && found > 0;
}

static bool holds(struct slice text, const char *word)
{
	return slice_find(text, slice_from_cstr(word)) < text.len;
}

static bool is_json(struct slice text)
{
	struct slice line = first_line(text);

	return line.len && line.data[0] == '{';
}

/* A profile's header stands on a line of its own; a path may stand in place of the word. */
static bool looks_like_apparmor(struct slice text)
{
	struct slice line;
	bool header = false, capability = holds(text, "capability") || holds(text, "network") || holds(text, "deny ") ||
					  holds(text, "/** ");

	while (slice_next_line(&text, &line)) {
		line = slice_trim(line);
		header |= slice_ends(line, SLICE("{")) && (slice_starts(line, SLICE("profile ")) ||
							   (line.len > 2 && line.data[0] == '/'));
	}
	return header && capability;
}

static enum document_kind json_kind(struct slice text, bool named)
{
	static const char *const keys[] = { "\"live-restore\"", "\"log-driver\"", "\"userns-remap\"", "\"icc\"",
					    "\"storage-driver\"", "\"insecure-registries\"", "\"registry-mirrors\"",
					    "\"data-root\"", "\"exec-opts\"", "\"default-ulimits\"", "\"tlsverify\"",
					    "\"userland-proxy\"", "\"no-new-privileges\"", "\"log-opts\"" };

	if (!is_json(text))
		return DOCUMENT_NONE;
	if (holds(text, "\"defaultAction\"") && (named || holds(text, "SCMP_ACT_")))
		return DOCUMENT_SECCOMP;
	size_t found = 0;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		found += holds(text, keys[i]);
	return found >= (named ? 1 : 2) ? DOCUMENT_DAEMON_JSON : DOCUMENT_NONE;
}

static enum document_kind yaml_kind(struct slice text)
{
	if (looks_like_workflow(text) || looks_like_action(text) || looks_like_dependabot(text))
		return DOCUMENT_WORKFLOW;
	if (looks_like_compose(text))
		return DOCUMENT_COMPOSE;
	return looks_like_gitlab(text) ? DOCUMENT_GITLAB : DOCUMENT_NONE;
}

static enum document_kind content_kind(struct slice text, bool named)
{
	enum document_kind kind;

	if (looks_like_shell(text))
		return DOCUMENT_SHELL;
	if ((kind = json_kind(text, named)) != DOCUMENT_NONE)
		return kind;
	if (looks_like_dockerfile(text) || (named && starts_like_dockerfile(text)))
		return DOCUMENT_DOCKERFILE;
	if ((kind = yaml_kind(text)) != DOCUMENT_NONE)
		return kind;
	if (looks_like_apparmor(text))
		return DOCUMENT_APPARMOR;
	if (looks_like_nginx(text))
		return DOCUMENT_NGINX;
	return DOCUMENT_NONE;
}

static bool content_agrees(enum document_kind kind, struct slice text)
{
	switch ((int)kind) {
	case DOCUMENT_DOCKERFILE: return starts_like_dockerfile(text) || looks_like_dockerfile(text);
	case DOCUMENT_WORKFLOW: return looks_like_action(text) || looks_like_workflow(text);
	case DOCUMENT_NGINX: return looks_like_nginx(text);
	case DOCUMENT_APPARMOR: return looks_like_apparmor(text);
	}
	return true;
}

enum document_kind recognise(struct slice path, struct slice text, bool named)
{
	char buffer[1024];
	struct slice lower = lower_path(path, buffer, sizeof(buffer));
	struct slice head = slice_first(text, LOOK_BYTES);

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		if (text_glob(slice_from_cstr(paths[i].glob), lower) &&
		    (!paths[i].content || content_agrees(paths[i].kind, head)))
			return paths[i].kind;
	/* Anywhere in a tree the mere look of a text without a telling name is not enough for nginx or YAML. */
	return content_kind(head, named);
}

enum document_kind recognise_block(struct slice language, struct slice text)
{
	static const struct {
		struct slice name;
		enum document_kind kind;
	} languages[] = {
		{ SLICE_INIT("dockerfile"), DOCUMENT_DOCKERFILE }, { SLICE_INIT("docker"), DOCUMENT_DOCKERFILE },
		{ SLICE_INIT("containerfile"), DOCUMENT_DOCKERFILE }, { SLICE_INIT("nginx"), DOCUMENT_NGINX },
		{ SLICE_INIT("bash"), DOCUMENT_SHELL }, { SLICE_INIT("sh"), DOCUMENT_SHELL },
		{ SLICE_INIT("shell"), DOCUMENT_SHELL }, { SLICE_INIT("console"), DOCUMENT_SHELL },
		{ SLICE_INIT("zsh"), DOCUMENT_SHELL }, { SLICE_INIT("dockerignore"), DOCUMENT_DOCKERIGNORE },
	};

	for (size_t i = 0; i < ARRAY_LEN(languages); i++)
		if (slice_eq_nocase(languages[i].name, language))
			return languages[i].kind;
	if (slice_eq_nocase(language, SLICE("json")) || slice_eq_nocase(language, SLICE("jsonc")))
		return json_kind(text, true);
	if (slice_eq_nocase(language, SLICE("yaml")) || slice_eq_nocase(language, SLICE("yml")))
		return yaml_kind(text);
	return slice_empty(language) ? content_kind(text, false) : DOCUMENT_NONE;
}
