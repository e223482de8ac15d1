/* SPDX-License-Identifier: Apache-2.0 */
/* Registers for spreadsheets: the UK regulator's template for controllers with its 30 columns, the processor's register, and the seven columns
 * of GDPR Art. 30(1). cdr_csv_cell keeps a cell from being taken for a formula. */
#include "core/report/register.h"

#include "base/csv.h"
#include "base/text.h"
#include "base/words.h"
#include "core/report/register_parts.h"

#include <string.h>

static void cell(cdr_buf *out, bool first, const char *text)
{
    cdr_buf safe = CDR_BUF(1 << 20);
    cdr_text_escape(&safe, text ? text : "", text ? strlen(text) : 0);
    if (cdr_buf_status(&safe) != CDR_OK)
        out->status = cdr_buf_status(&safe);
    else
        cdr_csv_cell(out, first, safe.data ? safe.data : "", safe.len);
    cdr_buf_done(&safe);
}

static void row(cdr_buf *out, const char *const *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cell(out, i == 0, cells[i]);
    cdr_csv_end(out);
}

/* Rows 1 to 8: who is responsible. The heads follow in row 9, as the template has them. */
static void contact_block(cdr_buf *out, const char *title, const cdr_register_head *h)
{
    cdr_buf date = CDR_BUF(64);
    cdr_words_date(&date, h->at_us);
    const char *const block[8][2] = {{title, ""}, {"Organisation", h->org}, {"Contact", h->contact}, {"Country", h->country}, {"Data protection officer", h->dpo},
                                     {"Representative", h->representative}, {"As of", date.data}, {"", ""}};
    for (size_t i = 0; i < CDR_COUNT(block); i++)
        row(out, block[i], 2);
    cdr_buf_done(&date);
}

static const char *const ico_head[CDR_ICO_COLUMNS] = {
    "Business function", "Purpose of processing", "Joint controller: name and contact", "Categories of individuals", "Categories of personal data", "Categories of recipients",
    "Link to contract with processor", "Third countries or international organisations", "Safeguards for transfers", "Retention schedule", "Security measures",
    "Article 6 lawful basis", "Article 9 condition", "Legitimate interests", "Link to legitimate interests assessment", "Rights available", "Automated decisions and profiling",
    "Source of the data", "Link to record of consent", "Location of the data", "DPIA required?", "DPIA progress", "Link to DPIA", "Breach occurred?", "Link to record of breach",
    "DPA 2018 Schedule 1 condition", "Article 6 lawful basis (special or criminal data)", "Link to retention and erasure policy", "Retained and erased as the policy says?",
    "Reasons if not"};

/* Which rights follow from the lawful basis (GDPR Art. 15 to 22). */
static const char *rights_of(const char *basis)
{
    static const struct { const char *word, *rights; } table[] = {
        {"consent", "access, correction, erasure, restriction, portability, withdrawal"},
        {"contract", "access, correction, erasure, restriction, portability"},
        {"legal", "access, correction, restriction"},
        {"vital", "access, correction, erasure, restriction"},
        {"public", "access, correction, restriction, objection"},
        {"legitimate", "access, correction, erasure, restriction, objection"},
    };
    for (size_t i = 0; basis && i < CDR_COUNT(table); i++)
        if (strcasestr(basis, table[i].word))
            return table[i].rights;
    return "";
}

void cdr_register_ico(const cdr_register_head *head, const cdr_audit_activity *rows, size_t count, cdr_buf *out)
{
    contact_block(out, "Record of processing activities (controller)", head);
    row(out, ico_head, CDR_ICO_COLUMNS);
    for (size_t i = 0; i < count; i++) {
        const cdr_audit_activity *x = &rows[i];
        if (x->processor)
            continue;
        bool interests = x->lawful_basis && strcasestr(x->lawful_basis, "legitimate");
        const char *const cells[CDR_ICO_COLUMNS] = {
            x->function, x->purpose, x->joint_controller, x->subjects, x->categories, x->recipients, x->processor_contract, x->transfers, x->safeguards, x->retention, x->security,
            x->lawful_basis, x->special_condition, interests ? x->legitimate_interest : "", x->interest_assessment,
            x->rights && x->rights[0] ? x->rights : rights_of(x->lawful_basis), x->automated_decisions, x->source, x->consent_record, x->systems, x->dpia_required, x->dpia_progress,
            x->dpia_link, "", "", "", x->special_basis, x->retention_link, x->kept, x->kept_why};
        row(out, cells, CDR_ICO_COLUMNS);
    }
}

/* GDPR Art. 30(2): (a) for whom, (b) what is done, (c) transfers, (d) measures; with what helps to find it again. */
static const char *const processor_head[] = {"Controller: name and contact", "Business function", "Categories of processing", "Categories of individuals", "Categories of personal data",
                                             "Other processors", "Third countries or international organisations", "Safeguards for transfers", "Security measures", "Location of the data",
                                             "Link to contract"};

void register_processor_csv(const paper *p)
{
    contact_block(p->out, "Record of processing activities (processor)", &p->head);
    row(p->out, processor_head, CDR_COUNT(processor_head));
    for (size_t i = 0; i < p->count; i++) {
        const cdr_audit_activity *x = &p->rows[i];
        const char *const cells[CDR_COUNT(processor_head)] = {p->served[i], x->function, x->purpose, x->subjects, x->categories, x->recipients, x->transfers, x->safeguards, x->security,
                                                              x->systems, x->processor_contract};
        row(p->out, cells, CDR_COUNT(cells));
    }
}

const char *const register_minimum_head[REGISTER_MINIMUM] = {"Purpose", "People", "Data", "Recipients", "Transfers abroad", "Kept for", "Security"};

void register_minimum_cells(const paper *p, size_t i, const char *ret[REGISTER_MINIMUM])
{
    const cdr_audit_activity *x = &p->rows[i];
    const char *transfers = x->transfers;
    if (x->transfers[0] && x->safeguards[0]) {
        const char *both = cdr_arena_printf(p->r->arena, "%s; %s", x->transfers, x->safeguards);
        transfers = both ? both : x->transfers;
    }
    const char *const cells[REGISTER_MINIMUM] = {x->purpose, x->subjects, x->categories, x->recipients, transfers, x->retention, x->security};
    memcpy(ret, cells, sizeof cells);
}

void register_minimum_csv(const paper *p)
{
    row(p->out, register_minimum_head, REGISTER_MINIMUM);
    for (size_t i = 0; i < p->count; i++) {
        const char *cells[REGISTER_MINIMUM];
        register_minimum_cells(p, i, cells);
        row(p->out, cells, REGISTER_MINIMUM);
    }
}
