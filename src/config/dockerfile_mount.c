/* `--mount=` and `--device=` of RUN (BuildKit's instructions/commands_runmount.go). */
#include "config/dockerfile_internal.h"

struct text VEC_OF(char);

static struct slice lower(struct dockerfile_reader *r, struct slice s)
{
	char *copy = arena_cstr(r->arena, s);

	for (size_t i = 0; i < s.len; i++)
		copy[i] = ascii_tolower(copy[i]);
	return slice_new(copy, s.len);
}

/* A quoted field: its text, and *end behind the closing quote. False: not RFC 4180. */
static bool quoted_field(struct dockerfile_reader *r, struct slice s, size_t at, size_t *end,
			 struct slice *ret)
{
	struct text out = {0};

	for (at++; at < s.len; at++) {
		if (s.data[at] == '"') {
			if (at + 1 >= s.len || s.data[at + 1] != '"')
				break;
			at++;
		}
		*vec_add(r->arena, &out) = s.data[at];
	}
	*ret = out.count ? slice_new(out.items, out.count) : SLICE_EMPTY;
	*end = at + 1;
	return at < s.len && (at + 1 == s.len || s.data[at + 1] == ',');
}

/* The next field of the flag's value. */
static bool next_field(struct dockerfile_reader *r, struct slice value, size_t *at,
		       struct slice *raw, struct slice *text)
{
	size_t end = *at;

	if (end < value.len && value.data[end] == '"') {
		if (!quoted_field(r, value, *at, &end, text))
			return false;
		*raw = slice_new(value.data + *at, end - *at);
	} else {
		while (end < value.len && value.data[end] != ',')
			end++;
		*raw = *text = slice_new(value.data + *at, end - *at);
		if (slice_find_byte(*raw, '"') < raw->len)
			return false;
	}
	*at = end + 1;
	return true;
}

static bool read_fields(struct dockerfile_reader *r, struct dockerfile_instruction *in,
			const struct dockerfile_flag *flag, struct dockerfile_field_list *fields)
{
	bool in_line = flag->value_span.length == flag->value.len;
	size_t at = 0;

	while (at < flag->value.len) {
		struct slice raw, text, key, value;

		if (!next_field(r, flag->value, &at, &raw, &text)) {
			dockerfile_refuse(r, in, DOCKERFILE_INSTRUCTION_ERROR, DOCKERFILE_BAD_MOUNT,
					  flag->span, "failed to parse csv %.*ss",
					  SLICE_ARG(flag->name));
			return false;
		}
		bool has_value = slice_split(text, '=', &key, &value);
		*dockerfile_add(r->arena, fields) = (struct dockerfile_field){
			.span = in_line ? dockerfile_span(in, raw) : flag->span,
			.key = lower(r, key),
			.value = value,
			.has_value = has_value,
		};
	}
	return true;
}

/* --- the keys of a mount --- */

enum mount_kind { MOUNT_TEXT, MOUNT_READ_ONLY, MOUNT_READ_WRITE, MOUNT_REQUIRED };

static const struct mount_key {
	const char *name;
	enum mount_kind kind;
	size_t member; /* offset of a slice in struct dockerfile_mount, for MOUNT_TEXT */
} mount_keys[] = {
#define TEXT_KEY(name, member)                                                                     \
	{                                                                                          \
		name, MOUNT_TEXT, offsetof(struct dockerfile_mount, member)                        \
	}
	TEXT_KEY("type", type),
	TEXT_KEY("from", from),
	TEXT_KEY("source", source),
	TEXT_KEY("target", target),
	{"readonly", MOUNT_READ_ONLY, 0},
	TEXT_KEY("id", id),
	TEXT_KEY("sharing", sharing),
	{"required", MOUNT_REQUIRED, 0},
	TEXT_KEY("size", size),
	TEXT_KEY("mode", mode),
	TEXT_KEY("uid", uid),
	TEXT_KEY("gid", gid),
	TEXT_KEY("src", source),
	TEXT_KEY("dst", target),
	TEXT_KEY("destination", target),
	{"ro", MOUNT_READ_ONLY, 0},
	{"rw", MOUNT_READ_WRITE, 0},
	{"readwrite", MOUNT_READ_WRITE, 0},
	TEXT_KEY("env", env),
#undef TEXT_KEY
};

static const struct mount_key *mount_key(struct slice name)
{
	for (size_t i = 0; i < sizeof(mount_keys) / sizeof(mount_keys[0]); i++)
		if (slice_eq(name, slice_from_cstr(mount_keys[i].name)))
			return &mount_keys[i];
	return NULL;
}

static bool variable(struct slice value)
{
	return slice_find_byte(value, '$') < value.len;
}

/* strconv.ParseBool; a variable is taken for true. */
static bool boolean(struct slice value, bool *ret)
{
	static const char *const yes[] = {"1", "t", "T", "TRUE", "true", "True"};
	static const char *const no[] = {"0", "f", "F", "FALSE", "false", "False"};

	*ret = true;
	if (variable(value))
		return true;
	for (size_t i = 0; i < 6; i++)
		if (slice_eq(value, slice_from_cstr(yes[i])))
			return true;
	*ret = false;
	for (size_t i = 0; i < 6; i++)
		if (slice_eq(value, slice_from_cstr(no[i])))
			return true;
	return false;
}

struct mount_job {
	struct dockerfile_reader *r;
	struct dockerfile_instruction *in;
	struct dockerfile_mount *m;
	bool access_told;
};

#define refuse_mount(j, span, ...)                                                                 \
	dockerfile_refuse((j)->r, (j)->in, DOCKERFILE_INSTRUCTION_ERROR, DOCKERFILE_BAD_MOUNT,     \
			  span, __VA_ARGS__)

static bool one_of(struct slice value, const char *const *names)
{
	for (; *names; names++)
		if (slice_eq_nocase(value, slice_from_cstr(*names)))
			return true;
	return variable(value);
}

static void set_text(struct mount_job *j, const struct mount_key *key,
		     const struct dockerfile_field *f)
{
	static const char *const types[] = {"bind", "cache", "tmpfs", "secret", "ssh", NULL};
	static const char *const modes[] = {"shared", "private", "locked", NULL};
	bool type = slice_is(f->key, "type"), sharing = slice_is(f->key, "sharing");
	struct slice *member = (struct slice *)(void *)((char *)j->m + key->member);

	*member = type || sharing ? lower(j->r, f->value) : f->value;
	if (type && !one_of(f->value, types))
		refuse_mount(j, f->span, "unsupported mount type \"%.*s\"",
			     SLICE_ARG(dockerfile_shown(f->value)));
	if (sharing && !one_of(f->value, modes))
		refuse_mount(j, f->span, "unsupported sharing value \"%.*s\"",
			     SLICE_ARG(dockerfile_shown(f->value)));
	size_t dollar = slice_find_byte(f->value, '$');
	if (slice_is(f->key, "from") && dollar + 1 < f->value.len)
		refuse_mount(
			j, f->span,
			"'from' doesn't support variable expansion, define alias stage instead");
}

static void set_flag(struct mount_job *j, const struct mount_key *key,
		     const struct dockerfile_field *f)
{
	bool value = true;

	if (f->has_value && !boolean(f->value, &value))
		refuse_mount(j, f->span, "invalid value for %.*s: %.*s", SLICE_ARG(f->key),
			     SLICE_ARG(dockerfile_shown(f->value)));
	if (key->kind == MOUNT_REQUIRED) {
		j->m->required = value;
		return;
	}
	j->m->read_only = value == (key->kind == MOUNT_READ_ONLY);
	j->access_told = true;
}

static void set_field(struct mount_job *j, const struct dockerfile_field *f)
{
	const struct mount_key *key = mount_key(f->key);

	if (key && key->kind != MOUNT_TEXT)
		set_flag(j, key, f);
	else if (!f->has_value)
		refuse_mount(j, f->span, "invalid field '%.*s' must be a key=value pair",
			     SLICE_ARG(dockerfile_shown(f->key)));
	else if (!key)
		refuse_mount(j, f->span, "unexpected key '%.*s' in '%.*s=%.*s'",
			     SLICE_ARG(dockerfile_shown(f->key)),
			     SLICE_ARG(dockerfile_shown(f->key)),
			     SLICE_ARG(dockerfile_shown(f->value)));
	else
		set_text(j, key, f);
}

/* What does not go together. */
static void check_mount(struct mount_job *j)
{
	const struct dockerfile_mount *m = j->m;
	bool secret = slice_is(m->type, "secret"), cache = slice_is(m->type, "cache");
	bool ssh = slice_is(m->type, "ssh"), open = variable(m->type);
	struct span span = m->flag->span;

	if (open)
		return;
	if (m->required && !secret && !ssh)
		refuse_mount(j, span, "unexpected key 'required' for mount type '%.*s'",
			     SLICE_ARG(dockerfile_shown(m->type)));
	if (m->size.len && !slice_is(m->type, "tmpfs"))
		refuse_mount(j, span, "unexpected key 'size' for mount type '%.*s'",
			     SLICE_ARG(dockerfile_shown(m->type)));
	if ((m->mode.len || m->uid.len || m->gid.len) && !secret && !ssh && !cache)
		refuse_mount(j, span, "%s not allowed for \"%.*s\" type mounts",
			     m->mode.len  ? "mode"
			     : m->uid.len ? "uid"
					  : "gid",
			     SLICE_ARG(dockerfile_shown(m->type)));
	if (m->sharing.len && !cache)
		refuse_mount(j, span,
			     secret ? "secret mount should not define sharing"
				    : "invalid cache sharing set for this mount");
	if (secret && m->from.len)
		refuse_mount(j, span, "secret mount should not have a from");
	if (secret && slice_empty(m->source) && slice_empty(m->target) && slice_empty(m->id))
		refuse_mount(j, span, "invalid secret mount. one of source, target required");
	if (secret && m->source.len && m->id.len)
		refuse_mount(j, span, "both source and id can't be set");
}

static void read_mount(struct dockerfile_reader *r, struct dockerfile_instruction *in,
		       const struct dockerfile_flag *flag)
{
	struct dockerfile_mount *m = dockerfile_add(r->arena, &in->mounts);
	struct mount_job j = {.r = r, .in = in, .m = m};

	m->flag = flag;
	m->type = SLICE("bind");
	if (!read_fields(r, in, flag, &m->fields))
		return;
	vec_each(f, &m->fields)
		set_field(&j, f);
	if (!j.access_told)
		m->read_only = !slice_is(m->type, "cache") && !slice_is(m->type, "tmpfs");
	check_mount(&j);
}

/* `--device=name`, `--device=name=vendor.com/device,required` */
static void check_device(struct dockerfile_reader *r, struct dockerfile_instruction *in,
			 const struct dockerfile_flag *flag)
{
	struct dockerfile_field_list fields = {0};
	bool named = false, truth;

	if (!read_fields(r, in, flag, &fields))
		return;
	vec_each(f, &fields) {
		bool name = slice_is(f->key, "name"), required = slice_is(f->key, "required");

		if (name && f->has_value && named)
			dockerfile_refuse(r, in, DOCKERFILE_INSTRUCTION_ERROR, DOCKERFILE_BAD_MOUNT,
					  f->span, "device name already set");
		else if (!required && named)
			dockerfile_refuse(r, in, DOCKERFILE_INSTRUCTION_ERROR, DOCKERFILE_BAD_MOUNT,
					  f->span, "unexpected key '%.*s'",
					  SLICE_ARG(dockerfile_shown(f->key)));
		else if (required && f->has_value && !boolean(f->value, &truth))
			dockerfile_refuse(r, in, DOCKERFILE_INSTRUCTION_ERROR, DOCKERFILE_BAD_MOUNT,
					  f->span, "invalid value for required: %.*s",
					  SLICE_ARG(dockerfile_shown(f->value)));
		named |= !required;
	}
}

void dockerfile_read_mounts(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	vec_each(flag, &in->flags) {
		if (!flag->has_value)
			continue;
		if (slice_is(flag->name, "mount"))
			read_mount(r, in, flag);
		else if (slice_is(flag->name, "device"))
			check_device(r, in, flag);
	}
}
