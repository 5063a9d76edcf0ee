#include "inventory/inventory.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/text.h"
#include "inventory/program.h"
#include "inventory/rows.h"
#include "inventory/rpm_vendor.h"

const struct inventory_row *const inventory_rows[] = {
	&inventory_os_release,
	&inventory_ubuntu_pro,
	&inventory_content_sets,
	&inventory_dpkg_status,
	&inventory_dpkg_status_d,
	&inventory_apk_installed,
	&inventory_rpm,
	&inventory_rpm_wal,
	&inventory_rpm_manifest,
	&inventory_chisel,
	&inventory_pacman,
	&inventory_pacman_files,
	&inventory_opkg_status,
	&inventory_opkg_control,
	&inventory_opkg_list,
	&inventory_portage,
	&inventory_portage_contents,
	&inventory_executable,
	&inventory_dpkg_list,
	&inventory_program_file,
	&inventory_java_archive,
	&inventory_maven_pom,
	&inventory_gradle_lock,
	&inventory_gradle_verification,
	&inventory_gradle_catalog,
	&inventory_sbt_lock,
	&inventory_node_package,
	&inventory_npm_lock,
	&inventory_yarn_lock,
	&inventory_pnpm_lock,
	&inventory_python_package,
	&inventory_python_archive,
	&inventory_requirements,
	&inventory_poetry_lock,
	&inventory_pipfile_lock,
	&inventory_pdm_lock,
	&inventory_uv_lock,
	&inventory_cargo_lock,
	&inventory_hex_lock,
	&inventory_pub_lock,
	&inventory_bun_lock,
	&inventory_pylock,
	&inventory_swift_resolved,
	&inventory_podfile_lock,
	&inventory_conan_lock,
	&inventory_julia_manifest,
	&inventory_renv_lock,
	&inventory_r_package,
	&inventory_haskell_lock,
	&inventory_opam,
	&inventory_bitnami,
	&inventory_go_mod,
	&inventory_go_sum,
	&inventory_gem,
	&inventory_bundler_lock,
	&inventory_composer_installed,
	&inventory_composer_lock,
	&inventory_dotnet_deps,
	&inventory_nuget_lock,
	&inventory_nuget_config,
	&inventory_nuget_props,
	&inventory_conda,
	&inventory_conda_environment,
	&inventory_sbom, /* any .json that no other row knows: last */
};

const size_t inventory_row_count = ARRAY_LEN(inventory_rows);

static bool may_end(const char *ends, char last)
{
	while (*ends && *ends != last)
		ends++;
	return *ends != '\0';
}

const struct inventory_row *inventory_match_path(unsigned scope, struct slice path)
{
	char last = slice_empty(path) ? '\0' : path.data[path.len - 1];

	for (size_t i = 0; i < inventory_row_count; i++) {
		const struct inventory_row *row = inventory_rows[i];

		if (!(row->scopes & scope) || !row->matches || (row->ends && !may_end(row->ends, last)))
			continue;
		if (row->matches(path))
			return row;
	}
	return NULL;
}

const struct inventory_row *inventory_match_bytes(unsigned scope, const struct inventory_file *file,
						  struct slice first)
{
	for (size_t i = 0; i < inventory_row_count; i++) {
		const struct inventory_row *row = inventory_rows[i];

		if ((row->scopes & scope) && row->sieve_wants && row->sieve_wants(file, first))
			return row;
	}
	return NULL;
}

struct package *inventory_add(struct inventory_output *out, enum package_origin origin,
			      struct slice name, struct slice version)
{
	struct package *p = vec_add(out->arena, &out->packages);

	p->origin = origin;
	p->ecosystem = ecosystem_by_purl_type(package_origin_row(origin)->purl_type);
	p->name = name;
	p->version = version;
	p->layer = -1;
	return p;
}

bool inventory_sound(struct slice text)
{
	if (slice_empty(text) || text.len > LIMIT_NAME)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if ((uint8_t)text.data[i] <= ' ' || text.data[i] == 0x7f)
			return false;
	return text_valid_utf8(text);
}

void inventory_partial(struct inventory_output *out, uint64_t offset, const char *fmt, ...)
{
	char text[ERROR_MESSAGE_MAX];
	va_list args;

	if (out->partial.code != ERR_NONE)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	error_set_at(&out->partial, ERR_FORMAT, offset, "%s", text);
}

void inventory_settle(struct package_list *packages, struct arena *a)
{
	maven_pom_settle(packages, a);
	go_mod_settle(packages);
	npm_lock_settle(packages);
	program_settle(packages);
	opkg_settle(packages);
}

void inventory_apply_os(struct package_list *packages, const struct os_release *os, struct arena *a)
{
	const struct ecosystem *ecosystem = os_release_ecosystem(os);
	struct slice suffix = os_release_suffix(os, a);
	struct slice distro = SLICE_EMPTY;

	if (!slice_empty(os->id))
		distro = slice_empty(os->version_id) ? os->id :
			 arena_printf(a, "%.*s-%.*s", SLICE_ARG(os->id), SLICE_ARG(os->version_id));
	vec_each(p, packages) {
		if (!package_origin_row(p->origin)->os)
			continue;
		/* Versions of another kind of package compare with none of the distribution's. */
		p->ecosystem = ecosystem && slice_eq(ecosystem->purl_type,
						     package_origin_row(p->origin)->purl_type)
				       ? ecosystem
				       : NULL;
		p->release = suffix;
		p->distro = distro;
		if (p->ecosystem && p->origin == ORIGIN_RPM &&
		    rpm_vendor_is_foreign(p->ecosystem, p->maintainer)) {
			p->flags |= PACKAGE_FOREIGN;
			p->ecosystem = NULL;
		}
	}
}
