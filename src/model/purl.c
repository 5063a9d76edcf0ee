#include "model/purl.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "model/purl_types.h"

static int hex_digit(char c)
{
	if (ascii_digit(c))
		return c - '0';
	c = ascii_tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool decode(struct slice s, const char *part, struct arena *a, struct slice *ret,
		   struct error *err)
{
	*ret = s;
	if (slice_find_byte(s, '%') == s.len)
		return true;

	char *out = arena_alloc(a, s.len);
	size_t len = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] != '%') {
			out[len++] = s.data[i];
			continue;
		}
		int high = i + 2 < s.len ? hex_digit(s.data[i + 1]) : -1;
		int low = i + 2 < s.len ? hex_digit(s.data[i + 2]) : -1;

		if (high < 0 || low < 0)
			return error_set(err, ERR_FORMAT, "the %s has a malformed percent escape",
					 part);
		out[len++] = (char)(high << 4 | low);
		i += 2;
	}
	*ret = slice_new(out, len);
	return true;
}

/* Decodes each segment of namespace or subpath; empty ones are left out. */
static bool decode_path(struct slice s, const char *part, struct arena *a, struct slice *ret,
			struct error *err)
{
	struct slice_list segments = { 0 };
	struct slice segment;

	while (slice_next(&s, '/', &segment)) {
		if (!decode(segment, part, a, &segment, err))
			return false;
		if (slice_find_byte(segment, '/') < segment.len)
			return error_set(err, ERR_FORMAT, "the %s has an escaped slash", part);
		if (!slice_empty(segment))
			*vec_add(a, &segments) = segment;
	}
	*ret = arena_join(a, segments.items, segments.count, SLICE("/"));
	return true;
}

void purl_add_qualifier(struct purl *p, struct arena *a, struct slice key, struct slice value)
{
	if (!slice_empty(value))
		*vec_add(a, &p->qualifiers) = (struct purl_qualifier){ key, value };
}

struct slice purl_qualifier(const struct purl *p, struct slice key)
{
	vec_each(q, &p->qualifiers)
		if (slice_eq(q->key, key))
			return q->value;
	return SLICE_EMPTY;
}

static bool check_key(struct slice key, struct error *err)
{
	bool valid = key.len && ascii_alpha(key.data[0]);

	for (size_t i = 0; i < key.len; i++) {
		char c = key.data[i];

		valid &= ascii_alnum(c) || c == '.' || c == '-' || c == '_';
	}
	return valid || error_set(err, ERR_FORMAT, "\"%.*s\" cannot be a qualifier's key",
				  SLICE_ARG(slice_first(key, 64)));
}

static bool parse_qualifiers(struct slice s, struct arena *a, struct purl *p, struct error *err)
{
	struct slice pair, key, value;

	while (slice_next(&s, '&', &pair)) {
		if (slice_empty(pair))
			continue;
		slice_split(pair, '=', &key, &value);
		if (!check_key(key, err) || !decode(value, "qualifier", a, &value, err))
			return false;
		purl_add_qualifier(p, a, key, value);
	}
	return true;
}

/* The last '@', unless it starts a segment, as in an npm scope. */
static bool cut_version(struct slice *rest, struct slice *version, struct error *err)
{
	size_t at = slice_rfind_byte(*rest, '@');

	*version = SLICE_EMPTY;
	if (at == rest->len)
		return true;
	struct slice behind = slice_from(*rest, at + 1);

	if (at > 0 && rest->data[at - 1] != '/') {
		*version = behind;
		*rest = slice_first(*rest, at);
		return true;
	}
	return slice_find_byte(behind, '/') < behind.len ||
	       error_set(err, ERR_FORMAT, "there is no name");
}

static void strip_slashes(struct slice *s)
{
	while (slice_cut_prefix(s, SLICE("/")))
		;
	while (slice_cut_suffix(s, SLICE("/")))
		;
}

/* Takes "pkg:" off the front, and the optional parts off the end. */
static bool parse_frame(struct slice *rest, struct arena *a, struct purl *ret, struct error *err)
{
	struct slice scheme;
	size_t at = slice_rfind_byte(*rest, '#');

	if (!decode_path(slice_from(*rest, at + 1), "subpath", a, &ret->subpath, err))
		return false;
	*rest = slice_first(*rest, at);
	at = slice_rfind_byte(*rest, '?');
	if (!parse_qualifiers(slice_from(*rest, at + 1), a, ret, err))
		return false;
	*rest = slice_first(*rest, at);
	if (!slice_split(*rest, ':', &scheme, rest) || !slice_eq_nocase(scheme, SLICE("pkg")))
		return error_set(err, ERR_FORMAT, "it does not start with \"pkg:\"");
	if (slice_find_byte(*rest, '?') < rest->len || slice_find_byte(*rest, '#') < rest->len)
		return error_set(err, ERR_FORMAT, "it has an unescaped \"?\" or \"#\" too many");
	while (slice_cut_prefix(rest, SLICE("/")))
		;
	return true;
}

bool purl_parse(struct slice text, struct arena *a, struct purl *ret, struct error *err)
{
	struct slice rest = text, version, namespace, name;

	*ret = (struct purl){ 0 };
	if (!parse_frame(&rest, a, ret, err))
		return false;
	if (!slice_split(rest, '/', &ret->type, &rest))
		return error_set(err, ERR_FORMAT, "there is no name or no type");
	if (!cut_version(&rest, &version, err))
		return false;
	strip_slashes(&rest);

	size_t last = slice_rfind_byte(rest, '/');

	namespace = last < rest.len ? slice_first(rest, last) : SLICE_EMPTY;
	name = last < rest.len ? slice_from(rest, last + 1) : rest;
	return decode_path(namespace, "namespace", a, &ret->namespace, err) &&
	       decode(name, "name", a, &ret->name, err) &&
	       decode(version, "version", a, &ret->version, err) && purl_normalize(ret, a, err);
}

static bool check_type(struct purl *p, struct arena *a, struct error *err)
{
	if (slice_empty(p->type))
		return error_set(err, ERR_FORMAT, "there is no type");
	for (size_t i = 0; i < p->type.len; i++) {
		char c = p->type.data[i];

		if (i == 0 ? !ascii_alpha(c) : !ascii_alnum(c) && c != '.' && c != '-')
			return error_set(err, ERR_FORMAT, "\"%.*s\" cannot be a type",
					 SLICE_ARG(slice_first(p->type, 64)));
	}
	p->type = purl_lower(p->type, a);
	return true;
}

static bool check_text(const struct purl *p, struct error *err)
{
	bool valid = text_valid_utf8(p->namespace) && text_valid_utf8(p->name) &&
		     text_valid_utf8(p->version) && text_valid_utf8(p->subpath);

	vec_each(q, &p->qualifiers)
		valid = valid && text_valid_utf8(q->value);
	return valid || error_set(err, ERR_FORMAT, "it is not UTF-8");
}

/* Without empty segments and, in a subpath, those that go nowhere or up. */
static struct slice clean_path(struct slice s, bool subpath, struct arena *a)
{
	struct slice_list segments = { 0 };
	struct slice segment;

	while (slice_next(&s, '/', &segment)) {
		bool dots = slice_is(segment, ".") || slice_is(segment, "..");

		if (!slice_empty(segment) && !(subpath && dots))
			*vec_add(a, &segments) = segment;
	}
	return arena_join(a, segments.items, segments.count, SLICE("/"));
}

static int compare_keys(const void *x, const void *y)
{
	const struct purl_qualifier *a = x, *b = y;

	return slice_cmp(a->key, b->key);
}

/* A list of algorithm:hex, which is lower case; anything else stays as it is. */
static struct slice lower_checksum(struct slice value, struct arena *a)
{
	struct slice rest = value, item, algorithm, hex;

	while (slice_next(&rest, ',', &item)) {
		if (!slice_split(item, ':', &algorithm, &hex))
			return value;
		for (size_t i = 0; i < hex.len; i++)
			if (hex_digit(hex.data[i]) < 0)
				return value;
	}
	return purl_lower(value, a);
}

static bool normalize_qualifiers(struct purl *p, struct arena *a, struct error *err)
{
	struct purl_qualifier_list *list = &p->qualifiers;
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct purl_qualifier q = list->items[i];

		if (!check_key(q.key, err))
			return false;
		q.key = purl_lower(q.key, a);
		if (slice_is(q.key, "checksum"))
			q.value = lower_checksum(q.value, a);
		if (!slice_empty(q.value))
			list->items[kept++] = q;
	}
	list->count = kept;
	if (kept > 1)
		qsort(list->items, kept, sizeof(*list->items), compare_keys);
	for (size_t i = 1; i < kept; i++)
		if (slice_eq(list->items[i - 1].key, list->items[i].key))
			return error_set(err, ERR_FORMAT, "qualifier \"%.*s\" is given twice",
					 SLICE_ARG(slice_first(list->items[i].key, 64)));
	return true;
}

static void lower_parts(struct purl *p, unsigned lower, struct arena *a)
{
	if (lower & PURL_LOWER_NAMESPACE)
		p->namespace = purl_lower(p->namespace, a);
	if (lower & PURL_LOWER_NAME)
		p->name = purl_lower(p->name, a);
	if (lower & PURL_LOWER_VERSION)
		p->version = purl_lower(p->version, a);
	if (lower & PURL_LOWER_SUBPATH)
		p->subpath = purl_lower(p->subpath, a);
}

static bool check_presence(const struct purl *p, const struct purl_type *row, struct error *err)
{
	if (slice_empty(p->name))
		return error_set(err, ERR_FORMAT, "there is no name");
	if (row->namespace == PURL_REQUIRED && slice_empty(p->namespace))
		return error_set(err, ERR_FORMAT, "type %.*s needs a namespace",
				 SLICE_ARG(row->type));
	if (row->namespace == PURL_PROHIBITED && !slice_empty(p->namespace))
		return error_set(err, ERR_FORMAT, "type %.*s has no namespaces",
				 SLICE_ARG(row->type));
	if (!slice_empty(row->qualifier) && slice_empty(purl_qualifier(p, row->qualifier)))
		return error_set(err, ERR_FORMAT, "type %.*s needs the qualifier \"%.*s\"",
				 SLICE_ARG(row->type), SLICE_ARG(row->qualifier));
	return true;
}

bool purl_normalize(struct purl *p, struct arena *a, struct error *err)
{
	if (!check_type(p, a, err) || !check_text(p, err) || !normalize_qualifiers(p, a, err))
		return false;

	const struct purl_type *row = purl_type_row(p->type);

	p->namespace = clean_path(p->namespace, false, a);
	strip_slashes(&p->name);
	p->subpath = clean_path(p->subpath, true, a);
	lower_parts(p, row->lower, a);
	return check_presence(p, row, err) && (!row->adjust || row->adjust(p, a, err));
}

/* Letters, digits, ".-_~" and the colon stand for themselves; `also` may name one more. */
static void add_encoded(struct buf *b, struct slice s, char also)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i];
		uint8_t byte = (uint8_t)c;

		if (ascii_alnum(c) || (c && strchr(".-_~:", c)) || (also && c == also)) {
			buf_add_byte(b, c);
			continue;
		}
		buf_add_byte(b, '%');
		buf_add_byte(b, digits[byte >> 4]);
		buf_add_byte(b, digits[byte & 15]);
	}
}

bool purl_format(const struct purl *p, struct buf *b)
{
	char separator = '?';

	buf_add_lit(b, "pkg:");
	buf_add_slice(b, p->type);
	buf_add_byte(b, '/');
	if (!slice_empty(p->namespace)) {
		add_encoded(b, p->namespace, '/');
		buf_add_byte(b, '/');
	}
	add_encoded(b, p->name, purl_type_row(p->type)->name_is_path ? '/' : '\0');
	if (!slice_empty(p->version)) {
		buf_add_byte(b, '@');
		add_encoded(b, p->version, '\0');
	}
	vec_each(q, &p->qualifiers) {
		buf_add_byte(b, separator);
		buf_add_slice(b, q->key);
		buf_add_byte(b, '=');
		add_encoded(b, q->value, '\0');
		separator = '&';
	}
	if (!slice_empty(p->subpath)) {
		buf_add_byte(b, '#');
		add_encoded(b, p->subpath, '/');
	}
	return !b->overflow;
}
