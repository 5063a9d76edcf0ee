/*
 * Stanzas of "Key: value" lines: Debian control data (deb822(5): continuation
 * lines start with a space or tab), wheel METADATA and PKG-INFO (RFC 822
 * headers, a body behind the first empty line), and apk's installed database
 * ("K:value", one letter keys, no continuation).
 */
#ifndef BULWARK_FORMAT_CONTROL_H
#define BULWARK_FORMAT_CONTROL_H

#include "base/error.h"
#include "base/slice.h"

struct control_field {
	struct slice key;
	struct slice value;   /* in the text, trimmed; a folded value keeps its line breaks */
	size_t offset;        /* of the key in the text */
};

struct control_reader {
	struct slice text;
	size_t off;
	bool folding;         /* continuation lines are known, and '#' starts a comment line */
	bool inside;          /* a stanza has begun: the next one starts behind an empty line */
};

void control_init(struct control_reader *r, struct slice text, bool folding);
/*
 * The next field of the current stanza; false at its end.  Lines that are no
 * field are skipped and counted in *ret_bad (may be NULL).
 */
bool control_field(struct control_reader *r, struct control_field *ret, size_t *ret_bad);
/* Moves to the next stanza; false at the end of the text. Call before the first one. */
bool control_stanza(struct control_reader *r);

#endif
