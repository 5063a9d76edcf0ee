#include "image/path.h"

#include <sys/random.h>

#include "base/limits.h"
#include "base/text.h"

void path_key_draw(struct path_key *ret)
{
	/* Without randomness the key stays constant: collisions can be aimed at, nothing else
	 * breaks. */
	if (getrandom(ret, sizeof(*ret), GRND_NONBLOCK) != (ssize_t)sizeof(*ret))
		*ret = (struct path_key){{0x62756c7761726b31u, 0x70617468206b6579u}};
}

uint64_t path_hash(const struct path_key *key, struct slice path)
{
	uint64_t hash = PATH_HASH_ROOT;
	struct slice name;

	while (slice_next(&path, '/', &name))
		hash = path_hash_child(key, hash, name);
	return hash;
}

/* Nearly every path of a tar is normalised already, but for "./" in front and "/" behind. */
static bool already_normal(struct slice path)
{
	const char *p = path.data, *end = path.data + path.len;

	while (p < end) {
		const char *slash = memchr(p, '/', (size_t)(end - p));
		size_t len = slash ? (size_t)(slash - p) : (size_t)(end - p);

		if (len == 0 || (p[0] == '.' && (len == 1 || (len == 2 && p[1] == '.'))))
			return false;
		if (!slash)
			return true;
		p = slash + 1;
	}
	return path.len == 0;
}

bool path_normalize(struct buf *b, struct slice path)
{
	buf_clear(b);
	if (memchr(path.data, '\0', path.len))
		return false;
	slice_cut_prefix(&path, SLICE("./"));
	slice_cut_suffix(&path, SLICE("/"));
	if (already_normal(path))
		return buf_add_slice(b, path);
	return text_normalize_path(b, path);
}

bool path_valid(struct slice path)
{
	return path.len <= LIMIT_PATH && already_normal(path) && !memchr(path.data, '\0', path.len);
}
