/* NAME=value in its many forms: environment, env_file, labels, args, lists of texts. */
#include "base/limits.h"
#include "config/compose_internal.h"

void compose_read_texts(struct compose_reader *r, const struct value *v,
			struct compose_text_list *ret)
{
	if (value_scalar(v) && v->type != NODE_NULL)
		*vec_add(r->arena, ret) = (struct compose_text){v, v->text};
	value_each(it, v)
	{
		struct slice text = value_text(it);

		/* "host: address" of a map is told like the list's "host=address". */
		if (v->type == NODE_MAP)
			text = arena_printf(r->arena, "%.*s=%.*s", SLICE_ARG(it->key),
					    SLICE_ARG(text));
		*vec_add(r->arena, ret) = (struct compose_text){it, text};
	}
}

/* Of an item "NAME=value" whose text stands in the file as it is: the part behind the =. */
static struct span behind_sign(const struct value *item, size_t name_length)
{
	struct span s = item->span;
	size_t quotes = item->style == VALUE_SINGLE_QUOTED || item->style == VALUE_DOUBLE_QUOTED;

	if (item->style > VALUE_DOUBLE_QUOTED || item->raw.len + 2 * quotes != s.length)
		return s;
	s.offset += quotes + name_length + 1;
	s.length -= 2 * quotes + name_length + 1;
	return s;
}

static void add_pair(struct compose_reader *r, struct map *seen, const struct compose_pair *p,
		     struct compose_pair_list *ret)
{
	bool fresh;
	uint64_t *n = map_put(seen, p->name, &fresh);

	if (!fresh) {
		ret->items[*n] = *p;
		return;
	}
	*n = ret->count;
	*vec_add(r->arena, ret) = *p;
}

static void read_into(struct compose_reader *r, const struct value *v, struct map *seen,
		      struct compose_pair_list *ret)
{
	value_each(it, v)
	{
		struct compose_pair p = {.at = it, .literal = !it->interpolated};

		if (v->type == NODE_MAP) {
			p.name = it->key;
			p.has_value = it->type != NODE_NULL;
			p.value = value_text(it);
			p.value_span = it->span;
			p.span = value_member_span(it);
		} else {
			p.has_value = slice_split(value_text(it), '=', &p.name, &p.value);
			p.value_span = p.has_value ? behind_sign(it, p.name.len) : it->span;
			p.span = it->span;
		}
		/* A list's item that was made a member keeps the place of the whole item. */
		if (v->type == NODE_MAP && it->key_span.offset == it->span.offset &&
		    it->key_span.source == it->span.source && p.has_value) {
			p.span = it->span;
			p.value_span = behind_sign(it, p.name.len);
		}
		add_pair(r, seen, &p, ret);
	}
}

void compose_read_pairs(struct compose_reader *r, const struct value *v,
			struct compose_pair_list *ret)
{
	struct map seen;

	map_init(&seen);
	read_into(r, v, &seen, ret);
	map_release(&seen);
}

/* The text of a file, once for all services that name it; false when it cannot be read. */
static bool env_text(struct compose_reader *r, struct slice path, uint32_t *ret_source)
{
	uint64_t *known = map_get(&r->env_texts, path);
	struct error err = ERROR_INIT;
	struct slice text;

	if (known) {
		*ret_source = (uint32_t)*known;
		return *known > 0;
	}
	bool ok = r->files && r->files->read && !r->options->no_files &&
		  r->files->read(r->files->context, path, r->arena, &text, &err);
	*ret_source = ok ? source_add(r->sources, path, text, -1) : 0;
	*map_put(&r->env_texts, path, NULL) = *ret_source;
	return ok;
}

static void read_env_file(struct compose_reader *r, const struct value *v, struct map *seen,
			  struct compose_service *s)
{
	const struct value *path = value_scalar(v) ? v : value_at(v, "path");
	const struct value *required = value_at(v, "required");
	struct compose_env_file f = {.at = v, .required = !required || value_truth(required)};
	struct env_entry_list entries;

	f.raw = slice_is(value_text(value_at(v, "format")), "raw");
	f.path = compose_resolve(r, path ? path : v, value_text(path));
	f.read = !slice_empty(value_text(path)) && env_text(r, f.path, &f.source);
	*vec_add(r->arena, &s->env_files) = f;
	if (!f.read) {
		if (f.required && !r->options->no_files)
			compose_problem(r, PROBLEM_FILE, path ? path : v,
					"the file %.*s cannot be read", SLICE_ARG(f.path))
				->name = f.path;
		return;
	}
	env_file_read(source_get(r->sources, f.source)->bytes, f.source, f.raw, r->lookup, r->arena,
		      &entries, &r->project->problems);
	vec_each(e, &entries) {
		struct compose_pair p = {.at = v,
					 .name = e->name,
					 .value = e->value,
					 .has_value = e->set,
					 .from_file = true,
					 .span = e->span,
					 .value_span = e->value_span};
		p.literal = slice_find_byte(e->raw, '$') == e->raw.len;
		add_pair(r, seen, &p, &s->environment);
	}
}

void compose_read_env_files(struct compose_reader *r, const struct value *v,
			    struct compose_service *s)
{
	const struct value *files = value_at(v, "env_file");
	struct map seen;

	map_init(&seen);
	if (value_is(files, NODE_LIST)) {
		value_each(it, files) read_env_file(r, it, &seen, s);
	} else if (value_scalar(files) && files->type != NODE_NULL) {
		read_env_file(r, files, &seen, s);
	}
	read_into(r, value_at(v, "environment"), &seen, &s->environment);
	map_release(&seen);
}
