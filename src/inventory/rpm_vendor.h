/* Whether an RPM package is of the distribution that it is installed on. */
#ifndef BULWARK_INVENTORY_RPM_VENDOR_H
#define BULWARK_INVENTORY_RPM_VENDOR_H

#include "model/ecosystem.h"

/* vendor as the package's header has it; an empty one is the distribution's. */
bool rpm_vendor_is_foreign(const struct ecosystem *distribution, struct slice vendor);

#endif
