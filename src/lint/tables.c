/* Which rules judge which kind of document. To add a table is to add a row here. */
#include "base/cleanup.h"
#include "config/nginx.h"
#include "lint/compose_rules.h"
#include "lint/internal.h"
#include "lint/dockerfile_view.h"
#include "lint/host_documents.h"
#include "lint/rules.h"
#include "lint/workflow_rules.h"

const struct rule_table *const lint_tables[] = {
	&dockerfile_stage_rules,
	&dockerfile_user_rules,
	&dockerfile_copy_rules,
	&dockerfile_metadata_rules,
	&dockerfile_variable_rules,
	&dockerfile_form_rules,
	&dockerfile_package_rules,
	&dockerfile_shell_rules,
	&compose_rules,
	&compose_style_rules,
	&container_rules,
	&container_host_rules,
	&container_image_rules,
	&dockerfile_advice_rules,
	&nginx_rules,
	&daemon_rules,
	&systemd_rules,
	&seccomp_rules,
	&apparmor_rules,
	&sudoers_rules,
	&shell_docker_rules,
	&shell_rules,
	&markdown_rules,
	&workflow_rules,
	&workflow_script_rules,
	&workflow_expression_rules,
	&gitlab_rules,
	&project_rules,
	&pragma_rules,
};
const size_t lint_table_count = ARRAY_LEN(lint_tables);

const struct rule_table *const lint_project_tables[] = { &project_rules, NULL };

static void read_dockerfile(struct project *p, struct document *d)
{
	d->dockerfile = dockerfile_view_new(d, p->arena);
}

static void read_nginx(struct project *p, struct document *d)
{
	d->nginx = arena_new(p->arena, struct nginx_config);
	nginx_read(d->text, d->source, p->arena, d->nginx);
}

/* With its override beside it, as `docker compose` takes the two. */
static void read_compose(struct project *p, struct document *d)
{
	struct slice paths[2] = { d->path, SLICE_EMPTY };
	struct slice_list overrides = { 0 };
	struct compose_options options = {
		.paths = paths, .path_count = 1, .all_profiles = true, .no_files = d->excerpt, .have_text = true,
		.text = d->text, .source = d->source,
	};
	struct error err = ERROR_INIT;

	options.stack = slice_find(d->path, SLICE("stack.y")) < d->path.len || slice_find(d->path, SLICE("docker-stack")) < d->path.len;
	if (!d->excerpt && compose_override_name(d->path, p->arena, &overrides))
		vec_each(name, &overrides)
			if (options.path_count == 1 && project_document(p, *name))
				paths[options.path_count++] = *name;
	d->compose = arena_new(p->arena, struct compose_project);
	compose_load(&options, &p->files, p->sources, p->arena, d->compose, &err);
}

/* What it says is judged with the file that it goes over. */
static bool is_override_of_other(const struct project *p, const struct document *d)
{
	struct slice_list names = { 0 };

	if (slice_find(d->path, SLICE(".override.")) == d->path.len)
		return false;
	vec_each(other, &p->documents) {
		names.count = 0;
		if ((*other)->kind != DOCUMENT_COMPOSE || !compose_override_name((*other)->path, p->arena, &names))
			continue;
		vec_each(name, &names)
			if (slice_eq(*name, d->path))
				return true;
	}
	return false;
}

static void judge_compose(struct rule_context *c, const struct document *d)
{
	if (is_override_of_other(c->surroundings, d))
		return;
	if (d->compose->root || d->compose->problems.list.count)
		rule_evaluate(c, &compose_rules);
	if (d->compose->root)
		rule_evaluate(c, &compose_style_rules);
	judge_services(c, d);
}

static void dockerfile_units(const struct document *d, struct arena *a, struct pragma_unit_list *ret)
{
	const struct dockerfile *file = d->dockerfile->file;

	for (size_t i = 0; i < file->instructions.count; i++) {
		struct span s = file->instructions.items[i]->span;

		*vec_add(a, ret) = (struct pragma_unit){ s.offset, s.length };
	}
}

#define TABLES(...) ((const struct rule_table *const[]){ __VA_ARGS__, NULL })

static const struct lint_evaluator evaluators[] = {
	{ .kind = DOCUMENT_DOCKERFILE, .read = read_dockerfile, .units = dockerfile_units,
	  .tables = TABLES(&dockerfile_stage_rules, &dockerfile_user_rules, &dockerfile_copy_rules, &dockerfile_metadata_rules,
			    &dockerfile_variable_rules, &dockerfile_form_rules,
			    &dockerfile_package_rules, &dockerfile_advice_rules, &dockerfile_shell_rules) },
	{ .kind = DOCUMENT_NGINX, .read = read_nginx, .tables = TABLES(&nginx_rules) },
	{ .kind = DOCUMENT_DAEMON_JSON, .read = read_daemon_document, .tables = TABLES(&daemon_rules) },
	{ .kind = DOCUMENT_UNIT, .read = read_unit_document, .tables = TABLES(&daemon_rules, &systemd_rules) },
	{ .kind = DOCUMENT_DEFAULTS, .read = read_defaults_document, .tables = TABLES(&systemd_rules) },
	{ .kind = DOCUMENT_SECCOMP, .read = read_seccomp_document, .tables = TABLES(&seccomp_rules) },
	{ .kind = DOCUMENT_APPARMOR, .read = read_apparmor_document, .tables = TABLES(&apparmor_rules) },
	{ .kind = DOCUMENT_SUDOERS, .read = read_sudoers_document, .tables = TABLES(&sudoers_rules) },
	{ .kind = DOCUMENT_COMPOSE, .read = read_compose, .evaluate = judge_compose },
	{ .kind = DOCUMENT_COMMAND, .evaluate = judge_script },
	{ .kind = DOCUMENT_SHELL, .read = read_shell_document, .evaluate = judge_script,
	  .tables = TABLES(&shell_docker_rules, &shell_rules) },
	{ .kind = DOCUMENT_WORKFLOW, .read = read_workflow_document,
	  .tables = TABLES(&workflow_rules, &workflow_script_rules, &workflow_expression_rules) },
	{ .kind = DOCUMENT_GITLAB, .read = read_gitlab_document, .tables = TABLES(&gitlab_rules) },
	{ .kind = DOCUMENT_MARKDOWN, .read = markdown_blocks, .tables = TABLES(&markdown_rules) },
};

const struct lint_evaluator *lint_evaluator(enum document_kind kind)
{
	for (size_t i = 0; i < ARRAY_LEN(evaluators); i++)
		if (evaluators[i].kind == kind)
			return &evaluators[i];
	return NULL;
}

const struct rule *lint_rule(struct slice id)
{
	for (size_t t = 0; t < lint_table_count; t++)
		for (size_t i = 0; i < lint_tables[t]->count; i++)
			if (slice_eq(lint_tables[t]->rows[i].rule.id, id))
				return &lint_tables[t]->rows[i].rule;
	return NULL;
}

bool lint_rule_answers_to(const struct rule *rule, struct slice id)
{
	if (slice_eq_nocase(rule->id, id))
		return true;
	for (const char *const *alias = rule->aliases; alias && *alias; alias++) {
		struct slice text = slice_from_cstr(*alias), peer, rest;

		if (slice_eq_nocase(text, id) || (slice_split(text, ':', &peer, &rest) && slice_eq_nocase(rest, id)))
			return true;
	}
	return false;
}

const struct rule *lint_rule_by_any_id(struct slice id)
{
	for (size_t t = 0; t < lint_table_count; t++)
		for (size_t i = 0; i < lint_tables[t]->count; i++)
			if (lint_rule_answers_to(&lint_tables[t]->rows[i].rule, id))
				return &lint_tables[t]->rows[i].rule;
	return NULL;
}

bool lint_selected(const struct slice_list *rules, const struct rule *rule)
{
	if (rules->count == 0)
		return true;
	vec_each(id, rules)
		if (lint_rule_answers_to(rule, *id))
			return true;
	return false;
}
