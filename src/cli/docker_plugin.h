/*
 * The program as a plugin of Docker's command line: `docker bulwark ...` runs an
 * executable named docker-bulwark (docs/install.md says from which directories).
 *
 * Source: docker/cli, cli-plugins/metadata and cli-plugins/manager.  The client
 * asks once for the metadata; to run, it hands over its own whole command line,
 * so that its global options stand before the plugin's word.
 */
#ifndef BULWARK_CLI_DOCKER_PLUGIN_H
#define BULWARK_CLI_DOCKER_PLUGIN_H

#include <stdbool.h>

#include "base/error.h"

/* Whether the program was started by the plugin's name. */
bool docker_plugin_called(const char *program);

/* The JSON that the client asks for; NULL when argv asks for something else. */
const char *docker_plugin_metadata(int argc, char **argv);

/*
 * Rewrites argv in place into what `bulwark` itself would have been given: the
 * client's global options leave it for the environment variables that mean the
 * same (DOCKER_HOST, DOCKER_CONTEXT, DOCKER_CONFIG, DOCKER_TLS_VERIFY), and the
 * word "bulwark" is dropped.  ERR_USAGE for an option of the client that has no
 * such variable.
 */
bool docker_plugin_words(int *argc, char **argv, struct error *err);

#endif
