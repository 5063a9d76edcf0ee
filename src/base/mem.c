#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * The one place below the command layer that ends the process: no caller
 * could go on without memory, and unwinding would need some.
 */
_Noreturn void mem_exhausted(void)
{
	static const char message[] = "bulwark: out of memory\n";
	ssize_t ignored = write(STDERR_FILENO, message, sizeof(message) - 1);

	(void)ignored;
	_exit(3);
}

void *mem_alloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		mem_exhausted();
	return p;
}

void *mem_alloc_zero(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (!p)
		mem_exhausted();
	return p;
}

void *mem_realloc(void *old, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		mem_exhausted();
	void *p = realloc(old, total ? total : 1);
	if (!p)
		mem_exhausted();
	return p;
}
