/*
 * What lint judges: documents, and the project that they make together.
 *
 * A document is a file, or a block of one (a fenced snippet of a Markdown
 * file, the script of a workflow's step).  Its text is a source of the
 * project's table; blocks are derived sources, so every span leads back to
 * the file that a person can open.
 */
#ifndef BULWARK_LINT_DOCUMENT_H
#define BULWARK_LINT_DOCUMENT_H

#include "config/apparmor.h"
#include "config/compose.h"
#include "config/daemon_json.h"
#include "config/dockerfile.h"
#include "config/dockerignore.h"
#include "config/seccomp_profile.h"
#include "config/shell.h"
#include "config/sudoers.h"
#include "config/systemd_unit.h"
#include "rule/pragma.h"
#include "rule/rule.h"

enum document_kind {
	DOCUMENT_NONE,
	DOCUMENT_DOCKERFILE,
	DOCUMENT_DOCKERIGNORE,
	DOCUMENT_COMPOSE,     /* and stack files */
	DOCUMENT_DAEMON_JSON,
	DOCUMENT_SECCOMP,
	DOCUMENT_APPARMOR,
	DOCUMENT_NGINX,
	DOCUMENT_UNIT,        /* systemd: docker.service, its drop-ins */
	DOCUMENT_DEFAULTS,    /* /etc/default/docker */
	DOCUMENT_SUDOERS,
	DOCUMENT_SHELL,
	DOCUMENT_WORKFLOW,    /* GitHub; also action.yml and dependabot.yml */
	DOCUMENT_GITLAB,
	DOCUMENT_ENV,         /* .env: read with the Compose file */
	DOCUMENT_MARKDOWN,
	DOCUMENT_COMMAND,     /* one command line: --run */
	DOCUMENT_KIND_COUNT,
};

const char *document_kind_name(enum document_kind kind); /* "dockerfile": of --type, too */
bool document_kind_by_name(struct slice name, enum document_kind *ret);

struct dockerfile_view;
struct nginx_config;
struct workflow;

struct document {
	enum document_kind kind;
	struct slice path;             /* as shown and as in fingerprints: no leading "./" */
	struct slice text;
	uint32_t source;
	const struct document *holder; /* the document that it is a block of, NULL: a file */
	struct slice block;            /* tells blocks of one holder apart: "block 3"; empty: a file */
	bool excerpt;                  /* a snippet: what is not there may stand elsewhere */
	/* By kind, NULL for the others and where nothing could be read. */
	struct dockerfile_view *dockerfile;
	const struct dockerignore *dockerignore;
	struct compose_project *compose;
	struct daemon_config *daemon;  /* of file, unit and drop-ins together where all are at hand */
	const struct document *earlier; /* the daemon.json block before it in the same Markdown file */
	struct seccomp_profile *seccomp;
	struct apparmor_file *apparmor;
	struct nginx_config *nginx;
	struct unit_file *unit;
	struct sudoers_file *sudoers;
	struct shell_script *shell;
	struct workflow *workflow;
	struct yaml_doc *yaml;         /* of workflows and GitLab pipelines */
	struct problem_list problems;  /* of reading it, where the parse holds none of its own */
};

struct document_list VEC_OF(struct document *);

/*
 * Documents that may know one another: what lies in one directory tree.
 * Files of the tree that are no documents are known by their paths.
 */
struct project {
	struct arena *arena;
	struct source_table *sources;
	const struct policy *policy;
	int64_t now;
	struct document_list documents;  /* sorted by path; blocks behind their file */
	struct slice_list paths;         /* every file of the tree, sorted; a directory ends in '/' */
	bool whole;                      /* paths are all there is: what is not in it does not exist */
	const struct image_fact_list *facts; /* of images at hand; may be NULL */
	struct config_files files;       /* texts of documents by path */
	const struct document *last_daemon; /* the one read last */
	struct daemon_config *host_daemon;  /* of daemon.json and docker.service, where there is one of each */
	bool host_daemon_tried;
	bool uses_swarm;                 /* some script works with a swarm: `swarm` is where */
	struct span swarm;
};

/* The document of a path ("web/Dockerfile"), NULL: none. */
const struct document *project_document(const struct project *p, struct slice path);
/* Does a file or (with '/' at its end) directory exist in the tree? */
bool project_has_path(const struct project *p, struct slice path);

/* What the check functions of a table get: the document as subject, the project as surroundings. */
static inline const struct document *rule_document(const struct rule_context *c)
{
	return c->subject;
}

static inline const struct project *rule_project(const struct rule_context *c)
{
	return c->surroundings;
}

#endif
