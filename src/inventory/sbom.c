/*
 * Bills of materials as targets: CycloneDX JSON (1.2 and later) and SPDX JSON
 * (2.2, 2.3).  Packages are known by their purls, so that what another tool
 * found is matched as what we find.  Only a file that is the target itself is
 * read: within an image the packages are at hand.
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define DEPTH_MAX 32

struct reader {
	struct manifest m;
	struct map refs;      /* bom-ref or SPDXID -> number of the package + 1 */
	struct os_release os;
	size_t nameless;      /* components without a purl */
};

static bool matches(struct slice path)
{
	return slice_ends(path, SLICE(".json"));
}

static struct slice copied(struct reader *r, struct slice text)
{
	return slice_empty(text) ? SLICE_EMPTY : arena_copy(r->m.out->arena, text);
}

/* "debian-12" of a distribution's purl stands in where no component names the system. */
static void note_distro(struct reader *r, const struct package *p)
{
	size_t dash = slice_rfind_byte(p->distro, '-');

	if (!slice_empty(r->os.id) || slice_empty(p->distro))
		return;
	r->os.id = slice_first(p->distro, dash);
	r->os.version_id = dash < p->distro.len ? slice_from(p->distro, dash + 1) : SLICE_EMPTY;
}

static struct package *add_purl(struct reader *r, struct slice text, const struct node *entry)
{
	struct arena *a = r->m.out->arena;
	struct package found, *p;
	struct purl purl;

	if (!purl_parse(arena_copy(a, text), a, &purl, NULL)) {
		manifest_skip(&r->m, entry->offset, "a malformed package URL");
		return NULL;
	}
	if (!package_from_purl(&purl, a, &found)) {
		found.origin = ORIGIN_SBOM;
		found.name = slice_empty(purl.namespace) ? purl.name :
			     arena_printf(a, "%.*s/%.*s", SLICE_ARG(purl.namespace), SLICE_ARG(purl.name));
	}
	if (!inventory_sound(found.name) || (found.version.len && !inventory_sound(found.version))) {
		manifest_skip(&r->m, entry->offset, "a name or version that can be none");
		return NULL;
	}
	p = inventory_add(r->m.out, found.origin, found.name, found.version);
	found.layer = -1;
	found.offset = entry->offset;
	found.length = entry->length;
	if (slice_empty(found.version))
		found.flags |= PACKAGE_UNVERSIONED;
	*p = found;
	if (package_origin_row(p->origin)->os)
		note_distro(r, p);
	return p;
}

static void remember(struct reader *r, struct slice ref, const struct package *p)
{
	if (!slice_empty(ref) && p)
		*map_put(&r->refs, copied(r, ref), NULL) = (uint64_t)(p - r->m.out->packages.items) + 1;
}

static struct package *referred(struct reader *r, struct slice ref)
{
	const uint64_t *n = map_get(&r->refs, ref);

	return n ? &r->m.out->packages.items[*n - 1] : NULL;
}

static void depend(struct reader *r, struct slice from, struct slice to)
{
	struct package *p = referred(r, from), *on = referred(r, to);

	if (p && on && p != on)
		*vec_add(r->m.out->arena, &p->depends) = on->name;
}

/* --- CycloneDX --- */

static void read_properties(struct reader *r, const struct node *component, struct package *p)
{
	node_each(property, node_get(component, SLICE("properties"))) {
		struct slice name = node_get_text(property, SLICE("name"));
		struct slice value = node_get_text(property, SLICE("value"));

		if (slice_is(name, "bulwark:path") || slice_is(name, "syft:location:0:path") ||
		    slice_is(name, "aquasecurity:trivy:FilePath"))
			p->path = copied(r, value);
		else if (slice_is(name, "bulwark:source"))
			p->source_name = copied(r, value);
		else if (slice_is(name, "bulwark:source-version"))
			p->source_version = copied(r, value);
	}
}

static void read_license(struct reader *r, const struct node *component, struct package *p)
{
	node_each(entry, node_get(component, SLICE("licenses"))) {
		const struct node *license = node_get(entry, SLICE("license"));
		struct slice text = node_get_text(entry, SLICE("expression"));

		if (slice_empty(text))
			text = node_get_text(license, SLICE("id"));
		if (slice_empty(text))
			text = node_get_text(license, SLICE("name"));
		if (slice_empty(p->license))
			p->license = copied(r, text);
	}
}

static void read_component(struct reader *r, const struct node *component)
{
	struct slice purl = node_get_text(component, SLICE("purl"));
	struct slice type = node_get_text(component, SLICE("type"));

	if (slice_is(type, "operating-system")) {
		r->os.id = copied(r, node_get_text(component, SLICE("name")));
		r->os.version_id = copied(r, node_get_text(component, SLICE("version")));
		return;
	}
	if (slice_empty(purl)) {
		r->nameless += !slice_is(type, "file") && !slice_is(type, "container");
		return;
	}
	struct package *p = add_purl(r, purl, component);
	if (!p)
		return;
	read_properties(r, component, p);
	read_license(r, component, p);
	if (slice_is(node_get_text(component, SLICE("scope")), "excluded"))
		p->flags |= PACKAGE_DEV;
	if (slice_is(node_get_text(component, SLICE("scope")), "optional"))
		p->flags |= PACKAGE_OPTIONAL;
	remember(r, node_get_text(component, SLICE("bom-ref")), p);
}

static void read_components(struct reader *r, const struct node *list, unsigned depth)
{
	node_each(component, list) {
		read_component(r, component);
		if (depth < DEPTH_MAX)
			read_components(r, node_get(component, SLICE("components")), depth + 1);
	}
}

static void read_cyclonedx(struct reader *r)
{
	const struct node *root = r->m.root;

	read_components(r, node_get(root, SLICE("components")), 0);
	node_each(dependency, node_get(root, SLICE("dependencies")))
		node_each(on, node_get(dependency, SLICE("dependsOn")))
			depend(r, node_get_text(dependency, SLICE("ref")), node_text(on));
}

/* --- SPDX --- */

static void read_spdx_package(struct reader *r, const struct node *entry)
{
	struct slice license = node_get_text(entry, SLICE("licenseDeclared"));
	struct package *p = NULL;

	if (slice_is(node_get_text(entry, SLICE("primaryPackagePurpose")), "OPERATING-SYSTEM")) {
		r->os.id = copied(r, node_get_text(entry, SLICE("name")));
		r->os.version_id = copied(r, node_get_text(entry, SLICE("versionInfo")));
		return;
	}
	node_each(ref, node_get(entry, SLICE("externalRefs")))
		if (!p && slice_is(node_get_text(ref, SLICE("referenceType")), "purl"))
			p = add_purl(r, node_get_text(ref, SLICE("referenceLocator")), entry);
	if (!p) {
		struct slice purpose = node_get_text(entry, SLICE("primaryPackagePurpose"));

		r->nameless += !slice_is(purpose, "CONTAINER") && !slice_is(purpose, "FILE") && !slice_is(purpose, "APPLICATION");
		return;
	}
	if (!slice_empty(license) && !slice_is(license, "NOASSERTION") && !slice_is(license, "NONE"))
		p->license = copied(r, license);
	remember(r, node_get_text(entry, SLICE("SPDXID")), p);
}

static void read_spdx(struct reader *r)
{
	const struct node *root = r->m.root;

	node_each(entry, node_get(root, SLICE("packages")))
		read_spdx_package(r, entry);
	node_each(relation, node_get(root, SLICE("relationships"))) {
		struct slice type = node_get_text(relation, SLICE("relationshipType"));
		struct slice from = node_get_text(relation, SLICE("spdxElementId"));
		struct slice to = node_get_text(relation, SLICE("relatedSpdxElement"));

		if (slice_is(type, "DEPENDS_ON"))
			depend(r, from, to);
		else if (slice_is(type, "DEPENDENCY_OF"))
			depend(r, to, from);
	}
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct reader r = { 0 };

	map_init(&r.refs);
	manifest_begin(&r.m, ORIGIN_SBOM, in, out);
	manifest_read(&r.m, MANIFEST_JSON);
	if (slice_is(node_get_text(r.m.root, SLICE("bomFormat")), "CycloneDX"))
		read_cyclonedx(&r);
	else if (slice_starts(node_get_text(r.m.root, SLICE("spdxVersion")), SLICE("SPDX-2")))
		read_spdx(&r);
	else
		manifest_refuse(&r.m, "neither CycloneDX nor SPDX 2");
	if (r.nameless)
		inventory_partial(out, 0, "%zu components have no package URL and cannot be looked up", r.nameless);
	if (!slice_empty(r.os.id)) {
		out->os.id = r.os.id;
		out->os.version_id = r.os.version_id;
	}
	map_release(&r.refs);
	return manifest_end(&r.m, err);
}

const struct inventory_row inventory_sbom = {
	.name = "sbom",
	.origin = ORIGIN_SBOM,
	.scopes = INVENTORY_FILE,
	.os_database = true, /* it is the whole target: unread, nothing is known */
	.max_size = LIMIT_DOCUMENT,
	.ends = "n",
	.matches = matches,
	.parse = parse,
};
