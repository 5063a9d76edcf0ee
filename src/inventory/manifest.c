#include "inventory/manifest.h"

#include "base/limits.h"
#include "format/json.h"
#include "format/toml.h"
#include "format/yaml.h"

#define KEY_MAX (4 * LIMIT_PATH)

void manifest_begin(struct manifest *m, enum package_origin origin,
		    const struct inventory_input *in, struct inventory_output *out)
{
	*m = (struct manifest){
		.out = out, .origin = origin, .text = in->bytes, .before = out->packages.count,
		.err = ERROR_INIT,
	};
	arena_init(&m->scratch, 0);
	map_init(&m->seen);
	buf_init(&m->key, KEY_MAX);
}

void manifest_read(struct manifest *m, enum manifest_format format)
{
	struct node *root = NULL;

	switch (format) {
	case MANIFEST_JSON:
		json_parse(m->text, &m->scratch, &root, &m->err);
		break;
	case MANIFEST_TOML:
		toml_parse(m->text, &m->scratch, &root, &m->err);
		break;
	case MANIFEST_YAML:
	default:
		yaml_parse(m->text, 0, &m->scratch, &root, &m->err);
		break;
	}
	m->root = root;
}

bool manifest_read_document(struct manifest *m, unsigned index)
{
	struct node *root = NULL;
	/* Only a line "---" starts another one; without it there is nothing to read again for. */
	bool may_be_there = index == 0 || slice_find(m->text, SLICE("\n---")) < m->text.len;

	if (m->err.code == ERR_NONE && may_be_there)
		yaml_parse(m->text, index, &m->scratch, &root, &m->err);
	m->root = root;
	return root != NULL;
}

void manifest_refuse(struct manifest *m, const char *what)
{
	if (m->err.code == ERR_NONE)
		node_error(&m->err, ERR_FORMAT, m->text, m->root ? m->root->offset : 0, what);
}

bool manifest_end(struct manifest *m, struct error *err)
{
	bool found = m->out->packages.count > m->before, ok = m->err.code == ERR_NONE;

	if (!ok && found && m->out->partial.code == ERR_NONE)
		m->out->partial = m->err;
	if (!ok && !found && err)
		*err = m->err;
	map_release(&m->seen);
	buf_release(&m->key);
	arena_release(&m->scratch);
	return ok || found;
}

void manifest_skip(struct manifest *m, size_t offset, const char *what)
{
	if (m->out->partial.code == ERR_NONE)
		node_error(&m->out->partial, ERR_FORMAT, m->text, offset, what);
}

/* Names and versions of packages have neither blanks nor control characters. */
static bool usable(struct slice s)
{
	if (s.len > LIMIT_NAME)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if ((uint8_t)s.data[i] <= ' ' || s.data[i] == 0x7f)
			return false;
	return true;
}

struct package *manifest_add_at(struct manifest *m, struct slice name, struct slice version,
				uint32_t flags, size_t offset, size_t length)
{
	static const uint32_t only =
		PACKAGE_DEV | PACKAGE_OPTIONAL | PACKAGE_INDIRECT | PACKAGE_LOCAL;

	if (slice_empty(name) || !usable(name) || !usable(version)) {
		manifest_skip(m, offset, "an entry without a usable package name and version");
		return NULL;
	}
	if (slice_empty(version))
		flags |= PACKAGE_UNVERSIONED;
	/* A name has no blank, so the pair cannot be taken for another one. */
	struct slice key = manifest_key(m, name, " ", version);
	const uint64_t *number = map_get(&m->seen, key);
	if (number) {
		struct package *known = &m->out->packages.items[*number];

		known->flags &= flags | ~only;
		return known;
	}
	if (m->out->packages.count >= LIMIT_PACKAGES) {
		if (m->out->partial.code == ERR_NONE)
			node_error(&m->out->partial, ERR_LIMIT, m->text, offset,
				   "too many packages");
		return NULL;
	}
	*map_put(&m->seen, arena_copy(&m->scratch, key), NULL) = m->out->packages.count;
	struct package *p = inventory_add(m->out, m->origin, arena_copy(m->out->arena, name),
					  arena_copy(m->out->arena, version));
	p->flags = flags;
	p->offset = offset;
	p->length = length;
	return p;
}

struct package *manifest_add(struct manifest *m, struct slice name, struct slice version,
			     uint32_t flags, const struct node *entry)
{
	size_t start = entry->offset, end = start + entry->length;

	/* A table's header holds its key; a member's key stands in front of it. */
	if (!slice_empty(entry->key) && entry->key_offset < start)
		start = entry->key_offset;
	return manifest_add_at(m, name, version, flags, start, end - start);
}

void manifest_set(struct manifest *m, struct slice *field, struct slice text)
{
	if (slice_empty(*field) && !slice_empty(text))
		*field = arena_copy(m->out->arena, text);
}

void manifest_depend(struct manifest *m, struct package *p, struct slice name)
{
	if (!slice_empty(name) && usable(name))
		*vec_add(m->out->arena, &p->depends) = arena_copy(m->out->arena, name);
}

void manifest_depend_keys(struct manifest *m, struct package *p, const struct node *map)
{
	if (!node_is(map, NODE_MAP))
		return;
	node_each(it, map)
		manifest_depend(m, p, it->key);
}

struct slice manifest_key(struct manifest *m, struct slice a, const char *between, struct slice b)
{
	buf_clear(&m->key);
	buf_add_slice(&m->key, a);
	buf_add_slice(&m->key, slice_from_cstr(between));
	buf_add_slice(&m->key, b);
	return m->key.overflow ? SLICE_EMPTY : buf_slice(&m->key);
}

struct slice manifest_join(struct manifest *m, struct slice a, const char *between, struct slice b)
{
	const struct slice parts[] = { a, slice_from_cstr(between), b };

	return arena_join(&m->scratch, parts, 3, SLICE_EMPTY);
}

bool path_inside(struct slice path, struct slice name)
{
	struct slice part;

	while (slice_split(path, '/', &part, &path))
		if (slice_eq(part, name))
			return true;
	return false;
}
