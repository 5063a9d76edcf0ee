/*
 * XML 1.0 as a tree, by expat.  Names lose their namespace prefix; comments and
 * processing instructions are passed over.  Texts that declare entities of
 * their own are refused (ERR_UNSUPPORTED), so nothing expands.  Encodings: those
 * of expat (UTF-8, UTF-16, ISO 8859-1, ASCII); of others that are supersets of
 * ASCII the ASCII part is read.
 */
#ifndef BULWARK_FORMAT_XML_H
#define BULWARK_FORMAT_XML_H

#include "base/arena.h"
#include "base/error.h"

struct xml_attribute {
	struct slice name, value;
};

struct xml_node {
	struct slice name;
	struct slice text;        /* the character data right in it, trimmed */
	const struct xml_attribute *attributes;
	size_t attribute_count;
	uint64_t offset, length;  /* from the start tag to the end tag, in the text */
	struct xml_node *first, *last, *next;
};

#define xml_each(it, parent) \
	for (const struct xml_node *it = (parent) ? (parent)->first : NULL; it; it = it->next)

/*
 * All in the arena.  After an error *ret is the tree of what stands in front of
 * it, or NULL; errors tell the line and column.
 */
bool xml_parse(struct slice text, struct arena *a, struct xml_node **ret, struct error *err);

/* The first child of that name, or NULL; NULL has none. */
const struct xml_node *xml_get(const struct xml_node *n, struct slice name);
/* The first child's text, or the empty slice. */
struct slice xml_get_text(const struct xml_node *n, struct slice name);
/* An attribute's value, or the empty slice. */
struct slice xml_attribute(const struct xml_node *n, struct slice name);

#endif
