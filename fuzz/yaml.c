#include "base/limits.h"
#include "format/yaml.h"
#include "tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_new(data, size);
	struct node *tree;
	struct arena a;

	for (unsigned index = 0; index < 2; index++) {
		arena_init(&a, 0);
		yaml_parse(text, index, &a, &tree, NULL);
		if (tree)
			check_tree(tree, text, LIMIT_YAML_DEPTH + 1);
		arena_release(&a);
	}
	return 0;
}
