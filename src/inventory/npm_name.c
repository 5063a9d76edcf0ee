#include "inventory/npm_name.h"

bool npm_split_spec(struct slice spec, struct slice *name, struct slice *rest)
{
	size_t skip = slice_starts(spec, SLICE("@"));
	size_t at = slice_find_byte(slice_from(spec, skip), '@') + skip;

	*name = slice_first(spec, at);
	*rest = slice_from(spec, at + 1);
	return at < spec.len;
}

bool npm_alias(struct slice spec, struct slice *name, struct slice *rest)
{
	if (!slice_cut_prefix(&spec, SLICE("npm:")) || slice_empty(spec))
		return false;
	/* "npm:^1.0.0" is a range of the package itself. */
	bool named = npm_split_spec(spec, name, rest);
	return named || spec.data[0] == '@' || ascii_alpha(spec.data[0]);
}

bool npm_spec_is_local(struct slice spec)
{
	if (slice_starts(spec, SLICE("npm:")))
		return false;
	/* No version, range or tag has one of these; "user/repo" and every URL and path do. */
	return slice_find_byte(spec, '/') < spec.len || slice_find_byte(spec, ':') < spec.len;
}

struct slice npm_commit(struct slice url)
{
	size_t hash = slice_rfind_byte(url, '#');
	struct slice commit = slice_from(url, hash + 1);

	slice_cut_prefix(&commit, SLICE("commit="));
	commit = slice_first(commit, slice_find_byte(commit, '&'));
	if (commit.len < 7 || commit.len > 64)
		return SLICE_EMPTY;
	for (size_t i = 0; i < commit.len; i++) {
		char c = ascii_tolower(commit.data[i]);

		if (!ascii_digit(c) && (c < 'a' || c > 'f'))
			return SLICE_EMPTY;
	}
	return commit;
}

bool npm_url_is_repository(struct slice url)
{
	return slice_starts(url, SLICE("git")) || slice_starts(url, SLICE("ssh:")) ||
	       slice_starts(url, SLICE("https://codeload.github.com/")) ||
	       slice_find(url, SLICE(".git#")) < url.len;
}

struct slice npm_name_of_path(struct slice path)
{
	size_t slash = slice_rfind_byte(path, '/');

	if (slash >= path.len)
		return path;
	struct slice above = slice_first(path, slash);
	size_t higher = slice_rfind_byte(above, '/');
	size_t start = higher < above.len ? higher + 1 : 0;
	bool scoped = start < above.len && above.data[start] == '@';
	return slice_from(path, scoped ? start : slash + 1);
}
