/*
 * apk's database of installed packages: lines "K:value" with one letter keys,
 * a stanza a package (apk-tools, "Installed database" of the apk v2 format).
 */
#include "base/limits.h"
#include "format/control.h"
#include "inventory/program.h"
#include "inventory/rows.h"

#define MAX_SIZE (128 * MIB)

static const char *const fixed_paths[] = { "lib/apk/db/installed", "usr/lib/apk/db/installed", NULL };

static bool matches(struct slice path)
{
	return slice_is(path, "lib/apk/db/installed") || slice_is(path, "usr/lib/apk/db/installed");
}

struct stanza {
	struct slice by_letter[128];
	size_t offset, end;
	bool any;
};

/* "so:libc.musl-x86_64.so.1" and "cmd:sh" name provided things; "!x" is a conflict. */
static void add_depends(struct package *p, struct slice list, struct arena *a)
{
	struct slice item;

	while (slice_next(&list, ' ', &item)) {
		size_t end = 0;

		if (slice_empty(item) || item.data[0] == '!')
			continue;
		while (end < item.len && !strchr("<>=~", item.data[end]))
			end++;
		if (end && slice_find_byte(item, ':') == item.len)
			*vec_add(a, &p->depends) = arena_copy(a, slice_first(item, end));
	}
}

static void add_stanza(const struct stanza *s, struct inventory_output *out)
{
	struct arena *a = out->arena;
	struct slice name = s->by_letter['P'], version = s->by_letter['V'], origin = s->by_letter['o'];

	if (!inventory_sound(name) || !inventory_sound(version) || origin.len > LIMIT_NAME) {
		inventory_partial(out, s->offset, "a stanza has no usable package name and version");
		return;
	}
	struct package *p = inventory_add(out, ORIGIN_APK, arena_copy(a, name), arena_copy(a, version));
	p->source_name = slice_empty(origin) ? p->name : arena_copy(a, origin);
	p->source_version = p->version;
	p->architecture = arena_copy(a, s->by_letter['A']);
	p->license = arena_copy(a, s->by_letter['L']);
	p->maintainer = arena_copy(a, s->by_letter['m']);
	p->integrity = arena_copy(a, s->by_letter['C']);
	p->offset = s->offset;
	p->length = s->end - s->offset;
	add_depends(p, s->by_letter['D'], a);
}

/* "F:usr/bin" and below it "R:python3.11": only programs' paths are of interest. */
static void take_path(struct slice key, struct slice value, struct slice *folder,
		      struct inventory_output *out)
{
	if (slice_is(key, "F"))
		*folder = value;
	else if (slice_is(key, "R") && program_known_name(value))
		program_owned(out, slice_empty(*folder) ? value :
				   arena_printf(out->arena, "%.*s/%.*s", SLICE_ARG(*folder),
						SLICE_ARG(value)));
}

/* File lists make most of the text: keys are one letter, and a, Z, M are passed over. */
static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct control_reader reader;
	size_t bad = 0;

	(void)err;
	control_init(&reader, in->bytes, false);
	while (control_stanza(&reader)) {
		struct stanza s = { 0 };
		struct control_field field;
		struct slice folder = SLICE_EMPTY;
		size_t before = bad, start = reader.off;

		while (control_field(&reader, &field, &bad)) {
			if (!s.any)
				s.offset = field.offset;
			s.any = true;
			s.end = (size_t)(field.value.data + field.value.len - field.key.data) + field.offset;
			take_path(field.key, field.value, &folder, out);
			if (field.key.len == 1 && (unsigned char)field.key.data[0] < 128)
				s.by_letter[(unsigned char)field.key.data[0]] = field.value;
		}
		if (bad > before)
			inventory_partial(out, s.any ? s.offset : start, "a line is no field of an apk database");
		if (s.any)
			add_stanza(&s, out);
	}
	return true;
}

const struct inventory_row inventory_apk_installed = {
	.name = "apk-installed",
	.origin = ORIGIN_APK,
	.scopes = INVENTORY_IMAGE,
	.os_database = true,
	.max_size = MAX_SIZE,
	.matches = matches,
	.ends = "d",
	.parse = parse,
	.fixed_paths = fixed_paths,
};
