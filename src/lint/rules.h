/* The tables of lint's rules, one file each; tables.c says what they judge. */
#ifndef BULWARK_LINT_RULES_H
#define BULWARK_LINT_RULES_H

#include "rule/rule.h"

extern const struct rule_table dockerfile_shell_rules;   /* what commands do else; the exec form */
extern const struct rule_table dockerfile_advice_rules;   /* what could be done better */
extern const struct rule_table nginx_rules;
extern const struct rule_table daemon_rules;             /* daemon.json and dockerd's flags */
extern const struct rule_table systemd_rules;            /* units, /etc/default/docker */
extern const struct rule_table seccomp_rules;
extern const struct rule_table apparmor_rules;
extern const struct rule_table sudoers_rules;
extern const struct rule_table shell_rules;
extern const struct rule_table shell_docker_rules;
extern const struct rule_table markdown_rules;           /* prose */
extern const struct rule_table project_rules;            /* what lies between files; subject: struct project */
extern const struct rule_table dockerfile_package_rules; /* package managers in RUN */
extern const struct rule_table dockerfile_stage_rules;    /* FROM and stages */
extern const struct rule_table dockerfile_user_rules;     /* USER */
extern const struct rule_table dockerfile_copy_rules;     /* COPY and ADD */
extern const struct rule_table dockerfile_form_rules;     /* what the builder refuses or minds */
extern const struct rule_table dockerfile_variable_rules; /* ARG and ENV */
extern const struct rule_table dockerfile_metadata_rules; /* what the image's configuration says */

#endif
