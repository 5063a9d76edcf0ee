/* Shell scripts: every span lies in the text, parents come before their children. */
#include <stdint.h>
#include <stdlib.h>

#include "config/shell.h"

static void check_span(struct span s, size_t size)
{
	if (s.offset > size || s.length > size - s.offset)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int dockerfile = 0; dockerfile < 2; dockerfile++) {
		const struct shell_options options = { .dockerfile = dockerfile != 0 };
		struct shell_script script;
		struct arena a;

		arena_init(&a, 0);
		shell_parse(slice_new(data, size), 1, 0, &options, &a, &script);
		vec_each(c, &script.commands) {
			check_span(c->span, size);
			if (c->parent > (size_t)(c - script.commands.items))
				abort();
			vec_each(w, &c->words)
				check_span(w->span, size);
			vec_each(r, &c->redirections)
				check_span(r->body, size);
			if (shell_program_word(c) > c->words.count)
				abort();
		}
		arena_release(&a);
	}
	return 0;
}
