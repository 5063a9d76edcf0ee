/* Between the readers of VEX formats. */
#ifndef BULWARK_MODEL_VEX_READER_H
#define BULWARK_MODEL_VEX_READER_H

#include "format/node.h"
#include "model/vex.h"

struct vex_reader {
	struct vex *vex;
	struct vex_document *document;
	struct slice text, name;
	struct arena *arena;
	struct slice author;
	int64_t time;
	size_t counted;           /* bytes whose lines are counted: statements come in their order */
	unsigned long long lines; /* newlines in them */
};

/* ERR_FORMAT: "FILE:LINE: ..." */
bool vex_bad(struct vex_reader *r, const struct node *at, struct error *err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* A new statement with the document's author and time, from the place of `at`. */
struct vex_statement *vex_new(struct vex_reader *r, const struct node *at);
/* The id at the end of a URL, or the text itself. */
void vex_add_id(struct vex_reader *r, struct vex_statement *s, struct slice id);
/* False: the text is no purl. */
bool vex_purl(struct vex_reader *r, struct slice text, struct purl *ret);
/* A member's point in time; the fallback where it is not there or none. */
int64_t vex_time(const struct node *map, const char *key, int64_t fallback);
/* Is the word one of the NULL-terminated list? */
bool vex_known(struct slice word, const char *const *list);

bool vex_read_openvex(struct vex_reader *r, const struct node *root, struct error *err);
bool vex_read_csaf(struct vex_reader *r, const struct node *root, struct error *err);
bool vex_read_cyclonedx(struct vex_reader *r, const struct node *root, struct error *err);

#endif
