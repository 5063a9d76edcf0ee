#include "advisory/lifecycle.h"

#include <stdlib.h>

#include "advisory/feed.h"
#include "advisory/index_facts.h"
#include "base/cleanup.h"
#include "base/embedded.h"
#include "base/map.h"

extern const struct embedded_file lifecycle_files[];
extern const size_t lifecycle_files_count;

/* A product: what its cycles are named after, and what in a target is of it. */
static const struct product {
	struct slice name; /* endoflife.date's */
	const char *title;
	const char *os_ids;	/* os-release IDs, space-separated; NULL: a runtime */
	const char *packages;	/* names of programs, space-separated */
	struct slice ecosystem; /* packages of it count, others only as programs; empty: none */
	unsigned parts;		/* how many components of a version name the cycle; 0: all */
	bool extended_free;	/* everybody gets the extended support */
} products[] = {
	{.name = SLICE_INIT("debian"),
	 .title = "Debian",
	 .os_ids = "debian",
	 .parts = 1,
	 .extended_free = true},
	{.name = SLICE_INIT("ubuntu"), .title = "Ubuntu", .os_ids = "ubuntu", .parts = 2},
	{.name = SLICE_INIT("alpine-linux"), .title = "Alpine", .os_ids = "alpine", .parts = 2},
	{.name = SLICE_INIT("rhel"),
	 .title = "Red Hat Enterprise Linux",
	 .os_ids = "rhel",
	 .parts = 1},
	{.name = SLICE_INIT("centos"), .title = "CentOS", .os_ids = "centos", .parts = 1},
	{.name = SLICE_INIT("centos-stream"),
	 .title = "CentOS Stream",
	 .os_ids = "centos",
	 .parts = 1},
	{.name = SLICE_INIT("almalinux"), .title = "AlmaLinux", .os_ids = "almalinux", .parts = 1},
	{.name = SLICE_INIT("rocky-linux"), .title = "Rocky Linux", .os_ids = "rocky", .parts = 1},
	{.name = SLICE_INIT("oracle-linux"), .title = "Oracle Linux", .os_ids = "ol", .parts = 1},
	{.name = SLICE_INIT("amazon-linux"), .title = "Amazon Linux", .os_ids = "amzn"},
	{.name = SLICE_INIT("fedora"), .title = "Fedora", .os_ids = "fedora", .parts = 1},
	{.name = SLICE_INIT("sles"),
	 .title = "SUSE Linux Enterprise Server",
	 .os_ids = "sles sles_sap",
	 .parts = 2},
	{.name = SLICE_INIT("opensuse"),
	 .title = "openSUSE Leap",
	 .os_ids = "opensuse-leap",
	 .parts = 2},
	{.name = SLICE_INIT("vmware-photon"), .title = "Photon OS", .os_ids = "photon", .parts = 2},
	{.name = SLICE_INIT("mageia"), .title = "Mageia", .os_ids = "mageia", .parts = 1},
	{.name = SLICE_INIT("nodejs"), .title = "Node.js", .packages = "node nodejs", .parts = 1},
	{.name = SLICE_INIT("python"), .title = "Python", .packages = "python cpython", .parts = 2},
	{.name = SLICE_INIT("go"),
	 .title = "Go",
	 .packages = "stdlib go golang",
	 .ecosystem = SLICE_INIT("Go"),
	 .parts = 2},
	{.name = SLICE_INIT("php"), .title = "PHP", .packages = "php php-cli php-fpm", .parts = 2},
	{.name = SLICE_INIT("ruby"), .title = "Ruby", .packages = "ruby", .parts = 2},
	{.name = SLICE_INIT("perl"), .title = "Perl", .packages = "perl", .parts = 2},
	{.name = SLICE_INIT("openssl"), .title = "OpenSSL", .packages = "openssl", .parts = 2},
	{.name = SLICE_INIT("postgresql"),
	 .title = "PostgreSQL",
	 .packages = "postgresql postgres",
	 .parts = 1},
	{.name = SLICE_INIT("mysql"), .title = "MySQL", .packages = "mysql", .parts = 2},
	{.name = SLICE_INIT("mariadb"), .title = "MariaDB", .packages = "mariadb", .parts = 2},
	{.name = SLICE_INIT("redis"), .title = "Redis", .packages = "redis", .parts = 2},
	{.name = SLICE_INIT("nginx"), .title = "nginx", .packages = "nginx", .parts = 2},
	{.name = SLICE_INIT("apache-http-server"),
	 .title = "Apache HTTP Server",
	 .packages = "httpd apache apache2",
	 .parts = 2},
	{.name = SLICE_INIT("haproxy"), .title = "HAProxy", .packages = "haproxy", .parts = 2},
	{.name = SLICE_INIT("tomcat"), .title = "Apache Tomcat", .packages = "tomcat", .parts = 2},
	{.name = SLICE_INIT("dotnet"),
	 .title = ".NET",
	 .packages = "dotnet dotnet-runtime Microsoft.NETCore.App",
	 .parts = 1},
	{.name = SLICE_INIT("erlang"), .title = "Erlang/OTP", .packages = "erlang", .parts = 1},
	{.name = SLICE_INIT("elixir"), .title = "Elixir", .packages = "elixir", .parts = 2},
	{.name = SLICE_INIT("eclipse-temurin"),
	 .title = "OpenJDK",
	 .packages = "openjdk java temurin jdk jre",
	 .parts = 1},
};

struct cycle {
	int64_t end, extended;
	struct slice source;
};

struct judge {
	const struct advisory_index *index;
	struct run *run;
	struct report *report;
	bool extended;	 /* the target gets the extended support, which not everybody does */
	struct map rows; /* product, cycle -> row number + 1 */
	struct error *err;
};

bool lifecycle_knows(struct slice product)
{
	for (size_t i = 0; i < ARRAY_LEN(products); i++)
		if (slice_eq(products[i].name, product))
			return true;
	return false;
}

static bool has_word(const char *words, struct slice word)
{
	struct slice rest = slice_from_cstr(words), item;

	while (slice_next(&rest, ' ', &item))
		if (slice_eq(item, word))
			return true;
	return false;
}

/* "3.18.4" -> "3.18"; without a number at the start: empty. */
static struct slice cycle_of(const struct product *p, struct slice version)
{
	size_t end = 0;

	if (slice_starts(version, SLICE("go")) || slice_starts(version, SLICE("v")))
		version = slice_from(version, version.data[0] == 'g' ? 2 : 1);
	if (slice_empty(version) || !ascii_digit(version.data[0]))
		return SLICE_EMPTY;
	if (!p->parts)
		return version;
	for (unsigned part = 0; part < p->parts && end < version.len; part++) {
		end += part > 0;
		while (end < version.len && ascii_digit(version.data[end]))
			end++;
		if (end < version.len && version.data[end] != '.')
			break;
	}
	return slice_first(version, end);
}

/* OpenSSL before 3 and .NET Core before 5 counted their cycles with a component more. */
static struct slice longer_cycle(struct slice version, struct slice cycle)
{
	size_t end = cycle.len;

	if (end >= version.len || version.data[end] != '.')
		return SLICE_EMPTY;
	for (end++; end < version.len && ascii_digit(version.data[end]); end++)
		;
	return slice_first(version, end);
}

/* ------------------------------------------------------------ the two tables */

/* A line: product, cycle, end, extended end; "# as of<TAB>DATE" dates the table. */
static bool find_built_in(const struct judge *j, struct slice product, struct slice cycle,
			  struct cycle *ret)
{
	struct slice text = slice_new(lifecycle_files[0].data, lifecycle_files[0].len), line;
	struct slice date = SLICE_EMPTY;

	while (slice_next_line(&text, &line)) {
		struct slice fields[4] = {SLICE_EMPTY, SLICE_EMPTY, SLICE_EMPTY, SLICE_EMPTY};

		for (size_t i = 0; i < ARRAY_LEN(fields) && slice_next(&line, '\t', &fields[i]);
		     i++)
			;
		if (slice_is(fields[0], "# as of"))
			date = fields[1];
		if (!slice_eq(fields[0], product) || !slice_eq(fields[1], cycle) ||
		    !timestamp_parse(fields[2], &ret->end))
			continue;
		if (!timestamp_parse(fields[3], &ret->extended))
			ret->extended = TIMESTAMP_NONE;
		ret->source =
			arena_printf(j->run->arena, "built-in table of %.*s", SLICE_ARG(date));
		return true;
	}
	return false;
}

static bool find_cycle(const struct judge *j, struct slice product, struct slice cycle,
		       struct cycle *ret, bool *ret_found)
{
	*ret_found = false;
	if (slice_empty(cycle))
		return true;
	if (j->index) {
		const struct index_cycle *row;

		if (!index_find_cycle(j->index, product, cycle, &row, j->err))
			return false;
		if (row) {
			*ret = (struct cycle){row->end, row->extended, SLICE("endoflife.date")};
			*ret_found = true;
			return true;
		}
	}
	*ret_found = find_built_in(j, product, cycle, ret);
	return true;
}

/* ------------------------------------------------------------------ judging */

static bool has_passed(int64_t end, int64_t now)
{
	/* Supported through that day. */
	return end == FEED_ENDED ||
	       (end != FEED_ONGOING && end != TIMESTAMP_NONE && end + 24 * 3600 <= now);
}

static enum lifecycle_state state_of(const struct judge *j, const struct product *p,
				     const struct cycle *c)
{
	if (!has_passed(c->end, j->run->now))
		return LIFECYCLE_SUPPORTED;
	bool extended = c->extended != TIMESTAMP_NONE && !has_passed(c->extended, j->run->now);
	return extended && (p->extended_free || j->extended) ? LIFECYCLE_EXTENDED : LIFECYCLE_ENDED;
}

static int64_t plain_date(int64_t end)
{
	return end == FEED_ENDED || end == FEED_ONGOING ? TIMESTAMP_NONE : end;
}

static struct lifecycle_row *add_row(struct judge *j, const struct product *p, struct slice cycle,
				     const struct cycle *c)
{
	struct lifecycle_row *row = vec_add(j->run->arena, &j->report->lifecycle);

	*row = (struct lifecycle_row){
		.subject = arena_printf(j->run->arena, "%s %.*s", p->title, SLICE_ARG(cycle)),
		.product = p->name,
		.cycle = arena_copy(j->run->arena, cycle),
		.state = state_of(j, p, c),
		.end = plain_date(c->end),
		.extended = plain_date(c->extended),
		.source = c->source,
	};
	return row;
}

static void add_note(struct judge *j, const struct lifecycle_row *row)
{
	char end[TIMESTAMP_TEXT_MAX], extended[TIMESTAMP_TEXT_MAX];
	const char *when = row->end == TIMESTAMP_NONE ? "an unknown day"
						      : timestamp_format_date(row->end, end);

	bool both = row->extended != TIMESTAMP_NONE && has_passed(row->extended, j->run->now);

	if (row->state == LIFECYCLE_ENDED)
		run_gap(j->run, GAP_NOTE, GAP_REASON_END_OF_LIFE, row->subject,
			"support of %.*s ended on %s%s%s (%.*s)%s%.*s", SLICE_ARG(row->subject),
			when, both ? ", extended support on " : "",
			both ? timestamp_format_date(row->extended, extended) : "",
			SLICE_ARG(row->source), row->packages ? "; found in " : "",
			SLICE_ARG(row->path));
	else if (row->state == LIFECYCLE_EXTENDED)
		run_gap(j->run, GAP_NOTE, GAP_REASON_END_OF_LIFE, row->subject,
			"regular support of %.*s ended on %s, extended support ends on %s (%.*s)",
			SLICE_ARG(row->subject), when,
			row->extended == TIMESTAMP_NONE
				? "a day not told"
				: timestamp_format_date(row->extended, extended),
			SLICE_ARG(row->source));
}

static bool judge_os(struct judge *j)
{
	const struct os_release *os = &j->report->os;

	for (size_t i = 0; i < ARRAY_LEN(products) && !slice_empty(os->id); i++) {
		const struct product *p = &products[i];
		struct slice cycle = cycle_of(p, os->version_id);
		struct cycle c;
		bool found;

		if (!p->os_ids || !has_word(p->os_ids, os->id))
			continue;
		/* CentOS and CentOS Stream 8 have one name in os-release; only the title differs.
		 */
		if (slice_is(os->id, "centos") &&
		    (slice_find(os->pretty_name, SLICE("Stream")) < os->pretty_name.len) !=
			    slice_is(p->name, "centos-stream"))
			continue;
		if (!find_cycle(j, p->name, cycle, &c, &found))
			return false;
		if (!found)
			continue;
		add_row(j, p, cycle, &c);
		return true;
	}
	return true;
}

static const struct product *product_of(const struct package *p)
{
	bool program = p->origin == ORIGIN_PROGRAM || p->origin == ORIGIN_BITNAMI;

	for (size_t i = 0; i < ARRAY_LEN(products); i++) {
		if (!products[i].packages)
			continue;
		bool owned = p->ecosystem && !slice_empty(products[i].ecosystem) &&
			     slice_eq(p->ecosystem->osv, products[i].ecosystem);
		if ((program || (owned && slice_is(p->name, "stdlib"))) &&
		    has_word(products[i].packages, p->name))
			return &products[i];
	}
	return NULL;
}

static bool count_runtime(struct judge *j, const struct product *product, const struct package *p)
{
	struct slice version = p->version, cycle = cycle_of(product, version);
	struct cycle c;
	bool found, is_new;

	if (!find_cycle(j, product->name, cycle, &c, &found))
		return false;
	if (!found) {
		cycle = longer_cycle(version, cycle);
		if (!find_cycle(j, product->name, cycle, &c, &found))
			return false;
	}
	if (!found)
		return true;
	struct slice key = arena_printf(j->run->arena, "%.*s\n%.*s", SLICE_ARG(product->name),
					SLICE_ARG(cycle));
	uint64_t *at = map_put(&j->rows, key, &is_new);
	if (is_new) {
		add_row(j, product, cycle, &c)->path = p->path;
		*at = j->report->lifecycle.count;
	}
	j->report->lifecycle.items[*at - 1].packages++;
	return true;
}

static int compare_rows(const void *x, const void *y)
{
	const struct lifecycle_row *a = x, *b = y;
	int order = (a->packages > 0) - (b->packages > 0);

	if (!order)
		order = slice_cmp(a->product, b->product);
	return order ? order : slice_cmp(a->cycle, b->cycle);
}

bool lifecycle_judge(const struct advisory_index *index, const struct package_list *packages,
		     bool extended, struct run *run, struct report *report, struct error *err)
{
	struct judge j = {
		.index = index,
		.run = run,
		.report = report,
		.extended = extended,
		.err = err,
	};
	bool ok;

	map_init(&j.rows);
	ok = judge_os(&j);
	vec_each (p, packages) {
		const struct product *product = ok ? product_of(p) : NULL;

		ok = ok && (!product || count_runtime(&j, product, p));
	}
	map_release(&j.rows);
	if (report->lifecycle.count > 1)
		qsort(report->lifecycle.items, report->lifecycle.count,
		      sizeof(*report->lifecycle.items), compare_rows);
	vec_each (row, &report->lifecycle)
		add_note(&j, row);
	return ok;
}
