/* nginx: what a server gives away, lets in, or forwards to the wrong place. */
#include <string.h>

#include "base/cleanup.h"
#include "config/nginx.h"
#include "lint/document.h"
#include "lint/nginx_variables.h"
#include "lint/rules.h"

static const struct nginx_directive *root_of(const struct rule_context *c)
{
	return &rule_document(c)->nginx->root;
}

#define each_directive(d, c, wanted) nginx_each_deep(d, root_of(c)) if (slice_is((d)->name, wanted))

static bool has(struct slice text, const char *part)
{
	return slice_find(text, slice_from_cstr(part)) < text.len;
}

static void check_syntax(struct rule_context *c)
{
	vec_each(p, &rule_document(c)->nginx->problems.list)
		rule_fail(c, p->span, "%.*s", SLICE_ARG(p->message));
}

/* --- headers --- */

static void check_content_type(struct rule_context *c)
{
	each_directive(d, c, "add_header")
		if (slice_eq_nocase(nginx_word(d, 0), SLICE("content-type")))
			rule_alias(c, rule_fail(c, d->span, "add_header gives the answer a second Content-Type; default_type or types sets the one"),
				   "gixy:add_header_content_type");
}

static bool line_break_in(struct slice value)
{
	return memchr(value.data, '\n', value.len) != NULL;
}

static void check_multiline(struct rule_context *c)
{
	nginx_each_deep(d, root_of(c)) {
		bool more = slice_is(d->name, "more_set_headers");

		if (!more && !slice_is(d->name, "add_header"))
			continue;
		for (size_t i = 0; i < d->words.count; i++) {
			struct slice w = d->words.items[i].value;

			if (more && (slice_is(w, "-t") || slice_is(w, "-s"))) {
				i++;
				continue;
			}
			if (w.len && line_break_in(w)) {
				rule_alias(c, rule_fail(c, d->span, "a header over several lines is refused by browsers and proxies"),
					   "gixy:add_header_multiline");
				break;
			}
		}
	}
}

static bool adds(const struct nginx_directive *level, struct slice header)
{
	nginx_each(d, level)
		if (slice_is(d->name, "add_header") && slice_eq_nocase(nginx_word(d, 0), header))
			return true;
	return false;
}

/* The nearest level around that has headers of its own. */
static const struct nginx_directive *headers_around(const struct nginx_directive *level)
{
	for (level = level->parent; level; level = level->parent)
		if (nginx_child(level, SLICE("add_header")))
			return level;
	return NULL;
}

static void check_redefinition(struct rule_context *c)
{
	nginx_each_deep(d, root_of(c)) {
		const struct nginx_directive *first = d->has_block ? nginx_child(d, SLICE("add_header")) : NULL;
		const struct nginx_directive *around = first ? headers_around(d) : NULL;

		if (!around)
			continue;
		nginx_each(lost, around) {
			if (!slice_is(lost->name, "add_header") || adds(d, nginx_word(lost, 0)))
				continue;
			struct assessment *x = rule_fail(c, first->span, "add_header here takes the header %.*s of the level above away",
							 SLICE_ARG(nginx_word(lost, 0)));
			rule_also_at(c, x, lost->span);
			rule_alias(c, x, "gixy:add_header_redefinition");
			rule_alias(c, x, "semgrep:header-redefinition");
			break;
		}
	}
}

static void check_host(struct rule_context *c)
{
	each_directive(d, c, "proxy_set_header") {
		struct slice value = nginx_word(d, 1);

		if (!slice_eq_nocase(nginx_word(d, 0), SLICE("host")))
			continue;
		bool spoofed = has(value, "$http_host") || has(value, "$arg_") || has(value, "$http_");
		if (!spoofed)
			continue;
		struct assessment *x = rule_fail(c, d->span, "the backend gets the Host that the client wrote: $host is checked against server_name");
		rule_alias(c, x, "gixy:host_spoofing");
		rule_alias(c, x, "semgrep:request-host-used");
		if (slice_is(value, "$http_host"))
			rule_edit(c, rule_fix(c, x, true, "Forward $host"), d->words.items[1].span, SLICE("$host"));
	}
}

static void check_forwarded(struct rule_context *c)
{
	each_directive(d, c, "proxy_set_header")
		if (slice_eq_nocase(nginx_word(d, 0), SLICE("x-forwarded-for")) && has(nginx_word(d, 1), "$proxy_add_x_forwarded_for") &&
		    !nginx_in_force(d, SLICE("set_real_ip_from")))
			rule_fail(c, d->span, "what the client itself wrote into X-Forwarded-For is passed on as if it were known");
}

static void check_header_value(struct rule_context *c)
{
	each_directive(d, c, "add_header") {
		struct nginx_value v = nginx_value_of(d, nginx_word(d, 1));

		if (v.newline) {
			struct assessment *x = rule_fail(c, d->span, "a client can put a line break into this header, and with it further headers");
			rule_alias(c, x, "gixy:http_splitting");
			rule_alias(c, x, "semgrep:header-injection");
		}
	}
}

/* --- where requests go --- */

static void check_splitting(struct rule_context *c)
{
	static const struct { struct slice name; size_t word; } rows[] = {
		{ SLICE_INIT("rewrite"), 1 }, { SLICE_INIT("return"), 1 }, { SLICE_INIT("proxy_pass"), 0 },
		{ SLICE_INIT("proxy_set_header"), 1 },
	};

	nginx_each_deep(d, root_of(c)) for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!slice_eq(d->name, rows[i].name))
			continue;
		size_t word = slice_is(d->name, "return") && d->words.count == 1 ? 0 : rows[i].word;
		struct slice value = nginx_word(d, word);
		/* A rewrite that stays within the server sends nothing out. */
		if (slice_is(d->name, "rewrite") && !has(value, "://") && d->words.count < 3)
			continue;
		if (nginx_value_of(d, value).newline)
			rule_alias(c, rule_fail(c, d->span, "a line break of the client's gets into %.*s, and splits the request or the answer",
						SLICE_ARG(d->name)), "gixy:http_splitting");
	}
}

static struct slice host_part(struct slice url, struct slice *ret_scheme)
{
	size_t at = slice_find(url, SLICE("://"));

	*ret_scheme = at < url.len ? slice_first(url, at) : SLICE_EMPTY;
	if (at < url.len)
		url = slice_from(url, at + 3);
	size_t end = 0;
	while (end < url.len && strchr("?#/)", url.data[end]) == NULL)
		end++;
	return slice_first(url, end);
}

static bool is_internal(const struct nginx_directive *d)
{
	for (const struct nginx_directive *level = d->parent; level; level = level->parent)
		if (nginx_child(level, SLICE("internal")))
			return true;
	return false;
}

static void check_ssrf(struct rule_context *c)
{
	each_directive(d, c, "proxy_pass") {
		struct slice scheme, host = host_part(nginx_word(d, 0), &scheme);
		struct nginx_value v = nginx_value_of(d, host), s = nginx_value_of(d, scheme);
		bool hit = v.has_variable && v.dot && !v.slash;

		if (!hit && !(s.has_variable && !slice_is(scheme, "$scheme")))
			continue;
		struct assessment *x = rule_fail(c, d->span, "the client chooses the %s that the request is passed to",
						 hit ? "host" : "scheme");
		rule_alias_if(c, x, hit && !is_internal(d), "gixy:ssrf");
		rule_alias_if(c, x, hit, "semgrep:dynamic-proxy-host");
		rule_alias_if(c, x, s.has_variable, "semgrep:dynamic-proxy-scheme");
	}
}

static void check_alias(struct rule_context *c)
{
	each_directive(d, c, "alias") {
		const struct nginx_directive *location = nginx_around(d, SLICE("location"));
		bool regex = location && location->words.count > 1 && !slice_is(nginx_word(location, 0), "^~");
		struct slice path = location && location->words.count ? nginx_word(location, location->words.count - 1) : SLICE_EMPTY;

		if (!location || regex || slice_ends(path, SLICE("/")) || !slice_ends(nginx_word(d, 0), SLICE("/")))
			continue;
		struct assessment *x = rule_fail(c, location->span, "%.*s../ reaches the directory above the alias", SLICE_ARG(path));
		rule_also_at(c, x, d->span);
		rule_alias(c, x, "gixy:alias_traversal");
		struct span at = location->words.items[location->words.count - 1].span;
		if (!location->words.items[location->words.count - 1].quoted) {
			at.offset += at.length;
			at.length = 0;
			rule_edit(c, rule_fix(c, x, true, "End the location with a slash"), at, SLICE("/"));
		}
	}
}

/* --- access --- */

static void check_allow(struct rule_context *c)
{
	each_directive(d, c, "allow") {
		bool denied = false;

		if (slice_is(nginx_word(d, 0), "all") || !d->parent)
			continue;
		nginx_each(other, d->parent)
			denied |= slice_is(other->name, "deny") && slice_is(nginx_word(other, 0), "all");
		if (!denied)
			rule_alias(c, rule_fail(c, d->span, "allow without deny all keeps nobody out"), "gixy:allow_without_deny");
	}
}

static bool harmless_in_if(const struct nginx_directive *d)
{
	static const char *const names[] = { "return", "rewrite", "set", "break", "access_log" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (slice_eq(d->name, slice_from_cstr(names[i])))
			return true;
	return false;
}

static void check_if(struct rule_context *c)
{
	each_directive(d, c, "if") {
		if (!nginx_around(d, SLICE("location")))
			continue;
		nginx_each(inner, d)
			if (!harmless_in_if(inner)) {
				rule_alias(c, rule_fail(c, inner->span, "%.*s inside of an if in a location does not do what it says",
							SLICE_ARG(inner->name)), "gixy:if_is_evil");
				break;
			}
	}
}

/* One alternative of a pattern over Origin or Referer: anchored, dots escaped, ended behind the host. */
static bool loose_alternative(struct slice p)
{
	if (!slice_cut_prefix(&p, SLICE("^")))
		return true;
	size_t at = slice_find(p, SLICE("://"));
	size_t escaped = slice_find(p, SLICE(":\\/\\/"));
	struct slice host = at < p.len ? slice_from(p, at + 3) : escaped < p.len ? slice_from(p, escaped + 5) : p;
	bool ended = false;

	for (size_t i = 0; i < host.len && !ended; i++) {
		char c = host.data[i];

		if (c == '\\' && i + 1 < host.len) {
			ended = host.data[i + 1] == '/';
			i++;
		} else if (c == '[') {
			i += slice_find_byte(slice_from(host, i), ']');
		} else if (c == '.') {
			return true; /* any character, where a dot was meant */
		} else if (c == '/' || c == '$') {
			ended = true;
		}
	}
	return !ended;
}

/* Alternatives at the top level of the pattern. */
static bool loose_pattern(struct slice p)
{
	size_t depth = 0, start = 0;

	for (size_t i = 0; i <= p.len; i++) {
		char c = i < p.len ? p.data[i] : '|';

		if (c == '\\')
			i++;
		else if (c == '[' && i < p.len)
			i += slice_find_byte(slice_from(p, i), ']');
		else if (c == '(')
			depth++;
		else if (c == ')' && depth)
			depth--;
		else if (c == '|' && depth == 0) {
			if (loose_alternative(slice_first(slice_from(p, start), i - start)))
				return true;
			start = i + 1;
		}
	}
	return false;
}

static void check_origins(struct rule_context *c)
{
	each_directive(d, c, "if") {
		struct slice variable = nginx_word(d, 0), pattern = nginx_word(d, 2);

		slice_cut_prefix(&variable, SLICE("("));
		if (d->words.count < 3 || !(slice_is(variable, "$http_origin") || slice_is(variable, "$http_referer")) ||
		    !has(nginx_word(d, 1), "~"))
			continue;
		if (!d->words.items[2].quoted)
			slice_cut_suffix(&pattern, SLICE(")"));
		if (loose_pattern(pattern))
			rule_alias(c, rule_fail(c, d->span, "another site can choose a name that this pattern lets pass"), "gixy:origins");
	}
}

static void check_referers(struct rule_context *c)
{
	each_directive(d, c, "valid_referers")
		vec_each(w, &d->words)
			if (slice_is(w->value, "none")) {
				rule_alias(c, rule_fail(c, d->span, "a request without Referer passes, and a client can leave it out"),
					   "gixy:valid_referers");
				break;
			}
}

static bool is_local(struct slice address)
{
	static const char *const starts[] = { "127.", "10.", "192.168.", "[::1]", "[fc", "[fd", "[fe80", "localhost", "unix:", "169.254." };

	if (slice_is(address, "::1") || !has(address, ".") || slice_starts(address, SLICE("$")))
		return !(address.len > 3 && has(address, ":") && address.data[0] != '[' && !slice_is(address, "::1"));
	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		if (slice_starts(address, slice_from_cstr(starts[i])))
			return true;
	uint64_t second;
	struct slice rest = address, part;
	return slice_cut_prefix(&rest, SLICE("172.")) && slice_split(rest, '.', &part, &rest) &&
	       slice_to_u64(part, &second) && second >= 16 && second <= 31;
}

static void check_resolver(struct rule_context *c)
{
	each_directive(d, c, "resolver")
		vec_each(w, &d->words)
			if (!has(w->value, "=") && !is_local(w->value)) {
				rule_alias(c, rule_fail(c, d->span, "names are asked of %.*s: who stands on the way can answer in its place",
							SLICE_ARG(w->value)), "gixy:resolver_external");
				break;
			}
}

static void check_tokens(struct rule_context *c)
{
	each_directive(d, c, "server_tokens")
		if (!slice_is(nginx_word(d, 0), "off")) {
			struct assessment *x = rule_fail(c, d->span, "every answer tells nginx's version");
			rule_alias(c, x, "gixy:version_disclosure");
			if (d->words.count)
				rule_edit(c, rule_fix(c, x, false, "Switch server_tokens off"), d->words.items[0].span, SLICE("off"));
		}
}

/* --- TLS --- */

static bool is_ssl_server(const struct nginx_directive *server)
{
	nginx_each(d, server)
		if (slice_is(d->name, "listen"))
			vec_each(w, &d->words)
				if (slice_is(w->value, "ssl") || slice_is(w->value, "quic"))
					return true;
	return false;
}

static void check_protocols(struct rule_context *c)
{
	each_directive(d, c, "ssl_protocols") {
		struct buf kept;
		bool old = false, modern = false;

		buf_init(&kept, 1024);
		vec_each(w, &d->words) {
			bool weak = slice_is(w->value, "SSLv2") || slice_is(w->value, "SSLv3") || slice_is(w->value, "TLSv1") ||
				    slice_is(w->value, "TLSv1.0") || slice_is(w->value, "TLSv1.1");

			old |= weak;
			modern |= !weak;
			if (!weak)
				buf_printf(&kept, "%s%.*s", kept.len ? " " : "", SLICE_ARG(w->value));
		}
		if (old) {
			struct assessment *x = rule_fail(c, d->span, "protocols that browsers gave up in 2020 are still spoken");
			rule_alias(c, x, "semgrep:insecure-ssl-version");
			struct span at = span_join(d->words.items[0].span, d->words.items[d->words.count - 1].span);
			rule_edit(c, rule_fix(c, x, false, "Speak TLS 1.2 and 1.3 only"), at,
				  modern ? buf_slice(&kept) : SLICE("TLSv1.2 TLSv1.3"));
		}
		buf_release(&kept);
	}
}

static void check_protocols_missing(struct rule_context *c)
{
	each_directive(d, c, "server") {
		bool set = nginx_child(d, SLICE("ssl_protocols")) || nginx_in_force(d, SLICE("ssl_protocols"));

		if (is_ssl_server(d) && !set)
			rule_alias(c, rule_fail(c, d->span, "which TLS versions are spoken depends on nginx's own default"),
				   "semgrep:missing-ssl-version");
	}
}

/* Parts that make up OpenSSL's names of cipher suites up to TLS 1.2; every suite is a row of these. */
static bool known_suite(struct slice name)
{
	static const char *const exchanges[] = { "ECDHE-RSA-", "ECDHE-ECDSA-", "DHE-RSA-", "DHE-DSS-", "ECDHE-PSK-", "DHE-PSK-",
						 "RSA-PSK-", "PSK-", "ADH-", "AECDH-", "SRP-RSA-", "SRP-DSS-", "SRP-", "ECDHE-", "" };
	static const char *const ciphers[] = {
		"AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-CCM", "AES256-CCM", "AES128-CCM8", "AES256-CCM8", "AES128-SHA256",
		"AES256-SHA256", "AES256-SHA384", "AES128-SHA", "AES256-SHA", "CHACHA20-POLY1305", "CAMELLIA128-SHA256",
		"CAMELLIA256-SHA256", "CAMELLIA256-SHA384", "CAMELLIA128-SHA", "CAMELLIA256-SHA", "ARIA128-GCM-SHA256",
		"ARIA256-GCM-SHA384", "AES128-CBC-SHA", "AES256-CBC-SHA", "AES128-CBC-SHA256", "AES256-CBC-SHA384", "NULL-SHA",
		"NULL-SHA256", "NULL-SHA384", "NULL-MD5", "AES-128-CBC-SHA", "AES-256-CBC-SHA", "RC4-SHA", "RC4-MD5", "DES-CBC3-SHA",
		"SEED-SHA", "IDEA-CBC-SHA" };

	for (size_t i = 0; i < ARRAY_LEN(exchanges); i++) {
		struct slice rest = name;

		if (!slice_cut_prefix(&rest, slice_from_cstr(exchanges[i])))
			continue;
		for (size_t j = 0; j < ARRAY_LEN(ciphers); j++)
			if (slice_eq(rest, slice_from_cstr(ciphers[j])))
				return true;
	}
	return slice_starts(name, SLICE("TLS_"));
}

/* Only names that are made like suites are judged: keywords such as HIGH are a language of their own. */
static bool looks_like_suite(struct slice name)
{
	return has(name, "-") && (has(name, "SHA") || has(name, "GCM") || has(name, "POLY") || has(name, "CCM"));
}

static bool weak_suite(struct slice name)
{
	return has(name, "RC4") || has(name, "DES") || has(name, "NULL") || has(name, "MD5") || slice_starts(name, SLICE("ADH")) ||
	       slice_starts(name, SLICE("AECDH")) || has(name, "EXP") || slice_is(name, "LOW") || slice_is(name, "aNULL") ||
	       slice_is(name, "eNULL") || has(name, "SEED") || has(name, "IDEA");
}

static void check_ciphers(struct rule_context *c)
{
	each_directive(d, c, "ssl_ciphers") {
		struct slice rest = nginx_word(d, 0), name;

		while (slice_next(&rest, ':', &name)) {
			bool away = slice_starts(name, SLICE("!")) || slice_starts(name, SLICE("-"));

			if (away || slice_empty(name))
				continue;
			slice_cut_prefix(&name, SLICE("+"));
			if (looks_like_suite(name) && !known_suite(name))
				rule_discriminator(c, rule_fail(c, d->span, "OpenSSL knows no cipher suite %.*s: it is passed over", SLICE_ARG(name)), name);
			else if (weak_suite(name))
				rule_discriminator(c, rule_fail(c, d->span, "the cipher suite %.*s is broken or encrypts nothing", SLICE_ARG(name)), name);
		}
	}
}

static void check_dhe(struct rule_context *c)
{
	each_directive(d, c, "ssl_ciphers") {
		struct slice list = nginx_word(d, 0);
		bool dhe = slice_starts(list, SLICE("DHE-")) || has(list, ":DHE-");

		if (dhe && !nginx_in_force(d, SLICE("ssl_dhparam")))
			rule_fail(c, d->span, "DHE suites without ssl_dhparam are never used, and today's recommendation leaves them out");
	}
}

static bool sets_hsts(const struct nginx_directive *level)
{
	return adds(level, SLICE("strict-transport-security"));
}

static void check_hsts(struct rule_context *c)
{
	each_directive(d, c, "server") {
		bool set = sets_hsts(d);

		for (const struct nginx_directive *level = d->parent; level && !nginx_child(d, SLICE("add_header")); level = level->parent)
			set |= sets_hsts(level);
		nginx_each(location, d)
			set |= location->has_block && sets_hsts(location);
		const struct nginx_directive *reject = nginx_child(d, SLICE("ssl_reject_handshake"));

		/* Who is turned away in the handshake gets no header. */
		if (is_ssl_server(d) && !set && !(reject && slice_is(nginx_word(reject, 0), "on")))
			rule_fail(c, d->span, "browsers are not told to come back over TLS: Strict-Transport-Security is missing");
	}
}

/* A redirect to the client's own Host, in a server that takes any. */
static void check_redirect_host(struct rule_context *c)
{
	each_directive(d, c, "return") {
		struct slice target = nginx_word(d, d->words.count ? d->words.count - 1 : 0);
		const struct nginx_directive *server = nginx_around(d, SLICE("server"));
		const struct nginx_directive *name = server ? nginx_child(server, SLICE("server_name")) : NULL;

		if (!has(target, "://$host") && !has(target, "://$http_host"))
			continue;
		if (name && name->words.count && !slice_is(nginx_word(name, 0), "_") && !has(target, "$http_host"))
			continue;
		rule_fail(c, d->span, "the redirect leads to whatever Host the client sent: no server_name says which are ours");
	}
}

static void check_insecure_redirect(struct rule_context *c)
{
	each_directive(d, c, "rewrite") {
		struct slice flag = nginx_word(d, 2);

		if ((slice_is(flag, "redirect") || slice_is(flag, "permanent")) && !has(nginx_word(d, 1), "://"))
			rule_alias(c, rule_fail(c, d->span, "a redirect without scheme and host keeps plain HTTP plain"), "semgrep:insecure-redirect");
	}
}

static void check_upgrade(struct rule_context *c)
{
	each_directive(d, c, "proxy_set_header")
		if (slice_eq_nocase(nginx_word(d, 0), SLICE("upgrade")) && has(nginx_word(d, 1), "$http_upgrade") && d->parent) {
			bool connection = false;

			nginx_each(other, d->parent)
				connection |= slice_is(other->name, "proxy_set_header") &&
					      slice_eq_nocase(nginx_word(other, 0), SLICE("connection")) &&
					      has(nginx_word(other, 1), "$http_connection");
			if (connection)
				rule_alias(c, rule_fail(c, d->span, "a client can upgrade to h2c through the proxy and reach what it denies"),
					   "semgrep:possible-nginx-h2c-smuggling");
		}
}

/* In nginx.conf itself, server belongs into http; files under conf.d are included there. */
static void check_main_context(struct rule_context *c)
{
	const struct document *doc = rule_document(c);
	struct slice head = slice_first(doc->text, slice_find_byte(doc->text, '\n'));
	bool main_file = slice_ends(doc->path, SLICE("nginx.conf")) || (doc->holder && has(head, "nginx.conf"));
	bool fragment = true;

	nginx_each(d, root_of(c))
		fragment &= !slice_is(d->name, "events") && !slice_is(d->name, "http") && !slice_is(d->name, "server");
	if (!main_file || fragment)
		return;
	nginx_each(d, root_of(c))
		if (slice_is(d->name, "server") || slice_is(d->name, "upstream")) {
			rule_fail(c, d->span, "nginx does not start: \"%.*s\" belongs into http, which nginx.conf has to open", SLICE_ARG(d->name));
			break;
		}
}

#define ROW(name, what, level, sure, kind, check_function, why, wrong, right, ...)                          \
	{ .rule = { .id = SLICE_INIT(name), .version = 1, .title = SLICE_INIT(what), .severity = level,     \
		    .confidence = sure, .fix = kind, .help = SLICE_INIT(why), .bad = wrong, .good = right,   \
		    __VA_ARGS__ },                                                                         \
	  .check = check_function }
#define SURE CONFIDENCE_HIGH
#define LIKELY CONFIDENCE_MEDIUM
#define GIXY(...) .aliases = RULE_LIST(__VA_ARGS__)
#define TLS_SERVER "listen 443 ssl;\n  server_name example.com;\n  add_header Strict-Transport-Security max-age=63072000;\n"

static const struct rule_row rows[] = {
	ROW("nginx-syntax", "nginx cannot read the file", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_syntax,
	    "nginx refuses to start with it. Mend the syntax at the place.", "server {\n  listen 80\n}\n", "server {\n  listen 80;\n}\n", .references = NULL),
	ROW("nginx-main-context", "server outside of http", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_main_context,
	    "nginx.conf is read in the main context, where server is unknown. Put events and http around it, or mount it under conf.d.",
	    "server {\n  listen 8080;\n}\n", "events {}\nhttp {\n  server {\n    listen 8080;\n  }\n}\n", .references = NULL),
	ROW("nginx-alias-traversal", "Alias that leads out of its directory", SEVERITY_HIGH, SURE, RULE_FIX_UNSAFE, check_alias,
	    "A location without a slash at its end matches /files../secret as well. End it with a slash.",
	    "location /files {\n  alias /data/files/;\n}\n", "location /files/ {\n  alias /data/files/;\n}\n",
	    GIXY("gixy:alias_traversal"), .references = RULE_LIST("cwe:CWE-22")),
	ROW("nginx-ssrf", "Request passed to where the client says", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_ssrf,
	    "The proxy reaches hosts that the client cannot. Name the backends, or mark the location internal.",
	    "location /proxy/ {\n  proxy_pass http://$arg_host;\n}\n", "location /proxy/ {\n  proxy_pass http://backend;\n}\n",
	    GIXY("gixy:ssrf", "semgrep:dynamic-proxy-host", "semgrep:dynamic-proxy-scheme"), .references = RULE_LIST("cwe:CWE-918")),
	ROW("nginx-splitting", "Line break of a client in a request or answer", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_splitting,
	    "$uri and groups such as [^/]+ hold decoded line breaks. Use $request_uri, or a pattern that leaves them out.",
	    "location / {\n  return 301 https://example.com$uri;\n}\n", "location / {\n  return 301 https://example.com$request_uri;\n}\n",
	    GIXY("gixy:http_splitting"), .references = RULE_LIST("cwe:CWE-113")),
	ROW("nginx-header-injection", "Line break of a client in a header", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_header_value,
	    "A header that ends where the client wants lets it add others. Take a variable without line breaks.",
	    "location ~ /v1/((?<action>[^.]*)\\.json)?$ {\n  add_header X-Action $action;\n}\n",
	    "location /v1/ {\n  add_header X-Action $request_uri;\n}\n", GIXY("gixy:http_splitting", "semgrep:header-injection"),
	    .references = RULE_LIST("cwe:CWE-113")),
	ROW("nginx-host-header", "Host of the client's choice passed on", SEVERITY_MEDIUM, SURE, RULE_FIX_UNSAFE, check_host,
	    "Backends build links and resets from Host. $host is the name that the server matched.",
	    "location / {\n  proxy_set_header Host $http_host;\n}\n", "location / {\n  proxy_set_header Host $host;\n}\n",
	    GIXY("gixy:host_spoofing", "semgrep:request-host-used"), .references = RULE_LIST("cwe:CWE-290")),
	ROW("nginx-forwarded-for", "X-Forwarded-For of the client's passed on", SEVERITY_LOW, LIKELY, RULE_FIX_NONE, check_forwarded,
	    "The first proxy must write the header, not add to it: use $remote_addr, or name the proxies before it with set_real_ip_from.",
	    "location / {\n  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n}\n",
	    "location / {\n  proxy_set_header X-Forwarded-For $remote_addr;\n}\n", .references = RULE_LIST("cwe:CWE-348")),
	ROW("nginx-header-lost", "Headers of the level above lost", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_redefinition,
	    "add_header is inherited only where a level has none of its own. Repeat the headers, or include them from one file.",
	    "server {\n  add_header X-Frame-Options DENY;\n  location / {\n    add_header X-A b;\n  }\n}\n",
	    "server {\n  add_header X-Frame-Options DENY;\n  location / {\n    add_header X-Frame-Options DENY;\n    add_header X-A b;\n  }\n}\n",
	    GIXY("gixy:add_header_redefinition", "semgrep:header-redefinition")),
	ROW("nginx-header-multiline", "Header over several lines", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_multiline,
	    "Folded headers are obsolete and dropped or misread. Write the value on one line.",
	    "add_header X-A \"b\n  c\";\n", "add_header X-A \"b c\";\n", GIXY("gixy:add_header_multiline")),
	ROW("nginx-content-type", "Content-Type by add_header", SEVERITY_LOW, SURE, RULE_FIX_NONE, check_content_type,
	    "The answer has two of them, and which one counts is up to the client. Use default_type.",
	    "add_header Content-Type text/plain;\n", "default_type text/plain;\n", GIXY("gixy:add_header_content_type")),
	ROW("nginx-allow-without-deny", "allow that keeps nobody out", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_allow,
	    "Who is not named is let in. Add deny all behind it.", "location /a/ {\n  allow 10.0.0.0/8;\n}\n",
	    "location /a/ {\n  allow 10.0.0.0/8;\n  deny all;\n}\n", GIXY("gixy:allow_without_deny"), .references = RULE_LIST("cwe:CWE-284")),
	ROW("nginx-if", "if with more than return or rewrite", SEVERITY_MEDIUM, LIKELY, RULE_FIX_NONE, check_if,
	    "Only one if of a location counts, and other directives in it surprise. Use map, or a location of its own.",
	    "location / {\n  if ($arg_a) {\n    add_header X-A b;\n  }\n}\n", "location / {\n  if ($arg_a) {\n    return 403;\n  }\n}\n",
	    GIXY("gixy:if_is_evil")),
	ROW("nginx-origin-pattern", "Pattern of trusted origins that lets others pass", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_origins,
	    "Anchor every alternative with ^, escape the dots, and end the host with a slash or $.",
	    "if ($http_origin !~ \"^https://example.com\") {\n  return 403;\n}\n", "if ($http_origin !~ \"^https://example\\.com$\") {\n  return 403;\n}\n",
	    GIXY("gixy:origins"), .references = RULE_LIST("cwe:CWE-346")),
	ROW("nginx-referer-none", "Requests without Referer let pass", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_referers,
	    "A page can tell the browser to send none. Leave out none.", "valid_referers none example.com;\n",
	    "valid_referers server_names example.com;\n", GIXY("gixy:valid_referers")),
	ROW("nginx-resolver", "Names resolved by a server far away", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_resolver,
	    "Answers can be forged on the way, and nginx passes requests to them. Use a resolver on the host: Docker's is 127.0.0.11.",
	    "resolver 8.8.8.8;\n", "resolver 127.0.0.11;\n", GIXY("gixy:resolver_external"), .references = RULE_LIST("cwe:CWE-350")),
	ROW("nginx-version", "nginx tells its version", SEVERITY_LOW, SURE, RULE_FIX_SAFE, check_tokens,
	    "Scanners sort by it. Switch server_tokens off.", "server_tokens on;\n", "server_tokens off;\n",
	    GIXY("gixy:version_disclosure"), .references = RULE_LIST("cwe:CWE-200")),
	ROW("nginx-tls-protocols", "Old TLS versions spoken", SEVERITY_HIGH, SURE, RULE_FIX_SAFE, check_protocols,
	    "SSL 3, TLS 1.0 and 1.1 are broken and retired (RFC 8996). Speak TLS 1.2 and 1.3.",
	    "ssl_protocols TLSv1 TLSv1.2;\n", "ssl_protocols TLSv1.2 TLSv1.3;\n", GIXY("semgrep:insecure-ssl-version"),
	    .references = RULE_LIST("cwe:CWE-327", "guide:TLS/SSL Configuration")),
	ROW("nginx-tls-default", "TLS versions left to the default", SEVERITY_LOW, SURE, RULE_FIX_NONE, check_protocols_missing,
	    "Before nginx 1.23.4 the default spoke TLS 1.0. Say ssl_protocols TLSv1.2 TLSv1.3.",
	    "server {\n  " TLS_SERVER "}\n", "server {\n  " TLS_SERVER "  ssl_protocols TLSv1.2 TLSv1.3;\n}\n", GIXY("semgrep:missing-ssl-version")),
	ROW("nginx-tls-ciphers", "Cipher suites that are none, or broken", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_ciphers,
	    "OpenSSL passes over names that it does not know; when none is left nginx does not start. Take the intermediate list of Mozilla's generator.",
	    "ssl_ciphers ECDHE-RSA-AES256-GCM-SHA512;\n", "ssl_ciphers ECDHE-RSA-AES256-GCM-SHA384;\n", .references = RULE_LIST("cwe:CWE-327", "guide:TLS/SSL Configuration")),
	ROW("nginx-tls-dhe", "DHE suites without parameters", SEVERITY_LOW, SURE, RULE_FIX_NONE, check_dhe,
	    "Without ssl_dhparam OpenSSL offers none of them. Leave them out: ECDHE does the same for less.",
	    "ssl_ciphers DHE-RSA-AES256-GCM-SHA384;\n", "ssl_ciphers ECDHE-RSA-AES256-GCM-SHA384;\n", .references = RULE_LIST("guide:TLS/SSL Configuration")),
	ROW("nginx-hsts", "TLS server without Strict-Transport-Security", SEVERITY_LOW, SURE, RULE_FIX_NONE, check_hsts,
	    "The first request of the next visit goes over plain HTTP again. Add the header (RFC 6797).",
	    "server {\n  listen 443 ssl;\n}\n", "server {\n  " TLS_SERVER "}\n", .references = RULE_LIST("cwe:CWE-319")),
	ROW("nginx-redirect-host", "Redirect to the client's Host", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_redirect_host,
	    "In the only server, or without server_name, any Host gets here. Name the servers and redirect to a fixed name.",
	    "server {\n  listen 80;\n  return 301 https://$host$request_uri;\n}\n",
	    "server {\n  listen 80;\n  server_name example.com;\n  return 301 https://$host$request_uri;\n}\n", .references = RULE_LIST("cwe:CWE-601")),
	ROW("nginx-insecure-redirect", "Redirect that keeps the scheme", SEVERITY_LOW, LIKELY, RULE_FIX_NONE, check_insecure_redirect,
	    "A relative redirect of a plain request stays plain. Write https:// and the host.",
	    "rewrite ^/(.*)$ /c/$1 permanent;\n", "rewrite ^/(.*)$ https://example.com/c/$1 permanent;\n", GIXY("semgrep:insecure-redirect")),
	ROW("nginx-h2c", "Upgrade of the client's choice passed on", SEVERITY_MEDIUM, LIKELY, RULE_FIX_NONE, check_upgrade,
	    "Over a connection that became h2c the proxy's rules no longer apply. Pass on Upgrade for websocket only.",
	    "location / {\n  proxy_set_header Upgrade $http_upgrade;\n  proxy_set_header Connection $http_connection;\n}\n",
	    "location / {\n  proxy_set_header Upgrade $http_upgrade;\n  proxy_set_header Connection upgrade;\n}\n",
	    GIXY("semgrep:possible-nginx-h2c-smuggling")),
};

const struct rule_table nginx_rules = { RULE_NGINX, rows, ARRAY_LEN(rows) };
