#include "config/dockerignore.h"

#include "config/docker_runes.h"
#include "config/dockerignore_pattern.h"

struct reader {
	struct arena *arena;
	struct dockerignore *ignore;
	size_t line;
};

static struct span span_of(const struct dockerignore *i, struct slice part)
{
	return (struct span){i->source, (uint64_t)(part.data - i->text.data), part.len};
}

/* As the reader of ignore files hands it on: clean, without a leading slash, `!` in front. */
static struct slice normal(struct reader *r, struct slice text)
{
	bool invert = text.data[0] == '!';

	if (invert)
		text = rune_trim(slice_from(text, 1));
	if (text.len)
		text = dockerignore_clean(text, r->arena);
	if (text.len > 1 && text.data[0] == '/')
		text = slice_from(text, 1);
	return invert ? arena_printf(r->arena, "!%.*s", SLICE_ARG(text)) : text;
}

static void compile(struct reader *r, struct dockerignore_pattern *p)
{
	struct slice path = dockerignore_clean(rune_trim(normal(r, p->text)), r->arena);

	p->exclusion = path.data[0] == '!';
	p->path = p->exclusion ? slice_from(path, 1) : path;
	if (slice_empty(p->path))
		p->problem = SLICE("illegal exclusion pattern: \"!\"");
	else if (!(p->program = dockerignore_compile(p->path, r->arena)))
		p->problem = SLICE("syntax error in pattern");
	r->ignore->has_exclusions |= p->exclusion;
	r->ignore->broken |= p->problem.len > 0;
}

static void read_line(struct reader *r, struct slice line)
{
	struct dockerignore *i = r->ignore;

	if (slice_starts(line, SLICE("#"))) {
		*vec_add(r->arena, &i->comments) = (struct dockerignore_comment){
			span_of(i, line), rune_trim(slice_from(line, 1)), r->line};
		return;
	}
	line = rune_trim(line);
	if (slice_empty(line))
		return;
	struct dockerignore_pattern *p = vec_add(r->arena, &i->patterns);
	p->span = span_of(i, line);
	p->text = line;
	p->line = r->line;
	compile(r, p);
}

const struct dockerignore *dockerignore_parse(struct slice text, uint32_t source, struct arena *a)
{
	struct dockerignore *i = arena_new(a, struct dockerignore);
	struct reader r = {.arena = a, .ignore = i};
	struct slice rest = text, line;

	i->text = text;
	i->source = source;
	slice_cut_prefix(&rest, SLICE("\xef\xbb\xbf"));
	while (slice_next_line(&rest, &line)) {
		r.line++;
		read_line(&r, line);
	}
	return i;
}

/* The pattern matches the path or a directory above it. */
static bool applies(const struct dockerignore_pattern *p, struct slice path, struct slice parent)
{
	if (!p->program)
		return false;
	if (dockerignore_run(p->program, path))
		return true;
	if (slice_is(parent, "."))
		return false;
	for (size_t i = 0; i <= parent.len; i++)
		if ((i == parent.len || parent.data[i] == '/') &&
		    dockerignore_run(p->program, slice_first(parent, i)))
			return true;
	return false;
}

bool dockerignore_match(const struct dockerignore *i, struct slice path,
			const struct dockerignore_pattern **ret_by)
{
	const struct dockerignore_pattern *by = NULL;
	size_t slash = slice_rfind_byte(path, '/');
	bool ignored = false;
	struct arena a;

	arena_init(&a, 0);
	/* Go's filepath.Dir */
	struct slice parent = dockerignore_clean(
		slash == path.len ? SLICE(".") : slice_first(path, slash + 1), &a);
	vec_each(p, &i->patterns) {
		/* It could change nothing. */
		if (p->exclusion != ignored || !applies(p, path, parent))
			continue;
		ignored = !p->exclusion;
		by = p;
	}
	arena_release(&a);
	if (ret_by)
		*ret_by = by;
	return ignored;
}
