/* SPDX-License-Identifier: Apache-2.0 */
/* The sentences of verdicts. */
#include "core/policy/judge_tests.h"

#include "base/words.h"

#include <stdarg.h>
#include <string.h>

enum { TEXT_MAX = 16384 };

static const char *take(judging *j, cdr_buf *text)
{
    char *kept = cdr_buf_status(text) == CDR_OK ? cdr_arena_strdup(j->arena, text->data ? text->data : "") : NULL;
    cdr_buf_done(text);
    j->failed |= !kept;
    return kept ? kept : "";
}

const char *judge_text(judging *j, const char *fmt, ...)
{
    cdr_buf text = CDR_BUF(TEXT_MAX);
    va_list ap;
    va_start(ap, fmt);
    cdr_buf_vaddf(&text, fmt, ap);
    va_end(ap);
    return take(j, &text);
}

const char *judge_number(judging *j, uint64_t n)
{
    cdr_buf text = CDR_BUF(64);
    cdr_words_number(&text, n);
    return take(j, &text);
}

const char *judge_count(judging *j, uint64_t n, const char *one, const char *many)
{
    cdr_buf text = CDR_BUF(256);
    cdr_words_count(&text, n, one, many);
    return take(j, &text);
}

const char *judge_people(judging *j, uint64_t least, uint64_t most)
{
    cdr_buf text = CDR_BUF(128);
    cdr_words_people(&text, CDR_MIN(least, most), most, false);
    return take(j, &text);
}

const char *judge_shell_word(judging *j, const char *path)
{
    cdr_buf word = CDR_BUF(TEXT_MAX);
    (void)cdr_words_shell_path(&word, path);
    return take(j, &word);
}

const char *judge_join(judging *j, const cdr_key_set *keys)
{
    enum { SHOWN = 8 };
    cdr_buf text = CDR_BUF(TEXT_MAX);
    for (size_t i = 0; i < keys->count && i < SHOWN; i++)
        cdr_buf_addf(&text, "%s%s", i ? ", " : "", keys->keys[i]);
    if (keys->count > SHOWN)
        cdr_buf_addf(&text, " and %zu more", keys->count - SHOWN);
    return take(j, &text);
}

const char *judge_where(judging *j, const cdr_judge_field *f)
{
    if (f->traits & CDR_TRAIT_FILE_NAME)
        return "in the name of the file or folder";
    if (!f->name[0])
        return "in running text";
    return judge_text(j, f->traits & CDR_TRAIT_FREE_TEXT ? "in the text of column %s" : "in column %s", f->name);
}

const char *judge_field_evidence(judging *j, const cdr_judge_object *o, const cdr_judge_field *f)
{
    const char *people = o->people_max ? judge_text(j, "; %s", judge_people(j, o->people_min, o->people_max)) : "";
    return judge_text(j, "%s × %s %s%s", judge_number(j, f->amount), f->what, judge_where(j, f), people);
}

/* --- remedies --- */

/* The form that keeps most of what the data are good for. */
static cdr_form best_form(unsigned forms)
{
    static const cdr_form order[] = {CDR_FORM_GENERALISED, CDR_FORM_MASKED, CDR_FORM_HASHED, CDR_FORM_TOKENISED, CDR_FORM_ENCRYPTED, CDR_FORM_REDACTED};
    for (size_t i = 0; i < CDR_COUNT(order); i++)
        if (forms & order[i])
            return order[i];
    return CDR_FORM_NEVER;
}

void judge_remedy_field(judging *j, cdr_verdict *v, const cdr_judge_object *o, const cdr_judge_field *f, unsigned forms)
{
    if (f->traits & CDR_TRAIT_FILE_NAME) {
        v->remedy = CDR_REMEDY_NONE;
        v->remedy_text = "Rename the file or folder, and keep such values out of names.";
        v->command = judge_text(j, "candor inventory show object:%lld", (long long)o->id);
        return;
    }
    if (f->traits & CDR_TRAIT_FREE_TEXT || !f->name[0]) {
        v->remedy = CDR_REMEDY_REDACT_TEXT;
        v->form = CDR_FORM_REDACTED;
        v->remedy_text = judge_text(j, "Redact %s in the text of this file.", f->what);
        return;
    }
    v->form = best_form(forms);
    v->remedy = v->form == CDR_FORM_NEVER ? CDR_REMEDY_NULL_COLUMN : CDR_REMEDY_MASK_COLUMN;
    v->remedy_text = v->form == CDR_FORM_NEVER ? judge_text(j, "Empty the column %s, and stop writing it.", f->name)
                                              : judge_text(j, "Keep the column %s %s, and have it written so.", f->name, cdr_form_name(v->form));
}
