/* Dockerfiles that build and run, and could do it better. */
#include "base/cleanup.h"
#include "lint/dockerfile_view.h"
#include "lint/rule_rows.h"
#include "lint/rules.h"

/* The COPY of the file in the same stage, in front of the instruction; NULL: none. */
static const struct dockerfile_instruction *copied(const struct dockerfile_view *v, const struct dockerfile_instruction *run,
						   struct slice path)
{
	/* Nearby only: a layer that is changed long after is another matter. */
	for (size_t i = run->index, n = 0; i > 0 && n < 8; n++) {
		const struct dockerfile_instruction *in = v->file->instructions.items[--i];

		if (in->stage != run->stage)
			break;
		if (in->keyword == DOCKERFILE_COPY && in->words.count > 1 &&
		    slice_eq(in->words.items[in->words.count - 1].value, path))
			return in;
	}
	return NULL;
}

static void check_chmod(struct rule_context *c)
{
	const struct dockerfile_view *v = rule_dockerfile(c);

	vec_each(run, &v->runs) {
		if (run->in->keyword != DOCKERFILE_RUN || run->in->parent || run->script.commands.count != 1)
			continue;
		const struct shell_command *command = &run->script.commands.items[0];
		if (!slice_is(shell_program(command), "chmod") || command->words.count != 3)
			continue;
		const struct dockerfile_instruction *copy = copied(v, run->in, command->words.items[2].value);
		if (copy)
			rule_also_at(c, rule_fail(c, command->span, "a layer of its own, with the whole file in it once more, to change its mode"),
				     copy->span);
	}
}

static void check_init(struct rule_context *c)
{
	const struct dockerfile_view *v = rule_dockerfile(c);
	const struct dockerfile_stage *end = dockerfile_final_stage(v->file);
	const struct dockerfile_run *start = NULL;

	vec_each(run, &v->runs) {
		if (run->stage != end || !end || run->in->parent)
			continue;
		bool entry = run->in->keyword == DOCKERFILE_ENTRYPOINT;
		if (entry || (run->in->keyword == DOCKERFILE_CMD && (!start || start->in->keyword != DOCKERFILE_ENTRYPOINT)))
			start = run;
	}
	if (!start || !start->exec_form || start->script.commands.count == 0)
		return;
	/* As it stands: the program behind an init is another matter. */
	const struct shell_command *command = &start->script.commands.items[0];
	if (command->words.count && word_in(command->words.items[0].value, "node|nodejs|npm|yarn|/usr/local/bin/node|/usr/bin/node"))
		rule_fail(c, start->in->span, "%.*s is process 1 without an init: it reaps no children, and signals do not end it unless it handles them",
			  SLICE_ARG(command->words.items[0].value));
}

static const struct rule_row rows[] = {
	RULE_ROW("dockerfile-copy-chmod", "Mode changed in a layer of its own", SEVERITY_LOW, SURE, RULE_FIX_NONE, check_chmod,
		 "The file is in the image twice. Give its mode where it is copied: COPY --chmod=0555.",
		 "FROM alpine:3.22\nCOPY app /usr/local/bin/app\nRUN chmod +x /usr/local/bin/app\n",
		 "FROM alpine:3.22\nCOPY --chmod=0555 app /usr/local/bin/app\n", "guide:Read-Only Containers"),
	RULE_ROW("dockerfile-node-init", "Node.js as process 1", SEVERITY_LOW, LIKELY, RULE_FIX_NONE, check_init,
		 "Start the container with an init (docker run --init, init: true), or put tini in front; and set NODE_ENV=production.",
		 "FROM node:22\nUSER 1000\nCMD [\"node\", \"server.js\"]\n", "FROM node:22\nUSER 1000\nENTRYPOINT [\"tini\", \"--\"]\nCMD [\"node\", \"server.js\"]\n",
		 "guide:Dockerfile Security Best Practices"),
};

const struct rule_table dockerfile_advice_rules = { RULE_DOCKERFILE, rows, ARRAY_LEN(rows) };
