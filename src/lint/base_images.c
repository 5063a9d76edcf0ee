/*
 * Sources: the images' own Dockerfiles (docker-library, distroless, and the
 * projects named), as of 2026-11; ends of support from data/lifecycle.tsv.
 */
#include "lint/base_images.h"

#include "base/cleanup.h"
#include "base/embedded.h"
#include "base/timestamp.h"

extern const struct embedded_file base_lifecycle_files[];

/* What a kind of base brings along. */
enum flavour { FULL, SLIM, BUSYBOX, DISTROLESS, UNSURE };

#define COREUTILS "sh,cat,ls,test,echo,grep,sed,awk,head,tail,true,sleep,kill,id,ps"

static const char *const flavour_programs[] = {
	[FULL] = COREUTILS ",bash,curl,wget,git,perl,python3,gcc,make,openssl,tar,gzip",
	[SLIM] = COREUTILS ",bash,perl,tar,gzip",
	[BUSYBOX] = COREUTILS ",wget,nc,ping,vi,tar,gzip,netstat",
	[DISTROLESS] = "",
	[UNSURE] = "",
};

static const struct image_row {
	const char *repository;
	const char *product;   /* of data/lifecycle.tsv; NULL: none */
	enum flavour flavour;  /* without -slim or -alpine in the tag */
	const char *programs;  /* besides the flavour's */
	const char *user;      /* NULL: root */
	const char *moved;     /* where it is published now */
} rows[] = {
	{ "alpine", "alpine-linux", BUSYBOX, "", NULL, NULL },
	{ "debian", "debian", SLIM, "", NULL, NULL },
	{ "ubuntu", "ubuntu", SLIM, "", NULL, NULL },
	{ "busybox", NULL, BUSYBOX, "", NULL, NULL },
	{ "fedora", "fedora", SLIM, "curl,python3", NULL, NULL },
	{ "centos", "centos", SLIM, "curl,python3", NULL, NULL },
	{ "rockylinux", "rocky-linux", SLIM, "curl", NULL, NULL },
	{ "almalinux", "almalinux", SLIM, "curl", NULL, NULL },
	{ "amazonlinux", "amazon-linux", SLIM, "curl", NULL, NULL },
	{ "node", "nodejs", FULL, "node,npm,npx,yarn", NULL, NULL },
	{ "python", "python", FULL, "python,python3,pip,pip3", NULL, NULL },
	{ "ruby", "ruby", FULL, "ruby,gem,bundle", NULL, NULL },
	{ "golang", "go", FULL, "go", NULL, NULL },
	{ "php", "php", SLIM, "php,curl", NULL, NULL },
	{ "rust", NULL, FULL, "cargo,rustc", NULL, NULL },
	{ "openjdk", NULL, FULL, "java", NULL, "eclipse-temurin" },
	{ "nginx", NULL, SLIM, "nginx,curl", NULL, NULL },
	{ "httpd", NULL, SLIM, "httpd,ab", NULL, NULL },
	{ "redis", NULL, SLIM, "redis-server,redis-cli", NULL, NULL },
	{ "postgres", "postgresql", SLIM, "postgres,psql,pg_isready,pg_dump", NULL, NULL },
	{ "mysql", "mysql", SLIM, "mysql,mysqld,mysqladmin,mysqldump", NULL, NULL },
	{ "mariadb", NULL, SLIM, "mariadb,mariadbd,mariadb-admin,healthcheck.sh", NULL, NULL },
	{ "mongo", NULL, SLIM, "mongod,mongosh", NULL, NULL },
	{ "memcached", NULL, SLIM, "memcached", "memcache", NULL },
	{ "haproxy", NULL, SLIM, "haproxy", "haproxy", NULL },
	{ "traefik", NULL, BUSYBOX, "traefik", NULL, NULL },
	{ "docker.elastic.co/elasticsearch/elasticsearch", "elasticsearch", SLIM, "curl,elasticsearch", "elasticsearch", NULL },
	{ "elasticsearch", "elasticsearch", SLIM, "curl,elasticsearch", "elasticsearch", NULL },
	{ "docker.elastic.co/kibana/kibana", "elasticsearch", SLIM, "curl", "kibana", NULL },
	{ "kibana", "elasticsearch", SLIM, "curl", "kibana", NULL },
	{ "docker.elastic.co/logstash/logstash", "elasticsearch", SLIM, "curl", "logstash", NULL },
	{ "quay.io/coreos/clair", NULL, UNSURE, "", NULL, "quay.io/projectquay/clair" },
	{ "coreos/clair", NULL, UNSURE, "", NULL, "quay.io/projectquay/clair" },
	{ "docker/docker-bench-security", NULL, UNSURE, "", NULL, "an image built from its repository" },
	{ "k8s.gcr.io/pause", NULL, UNSURE, "", NULL, "registry.k8s.io/pause" },
};

/* Ends that data/lifecycle.tsv has no product for: its rows are what a scan can find installed. */
static const struct {
	const char *product, *cycle, *end;
} further_ends[] = {
	{ "elasticsearch", "5", "2019-03-11" }, { "elasticsearch", "6", "2022-02-10" }, { "elasticsearch", "7", "2026-01-15" },
};

static const struct {
	const char *codename, *product, *cycle;
} codenames[] = {
	{ "jessie", "debian", "8" }, { "stretch", "debian", "9" }, { "buster", "debian", "10" },
	{ "bullseye", "debian", "11" }, { "bookworm", "debian", "12" }, { "trixie", "debian", "13" },
	{ "trusty", "ubuntu", "14.04" }, { "xenial", "ubuntu", "16.04" }, { "bionic", "ubuntu", "18.04" },
	{ "focal", "ubuntu", "20.04" }, { "jammy", "ubuntu", "22.04" }, { "noble", "ubuntu", "24.04" },
};

static const struct {
	const char *product, *shown;
} names[] = {
	{ "alpine-linux", "Alpine" }, { "debian", "Debian" }, { "ubuntu", "Ubuntu" }, { "nodejs", "Node.js" },
	{ "python", "Python" }, { "postgresql", "PostgreSQL" }, { "ruby", "Ruby" }, { "go", "Go" }, { "php", "PHP" },
	{ "mysql", "MySQL" }, { "fedora", "Fedora" }, { "centos", "CentOS" }, { "elasticsearch", "Elastic Stack" },
};

static struct slice shown_name(const char *product)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i].product, product) == 0)
			return slice_from_cstr(names[i].shown);
	return slice_from_cstr(product);
}

/* "3.18" is the cycle of 3.18.4, and 16 that of 16.20. */
static bool in_cycle(struct slice version, struct slice cycle)
{
	return slice_eq(version, cycle) || (slice_starts(version, cycle) && version.data[cycle.len] == '.');
}

static bool table_end(const char *product, struct slice version, struct slice *ret_cycle, int64_t *ret_end)
{
	struct slice text = slice_new(base_lifecycle_files[0].data, base_lifecycle_files[0].len), line;

	while (slice_next_line(&text, &line)) {
		struct slice name, cycle, end, rest;

		if (!slice_split(line, '\t', &name, &rest) || !slice_split(rest, '\t', &cycle, &rest) ||
		    !slice_eq(name, slice_from_cstr(product)) || !in_cycle(version, cycle))
			continue;
		slice_split(rest, '\t', &end, &rest);
		*ret_cycle = cycle;
		/* Debian's long-term support reaches everybody; that of others is paid for. */
		return (strcmp(product, "debian") == 0 && timestamp_parse(rest, ret_end)) || timestamp_parse(end, ret_end);
	}
	return false;
}

static bool end_of(const char *product, struct slice version, struct slice *ret_cycle, int64_t *ret_end)
{
	for (size_t i = 0; i < ARRAY_LEN(further_ends); i++) {
		*ret_cycle = slice_from_cstr(further_ends[i].cycle);
		if (strcmp(further_ends[i].product, product) == 0 && in_cycle(version, *ret_cycle))
			return timestamp_parse(slice_from_cstr(further_ends[i].end), ret_end);
	}
	return table_end(product, version, ret_cycle, ret_end);
}

/* The earlier of the ends that are known counts. */
static void note_end(struct image_facts *f, const char *product, struct slice version, struct arena *a)
{
	struct slice cycle;
	int64_t end;

	if (slice_empty(version) || !end_of(product, version, &cycle, &end))
		return;
	if (f->end_of_life != TIMESTAMP_NONE && f->end_of_life <= end)
		return;
	f->end_of_life = end;
	f->end_of_life_of = arena_printf(a, "%.*s %.*s", SLICE_ARG(shown_name(product)), SLICE_ARG(cycle));
}

static size_t version_length(struct slice s)
{
	size_t i = 0;

	while (i < s.len && (ascii_digit(s.data[i]) || (s.data[i] == '.' && i && i + 1 < s.len && ascii_digit(s.data[i + 1]))))
		i++;
	return i;
}

/* "alpine3.17" and "bookworm" within a tag: the distribution below. */
static void note_system(struct image_facts *f, struct slice tag, struct arena *a)
{
	struct slice word, rest = tag;

	while (slice_next(&rest, '-', &word)) {
		if (slice_starts(word, SLICE("alpine"))) {
			struct slice version = slice_from(word, 6);

			f->os_id = SLICE("alpine");
			f->os_version = slice_first(version, version_length(version));
			note_end(f, "alpine-linux", f->os_version, a);
		}
		for (size_t i = 0; i < ARRAY_LEN(codenames); i++)
			if (slice_eq(word, slice_from_cstr(codenames[i].codename))) {
				f->os_id = slice_from_cstr(codenames[i].product);
				f->os_version = slice_from_cstr(codenames[i].cycle);
				note_end(f, codenames[i].product, f->os_version, a);
			}
	}
}

static bool has_part(struct slice tag, struct slice part)
{
	struct slice word;

	while (slice_next(&tag, '-', &word))
		if (slice_starts(word, part))
			return true;
	return false;
}

static void add_programs(struct image_facts *f, const char *list, struct arena *a)
{
	struct slice rest = slice_from_cstr(list), one;

	while (slice_next(&rest, ',', &one))
		if (!slice_empty(one))
			*vec_add(a, &f->programs) = one;
}

static enum flavour flavour_of(const struct image_row *row, struct slice tag)
{
	if (row->flavour == UNSURE)
		return UNSURE;
	if (has_part(tag, SLICE("alpine")))
		return BUSYBOX;
	return has_part(tag, SLICE("slim")) ? SLIM : row->flavour;
}

static void fill(const struct image_row *row, struct slice tag, struct arena *a, struct image_facts *f)
{
	enum flavour flavour = flavour_of(row, tag);

	f->user = row->user ? slice_from_cstr(row->user) : SLICE("root");
	f->user_known = true;
	f->shell = flavour == UNSURE ? FACT_UNKNOWN : flavour == DISTROLESS ? FACT_NO : FACT_YES;
	f->programs_complete = flavour != UNSURE;
	add_programs(f, flavour_programs[flavour], a);
	add_programs(f, row->programs, a);
	if (row->moved)
		f->moved_to = slice_from_cstr(row->moved);
	note_system(f, tag, a);
	if (row->product)
		note_end(f, row->product, slice_first(tag, version_length(tag)), a);
}

/* docker.io/library/node is node. */
static struct slice short_name(const struct dockerfile_reference *r, struct arena *a)
{
	struct slice repository = r->repository;

	if (slice_empty(r->registry) || slice_is(r->registry, "docker.io") || slice_is(r->registry, "index.docker.io")) {
		slice_cut_prefix(&repository, SLICE("library/"));
		return repository;
	}
	return arena_printf(a, "%.*s/%.*s", SLICE_ARG(r->registry), SLICE_ARG(repository));
}

static const struct image_facts *scanned(const struct project *p, struct slice reference)
{
	if (p->facts)
		vec_each(f, p->facts)
			if (slice_eq(f->reference, reference))
				return f;
	return NULL;
}

bool base_image_facts(const struct project *p, struct slice reference, struct arena *a, struct image_facts *ret)
{
	const struct image_facts *known = scanned(p, reference);
	struct dockerfile_reference r = dockerfile_reference_parse(reference);
	struct slice name = short_name(&r, a);

	if (known) {
		*ret = *known;
		return true;
	}
	*ret = (struct image_facts){ .reference = reference, .digest = r.digest, .end_of_life = TIMESTAMP_NONE };
	if (slice_starts(name, SLICE("gcr.io/distroless/"))) {
		ret->shell = has_part(r.tag, SLICE("debug")) ? FACT_YES : FACT_NO;
		ret->programs_complete = ret->shell == FACT_NO;
		ret->user_known = true;
		ret->user = has_part(r.tag, SLICE("nonroot")) ? SLICE("nonroot") : SLICE("root");
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (slice_eq(name, slice_from_cstr(rows[i].repository))) {
			fill(&rows[i], r.tag, a, ret);
			return true;
		}
	return false;
}

enum fact image_has_program(const struct image_facts *f, struct slice program)
{
	size_t slash = slice_rfind_byte(program, '/');
	struct slice name = slash < program.len ? slice_from(program, slash + 1) : program;

	vec_each(known, &f->programs)
		if (slice_eq(*known, name))
			return FACT_YES;
	return f->programs_complete ? FACT_NO : FACT_UNKNOWN;
}
