/* Command lines of docker: every span lies in the text, flags stand before the image. */
#include <stdint.h>
#include <stdlib.h>

#include "config/docker_command.h"

static void check_span(struct span s, size_t size)
{
	if (s.offset > size || s.length > size - s.offset)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct shell_script script;
	struct docker_command d;
	struct arena a;

	arena_init(&a, 0);
	shell_parse(slice_new(data, size), 1, 0, &(struct shell_options){ 0 }, &a, &script);
	vec_each(c, &script.commands) {
		if (!docker_command_read(c, &a, &d))
			continue;
		check_span(d.verb_span, size);
		if (d.first_argument > c->words.count)
			abort();
		vec_each(o, &d.options) {
			check_span(o->span, size);
			check_span(o->whole, size);
		}
	}
	arena_release(&a);
	return 0;
}
