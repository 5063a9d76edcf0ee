/* What `db status` tells of an index. */
#include "advisory/advisory.h"
#include "advisory/index.h"

static bool add_source(const struct advisory_index *index, const struct index_source *row,
		       struct advisory_source_row *ret, struct error *err)
{
	ret->bytes = row->bytes;
	ret->records = row->records;
	ret->withdrawn = row->withdrawn;
	ret->errata = row->errata;
	ret->without_package = row->without_package;
	ret->broken = row->broken;
	ret->dated = row->dated;
	return index_string(index, row->name, &ret->name, err) &&
	       index_string(index, row->feed, &ret->feed, err) &&
	       index_string(index, row->digest, &ret->digest, err) &&
	       index_string(index, row->first_error, &ret->first_error, err);
}

static bool add_tables(const struct advisory_index *index, struct arena *a,
		       struct advisory_status *ret, struct error *err)
{
	uint64_t count = index_count(index, INDEX_SOURCES);
	const struct index_source *source = index_rows(index, INDEX_SOURCES, 0, count, err);

	if (!source)
		return false;
	for (uint64_t i = 0; i < count; i++)
		if (!add_source(index, &source[i], vec_add(a, &ret->sources), err))
			return false;
	count = index_count(index, INDEX_COVERAGE);
	const struct index_coverage *coverage = index_rows(index, INDEX_COVERAGE, 0, count, err);
	if (!coverage)
		return false;
	for (uint64_t i = 0; i < count; i++) {
		struct advisory_coverage_row *row = vec_add(a, &ret->coverage);

		if (!index_string(index, coverage[i].ecosystem, &row->ecosystem, err))
			return false;
		row->known = ecosystem_by_osv(row->ecosystem) != NULL;
		row->newest = coverage[i].newest;
		row->records = coverage[i].records;
		row->packages = coverage[i].packages;
	}
	return true;
}

bool advisory_status(const struct advisory_set *set, struct arena *a, struct advisory_status *ret,
		     struct error *err)
{
	if (!set->index)
		return error_set(err, ERR_NOT_FOUND, "there is no advisory index %.*s",
				 SLICE_ARG(set->index_path));
	const struct advisory_index *index = set->index;
	*ret = (struct advisory_status){
		.path = set->index_path,
		.digest = index_digest(index, a),
		.format = index->header->format,
		.bytes = index->header->file_bytes,
		.created = index->header->created,
		.newest = index->header->newest,
		.records = index_count(index, INDEX_RECORDS),
		.packages = index_count(index, INDEX_PACKAGES),
		.string_bytes = index_count(index, INDEX_STRINGS),
	};
	return add_tables(index, a, ret, err);
}

bool advisory_verify(const struct advisory_set *set, struct error *err)
{
	if (!set->index)
		return error_set(err, ERR_NOT_FOUND, "there is no advisory index %.*s",
				 SLICE_ARG(set->index_path));
	return index_verify(set->index, err);
}
