/*
 * What a target tells of its subscriptions and repositories, which decides
 * which advisories are about it: Ubuntu Pro's enabled services, and the
 * repositories ("content sets") that a Red Hat image was made from.
 *
 * Sources: `pro status --format json` of ubuntu-pro-client, which keeps its
 * last answer in that file; atomic-reactor's schema content_manifest.json.
 */
#include "base/limits.h"
#include "format/json.h"
#include "inventory/rows.h"

#define MAX_SIZE  (4 * MIB)
#define MAX_FACTS (16 * KIB) /* real targets tell some hundred bytes */

static const char *const pro_paths[] = { "var/lib/ubuntu-advantage/status.json", NULL };
static const char *const content_paths[] = { "root/buildinfo/content_manifests/", NULL };

static void add_fact(struct inventory_output *out, const char *kind, struct slice value)
{
	if (!inventory_sound(value) || out->os.facts.len + value.len > MAX_FACTS)
		return;
	out->os.facts = arena_printf(out->arena, "%.*s%s%.*s\n", SLICE_ARG(out->os.facts), kind,
				     SLICE_ARG(value));
}

/* -------------------------------------------------------------- Ubuntu Pro */

static bool matches_pro(struct slice path)
{
	return slice_eq(path, slice_from_cstr(pro_paths[0]));
}

static bool parse_pro(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct node *root;

	out->os.layer = -1;
	if (!json_parse(in->bytes, out->arena, &root, err))
		return false;
	if (!node_truth(node_get(root, SLICE("attached"))))
		return true;
	node_each(service, node_get(root, SLICE("services")))
		if (slice_is(node_get_text(service, SLICE("status")), "enabled"))
			add_fact(out, "ubuntu-pro:", node_get_text(service, SLICE("name")));
	return true;
}

const struct inventory_row inventory_ubuntu_pro = {
	.name = "ubuntu-pro",
	.origin = ORIGIN_NONE,
	.scopes = INVENTORY_IMAGE,
	.max_size = MAX_SIZE,
	.matches = matches_pro,
	.parse = parse_pro,
	.fixed_paths = pro_paths,
};

/* ------------------------------------------------------------ content sets */

static bool matches_content(struct slice path)
{
	return slice_cut_prefix(&path, slice_from_cstr(content_paths[0])) &&
	       slice_ends(path, SLICE(".json")) && slice_find_byte(path, '/') == path.len;
}

static bool parse_content(const struct inventory_input *in, struct inventory_output *out,
			  struct error *err)
{
	struct node *root;

	out->os.layer = -1;
	if (!json_parse(in->bytes, out->arena, &root, err))
		return false;
	node_each(set, node_get(root, SLICE("content_sets")))
		add_fact(out, "content-set:", node_text(set));
	return true;
}

const struct inventory_row inventory_content_sets = {
	.name = "content-sets",
	.origin = ORIGIN_NONE,
	.scopes = INVENTORY_IMAGE,
	.max_size = MAX_SIZE,
	.matches = matches_content,
	.parse = parse_content,
	.fixed_paths = content_paths,
};
