/*
 * pacman's database of installed packages: a directory for each, with "desc",
 * sections of a "%NAME%" line, values a line each, and an empty line, and
 * "files", the same with the installed paths.
 *
 * Source: libalpm's be_local.c.
 */
#include "base/limits.h"
#include "inventory/program.h"
#include "inventory/rows.h"

#define MAX_DESC  (4 * MIB)
#define MAX_FILES (64 * MIB)

/* var/lib/pacman/local/<package>/<name> */
static bool is_of_package(struct slice path, struct slice name)
{
	struct slice package, rest;

	return slice_cut_prefix(&path, SLICE("var/lib/pacman/local/")) &&
	       slice_split(path, '/', &package, &rest) && !slice_empty(package) &&
	       slice_eq(rest, name);
}

static bool matches_desc(struct slice path)
{
	return is_of_package(path, SLICE("desc"));
}

static bool matches_files(struct slice path)
{
	return is_of_package(path, SLICE("files"));
}

/* The next line that is not empty; *section follows what "%NAME%" lines say. */
static bool next_value(struct slice *rest, struct slice *section, struct slice *ret)
{
	while (slice_next_line(rest, ret)) {
		*ret = slice_trim(*ret);
		if (ret->len > 2 && slice_starts(*ret, SLICE("%")) && slice_ends(*ret, SLICE("%")))
			*section = slice_first(slice_from(*ret, 1), ret->len - 2);
		else if (!slice_empty(*ret))
			return true;
	}
	return false;
}

struct desc {
	struct slice name, version, base, arch, packager, license;
	struct slice_list depends;
};

/* Of several licences all are told. */
static void add_license(struct desc *d, struct slice value, struct arena *a)
{
	struct slice parts[] = {d->license, value};

	if (d->license.len + value.len < LIMIT_PATH)
		d->license = slice_empty(d->license) ? arena_copy(a, value)
						     : arena_join(a, parts, 2, SLICE(" AND "));
}

/* "glibc>=2.38", "libreadline.so=8-64": shared libraries are no packages' names. */
static void add_depend(struct desc *d, struct slice value, struct arena *a)
{
	size_t end = 0;

	while (end < value.len && !strchr("<>=: ", value.data[end]))
		end++;
	struct slice name = slice_first(value, end);
	if (slice_find(name, SLICE(".so")) == name.len && inventory_sound(name))
		*vec_add(a, &d->depends) = arena_copy(a, name);
}

static void take_value(struct desc *d, struct slice section, struct slice value, struct arena *a)
{
	const struct {
		struct slice section;
		struct slice *field;
	} fields[] = {
		{SLICE("NAME"), &d->name},	   {SLICE("VERSION"), &d->version},
		{SLICE("BASE"), &d->base},	   {SLICE("ARCH"), &d->arch},
		{SLICE("PACKAGER"), &d->packager},
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (slice_eq(fields[i].section, section) && slice_empty(*fields[i].field))
			*fields[i].field = value;
	if (slice_is(section, "LICENSE"))
		add_license(d, value, a);
	else if (slice_is(section, "DEPENDS"))
		add_depend(d, value, a);
}

static bool parse_desc(const struct inventory_input *in, struct inventory_output *out,
		       struct error *err)
{
	struct slice rest = in->bytes, section = SLICE_EMPTY, value;
	struct arena *a = out->arena;
	struct desc d = {0};

	while (next_value(&rest, &section, &value))
		take_value(&d, section, value, a);
	if (!inventory_sound(d.name) || !inventory_sound(d.version) ||
	    (!slice_empty(d.base) && !inventory_sound(d.base)))
		return error_set(err, ERR_FORMAT,
				 "the description of a package has no usable name and version");
	struct package *p =
		inventory_add(out, ORIGIN_PACMAN, arena_copy(a, d.name), arena_copy(a, d.version));
	p->source_name = slice_empty(d.base) ? p->name : arena_copy(a, d.base);
	p->source_version = p->version;
	p->architecture = arena_copy(a, slice_first(d.arch, LIMIT_NAME));
	p->maintainer = arena_copy(a, slice_first(d.packager, LIMIT_NAME));
	p->license = d.license;
	p->depends = d.depends;
	return true;
}

static bool parse_files(const struct inventory_input *in, struct inventory_output *out,
			struct error *err)
{
	struct slice rest = in->bytes, section = SLICE_EMPTY, value;

	(void)err;
	while (next_value(&rest, &section, &value))
		if (slice_is(section, "FILES"))
			program_owned(out, value);
	return true;
}

const struct inventory_row inventory_pacman = {
	.name = "pacman",
	.origin = ORIGIN_PACMAN,
	.scopes = INVENTORY_IMAGE,
	.os_database = true,
	.max_size = MAX_DESC,
	.matches = matches_desc,
	.parse = parse_desc,
};

const struct inventory_row inventory_pacman_files = {
	.name = "pacman-files",
	.origin = ORIGIN_PACMAN,
	.scopes = INVENTORY_IMAGE,
	.max_size = MAX_FILES,
	.matches = matches_files,
	.parse = parse_files,
};
