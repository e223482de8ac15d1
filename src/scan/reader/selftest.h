/* SPDX-License-Identifier: Apache-2.0 */
/* Does the sandbox bite? Tries one forbidden thing from inside; for the tests and for `candor doctor`. */
#ifndef CDR_SCAN_READER_SELFTEST_H
#define CDR_SCAN_READER_SELFTEST_H

/* Exit code: 0 when ${name} was possible, 1 when it was refused (the kernel may also kill), 2 for an unknown name, 3 when the
 * walls could not be raised. ${wall}: "seccomp" or "landlock" tries that one alone, "none" neither of them, NULL both. */
int cdr_reader_self_test(const char *name, const char *wall);

#endif
