#include "image/target.h"

#include "base/cleanup.h"
#include "docker/reference.h"
#include "image/source.h"

/* Files that are not there are not looked for at a registry. */
static bool looks_like_file(struct slice name)
{
	static const struct slice suffixes[] = {
		SLICE_INIT(".tar"), SLICE_INIT(".gz"), SLICE_INIT(".tgz"), SLICE_INIT(".zst"),
		SLICE_INIT(".json"), SLICE_INIT(".xml"), SLICE_INIT(".yaml"), SLICE_INIT(".yml"),
		SLICE_INIT(".zip"), SLICE_INIT(".jar"), SLICE_INIT(".lock"), SLICE_INIT(".txt"),
	};

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		if (slice_ends(name, suffixes[i]))
			return true;
	return false;
}

/* "nginx", "nginx:1.25", "ghcr.io/a/b@sha256:..." */
static bool is_reference(struct slice name)
{
	struct reference unused;
	struct arena a;

	arena_init(&a, 0);
	bool ok = !looks_like_file(name) && reference_parse(name, &a, &unused, NULL);
	arena_release(&a);
	return ok;
}

#define PATH_SOURCE(function, path_kind)                                                         \
	static bool function(struct run *run, const struct target_options *options,              \
			     struct slice name, struct target_result *ret, struct error *err)    \
	{                                                                                        \
		return source_read_path(run, options, name, path_kind, ret, err);                \
	}
PATH_SOURCE(read_path, PATH_NONE)
PATH_SOURCE(read_archive, PATH_ARCHIVE)
PATH_SOURCE(read_layout, PATH_OCI)
PATH_SOURCE(read_rootfs, PATH_FS)
PATH_SOURCE(read_directory, PATH_DIRECTORY)
PATH_SOURCE(read_file, PATH_FILE)

/* The order counts for names without a prefix. */
static const struct target_source sources[] = {
	{.prefix = SLICE_INIT("archive://"), .read = read_archive},
	{.prefix = SLICE_INIT("oci-dir://"), .read = read_layout},
	{.prefix = SLICE_INIT("fs://"), .read = read_rootfs},
	{.prefix = SLICE_INIT("dir://"), .read = read_directory},
	{.prefix = SLICE_INIT("file://"), .read = read_file},
	{.prefix = SLICE_INIT("registry://"), .read = source_read_registry},
	{.prefix = SLICE_INIT("image://"), .read = source_read_image},
	{.prefix = SLICE_INIT("docker://"), .read = source_read_docker},
	{.prefix = SLICE_INIT("local://"), .read = source_read_docker},
	{.prefix = SLICE_INIT("sbom://"), .read = read_file},
	{.matches = source_is_path, .read = read_path},
	{.matches = is_reference, .read = source_read_image, .bare = true},
};

/* Without a row that knows it the name is a path, and the message says why it is none. */
static const struct target_source *choose(struct slice *name)
{
	static const struct target_source path = {.read = read_path};

	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		const struct target_source *row = &sources[i];

		if (row->matches ? row->matches(*name) : slice_cut_prefix(name, row->prefix))
			return row;
	}
	return &path;
}

bool target_read(struct run *run, const struct target_options *options, struct target_result *ret,
		 struct error *err)
{
	struct slice name = options->name;

	*ret = (struct target_result){0};
	if (slice_is(name, "-"))
		return error_set(err, ERR_UNSUPPORTED,
				 "targets on standard input are not supported yet");
	const struct target_source *source = choose(&name);
	if (source->unsupported)
		return error_set(err, ERR_UNSUPPORTED,
				 "%.*s: %s are not supported yet; "
				 "`docker save` writes an archive that is",
				 SLICE_ARG(options->name), source->unsupported);
	if (slice_empty(name))
		return error_set(err, ERR_USAGE, "the target has no name");
	if (source->read(run, options, name, ret, err))
		return true;
	if (source->bare)
		error_wrap(err, "there is no file %.*s, and as an image", SLICE_ARG(name));
	return false;
}
