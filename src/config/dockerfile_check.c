/*
 * What BuildKit's second pass refuses (instructions/parse.go, bflag.go).  Of
 * one instruction it tells the first mistake; here all are told.
 */
#include "base/limits.h"
#include "config/dockerfile_internal.h"

enum flag_type { FLAG_END, FLAG_BOOL, FLAG_STRING, FLAG_STRINGS };

struct flag_row {
	const char *name;
	enum flag_type type;
};

static const struct flag_row add_flags[] = {
	{"chown", FLAG_STRING},	     {"chmod", FLAG_STRING},	{"link", FLAG_BOOL},
	{"keep-git-dir", FLAG_BOOL}, {"checksum", FLAG_STRING}, {"unpack", FLAG_BOOL},
	{"exclude", FLAG_STRINGS},   {NULL, FLAG_END},
};
static const struct flag_row copy_flags[] = {
	{"chown", FLAG_STRING}, {"from", FLAG_STRING},	   {"chmod", FLAG_STRING},
	{"link", FLAG_BOOL},	{"exclude", FLAG_STRINGS}, {"parents", FLAG_BOOL},
	{NULL, FLAG_END},
};
static const struct flag_row from_flags[] = {{"platform", FLAG_STRING}, {NULL, FLAG_END}};
static const struct flag_row run_flags[] = {
	{"mount", FLAG_STRINGS},  {"network", FLAG_STRING}, {"security", FLAG_STRING},
	{"device", FLAG_STRINGS}, {NULL, FLAG_END},
};
static const struct flag_row healthcheck_flags[] = {
	{"interval", FLAG_STRING},	 {"timeout", FLAG_STRING}, {"start-period", FLAG_STRING},
	{"start-interval", FLAG_STRING}, {"retries", FLAG_STRING}, {NULL, FLAG_END},
};
static const struct flag_row no_flags[] = {{NULL, FLAG_END}};

/* --- "did you mean" --- */

#define SUGGEST_LENGTH	 32
#define SUGGEST_DISTANCE 3 /* less than that */

/* Levenshtein's distance of two short names, without case. */
static size_t distance(struct slice a, struct slice b)
{
	size_t row[SUGGEST_LENGTH + 1];

	if (a.len > SUGGEST_LENGTH || b.len > SUGGEST_LENGTH)
		return SUGGEST_DISTANCE;
	for (size_t j = 0; j <= b.len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			bool same = ascii_tolower(a.data[i - 1]) == ascii_tolower(b.data[j - 1]);
			size_t best = diagonal + !same;

			diagonal = row[j];
			if (diagonal + 1 < best)
				best = diagonal + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[b.len];
}

struct suggestion {
	struct slice word, best;
	size_t distance;
};

static void consider(struct suggestion *s, struct slice candidate)
{
	size_t d = distance(s->word, candidate);

	if (d < s->distance) {
		s->distance = d;
		s->best = candidate;
	}
}

/* " (did you mean FROM?)", in the case of what was written, or nothing. */
static struct slice did_you_mean(struct dockerfile_reader *r, const struct suggestion *s)
{
	bool upper = true;

	/* Distance 0: the mistake is another one. */
	if (s->distance == 0 || slice_empty(s->best))
		return SLICE_EMPTY;
	for (size_t i = 0; i < s->word.len; i++)
		upper &= !ascii_lower(s->word.data[i]);
	char *best = arena_cstr(r->arena, s->best);
	for (size_t i = 0; i < s->best.len; i++)
		if (!upper)
			best[i] = ascii_tolower(best[i]);
	return arena_printf(r->arena, " (did you mean %s?)", best);
}

/* --- flags --- */

#define refuse(r, in, code, span, ...)                                                             \
	dockerfile_refuse(r, in, DOCKERFILE_INSTRUCTION_ERROR, code, span, __VA_ARGS__)

static void unknown_flag(struct dockerfile_reader *r, struct dockerfile_instruction *in,
			 const struct dockerfile_flag *flag, const struct flag_row *rows)
{
	struct suggestion s = {flag->name, SLICE_EMPTY, SUGGEST_DISTANCE};

	for (const struct flag_row *row = rows; row->name; row++)
		consider(&s, slice_from_cstr(row->name));
	refuse(r, in, DOCKERFILE_BAD_FLAG, flag->span, "unknown flag: --%.*s%.*s",
	       SLICE_ARG(dockerfile_shown(flag->name)), SLICE_ARG(did_you_mean(r, &s)));
}

static void check_flag(struct dockerfile_reader *r, struct dockerfile_instruction *in,
		       const struct dockerfile_flag *flag, const struct flag_row *row, bool again)
{
	struct slice name = flag->name, value = flag->value;

	if (again && row->type != FLAG_STRINGS) {
		refuse(r, in, DOCKERFILE_BAD_FLAG, flag->span, "duplicate flag specified: --%.*s",
		       SLICE_ARG(name));
	} else if (row->type != FLAG_BOOL) {
		if (!flag->has_value)
			refuse(r, in, DOCKERFILE_BAD_FLAG, flag->span,
			       "missing a value on flag: --%.*s", SLICE_ARG(name));
	} else if (flag->has_value && slice_empty(value)) {
		refuse(r, in, DOCKERFILE_BAD_FLAG, flag->span, "missing a value on flag: --%.*s",
		       SLICE_ARG(name));
	} else if (flag->has_value && !slice_eq_nocase(value, SLICE("true")) &&
		   !slice_eq_nocase(value, SLICE("false"))) {
		refuse(r, in, DOCKERFILE_BAD_FLAG, flag->span,
		       "expecting boolean value for flag --%.*s, not: %.*s", SLICE_ARG(name),
		       SLICE_ARG(dockerfile_shown(value)));
	}
}

static void check_flags(struct dockerfile_reader *r, struct dockerfile_instruction *in,
			const struct flag_row *rows)
{
	unsigned seen = 0;

	vec_each (flag, &in->flags) {
		size_t i = 0;

		while (rows[i].name && !slice_eq(flag->name, slice_from_cstr(rows[i].name)))
			i++;
		if (!rows[i].name) {
			unknown_flag(r, in, flag, rows);
			continue;
		}
		check_flag(r, in, flag, &rows[i], seen & 1u << i);
		seen |= 1u << i;
	}
}

/* --- arguments --- */

static void refuse_arguments(struct dockerfile_reader *r, struct dockerfile_instruction *in,
			     const char *what)
{
	struct span span = in->arguments.len ? in->arguments_span : in->name.span;

	refuse(r, in, DOCKERFILE_BAD_ARGUMENTS, span, "%.*s %s",
	       SLICE_ARG(dockerfile_keyword_name(in->keyword)), what);
}

static void check_pairs(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	if (in->pairs.count == 0)
		refuse_arguments(r, in, "requires at least one argument");
	vec_each (pair, &in->pairs)
		if (slice_empty(pair->key.text))
			refuse(r, in, DOCKERFILE_BAD_PAIR, pair->span,
			       "%.*s names can not be blank",
			       SLICE_ARG(dockerfile_keyword_name(in->keyword)));
}

static void check_one(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	if (in->words.count != 1)
		refuse_arguments(r, in, "requires exactly one argument");
}

static void check_some(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	if (in->words.count == 0)
		refuse_arguments(r, in, "requires at least one argument");
}

static void check_copy(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	struct dockerfile_heredoc h;

	if (in->words.count < 2) {
		refuse_arguments(r, in,
				 "requires at least two arguments, but only one was provided. "
				 "Destination could not be determined");
		return;
	}
	const struct dockerfile_word *last = &in->words.items[in->words.count - 1];
	if (dockerfile_heredoc_word(r, last->text, &h, NULL))
		refuse(r, in, DOCKERFILE_BAD_HEREDOC, last->span,
		       "%.*s cannot accept a heredoc as a destination",
		       SLICE_ARG(dockerfile_keyword_name(in->keyword)));
}

static bool stage_name_valid(struct slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = ascii_tolower(name.data[i]);

		if (!ascii_lower(c) &&
		    (i == 0 || (!ascii_digit(c) && c != '-' && c != '_' && c != '.')))
			return false;
	}
	return name.len > 0;
}

static void check_from(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	const struct dockerfile_word *words = in->words.items;

	if (in->words.count == 3 && slice_eq_nocase(words[1].text, SLICE("as"))) {
		if (!stage_name_valid(words[2].text))
			refuse(r, in, DOCKERFILE_BAD_STAGE_NAME, words[2].span,
			       "invalid name for build stage: \"%.*s\", name can't start with a "
			       "number or contain symbols",
			       SLICE_ARG(dockerfile_shown(words[2].text)));
	} else if (in->words.count != 1) {
		refuse_arguments(r, in, "requires either one or three arguments");
	}
}

static void check_volume(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	check_some(r, in);
	vec_each (word, &in->words)
		if (slice_empty(rune_trim(word->text)))
			refuse(r, in, DOCKERFILE_BAD_ARGUMENTS, word->span,
			       "VOLUME specified can not be an empty string");
}

static void check_shell(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	if (in->words.count == 0)
		refuse_arguments(r, in, "requires at least one argument");
	else if (in->form != DOCKERFILE_FORM_JSON)
		refuse_arguments(r, in, "requires the arguments to be in JSON form");
}

static void check_run(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	const struct dockerfile_flag *network = dockerfile_flag(in, SLICE("network"));
	const struct dockerfile_flag *security = dockerfile_flag(in, SLICE("security"));

	if (network && network->has_value && !slice_is(network->value, "default") &&
	    !slice_is(network->value, "none") && !slice_is(network->value, "host"))
		refuse(r, in, DOCKERFILE_BAD_FLAG, network->span, "invalid network mode \"%.*s\"",
		       SLICE_ARG(dockerfile_shown(network->value)));
	if (security && security->has_value && !slice_is(security->value, "insecure") &&
	    !slice_is(security->value, "sandbox"))
		refuse(r, in, DOCKERFILE_BAD_FLAG, security->span, "security \"%.*s\" is not valid",
		       SLICE_ARG(dockerfile_shown(security->value)));
}

static void check_onbuild(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	const struct dockerfile_instruction *child = in->child;

	if (!child) {
		if (in->form == DOCKERFILE_FORM_NONE)
			refuse_arguments(r, in, "requires at least one argument");
		return;
	}
	if (child->keyword == DOCKERFILE_ONBUILD)
		refuse(r, in, DOCKERFILE_BAD_ONBUILD, child->name.span,
		       "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
	else if (child->keyword == DOCKERFILE_FROM || child->keyword == DOCKERFILE_MAINTAINER)
		refuse(r, in, DOCKERFILE_BAD_ONBUILD, child->name.span,
		       "%.*s isn't allowed as an ONBUILD trigger",
		       SLICE_ARG(dockerfile_keyword_name(child->keyword)));
}

/* --- HEALTHCHECK --- */

static void check_duration(struct dockerfile_reader *r, struct dockerfile_instruction *in,
			   const struct dockerfile_flag *flag)
{
	int64_t nanoseconds;

	if (slice_empty(flag->value) || slice_is(flag->name, "retries"))
		return;
	if (!dockerfile_duration(flag->value, &nanoseconds))
		refuse(r, in, DOCKERFILE_BAD_FLAG, flag->value_span,
		       "time: invalid duration \"%.*s\"", SLICE_ARG(dockerfile_shown(flag->value)));
	else if (nanoseconds != 0 && nanoseconds < 1000000)
		refuse(r, in, DOCKERFILE_BAD_FLAG, flag->value_span,
		       "Interval \"%.*s\" cannot be less than 1ms", SLICE_ARG(flag->name));
}

static void check_retries(struct dockerfile_reader *r, struct dockerfile_instruction *in,
			  const struct dockerfile_flag *flag)
{
	struct slice digits = flag->value;
	bool negative = slice_cut_prefix(&digits, SLICE("-"));
	uint64_t value;

	if (!negative)
		slice_cut_prefix(&digits, SLICE("+"));
	if (slice_empty(flag->value))
		return;
	if (!slice_to_u64(digits, &value) || value > INT32_MAX)
		refuse(r, in, DOCKERFILE_BAD_FLAG, flag->value_span,
		       "--retries is not a number: \"%.*s\"",
		       SLICE_ARG(dockerfile_shown(flag->value)));
	else if (negative && value)
		refuse(r, in, DOCKERFILE_BAD_FLAG, flag->value_span,
		       "--retries cannot be negative (%.*s)", SLICE_ARG(flag->value));
}

static const char *upper(struct dockerfile_reader *r, struct slice s)
{
	char *copy = arena_cstr(r->arena, s);

	for (size_t i = 0; i < s.len; i++)
		if (ascii_lower(copy[i]))
			copy[i] = (char)(copy[i] - 32);
	return copy;
}

static bool empty_command(const struct dockerfile_instruction *in)
{
	return in->words.count < 2;
}

static void check_healthcheck(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	if (in->words.count == 0) {
		refuse_arguments(r, in, "requires at least one argument");
		return;
	}
	const struct dockerfile_word *type = &in->words.items[0];
	if (slice_eq_nocase(type->text, SLICE("none"))) {
		if (in->words.count > 1)
			refuse_arguments(r, in, "NONE takes no arguments");
		return;
	}
	check_flags(r, in, healthcheck_flags);
	if (!slice_eq_nocase(type->text, SLICE("cmd")))
		refuse(r, in, DOCKERFILE_BAD_ARGUMENTS, type->span,
		       "Unknown type \"%s\" in HEALTHCHECK (try CMD)",
		       upper(r, dockerfile_shown(type->text)));
	else if (empty_command(in))
		refuse(r, in, DOCKERFILE_BAD_ARGUMENTS, type->span,
		       "Missing command after HEALTHCHECK CMD");
	vec_each (flag, &in->flags) {
		if (slice_is(flag->name, "retries"))
			check_retries(r, in, flag);
		else
			check_duration(r, in, flag);
	}
}

bool dockerfile_duration(struct slice text, int64_t *ret)
{
	static const struct {
		const char *name;
		double scale;
	} units[] = {{"ns", 1},	  {"us", 1e3}, {"\xc2\xb5s", 1e3}, {"\xce\xbcs", 1e3},
		     {"ms", 1e6}, {"s", 1e9},  {"m", 60e9},	   {"h", 3600e9}};
	bool negative = slice_cut_prefix(&text, SLICE("-"));
	double total = 0;

	if (!negative)
		slice_cut_prefix(&text, SLICE("+"));
	*ret = 0;
	if (slice_is(text, "0"))
		return true;
	if (slice_empty(text))
		return false;
	while (text.len) {
		double value = 0, place = 1;
		size_t i = 0, digits = 0, unit = 0, end;

		for (bool point = false;
		     i < text.len && (ascii_digit(text.data[i]) || (text.data[i] == '.' && !point));
		     i++) {
			if (text.data[i] == '.') {
				point = true;
				continue;
			}
			digits++;
			place = point ? place / 10 : place;
			value = point ? value + place * (text.data[i] - '0')
				      : value * 10 + (text.data[i] - '0');
		}
		for (end = i;
		     end < text.len && text.data[end] != '.' && !ascii_digit(text.data[end]);)
			end++;
		struct slice name = slice_from(slice_first(text, end), i);
		while (unit < 8 && !slice_eq(name, slice_from_cstr(units[unit].name)))
			unit++;
		if (digits == 0 || unit == 8)
			return false;
		total += value * units[unit].scale;
		text = slice_from(text, end);
	}
	if (total > 9.2e18)
		return false;
	*ret = (int64_t)(negative ? -total : total);
	return true;
}

/* --- by keyword --- */

typedef void check_arguments(struct dockerfile_reader *r, struct dockerfile_instruction *in);

/* No flags: BuildKit does not look at them there. */
static const struct {
	const struct flag_row *flags;
	check_arguments *check;
} checks[DOCKERFILE_KEYWORDS] = {
	[DOCKERFILE_ADD] = {add_flags, check_copy},
	[DOCKERFILE_ARG] = {NULL, check_pairs},
	[DOCKERFILE_CMD] = {no_flags, NULL},
	[DOCKERFILE_COPY] = {copy_flags, check_copy},
	[DOCKERFILE_ENTRYPOINT] = {no_flags, NULL},
	[DOCKERFILE_ENV] = {no_flags, check_pairs},
	[DOCKERFILE_EXPOSE] = {no_flags, check_some},
	[DOCKERFILE_FROM] = {from_flags, check_from},
	[DOCKERFILE_HEALTHCHECK] = {NULL, check_healthcheck},
	[DOCKERFILE_LABEL] = {no_flags, check_pairs},
	[DOCKERFILE_MAINTAINER] = {no_flags, check_one},
	[DOCKERFILE_ONBUILD] = {no_flags, check_onbuild},
	[DOCKERFILE_RUN] = {run_flags, check_run},
	[DOCKERFILE_SHELL] = {no_flags, check_shell},
	[DOCKERFILE_STOPSIGNAL] = {NULL, check_one},
	[DOCKERFILE_USER] = {no_flags, check_one},
	[DOCKERFILE_VOLUME] = {no_flags, check_volume},
	[DOCKERFILE_WORKDIR] = {no_flags, check_one},
};

static void unknown_instruction(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	struct suggestion s = {in->name.text, SLICE_EMPTY, SUGGEST_DISTANCE};

	for (int k = DOCKERFILE_UNKNOWN + 1; k < DOCKERFILE_KEYWORDS; k++)
		consider(&s, dockerfile_keyword_name((enum dockerfile_keyword)k));
	refuse(r, in, DOCKERFILE_UNKNOWN_INSTRUCTION, in->name.span,
	       "unknown instruction: %.*s%.*s", SLICE_ARG(dockerfile_shown(in->name.text)),
	       SLICE_ARG(did_you_mean(r, &s)));
}

void dockerfile_check(struct dockerfile_reader *r, struct dockerfile_instruction *in)
{
	/* A child is judged when it is triggered, by the same rules. */
	for (; in; in = in->child) {
		if (in->keyword == DOCKERFILE_UNKNOWN)
			unknown_instruction(r, in);
		if (checks[in->keyword].flags)
			check_flags(r, in, checks[in->keyword].flags);
		if (checks[in->keyword].check && !in->broken)
			checks[in->keyword].check(r, in);
	}
}
