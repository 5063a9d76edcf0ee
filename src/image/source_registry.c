/* Images of registries: the broker asks for documents, fetchers for layers. */
#include "base/limits.h"
#include "docker/registry.h"
#include "format/digest.h"
#include "format/json.h"
#include "image/source.h"

struct registry_remote {
	struct remote remote;
	struct registry *registry;
	struct run *run;
};

static bool bring_document(struct remote *remote, struct slice digest, bool blob,
			   struct slice *ret, struct error *err)
{
	struct registry_remote *r = (struct registry_remote *)remote;
	struct registry_manifest manifest;

	if (blob)
		return registry_blob_bytes(r->registry, digest, LIMIT_MANIFEST, ret, err);
	if (!registry_manifest(r->registry, digest, &manifest, err))
		return false;
	*ret = manifest.bytes;
	return true;
}

static bool bring_layer(struct remote *remote, const struct image_layer *layer,
			struct http_sink *sink, struct error *err)
{
	struct registry_remote *r = (struct registry_remote *)remote;

	return registry_reconnect(r->registry, err) &&
	       registry_blob(r->registry, layer->digest, layer->size, true, sink, err);
}

/* What the registry answers to the name, as the index of a layout would tell of it. */
static void add_index(struct registry_remote *r, const struct registry_manifest *top,
		      const struct reference *ref)
{
	struct arena *a = r->run->arena;
	struct json_writer w;
	struct buf b;

	buf_init(&b, 64 * KIB);
	json_writer_init(&w, &b, 0);
	json_begin_object(&w);
	json_key(&w, "manifests");
	json_begin_array(&w);
	json_begin_object(&w);
	json_member(&w, "mediaType", slice_first(top->media_type, 256));
	json_member(&w, "digest", top->digest);
	if (slice_empty(ref->digest)) {
		json_key(&w, "annotations");
		json_begin_object(&w);
		json_member(&w, "org.opencontainers.image.ref.name", reference_familiar(ref, a));
		json_end_object(&w);
	}
	json_end_object(&w);
	json_end_array(&w);
	json_end_object(&w);
	remote_add(&r->remote, a, SLICE("index.json"), arena_copy(a, buf_slice(&b)));
	buf_release(&b);
}

static bool bring_top(struct registry_remote *r, const struct reference *ref, struct slice *ret,
		      struct error *err)
{
	struct registry_manifest top;
	struct slice algorithm, hex;

	if (!registry_manifest(r->registry, reference_wanted(ref), &top, err))
		return false;
	slice_split(top.digest, ':', &algorithm, &hex);
	remote_add(&r->remote, r->run->arena,
		   arena_printf(r->run->arena, "blobs/%.*s/%.*s", SLICE_ARG(algorithm),
				SLICE_ARG(hex)),
		   top.bytes);
	add_index(r, &top, ref);
	*ret = top.digest;
	return true;
}

static bool read_image(struct work *w, const struct outline_options *outline,
		       const struct reference *ref, struct slice digest, struct target_result *ret,
		       struct error *err)
{
	const struct confine_spec spec = {.tree_fd = -1};
	struct arena *a = w->run->arena;

	w->confine = confine_new(&spec, err);
	if (!w->confine)
		return false;
	ret->confined = confine_features(w->confine) == CONFINE_ALL;
	bool ok = work_outline(w, outline, err);
	if (ok) {
		struct slice name = reference_familiar_name(ref, a);

		w->outline.kind = TARGET_REGISTRY;
		w->outline.image.format = SLICE("registry");
		*vec_add(a, &w->outline.image.repo_digests) =
			arena_printf(a, "%.*s@%.*s", SLICE_ARG(name), SLICE_ARG(digest));
		confine_report(w->confine, w->run);
		work_assemble(w, ret);
	}
	confine_free(w->confine);
	return ok;
}

static bool read_reference(struct registry_remote *r, const struct reference *ref,
			   const struct target_options *options, struct target_result *ret,
			   struct error *err)
{
	struct work w = {.run = r->run, .name = options->name, .fd = -1, .remote = &r->remote};
	struct outline_options outline = {.hint = OUTLINE_OCI};
	struct slice digest;

	return work_options(&w, options, &outline, err) && bring_top(r, ref, &digest, err) &&
	       read_image(&w, &outline, ref, digest, ret, err);
}

bool source_read_registry(struct run *run, const struct target_options *options, struct slice name,
			  struct target_result *ret, struct error *err)
{
	struct registry_remote r = {
		.remote = {.document = bring_document, .layer = bring_layer},
		.run = run,
	};
	struct reference ref;

	if (!reference_parse(name, run->arena, &ref, err))
		return false;
	digest_prepare();
	r.registry = registry_open(run, &ref, &options->registry, err);
	if (!r.registry)
		return false;
	remote_init(&r.remote);
	bool ok = read_reference(&r, &ref, options, ret, err);
	remote_release(&r.remote);
	registry_close(r.registry);
	return ok;
}
