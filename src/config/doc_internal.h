/* Shared by the files of config/doc_edit.h; no other file includes it. */
#ifndef BULWARK_CONFIG_DOC_INTERNAL_H
#define BULWARK_CONFIG_DOC_INTERNAL_H

#include "config/doc_edit.h"

struct doc_layout {
	unsigned step;      /* indentation of a map in a map; JSON: 0 writes one line */
	unsigned list_step; /* of a list in a map */
	bool crlf;
};

void doc_new_line(const struct doc_layout *l, struct buf *out, unsigned indent);
void doc_write_block(const struct doc_layout *l, struct buf *out, const struct value *v,
		     unsigned indent);
/* What stands behind "key:" of a map at this indentation, the blank or line break included. */
void doc_write_member(const struct doc_layout *l, struct buf *out, const struct value *v,
		      unsigned indent);
void doc_write_json(const struct doc_layout *l, struct buf *out, const struct value *v,
		    unsigned indent);

/* --- places in the text --- */

struct doc_place {
	size_t from, to;
};

/* Where a value is written: the alias, or its text without anchor and tag. */
struct doc_place doc_body(const struct doc_edit *e, const struct value *v);
/* The start of the line, and its end without the line break. */
size_t doc_line_start(const struct doc_edit *e, size_t at);
size_t doc_line_end(const struct doc_edit *e, size_t at);
/* Nothing but white space between the two. */
bool doc_blank(const struct doc_edit *e, size_t from, size_t to);
/* Over white space, line breaks and comments. */
size_t doc_skip(const struct doc_edit *e, size_t at);
/* Is it a member that is written in this document itself? */
bool doc_is_written(const struct doc_edit *e, const struct value *parent, const struct value *v);
/* The last such member in the order of the text, NULL: none. */
const struct value *doc_last_written(const struct doc_edit *e, const struct value *parent);
/* Behind the key's colon; 0: it has none. */
size_t doc_behind_colon(const struct doc_edit *e, const struct value *v);

enum doc_change_kind {
	DOC_REPLACE,    /* v by with */
	DOC_ADD,        /* with under key, or as an item, to v */
	DOC_ADD_BEHIND, /* the same, behind v */
	DOC_REMOVE,
	DOC_RENAME,     /* v to key */
};

struct doc_change {
	enum doc_change_kind kind;
	const struct value *v, *with;
	struct slice key;
};

/*
 * Do the edits from number `first` on make the text read as the tree with this
 * change?  Otherwise they are taken back, and the error says so.
 */
bool doc_check(struct doc_edit *e, size_t first, const struct doc_change *c, struct error *err);

void doc_add(struct doc_edit *e, size_t from, size_t to, struct slice text);
bool doc_refuse(struct error *err, size_t at, const char *what);
void doc_layout_of(const struct doc_edit *e, struct doc_layout *l);

/* doc_edit_block.c */
bool doc_block_replace(struct doc_edit *e, const struct value *v, const struct value *with,
		       struct error *err);
bool doc_block_insert(struct doc_edit *e, const struct value *map, const struct value *after,
		      struct slice key, const struct value *v, struct error *err);
bool doc_block_append(struct doc_edit *e, const struct value *list, const struct value *v,
		      struct error *err);
bool doc_block_remove(struct doc_edit *e, const struct value *parent, const struct value *v,
		      struct error *err);

#endif
