/*
 * BuildKit's shell lexer (frontend/dockerfile/shell): variables, quotes and
 * escapes in the words of a Dockerfile.
 *
 * $x ${x} ${x:-w} ${x-w} ${x:+w} ${x+w} ${x:?w} ${x?w} ${x#p} ${x##p} ${x%p}
 * ${x%%p} ${x/p/r} ${x//p/r}
 */
#ifndef BULWARK_CONFIG_DOCKER_WORDS_H
#define BULWARK_CONFIG_DOCKER_WORDS_H

#include "base/buf.h"
#include "base/error.h"
#include "base/vec.h"

#define DOCKER_WORDS_NAMES 256

/* Says whether the variable is set, and to what. */
typedef bool docker_words_get(void *context, struct slice name, struct slice *ret);

struct docker_words_options {
	char escape;           /* '\\' or '`' */
	bool raw_quotes;       /* keep quotes */
	bool raw_escapes;      /* keep escape characters */
	bool skip_quotes;      /* quotes are ordinary characters */
	bool split;            /* fill in the words as well */
	bool keep_unset;       /* leave every reference to an unset variable as it is written */
	bool keep_plain_unset; /* only `$x` and `${x}`: `${x:-w}` still gives w */
	docker_words_get *get; /* NULL: nothing is set */
	void *context;
	/* Bytes and steps that may still be spent, counted down; NULL: LIMIT_EXPANSION. */
	size_t *budget;
};

/* A word and the bytes of the input that it came from. */
struct docker_word {
	struct slice text;
	size_t offset;
	size_t length;
};

struct docker_word_list VEC_OF(struct docker_word);

struct docker_words_result {
	struct slice text;             /* all of it, spaces kept */
	struct docker_word_list words; /* split at unquoted spaces, after substitution */
	/* Names looked up, each once; the first DOCKER_WORDS_NAMES of each kind. */
	struct slice_list matched;
	struct slice_list unmatched;
	bool kept;                     /* a reference was left as it is written */
};

/*
 * ERR_FORMAT: quotes or braces that do not end, an unknown modifier, `${x:?}`
 * of an unset variable.  ERR_LIMIT: nested too deep or grown too large.  The
 * result's names are filled in either way.
 */
bool docker_words(struct slice text, const struct docker_words_options *options, struct arena *a,
		  struct docker_words_result *ret, struct error *err);

/*
 * Checks lines of BuildKit's own tables against this lexer, for `debug
 * shell-words`:
 *   ENV name=value         sets a variable for the lines that follow
 *   A|word | result        one word; A everywhere, U on Unix, W on Windows
 *   text | word,word       split into words
 * "error" expects a refusal.  Prints what differs and "N agree, M differ".
 * Lines without a `|` are expanded and printed.  Returns how many differ.  As
 * in BuildKit's tables, lines that start with `#` are comments.
 */
size_t docker_words_check(struct slice text, struct arena *a, struct buf *out);

#endif
