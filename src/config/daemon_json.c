#include "config/daemon_json.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"

void daemon_config_init(struct daemon_config *c, struct arena *a)
{
	*c = (struct daemon_config){.arena = a, .will_start = true};
	problem_list_init(&c->problems, a);
}

static struct daemon_setting *add_setting(struct daemon_config *c, const struct daemon_key *key,
					  enum daemon_origin origin, struct slice text)
{
	struct daemon_setting *s = vec_add(c->arena, &c->settings);

	*s = (struct daemon_setting){.key = key, .origin = origin, .text = text};
	return s;
}

__attribute__((format(printf, 5, 6))) static struct problem *
stop(struct daemon_config *c, enum problem_kind kind, struct span at, struct slice name,
     const char *fmt, ...)
{
	char message[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	struct problem *x = problem_add(&c->problems, kind, at, "%s", message);
	x->name = name;
	c->will_start = false;
	return x;
}

/* ---- daemon.json ---- */

static bool type_fits(const struct value *v, enum daemon_type type)
{
	switch (type) {
	case DAEMON_BOOL:
		return v->type == NODE_BOOL;
	case DAEMON_INT:
		return v->type == NODE_NUMBER;
	case DAEMON_TEXT:
		return v->type == NODE_STRING;
	case DAEMON_SIZE:
		return v->type == NODE_STRING || v->type == NODE_NUMBER;
	case DAEMON_LIST:
	case DAEMON_MAPS:
		return v->type == NODE_LIST;
	case DAEMON_MAP:
		return v->type == NODE_MAP;
	case DAEMON_ANY:
	default:
		return true;
	}
}

static const char *const type_names[] = {
	[DAEMON_BOOL] = "true or false",     [DAEMON_INT] = "a number",
	[DAEMON_TEXT] = "a string",	     [DAEMON_SIZE] = "a string or a number",
	[DAEMON_LIST] = "a list of strings", [DAEMON_MAP] = "an object",
	[DAEMON_MAPS] = "a list of objects", [DAEMON_ANY] = "anything",
};

static void unknown_key(struct daemon_config *c, const struct value *v)
{
	struct slice_list names = {0};
	size_t count;
	const struct daemon_key *keys = daemon_keys(&count);

	for (size_t i = 0; i < count; i++)
		if (keys[i].status == DAEMON_EFFECTIVE)
			*vec_add(c->arena, &names) = keys[i].name;
	struct problem *x = stop(c, PROBLEM_UNKNOWN_KEY, v->key_span, v->key,
				 "there is no setting \"%.*s\": dockerd does not start",
				 SLICE_ARG(slice_first(v->key, 100)));
	x->suggestion = suggest_name(v->key, names.items, names.count);
}

static void add_file_setting(struct daemon_config *c, const struct daemon_key *key,
			     const struct value *v, const struct value *member, struct slice text)
{
	struct daemon_setting *s = add_setting(c, key, DAEMON_FROM_FILE, text);

	s->at = member;
	s->span = member->span;
	s->key_span = v->key_span;
}

static void add_values(struct daemon_config *c, const struct daemon_key *key, const struct value *v)
{
	if (value_scalar(v)) {
		add_file_setting(c, key, v, v, value_text(v));
		return;
	}
	value_each(it, v)
	{
		struct slice text = value_text(it);

		if (v->type == NODE_MAP && value_scalar(it))
			text = arena_printf(c->arena, "%.*s=%.*s", SLICE_ARG(it->key),
					    SLICE_ARG(text));
		else if (v->type == NODE_MAP)
			text = it->key;
		add_file_setting(c, key, v, it, text);
	}
}

/* What stands inside "proxies" takes effect although it does not outside. */
static void add_proxies(struct daemon_config *c, const struct value *v)
{
	value_each(it, v)
	{
		const struct daemon_key *key = daemon_key_find(it->key);

		if (key && key->status == DAEMON_NESTED_ONLY)
			add_file_setting(c, key, it, it, value_text(it));
	}
}

static void read_key(struct daemon_config *c, const struct value *v)
{
	const struct daemon_key *key = daemon_key_find(v->key);
	struct problem *x;

	if (!key) {
		unknown_key(c, v);
		return;
	}
	if (key->status == DAEMON_REJECTED) {
		stop(c, PROBLEM_REJECTED, v->key_span, v->key,
		     "dockerd refuses \"%.*s\" and does not start", SLICE_ARG(v->key));
		return;
	}
	if (key->status == DAEMON_IGNORED || key->status == DAEMON_NESTED_ONLY) {
		x = problem_add(&c->problems, PROBLEM_IGNORED, v->key_span,
				"dockerd takes \"%.*s\" and does nothing with it%s",
				SLICE_ARG(v->key),
				key->status == DAEMON_IGNORED ? "" : " outside of \"proxies\"");
		x->name = v->key;
		x->suggestion = key->instead;
		return;
	}
	if (!type_fits(v, key->type) && v->type != NODE_NULL) {
		stop(c, PROBLEM_TYPE, v->span, v->key,
		     "\"%.*s\" takes %s: dockerd does not start", SLICE_ARG(v->key),
		     type_names[key->type]);
		return;
	}
	if (slice_is(v->key, "proxies"))
		add_proxies(c, v);
	add_values(c, key, v);
}

void daemon_add_file(struct daemon_config *c, struct slice text, uint32_t source)
{
	json_doc_read(text, source, c->arena, &c->file, &c->problems);
	if (c->file.broken)
		c->will_start = false;
	if (!c->file.root)
		return;
	if (c->file.root->type != NODE_MAP) {
		stop(c, PROBLEM_TYPE, c->file.root->span, SLICE_EMPTY, "the file holds no object");
		return;
	}
	value_each(it, c->file.root) read_key(c, it);
}

/* ---- flags ---- */

static bool is_bool_flag(const struct daemon_key *key)
{
	return key && key->type == DAEMON_BOOL;
}

static void add_flag(struct daemon_config *c, const struct daemon_key *key, struct slice text,
		     struct span span)
{
	struct daemon_setting *s = add_setting(c, key, DAEMON_FROM_FLAG, text);

	s->span = s->key_span = span;
	if (slice_is(key->name, "hosts") && slice_starts(text, SLICE("fd://")))
		c->socket_activated = true;
}

static void unknown_flag(struct daemon_config *c, const struct unit_word *w, struct slice name)
{
	/* These act at once or say where the file is. */
	static const struct slice others[] = {
		SLICE_INIT("config-file"), SLICE_INIT("validate"), SLICE_INIT("help"),
		SLICE_INIT("version"),	   SLICE_INIT("v"),	   SLICE_INIT("h"),
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (slice_eq(name, others[i]))
			return;
	stop(c, PROBLEM_UNKNOWN_KEY, w->span, name,
	     "dockerd has no flag \"%.*s\" and does not start", SLICE_ARG(slice_first(name, 100)));
}

/* Short flags stand together: -DH unix:///x. Returns how many words more it took. */
static size_t take_short(struct daemon_config *c, const struct unit_word *w, size_t left)
{
	struct slice rest = slice_from(w->text, 1);

	while (!slice_empty(rest)) {
		const struct daemon_key *key = daemon_flag_find(slice_first(rest, 1));
		struct slice name = slice_first(rest, 1);

		rest = slice_from(rest, 1);
		if (!key) {
			unknown_flag(c, w, name);
			return 0;
		}
		if (is_bool_flag(key)) {
			add_flag(c, key, SLICE("true"), w->span);
			continue;
		}
		slice_cut_prefix(&rest, SLICE("="));
		if (!slice_empty(rest)) {
			add_flag(c, key, rest, w->span);
			return 0;
		}
		if (left)
			add_flag(c, key, w[1].text, w[1].span);
		return left > 0;
	}
	return 0;
}

static size_t take_long(struct daemon_config *c, const struct unit_word *w, size_t left)
{
	struct slice name, text;
	bool given = slice_split(slice_from(w->text, 2), '=', &name, &text);
	const struct daemon_key *key = daemon_flag_find(name);

	if (!key || name.len < 2) {
		unknown_flag(c, w, name);
		return !given && slice_is(name, "config-file");
	}
	if (given || is_bool_flag(key)) {
		add_flag(c, key, given ? text : SLICE("true"), w->span);
		return 0;
	}
	if (left)
		add_flag(c, key, w[1].text, w[1].span);
	return left > 0;
}

void daemon_add_command(struct daemon_config *c, const struct unit_word *words, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct slice text = words[i].text;

		if (slice_is(text, "--"))
			break;
		if (slice_starts(text, SLICE("--")))
			i += take_long(c, &words[i], count - i - 1);
		else if (text.len > 1 && text.data[0] == '-')
			i += take_short(c, &words[i], count - i - 1);
		/* `docker daemon` and `docker -d` of long ago, or a mistake. */
	}
}

/* ---- the unit ---- */

struct unit_variables {
	struct map map; /* name -> slice */
	const struct env_lookup *outer;
	struct arena *arena;
};

static struct slice variable(const struct unit_variables *v, struct slice name)
{
	struct slice text = SLICE_EMPTY;
	const struct slice *own;

	/* What a file says goes over Environment= (systemd.exec(5), EnvironmentFile=). */
	if (v->outer && v->outer->find && v->outer->find(v->outer->context, name, &text))
		return text;
	own = map_get_ptr(&v->map, name);
	return own ? *own : SLICE_EMPTY;
}

static void read_environment(struct daemon_config *c, const struct unit_file *unit,
			     const struct source_table *sources, struct unit_variables *v)
{
	static const struct {
		const char *name, *key;
	} known[] = {
		{"DOCKER_TLS_VERIFY", "tlsverify"}, {"DOCKER_TLS", "tls"},
		{"HTTP_PROXY", "http-proxy"},	    {"HTTPS_PROXY", "https-proxy"},
		{"NO_PROXY", "no-proxy"},
	};
	const struct unit_entry *e;

	for (size_t i = 0; (e = unit_next(unit, SLICE("Service"), SLICE("Environment"), &i)); i++) {
		struct unit_word_list words = {0};

		unit_split_command(e, sources, c->arena, &words, NULL);
		vec_each(w, &words) {
			struct slice *text = arena_new(c->arena, struct slice), name;

			if (!slice_split(w->text, '=', &name, text))
				continue;
			map_put_ptr(&v->map, name, text);
			for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++) {
				if (!slice_eq_nocase(name, slice_from_cstr(known[k].name)))
					continue;
				const struct daemon_key *key =
					daemon_key_find(slice_from_cstr(known[k].key));
				struct slice value =
					key->type == DAEMON_BOOL ? SLICE("true") : *text;
				struct daemon_setting *s =
					add_setting(c, key, DAEMON_FROM_ENVIRONMENT, value);
				s->span = s->key_span = w->span;
			}
		}
	}
}

static size_t name_length(struct slice s)
{
	size_t n = 0;

	while (n < s.len && (ascii_alnum(s.data[n]) || s.data[n] == '_'))
		n++;
	return n;
}

/* ${NAME} within a word is put in as it is. */
static struct slice put_in(const struct unit_variables *v, struct slice text)
{
	struct buf out;

	if (slice_find(text, SLICE("${")) == text.len)
		return text;
	buf_init(&out, LIMIT_LINE);
	while (!slice_empty(text)) {
		size_t n = slice_starts(text, SLICE("${")) ? name_length(slice_from(text, 2)) : 0;

		if (n && n + 2 < text.len && text.data[n + 2] == '}') {
			buf_add_slice(&out, variable(v, slice_first(slice_from(text, 2), n)));
			text = slice_from(text, n + 3);
		} else {
			buf_add_byte(&out, text.data[0]);
			text = slice_from(text, 1);
		}
	}
	struct slice whole = arena_copy(v->arena, buf_slice(&out));
	buf_release(&out);
	return whole;
}

/* $NAME that is a word by itself is split at white space and may vanish. */
static void put_words(const struct unit_variables *v, const struct unit_word_list *words,
		      struct unit_word_list *ret)
{
	vec_each(w, words) {
		struct slice text = w->text;
		bool alone = text.len > 1 && text.data[0] == '$' &&
			     name_length(slice_from(text, 1)) == text.len - 1;

		if (!alone) {
			*vec_add(v->arena, ret) = (struct unit_word){put_in(v, text), w->span};
			continue;
		}
		struct slice rest = variable(v, slice_from(text, 1)), part;
		while (!slice_empty(rest = slice_trim(rest))) {
			size_t n = 0;
			while (n < rest.len && !ascii_space(rest.data[n]))
				n++;
			part = slice_first(rest, n);
			rest = slice_from(rest, n);
			/* systemd takes quotes off within. */
			if (part.len > 1 && (part.data[0] == '"' || part.data[0] == '\'') &&
			    part.data[part.len - 1] == part.data[0])
				part = slice_first(slice_from(part, 1), part.len - 2);
			*vec_add(v->arena, ret) = (struct unit_word){part, w->span};
		}
	}
}

void daemon_add_unit(struct daemon_config *c, const struct unit_file *unit,
		     const struct env_lookup *env, const struct source_table *sources)
{
	struct unit_variables v = {.outer = env, .arena = c->arena};
	struct unit_word_list words = {0}, all = {0};
	const struct unit_entry *command = unit_get(unit, SLICE("Service"), SLICE("ExecStart")), *e;
	size_t commands = 0;

	c->has_unit = true;
	map_init(&v.map);
	read_environment(c, unit, sources, &v);
	for (size_t i = 0; (e = unit_next(unit, SLICE("Service"), SLICE("ExecStart"), &i)); i++)
		commands++;
	if (commands > 1) {
		const struct unit_entry *type = unit_get(unit, SLICE("Service"), SLICE("Type"));

		/* A drop-in that forgot the empty ExecStart= in front of its own. */
		if (!type || !slice_is(type->value, "oneshot"))
			stop(c, PROBLEM_CONFLICT, command->key_span, command->key,
			     "a second ExecStart= without an empty one before it: systemd refuses "
			     "the unit");
	}
	if (command) {
		if (!unit_split_command(command, sources, c->arena, &words, NULL))
			stop(c, PROBLEM_SYNTAX, command->span, command->key,
			     "a quote that is not closed");
		put_words(&v, &words, &all);
		daemon_add_command(c, all.items, all.count);
	}
	map_release(&v.map);
}

/* ---- together ---- */

const struct daemon_setting *daemon_next(const struct daemon_config *c, struct slice key, size_t *i)
{
	for (; *i < c->settings.count; ++*i) {
		const struct daemon_setting *s = &c->settings.items[*i];

		if (!s->overridden && slice_eq(s->key->name, key))
			return s;
	}
	return NULL;
}

const struct daemon_setting *daemon_get(const struct daemon_config *c, struct slice key)
{
	size_t i = 0;

	return daemon_next(c, key, &i);
}

bool daemon_truth(const struct daemon_config *c, struct slice key, bool fallback)
{
	const struct daemon_setting *s = daemon_get(c, key);

	if (!s)
		return fallback;
	return slice_is(s->text, "true") || slice_is(s->text, "1") || slice_is(s->text, "t") ||
	       slice_is(s->text, "T") || slice_is(s->text, "TRUE") || slice_is(s->text, "True");
}

/* A later flag of one name goes before an earlier, the environment behind both. */
static void override(struct daemon_config *c)
{
	struct map last;

	map_init(&last);
	for (size_t i = c->settings.count; i; i--) {
		struct daemon_setting *s = &c->settings.items[i - 1];
		bool fresh;

		if (s->key->adds_up || s->origin == DAEMON_FROM_FILE)
			continue;
		map_put(&last, s->key->name, &fresh);
		s->overridden = !fresh && s->origin == DAEMON_FROM_FLAG;
	}
	map_clear(&last);
	vec_each(s, &c->settings)
		if (s->origin != DAEMON_FROM_ENVIRONMENT)
			map_put(&last, s->key->name, NULL);
	vec_each(s, &c->settings)
		if (s->origin == DAEMON_FROM_ENVIRONMENT && map_get(&last, s->key->name))
			s->overridden = true;
	map_release(&last);
}

/* cmd/dockerd, findConfigurationConflicts. */
static void find_conflicts(struct daemon_config *c)
{
	struct map in_file, told;

	map_init(&in_file);
	map_init(&told);
	vec_each(s, &c->settings)
		if (s->origin == DAEMON_FROM_FILE)
			map_put_ptr(&in_file, s->key->name, s);
	vec_each(s, &c->settings) {
		const struct daemon_setting *f = map_get_ptr(&in_file, s->key->name);
		bool fresh;

		if (s->origin != DAEMON_FROM_FLAG || !f || slice_is(s->key->name, "runtimes"))
			continue;
		map_put(&told, s->key->name, &fresh);
		if (!fresh)
			continue;
		struct problem *x = stop(
			c, PROBLEM_CONFLICT, f->key_span, s->key->name,
			"\"%.*s\" is a flag of dockerd as well, which therefore does not start",
			SLICE_ARG(s->key->name));
		x->other = s->span;
	}
	map_release(&in_file);
	map_release(&told);
}

static void exclude(struct daemon_config *c, const struct daemon_setting *a,
		    const struct daemon_setting *b, const char *what)
{
	struct problem *x = stop(c, PROBLEM_CONFLICT, a->key_span, a->key->name,
				 "\"%.*s\" %s: dockerd does not start", SLICE_ARG(a->key->name), what);

	x->other = b->key_span;
}

/* What dockerd's own validation refuses, and what does nothing without something else. */
static void find_dependencies(struct daemon_config *c)
{
	static const char *const tls[] = {"tls", "tlsverify", "tlscacert", "tlscert", "tlskey"};
	const struct daemon_setting *bridge = daemon_get(c, SLICE("bridge"));
	const struct daemon_setting *bip = daemon_get(c, SLICE("bip"));
	const struct daemon_setting *icc = daemon_get(c, SLICE("icc")), *host;
	const struct daemon_setting *iptables = daemon_get(c, SLICE("iptables"));
	bool tcp = false, any = false;

	if (bridge && bip)
		exclude(c, bip, bridge, "and \"bridge\" exclude one another");
	if (icc && iptables && !daemon_truth(c, SLICE("icc"), true) &&
	    !daemon_truth(c, SLICE("iptables"), true))
		exclude(c, icc, iptables, "being false needs iptables");
	for (size_t i = 0; (host = daemon_next(c, SLICE("hosts"), &i)); i++) {
		any = true;
		tcp |= !slice_starts(host->text, SLICE("unix://")) &&
		       !slice_starts(host->text, SLICE("fd://")) &&
		       !slice_starts(host->text, SLICE("npipe://"));
	}
	/* Without any host in sight the flags may stand in a unit that is not at hand. */
	for (size_t i = 0; !tcp && any && i < sizeof(tls) / sizeof(tls[0]); i++) {
		const struct daemon_setting *s = daemon_get(c, slice_from_cstr(tls[i]));

		if (!s)
			continue;
		struct problem *x = problem_add(&c->problems, PROBLEM_IGNORED, s->key_span,
						"\"%.*s\" does nothing: no host listens on TCP",
						SLICE_ARG(s->key->name));
		x->name = s->key->name;
	}
}

void daemon_config_finish(struct daemon_config *c)
{
	override(c);
	find_conflicts(c);
	find_dependencies(c);
}
