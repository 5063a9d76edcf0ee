/*
 * go.mod and go.sum (Go Modules Reference, "go.mod files" and "go.sum files").
 * A go.mod lists all modules of the build from Go 1.17 on; before, those that
 * the go.sum beside it names are needed as well, see inventory_settle.
 */
#include "base/limits.h"
#include "inventory/go_version.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (16 * MIB)
#define TOKENS_MAX 8

/* Modules that were downloaded lie in a cache, each with its own file, which is no project's. */
static bool in_module_cache(struct slice path)
{
	return slice_starts(path, SLICE("pkg/mod/")) || slice_find(path, SLICE("/pkg/mod/")) < path.len;
}

static bool matches_mod(struct slice path)
{
	return slice_ends(path, SLICE("go.mod")) && slice_is(inventory_base_name(path), "go.mod") &&
	       !in_module_cache(path);
}

static bool matches_sum(struct slice path)
{
	return slice_ends(path, SLICE("go.sum")) && slice_is(inventory_base_name(path), "go.sum") &&
	       !in_module_cache(path);
}

/* ---- lines ---- */

struct line {
	struct slice tokens[TOKENS_MAX];
	size_t count;
	struct slice comment;
	size_t offset, length;
};

/* Words, quoted ones too; false: quotes are not closed, or there are more than any line has. */
static bool split_line(struct slice text, struct line *l)
{
	l->count = 0;
	l->comment = SLICE_EMPTY;
	for (text = slice_trim(text); !slice_empty(text); text = slice_trim(text)) {
		char quote = text.data[0] == '"' || text.data[0] == '`' ? text.data[0] : '\0';
		size_t end = 0;

		if (slice_starts(text, SLICE("//"))) {
			l->comment = slice_trim(slice_from(text, 2));
			return true;
		}
		if (l->count == TOKENS_MAX)
			return false;
		if (quote) {
			text = slice_from(text, 1);
			end = slice_find_byte(text, quote);
			if (end == text.len)
				return false;
		} else {
			while (end < text.len && !ascii_space(text.data[end]) &&
			       !slice_starts(slice_from(text, end), SLICE("//")))
				end++;
		}
		l->tokens[l->count++] = slice_first(text, end);
		text = slice_from(text, quote ? end + 1 : end);
	}
	return true;
}

/* ---- what the file says ---- */

struct requirement {
	struct slice path, version;
	bool indirect;
	size_t offset, length;
};

struct replacement {
	struct slice path, version; /* the new ones */
};

struct mod {
	struct manifest *m;
	struct VEC_OF(struct requirement) requirements;
	struct VEC_OF(struct replacement) replacements;
	struct map replaced;  /* "path" or "path version" -> number in replacements + 1 */
	struct map excluded;  /* "path version" */
	struct slice release, toolchain;
	size_t release_at, release_len, toolchain_at, toolchain_len;
	bool known;           /* a directive of the kind was there */
};

static bool local_path(struct slice path)
{
	return slice_starts(path, SLICE("./")) || slice_starts(path, SLICE("../")) ||
	       slice_starts(path, SLICE("/")) || slice_is(path, ".") || slice_is(path, "..") ||
	       (path.len > 1 && path.data[1] == ':');
}

static struct slice pair(struct mod *f, struct slice path, struct slice version)
{
	return slice_empty(version) ? path : manifest_join(f->m, path, " ", version);
}

static bool read_require(struct mod *f, const struct line *l, const struct slice *t, size_t count)
{
	if (count != 2)
		return false;
	*vec_add(&f->m->scratch, &f->requirements) = (struct requirement){
		.path = t[0],
		.version = t[1],
		.indirect = slice_is(slice_first(l->comment, slice_find_byte(l->comment, ';')), "indirect"),
		.offset = l->offset,
		.length = l->length,
	};
	return true;
}

/* "old => new version", "old version => new version", "old => ./folder" */
static bool read_replace(struct mod *f, const struct line *l, const struct slice *t, size_t count)
{
	size_t arrow = count > 1 && slice_is(t[1], "=>") ? 1 : 2;

	(void)l;
	if (count < arrow + 2 || count > arrow + 3 || !slice_is(t[arrow], "=>"))
		return false;
	*vec_add(&f->m->scratch, &f->replacements) = (struct replacement){
		.path = t[arrow + 1],
		.version = count > arrow + 2 ? t[arrow + 2] : SLICE_EMPTY,
	};
	*map_put(&f->replaced, pair(f, t[0], arrow == 2 ? t[1] : SLICE_EMPTY), NULL) = f->replacements.count;
	return true;
}

static bool read_exclude(struct mod *f, const struct line *l, const struct slice *t, size_t count)
{
	(void)l;
	if (count != 2)
		return false;
	map_put(&f->excluded, pair(f, t[0], t[1]), NULL);
	return true;
}

static bool read_go(struct mod *f, const struct line *l, const struct slice *t, size_t count)
{
	if (count != 1)
		return false;
	f->release = manifest_join(f->m, SLICE("go"), "", t[0]);
	f->release_at = l->offset;
	f->release_len = l->length;
	return true;
}

static bool read_toolchain(struct mod *f, const struct line *l, const struct slice *t, size_t count)
{
	if (count != 1)
		return false;
	f->toolchain = t[0];
	f->toolchain_at = l->offset;
	f->toolchain_len = l->length;
	return true;
}

static bool read_nothing(struct mod *f, const struct line *l, const struct slice *t, size_t count)
{
	(void)f, (void)l, (void)t, (void)count;
	return true;
}

static const struct directive {
	struct slice name;
	bool (*read)(struct mod *f, const struct line *l, const struct slice *tokens, size_t count);
} directives[] = {
	{ SLICE_INIT("require"), read_require },
	{ SLICE_INIT("replace"), read_replace },
	{ SLICE_INIT("exclude"), read_exclude },
	{ SLICE_INIT("go"), read_go },
	{ SLICE_INIT("toolchain"), read_toolchain },
	{ SLICE_INIT("module"), read_nothing },
	{ SLICE_INIT("retract"), read_nothing },
	{ SLICE_INIT("tool"), read_nothing },
	{ SLICE_INIT("godebug"), read_nothing },
	{ SLICE_INIT("ignore"), read_nothing },
};

static const struct directive *find_directive(struct slice name)
{
	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++)
		if (slice_eq(directives[i].name, name))
			return &directives[i];
	return NULL;
}

/* A directive of one line, or the start of a block of them; NULL: no block follows. */
static const struct directive *read_directive(struct mod *f, const struct line *l)
{
	const struct directive *d = find_directive(l->tokens[0]);

	if (!d) {
		manifest_skip(f->m, l->offset, "an unknown directive");
		return NULL;
	}
	f->known = true;
	if (l->count == 2 && slice_is(l->tokens[1], "("))
		return d;
	if (!d->read(f, l, l->tokens + 1, l->count - 1))
		manifest_skip(f->m, l->offset, "a directive without what it takes");
	return NULL;
}

static void read_lines(struct mod *f)
{
	struct slice rest = f->m->text, text;
	const struct directive *block = NULL;
	struct line l;

	while (slice_next_line(&rest, &text)) {
		struct slice trimmed = slice_trim(text);

		l.offset = slice_empty(trimmed) ? 0 : (size_t)(trimmed.data - f->m->text.data);
		l.length = trimmed.len;
		if (!split_line(trimmed, &l)) {
			manifest_skip(f->m, l.offset, "a line that cannot be read");
			continue;
		}
		if (l.count == 0)
			continue;
		if (!block)
			block = read_directive(f, &l);
		else if (slice_is(l.tokens[0], ")"))
			block = NULL;
		else if (!block->read(f, &l, l.tokens, l.count))
			manifest_skip(f->m, l.offset, "an entry without a module and its version");
	}
}

/* ---- packages ---- */

static const struct replacement *find_replacement(struct mod *f, struct slice path, struct slice version)
{
	uint64_t *number = map_get(&f->replaced, manifest_key(f->m, path, " ", version));

	if (!number)
		number = map_get(&f->replaced, path);
	return number ? &f->replacements.items[*number - 1] : NULL;
}

static void add_requirement(struct mod *f, const struct requirement *r)
{
	const struct replacement *with = find_replacement(f, r->path, r->version);
	uint32_t flags = r->indirect ? PACKAGE_INDIRECT : 0;

	/* Go passes over such a requirement. */
	if (map_get(&f->excluded, manifest_key(f->m, r->path, " ", r->version)))
		return;
	if (!with)
		manifest_add_at(f->m, r->path, r->version, flags, r->offset, r->length);
	else if (slice_empty(with->version) || local_path(with->path))
		manifest_add_at(f->m, r->path, SLICE_EMPTY, flags | PACKAGE_LOCAL, r->offset, r->length);
	else
		manifest_add_at(f->m, with->path, with->version, flags, r->offset, r->length);
}

/* The release that Go's own library is of: at least what "go" says, and by default the toolchain's. */
static void add_stdlib(struct mod *f)
{
	struct slice toolchain = go_release(f->toolchain, &f->m->scratch);
	struct slice release = go_release(f->release, &f->m->scratch);

	if (!slice_empty(toolchain))
		manifest_add_at(f->m, SLICE("stdlib"), toolchain, 0, f->toolchain_at, f->toolchain_len);
	else if (!slice_empty(release))
		manifest_add_at(f->m, SLICE("stdlib"), release, 0, f->release_at, f->release_len);
}

static bool parse_mod(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;
	struct mod f = { .m = &m };

	manifest_begin(&m, ORIGIN_GO_MOD, in, out);
	map_init(&f.replaced);
	map_init(&f.excluded);
	read_lines(&f);
	if (!f.known && !slice_empty(slice_trim(in->bytes)))
		manifest_refuse(&m, "no directive of a go.mod");
	add_stdlib(&f);
	vec_each(r, &f.requirements)
		add_requirement(&f, r);
	map_release(&f.replaced);
	map_release(&f.excluded);
	return manifest_end(&m, err);
}

/* ---- go.sum ---- */

struct sum_line {
	struct slice path, version, sum;
	size_t offset, length;
};

/* Of several versions the highest one, which stands last, is built. */
static void add_sum(struct manifest *m, const struct sum_line *l)
{
	struct package *p = NULL;

	if (!slice_empty(l->path))
		p = manifest_add_at(m, l->path, l->version, PACKAGE_INDIRECT, l->offset, l->length);
	if (p)
		manifest_set(m, &p->integrity, l->sum);
}

/* "module version h1:sum", or "module version/go.mod h1:sum" where only that file was needed. */
static bool parse_sum(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct slice rest = in->bytes, text;
	struct sum_line last = { 0 };
	struct manifest m;
	struct line l;

	manifest_begin(&m, ORIGIN_GO_MOD, in, out);
	while (slice_next_line(&rest, &text)) {
		size_t offset = slice_empty(text) ? 0 : (size_t)(text.data - in->bytes.data);

		if (slice_empty(slice_trim(text)))
			continue;
		if (!split_line(text, &l) || l.count != 3) {
			manifest_skip(&m, offset, "a line without a module, its version and sum");
			continue;
		}
		if (slice_ends(l.tokens[1], SLICE("/go.mod")))
			continue;
		if (!slice_eq(l.tokens[0], last.path))
			add_sum(&m, &last);
		last = (struct sum_line){ l.tokens[0], l.tokens[1], l.tokens[2], offset, text.len };
	}
	add_sum(&m, &last);
	return manifest_end(&m, err);
}

/* ---- both ---- */

#define GO_SUM_NEEDED_BEFORE 17 /* the minor number of that release of Go 1 */

struct folders {
	struct map modern; /* folder -> has a go.mod, 2: of a later release */
	struct map named;  /* folder and module that the go.mod names */
	struct arena scratch;
};

static struct slice folder_and_name(struct folders *f, const struct package *p, struct slice folder)
{
	const struct slice parts[] = { folder, p->name };

	return arena_join(&f->scratch, parts, 2, SLICE("\n"));
}

static bool is_modern(struct slice release)
{
	struct slice major, minor;
	uint64_t number;

	slice_split(release, '.', &major, &minor);
	minor = slice_first(minor, slice_find_byte(minor, '.'));
	return !slice_is(major, "1") || !slice_to_u64(minor, &number) || number >= GO_SUM_NEEDED_BEFORE;
}

static bool of_file(const struct package *p, struct slice name, struct slice *ret_folder)
{
	*ret_folder = p->path;
	return p->origin == ORIGIN_GO_MOD && slice_eq(inventory_base_name(p->path), name) &&
	       slice_cut_suffix(ret_folder, name);
}

void go_mod_settle(struct package_list *packages)
{
	struct folders f;
	struct slice folder;
	size_t kept = 0;

	arena_init(&f.scratch, 0);
	map_init(&f.modern);
	map_init(&f.named);
	vec_each(p, packages) {
		if (!of_file(p, SLICE("go.mod"), &folder))
			continue;
		uint64_t *modern = map_put(&f.modern, folder, NULL);
		*modern |= 1u | (slice_is(p->name, "stdlib") && is_modern(p->version) ? 2u : 0u);
		map_put(&f.named, folder_and_name(&f, p, folder), NULL);
	}
	for (size_t i = 0; i < packages->count; i++) {
		struct package *p = &packages->items[i];

		if (of_file(p, SLICE("go.sum"), &folder)) {
			const uint64_t *modern = map_get(&f.modern, folder);

			if (!modern || *modern != 1 || map_get(&f.named, folder_and_name(&f, p, folder)))
				continue;
		}
		packages->items[kept++] = *p;
	}
	packages->count = kept;
	map_release(&f.modern);
	map_release(&f.named);
	arena_release(&f.scratch);
}

const struct inventory_row inventory_go_mod = {
	.name = "go-mod",
	.origin = ORIGIN_GO_MOD,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches_mod,
	.ends = "d",
	.parse = parse_mod,
};

const struct inventory_row inventory_go_sum = {
	.name = "go-sum",
	.origin = ORIGIN_GO_MOD,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches_sum,
	.ends = "m",
	.parse = parse_sum,
};
