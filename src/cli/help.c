#include "cli/help.h"

#include "base/text.h"

#define COLUMNS 80
#define SUMMARY "Docker security in one program: scans images for vulnerable packages."

static const struct {
	const char *code, *meaning;
} exit_rows[] = {
	{ "0", "nothing at or above the threshold" },
	{ "1", "findings at or above the threshold (--exit-code replaces it)" },
	{ "2", "wrong usage" },
	{ "3", "incomplete or failed; outranks 1" },
};

static const struct {
	const char *name, *meaning;
} environment_rows[] = {
	{ "BULWARK_DB", "the advisory index, when --db is not given" },
	{ "SOURCE_DATE_EPOCH", "the present time in seconds, when --now is not given" },
	{ "NO_COLOR", "when set, no colour" },
	{ "XDG_CACHE_HOME", "where the advisory index is kept by default" },
};

/* Words wrapped to the terminal's width, following lines indented. */
static void add_wrapped(struct buf *out, struct slice text, size_t indent, size_t column)
{
	struct slice word;
	bool first = true;

	while (slice_next(&text, ' ', &word)) {
		size_t width = text_width(word);

		if (slice_empty(word))
			continue;
		if (!first && column + 1 + width > COLUMNS) {
			buf_printf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (!first) {
			buf_add_byte(out, ' ');
			column++;
		}
		buf_add_slice(out, word);
		column += width;
		first = false;
	}
	buf_add_byte(out, '\n');
}

/* Left column and wrapped text at column 28 or on the next line. */
static void add_row(struct buf *out, struct slice left, struct slice text)
{
	const size_t indent = 28;

	buf_printf(out, "  %.*s", SLICE_ARG(left));
	size_t column = 2 + text_width(left);
	if (column + 2 > indent) {
		buf_add_byte(out, '\n');
		column = 0;
	}
	buf_printf(out, "%*s", (int)(indent - column), "");
	add_wrapped(out, text, indent, indent);
}

static void add_paragraphs(struct buf *out, const char *text)
{
	struct slice rest = slice_from_cstr(text), line;

	while (slice_next(&rest, '\n', &line)) {
		if (slice_empty(line))
			buf_add_byte(out, '\n');
		else
			add_wrapped(out, line, 0, 0);
	}
}

static void option_left(const struct option_row *row, struct buf *out)
{
	if (row->letter)
		buf_printf(out, "-%c, ", row->letter);
	buf_printf(out, "--%s", row->name);
	if (row->argument)
		buf_printf(out, " %s", row->argument);
}

static void option_text(const struct option_row *row, struct buf *out)
{
	buf_printf(out, "%s", row->help);
	for (const char *const *v = row->values; v && *v; v++)
		buf_printf(out, "%s%s", v == row->values ? ": " : ", ", *v);
	if (row->fallback)
		buf_printf(out, " (default: %s)", row->fallback);
}

typedef void row_writer(struct buf *out, struct slice left, struct slice text);

static void each_option(const struct command *command, struct buf *out, row_writer *write)
{
	struct buf left, text;

	buf_init(&left, 4096);
	buf_init(&text, 4096);
	for (const struct option_row *const *group = command->options; group && *group; group++) {
		for (const struct option_row *row = *group; row->name; row++) {
			buf_clear(&left);
			buf_clear(&text);
			option_left(row, &left);
			option_text(row, &text);
			write(out, buf_slice(&left), buf_slice(&text));
		}
	}
	write(out, SLICE("-h, --help"), SLICE("print this help"));
	buf_release(&left);
	buf_release(&text);
}

static void add_synopsis(const struct command *command, struct buf *out)
{
	buf_printf(out, "bulwark %s [OPTION]...", command->name);
	if (command->operands)
		buf_printf(out, " %s", command->operands);
}

/* --- text --- */

static void command_text(const struct command *command, struct buf *out)
{
	buf_add_lit(out, "Usage: ");
	add_synopsis(command, out);
	buf_add_lit(out, "\n\n");
	add_paragraphs(out, command->description);
	buf_add_lit(out, "\nOptions:\n");
	each_option(command, out, add_row);
	for (const char *const *e = command->examples; e && *e; e++)
		buf_printf(out, "%s  %s\n", e == command->examples ? "\nExamples:\n" : "", *e);
}

static void program_text(struct buf *out)
{
	buf_add_lit(out, "Usage: bulwark COMMAND [OPTION]... [ARGUMENT]...\n\n" SUMMARY "\n\nCommands:\n");
	for (size_t i = 0; commands[i]; i++)
		add_row(out, slice_from_cstr(commands[i]->name), slice_from_cstr(commands[i]->summary));
	buf_add_lit(out, "\nExit codes:\n");
	for (size_t i = 0; i < sizeof(exit_rows) / sizeof(exit_rows[0]); i++)
		add_row(out, slice_from_cstr(exit_rows[i].code), slice_from_cstr(exit_rows[i].meaning));
	buf_add_lit(out, "\n`bulwark COMMAND --help` tells a command's options.\n");
}

/* --- man(7) --- */

static void add_roff(struct buf *out, struct slice text)
{
	bool line_start = true;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (line_start && (c == '.' || c == '\''))
			buf_add_lit(out, "\\&");
		if (c == '\\')
			buf_add_lit(out, "\\e");
		else if (c == '-')
			buf_add_lit(out, "\\-");
		else
			buf_add_byte(out, c);
		line_start = c == '\n';
	}
}

static void man_row(struct buf *out, struct slice left, struct slice text)
{
	buf_add_lit(out, ".TP\n.B ");
	add_roff(out, left);
	buf_add_byte(out, '\n');
	add_roff(out, text);
	buf_add_lit(out, ".\n");
}

static void man_paragraphs(struct buf *out, const char *text)
{
	struct slice rest = slice_from_cstr(text), line;

	while (slice_next(&rest, '\n', &line)) {
		if (slice_empty(line))
			buf_add_lit(out, ".PP");
		else
			add_roff(out, line);
		buf_add_byte(out, '\n');
	}
}

static void man_head(struct buf *out, const char *name, const char *summary)
{
	buf_printf(out, ".TH BULWARK");
	for (const char *c = name; *c; c++)
		buf_add_byte(out, *c == ' ' ? '-' : ascii_lower(*c) ? (char)(*c - 32) : *c);
	buf_printf(out, " 1 \"\" \"bulwark %s\" \"User commands\"\n.SH NAME\nbulwark", BULWARK_VERSION);
	for (const char *c = name; *c; c++)
		buf_add_byte(out, *c == ' ' ? '-' : *c);
	buf_add_lit(out, " \\- ");
	add_roff(out, slice_from_cstr(summary));
	buf_add_lit(out, "\n.SH SYNOPSIS\n");
}

static void man_exit_codes(struct buf *out)
{
	buf_add_lit(out, ".SH EXIT STATUS\n");
	for (size_t i = 0; i < sizeof(exit_rows) / sizeof(exit_rows[0]); i++)
		man_row(out, slice_from_cstr(exit_rows[i].code), slice_from_cstr(exit_rows[i].meaning));
}

static void command_man(const struct command *command, struct buf *out)
{
	struct buf name;

	buf_init(&name, 256);
	buf_printf(&name, " %s", command->name);
	buf_add(&name, "", 1);
	man_head(out, name.data, command->summary);
	buf_release(&name);
	buf_printf(out, ".B bulwark %s\n[OPTION]...", command->name);
	buf_printf(out, "%s%s\n.SH DESCRIPTION\n", command->operands ? " " : "", command->operands ? command->operands : "");
	man_paragraphs(out, command->description);
	buf_add_lit(out, ".SH OPTIONS\n");
	each_option(command, out, man_row);
	for (const char *const *e = command->examples; e && *e; e++) {
		buf_add_slice(out, e == command->examples ? SLICE(".SH EXAMPLES\n.nf\n") : SLICE_EMPTY);
		add_roff(out, slice_from_cstr(*e));
		buf_add_byte(out, '\n');
	}
	if (command->examples && command->examples[0])
		buf_add_lit(out, ".fi\n");
	man_exit_codes(out);
	buf_add_lit(out, ".SH SEE ALSO\n.BR bulwark (1)\n");
}

static void program_man(struct buf *out)
{
	man_head(out, "", SUMMARY);
	buf_add_lit(out, ".B bulwark\nCOMMAND [OPTION]... [ARGUMENT]...\n.SH COMMANDS\n");
	for (size_t i = 0; commands[i]; i++)
		man_row(out, slice_from_cstr(commands[i]->name), slice_from_cstr(commands[i]->summary));
	man_exit_codes(out);
	buf_add_lit(out, ".SH ENVIRONMENT\n");
	for (size_t i = 0; i < sizeof(environment_rows) / sizeof(environment_rows[0]); i++)
		man_row(out, slice_from_cstr(environment_rows[i].name), slice_from_cstr(environment_rows[i].meaning));
}

/* --- Markdown --- */

static void markdown_row(struct buf *out, struct slice left, struct slice text)
{
	buf_printf(out, "| `%.*s` | ", SLICE_ARG(left));
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '|')
			buf_add_byte(out, '\\');
		buf_add_byte(out, text.data[i]);
	}
	buf_add_lit(out, " |\n");
}

static void command_markdown(const struct command *command, struct buf *out)
{
	buf_printf(out, "\n## bulwark %s\n\n%s.\n\n```\n", command->name, command->summary);
	add_synopsis(command, out);
	buf_printf(out, "\n```\n\n%s\n\n| option | meaning |\n|---|---|\n", command->description);
	each_option(command, out, markdown_row);
	for (const char *const *e = command->examples; e && *e; e++)
		buf_printf(out, "%s%s\n", e == command->examples ? "\n```sh\n" : "", *e);
	if (command->examples && command->examples[0])
		buf_add_lit(out, "```\n");
}

void help_reference(struct buf *out)
{
	buf_add_lit(out, "# Reference\n\nMade from the program's tables by `make reference`; a test fails when they differ.\n"
			 "\n| command | |\n|---|---|\n");
	for (size_t i = 0; commands[i]; i++)
		markdown_row(out, slice_from_cstr(commands[i]->name), slice_from_cstr(commands[i]->summary));
	buf_add_lit(out, "\n| exit code | meaning |\n|---|---|\n");
	for (size_t i = 0; i < sizeof(exit_rows) / sizeof(exit_rows[0]); i++)
		markdown_row(out, slice_from_cstr(exit_rows[i].code), slice_from_cstr(exit_rows[i].meaning));
	buf_add_lit(out, "\n| environment variable | meaning |\n|---|---|\n");
	for (size_t i = 0; i < sizeof(environment_rows) / sizeof(environment_rows[0]); i++)
		markdown_row(out, slice_from_cstr(environment_rows[i].name), slice_from_cstr(environment_rows[i].meaning));
	for (size_t i = 0; commands[i]; i++)
		command_markdown(commands[i], out);
}

void help_program(enum help_form form, struct buf *out)
{
	if (form == HELP_MAN)
		program_man(out);
	else
		program_text(out);
}

void help_command(enum help_form form, const struct command *command, struct buf *out)
{
	if (form == HELP_MAN)
		command_man(command, out);
	else if (form == HELP_REFERENCE)
		command_markdown(command, out);
	else
		command_text(command, out);
}
