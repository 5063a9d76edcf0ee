#include "inventory/rpm_header.h"

#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/limits.h"

#define ENTRY_SIZE 16u
#define INTRO_SIZE 8u
/* rpm's own limit is 65535 entries; its headers have about 60. */
#define MAX_ENTRIES 65535u

enum value_type {
	TYPE_NULL,
	TYPE_CHAR,
	TYPE_INT8,
	TYPE_INT16,
	TYPE_INT32,
	TYPE_INT64,
	TYPE_STRING,
	TYPE_BIN,
	TYPE_STRING_ARRAY,
	TYPE_I18N_STRING,
	TYPE_COUNT,
};

/* Bytes of one value; strings have at least their NUL. */
static const uint8_t type_sizes[TYPE_COUNT] = {
	[TYPE_CHAR] = 1,  [TYPE_INT8] = 1,	   [TYPE_INT16] = 2,
	[TYPE_INT32] = 4, [TYPE_INT64] = 8,	   [TYPE_STRING] = 1,
	[TYPE_BIN] = 1,	  [TYPE_STRING_ARRAY] = 1, [TYPE_I18N_STRING] = 1,
};

struct entry {
	uint32_t tag, type, offset, count;
};

enum wanted {
	WANT_NAME,
	WANT_VERSION,
	WANT_RELEASE,
	WANT_EPOCH,
	WANT_VENDOR,
	WANT_LICENSE,
	WANT_ARCH,
	WANT_SOURCE,
	WANT_PROVIDES,
	WANT_REQUIREMENTS,
	WANT_DIRECTORY_OF,
	WANT_FILES,
	WANT_DIRECTORIES,
	WANT_MODULE,
	WANTED,
};

static const struct {
	uint32_t tag, type;
} wanted_tags[WANTED] = {
	[WANT_NAME] = {1000, TYPE_STRING},
	[WANT_VERSION] = {1001, TYPE_STRING},
	[WANT_RELEASE] = {1002, TYPE_STRING},
	[WANT_EPOCH] = {1003, TYPE_INT32},
	[WANT_VENDOR] = {1011, TYPE_STRING},
	[WANT_LICENSE] = {1014, TYPE_STRING},
	[WANT_ARCH] = {1022, TYPE_STRING},
	[WANT_SOURCE] = {1044, TYPE_STRING},
	[WANT_PROVIDES] = {1047, TYPE_STRING_ARRAY},
	[WANT_REQUIREMENTS] = {1049, TYPE_STRING_ARRAY},
	[WANT_DIRECTORY_OF] = {1116, TYPE_INT32},
	[WANT_FILES] = {1117, TYPE_STRING_ARRAY},
	[WANT_DIRECTORIES] = {1118, TYPE_STRING_ARRAY},
	[WANT_MODULE] = {5096, TYPE_STRING},
};

static void read_entry(struct cursor *c, struct entry *e)
{
	e->tag = cursor_u32be(c);
	e->type = cursor_u32be(c);
	e->offset = cursor_u32be(c);
	e->count = cursor_u32be(c);
}

static bool check_entry(const struct entry *e, size_t at, size_t store, struct error *err)
{
	if (e->type == TYPE_NULL || e->type >= TYPE_COUNT)
		return error_set_at(err, ERR_FORMAT, at, "tag %u has the unknown type %u", e->tag,
				    e->type);
	if (e->offset > store || e->count > (store - e->offset) / type_sizes[e->type])
		return error_set_at(
			err, ERR_FORMAT, at,
			"tag %u has %u values at %u, beyond the %zu bytes of the header", e->tag,
			e->count, e->offset, store);
	return true;
}

/* A header written by other versions may have a text as the first of several. */
static bool suits(uint32_t want, uint32_t type)
{
	bool text = type == TYPE_STRING || type == TYPE_I18N_STRING || type == TYPE_STRING_ARRAY;

	return want == TYPE_INT32 ? type == want : text;
}

/*
 * Remembers where the wanted values stand.  Of a tag that comes twice the last
 * one counts: rpm appends what replaces values of the signed region.
 */
static bool read_index(struct cursor *c, uint32_t count, size_t store,
		       struct entry found[static WANTED], struct error *err)
{
	for (uint32_t i = 0; i < count; i++) {
		size_t at = c->off;
		struct entry e;

		read_entry(c, &e);
		if (!check_entry(&e, at, store, err))
			return false;
		for (size_t k = 0; k < WANTED; k++)
			if (wanted_tags[k].tag == e.tag && suits(wanted_tags[k].type, e.type) &&
			    e.count)
				found[k] = e;
	}
	return true;
}

static struct rpm_strings strings_of(struct slice store, const struct entry *e)
{
	return (struct rpm_strings){slice_from(store, e->offset), e->count};
}

bool rpm_strings_next(struct rpm_strings *s, struct slice *ret)
{
	size_t end = slice_find_byte(s->rest, '\0');

	if (s->count == 0 || end == s->rest.len)
		return false;
	*ret = slice_first(s->rest, end);
	s->rest = slice_from(s->rest, end + 1);
	s->count--;
	return true;
}

/* "(none)" is how rpm writes what is missing. */
static bool take_text(struct slice store, const struct entry *e, struct slice *ret,
		      struct error *err)
{
	struct rpm_strings s = strings_of(store, e);

	if (!rpm_strings_next(&s, ret))
		return !e->count ||
		       error_set_at(err, ERR_FORMAT, 0, "the text of tag %u has no end", e->tag);
	if (slice_is(*ret, "(none)"))
		*ret = SLICE_EMPTY;
	return true;
}

static bool take_values(struct slice store, const struct entry found[static WANTED],
			struct rpm_header *h, struct error *err)
{
	const struct {
		enum wanted which;
		struct slice *text;
	} texts[] = {
		{WANT_NAME, &h->name},	   {WANT_VERSION, &h->version}, {WANT_RELEASE, &h->release},
		{WANT_VENDOR, &h->vendor}, {WANT_LICENSE, &h->license}, {WANT_ARCH, &h->arch},
		{WANT_SOURCE, &h->source}, {WANT_MODULE, &h->module},
	};
	const struct entry *epoch = &found[WANT_EPOCH];
	struct cursor c;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (!take_text(store, &found[texts[i].which], texts[i].text, err))
			return false;
	if (epoch->count) {
		cursor_init(&c, slice_from(store, epoch->offset));
		h->epoch = cursor_u32be(&c);
	}
	h->provides = strings_of(store, &found[WANT_PROVIDES]);
	h->requirements = strings_of(store, &found[WANT_REQUIREMENTS]);
	h->directories = strings_of(store, &found[WANT_DIRECTORIES]);
	h->files = strings_of(store, &found[WANT_FILES]);
	h->directory_of = slice_first(slice_from(store, found[WANT_DIRECTORY_OF].offset),
				      (size_t)found[WANT_DIRECTORY_OF].count * 4);
	return true;
}

bool rpm_header_read(struct slice blob, struct rpm_header *ret, struct error *err)
{
	struct entry found[WANTED] = {0};
	struct cursor c;

	*ret = (struct rpm_header){0};
	cursor_init(&c, blob);
	uint32_t count = cursor_u32be(&c), size = cursor_u32be(&c);
	if (c.failed)
		return error_set_at(err, ERR_FORMAT, 0, "a header of %zu bytes has no beginning",
				    blob.len);
	if (count == 0 || count > MAX_ENTRIES)
		return error_set_at(err, ERR_FORMAT, 0, "a header has %u entries", count);
	if ((uint64_t)INTRO_SIZE + (uint64_t)count * ENTRY_SIZE + size != blob.len)
		return error_set_at(
			err, ERR_FORMAT, 0,
			"a header of %zu bytes says that it has %u entries and %u bytes of "
			"values",
			blob.len, count, size);
	struct slice store = slice_from(blob, INTRO_SIZE + (size_t)count * ENTRY_SIZE);
	return read_index(&c, count, store.len, found, err) && take_values(store, found, ret, err);
}
