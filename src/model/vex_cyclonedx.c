/* CycloneDX: a bill of materials, or a document of its own that points into one (BOM-Link). */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "model/vex_reader.h"

struct bom {
	struct vex_reader *r;
	struct map purls; /* bom-ref -> purl's text */
};

static const struct {
	struct slice name;
	enum vex_status status;
} states[] = {
	{ SLICE_INIT("resolved"), VEX_FIXED },
	{ SLICE_INIT("resolved_with_pedigree"), VEX_FIXED },
	{ SLICE_INIT("exploitable"), VEX_AFFECTED },
	{ SLICE_INIT("in_triage"), VEX_UNDER_INVESTIGATION },
	{ SLICE_INIT("false_positive"), VEX_NOT_AFFECTED },
	{ SLICE_INIT("not_affected"), VEX_NOT_AFFECTED },
};

static void add_component(struct bom *b, const struct node *n)
{
	const struct node *purl = node_get(n, SLICE("purl"));

	if (node_is(purl, NODE_STRING))
		map_put_ptr(&b->purls, node_get_text(n, SLICE("bom-ref")), purl);
}

/* Depth is bounded by the JSON reader's. */
static void add_components(struct bom *b, const struct node *list, unsigned depth)
{
	node_each(n, list) {
		add_component(b, n);
		if (depth < LIMIT_JSON_DEPTH)
			add_components(b, node_get(n, SLICE("components")), depth + 1);
	}
}

static int hex_digit(char c)
{
	if (ascii_digit(c))
		return c - '0';
	c = ascii_tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The fragment of a BOM-Link, whose characters may be escaped. */
static struct slice decode_fragment(struct slice s, struct arena *a)
{
	char *out = arena_alloc(a, s.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < s.len; i++) {
		int high = s.data[i] == '%' && i + 2 < s.len ? hex_digit(s.data[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(s.data[i + 2]) : -1;

		out[len++] = low >= 0 ? (char)(high << 4 | low) : s.data[i];
		i += low >= 0 ? 2 : 0;
	}
	return slice_new(out, len);
}

/* bom-ref of a component here, a purl as it is, or a BOM-Link whose fragment is one of both. */
static bool ref_purl(struct bom *b, struct slice ref, struct purl *ret)
{
	size_t hash = slice_find_byte(ref, '#');
	const struct node *known = map_get_ptr(&b->purls, ref);

	if (known)
		return vex_purl(b->r, known->text, ret);
	if (!slice_starts(ref, SLICE("urn:cdx:")) || hash == ref.len)
		return vex_purl(b->r, ref, ret);
	ref = slice_from(ref, hash + 1);
	known = map_get_ptr(&b->purls, ref);
	if (known)
		return vex_purl(b->r, known->text, ret);
	return vex_purl(b->r, ref, ret) || vex_purl(b->r, decode_fragment(ref, b->r->arena), ret);
}

/* Versions that are listed bound a purl without one; ranges have no counterpart in it. */
static void add_versions(struct bom *b, struct vex_statement *s, struct purl purl, const struct node *versions)
{
	if (!versions || !versions->count || !slice_empty(purl.version)) {
		vec_add(b->r->arena, &s->products)->purl = purl;
		return;
	}
	node_each(n, versions) {
		purl.version = arena_copy(b->r->arena, node_get_text(n, SLICE("version")));
		if (slice_empty(purl.version))
			b->r->document->unnamed++;
		else
			vec_add(b->r->arena, &s->products)->purl = purl;
	}
}

static bool read_analysis(struct bom *b, struct vex_statement *s, const struct node *analysis, struct error *err)
{
	const struct node *state = node_get(analysis, SLICE("state"));
	size_t i = 0;

	while (i < ARRAY_LEN(states) && !slice_eq(states[i].name, node_text(state)))
		i++;
	if (i == ARRAY_LEN(states))
		return vex_bad(b->r, state ? state : analysis, err, "\"%.*s\" is no state of an analysis",
			       SLICE_ARG(node_text(state)));
	s->status = states[i].status;
	s->justification = arena_copy(b->r->arena, node_get_text(analysis, SLICE("justification")));
	s->impact = arena_copy(b->r->arena, node_get_text(analysis, SLICE("detail")));
	if (slice_empty(s->justification) && slice_is(node_text(state), "false_positive"))
		s->justification = SLICE("false_positive");
	return true;
}

static bool read_vulnerability(struct bom *b, const struct node *n, struct error *err)
{
	const struct node *analysis = node_get(n, SLICE("analysis"));

	if (n->type != NODE_MAP)
		return vex_bad(b->r, n, err, "a vulnerability is an object");
	/* A finding of a scanner, which nobody has judged; or a judgement that is not done. */
	if (!analysis || !node_get(analysis, SLICE("state")))
		return true;
	struct vex_statement *s = vex_new(b->r, n);

	vex_add_id(b->r, s, node_get_text(n, SLICE("id")));
	node_each(reference, node_get(n, SLICE("references")))
		vex_add_id(b->r, s, node_get_text(reference, SLICE("id")));
	if (s->ids.count == 0)
		return vex_bad(b->r, n, err, "the vulnerability has no id");
	s->time = vex_time(n, "updated", s->time);
	s->time = vex_time(analysis, "firstIssued", s->time);
	s->time = vex_time(analysis, "lastUpdated", s->time);
	if (!read_analysis(b, s, analysis, err))
		return false;
	node_each(affects, node_get(n, SLICE("affects"))) {
		struct purl purl;

		if (ref_purl(b, node_get_text(affects, SLICE("ref")), &purl))
			add_versions(b, s, purl, node_get(affects, SLICE("versions")));
		else
			b->r->document->unnamed++;
	}
	return true;
}

static struct slice author_of(const struct node *metadata)
{
	static const char *const organizations[] = { "manufacturer", "manufacture", "supplier" };
	const struct node *authors = node_get(metadata, SLICE("authors"));

	if (authors && authors->first && !slice_empty(node_get_text(authors->first, SLICE("name"))))
		return node_get_text(authors->first, SLICE("name"));
	for (size_t i = 0; i < ARRAY_LEN(organizations); i++) {
		struct slice name = node_get_text(node_get(metadata, slice_from_cstr(organizations[i])), SLICE("name"));

		if (!slice_empty(name))
			return name;
	}
	return SLICE_EMPTY;
}

bool vex_read_cyclonedx(struct vex_reader *r, const struct node *root, struct error *err)
{
	const struct node *metadata = node_get(root, SLICE("metadata"));
	const struct node *list = node_get(root, SLICE("vulnerabilities"));
	struct bom b = { .r = r };
	bool ok = true;

	if (!node_is(list, NODE_LIST))
		return vex_bad(r, list ? list : root, err, "the CycloneDX document has no list of vulnerabilities");
	r->author = arena_copy(r->arena, author_of(metadata));
	r->time = vex_time(metadata, "timestamp", r->time);
	map_init(&b.purls);
	if (node_get(metadata, SLICE("component")))
		add_component(&b, node_get(metadata, SLICE("component")));
	add_components(&b, node_get(root, SLICE("components")), 0);
	node_each(n, list)
		ok = ok && read_vulnerability(&b, n, err);
	map_release(&b.purls);
	return ok;
}
