/* ARG and ENV: secrets in them, names that nothing declares, old forms. */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "config/docker_words.h"
#include "lint/dockerfile_rules.h"
#include "lint/rules.h"

/* So many COPY instructions are looked at for each name of a file with credentials. */
#define COPIES_MAX 1000

/* Of one ARG or ENV, so many names are compared with each other. */
#define PAIRS_MAX 100

/* ARG and ENV in order, those of ONBUILD left out. */
#define each_variable(it, c)                                                                           \
	vec_each(p_##it, &rule_dockerfile(c)->file->instructions)                                      \
		for (const struct dockerfile_instruction *it =                                         \
			     (*p_##it)->keyword == DOCKERFILE_ARG || (*p_##it)->keyword == DOCKERFILE_ENV ? *p_##it : NULL; \
		     it; it = NULL)

/* --- names that the peers take for secrets --- */

/* One of the name's parts between underscores is one of the words. */
static bool has_part(struct slice lower, const char *list)
{
	struct slice part;

	while (slice_next(&lower, '_', &part))
		if (word_in(part, list))
			return true;
	return false;
}

#define SECRET_PARTS "apikey|auth|credential|credentials|key|password|pword|passwd|secret|token"

static bool buildkit_secret(struct slice lower)
{
	return has_part(lower, SECRET_PARTS) && !has_part(lower, "public|file|version");
}

static bool trivy_known(struct slice name)
{
	return word_in(name, "AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|AZURE_CLIENT_ID|AZURE_CLIENT_SECRET|"
			     "GITHUB_TOKEN|GH_TOKEN|GH_ENTERPRISE_TOKEN|GITHUB_ENTERPRISE_TOKEN|OPENAI_API_KEY|HF_TOKEN|"
			     "DIGITALOCEAN_ACCESS_TOKEN|DOCKERHUB_PASSWORD|FIREBASE_TOKEN|CI_DEPLOY_PASSWORD|GOOGLE_API_KEY|"
			     "LANGSMITH_API_KEY|LANGCHAIN_API_KEY|HEROKU_API_KEY");
}

static bool secret_file_name(struct slice name)
{
	return word_in(name, "AWS_CONFIG_FILE|HF_TOKEN_PATH|GOOGLE_APPLICATION_CREDENTIALS");
}

static bool trivy_secret(struct slice name, struct slice lower)
{
	struct slice bare = name;

	if (!slice_cut_prefix(&bare, SLICE("VITE_")))
		slice_cut_prefix(&bare, SLICE("REACT_APP_"));
	if (trivy_known(name) || trivy_known(bare))
		return true;
	return !secret_file_name(name) && has_part(lower, SECRET_PARTS "|usr|psw") && !has_part(lower, "public");
}

/* Names of continuous integration that hadolint knows; some are no secrets at all. */
static bool hadolint_known(struct arena *a, struct slice name)
{
	char *upper = arena_cstr(a, name);

	for (size_t i = 0; i < name.len; i++)
		if (ascii_lower(upper[i]))
			upper[i] = (char)(upper[i] - 32);
	return word_in(slice_new(upper, name.len),
		       "ACCESS_TOKEN|APPLICATION_KEY|APP_SECRET|AUTH_TOKEN|AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|"
		       "BITTREX_API_KEY|BITTREX_API_SECRET|CF_PASSWORD|CF_USERNAME|CIRCLE_TOKEN|CI_DEPLOY_PASSWORD|"
		       "CI_DEPLOY_USER|DOCKERHUB_PASSWORD|DOCKER_EMAIL|DOCKER_PASSWORD|DOCKER_USERNAME|"
		       "FACEBOOK_ACCESS_TOKEN|FACEBOOK_APP_ID|FACEBOOK_APP_SECRET|FIREBASE_API_TOKEN|FIREBASE_TOKEN|"
		       "FOSSA_API_KEY|GH_ENTERPRISE_TOKEN|GH_TOKEN|GITHUB_ENTERPRISE_TOKEN|GITHUB_TOKEN|HEROKU_API_KEY|"
		       "HEROKU_API_USER|NPM_AUTH_TOKEN|NPM_TOKEN|OKTA_AUTHN_GROUPID|OKTA_CLIENT_ORGURL|"
		       "OKTA_CLIENT_TOKEN|OKTA_OAUTH2_CLIENTID|OKTA_OAUTH2_CLIENTSECRET|OPENAI_API_KEY|OS_PASSWORD|"
		       "OS_USERNAME|POSTGRES_PASSWORD|SLACK_TOKEN|STRIPE_API_KEY|STRIPE_DEVICE_NAME|TRAVIS_OS_NAME|"
		       "TRAVIS_SECURE_ENV_VARS|TRAVIS_SUDO|VAULT_CLIENT_KEY|VAULT_TOKEN");
}

static bool has_any(struct slice text, const char *list)
{
	struct slice rest = slice_from_cstr(list), one;

	while (slice_next(&rest, '|', &one))
		if (slice_find(text, one) < text.len)
			return true;
	return false;
}

static bool hadolint_secret(struct arena *a, struct slice name, struct slice lower)
{
	return hadolint_known(a, name) || has_any(lower, "api_key|client_key|password|private|secret|token|username");
}

static bool semgrep_secret(struct slice lower)
{
	return has_part(lower, "secret|token|password|passwd|passphrase") || has_any(lower, "private_key|api_key|secret_key");
}

/* --- values that are secrets whatever their name --- */

static bool token_characters(struct slice s, size_t count)
{
	if (s.len < count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!ascii_alnum(s.data[i]) && s.data[i] != '_' && s.data[i] != '-')
			return false;
	return true;
}

/* Forms that their issuers gave to tokens so that they can be found. */
static bool secret_form(struct slice value)
{
	static const struct {
		struct slice prefix;
		size_t behind;
	} forms[] = {
		{ SLICE_INIT("AKIA"), 16 }, { SLICE_INIT("ASIA"), 16 }, { SLICE_INIT("ghp_"), 36 },
		{ SLICE_INIT("gho_"), 36 }, { SLICE_INIT("ghs_"), 36 }, { SLICE_INIT("ghu_"), 36 },
		{ SLICE_INIT("github_pat_"), 22 }, { SLICE_INIT("glpat-"), 20 }, { SLICE_INIT("xoxb-"), 20 },
		{ SLICE_INIT("xoxp-"), 20 }, { SLICE_INIT("npm_"), 36 }, { SLICE_INIT("AIza"), 35 },
		{ SLICE_INIT("dop_v1_"), 40 }, { SLICE_INIT("sk_live_"), 20 }, { SLICE_INIT("hf_"), 30 },
		{ SLICE_INIT("pypi-"), 50 }, { SLICE_INIT("dckr_pat_"), 20 }, { SLICE_INIT("hvs."), 24 },
	};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct slice rest = value;

		if (slice_cut_prefix(&rest, forms[i].prefix) && token_characters(rest, forms[i].behind))
			return true;
	}
	return slice_starts(value, SLICE("-----BEGIN ")) && text_has(value, "PRIVATE KEY");
}

/* "scheme://user:password@host" with a password that is written out. */
static bool url_password(struct slice value)
{
	size_t scheme = slice_find(value, SLICE("://"));
	struct slice user, password;

	if (scheme == value.len)
		return false;
	struct slice rest = slice_from(value, scheme + 3);
	struct slice host = slice_first(rest, slice_find_byte(rest, '/'));
	size_t at = slice_rfind_byte(host, '@');
	return at < host.len && slice_split(slice_first(host, at), ':', &user, &password) && password.len &&
	       !has_variable(password);
}

/* Is it anything but a secret, for all that can be seen? */
static bool harmless(struct arena *a, struct slice value)
{
	struct slice lower = lowered(a, value);
	bool number = true;

	for (size_t i = 0; i < value.len; i++)
		number &= ascii_digit(value.data[i]);
	return number || slice_starts(value, SLICE("/")) || slice_starts(value, SLICE("./")) ||
	       word_in(lower, "true|false|yes|no|on|off|none|null") ||
	       (text_has(value, "://") && !url_password(value));
}

enum written { WRITTEN_NOT, WRITTEN_HARMLESS, WRITTEN_LITERAL, WRITTEN_SECRET };

static enum written value_kind(struct arena *a, const struct dockerfile_pair *pair)
{
	struct slice value = unquoted(pair->value.value);

	if (!pair->has_value || slice_empty(value))
		return WRITTEN_NOT;
	if (secret_form(value) || url_password(value))
		return WRITTEN_SECRET;
	if (has_variable(value))
		return WRITTEN_NOT;
	return harmless(a, value) ? WRITTEN_HARMLESS : WRITTEN_LITERAL;
}

/* --- secrets --- */

struct secret_peers {
	bool hadolint, buildkit, trivy, semgrep, file;
};

/* Trivy: the file that the variable names lies below what a COPY of the final stage brings in. */
static struct slice bare_path(struct slice path)
{
	path = unquoted(path);
	slice_cut_prefix(&path, SLICE("."));
	slice_cut_prefix(&path, SLICE("/"));
	slice_cut_suffix(&path, SLICE("/"));
	return path;
}

static bool copied_below(const struct dockerfile *d, struct slice value)
{
	const struct dockerfile_stage *s = dockerfile_final_stage(d);
	size_t copies = 0;

	for (size_t i = s ? s->first : 0; s && i < s->end && copies < COPIES_MAX; i++) {
		const struct dockerfile_instruction *in = d->instructions.items[i];

		copies += in->keyword == DOCKERFILE_COPY;
		if (in->keyword == DOCKERFILE_COPY && in->words.count &&
		    slice_starts(bare_path(value), bare_path(in->words.items[in->words.count - 1].text)))
			return true;
	}
	return false;
}

static struct secret_peers peers_of(const struct rule_context *c, const struct dockerfile_instruction *in,
				    const struct dockerfile_pair *pair)
{
	const struct dockerfile *d = rule_dockerfile(c)->file;
	struct slice name = unquoted(pair->key.value), lower = lowered(c->arena, name);
	bool final = in->stage >= 0 && in->stage + 1 == (int)d->stages.count, arg = in->keyword == DOCKERFILE_ARG;
	bool file = secret_file_name(name) && pair->value.value.len && copied_below(d, pair->value.value);

	return (struct secret_peers){
		.hadolint = hadolint_secret(c->arena, name, lower),
		.buildkit = buildkit_secret(lower) && in->stage >= 0,
		.trivy = final && (trivy_secret(name, lower) || file),
		.semgrep = arg && semgrep_secret(lower),
		.file = file,
	};
}

static void grade_secret(struct assessment *x, const struct secret_peers *p, enum written kind, bool arg)
{
	bool strong = p->buildkit || p->trivy || p->file;

	if (kind == WRITTEN_SECRET) {
		x->severity = SEVERITY_HIGH;
		x->confidence = CONFIDENCE_HIGH;
	} else if (kind == WRITTEN_HARMLESS || !strong) {
		x->severity = p->file ? SEVERITY_MEDIUM : SEVERITY_LOW;
		x->confidence = CONFIDENCE_LOW;
	} else if (kind == WRITTEN_NOT) {
		/* Empty in ENV: nothing is in the image. */
		x->severity = arg ? SEVERITY_MEDIUM : SEVERITY_LOW;
		x->confidence = CONFIDENCE_LOW;
	}
}

static void judge_secret(struct rule_context *c, const struct dockerfile_instruction *in, const struct dockerfile_pair *pair)
{
	struct secret_peers p = peers_of(c, in, pair);
	enum written kind = value_kind(c->arena, pair);
	bool arg = in->keyword == DOCKERFILE_ARG, any = p.hadolint || p.buildkit || p.trivy || p.semgrep || p.file;
	struct assessment *x;

	if (!any && kind != WRITTEN_SECRET)
		return;
	if (kind == WRITTEN_SECRET)
		x = fail_in(c, in, pair->key.span, "%.*s holds a secret, written out: it stays in the image's history",
			    SLICE_ARG(pair->key.value));
	else
		x = fail_in(c, in, pair->key.span, arg ? "%.*s looks like a secret: build arguments stay in the image's history"
						       : "%.*s looks like a secret: the environment is part of the image",
			    SLICE_ARG(pair->key.value));
	grade_secret(x, &p, kind, arg);
	rule_alias_if(c, x, p.hadolint, "hadolint:DL3064");
	rule_alias_if(c, x, p.buildkit && buildkit_builds(c, in), "buildkit:SecretsUsedInArgOrEnv");
	rule_alias_if(c, x, p.trivy, "trivy:DS-0031");
	rule_alias_if(c, x, p.semgrep, "semgrep:secret-in-build-arg");
}

static void check_secret(struct rule_context *c)
{
	each_variable(in, c) vec_each(pair, &in->pairs)
		judge_secret(c, in, pair);
}

/* --- commands that put credentials into the image --- */

static bool sets_credentials(struct slice text)
{
	static const struct {
		const char *command, *options;
	} rows[] = {
		{ "aws configure set aws_access_key_id", NULL }, { "aws configure set aws_secret_access_key", NULL },
		{ "gcloud auth activate-service-account", NULL }, { "az login", "-p |--password |--federated-token " },
		{ "doctl auth init", "-t |--access-token " },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t at = slice_find(text, slice_from_cstr(rows[i].command));

		if (at < text.len && (!rows[i].options || has_any(slice_from(text, at), rows[i].options)))
			return true;
	}
	return false;
}

static void check_credentials(struct rule_context *c)
{
	const struct dockerfile *d = rule_dockerfile(c)->file;

	each_instruction(in, c, DOCKERFILE_RUN) {
		bool mounted = false;

		vec_each(m, &in->mounts)
			mounted |= slice_is(m->type, "secret");
		if (mounted || !sets_credentials(in->arguments))
			continue;
		struct assessment *x = rule_fail(c, in->span, "the command writes credentials into the layer");
		rule_alias_if(c, x, in->stage + 1 == (int)d->stages.count, "trivy:DS-0031");
	}
}

/* --- references within one ENV --- */

typedef void reference_function(void *context, struct slice name);

/* Names of "$name" and "${name}", as hadolint looks for them: escapes do not count. */
static void each_reference(struct slice text, reference_function *found, void *context)
{
	for (size_t i = slice_find_byte(text, '$'); i < text.len; i += 1 + slice_find_byte(slice_from(text, i + 1), '$')) {
		struct slice rest = slice_from(text, i + 1);
		bool brace = slice_cut_prefix(&rest, SLICE("{"));
		size_t n = 0;

		while (n < rest.len && (ascii_alnum(rest.data[n]) || rest.data[n] == '_'))
			n++;
		if (n && (!brace || (n < rest.len && rest.data[n] == '}')))
			found(context, slice_first(rest, n));
	}
}

struct own_references {
	const struct map *keys;  /* of the instruction: how often */
	const struct map *seen;  /* of the file before it */
	struct slice own;        /* the key whose value is looked at */
	struct slice found;
};

static void own_reference(void *context, struct slice name)
{
	struct own_references *r = context;
	const uint64_t *times = map_get(r->keys, name);

	if (times && (*times > 1 || !slice_eq(name, r->own)) && !map_get(r->seen, name))
		r->found = name;
}

static void judge_env(struct rule_context *c, const struct dockerfile_instruction *in, const struct map *seen)
{
	CLEANUP(map_release) struct map keys;

	map_init(&keys);
	vec_each(pair, &in->pairs)
		++*map_put(&keys, pair->key.value, NULL);
	vec_each(pair, &in->pairs) {
		struct own_references r = { &keys, seen, pair->key.value, SLICE_EMPTY };

		each_reference(pair->value.text, own_reference, &r);
		if (slice_empty(r.found))
			continue;
		struct assessment *x = fail_in(c, in, pair->span,
					       "%.*s is set by this very ENV: here it still has its value from before",
					       SLICE_ARG(r.found));
		rule_alias(c, x, "hadolint:DL3044");
	}
}

static void check_own_reference(struct rule_context *c)
{
	CLEANUP(map_release) struct map seen;

	map_init(&seen);
	each_variable(in, c) {
		if (in->keyword == DOCKERFILE_ENV && in->pairs.count > 1)
			judge_env(c, in, &seen);
		vec_each(pair, &in->pairs)
			map_put(&seen, pair->key.value, NULL);
	}
}

/* --- ENV name value --- */

/* What stands behind the key, as `key=value` has to have it; empty: that cannot be told. */
static struct slice modern_value(struct rule_context *c, const struct dockerfile_pair *pair)
{
	struct slice text = rule_text(c, pair->value.span);
	bool blank = false, quote = false;

	for (size_t i = 0; i < text.len; i++) {
		blank |= ascii_space(text.data[i]);
		quote |= text.data[i] == '"' || text.data[i] == '\'' || text.data[i] == '\\' || text.data[i] == '`';
		if (text.data[i] == '\n')
			return SLICE_EMPTY;
	}
	if (text.len == 0 || (quote && blank))
		return SLICE_EMPTY;
	return blank ? arena_printf(c->arena, "\"%.*s\"", SLICE_ARG(text)) : text;
}

static void check_legacy(struct rule_context *c)
{
	vec_each(p, &rule_dockerfile(c)->file->instructions) {
		const struct dockerfile_instruction *in = *p;

		if (in->keyword != DOCKERFILE_ENV && in->keyword != DOCKERFILE_LABEL)
			continue;
		vec_each(pair, &in->pairs) {
			if (!pair->legacy)
				continue;
			struct assessment *x = fail_in(c, in, pair->span, "%.*s name value is the old form: write name=value",
						       SLICE_ARG(dockerfile_keyword_name(in->keyword)));
			struct slice value = modern_value(c, pair);

			rule_discriminator(c, x, pair->key.value);
			rule_alias_if(c, x, buildkit_builds(c, in), "buildkit:LegacyKeyValueFormat");
			if (value.len && slice_find_byte(pair->key.text, '=') == pair->key.text.len)
				rule_edit(c, rule_fix(c, x, false, "Write name=value"), span_join(pair->key.span, pair->value.span),
					  arena_printf(c->arena, "%.*s=%.*s", SLICE_ARG(rule_text(c, pair->key.span)), SLICE_ARG(value)));
		}
	}
}

/* --- names that nothing declares --- */

/* Of these bases it is known that they set PATH only. */
static bool plain_base(const struct dockerfile_stage *root)
{
	if (!root)
		return false;
	return root->scratch || (slice_empty(root->reference.registry) &&
				 word_in(root->reference.repository, "alpine|busybox|debian|ubuntu|fedora|centos|rockylinux|"
								     "almalinux|amazonlinux|library/alpine|library/busybox|"
								     "library/debian|library/ubuntu"));
}

struct name_values {
	const struct dockerfile_instruction *in;
};

static bool name_value(void *context, struct slice name, struct slice *ret)
{
	const struct name_values *v = context;
	const struct dockerfile_binding *b = dockerfile_variable(v->in, name);

	if (!b)
		return false;
	*ret = b->known ? b->value : SLICE_EMPTY;
	return true;
}

struct undefined {
	struct rule_context *c;
	const struct dockerfile_instruction *in;
	const struct dockerfile_pair *until; /* ARG: the names before it are there */
};

static bool declared_in(const struct undefined *u, struct slice name)
{
	for (const struct dockerfile_pair *p = u->in->pairs.items; u->until && p < u->until; p++)
		if (slice_eq(p->key.value, name))
			return true;
	return false;
}

static bool sets_itself(const struct dockerfile_instruction *in, struct slice name)
{
	for (size_t i = 0; i < in->pairs.count && i < PAIRS_MAX; i++)
		if (slice_eq(in->pairs.items[i].key.value, name))
			return true;
	return false;
}

static void judge_names(const struct undefined *u, struct slice text, struct span at, bool heredoc)
{
	struct name_values values = { u->in };
	const struct dockerfile *d = rule_dockerfile(u->c)->file;
	struct docker_words_options options = {
		.escape = heredoc ? '\\' : d->escape, .skip_quotes = heredoc, .get = name_value, .context = &values,
		.budget = d->expansion_left,
	};
	struct docker_words_result result;

	if (!has_variable(text))
		return;
	docker_words(text, &options, u->c->arena, &result, NULL);
	vec_each(name, &result.unmatched) {
		if (word_in(*name, "PATH|BUILDKIT_SBOM_SCAN_CONTEXT|BUILDKIT_SBOM_SCAN_STAGE") || declared_in(u, *name))
			continue;
		struct assessment *x = fail_in(u->c, u->in, at, "nothing sets %.*s: it is empty here", SLICE_ARG(*name));
		rule_discriminator(u->c, x, arena_printf(u->c->arena, "%.*s in %.*s", SLICE_ARG(*name), SLICE_ARG(text)));
		rule_alias_if(u->c, x, buildkit_builds(u->c, u->in), "buildkit:UndefinedVar");
		/* `ENV A=/x:$A` means to add to what may be there. */
		if (u->in->keyword == DOCKERFILE_ENV && sets_itself(u->in, *name)) {
			x->severity = SEVERITY_LOW;
			x->confidence = CONFIDENCE_LOW;
		}
	}
}

static void judge_variables(struct undefined *u)
{
	const struct dockerfile_instruction *in = u->in;
	bool arg = in->keyword == DOCKERFILE_ARG;

	vec_each(pair, &in->pairs) {
		u->until = arg && in->pairs.count < PAIRS_MAX ? pair : NULL;
		if (!arg)
			judge_names(u, pair->key.text, pair->key.span, false);
		if (pair->has_value || pair->value.text.len)
			judge_names(u, pair->value.text, pair->value.span, false);
	}
}

/* In an exec form, words are JSON: what BuildKit expands is decoded. */
static void judge_words(const struct undefined *u)
{
	const struct dockerfile_instruction *in = u->in;

	vec_each(w, &in->words)
		if (!slice_starts(w->text, SLICE("<<")))
			judge_names(u, w->text, w->span, false);
	vec_each(flag, &in->flags)
		if (word_in(flag->name, "chown|chmod|checksum|exclude"))
			judge_names(u, flag->value, flag->span, false);
	vec_each(h, &in->heredocs)
		if (h->expand)
			judge_names(u, h->content, h->word, true);
}

static void check_undefined(struct rule_context *c)
{
	const struct dockerfile *d = rule_dockerfile(c)->file;
	bool *plain = arena_new_array(c->arena, bool, d->stages.count + 1);

	vec_each(s, &d->stages)
		plain[s->index] = s->parent >= 0 ? plain[s->parent] : plain_base(s);
	vec_each(p, &d->instructions) {
		struct undefined u = { c, *p, NULL };
		enum dockerfile_keyword k = (*p)->keyword;

		if ((*p)->stage < 0 || !plain[(*p)->stage])
			continue;
		if (k == DOCKERFILE_ENV || k == DOCKERFILE_LABEL || k == DOCKERFILE_ARG)
			judge_variables(&u);
		else if (k == DOCKERFILE_COPY || k == DOCKERFILE_ADD || k == DOCKERFILE_WORKDIR || k == DOCKERFILE_USER ||
			 k == DOCKERFILE_VOLUME || k == DOCKERFILE_STOPSIGNAL)
			judge_words(&u);
		vec_each(m, &(*p)->mounts)
			judge_names(&u, m->flag->value, m->flag->span, false);
	}
}

static const struct rule_row rows[] = {
	{ .rule = { .id = SLICE_INIT("dockerfile-secret-variable"), .version = 1,
		    .title = SLICE_INIT("A secret in ARG or ENV"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("Both can be read from the image by whoever has it, even when a later instruction sets them anew. Use "
				       "RUN --mount=type=secret for the build, and the orchestrator's secrets for the program."),
		    .aliases = RULE_LIST("hadolint:DL3064", "buildkit:SecretsUsedInArgOrEnv", "trivy:DS-0031",
					 "semgrep:secret-in-build-arg", "dockle:CIS-DI-0010"),
		    .references = RULE_LIST("cis:4.10", "nist:4.1.4", "owasp:D07", "cwe:CWE-526"),
		    .bad = "FROM debian:12\nENV API_TOKEN=swordfish\n",
		    .good = "FROM debian:12\nRUN --mount=type=secret,id=api_token make\n" },
	  .check = check_secret },
	{ .rule = { .id = SLICE_INIT("dockerfile-secret-command"), .version = 1,
		    .title = SLICE_INIT("RUN writes credentials into the image"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("What a tool is logged in with stays in the layer. Mount the credentials for the one command with RUN "
				       "--mount=type=secret."),
		    .aliases = RULE_LIST("trivy:DS-0031"),
		    .references = RULE_LIST("cis:4.10", "nist:4.1.4", "owasp:D07", "cwe:CWE-538"),
		    .bad = "FROM debian:12\nRUN aws configure set aws_secret_access_key abc\n",
		    .good = "FROM debian:12\nRUN --mount=type=secret,id=aws,target=/root/.aws/credentials aws s3 ls\n" },
	  .check = check_credentials },
	{ .rule = { .id = SLICE_INIT("dockerfile-env-own-reference"), .version = 1,
		    .title = SLICE_INIT("ENV uses a variable that it sets itself"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("All values of one ENV see what was there before it. Set the first variable in an ENV of its own."),
		    .aliases = RULE_LIST("hadolint:DL3044"),
		    .bad = "FROM debian:12\nENV A=/a B=$A/b\n", .good = "FROM debian:12\nENV A=/a\nENV B=$A/b\n" },
	  .check = check_own_reference },
	{ .rule = { .id = SLICE_INIT("dockerfile-legacy-format"), .version = 1,
		    .title = SLICE_INIT("ENV or LABEL without '='"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("`ENV name value` takes the rest of the line, which surprises, and may go away. Write name=value."),
		    .aliases = RULE_LIST("buildkit:LegacyKeyValueFormat"), .fix = RULE_FIX_SAFE,
		    .bad = "FROM debian:12\nENV A b\n", .good = "FROM debian:12\nENV A=b\n" },
	  .check = check_legacy },
	{ .rule = { .id = SLICE_INIT("dockerfile-variable-undefined"), .version = 1,
		    .title = SLICE_INIT("A variable that nothing sets"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("Neither an ARG of this stage nor an ENV gives it, so it is empty: mistyped, or an ARG before FROM that "
				       "the stage does not repeat."),
		    .aliases = RULE_LIST("buildkit:UndefinedVar"),
		    .bad = "ARG VERSION=1\nFROM debian:12\nCOPY app-$VERSION /app\n",
		    .good = "ARG VERSION=1\nFROM debian:12\nARG VERSION\nCOPY app-$VERSION /app\n" },
	  .check = check_undefined },
};

const struct rule_table dockerfile_variable_rules = { RULE_DOCKERFILE, rows, ARRAY_LEN(rows) };
