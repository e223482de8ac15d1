/* SPDX-License-Identifier: Apache-2.0 */
/* What candor and candor-perform say to each other: one JSON object down, one back.
 *
 *   {"how": "http", "method": "POST", "url": "https://…", "exact": true, "here": false, "headers": [["Name", "value"], …], "body": "<base64>", "ca_file": "…", "timeout_ms": 30000, "bytes": 65536}
 *   {"how": "bash", "script": "…", "programs": ["/usr/bin/uptime"], "timeout_ms": …, "bytes": …}
 *   {"how": "ssh", "user": "admin", "host": "…", "port": 22, "script": "…", "identity_file": "…", "known_hosts": "…", "timeout_ms": …, "bytes": …}
 *
 *   {"result": "ok", "number": 200, "walls": 3, "output": "<base64>"}       number: HTTP status, exit code, signal, or the library's error */
#ifndef CDR_CORE_PLAYBOOK_PERFORM_WIRE_H
#define CDR_CORE_PLAYBOOK_PERFORM_WIRE_H

#define CDR_PERFORM_PROGRAM "candor-perform"
#define CDR_PERFORM_REQUEST_MAX (8u << 20)
#define CDR_PERFORM_BODY_MAX (2u << 20)
#define CDR_PERFORM_HEADERS_MAX 100u
#define CDR_PERFORM_PROGRAMS_MAX 100u

typedef enum cdr_perform_result {
    CDR_PERFORM_OK,              /* it ended by itself: number is its status or exit code */
    CDR_PERFORM_TIMEOUT, CDR_PERFORM_LARGE /* it answered more than it may */, CDR_PERFORM_SIGNAL, CDR_PERFORM_UNREACHABLE, CDR_PERFORM_TLS, CDR_PERFORM_PRIVATE /* the name leads to an address that is not for it */,
    CDR_PERFORM_MISSING /* no such program */, CDR_PERFORM_WALLS /* it cannot be locked in */, CDR_PERFORM_FAILED, CDR_PERFORM_BAD_REQUEST, CDR_PERFORM_RESULTS
} cdr_perform_result;
extern const char *const cdr_perform_result_names[CDR_PERFORM_RESULTS];

#define CDR_PERFORM_WALL_NET 1           /* no network */
#define CDR_PERFORM_WALL_FILES 2         /* Landlock: no files but the system's and its own folder */

#endif
