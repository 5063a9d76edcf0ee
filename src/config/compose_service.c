/* One service: every key that rules ask about, in its short and long forms. */
#include <stddef.h>

#include "base/limits.h"
#include "config/compose_internal.h"

/* ---- numbers ---- */

enum number_kind { NUMBER_PLAIN, NUMBER_BYTES, NUMBER_DURATION, NUMBER_CPUS, NUMBER_OCTAL };

static bool parse_whole(struct slice text, int64_t *ret)
{
	bool negative = slice_cut_prefix(&text, SLICE("-"));
	uint64_t n;

	if (!slice_to_u64(text, &n) || n > INT64_MAX)
		return false;
	*ret = negative ? -(int64_t)n : (int64_t)n;
	return true;
}

/* Nano-CPUs of a decimal: millionths as those of a second, times a thousand. */
static bool parse_cpus(struct slice text, int64_t *ret)
{
	char copy[32];
	struct slice s = slice_trim(text);

	if (s.len + 2 > sizeof(copy) || slice_empty(s) ||
	    !(ascii_digit(s.data[0]) || s.data[0] == '.'))
		return false;
	memcpy(copy, s.data, s.len);
	copy[s.len] = 's';
	return compose_duration(slice_new(copy, s.len + 1), ret);
}

static bool parse_octal(const struct value *v, int64_t *ret)
{
	struct slice text = value_text(v);
	int64_t n = 0;

	if (!slice_cut_prefix(&text, SLICE("0o")) && !slice_starts(text, SLICE("0")) &&
	    v->type == NODE_NUMBER)
		return parse_whole(text, ret);
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '7' || i > 12)
			return false;
		n = n * 8 + (text.data[i] - '0');
	}
	*ret = n;
	return !slice_empty(text);
}

static bool parse_number(const struct value *v, enum number_kind kind, int64_t *ret)
{
	struct slice text = value_text(v);

	switch (kind) {
	case NUMBER_BYTES:
		return compose_bytes(text, ret);
	case NUMBER_DURATION:
		return compose_duration(text, ret);
	case NUMBER_CPUS:
		return parse_cpus(text, ret);
	case NUMBER_OCTAL:
		return parse_octal(v, ret);
	case NUMBER_PLAIN:
	default:
		return parse_whole(text, ret);
	}
}

static struct compose_number read_number(struct compose_reader *r, const struct value *v,
					 enum number_kind kind)
{
	struct compose_number n = {.at = v};

	if (!v || v->type == NODE_NULL || !value_scalar(v))
		return n;
	n.given = parse_number(v, kind, &n.value);
	/* What was put together from a variable that has no value here says nothing. */
	if (!n.given && !v->unset && v->type != NODE_BOOL) {
		struct problem *x = compose_problem(
			r, PROBLEM_VALUE, v, "\"%.*s\" is no value of \"%.*s\"",
			SLICE_ARG(slice_first(v->text, 60)), SLICE_ARG(slice_first(v->key, 60)));
		x->name = v->key;
	}
	return n;
}

/* ---- commands and health ---- */

static void read_command(struct compose_reader *r, const struct value *v,
			 struct compose_command *ret)
{
	ret->at = v;
	if (!v || v->type == NODE_NULL)
		return;
	ret->given = true;
	ret->shell_form = value_scalar(v);
	if (value_scalar(v) && !compose_split_words(value_text(v), r->arena, &ret->words))
		compose_problem(r, PROBLEM_VALUE, v, "a quote that is not closed");
	value_each(it, v) * vec_add(r->arena, &ret->words) = value_text(it);
}

static void read_test(struct compose_reader *r, const struct value *v,
		      struct compose_healthcheck *h)
{
	read_command(r, v, &h->test);
	if (!value_is(v, NODE_LIST) || !h->test.words.count)
		return;
	struct slice kind = h->test.words.items[0];
	if (slice_is(kind, "NONE"))
		h->disabled = true;
	else if (slice_is(kind, "CMD-SHELL"))
		h->test.shell_form = true;
	else if (!slice_is(kind, "CMD"))
		compose_problem(r, PROBLEM_VALUE, v->first,
				"a health check's list begins with NONE, CMD or CMD-SHELL");
	if (slice_is(kind, "NONE") || slice_is(kind, "CMD") || slice_is(kind, "CMD-SHELL")) {
		h->test.words.items++;
		h->test.words.count--;
		h->test.words.alloc = h->test.words.count;
	}
}

static void read_health(struct compose_reader *r, const struct value *v,
			struct compose_healthcheck *h)
{
	if (!value_is(v, NODE_MAP))
		return;
	h->at = v;
	h->disabled = value_truth(value_at(v, "disable"));
	read_test(r, value_at(v, "test"), h);
	h->interval = read_number(r, value_at(v, "interval"), NUMBER_DURATION);
	h->timeout = read_number(r, value_at(v, "timeout"), NUMBER_DURATION);
	h->start_period = read_number(r, value_at(v, "start_period"), NUMBER_DURATION);
	h->start_interval = read_number(r, value_at(v, "start_interval"), NUMBER_DURATION);
	h->retries = read_number(r, value_at(v, "retries"), NUMBER_PLAIN);
}

/* ---- build ---- */

static bool is_remote(struct slice context)
{
	static const struct slice starts[] = {
		SLICE_INIT("http://"), SLICE_INIT("https://"), SLICE_INIT("git@"),
		SLICE_INIT("git://"),  SLICE_INIT("ssh://"),   SLICE_INIT("github.com/"),
	};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (slice_starts(context, starts[i]))
			return true;
	return false;
}

static void set_text(const struct value *v, struct slice *text, struct span *span)
{
	*text = value_text(v);
	if (v)
		*span = v->span;
}

static void read_build(struct compose_reader *r, const struct value *v, struct compose_build *b)
{
	if (!v || v->type == NODE_NULL)
		return;
	const struct value *context = value_scalar(v) ? v : value_at(v, "context");
	b->at = v;
	set_text(context, &b->context, &b->context_span);
	set_text(value_at(v, "dockerfile"), &b->dockerfile, &b->dockerfile_span);
	set_text(value_at(v, "target"), &b->target, &b->target_span);
	b->dockerfile_inline = value_at(v, "dockerfile_inline");
	b->network = value_at(v, "network");
	b->privileged = value_at(v, "privileged");
	b->ssh = value_at(v, "ssh");
	b->entitlements = value_at(v, "entitlements");
	b->remote = is_remote(b->context);
	if (!b->remote)
		b->directory = compose_resolve(r, context ? context : v, b->context);
	compose_read_pairs(r, value_at(v, "args"), &b->args);
	const struct value *secrets = value_at(v, "secrets");
	if (value_is(secrets, NODE_LIST))
		value_each(it, secrets) * vec_add(r->arena, &b->secrets) = (struct compose_text){
			it, value_scalar(it) ? value_text(it) : value_text(value_at(it, "source"))};
}

/* ---- ports ---- */

static void bad_port(struct compose_reader *r, const struct value *v)
{
	if (!v->unset)
		compose_problem(r, PROBLEM_VALUE, v, "\"%.*s\" is no port",
				SLICE_ARG(slice_first(value_text(v), 60)));
}

static void read_long_port(struct compose_reader *r, const struct value *v, struct compose_port *p)
{
	const struct value *published = value_at(v, "published"), *target = value_at(v, "target");
	struct compose_port parsed;

	p->long_form = true;
	p->protocol = value_text(value_at(v, "protocol"));
	if (slice_empty(p->protocol))
		p->protocol = SLICE("tcp");
	p->mode = value_text(value_at(v, "mode"));
	p->host_ip = value_text(value_at(v, "host_ip"));
	p->published = published && published->type != NODE_NULL;
	if (!target) {
		compose_problem(r, PROBLEM_MISSING, v, "a port without a target");
		return;
	}
	p->valid = compose_parse_port(value_text(target), &parsed);
	p->target_first = parsed.target_first;
	p->target_last = parsed.target_last;
	if (!p->valid)
		bad_port(r, target);
	if (!p->published)
		return;
	struct slice text = value_text(published);
	size_t colon = slice_rfind_byte(text, ':');
	if (colon < text.len && slice_empty(p->host_ip)) {
		p->host_ip = slice_first(text, colon);
		text = slice_from(text, colon + 1);
	}
	bool ok = compose_parse_port(text, &parsed);
	if (!ok && !slice_is(text, "0"))
		bad_port(r, published);
	p->host_first = parsed.target_first;
	p->host_last = parsed.target_last;
}

static void read_ports(struct compose_reader *r, const struct value *v,
		       struct compose_port_list *ret)
{
	if (!value_is(v, NODE_LIST))
		return;
	value_each(it, v)
	{
		struct compose_port p = {0};

		if (it->type == NODE_MAP)
			read_long_port(r, it, &p);
		else if (!compose_parse_port(value_text(it), &p)) {
			bad_port(r, it);
			p = (struct compose_port){0};
		}
		p.at = it;
		p.span = it->span;
		*vec_add(r->arena, ret) = p;
	}
}

/* ---- volumes ---- */

static const struct {
	const char *name;
	enum compose_mount_type type;
} mount_types[] = {
	{"volume", MOUNT_VOLUME}, {"bind", MOUNT_BIND},	      {"tmpfs", MOUNT_TMPFS},
	{"npipe", MOUNT_NPIPE},	  {"cluster", MOUNT_CLUSTER}, {"image", MOUNT_IMAGE},
};

static void read_long_mount(struct compose_reader *r, const struct value *v,
			    struct compose_mount *m)
{
	const struct value *type = value_at(v, "type"), *bind = value_at(v, "bind");
	const struct value *volume = value_at(v, "volume"), *tmpfs = value_at(v, "tmpfs");
	const struct value *create = value_at(bind, "create_host_path");

	m->long_form = true;
	m->type = MOUNT_UNKNOWN;
	for (size_t i = 0; i < sizeof(mount_types) / sizeof(mount_types[0]); i++)
		if (slice_eq(value_text(type), slice_from_cstr(mount_types[i].name)))
			m->type = mount_types[i].type;
	if (!type)
		compose_problem(r, PROBLEM_MISSING, v, "a volume without a type");
	else if (m->type == MOUNT_UNKNOWN && !type->unset)
		compose_problem(r, PROBLEM_VALUE, type, "\"%.*s\" is no type of volume",
				SLICE_ARG(slice_first(value_text(type), 60)));
	m->source = value_text(value_at(v, "source"));
	m->target = value_text(value_at(v, "target"));
	m->read_only = value_truth(value_at(v, "read_only"));
	m->nocopy = value_truth(value_at(volume, "nocopy"));
	m->propagation = value_text(value_at(bind, "propagation"));
	struct slice label = value_text(value_at(bind, "selinux"));
	m->selinux = label.len == 1 ? label.data[0] : 0;
	m->create_host_path = m->type == MOUNT_BIND && create && value_truth(create);
	m->tmpfs_size = read_number(r, value_at(tmpfs, "size"), NUMBER_BYTES);
	m->tmpfs_mode = read_number(r, value_at(tmpfs, "mode"), NUMBER_OCTAL);
	m->valid = m->type != MOUNT_UNKNOWN && !slice_empty(m->target);
}

static void read_mounts(struct compose_reader *r, const struct value *v,
			struct compose_mount_list *ret)
{
	if (!value_is(v, NODE_LIST))
		return;
	value_each(it, v)
	{
		struct compose_mount m = {0};

		if (it->type == NODE_MAP)
			read_long_mount(r, it, &m);
		else if (!compose_parse_volume(value_text(it), &m) && !it->unset)
			compose_problem(r, PROBLEM_VALUE, it, "\"%.*s\" is no volume",
					SLICE_ARG(slice_first(value_text(it), 100)));
		while (m.target.len > 1 && slice_ends(m.target, SLICE("/")))
			m.target.len--;
		m.at = it;
		m.span = it->span;
		if (m.type == MOUNT_BIND && m.valid)
			m.path = compose_resolve(r, it, m.source);
		*vec_add(r->arena, ret) = m;
	}
}

/* ---- grants, networks, dependencies ---- */

static void read_grants(struct compose_reader *r, const struct value *v,
			struct compose_grant_list *ret)
{
	if (!value_is(v, NODE_LIST))
		return;
	value_each(it, v)
	{
		const struct value *source = value_scalar(it) ? it : value_at(it, "source");
		struct compose_grant *g = vec_add(r->arena, ret);

		g->at = it;
		g->source = value_text(source);
		g->source_span = source ? source->span : it->span;
		g->target = value_text(value_at(it, "target"));
		g->uid = value_text(value_at(it, "uid"));
		g->gid = value_text(value_at(it, "gid"));
		g->mode = read_number(r, value_at(it, "mode"), NUMBER_OCTAL);
	}
}

static void read_networks(struct compose_reader *r, const struct value *v,
			  struct compose_attachment_list *ret)
{
	value_each(it, v)
	{
		struct compose_attachment *x = vec_add(r->arena, ret);

		x->at = it;
		x->network = v->type == NODE_MAP ? it->key : value_text(it);
		compose_read_texts(r, value_at(it, "aliases"), &x->aliases);
	}
}

static void read_dependencies(struct compose_reader *r, const struct value *v,
			      struct compose_dependency_list *ret)
{
	value_each(it, v)
	{
		const struct value *condition = value_at(it, "condition");
		const struct value *required = value_at(it, "required");
		struct compose_dependency *x = vec_add(r->arena, ret);

		x->at = it;
		x->service = v->type == NODE_MAP ? it->key : value_text(it);
		x->condition_given = condition != NULL;
		x->condition = condition ? value_text(condition) : SLICE("service_started");
		x->required = !required || value_truth(required);
	}
}

/* ---- limits ---- */

static void read_resources(struct compose_reader *r, const struct value *v,
			   struct compose_resources *ret)
{
	const struct value *limits = value_path(v, "deploy", "resources", "limits", NULL);
	const struct value *kept = value_path(v, "deploy", "resources", "reservations", NULL);

	ret->memory = read_number(r, value_at(limits, "memory"), NUMBER_BYTES);
	if (!ret->memory.given)
		ret->memory = read_number(r, value_at(v, "mem_limit"), NUMBER_BYTES);
	ret->memory_reservation = read_number(r, value_at(kept, "memory"), NUMBER_BYTES);
	if (!ret->memory_reservation.given)
		ret->memory_reservation =
			read_number(r, value_at(v, "mem_reservation"), NUMBER_BYTES);
	ret->memory_swap = read_number(r, value_at(v, "memswap_limit"), NUMBER_BYTES);
	ret->cpus = read_number(r, value_at(limits, "cpus"), NUMBER_CPUS);
	if (!ret->cpus.given)
		ret->cpus = read_number(r, value_at(v, "cpus"), NUMBER_CPUS);
	ret->cpu_shares = read_number(r, value_at(v, "cpu_shares"), NUMBER_PLAIN);
	ret->pids = read_number(r, value_at(limits, "pids"), NUMBER_PLAIN);
	if (!ret->pids.given)
		ret->pids = read_number(r, value_at(v, "pids_limit"), NUMBER_PLAIN);
	const struct value *quota = value_at(v, "cpu_quota"), *period = value_at(v, "cpu_period");
	if (ret->cpus.given || !quota)
		return;
	/* Microseconds, of a period that is a tenth of a second when it is not given. */
	int64_t q, p = 100000;
	if (!parse_whole(value_text(quota), &q) ||
	    (period && !parse_whole(value_text(period), &p)) || p <= 0 || q <= 0 ||
	    q > INT64_MAX / 1000000000)
		return;
	ret->cpus = (struct compose_number){quota, true, q * 1000000000 / p};
}

static void read_ulimits(struct compose_reader *r, const struct value *v,
			 struct compose_ulimit_list *ret)
{
	if (!value_is(v, NODE_MAP))
		return;
	value_each(it, v)
	{
		struct compose_ulimit *u = vec_add(r->arena, ret);
		bool map = it->type == NODE_MAP;

		u->at = it;
		u->name = it->key;
		u->soft = read_number(r, map ? value_at(it, "soft") : it, NUMBER_PLAIN);
		u->hard = map ? read_number(r, value_at(it, "hard"), NUMBER_PLAIN) : u->soft;
	}
}

static void read_devices(struct compose_reader *r, const struct value *v,
			 struct compose_device_list *ret)
{
	if (!value_is(v, NODE_LIST))
		return;
	value_each(it, v)
	{
		struct compose_device *d = vec_add(r->arena, ret);
		struct slice rest = value_text(it);

		d->at = it;
		if (it->type == NODE_MAP) {
			d->source = value_text(value_at(it, "source"));
			d->target = value_text(value_at(it, "target"));
			d->permissions = value_text(value_at(it, "permissions"));
		} else if (slice_find_byte(rest, '=') < rest.len) {
			d->source = rest;
			continue;
		} else if (slice_split(rest, ':', &d->source, &rest)) {
			slice_split(rest, ':', &d->target, &d->permissions);
		}
		if (slice_empty(d->target))
			d->target = d->source;
		if (slice_empty(d->permissions))
			d->permissions = SLICE("rwm");
	}
}

/* ---- the service ---- */

static const struct {
	const char *key;
	size_t offset;
} plain_fields[] = {
#define FIELD(name)                                                                                \
	{                                                                                          \
#name, offsetof(struct compose_service, name)                                      \
	}
	FIELD(image),
	FIELD(container_name),
	FIELD(hostname),
	FIELD(platform),
	FIELD(pull_policy),
	FIELD(user),
	FIELD(working_dir),
	FIELD(privileged),
	FIELD(read_only),
	FIELD(init),
	FIELD(tty),
	FIELD(stdin_open),
	FIELD(pid),
	FIELD(ipc),
	FIELD(uts),
	FIELD(cgroup),
	FIELD(cgroup_parent),
	FIELD(network_mode),
	FIELD(userns_mode),
	FIELD(restart),
	FIELD(runtime),
	FIELD(isolation),
	FIELD(stop_signal),
	FIELD(oom_kill_disable),
	FIELD(oom_score_adj),
	FIELD(extends),
	FIELD(use_api_socket),
	FIELD(provider),
	FIELD(gpus),
	FIELD(logging),
	FIELD(deploy),
	FIELD(develop),
#undef FIELD
};

static const struct {
	const char *key;
	size_t offset;
} text_fields[] = {
#define FIELD(name)                                                                                \
	{                                                                                          \
#name, offsetof(struct compose_service, name)                                      \
	}
	FIELD(profiles),     FIELD(expose),
	FIELD(volumes_from), FIELD(tmpfs),
	FIELD(links),	     FIELD(external_links),
	FIELD(extra_hosts),  FIELD(dns),
	FIELD(dns_search),   FIELD(security_opt),
	FIELD(cap_add),	     FIELD(cap_drop),
	FIELD(group_add),    FIELD(device_cgroup_rules),
#undef FIELD
};

static void read_fields(struct compose_reader *r, const struct value *v, struct compose_service *s)
{
	for (size_t i = 0; i < sizeof(plain_fields) / sizeof(plain_fields[0]); i++) {
		const struct value *x = value_get(v, slice_from_cstr(plain_fields[i].key));

		if (x && x->type != NODE_NULL)
			memcpy((char *)s + plain_fields[i].offset, &x,
			       sizeof(const struct value *));
	}
	for (size_t i = 0; i < sizeof(text_fields) / sizeof(text_fields[0]); i++) {
		void *list = (char *)s + text_fields[i].offset;

		compose_read_texts(r, value_get(v, slice_from_cstr(text_fields[i].key)), list);
	}
}

void compose_read_service(struct compose_reader *r, const struct value *v, bool job)
{
	struct compose_service *s = vec_add(r->arena, &r->project->services);

	s->at = v;
	s->name = v->key;
	s->job = job;
	read_fields(r, v, s);
	read_build(r, value_at(v, "build"), &s->build);
	read_command(r, value_at(v, "command"), &s->command);
	read_command(r, value_at(v, "entrypoint"), &s->entrypoint);
	compose_read_env_files(r, v, s);
	compose_read_pairs(r, value_at(v, "labels"), &s->labels);
	compose_read_pairs(r, value_at(v, "annotations"), &s->annotations);
	compose_read_pairs(r, value_at(v, "sysctls"), &s->sysctls);
	compose_read_pairs(r, value_path(v, "logging", "options", NULL), &s->log_options);
	s->log_driver = value_text(value_path(v, "logging", "driver", NULL));
	read_ports(r, value_at(v, "ports"), &s->ports);
	read_mounts(r, value_at(v, "volumes"), &s->volumes);
	read_grants(r, value_at(v, "secrets"), &s->secrets);
	read_grants(r, value_at(v, "configs"), &s->configs);
	read_networks(r, value_at(v, "networks"), &s->networks);
	read_dependencies(r, value_at(v, "depends_on"), &s->depends_on);
	read_health(r, value_at(v, "healthcheck"), &s->healthcheck);
	read_resources(r, v, &s->resources);
	read_ulimits(r, value_at(v, "ulimits"), &s->ulimits);
	read_devices(r, value_at(v, "devices"), &s->devices);
	s->shm_size = read_number(r, value_at(v, "shm_size"), NUMBER_BYTES);
	s->stop_grace_period = read_number(r, value_at(v, "stop_grace_period"), NUMBER_DURATION);
	s->replicas = read_number(r, value_path(v, "deploy", "replicas", NULL), NUMBER_PLAIN);
}
