#include "advisory/feed.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/wire.h"
#include "format/inflate.h"

/* -------------------------------------------------------------------- rows */

static const struct feed_file kev_files[] = {
	{"extra/kev/known_exploited_vulnerabilities.json",
	 "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"},
};

static const struct feed_file epss_files[] = {
	{"extra/epss/epss_scores-*.csv.gz",
	 "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz"},
};

/* The API's one answer of everything, or a file for each product (the API's v0). */
static const struct feed_file endoflife_files[] = {
	{"extra/endoflife/*.json", "https://endoflife.date/api/v1/products/full"},
};

static const struct feed_file debian_files[] = {
	{"extra/debian-tracker/*.json", "https://security-tracker.debian.org/tracker/data/json"},
};

#define SECDB(release)                                                                             \
	{"extra/secdb/alpine/" release "/main.json",                                               \
	 "https://secdb.alpinelinux.org/" release "/main.json"},                                   \
	{                                                                                          \
		"extra/secdb/alpine/" release "/community.json",                                   \
			"https://secdb.alpinelinux.org/" release "/community.json"                 \
	}

static const struct feed_file alpine_files[] = {
	SECDB("v3.12"), SECDB("v3.13"), SECDB("v3.14"), SECDB("v3.15"), SECDB("v3.16"),
	SECDB("v3.17"), SECDB("v3.18"), SECDB("v3.19"), SECDB("v3.20"), SECDB("v3.21"),
	SECDB("v3.22"), SECDB("v3.23"), SECDB("v3.24"), SECDB("edge"),
};

static const struct feed_file wolfi_files[] = {
	{"extra/secdb/wolfi/security.json", "https://packages.wolfi.dev/os/security.json"},
};

static const struct feed_file chainguard_files[] = {
	{"extra/secdb/chainguard/security.json",
	 "https://packages.cgr.dev/chainguard/security.json"},
};

#define NVD(year)                                                                                  \
	{                                                                                          \
		"extra/nvd/nvdcve-2.0-" year ".json.gz",                                           \
			"https://nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-" year ".json.gz"      \
	}

static const struct feed_file nvd_files[] = {
	NVD("2002"), NVD("2003"), NVD("2004"), NVD("2005"), NVD("2006"), NVD("2007"), NVD("2008"),
	NVD("2009"), NVD("2010"), NVD("2011"), NVD("2012"), NVD("2013"), NVD("2014"), NVD("2015"),
	NVD("2016"), NVD("2017"), NVD("2018"), NVD("2019"), NVD("2020"), NVD("2021"), NVD("2022"),
	NVD("2023"), NVD("2024"), NVD("2025"), NVD("2026"), NVD("2027"),
};

#define FILES(list) .files = list, .file_count = ARRAY_LEN(list)

const struct feed_row feed_rows[] = {
	{.name = SLICE_INIT("kev"),
	 .title = "CISA's catalogue of known exploited vulnerabilities",
	 .licence = "CC0-1.0",
	 FILES(kev_files),
	 .read = feed_read_kev},
	{.name = SLICE_INIT("epss"),
	 .title = "FIRST's exploit prediction scores",
	 .licence = "free to use with the name of FIRST and EPSS",
	 FILES(epss_files),
	 .read = feed_read_epss},
	{.name = SLICE_INIT("endoflife"),
	 .title = "endoflife.date: until when releases are supported",
	 .licence = "MIT",
	 FILES(endoflife_files),
	 .read = feed_read_endoflife},
	{.name = SLICE_INIT("debian-tracker"),
	 .title = "the Debian security tracker: what is not fixed, and why",
	 .licence = "MIT",
	 .ecosystem = SLICE_INIT("Debian"),
	 FILES(debian_files),
	 .read = feed_read_debian},
	{.name = SLICE_INIT("alpine-secdb"),
	 .title = "Alpine's security database: fixes by branch and repository",
	 .licence = "none stated",
	 .ecosystem = SLICE_INIT("Alpine"),
	 .covers = SLICE_INIT("Alpine"),
	 .on_request = true,
	 FILES(alpine_files),
	 .read = feed_read_secdb},
	{.name = SLICE_INIT("wolfi-secdb"),
	 .title = "Wolfi's security database",
	 .licence = "none stated",
	 .ecosystem = SLICE_INIT("Wolfi"),
	 .covers = SLICE_INIT("Wolfi"),
	 .on_request = true,
	 FILES(wolfi_files),
	 .read = feed_read_secdb},
	{.name = SLICE_INIT("chainguard-secdb"),
	 .title = "Chainguard's security database",
	 .licence = "none stated",
	 .ecosystem = SLICE_INIT("Chainguard"),
	 .covers = SLICE_INIT("Chainguard"),
	 .on_request = true,
	 FILES(chainguard_files),
	 .read = feed_read_secdb},
	{.name = SLICE_INIT("nvd"),
	 .title = "NVD's CVSS vectors, to lend severities",
	 .licence = "public domain",
	 .on_request = true,
	 FILES(nvd_files),
	 .read = feed_read_nvd},
};

const size_t feed_row_count = ARRAY_LEN(feed_rows);

const struct feed_row *feed_by_name(struct slice name)
{
	for (size_t i = 0; i < feed_row_count; i++)
		if (slice_eq_nocase(feed_rows[i].name, name))
			return &feed_rows[i];
	return NULL;
}

/* ------------------------------------------------------------------- files */

static int compare_paths(const void *a, const void *b)
{
	return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

static bool list_pattern(const char *directory, struct slice pattern, struct arena *a,
			 struct slice_list *ret, struct error *err)
{
	size_t slash = slice_rfind_byte(pattern, '/');
	struct slice folder =
		arena_printf(a, "%s/%.*s", directory, SLICE_ARG(slice_first(pattern, slash)));
	DIR *d = opendir(folder.data);
	struct dirent *entry;

	if (!d)
		return errno == ENOENT ||
		       error_set_errno(err, errno, "reading the directory %s", folder.data);
	while ((entry = readdir(d))) {
		struct slice name = slice_from_cstr(entry->d_name);

		if (entry->d_name[0] != '.' && text_glob(slice_from(pattern, slash + 1), name))
			*vec_add(a, ret) = arena_printf(a, "%s/%s", folder.data, entry->d_name);
	}
	closedir(d);
	return true;
}

bool feed_find_files(const struct feed_row *row, const char *directory, struct arena *a,
		     struct slice_list *ret, struct error *err)
{
	*ret = (struct slice_list){0};
	for (size_t i = 0; i < row->file_count; i++) {
		struct slice pattern = slice_from_cstr(row->files[i].path);

		if (slice_find_byte(pattern, '*') < pattern.len) {
			if (!list_pattern(directory, pattern, a, ret, err))
				return false;
			continue;
		}
		struct slice path = arena_printf(a, "%s/%s", directory, row->files[i].path);
		if (access(path.data, R_OK) == 0)
			*vec_add(a, ret) = path;
	}
	if (ret->count > 1)
		qsort(ret->items, ret->count, sizeof(*ret->items), compare_paths);
	return true;
}

/* ------------------------------------------------------------------- facts */

void feed_fact_encode(const struct feed_fact *f, struct buf *b)
{
	wire_put_u8(b, (uint8_t)f->kind);
	wire_put_u32(b, f->cve.year);
	wire_put_u32(b, f->cve.number);
	wire_put_slice(b, f->scope);
	wire_put_slice(b, f->name);
	wire_put_slice(b, f->text);
	wire_put_u64(b, (uint64_t)f->date);
	wire_put_u64(b, (uint64_t)f->extended);
	wire_put_u32(b, f->value);
	wire_put_u32(b, f->percentile);
	wire_put_u32(b, f->flags);
}

bool feed_fact_decode(struct cursor *c, struct feed_fact *ret)
{
	uint8_t kind = wire_get_u8(c);

	*ret = (struct feed_fact){.cve.year = wire_get_u32(c)};
	ret->cve.number = wire_get_u32(c);
	ret->scope = wire_get_slice(c);
	ret->name = wire_get_slice(c);
	ret->text = wire_get_slice(c);
	ret->date = (int64_t)wire_get_u64(c);
	ret->extended = (int64_t)wire_get_u64(c);
	ret->value = wire_get_u32(c);
	ret->percentile = wire_get_u32(c);
	ret->flags = wire_get_u32(c);
	if (c->failed || kind >= FEED_FACT_KINDS || ret->scope.len > LIMIT_NAME ||
	    ret->name.len > LIMIT_NAME || ret->text.len > LIMIT_NAME)
		return false;
	ret->kind = (enum feed_fact_kind)kind;
	return true;
}

/* ----------------------------------------------------------------- reading */

void feed_broken(struct feed_summary *summary, const struct error *why)
{
	if (summary->broken++ == 0)
		summary->first = *why;
}

static bool inflate_whole(struct slice bytes, struct buf *out, struct error *err)
{
	struct stream_memory memory;
	struct stream_inflate inflate;
	struct slice piece;
	bool ok;

	stream_memory_init(&memory, bytes);
	stream_inflate_init(&inflate, &memory.stream);
	while ((ok = stream_next(&inflate.stream, &piece, err)) && !slice_empty(piece))
		buf_add_slice(out, piece);
	stream_release(&inflate.stream);
	return ok &&
	       (!out->overflow || error_set(err, ERR_LIMIT, "larger than %zu bytes", out->cap));
}

bool feed_read(const struct feed_row *row, struct slice bytes, struct slice stem,
	       const struct feed_sink *sink, struct feed_summary *summary, struct error *err)
{
	struct buf text;

	if (compression_detect(bytes) == COMPRESSION_NONE)
		return row->read(bytes, stem, sink, summary, err);
	buf_init(&text, LIMIT_FEED);
	bool ok = inflate_whole(bytes, &text, err) &&
		  row->read(buf_slice(&text), stem, sink, summary, err);
	buf_release(&text);
	return ok;
}
