#include "config/json_doc.h"

#include "base/limits.h"
#include "base/map.h"
#include "format/json.h"

struct reader {
	struct slice text;    /* as it was given */
	char *clean;          /* the same with comments and stray commas blanked; NULL: none yet */
	uint32_t source;
	struct arena *arena;
	struct problem_list *problems;
	struct json_doc *doc;
};

static struct span span_at(const struct reader *r, size_t offset, size_t length)
{
	return (struct span){ r->source, offset, length };
}

static void blank(struct reader *r, size_t offset, size_t length)
{
	if (!r->clean)
		r->clean = arena_cstr(r->arena, r->text);
	for (size_t i = offset; i < offset + length; i++)
		if (r->clean[i] != '\n' && r->clean[i] != '\r')
			r->clean[i] = ' ';
}

/* The end of the string whose opening quote stands at `at`: behind its closing one. */
static size_t string_end(struct slice text, size_t at)
{
	for (at++; at < text.len && text.data[at] != '"'; at++)
		at += text.data[at] == '\\';
	return at < text.len ? at + 1 : text.len;
}

/* The end of the comment that begins at `at`; `at` itself when none does. */
static size_t comment_end(struct slice text, size_t at)
{
	struct slice rest = slice_from(text, at);

	if (slice_starts(rest, SLICE("/*"))) {
		size_t end = slice_find(slice_from(rest, 2), SLICE("*/"));
		return end + 4 > rest.len ? text.len : at + end + 4;
	}
	if (!slice_starts(rest, SLICE("//")) && !slice_starts(rest, SLICE("#")))
		return at;
	size_t end = slice_find_byte(rest, '\n');
	if (end && end < rest.len && rest.data[end - 1] == '\r')
		end--;
	return at + end;
}

/* Takes out what people write into JSON although it has no place there. */
static void clean(struct reader *r)
{
	struct slice text = r->text;
	size_t comma = text.len;

	for (size_t at = 0; at < text.len;) {
		char c = text.data[at];
		size_t end = comment_end(text, at);

		if (end > at) {
			r->doc->broken = true;
			problem_add(r->problems, PROBLEM_COMMENT, span_at(r, at, end - at),
				    "JSON has no comments");
			blank(r, at, end - at);
			at = end;
			continue;
		}
		if ((c == '}' || c == ']') && comma < text.len) {
			r->doc->broken = true;
			problem_add(r->problems, PROBLEM_SYNTAX, span_at(r, comma, 1),
				    "a comma behind the last member");
			blank(r, comma, 1);
		}
		if (!ascii_space(c))
			comma = c == ',' ? at : text.len;
		at = c == '"' ? string_end(text, at) : at + 1;
	}
}

static struct value *convert(struct reader *r, const struct node *n);

static void find_duplicates(struct reader *r, struct value *map)
{
	struct map seen;

	if (map->count < 2)
		return;
	map_init(&seen);
	for (struct value *it = map->first; it; it = it->next) {
		struct value *before = map_get_ptr(&seen, it->key);

		if (before) {
			struct problem *x = problem_add(
				r->problems, PROBLEM_DUPLICATE, it->key_span,
				"the key \"%.*s\" is there twice", SLICE_ARG(slice_first(it->key, 100)));
			x->other = before->key_span;
			x->name = it->key;
			before->shadow = true;
			map->count--;
		}
		map_put_ptr(&seen, it->key, it);
	}
	map_release(&seen);
}

/* Recursion is bounded by LIMIT_JSON_DEPTH, which the tree does not pass. */
static void convert_members(struct reader *r, struct value *v, const struct node *n)
{
	for (const struct node *it = n->first; it; it = it->next) {
		struct value *member = convert(r, it);

		if (n->type == NODE_MAP) {
			member->key = it->key;
			member->key_span =
				span_at(r, it->key_offset,
					string_end(r->text, it->key_offset) - it->key_offset);
		}
		value_append(v, member);
	}
	if (n->type == NODE_MAP)
		find_duplicates(r, v);
}

static struct value *convert(struct reader *r, const struct node *n)
{
	struct value *v = value_new(r->arena, n->type);

	v->style = n->type == NODE_LIST || n->type == NODE_MAP ? VALUE_FLOW :
		   n->quoted ? VALUE_DOUBLE_QUOTED : VALUE_PLAIN;
	v->in_flow = true;
	v->truth = n->truth;
	v->text = v->raw = n->text;
	v->span = span_at(r, n->offset, n->length);
	if (n->type == NODE_BOOL)
		v->text = v->raw = n->truth ? SLICE("true") : SLICE("false");
	convert_members(r, v, n);
	return v;
}

void json_doc_read(struct slice text, uint32_t source, struct arena *a, struct json_doc *ret,
		   struct problem_list *problems)
{
	struct reader r = {
		.text = text.data ? text : SLICE_EMPTY,
		.source = source,
		.arena = a,
		.problems = problems,
		.doc = ret,
	};
	struct error err = ERROR_INIT;
	struct node *root = NULL;

	*ret = (struct json_doc){ .text = r.text, .source = source };
	if (text.len > LIMIT_CONFIG) {
		ret->broken = true;
		problem_add(problems, PROBLEM_LIMIT, span_at(&r, 0, 0),
			    "a text of more than %zu bytes", LIMIT_CONFIG);
		return;
	}
	clean(&r);
	struct slice cleaned = r.clean ? slice_new(r.clean, r.text.len) : r.text;
	if (!json_parse(cleaned, a, &root, &err)) {
		const char *what = strstr(err.message, ": ");

		ret->broken = true;
		problem_add(problems, err.code == ERR_LIMIT ? PROBLEM_LIMIT : PROBLEM_SYNTAX,
			    span_at(&r, err.offset > 0 ? (size_t)err.offset : 0, 0), "%s",
			    err.offset >= 0 && what ? what + 2 : err.message);
	}
	if (root)
		ret->root = convert(&r, root);
}
