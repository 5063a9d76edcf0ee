/* Shell completions, from the same tables as the help. */
#include "cli/help.h"

/* Texts of ours hold no control characters; quotes are the one thing to escape. */
static void add_quoted(struct buf *out, const char *text, char quote)
{
	for (const char *c = text; *c; c++) {
		if (*c == quote && quote == '\'')
			buf_add_lit(out, "'\\''");
		else if (*c == '[' || *c == ']' || *c == ':')
			buf_printf(out, "\\%c", *c);
		else
			buf_add_byte(out, *c);
	}
}

static void bash(struct buf *out)
{
	buf_add_lit(out, "# bash completion for bulwark\n_bulwark()\n{\n"
			 "\tlocal current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
			 "\tlocal words=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\"\n\tcase \"$words\" in\n");
	/* Longer names first, so that "db update" wins over a command "db". */
	for (size_t length = 64; length > 0; length--) {
		for (size_t i = 0; commands[i]; i++) {
			if (strlen(commands[i]->name) != length)
				continue;
			buf_printf(out, "\t\"%s\"*)\n\t\tcase \"$previous\" in\n", commands[i]->name);
			for (const struct option_row *const *g = commands[i]->options; g && *g; g++) {
				for (const struct option_row *row = *g; row->name; row++) {
					if (!row->values)
						continue;
					buf_printf(out, "\t\t--%s) COMPREPLY=($(compgen -W \"", row->name);
					for (const char *const *v = row->values; *v; v++)
						buf_printf(out, "%s%s", v == row->values ? "" : " ", *v);
					buf_add_lit(out, "\" -- \"$current\")); return ;;\n");
				}
			}
			buf_add_lit(out, "\t\tesac\n\t\t[[ $current == -* ]] && COMPREPLY=($(compgen -W \"--help");
			for (const struct option_row *const *g = commands[i]->options; g && *g; g++)
				for (const struct option_row *row = *g; row->name; row++)
					buf_printf(out, " --%s", row->name);
			buf_add_lit(out, "\" -- \"$current\")) || COMPREPLY=($(compgen -f -- \"$current\")) ;;\n");
		}
	}
	buf_add_lit(out, "\t*) COMPREPLY=($(compgen -W \"--help --version");
	for (size_t i = 0; commands[i]; i++)
		buf_printf(out, " %s", commands[i]->name);
	buf_add_lit(out, "\" -- \"$current\")) ;;\n\tesac\n}\ncomplete -o filenames -F _bulwark bulwark\n");
}

static void zsh(struct buf *out)
{
	buf_add_lit(out, "#compdef bulwark\nlocal -a commands\ncommands=(\n");
	for (size_t i = 0; commands[i]; i++) {
		buf_printf(out, "\t'%s:", commands[i]->name);
		add_quoted(out, commands[i]->summary, '\'');
		buf_add_lit(out, "'\n");
	}
	buf_add_lit(out, ")\nif (( CURRENT == 2 )); then\n\t_describe command commands\n\treturn\nfi\n"
			 "case \"${words[2]} ${words[3]}\" in\n");
	for (size_t length = 64; length > 0; length--) {
		for (size_t i = 0; commands[i]; i++) {
			if (strlen(commands[i]->name) != length)
				continue;
			buf_printf(out, "\"%s\"*)\n\t_arguments '*:file:_files' '--help[print help]'", commands[i]->name);
			for (const struct option_row *const *g = commands[i]->options; g && *g; g++) {
				for (const struct option_row *row = *g; row->name; row++) {
					buf_printf(out, " \\\n\t\t'--%s[", row->name);
					add_quoted(out, row->help, '\'');
					buf_add_byte(out, ']');
					if (row->argument)
						buf_printf(out, ":%s:", row->argument);
					if (row->values)
						buf_add_byte(out, '(');
					for (const char *const *v = row->values; v && *v; v++)
						buf_printf(out, "%s%s", v == row->values ? "" : " ", *v);
					if (row->values)
						buf_add_byte(out, ')');
					else if (row->argument)
						buf_add_lit(out, "_files");
					buf_add_byte(out, '\'');
				}
			}
			buf_add_lit(out, "\n\t;;\n");
		}
	}
	buf_add_lit(out, "esac\n");
}

static void fish_option(const struct command *command, const struct option_row *row, struct buf *out)
{
	buf_printf(out, "complete -c bulwark -n '__fish_seen_subcommand_from %s' -l %s",
		   command->name, row->name);
	if (row->letter)
		buf_printf(out, " -s %c", row->letter);
	if (row->argument)
		buf_add_lit(out, " -r");
	if (row->values)
		buf_add_lit(out, " -f -a '");
	for (const char *const *v = row->values; v && *v; v++)
		buf_printf(out, "%s%s", v == row->values ? "" : " ", *v);
	if (row->values)
		buf_add_byte(out, '\'');
	buf_add_lit(out, " -d '");
	for (const char *c = row->help; *c; c++) {
		if (*c == '\'')
			buf_add_byte(out, '\\');
		buf_add_byte(out, *c);
	}
	buf_add_lit(out, "'\n");
}

static void fish(struct buf *out)
{
	for (size_t i = 0; commands[i]; i++) {
		struct slice first, rest;

		slice_split(slice_from_cstr(commands[i]->name), ' ', &first, &rest);
		buf_printf(out, "complete -c bulwark -n __fish_use_subcommand -a '%.*s'\n", SLICE_ARG(first));
		for (const struct option_row *const *g = commands[i]->options; g && *g; g++)
			for (const struct option_row *row = *g; row->name; row++)
				fish_option(commands[i], row, out);
	}
}

void help_completions(enum help_form form, struct buf *out)
{
	if (form == HELP_BASH)
		bash(out);
	else if (form == HELP_ZSH)
		zsh(out);
	else
		fish(out);
}
