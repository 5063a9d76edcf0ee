/*
 * Command lines that start a container: docker run, docker create, docker
 * container run|create, docker service create (and podman's and nerdctl's,
 * which take the same).  The flags are those of docker/cli 28
 * (cli/command/container/opts.go, cli/command/service/opts.go).
 */
#ifndef BULWARK_CONFIG_DOCKER_COMMAND_H
#define BULWARK_CONFIG_DOCKER_COMMAND_H

#include "config/shell.h"

enum docker_verb { DOCKER_RUN, DOCKER_CREATE, DOCKER_SERVICE_CREATE };

struct docker_option {
	struct slice name;  /* long form, without hyphens: "security-opt"; short ones are translated */
	struct slice value; /* "true" of a switch without one */
	struct span span;   /* of the value, its quotes included; of the flag for a switch */
	struct span whole;  /* flag and value */
	bool known;         /* the program has such a flag */
	bool expands;       /* the shell puts something in */
};
struct docker_option_list VEC_OF(struct docker_option);

struct docker_command {
	const struct shell_command *shell;
	enum docker_verb verb;
	struct span verb_span;  /* flags may be put behind it */
	struct docker_option_list options;
	const struct shell_word *image; /* NULL: none */
	size_t first_argument;  /* of shell->words, behind the image */
};

/* False: the command starts no container. */
bool docker_command_read(const struct shell_command *c, struct arena *a, struct docker_command *ret);

#endif
