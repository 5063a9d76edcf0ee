/* Tokens: how a registry's challenge is met. */
#include "base/limits.h"
#include "docker/base64.h"
#include "docker/challenge.h"
#include "docker/internal.h"
#include "format/json.h"

#define TOKEN_MAX (1 * MIB)
#define CLIENT_ID "bulwark"

/* Percent-encoded (RFC 3986: all but unreserved). */
static void add_encoded(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i];

		if (ascii_alnum(c) || (c && strchr("-._~", c)))
			buf_add_byte(b, c);
		else
			buf_printf(b, "%%%02X", (unsigned)(uint8_t)c);
	}
}

static void add_field(struct buf *b, char separator, const char *name, struct slice value)
{
	if (slice_empty(value))
		return;
	buf_add_byte(b, separator);
	buf_printf(b, "%s=", name);
	add_encoded(b, value);
}

static struct slice scope_of(struct registry *r, const struct challenge *c)
{
	if (!slice_empty(c->scope) && !r->options.push)
		return c->scope;
	return arena_printf(r->run->arena, "repository:%.*s:%s", SLICE_ARG(r->ref.repository),
			    r->options.push ? "pull,push" : "pull");
}

static struct slice basic(struct registry *r)
{
	const struct credentials *c = &r->credentials;
	struct slice pair = arena_printf(r->run->arena, "%.*s:%.*s", SLICE_ARG(c->username),
					 SLICE_ARG(c->password));

	return arena_printf(r->run->arena, "Basic %.*s",
			    SLICE_ARG(base64_encode(pair, r->run->arena)));
}

static void ask_credentials(struct registry *r)
{
	struct error why = ERROR_INIT;

	if (r->asked_credentials)
		return;
	r->asked_credentials = true;
	if (!credentials_find(r->run, r->options.config_dir, r->ref.registry, &r->credentials,
			      &why)) {
		r->credentials = (struct credentials){ 0 };
		run_log(r->run, LOG_WARNING, "no credentials for %.*s: %s",
			SLICE_ARG(r->ref.registry), why.message);
	}
}

/* A service behind https must not send the password into the clear, nor at this machine. */
static bool check_realm(struct registry *r, const struct challenge *c, struct error *err)
{
	bool secure = slice_starts(r->root, SLICE("https://"));

	if (!slice_starts(c->realm, SLICE("https://")) &&
	    !(slice_starts(c->realm, SLICE("http://")) && !secure))
		return error_set(err, ERR_NETWORK,
				 "%.*s asks for a token of \"%.*s\", which is no https address",
				 SLICE_ARG(r->ref.registry),
				 SLICE_ARG(slice_first(c->realm, 200)));
	return true;
}

static bool take_token(struct registry *r, const struct http_answer *answer, struct error *err)
{
	struct arena *a = r->run->arena;
	struct node *root;

	if (!json_parse(answer->body, a, &root, err))
		return error_wrap(err, "the token of %.*s", SLICE_ARG(answer->url));
	struct slice token = node_get_text(root, SLICE("token"));
	if (slice_empty(token))
		token = node_get_text(root, SLICE("access_token"));
	if (slice_empty(token))
		return error_set(err, ERR_FORMAT, "%.*s answers without a token",
				 SLICE_ARG(answer->url));
	r->authorization = arena_printf(a, "Bearer %.*s", SLICE_ARG(token));
	return true;
}

static void form_request(struct registry *r, const struct challenge *c, bool known, struct buf *b,
			 struct http_call *call)
{
	static const struct http_header form[] = {
		{ SLICE_INIT("Content-Type"), SLICE_INIT("application/x-www-form-urlencoded") },
	};
	struct arena *a = r->run->arena;
	bool refresh = known && !slice_empty(r->credentials.identity_token);
	struct slice realm = slice_first(c->realm, slice_find_byte(c->realm, '#'));
	char first = slice_find_byte(realm, '?') < realm.len ? '&' : '?';

	*call = (struct http_call){ .url = realm, .max_bytes = TOKEN_MAX };
	if (refresh) {
		buf_add_lit(b, "grant_type=refresh_token&client_id=" CLIENT_ID);
		add_field(b, '&', "refresh_token", r->credentials.identity_token);
		add_field(b, '&', "service", c->service);
		add_field(b, '&', "scope", scope_of(r, c));
		call->method = "POST";
		call->headers = form;
		call->header_count = 1;
		call->body = arena_copy(a, buf_slice(b));
		return;
	}
	buf_add_slice(b, realm);
	add_field(b, first, "scope", scope_of(r, c));
	add_field(b, '&', "service", c->service);
	if (known) {
		add_field(b, '&', "account", r->credentials.username);
		call->authorization = basic(r);
	}
	call->url = arena_copy(a, buf_slice(b));
}

static bool fetch_token(struct registry *r, const struct challenge *c, bool known, long *ret_status,
			struct error *err)
{
	struct http_answer answer;
	struct http_call call;
	struct buf b;

	buf_init(&b, TOKEN_MAX);
	form_request(r, c, known, &b, &call);
	buf_release(&b);
	*ret_status = 0;
	if (!http_exchange(r->client, &call, NULL, &answer, err))
		return error_wrap(err, "a token for %.*s", SLICE_ARG(r->ref.registry));
	*ret_status = answer.status;
	if (answer.status == 200)
		return take_token(r, &answer, err);
	return registry_refused(r, &answer, SLICE("a token"), err);
}

static bool meet_bearer(struct registry *r, const struct challenge *c, struct error *err)
{
	const struct credentials *own = &r->credentials;
	bool known = !slice_empty(own->username) || !slice_empty(own->identity_token);
	long status;

	if (!slice_empty(own->registry_token)) {
		r->authorization = arena_printf(r->run->arena, "Bearer %.*s",
						SLICE_ARG(own->registry_token));
		return true;
	}
	if (!check_realm(r, c, err))
		return false;
	if (fetch_token(r, c, known, &status, err))
		return true;
	if (!known || r->options.push || (status != 401 && status != 403))
		return false;
	/* Credentials that have expired must not keep from what everybody may see. */
	run_log(r->run, LOG_WARNING, "%s; trying without credentials", err->message);
	error_clear(err);
	return fetch_token(r, c, false, &status, err);
}

bool registry_authorize(struct registry *r, const struct http_answer *answer, struct error *err)
{
	struct challenge_list list = { 0 };
	const struct challenge *bearer = NULL;
	bool may_basic = false;

	vec_each(h, &answer->headers)
		if (slice_eq_nocase(h->name, SLICE("WWW-Authenticate")))
			challenge_parse(h->value, r->run->arena, &list);
	vec_each(c, &list) {
		if (c->scheme == CHALLENGE_BEARER && !bearer && !slice_empty(c->realm))
			bearer = c;
		may_basic |= c->scheme == CHALLENGE_BASIC;
	}
	ask_credentials(r);
	r->authorization = SLICE_EMPTY;
	if (bearer)
		return meet_bearer(r, bearer, err);
	if (may_basic && !slice_empty(r->credentials.username)) {
		r->authorization = basic(r);
		return true;
	}
	return registry_refused(r, answer, SLICE("access"), err);
}
