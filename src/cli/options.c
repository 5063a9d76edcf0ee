/* The option reader: GNU conventions (--name=value, --name value, -n value, -abc, --). */
#include "cli/command.h"

#include <stdio.h>
#include <stdlib.h>

struct parse {
	struct invocation *in;
	int argc;
	char **argv;
	int at;
};

static const struct option_row *find_option(const struct command *command, struct slice name, char letter)
{
	for (const struct option_row *const *group = command->options; group && *group; group++)
		for (const struct option_row *row = *group; row->name; row++)
			if (letter ? row->letter == letter : slice_eq(slice_from_cstr(row->name), name))
				return row;
	return NULL;
}

/* Levenshtein distance, capped: names are short. */
static size_t distance(struct slice a, struct slice b)
{
	size_t row[64];

	if (a.len >= sizeof(row) / sizeof(row[0]) || b.len >= sizeof(row) / sizeof(row[0]))
		return SIZE_MAX;
	for (size_t j = 0; j <= b.len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t above = row[j];
			size_t best = diagonal + (a.data[i - 1] != b.data[j - 1]);

			if (above + 1 < best)
				best = above + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = above;
			row[j] = best;
		}
	}
	return row[b.len];
}

static bool near(size_t d, size_t length)
{
	return d <= 2 && d < length;
}

static bool unknown_option(const struct parse *p, struct slice name, struct error *err)
{
	const char *best = NULL;
	size_t best_distance = SIZE_MAX;

	for (const struct option_row *const *group = p->in->command->options; group && *group; group++) {
		for (const struct option_row *row = *group; row->name; row++) {
			size_t d = distance(name, slice_from_cstr(row->name));

			if (d < best_distance) {
				best_distance = d;
				best = row->name;
			}
		}
	}
	if (best && near(best_distance, name.len))
		return error_set(err, ERR_USAGE, "unknown option --%.*s; did you mean --%s?", SLICE_ARG(name), best);
	return error_set(err, ERR_USAGE, "unknown option --%.*s", SLICE_ARG(name));
}

static bool check_value(const struct option_row *row, struct slice value, struct error *err)
{
	char list[512] = "";
	size_t used = 0;

	for (const char *const *v = row->values; v && *v; v++) {
		if (slice_eq(slice_from_cstr(*v), value))
			return true;
		int n = snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "", *v);
		if (n > 0 && (size_t)n < sizeof(list) - used)
			used += (size_t)n;
	}
	return error_set(err, ERR_USAGE, "--%s takes %s, not \"%.*s\"", row->name, list, SLICE_ARG(value));
}

static bool set_number(const struct option_row *row, void *field, struct slice value, struct error *err)
{
	struct slice digits = value;
	bool negative = slice_cut_prefix(&digits, SLICE("-"));
	uint64_t magnitude;

	if (slice_to_u64(digits, &magnitude) && magnitude <= INT64_MAX) {
		int64_t number = negative ? -(int64_t)magnitude : (int64_t)magnitude;

		if (number >= row->minimum && number <= row->maximum) {
			*(int64_t *)field = number;
			return true;
		}
	}
	return error_set(err, ERR_USAGE, "--%s takes a number from %lld to %lld, not \"%.*s\"", row->name,
			 (long long)row->minimum, (long long)row->maximum, SLICE_ARG(value));
}

static bool set_list(const struct option_row *row, struct slice_list *list, struct slice value,
		     struct arena *a, struct error *err)
{
	struct slice item;

	while (slice_next(&value, ',', &item)) {
		item = slice_trim(item);
		if (row->values && !check_value(row, item, err))
			return false;
		if (!slice_empty(item))
			*vec_add(a, list) = item;
	}
	return true;
}

static bool set_option(struct parse *p, const struct option_row *row, struct slice value, struct error *err)
{
	void *field = (char *)p->in->config + row->offset;

	if (row->values && row->kind != OPTION_LIST && row->kind != OPTION_CUSTOM && !check_value(row, value, err))
		return false;
	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)field = true;
		return true;
	case OPTION_TEXT:
		if (slice_empty(value))
			return error_set(err, ERR_USAGE, "--%s takes a value", row->name);
		*(struct slice *)field = value;
		return true;
	case OPTION_LIST:
		return set_list(row, field, value, p->in->arena, err);
	case OPTION_NUMBER:
		return set_number(row, field, value, err);
	case OPTION_CUSTOM:
		return row->set(p->in->config, value, p->in->arena, err);
	}
	return false;
}

static bool next_value(struct parse *p, const struct option_row *row, struct slice *ret, struct error *err)
{
	if (p->at >= p->argc)
		return error_set(err, ERR_USAGE, "--%s needs %s", row->name, row->argument);
	*ret = slice_from_cstr(p->argv[p->at++]);
	return true;
}

static bool parse_long(struct parse *p, struct slice text, struct error *err)
{
	struct slice name, value;
	bool has_value = slice_split(text, '=', &name, &value);
	const struct option_row *row = find_option(p->in->command, name, 0);

	if (!row)
		return unknown_option(p, name, err);
	if (row->kind == OPTION_FLAG) {
		if (has_value && !slice_is(value, "true"))
			return error_set(err, ERR_USAGE, "--%s takes no value", row->name);
	} else if (!has_value && !next_value(p, row, &value, err)) {
		return false;
	}
	return set_option(p, row, value, err);
}

static bool parse_letters(struct parse *p, struct slice letters, struct error *err)
{
	while (!slice_empty(letters)) {
		const struct option_row *row = find_option(p->in->command, SLICE_EMPTY, letters.data[0]);
		struct slice value = SLICE_EMPTY;

		if (!row)
			return error_set(err, ERR_USAGE, "unknown option -%c", letters.data[0]);
		letters = slice_from(letters, 1);
		if (row->kind != OPTION_FLAG) {
			value = letters;
			if (slice_empty(value) && !next_value(p, row, &value, err))
				return false;
			letters = SLICE_EMPTY;
		}
		if (!set_option(p, row, value, err))
			return false;
	}
	return true;
}

bool options_parse(struct invocation *in, int argc, char **argv, struct error *err)
{
	struct parse p = { in, argc, argv, 0 };
	const struct command *command = in->command;

	while (p.at < argc) {
		struct slice word = slice_from_cstr(argv[p.at++]);

		if (slice_is(word, "--")) {
			while (p.at < argc)
				*vec_add(in->arena, &in->arguments) = slice_from_cstr(argv[p.at++]);
			break;
		}
		bool is_option = word.len > 1 && word.data[0] == '-';
		if (!is_option)
			*vec_add(in->arena, &in->arguments) = word;
		else if (word.data[1] == '-' ? !parse_long(&p, slice_from(word, 2), err)
					     : !parse_letters(&p, slice_from(word, 1), err))
			return false;
	}
	if (in->arguments.count < command->operands_min)
		return error_set(err, ERR_USAGE, "%s needs %s", command->name, command->operands);
	if (in->arguments.count > command->operands_max)
		return error_set(err, ERR_USAGE, "%s: unexpected argument \"%.*s\"", command->name,
				 SLICE_ARG(in->arguments.items[command->operands_max]));
	return true;
}

const struct command *command_find(int argc, char **argv, int *ret_words)
{
	const struct command *best = NULL;

	*ret_words = 0;
	for (size_t i = 0; commands[i]; i++) {
		struct slice name = slice_from_cstr(commands[i]->name), word;
		int words = 0;
		bool match = true;

		while (match && slice_next(&name, ' ', &word)) {
			match = words < argc && slice_eq(slice_from_cstr(argv[words]), word);
			words++;
		}
		if (match && words > *ret_words) {
			best = commands[i];
			*ret_words = words;
		}
	}
	return best;
}

const char *command_nearest(const char *word)
{
	const char *best = NULL;
	size_t best_distance = SIZE_MAX;

	for (size_t i = 0; commands[i]; i++) {
		size_t d = distance(slice_from_cstr(word), slice_from_cstr(commands[i]->name));

		if (d < best_distance) {
			best_distance = d;
			best = commands[i]->name;
		}
	}
	return best && near(best_distance, strlen(word)) ? best : NULL;
}
