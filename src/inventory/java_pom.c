#include "inventory/java_pom.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/buf.h"
#include "format/xml.h"

/* Values that refer to values. */
#define INTERPOLATE_DEPTH 16
#define INTERPOLATE_STEPS 500
#define DEPENDENCIES_MAX 100000

/* ------------------------------------------------------------------ reading */

static struct java_coordinates read_coordinates(const struct xml_node *n)
{
	return (struct java_coordinates){
		xml_get_text(n, SLICE("groupId")),
		xml_get_text(n, SLICE("artifactId")),
		xml_get_text(n, SLICE("version")),
	};
}

static void read_dependencies(const struct xml_node *list, bool by_profile, struct arena *a,
			      struct pom_dependency_list *ret)
{
	xml_each(n, list) {
		if (!slice_is(n->name, "dependency") || ret->count == DEPENDENCIES_MAX)
			continue;
		*vec_add(a, ret) = (struct pom_dependency){
			.group = xml_get_text(n, SLICE("groupId")),
			.artifact = xml_get_text(n, SLICE("artifactId")),
			.version = xml_get_text(n, SLICE("version")),
			.scope = xml_get_text(n, SLICE("scope")),
			.type = xml_get_text(n, SLICE("type")),
			.classifier = xml_get_text(n, SLICE("classifier")),
			.optional = slice_is(xml_get_text(n, SLICE("optional")), "true"),
			.by_profile = by_profile,
			.offset = n->offset,
			.length = n->length,
		};
	}
}

/* What a project and a profile have in common. */
static void read_model(const struct xml_node *n, bool by_profile, struct arena *a, struct pom *ret)
{
	if (!by_profile)
		xml_each(property, xml_get(n, SLICE("properties")))
			*vec_add(a, &ret->properties) = (struct pom_property){ property->name, property->text };
	read_dependencies(xml_get(n, SLICE("dependencies")), by_profile, a, &ret->dependencies);
	if (!by_profile)
		read_dependencies(xml_get(xml_get(n, SLICE("dependencyManagement")), SLICE("dependencies")),
				  false, a, &ret->managed);
}

bool pom_read(struct slice text, struct arena *a, struct pom *ret, struct error *err)
{
	struct xml_node *root = NULL;

	*ret = (struct pom){ 0 };
	bool ok = xml_parse(text, a, &root, err);
	if (root && !slice_is(root->name, "project") && ok)
		return error_set_at(err, ERR_FORMAT, root->offset, "it is no <project>");
	if (!root || !slice_is(root->name, "project"))
		return false;
	const struct xml_node *parent = xml_get(root, SLICE("parent"));
	const struct xml_node *path = xml_get(parent, SLICE("relativePath"));
	ret->own = read_coordinates(root);
	ret->parent = read_coordinates(parent);
	ret->parent_path = path ? path->text : SLICE_EMPTY;
	ret->no_parent_path = path && slice_empty(path->text);
	ret->offset = root->offset;
	ret->length = root->length;
	read_model(root, false, a, ret);
	xml_each(profile, xml_get(root, SLICE("profiles"))) {
		struct slice active = xml_get_text(xml_get(profile, SLICE("activation")), SLICE("activeByDefault"));

		read_model(profile, !slice_is(active, "true"), a, ret);
	}
	return ok;
}

/* ------------------------------------------------------------ interpolation */

struct filler {
	const struct pom_scope *scope;
	struct buf text;
	unsigned steps; /* values that are empty could be asked for without an end */
};

static bool fill(struct filler *f, struct slice text, unsigned depth)
{
	while (!slice_empty(text)) {
		size_t open = slice_find(text, SLICE("${"));
		struct slice rest = slice_from(text, open + 2);
		size_t close = slice_find_byte(rest, '}');

		buf_add_slice(&f->text, slice_first(text, open));
		if (open == text.len)
			break;
		if (close == rest.len || depth == 0 || ++f->steps > INTERPOLATE_STEPS)
			return false;
		struct slice value = f->scope->value(f->scope->context, slice_first(rest, close));
		if (!value.data || !fill(f, value, depth - 1) || f->text.overflow)
			return false;
		text = slice_from(rest, close + 1);
	}
	return !f->text.overflow;
}

bool pom_interpolate(struct slice text, const struct pom_scope *scope, struct arena *a, struct slice *ret)
{
	struct filler f = { .scope = scope };

	*ret = text;
	if (slice_find(text, SLICE("${")) == text.len)
		return true;
	buf_init(&f.text, LIMIT_NAME);
	bool ok = fill(&f, text, INTERPOLATE_DEPTH);
	if (ok)
		*ret = arena_copy(a, buf_slice(&f.text));
	buf_release(&f.text);
	return ok;
}

/* ------------------------------------------------------------ of one's own */

static struct slice own_value(void *context, struct slice key)
{
	const struct pom *p = context;
	const struct {
		struct slice key, value, inherited;
	} known[] = {
		{ SLICE("project.groupId"), p->own.group, p->parent.group },
		{ SLICE("project.artifactId"), p->own.artifact, SLICE_EMPTY },
		{ SLICE("project.version"), p->own.version, p->parent.version },
		{ SLICE("project.parent.version"), p->parent.version, SLICE_EMPTY },
		{ SLICE("project.parent.groupId"), p->parent.group, SLICE_EMPTY },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (slice_eq(key, known[i].key))
			return slice_empty(known[i].value) ? known[i].inherited : known[i].value;
	for (size_t i = p->properties.count; i-- > 0;)
		if (slice_eq(key, p->properties.items[i].key))
			return p->properties.items[i].value;
	return (struct slice){ 0 };
}

bool java_pom_coordinates(struct slice text, struct arena *a, struct java_coordinates *ret)
{
	struct arena scratch;
	struct pom p;
	bool ok = false;

	arena_init(&scratch, 0);
	if (pom_read(text, &scratch, &p, NULL)) {
		const struct pom_scope scope = { &p, own_value };

		ret->group = slice_empty(p.own.group) ? p.parent.group : p.own.group;
		ret->artifact = p.own.artifact;
		ret->version = slice_empty(p.own.version) ? p.parent.version : p.own.version;
		ok = pom_interpolate(ret->group, &scope, a, &ret->group) &&
		     pom_interpolate(ret->artifact, &scope, a, &ret->artifact) &&
		     pom_interpolate(ret->version, &scope, a, &ret->version);
		ret->group = arena_copy(a, ret->group);
		ret->artifact = arena_copy(a, ret->artifact);
		ret->version = arena_copy(a, ret->version);
	}
	arena_release(&scratch);
	return ok && !slice_empty(ret->group) && !slice_empty(ret->artifact) && !slice_empty(ret->version);
}
