/* Units of docker and /etc/default/docker: what nothing reads, and sockets that are open. */
#include "base/cleanup.h"
#include "lint/document.h"
#include "lint/rule_rows.h"
#include "lint/rules.h"

static void check_syntax(struct rule_context *c)
{
	const struct document *d = rule_document(c);

	if (d->unit)
		vec_each(p, &d->problems.list)
			rule_fail(c, p->span, "%.*s", SLICE_ARG(p->message));
}

/* Does a unit at hand read /etc/default/docker? */
static bool is_read(const struct project *p)
{
	vec_each(d, &p->documents) {
		const struct unit_entry *e;

		if (!(*d)->unit)
			continue;
		for (size_t i = 0; (e = unit_next((*d)->unit, SLICE("Service"), SLICE("EnvironmentFile"), &i)); i++)
			if (text_has(e->value, "default/docker"))
				return true;
	}
	return false;
}

static const struct shell_assignment *options_of(const struct rule_context *c)
{
	const struct document *d = rule_document(c);

	if (d->kind != DOCUMENT_DEFAULTS || !d->shell)
		return NULL;
	vec_each(command, &d->shell->commands)
		vec_each(a, &command->assignments)
			if (slice_is(a->name, "DOCKER_OPTS"))
				return a;
	return NULL;
}

static void check_options(struct rule_context *c)
{
	const struct shell_assignment *a = options_of(c);

	if (a && !is_read(rule_project(c)))
		rule_fail(c, a->span, "DOCKER_OPTS does nothing: docker.service reads no /etc/default/docker");
}

/* Logs may go to a tcp:// address as well. */
static bool listens_on_tcp(struct slice options)
{
	return text_has(options, "-H tcp://") || text_has(options, "-H=tcp://") || text_has(options, "--host=tcp://") ||
	       text_has(options, "--host tcp://");
}

static void check_options_tcp(struct rule_context *c)
{
	const struct shell_assignment *a = options_of(c);

	if (a && listens_on_tcp(a->value.value) && !text_has(a->value.value, "--tlsverify"))
		rule_fail(c, a->span, "dockerd on TCP without client certificates, for whoever starts it by this file");
}

static bool is_near(struct slice address)
{
	return slice_starts(address, SLICE("127.")) || slice_starts(address, SLICE("[::1]"));
}

static void check_socket(struct rule_context *c)
{
	const struct unit_file *unit = rule_document(c)->unit;
	const struct unit_entry *e;

	for (size_t i = 0; unit && (e = unit_next(unit, SLICE("Socket"), SLICE("ListenStream"), &i)); i++) {
		char first = e->value.data[0];

		if (first == '/' || first == '%' || first == '@' || is_near(e->value))
			continue;
		rule_fail(c, e->span, "whoever reaches port %.*s commands dockerd, and with it this host as root: sockets of systemd have no TLS",
			  SLICE_ARG(slice_first(e->value, 60)));
	}
}

static void check_mode(struct rule_context *c)
{
	const struct unit_file *unit = rule_document(c)->unit;
	const struct unit_entry *e = unit ? unit_get(unit, SLICE("Socket"), SLICE("SocketMode")) : NULL;

	if (e && e->value.len && e->value.data[e->value.len - 1] != '0')
		rule_edit(c, rule_fix(c, rule_fail(c, e->span, "every user of the host may command dockerd, which is as good as root"),
				      true, "Keep the socket to its group"), e->span, SLICE("0660"));
}

static void check_proxy(struct rule_context *c)
{
	const struct unit_file *unit = rule_document(c)->unit;
	const struct unit_entry *e;

	for (size_t i = 0; unit && (e = unit_next(unit, SLICE("Service"), SLICE("Environment"), &i)); i++) {
		size_t scheme = slice_find(e->value, SLICE("://"));
		struct slice rest = slice_from(e->value, scheme + 3);
		size_t at = slice_find_byte(rest, '@'), colon = slice_find_byte(rest, ':');

		if (scheme < e->value.len && colon < at && at < slice_find_byte(rest, '/') && at < rest.len && rest.data[colon + 1] != '$')
			rule_fail(c, e->span, "a password that every user can read: systemctl show tells the environment of units");
	}
}

#define GUIDE "guide:Resource Protection"

static const struct rule_row rows[] = {
	RULE_ROW("systemd-syntax", "Line that systemd passes over", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_syntax,
		 "What it was meant to set is not set. Mend the line.", "ExecStart=/usr/bin/dockerd -H fd://\n",
		 "[Service]\nExecStart=/usr/bin/dockerd -H fd://\n", NULL),
	RULE_ROW("docker-opts-unread", "DOCKER_OPTS that nothing reads", SEVERITY_MEDIUM, LIKELY, RULE_FIX_NONE, check_options,
		 "Only the init script of old read the file; systemd's unit does not, so a limit set there does not hold. Put it into daemon.json.",
		 "=== etc/default/docker\nDOCKER_OPTS=\"--log-level=info\"\n",
		 "=== etc/default/docker\nDOCKER_OPTS=\"--log-level=info\"\n=== docker.service\n[Service]\nEnvironmentFile=-/etc/default/docker\nExecStart=/usr/bin/dockerd -H fd:// $DOCKER_OPTS\n",
		 GUIDE, "guide:Audit Logging"),
	RULE_ROW("docker-opts-tcp", "TCP without client certificates in DOCKER_OPTS", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_options_tcp,
		 "Who commands dockerd is root of the host. Use ssh://, or --tlsverify with its three files.",
		 "=== etc/default/docker\nDOCKER_OPTS=\"-H tcp://0.0.0.0:2375\"\n", "=== etc/default/docker\nDOCKER_OPTS=\"-H tcp://0.0.0.0:2376 --tlsverify\"\n",
		 "cis:2.7", "cwe:CWE-306"),
	RULE_ROW("systemd-socket-tcp", "docker.socket on TCP", SEVERITY_CRITICAL, SURE, RULE_FIX_NONE, check_socket,
		 "The socket has no TLS, and who commands dockerd is root. Listen on a path, and reach it by ssh://.",
		 "=== docker.socket\n[Socket]\nListenStream=2375\n", "=== docker.socket\n[Socket]\nListenStream=/run/docker.sock\nSocketMode=0660\n",
		 "cis:2.7", "cwe:CWE-306"),
	RULE_ROW("systemd-socket-mode", "docker.socket open to every user", SEVERITY_HIGH, SURE, RULE_FIX_UNSAFE, check_mode,
		 "The socket is root's power. Keep it at 0660 with a group of few.", "=== docker.socket\n[Socket]\nListenStream=/run/docker.sock\nSocketMode=0666\n",
		 "=== docker.socket\n[Socket]\nListenStream=/run/docker.sock\nSocketMode=0660\n", "cis:3.16", "cwe:CWE-732"),
	RULE_ROW("systemd-proxy-password", "Password in a unit", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_proxy,
		 "Environment= is no place for secrets. Use an EnvironmentFile= with mode 0600, or a proxy that knows the host.",
		 "[Service]\nEnvironment=HTTPS_PROXY=http://user:hunter2@proxy.example.com:3128\n",
		 "[Service]\nEnvironment=HTTPS_PROXY=http://proxy.example.com:3128\n", "nist:4.1.4", "cwe:CWE-522"),
};

const struct rule_table systemd_rules = { RULE_SYSTEMD, rows, ARRAY_LEN(rows) };
