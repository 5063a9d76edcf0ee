/*
 * The manifest of an Ubuntu image that Chisel cut out of packages:
 * var/lib/chisel/manifest.wall, lines of JSON in a Zstandard frame, of which
 * those of the kind "package" count.  It does not tell source packages, by which
 * Ubuntu's advisories go, so a package counts as its own source, and that some
 * may be missed is said.
 *
 * Source: chisel's internal/manifest and public/jsonwall.
 */
#include "base/buf.h"
#include "base/limits.h"
#include "format/inflate.h"
#include "format/json.h"
#include "inventory/program.h"
#include "inventory/rows.h"

#define MAX_SIZE     (16 * MIB)
#define MAX_INFLATED (128 * MIB)

static const char *const fixed_paths[] = {"var/lib/chisel/manifest.wall", NULL};

static bool matches(struct slice path)
{
	return slice_eq(path, slice_from_cstr(fixed_paths[0]));
}

static bool inflate(struct slice bytes, struct buf *text, struct error *err)
{
	struct stream_memory memory;
	struct stream_inflate stream;
	struct slice piece;
	bool ok;

	stream_memory_init(&memory, bytes);
	stream_inflate_init(&stream, &memory.stream);
	do {
		ok = stream_next(&stream.stream, &piece, err);
		if (ok && !buf_add_slice(text, piece))
			ok = error_set(err, ERR_LIMIT,
				       "the manifest inflates to more than %zu bytes",
				       MAX_INFLATED);
	} while (ok && !slice_empty(piece));
	stream_release(&stream.stream);
	return ok;
}

static bool add_package(const struct node *n, struct inventory_output *out)
{
	struct slice name = node_get_text(n, SLICE("name")),
		     version = node_get_text(n, SLICE("version"));
	struct slice arch = node_get_text(n, SLICE("arch"));
	struct arena *a = out->arena;

	if (!inventory_sound(name) || !inventory_sound(version) ||
	    (!slice_empty(arch) && !inventory_sound(arch)))
		return false;
	struct package *p =
		inventory_add(out, ORIGIN_DPKG, arena_copy(a, name), arena_copy(a, version));
	p->architecture = arena_copy(a, arch);
	p->source_name = p->name;
	p->source_version = p->version;
	return true;
}

/* Most lines are of other kinds; their keys are in the order of the schema. */
static void read_lines(struct slice text, struct inventory_output *out)
{
	struct arena scratch;
	struct slice line;

	arena_init(&scratch, 0);
	while (slice_next_line(&text, &line)) {
		struct node *n;

		if (slice_starts(line, SLICE("{\"kind\":\"package\""))) {
			arena_clear(&scratch);
			if (!json_parse(line, &scratch, &n, NULL) || !add_package(n, out))
				inventory_partial(
					out, 0,
					"a package of the manifest has no usable name and version");
		} else if (slice_starts(line, SLICE("{\"kind\":\"path\""))) {
			arena_clear(&scratch);
			if (json_parse(line, &scratch, &n, NULL))
				program_owned(out, node_get_text(n, SLICE("path")));
		}
	}
	arena_release(&scratch);
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct buf text;
	bool ok;

	buf_init(&text, MAX_INFLATED);
	ok = inflate(in->bytes, &text, err);
	if (ok && !slice_starts(buf_slice(&text), SLICE("{\"jsonwall\":")))
		ok = error_set(err, ERR_FORMAT, "this is no manifest of Chisel");
	if (ok)
		read_lines(buf_slice(&text), out);
	if (out->packages.count)
		inventory_partial(out, 0,
				  "the manifest does not tell the source packages, by which "
				  "advisories go; what is "
				  "named otherwise than its source is not looked up");
	buf_release(&text);
	return ok;
}

const struct inventory_row inventory_chisel = {
	.name = "chisel",
	.origin = ORIGIN_DPKG,
	.scopes = INVENTORY_IMAGE,
	.os_database = true,
	.max_size = MAX_SIZE,
	.matches = matches,
	.parse = parse,
	.fixed_paths = fixed_paths,
};
