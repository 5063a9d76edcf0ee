#include "image/layer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "format/digest.h"
#include "format/inflate.h"
#include "format/tar.h"
#include "image/table.h"

#define TABLE_CHUNK 8192 /* items a record */
#define CACHE_SIZE  8192 /* directories remembered, so that few are told of twice */

/* A set of path hashes. */
struct hash_set {
	uint64_t *slots; /* 0: free */
	size_t count, alloc;
};

struct walk {
	const struct layer_job *job;
	struct record_sink *sink;
	struct keeper keeper;
	struct tar tar;
	struct buf path, target, parent;
	uint64_t parent_hash;
	struct hash_set
		kept;	 /* paths that a record was sent of, to notice what takes their place */
	struct hash_set programs; /* those of them that were known by their first bytes */
	uint32_t program_row;	  /* which row knew them: there is one that goes by bytes */
	uint64_t *cache; /* CACHE_SIZE hashes of directories that the table knows */
	uint64_t *table; /* TABLE_CHUNK items */
	size_t table_count;
	size_t links, link_bytes;
	bool links_full, path_told;
	struct record_end end;
};

static void set_insert(uint64_t *slots, size_t alloc, uint64_t hash)
{
	size_t i = (hash >> 2) & (alloc - 1);

	while (slots[i] && slots[i] != hash)
		i = (i + 1) & (alloc - 1);
	slots[i] = hash;
}

static bool set_has(const struct hash_set *s, uint64_t hash)
{
	if (s->count == 0)
		return false;
	size_t i = (hash >> 2) & (s->alloc - 1);
	while (s->slots[i] && s->slots[i] != hash)
		i = (i + 1) & (s->alloc - 1);
	return s->slots[i] == hash;
}

static void set_add(struct hash_set *s, uint64_t hash)
{
	if (set_has(s, hash))
		return;
	if (s->count >= s->alloc / 2) {
		size_t alloc = s->alloc ? s->alloc * 2 : 256;
		uint64_t *slots = mem_alloc_zero(alloc, sizeof(*slots));

		for (size_t i = 0; i < s->alloc; i++)
			if (s->slots[i])
				set_insert(slots, alloc, s->slots[i]);
		free(s->slots);
		s->slots = slots;
		s->alloc = alloc;
	}
	set_insert(s->slots, s->alloc, hash);
	s->count++;
}

__attribute__((format(printf, 6, 7))) static bool put_gap(struct walk *w, enum gap_kind kind,
							  enum gap_reason reason, int64_t offset,
							  struct error *err, const char *fmt, ...)
{
	char text[ERROR_MESSAGE_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	struct gap gap = {.kind = kind,
			  .reason = reason,
			  .subject = w->job->name,
			  .message = slice_from_cstr(text),
			  .offset = offset};
	return record_put_gap(w->sink, &gap, err);
}

static bool flush_table(struct walk *w, struct error *err)
{
	size_t count = w->table_count;

	w->table_count = 0;
	return count == 0 || record_put_table(w->sink, w->table, count, err);
}

static bool add_table(struct walk *w, uint64_t hash, enum table_kind kind, struct error *err)
{
	if (!w->job->table || w->job->keep.wanted)
		return true;
	w->table[w->table_count++] = hash | kind;
	return w->table_count < TABLE_CHUNK || flush_table(w, err);
}

/* The directories above an entry, those of which nothing was told yet as implicit ones. */
static bool enter_parent(struct walk *w, struct slice parent, struct error *err)
{
	uint64_t hash = PATH_HASH_ROOT;
	struct slice rest = parent, name;

	if (slice_eq(parent, buf_slice(&w->parent)))
		return true;
	while (slice_next(&rest, '/', &name)) {
		hash = path_hash_child(&w->job->key, hash, name);
		uint64_t *cached = &w->cache[(hash >> 2) % CACHE_SIZE];

		if (*cached == hash)
			continue;
		*cached = hash;
		if (!add_table(w, hash, TABLE_IMPLICIT, err))
			return false;
	}
	buf_clear(&w->parent);
	buf_add_slice(&w->parent, parent);
	w->parent_hash = hash;
	return true;
}

/* True when one more link or whiteout of this length may be told of. */
static bool count_link(struct walk *w, size_t bytes, bool *ret, struct error *err)
{
	*ret = false;
	if (w->links_full || w->job->keep.wanted)
		return true;
	if (w->links >= LIMIT_LINKS || bytes > LIMIT_LINK_BYTES - w->link_bytes) {
		w->links_full = true;
		return put_gap(w, GAP_BLOCKING, GAP_REASON_LIMIT, -1, err,
			       "more links and whiteouts than are followed (%zu)", w->links);
	}
	w->links++;
	w->link_bytes += bytes;
	*ret = true;
	return true;
}

/* ".wh.name" takes name away, ".wh..wh..opq" hides a directory's lower content; ".wh..wh." else is
 * AUFS's own. */
static bool put_whiteout(struct walk *w, struct slice path, struct slice name, struct error *err)
{
	struct slice parent = path_parent(path);
	enum record_type type = RECORD_WHITEOUT;
	bool room;

	if (slice_is(name, ".wh..opq"))
		type = RECORD_OPAQUE;
	else if (slice_empty(name) || slice_starts(name, SLICE(".wh.")) || slice_is(name, ".") ||
		 slice_is(name, ".."))
		return true;
	if (!count_link(w, path.len, &room, err))
		return false;
	if (!room)
		return true;
	if (type == RECORD_OPAQUE)
		return record_put_path(w->sink, type, parent, err);
	buf_clear(&w->target);
	if (!slice_empty(parent)) {
		buf_add_slice(&w->target, parent);
		buf_add_byte(&w->target, '/');
	}
	buf_add_slice(&w->target, name);
	return record_put_path(w->sink, type, buf_slice(&w->target), err);
}

struct entry_stream {
	struct stream stream;
	struct tar *tar;
};

static bool entry_next(struct stream *s, struct slice *ret, struct error *err)
{
	struct entry_stream *e = (struct entry_stream *)s;

	return tar_data(e->tar, ret, err);
}

static bool walk_file(struct walk *w, const struct tar_entry *e, struct slice path, bool *kept,
		      struct error *err)
{
	struct entry_stream bytes = {.stream = {.next = entry_next}, .tar = &w->tar};
	struct inventory_file file = {.path = path, .size = e->size, .mode = e->mode};

	w->end.files++;
	if (!keeper_file(&w->keeper, &file, &bytes.stream, kept, err))
		return false;
	if (*kept && w->keeper.program) {
		set_add(&w->programs, path_hash(&w->job->key, path));
		w->program_row = w->keeper.program - 1;
	}
	return true;
}

static bool walk_symlink(struct walk *w, const struct tar_entry *e, struct slice path, bool *kept,
			 struct error *err)
{
	bool room;

	if (e->link.len > LIMIT_PATH || slice_empty(e->link))
		return true;
	if (!count_link(w, path.len + e->link.len, &room, err))
		return false;
	*kept = room;
	return !room || record_put_link(w->sink, path, e->link, err);
}

static bool walk_hardlink(struct walk *w, const struct tar_entry *e, struct slice path, bool *kept,
			  struct error *err)
{
	if (!path_normalize(&w->target, e->link) || w->target.len == 0)
		return true;
	struct slice target = buf_slice(&w->target);
	if (!keeper_link(&w->keeper, path, target, kept, err))
		return false;
	if (*kept || !set_has(&w->programs, path_hash(&w->job->key, target)))
		return true;
	/* Its other name may go away in a layer above. */
	*kept = true;
	return record_put_need(w->sink, path, target, w->program_row, err);
}

static bool walk_typed(struct walk *w, const struct tar_entry *e, struct slice path, bool *kept,
		       struct error *err)
{
	switch (e->type) {
	case TAR_FILE:
		return walk_file(w, e, path, kept, err);
	case TAR_SYMLINK:
		return walk_symlink(w, e, path, kept, err);
	case TAR_HARDLINK:
		return walk_hardlink(w, e, path, kept, err);
	case TAR_DIRECTORY:
	case TAR_CHARACTER:
	case TAR_BLOCK:
	case TAR_FIFO:
	case TAR_OTHER:
		break;
	}
	return true;
}

static bool walk_entry(struct walk *w, const struct tar_entry *e, struct error *err)
{
	bool kept = false;

	if (!path_normalize(&w->path, e->path)) {
		bool told = w->path_told;

		w->path_told = true;
		return told || put_gap(w, GAP_LOCAL, GAP_REASON_LIMIT, (int64_t)e->offset, err,
				       "an entry's path is not usable and was passed over");
	}
	struct slice path = buf_slice(&w->path), name = path_base(path);
	if (slice_empty(path))
		return true;
	if (w->job->whiteouts && slice_cut_prefix(&name, SLICE(".wh.")))
		return put_whiteout(w, path, name, err);
	if (!enter_parent(w, path_parent(path), err))
		return false;
	uint64_t hash = path_hash_child(&w->job->key, w->parent_hash, name);
	if (e->type == TAR_DIRECTORY)
		w->cache[(hash >> 2) % CACHE_SIZE] = hash;
	if (!add_table(w, hash, e->type == TAR_DIRECTORY ? TABLE_DIRECTORY : TABLE_OTHER, err) ||
	    !walk_typed(w, e, path, &kept, err))
		return false;
	if (kept)
		set_add(&w->kept, hash);
	else if (set_has(&w->kept, hash))
		return record_put_path(w->sink, RECORD_GONE, path, err);
	return true;
}

static bool walk_tar(struct walk *w, struct error *err)
{
	const struct tar_entry *e;

	for (;;) {
		if (!tar_next(&w->tar, &e, err))
			return false;
		if (!e)
			return tar_drain(&w->tar, err);
		w->end.entries++;
		if (!walk_entry(w, e, err))
			return false;
	}
}

static void walk_init(struct walk *w, const struct layer_job *job, struct record_sink *sink)
{
	*w = (struct walk){.job = job, .sink = sink};
	keeper_init(&w->keeper, &job->keep, sink);
	buf_init(&w->path, LIMIT_PATH);
	buf_init(&w->target, LIMIT_PATH);
	buf_init(&w->parent, LIMIT_PATH);
	w->cache = mem_alloc_zero(CACHE_SIZE, sizeof(*w->cache));
	w->table = mem_alloc_zero(TABLE_CHUNK, sizeof(*w->table));
}

static void walk_release(struct walk *w)
{
	keeper_release(&w->keeper);
	buf_release(&w->path);
	buf_release(&w->target);
	buf_release(&w->parent);
	free(w->cache);
	free(w->table);
	free(w->kept.slots);
	free(w->programs.slots);
}

/* Gives its first piece once more, so that it can be looked at before the chain is built. */
struct replay_stream {
	struct stream stream;
	struct stream *below;
	struct slice first;
	bool given;
};

static bool replay_next(struct stream *s, struct slice *ret, struct error *err)
{
	struct replay_stream *r = (struct replay_stream *)s;

	if (r->given)
		return stream_next(r->below, ret, err);
	r->given = true;
	*ret = r->first;
	return true;
}

/* stored bytes -> digest -> inflate -> digest -> tar; plain layers need one digest only. */
struct chain {
	struct replay_stream stored;
	struct stream_digest outer, inner;
	struct stream_inflate inflate;
	bool compressed, digests;
	struct digest want_outer, want_inner;
	bool has_outer, has_inner;
	struct stream *top;
};

static bool parse_wanted(struct walk *w, const char *what, struct slice text, struct digest *ret,
			 bool *has, struct error *err)
{
	struct error bad = ERROR_INIT;

	*has = false;
	ret->algorithm = DIGEST_SHA256;
	if (slice_empty(text))
		return true;
	*has = digest_parse(text, ret, &bad);
	return *has || put_gap(w, GAP_BLOCKING, GAP_REASON_MALFORMED, -1, err,
			       "its %s cannot be verified: %s", what, bad.message);
}

static bool chain_open(struct chain *c, struct walk *w, struct stream *stored, struct error *err)
{
	*c = (struct chain){.stored = {.stream = {.next = replay_next}, .below = stored}};
	if (!stream_next(stored, &c->stored.first, err))
		return false;
	if (!parse_wanted(w, "digest", w->job->digest, &c->want_outer, &c->has_outer, err) ||
	    !parse_wanted(w, "diff ID", w->job->diff_id, &c->want_inner, &c->has_inner, err))
		return false;
	c->compressed = compression_detect(c->stored.first) != COMPRESSION_NONE;
	c->digests = !w->job->keep.wanted || w->job->verify;
	/* Bytes that are stored plain have two expectations and need a second pass of hashing only
	 * when these differ in algorithm. */
	bool both = c->compressed ||
		    (c->has_outer && c->want_outer.algorithm != c->want_inner.algorithm);
	c->top = &c->stored.stream;
	if (c->digests && both) {
		stream_digest_init(&c->outer, c->top, c->want_outer.algorithm);
		c->top = &c->outer.stream;
	}
	stream_inflate_init(&c->inflate, c->top);
	c->top = &c->inflate.stream;
	if (c->digests) {
		stream_digest_init(&c->inner, c->top, c->want_inner.algorithm);
		c->top = &c->inner.stream;
	}
	return true;
}

static bool check_digest(struct walk *w, const char *what, const struct digest *got,
			 const struct digest *want, bool has, struct error *err)
{
	char got_text[DIGEST_TEXT_MAX], want_text[DIGEST_TEXT_MAX];

	if (!has || digest_eq(got, want))
		return true;
	return put_gap(w, GAP_BLOCKING, GAP_REASON_DIGEST, -1, err,
		       "its %s is %s, not %s as the image says", what, digest_format(got, got_text),
		       digest_format(want, want_text));
}

/* The layer was read to its last byte. */
static bool chain_verify(struct chain *c, struct walk *w, struct error *err)
{
	static const char outer_name[] = "digest", inner_name[] = "diff ID";
	char outer_text[DIGEST_TEXT_MAX], inner_text[DIGEST_TEXT_MAX];
	struct digest outer, inner;

	if (!c->digests)
		return record_put_end(w->sink, &w->end, err);
	digest_end(&c->inner.context, &inner);
	outer = inner;
	if (c->outer.below)
		digest_end(&c->outer.context, &outer);
	w->end.bytes = c->inner.count;
	w->end.digest = slice_from_cstr(digest_format(&outer, outer_text));
	w->end.diff_id = slice_from_cstr(digest_format(&inner, inner_text));
	return check_digest(w, outer_name, &outer, &c->want_outer, c->has_outer, err) &&
	       check_digest(w, inner_name, &inner, &c->want_inner, c->has_inner, err) &&
	       record_put_end(w->sink, &w->end, err);
}

static void chain_close(struct chain *c)
{
	if (!c->top)
		return;
	if (c->digests)
		stream_release(&c->inner.stream);
	stream_release(&c->inflate.stream);
	if (c->outer.below)
		stream_release(&c->outer.stream);
}

/* When even the gap cannot be sent the sink is gone. */
static bool broken(struct walk *w, const struct error *why, struct error *err)
{
	w->end.digest = w->end.diff_id = SLICE_EMPTY;
	return put_gap(w, GAP_BLOCKING, gap_reason_of_error(why->code), why->offset, err,
		       "it was read up to entry %llu: %s", (unsigned long long)w->end.entries,
		       why->message) &&
	       record_put_end(w->sink, &w->end, err);
}

bool layer_read(const struct layer_job *job, struct stream *stored, struct record_sink *sink,
		struct error *err)
{
	struct walk w;
	struct chain chain;
	struct error why = ERROR_INIT;

	if (!record_put_layer(sink, job->number, err))
		return false;
	walk_init(&w, job, sink);
	bool ok = chain_open(&chain, &w, stored, &why);
	if (ok) {
		tar_init(&w.tar, chain.top);
		ok = walk_tar(&w, &why);
		tar_release(&w.tar);
	}
	if (!flush_table(&w, err))
		ok = false;
	else if (ok)
		ok = chain_verify(&chain, &w, err);
	else
		ok = broken(&w, &why, err);
	chain_close(&chain);
	walk_release(&w);
	return ok;
}
