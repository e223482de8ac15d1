/* SPDX-License-Identifier: Apache-2.0 */
/* The files of src/template/pages as text, made at build time by embed_pages.cmake. */
#ifndef CDR_TEMPLATE_PAGES_H
#define CDR_TEMPLATE_PAGES_H

#include "template/template.h"

extern const cdr_template_source cdr_pages[];
extern const size_t cdr_page_count;

#endif
