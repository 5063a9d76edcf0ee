/*
 * Order and quotation marks in Compose files: matters of taste, all of them
 * off until the policy asks for them.  The orders are dclint's defaults.
 */
#include "base/cleanup.h"
#include "lint/compose_rules.h"

static struct slice key_of(const struct value *v)
{
	return v->key;
}

static struct slice text_of_item(const struct value *v)
{
	return value_scalar(v) ? value_text(v) : v->key;
}

/* The first member that is out of order by the texts, NULL: none. */
static const struct value *out_of_order(const struct value *list, struct slice (*text)(const struct value *))
{
	const struct value *before = NULL;

	value_each(v, list) {
		if (before && slice_cmp(text(before), text(v)) > 0)
			return v;
		before = v;
	}
	return NULL;
}

static void report(struct rule_context *c, const struct value *v, const char *what, const char *alias)
{
	struct span at = v->key_span.source ? v->key_span : v->span;

	rule_alias(c, rule_fail(c, at, "%s", what), alias);
}

static void check_services(struct rule_context *c)
{
	const struct value *v = out_of_order(value_at(rule_compose(c)->root, "services"), key_of);

	if (v)
		report(c, v, "the services are not in the order of their names", "dclint:services-alphabetical-order");
}

static void check_depends(struct rule_context *c)
{
	vec_each(s, &rule_compose(c)->services) {
		const struct value *list = value_at(s->at, "depends_on");
		const struct value *v = out_of_order(list, value_is(list, NODE_MAP) ? key_of : text_of_item);

		if (v)
			report(c, v, "depends_on is not in the order of names", "dclint:service-dependencies-alphabetical-order");
	}
}

/* What is published; long forms by their published port. */
static struct slice published(const struct value *v)
{
	struct slice text = value_scalar(v) ? v->raw : value_text(value_at(v, "published")), rest = text, host;
	size_t colon = slice_rfind_byte(text, ':');

	if (colon == text.len)
		return text;
	host = slice_first(text, colon);
	colon = slice_rfind_byte(host, ':');
	rest = colon < host.len ? slice_from(host, colon + 1) : host;
	return rest;
}

static uint64_t leading_number(struct slice s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s.len && i < 9 && ascii_digit(s.data[i]); i++)
		n = n * 10 + (uint64_t)(s.data[i] - '0');
	return n;
}

static void check_ports(struct rule_context *c)
{
	vec_each(s, &rule_compose(c)->services) {
		uint64_t last = 0;

		value_each(v, value_at(s->at, "ports")) {
			uint64_t n = leading_number(published(v));

			if (n < last) {
				report(c, v, "the ports are not in their order", "dclint:service-ports-alphabetical-order");
				break;
			}
			last = n;
		}
	}
}

static int rank(struct slice key, const char *order)
{
	struct slice rest = slice_from_cstr(order), part;
	int n = 0;

	while (slice_next(&rest, '|', &part)) {
		if (slice_eq(part, key))
			return n;
		n++;
	}
	return n;
}

static void check_top(struct rule_context *c)
{
	static const char order[] = "version|name|include|services|networks|volumes|secrets|configs";
	const struct value *root = rule_compose(c)->root;
	int last = -1;

	value_each(v, root) {
		int n = slice_starts(v->key, SLICE("x-")) ? -1 : rank(v->key, order);

		if (n < last) {
			report(c, v, "the top-level keys are not in their usual order", "dclint:top-level-properties-order");
			return;
		}
		last = n;
	}
}

static void check_keys(struct rule_context *c)
{
	static const char order[] = "image|build|container_name|depends_on|volumes|volumes_from|configs|secrets|environment|"
				    "env_file|ports|networks|network_mode|extra_hosts|command|entrypoint|working_dir|restart|"
				    "healthcheck|logging|labels|user|isolation";

	vec_each(s, &rule_compose(c)->services) {
		int last = -1;

		value_each(v, s->at) {
			int n = rank(v->key, order);

			if (n < last) {
				report(c, v, "the service's keys are not in their usual order", "dclint:service-keys-order");
				break;
			}
			last = n;
		}
	}
}

static void check_volume_quotes(struct rule_context *c)
{
	vec_each(s, &rule_compose(c)->services)
		vec_each(m, &s->volumes) {
			const struct value *v = m->at;

			if (value_scalar(v) && (v->style == VALUE_SINGLE_QUOTED || v->style == VALUE_DOUBLE_QUOTED))
				report(c, v, "the volume stands in quotation marks without need", "dclint:no-quotes-in-volumes");
		}
}

#define STYLE(name, what, why, alias, wrong, right, check_function)                                          \
	{ .rule = { .id = SLICE_INIT(name), .version = 1, .title = SLICE_INIT(what),                         \
		    .severity = SEVERITY_NEGLIGIBLE, .confidence = CONFIDENCE_HIGH, .optional = true,        \
		    .help = SLICE_INIT(why), .aliases = RULE_LIST(alias), .bad = wrong, .good = right },     \
	  .check = check_function }

#define WEB "services:\n  web:\n    image: nginx:1.27\n"
#define TWO(a, b) "services:\n  " a ":\n    image: nginx:1.27\n  " b ":\n    image: nginx:1.27\n"

static const struct rule_row rows[] = {
	STYLE("compose-order-services", "Services out of order", "In the order of their names services are found at once.",
	      "dclint:services-alphabetical-order", TWO("web", "api"), TWO("api", "web"), check_services),
	STYLE("compose-order-dependencies", "depends_on out of order", "In the order of names two lists are compared at once.",
	      "dclint:service-dependencies-alphabetical-order", TWO("api", "db") "    depends_on: [web, api]\n",
	      TWO("api", "db") "    depends_on: [api]\n", check_depends),
	STYLE("compose-order-ports", "Ports out of order", "In their order a port that stands twice is seen at once.",
	      "dclint:service-ports-alphabetical-order", WEB "    ports: [\"127.0.0.1:81:81\", \"127.0.0.1:80:80\"]\n",
	      WEB "    ports: [\"127.0.0.1:80:80\", \"127.0.0.1:81:81\"]\n", check_ports),
	STYLE("compose-order-top", "Top-level keys out of order", "Readers look for name first and for services next.",
	      "dclint:top-level-properties-order", "volumes: {}\n" WEB, WEB "volumes: {}\n", check_top),
	STYLE("compose-order-keys", "A service's keys out of order", "One order in all services makes them easy to compare.",
	      "dclint:service-keys-order", "services:\n  web:\n    restart: \"no\"\n    image: nginx:1.27\n",
	      WEB "    restart: \"no\"\n", check_keys),
	STYLE("compose-volume-quotes", "A volume in quotation marks", "Volumes need none, and without them paths read easier.",
	      "dclint:no-quotes-in-volumes", WEB "    volumes:\n      - \"./site:/site:ro\"\n",
	      WEB "    volumes:\n      - ./site:/site:ro\n", check_volume_quotes),
};

const struct rule_table compose_style_rules = { RULE_COMPOSE, rows, ARRAY_LEN(rows) };
