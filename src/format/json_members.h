/*
 * The members of one JSON object or array, one after another, without a tree
 * of the whole: a text of any size costs the memory of its largest member.
 * Only brackets and strings are looked at; what is a sound value json_parse
 * says of each member.
 *
 * Source: RFC 8259.
 */
#ifndef BULWARK_FORMAT_JSON_MEMBERS_H
#define BULWARK_FORMAT_JSON_MEMBERS_H

#include "base/arena.h"
#include "base/error.h"

struct json_members {
	struct slice text;
	size_t at;
	bool object; /* else an array */
	bool started, ended;
};

/* ERR_FORMAT: neither an object nor an array.  The text must outlive the walk. */
bool json_members_begin(struct json_members *m, struct slice text, struct error *err);

/*
 * The next member: its key (decoded, in the arena where it has escapes; empty
 * in arrays) and its value as written.  *ret_more is false behind the last
 * one.  ERR_FORMAT: the text is cut short or malformed between members;
 * ERR_LIMIT: nested deeper than LIMIT_JSON_DEPTH.
 */
bool json_members_next(struct json_members *m, struct arena *a, struct slice *ret_key,
		       struct slice *ret_value, bool *ret_more, struct error *err);

/*
 * The member of an object by its key, as written; empty: there is none.  Goes
 * through the object from its start.
 */
bool json_member_find(struct slice object, const char *key, struct slice *ret, struct error *err);

#endif
