/* USER: who the image runs as. */
#include "base/cleanup.h"
#include "lint/dockerfile_rules.h"
#include "lint/rules.h"

/* So many ARGs before FROM are looked through. */
#define ARGS_MAX 1000

static struct slice user_part(struct slice user)
{
	user = slice_trim(user);
	return slice_first(user, slice_find_byte(user, ':'));
}

static bool is_root(struct slice user)
{
	return word_in(user_part(user), "root|0");
}

static struct slice user_text(const struct dockerfile_instruction *in)
{
	vec_each(w, &in->words)
		return unquoted(w->value);
	return SLICE_EMPTY;
}

/* With ARG and ENV put in, as far as they are known. */
static struct slice user_value(const struct rule_context *c, const struct dockerfile_instruction *in)
{
	struct slice text = user_text(in), value;

	if (!has_variable(text) || !dockerfile_expand(rule_dockerfile(c)->file, in, text, c->arena, &value, NULL))
		return text;
	return unquoted(value);
}

/* The USER in force at the end of a stage, over the stages that it is made from. */
static const struct dockerfile_instruction *user_of(const struct dockerfile *d, const struct dockerfile_stage *s)
{
	for (size_t guard = 0; s && guard <= d->stages.count; guard++) {
		const struct dockerfile_instruction *user = dockerfile_last_in_stage(d, s, DOCKERFILE_USER);

		if (user)
			return user;
		s = s->parent >= 0 ? &d->stages.items[s->parent] : NULL;
	}
	return NULL;
}

static const struct dockerfile_instruction *last_user(const struct dockerfile *d)
{
	for (size_t i = d->instructions.count; i; i--)
		if (d->instructions.items[i - 1]->keyword == DOCKERFILE_USER)
			return d->instructions.items[i - 1];
	return NULL;
}

static void judge_root(struct rule_context *c, const struct dockerfile_instruction *user, bool final, bool last)
{
	struct slice written = user_text(user);
	bool literal = is_root(written);
	struct assessment *x;

	if (final) {
		x = rule_fail(c, user->span, "the image runs as root: its last USER is %.*s", SLICE_ARG(written));
	} else {
		/* What a builder does as root stays in the builder. */
		x = rule_fail(c, user->span, "the stage ends as root");
		x->severity = SEVERITY_NEGLIGIBLE;
		x->confidence = CONFIDENCE_LOW;
	}
	rule_alias_if(c, x, literal, "hadolint:DL3002");
	rule_alias_if(c, x, literal && last, "trivy:DS-0002");
	rule_alias_if(c, x, word_in(written, "root") && last, "checkov:CKV_DOCKER_8");
	rule_alias_if(c, x, slice_is(written, "root"), "kics:Last User Is 'root'");
	rule_alias_if(c, x, !ascii_digit(written.len ? written.data[0] : '0'), "hadolint:DL3066");
}

static void check_root(struct rule_context *c)
{
	const struct dockerfile *d = rule_dockerfile(c)->file;
	const struct dockerfile_stage *end = dockerfile_final_stage(d);
	const struct dockerfile_instruction *last = last_user(d), *final = end ? user_of(d, end) : last;

	if (final && is_root(user_value(c, final)))
		judge_root(c, final, true, final == last);
	vec_each(s, &d->stages) {
		const struct dockerfile_instruction *user = dockerfile_last_in_stage(d, s, DOCKERFILE_USER);

		if (user && user != final && is_root(user_value(c, user)))
			judge_root(c, user, false, user == last);
	}
}

/* Images that say in their name that they do not run as root, or of which that is known. */
static bool base_has_user(const struct rule_context *c, const struct dockerfile_stage *s)
{
	const struct dockerfile_stage *root = root_stage(rule_dockerfile(c)->file, s);
	const struct image_facts *facts = root ? base_facts(c, root->base) : NULL;

	if (!root || root->scratch)
		return false;
	if (facts && facts->user_known)
		return facts->user.len && !is_root(facts->user);
	return text_has(root->reference.tag, "nonroot") || text_has(root->reference.repository, "unprivileged") ||
	       text_has(root->reference.repository, "nonroot");
}

/* In a snippet, USER may stand in a part that is not shown. */
static bool whole_file(const struct rule_context *c, const struct dockerfile_stage *end)
{
	const struct dockerfile *d = rule_dockerfile(c)->file;

	return !rule_document(c)->excerpt || dockerfile_last_in_stage(d, end, DOCKERFILE_CMD) ||
	       dockerfile_last_in_stage(d, end, DOCKERFILE_ENTRYPOINT);
}

static bool any_name(const struct dockerfile *d)
{
	vec_each(in, &d->instructions)
		if ((*in)->keyword == DOCKERFILE_USER && user_text(*in).len)
			return true;
	return false;
}

static bool only_names_images(const struct dockerfile *d)
{
	vec_each(in, &d->instructions)
		if ((*in)->keyword != DOCKERFILE_FROM && (*in)->keyword != DOCKERFILE_ARG)
			return false;
	return true;
}

static void check_missing(struct rule_context *c)
{
	const struct dockerfile *d = rule_dockerfile(c)->file;
	const struct dockerfile_stage *end = dockerfile_final_stage(d);
	const struct dockerfile_instruction *user = end ? user_of(d, end) : NULL;

	if (!end || (user && user_text(user).len) || base_has_user(c, end) || !whole_file(c, end))
		return;
	const struct dockerfile_instruction *start = dockerfile_last_in_stage(d, end, DOCKERFILE_ENTRYPOINT);
	if (!start)
		start = dockerfile_last_in_stage(d, end, DOCKERFILE_CMD);
	struct assessment *x = rule_fail(c, (start ? start : end->from)->span, "the image runs as root: no USER says otherwise");
	if (start)
		rule_also_at(c, x, end->from->span);
	const struct dockerfile_instruction *any = last_user(d);
	rule_alias_if(c, x, !any_name(d) || (any && is_root(user_text(any))), "trivy:DS-0002");
	rule_alias_if(c, x, !any, "checkov:CKV_DOCKER_3");
	rule_alias_if(c, x, !end->scratch && !user, "kics:Missing User Instruction");
	rule_discriminator(c, x, SLICE("final stage"));
	if (!start && (end->scratch || only_names_images(d))) {
		/* Files to be copied out of the build, or a list of images for a bot: no program that could run. */
		x->severity = SEVERITY_NEGLIGIBLE;
		x->confidence = CONFIDENCE_LOW;
	}
	if (!start || end->scratch)
		return;
	/* 65532 is what distroless images call nonroot: no entry in /etc/passwd is needed for a number. */
	struct span at = { start->span.source, start->span.offset, 0 };
	rule_edit(c, rule_fix(c, x, true, "Run as user 65532"), at, SLICE("USER 65532:65532\n"));
}

/* --- names instead of numbers --- */

static bool all_digits(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_digit(s.data[i]))
			return false;
	return true;
}

static bool is_arg(const struct rule_context *c, const struct dockerfile_instruction *in, struct slice name)
{
	const struct dockerfile_binding *b = dockerfile_variable(in, name);

	if (b)
		return b->instruction && !b->env;
	b = rule_dockerfile(c)->file->global_variables;
	for (size_t guard = 0; b && guard < ARGS_MAX; guard++, b = b->older)
		if (b->instruction && slice_eq(b->name, name))
			return true;
	return false;
}

/* hadolint lets pass what names an ARG that it has seen, of this stage or not. */
static bool names_arg(const struct rule_context *c, const struct dockerfile_instruction *user, struct slice text)
{
	struct slice rest = text, name;

	while (slice_find_byte(rest, '$') < rest.len) {
		rest = slice_from(rest, slice_find_byte(rest, '$') + 1);
		name = rest;
		slice_cut_prefix(&name, SLICE("{"));
		size_t n = 0;
		while (n < name.len && (ascii_alnum(name.data[n]) || name.data[n] == '_'))
			n++;
		if (n && is_arg(c, user, slice_first(name, n)))
			return true;
	}
	return false;
}

static void check_name(struct rule_context *c)
{
	each_instruction(in, c, DOCKERFILE_USER) {
		struct slice text = user_text(in);

		/* Root by name is judged as root. */
		if (slice_empty(text) || all_digits(user_part(text)) || is_root(text) || names_arg(c, in, text))
			continue;
		if (has_variable(text) && all_digits(user_part(user_value(c, in))))
			continue;
		struct assessment *x = fail_in(c, in, in->words.items[0].span,
					       "%.*s is a name: what number it is, only the image knows", SLICE_ARG(text));
		rule_alias(c, x, "hadolint:DL3066");
		if (has_variable(text))
			x->confidence = CONFIDENCE_LOW;
	}
}

static const struct rule_row rows[] = {
	{ .rule = { .id = SLICE_INIT("dockerfile-user-root"), .version = 1,
		    .title = SLICE_INIT("The image runs as root"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("A process that breaks out of a container that runs as root is root on the host. "
				       "End the final stage with a USER of its own."),
		    .aliases = RULE_LIST("hadolint:DL3002", "hadolint:DL3066", "trivy:DS-0002", "checkov:CKV_DOCKER_8",
					 "kics:Last User Is 'root'", "dockle:CIS-DI-0001"),
		    .references = RULE_LIST("cis:4.1", "nist:4.1.2", "owasp:D01", "cwe:CWE-250"),
		    .bad = "FROM debian:12\nUSER root\n",
		    .good = "FROM debian:12\nUSER 65532:65532\n" },
	  .check = check_root },
	{ .rule = { .id = SLICE_INIT("dockerfile-user-missing"), .version = 1,
		    .title = SLICE_INIT("No USER: the image runs as root"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("Unless the base image says otherwise, everything runs as root. Create a user, or name an unused "
				       "number, and end the final stage with USER."),
		    .aliases = RULE_LIST("trivy:DS-0002", "checkov:CKV_DOCKER_3", "kics:Missing User Instruction",
					 "dockle:CIS-DI-0001"),
		    .references = RULE_LIST("cis:4.1", "nist:4.1.2", "owasp:D01", "cwe:CWE-250"), .fix = RULE_FIX_UNSAFE,
		    .bad = "FROM debian:12\nCMD [\"sleep\", \"1\"]\n",
		    .good = "FROM debian:12\nUSER 65532:65532\nCMD [\"sleep\", \"1\"]\n" },
	  .check = check_missing },
	{ .rule = { .id = SLICE_INIT("dockerfile-user-name"), .version = 1,
		    .title = SLICE_INIT("USER is a name, not a number"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("Kubernetes' runAsNonRoot cannot check a name, and the host may have another user of that number. "
				       "Write the number of the user and the group."),
		    .aliases = RULE_LIST("hadolint:DL3066"),
		    .references = RULE_LIST("cis:4.1"),
		    .bad = "FROM debian:12\nUSER daemon\n", .good = "FROM debian:12\nUSER 1:1\n" },
	  .check = check_name },
};

const struct rule_table dockerfile_user_rules = { RULE_DOCKERFILE, rows, ARRAY_LEN(rows) };
