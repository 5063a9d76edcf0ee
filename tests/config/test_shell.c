#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "config/shell.h"

/* "a b | c; d" as "a,b |c ;d": words joined by commas, each command behind what joins it. */
static const char *outline(const struct shell_script *s, struct arena *a)
{
	static const char *const joins[] = { "", ";", "&&", "||", "|", "&" };
	struct buf b;

	buf_init(&b, 1 << 20);
	vec_each(c, &s->commands) {
		if (b.len)
			buf_add_byte(&b, ' ');
		buf_printf(&b, "%s", joins[c->join]);
		for (unsigned i = 0; i < c->substitution; i++)
			buf_add_byte(&b, '$');
		vec_each(x, &c->assignments)
			buf_printf(&b, "%.*s=%.*s,", SLICE_ARG(x->name), SLICE_ARG(x->value.value));
		vec_each(w, &c->words)
			buf_printf(&b, "%s%.*s", w == c->words.items ? "" : ",", SLICE_ARG(w->value));
		vec_each(r, &c->redirections)
			buf_printf(&b, "%.*s%.*s", SLICE_ARG(r->op), SLICE_ARG(r->target.value));
	}
	const char *text = arena_cstr(a, buf_slice(&b));
	buf_release(&b);
	return text;
}

static void expect(const char *script, const char *wanted, size_t problems)
{
	struct arena a;
	struct shell_script s;

	arena_init(&a, 0);
	shell_parse(slice_from_cstr(script), 1, 0, NULL, &a, &s);
	assert_string_equal(outline(&s, &a), wanted);
	assert_int_equal(s.problems.count, problems);
	arena_release(&a);
}

static void test_simple(void **state)
{
	(void)state;
	expect("", "", 0);
	expect("echo hi", "echo,hi", 0);
	expect("a && b || c | d; e & f\ng", "a &&b ||c |d ;e &f ;g", 0);
	expect("echo 'a b'\"c $d\"e\\ f", "echo,a bc $de f", 0);
	expect("FOO=1 BAR='x y' make -j", "FOO=1,BAR=x y,make,-j", 0);
	expect("# only a comment\necho a#b # c", "echo,a#b", 0);
	expect("a \\\n  b", "a,b", 0);
	expect("a >out 2>&1 </dev/null", "a>out2>&1</dev/null", 0);
	expect("a &&\n\n b", "a &&b", 0);
}

static void test_compound(void **state)
{
	(void)state;
	expect("if a; then b; elif c; then d; else e; fi; f", "a b c d e ;f", 0);
	expect("for x in 1 2; do echo $x; done | sort", "echo,$x |sort", 0);
	expect("while read l; do a; done < f", "read,l a", 0);
	expect("case $x in a|b) c;; *) d;; esac; e", "c d ;e", 0);
	expect("(a; b) && { c; d; }", "a ;b c ;d", 0);
	expect("f() { a; }; f", "a ;f", 0);
	expect("function g { a; }\ng", "a ;g", 0);
	expect("[[ -f x && y == z ]] && b", "[[,-f,x,y,==,z &&b", 0);
	expect("((i++)); b", ";b", 0);
	expect("! a | b", "a |b", 0);
}

static void test_substitutions(void **state)
{
	(void)state;
	expect("echo $(a | b) c", "echo,$(a | b),c $a |$b", 0);
	expect("echo \"`uname -s`-$(uname -m)\"", "echo,`uname -s`-$(uname -m) $uname,-s $uname,-m", 0);
	expect("x=$(a)", "x=$(a), $a", 0);
	expect("echo $((1 + (2))) ${a:-b}", "echo,$((1 + (2))),${a:-b}", 0);
	expect("bash <(curl -s u)", "bash,<(curl -s u) $curl,-s,u", 0);
}

static void test_here_documents(void **state)
{
	struct arena a;
	struct shell_script s;

	(void)state;
	expect("cat <<EOF > f\nnot a command\nEOF\nnext", "cat<<EOF>f ;next", 0);
	expect("cat <<-'E F'; b\n\tx\n\tE F\nc", "cat<<-E F ;b ;c", 0);
	arena_init(&a, 0);
	shell_parse(SLICE("cat <<E\nbody\nE\n"), 7, 100, NULL, &a, &s);
	assert_int_equal(s.commands.items[0].redirections.items[0].body.offset, 108);
	assert_int_equal(s.commands.items[0].redirections.items[0].body.length, 5);
	arena_release(&a);
}

static void test_broken(void **state)
{
	(void)state;
	expect("echo 'a", "echo,a", 1);
	expect("echo $(a", "echo,$(a $a", 1);
	expect("(a", "a", 1);
	expect("a ) b", "a ;b", 1);
	expect("`", "`", 1);
}

static void test_dockerfile(void **state)
{
	const struct shell_options options = { .dockerfile = true };
	struct arena a;
	struct shell_script s;

	(void)state;
	arena_init(&a, 0);
	shell_parse(SLICE("apt-get install -y \\  \n  # why\n\n  curl \\\n && b"), 1, 0, &options, &a, &s);
	assert_string_equal(outline(&s, &a), "apt-get,install,-y,curl &&b");
	const struct shell_word *w = &s.commands.items[0].words.items[3];
	assert_int_equal(w->span.offset, 34);
	assert_int_equal(w->span.length, 4);
	arena_release(&a);
}

static void test_flags(void **state)
{
	struct arena a;
	struct shell_script s;

	(void)state;
	arena_init(&a, 0);
	shell_parse(SLICE("a | b && if c; then for i in 1; do d; done; fi; f() { g; }; h $(i)"), 1, 0, NULL, &a, &s);
	assert_int_equal(s.commands.count, 7);
	assert_true(s.commands.items[0].piped);
	assert_false(s.commands.items[1].piped);
	assert_int_equal(s.commands.items[0].pipeline, s.commands.items[1].pipeline);
	assert_true(s.commands.items[2].condition);
	assert_false(s.commands.items[3].condition);
	assert_true(s.commands.items[3].loop);
	assert_true(slice_is(s.commands.items[4].function, "f"));
	assert_int_equal(s.commands.items[6].substitution, 1);
	assert_int_equal(s.commands.items[6].parent, 5);
	assert_int_equal(s.commands.items[5].depth, 0);
	arena_release(&a);
}

static void test_query(void **state)
{
	struct arena a;
	struct shell_script s;

	(void)state;
	arena_init(&a, 0);
	shell_parse(SLICE("sudo -u root env A=b /usr/bin/apt-get -qy install --option=x curl"), 1, 0, NULL, &a, &s);
	const struct shell_command *c = &s.commands.items[0];
	assert_true(slice_is(shell_program(c), "apt-get"));
	assert_non_null(shell_option(c, "-y"));
	assert_non_null(shell_option(c, "-q"));
	assert_null(shell_option(c, "-u"));
	assert_non_null(shell_option(c, "--option"));
	assert_null(shell_option(c, "--opt"));
	arena_release(&a);
}

/* Every beginning of a script that has everything is read without leaving the text. */
static void test_cut_anywhere(void **state)
{
	static const char script[] = "if [ -f \"$(a `b`)\" ]; then cat <<-E >x; else case y in (z) f() { g; };; esac; fi\n"
				     "\tbody\n\tE\nfor i in ${a:-'$b'}; do ((i++)); done & $'q\\'' <(r)";

	(void)state;
	for (size_t n = 0; n < sizeof(script); n++) {
		struct arena a;
		struct shell_script s;
		char *copy = malloc(n ? n : 1);

		memcpy(copy, script, n);
		arena_init(&a, 0);
		shell_parse(slice_new(copy, n), 1, 0, NULL, &a, &s);
		vec_each(c, &s.commands)
			assert_true(c->span.offset + c->span.length <= n);
		arena_release(&a);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_simple),         cmocka_unit_test(test_compound),
		cmocka_unit_test(test_substitutions),  cmocka_unit_test(test_here_documents),
		cmocka_unit_test(test_broken),         cmocka_unit_test(test_dockerfile),
		cmocka_unit_test(test_flags),          cmocka_unit_test(test_query),
		cmocka_unit_test(test_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
