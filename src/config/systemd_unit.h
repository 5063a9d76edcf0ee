/*
 * systemd unit files and their drop-ins (systemd.syntax(7), systemd.unit(5)):
 * sections, assignments that add up, an empty one that resets, continuation
 * lines, comments, ExecStart= split into words (systemd.service(5), "Command
 * lines"), EnvironmentFile=.
 */
#ifndef BULWARK_CONFIG_SYSTEMD_UNIT_H
#define BULWARK_CONFIG_SYSTEMD_UNIT_H

#include "config/problem.h"

struct unit_entry {
	struct slice section;
	struct slice key;
	struct slice value; /* continuation lines joined by a blank, trimmed */
	struct span span; /* of the value as written, continuation lines too */
	struct span key_span;
	bool dropped; /* a later empty assignment of the same key took it away */
};

struct unit_file {
	struct VEC_OF(
		struct unit_entry) entries; /* of all texts, in the order in which they are read */
	struct problem_list *problems;
	struct arena *arena;
};

void unit_init(struct unit_file *u, struct arena *a, struct problem_list *problems);
/*
 * Adds a text: the unit first, then its drop-ins, whose order is that of their
 * file names whatever directory they stand in (unit_drop_in_order).
 */
void unit_read(struct unit_file *u, struct slice text, uint32_t source);

/* The value in effect: the last one, or NULL; an empty assignment gives NULL. */
const struct unit_entry *unit_get(const struct unit_file *u, struct slice section,
				  struct slice key);
/* All in effect of a key that adds up: the first at or behind *i; for (i = 0; (e = unit_next(...,
 * &i)); i++). */
const struct unit_entry *unit_next(const struct unit_file *u, struct slice section,
				   struct slice key, size_t *i);

/* One word of a command line, with its place in the file. */
struct unit_word {
	struct slice text; /* quotes and escapes taken off; $ and % as written */
	struct span span;
};
struct unit_word_list VEC_OF(struct unit_word);

/*
 * Splits the value of ExecStart= into words; the prefixes (-, @, :, +, !, !!)
 * are cut off the first one into *ret_prefix, which may be NULL.  False: an
 * open quote.
 */
bool unit_split_command(const struct unit_entry *e, const struct source_table *sources,
			struct arena *a, struct unit_word_list *ret, struct slice *ret_prefix);

/*
 * Orders paths of drop-ins as systemd reads them, and drops what a directory of
 * higher priority overrides by the same name (/etc before /run before
 * /usr/local/lib before /usr/lib).
 */
void unit_drop_in_order(struct slice *paths, size_t *count);

#endif
