/*
 * How dockerd is set up: /etc/docker/daemon.json, its flags in the systemd
 * unit and drop-ins or on a command line, and what comes out of them.  dockerd
 * refuses to start when file and flags name the same setting, whatever its
 * values; only runtimes may stand in both.
 */
#ifndef BULWARK_CONFIG_DAEMON_JSON_H
#define BULWARK_CONFIG_DAEMON_JSON_H

#include "config/env_file.h"
#include "config/json_doc.h"
#include "config/systemd_unit.h"

enum daemon_type {
	DAEMON_BOOL,
	DAEMON_INT,
	DAEMON_TEXT,
	DAEMON_SIZE, /* a text with a unit, or a number of bytes */
	DAEMON_LIST, /* of texts */
	DAEMON_MAP,
	DAEMON_MAPS, /* a list of maps */
	DAEMON_ANY,
};

enum daemon_status {
	DAEMON_EFFECTIVE,
	DAEMON_IGNORED, /* dockerd takes the key and does nothing with it */
	DAEMON_NESTED_ONLY, /* does something only inside "proxies" */
	DAEMON_REJECTED, /* dockerd does not start */
};

struct daemon_key {
	struct slice name; /* in daemon.json */
	enum daemon_type type;
	enum daemon_status status;
	struct slice instead; /* of an ignored one: the key that is meant; may be empty */
	struct slice flag; /* the command line's name without dashes; empty: none */
	char short_flag; /* 'H', 'D', 'G', 'l', 's', 'b', 'p', or 0 */
	bool adds_up; /* a list: the flag may be given several times */
	bool reloads; /* takes effect on SIGHUP, without a restart */
};

/* All keys, sorted by name. */
const struct daemon_key *daemon_keys(size_t *ret_count);
const struct daemon_key *daemon_key_find(struct slice name);
const struct daemon_key *daemon_flag_find(struct slice flag);

enum daemon_origin {
	DAEMON_FROM_FILE, /* daemon.json */
	DAEMON_FROM_FLAG,
	DAEMON_FROM_ENVIRONMENT, /* DOCKER_TLS_VERIFY, DOCKER_CERT_PATH, HTTP_PROXY ... of the unit
				  */
};

/* One value of one setting as somebody wrote it. */
struct daemon_setting {
	const struct daemon_key *key;
	enum daemon_origin origin;
	struct slice text; /* the scalar, or one element of a list */
	const struct value *at; /* in daemon.json; else NULL */
	struct span span;
	struct span key_span;
	bool overridden; /* by a later flag */
};
struct daemon_setting_list VEC_OF(struct daemon_setting);

struct daemon_config {
	struct arena *arena;
	struct daemon_setting_list settings; /* lists give one entry an element */
	struct json_doc file; /* root NULL: no daemon.json */
	bool has_unit;
	bool socket_activated; /* -H fd:// */
	bool will_start; /* false: a problem of kind conflict, rejected or syntax stops dockerd */
	struct problem_list problems;
};

void daemon_config_init(struct daemon_config *c, struct arena *a);
/* The key table's checks over a daemon.json: types, unknown, dead and rejected keys, duplicates. */
void daemon_add_file(struct daemon_config *c, struct slice text, uint32_t source);
/*
 * The ExecStart= of a docker.service with its drop-ins.  Variables ($DOCKER_OPTS)
 * are put in from Environment= and from `env` (what the EnvironmentFile= texts
 * say; NULL: nothing), split at blanks as systemd does for a bare $NAME.
 */
void daemon_add_unit(struct daemon_config *c, const struct unit_file *unit,
		     const struct env_lookup *env, const struct source_table *sources);
/* A command line: `words[0]` is the program. */
void daemon_add_command(struct daemon_config *c, const struct unit_word *words, size_t count);
/* Conflicts and dependencies between all that was added; call last. */
void daemon_config_finish(struct daemon_config *c);

/* The value in effect, NULL when nobody set it. For lists use daemon_next. */
const struct daemon_setting *daemon_get(const struct daemon_config *c, struct slice key);
/* for (i = 0; (s = daemon_next(c, key, &i)); i++) */
const struct daemon_setting *daemon_next(const struct daemon_config *c, struct slice key,
					 size_t *i);
/* The effective truth of a bool; `fallback` when nobody set it. */
bool daemon_truth(const struct daemon_config *c, struct slice key, bool fallback);

#endif
