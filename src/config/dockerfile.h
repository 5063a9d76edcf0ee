/*
 * Dockerfiles, by BuildKit's grammar (frontend/dockerfile/parser and
 * instructions at v0.24, docs.docker.com/reference/dockerfile).
 *
 * The reader never gives up: what BuildKit refuses becomes a problem with a
 * span, and reading goes on behind it.  Nothing of the text is lost: every
 * instruction, word, flag, heredoc, comment and directive knows its byte range
 * in the source, so that a fix is an edit of that range.
 *
 * Continuation lines are joined into the *line* of an instruction, as BuildKit
 * does it; slices of words point into that line where nothing had to be
 * rewritten, and dockerfile_span() leads from any such slice back to the
 * source.
 *
 * Everything lives in the caller's arena and points into the text, which must
 * outlive it.
 */
#ifndef BULWARK_CONFIG_DOCKERFILE_H
#define BULWARK_CONFIG_DOCKERFILE_H

#include "base/buf.h"
#include "model/span.h"

enum dockerfile_keyword {
	DOCKERFILE_UNKNOWN, /* a word that is no instruction */
	DOCKERFILE_ADD,
	DOCKERFILE_ARG,
	DOCKERFILE_CMD,
	DOCKERFILE_COPY,
	DOCKERFILE_ENTRYPOINT,
	DOCKERFILE_ENV,
	DOCKERFILE_EXPOSE,
	DOCKERFILE_FROM,
	DOCKERFILE_HEALTHCHECK,
	DOCKERFILE_LABEL,
	DOCKERFILE_MAINTAINER,
	DOCKERFILE_ONBUILD,
	DOCKERFILE_RUN,
	DOCKERFILE_SHELL,
	DOCKERFILE_STOPSIGNAL,
	DOCKERFILE_USER,
	DOCKERFILE_VOLUME,
	DOCKERFILE_WORKDIR,
	DOCKERFILE_KEYWORDS, /* how many */
};

/* "ADD", "ARG"...; "" for DOCKERFILE_UNKNOWN. */
struct slice dockerfile_keyword_name(enum dockerfile_keyword k);
/* In any case of letters. */
enum dockerfile_keyword dockerfile_keyword_by_name(struct slice name);

/* A piece of an instruction. */
struct dockerfile_word {
	struct span span;   /* first to last byte in the source, quotes included */
	struct slice text;  /* as BuildKit's tree has it: quotes kept, continuations gone, JSON decoded */
	struct slice value; /* quotes and escapes removed, variables as written; shell forms: the text */
};

struct dockerfile_word_list VEC_OF(struct dockerfile_word);

/* ENV, LABEL, ARG: one `key=value`.  The `ENV key value` form is one pair with `legacy`. */
struct dockerfile_pair {
	struct span span; /* all of it */
	struct dockerfile_word key;
	struct dockerfile_word value; /* empty at the end of the key where has_value is false */
	bool has_value; /* false only for `ARG name` */
	bool legacy;    /* separated by a space */
};

struct dockerfile_pair_list VEC_OF(struct dockerfile_pair);

/* `--name=value` behind the instruction's name. */
struct dockerfile_flag {
	struct span span;
	struct slice text;  /* all of it, quotes and escapes removed: "--from=build" */
	struct slice name;  /* "from" */
	struct slice value; /* "build"; "" without `=` */
	struct span value_span;
	bool has_value;
};

struct dockerfile_flag_list VEC_OF(struct dockerfile_flag);

/* One field of `--mount=` or `--device=`: comma separated values, RFC 4180 quoting. */
struct dockerfile_field {
	struct span span;   /* the field, or the whole flag where quotes were removed */
	struct slice key;   /* lower case */
	struct slice value;
	bool has_value;
};

struct dockerfile_field_list VEC_OF(struct dockerfile_field);

/* `RUN --mount=`, with the defaults filled in.  Values may hold variables. */
struct dockerfile_mount {
	const struct dockerfile_flag *flag;
	struct dockerfile_field_list fields;
	struct slice type;    /* "bind" where not told; lower case */
	struct slice from, source, target, id, env, sharing, size, mode, uid, gid;
	bool read_only;       /* after defaults: bind, secret and ssh mounts are */
	bool required;
};

struct dockerfile_mount_list VEC_OF(struct dockerfile_mount);

struct dockerfile_heredoc {
	struct span word;     /* `<<EOF` in the instruction's line */
	struct slice name;    /* the terminator, without quotes */
	unsigned fd;          /* 0 where not told */
	bool chomp;           /* `<<-`: leading tabs are removed from each line */
	bool expand;          /* the name has no quotes: BuildKit (COPY, ADD) or the shell (RUN) expands */
	bool terminated;
	struct span span;     /* the lines of the content */
	struct slice content; /* verbatim: tabs and CRs still in it */
	struct span terminator;
	size_t first_line;    /* of the content, from 1 */
};

struct dockerfile_heredoc_list VEC_OF(struct dockerfile_heredoc);

/* A whole line that is a comment. */
struct dockerfile_comment {
	struct span span;  /* from `#` to the end of the line */
	struct slice text; /* behind `#`, trimmed */
	size_t line;       /* from 1 */
};

struct dockerfile_comment_list VEC_OF(struct dockerfile_comment);

/* `# syntax=`, `# escape=`, `# check=`: before everything else in the file. */
struct dockerfile_directive {
	struct span span;  /* from `#` to the end of the line */
	struct slice name; /* as written; compare without case */
	struct slice value;
	struct span value_span;
	size_t line;
};

struct dockerfile_directive_list VEC_OF(struct dockerfile_directive);

/* A part of a joined line and where it came from. */
struct dockerfile_piece {
	size_t offset; /* in the line */
	size_t length;
	size_t source; /* offset in the text */
};

/* The form of what follows the flags. */
enum dockerfile_form {
	DOCKERFILE_FORM_NONE,  /* nothing follows */
	DOCKERFILE_FORM_JSON,  /* the exec form; words are the array's strings */
	DOCKERFILE_FORM_SHELL, /* RUN, CMD, ENTRYPOINT, SHELL, HEALTHCHECK CMD: the command is one word */
	DOCKERFILE_FORM_WORDS, /* separated by white space */
	DOCKERFILE_FORM_PAIRS, /* ENV, LABEL, ARG */
	DOCKERFILE_FORM_TEXT,  /* USER, WORKDIR...: all of it is one word */
	DOCKERFILE_FORM_CHILD, /* ONBUILD */
};

struct dockerfile_binding;
struct dockerfile_stage_name;

struct dockerfile_instruction {
	enum dockerfile_keyword keyword;
	struct span span;           /* from its name to the end of its last line, heredocs included */
	struct dockerfile_word name; /* as written */
	struct slice line;          /* continuations joined, without the heredocs */
	struct dockerfile_piece *pieces;
	size_t piece_count;
	struct slice arguments;     /* of the line: what stands behind the flags, trimmed */
	struct span arguments_span;
	struct dockerfile_flag_list flags;
	struct dockerfile_mount_list mounts; /* RUN */
	enum dockerfile_form form;
	struct dockerfile_word_list words;   /* HEALTHCHECK: the first is CMD or NONE; not of ENV, LABEL */
	struct dockerfile_pair_list pairs;
	struct dockerfile_heredoc_list heredocs; /* an ONBUILD has those of its child as well */
	struct dockerfile_instruction *child;    /* ONBUILD */
	struct dockerfile_instruction *parent;   /* of such a child */
	size_t index;      /* in dockerfile.instructions; a child has its parent's */
	int stage;         /* in dockerfile.stages, -1: before the first FROM */
	size_t first_line, last_line; /* from 1, heredocs included */
	size_t line_end;   /* last line without the heredocs */
	bool empty_continuation; /* a blank line stands inside it */
	bool broken;       /* BuildKit refuses it: words may be missing */
	/* In dockerfile.comments: those before it that BuildKit gives to it, and those inside. */
	size_t comment_first, comment_count;
	size_t inner_first, inner_count;
	/* The variables in force before it; see dockerfile_variable(). */
	const struct dockerfile_binding *variables;
};

/* ARG and ENV as they are met; newest first. */
struct dockerfile_binding {
	const struct dockerfile_binding *older;
	const struct dockerfile_instruction *instruction; /* NULL: predefined by BuildKit */
	struct slice name;
	struct slice value; /* expanded; as far as known */
	bool env;           /* by ENV, else by ARG */
	bool known;         /* false: from --build-arg or the base image */
};

/* The parts of an image reference, distribution's grammar; absent ones are empty. */
struct dockerfile_reference {
	struct slice registry;   /* "ghcr.io", "localhost:5000"; "" for Docker Hub's short names */
	struct slice repository; /* "library/node" stays "node" as written */
	struct slice tag;
	struct slice digest;     /* "sha256:..." */
};

struct dockerfile_stage {
	size_t index;
	const struct dockerfile_instruction *from;
	size_t first, end;     /* instructions [first, end); first is FROM */
	struct slice name;     /* lower case; "" without AS */
	struct dockerfile_word name_word; /* as written */
	struct dockerfile_word base_word; /* as written */
	const struct dockerfile_flag *platform; /* or NULL */
	/*
	 * The base with global ARG defaults put in.  A variable that has no value
	 * stays as written (`$NAME`), and base_known is false.
	 */
	struct slice base;
	bool base_known;
	bool scratch;
	int parent;            /* the earlier stage that FROM names, -1: an image */
	struct dockerfile_reference reference; /* of an image */
	bool reachable;        /* the final stage is made of it */
	const struct dockerfile_binding *variables; /* at its end */
};

enum dockerfile_severity {
	DOCKERFILE_PARSE_ERROR,       /* BuildKit's parser stops here */
	DOCKERFILE_INSTRUCTION_ERROR, /* it parses, and the build refuses it before it starts */
	DOCKERFILE_WARNING,
};

enum dockerfile_problem_code {
	DOCKERFILE_EMPTY,               /* no instructions */
	DOCKERFILE_BAD_DIRECTIVE,       /* given twice, or a wrong escape character */
	DOCKERFILE_LONG_LINE,           /* above BuildKit's 65,535 bytes */
	DOCKERFILE_EMPTY_CONTINUATION,
	DOCKERFILE_UNKNOWN_INSTRUCTION,
	DOCKERFILE_BAD_PAIR,            /* ENV, LABEL: no `=`, no value, no name */
	DOCKERFILE_BAD_JSON,            /* an array that holds something else than strings */
	DOCKERFILE_BAD_HEREDOC,         /* unterminated, or where none may be */
	DOCKERFILE_BAD_FLAG,            /* unknown, twice, value missing or wrong */
	DOCKERFILE_BAD_MOUNT,           /* a field of --mount or --device */
	DOCKERFILE_BAD_ARGUMENTS,       /* too few, too many, of the wrong kind */
	DOCKERFILE_BAD_STAGE_NAME,
	DOCKERFILE_BAD_ONBUILD,
	DOCKERFILE_BAD_WORD,            /* quotes or ${...} that do not end */
	DOCKERFILE_NO_STAGE,            /* before the first FROM */
	DOCKERFILE_TOO_DEEP,            /* ONBUILD ONBUILD ... beyond our limit */
};

struct dockerfile_problem {
	enum dockerfile_severity severity;
	enum dockerfile_problem_code code;
	struct span span;
	struct slice message; /* BuildKit's words where it has some; may quote the input */
	size_t line;          /* where BuildKit points, from 1 */
	const struct dockerfile_instruction *instruction; /* or NULL */
};

struct dockerfile_problem_list VEC_OF(struct dockerfile_problem);
struct dockerfile_instruction_list VEC_OF(struct dockerfile_instruction *);
struct dockerfile_stage_list VEC_OF(struct dockerfile_stage);

struct dockerfile {
	struct slice text;
	uint32_t source;
	char escape;         /* '\\' or '`' */
	struct dockerfile_directive_list directives;
	struct dockerfile_comment_list comments; /* all, in order */
	struct dockerfile_instruction_list instructions;
	struct dockerfile_stage_list stages;
	struct dockerfile_problem_list problems; /* in the order of discovery */
	const struct dockerfile_binding *global_variables; /* ARGs before the first FROM */
	const struct dockerfile_stage_name *stage_names;   /* for dockerfile_stage_named() */
	size_t stage_name_count;
	/* What expansions may still make in all: each one takes from it, those of rules as well. */
	size_t *expansion_left;
};

/* Never fails: see problems.  `source` becomes that of every span. */
const struct dockerfile *dockerfile_parse(struct slice text, uint32_t source, struct arena *a)
	__attribute__((returns_nonnull));

/* BuildKit's parser refuses the file (the first such problem), or NULL. */
const struct dockerfile_problem *dockerfile_parse_error(const struct dockerfile *d);

/*
 * The tree in BuildKit's notation, an s-expression for each instruction and a
 * line end behind each: `(run ["--network=none"] "make")`.
 */
void dockerfile_dump(const struct dockerfile *d, struct buf *out);

/* --- for rules --- */

/*
 * The source of a slice of the instruction's line (of word.text, pair.value.text,
 * flag.value...: whatever points into it).  A slice that points elsewhere gives
 * the instruction's arguments.
 */
struct span dockerfile_span(const struct dockerfile_instruction *in, struct slice part);
/* The source of bytes [offset, offset + length) of the line. */
struct span dockerfile_line_span(const struct dockerfile_instruction *in, size_t offset,
				 size_t length);

/* The first directive of that name ("check"), or NULL. */
const struct dockerfile_directive *dockerfile_directive(const struct dockerfile *d,
							struct slice name);
/* The first flag of that name ("from"), or NULL. */
const struct dockerfile_flag *dockerfile_flag(const struct dockerfile_instruction *in,
					      struct slice name);
/* The stage, or NULL before the first FROM. */
const struct dockerfile_stage *dockerfile_stage_of(const struct dockerfile *d,
						   const struct dockerfile_instruction *in);
/* The last stage, or NULL. */
const struct dockerfile_stage *dockerfile_final_stage(const struct dockerfile *d);
/* The last instruction of that kind in the stage itself (not its parents), or NULL. */
const struct dockerfile_instruction *
dockerfile_last_in_stage(const struct dockerfile *d, const struct dockerfile_stage *s,
			 enum dockerfile_keyword k);
/*
 * The stage that COPY --from or a mount's from names, seen from `in`: by name
 * or number; -1: an image or another build context.
 */
int dockerfile_stage_named(const struct dockerfile *d, const struct dockerfile_instruction *in,
			   struct slice name);
/*
 * Variables by name, as they stand before `in` is carried out.  NULL: neither
 * ARG nor ENV gives it here; an ENV of the base image may.
 */
const struct dockerfile_binding *dockerfile_variable(const struct dockerfile_instruction *in,
						     struct slice name);
/*
 * A word with the variables in force put in.  False: quotes or substitutions
 * that do not end, `${x:?}`, or too much text in all; *ret is then the text.
 * *ret_known (may be NULL) is false when a variable has no known value; it
 * stays as written.  FROM sees the global ARGs.
 */
bool dockerfile_expand(const struct dockerfile *d, const struct dockerfile_instruction *in,
		       struct slice word, struct arena *a, struct slice *ret, bool *ret_known);
/*
 * Names that `word` refers to and that no ARG or ENV gives: added to *names in
 * the order of the text, each once.
 */
void dockerfile_unmatched(const struct dockerfile *d, const struct dockerfile_instruction *in,
			  struct slice word, struct arena *a, struct slice_list *names);
/* The heredoc's content as its reader sees it: without leading tabs where `chomp`. */
struct slice dockerfile_heredoc_text(const struct dockerfile_heredoc *h, struct arena *a);
/* `1m30s`, as Go's time.ParseDuration reads it, in nanoseconds. */
bool dockerfile_duration(struct slice text, int64_t *ret);
/* Cuts a reference; text that follows no grammar ends up in the repository. */
struct dockerfile_reference dockerfile_reference_parse(struct slice text);

#endif
