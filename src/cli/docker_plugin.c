#include "cli/docker_plugin.h"

#include <stdlib.h>
#include <string.h>

#define PLUGIN_NAME "docker-bulwark"
#define PLUGIN_WORD "bulwark"

/* The client's global options (docker/cli, cli/flags/options.go). */
static const struct global_option {
	const char *name;
	const char *letter;
	const char *variable; /* what it becomes; NULL: without meaning here, dropped */
	const char *value;    /* of a flag */
	bool refused;
} global_options[] = {
	{ .name = "--config", .variable = "DOCKER_CONFIG" },
	{ .name = "--context", .letter = "-c", .variable = "DOCKER_CONTEXT" },
	{ .name = "--host", .letter = "-H", .variable = "DOCKER_HOST" },
	{ .name = "--log-level", .letter = "-l" },
	{ .name = "--debug", .letter = "-D", .value = "" },
	{ .name = "--tls", .value = "1", .refused = true },
	{ .name = "--tlsverify", .variable = "DOCKER_TLS_VERIFY", .value = "1" },
	{ .name = "--tlscacert", .refused = true },
	{ .name = "--tlscert", .refused = true },
	{ .name = "--tlskey", .refused = true },
};

bool docker_plugin_called(const char *program)
{
	const char *slash = program ? strrchr(program, '/') : NULL;

	return program && strcmp(slash ? slash + 1 : program, PLUGIN_NAME) == 0;
}

const char *docker_plugin_metadata(int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "docker-cli-plugin-metadata") != 0)
		return NULL;
	return "{\"SchemaVersion\":\"0.1.0\",\"Vendor\":\"bulwark\",\"Version\":\"" BULWARK_VERSION "\","
	       "\"ShortDescription\":\"Scan images, lint and harden what runs them\"}";
}

/* The option that the word is, and behind it the value where the word brings one. */
static const struct global_option *find_option(const char *word, const char **ret_value)
{
	for (size_t i = 0; i < sizeof(global_options) / sizeof(global_options[0]); i++) {
		const struct global_option *row = &global_options[i];
		size_t len = strlen(row->name);

		*ret_value = NULL;
		if (strcmp(word, row->name) == 0 || (row->letter && strcmp(word, row->letter) == 0))
			return row;
		if (strncmp(word, row->name, len) == 0 && word[len] == '=') {
			*ret_value = word + len + 1;
			return row;
		}
		if (row->letter && !row->value && strncmp(word, row->letter, 2) == 0) {
			*ret_value = word + 2 + (word[2] == '=');
			return row;
		}
	}
	return NULL;
}

/* Takes the option at argv[*at] and its value; *at goes behind them. */
static bool take_option(int argc, char **argv, int *at, struct error *err)
{
	const char *value;
	const struct global_option *row = find_option(argv[*at], &value);

	if (!row)
		return error_set(err, ERR_USAGE, "docker's option %s is not known here", argv[*at]);
	if (row->refused)
		return error_set(err, ERR_USAGE, "docker's option %s is not passed on: "
				 "use a context, or DOCKER_CERT_PATH", row->name);
	(*at)++;
	if (row->value) {
		/* A flag may be switched off: --debug=false. */
		if (value && (strcmp(value, "false") == 0 || strcmp(value, "0") == 0))
			return true;
		value = row->value;
	} else if (!value) {
		if (*at >= argc)
			return error_set(err, ERR_USAGE, "docker's option %s needs a value", row->name);
		value = argv[(*at)++];
	}
	if (row->variable && setenv(row->variable, value, 1) < 0)
		return error_set(err, ERR_INTERNAL, "%s could not be set", row->variable);
	return true;
}

bool docker_plugin_words(int *argc, char **argv, struct error *err)
{
	int at = 1, kept = 1;

	while (at < *argc && argv[at][0] == '-' && strcmp(argv[at], "--help") != 0 && strcmp(argv[at], "-h") != 0)
		if (!take_option(*argc, argv, &at, err))
			return false;
	/* `docker help bulwark scan` arrives as "help bulwark scan". */
	if (at < *argc && strcmp(argv[at], "help") == 0)
		argv[kept++] = argv[at++];
	if (at < *argc && strcmp(argv[at], PLUGIN_WORD) == 0)
		at++;
	while (at < *argc)
		argv[kept++] = argv[at++];
	argv[kept] = NULL;
	*argc = kept;
	return true;
}
