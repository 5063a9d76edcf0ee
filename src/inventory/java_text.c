#include "inventory/java_text.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "inventory/inventory.h"

bool java_id_sound(struct slice id)
{
	if (slice_empty(id) || id.len > LIMIT_NAME)
		return false;
	for (size_t i = 0; i < id.len; i++)
		if (!ascii_alnum(id.data[i]) && id.data[i] != '.' && id.data[i] != '_' && id.data[i] != '-')
			return false;
	return true;
}

bool java_version_sound(struct slice version)
{
	return inventory_sound(version) && slice_find_byte(version, '$') == version.len &&
	       slice_find_byte(version, '@') == version.len &&
	       slice_find_byte(version, '%') == version.len;
}

/* ----------------------------------------------------------------- manifest */

static const struct slice attributes[JAVA_ATTRIBUTES] = {
	[JAVA_IMPLEMENTATION_TITLE] = SLICE_INIT("Implementation-Title"),
	[JAVA_IMPLEMENTATION_VERSION] = SLICE_INIT("Implementation-Version"),
	[JAVA_IMPLEMENTATION_VENDOR_ID] = SLICE_INIT("Implementation-Vendor-Id"),
	[JAVA_SPECIFICATION_VERSION] = SLICE_INIT("Specification-Version"),
	[JAVA_BUNDLE_NAME] = SLICE_INIT("Bundle-Name"),
	[JAVA_BUNDLE_VERSION] = SLICE_INIT("Bundle-Version"),
	[JAVA_BUNDLE_SYMBOLIC_NAME] = SLICE_INIT("Bundle-SymbolicName"),
	[JAVA_MODULE_NAME] = SLICE_INIT("Automatic-Module-Name"),
	[JAVA_EXTENSION_NAME] = SLICE_INIT("Extension-Name"),
	[JAVA_SHORT_NAME] = SLICE_INIT("Short-Name"),
	[JAVA_GROUP_ID] = SLICE_INIT("Group-Id"),
	[JAVA_PLUGIN_VERSION] = SLICE_INIT("Plugin-Version"),
};

/* Lines end with "\r\n", "\n" or "\r". */
static bool next_line(struct slice *rest, struct slice *line)
{
	size_t len = 0;

	if (slice_empty(*rest))
		return false;
	while (len < rest->len && rest->data[len] != '\n' && rest->data[len] != '\r')
		len++;
	*line = slice_first(*rest, len);
	bool pair = len + 1 < rest->len && rest->data[len] == '\r' && rest->data[len + 1] == '\n';
	*rest = slice_from(*rest, len + (pair ? 2 : 1));
	return true;
}

/* A value that goes on in lines that start with a blank, put together up to a name's length. */
static struct slice unfold(struct slice value, struct slice *rest, struct arena *a)
{
	char *text = NULL;
	size_t len = 0;
	struct slice line;

	while (!slice_empty(*rest) && rest->data[0] == ' ') {
		next_line(rest, &line);
		if (!text) {
			text = arena_alloc(a, LIMIT_NAME + 1);
			len = value.len < LIMIT_NAME + 1 ? value.len : LIMIT_NAME + 1;
			memcpy(text, value.data, len);
		}
		line = slice_first(slice_from(line, 1), LIMIT_NAME + 1 - len);
		memcpy(text + len, line.data, line.len);
		len += line.len;
	}
	return text ? slice_new(text, len) : slice_first(value, LIMIT_NAME + 1);
}

static void pass_continuation(struct slice *rest)
{
	struct slice line;

	while (!slice_empty(*rest) && rest->data[0] == ' ')
		next_line(rest, &line);
}

static void take_attribute(struct slice line, struct slice *rest, struct arena *a, struct java_manifest *m)
{
	struct slice key, value;

	if (slice_split(line, ':', &key, &value))
		for (size_t i = 0; i < JAVA_ATTRIBUTES; i++) {
			if (!slice_empty(m->values[i]) || !slice_eq_nocase(key, attributes[i]))
				continue;
			value = slice_trim(unfold(value, rest, a));
			m->values[i] = value.len > LIMIT_NAME ? SLICE_EMPTY : arena_copy(a, value);
			return;
		}
	pass_continuation(rest);
}

void java_manifest_read(struct slice text, struct arena *a, struct java_manifest *ret)
{
	struct slice line;

	*ret = (struct java_manifest){ 0 };
	slice_cut_prefix(&text, SLICE("\xef\xbb\xbf"));
	while (next_line(&text, &line) && !slice_empty(slice_trim(line)))
		take_attribute(line, &text, a, ret);
	struct slice *name = &ret->values[JAVA_BUNDLE_SYMBOLIC_NAME];
	*name = slice_trim(slice_first(*name, slice_find_byte(*name, ';')));
}

/* --------------------------------------------------------------- properties */

/* "a\:b" is "a:b"; what is escaped otherwise has no place in coordinates, and stays as it is. */
static struct slice unescape(struct slice s, struct arena *a)
{
	char *text = arena_alloc(a, s.len);
	size_t len = 0;

	for (size_t i = 0; i < s.len; i++) {
		bool escaped = s.data[i] == '\\' && i + 1 < s.len && !ascii_alnum(s.data[i + 1]);

		i += escaped;
		text[len++] = s.data[i];
	}
	return slice_new(text, len);
}

static size_t key_length(struct slice line)
{
	size_t len = 0;

	while (len < line.len && line.data[len] != '=' && line.data[len] != ':' && !ascii_space(line.data[len]))
		len++;
	return len;
}

void java_properties_read(struct slice text, struct arena *a, struct java_coordinates *ret)
{
	const struct {
		struct slice key;
		struct slice *field;
	} fields[] = {
		{ SLICE("groupId"), &ret->group },
		{ SLICE("artifactId"), &ret->artifact },
		{ SLICE("version"), &ret->version },
	};
	struct slice line;

	*ret = (struct java_coordinates){ 0 };
	while (next_line(&text, &line)) {
		line = slice_trim(line);
		size_t len = key_length(line);
		struct slice key = slice_first(line, len), value = slice_trim(slice_from(line, len));

		if (!slice_empty(value) && (value.data[0] == '=' || value.data[0] == ':'))
			value = slice_trim(slice_from(value, 1));
		/* The last of equal keys counts, as in Java. */
		for (size_t i = 0; i < ARRAY_LEN(fields); i++)
			if (slice_eq(key, fields[i].key) && value.len <= LIMIT_NAME)
				*fields[i].field = unescape(value, a);
	}
}
