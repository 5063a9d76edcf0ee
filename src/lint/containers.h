/* Containers in documents: services of Compose files, command lines of docker. */
#ifndef BULWARK_LINT_CONTAINERS_H
#define BULWARK_LINT_CONTAINERS_H

#include "config/doc_edit.h"
#include "config/docker_command.h"
#include "lint/document.h"
#include "rule/container.h"

/* How many bytes of text edits may still be tried on: each one reads the document again. */
#define EDIT_BUDGET (8 * 1024 * 1024)

/* The place of a service's settings: what its editor needs. */
struct compose_place {
	const struct compose_project *project;
	const struct compose_service *service;
	const struct compose_file *file; /* NULL: it cannot be edited */
	size_t *budget;
};

/* Fills the settings of a service. `place` may be NULL: no fixes. */
void container_of_service(const struct project *p, const struct document *d, const struct compose_service *service,
			  struct compose_place *place, struct arena *a, struct container_settings *ret);
/* Of a `docker run`, `create` or `service create` line. */
void container_of_command(const struct project *p, const struct document *d, const struct docker_command *command,
			  struct arena *a, struct container_settings *ret);

/* What KICS and others say of the raw values; see the queries of the same names. */
void container_peers_of_service(const struct compose_project *p, const struct compose_service *service,
				struct arena *a, struct container_settings *s);

/* A file that goes over another one ("compose.test.yaml"): half of what it names may stand there. */
bool compose_is_half(const struct document *d);

/* For evaluators: the rules over each service, and over each docker command of a script. */
void judge_services(struct rule_context *c, const struct document *d);
void judge_commands(struct rule_context *c, const struct document *d, const struct shell_script *script);
/* Documents that are scripts, or one command line. */
void judge_script(struct rule_context *c, const struct document *d);

extern const struct container_editor compose_editor;
/* Edits by a document's tree: what was appended goes to the fix, which is dropped on failure. */
bool take_edits(struct rule_context *c, struct fix *fix, struct doc_edit *e, bool ok);

#endif
