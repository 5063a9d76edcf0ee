/* Reading of documents about the host: daemon.json, units, profiles, sudoers, scripts. */
#ifndef BULWARK_LINT_HOST_DOCUMENTS_H
#define BULWARK_LINT_HOST_DOCUMENTS_H

#include "lint/document.h"

void read_daemon_document(struct project *p, struct document *d);
void read_unit_document(struct project *p, struct document *d);
void read_defaults_document(struct project *p, struct document *d);
void read_seccomp_document(struct project *p, struct document *d);
void read_apparmor_document(struct project *p, struct document *d);
void read_sudoers_document(struct project *p, struct document *d);
/*
 * Also adds what the script writes into files of a known kind (a
 * here-document, an echo with >> /etc/sudoers.d/x) as documents of their own.
 */
void read_shell_document(struct project *p, struct document *d);

#endif
