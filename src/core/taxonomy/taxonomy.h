/* SPDX-License-Identifier: Apache-2.0 */
/* The words for categories of data, purposes and people: fideslang's keys with our extensions, compiled in from
 * playbooks/taxonomy/fideslang.json. A key contains every key that begins with it and a dot. */
#ifndef CDR_CORE_TAXONOMY_H
#define CDR_CORE_TAXONOMY_H

#include "base/mem.h"

typedef enum cdr_taxonomy_id { CDR_TAXONOMY_CATEGORY, CDR_TAXONOMY_USE, CDR_TAXONOMY_SUBJECT, CDR_TAXONOMY__MAX } cdr_taxonomy_id;

typedef struct cdr_taxon {
    const char *key, *name, *parent;   /* parent "" at the top */
    const char *special;               /* "health", "religious_philosophical"…, "criminal"; "" for ordinary categories */
    const char *special_when;          /* "always", "if_used_to_identify", "if_reveals_health" */
    const char *pci;                   /* "CHD", "SAD", "context", "" */
    int tier;                          /* 0 not personal … 4 the most harmful */
    bool weak;                         /* too vague to be a purpose alone */
    bool extension;                    /* ours, not fideslang's */
    const char *plain;                 /* as a notice says it: "your e-mail address"; categories only, else "" */
    const char *ccpa;                  /* letter of the group in Cal. Civ. Code 1798.140(v)(1), "" none */
    const char *ccpa_sensitive;        /* 1798.140(ae): "yes", "maybe" where it depends, "" no */
    const char *dpv, *dpv_relation;    /* nearest term of DPV 2.3, "pd:EmailAddress", and its SKOS relation; "" none */
} cdr_taxon;

typedef struct cdr_taxonomy {
    const char *what;                  /* "data category" */
    const cdr_taxon *entries;
    size_t count;
} cdr_taxonomy;

extern const cdr_taxonomy cdr_taxonomies[CDR_TAXONOMY__MAX];
extern const char cdr_taxonomy_source[], cdr_taxonomy_attribution[], cdr_taxonomy_as_of[];

const cdr_taxon *cdr_taxon_find(cdr_taxonomy_id id, const char *key);       /* NULL when unknown */
const cdr_taxon *cdr_taxon_by_word(cdr_taxonomy_id id, const char *word);   /* key, name or plural of it, any case: "customers"; NULL */
/* CDR_OK, or CDR_E_INVAL: "${where} is no data category; did you mean user.contact.email?" */
cdr_status cdr_taxon_check(cdr_taxonomy_id id, const char *key, const char *where, cdr_err *err) CDR_NODISCARD;
/* True when ${key} is ${ancestor} or stands below it. */
bool cdr_taxon_within(const char *key, const char *ancestor);

#endif
