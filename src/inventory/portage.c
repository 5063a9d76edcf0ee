/*
 * Portage's database of installed packages: a directory
 * var/db/pkg/<category>/<name>-<version>, whose file "PF" repeats its own name
 * and whose "CONTENTS" lists what was installed.
 *
 * Source: Gentoo's Package Manager Specification, sections 3.1 (names) and 3.2
 * (versions), 13 (PF).
 */
#include "base/limits.h"
#include "inventory/program.h"
#include "inventory/rows.h"

#define MAX_PF	     (4 * KIB)
#define MAX_CONTENTS (64 * MIB)

/* var/db/pkg/<category>/<package>/<name> */
static bool split_path(struct slice path, struct slice *category, struct slice *package,
		       struct slice *name)
{
	struct slice rest;

	return slice_cut_prefix(&path, SLICE("var/db/pkg/")) &&
	       slice_split(path, '/', category, &rest) && slice_split(rest, '/', package, name) &&
	       !slice_empty(*category) && !slice_empty(*package) &&
	       slice_find_byte(*name, '/') == name->len &&
	       !slice_starts(*package, SLICE("-MERGING-"));
}

static bool matches_pf(struct slice path)
{
	struct slice category, package, name;

	return split_path(path, &category, &package, &name) && slice_is(name, "PF");
}

static bool matches_contents(struct slice path)
{
	struct slice category, package, name;

	return split_path(path, &category, &package, &name) && slice_is(name, "CONTENTS");
}

static bool take_digits(struct slice *s)
{
	size_t end = 0;

	while (end < s->len && ascii_digit(s->data[end]))
		end++;
	*s = slice_from(*s, end);
	return end > 0;
}

/* Numbers with dots, a letter, suffixes "_rc1", a revision "-r2". */
static bool is_version(struct slice s)
{
	static const struct slice suffixes[] = {
		SLICE_INIT("_alpha"), SLICE_INIT("_beta"), SLICE_INIT("_pre"),
		SLICE_INIT("_rc"),    SLICE_INIT("_p"),
	};
	bool more = true;

	if (!take_digits(&s))
		return false;
	while (slice_cut_prefix(&s, SLICE(".")))
		if (!take_digits(&s))
			return false;
	if (!slice_empty(s) && ascii_lower(s.data[0]))
		s = slice_from(s, 1);
	while (more) {
		more = false;
		for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]) && !more; i++)
			more = slice_cut_prefix(&s, suffixes[i]);
		take_digits(&s);
	}
	if (slice_cut_prefix(&s, SLICE("-r")) && !take_digits(&s))
		return false;
	return slice_empty(s);
}

/* A name does not end in what would pass for a version, so the first place that fits is right. */
static bool split_version(struct slice pf, struct slice *name, struct slice *version)
{
	for (size_t i = 1; i + 1 < pf.len; i++) {
		if (pf.data[i] != '-' || !ascii_digit(pf.data[i + 1]) ||
		    !is_version(slice_from(pf, i + 1)))
			continue;
		*name = slice_first(pf, i);
		*version = slice_from(pf, i + 1);
		return true;
	}
	return false;
}

static bool parse_pf(const struct inventory_input *in, struct inventory_output *out,
		     struct error *err)
{
	struct slice pf = slice_trim(in->bytes), category = SLICE_EMPTY, package, file, name,
		     version;

	split_path(in->path, &category, &package, &file);
	if (pf.len > LIMIT_NAME || !inventory_sound(pf) || !split_version(pf, &name, &version))
		return error_set(err, ERR_FORMAT, "the file has no name and version of a package");
	struct slice parts[] = {category, name};
	struct slice whole =
		slice_empty(category) ? name : arena_join(out->arena, parts, 2, SLICE("/"));
	if (!inventory_sound(whole))
		return error_set(err, ERR_FORMAT, "the package's category is not usable");
	struct package *p = inventory_add(out, ORIGIN_PORTAGE, arena_copy(out->arena, whole),
					  arena_copy(out->arena, version));
	p->source_name = p->name;
	p->source_version = p->version;
	return true;
}

/* "obj /usr/bin/x <md5> <mtime>": the path may have blanks, what follows has none. */
static bool parse_contents(const struct inventory_input *in, struct inventory_output *out,
			   struct error *err)
{
	struct slice rest = in->bytes, line;

	(void)err;
	while (slice_next_line(&rest, &line)) {
		if (!slice_cut_prefix(&line, SLICE("obj ")))
			continue;
		line = slice_first(line, slice_rfind_byte(line, ' '));
		program_owned(out, slice_first(line, slice_rfind_byte(line, ' ')));
	}
	return true;
}

const struct inventory_row inventory_portage = {
	.name = "portage",
	.origin = ORIGIN_PORTAGE,
	.scopes = INVENTORY_IMAGE,
	.os_database = true,
	.max_size = MAX_PF,
	.matches = matches_pf,
	.parse = parse_pf,
};

const struct inventory_row inventory_portage_contents = {
	.name = "portage-contents",
	.origin = ORIGIN_PORTAGE,
	.scopes = INVENTORY_IMAGE,
	.max_size = MAX_CONTENTS,
	.matches = matches_contents,
	.parse = parse_contents,
};
