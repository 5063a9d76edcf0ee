/*
 * SPDX 2.3 JSON (spdx.github.io/spdx-spec/v2.3).  The namespace is derived from
 * the target's identity and its packages, so that the same input gives the same
 * bytes.  Licences are told as their files have them, in licenseComments: only
 * expressions of SPDX's own may stand in licenseDeclared.
 */
#include "base/cleanup.h"
#include "base/map.h"
#include "format/digest.h"
#include "format/json.h"
#include "report/writers.h"

struct writer {
	struct json_writer json;
	const struct report *report;
	struct arena arena;
};

static bool listed(const struct package *p)
{
	return !(p->flags & PACKAGE_NOT_INSTALLED);
}

static struct slice namespace_of(struct writer *w)
{
	const struct report *r = w->report;
	struct digest_context c;
	struct digest d;

	digest_begin(&c, DIGEST_SHA256);
	digest_update(&c, r->target);
	if (r->image)
		digest_update(&c, r->image->config_digest);
	vec_each(p, &r->packages) {
		digest_update(&c, package_purl(p, &w->arena));
		digest_update(&c, p->path);
	}
	digest_end(&c, &d);
	struct buf hex;
	buf_init(&hex, 128);
	for (size_t i = 0; i < 16; i++)
		buf_printf(&hex, "%02x", d.bytes[i]);
	struct slice result = arena_printf(&w->arena, "https://spdx.invalid/bulwark/%.*s", SLICE_ARG(buf_slice(&hex)));
	buf_release(&hex);
	return result;
}

static struct slice id_of(struct writer *w, const struct package *p)
{
	return arena_printf(&w->arena, "SPDXRef-Package-%u", p->id);
}

static void write_creation(struct writer *w)
{
	struct json_writer *j = &w->json;
	const struct report *r = w->report;
	char text[TIMESTAMP_TEXT_MAX];
	struct buf comment;

	json_key(j, "creationInfo");
	json_begin_object(j);
	json_member(j, "created", slice_from_cstr(timestamp_format(r->created, text)));
	json_key(j, "creators");
	json_begin_array(j);
	json_string(j, arena_printf(&w->arena, "Tool: bulwark-%.*s", SLICE_ARG(r->tool_version)));
	json_end_array(j);
	buf_init(&comment, 1 << 20);
	buf_add_slice(&comment, r->complete ? SLICE("complete: true") : SLICE("complete: false"));
	vec_each(g, &r->gaps)
		if (g->kind != GAP_NOTE)
			buf_printf(&comment, "; %s gap: %.*s: %.*s", gap_kind_name(g->kind), SLICE_ARG(g->subject),
				   SLICE_ARG(g->message));
	json_member(j, "comment", arena_copy(&w->arena, buf_slice(&comment)));
	buf_release(&comment);
	json_end_object(j);
}

static void no_assertion(struct json_writer *j, const char *key)
{
	json_member(j, key, SLICE("NOASSERTION"));
}

static void write_reference(struct json_writer *j, const char *category, const char *type, struct slice locator)
{
	json_begin_object(j);
	json_member(j, "referenceCategory", slice_from_cstr(category));
	json_member(j, "referenceType", slice_from_cstr(type));
	json_member(j, "referenceLocator", locator);
	json_end_object(j);
}

static void write_target(struct writer *w)
{
	struct json_writer *j = &w->json;
	const struct report *r = w->report;

	json_begin_object(j);
	json_member(j, "name", r->target);
	json_member(j, "SPDXID", SLICE("SPDXRef-Target"));
	if (r->image)
		json_member_opt(j, "versionInfo", r->image->config_digest);
	no_assertion(j, "downloadLocation");
	json_key(j, "filesAnalyzed");
	json_bool(j, false);
	no_assertion(j, "licenseConcluded");
	no_assertion(j, "licenseDeclared");
	no_assertion(j, "copyrightText");
	json_member(j, "primaryPackagePurpose", r->image ? SLICE("CONTAINER") : SLICE("APPLICATION"));
	json_end_object(j);
}

static void write_package(struct writer *w, const struct package *p)
{
	struct json_writer *j = &w->json;
	struct slice purl = package_purl(p, &w->arena);

	json_begin_object(j);
	json_member(j, "name", p->name);
	json_member(j, "SPDXID", id_of(w, p));
	json_member_opt(j, "versionInfo", p->version);
	no_assertion(j, "downloadLocation");
	json_key(j, "filesAnalyzed");
	json_bool(j, false);
	json_member_opt(j, "sourceInfo", slice_empty(p->path) ? SLICE_EMPTY :
			arena_printf(&w->arena, "told by %.*s (%.*s)", SLICE_ARG(p->path),
				     SLICE_ARG(package_origin_row(p->origin)->name)));
	no_assertion(j, "licenseConcluded");
	no_assertion(j, "licenseDeclared");
	json_member_opt(j, "licenseComments", slice_empty(p->license) ? SLICE_EMPTY :
			arena_printf(&w->arena, "declared as: %.*s", SLICE_ARG(p->license)));
	no_assertion(j, "copyrightText");
	if (!slice_empty(purl)) {
		json_key(j, "externalRefs");
		json_begin_array(j);
		write_reference(j, "PACKAGE-MANAGER", "purl", purl);
		json_end_array(j);
	}
	json_member(j, "primaryPackagePurpose", SLICE("LIBRARY"));
	json_end_object(j);
}

static void write_relationship(struct json_writer *j, struct slice from, const char *type, struct slice to)
{
	json_begin_object(j);
	json_member(j, "spdxElementId", from);
	json_member(j, "relationshipType", slice_from_cstr(type));
	json_member(j, "relatedSpdxElement", to);
	json_end_object(j);
}

/* Packages of one origin and file know one another by their names. */
static struct slice name_key(struct writer *w, const struct package *p, struct slice name)
{
	bool os = package_origin_row(p->origin)->os;

	return arena_printf(&w->arena, "%d %.*s\n%.*s", (int)p->origin, SLICE_ARG(os ? SLICE_EMPTY : p->path), SLICE_ARG(name));
}

static void write_dependencies(struct writer *w)
{
	CLEANUP(map_release) struct map names;

	map_init(&names);
	vec_each(p, &w->report->packages)
		if (listed(p))
			map_put_ptr(&names, name_key(w, p, p->name), p);
	vec_each(p, &w->report->packages) {
		if (!listed(p))
			continue;
		vec_each(name, &p->depends) {
			const struct package *on = map_get_ptr(&names, name_key(w, p, *name));

			if (on && on != p)
				write_relationship(&w->json, id_of(w, p), "DEPENDS_ON", id_of(w, on));
		}
	}
}

static void write_document(struct writer *w)
{
	struct json_writer *j = &w->json;
	const struct report *r = w->report;

	json_begin_object(j);
	json_member(j, "spdxVersion", SLICE("SPDX-2.3"));
	json_member(j, "dataLicense", SLICE("CC0-1.0"));
	json_member(j, "SPDXID", SLICE("SPDXRef-DOCUMENT"));
	json_member(j, "name", r->target);
	json_member(j, "documentNamespace", namespace_of(w));
	write_creation(w);
	json_key(j, "packages");
	json_begin_array(j);
	write_target(w);
	vec_each(p, &r->packages)
		if (listed(p))
			write_package(w, p);
	json_end_array(j);
	json_key(j, "relationships");
	json_begin_array(j);
	write_relationship(j, SLICE("SPDXRef-DOCUMENT"), "DESCRIBES", SLICE("SPDXRef-Target"));
	vec_each(p, &r->packages)
		if (listed(p))
			write_relationship(j, SLICE("SPDXRef-Target"), "CONTAINS", id_of(w, p));
	write_dependencies(w);
	json_end_array(j);
	json_end_object(j);
}

REPORT_WRITER(report_write_spdx)
{
	struct writer w = { .report = report };

	(void)style;
	arena_init(&w.arena, 0);
	json_writer_init(&w.json, out, 2);
	write_document(&w);
	buf_add_byte(out, '\n');
	arena_release(&w.arena);
	return report_written(out, err);
}
