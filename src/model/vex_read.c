/* VEX documents: which format, what the readers share, and OpenVEX. */
#include <stdarg.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "format/json.h"
#include "model/vex_reader.h"

static unsigned long long line_of(struct vex_reader *r, const struct node *at)
{
	if (at->offset < r->counted)
		r->counted = 0, r->lines = 0;
	for (; r->counted < at->offset && r->counted < r->text.len; r->counted++)
		r->lines += r->text.data[r->counted] == '\n';
	return r->lines + 1;
}

bool vex_bad(struct vex_reader *r, const struct node *at, struct error *err, const char *fmt, ...)
{
	char what[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	return error_set_at(err, ERR_FORMAT, at->offset, "%.*s:%llu: %s", SLICE_ARG(r->name), line_of(r, at),
			    what);
}

struct vex_statement *vex_new(struct vex_reader *r, const struct node *at)
{
	struct vex_statement *s = vec_add(r->arena, &r->vex->statements);

	r->document->statements++;
	s->author = r->author;
	s->time = r->time;
	s->origin = arena_printf(r->arena, "%.*s:%llu", SLICE_ARG(r->name), line_of(r, at));
	return s;
}

void vex_add_id(struct vex_reader *r, struct vex_statement *s, struct slice id)
{
	if (slice_find(id, SLICE("://")) < id.len && slice_rfind_byte(id, '/') + 1 < id.len)
		id = slice_from(id, slice_rfind_byte(id, '/') + 1);
	if (!slice_empty(id))
		*vec_add(r->arena, &s->ids) = arena_copy(r->arena, id);
}

bool vex_purl(struct vex_reader *r, struct slice text, struct purl *ret)
{
	return slice_starts(text, SLICE("pkg:")) && purl_parse(arena_copy(r->arena, text), r->arena, ret, NULL);
}

int64_t vex_time(const struct node *map, const char *key, int64_t fallback)
{
	int64_t t;

	return timestamp_parse(node_get_text(map, slice_from_cstr(key)), &t) ? t : fallback;
}

bool vex_known(struct slice word, const char *const *list)
{
	for (; *list; list++)
		if (slice_eq(word, slice_from_cstr(*list)))
			return true;
	return false;
}

static const char *const openvex_justifications[] = {
	"component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
	"vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist", NULL,
};

/* An object with @id and identifiers, or the purl as a text. */
static bool component_purl(struct vex_reader *r, const struct node *n, struct purl *ret)
{
	if (n->type == NODE_STRING)
		return vex_purl(r, n->text, ret);
	return vex_purl(r, node_get_text(node_get(n, SLICE("identifiers")), SLICE("purl")), ret) ||
	       vex_purl(r, node_get_text(n, SLICE("@id")), ret);
}

static void add_product(struct vex_reader *r, struct vex_statement *s, const struct node *n)
{
	const struct node *parts = node_get(n, SLICE("subcomponents"));
	struct vex_product product = { 0 };

	if (!component_purl(r, n, &product.purl)) {
		r->document->unnamed++;
		return;
	}
	node_each(part, parts) {
		struct purl purl;

		if (component_purl(r, part, &purl))
			*vec_add(r->arena, &product.components) = purl;
		else
			r->document->unnamed++;
	}
	/* What is said of some part only must not be taken for the whole. */
	if (parts && parts->count && product.components.count == 0)
		return;
	*vec_add(r->arena, &s->products) = product;
}

static bool read_vulnerability(struct vex_reader *r, const struct node *at, struct vex_statement *s,
			       struct error *err)
{
	const struct node *n = node_get(at, SLICE("vulnerability"));

	if (node_is(n, NODE_STRING))
		vex_add_id(r, s, n->text);
	vex_add_id(r, s, node_get_text(n, SLICE("name")));
	vex_add_id(r, s, node_get_text(n, SLICE("@id")));
	node_each(alias, node_get(n, SLICE("aliases")))
		vex_add_id(r, s, node_text(alias));
	return s->ids.count || vex_bad(r, at, err, "the statement names no vulnerability");
}

static bool read_status(struct vex_reader *r, const struct node *at, struct vex_statement *s, struct error *err)
{
	const struct node *n = node_get(at, SLICE("status"));
	const struct node *why = node_get(at, SLICE("justification"));

	for (s->status = 0; s->status < VEX_STATUSES; s->status++)
		if (slice_eq(node_text(n), vex_status_name(s->status)))
			break;
	if (s->status == VEX_STATUSES)
		return vex_bad(r, n ? n : at, err,
			       "status takes not_affected, affected, fixed or under_investigation");
	s->justification = arena_copy(r->arena, node_text(why));
	if (!slice_empty(s->justification) && !vex_known(s->justification, openvex_justifications))
		return vex_bad(r, why, err, "\"%.*s\" is no justification of OpenVEX", SLICE_ARG(s->justification));
	return true;
}

static bool read_statement(struct vex_reader *r, const struct node *n, struct error *err)
{
	const struct node *products = node_get(n, SLICE("products"));

	if (n->type != NODE_MAP)
		return vex_bad(r, n, err, "a statement is an object");
	if (products && products->type != NODE_LIST)
		return vex_bad(r, products, err, "products takes a list");
	struct vex_statement *s = vex_new(r, n);

	s->time = vex_time(n, "timestamp", s->time);
	s->time = vex_time(n, "last_updated", s->time);
	s->impact = arena_copy(r->arena, node_get_text(n, SLICE("impact_statement")));
	if (slice_empty(s->impact))
		s->impact = arena_copy(r->arena, node_get_text(n, SLICE("action_statement")));
	if (slice_empty(s->impact))
		s->impact = arena_copy(r->arena, node_get_text(n, SLICE("status_notes")));
	if (!read_vulnerability(r, n, s, err) || !read_status(r, n, s, err))
		return false;
	node_each(product, products)
		add_product(r, s, product);
	return true;
}

bool vex_read_openvex(struct vex_reader *r, const struct node *root, struct error *err)
{
	const struct node *statements = node_get(root, SLICE("statements"));

	if (!node_is(statements, NODE_LIST))
		return vex_bad(r, statements ? statements : root, err, "an OpenVEX document has a list of statements");
	r->author = arena_copy(r->arena, node_get_text(root, SLICE("author")));
	r->time = vex_time(root, "timestamp", r->time);
	r->time = vex_time(root, "last_updated", r->time);
	node_each(n, statements)
		if (!read_statement(r, n, err))
			return false;
	return true;
}

static bool read_any(struct vex_reader *r, const struct node *root, struct error *err)
{
	const struct node *csaf = node_path(root, "document", "csaf_version", NULL);

	if (slice_is(node_get_text(root, SLICE("bomFormat")), "CycloneDX"))
		return vex_read_cyclonedx(r, root, err);
	if (csaf && slice_starts(node_text(csaf), SLICE("2.")))
		return vex_read_csaf(r, root, err);
	if (csaf)
		return vex_bad(r, csaf, err, "CSAF %.*s is not read, CSAF 2.0 is", SLICE_ARG(node_text(csaf)));
	struct slice context = node_get_text(root, SLICE("@context"));
	if (slice_starts(context, SLICE("https://openvex.dev/ns")))
		return vex_read_openvex(r, root, err);
	return vex_bad(r, root, err, "no VEX document: neither OpenVEX, CSAF 2.0 nor CycloneDX");
}

bool vex_read(struct vex *v, struct slice text, struct slice name, struct arena *a, struct error *err)
{
	/* The tree goes when the statements are made: it is many times as large. */
	CLEANUP(arena_release) struct arena tree;
	struct vex_reader r = {
		.vex = v, .text = text, .name = arena_copy(a, name), .arena = a, .time = TIMESTAMP_NONE,
	};
	struct node *root;

	arena_init(&tree, 0);
	if (!json_parse(text, &tree, &root, err))
		return error_wrap(err, "%.*s", SLICE_ARG(name));
	r.document = vec_add(a, &v->documents);
	r.document->name = r.name;
	return read_any(&r, root, err);
}
