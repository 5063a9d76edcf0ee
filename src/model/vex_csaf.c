/*
 * CSAF 2.0.  Products are named by ids, which the product tree explains: as
 * leaves of branches, in a flat list, or as one product within another one.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "model/vex_reader.h"

struct csaf_product {
	bool named; /* by a purl */
	struct vex_product is;
};

struct csaf {
	struct vex_reader *r;
	struct map products; /* product_id -> struct csaf_product */
	struct map groups;   /* group_id -> node: list of product ids */
	struct map flags;    /* product_id -> node: flag, of one vulnerability */
	struct map impacts;  /* product_id -> node: threat */
	const struct node *flag, *impact; /* for all products */
};

/*
 * A purl without version below a range of versions would say more than the
 * document does; below one version it takes that.
 */
static void add_product(struct csaf *c, const struct node *n, const struct node *branch)
{
	struct slice id = node_get_text(n, SLICE("product_id"));
	struct slice category = node_get_text(branch, SLICE("category"));
	struct csaf_product *p = arena_new(c->r->arena, struct csaf_product);
	struct slice purl = node_get_text(node_get(n, SLICE("product_identification_helper")), SLICE("purl"));

	if (slice_empty(id))
		return;
	p->named = vex_purl(c->r, purl, &p->is.purl);
	if (p->named && slice_empty(p->is.purl.version)) {
		if (slice_is(category, "product_version"))
			p->is.purl.version = arena_copy(c->r->arena, node_get_text(branch, SLICE("name")));
		p->named = !slice_is(category, "product_version_range");
	}
	map_put_ptr(&c->products, id, p);
}

/* Depth is bounded by the JSON reader's. */
static void add_branches(struct csaf *c, const struct node *list, unsigned depth)
{
	node_each(n, list) {
		const struct node *product = node_get(n, SLICE("product"));

		if (product)
			add_product(c, product, n);
		if (depth < LIMIT_JSON_DEPTH)
			add_branches(c, node_get(n, SLICE("branches")), depth + 1);
	}
}

/*
 * Of a platform without purl it cannot be told whether the target is it: only a
 * package that is named with its version is taken, by itself.
 */
static void add_relationship(struct csaf *c, const struct node *n)
{
	const struct node *full = node_get(n, SLICE("full_product_name"));
	struct slice id = node_get_text(full, SLICE("product_id"));
	const struct csaf_product *part = map_get_ptr(&c->products, node_get_text(n, SLICE("product_reference")));
	const struct csaf_product *whole =
		map_get_ptr(&c->products, node_get_text(n, SLICE("relates_to_product_reference")));
	struct csaf_product *p = arena_new(c->r->arena, struct csaf_product);

	if (slice_empty(id))
		return;
	if (part && part->named && whole && whole->named) {
		p->named = true;
		p->is.purl = whole->is.purl;
		*vec_add(c->r->arena, &p->is.components) = part->is.purl;
	} else if (part && part->named && !slice_empty(part->is.purl.version)) {
		*p = *part;
	}
	map_put_ptr(&c->products, id, p);
}

static void read_tree(struct csaf *c, const struct node *tree)
{
	add_branches(c, node_get(tree, SLICE("branches")), 0);
	node_each(n, node_get(tree, SLICE("full_product_names")))
		add_product(c, n, NULL);
	node_each(n, node_get(tree, SLICE("relationships")))
		add_relationship(c, n);
	node_each(n, node_get(tree, SLICE("product_groups")))
		map_put_ptr(&c->groups, node_get_text(n, SLICE("group_id")), node_get(n, SLICE("product_ids")));
}

static void put_about(struct map *to, const struct node *ids, const struct node *about)
{
	node_each(id, ids)
		map_put_ptr(to, node_text(id), about);
}

/* A group is gone through once for each mention, which a hostile file could repeat: each counts once. */
static void note_about(struct csaf *c, struct map *to, const struct node **all, const struct node *n)
{
	CLEANUP(map_release) struct map seen;
	const struct node *ids = node_get(n, SLICE("product_ids")), *groups = node_get(n, SLICE("group_ids"));

	map_init(&seen);
	if (!ids && !groups)
		*all = n;
	put_about(to, ids, n);
	node_each(group, groups) {
		bool is_new;

		map_put(&seen, node_text(group), &is_new);
		if (is_new)
			put_about(to, map_get_ptr(&c->groups, node_text(group)), n);
	}
}

static void read_reasons(struct csaf *c, const struct node *vulnerability)
{
	map_clear(&c->flags);
	map_clear(&c->impacts);
	c->flag = c->impact = NULL;
	node_each(n, node_get(vulnerability, SLICE("flags")))
		note_about(c, &c->flags, &c->flag, n);
	node_each(n, node_get(vulnerability, SLICE("threats")))
		if (slice_is(node_get_text(n, SLICE("category")), "impact"))
			note_about(c, &c->impacts, &c->impact, n);
}

static void add_ids(struct vex_reader *r, struct vex_statement *s, const struct node *n)
{
	vex_add_id(r, s, node_get_text(n, SLICE("cve")));
	node_each(id, node_get(n, SLICE("ids")))
		vex_add_id(r, s, node_get_text(id, SLICE("text")));
}

static bool add_statement(struct csaf *c, const struct node *vulnerability, const struct node *id,
			  enum vex_status status, struct error *err)
{
	const struct csaf_product *p = map_get_ptr(&c->products, node_text(id));
	const struct node *flag = map_get_ptr(&c->flags, node_text(id));
	const struct node *impact = map_get_ptr(&c->impacts, node_text(id));

	if (!p)
		return vex_bad(c->r, id, err, "the product tree has no product \"%.*s\"", SLICE_ARG(node_text(id)));
	if (!p->named) {
		c->r->document->unnamed++;
		return true;
	}
	struct vex_statement *s = vex_new(c->r, id);

	s->status = status;
	add_ids(c->r, s, vulnerability);
	*vec_add(c->r->arena, &s->products) = p->is;
	s->justification = arena_copy(c->r->arena, node_get_text(flag ? flag : c->flag, SLICE("label")));
	s->impact = arena_copy(c->r->arena, node_get_text(impact ? impact : c->impact, SLICE("details")));
	return true;
}

static const struct {
	struct slice name;
	enum vex_status status;
} csaf_statuses[] = {
	{ SLICE_INIT("known_not_affected"), VEX_NOT_AFFECTED },
	{ SLICE_INIT("first_fixed"), VEX_FIXED },
	{ SLICE_INIT("fixed"), VEX_FIXED },
	{ SLICE_INIT("under_investigation"), VEX_UNDER_INVESTIGATION },
	{ SLICE_INIT("first_affected"), VEX_AFFECTED },
	{ SLICE_INIT("known_affected"), VEX_AFFECTED },
	{ SLICE_INIT("last_affected"), VEX_AFFECTED },
};

static bool read_vulnerability(struct csaf *c, const struct node *n, struct error *err)
{
	const struct node *status = node_get(n, SLICE("product_status"));

	if (n->type != NODE_MAP)
		return vex_bad(c->r, n, err, "a vulnerability is an object");
	if (status && slice_empty(node_get_text(n, SLICE("cve"))) && !node_get(n, SLICE("ids")))
		return vex_bad(c->r, n, err, "the vulnerability has neither cve nor ids");
	read_reasons(c, n);
	for (size_t i = 0; i < ARRAY_LEN(csaf_statuses); i++) {
		const struct node *ids = node_get(status, csaf_statuses[i].name);

		if (ids && ids->type != NODE_LIST)
			return vex_bad(c->r, ids, err, "%.*s takes a list", SLICE_ARG(ids->key));
		node_each(id, ids)
			if (!add_statement(c, n, id, csaf_statuses[i].status, err))
				return false;
	}
	return true;
}

bool vex_read_csaf(struct vex_reader *r, const struct node *root, struct error *err)
{
	const struct node *document = node_get(root, SLICE("document"));
	const struct node *list = node_get(root, SLICE("vulnerabilities"));
	struct csaf c = { .r = r };
	bool ok = true;

	if (!node_is(list, NODE_LIST))
		return vex_bad(r, list ? list : root, err, "the CSAF document has no list of vulnerabilities");
	r->author = arena_copy(r->arena, node_get_text(node_get(document, SLICE("publisher")), SLICE("name")));
	r->time = vex_time(node_get(document, SLICE("tracking")), "current_release_date", r->time);
	map_init(&c.products);
	map_init(&c.groups);
	map_init(&c.flags);
	map_init(&c.impacts);
	read_tree(&c, node_get(root, SLICE("product_tree")));
	node_each(n, list)
		ok = ok && read_vulnerability(&c, n, err);
	map_release(&c.products);
	map_release(&c.groups);
	map_release(&c.flags);
	map_release(&c.impacts);
	return ok;
}
