/*
 * What the peers say of a service by the letter of its values: KICS' queries
 * (assets/queries/dockerCompose) look at the file as it is written, by its
 * obsolete version, and at the short forms as texts.
 */
#include "base/cleanup.h"
#include "lint/containers.h"

/* --- limits, by the version of the file --- */

/* 0: none, or not a number. Hundredths: "3.8" is 380. */
static unsigned file_version(const struct compose_project *p)
{
	struct slice text = p->version ? value_text(p->version) : SLICE_EMPTY, major, minor;
	uint64_t a, b = 0;

	slice_split(text, '.', &major, &minor);
	if (!slice_to_u64(major, &a) || a > 1000 || (minor.len && !slice_to_u64(slice_first(minor, 1), &b)))
		return 0;
	return (unsigned)(a * 100 + b * 10);
}

static bool has_key(const struct value *map, const char *key)
{
	const struct value *v = value_is(map, NODE_MAP) ? value_get(map, slice_from_cstr(key)) : NULL;

	return v && v->type != NODE_NULL;
}

static void note_limits(const struct compose_project *p, const struct compose_service *service, struct arena *a,
			struct container_settings *s)
{
	const struct value *limits = value_path(service->at, "deploy", "resources", "limits", NULL);
	unsigned version = file_version(p);
	bool old = version && version < 300, current = version >= 300;
	const char **ids = arena_new_array(a, const char *, 5);
	size_t n = 0;

	if ((old && !has_key(service->at, "mem_limit")) || (current && !has_key(limits, "memory")))
		ids[n++] = "kics:Memory Not Limited";
	if ((old && !has_key(service->at, "cpus")) || (current && !has_key(limits, "cpus")))
		ids[n++] = "kics:Cpus Not Limited";
	if (old && (!has_key(service->at, "pids_limit") ||
		    slice_is(value_text(value_at(service->at, "pids_limit")), "-1")))
		ids[n++] = "kics:Pids Limit Not Set";
	if (has_key(service->at, "cap_add") || !has_key(service->at, "cap_drop"))
		ids[n++] = "kics:Container Capabilities Unrestricted";
	s->kics = ids;
}

/* --- ports --- */

static bool below_1024(struct slice text)
{
	uint64_t n;

	return slice_to_u64(text, &n) && n < 1024;
}

/* The query takes the parts between colons, and within them those between hyphens. */
static bool kics_privileged(struct slice text)
{
	struct slice rest = text, part, piece, number;
	size_t count = 0;

	while (slice_next(&rest, ':', &part)) {
		slice_split(part, '/', &number, &piece);
		if (below_1024(part) || (count == 1 && below_1024(number)))
			return true;
		while (slice_next(&part, '-', &piece))
			if (below_1024(piece))
				return true;
		count++;
	}
	return false;
}

static bool drops_net_bind(const struct compose_service *service)
{
	vec_each(c, &service->cap_drop)
		if (slice_is(c->text, "NET_BIND_SERVICE"))
			return true;
	return false;
}

static void note_ports(const struct compose_service *service, struct container_settings *s)
{
	bool dropped = drops_net_bind(service);
	uint64_t n;

	vec_each(p, &s->ports) {
		const struct value *v = p->place;
		const struct value *published = p->short_form ? NULL : value_at(v, "published");
		const struct value *target = p->short_form ? NULL : value_at(v, "target");
		struct slice text = p->short_form ? v->raw : value_text(published);
		bool number = p->short_form ? v->type == NODE_NUMBER : published && published->type == NODE_NUMBER;

		if (number || slice_find_byte(text, '.') == text.len)
			p->peers |= PEER_KICS;
		if (slice_empty(p->host_ip) && slice_find_byte(text, '.') == text.len)
			p->peers |= PEER_DCLINT;
		if (dropped)
			continue;
		if (p->short_form ? !number && kics_privileged(text)
				  : (number && below_1024(text)) || (value_to_u64(target, &n) && n < 1024))
			p->peers |= PEER_KICS_PRIVILEGED;
	}
}

/* --- mounts --- */

static bool kics_system_path(struct slice path)
{
	static const char *const starts[] = { "/bin", "/sbin", "/boot", "/cdrom", "/dev", "/etc", "/home", "/lib", "/media",
					      "/proc", "/root", "/run", "/seLinux", "/srv", "/usr", "/var", "/sys" };

	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		if (slice_starts(path, slice_from_cstr(starts[i])))
			return true;
	return slice_is(path, "/");
}

static bool is_docker_socket(struct slice path)
{
	return slice_is(path, "/var/run/docker.sock") || slice_is(path, "/run/docker.sock");
}

static void note_mounts(struct container_settings *s)
{
	vec_each(m, &s->mounts) {
		bool bare = m->short_form && slice_empty(m->source);
		struct slice path = bare ? m->target : m->source;

		if (m->place && kics_system_path(path))
			m->peers |= PEER_KICS_SENSITIVE;
		if (is_docker_socket(path))
			m->peers |= PEER_SEMGREP;
	}
}

void container_peers_of_service(const struct compose_project *p, const struct compose_service *service,
				struct arena *a, struct container_settings *s)
{
	s->peers = PEER_KICS | PEER_DCLINT;
	note_limits(p, service, a, s);
	note_ports(service, s);
	note_mounts(s);
}
