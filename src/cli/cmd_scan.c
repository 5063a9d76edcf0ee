/* `scan` and `sbom`: what is in a target, and what is wrong with it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "cli/commands.h"
#include "cli/policy_options.h"
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
	bool list_all_packages;
	bool explain;
};

static const char *const scan_formats[] = {
	"table", "json", "trivy-json", "sarif", "junit", "markdown", "html", "csv", "gitlab", "cyclonedx",
	"spdx-json", NULL,
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

static bool write_report(struct session *s, const struct scan_config *config, const struct report *report,
			 struct error *err)
{
	const struct report_format *format = report_format_by_name(config->format);
	struct report_style style = {
		.columns = session_columns(s),
		.quiet = config->session.quiet,
	};
	struct buf out;

	const char *no_color = getenv("NO_COLOR");
	style.colour = style.columns > 0 && !(no_color && *no_color);
	buf_init(&out, MAX_REPORT);
	bool ok = format->write(report, &style, &out, err) && session_write(s, buf_slice(&out), err);
	buf_release(&out);
	return ok;
}

static bool scan_and_report(struct invocation *in, struct session *s, bool match, int *ret_code,
			    struct error *err)
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
			.name = in->arguments.items[0],
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
		ok = write_report(s, config, &report, err);
	}
	advisory_set_release(&set);
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
	"bulwark scan --platform linux/arm64 registry://ghcr.io/owner/app:1.0",
	NULL,
};

const struct command command_scan = {
	.name = "scan",
	.operands = "TARGET",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "Find what is installed in a target and what is known to be vulnerable",
	.description = "TARGET is a Docker archive (`docker save`), an OCI layout (directory or tar), a root file system, a project directory, a single file or an image of a registry. A prefix says which: archive://, oci-dir://, fs://, dir://, file://, registry://; without one the kind is found out, and a name that is no file is looked for as an image.\n\n"
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
