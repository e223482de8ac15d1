/* SPDX-License-Identifier: Apache-2.0 */
/* Logic-less templates, compiled once and rendered many times: pages, letters, mails. The language is Mustache 1.4 without lambdas:
 *
 *     {{name}}  {{a.b}}  {{.}}    a value, escaped as the mode says      {{{name}}}  {{&name}}   a value as it is (not in mode HTML)
 *     {{#name}} … {{/name}}       for each item, or once when true       {{^name}} … {{/name}}   when missing, false, 0, "" or empty
 *     {{> name}}                  another template, which may use itself {{! … }}                a remark
 *     {{=<% %>=}}                 other delimiters, to the end of this text
 *
 * A value that the data lack is an error that names template and line: a letter with a hole must not leave the house. What may be missing
 * is declared in a remark, {{! optional: middle_name, address.line2 }}, and sections may ask for it. Templates may be edited by
 * strangers: sizes, depths and steps are bounded; nothing is executed. */
#ifndef CDR_TEMPLATE_TEMPLATE_H
#define CDR_TEMPLATE_TEMPLATE_H

#include "base/buf.h"
#include "base/json.h"

#define CDR_TEMPLATE_BYTES_MAX (1u << 20)    /* text with all partials */
#define CDR_TEMPLATE_DEPTH_MAX 16            /* sections inside sections */
#define CDR_TEMPLATE_PARTIALS_MAX 64         /* partials that one template uses */
#define CDR_TEMPLATE_CALLS_MAX 64            /* partials inside partials, themselves included */
#define CDR_TEMPLATE_INDENT_MAX 512          /* blanks that partials inside partials are moved to the right */
#define CDR_TEMPLATE_STEPS_MAX 50000000u     /* tags and texts rendered in one go */

typedef struct cdr_template cdr_template;

/* HTML escapes every value and refuses {{{ }}} and {{& }}; PAGE allows them, for our own pages that hold our own charts; TEXT escapes nothing. */
typedef enum cdr_template_mode {
    CDR_TEMPLATE_HTML, CDR_TEMPLATE_PAGE, CDR_TEMPLATE_TEXT,
    CDR_TEMPLATE_LENIENT = 8                 /* added to one of them: what is missing is empty, as Mustache has it by itself */
} cdr_template_mode;

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

/* The same from rows instead of objects, for letters by the million: cells stand in the order of ->names, and no name is looked up twice. */
typedef struct cdr_template_columns cdr_template_columns;
cdr_status cdr_template_columns_new(const cdr_template *t, const char *const *names, size_t count, cdr_template_columns **ret, cdr_err *err) CDR_NODISCARD;
void cdr_template_columns_free(cdr_template_columns *c);   /* NULL is fine */
/* ->text, or with ->json a value of its own (a list for a section); both NULL: missing. Empty text is false for sections. */
typedef struct cdr_template_cell { const char *text; size_t len; const json_t *json; } cdr_template_cell;
/* Appends one row to ${out}; on failure ${out} is as it was. */
cdr_status cdr_template_render_row(const cdr_template *t, const cdr_template_columns *columns, const cdr_template_cell *cells, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

/* The templates and the style sheet that come with the program (src/template/pages): a cdr_template_find, ${arg} unused. */
bool cdr_page_find(void *arg, const char *name, cdr_template_source *ret);

/* Text for HTML and XML, in elements and quoted attributes: & < > " ' become references; invalid UTF-8 and characters XML has no
 * place for become U+FFFD. */
cdr_status cdr_html_escape(cdr_buf *out, const char *s, size_t len);

#endif
