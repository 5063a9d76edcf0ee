/*
 * Images of a Docker daemon.  A fetcher asks for the archive of `docker save`
 * and a confined worker reads it as it comes: first for its documents, which
 * stand behind the layers, then for the layers.
 */
#include "docker/engine.h"
#include "docker/reference.h"
#include "format/digest.h"
#include "image/source.h"

struct docker_image {
	struct engine *engine;
	struct engine_image image;
};

/* In the fetcher.  By its ID, so that it is the same image each time. */
static bool bring_archive(void *context, struct http_sink *sink, struct error *err)
{
	struct docker_image *d = context;

	return engine_reconnect(d->engine, err) &&
	       engine_save(d->engine, d->image.id, sink, err);
}

static bool read_saved(struct work *w, struct docker_image *d, const struct target_options *options,
		       struct target_result *ret, struct error *err)
{
	const struct confine_spec spec = {.tree_fd = -1};
	struct outline_options outline = {.hint = OUTLINE_DOCKER};

	if (!work_options(w, options, &outline, err))
		return false;
	w->confine = confine_new(&spec, err);
	if (!w->confine)
		return false;
	ret->confined = confine_features(w->confine) == CONFINE_ALL;
	bool ok = work_outline(w, &outline, err);
	if (ok) {
		w->outline.kind = TARGET_DAEMON;
		w->outline.image.format = SLICE("docker");
		/* An archive by ID names none. */
		w->outline.image.tags = d->image.tags;
		w->outline.image.repo_digests = d->image.repo_digests;
		confine_report(w->confine, w->run);
		work_assemble(w, ret);
	}
	confine_free(w->confine);
	return ok;
}

static bool read_image(struct run *run, struct docker_image *d,
		       const struct target_options *options, struct target_result *ret,
		       struct error *err)
{
	struct work w = {
		.run = run, .name = options->name, .fd = -1,
		.stream = bring_archive, .stream_context = d,
	};

	digest_prepare();
	return read_saved(&w, d, options, ret, err);
}

bool source_read_docker(struct run *run, const struct target_options *options, struct slice name,
			struct target_result *ret, struct error *err)
{
	struct docker_image d = {.engine = engine_open(run, err)};

	bool ok = d.engine && engine_image(d.engine, name, &d.image, err) &&
		  read_image(run, &d, options, ret, err);
	engine_close(d.engine);
	return ok;
}

/* Is it what was asked for?  Without a platform the daemon's own is. */
static bool fits(struct run *run, const struct target_options *options,
		 const struct engine_image *image)
{
	struct platform platform;

	return slice_empty(options->platform) ||
	       (platform_parse(options->platform, run->arena, &platform, NULL) &&
		platform_matches(&platform, image->os, image->architecture, image->variant));
}

bool source_read_image(struct run *run, const struct target_options *options, struct slice name,
		       struct target_result *ret, struct error *err)
{
	struct error why = ERROR_INIT;
	struct docker_image d = {.engine = engine_open(run, &why)};

	if (d.engine && engine_image(d.engine, name, &d.image, &why) &&
	    fits(run, options, &d.image)) {
		bool ok = read_image(run, &d, options, ret, err);

		engine_close(d.engine);
		return ok;
	}
	engine_close(d.engine);
	if (why.code != ERR_NONE && why.code != ERR_NOT_FOUND)
		run_log(run, LOG_WARNING, "%s; the registry is asked", why.message);
	return source_read_registry(run, options, name, ret, err);
}
