#include "advisory/index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/mem.h"
#include "format/digest.h"

static const struct {
	const char *name;
	uint32_t size;
} sections[INDEX_SECTIONS] = {
	[INDEX_SOURCES] = {"sources", sizeof(struct index_source)},
	[INDEX_COVERAGE] = {"coverage", sizeof(struct index_coverage)},
	[INDEX_FANOUT] = {"fan-out", sizeof(uint32_t)},
	[INDEX_PACKAGES] = {"packages", sizeof(struct index_package)},
	[INDEX_AFFECTED] = {"affected", sizeof(struct index_affected)},
	[INDEX_RANGES] = {"ranges", sizeof(struct index_range)},
	[INDEX_EVENTS] = {"events", sizeof(struct index_event)},
	[INDEX_RECORDS] = {"records", sizeof(struct index_record)},
	[INDEX_GROUPS] = {"groups", sizeof(struct index_group)},
	[INDEX_SEVERITIES] = {"severities", sizeof(struct index_severity)},
	[INDEX_EXPLOITED] = {"exploited", sizeof(struct index_exploited)},
	[INDEX_SCORES] = {"scores", sizeof(struct index_score)},
	[INDEX_LENT] = {"lent severities", sizeof(struct index_lent)},
	[INDEX_STATES] = {"states", sizeof(struct index_state)},
	[INDEX_CYCLES] = {"cycles", sizeof(struct index_cycle)},
	[INDEX_LISTS] = {"lists", sizeof(uint32_t)},
	[INDEX_STRINGS] = {"strings", 1},
};

#define REBUILD "; build it again with `bulwark db update`"

static bool refuse(const struct advisory_index *index, struct error *err, const char *why)
{
	return error_set(err, ERR_FORMAT, "%.*s: %s" REBUILD, SLICE_ARG(index->name), why);
}

/* ----------------------------------------------------------------- opening */

static bool check_extents(const struct advisory_index *index, struct error *err)
{
	const struct index_header *h = index->header;

	for (size_t i = 0; i < INDEX_SECTIONS; i++) {
		uint64_t offset = h->sections[i].offset, count = h->sections[i].count;

		if (offset % 8 || offset < h->body || offset > h->file_bytes ||
		    count > (h->file_bytes - offset) / sections[i].size)
			return error_set(err, ERR_FORMAT,
					 "%.*s: section \"%s\" lies outside of the file" REBUILD,
					 SLICE_ARG(index->name), sections[i].name);
	}
	if (h->fanout_bits > INDEX_FANOUT_MAX ||
	    h->sections[INDEX_FANOUT].count != ((uint64_t)1 << h->fanout_bits) + 1)
		return refuse(index, err, "the look-up table is malformed");
	return true;
}

/* Over the header with the checksum itself taken as zero, then the table. */
static uint32_t header_checksum(const struct index_header *header, const uint32_t *table)
{
	struct index_header copy = *header;

	copy.checksum = 0;
	uint32_t crc = digest_crc32c(0, &copy, sizeof(copy));
	return digest_crc32c(crc, table, (size_t)header->block_count * sizeof(*table));
}

static bool check_blocks(struct advisory_index *index, struct error *err)
{
	const struct index_header *h = index->header;
	uint64_t table_bytes = (uint64_t)h->block_count * sizeof(uint32_t);

	if (h->header_bytes != sizeof(*h) || h->block_bytes != INDEX_BLOCK || h->body % 8 ||
	    h->body < sizeof(*h) || h->body > h->file_bytes || table_bytes > h->body - sizeof(*h))
		return refuse(index, err, "the header is malformed");
	if ((h->file_bytes - h->body + INDEX_BLOCK - 1) / INDEX_BLOCK != h->block_count)
		return refuse(index, err, "the checksum table does not fit the file");
	index->checksums = (const uint32_t *)(const void *)(index->data + sizeof(*h));
	if (header_checksum(h, index->checksums) != h->checksum)
		return refuse(index, err, "the header is corrupt (its checksum differs)");
	return true;
}

static bool check_header(struct advisory_index *index, struct error *err)
{
	uint32_t format;

	if (index->size < sizeof(INDEX_MAGIC) - 1 + sizeof(format) ||
	    memcmp(index->data, INDEX_MAGIC, sizeof(INDEX_MAGIC) - 1) != 0)
		return refuse(index, err, "not an advisory index");
	memcpy(&format, index->data + sizeof(INDEX_MAGIC) - 1, sizeof(format));
	if (format != INDEX_FORMAT)
		return error_set(
			err, ERR_UNSUPPORTED,
			"%.*s: an advisory index of %s format (%u, this program reads %u)" REBUILD,
			SLICE_ARG(index->name), format < INDEX_FORMAT ? "an older" : "a newer",
			format, INDEX_FORMAT);
	if (index->size < sizeof(struct index_header))
		return refuse(index, err, "truncated within the header");
	index->header = (const struct index_header *)(const void *)index->data;
	if (index->header->file_bytes != index->size)
		return error_set(
			err, ERR_FORMAT, "%.*s: %s: %zu bytes where the header tells %llu" REBUILD,
			SLICE_ARG(index->name),
			index->size < index->header->file_bytes ? "truncated"
								: "has foreign bytes at its end",
			index->size, (unsigned long long)index->header->file_bytes);
	return check_blocks(index, err) && check_extents(index, err);
}

bool index_open_bytes(struct slice bytes, struct slice name, struct advisory_index *ret,
		      struct error *err)
{
	*ret = (struct advisory_index){
		.data = (const uint8_t *)bytes.data,
		.size = bytes.len,
		.name = name,
	};
	if (!check_header(ret, err)) {
		*ret = (struct advisory_index){.name = name};
		return false;
	}
	ret->verified = mem_alloc_zero(ret->header->block_count, 1);
	return true;
}

bool index_open(const char *path, struct advisory_index *ret, struct error *err)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	*ret = (struct advisory_index){.name = slice_from_cstr(path)};
	if (fd < 0 && errno == ENOENT)
		return error_set(err, ERR_NOT_FOUND, "there is no advisory index %s", path);
	if (fd < 0)
		return error_set_errno(err, errno, "opening the advisory index %s", path);
	if (fstat(fd, &st) < 0)
		return error_set_errno(err, errno, "reading the advisory index %s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERR_FORMAT, "%s: not a regular file", path);
	if (st.st_size == 0)
		return refuse(ret, err, "the file is empty");
	if ((uint64_t)st.st_size > LIMIT_INDEX)
		return error_set(err, ERR_LIMIT, "%s: larger than an advisory index may be", path);
	void *data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (data == MAP_FAILED)
		return error_set_errno(err, errno, "mapping the advisory index %s", path);
	if (!index_open_bytes(slice_new(data, (size_t)st.st_size), slice_from_cstr(path), ret,
			      err)) {
		munmap(data, (size_t)st.st_size);
		return false;
	}
	ret->mapped = true;
	return true;
}

void index_close(struct advisory_index *index)
{
	if (index->mapped) {
		/* The mapping came from mmap, which has no const. */
		munmap((void *)(uintptr_t)index->data, index->size);
	}
	free(index->verified);
	*index = (struct advisory_index){0};
}

/* ----------------------------------------------------------------- reading */

static bool check_block(const struct advisory_index *index, size_t number, struct error *err)
{
	const uint8_t *block = index->data + index->header->body + number * INDEX_BLOCK;
	size_t left = index->size - (size_t)(block - index->data);

	if (digest_crc32c(0, block, left < INDEX_BLOCK ? left : INDEX_BLOCK) !=
	    index->checksums[number])
		return error_set_at(err, ERR_DIGEST, (uint64_t)(block - index->data),
				    "%.*s is corrupt: the checksum of block %zu differs" REBUILD,
				    SLICE_ARG(index->name), number);
	/* Threads may check a block twice; the answer is the same. */
	__atomic_store_n(&index->verified[number], 1, __ATOMIC_RELAXED);
	return true;
}

/* Bytes [offset, offset + len), which lie within the body, after their blocks were checked. */
static inline const uint8_t *checked_bytes(const struct advisory_index *index, uint64_t offset,
					   uint64_t len, struct error *err)
{
	uint64_t from = offset - index->header->body;
	uint64_t first = from / INDEX_BLOCK, last = len ? (from + len - 1) / INDEX_BLOCK : first;

	/* Nearly always one block, and one that was compared before. */
	if (len && first == last && __atomic_load_n(&index->verified[first], __ATOMIC_RELAXED))
		return index->data + offset;
	for (uint64_t i = first; len && i <= last; i++)
		if (!__atomic_load_n(&index->verified[i], __ATOMIC_RELAXED) &&
		    !check_block(index, (size_t)i, err))
			return NULL;
	return index->data + offset;
}

const void *index_rows(const struct advisory_index *index, enum index_section section,
		       uint64_t first, uint64_t count, struct error *err)
{
	const struct index_extent *extent = &index->header->sections[section];

	if (first > extent->count || count > extent->count - first) {
		error_set(err, ERR_FORMAT,
			  "%.*s: a reference leads outside of section \"%s\"" REBUILD,
			  SLICE_ARG(index->name), sections[section].name);
		return NULL;
	}
	return checked_bytes(index, extent->offset + first * sections[section].size,
			     count * sections[section].size, err);
}

bool index_string(const struct advisory_index *index, uint32_t reference, struct slice *ret,
		  struct error *err)
{
	const struct index_extent *extent = &index->header->sections[INDEX_STRINGS];
	const uint8_t *head = index_rows(index, INDEX_STRINGS, reference, sizeof(uint16_t), err);
	uint64_t text = (uint64_t)reference + sizeof(uint16_t);
	uint16_t len;

	if (!head)
		return false;
	memcpy(&len, head, sizeof(len));
	/* Most texts end in the block whose checksum was compared for their length. */
	uint64_t block = extent->offset - index->header->body + reference;
	if (len <= extent->count - text &&
	    block / INDEX_BLOCK == (block + sizeof(len) + len) / INDEX_BLOCK) {
		*ret = slice_new(head + sizeof(len), len);
		return true;
	}
	const uint8_t *bytes = index_rows(index, INDEX_STRINGS, text, len, err);
	if (!bytes)
		return false;
	*ret = slice_new(bytes, len);
	return true;
}

bool index_list(const struct advisory_index *index, struct index_span span, struct arena *a,
		struct slice_list *ret, struct error *err)
{
	const uint32_t *references = index_rows(index, INDEX_LISTS, span.first, span.count, err);

	if (!references)
		return false;
	for (uint32_t i = 0; i < span.count; i++)
		if (!index_string(index, references[i], vec_add(a, ret), err))
			return false;
	return true;
}

/* ---------------------------------------------------------------- look-ups */

uint64_t index_package_hash(struct slice ecosystem, struct slice name)
{
	/* FNV's low bits are its good ones; the fan-out goes by the high ones. */
	return (hash_stable(ecosystem) * 31 + hash_stable(name)) * 0x9e3779b97f4a7c15u;
}

static bool is_package(const struct advisory_index *index, const struct index_package *p,
		       struct slice ecosystem, struct slice name, bool *ret, struct error *err)
{
	struct slice text;

	*ret = false;
	if (!index_string(index, p->name, &text, err))
		return false;
	if (!slice_eq(text, name))
		return true;
	if (!index_string(index, p->ecosystem, &text, err))
		return false;
	*ret = slice_eq(text, ecosystem);
	return true;
}

bool index_find(const struct advisory_index *index, struct slice ecosystem, struct slice name,
		const struct index_package **ret, struct error *err)
{
	uint64_t hash = index_package_hash(ecosystem, name);
	uint32_t bits = index->header->fanout_bits;
	const uint32_t *fan =
		index_rows(index, INDEX_FANOUT, bits ? hash >> (64 - bits) : 0, 2, err);

	*ret = NULL;
	if (!fan)
		return false;
	if (fan[1] < fan[0])
		return refuse(index, err, "the look-up table is malformed");
	const struct index_package *rows =
		index_rows(index, INDEX_PACKAGES, fan[0], fan[1] - fan[0], err);
	if (!rows)
		return false;
	size_t low = 0, high = fan[1] - fan[0];
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (rows[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < fan[1] - fan[0] && rows[low].hash == hash; low++) {
		bool found;

		if (!is_package(index, &rows[low], ecosystem, name, &found, err))
			return false;
		if (found) {
			*ret = &rows[low];
			return true;
		}
	}
	return true;
}

bool index_find_coverage(const struct advisory_index *index, struct slice ecosystem,
			 const struct index_coverage **ret, struct error *err)
{
	uint64_t count = index_count(index, INDEX_COVERAGE);
	const struct index_coverage *rows = index_rows(index, INDEX_COVERAGE, 0, count, err);

	*ret = NULL;
	if (!rows)
		return false;
	for (uint64_t i = 0; i < count; i++) {
		struct slice name;

		if (!index_string(index, rows[i].ecosystem, &name, err))
			return false;
		if (slice_eq(name, ecosystem)) {
			*ret = &rows[i];
			return true;
		}
	}
	return true;
}

/* ------------------------------------------------------------ verification */

struct slice index_digest(const struct advisory_index *index, struct arena *a)
{
	char text[DIGEST_TEXT_MAX];
	struct digest d = {.algorithm = DIGEST_SHA256};

	memcpy(d.bytes, index->header->digest, sizeof(index->header->digest));
	return arena_copy(a, slice_from_cstr(digest_format(&d, text)));
}

bool index_verify(const struct advisory_index *index, struct error *err)
{
	struct index_header copy = *index->header;
	struct digest_context context;
	struct digest digest;

	if (!checked_bytes(index, index->header->body, index->size - index->header->body, err))
		return false;
	memset(copy.digest, 0, sizeof(copy.digest));
	copy.checksum = 0;
	digest_begin(&context, DIGEST_SHA256);
	digest_update(&context, slice_new(&copy, sizeof(copy)));
	digest_update(&context, slice_new(index->data + sizeof(copy), index->size - sizeof(copy)));
	digest_end(&context, &digest);
	if (memcmp(digest.bytes, index->header->digest, sizeof(copy.digest)) != 0)
		return error_set(err, ERR_DIGEST, "%.*s is not what its digest says" REBUILD,
				 SLICE_ARG(index->name));
	return true;
}
