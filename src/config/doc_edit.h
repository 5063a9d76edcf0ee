/*
 * Edits of YAML and JSON that keep every other byte: comments, order, quotes,
 * indentation and line ends.  Each function appends replacements over the
 * document's text to `edits` (model/edit.h); they are made against the text as
 * it was read, so several edits of one document go into one list, as long as
 * they do not touch the same member.
 *
 * New values are given as YAML (or, for JSON documents, JSON) snippets such as
 * "[ALL]", "true" or "{limits: {memory: 512m}}"; they are parsed and written in
 * the style of their surroundings: block maps and lists at the file's own
 * indentation, flow ones on the line.
 *
 * Values may come from a merged or interpolated tree as well as from the
 * document's own: what is edited is what stands at their span in this document.
 * Where a value came by an alias, the alias is what is replaced or removed and
 * the anchored text stays.  The functions refuse (ERR_UNSUPPORTED) what they
 * cannot do without changing other bytes, such as members that came by a merge
 * key or from another file, and all of a YAML text with a syntax error; then
 * nothing is appended.  Each edit is tried: what is appended reads back as the
 * tree that was meant.
 */
#ifndef BULWARK_CONFIG_DOC_EDIT_H
#define BULWARK_CONFIG_DOC_EDIT_H

#include "config/json_doc.h"
#include "config/yaml_doc.h"
#include "model/edit.h"

struct doc_edit {
	struct slice text; /* of the document */
	uint32_t source;
	bool json;
	bool broken;             /* it could not be read to its end */
	unsigned step;           /* indentation of a map in a map */
	unsigned list_step;      /* of a list in a map */
	bool crlf;
	struct value_list roots;
	struct arena *arena;
	struct edit_list edits;
};

void doc_edit_init_yaml(struct doc_edit *e, const struct yaml_doc *doc, struct arena *a);
void doc_edit_init_json(struct doc_edit *e, const struct json_doc *doc, struct arena *a);

/* Replaces the value, the key stays. A comment behind a scalar stays as well. */
bool doc_replace(struct doc_edit *e, const struct value *v, struct slice snippet,
		 struct error *err);
/* The same with a plain text, which is quoted where the format needs it. */
bool doc_replace_text(struct doc_edit *e, const struct value *v, struct slice text,
		      struct error *err);
/* Adds a member behind the last one (or behind `after`, a member of the map). The key must not be
 * there yet. */
bool doc_insert_member(struct doc_edit *e, const struct value *map, const struct value *after,
		       struct slice key, struct slice snippet, struct error *err);
/* Adds an item behind the last one of a list. */
bool doc_append_item(struct doc_edit *e, const struct value *list, struct slice snippet,
		     struct error *err);
/*
 * Takes a member of a map or an item of a list out, with the comment behind it
 * on its line; comment lines above it stay.  The last one leaves {} or [].
 */
bool doc_remove(struct doc_edit *e, const struct value *parent, const struct value *member,
		struct error *err);
bool doc_rename_key(struct doc_edit *e, const struct value *member, struct slice key,
		    struct error *err);

/* The edited text. */
bool doc_edit_apply(struct doc_edit *e, struct buf *out, struct error *err);

/* --- writing values --- */

/* A scalar as YAML that reads back as exactly this string (quoted where it must be). */
void yaml_write_string(struct buf *out, struct slice text);
/* On one line: {a: 1, b: [x]}. */
void yaml_write_flow(struct buf *out, const struct value *v);
/* In block style: every line behind the first begins with `indent` spaces; no line end behind the
 * last. */
void yaml_write_block(struct buf *out, const struct value *v, unsigned indent, unsigned step);
void json_write_value(struct buf *out, const struct value *v, unsigned indent, unsigned step);

#endif
