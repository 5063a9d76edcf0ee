/*
 * The keys of the Compose specification, with those that docker/cli's schema
 * 3.13 for stack files leaves out or says that it ignores.
 */
#include "base/limits.h"
#include "config/compose_internal.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define KEYS(a)	 .keys = (a), .count = COUNT(a)

#define S WANT_TEXT
#define N (WANT_NUMBER | WANT_TEXT)
#define B (WANT_BOOL | WANT_TEXT)
#define L WANT_LIST
#define M WANT_MAP
#define Z WANT_NULL

#define K(key, types, ...)                                                                         \
	{                                                                                          \
		.name = SLICE_INIT(key), .want = (types), __VA_ARGS__                              \
	}

static const struct schema pairs = {.each_want = S | WANT_NUMBER | WANT_BOOL | Z};
static const struct schema any = {0};

static const struct schema_key hook_keys[] = {
	K("command", S | L | Z),
	K("user", S),
	K("privileged", B),
	K("working_dir", S),
	K("environment", M | L, .map = &pairs),
	K("per_replica", B),
};
static const struct schema hook = {KEYS(hook_keys)};

static const struct schema_key grant_keys[] = {
	K("source", S), K("target", S), K("uid", S | N), K("gid", S | N), K("mode", N),
};
static const struct schema grant = {KEYS(grant_keys)};

static const struct schema_key ulimit_keys[] = {K("hard", N), K("soft", N)};
static const struct schema ulimit = {KEYS(ulimit_keys)};
static const struct schema ulimits = {.each = &ulimit, .each_want = N | M};

static const struct schema_key build_keys[] = {
	K("context", S),
	K("dockerfile", S),
	K("dockerfile_inline", S),
	K("entitlements", L),
	K("args", M | L, .map = &pairs),
	K("ssh", M | L | S),
	K("labels", M | L, .map = &pairs),
	K("cache_from", L),
	K("cache_to", L),
	K("no_cache", B),
	K("no_cache_filter", S | L),
	K("additional_contexts", M | L),
	K("network", S),
	K("provenance", S | B),
	K("sbom", S | B),
	K("pull", B),
	K("target", S),
	K("shm_size", N),
	K("extra_hosts", M | L),
	K("isolation", S),
	K("privileged", B),
	K("secrets", L, .item = &grant, .item_want = S | M),
	K("tags", L),
	K("ulimits", M, .map = &ulimits),
	K("platforms", L),
};
static const struct schema build = {KEYS(build_keys)};

static const struct schema_key health_keys[] = {
	K("disable", B), K("interval", S),     K("retries", N),	       K("test", S | L),
	K("timeout", S), K("start_period", S), K("start_interval", S),
};
static const struct schema health = {KEYS(health_keys)};

static const struct schema_key reservation_device_keys[] = {
	K("capabilities", L), K("count", N),	   K("device_ids", L),
	K("driver", S),	      K("options", M | L),
};
static const struct schema reservation_device = {KEYS(reservation_device_keys)};

static const struct schema_key limit_keys[] = {K("cpus", N), K("memory", N), K("pids", N)};
static const struct schema limits = {KEYS(limit_keys)};
static const struct schema_key reservation_keys[] = {
	K("cpus", N),
	K("memory", N),
	K("generic_resources", L),
	K("devices", L, .item = &reservation_device, .item_want = M),
};
static const struct schema reservations = {KEYS(reservation_keys)};
static const struct schema_key resource_keys[] = {
	K("limits", M | Z, .map = &limits),
	K("reservations", M | Z, .map = &reservations),
};
static const struct schema resources = {KEYS(resource_keys)};

static const struct schema_key update_keys[] = {
	K("parallelism", N),	   K("delay", S), K("failure_action", S), K("monitor", S),
	K("max_failure_ratio", N), K("order", S),
};
static const struct schema update = {KEYS(update_keys)};

static const struct schema_key restart_keys[] = {
	K("condition", S),
	K("delay", S),
	K("max_attempts", N),
	K("window", S),
};
static const struct schema restart_policy = {KEYS(restart_keys)};

static const struct schema_key placement_keys[] = {
	K("constraints", L),
	K("preferences", L),
	K("max_replicas_per_node", N),
};
static const struct schema placement = {KEYS(placement_keys)};

static const struct schema_key deploy_keys[] = {
	K("mode", S, .honour = HONOUR_STACK),
	K("endpoint_mode", S, .honour = HONOUR_STACK),
	K("replicas", N),
	K("labels", M | L, .map = &pairs),
	K("rollback_config", M, .map = &update, .honour = HONOUR_STACK),
	K("update_config", M, .map = &update, .honour = HONOUR_STACK),
	K("resources", M, .map = &resources),
	K("restart_policy", M, .map = &restart_policy),
	K("placement", M, .map = &placement, .honour = HONOUR_STACK),
};
static const struct schema deploy = {KEYS(deploy_keys)};

static const struct schema_key dependency_keys[] = {
	K("restart", B),
	K("required", B),
	K("condition", S),
};
static const struct schema dependency = {KEYS(dependency_keys)};
static const struct schema dependencies = {.each = &dependency, .each_want = M};

static const struct schema_key attachment_keys[] = {
	K("aliases", L),	K("interface_name", S),
	K("ipv4_address", S),	K("ipv6_address", S),
	K("link_local_ips", L), K("mac_address", S),
	K("driver_opts", M),	K("priority", N),
	K("gw_priority", N),	K("use_service_name_alias", B),
};
static const struct schema attachment = {KEYS(attachment_keys)};
static const struct schema attachments = {.each = &attachment, .each_want = M | Z};

static const struct schema_key port_keys[] = {
	K("name", S),	   K("mode", S),     K("host_ip", S),	   K("target", N),
	K("published", N), K("protocol", S), K("app_protocol", S),
};
static const struct schema port = {KEYS(port_keys)};

static const struct schema_key bind_keys[] = {
	K("propagation", S),
	K("create_host_path", B),
	K("recursive", S),
	K("selinux", S),
};
static const struct schema bind = {KEYS(bind_keys)};
static const struct schema_key volume_option_keys[] = {
	K("labels", M | L),
	K("nocopy", B),
	K("subpath", S),
};
static const struct schema volume_options = {KEYS(volume_option_keys)};
static const struct schema_key tmpfs_keys[] = {K("size", N), K("mode", N)};
static const struct schema tmpfs = {KEYS(tmpfs_keys)};
static const struct schema_key image_keys[] = {K("subpath", S)};
static const struct schema image = {KEYS(image_keys)};
static const struct schema_key mount_keys[] = {
	K("type", S),
	K("source", S),
	K("target", S),
	K("read_only", B),
	K("consistency", S),
	K("bind", M, .map = &bind),
	K("volume", M, .map = &volume_options),
	K("tmpfs", M, .map = &tmpfs),
	K("image", M, .map = &image),
};
static const struct schema mount = {KEYS(mount_keys)};

static const struct schema_key device_keys[] = {
	K("source", S),
	K("target", S),
	K("permissions", S),
};
static const struct schema device = {KEYS(device_keys)};

static const struct schema_key env_file_keys[] = {
	K("path", S),
	K("format", S),
	K("required", B),
};
static const struct schema env_file = {KEYS(env_file_keys)};

static const struct schema_key logging_keys[] = {K("driver", S), K("options", M | Z)};
static const struct schema logging = {KEYS(logging_keys)};

static const struct schema_key extends_keys[] = {K("service", S), K("file", S)};
static const struct schema extends = {KEYS(extends_keys)};

static const struct schema_key develop_keys[] = {K("watch", L)};
static const struct schema develop = {KEYS(develop_keys)};
static const struct schema_key credential_keys[] = {K("config", S), K("file", S), K("registry", S)};
static const struct schema credential = {KEYS(credential_keys)};
static const struct schema_key provider_keys[] = {K("type", S), K("options", M)};
static const struct schema provider = {KEYS(provider_keys)};
static const struct schema_key trigger_keys[] = {K("manual", B), K("schedule", L)};
static const struct schema triggers = {KEYS(trigger_keys)};
static const struct schema_key blkio_keys[] = {
	K("device_read_bps", L),   K("device_read_iops", L), K("device_write_bps", L),
	K("device_write_iops", L), K("weight", N),	     K("weight_device", L),
};
static const struct schema blkio = {KEYS(blkio_keys)};

#define STACK_IGNORES .honour = HONOUR_COMPOSE
#define STACK_REFUSES .honour = HONOUR_COMPOSE_ONLY

static const struct schema_key service_keys[] = {
	K("annotations", M | L, .map = &pairs, STACK_REFUSES),
	K("attach", B, STACK_REFUSES),
	K("blkio_config", M, .map = &blkio, STACK_REFUSES),
	K("build", S | M, .map = &build, STACK_IGNORES),
	K("cap_add", L, .item_want = S),
	K("cap_drop", L, .item_want = S),
	K("cgroup", S, STACK_REFUSES),
	K("cgroup_parent", S, STACK_IGNORES),
	K("command", S | L | Z),
	K("configs", L, .item = &grant, .item_want = S | M),
	K("container_name", S, STACK_IGNORES),
	K("cpu_count", N, STACK_REFUSES),
	K("cpu_percent", N, STACK_REFUSES),
	K("cpu_period", N, STACK_REFUSES),
	K("cpu_quota", N, STACK_REFUSES),
	K("cpu_rt_period", N, STACK_REFUSES),
	K("cpu_rt_runtime", N, STACK_REFUSES),
	K("cpu_shares", N, STACK_REFUSES),
	K("cpus", N, STACK_REFUSES),
	K("cpuset", S | N, STACK_REFUSES),
	K("credential_spec", M, .map = &credential),
	K("depends_on", L | M, .map = &dependencies, .item_want = S),
	K("deploy", M | Z, .map = &deploy),
	K("develop", M | Z, .map = &develop, STACK_REFUSES),
	K("device_cgroup_rules", L, STACK_REFUSES),
	K("devices", L, .item = &device, .item_want = S | M, STACK_IGNORES),
	K("dns", S | L),
	K("dns_opt", L, STACK_REFUSES),
	K("dns_search", S | L),
	K("domainname", S, STACK_IGNORES),
	K("entrypoint", S | L | Z),
	K("env_file", S | L, .item = &env_file, .item_want = S | M),
	K("environment", M | L, .map = &pairs, .item_want = S),
	K("expose", L, STACK_IGNORES),
	K("extends", S | M, .map = &extends, STACK_REFUSES),
	K("external_links", L, STACK_IGNORES),
	K("extra_hosts", M | L),
	K("gpus", S | L, .item = &reservation_device, STACK_REFUSES),
	K("group_add", L, STACK_REFUSES),
	K("healthcheck", M | Z, .map = &health),
	K("hostname", S),
	K("image", S),
	K("init", B),
	K("ipc", S, STACK_IGNORES),
	K("isolation", S),
	K("label_file", S | L, STACK_REFUSES),
	K("labels", M | L, .map = &pairs),
	K("links", L, STACK_IGNORES),
	K("logging", M, .map = &logging),
	K("mac_address", S, STACK_IGNORES),
	K("mem_limit", N, STACK_REFUSES),
	K("mem_reservation", N, STACK_REFUSES),
	K("mem_swappiness", N, STACK_REFUSES),
	K("memswap_limit", N, STACK_REFUSES),
	K("models", L | M, .map = &any, STACK_REFUSES),
	K("network_mode", S, STACK_IGNORES),
	K("networks", L | M, .map = &attachments, .item_want = S),
	K("oom_kill_disable", B, STACK_REFUSES),
	K("oom_score_adj", N),
	K("pid", S | Z, STACK_IGNORES),
	K("pids_limit", N, STACK_REFUSES),
	K("platform", S, STACK_REFUSES),
	K("ports", L, .item = &port, .item_want = N | S | M),
	K("post_start", L, .item = &hook, .item_want = M, STACK_REFUSES),
	K("pre_start", L, .item = &hook, .item_want = M, STACK_REFUSES),
	K("pre_stop", L, .item = &hook, .item_want = M, STACK_REFUSES),
	K("privileged", B, STACK_IGNORES),
	K("profiles", L, STACK_REFUSES),
	K("provider", M, .map = &provider, STACK_REFUSES),
	K("pull_policy", S, STACK_REFUSES),
	K("pull_refresh_after", S, STACK_REFUSES),
	K("read_only", B),
	K("restart", S, STACK_IGNORES),
	K("runtime", S, STACK_REFUSES),
	K("scale", N, STACK_REFUSES),
	K("secrets", L, .item = &grant, .item_want = S | M),
	K("security_opt", L, .item_want = S, STACK_IGNORES),
	K("shm_size", N, STACK_IGNORES),
	K("stdin_open", B),
	K("stop_grace_period", S),
	K("stop_signal", S),
	K("storage_opt", M, STACK_REFUSES),
	K("sysctls", M | L, .map = &pairs),
	K("tmpfs", S | L),
	K("triggers", M, .map = &triggers, STACK_REFUSES),
	K("tty", B),
	K("ulimits", M, .map = &ulimits),
	K("umask", N | Z, STACK_REFUSES),
	K("use_api_socket", B, STACK_REFUSES),
	K("user", S | N),
	K("userns_mode", S, STACK_IGNORES),
	K("uts", S, STACK_REFUSES),
	K("volumes", L, .item = &mount, .item_want = S | M),
	K("volumes_from", L, STACK_REFUSES),
	K("working_dir", S),
};
static const struct schema service = {KEYS(service_keys)};
static const struct schema services = {.each = &service, .each_want = M};

static const struct schema_key ipam_config_keys[] = {
	K("subnet", S),
	K("ip_range", S),
	K("gateway", S),
	K("aux_addresses", M),
};
static const struct schema ipam_config = {KEYS(ipam_config_keys)};
static const struct schema_key ipam_keys[] = {
	K("driver", S),
	K("config", L, .item = &ipam_config, .item_want = M),
	K("options", M),
};
static const struct schema ipam = {KEYS(ipam_keys)};
static const struct schema_key external_keys[] = {K("name", S)};
static const struct schema external = {KEYS(external_keys)};

static const struct schema_key network_keys[] = {
	K("name", S),
	K("driver", S),
	K("driver_opts", M),
	K("ipam", M, .map = &ipam),
	K("external", B | M, .map = &external),
	K("internal", B),
	K("enable_ipv4", B),
	K("enable_ipv6", B),
	K("attachable", B),
	K("labels", M | L),
};
static const struct schema network = {KEYS(network_keys)};
static const struct schema networks = {.each = &network, .each_want = M | Z};

static const struct schema_key volume_keys[] = {
	K("name", S),	     K("driver", S),
	K("driver_opts", M), K("external", B | M, .map = &external),
	K("labels", M | L),
};
static const struct schema volume = {KEYS(volume_keys)};
static const struct schema volumes = {.each = &volume, .each_want = M | Z};

static const struct schema_key secret_keys[] = {
	K("name", S),	     K("environment", S),
	K("file", S),	     K("external", B | M, .map = &external),
	K("labels", M | L),  K("driver", S),
	K("driver_opts", M), K("template_driver", S),
};
static const struct schema secret = {KEYS(secret_keys)};
static const struct schema secrets = {.each = &secret, .each_want = M};

static const struct schema_key config_keys[] = {
	K("name", S),
	K("content", S),
	K("environment", S),
	K("file", S),
	K("external", B | M, .map = &external),
	K("labels", M | L),
	K("template_driver", S),
};
static const struct schema config = {KEYS(config_keys)};
static const struct schema configs = {.each = &config, .each_want = M};

static const struct schema_key include_keys[] = {
	K("path", S | L),
	K("env_file", S | L),
	K("project_directory", S),
};
static const struct schema include = {KEYS(include_keys)};

static const struct schema_key top_keys[] = {
	K("version", N | S),
	K("name", S),
	K("include", L, .item = &include, .item_want = S | M),
	K("services", M | Z, .map = &services),
	K("jobs", M, .map = &services),
	K("models", M, .map = &any),
	K("networks", M | Z, .map = &networks),
	K("volumes", M | Z, .map = &volumes),
	K("secrets", M | Z, .map = &secrets),
	K("configs", M | Z, .map = &configs),
};
const struct schema compose_schema = {KEYS(top_keys)};

/* ---- looking things up ---- */

static const struct schema_key *find_key(const struct schema *s, struct slice name)
{
	for (size_t i = 0; i < s->count; i++)
		if (slice_eq(s->keys[i].name, name))
			return &s->keys[i];
	return NULL;
}

enum compose_honour compose_honour(struct slice key)
{
	struct slice rest = key;
	const struct schema_key *k = NULL;

	if (slice_cut_prefix(&rest, SLICE("deploy.")))
		k = find_key(&deploy, slice_first(rest, slice_find_byte(rest, '.')));
	else
		k = find_key(&service, slice_first(key, slice_find_byte(key, '.')));
	return k ? k->honour : HONOUR_UNKNOWN;
}

const struct slice *compose_service_keys(size_t *ret_count)
{
	static const struct slice names[] = {
		SLICE_INIT("build"),
		SLICE_INIT("cap_add"),
		SLICE_INIT("cap_drop"),
		SLICE_INIT("command"),
		SLICE_INIT("configs"),
		SLICE_INIT("container_name"),
		SLICE_INIT("cpus"),
		SLICE_INIT("depends_on"),
		SLICE_INIT("deploy"),
		SLICE_INIT("devices"),
		SLICE_INIT("dns"),
		SLICE_INIT("entrypoint"),
		SLICE_INIT("env_file"),
		SLICE_INIT("environment"),
		SLICE_INIT("expose"),
		SLICE_INIT("extends"),
		SLICE_INIT("extra_hosts"),
		SLICE_INIT("healthcheck"),
		SLICE_INIT("hostname"),
		SLICE_INIT("image"),
		SLICE_INIT("init"),
		SLICE_INIT("labels"),
		SLICE_INIT("links"),
		SLICE_INIT("logging"),
		SLICE_INIT("mem_limit"),
		SLICE_INIT("network_mode"),
		SLICE_INIT("networks"),
		SLICE_INIT("pid"),
		SLICE_INIT("pids_limit"),
		SLICE_INIT("platform"),
		SLICE_INIT("ports"),
		SLICE_INIT("privileged"),
		SLICE_INIT("profiles"),
		SLICE_INIT("pull_policy"),
		SLICE_INIT("read_only"),
		SLICE_INIT("restart"),
		SLICE_INIT("secrets"),
		SLICE_INIT("security_opt"),
		SLICE_INIT("shm_size"),
		SLICE_INIT("stdin_open"),
		SLICE_INIT("stop_grace_period"),
		SLICE_INIT("sysctls"),
		SLICE_INIT("tmpfs"),
		SLICE_INIT("tty"),
		SLICE_INIT("ulimits"),
		SLICE_INIT("user"),
		SLICE_INIT("userns_mode"),
		SLICE_INIT("volumes"),
		SLICE_INIT("working_dir"),
	};

	*ret_count = COUNT(names);
	return names;
}

/* ---- the check ---- */

static const char *const type_names[] = {
	[NODE_NULL] = "nothing",    [NODE_BOOL] = "a bool", [NODE_NUMBER] = "a number",
	[NODE_STRING] = "a string", [NODE_LIST] = "a list", [NODE_MAP] = "a map",
};

static bool type_fits(const struct value *v, unsigned want)
{
	switch (v->type) {
	case NODE_NULL:
		/* An empty key is read as if it were not there. */
		return true;
	case NODE_BOOL:
		return want & WANT_BOOL;
	case NODE_NUMBER:
		return want & (WANT_NUMBER | WANT_TEXT);
	case NODE_STRING:
		return want & WANT_TEXT;
	case NODE_LIST:
		return want & WANT_LIST;
	case NODE_MAP:
	default:
		return want & WANT_MAP;
	}
}

static struct slice describe(struct arena *a, unsigned want)
{
	static const char *const names[] = {"a string", "a number", "a bool", "a list", "a map"};
	struct slice text = SLICE_EMPTY;

	for (unsigned i = 0; i < COUNT(names); i++) {
		if (!(want & (1u << i)))
			continue;
		text = slice_empty(text) ? slice_from_cstr(names[i])
					 : arena_printf(a, "%.*s or %s", SLICE_ARG(text), names[i]);
	}
	return text;
}

static struct span place_of(const struct value *v)
{
	return v->key_span.source != SOURCE_NONE ? v->key_span : v->span;
}

static void check_value(const struct value *v, unsigned want, const struct schema *map,
			const struct schema *item, unsigned item_want, struct problem_list *p,
			struct slice name);

static void unknown_key(const struct value *v, const struct schema *s, struct problem_list *p)
{
	struct slice names[COUNT(service_keys)];
	struct problem *x =
		problem_add(p, PROBLEM_UNKNOWN_KEY, v->key_span, "there is no key \"%.*s\" here",
			    SLICE_ARG(slice_first(v->key, 100)));

	for (size_t i = 0; i < s->count; i++)
		names[i] = s->keys[i].name;
	x->name = v->key;
	x->suggestion = suggest_name(v->key, names, s->count);
}

static void check_map(const struct value *map, const struct schema *s, struct problem_list *p)
{
	value_each(v, map)
	{
		const struct schema_key *k = find_key(s, v->key);

		if (k)
			check_value(v, k->want, k->map, k->item, k->item_want, p, k->name);
		else if (slice_starts(v->key, SLICE("x-")) || (!s->count && !s->each_want))
			continue;
		else if (s->each || s->each_want)
			check_value(v, s->each_want, s->each, NULL, 0, p, v->key);
		else
			unknown_key(v, s, p);
	}
}

static void check_value(const struct value *v, unsigned want, const struct schema *map,
			const struct schema *item, unsigned item_want, struct problem_list *p,
			struct slice name)
{
	if (want && !type_fits(v, want)) {
		struct slice wanted = describe(p->arena, want);
		struct problem *x = problem_add(
			p, PROBLEM_TYPE, place_of(v), "\"%.*s\" takes %.*s, not %s",
			SLICE_ARG(slice_first(name, 100)), SLICE_ARG(wanted), type_names[v->type]);
		x->name = name;
		return;
	}
	if (v->type == NODE_MAP && map)
		check_map(v, map, p);
	if (v->type != NODE_LIST || (!item && !item_want))
		return;
	value_each(it, v) check_value(it, item_want, item, NULL, 0, p, name);
}

void compose_schema_check(const struct value *root, struct problem_list *problems)
{
	check_map(root, &compose_schema, problems);
}
