#include "report/format.h"

#include "base/cleanup.h"
#include "report/writers.h"

const struct report_format report_formats[] = {
	{ .name = "table", .summary = "for people, on a terminal and in a log", .source = "",
	  .inventory = true, .findings = true, .write = report_write_table },
	{ .name = "json", .summary = "everything; docs/report.schema.json", .source = "JSON Schema 2020-12",
	  .inventory = true, .findings = true, .write = report_write_json },
	{ .name = "trivy-json", .summary = "Trivy's report, schema version 2", .source = "Trivy report schema 2",
	  .findings = true, .write = report_write_trivy_json },
	{ .name = "sarif", .summary = "for code scanning", .source = "SARIF 2.1.0 (OASIS)",
	  .findings = true, .write = report_write_sarif },
	{ .name = "junit", .summary = "for test reports of a pipeline", .source = "JUnit XML, as Jenkins reads it",
	  .findings = true, .write = report_write_junit },
	{ .name = "checkstyle", .summary = "findings of files, as Checkstyle's readers take them",
	  .source = "Checkstyle XML 4.3", .files = true, .write = report_write_checkstyle },
	{ .name = "gitlab-codequality", .summary = "for GitLab's code quality widget",
	  .source = "GitLab Code Quality report (Code Climate subset)", .files = true,
	  .write = report_write_gitlab_quality },
	{ .name = "github", .summary = "annotations of a GitHub Actions log",
	  .source = "GitHub Actions workflow commands", .files = true, .write = report_write_github },
	{ .name = "markdown", .summary = "for merge requests and job summaries", .source = "GitHub Flavored Markdown",
	  .findings = true, .write = report_write_markdown },
	{ .name = "html", .summary = "one page for people, without a network", .source = "HTML, Content Security Policy Level 3",
	  .findings = true, .write = report_write_html },
	{ .name = "csv", .summary = "a line for each finding", .source = "RFC 4180",
	  .findings = true, .write = report_write_csv },
	{ .name = "gitlab", .summary = "for GitLab's container scanning", .source = "GitLab security report schemas 15.2.1",
	  .findings = true, .write = report_write_gitlab_container },
	{ .name = "openvex", .summary = "statements on what the policy and VEX documents keep out",
	  .source = "OpenVEX 0.2.0", .findings = true, .write = report_write_openvex },
	{ .name = "spdx-json", .summary = "software bill of materials", .source = "SPDX 2.3 (ISO/IEC 5962)",
	  .inventory = true, .findings = true, .write = report_write_spdx },
	{ .name = "cyclonedx", .summary = "software bill of materials", .source = "CycloneDX 1.6 JSON (ECMA-424)",
	  .inventory = true, .findings = true, .write = report_write_cyclonedx },
};

const size_t report_format_count = ARRAY_LEN(report_formats);

const struct report_format *report_format_by_name(struct slice name)
{
	for (size_t i = 0; i < report_format_count; i++)
		if (slice_eq(slice_from_cstr(report_formats[i].name), name))
			return &report_formats[i];
	return NULL;
}
