/* The walk over members against the parser of whole texts: what the parser takes the walk takes as
 * well. */
#include <stdlib.h>

#include "format/json.h"
#include "format/json_members.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_new(data, size), key, value;
	struct json_members m;
	struct arena a;
	struct node *root, *member;
	uint32_t count = 0;
	bool more = false;

	arena_init(&a, 0);
	bool sound = json_parse(text, &a, &root, NULL) &&
		     (root->type == NODE_MAP || root->type == NODE_LIST);
	bool begun = json_members_begin(&m, text, NULL);
	bool ok = begun;
	while (ok && (ok = json_members_next(&m, &a, &key, &value, &more, NULL)) && more) {
		if (sound && !json_parse(value, &a, &member, NULL))
			abort();
		count++;
	}
	if (sound && (!ok || count != root->count))
		abort();
	arena_release(&a);
	return 0;
}
