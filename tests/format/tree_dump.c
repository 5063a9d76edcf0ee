/*
 * Prints the trees of texts as JSON, for comparison with other readers.
 * Standard input: "json|yaml|toml LENGTH\n" and LENGTH bytes, repeated.
 * A line of output for each: {"error": "code", "message": "..."}, or the tree with every value
 * as a pair of type and content: ["n","1e3"], ["s","x"], ["b",true], ["z"],
 * ["l",[...]], ["m",[["key",...],...]].
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "format/json.h"
#include "format/toml.h"
#include "format/yaml.h"

static void dump(struct json_writer *w, const struct node *n)
{
	static const char *const types[] = {
		[NODE_NULL] = "z", [NODE_BOOL] = "b",   [NODE_NUMBER] = "n",
		[NODE_STRING] = "s", [NODE_LIST] = "l", [NODE_MAP] = "m",
	};
	bool container = n->type == NODE_LIST || n->type == NODE_MAP;

	json_begin_array(w);
	json_cstring(w, types[n->type]);
	if (n->type == NODE_BOOL)
		json_bool(w, n->truth);
	else if (n->type == NODE_NUMBER || n->type == NODE_STRING)
		json_string(w, n->text);
	if (container)
		json_begin_array(w);
	node_each(it, n) {
		if (n->type == NODE_MAP) {
			json_begin_array(w);
			json_string(w, it->key);
		}
		dump(w, it);
		if (n->type == NODE_MAP)
			json_end_array(w);
	}
	if (container)
		json_end_array(w);
	json_end_array(w);
}

static bool parse(const char *format, struct slice text, struct arena *a, struct node **ret,
		  struct error *err)
{
	*ret = NULL;
	if (strcmp(format, "json") == 0)
		return json_parse(text, a, ret, err);
	if (strcmp(format, "yaml") == 0)
		return yaml_parse(text, 0, a, ret, err);
	return toml_parse(text, a, ret, err);
}

static void answer(const char *format, struct slice text, struct buf *out)
{
	struct error err = ERROR_INIT;
	struct json_writer w;
	struct arena a;
	struct node *tree;

	arena_init(&a, 0);
	json_writer_init(&w, out, 0);
	if (!parse(format, text, &a, &tree, &err)) {
		json_begin_object(&w);
		json_key(&w, "error");
		json_cstring(&w, error_code_name(err.code));
		json_key(&w, "message");
		json_cstring(&w, err.message);
		json_end_object(&w);
	} else if (tree) {
		dump(&w, tree);
	} else {
		json_null(&w);
	}
	buf_add_byte(out, '\n');
	arena_release(&a);
}

int main(void)
{
	char format[8];
	size_t len;

	while (scanf("%7s %zu", format, &len) == 2 && getchar() == '\n') {
		char *text = malloc(len ? len : 1);
		struct buf out;

		if (!text || fread(text, 1, len, stdin) != len)
			return 1;
		buf_init(&out, 256 * MIB);
		answer(format, slice_new(text, len), &out);
		fwrite(out.data, 1, out.len, stdout);
		fflush(stdout);
		buf_release(&out);
		free(text);
	}
	return 0;
}
