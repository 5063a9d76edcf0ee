/*
 * How the files of a project become one tree: each is read, its variables are
 * put in, `extends` is followed, what it includes is taken in, and it goes over
 * what came before.
 */
#include "base/limits.h"
#include "config/compose_internal.h"

/* Variables of .env files, over those of the files that include this one. */
struct scope {
	const struct scope *parent;
	const struct env_lookup *process;
	struct env_entry_list env;
	struct map index;     /* name -> number of the entry and 1 */
	struct slice project; /* its name, as far as it is known */
};

/* One service that is being extended, up to the first. */
struct chain {
	const struct chain *parent;
	struct slice path, service;
	unsigned depth;
};

/* One file that is being included. */
struct including {
	const struct including *parent;
	struct slice path;
	unsigned depth;
};

struct loader {
	const struct compose_options *options;
	const struct config_files *files;
	struct source_table *sources;
	struct arena *arena;
	struct compose_project *project;
	struct merger merger;
	struct map by_path;   /* path -> number of the file and 1 */
	struct map variables; /* name -> told that it is not set */
	struct map known;     /* name -> is in the project's list */
	size_t text;	      /* bytes made by putting in variables */
};

static bool find_variable(const void *context, struct slice name, struct slice *ret)
{
	const struct scope *top = context;

	if (top->process && top->process->find &&
	    top->process->find(top->process->context, name, ret))
		return true;
	/* What an outer file's .env says goes before the included one's. */
	bool found = false;
	for (const struct scope *s = top; s; s = s->parent) {
		const uint64_t *n = map_get(&s->index, name);

		if (n && s->env.items[*n - 1].set) {
			*ret = s->env.items[*n - 1].value;
			found = true;
		}
	}
	if (!found && slice_is(name, "COMPOSE_PROJECT_NAME")) {
		*ret = top->project;
		return true;
	}
	return found;
}

static struct problem *tell(struct loader *l, enum problem_kind kind, const struct value *at,
			    struct slice what)
{
	return problem_add(&l->project->problems, kind, at ? at->span : (struct span){0}, "%.*s",
			   SLICE_ARG(what));
}

/* ---- files ---- */

static const struct compose_file *add_file(struct loader *l, struct slice path,
					   struct slice directory, struct slice text,
					   uint32_t source, bool main)
{
	struct compose_file *f = vec_add(l->arena, &l->project->files);

	*f = (struct compose_file){.path = path, .directory = directory, .main = main};
	f->source = source ? source : source_add(l->sources, path, text, -1);
	yaml_doc_read(text, f->source, l->arena, &f->doc, &l->project->problems);
	*map_put(&l->by_path, path, NULL) = l->project->files.count;
	return f;
}

/* NULL, and a problem at the value that names it, when it cannot be read. */
static const struct compose_file *open_file(struct loader *l, struct slice path,
					    struct slice directory, bool main,
					    const struct value *at)
{
	const uint64_t *n = map_get(&l->by_path, path);
	struct error err = ERROR_INIT;
	struct slice text;

	if (n)
		return &l->project->files.items[*n - 1];
	if (l->project->files.count >= LIMIT_COMPOSE_FILES) {
		tell(l, PROBLEM_LIMIT, at, SLICE("too many files"));
		return NULL;
	}
	if (!l->files || !l->files->read ||
	    !l->files->read(l->files->context, path, l->arena, &text, &err)) {
		struct problem *x =
			problem_add(&l->project->problems, PROBLEM_FILE,
				    at ? at->span : (struct span){0}, "%.*s cannot be read: %s",
				    SLICE_ARG(path), err.code ? err.message : "no access to files");
		x->name = path;
		return NULL;
	}
	return add_file(l, path, directory, text, 0, main);
}

/* ---- variables ---- */

static void note_variables(struct loader *l, const struct value *v, const struct interpolation *i)
{
	vec_each(it, &i->variables) {
		bool fresh;

		map_put(&l->known, it->name, &fresh);
		if (fresh)
			*vec_add(l->arena, &l->project->variables) = *it;
		bool unset =
			!it->set && !it->has_default && !it->required && slice_empty(it->operator);
		if (!unset)
			continue;
		map_put(&l->variables, it->name, &fresh);
		if (fresh) {
			struct problem *x = problem_add(&l->project->problems, PROBLEM_UNSET,
							v->span, "the variable %.*s is not set",
							SLICE_ARG(slice_first(it->name, 100)));
			x->name = it->name;
		}
	}
}

static void put_variables(struct loader *l, struct value *v, const struct scope *scope)
{
	struct env_lookup lookup = {find_variable, scope};
	struct interpolation i;

	if (v->type != NODE_STRING || slice_find_byte(v->raw, '$') == v->raw.len ||
	    l->text > LIMIT_CONFIG_TEXT)
		return;
	bool ok = interpolate(v->raw, &lookup, true, l->arena, &i);
	l->text += i.text.len;
	note_variables(l, v, &i);
	if (!ok) {
		struct problem *x =
			tell(l, slice_empty(i.problem_name) ? PROBLEM_VALUE : PROBLEM_UNSET, v,
			     i.problem);
		x->name = i.problem_name;
	}
	v->text = i.text;
	v->interpolated = true;
	v->unset = i.unset || !ok;
	v->from_default = i.from_default;
	if (l->text > LIMIT_CONFIG_TEXT)
		tell(l, PROBLEM_LIMIT, v, SLICE("the variables put in are too long together"));
}

/* A copy without shadows, with variables put in. Depth is bounded by the reader. */
static struct value *copy_tree(struct loader *l, const struct value *v, const struct scope *scope)
{
	struct value *copy = value_share(l->arena, v);

	copy->first = copy->last = NULL;
	copy->count = 0;
	if (scope)
		put_variables(l, copy, scope);
	value_each(it, v)
	{
		if (!merger_take(&l->merger, 1, it->span))
			break;
		value_append(copy, copy_tree(l, it, scope));
	}
	return copy;
}

/* ---- extends ---- */

static struct value *file_tree(struct loader *l, const struct compose_file *f,
			       const struct scope *scope);
static const struct value *extend(struct loader *l, const struct value *service,
				  const struct value *services, const struct compose_file *f,
				  const struct scope *scope, const struct chain *parent);

static bool in_chain(const struct chain *c, struct slice path, struct slice service)
{
	for (; c; c = c->parent)
		if (slice_eq(c->path, path) && slice_eq(c->service, service))
			return true;
	return false;
}

/* The service that `extends` names, extended itself; NULL and a problem when there is none. */
static const struct value *find_base(struct loader *l, const struct value *extends,
				     const struct value *services, const struct compose_file *f,
				     const struct scope *scope, const struct chain *chain)
{
	struct slice name = value_scalar(extends) ? value_text(extends)
						  : value_text(value_at(extends, "service"));
	const struct value *file = value_at(extends, "file"), *root = NULL;
	struct slice path = value_text(file);

	if (!slice_empty(path)) {
		if (l->options->no_files)
			return NULL;
		path = path_join(l->arena, f->directory, path);
		f = open_file(l, path, path_directory(path), false, file);
		root = f ? file_tree(l, f, scope) : NULL;
		services = root ? value_at(root, "services") : NULL;
		if (!f)
			return NULL;
	}
	const struct value *base = value_get(services, name);
	if (!base) {
		struct problem *x =
			problem_add(&l->project->problems, PROBLEM_UNDEFINED, extends->span,
				    "there is no service \"%.*s\" to extend",
				    SLICE_ARG(slice_first(name, 100)));
		x->name = name;
		return NULL;
	}
	if (in_chain(chain, f->path, name) || chain->depth > LIMIT_COMPOSE_DEPTH) {
		problem_add(&l->project->problems, PROBLEM_CYCLE, extends->span,
			    "the service \"%.*s\" extends itself",
			    SLICE_ARG(slice_first(name, 100)));
		return NULL;
	}
	return extend(l, base, services, f, scope, chain);
}

/* The service with what it extends below it. */
static const struct value *extend(struct loader *l, const struct value *service,
				  const struct value *services, const struct compose_file *f,
				  const struct scope *scope, const struct chain *parent)
{
	const struct value *extends = value_at(service, "extends");
	struct chain chain = {parent, f->path, service->key, parent ? parent->depth + 1 : 0};
	struct compose_path path = {{SLICE("services"), service->key}, 2};

	if (!extends || !value_is(service, NODE_MAP))
		return service;
	const struct value *base = find_base(l, extends, services, f, scope, &chain);
	if (!base || !value_is(base, NODE_MAP))
		return service;
	struct value *below = value_share(l->arena, base);
	below->first = below->last = NULL;
	below->count = 0;
	value_each(it, base)
	{
		if (slice_is(it->key, "extends") || !merger_take(&l->merger, 1, it->span))
			continue;
		struct value *x = value_share(l->arena, it);
		x->way = VALUE_EXTENDED;
		x->via = extends->span;
		value_append(below, x);
	}
	struct value *out = compose_merge(&l->merger, below, service, path);
	out->key = service->key;
	out->key_span = service->key_span;
	out->span = service->span;
	out->way = service->way;
	return out;
}

static void apply_extends(struct loader *l, struct value *root, const struct compose_file *f,
			  const struct scope *scope)
{
	for (struct value *group = root->first; group; group = group->next) {
		if (!slice_is(group->key, "services") && !slice_is(group->key, "jobs"))
			continue;
		struct value before = *group;
		struct value_list extended = {0};

		value_each(it, group) * vec_add(l->arena, &extended) =
			value_share(l->arena, extend(l, it, &before, f, scope, NULL));
		group->first = group->last = NULL;
		group->count = 0;
		vec_each(it, &extended)
			value_append(group, *it);
	}
}

/* ---- one file ---- */

/* Its documents one over the other, with variables put in. NULL: it holds no map. */
static struct value *file_tree(struct loader *l, const struct compose_file *f,
			       const struct scope *scope)
{
	struct value *root = NULL;

	for (size_t i = 0; i < f->doc.documents.count; i++) {
		const struct value *d = f->doc.documents.items[i];

		if (d->type == NODE_NULL)
			continue;
		if (d->type != NODE_MAP) {
			tell(l, PROBLEM_TYPE, d, SLICE("a Compose file is a map"));
			continue;
		}
		struct value *tree = copy_tree(l, d, scope);
		root = root ? compose_merge(&l->merger, root, tree, (struct compose_path){0})
			    : tree;
	}
	return root;
}

/* ---- .env ---- */

static void scope_index(struct scope *s)
{
	for (size_t i = 0; i < s->env.count; i++)
		if (s->env.items[i].set)
			*map_put(&s->index, s->env.items[i].name, NULL) = i + 1;
}

static bool add_env(struct loader *l, struct scope *s, struct slice path, bool needed,
		    const struct value *at, uint32_t *ret_source)
{
	struct env_lookup outer = {find_variable, s};
	struct error err = ERROR_INIT;
	struct env_entry_list entries;
	struct slice text;

	if (!l->files || !l->files->read ||
	    !l->files->read(l->files->context, path, l->arena, &text, &err)) {
		if (needed)
			tell(l, PROBLEM_FILE, at,
			     arena_printf(l->arena, "%.*s cannot be read", SLICE_ARG(path)));
		return false;
	}
	uint32_t source = source_add(l->sources, path, text, -1);
	env_file_read(text, source, false, &outer, l->arena, &entries, &l->project->problems);
	vec_each(it, &entries)
		*vec_add(l->arena, &s->env) = *it;
	scope_index(s);
	*ret_source = source;
	return true;
}

/* ---- include ---- */

static struct value *load_model(struct loader *l, const struct slice *paths, size_t count,
				struct slice directory, const struct scope *scope,
				const struct including *parent, const struct value *at);

static void collect_paths(struct loader *l, const struct value *v, struct slice base,
			  struct slice_list *ret)
{
	if (value_scalar(v) && !slice_empty(value_text(v)))
		*vec_add(l->arena, ret) = path_join(l->arena, base, value_text(v));
	value_each(it, v) if (value_scalar(it)) * vec_add(l->arena, ret) =
		path_join(l->arena, base, value_text(it));
}

static struct value *load_include(struct loader *l, const struct value *v, struct slice base,
				  const struct scope *outer, const struct including *parent)
{
	struct slice_list paths = {0}, envs = {0};
	const struct value *directory = value_at(v, "project_directory");
	struct scope scope = {.parent = outer};
	uint32_t source;

	collect_paths(l, value_scalar(v) ? v : value_at(v, "path"), base, &paths);
	collect_paths(l, value_at(v, "env_file"), base, &envs);
	if (!paths.count)
		return NULL;
	if (outer) {
		scope.process = outer->process;
		scope.project = outer->project;
	}
	struct slice in = directory ? path_join(l->arena, base, value_text(directory))
				    : path_directory(paths.items[0]);
	map_init(&scope.index);
	if (!envs.count)
		add_env(l, &scope, path_join(l->arena, in, SLICE(".env")), false, v, &source);
	for (size_t i = 0; i < envs.count; i++)
		add_env(l, &scope, envs.items[i], true, v, &source);
	struct value *tree =
		load_model(l, paths.items, paths.count, in, outer ? &scope : NULL, parent, v);
	map_release(&scope.index);
	return tree;
}

/* What is included lies below what includes it. */
static struct value *apply_include(struct loader *l, struct value *root, struct slice base,
				   const struct scope *scope, const struct including *parent)
{
	const struct value *include = value_at(root, "include");

	if (!value_is(include, NODE_LIST) || l->options->no_files)
		return root;
	value_each(it, include)
	{
		struct value *tree = load_include(l, it, base, scope, parent);
		struct value *below;

		if (!tree)
			continue;
		below = value_new(l->arena, NODE_MAP);
		value_each(member, tree) if (!slice_is(member->key, "name") &&
					     !slice_is(member->key, "version") &&
					     !slice_is(member->key, "include"))
			value_append(below, value_share(l->arena, member));
		struct value *merged =
			compose_merge(&l->merger, below, root, (struct compose_path){0});
		merged->span = root->span;
		root = merged;
	}
	return root;
}

/* ---- several files ---- */

static bool is_included(const struct including *i, struct slice path)
{
	for (; i; i = i->parent)
		if (slice_eq(i->path, path))
			return true;
	return false;
}

static struct value *load_model(struct loader *l, const struct slice *paths, size_t count,
				struct slice directory, const struct scope *scope,
				const struct including *parent, const struct value *at)
{
	struct value *root = NULL;

	for (size_t i = 0; i < count; i++) {
		struct including self = {parent, paths[i], parent ? parent->depth + 1 : 0};

		if (is_included(parent, paths[i]) || self.depth > LIMIT_COMPOSE_DEPTH) {
			tell(l, PROBLEM_CYCLE, at, SLICE("a file includes itself"));
			continue;
		}
		const struct compose_file *f = open_file(l, paths[i], directory, !parent, at);
		struct value *tree = f ? file_tree(l, f, scope) : NULL;
		if (!tree)
			continue;
		/* Adding files moves the list. */
		struct compose_file copy = *f;
		apply_extends(l, tree, &copy, scope);
		tree = apply_include(l, tree, directory, scope, &self);
		root = root ? compose_merge(&l->merger, root, tree, (struct compose_path){0})
			    : tree;
	}
	return root;
}

/* What was reset with nothing to reset. */
static void drop_resets(struct value *v, unsigned depth)
{
	if (value_scalar(v) || !depth)
		return;
	for (struct value *it = v->first; it; it = it->next) {
		if (!it->shadow && slice_is(it->tag, "!reset")) {
			it->shadow = true;
			v->count--;
		}
		drop_resets(it, depth - 1);
	}
}

static struct slice base_name(struct slice path)
{
	size_t slash = slice_rfind_byte(path, '/');

	return slash == path.len ? path : slice_from(path, slash + 1);
}

static void read_env(struct loader *l, struct scope *scope)
{
	const struct compose_options *o = l->options;
	struct compose_project *p = l->project;

	for (size_t i = 0; i < o->env_path_count; i++)
		add_env(l, scope, o->env_paths[i], true, NULL, &p->env_source);
	if (!o->env_path_count && l->files && l->files->read)
		add_env(l, scope, path_join(l->arena, p->directory, SLICE(".env")), false, NULL,
			&p->env_source);
	p->env = scope->env;
}

static const struct value *load_root(struct loader *l, const struct scope *scope)
{
	const struct compose_options *o = l->options;
	struct compose_project *p = l->project;
	struct slice_list paths = {0};

	for (size_t i = 0; i < o->path_count; i++)
		*vec_add(l->arena, &paths) = path_join(l->arena, SLICE_EMPTY, o->paths[i]);
	if (o->have_text) {
		if (!paths.count)
			*vec_add(l->arena, &paths) = SLICE("compose.yaml");
		add_file(l, paths.items[0], p->directory, o->text, o->source, true);
	}
	struct value *root =
		load_model(l, paths.items, paths.count, p->directory, scope, NULL, NULL);
	if (root)
		drop_resets(root, LIMIT_YAML_DEPTH);
	return root;
}

bool compose_load(const struct compose_options *options, const struct config_files *files,
		  struct source_table *sources, struct arena *a, struct compose_project *ret,
		  struct error *err)
{
	struct scope scope = {.process = &options->environment};
	struct loader l = {.options = options,
			   .files = options->no_files ? NULL : files,
			   .sources = sources,
			   .arena = a,
			   .project = ret};
	struct env_lookup lookup = {find_variable, &scope};

	*ret = (struct compose_project){.arena = a, .stack = options->stack};
	problem_list_init(&ret->problems, a);
	if (options->path_count)
		ret->directory = path_directory(path_join(a, SLICE_EMPTY, options->paths[0]));
	if (!slice_empty(options->directory))
		ret->directory = path_join(a, SLICE_EMPTY, options->directory);
	l.merger = (struct merger){.arena = a, .problems = &ret->problems};
	map_init(&scope.index);
	map_init(&l.by_path);
	map_init(&l.variables);
	map_init(&l.known);
	scope.project = base_name(ret->directory);
	/* With a text at hand the first file need not be readable, the others may be. */
	if (!options->no_files)
		read_env(&l, &scope);
	l.files = options->no_files && options->have_text ? NULL : files;
	ret->root = load_root(&l, options->no_interpolation ? NULL : &scope);
	struct compose_reader r = {.project = ret,
				   .options = options,
				   .files = l.files,
				   .sources = sources,
				   .arena = a,
				   .lookup = &lookup};
	map_init(&r.env_texts);
	if (ret->root)
		compose_read_model(&r);
	map_release(&r.env_texts);
	map_release(&l.known);
	map_release(&l.variables);
	map_release(&l.by_path);
	map_release(&scope.index);
	if (ret->root)
		return true;
	return error_set(err, ERR_FORMAT, "%.*s holds no Compose file",
			 SLICE_ARG(options->path_count ? options->paths[0] : SLICE("the text")));
}
