#include "net/http.h"

#include <errno.h>
#include <unistd.h>

#include "net/exchange.h"

bool http_is_url(struct slice name)
{
	return slice_eq_nocase(slice_first(name, 8), SLICE("https://")) ||
	       slice_eq_nocase(slice_first(name, 7), SLICE("http://"));
}

struct slice http_shown(struct slice url, struct arena *a)
{
	size_t scheme = slice_find(url, SLICE("://"));

	if (scheme == url.len)
		return url;
	struct slice rest = slice_from(url, scheme + 3);
	struct slice authority = slice_first(rest, slice_find_byte(rest, '/'));
	size_t at = slice_rfind_byte(authority, '@');
	if (at == authority.len)
		return url;
	return arena_printf(a, "%.*s%.*s", SLICE_ARG(slice_first(url, scheme + 3)),
			    SLICE_ARG(slice_from(rest, at + 1)));
}

struct file_sink {
	struct http_sink sink;
	int fd;
	off_t base;	 /* where the body starts in the file */
	uint64_t length; /* of what stands there */
};

static bool file_write(struct http_sink *s, struct slice bytes, struct error *err)
{
	struct file_sink *f = (struct file_sink *)s;

	for (size_t done = 0; done < bytes.len;) {
		ssize_t n = pwrite(f->fd, bytes.data + done, bytes.len - done,
				   f->base + (off_t)f->length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return error_set_errno(err, errno, "writing what was downloaded");
		done += (size_t)n;
		f->length += (uint64_t)n;
	}
	return true;
}

static bool file_restart(struct http_sink *s, struct error *err)
{
	struct file_sink *f = (struct file_sink *)s;

	f->length = 0;
	return ftruncate(f->fd, f->base) == 0 ||
	       error_set_errno(err, errno, "the file for what is downloaded");
}

static bool judge(const struct http_request *request, const struct http_answer *answer,
		  struct http_response *ret, struct arena *a, struct error *err)
{
	bool asked = !slice_empty(request->etag) || !slice_empty(request->last_modified);
	enum error_code code = answer->status == 404 || answer->status == 410 ? ERR_NOT_FOUND
									      : ERR_NETWORK;

	if (answer->status == 200 || (answer->status == 304 && asked)) {
		ret->status = answer->status;
		ret->not_modified = answer->status == 304;
		ret->etag = http_answer_header(answer, "ETag");
		if (answer->status == 200) {
			ret->bytes = answer->bytes;
			ret->last_modified = http_answer_header(answer, "Last-Modified");
		}
		return true;
	}
	error_set(err, code, "%.*s: the server answered with status %ld",
		  SLICE_ARG(http_shown(answer->url, a)), answer->status);
	if (answer->status == 408 || answer->status == 429 || answer->status >= 500)
		error_wrap(err, "after %d attempts", HTTP_ATTEMPTS);
	return false;
}

static bool download(struct run *run, const struct http_request *request, struct file_sink *file,
		     struct http_response *ret, struct error *err)
{
	const struct http_client_options options = { .allow_plain = request->allow_plain };
	const struct http_call call = {
		.url = request->url,
		.if_none_match = request->etag,
		.if_modified_since = request->last_modified,
		.max_bytes = request->max_bytes,
		.what = request->what ? request->what : "downloading",
	};
	struct http_answer answer;
	struct http_client *client = http_client_new(run, &options, err);

	if (!client)
		return false;
	bool ok = http_exchange(client, &call, &file->sink, &answer, err) &&
		  judge(request, &answer, ret, run->arena, err);
	http_client_free(client);
	return ok;
}

bool http_download(struct run *run, const struct http_request *request, int fd,
		   struct http_response *ret, struct error *err)
{
	struct error why = ERROR_INIT;
	struct file_sink file = { .sink = { file_write, file_restart }, .fd = fd };

	*ret = (struct http_response){ 0 };
	if (run->offline)
		return error_set(err, ERR_NETWORK,
				 "%.*s is not downloaded: the program is to stay offline",
				 SLICE_ARG(http_shown(request->url, run->arena)));
	file.base = lseek(fd, 0, SEEK_CUR);
	bool ok = file.base >= 0 || error_set_errno(&why, errno, "the file to download to");
	ok = ok && download(run, request, &file, ret, &why);
	/* An empty body writes nothing, and may follow a longer one. */
	if (ok && !ret->not_modified &&
	    (ftruncate(fd, file.base + (off_t)file.length) < 0 ||
	     lseek(fd, file.base + (off_t)file.length, SEEK_SET) < 0))
		ok = error_set_errno(&why, errno, "the file to download to");
	if (!ok && err)
		*err = why;
	return ok;
}
