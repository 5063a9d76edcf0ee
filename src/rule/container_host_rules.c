/*
 * Rules over what a container shares with its host: namespaces, mounts,
 * devices, ports.
 *
 * Sources: CIS Docker Benchmark 1.6.0, 5.6-5.20 and 5.31-5.32; mount_namespaces(7).
 */
#include "base/cleanup.h"
#include "rule/container_internal.h"

enum { ROW_SOCKET, ROW_ROOT_MOUNT, ROW_SENSITIVE, ROW_CONFIG, ROW_PROPAGATION, ROW_DEVICE, ROW_TMPFS,
       ROW_TMPFS_RUN, ROW_NETWORK, ROW_PID, ROW_IPC, ROW_UTS, ROW_USERNS, ROW_PORT, ROW_PORT_LOW, ROW_COUNT };

static const struct rule_row rows[ROW_COUNT];

/* --- namespaces --- */

static void report_namespace(struct rule_context *c, const struct container_text *mode, const char *what,
			     const char *kics, const char *peer)
{
	const struct container_settings *s = rule_container(c);

	if (!mode->given || !slice_is(mode->text, "host"))
		return;
	struct assessment *x = rule_fail(c, place_of(s, mode->span), "%s", what);
	if (kics && s->peers & PEER_KICS)
		rule_alias(c, x, kics);
	if (peer)
		rule_alias(c, x, peer);
}

static void check_network(struct rule_context *c)
{
	report_namespace(c, &rule_container(c)->network_mode,
			 "the container is on the host's network: every local service is open to it",
			 "kics:Shared Host Network Namespace", "compose-lint:CL-0008");
}

static void check_pid(struct rule_context *c)
{
	report_namespace(c, &rule_container(c)->pid, "the container sees the host's processes and may signal them",
			 "kics:Host Namespace is Shared", "compose-lint:CL-0010");
}

static void check_ipc(struct rule_context *c)
{
	report_namespace(c, &rule_container(c)->ipc, "the container shares the host's shared memory",
			 "kics:Shared Host IPC Namespace", "compose-lint:CL-0010");
}

static void check_uts(struct rule_context *c)
{
	report_namespace(c, &rule_container(c)->uts, "the container may change the host's name", NULL, NULL);
}

static void check_userns(struct rule_context *c)
{
	report_namespace(c, &rule_container(c)->userns, "the container's root is the host's root: userns-remap does not hold for it",
			 "kics:Shared Host User Namespace", "compose-lint:CL-0010");
}

/* --- mounts --- */

static struct slice host_path(struct rule_context *c, const struct container_mount *m)
{
	if (m->type != CONTAINER_BIND || !slice_starts(m->source, SLICE("/")))
		return SLICE_EMPTY;
	return container_host_path(c->arena, m->source);
}

static void check_socket(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);

	vec_each(m, &s->mounts) {
		struct slice path = m->type == CONTAINER_BIND ? m->source : m->target;
		bool anonymous = m->type == CONTAINER_VOLUME && slice_empty(m->source);
		struct assessment *x;

		if (!container_is_runtime_socket(path) || (m->type != CONTAINER_BIND && !anonymous))
			continue;
		if (anonymous)
			x = rule_fail(c, place_of(s, m->span), "%.*s alone is an anonymous volume, not the host's socket", SLICE_ARG(path));
		else
			x = rule_fail(c, place_of(s, m->span), "%.*s hands the host over to the container%s", SLICE_ARG(path),
				      m->read_only ? ", read-only or not" : "");
		if (anonymous) {
			x->severity = SEVERITY_LOW;
			x->confidence = CONFIDENCE_LOW;
		} else {
			rule_alias(c, x, "compose-lint:CL-0001");
		}
		rule_alias_if(c, x, s->peers & PEER_KICS && m->short_form && slice_find(path, SLICE("docker.sock")) < path.len,
			      "kics:Docker Socket Mounted In Container");
		rule_alias_if(c, x, m->peers & PEER_SEMGREP, "semgrep:exposing-docker-socket-volume");
		rule_alias_if(c, x, m->peers & PEER_KICS_SENSITIVE, "kics:Volume Has Sensitive Host Directory");
	}
	if (s->api_socket.given && s->api_socket.value)
		rule_fail(c, place_of(s, s->api_socket.span), "use_api_socket hands the engine's socket and credentials to the container");
}

/* Files that many images are given and that give nothing away. */
static bool is_harmless(struct slice path)
{
	return one_of(path, "/etc/localtime|/etc/timezone|/etc/hosts|/etc/resolv.conf|/etc/hostname|/etc/machine-id|"
			    "/etc/ssl/certs|/etc/ssl/certs/ca-certificates.crt|/etc/os-release|/usr/share/zoneinfo|"
			    "/usr/share/ca-certificates|/usr/local/share/ca-certificates|/etc/letsencrypt");
}

/* Whoever writes there is root of the host soon. */
static bool is_root_equivalent(struct slice path)
{
	return container_is_sensitive_path(path) && !one_of(path, "/home|/var/lib|/run|/var/run|/sys/fs/cgroup");
}

static void report_mount(struct rule_context *c, const struct container_mount *m, struct slice path)
{
	const struct container_settings *s = rule_container(c);
	bool sensitive = container_is_sensitive_path(path) && !is_harmless(path);
	bool root = sensitive && !m->read_only && is_root_equivalent(path);
	struct assessment *x;

	if (!sensitive && !(m->peers & PEER_KICS_SENSITIVE))
		return;
	if (root) {
		x = rule_fail_row(c, &rows[ROW_ROOT_MOUNT], place_of(s, m->span),
				  "the container can write to %.*s of the host", SLICE_ARG(path));
		rule_alias(c, x, "compose-lint:CL-0025");
		if (m->place && m->short_form && !one_of(path, "/dev"))
			offer_replace(c, x, true, m->place, m->span,
				      slice_empty(m->options) ? arena_printf(c->arena, "%.*s:ro", SLICE_ARG(rule_text(c, m->span)))
							      : SLICE_EMPTY);
	} else if (sensitive) {
		x = rule_fail_row(c, &rows[ROW_SENSITIVE], place_of(s, m->span),
				  "the container sees %.*s of the host", SLICE_ARG(path));
		rule_alias(c, x, "compose-lint:CL-0013");
	} else {
		x = rule_fail_row(c, &rows[ROW_SENSITIVE], place_of(s, m->span), m->type == CONTAINER_BIND
				  ? "%.*s is a directory of the host's system" : "%.*s looks like a directory of the host, and is a volume of its own",
				  SLICE_ARG(m->type == CONTAINER_BIND ? path : m->target));
		x->severity = SEVERITY_NEGLIGIBLE;
		x->confidence = CONFIDENCE_LOW;
	}
	rule_alias_if(c, x, m->peers & PEER_KICS_SENSITIVE, "kics:Volume Has Sensitive Host Directory");
}

static void check_mounts(struct rule_context *c)
{
	vec_each(m, &rule_container(c)->mounts)
		if (!container_is_runtime_socket(m->type == CONTAINER_BIND ? m->source : m->target))
			report_mount(c, m, host_path(c, m));
}

/* A single file of configuration, told by its name, that lies below the container's /etc or its like. */
static bool is_configuration(const struct container_mount *m)
{
	static const char *const ends[] = { ".conf", ".cnf", ".cfg", ".ini", ".yaml", ".yml", ".toml", ".json",
					    ".xml", ".properties", ".crt", ".pem", ".key", ".htpasswd" };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (slice_ends(m->source, slice_from_cstr(ends[i])) && slice_ends(m->target, slice_from_cstr(ends[i])))
			return true;
	return slice_starts(m->target, SLICE("/etc/")) && !one_of(m->target, "/etc/localtime|/etc/timezone|/etc/letsencrypt");
}

static void check_config(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);

	vec_each(m, &s->mounts) {
		if (m->type != CONTAINER_BIND || m->read_only || !is_configuration(m) ||
		    container_is_sensitive_path(host_path(c, m)))
			continue;
		struct assessment *x = rule_fail(c, place_of(s, m->span), "the container can rewrite its configuration, "
						 "%.*s of the host: mount it read-only", SLICE_ARG(m->source));
		struct slice text = m->place ? rule_text(c, m->span) : SLICE_EMPTY;
		if (m->place && m->short_form && slice_empty(m->options))
			offer_replace(c, x, false, m->place, m->span,
				      arena_printf(c->arena, "%.*s:%.*s:ro", SLICE_ARG(m->source), SLICE_ARG(m->target)));
		(void)text;
	}
}

static void check_propagation(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);

	vec_each(m, &s->mounts) {
		bool shared = one_of(m->propagation, "shared|rshared");

		if (!shared && !one_of(m->propagation, "slave|rslave"))
			continue;
		struct assessment *x = rule_fail(c, place_of(s, m->span), shared
						 ? "mounts that the container makes there appear on the host (%.*s)"
						 : "mounts that the host makes there later appear in the container (%.*s)",
						 SLICE_ARG(m->propagation));
		if (shared)
			rule_alias(c, x, "compose-lint:CL-0017");
		else
			x->severity = SEVERITY_NEGLIGIBLE;
		rule_alias_if(c, x, s->peers & PEER_KICS && !m->short_form, "kics:Volume Mounted In Multiple Containers");
	}
}

static void check_devices(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);
	static const char *const raw[] = { "/dev/sd", "/dev/nvme", "/dev/vd", "/dev/xvd", "/dev/hd", "/dev/dm-",
					   "/dev/mapper", "/dev/mem", "/dev/kmem", "/dev/port", "/dev/disk", "/dev/loop" };

	vec_each(d, &s->devices) {
		bool whole = slice_is(d->source, "/dev") || slice_is(d->source, "/dev/");

		for (size_t i = 0; i < ARRAY_LEN(raw) && !whole; i++)
			whole = slice_starts(d->source, slice_from_cstr(raw[i]));
		struct assessment *x = rule_fail(c, place_of(s, d->span), whole
						 ? "%.*s gives the container the host's disks or memory"
						 : "%.*s of the host is given to the container", SLICE_ARG(d->source));
		rule_alias(c, x, "compose-lint:CL-0016");
		if (!whole)
			x->severity = SEVERITY_MEDIUM;
	}
}

/* The options of "target:options"; false: none. */
static bool tmpfs_options(struct slice text, struct slice *target, struct slice *options)
{
	return slice_split(text, ':', target, options);
}

static void check_tmpfs(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);
	struct slice target, rest, option;

	vec_each(t, &s->tmpfs) {
		if (!tmpfs_options(t->text, &target, &rest))
			continue;
		while (slice_next(&rest, ',', &option))
			if (one_of(option, "exec|suid|dev")) {
				rule_alias(c, rule_fail(c, place_of(s, t->span), "what is written to %.*s can be used by way of \"%.*s\"",
							SLICE_ARG(target), SLICE_ARG(option)), "compose-lint:CL-0022");
				break;
			}
	}
}

static void check_tmpfs_run(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);
	struct slice target, rest;

	vec_each(t, &s->tmpfs) {
		tmpfs_options(t->text, &target, &rest);
		if (slice_is(target, "/var/run") || slice_is(target, "/var/run/"))
			rule_fail(c, place_of(s, t->span), "/var/run is a link to /run in most images: the tmpfs may lie over /run/secrets");
	}
}

/* --- ports --- */

static bool any_address(struct slice ip)
{
	return slice_empty(ip) || one_of(ip, "0.0.0.0|::|0:0:0:0:0:0:0:0|*");
}

static void offer_loopback(struct rule_context *c, struct assessment *x, const struct container_port *p)
{
	struct slice rest = p->text;

	if (!p->place || !p->short_form || slice_find_byte(p->text, '$') < p->text.len)
		return;
	if (p->host_ip.len && !slice_cut_prefix(&rest, SLICE("0.0.0.0:")))
		return;
	bool published = slice_find_byte(rest, ':') < rest.len;
	offer_replace(c, x, true, p->place, p->span,
		      arena_printf(c->arena, published ? "127.0.0.1:%.*s" : "127.0.0.1::%.*s", SLICE_ARG(rest)));
}

static void check_ports(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);

	vec_each(p, &s->ports) {
		if (p->invalid || !any_address(p->host_ip) || slice_is(s->network_mode.text, "host"))
			continue;
		struct assessment *x = rule_fail(c, place_of(s, p->span), "port %u is open on every address of the host, "
						 "past the host's firewall", p->host_first ? p->host_first : p->target_first);
		rule_alias(c, x, "compose-lint:CL-0005");
		rule_alias_if(c, x, p->peers & PEER_KICS, "kics:Container Traffic Not Bound To Host Interface");
		rule_alias_if(c, x, p->peers & PEER_DCLINT, "dclint:no-unbound-port-interfaces");
		offer_loopback(c, x, p);
	}
}

static void check_low_ports(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);

	vec_each(p, &s->ports) {
		bool host = !p->invalid && p->host_first && p->host_first < 1024;

		if (!host && !(p->peers & PEER_KICS_PRIVILEGED))
			continue;
		struct assessment *x = host
			? rule_fail(c, place_of(s, p->span), "port %u of the host is a privileged one", p->host_first)
			: p->invalid ? rule_fail(c, place_of(s, p->span), "a privileged port within \"%.*s\"", SLICE_ARG(p->text))
			: rule_fail(c, place_of(s, p->span), "the container listens on the privileged port %u", p->target_first);
		if (!host) {
			x->severity = SEVERITY_NEGLIGIBLE;
			x->confidence = CONFIDENCE_LOW;
		}
		rule_alias_if(c, x, p->peers & PEER_KICS_PRIVILEGED, "kics:Privileged Ports Mapped In Container");
	}
}

#define SERVICE "services:\n  web:\n    image: nginx:1.27\n"

static const struct rule_row rows[ROW_COUNT] = {
	[ROW_SOCKET] = { .rule = { .id = SLICE_INIT("container-docker-socket"), .version = 1,
		    .title = SLICE_INIT("The container runtime's socket is in the container"),
		    .severity = SEVERITY_CRITICAL, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Who can speak to the engine is root on its host; read-only does "
		           "not help, since a socket is not written to. Use a proxy that lets "
		           "single requests through, or the rootless engine."),
		    .aliases = RULE_LIST("kics:Docker Socket Mounted In Container", "kics:Volume Has Sensitive Host Directory",
		                         "compose-lint:CL-0001", "semgrep:exposing-docker-socket-volume"),
		    .references = RULE_LIST("cis:5.32", "nist:4.4.3", "owasp:D04", "cwe:CWE-250"),
		    .bad = SERVICE "    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock:ro\n",
		    .good = SERVICE "    volumes:\n      - data:/data\nvolumes:\n  data:\n" },
	  .check = check_socket },
	[ROW_ROOT_MOUNT] = { .rule = { .id = SLICE_INIT("container-mount-root-equivalent"), .version = 1,
		    .title = SLICE_INIT("The container can write where the host's root rules"),
		    .severity = SEVERITY_CRITICAL, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("A file put there is run or believed by the host's root. Mount "
		           "only what is needed, read-only, or copy it into a volume."),
		    .aliases = RULE_LIST("kics:Volume Has Sensitive Host Directory", "compose-lint:CL-0025"),
		    .references = RULE_LIST("cis:5.6", "nist:4.4.3", "nist:4.5.5", "owasp:D04", "cwe:CWE-668"),
		    .fix = RULE_FIX_UNSAFE,
		    .bad = SERVICE "    volumes:\n      - /etc:/host/etc\n",
		    .good = SERVICE "    volumes:\n      - /srv/web:/data\n" },
	  .check = check_mounts },
	[ROW_SENSITIVE] = { .rule = { .id = SLICE_INIT("container-mount-sensitive"), .version = 1,
		    .title = SLICE_INIT("A system directory of the host is in the container"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("What it holds (accounts, keys, other containers' files) helps to "
		           "get out of the container. Mount the one file that is needed."),
		    .aliases = RULE_LIST("kics:Volume Has Sensitive Host Directory", "compose-lint:CL-0013"),
		    .references = RULE_LIST("cis:5.6", "nist:4.4.3", "nist:4.5.5", "owasp:D04", "cwe:CWE-668"),
		    .bad = SERVICE "    volumes:\n      - /etc:/host/etc:ro\n",
		    .good = SERVICE "    volumes:\n      - ./site:/usr/share/nginx/html:ro\n" },
	},
	[ROW_CONFIG] = { .rule = { .id = SLICE_INIT("container-mount-config"), .version = 1,
		    .title = SLICE_INIT("Configuration is mounted writable"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("A process that is taken over can change its own configuration for "
		           "good, and the host's file with it. Add :ro."),
		    .references = RULE_LIST("cis:5.13", "nist:4.4.4", "cwe:CWE-732"),
		    .fix = RULE_FIX_SAFE,
		    .bad = SERVICE "    volumes:\n      - ./nginx.conf:/etc/nginx/nginx.conf\n",
		    .good = SERVICE "    volumes:\n      - ./nginx.conf:/etc/nginx/nginx.conf:ro\n" },
	  .check = check_config },
	[ROW_PROPAGATION] = { .rule = { .id = SLICE_INIT("container-mount-propagation"), .version = 1,
		    .title = SLICE_INIT("Mounts travel between host and container"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("With shared propagation what the container mounts appears on the "
		           "host. Leave it out: rprivate is the default."),
		    .aliases = RULE_LIST("kics:Volume Mounted In Multiple Containers", "compose-lint:CL-0017"),
		    .references = RULE_LIST("cis:5.20", "cwe:CWE-668"),
		    .bad = SERVICE "    volumes:\n      - /srv/data:/data:rshared\n",
		    .good = SERVICE "    volumes:\n      - /srv/data:/data:ro\n" },
	  .check = check_propagation },
	[ROW_DEVICE] = { .rule = { .id = SLICE_INIT("container-device"), .version = 1,
		    .title = SLICE_INIT("A device of the host is in the container"),
		    .severity = SEVERITY_CRITICAL, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("A disk or memory device is the whole host; others are at least "
		           "the driver's faults. Give only the device that is needed, without "
		           "w or m where that is enough."),
		    .aliases = RULE_LIST("compose-lint:CL-0016"),
		    .references = RULE_LIST("cis:5.18", "nist:4.4.3", "cwe:CWE-250"),
		    .bad = SERVICE "    devices:\n      - /dev/sda:/dev/sda\n",
		    .good = SERVICE "    tmpfs: [/tmp]\n" },
	  .check = check_devices },
	[ROW_TMPFS] = { .rule = { .id = SLICE_INIT("container-tmpfs"), .version = 1,
		    .title = SLICE_INIT("Programs can be run from a tmpfs"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Docker mounts a tmpfs with noexec, nosuid and nodev; the option "
		           "takes that back. Leave it out."),
		    .aliases = RULE_LIST("compose-lint:CL-0022"),
		    .references = RULE_LIST("cis:5.13", "nist:4.4.4"),
		    .bad = SERVICE "    tmpfs:\n      - /tmp:exec,size=64m\n",
		    .good = SERVICE "    tmpfs:\n      - /tmp:size=64m\n" },
	  .check = check_tmpfs },
	[ROW_TMPFS_RUN] = { .rule = { .id = SLICE_INIT("container-tmpfs-run"), .version = 1,
		    .title = SLICE_INIT("A tmpfs at /var/run"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("/var/run leads to /run in most images, where secrets are mounted: "
		           "the order decides who hides whom. Write /run/<program> for what "
		           "the program needs."),
		    .bad = SERVICE "    tmpfs:\n      - /var/run:size=16m\n",
		    .good = SERVICE "    tmpfs:\n      - /run/nginx:size=16m\n" },
	  .check = check_tmpfs_run },
	[ROW_NETWORK] = { .rule = { .id = SLICE_INIT("container-network-host"), .version = 1,
		    .title = SLICE_INIT("The host's network"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Without a network namespace the container reaches what listens on "
		           "the host's loopback, and can listen itself. Publish the ports "
		           "that are needed."),
		    .aliases = RULE_LIST("kics:Shared Host Network Namespace", "compose-lint:CL-0008"),
		    .references = RULE_LIST("cis:5.10", "nist:4.4.3", "owasp:D03", "cwe:CWE-668"),
		    .bad = SERVICE "    network_mode: host\n",
		    .good = SERVICE "    ports:\n      - \"127.0.0.1:8080:80\"\n" },
	  .check = check_network },
	[ROW_PID] = { .rule = { .id = SLICE_INIT("container-pid-host"), .version = 1,
		    .title = SLICE_INIT("The host's processes"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Environments, command lines and, with the right user, the memory "
		           "of all processes are open to it. Leave pid out."),
		    .aliases = RULE_LIST("kics:Host Namespace is Shared", "compose-lint:CL-0010"),
		    .references = RULE_LIST("cis:5.16", "nist:4.4.3", "owasp:D04", "cwe:CWE-668"),
		    .bad = SERVICE "    pid: host\n",
		    .good = SERVICE "    init: true\n" },
	  .check = check_pid },
	[ROW_IPC] = { .rule = { .id = SLICE_INIT("container-ipc-host"), .version = 1,
		    .title = SLICE_INIT("The host's shared memory"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Programs of the host that share memory can be read and written "
		           "to. Use shareable with one other container."),
		    .aliases = RULE_LIST("kics:Shared Host IPC Namespace", "compose-lint:CL-0010"),
		    .references = RULE_LIST("cis:5.17", "nist:4.4.3", "owasp:D04", "cwe:CWE-668"),
		    .bad = SERVICE "    ipc: host\n",
		    .good = SERVICE "    ipc: private\n" },
	  .check = check_ipc },
	[ROW_UTS] = { .rule = { .id = SLICE_INIT("container-uts-host"), .version = 1,
		    .title = SLICE_INIT("The host's name"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("With its own UTS namespace gone, the container may rename the "
		           "host. Use hostname."),
		    .references = RULE_LIST("cis:5.21", "cwe:CWE-668"),
		    .bad = SERVICE "    uts: host\n",
		    .good = SERVICE "    hostname: web\n" },
	  .check = check_uts },
	[ROW_USERNS] = { .rule = { .id = SLICE_INIT("container-userns-host"), .version = 1,
		    .title = SLICE_INIT("The host's users"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("The daemon's userns-remap is switched off for this container. "
		           "Leave userns_mode out."),
		    .aliases = RULE_LIST("kics:Shared Host User Namespace", "compose-lint:CL-0010"),
		    .references = RULE_LIST("cis:5.31", "nist:4.4.3", "owasp:D04", "cwe:CWE-250"),
		    .bad = SERVICE "    userns_mode: host\n",
		    .good = SERVICE "    user: \"1000\"\n" },
	  .check = check_userns },
	[ROW_PORT] = { .rule = { .id = SLICE_INIT("container-port-wildcard"), .version = 1,
		    .title = SLICE_INIT("A port is open on every address"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Docker's rules go before ufw's and firewalld's: the port is open "
		           "to the world. Write 127.0.0.1: (or the address meant) before it, "
		           "or use a network of containers."),
		    .aliases = RULE_LIST("kics:Container Traffic Not Bound To Host Interface", "dclint:no-unbound-port-interfaces",
		                         "compose-lint:CL-0005"),
		    .references = RULE_LIST("cis:5.14", "nist:4.4.2", "owasp:D03", "cwe:CWE-668"),
		    .fix = RULE_FIX_UNSAFE,
		    .bad = SERVICE "    ports:\n      - \"8080:80\"\n",
		    .good = SERVICE "    ports:\n      - \"127.0.0.1:8080:80\"\n" },
	  .check = check_ports },
	[ROW_PORT_LOW] = { .rule = { .id = SLICE_INIT("container-port-privileged"), .version = 1,
		    .title = SLICE_INIT("A privileged port"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("Ports below 1024 are what users take for the host's own services. "
		           "Put one proxy there and the others above."),
		    .aliases = RULE_LIST("kics:Privileged Ports Mapped In Container"),
		    .references = RULE_LIST("cis:5.8"),
		    .bad = SERVICE "    ports:\n      - \"127.0.0.1:443:8443\"\n",
		    .good = SERVICE "    ports:\n      - \"127.0.0.1:8443:8443\"\n" },
	  .check = check_low_ports },
};

const struct rule_table container_host_rules = { RULE_CONTAINER, rows, ARRAY_LEN(rows) };
