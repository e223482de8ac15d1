/* SPDX-License-Identifier: Apache-2.0 */
#include "core/policy/policy.h"

#include "base/text.h"

#include <string.h>

static const struct { cdr_form form; const char *word; } forms[] = {
    {CDR_FORM_NEVER, "never"}, {CDR_FORM_REDACTED, "redacted"}, {CDR_FORM_MASKED, "masked"}, {CDR_FORM_GENERALISED, "generalised"},
    {CDR_FORM_HASHED, "hashed"}, {CDR_FORM_TOKENISED, "tokenised"}, {CDR_FORM_ENCRYPTED, "encrypted"}, {CDR_FORM_PLAIN, "plain"},
    /* Other spellings of the same, never written. */
    {CDR_FORM_GENERALISED, "generalized"}, {CDR_FORM_TOKENISED, "tokenized"},
};

const char *cdr_form_name(cdr_form f)
{
    for (size_t i = 0; i < CDR_COUNT(forms); i++)
        if (forms[i].form == f)
            return forms[i].word;
    return "unknown";
}

bool cdr_form_parse(const char *word, cdr_form *ret)
{
    for (size_t i = 0; word && i < CDR_COUNT(forms); i++)
        if (cdr_ascii_ieq(forms[i].word, strlen(forms[i].word), word, strlen(word))) {
            *ret = forms[i].form;
            return true;
        }
    return false;
}
