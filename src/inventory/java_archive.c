/*
 * Java archives: every pom.properties below META-INF/maven tells a package,
 * also those that a shaded archive brought along; an archive that has none of
 * its own is named by its manifest and file name (java_identity.h).  Archives
 * within archives are read in the same pass, as they come by; a package's path
 * leads to the innermost one: "app.war!/WEB-INF/lib/x.jar".
 */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "format/zip_stream.h"
#include "inventory/java_identity.h"
#include "inventory/java_pom.h"
#include "inventory/rows.h"

#define PROPERTIES_MAX (64 * KIB)
#define POM_MAX (2 * MIB)
/* The main section of signed archives is followed by megabytes of digests. */
#define MANIFEST_MAX (1 * MIB)

enum content { NOTHING, PROPERTIES, MANIFEST, POM, ARCHIVE };

/* One open archive; used again for the next of the same depth. */
struct level {
	struct inventory_sieve *sieve;
	unsigned depth;
	struct zip_stream *zip;
	struct slice path;      /* in the outermost file; empty: that file */
	struct slice name;      /* of the archive's file */
	enum content content;   /* of the entry that is read */
	struct slice entry;     /* its name, in name_buffer */
	char *name_buffer;      /* LIMIT_PATH bytes */
	char *text;             /* its bytes, when it is a text */
	size_t text_len, text_alloc;
	bool text_cut;
	size_t first;           /* packages that were known before the archive */
	size_t entry_first;     /* before the entry, in the outermost archive */
	uint64_t entry_start;
	struct java_manifest manifest;
	struct java_folders folders;
};

struct inventory_sieve {
	struct arena *arena;
	struct inventory_output found;
	struct zip_budget budget;
	struct level *levels[LIMIT_ARCHIVE_DEPTH];
	struct slice path;
	struct error failure;   /* of the outermost archive */
};

static const struct slice extensions[] = {
	SLICE_INIT(".jar"), SLICE_INIT(".war"), SLICE_INIT(".ear"), SLICE_INIT(".par"),
	SLICE_INIT(".sar"), SLICE_INIT(".nar"), SLICE_INIT(".rar"), SLICE_INIT(".kar"),
	SLICE_INIT(".hpi"), SLICE_INIT(".jpi"), SLICE_INIT(".lpkg"),
};

static bool matches(struct slice path)
{
	size_t dot = slice_rfind_byte(path, '.');

	for (size_t i = 0; i < ARRAY_LEN(extensions); i++)
		if (path.len - dot <= 5 && slice_eq_nocase(slice_from(path, dot), extensions[i]))
			return true;
	return false;
}

/* ------------------------------------------------------------------ problems */

/* Where the level's archive is, for people; empty: the file itself. */
static struct slice place(const struct level *l, struct slice entry)
{
	const struct slice parts[] = { l->path, entry };

	if (slice_empty(l->path) || slice_empty(entry))
		return slice_empty(l->path) ? entry : l->path;
	return arena_join(l->sieve->arena, parts, 2, SLICE("!/"));
}

static void problem(const struct level *l, struct slice entry, enum error_code code, const char *what)
{
	struct error *partial = &l->sieve->found.partial;

	if (partial->code != ERR_NONE)
		return;
	struct slice where = slice_first(place(l, entry), 600);
	error_set_at(partial, code, l->sieve->levels[0]->entry_start, "%.*s%s%s", SLICE_ARG(where),
		     slice_empty(where) ? "" : ": ", what);
}

/* ----------------------------------------------------------------- packages */

static void add_package(const struct level *l, const struct java_coordinates *c, uint32_t flags)
{
	struct inventory_sieve *s = l->sieve;

	if (s->found.packages.count >= LIMIT_PACKAGES) {
		problem(l, SLICE_EMPTY, ERR_LIMIT, "too many packages");
		return;
	}
	const struct slice parts[] = { c->group, c->artifact };
	struct slice name = slice_empty(c->group) ? c->artifact : arena_join(s->arena, parts, 2, SLICE(":"));
	struct package *p = inventory_add(&s->found, ORIGIN_JAVA_ARCHIVE, name, c->version);
	p->path = l->path;
	p->flags = flags;
	/* Advisories go by group and artifact. */
	if (slice_empty(c->group))
		p->ecosystem = NULL;
}

static bool coordinates_sound(const struct java_coordinates *c)
{
	return java_id_sound(c->group) && java_id_sound(c->artifact) && java_version_sound(c->version) &&
	       c->group.len + 1 + c->artifact.len <= LIMIT_NAME;
}

/* "META-INF/maven/group/artifact/pom.xml" names both. */
static bool coordinates_of_path(struct slice entry, struct java_coordinates *ret)
{
	size_t at = slice_find(entry, SLICE("META-INF/maven/"));
	struct slice rest = slice_from(entry, at + strlen("META-INF/maven/")), file;

	slice_split(rest, '/', &ret->group, &rest);
	slice_split(rest, '/', &ret->artifact, &file);
	return java_id_sound(ret->group) && java_id_sound(ret->artifact) && !slice_empty(file) &&
	       slice_find_byte(file, '/') == file.len;
}

static void take_properties(struct level *l, struct slice text)
{
	struct java_coordinates c, of_path = { 0 };

	java_properties_read(text, l->sieve->arena, &c);
	if (coordinates_of_path(l->entry, &of_path)) {
		c.group = slice_empty(c.group) ? arena_copy(l->sieve->arena, of_path.group) : c.group;
		c.artifact = slice_empty(c.artifact) ? arena_copy(l->sieve->arena, of_path.artifact) : c.artifact;
	}
	if (coordinates_sound(&c))
		add_package(l, &c, 0);
}

/* A descriptor without properties beside it still tells all three. */
static void take_pom(struct level *l, struct slice text)
{
	struct java_coordinates c = { 0 };

	if (java_pom_coordinates(text, l->sieve->arena, &c) && coordinates_sound(&c))
		add_package(l, &c, 0);
}

static void take_text(struct level *l)
{
	struct slice text = slice_new(l->text, l->text_len);

	if (l->text_cut && l->content != MANIFEST) {
		problem(l, l->entry, ERR_LIMIT, "it is too large to be read");
		return;
	}
	if (l->content == PROPERTIES)
		take_properties(l, text);
	else if (l->content == POM)
		take_pom(l, text);
	else if (l->text_cut)
		java_manifest_read(slice_first(text, slice_rfind_byte(text, '\n')), l->sieve->arena, &l->manifest);
	else
		java_manifest_read(text, l->sieve->arena, &l->manifest);
}

/* --------------------------------------------------------- the archive's own */

static struct slice artifact_of(const struct package *p)
{
	size_t colon = slice_rfind_byte(p->name, ':');

	return colon < p->name.len ? slice_from(p->name, colon + 1) : p->name;
}

/* Is a package of the archive the archive itself, by the name of the file? */
static bool is_own(const struct level *l, const struct package *p)
{
	struct slice artifact = artifact_of(p);

	if (!slice_eq(p->path, l->path) || !slice_starts(l->name, artifact) || l->name.len == artifact.len)
		return false;
	struct slice rest = slice_from(l->name, artifact.len);
	return rest.data[0] == '.' || (rest.data[0] == '-' && slice_starts(slice_from(rest, 1), p->version));
}

/* A name without a group adds nothing to what descriptors tell. */
static bool is_told(const struct level *l, const struct java_coordinates *c)
{
	for (size_t i = l->first; i < l->sieve->found.packages.count; i++) {
		const struct package *p = &l->sieve->found.packages.items[i];

		if (slice_eq(p->path, l->path) &&
		    (slice_empty(c->group) || slice_eq(artifact_of(p), c->artifact)))
			return true;
	}
	return false;
}

static void name_archive(struct level *l)
{
	const struct package_list *packages = &l->sieve->found.packages;
	struct java_coordinates c;

	for (size_t i = l->first; i < packages->count; i++)
		if (is_own(l, &packages->items[i]))
			return;
	if (!java_identity(l->name, &l->manifest, &l->folders, l->sieve->arena, &c) || is_told(l, &c))
		return;
	if (slice_empty(c.group) || coordinates_sound(&c))
		add_package(l, &c, PACKAGE_GUESSED);
}

/* ------------------------------------------------------------------- levels */

static bool begin_entry(void *context, const struct zip_stream_entry *e);
static bool entry_bytes(void *context, struct slice piece);
static void end_entry(void *context, uint64_t end, const struct error *failure);

static const struct zip_stream_user user = { begin_entry, entry_bytes, end_entry };

static struct level *open_level(struct inventory_sieve *s, unsigned depth, struct slice path, struct slice name)
{
	struct level *l = s->levels[depth];

	if (!l) {
		l = s->levels[depth] = arena_new(s->arena, struct level);
		l->sieve = s;
		l->depth = depth;
		l->zip = zip_stream_new(s->arena, &user, &s->budget);
		l->name_buffer = arena_alloc(s->arena, LIMIT_PATH);
	}
	l->path = path;
	l->name = name;
	l->content = NOTHING;
	l->first = s->found.packages.count;
	l->entry_start = 0;
	l->manifest = (struct java_manifest){ 0 };
	l->folders.count = 0;
	zip_stream_begin(l->zip, l);
	return l;
}

static void close_level(struct level *l)
{
	struct error err = ERROR_INIT;
	bool sound = zip_stream_finish(l->zip, &err);

	if (!sound && l->depth == 0)
		l->sieve->failure = err;
	else if (!sound)
		problem(l, SLICE_EMPTY, err.code, err.message);
	/* Whose bytes are no archive is named by nothing in it. */
	if (sound || l->manifest.values[0].data || l->folders.count)
		name_archive(l);
}

/* ------------------------------------------------------------------ entries */

static enum content content_of(struct slice name)
{
	struct slice base = inventory_base_name(name);
	size_t maven = slice_find(name, SLICE("META-INF/maven/"));
	bool in_maven = maven == 0 || (maven < name.len && name.data[maven - 1] == '/');

	if (slice_is(base, "pom.properties") && in_maven)
		return PROPERTIES;
	if (slice_is(base, "pom.xml") && maven == 0)
		return POM;
	if (slice_eq_nocase(name, SLICE("META-INF/MANIFEST.MF")))
		return MANIFEST;
	return matches(base) ? ARCHIVE : NOTHING;
}

static bool open_nested(struct level *l)
{
	struct inventory_sieve *s = l->sieve;

	if (l->depth + 1 == LIMIT_ARCHIVE_DEPTH) {
		problem(l, l->entry, ERR_LIMIT, "archives within one another nest deeper than is read");
		return false;
	}
	struct slice path = place(l, l->entry);
	if (path.len > LIMIT_PATH) {
		problem(l, SLICE_EMPTY, ERR_LIMIT, "the path of an archive in it is too long");
		return false;
	}
	path = arena_copy(s->arena, path);
	open_level(s, l->depth + 1, path, inventory_base_name(path));
	return true;
}

static bool begin_entry(void *context, const struct zip_stream_entry *e)
{
	struct level *l = context;

	l->content = content_of(e->name);
	if (l->depth == 0) {
		l->entry_start = e->header;
		l->entry_first = l->sieve->found.packages.count;
	}
	if (l->content == NOTHING) {
		java_folders_add(&l->folders, e->name, l->sieve->arena);
		return false;
	}
	if (e->name.len > LIMIT_PATH) {
		problem(l, slice_first(e->name, 200), ERR_LIMIT, "an entry with a name that is too long");
		return false;
	}
	memcpy(l->name_buffer, e->name.data, e->name.len);
	l->entry = slice_new(l->name_buffer, e->name.len);
	l->text_len = 0;
	l->text_cut = false;
	return l->content != ARCHIVE || open_nested(l);
}

static bool add_text(struct level *l, struct slice piece)
{
	size_t max = l->content == MANIFEST ? MANIFEST_MAX : l->content == POM ? POM_MAX : PROPERTIES_MAX;

	l->text_cut = piece.len > max - l->text_len;
	piece = slice_first(piece, max - l->text_len);
	if (l->text_len + piece.len > l->text_alloc) {
		size_t alloc = 2 * (l->text_len + piece.len);
		char *grown = arena_alloc(l->sieve->arena, alloc);

		if (l->text_len)
			memcpy(grown, l->text, l->text_len);
		l->text = grown;
		l->text_alloc = alloc;
	}
	memcpy(l->text + l->text_len, piece.data, piece.len);
	l->text_len += piece.len;
	return !l->text_cut;
}

static bool entry_bytes(void *context, struct slice piece)
{
	struct level *l = context;

	if (l->content != ARCHIVE)
		return add_text(l, piece);
	return zip_stream_feed(l->sieve->levels[l->depth + 1]->zip, piece);
}

static void end_entry(void *context, uint64_t end, const struct error *failure)
{
	struct level *l = context;
	struct inventory_sieve *s = l->sieve;

	if (failure)
		problem(l, l->entry, failure->code, failure->message);
	if (l->content == ARCHIVE)
		close_level(s->levels[l->depth + 1]);
	else if (!failure)
		take_text(l);
	l->content = NOTHING;
	for (size_t i = s->levels[0]->entry_first; l->depth == 0 && i < s->found.packages.count; i++) {
		s->found.packages.items[i].offset = l->entry_start;
		s->found.packages.items[i].length = end - l->entry_start;
	}
}

/* ---------------------------------------------------------------------- row */

static struct inventory_sieve *sieve_begin(struct arena *a, const struct inventory_file *file)
{
	struct inventory_sieve *s = arena_new(a, struct inventory_sieve);

	s->arena = a;
	s->found.arena = a;
	s->failure.offset = s->found.partial.offset = -1;
	s->path = file->path;
	open_level(s, 0, SLICE_EMPTY, inventory_base_name(file->path));
	return s;
}

static bool sieve_feed(struct inventory_sieve *s, struct slice piece)
{
	s->budget.read += piece.len;
	return zip_stream_feed(s->levels[0]->zip, piece);
}

static int compare_found(const void *a, const void *b)
{
	const struct package *x = a, *y = b;
	int order = slice_cmp(x->path, y->path);

	order = order ? order : slice_cmp(x->name, y->name);
	order = order ? order : slice_cmp(x->version, y->version);
	return order ? order : (x->offset > y->offset) - (x->offset < y->offset);
}

/* A package that is told twice in one archive is one. */
static void unite(struct package_list *packages)
{
	size_t kept = 0;

	if (packages->count)
		qsort(packages->items, packages->count, sizeof(*packages->items), compare_found);
	for (size_t i = 0; i < packages->count; i++) {
		struct package *last = kept ? &packages->items[kept - 1] : NULL, *p = &packages->items[i];

		if (last && slice_eq(last->path, p->path) && slice_eq(last->name, p->name) &&
		    slice_eq(last->version, p->version))
			continue;
		packages->items[kept++] = *p;
	}
	packages->count = kept;
}

static bool sieve_finish(struct inventory_sieve *s, struct inventory_output *out, struct error *err)
{
	/* A placeholder without a byte says nothing. */
	if (s->budget.read == 0)
		return true;
	close_level(s->levels[0]);
	unite(&s->found.packages);
	out->packages = s->found.packages;
	out->partial = s->found.partial;
	if (s->failure.code == ERR_NONE)
		return true;
	if (out->packages.count) {
		out->partial = s->failure;
		return true;
	}
	if (err)
		*err = s->failure;
	return false;
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	const struct inventory_file file = { .path = in->path, .size = in->bytes.len };
	struct inventory_sieve *s = sieve_begin(out->arena, &file);

	sieve_feed(s, in->bytes);
	return sieve_finish(s, out, err);
}

const struct inventory_row inventory_java_archive = {
	.name = "java-archive",
	.origin = ORIGIN_JAVA_ARCHIVE,
	.scopes = INVENTORY_IMAGE | INVENTORY_DIRECTORY,
	.max_size = LIMIT_KEEP,
	.matches = matches,
	.parse = parse,
	.sieve_begin = sieve_begin,
	.sieve_feed = sieve_feed,
	.sieve_finish = sieve_finish,
};
