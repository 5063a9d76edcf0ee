/*
 * Parses and builds the purls on standard input: what oracle_purl.py drives.
 *
 *	parse HEX                                   HEX is the text of a purl
 *	build TYPE NAMESPACE NAME VERSION SUBPATH [KEY VALUE]...   all in hex
 *
 * Each word is followed by a blank, so that empty ones can be told.  A line is
 * answered with one: "invalid: why", or the canonical form and the same words.
 */
#include <stdio.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "model/purl.h"

static int nibble(char c)
{
	return ascii_digit(c) ? c - '0' : c - 'a' + 10;
}

static struct slice next_word(struct slice *line, struct arena *a)
{
	struct slice word;

	slice_split(*line, ' ', &word, line);
	char *out = arena_alloc(a, word.len / 2 + 1);

	for (size_t i = 0; i + 1 < word.len; i += 2)
		out[i / 2] = (char)(nibble(word.data[i]) << 4 | nibble(word.data[i + 1]));
	return slice_new(out, word.len / 2);
}

static bool build(struct slice line, struct arena *a, struct purl *p, struct error *err)
{
	*p = (struct purl){ 0 };
	p->type = next_word(&line, a);
	p->namespace = next_word(&line, a);
	p->name = next_word(&line, a);
	p->version = next_word(&line, a);
	p->subpath = next_word(&line, a);
	while (!slice_empty(line)) {
		struct slice key = next_word(&line, a);

		purl_add_qualifier(p, a, key, next_word(&line, a));
	}
	return purl_normalize(p, a, err);
}

static void add_hex(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		buf_printf(b, "%02x", (unsigned char)s.data[i]);
	buf_add_byte(b, ' ');
}

static void answer(const struct purl *p, struct buf *out)
{
	purl_format(p, out);
	buf_add_byte(out, ' ');
	add_hex(out, p->type);
	add_hex(out, p->namespace);
	add_hex(out, p->name);
	add_hex(out, p->version);
	add_hex(out, p->subpath);
	vec_each(q, &p->qualifiers) {
		add_hex(out, q->key);
		add_hex(out, q->value);
	}
}

static void work(struct slice line, struct arena *a, struct buf *out)
{
	struct error err = ERROR_INIT;
	struct purl p;
	bool valid;

	if (slice_cut_prefix(&line, SLICE("parse ")))
		valid = purl_parse(next_word(&line, a), a, &p, &err);
	else if (slice_cut_prefix(&line, SLICE("build ")))
		valid = build(line, a, &p, &err);
	else
		valid = error_set(&err, ERR_USAGE, "neither parse nor build");
	if (valid)
		answer(&p, out);
	else
		buf_printf(out, "invalid: %s", err.message);
	buf_add_byte(out, '\n');
}

int main(void)
{
	CLEANUP(buf_release) struct buf in, out;
	struct slice text, line;
	struct arena a;
	char *p;
	ssize_t n = 0;

	buf_init(&in, 64 * MIB);
	buf_init(&out, 64 * MIB);
	arena_init(&a, 0);
	while ((p = buf_reserve(&in, 64 * KIB)) && (n = io_read_full(0, p, 64 * KIB)) > 0)
		buf_commit(&in, (size_t)n);
	text = buf_slice(&in);
	while (slice_next_line(&text, &line)) {
		arena_clear(&a);
		work(line, &a, &out);
	}
	arena_release(&a);
	return p && n == 0 && !out.overflow && io_write_full(1, out.data, out.len) ? 0 : 2;
}
