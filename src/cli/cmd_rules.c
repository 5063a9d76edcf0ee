/* `rules` and `explain`: what the linters know, from their tables. */
#include <stdio.h>

#include "base/limits.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "format/json.h"
#include "lint/lint.h"

struct rules_config {
	struct slice format;
	struct slice_list subjects;
};

static const char *const formats[] = { "table", "json", "markdown", NULL };

static const struct option_row rules_options[] = {
	{ .name = "format", .letter = 'f', .kind = OPTION_TEXT, .argument = "FORMAT", .help = "how the list is written",
	  .fallback = "table", .values = formats, .offset = offsetof(struct rules_config, format) },
	{ .name = "subject", .kind = OPTION_LIST, .argument = "SUBJECTS",
	  .help = "only rules about these, such as dockerfile or compose", .fallback = "all",
	  .offset = offsetof(struct rules_config, subjects) },
	{ 0 },
};

static const struct option_row *const rules_groups[] = { rules_options, NULL };
static const struct option_row *const no_groups[] = { NULL };

static void rules_defaults(void *config)
{
	((struct rules_config *)config)->format = SLICE("table");
}

static const char *fix_name(enum rule_fix fix)
{
	switch (fix) {
	case RULE_FIX_NONE: return "none";
	case RULE_FIX_SAFE: return "safe";
	case RULE_FIX_UNSAFE: return "unsafe";
	}
	return "none";
}

static bool wanted(const struct rules_config *config, const struct rule_table *table)
{
	bool found = config->subjects.count == 0;

	vec_each(subject, &config->subjects)
		found |= slice_eq(*subject, slice_from_cstr(rule_subject_name(table->subject)));
	return found;
}

static void add_list(struct buf *out, const char *const *list)
{
	for (const char *const *item = list; item && *item; item++)
		buf_printf(out, "%s%s", item == list ? "" : ", ", *item);
}

static void table_row(const struct rule *rule, struct buf *out)
{
	buf_printf(out, "%-34.*s %-10.*s %.*s%s\n", SLICE_ARG(rule->id), SLICE_ARG(severity_name(rule->severity)),
		   SLICE_ARG(rule->title), rule->optional ? " (off until asked for)" : "");
}

static void json_list(struct json_writer *w, const char *key, const char *const *list)
{
	json_key(w, key);
	json_begin_array(w);
	for (const char *const *item = list; item && *item; item++)
		json_cstring(w, *item);
	json_end_array(w);
}

static void json_row(struct json_writer *w, const struct rule_table *table, const struct rule *rule)
{
	json_begin_object(w);
	json_member(w, "id", rule->id);
	json_key(w, "subject");
	json_cstring(w, rule_subject_name(table->subject));
	json_member(w, "title", rule->title);
	json_member(w, "severity", severity_name(rule->severity));
	json_key(w, "confidence");
	json_cstring(w, confidence_name(rule->confidence));
	json_key(w, "fix");
	json_cstring(w, fix_name(rule->fix));
	json_key(w, "optional");
	json_bool(w, rule->optional);
	json_member(w, "help", rule->help);
	json_list(w, "aliases", rule->aliases);
	json_list(w, "references", rule->references);
	if (rule->bad)
		json_member(w, "bad", slice_from_cstr(rule->bad));
	if (rule->good)
		json_member(w, "good", slice_from_cstr(rule->good));
	json_end_object(w);
}

static void add_example(struct buf *out, const char *title, const char *text, bool markdown)
{
	struct slice rest = slice_from_cstr(text), line;

	if (!text)
		return;
	buf_printf(out, markdown ? "\n%s:\n\n" : "\n%s:\n", title);
	while (slice_next_line(&rest, &line))
		buf_printf(out, "    %.*s\n", SLICE_ARG(line));
}

static void explain(const struct rule_table *table, const struct rule *rule, bool markdown, struct buf *out)
{
	if (markdown)
		buf_printf(out, "\n### `%.*s`\n\n**%.*s.** ", SLICE_ARG(rule->id), SLICE_ARG(rule->title));
	else
		buf_printf(out, "%.*s: %.*s\n\n", SLICE_ARG(rule->id), SLICE_ARG(rule->title));
	buf_printf(out, "%.*s\n\n", SLICE_ARG(rule->help));
	buf_printf(out, "%sabout: %s; severity: %.*s; confidence: %s; fix: %s%s\n", markdown ? "- " : "",
		   rule_subject_name(table->subject), SLICE_ARG(severity_name(rule->severity)),
		   confidence_name(rule->confidence), fix_name(rule->fix),
		   rule->optional ? "; off until asked for" : "");
	if (rule->aliases && *rule->aliases) {
		buf_printf(out, "%salso known as: ", markdown ? "- " : "");
		add_list(out, rule->aliases);
		buf_add_byte(out, '\n');
	}
	if (rule->references && *rule->references) {
		buf_printf(out, "%sreferences: ", markdown ? "- " : "");
		add_list(out, rule->references);
		buf_add_byte(out, '\n');
	}
	add_example(out, "Bad", rule->bad, markdown);
	add_example(out, "Good", rule->good, markdown);
}

static void write_markdown(const struct rules_config *config, struct buf *out)
{
	buf_add_lit(out, "# Rules\n\nWritten by `make reference` from the rules' own tables; `bulwark explain ID` shows one.\n");
	for (size_t t = 0; t < lint_table_count; t++)
		for (size_t i = 0; wanted(config, lint_tables[t]) && i < lint_tables[t]->count; i++)
			explain(lint_tables[t], &lint_tables[t]->rows[i].rule, true, out);
}

static void write_json(const struct rules_config *config, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 2);
	json_begin_array(&w);
	for (size_t t = 0; t < lint_table_count; t++)
		for (size_t i = 0; wanted(config, lint_tables[t]) && i < lint_tables[t]->count; i++)
			json_row(&w, lint_tables[t], &lint_tables[t]->rows[i].rule);
	json_end_array(&w);
	buf_add_byte(out, '\n');
}

static void write_table(const struct rules_config *config, struct buf *out)
{
	for (size_t t = 0; t < lint_table_count; t++)
		for (size_t i = 0; wanted(config, lint_tables[t]) && i < lint_tables[t]->count; i++)
			table_row(&lint_tables[t]->rows[i].rule, out);
}

static int print(struct buf *out)
{
	bool ok = fwrite(out->data, 1, out->len, stdout) == out->len && fflush(stdout) == 0;

	buf_release(out);
	return ok ? EXIT_NONE : EXIT_INCOMPLETE;
}

static bool check_subjects(const struct rules_config *config)
{
	vec_each(subject, &config->subjects) {
		bool known = false;

		for (size_t t = 0; t < lint_table_count; t++)
			known |= slice_eq(*subject, slice_from_cstr(rule_subject_name(lint_tables[t]->subject)));
		if (!known) {
			cli_message("no rule is about \"%.*s\"", SLICE_ARG(*subject));
			return false;
		}
	}
	return true;
}

static int run_rules(struct invocation *in)
{
	const struct rules_config *config = in->config;
	struct buf out;

	if (!check_subjects(config))
		return EXIT_USAGE;
	buf_init(&out, 64 * MIB);
	if (slice_is(config->format, "json"))
		write_json(config, &out);
	else if (slice_is(config->format, "markdown"))
		write_markdown(config, &out);
	else
		write_table(config, &out);
	return print(&out);
}

static int run_explain(struct invocation *in)
{
	struct slice id = in->arguments.items[0];
	size_t found = 0;
	struct buf out;

	buf_init(&out, MIB);
	for (size_t t = 0; t < lint_table_count; t++)
		for (size_t i = 0; i < lint_tables[t]->count; i++)
			if (lint_rule_answers_to(&lint_tables[t]->rows[i].rule, id)) {
				if (found++)
					buf_add_byte(&out, '\n');
				explain(lint_tables[t], &lint_tables[t]->rows[i].rule, false, &out);
			}
	if (found)
		return print(&out);
	buf_release(&out);
	cli_message("there is no rule \"%.*s\"; `bulwark rules` lists them", SLICE_ARG(id));
	return EXIT_USAGE;
}

const struct command command_rules = {
	.name = "rules",
	.summary = "List the rules of lint",
	.description = "Every rule with its severity and title; --format json has reasons, references and the ids that other tools have for the same.",
	.options = rules_groups,
	.config_size = sizeof(struct rules_config),
	.defaults = rules_defaults,
	.run = run_rules,
};

static const char *const explain_examples[] = {
	"bulwark explain dockerfile-user-root",
	"bulwark explain DL3006",
	NULL,
};

const struct command command_explain = {
	.name = "explain",
	.operands = "ID",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Explain a rule: why, what to do, a bad and a good example",
	.description = "ID is a rule's own or the one that another tool has for it, such as DL3006 or CKV_DOCKER_3.",
	.examples = explain_examples,
	.options = no_groups,
	.config_size = 1,
	.run = run_explain,
};
