#include "model/os_release.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/wire.h"

/*
 * How a distribution's release is written in advisory names.  `parts` is how
 * many components of VERSION_ID count; 0 means all of them.
 */
static const struct suffix_row {
	struct slice id;
	unsigned parts;
	const char *before, *after;
} suffix_rows[] = {
	{ SLICE_INIT("debian"), 1, "", "" },
	{ SLICE_INIT("alpine"), 2, "v", "" },
	{ SLICE_INIT("almalinux"), 1, "", "" },
	{ SLICE_INIT("rocky"), 1, "", "" },
	{ SLICE_INIT("azurelinux"), 1, "", "" },
	{ SLICE_INIT("mariner"), 1, "", "" },
	{ SLICE_INIT("photon"), 2, "", "" },
	{ SLICE_INIT("opensuse-leap"), 2, "Leap ", "" },
	{ SLICE_INIT("mageia"), 1, "", "" },
};

const struct ecosystem *os_release_ecosystem(const struct os_release *os)
{
	/*
	 * Only the distribution itself: versions of derivatives are their own, and
	 * matching them as the parent's gives wrong verdicts in both directions.
	 */
	return ecosystem_by_os_id(os->id);
}

static struct slice first_parts(struct slice version, unsigned parts)
{
	size_t end = 0;

	for (unsigned i = 0; i < parts && end < version.len; i++) {
		size_t dot = slice_find_byte(slice_from(version, end), '.') + end;

		if (i + 1 == parts || dot >= version.len)
			return slice_first(version, dot);
		end = dot + 1;
	}
	return version;
}

/* Releases of even years' April are long-term ones: 14.04, 22.04. */
static bool ubuntu_lts(struct slice version)
{
	return version.len == 5 && ascii_digit(version.data[1]) &&
	       (version.data[1] - '0') % 2 == 0 && slice_ends(version, SLICE(".04"));
}

/* "15.5" -> "Linux Enterprise Server 15 SP5"; SUSE writes the products' whole names. */
static struct slice suse_suffix(struct slice version, struct arena *a)
{
	struct slice major, minor;
	uint64_t number;

	slice_split(version, '.', &major, &minor);
	if (slice_to_u64(major, &number) && number < 16 && !slice_empty(minor))
		return arena_printf(a, "Linux Enterprise Server %.*s SP%.*s", SLICE_ARG(major),
				    SLICE_ARG(minor));
	return arena_printf(a, "Linux Enterprise Server %.*s", SLICE_ARG(version));
}

/* "openEuler 22.03 (LTS-SP1)" -> "22.03-LTS-SP1" */
static struct slice openeuler_suffix(const struct os_release *os, struct arena *a)
{
	struct slice rest = os->pretty_name;
	size_t open = slice_find_byte(rest, '(');
	size_t close = slice_find_byte(rest, ')');

	if (open >= close || close >= rest.len)
		return os->version_id;
	return arena_printf(a, "%.*s-%.*s", SLICE_ARG(os->version_id),
			    SLICE_ARG(slice_new(rest.data + open + 1, close - open - 1)));
}

struct slice os_release_suffix(const struct os_release *os, struct arena *a)
{
	if (slice_is(os->id, "opensuse-tumbleweed"))
		return SLICE("Tumbleweed");
	if (slice_empty(os->version_id))
		return SLICE_EMPTY;
	if (slice_is(os->id, "sles") || slice_is(os->id, "sled") || slice_is(os->id, "sles_sap"))
		return suse_suffix(os->version_id, a);
	if (slice_is(os->id, "openEuler"))
		return openeuler_suffix(os, a);
	if (slice_is(os->id, "ubuntu"))
		return arena_printf(a, "%.*s%s", SLICE_ARG(os->version_id),
				    ubuntu_lts(os->version_id) ? ":LTS" : "");
	for (size_t i = 0; i < ARRAY_LEN(suffix_rows); i++) {
		const struct suffix_row *row = &suffix_rows[i];

		if (!slice_eq(row->id, os->id))
			continue;
		/* Alpine's development branch: "3.19_alpha2023" has no advisories of its own. */
		if (slice_is(os->id, "alpine") && slice_find_byte(os->version_id, '_') < os->version_id.len)
			return SLICE("edge");
		return arena_printf(a, "%s%.*s%s", row->before,
				    SLICE_ARG(first_parts(os->version_id, row->parts)), row->after);
	}
	return os->version_id;
}

struct slice os_release_trivy_name(const struct os_release *os)
{
	return os->version_id;
}

bool os_release_fact(const struct os_release *os, struct slice kind, struct slice value)
{
	struct slice rest = os->facts, line;

	while (slice_next(&rest, '\n', &line))
		if (slice_cut_prefix(&line, kind) && (slice_empty(value) || slice_eq(line, value)))
			return true;
	return false;
}

void os_release_encode(const struct os_release *os, struct buf *b)
{
	wire_put_slice(b, os->id);
	wire_put_slice(b, os->id_like);
	wire_put_slice(b, os->version_id);
	wire_put_slice(b, os->codename);
	wire_put_slice(b, os->pretty_name);
	wire_put_slice(b, os->path);
	wire_put_u32(b, (uint32_t)os->layer);
	wire_put_slice(b, os->facts);
}

bool os_release_decode(struct cursor *c, struct arena *a, struct os_release *ret)
{
	*ret = (struct os_release){ 0 };
	ret->id = wire_copy_slice(c, a);
	ret->id_like = wire_copy_slice(c, a);
	ret->version_id = wire_copy_slice(c, a);
	ret->codename = wire_copy_slice(c, a);
	ret->pretty_name = wire_copy_slice(c, a);
	ret->path = wire_copy_slice(c, a);
	ret->layer = (int32_t)wire_get_u32(c);
	ret->facts = wire_copy_slice(c, a);
	return !c->failed;
}
