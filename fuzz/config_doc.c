/* The first byte says which reader and edit, the second which value; the rest is the document. */
#include "edit_property.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Spans lie in the text, counts are right, and what texts point to can be read. */
static void check(const struct value *v, struct slice text, unsigned depth)
{
	uint32_t count = 0;
	uint8_t sum = 0;

	if (v->span.offset > text.len || v->span.length > text.len - v->span.offset ||
	    v->key_span.offset > text.len || v->key_span.length > text.len - v->key_span.offset ||
	    v->via.offset > text.len || v->via.length > text.len - v->via.offset)
		abort();
	for (size_t i = 0; i < v->text.len; i++)
		sum ^= (uint8_t)v->text.data[i];
	for (size_t i = 0; i < v->key.len; i++)
		sum ^= (uint8_t)v->key.data[i];
	__asm__ volatile("" : : "r"(sum));
	for (const struct value *it = v->first; it; it = it->next) {
		if (depth == 0 || (!it->next && it != v->last))
			abort();
		count += !it->shadow;
		check(it, text, depth - 1);
	}
	if (count != v->count)
		abort();
}

static void check_all(const struct edit_doc *d, struct slice text)
{
	size_t last = 0;

	if (d->json && d->root)
		check(d->root, text, LIMIT_JSON_DEPTH + 1);
	for (size_t i = 0; i < d->yaml.documents.count; i++)
		check(d->yaml.documents.items[i], text, LIMIT_YAML_DEPTH + 1);
	for (size_t i = 0; i < d->yaml.comments.count; i++) {
		struct span s = d->yaml.comments.items[i].span;

		if (s.offset < last || s.offset + s.length > text.len || text.data[s.offset] != '#')
			abort();
		last = (size_t)(s.offset + s.length);
	}
	for (size_t i = 0; i < d->problems.list.count; i++) {
		struct span s = d->problems.list.items[i].span;

		if (s.offset > text.len || s.length > text.len - s.offset)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct edit_target_list targets = {0};
	struct edit_change c;
	struct edit_doc d;
	struct arena a;

	if (size < 2 || size > 64 * KIB)
		return 0;
	struct slice text = slice_new(data + 2, size - 2);
	enum edit_kind kind = (enum edit_kind)(data[0] / 2 % EDIT_KINDS);
	struct slice snippet =
		edit_snippets[data[1] % (sizeof(edit_snippets) / sizeof(edit_snippets[0]))];
	arena_init(&a, 0);
	edit_doc_read(&d, data[0] & 1, text, &a);
	check_all(&d, text);
	if (d.root && !d.problems.list.count)
		edit_targets(NULL, d.root, &targets, &a, 50);
	/* Other documents of the text are not compared, so that there must not be any. */
	if (targets.count && d.yaml.documents.count < 2) {
		edit_change_init(&c, &d, kind, targets.items[data[1] % targets.count], snippet, &a);
		if (edit_applies(&c))
			edit_check(&d, text, &c, snippet, &a);
	}
	arena_release(&a);
	return 0;
}
