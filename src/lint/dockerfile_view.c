#include "lint/dockerfile_view.h"

#include "base/cleanup.h"

static const char *const posix_shells[] = { "sh", "bash", "ash", "dash", "zsh", "ksh", "busybox" };

static struct slice base_name(struct slice path)
{
	size_t slash = slice_rfind_byte(path, '/');

	return slash < path.len ? slice_from(path, slash + 1) : path;
}

static bool is_posix(struct slice shell)
{
	shell = base_name(shell);
	for (size_t i = 0; i < ARRAY_LEN(posix_shells); i++)
		if (slice_eq(shell, slice_from_cstr(posix_shells[i])))
			return true;
	return false;
}

const struct dockerfile_instruction *dockerfile_inner(const struct dockerfile_instruction *in)
{
	while (in->child)
		in = in->child;
	return in;
}

/* The SHELL in force; a stage has that of the one it is made from, at its end. */
struct shell_state {
	int stage;
	struct slice program;
	bool pipefail;
	struct shell_state *ends; /* by stage */
};

static bool sets_pipefail(struct slice option)
{
	return slice_is(option, "pipefail") || slice_ends(option, SLICE("=pipefail"));
}

static void apply_shell(struct shell_state *state, const struct dockerfile_instruction *in)
{
	state->program = in->words.count ? in->words.items[0].value : SLICE_EMPTY;
	state->pipefail = false;
	for (size_t i = 1; i < in->words.count; i++)
		state->pipefail |= sets_pipefail(in->words.items[i].value);
}

static void enter_stage(struct shell_state *state, const struct dockerfile *d, const struct dockerfile_instruction *in)
{
	int parent = in->stage >= 0 ? d->stages.items[in->stage].parent : -1;

	if (state->stage == in->stage)
		return;
	if (state->stage >= 0)
		state->ends[state->stage] = *state;
	if (parent >= 0) {
		*state = state->ends[parent];
		state->stage = in->stage;
		return;
	}
	*state = (struct shell_state){ .stage = in->stage, .program = SLICE("/bin/sh"), .ends = state->ends };
}

/* The exec form runs one command without a shell; `sh -c "..."` brings its own. */
static void read_exec_form(const struct dockerfile_word_list *words, size_t first, struct arena *a,
			   struct dockerfile_run *run)
{
	struct shell_command *c = vec_add(a, &run->script.commands);

	run->exec_form = true;
	c->pipeline = 1;
	for (size_t i = first; i < words->count; i++) {
		const struct dockerfile_word *w = &words->items[i];

		*vec_add(a, &c->words) = (struct shell_word){
			.span = w->span, .text = w->value, .value = w->value, .quoted = true,
		};
		c->span = i == first ? w->span : span_join(c->span, w->span);
	}
}

static bool script_heredoc(const struct dockerfile_instruction *in)
{
	/* `RUN <<EOF`: the content is the script.  `RUN cat <<EOF > f`: it is data of the command. */
	return in->keyword == DOCKERFILE_RUN && in->heredocs.count &&
	       slice_starts(slice_trim(in->arguments), SLICE("<<"));
}

static void read_script(const struct dockerfile_instruction *in, struct span at, struct slice text,
			const struct dockerfile *d, struct arena *a, struct dockerfile_run *run)
{
	const struct shell_options options = { .dockerfile = true, .escape = d->escape };

	if (run->posix)
		shell_parse(text, at.source, at.offset, &options, a, &run->script);
	(void)in;
}

static void read_heredoc(const struct dockerfile_instruction *in, struct arena *a, struct dockerfile_run *run)
{
	const struct dockerfile_heredoc *h = &in->heredocs.items[0];

	run->heredoc = true;
	if (slice_starts(h->content, SLICE("#!")))
		run->posix = is_posix(slice_first(h->content, slice_find_byte(h->content, '\n'))) || run->posix;
	if (run->posix)
		shell_parse(h->content, h->span.source, h->span.offset, NULL, a, &run->script);
}

/* The text of an instruction's command as it stands in the file, continuations and all. */
static struct slice raw_text(const struct dockerfile *d, struct span s)
{
	return slice_first(slice_from(d->text, s.offset), s.length);
}

static bool script_sets_pipefail(const struct shell_script *s)
{
	vec_each(c, &s->commands) {
		if (c->words.count < 2 || !slice_is(c->words.items[0].value, "set"))
			continue;
		vec_each(w, &c->words)
			if (sets_pipefail(w->value))
				return true;
	}
	return false;
}

static void add_run(struct dockerfile_view *v, const struct dockerfile_instruction *in,
		    const struct shell_state *shell, struct arena *a)
{
	struct dockerfile_run *run = vec_add(a, &v->runs);
	size_t first = in->keyword == DOCKERFILE_HEALTHCHECK ? 1 : 0;

	run->in = in;
	run->stage = dockerfile_stage_of(v->file, in);
	run->shell = shell->program;
	run->posix = is_posix(shell->program);
	run->pipefail = shell->pipefail;
	if (in->form == DOCKERFILE_FORM_JSON) {
		read_exec_form(&in->words, first, a, run);
	} else if (script_heredoc(in)) {
		read_heredoc(in, a, run);
	} else if (in->words.count > first) {
		struct span at = in->words.items[first].span;

		if (in->words.count > first + 1)
			at = span_join(at, in->words.items[in->words.count - 1].span);
		read_script(in, at, raw_text(v->file, at), v->file, a, run);
	}
	run->pipefail |= script_sets_pipefail(&run->script);
}

static bool runs_something(const struct dockerfile_instruction *in)
{
	switch ((int)in->keyword) {
	case DOCKERFILE_RUN:
	case DOCKERFILE_CMD:
	case DOCKERFILE_ENTRYPOINT:
		return true;
	case DOCKERFILE_HEALTHCHECK:
		return in->words.count && slice_eq_nocase(in->words.items[0].value, SLICE("CMD"));
	}
	return false;
}

/* A refusal without an instruction comes when all of them are read. */
static void find_refusal(struct dockerfile_view *v)
{
	v->parses = true;
	v->refused_from = SIZE_MAX;
	vec_each(p, &v->file->problems) {
		size_t at = p->instruction ? p->instruction->index : v->file->instructions.count;

		if (p->severity == DOCKERFILE_PARSE_ERROR)
			v->parses = false;
		else if (p->severity == DOCKERFILE_INSTRUCTION_ERROR && at < v->refused_from)
			v->refused_from = at;
	}
}

struct dockerfile_view *dockerfile_view_new(const struct document *d, struct arena *a)
{
	struct dockerfile_view *v = arena_new(a, struct dockerfile_view);
	struct shell_state shell = { .stage = -2 };

	v->document = d;
	v->file = dockerfile_parse(d->text, d->source, a);
	find_refusal(v);
	shell.ends = arena_new_array(a, struct shell_state, v->file->stages.count + 1);
	dockerfile_each(in, v->file) {
		enter_stage(&shell, v->file, in);
		if (in->keyword == DOCKERFILE_SHELL)
			apply_shell(&shell, in);
		else if (runs_something(in))
			add_run(v, in, &shell, a);
	}
	return v;
}

/* Options of package managers whose value is the next word. */
static const struct {
	struct slice program;
	const char *const *options;
} value_options[] = {
	{ SLICE_INIT("apt-get"), RULE_LIST("-c", "-o", "-t", "--option", "--config-file", "--target-release", "-a", "--host-architecture") },
	{ SLICE_INIT("apt"), RULE_LIST("-c", "-o", "-t", "--option", "--config-file", "--target-release") },
	{ SLICE_INIT("aptitude"), RULE_LIST("-o", "-t", "--target-release") },
	{ SLICE_INIT("apk"), RULE_LIST("-t", "--virtual", "-p", "--root", "-X", "--repository", "--arch", "--keys-dir",
				       "--repositories-file", "--wait", "--cache-dir", "--cache-max-age") },
	{ SLICE_INIT("yum"), RULE_LIST("-c", "-x", "-e", "-d", "-R", "--installroot", "--enablerepo", "--disablerepo") },
	{ SLICE_INIT("dnf"), RULE_LIST("-c", "-x", "-e", "-d", "-R") },
	{ SLICE_INIT("microdnf"), RULE_LIST("-c", "-x") },
	{ SLICE_INIT("zypper"), RULE_LIST("-c", "-R", "--root", "-r", "--repo", "--from", "-t", "--type", "-D", "--reposd-dir") },
	{ SLICE_INIT("gem"), RULE_LIST("-i", "--install-dir", "-n", "--bindir", "-P", "--trust-policy", "-s", "--source", "-p", "--platform") },
	{ SLICE_INIT("npm"), RULE_LIST("--prefix", "--registry", "--userconfig", "--cache", "-C", "--loglevel") },
	{ SLICE_INIT("yarn"), RULE_LIST("--cwd", "--registry", "--cache-folder", "--modules-folder", "--network-timeout") },
	{ SLICE_INIT("curl"), RULE_LIST("-o", "--output", "-H", "--header", "-X", "--request", "-d", "--data", "-u", "--user",
					"-A", "--user-agent", "--cacert", "--cert", "--key", "-x", "--proxy", "--retry", "-m",
					"--max-time", "-w", "--write-out", "-F", "--form", "-T", "--upload-file", "-e") },
	{ SLICE_INIT("wget"), RULE_LIST("-O", "-o", "-P", "-t", "-T", "-U", "--header", "-a", "-i", "-e") },
};

static bool takes_value(struct slice program, struct slice option)
{
	for (size_t i = 0; i < ARRAY_LEN(value_options); i++) {
		if (!slice_eq(value_options[i].program, program))
			continue;
		for (const char *const *o = value_options[i].options; *o; o++)
			if (slice_eq(slice_from_cstr(*o), option))
				return true;
	}
	return false;
}

static bool named_in(struct slice name, const char *list)
{
	struct slice rest = slice_from_cstr(list), one;

	while (slice_next(&rest, '|', &one))
		if (slice_eq(one, name))
			return true;
	return false;
}

bool tool_call(const struct shell_command *c, const char *program, struct arena *a, struct tool_call *ret)
{
	struct slice name = shell_program(c);

	if (slice_empty(name) || !named_in(name, program))
		return false;
	*ret = (struct tool_call){ .command = c, .program = name };
	bool only_operands = false;
	for (size_t i = shell_program_word(c) + 1; i < c->words.count; i++) {
		const struct shell_word *w = &c->words.items[i];

		if (!only_operands && slice_is(w->value, "--")) {
			only_operands = true;
		} else if (!only_operands && w->value.len > 1 && w->value.data[0] == '-') {
			*vec_add(a, &ret->options) = *w;
			i += takes_value(name, w->value);
		} else if (!ret->subcommand_word) {
			ret->subcommand_word = w;
			ret->subcommand = w->value;
		} else {
			*vec_add(a, &ret->operands) = *w;
		}
	}
	return true;
}

const struct shell_word *tool_option(const struct tool_call *t, const char *name)
{
	return shell_option(t->command, name);
}

struct slice tool_option_value(const struct tool_call *t, const char *name)
{
	const struct shell_word *w = shell_option(t->command, name);
	const struct shell_word *end = t->command->words.items + t->command->words.count;

	if (!w)
		return SLICE_EMPTY;
	size_t equals = slice_find_byte(w->value, '=');
	if (equals < w->value.len && slice_starts(w->value, SLICE("--")))
		return slice_from(w->value, equals + 1);
	return w + 1 < end ? w[1].value : SLICE_EMPTY;
}
