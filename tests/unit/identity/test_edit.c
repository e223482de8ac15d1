/* SPDX-License-Identifier: Apache-2.0 */
/* A changed route is told to the old one and the new one; the messages never tell the new value to the old route. */
#include "world.h"

#include "core/identity/edit.h"

#include <dirent.h>

typedef struct mail { char to[200], text[4000], name[80]; } mail;
typedef struct mails { mail at[12]; size_t count; } mails;

/* What lies in the outbox; it is emptied. */
static void read_outbox(world *w, mails *ret)
{
    char dir[200], path[500];
    *ret = (mails){0};
    snprintf(dir, sizeof dir, "%s/outbox", w->home);
    DIR *d = opendir(dir);
    if (!d)
        return;
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        cdr_buf b = CDR_BUF(16000);
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        assert_int_equal(cdr_file_read(path, &b, &w->err), CDR_OK);
        mail *m = &ret->at[ret->count++];
        snprintf(m->name, sizeof m->name, "%.70s", e->d_name);
        snprintf(m->text, sizeof m->text, "%s", b.data);
        const char *to = strstr(b.data, "To: ");
        assert_non_null(to);
        snprintf(m->to, sizeof m->to, "%.*s", (int)strcspn(to + 4, "\r\n"), to + 4);
        cdr_buf_done(&b);
        unlink(path);
    }
    closedir(d);
}

static const mail *mail_to(const mails *m, const char *to)
{
    const mail *found = NULL;
    for (size_t i = 0; i < m->count; i++)
        if (!strcmp(m->at[i].to, to))
            found = &m->at[i];
    if (!found)
        fail_msg("no message to %s among %zu", to, m->count);
    return found;
}

static cdr_edit_told edit(world *w, cdr_sender *sender, uint16_t field, const char *text)
{
    cdr_edit_told told;
    ok(w, cdr_identity_edit(w->v, sender, w->ada.id, &(cdr_vault_value){field, text, strlen(text)}, 1, "test", &told, &w->err));
    return told;
}

static cdr_sender *sender_of(world *w)
{
    cdr_sender *s;
    ok(w, cdr_sender_open(&w->ctx, w->home, &s, &w->err));
    return s;
}

static void edit__tells_old_and_new(void **state)
{
    world *w = *state;
    cdr_sender *sender = sender_of(w);
    mails m;
    edit(w, NULL, CDR_FIELD_EMAIL, "old@example.com");
    cdr_edit_told told = edit(w, sender, CDR_FIELD_EMAIL, "new@example.com");
    assert_int_equal(told.routes, 1);
    assert_int_equal(told.sent, 2);
    assert_int_equal(told.failed, 0);
    read_outbox(w, &m);
    assert_int_equal(m.count, 2);
    assert_null(strstr(mail_to(&m, "old@example.com")->text, "new@example.com"));
    assert_non_null(mail_to(&m, "new@example.com"));
    /* The same once more: nobody hears of it. */
    told = edit(w, sender, CDR_FIELD_EMAIL, "new@example.com");
    assert_int_equal(told.changed, 0);
    read_outbox(w, &m);
    assert_int_equal(m.count, 0);
    /* Taken away: the old one hears. */
    told = edit(w, sender, CDR_FIELD_EMAIL, "");
    assert_int_equal(told.sent, 1);
    read_outbox(w, &m);
    mail_to(&m, "new@example.com");
    cdr_sender_close(sender);
}

static void edit__what_is_no_route_is_told_to_nobody(void **state)
{
    world *w = *state;
    cdr_sender *sender = sender_of(w);
    mails m;
    cdr_edit_told told = edit(w, sender, CDR_FIELD_NOTE, "calls on Mondays");
    assert_int_equal(told.changed, 1);
    assert_int_equal(told.sent + told.failed + told.routes, 0);
    read_outbox(w, &m);
    assert_int_equal(m.count, 0);
    cdr_sender_close(sender);
}

/* Letters carry the whole address, the old one as it was; a route that is new is told where another one was on file before. */
static void edit__letters_and_new_routes(void **state)
{
    world *w = *state;
    cdr_sender *sender = sender_of(w);
    mails m;
    edit(w, NULL, CDR_FIELD_ADDRESS, "");
    edit(w, NULL, CDR_FIELD_MOBILE, "");
    edit(w, NULL, CDR_FIELD_EMAIL, "ada@example.com");
    cdr_edit_told told = edit(w, sender, CDR_FIELD_ADDRESS, "12 Old Row");
    read_outbox(w, &m);
    assert_int_equal(told.sent, 2);                            /* the new address, and the e-mail address that was there before */
    mail_to(&m, "ada@example.com");
    told = edit(w, sender, CDR_FIELD_ADDRESS, "3 New Street");
    read_outbox(w, &m);
    assert_int_equal(told.sent, 2);
    bool old = false, fresh = false;
    for (size_t i = 0; i < m.count; i++) {
        old |= strstr(m.at[i].text, "12 Old Row") && !strstr(m.at[i].text, "3 New Street");
        fresh |= strstr(m.at[i].text, "3 New Street") && !strstr(m.at[i].text, "12 Old Row");
    }
    assert_true(old && fresh);
    told = edit(w, sender, CDR_FIELD_MOBILE, "+1 (212) 555-0177");
    read_outbox(w, &m);
    mail_to(&m, "+12125550177");
    cdr_sender_close(sender);
}

/* Nothing can be sent: the edit stands, and says so. */
static void edit__without_a_sender(void **state)
{
    world *w = *state;
    edit(w, NULL, CDR_FIELD_EMAIL, "old@example.com");
    cdr_edit_told told = edit(w, NULL, CDR_FIELD_EMAIL, "new@example.com");
    assert_int_equal(told.changed, 1);
    assert_int_equal(told.sent, 0);
    assert_int_equal(told.failed, 2);
    assert_true(told.why[0] != '\0');
    assert_null(strstr(told.why, "example.com"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(edit__tells_old_and_new, world_make, world_drop),
        cmocka_unit_test_setup_teardown(edit__what_is_no_route_is_told_to_nobody, world_make, world_drop),
        cmocka_unit_test_setup_teardown(edit__letters_and_new_routes, world_make, world_drop),
        cmocka_unit_test_setup_teardown(edit__without_a_sender, world_make, world_drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
