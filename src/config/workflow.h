/*
 * GitHub's workflows and what belongs to them: action.yml and dependabot.yml.
 * Values stay in the tree of the YAML file; jobs, steps, used actions, scripts
 * and expressions are picked out of it.
 *
 * Source: GitHub Docs, "Workflow syntax for GitHub Actions", "Metadata syntax
 * for GitHub Actions", "Dependabot options reference".
 */
#ifndef BULWARK_CONFIG_WORKFLOW_H
#define BULWARK_CONFIG_WORKFLOW_H

#include "config/shell.h"
#include "config/workflow_expression.h"
#include "config/yaml_doc.h"

enum workflow_kind { WORKFLOW_JOBS, WORKFLOW_ACTION, WORKFLOW_DEPENDABOT };

enum workflow_uses_kind {
	USES_NONE,
	USES_REPOSITORY, /* owner/repo[/path][@ref] */
	USES_LOCAL,      /* ./path */
	USES_DOCKER,     /* docker://image */
	USES_INVALID,
};

struct workflow_uses {
	enum workflow_uses_kind kind;
	const struct value *value;
	struct slice text;      /* trimmed */
	struct slice name;      /* owner/repo[/path] without stray '/' and '.' */
	struct slice owner, repo, path, ref; /* of docker: `path` is the image */
	struct slice comment;   /* behind it on its line, without '#' */
};

struct workflow_job;

struct workflow_step {
	const struct workflow_job *job; /* NULL: of an action */
	const struct value *at;
	size_t number;          /* in its job, from 0 */
	struct slice id;
	struct workflow_uses uses;
	const struct value *run, *shell, *condition, *env, *with;
	struct slice shell_name;       /* its own, or the default that holds; empty: the runner's */
	uint32_t script_source;        /* of run, derived */
	struct shell_script *script;   /* of run, when a POSIX shell reads it */
};

struct workflow_step_list VEC_OF(struct workflow_step);

struct workflow_job {
	const struct value *at;
	struct slice id;
	const struct value *name, *permissions, *env, *runs_on, *environment, *needs, *condition, *strategy;
	const struct value *container, *services, *with, *secrets, *outputs, *steps_at;
	struct workflow_uses uses;      /* of a called workflow */
	size_t first_step, step_count;  /* in workflow.steps */
};

struct workflow_expression {
	const struct value *value;      /* the scalar that it stands in */
	struct slice key;               /* the nearest key above */
	const struct workflow_job *job; /* NULL: none */
	const struct workflow_step *step;
	struct slice text;              /* between the braces */
	uint32_t source;                /* derived, of the scalar's text */
	size_t offset;                  /* of `text` in it */
	bool bare;                      /* a condition without braces */
	bool alone;                     /* the scalar is nothing else */
	struct expression *root;        /* NULL: an error */
	struct expression_error error;
};

struct workflow {
	enum workflow_kind kind;
	const struct yaml_doc *doc;
	const struct value *root;
	const struct value *on, *permissions, *env, *defaults, *jobs_at;
	struct VEC_OF(struct workflow_job) jobs;
	struct workflow_step_list steps;
	struct VEC_OF(struct workflow_expression) expressions;
};

/* Reads the first document of the file. Sources of scripts and of scalars with expressions are added to the table. */
void workflow_read(const struct yaml_doc *doc, struct source_table *sources, struct arena *a, struct workflow *ret);

/* Is it started by the event (push, pull_request_target, ...)? */
bool workflow_has_trigger(const struct workflow *w, const char *event);
/* Settings of an event, NULL: none. */
const struct value *workflow_trigger(const struct workflow *w, const char *event);
/* Number of events. */
size_t workflow_trigger_count(const struct workflow *w);
/* An owner/repo[/path], compared without case, with or without a path behind it? */
bool workflow_uses_is(const struct workflow_uses *u, const char *name);
/* An input of a step's `with`, without case; NULL: none. */
const struct value *workflow_input(const struct workflow_step *s, const char *name);
/* Where an expression or a part of it stands. */
struct span workflow_expression_span(const struct workflow_expression *x, const struct expression *part);
/* The comment on the line on which the value ends, without '#'; empty: none. */
struct slice workflow_comment(const struct workflow *w, const struct value *v);

#endif
