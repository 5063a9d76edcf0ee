/*
 * The two texts by which a Java archive tells what it is: META-INF/MANIFEST.MF
 * (JAR File Specification, "JAR Manifest") and Maven's pom.properties (the
 * format of java.util.Properties.load).
 */
#ifndef BULWARK_INVENTORY_JAVA_TEXT_H
#define BULWARK_INVENTORY_JAVA_TEXT_H

#include "base/arena.h"

enum java_attribute {
	JAVA_IMPLEMENTATION_TITLE,
	JAVA_IMPLEMENTATION_VERSION,
	JAVA_IMPLEMENTATION_VENDOR_ID,
	JAVA_SPECIFICATION_VERSION,
	JAVA_BUNDLE_NAME,
	JAVA_BUNDLE_VERSION,
	JAVA_BUNDLE_SYMBOLIC_NAME, /* without its directives */
	JAVA_MODULE_NAME,          /* Automatic-Module-Name */
	JAVA_EXTENSION_NAME,
	JAVA_SHORT_NAME,           /* of Jenkins plugins: the artifact */
	JAVA_GROUP_ID,             /* of Jenkins plugins */
	JAVA_PLUGIN_VERSION,
	JAVA_ATTRIBUTES,
};

struct java_manifest {
	struct slice values[JAVA_ATTRIBUTES]; /* trimmed; empty: not there, or too long for a name */
};

/* The main section; values are copied into the arena. */
void java_manifest_read(struct slice text, struct arena *a, struct java_manifest *ret);

struct java_coordinates {
	struct slice group, artifact, version; /* empty: not there */
};

/* Copied into the arena. */
void java_properties_read(struct slice text, struct arena *a, struct java_coordinates *ret);

/* Of the characters that Maven allows in a group or artifact id. */
bool java_id_sound(struct slice id);
/* A version that was filled in, not a placeholder. */
bool java_version_sound(struct slice version);

#endif
