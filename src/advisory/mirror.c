#include "advisory/mirror.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "net/http.h"

#define FILE_URL SLICE("file://")

/* --------------------------------------------------------------- directory */

static bool is_directory(struct slice address)
{
	return !http_is_url(address);
}

static int hex_value(char c)
{
	if (ascii_digit(c))
		return c - '0';
	c = ascii_tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

const char *mirror_directory_path(struct slice address, struct arena *a)
{
	if (!slice_cut_prefix(&address, FILE_URL))
		return arena_cstr(a, address);
	/* file://host/path: only this machine's. */
	slice_cut_prefix(&address, SLICE("localhost"));
	char *path = arena_alloc(a, address.len + 1), *out = path;
	for (size_t i = 0; i < address.len; i++) {
		int high = i + 2 < address.len && address.data[i] == '%'
				   ? hex_value(address.data[i + 1])
				   : -1;
		int low = high >= 0 ? hex_value(address.data[i + 2]) : -1;

		if (low >= 0 && (high || low)) {
			*out++ = (char)(high * 16 + low);
			i += 2;
		} else {
			*out++ = address.data[i];
		}
	}
	return path;
}

static bool copy_bytes(int from, int to, uint64_t *ret, struct error *err)
{
	char block[64 * KIB];
	ssize_t n;

	while ((n = io_read_full(from, block, sizeof(block))) > 0) {
		if (!io_write_full(to, block, (size_t)n))
			return error_set_errno(err, errno, "writing a copy");
		*ret += (uint64_t)n;
		if (*ret > LIMIT_DOWNLOAD)
			return error_set(err, ERR_LIMIT, "larger than %llu bytes",
					 (unsigned long long)LIMIT_DOWNLOAD);
	}
	return n == 0 || error_set_errno(err, errno, "reading");
}

static bool fetch_from_directory(struct slice address, struct run *run, struct slice file,
				 const struct mirror_validators *known, int fd,
				 struct mirror_answer *ret, struct error *err)
{
	const char *path = arena_printf(run->arena, "%s/%.*s",
					mirror_directory_path(address, run->arena), SLICE_ARG(file))
				   .data;
	CLEANUP_FD int from = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	*ret = (struct mirror_answer){ 0 };
	if (from < 0 && errno == ENOENT)
		return error_set(err, ERR_NOT_FOUND, "there is no %s", path);
	if (from < 0 || fstat(from, &st) < 0)
		return error_set_errno(err, errno, "opening %s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERR_FORMAT, "%s: not a regular file", path);
	ret->validators.etag = arena_printf(run->arena, "%lld-%lld.%09ld-%llu",
					    (long long)st.st_size, (long long)st.st_mtim.tv_sec,
					    st.st_mtim.tv_nsec, (unsigned long long)st.st_ino);
	ret->validators.last_modified = SLICE_EMPTY;
	ret->not_modified = slice_eq(ret->validators.etag, known->etag);
	if (ret->not_modified || fd < 0)
		return true;
	return copy_bytes(from, fd, &ret->bytes, err) || error_wrap(err, "%s", path);
}

const struct mirror_kind mirror_directory = {
	.name = "directory",
	.matches = is_directory,
	.fetch = fetch_from_directory,
};

/* --------------------------------------------------------------------- web */

/* "Red Hat/all.zip" -> "Red%20Hat/all.zip" (RFC 3986, section 2.3) */
static struct slice escape_path(struct slice path, struct arena *a)
{
	static const char digits[] = "0123456789ABCDEF";
	char *out = arena_alloc(a, path.len * 3 + 1);
	size_t n = 0;

	for (size_t i = 0; i < path.len; i++) {
		char c = path.data[i];

		if (ascii_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~' || c == '/') {
			out[n++] = c;
		} else {
			out[n++] = '%';
			out[n++] = digits[(uint8_t)c >> 4];
			out[n++] = digits[(uint8_t)c & 15];
		}
	}
	return slice_new(out, n);
}

static bool fetch_from_web(struct slice address, struct run *run, struct slice file,
			   const struct mirror_validators *known, int fd, struct mirror_answer *ret,
			   struct error *err)
{
	struct http_response response = { 0 };

	while (slice_cut_suffix(&address, SLICE("/")))
		;
	struct http_request request = {
		.url = arena_printf(run->arena, "%.*s/%.*s", SLICE_ARG(address),
				    SLICE_ARG(escape_path(file, run->arena))),
		.etag = known->etag,
		.last_modified = known->last_modified,
		.max_bytes = LIMIT_DOWNLOAD,
	};
	*ret = (struct mirror_answer){ 0 };
	if (!http_download(run, &request, fd, &response, err))
		return false;
	ret->not_modified = response.not_modified;
	ret->bytes = response.bytes;
	ret->validators.etag = response.etag;
	ret->validators.last_modified = response.last_modified;
	return true;
}

const struct mirror_kind mirror_http = {
	.name = "web",
	.matches = http_is_url,
	.fetch = fetch_from_web,
};

const struct mirror_kind *mirror_kind_of(struct slice address)
{
	static const struct mirror_kind *const kinds[] = { &mirror_http, &mirror_directory };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i]->matches(address))
			return kinds[i];
	return &mirror_directory;
}
