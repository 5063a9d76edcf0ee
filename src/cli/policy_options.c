#include "cli/policy_options.h"

#include <fcntl.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "model/vex.h"

#define MAX_POLICY (4 * MIB)

const char *const sort_orders[] = { "severity", "risk", NULL };
const char *const policy_levels[] = { SEVERITY_WORDS, "never", NULL };
const char *const lint_levels[] = { SEVERITY_WORDS, "error", "warning", "info", "style", "never", NULL };

void policy_config_init(struct policy_config *c)
{
	c->exit_code = -1;
}

typedef bool policy_reader(struct policy *p, struct slice text, struct slice name, struct arena *a,
			   struct error *err);

/* A file that was named must be there; the habitual one may be missing. */
static bool read_file(struct policy *p, struct slice named, const char *habitual, policy_reader *read,
		      struct arena *a, struct error *err)
{
	struct slice text;
	struct error why = ERROR_INIT;
	const char *path = slice_empty(named) ? habitual : arena_cstr(a, named);

	if (!io_read_file(AT_FDCWD, path, MAX_POLICY, a, &text, &why)) {
		if (slice_empty(named) && why.code == ERR_NOT_FOUND)
			return true;
		return error_set(err, ERR_USAGE, "%s", why.message);
	}
	if (read(p, text, slice_from_cstr(path), a, &why))
		return true;
	return error_set(err, ERR_USAGE, "%s", why.message);
}

/* The text is not kept: what counts of it is in the arena. */
static bool read_vex(struct policy *p, const struct slice_list *files, struct arena *a, struct error *err)
{
	if (files->count)
		p->vex = arena_new(a, struct vex);
	vec_each(file, files) {
		CLEANUP(arena_release) struct arena bytes;
		struct error why = ERROR_INIT;
		struct slice text;

		arena_init(&bytes, 0);
		if (!io_read_file(AT_FDCWD, arena_cstr(a, *file), LIMIT_DOCUMENT, &bytes, &text, &why) ||
		    !vex_read(p->vex, text, *file, a, &why))
			return error_set(err, ERR_USAGE, "%s", why.message);
	}
	return true;
}

static bool set_severities(struct policy *p, const struct slice_list *words, struct error *err)
{
	if (words->count == 0)
		return true;
	p->severities = 0;
	vec_each(word, words) {
		enum severity s;

		if (!severity_parse(*word, &s))
			return error_set(err, ERR_USAGE, "--severity: \"%.*s\" is none of unknown, negligible, low, medium, high, critical",
					 SLICE_ARG(*word));
		p->severities |= 1u << s;
	}
	return true;
}

static bool set_risk(struct policy *p, const struct policy_config *c, struct error *err)
{
	if (!slice_empty(c->sort))
		p->sort_by_risk = slice_is(c->sort, "risk");
	p->only_kev |= c->only_kev;
	p->fail_on_kev |= c->fail_on_kev;
	if (c->exit_on_eol > 0)
		p->exit_on_eol = (int)c->exit_on_eol;
	if (!slice_empty(c->epss) && !policy_read_epss(p, c->epss))
		return error_set(err, ERR_USAGE, "--epss takes a probability from 0 to 1, not \"%.*s\"",
				 SLICE_ARG(c->epss));
	vec_each(word, &c->ignore_status)
		if (!policy_ignore_status(p, *word))
			return error_set(err, ERR_USAGE,
					 "--ignore-status: \"%.*s\" is none of no-dsa, postponed, ignored, unimportant, end-of-life, undetermined",
					 SLICE_ARG(*word));
	return true;
}

static void add_all(struct slice_list *to, const struct slice_list *from, struct arena *a)
{
	vec_each(item, from)
		*vec_add(a, to) = *item;
}

bool policy_load(struct policy *p, const struct policy_config *c, struct arena *a, struct error *err)
{
	return policy_load_from(p, SEVERITY_HIGH, c, a, err);
}

bool policy_load_from(struct policy *p, enum severity fail_on, const struct policy_config *c, struct arena *a,
		      struct error *err)
{
	policy_init(p);
	p->fail_on = fail_on;
	if (!read_file(p, c->config_file, "bulwark.yaml", policy_read_yaml, a, err) ||
	    !read_file(p, c->ignore_file, ".trivyignore", policy_read_trivyignore, a, err) ||
	    !set_severities(p, &c->severity, err) || !set_risk(p, c, err) ||
	    !read_vex(p, &c->vex, a, err))
		return false;
	if (!slice_empty(c->fail_on)) {
		p->fail_never = slice_is(c->fail_on, "never");
		if (!p->fail_never)
			severity_parse(c->fail_on, &p->fail_on);
	}
	if (c->exit_code >= 0)
		p->exit_code = (int)c->exit_code;
	p->ignore_unfixed |= c->ignore_unfixed;
	p->strict |= c->strict;
	add_all(&p->skip_dirs, &c->skip_dirs, a);
	add_all(&p->skip_files, &c->skip_files, a);
	return true;
}
