/*
 * Who a distribution's own RPM packages are by.  What other vendors build has
 * versions of its own, so that the distribution's advisories say nothing of
 * it even where the names are the same: a "docker" of Docker, Inc., PHP of
 * Remi's repository, EPEL's packages on Red Hat.
 *
 * A package without a vendor counts as the distribution's: to find too much is
 * the lesser harm.
 */
#include "base/cleanup.h"
#include "inventory/rpm_vendor.h"

/* By words that the vendor's name contains; the spelling changes between releases. */
static const struct {
	struct slice osv;
	struct slice words[2];
} own_vendors[] = {
	{SLICE_INIT("Red Hat"), {SLICE_INIT("red hat")}},
	{SLICE_INIT("AlmaLinux"), {SLICE_INIT("almalinux"), SLICE_INIT("cloudlinux")}},
	{SLICE_INIT("Rocky Linux"), {SLICE_INIT("rocky")}},
	{SLICE_INIT("Azure Linux"), {SLICE_INIT("microsoft")}},
	{SLICE_INIT("Photon OS"), {SLICE_INIT("vmware"), SLICE_INIT("broadcom")}},
	/* Leap is made of both; SUSE's Package Hub of openSUSE's. */
	{SLICE_INIT("openSUSE"), {SLICE_INIT("suse")}},
	{SLICE_INIT("SUSE"), {SLICE_INIT("suse")}},
	{SLICE_INIT("Mageia"), {SLICE_INIT("mageia")}},
	{SLICE_INIT("openEuler"), {SLICE_INIT("openeuler")}},
};

static bool contains_nocase(struct slice text, struct slice word)
{
	for (; text.len >= word.len; text = slice_from(text, 1))
		if (slice_eq_nocase(slice_first(text, word.len), word))
			return true;
	return false;
}

bool rpm_vendor_is_foreign(const struct ecosystem *distribution, struct slice vendor)
{
	if (slice_empty(vendor))
		return false;
	/* Anybody's project of the Open Build Service, whose address would pass for openSUSE. */
	if (slice_starts(vendor, SLICE("obs://")))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(own_vendors); i++) {
		if (!slice_eq(own_vendors[i].osv, distribution->osv))
			continue;
		for (size_t k = 0; k < ARRAY_LEN(own_vendors[i].words); k++)
			if (!slice_empty(own_vendors[i].words[k]) &&
			    contains_nocase(vendor, own_vendors[i].words[k]))
				return false;
		return true;
	}
	return false;
}
