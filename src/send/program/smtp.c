/* SPDX-License-Identifier: Apache-2.0 */
/* One e-mail to one recipient, by libcurl. */
#include "send/program/program.h"

#include "send/mail.h"

#include <curl/curl.h>
#include <string.h>

typedef struct upload { const char *data; size_t left; } upload;

static size_t give(char *to, size_t size, size_t count, void *arg)
{
    upload *u = arg;
    size_t n = CDR_MIN(size * count, u->left);
    memcpy(to, u->data, n);
    u->data += n;
    u->left -= n;
    return n;
}

static size_t swallow(char *from, size_t size, size_t count, void *arg)
{
    (void)from;
    (void)arg;
    return size * count;
}

static bool set_up(CURL *c, const json_t *q, const char *password, struct curl_slist *to, upload *u)
{
    const char *url = cdr_json_str(q, "url"), *ca = cdr_json_str(q, "ca_file"), *user = cdr_json_str(q, "user"), *from = cdr_json_str(q, "from");
    bool no_tls = json_is_true(json_object_get(q, "no_tls"));
    long timeout = (long)json_integer_value(json_object_get(q, "timeout"));
    int bad = 0;
    bad |= curl_easy_setopt(c, CURLOPT_URL, url) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps") != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_NOPROXY, "*") != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_TIMEOUT, timeout) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, timeout) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_SERVER_RESPONSE_TIMEOUT, timeout) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_USE_SSL, (long)(no_tls ? CURLUSESSL_NONE : CURLUSESSL_ALL)) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) != CURLE_OK;
    bad |= ca && curl_easy_setopt(c, CURLOPT_CAINFO, ca) != CURLE_OK;
    bad |= user && curl_easy_setopt(c, CURLOPT_USERNAME, user) != CURLE_OK;
    bad |= user && curl_easy_setopt(c, CURLOPT_PASSWORD, password) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_MAIL_FROM, from) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_UPLOAD, 1L) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_READFUNCTION, give) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_READDATA, u) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, swallow) != CURLE_OK;
    return !bad && url && from;
}

static cdr_send_answer transfer(const json_t *q, const cdr_buf *mail, const char *password)
{
    cdr_send_answer a = {CDR_SEND_FAILED, 0};
    upload u = {mail->data, mail->len};
    struct curl_slist *to = curl_slist_append(NULL, cdr_json_str(q, "to"));
    CURL *c = curl_easy_init();
    if (c && to && set_up(c, q, password, to, &u)) {
        CURLcode code = curl_easy_perform(c);
        long response = 0;
        curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &response);
        a = cdr_program_curl((int)code, response);
    }
    curl_easy_cleanup(c);
    curl_slist_free_all(to);
    return a;
}

cdr_send_answer cdr_program_smtp(const json_t *q)
{
    const char *file = cdr_json_str(q, "password_file");
    cdr_mail m = {.from = cdr_json_str(q, "from"), .to = cdr_json_str(q, "to"), .subject = cdr_json_str(q, "subject"), .text = cdr_json_str(q, "text"), .id = cdr_json_str(q, "id"),
                  .at_us = json_integer_value(json_object_get(q, "at_us"))};
    cdr_buf mail = CDR_BUF(CDR_SEND_REQUEST_MAX), password = CDR_BUF(1);
    cdr_send_answer a = {CDR_SEND_BAD_REQUEST, 0};
    cdr_send_secret wrong = file ? cdr_program_secret(file, &password) : CDR_SECRET_GOOD;
    if (wrong)
        a = (cdr_send_answer){CDR_SEND_SECRET, wrong};
    else if (cdr_buf_reserve(&mail, CDR_SEND_REQUEST_MAX - 1) == CDR_OK && cdr_mail_write(&m, &mail, NULL) == CDR_OK && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) {
        a = transfer(q, &mail, password.data);
        curl_global_cleanup();
    }
    cdr_buf_wipe(&mail);
    cdr_buf_wipe(&password);
    return a;
}
