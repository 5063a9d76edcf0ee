/*
 * Compose projects after the Compose specification (schema of compose-go v2),
 * and stack files after docker/cli's schema 3.13: one or more files merged,
 * with extends, include, profiles, interpolation and .env.
 *
 * The model is typed where rules ask, and everything else can be found in
 * `root`, the merged tree.  Every value keeps the span of the file it was
 * written in.  Fields of type `const struct value *` are NULL when absent;
 * value_text() and value_truth() take NULL.
 *
 * Nothing here fails but for a first file that cannot be read: what is wrong
 * becomes a problem, and the model holds what could be understood.
 */
#ifndef BULWARK_CONFIG_COMPOSE_H
#define BULWARK_CONFIG_COMPOSE_H

#include "config/files.h"
#include "config/interpolate.h"
#include "config/value.h"
#include "config/yaml_doc.h"

/* A number with its place; `given` false: absent or not understood (a problem then). */
struct compose_number {
	const struct value *at;
	bool given;
	int64_t value; /* bytes, nanoseconds, nano-CPUs or plain; -1: unlimited */
};

/* NAME=value of environment, labels, args, sysctls...: list and map form alike. */
struct compose_pair {
	const struct value *at; /* the list's item or the map's member */
	struct slice name;
	struct slice value;
	struct span value_span; /* of the value alone; in list form the part behind the = where it
				   can be told */
	bool has_value; /* false: taken from the surroundings ("NAME" alone, or null) */
	bool from_file; /* came by env_file or label_file: `span` is in that file, `at` its name */
	bool literal; /* written out, without any variable */
	struct span span;
};
struct compose_pair_list VEC_OF(struct compose_pair);

/* A string of a list, or of a scalar where the specification takes both. */
struct compose_text {
	const struct value *at;
	struct slice text;
};
struct compose_text_list VEC_OF(struct compose_text);

struct compose_command {
	const struct value *at;
	bool given; /* false: absent or null (the image's own) */
	bool shell_form; /* a string; words are split as a shell would */
	struct slice_list words;
};

struct compose_build {
	const struct value *at; /* NULL: no build */
	struct slice context, dockerfile, target; /* as written; context "" means "." */
	struct span context_span, dockerfile_span, target_span; /* SOURCE_NONE where defaulted */
	const struct value *dockerfile_inline;
	struct slice directory; /* context seen from the project directory, normalised; empty for a
				   URL */
	bool remote; /* the context is a URL or git reference */
	struct compose_pair_list args;
	struct compose_text_list secrets; /* sources */
	const struct value *network, *privileged, *ssh, *entitlements;
};

struct compose_port {
	const struct value *at;
	struct span span;
	bool long_form;
	bool valid; /* false: could not be understood (a problem), the rest is empty */
	bool published; /* false: only the container's port, the host's is drawn */
	struct slice host_ip; /* without brackets; empty: all addresses, IPv4 and IPv6 */
	uint16_t host_first, host_last; /* 0: ephemeral */
	uint16_t target_first, target_last;
	struct slice protocol; /* "tcp" */
	struct slice mode; /* "ingress", "host", or empty */
};
struct compose_port_list VEC_OF(struct compose_port);

enum compose_mount_type {
	MOUNT_VOLUME,
	MOUNT_BIND,
	MOUNT_TMPFS,
	MOUNT_NPIPE,
	MOUNT_CLUSTER,
	MOUNT_IMAGE,
	MOUNT_UNKNOWN,
};

struct compose_mount {
	const struct value *at;
	struct span span;
	bool long_form;
	bool valid;
	enum compose_mount_type type;
	struct slice source; /* as written; empty: anonymous volume, tmpfs */
	struct slice path; /* of a bind, seen from the project directory, normalised; "~" stays */
	struct slice target;
	bool read_only;
	bool nocopy;
	bool create_host_path; /* a bind whose source is made when it is missing */
	char selinux; /* 'z', 'Z' or 0 */
	struct slice propagation; /* "rshared" ... or empty */
	struct slice options; /* short form: what stands behind the last ':' */
	struct compose_number tmpfs_size, tmpfs_mode;
};
struct compose_mount_list VEC_OF(struct compose_mount);

/* Use of a secret or config by a service. */
struct compose_grant {
	const struct value *at;
	struct slice source, target;
	struct slice uid, gid;
	struct compose_number mode; /* octal where written so */
	struct span source_span;
};
struct compose_grant_list VEC_OF(struct compose_grant);

struct compose_attachment { /* to a network */
	const struct value *at; /* the name in list form, the member in map form */
	struct slice network;
	struct compose_text_list aliases;
};
struct compose_attachment_list VEC_OF(struct compose_attachment);

struct compose_dependency {
	const struct value *at;
	struct slice service;
	struct slice condition; /* "service_started" when not given */
	bool condition_given;
	bool required;
};
struct compose_dependency_list VEC_OF(struct compose_dependency);

struct compose_healthcheck {
	const struct value *at; /* NULL: none */
	bool disabled; /* disable: true, or test: [NONE] */
	struct compose_command
		test; /* without CMD or CMD-SHELL; shell_form for CMD-SHELL and strings */
	struct compose_number interval, timeout, start_period, start_interval, retries;
};

struct compose_ulimit {
	const struct value *at;
	struct slice name;
	struct compose_number soft, hard;
};
struct compose_ulimit_list VEC_OF(struct compose_ulimit);

struct compose_device {
	const struct value *at;
	struct slice source, target,
		permissions; /* a CDI name ("vendor.com/class=name") is a source alone */
};
struct compose_device_list VEC_OF(struct compose_device);

struct compose_env_file {
	const struct value *at;
	struct slice path; /* seen from the project directory, normalised */
	bool required;
	bool raw;
	bool read; /* it could be read: its entries are in `environment` */
	uint32_t source;
};
struct compose_env_file_list VEC_OF(struct compose_env_file);

struct compose_resources { /* as they are in effect: deploy.resources goes before the old keys */
	struct compose_number memory; /* bytes: deploy.resources.limits.memory or mem_limit */
	struct compose_number memory_reservation;
	struct compose_number memory_swap;
	struct compose_number cpus; /* nano-CPUs: limits.cpus, cpus, or cpu_quota over cpu_period */
	struct compose_number cpu_shares;
	struct compose_number pids; /* limits.pids or pids_limit */
};

struct compose_service {
	const struct value *at; /* the member of `services`; its key is the name */
	struct slice name;
	bool job; /* stands under `jobs` */
	bool enabled; /* has no profile, or an active one */
	struct compose_text_list profiles;
	const struct value *image, *container_name, *hostname, *platform, *pull_policy;
	const struct value *user, *working_dir, *privileged, *read_only, *init, *tty, *stdin_open;
	const struct value *pid, *ipc, *uts, *cgroup, *cgroup_parent, *network_mode, *userns_mode;
	const struct value *restart, *runtime, *isolation, *stop_signal, *oom_kill_disable,
		*oom_score_adj;
	const struct value *extends; /* where it stood; already applied */
	const struct value *use_api_socket, *provider, *gpus, *logging, *deploy, *develop;
	struct compose_build build;
	struct compose_command command, entrypoint;
	struct compose_pair_list environment; /* environment over env_file, later over earlier */
	struct compose_env_file_list env_files;
	struct compose_pair_list labels, annotations, sysctls, log_options;
	struct slice log_driver;
	struct compose_port_list ports;
	struct compose_text_list expose;
	struct compose_mount_list volumes;
	struct compose_text_list volumes_from, tmpfs;
	struct compose_grant_list secrets, configs;
	struct compose_attachment_list networks; /* empty and no network_mode: "default" */
	struct compose_dependency_list depends_on;
	struct compose_text_list links, external_links, extra_hosts, dns, dns_search;
	struct compose_healthcheck healthcheck;
	struct compose_resources resources;
	struct compose_ulimit_list ulimits;
	struct compose_text_list security_opt, cap_add, cap_drop, group_add;
	struct compose_device_list devices;
	struct compose_text_list device_cgroup_rules;
	struct compose_number shm_size, stop_grace_period, replicas;
};
struct compose_service_list VEC_OF(struct compose_service);

/* A top-level network, volume, secret or config. */
struct compose_resource {
	const struct value *at; /* its member; may be a null */
	struct slice name; /* the key */
	struct slice real_name; /* `name:`, or empty */
	bool external;
	bool used; /* some service names it */
	struct slice driver;
	struct compose_pair_list driver_opts, labels;
	const struct value *internal, *attachable, *enable_ipv6, *ipam; /* of networks */
	const struct value *file, *environment, *content,
		*template_driver; /* of secrets and configs */
	struct slice path; /* of `file`, seen from the project directory, normalised */
};
struct compose_resource_list VEC_OF(struct compose_resource);

/* One text that went into the project. */
struct compose_file {
	struct slice path;
	struct slice directory; /* that its relative paths begin at */
	uint32_t source;
	struct yaml_doc doc; /* for comments, pragmas and edits: as written, not merged */
	bool main; /* one of the project's own, not by extends or include */
};
struct compose_file_list VEC_OF(struct compose_file);

struct compose_project {
	struct arena *arena;
	const struct value *root; /* merged, interpolated; NULL: nothing could be read */
	const struct value *name, *version;
	struct compose_service_list services;
	struct compose_resource_list networks, volumes, secrets, configs;
	struct compose_file_list files;
	struct env_entry_list env; /* of .env */
	uint32_t env_source;
	struct slice directory;
	struct template_variable_list
		variables; /* every one that any file names; offsets are not of files */
	struct problem_list problems;
	bool stack;
};

struct compose_options {
	const struct slice *paths; /* -f, in order */
	size_t path_count;
	struct slice directory; /* of the project; empty: the first file's */
	const struct slice
		*env_paths; /* --env-file; none: .env in the directory, where there is one */
	size_t env_path_count;
	struct env_lookup environment; /* of the process: goes before .env; none in a lint */
	const struct slice *profiles; /* active ones; "*" for all */
	size_t profile_count;
	bool all_profiles; /* every service counts as enabled */
	bool no_interpolation;
	bool no_files; /* do not read env_file, extends.file, include (a text alone): no problem
			  either */
	/* What it refers to may stand in a file that is not at hand: nothing is undefined or missing. */
	bool fragment;
	bool stack; /* read as `docker stack deploy` does */
	/* A text at hand for the first path, and where it stands (a block of a Markdown file). */
	bool have_text;
	struct slice text;
	uint32_t source; /* SOURCE_NONE: a new source is added */
};

/*
 * Sources of the files read are added to the table.  False only when the first
 * file could not be read or holds no map; ret->problems tells more.
 */
bool compose_load(const struct compose_options *options, const struct config_files *files,
		  struct source_table *sources, struct arena *a, struct compose_project *ret,
		  struct error *err);

/* By name, NULL: none. */
const struct compose_service *compose_find_service(const struct compose_project *p,
						   struct slice name);
const struct compose_resource *compose_find_resource(const struct compose_resource_list *list,
						     struct slice name);
/* Does a service have this network, "default" included? */
bool compose_in_network(const struct compose_service *s, struct slice network);
/* Can the two reach one another over a network that both are in? Writes its name. */
bool compose_connected(const struct compose_project *p, const struct compose_service *a,
		       const struct compose_service *b, struct slice *ret_network);
/* The file that holds the span's source, NULL: none. */
const struct compose_file *compose_file_of(const struct compose_project *p, uint32_t source);

/*
 * Does the text look like a Compose file: a map with `services` whose members
 * are maps, or one of the names that `docker compose` looks for.
 */
bool compose_recognise(struct slice path, const struct value *root);
/* The files that belong to a path without -f: its override beside it, where there is one in
 * `names`. */
bool compose_override_name(struct slice path, struct arena *a, struct slice_list *ret_candidates);

/* Which program honours a service's key. */
enum compose_honour {
	HONOUR_BOTH,
	HONOUR_COMPOSE, /* `docker stack deploy` says that it ignores it */
	HONOUR_COMPOSE_ONLY, /* `docker stack deploy` refuses the file */
	HONOUR_STACK, /* `docker compose` reads it and does nothing with it */
	HONOUR_UNKNOWN, /* no such key */
};
/* Of a service's key ("restart", "deploy.placement"). */
enum compose_honour compose_honour(struct slice key);
/* The keys of a service, for suggestions and completion. */
const struct slice *compose_service_keys(size_t *ret_count);

/* "512m", "1.5gb", "1024": bytes by powers of 1024 as Docker reads them. */
bool compose_bytes(struct slice text, int64_t *ret);
/* "1m30s", "500ms": nanoseconds as Go's time.ParseDuration reads them. */
bool compose_duration(struct slice text, int64_t *ret);
/* "[host-ip:][host[-host]:]target[-target][/protocol]"; `docker run -p` takes the same. */
bool compose_parse_port(struct slice text, struct compose_port *ret);
/* "[source:]target[:options]"; `docker run -v` takes the same. Windows drives are understood. */
bool compose_parse_volume(struct slice text, struct compose_mount *ret);
/* Splits a command line as Compose does (quotes, backslashes; no expansion). False: an open quote.
 */
bool compose_split_words(struct slice text, struct arena *a, struct slice_list *ret);

#endif
