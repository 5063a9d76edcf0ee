#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "format/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Elements lie within their parents, one behind the other. */
static void check(const struct xml_node *n, unsigned depth)
{
	uint64_t at = n->offset;

	if (depth > LIMIT_XML_DEPTH)
		abort();
	xml_each(child, n) {
		if (child->offset < at || child->length > n->offset + n->length - child->offset)
			abort();
		at = child->offset + child->length;
		check(child, depth + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct xml_node *root = NULL;
	struct arena a;

	arena_init(&a, 0);
	bool ok = xml_parse(slice_new(data, size), &a, &root, &err);
	if (ok != (err.code == ERR_NONE) || (ok && !root))
		abort();
	if (root) {
		if (root->offset > size || root->length > size - root->offset)
			abort();
		check(root, 1);
	}
	arena_release(&a);
	return 0;
}
