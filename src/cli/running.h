/* The images of a Docker daemon's running containers, as targets. */
#ifndef BULWARK_CLI_RUNNING_H
#define BULWARK_CLI_RUNNING_H

#include "docker/engine.h"

struct running_image {
	struct slice target;	      /* "docker://nginx:1.25", by ID where the name has moved */
	struct slice_list containers; /* names */
	/* Of those containers' names for the image, the ones that mean another one now. */
	struct slice_list moved;
};
struct running_image_list VEC_OF(struct running_image);

/* One row for each image ID, in the order of the first container's name.  None is no error. */
bool running_images(struct run *run, struct running_image_list *ret, struct error *err);
/* Says in the run's gaps, as notes, which names have moved. */
void running_notes(struct run *run, const struct running_image *image);

#endif
