#include "row_test.h"

#include <stdio.h>

#include "../zip_maker.h"
#include "inventory/java_identity.h"

static const struct inventory_row *row(void)
{
	return &inventory_java_archive;
}

struct archive {
	struct zip_maker zip;
	struct arena arena;
	struct inventory_output out;
	struct error err;
	bool ok;
};

static void begin(struct archive *t)
{
	*t = (struct archive){ .err = ERROR_INIT };
	zip_maker_init(&t->zip);
	arena_init(&t->arena, 0);
}

static void add(struct archive *t, const char *name, struct slice data)
{
	zip_maker_add(&t->zip, &(struct zip_made){ .name = name, .data = data, .deflate = data.len > 8 });
}

static void add_properties(struct archive *t, const char *group, const char *artifact, const char *version)
{
	char name[200], text[400];

	snprintf(name, sizeof(name), "META-INF/maven/%s/%s/pom.properties", group, artifact);
	snprintf(text, sizeof(text), "#x\r\nversion=%s\r\ngroupId=%s\r\nartifactId = %s\r\n", version, group, artifact);
	add(t, name, slice_from_cstr(text));
}

static void read_in_pieces(struct archive *t, const char *path, size_t piece)
{
	struct slice bytes = buf_slice(&t->zip.b);
	const struct inventory_file file = { .path = slice_from_cstr(path), .size = bytes.len };

	t->out = (struct inventory_output){ .arena = &t->arena };
	t->err = (struct error)ERROR_INIT;
	struct inventory_sieve *s = row()->sieve_begin(&t->arena, &file);
	while (!slice_empty(bytes) && row()->sieve_feed(s, slice_first(bytes, piece)))
		bytes = slice_from(bytes, piece);
	t->ok = row()->sieve_finish(s, &t->out, &t->err);
	assert_false(t->out.want_whole);
}

static void read(struct archive *t, const char *path)
{
	if (t->zip.directory.len)
		zip_maker_end(&t->zip);
	read_in_pieces(t, path, 4096);
}

static void end(struct archive *t)
{
	zip_maker_release(&t->zip);
	arena_release(&t->arena);
}

/* "name version path flags" of all, sorted, a line each. */
static void expect(struct archive *t, const char *lines)
{
	struct buf b;

	buf_init(&b, MIB);
	vec_each(p, &t->out.packages)
		buf_printf(&b, "%.*s %.*s %.*s%s\n", SLICE_ARG(p->name), SLICE_ARG(p->version), SLICE_ARG(p->path),
			   p->flags & PACKAGE_GUESSED ? "?" : "");
	if (!slice_eq(buf_slice(&b), slice_from_cstr(lines)))
		fail_msg("\"%.*s\" %s %s", SLICE_ARG(buf_slice(&b)), t->err.message, t->out.partial.message);
	buf_release(&b);
}

static void expect_sound(struct archive *t, const char *lines)
{
	assert_true(t->ok);
	expect(t, lines);
	if (t->out.partial.code != ERR_NONE)
		fail_msg("%s", t->out.partial.message);
}

static const struct slice spring = SLICE_INIT("Manifest-Version: 1.0\r\nImplementation-Title: spring-core\r\n"
					      "Implementation-Version: 5.3.17\r\n\r\nName: x\r\nBundle-Version: 9\r\n");

static void test_properties(void **state)
{
	struct archive t;

	(void)state;
	begin(&t);
	add(&t, "META-INF/MANIFEST.MF", spring);
	add_properties(&t, "org.example", "app", "1.0");
	add_properties(&t, "org.example", "shaded", "2.0-beta");
	add_properties(&t, "org.example", "app", "1.0");
	read(&t, "lib/app-1.0.jar");
	expect_sound(&t, "org.example:app 1.0 \norg.example:shaded 2.0-beta \n");
	/* Spans lead to the entry. */
	const struct package *p = &t.out.packages.items[1];
	struct slice entry = slice_first(slice_from(buf_slice(&t.zip.b), p->offset), p->length);
	assert_true(slice_starts(entry, SLICE("PK\3\4")));
	assert_true(slice_starts(slice_from(entry, 30), SLICE("META-INF/maven/org.example/shaded/")));
	for (size_t piece = 1; piece < 100; piece = piece * 3 + 1) {
		read_in_pieces(&t, "lib/app-1.0.jar", piece);
		expect_sound(&t, "org.example:app 1.0 \norg.example:shaded 2.0-beta \n");
	}
	end(&t);
}

/* Folders that say the same as what is missing in the text; placeholders tell nothing. */
static void test_properties_that_lack(void **state)
{
	struct archive t;

	(void)state;
	begin(&t);
	add(&t, "META-INF/maven/g/a/pom.properties", SLICE("version=1\n"));
	add(&t, "WEB-INF/classes/META-INF/maven/g/b/pom.properties", SLICE("groupId=g\nartifactId=b\nversion:1\\:2\n"));
	add(&t, "META-INF/maven/g/c/pom.properties", SLICE("groupId=g\nartifactId=c\nversion=${project.version}\n"));
	add(&t, "META-INF/maven/g/d/pom.properties", SLICE("groupId=g\nartifactId=d\n"));
	add(&t, "pom.properties", SLICE("groupId=g\nartifactId=e\nversion=1\n"));
	add(&t, "META-INF/maven/g/f/pom.properties", SLICE("groupId=a b\nartifactId=f\nversion=1\n"));
	read(&t, "x.jar");
	expect_sound(&t, "g:a 1 \ng:b 1:2 \n");
	end(&t);
}

static void test_descriptor_alone(void **state)
{
	struct archive t;

	(void)state;
	begin(&t);
	add(&t, "META-INF/maven/g.h/a/pom.xml",
	    SLICE("<project><parent><groupId>g.h</groupId><version>7</version></parent>"
		  "<artifactId>a</artifactId><version>${v}.1</version><properties><v>3</v></properties></project>"));
	read(&t, "a.jar");
	expect_sound(&t, "g.h:a 3.1 \n");
	end(&t);
}

static void test_nested(void **state)
{
	struct archive outer, middle, inner;

	(void)state;
	for (int deflate = 0; deflate < 2; deflate++)
		for (int descriptor = 0; descriptor < 2; descriptor++) {
			begin(&outer);
			begin(&middle);
			begin(&inner);
			add_properties(&inner, "org.example", "x", "1");
			zip_maker_end(&inner.zip);
			struct zip_made e = { .name = "WEB-INF/lib/x-1.jar", .data = buf_slice(&inner.zip.b),
					      .deflate = deflate, .descriptor = descriptor };
			zip_maker_add(&middle.zip, &e);
			add_properties(&middle, "org.example", "web", "2");
			zip_maker_end(&middle.zip);
			e.name = "web.war";
			e.data = buf_slice(&middle.zip.b);
			zip_maker_add(&outer.zip, &e);
			/* The level is used again, and nothing of the last one is left. */
			e.name = "lib/y-1.jar";
			e.data = buf_slice(&inner.zip.b);
			zip_maker_add(&outer.zip, &e);
			read(&outer, "app.ear");
			for (size_t piece = 1; piece < 5000; piece = piece * 4 + 1) {
				expect_sound(&outer, "org.example:x 1 lib/y-1.jar\norg.example:web 2 web.war\n"
						     "org.example:x 1 web.war!/WEB-INF/lib/x-1.jar\n");
				read_in_pieces(&outer, "app.ear", piece);
			}
			end(&outer);
			end(&middle);
			end(&inner);
		}
}

static void nest(struct archive *t, unsigned levels)
{
	begin(t);
	add_properties(t, "g", "deepest", "1");
	zip_maker_end(&t->zip);
	while (--levels) {
		struct archive outer;

		begin(&outer);
		add(&outer, "in.jar", buf_slice(&t->zip.b));
		zip_maker_end(&outer.zip);
		end(t);
		*t = outer;
	}
}

static void test_depth(void **state)
{
	struct archive t;

	(void)state;
	nest(&t, LIMIT_ARCHIVE_DEPTH);
	read(&t, "x.jar");
	assert_true(t.ok);
	assert_int_equal(t.out.packages.count, 1);
	assert_int_equal(t.out.partial.code, ERR_NONE);
	end(&t);
	nest(&t, LIMIT_ARCHIVE_DEPTH + 1);
	read(&t, "x.jar");
	assert_true(t.ok);
	assert_int_equal(t.out.packages.count, 0);
	assert_int_equal(t.out.partial.code, ERR_LIMIT);
	end(&t);
}

/* One bad archive within keeps nothing else from being read, and is named. */
static void test_bad_archive_within(void **state)
{
	struct archive t;

	(void)state;
	begin(&t);
	add(&t, "lib/bad.jar", SLICE("these bytes are no archive at all"));
	add_properties(&t, "g", "a", "1");
	read(&t, "x.jar");
	assert_true(t.ok);
	expect(&t, "g:a 1 \n");
	assert_non_null(strstr(t.out.partial.message, "lib/bad.jar: no ZIP archive"));
	end(&t);
	begin(&t);
	add(&t, "x", SLICE("these bytes are no archive at all"));
	buf_clear(&t.zip.directory);
	read_in_pieces(&t, "x.jar", 10);
	assert_false(t.ok);
	end(&t);
	/* A placeholder without a byte. */
	begin(&t);
	read_in_pieces(&t, "x.jar", 10);
	expect_sound(&t, "");
	end(&t);
}

static void test_entries_that_cannot_be_read(void **state)
{
	static const struct {
		struct zip_made e;
		enum error_code code;
	} cases[] = {
		{ { .name = "lib/secret.jar", .flags = 1, .data = SLICE_INIT("22") }, ERR_UNSUPPORTED },
		{ { .name = "lib/lzma.jar", .method = 14, .data = SLICE_INIT("22") }, ERR_UNSUPPORTED },
		{ { .name = "META-INF/maven/g/b/pom.properties", .crc_wrong = 1, .data = SLICE_INIT("22") }, ERR_FORMAT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct archive t;

		begin(&t);
		zip_maker_add(&t.zip, &cases[i].e);
		add_properties(&t, "g", "a", "1");
		read(&t, "x.jar");
		assert_true(t.ok);
		expect(&t, "g:a 1 \n");
		assert_int_equal(t.out.partial.code, cases[i].code);
		if (!strstr(t.out.partial.message, cases[i].e.name))
			fail_msg("%s", t.out.partial.message);
		end(&t);
	}
}

/* A header that the directory does not know cannot add packages in silence, nor hide any. */
static void test_directory_that_lies(void **state)
{
	struct archive t;

	(void)state;
	begin(&t);
	add_properties(&t, "g", "a", "1");
	zip_maker_add(&t.zip, &(struct zip_made){ .name = "META-INF/maven/g/b/pom.properties", .hidden = true,
						  .data = SLICE("groupId=g\nartifactId=b\nversion=1\n") });
	read(&t, "x.jar");
	assert_true(t.ok);
	assert_int_equal(t.out.packages.count, 2);
	assert_non_null(strstr(t.out.partial.message, "does not name"));
	end(&t);
	begin(&t);
	add_properties(&t, "g", "a", "1");
	zip_maker_add(&t.zip, &(struct zip_made){ .name = "META-INF/maven/g/b/pom.properties", .phantom = true,
						  .data = SLICE("groupId=g\nartifactId=b\nversion=1\n") });
	read(&t, "x.jar");
	expect(&t, "g:a 1 \n");
	assert_non_null(strstr(t.out.partial.message, "does not stand in it"));
	end(&t);
}

static void test_guesses(void **state)
{
	static const struct {
		const char *path, *class, *manifest, *lines;
	} cases[] = {
		{ "spring-core-5.3.17.jar", "org/springframework/A.class", "Implementation-Title: spring-core\nImplementation-Version: 5.3.17\n",
		  "org.springframework:spring-core 5.3.17 ?\n" },
		/* The classes do not bear the name out. */
		{ "spring-core-5.3.17.jar", "org/mine/A.class", "", "spring-core 5.3.17 ?\n" },
		{ "x-1.2.jar", "com/y/A.class", "Implementation-Vendor-Id: com.y.z\n", "com.y.z:x 1.2 ?\n" },
		{ "x-1.2.jar", "org/other/A.class", "Implementation-Vendor-Id: com.y.z\n", "x 1.2 ?\n" },
		{ "server-7.1.jar", "org/elastic/A.class", "Implementation-Title: org.elastic#server;7.1\n", "org.elastic:server 7.1 ?\n" },
		{ "some-core-1.jar", "a/b/A.class", "Bundle-SymbolicName: a.b.some.core; singleton:=true\nBundle-Version: 1.0.0\n",
		  "a.b:some-core 1 ?\n" },
		{ "app.jar", "a/b/A.class", "Implementation-Title: my-app\nImplementation-Version: 3\nImplementation-Vendor-Id: a.b\n",
		  "a.b:my-app 3 ?\n" },
		/* Another archive's manifest, left by shading. */
		{ "y-3.3.1.jar", "a/b/A.class", "Implementation-Version: 1.1.1\nImplementation-Vendor-Id: a.b\n", "y 3.3.1 ?\n" },
		{ "y-3.3.1-exec.jar", "a/b/A.class", "Implementation-Vendor-Id: a.b\n", "a.b:y 3.3.1 ?\n" },
		{ "y-1.4.jar", "a/b/A.class", "Implementation-Version: 1.4 1855 April 22 2006\n", "y 1.4 ?\n" },
		/* No version at all: nothing is known. */
		{ "y.jar", "a/b/A.class", "Implementation-Vendor-Id: a.b\n", "" },
		{ "y.jar", "a/b/A.class", "Implementation-Version: ${version}\n", "" },
		{ "git.hpi", "hudson/plugins/A.class", "Short-Name: git\nPlugin-Version: 4.10.3\nGroup-Id: hudson.plugins\n",
		  "hudson.plugins:git 4.10.3 ?\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct archive t;

		begin(&t);
		add(&t, "META-INF/MANIFEST.MF", slice_from_cstr(cases[i].manifest));
		add(&t, cases[i].class, SLICE("\xca\xfe"));
		read(&t, cases[i].path);
		expect_sound(&t, cases[i].lines);
		vec_each(p, &t.out.packages)
			assert_true(!p->ecosystem == (slice_find_byte(p->name, ':') == p->name.len));
		end(&t);
	}
}

static void test_names(void **state)
{
	static const struct {
		const char *file, *likely, *artifact, *version;
	} cases[] = {
		{ "log4j-core-2.14.1.jar", "", "log4j-core", "2.14.1" },
		{ "log4j-1.2-api-2.14.1.jar", "", "log4j-1.2-api", "2.14.1" },
		{ "guava-30.1-jre.jar", "", "guava", "30.1-jre" },
		{ "foo-1.0-20200101.123456-1.jar", "", "foo", "1.0-20200101.123456-1" },
		{ "foo-1.0-SNAPSHOT.jar", "", "foo", "1.0-SNAPSHOT" },
		{ "jetty-server-9.4.43.v20210629.jar", "", "jetty-server", "9.4.43.v20210629" },
		{ "netty-epoll-4.1.74.Final-linux-x86_64.jar", "", "netty-epoll", "4.1.74.Final" },
		{ "x-1.0-odd-word.jar", "1.0-odd", "x", "1.0-odd" },
		{ "kafka_2.13-3.1.0.jar", "", "kafka_2.13", "3.1.0" },
		{ "app.jar", "", "app", "" },
		{ "app-.jar", "", "app-", "" },
		{ "-1.jar", "", "-1", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct java_coordinates c;

		java_name_split(slice_from_cstr(cases[i].file), slice_from_cstr(cases[i].likely), &c);
		if (!slice_eq(c.artifact, slice_from_cstr(cases[i].artifact)) ||
		    !slice_eq(c.version, slice_from_cstr(cases[i].version)))
			fail_msg("%s: %.*s %.*s", cases[i].file, SLICE_ARG(c.artifact), SLICE_ARG(c.version));
	}
}

static void test_manifest(void **state)
{
	struct java_manifest m;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	java_manifest_read(SLICE("\xef\xbb\xbfManifest-Version: 1.0\r\nbundle-symbolicname: org.exam\r\n ple.very\r\n .long;a:=b\r\n"
				 "Export-Package: x\r\n y: z\r\n Implementation-Title: no\r\nImplementation-Title: one\r\rImplementation-Version: 2\r"),
			   &a, &m);
	assert_true(slice_is(m.values[JAVA_BUNDLE_SYMBOLIC_NAME], "org.example.very.long"));
	assert_true(slice_is(m.values[JAVA_IMPLEMENTATION_TITLE], "one"));
	assert_true(slice_empty(m.values[JAVA_IMPLEMENTATION_VERSION]));
	arena_release(&a);
}

static void test_paths(void **state)
{
	static const char *const yes[] = { "a.jar", "x/b.WAR", "c.ear", "d.par", "e.hpi", "f.lpkg", NULL };
	static const char *const no[] = { "jar", "a.jar.txt", "a.zip", "a.jars", "x.jar/y", NULL };

	(void)state;
	row_expect_paths(row(), yes, no);
	assert_true(inventory_streams(row()));
}

/* Cut anywhere: what was read stays, and a gap is told. */
static void test_cuts(void **state)
{
	struct archive t, inner;

	(void)state;
	begin(&t);
	begin(&inner);
	add_properties(&inner, "g", "b", "1");
	zip_maker_end(&inner.zip);
	add_properties(&t, "g", "a", "1");
	add(&t, "b.jar", buf_slice(&inner.zip.b));
	zip_maker_end(&t.zip);
	for (size_t len = t.zip.b.len; len-- > 1;) {
		t.zip.b.len = len;
		read_in_pieces(&t, "a-1.jar", 50);
		assert_true(t.ok ? t.out.packages.count > 0 && t.out.partial.code != ERR_NONE : t.err.code != ERR_NONE);
	}
	end(&t);
	end(&inner);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_properties),
		cmocka_unit_test(test_properties_that_lack),
		cmocka_unit_test(test_descriptor_alone),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_bad_archive_within),
		cmocka_unit_test(test_entries_that_cannot_be_read),
		cmocka_unit_test(test_directory_that_lies),
		cmocka_unit_test(test_guesses),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_manifest),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
