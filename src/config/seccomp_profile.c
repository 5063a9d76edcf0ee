#include "config/seccomp_profile.h"

#include "base/cleanup.h"
#include "base/limits.h"

static const struct {
	struct slice name;
	enum seccomp_action action;
} actions[] = {
	{SLICE_INIT("SCMP_ACT_ALLOW"), SECCOMP_ALLOW},
	{SLICE_INIT("SCMP_ACT_ERRNO"), SECCOMP_ERRNO},
	{SLICE_INIT("SCMP_ACT_KILL"), SECCOMP_KILL_THREAD},
	{SLICE_INIT("SCMP_ACT_KILL_THREAD"), SECCOMP_KILL_THREAD},
	{SLICE_INIT("SCMP_ACT_KILL_PROCESS"), SECCOMP_KILL_PROCESS},
	{SLICE_INIT("SCMP_ACT_TRAP"), SECCOMP_TRAP},
	{SLICE_INIT("SCMP_ACT_TRACE"), SECCOMP_TRACE},
	{SLICE_INIT("SCMP_ACT_LOG"), SECCOMP_LOG},
	{SLICE_INIT("SCMP_ACT_NOTIFY"), SECCOMP_NOTIFY},
};

struct slice seccomp_action_name(enum seccomp_action action)
{
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (actions[i].action == action)
			return actions[i].name;
	return SLICE("unknown");
}

bool seccomp_action_lets(enum seccomp_action action)
{
	return action == SECCOMP_ALLOW || action == SECCOMP_LOG;
}

bool seccomp_recognise(const struct value *root)
{
	return slice_starts(value_text(value_at(root, "defaultAction")), SLICE("SCMP_ACT_")) ||
	       (value_at(root, "defaultAction") && value_at(root, "syscalls"));
}

struct reader {
	struct seccomp_profile *profile;
	struct arena *arena;
};

static struct problem *tell(struct reader *r, enum problem_kind kind, struct span at,
			    struct slice name, const char *what)
{
	struct problem *x = problem_add(&r->profile->problems, kind, at, "%s", what);

	x->name = name;
	return x;
}

static void check_keys(struct reader *r, const struct value *map, const struct slice *names,
		       size_t count)
{
	value_each(it, map)
	{
		bool known = false;

		for (size_t i = 0; i < count; i++)
			known |= slice_eq_nocase(names[i], it->key);
		if (!known)
			tell(r, PROBLEM_UNKNOWN_KEY, it->key_span, it->key,
			     "a key that Docker does not read")
				->suggestion = suggest_name(it->key, names, count);
	}
}

static enum seccomp_action read_action(struct reader *r, const struct value *v)
{
	struct slice names[ARRAY_LEN(actions)];

	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		names[i] = actions[i].name;
		if (slice_eq(value_text(v), names[i]))
			return actions[i].action;
	}
	tell(r, PROBLEM_VALUE, v->span, value_text(v), "there is no such action")->suggestion =
		suggest_name(value_text(v), names, ARRAY_LEN(names));
	return SECCOMP_UNKNOWN;
}

static void read_texts(struct reader *r, const struct value *v, struct slice_list *ret)
{
	if (v && v->type != NODE_LIST && v->type != NODE_NULL) {
		tell(r, PROBLEM_TYPE, v->span, v->key, "a list of strings is wanted here");
		return;
	}
	value_each(it, v) * vec_add(r->arena, ret) = value_text(it);
}

static void read_condition(struct reader *r, const struct value *v, struct seccomp_condition *ret)
{
	static const struct slice names[] = {SLICE_INIT("caps"), SLICE_INIT("arches"),
					     SLICE_INIT("minKernel")};

	check_keys(r, v, names, ARRAY_LEN(names));
	read_texts(r, value_at(v, "caps"), &ret->caps);
	read_texts(r, value_at(v, "arches"), &ret->arches);
	ret->min_kernel = value_text(value_at(v, "minKernel"));
}

static void read_args(struct reader *r, const struct value *v, struct seccomp_rule *rule)
{
	static const struct slice operators[] = {
		SLICE_INIT("SCMP_CMP_NE"),	  SLICE_INIT("SCMP_CMP_LT"),
		SLICE_INIT("SCMP_CMP_LE"),	  SLICE_INIT("SCMP_CMP_EQ"),
		SLICE_INIT("SCMP_CMP_GE"),	  SLICE_INIT("SCMP_CMP_GT"),
		SLICE_INIT("SCMP_CMP_MASKED_EQ"),
	};

	value_each(it, v)
	{
		struct seccomp_argument *a = vec_add(r->arena, &rule->args);
		const struct value *op = value_at(it, "op");
		bool known = false;

		a->at = it;
		value_to_u64(value_at(it, "index"), &a->index);
		value_to_u64(value_at(it, "value"), &a->value);
		value_to_u64(value_at(it, "valueTwo"), &a->value_two);
		a->op = value_text(op);
		for (size_t i = 0; i < ARRAY_LEN(operators); i++)
			known |= slice_eq(a->op, operators[i]);
		if (!known)
			tell(r, PROBLEM_VALUE, op ? op->span : it->span, a->op,
			     "there is no such comparison");
		if (a->index > 5)
			tell(r, PROBLEM_VALUE, it->span, SLICE("index"),
			     "a call has six arguments, 0 to 5");
	}
}

static void add_name(struct reader *r, struct seccomp_rule *rule, const struct value *v)
{
	struct slice name = value_text(v);

	*vec_add(r->arena, &rule->names) = name;
	*vec_add(r->arena, &rule->name_values) = value_share(r->arena, v);
	if (!seccomp_syscall_exists(name))
		tell(r, PROBLEM_UNDEFINED, v->span, name, "Linux has no system call of this name");
}

static void read_rule(struct reader *r, const struct value *v)
{
	static const struct slice keys[] = {
		SLICE_INIT("name"),	SLICE_INIT("names"),	SLICE_INIT("action"),
		SLICE_INIT("errnoRet"), SLICE_INIT("args"),	SLICE_INIT("comment"),
		SLICE_INIT("includes"), SLICE_INIT("excludes"),
	};
	struct seccomp_rule rule = {.at = v, .errno_ret = -1, .action = SECCOMP_UNKNOWN};
	const struct value *name = value_at(v, "name"), *names = value_at(v, "names");
	uint64_t number;

	if (v->type != NODE_MAP) {
		tell(r, PROBLEM_TYPE, v->span, SLICE("syscalls"), "a rule is an object");
		return;
	}
	check_keys(r, v, keys, ARRAY_LEN(keys));
	if (value_scalar(name) && !slice_empty(value_text(name)))
		add_name(r, &rule, name);
	if (names && names->type != NODE_LIST && names->type != NODE_NULL)
		tell(r, PROBLEM_TYPE, names->span, SLICE("names"),
		     "a list of strings is wanted here");
	if (value_is(names, NODE_LIST))
		value_each(it, names) add_name(r, &rule, it);
	if (name && names && names->count)
		tell(r, PROBLEM_CONFLICT, name->key_span, SLICE("name"),
		     "\"name\" and \"names\" exclude one another: Docker refuses the profile")
			->other = names->key_span;
	rule.action_value = value_at(v, "action");
	if (rule.action_value)
		rule.action = read_action(r, rule.action_value);
	else
		tell(r, PROBLEM_MISSING, v->span, SLICE("action"), "a rule without an action");
	read_args(r, value_at(v, "args"), &rule);
	read_condition(r, value_at(v, "includes"), &rule.includes);
	read_condition(r, value_at(v, "excludes"), &rule.excludes);
	rule.comment = value_text(value_at(v, "comment"));
	if (value_to_u64(value_at(v, "errnoRet"), &number) && number < 4096)
		rule.errno_ret = (int64_t)number;
	*vec_add(r->arena, &r->profile->rules) = rule;
}

static void read_architectures(struct reader *r, const struct value *root)
{
	struct seccomp_profile *p = r->profile;
	const struct value *list = value_at(root, "architectures"),
			   *map = value_at(root, "archMap");

	p->has_architectures = value_is(list, NODE_LIST) && list->count;
	p->has_arch_map = value_is(map, NODE_LIST) && map->count;
	read_texts(r, list, &p->architectures);
	if (value_is(map, NODE_LIST))
		value_each(it, map)
		{
			*vec_add(r->arena, &p->architectures) =
				value_text(value_at(it, "architecture"));
			read_texts(r, value_at(it, "subArchitectures"), &p->architectures);
		}
	if (p->has_architectures && p->has_arch_map)
		tell(r, PROBLEM_CONFLICT, list->key_span, list->key,
		     "\"architectures\" and \"archMap\" exclude one another: Docker refuses the "
		     "profile")
			->other = map->key_span;
}

void seccomp_profile_read(struct slice text, uint32_t source, struct arena *a,
			  struct seccomp_profile *ret)
{
	static const struct slice keys[] = {
		SLICE_INIT("defaultAction"), SLICE_INIT("defaultErrnoRet"),
		SLICE_INIT("architectures"), SLICE_INIT("archMap"),
		SLICE_INIT("syscalls"),	     SLICE_INIT("flags"),
		SLICE_INIT("listenerPath"),  SLICE_INIT("listenerMetadata"),
	};
	struct reader r = {ret, a};
	uint64_t number;

	*ret = (struct seccomp_profile){.default_errno = -1, .default_action = SECCOMP_UNKNOWN};
	problem_list_init(&ret->problems, a);
	json_doc_read(text, source, a, &ret->doc, &ret->problems);
	const struct value *root = ret->doc.root, *calls = value_at(root, "syscalls");
	if (!root)
		return;
	if (root->type != NODE_MAP) {
		tell(&r, PROBLEM_TYPE, root->span, SLICE_EMPTY, "a profile is an object");
		return;
	}
	check_keys(&r, root, keys, ARRAY_LEN(keys));
	ret->default_value = value_at(root, "defaultAction");
	if (ret->default_value)
		ret->default_action = read_action(&r, ret->default_value);
	else
		tell(&r, PROBLEM_MISSING, (struct span){source, root->span.offset, 1},
		     SLICE("defaultAction"), "a profile without a defaultAction");
	if (value_to_u64(value_at(root, "defaultErrnoRet"), &number) && number < 4096)
		ret->default_errno = (int64_t)number;
	read_architectures(&r, root);
	read_texts(&r, value_at(root, "flags"), &ret->flags);
	if (calls && calls->type != NODE_LIST && calls->type != NODE_NULL)
		tell(&r, PROBLEM_TYPE, calls->span, calls->key, "a list of rules is wanted here");
	if (value_is(calls, NODE_LIST))
		value_each(it, calls) read_rule(&r, it);
}
