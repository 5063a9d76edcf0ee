/*
 * The settings of one container, whatever said them: a Compose service, a
 * `docker run` line, a Swarm service, a live container.  Rules over them are
 * pure functions; what only one kind of subject can tell (its text, the peers
 * that fire on it, how to change it) comes with the settings.
 *
 * Names and values are Docker's own (engine API, HostConfig); keys of edits
 * are those of a Compose service.
 */
#ifndef BULWARK_RULE_CONTAINER_H
#define BULWARK_RULE_CONTAINER_H

#include "model/image_facts.h"
#include "rule/rule.h"

enum container_origin {
	CONTAINER_COMPOSE,
	CONTAINER_STACK,   /* a Compose file as `docker stack deploy` reads it */
	CONTAINER_RUN,
	CONTAINER_CREATE,
	CONTAINER_SERVICE, /* docker service create */
	CONTAINER_INSPECT, /* a live one */
};

/* The peers whose own rule fires on a setting, as far as their conditions differ from ours. */
enum container_peer {
	PEER_KICS = 1,
	PEER_KICS_SENSITIVE = 2,  /* mounts: "Volume Has Sensitive Host Directory" */
	PEER_KICS_PRIVILEGED = 4, /* ports: "Privileged Ports Mapped In Container" */
	PEER_SEMGREP = 8,
	PEER_DCLINT = 16,
};

/* `place` is the editor's handle of the value; NULL: none. */
struct container_text {
	bool given;
	struct slice text;
	struct span span;
	const void *place;
};
struct container_text_list VEC_OF(struct container_text);

struct container_number {
	bool given;
	int64_t value; /* bytes, nano-CPUs, or plain; -1 and 0: unlimited */
	struct span span;
	const void *place;
};

struct container_flag {
	bool given, value;
	struct span span;
	const void *place;
};

enum container_mount_type { CONTAINER_BIND, CONTAINER_VOLUME, CONTAINER_TMPFS, CONTAINER_OTHER_MOUNT };

struct container_mount {
	enum container_mount_type type;
	struct slice source; /* of a bind: the host's path, as written; of a volume: its name, empty: anonymous */
	struct slice target;
	bool read_only;
	bool short_form;     /* source:target:options */
	struct slice options;
	struct slice propagation;
	struct span span;
	const void *place;
	unsigned peers;
};
struct container_mount_list VEC_OF(struct container_mount);

struct container_port {
	struct slice host_ip; /* empty: all addresses */
	uint16_t host_first, host_last; /* 0: drawn */
	uint16_t target_first, target_last;
	struct slice protocol;
	bool short_form;
	bool invalid;         /* it could not be understood: only the text counts */
	struct slice text;    /* short form: as written */
	struct span span;
	const void *place;
	unsigned peers;
};
struct container_port_list VEC_OF(struct container_port);

struct container_env {
	struct slice name, value;
	bool has_value;
	bool literal; /* written out, no variable in it */
	struct span span, value_span;
};
struct container_env_list VEC_OF(struct container_env);

struct container_device {
	struct slice source, target, permissions;
	struct span span;
};
struct container_device_list VEC_OF(struct container_device);

struct container_ulimit {
	struct slice name;
	int64_t soft, hard;
	struct span span;
};
struct container_ulimit_list VEC_OF(struct container_ulimit);

struct container_settings;

/*
 * How a setting is changed where it is written.  Each adds edits to the fix;
 * false: it cannot be done there, and the fix stays empty (and is dropped).
 */
struct container_editor {
	/* An item more in a list: "security_opt", "cap_drop", "tmpfs". */
	bool (*add)(const struct container_settings *s, struct rule_context *c, struct fix *fix,
		    const char *key, struct slice item);
	/* A value in place of what is there: "read_only", "mem_limit", "cpus", "pids_limit". */
	bool (*set)(const struct container_settings *s, struct rule_context *c, struct fix *fix,
		    const char *key, struct slice value);
	/* Another text for a value that is there. */
	bool (*replace)(const struct container_settings *s, struct rule_context *c, struct fix *fix,
			const void *place, struct span at, struct slice text);
};

struct container_settings {
	enum container_origin origin;
	bool excerpt;            /* what is not there may stand elsewhere */
	bool sketch;             /* it shows some settings: that others are missing is no finding */
	struct span anchor;      /* where the absence of a setting is reported */
	struct slice name;       /* of the service or container; may be empty */
	unsigned peers;          /* PEER_KICS: by `kics` below */
	const char *const *kics; /* ids of KICS that fire on the whole container; NULL-terminated, may be NULL */

	struct container_text image;
	bool builds;             /* made here: the image's name says nothing about where it comes from */
	const struct image_facts *facts; /* of the image; may be NULL */
	enum fact image_user_is_root;    /* without `user`: what its own configuration says */
	enum fact image_healthcheck;

	struct container_text user;
	struct container_flag privileged, read_only, init;
	struct container_text_list cap_add, cap_drop, security_opt;
	bool security_opt_given;
	struct container_mount_list mounts;
	struct container_port_list ports;
	struct container_env_list env;
	struct container_text network_mode, pid, ipc, uts, userns, cgroup, cgroup_parent;
	struct container_device_list devices;
	struct container_number memory, cpus, pids;
	struct container_ulimit_list ulimits;
	struct container_text restart; /* "always", "on-failure:5" */
	struct container_number restart_attempts; /* of a Swarm policy */
	struct container_text log_driver;
	struct {
		bool given, disabled;
		struct slice_list test; /* without CMD and CMD-SHELL */
		bool shell_form;
		struct span span;
	} healthcheck;
	struct container_text_list tmpfs; /* target[:options] */
	struct container_env_list labels, sysctls;
	struct container_text command;    /* all of it, as one text */
	struct container_flag api_socket; /* Compose's use_api_socket */

	const struct container_editor *editor; /* NULL: it cannot be changed */
	void *place;                           /* the editor's */
};

/* Subject: struct container_settings. */
extern const struct rule_table container_rules;
extern const struct rule_table container_image_rules; /* its image, environment and command */
extern const struct rule_table container_host_rules;  /* mounts, devices, ports, namespaces */

static inline const struct container_settings *rule_container(const struct rule_context *c)
{
	return c->subject;
}

/* Host paths: "." and ".." taken out, no '/' at the end. */
struct slice container_host_path(struct arena *a, struct slice path);
/* The engine's socket, or that of another runtime, under any of its usual names. */
bool container_is_runtime_socket(struct slice path);
/* A directory or file of the host that a container has no business with. */
bool container_is_sensitive_path(struct slice path);
/* A name that is mostly that of a credential, and no *_FILE. */
bool container_is_credential_name(struct slice name);

#endif
