/*
 * Gemfile.lock and gems.locked (Bundler's own lockfile_parser.rb): sections of
 * lines whose indentation says what they are.  Which gems are for development
 * only is not told.
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (16 * MIB)

static bool matches(struct slice path)
{
	if (!slice_ends(path, SLICE("lock")) && !slice_ends(path, SLICE("locked")))
		return false;
	struct slice name = inventory_base_name(path);

	return slice_is(name, "Gemfile.lock") || slice_is(name, "gems.locked");
}

enum section {
	SECTION_NONE,
	SECTION_REGISTRY,  /* GEM */
	SECTION_ELSEWHERE, /* GIT, PATH, PLUGIN SOURCE */
	SECTION_DEPENDENCIES,
	SECTION_CHECKSUMS,
};

static const struct {
	struct slice header;
	enum section section;
} sections[] = {
	{ SLICE_INIT("GEM"), SECTION_REGISTRY },
	{ SLICE_INIT("GIT"), SECTION_ELSEWHERE },
	{ SLICE_INIT("PATH"), SECTION_ELSEWHERE },
	{ SLICE_INIT("PLUGIN SOURCE"), SECTION_ELSEWHERE },
	{ SLICE_INIT("DEPENDENCIES"), SECTION_DEPENDENCIES },
	{ SLICE_INIT("CHECKSUMS"), SECTION_CHECKSUMS },
	{ SLICE_INIT("PLATFORMS"), SECTION_NONE },
	{ SLICE_INIT("RUBY VERSION"), SECTION_NONE },
	{ SLICE_INIT("BUNDLED WITH"), SECTION_NONE },
};

struct lock {
	struct manifest *m;
	enum section section;
	bool specs, own;         /* below "specs:"; "remote: ." */
	bool known;              /* a section was there */
	bool has_direct;
	struct map direct;       /* names in DEPENDENCIES */
	struct map sums;         /* "name version" -> number in sum_texts + 1 */
	struct slice_list sum_texts;
	size_t current;          /* number of the package whose dependencies follow, + 1 */
};

/* "name (version)", "name"; false: something else. */
static bool split_entry(struct slice text, struct slice *name, struct slice *version)
{
	struct slice rest;

	*version = SLICE_EMPTY;
	if (!slice_split(text, ' ', name, &rest))
		return !slice_empty(*name);
	if (!slice_cut_prefix(&rest, SLICE("(")) || slice_find_byte(rest, ')') == rest.len)
		return false;
	*version = slice_first(rest, slice_find_byte(rest, ')'));
	return !slice_empty(*name);
}

/* Versions have no hyphen themselves. */
static struct slice without_platform(struct slice version)
{
	return slice_first(version, slice_find_byte(version, '-'));
}

static void read_spec(struct lock *l, struct slice text, size_t offset, size_t length)
{
	bool elsewhere = l->section == SECTION_ELSEWHERE;
	size_t before = l->m->out->packages.count;
	struct slice name, version;

	l->current = 0;
	if (!split_entry(text, &name, &version)) {
		manifest_skip(l->m, offset, "a gem without a name and version");
		return;
	}
	uint32_t flags = (elsewhere ? PACKAGE_LOCAL : 0u) | (elsewhere && l->own ? PACKAGE_MAIN : 0u);
	if (manifest_add_at(l->m, name, without_platform(version), flags, offset, length) &&
	    l->m->out->packages.count > before)
		l->current = l->m->out->packages.count;
}

/* The same gem of another platform depends on the same. */
static void read_depend(struct lock *l, struct slice text)
{
	struct slice name, version;

	if (l->current && split_entry(text, &name, &version))
		manifest_depend(l->m, &l->m->out->packages.items[l->current - 1], name);
}

static void read_source_line(struct lock *l, size_t indent, struct slice text, size_t offset)
{
	if (indent == 2) {
		l->specs = slice_is(text, "specs:");
		if (slice_starts(text, SLICE("remote:")))
			l->own = slice_is(text, "remote: .");
	} else if (l->specs && indent == 4) {
		read_spec(l, text, offset, text.len);
	} else if (l->specs && indent == 6) {
		read_depend(l, text);
	}
}

static void read_direct(struct lock *l, struct slice text)
{
	struct slice name, version;

	l->has_direct = true;
	/* "name!" is from a source that the Gemfile names for it. */
	slice_cut_suffix(&text, SLICE("!"));
	if (split_entry(text, &name, &version))
		map_put(&l->direct, name, NULL);
}

/* "name (version-platform) sha256=..."; the one of the plain gem, which stands first, is told. */
static void read_sum(struct lock *l, struct slice text)
{
	struct slice name, version, head, sum;
	bool fresh;

	if (!slice_split(text, ')', &head, &sum) || !split_entry(text, &name, &version) || slice_empty(version))
		return;
	sum = slice_trim(sum);
	uint64_t *number = map_put(&l->sums, manifest_join(l->m, name, " ", without_platform(version)), &fresh);
	if (!fresh || slice_empty(sum))
		return;
	*vec_add(&l->m->scratch, &l->sum_texts) = sum;
	*number = l->sum_texts.count;
}

static void read_header(struct lock *l, struct slice line, size_t offset)
{
	l->section = SECTION_NONE;
	l->specs = l->own = false;
	l->current = 0;
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (!slice_eq(sections[i].header, line))
			continue;
		l->section = sections[i].section;
		l->known = true;
		return;
	}
	if (slice_starts(line, SLICE("<<<<<<<")) || slice_starts(line, SLICE(">>>>>>>")) ||
	    slice_starts(line, SLICE("=======")))
		manifest_skip(l->m, offset, "a conflict of a merge that was not resolved");
	else if (!ascii_upper(line.data[0]))
		manifest_skip(l->m, offset, "no header of a section");
}

static void read_lines(struct lock *l)
{
	struct slice rest = l->m->text, line;

	while (slice_next_line(&rest, &line)) {
		struct slice text = slice_trim(line);
		size_t indent = 0;

		if (slice_empty(text))
			continue;
		while (line.data[indent] == ' ')
			indent++;
		size_t offset = (size_t)(text.data - l->m->text.data);
		if (indent == 0)
			read_header(l, text, offset);
		else if (l->section == SECTION_REGISTRY || l->section == SECTION_ELSEWHERE)
			read_source_line(l, indent, text, offset);
		else if (l->section == SECTION_DEPENDENCIES && indent == 2)
			read_direct(l, text);
		else if (l->section == SECTION_CHECKSUMS && indent == 2)
			read_sum(l, text);
	}
}

/* What stands behind all packages in the file. */
static void add_details(struct lock *l)
{
	struct package_list *all = &l->m->out->packages;

	for (size_t i = l->m->before; i < all->count; i++) {
		struct package *p = &all->items[i];
		const uint64_t *number = map_get(&l->sums, manifest_key(l->m, p->name, " ", p->version));

		if (l->has_direct && !map_get(&l->direct, p->name))
			p->flags |= PACKAGE_INDIRECT;
		if (number && *number)
			manifest_set(l->m, &p->integrity, l->sum_texts.items[*number - 1]);
	}
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;
	struct lock l = { .m = &m };

	manifest_begin(&m, ORIGIN_BUNDLER_LOCK, in, out);
	map_init(&l.direct);
	map_init(&l.sums);
	read_lines(&l);
	if (!l.known && !slice_empty(slice_trim(in->bytes)))
		manifest_refuse(&m, "no section of a Gemfile.lock");
	add_details(&l);
	map_release(&l.direct);
	map_release(&l.sums);
	return manifest_end(&m, err);
}

const struct inventory_row inventory_bundler_lock = {
	.name = "bundler-lock",
	.origin = ORIGIN_BUNDLER_LOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches,
	.ends = "kd",
	.parse = parse,
};
