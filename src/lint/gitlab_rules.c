/* GitLab's pipelines. Source: GitLab Docs, "CI/CD YAML syntax reference" and "Use Docker to build Docker images". */
#include "base/cleanup.h"
#include "config/yaml_text.h"
#include "lint/workflow_rules.h"

void read_gitlab_document(struct project *p, struct document *d)
{
	problem_list_init(&d->problems, p->arena);
	d->yaml = arena_new(p->arena, struct yaml_doc);
	yaml_doc_read(d->text, d->source, p->arena, d->yaml, &d->problems);
}

/* The job, or the whole file with its `default`. */
#define each_part(job, c)                                              \
	value_each(job, yaml_doc_root(rule_document(c)->yaml))         \
		if (value_is(job, NODE_MAP) && job->way == VALUE_WRITTEN)

static const struct value *root_of(const struct rule_context *c)
{
	const struct value *root = yaml_doc_root(rule_document(c)->yaml);

	return value_is(root, NODE_MAP) ? root : NULL;
}

static struct slice image_name(const struct value *v)
{
	return value_text(value_is(v, NODE_MAP) ? value_at(v, "name") : v);
}

static void judge_image(struct rule_context *c, const struct value *v)
{
	struct slice image = image_name(v), tag, head;
	size_t slash = slice_rfind_byte(image, '/');

	if (slice_empty(image) || text_has(image, "@sha256:") || text_has(image, "$"))
		return;
	if (!slice_split(slice_from(image, slash < image.len ? slash + 1 : 0), ':', &head, &tag) || slice_is(tag, "latest"))
		rule_fail(c, v->span, "the image %.*s has no fixed version", SLICE_ARG(image));
}

static void images_of(struct rule_context *c, const struct value *of)
{
	const struct value *services = value_at(of, "services");

	if (value_at(of, "image"))
		judge_image(c, value_at(of, "image"));
	if (value_is(services, NODE_LIST))
		value_each(it, services)
			judge_image(c, it);
}

static void check_images(struct rule_context *c)
{
	if (!root_of(c))
		return;
	images_of(c, root_of(c));
	each_part(job, c)
		images_of(c, job);
}

static void dind_of(struct rule_context *c, const struct value *of)
{
	const struct value *services = value_at(of, "services");

	if (value_is(services, NODE_LIST))
		value_each(it, services)
			if (text_has(image_name(it), "dind"))
				rule_fail(c, it->span, "Docker in Docker needs a privileged runner: every job on it is root of the runner");
}

static void check_dind(struct rule_context *c)
{
	if (!root_of(c))
		return;
	dind_of(c, root_of(c));
	each_part(job, c)
		dind_of(c, job);
}

static void variables_of(struct rule_context *c, const struct value *of, bool tls)
{
	const struct value *variables = value_at(of, "variables");

	if (!value_is(variables, NODE_MAP))
		return;
	value_each(it, variables) {
		const struct value *v = value_is(it, NODE_MAP) ? value_at(it, "value") : it;
		struct slice text = value_text(v);
		bool secret = slice_ends(it->key, SLICE("PASSWORD")) || slice_ends(it->key, SLICE("TOKEN")) || slice_ends(it->key, SLICE("SECRET")) ||
			      slice_ends(it->key, SLICE("PRIVATE_KEY")) || slice_ends(it->key, SLICE("API_KEY"));

		if (tls && slice_is(it->key, "DOCKER_TLS_CERTDIR") && slice_empty(text))
			rule_fail(c, it->key_span, "the engine listens without TLS: whoever reaches its port is root there");
		else if (tls && slice_is(it->key, "DOCKER_HOST") && slice_ends(text, SLICE(":2375")))
			rule_fail(c, it->key_span, "the engine is reached without TLS");
		if (!tls && secret && !slice_empty(text) && !text_has(text, "$") && !slice_starts(text, SLICE("/")))
			rule_fail(c, it->key_span, "%.*s is written into the pipeline", SLICE_ARG(it->key));
	}
}

static void check_variables(struct rule_context *c, bool tls)
{
	if (!root_of(c))
		return;
	variables_of(c, root_of(c), tls);
	each_part(job, c)
		variables_of(c, job, tls);
}

static void check_tls(struct rule_context *c) { check_variables(c, true); }
static void check_secrets(struct rule_context *c) { check_variables(c, false); }

/* --- scripts --- */

static bool scanner(const struct shell_command *k)
{
	return word_in(shell_program(k), "trivy|grype|snyk|hadolint|dockle|semgrep|gitleaks|checkov|kics|clair-scanner|docker-scout|trufflehog");
}

static void judge_script(struct rule_context *c, const struct value *line, bool tolerant, bool about_scanner)
{
	const struct shell_options options = { 0 };
	struct shell_script script;
	/* The table is written to by readers; a line's span is exact enough here. */
	shell_parse(value_text(line), SOURCE_NONE, 0, &options, c->arena, &script);
	bool fetched = false;

	vec_each(k, &script.commands) {
		struct slice program = shell_program(k);

		fetched |= word_in(program, "curl|wget");
		if (about_scanner) {
			if (tolerant && scanner(k))
				rule_fail(c, line->span, "whatever the scanner finds, the pipeline goes on: allow_failure is set");
			continue;
		}
		if (k->join == SHELL_PIPE && fetched && word_in(program, "sh|bash|zsh|python|python3"))
			rule_fail(c, line->span, "a script from the network runs unread");
		if (!word_in(program, "docker|podman"))
			continue;
		bool login = k->words.count > 1 && slice_is(k->words.items[1].value, "login");
		vec_each(word, &k->words)
			if (login && (word_in(word->value, "-p|--password") || slice_starts(word->value, SLICE("--password="))))
				rule_fail(c, line->span, "the password stands in the process list: use --password-stdin");
			else if (!login && (text_has(word->value, "CI_JOB_TOKEN") || text_has(word->value, "CI_REGISTRY_PASSWORD")))
				rule_fail(c, line->span, "a build argument stays in the image's history: use --secret");
	}
}

static void scripts_of(struct rule_context *c, const struct value *of, bool about_scanner)
{
	static const char *const keys[] = { "before_script", "script", "after_script" };
	const struct value *allow = value_at(of, "allow_failure");
	bool tolerant = says(allow, "true");

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct value *v = value_get(of, slice_from_cstr(keys[i]));

		if (value_scalar(v))
			judge_script(c, v, tolerant, about_scanner);
		else if (value_is(v, NODE_LIST))
			value_each(it, v)
				if (value_scalar(it) && it->way == VALUE_WRITTEN)
					judge_script(c, it, tolerant, about_scanner);
	}
}

static void check_scripts(struct rule_context *c)
{
	if (!root_of(c))
		return;
	scripts_of(c, root_of(c), false);
	each_part(job, c)
		scripts_of(c, job, false);
}

static void check_scanners(struct rule_context *c)
{
	if (root_of(c))
		each_part(job, c)
			scripts_of(c, job, true);
}

#define FILE_ "=== .gitlab-ci.yml\n"
#define GOOD FILE_ "build:\n  image: alpine:3.22\n  script:\n    - make\n"
#define GUIDE "guide:CI/CD"

static const struct rule_row rows[] = {
	PIPELINE_ROW("gitlab-image-unpinned", "Job's image without a version", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_images, NULL,
		     "The job runs another image tomorrow. Name a version, or better its digest.", FILE_ "build:\n  image: node:latest\n  script:\n    - make\n", GOOD, GUIDE, "cwe:CWE-829"),
	PIPELINE_ROW("gitlab-docker-in-docker", "Docker in Docker", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_dind, NULL,
		     "It needs privileged runners, from which every job can take the host. Build with BuildKit rootless, Buildah or Kaniko's successors.",
		     FILE_ "build:\n  image: docker:28.5\n  services:\n    - docker:28.5-dind\n  script:\n    - make\n", GOOD, GUIDE, "cwe:CWE-250"),
	PIPELINE_ROW("gitlab-docker-tls", "Engine without TLS", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_tls, NULL,
		     "Other jobs on the network can command the engine. Set DOCKER_TLS_CERTDIR to /certs and use port 2376.",
		     FILE_ "variables:\n  DOCKER_TLS_CERTDIR: \"\"\nbuild:\n  script:\n    - make\n", GOOD, GUIDE, "cwe:CWE-319"),
	PIPELINE_ROW("gitlab-secret-variable", "Secret in the pipeline's file", SEVERITY_MEDIUM, PERHAPS, RULE_FIX_NONE, check_secrets, NULL,
		     "Everybody who reads the repository has it. Use a masked and protected variable of the project, or a vault.",
		     FILE_ "variables:\n  DB_PASSWORD: hunter2\nbuild:\n  script:\n    - make\n", GOOD, GUIDE, "cwe:CWE-798"),
	PIPELINE_ROW("gitlab-script", "Command that gives the job away", SEVERITY_HIGH, LIKELY, RULE_FIX_NONE, check_scripts, NULL,
		     "Passwords belong on standard input, secrets into --secret, and scripts are checked before they run.",
		     FILE_ "build:\n  script:\n    - docker login -u gitlab-ci-token -p $CI_JOB_TOKEN $CI_REGISTRY\n",
		     FILE_ "build:\n  script:\n    - echo \"$CI_JOB_TOKEN\" | docker login -u gitlab-ci-token --password-stdin $CI_REGISTRY\n", GUIDE, "cwe:CWE-522"),
	PIPELINE_ROW("gitlab-scanner-toothless", "Scanner that never fails the pipeline", SEVERITY_MEDIUM, LIKELY, RULE_FIX_NONE, check_scanners, NULL,
		     "Nobody reads a report that stops nothing. Take allow_failure out.", FILE_ "scan:\n  allow_failure: true\n  script:\n    - trivy image app\n", GOOD, GUIDE),
};

const struct rule_table gitlab_rules = { RULE_GITLAB, rows, ARRAY_LEN(rows) };
