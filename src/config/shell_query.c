/* Questions about one command. */
#include "base/cleanup.h"
#include "config/shell.h"

/* Programs that run the command that follows their options; `values`: options whose value is the next word. */
static const struct {
	struct slice name;
	const char *values;
	unsigned operands; /* of its own, before the command */
} wrappers[] = {
	{ SLICE_INIT("sudo"), "ugCDRTprth", 0 }, { SLICE_INIT("env"), "uCS", 0 },
	{ SLICE_INIT("exec"), "a", 0 },          { SLICE_INIT("command"), "", 0 },
	{ SLICE_INIT("builtin"), "", 0 },        { SLICE_INIT("nohup"), "", 0 },
	{ SLICE_INIT("time"), "fo", 0 },         { SLICE_INIT("nice"), "n", 0 },
	{ SLICE_INIT("ionice"), "cn", 0 },       { SLICE_INIT("timeout"), "ks", 1 },
	{ SLICE_INIT("xargs"), "aEeIiLlnPsd", 0 }, { SLICE_INIT("eatmydata"), "", 0 },
	{ SLICE_INIT("gosu"), "", 1 },           { SLICE_INIT("su-exec"), "", 1 },
	{ SLICE_INIT("doas"), "uC", 0 },         { SLICE_INIT("setpriv"), "", 0 },
	{ SLICE_INIT("stdbuf"), "ioe", 0 },      { SLICE_INIT("unbuffer"), "", 0 },
};

static struct slice base_name(struct slice path)
{
	size_t slash = slice_rfind_byte(path, '/');

	return slash < path.len ? slice_from(path, slash + 1) : path;
}

static int wrapper_of(struct slice program)
{
	for (size_t i = 0; i < ARRAY_LEN(wrappers); i++)
		if (slice_eq(wrappers[i].name, program))
			return (int)i;
	return -1;
}

static bool is_assignment(struct slice word)
{
	size_t equals = slice_find_byte(word, '=');

	for (size_t i = 0; i < equals; i++)
		if (!ascii_alnum(word.data[i]) && word.data[i] != '_')
			return false;
	return equals > 0 && equals < word.len && !ascii_digit(word.data[0]);
}

/* The word behind the wrapper's options, their values, assignments and own operands. */
static size_t behind_wrapper(const struct shell_command *c, size_t at, int wrapper)
{
	unsigned operands = wrappers[wrapper].operands;

	for (at++; at < c->words.count; at++) {
		struct slice word = c->words.items[at].value;

		if (slice_is(word, "--"))
			return at + 1;
		if (word.len > 1 && word.data[0] == '-') {
			bool takes_value = word.len == 2 && word.data[1] &&
					   strchr(wrappers[wrapper].values, word.data[1]) != NULL;
			at += takes_value;
		} else if (is_assignment(word)) {
			continue;
		} else if (operands) {
			operands--;
		} else {
			return at;
		}
	}
	return c->words.count;
}

size_t shell_program_word(const struct shell_command *c)
{
	size_t at = 0;

	while (at < c->words.count) {
		int wrapper = wrapper_of(base_name(c->words.items[at].value));

		if (wrapper < 0)
			return at;
		size_t next = behind_wrapper(c, at, wrapper);
		if (next >= c->words.count)
			return at;
		at = next;
	}
	return at;
}

struct slice shell_program(const struct shell_command *c)
{
	size_t at = shell_program_word(c);

	if (at >= c->words.count || c->words.items[at].expands)
		return SLICE_EMPTY;
	return base_name(c->words.items[at].value);
}

static bool word_is_option(struct slice word, struct slice name)
{
	if (slice_starts(name, SLICE("--")) || name.len != 2)
		return slice_eq(word, name) ||
		       (slice_starts(word, name) && word.len > name.len && word.data[name.len] == '=');
	if (word.len < 2 || word.data[0] != '-' || word.data[1] == '-')
		return false;
	return memchr(word.data + 1, name.data[1], word.len - 1) != NULL;
}

const struct shell_word *shell_option(const struct shell_command *c, const char *name)
{
	struct slice wanted = slice_from_cstr(name);

	for (size_t i = shell_program_word(c) + 1; i < c->words.count; i++) {
		if (slice_is(c->words.items[i].value, "--"))
			return NULL;
		if (word_is_option(c->words.items[i].value, wanted))
			return &c->words.items[i];
	}
	return NULL;
}
