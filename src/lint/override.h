/* A Compose override file that holds what hardening changed in one service. */
#ifndef BULWARK_LINT_OVERRIDE_H
#define BULWARK_LINT_OVERRIDE_H

#include "base/buf.h"
#include "lint/harden.h"

/*
 * Appends the override: keys of the service that are new or other in the
 * hardened text of the result's one Compose file; lists that replace what is
 * there are tagged !override (Compose 2.24).  Nothing changed: `services: {}`.
 * ERR_NOT_FOUND: no such service.  The texts are read in a confined worker.
 */
bool harden_override(struct run *run, const struct harden_result *result, struct slice service, struct buf *out,
		     struct error *err);

#endif
