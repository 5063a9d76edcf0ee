#include "docker/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int value_of(char c)
{
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

bool base64_decode(struct slice text, struct arena *a, struct slice *ret)
{
	uint32_t bits = 0;
	size_t held = 0, n = 0;

	text = slice_trim(text);
	for (int pads = 0; pads < 2 && slice_cut_suffix(&text, SLICE("=")); pads++)
		;
	if (text.len % 4 == 1)
		return false;
	char *bytes = arena_alloc(a, text.len + 1);
	for (size_t i = 0; i < text.len; i++) {
		int value = value_of(text.data[i]);

		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		held += 6;
		if (held >= 8) {
			held -= 8;
			bytes[n++] = (char)(uint8_t)(bits >> held);
		}
	}
	*ret = slice_new(bytes, n);
	return true;
}

struct slice base64_encode(struct slice bytes, struct arena *a)
{
	char *text = arena_alloc(a, (bytes.len + 2) / 3 * 4 + 1);
	size_t n = 0;

	for (size_t i = 0; i < bytes.len; i += 3) {
		uint32_t group = 0;

		for (size_t k = 0; k < 3; k++)
			group = group << 8 | (i + k < bytes.len ? (uint8_t)bytes.data[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			text[n++] = i + k > bytes.len ? '='
						      : digits[group >> (18 - 6 * k) & 63];
	}
	return slice_new(text, n);
}
