/* Executables: one pass over the file for everything that is looked for in them. */
#include "base/cleanup.h"
#include "base/limits.h"
#include "inventory/exe_layout.h"
#include "inventory/exe_probe.h"
#include "inventory/rows.h"

#define MIN_SIZE 4096 /* nothing that is looked for is smaller, by far */

static const struct exe_probe *const probes[] = {
	&exe_probe_go,
	&exe_probe_rust,
	&exe_probe_program,
};

struct inventory_sieve {
	void *states[ARRAY_LEN(probes)];
	bool done[ARRAY_LEN(probes)];
	bool alone;
};

static bool sieve_wants(const struct inventory_file *file, struct slice first)
{
	return file->size >= MIN_SIZE && exe_known(first);
}

static struct inventory_sieve *sieve_begin(struct arena *a, const struct inventory_file *file)
{
	struct inventory_sieve *s = arena_new(a, struct inventory_sieve);

	for (size_t i = 0; i < ARRAY_LEN(probes); i++)
		s->states[i] = probes[i]->begin(a, file);
	return s;
}

static bool sieve_feed(struct inventory_sieve *s, struct slice piece)
{
	bool more = false;

	for (size_t i = 0; i < ARRAY_LEN(probes); i++) {
		if (s->done[i] || (s->alone && !probes[i]->independent))
			continue;
		enum exe_probe_need need = probes[i]->feed(s->states[i], piece);
		s->done[i] = need != EXE_PROBE_MORE;
		s->alone |= need == EXE_PROBE_ALONE;
	}
	for (size_t i = 0; i < ARRAY_LEN(probes); i++)
		more |= !s->done[i] && (!s->alone || probes[i]->independent);
	return more;
}

/* What one probe cannot read does not take away what another one found. */
static bool sieve_finish(struct inventory_sieve *s, struct inventory_output *out, struct error *err)
{
	size_t before = out->packages.count;
	struct error first = ERROR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(probes); i++) {
		struct error one = ERROR_INIT;

		if (!probes[i]->finish(s->states[i], out, &one) && first.code == ERR_NONE)
			first = one;
	}
	/* The second pass finds all of it again. */
	if (out->want_whole) {
		out->packages.count = before;
		return true;
	}
	if (first.code == ERR_NONE)
		return true;
	if (out->packages.count > before) {
		if (out->partial.code == ERR_NONE)
			out->partial = first;
		return true;
	}
	if (err)
		*err = first;
	return false;
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	const struct inventory_file file = { .path = in->path, .size = in->bytes.len };
	struct inventory_sieve *s = sieve_begin(out->arena, &file);

	sieve_feed(s, in->bytes);
	return sieve_finish(s, out, err);
}

const struct inventory_row inventory_executable = {
	.name = "executable",
	.origin = ORIGIN_GO_BINARY,
	.scopes = INVENTORY_IMAGE | INVENTORY_DIRECTORY,
	.max_size = LIMIT_KEEP,
	.parse = parse,
	.sieve_wants = sieve_wants,
	.sieve_begin = sieve_begin,
	.sieve_feed = sieve_feed,
	.sieve_finish = sieve_finish,
};
