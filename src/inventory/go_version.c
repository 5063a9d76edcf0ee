#include "inventory/go_version.h"

struct slice go_release(struct slice tag, struct arena *a)
{
	size_t end = 0, dots = 0, digits;

	if (!slice_cut_prefix(&tag, SLICE("go")))
		return SLICE_EMPTY;
	for (;; end++, dots++) {
		for (digits = end; end < tag.len && ascii_digit(tag.data[end]); end++)
			;
		if (end == digits)
			return SLICE_EMPTY;
		if (dots == 2 || end + 1 >= tag.len || tag.data[end] != '.' || !ascii_digit(tag.data[end + 1]))
			break;
	}
	struct slice numbers = slice_first(tag, end), word = slice_from(tag, end);
	const char *kind = slice_cut_prefix(&word, SLICE("rc")) ? "rc" :
			   slice_cut_prefix(&word, SLICE("beta")) ? "beta" : NULL;
	for (digits = 0; digits < word.len && ascii_digit(word.data[digits]); digits++)
		;
	if (!kind || digits == 0)
		return arena_copy(a, numbers);
	return arena_printf(a, "%.*s%s-%s.%.*s", SLICE_ARG(numbers), dots == 1 ? ".0" : "", kind,
			    SLICE_ARG(slice_first(word, digits)));
}
