/* Image references: the grammar of Distribution and Docker's short names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "docker/reference.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct {
	const char *text;
	const char *registry, *repository, *tag, *digest; /* registry NULL: none */
	const char *familiar;
} rows[] = {
	{ "nginx", "docker.io", "library/nginx", "", "", "nginx:latest" },
	{ "nginx:1.25", "docker.io", "library/nginx", "1.25", "", "nginx:1.25" },
	{ "owner/name", "docker.io", "owner/name", "", "", "owner/name:latest" },
	{ "docker.io/nginx", "docker.io", "library/nginx", "", "", "nginx:latest" },
	{ "index.docker.io/nginx", "docker.io", "library/nginx", "", "", "nginx:latest" },
	{ "docker.io/library/nginx:a", "docker.io", "library/nginx", "a", "", "nginx:a" },
	{ "ghcr.io/x/y@sha256:" HEX, "ghcr.io", "x/y", "", "sha256:" HEX,
	  "ghcr.io/x/y@sha256:" HEX },
	{ "ghcr.io/x/y:t@sha256:" HEX, "ghcr.io", "x/y", "t", "sha256:" HEX,
	  "ghcr.io/x/y:t@sha256:" HEX },
	{ "localhost/a", "localhost", "a", "", "", "localhost/a:latest" },
	{ "localhost:5000/a", "localhost:5000", "a", "", "", "localhost:5000/a:latest" },
	{ "127.0.0.1:5000/a/b/c:T", "127.0.0.1:5000", "a/b/c", "T", "", "127.0.0.1:5000/a/b/c:T" },
	{ "[::1]:5000/a", "[::1]:5000", "a", "", "", "[::1]:5000/a:latest" },
	{ "[2001:db8::1]/a:1", "[2001:db8::1]", "a", "1", "", "[2001:db8::1]/a:1" },
	{ "Upper/a", "Upper", "a", "", "", "Upper/a:latest" },
	{ "a__b", "docker.io", "library/a__b", "", "", "a__b:latest" },
	{ "a---b.c_d", "docker.io", "library/a---b.c_d", "", "", "a---b.c_d:latest" },
	{ "docker.io/a.b/c", "docker.io", "a.b/c", "", "", "docker.io/a.b/c:latest" },
	{ "docker.io/localhost/c", "docker.io", "localhost/c", "", "", "docker.io/localhost/c:latest" },
	{ "library/a/b", "docker.io", "library/a/b", "", "", "library/a/b:latest" },
	{ "library/" HEX, "docker.io", "library/" HEX, "", "", "docker.io/library/" HEX ":latest" },
	/* 64 hex digits are an image's ID, 63 are a name. */
	{ HEX, NULL },
	{ "123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "docker.io",
	  "library/123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "", "",
	  "123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef:latest" },
	{ "", NULL },
	{ "Nginx", NULL },
	{ "a.b/Nginx", NULL },
	{ ":tag", NULL },
	{ "nginx:", NULL },
	{ "nginx:.x", NULL },
	{ "nginx:-x", NULL },
	{ "nginx@sha256:abc", NULL },
	{ "nginx@", NULL },
	{ "nginx@sha256:" HEX "0", NULL },
	{ "nginx@md5:0123456789abcdef0123456789abcdef", NULL },
	{ "a//b", NULL },
	{ "/a", NULL },
	{ "a/", NULL },
	{ "a..b", NULL },
	{ "a___b", NULL },
	{ "-a", NULL },
	{ "a-", NULL },
	{ "_a", NULL },
	{ "a b", NULL },
	{ "host:port/a", NULL },
	{ "host:99999/a", NULL },
	{ "ho_st.x/a", NULL },
	{ "[::1/a", NULL },
	{ "https://ghcr.io/a", NULL },
	{ "-h.x/a", NULL },
};

static void references_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = ERROR_INIT;
		struct reference r;
		struct arena a;

		arena_init(&a, 0);
		print_message("# %s\n", rows[i].text);
		bool ok = reference_parse(slice_from_cstr(rows[i].text), &a, &r, &err);
		assert_int_equal(ok, rows[i].registry != NULL);
		if (ok) {
			assert_true(slice_eq(r.registry, slice_from_cstr(rows[i].registry)));
			assert_true(slice_eq(r.repository, slice_from_cstr(rows[i].repository)));
			assert_true(slice_eq(r.tag, slice_from_cstr(rows[i].tag)));
			assert_true(slice_eq(r.digest, slice_from_cstr(rows[i].digest)));
			assert_true(slice_eq(reference_familiar(&r, &a),
					     slice_from_cstr(rows[i].familiar)));
		} else {
			assert_true(err.message[0]);
		}
		arena_release(&a);
	}
}

static void lengths_are_held(void **state)
{
	struct error err = ERROR_INIT;
	char text[400], tag[200];
	struct reference r;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	memset(text, 'a', sizeof(text));
	memcpy(text, "h.x/", 4);
	assert_true(reference_parse(slice_new(text, REFERENCE_NAME_MAX), &a, &r, &err));
	assert_false(reference_parse(slice_new(text, REFERENCE_NAME_MAX + 1), &a, &r, &err));
	memset(tag, 't', sizeof(tag));
	memcpy(tag, "a:", 2);
	assert_true(reference_parse(slice_new(tag, 2 + REFERENCE_TAG_MAX), &a, &r, &err));
	assert_false(reference_parse(slice_new(tag, 3 + REFERENCE_TAG_MAX), &a, &r, &err));
	arena_release(&a);
}

static void the_hub_is_served_elsewhere(void **state)
{
	struct error err = ERROR_INIT;
	struct reference r;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	assert_true(reference_parse(SLICE("nginx"), &a, &r, &err));
	assert_true(slice_is(reference_endpoint(&r), "registry-1.docker.io"));
	assert_true(slice_is(reference_wanted(&r), "latest"));
	assert_true(slice_is(reference_format(&r, &a), "docker.io/library/nginx"));
	assert_true(reference_parse(SLICE("q.io/n:1@sha256:" HEX), &a, &r, &err));
	assert_true(slice_is(reference_endpoint(&r), "q.io"));
	assert_true(slice_is(reference_wanted(&r), "sha256:" HEX));
	assert_true(slice_is(reference_familiar_name(&r, &a), "q.io/n"));
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(references_are_read),
		cmocka_unit_test(lengths_are_held),
		cmocka_unit_test(the_hub_is_served_elsewhere),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
