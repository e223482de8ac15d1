/* SPDX-License-Identifier: Apache-2.0 */
#include "send/program/program.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

enum { SECRET_MAX = 4096 };

cdr_send_secret cdr_program_secret(const char *path, cdr_buf *ret)
{
    char bytes[SECRET_MAX + 1];
    struct stat st;
    *ret = CDR_BUF(SECRET_MAX + 1);
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
        return CDR_SECRET_UNREADABLE;
    if (st.st_mode & 077)
        return CDR_SECRET_OPEN;
    ssize_t n = cdr_read_some(fd, bytes, sizeof bytes);
    size_t len = n > 0 ? (size_t)n : 0;
    while (len > 0 && (bytes[len - 1] == '\n' || bytes[len - 1] == '\r'))
        len--;
    bool ok = len > 0 && len < SECRET_MAX;
    for (size_t i = 0; i < len && ok; i++)
        ok = (unsigned char)bytes[i] >= 0x20 && bytes[i] != 0x7F;
    ok = ok && cdr_buf_reserve(ret, SECRET_MAX) == CDR_OK && cdr_buf_add(ret, bytes, len) == CDR_OK;
    explicit_bzero(bytes, sizeof bytes);
    return ok ? CDR_SECRET_GOOD : n < 0 ? CDR_SECRET_UNREADABLE : len == 0 ? CDR_SECRET_EMPTY : CDR_SECRET_LONG;
}

bool cdr_program_message(const json_t *request, cdr_buf *out)
{
    static const char *const keys[] = {"way", "to", "subject", "text", "id"};
    cdr_json_writer w;
    *out = CDR_BUF(CDR_SEND_REQUEST_MAX);
    if (cdr_buf_reserve(out, CDR_SEND_REQUEST_MAX - 1) != CDR_OK)
        return false;
    cdr_jw_begin(&w, out);
    cdr_jw_open(&w, '{');
    for (size_t i = 0; i < CDR_COUNT(keys); i++) {
        cdr_jw_key(&w, keys[i]);
        cdr_jw_str(&w, cdr_json_str(request, keys[i]));
    }
    cdr_jw_close(&w, '}');
    return cdr_buf_status(out) == CDR_OK;
}

cdr_send_answer cdr_program_curl(int code, long response)
{
    unsigned number = response > 0 && response < 10000 ? (unsigned)response : 0;
    switch (code) {
    case CURLE_OK: return (cdr_send_answer){CDR_SEND_OK, number};
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT: return (cdr_send_answer){CDR_SEND_UNREACHABLE, 0};
    case CURLE_OPERATION_TIMEDOUT: return (cdr_send_answer){CDR_SEND_TIMEOUT, 0};
    case CURLE_LOGIN_DENIED: return (cdr_send_answer){CDR_SEND_AUTH, number};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_USE_SSL_FAILED: return (cdr_send_answer){CDR_SEND_TLS, 0};
    default: break;
    }
    return number >= 300 ? (cdr_send_answer){CDR_SEND_REFUSED, number} : (cdr_send_answer){CDR_SEND_FAILED, (unsigned)code};
}
