/* The short forms that are texts: ports, volumes, sizes, durations, command lines. */
#include "base/buf.h"
#include "base/limits.h"
#include "config/compose.h"

/* ---- sizes and durations ---- */

struct unit {
	const char *name;
	int64_t factor;
};

/* A decimal number in front of *s, in millionths. */
static bool take_decimal(struct slice *s, int64_t *ret)
{
	int64_t whole = 0, part = 0, scale = 1000000;
	bool any = false;

	for (; !slice_empty(*s) && ascii_digit(s->data[0]); *s = slice_from(*s, 1), any = true)
		if (__builtin_mul_overflow(whole, 10, &whole) ||
		    __builtin_add_overflow(whole, s->data[0] - '0', &whole))
			return false;
	if (slice_cut_prefix(s, SLICE(".")))
		for (; !slice_empty(*s) && ascii_digit(s->data[0]);
		     *s = slice_from(*s, 1), any = true)
			part += (scale /= 10) * (s->data[0] - '0');
	return any && !__builtin_mul_overflow(whole, 1000000, &whole) &&
	       !__builtin_add_overflow(whole, part, ret);
}

/* millionths * factor / 1000000 without overflow on the way. */
static bool scale(int64_t millionths, int64_t factor, int64_t *ret)
{
	__int128 product = (__int128)millionths * factor / 1000000;

	*ret = (int64_t)product;
	return product <= INT64_MAX;
}

bool compose_bytes(struct slice text, int64_t *ret)
{
	static const struct unit units[] = {
		{"", 1},
		{"b", 1},
		{"k", 1 << 10},
		{"kb", 1 << 10},
		{"kib", 1 << 10},
		{"m", 1 << 20},
		{"mb", 1 << 20},
		{"mib", 1 << 20},
		{"g", 1 << 30},
		{"gb", 1 << 30},
		{"gib", 1 << 30},
		{"t", (int64_t)1 << 40},
		{"tb", (int64_t)1 << 40},
		{"tib", (int64_t)1 << 40},
		{"p", (int64_t)1 << 50},
		{"pb", (int64_t)1 << 50},
		{"pib", (int64_t)1 << 50},
	};
	struct slice s = slice_trim(text);
	int64_t number;

	if (slice_is(s, "-1")) {
		*ret = -1;
		return true;
	}
	if (!take_decimal(&s, &number))
		return false;
	s = slice_trim(s);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (slice_eq_nocase(s, slice_from_cstr(units[i].name)))
			return scale(number, units[i].factor, ret);
	return false;
}

bool compose_duration(struct slice text, int64_t *ret)
{
	/* Longer names first, where one begins with another. */
	static const struct unit units[] = {
		{"ns", 1},
		{"us", 1000},
		{"\xc2\xb5s", 1000},
		{"ms", 1000000},
		{"s", 1000000000},
		{"m", (int64_t)60 * 1000000000},
		{"h", (int64_t)3600 * 1000000000},
		{"d", (int64_t)86400 * 1000000000},
	};
	struct slice s = text;
	int64_t total = 0, number, part;

	if (slice_is(s, "0")) {
		*ret = 0;
		return true;
	}
	if (slice_empty(s))
		return false;
	while (!slice_empty(s)) {
		size_t i = 0, n = sizeof(units) / sizeof(units[0]);

		if (!take_decimal(&s, &number))
			return false;
		while (i < n && !slice_cut_prefix(&s, slice_from_cstr(units[i].name)))
			i++;
		if (i == n || !scale(number, units[i].factor, &part) ||
		    __builtin_add_overflow(total, part, &total))
			return false;
	}
	*ret = total;
	return true;
}

/* ---- ports ---- */

static bool take_range(struct slice s, uint16_t *first, uint16_t *last)
{
	struct slice low, high;
	uint64_t a, b;
	bool range = slice_split(s, '-', &low, &high);

	if (!slice_to_u64(low, &a) || a > 65535)
		return false;
	b = a;
	if (range && (!slice_to_u64(high, &b) || b > 65535 || b < a))
		return false;
	*first = (uint16_t)a;
	*last = (uint16_t)b;
	return true;
}

static bool valid_address(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_alnum(s.data[i]) && !strchr(".:%_-", s.data[i]))
			return false;
	return true;
}

bool compose_parse_port(struct slice text, struct compose_port *ret)
{
	struct slice rest = text, host = SLICE_EMPTY, target;

	*ret = (struct compose_port){.protocol = SLICE("tcp")};
	size_t slash = slice_rfind_byte(text, '/');
	if (slash < text.len) {
		ret->protocol = slice_from(text, slash + 1);
		rest = slice_first(text, slash);
		if (!slice_eq_nocase(ret->protocol, SLICE("tcp")) &&
		    !slice_eq_nocase(ret->protocol, SLICE("udp")) &&
		    !slice_eq_nocase(ret->protocol, SLICE("sctp")))
			return false;
	}
	size_t colon = slice_rfind_byte(rest, ':');
	target = colon < rest.len ? slice_from(rest, colon + 1) : rest;
	if (colon < rest.len) {
		host = slice_first(rest, colon);
		ret->published = true;
		colon = slice_rfind_byte(host, ':');
		/* "[::1]::80": the address may hold colons, the port may be empty. */
		bool bracket = !slice_empty(host) && host.data[host.len - 1] == ']';
		if (bracket) {
			ret->host_ip = host;
			host = SLICE_EMPTY;
		} else if (colon < host.len) {
			ret->host_ip = slice_first(host, colon);
			host = slice_from(host, colon + 1);
		}
		if (slice_cut_prefix(&ret->host_ip, SLICE("[")) &&
		    !slice_cut_suffix(&ret->host_ip, SLICE("]")))
			return false;
	}
	if (!take_range(target, &ret->target_first, &ret->target_last) || !ret->target_first ||
	    !valid_address(ret->host_ip))
		return false;
	if (!slice_empty(host) && !take_range(host, &ret->host_first, &ret->host_last))
		return false;
	unsigned hosts = (unsigned)ret->host_last - ret->host_first;
	unsigned targets = (unsigned)ret->target_last - ret->target_first;
	/* Many ports of the host for one of the container: one of them is drawn. */
	ret->valid = slice_empty(host) || hosts == targets || targets == 0;
	return ret->valid;
}

/* ---- volumes ---- */

static bool is_drive(struct slice s)
{
	return s.len >= 2 && ascii_alpha(s.data[0]) && s.data[1] == ':' &&
	       (s.len == 2 || s.data[2] == '\\' || s.data[2] == '/');
}

/* The next part up to a colon that does not belong to a drive. */
static bool next_part(struct slice *rest, struct slice *part)
{
	size_t from = is_drive(*rest) && rest->len > 2 ? 2 : 0;
	size_t colon = from + slice_find_byte(slice_from(*rest, from), ':');

	if (slice_empty(*rest))
		return false;
	*part = slice_first(*rest, colon);
	*rest = slice_from(*rest, colon + 1);
	return true;
}

static void take_options(struct compose_mount *m)
{
	static const struct slice propagations[] = {
		SLICE_INIT("shared"), SLICE_INIT("rshared"), SLICE_INIT("slave"),
		SLICE_INIT("rslave"), SLICE_INIT("private"), SLICE_INIT("rprivate"),
	};
	struct slice rest = m->options, option;

	while (slice_next(&rest, ',', &option)) {
		if (slice_is(option, "ro") || slice_is(option, "readonly"))
			m->read_only = true;
		else if (slice_is(option, "nocopy"))
			m->nocopy = true;
		else if (slice_is(option, "z") || slice_is(option, "Z"))
			m->selinux = option.data[0];
		for (size_t i = 0; i < sizeof(propagations) / sizeof(propagations[0]); i++)
			if (slice_eq(option, propagations[i]))
				m->propagation = option;
	}
}

static bool is_path(struct slice s)
{
	return !slice_empty(s) && (s.data[0] == '.' || s.data[0] == '/' || s.data[0] == '~' ||
				   is_drive(s) || slice_starts(s, SLICE("\\\\")));
}

bool compose_parse_volume(struct slice text, struct compose_mount *ret)
{
	struct slice rest = text, parts[3];
	unsigned n = 0;

	*ret = (struct compose_mount){.type = MOUNT_VOLUME};
	while (n < 3 && next_part(&rest, &parts[n])) {
		if (slice_empty(parts[n]))
			return false;
		n++;
	}
	if (n == 0 || !slice_empty(rest))
		return false;
	ret->target = parts[n == 1 ? 0 : 1];
	if (n > 1)
		ret->source = parts[0];
	/* "/data:ro" is a target with options when what follows is no path. */
	if (n == 3)
		ret->options = parts[2];
	if (is_path(ret->source)) {
		ret->type = slice_starts(ret->source, SLICE("\\\\")) ? MOUNT_NPIPE : MOUNT_BIND;
		ret->create_host_path = true;
	}
	take_options(ret);
	ret->valid = true;
	return true;
}

/* ---- command lines ---- */

/* One word from *at on; false at an open quote. */
static bool take_word(struct slice s, size_t *at, struct buf *out)
{
	char quote = 0;

	for (; *at < s.len; ++*at) {
		char c = s.data[*at];
		bool last = *at + 1 == s.len;

		if (quote == '\'' ? c == '\'' : quote && c == quote) {
			quote = 0;
		} else if (c == '\\' && quote != '\'' && !last) {
			char next = s.data[++*at];
			if (quote && next != '"' && next != '\\' && next != '$' && next != '`')
				buf_add_byte(out, '\\');
			buf_add_byte(out, next);
		} else if (quote) {
			buf_add_byte(out, c);
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (ascii_space(c)) {
			break;
		} else {
			buf_add_byte(out, c);
		}
	}
	return !quote;
}

bool compose_split_words(struct slice text, struct arena *a, struct slice_list *ret)
{
	struct buf word;
	size_t at = 0;
	bool ok = true;

	buf_init(&word, LIMIT_CONFIG);
	while (ok) {
		while (at < text.len && ascii_space(text.data[at]))
			at++;
		if (at == text.len)
			break;
		buf_clear(&word);
		ok = take_word(text, &at, &word);
		*vec_add(a, ret) = arena_copy(a, buf_slice(&word));
	}
	buf_release(&word);
	return ok;
}
