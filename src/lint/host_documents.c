#include "lint/host_documents.h"

#include "base/cleanup.h"
#include "lint/internal.h"
#include "lint/recognise.h"

/* Documents that a document holds may hold others: a script in Markdown that writes a script. */
#define HOLDERS_MAX 4

/* --- dockerd --- */

static bool is_file(const struct document *d, enum document_kind kind)
{
	return d->kind == kind && !d->holder;
}

static bool is_service(const struct document *d)
{
	return is_file(d, DOCUMENT_UNIT) && slice_ends(d->path, SLICE("docker.service"));
}

static bool is_drop_in(const struct document *d)
{
	return is_file(d, DOCUMENT_UNIT) && slice_find(d->path, SLICE("docker.service.d/")) < d->path.len;
}

static bool find_default(const void *context, struct slice name, struct slice *ret)
{
	const struct env_entry *e = env_find(context, name);

	if (e)
		*ret = e->value;
	return e != NULL;
}

/* Variables of /etc/default/docker, when it is at hand and the unit reads it. */
static void default_variables(struct project *p, const struct unit_file *unit, struct env_entry_list *ret)
{
	const struct env_lookup nothing = { 0 };
	const struct unit_entry *file;
	struct problem_list problems;
	bool read = false;

	for (size_t i = 0; (file = unit_next(unit, SLICE("Service"), SLICE("EnvironmentFile"), &i)); i++)
		read |= slice_ends(file->value, SLICE("/etc/default/docker"));
	problem_list_init(&problems, p->arena);
	for (size_t i = 0; read && i < p->documents.count; i++) {
		const struct document *d = p->documents.items[i];

		if (is_file(d, DOCUMENT_DEFAULTS))
			env_file_read(d->text, d->source, false, &nothing, p->arena, ret, &problems);
	}
}

static void add_units(struct project *p, const struct document *service, struct daemon_config *c)
{
	struct unit_file unit;
	struct env_entry_list variables = { 0 };

	unit_init(&unit, p->arena, &c->problems);
	unit_read(&unit, service->text, service->source);
	/* Documents are sorted by path, and with them the drop-ins of one directory. */
	vec_each(d, &p->documents)
		if (is_drop_in(*d))
			unit_read(&unit, (*d)->text, (*d)->source);
	default_variables(p, &unit, &variables);
	daemon_add_unit(c, &unit, &(struct env_lookup){ find_default, &variables }, p->sources);
}

/* What one daemon.json and one docker.service make together; NULL: there are not one of each. */
static struct daemon_config *host_daemon(struct project *p)
{
	const struct document *service = NULL, *file = NULL;
	size_t services = 0, files = 0;

	if (p->host_daemon_tried)
		return p->host_daemon;
	p->host_daemon_tried = true;
	vec_each(d, &p->documents) {
		if (is_service(*d)) {
			service = *d;
			services++;
		} else if (is_file(*d, DOCUMENT_DAEMON_JSON)) {
			file = *d;
			files++;
		}
	}
	if (services != 1 || files > 1)
		return NULL;
	p->host_daemon = arena_new(p->arena, struct daemon_config);
	daemon_config_init(p->host_daemon, p->arena);
	if (file)
		daemon_add_file(p->host_daemon, file->text, file->source);
	add_units(p, service, p->host_daemon);
	daemon_config_finish(p->host_daemon);
	return p->host_daemon;
}

static struct daemon_config *new_daemon(struct project *p)
{
	struct daemon_config *c = arena_new(p->arena, struct daemon_config);

	daemon_config_init(c, p->arena);
	return c;
}

void read_daemon_document(struct project *p, struct document *d)
{
	if (d->holder && p->last_daemon && p->last_daemon->holder == d->holder)
		d->earlier = p->last_daemon;
	p->last_daemon = d;
	if (!d->holder && (d->daemon = host_daemon(p)))
		return;
	d->daemon = new_daemon(p);
	daemon_add_file(d->daemon, d->text, d->source);
	daemon_config_finish(d->daemon);
}

void read_unit_document(struct project *p, struct document *d)
{
	d->unit = arena_new(p->arena, struct unit_file);
	unit_init(d->unit, p->arena, &d->problems);
	unit_read(d->unit, d->text, d->source);
	if ((is_service(d) || is_drop_in(d)) && (d->daemon = host_daemon(p)))
		return;
	d->daemon = new_daemon(p);
	daemon_add_unit(d->daemon, d->unit, &(struct env_lookup){ 0 }, p->sources);
	daemon_config_finish(d->daemon);
}

void read_defaults_document(struct project *p, struct document *d)
{
	d->shell = arena_new(p->arena, struct shell_script);
	shell_parse(d->text, d->source, 0, &(struct shell_options){ 0 }, p->arena, d->shell);
}

/* --- profiles, sudoers --- */

void read_seccomp_document(struct project *p, struct document *d)
{
	d->seccomp = arena_new(p->arena, struct seccomp_profile);
	seccomp_profile_read(d->text, d->source, p->arena, d->seccomp);
}

void read_apparmor_document(struct project *p, struct document *d)
{
	d->apparmor = arena_new(p->arena, struct apparmor_file);
	apparmor_read(d->text, d->source, p->arena, d->apparmor);
}

void read_sudoers_document(struct project *p, struct document *d)
{
	d->sudoers = arena_new(p->arena, struct sudoers_file);
	sudoers_read(d->text, d->source, p->arena, d->sudoers);
}

/* --- scripts --- */

static bool is_swarm_command(const struct shell_command *c)
{
	static const struct slice words[] = {
		SLICE_INIT("swarm"), SLICE_INIT("service"), SLICE_INIT("stack"), SLICE_INIT("secret"),
	};
	size_t at = shell_program_word(c) + 1;

	if (!slice_is(shell_program(c), "docker") || at >= c->words.count)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (slice_eq(c->words.items[at].value, words[i]))
			return true;
	return false;
}

/* The file that the command writes: behind > or >>, or of tee. */
static struct slice written_path(const struct shell_command *c)
{
	vec_each(r, &c->redirections)
		if ((slice_is(r->op, ">") || slice_is(r->op, ">>")) && !r->target.expands)
			return r->target.value;
	if (slice_is(shell_program(c), "tee"))
		for (size_t i = shell_program_word(c) + 1; i < c->words.count; i++)
			if (c->words.items[i].value.len && c->words.items[i].value.data[0] != '-' &&
			    !c->words.items[i].expands)
				return c->words.items[i].value;
	return SLICE_EMPTY;
}

/* The word of an echo or printf whose bytes stand in the script as they are written. */
static bool echoed(const struct shell_command *c, struct span *ret)
{
	size_t at = shell_program_word(c) + 1;

	if (!slice_is(shell_program(c), "echo") && !slice_is(shell_program(c), "printf"))
		return false;
	if (at + 1 != c->words.count)
		return false;
	const struct shell_word *w = &c->words.items[at];
	bool quoted = w->text.len > 2 && (w->text.data[0] == '\'' || w->text.data[0] == '"') &&
		      w->text.len == w->value.len + 2;
	if (w->expands || !quoted)
		return false;
	*ret = (struct span){ w->span.source, w->span.offset + 1, w->value.len };
	return true;
}

static size_t holders(const struct document *d)
{
	size_t n = 0;

	for (; d->holder; d = d->holder)
		n++;
	return n;
}

static void add_written(struct project *p, struct document *d, struct slice path, struct span at, size_t number)
{
	struct slice text = slice_first(slice_from(d->text, at.offset), at.length);
	enum document_kind kind = recognise(path, text, false);

	if (kind == DOCUMENT_NONE || kind == DOCUMENT_MARKDOWN || kind == DOCUMENT_ENV || slice_empty(text))
		return;
	uint32_t source = source_add(p->sources, d->path, text, -1);
	source_add_piece(p->sources, source, (struct source_piece){ 0, text.len, at });
	struct document *own = project_add(p, kind, d->path, text, source);
	own->holder = d;
	own->excerpt = true;
	own->block = arena_printf(p->arena, "%.*s%s%.*s %zu", SLICE_ARG(d->block), slice_empty(d->block) ? "" : " ",
				  SLICE_ARG(slice_first(path, 200)), number);
}

static void find_written(struct project *p, struct document *d, const struct shell_command *c, size_t number)
{
	struct slice path = written_path(c);
	struct span at;

	/* `echo ... | sudo tee FILE` writes what the command before says. */
	if (slice_empty(path) && c->piped && number + 1 < d->shell->commands.count)
		path = written_path(&d->shell->commands.items[number + 1]);
	if (slice_empty(path))
		return;
	vec_each(r, &c->redirections)
		if (slice_starts(r->op, SLICE("<<")) && r->body.source == d->source && r->body.length)
			add_written(p, d, path, r->body, number);
	if (echoed(c, &at))
		add_written(p, d, path, at, number);
}

void read_shell_document(struct project *p, struct document *d)
{
	d->shell = arena_new(p->arena, struct shell_script);
	shell_parse(d->text, d->source, 0, &(struct shell_options){ 0 }, p->arena, d->shell);
	for (size_t i = 0; i < d->shell->commands.count; i++) {
		const struct shell_command *c = &d->shell->commands.items[i];

		if (!p->uses_swarm && is_swarm_command(c)) {
			p->uses_swarm = true;
			p->swarm = c->span;
		}
		if (holders(d) < HOLDERS_MAX)
			find_written(p, d, c, i);
	}
}
