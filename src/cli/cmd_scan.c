/* `scan` and `sbom`: what is in a target, and what is wrong with it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "cli/commands.h"
#include "cli/policy_options.h"
#include "cli/running.h"
#include "cli/session.h"
#include "cli/supply.h"
#include "report/format.h"
#include "scan/scan.h"

#define MAX_REPORT (4 * GIB)

struct scan_config {
	struct session_config session;
	struct policy_config policy;
	struct supply_config supply;
	struct slice format;
	struct slice platform;
	struct slice ca_file;
	bool plain_http;
	bool running;
	bool list_all_packages;
	bool explain;
};

static const char *const scan_formats[] = {
	"table", "json", "trivy-json", "sarif", "junit", "markdown", "html", "csv", "gitlab", "cyclonedx",
	"spdx-json", "openvex", NULL,
};
static const char *const sbom_formats[] = { "cyclonedx", "spdx-json", "json", "table", NULL };

#define TARGET_OPTIONS                                                                              \
	{ .name = "platform", .kind = OPTION_TEXT, .argument = "OS/ARCH",                           \
	  .help = "the platform of an image index", .fallback = "linux and this machine's",         \
	  .offset = offsetof(struct scan_config, platform) },                                       \
	{ .name = "plain-http", .kind = OPTION_FLAG,                                                \
	  .help = "ask registries by http:// (without it on this machine only)",                    \
	  .offset = offsetof(struct scan_config, plain_http) },                                     \
	{ .name = "ca-file", .kind = OPTION_TEXT, .argument = "FILE",                               \
	  .help = "certificates (PEM) that registries are verified by",                             \
	  .fallback = "the system's, and Docker's certs.d",                                         \
	  .offset = offsetof(struct scan_config, ca_file) }

static const struct option_row scan_options[] = {
	{ .name = "format", .letter = 'f', .kind = OPTION_TEXT, .argument = "FORMAT",
	  .help = "how the report is written", .fallback = "table", .values = scan_formats,
	  .offset = offsetof(struct scan_config, format) },
	POLICY_OPTIONS(struct scan_config),
	RISK_OPTIONS(struct scan_config),
	TARGET_OPTIONS,
	{ .name = "running", .kind = OPTION_FLAG,
	  .help = "the images of the Docker daemon's running containers, and which names have moved",
	  .offset = offsetof(struct scan_config, running) },
	{ .name = "list-all-pkgs", .kind = OPTION_FLAG, .help = "list every package, not only affected ones",
	  .offset = offsetof(struct scan_config, list_all_packages) },
	{ .name = "explain", .kind = OPTION_FLAG,
	  .help = "show package, range, comparison and record of every verdict",
	  .offset = offsetof(struct scan_config, explain) },
	SUPPLY_OPTIONS(struct scan_config),
	{ 0 },
};

static const struct option_row sbom_options[] = {
	{ .name = "format", .letter = 'f', .kind = OPTION_TEXT, .argument = "FORMAT",
	  .help = "how the bill of materials is written", .fallback = "cyclonedx", .values = sbom_formats,
	  .offset = offsetof(struct scan_config, format) },
	TARGET_OPTIONS,
	POLICY_SKIP_OPTIONS(struct scan_config),
	{ .name = "strict", .kind = OPTION_FLAG,
	  .help = "one unreadable file makes the result incomplete (exit code 3)",
	  .offset = offsetof(struct scan_config, policy.strict) },
	{ 0 },
};

static const struct option_row *const scan_groups[] = { scan_options, session_options, NULL };
static const struct option_row *const sbom_groups[] = { sbom_options, session_options, NULL };

static void scan_defaults(void *config)
{
	struct scan_config *c = config;

	session_config_init(&c->session);
	policy_config_init(&c->policy);
	c->format = SLICE("table");
}

static void sbom_defaults(void *config)
{
	struct scan_config *c = config;

	session_config_init(&c->session);
	policy_config_init(&c->policy);
	c->format = SLICE("cyclonedx");
	c->list_all_packages = true;
}

static bool add_report(struct session *s, const struct scan_config *config, const struct report *report,
		       struct buf *out, struct error *err)
{
	const struct report_format *format = report_format_by_name(config->format);
	struct report_style style = {
		.columns = session_columns(s),
		.quiet = config->session.quiet,
	};

	const char *no_color = getenv("NO_COLOR");
	style.colour = style.columns > 0 && !(no_color && *no_color);
	return format->write(report, &style, out, err);
}

static bool scan_target(struct invocation *in, struct session *s, bool match, struct slice target,
			struct buf *out, int *ret_code, struct error *err)
{
	const struct scan_config *config = in->config;
	struct advisory_set set = { 0 };
	struct policy policy;
	struct report report;
	struct supply supply = {
		.config = &config->supply,
		.session = s,
		.registry = { .plain_http = config->plain_http, .ca_file = config->ca_file },
	};

	if (!policy_load(&policy, &config->policy, in->arena, err))
		return false;
	supply.index_path = session_index_path(&config->session, in->arena);
	if (!supply_begin(&supply, in->arena, err))
		return false;
	const struct scan_options options = {
		.target = {
			.name = target,
			.platform = config->platform,
			.skip_dirs = policy.skip_dirs,
			.skip_files = policy.skip_files,
			.registry = { .plain_http = config->plain_http, .ca_file = config->ca_file },
		},
		.advisories = { .index_path = supply.index_path, .explain = config->explain },
		.match = match,
		.prepare = supply_advisories,
		.archive = supply_archive,
		.context = &supply,
	};
	bool ok = scan_run(&s->run, &options, &policy, &set, &report, err);
	session_end_progress(s);
	if (ok) {
		report.list_all_packages = config->list_all_packages;
		*ret_code = report.exit_code;
		ok = add_report(s, config, &report, out, err);
	}
	advisory_set_release(&set);
	return ok;
}

/* Reports of several targets in a row, where the format can hold them. */
struct reports {
	struct buf out;
	bool several, json;
	size_t count;
	int code;
};

/* The most telling of several: what could not be looked at, then what was found. */
static int worse(int a, int b)
{
	return a > b ? a : b;
}

static void begin_report(struct reports *r)
{
	if (r->several && r->json)
		buf_add_slice(&r->out, r->count ? SLICE(",\n") : SLICE("{\"reports\": [\n"));
	else if (r->count)
		buf_add_byte(&r->out, '\n');
	r->count++;
}

/* One of several that cannot be read does not keep from the others. */
static bool report_on(struct invocation *in, struct session *s, bool match, struct slice target,
		      struct reports *r, struct error *err)
{
	struct error why = ERROR_INIT;
	struct buf one;
	int code = EXIT_INCOMPLETE;

	buf_init(&one, MAX_REPORT);
	bool ok = scan_target(in, s, match, target, &one, &code, &why);
	if (ok) {
		begin_report(r);
		ok = buf_add_slice(&r->out, buf_slice(&one)) ||
		     error_set(&why, ERR_LIMIT, "the reports are too large");
	}
	buf_release(&one);
	if (!ok) {
		*err = why;
		if (!r->several || why.code == ERR_USAGE || why.code == ERR_CANCELLED)
			return false;
		session_end_progress(s);
		cli_error(&why);
		code = EXIT_INCOMPLETE;
	}
	r->code = worse(r->code, code);
	/* What stands in this one's report. */
	s->run.gaps = (struct gap_list){ 0 };
	return true;
}

static bool report_running(struct invocation *in, struct session *s, struct reports *r,
			   struct error *err)
{
	struct running_image_list images;

	if (in->arguments.count)
		return error_set(err, ERR_USAGE, "--running takes no TARGET");
	if (!running_images(&s->run, &images, err))
		return false;
	if (images.count == 0)
		run_log(&s->run, LOG_WARNING, "no container is running");
	vec_each (image, &images) {
		running_notes(&s->run, image);
		if (!report_on(in, s, true, image->target, r, err))
			return false;
	}
	return true;
}

static bool report_targets(struct invocation *in, struct session *s, bool match, struct reports *r,
			   struct error *err)
{
	const struct scan_config *config = in->config;

	if (config->running)
		return report_running(in, s, r, err);
	if (in->arguments.count == 0)
		return error_set(err, ERR_USAGE, "a TARGET is missing");
	vec_each (target, &in->arguments)
		if (!report_on(in, s, match, *target, r, err))
			return false;
	return true;
}

static bool scan_and_report(struct invocation *in, struct session *s, bool match, int *ret_code,
			    struct error *err)
{
	const struct scan_config *config = in->config;
	struct reports r = {
		.several = config->running || in->arguments.count > 1,
		.json = slice_is(config->format, "json"),
	};

	if (r.several && !r.json && !slice_is(config->format, "table"))
		return error_set(err, ERR_USAGE,
				 "several targets are told of as table or json, not as %.*s",
				 SLICE_ARG(config->format));
	buf_init(&r.out, MAX_REPORT);
	bool ok = report_targets(in, s, match, &r, err);
	if (ok && r.several && r.json)
		buf_add_slice(&r.out, r.count ? SLICE("]}\n") : SLICE("{\"reports\": []}\n"));
	ok = ok && session_write(s, buf_slice(&r.out), err);
	*ret_code = r.code;
	buf_release(&r.out);
	return ok;
}

static int run(struct invocation *in, bool match)
{
	const struct scan_config *config = in->config;
	struct error err = ERROR_INIT;
	struct session session;
	int code = EXIT_INCOMPLETE;

	if (session_begin(&session, &config->session, in->arena, &err) &&
	    scan_and_report(in, &session, match, &code, &err))
		return code;
	session_end_progress(&session);
	cli_error(&err);
	return err.code == ERR_USAGE ? EXIT_USAGE : EXIT_INCOMPLETE;
}

static int run_scan(struct invocation *in)
{
	return run(in, true);
}

static int run_sbom(struct invocation *in)
{
	return run(in, false);
}

static const char *const scan_examples[] = {
	"docker save app:1.0 | gzip > app.tar.gz && bulwark scan app.tar.gz",
	"bulwark scan --severity high,critical --ignore-unfixed oci-dir://image",
	"bulwark scan --format sarif --output app.sarif archive://app.tar",
	"bulwark scan fs:///",
	"bulwark scan --running",
	"bulwark scan --platform linux/arm64 registry://ghcr.io/owner/app:1.0",
	NULL,
};

const struct command command_scan = {
	.name = "scan",
	.operands = "TARGET...",
	.operands_min = 0,
	.operands_max = 100000,
	.summary = "Find what is installed in a target and what is known to be vulnerable",
	.description = "TARGET is a Docker archive (`docker save`), an OCI layout (directory or tar), a root file system, a project directory, a single file or an image of the Docker daemon or of a registry. A prefix says which: archive://, oci-dir://, fs://, dir://, file://, docker:// (or local://), registry://; without one the kind is found out, and a name that is no file is looked for as an image: the daemon's, else the registry's.\n\nSeveral targets, and --running, give one report after the other in the table format, and an array \"reports\" in the JSON format. A target that cannot be read does not keep from the others; the exit code is then 3. With --running a note says which containers run another image than their image's name means now. The daemon is found as Docker's own client finds it: DOCKER_HOST, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH, and contexts.\n\n"
		       "Registries are asked without credentials first, then with those of Docker's config.json and its credential helpers. An image's layers are read as they come; nothing is stored.\n\n"
		       "The exit code is 0 when nothing is at or above the threshold (--fail-on), 1 when something is, and 3 when something could not be looked at.",
	.examples = scan_examples,
	.options = scan_groups,
	.config_size = sizeof(struct scan_config),
	.defaults = scan_defaults,
	.run = run_scan,
};

static const char *const sbom_examples[] = {
	"bulwark sbom app.tar > app.cdx.json",
	NULL,
};

const struct command command_sbom = {
	.name = "sbom",
	.operands = "TARGET",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Write the software bill of materials of a target",
	.description = "Lists every package with its purl, the file that told of it, and the layer and instruction that brought it in. TARGET is as for `bulwark scan`.",
	.examples = sbom_examples,
	.options = sbom_groups,
	.config_size = sizeof(struct scan_config),
	.defaults = sbom_defaults,
	.run = run_sbom,
};
