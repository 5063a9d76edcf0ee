#include "advisory/artifact.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "advisory/index.h"
#include "advisory/index_build.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/timestamp.h"
#include "base/wire.h"
#include "confine/confine.h"
#include "format/compress.h"
#include "format/digest.h"
#include "format/inflate.h"
#include "format/json.h"

#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define EMPTY_TYPE    "application/vnd.oci.empty.v1+json"
#define EMPTY_CONFIG  "{}"
#define LEVEL	      9

bool artifact_is_address(struct slice address)
{
	return slice_starts(address, SLICE(ARTIFACT_SCHEME));
}

static struct registry *open_registry(struct run *run, struct slice address,
				      const struct registry_options *options, bool push,
				      struct error *err)
{
	struct registry_options all = *options;
	struct reference ref;

	slice_cut_prefix(&address, SLICE(ARTIFACT_SCHEME));
	all.push = push;
	if (!reference_parse(address, run->arena, &ref, err))
		return NULL;
	return registry_open(run, &ref, &all, err);
}

static struct slice digest_text(struct slice bytes, struct arena *a)
{
	char text[DIGEST_TEXT_MAX];
	struct digest digest;

	digest_of(bytes, DIGEST_SHA256, &digest);
	return arena_copy(a, slice_from_cstr(digest_format(&digest, text)));
}

/* --------------------------------------------------------------------- push */

static void write_descriptor(struct json_writer *w, const char *type, struct slice digest,
			     uint64_t size)
{
	json_member(w, "mediaType", slice_from_cstr(type));
	json_member(w, "digest", digest);
	json_key(w, "size");
	json_uint(w, size);
}

static void write_layer(struct json_writer *w, const struct advisory_index *index,
			struct slice digest, uint64_t size, struct arena *a)
{
	json_begin_object(w);
	write_descriptor(w, ARTIFACT_LAYER, digest, size);
	json_key(w, "annotations");
	json_begin_object(w);
	json_member(w, "org.opencontainers.image.title", SLICE("advisories.bwdb"));
	json_member(w, ARTIFACT_ANNOTATION_DIGEST, index_digest(index, a));
	json_member(w, ARTIFACT_ANNOTATION_SIZE, arena_printf(a, "%zu", index->size));
	json_member(w, ARTIFACT_ANNOTATION_FORMAT, arena_printf(a, "%u", index->header->format));
	json_end_object(w);
	json_end_object(w);
}

/* The same index gives the same manifest: its date is the index's. */
static void write_manifest(const struct advisory_index *index, struct slice digest, uint64_t size,
			   struct arena *a, struct buf *out)
{
	char created[TIMESTAMP_TEXT_MAX];
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_begin_object(&w);
	json_key(&w, "schemaVersion");
	json_uint(&w, 2);
	json_member(&w, "mediaType", SLICE(MANIFEST_TYPE));
	json_member(&w, "artifactType", SLICE(ARTIFACT_TYPE));
	json_key(&w, "config");
	json_begin_object(&w);
	write_descriptor(&w, EMPTY_TYPE, digest_text(SLICE(EMPTY_CONFIG), a),
			 sizeof(EMPTY_CONFIG) - 1);
	json_end_object(&w);
	json_key(&w, "layers");
	json_begin_array(&w);
	write_layer(&w, index, digest, size, a);
	json_end_array(&w);
	json_key(&w, "annotations");
	json_begin_object(&w);
	json_member(&w, "org.opencontainers.image.created",
		    slice_from_cstr(timestamp_format(index->header->created, created)));
	json_end_object(&w);
	json_end_object(&w);
}

static bool push_index(struct run *run, struct registry *r, const struct advisory_index *index,
		       struct artifact_result *ret, struct error *err)
{
	struct slice config = SLICE(EMPTY_CONFIG);
	struct buf layer, manifest;

	buf_init(&layer, LIMIT_INDEX);
	buf_init(&manifest, LIMIT_MANIFEST);
	bool ok = compress_zstd(slice_new(index->data, index->size), LEVEL, &layer, err);
	if (ok) {
		struct slice digest = digest_text(buf_slice(&layer), run->arena);

		write_manifest(index, digest, layer.len, run->arena, &manifest);
		ret->manifest = digest_text(buf_slice(&manifest), run->arena);
		ret->index = index_digest(index, run->arena);
		ret->bytes = layer.len;
		ok = registry_push_bytes(r, digest_text(config, run->arena), config, err) &&
		     registry_push_bytes(r, digest, buf_slice(&layer), err) &&
		     registry_push_manifest(r, reference_wanted(registry_reference(r)),
					    SLICE(MANIFEST_TYPE), buf_slice(&manifest), err);
	}
	buf_release(&layer);
	buf_release(&manifest);
	return ok;
}

bool artifact_push(struct run *run, struct slice address, const struct registry_options *options,
		   const char *path, struct artifact_result *ret, struct error *err)
{
	struct advisory_index index;

	*ret = (struct artifact_result){0};
	if (!index_open(path, &index, err))
		return false;
	struct registry *r =
		index_verify(&index, err) ? open_registry(run, address, options, true, err) : NULL;
	bool ok = r && push_index(run, r, &index, ret, err);
	registry_close(r);
	index_close(&index);
	return ok || error_wrap(err, "publishing the index %s", path);
}

/* ------------------------------------------------------------- the manifest */

static bool read_number(const struct node *annotations, const char *key, uint64_t *ret)
{
	return slice_to_u64(node_get_text(annotations, slice_from_cstr(key)), ret);
}

bool artifact_read_manifest(struct slice bytes, struct arena *a, struct artifact_layer *ret,
			    struct error *err)
{
	struct digest digest;
	struct node *root;
	uint64_t format;

	*ret = (struct artifact_layer){0};
	if (!json_parse(bytes, a, &root, err))
		return error_wrap(err, "the manifest");
	if (!slice_is(node_get_text(root, SLICE("artifactType")), ARTIFACT_TYPE))
		return error_set(
			err, ERR_FORMAT, "not an index of advisories, but %.*s",
			SLICE_ARG(slice_first(node_get_text(root, SLICE("artifactType")), 200)));
	node_each(layer, node_get(root, SLICE("layers")))
	{
		const struct node *annotations = node_get(layer, SLICE("annotations"));

		if (!slice_is(node_get_text(layer, SLICE("mediaType")), ARTIFACT_LAYER))
			continue;
		ret->digest = node_get_text(layer, SLICE("digest"));
		ret->index_digest = node_get_text(annotations, SLICE(ARTIFACT_ANNOTATION_DIGEST));
		if (!slice_to_u64(node_get_text(layer, SLICE("size")), &ret->size) ||
		    !read_number(annotations, ARTIFACT_ANNOTATION_SIZE, &ret->index_size) ||
		    !read_number(annotations, ARTIFACT_ANNOTATION_FORMAT, &format) ||
		    format > UINT32_MAX || !digest_parse(ret->digest, &digest, NULL) ||
		    !digest_parse(ret->index_digest, &digest, NULL))
			break;
		ret->index_format = (uint32_t)format;
		return true;
	}
	return error_set(err, ERR_FORMAT,
			 "the manifest names no index, or not its digests, sizes and format");
}

/* -------------------------------------------------------- in confined workers */

enum { ANSWER_LAYER, ANSWER_BYTES };

struct pull_work {
	struct run *run;
	struct slice manifest;
	struct artifact_layer layer;
	bool has_layer;
	int from, to; /* compressed, inflated */
	uint64_t written;
	struct error failure;
};

static bool read_manifest(void *argument, struct worker_output *out, struct error *err)
{
	const struct pull_work *w = argument;
	struct artifact_layer layer;
	struct arena a;
	struct buf b;

	arena_init(&a, 0);
	buf_init(&b, LIMIT_LINE);
	bool ok = artifact_read_manifest(w->manifest, &a, &layer, err);
	if (ok) {
		wire_put_slice(&b, layer.digest);
		wire_put_u64(&b, layer.size);
		wire_put_slice(&b, layer.index_digest);
		wire_put_u64(&b, layer.index_size);
		wire_put_u32(&b, layer.index_format);
		ok = worker_send(out, ANSWER_LAYER, buf_slice(&b)) ||
		     error_set(err, ERR_WORKER, "the answer was not taken");
	}
	buf_release(&b);
	arena_release(&a);
	return ok;
}

static bool inflate_layer(void *argument, struct worker_output *out, struct error *err)
{
	const struct pull_work *w = argument;
	struct stream_inflate inflate;
	struct stream_file file;
	struct slice piece;
	bool ok;

	stream_file_init(&file, w->from, 0, w->layer.size);
	stream_inflate_init(&inflate, &file.stream);
	while ((ok = stream_next(&inflate.stream, &piece, err)) && !slice_empty(piece))
		if (!worker_send(out, ANSWER_BYTES, piece)) {
			ok = error_set(err, ERR_WORKER, "the bytes were not taken");
			break;
		}
	stream_release(&inflate.stream);
	stream_release(&file.stream);
	return ok;
}

static bool take_layer(struct pull_work *w, struct slice record, struct error *err)
{
	struct digest digest;
	struct cursor c;

	cursor_init(&c, record);
	w->layer.digest = wire_copy_slice(&c, w->run->arena);
	w->layer.size = wire_get_u64(&c);
	w->layer.index_digest = wire_copy_slice(&c, w->run->arena);
	w->layer.index_size = wire_get_u64(&c);
	w->layer.index_format = wire_get_u32(&c);
	w->has_layer = !c.failed && digest_parse(w->layer.digest, &digest, NULL) &&
		       digest_parse(w->layer.index_digest, &digest, NULL);
	return w->has_layer || error_set(err, ERR_WORKER, "the answer is malformed");
}

static bool on_record(void *context, size_t job, uint32_t type, struct slice record,
		      struct error *err)
{
	struct pull_work *w = context;

	(void)job;
	if (type == ANSWER_LAYER)
		return take_layer(w, record, err);
	w->written += record.len;
	if (w->written > w->layer.index_size)
		return error_set(err, ERR_DIGEST, "the layer is larger than the manifest says");
	return io_write_full(w->to, record.data, record.len) ||
	       error_set_errno(err, errno, "writing the index");
}

static void on_end(void *context, size_t job, const struct error *err)
{
	struct pull_work *w = context;

	(void)job;
	if (err)
		w->failure = *err;
}

static bool run_worker(struct pull_work *w, worker_function *function, struct error *err)
{
	const struct worker_events events = {on_record, on_end, w};
	const struct confine_spec spec = {.tree_fd = -1};
	struct worker_job job = {.run = function, .job = w, .name = SLICE("the index's artefact")};

	if (w->from >= 0)
		job.fds[job.fd_count++] = w->from;
	w->failure = (struct error)ERROR_INIT;
	struct confine *confine = confine_new(&spec, err);
	if (!confine)
		return false;
	confine_run(confine, w->run, &job, 1, &events);
	confine_free(confine);
	if (w->failure.code && err)
		*err = w->failure;
	return !w->failure.code;
}

/* --------------------------------------------------------------------- pull */

struct file_sink {
	struct http_sink sink;
	int fd;
};

static bool sink_write(struct http_sink *s, struct slice bytes, struct error *err)
{
	return io_write_full(((struct file_sink *)s)->fd, bytes.data, bytes.len) ||
	       error_set_errno(err, errno, "writing what came of the index");
}

static bool sink_restart(struct http_sink *s, struct error *err)
{
	int fd = ((struct file_sink *)s)->fd;

	return (ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0) ||
	       error_set_errno(err, errno, "starting over");
}

static int open_scratch(const char *path, struct error *err)
{
	unlink(path);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd < 0)
		error_set_errno(err, errno, "creating %s", path);
	return fd;
}

/* Everything of it is read once before anybody may use it. */
static bool check_index(const char *path, const struct artifact_layer *layer, struct arena *a,
			struct error *err)
{
	struct advisory_index index;

	if (!index_open(path, &index, err))
		return false;
	bool ok = index_verify(&index, err);
	if (ok && !slice_eq(index_digest(&index, a), layer->index_digest))
		ok = error_set(err, ERR_DIGEST, "the index is another one than the manifest says");
	index_close(&index);
	return ok;
}

static bool bring_layer(struct registry *r, struct pull_work *w, const char *packed,
			const char *fresh, struct error *err)
{
	struct file_sink sink = {{sink_write, sink_restart}, -1};
	CLEANUP_FD int from = open_scratch(packed, err);
	CLEANUP_FD int to = from < 0 ? -1 : open_scratch(fresh, err);

	if (to < 0)
		return false;
	sink.fd = w->from = from;
	w->to = to;
	return registry_blob(r, w->layer.digest, w->layer.size, false, &sink.sink, err) &&
	       run_worker(w, inflate_layer, err) &&
	       (fsync(to) == 0 || error_set_errno(err, errno, "writing %s", fresh)) &&
	       check_index(fresh, &w->layer, w->run->arena, err);
}

static bool is_current(const char *path, struct slice digest, struct arena *a)
{
	struct advisory_index index;

	if (!index_open(path, &index, NULL))
		return false;
	bool same = slice_eq(index_digest(&index, a), digest) && index_verify(&index, NULL);
	index_close(&index);
	return same;
}

static bool pull_locked(struct run *run, struct registry *r, const char *path,
			struct artifact_result *ret, struct error *err)
{
	const char *packed = arena_printf(run->arena, "%s.packed", path).data;
	const char *fresh = arena_printf(run->arena, "%s.new", path).data;
	struct pull_work w = {.run = run, .from = -1, .to = -1};
	struct registry_manifest manifest;

	if (!registry_manifest(r, reference_wanted(registry_reference(r)), &manifest, err))
		return false;
	w.manifest = manifest.bytes;
	if (!run_worker(&w, read_manifest, err))
		return false;
	if (!w.has_layer)
		return error_set(err, ERR_WORKER, "the manifest was not read");
	ret->manifest = manifest.digest;
	ret->index = w.layer.index_digest;
	if (is_current(path, w.layer.index_digest, run->arena))
		return true;
	if (w.layer.index_format != INDEX_FORMAT)
		return error_set(err, ERR_UNSUPPORTED,
				 "the registry holds an index of format %u, this program reads %u",
				 w.layer.index_format, INDEX_FORMAT);
	if (w.layer.index_size > LIMIT_INDEX || w.layer.size > LIMIT_DOWNLOAD)
		return error_set(err, ERR_LIMIT, "larger than an advisory index may be");
	bool ok = bring_layer(r, &w, packed, fresh, err);
	if (ok && rename(fresh, path) < 0)
		ok = error_set_errno(err, errno, "writing %s", path);
	if (!ok)
		unlink(fresh);
	unlink(packed);
	ret->bytes = w.layer.size;
	ret->changed = ok;
	return ok;
}

bool artifact_pull(struct run *run, struct slice address, const struct registry_options *options,
		   const char *path, struct artifact_result *ret, struct error *err)
{
	struct slice directory = slice_from_cstr(path);

	*ret = (struct artifact_result){0};
	directory = slice_first(directory, slice_rfind_byte(directory, '/'));
	if (directory.len < strlen(path) && !slice_empty(directory) &&
	    !io_make_dirs(arena_cstr(run->arena, directory), err))
		return false;
	CLEANUP_FD int lock = index_lock(run, path, err);
	if (lock < 0)
		return false;
	struct registry *r = open_registry(run, address, options, false, err);
	bool ok = r && pull_locked(run, r, path, ret, err);
	registry_close(r);
	return ok || error_wrap(err, "%.*s", SLICE_ARG(address));
}
