#include "format/xml.h"

#include <expat.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/mem.h"

/* expat's lengths are ints. */
#define PIECE_MAX ((size_t)16 * 1024 * 1024)

struct frame {
	struct xml_node *node;
	char *text;     /* used again by the elements of the same depth */
	size_t len, alloc;
};

struct reader {
	XML_Parser parser;
	struct arena *arena;
	struct xml_node *root;
	struct frame frames[LIMIT_XML_DEPTH];
	size_t depth, nodes;
	struct error *err;
};

static void stop(struct reader *r, enum error_code code, const char *what)
{
	error_set_at(r->err, code, (uint64_t)XML_GetCurrentByteIndex(r->parser), "line %lu, column %lu: %s",
		     XML_GetCurrentLineNumber(r->parser), XML_GetCurrentColumnNumber(r->parser) + 1, what);
	XML_StopParser(r->parser, XML_FALSE);
}

static struct slice local_name(struct reader *r, const char *name)
{
	struct slice s = slice_from_cstr(name);
	size_t colon = slice_find_byte(s, ':');

	return arena_copy(r->arena, colon < s.len ? slice_from(s, colon + 1) : s);
}

static void copy_attributes(struct reader *r, struct xml_node *n, const char **pairs)
{
	size_t count = 0;

	while (pairs[2 * count])
		count++;
	if (count == 0)
		return;
	struct xml_attribute *items = arena_new_array(r->arena, struct xml_attribute, count);
	for (size_t i = 0; i < count; i++)
		items[i] = (struct xml_attribute){ local_name(r, pairs[2 * i]),
						   arena_copy(r->arena, slice_from_cstr(pairs[2 * i + 1])) };
	n->attributes = items;
	n->attribute_count = count;
}

static void start_element(void *user, const char *name, const char **attributes)
{
	struct reader *r = user;

	if (r->depth == LIMIT_XML_DEPTH) {
		stop(r, ERR_LIMIT, "elements nest too deeply");
		return;
	}
	if (++r->nodes > LIMIT_NODES) {
		stop(r, ERR_LIMIT, "too many elements");
		return;
	}
	struct xml_node *n = arena_new(r->arena, struct xml_node);
	struct xml_node *parent = r->depth ? r->frames[r->depth - 1].node : NULL;

	n->name = local_name(r, name);
	n->offset = (uint64_t)XML_GetCurrentByteIndex(r->parser);
	copy_attributes(r, n, attributes);
	if (!parent)
		r->root = n;
	else if (parent->last)
		parent->last->next = n;
	else
		parent->first = n;
	if (parent)
		parent->last = n;
	r->frames[r->depth].node = n;
	r->frames[r->depth++].len = 0;
}

static void end_element(void *user, const char *name)
{
	struct reader *r = user;
	struct frame *f = &r->frames[r->depth - 1];
	uint64_t end = (uint64_t)XML_GetCurrentByteIndex(r->parser) +
		       (uint64_t)XML_GetCurrentByteCount(r->parser);

	(void)name;
	f->node->text = arena_copy(r->arena, slice_trim(slice_new(f->text, f->len)));
	f->node->length = end - f->node->offset;
	r->depth--;
}

static void characters(void *user, const char *bytes, int len)
{
	struct reader *r = user;
	struct frame *f = r->depth ? &r->frames[r->depth - 1] : NULL;
	size_t n = (size_t)len;

	if (!f)
		return;
	if (f->len + n > f->alloc) {
		f->alloc = 2 * (f->len + n);
		f->text = mem_realloc(f->text, f->alloc, 1);
	}
	memcpy(f->text + f->len, bytes, n);
	f->len += n;
}

static void entity(void *user, const char *name, int is_parameter, const char *value, int len,
		   const char *base, const char *system, const char *public, const char *notation)
{
	(void)name;
	(void)is_parameter;
	(void)value;
	(void)len;
	(void)base;
	(void)system;
	(void)public;
	(void)notation;
	stop(user, ERR_UNSUPPORTED, "it declares entities of its own");
}

static int unknown_encoding(void *user, const char *name, XML_Encoding *info)
{
	(void)user;
	(void)name;
	for (int i = 0; i < 256; i++)
		info->map[i] = i < 128 ? i : 0xfffd;
	info->data = NULL;
	info->convert = NULL;
	info->release = NULL;
	return XML_STATUS_OK;
}

static bool feed(struct reader *r, struct slice text)
{
	do {
		struct slice piece = slice_first(text, PIECE_MAX);

		text = slice_from(text, piece.len);
		if (XML_Parse(r->parser, piece.data, (int)piece.len, slice_empty(text)) != XML_STATUS_OK)
			return false;
	} while (!slice_empty(text));
	return true;
}

/* What is not closed where the text breaks off ends there. */
static void close_open(struct reader *r, size_t len)
{
	for (; r->depth; r->depth--) {
		struct frame *f = &r->frames[r->depth - 1];

		f->node->text = arena_copy(r->arena, slice_trim(slice_new(f->text, f->len)));
		f->node->length = len - f->node->offset;
	}
}

bool xml_parse(struct slice text, struct arena *a, struct xml_node **ret, struct error *err)
{
	struct error own = ERROR_INIT;
	struct reader *r = mem_alloc_zero(1, sizeof(*r));

	*r = (struct reader){ .arena = a, .err = &own, .parser = XML_ParserCreate(NULL) };
	if (!r->parser)
		mem_exhausted();
	/* Drawn by the process itself: a confined one may not ask the system. */
	XML_SetHashSalt(r->parser, (unsigned long)hash_table(SLICE("expat")) | 1);
	XML_SetUserData(r->parser, r);
	XML_SetElementHandler(r->parser, start_element, end_element);
	XML_SetCharacterDataHandler(r->parser, characters);
	XML_SetEntityDeclHandler(r->parser, entity);
	XML_SetUnknownEncodingHandler(r->parser, unknown_encoding, NULL);
	bool ok = feed(r, text);
	if (!ok && own.code == ERR_NONE)
		stop(r, ERR_FORMAT, XML_ErrorString(XML_GetErrorCode(r->parser)));
	close_open(r, text.len);
	*ret = r->root;
	XML_ParserFree(r->parser);
	for (size_t i = 0; i < ARRAY_LEN(r->frames); i++)
		free(r->frames[i].text);
	free(r);
	if (!ok && err)
		*err = own;
	return ok;
}

const struct xml_node *xml_get(const struct xml_node *n, struct slice name)
{
	xml_each(child, n)
		if (slice_eq(child->name, name))
			return child;
	return NULL;
}

struct slice xml_get_text(const struct xml_node *n, struct slice name)
{
	const struct xml_node *child = xml_get(n, name);

	return child ? child->text : SLICE_EMPTY;
}

struct slice xml_attribute(const struct xml_node *n, struct slice name)
{
	for (size_t i = 0; n && i < n->attribute_count; i++)
		if (slice_eq(n->attributes[i].name, name))
			return n->attributes[i].value;
	return SLICE_EMPTY;
}
