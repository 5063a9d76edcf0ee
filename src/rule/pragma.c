#include "rule/pragma.h"

#include "base/cleanup.h"

/* How far a pragma of this form reaches. */
enum reach { REACH_NEXT, REACH_LINE, REACH_STAGE, REACH_FILE };

struct comment {
	struct slice text;   /* behind the '#' and blanks */
	uint64_t offset;     /* of the '#' */
	uint64_t line, end;  /* start of its line, end of the line */
	bool alone;          /* nothing but blanks before it */
};

struct reader {
	uint32_t source;
	struct slice text;
	const struct pragma_unit_list *units;
	struct arena *arena;
	struct pragma_list *list;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The unit that holds the offset or is the first behind it. */
static const struct pragma_unit *unit_at(const struct pragma_unit_list *units, uint64_t offset)
{
	size_t low = 0, high = units->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (units->items[middle].offset + units->items[middle].length > offset)
			high = middle;
		else
			low = middle + 1;
	}
	return low < units->count ? &units->items[low] : NULL;
}

static bool starts_stage(const struct reader *r, const struct pragma_unit *unit)
{
	struct slice text = slice_from(r->text, unit->offset);

	return text.len > 4 && slice_eq_nocase(slice_first(text, 4), SLICE("FROM")) && ascii_space(text.data[4]);
}

/* To the next FROM behind the unit; pragmas for stages are few, so each may look for its own. */
static uint64_t stage_end(const struct reader *r, const struct pragma_unit *unit)
{
	const struct pragma_unit *end = r->units->items + r->units->count;

	for (unit++; unit < end; unit++)
		if (starts_stage(r, unit))
			return unit->offset;
	return r->text.len;
}

/* The first line behind the comment that is neither blank nor a comment. */
static void next_line(struct slice text, uint64_t at, uint64_t *from, uint64_t *to)
{
	*from = *to = text.len;
	while (at < text.len) {
		size_t length = slice_find_byte(slice_from(text, at), '\n');
		struct slice line = slice_trim(slice_first(slice_from(text, at), length));

		if (line.len && line.data[0] != '#') {
			*from = at;
			*to = at + length;
			return;
		}
		at += length + 1;
	}
}

static void set_reach(const struct reader *r, const struct comment *c, enum reach reach, struct pragma *p)
{
	p->from = 0;
	p->to = UINT64_MAX;
	if (reach == REACH_FILE)
		return;
	p->from = c->line;
	p->to = c->end;
	if (reach == REACH_LINE)
		return;
	const struct pragma_unit *unit = r->units ? unit_at(r->units, c->offset) : NULL;
	if (unit) {
		p->from = unit->offset;
		p->to = reach == REACH_STAGE ? stage_end(r, unit) : unit->offset + unit->length;
	} else if (c->alone) {
		next_line(r->text, c->end + 1, &p->from, &p->to);
	}
}

static struct pragma *add(const struct reader *r, const struct comment *c, const char *peer, enum reach reach)
{
	struct pragma *p = vec_add(r->arena, r->list);

	*p = (struct pragma){
		.peer = slice_from_cstr(peer),
		.until = TIMESTAMP_NONE,
		.span = { r->source, c->offset, c->end - c->offset },
	};
	set_reach(r, c, reach, p);
	return p;
}

static void add_ids(const struct reader *r, struct pragma *p, struct slice list)
{
	struct slice id;

	while (slice_next(&list, ',', &id)) {
		id = slice_trim(id);
		id = slice_first(id, slice_find_byte(id, ' '));
		if (!slice_empty(id))
			*vec_add(r->arena, &p->ids) = id;
	}
}

/* "a=b" with blanks around the '='. */
static bool cut_word(struct slice *s, struct slice word)
{
	struct slice rest = *s;

	if (!slice_cut_prefix(&rest, word))
		return false;
	*s = slice_trim(rest);
	return true;
}

/* "reason (until 2027-01-31)": good through that day. */
static void read_reason(struct pragma *p, struct slice text)
{
	struct slice mark = SLICE("(until ");
	size_t at = slice_find(text, mark);
	int64_t day;

	p->reason = slice_trim(text);
	if (at == text.len || text.data[text.len - 1] != ')')
		return;
	struct slice date = slice_from(text, at + mark.len);
	if (!timestamp_parse(slice_trim(slice_first(date, date.len - 1)), &day))
		return;
	p->until = day + 86400;
	p->reason = slice_trim(slice_first(text, at));
}

static void read_own(const struct reader *r, const struct comment *c, struct slice s)
{
	enum reach reach = REACH_NEXT;

	s = slice_trim(s);
	if (cut_word(&s, SLICE("ignore-file")))
		reach = REACH_FILE;
	else if (!cut_word(&s, SLICE("ignore")))
		return;
	if (!cut_word(&s, SLICE("=")))
		return;
	size_t dash = slice_find(s, SLICE("--"));
	struct pragma *p = add(r, c, "bulwark", reach);
	add_ids(r, p, slice_first(s, dash));
	if (dash < s.len)
		read_reason(p, slice_trim(slice_from(s, dash + 2)));
}

/* hadolint takes a list of its and ShellCheck's ids; anything else makes the whole pragma none. */
static bool hadolint_ids(struct slice list)
{
	struct slice id;
	bool any = false;

	while (slice_next(&list, ',', &id)) {
		id = slice_trim(id);
		if (id.len != 6 || !ascii_upper(id.data[0]) || !ascii_upper(id.data[1]))
			return false;
		for (size_t i = 2; i < 6; i++)
			if (!ascii_digit(id.data[i]))
				return false;
		any = true;
	}
	return any;
}

static void read_hadolint(const struct reader *r, const struct comment *c, struct slice s)
{
	enum reach reach = REACH_NEXT;

	/* "ignore=DL3006 # why" */
	s = slice_trim(slice_first(s, slice_find_byte(s, '#')));
	if (cut_word(&s, SLICE("global")))
		reach = REACH_FILE;
	else if (cut_word(&s, SLICE("stage")))
		reach = REACH_STAGE;
	if (!cut_word(&s, SLICE("ignore")) || !cut_word(&s, SLICE("=")) || !hadolint_ids(s))
		return;
	add_ids(r, add(r, c, "hadolint", reach), s);
}

/* Nothing but directives, "# name=value", stands before it: then it is one itself and holds for the file. */
static bool is_directive(const struct reader *r, const struct comment *c)
{
	struct slice head = slice_first(r->text, c->line), line;

	for (size_t n = 0; slice_next_line(&head, &line); n++) {
		line = slice_trim(line);
		if (n == 0 && slice_starts(line, SLICE("#!")))
			continue;
		/* The builder knows three of them. */
		if (n > 3 || !slice_starts(line, SLICE("#")) || slice_find_byte(line, '=') == line.len ||
		    slice_find_byte(slice_trim(slice_from(line, 1)), ' ') < slice_find_byte(slice_trim(slice_from(line, 1)), '=') - 1)
			return false;
	}
	return true;
}

/* "# check=skip=A,B;error=true;experimental=C" */
static void read_check(const struct reader *r, const struct comment *c, struct slice s)
{
	enum reach reach = is_directive(r, c) ? REACH_FILE : REACH_NEXT;
	struct slice part;

	while (slice_next(&s, ';', &part)) {
		part = slice_trim(part);
		if (!cut_word(&part, SLICE("skip")) || !cut_word(&part, SLICE("=")))
			continue;
		struct pragma *p = add(r, c, "buildkit", reach);
		if (!slice_starts(part, SLICE("all")))
			add_ids(r, p, part);
	}
}

static void read_checkov(const struct reader *r, const struct comment *c, struct slice s)
{
	size_t colon = slice_find_byte(s, ':');
	struct pragma *p = add(r, c, "checkov", REACH_FILE);

	add_ids(r, p, slice_first(s, colon));
	p->reason = slice_trim(slice_from(s, colon + 1));
}

/* DS002 and AVD-DS-0002 are older spellings of DS-0002. */
static struct slice trivy_id(struct arena *a, struct slice id)
{
	slice_cut_prefix(&id, SLICE("AVD-"));
	if (id.len == 5 && ascii_alpha(id.data[0]) && ascii_digit(id.data[2]))
		return arena_printf(a, "%.*s-0%.*s", 2, id.data, 3, id.data + 2);
	return id;
}

static void read_trivy(const struct reader *r, const struct comment *c, struct slice s)
{
	struct slice word, exp;

	s = slice_first(s, slice_find_byte(s, ' '));
	slice_split(s, ':', &word, &exp);
	bool head = r->units && r->units->count && c->offset < r->units->items[0].offset;
	struct pragma *p = add(r, c, "trivy", head ? REACH_FILE : REACH_NEXT);
	*vec_add(r->arena, &p->ids) = trivy_id(r->arena, word);
	int64_t day;
	if (slice_cut_prefix(&exp, SLICE("exp:")) && timestamp_parse(slice_first(exp, 10), &day))
		p->until = day;
}

static void read_kics(const struct reader *r, const struct comment *c, struct slice s)
{
	s = slice_trim(s);
	if (slice_is(s, "ignore-line") || slice_is(s, "ignore-block"))
		add(r, c, "kics", REACH_NEXT);
	else if (slice_is(s, "ignore"))
		add(r, c, "kics", REACH_FILE);
}

static void read_dclint(const struct reader *r, const struct comment *c, struct slice s)
{
	static const struct {
		struct slice word;
		enum reach reach;
	} forms[] = {
		{ SLICE_INIT("disable-line"), REACH_LINE },
		{ SLICE_INIT("disable-file"), REACH_FILE },
		{ SLICE_INIT("disable"), REACH_FILE },
	};

	s = slice_trim(s);
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct slice id;

		if (!cut_word(&s, forms[i].word))
			continue;
		struct pragma *p = add(r, c, "dclint", forms[i].reach);
		while (slice_next(&s, ' ', &id))
			if (!slice_empty(slice_trim(id)))
				*vec_add(r->arena, &p->ids) = slice_trim(id);
		return;
	}
}

static void read_zizmor(const struct reader *r, const struct comment *c, struct slice s)
{
	s = slice_trim(s);
	if (!cut_word(&s, SLICE("ignore[")))
		return;
	add_ids(r, add(r, c, "zizmor", REACH_LINE), slice_first(s, slice_find_byte(s, ']')));
}

static void read_shellcheck(const struct reader *r, const struct comment *c, struct slice s)
{
	s = slice_trim(s);
	if (cut_word(&s, SLICE("disable")) && cut_word(&s, SLICE("=")))
		add_ids(r, add(r, c, "shellcheck", REACH_NEXT), s);
}

static void read_semgrep(const struct reader *r, const struct comment *c, struct slice s)
{
	struct pragma *p = add(r, c, "semgrep", c->alone ? REACH_NEXT : REACH_LINE);

	if (cut_word(&s, SLICE(":")))
		add_ids(r, p, s);
}

static const struct {
	struct slice prefix;
	void (*read)(const struct reader *r, const struct comment *c, struct slice rest);
} forms[] = {
	{ SLICE_INIT("bulwark:"), read_own },
	{ SLICE_INIT("hadolint "), read_hadolint },
	{ SLICE_INIT("check="), read_check },
	{ SLICE_INIT("checkov:skip="), read_checkov },
	{ SLICE_INIT("trivy:ignore:"), read_trivy },
	{ SLICE_INIT("kics-scan "), read_kics },
	{ SLICE_INIT("dclint "), read_dclint },
	{ SLICE_INIT("zizmor:"), read_zizmor },
	{ SLICE_INIT("shellcheck "), read_shellcheck },
	{ SLICE_INIT("nosemgrep"), read_semgrep },
};

static void read_comment(const struct reader *r, const struct comment *c)
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct slice rest = c->text;

		if (slice_cut_prefix(&rest, forms[i].prefix)) {
			forms[i].read(r, c, rest);
			return;
		}
	}
}

/* The first '#' of the line that starts a word: what stands before one inside a word is code. */
static void read_line(const struct reader *r, uint64_t line, uint64_t end)
{
	bool alone = true;

	for (uint64_t i = line; i < end; i++) {
		char c = r->text.data[i];

		if (c == '#' && (i == line || is_blank(r->text.data[i - 1]))) {
			uint64_t start = i;

			while (start < end && (r->text.data[start] == '#' || is_blank(r->text.data[start])))
				start++;
			struct comment comment = {
				.text = slice_trim(slice_new(r->text.data + start, end - start)),
				.offset = i, .line = line, .end = end, .alone = alone,
			};
			read_comment(r, &comment);
			return;
		}
		alone &= is_blank(c);
	}
}

void pragma_read(const struct source_table *sources, uint32_t source, const struct pragma_unit_list *units,
		 struct arena *a, struct pragma_list *ret)
{
	const struct source *s = source_get(sources, source);
	struct reader r = { .source = source, .units = units, .arena = a, .list = ret };

	if (!s)
		return;
	r.text = s->bytes;
	for (uint64_t line = 0; line < r.text.len;) {
		uint64_t end = line + slice_find_byte(slice_from(r.text, line), '\n');

		read_line(&r, line, end);
		line = end + 1;
	}
}

/* "hadolint:DL3006" is the alias of hadolint's DL3006. */
static bool alias_is(const char *alias, struct slice peer, struct slice id)
{
	struct slice text = slice_from_cstr(alias);

	return slice_cut_prefix(&text, peer) && slice_cut_prefix(&text, SLICE(":")) &&
	       (slice_empty(id) || slice_eq_nocase(text, id));
}

/* Our own pragma takes the rule's id, "hadolint:DL3006" and "DL3006". */
static bool own_id_is(const struct rule *rule, struct slice id)
{
	if (slice_eq_nocase(rule->id, id))
		return true;
	for (const char *const *alias = rule->aliases; alias && *alias; alias++) {
		struct slice text = slice_from_cstr(*alias), peer, rest;

		if (slice_eq_nocase(text, id))
			return true;
		if (slice_split(text, ':', &peer, &rest) && slice_eq_nocase(rest, id))
			return true;
	}
	return false;
}

static bool names_rule(const struct pragma *p, const struct rule *rule)
{
	bool own = slice_is(p->peer, "bulwark");

	vec_each(id, &p->ids) {
		if (own && own_id_is(rule, *id))
			return true;
		for (const char *const *alias = rule->aliases; !own && alias && *alias; alias++)
			if (alias_is(*alias, p->peer, *id))
				return true;
	}
	if (p->ids.count || own)
		return false;
	for (const char *const *alias = rule->aliases; alias && *alias; alias++)
		if (alias_is(*alias, p->peer, SLICE_EMPTY))
			return true;
	return false;
}

/* Any of the finding's places will do: of two instructions that clash, either may carry the comment. */
static bool speaks_for(const struct pragma *p, const struct assessment *x)
{
	if (p->from == 0 && p->to == UINT64_MAX)
		return true;
	vec_each(at, &x->spans)
		if (at->source == p->span.source && at->offset >= p->from && at->offset < p->to)
			return true;
	return false;
}

void pragma_apply(struct pragma_list *pragmas, struct assessment_list *list, size_t first, int64_t now,
		  struct arena *a)
{
	for (size_t i = first; i < list->count; i++) {
		struct assessment *x = &list->items[i];

		vec_each(p, pragmas) {
			if (p->until != TIMESTAMP_NONE && p->until <= now)
				continue;
			if (!speaks_for(p, x) || !names_rule(p, x->rule))
				continue;
			p->used = true;
			x->suppressed_by = slice_empty(p->reason)
						   ? arena_printf(a, "%.*s pragma", SLICE_ARG(p->peer))
						   : p->reason;
			break;
		}
	}
}
