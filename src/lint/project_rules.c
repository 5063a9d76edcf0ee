/* What lies between files: images and what is asked of them, proxies and services, builds and their files. */
#include "base/cleanup.h"
#include "config/nginx.h"
#include "lint/base_images.h"
#include "lint/dockerfile_view.h"
#include "lint/rules.h"

static const struct project *project_of(const struct rule_context *c)
{
	return c->subject;
}

#define each_document(d, c, wanted) \
	vec_each(d##_at, &project_of(c)->documents) \
		for (const struct document *d = *d##_at; d && d->kind == (wanted); d = NULL)

/* Findings speak of the document that they lie in. */
static void speak_of(struct rule_context *c, const struct document *d)
{
	c->name = slice_empty(d->block) ? d->path
					: arena_printf(c->arena, "%.*s %.*s", SLICE_ARG(d->path), SLICE_ARG(d->block));
}

typedef void image_judge(struct rule_context *c, const struct image_facts *f, struct span at);

static void each_image(struct rule_context *c, image_judge *judge)
{
	struct image_facts f;

	each_document(d, c, DOCUMENT_DOCKERFILE) {
		speak_of(c, d);
		vec_each(stage, &d->dockerfile->file->stages)
			if (!stage->scratch && stage->parent < 0 && base_image_facts(project_of(c), stage->base, c->arena, &f))
				judge(c, &f, stage->base_word.span);
	}
	each_document(d, c, DOCUMENT_COMPOSE) {
		if (!d->compose)
			continue;
		speak_of(c, d);
		vec_each(s, &d->compose->services)
			if (s->image && base_image_facts(project_of(c), value_text(s->image), c->arena, &f))
				judge(c, &f, s->image->span);
	}
}

static void judge_end(struct rule_context *c, const struct image_facts *f, struct span at)
{
	char date[TIMESTAMP_TEXT_MAX];

	if (f->end_of_life == TIMESTAMP_NONE || f->end_of_life > c->now)
		return;
	rule_fail(c, at, "%.*s in %.*s gets no more fixes since %s", SLICE_ARG(f->end_of_life_of), SLICE_ARG(f->reference),
		  timestamp_format_date(f->end_of_life, date));
}

static void check_ended(struct rule_context *c)
{
	each_image(c, judge_end);
}

static void judge_moved(struct rule_context *c, const struct image_facts *f, struct span at)
{
	if (!slice_empty(f->moved_to))
		rule_fail(c, at, "%.*s is no longer kept up; use %.*s", SLICE_ARG(f->reference), SLICE_ARG(f->moved_to));
}

static void check_moved(struct rule_context *c)
{
	each_image(c, judge_moved);
}

/* --- health checks --- */

static bool installed_in(const struct dockerfile *d, const struct dockerfile_view *v, const struct dockerfile_stage *s,
			 struct slice program, struct arena *a)
{
	struct tool_call t;

	vec_each(run, &v->runs) {
		bool own = run->stage == s || (s->parent >= 0 && run->stage == &d->stages.items[s->parent]);

		if (!own || run->in->keyword != DOCKERFILE_RUN)
			continue;
		run_each_command(command, run) {
			if (!tool_call(command, "apt-get|apt|apk|yum|dnf|microdnf|zypper|pip|npm", a, &t))
				continue;
			vec_each(operand, &t.operands) {
				struct slice name = slice_first(operand->value, slice_find_byte(operand->value, '='));

				if (slice_starts(name, program))
					return true;
			}
		}
	}
	return false;
}

/* COPY --from may bring anything. */
static bool copies_program(const struct dockerfile *d, const struct dockerfile_stage *s, struct slice program)
{
	for (size_t i = s->first; i < s->end; i++) {
		const struct dockerfile_instruction *in = d->instructions.items[i];

		if (in->keyword == DOCKERFILE_COPY || in->keyword == DOCKERFILE_ADD)
			vec_each(w, &in->words)
				if (slice_ends(w->value, program))
					return true;
	}
	return false;
}

static void judge_dockerfile_health(struct rule_context *c, const struct document *doc)
{
	const struct dockerfile_view *v = doc->dockerfile;
	struct image_facts f;

	vec_each(run, &v->runs) {
		if (run->in->keyword != DOCKERFILE_HEALTHCHECK || !run->stage || run->script.commands.count == 0)
			continue;
		const struct dockerfile_stage *base = run->stage;
		for (size_t guard = 0; base->parent >= 0 && guard < v->file->stages.count; guard++)
			base = &v->file->stages.items[base->parent];
		struct slice program = shell_program(&run->script.commands.items[0]);
		if (slice_empty(program) || slice_find_byte(run->script.commands.items[0].words.items[0].value, '/') <
						    run->script.commands.items[0].words.items[0].value.len)
			continue;
		if (!base_image_facts(project_of(c), base->base, c->arena, &f))
			continue;
		bool no_shell = !run->exec_form && f.shell == FACT_NO;
		if (!no_shell && image_has_program(&f, program) != FACT_NO)
			continue;
		if (installed_in(v->file, v, run->stage, program, c->arena) || copies_program(v->file, run->stage, program))
			continue;
		rule_fail(c, run->in->span, "%.*s is not in %.*s: the container is never healthy",
			  SLICE_ARG(no_shell ? SLICE("a shell") : program), SLICE_ARG(f.reference));
	}
}

static void judge_service_health(struct rule_context *c, const struct compose_service *s)
{
	const struct compose_command *test = &s->healthcheck.test;
	struct image_facts f;

	if (!s->healthcheck.at || s->healthcheck.disabled || !test->given || test->words.count == 0 || !s->image || s->build.at ||
	    !base_image_facts(project_of(c), value_text(s->image), c->arena, &f))
		return;
	struct slice program = test->words.items[0];
	bool plain = slice_find_byte(program, '/') == program.len && slice_find_byte(program, '$') == program.len;
	if (!plain || image_has_program(&f, program) != FACT_NO)
		return;
	rule_fail(c, test->at ? test->at->span : s->healthcheck.at->span, "%.*s is not in %.*s: the service is never healthy",
		  SLICE_ARG(program), SLICE_ARG(f.reference));
}

static void check_health_program(struct rule_context *c)
{
	each_document(d, c, DOCUMENT_DOCKERFILE) {
		speak_of(c, d);
		judge_dockerfile_health(c, d);
	}
	each_document(d, c, DOCUMENT_COMPOSE) {
		speak_of(c, d);
		if (d->compose)
			vec_each(s, &d->compose->services)
				judge_service_health(c, s);
	}
}

/* --- proxies --- */

/* Does the service mount this file as a configuration of nginx? */
static bool mounts_config(const struct compose_service *s, const struct document *nginx)
{
	size_t slash = slice_rfind_byte(nginx->path, '/');
	struct slice name = slash < nginx->path.len ? slice_from(nginx->path, slash + 1) : nginx->path;

	vec_each(m, &s->volumes) {
		bool in_nginx = slice_starts(m->target, SLICE("/etc/nginx/"));

		if (in_nginx && (nginx->holder ? slice_find(nginx->text, name) < nginx->text.len || slice_ends(m->source, SLICE(".conf"))
					       : slice_eq(m->path, nginx->path) || slice_ends(m->source, name)))
			return true;
	}
	return false;
}

/* The Compose file whose service reads the configuration. In Markdown, the block before it. */
static const struct document *compose_of(const struct rule_context *c, const struct document *nginx)
{
	const struct document *found = NULL;

	each_document(d, c, DOCUMENT_COMPOSE) {
		if (!d->compose || d->holder != nginx->holder || (nginx->holder && d->source > nginx->source))
			continue;
		vec_each(s, &d->compose->services)
			if (mounts_config(s, nginx))
				found = d;
	}
	return found;
}

static bool known_host(const struct compose_project *p, const struct nginx_directive *root, struct slice host)
{
	if (compose_find_service(p, host) || slice_is(host, "localhost") || slice_find_byte(host, '.') < host.len ||
	    slice_find_byte(host, '$') < host.len || slice_starts(host, SLICE("unix:")) || slice_starts(host, SLICE("[")))
		return true;
	vec_each(s, &p->services) {
		if (s->container_name && slice_eq(value_text(s->container_name), host))
			return true;
		vec_each(n, &s->networks)
			vec_each(alias, &n->aliases)
				if (slice_eq(alias->text, host))
					return true;
	}
	nginx_each_deep(d, root)
		if (slice_is(d->name, "upstream") && slice_eq(nginx_word(d, 0), host))
			return true;
	return false;
}

static struct slice host_of(struct slice url)
{
	size_t at = slice_find(url, SLICE("://")), end = 0;

	if (at < url.len)
		url = slice_from(url, at + 3);
	while (end < url.len && url.data[end] != ':' && url.data[end] != '/')
		end++;
	return slice_first(url, end);
}

static void check_upstream(struct rule_context *c)
{
	each_document(d, c, DOCUMENT_NGINX) {
		const struct document *compose = compose_of(c, d);

		speak_of(c, d);
		if (!compose)
			continue;
		nginx_each_deep(directive, &d->nginx->root) {
			bool pass = slice_ends(directive->name, SLICE("_pass")) && directive->words.count;
			bool server = slice_is(directive->name, "server") && !directive->has_block && directive->words.count &&
				      nginx_around(directive, SLICE("upstream"));

			if (!pass && !server)
				continue;
			struct slice host = host_of(nginx_word(directive, 0));
			if (slice_empty(host) || known_host(compose->compose, &d->nginx->root, host))
				continue;
			struct assessment *x = rule_fail(c, directive->span,
							 "no service of the Compose file is called %.*s: nginx does not start", SLICE_ARG(host));
			rule_discriminator(c, x, host);
		}
	}
}

/* --- builds --- */

static struct slice joined(struct rule_context *c, struct slice directory, struct slice name)
{
	return path_join(c->arena, directory, name);
}

static void judge_build(struct rule_context *c, const struct compose_service *s)
{
	const struct project *p = project_of(c);

	if (!s->build.at || s->build.remote || s->build.dockerfile_inline || !p->whole)
		return;
	struct slice file = slice_empty(s->build.dockerfile) ? SLICE("Dockerfile") : s->build.dockerfile;
	struct slice path = joined(c, s->build.directory, file);
	if (slice_starts(path, SLICE("..")) || slice_starts(path, SLICE("/")) || slice_find_byte(path, '$') < path.len ||
	    project_has_path(p, path))
		return;
	rule_fail(c, s->build.at->span, "there is no %.*s to build from", SLICE_ARG(path));
}

static void check_build(struct rule_context *c)
{
	each_document(d, c, DOCUMENT_COMPOSE) {
		speak_of(c, d);
		if (d->compose && !d->holder)
			vec_each(s, &d->compose->services)
				judge_build(c, s);
	}
}

/* --- programs that must write --- */

static const struct {
	const char *image;
	const char *paths[3];
} writers[] = {
	{ "nginx", { "/var/cache/nginx", "/run" } },
	{ "postgres", { "/run/postgresql" } },
	{ "mysql", { "/run/mysqld" } },
	{ "mariadb", { "/run/mysqld" } },
	{ "httpd", { "/usr/local/apache2/logs" } },
};

/* "/var/run" is "/run". */
static bool covers(struct slice mount, struct slice path)
{
	mount = slice_first(mount, slice_find_byte(mount, ':'));
	if (slice_cut_prefix(&mount, SLICE("/var/run")))
		return slice_starts(path, SLICE("/run")) && (slice_empty(mount) || slice_ends(path, mount));
	return slice_starts(path, mount) && (path.len == mount.len || path.data[mount.len] == '/');
}

static bool writable(const struct compose_service *s, struct slice path)
{
	vec_each(t, &s->tmpfs)
		if (covers(t->text, path))
			return true;
	vec_each(m, &s->volumes)
		if (!m->read_only && covers(m->target, path))
			return true;
	return false;
}

static void judge_read_only(struct rule_context *c, const struct compose_service *s)
{
	struct dockerfile_reference r = dockerfile_reference_parse(value_text(s->image));

	for (size_t i = 0; i < ARRAY_LEN(writers); i++) {
		struct slice repository = r.repository;

		slice_cut_prefix(&repository, SLICE("library/"));
		if (!slice_eq(repository, slice_from_cstr(writers[i].image)))
			continue;
		for (size_t n = 0; n < ARRAY_LEN(writers[i].paths) && writers[i].paths[n]; n++)
			if (!writable(s, slice_from_cstr(writers[i].paths[n]))) {
				rule_fail(c, s->read_only->span, "%s must write to %s, and with a read-only root nothing there is writable",
					  writers[i].image, writers[i].paths[n]);
				return;
			}
	}
}

static void check_read_only(struct rule_context *c)
{
	each_document(d, c, DOCUMENT_COMPOSE) {
		speak_of(c, d);
		if (d->compose)
			vec_each(s, &d->compose->services)
				if (s->read_only && value_truth(s->read_only) && s->image)
					judge_read_only(c, s);
	}
}

#define ROW(name, what, level, sure, check_function, why, wrong, right, ...)                                \
	{ .rule = { .id = SLICE_INIT(name), .version = 1, .title = SLICE_INIT(what), .severity = level,     \
		    .confidence = sure, .help = SLICE_INIT(why), .bad = wrong, .good = right, __VA_ARGS__ }, \
	  .check = check_function }

static const struct rule_row project_rows[] = {
	ROW("project-image-ended", "Image whose release gets no more fixes", SEVERITY_MEDIUM, CONFIDENCE_HIGH, check_ended,
	    "Flaws that are found from now on stay in it. Take a release that is supported.",
	    "=== Dockerfile\nFROM alpine:3.17\n", "=== Dockerfile\nFROM alpine:3.23\n",
	    .references = RULE_LIST("cis:4.2", "nist:4.1.1", "cwe:CWE-1104")),
	ROW("project-image-moved", "Image that is published elsewhere now", SEVERITY_MEDIUM, CONFIDENCE_HIGH, check_moved,
	    "The old place gets no more updates. Name the new one.",
	    "services:\n  clair:\n    image: quay.io/coreos/clair:v2.1.8\n", "services:\n  clair:\n    image: quay.io/projectquay/clair:4.8.0\n",
	    .references = RULE_LIST("nist:4.1.1")),
	ROW("project-health-program", "Health check with a program that the image lacks", SEVERITY_HIGH, CONFIDENCE_MEDIUM, check_health_program,
	    "The check fails always, so the container is restarted or never gets traffic. Use a program that is there, or install it.",
	    "=== Dockerfile\nFROM node:22-alpine\nHEALTHCHECK CMD curl -f http://localhost:3000\n",
	    "=== Dockerfile\nFROM node:22-alpine\nHEALTHCHECK CMD wget -q --spider http://localhost:3000\n", .references = RULE_LIST("cis:4.6")),
	ROW("project-upstream-unknown", "Proxy to a service that is none", SEVERITY_HIGH, CONFIDENCE_HIGH, check_upstream,
	    "nginx looks names up when it starts, and stops when there is none. Name a service of the Compose file.",
	    "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.29\n    volumes: [\"./nginx.conf:/etc/nginx/nginx.conf:ro\"]\n=== nginx.conf\nevents {}\nhttp {\n  server {\n    location / {\n      proxy_pass http://app:3000;\n    }\n  }\n}\n",
	    "=== compose.yaml\nservices:\n  app:\n    image: example.com/app:1.0\n  web:\n    image: nginx:1.29\n    volumes: [\"./nginx.conf:/etc/nginx/nginx.conf:ro\"]\n=== nginx.conf\nevents {}\nhttp {\n  server {\n    location / {\n      proxy_pass http://app:3000;\n    }\n  }\n}\n",
	    .references = NULL),
	ROW("project-build-missing", "Build from a file that is not there", SEVERITY_HIGH, CONFIDENCE_HIGH, check_build,
	    "docker compose build fails. Mend the path.",
	    "=== compose.yaml\nservices:\n  web:\n    build: ./web\n", "=== compose.yaml\nservices:\n  web:\n    build: ./web\n=== web/Dockerfile\nFROM scratch\n",
	    .references = NULL),
	ROW("project-read-only-writer", "Read-only root under a program that must write", SEVERITY_HIGH, CONFIDENCE_MEDIUM, check_read_only,
	    "The program stops at its first write. Give it a tmpfs or a volume where it writes.",
	    "services:\n  web:\n    image: nginx:1.29\n    read_only: true\n    tmpfs: [/tmp]\n",
	    "services:\n  web:\n    image: nginx:1.29\n    read_only: true\n    tmpfs: [/tmp, /var/cache/nginx, /run]\n", .references = NULL),
};

const struct rule_table project_rules = { RULE_PROJECT, project_rows, ARRAY_LEN(project_rows) };
