/* sudoers: who becomes root by way of docker. */
#include "base/cleanup.h"
#include "lint/document.h"
#include "lint/rule_rows.h"
#include "lint/rules.h"

static void check_syntax(struct rule_context *c)
{
	vec_each(p, &rule_document(c)->sudoers->problems.list)
		if (p->kind == PROBLEM_SYNTAX || p->kind == PROBLEM_LIMIT)
			rule_fail(c, p->span, "%.*s", SLICE_ARG(p->message));
}

static struct slice program_of(struct slice command, struct slice *ret_arguments)
{
	struct slice path;

	slice_split(command, ' ', &path, ret_arguments);
	size_t slash = slice_rfind_byte(path, '/');
	*ret_arguments = slice_trim(*ret_arguments);
	return slash < path.len ? slice_from(path, slash + 1) : path;
}

/* Can the command line be made to give the host away? Some, written out, only look or restart. */
static bool gives_root(struct slice command)
{
	struct slice arguments, first, rest;
	struct slice program = program_of(command, &arguments);

	if (!word_in(program, "docker|dockerd|docker-compose|podman|nerdctl|ctr|crictl|containerd|runc|crun"))
		return false;
	/* "" allows no arguments at all; none written: any. */
	if (slice_is(arguments, "\"\""))
		return false;
	slice_split(arguments, ' ', &first, &rest);
	bool narrow = word_in(first, "ps|images|info|version|stats|logs|top|inspect|events|restart|start|stop|pull|port|df");
	return !narrow || text_has(arguments, "*");
}

static void check_docker(struct rule_context *c)
{
	vec_each(e, &rule_document(c)->sudoers->entries)
		vec_each(command, &e->commands) {
			if (command->negated || !gives_root(command->command))
				continue;
			struct slice user = e->users.count ? e->users.items[0] : SLICE_EMPTY;
			struct assessment *x = rule_fail(
				c, e->span, command->nopasswd ? "%.*s is root without a password: docker can mount the host's disk into a container"
							       : "%.*s is root, though only a container is meant: docker can mount the host's disk into one",
				SLICE_ARG(slice_first(user, 60)));
			if (!command->nopasswd)
				x->severity = SEVERITY_MEDIUM;
			break;
		}
}

static void check_all(struct rule_context *c)
{
	vec_each(e, &rule_document(c)->sudoers->entries)
		vec_each(command, &e->commands)
			if (!command->negated && command->nopasswd && slice_is(command->command, "ALL") &&
			    !(e->users.count == 1 && slice_is(e->users.items[0], "root"))) {
				rule_fail(c, e->span, "%.*s may do everything without a password",
					  SLICE_ARG(slice_first(e->users.count ? e->users.items[0] : SLICE_EMPTY, 60)));
				break;
			}
}

static void check_everybody(struct rule_context *c)
{
	vec_each(e, &rule_document(c)->sudoers->entries)
		vec_each(user, &e->users)
			if (slice_is(*user, "ALL") && e->commands.count && !e->commands.items[0].negated) {
				rule_fail(c, e->span, "every user of the host may do this");
				break;
			}
}

static void check_defaults(struct rule_context *c)
{
	static const struct {
		const char *part, *what;
	} rows[] = {
		{ "!authenticate", "nobody is asked for a password" },
		{ "!env_reset", "variables of the caller reach programs that run as root" },
		{ "LD_PRELOAD", "the caller chooses libraries of programs that run as root" },
		{ "DOCKER_HOST", "the caller chooses which dockerd root commands" },
	};

	vec_each(d, &rule_document(c)->sudoers->defaults)
		for (size_t i = 0; i < ARRAY_LEN(rows); i++)
			if (text_has(d->text, rows[i].part) && !text_has(d->text, "env_delete") && !text_has(d->text, "-="))
				rule_fail(c, d->span, "%s", rows[i].what);
}

#define GUIDE "guide:Resource Protection"

static const struct rule_row rows[] = {
	RULE_ROW("sudoers-syntax", "sudo refuses the file", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_syntax,
		 "With a line that it cannot read sudo ignores it or stops working for everybody. Check with visudo -c.",
		 "deploy ALL /usr/bin/rsync\n", "deploy ALL=(root) /usr/bin/rsync\n", NULL),
	RULE_ROW("sudoers-docker", "docker by sudo is root", SEVERITY_CRITICAL, SURE, RULE_FIX_NONE, check_docker,
		 "docker run -v /:/host gives the whole disk. Use rootless mode, or allow single commands with all their arguments.",
		 "deploy ALL=(ALL) NOPASSWD: /usr/bin/docker\n", "deploy ALL=(root) NOPASSWD: /usr/bin/docker restart web\n", "cis:1.1.2", "nist:4.5.4",
		 "cwe:CWE-250", "cwe:CWE-269", GUIDE),
	RULE_ROW("sudoers-nopasswd-all", "Everything without a password", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_all,
		 "Whoever gets hold of the session is root. Name the commands, or ask for the password.", "ci ALL=(ALL) NOPASSWD: ALL\n",
		 "ci ALL=(root) NOPASSWD: /usr/bin/systemctl restart web\n", "nist:4.5.4", "cwe:CWE-250"),
	RULE_ROW("sudoers-everybody", "Rights for every user", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_everybody,
		 "Accounts of services are users too. Name a group.", "ALL ALL=(root) /usr/bin/systemctl restart web\n",
		 "%operators ALL=(root) /usr/bin/systemctl restart web\n", "nist:4.5.4", "cwe:CWE-269"),
	RULE_ROW("sudoers-defaults", "Defaults that weaken sudo", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_defaults,
		 "They hold for every rule. Take them out.", "Defaults !env_reset\n", "Defaults env_reset\n", "cwe:CWE-269"),
};

const struct rule_table sudoers_rules = { RULE_SUDOERS, rows, ARRAY_LEN(rows) };
