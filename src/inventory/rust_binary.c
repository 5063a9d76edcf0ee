/*
 * Rust programs built with cargo-auditable: the section ".dep-v0" holds the
 * crates that the program was built from, as JSON compressed by zlib.
 *
 * Source: cargo-auditable's PARSING.md and its JSON schema, "Cargo audit data".
 */
#include "base/limits.h"
#include "format/inflate.h"
#include "inventory/exe_probe.h"
#include "inventory/exe_section.h"
#include "inventory/manifest.h"

#define LIST_MAX (16 * MIB)       /* inflated; that of a large program has 100 KiB */
#define TAIL_MAX (8 * MIB)        /* kept of what stands behind the loaded part of a program */
#define HEADERS_MAX (64 * KIB)    /* of PE and Mach-O */
#define FIRST 64
#define PLACE "the list of crates in section .dep-v0"

static const struct slice section_name = SLICE_INIT(".dep-v0");

/* What is done with the bytes behind the headers. */
enum mode {
	MODE_UNKNOWN,
	MODE_KEEP,   /* kept: the section and the table of sections are among them */
	MODE_SEARCH, /* looked through for the section's name, upon which the whole file is asked for */
	MODE_NOTHING,
	MODE_READ,   /* the section was found */
};

struct rust_probe {
	struct arena *arena;
	uint64_t size, at;       /* of the file; bytes that were fed */
	enum mode mode;
	struct exe_head head;
	char first[FIRST];
	uint64_t from, to;       /* which bytes are kept or searched */
	char *tail;
	size_t tail_len;
	char carry[8];           /* the last bytes of the piece before */
	size_t carry_len;
	bool want_whole;
	struct exe_part section; /* its bytes; a copy where pieces were fed */
};

/* ------------------------------------------------------------- the section */

static void *probe_begin(struct arena *a, const struct inventory_file *file)
{
	struct rust_probe *s = arena_new(a, struct rust_probe);

	s->arena = a;
	s->size = file->size;
	return s;
}

/* ELF keeps its section table at the end, and the list is put in behind the loaded part. */
static void decide_elf(struct rust_probe *s)
{
	s->mode = MODE_NOTHING;
	if (!exe_elf_tail(slice_new(s->first, FIRST), &s->head.layout, s->size, &s->from))
		return;
	s->to = s->size;
	s->mode = s->from < s->at || s->size - s->from > TAIL_MAX ? MODE_SEARCH : MODE_KEEP;
	if (s->mode == MODE_KEEP)
		s->tail = arena_alloc(s->arena, (size_t)(s->size - s->from));
}

static void decide(struct rust_probe *s, struct slice piece)
{
	size_t have = s->at < FIRST ? (size_t)s->at : FIRST, missing = FIRST - have;

	memcpy(s->first + have, piece.data, missing < piece.len ? missing : piece.len);
	if (missing > piece.len)
		return;
	struct slice first = slice_new(s->first, FIRST);
	if (!slice_starts(first, SLICE("\177ELF"))) {
		s->mode = exe_known(first) ? MODE_SEARCH : MODE_NOTHING;
		s->to = exe_is_fat(first) ? s->size : HEADERS_MAX;
		return;
	}
	if (s->head.done)
		decide_elf(s);
}

static void keep(struct rust_probe *s, struct slice piece)
{
	size_t skip = s->from > s->at ? (size_t)(s->from - s->at) : 0;
	size_t room = (size_t)(s->size - s->from) - s->tail_len;

	piece = slice_first(slice_from(piece, skip), room);
	if (piece.len)
		memcpy(s->tail + s->tail_len, piece.data, piece.len);
	s->tail_len += piece.len;
}

static bool found_across(struct rust_probe *s, struct slice piece)
{
	char both[16];
	size_t part = section_name.len - 1 < piece.len ? section_name.len - 1 : piece.len;

	memcpy(both, s->carry, s->carry_len);
	memcpy(both + s->carry_len, piece.data, part);
	struct slice joined = slice_new(both, s->carry_len + part);
	bool found = slice_find(joined, section_name) < joined.len;
	/* The next piece may go on from here; a short one leaves some of what was carried. */
	struct slice last = piece.len < section_name.len ? joined : piece;
	size_t carry = last.len < section_name.len - 1 ? last.len : section_name.len - 1;
	memmove(s->carry, last.data + last.len - carry, carry);
	s->carry_len = carry;
	return found;
}

static void search(struct rust_probe *s, struct slice piece)
{
	size_t skip = s->from > s->at ? (size_t)(s->from - s->at) : 0;

	if (s->at >= s->to) {
		s->mode = MODE_NOTHING;
		return;
	}
	piece = slice_first(slice_from(piece, skip), (size_t)(s->to - s->at));
	if (slice_empty(piece))
		return;
	if (found_across(s, piece) || slice_find(piece, section_name) < piece.len)
		s->want_whole = true;
}

static void read_section(struct rust_probe *s, struct slice head, const struct exe_part *part)
{
	struct exe_section section;

	s->mode = MODE_NOTHING;
	switch (exe_section_find(head, part, section_name, &section)) {
	case EXE_SECTION_NONE:
		return;
	case EXE_SECTION_ELSEWHERE:
		s->want_whole = true;
		return;
	case EXE_SECTION_FOUND:
		break;
	}
	uint64_t at = section.offset - part->start;
	if (section.offset < part->start || at > part->bytes.len || section.size > part->bytes.len - at) {
		s->want_whole = true;
		return;
	}
	s->mode = MODE_READ;
	s->section = (struct exe_part){
		section.offset, slice_first(slice_from(part->bytes, (size_t)at), (size_t)section.size),
	};
}

static enum exe_probe_need feed_whole(struct rust_probe *s, struct slice file)
{
	const struct exe_part part = { 0, file };

	read_section(s, file, &part);
	if (s->mode == MODE_READ)
		s->section.bytes = arena_copy(s->arena, s->section.bytes);
	/* There is nothing more to see: what points out of the file points nowhere. */
	s->want_whole = false;
	return EXE_PROBE_DONE;
}

static enum exe_probe_need probe_feed(void *state, struct slice piece)
{
	struct rust_probe *s = state;

	if (s->at == 0 && piece.len == s->size)
		return feed_whole(s, piece);
	if (!s->head.done)
		exe_head_feed(&s->head, s->arena, piece);
	if (s->mode == MODE_UNKNOWN)
		decide(s, piece);
	if (s->mode == MODE_KEEP)
		keep(s, piece);
	if (s->mode == MODE_SEARCH)
		search(s, piece);
	s->at += piece.len;
	return s->mode == MODE_NOTHING || s->want_whole ? EXE_PROBE_DONE : EXE_PROBE_MORE;
}

/* ---------------------------------------------------------------- the list */

static struct slice crate_name(const struct node *crate)
{
	return node_get_text(crate, SLICE("name"));
}

static uint32_t crate_flags(const struct node *crate, bool direct)
{
	struct slice source = node_get_text(crate, SLICE("source"));
	bool root = node_truth(node_get(crate, SLICE("root")));

	return (root ? PACKAGE_MAIN : direct ? 0u : PACKAGE_INDIRECT) |
	       (slice_is(source, "local") || slice_is(source, "git") ? PACKAGE_LOCAL : 0u) |
	       (slice_is(node_get_text(crate, SLICE("kind")), "build") ? PACKAGE_DEV : 0u);
}

struct crates {
	struct manifest *m;
	const struct node **items;
	bool *direct; /* the program itself depends on it */
	size_t count;
};

/* The crate with that number in the list. */
static bool dependency(const struct crates *c, const struct node *it, uint64_t *ret)
{
	return slice_to_u64(node_text(it), ret) && *ret < c->count;
}

static void add_crate(struct crates *c, size_t i)
{
	const struct node *crate = c->items[i];
	uint64_t number;
	struct package *p = manifest_add(c->m, crate_name(crate), node_get_text(crate, SLICE("version")),
					 crate_flags(crate, c->direct[i]), crate);

	if (!p || p->depends.count)
		return;
	node_each(it, node_get(crate, SLICE("dependencies")))
		if (dependency(c, it, &number))
			manifest_depend(c->m, p, crate_name(c->items[number]));
}

static void add_crates(struct manifest *m, const struct node *list)
{
	struct crates c = { .m = m };
	uint64_t number;

	c.items = arena_new_array(&m->scratch, const struct node *, list->count + 1);
	c.direct = arena_new_array(&m->scratch, bool, list->count + 1);
	node_each(it, list)
		c.items[c.count++] = it;
	for (size_t i = 0; i < c.count; i++)
		if (node_truth(node_get(c.items[i], SLICE("root"))))
			node_each(it, node_get(c.items[i], SLICE("dependencies")))
				if (dependency(&c, it, &number))
					c.direct[number] = true;
	for (size_t i = 0; i < c.count; i++)
		add_crate(&c, i);
}

static bool read_list(const struct exe_part *section, struct slice json, struct inventory_output *out,
		      struct error *err)
{
	const struct inventory_input in = { .bytes = json };
	size_t before = out->packages.count;
	struct manifest m;

	manifest_begin(&m, ORIGIN_RUST_BINARY, &in, out);
	manifest_read(&m, MANIFEST_JSON);
	const struct node *list = node_get(m.root, SLICE("packages"));
	if (node_is(list, NODE_LIST))
		add_crates(&m, list);
	else
		manifest_refuse(&m, "no list \"packages\"");
	/* Places in the inflated text are none in the file. */
	for (size_t i = before; i < out->packages.count; i++) {
		out->packages.items[i].offset = section->start;
		out->packages.items[i].length = section->bytes.len;
	}
	return manifest_end(&m, err);
}

static bool probe_finish(void *state, struct inventory_output *out, struct error *err)
{
	struct rust_probe *s = state;
	struct buf json;

	/* Less was shown where another probe found what rules a list out. */
	if (s->mode == MODE_KEEP && s->at >= s->size) {
		const struct exe_part part = { s->from, slice_new(s->tail, s->tail_len) };

		read_section(s, slice_new(s->first, FIRST), &part);
	}
	if (s->want_whole)
		out->want_whole = true;
	if (s->mode != MODE_READ)
		return true;
	buf_init(&json, LIST_MAX);
	bool ok = inflate_zlib(s->section.bytes, &json, err) &&
		  read_list(&s->section, buf_slice(&json), out, err);
	buf_release(&json);
	if (out->partial.code != ERR_NONE)
		error_wrap(&out->partial, PLACE);
	return ok || error_wrap(err, PLACE);
}

const struct exe_probe exe_probe_rust = {
	.begin = probe_begin,
	.feed = probe_feed,
	.finish = probe_finish,
};
