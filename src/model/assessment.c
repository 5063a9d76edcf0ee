#include "model/assessment.h"

#include "format/digest.h"

const struct rule rule_vulnerability = {
	.id = SLICE_INIT("vulnerability"),
	.version = 1,
	.title = SLICE_INIT("Package with a known vulnerability"),
	.severity = SEVERITY_UNKNOWN,
	.help = SLICE_INIT("An advisory names the installed version as affected. "
			   "Update to a fixed version, or ignore it in the policy with a reason."),
};

const struct rule rule_pending_update = {
	.id = SLICE_INIT("pending-update"),
	.version = 1,
	.title = SLICE_INIT("Security update not installed"),
	.severity = SEVERITY_MEDIUM,
	.help = SLICE_INIT("The distribution's security archive holds a newer version of the package. "
			   "Install it, or rebuild on a refreshed base image."),
};

const char *advisory_source_name(enum advisory_source source)
{
	switch (source) {
	case ADVISORY_INDEX: return "index";
	case ADVISORY_BASELINE: return "baseline";
	case ADVISORY_ARCHIVE: return "archive";
	}
	return "unknown";
}

const char *assessment_status_name(enum assessment_status s)
{
	switch (s) {
	case STATUS_PASS: return "pass";
	case STATUS_FAIL: return "fail";
	case STATUS_MANUAL: return "manual";
	case STATUS_NOT_APPLICABLE: return "not-applicable";
	case STATUS_UNKNOWN: return "unknown";
	}
	return "unknown";
}

const char *confidence_name(enum confidence c)
{
	switch (c) {
	case CONFIDENCE_LOW: return "low";
	case CONFIDENCE_MEDIUM: return "medium";
	case CONFIDENCE_HIGH: return "high";
	}
	return "unknown";
}

static void digest_part(struct digest_context *c, struct slice s)
{
	uint64_t length = s.len;

	digest_update(c, slice_new(&length, sizeof(length)));
	digest_update(c, s);
}

void fingerprint_compute(const struct rule *rule, struct slice subject, struct slice discriminator,
			 struct fingerprint *ret)
{
	struct digest_context c;
	struct digest d;
	uint64_t version = rule->version;

	digest_begin(&c, DIGEST_SHA256);
	digest_part(&c, rule->id);
	digest_part(&c, slice_new(&version, sizeof(version)));
	digest_part(&c, subject);
	digest_part(&c, discriminator);
	digest_end(&c, &d);
	memcpy(ret->bytes, d.bytes, sizeof(ret->bytes));
}

const char *fingerprint_format(const struct fingerprint *f, char text[static FINGERPRINT_TEXT_MAX])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < FINGERPRINT_SIZE; i++) {
		text[2 * i] = digits[f->bytes[i] >> 4];
		text[2 * i + 1] = digits[f->bytes[i] & 15];
	}
	text[2 * FINGERPRINT_SIZE] = '\0';
	return text;
}

static int hex_value(char c)
{
	if (ascii_digit(c))
		return c - '0';
	c = ascii_tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool fingerprint_parse(struct slice text, struct fingerprint *ret)
{
	if (text.len != 2 * FINGERPRINT_SIZE)
		return false;
	for (size_t i = 0; i < FINGERPRINT_SIZE; i++) {
		int high = hex_value(text.data[2 * i]), low = hex_value(text.data[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		ret->bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

int assessment_cmp(const struct assessment *a, const struct assessment *b)
{
	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	int order = slice_cmp(a->rule->id, b->rule->id);
	if (order == 0)
		order = slice_cmp(a->discriminator, b->discriminator);
	if (order == 0)
		order = slice_cmp(a->subject, b->subject);
	if (order == 0 && a->match && b->match)
		order = package_cmp(a->match->package, b->match->package);
	return order ? order : slice_cmp(a->message, b->message);
}
