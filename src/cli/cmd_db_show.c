/* `db feeds`, `db show`: which feeds there are, and what the index holds of an identifier. */
#include "advisory/advisory.h"
#include "advisory/feed.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "format/json.h"

#define MAX_TEXT (64 * MIB)

struct show_config {
	struct session_config session;
	struct slice format;
};

static const char *const show_formats[] = {"table", "json", NULL};

static const struct option_row show_options[] = {
	{.name = "format",
	 .letter = 'f',
	 .kind = OPTION_TEXT,
	 .argument = "FORMAT",
	 .help = "how it is written",
	 .fallback = "table",
	 .values = show_formats,
	 .offset = offsetof(struct show_config, format)},
	{0},
};

static const struct option_row *const show_groups[] = {show_options, session_options, NULL};

static void show_defaults(void *config)
{
	session_config_init(config);
}

static int finish(const struct error *err, bool ok)
{
	if (ok)
		return EXIT_NONE;
	cli_error(err);
	return err->code == ERR_USAGE ? EXIT_USAGE : EXIT_INCOMPLETE;
}

/* --------------------------------------------------------------------- feeds */

static void write_feeds(struct buf *out)
{
	for (size_t i = 0; i < feed_row_count; i++) {
		const struct feed_row *row = &feed_rows[i];

		buf_printf(out, "%s%.*s: %s\n", i ? "\n" : "", SLICE_ARG(row->name), row->title);
		buf_printf(out, "  from     %s%s\n", row->files[0].url,
			   row->file_count > 1 ? " and its like" : "");
		buf_printf(out, "  mirror   %s%s\n", row->files[0].path,
			   row->file_count > 1 ? " and its like" : "");
		buf_printf(out, "  licence  %s\n", row->licence);
		if (row->on_request)
			buf_add_lit(out, "  brought  where it is named\n");
		else if (!slice_empty(row->ecosystem))
			buf_printf(out, "  brought  with %.*s\n", SLICE_ARG(row->ecosystem));
		else
			buf_add_lit(out, "  brought  always\n");
	}
}

static void write_feeds_json(struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 2);
	json_begin_array(&w);
	for (size_t i = 0; i < feed_row_count; i++) {
		const struct feed_row *row = &feed_rows[i];

		json_begin_object(&w);
		json_member(&w, "name", row->name);
		json_member(&w, "title", slice_from_cstr(row->title));
		json_member(&w, "licence", slice_from_cstr(row->licence));
		json_member_opt(&w, "ecosystem", row->ecosystem);
		json_key(&w, "on_request");
		json_bool(&w, row->on_request);
		json_key(&w, "files");
		json_begin_array(&w);
		for (size_t k = 0; k < row->file_count; k++) {
			json_begin_object(&w);
			json_member(&w, "path", slice_from_cstr(row->files[k].path));
			json_member_opt(&w, "url", slice_from_cstr(row->files[k].url));
			json_end_object(&w);
		}
		json_end_array(&w);
		json_end_object(&w);
	}
	json_end_array(&w);
	buf_add_lit(out, "\n");
}

static int run_feeds(struct invocation *in)
{
	const struct show_config *config = in->config;
	struct error err = ERROR_INIT;
	struct session s = {0};
	struct buf out;

	buf_init(&out, MAX_TEXT);
	if (slice_is(config->format, "json"))
		write_feeds_json(&out);
	else
		write_feeds(&out);
	bool ok = session_begin(&s, &config->session, in->arena, &err) &&
		  session_write(&s, buf_slice(&out), &err);
	buf_release(&out);
	return finish(&err, ok);
}

/* ---------------------------------------------------------------------- show */

static void add_line(struct buf *out, const char *head, struct slice text)
{
	if (slice_empty(text))
		return;
	buf_printf(out, "  %-10s ", head);
	text_add_safe(out, text);
	buf_add_lit(out, "\n");
}

static void add_list(struct buf *out, const char *head, const struct slice_list *list,
		     struct arena *a)
{
	add_line(out, head, arena_join(a, list->items, list->count, SLICE(", ")));
}

static void write_facts(const struct advisory_facts *facts, struct buf *out)
{
	char date[TIMESTAMP_TEXT_MAX];

	if (facts->known_exploited)
		buf_printf(out, "Known to be exploited%s%s%s\n",
			   facts->exploited_since == TIMESTAMP_NONE ? "" : " since ",
			   facts->exploited_since == TIMESTAMP_NONE
				   ? ""
				   : timestamp_format_date(facts->exploited_since, date),
			   facts->ransomware ? ", also by ransomware" : "");
	if (facts->has_epss)
		buf_printf(out, "EPSS %.5f, above %.2f %% of all\n", facts->epss,
			   100 * facts->epss_percentile);
}

static void write_found(const struct advisory_found_list *list, struct slice id,
			const struct advisory_facts *facts, struct arena *a, struct buf *out)
{
	char date[TIMESTAMP_TEXT_MAX];

	text_add_safe(out, id);
	buf_printf(out, ": %zu record%s\n", list->count, list->count == 1 ? "" : "s");
	write_facts(facts, out);
	vec_each (found, list) {
		buf_add_lit(out, "\n");
		text_add_safe(out, found->id);
		buf_printf(out, " (%s)\n", advisory_relation_name(found->relation));
		add_line(out, "summary", found->summary);
		add_list(out, "aliases", &found->aliases, a);
		add_list(out, "fixes", &found->upstream, a);
		add_list(out, "packages", &found->packages, a);
		if (found->modified != TIMESTAMP_NONE)
			add_line(out, "modified",
				 slice_from_cstr(timestamp_format_date(found->modified, date)));
		if (found->references.count)
			add_line(out, "see", found->references.items[0]);
	}
}

static void json_list(struct json_writer *w, const char *key, const struct slice_list *list)
{
	json_key(w, key);
	json_begin_array(w);
	vec_each (s, list)
		json_string(w, *s);
	json_end_array(w);
}

static void write_found_json(const struct advisory_found_list *list, struct slice id,
			     const struct advisory_facts *facts, struct buf *out)
{
	struct json_writer w;
	char text[TIMESTAMP_TEXT_MAX];

	json_writer_init(&w, out, 2);
	json_begin_object(&w);
	json_member(&w, "id", id);
	json_key(&w, "known_exploited");
	json_bool(&w, facts->known_exploited);
	json_key(&w, "records");
	json_begin_array(&w);
	vec_each (found, list) {
		json_begin_object(&w);
		json_member(&w, "id", found->id);
		json_member(&w, "relation",
			    slice_from_cstr(advisory_relation_name(found->relation)));
		json_member_opt(&w, "summary", found->summary);
		json_list(&w, "aliases", &found->aliases);
		json_list(&w, "upstream", &found->upstream);
		json_list(&w, "packages", &found->packages);
		json_list(&w, "references", &found->references);
		if (found->modified != TIMESTAMP_NONE)
			json_member(&w, "modified",
				    slice_from_cstr(timestamp_format(found->modified, text)));
		json_end_object(&w);
	}
	json_end_array(&w);
	json_end_object(&w);
	buf_add_lit(out, "\n");
}

static bool show(struct invocation *in, struct session *s, struct error *err)
{
	const struct show_config *config = in->config;
	const struct advisory_options options = {
		.index_path = session_index_path(&config->session, in->arena)};
	struct slice id = in->arguments.items[0];
	struct advisory_found_list list;
	struct advisory_set set = {0};
	struct advisory_facts facts;
	struct buf out;

	buf_init(&out, MAX_TEXT);
	bool ok = advisory_set_open(&set, &options, err) &&
		  advisory_find(&set, id, in->arena, &list, &facts, err);
	if (ok && slice_is(config->format, "json"))
		write_found_json(&list, id, &facts, &out);
	else if (ok)
		write_found(&list, id, &facts, in->arena, &out);
	ok = ok && session_write(s, buf_slice(&out), err);
	advisory_set_release(&set);
	buf_release(&out);
	return ok;
}

static int run_show(struct invocation *in)
{
	const struct show_config *config = in->config;
	struct error err = ERROR_INIT;
	struct session session = {0};

	return finish(&err, session_begin(&session, &config->session, in->arena, &err) &&
				    show(in, &session, &err));
}

const struct command command_db_feeds = {
	.name = "db feeds",
	.summary = "List the feeds that the index takes in beside the advisories",
	.description = "Each with its public address, where it lies below a mirror, its licence, "
		       "and when `bulwark db update` brings it.",
	.options = show_groups,
	.config_size = sizeof(struct show_config),
	.defaults = show_defaults,
	.run = run_feeds,
};

static const char *const show_examples[] = {
	"bulwark db show CVE-2021-44228",
	"bulwark db show ALSA-2021:3891",
	NULL,
};

const struct command command_db_show = {
	.name = "db show",
	.operands = "ID",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Show what the index holds of a CVE, GHSA or vendor's id",
	.description = "Every record that is it, has it for an alias, fixes it, or names it as "
		       "related, with the packages that the record is about.",
	.examples = show_examples,
	.options = show_groups,
	.config_size = sizeof(struct show_config),
	.defaults = show_defaults,
	.run = run_show,
};
