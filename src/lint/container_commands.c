/* Command lines that start containers, as container settings. */
#include "base/cleanup.h"
#include "lint/base_images.h"
#include "lint/containers.h"

struct filler {
	struct arena *arena;
	const struct docker_command *command;
	struct container_settings *s;
};

static struct container_text option_text(const struct docker_option *o)
{
	return (struct container_text){ true, o->value, o->span, o };
}

static bool option_truth(const struct docker_option *o)
{
	return !slice_is(o->value, "false") && !slice_is(o->value, "0");
}

static void add_mount_short(struct filler *f, const struct docker_option *o)
{
	struct compose_mount m;

	if (!compose_parse_volume(o->value, &m))
		return;
	*vec_add(f->arena, &f->s->mounts) = (struct container_mount){
		.type = m.type == MOUNT_BIND ? CONTAINER_BIND : CONTAINER_VOLUME, .source = m.source, .target = m.target,
		.read_only = m.read_only, .short_form = true, .options = m.options, .propagation = m.propagation,
		.span = o->span, .place = o,
	};
}

/* type=bind,source=/a,target=/b,readonly */
static void add_mount_long(struct filler *f, const struct docker_option *o)
{
	struct container_mount m = { .type = CONTAINER_VOLUME, .span = o->span, .place = o };
	struct slice rest = o->value, field, key, value;

	while (slice_next(&rest, ',', &field)) {
		bool valued = slice_split(field, '=', &key, &value);

		if (slice_is(key, "type"))
			m.type = slice_is(value, "bind") ? CONTAINER_BIND
				 : slice_is(value, "tmpfs") ? CONTAINER_TMPFS
				 : slice_is(value, "volume") ? CONTAINER_VOLUME : CONTAINER_OTHER_MOUNT;
		else if (slice_is(key, "source") || slice_is(key, "src"))
			m.source = value;
		else if (slice_is(key, "target") || slice_is(key, "dst") || slice_is(key, "destination"))
			m.target = value;
		else if (slice_is(key, "readonly") || slice_is(key, "ro"))
			m.read_only = !valued || slice_is(value, "true") || slice_is(value, "1");
		else if (slice_is(key, "bind-propagation"))
			m.propagation = value;
	}
	*vec_add(f->arena, &f->s->mounts) = m;
}

static void add_port(struct filler *f, const struct docker_option *o)
{
	struct slice rest = o->value, field, key, value, target = SLICE_EMPTY, published = SLICE_EMPTY, text = o->value;
	struct compose_port p;
	bool long_form = slice_find_byte(o->value, '=') < o->value.len;

	while (long_form && slice_next(&rest, ',', &field)) {
		slice_split(field, '=', &key, &value);
		if (slice_is(key, "target"))
			target = value;
		else if (slice_is(key, "published"))
			published = value;
	}
	if (long_form)
		text = arena_printf(f->arena, "%.*s:%.*s", SLICE_ARG(published), SLICE_ARG(target));
	if (!compose_parse_port(text, &p))
		return;
	*vec_add(f->arena, &f->s->ports) = (struct container_port){
		.host_ip = p.host_ip, .host_first = p.host_first, .host_last = p.host_last,
		.target_first = p.target_first, .target_last = p.target_last, .protocol = p.protocol,
		.short_form = !long_form, .text = o->value, .span = o->span,
		/* Swarm publishes on every address, whatever stands there. */
		.place = f->command->verb == DOCKER_SERVICE_CREATE ? NULL : o,
	};
}

static void add_env(struct filler *f, const struct docker_option *o, struct container_env_list *to)
{
	struct container_env e = { .literal = !o->expands, .span = o->span, .value_span = o->span };

	e.has_value = slice_split(o->value, '=', &e.name, &e.value);
	*vec_add(f->arena, to) = e;
}

static void add_device(struct filler *f, const struct docker_option *o)
{
	struct container_device d = { .span = o->span };
	struct slice rest;

	slice_split(o->value, ':', &d.source, &rest);
	slice_split(rest, ':', &d.target, &d.permissions);
	*vec_add(f->arena, &f->s->devices) = d;
}

static struct container_number number(const struct docker_option *o, bool bytes)
{
	struct container_number n = { .span = o->span, .place = o };
	uint64_t whole;

	if (bytes) {
		n.given = compose_bytes(o->value, &n.value);
	} else if (slice_is(o->value, "-1")) {
		n.given = true;
		n.value = -1;
	} else {
		/* "1.5" CPUs: that there is a limit is what counts. */
		n.given = slice_to_u64(slice_first(o->value, slice_find_byte(o->value, '.')), &whole);
		n.value = n.given ? (int64_t)whole + (slice_find_byte(o->value, '.') < o->value.len) : 0;
	}
	return n;
}

/* Options whose value is kept as it is. */
static struct container_text *text_option(struct container_settings *s, struct slice name)
{
	const struct {
		const char *name;
		struct container_text *to;
	} texts[] = {
		{ "user", &s->user }, { "network", &s->network_mode }, { "pid", &s->pid }, { "ipc", &s->ipc },
		{ "uts", &s->uts }, { "userns", &s->userns }, { "cgroupns", &s->cgroup },
		{ "cgroup-parent", &s->cgroup_parent }, { "restart", &s->restart }, { "log-driver", &s->log_driver },
		{ "entrypoint", &s->command },
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (slice_eq(slice_from_cstr(texts[i].name), name))
			return texts[i].to;
	return NULL;
}

static struct container_text_list *list_option(struct container_settings *s, struct slice name)
{
	if (slice_is(name, "cap-add"))
		return &s->cap_add;
	if (slice_is(name, "cap-drop"))
		return &s->cap_drop;
	if (slice_is(name, "security-opt"))
		return &s->security_opt;
	return slice_is(name, "tmpfs") ? &s->tmpfs : NULL;
}

static struct container_flag *flag_option(struct container_settings *s, struct slice name)
{
	if (slice_is(name, "privileged"))
		return &s->privileged;
	if (slice_is(name, "read-only"))
		return &s->read_only;
	if (slice_is(name, "init"))
		return &s->init;
	return slice_is(name, "use-api-socket") ? &s->api_socket : NULL;
}

static void take_limits(struct filler *f, const struct docker_option *o)
{
	struct container_settings *s = f->s;

	if (slice_is(o->name, "memory") || slice_is(o->name, "limit-memory"))
		s->memory = number(o, true);
	else if (slice_is(o->name, "cpus") || slice_is(o->name, "limit-cpu") || slice_is(o->name, "cpu-quota"))
		s->cpus = number(o, false);
	else if (slice_is(o->name, "pids-limit") || slice_is(o->name, "limit-pids"))
		s->pids = number(o, false);
	else if (slice_is(o->name, "restart-max-attempts"))
		s->restart_attempts = number(o, false);
}

static void take_health(struct filler *f, const struct docker_option *o)
{
	struct container_settings *s = f->s;

	if (slice_is(o->name, "no-healthcheck")) {
		s->healthcheck.given = s->healthcheck.disabled = option_truth(o);
		s->healthcheck.span = o->whole;
	} else if (slice_is(o->name, "health-cmd")) {
		s->healthcheck.given = s->healthcheck.shell_form = true;
		*vec_add(f->arena, &s->healthcheck.test) = o->value;
		s->healthcheck.span = o->span;
	}
}

static void take_option(struct filler *f, const struct docker_option *o)
{
	struct container_text *text = text_option(f->s, o->name);
	struct container_text_list *list = list_option(f->s, o->name);
	struct container_flag *flag = flag_option(f->s, o->name);

	if (text)
		*text = option_text(o);
	else if (list)
		*vec_add(f->arena, list) = option_text(o);
	else if (flag)
		*flag = (struct container_flag){ true, option_truth(o), o->whole, o };
	else if (slice_is(o->name, "volume"))
		add_mount_short(f, o);
	else if (slice_is(o->name, "mount"))
		add_mount_long(f, o);
	else if (slice_is(o->name, "publish"))
		add_port(f, o);
	else if (slice_is(o->name, "env"))
		add_env(f, o, &f->s->env);
	else if (slice_is(o->name, "label"))
		add_env(f, o, &f->s->labels);
	else if (slice_is(o->name, "device"))
		add_device(f, o);
	take_limits(f, o);
	take_health(f, o);
}

/* --- edits: flags put behind the verb, values replaced --- */

static struct slice quoted(struct arena *a, struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!ascii_alnum(text.data[i]) && !strchr("-_=:./,@%+", text.data[i]))
			return slice_find_byte(text, '\'') < text.len ? SLICE_EMPTY
								     : arena_printf(a, "'%.*s'", SLICE_ARG(text));
	return text;
}

static bool insert_flag(const struct container_settings *s, struct rule_context *c, struct fix *fix, struct slice flag)
{
	const struct docker_command *command = s->place;
	struct span at = command->verb_span;

	at.offset += at.length;
	at.length = 0;
	return rule_edit(c, fix, at, arena_printf(c->arena, " %.*s", SLICE_ARG(flag)));
}

static bool command_add(const struct container_settings *s, struct rule_context *c, struct fix *fix, const char *key,
			struct slice item)
{
	const char *flag = strcmp(key, "security_opt") == 0 ? "security-opt" : strcmp(key, "cap_drop") == 0 ? "cap-drop" : "tmpfs";

	return insert_flag(s, c, fix, arena_printf(c->arena, "--%s=%.*s", flag, SLICE_ARG(item)));
}

static bool command_set(const struct container_settings *s, struct rule_context *c, struct fix *fix, const char *key,
			struct slice value)
{
	static const struct {
		const char *key, *run, *service;
	} names[] = {
		{ "read_only", "read-only", "read-only" }, { "mem_limit", "memory", "limit-memory" },
		{ "cpus", "cpus", "limit-cpu" }, { "pids_limit", "pids-limit", "limit-pids" },
	};
	const struct docker_command *command = s->place;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *name = command->verb == DOCKER_SERVICE_CREATE ? names[i].service : names[i].run;

		if (strcmp(names[i].key, key) != 0)
			continue;
		vec_each(o, &command->options)
			if (slice_eq(o->name, slice_from_cstr(name)))
				return rule_edit(c, fix, o->span.offset == o->whole.offset ? o->whole : o->span,
						 o->span.offset == o->whole.offset
							 ? arena_printf(c->arena, "--%s", name) : value);
		return insert_flag(s, c, fix, slice_is(value, "true") ? arena_printf(c->arena, "--%s", name)
					      : arena_printf(c->arena, "--%s=%.*s", name, SLICE_ARG(value)));
	}
	return false;
}

static bool command_replace(const struct container_settings *s, struct rule_context *c, struct fix *fix,
			    const void *place, struct span at, struct slice text)
{
	const struct docker_option *o = place;
	struct slice written = quoted(c->arena, text);

	(void)s;
	if (!o || o->expands || slice_empty(written))
		return false;
	return rule_edit(c, fix, at, written);
}

static const struct container_editor command_editor = { command_add, command_set, command_replace };

/* --- judging --- */

void container_of_command(const struct project *p, const struct document *d, const struct docker_command *command,
			  struct arena *a, struct container_settings *ret)
{
	struct filler f = { a, command, ret };
	struct image_facts *facts = arena_new(a, struct image_facts);

	*ret = (struct container_settings){
		.origin = command->verb == DOCKER_RUN ? CONTAINER_RUN
			  : command->verb == DOCKER_CREATE ? CONTAINER_CREATE : CONTAINER_SERVICE,
		.excerpt = d->excerpt, .sketch = d->excerpt, .anchor = command->verb_span, .editor = &command_editor,
	};
	memcpy(&ret->place, &command, sizeof(command));
	vec_each(o, &command->options)
		take_option(&f, o);
	ret->security_opt_given = ret->security_opt.count > 0;
	if (!command->image)
		return;
	ret->image = (struct container_text){ true, command->image->value, command->image->span, NULL };
	if (command->first_argument < command->shell->words.count)
		ret->command.given = true;
	if (command->image->expands || !base_image_facts(p, ret->image.text, a, facts))
		return;
	ret->facts = facts;
	if (facts->user_known)
		ret->image_user_is_root = slice_empty(facts->user) || slice_is(facts->user, "root") ? FACT_YES : FACT_NO;
	ret->image_healthcheck = facts->healthcheck;
}

static void judge_command(struct rule_context *c, const struct document *d, const struct docker_command *command)
{
	struct container_settings s;

	container_of_command(c->surroundings, d, command, c->arena, &s);
	c->subject = &s;
	rule_evaluate(c, &container_rules);
	rule_evaluate(c, &container_host_rules);
	rule_evaluate(c, &container_image_rules);
	c->subject = d;
}

void judge_commands(struct rule_context *c, const struct document *d, const struct shell_script *script)
{
	struct slice name = c->name;

	vec_each(command, &script->commands) {
		struct docker_command *docker = arena_new(c->arena, struct docker_command);

		if (!docker_command_read(command, c->arena, docker) || !docker->image)
			continue;
		c->name = arena_printf(c->arena, "%.*s %s %.*s", SLICE_ARG(name),
				       docker->verb == DOCKER_SERVICE_CREATE ? "docker service" : "docker run",
				       SLICE_ARG(docker->image->value));
		judge_command(c, d, docker);
	}
	c->name = name;
}

void judge_script(struct rule_context *c, const struct document *d)
{
	struct shell_script script;

	if (d->shell) {
		judge_commands(c, d, d->shell);
		return;
	}
	shell_parse(d->text, d->source, 0, &(struct shell_options){ 0 }, c->arena, &script);
	judge_commands(c, d, &script);
}
