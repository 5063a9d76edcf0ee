/* CVSS vectors: a score is a tenth between 0 and 10, and one line gets one line. */
#include "model/cvss.h"
#include "model/debug_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_lines(struct slice text)
{
	struct slice line, answers;
	struct buf out;
	size_t lines = 0, answered = 0;

	buf_init(&out, 1 << 24);
	debug_cvss(text, &out);
	answers = buf_slice(&out);
	while (slice_next_line(&text, &line))
		lines++;
	while (slice_next_line(&answers, &line))
		answered++;
	if (lines != answered && !out.overflow)
		__builtin_trap();
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_new(data, size);
	struct error err = ERROR_INIT;
	enum cvss_version version = CVSS_NONE;
	double score = -1;

	if (cvss_score(text, &version, &score, &err)) {
		int tenths = (int)(score * 10 + 0.5);

		if (version == CVSS_NONE || score < 0 || score > 10 ||
		    tenths / 10.0 < score - 1e-9 || tenths / 10.0 > score + 1e-9)
			__builtin_trap();
	} else if (err.code != ERR_FORMAT) {
		__builtin_trap();
	}
	check_lines(text);
	return 0;
}
