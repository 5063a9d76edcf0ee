/*
 * Installed Ruby gems: the *.gemspec files in "specifications" folders, which
 * RubyGems writes itself when it installs (Gem::Specification#to_ruby), so that
 * name and version stand there as plain strings; and those that Bundler writes
 * into the folders of gems from repositories.  Nothing is run: what is no
 * string literal is not known.
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (4 * MIB)
#define DEPENDS_MAX 10000

static bool from_repository(struct slice path)
{
	return slice_starts(path, SLICE("bundler/gems/")) || slice_find(path, SLICE("/bundler/gems/")) < path.len;
}

static bool matches(struct slice path)
{
	return slice_ends(path, SLICE(".gemspec")) &&
	       (path_inside(path, SLICE("specifications")) || from_repository(path));
}

struct spec {
	struct manifest *m;
	struct slice self; /* what the block calls the specification */
	struct slice name, version, license, author;
	struct slice_list depends;
	struct map seen;
};

/* ---- Ruby's string literals ---- */

static char closing(char open)
{
	switch (open) {
	case '<': return '>';
	case '(': return ')';
	case '[': return ']';
	case '{': return '}';
	default: return open;
	}
}

/*
 * The literal that the text starts with: "a", 'a', %q<a>.  One with an escape
 * or a value put in is none of use: neither stands in a name or version.
 */
static bool take_literal(struct slice *text, struct slice *ret)
{
	struct slice rest = *text;
	char end;

	if (slice_cut_prefix(&rest, SLICE("%q")) || slice_cut_prefix(&rest, SLICE("%Q"))) {
		if (slice_empty(rest))
			return false;
		end = closing(rest.data[0]);
	} else if (!slice_empty(rest) && (rest.data[0] == '"' || rest.data[0] == '\'')) {
		end = rest.data[0];
	} else {
		return false;
	}
	rest = slice_from(rest, 1);
	size_t length = slice_find_byte(rest, end);
	*ret = slice_first(rest, length);
	if (length == rest.len || slice_find_byte(*ret, '\\') < length ||
	    (end != '\'' && slice_find(*ret, SLICE("#{")) < length))
		return false;
	*text = slice_trim(slice_from(rest, length + 1));
	slice_cut_prefix(text, SLICE(".freeze"));
	return true;
}

/* A literal, perhaps as the argument of Gem::Version.new, with nothing but a comment behind it. */
static struct slice value_of(struct slice text)
{
	struct slice literal;
	bool wrapped = slice_cut_prefix(&text, SLICE("Gem::Version.new("));

	text = slice_trim(text);
	if (!take_literal(&text, &literal))
		return SLICE_EMPTY;
	text = slice_trim(text);
	if (wrapped && !slice_cut_prefix(&text, SLICE(")")))
		return SLICE_EMPTY;
	slice_cut_prefix(&text, SLICE(".freeze"));
	text = slice_trim(text);
	return slice_empty(text) || text.data[0] == '#' || text.data[0] == ';' ? literal : SLICE_EMPTY;
}

/* ["MIT".freeze, "Ruby"] or a literal alone. */
static struct slice list_of(struct manifest *m, struct slice text)
{
	struct slice all = SLICE_EMPTY, one;

	slice_cut_prefix(&text, SLICE("["));
	for (text = slice_trim(text); take_literal(&text, &one); text = slice_trim(text)) {
		if (all.len + one.len > LIMIT_NAME)
			break;
		all = slice_empty(all) ? one : manifest_join(m, all, ", ", one);
		text = slice_trim(text);
		if (!slice_cut_prefix(&text, SLICE(",")))
			break;
	}
	return all;
}

/* ---- lines ---- */

static void set_once(struct slice *field, struct slice value)
{
	if (slice_empty(*field))
		*field = value;
}

static void add_dependency(struct spec *s, struct slice arguments)
{
	struct slice name;
	bool fresh;

	arguments = slice_trim(arguments);
	slice_cut_prefix(&arguments, SLICE("("));
	arguments = slice_trim(arguments);
	if (!take_literal(&arguments, &name) || s->depends.count == DEPENDS_MAX)
		return;
	/* Old specifications say it once for each version of RubyGems. */
	map_put(&s->seen, name, &fresh);
	if (fresh)
		*vec_add(&s->m->scratch, &s->depends) = name;
}

/* What follows "s." */
static void read_attribute(struct spec *s, struct slice text)
{
	size_t end = 0;

	while (end < text.len && (ascii_alnum(text.data[end]) || text.data[end] == '_'))
		end++;
	struct slice key = slice_first(text, end), value = slice_trim(slice_from(text, end));
	if (slice_is(key, "add_dependency") || slice_is(key, "add_runtime_dependency")) {
		add_dependency(s, value);
		return;
	}
	if (!slice_cut_prefix(&value, SLICE("=")) || slice_starts(value, SLICE("=")))
		return;
	value = slice_trim(value);
	if (slice_is(key, "name"))
		set_once(&s->name, value_of(value));
	else if (slice_is(key, "version"))
		set_once(&s->version, value_of(value));
	else if (slice_is(key, "license") || slice_is(key, "licenses"))
		set_once(&s->license, list_of(s->m, value));
	else if (slice_is(key, "author") || slice_is(key, "authors"))
		set_once(&s->author, list_of(s->m, value));
}

/* "Gem::Specification.new do |s|", perhaps with name and version as arguments. */
static bool read_start(struct spec *s, struct slice line)
{
	size_t at = slice_find(line, SLICE("Gem::Specification.new"));
	struct slice head, rest;

	if (at == line.len || !slice_split(slice_from(line, at), '|', &head, &rest))
		return false;
	s->self = slice_trim(slice_first(rest, slice_find_byte(rest, '|')));
	return true;
}

/* "# stub: name version platform paths": RubyGems itself reads no more until it needs to. */
static bool read_stub(struct spec *s, struct slice line)
{
	if (!slice_cut_prefix(&line, SLICE("# stub: ")) || !slice_empty(s->name))
		return false;
	slice_split(line, ' ', &s->name, &line);
	slice_split(line, ' ', &s->version, &line);
	if (inventory_sound(s->name) && inventory_sound(s->version))
		return true;
	s->name = s->version = SLICE_EMPTY;
	return false;
}

static void read_lines(struct spec *s)
{
	struct slice rest = s->m->text, line;

	while (slice_next_line(&rest, &line)) {
		line = slice_trim(line);
		if (slice_empty(s->self) && (read_stub(s, line) || read_start(s, line)))
			continue;
		if (!slice_empty(s->self) && slice_cut_prefix(&line, s->self) &&
		    slice_cut_prefix(&line, SLICE(".")))
			read_attribute(s, line);
	}
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct manifest m;
	struct spec s = { .m = &m };

	manifest_begin(&m, ORIGIN_GEM, in, out);
	map_init(&s.seen);
	read_lines(&s);
	uint32_t flags = from_repository(in->path) ? PACKAGE_LOCAL : 0;
	struct package *p = slice_empty(s.name) || slice_empty(s.version) ? NULL :
			    manifest_add_at(&m, s.name, s.version, flags, 0, 0);
	if (p) {
		manifest_set(&m, &p->license, s.license);
		manifest_set(&m, &p->maintainer, s.author);
		for (size_t i = 0; i < s.depends.count; i++)
			manifest_depend(&m, p, s.depends.items[i]);
	} else {
		manifest_refuse(&m, "no name and version that can be read without running the file");
	}
	map_release(&s.seen);
	return manifest_end(&m, err);
}

const struct inventory_row inventory_gem = {
	.name = "gem",
	.origin = ORIGIN_GEM,
	.scopes = INVENTORY_IMAGE | INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.matches = matches,
	.ends = "c",
	.parse = parse,
};
