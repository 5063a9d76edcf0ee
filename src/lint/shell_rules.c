/* Scripts: downloads that are run, scanners and signatures, firewalls, secrets in variables. */
#include "base/cleanup.h"
#include "lint/document.h"
#include "lint/rule_rows.h"
#include "lint/rules.h"

#define each_command(command, c) vec_each(command, &rule_document(c)->shell->commands)

static struct slice word_at(const struct shell_command *c, size_t i)
{
	return i < c->words.count ? c->words.items[i].value : SLICE_EMPTY;
}

/* --- downloads --- */

static bool is_interpreter(struct slice program)
{
	return word_in(program, "sh|bash|ash|dash|zsh|ksh|python|python3|perl|ruby|node|php");
}

/* Pipelines are as many commands in a row; only the ones behind are looked at, once each in sum. */
static bool piped_into_interpreter(const struct shell_script *s, size_t i)
{
	const struct shell_command *first = &s->commands.items[i];

	for (size_t j = i + 1; first->piped && j < s->commands.count; j++) {
		const struct shell_command *next = &s->commands.items[j];

		if (next->substitution > first->substitution)
			continue;
		if (next->pipeline != first->pipeline)
			return false;
		if (is_interpreter(shell_program(next)))
			return true;
	}
	return false;
}

static void check_pipe(struct rule_context *c)
{
	const struct shell_script *s = rule_document(c)->shell;

	for (size_t i = 0; i < s->commands.count; i++) {
		const struct shell_command *command = &s->commands.items[i];

		if (!word_in(shell_program(command), "curl|wget") || command->words.count < 2)
			continue;
		bool runs = piped_into_interpreter(s, i);
		if (command->substitution && command->parent < i) {
			struct slice around = shell_program(&s->commands.items[command->parent]);

			runs |= is_interpreter(around) || word_in(around, "eval|source|.");
		}
		if (!runs)
			continue;
		struct assessment *x = rule_fail(c, command->span, "what a server sends is run unread: nothing says that it is what was meant");
		for (size_t k = 1; k < command->words.count; k++)
			if (slice_starts(command->words.items[k].value, SLICE("http://")))
				x->severity = SEVERITY_HIGH;
	}
}

static void check_certificate(struct rule_context *c)
{
	each_command(command, c) {
		struct slice program = shell_program(command);
		const struct shell_word *w = NULL;

		if (slice_is(program, "curl")) {
			w = shell_option(command, "--insecure");
			for (size_t i = 1; !w && i < command->words.count; i++)
				if (word_in(command->words.items[i].value, "-k|-sk|-ks|-skL|-fsSLk|-kL|-Lk|-sSLk|-skSL"))
					w = &command->words.items[i];
		} else if (slice_is(program, "wget")) {
			w = shell_option(command, "--no-check-certificate");
		}
		if (w)
			rule_fail(c, w->span, "the server's certificate is not checked: anybody on the way can answer");
	}
}

/* --- scanners and signatures --- */

static bool is_trivy_scan(const struct shell_command *c, size_t *ret_behind)
{
	size_t at = shell_program_word(c) + 1;

	if (!slice_is(shell_program(c), "trivy"))
		return false;
	while (at < c->words.count && slice_starts(word_at(c, at), SLICE("-")))
		at++;
	*ret_behind = at + 1;
	return word_in(word_at(c, at), "image|i|fs|filesystem|rootfs|repo|repository|config|conf|sbom|vm|k8s");
}

static bool is_script(const struct document *d)
{
	return !d->excerpt || !slice_empty(d->shell->interpreter);
}

static void check_trivy_gate(struct rule_context *c)
{
	bool set = text_has(rule_document(c)->text, "TRIVY_EXIT_CODE");
	size_t at;

	each_command(command, c) {
		if (set || !is_trivy_scan(command, &at) || shell_option(command, "--exit-code"))
			continue;
		bool report = shell_option(command, "--output") || shell_option(command, "-o") || shell_option(command, "--format") ||
			      shell_option(command, "-f") || command->redirections.count || command->piped || command->substitution;
		bool chosen = shell_option(command, "--severity") || shell_option(command, "-s");
		if (!report && (chosen || is_script(rule_document(c))))
			rule_fail(c, command->span, "trivy ends with 0 whatever it finds: nothing is stopped");
	}
}

static bool floats(const struct shell_word *w)
{
	struct slice ref = w->value;
	size_t slash = slice_rfind_byte(ref, '/');
	struct slice name = slash < ref.len ? slice_from(ref, slash + 1) : ref;
	size_t colon = slice_find_byte(name, ':');

	if (w->expands || slice_empty(ref) || slice_find_byte(ref, '@') < ref.len)
		return false;
	return colon == name.len || slice_is(slice_from(name, colon + 1), "latest");
}

/* The last word that is no option: scanners and cosign take their image there. */
static const struct shell_word *last_operand(const struct shell_command *c, size_t from)
{
	const struct shell_word *w = c->words.count > from ? &c->words.items[c->words.count - 1] : NULL;

	return w && w->value.len && w->value.data[0] != '-' ? w : NULL;
}

static void check_scan_floating(struct rule_context *c)
{
	size_t at;

	each_command(command, c) {
		bool trivy = is_trivy_scan(command, &at) && word_in(word_at(command, at - 1), "image|i");
		bool grype = slice_is(shell_program(command), "grype");
		const struct shell_word *w = trivy ? last_operand(command, at) : grype ? last_operand(command, shell_program_word(command) + 1) : NULL;

		if (w && floats(w) && !shell_option(command, "--input") && slice_find(w->value, SLICE(".tar")) == w->value.len)
			rule_fail(c, w->span, "what is scanned is what the tag means now; what runs may be another image");
	}
}

static size_t cosign(const struct shell_command *c, const char *verbs)
{
	size_t at = shell_program_word(c) + 1;

	return slice_is(shell_program(c), "cosign") && word_in(word_at(c, at), verbs) ? at + 1 : 0;
}

static void check_cosign_tag(struct rule_context *c)
{
	each_command(command, c) {
		size_t at = cosign(command, "sign|verify|attest|verify-attestation|attach");
		const struct shell_word *w = at ? last_operand(command, at) : NULL;

		if (!w || w->expands || slice_find_byte(w->value, '@') < w->value.len || slice_find_byte(w->value, '/') == w->value.len)
			continue;
		rule_fail(c, w->span, "a tag can be moved between this and the use of the image: %s",
			  cosign(command, "sign|attest|attach") ? "something else may get the signature" : "what is run may not be what was verified");
	}
}

static void check_cosign_key(struct rule_context *c)
{
	each_command(command, c) {
		const struct shell_word *w = cosign(command, "sign|attest|sign-blob|attest-blob") ? shell_option(command, "--key") : NULL;
		struct slice name, value;

		if (!w)
			continue;
		if (!slice_split(w->value, '=', &name, &value))
			value = word_at(command, (size_t)(w - command->words.items) + 1);
		if (!slice_empty(value) && !text_has(value, "://") && value.data[0] != '$')
			rule_fail(c, w->span, "the signing key lies in a file: who copies it signs in your name");
	}
}

/* --- secrets in variables --- */

static bool is_secret_name(struct slice name)
{
	return slice_ends(name, SLICE("_PASSWORD")) || slice_ends(name, SLICE("_SECRET")) || slice_ends(name, SLICE("_TOKEN")) ||
	       slice_ends(name, SLICE("_SECRET_ACCESS_KEY")) || slice_ends(name, SLICE("_API_KEY")) || slice_is(name, "PGPASSWORD") ||
	       slice_ends(name, SLICE("_PRIVATE_KEY"));
}

static void judge_export(struct rule_context *c, struct slice name, struct slice value, struct span at)
{
	if (!is_secret_name(name) || slice_empty(value) || slice_is(name, "GITHUB_TOKEN"))
		return;
	struct assessment *x = rule_fail(c, at, "every program started from here inherits %.*s, and shows it in its environment",
					 SLICE_ARG(slice_first(name, 60)));
	if (slice_is(name, "VAULT_TOKEN"))
		x->severity = SEVERITY_MEDIUM;
}

static void check_export(struct rule_context *c)
{
	struct slice name, value;

	each_command(command, c) {
		if (!word_in(word_at(command, 0), "export|declare|typeset"))
			continue;
		if (!slice_is(word_at(command, 0), "export") && !slice_is(word_at(command, 1), "-x"))
			continue;
		vec_each(a, &command->assignments)
			judge_export(c, a->name, a->value.value, a->span);
		for (size_t i = 1; i < command->words.count; i++)
			if (slice_split(command->words.items[i].value, '=', &name, &value))
				judge_export(c, name, value, command->words.items[i].span);
	}
}

static void check_subuid(struct rule_context *c)
{
	each_command(command, c) {
		bool appends = false;

		vec_each(r, &command->redirections)
			appends |= slice_is(r->op, ">>") && word_in(r->target.value, "/etc/subuid|/etc/subgid");
		if (slice_is(shell_program(command), "tee") && shell_option(command, "-a"))
			for (size_t i = 1; i < command->words.count; i++)
				appends |= word_in(command->words.items[i].value, "/etc/subuid|/etc/subgid");
		if (appends)
			rule_fail(c, command->span, "nobody looks whether the range is taken, and every run adds the line again");
	}
}

/* --- firewalls --- */

static bool about_docker(const struct document *d)
{
	return text_has(d->text, "docker") || text_has(d->text, "Docker") || text_has(d->text, "DOCKER");
}

static void check_ufw(struct rule_context *c)
{
	if (!about_docker(rule_document(c)))
		return;
	each_command(command, c) {
		size_t at = shell_program_word(command) + 1;

		if (slice_is(shell_program(command), "ufw") && word_in(word_at(command, at), "deny|reject|limit"))
			rule_fail(c, command->span, "published ports pass by ufw: Docker's rules forward them before ufw looks");
	}
}

static void check_ufw_enable(struct rule_context *c)
{
	each_command(command, c) {
		size_t at = shell_program_word(command) + 1;

		if (!slice_is(shell_program(command), "ufw") || !slice_is(word_at(command, at), "enable") || command->join == SHELL_PIPE ||
		    command->redirections.count)
			continue;
		struct assessment *x = rule_fail(c, command->span, "ufw asks whether it may cut off SSH, and a script waits for an answer");
		struct span in = command->words.items[at].span;
		in.length = 0;
		rule_edit(c, rule_fix(c, x, true, "Do not ask"), in, SLICE("--force "));
	}
}

static bool has_word(const struct shell_command *c, const char *list)
{
	for (size_t i = 1; i < c->words.count; i++)
		if (word_in(c->words.items[i].value, list))
			return true;
	return false;
}

static bool is_chain_rule(const struct shell_command *c)
{
	return word_in(shell_program(c), "iptables|ip6tables") && has_word(c, "DOCKER-USER") && has_word(c, "-I|-A|--insert|--append");
}

static void check_docker_user(struct rule_context *c)
{
	bool tracks = false;

	each_command(command, c)
		tracks |= is_chain_rule(command) && has_word(command, "RELATED,ESTABLISHED|ESTABLISHED,RELATED|ESTABLISHED|NEW");
	each_command(command, c) {
		if (!is_chain_rule(command) || !has_word(command, "DROP|REJECT"))
			continue;
		bool in = has_word(command, "-i|--in-interface");
		if (tracks && in)
			continue;
		rule_fail(c, command->span, "%s%s%s", tracks ? "" : "answers to what containers ask are dropped as well",
			  tracks || in ? "" : "; ", in ? "" : "without the interface it stands between containers too, and holds for one network's addresses only");
	}
}

/* A Dockerfile's line in a shell snippet. */
static void check_dockerfile_user(struct rule_context *c)
{
	each_command(command, c) {
		struct slice first = word_at(command, 1);

		if (!slice_is(word_at(command, 0), "RUN") || !word_in(first, "groupadd|useradd|adduser|addgroup"))
			continue;
		if (!has_word(command, "-u|-g|--uid|--gid"))
			rule_fail(c, command->span, "the next build may give the user another number: owners of volumes change, and runAsNonRoot cannot tell");
	}
}

#define SCAN "guide:Using Trivy"
#define SIGN "guide:Image Signing"
#define WALL "guide:Firewall Rules"

static const struct rule_row rows[] = {
	RULE_ROW("shell-curl-pipe", "Download run unread", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_pipe,
		 "Whoever holds the server, or the line, runs commands here. Take the distribution's package, or download, compare the checksum, and run.",
		 "curl -fsSL https://example.com/install.sh | sh\n", "curl -fsSLo install.sh https://example.com/install.sh\nsha256sum -c install.sum\nsh install.sh\n",
		 "nist:4.1.5", "cwe:CWE-494", SCAN, "guide:Rootless Docker"),
	RULE_ROW("shell-certificate-unchecked", "Certificate not checked", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_certificate,
		 "Without the check TLS protects from nobody on the way. Give the CA with --cacert.", "curl -k https://example.com/\n",
		 "curl --cacert ca.pem https://example.com/\n", "cwe:CWE-295"),
	RULE_ROW("shell-trivy-gate", "Scan that stops nothing", SEVERITY_MEDIUM, LIKELY, RULE_FIX_NONE, check_trivy_gate,
		 "Say --exit-code 1 together with --severity where findings are to stop the build.", "trivy image --severity HIGH web@sha256:0123\n",
		 "trivy image --severity HIGH --exit-code 1 web@sha256:0123\n", "nist:4.1.1", SCAN),
	RULE_ROW("shell-scan-floating", "Scan of a floating tag", SEVERITY_LOW, SURE, RULE_FIX_NONE, check_scan_floating,
		 "Scan the digest that is deployed.", "trivy image nginx:latest\n", "trivy image nginx@sha256:0123\n", "nist:4.2.2", SCAN),
	RULE_ROW("shell-cosign-tag", "Signature over a tag", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_cosign_tag,
		 "Sign and verify name@sha256:..., the digest that the build gave.", "cosign verify --key cosign.pub registry.example.com/web:1\n",
		 "cosign verify --key cosign.pub registry.example.com/web@sha256:0123\n", "nist:4.1.5", "cwe:CWE-367", SIGN),
	RULE_ROW("shell-cosign-key-file", "Signing key in a file", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_cosign_key,
		 "Sign without a key by the identity of the pipeline, or with a key that a KMS does not let go of.",
		 "cosign sign --key cosign.key registry.example.com/web@sha256:0123\n", "cosign sign --key awskms:///alias/web registry.example.com/web@sha256:0123\n",
		 "cwe:CWE-522", SIGN),
	RULE_ROW("shell-export-secret", "Secret in the environment", SEVERITY_LOW, LIKELY, RULE_FIX_NONE, check_export,
		 "Environments are inherited, logged and shown by docker inspect. Read the secret from a file where it is used.",
		 "export DB_PASSWORD=$(vault kv get -field=password secret/db)\n", "export DB_PASSWORD_FILE=/run/secrets/db_password\n", "nist:4.1.4", "cwe:CWE-526",
		 "guide:External Secret Management"),
	RULE_ROW("shell-subuid-append", "Line added blindly to /etc/subuid", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_subuid,
		 "Ranges that overlap make one user's containers another's. With userns-remap default dockerd makes the entry; otherwise use usermod --add-subuids.",
		 "echo \"dockremap:165536:65536\" >> /etc/subuid\n", "usermod --add-subuids 165536-231071 dockremap\n", "guide:User Namespace Remapping"),
	RULE_ROW("shell-ufw-bypassed", "ufw in front of published ports", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_ufw,
		 "Publish on 127.0.0.1 or an inner address, or filter in the chain DOCKER-USER.", "# Docker's port\nufw deny 8080/tcp\n",
		 "# Docker's port\nufw allow 22/tcp\n", "nist:4.4.2", WALL),
	RULE_ROW("shell-ufw-asks", "ufw waits for an answer", SEVERITY_LOW, SURE, RULE_FIX_UNSAFE, check_ufw_enable,
		 "Allow SSH first, then use ufw --force enable in scripts.", "ufw enable\n", "ufw --force enable\n", WALL),
	RULE_ROW("shell-docker-user-chain", "Rule of DOCKER-USER that drops the wrong packets", SEVERITY_MEDIUM, LIKELY, RULE_FIX_NONE, check_docker_user,
		 "Let established connections pass, name the outer interface, say the same with ip6tables, and keep the rules over a restart. With the nftables backend the chain does not exist.",
		 "iptables -I DOCKER-USER -s 10.0.0.0/8 -j DROP\n",
		 "iptables -I DOCKER-USER -i eth0 -s 10.0.0.0/8 -j DROP\niptables -I DOCKER-USER -i eth0 -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN\n", "nist:4.4.2", WALL),
	RULE_ROW("shell-user-unpinned", "User without a number", SEVERITY_LOW, SURE, RULE_FIX_NONE, check_dockerfile_user,
		 "Give user and group a number, and use the number in USER.", "RUN groupadd -r app && useradd -r -g app app\n",
		 "RUN groupadd -g 10001 app && useradd -u 10001 -g 10001 app\n", "cis:4.1", "guide:Running as Non-Root User"),
};

const struct rule_table shell_rules = { RULE_SHELL, rows, ARRAY_LEN(rows) };
