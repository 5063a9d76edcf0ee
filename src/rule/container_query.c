/* Questions that several tables of container rules ask. */
#include "base/cleanup.h"
#include "config/files.h"
#include "rule/container_internal.h"

bool kics_fires(const struct container_settings *s, const char *id)
{
	for (const char *const *k = s->kics; k && *k; k++)
		if (strcmp(*k, id) == 0)
			return true;
	return false;
}

struct assessment *fail_absent(struct rule_context *c, const struct rule_row *row, const char *what,
			       const char *message)
{
	const struct container_settings *s = rule_container(c);
	struct assessment *x = rule_fail_row(c, row, s->anchor, "%s", message);

	rule_discriminator(c, x, slice_from_cstr(what));
	return x;
}

void offer_add(struct rule_context *c, struct assessment *x, bool is_unsafe, const char *key, const char *item)
{
	const struct container_settings *s = rule_container(c);

	if (s->editor)
		s->editor->add(s, c, rule_fix(c, x, is_unsafe, "Add %s to %s", item, key), key, slice_from_cstr(item));
}

void offer_set(struct rule_context *c, struct assessment *x, bool is_unsafe, const char *key, const char *value)
{
	const struct container_settings *s = rule_container(c);

	if (s->editor)
		s->editor->set(s, c, rule_fix(c, x, is_unsafe, "Set %s to %s", key, value), key,
			       slice_from_cstr(value));
}

void offer_replace(struct rule_context *c, struct assessment *x, bool is_unsafe, const void *place,
		   struct span at, struct slice text)
{
	const struct container_settings *s = rule_container(c);

	if (s->editor)
		s->editor->replace(s, c, rule_fix(c, x, is_unsafe, "Write %.*s", SLICE_ARG(text)), place, at, text);
}

bool one_of(struct slice word, const char *list)
{
	struct slice rest = slice_from_cstr(list), part;

	while (slice_next(&rest, '|', &part))
		if (slice_eq(part, word))
			return true;
	return false;
}

struct slice lower_case(struct arena *a, struct slice s)
{
	char *out = arena_alloc(a, s.len + 1);

	for (size_t i = 0; i < s.len; i++)
		out[i] = ascii_tolower(s.data[i]);
	return slice_new(out, s.len);
}

struct slice container_host_path(struct arena *a, struct slice path)
{
	return path_join(a, SLICE("/"), path);
}

bool container_is_runtime_socket(struct slice path)
{
	static const char names[] = "docker.sock|containerd.sock|podman.sock|crio.sock|dockershim.sock|buildkitd.sock|"
				    "cri-dockerd.sock|docker-containerd.sock";
	size_t slash = slice_rfind_byte(path, '/');

	return slash < path.len && one_of(slice_from(path, slash + 1), names);
}

/* Is it the directory, or below it? */
static bool within(struct slice path, struct slice directory)
{
	return slice_starts(path, directory) && (path.len == directory.len || path.data[directory.len] == '/');
}

static const struct {
	struct slice path;
	bool below; /* what is in it as well */
} sensitive[] = {
	{ SLICE_INIT("/"), false },             { SLICE_INIT("/bin"), true },
	{ SLICE_INIT("/sbin"), true },          { SLICE_INIT("/lib"), true },
	{ SLICE_INIT("/lib32"), true },         { SLICE_INIT("/lib64"), true },
	{ SLICE_INIT("/boot"), true },          { SLICE_INIT("/dev"), false },
	{ SLICE_INIT("/proc"), true },          { SLICE_INIT("/root"), true },
	{ SLICE_INIT("/sys"), true },           { SLICE_INIT("/usr"), false },
	{ SLICE_INIT("/usr/bin"), true },       { SLICE_INIT("/usr/sbin"), true },
	{ SLICE_INIT("/usr/lib"), true },       { SLICE_INIT("/usr/local/bin"), true },
	{ SLICE_INIT("/etc"), false },          { SLICE_INIT("/etc/shadow"), true },
	{ SLICE_INIT("/etc/passwd"), true },    { SLICE_INIT("/etc/group"), true },
	{ SLICE_INIT("/etc/sudoers"), true },   { SLICE_INIT("/etc/sudoers.d"), true },
	{ SLICE_INIT("/etc/ssh"), true },       { SLICE_INIT("/etc/cron.d"), true },
	{ SLICE_INIT("/etc/crontab"), true },   { SLICE_INIT("/etc/docker"), true },
	{ SLICE_INIT("/etc/kubernetes"), true },{ SLICE_INIT("/etc/systemd"), true },
	{ SLICE_INIT("/etc/pam.d"), true },     { SLICE_INIT("/etc/ld.so.preload"), true },
	{ SLICE_INIT("/var"), false },          { SLICE_INIT("/var/lib"), false },
	{ SLICE_INIT("/var/lib/docker"), true },{ SLICE_INIT("/var/lib/containerd"), true },
	{ SLICE_INIT("/var/lib/kubelet"), true },{ SLICE_INIT("/var/lib/containers"), true },
	{ SLICE_INIT("/var/run"), false },      { SLICE_INIT("/run"), false },
	{ SLICE_INIT("/home"), false },         { SLICE_INIT("/var/spool/cron"), true },
};

bool container_is_sensitive_path(struct slice path)
{
	struct slice name = path;

	for (size_t i = 0; i < ARRAY_LEN(sensitive); i++)
		if (sensitive[i].below ? within(path, sensitive[i].path) : slice_eq(path, sensitive[i].path))
			return true;
	/* Of whichever user. */
	return slice_ends(name, SLICE("/.ssh")) || slice_ends(name, SLICE("/.aws")) ||
	       slice_ends(name, SLICE("/.kube")) || slice_ends(name, SLICE("/.docker")) ||
	       slice_ends(name, SLICE("/.gnupg"));
}

/* The words of a name in upper snake case; the last one says what it is. */
bool container_is_credential_name(struct slice name)
{
	static const char last[] = "PASSWORD|PASSWD|PASSPHRASE|PWD|SECRET|TOKEN|APIKEY|PASS|CREDENTIALS|PASSWORT";
	size_t under = slice_rfind_byte(name, '_');
	struct slice word = under < name.len ? slice_from(name, under + 1) : name;
	struct slice before = under < name.len ? slice_first(name, under) : SLICE_EMPTY;
	size_t second = slice_rfind_byte(before, '_');
	char upper[32];

	if (word.len > sizeof(upper) || slice_is(name, "PWD") || slice_is(name, "OLDPWD"))
		return false;
	for (size_t i = 0; i < word.len; i++)
		upper[i] = word.data[i] >= 'a' && word.data[i] <= 'z' ? (char)(word.data[i] - 32) : word.data[i];
	word = slice_new(upper, word.len);
	if (one_of(word, last) || slice_is(word, "ROOTPASSWORD"))
		return true;
	if (!slice_is(word, "KEY"))
		return false;
	before = second < before.len ? slice_from(before, second + 1) : before;
	for (size_t i = 0; i < before.len && i < sizeof(upper); i++)
		upper[i] = before.data[i] >= 'a' && before.data[i] <= 'z' ? (char)(before.data[i] - 32) : before.data[i];
	return before.len <= sizeof(upper) &&
	       one_of(slice_new(upper, before.len), "SECRET|API|ACCESS|PRIVATE|ENCRYPTION|AUTH|SIGNING|MASTER|APP");
}
