#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "config/docker_command.h"

/* "verb name=value ... image+arguments", the texts at the values' spans behind '@'; "-": starts no container. */
static const char *outline(const char *line, struct arena *a)
{
	struct slice text = slice_from_cstr(line);
	struct shell_script s;
	struct docker_command d;
	struct buf b;

	shell_parse(text, 1, 0, &(struct shell_options){ 0 }, a, &s);
	if (s.commands.count == 0 || !docker_command_read(&s.commands.items[0], a, &d))
		return "-";
	buf_init(&b, 1 << 16);
	buf_printf(&b, "%s", d.verb == DOCKER_RUN ? "run" : d.verb == DOCKER_CREATE ? "create" : "service");
	vec_each(o, &d.options) {
		struct slice at = slice_first(slice_from(text, o->span.offset), o->span.length);

		buf_printf(&b, " %s%.*s=%.*s@%.*s", o->known ? "" : "?", SLICE_ARG(o->name), SLICE_ARG(o->value), SLICE_ARG(at));
	}
	if (d.image)
		buf_printf(&b, " | %.*s +%zu", SLICE_ARG(d.image->value), d.shell->words.count - d.first_argument);
	const char *ret = arena_cstr(a, buf_slice(&b));
	buf_release(&b);
	return ret;
}

static void expect(const char *line, const char *wanted)
{
	struct arena a;

	arena_init(&a, 0);
	assert_string_equal(outline(line, &a), wanted);
	arena_release(&a);
}

static void test_verbs(void **state)
{
	(void)state;
	expect("docker run nginx", "run | nginx +0");
	expect("docker create nginx sh -c x", "create | nginx +3");
	expect("docker container run nginx", "run | nginx +0");
	expect("docker service create nginx", "service | nginx +0");
	expect("sudo /usr/bin/docker -H tcp://h:1 --context=x run nginx", "run | nginx +0");
	expect("podman run nginx", "run | nginx +0");
	expect("docker service run nginx", "-");
	expect("docker ps", "-");
	expect("docker", "-");
	expect("docker -H", "-");
	expect("echo docker run nginx", "-");
	expect("docker run", "run");
}

static void test_flags(void **state)
{
	(void)state;
	expect("docker run --privileged nginx", "run privileged=true@--privileged | nginx +0");
	expect("docker run --privileged=false nginx", "run privileged=false@false | nginx +0");
	expect("docker run --net host -p 80:80 nginx", "run network=host@host publish=80:80@80:80 | nginx +0");
	expect("docker run -itp80:80 nginx", "run interactive=true@-itp80:80 tty=true@-itp80:80 publish=80:80@80:80 | nginx +0");
	expect("docker run -e=A=1 nginx", "run env=A=1@A=1 | nginx +0");
	expect("docker run -e 'A=b c' nginx", "run env=A=b c@'A=b c' | nginx +0");
	expect("docker run --memroy=1g nginx", "run ?memroy=1g@1g | nginx +0");
	expect("docker run -- nginx -p 80:80", "run | nginx +2");
	expect("docker run nginx --privileged", "run | nginx +1");
	expect("docker run -p", "run publish=@-p");
	expect("docker service create --limit-memory 1g --publish 80:80 app",
	       "service limit-memory=1g@1g publish=80:80@80:80 | app +0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verbs),
		cmocka_unit_test(test_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
