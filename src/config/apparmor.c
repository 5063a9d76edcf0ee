#include "config/apparmor.h"

#include "base/cleanup.h"
#include "base/limits.h"

/* Profiles, children and hats: the language itself has three levels. */
#define DEPTH_MAX 8

struct reader {
	struct slice text;
	size_t at;
	uint32_t source;
	struct arena *arena;
	struct apparmor_file *file;
	int32_t open[DEPTH_MAX]; /* numbers of profiles */
	unsigned depth;
};

static struct span span_at(const struct reader *r, size_t from, size_t to)
{
	return (struct span){r->source, from, to - from};
}

static struct slice between(const struct reader *r, size_t from, size_t to)
{
	return slice_first(slice_from(r->text, from), to - from);
}

/* ---- statements ---- */

struct statement {
	size_t from, to; /* without what ends it */
	char end;	 /* ',' '{' or '\n' */
	struct slice_list words;
};

static bool blank_at(const struct reader *r, size_t at)
{
	return at >= r->text.len || ascii_space(r->text.data[at]);
}

/* A brace that opens a block stands alone; one of a pattern or variable does not. */
static bool opens_block(const struct reader *r, size_t at)
{
	return r->text.data[at] == '{' && (at == 0 || blank_at(r, at - 1)) && blank_at(r, at + 1);
}

static bool by_line(struct slice start)
{
	slice_cut_prefix(&start, SLICE("#"));
	return slice_starts(start, SLICE("include")) || slice_starts(start, SLICE("@{")) ||
	       slice_starts(start, SLICE("${"));
}

/* From r->at to the statement's end, which is consumed. False: the text ended first. */
static bool take_statement(struct reader *r, struct statement *s)
{
	bool line = by_line(slice_from(r->text, r->at)), hash = r->text.data[r->at] == '#';
	unsigned braces = 0, parentheses = 0;
	char quote = 0;

	*s = (struct statement){.from = r->at};
	for (; r->at < r->text.len; r->at++) {
		char c = r->text.data[r->at];

		s->to = r->at;
		if (quote) {
			r->at += c == '\\';
			quote = c == quote ? 0 : quote;
		} else if (c == '\\') {
			r->at++;
		} else if (c == '"') {
			quote = c;
		} else if (c == '\n' && line) {
			break;
		} else if (c == '#' && blank_at(r, r->at - (r->at > 0)) && r->at > s->from + hash) {
			if (line)
				break;
			r->at += slice_find_byte(slice_from(r->text, r->at), '\n') - 1;
		} else if (opens_block(r, r->at) || (c == ',' && !braces && !parentheses)) {
			break;
		} else if (c == '}' && !braces) {
			/* A rule whose comma was forgotten. */
			return false;
		} else {
			braces += c == '{';
			braces -= c == '}';
			parentheses += c == '(';
			parentheses -= c == ')' && parentheses;
		}
	}
	if (r->at >= r->text.len) {
		s->to = r->text.len;
		s->end = '\n';
		r->at = r->text.len;
		return line;
	}
	s->end = r->text.data[r->at] == '#' ? '\n' : r->text.data[r->at];
	r->at += r->text.data[r->at] != '#';
	return true;
}

static void split(struct reader *r, struct statement *s)
{
	struct slice text = between(r, s->from, s->to);

	for (size_t at = 0; at < text.len;) {
		size_t start = at;
		char quote = 0;

		if (ascii_space(text.data[at])) {
			at++;
			continue;
		}
		if (text.data[at] == '#' && at) {
			at += slice_find_byte(slice_from(text, at), '\n');
			continue;
		}
		for (; at < text.len && (quote || !ascii_space(text.data[at])); at++) {
			if (text.data[at] == '"')
				quote = quote ? 0 : '"';
			at += text.data[at] == '\\' && at + 1 < text.len;
		}
		if (at > text.len)
			at = text.len;
		*vec_add(r->arena, &s->words) = slice_first(slice_from(text, start), at - start);
	}
}

static struct slice unquoted(struct slice s)
{
	if (s.len >= 2 && s.data[0] == '"' && s.data[s.len - 1] == '"')
		return slice_first(slice_from(s, 1), s.len - 2);
	return s;
}

/* ---- rules ---- */

static const struct {
	struct slice word;
	enum apparmor_kind kind;
} keywords[] = {
	{SLICE_INIT("capability"), APPARMOR_CAPABILITY},
	{SLICE_INIT("network"), APPARMOR_NETWORK},
	{SLICE_INIT("mount"), APPARMOR_MOUNT},
	{SLICE_INIT("remount"), APPARMOR_REMOUNT},
	{SLICE_INIT("umount"), APPARMOR_UMOUNT},
	{SLICE_INIT("unmount"), APPARMOR_UMOUNT},
	{SLICE_INIT("pivot_root"), APPARMOR_PIVOT_ROOT},
	{SLICE_INIT("ptrace"), APPARMOR_PTRACE},
	{SLICE_INIT("signal"), APPARMOR_SIGNAL},
	{SLICE_INIT("dbus"), APPARMOR_DBUS},
	{SLICE_INIT("unix"), APPARMOR_UNIX},
	{SLICE_INIT("set"), APPARMOR_RLIMIT},
	{SLICE_INIT("rlimit"), APPARMOR_RLIMIT},
	{SLICE_INIT("change_profile"), APPARMOR_CHANGE_PROFILE},
	{SLICE_INIT("include"), APPARMOR_INCLUDE},
	{SLICE_INIT("#include"), APPARMOR_INCLUDE},
	{SLICE_INIT("abi"), APPARMOR_ABI},
	{SLICE_INIT("userns"), APPARMOR_USERNS},
	{SLICE_INIT("io_uring"), APPARMOR_IO_URING},
	{SLICE_INIT("mqueue"), APPARMOR_MQUEUE},
	{SLICE_INIT("all"), APPARMOR_ALL},
	{SLICE_INIT("link"), APPARMOR_LINK},
	{SLICE_INIT("alias"), APPARMOR_ALIAS},
	{SLICE_INIT("file"), APPARMOR_FILE},
};

static bool is_path(struct slice s)
{
	s = unquoted(s);
	return !slice_empty(s) && (s.data[0] == '/' || s.data[0] == '@' || s.data[0] == '{');
}

static bool is_permissions(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!strchr("rwaklmxiupcPUCd", s.data[i]))
			return false;
	return s.len > 0 && s.len < 12;
}

/* Path and permissions in either order. */
static void read_file_rule(struct apparmor_rule *rule, const struct slice *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (slice_is(words[i], "->"))
			break;
		if (is_path(words[i]) && slice_empty(rule->path))
			rule->path = unquoted(words[i]);
		else if (is_permissions(words[i]) && slice_empty(rule->permissions))
			rule->permissions = words[i];
	}
}

static size_t read_qualifiers(struct apparmor_rule *rule, const struct slice_list *words)
{
	size_t i = 0;

	for (; i < words->count; i++) {
		struct slice w = words->items[i];

		if (slice_is(w, "deny"))
			rule->deny = true;
		else if (slice_is(w, "audit"))
			rule->audit = true;
		else if (slice_is(w, "owner"))
			rule->owner = true;
		else if (!slice_is(w, "allow") && !slice_is(w, "quiet") && !slice_is(w, "other") &&
			 !slice_starts(w, SLICE("priority=")))
			break;
	}
	return i;
}

static void read_rule(struct reader *r, struct statement *s, struct apparmor_rule *rule)
{
	size_t i = read_qualifiers(rule, &s->words);
	struct slice first = i < s->words.count ? s->words.items[i] : SLICE_EMPTY;

	rule->kind = APPARMOR_OTHER;
	rule->span = span_at(r, s->from, s->to);
	if (slice_starts(first, SLICE("@{")) &&
	    slice_find_byte(slice_from(r->text, s->from), '=') < s->to - s->from)
		rule->kind = APPARMOR_VARIABLE;
	else if (is_path(first) || is_permissions(first))
		rule->kind = APPARMOR_FILE;
	for (size_t k = 0; k < ARRAY_LEN(keywords); k++)
		if (slice_eq(first, keywords[k].word))
			rule->kind = keywords[k].kind;
	size_t rest = is_path(first) || is_permissions(first) ? i : i + 1;
	if (rest > s->words.count)
		rest = s->words.count;
	rule->words = (struct slice_list){s->words.items + rest, s->words.count - rest,
					  s->words.count - rest};
	if (rule->kind == APPARMOR_FILE)
		read_file_rule(rule, rule->words.items, rule->words.count);
	if (rule->kind == APPARMOR_INCLUDE && rule->words.count)
		rule->path = unquoted(rule->words.items[rule->words.count - 1]);
	if (rule->kind == APPARMOR_OTHER && !slice_empty(first))
		problem_add(&r->file->problems, PROBLEM_SYNTAX, rule->span,
			    "a rule of no known kind: %.*s", SLICE_ARG(slice_first(first, 60)));
}

/* ---- profiles ---- */

/* "flags=(a, b)" or "(a b)" at the end of a header. */
static void read_flags(struct reader *r, struct slice header, struct apparmor_profile *p)
{
	size_t open = slice_find_byte(header, '(');
	struct slice rest = slice_from(header, open + 1), flag;

	rest = slice_first(rest, slice_find_byte(rest, ')'));
	while (slice_next(&rest, ',', &flag)) {
		struct slice word;

		flag = slice_trim(flag);
		while (slice_next(&flag, ' ', &word))
			if (!slice_empty(word))
				*vec_add(r->arena, &p->flags) = word;
	}
}

static void begin_profile(struct reader *r, struct statement *s)
{
	struct apparmor_profile p = {.parent = r->depth ? r->open[r->depth - 1] : -1};
	unsigned names = 0;

	p.span = span_at(r, s->from, s->to);
	for (size_t i = 0; i < s->words.count; i++) {
		struct slice w = s->words.items[i];

		if (w.data[0] == '(' || slice_starts(w, SLICE("flags")) ||
		    slice_starts(w, SLICE("xattrs")))
			break;
		if (i == 0 && (slice_is(w, "profile") || slice_is(w, "hat"))) {
			p.hat = slice_is(w, "hat");
			continue;
		}
		p.hat |= names == 0 && slice_cut_prefix(&w, SLICE("^"));
		if (names == 0)
			p.name = unquoted(w);
		if (is_path(w))
			p.attachment = unquoted(w);
		names++;
	}
	read_flags(r, between(r, s->from, s->to), &p);
	*vec_add(r->arena, &r->file->profiles) = p;
	if (r->depth < DEPTH_MAX)
		r->open[r->depth++] = (int32_t)r->file->profiles.count - 1;
	else
		problem_add(&r->file->problems, PROBLEM_LIMIT, p.span, "nested too deeply");
}

static void add_rule(struct reader *r, const struct apparmor_rule *rule)
{
	if (r->depth) {
		struct apparmor_profile *p = &r->file->profiles.items[r->open[r->depth - 1]];
		*vec_add(r->arena, &p->rules) = *rule;
		return;
	}
	*vec_add(r->arena, &r->file->preamble) = *rule;
	if (rule->kind != APPARMOR_INCLUDE && rule->kind != APPARMOR_ABI &&
	    rule->kind != APPARMOR_VARIABLE && rule->kind != APPARMOR_ALIAS)
		problem_add(&r->file->problems, PROBLEM_SYNTAX, rule->span,
			    "a rule outside of any profile");
}

static void read_next(struct reader *r)
{
	struct apparmor_rule rule = {0};
	struct statement s;

	if (!take_statement(r, &s)) {
		problem_add(&r->file->problems, PROBLEM_SYNTAX, span_at(r, s.from, s.to),
			    "a rule that does not end with a comma");
		if (r->at == s.from)
			r->at++;
		return;
	}
	split(r, &s);
	while (s.to > s.from && ascii_space(r->text.data[s.to - 1]))
		s.to--;
	if (s.end == '{') {
		begin_profile(r, &s);
		return;
	}
	if (!s.words.count)
		return;
	read_rule(r, &s, &rule);
	add_rule(r, &rule);
}

void apparmor_read(struct slice text, uint32_t source, struct arena *a, struct apparmor_file *ret)
{
	struct reader r = {.text = text, .source = source, .arena = a, .file = ret};

	*ret = (struct apparmor_file){0};
	problem_list_init(&ret->problems, a);
	if (text.len > LIMIT_CONFIG) {
		problem_add(&ret->problems, PROBLEM_LIMIT, span_at(&r, 0, 0),
			    "a text of more than %zu bytes", LIMIT_CONFIG);
		return;
	}
	while (r.at < text.len) {
		struct slice rest = slice_from(text, r.at);

		if (ascii_space(rest.data[0])) {
			r.at++;
		} else if (rest.data[0] == '#' && !slice_starts(rest, SLICE("#include"))) {
			r.at += slice_find_byte(rest, '\n');
		} else if (rest.data[0] == '}') {
			if (!r.depth)
				problem_add(&ret->problems, PROBLEM_SYNTAX,
					    span_at(&r, r.at, r.at + 1),
					    "a brace that closes nothing");
			r.depth -= r.depth > 0;
			r.at++;
		} else {
			read_next(&r);
		}
	}
	if (r.depth)
		problem_add(&ret->problems, PROBLEM_SYNTAX, span_at(&r, text.len, text.len),
			    "a profile that is not closed");
}

bool apparmor_recognise(struct slice text)
{
	struct slice line;

	text = slice_first(text, 64 * KIB);
	while (slice_next_line(&text, &line)) {
		line = slice_trim(line);
		if (slice_empty(line) ||
		    (line.data[0] == '#' && !slice_starts(line, SLICE("#include <"))))
			continue;
		if (slice_starts(line, SLICE("#include <tunables")) ||
		    slice_starts(line, SLICE("include <tunables")) ||
		    slice_starts(line, SLICE("abi <abi")))
			return true;
		if (slice_starts(line, SLICE("profile ")) && slice_ends(line, SLICE("{")))
			return true;
		if (line.data[0] == '/' && slice_ends(line, SLICE(" {")))
			return true;
		if (!slice_starts(line, SLICE("@{")) && !slice_starts(line, SLICE("#include")) &&
		    !slice_starts(line, SLICE("include")))
			return false;
	}
	return false;
}
