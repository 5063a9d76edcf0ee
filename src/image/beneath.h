/* Opens that cannot leave a directory, whatever links lie in it. Source: openat2(2). */
#ifndef BULWARK_IMAGE_BENEATH_H
#define BULWARK_IMAGE_BENEATH_H

enum beneath_links {
	BENEATH_NO_LINKS, /* no link anywhere in the path; ELOOP */
	BENEATH_FOLLOW,	  /* links that stay beneath; EXDEV for others */
	BENEATH_ROOT,	  /* links as in a chroot: absolute ones and ".." start from and stop at the
			     directory */
};

/*
 * A descriptor (close on exec), or -1 with errno.  Where the kernel has no
 * openat2 a path is walked component by component without following links.
 */
int beneath_open(int dir, const char *path, int flags, enum beneath_links links);

#endif
