/* pylock.toml and pylock.<name>.toml: PEP 751, "File Format". */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (64 * MIB)

static bool matches(struct slice path)
{
	struct slice name = inventory_base_name(path);

	if (!slice_cut_prefix(&name, SLICE("pylock.")) || !slice_cut_suffix(&name, SLICE("toml")))
		return false;
	return slice_empty(name) ||
	       (name.len > 1 && slice_find_byte(name, '.') == name.len - 1);
}

static bool has(struct slice text, struct slice word)
{
	return slice_find(text, word) < text.len;
}

/* A marker may ask for groups of developers or extras; it may also exclude them, which is rare. */
static uint32_t entry_flags(const struct node *entry)
{
	struct slice marker = node_get_text(entry, SLICE("marker"));
	bool local = node_get(entry, SLICE("vcs")) || node_get(entry, SLICE("directory")) ||
		     node_get(entry, SLICE("archive"));
	bool always = has(marker, SLICE("not in dependency_groups")) || has(marker, SLICE(" or ")) ||
		      has(marker, SLICE("not in extras"));

	return (local ? PACKAGE_LOCAL : 0u) |
	       (!always && has(marker, SLICE("in dependency_groups")) ? PACKAGE_DEV : 0u) |
	       (!always && has(marker, SLICE("in extras")) ? PACKAGE_OPTIONAL : 0u);
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;

	manifest_begin(&m, ORIGIN_PYLOCK, in, out);
	manifest_read(&m, MANIFEST_TOML);
	node_each(entry, node_get(m.root, SLICE("packages"))) {
		struct slice version = node_get_text(entry, SLICE("version"));

		/* The version is left out where it cannot be known before a build. */
		if (slice_empty(version))
			version = node_text(node_path(entry, "vcs", "commit-id", NULL));
		struct package *p = manifest_add(&m, node_get_text(entry, SLICE("name")), version,
						 entry_flags(entry), entry);
		if (!p || p->depends.count)
			continue;
		node_each(it, node_get(entry, SLICE("dependencies")))
			manifest_depend(&m, p, node_get_text(it, SLICE("name")));
	}
	return manifest_end(&m, err);
}

const struct inventory_row inventory_pylock = {
	.name = "pylock",
	.origin = ORIGIN_PYLOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.ends = "l",
	.matches = matches,
	.parse = parse,
};
