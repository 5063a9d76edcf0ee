/*
 * Lists an archive as a test can compare it: one line for each entry with type,
 * size, SHA-256 of the data ("-" without data or with -n), path and link, both
 * in hex.  -i lists nothing but the size and digest of the inflated bytes, -p N
 * hands the bytes on in pieces of N, -z reads a ZIP file.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "format/digest.h"
#include "format/inflate.h"
#include "format/tar.h"
#include "format/zip.h"

struct options {
	bool no_data, inflate_only, zip;
	size_t piece;
	const char *path;
};

/* Cuts what comes from below into pieces of one size. */
struct cut {
	struct stream stream;
	struct stream *below;
	struct slice left;
	size_t piece;
};

static bool cut_next(struct stream *stream, struct slice *ret, struct error *err)
{
	struct cut *c = (struct cut *)stream;

	if (slice_empty(c->left) && !stream_next(c->below, &c->left, err))
		return false;
	*ret = slice_first(c->left, c->piece);
	c->left = slice_from(c->left, c->piece);
	return true;
}

static void put_hex(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		printf("%02x", (unsigned)(uint8_t)s.data[i]);
	if (slice_empty(s))
		putchar('-');
}

static bool list_entry(struct tar *t, const struct tar_entry *e, const struct options *o,
		       struct error *err)
{
	static const char letters[] = "fhscbdpo";
	char text[DIGEST_TEXT_MAX] = "-";
	struct digest_context c;
	struct digest d;
	struct slice piece;
	uint64_t sum = 0;

	if (e->type == TAR_FILE && !o->no_data) {
		digest_begin(&c, DIGEST_SHA256);
		do {
			if (!tar_data(t, &piece, err)) {
				digest_end(&c, &d);
				return false;
			}
			digest_update(&c, piece);
			sum += piece.len;
		} while (piece.len);
		digest_end(&c, &d);
		digest_format(&d, text);
		if (sum != e->size)
			return error_set(err, ERR_INTERNAL, "%" PRIu64 " bytes of %" PRIu64, sum, e->size);
	}
	printf("%c %" PRIu64 " %s ", letters[e->type], e->size, text);
	put_hex(e->path);
	putchar(' ');
	put_hex(e->link);
	putchar('\n');
	return true;
}

static bool list_tar(struct stream *bytes, const struct options *o, struct error *err)
{
	const struct tar_entry *e;
	struct tar t;
	bool ok;

	tar_init(&t, bytes);
	while ((ok = tar_next(&t, &e, err)) && e) {
		ok = list_entry(&t, e, o, err);
		if (!ok)
			break;
	}
	ok = ok && tar_drain(&t, err);
	tar_release(&t);
	return ok;
}

static bool drain(struct stream *bytes, struct error *err)
{
	struct slice piece;

	do {
		if (!stream_next(bytes, &piece, err))
			return false;
	} while (piece.len);
	return true;
}

/* Stored bytes -> digest -> inflate -> digest -> tar, as a layer is read. */
static bool list_stream(struct stream *bytes, const struct options *o, struct error *err)
{
	char outer_text[DIGEST_TEXT_MAX], inner_text[DIGEST_TEXT_MAX];
	struct stream_digest outer, inner;
	struct stream_inflate inflate;
	struct digest outer_digest, inner_digest;

	stream_digest_init(&outer, bytes, DIGEST_SHA256);
	stream_inflate_init(&inflate, &outer.stream);
	stream_digest_init(&inner, &inflate.stream, DIGEST_SHA256);
	bool ok = o->inflate_only ? drain(&inner.stream, err) : list_tar(&inner.stream, o, err);
	digest_end(&outer.context, &outer_digest);
	digest_end(&inner.context, &inner_digest);
	if (ok && (o->inflate_only || o->no_data))
		printf("%s %" PRIu64 " %s %" PRIu64 " %s\n", compression_name(inflate.compression),
		       outer.count, digest_format(&outer_digest, outer_text), inner.count,
		       digest_format(&inner_digest, inner_text));
	stream_release(&inner.stream);
	stream_release(&inflate.stream);
	stream_release(&outer.stream);
	return ok;
}

static bool list_zip_entry(const struct zip *z, const struct zip_entry *e, struct error *err)
{
	char text[DIGEST_TEXT_MAX];
	struct slice bytes;
	struct digest d;
	struct arena a;

	arena_init(&a, 0);
	bool ok = zip_read(z, e, LIMIT_KEEP, &a, &bytes, err);
	if (ok) {
		digest_of(bytes, DIGEST_SHA256, &d);
		printf("f %" PRIu64 " %s ", e->size, digest_format(&d, text));
		put_hex(e->name);
		printf(" -\n");
	}
	arena_release(&a);
	return ok;
}

static bool list_zip(const char *path, struct error *err)
{
	struct zip_entry e;
	struct slice bytes;
	struct arena a;
	struct zip z;
	bool more = true;

	arena_init(&a, 0);
	bool ok = io_read_file(AT_FDCWD, path, GIB, &a, &bytes, err) && zip_open(&z, bytes, err);
	while (ok && (ok = zip_next(&z, &e, &more, err)) && more)
		ok = list_zip_entry(&z, &e, err);
	arena_release(&a);
	return ok;
}

static bool list(const struct options *o, struct error *err)
{
	int fd CLEANUP_FD = open(o->path, O_RDONLY | O_CLOEXEC);
	struct stream_file file;
	struct stat st;

	if (o->zip)
		return list_zip(o->path, err);
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set_errno(err, errno, "%s", o->path);
	stream_file_init(&file, fd, 0, (uint64_t)st.st_size);
	struct cut cut = { .stream = { .next = cut_next }, .below = &file.stream, .piece = o->piece };
	bool ok = list_stream(o->piece ? &cut.stream : &file.stream, o, err);
	stream_release(&file.stream);
	return ok;
}

int main(int argc, char **argv)
{
	struct error err = ERROR_INIT;
	struct options o = { 0 };
	int option;

	while ((option = getopt(argc, argv, "nizp:")) != -1) {
		switch (option) {
		case 'n': o.no_data = true; break;
		case 'i': o.inflate_only = true; break;
		case 'z': o.zip = true; break;
		case 'p': o.piece = strtoul(optarg, NULL, 10); break;
		default: return 2;
		}
	}
	if (optind + 1 != argc)
		return 2;
	o.path = argv[optind];
	if (list(&o, &err))
		return 0;
	fflush(stdout);
	fprintf(stderr, "%s: %s at %" PRId64 "\n", error_code_name(err.code), err.message, err.offset);
	return 1;
}
