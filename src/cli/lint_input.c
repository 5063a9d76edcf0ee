#include "cli/lint_input.h"

#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"

const char *const lint_types[] = {
	"dockerfile", "dockerignore", "compose", "daemon", "seccomp", "apparmor", "nginx", "unit", "defaults",
	"sudoers", "shell", "workflow", "gitlab", "env", "markdown", NULL,
};

void lint_input_init(struct lint_input_config *c)
{
	c->stdin_name = SLICE("-");
}

static bool read_stdin(struct arena *a, struct slice *ret, struct error *err)
{
	struct buf b;
	ssize_t got;

	buf_init(&b, LIMIT_CONFIG);
	for (;;) {
		char *place = buf_reserve(&b, 64 * KIB);

		if (!place) {
			buf_release(&b);
			return error_set(err, ERR_LIMIT, "standard input is larger than %zu bytes", (size_t)LIMIT_CONFIG);
		}
		got = io_read_full(STDIN_FILENO, place, 64 * KIB);
		if (got <= 0)
			break;
		buf_commit(&b, (size_t)got);
	}
	*ret = arena_copy(a, buf_slice(&b));
	buf_release(&b);
	return got == 0 || error_set(err, ERR_IO, "standard input cannot be read");
}

static bool read_operands(const struct lint_input_config *config, const struct invocation *in,
			  struct lint_options *options, struct error *err)
{
	vec_each(argument, &in->arguments) {
		struct lint_text *t;

		if (!slice_is(*argument, "-")) {
			*vec_add(in->arena, &options->paths) = *argument;
			continue;
		}
		t = vec_add(in->arena, &options->texts);
		t->name = config->stdin_name;
		if (!read_stdin(in->arena, &t->text, err))
			return false;
	}
	if (!slice_empty(config->run_line))
		*vec_add(in->arena, &options->texts) = (struct lint_text){
			.name = SLICE("--run"), .text = config->run_line, .kind = DOCUMENT_COMMAND,
		};
	if (options->paths.count + options->texts.count == 0)
		*vec_add(in->arena, &options->paths) = SLICE(".");
	return true;
}

static bool check_rules(const struct slice_list *rules, struct error *err)
{
	vec_each(id, rules)
		if (!lint_rule_by_any_id(*id))
			return error_set(err, ERR_USAGE, "there is no rule \"%.*s\"; `bulwark rules` lists them",
					 SLICE_ARG(*id));
	return true;
}

bool lint_input_read(const struct lint_input_config *c, const struct invocation *in, struct lint_options *ret,
		     struct error *err)
{
	ret->rules = c->rules;
	if (!slice_empty(c->type))
		document_kind_by_name(c->type, &ret->kind);
	return check_rules(&c->rules, err) && read_operands(c, in, ret, err);
}
