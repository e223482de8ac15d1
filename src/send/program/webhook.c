/* SPDX-License-Identifier: Apache-2.0 */
/* A message as JSON to one https address and nowhere else: no other protocol, no redirect, no proxy, and its certificate is checked. */
#include "send/program/program.h"

#include <curl/curl.h>
#include <string.h>

enum { ANSWER_MAX = 64 << 10 };

static size_t swallow(char *from, size_t size, size_t count, void *arg)
{
    size_t *seen = arg, n = size * count;
    (void)from;
    *seen += n;
    return *seen <= ANSWER_MAX ? n : 0;
}

static bool set_up(CURL *c, const json_t *q, struct curl_slist *headers, const cdr_buf *body, size_t *seen)
{
    const char *url = cdr_json_str(q, "url"), *ca = cdr_json_str(q, "ca_file");
    long timeout = (long)json_integer_value(json_object_get(q, "timeout"));
    int bad = 0;
    bad |= curl_easy_setopt(c, CURLOPT_URL, url) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https") != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_NOPROXY, "*") != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_TIMEOUT, timeout) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, timeout) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) != CURLE_OK;
    bad |= ca && curl_easy_setopt(c, CURLOPT_CAINFO, ca) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_USERAGENT, "candor/" CANDOR_VERSION) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_POST, 1L) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_POSTFIELDS, body->data) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->len) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, swallow) != CURLE_OK;
    bad |= curl_easy_setopt(c, CURLOPT_WRITEDATA, seen) != CURLE_OK;
    return !bad && url && !strncmp(url, "https://", 8);
}

static struct curl_slist *add(struct curl_slist *list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(list, line);
    if (!longer)
        curl_slist_free_all(list);
    return longer;
}

static cdr_send_answer transfer(const json_t *q, const cdr_buf *body, const char *secret)
{
    cdr_send_answer a = {CDR_SEND_FAILED, 0};
    size_t seen = 0;
    struct curl_slist *headers = add(NULL, "Content-Type: application/json");
    headers = headers ? add(headers, "Expect:") : NULL;
    headers = headers && secret ? add(headers, secret) : headers;
    CURL *c = headers ? curl_easy_init() : NULL;
    if (c && set_up(c, q, headers, body, &seen)) {
        CURLcode code = curl_easy_perform(c);
        long response = 0;
        curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &response);
        a = cdr_program_curl(code == CURLE_WRITE_ERROR && seen > ANSWER_MAX ? CURLE_OK : (int)code, response);    /* it has answered; the rest is noise */
        if (a.result == CDR_SEND_OK && (response < 200 || response > 299))
            a.result = CDR_SEND_REFUSED;
    }
    curl_easy_cleanup(c);
    curl_slist_free_all(headers);
    return a;
}

cdr_send_answer cdr_program_webhook(const json_t *q)
{
    const char *file = cdr_json_str(q, "header_file");
    cdr_buf body, secret = CDR_BUF(1);
    cdr_send_answer a = {CDR_SEND_BAD_REQUEST, 0};
    bool made = cdr_program_message(q, &body);
    cdr_send_secret wrong = file ? cdr_program_secret(file, &secret) : CDR_SECRET_GOOD;
    if (file && !wrong && !strchr(secret.data, ':'))
        wrong = CDR_SECRET_NO_HEADER;
    if (wrong)
        a = (cdr_send_answer){CDR_SEND_SECRET, wrong};
    else if (made && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) {
        a = transfer(q, &body, secret.data);
        curl_global_cleanup();
    }
    cdr_buf_wipe(&body);
    cdr_buf_wipe(&secret);
    return a;
}
