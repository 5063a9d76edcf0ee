#include "model/cvss.h"

#include <math.h>

#include "base/cleanup.h"
#include "model/cvss4.h"

enum { V2_AV, V2_AC, V2_AU, V2_C, V2_I, V2_A };

static const struct cvss_metric metrics_2[] = {
	[V2_AV] = { "AV", "L A N", true },
	[V2_AC] = { "AC", "H M L", true },
	[V2_AU] = { "Au", "M S N", true },
	[V2_C] = { "C", "N P C", true },
	[V2_I] = { "I", "N P C", true },
	[V2_A] = { "A", "N P C", true },
	{ "E", "U POC F H ND", false },
	{ "RL", "OF TF W U ND", false },
	{ "RC", "UC UR C ND", false },
	{ "CDP", "N L LM MH H ND", false },
	{ "TD", "N L M H ND", false },
	{ "CR", "L M H ND", false },
	{ "IR", "L M H ND", false },
	{ "AR", "L M H ND", false },
};

enum { V3_AV, V3_AC, V3_PR, V3_UI, V3_S, V3_C, V3_I, V3_A };

static const struct cvss_metric metrics_3[] = {
	[V3_AV] = { "AV", "N A L P", true },
	[V3_AC] = { "AC", "L H", true },
	[V3_PR] = { "PR", "N L H", true },
	[V3_UI] = { "UI", "N R", true },
	[V3_S] = { "S", "U C", true },
	[V3_C] = { "C", "H L N", true },
	[V3_I] = { "I", "H L N", true },
	[V3_A] = { "A", "H L N", true },
	{ "E", "X U P F H", false },
	{ "RL", "X O T W U", false },
	{ "RC", "X U R C", false },
	{ "CR", "X L M H", false },
	{ "IR", "X L M H", false },
	{ "AR", "X L M H", false },
	{ "MAV", "X N A L P", false },
	{ "MAC", "X L H", false },
	{ "MPR", "X N L H", false },
	{ "MUI", "X N R", false },
	{ "MS", "X U C", false },
	{ "MC", "X N L H", false },
	{ "MI", "X N L H", false },
	{ "MA", "X N L H", false },
};

/*
 * In whole numbers: every factor of the 2.0 equation has at most three
 * decimals, so the score is exact and a half is always rounded up.
 */
static unsigned tenths_2(const int8_t v[])
{
	static const int64_t access_vector[] = { 395, 646, 1000 };  /* thousandths */
	static const int64_t access_complexity[] = { 35, 61, 71 };  /* hundredths */
	static const int64_t authentication[] = { 450, 560, 704 };  /* thousandths */
	static const int64_t kept[] = { 1000, 725, 340 };           /* 1 - impact, thousandths */
	int64_t lost = 1000000000 - kept[v[V2_C]] * kept[v[V2_I]] * kept[v[V2_A]];
	int64_t exploitability = 20 * access_vector[v[V2_AV]] * access_complexity[v[V2_AC]] *
				 authentication[v[V2_AU]]; /* 10^-8 */

	if (lost == 0)
		return 0;
	/* 0.6 * 10.41 * lost + 0.4 * exploitability - 1.5, in 10^-12 */
	int64_t sum = 6 * 1041 * lost + 4 * 1000 * exploitability - 1500000000000;

	/* times 1.176, in 10^-15; half a tenth of a point is 5 * 10^13 of these */
	return (unsigned)((sum * 1176 + 50000000000000) / 100000000000000);
}

static double impact_3(const int8_t v[], bool changed)
{
	static const int kept[] = { 44, 78, 100 }; /* 1 - impact, hundredths */
	double lost = 1 - kept[v[V3_C]] * kept[v[V3_I]] * kept[v[V3_A]] / 1e6;

	return changed ? 7.52 * (lost - 0.029) - 3.25 * pow(lost - 0.02, 15) : 6.42 * lost;
}

static double exploitability_3(const int8_t v[], bool changed)
{
	static const double attack_vector[] = { 0.85, 0.62, 0.55, 0.2 };
	static const double attack_complexity[] = { 0.77, 0.44 };
	static const double privileges[2][3] = { { 0.85, 0.62, 0.27 }, { 0.85, 0.68, 0.5 } };
	static const double interaction[] = { 0.85, 0.62 };

	return 8.22 * attack_vector[v[V3_AV]] * attack_complexity[v[V3_AC]] *
	       privileges[changed][v[V3_PR]] * interaction[v[V3_UI]];
}

static unsigned tenths_3(const int8_t v[], enum cvss_version version)
{
	bool changed = v[V3_S] == 1;
	double impact = impact_3(v, changed);

	if (impact <= 0)
		return 0;
	double score = impact + exploitability_3(v, changed);

	if (changed)
		score *= 1.08;
	if (score >= 10)
		return 100;
	/*
	 * Both round up to a tenth.  3.1 looks at five decimals; 3.0 at all of
	 * them: ten hold every unchanged-scope sum exactly, and no
	 * changed-scope one comes nearer to a tenth than that.
	 */
	double scale = version == CVSS_3_1 ? 1e5 : 1e10;
	long long tenth = version == CVSS_3_1 ? 10000 : 1000000000;

	return (unsigned)((llround(score * scale) + tenth - 1) / tenth);
}

static const struct cvss_metric *find_metric(const struct cvss_metric *rows, size_t count,
					     struct slice name)
{
	for (size_t i = 0; i < count; i++)
		if (slice_eq(slice_from_cstr(rows[i].name), name))
			return &rows[i];
	return NULL;
}

static int8_t find_value(const char *values, struct slice value)
{
	struct slice rest = slice_from_cstr(values), word;

	for (int8_t i = 0; slice_next(&rest, ' ', &word); i++)
		if (slice_eq(word, value))
			return i;
	return CVSS_ABSENT;
}

static bool read_metrics(struct slice text, const struct cvss_metric *rows, size_t count,
			 int8_t *ret, struct error *err)
{
	bool more = true;

	for (size_t i = 0; i < count; i++)
		ret[i] = CVSS_ABSENT;
	while (more) {
		struct slice field, name, value;

		more = slice_split(text, '/', &field, &text);
		slice_split(field, ':', &name, &value);
		const struct cvss_metric *row = find_metric(rows, count, name);

		if (!row)
			return error_set(err, ERR_FORMAT, "unknown metric \"%.*s\"",
					 SLICE_ARG(slice_first(field, 64)));
		if (ret[row - rows] != CVSS_ABSENT)
			return error_set(err, ERR_FORMAT, "metric %s is given twice", row->name);
		ret[row - rows] = find_value(row->values, value);
		if (ret[row - rows] == CVSS_ABSENT)
			return error_set(err, ERR_FORMAT, "metric %s has no value \"%.*s\"",
					 row->name, SLICE_ARG(slice_first(value, 64)));
	}
	for (size_t i = 0; i < count; i++)
		if (rows[i].mandatory && ret[i] == CVSS_ABSENT)
			return error_set(err, ERR_FORMAT, "metric %s is missing", rows[i].name);
	return true;
}

static const struct version_row {
	struct slice prefix;
	const char *name;
	const struct cvss_metric *metrics;
	size_t count;
} versions[] = {
	[CVSS_2_0] = { SLICE_INIT(""), "2.0", metrics_2, ARRAY_LEN(metrics_2) },
	[CVSS_3_0] = { SLICE_INIT("CVSS:3.0/"), "3.0", metrics_3, ARRAY_LEN(metrics_3) },
	[CVSS_3_1] = { SLICE_INIT("CVSS:3.1/"), "3.1", metrics_3, ARRAY_LEN(metrics_3) },
	[CVSS_4_0] = { SLICE_INIT("CVSS:4.0/"), "4.0", cvss4_metrics, CVSS4_METRICS },
};

const char *cvss_version_name(enum cvss_version version)
{
	return version > CVSS_NONE && (size_t)version < ARRAY_LEN(versions) ? versions[version].name
									     : "";
}

/* Cuts off what marks the version; CVSS_NONE for a version that there is not. */
static enum cvss_version cut_version(struct slice *vector)
{
	for (int v = CVSS_3_0; v <= CVSS_4_0; v++)
		if (slice_cut_prefix(vector, versions[v].prefix))
			return (enum cvss_version)v;
	if (slice_starts(*vector, SLICE("CVSS")))
		return CVSS_NONE;
	if (slice_starts(*vector, SLICE("(")) && slice_ends(*vector, SLICE(")")))
		*vector = slice_first(slice_from(*vector, 1), vector->len - 2);
	return CVSS_2_0;
}

bool cvss_score(struct slice vector, enum cvss_version *ret_version, double *ret_score,
		struct error *err)
{
	int8_t values[CVSS4_METRICS];
	enum cvss_version version = cut_version(&vector);
	unsigned tenths;

	_Static_assert(ARRAY_LEN(metrics_2) <= CVSS4_METRICS, "room for the values of 2.0");
	_Static_assert(ARRAY_LEN(metrics_3) <= CVSS4_METRICS, "room for the values of 3.x");
	if (version == CVSS_NONE)
		return error_set(err, ERR_FORMAT, "unknown CVSS version");
	if (!read_metrics(vector, versions[version].metrics, versions[version].count, values, err))
		return false;
	if (version == CVSS_4_0)
		tenths = cvss4_tenths(values);
	else if (version == CVSS_2_0)
		tenths = tenths_2(values);
	else
		tenths = tenths_3(values, version);
	*ret_version = version;
	*ret_score = tenths / 10.0;
	return true;
}
