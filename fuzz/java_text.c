/* The manifest, the properties and the descriptor of Java archives; projects and what they inherit. */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "inventory/java_identity.h"
#include "inventory/java_pom.h"
#include "inventory/rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_version(struct slice version)
{
	if (!slice_empty(version) && !inventory_sound(version))
		abort();
}

static void identify(struct slice text, struct arena *a)
{
	struct java_folders folders = { 0 };
	struct java_coordinates c, split;
	struct java_manifest m;
	struct slice name, rest;

	slice_split(text, '\n', &name, &rest);
	java_manifest_read(rest, a, &m);
	java_folders_add(&folders, SLICE("org/example/A.class"), a);
	java_name_split(name, m.values[JAVA_IMPLEMENTATION_VERSION], &split);
	if (split.artifact.len + split.version.len > name.len)
		abort();
	if (!java_identity(name, &m, &folders, a, &c))
		return;
	check_version(c.version);
	if (!java_id_sound(c.artifact) || slice_empty(c.version) || (!slice_empty(c.group) && !java_id_sound(c.group)))
		abort();
}

/* Two descriptors in one tree, the first the parent of the second or the other way. */
static void settle(struct slice text, struct arena *a)
{
	struct inventory_output out = { .arena = a };
	size_t cut = slice_find_byte(text, '\0');
	const struct slice texts[] = { slice_first(text, cut), slice_from(text, cut + 1) };
	const struct slice paths[] = { SLICE("pom.xml"), SLICE("m/pom.xml") };

	for (size_t i = 0; i < 2; i++) {
		const struct inventory_input in = { paths[i], texts[i].len, texts[i] };
		size_t before = out.packages.count;

		inventory_maven_pom.parse(&in, &out, NULL);
		for (; before < out.packages.count; before++)
			out.packages.items[before].path = paths[i];
	}
	maven_pom_settle(&out.packages, a);
	vec_each(p, &out.packages) {
		if (p->flags & PACKAGE_MAIN || slice_empty(p->name))
			abort();
		check_version(p->version);
		if (slice_empty(p->version) && !(p->flags & PACKAGE_UNVERSIONED))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct java_coordinates c;
	struct arena a;

	if (size == 0)
		return 0;
	struct slice text = slice_from(slice_new(data, size), 1);
	arena_init(&a, 0);
	switch (data[0] % 4) {
	case 0:
		identify(text, &a);
		break;
	case 1:
		java_properties_read(text, &a, &c);
		break;
	case 2:
		if (java_pom_coordinates(text, &a, &c) &&
		    (slice_empty(c.group) || slice_empty(c.artifact) || slice_empty(c.version)))
			abort();
		break;
	default:
		settle(text, &a);
		break;
	}
	arena_release(&a);
	return 0;
}
