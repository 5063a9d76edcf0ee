/*
 * Where an image's documents and layers lie: the members of an outer tar, or
 * the files of an OCI layout's directory.  Runs in a confined worker.
 */
#ifndef BULWARK_IMAGE_MEMBER_H
#define BULWARK_IMAGE_MEMBER_H

#include "base/arena.h"
#include "base/map.h"
#include "format/stream.h"

struct member {
	uint64_t offset; /* of its bytes in the (uncompressed) tar; 0 in a directory */
	uint64_t size;
};

struct member_source {
	/* Normalised name; ERR_NOT_FOUND when there is none, links are followed. */
	bool (*find)(struct member_source *s, struct slice name, struct member *ret,
		     struct error *err);
	/* The whole member, at most LIMIT_MANIFEST bytes. */
	bool (*read)(struct member_source *s, struct slice name, struct arena *a, struct slice *ret,
		     struct error *err);
	bool remote; /* layers are where their descriptors say, and as large */
	bool blobs;  /* what is read next is a blob and no manifest, for sources that tell them apart */
};

/* An outer tar. */
struct member_tar {
	struct member_source source;
	int fd;		   /* of the archive */
	uint64_t size;	   /* of the archive */
	bool compressed;   /* as a whole */
	bool is_tar;	   /* else nothing more is known */
	bool root_markers; /* has what a root file system has */
	struct arena arena;
	struct map members; /* name -> struct tar_member */
	bool members_full;
	size_t documents; /* bytes of documents held (compressed archives) */
};

/*
 * Goes through the archive once; large members of an uncompressed one are
 * jumped over.  A file that is no tar is no error (is_tar false).  With an
 * error what stands before it is known.
 */
bool member_tar_open(struct member_tar *t, int fd, uint64_t size, struct error *err);
/* The same of bytes that come once: nothing is jumped over, documents are held. */
bool member_tar_stream(struct member_tar *t, struct stream *below, struct error *err);
void member_tar_release(struct member_tar *t);

/* An OCI layout's directory; the descriptor stays the caller's. */
struct member_directory {
	struct member_source source;
	int fd;
};
void member_directory_init(struct member_directory *d, int fd);
/* Opens a regular file beneath the directory. */
int member_directory_open(int fd, struct slice name, uint64_t *ret_size, struct error *err);

#endif
