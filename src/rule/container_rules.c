/*
 * Rules over what a container may do: privileges, capabilities, profiles,
 * limits, and how it is kept alive.
 *
 * Sources: CIS Docker Benchmark 1.6.0, section 5; Docker Engine API,
 * HostConfig; capabilities(7).
 */
#include "base/cleanup.h"
#include "rule/container_internal.h"

/* Rows that are reported by a check of another row. */
enum { ROW_PRIVILEGED, ROW_NO_NEW_PRIVILEGES, ROW_SECCOMP, ROW_LSM, ROW_OPTION_FORM, ROW_CAPABILITIES,
       ROW_DANGEROUS, ROW_STRONG, ROW_ADDED, ROW_READ_ONLY, ROW_USER, ROW_MEMORY, ROW_CPUS, ROW_PIDS,
       ROW_HEALTHCHECK, ROW_HEALTH_PROGRAM, ROW_RESTART, ROW_LOGGING, ROW_CGROUP, ROW_COUNT };

static const struct rule_row rows[ROW_COUNT];

/* --- privileges --- */

static void check_privileged(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);

	if (!s->privileged.given || !s->privileged.value)
		return;
	struct assessment *x = rule_fail(c, place_of(s, s->privileged.span),
					 "a privileged container has every capability and device: it is root on the host");
	rule_discriminator(c, x, SLICE("privileged"));
	rule_alias(c, x, "compose-lint:CL-0002");
	rule_alias_if(c, x, s->peers & PEER_KICS, "kics:Privileged Containers Enabled");
	rule_alias_if(c, x, s->peers & PEER_KICS, "semgrep:privileged-service");
}

/* "name=value" or "name:value", what may stand in security_opt. */
static bool option_of(struct slice text, struct slice *name, struct slice *value, char *ret_mark)
{
	size_t equals = slice_find_byte(text, '='), colon = slice_find_byte(text, ':');
	size_t at = equals < colon ? equals : colon;

	*name = slice_trim(slice_first(text, at));
	*value = slice_trim(slice_from(text, at + 1));
	*ret_mark = at < text.len ? text.data[at] : 0;
	return at < text.len;
}

static void report_no_new_privileges(struct rule_context *c, const struct container_text *set)
{
	const struct container_settings *s = rule_container(c);
	struct assessment *x;

	if (set) {
		x = rule_fail(c, place_of(s, set->span), "no-new-privileges is switched off");
		x->severity = SEVERITY_HIGH;
		offer_replace(c, x, false, set->place, set->span, SLICE("no-new-privileges:true"));
	} else {
		x = fail_absent(c, c->row, "absent", "processes may gain privileges by setuid programs: "
						     "security_opt lacks no-new-privileges");
		offer_add(c, x, false, "security_opt", "no-new-privileges:true");
	}
	rule_alias(c, x, "compose-lint:CL-0003");
	rule_alias_if(c, x, s->peers & PEER_KICS, "semgrep:no-new-privileges");
	rule_alias_if(c, x, s->peers & PEER_KICS && s->security_opt.count, "kics:No New Privileges Not Set");
	rule_alias_if(c, x, s->peers & PEER_KICS && !s->security_opt_given, "kics:Security Opt Not Set");
}

static void check_no_new_privileges(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);
	struct slice name, value;
	char mark;

	/* Swarm takes no such option but seccomp and AppArmor of newer engines. */
	if (s->privileged.value || s->origin == CONTAINER_SERVICE)
		return;
	vec_each(o, &s->security_opt) {
		bool valued = option_of(o->text, &name, &value, &mark);

		if (!slice_is(name, "no-new-privileges"))
			continue;
		if (valued && slice_is(value, "false"))
			report_no_new_privileges(c, o);
		return;
	}
	if (!s->sketch)
		report_no_new_privileges(c, NULL);
}

static void check_seccomp(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);
	struct slice name, value;
	char mark;

	vec_each(o, &s->security_opt) {
		bool valued = option_of(o->text, &name, &value, &mark);
		bool off = valued && slice_is(name, "seccomp") && slice_is(value, "unconfined");
		bool meant = slice_find(o->text, SLICE("seccomp:unconfined")) < o->text.len;
		struct assessment *x;

		if (!off && !meant)
			continue;
		x = rule_fail(c, place_of(s, o->span), off ? "seccomp is switched off: every system call is allowed"
							    : "\"%.*s\" is no option; it looks as if seccomp was to be switched off",
			      SLICE_ARG(o->text));
		if (!off) {
			x->severity = SEVERITY_MEDIUM;
			x->confidence = CONFIDENCE_LOW;
		}
		rule_alias_if(c, x, s->peers & PEER_KICS && meant, "kics:Default Seccomp Profile Disabled");
		rule_alias_if(c, x, off, "compose-lint:CL-0009");
		rule_alias_if(c, x, s->peers & PEER_KICS && off && mark == ':', "semgrep:seccomp-confinement-disabled");
	}
}

static void check_lsm(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);
	struct slice name, value;
	char mark;

	vec_each(o, &s->security_opt) {
		option_of(o->text, &name, &value, &mark);
		bool apparmor = slice_is(name, "apparmor") && slice_is(value, "unconfined");
		bool selinux = slice_is(name, "label") && slice_is(value, "disable");
		bool paths = slice_is(name, "systempaths") && slice_is(value, "unconfined");

		if (!apparmor && !selinux && !paths)
			continue;
		struct assessment *x = rule_fail(c, place_of(s, o->span), "%s",
						 apparmor  ? "AppArmor is switched off for the container"
						 : selinux ? "SELinux no longer separates the container from others"
							   : "the masked paths of /proc and /sys are open to the container");
		rule_alias(c, x, "compose-lint:CL-0009");
		rule_alias_if(c, x, s->peers & PEER_KICS && selinux, "semgrep:selinux-separation-disabled");
	}
}

/* What Docker's own documentation writes with '=' and took with ':' once. */
static void check_option_form(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);
	struct slice name, value;
	char mark;

	vec_each(o, &s->security_opt) {
		option_of(o->text, &name, &value, &mark);
		bool own = slice_is(name, "apparmor") && slice_is(value, "docker-default");

		if (!own && (mark != ':' || !one_of(name, "apparmor|seccomp|label")))
			continue;
		/* Said there. */
		if (slice_is(value, "unconfined") || slice_is(value, "disable"))
			continue;
		struct assessment *x =
			own ? rule_fail(c, place_of(s, o->span), "docker-default is what a container gets anyway; where there is no "
					"AppArmor (rootless, SELinux), the option keeps it from starting")
			    : rule_fail(c, place_of(s, o->span), "the form with ':' is deprecated: write %.*s=%.*s",
					SLICE_ARG(name), SLICE_ARG(value));
		if (mark == ':')
			offer_replace(c, x, false, o->place, o->span,
				      arena_printf(c->arena, "%.*s=%.*s", SLICE_ARG(name), SLICE_ARG(value)));
	}
}

/* --- capabilities --- */

static struct slice capability(struct arena *a, struct slice text)
{
	char *upper = arena_alloc(a, text.len + 1);
	struct slice s;

	for (size_t i = 0; i < text.len; i++)
		upper[i] = text.data[i] >= 'a' && text.data[i] <= 'z' ? (char)(text.data[i] - 32) : text.data[i];
	s = slice_new(upper, text.len);
	slice_cut_prefix(&s, SLICE("CAP_"));
	return s;
}

static bool drops_all(struct rule_context *c)
{
	vec_each(d, &rule_container(c)->cap_drop)
		if (slice_is(capability(c->arena, d->text), "ALL"))
			return true;
	return false;
}

static void check_capabilities(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);

	if (drops_all(c) || s->privileged.value || s->sketch)
		return;
	struct assessment *x = fail_absent(c, c->row, "absent", s->cap_drop.count
					   ? "not all capabilities are dropped: cap_drop lacks ALL"
					   : "the container keeps the fourteen default capabilities: cap_drop lacks ALL");
	rule_alias(c, x, "compose-lint:CL-0006");
	rule_alias_if(c, x, kics_fires(s, "kics:Container Capabilities Unrestricted"),
		      "kics:Container Capabilities Unrestricted");
	offer_add(c, x, true, "cap_drop", "ALL");
}

static const struct {
	const char *name;
	int row;
	const char *peer, *what;
} capabilities[] = {
	{ "ALL", ROW_DANGEROUS, "compose-lint:CL-0024", "every capability, and with them the host" },
	{ "SYS_ADMIN", ROW_DANGEROUS, "compose-lint:CL-0024", "mounting, namespaces and much else that leads to the host" },
	{ "SYS_MODULE", ROW_DANGEROUS, "compose-lint:CL-0024", "loading kernel modules" },
	{ "SYS_RAWIO", ROW_DANGEROUS, "compose-lint:CL-0024", "raw access to memory and devices" },
	{ "NET_ADMIN", ROW_STRONG, "compose-lint:CL-0011", "interfaces, routes and packet filters" },
	{ "BPF", ROW_STRONG, "compose-lint:CL-0027", "programs in the kernel" },
	{ "PERFMON", ROW_STRONG, "compose-lint:CL-0028", "observing every process of the host" },
	{ "SYS_BOOT", ROW_STRONG, "compose-lint:CL-0027", "rebooting the host and loading another kernel" },
	{ "SYS_TIME", ROW_STRONG, "compose-lint:CL-0028", "setting the host's clock" },
	{ "SYS_NICE", ROW_STRONG, "compose-lint:CL-0029", "the scheduling of other processes" },
	{ "IPC_LOCK", ROW_STRONG, "compose-lint:CL-0029", "locking memory without limit" },
	{ "LEASE", ROW_STRONG, "compose-lint:CL-0029", "leases on files" },
	{ "SYSLOG", ROW_STRONG, "compose-lint:CL-0030", "the kernel's log and addresses" },
	{ "SYS_PTRACE", ROW_STRONG, "compose-lint:CL-0011", "reading and changing other processes" },
	{ "DAC_READ_SEARCH", ROW_STRONG, "compose-lint:CL-0011", "reading every file, and opening the host's by handle" },
	{ "MAC_ADMIN", ROW_STRONG, NULL, "changing the mandatory access control" },
	{ "MAC_OVERRIDE", ROW_STRONG, NULL, "passing the mandatory access control by" },
	{ "AUDIT_CONTROL", ROW_STRONG, NULL, "switching the host's audit off" },
};

static void check_added(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);
	bool kics = kics_fires(s, "kics:Container Capabilities Unrestricted");

	vec_each(added, &s->cap_add) {
		struct slice name = capability(c->arena, added->text);
		struct assessment *x = NULL;

		for (size_t i = 0; i < ARRAY_LEN(capabilities) && !x; i++)
			if (slice_eq(slice_from_cstr(capabilities[i].name), name)) {
				x = rule_fail_row(c, &rows[capabilities[i].row], place_of(s, added->span),
						  "%.*s gives the container %s", SLICE_ARG(name), capabilities[i].what);
				if (capabilities[i].peer)
					rule_alias(c, x, capabilities[i].peer);
			}
		if (!x && slice_is(name, "NET_BIND_SERVICE")) {
			x = rule_fail_row(c, &rows[ROW_ADDED], place_of(s, added->span),
					  "NET_BIND_SERVICE is of no use since Docker 20.10: ports below 1024 may be bound without it");
			x->severity = SEVERITY_NEGLIGIBLE;
			x->confidence = CONFIDENCE_MEDIUM;
		} else if (!x) {
			x = rule_fail_row(c, &rows[ROW_ADDED], place_of(s, added->span),
					  "%.*s is added: does the program really need it?", SLICE_ARG(name));
		}
		rule_alias_if(c, x, kics, "kics:Container Capabilities Unrestricted");
	}
}

/* --- user and file system --- */

static void check_read_only(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);
	struct assessment *x;

	if (s->read_only.given ? s->read_only.value : s->sketch)
		return;
	if (s->read_only.given) {
		x = rule_fail(c, place_of(s, s->read_only.span), "the root file system can be written to");
		rule_discriminator(c, x, SLICE("false"));
	} else {
		x = fail_absent(c, c->row, "absent", "the root file system can be written to: read_only is not set");
	}
	rule_alias(c, x, "compose-lint:CL-0007");
	rule_alias_if(c, x, s->peers & PEER_KICS, "semgrep:writable-filesystem-service");
	offer_set(c, x, true, "read_only", "true");
}

static bool is_root(struct slice user)
{
	struct slice name = slice_first(user, slice_find_byte(user, ':'));

	return slice_is(name, "root") || slice_is(name, "0");
}

static void check_user(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);
	struct assessment *x;

	if (s->user.given && !slice_empty(s->user.text)) {
		if (!is_root(s->user.text))
			return;
		x = rule_fail(c, place_of(s, s->user.span), "the container runs as root");
		rule_discriminator(c, x, SLICE("root"));
	} else {
		if (s->image_user_is_root == FACT_NO || s->sketch)
			return;
		x = fail_absent(c, c->row, "absent", s->image_user_is_root == FACT_YES
				? "the container runs as root, as its image says"
				: "no user is set: the container runs as its image says, which mostly means root");
		if (s->image_user_is_root != FACT_YES) {
			x->severity = SEVERITY_LOW;
			x->confidence = CONFIDENCE_LOW;
		}
	}
	rule_alias(c, x, "compose-lint:CL-0018");
}

/* --- limits --- */

static bool limited(const struct container_number *n)
{
	return n->given && n->value > 0;
}

static void check_memory(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);

	if (limited(&s->memory) || s->memory.place || s->sketch)
		return;
	struct assessment *x = fail_absent(c, c->row, "absent", "no limit on memory: one container can starve the host");
	rule_alias(c, x, "compose-lint:CL-0026");
	rule_alias_if(c, x, kics_fires(s, "kics:Memory Not Limited"), "kics:Memory Not Limited");
	offer_set(c, x, true, "mem_limit", "512m");
}

static void check_cpus(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);

	if (limited(&s->cpus) || s->cpus.place || s->sketch)
		return;
	struct assessment *x = fail_absent(c, c->row, "absent", "no limit on CPU time: one container can starve the host");
	rule_alias(c, x, "compose-lint:CL-0026");
	rule_alias_if(c, x, kics_fires(s, "kics:Cpus Not Limited"), "kics:Cpus Not Limited");
	offer_set(c, x, true, "cpus", "1.0");
}

static void check_pids(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);

	if (limited(&s->pids) || (!s->pids.given && (s->pids.place || s->sketch)))
		return;
	struct assessment *x =
		s->pids.given ? rule_fail(c, place_of(s, s->pids.span), "the number of processes is unlimited")
			      : fail_absent(c, c->row, "absent", "no limit on processes: a fork bomb takes the host down");
	rule_alias_if(c, x, kics_fires(s, "kics:Pids Limit Not Set"), "kics:Pids Limit Not Set");
	offer_set(c, x, true, "pids_limit", "200");
}

/* --- health and life --- */

static void check_healthcheck(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);
	struct assessment *x;

	if (s->healthcheck.disabled) {
		x = rule_fail(c, place_of(s, s->healthcheck.span), "the health check is switched off");
		x->severity = SEVERITY_MEDIUM;
	} else {
		if (s->healthcheck.given || s->image_healthcheck == FACT_YES || s->sketch)
			return;
		x = fail_absent(c, c->row, "absent", "no health check: a hung program counts as running");
		if (s->image_healthcheck != FACT_NO)
			x->confidence = CONFIDENCE_LOW;
	}
	rule_alias_if(c, x, s->peers & PEER_KICS, "kics:Healthcheck Not Set");
}

/* The program that a health check runs first, of either form. */
static struct slice health_program(const struct container_settings *s)
{
	struct slice word = s->healthcheck.test.count ? s->healthcheck.test.items[0] : SLICE_EMPTY, rest;

	if (s->healthcheck.shell_form)
		slice_split(slice_trim(word), ' ', &word, &rest);
	size_t slash = slice_rfind_byte(word, '/');
	return slash < word.len ? slice_from(word, slash + 1) : word;
}

static bool image_has(const struct image_facts *facts, struct slice program)
{
	vec_each(p, &facts->programs)
		if (slice_eq(*p, program))
			return true;
	return false;
}

static void check_health_program(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);
	struct slice program = health_program(s);
	bool fetcher = one_of(program, "curl|wget|http|nc|ncat");

	if (!s->healthcheck.given || s->healthcheck.disabled || slice_empty(program))
		return;
	/* Services of a Compose file are judged with their project. */
	if (s->facts && (image_has(s->facts, program) || !s->facts->programs_complete ||
			 s->origin == CONTAINER_COMPOSE || s->origin == CONTAINER_STACK))
		return;
	if (!s->facts && !fetcher)
		return;
	struct assessment *x = s->facts
		? rule_fail(c, place_of(s, s->healthcheck.span), "the image has no %.*s: the check always fails", SLICE_ARG(program))
		: rule_fail(c, place_of(s, s->healthcheck.span), "many images have no %.*s: then the check always fails", SLICE_ARG(program));
	if (!s->facts) {
		x->severity = SEVERITY_LOW;
		x->confidence = CONFIDENCE_LOW;
	}
}

static void check_restart(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);
	struct slice policy, count;
	uint64_t attempts = 0;
	bool counted = slice_split(s->restart.text, ':', &policy, &count) && slice_to_u64(count, &attempts);
	bool endless = one_of(policy, "always|unless-stopped") || (slice_is(policy, "on-failure") && !counted);

	if (s->restart.given && (endless || (counted && attempts != 5))) {
		struct assessment *x = rule_fail(c, place_of(s, s->restart.span),
						 endless ? "\"%.*s\" restarts without end, whatever keeps the program from running"
							 : "\"%.*s\" is not the five attempts that the benchmark asks for",
						 SLICE_ARG(s->restart.text));
		if (!endless)
			x->severity = SEVERITY_NEGLIGIBLE;
		rule_alias_if(c, x, s->peers & PEER_KICS && counted, "kics:Restart Policy On Failure Not Set To 5");
	}
	if (s->restart_attempts.given && s->restart_attempts.value != 5) {
		struct assessment *x = rule_fail(c, place_of(s, s->restart_attempts.span),
						 "%lld attempts are not the five that the benchmark asks for",
						 (long long)s->restart_attempts.value);
		x->severity = SEVERITY_NEGLIGIBLE;
		rule_alias_if(c, x, s->peers & PEER_KICS, "kics:Restart Policy On Failure Not Set To 5");
	}
}

static void check_logging(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);

	if (s->log_driver.given && slice_is(s->log_driver.text, "none"))
		rule_alias(c, rule_fail(c, place_of(s, s->log_driver.span), "nothing that the container says is kept"),
			   "compose-lint:CL-0014");
}

static void check_cgroup_parent(struct rule_context *c)
{
	const struct container_settings *s = rule_container(c);

	if (!s->cgroup_parent.given)
		return;
	struct assessment *x = rule_fail(c, place_of(s, s->cgroup_parent.span),
					 "the container is put under another cgroup, whose limits hold for it");
	rule_alias_if(c, x, s->peers & PEER_KICS, "kics:Cgroup Not Default");
}

#define SERVICE "services:\n  web:\n    image: nginx:1.27\n"

static const struct rule_row rows[ROW_COUNT] = {
	[ROW_PRIVILEGED] = { .rule = { .id = SLICE_INIT("container-privileged"), .version = 1,
		    .title = SLICE_INIT("The container is privileged"),
		    .severity = SEVERITY_CRITICAL, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("A privileged container has all capabilities, all devices and no "
		           "profile: whoever gets into it has the host. Add the one "
		           "capability or device that is needed."),
		    .aliases = RULE_LIST("kics:Privileged Containers Enabled", "compose-lint:CL-0002",
		                         "semgrep:privileged-service"),
		    .references = RULE_LIST("cis:5.5", "nist:4.4.3", "owasp:D04", "cwe:CWE-250"),
		    .bad = SERVICE "    privileged: true\n",
		    .good = SERVICE "    privileged: false\n" },
	  .check = check_privileged },
	[ROW_NO_NEW_PRIVILEGES] = { .rule = { .id = SLICE_INIT("container-no-new-privileges"), .version = 1,
		    .title = SLICE_INIT("Processes may gain privileges"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Without no-new-privileges a setuid program in the image makes an "
		           "unprivileged process root. Programs that do not rely on one keep "
		           "working."),
		    .aliases = RULE_LIST("kics:No New Privileges Not Set", "kics:Security Opt Not Set",
		                         "compose-lint:CL-0003", "semgrep:no-new-privileges"),
		    .references = RULE_LIST("cis:5.26", "nist:4.4.3", "owasp:D04", "cwe:CWE-250"),
		    .fix = RULE_FIX_SAFE,
		    .bad = SERVICE "    user: \"1000\"\n",
		    .good = SERVICE "    security_opt:\n      - no-new-privileges:true\n" },
	  .check = check_no_new_privileges },
	[ROW_SECCOMP] = { .rule = { .id = SLICE_INIT("container-seccomp"), .version = 1,
		    .title = SLICE_INIT("The seccomp filter is switched off"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Docker's default profile keeps some fifty system calls from the "
		           "container that most ways out of it need. Take the option out, or "
		           "allow what is missing in a profile of your own."),
		    .aliases = RULE_LIST("kics:Default Seccomp Profile Disabled", "compose-lint:CL-0009",
		                         "semgrep:seccomp-confinement-disabled"),
		    .references = RULE_LIST("cis:5.22", "nist:4.4.3", "owasp:D04", "cwe:CWE-693"),
		    .bad = SERVICE "    security_opt:\n      - seccomp=unconfined\n",
		    .good = SERVICE "    security_opt:\n      - seccomp=./profile.json\n" },
	  .check = check_seccomp },
	[ROW_LSM] = { .rule = { .id = SLICE_INIT("container-lsm"), .version = 1,
		    .title = SLICE_INIT("AppArmor or SELinux is switched off"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("The profile is the second wall behind namespaces and "
		           "capabilities. Take the option out, or write a profile that allows "
		           "what is missing."),
		    .aliases = RULE_LIST("compose-lint:CL-0009", "semgrep:selinux-separation-disabled"),
		    .references = RULE_LIST("cis:5.2", "cis:5.3", "nist:4.4.3", "owasp:D04", "cwe:CWE-693"),
		    .bad = SERVICE "    security_opt:\n      - label=disable\n",
		    .good = SERVICE "    security_opt:\n      - label=type:container_t\n" },
	  .check = check_lsm },
	[ROW_OPTION_FORM] = { .rule = { .id = SLICE_INIT("container-security-opt-form"), .version = 1,
		    .title = SLICE_INIT("A security option in its old form, or of no use"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Since Docker 1.11 the options are written with = "
		           "(apparmor=profile); docker-default is what a container gets "
		           "without any option."),
		    .references = RULE_LIST("cis:5.2", "nist:4.4.3"),
		    .fix = RULE_FIX_SAFE,
		    .bad = SERVICE "    security_opt:\n      - apparmor:my-profile\n",
		    .good = SERVICE "    security_opt:\n      - apparmor=my-profile\n" },
	  .check = check_option_form },
	[ROW_CAPABILITIES] = { .rule = { .id = SLICE_INIT("container-capabilities"), .version = 1,
		    .title = SLICE_INIT("Default capabilities are kept"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Most programs need none of the fourteen capabilities that root "
		           "has in a container. Drop ALL and add the ones that are missed."),
		    .aliases = RULE_LIST("kics:Container Capabilities Unrestricted", "compose-lint:CL-0006"),
		    .references = RULE_LIST("cis:5.4", "nist:4.4.3", "owasp:D04", "cwe:CWE-250"),
		    .fix = RULE_FIX_UNSAFE,
		    .bad = SERVICE "    cap_drop: [NET_RAW]\n",
		    .good = SERVICE "    cap_drop: [ALL]\n" },
	  .check = check_capabilities },
	[ROW_DANGEROUS] = { .rule = { .id = SLICE_INIT("container-capability-dangerous"), .version = 1,
		    .title = SLICE_INIT("A capability that hands over the host"),
		    .severity = SEVERITY_CRITICAL, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("With it a process in the container becomes root of the host. Look "
		           "for the narrower capability (BPF, PERFMON, SYS_PTRACE...) or let "
		           "the host do the work."),
		    .aliases = RULE_LIST("kics:Container Capabilities Unrestricted", "compose-lint:CL-0024"),
		    .references = RULE_LIST("cis:5.4", "nist:4.4.3", "owasp:D04", "cwe:CWE-250"),
		    .bad = SERVICE "    cap_add: [SYS_ADMIN]\n",
		    .good = SERVICE "    cap_add: [CHOWN]\n" },
	  .check = check_added },
	[ROW_STRONG] = { .rule = { .id = SLICE_INIT("container-capability-strong"), .version = 1,
		    .title = SLICE_INIT("A capability that reaches beyond the container"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("It acts on the whole host or on other processes. Keep it for the "
		           "one container that cannot do without, apart from what users "
		           "reach."),
		    .aliases = RULE_LIST("kics:Container Capabilities Unrestricted", "compose-lint:CL-0011",
		                         "compose-lint:CL-0027", "compose-lint:CL-0028",
		                         "compose-lint:CL-0029", "compose-lint:CL-0030"),
		    .references = RULE_LIST("cis:5.4", "nist:4.4.3", "owasp:D04", "cwe:CWE-250"),
		    .bad = SERVICE "    cap_add: [NET_ADMIN]\n",
		    .good = SERVICE "    cap_add: [CHOWN]\n" },
	},
	[ROW_ADDED] = { .rule = { .id = SLICE_INIT("container-capability-added"), .version = 1,
		    .title = SLICE_INIT("Capabilities are added"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("Each capability is a piece of root. Add it only when the program "
		           "fails without, and say why in a comment."),
		    .aliases = RULE_LIST("kics:Container Capabilities Unrestricted"),
		    .references = RULE_LIST("cis:5.4", "nist:4.4.3"),
		    .bad = SERVICE "    cap_add: [SETUID]\n",
		    .good = SERVICE "    cap_drop: [ALL]\n" },
	},
	[ROW_READ_ONLY] = { .rule = { .id = SLICE_INIT("container-read-only"), .version = 1,
		    .title = SLICE_INIT("The root file system can be written to"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("On a read-only root file system an attacker can neither change "
		           "programs nor leave some behind. Give what must be written a "
		           "volume or tmpfs."),
		    .aliases = RULE_LIST("compose-lint:CL-0007", "semgrep:writable-filesystem-service"),
		    .references = RULE_LIST("cis:5.13", "nist:4.4.4", "owasp:D04", "cwe:CWE-732"),
		    .fix = RULE_FIX_UNSAFE,
		    .bad = SERVICE "    read_only: false\n",
		    .good = SERVICE "    read_only: true\n    tmpfs: [/tmp]\n" },
	  .check = check_read_only },
	[ROW_USER] = { .rule = { .id = SLICE_INIT("container-user"), .version = 1,
		    .title = SLICE_INIT("The container runs as root"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Root in a container is root for the kernel: one hole and it is "
		           "root on the host. Set user, or USER in the image."),
		    .aliases = RULE_LIST("compose-lint:CL-0018"),
		    .references = RULE_LIST("cis:4.1", "nist:4.4.3", "owasp:D01", "cwe:CWE-250"),
		    .bad = SERVICE "    user: root\n",
		    .good = SERVICE "    user: \"1000:1000\"\n" },
	  .check = check_user },
	[ROW_MEMORY] = { .rule = { .id = SLICE_INIT("container-memory"), .version = 1,
		    .title = SLICE_INIT("No limit on memory"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("A leak or an attack in one container takes the memory of all. Set "
		           "mem_limit or deploy.resources.limits.memory above what it needs "
		           "at its peak."),
		    .aliases = RULE_LIST("kics:Memory Not Limited", "compose-lint:CL-0026"),
		    .references = RULE_LIST("cis:5.11", "nist:4.4.3", "owasp:D07", "cwe:CWE-770"),
		    .fix = RULE_FIX_UNSAFE,
		    .bad = SERVICE "    cpus: 1\n",
		    .good = SERVICE "    mem_limit: 256m\n" },
	  .check = check_memory },
	[ROW_CPUS] = { .rule = { .id = SLICE_INIT("container-cpus"), .version = 1,
		    .title = SLICE_INIT("No limit on CPU time"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("One busy container slows all others down. Set cpus or "
		           "deploy.resources.limits.cpus."),
		    .aliases = RULE_LIST("kics:Cpus Not Limited", "compose-lint:CL-0026"),
		    .references = RULE_LIST("cis:5.12", "nist:4.4.3", "owasp:D07", "cwe:CWE-770"),
		    .fix = RULE_FIX_UNSAFE,
		    .bad = SERVICE "    mem_limit: 256m\n",
		    .good = SERVICE "    cpus: 0.5\n" },
	  .check = check_cpus },
	[ROW_PIDS] = { .rule = { .id = SLICE_INIT("container-pids"), .version = 1,
		    .title = SLICE_INIT("No limit on processes"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Processes are a resource of the whole host: a fork bomb in one "
		           "container ends all. Set pids_limit or "
		           "deploy.resources.limits.pids."),
		    .aliases = RULE_LIST("kics:Pids Limit Not Set"),
		    .references = RULE_LIST("cis:5.29", "nist:4.4.3", "owasp:D07", "cwe:CWE-770"),
		    .fix = RULE_FIX_UNSAFE,
		    .bad = SERVICE "    pids_limit: -1\n",
		    .good = SERVICE "    pids_limit: 200\n" },
	  .check = check_pids },
	[ROW_HEALTHCHECK] = { .rule = { .id = SLICE_INIT("container-healthcheck"), .version = 1,
		    .title = SLICE_INIT("No health check"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("Without a health check a program that hangs counts as running, "
		           "and what depends on it starts too early. Set healthcheck, or "
		           "HEALTHCHECK in the image."),
		    .aliases = RULE_LIST("kics:Healthcheck Not Set"),
		    .references = RULE_LIST("cis:5.27", "cis:4.6"),
		    .bad = SERVICE "    healthcheck:\n      disable: true\n",
		    .good = SERVICE "    healthcheck:\n      test: [CMD, nginx, -t]\n" },
	  .check = check_healthcheck },
	[ROW_HEALTH_PROGRAM] = { .rule = { .id = SLICE_INIT("container-healthcheck-program"), .version = 1,
		    .title = SLICE_INIT("The health check's program may not be in the image"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("A check whose program is missing fails for ever: the container "
		           "counts as unhealthy. Use what the image has, or a probe of the "
		           "program's own."),
		    .references = RULE_LIST("cis:4.6"),
		    .bad = "services:\n  web:\n    image: example.com/app:1.2\n    healthcheck:\n      test: [CMD, curl, -f, http://localhost/]\n",
		    .good = SERVICE "    healthcheck:\n      test: [CMD, nginx, -t]\n" },
	  .check = check_health_program },
	[ROW_RESTART] = { .rule = { .id = SLICE_INIT("container-restart"), .version = 1,
		    .title = SLICE_INIT("Restarts without end"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("A container that is restarted without end hides that it fails, "
		           "and an attacker may try as often as he likes. The benchmark asks "
		           "for on-failure:5."),
		    .aliases = RULE_LIST("kics:Restart Policy On Failure Not Set To 5"),
		    .references = RULE_LIST("cis:5.15", "owasp:D07"),
		    .bad = SERVICE "    restart: always\n",
		    .good = SERVICE "    restart: on-failure:5\n" },
	  .check = check_restart },
	[ROW_LOGGING] = { .rule = { .id = SLICE_INIT("container-logging"), .version = 1,
		    .title = SLICE_INIT("Nothing is logged"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Without logs nobody sees what happened. Use local or json-file "
		           "with max-size, or send them away."),
		    .aliases = RULE_LIST("compose-lint:CL-0014"),
		    .references = RULE_LIST("cis:2.13", "owasp:D10", "cwe:CWE-778"),
		    .bad = SERVICE "    logging:\n      driver: none\n",
		    .good = SERVICE "    logging:\n      driver: local\n" },
	  .check = check_logging },
	[ROW_CGROUP] = { .rule = { .id = SLICE_INIT("container-cgroup-parent"), .version = 1,
		    .title = SLICE_INIT("The container is put under another cgroup"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("The limits of that cgroup hold in place of those that the engine "
		           "sets for all containers. Leave cgroup_parent out unless the "
		           "cgroup is made for it."),
		    .aliases = RULE_LIST("kics:Cgroup Not Default"),
		    .references = RULE_LIST("cis:5.25"),
		    .bad = SERVICE "    cgroup_parent: other\n",
		    .good = SERVICE "    mem_limit: 256m\n" },
	  .check = check_cgroup_parent },
};

const struct rule_table container_rules = { RULE_CONTAINER, rows, ARRAY_LEN(rows) };
