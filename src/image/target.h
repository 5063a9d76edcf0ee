/*
 * Where the bytes come from: opens what the user named, reads it in confined
 * workers and answers with what is installed in it.
 *
 * Targets: Docker archive (docker save, legacy and with the OCI hybrid of
 * Engine 25 and later), OCI layout (directory or tar), root file system (a
 * directory, or a tar of one as `docker export` writes it), project directory,
 * single file.  Archives may be compressed as a whole (gzip, zstd).  Images of
 * registries: layers go from the network straight into the workers.
 */
#ifndef BULWARK_IMAGE_TARGET_H
#define BULWARK_IMAGE_TARGET_H

#include "docker/registry.h"
#include "model/image.h"
#include "model/os_release.h"
#include "model/package.h"
#include "model/report.h"
#include "model/run.h"

struct target_options {
	/*
	 * A path, or one behind archive://, oci-dir://, fs:// (no image, even where
	 * the directory looks like one), dir:// (project directory), file:// (single
	 * file); without a prefix the kind is found out.  "FILE:TAG" names one of
	 * several images of an archive.  An image's reference behind registry://, or
	 * docker:// or local:// (what the Docker daemon has, also by ID), or image://
	 * or alone, where no such file is: the daemon's, else the registry's.
	 */
	struct slice name;
	struct slice platform; /* "os/arch" or "os/arch/variant"; empty: linux and this machine's */
	struct slice_list skip_dirs; /* globs over paths of the target, no leading slash needed */
	struct slice_list skip_files;
	struct registry_options registry;
};

/* Everything lives in run->arena. */
struct target_result {
	enum target_kind kind;
	bool has_image;
	struct image image;	      /* when has_image */
	struct os_release os;	      /* id empty: none found */
	struct package_list packages; /* sorted by package_cmp, os-release applied, no ids */
	uint64_t files;		      /* regular files seen */
	uint64_t bytes;		      /* uncompressed bytes seen */
	bool confined; /* every worker ran under Landlock and seccomp; else a gap says what was
			  missing */
};

/*
 * True when the target could be opened and what can be read of it was read;
 * what could not is in run->gaps.  False: nothing was read.  ERR_NOT_FOUND: no
 * such path; ERR_UNSUPPORTED: a kind of target that is known and not done yet
 * (registry, daemon, SBOM), named in the message; ERR_FORMAT: neither an image
 * nor anything else that can be scanned; ERR_USAGE: a platform that is none.
 */
bool target_read(struct run *run, const struct target_options *options, struct target_result *ret,
		 struct error *err);

#endif
