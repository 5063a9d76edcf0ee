/* What the commands of RUN do besides installing packages, and how CMD and ENTRYPOINT are written. */
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "lint/dockerfile_view.h"
#include "lint/rules.h"

#define each_any_run(run, c) vec_each(run, &rule_dockerfile(c)->runs)
#define each_run(run, c) each_any_run(run, c) if (run->in->keyword == DOCKERFILE_RUN)

static bool one_of(struct slice word, const char *list)
{
	struct slice rest = slice_from_cstr(list), one;

	while (slice_next(&rest, '|', &one))
		if (slice_eq(one, word))
			return true;
	return false;
}

static bool has(struct slice text, struct slice part)
{
	return slice_find(text, part) < text.len;
}

static bool is_false(struct slice v)
{
	return slice_is(v, "0") || slice_eq_nocase(v, SLICE("false")) || slice_eq_nocase(v, SLICE("no")) ||
	       slice_eq_nocase(v, SLICE("off"));
}

/* --- privileges --- */

static void check_sudo(struct rule_context *c)
{
	each_run(run, c) run_each_command(command, run) {
		/* The word as it stands: shell_program() looks behind it. */
		if (command->words.count == 0 || !one_of(command->words.items[0].value, "sudo|/usr/bin/sudo|RUN"))
			continue;
		size_t at = slice_is(command->words.items[0].value, "RUN") ? 1 : 0;
		if (at >= command->words.count || !one_of(command->words.items[at].value, "sudo|/usr/bin/sudo"))
			continue;
		struct assessment *x = rule_fail(c, command->words.items[at].span,
						 "sudo in a build: RUN has the rights of USER, and sudo brings its own risks into the image");
		rule_alias(c, x, "hadolint:DL3004");
		rule_alias(c, x, "trivy:DS-0010");
		rule_alias(c, x, "checkov:CKV2_DOCKER_1");
		rule_alias(c, x, "kics:Run Using Sudo");
		rule_alias(c, x, "semgrep:no-sudo-in-dockerfile");
		if (command->words.count < at + 2 || run->exec_form ||
		    command->words.items[at + 1].value.data[0] == '-')
			continue;
		struct span cut = command->words.items[at].span;
		cut.length = command->words.items[at + 1].span.offset - cut.offset;
		rule_edit(c, rule_fix(c, x, true, "Run the command without sudo"), cut, SLICE_EMPTY);
	}
}

static void check_chpasswd(struct rule_context *c)
{
	each_run(run, c) run_each_command(command, run) {
		struct slice program = shell_program(command);
		bool chpasswd = slice_is(program, "chpasswd");
		bool plain = slice_is(program, "passwd") && shell_option(command, "--stdin");
		bool option = one_of(program, "useradd|usermod|adduser") &&
			      (shell_option(command, "-p") || shell_option(command, "--password"));

		if (!chpasswd && !plain && !option)
			continue;
		rule_alias_if(c, rule_fail(c, command->span, "a password is set while the image is built: it is the same in every container, and in the history"),
			      chpasswd, "checkov:CKV2_DOCKER_17");
	}
}

static void check_useradd(struct rule_context *c)
{
	struct tool_call t;
	uint64_t uid;

	each_run(run, c) run_each_command(command, run) {
		if (!tool_call(command, "useradd", c->arena, &t) || tool_option(&t, "-l") || tool_option(&t, "--no-log-init"))
			continue;
		struct slice value = tool_option_value(&t, tool_option(&t, "-u") ? "-u" : "--uid");
		if (!slice_to_u64(value, &uid) || uid < 100000)
			continue;
		struct assessment *x = rule_fail(c, command->span, "useradd with a high uid writes a sparse log of gigabytes into the layer");
		struct span at = command->words.items[shell_program_word(command)].span;
		rule_alias(c, x, "hadolint:DL3046");
		at.offset += at.length;
		at.length = 0;
		if (!run->exec_form)
			rule_edit(c, rule_fix(c, x, false, "Add -l to useradd"), at, SLICE(" -l"));
	}
}

static void check_chmod_all(struct rule_context *c)
{
	each_run(run, c) run_each_command(command, run) {
		if (!slice_is(shell_program(command), "chmod"))
			continue;
		for (size_t i = 1; i < command->words.count; i++)
			if (one_of(command->words.items[i].value, "777|0777|a+rwx|ugo+rwx|666|0666|a+w|o+w|1777") &&
			    !slice_is(command->words.items[i].value, "1777")) {
				rule_fail(c, command->span, "everybody in the container may change what %.*s opens",
					  SLICE_ARG(rule_text(c, command->span)));
				break;
			}
	}
}

/* --- how commands are used --- */

static void check_cd(struct rule_context *c)
{
	each_run(run, c) run_each_command(command, run) {
		if (!slice_is(shell_program(command), "cd") || command->words.count < 2 || command->substitution)
			continue;
		bool whole = run->script.commands.count == 1;
		struct slice to = command->words.items[1].value;
		struct assessment *x = rule_fail(c, command->span, "cd holds for this RUN only; WORKDIR says where the following ones stand");

		rule_alias_if(c, x, whole, "hadolint:DL3003");
		rule_alias(c, x, "trivy:DS-0013");
		/* KICS looks at where it goes: relative paths and those with "..". */
		rule_alias_if(c, x, to.data && (to.data[0] != '/' || has(to, SLICE(".."))),
			      "kics:RUN Instruction Using 'cd' Instead of WORKDIR");
		rule_alias_if(c, x, command == run->script.commands.items, "semgrep:use-workdir");
		if (!whole)
			x->severity = SEVERITY_NEGLIGIBLE;
	}
}

static void check_useless(struct rule_context *c)
{
	each_run(run, c) run_each_command(command, run) {
		struct slice program = shell_program(command);

		if (!one_of(program, "free|kill|mount|ps|service|shutdown|ssh|top|vim|ifconfig|nano|vi|reboot|systemctl"))
			continue;
		struct assessment *x = rule_fail(c, command->span, "%.*s has no use while an image is built", SLICE_ARG(program));
		rule_alias_if(c, x, one_of(program, "free|kill|mount|ps|service|shutdown|ssh|top|vim"), "hadolint:DL3001");
		rule_alias_if(c, x, one_of(program, "ps|shutdown|service|free|top|kill|mount|ifconfig|nano|vim|ssh"),
			      "kics:Run Utilities And POSIX Commands");
		rule_alias_if(c, x, one_of(program, "top|kill|ifconfig|ps|vim|free|mount|service|shutdown|ssh"),
			      "semgrep:nonsensical-command");
	}
}

static void check_progress(struct rule_context *c)
{
	static const char *const quiet[] = { "--progress", "-q", "--quiet", "-nv", "--no-verbose", "-o", "--output-file", "-a",
					     "--append-output" };

	each_run(run, c) run_each_command(command, run) {
		bool silent = false;

		if (!slice_is(shell_program(command), "wget"))
			continue;
		for (size_t i = 0; i < ARRAY_LEN(quiet); i++)
			silent |= shell_option(command, quiet[i]) != NULL;
		if (silent)
			continue;
		size_t n = shell_program_word(command);
		struct span at = command->words.items[n].span;
		struct assessment *x = rule_fail(c, command->span, "wget fills the build log with its progress bar");
		rule_alias(c, x, "hadolint:DL3047");
		at.offset += at.length;
		at.length = 0;
		if (!run->exec_form)
			rule_edit(c, rule_fix(c, x, false, "Add --progress=dot:giga"), at, SLICE(" --progress=dot:giga"));
	}
}

/* Both of them in one stage. */
static void check_wget_and_curl(struct rule_context *c)
{
	const struct shell_command *wget = NULL, *curl = NULL;
	const struct dockerfile_stage *stage = NULL;
	bool first = true, told = false;

	each_run(run, c) {
		if (first || run->stage != stage) {
			wget = curl = NULL;
			told = false;
		}
		first = false;
		stage = run->stage;
		run_each_command(command, run) {
			struct slice program = shell_program(command);

			wget = slice_is(program, "wget") ? command : wget;
			curl = slice_is(program, "curl") ? command : curl;
			if (!wget || !curl || told)
				continue;
			struct assessment *x = rule_fail(c, command->span, "wget and curl do the same: one of them is enough");
			told = true;
			rule_alias(c, x, "hadolint:DL4001");
			rule_alias(c, x, "trivy:DS-0014");
			rule_alias(c, x, "kics:Run Using 'wget' and 'curl'");
			rule_alias(c, x, "semgrep:use-either-wget-or-curl");
		}
	}
}

static void check_shell_link(struct rule_context *c)
{
	each_run(run, c) run_each_command(command, run) {
		struct slice program = shell_program(command);
		bool link = slice_is(program, "ln") || slice_is(program, "cp") || slice_is(program, "mv");
		bool on_sh = false, shell = false;

		for (size_t i = 1; i < command->words.count; i++) {
			on_sh |= slice_is(command->words.items[i].value, "/bin/sh");
			shell |= i + 1 == command->words.count && slice_is(command->words.items[i].value, "/bin/sh");
		}
		bool user = one_of(program, "usermod|chsh") && (shell_option(command, "-s") || shell_option(command, "--shell"));
		if (!(link && on_sh) && !user)
			continue;
		struct assessment *x = rule_fail(c, command->span, "the default shell is replaced; SHELL says which one RUN uses");
		rule_alias_if(c, x, slice_is(program, "ln") && on_sh, "hadolint:DL4005");
		rule_alias_if(c, x, (link && shell) || user, "kics:Changing Default Shell Using RUN Command");
		rule_alias_if(c, x, slice_is(program, "ln"), "semgrep:use-shell-instruction");
		if (user)
			x->severity = SEVERITY_LOW;
	}
}

static bool starts_with_shell(const struct shell_command *command)
{
	return one_of(shell_program(command), "bash|zsh|sh|ash|dash") && command->words.count > 1;
}

static const struct shell_command *first_pipe(const struct dockerfile_run *run)
{
	const struct shell_command *ret = NULL;

	run_each_command(command, run)
		if (command->piped && !command->substitution && (!ret || (ret->condition && !command->condition)))
			ret = command;
	return ret;
}

static void check_pipefail(struct rule_context *c)
{
	each_run(run, c) {
		const struct shell_command *pipe = first_pipe(run);
		struct slice shell = run->shell;
		size_t slash = slice_rfind_byte(shell, '/');
		bool plain = one_of(slash < shell.len ? slice_from(shell, slash + 1) : shell, "sh|dash");
		bool exec_pipe = false;

		if (run->exec_form && run->script.commands.count && starts_with_shell(run->script.commands.items))
			vec_each(w, &run->script.commands.items[0].words)
				exec_pipe |= slice_is(w->value, "|");
		if (!pipe && !exec_pipe)
			continue;
		/* sh has no pipefail before POSIX.1-2024, whatever SHELL asks of it. */
		if (run->pipefail && !plain)
			continue;
		struct span at = pipe ? pipe->span : run->in->span;
		struct assessment *x = rule_fail(c, at, "the RUN succeeds even if what stands before the pipe fails");
		/* A question that is asked by a pipe may be answered by its end alone. */
		if (pipe && pipe->condition) {
			x->severity = SEVERITY_LOW;
			x->confidence = CONFIDENCE_LOW;
		}
		rule_alias_if(c, x, pipe && !run->exec_form, "hadolint:DL4006");
		rule_alias_if(c, x, exec_pipe || (run->script.commands.count && starts_with_shell(run->script.commands.items) &&
						   !run->pipefail),
			      "kics:Shell Running A Pipe Without Pipefail Flag");
		rule_alias_if(c, x, !run->pipefail, "semgrep:set-pipefail");
	}
}

/* --- layers --- */

/* hadolint counts a RUN as one that could be joined when it is a single command. */
static bool joinable(const struct dockerfile_run *run)
{
	size_t top = 0;

	run_each_command(command, run)
		top += !command->substitution;
	return top <= 1 && !run->heredoc;
}

static bool same_flags(const struct dockerfile_instruction *a, const struct dockerfile_instruction *b)
{
	if (a->flags.count != b->flags.count)
		return false;
	for (size_t i = 0; i < a->flags.count; i++)
		if (!slice_eq(a->flags.items[i].text, b->flags.items[i].text))
			return false;
	return true;
}

static bool adjacent(const struct dockerfile_run *a, const struct dockerfile_run *b)
{
	return a->stage == b->stage && a->in->index + 1 == b->in->index && !a->in->parent == !b->in->parent;
}

static void check_consecutive(struct rule_context *c)
{
	const struct dockerfile_run_list *runs = &rule_dockerfile(c)->runs;

	for (size_t i = 1; i < runs->count; i++) {
		const struct dockerfile_run *before = &runs->items[i - 1], *run = &runs->items[i];

		if (before->in->keyword != DOCKERFILE_RUN || run->in->keyword != DOCKERFILE_RUN || !adjacent(before, run))
			continue;
		bool hadolint = same_flags(before->in, run->in) && joinable(before) && joinable(run);
		if (!hadolint)
			continue;
		rule_alias(c, rule_fail(c, run->in->span, "two RUN instructions in a row make two layers"), "hadolint:DL3059");
	}
}

static bool repeats(const struct dockerfile_instruction *a, const struct dockerfile_instruction *b)
{
	return a->keyword == b->keyword && a->stage == b->stage && !a->parent && !b->parent &&
	       (a->keyword == DOCKERFILE_RUN || a->keyword == DOCKERFILE_COPY || a->keyword == DOCKERFILE_ADD);
}

/* The first of several of a kind in the final stage; flags tell apart what cannot be joined. */
static void check_repeated(struct rule_context *c)
{
	const struct dockerfile *d = rule_dockerfile(c)->file;

	for (size_t i = 0; i + 1 < d->instructions.count; i++) {
		const struct dockerfile_instruction *in = d->instructions.items[i];
		size_t n = 1;

		if (in->stage + 1 != (int)d->stages.count)
			continue;
		while (i + n < d->instructions.count && repeats(in, d->instructions.items[i + n]) &&
		       same_flags(in, d->instructions.items[i + n]))
			n++;
		if (n < 2)
			continue;
		rule_alias(c, rule_fail(c, in->span, "%zu %.*s instructions in a row make as many layers", n,
					SLICE_ARG(dockerfile_keyword_name(in->keyword))),
			   "kics:Multiple RUN, ADD, COPY, Instructions Listed");
		i += n - 1;
	}
}

/* --- downloads --- */

static bool is_shell(struct slice program)
{
	return one_of(program, "sh|bash|ash|dash|zsh|ksh|python|python3|perl|ruby|node|php");
}

static void check_pipe_to_shell(struct rule_context *c)
{
	each_run(run, c) for (size_t i = 0; i < run->script.commands.count; i++) {
		const struct shell_command *command = &run->script.commands.items[i];
		struct slice program = shell_program(command);

		if (!one_of(program, "curl|wget") || command->words.count < 2)
			continue;
		bool runs = false;
		for (size_t j = i + 1; command->piped && j < run->script.commands.count; j++) {
			const struct shell_command *next = &run->script.commands.items[j];

			runs |= next->pipeline == command->pipeline && is_shell(shell_program(next));
		}
		/* sh -c "$(curl ...)", bash <(curl ...) */
		if (command->substitution && command->parent < i)
			runs |= is_shell(shell_program(&run->script.commands.items[command->parent])) ||
				slice_is(shell_program(&run->script.commands.items[command->parent]), "eval");
		if (runs)
			rule_fail(c, command->span, "what a server sends is run unread: nothing says that it is what was meant");
	}
}

/* --- checks of certificates and signatures switched off --- */

struct off_row {
	const char *programs;
	const char *options[6];
	const char *alias, *what;
};

static const struct off_row tls_rows[] = {
	{ "curl", { "-k", "--insecure", "--proxy-insecure" }, "checkov:CKV2_DOCKER_2", "curl does not check the server's certificate" },
	{ "wget", { "--no-check-certificate" }, "checkov:CKV2_DOCKER_3", "wget does not check the server's certificate" },
	{ "pip|pip2|pip3|pipx|python|python3|uv", { "--trusted-host" }, "checkov:CKV2_DOCKER_4", "pip does not check the server's certificate" },
};

static const struct off_row signature_rows[] = {
	{ "apk", { "--allow-untrusted" }, "checkov:CKV2_DOCKER_7", "apk installs packages whose signature it does not trust" },
	{ "apt-get|apt|aptitude", { "--allow-unauthenticated", "--allow-insecure-repositories" }, "checkov:CKV2_DOCKER_8",
	  "apt installs packages that nobody signed" },
	{ "yum|dnf|tdnf|microdnf|zypper", { "--nogpgcheck", "--no-gpg-checks", "--no-gpg-check" }, "checkov:CKV2_DOCKER_9",
	  "packages are installed without a look at their signature" },
	{ "rpm", { "--nosignature", "--nodigest", "--noverify", "--nofiledigest" }, "checkov:CKV2_DOCKER_10",
	  "rpm installs without a look at signature and digests" },
	{ "apt-get|apt", { "--force-yes" }, "checkov:CKV2_DOCKER_11", "--force-yes installs packages that nobody signed" },
};

static const struct shell_word *off_option(const struct shell_command *command, const struct off_row *row)
{
	for (size_t i = 0; i < ARRAY_LEN(row->options) && row->options[i]; i++) {
		const struct shell_word *w = shell_option(command, row->options[i]);

		if (w)
			return w;
	}
	return NULL;
}

/* Takes the option away wherever the command repeats it. */
static void fix_off(struct rule_context *c, struct assessment *x, const struct shell_command *command,
		    const struct shell_word *first)
{
	const struct slice name = slice_first(first->value, slice_find_byte(first->value, '='));
	struct fix *fix = NULL;

	/* One letter stands for itself or among others: what of the word to take away is not told here. */
	if (one_of(first->value, "--trusted-host") || (first->value.len > 2 && first->value.data[1] != '-'))
		return;
	vec_each(w, &command->words) {
		if (!slice_eq(slice_first(w->value, slice_find_byte(w->value, '=')), name))
			continue;
		const struct span cut = { w->span.source, w->span.offset - 1, w->span.length + 1 };
		if (w->quoted || slice_trim(rule_text(c, cut)).len + 1 != cut.length)
			return;
		if (!fix)
			fix = rule_fix(c, x, false, "Take %.*s away", SLICE_ARG(name));
		rule_edit(c, fix, cut, SLICE_EMPTY);
	}
}

static void check_off(struct rule_context *c, const struct off_row *rows, size_t count)
{
	each_any_run(run, c) run_each_command(command, run) for (size_t i = 0; i < count; i++) {
		const struct shell_word *w = one_of(shell_program(command), rows[i].programs) ? off_option(command, &rows[i]) : NULL;

		if (!w)
			continue;
		struct assessment *x = rule_fail(c, w->span, "%s", rows[i].what);
		rule_alias(c, x, rows[i].alias);
		if (!run->exec_form)
			fix_off(c, x, command, w);
	}
}

static void check_tls_options(struct rule_context *c)
{
	check_off(c, tls_rows, ARRAY_LEN(tls_rows));
}

static void check_signatures(struct rule_context *c)
{
	check_off(c, signature_rows, ARRAY_LEN(signature_rows));
}

/* "npm config set strict-ssl false", in one word or two, and yarn's. */
static bool npm_strict_off(const struct shell_command *command)
{
	if (!one_of(shell_program(command), "npm|yarn|pnpm"))
		return false;
	for (size_t i = 1; i < command->words.count; i++) {
		struct slice word = command->words.items[i].value, value;

		if (slice_is(word, "strict-ssl") || slice_is(word, "--strict-ssl"))
			value = i + 1 < command->words.count ? command->words.items[i + 1].value : SLICE_EMPTY;
		else if (slice_starts(word, SLICE("strict-ssl=")) || slice_starts(word, SLICE("--strict-ssl=")))
			value = slice_from(word, slice_find_byte(word, '=') + 1);
		else
			continue;
		return slice_eq_nocase(value, SLICE("false"));
	}
	return false;
}

static bool yum_verify_off(const struct shell_command *command)
{
	if (!one_of(shell_program(command), "yum|dnf|yum-config-manager|dnf-config-manager|tdnf|microdnf"))
		return false;
	vec_each(w, &command->words) {
		size_t at = slice_find(w->value, SLICE("sslverify="));

		if (at < w->value.len && is_false(slice_from(w->value, at + 10)))
			return true;
	}
	return false;
}

static bool git_verify_off(const struct shell_command *command)
{
	if (!slice_is(shell_program(command), "git"))
		return false;
	for (size_t i = 1; i < command->words.count; i++) {
		struct slice word = command->words.items[i].value;

		if (slice_eq_nocase(word, SLICE("http.sslVerify=false")) ||
		    (slice_eq_nocase(word, SLICE("http.sslVerify")) && i + 1 < command->words.count &&
		     is_false(command->words.items[i + 1].value)))
			return true;
	}
	return false;
}

static void check_tls_config(struct rule_context *c)
{
	each_any_run(run, c) run_each_command(command, run) {
		bool npm = npm_strict_off(command), yum = !npm && yum_verify_off(command);
		bool git = !npm && !yum && git_verify_off(command);

		if (!npm && !yum && !git)
			continue;
		struct assessment *x = rule_fail(c, command->span, "certificates are not checked from here on");
		rule_alias_if(c, x, npm, "checkov:CKV2_DOCKER_13");
		rule_alias_if(c, x, yum, "checkov:CKV2_DOCKER_15");
	}
}

/* Variables that switch the check of certificates off. */
static const struct {
	const char *name;
	bool any;        /* whatever its value */
	bool when_true;  /* when it says yes, else when it says no */
	const char *alias;
} tls_variables[] = {
	{ "PYTHONHTTPSVERIFY", false, false, "checkov:CKV2_DOCKER_5" },
	{ "NODE_TLS_REJECT_UNAUTHORIZED", false, false, "checkov:CKV2_DOCKER_6" },
	{ "NPM_CONFIG_STRICT_SSL", false, false, "checkov:CKV2_DOCKER_12" },
	{ "npm_config_strict_ssl", false, false, "checkov:CKV2_DOCKER_12" },
	{ "GIT_SSL_NO_VERIFY", true, true, "checkov:CKV2_DOCKER_14" },
	{ "PIP_TRUSTED_HOST", true, true, "checkov:CKV2_DOCKER_16" },
	{ "CURL_INSECURE", false, true, NULL },
};

static void judge_variable(struct rule_context *c, struct slice name, struct slice value, struct span at)
{
	for (size_t i = 0; i < ARRAY_LEN(tls_variables); i++) {
		if (!slice_eq(name, slice_from_cstr(tls_variables[i].name)) || slice_empty(value))
			continue;
		if (!tls_variables[i].any && tls_variables[i].when_true == is_false(value))
			continue;
		if (!tls_variables[i].any && !tls_variables[i].when_true && !is_false(value))
			continue;
		struct assessment *x = rule_fail(c, at, "%.*s switches the check of certificates off", SLICE_ARG(name));
		if (tls_variables[i].alias)
			rule_alias(c, x, tls_variables[i].alias);
	}
}

static void judge_command_variables(struct rule_context *c, const struct shell_command *command)
{
	vec_each(x, &command->assignments)
		judge_variable(c, x->name, x->value.value, x->span);
	if (!one_of(command->words.count ? command->words.items[0].value : SLICE_EMPTY, "export|env|sudo"))
		return;
	for (size_t i = 1; i < command->words.count; i++) {
		struct slice name, value;

		if (slice_split(command->words.items[i].value, '=', &name, &value))
			judge_variable(c, name, value, command->words.items[i].span);
	}
}

static void check_tls_variables(struct rule_context *c)
{
	dockerfile_each(in, rule_dockerfile(c)->file) {
		if (in->keyword != DOCKERFILE_ENV && in->keyword != DOCKERFILE_ARG)
			continue;
		vec_each(pair, &in->pairs)
			if (pair->has_value)
				judge_variable(c, pair->key.value, pair->value.value, pair->span);
	}
	each_any_run(run, c) run_each_command(command, run)
		judge_command_variables(c, command);
}

/* --- the exec form --- */

static bool plain_in_json(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.data[i] < ' ' || text.data[i] == '"' || text.data[i] == '\\')
			return false;
	return text_valid_utf8(text);
}

/* The command with the semicolon behind it; false when something else stands around it, as & or !. */
static bool nothing_but(struct rule_context *c, const struct dockerfile_run *run, const struct shell_command *command,
			struct span *ret)
{
	const struct span in = run->in->span, at = command->span;
	const size_t keyword = dockerfile_keyword_name(run->in->keyword).len;
	const uint64_t end = at.offset + at.length;

	if (at.source != in.source || at.offset < in.offset + keyword || end > in.offset + in.length)
		return false;
	struct span before = { in.source, in.offset + keyword, at.offset - in.offset - keyword };
	struct span behind = { in.source, end, in.offset + in.length - end };
	struct slice rest = slice_trim(rule_text(c, behind));
	*ret = (struct span){ in.source, at.offset, in.offset + in.length - at.offset };
	return slice_empty(slice_trim(rule_text(c, before))) && (slice_empty(rest) || slice_is(rest, ";"));
}

static void fix_exec_form(struct rule_context *c, struct assessment *x, const struct dockerfile_run *run)
{
	const struct shell_command *command = run->script.commands.count == 1 ? run->script.commands.items : NULL;
	struct span all;
	struct buf out;

	if (!command || command->assignments.count || command->redirections.count || command->words.count == 0 ||
	    !nothing_but(c, run, command, &all))
		return;
	vec_each(w, &command->words)
		if (w->expands || w->glob || !plain_in_json(w->value))
			return;
	buf_init(&out, 1 << 20);
	buf_add_byte(&out, '[');
	vec_each(w, &command->words)
		buf_printf(&out, "%s\"%.*s\"", w == command->words.items ? "" : ", ", SLICE_ARG(w->value));
	buf_add_byte(&out, ']');
	rule_edit(c, rule_fix(c, x, true, "Write it as a list, so that no shell stands between"), all, buf_slice(&out));
	buf_release(&out);
}

static void check_exec_form(struct rule_context *c)
{
	const struct dockerfile *d = rule_dockerfile(c)->file;

	each_any_run(run, c) {
		enum dockerfile_keyword k = run->in->keyword;

		if ((k != DOCKERFILE_CMD && k != DOCKERFILE_ENTRYPOINT) || run->exec_form || run->in->words.count == 0)
			continue;
		/* Who sets SHELL has chosen: BuildKit's check respects that. */
		bool chosen = !slice_is(run->shell, "/bin/sh");
		bool final = !run->stage || run->stage->index + 1 == d->stages.count;
		struct assessment *x = rule_fail(c, run->in->span, "%.*s runs under a shell, which does not pass signals on",
						 SLICE_ARG(dockerfile_keyword_name(k)));
		rule_alias(c, x, "hadolint:DL3025");
		rule_alias_if(c, x, !chosen, "buildkit:JSONArgsRecommended");
		rule_alias_if(c, x, final, "kics:Not Using JSON In CMD And ENTRYPOINT Arguments");
		rule_alias(c, x, "semgrep:prefer-json-notation");
		if (chosen)
			x->severity = SEVERITY_LOW;
		fix_exec_form(c, x, run);
	}
}

#define ROW(name, what, level, sure, why, kind, check_function, ...)                                      \
	{ .rule = { .id = SLICE_INIT(name), .version = 1, .title = SLICE_INIT(what), .severity = level,     \
		    .confidence = sure, .fix = kind, .help = SLICE_INIT(why), __VA_ARGS__ },               \
	  .check = check_function }
#define SURE CONFIDENCE_HIGH

static const struct rule_row rows[] = {
	ROW("dockerfile-sudo", "sudo in RUN", SEVERITY_HIGH, SURE,
	    "sudo needs a terminal and a policy, and whoever gets into the container finds it there. Switch with USER instead.",
	    RULE_FIX_UNSAFE, check_sudo,
	    .aliases = RULE_LIST("hadolint:DL3004", "trivy:DS-0010", "checkov:CKV2_DOCKER_1", "kics:Run Using Sudo", "semgrep:no-sudo-in-dockerfile"),
	    .references = RULE_LIST("cwe:CWE-250", "nist:4.1.2"),
	    .bad = "FROM debian:12\nRUN sudo mkdir /data\n", .good = "FROM debian:12\nUSER root\nRUN mkdir /data\nUSER 65532\n"),
	ROW("dockerfile-password", "Password set in a build", SEVERITY_HIGH, SURE,
	    "A password that is built in is the same everywhere and stands in the image's history. Run as a user without one.",
	    RULE_FIX_NONE, check_chpasswd, .aliases = RULE_LIST("checkov:CKV2_DOCKER_17"),
	    .references = RULE_LIST("cis:4.10", "nist:4.1.4", "cwe:CWE-259"),
	    .bad = "FROM debian:12\nRUN echo \"app:app\" | chpasswd\n", .good = "FROM debian:12\nRUN useradd -r app\n"),
	ROW("dockerfile-useradd-log", "useradd with a high uid and without -l", SEVERITY_MEDIUM, SURE,
	    "faillog and lastlog are files as long as the highest uid. -l leaves the new user out of them.", RULE_FIX_SAFE, check_useradd,
	    .aliases = RULE_LIST("hadolint:DL3046"),
	    .bad = "FROM debian:12\nRUN useradd -u 1000001 app\n", .good = "FROM debian:12\nRUN useradd -l -u 1000001 app\n"),
	ROW("dockerfile-world-writable", "Files that everybody may change", SEVERITY_MEDIUM, SURE,
	    "Any process of the container can replace them. Give the rights to the user that needs them.", RULE_FIX_NONE, check_chmod_all,
	    .references = RULE_LIST("cwe:CWE-732"),
	    .bad = "FROM debian:12\nRUN chmod -R 777 /app\n", .good = "FROM debian:12\nRUN chmod -R u=rwX,go=rX /app\n"),
	ROW("dockerfile-cd", "cd instead of WORKDIR", SEVERITY_MEDIUM, CONFIDENCE_MEDIUM,
	    "The next instruction starts again where WORKDIR says. Set it there.", RULE_FIX_NONE, check_cd,
	    .aliases = RULE_LIST("hadolint:DL3003", "trivy:DS-0013", "kics:RUN Instruction Using 'cd' Instead of WORKDIR", "semgrep:use-workdir"),
	    .bad = "FROM debian:12\nRUN cd /app\n", .good = "FROM debian:12\nWORKDIR /app\n"),
	ROW("dockerfile-useless-command", "Command without use in a build", SEVERITY_LOW, CONFIDENCE_MEDIUM,
	    "What it shows or stops is gone with the build container. Leave it out.", RULE_FIX_NONE, check_useless,
	    .aliases = RULE_LIST("hadolint:DL3001", "kics:Run Utilities And POSIX Commands", "semgrep:nonsensical-command"),
	    .bad = "FROM debian:12\nRUN service nginx start\n", .good = "FROM debian:12\nCMD [\"nginx\", \"-g\", \"daemon off;\"]\n"),
	ROW("dockerfile-wget-progress", "wget with its progress bar", SEVERITY_LOW, SURE,
	    "A log has no cursor: each step of the bar is a line. Ask for --progress=dot:giga or -q.", RULE_FIX_SAFE, check_progress,
	    .aliases = RULE_LIST("hadolint:DL3047"),
	    .bad = "FROM debian:12\nRUN wget https://example.com/a\n", .good = "FROM debian:12\nRUN wget -q https://example.com/a\n"),
	ROW("dockerfile-wget-and-curl", "wget and curl in one stage", SEVERITY_LOW, SURE,
	    "Each is one more program to update and to use against the container. Keep one.", RULE_FIX_NONE, check_wget_and_curl,
	    .aliases = RULE_LIST("hadolint:DL4001", "trivy:DS-0014", "kics:Run Using 'wget' and 'curl'", "semgrep:use-either-wget-or-curl"),
	    .bad = "FROM debian:12\nRUN wget -q https://example.com/a\nRUN curl -fsSO https://example.com/b\n",
	    .good = "FROM debian:12\nRUN curl -fsSO https://example.com/a\nRUN curl -fsSO https://example.com/b\n"),
	ROW("dockerfile-shell-link", "Default shell replaced", SEVERITY_MEDIUM, SURE,
	    "Scripts that expect /bin/sh get another shell. SHELL changes it for the build alone.", RULE_FIX_NONE, check_shell_link,
	    .aliases = RULE_LIST("hadolint:DL4005", "kics:Changing Default Shell Using RUN Command", "semgrep:use-shell-instruction"),
	    .bad = "FROM debian:12\nRUN ln -sf /bin/bash /bin/sh\n", .good = "FROM debian:12\nSHELL [\"/bin/bash\", \"-c\"]\n"),
	ROW("dockerfile-pipefail", "Pipe without pipefail", SEVERITY_MEDIUM, CONFIDENCE_MEDIUM,
	    "A pipeline's status is that of its last command, so a failed download builds a broken image. Set SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"].",
	    RULE_FIX_NONE, check_pipefail,
	    .aliases = RULE_LIST("hadolint:DL4006", "kics:Shell Running A Pipe Without Pipefail Flag", "semgrep:set-pipefail"),
	    .bad = "FROM debian:12\nRUN curl -fsS https://example.com/a.tar | tar x\n",
	    .good = "FROM debian:12\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN curl -fsS https://example.com/a.tar | tar x\n"),
	ROW("dockerfile-consecutive-run", "RUN instructions in a row", SEVERITY_NEGLIGIBLE, CONFIDENCE_LOW,
	    "Each is a layer; what one removes the layer before it still holds. Join what belongs together.", RULE_FIX_NONE, check_consecutive,
	    .aliases = RULE_LIST("hadolint:DL3059"),
	    .bad = "FROM debian:12\nRUN mkdir /a\nRUN mkdir /b\n", .good = "FROM debian:12\nRUN mkdir /a && mkdir /b\n"),
	ROW("dockerfile-repeated-instruction", "Instructions of a kind in a row", SEVERITY_NEGLIGIBLE, CONFIDENCE_LOW,
	    "Fewer layers are read and sent faster. Join what changes together; keep apart what is cached apart.", RULE_FIX_NONE,
	    check_repeated, .aliases = RULE_LIST("kics:Multiple RUN, ADD, COPY, Instructions Listed"),
	    .bad = "FROM debian:12\nCOPY a /a\nCOPY b /b\n", .good = "FROM debian:12\nCOPY a b /x/\n"),
	ROW("dockerfile-pipe-to-shell", "Downloaded script run unread", SEVERITY_HIGH, SURE,
	    "Whoever controls the server, or the way to it, runs what they like in the build. Download a fixed version, check its digest, then run it.",
	    RULE_FIX_NONE, check_pipe_to_shell, .references = RULE_LIST("cwe:CWE-494", "nist:4.1.2"),
	    .bad = "FROM debian:12\nRUN curl -fsSL https://example.com/install.sh | sh\n",
	    .good = "FROM debian:12\nADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.com/install.sh /tmp/\nRUN sh /tmp/install.sh\n"),
	ROW("dockerfile-tls-option", "Certificates not checked by a download", SEVERITY_HIGH, SURE,
	    "Anyone on the way can put something else in its place. Install the right certificate authority instead.",
	    RULE_FIX_SAFE, check_tls_options,
	    .aliases = RULE_LIST("checkov:CKV2_DOCKER_2", "checkov:CKV2_DOCKER_3", "checkov:CKV2_DOCKER_4"),
	    .references = RULE_LIST("cwe:CWE-295"),
	    .bad = "FROM debian:12\nRUN curl -k https://example.com/a\n", .good = "FROM debian:12\nRUN curl https://example.com/a\n"),
	ROW("dockerfile-tls-config", "Certificates not checked by configuration", SEVERITY_HIGH, SURE,
	    "The setting stays in the image, so that containers do not check either. Install the right certificate authority instead.",
	    RULE_FIX_NONE, check_tls_config, .aliases = RULE_LIST("checkov:CKV2_DOCKER_13", "checkov:CKV2_DOCKER_15"),
	    .references = RULE_LIST("cwe:CWE-295"),
	    .bad = "FROM node:22\nRUN npm config set strict-ssl false\n", .good = "FROM node:22\nRUN npm config set cafile /etc/ssl/ca.pem\n"),
	ROW("dockerfile-tls-variable", "Certificates not checked by a variable", SEVERITY_HIGH, SURE,
	    "Every program that reads the variable trusts everybody, in containers as well when ENV sets it. Install the right certificate authority instead.",
	    RULE_FIX_NONE, check_tls_variables,
	    .aliases = RULE_LIST("checkov:CKV2_DOCKER_5", "checkov:CKV2_DOCKER_6", "checkov:CKV2_DOCKER_12", "checkov:CKV2_DOCKER_14",
				 "checkov:CKV2_DOCKER_16"),
	    .references = RULE_LIST("cwe:CWE-295"),
	    .bad = "FROM node:22\nENV NODE_TLS_REJECT_UNAUTHORIZED=0\n", .good = "FROM node:22\nENV NODE_EXTRA_CA_CERTS=/etc/ssl/ca.pem\n"),
	ROW("dockerfile-signature-option", "Packages installed without their signatures", SEVERITY_HIGH, SURE,
	    "The signature is what says that a package comes from the distribution. Add the repository's key instead.",
	    RULE_FIX_SAFE, check_signatures,
	    .aliases = RULE_LIST("checkov:CKV2_DOCKER_7", "checkov:CKV2_DOCKER_8", "checkov:CKV2_DOCKER_9", "checkov:CKV2_DOCKER_10",
				 "checkov:CKV2_DOCKER_11"),
	    .references = RULE_LIST("cwe:CWE-347"),
	    .bad = "FROM alpine:3.22\nRUN apk add --no-cache --allow-untrusted ./a.apk\n", .good = "FROM alpine:3.22\nRUN apk add --no-cache ./a.apk\n"),
	ROW("dockerfile-exec-form", "CMD or ENTRYPOINT under a shell", SEVERITY_MEDIUM, SURE,
	    "The shell is process 1, does not pass SIGTERM on, and containers are killed instead of stopped. Write the command as a JSON list.",
	    RULE_FIX_UNSAFE, check_exec_form,
	    .aliases = RULE_LIST("hadolint:DL3025", "buildkit:JSONArgsRecommended", "kics:Not Using JSON In CMD And ENTRYPOINT Arguments",
				 "semgrep:prefer-json-notation"),
	    .bad = "FROM debian:12\nCMD nginx -g\n", .good = "FROM debian:12\nCMD [\"nginx\", \"-g\"]\n"),
};

const struct rule_table dockerfile_shell_rules = { RULE_DOCKERFILE, rows, ARRAY_LEN(rows) };
