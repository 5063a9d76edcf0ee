/* Ubuntu Pro's status and Red Hat's content manifests. */
#include "row_test.h"

static void expect(const struct inventory_row *row, const char *text, const char *facts)
{
	struct row_test t;

	row_read(&t, row, slice_from_cstr(text));
	assert_int_equal(t.out.packages.count, 0);
	assert_int_equal(t.out.os.id.len, 0);
	assert_true(slice_eq(t.out.os.facts, slice_from_cstr(facts)));
	row_end(&t);
}

static void test_pro(void **state)
{
	(void)state;
	expect(&inventory_ubuntu_pro,
	       "{\"attached\":true,\"services\":[{\"name\":\"esm-infra\",\"status\":\"enabled\"},"
	       "{\"name\":\"esm-apps\",\"status\":\"disabled\"},{\"name\":\"fips\",\"status\":\"enabled\"},"
	       "{\"name\":\"a b\",\"status\":\"enabled\"},{\"status\":\"enabled\"}]}",
	       "ubuntu-pro:esm-infra\nubuntu-pro:fips\n");
	/* Detached, what was enabled before does not count. */
	expect(&inventory_ubuntu_pro,
	       "{\"attached\":false,\"services\":[{\"name\":\"esm-infra\",\"status\":\"enabled\"}]}", "");
	expect(&inventory_ubuntu_pro, "[]", "");
}

static void test_content_sets(void **state)
{
	(void)state;
	expect(&inventory_content_sets,
	       "{\"content_sets\":[\"rhel-8-for-x86_64-baseos-rpms\",3,\"rhel-8-for-x86_64-appstream-rpms\"],"
	       "\"image_contents\":[]}",
	       "content-set:rhel-8-for-x86_64-baseos-rpms\ncontent-set:3\n"
	       "content-set:rhel-8-for-x86_64-appstream-rpms\n");
	expect(&inventory_content_sets, "{}", "");
}

static void test_broken(void **state)
{
	struct row_test t;

	(void)state;
	row_run(&t, &inventory_ubuntu_pro, SLICE("{\"attached\":tr"));
	assert_false(t.ok);
	row_end(&t);
	row_run(&t, &inventory_content_sets, SLICE("broken"));
	assert_false(t.ok);
	row_end(&t);
}

static void test_bounded(void **state)
{
	struct row_test t;
	struct buf b;

	(void)state;
	buf_init(&b, 8 << 20);
	buf_printf(&b, "{\"content_sets\":[\"0\"");
	for (int i = 1; i < 200000; i++)
		buf_printf(&b, ",\"%d\"", i);
	buf_printf(&b, "]}");
	row_read(&t, &inventory_content_sets, buf_slice(&b));
	assert_true(t.out.os.facts.len > 1000 && t.out.os.facts.len < 32768);
	row_end(&t);
	buf_release(&b);
}

static void test_paths(void **state)
{
	(void)state;
	assert_ptr_equal(inventory_match_path(INVENTORY_IMAGE, SLICE("var/lib/ubuntu-advantage/status.json")),
			 &inventory_ubuntu_pro);
	assert_ptr_equal(inventory_match_path(INVENTORY_IMAGE, SLICE("root/buildinfo/content_manifests/a.json")),
			 &inventory_content_sets);
	assert_ptr_not_equal(inventory_match_path(INVENTORY_IMAGE, SLICE("root/buildinfo/content_manifests/a/b.json")),
			     &inventory_content_sets);
	assert_ptr_not_equal(inventory_match_path(INVENTORY_DIRECTORY, SLICE("var/lib/ubuntu-advantage/status.json")),
			     &inventory_ubuntu_pro);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pro),	cmocka_unit_test(test_content_sets),
		cmocka_unit_test(test_broken),	cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
