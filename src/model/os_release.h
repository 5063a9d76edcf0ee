/* Which distribution a target is; from os-release(5) and its relatives. */
#ifndef BULWARK_MODEL_OS_RELEASE_H
#define BULWARK_MODEL_OS_RELEASE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "model/ecosystem.h"

struct os_release {
	struct slice id;          /* "debian"; empty: unknown */
	struct slice id_like;     /* space-separated */
	struct slice version_id;  /* "12", "3.18.4"; empty for rolling ones */
	struct slice codename;    /* VERSION_CODENAME */
	struct slice pretty_name;
	struct slice path;        /* file that told */
	int32_t layer;
	/*
	 * What else the target tells of its subscriptions and repositories, a line
	 * each: "ubuntu-pro:esm-infra" (an enabled service), "content-set:rhel-8-..."
	 * (a Red Hat repository that it was made from).  Empty: nothing.
	 */
	struct slice facts;
};

/* Is there a line that is `kind` and `value` together, or, with an empty value, begins with `kind`? */
bool os_release_fact(const struct os_release *os, struct slice kind, struct slice value);

/* The row, by ID and then by ID_LIKE (a derivative is matched as its parent only where the row allows); NULL: none. */
const struct ecosystem *os_release_ecosystem(const struct os_release *os);
/*
 * The advisory suffix of this release in the arena: Debian "12", Alpine
 * "v3.18", Ubuntu "22.04:LTS", AlmaLinux "9".  Empty: rolling or unknown.
 */
struct slice os_release_suffix(const struct os_release *os, struct arena *a);
/* Trivy's Metadata.OS.Name: "12.4", "3.18.4" */
struct slice os_release_trivy_name(const struct os_release *os);

void os_release_encode(const struct os_release *os, struct buf *b);
bool os_release_decode(struct cursor *c, struct arena *a, struct os_release *ret);

#endif
