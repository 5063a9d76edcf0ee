/* What the pieces of the Dockerfile reader share. */
#ifndef BULWARK_CONFIG_DOCKERFILE_INTERNAL_H
#define BULWARK_CONFIG_DOCKERFILE_INTERNAL_H

#include "base/error.h"
#include "config/docker_runes.h"
#include "config/dockerfile.h"

struct dockerfile_reader {
	struct arena *arena;
	struct dockerfile *d;
	size_t at;            /* the next line's offset in the text */
	size_t line;          /* lines read */
	bool directives_done;
	bool shebang;
	unsigned seen;        /* directives, a bit each */
	size_t comment_first; /* of those that wait for their instruction */
	size_t budget;        /* of unquoting, see docker_words_options */
	bool refused;         /* a problem is a parse error */
};

/*
 * vec_add for lists that mostly hold one or two: a file may have a million
 * instructions, and room for eight words in each of them would count.
 */
#define dockerfile_add(arena_, v)                                                                  \
	({                                                                                         \
		__typeof__(v) list_ = (v);                                                         \
		if (list_->alloc == 0) {                                                           \
			list_->items = arena_array((arena_), 1, sizeof(*list_->items));            \
			list_->alloc = 1;                                                          \
		}                                                                                  \
		vec_add((arena_), list_);                                                          \
	})

/* What is quoted in a message: untrusted texts may be megabytes. */
static inline struct slice dockerfile_shown(struct slice s)
{
	return slice_first(s, 256);
}

/* The line is where BuildKit points. */
void dockerfile_problem(struct dockerfile_reader *r, enum dockerfile_severity severity,
			enum dockerfile_problem_code code, struct span span, size_t line,
			const struct dockerfile_instruction *in, const char *fmt, ...)
	__attribute__((format(printf, 7, 8)));
/* A problem of an instruction, at its first line; marks it broken when it is a parse error. */
#define dockerfile_refuse(r, in, severity, code, span, ...)                                        \
	do {                                                                                       \
		(in)->broken |= (severity) == DOCKERFILE_PARSE_ERROR;                              \
		dockerfile_problem((r), (severity), (code), (span), (in)->first_line, (in),        \
				   __VA_ARGS__);                                                   \
	} while (0)

/* The instruction that stands in in->line (dockerfile_instruction.c). */
void dockerfile_read_instruction(struct dockerfile_reader *r, struct dockerfile_instruction *in,
				 unsigned depth);
/* word.value from word.text: quotes and escapes removed (dockerfile_instruction.c). */
void dockerfile_unquote(struct dockerfile_reader *r, struct dockerfile_instruction *in,
			struct dockerfile_word *word);

enum dockerfile_json { DOCKERFILE_JSON_NONE, DOCKERFILE_JSON_STRINGS, DOCKERFILE_JSON_MIXED };

/* An array of strings; words are added for DOCKERFILE_JSON_STRINGS alone (dockerfile_json.c). */
enum dockerfile_json dockerfile_read_json(struct dockerfile_reader *r,
					  struct dockerfile_instruction *in, struct slice text);

/* `--mount=` and `--device=` (dockerfile_mount.c). */
void dockerfile_read_mounts(struct dockerfile_reader *r, struct dockerfile_instruction *in);

/* `<<EOF` as it stands in a word: its parts; false: none (dockerfile_heredoc.c). */
bool dockerfile_heredoc_word(struct dockerfile_reader *r, struct slice word,
			     struct dockerfile_heredoc *ret, struct error *err);
/* Reads the heredocs that the instruction's line announces (dockerfile_heredoc.c). */
void dockerfile_read_heredocs(struct dockerfile_reader *r, struct dockerfile_instruction *in);

/* The next line with its end; false at the end of the text (dockerfile.c). */
bool dockerfile_next_line(struct dockerfile_reader *r, struct slice *line);
/* Without any CR and LF at its end. */
struct slice dockerfile_trim_newline(struct slice line);

/* What BuildKit's second pass refuses: flags, counts of arguments (dockerfile_check.c). */
void dockerfile_check(struct dockerfile_reader *r, struct dockerfile_instruction *in);
/* Stages, their bases, variables (dockerfile_stage.c). */
void dockerfile_read_stages(struct dockerfile_reader *r);

static inline struct span dockerfile_source_span(const struct dockerfile *d, struct slice part)
{
	return (struct span){ d->source, (uint64_t)(part.data - d->text.data), part.len };
}

#endif
