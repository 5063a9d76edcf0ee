#include "row_test.h"

#include "base/limits.h"

static const struct inventory_row *row(void)
{
	return &inventory_maven_pom;
}

struct tree {
	struct arena arena;
	struct inventory_output out;
};

static void begin(struct tree *t)
{
	arena_init(&t->arena, 0);
	t->out = (struct inventory_output){ .arena = &t->arena };
}

static void add(struct tree *t, const char *path, struct slice text)
{
	const struct inventory_input in = { slice_from_cstr(path), text.len, text };
	size_t before = t->out.packages.count;
	struct error err = ERROR_INIT;

	if (!row()->parse(&in, &t->out, &err))
		fail_msg("%s", err.message);
	for (; before < t->out.packages.count; before++)
		t->out.packages.items[before].path = in.path;
}

/* "path name version flags" of all, in order. */
static void expect(struct tree *t, const char *lines)
{
	struct buf b;

	buf_init(&b, MIB);
	maven_pom_settle(&t->out.packages, &t->arena);
	vec_each(p, &t->out.packages)
		buf_printf(&b, "%.*s %.*s %.*s %u\n", SLICE_ARG(p->path), SLICE_ARG(p->name), SLICE_ARG(p->version), p->flags);
	if (!slice_eq(buf_slice(&b), slice_from_cstr(lines)))
		fail_msg("\"%.*s\"", SLICE_ARG(buf_slice(&b)));
	buf_release(&b);
	arena_release(&t->arena);
}

#define DEP(g, a, rest) "<dependency><groupId>" g "</groupId><artifactId>" a "</artifactId>" rest "</dependency>"
#define V(v) "<version>" v "</version>"
#define MANAGED(list) "<dependencyManagement><dependencies>" list "</dependencies></dependencyManagement>"
#define ID(g, a, v) "<groupId>" g "</groupId><artifactId>" a "</artifactId><version>" v "</version>"

static void test_one_file(void **state)
{
	struct tree t;

	(void)state;
	begin(&t);
	add(&t, "pom.xml", SLICE("<?xml version='1.0'?><project xmlns='http://maven.apache.org/POM/4.0.0'>" ID("g", "p", "9")
		"<properties><v>1.${minor}</v><minor>2</minor><loop>${loop}</loop><a>art</a></properties>"
		MANAGED(DEP("m", "managed", V("${v}.3")) DEP("${project.groupId}", "own", V("${project.version}")))
		"<dependencies>"
		DEP("x", "plain", V("1.0"))
		DEP("x", "property", V("${v}"))
		DEP("m", "managed", "<scope>test</scope>")
		DEP("${project.groupId}", "own", "<optional>true</optional>")
		DEP("x", "${a}", V("[2.0]"))
		DEP("x", "range", V("[1.0, 2.0)"))
		DEP("x", "unknown", V("${nowhere}"))
		DEP("x", "loop", V("${loop}"))
		DEP("x", "untold", "")
		"</dependencies>"
		"<build><plugins><plugin><groupId>p</groupId><artifactId>q</artifactId><version>1</version>"
		"<dependencies>" DEP("x", "of-plugin", V("1")) "</dependencies></plugin></plugins></build>"
		"<profiles><profile><id>a</id><dependencies>" DEP("x", "profile", V("1")) "</dependencies></profile>"
		"<profile><activation><activeByDefault>true</activeByDefault></activation><dependencies>"
		DEP("x", "active", V("1")) "</dependencies></profile></profiles></project>"));
	expect(&t, "pom.xml x:plain 1.0 0\npom.xml x:property 1.2 0\npom.xml m:managed 1.2.3 1\npom.xml g:own 9 2\n"
		   "pom.xml x:art 2.0 0\npom.xml x:range [1.0,2.0) 64\npom.xml x:unknown  64\npom.xml x:loop  64\n"
		   "pom.xml x:untold  64\npom.xml x:profile 1 2\npom.xml x:active 1 0\n");
}

#define PARENT(path) "<parent>" ID("g", "parent", "1") path "</parent><artifactId>child</artifactId>"
#define ASKS "<dependencies>" DEP("x", "managed", "") DEP("x", "property", V("${v}")) DEP("${project.groupId}", "s", V("${project.version}")) "</dependencies>"
#define GIVES "<project>" ID("g", "parent", "1") "<properties><v>5</v></properties>" MANAGED(DEP("x", "managed", V("6.${v}"))) "</project>"

static void test_parents(void **state)
{
	static const struct {
		const char *child, *parent;
		struct slice text;
		bool found;
	} cases[] = {
		{ "m/pom.xml", "pom.xml", SLICE_INIT("<project>" PARENT("") ASKS "</project>"), true },
		{ "m/pom.xml", "base/pom.xml", SLICE_INIT("<project>" PARENT("<relativePath>../base</relativePath>") ASKS "</project>"), true },
		{ "m/pom.xml", "base/pom.xml", SLICE_INIT("<project>" PARENT("<relativePath>../base/pom.xml</relativePath>") ASKS "</project>"), true },
		/* Elsewhere in the tree, by its name. */
		{ "m/pom.xml", "far/away/pom.xml", SLICE_INIT("<project>" PARENT("") ASKS "</project>"), true },
		{ "m/pom.xml", "pom.xml", SLICE_INIT("<project>" PARENT("<relativePath/>") ASKS "</project>"), true },
		/* Not in the tree: another project lies where it might. */
		{ "m/pom.xml", "pom.xml", SLICE_INIT("<project><parent>" ID("g", "other", "1") "</parent><artifactId>c</artifactId>" ASKS "</project>"), false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int order = 0; order < 2; order++) {
			struct tree t;

			begin(&t);
			if (order)
				add(&t, cases[i].parent, SLICE(GIVES));
			add(&t, cases[i].child, cases[i].text);
			if (!order)
				add(&t, cases[i].parent, SLICE(GIVES));
			expect(&t, cases[i].found ? "m/pom.xml x:managed 6.5 0\nm/pom.xml x:property 5 0\nm/pom.xml g:s 1 0\n" :
				   "m/pom.xml x:managed  64\nm/pom.xml x:property  64\nm/pom.xml g:s 1 0\n");
		}
}

static void test_child_goes_before_parent(void **state)
{
	struct tree t;

	(void)state;
	begin(&t);
	add(&t, "pom.xml", SLICE(GIVES));
	add(&t, "m/pom.xml", SLICE("<project>" PARENT("") V("2") "<properties><v>7</v></properties>" ASKS "</project>"));
	expect(&t, "m/pom.xml x:managed 6.7 0\nm/pom.xml x:property 7 0\nm/pom.xml g:s 2 0\n");
}

static void test_imports(void **state)
{
	struct tree t;

	(void)state;
	begin(&t);
	add(&t, "bom/pom.xml", SLICE("<project>" ID("g", "bom", "1") "<properties><v>3</v></properties>"
				     MANAGED(DEP("x", "managed", V("${v}"))) "</project>"));
	add(&t, "m/pom.xml", SLICE("<project>" ID("g", "m", "1") "<properties><v>4</v></properties>"
				   MANAGED(DEP("g", "bom", V("1") "<type>pom</type><scope>import</scope>")
					   DEP("g", "none", V("1") "<type>pom</type><scope>import</scope>"))
				   "<dependencies>" DEP("x", "managed", "") DEP("x", "other", "") "</dependencies></project>"));
	expect(&t, "m/pom.xml x:managed 3 0\nm/pom.xml x:other  64\n");
}

/* Parents and imports in circles end. */
static void test_circles(void **state)
{
	struct tree t;

	(void)state;
	begin(&t);
	add(&t, "pom.xml", SLICE("<project><parent>" ID("g", "b", "1") "<relativePath>b</relativePath></parent><artifactId>a</artifactId>"
				 MANAGED(DEP("g", "a", "<scope>import</scope>") DEP("g", "b", "<scope>import</scope>"))
				 "<dependencies>" DEP("x", "y", "") DEP("x", "z", V("${v}")) "</dependencies></project>"));
	add(&t, "b/pom.xml", SLICE("<project><parent>" ID("g", "a", "1") "</parent><artifactId>b</artifactId>"
				   MANAGED(DEP("g", "a", "<scope>import</scope>") DEP("g", "b", "<scope>import</scope>")) "</project>"));
	expect(&t, "pom.xml x:y  64\npom.xml x:z  64\n");
}

static void test_refused(void **state)
{
	struct row_test t;

	(void)state;
	row_run(&t, row(), SLICE("<beans/>"));
	row_expect_error(&t, "no <project>");
	row_run(&t, row(), SLICE("not xml"));
	row_expect_error(&t, "line 1");
	row_run(&t, row(), SLICE("<project><dependencies>" DEP("a", "b", V("1")) "<dependency>"));
	assert_true(t.ok && t.out.partial.code == ERR_FORMAT);
	row_end(&t);
	row_run(&t, row(), SLICE("<project><dependencies><dependency><artifactId>x</artifactId></dependency></dependencies></project>"));
	row_expect_partial(&t, "line 1, column 24: a dependency without groupId");
	row_end(&t);
}

static void test_spans(void **state)
{
	static const char text[] = "<project><dependencies>\n" DEP("a", "b", V("1")) "\n</dependencies></project>";
	struct row_test t;

	(void)state;
	row_read(&t, row(), slice_from_cstr(text));
	row_expect_span(&t, "a:b", "1", SLICE(DEP("a", "b", V("1"))));
	row_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_file),
		cmocka_unit_test(test_parents),
		cmocka_unit_test(test_child_goes_before_parent),
		cmocka_unit_test(test_imports),
		cmocka_unit_test(test_circles),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_spans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
