#include "inventory/java_identity.h"

#include "base/cleanup.h"
#include "inventory/inventory.h"

/* ------------------------------------------------------------------ folders */

static size_t two_folders(struct slice path)
{
	size_t first = slice_find_byte(path, '/');
	size_t second = slice_find_byte(slice_from(path, first + 1), '/');

	if (first == path.len)
		return 0;
	return first + 1 + second < path.len ? first + 1 + second + 1 : first + 1;
}

void java_folders_add(struct java_folders *f, struct slice entry, struct arena *a)
{
	if (!slice_ends(entry, SLICE(".class")))
		return;
	if (!slice_cut_prefix(&entry, SLICE("WEB-INF/classes/")))
		slice_cut_prefix(&entry, SLICE("BOOT-INF/classes/"));
	entry = slice_first(entry, two_folders(entry));
	if (slice_empty(entry) || entry.len > 256 || f->count == JAVA_FOLDERS_MAX)
		return;
	for (size_t i = f->count; i-- > 0;)
		if (slice_eq(f->names[i], entry))
			return;
	f->names[f->count++] = arena_copy(a, entry);
}

/* Is a folder that starts with the group's first two names among them? */
static bool has_group(const struct java_folders *f, struct slice group)
{
	size_t dot = slice_find_byte(group, '.');
	size_t len = dot + 1 + slice_find_byte(slice_from(group, dot + 1), '.');

	group = slice_first(group, len);
	for (size_t i = 0; i < f->count; i++) {
		struct slice folder = f->names[i];
		size_t n = 0;

		while (n < group.len && n < folder.len &&
		       (group.data[n] == '.' ? '/' : group.data[n]) == folder.data[n])
			n++;
		if (n == group.len && (n == folder.len || folder.data[n] == '/'))
			return true;
	}
	return false;
}


/* ---------------------------------------------------------------- file name */

static struct slice without_extension(struct slice name)
{
	size_t dot = slice_rfind_byte(name, '.');

	return slice_first(name, dot);
}

/* What may follow a version's first number behind a dash. */
static bool is_qualifier(struct slice part)
{
	static const struct slice words[] = {
		SLICE_INIT("snapshot"), SLICE_INIT("alpha"), SLICE_INIT("beta"), SLICE_INIT("milestone"),
		SLICE_INIT("rc"), SLICE_INIT("cr"), SLICE_INIT("final"), SLICE_INIT("ga"),
		SLICE_INIT("release"), SLICE_INIT("sp"), SLICE_INIT("jre"), SLICE_INIT("android"),
		SLICE_INIT("incubating"), SLICE_INIT("redhat"), SLICE_INIT("pre"), SLICE_INIT("build"),
		SLICE_INIT("java"), SLICE_INIT("jdk"), SLICE_INIT("empty"), SLICE_INIT("dev"),
	};

	if (slice_empty(part) || ascii_digit(part.data[0]))
		return !slice_empty(part);
	/* "b05", "M3", "v20210629" */
	if (part.len > 1 && ascii_alpha(part.data[0]) && ascii_digit(part.data[1]))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (part.len >= words[i].len && slice_eq_nocase(slice_first(part, words[i].len), words[i]))
			return true;
	return false;
}

static bool reads_as_version(struct slice s)
{
	struct slice part;

	while (slice_split(s, '-', &part, &s))
		if (!is_qualifier(part))
			return false;
	return is_qualifier(part);
}

/* "2.23.16-exec", "1.0-linux-x86_64": up to the first word that is no part of a version. */
static struct slice without_classifier(struct slice version)
{
	for (size_t i = 1; i < version.len; i++)
		if (version.data[i] == '-' &&
		    !is_qualifier(slice_first(slice_from(version, i + 1),
					      slice_find_byte(slice_from(version, i + 1), '-'))))
			return slice_first(version, i);
	return version;
}

static void split_at(struct slice stem, size_t dash, struct java_coordinates *ret)
{
	ret->artifact = slice_first(stem, dash);
	ret->version = slice_from(stem, dash + 1);
}

void java_name_split(struct slice file_name, struct slice likely_version, struct java_coordinates *ret)
{
	struct slice stem = without_extension(file_name);
	size_t last = stem.len;

	*ret = (struct java_coordinates){ .artifact = stem };
	for (size_t i = 1; i + 1 < stem.len; i++) {
		struct slice rest = slice_from(stem, i + 1);

		if (stem.data[i] != '-' || !ascii_digit(stem.data[i + 1]))
			continue;
		last = i;
		/* A classifier may follow: "netty-1.0-linux-x86_64". */
		if (!slice_empty(likely_version) && slice_starts(rest, likely_version) &&
		    (rest.len == likely_version.len || rest.data[likely_version.len] == '-')) {
			ret->artifact = slice_first(stem, i);
			ret->version = likely_version;
			return;
		}
		if (reads_as_version(rest)) {
			split_at(stem, i, ret);
			return;
		}
	}
	if (last < stem.len)
		split_at(stem, last, ret);
	ret->version = without_classifier(ret->version);
}

/* ----------------------------------------------------------------- identity */

static bool reads_as_group(struct slice s)
{
	size_t dots = 0;

	if (!java_id_sound(s) || !ascii_lower(s.data[0]) || s.data[s.len - 1] == '.')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (ascii_upper(s.data[i]))
			return false;
		dots += s.data[i] == '.';
	}
	return dots > 0;
}

/* "org.apache.ivy" of "ivy" is a group of that name, "a.b.jackson-databind" one that holds it. */
static struct slice group_of_name(struct slice name, struct slice artifact)
{
	size_t len = artifact.len;

	if (!reads_as_group(name) || name.len < len + 2 || name.data[name.len - len - 1] != '.')
		return SLICE_EMPTY;
	for (size_t i = 0; i < len; i++) {
		char c = name.data[name.len - len + i];

		if (c != artifact.data[i] && !(c == '.' && artifact.data[i] == '-'))
			return SLICE_EMPTY;
	}
	struct slice group = slice_first(name, name.len - len - 1);
	bool simple = slice_find_byte(artifact, '-') == len && slice_find_byte(artifact, '.') == len;

	return simple ? name : reads_as_group(group) ? group : SLICE_EMPTY;
}

static struct slice told_group(const struct java_manifest *m, struct slice artifact)
{
	static const enum java_attribute names[] = {
		JAVA_BUNDLE_SYMBOLIC_NAME, JAVA_IMPLEMENTATION_TITLE, JAVA_EXTENSION_NAME, JAVA_MODULE_NAME,
	};
	struct slice title = m->values[JAVA_IMPLEMENTATION_TITLE];
	size_t hash = slice_find_byte(title, '#');
	const struct slice direct[] = {
		m->values[JAVA_GROUP_ID], hash < title.len ? slice_first(title, hash) : SLICE_EMPTY,
	};

	for (size_t i = 0; i < ARRAY_LEN(direct); i++)
		if (reads_as_group(direct[i]))
			return direct[i];
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct slice group = group_of_name(m->values[names[i]], artifact);

		if (!slice_empty(group))
			return group;
	}
	if (reads_as_group(m->values[JAVA_IMPLEMENTATION_VENDOR_ID]))
		return m->values[JAVA_IMPLEMENTATION_VENDOR_ID];
	return SLICE_EMPTY;
}

/* Shading may leave a manifest in place that is another archive's. */
static bool disagrees(const struct java_manifest *m, struct slice of_name)
{
	static const enum java_attribute versions[] = {
		JAVA_IMPLEMENTATION_VERSION, JAVA_BUNDLE_VERSION, JAVA_SPECIFICATION_VERSION,
	};
	bool told = false;

	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		if (slice_starts(m->values[versions[i]], of_name))
			return false;
		told |= !slice_empty(m->values[versions[i]]);
	}
	return told && !slice_empty(of_name);
}

static struct slice pick_version(const struct java_manifest *m, struct slice of_name)
{
	static const enum java_attribute others[] = { JAVA_PLUGIN_VERSION, JAVA_BUNDLE_VERSION };
	struct slice told = m->values[JAVA_IMPLEMENTATION_VERSION];

	/* "1.69.0" in 1.69's manifest, "1.6.10-release-923(1.6.10)": the name has what was published. */
	if (java_version_sound(of_name) && ascii_digit(of_name.data[0]) &&
	    (slice_empty(told) || slice_starts(told, of_name) || !java_version_sound(told) ||
	     disagrees(m, of_name)))
		return of_name;
	if (java_version_sound(told) && ascii_digit(told.data[0]))
		return told;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		struct slice version = m->values[others[i]];

		/* "2.332 (private-...)" */
		version = slice_first(version, slice_find_byte(version, ' '));
		if (java_version_sound(version) && ascii_digit(version.data[0]))
			return version;
	}
	return java_version_sound(of_name) && ascii_digit(of_name.data[0]) ? of_name : SLICE_EMPTY;
}

/* A file that was renamed ("app.jar") says less than its manifest. */
static struct slice pick_artifact(const struct java_manifest *m, const struct java_coordinates *of_name)
{
	static const enum java_attribute names[] = {
		JAVA_SHORT_NAME, JAVA_IMPLEMENTATION_TITLE, JAVA_BUNDLE_SYMBOLIC_NAME, JAVA_BUNDLE_NAME,
		JAVA_EXTENSION_NAME,
	};

	if (!slice_empty(of_name->version) && java_id_sound(of_name->artifact))
		return of_name->artifact;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct slice name = m->values[names[i]];

		if (java_id_sound(name) && ascii_lower(name.data[0]))
			return name;
	}
	return java_id_sound(of_name->artifact) ? of_name->artifact : SLICE_EMPTY;
}

bool java_identity(struct slice file_name, const struct java_manifest *m, const struct java_folders *f,
		   struct arena *a, struct java_coordinates *ret)
{
	struct java_coordinates of_name;

	java_name_split(file_name, m->values[JAVA_IMPLEMENTATION_VERSION], &of_name);
	*ret = (struct java_coordinates){ .artifact = pick_artifact(m, &of_name) };
	ret->version = pick_version(m, of_name.version);
	if (slice_empty(ret->artifact) || slice_empty(ret->version))
		return false;
	const struct java_group_row *known = java_group_known(ret->artifact, f);
	struct slice tail = slice_from(ret->artifact, slice_rfind_byte(ret->artifact, '.') + 1);

	/* A renamed archive whose Bundle-SymbolicName is "org.apache.tomcat-embed-core". */
	if (!known && tail.len && (known = java_group_known(tail, f)) != NULL)
		ret->artifact = tail;
	struct slice told = disagrees(m, of_name.version) ? SLICE_EMPTY : told_group(m, ret->artifact);

	if (known)
		ret->group = known->group;
	else if (!slice_empty(told) && (f->count == 0 || has_group(f, told)))
		ret->group = told;
	ret->artifact = arena_copy(a, ret->artifact);
	ret->version = arena_copy(a, ret->version);
	return true;
}
