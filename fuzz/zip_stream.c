/* Whole and in pieces an archive is sound or not; what is not wanted is passed over to the same end. */
#include <stdint.h>
#include <stdlib.h>

#include "format/zip_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct watcher {
	bool want, open;
	uint64_t entries;
};

static bool begin(void *context, const struct zip_stream_entry *e)
{
	struct watcher *w = context;

	if (w->open || (e->name.len && !e->name.data))
		abort();
	w->entries++;
	w->open = w->want;
	return w->want;
}

static bool bytes(void *context, struct slice piece)
{
	const struct watcher *w = context;

	if (!w->open || slice_empty(piece))
		abort();
	return piece.data[0] != 'q';
}

static void end(void *context, uint64_t at, const struct error *failure)
{
	struct watcher *w = context;

	(void)at;
	if (!w->open || (failure && failure->code == ERR_NONE))
		abort();
	w->open = false;
}

static const struct zip_stream_user user = { begin, bytes, end };

static bool run(struct slice archive, size_t piece, bool want, uint64_t *ret_entries)
{
	struct watcher w = { .want = want };
	struct zip_budget budget = { 0 };
	struct error err = ERROR_INIT;
	struct arena a;

	arena_init(&a, 0);
	struct zip_stream *z = zip_stream_new(&a, &user, &budget);
	zip_stream_begin(z, &w);
	while (!slice_empty(archive)) {
		budget.read += slice_first(archive, piece).len;
		if (!zip_stream_feed(z, slice_first(archive, piece)))
			break;
		archive = slice_from(archive, piece);
	}
	bool ok = zip_stream_finish(z, &err);
	if (w.open || ok != (err.code == ERR_NONE))
		abort();
	arena_release(&a);
	*ret_entries = w.entries;
	return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t whole, pieces, unread;

	if (size < 2)
		return 0;
	struct slice archive = slice_from(slice_new(data, size), 1);
	bool ok = run(archive, SIZE_MAX, true, &whole);
	if (run(archive, (size_t)data[0] + 1, true, &pieces) != ok || (ok && pieces != whole))
		abort();
	run(archive, (size_t)data[0] + 1, false, &unread);
	return 0;
}
