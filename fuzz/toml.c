#include "base/limits.h"
#include "format/toml.h"
#include "tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_new(data, size);
	struct node *tree;
	struct arena a;

	arena_init(&a, 0);
	/* An array of tables is two levels for one part of its name. */
	toml_parse(text, &a, &tree, NULL);
	if (tree)
		check_tree(tree, text, 2 * LIMIT_TOML_DEPTH + 2);
	arena_release(&a);
	return 0;
}
