/*
 * Go programs: the modules that the build information lists (the format is
 * that of debug.BuildInfo.String of Go's package runtime/debug), the program's
 * own module, and Go's standard library as "stdlib", which is its name in
 * advisories.
 */
#include "inventory/exe_probe.h"
#include "inventory/go_buildinfo.h"
#include "inventory/go_version.h"

#define MODULES_MAX 100000

struct module {
	struct slice kind, path, version, sum;
	uint64_t offset, end; /* of the line */
};

static bool empty_or_sound(struct slice s)
{
	return slice_empty(s) || inventory_sound(s);
}

static bool versionless(struct slice version)
{
	return slice_empty(version) || slice_is(version, "(devel)");
}

static struct module read_line(struct slice line, uint64_t offset)
{
	struct module m = { .offset = offset, .end = offset + line.len };

	slice_split(line, '\t', &m.kind, &line);
	slice_split(line, '\t', &m.path, &line);
	slice_split(line, '\t', &m.version, &line);
	slice_split(line, '\t', &m.sum, &line);
	return m;
}

/* NULL: the line names no module that could be looked up. */
static struct package *add_module(struct inventory_output *out, const struct module *m)
{
	struct arena *a = out->arena;

	if (slice_empty(m->path) && slice_is(m->kind, "mod"))
		return NULL;
	if (!inventory_sound(m->path) || !empty_or_sound(m->version) || !empty_or_sound(m->sum)) {
		inventory_partial(out, m->offset, "a line of the module list has no usable name and version");
		return NULL;
	}
	struct package *p = inventory_add(out, ORIGIN_GO_BINARY, arena_copy(a, m->path),
					  arena_copy(a, m->version));
	p->integrity = arena_copy(a, m->sum);
	p->flags = slice_is(m->kind, "mod") ? PACKAGE_MAIN : 0;
	if (versionless(m->version))
		p->flags |= PACKAGE_UNVERSIONED;
	p->offset = m->offset;
	p->length = m->end - m->offset;
	return p;
}

/* The replacement is what was built; one without a version is a folder. */
static void replace_module(struct inventory_output *out, struct package *p, const struct module *m)
{
	bool local = versionless(m->version);
	bool sound = inventory_sound(m->path) && empty_or_sound(m->version) && empty_or_sound(m->sum);

	if (!sound)
		inventory_partial(out, m->offset, "a replacement has no usable name and version");
	if (local || !sound) {
		p->flags |= PACKAGE_LOCAL | PACKAGE_UNVERSIONED;
		p->version = local ? arena_copy(out->arena, m->version) : SLICE_EMPTY;
		p->integrity = SLICE_EMPTY;
	} else {
		p->flags &= ~(uint32_t)PACKAGE_UNVERSIONED;
		p->name = arena_copy(out->arena, m->path);
		p->version = arena_copy(out->arena, m->version);
		p->integrity = arena_copy(out->arena, m->sum);
	}
	p->length = m->end - p->offset;
}

static void add_modules(struct inventory_output *out, const struct go_text *modules)
{
	struct slice rest = modules->text, line;
	struct package *last = NULL;
	size_t before = out->packages.count;

	while (slice_next(&rest, '\n', &line)) {
		struct module m = read_line(line, modules->offset + (uint64_t)(line.data - modules->text.data));

		if (slice_is(m.kind, "=>")) {
			if (last)
				replace_module(out, last, &m);
			last = NULL;
		} else if (slice_is(m.kind, "dep") || slice_is(m.kind, "mod")) {
			if (out->packages.count - before == MODULES_MAX) {
				inventory_partial(out, m.offset, "more than %d modules", MODULES_MAX);
				return;
			}
			last = add_module(out, &m);
		}
	}
}

static void add_stdlib(struct inventory_output *out, const struct go_text *version)
{
	struct slice release = go_release(version->text, out->arena);
	struct package *p = inventory_add(out, ORIGIN_GO_BINARY, SLICE("stdlib"), release);

	p->offset = version->offset;
	p->length = version->text.len;
	if (slice_empty(release)) {
		/* "devel go1.21-4d6b7b7 Tue ..." lies between releases. */
		struct slice first, second, rest;

		slice_split(version->text, ' ', &first, &rest);
		slice_split(rest, ' ', &second, &rest);
		p->version = arena_copy(out->arena, slice_empty(second) ? first : second);
		p->flags = PACKAGE_UNVERSIONED;
	}
}

/* ------------------------------------------------------------------- probe */

static void *probe_begin(struct arena *a, const struct inventory_file *file)
{
	return go_scanner_new(a, file->size);
}

static enum exe_probe_need probe_feed(void *state, struct slice piece)
{
	return go_scanner_feed(state, piece) ? EXE_PROBE_MORE : EXE_PROBE_ALONE;
}

static bool probe_finish(void *state, struct inventory_output *out, struct error *err)
{
	struct go_buildinfo info;

	switch (go_scanner_finish(state, &info)) {
	case GO_NOTHING:
		return true;
	case GO_WANT_WHOLE:
		out->want_whole = true;
		return true;
	case GO_BROKEN:
		return error_set(err, ERR_FORMAT, "a Go program whose build information cannot be read");
	case GO_FOUND:
		add_stdlib(out, &info.version);
		add_modules(out, &info.modules);
		return true;
	}
	return true;
}

const struct exe_probe exe_probe_go = {
	.begin = probe_begin,
	.feed = probe_feed,
	.finish = probe_finish,
};
