#include "advisory/names.h"

#include "base/cleanup.h"

static void lower_case(struct buf *b, struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		buf_add_byte(b, ascii_tolower(name.data[i]));
}

/* PEP 503: runs of '-', '_' and '.' are one '-', letters in lower case. */
static void pep503(struct buf *b, struct slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		bool separator = c == '-' || c == '_' || c == '.';

		if (!separator)
			buf_add_byte(b, ascii_tolower(c));
		else if (!b->len || b->data[b->len - 1] != '-')
			buf_add_byte(b, '-');
	}
}

/* "https://github.com/apple/swift-nio.git" -> "github.com/apple/swift-nio" */
static void repository(struct buf *b, struct slice name)
{
	slice_cut_prefix(&name, SLICE("https://"));
	slice_cut_suffix(&name, SLICE(".git"));
	lower_case(b, name);
}

/* Ecosystems whose names are compared in another form than as written. */
static const struct {
	struct slice osv;
	void (*normalize)(struct buf *b, struct slice name);
} normalizers[] = {
	{SLICE_INIT("PyPI"), pep503},
	{SLICE_INIT("NuGet"), lower_case},
	{SLICE_INIT("Packagist"), lower_case},
	{SLICE_INIT("SwiftURL"), repository},
	{SLICE_INIT("GitHub Actions"), lower_case},
	{SLICE_INIT("VSCode"), lower_case},
};

/*
 * Distributions whose records name the source package.  The others name what
 * is installed.
 */
static const struct {
	struct slice osv;
	bool source_version; /* its version counts too: a binary package may have one of its own */
} by_source[] = {
	{SLICE_INIT("Debian"), true},
	{SLICE_INIT("Ubuntu"), true},
	{SLICE_INIT("Echo"), true},
	{SLICE_INIT("Alpine"), false},
	{SLICE_INIT("Wolfi"), false},
	{SLICE_INIT("Chainguard"), false},
	{SLICE_INIT("MinimOS"), false},
	{SLICE_INIT("Alpaquita"), false},
	{SLICE_INIT("BellSoft Hardened Containers"), false},
	{SLICE_INIT("CleanStart"), false},
	{SLICE_INIT("Rocky Linux"), true},
	{SLICE_INIT("Azure Linux"), true},
	{SLICE_INIT("openSUSE"), true},
	{SLICE_INIT("SUSE"), true},
	{SLICE_INIT("openEuler"), true},
	{SLICE_INIT("Mageia"), true},
	{SLICE_INIT("Bitnami"),
	 true}, /* programs that have another name there; versions without revision */
};

/* Further suffixes under which a release's records stand; '%' is the release. */
static const struct {
	struct slice osv;
	const char *before, *after;
	bool pro_only;
} suffix_forms[] = {
	{SLICE_INIT("Ubuntu"), "Pro:", "", true},
	{SLICE_INIT("Debian"), "", ".0", false}, /* Debian 4 to 6 counted 4.0, 5.0, 6.0 */
};

struct slice names_ecosystem_key(struct slice written)
{
	const struct ecosystem *e = ecosystem_by_osv(written);

	if (e && e->kind == ECOSYSTEM_LANGUAGE)
		return e->osv;
	return written;
}

struct slice names_normalize(const struct ecosystem *ecosystem, struct slice name, struct arena *a)
{
	for (size_t i = 0; ecosystem && i < ARRAY_LEN(normalizers); i++) {
		if (!slice_eq(normalizers[i].osv, ecosystem->osv))
			continue;
		struct buf b;
		buf_init(&b, name.len);
		normalizers[i].normalize(&b, name);
		struct slice out = arena_copy(a, buf_slice(&b));
		buf_release(&b);
		return out;
	}
	return name;
}

static bool goes_by_source(const struct ecosystem *e, bool *ret_version)
{
	for (size_t i = 0; i < ARRAY_LEN(by_source); i++) {
		if (slice_eq(by_source[i].osv, e->osv)) {
			*ret_version = by_source[i].source_version;
			return true;
		}
	}
	return false;
}

void names_keys(const struct ecosystem *e, struct slice release, bool ubuntu_pro, struct arena *a,
		struct names_keys *ret)
{
	*ret = (struct names_keys){0};
	if (e->kind != ECOSYSTEM_LANGUAGE && !slice_empty(release)) {
		ret->items[ret->count++] =
			arena_printf(a, "%.*s:%.*s", SLICE_ARG(e->osv), SLICE_ARG(release));
		for (size_t i = 0; i < ARRAY_LEN(suffix_forms) && ret->count < NAMES_KEYS_MAX - 1;
		     i++)
			if (slice_eq(suffix_forms[i].osv, e->osv) &&
			    (ubuntu_pro || !suffix_forms[i].pro_only))
				ret->items[ret->count++] =
					arena_printf(a, "%.*s:%s%.*s%s", SLICE_ARG(e->osv),
						     suffix_forms[i].before, SLICE_ARG(release),
						     suffix_forms[i].after);
	}
	/* Records without a suffix are about every release. */
	ret->items[ret->count++] = e->osv;
}

struct slice names_stream(struct slice label)
{
	size_t colon = slice_find_byte(label, ':');
	size_t next = slice_find_byte(slice_from(label, colon + 1), ':') + colon + 1;

	return slice_first(label, next);
}

/* ------------------------------------------------------- products, repositories */

/* "rhel-8-for-x86_64-appstream-eus-rpms" -> appstream, eus; "rhel-7-server-rpms" -> server. */
static bool read_content_set(struct slice set, struct slice major, struct slice *repository,
			     struct slice *flavour)
{
	static const struct slice flavours[] = {SLICE_INIT("eus"), SLICE_INIT("aus"),
						SLICE_INIT("e4s"), SLICE_INIT("tus")};
	struct slice field;

	if (!slice_cut_prefix(&set, SLICE("rhel-")) && !slice_cut_prefix(&set, SLICE("ubi-")))
		return false;
	if (!slice_cut_suffix(&set, SLICE("-rpms")) || !slice_next(&set, '-', &field) ||
	    !slice_eq(field, major))
		return false;
	if (slice_cut_prefix(&set, SLICE("for-")))
		slice_next(&set, '-', &field);
	*repository = set;
	*flavour = SLICE_EMPTY;
	for (size_t i = 0; i < ARRAY_LEN(flavours); i++) {
		if (slice_ends(set, flavours[i]) && set.len > flavours[i].len + 1) {
			*flavour = flavours[i];
			*repository = slice_first(set, set.len - flavours[i].len - 1);
		}
	}
	return true;
}

/* Is a repository of that flavour among the target's?  *ret_known: its repositories are known. */
static bool has_repository(const struct os_release *os, struct slice major, struct slice repository,
			   struct slice flavour, bool *ret_known)
{
	struct slice rest = os ? os->facts : SLICE_EMPTY, line;

	*ret_known = false;
	while (slice_next(&rest, '\n', &line)) {
		struct slice own, own_flavour;

		if (!slice_cut_prefix(&line, SLICE("content-set:")) ||
		    !read_content_set(line, major, &own, &own_flavour))
			continue;
		*ret_known = true;
		if (slice_eq(own_flavour, flavour) &&
		    (slice_empty(repository) || slice_eq(own, repository)))
			return true;
	}
	return false;
}

/*
 * "enterprise_linux:8::appstream" is everybody's; "rhel_eus:8.6::appstream" is
 * for targets whose content sets name it, in that very minor release.
 */
static bool accepts_redhat(struct slice release, struct slice covered, const struct os_release *os)
{
	struct slice product, version, repository, major;
	bool known;

	if (!slice_split(covered, ':', &product, &version))
		return false;
	size_t colons = slice_find(version, SLICE("::"));
	repository = slice_from(version, colons + 2);
	version = slice_first(version, colons);
	major = slice_first(release, slice_find_byte(release, '.'));
	if (slice_is(product, "enterprise_linux") || slice_is(product, "rhel"))
		return slice_eq(slice_first(version, slice_find_byte(version, '.')), major) &&
		       (has_repository(os, major, repository, SLICE_EMPTY, &known) || !known);
	return slice_cut_prefix(&product, SLICE("rhel_")) && slice_eq(version, release) &&
	       has_repository(os, major, repository, product, &known);
}

/* Every module and product of the service pack; long-term ones ("15 SP5-LTSS") are sold apart. */
static bool accepts_suse(struct slice release, struct slice covered, const struct os_release *os)
{
	(void)os;
	if (!slice_cut_prefix(&release, SLICE("Linux Enterprise Server ")))
		return slice_eq(release, covered);
	return slice_cut_suffix(&covered, release) && slice_ends(covered, SLICE(" "));
}

/* "Pro:FIPS-updates:20.04:LTS" where that service is enabled. */
static bool accepts_ubuntu(struct slice release, struct slice covered, const struct os_release *os)
{
	static const struct {
		struct slice prefix, service;
	} services[] = {
		{SLICE_INIT("Pro:"), SLICE_INIT("esm-infra")},
		{SLICE_INIT("Pro:"), SLICE_INIT("esm-apps")},
		{SLICE_INIT("Pro:FIPS:"), SLICE_INIT("fips")},
		{SLICE_INIT("Pro:FIPS-updates:"), SLICE_INIT("fips-updates")},
		{SLICE_INIT("Pro:FIPS-preview:"), SLICE_INIT("fips-preview")},
		{SLICE_INIT("Pro:Realtime:"), SLICE_INIT("realtime-kernel")},
	};

	for (size_t i = 0; os && i < ARRAY_LEN(services); i++) {
		struct slice rest = covered;

		if (slice_cut_prefix(&rest, services[i].prefix) && slice_eq(rest, release) &&
		    os_release_fact(os, SLICE("ubuntu-pro:"), services[i].service))
			return true;
	}
	return false;
}

static const struct {
	struct slice osv;
	bool (*accepts)(struct slice release, struct slice covered, const struct os_release *os);
} release_rows[] = {
	{SLICE_INIT("Red Hat"), accepts_redhat},
	{SLICE_INIT("SUSE"), accepts_suse},
	{SLICE_INIT("Ubuntu"), accepts_ubuntu},
};

void names_add_release(struct names_keys *keys, const struct ecosystem *e, struct slice release,
		       struct slice covered, const struct os_release *os, struct arena *a)
{
	if (slice_empty(release) || keys->count >= NAMES_KEYS_MAX)
		return;
	for (size_t i = 0; i < ARRAY_LEN(release_rows); i++) {
		if (!slice_eq(release_rows[i].osv, e->osv) ||
		    !release_rows[i].accepts(release, covered, os))
			continue;
		struct slice key =
			arena_printf(a, "%.*s:%.*s", SLICE_ARG(e->osv), SLICE_ARG(covered));
		for (size_t k = 0; k < keys->count; k++)
			if (slice_eq(keys->items[k], key))
				return;
		/* The bare name stays the last one. */
		keys->items[keys->count] = keys->items[keys->count - 1];
		keys->items[keys->count - 1] = key;
		keys->count++;
		return;
	}
}

struct slice names_coverage(const struct package *p, struct arena *a)
{
	struct names_keys keys;

	if (!p->ecosystem)
		return SLICE_EMPTY;
	names_keys(p->ecosystem, p->release, false, a, &keys);
	return keys.items[0];
}

/* Red Hat's form: stream and name. */
static struct slice modular_name(const struct package *p, struct slice name, struct arena *a)
{
	if (slice_empty(p->module_stream) || p->ecosystem->scheme != VERSION_REDHAT)
		return SLICE_EMPTY;
	return arena_printf(a, "%.*s::%.*s", SLICE_ARG(names_stream(p->module_stream)),
			    SLICE_ARG(name));
}

bool names_lookup(const struct package *p, struct arena *a, struct names_lookup *ret)
{
	bool source_version = false;

	*ret = (struct names_lookup){.name = p->name, .version = p->version};
	if (!p->ecosystem)
		return false;
	if (goes_by_source(p->ecosystem, &source_version) && !slice_empty(p->source_name)) {
		ret->name = p->source_name;
		if (source_version && !slice_empty(p->source_version))
			ret->version = p->source_version;
	}
	if (slice_empty(ret->name))
		return false;
	ret->name = names_normalize(p->ecosystem, ret->name, a);
	ret->modular = modular_name(p, ret->name, a);
	/* Records write Go versions without the "v" of tags: listed ones are compared as bytes. */
	if (p->ecosystem->scheme == VERSION_GO && ret->version.len > 1 &&
	    ret->version.data[0] == 'v' && ascii_digit(ret->version.data[1]))
		ret->version = slice_from(ret->version, 1);
	return true;
}

struct slice names_identifier(struct slice id, struct arena *a)
{
	bool ghsa = id.len > 5 && slice_eq_nocase(slice_first(id, 5), SLICE("ghsa-"));
	bool cve = id.len > 4 && slice_eq_nocase(slice_first(id, 4), SLICE("cve-"));

	if (ghsa && !slice_starts(id, SLICE("GHSA-"))) {
		struct buf b;

		buf_init(&b, id.len);
		buf_add_lit(&b, "GHSA-");
		lower_case(&b, slice_from(id, 5));
		struct slice out = arena_copy(a, buf_slice(&b));
		buf_release(&b);
		return out;
	}
	if (cve && !slice_starts(id, SLICE("CVE-")))
		return arena_printf(a, "CVE-%.*s", SLICE_ARG(slice_from(id, 4)));
	return id;
}

bool names_cve(struct slice id, struct names_cve *ret)
{
	struct slice year, number;
	uint64_t y, n;

	*ret = (struct names_cve){0};
	if (!slice_cut_prefix(&id, SLICE("CVE-")) || !slice_split(id, '-', &year, &number))
		return false;
	/* Another form of the same number would be another text, and must not become its double. */
	if (year.len != 4 || number.len < 4 || (number.len > 4 && number.data[0] == '0') ||
	    !slice_to_u64(year, &y) || !slice_to_u64(number, &n) || !y || n > UINT32_MAX)
		return false;
	*ret = (struct names_cve){(uint32_t)y, (uint32_t)n};
	return true;
}

unsigned names_identifier_rank(struct slice id)
{
	static const struct slice prefixes[] = {SLICE_INIT("CVE-"), SLICE_INIT("GHSA-")};

	for (unsigned i = 0; i < ARRAY_LEN(prefixes); i++)
		if (slice_starts(id, prefixes[i]))
			return i;
	return ARRAY_LEN(prefixes);
}

/* Runs of digits compare as numbers: CVE-2021-999 before CVE-2021-44228. */
static int natural_cmp(struct slice a, struct slice b)
{
	size_t i = 0, j = 0;

	while (i < a.len && j < b.len) {
		if (ascii_digit(a.data[i]) && ascii_digit(b.data[j])) {
			size_t x = i, y = j;

			while (x < a.len && ascii_digit(a.data[x]))
				x++;
			while (y < b.len && ascii_digit(b.data[y]))
				y++;
			if (x - i != y - j)
				return x - i < y - j ? -1 : 1;
			int order = memcmp(a.data + i, b.data + j, x - i);
			if (order)
				return order < 0 ? -1 : 1;
			i = x;
			j = y;
		} else if (a.data[i] != b.data[j]) {
			return (uint8_t)a.data[i] < (uint8_t)b.data[j] ? -1 : 1;
		} else {
			i++;
			j++;
		}
	}
	return slice_cmp(slice_from(a, i), slice_from(b, j));
}

int names_identifier_cmp(struct slice a, struct slice b)
{
	unsigned x = names_identifier_rank(a), y = names_identifier_rank(b);

	if (x != y)
		return x < y ? -1 : 1;
	return natural_cmp(a, b);
}
