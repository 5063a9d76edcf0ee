/* A Compose service as container settings, and edits that change it. */
#include "lint/containers.h"

#include "base/cleanup.h"
#include "lint/base_images.h"

static struct container_text text_of(const struct value *v)
{
	if (!v || !value_scalar(v) || v->type == NODE_NULL)
		return (struct container_text){ 0 };
	return (struct container_text){ true, value_text(v), v->span, v };
}

static struct container_flag flag_of(const struct value *v)
{
	if (!v || v->type == NODE_NULL)
		return (struct container_flag){ 0 };
	return (struct container_flag){ true, value_truth(v), v->span, v };
}

static struct container_number number_of(const struct compose_number *n)
{
	if (!n->at)
		return (struct container_number){ 0 };
	return (struct container_number){ n->given, n->value, n->at->span, n->at };
}

static void texts_of(const struct compose_text_list *from, struct arena *a, struct container_text_list *to)
{
	vec_each(t, from)
		*vec_add(a, to) = (struct container_text){ true, t->text, t->at->span, t->at };
}

static void pairs_of(const struct compose_pair_list *from, struct arena *a, struct container_env_list *to)
{
	vec_each(e, from)
		*vec_add(a, to) = (struct container_env){ e->name, e->value, e->has_value, e->literal, e->span, e->value_span };
}

/* A named volume that is a directory of the host by its driver's options is one. */
static struct slice bound_path(const struct compose_project *p, struct slice volume)
{
	const struct compose_resource *v = compose_find_resource(&p->volumes, volume);

	if (v)
		vec_each(o, &v->driver_opts)
			if (slice_is(o->name, "device") && slice_starts(o->value, SLICE("/")))
				return o->value;
	return SLICE_EMPTY;
}

static enum container_mount_type mount_type(enum compose_mount_type type)
{
	switch (type) {
	case MOUNT_BIND: return CONTAINER_BIND;
	case MOUNT_VOLUME:
	case MOUNT_CLUSTER: return CONTAINER_VOLUME;
	case MOUNT_TMPFS: return CONTAINER_TMPFS;
	case MOUNT_NPIPE:
	case MOUNT_IMAGE:
	case MOUNT_UNKNOWN:
	default: return CONTAINER_OTHER_MOUNT;
	}
}

static void fill_mounts(const struct compose_project *p, const struct compose_service *service, struct arena *a,
			struct container_settings *s)
{
	vec_each(m, &service->volumes) {
		struct container_mount *to = vec_add(a, &s->mounts);

		*to = (struct container_mount){
			.type = mount_type(m->type), .source = m->source, .target = m->target, .read_only = m->read_only,
			.short_form = !m->long_form, .options = m->options, .propagation = m->propagation,
			.span = m->span, .place = m->at,
		};
		struct slice bound = m->type == MOUNT_VOLUME && m->source.len ? bound_path(p, m->source) : SLICE_EMPTY;
		if (bound.len) {
			to->type = CONTAINER_BIND;
			to->source = bound;
			to->place = NULL;
		}
	}
}

static void fill_ports(const struct compose_service *service, struct arena *a, struct container_settings *s)
{
	vec_each(p, &service->ports) {
		bool text = value_scalar(p->at) && value_text(p->at).len;

		if (!p->valid && !text)
			continue;
		*vec_add(a, &s->ports) = (struct container_port){
			.host_ip = p->host_ip, .host_first = p->host_first, .host_last = p->host_last,
			.target_first = p->target_first, .target_last = p->target_last, .protocol = p->protocol,
			.short_form = !p->long_form, .text = p->long_form ? SLICE_EMPTY : value_text(p->at),
			.span = p->span, .place = p->at, .invalid = !p->valid,
		};
	}
}

static void fill_namespaces(const struct compose_service *service, struct container_settings *s)
{
	s->network_mode = text_of(service->network_mode);
	s->pid = text_of(service->pid);
	s->ipc = text_of(service->ipc);
	s->uts = text_of(service->uts);
	s->userns = text_of(service->userns_mode);
	s->cgroup = text_of(service->cgroup);
	s->cgroup_parent = text_of(service->cgroup_parent);
	vec_each(n, &service->networks)
		if (slice_is(n->network, "host") && n->at && !s->network_mode.given)
			s->network_mode = (struct container_text){ true, n->network, n->at->span, n->at };
}

static void fill_health(const struct compose_service *service, struct container_settings *s)
{
	const struct compose_healthcheck *h = &service->healthcheck;

	s->healthcheck.given = h->at != NULL && (h->test.given || h->disabled);
	s->healthcheck.disabled = h->disabled;
	s->healthcheck.test = h->test.words;
	s->healthcheck.shell_form = h->test.shell_form;
	if (h->at)
		s->healthcheck.span = h->test.at ? h->test.at->span : h->at->key_span;
}

static void fill_lists(const struct compose_service *service, struct arena *a, struct container_settings *s)
{
	texts_of(&service->cap_add, a, &s->cap_add);
	texts_of(&service->cap_drop, a, &s->cap_drop);
	texts_of(&service->security_opt, a, &s->security_opt);
	s->security_opt_given = value_at(service->at, "security_opt") != NULL;
	texts_of(&service->tmpfs, a, &s->tmpfs);
	pairs_of(&service->environment, a, &s->env);
	pairs_of(&service->labels, a, &s->labels);
	pairs_of(&service->sysctls, a, &s->sysctls);
	vec_each(d, &service->devices)
		*vec_add(a, &s->devices) = (struct container_device){ d->source, d->target, d->permissions, d->at->span };
	vec_each(u, &service->ulimits)
		*vec_add(a, &s->ulimits) = (struct container_ulimit){ u->name, u->soft.value, u->hard.value, u->at->span };
}

static void fill_command(const struct compose_service *service, struct arena *a, struct container_settings *s)
{
	const struct compose_command *command = service->command.given ? &service->command : &service->entrypoint;

	if (!command->given || !command->at)
		return;
	s->command = (struct container_text){ true, SLICE_EMPTY, command->at->span, command->at };
	s->command.text = command->shell_form ? value_text(command->at)
					      : arena_join(a, command->words.items, command->words.count, SLICE(" "));
}

static void fill_life(const struct compose_service *service, struct container_settings *s)
{
	const struct value *policy = value_path(service->at, "deploy", "restart_policy", NULL);
	const struct value *attempts = policy ? value_at(policy, "max_attempts") : NULL;
	uint64_t count;

	s->restart = text_of(service->restart);
	if (attempts && slice_is(value_text(value_at(policy, "condition")), "on-failure") && value_to_u64(attempts, &count))
		s->restart_attempts = (struct container_number){ true, (int64_t)count, attempts->span, attempts };
	s->log_driver = (struct container_text){ service->log_driver.len > 0, service->log_driver,
						 service->logging ? service->logging->span : service->at->key_span, NULL };
	s->memory = number_of(&service->resources.memory);
	s->cpus = number_of(&service->resources.cpus);
	s->pids = number_of(&service->resources.pids);
}

static void know_image(const struct project *p, struct arena *a, struct container_settings *s)
{
	struct image_facts *facts = arena_new(a, struct image_facts);

	if (s->builds || !s->image.given || !p || !base_image_facts(p, s->image.text, a, facts))
		return;
	s->facts = facts;
	if (facts->user_known)
		s->image_user_is_root = slice_empty(facts->user) || slice_is(facts->user, "root") || slice_is(facts->user, "0")
						? FACT_YES : FACT_NO;
	s->image_healthcheck = facts->healthcheck;
}

void container_of_service(const struct project *p, const struct document *d, const struct compose_service *service,
			  struct compose_place *place, struct arena *a, struct container_settings *ret)
{
	*ret = (struct container_settings){
		.origin = d->compose->stack ? CONTAINER_STACK : CONTAINER_COMPOSE, .excerpt = d->excerpt,
		.anchor = service->at->key_span, .name = service->name, .builds = service->build.at != NULL,
		.image = text_of(service->image), .user = text_of(service->user),
		.privileged = flag_of(service->privileged), .read_only = flag_of(service->read_only),
		.init = flag_of(service->init), .api_socket = flag_of(service->use_api_socket),
	};
	fill_namespaces(service, ret);
	fill_lists(service, a, ret);
	fill_mounts(d->compose, service, a, ret);
	fill_ports(service, a, ret);
	fill_health(service, ret);
	fill_command(service, a, ret);
	fill_life(service, ret);
	know_image(p, a, ret);
	container_peers_of_service(d->compose, service, a, ret);
	if (place && place->file) {
		ret->editor = &compose_editor;
		ret->place = place;
	}
}

/* --- edits --- */

bool take_edits(struct rule_context *c, struct fix *fix, struct doc_edit *e, bool ok)
{
	for (size_t i = 0; ok && i < e->edits.count; i++)
		ok = rule_edit(c, fix, e->edits.items[i].span, e->edits.items[i].replacement);
	return ok;
}

/* Each edit is tried by reading the text again: that is paid from the document's budget. */
static bool begin(const struct compose_place *place, struct rule_context *c, struct doc_edit *e)
{
	size_t cost = place->file->doc.text.len + 1;

	if (*place->budget < cost)
		return false;
	*place->budget -= cost;
	doc_edit_init_yaml(e, &place->file->doc, c->arena);
	return true;
}

static bool compose_add(const struct container_settings *s, struct rule_context *c, struct fix *fix, const char *key,
			struct slice item)
{
	const struct compose_place *place = s->place;
	const struct value *list = value_get(place->service->at, slice_from_cstr(key));
	struct error err = ERROR_INIT;
	struct doc_edit e;

	if (!begin(place, c, &e))
		return false;
	if (value_is(list, NODE_LIST) && list->count)
		return take_edits(c, fix, &e, doc_append_item(&e, list, item, &err));
	struct slice snippet = arena_printf(c->arena, "[\"%.*s\"]", SLICE_ARG(item));
	return take_edits(c, fix, &e, list ? doc_replace(&e, list, snippet, &err)
				 : doc_insert_member(&e, place->service->at, NULL, slice_from_cstr(key), snippet, &err));
}

static bool compose_set(const struct container_settings *s, struct rule_context *c, struct fix *fix, const char *key,
			struct slice value)
{
	const struct compose_place *place = s->place;
	const struct value *limits = value_path(place->service->at, "deploy", "resources", "limits", NULL);
	const struct value *old = value_get(place->service->at, slice_from_cstr(key));
	const struct value *map = place->service->at;
	struct slice name = slice_from_cstr(key);
	struct error err = ERROR_INIT;
	struct doc_edit e;

	if (!begin(place, c, &e))
		return false;
	/* Where there are limits of the current form, the others stand with them. */
	if (value_is(limits, NODE_MAP) && !old && (slice_is(name, "mem_limit") || slice_is(name, "cpus") || slice_is(name, "pids_limit"))) {
		map = limits;
		name = slice_is(name, "mem_limit") ? SLICE("memory") : slice_is(name, "pids_limit") ? SLICE("pids") : name;
		if (slice_is(name, "cpus"))
			value = arena_printf(c->arena, "\"%.*s\"", SLICE_ARG(value));
	}
	return take_edits(c, fix, &e, old ? doc_replace(&e, old, value, &err)
					  : doc_insert_member(&e, map, NULL, name, value, &err));
}

static bool compose_replace(const struct container_settings *s, struct rule_context *c, struct fix *fix,
			    const void *place, struct span at, struct slice text)
{
	const struct value *v = place;
	struct error err = ERROR_INIT;
	struct doc_edit e;

	(void)at;
	if (!v || slice_empty(text) || !value_scalar(v) || v->interpolated || !begin(s->place, c, &e))
		return false;
	return take_edits(c, fix, &e, doc_replace_text(&e, v, text, &err));
}

const struct container_editor compose_editor = { compose_add, compose_set, compose_replace };

/* --- judging --- */

bool compose_is_half(const struct document *d)
{
	size_t slash = slice_rfind_byte(d->path, '/');
	struct slice name = slash < d->path.len ? slice_from(d->path, slash + 1) : d->path, stem, rest;

	return slice_split(name, '.', &stem, &rest) && (slice_is(stem, "compose") || slice_is(stem, "docker-compose")) &&
	       slice_find_byte(rest, '.') < rest.len;
}

void judge_services(struct rule_context *c, const struct document *d)
{
	const struct project *p = c->surroundings;
	struct slice name = c->name;
	size_t budget = EDIT_BUDGET;

	if (!d->compose)
		return;
	vec_each(service, &d->compose->services) {
		struct compose_place place = { d->compose, service, compose_file_of(d->compose, service->at->key_span.source), &budget };
		struct container_settings s;

		/* Of another file that is judged by itself. */
		if (!value_is(service->at, NODE_MAP) || (place.file && !place.file->main))
			continue;
		if (d->excerpt)
			place.file = NULL;
		container_of_service(p, d, service, &place, c->arena, &s);
		/* Half of a service: the other half is in a file that is not here. */
		s.sketch = s.sketch || (compose_is_half(d) && !service->image && !service->build.at);
		c->subject = &s;
		c->name = arena_printf(c->arena, "%.*s service %.*s", SLICE_ARG(name), SLICE_ARG(service->name));
		rule_evaluate(c, &container_rules);
		rule_evaluate(c, &container_host_rules);
		rule_evaluate(c, &container_image_rules);
	}
	c->subject = d;
	c->name = name;
}
