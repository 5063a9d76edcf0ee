#include "image/outline.h"

#include "base/limits.h"
#include "base/wire.h"

/* GOOS and GOARCH names, as images use them (OCI image specification, config.md). */
#if defined(__x86_64__)
#define HOST_ARCHITECTURE "amd64"
#elif defined(__aarch64__)
#define HOST_ARCHITECTURE "arm64"
#elif defined(__riscv)
#define HOST_ARCHITECTURE "riscv64"
#elif defined(__powerpc64__)
#define HOST_ARCHITECTURE "ppc64le"
#else
#define HOST_ARCHITECTURE "unknown"
#endif

bool platform_parse(struct slice text, struct arena *a, struct platform *ret, struct error *err)
{
	struct slice rest;

	*ret = (struct platform){.os = SLICE("linux"), .architecture = SLICE(HOST_ARCHITECTURE)};
	if (slice_empty(text))
		return true;
	text = arena_copy(a, text);
	bool two = slice_split(text, '/', &ret->os, &rest);
	bool three = slice_split(rest, '/', &ret->architecture, &ret->variant);
	if (!two || slice_empty(ret->os) || slice_empty(ret->architecture) ||
	    (three && slice_empty(ret->variant)) ||
	    slice_find_byte(ret->variant, '/') < ret->variant.len)
		return error_set(err, ERR_USAGE,
				 "platform %.*s is not of the form os/arch or os/arch/variant",
				 SLICE_ARG(text));
	return true;
}

/* arm64 has one variant, v8, that is often left out; arm without one is v7. */
static struct slice plain_variant(struct slice architecture, struct slice variant)
{
	if (slice_is(architecture, "arm64") && slice_is(variant, "v8"))
		return SLICE_EMPTY;
	if (slice_is(architecture, "arm") && slice_empty(variant))
		return SLICE("v7");
	return variant;
}

bool platform_matches(const struct platform *wanted, struct slice os, struct slice architecture,
		      struct slice variant)
{
	if (!slice_eq(wanted->os, os) || !slice_eq(wanted->architecture, architecture))
		return false;
	return slice_empty(wanted->variant) ||
	       slice_eq(plain_variant(architecture, wanted->variant),
			plain_variant(architecture, variant));
}

/* What a config does not tell is taken to be as asked. */
static bool check_platform(const struct outline *o, const struct outline_options *options,
			   struct error *err)
{
	const struct image *image = &o->image;
	const struct platform *p = &options->platform;

	if (!options->platform_given || slice_empty(image->architecture) ||
	    platform_matches(p, image->os, image->architecture, image->variant))
		return true;
	return error_set(err, ERR_NOT_FOUND, "the image is for %.*s/%.*s, not %.*s/%.*s%s%.*s",
			 SLICE_ARG(image->os), SLICE_ARG(image->architecture), SLICE_ARG(p->os),
			 SLICE_ARG(p->architecture), slice_empty(p->variant) ? "" : "/",
			 SLICE_ARG(p->variant));
}

static bool outline_archive(struct member_tar *t, const struct outline_options *options,
			    struct arena *a, struct outline *o, struct error *err)
{
	struct member unused;
	bool docker = t->source.find(&t->source, SLICE("manifest.json"), &unused, NULL);
	bool oci = t->source.find(&t->source, SLICE("index.json"), &unused, NULL);

	o->archive = true;
	o->compressed = t->compressed;
	if (docker && !(oci && options->hint == OUTLINE_OCI))
		return outline_docker(&t->source, options, a, o, err) &&
		       check_platform(o, options, err);
	if (oci)
		return outline_oci(&t->source, options, a, o, err) &&
		       check_platform(o, options, err);
	if (t->root_markers) {
		o->kind = TARGET_ROOTFS;
		return true;
	}
	return error_set(err, ERR_FORMAT,
			 "the archive holds neither an image (no manifest.json, no "
			 "index.json) nor a root file system");
}

bool outline_file(int fd, uint64_t size, const struct outline_options *options, struct arena *a,
		  struct outline *o, struct error *err)
{
	struct member_tar tar;
	bool ok = true;

	*o = (struct outline){.kind = TARGET_FILE};
	if (options->hint == OUTLINE_FILE)
		return true;
	if (!member_tar_open(&tar, fd, size, err)) {
		/* A damaged root file system is read as far as it goes; the layer's worker says
		 * where it broke. */
		ok = tar.root_markers && !map_get(&tar.members, SLICE("manifest.json"));
		*o = (struct outline){
			.kind = TARGET_ROOTFS, .archive = true, .compressed = tar.compressed};
	} else if (tar.is_tar) {
		ok = outline_archive(&tar, options, a, o, err);
	} else if (options->hint == OUTLINE_DOCKER || options->hint == OUTLINE_OCI) {
		ok = error_set(err, ERR_FORMAT, "it is no tar archive");
	}
	member_tar_release(&tar);
	return ok;
}

bool outline_stream(struct stream *below, const struct outline_options *options, struct arena *a,
		    struct outline *o, struct error *err)
{
	struct member_tar tar;

	*o = (struct outline){.kind = TARGET_DOCKER_ARCHIVE};
	bool ok = member_tar_stream(&tar, below, err);
	if (ok && !tar.is_tar)
		ok = error_set(err, ERR_FORMAT, "it is no tar archive");
	ok = ok && outline_archive(&tar, options, a, o, err);
	if (ok && !o->has_image)
		ok = error_set(err, ERR_FORMAT, "the archive holds no image");
	member_tar_release(&tar);
	return ok;
}

bool outline_layout(int fd, const struct outline_options *options, struct arena *a,
		    struct outline *o, struct error *err)
{
	struct member_directory directory;

	*o = (struct outline){.kind = TARGET_OCI_LAYOUT};
	member_directory_init(&directory, fd);
	return outline_oci(&directory.source, options, a, o, err) &&
	       check_platform(o, options, err);
}

bool outline_remote(struct member_remote *source, const struct outline_options *options,
		    struct arena *a, struct outline *o, struct error *err)
{
	*o = (struct outline){.kind = TARGET_OCI_LAYOUT};
	return outline_oci(&source->source, options, a, o, err) &&
	       check_platform(o, options, err);
}

void outline_encode(const struct outline *o, struct buf *b)
{
	wire_put_u8(b, (uint8_t)o->kind);
	wire_put_u8(b, o->archive);
	wire_put_u8(b, o->compressed);
	wire_put_u8(b, o->has_image);
	if (o->has_image)
		image_encode(&o->image, b);
	for (size_t i = 0; i < o->layers.count; i++) {
		const struct outline_layer *l = &o->layers.items[i];

		wire_put_u8(b, l->present);
		wire_put_u8(b, (uint8_t)l->reason);
		wire_put_slice(b, l->why);
	}
	wire_put_u32(b, (uint32_t)o->gaps.count);
	vec_each (gap, &o->gaps) {
		wire_put_u8(b, (uint8_t)gap->kind);
		wire_put_u8(b, (uint8_t)gap->reason);
		wire_put_slice(b, gap->subject);
		wire_put_slice(b, gap->message);
	}
}

static bool get_gaps(struct cursor *c, struct arena *a, struct outline *o)
{
	uint32_t count = wire_get_u32(c);

	for (uint32_t i = 0; i < count && !c->failed; i++) {
		uint8_t kind = wire_get_u8(c), reason = wire_get_u8(c);

		if (kind > GAP_NOTE || reason >= GAP_REASON_COUNT)
			return false;
		struct gap *gap = vec_add(a, &o->gaps);
		*gap = (struct gap){.kind = kind, .reason = reason, .layer = -1, .offset = -1};
		gap->subject = wire_copy_slice(c, a);
		gap->message = wire_copy_slice(c, a);
	}
	return !c->failed;
}

static bool get_body(struct cursor *c, struct arena *a, struct outline *o)
{
	uint8_t kind = wire_get_u8(c);

	o->kind = kind;
	o->archive = wire_get_u8(c) != 0;
	o->compressed = wire_get_u8(c) != 0;
	o->has_image = wire_get_u8(c) != 0;
	if (kind > TARGET_FILE || (o->has_image && !image_decode(c, a, &o->image)))
		return false;
	for (size_t i = 0; i < o->image.layers.count && !c->failed; i++) {
		struct outline_layer *l = vec_add(a, &o->layers);

		l->present = wire_get_u8(c) != 0;
		l->reason = wire_get_u8(c);
		l->why = wire_copy_slice(c, a);
		if (l->reason >= GAP_REASON_COUNT)
			return false;
	}
	return !c->failed && get_gaps(c, a, o) && cursor_left(c) == 0;
}

bool outline_decode(struct slice record, struct arena *a, struct outline *ret, struct error *err)
{
	struct cursor c;

	*ret = (struct outline){0};
	cursor_init(&c, record);
	if (!get_body(&c, a, ret))
		return error_set(err, ERR_WORKER, "a worker answered with a malformed outline");
	return true;
}
