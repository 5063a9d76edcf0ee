/*
 * OpenVEX 0.2.0: a statement for each vulnerability that an ignore of the
 * policy or a statement of a VEX document keeps out of the findings.  Reading
 * it back (--vex) keeps the same ones out.  The document's id is derived from
 * its statements, so that the same input gives the same bytes.
 */
#include "base/cleanup.h"
#include "format/digest.h"
#include "format/json.h"
#include "model/vex.h"
#include "report/writers.h"

static struct slice image_product(const struct report *r, struct arena *a)
{
	CLEANUP(buf_release) struct buf text;
	struct purl purl;

	buf_init(&text, 4096);
	if (!vex_image_purl(r, a, &purl) || !purl_format(&purl, &text))
		return SLICE_EMPTY;
	return arena_copy(a, buf_slice(&text));
}

static bool is_stated(const struct assessment *x)
{
	return x->match && x->match->vulnerability && x->rule == &rule_vulnerability &&
	       !slice_empty(x->suppressed_by);
}

static void write_vulnerability(struct json_writer *j, const struct vulnerability *v)
{
	json_key(j, "vulnerability");
	json_begin_object(j);
	json_member(j, "name", v->id);
	if (v->aliases.count) {
		json_key(j, "aliases");
		json_begin_array(j);
		vec_each(alias, &v->aliases)
			json_string(j, *alias);
		json_end_array(j);
	}
	json_end_object(j);
}

/* Without a name for the image the package is the product. */
static void write_products(struct json_writer *j, struct slice image, struct slice package)
{
	json_key(j, "products");
	json_begin_array(j);
	json_begin_object(j);
	json_member(j, "@id", slice_empty(image) ? package : image);
	if (!slice_empty(image)) {
		json_key(j, "subcomponents");
		json_begin_array(j);
		json_begin_object(j);
		json_member(j, "@id", package);
		json_end_object(j);
		json_end_array(j);
	}
	json_end_object(j);
	json_end_array(j);
}

/* CSAF's labels are OpenVEX's words; those of CycloneDX have their nearest one. */
static struct slice justification_of(struct slice word)
{
	static const struct {
		struct slice cyclonedx, openvex;
	} words[] = {
		{ SLICE_INIT("code_not_present"), SLICE_INIT("vulnerable_code_not_present") },
		{ SLICE_INIT("code_not_reachable"), SLICE_INIT("vulnerable_code_not_in_execute_path") },
		{ SLICE_INIT("requires_configuration"),
		  SLICE_INIT("vulnerable_code_cannot_be_controlled_by_adversary") },
		{ SLICE_INIT("requires_dependency"), SLICE_INIT("vulnerable_code_not_in_execute_path") },
		{ SLICE_INIT("requires_environment"),
		  SLICE_INIT("vulnerable_code_cannot_be_controlled_by_adversary") },
		{ SLICE_INIT("protected_by_compiler"), SLICE_INIT("inline_mitigations_already_exist") },
		{ SLICE_INIT("protected_at_runtime"), SLICE_INIT("inline_mitigations_already_exist") },
		{ SLICE_INIT("protected_at_perimeter"), SLICE_INIT("inline_mitigations_already_exist") },
		{ SLICE_INIT("protected_by_mitigating_control"), SLICE_INIT("inline_mitigations_already_exist") },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (slice_eq(words[i].cyclonedx, word))
			return words[i].openvex;
	return slice_is(word, "false_positive") ? SLICE_EMPTY : word;
}

/* An ignore's reason stands in the impact statement; the policy knows no justifications. */
static void write_status(struct json_writer *j, const struct assessment *x)
{
	const struct vex_statement *s = x->vex;
	bool cleared = s && (s->status == VEX_NOT_AFFECTED || s->status == VEX_FIXED);
	struct slice impact = cleared ? s->impact : x->suppressed_by;

	json_member(j, "status", cleared ? vex_status_name(s->status) : vex_status_name(VEX_NOT_AFFECTED));
	if (cleared && s->status == VEX_NOT_AFFECTED) {
		struct slice word = justification_of(s->justification);

		json_member_opt(j, "justification", word);
		if (slice_empty(impact) && slice_empty(word))
			impact = x->suppressed_by;
	}
	if (cleared && s->status == VEX_FIXED)
		json_member_opt(j, "status_notes", impact);
	else
		json_member_opt(j, "impact_statement", impact);
}

static void write_statement(struct json_writer *j, const struct assessment *x, struct slice image,
			    struct arena *a)
{
	struct slice package = package_purl(x->match->package, a);

	if (slice_empty(package))
		return;
	json_begin_object(j);
	write_vulnerability(j, x->match->vulnerability);
	write_products(j, image, package);
	write_status(j, x);
	json_end_object(j);
}

static void write_id(struct json_writer *j, const struct report *r, struct slice image)
{
	struct digest_context c;
	struct digest d;
	struct buf id;

	digest_begin(&c, DIGEST_SHA256);
	digest_update(&c, image);
	vec_each(x, &r->assessments)
		if (is_stated(x)) {
			digest_update(&c, slice_new(x->fingerprint.bytes, FINGERPRINT_SIZE));
			digest_update(&c, x->match->package->version);
			digest_update(&c, x->suppressed_by);
		}
	digest_end(&c, &d);
	buf_init(&id, 256);
	buf_add_lit(&id, "urn:bulwark:vex:");
	for (size_t i = 0; i < 32; i++)
		buf_printf(&id, "%02x", d.bytes[i]);
	json_member(j, "@id", buf_slice(&id));
	buf_release(&id);
}

REPORT_WRITER(report_write_openvex)
{
	CLEANUP(arena_release) struct arena arena;
	char text[TIMESTAMP_TEXT_MAX];
	struct json_writer json, *j = &json;

	(void)style;
	arena_init(&arena, 0);
	struct slice image = image_product(report, &arena);
	json_writer_init(j, out, 2);
	json_begin_object(j);
	json_member(j, "@context", SLICE("https://openvex.dev/ns/v0.2.0"));
	write_id(j, report, image);
	json_member(j, "author", SLICE("policy of bulwark"));
	json_member(j, "timestamp", slice_from_cstr(timestamp_format(report->created, text)));
	json_key(j, "version");
	json_int(j, 1);
	json_member(j, "tooling", arena_printf(&arena, "bulwark %.*s", SLICE_ARG(report->tool_version)));
	json_key(j, "statements");
	json_begin_array(j);
	vec_each(x, &report->assessments)
		if (is_stated(x))
			write_statement(j, x, image, &arena);
	json_end_array(j);
	json_end_object(j);
	buf_add_byte(out, '\n');
	return report_written(out, err);
}
