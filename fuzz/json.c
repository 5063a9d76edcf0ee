/* JSON: what is read can be written, and what is written can be read and says the same. */
#include <stdlib.h>

#include "base/limits.h"
#include "format/json.h"
#include "tree.h"

static void write_tree(struct json_writer *w, const struct node *n)
{
	bool map = n->type == NODE_MAP;

	switch (n->type) {
	case NODE_LIST:
	case NODE_MAP:
		map ? json_begin_object(w) : json_begin_array(w);
		node_each(it, n) {
			if (map)
				json_key_slice(w, it->key);
			write_tree(w, it);
		}
		map ? json_end_object(w) : json_end_array(w);
		break;
	case NODE_STRING:
		json_string(w, n->text);
		break;
	case NODE_BOOL:
		json_bool(w, n->truth);
		break;
	case NODE_NUMBER:
		json_int(w, (int64_t)n->text.len);
		break;
	case NODE_NULL:
	default:
		json_null(w);
		break;
	}
}

static bool same(const struct node *a, const struct node *b)
{
	if (a->type != b->type || a->count != b->count || !slice_eq(a->key, b->key) ||
	    a->truth != b->truth)
		return false;
	if (a->type == NODE_STRING && !slice_eq(a->text, b->text))
		return false;
	const struct node *m = b->first;
	for (const struct node *n = a->first; n; n = n->next, m = m->next)
		if (!same(n, m))
			return false;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_new(data, size);
	struct node *first, *second;
	struct json_writer w;
	struct arena a;
	struct buf out;

	arena_init(&a, 0);
	bool ok = json_parse(text, &a, &first, NULL);
	if (first)
		check_tree(first, text, LIMIT_JSON_DEPTH);
	if (ok) {
		buf_init(&out, 64 * MIB);
		json_writer_init(&w, &out, size & 1);
		write_tree(&w, first);
		if (!json_parse(buf_slice(&out), &a, &second, NULL) || !same(first, second))
			abort();
		buf_release(&out);
	}
	arena_release(&a);
	return 0;
}
