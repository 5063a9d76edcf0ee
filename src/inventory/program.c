/*
 * Programs outside of any package manager: executables are searched in the
 * pass that looks for Go's and Rust's lists, scripts and data files by a row of
 * their own.
 */
#include "inventory/program.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "inventory/exe_probe.h"
#include "inventory/rows.h"

/* --------------------------------------------------------------- packages */

/* "helm.sh/helm" is the module of "helm.sh/helm/v3" too. */
static bool of_module(struct slice name, struct slice module)
{
	return slice_cut_prefix(&name, module) && (slice_empty(name) || name.data[0] == '/');
}

/* The Go program's own module, where it lacks nothing but the version. */
static bool complete_module(const struct program_found *found, struct inventory_output *out)
{
	bool known = false;

	vec_each(p, &out->packages) {
		if (p->origin != ORIGIN_GO_BINARY || !(p->flags & PACKAGE_MAIN) ||
		    !of_module(p->name, found->row->module))
			continue;
		known = true;
		if (!(p->flags & PACKAGE_UNVERSIONED))
			continue;
		p->version = arena_printf(out->arena, "v%.*s", SLICE_ARG(found->version));
		p->flags = (p->flags & ~(uint32_t)PACKAGE_UNVERSIONED) | PACKAGE_GUESSED;
		p->offset = found->offset;
		p->length = found->version.len;
	}
	return known;
}

/*
 * As Bitnami's advisories write versions: three numbers, and what stands in
 * front of a release or, of Java 8, its update behind a dash.  "15.20" is
 * 15.20.0, "3.13.0rc1" is 3.13.0-rc1, "1.8.0_352-b08" is 1.8.0-352; builds and
 * patch levels are left away.
 */
static struct slice bitnami_version(struct slice version, struct arena *a)
{
	static const struct slice before_release[] = {
		SLICE_INIT("alpha"), SLICE_INIT("beta"), SLICE_INIT("rc"), SLICE_INIT("RC"),
		SLICE_INIT("dev"), SLICE_INIT("preview"), SLICE_INIT("pre"), SLICE_INIT("canary"),
	};
	struct slice numbers[3] = { SLICE("0"), SLICE("0"), SLICE("0") }, rest = version;
	size_t count = 0, n;

	for (; count < 3; count++) {
		if (count && !(rest.len > 1 && rest.data[0] == '.' && ascii_digit(rest.data[1])))
			break;
		rest = slice_from(rest, count ? 1 : 0);
		for (n = 0; n < rest.len && ascii_digit(rest.data[n]); n++)
			;
		numbers[count] = slice_first(rest, n);
		rest = slice_from(rest, n);
	}
	bool update = slice_cut_prefix(&rest, SLICE("_"));
	if (!update)
		slice_cut_prefix(&rest, SLICE("-"));
	bool kept = update;
	for (size_t i = 0; i < ARRAY_LEN(before_release); i++)
		kept |= slice_starts(rest, before_release[i]);
	for (n = 0; kept && n < rest.len && (ascii_alnum(rest.data[n]) || rest.data[n] == '.'); n++)
		;
	return arena_printf(a, "%.*s.%.*s.%.*s%s%.*s", SLICE_ARG(numbers[0]), SLICE_ARG(numbers[1]),
			    SLICE_ARG(numbers[2]), kept && n ? "-" : "",
			    SLICE_ARG(slice_first(rest, kept ? n : 0)));
}

void program_add(const struct program_found *found, struct inventory_output *out)
{
	const struct program *row = found->row;

	if (!slice_empty(row->module) && complete_module(found, out))
		return;
	struct package *p = inventory_add(out, ORIGIN_PROGRAM, row->package,
					  arena_copy(out->arena, found->version));
	p->ecosystem = slice_empty(row->bitnami) ? NULL : ecosystem_by_osv(SLICE("Bitnami"));
	p->source_name = row->bitnami;
	if (!slice_empty(row->bitnami))
		p->source_version = bitnami_version(p->version, out->arena);
	p->cpe = arena_printf(out->arena, "cpe:2.3:a:%.*s:%.*s:*:*:*:*:*:*:*", SLICE_ARG(row->cpe),
			      SLICE_ARG(found->version));
	p->flags = PACKAGE_GUESSED;
	p->offset = found->offset;
	p->length = found->version.len;
}

/* ------------------------------------------------------------ executables */

static void *probe_begin(struct arena *a, const struct inventory_file *file)
{
	struct program_search **state = arena_new(a, struct program_search *);

	*state = program_search_new(a, file->path, false);
	return state;
}

static enum exe_probe_need probe_feed(void *state, struct slice piece)
{
	struct program_search **search = state;

	return *search && program_search_feed(*search, piece) ? EXE_PROBE_MORE : EXE_PROBE_DONE;
}

static bool probe_finish(void *state, struct inventory_output *out, struct error *err)
{
	struct program_search **search = state;
	struct program_found found;

	(void)err;
	if (*search && program_search_finish(*search, &found))
		program_add(&found, out);
	return true;
}

const struct exe_probe exe_probe_program = {
	.begin = probe_begin,
	.feed = probe_feed,
	.finish = probe_finish,
	.independent = true,
};

/* ------------------------------------------------- scripts and data files */

struct inventory_sieve {
	struct program_search *search;
};

static bool matches(struct slice path)
{
	struct slice name = inventory_base_name(path);

	for (size_t i = 0; i < program_row_count; i++) {
		const struct program *row = &program_rows[i];

		if (row->text && name.len && name.data[0] == row->names[0][0] &&
		    program_named(row, path))
			return true;
	}
	return false;
}

static struct inventory_sieve *sieve_begin(struct arena *a, const struct inventory_file *file)
{
	struct inventory_sieve *s = arena_new(a, struct inventory_sieve);

	s->search = program_search_new(a, file->path, true);
	return s;
}

static bool sieve_feed(struct inventory_sieve *s, struct slice piece)
{
	return s->search && program_search_feed(s->search, piece);
}

static bool sieve_finish(struct inventory_sieve *s, struct inventory_output *out, struct error *err)
{
	struct program_found found;

	(void)err;
	if (s->search && program_search_finish(s->search, &found))
		program_add(&found, out);
	return true;
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	const struct inventory_file file = { .path = in->path, .size = in->bytes.len };
	struct inventory_sieve *s = sieve_begin(out->arena, &file);

	sieve_feed(s, in->bytes);
	return sieve_finish(s, out, err);
}

const struct inventory_row inventory_program_file = {
	.name = "program-file",
	.origin = ORIGIN_PROGRAM,
	.scopes = INVENTORY_IMAGE | INVENTORY_DIRECTORY,
	.max_size = SIZE_MAX,
	.ends = "rpeNi", /* of the text rows' names */
	.matches = matches,
	.parse = parse,
	.sieve_begin = sieve_begin,
	.sieve_feed = sieve_feed,
	.sieve_finish = sieve_finish,
};

/* -------------------------------------------------------------- ownership */

/* /bin and /lib are links to those below /usr nearly everywhere. */
static struct slice merged(struct slice path)
{
	slice_cut_prefix(&path, SLICE("usr/"));
	return path;
}

void program_owned(struct inventory_output *out, struct slice path)
{
	slice_cut_prefix(&path, SLICE("./"));
	slice_cut_prefix(&path, SLICE("/"));
	if (path.len > LIMIT_PATH || !program_known_name(path))
		return;
	struct package *p = inventory_add(out, ORIGIN_NONE, arena_copy(out->arena, path), SLICE_EMPTY);
	p->flags = PACKAGE_OWNS;
}

void program_settle(struct package_list *packages)
{
	struct map owned;
	size_t kept = 0;

	map_init(&owned);
	vec_each(p, packages)
		if (p->flags & PACKAGE_OWNS)
			map_put(&owned, merged(p->name), NULL);
	vec_each(p, packages) {
		bool gone = (p->flags & PACKAGE_OWNS) ||
			    (p->origin == ORIGIN_PROGRAM && map_get(&owned, merged(p->path)));

		if (!gone)
			packages->items[kept++] = *p;
	}
	packages->count = kept;
	map_release(&owned);
}
