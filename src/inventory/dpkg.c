/*
 * The dpkg database: var/lib/dpkg/status (dpkg(1), deb-control(5)) and the
 * status.d directory of distroless images, a stanza a file.
 */
#include "base/limits.h"
#include "format/control.h"
#include "inventory/program.h"
#include "inventory/rows.h"

#define MAX_SIZE (128 * MIB)

static const char *const status_paths[] = { "var/lib/dpkg/status", NULL };
static const char *const status_d_paths[] = { "var/lib/dpkg/status.d/", NULL };

struct stanza {
	struct slice package, version, source, architecture, status, maintainer, depends, pre_depends;
	size_t offset, end;
	bool any;
};

static void take_field(struct stanza *s, const struct control_field *f)
{
	const struct {
		struct slice key;
		struct slice *field;
	} fields[] = {
		{ SLICE("Package"), &s->package },       { SLICE("Version"), &s->version },
		{ SLICE("Source"), &s->source },         { SLICE("Architecture"), &s->architecture },
		{ SLICE("Status"), &s->status },         { SLICE("Maintainer"), &s->maintainer },
		{ SLICE("Depends"), &s->depends },       { SLICE("Pre-Depends"), &s->pre_depends },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (slice_eq_nocase(f->key, fields[i].key))
			*fields[i].field = f->value;
	if (!s->any)
		s->offset = f->offset;
	s->any = true;
	s->end = (size_t)(f->value.data + f->value.len - f->key.data) + f->offset;
}

/*
 * The third word of Status is the state (dpkg(1), "Package states").  Where
 * files may be on disk the package counts; distroless stanzas have no Status.
 */
static uint32_t state_flags(struct slice status)
{
	struct slice state = slice_from(status, slice_rfind_byte(status, ' ') + 1);

	if (slice_empty(status) || slice_is(state, "installed") || slice_is(state, "triggers-awaited") ||
	    slice_is(state, "triggers-pending"))
		return 0;
	if (slice_is(state, "not-installed") || slice_is(state, "config-files"))
		return PACKAGE_NOT_INSTALLED;
	return PACKAGE_HALF_INSTALLED;
}

/* "source (version)"; the version is told only where it differs. */
static void set_source(struct package *p, struct slice source)
{
	struct slice name, version;

	p->source_name = p->name;
	p->source_version = p->version;
	if (slice_empty(source))
		return;
	if (slice_split(source, '(', &name, &version)) {
		version = slice_first(version, slice_find_byte(version, ')'));
		if (!slice_empty(slice_trim(version)))
			p->source_version = slice_trim(version);
	}
	if (!slice_empty(slice_trim(name)))
		p->source_name = slice_trim(name);
}

/* First alternatives only: "a (>= 1) | b, c:any" gives a and c. */
static void add_depends(struct package *p, struct slice list, struct arena *a)
{
	struct slice item;

	while (slice_next(&list, ',', &item)) {
		size_t end = 0;

		item = slice_trim(item);
		while (end < item.len && !ascii_space(item.data[end]) && item.data[end] != '(' &&
		       item.data[end] != ':' && item.data[end] != '|')
			end++;
		if (end)
			*vec_add(a, &p->depends) = arena_copy(a, slice_first(item, end));
	}
}

static void add_stanza(const struct stanza *s, struct inventory_output *out)
{
	struct arena *a = out->arena;
	uint32_t flags = state_flags(s->status);

	/* A package that was never installed has no version; that is no fault. */
	if (slice_empty(s->version) && (flags & PACKAGE_NOT_INSTALLED))
		return;
	if (!inventory_sound(s->package) || !inventory_sound(s->version) || s->source.len > LIMIT_NAME) {
		inventory_partial(out, s->offset, "a stanza has no usable package name and version");
		return;
	}
	struct package *p = inventory_add(out, ORIGIN_DPKG, arena_copy(a, s->package),
					  arena_copy(a, s->version));
	p->flags = flags;
	p->architecture = arena_copy(a, s->architecture);
	p->maintainer = arena_copy(a, s->maintainer);
	p->offset = s->offset;
	p->length = s->end - s->offset;
	set_source(p, arena_copy(a, s->source));
	add_depends(p, s->pre_depends, a);
	add_depends(p, s->depends, a);
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct control_reader reader;
	size_t bad = 0;

	(void)err;
	control_init(&reader, in->bytes, true);
	while (control_stanza(&reader)) {
		struct stanza s = { 0 };
		struct control_field field;
		size_t before = bad, start = reader.off;

		while (control_field(&reader, &field, &bad))
			take_field(&s, &field);
		if (bad > before)
			inventory_partial(out, s.any ? s.offset : start, "a line is no field of a control file");
		if (s.any)
			add_stanza(&s, out);
	}
	return true;
}

static bool matches_status(struct slice path)
{
	return slice_is(path, "var/lib/dpkg/status");
}

/* Beside the stanzas lie checksum lists, "<package>.md5sums". */
static bool matches_status_d(struct slice path)
{
	return slice_cut_prefix(&path, SLICE("var/lib/dpkg/status.d/")) && !slice_empty(path) &&
	       slice_find_byte(path, '/') == path.len && !slice_ends(path, SLICE(".md5sums")) &&
	       !slice_ends(path, SLICE(".preinst"));
}

const struct inventory_row inventory_dpkg_status = {
	.name = "dpkg-status",
	.origin = ORIGIN_DPKG,
	.scopes = INVENTORY_IMAGE,
	.os_database = true,
	.max_size = MAX_SIZE,
	.matches = matches_status,
	.ends = "s",
	.parse = parse,
	.fixed_paths = status_paths,
};

const struct inventory_row inventory_dpkg_status_d = {
	.name = "dpkg-status-d",
	.origin = ORIGIN_DPKG,
	.scopes = INVENTORY_IMAGE,
	.os_database = true,
	.max_size = 4 * MIB,
	.matches = matches_status_d,
	.parse = parse,
	.fixed_paths = status_d_paths,
};

/* Lists of installed files: a path a line, in status.d of distroless images behind a checksum. */
static bool matches_list(struct slice path)
{
	return (slice_starts(path, SLICE("var/lib/dpkg/info/")) && slice_ends(path, SLICE(".list"))) ||
	       (slice_starts(path, SLICE("var/lib/dpkg/status.d/")) &&
		slice_ends(path, SLICE(".md5sums")));
}

static bool parse_list(const struct inventory_input *in, struct inventory_output *out,
		       struct error *err)
{
	struct slice rest = in->bytes, line;
	bool sums = slice_ends(in->path, SLICE(".md5sums"));

	(void)err;
	while (slice_next_line(&rest, &line))
		program_owned(out, sums ? slice_trim(slice_from(line, slice_find_byte(line, ' '))) : line);
	return true;
}

const struct inventory_row inventory_dpkg_list = {
	.name = "dpkg-list",
	.origin = ORIGIN_DPKG,
	.scopes = INVENTORY_IMAGE,
	.max_size = MAX_SIZE,
	.ends = "ts",
	.matches = matches_list,
	.parse = parse_list,
};
