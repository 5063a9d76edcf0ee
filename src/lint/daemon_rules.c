/* daemon.json and dockerd's flags: what stops dockerd, does nothing, or opens the host. */
#include <string.h>

#include "base/cleanup.h"
#include "config/doc_edit.h"
#include "lint/document.h"
#include "lint/rule_rows.h"
#include "lint/rules.h"

static const struct daemon_config *config_of(const struct rule_context *c)
{
	return rule_document(c)->daemon;
}

/* File and unit share one configuration: each is told what stands in it. */
static bool mine(const struct rule_context *c, struct span at)
{
	return at.source == rule_document(c)->source;
}

#define each_problem(p, c) \
	vec_each(p, &config_of(c)->problems.list) if (mine(c, p->span))
#define each_setting(s, c, wanted) \
	vec_each(s, &config_of(c)->settings) \
		if (!s->overridden && slice_is(s->key->name, wanted) && mine(c, s->span))

static bool is_true(struct slice text)
{
	return slice_is(text, "true") || slice_is(text, "1") || slice_is(text, "t") || slice_is(text, "T");
}

static bool is_one_of(struct slice word, const char *list)
{
	struct slice rest = slice_from_cstr(list), one;

	while (slice_next(&rest, '|', &one))
		if (slice_eq_nocase(one, word))
			return true;
	return false;
}

/* Where to tell of a key that the whole file does not have; false: it is there, or may be elsewhere. */
static bool lacks(const struct rule_context *c, struct slice key, struct span *ret)
{
	const struct document *d = rule_document(c);

	if (d->kind != DOCUMENT_DAEMON_JSON || d->excerpt || daemon_get(d->daemon, key) ||
	    !value_is(d->daemon->file.root, NODE_MAP))
		return false;
	*ret = d->daemon->file.root->span;
	ret->length = 1;
	return true;
}

/* --- fixes --- */

static void copy_edits(struct rule_context *c, struct assessment *x, const struct doc_edit *e, bool is_unsafe,
		       const char *title)
{
	if (e->edits.count == 0)
		return;
	struct fix *fix = rule_fix(c, x, is_unsafe, "%s", title);
	vec_each(edit, &e->edits)
		rule_edit(c, fix, edit->span, edit->replacement);
}

static void fix_insert(struct rule_context *c, struct assessment *x, struct slice key, const char *snippet,
		       const char *title)
{
	const struct json_doc *file = &config_of(c)->file;
	struct error err = ERROR_INIT;
	struct doc_edit e;

	if (file->broken)
		return;
	doc_edit_init_json(&e, file, c->arena);
	if (doc_insert_member(&e, file->root, NULL, key, slice_from_cstr(snippet), &err))
		copy_edits(c, x, &e, true, title);
}

static void fix_remove(struct rule_context *c, struct assessment *x, struct slice key, bool is_unsafe,
		       const char *title)
{
	const struct json_doc *file = &config_of(c)->file;
	const struct value *member = value_get(file->root, key);
	struct error err = ERROR_INIT;
	struct doc_edit e;

	if (file->broken || !member || !mine(c, member->span))
		return;
	doc_edit_init_json(&e, file, c->arena);
	if (doc_remove(&e, file->root, member, &err))
		copy_edits(c, x, &e, is_unsafe, title);
}

/* Only in the file: a flag's text may come by a variable. */
static void fix_value(struct rule_context *c, struct assessment *x, const struct daemon_setting *s,
		      const char *text, const char *title)
{
	if (s->origin == DAEMON_FROM_FILE)
		rule_edit(c, rule_fix(c, x, true, "%s", title), s->span, slice_from_cstr(text));
}

/* --- what dockerd cannot read --- */

static void tell(struct rule_context *c, const struct problem *p)
{
	struct assessment *x = rule_fail(c, p->span, "%.*s%s%.*s%s", SLICE_ARG(p->message),
					 slice_empty(p->suggestion) ? "" : "; \"", SLICE_ARG(p->suggestion),
					 slice_empty(p->suggestion) ? "" : "\" is meant");
	if (p->other.source != SOURCE_NONE)
		rule_also_at(c, x, p->other);
}

static void check_syntax(struct rule_context *c)
{
	each_problem(p, c)
		if (p->kind == PROBLEM_SYNTAX || p->kind == PROBLEM_LIMIT)
			tell(c, p);
}

static void check_comment(struct rule_context *c)
{
	each_problem(p, c) {
		if (p->kind != PROBLEM_COMMENT)
			continue;
		struct assessment *x = rule_fail(c, p->span, "JSON has no comments: dockerd does not start with this one");
		rule_edit(c, rule_fix(c, x, false, "Take the comment out"), p->span, SLICE_EMPTY);
	}
}

static void check_duplicate(struct rule_context *c)
{
	each_problem(p, c)
		if (p->kind == PROBLEM_DUPLICATE)
			tell(c, p);
}

static void check_unknown(struct rule_context *c)
{
	each_problem(p, c)
		if (p->kind == PROBLEM_UNKNOWN_KEY)
			tell(c, p);
}

static void check_type(struct rule_context *c)
{
	each_problem(p, c)
		if (p->kind == PROBLEM_TYPE || p->kind == PROBLEM_VALUE)
			tell(c, p);
}

static void check_rejected(struct rule_context *c)
{
	each_problem(p, c)
		if (p->kind == PROBLEM_REJECTED)
			tell(c, p);
}

static bool is_tls(struct slice name)
{
	return slice_starts(name, SLICE("tls"));
}

static void check_ignored(struct rule_context *c)
{
	each_problem(p, c)
		if (p->kind == PROBLEM_IGNORED && !is_tls(p->name))
			tell(c, p);
}

static void check_tls_unused(struct rule_context *c)
{
	each_problem(p, c)
		if (p->kind == PROBLEM_IGNORED && is_tls(p->name))
			tell(c, p);
}

static void check_conflict(struct rule_context *c)
{
	each_problem(p, c)
		if (p->kind == PROBLEM_CONFLICT)
			tell(c, p);
}

static void check_unit_flags(struct rule_context *c)
{
	static const struct {
		struct slice key;
		const char *flag;
	} rows[] = {
		{ SLICE_INIT("hosts"), "-H fd://" },
		{ SLICE_INIT("containerd"), "--containerd" },
	};

	if (config_of(c)->has_unit)
		return;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct daemon_setting *s = daemon_get(config_of(c), rows[i].key);

		if (!s || s->origin != DAEMON_FROM_FILE || !mine(c, s->span))
			continue;
		struct assessment *x = rule_fail(
			c, s->key_span, "\"%.*s\" is in conflict with %s, which the packages' docker.service passes: dockerd does not start",
			SLICE_ARG(rows[i].key), rows[i].flag);
		fix_remove(c, x, rows[i].key, true, "Leave it to the unit");
	}
}

/* Both say that they are the host's only file. */
static bool names_the_file(const struct document *d)
{
	struct slice first = slice_first(d->text, slice_find_byte(d->text, '\n'));

	return slice_find(first, SLICE("/etc/docker/daemon.json")) < first.len;
}

static void check_twice(struct rule_context *c)
{
	const struct document *d = rule_document(c);

	if (d->kind != DOCUMENT_DAEMON_JSON || !d->earlier || !names_the_file(d) || !names_the_file(d->earlier))
		return;
	struct span at = { d->source, 0, slice_find_byte(d->text, '\n') };
	struct assessment *x = rule_fail(c, at, "who follows the text loses the daemon.json shown before: one file holds all settings");
	rule_also_at(c, x, (struct span){ d->earlier->source, 0, 0 });
}

/* --- doors --- */

static bool is_loopback(struct slice address)
{
	return slice_starts(address, SLICE("127.")) || slice_starts(address, SLICE("localhost")) ||
	       slice_starts(address, SLICE("[::1]")) || slice_starts(address, SLICE("::1"));
}

static bool is_tcp(struct slice host)
{
	return !slice_empty(host) && !slice_starts(host, SLICE("unix:")) && !slice_starts(host, SLICE("fd:")) &&
	       !slice_starts(host, SLICE("npipe:")) && host.data[0] != '/' && host.data[0] != '$';
}

static void check_tcp(struct rule_context *c)
{
	bool verified = daemon_truth(config_of(c), SLICE("tlsverify"), false);

	each_setting(s, c, "hosts") {
		struct slice host = s->text;

		if (!is_tcp(host) || verified)
			continue;
		slice_cut_prefix(&host, SLICE("tcp://"));
		bool near = is_loopback(host);
		struct assessment *x = rule_fail(
			c, s->span, near ? "every process of this host, and every web page open on it, may command dockerd at %.*s"
					 : "whoever reaches %.*s commands dockerd, and with it this host as root: clients show no certificate",
			SLICE_ARG(slice_first(s->text, 100)));
		if (near)
			x->severity = SEVERITY_HIGH;
	}
}

static void check_authorization(struct rule_context *c)
{
	if (daemon_get(config_of(c), SLICE("authorization-plugins")))
		return;
	each_setting(s, c, "hosts")
		if (is_tcp(s->text))
			rule_fail(c, s->span, "every client with a certificate may do everything: no authorization plugin looks at its requests");
}

static void check_insecure_registry(struct rule_context *c)
{
	each_setting(s, c, "insecure-registries")
		if (!is_loopback(s->text))
			rule_fail(c, s->span, "images of %.*s come without a check of who sends them", SLICE_ARG(slice_first(s->text, 100)));
}

static void check_mirror(struct rule_context *c)
{
	each_setting(s, c, "registry-mirrors") {
		struct slice host = s->text;

		if (slice_cut_prefix(&host, SLICE("http://")) && !is_loopback(host))
			rule_fail(c, s->span, "tags are resolved by a mirror over plain HTTP, where anybody on the way can answer");
	}
}

static void check_group(struct rule_context *c)
{
	each_setting(s, c, "group")
		if (is_one_of(s->text, "users|staff|nogroup|nobody|games|everyone|www-data"))
			rule_fail(c, s->span, "all of the group \"%.*s\" may command dockerd, which is as good as root", SLICE_ARG(s->text));
}

static void check_metrics(struct rule_context *c)
{
	each_setting(s, c, "metrics-addr")
		if (!is_loopback(s->text) && !slice_starts(s->text, SLICE("unix:")))
			rule_fail(c, s->span, "dockerd's metrics are open to whoever reaches %.*s", SLICE_ARG(slice_first(s->text, 100)));
}

static void check_key_mode(struct rule_context *c)
{
	each_setting(s, c, "tlskey") {
		struct assessment *x = rule_fail(c, s->span, "the key must be root's and of mode 0400: nothing here says so");
		rule_discriminator(c, x, SLICE("tlskey"));
	}
}

/* --- networks --- */

static void check_icc(struct rule_context *c)
{
	struct span at;

	each_setting(s, c, "icc")
		if (is_true(s->text))
			fix_value(c, rule_fail(c, s->span, "containers on the default bridge reach one another on every port"), s,
				  "false", "Let only links talk");
	if (lacks(c, SLICE("icc"), &at))
		rule_fail(c, at, "containers on the default bridge reach one another on every port: \"icc\" is not set");
}

static void check_icc_scope(struct rule_context *c)
{
	each_setting(s, c, "icc")
		if (!is_true(s->text))
			rule_fail(c, s->key_span, "this is about the default bridge alone: in networks that Compose or a user makes containers still reach one another");
}

static void check_iptables(struct rule_context *c)
{
	static const char *const keys[] = { "iptables", "ip6tables" };

	vec_each(s, &config_of(c)->settings)
		for (size_t i = 0; i < ARRAY_LEN(keys); i++)
			if (!s->overridden && mine(c, s->span) && slice_eq(s->key->name, slice_from_cstr(keys[i])) && !is_true(s->text))
				fix_value(c, rule_fail(c, s->span, "Docker no longer keeps its networks apart, nor containers from the ports of others"),
					  s, "true", "Let Docker write its rules");
}

static void check_userland_proxy(struct rule_context *c)
{
	struct span at;

	each_setting(s, c, "userland-proxy")
		if (is_true(s->text))
			fix_value(c, rule_fail(c, s->span, "a process of its own for each published port, which hides the client's address"), s,
				  "false", "Publish ports by the kernel's rules");
	if (lacks(c, SLICE("userland-proxy"), &at))
		rule_fail(c, at, "a process of its own for each published port: \"userland-proxy\" is on where nothing switches it off");
}

static void check_routing(struct rule_context *c)
{
	each_setting(s, c, "allow-direct-routing")
		if (is_true(s->text))
			rule_fail(c, s->span, "other hosts reach every container port by a route, published or not");
}

/* --- containers' defaults --- */

static void check_new_privileges(struct rule_context *c)
{
	struct span at;

	each_setting(s, c, "no-new-privileges")
		if (!is_true(s->text))
			fix_value(c, rule_fail(c, s->span, "setuid programs in containers may gain privileges"), s, "true",
				  "Forbid new privileges");
	if (lacks(c, SLICE("no-new-privileges"), &at))
		fix_insert(c, rule_fail(c, at, "setuid programs in containers may gain privileges: \"no-new-privileges\" is not set"),
			   SLICE("no-new-privileges"), "true", "Forbid new privileges");
}

static void check_userns(struct rule_context *c)
{
	struct span at;

	if (lacks(c, SLICE("userns-remap"), &at))
		rule_fail(c, at, "root in a container is root of the host: neither \"userns-remap\" nor rootless mode is at work here");
}

static void check_userns_cost(struct rule_context *c)
{
	each_setting(s, c, "userns-remap")
		if (!slice_empty(s->text))
			rule_fail(c, s->key_span, "privileged containers and those in the host's namespaces need userns_mode: host from now on, and images and volumes of before are out of sight");
}

static void check_live_restore(struct rule_context *c)
{
	struct span at;

	if (lacks(c, SLICE("live-restore"), &at) && !rule_project(c)->uses_swarm)
		rule_fail(c, at, "every container ends with dockerd: \"live-restore\" is not set");
}

static void check_live_restore_swarm(struct rule_context *c)
{
	const struct project *p = rule_project(c);

	each_setting(s, c, "live-restore") {
		if (!is_true(s->text) || !p->uses_swarm)
			continue;
		struct assessment *x = rule_fail(c, s->key_span, "a swarm is used as well: dockerd refuses one of the two");
		rule_also_at(c, x, p->swarm);
	}
}

static void check_seccomp(struct rule_context *c)
{
	each_setting(s, c, "seccomp-profile")
		if (slice_is(s->text, "unconfined"))
			fix_value(c, rule_fail(c, s->span, "every container may make every system call"), s, "\"builtin\"",
				  "Take Docker's own profile");
}

static void check_namespaces(struct rule_context *c)
{
	each_setting(s, c, "default-ipc-mode")
		if (!slice_is(s->text, "private"))
			rule_fail(c, s->span, "containers may share their memory segments unless each says otherwise");
	each_setting(t, c, "default-cgroupns-mode")
		if (slice_is(t->text, "host"))
			rule_fail(c, t->span, "containers see the host's tree of control groups");
}

static void check_ulimits(struct rule_context *c)
{
	each_setting(s, c, "default-ulimits") {
		struct slice hard = value_text(value_at(s->at, "Hard"));
		bool flag = s->origin != DAEMON_FROM_FILE &&
			    (slice_ends(s->text, SLICE("=-1")) || slice_ends(s->text, SLICE(":-1")));

		if (slice_is(hard, "-1") || flag)
			rule_fail(c, s->span, "%.*s without a limit in every container", SLICE_ARG(slice_first(s->text, 40)));
	}
}

static void check_cgroup(struct rule_context *c)
{
	each_setting(s, c, "cgroup-parent")
		if (!slice_empty(s->text) && !is_one_of(s->text, "docker|/docker|system.slice"))
			rule_fail(c, s->span, "containers count below %.*s: whatever limits that has are theirs", SLICE_ARG(slice_first(s->text, 60)));
}

/* --- logs --- */

static bool has_log_option(const struct rule_context *c, const char *name)
{
	const struct daemon_setting *s;
	struct slice key, value;

	for (size_t i = 0; (s = daemon_next(config_of(c), SLICE("log-opts"), &i)); i++) {
		slice_split(s->text, '=', &key, &value);
		if (slice_eq(key, slice_from_cstr(name)))
			return true;
	}
	return false;
}

static void check_log_limit(struct rule_context *c)
{
	const struct daemon_setting *driver = daemon_get(config_of(c), SLICE("log-driver"));
	struct span at;

	if (has_log_option(c, "max-size"))
		return;
	if (driver && slice_is(driver->text, "json-file") && mine(c, driver->span) && !rule_document(c)->excerpt)
		rule_fail(c, driver->span, "logs of json-file grow until the disk is full: no max-size");
	else if (lacks(c, SLICE("log-driver"), &at))
		rule_fail(c, at, "logs of json-file, the default, grow until the disk is full: no max-size");
}

static void check_log_driver(struct rule_context *c)
{
	each_setting(s, c, "log-driver")
		if (slice_is(s->text, "none"))
			rule_fail(c, s->span, "nothing that containers say is kept");
}

static void check_log_level(struct rule_context *c)
{
	each_setting(s, c, "log-level")
		if (!is_one_of(s->text, "info"))
			fix_value(c, rule_fail(c, s->span, "the benchmark wants level info; \"%.*s\" says %s", SLICE_ARG(slice_first(s->text, 20)),
				      slice_is(s->text, "debug") ? "too much" : "too little"), s, "\"info\"", "Log at level info");
	each_setting(t, c, "debug")
		if (is_true(t->text))
			fix_value(c, rule_fail(c, t->span, "debug logs hold what clients send, environment variables too"), t, "false",
				  "Switch debugging off");
}

/* --- the rest --- */

static void check_storage(struct rule_context *c)
{
	each_setting(s, c, "storage-driver")
		if (is_one_of(s->text, "aufs|devicemapper|overlay"))
			rule_fail(c, s->span, "the driver %.*s is gone from Docker: dockerd does not start", SLICE_ARG(s->text));
}

static void check_base_size(struct rule_context *c)
{
	each_setting(s, c, "storage-opts")
		if (slice_starts(s->text, SLICE("dm.basesize")))
			rule_fail(c, s->span, "larger base devices let containers fill the disk");
}

static void check_experimental(struct rule_context *c)
{
	each_setting(s, c, "experimental")
		if (is_true(s->text))
			fix_value(c, rule_fail(c, s->span, "features that may change or go are on"), s, "false", "Switch them off");
}

#define GUIDE "guide:Docker Daemon Security"

static const struct rule_row rows[] = {
	RULE_ROW("daemon-json-syntax", "dockerd cannot read its file", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_syntax,
	    "dockerd does not start with a daemon.json that is no JSON. Mend the place.", "{ \"icc\": false,, }\n", "{ \"icc\": false }\n", GUIDE),
	RULE_ROW("daemon-json-comment", "Comment in daemon.json", SEVERITY_HIGH, SURE, RULE_FIX_SAFE, check_comment,
	    "JSON has no comments, and dockerd does not start with one. Take it out.", "# settings\n{ \"icc\": false, \"live-restore\": true }\n",
	    "{ \"icc\": false, \"live-restore\": true }\n", GUIDE),
	RULE_ROW("daemon-json-twice", "The same file shown twice", SEVERITY_MEDIUM, LIKELY, RULE_FIX_NONE, check_twice,
	    "Two snippets for one path: the second overwrites the first. Show one file with all settings.",
	    "=== README.md\n```json\n# /etc/docker/daemon.json\n{ \"icc\": false }\n```\n```json\n# /etc/docker/daemon.json\n{ \"live-restore\": true }\n```\n",
	    "=== README.md\n```json\n{ \"icc\": false, \"live-restore\": true }\n```\n", "guide:User Namespace Remapping"),
	RULE_ROW("daemon-key-duplicate", "Key twice in daemon.json", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_duplicate,
	    "Only the last one counts. Keep one.", "{ \"icc\": true, \"icc\": false }\n", "{ \"icc\": false }\n", GUIDE),
	RULE_ROW("daemon-key-unknown", "Setting that dockerd does not know", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_unknown,
	    "dockerd does not start with an unknown key or flag. Correct the name or take it out.", "{ \"live-restor\": true }\n",
	    "{ \"live-restore\": true }\n", GUIDE),
	RULE_ROW("daemon-key-type", "Value of the wrong type", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_type,
	    "dockerd does not start with it. Write the type that the key takes.", "{ \"live-restore\": \"yes\" }\n", "{ \"live-restore\": true }\n", GUIDE),
	RULE_ROW("daemon-key-rejected", "Key that dockerd refuses", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_rejected,
	    "The key looks like a setting but dockerd does not start with it. Take it out.", "{ \"default-init\": \"/bin/tini\" }\n",
	    "{ \"init\": true }\n", GUIDE),
	RULE_ROW("daemon-key-ignored", "Key that does nothing", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_ignored,
	    "dockerd takes the key without a word and ignores it, so a protection that it names is not there. Use the form for the file, mostly the plural.",
	    "{ \"default-ulimit\": \"nofile=1024\" }\n", "{ \"default-ulimits\": { \"nofile\": { \"Name\": \"nofile\", \"Hard\": 1024, \"Soft\": 1024 } } }\n", GUIDE),
	RULE_ROW("daemon-conflict", "Settings that exclude one another", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_conflict,
	    "dockerd does not start when file and flags name the same setting, or two settings contradict. Keep one of them.",
	    "=== daemon.json\n{ \"hosts\": [\"unix:///run/docker.sock\"] }\n=== docker.service\n[Service]\nExecStart=/usr/bin/dockerd -H fd://\n",
	    "=== daemon.json\n{ \"live-restore\": true }\n=== docker.service\n[Service]\nExecStart=/usr/bin/dockerd -H fd://\n", GUIDE),
	RULE_ROW("daemon-hosts-unit", "Setting that the unit passes as a flag", SEVERITY_MEDIUM, LIKELY, RULE_FIX_UNSAFE, check_unit_flags,
	    "The packages' docker.service starts dockerd with -H fd:// and --containerd: the same in daemon.json stops it. Change the flags in a drop-in instead.",
	    "{ \"hosts\": [\"unix:///var/run/docker.sock\"] }\n", "{ \"live-restore\": true }\n", GUIDE),
	RULE_ROW("daemon-tls-unused", "TLS settings without a TCP host", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_tls_unused,
	    "TLS protects TCP hosts only; a Unix socket is protected by its mode. Add a tcp:// host, or leave TLS out.",
	    "{ \"hosts\": [\"unix:///var/run/docker.sock\"], \"tlsverify\": true }\n", "{ \"live-restore\": true }\n", GUIDE),
	RULE_ROW("daemon-tls-key-mode", "Key of dockerd: who may read it?", SEVERITY_NEGLIGIBLE, CONFIDENCE_LOW, RULE_FIX_NONE, check_key_mode,
	    "Whoever reads the key can pass for dockerd. Give it to root with mode 0400, the certificates 0444.",
	    "{ \"tlskey\": \"/etc/docker/server-key.pem\" }\n", "{ \"live-restore\": true }\n", "cis:3.13", "cis:3.14", GUIDE),
	RULE_ROW("daemon-tcp-without-tlsverify", "dockerd open without client certificates", SEVERITY_CRITICAL, SURE, RULE_FIX_NONE, check_tcp,
	    "Who commands dockerd is root of the host. Use ssh://, or tlsverify with tlscacert, tlscert and tlskey.",
	    "{ \"hosts\": [\"tcp://0.0.0.0:2375\"] }\n",
	    "{ \"hosts\": [\"tcp://0.0.0.0:2376\"], \"tlsverify\": true, \"tlscacert\": \"/etc/docker/ca.pem\", \"tlscert\": \"/etc/docker/cert.pem\", \"tlskey\": \"/etc/docker/key.pem\" }\n",
	    "cis:2.7", "cwe:CWE-306", "owasp:D04", GUIDE),
	RULE_ROW("daemon-authorization", "Nothing decides what clients may do", SEVERITY_NEGLIGIBLE, LIKELY, RULE_FIX_NONE, check_authorization,
	    "Where several people reach dockerd over the network, an authorization plugin limits each.",
	    "{ \"hosts\": [\"tcp://10.0.0.5:2376\"], \"tlsverify\": true }\n",
	    "{ \"hosts\": [\"tcp://10.0.0.5:2376\"], \"tlsverify\": true, \"authorization-plugins\": [\"opa\"] }\n", "cis:2.12"),
	RULE_ROW("daemon-insecure-registries", "Registry without verified TLS", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_insecure_registry,
	    "Anybody on the way can send another image. Give the registry a certificate and put its CA below /etc/docker/certs.d.",
	    "{ \"insecure-registries\": [\"registry.example.com:5000\"] }\n", "{ \"insecure-registries\": [\"127.0.0.1:5000\"] }\n", "cis:2.5", "nist:4.2.1", "cwe:CWE-319"),
	RULE_ROW("daemon-mirror-plain", "Mirror over plain HTTP", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_mirror,
	    "A tag means what the mirror answers. Use https.", "{ \"registry-mirrors\": [\"http://mirror.example.com\"] }\n",
	    "{ \"registry-mirrors\": [\"https://mirror.example.com\"] }\n", "nist:4.2.1", "cwe:CWE-319"),
	RULE_ROW("daemon-socket-group", "Socket for a group of everybody", SEVERITY_HIGH, LIKELY, RULE_FIX_NONE, check_group,
	    "Members of the socket's group are root in all but name. Keep a group of its own with few members.", "{ \"group\": \"users\" }\n",
	    "{ \"group\": \"docker\" }\n", "cis:3.15", "cwe:CWE-732"),
	RULE_ROW("daemon-metrics-open", "Metrics for everybody", SEVERITY_LOW, SURE, RULE_FIX_NONE, check_metrics,
	    "They tell what runs and how often it fails. Bind them to 127.0.0.1.", "{ \"metrics-addr\": \"0.0.0.0:9323\" }\n",
	    "{ \"metrics-addr\": \"127.0.0.1:9323\" }\n", "cwe:CWE-200"),
	RULE_ROW("daemon-icc", "Default bridge open inside", SEVERITY_LOW, SURE, RULE_FIX_UNSAFE, check_icc,
	    "Containers that nobody gave a network share the default bridge. Set icc to false there, and give services networks of their own.",
	    "{ \"icc\": true }\n", "{ \"icc\": false }\n", "cis:2.2", "nist:4.3.3", GUIDE),
	RULE_ROW("daemon-icc-scope", "icc holds for the default bridge only", SEVERITY_NEGLIGIBLE, SURE, RULE_FIX_NONE, check_icc_scope,
	    "It does not part the containers of a Compose project. Part them by networks, internal ones where nothing needs the outside.",
	    "{ \"icc\": false }\n", "{ \"live-restore\": true }\n", GUIDE),
	RULE_ROW("daemon-iptables", "Docker's packet filter off", SEVERITY_MEDIUM, SURE, RULE_FIX_UNSAFE, check_iptables,
	    "Without its rules nothing keeps networks apart. Leave it on, and put rules of your own into DOCKER-USER.",
	    "{ \"iptables\": false }\n", "{ \"iptables\": true }\n", "cis:2.4"),
	RULE_ROW("daemon-userland-proxy", "Proxy process for published ports", SEVERITY_NEGLIGIBLE, SURE, RULE_FIX_UNSAFE, check_userland_proxy,
	    "The kernel's rules do it with less to attack. Set userland-proxy to false where nothing needs hairpin over IPv6.",
	    "{ \"userland-proxy\": true }\n", "{ \"userland-proxy\": false }\n", "cis:2.16", GUIDE),
	RULE_ROW("daemon-direct-routing", "Container ports reachable by route", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_routing,
	    "Unpublished ports are no longer private. Leave it off, and publish what is meant to be reached.",
	    "{ \"allow-direct-routing\": true }\n", "{ \"allow-direct-routing\": false }\n", "nist:4.3.3"),
	RULE_ROW("daemon-new-privileges", "New privileges not forbidden by default", SEVERITY_LOW, SURE, RULE_FIX_UNSAFE, check_new_privileges,
	    "A setuid program is the shortest way from a user to root in a container. Set no-new-privileges to true; containers that need it say so.",
	    "{ \"live-restore\": true }\n", "{ \"no-new-privileges\": true }\n", "cis:2.14", "cwe:CWE-250", GUIDE),
	RULE_ROW("daemon-userns", "No user namespaces", SEVERITY_NEGLIGIBLE, LIKELY, RULE_FIX_NONE, check_userns,
	    "Who breaks out of a container as root is root. Use rootless mode, or userns-remap.", "{ \"live-restore\": true }\n",
	    "{ \"userns-remap\": \"default\" }\n", "cis:2.9", "guide:User Namespace Remapping"),
	RULE_ROW("daemon-userns-cost", "What userns-remap changes", SEVERITY_LOW, SURE, RULE_FIX_NONE, check_userns_cost,
	    "Privileged containers, host networks and namespaces need userns_mode: host, bind mounts another owner; images are pulled again. Plan the change.",
	    "{ \"userns-remap\": \"default\" }\n", "{ \"live-restore\": true }\n", "guide:User Namespace Remapping"),
	RULE_ROW("daemon-live-restore", "Containers end with dockerd", SEVERITY_NEGLIGIBLE, SURE, RULE_FIX_NONE, check_live_restore,
	    "An update of Docker stops every container. Set live-restore to true where no swarm is used.", "{ \"icc\": false }\n",
	    "{ \"live-restore\": true }\n", "cis:2.15", GUIDE),
	RULE_ROW("daemon-live-restore-swarm", "live-restore with a swarm", SEVERITY_HIGH, LIKELY, RULE_FIX_NONE, check_live_restore_swarm,
	    "dockerd refuses to join or start a swarm with it. Leave it off on swarm nodes.",
	    "=== daemon.json\n{ \"live-restore\": true }\n=== up.sh\ndocker swarm init\n",
	    "=== daemon.json\n{ \"live-restore\": false }\n=== up.sh\ndocker swarm init\n", GUIDE),
	RULE_ROW("daemon-seccomp-unconfined", "No seccomp profile by default", SEVERITY_HIGH, SURE, RULE_FIX_UNSAFE, check_seccomp,
	    "Docker's profile denies the calls that most kernel exploits begin with. Leave the key out.",
	    "{ \"seccomp-profile\": \"unconfined\" }\n", "{ \"seccomp-profile\": \"builtin\" }\n", "cis:2.17", "cwe:CWE-693"),
	RULE_ROW("daemon-namespaces", "Namespaces shared by default", SEVERITY_LOW, SURE, RULE_FIX_NONE, check_namespaces,
	    "Each container needs its own unless it says otherwise. Use private.", "{ \"default-cgroupns-mode\": \"host\" }\n",
	    "{ \"default-cgroupns-mode\": \"private\" }\n", "nist:4.4.3"),
	RULE_ROW("daemon-ulimits", "Limits that are none", SEVERITY_LOW, SURE, RULE_FIX_NONE, check_ulimits,
	    "One container can take what all share. Give a number.",
	    "{ \"default-ulimits\": { \"memlock\": { \"Name\": \"memlock\", \"Hard\": -1, \"Soft\": -1 } } }\n",
	    "{ \"default-ulimits\": { \"nofile\": { \"Name\": \"nofile\", \"Hard\": 4096, \"Soft\": 1024 } } }\n", "cis:2.8", "cwe:CWE-770"),
	RULE_ROW("daemon-cgroup-parent", "Control group of one's own", SEVERITY_LOW, LIKELY, RULE_FIX_NONE, check_cgroup,
	    "Limits of the group hold for all containers together, or not at all. Be sure that they are meant.",
	    "{ \"cgroup-parent\": \"/other\" }\n", "{ \"live-restore\": true }\n", "cis:2.10"),
	RULE_ROW("daemon-log-limit", "Logs without a limit", SEVERITY_LOW, SURE, RULE_FIX_NONE, check_log_limit,
	    "A full disk stops every container. Set max-size and max-file, or the driver local, which rotates by itself.",
	    "{ \"log-driver\": \"json-file\" }\n", "{ \"log-driver\": \"json-file\", \"log-opts\": { \"max-size\": \"10m\", \"max-file\": \"3\" } }\n",
	    "cwe:CWE-779", "guide:Audit Logging"),
	RULE_ROW("daemon-log-none", "No logs", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_log_driver,
	    "After an incident nothing tells what happened. Use local, journald, or a driver that sends logs away.",
	    "{ \"log-driver\": \"none\" }\n", "{ \"log-driver\": \"local\" }\n", "cis:2.13", "cwe:CWE-778"),
	RULE_ROW("daemon-log-level", "Log level", SEVERITY_LOW, SURE, RULE_FIX_UNSAFE, check_log_level,
	    "Debug logs tell secrets, levels above info keep silent about what happened.", "{ \"debug\": true }\n", "{ \"log-level\": \"info\" }\n",
	    "cis:2.3", "cwe:CWE-532"),
	RULE_ROW("daemon-storage-driver", "Storage driver that is gone", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_storage,
	    "aufs, overlay and devicemapper were taken out of Docker 24 and 25. Use overlay2.", "{ \"storage-driver\": \"aufs\" }\n",
	    "{ \"storage-driver\": \"overlay2\" }\n", "cis:2.6"),
	RULE_ROW("daemon-base-size", "Base device size changed", SEVERITY_LOW, SURE, RULE_FIX_NONE, check_base_size,
	    "It belongs to a driver that is gone. Take it out.", "{ \"storage-opts\": [\"dm.basesize=20G\"] }\n",
	    "{ \"storage-driver\": \"overlay2\" }\n", "cis:2.11"),
	RULE_ROW("daemon-experimental", "Experimental features on", SEVERITY_LOW, SURE, RULE_FIX_UNSAFE, check_experimental,
	    "They may change or go with the next release. Keep them off where it matters.", "{ \"experimental\": true }\n",
	    "{ \"experimental\": false }\n", "cis:2.18"),
};

const struct rule_table daemon_rules = { RULE_DAEMON, rows, ARRAY_LEN(rows) };
