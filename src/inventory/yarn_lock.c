/*
 * yarn.lock: of Yarn 1 in a format of its own ("# yarn lockfile v1": blocks
 * under lines of patterns), of Yarn 2 and later in YAML (with "__metadata").
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/npm_name.h"
#include "inventory/rows.h"

#define MAX_SIZE (64 * MIB)

static bool matches(struct slice path)
{
	return slice_ends(path, SLICE("yarn.lock")) &&
	       slice_is(inventory_base_name(path), "yarn.lock") &&
	       !path_inside(path, SLICE("node_modules"));
}

/* ---- Yarn 1 ---- */

struct block {
	struct slice name, range; /* of the first pattern, aliases resolved; name empty: none */
	struct slice version, resolved, integrity;
	struct slice_list depends;
	size_t offset, end;
	bool in_depends;
};

/* A word in quotes or up to a stop character, cut off the front; escapes do not occur in names. */
static struct slice take_word(struct slice *line, const char *stops)
{
	struct slice word = *line;
	size_t end = 0;

	if (slice_cut_prefix(line, SLICE("\""))) {
		word = slice_first(*line, slice_find_byte(*line, '"'));
		*line = slice_from(*line, word.len + 1);
		return word;
	}
	while (end < word.len && !strchr(stops, word.data[end]))
		end++;
	*line = slice_from(*line, end);
	return slice_first(word, end);
}

/* `"@a/b@^1.0.0", c@^2:`; all patterns of a line name the same package. */
static bool start_block(struct block *b, struct slice line, size_t offset)
{
	struct slice pattern, alias, range;

	*b = (struct block){ .offset = offset };
	if (!slice_cut_suffix(&line, SLICE(":")))
		return false;
	pattern = take_word(&line, ",");
	npm_split_spec(pattern, &b->name, &b->range);
	if (npm_alias(b->range, &alias, &range)) {
		b->name = alias;
		b->range = range;
	}
	return !slice_empty(b->name);
}

/* False: the line is none that such a block holds. */
static bool take_property(struct block *b, struct slice line)
{
	struct slice key = take_word(&line, " ");

	line = slice_trim(line);
	if (slice_is(line, ":") || (slice_empty(line) && slice_cut_suffix(&key, SLICE(":")))) {
		b->in_depends =
			slice_is(key, "dependencies") || slice_is(key, "optionalDependencies");
		return true;
	}
	if (slice_empty(line))
		return false;
	struct slice value = take_word(&line, "");
	b->in_depends = false;
	if (slice_is(key, "version"))
		b->version = value;
	else if (slice_is(key, "resolved"))
		b->resolved = value;
	else if (slice_is(key, "integrity"))
		b->integrity = value;
	return true;
}

static bool take_line(struct block *b, struct slice line, struct arena *scratch)
{
	size_t indent = 0;

	while (indent < line.len && line.data[indent] == ' ')
		indent++;
	line = slice_from(line, indent);
	if (indent < 4)
		return take_property(b, line);
	if (b->in_depends)
		*vec_add(scratch, &b->depends) = take_word(&line, " ");
	return true;
}

static void finish_block(struct manifest *m, const struct block *b)
{
	uint32_t flags = 0;

	if (slice_empty(b->name))
		return;
	if (slice_empty(b->version)) {
		manifest_skip(m, b->offset, "an entry without a version");
		return;
	}
	if (npm_spec_is_local(b->range) || npm_url_is_repository(b->resolved))
		flags |= PACKAGE_LOCAL;
	struct package *p =
		manifest_add_at(m, b->name, b->version, flags, b->offset, b->end - b->offset);
	if (!p)
		return;
	manifest_set(m, &p->integrity, b->integrity);
	if (!p->depends.count)
		for (size_t i = 0; i < b->depends.count; i++)
			manifest_depend(m, p, b->depends.items[i]);
}

static void read_classic(struct manifest *m)
{
	struct slice rest = m->text, line;
	struct block b = { 0 };

	while (slice_next_line(&rest, &line)) {
		size_t offset = (size_t)(line.data - m->text.data);
		bool sound = true;

		if (slice_empty(slice_trim(line)) || line.data[0] == '#')
			continue;
		if (line.data[0] != ' ') {
			finish_block(m, &b);
			sound = start_block(&b, line, offset);
		} else {
			/* Outside of an entry nothing may be indented: it would vanish unsaid. */
			sound = !slice_empty(b.name) && take_line(&b, line, &m->scratch);
		}
		if (!sound)
			manifest_skip(m, offset, "no line of a yarn.lock");
		b.end = offset + line.len;
	}
	finish_block(m, &b);
}

/* ---- Yarn 2 and later ---- */

struct berry {
	struct manifest *m;
	struct map direct; /* "name@range" that a workspace asks for */
};

static bool is_workspace(const struct node *entry)
{
	struct slice name, reference;

	npm_split_spec(node_get_text(entry, SLICE("resolution")), &name, &reference);
	return slice_starts(reference, SLICE("workspace:"));
}

/* A bare range is one of the default protocol, which is npm's. */
static struct slice descriptor(struct manifest *m, struct slice name, struct slice range)
{
	bool bare = slice_find_byte(range, ':') == range.len;

	return manifest_key(m, name, bare ? "@npm:" : "@", range);
}

static void add_direct(struct berry *b, struct slice name, struct slice range)
{
	struct slice key = descriptor(b->m, name, range);

	if (key.len <= LIMIT_NAME && !map_get(&b->direct, key))
		map_put(&b->direct, arena_copy(&b->m->scratch, key), NULL);
}

static void collect_direct(struct berry *b, const struct node *root)
{
	node_each(entry, root) {
		if (!is_workspace(entry))
			continue;
		node_each(wanted, node_get(entry, SLICE("dependencies")))
			add_direct(b, wanted->key, node_text(wanted));
	}
}

/* The entry's key lists the descriptors that it answers: "a@npm:^1, a@npm:^1.2". */
static bool is_direct(struct berry *b, struct slice key)
{
	struct slice one, name, range;

	while (slice_next(&key, ',', &one)) {
		npm_split_spec(slice_trim(one), &name, &range);
		if (map_get(&b->direct, descriptor(b->m, name, range)))
			return true;
	}
	return false;
}

/*
 * "npm:1.0.0", "patch:...", "virtual:...#npm:1.0.0" come from the registry, all else from
 * elsewhere.
 */
static bool reference_is_local(struct slice reference)
{
	if (slice_starts(reference, SLICE("virtual:")))
		reference = slice_from(reference, slice_find_byte(reference, '#') + 1);
	if (slice_starts(reference, SLICE("patch:")))
		return slice_find(reference, SLICE("@npm")) == reference.len;
	return !slice_starts(reference, SLICE("npm:"));
}

static void add_berry(struct berry *b, const struct node *entry)
{
	struct slice resolution = node_get_text(entry, SLICE("resolution"));
	struct slice version = node_get_text(entry, SLICE("version")), name, reference;
	uint32_t flags = 0;

	if (slice_is(entry->key, "__metadata"))
		return;
	npm_split_spec(slice_empty(resolution) ? entry->key : resolution, &name, &reference);
	if (slice_is(reference, "workspace:."))
		return;
	if (is_workspace(entry)) {
		/* Its version here is always "0.0.0-use.local". */
		version = SLICE_EMPTY;
		flags |= PACKAGE_UNVERSIONED;
	} else if (slice_empty(version)) {
		manifest_skip(b->m, entry->offset, "an entry without a version");
		return;
	}
	if (reference_is_local(reference))
		flags |= PACKAGE_LOCAL;
	if (!is_workspace(entry) && b->direct.live && !is_direct(b, entry->key))
		flags |= PACKAGE_INDIRECT;
	struct package *p = manifest_add(b->m, name, version, flags, entry);
	if (!p)
		return;
	manifest_set(b->m, &p->integrity, node_get_text(entry, SLICE("checksum")));
	if (!p->depends.count)
		manifest_depend_keys(b->m, p, node_get(entry, SLICE("dependencies")));
}

static void read_berry(struct manifest *m)
{
	struct berry b = { .m = m };

	manifest_read(m, MANIFEST_YAML);
	if (!node_is(m->root, NODE_MAP)) {
		manifest_refuse(m, "a yarn.lock is a map");
		return;
	}
	map_init(&b.direct);
	collect_direct(&b, m->root);
	node_each(entry, m->root)
		add_berry(&b, entry);
	map_release(&b.direct);
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;

	manifest_begin(&m, ORIGIN_YARN_LOCK, in, out);
	if (slice_starts(in->bytes, SLICE("__metadata:")) ||
	    slice_find(in->bytes, SLICE("\n__metadata:")) < in->bytes.len)
		read_berry(&m);
	else
		read_classic(&m);
	return manifest_end(&m, err);
}

const struct inventory_row inventory_yarn_lock = {
	.name = "yarn-lock",
	.origin = ORIGIN_YARN_LOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches,
	.ends = "k",
	.parse = parse,
};
