/*
 * Maven projects: the dependencies that a pom.xml declares (Maven POM
 * reference).  Versions that stand in a parent or an imported bill of materials
 * are found when that descriptor lies in the same tree; nothing is asked of a
 * repository, and a version that is not told there stays unknown
 * (PACKAGE_UNVERSIONED).  What dependencies bring along is not in the file.
 *
 * Files are parsed one by one, so each descriptor is handed on as a package of
 * its own that carries what others may inherit, in its list of dependencies;
 * maven_pom_settle fills in what is asked for and takes these packages out.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"
#include "inventory/java_pom.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (16 * MIB)
#define CARRIER_FLAGS (PACKAGE_MAIN | PACKAGE_LOCAL | PACKAGE_NOT_INSTALLED)
/* Parents of parents, imports of imports. */
#define INHERIT_MAX 16
#define IMPORTS_MAX 64
/* Imports looked into for all versions of a tree: many times what the largest builds need. */
#define IMPORTS_TOTAL 500000

static bool matches(struct slice path)
{
	return slice_is(inventory_base_name(path), "pom.xml");
}

/* ------------------------------------------------------------------- a file */

static void carry(struct inventory_output *out, struct package *p, char kind, struct slice key, struct slice value)
{
	if (key.len <= LIMIT_NAME && value.len <= LIMIT_NAME)
		*vec_add(out->arena, &p->depends) =
			arena_printf(out->arena, "%c%.*s\n%.*s", kind, SLICE_ARG(key), SLICE_ARG(value));
}

static struct slice pair(struct slice group, struct slice artifact, struct arena *a)
{
	const struct slice parts[] = { group, artifact };

	return arena_join(a, parts, 2, SLICE(":"));
}

static void add_carrier(struct inventory_output *out, const struct pom *pom)
{
	struct arena *a = out->arena;
	struct package *p = inventory_add(out, ORIGIN_MAVEN_POM, pair(pom->own.group, pom->own.artifact, a),
					  arena_copy(a, pom->own.version));

	p->flags = CARRIER_FLAGS;
	p->source_name = pair(pom->parent.group, pom->parent.artifact, a);
	p->source_version = arena_copy(a, pom->parent.version);
	p->architecture = pom->no_parent_path ? SLICE(".") : arena_copy(a, pom->parent_path);
	p->offset = pom->offset;
	p->length = pom->length;
	vec_each(it, &pom->properties)
		carry(out, p, 'p', it->key, it->value);
	vec_each(d, &pom->managed) {
		bool import = slice_is(d->scope, "import");

		if (slice_empty(d->classifier))
			carry(out, p, import ? 'i' : 'm', pair(d->group, d->artifact, a), d->version);
	}
}

/* Blanks in ranges. */
static struct slice without_blanks(struct slice s, struct arena *a)
{
	char *text = arena_alloc(a, s.len);
	size_t len = 0;

	for (size_t i = 0; i < s.len; i++)
		if (!ascii_space(s.data[i]))
			text[len++] = s.data[i];
	return slice_new(text, len);
}

static void add_dependency(struct manifest *m, const struct pom_dependency *d)
{
	uint32_t flags = (slice_is(d->scope, "test") ? PACKAGE_DEV : 0u) |
			 (d->optional || d->by_profile ? PACKAGE_OPTIONAL : 0u);

	if (slice_empty(d->group) || slice_empty(d->artifact)) {
		manifest_skip(m, (size_t)d->offset, "a dependency without groupId or artifactId");
		return;
	}
	/* Nothing is known of the version until the tree was seen. */
	manifest_add_at(m, manifest_join(m, d->group, ":", d->artifact), without_blanks(d->version, &m->scratch),
			flags | PACKAGE_UNVERSIONED, (size_t)d->offset, (size_t)d->length);
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;
	struct pom pom;

	manifest_begin(&m, ORIGIN_MAVEN_POM, in, out);
	pom_read(in->bytes, &m.scratch, &pom, &m.err);
	if (pom.length)
		add_carrier(out, &pom);
	vec_each(d, &pom.dependencies)
		add_dependency(&m, d);
	return manifest_end(&m, err);
}

const struct inventory_row inventory_maven_pom = {
	.name = "maven-pom",
	.origin = ORIGIN_MAVEN_POM,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches,
	.parse = parse,
};

/* ----------------------------------------------------------------- the tree */

struct project {
	const struct package *carrier;
	struct slice group, artifact; /* of the carrier's name */
	struct project *parent;
	struct map properties;        /* key -> number in carrier->depends + 1 */
	struct map managed;           /* "group:artifact" as written -> the same */
	struct VEC_OF(uint32_t) imports; /* numbers in carrier->depends */
};

struct tree {
	struct arena *arena, scratch;
	struct project *projects;
	size_t count;
	struct map by_path, by_name;  /* number + 1 */
	unsigned imports;             /* followed for one version */
	unsigned all_imports;
};

static bool is_carrier(const struct package *p)
{
	return p->origin == ORIGIN_MAVEN_POM && (p->flags & CARRIER_FLAGS) == CARRIER_FLAGS;
}

static struct slice fact_key(const struct project *p, uint64_t number)
{
	struct slice key, value;

	slice_split(slice_from(p->carrier->depends.items[number], 1), '\n', &key, &value);
	return key;
}

static struct slice fact_value(const struct project *p, uint64_t number)
{
	struct slice key, value;

	slice_split(slice_from(p->carrier->depends.items[number], 1), '\n', &key, &value);
	return value;
}

static void add_project(struct tree *t, const struct package *carrier)
{
	struct project *p = &t->projects[t->count++];

	*p = (struct project){ .carrier = carrier };
	slice_split(carrier->name, ':', &p->group, &p->artifact);
	map_init(&p->properties);
	map_init(&p->managed);
	for (size_t i = 0; i < carrier->depends.count; i++) {
		struct slice fact = carrier->depends.items[i];
		char kind = fact.len ? fact.data[0] : '\0';

		/* The last of equal properties counts, the first of equal managed versions. */
		if (kind == 'p')
			*map_put(&p->properties, fact_key(p, i), NULL) = i + 1;
		else if (kind == 'm' && !map_get(&p->managed, fact_key(p, i)))
			*map_put(&p->managed, fact_key(p, i), NULL) = i + 1;
		else if (kind == 'i')
			*vec_add(&t->scratch, &p->imports) = (uint32_t)i;
	}
	*map_put(&t->by_path, carrier->path, NULL) = t->count;
}

static struct slice own_group(const struct project *p)
{
	struct slice group, artifact;

	slice_split(p->carrier->source_name, ':', &group, &artifact);
	return slice_empty(p->group) ? group : p->group;
}

static struct slice own_version(const struct project *p)
{
	return slice_empty(p->carrier->version) ? p->carrier->source_version : p->carrier->version;
}

/* "project.version" and the like; NULL data: another key. */
static struct slice builtin(const struct project *p, struct slice key)
{
	struct slice group, artifact;

	if (!slice_cut_prefix(&key, SLICE("project.")) && !slice_cut_prefix(&key, SLICE("pom.")))
		return (struct slice){ 0 };
	slice_split(p->carrier->source_name, ':', &group, &artifact);
	if (slice_is(key, "groupId"))
		return own_group(p);
	if (slice_is(key, "version"))
		return own_version(p);
	if (slice_is(key, "artifactId"))
		return p->artifact;
	if (slice_is(key, "parent.version"))
		return p->carrier->source_version;
	if (slice_is(key, "parent.groupId"))
		return group;
	return (struct slice){ 0 };
}

/* The project's own properties go before those of its parents. */
static struct slice value_of(void *context, struct slice key)
{
	const struct project *p = context;
	struct slice value = builtin(p, key);

	for (unsigned depth = 0; !value.data && p && depth < INHERIT_MAX; p = p->parent, depth++) {
		const uint64_t *number = map_get(&p->properties, key);

		if (number)
			value = fact_value(p, *number - 1);
	}
	return value;
}

static bool resolve(struct tree *t, struct project *p, struct slice text, struct slice *ret)
{
	const struct pom_scope scope = { p, value_of };

	return pom_interpolate(text, &scope, t->arena, ret);
}

static struct project *project_at(struct tree *t, const struct map *map, struct slice key)
{
	const uint64_t *number = map_get(map, key);

	return number ? &t->projects[*number - 1] : NULL;
}

/* The parent lies where the descriptor says, "../pom.xml" by itself, or elsewhere under its name. */
static struct project *find_parent(struct tree *t, const struct project *p)
{
	struct slice path = p->carrier->path, relative = p->carrier->architecture;
	struct slice folder = slice_first(path, path.len - inventory_base_name(path).len);
	struct project *found = NULL;
	struct buf b;

	if (p->carrier->source_name.len <= 1)
		return NULL;
	if (slice_empty(relative))
		relative = SLICE("../pom.xml");
	const struct slice parts[] = { folder, relative };
	struct slice joined = arena_join(&t->scratch, parts, 2, SLICE_EMPTY);
	buf_init(&b, LIMIT_PATH);
	if (!slice_is(relative, ".") && text_normalize_path(&b, joined)) {
		found = project_at(t, &t->by_path, buf_slice(&b));
		/* A folder stands for the descriptor in it. */
		if (!found && buf_add_slice(&b, slice_empty(buf_slice(&b)) ? SLICE("pom.xml") : SLICE("/pom.xml")))
			found = project_at(t, &t->by_path, buf_slice(&b));
	}
	buf_release(&b);
	struct slice group, artifact;
	slice_split(p->carrier->source_name, ':', &group, &artifact);
	if (!found || !slice_eq(found->artifact, artifact))
		found = project_at(t, &t->by_name, p->carrier->source_name);
	return found == p ? NULL : found;
}

static bool find_version(struct tree *t, struct project *p, struct slice name, unsigned depth, struct slice *ret);

static bool find_imported(struct tree *t, struct project *p, struct slice name, unsigned depth, struct slice *ret)
{
	vec_each(number, &p->imports) {
		struct slice import;

		if (t->imports++ > IMPORTS_MAX || t->all_imports++ > IMPORTS_TOTAL)
			return false;
		if (!resolve(t, p, fact_key(p, *number), &import))
			continue;
		struct project *other = project_at(t, &t->by_name, import);
		if (other && find_version(t, other, name, depth - 1, ret))
			return true;
	}
	return false;
}

/* Of <dependencyManagement>: the project's own, its parents', those of what they import. */
static bool find_version(struct tree *t, struct project *p, struct slice name, unsigned depth, struct slice *ret)
{
	struct project *at = p;

	if (depth == 0)
		return false;
	for (unsigned i = 0; at && i < INHERIT_MAX; i++, at = at->parent) {
		const uint64_t *number = map_get(&at->managed, name);

		if (number)
			return resolve(t, p, fact_value(at, *number - 1), ret);
	}
	at = p;
	for (unsigned i = 0; at && i < INHERIT_MAX; i++, at = at->parent)
		if (find_imported(t, at, name, depth, ret))
			return true;
	return false;
}

/* "[1.0]" is 1.0 and nothing else; of other ranges a repository would choose. */
static void set_version(struct package *d, struct slice version)
{
	bool range = slice_find_byte(version, ',') < version.len || slice_find_byte(version, '(') < version.len;

	if (!range && slice_cut_prefix(&version, SLICE("[")))
		slice_cut_suffix(&version, SLICE("]"));
	d->version = inventory_sound(version) ? version : SLICE_EMPTY;
	if (!range && !slice_empty(d->version))
		d->flags &= ~(uint32_t)PACKAGE_UNVERSIONED;
}

static void settle_dependency(struct tree *t, struct package *d)
{
	struct project *p = project_at(t, &t->by_path, d->path);
	struct slice raw = d->name, version = d->version;
	bool known = true;

	if (!p)
		return;
	if (!resolve(t, p, raw, &d->name) || !inventory_sound(d->name))
		d->name = raw;
	t->imports = 0;
	if (slice_empty(version))
		known = find_version(t, p, d->name, INHERIT_MAX, &version) ||
			(!slice_eq(raw, d->name) && find_version(t, p, raw, INHERIT_MAX, &version));
	else
		known = resolve(t, p, version, &version);
	set_version(d, known ? version : SLICE_EMPTY);
}

/* Managed versions are looked up under their names as they are, not as they are written. */
static void resolve_managed(struct tree *t, struct project *p)
{
	size_t count = p->managed.count;

	for (size_t i = 0; i < count; i++) {
		const struct map_entry e = p->managed.entries[i];
		struct slice name;

		if (slice_find(e.key, SLICE("${")) < e.key.len && resolve(t, p, e.key, &name) &&
		    !map_get(&p->managed, name))
			*map_put(&p->managed, name, NULL) = e.value;
	}
}

static void link_projects(struct tree *t)
{
	for (size_t i = 0; i < t->count; i++) {
		struct slice name = pair(own_group(&t->projects[i]), t->projects[i].artifact, &t->scratch);

		if (!map_get(&t->by_name, name))
			*map_put(&t->by_name, name, NULL) = i + 1;
	}
	for (size_t i = 0; i < t->count; i++)
		t->projects[i].parent = find_parent(t, &t->projects[i]);
	for (size_t i = 0; i < t->count; i++)
		resolve_managed(t, &t->projects[i]);
}

/* Two dependencies may turn out to be one, once their names are filled in. */
static bool is_second(struct tree *t, struct map *seen, const struct package *p)
{
	const struct slice parts[] = { p->path, p->name, p->version };
	bool fresh = true;

	if (p->origin == ORIGIN_MAVEN_POM)
		map_put(seen, arena_join(&t->scratch, parts, 3, SLICE("\n")), &fresh);
	return !fresh;
}

static void take_out(struct tree *t, struct package_list *packages)
{
	size_t kept = 0;
	struct map seen;

	map_init(&seen);
	for (size_t i = 0; i < packages->count; i++)
		if (!is_carrier(&packages->items[i]) && !is_second(t, &seen, &packages->items[i]))
			packages->items[kept++] = packages->items[i];
	packages->count = kept;
	map_release(&seen);
}

void maven_pom_settle(struct package_list *packages, struct arena *a)
{
	struct tree t = { .arena = a };
	size_t carriers = 0;

	vec_each(p, packages)
		carriers += is_carrier(p);
	if (carriers == 0)
		return;
	arena_init(&t.scratch, 0);
	map_init(&t.by_path);
	map_init(&t.by_name);
	t.projects = arena_new_array(&t.scratch, struct project, carriers);
	vec_each(p, packages)
		if (is_carrier(p))
			add_project(&t, p);
	link_projects(&t);
	vec_each(p, packages)
		if (p->origin == ORIGIN_MAVEN_POM && !is_carrier(p))
			settle_dependency(&t, p);
	take_out(&t, packages);
	for (size_t i = 0; i < t.count; i++) {
		map_release(&t.projects[i].properties);
		map_release(&t.projects[i].managed);
	}
	map_release(&t.by_path);
	map_release(&t.by_name);
	arena_release(&t.scratch);
}
