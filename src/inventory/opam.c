/*
 * Packages that opam installed: a switch keeps the opam file of each in
 * .opam-switch/packages/<name>.<version>/ (opam's manual, "Switch-specific
 * structure" and "opam" file format).
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (4 * MIB)

/* "base.v0.16.3" of ".opam/default/.opam-switch/packages/base.v0.16.3/opam" */
static bool package_folder(struct slice path, struct slice *ret)
{
	static const struct slice parents = SLICE_INIT(".opam-switch/packages");

	if (!slice_cut_suffix(&path, SLICE("/opam")))
		return false;
	*ret = inventory_base_name(path);
	if (ret->len == path.len)
		return false;
	path = slice_first(path, path.len - ret->len - 1);
	return slice_cut_suffix(&path, parents) && (slice_empty(path) || slice_ends(path, SLICE("/")));
}

static bool matches(struct slice path)
{
	struct slice folder;

	return package_folder(path, &folder);
}

/* From behind "name:" at a line's start on. */
static struct slice field_value(struct slice text, struct slice name)
{
	const char *end = text.data + text.len;
	struct slice line;

	while (slice_next_line(&text, &line))
		if (slice_starts(line, name))
			return slice_new(line.data + name.len, (size_t)(end - line.data) - name.len);
	return SLICE_EMPTY;
}

/* One string or a list of them; those in braces are conditions. */
static void add_depends(struct manifest *m, struct package *p, struct slice value)
{
	unsigned braces = 0;
	struct slice name;

	value = slice_trim(value);
	bool list = slice_cut_prefix(&value, SLICE("["));
	for (size_t i = 0; i < value.len; i++) {
		char c = value.data[i];

		if (c == '"') {
			size_t length = slice_find_byte(slice_from(value, i + 1), '"');

			name = slice_first(slice_from(value, i + 1), length);
			if (!braces && !slice_is(name, "ocaml"))
				manifest_depend(m, p, name);
			i += length + 1;
			if (!list)
				return;
		} else if (c == '{') {
			braces++;
		} else if (c == '}' && braces) {
			braces--;
		} else if (c == ']' && !braces) {
			return;
		}
	}
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct slice folder = SLICE_EMPTY, name, version, quoted;
	struct manifest m;

	manifest_begin(&m, ORIGIN_OPAM, in, out);
	package_folder(in->path, &folder);
	slice_split(folder, '.', &name, &version);
	struct package *p = slice_empty(version) ? NULL : manifest_add_at(&m, name, version, 0, 0, 0);
	if (p) {
		struct slice license = field_value(m.text, SLICE("license:"));

		license = slice_trim(slice_first(license, slice_find_byte(license, '\n')));
		if (slice_cut_prefix(&license, SLICE("\"")) &&
		    slice_split(license, '"', &quoted, &license))
			manifest_set(&m, &p->license, quoted);
		add_depends(&m, p, field_value(m.text, SLICE("depends:")));
	} else {
		manifest_refuse(&m, "its folder is not named <name>.<version>");
	}
	return manifest_end(&m, err);
}

const struct inventory_row inventory_opam = {
	.name = "opam",
	.origin = ORIGIN_OPAM,
	.scopes = INVENTORY_IMAGE | INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.ends = "m",
	.matches = matches,
	.parse = parse,
};
