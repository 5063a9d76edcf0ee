/* Any document; what was read is applied to a report with one finding. */
#include <stdint.h>
#include <stdlib.h>

#include "model/report.h"
#include "model/vex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge_one(struct vex *v, struct arena *a)
{
	struct policy policy;
	struct package p = { .origin = ORIGIN_NODE_PACKAGE, .name = SLICE("left"), .version = SLICE("1.0.0"),
			     .path = SLICE("app/package.json") };
	struct vulnerability about = { .id = SLICE("CVE-2026-0001") };
	struct match m = { .package = &p, .vulnerability = &about };
	struct image image = { .manifest_digest = SLICE("sha256:00") };
	struct report r = { .policy = &policy, .image = &image };

	policy_init(&policy);
	*vec_add(a, &image.tags) = SLICE("example.com:5000/app:1");
	*vec_add(a, &r.assessments) = (struct assessment){
		.rule = &rule_vulnerability, .status = STATUS_FAIL, .match = &m, .discriminator = about.id,
	};
	vex_apply(v, &r, a);
	const struct assessment *x = r.assessments.items;
	if (!x->vex && !slice_empty(x->suppressed_by))
		abort();
	if (x->vex && (x->vex->status == VEX_NOT_AFFECTED || x->vex->status == VEX_FIXED) ==
			      slice_empty(x->suppressed_by))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct vex v = { 0 };
	struct arena a;

	arena_init(&a, 0);
	if (vex_read(&v, slice_new(data, size), SLICE("fuzz.json"), &a, &err)) {
		vec_each(s, &v.statements)
			if (s->ids.count == 0 || s->status >= VEX_STATUSES)
				abort();
		judge_one(&v, &a);
	} else if (err.code != ERR_FORMAT && err.code != ERR_LIMIT) {
		abort();
	}
	arena_release(&a);
	return 0;
}
