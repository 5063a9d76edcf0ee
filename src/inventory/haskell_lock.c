/*
 * Haskell: stack.yaml.lock ("Lock files" of Stack's documentation) and
 * cabal.project.freeze (constraints of the form "any.name ==version").
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (32 * MIB)

static bool is_freeze(struct slice path)
{
	return slice_is(inventory_base_name(path), "cabal.project.freeze");
}

static bool matches(struct slice path)
{
	return slice_is(inventory_base_name(path), "stack.yaml.lock") || is_freeze(path);
}

/* "hasql-pool-1.0.1@sha256:...,2302": the version stands behind the last '-' */
static void add_hackage(struct manifest *m, struct slice text, const struct node *entry)
{
	struct slice hash;

	slice_split(text, '@', &text, &hash);
	size_t dash = slice_rfind_byte(text, '-');
	if (dash >= text.len || !dash || dash + 1 >= text.len || !ascii_digit(text.data[dash + 1])) {
		manifest_skip(m, entry->offset, "a package that is not \"name-version\"");
		return;
	}
	struct package *p = manifest_add(m, slice_first(text, dash), slice_from(text, dash + 1), 0,
					 entry);
	if (p)
		manifest_set(m, &p->integrity, slice_first(hash, slice_find_byte(hash, ',')));
}

static void read_stack(struct manifest *m)
{
	manifest_read(m, MANIFEST_YAML);
	if (m->root && !node_get(m->root, SLICE("packages")) && !node_get(m->root, SLICE("snapshots")))
		manifest_refuse(m, "this is no lock file of Stack");
	node_each(it, node_get(m->root, SLICE("packages"))) {
		const struct node *completed = node_get(it, SLICE("completed"));
		struct slice hackage = node_get_text(completed, SLICE("hackage"));

		if (!slice_empty(hackage))
			add_hackage(m, hackage, it);
		else if (node_get(completed, SLICE("name")))
			manifest_add(m, node_get_text(completed, SLICE("name")),
				     node_get_text(completed, SLICE("version")), PACKAGE_LOCAL, it);
	}
}

/* "any.Allure ==0.11.0.0": others set flags of a package. */
static void add_constraint(struct manifest *m, struct slice item)
{
	size_t pin = slice_find(item, SLICE("=="));

	if (pin >= item.len)
		return;
	struct slice name = slice_trim(slice_first(item, pin));
	struct slice version = slice_trim(slice_from(item, pin + 2));
	slice_cut_prefix(&name, SLICE("any."));
	/* "name +flag ==1.0" and ranges are no pin. */
	if (slice_find_byte(name, ' ') < name.len || slice_find_byte(version, ' ') < version.len)
		return;
	manifest_add_at(m, name, version, 0, (size_t)(item.data - m->text.data), item.len);
}

static void read_freeze(struct manifest *m)
{
	struct slice rest = m->text, line, item;

	while (slice_next_line(&rest, &line)) {
		line = slice_trim(line);
		if (slice_starts(line, SLICE("--")))
			continue;
		if (slice_cut_prefix(&line, SLICE("constraints:")))
			line = slice_trim(line);
		while (slice_next(&line, ',', &item))
			add_constraint(m, slice_trim(item));
	}
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;

	manifest_begin(&m, ORIGIN_HASKELL_LOCK, in, out);
	if (is_freeze(in->path))
		read_freeze(&m);
	else
		read_stack(&m);
	return manifest_end(&m, err);
}

const struct inventory_row inventory_haskell_lock = {
	.name = "haskell-lock",
	.origin = ORIGIN_HASKELL_LOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.ends = "ke",
	.matches = matches,
	.parse = parse,
};
