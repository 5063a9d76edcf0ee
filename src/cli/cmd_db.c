/* `db update`, `db status`, `db build`: the advisory index. */
#include <stdio.h>

#include "advisory/artifact.h"
#include "advisory/index_build.h"
#include "advisory/mirror.h"
#include "advisory/update.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "cli/supply.h"
#include "format/json.h"
#include "net/http.h"

#define MAX_STATUS (64 * MIB)
/* What `db update` brings from the web at first: whatever the inventory finds packages of. */
#define DEFAULT_ECOSYSTEMS                                                                          \
	"AlmaLinux, Alpine, Azure Linux, Bitnami, Chainguard, Debian, Go, Maven, NuGet, Packagist, PyPI, " \
	"Red Hat, Rocky Linux, RubyGems, SUSE, Ubuntu, Wolfi, crates.io, npm, openSUSE"

struct db_config {
	struct session_config session;
	struct slice mirror;
	struct slice_list ecosystems, feeds;
	struct slice publish;
	struct slice ca_file;
	bool plain_http;
	struct slice format;
	bool force;
	bool verify;
};

/* Every configuration here begins with the session's. */
static void db_defaults(void *config)
{
	session_config_init(config);
}

static int finish(struct session *s, bool ok, const struct error *err)
{
	session_end_progress(s);
	if (ok)
		return EXIT_NONE;
	cli_error(err);
	return err->code == ERR_USAGE ? EXIT_USAGE : EXIT_INCOMPLETE;
}

/* ------------------------------------------------------------------- update */

/* As OSV writes it, where it is known; any release is part of its ecosystem. */
static struct slice canonical_ecosystem(struct slice name)
{
	name = slice_first(name, slice_find_byte(name, ':'));
	for (size_t i = 0; i < ecosystem_count; i++)
		if (slice_eq_nocase(ecosystems[i].osv, name))
			return ecosystems[i].osv;
	return name;
}

static bool list_index(const char *path, struct arena *a, struct slice_list *ret)
{
	const struct advisory_options options = { .index_path = path };
	struct advisory_status status;
	struct advisory_set set = { 0 };

	bool ok =
		advisory_set_open(&set, &options, NULL) && advisory_status(&set, a, &status, NULL);
	if (ok)
		vec_each(row, &status.sources)
			if (slice_empty(row->feed))
				*vec_add(a, ret) = arena_copy(
				a, slice_first(row->name, slice_rfind_byte(row->name, '/')));
	advisory_set_release(&set);
	return ret->count > 0;
}

static void list_defaults(struct arena *a, struct slice_list *ret)
{
	struct slice rest = SLICE(DEFAULT_ECOSYSTEMS), name;

	while (slice_next(&rest, ',', &name))
		*vec_add(a, ret) = slice_trim(name);
}

/* An empty list means all that the mirror has. */
static struct slice_list wanted_ecosystems(const struct db_config *config,
					   const struct update_options *options, struct arena *a)
{
	struct slice_list list = { 0 };

	vec_each(name, &config->ecosystems) {
		if (slice_eq_nocase(*name, SLICE("all")))
			return (struct slice_list){ 0 };
		*vec_add(a, &list) = canonical_ecosystem(*name);
	}
	if (!list.count && !list_index(options->output, a, &list) &&
	    mirror_kind_of(options->mirror) != &mirror_directory)
		list_defaults(a, &list);
	return list;
}

static void print_rows(const struct update_result *result, struct buf *out)
{
	vec_each(row, &result->rows) {
		text_add_safe(out, row->ecosystem);
		if (!row->changed)
			buf_add_lit(out, ": unchanged\n");
		else if (row->records)
			buf_printf(out, ": %llu records changed, %llu bytes brought\n",
				   (unsigned long long)row->records,
				   (unsigned long long)row->bytes);
		else if (row->bytes)
			buf_printf(out, ": %llu bytes brought\n", (unsigned long long)row->bytes);
		else
			buf_add_lit(out, ": changed\n");
	}
}

static bool print_update(const struct session *s, const struct update_result *result,
			 const char *path, struct arena *a, struct error *err)
{
	const struct advisory_options options = { .index_path = path };
	char newest[TIMESTAMP_TEXT_MAX];
	struct advisory_set set = { 0 };
	struct advisory_status status;
	struct buf out;

	buf_init(&out, MAX_STATUS);
	print_rows(result, &out);
	bool ok = advisory_set_open(&set, &options, err) && advisory_status(&set, a, &status, err);
	if (ok)
		buf_printf(&out, "%s %s: %llu records, the newest of %s, %.*s\n", path,
			   result->built ? "written" : "stands", (unsigned long long)status.records,
			   status.newest == TIMESTAMP_NONE
				   ? "no date"
				   : timestamp_format_date(status.newest, newest),
			   SLICE_ARG(status.digest));
	advisory_set_release(&set);
	ok = ok && (s->config->quiet || session_write(s, buf_slice(&out), err));
	buf_release(&out);
	return ok;
}

/* What was asked for by name and is not there: the rest was brought all the same. */
static bool check_missing(bool named, const struct slice_list *missing, struct slice mirror,
			  struct arena *a, struct error *err)
{
	static const struct slice comma = SLICE_INIT(", ");

	if (!named || !missing->count)
		return true;
	return error_set(err, ERR_NOT_FOUND, "%.*s has no advisories of %.*s",
			 SLICE_ARG(http_shown(mirror, a)),
			 SLICE_ARG(arena_join(a, missing->items, missing->count, comma)));
}

/* An index that is damaged stands only as long as nobody asks for an update. */
static bool update_or_mend(struct run *run, struct update_options *options,
			   struct update_result *ret, struct error *err)
{
	const struct advisory_options index = { .index_path = options->output };
	struct advisory_set set = { 0 };

	if (!advisory_update(run, options, ret, err))
		return false;
	bool sound = ret->built ||
		     (advisory_set_open(&set, &index, NULL) && advisory_verify(&set, NULL));
	advisory_set_release(&set);
	options->force = true;
	return sound || advisory_update(run, options, ret, err);
}

static bool check_feeds(const struct slice_list *names, struct error *err)
{
	vec_each(name, names)
		if (!feed_by_name(*name) && !slice_is(*name, "all") && !slice_is(*name, "none"))
			return error_set(err, ERR_USAGE,
					 "--feeds: \"%.*s\" is no feed; `bulwark db feeds` lists them",
					 SLICE_ARG(*name));
	return true;
}

/* The index stands and is sound; what an explicit wish for a feed came to is told by the exit code. */
static bool check_failed_feeds(const struct slice_list *failed, bool named, struct error *err)
{
	if (!named || !failed->count)
		return true;
	return error_set(err, ERR_NETWORK, "a feed could not be brought: %.*s",
			 SLICE_ARG(failed->items[0]));
}

static struct registry_options registry_options_of(const struct db_config *config)
{
	return (struct registry_options){ .plain_http = config->plain_http,
					  .ca_file = config->ca_file };
}

/* An index that is ready, out of a registry. */
static bool pull(struct invocation *in, struct session *s, struct slice address, struct error *err)
{
	const struct db_config *config = in->config;
	const struct registry_options registry = registry_options_of(config);
	const char *path = session_index_path(&config->session, in->arena);
	struct update_result result = { 0 };
	struct artifact_result pulled;

	if (config->ecosystems.count || config->feeds.count)
		return error_set(err, ERR_USAGE,
				 "an index out of a registry holds what it holds: --ecosystem and --feeds do not apply");
	if (!artifact_pull(&s->run, address, &registry, path, &pulled, err))
		return false;
	result.built = pulled.changed;
	session_end_progress(s);
	return print_update(s, &result, path, in->arena, err);
}

static bool update(struct invocation *in, struct session *s, struct error *err)
{
	const struct db_config *config = in->config;
	struct slice source = in->arguments.count ? in->arguments.items[0] : config->mirror;

	if (in->arguments.count && !slice_empty(config->mirror))
		return error_set(err, ERR_USAGE, "the source is named twice: \"%.*s\" and --advisories",
				 SLICE_ARG(source));
	if (artifact_is_address(source))
		return pull(in, s, source, err);
	struct update_options options = {
		.mirror = SLICE(MIRROR_DEFAULT),
		.output = session_index_path(&config->session, in->arena),
		.force = config->force,
	};
	struct update_result result;

	if (!slice_empty(source) && !supply_mirror(source, in->arena, &options.mirror, err))
		return false;
	options.ecosystems = wanted_ecosystems(config, &options, in->arena);
	if (!check_feeds(&config->feeds, err))
		return false;
	options.feeds = config->feeds;
	bool named = config->ecosystems.count && options.ecosystems.count;
	if (!update_or_mend(&s->run, &options, &result, err))
		return false;
	session_end_progress(s);
	return print_update(s, &result, options.output, in->arena, err) &&
	       check_failed_feeds(&result.failed_feeds, config->feeds.count > 0, err) &&
	       check_missing(named || config->feeds.count, &result.missing, options.mirror,
			     in->arena, err);
}

static int run_with(struct invocation *in,
		    bool (*work)(struct invocation *in, struct session *s, struct error *err))
{
	const struct db_config *config = in->config;
	struct error err = ERROR_INIT;
	struct session session = { 0 };
	bool ok = session_begin(&session, &config->session, in->arena, &err) &&
		  work(in, &session, &err);

	return finish(&session, ok, &err);
}

static int run_update(struct invocation *in)
{
	return run_with(in, update);
}

/* -------------------------------------------------------------------- build */

static bool publish(struct invocation *in, struct session *s, const char *path, struct error *err)
{
	const struct db_config *config = in->config;
	const struct registry_options registry = registry_options_of(config);
	struct artifact_result pushed;
	struct buf out;

	if (slice_empty(config->publish))
		return true;
	if (!artifact_push(&s->run, config->publish, &registry, path, &pushed, err))
		return false;
	buf_init(&out, MAX_STATUS);
	text_add_safe(&out, config->publish);
	buf_printf(&out, "@%.*s published: %llu bytes, %.*s\n", SLICE_ARG(pushed.manifest),
		   (unsigned long long)pushed.bytes, SLICE_ARG(pushed.index));
	bool ok = s->config->quiet || session_write(s, buf_slice(&out), err);
	buf_release(&out);
	return ok;
}

static bool build_from(struct invocation *in, struct session *plain, const char *output,
		       struct slice_list *missing, struct error *err)
{
	const struct db_config *config = in->config;
	const char *directory = mirror_directory_path(in->arguments.items[0], in->arena);
	struct slice_list wanted = { 0 };
	struct update_result result = { .built = true };
	struct index_file_list files;

	vec_each(name, &config->ecosystems)
		if (!slice_eq_nocase(*name, SLICE("all")))
			*vec_add(in->arena, &wanted) = canonical_ecosystem(*name);
	if (!index_list_directory(directory, &wanted, in->arena, &files, missing, err) ||
	    !index_list_feeds(directory, in->arena, &files, err) ||
	    !index_build(&plain->run, &files, output, err))
		return false;
	session_end_progress(plain);
	if (!wanted.count)
		missing->count = 0;
	return print_update(plain, &result, output, in->arena, err);
}

static bool build(struct invocation *in, struct session *s, struct error *err)
{
	const struct db_config *config = in->config;
	struct slice_list missing = { 0 };
	const char *output = slice_empty(config->session.output)
				     ? session_index_path(&config->session, in->arena)
				     : arena_cstr(in->arena, config->session.output);
	struct session plain = *s;
	struct session_config to_standard_output = config->session;

	if (!in->arguments.count && slice_empty(config->publish))
		return error_set(err, ERR_USAGE, "a directory is wanted, or --publish for the index that is there");
	to_standard_output.output = SLICE_EMPTY;
	plain.config = &to_standard_output;
	if (in->arguments.count && !build_from(in, &plain, output, &missing, err))
		return false;
	return check_missing(missing.count > 0, &missing,
			     in->arguments.count ? in->arguments.items[0] : SLICE_EMPTY, in->arena, err) &&
	       publish(in, &plain, output, err);
}

static int run_build(struct invocation *in)
{
	return run_with(in, build);
}

/* ------------------------------------------------------------------- status */

static void add_cell(struct buf *out, struct slice text, size_t width)
{
	size_t before = out->len;

	text_add_safe(out, text);
	for (size_t n = text_width(slice_from(buf_slice(out), before)); n < width; n++)
		buf_add_byte(out, ' ');
}

static void add_time(struct buf *out, int64_t t, int64_t now)
{
	char text[TIMESTAMP_TEXT_MAX];

	if (t == TIMESTAMP_NONE) {
		buf_add_lit(out, "not told");
		return;
	}
	buf_add_slice(out, slice_from_cstr(timestamp_format(t, text)));
	if (now >= t)
		buf_printf(out, " (%lld days ago)", (long long)((now - t) / 86400));
}

static void write_table(const struct advisory_status *status, int64_t now, struct buf *out)
{
	char date[TIMESTAMP_TEXT_MAX];
	size_t width = SLICE("Ecosystem").len;

	buf_add_lit(out, "Index    ");
	text_add_safe(out, status->path);
	buf_printf(out, "\nDigest   %.*s\nFormat   %u\nSize     %llu bytes\nBuilt    ",
		   SLICE_ARG(status->digest), status->format, (unsigned long long)status->bytes);
	add_time(out, status->created, now);
	buf_add_lit(out, "\nNewest   ");
	add_time(out, status->newest, now);
	buf_printf(out, "\nRecords  %llu about %llu packages\n\n", (unsigned long long)status->records,
		   (unsigned long long)status->packages);
	vec_each(row, &status->coverage)
		if (text_width(row->ecosystem) > width)
			width = text_width(row->ecosystem);
	add_cell(out, SLICE("Ecosystem"), width);
	buf_printf(out, "  %8s  %8s  Newest\n", "Records", "Packages");
	vec_each(row, &status->coverage) {
		add_cell(out, row->ecosystem, width);
		buf_printf(out, "  %8llu  %8llu  %s%s\n", (unsigned long long)row->records,
			   (unsigned long long)row->packages,
			   row->newest == TIMESTAMP_NONE ? "-"
							 : timestamp_format_date(row->newest, date),
			   row->known ? "" : "  (no packages of it are known to this program)");
	}
	vec_each(row, &status->sources) {
		if (slice_empty(row->feed))
			continue;
		buf_add_lit(out, "\nFeed ");
		text_add_safe(out, row->feed);
		buf_printf(out, ": %llu facts%s%s", (unsigned long long)row->records,
			   row->dated == TIMESTAMP_NONE ? "" : ", of ",
			   row->dated == TIMESTAMP_NONE ? "" : timestamp_format_date(row->dated, date));
	}
	buf_add_lit(out, "\n");
	vec_each(row, &status->sources) {
		if (!row->broken)
			continue;
		buf_printf(out, "\n%llu records of ", (unsigned long long)row->broken);
		text_add_safe(out, row->name);
		buf_add_lit(out, " could not be read, the first: ");
		text_add_safe(out, row->first_error);
		buf_add_lit(out, "\n");
	}
}

static void json_time(struct json_writer *w, const char *key, int64_t t)
{
	char text[TIMESTAMP_TEXT_MAX];

	json_key(w, key);
	if (t == TIMESTAMP_NONE)
		json_null(w);
	else
		json_cstring(w, timestamp_format(t, text));
}

static void json_number(struct json_writer *w, const char *key, uint64_t v)
{
	json_key(w, key);
	json_uint(w, v);
}

static void write_sources(const struct advisory_status *status, struct json_writer *w)
{
	json_key(w, "sources");
	json_begin_array(w);
	vec_each(row, &status->sources) {
		json_begin_object(w);
		json_member(w, "name", row->name);
		json_member(w, "digest", row->digest);
		json_number(w, "bytes", row->bytes);
		json_number(w, "records", row->records);
		json_number(w, "withdrawn", row->withdrawn);
		json_number(w, "errata", row->errata);
		json_number(w, "without_package", row->without_package);
		json_number(w, "broken", row->broken);
		json_member_opt(w, "feed", row->feed);
		if (row->dated != TIMESTAMP_NONE)
			json_time(w, "dated", row->dated);
		json_member_opt(w, "first_error", row->first_error);
		json_end_object(w);
	}
	json_end_array(w);
}

static void write_json(const struct advisory_status *status, int64_t now, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 2);
	json_begin_object(&w);
	json_member(&w, "path", status->path);
	json_member(&w, "digest", status->digest);
	json_number(&w, "format", status->format);
	json_number(&w, "bytes", status->bytes);
	json_time(&w, "built", status->created);
	json_time(&w, "newest", status->newest);
	json_key(&w, "age_seconds");
	if (status->newest == TIMESTAMP_NONE)
		json_null(&w);
	else
		json_int(&w, now - status->newest);
	json_number(&w, "records", status->records);
	json_number(&w, "packages", status->packages);
	write_sources(status, &w);
	json_key(&w, "coverage");
	json_begin_array(&w);
	vec_each(row, &status->coverage) {
		json_begin_object(&w);
		json_member(&w, "ecosystem", row->ecosystem);
		json_number(&w, "records", row->records);
		json_number(&w, "packages", row->packages);
		json_time(&w, "newest", row->newest);
		json_key(&w, "known");
		json_bool(&w, row->known);
		json_end_object(&w);
	}
	json_end_array(&w);
	json_end_object(&w);
	buf_add_lit(out, "\n");
}

static bool status(struct invocation *in, struct session *s, struct error *err)
{
	const struct db_config *config = in->config;
	const struct advisory_options options = {
		.index_path = session_index_path(&config->session, in->arena)};
	struct advisory_set set = { 0 };
	struct advisory_status status;
	struct buf out;

	buf_init(&out, MAX_STATUS);
	bool ok = advisory_set_open(&set, &options, err) &&
		  advisory_status(&set, in->arena, &status, err) &&
		  (!config->verify || advisory_verify(&set, err));
	if (!ok && err->code == ERR_NOT_FOUND)
		error_set(err, ERR_NOT_FOUND,
			  "there is no advisory index %s; `bulwark db update` makes one",
			  options.index_path);
	if (ok) {
		if (slice_is(config->format, "json"))
			write_json(&status, s->run.now, &out);
		else
			write_table(&status, s->run.now, &out);
		ok = session_write(s, buf_slice(&out), err);
	}
	advisory_set_release(&set);
	buf_release(&out);
	return ok;
}

static int run_status(struct invocation *in)
{
	return run_with(in, status);
}

/* --------------------------------------------------------------------- rows */

static const char *const status_formats[] = { "table", "json", NULL };

#define ECOSYSTEM_OPTION(text)                                                                     \
	{                                                                                          \
		.name = "ecosystem", .letter = 'e', .kind = OPTION_LIST, .argument = "NAMES",      \
		.help = "only these, by their OSV names, separated by commas; `all`: whatever is " \
			"there",                                                                   \
		.fallback = text, .offset = offsetof(struct db_config, ecosystems)                 \
	}

#define REGISTRY_OPTIONS                                                                           \
	{ .name = "plain-http", .kind = OPTION_FLAG,                                               \
	  .help = "ask registries by http:// (without it on this machine only)",                   \
	  .offset = offsetof(struct db_config, plain_http) },                                      \
	{                                                                                          \
		.name = "ca-file", .kind = OPTION_TEXT, .argument = "FILE",                        \
		.help = "certificates (PEM) that registries are verified by",                      \
		.fallback = "the system's, and Docker's certs.d",                                  \
		.offset = offsetof(struct db_config, ca_file)                                      \
	}

static const struct option_row update_options[] = {
	{ .name = "advisories", .kind = OPTION_TEXT, .argument = "DIR-or-URL",
	  .help = "the mirror of the OSV bucket: a directory, a file URL or an https URL",
	  .fallback = MIRROR_DEFAULT, .offset = offsetof(struct db_config, mirror) },
	ECOSYSTEM_OPTION("those of the present index"),
	{ .name = "feeds", .kind = OPTION_LIST, .argument = "NAMES",
	  .help = "the feeds to bring, by their names in `bulwark db feeds`, separated by commas; `all`, `none`",
	  .fallback = "kev, epss, endoflife, and debian-tracker where Debian is wanted",
	  .offset = offsetof(struct db_config, feeds) },
	{ .name = "force", .kind = OPTION_FLAG, .help = "build the index even when nothing has changed",
	  .offset = offsetof(struct db_config, force) },
	REGISTRY_OPTIONS,
	{ 0 },
};

static const struct option_row status_options[] = {
	{ .name = "format", .letter = 'f', .kind = OPTION_TEXT, .argument = "FORMAT",
	  .help = "how it is written", .fallback = "table", .values = status_formats,
	  .offset = offsetof(struct db_config, format) },
	{ .name = "verify", .kind = OPTION_FLAG, .help = "read the whole index and compare its checksums and digest",
	  .offset = offsetof(struct db_config, verify) },
	{ 0 },
};

static const struct option_row build_options[] = {
	ECOSYSTEM_OPTION("all that are there"),
	{ .name = "publish", .kind = OPTION_TEXT, .argument = "oci://REF",
	  .help = "send the index to a registry, as an artefact that `bulwark db update oci://REF` brings",
	  .offset = offsetof(struct db_config, publish) },
	REGISTRY_OPTIONS,
	{ 0 },
};

static const struct option_row *const update_groups[] = { update_options, session_options, NULL };
static const struct option_row *const status_groups[] = { status_options, session_options, NULL };
static const struct option_row *const build_groups[] = { build_options, session_options, NULL };

static const char *const update_examples[] = {
	"bulwark db update",
	"bulwark db update --ecosystem Debian,PyPI,npm",
	"bulwark db update --advisories /mnt/mirror --db advisories.bwdb",
	"bulwark db update oci://registry.example.org/advisories:latest",
	NULL,
};

static const char *const build_examples[] = {
	"bulwark db build /mnt/mirror -o advisories.bwdb",
	"bulwark db build --publish oci://registry.example.org/advisories:latest",
	NULL,
};

const struct command command_db_update = {
	.name = "db update",
	.operands = "[SOURCE]",
	.operands_max = 1,
	.summary = "Bring the advisories and build the index that scans use",
	.description = "Brings <Ecosystem>/all.zip from a mirror of the OSV bucket, only what has changed since the last time (single records where the mirror has modified_id.csv and that is cheaper), and the feeds; then replaces the index in one step, and scans that run meanwhile keep the old one. SOURCE is a mirror (as --advisories), or oci://REF: an index that `bulwark db build --publish` has put into a registry. Without --ecosystem it brings what the present index holds; where there is none, all that a directory holds, or from the web: " DEFAULT_ECOSYSTEMS ".\n\n"
		       "The exit code is 3 when the advisories could not be brought, or one of those asked for is not there; the old index stands then, or holds the others.",
	.examples = update_examples,
	.options = update_groups,
	.config_size = sizeof(struct db_config),
	.defaults = db_defaults,
	.run = run_update,
};

const struct command command_db_status = {
	.name = "db status",
	.summary = "Show what the advisory index covers and how old it is",
	.description = "Path, digest, format, age, and the newest record of each ecosystem and release. The exit code is 3 when there is no index that can be used.",
	.options = status_groups,
	.config_size = sizeof(struct db_config),
	.defaults = db_defaults,
	.run = run_status,
};

const struct command command_db_build = {
	.name = "db build",
	.operands = "[DIR]",
	.operands_max = 1,
	.summary = "Build an advisory index from a directory in the bucket's layout",
	.description = "Reads DIR/<Ecosystem>/all.zip and the feeds of DIR/extra, and writes the index to --output (or where scans look for it), without network. --publish sends it to a registry; without DIR, the index that is there already.",
	.examples = build_examples,
	.options = build_groups,
	.config_size = sizeof(struct db_config),
	.defaults = db_defaults,
	.run = run_build,
};
