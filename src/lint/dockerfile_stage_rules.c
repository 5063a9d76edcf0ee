/* FROM, stages, USER and what belongs to an image as a whole. */
#include "base/cleanup.h"
#include "lint/dockerfile_view.h"
#include "lint/rules.h"

static bool is_root(struct slice user)
{
	struct slice name, group;

	slice_split(slice_trim(user), ':', &name, &group);
	return slice_is(name, "root") || slice_is(name, "0");
}

/* The USER in force at the end of the final stage, over the stages that it is made from. */
static const struct dockerfile_instruction *final_user(const struct dockerfile *d)
{
	const struct dockerfile_stage *s = dockerfile_final_stage(d);

	for (size_t guard = 0; s && guard <= d->stages.count; guard++) {
		const struct dockerfile_instruction *user = dockerfile_last_in_stage(d, s, DOCKERFILE_USER);

		if (user)
			return user;
		s = s->parent >= 0 ? &d->stages.items[s->parent] : NULL;
	}
	return NULL;
}

static void check_user_root(struct rule_context *c)
{
	const struct dockerfile *d = rule_dockerfile(c)->file;
	const struct dockerfile_instruction *user = final_user(d);

	if (!user || user->words.count == 0 || !is_root(user->words.items[0].value))
		return;
	struct assessment *x = rule_fail(c, user->span, "the image runs as root: its last USER is %.*s",
					 SLICE_ARG(user->words.items[0].value));
	rule_alias(c, x, "hadolint:DL3002");
	rule_alias(c, x, "trivy:DS-0002");
	rule_alias(c, x, "checkov:CKV_DOCKER_8");
}

static const struct rule_row rows[] = {
	{ .rule = { .id = SLICE_INIT("dockerfile-user-root"), .version = 1,
		    .title = SLICE_INIT("The image runs as root"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("A process that breaks out of a container that runs as root is root on the host. "
				       "End the final stage with a USER of its own."),
		    .aliases = RULE_LIST("hadolint:DL3002", "trivy:DS-0002", "checkov:CKV_DOCKER_8",
					 "kics:Last User Is 'root'"),
		    .references = RULE_LIST("cis:4.1", "nist:4.1.2", "cwe:CWE-250"),
		    .bad = "FROM debian:12\nUSER root\n",
		    .good = "FROM debian:12\nUSER 65532:65532\n" },
	  .check = check_user_root },
};

const struct rule_table dockerfile_stage_rules = { RULE_DOCKERFILE, rows, ARRAY_LEN(rows) };
