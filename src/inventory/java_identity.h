/*
 * What a Java archive is that holds no Maven descriptor of its own, from its
 * manifest, its file's name and the folders of its classes.
 *
 * The version: Implementation-Version, else the file name's, else
 * Bundle-Version; the file name's where the manifest disagrees or has it longer.  The artifact: the file name without the version, else
 * Implementation-Title and the like where they can be an artifact id.
 * The group, from the first that tells:
 *
 * 1. the table of artifacts that are known to come without a descriptor
 *    (java_groups.c), when the archive has classes below the row's folder;
 * 2. Implementation-Title as Gradle's "group#artifact;version", Group-Id;
 * 3. Implementation-Vendor-Id that reads like a group;
 * 4. Bundle-SymbolicName, Implementation-Title, Extension-Name or
 *    Automatic-Module-Name that ends with the artifact's name behind a dot.
 *
 * What 2 to 4 tell counts only when classes stand in a folder that shares the
 * group's first two names (or there are none, as in a war of archives), and when no version of the manifest contradicts the
 * file name's: shading leaves manifests of other archives in place.  Without a group the archive is listed by its
 * artifact alone, and no advisory is looked up for it.
 */
#ifndef BULWARK_INVENTORY_JAVA_IDENTITY_H
#define BULWARK_INVENTORY_JAVA_IDENTITY_H

#include "inventory/java_text.h"

#define JAVA_FOLDERS_MAX 64

/* The first two folders of classes, "org/apache/"; of an archive with many not all. */
struct java_folders {
	struct slice names[JAVA_FOLDERS_MAX];
	size_t count;
};

/* Adds that of a class's entry; the name is copied when it is new. */
void java_folders_add(struct java_folders *f, struct slice entry, struct arena *a);

/* "log4j-core-2.14.1.jar": artifact and version; no version: all of it is the artifact. */
void java_name_split(struct slice file_name, struct slice likely_version, struct java_coordinates *ret);

/* False: nothing tells what the archive is.  The group may be empty. */
bool java_identity(struct slice file_name, const struct java_manifest *m, const struct java_folders *f,
		   struct arena *a, struct java_coordinates *ret);

struct java_group_row {
	struct slice artifact; /* with a '*' at its end: all that start so */
	struct slice group;
	struct slice folder;   /* where classes must stand, "org/springframework/"; at most two names */
};
/* The first row that fits, NULL: none. */
const struct java_group_row *java_group_known(struct slice artifact, const struct java_folders *f);

#endif
