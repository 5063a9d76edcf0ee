/*
 * What images of Azure Linux (CBL-Mariner) without rpm's database say of their
 * packages: var/lib/rpmmanifest/container-manifest-2, a line each:
 *
 *	name, version-release, install time, build time, vendor, epoch, size,
 *	architecture, epoch or 0, source package
 *
 * between tabs.  The file container-manifest-1 beside it names the same
 * packages with less detail, and is not read.
 *
 * Source: the toolkit's generate-manifest of microsoft/azurelinux.
 */
#include "base/limits.h"
#include "inventory/rows.h"

#define MAX_SIZE (16 * MIB)
#define COLUMNS	 10

static const char *const fixed_paths[] = {"var/lib/rpmmanifest/container-manifest-2", NULL};

static bool matches(struct slice path)
{
	return slice_eq(path, slice_from_cstr(fixed_paths[0]));
}

static struct slice known(struct slice column)
{
	return slice_is(column, "(none)") ? SLICE_EMPTY : column;
}

static bool split_columns(struct slice line, struct slice columns[static COLUMNS])
{
	size_t count = 0;
	bool more = true;

	while (more && count < COLUMNS)
		more = slice_split(line, '\t', &columns[count++], &line);
	return count == COLUMNS && !more;
}

static struct slice with_epoch(struct slice epoch, struct slice version, struct arena *a)
{
	uint64_t number;

	if (!slice_to_u64(epoch, &number) || number == 0)
		return arena_copy(a, version);
	return arena_printf(a, "%llu:%.*s", (unsigned long long)number, SLICE_ARG(version));
}

static bool add_line(struct slice line, uint64_t offset, struct inventory_output *out)
{
	struct slice c[COLUMNS], name, version;
	struct arena *a = out->arena;

	if (!split_columns(line, c) || !inventory_sound(c[0]) || !inventory_sound(c[1]) ||
	    c[1].len > LIMIT_NAME - 32 || !inventory_sound(c[7]) || !inventory_sound(c[9]))
		return false;
	struct package *p =
		inventory_add(out, ORIGIN_RPM, arena_copy(a, c[0]), with_epoch(c[8], c[1], a));
	p->maintainer = arena_copy(a, slice_first(known(c[4]), LIMIT_NAME));
	p->architecture = arena_copy(a, known(c[7]));
	p->source_name = p->name;
	p->source_version = p->version;
	p->offset = offset;
	p->length = line.len;
	if (package_source_rpm(c[9], &name, &version)) {
		p->source_name = arena_copy(a, name);
		p->source_version = with_epoch(c[8], version, a);
	}
	return true;
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct slice rest = in->bytes, line;

	(void)err;
	while (slice_next_line(&rest, &line)) {
		uint64_t offset = (uint64_t)(line.data - in->bytes.data);

		if (slice_starts(line, SLICE("gpg-pubkey\t")) || slice_empty(slice_trim(line)))
			continue;
		if (!add_line(line, offset, out))
			inventory_partial(out, offset, "a line does not describe a package");
	}
	return true;
}

const struct inventory_row inventory_rpm_manifest = {
	.name = "rpm-manifest",
	.origin = ORIGIN_RPM,
	.scopes = INVENTORY_IMAGE,
	.os_database = true,
	.max_size = MAX_SIZE,
	.matches = matches,
	.parse = parse,
	.fixed_paths = fixed_paths,
};
