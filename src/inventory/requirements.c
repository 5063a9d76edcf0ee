/*
 * pip's requirements files (pip's documentation, "Requirements File Format").
 * Only what is pinned has a version; of the rest the name is told.
 */
#include "base/limits.h"
#include "base/text.h"
#include "inventory/manifest.h"
#include "inventory/python_requirement.h"
#include "inventory/rows.h"

#define MAX_SIZE (8 * MIB)

static bool matches(struct slice path)
{
	struct slice name = inventory_base_name(path);

	if (!slice_ends(name, SLICE(".txt")))
		return false;
	if (slice_find(name, SLICE("requirements")) < name.len)
		return true;
	/* "requirements/base.txt" and its like are what "-r" names most. */
	struct slice folder = slice_first(path, path.len - name.len);
	return slice_cut_suffix(&folder, SLICE("requirements/")) &&
	       (slice_empty(folder) || slice_ends(folder, SLICE("/")));
}

struct reader {
	struct manifest m;
	struct slice text;   /* as UTF-8 */
	bool recoded;        /* places in it are none in the file */
	struct slice rest;
	struct buf joined;   /* of continued lines */
	struct slice line;   /* the logical line */
	size_t offset, end;  /* where it stands in the text */
};

/* ---- lines ---- */

/* A '#' starts a comment at the start of the line or behind a blank. */
static struct slice without_comment(struct slice line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.data[i] == '#' && (i == 0 || ascii_space(line.data[i - 1])))
			return slice_first(line, i);
	return line;
}

/* A backslash joins lines, but a comment ends what was joined. */
static bool next_line(struct reader *r)
{
	struct slice line;
	bool more = true;

	buf_clear(&r->joined);
	r->offset = (size_t)(r->rest.data - r->text.data);
	if (!slice_next_line(&r->rest, &line))
		return false;
	r->line = without_comment(line);
	r->end = r->offset + line.len;
	if (!slice_ends(line, SLICE("\\")) || r->line.len < line.len)
		return true;
	for (;;) {
		struct slice sound = without_comment(line);

		more = sound.len == line.len && slice_cut_suffix(&sound, SLICE("\\"));
		buf_add_slice(&r->joined, sound);
		r->end = (size_t)(line.data - r->text.data) + line.len;
		if (!more || !slice_next_line(&r->rest, &line))
			break;
	}
	r->line = buf_slice(&r->joined);
	return true;
}

/* ---- requirements ---- */

static void add(struct reader *r, struct slice name, struct slice version, bool local)
{
	/* A variable of the environment is not known here. */
	if (slice_find(version, SLICE("${")) < version.len)
		version = SLICE_EMPTY;
	manifest_add_at(&r->m, name, version, local ? PACKAGE_LOCAL : 0, r->recoded ? 0 : r->offset,
			r->recoded ? 0 : r->end - r->offset);
}

static void skip(struct reader *r, const char *what)
{
	manifest_skip(&r->m, r->recoded ? 0 : r->offset, what);
}

/* "git+https://host/x.git@v1#egg=name[extra]&subdirectory=y" */
static struct slice egg_name(struct slice url)
{
	size_t at = slice_find(url, SLICE("egg="));
	struct slice name = slice_from(url, at + 4);
	size_t end = 0;

	if (at == 0 || at >= url.len || (url.data[at - 1] != '#' && url.data[at - 1] != '&'))
		return SLICE_EMPTY;
	while (end < name.len && name.data[end] != '&' && name.data[end] != '[' &&
	       name.data[end] != ';')
		end++;
	name = slice_first(name, end);
	return python_name_sound(name) ? name : SLICE_EMPTY;
}

/* The project itself: "." and ".[extra]". */
static bool is_own_folder(struct slice path)
{
	path = slice_first(path, slice_find_byte(path, '['));
	return slice_is(path, ".") || slice_is(path, "./");
}

static void read_location(struct reader *r, struct slice where)
{
	struct slice name = egg_name(where), version = SLICE_EMPTY;

	if (is_own_folder(where))
		return;
	if (slice_empty(name) && !python_wheel_name(where, &name, &version)) {
		skip(r, "a requirement that does not name its package");
		return;
	}
	add(r, name, version, true);
}

static bool is_location(struct slice line)
{
	size_t scheme = slice_find(line, SLICE("://")), at = slice_find_byte(line, '@');

	return slice_starts(line, SLICE(".")) || slice_starts(line, SLICE("/")) ||
	       slice_starts(line, SLICE("file:")) || (scheme < line.len && scheme < at) ||
	       slice_starts(line, SLICE("git+"));
}

static void read_requirement(struct reader *r, struct slice line)
{
	struct python_requirement q;
	struct slice name, version = SLICE_EMPTY;

	if (is_location(line)) {
		read_location(r, slice_first(line, slice_find_byte(line, ' ')));
		return;
	}
	if (!python_requirement_parse(line, &q)) {
		/* A folder's or archive's name needs no "./" in front. */
		if (python_wheel_name(line, &name, &version))
			add(r, name, version, true);
		else
			skip(r, "no requirement");
		return;
	}
	if (slice_empty(q.url)) {
		add(r, q.name, python_pinned(q.specifiers), false);
		return;
	}
	python_wheel_name(q.url, &name, &version);
	add(r, q.name, version, true);
}

/*
 * "-e X" and its long forms; other options say nothing of packages, "-r" files are read on
 * their own.
 */
static void read_option(struct reader *r, struct slice line)
{
	if (slice_cut_prefix(&line, SLICE("--editable")) || slice_cut_prefix(&line, SLICE("-e"))) {
		slice_cut_prefix(&line, SLICE("="));
		read_location(r, slice_trim(line));
	}
}

/* Options of one requirement stand behind it: "--hash=...", "-C ...". */
static struct slice without_options(struct slice line)
{
	for (size_t i = 1; i < line.len; i++)
		if (line.data[i] == '-' && ascii_space(line.data[i - 1]))
			return slice_trim(slice_first(line, i));
	return line;
}

/* ---- the file ---- */

/* PowerShell writes UTF-16; pip goes by the mark in front. */
static void recode(struct reader *r, bool big)
{
	const uint8_t *p = (const uint8_t *)r->text.data + 2;
	size_t units = (r->text.len - 2) / 2;
	struct buf out;

	buf_init(&out, 3 * MAX_SIZE);
	for (size_t i = 0; i < units; i++) {
		uint32_t unit = big ? (uint32_t)p[2 * i] << 8 | p[2 * i + 1]
				    : (uint32_t)p[2 * i + 1] << 8 | p[2 * i];

		/* Halves of pairs occur in comments at most. */
		text_add_utf8(&out, unit);
	}
	r->text = arena_copy(&r->m.scratch, buf_slice(&out));
	r->recoded = true;
	buf_release(&out);
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct reader r = { .text = in->bytes };

	manifest_begin(&r.m, ORIGIN_REQUIREMENTS, in, out);
	buf_init(&r.joined, LIMIT_LINE);
	if (slice_starts(in->bytes, SLICE("\xff\xfe")) ||
	    slice_starts(in->bytes, SLICE("\xfe\xff")))
		recode(&r, slice_starts(in->bytes, SLICE("\xfe\xff")));
	r.rest = r.text;
	slice_cut_prefix(&r.rest, SLICE("\xef\xbb\xbf"));
	while (next_line(&r)) {
		struct slice line = slice_trim(r.line);

		if (slice_starts(line, SLICE("-")))
			read_option(&r, line);
		else if (!slice_empty(line))
			read_requirement(&r, without_options(line));
	}
	buf_release(&r.joined);
	return manifest_end(&r.m, err);
}

const struct inventory_row inventory_requirements = {
	.name = "requirements",
	.origin = ORIGIN_REQUIREMENTS,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches,
	.ends = "t",
	.parse = parse,
};
