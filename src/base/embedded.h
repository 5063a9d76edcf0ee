/*
 * Files that are compiled into the program.  scripts/embed.py writes a table
 * of them; whoever uses one declares it:
 *
 *	extern const struct embedded_file baseline_files[];
 *	extern const size_t baseline_files_count;
 */
#ifndef BULWARK_BASE_EMBEDDED_H
#define BULWARK_BASE_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
	const char *name;          /* base name of the file, NUL-terminated */
	const unsigned char *data; /* static; not NUL-terminated */
	size_t len;                /* bytes; 0 for an empty file */
};

#endif
