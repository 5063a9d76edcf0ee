#include "model/severity.h"

#include "base/cleanup.h"

static const struct slice names[SEVERITY_COUNT] = {
	[SEVERITY_UNKNOWN] = SLICE_INIT("unknown"),
	[SEVERITY_NEGLIGIBLE] = SLICE_INIT("negligible"),
	[SEVERITY_LOW] = SLICE_INIT("low"),
	[SEVERITY_MEDIUM] = SLICE_INIT("medium"),
	[SEVERITY_HIGH] = SLICE_INIT("high"),
	[SEVERITY_CRITICAL] = SLICE_INIT("critical"),
};

static const struct {
	struct slice word;
	enum severity severity;
} vendor_words[] = {
	{ SLICE_INIT("none"), SEVERITY_NEGLIGIBLE },
	{ SLICE_INIT("style"), SEVERITY_NEGLIGIBLE },
	{ SLICE_INIT("info"), SEVERITY_NEGLIGIBLE },
	{ SLICE_INIT("informational"), SEVERITY_NEGLIGIBLE },
	{ SLICE_INIT("unimportant"), SEVERITY_NEGLIGIBLE },
	{ SLICE_INIT("minor"), SEVERITY_LOW },
	{ SLICE_INIT("moderate"), SEVERITY_MEDIUM },
	{ SLICE_INIT("warning"), SEVERITY_MEDIUM },
	{ SLICE_INIT("important"), SEVERITY_HIGH },
	{ SLICE_INIT("major"), SEVERITY_HIGH },
	{ SLICE_INIT("error"), SEVERITY_HIGH },
	{ SLICE_INIT("urgent"), SEVERITY_CRITICAL },
};

struct slice severity_name(enum severity s)
{
	return (size_t)s < SEVERITY_COUNT ? names[s] : names[SEVERITY_UNKNOWN];
}

bool severity_parse(struct slice s, enum severity *ret)
{
	for (size_t i = 0; i < SEVERITY_COUNT; i++) {
		if (slice_eq_nocase(names[i], s)) {
			*ret = (enum severity)i;
			return true;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(vendor_words); i++) {
		if (slice_eq_nocase(vendor_words[i].word, s)) {
			*ret = vendor_words[i].severity;
			return true;
		}
	}
	return false;
}

enum severity severity_from_score(double score)
{
	if (score >= 9.0)
		return SEVERITY_CRITICAL;
	if (score >= 7.0)
		return SEVERITY_HIGH;
	if (score >= 4.0)
		return SEVERITY_MEDIUM;
	return score > 0.0 ? SEVERITY_LOW : SEVERITY_NEGLIGIBLE;
}
