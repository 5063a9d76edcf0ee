#include "inventory/rpm_capabilities.h"

#include "base/limits.h"

/* A large installation has some 200,000 of each; what lies beyond is not resolved. */
#define MAX_NAMES	 ((size_t)1 << 20)
#define MAX_REQUIREMENTS ((size_t)1 << 22)

void rpm_capabilities_init(struct rpm_capabilities *c)
{
	*c = (struct rpm_capabilities){0};
	arena_init(&c->arena, 0);
	map_init(&c->names);
}

void rpm_capabilities_release(struct rpm_capabilities *c)
{
	map_release(&c->names);
	arena_release(&c->arena);
}

/* Its number + 1; 0: there are too many. */
static uint64_t intern(struct rpm_capabilities *c, struct slice name)
{
	uint64_t *known = map_get(&c->names, name);

	if (known)
		return *known;
	if (c->names.count >= MAX_NAMES || slice_empty(name) || name.len > LIMIT_NAME)
		return 0;
	*vec_add(&c->arena, &c->providers) = 0;
	*map_put(&c->names, arena_copy(&c->arena, name), NULL) = c->providers.count;
	return c->providers.count;
}

void rpm_capabilities_add(struct rpm_capabilities *c, const struct rpm_header *h, uint32_t package)
{
	struct rpm_strings provides = h->provides, requirements = h->requirements;
	uint32_t number = (uint32_t)c->ends.count + 1;
	uint64_t last = 0;
	struct slice name;

	while (rpm_strings_next(&provides, &name)) {
		uint64_t id = intern(c, name);

		if (id && !c->providers.items[id - 1])
			c->providers.items[id - 1] = number;
	}
	while (c->requirements.count < MAX_REQUIREMENTS && rpm_strings_next(&requirements, &name)) {
		/* Files and features of rpm are no names that packages provide, with few
		 * exceptions. */
		if (slice_starts(name, SLICE("rpmlib(")))
			continue;
		uint64_t id = intern(c, name);

		if (id && id != last)
			*vec_add(&c->arena, &c->requirements) = (uint32_t)(id - 1);
		last = id;
	}
	*vec_add(&c->arena, &c->ends) = c->requirements.count;
	*vec_add(&c->arena, &c->packages) = package;
}

void rpm_capabilities_resolve(const struct rpm_capabilities *c, struct package *packages,
			      struct arena *a)
{
	struct arena scratch;
	size_t at = 0;

	arena_init(&scratch, 0);
	/* Which package named each one last, so that it does so once. */
	uint32_t *named = arena_new_array(&scratch, uint32_t, c->ends.count + 1);
	for (uint32_t i = 0; i < c->ends.count; i++) {
		for (; at < c->ends.items[i]; at++) {
			uint32_t provider = c->providers.items[c->requirements.items[at]];

			if (!provider || provider == i + 1 || named[provider] == i + 1)
				continue;
			named[provider] = i + 1;
			*vec_add(a, &packages[c->packages.items[i]].depends) =
				packages[c->packages.items[provider - 1]].name;
		}
	}
	arena_release(&scratch);
}
