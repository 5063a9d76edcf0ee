/*
 * Rules over a container's image, environment and command.
 *
 * The tables of images are dated: what is in them was so on 2026-07-01
 * (documentation of the images on Docker Hub; endoflife.date).
 */
#include "base/cleanup.h"
#include "config/dockerfile.h"
#include "rule/container_internal.h"

enum { ROW_TAG, ROW_DIGEST, ROW_MOVED, ROW_ENDED, ROW_REQUIRED, ROW_SECRET, ROW_URL, ROW_CLEARTEXT,
       ROW_IGNORED, ROW_COMMAND_OPTION, ROW_COMMAND_SECRET, ROW_COUNT };

static const struct rule_row rows[ROW_COUNT];

static bool has_variable(struct slice s)
{
	return slice_find_byte(s, '$') < s.len;
}

/* "nginx" of nginx, library/nginx and docker.io/library/nginx; others with their namespace. */
static struct slice image_name(const struct dockerfile_reference *r)
{
	struct slice name = r->repository;

	slice_cut_prefix(&name, SLICE("library/"));
	return name;
}

static bool image_of(const struct rule_context *c, struct dockerfile_reference *ret)
{
	const struct container_settings *s = rule_container(c);

	if (!s->image.given || slice_empty(s->image.text))
		return false;
	*ret = dockerfile_reference_parse(s->image.text);
	return true;
}

static void check_tag(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);
	struct dockerfile_reference r;

	if (!image_of(c, &r) || r.digest.len || (has_variable(s->image.text) && slice_empty(r.tag)))
		return;
	bool latest = slice_empty(r.tag) || slice_is(r.tag, "latest");
	if (!latest && !one_of(r.tag, "stable|edge|test|nightly|dev|beta|canary"))
		return;
	struct assessment *x = rule_fail(c, place_of(s, s->image.span), slice_empty(r.tag)
					 ? "%.*s has no tag: that is latest, whatever it is today"
					 : "%.*s moves with every release", SLICE_ARG(s->image.text));
	if (s->builds) {
		x->severity = SEVERITY_NEGLIGIBLE;
		x->confidence = CONFIDENCE_LOW;
	} else if (!latest) {
		x->severity = SEVERITY_LOW;
	}
	rule_alias_if(c, x, s->peers & PEER_DCLINT, "dclint:service-image-require-explicit-tag");
	rule_alias_if(c, x, latest, "compose-lint:CL-0004");
}

static void check_digest(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);
	struct dockerfile_reference r;
	struct span at = s->image.span;

	if (!image_of(c, &r) || r.digest.len || s->builds || has_variable(s->image.text))
		return;
	struct slice text = rule_text(c, at);
	/* Who pins it writes behind the name, within its quotes. */
	if (text.len == s->image.text.len + 2 && (text.data[0] == '"' || text.data[0] == '\'')) {
		at.offset++;
		at.length -= 2;
	}
	struct assessment *x = rule_fail(c, place_of(s, at), "no digest pins %.*s", SLICE_ARG(s->image.text));
	rule_alias(c, x, "compose-lint:CL-0019");
	if (r.tag.len && slice_eq(rule_text(c, at), s->image.text))
		rule_evidence(c, x, "pin", s->image.text);
}

/* Services of a Compose file are judged with their project, Dockerfiles and all. */
static bool alone(const struct container_settings *s)
{
	return s->origin != CONTAINER_COMPOSE && s->origin != CONTAINER_STACK && s->facts && s->image.given;
}

static void check_moved(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);

	if (alone(s) && s->facts->moved_to.len)
		rule_fail(c, place_of(s, s->image.span), "%.*s gets no more releases; in its place: %.*s",
			  SLICE_ARG(s->image.text), SLICE_ARG(s->facts->moved_to));
}

static void check_ended(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);

	if (alone(s) && s->facts->end_of_life != TIMESTAMP_NONE && s->facts->end_of_life <= c->now)
		rule_fail(c, place_of(s, s->image.span), "%.*s gets no more security fixes",
			  SLICE_ARG(s->facts->end_of_life_of));
}

/* --- environment --- */

/* Variables without which the image's entrypoint ends at once. */
static const struct {
	const char *image, *any; /* one of them is enough */
} required[] = {
	{ "postgres", "POSTGRES_PASSWORD|POSTGRES_PASSWORD_FILE|POSTGRES_HOST_AUTH_METHOD" },
	{ "mysql", "MYSQL_ROOT_PASSWORD|MYSQL_ROOT_PASSWORD_FILE|MYSQL_ALLOW_EMPTY_PASSWORD|MYSQL_RANDOM_ROOT_PASSWORD" },
	{ "mariadb", "MARIADB_ROOT_PASSWORD|MARIADB_ROOT_PASSWORD_FILE|MARIADB_ROOT_PASSWORD_HASH|"
		     "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD|MARIADB_RANDOM_ROOT_PASSWORD|MYSQL_ROOT_PASSWORD|"
		     "MYSQL_ROOT_PASSWORD_FILE|MYSQL_ALLOW_EMPTY_PASSWORD|MYSQL_RANDOM_ROOT_PASSWORD" },
	{ "postgis/postgis", "POSTGRES_PASSWORD|POSTGRES_PASSWORD_FILE|POSTGRES_HOST_AUTH_METHOD" },
	{ "timescale/timescaledb", "POSTGRES_PASSWORD|POSTGRES_PASSWORD_FILE|POSTGRES_HOST_AUTH_METHOD" },
	{ "couchdb", "COUCHDB_PASSWORD" },
	{ "mcr.microsoft.com/mssql/server", "ACCEPT_EULA" },
	{ "mssql/server", "ACCEPT_EULA" },
};

static void check_required(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);
	struct dockerfile_reference r;

	if (!image_of(c, &r) || s->builds || s->command.given)
		return;
	for (size_t i = 0; i < ARRAY_LEN(required); i++) {
		struct slice first, rest;
		bool found = false;

		if (!slice_eq(image_name(&r), slice_from_cstr(required[i].image)))
			continue;
		vec_each(e, &s->env)
			found |= one_of(e->name, required[i].any);
		if (found)
			return;
		slice_split(slice_from_cstr(required[i].any), '|', &first, &rest);
		struct assessment *x = rule_fail(c, place_of(s, s->image.span),
						 "%.*s ends at once without %.*s%s", SLICE_ARG(image_name(&r)), SLICE_ARG(first),
						 slice_find(rest, SLICE("_FILE")) < rest.len ? " or its _FILE" : "");
		rule_discriminator(c, x, first);
	}
}

/* Texts that stand for a value to come, and values that are none. */
static bool is_placeholder(struct arena *a, struct slice value)
{
	struct slice low = lower_case(a, slice_first(value, 64));

	return slice_empty(low) || one_of(low, "true|false|yes|no|none|null|0|1|file|secret|env|auto") || low.data[0] == '<' ||
	       slice_starts(low, SLICE("/run/secrets")) || slice_starts(low, SLICE("/")) || slice_starts(low, SLICE("xxx")) ||
	       slice_starts(low, SLICE("***")) || slice_starts(low, SLICE("http://")) || slice_starts(low, SLICE("https://"));
}

/* Shapes that only credentials have. */
static bool is_token(struct slice v)
{
	static const struct {
		const char *start;
		size_t length;
	} shapes[] = {
		{ "AKIA", 20 }, { "ASIA", 20 }, { "ghp_", 40 }, { "gho_", 40 }, { "ghs_", 40 }, { "github_pat_", 60 },
		{ "glpat-", 20 }, { "xoxb-", 20 }, { "xoxp-", 20 }, { "sk_live_", 20 }, { "rk_live_", 20 },
		{ "AIza", 39 }, { "npm_", 40 }, { "dckr_pat_", 20 }, { "hvs.", 20 }, { "-----BEGIN", 20 },
	};

	for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
		if (v.len >= shapes[i].length && slice_starts(v, slice_from_cstr(shapes[i].start)))
			return true;
	return false;
}

/* What the image's documentation says is its password. */
static bool is_known_password(struct slice image, struct slice name)
{
	static const struct {
		const char *image, *names;
	} known[] = {
		{ "postgres|postgis/postgis|timescale/timescaledb", "POSTGRES_PASSWORD" },
		{ "mysql|mariadb|percona", "MYSQL_ROOT_PASSWORD|MYSQL_PASSWORD|MARIADB_ROOT_PASSWORD|MARIADB_PASSWORD" },
		{ "mongo", "MONGO_INITDB_ROOT_PASSWORD" },
		{ "rabbitmq", "RABBITMQ_DEFAULT_PASS|RABBITMQ_ERLANG_COOKIE" },
		{ "grafana/grafana", "GF_SECURITY_ADMIN_PASSWORD" },
		{ "redis|bitnami/redis", "REDIS_PASSWORD" },
		{ "elasticsearch/elasticsearch|elasticsearch", "ELASTIC_PASSWORD" },
		{ "wordpress", "WORDPRESS_DB_PASSWORD" },
		{ "minio/minio", "MINIO_ROOT_PASSWORD|MINIO_SECRET_KEY" },
		{ "mssql/server", "SA_PASSWORD|MSSQL_SA_PASSWORD" },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (one_of(image, known[i].image) && one_of(name, known[i].names))
			return true;
	return false;
}

static void check_secret(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);
	struct dockerfile_reference r = { 0 };
	struct slice image = image_of(c, &r) ? image_name(&r) : SLICE_EMPTY;

	vec_each(e, &s->env) {
		bool token = e->has_value && is_token(e->value);
		bool known = is_known_password(image, e->name);

		if (!e->has_value || !e->literal || is_placeholder(c->arena, e->value) || has_variable(e->value))
			continue;
		if (!token && !known && !container_is_credential_name(e->name))
			continue;
		struct assessment *x = rule_fail(c, place_of(s, e->span), "the value of %.*s is written out: who may see the "
						 "file, the image or `docker inspect` has it", SLICE_ARG(e->name));
		rule_discriminator(c, x, e->name);
		rule_alias(c, x, "compose-lint:CL-0020");
		if (!token && !known) {
			x->severity = SEVERITY_MEDIUM;
			x->confidence = CONFIDENCE_MEDIUM;
		}
	}
}

/* scheme://user:password@host; false: no password in it, or a variable. */
static bool password_in_url(struct slice v)
{
	size_t scheme = slice_find(v, SLICE("://"));
	struct slice rest = slice_from(v, scheme + 3), user, password;

	if (scheme == v.len || scheme == 0)
		return false;
	rest = slice_first(rest, slice_find_byte(rest, '/'));
	size_t at = slice_rfind_byte(rest, '@');
	if (at == rest.len || !slice_split(slice_first(rest, at), ':', &user, &password))
		return false;
	return password.len && !has_variable(password) && password.data[0] != '<' && !slice_starts(password, SLICE("***"));
}

static void check_url(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);

	vec_each(e, &s->env) {
		if (!e->has_value || !password_in_url(e->value))
			continue;
		struct assessment *x = rule_fail(c, place_of(s, e->span), "%.*s holds a password in its URL", SLICE_ARG(e->name));
		rule_discriminator(c, x, e->name);
		rule_alias(c, x, "compose-lint:CL-0021");
	}
}

static void check_cleartext(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);

	vec_each(e, &s->env) {
		struct slice rest = e->value;

		if (!e->has_value || !(slice_cut_prefix(&rest, SLICE("http://")) || slice_cut_prefix(&rest, SLICE("tcp://"))))
			continue;
		struct slice host = slice_first(rest, slice_find_byte(rest, '/'));
		host = slice_first(host, slice_find_byte(host, ':'));
		if (slice_empty(host) || one_of(host, "localhost|127.0.0.1|0.0.0.0|[") || has_variable(host))
			continue;
		struct assessment *x = rule_fail(c, place_of(s, e->span), "%.*s speaks to %.*s in clear text",
						 SLICE_ARG(e->name), SLICE_ARG(host));
		rule_discriminator(c, x, e->name);
	}
}

/* Variables that look as if they set something and that the image's program never reads. */
static void check_ignored(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);
	struct dockerfile_reference r;

	if (!image_of(c, &r) || !slice_is(image_name(&r), "nginx") || s->builds || s->command.given)
		return;
	vec_each(m, &s->mounts)
		if (slice_starts(m->target, SLICE("/etc/nginx/templates")) || slice_starts(m->target, SLICE("/docker-entrypoint.d")))
			return;
	vec_each(e, &s->env)
		if (slice_starts(e->name, SLICE("SSL_")) || slice_starts(e->name, SLICE("TLS_")))
			rule_discriminator(c, rule_fail(c, place_of(s, e->span), "nginx does not read %.*s: its configuration "
							"names the files", SLICE_ARG(e->name)), e->name);
}

/* --- command --- */

/* Options that the image's program no longer knows. */
static void check_command_option(struct rule_context *c)
{
	static const struct {
		const char *image, *option, *what;
	} removed[] = {
		{ "falcosecurity/falco", "--cri", "Falco 0.40 took --cri out: name the engines in falco.yaml (container_engines)" },
		{ "prom/prometheus", "-config.file", NULL },
	};
	const struct container_settings *s = rule_container(c);
	struct dockerfile_reference r;

	if (!s->command.given || !image_of(c, &r))
		return;
	for (size_t i = 0; i < ARRAY_LEN(removed); i++) {
		struct slice option = slice_from_cstr(removed[i].option);

		if (!removed[i].what || !slice_eq(image_name(&r), slice_from_cstr(removed[i].image)) ||
		    slice_find(s->command.text, option) == s->command.text.len)
			continue;
		rule_discriminator(c, rule_fail(c, place_of(s, s->command.span), "%s", removed[i].what), option);
	}
}

/* The place of a piece of the command, where its text stands in the source as it is. */
static struct span within_command(struct rule_context *c, struct slice piece)
{
	const struct container_settings *s = rule_container(c);
	struct slice text = rule_text(c, s->command.span);
	size_t at = slice_find(text, piece);

	if (at == text.len)
		return place_of(s, s->command.span);
	return (struct span){ s->command.span.source, s->command.span.offset + at, piece.len };
}

static void check_command_secret(struct rule_context *c)
{
	struct slice rest = rule_container(c)->command.text;
	size_t at;

	while ((at = slice_find(rest, SLICE("export "))) < rest.len) {
		struct slice line = slice_from(rest, at), name, value;

		line = slice_first(line, slice_find_byte(line, '\n'));
		rest = slice_from(rest, at + 7);
		if (!slice_split(slice_trim(slice_from(line, 7)), '=', &name, &value) || !container_is_credential_name(name))
			continue;
		struct assessment *x = rule_fail(c, within_command(c, slice_first(line, 7 + name.len + 1)),
						 "%.*s goes into the environment: every child process, its dumps and its error "
						 "reports have it", SLICE_ARG(name));
		rule_discriminator(c, x, name);
	}
}

#define SERVICE "services:\n  web:\n    image: nginx:1.27\n"

static const struct rule_row rows[ROW_COUNT] = {
	[ROW_TAG] = { .rule = { .id = SLICE_INIT("container-image-tag"), .version = 1,
		    .title = SLICE_INIT("The image has no tag, or one that moves"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("What runs tomorrow is another program than what was tested. Name "
		           "the release."),
		    .aliases = RULE_LIST("dclint:service-image-require-explicit-tag", "compose-lint:CL-0004"),
		    .references = RULE_LIST("cis:5.28", "nist:4.2.2", "owasp:D01", "cwe:CWE-1104"),
		    .bad = "services:\n  web:\n    image: nginx\n",
		    .good = "services:\n  web:\n    image: nginx:1.27.4\n" },
	  .check = check_tag },
	[ROW_DIGEST] = { .rule = { .id = SLICE_INIT("container-image-digest"), .version = 1,
		    .title = SLICE_INIT("No digest pins the image"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("A tag can be moved to another image, by its owner or by who took "
		           "the account over. Write name:tag@sha256:... and let a bot renew "
		           "it."),
		    .aliases = RULE_LIST("compose-lint:CL-0019"),
		    .references = RULE_LIST("cis:5.28", "owasp:D08", "cwe:CWE-494"),
		    .fix = RULE_FIX_UNSAFE,
		    .bad = "services:\n  web:\n    image: nginx:1.27\n",
		    .good = "services:\n  web:\n    image: nginx:1.27@sha256:4be65b406f7402b5c4fd5df7173d2fd7ea3fdaa74d9c43b6ebd896197a45c448\n" },
	  .check = check_digest },
	[ROW_MOVED] = { .rule = { .id = SLICE_INIT("container-image-moved"), .version = 1,
		    .title = SLICE_INIT("The image is published elsewhere now"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Nobody mends what is under the old name any more. Take the image "
		           "from where its project publishes it."),
		    .references = RULE_LIST("cis:4.4", "nist:4.1.1", "owasp:D01", "cwe:CWE-1104"),
		    .bad = "=== script.sh\ndocker run quay.io/coreos/clair:v2.1.8\n",
		    .good = "services:\n  web:\n    image: quay.io/projectquay/clair:4.7.4\n" },
	  .check = check_moved },
	[ROW_ENDED] = { .rule = { .id = SLICE_INIT("container-image-ended"), .version = 1,
		    .title = SLICE_INIT("The release gets no more security fixes"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("What is found in it from now on stays open. Move to a release "
		           "that is supported."),
		    .references = RULE_LIST("cis:4.4", "nist:4.1.1", "owasp:D01", "cwe:CWE-1104"),
		    .bad = "=== script.sh\ndocker run postgres:12.3\n",
		    .good = "services:\n  web:\n    image: postgres:17.2\n" },
	  .check = check_ended },
	[ROW_REQUIRED] = { .rule = { .id = SLICE_INIT("container-env-required"), .version = 1,
		    .title = SLICE_INIT("A variable is missing without which the image ends"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("The entrypoint of the image refuses to start without it. Set it, "
		           "best as the _FILE that names a secret."),
		    .bad = "services:\n  web:\n    image: postgres:17\n",
		    .good = "services:\n  web:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD_FILE: /run/secrets/db\n" },
	  .check = check_required },
	[ROW_SECRET] = { .rule = { .id = SLICE_INIT("container-env-secret"), .version = 1,
		    .title = SLICE_INIT("A credential is written out"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("The environment is in the file's history, in `docker inspect` and "
		           "in every child process. Use a secret and the image's _FILE "
		           "variable."),
		    .aliases = RULE_LIST("compose-lint:CL-0020"),
		    .references = RULE_LIST("cis:4.10", "nist:4.1.4", "owasp:D06", "cwe:CWE-798"),
		    .bad = SERVICE "    environment:\n      DB_PASSWORD: hunter2\n",
		    .good = SERVICE "    environment:\n      DB_PASSWORD_FILE: /run/secrets/db\n" },
	  .check = check_secret },
	[ROW_URL] = { .rule = { .id = SLICE_INIT("container-env-url"), .version = 1,
		    .title = SLICE_INIT("A password stands in a URL"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("It is as public as the file. Let the program read the password "
		           "from a secret."),
		    .aliases = RULE_LIST("compose-lint:CL-0021"),
		    .references = RULE_LIST("cis:4.10", "nist:4.1.4", "owasp:D06", "cwe:CWE-798"),
		    .bad = SERVICE "    environment:\n      DATABASE_URL: postgres://app:hunter2@db/app\n",
		    .good = SERVICE "    environment:\n      DATABASE_URL: postgres://app@db/app\n" },
	  .check = check_url },
	[ROW_CLEARTEXT] = { .rule = { .id = SLICE_INIT("container-env-cleartext"), .version = 1,
		    .title = SLICE_INIT("A connection in clear text"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("Whoever is on that network can read and change what is said. Use "
		           "TLS between services, at least where credentials go over it."),
		    .references = RULE_LIST("nist:4.3.3", "owasp:D03", "cwe:CWE-319"),
		    .bad = SERVICE "    environment:\n      BACKEND: http://api:8080\n",
		    .good = SERVICE "    environment:\n      BACKEND: https://api:8443\n" },
	  .check = check_cleartext },
	[ROW_IGNORED] = { .rule = { .id = SLICE_INIT("container-env-ignored"), .version = 1,
		    .title = SLICE_INIT("A variable that the program does not read"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("It looks as if it set something, and does not. Say it in the "
		           "program's configuration."),
		    .bad = SERVICE "    environment:\n      SSL_CERT_PATH: /etc/nginx/cert.pem\n",
		    .good = SERVICE "    environment:\n      TZ: UTC\n" },
	  .check = check_ignored },
	[ROW_COMMAND_OPTION] = { .rule = { .id = SLICE_INIT("container-command-option"), .version = 1,
		    .title = SLICE_INIT("The program no longer knows the option"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("It refuses to start. Take the option out and say it in the way of "
		           "the current release."),
		    .bad = "services:\n  web:\n    image: falcosecurity/falco:0.41.0\n    command: falco --cri /run/containerd/containerd.sock\n",
		    .good = "services:\n  web:\n    image: falcosecurity/falco:0.41.0\n    command: falco\n" },
	  .check = check_command_option },
	[ROW_COMMAND_SECRET] = { .rule = { .id = SLICE_INIT("container-command-secret"), .version = 1,
		    .title = SLICE_INIT("A credential is exported to all processes"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("The environment of a process can be read by others of its user "
		           "and goes into dumps. Give the program the file."),
		    .references = RULE_LIST("owasp:D06", "cwe:CWE-526"),
		    .bad = SERVICE "    command: sh -c 'export DB_PASSWORD=$$(cat /run/secrets/db); exec app'\n",
		    .good = SERVICE "    command: app --password-file /run/secrets/db\n" },
	  .check = check_command_secret },
};

const struct rule_table container_image_rules = { RULE_CONTAINER, rows, ARRAY_LEN(rows) };
