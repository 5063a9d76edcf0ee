#include "config/docker_command.h"

#include "base/cleanup.h"

enum { IN_RUN = 1, IN_SERVICE = 2, IN_BOTH = 3 };

/* `takes` false: a switch, which takes a value only behind '='. */
static const struct flag {
	struct slice name;
	char letter;
	bool takes;
	unsigned where;
} flags[] = {
#define FLAG(name, letter, takes, where) { SLICE_INIT(name), letter, takes, where }
	FLAG("add-host", 0, true, IN_RUN), FLAG("annotation", 0, true, IN_RUN), FLAG("attach", 'a', true, IN_RUN),
	FLAG("blkio-weight", 0, true, IN_RUN), FLAG("blkio-weight-device", 0, true, IN_RUN),
	FLAG("cap-add", 0, true, IN_BOTH), FLAG("cap-drop", 0, true, IN_BOTH), FLAG("cgroup-parent", 0, true, IN_RUN),
	FLAG("cgroupns", 0, true, IN_RUN), FLAG("cidfile", 0, true, IN_RUN), FLAG("config", 0, true, IN_SERVICE),
	FLAG("constraint", 0, true, IN_SERVICE), FLAG("container-label", 0, true, IN_SERVICE),
	FLAG("cpu-count", 0, true, IN_RUN), FLAG("cpu-percent", 0, true, IN_RUN), FLAG("cpu-period", 0, true, IN_RUN),
	FLAG("cpu-quota", 0, true, IN_RUN), FLAG("cpu-rt-period", 0, true, IN_RUN),
	FLAG("cpu-rt-runtime", 0, true, IN_RUN), FLAG("cpu-shares", 'c', true, IN_RUN), FLAG("cpus", 0, true, IN_RUN),
	FLAG("cpuset-cpus", 0, true, IN_RUN), FLAG("cpuset-mems", 0, true, IN_RUN),
	FLAG("credential-spec", 0, true, IN_SERVICE), FLAG("detach", 'd', false, IN_BOTH),
	FLAG("detach-keys", 0, true, IN_RUN), FLAG("device", 0, true, IN_RUN),
	FLAG("device-cgroup-rule", 0, true, IN_RUN), FLAG("device-read-bps", 0, true, IN_RUN),
	FLAG("device-read-iops", 0, true, IN_RUN), FLAG("device-write-bps", 0, true, IN_RUN),
	FLAG("device-write-iops", 0, true, IN_RUN), FLAG("disable-content-trust", 0, false, IN_RUN),
	FLAG("dns", 0, true, IN_BOTH), FLAG("dns-opt", 0, true, IN_RUN), FLAG("dns-option", 0, true, IN_BOTH),
	FLAG("dns-search", 0, true, IN_BOTH), FLAG("domainname", 0, true, IN_RUN), FLAG("endpoint-mode", 0, true, IN_SERVICE),
	FLAG("entrypoint", 0, true, IN_BOTH), FLAG("env", 'e', true, IN_BOTH), FLAG("env-file", 0, true, IN_BOTH),
	FLAG("expose", 0, true, IN_RUN), FLAG("generic-resource", 0, true, IN_SERVICE), FLAG("gpus", 0, true, IN_RUN),
	FLAG("group", 0, true, IN_SERVICE), FLAG("group-add", 0, true, IN_RUN), FLAG("health-cmd", 0, true, IN_BOTH),
	FLAG("health-interval", 0, true, IN_BOTH), FLAG("health-retries", 0, true, IN_BOTH),
	FLAG("health-start-interval", 0, true, IN_BOTH), FLAG("health-start-period", 0, true, IN_BOTH),
	FLAG("health-timeout", 0, true, IN_BOTH), FLAG("help", 0, false, IN_BOTH), FLAG("host", 0, true, IN_SERVICE),
	FLAG("hostname", 'h', true, IN_BOTH), FLAG("init", 0, false, IN_BOTH), FLAG("interactive", 'i', false, IN_RUN),
	FLAG("io-maxbandwidth", 0, true, IN_RUN), FLAG("io-maxiops", 0, true, IN_RUN), FLAG("ip", 0, true, IN_RUN),
	FLAG("ip6", 0, true, IN_RUN), FLAG("ipc", 0, true, IN_RUN), FLAG("isolation", 0, true, IN_BOTH),
	FLAG("kernel-memory", 0, true, IN_RUN), FLAG("label", 'l', true, IN_BOTH), FLAG("label-file", 0, true, IN_RUN),
	FLAG("limit-cpu", 0, true, IN_SERVICE), FLAG("limit-memory", 0, true, IN_SERVICE),
	FLAG("limit-pids", 0, true, IN_SERVICE), FLAG("link", 0, true, IN_RUN), FLAG("link-local-ip", 0, true, IN_RUN),
	FLAG("log-driver", 0, true, IN_BOTH), FLAG("log-opt", 0, true, IN_BOTH), FLAG("mac-address", 0, true, IN_RUN),
	FLAG("max-concurrent", 0, true, IN_SERVICE), FLAG("memory", 'm', true, IN_RUN),
	FLAG("memory-reservation", 0, true, IN_RUN), FLAG("memory-swap", 0, true, IN_RUN),
	FLAG("memory-swappiness", 0, true, IN_RUN), FLAG("mode", 0, true, IN_SERVICE), FLAG("mount", 0, true, IN_BOTH),
	FLAG("name", 0, true, IN_BOTH), FLAG("net", 0, true, IN_RUN), FLAG("net-alias", 0, true, IN_RUN),
	FLAG("network", 0, true, IN_BOTH), FLAG("network-alias", 0, true, IN_RUN),
	FLAG("no-healthcheck", 0, false, IN_BOTH), FLAG("no-resolve-image", 0, false, IN_SERVICE),
	FLAG("oom-kill-disable", 0, false, IN_RUN), FLAG("oom-score-adj", 0, true, IN_BOTH), FLAG("pid", 0, true, IN_RUN),
	FLAG("pids-limit", 0, true, IN_RUN), FLAG("placement-pref", 0, true, IN_SERVICE), FLAG("platform", 0, true, IN_RUN),
	FLAG("pod", 0, true, IN_RUN), FLAG("privileged", 0, false, IN_RUN), FLAG("publish", 'p', true, IN_BOTH),
	FLAG("publish-all", 'P', false, IN_RUN), FLAG("pull", 0, true, IN_RUN), FLAG("quiet", 'q', false, IN_BOTH),
	FLAG("read-only", 0, false, IN_BOTH), FLAG("replicas", 0, true, IN_SERVICE),
	FLAG("replicas-max-per-node", 0, true, IN_SERVICE), FLAG("reserve-cpu", 0, true, IN_SERVICE),
	FLAG("reserve-memory", 0, true, IN_SERVICE), FLAG("restart", 0, true, IN_RUN),
	FLAG("restart-condition", 0, true, IN_SERVICE), FLAG("restart-delay", 0, true, IN_SERVICE),
	FLAG("restart-max-attempts", 0, true, IN_SERVICE), FLAG("restart-window", 0, true, IN_SERVICE),
	FLAG("rm", 0, false, IN_RUN), FLAG("rollback-delay", 0, true, IN_SERVICE),
	FLAG("rollback-failure-action", 0, true, IN_SERVICE), FLAG("rollback-max-failure-ratio", 0, true, IN_SERVICE),
	FLAG("rollback-monitor", 0, true, IN_SERVICE), FLAG("rollback-order", 0, true, IN_SERVICE),
	FLAG("rollback-parallelism", 0, true, IN_SERVICE), FLAG("runtime", 0, true, IN_RUN),
	FLAG("secret", 0, true, IN_SERVICE), FLAG("security-opt", 0, true, IN_RUN), FLAG("shm-size", 0, true, IN_RUN),
	FLAG("sig-proxy", 0, false, IN_RUN), FLAG("stop-grace-period", 0, true, IN_SERVICE),
	FLAG("stop-signal", 0, true, IN_BOTH), FLAG("stop-timeout", 0, true, IN_RUN), FLAG("storage-opt", 0, true, IN_RUN),
	FLAG("sysctl", 0, true, IN_BOTH), FLAG("tmpfs", 0, true, IN_RUN), FLAG("tty", 't', false, IN_BOTH),
	FLAG("ulimit", 0, true, IN_BOTH), FLAG("update-delay", 0, true, IN_SERVICE),
	FLAG("update-failure-action", 0, true, IN_SERVICE), FLAG("update-max-failure-ratio", 0, true, IN_SERVICE),
	FLAG("update-monitor", 0, true, IN_SERVICE), FLAG("update-order", 0, true, IN_SERVICE),
	FLAG("update-parallelism", 0, true, IN_SERVICE), FLAG("use-api-socket", 0, false, IN_RUN),
	FLAG("user", 'u', true, IN_BOTH), FLAG("userns", 0, true, IN_RUN), FLAG("uts", 0, true, IN_RUN),
	FLAG("volume", 'v', true, IN_RUN), FLAG("volume-driver", 0, true, IN_RUN), FLAG("volumes-from", 0, true, IN_RUN),
	FLAG("with-registry-auth", 0, false, IN_SERVICE), FLAG("workdir", 'w', true, IN_BOTH),
#undef FLAG
};

static const struct flag *flag_by_name(struct slice name, unsigned where)
{
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (flags[i].where & where && slice_eq(flags[i].name, name))
			return &flags[i];
	return NULL;
}

static const struct flag *flag_by_letter(char letter, unsigned where)
{
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (flags[i].where & where && flags[i].letter == letter)
			return &flags[i];
	return NULL;
}

struct reader {
	struct arena *arena;
	const struct shell_command *shell;
	struct docker_command *command;
	unsigned where;
	size_t at; /* word that comes next */
};

static const struct shell_word *word(const struct reader *r, size_t at)
{
	return at < r->shell->words.count ? &r->shell->words.items[at] : NULL;
}

/* The part of a word that begins `skip` bytes into its value, where value and text are the same. */
__attribute__((noinline))
static struct span part_of(const struct shell_word *w, size_t skip)
{
	struct span s = w->span;

	if (skip <= s.length && slice_starts(w->text, slice_first(w->value, skip))) {
		s.offset += skip;
		s.length -= skip;
	}
	return s;
}

__attribute__((returns_nonnull))
static struct docker_option *add(struct reader *r, struct slice name, bool known, const struct shell_word *w)
{
	struct docker_option *o = vec_add(r->arena, &r->command->options);

	/* Older names of the same. */
	if (slice_is(name, "net"))
		name = SLICE("network");
	*o = (struct docker_option){ .name = name, .known = known, .span = w->span, .whole = w->span,
				     .value = SLICE("true"), .expands = w->expands };
	return o;
}

static void take_next(struct reader *r, struct docker_option *o)
{
	const struct shell_word *value = word(r, r->at);

	o->value = SLICE_EMPTY;
	if (!value)
		return;
	r->at++;
	o->value = value->value;
	o->span = value->span;
	o->expands |= value->expands;
	o->whole.length = value->span.offset + value->span.length - o->whole.offset;
}

static void read_long(struct reader *r, const struct shell_word *w)
{
	struct slice name, value, text = slice_from(w->value, 2);
	bool valued = slice_split(text, '=', &name, &value);
	const struct flag *f = flag_by_name(name, r->where);
	struct docker_option *o = add(r, name, f != NULL, w);

	if (valued) {
		o->value = value;
		o->span = part_of(w, 2 + name.len + 1);
	} else if (f && f->takes) {
		take_next(r, o);
	}
}

/* "-it", "-p80:80", "-e=A": letters up to one that takes the rest or the next word. */
static void read_short(struct reader *r, const struct shell_word *w)
{
	for (size_t i = 1; i < w->value.len; i++) {
		const struct flag *f = flag_by_letter(w->value.data[i], r->where);
		struct docker_option *o = add(r, f ? f->name : slice_first(slice_from(w->value, i), 1), f != NULL, w);

		if (!f || !f->takes)
			continue;
		size_t from = i + 1;
		if (from < w->value.len && w->value.data[from] == '=')
			from++;
		if (from < w->value.len) {
			o->value = slice_from(w->value, from);
			o->span = part_of(w, from);
		} else {
			take_next(r, o);
		}
		return;
	}
}

static bool is_switch_of_program(struct slice w)
{
	return slice_is(w, "-D") || slice_is(w, "--debug") || slice_is(w, "--tls") || slice_is(w, "--tlsverify") ||
	       slice_find_byte(w, '=') < w.len;
}

/* The subcommand's words: run | create | container run|create | service create. */
static bool read_verb(struct reader *r)
{
	const struct shell_word *w;

	while ((w = word(r, r->at)) && w->value.len > 1 && w->value.data[0] == '-')
		r->at += is_switch_of_program(w->value) ? 1 : 2;
	if (!w)
		return false;
	bool service = slice_is(w->value, "service");
	if (service || slice_is(w->value, "container"))
		w = word(r, ++r->at);
	if (!w || !(slice_is(w->value, "create") || (!service && slice_is(w->value, "run"))))
		return false;
	r->command->verb = service ? DOCKER_SERVICE_CREATE : slice_is(w->value, "run") ? DOCKER_RUN : DOCKER_CREATE;
	r->command->verb_span = w->span;
	r->where = service ? IN_SERVICE : IN_RUN;
	r->at++;
	return true;
}

bool docker_command_read(const struct shell_command *c, struct arena *a, struct docker_command *ret)
{
	size_t first = shell_program_word(c);
	struct reader r = { .arena = a, .shell = c, .command = ret, .at = first + 1 };
	const struct shell_word *w;

	*ret = (struct docker_command){ .shell = c };
	if (first >= c->words.count)
		return false;
	struct slice program = c->words.items[first].value;
	size_t slash = slice_rfind_byte(program, '/');
	program = slash < program.len ? slice_from(program, slash + 1) : program;
	if (!(slice_is(program, "docker") || slice_is(program, "podman") || slice_is(program, "nerdctl")) || !read_verb(&r))
		return false;
	while ((w = word(&r, r.at)) && w->value.len > 1 && w->value.data[0] == '-') {
		r.at++;
		if (slice_is(w->value, "--"))
			break;
		if (slice_starts(w->value, SLICE("--")))
			read_long(&r, w);
		else
			read_short(&r, w);
	}
	ret->image = word(&r, r.at);
	ret->first_argument = r.at + (ret->image != NULL);
	return true;
}
