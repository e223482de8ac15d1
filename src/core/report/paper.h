/* SPDX-License-Identifier: Apache-2.0 */
/* Papers from templates: the same tree of plain texts as HTML with the house's style sheet, or as Markdown in which no name can be markup. */
#ifndef CDR_CORE_REPORT_PAPER_H
#define CDR_CORE_REPORT_PAPER_H

#include "core/report/view.h"

/* ${text} as Markdown shows it letter by letter: what could be markup is escaped, line breaks become blanks. Appended. */
void cdr_markdown_escape(cdr_buf *out, const char *text, size_t len);
/* "sha256-…" of the style sheet, by which pages allow it. */
cdr_status cdr_paper_style(char ret[64], cdr_err *err) CDR_NODISCARD;
/* Renders the template ${name}, appended to ${out}. ${folder} (NULL: none): a file of that name in it takes the place of the one that came with the
 * program. ${data}: an object whose texts are plain. HTML gets style_hash besides. */
cdr_status cdr_paper_render(const char *name, const char *folder, bool html, const json_t *data, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

#endif
