/*
 * Installed Python packages: METADATA in a wheel's *.dist-info folder
 * (PyPA's "Recording installed projects"), PKG-INFO in an egg's folder, and
 * the single *.egg-info file that distutils left (core metadata, RFC 822
 * headers).
 */
#include "base/limits.h"
#include "format/control.h"
#include "inventory/manifest.h"
#include "inventory/python_requirement.h"
#include "inventory/rows.h"

#define MAX_SIZE (8 * MIB)

static bool matches(struct slice path)
{
	return slice_ends(path, SLICE(".dist-info/METADATA")) ||
	       slice_ends(path, SLICE(".egg-info/PKG-INFO")) ||
	       slice_ends(path, SLICE("EGG-INFO/PKG-INFO")) || slice_ends(path, SLICE(".egg-info"));
}

struct headers {
	struct slice name, version, license, license_expression, author, author_email;
	struct slice_list classifiers, requires;
};

static void take_header(struct headers *h, const struct control_field *f, struct arena *scratch)
{
	const struct {
		struct slice key;
		struct slice *field;
	} fields[] = {
		{SLICE("Name"), &h->name},
		{SLICE("Version"), &h->version},
		{SLICE("License"), &h->license},
		{SLICE("License-Expression"), &h->license_expression},
		{SLICE("Author"), &h->author},
		{SLICE("Author-email"), &h->author_email},
	};

	/*
	 * The first of equal headers counts: what stands further down may be part of a
	 * description.
	 */
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (slice_eq_nocase(f->key, fields[i].key) && slice_empty(*fields[i].field))
			*fields[i].field = f->value;
	if (slice_eq_nocase(f->key, SLICE("Requires-Dist")))
		*vec_add(scratch, &h->requires) = f->value;
	else if (slice_eq_nocase(f->key, SLICE("Classifier")))
		*vec_add(scratch, &h->classifiers) = f->value;
}

/* "License :: OSI Approved :: MIT License" -> "MIT License" */
static struct slice classified_license(const struct headers *h)
{
	for (size_t i = 0; i < h->classifiers.count; i++) {
		struct slice one = h->classifiers.items[i], part, last = SLICE_EMPTY;

		if (!slice_cut_prefix(&one, SLICE("License :: ")))
			continue;
		while (slice_next(&one, ':', &part))
			if (!slice_empty(slice_trim(part)))
				last = slice_trim(part);
		return last;
	}
	return SLICE_EMPTY;
}

/* Some write the whole text of the licence there. */
static bool is_short(struct slice license)
{
	return license.len <= 128 && slice_find_byte(license, '\n') == license.len &&
	       !slice_is(license, "UNKNOWN");
}

static void add_details(struct manifest *m, struct package *p, const struct headers *h)
{
	manifest_set(m, &p->license, h->license_expression);
	if (is_short(h->license))
		manifest_set(m, &p->license, h->license);
	manifest_set(m, &p->license, classified_license(h));
	if (is_short(h->author))
		manifest_set(m, &p->maintainer, h->author);
	if (is_short(h->author_email))
		manifest_set(m, &p->maintainer, h->author_email);
	for (size_t i = 0; i < h->requires.count; i++) {
		struct python_requirement r;

		/* What only an extra needs is no dependency of the package as installed. */
		if (python_requirement_parse(h->requires.items[i], &r) &&
		    slice_find(r.marker, SLICE("extra")) == r.marker.len)
			manifest_depend(m, p, r.name);
	}
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct headers h = { 0 };
	struct control_reader reader;
	struct control_field field;
	struct manifest m;

	manifest_begin(&m, ORIGIN_PYTHON_PACKAGE, in, out);
	control_init(&reader, in->bytes, true);
	if (control_stanza(&reader))
		while (control_field(&reader, &field, NULL))
			take_header(&h, &field, &m.scratch);
	struct package *p = slice_empty(h.name) || slice_empty(h.version) ? NULL :
			    manifest_add_at(&m, h.name, h.version, 0, 0, 0);
	if (p)
		add_details(&m, p, &h);
	else
		manifest_refuse(&m, "no usable Name and Version among the headers");
	return manifest_end(&m, err);
}

const struct inventory_row inventory_python_package = {
	.name = "python-package",
	.origin = ORIGIN_PYTHON_PACKAGE,
	.scopes = INVENTORY_IMAGE | INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches,
	.ends = "AOo",
	.parse = parse,
};
