/*
 * opkg's database (OpenWrt and relatives): stanzas like dpkg's, in a status
 * file for all packages, and in info/ a control file and a list of paths for
 * each.  A package counts once: see opkg_settle.
 *
 * Sources: opkg's libopkg/pkg_parse.c; OpenWrt's include/package-pack.mk for
 * SourceName.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "format/control.h"
#include "inventory/program.h"
#include "inventory/rows.h"

#define MAX_SIZE (64 * MIB)

static const char *const status_paths[] = {
	"usr/lib/opkg/status",
	"var/lib/opkg/status",
	"opt/lib/opkg/status",
	NULL,
};
static const char *const info_paths[] = {
	"usr/lib/opkg/info/",
	"var/lib/opkg/info/",
	"opt/lib/opkg/info/",
	NULL,
};

static bool matches_status(struct slice path)
{
	if (!slice_ends(path, SLICE("/opkg/status")))
		return false;
	for (size_t i = 0; status_paths[i]; i++)
		if (slice_eq(path, slice_from_cstr(status_paths[i])))
			return true;
	return false;
}

static bool is_info(struct slice path, struct slice ending)
{
	if (!slice_ends(path, ending))
		return false;
	for (size_t i = 0; info_paths[i]; i++) {
		struct slice name = path;

		if (slice_cut_prefix(&name, slice_from_cstr(info_paths[i])))
			return name.len > ending.len && slice_find_byte(name, '/') == name.len;
	}
	return false;
}

static bool matches_control(struct slice path)
{
	return is_info(path, SLICE(".control"));
}

static bool matches_list(struct slice path)
{
	return is_info(path, SLICE(".list"));
}

struct stanza {
	struct slice package, version, source, architecture, status, maintainer, license, depends;
	size_t offset, end;
	bool any;
};

static void take_field(struct stanza *s, const struct control_field *f)
{
	const struct {
		struct slice key;
		struct slice *field;
	} fields[] = {
		{SLICE("Package"), &s->package},   {SLICE("Version"), &s->version},
		{SLICE("SourceName"), &s->source}, {SLICE("Architecture"), &s->architecture},
		{SLICE("Status"), &s->status},	   {SLICE("Maintainer"), &s->maintainer},
		{SLICE("License"), &s->license},   {SLICE("Depends"), &s->depends},
	};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (slice_eq_nocase(f->key, fields[i].key))
			*fields[i].field = f->value;
	if (!s->any)
		s->offset = f->offset;
	s->any = true;
	s->end = (size_t)(f->value.data + f->value.len - f->key.data) + f->offset;
}

/* The third word is the state; control files have none. */
static uint32_t state_flags(struct slice status)
{
	struct slice state = slice_from(status, slice_rfind_byte(status, ' ') + 1);

	if (slice_empty(status) || slice_is(state, "installed"))
		return 0;
	if (slice_is(state, "not-installed") || slice_is(state, "config-files"))
		return PACKAGE_NOT_INSTALLED;
	return PACKAGE_HALF_INSTALLED;
}

static void add_depends(struct package *p, struct slice list, struct arena *a)
{
	struct slice item;

	while (slice_next(&list, ',', &item)) {
		size_t end = 0;

		item = slice_trim(item);
		while (end < item.len && !ascii_space(item.data[end]) && item.data[end] != '(' &&
		       item.data[end] != '|')
			end++;
		if (end)
			*vec_add(a, &p->depends) = arena_copy(a, slice_first(item, end));
	}
}

static void add_stanza(const struct stanza *s, struct inventory_output *out)
{
	struct arena *a = out->arena;
	uint32_t flags = state_flags(s->status);

	if (slice_empty(s->version) && (flags & PACKAGE_NOT_INSTALLED))
		return;
	if (!inventory_sound(s->package) || !inventory_sound(s->version) ||
	    s->source.len > LIMIT_NAME) {
		inventory_partial(out, s->offset,
				  "a stanza has no usable package name and version");
		return;
	}
	struct package *p = inventory_add(out, ORIGIN_OPKG, arena_copy(a, s->package),
					  arena_copy(a, s->version));
	p->flags = flags;
	p->source_name = slice_empty(s->source) ? p->name : arena_copy(a, s->source);
	p->source_version = p->version;
	p->architecture = arena_copy(a, s->architecture);
	p->maintainer = arena_copy(a, s->maintainer);
	p->license = arena_copy(a, s->license);
	p->offset = s->offset;
	p->length = s->end - s->offset;
	add_depends(p, s->depends, a);
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct control_reader reader;
	size_t bad = 0;

	(void)err;
	control_init(&reader, in->bytes, true);
	while (control_stanza(&reader)) {
		struct stanza s = {0};
		struct control_field field;
		size_t before = bad, start = reader.off;

		while (control_field(&reader, &field, &bad))
			take_field(&s, &field);
		if (bad > before)
			inventory_partial(out, s.any ? s.offset : start,
					  "a line is no field of a control file");
		if (s.any)
			add_stanza(&s, out);
	}
	return true;
}

static bool parse_list(const struct inventory_input *in, struct inventory_output *out,
		       struct error *err)
{
	struct slice rest = in->bytes, line;

	(void)err;
	while (slice_next_line(&rest, &line))
		program_owned(out, line);
	return true;
}

/* Name, version and database; removed ones as well. */
static struct slice key_of(const struct package *p, struct arena *a)
{
	struct slice parts[] = {p->name, p->version};

	return arena_join(a, parts, 2, SLICE("\n"));
}

void opkg_settle(struct package_list *packages)
{
	struct map known;
	struct arena a;
	size_t kept = 0;

	map_init(&known);
	arena_init(&a, 0);
	vec_each (p, packages)
		if (p->origin == ORIGIN_OPKG && matches_status(p->path))
			map_put(&known, key_of(p, &a), NULL);
	for (size_t i = 0; known.live && i < packages->count; i++) {
		const struct package *p = &packages->items[i];

		if (p->origin != ORIGIN_OPKG || matches_status(p->path) ||
		    !map_get(&known, key_of(p, &a)))
			packages->items[kept++] = *p;
	}
	if (known.live)
		packages->count = kept;
	map_release(&known);
	arena_release(&a);
}

const struct inventory_row inventory_opkg_status = {
	.name = "opkg-status",
	.origin = ORIGIN_OPKG,
	.scopes = INVENTORY_IMAGE,
	.os_database = true,
	.max_size = MAX_SIZE,
	.matches = matches_status,
	.parse = parse,
	.fixed_paths = status_paths,
};

const struct inventory_row inventory_opkg_control = {
	.name = "opkg-control",
	.origin = ORIGIN_OPKG,
	.scopes = INVENTORY_IMAGE,
	.os_database = true,
	.max_size = 4 * MIB,
	.matches = matches_control,
	.parse = parse,
	.fixed_paths = info_paths,
};

const struct inventory_row inventory_opkg_list = {
	.name = "opkg-list",
	.origin = ORIGIN_OPKG,
	.scopes = INVENTORY_IMAGE,
	.max_size = MAX_SIZE,
	.matches = matches_list,
	.parse = parse_list,
};
