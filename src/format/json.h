/*
 * JSON, RFC 8259.  Strict, but for a byte-order mark in front, which is
 * skipped.  Invalid UTF-8 in strings is replaced by U+FFFD, unpaired
 * surrogates too; control characters in strings are refused.
 */
#ifndef BULWARK_FORMAT_JSON_H
#define BULWARK_FORMAT_JSON_H

#include "base/buf.h"
#include "format/node.h"

/*
 * ERR_FORMAT with offset; depth beyond LIMIT_JSON_DEPTH, size beyond
 * LIMIT_DOCUMENT or values beyond LIMIT_NODES are ERR_LIMIT.  After an error *ret is the tree of what stands
 * in front of it, or NULL: containers that were still open have length 0, and
 * the last scalar may be empty.
 */
bool json_parse(struct slice text, struct arena *a, struct node **ret, struct error *err);

/*
 * Writer.  Commas, indentation and escapes are its work; keys are written in
 * the order of the calls.  With indent 0 everything stands on one line.
 */
struct json_writer {
	struct buf *out;
	unsigned indent; /* spaces a level */
	unsigned depth;
	bool comma;      /* the next item needs one */
	bool after_key;
};

void json_writer_init(struct json_writer *w, struct buf *out, unsigned indent);
void json_begin_object(struct json_writer *w);
void json_end_object(struct json_writer *w);
void json_begin_array(struct json_writer *w);
void json_end_array(struct json_writer *w);
void json_key(struct json_writer *w, const char *key);
void json_key_slice(struct json_writer *w, struct slice key);
void json_string(struct json_writer *w, struct slice s);
void json_cstring(struct json_writer *w, const char *s);
void json_int(struct json_writer *w, int64_t v);
void json_uint(struct json_writer *w, uint64_t v);
/* One decimal place, as CVSS scores are written. */
void json_score(struct json_writer *w, double v);
/* A value that is JSON already: a number written by the caller. */
void json_raw(struct json_writer *w, struct slice text);
void json_bool(struct json_writer *w, bool v);
void json_null(struct json_writer *w);
/* key and value at once; the _opt form writes nothing for an empty value. */
void json_member(struct json_writer *w, const char *key, struct slice value);
void json_member_opt(struct json_writer *w, const char *key, struct slice value);

#endif
