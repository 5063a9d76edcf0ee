/*
 * Package.resolved of the Swift package manager, versions 1 to 3: pins with
 * the repository and what of it is checked out.  Advisories name packages by
 * their repositories, "github.com/apple/swift-nio".
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (32 * MIB)

static bool matches(struct slice path)
{
	/* Below "xcshareddata/swiftpm/" where Xcode keeps it. */
	struct slice name = inventory_base_name(path);

	return slice_is(name, "Package.resolved") || slice_is(name, ".package.resolved");
}

/* "https://github.com/apple/swift-nio.git", "git@github.com:apple/swift-nio.git" */
static struct slice repository_name(struct manifest *m, struct slice url)
{
	size_t scheme = slice_find(url, SLICE("://"));
	bool has_scheme = scheme < url.len;

	if (has_scheme)
		url = slice_from(url, scheme + 3);
	size_t end = slice_find_byte(url, '/'), at = slice_find_byte(slice_first(url, end), '@');
	if (at < slice_first(url, end).len)
		url = slice_from(url, at + 1);
	while (slice_cut_suffix(&url, SLICE("/")))
		;
	slice_cut_suffix(&url, SLICE(".git"));
	size_t colon = slice_find_byte(url, ':');
	if (!has_scheme && colon < slice_find_byte(url, '/'))
		return manifest_join(m, slice_first(url, colon), "/", slice_from(url, colon + 1));
	return url;
}

static void add_pin(struct manifest *m, const struct node *pin)
{
	const struct node *state = node_get(pin, SLICE("state"));
	struct slice url = node_get_text(pin, SLICE("location"));
	struct slice version = node_get_text(state, SLICE("version"));
	struct slice kind = node_get_text(pin, SLICE("kind"));
	uint32_t flags = slice_is(kind, "localSourceControl") ? PACKAGE_LOCAL : 0;

	if (slice_empty(url))
		url = node_get_text(pin, SLICE("repositoryURL"));
	/* Of a registry the identity "scope.name" is all there is. */
	struct slice name = slice_empty(url) ? node_get_text(pin, SLICE("identity")) :
					       repository_name(m, url);
	if (slice_empty(url) || slice_find_byte(name, '/') == name.len)
		flags |= PACKAGE_LOCAL;
	if (slice_empty(version)) {
		version = node_get_text(state, SLICE("revision"));
		flags |= PACKAGE_UNVERSIONED;
	}
	struct package *p = manifest_add(m, name, version, flags, pin);
	if (p)
		manifest_set(m, &p->integrity, node_get_text(state, SLICE("revision")));
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;

	manifest_begin(&m, ORIGIN_SWIFT_RESOLVED, in, out);
	manifest_read(&m, MANIFEST_JSON);
	const struct node *pins = node_get(m.root, SLICE("pins"));
	if (!pins)
		pins = node_path(m.root, "object", "pins", NULL);
	if (!node_is(pins, NODE_LIST))
		manifest_refuse(&m, "no list \"pins\"");
	node_each(pin, pins)
		add_pin(&m, pin);
	return manifest_end(&m, err);
}

const struct inventory_row inventory_swift_resolved = {
	.name = "swift-resolved",
	.origin = ORIGIN_SWIFT_RESOLVED,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.ends = "d",
	.matches = matches,
	.parse = parse,
};
