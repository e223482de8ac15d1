/* SPDX-License-Identifier: Apache-2.0 */
/* Which playbooks there are: those that come with Candor (playbooks/procedures, part of the program) and those of the workspace (WORKSPACE/playbooks, one file each), which come first under the same name. */
#ifndef CDR_CORE_PLAYBOOK_LIBRARY_H
#define CDR_CORE_PLAYBOOK_LIBRARY_H

#include "core/cacao/playbook.h"
#include "core/workspace/workspace.h"

#define CDR_PLAYBOOK_NAME_MAX 80               /* "customer-data-breach": the file's name without .json; a-z, 0-9 and - */

/* The files of playbooks/procedures as text, made at build time. */
typedef struct cdr_procedure { const char *name, *text; size_t len; const char *review_every; /* as it stands in the text: known without reading it */ } cdr_procedure;
extern const cdr_procedure cdr_procedures[];
extern const size_t cdr_procedure_count;
/* Ed25519 public key under which they are signed. */
extern const uint8_t cdr_procedure_key[32];

/* ${wanted}: a name, a path to a file, an id ("playbook--…"), or the start of a name that only one has. ${dir}: the workspace's folder, NULL without one. ${version}: a "modified", NULL the newest.
 * ${ret_name} (may be NULL) takes the name. CDR_NOT_FOUND says which there are. CDR_DENIED: two files have that id and version and say different things. */
cdr_status cdr_library_find(const char *dir, const char *wanted, const char *version, cdr_playbook **ret, char ret_name[CDR_PLAYBOOK_NAME_MAX + 1], cdr_err *err) CDR_NODISCARD;

typedef struct cdr_library_item { const char *name, *path /* NULL: comes with Candor */; cdr_playbook *playbook /* NULL: it cannot be read */; const cdr_err *problem; } cdr_library_item;
typedef cdr_status cdr_library_fn(void *arg, const cdr_library_item *item);
cdr_status cdr_library_each(const char *dir, cdr_library_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
/* Those of the workspace alone. */
cdr_status cdr_library_each_own(const char *dir, cdr_library_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
/* Is there one that comes with Candor under ${name}, or with the id of ${p}, that says something else than ${p}? */
bool cdr_library_shadows(const char *name, const cdr_playbook *p);

#endif
