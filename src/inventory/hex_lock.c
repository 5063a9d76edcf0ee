/*
 * Lock files of packages from Hex: mix.lock (an Elixir map, an entry a line),
 * rebar.lock (Erlang terms) and Gleam's manifest.toml.
 *
 * Sources: Mix.Dep.Lock and Hex.SCM ("{:hex, name, version, checksum, managers,
 * deps, repo, outer checksum}"), rebar3's rebar_config (lock file versions 1 to
 * 3), Gleam's "manifest.toml".
 */
#include "base/limits.h"
#include "inventory/manifest.h"
#include "inventory/rows.h"

#define MAX_SIZE (32 * MIB)

static bool matches(struct slice path)
{
	struct slice name = inventory_base_name(path);

	return slice_is(name, "mix.lock") || slice_is(name, "rebar.lock") ||
	       slice_is(name, "manifest.toml");
}

/* ---------------------------------------------------------------- mix.lock */

/* The next text between double quotes; *rest goes on behind it. */
static bool quoted(struct slice *rest, struct slice *ret)
{
	struct slice head, tail;

	return slice_split(*rest, '"', &head, &tail) && slice_split(tail, '"', ret, rest);
}

static bool atom(struct slice *rest, struct slice *ret)
{
	size_t n = 0;

	*rest = slice_trim(*rest);
	if (!slice_cut_prefix(rest, SLICE(":")))
		return false;
	if (rest->len && rest->data[0] == '"')
		return quoted(rest, ret);
	while (n < rest->len && (ascii_alnum(rest->data[n]) || strchr("_@!?", rest->data[n])))
		n++;
	*ret = slice_first(*rest, n);
	*rest = slice_from(*rest, n);
	return n > 0;
}

/* "[{:jason, "~> 1.0", [hex: :jason, ...]}, ...]": each in braces of its own. */
static void mix_depends(struct manifest *m, struct package *p, struct slice rest)
{
	struct slice name;
	size_t at;

	while ((at = slice_find(rest, SLICE("{:"))) < rest.len) {
		rest = slice_from(rest, at + 1);
		if (atom(&rest, &name))
			manifest_depend(m, p, name);
	}
}

static void mix_entry(struct manifest *m, struct slice line, size_t offset)
{
	struct slice key, name, version, rest = line;
	size_t end = line.len;

	while (end && (line.data[end - 1] == ',' || ascii_space(line.data[end - 1])))
		end--;
	if (!quoted(&rest, &key))
		goto bad;
	rest = slice_trim(rest);
	if (!slice_cut_prefix(&rest, SLICE(":")))
		goto bad;
	rest = slice_trim(rest);
	if (slice_cut_prefix(&rest, SLICE("{:hex,"))) {
		if (!atom(&rest, &name) || !quoted(&rest, &version))
			goto bad;
		struct package *p = manifest_add_at(m, name, version, 0, offset, end);
		if (p && !p->depends.count)
			mix_depends(m, p, rest);
		return;
	}
	if (slice_cut_prefix(&rest, SLICE("{:git,"))) {
		struct slice url;

		if (!quoted(&rest, &url) || !quoted(&rest, &version))
			goto bad;
		manifest_add_at(m, key, version, PACKAGE_LOCAL, offset, end);
		return;
	}
bad:
	manifest_skip(m, offset, "an entry that is neither of Hex nor of git");
}

static void read_mix(struct manifest *m)
{
	struct slice rest = m->text, line;

	while (slice_next_line(&rest, &line)) {
		struct slice text = slice_trim(line);

		if (slice_empty(text) || slice_is(text, "%{") || slice_is(text, "}") ||
		    slice_is(text, "%{}") || text.data[0] == '#')
			continue;
		size_t offset = (size_t)(text.data - m->text.data);
		if (m->out->packages.count == m->before && text.data[0] != '"' && text.data[0] != '%') {
			manifest_refuse(m, "this is no map of locked packages");
			return;
		}
		slice_cut_prefix(&text, SLICE("%{"));
		mix_entry(m, slice_trim(text), offset);
	}
}

/* -------------------------------------------------------------- rebar.lock */

/* <<"name">> */
static bool binary(struct slice *rest, struct slice *ret)
{
	struct slice text = slice_trim(*rest);

	if (!slice_cut_prefix(&text, SLICE("<<\"")) || !slice_split(text, '"', ret, &text) ||
	    !slice_cut_prefix(&text, SLICE(">>")))
		return false;
	*rest = text;
	return true;
}

static bool comma(struct slice *rest)
{
	*rest = slice_trim(*rest);
	return slice_cut_prefix(rest, SLICE(","));
}

/* The level of a dependency stands behind its source: 0 is what the project asks for itself. */
static uint32_t rebar_level(struct slice rest)
{
	rest = slice_from(rest, slice_find_byte(rest, '}') + 1);
	return comma(&rest) && slice_trim(rest).len && slice_trim(rest).data[0] != '0'
		       ? PACKAGE_INDIRECT : 0;
}

/* {<<"app">>,{pkg,<<"name">>,<<"1.0.0">>},0} or {<<"app">>,{git,"url",{ref,"commit"}},0} */
static void rebar_entry(struct manifest *m, struct slice rest, size_t offset)
{
	struct slice app, name, version, from = rest;

	if (!binary(&rest, &app) || !comma(&rest))
		return;
	rest = slice_trim(rest);
	if (slice_cut_prefix(&rest, SLICE("{pkg,"))) {
		if (!binary(&rest, &name) || !comma(&rest) || !binary(&rest, &version)) {
			manifest_skip(m, offset, "a package without a name and version");
			return;
		}
		manifest_add_at(m, name, version, rebar_level(rest), offset,
				(size_t)(version.data + version.len - from.data));
	} else if (slice_cut_prefix(&rest, SLICE("{git,")) &&
		   slice_find(rest, SLICE("{ref,")) < rest.len) {
		rest = slice_from(rest, slice_find(rest, SLICE("{ref,")));
		if (quoted(&rest, &version))
			manifest_add_at(m, app, version,
					PACKAGE_LOCAL | rebar_level(slice_from(rest, 1)), offset,
					(size_t)(version.data + version.len - from.data));
	}
}

static void read_rebar(struct manifest *m)
{
	static const struct slice start = SLICE_INIT("{<<\"");
	size_t at = slice_find(m->text, start);

	while (at < m->text.len) {
		struct slice rest = slice_from(m->text, at + 1);
		size_t length = slice_find(rest, start);

		rebar_entry(m, slice_first(rest, length), at + 1);
		at += 1 + length;
	}
	if (m->out->packages.count == m->before && slice_trim(m->text).len &&
	    slice_trim(m->text).data[0] != '[' && slice_trim(m->text).data[0] != '{' &&
	    slice_trim(m->text).data[0] != '%')
		manifest_refuse(m, "this is no list of locked packages");
}

/* ----------------------------------------------------------- manifest.toml */

static void read_gleam(struct manifest *m)
{
	manifest_read(m, MANIFEST_TOML);
	const struct node *wanted = node_get(m->root, SLICE("requirements"));
	node_each(it, node_get(m->root, SLICE("packages"))) {
		struct slice name = node_get_text(it, SLICE("name"));
		struct slice source = node_get_text(it, SLICE("source"));
		bool direct = node_get(wanted, name) != NULL;

		/* Other programs have a manifest.toml too. */
		if (slice_empty(source))
			continue;
		struct package *p = manifest_add(m, name, node_get_text(it, SLICE("version")),
						 (slice_is(source, "hex") ? 0u : PACKAGE_LOCAL) |
							 (direct ? 0u : PACKAGE_INDIRECT), it);
		if (!p || p->depends.count)
			continue;
		manifest_set(m, &p->integrity, node_get_text(it, SLICE("outer_checksum")));
		node_each(need, node_get(it, SLICE("requirements")))
			manifest_depend(m, p, node_text(need));
	}
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	struct slice name = inventory_base_name(in->path);
	struct manifest m;

	manifest_begin(&m, ORIGIN_MIX_LOCK, in, out);
	if (slice_is(name, "rebar.lock"))
		read_rebar(&m);
	else if (slice_is(name, "manifest.toml"))
		read_gleam(&m);
	else
		read_mix(&m);
	return manifest_end(&m, err);
}

const struct inventory_row inventory_hex_lock = {
	.name = "hex-lock",
	.origin = ORIGIN_MIX_LOCK,
	.scopes = INVENTORY_DIRECTORY,
	.max_size = MAX_SIZE,
	.ends = "kl",
	.matches = matches,
	.parse = parse,
};
