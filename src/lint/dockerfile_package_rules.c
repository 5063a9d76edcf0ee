/* Package managers in RUN: what they install, how reproducible it is, what they leave behind. */
#include <string.h>

#include "base/cleanup.h"
#include "lint/dockerfile_view.h"
#include "lint/rules.h"

static const struct dockerfile_view *view_of(const struct rule_context *c)
{
	return rule_dockerfile(c);
}

#define each_run(run, c) vec_each(run, &view_of(c)->runs) if (run->in->keyword == DOCKERFILE_RUN)

static bool one_of(struct slice word, const char *list)
{
	struct slice rest = slice_from_cstr(list), one;

	while (slice_next(&rest, '|', &one))
		if (slice_eq(one, word))
			return true;
	return false;
}

/* The final stage, or one that a later FROM builds upon: what it leaves behind is in an image. */
static bool stage_stays(const struct rule_context *c, const struct dockerfile_stage *s)
{
	const struct dockerfile *d = view_of(c)->file;

	if (!s || s->index + 1 == d->stages.count)
		return true;
	vec_each(later, &d->stages)
		if (later->parent == (int)s->index)
			return true;
	return false;
}

/* What an intermediate stage leaves behind costs nobody anything: the peers say it all the same. */
static void soften(const struct rule_context *c, const struct dockerfile_run *run, struct assessment *x)
{
	if (stage_stays(c, run->stage))
		return;
	x->severity = SEVERITY_NEGLIGIBLE;
	x->confidence = CONFIDENCE_LOW;
}

/* KICS looks into the final stage only for some of its queries. */
static bool in_final_stage(const struct rule_context *c, const struct dockerfile_run *run)
{
	return !run->stage || run->stage->index + 1 == view_of(c)->file->stages.count;
}

static bool mounts_cache(const struct dockerfile_run *run, const char *fragment)
{
	vec_each(m, &run->in->mounts)
		if ((slice_is(m->type, "cache") || slice_is(m->type, "tmpfs")) &&
		    slice_find(m->target, slice_from_cstr(fragment)) < m->target.len)
			return true;
	return false;
}

/* With the variables that are in force put in. */
static struct slice expanded(const struct rule_context *c, const struct dockerfile_run *run,
			     const struct shell_word *w)
{
	struct slice text;

	if (!w->expands || !dockerfile_expand(view_of(c)->file, run->in, w->value, c->arena, &text, NULL))
		return w->value;
	return text;
}

static bool has(struct slice text, const char *part)
{
	struct slice needle = slice_from_cstr(part);

	return slice_find(text, needle) < text.len || (needle.len == 0);
}

/* The fix of a missing option: behind the subcommand. */
static void fix_option(struct rule_context *c, struct assessment *x, const struct tool_call *t, const char *option,
		       bool is_unsafe)
{
	struct span at = t->subcommand_word->span;
	struct fix *fix = rule_fix(c, x, is_unsafe, "Add %s to %.*s %.*s", option, SLICE_ARG(t->program),
				   SLICE_ARG(t->subcommand));

	at.offset += at.length;
	at.length = 0;
	/* The exec form separates by commas: there is no place for a plain word. */
	if (t->subcommand_word->quoted)
		fix->title = SLICE_EMPTY;
	else
		rule_edit(c, fix, at, arena_printf(c->arena, " %s", option));
}

/* --- assume yes --- */

static unsigned count_q(const struct tool_call *t)
{
	unsigned n = 0;

	vec_each(o, &t->options) {
		if (one_of(o->value, "-q=2|--quiet=2"))
			return 2;
		if (slice_is(o->value, "--quiet"))
			n++;
		for (size_t i = 1; o->value.len > 1 && o->value.data[1] != '-' && i < o->value.len; i++)
			n += o->value.data[i] == 'q';
	}
	return n;
}

static void check_apt_yes(struct rule_context *c)
{
	struct tool_call t;

	each_run(run, c) run_each_command(command, run) {
		if (!tool_call(command, "apt-get", c->arena, &t) || !slice_is(t.subcommand, "install") ||
		    tool_option(&t, "-y") || tool_option(&t, "--yes") || tool_option(&t, "--assume-yes") || count_q(&t) >= 2)
			continue;
		struct assessment *x = rule_fail(c, command->span, "apt-get install asks before it installs: -y is missing");
		rule_alias(c, x, "hadolint:DL3014");
		rule_alias(c, x, "trivy:DS-0021");
		rule_alias(c, x, "kics:APT-GET Missing Flags To Avoid Manual Input");
		fix_option(c, x, &t, "-y", false);
	}
}

struct yes_row {
	const char *programs, *subcommands;
	const char *options[4];
	const char *hadolint, *kics, *semgrep, *fix;
};

static void check_yes(struct rule_context *c, const struct yes_row *row)
{
	struct tool_call t;

	each_run(run, c) run_each_command(command, run) {
		bool yes = false;

		if (!tool_call(command, row->programs, c->arena, &t) || !one_of(t.subcommand, row->subcommands))
			continue;
		for (size_t i = 0; i < ARRAY_LEN(row->options) && row->options[i]; i++)
			yes |= tool_option(&t, row->options[i]) != NULL;
		if (yes)
			continue;
		struct assessment *x = rule_fail(c, command->span, "%.*s %.*s asks before it installs: %s is missing",
						 SLICE_ARG(t.program), SLICE_ARG(t.subcommand), row->fix);
		rule_alias(c, x, row->hadolint);
		rule_alias_if(c, x, in_final_stage(c, run), row->kics);
		if (row->semgrep)
			rule_alias(c, x, row->semgrep);
		fix_option(c, x, &t, row->fix, false);
	}
}

static void check_yum_yes(struct rule_context *c)
{
	static const struct yes_row row = {
		"yum", "install|groupinstall|localinstall|reinstall", { "-y", "--assumeyes" },
		"hadolint:DL3030", "kics:Yum Install Allows Manual Input", "semgrep:missing-yum-assume-yes-switch", "-y",
	};

	check_yes(c, &row);
}

static void check_dnf_yes(struct rule_context *c)
{
	static const struct yes_row row = {
		"dnf|microdnf|dnf5", "install|in|groupinstall|localinstall|reinstall|rei", { "-y", "--assumeyes" },
		"hadolint:DL3038", "kics:Missing Flag From Dnf Install", "semgrep:missing-dnf-assume-yes-switch", "-y",
	};

	check_yes(c, &row);
}

static void check_zypper_yes(struct rule_context *c)
{
	static const struct yes_row row = {
		"zypper", "install|in|remove|rm|source-install|si|patch|update|up|dist-upgrade|dup",
		{ "-n", "--non-interactive", "-y", "--no-confirm" },
		"hadolint:DL3034", "kics:Missing Zypper Non-interactive Switch", "semgrep:missing-zypper-no-confirm-switch", "-y",
	};

	check_yes(c, &row);
}

/* --- recommends, apt instead of apt-get, dist-upgrade --- */

static bool says_no_recommends(const struct tool_call *t)
{
	if (tool_option(t, "--no-install-recommends"))
		return true;
	vec_each(w, &t->command->words) {
		struct slice v = w->value;
		size_t at = slice_rfind_byte(v, ':');

		if (at < v.len && (slice_eq_nocase(slice_from(v, at + 1), SLICE("install-recommends=false")) ||
				   slice_eq_nocase(slice_from(v, at + 1), SLICE("install-recommends=0"))))
			return true;
	}
	return false;
}

static void check_apt_recommends(struct rule_context *c)
{
	struct tool_call t;

	each_run(run, c) run_each_command(command, run) {
		if (!tool_call(command, "apt-get", c->arena, &t) || !slice_is(t.subcommand, "install") ||
		    says_no_recommends(&t))
			continue;
		struct assessment *x = rule_fail(c, command->span,
						 "apt-get install brings in recommended packages that nobody asked for");
		rule_alias(c, x, "hadolint:DL3015");
		rule_alias(c, x, "trivy:DS-0029");
		rule_alias(c, x, "kics:APT-GET Not Avoiding Additional Packages");
		rule_alias(c, x, "semgrep:missing-no-install-recommends");
		fix_option(c, x, &t, "--no-install-recommends", true);
	}
}

static void check_apt_cli(struct rule_context *c)
{
	struct tool_call t;

	each_run(run, c) run_each_command(command, run) {
		if (!tool_call(command, "apt", c->arena, &t))
			continue;
		size_t n = shell_program_word(command);
		struct span at = command->words.items[n].span;
		struct assessment *x = rule_fail(c, at, "apt is made for people at a terminal: apt-get or apt-cache do not change under scripts");

		rule_alias(c, x, "hadolint:DL3027");
		rule_alias(c, x, "checkov:CKV_DOCKER_9");
		rule_alias(c, x, "kics:Run Using apt");
		rule_alias(c, x, "semgrep:prefer-apt-get");
		if (one_of(t.subcommand, "install|update|upgrade|remove|purge|autoremove|clean|autoclean|full-upgrade|dist-upgrade") &&
		    slice_is(command->words.items[n].text, "apt"))
			rule_edit(c, rule_fix(c, x, false, "Call apt-get"), at, SLICE("apt-get"));
	}
}

static void check_dist_upgrade(struct rule_context *c)
{
	struct tool_call t;

	each_run(run, c) run_each_command(command, run) {
		bool apt = tool_call(command, "apt-get|apt|aptitude", c->arena, &t) &&
			   one_of(t.subcommand, "dist-upgrade|full-upgrade");
		bool zypper = !apt && tool_call(command, "zypper", c->arena, &t) && one_of(t.subcommand, "dist-upgrade|dup");

		if (!apt && !zypper)
			continue;
		struct assessment *x = rule_fail(c, command->span, "%.*s %.*s changes the release that the base image promises",
						 SLICE_ARG(t.program), SLICE_ARG(t.subcommand));
		rule_alias_if(c, x, apt && slice_is(t.subcommand, "dist-upgrade"), "trivy:DS-0024");
		rule_alias_if(c, x, zypper, "hadolint:DL3035");
	}
}

/* --- pinned versions --- */

typedef bool pinned_function(struct slice package);

struct pin_row {
	const char *programs, *subcommands;
	pinned_function *pinned;
	const char *hadolint, *kics, *semgrep;
};

static void pin_alias(struct rule_context *c, struct assessment *x, const struct pin_row *row, struct slice package)
{
	rule_alias(c, x, row->hadolint);
	/* KICS takes any git address for a version. */
	if (row->kics && !slice_starts(package, SLICE("git")))
		rule_alias(c, x, row->kics);
	if (row->semgrep)
		rule_alias(c, x, row->semgrep);
}

static void check_pin(struct rule_context *c, const struct pin_row *row)
{
	struct tool_call t;

	each_run(run, c) run_each_command(command, run) {
		if (!tool_call(command, row->programs, c->arena, &t) || !one_of(t.subcommand, row->subcommands))
			continue;
		vec_each(package, &t.operands) {
			if (row->pinned(expanded(c, run, package)))
				continue;
			struct assessment *x = rule_fail(c, package->span, "%.*s is installed in whatever version there is today",
							 SLICE_ARG(package->value));
			pin_alias(c, x, row, package->value);
			break;
		}
	}
}

static bool apt_pinned(struct slice p)
{
	return has(p, "=") || has(p, "/") || slice_ends(p, SLICE(".deb"));
}

static void check_apt_pin(struct rule_context *c)
{
	static const struct pin_row row = { "apt-get", "install", apt_pinned, "hadolint:DL3008",
					    "kics:Apt Get Install Pin Version Not Defined", NULL };

	check_pin(c, &row);
}

static bool apk_pinned(struct slice p)
{
	return has(p, "=") || has(p, "~") || has(p, "<") || has(p, ">") || slice_ends(p, SLICE(".apk")) ||
	       slice_starts(p, SLICE("."));
}

static void check_apk_pin(struct rule_context *c)
{
	static const struct pin_row row = { "apk", "add", apk_pinned, "hadolint:DL3018",
					    "kics:Unpinned Package Version in Apk Add", NULL };

	check_pin(c, &row);
}

/* "name-1.2": a digit behind a hyphen; files and URLs say their version themselves. */
static bool rpm_pinned(struct slice p)
{
	if (slice_ends(p, SLICE(".rpm")) || has(p, "/") || slice_starts(p, SLICE("@")))
		return true;
	for (size_t i = 0; i + 1 < p.len; i++)
		if (p.data[i] == '-' && ascii_digit(p.data[i + 1]))
			return true;
	return false;
}

/* "dnf module install tomcat:9": the stream is the version. */
static bool check_module(struct rule_context *c, const struct tool_call *t, const char *hadolint)
{
	if (!slice_is(t->subcommand, "module"))
		return false;
	if (t->operands.count < 2 || !one_of(t->operands.items[0].value, "install|enable"))
		return true;
	for (size_t i = 1; i < t->operands.count; i++)
		if (!has(t->operands.items[i].value, ":")) {
			rule_alias(c, rule_fail(c, t->operands.items[i].span, "the module %.*s is installed without its stream",
						SLICE_ARG(t->operands.items[i].value)), hadolint);
			break;
		}
	return true;
}

static void check_rpm_pin(struct rule_context *c, const struct pin_row *row)
{
	struct tool_call t;

	check_pin(c, row);
	each_run(run, c) run_each_command(command, run)
		if (tool_call(command, row->programs, c->arena, &t))
			check_module(c, &t, row->hadolint);
}

static void check_yum_pin(struct rule_context *c)
{
	static const struct pin_row row = { "yum", "install|localinstall|reinstall", rpm_pinned, "hadolint:DL3033",
					    "kics:Yum install Without Version", NULL };

	check_rpm_pin(c, &row);
}

static void check_dnf_pin(struct rule_context *c)
{
	static const struct pin_row row = { "dnf|microdnf|dnf5", "install|in|reinstall|rei", rpm_pinned, "hadolint:DL3041",
					    "kics:Missing Version Specification In dnf install", NULL };

	check_rpm_pin(c, &row);
}

static bool zypper_pinned(struct slice p)
{
	return has(p, "=") || has(p, "<") || has(p, ">") || slice_ends(p, SLICE(".rpm"));
}

static void check_zypper_pin(struct rule_context *c)
{
	static const struct pin_row row = { "zypper", "install|in", zypper_pinned, "hadolint:DL3037",
					    "kics:Zypper Install Without Version", NULL };

	check_pin(c, &row);
}

static bool npm_local(struct slice p)
{
	return slice_starts(p, SLICE("/")) || slice_starts(p, SLICE(".")) || slice_starts(p, SLICE("~")) ||
	       slice_ends(p, SLICE(".tar")) || slice_ends(p, SLICE(".tar.gz")) || slice_ends(p, SLICE(".tgz"));
}

static bool npm_pinned(struct slice p)
{
	if (slice_starts(p, SLICE("git+")) || slice_starts(p, SLICE("git://")))
		return has(p, "#");
	/* The '@' of a scope is no version's. */
	return npm_local(p) || has(slice_from(p, slice_starts(p, SLICE("@")) ? 1 : 0), "@") || slice_starts(p, SLICE("$"));
}

static void check_npm_pin(struct rule_context *c)
{
	static const struct pin_row row = { "npm", "install|i|add", npm_pinned, "hadolint:DL3016",
					    "kics:NPM Install Command Without Pinned Version", NULL };

	check_pin(c, &row);
}

static size_t dashes_at(const struct shell_command *command)
{
	for (size_t i = 0; i < command->words.count; i++)
		if (slice_is(command->words.items[i].value, "--"))
			return (size_t)command->words.items[i].span.offset;
	return SIZE_MAX;
}

static void check_gem_pin(struct rule_context *c)
{
	struct tool_call t;

	each_run(run, c) run_each_command(command, run) {
		if (!tool_call(command, "gem", c->arena, &t) || !one_of(t.subcommand, "install|i") ||
		    tool_option(&t, "-v") || tool_option(&t, "--version"))
			continue;
		vec_each(package, &t.operands) {
			if (has(package->value, ":") || slice_ends(package->value, SLICE(".gem")) ||
			    one_of(package->value, "true|false") ||
			    package->span.offset > dashes_at(command))
				continue;
			struct assessment *x = rule_fail(c, package->span, "the gem %.*s is installed in whatever version there is today",
							 SLICE_ARG(package->value));
			rule_alias(c, x, "hadolint:DL3028");
			rule_alias(c, x, "kics:Gem Install Without Version");
			break;
		}
	}
}

static bool go_pinned(struct slice p)
{
	size_t at = slice_rfind_byte(p, '@');

	if (slice_starts(p, SLICE("/")) || slice_starts(p, SLICE(".")) || slice_starts(p, SLICE("$")) ||
	    slice_ends(p, SLICE(".go")))
		return true;
	return at < p.len && !one_of(slice_from(p, at + 1), "latest|upgrade|none|patch");
}

static void check_go_pin(struct rule_context *c)
{
	struct tool_call t;

	each_run(run, c) run_each_command(command, run) {
		if (!tool_call(command, "go", c->arena, &t) || !one_of(t.subcommand, "install|get|run"))
			continue;
		for (size_t i = 0; i < t.operands.count && (i == 0 || !slice_is(t.subcommand, "run")); i++) {
			if (go_pinned(expanded(c, run, &t.operands.items[i])))
				continue;
			rule_alias(c, rule_fail(c, t.operands.items[i].span, "%.*s is built from whatever version there is today",
						SLICE_ARG(t.operands.items[i].value)), "hadolint:DL3062");
			break;
		}
	}
}

/* --- pip --- */

static bool is_pip(struct slice program)
{
	return slice_starts(program, SLICE("pip")) && (program.len == 3 || ascii_digit(program.data[3]));
}

/* "pip install", "python -m pip install", "pipx install"; words behind "install" in *ret. */
static bool pip_call(const struct shell_command *command, struct arena *a, bool pipx, struct tool_call *ret)
{
	struct slice program = shell_program(command);
	size_t first = shell_program_word(command) + 1;

	*ret = (struct tool_call){ .command = command, .program = program };
	if (slice_starts(program, SLICE("python")) && command->words.count > first + 1 &&
	    slice_is(command->words.items[first].value, "-m") && is_pip(command->words.items[first + 1].value))
		first += 2;
	else if (!is_pip(program) && !(pipx && slice_is(program, "pipx")))
		return false;
	for (size_t i = first; i < command->words.count; i++) {
		const struct shell_word *w = &command->words.items[i];

		if (w->value.len > 1 && w->value.data[0] == '-') {
			*vec_add(a, &ret->options) = *w;
			i += one_of(w->value, "--index-url|-i|--extra-index-url|--prefix|--root|-t|--target|-r|--requirement|-c|"
					      "--constraint|--trusted-host|-f|--find-links|--cache-dir|--platform|--python-version|"
					      "--timeout|--retries|--root-user-action|--python|--proxy|--cert|--src|-e|--editable|--global-option|--progress-bar|"
					      "--no-binary|--only-binary|--upgrade-strategy|--abi|--implementation|--log");
		} else if (!ret->subcommand_word) {
			ret->subcommand_word = w;
			ret->subcommand = w->value;
		} else {
			*vec_add(a, &ret->operands) = *w;
		}
	}
	return slice_is(ret->subcommand, "install");
}

static bool pip_pinned(struct slice p)
{
	static const char *const signs[] = { "==", ">=", "<=", "!=", "~=", ">", "<", " @ " };

	if (slice_starts(p, SLICE("git+")) || slice_starts(p, SLICE("hg+")) || slice_starts(p, SLICE("svn+")))
		return has(slice_from(p, slice_find(p, SLICE("://")) + 3), "@");
	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (has(p, signs[i]))
			return true;
	return has(p, "/") || slice_is(p, ".") || slice_ends(p, SLICE(".whl")) || slice_ends(p, SLICE(".tar.gz")) ||
	       slice_ends(p, SLICE(".tar")) || slice_ends(p, SLICE(".zip")) || slice_starts(p, SLICE("."));
}

static void check_pip_pin(struct rule_context *c)
{
	struct tool_call t;

	each_run(run, c) run_each_command(command, run) {
		if (!pip_call(command, c->arena, true, &t) || tool_option(&t, "--requirement") || tool_option(&t, "-r") ||
		    tool_option(&t, "--constraint") || tool_option(&t, "-c"))
			continue;
		vec_each(package, &t.operands) {
			if (pip_pinned(expanded(c, run, package)))
				continue;
			struct assessment *x = rule_fail(c, package->span, "%.*s is installed in whatever version there is today",
							 SLICE_ARG(package->value));
			rule_alias(c, x, "hadolint:DL3013");
				rule_alias_if(c, x, !slice_is(t.program, "pipx") && !has(package->value, "="),
				      "kics:Unpinned Package Version in Pip Install");
			break;
		}
	}
}

static bool truthy(struct slice v)
{
	return !slice_empty(v) && !slice_is(v, "0") && !slice_eq_nocase(v, SLICE("off")) &&
	       !slice_eq_nocase(v, SLICE("no")) && !slice_eq_nocase(v, SLICE("false"));
}

/* PIP_NO_CACHE_DIR by ENV, on the command, or exported before it in the same RUN. */
static bool pip_env_set(const struct dockerfile_run *run, const struct shell_command *command)
{
	const struct dockerfile_binding *env = dockerfile_variable(run->in, SLICE("PIP_NO_CACHE_DIR"));
	bool set = env && env->env && truthy(env->value);

	vec_each(x, &command->assignments)
		if (slice_is(x->name, "PIP_NO_CACHE_DIR"))
			set = truthy(x->value.value);
	run_each_command(other, run)
		vec_each(w, &other->words)
			if (slice_starts(w->value, SLICE("PIP_NO_CACHE_DIR=")))
				set = truthy(slice_from(w->value, 17));
	return set;
}

static void check_pip_cache(struct rule_context *c)
{
	struct tool_call t;

	each_run(run, c) run_each_command(command, run) {
		if (!pip_call(command, c->arena, false, &t) || tool_option(&t, "--no-cache-dir") ||
		    mounts_cache(run, "/.cache/pip") || mounts_cache(run, "/cache/pip") || pip_env_set(run, command))
			continue;
		struct assessment *x = rule_fail(c, command->span, "pip leaves its download cache in the layer");
		rule_alias(c, x, "hadolint:DL3042");
		rule_alias(c, x, "kics:Pip install Keeping Cached Packages");
		soften(c, run, x);
		fix_option(c, x, &t, "--no-cache-dir", false);
	}
}

/* --- what is left behind --- */

static bool removes(const struct dockerfile_run *run, const char *path, size_t behind)
{
	for (size_t i = behind; i < run->script.commands.count; i++) {
		const struct shell_command *command = &run->script.commands.items[i];

		if (!slice_is(shell_program(command), "rm"))
			continue;
		vec_each(w, &command->words)
			if (has(w->value, path))
				return true;
	}
	return false;
}

static void check_apt_lists(struct rule_context *c)
{
	struct tool_call t;

	each_run(run, c) {
		const struct shell_command *update = NULL;

		run_each_command(command, run)
			if (tool_call(command, "apt-get|apt|aptitude", c->arena, &t) && slice_is(t.subcommand, "update"))
				update = command;
		if (!update || removes(run, "/var/lib/apt/lists", 0) ||
		    (mounts_cache(run, "/var/lib/apt") && mounts_cache(run, "/var/cache/apt")))
			continue;
		struct assessment *x = rule_fail(c, update->span, "the package lists stay in the layer");
		bool stays = stage_stays(c, run->stage);
		tool_call(update, "apt-get|apt|aptitude", c->arena, &t);
		rule_alias_if(c, x, stays || run->in->parent, "hadolint:DL3009");
		rule_alias(c, x, "kics:Apt Get Install Lists Were Not Deleted");
		rule_alias(c, x, "semgrep:remove-package-lists");
		soften(c, run, x);
		if (run->exec_form || run->heredoc || update->depth || update->substitution)
			continue;
		const struct shell_command *last = &run->script.commands.items[run->script.commands.count - 1];
		if (last->depth || last->substitution || last->piped)
			continue;
		struct span at = last->span;
		at.offset += at.length;
		at.length = 0;
		rule_edit(c, rule_fix(c, x, false, "Remove the package lists in the same layer"), at,
			  SLICE(" && rm -rf /var/lib/apt/lists/*"));
	}
}

static void check_apk_cache(struct rule_context *c)
{
	struct tool_call t;

	each_run(run, c) run_each_command(command, run) {
		if (!tool_call(command, "apk", c->arena, &t) || !slice_is(t.subcommand, "add") ||
		    tool_option(&t, "--no-cache"))
			continue;
		bool mounted = mounts_cache(run, "/var/cache/apk");
		bool removed = removes(run, "/var/cache/apk", 0);
		struct assessment *x = rule_fail(c, command->span, "apk leaves its index in the layer");

		rule_alias_if(c, x, !mounted, "hadolint:DL3019");
		rule_alias(c, x, "trivy:DS-0025");
		rule_alias(c, x, "kics:Apk Add Using Local Cache Path");
		rule_alias(c, x, "semgrep:missing-apk-no-cache");
		soften(c, run, x);
		if (mounted || removed) {
			x->severity = SEVERITY_NEGLIGIBLE;
			x->confidence = CONFIDENCE_LOW;
		} else {
			fix_option(c, x, &t, "--no-cache", false);
		}
	}
}

struct clean_row {
	const char *programs, *subcommands, *clean, *what; /* what: operand of clean; NULL: none needed */
	const char *caches[3];
	const char *hadolint, *kics, *semgrep, *command;
	bool kics_everywhere; /* not in the final stage only */
};

static bool cleans(const struct tool_call *t, const struct clean_row *row)
{
	if (!one_of(t->subcommand, row->clean))
		return false;
	if (!row->what)
		return true;
	vec_each(o, &t->operands)
		if (slice_eq(o->value, slice_from_cstr(row->what)))
			return true;
	return false;
}

/* The last install of the RUN that no clean follows. */
static const struct shell_command *uncleaned(struct rule_context *c, const struct dockerfile_run *run,
					     const struct clean_row *row, struct tool_call *ret)
{
	const struct shell_command *install = NULL;
	struct slice program = SLICE_EMPTY;
	struct tool_call t;

	run_each_command(command, run) {
		if (!tool_call(command, row->programs, c->arena, &t))
			continue;
		if (one_of(t.subcommand, row->subcommands)) {
			install = command;
			program = t.program;
			*ret = t;
		} else if (cleans(&t, row) && slice_eq(t.program, program)) {
			install = NULL;
		}
	}
	return install;
}

static bool cache_handled(const struct dockerfile_run *run, const struct clean_row *row,
			  const struct shell_command *install)
{
	size_t behind = (size_t)(install - run->script.commands.items);

	for (size_t i = 0; i < ARRAY_LEN(row->caches) && row->caches[i]; i++)
		if (mounts_cache(run, row->caches[i]) || removes(run, row->caches[i], behind))
			return true;
	return false;
}

static void check_clean(struct rule_context *c, const struct clean_row *row, const char *(*trivy)(const struct tool_call *))
{
	struct tool_call t;

	each_run(run, c) {
		const struct shell_command *install = uncleaned(c, run, row, &t);

		if (!install)
			continue;
		bool handled = cache_handled(run, row, install);
		const char *trivy_id = trivy(&t);
		if (handled && !trivy_id)
			continue;
		struct assessment *x = rule_fail(c, install->span, "%.*s leaves its cache in the layer", SLICE_ARG(t.program));
		rule_alias_if(c, x, !handled && !one_of(t.subcommand, "upgrade-minimal|remove|rm"), row->hadolint);
		rule_alias_if(c, x, !handled && (row->kics_everywhere || in_final_stage(c, run)) && !has(rule_text(c, run->in->span), row->command), row->kics);
		if (row->semgrep)
			rule_alias_if(c, x, !handled, row->semgrep);
		if (trivy_id)
			rule_alias(c, x, trivy_id);
		soften(c, run, x);
		if (handled)
			x->severity = SEVERITY_NEGLIGIBLE;
	}
}

static const char *trivy_yum(const struct tool_call *t)
{
	return one_of(t->subcommand, "install|in|reinstall|rei|install-n|install-na|install-nevra|groupinstall|localinstall") ?
	       "trivy:DS-0015" : NULL;
}

static void check_yum_clean(struct rule_context *c)
{
	static const struct clean_row row = {
		"yum", "install|groupinstall|localinstall|reinstall|update|upgrade", "clean", "all",
		{ "/var/cache/yum", "/var/cache/dnf" }, "hadolint:DL3032", "kics:Yum Clean All Missing",
		"semgrep:missing-yum-clean-all", "yum clean all", true,
	};

	check_clean(c, &row, trivy_yum);
}

static const char *trivy_dnf(const struct tool_call *t)
{
	if (!one_of(t->subcommand, "install|in|reinstall|rei|install-n|install-na|install-nevra"))
		return NULL;
	return slice_is(t->program, "microdnf") ? "trivy:DS-0027" : "trivy:DS-0019";
}

static void check_dnf_clean(struct rule_context *c)
{
	static const struct clean_row row = {
		"dnf|microdnf|dnf5", "install|in|upgrade|up|update|reinstall|rei|groupinstall|localinstall|upgrade-minimal",
		"clean", "all", { "/var/cache/libdnf5", "/var/cache/dnf", "/var/cache/yum" }, "hadolint:DL3040",
		"kics:Missing Dnf Clean All", "semgrep:missing-dnf-clean-all", "dnf clean all",
	};

	check_clean(c, &row, trivy_dnf);
}

static const char *trivy_zypper(const struct tool_call *t)
{
	return one_of(t->subcommand, "install|in|remove|rm|source-install|si|patch") ? "trivy:DS-0020" : NULL;
}

static void check_zypper_clean(struct rule_context *c)
{
	static const struct clean_row row = {
		"zypper", "install|in|remove|rm|source-install|si|patch|update|up|dist-upgrade|dup", "clean|cc", NULL,
		{ "/var/cache/zypp" }, "hadolint:DL3036", "kics:Missing Zypper Clean", NULL, "zypper clean",
	};

	check_clean(c, &row, trivy_zypper);
}

static void check_yarn_cache(struct rule_context *c)
{
	struct tool_call t;

	each_run(run, c) {
		const struct shell_command *install = NULL;
		bool cleaned = false;

		run_each_command(command, run) {
			if (!tool_call(command, "yarn", c->arena, &t))
				continue;
			if (one_of(t.subcommand, "install|add"))
				install = command;
			cleaned |= slice_is(t.subcommand, "cache") && t.operands.count && slice_is(t.operands.items[0].value, "clean");
		}
		if (!install || cleaned || mounts_cache(run, "/.cache/yarn") || mounts_cache(run, "/usr/local/share/.cache") ||
		    !(stage_stays(c, run->stage) || run->in->parent))
			continue;
		rule_alias(c, rule_fail(c, install->span, "yarn leaves its download cache in the layer"), "hadolint:DL3060");
	}
}

/* --- update in a layer of its own --- */

static const struct {
	const char *programs, *update, *install;
} updaters[] = {
	{ "apt-get|apt|aptitude", "update", "install|upgrade|dist-upgrade|full-upgrade|build-dep|source" },
	{ "apk", "update", "add|upgrade" },
	{ "dnf|microdnf|yum", "update|check-update", "install|in|upgrade|reinstall|groupinstall|localinstall" },
	{ "zypper", "update|up|refresh|ref", "install|in|patch|dist-upgrade|dup|source-install|si" },
	{ "pacman", "-Sy|-Syu|-Syyu|-Syy", "-S" },
};

static bool run_does(struct rule_context *c, const struct dockerfile_run *run, const char *programs, const char *words)
{
	run_each_command(command, run) {
		struct slice program = shell_program(command);

		if (!one_of(program, programs))
			continue;
		for (size_t i = shell_program_word(command) + 1; i < command->words.count; i++)
			if (one_of(command->words.items[i].value, words))
				return true;
	}
	(void)c;
	return false;
}

/* Does any package manager install something in this RUN? */
static bool installs_something(struct rule_context *c, const struct dockerfile_run *run)
{
	for (size_t i = 0; i < ARRAY_LEN(updaters); i++)
		if (run_does(c, run, updaters[i].programs, updaters[i].install))
			return true;
	return false;
}

/* A later RUN of the stage installs with the same manager out of the stale lists. */
static const struct dockerfile_run *later_install(struct rule_context *c, const struct dockerfile_run *run, size_t updater)
{
	const struct dockerfile_run *end = view_of(c)->runs.items + view_of(c)->runs.count;

	for (const struct dockerfile_run *later = run + 1; later < end; later++)
		if (later->stage == run->stage && later->in->keyword == DOCKERFILE_RUN &&
		    run_does(c, later, updaters[updater].programs, updaters[updater].install) &&
		    !run_does(c, later, updaters[updater].programs, updaters[updater].update))
			return later;
	return NULL;
}

static void check_update_alone(struct rule_context *c)
{
	each_run(run, c) for (size_t u = 0; u < ARRAY_LEN(updaters); u++) {
		if (!run_does(c, run, updaters[u].programs, updaters[u].update) || installs_something(c, run))
			continue;
		const struct dockerfile_run *later = later_install(c, run, u);
		bool upgrade = one_of(SLICE("dnf"), updaters[u].programs) || one_of(SLICE("zypper"), updaters[u].programs);
		struct assessment *x = rule_fail(c, run->in->span,
						 "an update in a layer of its own stays in the build cache, and later installs use stale lists");
		if (later)
			rule_also_at(c, x, later->in->span);
		rule_alias(c, x, "trivy:DS-0017");
		rule_alias(c, x, "checkov:CKV_DOCKER_5");
		rule_alias_if(c, x, later != NULL, "kics:Update Instruction Alone");
		if (!later && !upgrade)
			x->severity = SEVERITY_LOW;
	}
}

#define ROW(name, number, what, level, why, kind, check_function, ...)                                    \
	{ .rule = { .id = SLICE_INIT(name), .version = number, .title = SLICE_INIT(what), .severity = level, \
		    .confidence = CONFIDENCE_HIGH, .fix = kind, .help = SLICE_INIT(why), __VA_ARGS__ },   \
	  .check = check_function }

#define PIN_HELP "The same Dockerfile builds another image tomorrow. Name the version, or build from a lock file or a snapshot of the archive."
#define YES_HELP "A build has nobody who could answer, so the command fails. Add the option that answers yes."
#define CACHE_HELP "What is not removed in the layer that made it stays in the image. Clean up in the same RUN, or mount a cache."

static const struct rule_row rows[] = {
	ROW("dockerfile-apt-yes", 1, "apt-get install without -y", SEVERITY_MEDIUM, YES_HELP, RULE_FIX_SAFE, check_apt_yes,
	    .aliases = RULE_LIST("hadolint:DL3014", "trivy:DS-0021", "kics:APT-GET Missing Flags To Avoid Manual Input"),
	    .bad = "FROM debian:12\nRUN apt-get install curl\n", .good = "FROM debian:12\nRUN apt-get install -y curl\n"),
	ROW("dockerfile-apt-recommends", 1, "apt-get install with recommended packages", SEVERITY_LOW,
	    "Recommended packages are more to update and more to attack. Install what is needed with --no-install-recommends.",
	    RULE_FIX_UNSAFE, check_apt_recommends,
	    .aliases = RULE_LIST("hadolint:DL3015", "trivy:DS-0029", "kics:APT-GET Not Avoiding Additional Packages",
				 "semgrep:missing-no-install-recommends"),
	    .references = RULE_LIST("cis:4.3", "nist:4.1.2"),
	    .bad = "FROM debian:12\nRUN apt-get install -y curl\n",
	    .good = "FROM debian:12\nRUN apt-get install -y --no-install-recommends curl\n"),
	ROW("dockerfile-apt-lists", 1, "Package lists left in the layer", SEVERITY_LOW, CACHE_HELP, RULE_FIX_SAFE, check_apt_lists,
	    .aliases = RULE_LIST("hadolint:DL3009", "kics:Apt Get Install Lists Were Not Deleted", "semgrep:remove-package-lists"),
	    .bad = "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
	    .good = "FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n"),
	ROW("dockerfile-apt-pin", 1, "apt packages without a version", SEVERITY_LOW, PIN_HELP, RULE_FIX_NONE, check_apt_pin,
	    .aliases = RULE_LIST("hadolint:DL3008", "kics:Apt Get Install Pin Version Not Defined"),
	    .bad = "FROM debian:12\nRUN apt-get install -y curl\n",
	    .good = "FROM debian:12\nRUN apt-get install -y curl=7.88.1-10+deb12u12\n"),
	ROW("dockerfile-apt-cli", 1, "apt instead of apt-get", SEVERITY_MEDIUM,
	    "apt's options and output may change from release to release. Scripts call apt-get.", RULE_FIX_SAFE, check_apt_cli,
	    .aliases = RULE_LIST("hadolint:DL3027", "checkov:CKV_DOCKER_9", "kics:Run Using apt", "semgrep:prefer-apt-get"),
	    .bad = "FROM debian:12\nRUN apt install -y curl\n", .good = "FROM debian:12\nRUN apt-get install -y curl\n"),
	ROW("dockerfile-dist-upgrade", 1, "Upgrade of the whole distribution", SEVERITY_MEDIUM,
	    "An image whose release is upgraded is no longer the base that it names. Choose a newer base image.", RULE_FIX_NONE,
	    check_dist_upgrade, .aliases = RULE_LIST("trivy:DS-0024", "hadolint:DL3035"),
	    .bad = "FROM debian:12\nRUN apt-get update && apt-get dist-upgrade -y\n", .good = "FROM debian:13\nRUN apt-get update && apt-get upgrade -y\n"),
	ROW("dockerfile-update-alone", 1, "Package lists updated in a layer of their own", SEVERITY_HIGH,
	    "The layer comes from the build cache for weeks while what is installed later looks into its stale lists. Update and install in one RUN.",
	    RULE_FIX_NONE, check_update_alone,
	    .aliases = RULE_LIST("trivy:DS-0017", "checkov:CKV_DOCKER_5", "kics:Update Instruction Alone"),
	    .references = RULE_LIST("cis:4.7", "nist:4.1.2"),
	    .bad = "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y curl\n",
	    .good = "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n"),
	ROW("dockerfile-apk-cache", 1, "apk add without --no-cache", SEVERITY_LOW, CACHE_HELP, RULE_FIX_SAFE, check_apk_cache,
	    .aliases = RULE_LIST("hadolint:DL3019", "trivy:DS-0025", "kics:Apk Add Using Local Cache Path", "semgrep:missing-apk-no-cache"),
	    .bad = "FROM alpine:3.22\nRUN apk add curl\n", .good = "FROM alpine:3.22\nRUN apk add --no-cache curl\n"),
	ROW("dockerfile-apk-pin", 1, "apk packages without a version", SEVERITY_LOW, PIN_HELP, RULE_FIX_NONE, check_apk_pin,
	    .aliases = RULE_LIST("hadolint:DL3018", "kics:Unpinned Package Version in Apk Add"),
	    .bad = "FROM alpine:3.22\nRUN apk add --no-cache curl\n", .good = "FROM alpine:3.22\nRUN apk add --no-cache curl=~8\n"),
	ROW("dockerfile-yum-yes", 1, "yum install without -y", SEVERITY_MEDIUM, YES_HELP, RULE_FIX_SAFE, check_yum_yes,
	    .aliases = RULE_LIST("hadolint:DL3030", "kics:Yum Install Allows Manual Input", "semgrep:missing-yum-assume-yes-switch"),
	    .bad = "FROM rockylinux:9\nRUN yum install curl\n", .good = "FROM rockylinux:9\nRUN yum install -y curl\n"),
	ROW("dockerfile-yum-clean", 1, "yum's cache left in the layer", SEVERITY_MEDIUM, CACHE_HELP, RULE_FIX_NONE, check_yum_clean,
	    .aliases = RULE_LIST("hadolint:DL3032", "trivy:DS-0015", "kics:Yum Clean All Missing", "semgrep:missing-yum-clean-all"),
	    .bad = "FROM rockylinux:9\nRUN yum install -y curl\n", .good = "FROM rockylinux:9\nRUN yum install -y curl && yum clean all\n"),
	ROW("dockerfile-yum-pin", 1, "yum packages without a version", SEVERITY_LOW, PIN_HELP, RULE_FIX_NONE, check_yum_pin,
	    .aliases = RULE_LIST("hadolint:DL3033", "kics:Yum install Without Version"),
	    .bad = "FROM rockylinux:9\nRUN yum install -y curl\n", .good = "FROM rockylinux:9\nRUN yum install -y curl-7.76.1\n"),
	ROW("dockerfile-dnf-yes", 1, "dnf install without -y", SEVERITY_MEDIUM, YES_HELP, RULE_FIX_SAFE, check_dnf_yes,
	    .aliases = RULE_LIST("hadolint:DL3038", "kics:Missing Flag From Dnf Install", "semgrep:missing-dnf-assume-yes-switch"),
	    .bad = "FROM fedora:42\nRUN dnf install curl\n", .good = "FROM fedora:42\nRUN dnf install -y curl\n"),
	ROW("dockerfile-dnf-clean", 1, "dnf's cache left in the layer", SEVERITY_MEDIUM, CACHE_HELP, RULE_FIX_NONE, check_dnf_clean,
	    .aliases = RULE_LIST("hadolint:DL3040", "trivy:DS-0019", "trivy:DS-0027", "kics:Missing Dnf Clean All", "semgrep:missing-dnf-clean-all"),
	    .bad = "FROM fedora:42\nRUN dnf install -y curl\n", .good = "FROM fedora:42\nRUN dnf install -y curl && dnf clean all\n"),
	ROW("dockerfile-dnf-pin", 1, "dnf packages without a version", SEVERITY_LOW, PIN_HELP, RULE_FIX_NONE, check_dnf_pin,
	    .aliases = RULE_LIST("hadolint:DL3041", "kics:Missing Version Specification In dnf install"),
	    .bad = "FROM fedora:42\nRUN dnf install -y curl\n", .good = "FROM fedora:42\nRUN dnf install -y curl-8.11.1\n"),
	ROW("dockerfile-zypper-yes", 1, "zypper without -n or -y", SEVERITY_MEDIUM, YES_HELP, RULE_FIX_SAFE, check_zypper_yes,
	    .aliases = RULE_LIST("hadolint:DL3034", "kics:Missing Zypper Non-interactive Switch", "semgrep:missing-zypper-no-confirm-switch"),
	    .bad = "FROM opensuse/leap:15.6\nRUN zypper install curl\n", .good = "FROM opensuse/leap:15.6\nRUN zypper install -y curl\n"),
	ROW("dockerfile-zypper-clean", 1, "zypper's cache left in the layer", SEVERITY_MEDIUM, CACHE_HELP, RULE_FIX_NONE, check_zypper_clean,
	    .aliases = RULE_LIST("hadolint:DL3036", "trivy:DS-0020", "kics:Missing Zypper Clean"),
	    .bad = "FROM opensuse/leap:15.6\nRUN zypper install -y curl\n", .good = "FROM opensuse/leap:15.6\nRUN zypper install -y curl && zypper clean\n"),
	ROW("dockerfile-zypper-pin", 1, "zypper packages without a version", SEVERITY_LOW, PIN_HELP, RULE_FIX_NONE, check_zypper_pin,
	    .aliases = RULE_LIST("hadolint:DL3037", "kics:Zypper Install Without Version"),
	    .bad = "FROM opensuse/leap:15.6\nRUN zypper install -y curl\n", .good = "FROM opensuse/leap:15.6\nRUN zypper install -y curl=8.6.0\n"),
	ROW("dockerfile-pip-pin", 1, "pip packages without a version", SEVERITY_LOW, PIN_HELP, RULE_FIX_NONE, check_pip_pin,
	    .aliases = RULE_LIST("hadolint:DL3013", "kics:Unpinned Package Version in Pip Install"),
	    .bad = "FROM python:3.13\nRUN pip install requests\n", .good = "FROM python:3.13\nRUN pip install requests==2.32.3\n"),
	ROW("dockerfile-pip-cache", 1, "pip's cache left in the layer", SEVERITY_LOW, CACHE_HELP, RULE_FIX_SAFE, check_pip_cache,
	    .aliases = RULE_LIST("hadolint:DL3042", "kics:Pip install Keeping Cached Packages"),
	    .bad = "FROM python:3.13\nRUN pip install requests==2.32.3\n", .good = "FROM python:3.13\nRUN pip install --no-cache-dir requests==2.32.3\n"),
	ROW("dockerfile-npm-pin", 1, "npm packages without a version", SEVERITY_LOW, PIN_HELP, RULE_FIX_NONE, check_npm_pin,
	    .aliases = RULE_LIST("hadolint:DL3016", "kics:NPM Install Command Without Pinned Version"),
	    .bad = "FROM node:22\nRUN npm install express\n", .good = "FROM node:22\nRUN npm install express@4.21.2\n"),
	ROW("dockerfile-yarn-cache", 1, "yarn's cache left in the layer", SEVERITY_LOW, CACHE_HELP, RULE_FIX_NONE, check_yarn_cache,
	    .aliases = RULE_LIST("hadolint:DL3060"),
	    .bad = "FROM node:22\nRUN yarn install\n", .good = "FROM node:22\nRUN yarn install && yarn cache clean\n"),
	ROW("dockerfile-gem-pin", 1, "gems without a version", SEVERITY_LOW, PIN_HELP, RULE_FIX_NONE, check_gem_pin,
	    .aliases = RULE_LIST("hadolint:DL3028", "kics:Gem Install Without Version"),
	    .bad = "FROM ruby:3.4\nRUN gem install bundler\n", .good = "FROM ruby:3.4\nRUN gem install bundler:2.6.2\n"),
	ROW("dockerfile-go-pin", 1, "Go programs without a version", SEVERITY_LOW, PIN_HELP, RULE_FIX_NONE, check_go_pin,
	    .aliases = RULE_LIST("hadolint:DL3062"),
	    .bad = "FROM golang:1.24\nRUN go install example.com/tool@latest\n", .good = "FROM golang:1.24\nRUN go install example.com/tool@v1.2.3\n"),
};

const struct rule_table dockerfile_package_rules = { RULE_DOCKERFILE, rows, ARRAY_LEN(rows) };
