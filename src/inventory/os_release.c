/*
 * os-release(5), and the files that tell of a distribution where it is
 * missing: etc/alpine-release, etc/debian_version, and the one line of
 * etc/redhat-release and its relatives, all there is up to release 6.
 */
#include "base/limits.h"
#include "inventory/rows.h"

#define MAX_SIZE (64 * KIB)

static const char *const fixed_paths[] = {
	"etc/os-release", "usr/lib/os-release", "etc/alpine-release", "etc/debian_version",
	/* Rebuilds of Red Hat's have its file beside their own, so that comes last. */
	"etc/oracle-release", "etc/centos-release", "etc/almalinux-release", "etc/rocky-release",
	"etc/fedora-release", "etc/system-release", "etc/redhat-release", NULL,
};

/* How "NAME release VERSION (codename)" begins, and the ID that os-release has for it. */
static const struct {
	struct slice begins;
	const char *id;
} release_names[] = {
	{ SLICE_INIT("Red Hat Enterprise Linux"), "rhel" },
	{ SLICE_INIT("CentOS"), "centos" },
	{ SLICE_INIT("Oracle"), "ol" },
	{ SLICE_INIT("Enterprise Linux Enterprise Linux"), "ol" }, /* Oracle's, up to release 5 */
	{ SLICE_INIT("AlmaLinux"), "almalinux" },
	{ SLICE_INIT("Rocky Linux"), "rocky" },
	{ SLICE_INIT("Fedora"), "fedora" },
	{ SLICE_INIT("Amazon Linux"), "amzn" },
};

static bool matches(struct slice path)
{
	for (size_t i = 0; fixed_paths[i]; i++)
		if (slice_eq(path, slice_from_cstr(fixed_paths[i])))
			return true;
	return false;
}

/*
 * The value as a shell would read it: quotes taken off, outside quotes a
 * backslash takes the next character as it is, in double quotes only those
 * that are special there.
 */
static struct slice unquote(struct slice value, struct arena *a)
{
	char *out = arena_alloc(a, value.len + 1);
	size_t len = 0;
	char quote = 0;

	for (size_t i = 0; i < value.len; i++) {
		char c = value.data[i];

		if (quote ? c == quote : (c == '"' || c == '\'')) {
			quote = quote ? 0 : c;
			continue;
		}
		if (c == '\\' && quote != '\'' && i + 1 < value.len &&
		    (!quote || strchr("\"\\$`", value.data[i + 1])))
			c = value.data[++i];
		else if (!quote && (c == '#' || ascii_space(c)) && (i == 0 || ascii_space(value.data[i - 1])))
			break;
		out[len++] = c;
	}
	return slice_trim(slice_new(out, len));
}

static void read_assignments(struct slice text, struct inventory_output *out)
{
	struct os_release *os = &out->os;
	const struct {
		struct slice key;
		struct slice *field;
	} fields[] = {
		{ SLICE("ID"), &os->id },
		{ SLICE("ID_LIKE"), &os->id_like },
		{ SLICE("VERSION_ID"), &os->version_id },
		{ SLICE("VERSION_CODENAME"), &os->codename },
		{ SLICE("PRETTY_NAME"), &os->pretty_name },
	};
	struct slice line;

	slice_cut_prefix(&text, SLICE("\xef\xbb\xbf"));
	while (slice_next_line(&text, &line)) {
		struct slice key, value;

		line = slice_trim(line);
		if (slice_empty(line) || line.data[0] == '#' || !slice_split(line, '=', &key, &value))
			continue;
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			if (slice_eq(slice_trim(key), fields[i].key))
				*fields[i].field = unquote(slice_trim(value), out->arena);
	}
}

/* "3.18.4" and "12.5" name a release; "bookworm/sid" does not. */
static void read_bare_version(const char *id, struct slice text, struct inventory_output *out)
{
	struct slice line = SLICE_EMPTY;

	slice_next_line(&text, &line);
	line = slice_trim(line);
	out->os.id = slice_from_cstr(id);
	if (!slice_empty(line) && ascii_digit(line.data[0]))
		out->os.version_id = arena_copy(out->arena, line);
	else
		out->os.codename = arena_copy(out->arena, slice_first(line, slice_find_byte(line, '/')));
}

/* "CentOS release 6.10 (Final)"; of an unknown name nothing is taken. */
static void read_release_line(struct slice text, struct inventory_output *out)
{
	struct slice line = SLICE_EMPTY;

	slice_next_line(&text, &line);
	line = slice_trim(line);
	size_t at = slice_find(line, SLICE(" release "));
	for (size_t i = 0; i < sizeof(release_names) / sizeof(release_names[0]); i++) {
		if (!slice_starts(line, release_names[i].begins) || at == line.len)
			continue;
		struct slice version = slice_trim(slice_from(line, at + sizeof(" release ") - 1));
		out->os.id = slice_from_cstr(release_names[i].id);
		out->os.version_id = arena_copy(out->arena, slice_first(version, slice_find_byte(version, ' ')));
		out->os.pretty_name = arena_copy(out->arena, line);
		return;
	}
}

static bool parse(const struct inventory_input *in, struct inventory_output *out, struct error *err)
{
	out->os.layer = -1;
	if (memchr(in->bytes.data, '\0', in->bytes.len))
		return error_set(err, ERR_FORMAT, "not a text file");
	if (slice_is(in->path, "etc/alpine-release"))
		read_bare_version("alpine", in->bytes, out);
	else if (slice_is(in->path, "etc/debian_version"))
		read_bare_version("debian", in->bytes, out);
	else if (slice_ends(in->path, SLICE("-release")) && !slice_ends(in->path, SLICE("/os-release")))
		read_release_line(in->bytes, out);
	else
		read_assignments(in->bytes, out);
	return true;
}

const struct inventory_row inventory_os_release = {
	.name = "os-release",
	.origin = ORIGIN_NONE,
	.scopes = INVENTORY_IMAGE,
	.os_database = true,
	.max_size = MAX_SIZE,
	.matches = matches,
	.parse = parse,
	.fixed_paths = fixed_paths,
};
