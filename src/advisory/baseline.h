/*
 * The baseline: some 170 records compiled into the program (data/baseline).
 * It is small enough to be made into an index in memory when it is first
 * needed, so that matching knows one form only.
 */
#ifndef BULWARK_ADVISORY_BASELINE_H
#define BULWARK_ADVISORY_BASELINE_H

#include "advisory/index.h"

/* The bytes live in the arena. ERR_FORMAT: a file of the baseline is malformed. */
bool baseline_open(struct arena *a, struct advisory_index *ret, struct error *err);

#endif
