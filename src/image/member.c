#include "image/member.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/mem.h"
#include "format/inflate.h"
#include "format/tar.h"
#include "image/path.h"

/* An image archive has a few members for each layer. */
#define MEMBERS_MAX ((size_t)65536)
/* What JSON documents a compressed archive may hold in sum; which are needed is known at its end
 * only. */
#define DOCUMENTS_MAX (64 * MIB)
/* Members from this size on are jumped over in an archive that can be read anywhere. */
#define JUMP ((uint64_t)1 << 20)

struct tar_member {
	uint64_t offset, size;
	struct slice link;  /* normalised; not empty: a link */
	struct slice bytes; /* of a document that was held */
	bool has_bytes;
	bool usable; /* a plain regular file */
};

static bool follow(struct member_tar *t, struct slice name, struct tar_member **ret,
		   struct error *err)
{
	for (int depth = 0; depth <= LIMIT_LINK_DEPTH; depth++) {
		struct tar_member *m = map_get_ptr(&t->members, name);

		if (!m)
			return error_set(err, t->members_full ? ERR_LIMIT : ERR_NOT_FOUND,
					 "the archive has no member %.*s%s", SLICE_ARG(name),
					 t->members_full ? " among the first 65536" : "");
		*ret = m;
		if (slice_empty(m->link))
			return m->usable ||
			       error_set(err, ERR_FORMAT, "the member %.*s is no plain file",
					 SLICE_ARG(name));
		name = m->link;
	}
	return error_set(err, ERR_FORMAT, "the member %.*s is a link that leads to no file",
			 SLICE_ARG(name));
}

static bool tar_find(struct member_source *s, struct slice name, struct member *ret,
		     struct error *err)
{
	struct tar_member *m;

	if (!follow((struct member_tar *)s, name, &m, err))
		return false;
	*ret = (struct member){.offset = m->offset, .size = m->size};
	return true;
}

static bool tar_read(struct member_source *s, struct slice name, struct arena *a, struct slice *ret,
		     struct error *err)
{
	struct member_tar *t = (struct member_tar *)s;
	struct tar_member *m;

	if (!follow(t, name, &m, err))
		return false;
	if (m->size > LIMIT_MANIFEST)
		return error_set(err, ERR_LIMIT, "the member %.*s has more than %zu bytes",
				 SLICE_ARG(name), LIMIT_MANIFEST);
	if (m->has_bytes) {
		*ret = m->bytes;
		return true;
	}
	if (t->compressed)
		return error_set(err, ERR_FORMAT, "the member %.*s is no JSON document",
				 SLICE_ARG(name));
	char *bytes = arena_alloc(a, (size_t)m->size + 1);
	if (io_pread_full(t->fd, bytes, (size_t)m->size, (off_t)m->offset) != (ssize_t)m->size)
		return error_set(err, ERR_FORMAT, "the archive ends in the member %.*s",
				 SLICE_ARG(name));
	*ret = slice_new(bytes, (size_t)m->size);
	return true;
}

/* Hard links name a member from the archive's root, symbolic ones from where they stand. */
static struct slice link_target(struct member_tar *t, const struct tar_entry *e, struct slice name)
{
	struct buf raw, path;
	struct slice ret = SLICE_EMPTY;

	buf_init(&raw, 2 * LIMIT_PATH);
	buf_init(&path, LIMIT_PATH);
	if (e->type == TAR_SYMLINK && !slice_starts(e->link, SLICE("/"))) {
		buf_add_slice(&raw, path_parent(name));
		buf_add_byte(&raw, '/');
	}
	buf_add_slice(&raw, e->link);
	if (!raw.overflow && path_normalize(&path, buf_slice(&raw)))
		ret = arena_copy(&t->arena, buf_slice(&path));
	buf_release(&raw);
	buf_release(&path);
	return ret;
}

static void note_root(struct member_tar *t, struct slice name)
{
	static const struct slice markers[] = {
		SLICE_INIT("etc/os-release"),	    SLICE_INIT("usr/lib/os-release"),
		SLICE_INIT("etc/alpine-release"),   SLICE_INIT("etc/debian_version"),
		SLICE_INIT("lib/apk/db/installed"), SLICE_INIT("usr/lib/apk/db/installed"),
		SLICE_INIT("var/lib/dpkg/status"),  SLICE_INIT("var/lib/rpm"),
		SLICE_INIT("usr/lib/sysimage/rpm"), SLICE_INIT("var/lib/pacman"),
		SLICE_INIT("usr/lib/opkg/status"), SLICE_INIT("var/db/pkg"),
		SLICE_INIT("etc/passwd"),
	};

	for (size_t i = 0; i < ARRAY_LEN(markers); i++)
		t->root_markers |= slice_eq(name, markers[i]);
}

/* Which documents are needed is told by the last of them, so all are held that may be one. */
static bool hold_document(struct member_tar *t, struct tar *tar, struct tar_member *m,
			  struct error *err)
{
	struct slice piece;
	size_t len = 0;
	char *bytes = NULL;

	for (;;) {
		if (!tar_data(tar, &piece, err))
			return false;
		if (slice_empty(piece))
			break;
		if (!bytes) {
			struct slice text = slice_trim(piece);

			if (slice_empty(text) || (text.data[0] != '{' && text.data[0] != '['))
				return true;
			if (m->size > DOCUMENTS_MAX - t->documents)
				return error_set(err, ERR_LIMIT,
						 "the archive's documents have more than %zu bytes",
						 DOCUMENTS_MAX);
			t->documents += (size_t)m->size;
			bytes = arena_alloc(&t->arena, (size_t)m->size + 1);
		}
		if (piece.len > m->size - len)
			return error_set(err, ERR_FORMAT,
					 "a member is larger than its header says");
		memcpy(bytes + len, piece.data, piece.len);
		len += piece.len;
	}
	m->bytes = slice_new(bytes ? bytes : "", len);
	m->has_bytes = true;
	return true;
}

static bool add_member(struct member_tar *t, struct tar *tar, const struct tar_entry *e,
		       struct slice name, uint64_t base, struct error *err)
{
	bool is_new, is_link = e->type == TAR_HARDLINK || e->type == TAR_SYMLINK;

	note_root(t, name);
	if (e->type != TAR_FILE && !is_link)
		return true;
	if (t->members.count >= MEMBERS_MAX && !map_get(&t->members, name) &&
	    !slice_is(name, "manifest.json") && !slice_is(name, "index.json") &&
	    !slice_is(name, "oci-layout")) {
		t->members_full = true;
		return true;
	}
	struct tar_member *m = arena_new(&t->arena, struct tar_member);
	m->offset = base + e->offset;
	m->size = e->size;
	m->usable = !e->sparse && e->stored == e->size;
	if (is_link)
		m->link = link_target(t, e, name);
	name = arena_copy(&t->arena, name);
	*map_put(&t->members, name, &is_new) = (uint64_t)(uintptr_t)m;
	if (t->compressed && !is_link && e->size <= LIMIT_MANIFEST)
		return hold_document(t, tar, m, err);
	return true;
}

/*
 * Members from `base` on.  Returns at the archive's end, or behind a large
 * member's header with *ret_jump where the next one starts (0: the end).
 */
static bool read_members(struct member_tar *t, struct stream *below, uint64_t base,
			 uint64_t *ret_jump, struct error *err)
{
	struct tar tar;
	struct buf path;
	bool ok;

	*ret_jump = 0;
	buf_init(&path, LIMIT_PATH);
	tar_init(&tar, below);
	for (;;) {
		const struct tar_entry *e;

		ok = tar_next(&tar, &e, err);
		if (!ok || !e)
			break;
		t->is_tar = true;
		if (!path_normalize(&path, e->path))
			continue;
		ok = add_member(t, &tar, e, buf_slice(&path), base, err);
		if (!ok)
			break;
		if (!t->compressed && e->stored >= JUMP && e->stored < t->size) {
			*ret_jump = base + e->offset + ((e->stored + 511) & ~(uint64_t)511);
			break;
		}
	}
	tar_release(&tar);
	buf_release(&path);
	return ok;
}

static bool read_plain(struct member_tar *t, struct error *err)
{
	uint64_t at = 0, next;

	do {
		struct stream_file file;

		stream_file_init(&file, t->fd, at, t->size - at);
		bool ok = read_members(t, &file.stream, at, &next, err);
		stream_release(&file.stream);
		if (!ok)
			return false;
		if (next > t->size)
			return error_set(err, ERR_FORMAT, "the archive ends in a member's bytes");
		at = next;
	} while (at && at < t->size);
	return true;
}

static bool read_compressed(struct member_tar *t, struct error *err)
{
	struct stream_file file;
	struct stream_inflate inflate;
	uint64_t jump;

	stream_file_init(&file, t->fd, 0, t->size);
	stream_inflate_init(&inflate, &file.stream);
	bool ok = read_members(t, &inflate.stream, 0, &jump, err);
	stream_release(&inflate.stream);
	stream_release(&file.stream);
	return ok;
}

/* Magic of POSIX and GNU tar, or the checksum of older ones. */
static bool looks_like_tar(const uint8_t *block)
{
	uint64_t sum = 0, told = 0;

	if (!memcmp(block + 257, "ustar", 5))
		return true;
	for (size_t i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : block[i];
	for (size_t i = 148; i < 156 && told < 0x100000; i++)
		if (block[i] >= '0' && block[i] <= '7')
			told = told * 8 + (uint64_t)(block[i] - '0');
	return block[0] && told == sum;
}

/* The first block, of the uncompressed bytes. */
static bool first_block(struct member_tar *t, uint8_t block[static 512])
{
	struct stream_file file;
	struct stream_inflate inflate;
	struct error err = ERROR_INIT;
	struct slice piece;
	size_t len = 0;

	stream_file_init(&file, t->fd, 0, t->size);
	stream_inflate_init(&inflate, &file.stream);
	while (len < 512 && stream_next(&inflate.stream, &piece, &err) && !slice_empty(piece)) {
		piece = slice_first(piece, 512 - len);
		memcpy(block + len, piece.data, piece.len);
		len += piece.len;
	}
	t->compressed = inflate.compression != COMPRESSION_NONE;
	stream_release(&inflate.stream);
	stream_release(&file.stream);
	return len == 512;
}

bool member_tar_open(struct member_tar *t, int fd, uint64_t size, struct error *err)
{
	uint8_t block[512];

	*t = (struct member_tar){.source = {tar_find, tar_read}, .fd = fd, .size = size};
	arena_init(&t->arena, 0);
	map_init(&t->members);
	if (!first_block(t, block) || !looks_like_tar(block))
		return true;
	t->is_tar = true;
	return t->compressed ? read_compressed(t, err) : read_plain(t, err);
}

bool member_tar_stream(struct member_tar *t, struct stream *below, struct error *err)
{
	uint64_t jump;

	*t = (struct member_tar){.source = {tar_find, tar_read}, .fd = -1, .compressed = true};
	arena_init(&t->arena, 0);
	map_init(&t->members);
	return read_members(t, below, 0, &jump, err);
}

void member_tar_release(struct member_tar *t)
{
	map_release(&t->members);
	arena_release(&t->arena);
}
