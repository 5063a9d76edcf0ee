/* COPY and ADD: what they bring in, and from where. */
#include "base/cleanup.h"
#include "base/map.h"
#include "lint/dockerfile_rules.h"
#include "lint/rules.h"

static const struct dockerfile_word *target_of(const struct dockerfile_instruction *in)
{
	return in->words.count >= 2 ? &in->words.items[in->words.count - 1] : NULL;
}

#define each_source(w, in) \
	for (const struct dockerfile_word *w = (in)->words.items, *end_##w = target_of(in); end_##w && w < end_##w; w++)

/* COPY and ADD in order, those of ONBUILD left out. */
#define each_copy(it, c)                                                                               \
	vec_each(p_##it, &rule_dockerfile(c)->file->instructions)                                      \
		for (const struct dockerfile_instruction *it =                                         \
			     (*p_##it)->keyword == DOCKERFILE_COPY || (*p_##it)->keyword == DOCKERFILE_ADD ? *p_##it : NULL; \
		     it; it = NULL)

static bool is_archive(struct slice path)
{
	static const char *const suffixes[] = { ".tar", ".Z", ".bz2", ".gz", ".lz", ".lzma", ".tZ", ".tb2", ".tbz",
						".tbz2", ".tgz", ".tlz", ".tpz", ".txz", ".xz" };

	path = unquoted(path);
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		if (slice_ends(path, slice_from_cstr(suffixes[i])))
			return true;
	return false;
}

static bool is_url(struct slice path)
{
	path = unquoted(path);
	return slice_starts(path, SLICE("http://")) || slice_starts(path, SLICE("https://"));
}

static bool is_git(struct slice path)
{
	path = unquoted(path);
	return slice_starts(path, SLICE("git@")) || slice_starts(path, SLICE("git://")) || slice_starts(path, SLICE("ssh://")) ||
	       slice_ends(slice_first(path, slice_find_byte(path, '#')), SLICE(".git"));
}

static bool is_heredoc(struct slice path)
{
	return slice_starts(path, SLICE("<<"));
}

/* --- ADD --- */

struct add_kinds {
	bool plain, archive, url, git, heredoc;
	bool tar, web, address; /* the peers look for these letters anywhere */
};

static struct add_kinds add_read(const struct dockerfile_instruction *in)
{
	struct add_kinds k = { 0 };

	each_source(w, in) {
		k.heredoc |= is_heredoc(w->text);
		k.git |= is_git(w->text);
		k.url |= is_url(w->text) && !is_git(w->text);
		k.archive |= is_archive(w->text) && !is_url(w->text);
		k.plain |= !is_heredoc(w->text) && !is_git(w->text) && !is_url(w->text) && !is_archive(w->text);
	}
	vec_each(w, &in->words) {
		k.tar |= text_has(w->text, ".tar");
		k.web |= text_has(w->text, "http://") || text_has(w->text, "https://");
		k.address |= text_has(w->text, "git@");
	}
	return k;
}

static void alias_add(struct rule_context *c, struct assessment *x, const struct add_kinds *k)
{
	rule_alias_if(c, x, k->plain || k->git || k->heredoc, "hadolint:DL3020");
	rule_alias_if(c, x, !k->tar && !k->web && !k->address, "trivy:DS-0005");
	rule_alias(c, x, "checkov:CKV_DOCKER_4");
	rule_alias_if(c, x, !k->tar, "kics:Add Instead of Copy");
}

static bool copy_can(const struct dockerfile_instruction *in)
{
	vec_each(flag, &in->flags)
		if (word_in(flag->name, "keep-git-dir|checksum|unpack"))
			return false;
	each_source(w, in)
		if (has_variable(w->text) || slice_find_byte(w->text, '*') < w->text.len)
			return false;
	return true;
}

static void check_add(struct rule_context *c)
{
	each_instruction(in, c, DOCKERFILE_ADD) {
		struct add_kinds k = add_read(in);
		struct assessment *x;

		if (k.url || k.git || !target_of(in))
			continue;
		if (k.plain || k.heredoc) {
			x = rule_fail(c, in->span, "ADD does more than is needed here: COPY takes files as they are");
			if (!k.archive)
				rule_edit(c, rule_fix(c, x, !copy_can(in), "Use COPY"), in->name.span,
					  ascii_lower(in->name.text.data[0]) ? SLICE("copy") : SLICE("COPY"));
		} else {
			x = rule_fail(c, in->span, "ADD unpacks the archive without saying so");
			x->severity = SEVERITY_NEGLIGIBLE;
			x->confidence = CONFIDENCE_LOW;
		}
		alias_add(c, x, &k);
	}
}

static void check_add_remote(struct rule_context *c)
{
	each_instruction(in, c, DOCKERFILE_ADD) {
		struct add_kinds k = add_read(in);
		bool pinned = dockerfile_flag(in, SLICE("checksum")) != NULL;

		each_source(w, in)
			pinned |= is_git(w->text) && slice_find_byte(w->text, '#') + 40 < w->text.len;
		if ((!k.url && !k.git) || pinned)
			continue;
		struct assessment *x = rule_fail(c, in->span, "ADD takes whatever the server gives today: no checksum pins it");
		/* A branch or tag of a repository says something at least. */
		if (k.git && !k.url)
			x->severity = SEVERITY_LOW;
		alias_add(c, x, &k);
		rule_alias_if(c, x, k.web, "kics:Curl or Wget Instead of Add");
	}
}

/* --- an archive that a later command unpacks --- */

static bool extracts(const struct shell_command *command, bool *ret_dash)
{
	struct slice program = shell_program(command);
	bool extract = word_in(program, "unzip|gunzip|bunzip2|unlzma|unxz|zgz|uncompress|zcat|gzcat");

	*ret_dash = extract;
	if (!slice_is(program, "tar"))
		return extract;
	for (size_t i = shell_program_word(command) + 1, n = 0; i < command->words.count; i++, n++) {
		struct slice w = command->words.items[i].value;
		bool dash = slice_starts(w, SLICE("-")) && !slice_starts(w, SLICE("--"));

		if (word_in(w, "--extract|--get") || (dash && slice_find_byte(w, 'x') < w.len)) {
			*ret_dash = true;
			return true;
		}
		extract |= n == 0 && slice_starts(w, SLICE("x"));
	}
	return extract;
}

static void remember_archives(struct map *archives, const struct dockerfile_instruction *in)
{
	const struct dockerfile_word *target = target_of(in);

	if (dockerfile_flag(in, SLICE("from")) || !target)
		return;
	if (is_archive(target->text)) {
		map_put_ptr(archives, unquoted(last_component(unquoted(target->text), true)), in);
		return;
	}
	each_source(w, in)
		if (is_archive(w->text))
			map_put_ptr(archives, unquoted(last_component(unquoted(w->text), true)), in);
}

static void judge_extraction(struct rule_context *c, struct map *archives, const struct shell_command *command)
{
	bool dash;

	if (!extracts(command, &dash))
		return;
	for (size_t i = shell_program_word(command) + 1; i < command->words.count; i++) {
		struct slice name = last_component(unquoted(command->words.items[i].value), true);
		const struct dockerfile_instruction *in = map_get_ptr(archives, name);

		if (!in)
			continue;
		struct assessment *x = rule_fail(c, in->span, "%.*s is copied in, and stays in its layer when it is unpacked later",
						 SLICE_ARG(name));
		rule_also_at(c, x, command->span);
		rule_alias_if(c, x, dash, "hadolint:DL3010");
		map_remove(archives, name);
	}
}

static void check_archive(struct rule_context *c)
{
	CLEANUP(map_release) struct map archives;
	const struct dockerfile_view *v = rule_dockerfile(c);
	size_t next = 0;

	map_init(&archives);
	vec_each(p, &v->file->instructions) {
		const struct dockerfile_instruction *in = *p;

		if (in->keyword == DOCKERFILE_FROM)
			map_clear(&archives);
		else if (in->keyword == DOCKERFILE_COPY)
			remember_archives(&archives, in);
		for (; next < v->runs.count && v->runs.items[next].in->index <= in->index; next++)
			if (v->runs.items[next].in == in)
				run_each_command(command, &v->runs.items[next])
					judge_extraction(c, &archives, command);
	}
}

/* --- where it goes --- */

/* docker history of old images as a Dockerfile: "COPY file:1234 in /place". */
static bool from_history(const struct dockerfile_instruction *in)
{
	return in->words.count == 3 && slice_is(in->words.items[1].text, "in") &&
	       (slice_starts(in->words.items[0].text, SLICE("file:")) || slice_starts(in->words.items[0].text, SLICE("multi:")));
}

static void check_slash(struct rule_context *c)
{
	each_instruction(in, c, DOCKERFILE_COPY) {
		const struct dockerfile_word *to = target_of(in);

		if (in->words.count < 3 || slice_ends(unquoted(to->text), SLICE("/")) || from_history(in))
			continue;
		bool here = slice_is(unquoted(to->text), ".");
		struct assessment *x = fail_in(c, in, to->span, "%.*s takes several files: a '/' at its end says that it is a directory",
					       SLICE_ARG(to->value));
		/* The builder knows "." for a directory, and a variable may end in a slash. */
		if (here || has_variable(to->text)) {
			x->severity = SEVERITY_LOW;
			x->confidence = CONFIDENCE_LOW;
		}
		rule_alias(c, x, "hadolint:DL3021");
		rule_alias(c, x, "trivy:DS-0011");
		rule_alias(c, x, "kics:Copy With More Than Two Arguments Not Ending With Slash");
		struct slice written = rule_text(c, to->span);
		bool quoted = written.len && (written.data[written.len - 1] == '"' || written.data[written.len - 1] == '\'');
		struct span at = { to->span.source, to->span.offset + to->span.length - quoted, 0 };
		rule_edit(c, rule_fix(c, x, false, "End it with '/'"), at, SLICE("/"));
	}
}

static bool absolute(struct slice path)
{
	path = unquoted(path);
	return slice_starts(path, SLICE("/")) || slice_starts(path, SLICE("$")) || drive_path(path);
}

static void check_no_workdir(struct rule_context *c)
{
	const struct dockerfile *d = rule_dockerfile(c)->file;
	bool *set = arena_new_array(c->arena, bool, d->stages.count + 1);

	vec_each(p, &d->instructions) {
		const struct dockerfile_instruction *in = *p;
		const struct dockerfile_stage *s = dockerfile_stage_of(d, in);
		const struct dockerfile_word *to = target_of(in);

		if (in->keyword == DOCKERFILE_FROM && s)
			set[in->stage + 1] = s->parent >= 0 && set[s->parent + 1];
		else if (in->keyword == DOCKERFILE_WORKDIR)
			set[in->stage + 1] = true;
		if (in->keyword != DOCKERFILE_COPY || !to || set[in->stage + 1] || absolute(to->text))
			continue;
		struct assessment *x = fail_in(c, in, to->span,
					       "%.*s lies wherever the base image's working directory is: no WORKDIR says where",
					       SLICE_ARG(to->value));
		rule_alias(c, x, "hadolint:DL3045");
		const struct dockerfile_stage *root = s ? root_stage(d, s) : NULL;
		if (root && root->scratch) {
			/* There it is / and can be nothing else. */
			x->severity = SEVERITY_NEGLIGIBLE;
			x->confidence = CONFIDENCE_LOW;
		}
	}
}

/* --- --from --- */

static void alias_self(struct rule_context *c, struct assessment *x, bool exact)
{
	rule_alias_if(c, x, exact, "hadolint:DL3023");
	rule_alias(c, x, "trivy:DS-0006");
	rule_alias_if(c, x, exact, "kics:COPY '--from' References Current FROM Alias");
	rule_alias_if(c, x, exact, "semgrep:copy-from-own-alias");
}

static void check_from_self(struct rule_context *c)
{
	each_instruction(in, c, DOCKERFILE_COPY) {
		const struct dockerfile_flag *from = dockerfile_flag(in, SLICE("from"));
		const struct dockerfile_stage *s = dockerfile_stage_of(rule_dockerfile(c)->file, in);

		if (!from || !s || slice_empty(s->name) || !slice_eq_nocase(unquoted(from->value), s->name))
			continue;
		struct assessment *x = fail_in(c, in, from->span, "the stage %.*s copies from itself", SLICE_ARG(s->name_word.text));
		alias_self(c, x, slice_eq(unquoted(from->value), s->name_word.text));
	}
}

static bool known_source(const struct dockerfile *d, const struct dockerfile_instruction *in, struct slice from)
{
	const struct dockerfile_stage *s = dockerfile_stage_of(d, in);
	int stage = dockerfile_stage_named(d, in, from);
	uint64_t number;

	if (slice_empty(from) || has_variable(from) || slice_find_byte(from, ':') < from.len)
		return true;
	if ((s && slice_eq_nocase(from, s->name)) || (stage >= 0 && stage < in->stage))
		return true;
	return slice_to_u64(from, &number) && in->stage >= 0 && number <= (uint64_t)in->stage;
}

static void check_from_unknown(struct rule_context *c)
{
	const struct dockerfile *d = rule_dockerfile(c)->file;

	each_instruction(in, c, DOCKERFILE_COPY) {
		const struct dockerfile_flag *flag = dockerfile_flag(in, SLICE("from"));
		struct slice from = flag ? unquoted(flag->value) : SLICE_EMPTY;

		if (!flag || known_source(d, in, from))
			continue;
		bool later = dockerfile_stage_named(d, in, from) > in->stage;
		struct assessment *x = fail_in(c, in, flag->value_span,
					       later ? "%.*s is a stage further down, which is not built yet"
						     : "%.*s is no stage above: it would be an image without a tag", SLICE_ARG(from));
		rule_alias(c, x, "hadolint:DL3022");
		if (!later && slice_find_byte(from, '/') < from.len) {
			x->severity = SEVERITY_LOW;
			x->confidence = CONFIDENCE_LOW;
		}
	}
}

static bool gathered(const struct dockerfile *d, const struct dockerfile_instruction *in)
{
	int stage = dockerfile_stage_named(d, in, unquoted(dockerfile_flag(in, SLICE("from"))->value));
	const struct dockerfile_stage *root = stage >= 0 ? root_stage(d, &d->stages.items[stage]) : NULL;

	return root && root->scratch;
}

/* An image as it was published, put on top of a stage that only builds: its tools are what is wanted. */
static bool adds_tools(const struct dockerfile *d, const struct dockerfile_instruction *in)
{
	int stage = dockerfile_stage_named(d, in, unquoted(dockerfile_flag(in, SLICE("from"))->value));

	if (stage < 0 || in->stage < 0 || (size_t)in->stage + 1 == d->stages.count)
		return false;
	vec_each(other, &d->instructions)
		if ((*other)->stage == stage && (*other)->keyword != DOCKERFILE_FROM)
			return false;
	return true;
}

static void check_whole(struct rule_context *c)
{
	each_instruction(in, c, DOCKERFILE_COPY) {
		const struct dockerfile_word *to = target_of(in);

		if (!dockerfile_flag(in, SLICE("from")) || !to || !slice_is(unquoted(to->text), "/"))
			continue;
		each_source(w, in) {
			if (!slice_is(unquoted(w->text), "/"))
				continue;
			struct assessment *x = rule_fail(c, in->span, "the whole file system of the other stage comes along, tools and secrets as well");
			rule_alias(c, x, "hadolint:DL3067");
			/* A stage that starts from nothing was made to be copied whole. */
			if (gathered(rule_dockerfile(c)->file, in) || adds_tools(rule_dockerfile(c)->file, in)) {
				x->severity = SEVERITY_NEGLIGIBLE;
				x->confidence = CONFIDENCE_LOW;
			}
			break;
		}
	}
}

static void check_chown(struct rule_context *c)
{
	each_copy(in, c) {
		const struct dockerfile_flag *flag = dockerfile_flag(in, SLICE("chown"));

		if (!flag)
			continue;
		struct assessment *x = fail_in(c, in, flag->span, "%.*s owns these files: a program that runs as it can change itself",
					       SLICE_ARG(flag->value));
		rule_alias(c, x, "kics:Chown Flag Exists");
	}
}

/* --- the build context --- */

static struct slice directory_of(struct slice path)
{
	size_t slash = slice_rfind_byte(path, '/');

	return slash < path.len ? slice_first(path, slash + 1) : SLICE_EMPTY;
}

/* "./a//b/../c" is "a/c"; the root is empty. */
static struct slice clean_path(struct arena *a, struct slice path)
{
	char *out = arena_alloc(a, path.len + 1);
	struct slice part;
	size_t len = 0;

	while (slice_next(&path, '/', &part)) {
		if (slice_empty(part) || slice_is(part, "."))
			continue;
		if (slice_is(part, "..")) {
			while (len && out[len - 1] != '/')
				len--;
			len -= len > 0;
			continue;
		}
		if (len)
			out[len++] = '/';
		for (size_t i = 0; i < part.len; i++)
			out[len++] = part.data[i];
	}
	return slice_new(out, len);
}

/* Docker looks for a file that is named after the Dockerfile first. */
static const struct document *ignore_file(const struct rule_context *c)
{
	const struct project *p = rule_project(c);
	struct slice path = rule_document(c)->path, directory = directory_of(path);
	const struct document *d = project_document(p, arena_printf(c->arena, "%.*s.dockerignore", SLICE_ARG(path)));

	return d ? d : project_document(p, arena_printf(c->arena, "%.*s.dockerignore", SLICE_ARG(directory)));
}

static bool hides_all(const struct dockerignore *ignore)
{
	vec_each(p, &ignore->patterns)
		if (word_in(p->path, "*|**|**/*"))
			return true;
	return false;
}

static bool ignored(struct rule_context *c, const struct dockerfile_instruction *in, const struct dockerignore *ignore,
		    struct slice source)
{
	struct slice path = source;

	if (is_url(source) || is_git(source) || is_heredoc(source))
		return false;
	if (has_variable(source))
		dockerfile_expand(rule_dockerfile(c)->file, in, source, c->arena, &path, NULL);
	path = clean_path(c->arena, unquoted(path));
	if (slice_empty(path))
		return hides_all(ignore);
	return dockerignore_match(ignore, path, NULL);
}

static void check_ignored(struct rule_context *c)
{
	const struct document *file = rule_document(c)->holder ? NULL : ignore_file(c);

	if (!file)
		return;
	const struct dockerignore *ignore =
		file->dockerignore ? file->dockerignore : dockerignore_parse(file->text, file->source, c->arena);
	/* What is let in again cannot be told without the files. */
	if (ignore->has_exclusions || ignore->broken)
		return;
	each_copy(in, c) {
		if (dockerfile_flag(in, SLICE("from")))
			continue;
		each_source(w, in) {
			if (!ignored(c, in, ignore, w->value))
				continue;
			struct assessment *x = fail_in(c, in, w->span, "%.*s keeps %.*s out of the build context: it cannot be copied",
						       SLICE_ARG(file->path), SLICE_ARG(w->value));
			rule_alias_if(c, x, buildkit_builds(c, in), "buildkit:CopyIgnoredFile");
		}
	}
}

static bool whole_context(struct slice source)
{
	source = unquoted(source);
	return word_in(source, ".|./|/|*|./*");
}

/* Is there a list of the files around the Dockerfile, and is no .dockerignore in it? */
static bool unfiltered(const struct rule_context *c, bool *ret_known)
{
	const struct project *p = rule_project(c);
	struct slice path = rule_document(c)->path, directory = directory_of(path);

	*ret_known = !rule_document(c)->holder && project_has_path(p, path);
	if (!*ret_known)
		return true;
	return !project_has_path(p, arena_printf(c->arena, "%.*s.dockerignore", SLICE_ARG(path))) &&
	       !project_has_path(p, arena_printf(c->arena, "%.*s.dockerignore", SLICE_ARG(directory)));
}

static bool has_neighbour(const struct rule_context *c, const char *name)
{
	struct slice directory = directory_of(rule_document(c)->path);

	return project_has_path(rule_project(c), arena_printf(c->arena, "%.*s%s", SLICE_ARG(directory), name));
}

static void check_context(struct rule_context *c)
{
	bool known;

	if (!unfiltered(c, &known))
		return;
	bool secret = known && (has_neighbour(c, ".git/") || has_neighbour(c, ".env") || has_neighbour(c, ".npmrc"));
	each_copy(in, c) {
		if (dockerfile_flag(in, SLICE("from")))
			continue;
		each_source(w, in) {
			if (!whole_context(w->text))
				continue;
			struct assessment *x = fail_in(c, in, w->span,
						       known ? "the whole directory comes in, and no .dockerignore keeps anything out"
							     : "the whole build context comes in, with whatever no .dockerignore keeps out");
			if (!known)
				x->confidence = CONFIDENCE_LOW;
			if (secret)
				x->severity = SEVERITY_MEDIUM;
			break;
		}
	}
}

/* --- secrets --- */

static bool secret_name(struct slice name)
{
	if (word_in(name, "id_rsa|id_dsa|id_ecdsa|id_ed25519|.netrc|_netrc|.npmrc|.pypirc|.yarnrc.yml|.git-credentials|.pgpass|"
			  ".my.cnf|.dockercfg|.ssh|.aws|.gnupg|.kube|kubeconfig|.vault-token|.htpasswd|.env|credentials.json|"
			  "service-account.json|service_account.json|application_default_credentials.json|terraform.tfstate"))
		return true;
	if (slice_starts(name, SLICE(".env.")))
		return !word_in(slice_from(name, 5), "example|sample|template|dist|defaults|default|schema|test");
	if (slice_ends(name, SLICE(".pem")))
		return text_has(name, "key") || text_has(name, "priv");
	return slice_ends(name, SLICE(".key")) || slice_ends(name, SLICE(".p12")) || slice_ends(name, SLICE(".pfx")) ||
	       slice_ends(name, SLICE(".jks")) || slice_ends(name, SLICE(".kdbx")) || slice_ends(name, SLICE(".ppk"));
}

static bool secret_path(struct slice path)
{
	path = unquoted(path);
	while (path.len > 1 && slice_ends(path, SLICE("/")))
		path.len--;
	return secret_name(last_component(path, false)) || slice_ends(path, SLICE(".docker/config.json")) ||
	       text_has(path, ".aws/credentials") || text_has(path, ".kube/config");
}

static bool secret_target(const struct dockerfile_instruction *in)
{
	const struct dockerfile_word *to = target_of(in);

	return to && in->words.count == 2 && in->keyword == DOCKERFILE_COPY && slice_starts(to->text, SLICE("$")) &&
	       word_in(slice_from(to->text, 1), "AWS_CONFIG_FILE|HF_TOKEN_PATH|GOOGLE_APPLICATION_CREDENTIALS");
}

static void check_secret(struct rule_context *c)
{
	const struct dockerfile *d = rule_dockerfile(c)->file;

	each_copy(in, c) {
		if (dockerfile_flag(in, SLICE("from")) && !secret_target(in))
			continue;
		each_source(w, in) {
			bool target = secret_target(in);

			if (!target && !secret_path(w->text))
				continue;
			struct assessment *x = fail_in(c, in, w->span, "%.*s looks like credentials: whoever has the image has them",
						       SLICE_ARG(w->value));
			rule_alias_if(c, x, target && in->stage + 1 == (int)d->stages.count, "trivy:DS-0031");
		}
	}
}

static const struct rule_row rows[] = {
	{ .rule = { .id = SLICE_INIT("dockerfile-add-copy"), .version = 1,
		    .title = SLICE_INIT("ADD where COPY is enough"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("ADD fetches URLs and unpacks archives by what a file looks like. COPY does neither: use it for "
				       "files and directories."),
		    .aliases = RULE_LIST("hadolint:DL3020", "trivy:DS-0005", "checkov:CKV_DOCKER_4", "kics:Add Instead of Copy",
					 "dockle:CIS-DI-0009"),
		    .references = RULE_LIST("cis:4.9"), .fix = RULE_FIX_SAFE,
		    .bad = "FROM debian:12\nADD app /app\n", .good = "FROM debian:12\nCOPY app /app\n" },
	  .check = check_add },
	{ .rule = { .id = SLICE_INIT("dockerfile-add-remote"), .version = 1,
		    .title = SLICE_INIT("ADD of a URL without a checksum"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("What the server gives tomorrow may be something else. Write --checksum=sha256:..., or the commit of "
				       "a git address."),
		    .aliases = RULE_LIST("checkov:CKV_DOCKER_4", "kics:Curl or Wget Instead of Add", "kics:Add Instead of Copy",
					 "hadolint:DL3020", "trivy:DS-0005"),
		    .references = RULE_LIST("cis:4.9", "owasp:D08", "cwe:CWE-494"),
		    .bad = "FROM debian:12\nADD https://example.org/tool /usr/bin/tool\n",
		    .good = "FROM debian:12\nADD --checksum=sha256:"
			    "4be65b406f7402b5c4fd5df7173d2fd7ea3fdaa74d9c43b6ebd896197a45c448 https://example.org/tool /usr/bin/tool\n" },
	  .check = check_add_remote },
	{ .rule = { .id = SLICE_INIT("dockerfile-copy-archive"), .version = 1,
		    .title = SLICE_INIT("An archive is copied in and unpacked later"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("The archive stays in its layer for ever. ADD unpacks local archives; RUN --mount=type=bind reads them "
				       "without copying."),
		    .aliases = RULE_LIST("hadolint:DL3010"),
		    .bad = "FROM debian:12\nCOPY app.tar.gz /tmp/\nRUN tar -xzf /tmp/app.tar.gz -C /opt\n",
		    .good = "FROM debian:12\nADD app.tar.gz /opt/\n" },
	  .check = check_archive },
	{ .rule = { .id = SLICE_INIT("dockerfile-copy-slash"), .version = 1,
		    .title = SLICE_INIT("Several files are copied to what is not said to be a directory"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("With more than one source, the destination must be a directory: end it with '/', or the build fails."),
		    .aliases = RULE_LIST("hadolint:DL3021", "trivy:DS-0011",
					 "kics:Copy With More Than Two Arguments Not Ending With Slash"), .fix = RULE_FIX_SAFE,
		    .bad = "FROM debian:12\nCOPY a b /app\n", .good = "FROM debian:12\nCOPY a b /app/\n" },
	  .check = check_slash },
	{ .rule = { .id = SLICE_INIT("dockerfile-copy-no-workdir"), .version = 1,
		    .title = SLICE_INIT("COPY to a relative path without a WORKDIR"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("Where the file ends up depends on the base image, which may change. Set WORKDIR before, or write the "
				       "whole path."),
		    .aliases = RULE_LIST("hadolint:DL3045"),
		    .bad = "FROM debian:12\nCOPY app app\n", .good = "FROM debian:12\nWORKDIR /srv\nCOPY app app\n" },
	  .check = check_no_workdir },
	{ .rule = { .id = SLICE_INIT("dockerfile-copy-from-self"), .version = 1,
		    .title = SLICE_INIT("A stage copies from itself"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("That is a circle, and the build fails. Name the stage that is meant, or use RUN cp."),
		    .aliases = RULE_LIST("hadolint:DL3023", "trivy:DS-0006", "kics:COPY '--from' References Current FROM Alias",
					 "semgrep:copy-from-own-alias"),
		    .bad = "FROM debian:12 AS a\nCOPY --from=a /x /y\n",
		    .good = "FROM debian:12 AS a\nFROM debian:12 AS b\nCOPY --from=a /x /y\n" },
	  .check = check_from_self },
	{ .rule = { .id = SLICE_INIT("dockerfile-copy-from-unknown"), .version = 1,
		    .title = SLICE_INIT("COPY --from names no stage above"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("What is no stage is fetched as an image, and without a tag as its latest. Correct the name, or write "
				       "the image's tag and digest."),
		    .aliases = RULE_LIST("hadolint:DL3022"),
		    .bad = "FROM debian:12\nCOPY --from=builder /x /y\n", .good = "FROM debian:12 AS builder\nFROM debian:12\nCOPY --from=builder /x /y\n" },
	  .check = check_from_unknown },
	{ .rule = { .id = SLICE_INIT("dockerfile-copy-whole"), .version = 1,
		    .title = SLICE_INIT("The whole file system of another stage is copied"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Compilers, caches and credentials of the builder end up in the image. Copy what is needed by name."),
		    .aliases = RULE_LIST("hadolint:DL3067"),
		    .references = RULE_LIST("cis:4.3", "nist:4.1.2"),
		    .bad = "FROM debian:12 AS a\nFROM scratch\nCOPY --from=a / /\n",
		    .good = "FROM debian:12 AS a\nFROM scratch\nCOPY --from=a /app /app\n" },
	  .check = check_whole },
	{ .rule = { .id = SLICE_INIT("dockerfile-copy-chown"), .version = 1,
		    .title = SLICE_INIT("Copied files belong to another user than root"),
		    .severity = SEVERITY_NEGLIGIBLE, .confidence = CONFIDENCE_LOW,
		    .help = SLICE_INIT("Programs that root owns cannot be changed by the user that runs them. Give away only what must be "
				       "written."),
		    .aliases = RULE_LIST("kics:Chown Flag Exists"),
		    .bad = "FROM debian:12\nCOPY --chown=app:app app /app\n", .good = "FROM debian:12\nCOPY app /app\n" },
	  .check = check_chown },
	{ .rule = { .id = SLICE_INIT("dockerfile-copy-ignored"), .version = 1,
		    .title = SLICE_INIT("What is copied is left out by .dockerignore"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("The file is not part of the build context, so the build fails or copies nothing. Let it in with a "
				       "pattern that starts with '!', or do not copy it."),
		    .aliases = RULE_LIST("buildkit:CopyIgnoredFile"),
		    .bad = "=== Dockerfile\nFROM debian:12\nCOPY notes.md /\n=== .dockerignore\n*.md\n",
		    .good = "=== Dockerfile\nFROM debian:12\nCOPY notes.md /\n=== .dockerignore\n*.txt\n" },
	  .check = check_ignored },
	{ .rule = { .id = SLICE_INIT("dockerfile-copy-context"), .version = 1,
		    .title = SLICE_INIT("The whole build context is copied"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("Histories, credentials and build results of the machine come along, and each change rebuilds all. Copy "
				       "what is needed by name, and keep a .dockerignore."),
		    .references = RULE_LIST("owasp:D07", "cwe:CWE-538"),
		    .bad = "=== Dockerfile\nFROM debian:12\nCOPY . /app\n=== .env\nA=b\n",
		    .good = "=== Dockerfile\nFROM debian:12\nCOPY . /app\n=== .dockerignore\n.git\n.env\n" },
	  .check = check_context },
	{ .rule = { .id = SLICE_INIT("dockerfile-copy-secret"), .version = 1,
		    .title = SLICE_INIT("A file that looks like credentials is copied in"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("A layer keeps it even when a later instruction deletes it. Use RUN --mount=type=secret for the build, and "
				       "a mount for the program."),
		    .aliases = RULE_LIST("trivy:DS-0031"),
		    .references = RULE_LIST("cis:4.10", "nist:4.1.4", "owasp:D07", "cwe:CWE-538"),
		    .bad = "FROM debian:12\nCOPY id_rsa /root/.ssh/id_rsa\n",
		    .good = "FROM debian:12\nRUN --mount=type=ssh git clone git@example.org:a/b\n" },
	  .check = check_secret },
};

const struct rule_table dockerfile_copy_rules = { RULE_DOCKERFILE, rows, ARRAY_LEN(rows) };
