#include "advisory/index_layout.h"

#include <stdlib.h>

#include "advisory/index_builder.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/mem.h"
#include "format/digest.h"

/* ----------------------------------------------------------------- records */

static bool is_newer(const struct osv_record *a, const struct osv_record *b)
{
	return a->modified > b->modified;
}

/* Compared with this many of a record's entries; a double behind them does no harm. */
#define MERGE_LOOK_BACK 64

/* A feed tells a fix at a time: those of one name are one record, and doubles of OSV's are dropped.
 */
static void merge_affected(struct builder *b, const struct osv_record *from, struct osv_record *to)
{
	vec_each (new, &from->affected) {
		size_t count = to->affected.count, i = count;
		bool known = false;

		for (; i > 0 && count - i < MERGE_LOOK_BACK && !known; i--)
			known = osv_same_fix(new, &to->affected.items[i - 1]);
		if (!known)
			*vec_add(&b->arena, &to->affected) = *new;
	}
}

static bool read_input(struct builder *b, const struct index_input *input,
		       struct build_counts *counts, struct map *ids)
{
	struct cursor c;

	cursor_init(&c, input->records);
	while (cursor_left(&c)) {
		struct osv_record record;
		bool is_new;

		if (!osv_decode(&c, &b->arena, &record))
			return error_set(b->err, ERR_WORKER,
					 "%.*s: the reader's answer is malformed",
					 SLICE_ARG(input->name));
		counts->records++;
		counts->skipped[record.skip]++;
		uint64_t *at = map_put(ids, record.id, &is_new);
		if (is_new) {
			if (b->records.count >= LIMIT_OSV_RECORDS)
				return error_set(b->err, ERR_LIMIT,
						 "more than %zu advisory records",
						 LIMIT_OSV_RECORDS);
			*at = b->records.count;
			vec_add(&b->arena, &b->records)->osv = record;
		} else if (input->feed) {
			merge_affected(b, &record, &b->records.items[*at].osv);
		} else if (is_newer(&record, &b->records.items[*at].osv)) {
			b->records.items[*at].osv = record;
		}
	}
	return true;
}

static int compare_records(const void *x, const void *y)
{
	const struct build_record *a = x, *b = y;

	return slice_cmp(a->osv.id, b->osv.id);
}

static bool read_records(struct builder *b)
{
	struct map ids;
	size_t i = 0, kept = 0;
	bool ok = true;

	map_init(&ids);
	b->counts = arena_new_array(&b->arena, struct build_counts, b->inputs->count + 1);
	vec_each (input, b->inputs)
		ok = ok && read_input(b, input, &b->counts[i++], &ids);
	map_release(&ids);
	vec_each (record, &b->records)
		if (record->osv.skip == OSV_KEPT)
			b->records.items[kept++] = *record;
	b->records.count = kept;
	if (kept > 1)
		qsort(b->records.items, kept, sizeof(*b->records.items), compare_records);
	return ok;
}

/* ------------------------------------------------------------------ groups */

struct union_find {
	struct map ids; /* identifier -> node */
	uint32_t *parents;
	size_t alloc;
};

static uint32_t node_of(struct union_find *u, struct slice id)
{
	bool is_new;
	uint64_t *at = map_put(&u->ids, id, &is_new);

	if (is_new) {
		size_t node = u->ids.count - 1;

		if (node == u->alloc) {
			u->alloc = u->alloc ? u->alloc * 2 : 1024;
			u->parents = mem_realloc(u->parents, u->alloc, sizeof(*u->parents));
		}
		u->parents[node] = (uint32_t)node;
		*at = node;
	}
	return (uint32_t)*at;
}

static uint32_t root_of(struct union_find *u, uint32_t node)
{
	while (u->parents[node] != node) {
		u->parents[node] = u->parents[u->parents[node]];
		node = u->parents[node];
	}
	return node;
}

/* The lower root wins, which is the one seen first: the groups' order does not depend on chance. */
static void join(struct union_find *u, struct slice a, struct slice b)
{
	uint32_t x = root_of(u, node_of(u, a)), y = root_of(u, node_of(u, b));

	if (x < y)
		u->parents[y] = x;
	else
		u->parents[x] = y;
}

static int compare_identifiers(const void *a, const void *b)
{
	return names_identifier_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

static void make_groups(struct builder *b)
{
	struct union_find u = {0};

	map_init(&u.ids);
	vec_each (record, &b->records) {
		struct slice own = osv_own_cve(&record->osv);

		node_of(&u, record->osv.id);
		vec_each (alias, &record->osv.aliases)
			join(&u, record->osv.id, *alias);
		if (!slice_empty(own))
			join(&u, record->osv.id, own);
	}
	uint32_t *groups =
		arena_new_array(&b->arena, uint32_t, u.ids.count); /* of roots; 0: none yet */
	for (size_t i = 0; i < u.ids.count; i++) {
		uint32_t root = root_of(&u, (uint32_t)i);

		if (!groups[root]) {
			vec_add(&b->arena, &b->groups);
			groups[root] = (uint32_t)b->groups.count;
		}
		*vec_add(&b->arena, &b->groups.items[groups[root] - 1]) = u.ids.entries[i].key;
	}
	vec_each (group, &b->groups)
		qsort(group->items, group->count, sizeof(*group->items), compare_identifiers);
	vec_each (record, &b->records)
		record->group = groups[root_of(&u, node_of(&u, record->osv.id))] - 1;
	map_release(&u.ids);
	free(u.parents);
}

/* ---------------------------------------------------- packages and coverage */

static bool claims(const struct builder *b, struct slice ecosystem)
{
	struct slice base = slice_first(ecosystem, slice_find_byte(ecosystem, ':'));
	/* One database, HSEC, in whose zip the compiler's records stand as well. */
	struct slice other = slice_is(base, "GHC") ? SLICE("Hackage") : base;

	vec_each (input, b->inputs)
		if (slice_eq(input->ecosystem, base) || slice_eq(input->ecosystem, other))
			return true;
	return false;
}

static int64_t usable_date(const struct builder *b, const struct osv_record *r)
{
	int64_t newest = TIMESTAMP_NONE, dates[] = {r->published, r->modified};

	for (size_t i = 0; i < ARRAY_LEN(dates); i++)
		if (dates[i] <= b->now + INDEX_FUTURE_SECONDS && dates[i] > newest)
			newest = dates[i];
	return newest;
}

static struct build_coverage *coverage_of(struct builder *b, struct map *map,
					  struct slice ecosystem)
{
	bool is_new;
	uint64_t *at = map_put(map, ecosystem, &is_new);

	if (is_new) {
		*at = b->coverage.count;
		*vec_add(&b->arena, &b->coverage) = (struct build_coverage){
			.ecosystem = ecosystem,
			.newest = TIMESTAMP_NONE,
			.last_record = UINT32_MAX,
		};
	}
	return &b->coverage.items[*at];
}

static void count_coverage(struct builder *b, struct map *map, const struct osv_affected *affected,
			   uint32_t number, bool new_package)
{
	int64_t date = usable_date(b, &b->records.items[number].osv);
	struct build_coverage *row = coverage_of(b, map, affected->ecosystem);

	row->packages += new_package;
	if (row->last_record != number)
		row->records++;
	row->last_record = number;
	if (date > row->newest)
		row->newest = date;
	if (date > b->newest)
		b->newest = date;
}

static int compare_packages(const void *x, const void *y)
{
	const struct build_package *a = x, *b = y;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	int order = slice_cmp(a->ecosystem, b->ecosystem);
	return order ? order : slice_cmp(a->name, b->name);
}

static int compare_coverage(const void *x, const void *y)
{
	const struct build_coverage *a = x, *b = y;

	return slice_cmp(a->ecosystem, b->ecosystem);
}

static void make_packages(struct builder *b)
{
	struct map packages, coverage;

	map_init(&packages);
	map_init(&coverage);
	for (uint32_t number = 0; number < b->records.count; number++) {
		vec_each (affected, &b->records.items[number].osv.affected) {
			struct slice parts[] = {affected->ecosystem, affected->name};
			struct slice key = arena_join(&b->arena, parts, 2, SLICE("\n"));
			bool is_new;
			uint64_t *at = map_put(&packages, key, &is_new);

			if (is_new) {
				*at = b->packages.count;
				*vec_add(&b->arena, &b->packages) = (struct build_package){
					.hash = index_package_hash(affected->ecosystem,
								   affected->name),
					.ecosystem = affected->ecosystem,
					.name = affected->name,
				};
			}
			*vec_add(&b->arena, &b->packages.items[*at].affected) =
				(struct build_affected){number, affected};
			count_coverage(b, &coverage, affected, number, is_new);
		}
	}
	map_release(&packages);
	map_release(&coverage);
	if (b->packages.count > 1)
		qsort(b->packages.items, b->packages.count, sizeof(*b->packages.items),
		      compare_packages);
	if (b->coverage.count > 1)
		qsort(b->coverage.items, b->coverage.count, sizeof(*b->coverage.items),
		      compare_coverage);
}

/* ----------------------------------------------------------------- writing */

uint32_t index_builder_string(struct builder *b, struct slice s)
{
	struct buf *pool = &b->sections[INDEX_STRINGS];
	bool is_new;

	if (s.len > UINT16_MAX)
		s.len = UINT16_MAX;
	uint64_t *at = map_put(&b->strings, s, &is_new);
	if (is_new) {
		uint16_t len = (uint16_t)s.len;

		*at = pool->len;
		buf_add(pool, &len, sizeof(len));
		buf_add_slice(pool, s);
	}
	return (uint32_t)*at;
}

static uint32_t rows_in(const struct builder *b, enum index_section section, size_t size)
{
	return (uint32_t)(b->sections[section].len / size);
}

static struct index_span put_list(struct builder *b, const struct slice_list *list)
{
	struct index_span span = {rows_in(b, INDEX_LISTS, sizeof(uint32_t)), (uint32_t)list->count};

	vec_each (s, list) {
		uint32_t reference = index_builder_string(b, *s);

		buf_add(&b->sections[INDEX_LISTS], &reference, sizeof(reference));
	}
	return span;
}

static struct index_span put_severities(struct builder *b, const struct osv_severity_list *list)
{
	struct index_span span = {rows_in(b, INDEX_SEVERITIES, sizeof(struct index_severity)),
				  (uint32_t)list->count};

	vec_each (s, list) {
		struct index_severity row = {(uint32_t)s->kind, index_builder_string(b, s->text)};

		buf_add(&b->sections[INDEX_SEVERITIES], &row, sizeof(row));
	}
	return span;
}

static struct index_span put_ranges(struct builder *b, const struct osv_range_list *list)
{
	struct index_span span = {rows_in(b, INDEX_RANGES, sizeof(struct index_range)),
				  (uint32_t)list->count};

	vec_each (range, list) {
		struct index_range row = {{rows_in(b, INDEX_EVENTS, sizeof(struct index_event)),
					   (uint32_t)range->events.count}};

		buf_add(&b->sections[INDEX_RANGES], &row, sizeof(row));
		vec_each (e, &range->events) {
			struct index_event event = {index_builder_string(b, e->version),
						    (uint32_t)e->kind};

			buf_add(&b->sections[INDEX_EVENTS], &event, sizeof(event));
		}
	}
	return span;
}

static void write_packages(struct builder *b)
{
	vec_each (package, &b->packages) {
		struct index_package row = {
			.hash = package->hash,
			.ecosystem = index_builder_string(b, package->ecosystem),
			.name = index_builder_string(b, package->name),
			.affected = {rows_in(b, INDEX_AFFECTED, sizeof(struct index_affected)),
				     (uint32_t)package->affected.count},
		};

		buf_add(&b->sections[INDEX_PACKAGES], &row, sizeof(row));
		vec_each (affected, &package->affected) {
			struct index_affected entry = {
				.record = affected->record,
				.flags = affected->osv->modular ? INDEX_MODULAR : 0,
				.modules = index_builder_string(b, affected->osv->modules),
				.ranges = put_ranges(b, &affected->osv->ranges),
				.versions = put_list(b, &affected->osv->versions),
				.severities = put_severities(b, &affected->osv->severities),
			};

			buf_add(&b->sections[INDEX_AFFECTED], &entry, sizeof(entry));
		}
	}
}

static uint32_t record_flags(const struct osv_record *r)
{
	return (r->known_exploited ? INDEX_RECORD_EXPLOITED : 0) |
	       (r->upstream.count && slice_empty(osv_own_cve(r)) ? INDEX_ERRATUM : 0);
}

static void write_records(struct builder *b)
{
	vec_each (record, &b->records) {
		const struct osv_record *osv = &record->osv;
		struct index_record row = {
			.published = osv->published,
			.modified = osv->modified,
			.id = index_builder_string(b, osv->id),
			.group = record->group,
			.summary = index_builder_string(b, osv->summary),
			.flags = record_flags(osv),
			.aliases = put_list(b, &osv->aliases),
			.upstream = put_list(b, &osv->upstream),
			.related = put_list(b, &osv->related),
			.references = put_list(b, &osv->references),
			.severities = put_severities(b, &osv->severities),
		};

		buf_add(&b->sections[INDEX_RECORDS], &row, sizeof(row));
	}
	vec_each (group, &b->groups) {
		struct index_group row = {.ids = put_list(b, group)};

		index_facts_link(b, group, &row);
		buf_add(&b->sections[INDEX_GROUPS], &row, sizeof(row));
	}
}

static void write_tables(struct builder *b)
{
	for (size_t i = 0; i < b->inputs->count; i++) {
		const struct index_input *input = &b->inputs->items[i];
		const uint32_t *skipped = b->counts[i].skipped;
		struct index_source row = {
			.name = index_builder_string(b, input->name),
			.digest = index_builder_string(b, input->digest),
			.first_error = index_builder_string(b, input->first_error),
			.feed = index_builder_string(b,
						     input->feed ? input->feed->name : SLICE_EMPTY),
			.dated = input->feed ? input->dated : TIMESTAMP_NONE,
			.records = b->counts[i].records + b->counts[i].facts,
			.withdrawn = skipped[OSV_WITHDRAWN],
			.errata = skipped[OSV_ERRATUM],
			.without_package = skipped[OSV_NO_PACKAGE],
			.broken = input->broken,
			.bytes = input->bytes,
		};

		buf_add(&b->sections[INDEX_SOURCES], &row, sizeof(row));
	}
	vec_each (coverage, &b->coverage) {
		struct index_coverage row = {
			.ecosystem = index_builder_string(b, coverage->ecosystem),
			.records = coverage->records,
			.packages = coverage->packages,
			.newest = coverage->newest,
		};

		if (claims(b, coverage->ecosystem))
			buf_add(&b->sections[INDEX_COVERAGE], &row, sizeof(row));
	}
}

static uint32_t write_fanout(struct builder *b)
{
	uint32_t bits = 0, at = 0;

	while (bits < INDEX_FANOUT_MAX && ((size_t)1 << bits) < b->packages.count)
		bits++;
	for (uint64_t value = 0; value <= (uint64_t)1 << bits; value++) {
		while (at < b->packages.count &&
		       (bits ? b->packages.items[at].hash >> (64 - bits) : 0) < value)
			at++;
		/* Behind the last value: all packages. */
		uint32_t first = value >> bits ? (uint32_t)b->packages.count : at;
		buf_add(&b->sections[INDEX_FANOUT], &first, sizeof(first));
	}
	return bits;
}

/* ---------------------------------------------------------------- the file */

static const size_t row_sizes[INDEX_SECTIONS] = {
	[INDEX_SOURCES] = sizeof(struct index_source),
	[INDEX_COVERAGE] = sizeof(struct index_coverage),
	[INDEX_FANOUT] = sizeof(uint32_t),
	[INDEX_PACKAGES] = sizeof(struct index_package),
	[INDEX_AFFECTED] = sizeof(struct index_affected),
	[INDEX_RANGES] = sizeof(struct index_range),
	[INDEX_EVENTS] = sizeof(struct index_event),
	[INDEX_RECORDS] = sizeof(struct index_record),
	[INDEX_GROUPS] = sizeof(struct index_group),
	[INDEX_SEVERITIES] = sizeof(struct index_severity),
	[INDEX_EXPLOITED] = sizeof(struct index_exploited),
	[INDEX_SCORES] = sizeof(struct index_score),
	[INDEX_LENT] = sizeof(struct index_lent),
	[INDEX_STATES] = sizeof(struct index_state),
	[INDEX_CYCLES] = sizeof(struct index_cycle),
	[INDEX_LISTS] = sizeof(uint32_t),
	[INDEX_STRINGS] = 1,
};

static uint64_t rounded(uint64_t n)
{
	return (n + 7) & ~(uint64_t)7;
}

static void add_padding(struct buf *out, size_t start)
{
	static const char zeros[8];
	size_t len = out->len - start;

	buf_add(out, zeros, rounded(len) - len);
}

static void plan_file(const struct builder *b, struct index_header *h)
{
	uint64_t body = 0;

	for (size_t i = 0; i < INDEX_SECTIONS; i++)
		body += rounded(b->sections[i].len);
	h->block_count = (uint32_t)((body + INDEX_BLOCK - 1) / INDEX_BLOCK);
	h->body = rounded(sizeof(*h) + h->block_count * sizeof(uint32_t));
	h->file_bytes = h->body + body;
	uint64_t offset = h->body;
	for (size_t i = 0; i < INDEX_SECTIONS; i++) {
		h->sections[i] = (struct index_extent){offset, b->sections[i].len / row_sizes[i]};
		offset += rounded(b->sections[i].len);
	}
}

static void seal(struct index_header *h, char *bytes)
{
	struct digest digest;
	uint32_t *table = (uint32_t *)(void *)(bytes + sizeof(*h));

	for (uint64_t i = 0; i < h->block_count; i++) {
		uint64_t at = h->body + i * INDEX_BLOCK, left = h->file_bytes - at;

		table[i] = digest_crc32c(0, bytes + at, left < INDEX_BLOCK ? left : INDEX_BLOCK);
	}
	memcpy(bytes, h, sizeof(*h));
	digest_of(slice_new(bytes, h->file_bytes), DIGEST_SHA256, &digest);
	memcpy(h->digest, digest.bytes, sizeof(h->digest));
	uint32_t crc = digest_crc32c(0, h, sizeof(*h));
	h->checksum = digest_crc32c(crc, table, h->block_count * sizeof(*table));
	memcpy(bytes, h, sizeof(*h));
}

static bool write_file(struct builder *b, uint32_t fanout_bits, struct buf *out)
{
	struct index_header h = {
		.format = INDEX_FORMAT,
		.header_bytes = sizeof(h),
		.created = b->now,
		.newest = b->newest,
		.block_bytes = INDEX_BLOCK,
		.fanout_bits = fanout_bits,
	};
	size_t start = out->len;

	memcpy(h.magic, INDEX_MAGIC, sizeof(h.magic));
	for (size_t i = 0; i < INDEX_SECTIONS; i++)
		if (b->sections[i].overflow || b->sections[i].len > UINT32_MAX)
			return error_set(b->err, ERR_LIMIT,
					 "the advisories do not fit into one index");
	plan_file(b, &h);
	/* All of it at once: growing would hold it twice. */
	if (!buf_reserve(out, h.file_bytes))
		return error_set(b->err, ERR_LIMIT, "the advisories do not fit into one index");
	char *head = buf_reserve(out, h.body);
	if (head) {
		memset(head, 0, h.body);
		buf_commit(out, h.body);
	}
	for (size_t i = 0; i < INDEX_SECTIONS; i++) {
		size_t section = out->len;

		buf_add_slice(out, buf_slice(&b->sections[i]));
		add_padding(out, section);
		buf_release(&b->sections[i]);
	}
	if (out->overflow)
		return error_set(b->err, ERR_LIMIT, "the advisories do not fit into one index");
	seal(&h, out->data + start);
	return true;
}

bool index_layout(const struct index_input_list *inputs, int64_t now, struct buf *out,
		  struct error *err)
{
	struct builder b = {.inputs = inputs, .now = now, .newest = TIMESTAMP_NONE, .err = err};
	bool ok;

	arena_init(&b.arena, 0);
	map_init(&b.strings);
	for (size_t i = 0; i < INDEX_SECTIONS; i++)
		buf_init(&b.sections[i], LIMIT_INDEX);
	ok = read_records(&b) && index_facts_read(&b);
	if (ok) {
		index_builder_string(&b, SLICE_EMPTY);
		make_groups(&b);
		make_packages(&b);
		write_tables(&b);
		uint32_t bits = write_fanout(&b);
		write_packages(&b);
		index_facts_prepare(&b);
		write_records(&b);
		index_facts_write(&b);
		/* The sections are all that is needed from here on. */
		map_release(&b.strings);
		map_init(&b.strings);
		arena_release(&b.arena);
		arena_init(&b.arena, 0);
		ok = write_file(&b, bits, out);
	}
	for (size_t i = 0; i < INDEX_SECTIONS; i++)
		buf_release(&b.sections[i]);
	map_release(&b.strings);
	arena_release(&b.arena);
	return ok;
}
