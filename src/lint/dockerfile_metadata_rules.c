/* EXPOSE, HEALTHCHECK, CMD and ENTRYPOINT, MAINTAINER, LABEL, WORKDIR, VOLUME. */
#include "base/buf.h"
#include "base/cleanup.h"
#include "lint/dockerfile_rules.h"
#include "lint/rules.h"

/* --- EXPOSE --- */

/* "[ip:][host:]port[-port][/proto]" */
struct port_text {
	struct slice mapping; /* what stands before the container's port; empty: nothing */
	struct slice first, last;
	struct slice proto;   /* behind '/' */
};

static struct port_text port_read(struct slice text)
{
	struct port_text p = { 0 };
	struct slice port;

	/* "${PORT:-80}" has a colon of its own. */
	size_t colon = has_variable(text) ? text.len : slice_rfind_byte(text, ':');
	if (colon < text.len) {
		p.mapping = slice_first(text, colon);
		text = slice_from(text, colon + 1);
	}
	slice_split(text, '/', &port, &p.proto);
	if (!slice_split(port, '-', &p.first, &p.last))
		p.last = p.first;
	return p;
}

static bool beyond(struct slice number)
{
	uint64_t n;

	if (number.len == 0)
		return false;
	for (size_t i = 0; i < number.len; i++)
		if (!ascii_digit(number.data[i]))
			return false;
	return !slice_to_u64(number, &n) || n > 65535;
}

#define each_port(w, in) vec_each(w, &(in)->words)

static void check_ssh(struct rule_context *c)
{
	each_instruction(in, c, DOCKERFILE_EXPOSE) each_port(w, in) {
		if (!word_in(w->value, "22|22/tcp|22/udp"))
			continue;
		struct assessment *x = fail_in(c, in, w->span, "a container that is entered over SSH has a door that docker exec does not need");
		rule_alias(c, x, "trivy:DS-0004");
		rule_alias_if(c, x, !slice_is(w->value, "22/udp"), "checkov:CKV_DOCKER_1");
		rule_alias_if(c, x, slice_is(w->value, "22"), "kics:Exposing Port 22 (SSH)");
	}
}

static void check_range(struct rule_context *c)
{
	each_instruction(in, c, DOCKERFILE_EXPOSE) each_port(w, in) {
		struct port_text p = port_read(w->value);
		bool single = slice_eq(p.first, p.last);

		if (!beyond(p.first) && !beyond(p.last))
			continue;
		struct assessment *x = fail_in(c, in, w->span, "%.*s: ports end at 65535", SLICE_ARG(w->value));
		rule_alias(c, x, "hadolint:DL3011");
		rule_alias_if(c, x, single && slice_empty(p.mapping), "trivy:DS-0008");
		rule_alias_if(c, x, single && slice_empty(p.mapping), "kics:UNIX Ports Out Of Range");
		rule_alias_if(c, x, single, "semgrep:invalid-port");
	}
}

static void check_mapping(struct rule_context *c)
{
	each_instruction(in, c, DOCKERFILE_EXPOSE) each_port(w, in) {
		struct port_text p = port_read(w->value);

		if (slice_empty(p.mapping))
			continue;
		struct assessment *x = fail_in(c, in, w->span, "%.*s: EXPOSE publishes nothing, so it maps nothing",
					       SLICE_ARG(w->value));
		rule_alias_if(c, x, buildkit_builds(c, in), "buildkit:ExposeInvalidFormat");
		if (slice_eq(w->value, w->text))
			rule_edit(c, rule_fix(c, x, false, "Name the container's port only"), w->span,
				  slice_from(w->value, p.mapping.len + 1));
	}
}

static void check_proto(struct rule_context *c)
{
	each_instruction(in, c, DOCKERFILE_EXPOSE) each_port(w, in) {
		struct port_text p = port_read(w->value);
		struct slice proto = lowered(c->arena, p.proto);

		if (slice_eq(proto, p.proto) || !word_in(proto, "tcp|udp|sctp"))
			continue;
		struct assessment *x = fail_in(c, in, w->span, "%.*s: protocols are written in lower case", SLICE_ARG(w->value));
		rule_alias_if(c, x, buildkit_builds(c, in), "buildkit:ExposeProtoCasing");
		if (slice_eq(w->value, w->text))
			rule_edit(c, rule_fix(c, x, false, "Write it in lower case"), w->span, lowered(c->arena, w->value));
	}
}

/* --- instructions of which the last one counts --- */

struct once_row {
	enum dockerfile_keyword keyword;
	const char *hadolint, *trivy, *kics, *semgrep;
};

static void check_once(struct rule_context *c, const struct once_row *row)
{
	const struct dockerfile_instruction *before = NULL;
	const struct dockerfile *d = rule_dockerfile(c)->file;

	each_instruction(in, c, row->keyword) {
		if (before && before->stage == in->stage) {
			struct slice name = dockerfile_keyword_name(row->keyword);
			struct assessment *x = rule_fail(c, before->span, "a later %.*s takes the place of this one", SLICE_ARG(name));
			bool final = in->stage + 1 == (int)d->stages.count;

			rule_also_at(c, x, in->span);
			rule_alias(c, x, row->hadolint);
			rule_alias_if(c, x, buildkit_builds(c, in), "buildkit:MultipleInstructionsDisallowed");
			rule_alias(c, x, row->trivy);
			rule_alias_if(c, x, row->kics && final, row->kics);
			rule_alias_if(c, x, row->semgrep, row->semgrep);
			remove_instruction(c, rule_fix(c, x, false, "Remove the one without effect"), before);
		}
		before = in;
	}
}

static void check_healthcheck_once(struct rule_context *c)
{
	static const struct once_row row = { DOCKERFILE_HEALTHCHECK, "hadolint:DL3012", "trivy:DS-0023", NULL, NULL };

	check_once(c, &row);
}

static void check_cmd_once(struct rule_context *c)
{
	static const struct once_row row = { DOCKERFILE_CMD, "hadolint:DL4003", "trivy:DS-0016",
					     "kics:Multiple CMD Instructions Listed", "semgrep:multiple-cmd-instructions" };

	check_once(c, &row);
}

static void check_entrypoint_once(struct rule_context *c)
{
	static const struct once_row row = { DOCKERFILE_ENTRYPOINT, "hadolint:DL4004", "trivy:DS-0007",
					     "kics:Multiple ENTRYPOINT Instructions Listed",
					     "semgrep:multiple-entrypoint-instructions" };

	check_once(c, &row);
}

/* --- a health check at all --- */

/* In a snippet, what is missing may stand in a part that is not shown. */
static const struct dockerfile_instruction *start_of(const struct dockerfile *d, const struct dockerfile_stage *s)
{
	const struct dockerfile_instruction *start = dockerfile_last_in_stage(d, s, DOCKERFILE_ENTRYPOINT);

	return start ? start : dockerfile_last_in_stage(d, s, DOCKERFILE_CMD);
}

static bool checked(const struct dockerfile *d, const struct dockerfile_stage *s)
{
	for (size_t guard = 0; s && guard <= d->stages.count; guard++) {
		if (dockerfile_last_in_stage(d, s, DOCKERFILE_HEALTHCHECK))
			return true;
		s = s->parent >= 0 ? &d->stages.items[s->parent] : NULL;
	}
	return false;
}

static void check_healthcheck(struct rule_context *c)
{
	const struct dockerfile *d = rule_dockerfile(c)->file;
	const struct dockerfile_stage *end = dockerfile_final_stage(d), *root = root_stage(d, end);
	const struct dockerfile_instruction *start = end ? start_of(d, end) : NULL;
	const struct image_facts *facts = root ? base_facts(c, root->base) : NULL;
	bool any = false;

	if (!end || checked(d, end) || (!start && rule_document(c)->excerpt) ||
	    (facts && facts->healthcheck == FACT_YES))
		return;
	each_instruction(in, c, DOCKERFILE_HEALTHCHECK)
		any = true;
	struct assessment *x = rule_fail(c, (start ? start : end->from)->span,
					 "no HEALTHCHECK: a program that hangs counts as one that runs");
	rule_discriminator(c, x, SLICE("final stage"));
	if (start)
		rule_also_at(c, x, end->from->span);
	rule_alias(c, x, "hadolint:DL3057");
	rule_alias_if(c, x, !any, "trivy:DS-0026");
	rule_alias_if(c, x, !any, "checkov:CKV_DOCKER_2");
	rule_alias_if(c, x, !end->scratch, "kics:Healthcheck Instruction Missing");
}

/* --- MAINTAINER --- */

static void append_quoted(struct buf *b, struct slice text)
{
	buf_add_lit(b, "\"");
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '"' || text.data[i] == '\\' || text.data[i] == '$')
			buf_add_lit(b, "\\");
		buf_add_byte(b, text.data[i]);
	}
	buf_add_lit(b, "\"");
}

static void check_maintainer(struct rule_context *c)
{
	each_instruction(in, c, DOCKERFILE_MAINTAINER) {
		struct assessment *x = rule_fail(c, in->span, "MAINTAINER is deprecated: a label says who maintains an image");
		CLEANUP(buf_release) struct buf b;

		buf_init(&b, 65536);
		rule_alias(c, x, "hadolint:DL4000");
		rule_alias_if(c, x, buildkit_reads(c, in), "buildkit:MaintainerDeprecated");
		rule_alias(c, x, "trivy:DS-0022");
		rule_alias(c, x, "checkov:CKV_DOCKER_6");
		rule_alias(c, x, "kics:MAINTAINER Instruction Being Used");
		if (slice_empty(in->arguments) || in->stage < 0 || rule_dockerfile(c)->file->escape != '\\')
			continue;
		buf_add_lit(&b, "LABEL org.opencontainers.image.authors=");
		append_quoted(&b, unquoted(in->arguments));
		if (!b.overflow)
			rule_edit(c, rule_fix(c, x, false, "Write a label"), in->span, arena_copy(c->arena, buf_slice(&b)));
	}
}

/* --- LABEL --- */

/* What Docker's guidelines for label keys ask for. */
static const char *key_problem(struct slice key)
{
	if (key.len == 0 || !ascii_lower(key.data[0]))
		return "does not start with a lower case letter";
	if (!ascii_lower(key.data[key.len - 1]) && !ascii_digit(key.data[key.len - 1]))
		return "does not end with a lower case letter or a digit";
	if (slice_starts(key, SLICE("com.docker.")) || slice_starts(key, SLICE("io.docker.")) ||
	    slice_starts(key, SLICE("org.dockerproject.")))
		return "is in a name space that Docker keeps for itself";
	if (text_has(key, "..") || text_has(key, "--"))
		return "has two separators in a row";
	for (size_t i = 0; i < key.len; i++)
		if (!ascii_lower(key.data[i]) && !ascii_digit(key.data[i]) && key.data[i] != '.' && key.data[i] != '-')
			return "has other characters than lower case letters, digits, '.' and '-'";
	return NULL;
}

static void check_label_key(struct rule_context *c)
{
	each_instruction(in, c, DOCKERFILE_LABEL) vec_each(pair, &in->pairs) {
		struct slice key = unquoted(pair->key.value);
		const char *why = key_problem(key);

		if (!why)
			continue;
		struct assessment *x = fail_in(c, in, pair->key.span, "the label's key %.*s %s", SLICE_ARG(key), why);
		rule_alias(c, x, "hadolint:DL3048");
	}
}

/* --- WORKDIR --- */

static bool absolute(struct slice path)
{
	return slice_starts(path, SLICE("/")) || slice_starts(path, SLICE("$")) || drive_path(path);
}

static struct slice workdir_text(const struct dockerfile_instruction *in)
{
	return unquoted(in->words.count ? in->words.items[0].text : SLICE_EMPTY);
}

static void fix_workdir(struct rule_context *c, struct assessment *x, const struct dockerfile_instruction *in,
			struct slice path, struct slice before)
{
	struct slice text = in->words.items[0].text;

	if (!slice_eq(text, path) || text_has(path, "..") || slice_starts(path, SLICE(".")))
		return;
	slice_cut_suffix(&before, SLICE("/"));
	struct fix *fix = rule_fix(c, x, slice_empty(before), "Write the whole path");
	rule_edit(c, fix, in->words.items[0].span, arena_printf(c->arena, "%.*s/%.*s", SLICE_ARG(before), SLICE_ARG(path)));
}

/* Where a stage is so far: no path where that depends on something else. */
struct place {
	bool set;
	struct slice path;
};

static void judge_workdir(struct rule_context *c, const struct dockerfile_instruction *in, const struct place *before)
{
	struct slice path = workdir_text(in);
	struct assessment *x = fail_in(c, in, in->words.items[0].span, "%.*s depends on the directory before it",
				       SLICE_ARG(path));

	rule_alias(c, x, "hadolint:DL3000");
	rule_alias_if(c, x, !before->set && buildkit_builds(c, in), "buildkit:WorkdirRelativePath");
	rule_alias(c, x, "trivy:DS-0009");
	rule_alias(c, x, "checkov:CKV_DOCKER_10");
	rule_alias(c, x, "kics:WORKDIR Path Not Absolute");
	/* Below one that this file sets, it is clear enough. */
	if (before->set)
		x->severity = SEVERITY_LOW;
	fix_workdir(c, x, in, path, before->path);
}

static void check_workdir(struct rule_context *c)
{
	const struct dockerfile *d = rule_dockerfile(c)->file;
	struct place *places = arena_new_array(c->arena, struct place, d->stages.count + 1);

	vec_each(p, &d->instructions) {
		const struct dockerfile_instruction *in = *p;
		const struct dockerfile_stage *s = dockerfile_stage_of(d, in);
		struct place *here = &places[in->stage + 1];

		if (in->keyword == DOCKERFILE_FROM && s && s->parent >= 0)
			*here = places[s->parent + 1];
		if (in->keyword != DOCKERFILE_WORKDIR || in->words.count == 0)
			continue;
		struct slice path = workdir_text(in);
		if (path.len && !absolute(path))
			judge_workdir(c, in, here);
		bool plain = slice_starts(path, SLICE("/")) && !has_variable(path);
		*here = (struct place){ true, plain ? path : SLICE_EMPTY };
	}
}

static void check_workdir_system(struct rule_context *c)
{
	static const char *const directories[] = { "/proc", "/boot", "/dev", "/initrd", "/lost+found", "/sys" };

	each_instruction(in, c, DOCKERFILE_WORKDIR) {
		struct slice path = workdir_text(in);

		for (size_t i = 0; i < ARRAY_LEN(directories); i++) {
			struct slice rest = path;

			if (!slice_cut_prefix(&rest, slice_from_cstr(directories[i])) || (rest.len && rest.data[0] != '/'))
				continue;
			struct assessment *x = fail_in(c, in, in->words.items[0].span,
						       "%.*s belongs to the kernel or to the boot, not to a program", SLICE_ARG(path));
			rule_alias_if(c, x, rest.len && i < 5, "trivy:DS-0030");
		}
	}
}

/* --- VOLUME --- */

static void check_volume_socket(struct rule_context *c)
{
	each_instruction(in, c, DOCKERFILE_VOLUME) vec_each(w, &in->words) {
		if (!text_has(w->value, "docker.sock"))
			continue;
		struct assessment *x = fail_in(c, in, w->span,
					       "VOLUME cannot bring in the host's socket, and an image that asks for it wants the host");
		rule_alias(c, x, "semgrep:dockerfile-dockerd-socket-mount");
	}
}

static const struct rule_row rows[] = {
	{ .rule = { .id = SLICE_INIT("dockerfile-expose-ssh"), .version = 1,
		    .title = SLICE_INIT("Port 22 is exposed"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("An SSH server in a container needs keys, users and updates of its own. Use docker exec, and leave "
				       "the server out."),
		    .aliases = RULE_LIST("trivy:DS-0004", "checkov:CKV_DOCKER_1", "kics:Exposing Port 22 (SSH)"),
		    .references = RULE_LIST("cis:5.7", "nist:4.1.2"),
		    .bad = "FROM debian:12\nEXPOSE 22\n", .good = "FROM debian:12\nEXPOSE 8080\n" },
	  .check = check_ssh },
	{ .rule = { .id = SLICE_INIT("dockerfile-expose-range"), .version = 1,
		    .title = SLICE_INIT("A port beyond 65535"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("TCP, UDP and SCTP have 65535 ports: the build fails here. Correct the number."),
		    .aliases = RULE_LIST("hadolint:DL3011", "trivy:DS-0008", "kics:UNIX Ports Out Of Range", "semgrep:invalid-port"),
		    .bad = "FROM debian:12\nEXPOSE 80800\n", .good = "FROM debian:12\nEXPOSE 8080\n" },
	  .check = check_range },
	{ .rule = { .id = SLICE_INIT("dockerfile-expose-mapping"), .version = 1,
		    .title = SLICE_INIT("EXPOSE with an address or a host's port"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("EXPOSE only notes on which port the program listens. Addresses and host ports belong to docker run "
				       "-p or to Compose's ports."),
		    .aliases = RULE_LIST("buildkit:ExposeInvalidFormat"), .fix = RULE_FIX_SAFE,
		    .bad = "FROM debian:12\nEXPOSE 127.0.0.1:80:8080\n", .good = "FROM debian:12\nEXPOSE 8080\n" },
	  .check = check_mapping },
	{ .rule = { .id = SLICE_INIT("dockerfile-expose-case"), .version = 1,
		    .title = SLICE_INIT("A protocol in EXPOSE is not lower case"),
		    .severity = SEVERITY_NEGLIGIBLE, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Write tcp, udp or sctp."),
		    .aliases = RULE_LIST("buildkit:ExposeProtoCasing"), .fix = RULE_FIX_SAFE,
		    .bad = "FROM debian:12\nEXPOSE 53/UDP\n", .good = "FROM debian:12\nEXPOSE 53/udp\n" },
	  .check = check_proto },
	{ .rule = { .id = SLICE_INIT("dockerfile-healthcheck-missing"), .version = 1,
		    .title = SLICE_INIT("No HEALTHCHECK"),
		    .severity = SEVERITY_LOW, .confidence = CONFIDENCE_MEDIUM,
		    .help = SLICE_INIT("Docker and Swarm only notice that a program ended, not that it no longer answers. Give the final "
				       "stage a HEALTHCHECK with a program that is in the image, or HEALTHCHECK NONE."),
		    .aliases = RULE_LIST("hadolint:DL3057", "trivy:DS-0026", "checkov:CKV_DOCKER_2",
					 "kics:Healthcheck Instruction Missing", "dockle:CIS-DI-0006"),
		    .references = RULE_LIST("cis:4.6"),
		    .bad = "FROM debian:12\nCMD [\"serve\"]\n",
		    .good = "FROM debian:12\nHEALTHCHECK CMD [\"serve\", \"--ping\"]\nCMD [\"serve\"]\n" },
	  .check = check_healthcheck },
	{ .rule = { .id = SLICE_INIT("dockerfile-healthcheck-multiple"), .version = 1,
		    .title = SLICE_INIT("Several HEALTHCHECKs in a stage"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Only the last one takes effect. Remove the others, or join the checks in one command."),
		    .aliases = RULE_LIST("hadolint:DL3012", "buildkit:MultipleInstructionsDisallowed", "trivy:DS-0023"),
		    .fix = RULE_FIX_SAFE,
		    .bad = "FROM debian:12\nHEALTHCHECK CMD [\"a\"]\nHEALTHCHECK CMD [\"b\"]\n",
		    .good = "FROM debian:12\nHEALTHCHECK CMD [\"b\"]\n" },
	  .check = check_healthcheck_once },
	{ .rule = { .id = SLICE_INIT("dockerfile-cmd-multiple"), .version = 1,
		    .title = SLICE_INIT("Several CMDs in a stage"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Only the last one takes effect. Remove the others."),
		    .aliases = RULE_LIST("hadolint:DL4003", "buildkit:MultipleInstructionsDisallowed", "trivy:DS-0016",
					 "kics:Multiple CMD Instructions Listed", "semgrep:multiple-cmd-instructions"),
		    .fix = RULE_FIX_SAFE,
		    .bad = "FROM debian:12\nCMD [\"a\"]\nCMD [\"b\"]\n", .good = "FROM debian:12\nCMD [\"b\"]\n" },
	  .check = check_cmd_once },
	{ .rule = { .id = SLICE_INIT("dockerfile-entrypoint-multiple"), .version = 1,
		    .title = SLICE_INIT("Several ENTRYPOINTs in a stage"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Only the last one takes effect. Remove the others."),
		    .aliases = RULE_LIST("hadolint:DL4004", "buildkit:MultipleInstructionsDisallowed", "trivy:DS-0007",
					 "kics:Multiple ENTRYPOINT Instructions Listed", "semgrep:multiple-entrypoint-instructions"),
		    .fix = RULE_FIX_SAFE,
		    .bad = "FROM debian:12\nENTRYPOINT [\"a\"]\nENTRYPOINT [\"b\"]\n",
		    .good = "FROM debian:12\nENTRYPOINT [\"b\"]\n" },
	  .check = check_entrypoint_once },
	{ .rule = { .id = SLICE_INIT("dockerfile-maintainer"), .version = 1,
		    .title = SLICE_INIT("MAINTAINER is deprecated"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Since Docker 1.13, a label says it: LABEL org.opencontainers.image.authors."),
		    .aliases = RULE_LIST("hadolint:DL4000", "buildkit:MaintainerDeprecated", "trivy:DS-0022", "checkov:CKV_DOCKER_6",
					 "kics:MAINTAINER Instruction Being Used"), .fix = RULE_FIX_SAFE,
		    .bad = "FROM debian:12\nMAINTAINER a@example.org\n",
		    .good = "FROM debian:12\nLABEL org.opencontainers.image.authors=\"a@example.org\"\n" },
	  .check = check_maintainer },
	{ .rule = { .id = SLICE_INIT("dockerfile-label-key"), .version = 1,
		    .title = SLICE_INIT("A label's key is not as Docker asks for"),
		    .severity = SEVERITY_NEGLIGIBLE, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Keys are reverse domain names in lower case, with '.' and '-'; com.docker, io.docker and "
				       "org.dockerproject are Docker's own."),
		    .aliases = RULE_LIST("hadolint:DL3048"),
		    .bad = "FROM debian:12\nLABEL com.docker.team=\"a\"\n", .good = "FROM debian:12\nLABEL org.example.team=\"a\"\n" },
	  .check = check_label_key },
	{ .rule = { .id = SLICE_INIT("dockerfile-workdir-relative"), .version = 1,
		    .title = SLICE_INIT("WORKDIR is a relative path"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Where it leads depends on the base image, which may change. Write the whole path."),
		    .aliases = RULE_LIST("hadolint:DL3000", "buildkit:WorkdirRelativePath", "trivy:DS-0009", "checkov:CKV_DOCKER_10",
					 "kics:WORKDIR Path Not Absolute"), .fix = RULE_FIX_UNSAFE,
		    .bad = "FROM debian:12\nWORKDIR app\n", .good = "FROM debian:12\nWORKDIR /app\n" },
	  .check = check_workdir },
	{ .rule = { .id = SLICE_INIT("dockerfile-workdir-system"), .version = 1,
		    .title = SLICE_INIT("WORKDIR lies in a directory of the system"),
		    .severity = SEVERITY_MEDIUM, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("/proc/self/fd/... as a working directory has led out of containers (CVE-2024-21626), and the others "
				       "hide what is mounted there. Work in a directory of the program."),
		    .aliases = RULE_LIST("trivy:DS-0030", "dockle:DKL-DI-0002"),
		    .references = RULE_LIST("cis:5.5", "cwe:CWE-403"),
		    .bad = "FROM debian:12\nWORKDIR /proc/self/fd/8\n", .good = "FROM debian:12\nWORKDIR /app\n" },
	  .check = check_workdir_system },
	{ .rule = { .id = SLICE_INIT("dockerfile-volume-socket"), .version = 1,
		    .title = SLICE_INIT("VOLUME names Docker's socket"),
		    .severity = SEVERITY_HIGH, .confidence = CONFIDENCE_HIGH,
		    .help = SLICE_INIT("Whoever reaches Docker's socket is root on the host. VOLUME does not mount it; remove the line, and do "
				       "not mount it with -v either."),
		    .aliases = RULE_LIST("semgrep:dockerfile-dockerd-socket-mount"),
		    .references = RULE_LIST("cis:5.32", "owasp:D04", "cwe:CWE-269"),
		    .bad = "FROM debian:12\nVOLUME /var/run/docker.sock\n", .good = "FROM debian:12\nVOLUME /var/lib/app\n" },
	  .check = check_volume_socket },
};

const struct rule_table dockerfile_metadata_rules = { RULE_DOCKERFILE, rows, ARRAY_LEN(rows) };
