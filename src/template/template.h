/* SPDX-License-Identifier: Apache-2.0 */
/* Logic-less templates, compiled once and rendered many times: pages, letters, mails. The language is a strict subset of Mustache:
 *
 *     {{name}}  {{a.b}}  {{.}}    a value, escaped as the mode says      {{{name}}}  {{&name}}   a value as it is (mode PAGE only)
 *     {{#name}} … {{/name}}       for each item, or once when true       {{^name}} … {{/name}}   when missing, false, 0, "" or empty
 *     {{> name}}                  another template                       {{! … }}                a remark
 *
 * A value that the data lack is an error that names template and line: a letter with a hole must not leave the house. Sections may
 * ask for what is missing. Templates may be edited by strangers: sizes, depths and steps are bounded; nothing is executed. */
#ifndef CDR_TEMPLATE_TEMPLATE_H
#define CDR_TEMPLATE_TEMPLATE_H

#include "base/buf.h"
#include "base/json.h"

#define CDR_TEMPLATE_BYTES_MAX (1u << 20)    /* text with all partials */
#define CDR_TEMPLATE_DEPTH_MAX 16            /* sections inside sections */
#define CDR_TEMPLATE_PARTIALS_MAX 8          /* partials inside partials */
#define CDR_TEMPLATE_STEPS_MAX 50000000u     /* tags and texts rendered in one go */

typedef struct cdr_template cdr_template;

/* HTML escapes every value and refuses {{{ }}} and {{& }}; PAGE allows them, for our own pages that hold our own charts; TEXT escapes nothing. */
typedef enum cdr_template_mode { CDR_TEMPLATE_HTML, CDR_TEMPLATE_PAGE, CDR_TEMPLATE_TEXT } cdr_template_mode;

typedef struct cdr_template_source { const char *name, *text; size_t len; } cdr_template_source;
/* Where partials come from; false when there is none of that name. What it returns is borrowed until the template is compiled. */
typedef bool (*cdr_template_find)(void *arg, const char *name, cdr_template_source *ret);

cdr_status cdr_template_new(const cdr_template_source *source, cdr_template_mode mode, cdr_template_find find, void *arg, cdr_template **ret, cdr_err *err) CDR_NODISCARD;
void cdr_template_free(cdr_template *t);     /* NULL is fine */
static inline void cdr_template_freep(cdr_template **t) { cdr_template_free(*t); }

typedef cdr_status (*cdr_template_sink)(void *arg, const char *data, size_t len, cdr_err *err);
/* ${data} is an object; a template is immutable and may be rendered by several threads at once. */
cdr_status cdr_template_render(const cdr_template *t, const json_t *data, cdr_template_sink sink, void *arg, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_template_render_buf(const cdr_template *t, const json_t *data, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

/* The templates and the style sheet that come with the program (src/template/pages): a cdr_template_find, ${arg} unused. */
bool cdr_page_find(void *arg, const char *name, cdr_template_source *ret);

/* Text for HTML and XML, in elements and quoted attributes: & < > " ' become references; invalid UTF-8 and characters XML has no
 * place for become U+FFFD. */
cdr_status cdr_html_escape(cdr_buf *out, const char *s, size_t len);

#endif
