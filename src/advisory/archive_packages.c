#include "advisory/archive_packages.h"

#include "base/buf.h"
#include "base/limits.h"
#include "format/control.h"
#include "format/inflate.h"
#include "format/lz4.h"
#include "format/xz.h"
#include "version/version.h"

static bool inflate_all(struct slice in, struct buf *out, struct error *err)
{
	struct stream_memory memory;
	struct stream_inflate inflate;
	struct slice piece;
	bool ok;

	stream_memory_init(&memory, in);
	stream_inflate_init(&inflate, &memory.stream);
	while ((ok = stream_next(&inflate.stream, &piece, err)) && !slice_empty(piece)) {
		if (!buf_add_slice(out, piece)) {
			ok = error_set(err, ERR_LIMIT, "more than %zu bytes", out->cap);
			break;
		}
	}
	stream_release(&inflate.stream);
	return ok;
}

static bool unpack(struct slice in, struct buf *out, struct error *err)
{
	if (lz4_detect(in))
		return lz4_decode(in, out, err);
	if (compression_detect(in) == COMPRESSION_XZ)
		return xz_decode(in, out, err);
	return inflate_all(in, out, err);
}

static void take_stanza(struct control_reader *reader, const struct map *names, struct arena *a,
			struct archive_version *versions)
{
	struct slice name = SLICE_EMPTY, version = SLICE_EMPTY;
	struct control_field field;

	while (control_field(reader, &field, NULL)) {
		if (slice_is(field.key, "Package"))
			name = field.value;
		else if (slice_is(field.key, "Version"))
			version = field.value;
	}
	const uint64_t *number = map_get(names, name);
	if (!number || slice_empty(version) || version.len > LIMIT_NAME)
		return;
	struct archive_version *v = &versions[*number];
	if (slice_empty(v->version) || version_compare(VERSION_DEBIAN, v->version, version) < 0)
		v->version = arena_copy(a, version);
}

static void read_stanzas(struct slice text, const struct map *names, struct arena *a,
			 struct archive_version *versions, uint64_t *ret_stanzas)
{
	struct control_reader reader;

	control_init(&reader, text, true);
	for (; control_stanza(&reader); ++*ret_stanzas)
		take_stanza(&reader, names, a, versions);
}

bool archive_packages_read(struct slice index, const struct map *names, struct arena *a,
			   struct archive_version *versions, uint64_t *ret_stanzas,
			   struct error *err)
{
	struct buf text;

	*ret_stanzas = 0;
	if (slice_empty(index))
		return true;
	buf_init(&text, LIMIT_DOCUMENT);
	bool ok = unpack(index, &text, err);
	if (ok)
		read_stanzas(buf_slice(&text), names, a, versions, ret_stanzas);
	buf_release(&text);
	return ok;
}
