#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "inventory/rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
	const struct inventory_row *row;
	const char *path;
} readers[] = {
	{ &inventory_dpkg_status, "var/lib/dpkg/status" },
	{ &inventory_dpkg_status_d, "var/lib/dpkg/status.d/x" },
	{ &inventory_apk_installed, "lib/apk/db/installed" },
	{ &inventory_os_release, "etc/os-release" },
	{ &inventory_os_release, "etc/alpine-release" },
	{ &inventory_os_release, "etc/debian_version" },
	{ &inventory_ubuntu_pro, "var/lib/ubuntu-advantage/status.json" },
	{ &inventory_content_sets, "root/buildinfo/content_manifests/a.json" },
	{ &inventory_pacman, "var/lib/pacman/local/a-1/desc" },
	{ &inventory_pacman_files, "var/lib/pacman/local/a-1/files" },
	{ &inventory_opkg_status, "usr/lib/opkg/status" },
	{ &inventory_opkg_list, "usr/lib/opkg/info/a.list" },
	{ &inventory_portage, "var/db/pkg/a/b-1/PF" },
	{ &inventory_portage_contents, "var/db/pkg/a/b-1/CONTENTS" },
	{ &inventory_rpm_manifest, "var/lib/rpmmanifest/container-manifest-2" },
	{ &inventory_chisel, "var/lib/chisel/manifest.wall" },
	{ &inventory_os_release, "etc/redhat-release" },
};

static void check_package(const struct package *p, size_t size)
{
	if (p->flags & PACKAGE_OWNS)
		return;
	if (!inventory_sound(p->name) || !inventory_sound(p->version) || slice_empty(p->source_name) ||
	    p->source_name.len > LIMIT_NAME)
		abort();
	if (p->offset > size || p->length > size - p->offset)
		abort();
}

/* The identity of what was read can be written as a purl and read back. */
static void check_purl(const struct package *p, struct arena *a)
{
	struct slice text = package_purl(p, a);
	struct package again;
	struct purl purl;

	if (slice_empty(text))
		return;
	if (!purl_parse(text, a, &purl, NULL) || !package_from_purl(&purl, a, &again) ||
	    !slice_eq(again.version, p->version))
		abort();
}

/* The first byte says which reader. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct inventory_output out = { .arena = &a };

	if (size == 0)
		return 0;
	arena_init(&a, 0);
	size_t which = (data[0] - (size_t)'0') % (sizeof(readers) / sizeof(readers[0]));
	struct slice bytes = slice_new(data + 1, size - 1);
	const struct inventory_input in = { slice_from_cstr(readers[which].path), bytes.len, bytes };

	if (readers[which].row->parse(&in, &out, NULL)) {
		vec_each(p, &out.packages)
			check_package(p, bytes.len);
		inventory_apply_os(&out.packages, &out.os, &a);
		for (size_t i = 0; i < out.packages.count && i < 10; i++)
			check_purl(&out.packages.items[i], &a);
	}
	if (out.partial.code != ERR_NONE && (out.partial.offset < 0 || (uint64_t)out.partial.offset > bytes.len))
		abort();
	os_release_suffix(&out.os, &a);
	arena_release(&a);
	return 0;
}
