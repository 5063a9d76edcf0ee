/* AppArmor profiles, by their text: what they confine nothing by. */
#include "base/cleanup.h"
#include "lint/document.h"
#include "lint/rule_rows.h"
#include "lint/rules.h"

#define each_profile(p, c) vec_each(p, &rule_document(c)->apparmor->profiles)
#define each_allowed(r, p) vec_each(r, &(p)->rules) if (!r->deny)

static void check_syntax(struct rule_context *c)
{
	vec_each(p, &rule_document(c)->apparmor->problems.list)
		rule_fail(c, p->span, "%.*s", SLICE_ARG(p->message));
}

static void check_flags(struct rule_context *c)
{
	each_profile(p, c)
		vec_each(flag, &p->flags) {
			bool complain = slice_is(*flag, "complain");

			if (!complain && !slice_is(*flag, "unconfined"))
				continue;
			struct assessment *x = rule_fail(c, p->span, "%s", complain ? "the profile only writes down what it would deny"
										: "the profile confines nothing");
			if (!complain)
				x->severity = SEVERITY_HIGH;
		}
}

static void check_all(struct rule_context *c)
{
	each_profile(p, c)
		each_allowed(r, p)
			if (r->kind == APPARMOR_ALL)
				rule_fail(c, r->span, "everything is allowed");
}

static bool is_kernel_path(struct slice path)
{
	return slice_starts(path, SLICE("@{PROC}")) || slice_starts(path, SLICE("/proc")) ||
	       slice_starts(path, SLICE("/sys")) || slice_starts(path, SLICE("@{sys}"));
}

static bool writes(struct slice permissions)
{
	return slice_find_byte(permissions, 'w') < permissions.len;
}

static bool is_all_files(const struct apparmor_rule *r)
{
	if (r->kind != APPARMOR_FILE)
		return false;
	if (slice_empty(r->path))
		return r->words.count == 0 && slice_empty(r->permissions);
	return writes(r->permissions) && (slice_is(r->path, "/**") || slice_is(r->path, "/{,**}") || slice_is(r->path, "/*"));
}

static void check_kernel_files(struct rule_context *c)
{
	each_profile(p, c) {
		const struct apparmor_rule *open = NULL;
		bool denies = false;

		vec_each(r, &p->rules) {
			if (r->deny && r->kind == APPARMOR_FILE)
				denies |= is_kernel_path(r->path);
			else if (!r->deny && !open && is_all_files(r))
				open = r;
		}
		if (open && !denies)
			rule_fail(c, open->span, "every file may be written, and nothing of /proc and /sys is denied");
	}
}

static void check_capabilities(struct rule_context *c)
{
	each_profile(p, c)
		each_allowed(r, p) {
			if (r->kind != APPARMOR_CAPABILITY)
				continue;
			vec_each(word, &r->words)
				if (word_in(*word, "sys_admin|sys_module|sys_rawio|sys_ptrace|sys_boot|dac_read_search|bpf|mac_admin|mac_override|syslog"))
					rule_fail(c, r->span, "%.*s is allowed, which opens the host to a container that has it", SLICE_ARG(*word));
		}
}

static void check_mount(struct rule_context *c)
{
	each_profile(p, c)
		each_allowed(r, p)
			if ((r->kind == APPARMOR_MOUNT || r->kind == APPARMOR_PIVOT_ROOT) && r->words.count == 0)
				rule_fail(c, r->span, "anything may be mounted anywhere");
}

static void check_ptrace(struct rule_context *c)
{
	each_profile(p, c)
		each_allowed(r, p) {
			bool peer = false;

			vec_each(word, &r->words)
				peer |= slice_starts(*word, SLICE("peer="));
			if (r->kind == APPARMOR_PTRACE && !peer)
				rule_fail(c, r->span, "processes of every profile may be traced");
		}
}

static void check_escape(struct rule_context *c)
{
	each_profile(p, c)
		each_allowed(r, p) {
			bool change = false;

			vec_each(word, &r->words)
				change |= r->kind == APPARMOR_CHANGE_PROFILE && word_in(*word, "unconfined|**|*");
			if (r->kind == APPARMOR_FILE && (text_has(r->permissions, "ux") || text_has(r->permissions, "Ux")) &&
			    !text_has(r->permissions, "pux") && !text_has(r->permissions, "PUx"))
				rule_fail(c, r->span, "what it starts from here runs without any profile");
			else if (change)
				rule_fail(c, r->span, "it may change to another profile, or to none");
		}
}

static void check_socket(struct rule_context *c)
{
	each_profile(p, c)
		each_allowed(r, p)
			if (r->kind == APPARMOR_FILE && writes(r->permissions) &&
			    (slice_ends(r->path, SLICE("/docker.sock")) || slice_ends(r->path, SLICE("/containerd.sock"))))
				rule_fail(c, r->span, "the engine's socket may be written: who has it is root of the host");
}

#define GUIDE "guide:Security Profiles"
#define PROFILE(rules) "profile web flags=(attach_disconnected) {\n  deny /sys/** w,\n  deny @{PROC}/sysrq-trigger rwklx,\n" rules "}\n"

static const struct rule_row rows[] = {
	RULE_ROW("apparmor-syntax", "Profile that cannot be loaded", SEVERITY_HIGH, LIKELY, RULE_FIX_NONE, check_syntax,
		 "A container with a profile that is not loaded does not start. Mend the place.", "profile web {\n  deny /sys/** w\n", PROFILE("  network,\n"), GUIDE),
	RULE_ROW("apparmor-not-enforced", "Profile that denies nothing", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_flags,
		 "complain is for writing a profile, unconfined for none. Take the flag out when it is done.",
		 "profile web flags=(complain) {\n  deny /sys/** w,\n}\n", PROFILE("  network,\n"), "cis:5.2", "cwe:CWE-693", GUIDE),
	RULE_ROW("apparmor-all", "Everything allowed", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_all,
		 "A profile that allows all is none. Allow what the program needs.", PROFILE("  all,\n"), PROFILE("  network,\n"), "cis:5.2", GUIDE),
	RULE_ROW("apparmor-kernel-files", "Kernel files open", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_kernel_files,
		 "Files of /proc and /sys change the host's kernel. Deny them as Docker's own profile does.",
		 "profile web {\n  file,\n  network,\n}\n", PROFILE("  file,\n"), "cis:5.2", "cwe:CWE-732", GUIDE),
	RULE_ROW("apparmor-capability", "Capability that opens the host", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_capabilities,
		 "With it a container can leave its walls. Leave it out, and drop it from the container.",
		 PROFILE("  capability sys_admin,\n"), PROFILE("  capability net_bind_service,\n"), "cis:5.4", "cwe:CWE-250", GUIDE),
	RULE_ROW("apparmor-mount", "Mounts without a limit", SEVERITY_MEDIUM, SURE, RULE_FIX_NONE, check_mount,
		 "A mount can lay open what other rules hide, because rules go by path. Deny mount, or name what and where.",
		 PROFILE("  mount,\n"), PROFILE("  deny mount,\n"), "cwe:CWE-732", GUIDE),
	RULE_ROW("apparmor-ptrace", "Tracing of any process", SEVERITY_LOW, SURE, RULE_FIX_NONE, check_ptrace,
		 "Who traces a process is that process. Name the peer: the profile itself.",
		 PROFILE("  ptrace,\n"), PROFILE("  ptrace (trace,read,tracedby,readby) peer=web,\n"), GUIDE),
	RULE_ROW("apparmor-escape", "Way out of the profile", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_escape,
		 "Programs started with ux, and those that may change to any profile, are not confined. Use ix or a profile of their own.",
		 PROFILE("  /usr/bin/** Ux,\n"), PROFILE("  /usr/bin/** ix,\n"), "cwe:CWE-693", GUIDE),
	RULE_ROW("apparmor-engine-socket", "Engine's socket allowed", SEVERITY_HIGH, SURE, RULE_FIX_NONE, check_socket,
		 "Its holder can start a container with the host's disk in it. Take the rule out.",
		 PROFILE("  /run/docker.sock rw,\n"), PROFILE("  deny /run/docker.sock rw,\n"), "cis:5.31", "owasp:D03", GUIDE),
};

const struct rule_table apparmor_rules = { RULE_APPARMOR, rows, ARRAY_LEN(rows) };
