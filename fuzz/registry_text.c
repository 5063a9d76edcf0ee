/*
 * What a registry, config.json and a credential helper say.  The first byte
 * chooses the reader: reference, challenge, config.json, helper's answer,
 * index, manifest with statements, attestations.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "docker/attached.h"
#include "docker/base64.h"
#include "docker/challenge.h"
#include "docker/credentials.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

/* What was read is written so that it is read as the same. */
static void check_reference(struct slice text, struct arena *a)
{
	struct error err = ERROR_INIT;
	struct reference r, again;

	if (!reference_parse(text, a, &r, &err)) {
		must(err.code == ERR_USAGE || err.code == ERR_UNSUPPORTED, "a reference's error");
		return;
	}
	must(reference_parse(reference_format(&r, a), a, &again, &err), "a whole reference is one");
	must(slice_eq(r.registry, again.registry) && slice_eq(r.repository, again.repository) &&
		     slice_eq(r.tag, again.tag) && slice_eq(r.digest, again.digest),
	     "a whole reference names the same");
	must(reference_parse(reference_familiar(&r, a), a, &again, &err), "a short one is one");
	must(slice_eq(r.registry, again.registry) && slice_eq(r.repository, again.repository),
	     "a short reference names the same");
}

static void check_base64(struct slice text, struct arena *a)
{
	struct slice bytes, back;

	must(base64_decode(base64_encode(text, a), a, &back) && slice_eq(text, back),
	     "base 64 and back");
	if (base64_decode(text, a, &bytes))
		must(bytes.len <= text.len, "base 64 does not grow");
}

static void check_attached(uint8_t which, struct slice text, struct arena *a)
{
	struct registry_descriptor_list descriptors = { 0 };
	struct attached_list attached = { 0 };
	struct slice_list digests = { 0 };
	struct error err = ERROR_INIT;

	if (which == 0)
		attached_parse_index(text, a, &descriptors, &err);
	else if (which == 1)
		attached_parse_manifest(text, SLICE("sha256:x"), a, &attached, &err);
	else
		attached_parse_attestations(text, SLICE("sha256:x"), a, &digests, &err);
	must(descriptors.count <= ATTACHED_MAX && attached.count <= ATTACHED_MAX &&
		     digests.count <= ATTACHED_MAX,
	     "no more than the limit");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct challenge_list challenges = { 0 };
	struct credentials credentials;
	struct error err = ERROR_INIT;
	struct slice helper;
	struct arena a;

	if (size == 0)
		return 0;
	struct slice text = slice_new(data + 1, size - 1);
	arena_init(&a, GIB);
	switch (data[0]) {
	case 'r':
		check_reference(text, &a);
		break;
	case 'c':
		challenge_parse(text, &a, &challenges);
		break;
	case 'j':
		credentials_parse(text, SLICE("docker.io"), &a, &credentials, &helper, &err);
		credentials_parse(text, SLICE("h:5000"), &a, &credentials, &helper, &err);
		break;
	case 'h':
		credentials_parse_helper(text, &a, &credentials, &err);
		break;
	case 'b':
		check_base64(text, &a);
		break;
	case 'i':
	case 'm':
	case 'a':
		check_attached(data[0] == 'i' ? 0 : data[0] == 'm' ? 1 : 2, text, &a);
		break;
	default:
		break;
	}
	arena_release(&a);
	return 0;
}
