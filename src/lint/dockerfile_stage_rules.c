/* FROM: base images, their registries and platforms, the names of stages. */
#include "base/cleanup.h"
#include "base/map.h"
#include "config/docker_words.h"
#include "lint/dockerfile_rules.h"
#include "lint/rules.h"

#define each_stage(s, c) vec_each(s, &rule_dockerfile(c)->file->stages)

/* Is it an image that a registry is asked for? */
static bool from_registry(const struct dockerfile_stage *s)
{
	return !s->scratch && s->parent < 0 && s->base_word.text.len;
}

/* --- variables of FROM, as the peers look at them --- */

struct from_values {
	const struct dockerfile *file;
	bool stage_args; /* ARGs of the first stage count as well */
};

/* What a build for the machine itself would put in. */
static bool predefined_value(struct slice name, struct slice *ret)
{
	static const struct {
		struct slice name, value;
	} rows[] = {
		{ SLICE_INIT("TARGETPLATFORM"), SLICE_INIT("linux/amd64") },
		{ SLICE_INIT("BUILDPLATFORM"), SLICE_INIT("linux/amd64") },
		{ SLICE_INIT("TARGETOS"), SLICE_INIT("linux") },
		{ SLICE_INIT("BUILDOS"), SLICE_INIT("linux") },
		{ SLICE_INIT("TARGETARCH"), SLICE_INIT("amd64") },
		{ SLICE_INIT("BUILDARCH"), SLICE_INIT("amd64") },
		{ SLICE_INIT("TARGETSTAGE"), SLICE_INIT("default") },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (slice_eq(rows[i].name, name)) {
			*ret = rows[i].value;
			return true;
		}
	return false;
}

static const struct dockerfile_binding *binding(const struct dockerfile_binding *b, struct slice name)
{
	for (size_t guard = 0; b && guard < 1000; guard++, b = b->older)
		if (b->instruction && !b->env && slice_eq(b->name, name))
			return b;
	return NULL;
}

static bool from_value(void *context, struct slice name, struct slice *ret)
{
	const struct from_values *v = context;
	const struct dockerfile_binding *b = binding(v->file->global_variables, name);

	if (!b && v->stage_args && v->file->stages.count)
		b = binding(v->file->stages.items[0].variables, name);
	if (b) {
		*ret = b->value;
		return b->known;
	}
	return predefined_value(name, ret);
}

/* With the defaults of ARG and nothing for what has none. */
static bool default_base(const struct rule_context *c, const struct dockerfile_stage *s, bool stage_args,
			 struct slice *ret)
{
	struct from_values values = { rule_dockerfile(c)->file, stage_args };
	struct docker_words_options options = {
		.escape = values.file->escape, .get = from_value, .context = &values,
		.budget = values.file->expansion_left,
	};
	struct docker_words_result result;
	bool ok = docker_words(s->base_word.text, &options, c->arena, &result, NULL);

	*ret = result.text;
	return ok;
}

/* --- tags --- */

static bool trivy_latest(const struct rule_context *c, const struct dockerfile_stage *s)
{
	struct slice text = s->base;
	struct dockerfile_reference r;

	if (!s->base_known && !default_base(c, s, true, &text))
		return false;
	r = dockerfile_reference_parse(text);
	if (slice_empty(r.repository) || r.digest.len || slice_ends(text, SLICE(":")))
		return false;
	return slice_empty(r.tag) || slice_is(r.tag, "latest");
}

static void alias_latest(struct rule_context *c, struct assessment *x, const struct dockerfile_stage *s)
{
	struct slice raw = s->base_word.text;
	struct dockerfile_reference r = dockerfile_reference_parse(raw);
	bool colon = slice_find_byte(raw, ':') < raw.len;

	rule_alias_if(c, x, slice_empty(r.tag) && slice_empty(r.digest) && !slice_starts(r.repository, SLICE("$")),
		      "hadolint:DL3006");
	rule_alias_if(c, x, slice_is(r.tag, "latest") && slice_empty(r.digest), "hadolint:DL3007");
	rule_alias_if(c, x, trivy_latest(c, s), "trivy:DS-0001");
	rule_alias_if(c, x, !colon || slice_ends(raw, SLICE(":latest")), "checkov:CKV_DOCKER_7");
	rule_alias_if(c, x, !colon, "kics:Image Version Not Explicit");
	rule_alias_if(c, x, text_has(raw, ":latest"), "kics:Image Version Using 'latest'");
	rule_alias_if(c, x, slice_empty(r.tag) && slice_empty(r.digest), "semgrep:missing-image-version");
	rule_alias_if(c, x, slice_is(r.tag, "latest") && slice_empty(r.digest), "semgrep:avoid-latest-version");
}

static void check_latest(struct rule_context *c)
{
	each_stage(s, c) {
		struct slice raw = s->base_word.text;
		struct dockerfile_reference r = s->base_known ? s->reference : dockerfile_reference_parse(raw);
		bool none = slice_empty(r.tag), latest = slice_is(r.tag, "latest");
		struct assessment *x;

		if (!from_registry(s) || r.digest.len)
			continue;
		if (!s->base_known && !trivy_latest(c, s) && (!none || slice_starts(r.repository, SLICE("$"))))
			continue;
		if (s->base_known && !none && !latest)
			continue;
		if (none || !latest)
			x = fail_in(c, s->from, s->base_word.span, "%.*s has no tag: every build takes whatever is latest",
				    SLICE_ARG(raw));
		else
			x = fail_in(c, s->from, s->base_word.span, "%.*s is another image with every release", SLICE_ARG(raw));
		if (!s->base_known) {
			x->severity = SEVERITY_LOW;
			x->confidence = CONFIDENCE_LOW;
		}
		alias_latest(c, x, s);
	}
}

static bool is_digest(struct slice s)
{
	size_t colon = slice_find_byte(s, ':');

	return colon < s.len && s.len - colon - 1 >= 32;
}

static void check_digest(struct rule_context *c)
{
	each_stage(s, c) {
		if (!from_registry(s) || !s->base_known || is_digest(s->reference.digest))
			continue;
		struct assessment *x = fail_in(c, s->from, s->base_word.span,
					       "%.*s can change under its tag: no digest pins it", SLICE_ARG(s->base));
		rule_alias(c, x, "semgrep:dockerfile-source-not-pinned");
		if (slice_eq(s->base, s->base_word.text) && slice_empty(s->reference.digest))
			rule_evidence(c, x, "pin", s->base);
	}
}

/* --- registries --- */

static bool registry_trusted(const struct policy *p, struct slice registry)
{
	if (slice_empty(registry) || slice_is(registry, "index.docker.io") || slice_is(registry, "registry-1.docker.io"))
		registry = SLICE("docker.io");
	vec_each(pattern, &p->trusted_registries) {
		struct slice suffix = *pattern;

		if (slice_eq_nocase(*pattern, registry) || slice_is(*pattern, "*"))
			return true;
		if (slice_cut_prefix(&suffix, SLICE("*")) && registry.len > suffix.len && slice_ends(registry, suffix))
			return true;
	}
	return false;
}

static void judge_registry(struct rule_context *c, const struct dockerfile_instruction *in, struct span at,
			   struct slice image)
{
	struct dockerfile_reference r = dockerfile_reference_parse(image);

	if (slice_empty(image) || has_variable(image) || slice_is(image, "scratch") ||
	    registry_trusted(c->policy, r.registry))
		return;
	struct assessment *x = fail_in(c, in, at, "%.*s comes from %.*s, which is none of the trusted registries",
				       SLICE_ARG(image), SLICE_ARG(r.registry.len ? r.registry : SLICE("docker.io")));
	rule_alias(c, x, "hadolint:DL3026");
}

static void check_registry(struct rule_context *c)
{
	const struct dockerfile *d = rule_dockerfile(c)->file;

	if (c->policy->trusted_registries.count == 0)
		return;
	each_stage(s, c)
		if (from_registry(s))
			judge_registry(c, s->from, s->base_word.span, s->base);
	vec_each(p, &d->instructions) {
		const struct dockerfile_instruction *in = *p;
		const struct dockerfile_flag *from = dockerfile_flag(in, SLICE("from"));

		if (in->keyword == DOCKERFILE_COPY && from && dockerfile_stage_named(d, in, from->value) < 0)
			judge_registry(c, in, from->value_span, from->value);
		vec_each(m, &in->mounts)
			if (m->from.len && dockerfile_stage_named(d, in, m->from) < 0)
				judge_registry(c, in, m->flag->span, m->from);
	}
}

/* --- names --- */

static void alias_same_name(struct rule_context *c, struct assessment *x, const struct dockerfile_stage *first,
			    const struct dockerfile_stage *s)
{
	bool exact = slice_eq(first->name_word.text, s->name_word.text);

	rule_alias_if(c, x, exact, "hadolint:DL3024");
	rule_alias_if(c, x, buildkit_plans(c), "buildkit:DuplicateStageName");
	rule_alias_if(c, x, !slice_eq_nocase(first->from->arguments, s->from->arguments), "trivy:DS-0012");
	rule_alias_if(c, x, exact, "checkov:CKV_DOCKER_11");
	rule_alias_if(c, x, exact, "kics:Same Alias In Different Froms");
}

static void check_same_name(struct rule_context *c)
{
	CLEANUP(map_release) struct map names;

	map_init(&names);
	each_stage(s, c) {
		if (slice_empty(s->name))
			continue;
		uint64_t *before = map_put(&names, s->name, NULL);
		if (*before) {
			const struct dockerfile_stage *first = &rule_dockerfile(c)->file->stages.items[*before - 1];
			struct assessment *x = fail_in(c, s->from, s->name_word.span,
						       "a stage of the name %.*s is there already: the later one hides it",
						       SLICE_ARG(s->name_word.text));
			alias_same_name(c, x, first, s);
			rule_also_at(c, x, first->name_word.span);
		}
		*before = s->index + 1;
	}
}

static void check_reserved_name(struct rule_context *c)
{
	each_stage(s, c) {
		if (!word_in(s->name, "scratch|context"))
			continue;
		struct assessment *x = fail_in(c, s->from, s->name_word.span, "%.*s means something else to the builder",
					       SLICE_ARG(s->name_word.text));
		rule_alias_if(c, x, slice_eq(s->name, s->name_word.text), "hadolint:DL3063");
		rule_alias_if(c, x, buildkit_plans(c), "buildkit:ReservedStageName");
	}
}

static void check_name_case(struct rule_context *c)
{
	each_stage(s, c) {
		if (slice_eq(s->name, s->name_word.text))
			continue;
		struct assessment *x = fail_in(c, s->from, s->name_word.span, "the stage's name %.*s is not lower case",
					       SLICE_ARG(s->name_word.text));
		rule_alias_if(c, x, buildkit_reads(c, s->from), "buildkit:StageNameCasing");
		rule_edit(c, rule_fix(c, x, false, "Write the name in lower case"), s->name_word.span, s->name);
	}
}

static void check_number(struct rule_context *c)
{
	uint64_t number;

	each_instruction(in, c, DOCKERFILE_COPY) {
		const struct dockerfile_flag *from = dockerfile_flag(in, SLICE("from"));

		if (!from || !slice_to_u64(from->value, &number))
			continue;
		struct assessment *x = fail_in(c, in, from->value_span,
					       "stage %.*s is meant by its number, which changes with every stage before it",
					       SLICE_ARG(from->value));
		rule_alias(c, x, "kics:Using Unnamed Build Stages");
	}
}

/* --- platforms --- */

static const char oses[] = "linux|windows|darwin|freebsd|netbsd|openbsd|wasip1|js|aix|android|solaris|plan9";
static const char architectures[] = "386|amd64|arm|arm64|loong64|mips|mips64|mips64le|mipsle|ppc64|ppc64le|riscv|"
				    "riscv64|s390x|wasm|i386|x86_64|x86-64|aarch64|armhf|armel";

static struct slice normal_architecture(struct slice s)
{
	if (word_in(s, "x86_64|x86-64"))
		return SLICE("amd64");
	if (slice_is(s, "aarch64"))
		return SLICE("arm64");
	if (word_in(s, "armhf|armel"))
		return SLICE("arm");
	return slice_is(s, "i386") ? SLICE("386") : s;
}

/* False: containerd would refuse it. */
static bool parse_platform(struct arena *a, struct slice text, struct slice *os, struct slice *architecture)
{
	struct slice rest;

	text = lowered(a, text);
	if (slice_split(text, '/', os, &rest)) {
		*architecture = normal_architecture(slice_first(rest, slice_find_byte(rest, '/')));
		return os->len && architecture->len;
	}
	*os = SLICE("linux");
	*architecture = SLICE("amd64");
	if (word_in(text, oses))
		*os = text;
	else if (word_in(text, architectures))
		*architecture = normal_architecture(text);
	else
		return false;
	return true;
}

/* BuildKit lets a stage pass that says in its name what it is for. */
static bool named_after_platform(struct arena *a, const struct dockerfile_stage *s, bool *ret_sound)
{
	struct slice os, architecture;

	*ret_sound = parse_platform(a, unquoted(s->platform->value), &os, &architecture);
	return *ret_sound && (slice_find(s->name, os) < s->name.len || slice_find(s->name, architecture) < s->name.len);
}

static void check_platform(struct rule_context *c)
{
	bool sound;

	each_stage(s, c) {
		if (!s->platform || text_has(s->platform->value, "BUILDPLATFORM") ||
		    text_has(s->platform->value, "TARGETPLATFORM"))
			continue;
		bool constant = !has_variable(s->platform->value);
		bool named = named_after_platform(c->arena, s, &sound);
		struct assessment *x = fail_in(c, s->from, s->platform->span, "the stage is built for %.*s, whatever the build is for",
					       SLICE_ARG(s->platform->value));
		if (!constant || named) {
			x->severity = SEVERITY_NEGLIGIBLE;
			x->confidence = CONFIDENCE_LOW;
		}
		rule_alias(c, x, "hadolint:DL3029");
		rule_alias_if(c, x, constant && sound && !named && buildkit_plans(c),
			      "buildkit:FromPlatformFlagConstDisallowed");
		rule_alias(c, x, "kics:Using Platform Flag with FROM Command");
		rule_alias_if(c, x, constant, "semgrep:avoid-platform-with-from");
	}
}

static void check_platform_redundant(struct rule_context *c)
{
	each_stage(s, c) {
		if (!s->platform || !slice_is(plain_variable(unquoted(s->platform->value)), "TARGETPLATFORM"))
			continue;
		struct assessment *x = fail_in(c, s->from, s->platform->span, "the target's platform is what FROM takes anyway");
		struct span at = s->platform->span;
		struct slice text = rule_dockerfile(c)->file->text;

		rule_alias(c, x, "hadolint:DL3065");
		rule_alias_if(c, x, buildkit_plans(c), "buildkit:RedundantTargetPlatform");
		while (at.offset + at.length < text.len && text.data[at.offset + at.length] == ' ')
			at.length++;
		rule_edit(c, rule_fix(c, x, false, "Leave --platform out"), at, SLICE_EMPTY);
	}
}

/* --- ARG in FROM --- */

/* A component of a path: lower case letters and digits, joined by '.', '_', "__" or hyphens. */
static bool path_component(struct slice s)
{
	size_t i = 0;

	if (s.len == 0 || !(ascii_lower(s.data[0]) || ascii_digit(s.data[0])) ||
	    !(ascii_lower(s.data[s.len - 1]) || ascii_digit(s.data[s.len - 1])))
		return false;
	while (i < s.len) {
		size_t start = i;

		while (i < s.len && (ascii_lower(s.data[i]) || ascii_digit(s.data[i])))
			i++;
		if (i == s.len)
			return true;
		if (i == start)
			return false;
		char mark = s.data[i];
		size_t run = 0;
		while (i < s.len && s.data[i] == mark) {
			i++;
			run++;
		}
		if (!(mark == '-' || (mark == '_' && run <= 2) || (mark == '.' && run == 1)))
			return false;
	}
	return true;
}

static bool valid_tag(struct slice s)
{
	if (s.len == 0 || s.len > 128 || !(ascii_alnum(s.data[0]) || s.data[0] == '_'))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_alnum(s.data[i]) && !(s.data[i] == '_' || s.data[i] == '.' || s.data[i] == '-'))
			return false;
	return true;
}

static bool valid_registry(struct slice s)
{
	struct slice host, port;

	if (slice_starts(s, SLICE("[")))
		return true;
	if (slice_split(s, ':', &host, &port))
		for (size_t i = 0; i < port.len; i++)
			if (!ascii_digit(port.data[i]))
				return false;
	for (size_t i = 0; i < host.len; i++)
		if (!ascii_alnum(host.data[i]) && host.data[i] != '-' && host.data[i] != '.')
			return false;
	return host.len && host.data[0] != '-' && host.data[0] != '.';
}

/* distribution's grammar, as its ParseNormalizedNamed reads it. */
static bool valid_reference(struct slice text)
{
	struct dockerfile_reference r = dockerfile_reference_parse(text);
	struct slice rest = r.repository, part;
	size_t at = slice_find_byte(text, '@');

	if (slice_empty(text) || slice_ends(slice_first(text, at), SLICE(":")) || (r.registry.len && !valid_registry(r.registry)))
		return false;
	if ((r.tag.len && !valid_tag(r.tag)) || (at < text.len && !is_digest(r.digest)))
		return false;
	if (slice_empty(rest))
		return false;
	while (slice_next(&rest, '/', &part))
		if (!path_component(part))
			return false;
	return true;
}


static bool base_invalid(const struct rule_context *c, const struct dockerfile_stage *s)
{
	struct slice text;

	return s->base_word.text.len && default_base(c, s, false, &text) && !valid_reference(text);
}

static void check_undefined_arg(struct rule_context *c)
{
	each_stage(s, c) {
		struct slice_list names = { 0 };
		bool first = true;

		dockerfile_unmatched(rule_dockerfile(c)->file, s->from, s->base_word.text, c->arena, &names);
		if (s->platform)
			dockerfile_unmatched(rule_dockerfile(c)->file, s->from, s->platform->value, c->arena, &names);
		vec_each(name, &names) {
			struct assessment *x = fail_in(c, s->from, s->from->arguments_span,
						       "FROM uses %.*s, which no ARG before the first FROM declares", SLICE_ARG(*name));
			rule_discriminator(c, x, *name);
			rule_alias_if(c, x, buildkit_plans(c), "buildkit:UndefinedArgInFrom");
			rule_alias_if(c, x, first && buildkit_plans(c) && base_invalid(c, s), "buildkit:InvalidDefaultArgInFrom");
			first = false;
		}
	}
}

static void check_default_arg(struct rule_context *c)
{
	each_stage(s, c) {
		struct slice_list names = { 0 };

		dockerfile_unmatched(rule_dockerfile(c)->file, s->from, s->base_word.text, c->arena, &names);
		/* Said there. */
		if (names.count || !base_invalid(c, s))
			continue;
		struct assessment *x = fail_in(c, s->from, s->base_word.span,
					       has_variable(s->base_word.text)
						       ? "%.*s is no image without --build-arg: its default makes no name of one"
						       : "%.*s is no name of an image", SLICE_ARG(s->base_word.text));
		rule_alias_if(c, x, buildkit_plans(c), "buildkit:InvalidDefaultArgInFrom");
		if (s->parent >= 0) {
			x->severity = SEVERITY_NEGLIGIBLE;
			x->confidence = CONFIDENCE_LOW;
		} else if (has_variable(s->base_word.text)) {
			x->severity = SEVERITY_MEDIUM;
		}
	}
}

#define SHA "sha256:4be65b406f7402b5c4fd5df7173d2fd7ea3fdaa74d9c43b6ebd896197a45c448"

static const struct rule_row rows[] = {
	{ .rule = { .id = SLICE_INIT("dockerfile-arg-undefined"), .version = 1,
		    .title = SLICE_INIT("FROM uses a variable that nothing declares"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("FROM sees only the ARGs before the first FROM and the builder's own. Declare it there, "
				       "with a default that makes a name."),
		    .aliases = RULE_LIST("buildkit:UndefinedArgInFrom", "buildkit:InvalidDefaultArgInFrom"),
		    .bad = "FROM debian:$RELEASE\n", .good = "ARG RELEASE=12\nFROM debian:$RELEASE\n" },
	  .check = check_undefined_arg },
	{ .rule = { .id = SLICE_INIT("dockerfile-arg-default"), .version = 1,
		    .title = SLICE_INIT("FROM is no image with the defaults of its variables"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("A plain `docker build` fails, and tools that read the file do not know the image. Give the ARG "
				       "a default that makes a full name."),
		    .aliases = RULE_LIST("buildkit:InvalidDefaultArgInFrom"),
		    .bad = "ARG TAG\nFROM debian:$TAG\n", .good = "ARG TAG=12\nFROM debian:$TAG\n" },
	  .check = check_default_arg },
	{ .rule = { .id = SLICE_INIT("dockerfile-image-latest"), .version = 1,
		    .title = SLICE_INIT("The base image has no tag, or latest"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Two builds of one file give two different images, and nobody can say which base a running one "
				       "has. Name the release."),
		    .aliases = RULE_LIST("hadolint:DL3006", "hadolint:DL3007", "trivy:DS-0001", "checkov:CKV_DOCKER_7",
					 "kics:Image Version Not Explicit", "kics:Image Version Using 'latest'",
					 "semgrep:missing-image-version", "semgrep:avoid-latest-version", "dockle:DKL-DI-0006"),
		    .references = RULE_LIST("cis:4.2", "nist:4.1.5", "owasp:D01", "cwe:CWE-1104"),
		    .bad = "FROM debian\n", .good = "FROM debian:12.11-slim\n" },
	  .check = check_latest },
	{ .rule = { .id = SLICE_INIT("dockerfile-image-digest"), .version = 1,
		    .title = SLICE_INIT("No digest pins the base image"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("A tag can be moved to another image, by its owner or by who took the account over. Write "
				       "name:tag@sha256:... and let a bot renew it."),
		    .aliases = RULE_LIST("semgrep:dockerfile-source-not-pinned"),
		    .references = RULE_LIST("cis:4.2", "owasp:D08", "cwe:CWE-494"), .fix = RULE_FIX_UNSAFE,
		    .bad = "FROM debian:12\n", .good = "FROM debian:12@" SHA "\n" },
	  .check = check_digest },
	{ .rule = { .id = SLICE_INIT("dockerfile-image-registry"), .version = 1,
		    .title = SLICE_INIT("The image comes from a registry that is not trusted"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("The policy's trusted-registries name where images may come from. Use a mirror of the image "
				       "there, or add the registry."),
		    .aliases = RULE_LIST("hadolint:DL3026"),
		    .references = RULE_LIST("cis:4.2", "nist:4.1.5", "nist:4.2.1", "owasp:D08"),
		    .bad = "FROM quay.example.net/team/app:1.2\n", .good = "FROM registry.example.com/team/app:1.2\n" },
	  .check = check_registry },
	{ .rule = { .id = SLICE_INIT("dockerfile-stage-unique"), .version = 1,
		    .title = SLICE_INIT("Two stages have one name"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("COPY --from and --target take the last stage of that name, which may not be the one that is "
				       "meant. Rename one of them."),
		    .aliases = RULE_LIST("hadolint:DL3024", "buildkit:DuplicateStageName", "trivy:DS-0012",
					 "checkov:CKV_DOCKER_11", "kics:Same Alias In Different Froms"),
		    .bad = "FROM golang:1.25 AS build\nRUN make\nFROM debian:12 AS build\nRUN make\n",
		    .good = "FROM golang:1.25 AS build\nRUN make\nFROM debian:12 AS run\nRUN make\n" },
	  .check = check_same_name },
	{ .rule = { .id = SLICE_INIT("dockerfile-stage-reserved"), .version = 1,
		    .title = SLICE_INIT("A stage has a reserved name"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("`scratch` is the empty image and `context` the build context: a stage of that name cannot be "
				       "reached. Give it another one."),
		    .aliases = RULE_LIST("hadolint:DL3063", "buildkit:ReservedStageName"),
		    .bad = "FROM debian:12 AS context\n", .good = "FROM debian:12 AS sources\n" },
	  .check = check_reserved_name },
	{ .rule = { .id = SLICE_INIT("dockerfile-stage-case"), .version = 1,
		    .title = SLICE_INIT("A stage's name is not lower case"),
		    .severity = SEVERITY_NEGLIGIBLE, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Stage names are compared without case: lower case shows that."),
		    .aliases = RULE_LIST("buildkit:StageNameCasing"), .fix = RULE_FIX_SAFE,
		    .bad = "FROM debian:12 AS Build\n", .good = "FROM debian:12 AS build\n" },
	  .check = check_name_case },
	{ .rule = { .id = SLICE_INIT("dockerfile-stage-number"), .version = 1,
		    .title = SLICE_INIT("A stage is referred to by its number"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("A stage put in before shifts all numbers, and the copy silently comes from another one. Name the "
				       "stage with AS."),
		    .aliases = RULE_LIST("kics:Using Unnamed Build Stages"),
		    .bad = "FROM golang:1.25\nRUN make\nFROM debian:12\nCOPY --from=0 /out /out\n",
		    .good = "FROM golang:1.25 AS build\nRUN make\nFROM debian:12\nCOPY --from=build /out /out\n" },
	  .check = check_number },
	{ .rule = { .id = SLICE_INIT("dockerfile-platform-constant"), .version = 1,
		    .title = SLICE_INIT("FROM has one fixed platform"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("A build for another platform gets this one all the same. Leave the flag out, or use "
				       "$BUILDPLATFORM in stages that cross-compile."),
		    .aliases = RULE_LIST("hadolint:DL3029", "buildkit:FromPlatformFlagConstDisallowed",
					 "kics:Using Platform Flag with FROM Command", "semgrep:avoid-platform-with-from"),
		    .bad = "FROM --platform=linux/amd64 debian:12\n", .good = "FROM --platform=$BUILDPLATFORM debian:12\n" },
	  .check = check_platform },
	{ .rule = { .id = SLICE_INIT("dockerfile-platform-redundant"), .version = 1,
		    .title = SLICE_INIT("FROM names the platform that it has anyway"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("The target's platform is the default of FROM: the flag says nothing."),
		    .aliases = RULE_LIST("hadolint:DL3065", "buildkit:RedundantTargetPlatform"), .fix = RULE_FIX_SAFE,
		    .bad = "FROM --platform=$TARGETPLATFORM debian:12\n", .good = "FROM debian:12\n" },
	  .check = check_platform_redundant },
};

const struct rule_table dockerfile_stage_rules = { RULE_DOCKERFILE, rows, ARRAY_LEN(rows) };
