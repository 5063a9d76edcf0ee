/*
 * The index file: opened, verified and asked.  The checksums are made right
 * first, so that what lies behind them is reached.
 */
#include <stdlib.h>

#include "advisory/index_facts.h"
#include "advisory/match.h"
#include "format/digest.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void seal(uint8_t *bytes, size_t size)
{
	struct index_header *h = (struct index_header *)(void *)bytes;
	uint32_t *table = (uint32_t *)(void *)(bytes + sizeof(*h));

	if (size < sizeof(*h))
		return;
	h->file_bytes = size;
	if (h->body > size || h->body < sizeof(*h) || h->body % 8)
		h->body = sizeof(*h) + 8 <= size ? sizeof(*h) + 8 : sizeof(*h);
	h->block_count = (uint32_t)((size - h->body + INDEX_BLOCK - 1) / INDEX_BLOCK);
	if (h->block_count > (h->body - sizeof(*h)) / sizeof(*table))
		return;
	for (size_t i = 0; i < h->block_count; i++) {
		size_t at = h->body + i * INDEX_BLOCK, left = size - at;

		table[i] = digest_crc32c(0, bytes + at, left < INDEX_BLOCK ? left : INDEX_BLOCK);
	}
	h->checksum = 0;
	uint32_t crc = digest_crc32c(0, h, sizeof(*h));
	h->checksum = digest_crc32c(crc, table, h->block_count * sizeof(*table));
}

static void ask(const struct advisory_index *index, const char *ecosystem, const char *release,
		const char *name, const char *version)
{
	struct package p = {
		.ecosystem = ecosystem_by_osv(slice_from_cstr(ecosystem)),
		.release = slice_from_cstr(release),
		.name = slice_from_cstr(name),
		.version = slice_from_cstr(version),
	};
	struct match_answer answer;
	struct names_keys keys;
	struct arena a, scratch;

	arena_init(&a, 0);
	arena_init(&scratch, 0);
	struct match_query q = {
		.index = index, .facts = index, .package = &p, .keys = &keys, .explain = true, .scratch = &scratch
	};
	names_keys(p.ecosystem, p.release, true, &a, &keys);
	if (names_lookup(&p, &a, &q.lookup))
		match_package(&q, &a, &answer, NULL);
	arena_release(&a);
	arena_release(&scratch);
}

static void ask_facts(const struct advisory_index *index)
{
	const struct names_cve cve = { 2021, 44228 };
	const struct index_exploited *exploited;
	const struct index_score *score;
	const struct index_lent *lent;
	const struct index_state *state;
	const struct index_cycle *cycle;

	index_find_exploited(index, cve, &exploited, NULL);
	index_find_score(index, cve, &score, NULL);
	index_find_lent(index, cve, &lent, NULL);
	index_find_state(index, SLICE("Debian:12"), SLICE("a"), cve, &state, NULL);
	index_find_cycle(index, SLICE("debian"), SLICE("12"), &cycle, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct advisory_index index;
	uint8_t *copy = mem_alloc(size);

	memcpy(copy, data, size);
	seal(copy, size);
	if (index_open_bytes(slice_new(copy, size), SLICE("fuzz"), &index, NULL)) {
		const struct index_coverage *row;

		index_verify(&index, NULL);
		index_find_coverage(&index, SLICE("npm"), &row, NULL);
		ask(&index, "npm", "", "left", "1.0.0");
		ask(&index, "PyPI", "", "right", "2.0");
		ask(&index, "Debian", "12", "a", "1");
		ask(&index, "AlmaLinux", "8", "b", "1-0.module_el8");
		ask_facts(&index);
		index_close(&index);
	}
	free(copy);
	return 0;
}
