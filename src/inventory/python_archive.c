/*
 * Wheels and zipped eggs as files: the package that installing them would
 * give, by the same metadata (PyPA's "Binary distribution format"; setuptools'
 * "Internal Structure of Python Eggs", zipped eggs).
 */
#include "base/limits.h"
#include "format/zip_stream.h"
#include "inventory/rows.h"

#define METADATA_MAX (8 * MIB)

static bool matches(struct slice path)
{
	return slice_ends(path, SLICE(".whl")) || slice_ends(path, SLICE(".egg"));
}

struct inventory_sieve {
	struct arena *arena;
	struct inventory_output found;
	struct zip_budget budget;
	struct zip_stream *zip;
	struct slice entry;      /* the member that is being read */
	uint64_t entry_start;
	struct buf text;
	bool bad;                /* some metadata could not be read */
	struct error why;
	bool done;
};

/* Others of that name are of what the package carries along. */
static bool begin_entry(void *context, const struct zip_stream_entry *e)
{
	struct inventory_sieve *s = context;
	struct slice folder, file;
	bool wanted = slice_is(e->name, "EGG-INFO/PKG-INFO") ||
		      (slice_split(e->name, '/', &folder, &file) && slice_is(file, "METADATA") &&
		       slice_ends(folder, SLICE(".dist-info")));

	if (!wanted || e->name.len > LIMIT_PATH || s->done)
		return false;
	s->entry = arena_copy(s->arena, e->name);
	s->entry_start = e->header;
	buf_clear(&s->text);
	return true;
}

static bool entry_bytes(void *context, struct slice piece)
{
	struct inventory_sieve *s = context;

	buf_add_slice(&s->text, piece);
	return !s->text.overflow;
}

static void end_entry(void *context, uint64_t end, const struct error *failure)
{
	struct inventory_sieve *s = context;
	size_t before = s->found.packages.count;
	struct slice text = buf_slice(&s->text);
	const struct inventory_input in = { .path = s->entry, .size = text.len, .bytes = text };

	if (failure || s->text.overflow) {
		s->bad = true;
		if (failure)
			s->why = *failure;
		else
			error_set(&s->why, ERR_LIMIT, "its metadata are larger than %zu bytes",
				  METADATA_MAX);
		return;
	}
	s->bad |= !inventory_python_package.parse(&in, &s->found, &s->why);
	for (size_t i = before; i < s->found.packages.count; i++) {
		struct package *p = &s->found.packages.items[i];

		p->path = s->entry;
		p->offset = s->entry_start;
		p->length = end - s->entry_start;
		s->done = true;
	}
}

static const struct zip_stream_user user = { begin_entry, entry_bytes, end_entry };

static struct inventory_sieve *sieve_begin(struct arena *a, const struct inventory_file *file)
{
	struct inventory_sieve *s = arena_new(a, struct inventory_sieve);

	(void)file;
	s->arena = a;
	s->found.arena = a;
	s->found.partial.offset = s->why.offset = -1;
	s->zip = zip_stream_new(a, &user, &s->budget);
	buf_init(&s->text, METADATA_MAX);
	zip_stream_begin(s->zip, s);
	return s;
}

static bool sieve_feed(struct inventory_sieve *s, struct slice piece)
{
	s->budget.read += piece.len;
	return zip_stream_feed(s->zip, piece);
}

/* An archive without metadata is some other archive of that name. */
static bool sieve_finish(struct inventory_sieve *s, struct inventory_output *out, struct error *err)
{
	struct error why = ERROR_INIT;
	bool sound = s->budget.read == 0 || zip_stream_finish(s->zip, &why);

	buf_release(&s->text);
	vec_each(p, &s->found.packages)
		*vec_add(out->arena, &out->packages) = *p;
	if (sound && s->bad)
		why = s->why;
	if (sound && !s->bad)
		return true;
	if (out->packages.count) {
		out->partial = why;
		return true;
	}
	if (err)
		*err = why;
	return false;
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	const struct inventory_file file = { .path = in->path, .size = in->bytes.len };
	struct inventory_sieve *s = sieve_begin(out->arena, &file);

	sieve_feed(s, in->bytes);
	return sieve_finish(s, out, err);
}

const struct inventory_row inventory_python_archive = {
	.name = "python-archive",
	.origin = ORIGIN_PYTHON_PACKAGE,
	.scopes = INVENTORY_IMAGE | INVENTORY_DIRECTORY,
	.max_size = SIZE_MAX,
	.ends = "lg",
	.matches = matches,
	.parse = parse,
	.sieve_begin = sieve_begin,
	.sieve_feed = sieve_feed,
	.sieve_finish = sieve_finish,
};
