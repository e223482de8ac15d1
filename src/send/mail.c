/* SPDX-License-Identifier: Apache-2.0 */
#include "send/mail.h"

#include "base/parse.h"
#include "base/text.h"
#include "base/time.h"

#include <string.h>

enum { ADDRESS_MAX = 254, LOCAL_MAX = 64, SUBJECT_MAX = 200, ID_MAX = 64, LINE_MAX_CHARS = 76, WORD_BYTES = 39 };

static bool in_set(char c, const char *more)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr(more, c));
}

bool cdr_mail_address(const char *s, size_t len)
{
    const char *at = memchr(s, '@', len);
    size_t local = at ? (size_t)(at - s) : 0;
    if (!at || local == 0 || local > LOCAL_MAX || len > ADDRESS_MAX || local + 1 >= len || memchr(at + 1, '@', len - local - 1))
        return false;
    for (size_t i = 0; i < len; i++) {
        bool dot = s[i] == '.', edge = i == 0 || i == local - 1 || i == local + 1 || i == len - 1;
        if (i == local)
            continue;
        if (!in_set(s[i], i < local ? ".!#$%&'*+-/=?^_`{|}~" : ".-") || (dot && (edge || s[i + 1] == '.')))
            return false;
    }
    return s[0] != '-' && s[local + 1] != '-' && s[len - 1] != '-';
}

bool cdr_mail_telephone(const char *s, size_t len)
{
    if (len < 8 || len > 16 || s[0] != '+' || s[1] == '0')
        return false;
    for (size_t i = 1; i < len; i++)
        if (s[i] < '0' || s[i] > '9')
            return false;
    return true;
}

bool cdr_mail_text(const char *s, size_t len, size_t most)
{
    if (len == 0 || len > most || !cdr_utf8_valid(s, len))
        return false;
    for (size_t i = 0; i < len; i++)
        if (((unsigned char)s[i] < 0x20 && s[i] != '\n' && s[i] != '\t') || s[i] == 0x7F)
            return false;
    return true;
}

bool cdr_mail_subject(const char *s, size_t len)
{
    return cdr_mail_text(s, len, SUBJECT_MAX) && !memchr(s, '\n', len) && !memchr(s, '\t', len);
}

bool cdr_mail_id(const char *s)
{
    size_t n = s ? strlen(s) : 0;
    if (n == 0 || n > ID_MAX || s[0] == '.')
        return false;
    for (size_t i = 0; i < n; i++)
        if (!in_set(s[i], "._-"))
            return false;
    return true;
}

static bool is_ascii(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] > 0x7E)
            return false;
    return true;
}

/* RFC 2047 words of whole characters; plain ASCII stays as it is, unless it looks like such a word or would be too long for a line. */
static void put_subject(cdr_buf *out, const char *s, size_t len)
{
    cdr_buf_adds(out, "Subject: ");
    if (is_ascii(s, len) && len <= LINE_MAX_CHARS - 10 && !strstr(s, "=?")) {
        cdr_buf_add(out, s, len);
    } else {
        for (size_t at = 0; at < len;) {
            char word[4 * WORD_BYTES];
            size_t n = CDR_MIN(len - at, (size_t)WORD_BYTES);
            while (at + n < len && ((unsigned char)s[at + n] & 0xC0) == 0x80)
                n--;
            size_t used = cdr_base64_encode((const uint8_t *)s + at, n, word);
            cdr_buf_addf(out, "%s=?UTF-8?B?%.*s?=", at ? "\r\n " : "", (int)used, word);
            at += n;
        }
    }
    cdr_buf_adds(out, "\r\n");
}

static void put_date(cdr_buf *out, int64_t us)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t s = us / 1000000, day = s / 86400, rest = s % 86400;
    cdr_date d = cdr_date_from_days(day);
    cdr_buf_addf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[cdr_weekday(d) - 1], d.day, months[d.month - 1], d.year, (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
}

/* Quoted-printable: "=" and what is no ASCII as =XX, blanks at the end of a line too, soft breaks before column 76. */
static void put_body(cdr_buf *out, const char *s, size_t len)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t column = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '\n') {
            cdr_buf_adds(out, "\r\n");
            column = 0;
            continue;
        }
        bool ends = i + 1 == len || s[i + 1] == '\n', plain = (c > 0x20 && c < 0x7F && c != '=') || ((c == ' ' || c == '\t') && !ends);
        size_t width = plain ? 1 : 3;
        if (column + width > LINE_MAX_CHARS - 1) {
            cdr_buf_adds(out, "=\r\n");
            column = 0;
        }
        if (plain)
            cdr_buf_addc(out, (char)c);
        else
            cdr_buf_add(out, (const char[]){'=', hex[c >> 4], hex[c & 15]}, 3);
        column += width;
    }
    if (len && s[len - 1] != '\n')
        cdr_buf_adds(out, "\r\n");
}

static cdr_status refuse(cdr_err *err, const char *what)
{
    return cdr_fail(err, CDR_E_INVAL, "send", "send.mail", "The %s of the e-mail is not usable: too long, no plain text, or with control characters.", what);
}

cdr_status cdr_mail_write(const cdr_mail *m, cdr_buf *out, cdr_err *err)
{
    if (!m->to || !cdr_mail_address(m->to, strlen(m->to)))
        return refuse(err, "address");
    if (!m->from || !cdr_mail_address(m->from, strlen(m->from)))
        return refuse(err, "sender");
    if (!m->subject || !cdr_mail_subject(m->subject, strlen(m->subject)))
        return refuse(err, "subject");
    if (!cdr_mail_id(m->id))
        return refuse(err, "id");
    if (!m->text || !cdr_mail_text(m->text, strlen(m->text), 65536))
        return refuse(err, "text");
    put_date(out, m->at_us);
    cdr_buf_addf(out, "From: <%s>\r\nTo: <%s>\r\n", m->from, m->to);
    put_subject(out, m->subject, strlen(m->subject));
    cdr_buf_addf(out, "Message-ID: <%s@%s>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\nAuto-Submitted: auto-generated\r\n\r\n", m->id,
                 strchr(m->from, '@') + 1);
    put_body(out, m->text, strlen(m->text));
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "send");
}
