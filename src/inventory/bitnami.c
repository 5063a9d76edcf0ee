/*
 * Bitnami's images: each component's SPDX document lies beside it as
 * /opt/bitnami/<component>/.spdx-<component>.spdx (SPDX 2.3, JSON).  What it
 * contains and other managers know is found by those.
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (32 * MIB)

static bool matches(struct slice path)
{
	struct slice name = inventory_base_name(path);

	return slice_starts(name, SLICE(".spdx-")) && slice_ends(name, SLICE(".spdx")) &&
	       path_inside(path, SLICE("bitnami"));
}

/* "7.2.4-0" is 7.2.4 in Bitnami's first packaging; advisories are about 7.2.4. */
static struct slice upstream_version(struct slice version)
{
	size_t dash = slice_rfind_byte(version, '-');
	uint64_t number;

	return dash < version.len && slice_to_u64(slice_from(version, dash + 1), &number)
		       ? slice_first(version, dash) : version;
}

static void add_purl(struct manifest *m, struct slice text, const struct node *entry)
{
	struct purl purl;

	if (!slice_starts(text, SLICE("pkg:bitnami/")))
		return;
	if (!purl_parse(text, &m->scratch, &purl, NULL)) {
		manifest_skip(m, entry->offset, "a malformed package URL");
		return;
	}
	struct package *p = manifest_add(m, purl.name, purl.version, 0, entry);
	if (!p)
		return;
	p->source_name = p->name;
	p->source_version = upstream_version(p->version);
	manifest_set(m, &p->architecture, purl_qualifier(&purl, SLICE("arch")));
	struct slice license = node_get_text(entry, SLICE("licenseDeclared"));
	if (!slice_is(license, "NOASSERTION"))
		manifest_set(m, &p->license, license);
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;

	manifest_begin(&m, ORIGIN_BITNAMI, in, out);
	manifest_read(&m, MANIFEST_JSON);
	const struct node *packages = node_get(m.root, SLICE("packages"));
	if (!node_is(packages, NODE_LIST))
		manifest_refuse(&m, "no list \"packages\"");
	node_each(entry, packages)
		node_each(ref, node_get(entry, SLICE("externalRefs")))
			if (slice_is(node_get_text(ref, SLICE("referenceType")), "purl"))
				add_purl(&m, node_get_text(ref, SLICE("referenceLocator")), entry);
	return manifest_end(&m, err);
}

const struct inventory_row inventory_bitnami = {
	.name = "bitnami",
	.origin = ORIGIN_BITNAMI,
	.scopes = INVENTORY_IMAGE | INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.ends = "x",
	.matches = matches,
	.parse = parse,
};
