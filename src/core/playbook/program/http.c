/* SPDX-License-Identifier: Apache-2.0 */
/* One request to one address that commands.yaml lists: no other protocol, no redirect, no proxy, certificates are checked, and a name of a wildcard never leads inside a network. */
#include "core/playbook/program/program.h"

#include "base/parse.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct transfer { cdr_buf *output; bool large, exact, here, refused; } transfer;

/* --- addresses --- */

static bool in(const uint8_t *address, const uint8_t *net, unsigned bits)
{
    for (unsigned i = 0; i < bits; i += 8) {
        unsigned mask = bits - i >= 8 ? 0xFFu : 0xFFu << (8 - (bits - i)) & 0xFFu;
        if ((address[i / 8] & mask) != (net[i / 8] & mask))
            return false;
    }
    return true;
}

typedef struct net { uint8_t at[16]; unsigned bits; } net;

/* Addresses that are not the public's: this machine, private and shared nets, link-local (cloud metadata lies there), multicast, documentation, reserved. */
static bool is_inside_4(const uint8_t *a)
{
    static const net nets[] = {
        {{0}, 8}, {{10}, 8}, {{100, 64}, 10}, {{127}, 8}, {{169, 254}, 16}, {{172, 16}, 12}, {{192, 0, 0}, 24}, {{192, 0, 2}, 24}, {{192, 168}, 16}, {{198, 18}, 15}, {{198, 51, 100}, 24}, {{203, 0, 113}, 24}, {{224}, 3},
    };
    for (size_t i = 0; i < CDR_COUNT(nets); i++)
        if (in(a, nets[i].at, nets[i].bits))
            return true;
    return false;
}

static bool is_inside_6(const uint8_t *a)
{
    static const net mapped = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 96}, nat64 = {{0, 0x64, 0xFF, 0x9B}, 96}, six_to_four = {{0x20, 0x02}, 16}, global = {{0x20}, 3}, documents = {{0x20, 0x01, 0x0D, 0xB8}, 32};
    if (in(a, mapped.at, mapped.bits) || in(a, nat64.at, nat64.bits))
        return is_inside_4(a + 12);
    if (in(a, six_to_four.at, six_to_four.bits))
        return is_inside_4(a + 2);
    return !in(a, global.at, global.bits) || in(a, documents.at, documents.bits);
}

static bool is_loopback(const struct sockaddr *sa)
{
    static const uint8_t one[16] = {[15] = 1}, mapped[16] = {[10] = 0xFF, [11] = 0xFF, [12] = 127};
    if (sa->sa_family == AF_INET)
        return (ntohl(((const struct sockaddr_in *)(const void *)sa)->sin_addr.s_addr) >> 24) == 127;
    const uint8_t *a = ((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr.s6_addr;
    return !memcmp(a, one, 16) || in(a, mapped, 104);
}

/* Asked for each address before a connection, so a name that answers otherwise the second time gains nothing. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    transfer *t = arg;
    (void)purpose;
    bool four = to->family == AF_INET;
    bool inside = four ? is_inside_4((const uint8_t *)&((struct sockaddr_in *)(void *)&to->addr)->sin_addr) : is_inside_6(((struct sockaddr_in6 *)(void *)&to->addr)->sin6_addr.s6_addr);
    bool may = (four || to->family == AF_INET6) && (t->here ? is_loopback(&to->addr) : t->exact || !inside);
    if (!may) {
        t->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* --- the transfer --- */

static size_t take(char *from, size_t size, size_t count, void *arg)
{
    transfer *t = arg;
    size_t n = size * count;
    t->large = t->output->len + n >= t->output->max || cdr_buf_add(t->output, from, n) != CDR_OK;
    return t->large ? 0 : n;
}

static size_t drop(char *from, size_t size, size_t count, void *arg)
{
    size_t *seen = arg;
    (void)from;
    *seen += size * count;
    return *seen > 256u << 10 ? 0 : size * count;
}

static struct curl_slist *add(struct curl_slist *list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(list, line);
    if (!longer)
        curl_slist_free_all(list);
    return longer;
}

static struct curl_slist *headers_of(const json_t *q)
{
    size_t i;
    json_t *pair;
    bool typed = false;
    struct curl_slist *list = add(NULL, "Expect:");
    json_array_foreach(json_object_get(q, "headers"), i, pair) {
        const char *name = json_string_value(json_array_get(pair, 0)), *value = json_string_value(json_array_get(pair, 1));
        if (!list || !name || !value || strpbrk(name, "\r\n:") || strpbrk(value, "\r\n"))
            continue;
        typed = typed || !strcasecmp(name, "Content-Type");
        _cleanup_free_ char *line = *value ? cdr_asprintf("%s: %s", name, value) : cdr_asprintf("%s;", name);
        list = line ? add(list, line) : list;
    }
    const char *token = cdr_json_str(q, "token");
    _cleanup_free_ char *line = token ? cdr_asprintf("Idempotency-Key: %s", token) : NULL;
    list = list && line ? add(list, line) : list;
    return list && !typed && cdr_json_str(q, "body") ? add(list, "Content-Type: application/octet-stream") : list;
}

static bool set_up(CURL *c, const json_t *q, struct curl_slist *headers, const char *body, size_t len, transfer *t, size_t *seen)
{
    const char *url = cdr_json_str(q, "url"), *method = cdr_json_str(q, "method"), *ca = cdr_json_str(q, "ca_file");
    long ms = (long)json_integer_value(json_object_get(q, "timeout_ms"));
    bool head = method && !strcmp(method, "HEAD"), bad = !url || !method;
    bad = bad || curl_easy_setopt(c, CURLOPT_URL, url) != CURLE_OK;
    bad = bad || curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, t->here ? "http,https" : "https") != CURLE_OK;
    bad = bad || curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) != CURLE_OK;
    bad = bad || curl_easy_setopt(c, CURLOPT_NOPROXY, "*") != CURLE_OK;
    bad = bad || curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) != CURLE_OK;
    bad = bad || curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) != CURLE_OK;
    bad = bad || curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L) != CURLE_OK;
    bad = bad || curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, ms) != CURLE_OK;
    bad = bad || curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, ms) != CURLE_OK;
    bad = bad || curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) != CURLE_OK;
    bad = bad || curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) != CURLE_OK;
    bad = bad || curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) != CURLE_OK;
    bad = bad || (ca && curl_easy_setopt(c, CURLOPT_CAINFO, ca) != CURLE_OK);
    bad = bad || curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers) != CURLE_OK;
    bad = bad || curl_easy_setopt(c, CURLOPT_USERAGENT, "candor/" CANDOR_VERSION) != CURLE_OK;
    bad = bad || curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket) != CURLE_OK || curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, t) != CURLE_OK;
    bad = bad || curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take) != CURLE_OK || curl_easy_setopt(c, CURLOPT_WRITEDATA, t) != CURLE_OK;
    bad = bad || curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, drop) != CURLE_OK || curl_easy_setopt(c, CURLOPT_HEADERDATA, seen) != CURLE_OK;
    if (!bad && len)
        bad = curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len) != CURLE_OK || curl_easy_setopt(c, CURLOPT_POSTFIELDS, body) != CURLE_OK;
    else if (!bad && !strcmp(method, "POST"))
        bad = curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)0) != CURLE_OK || curl_easy_setopt(c, CURLOPT_POSTFIELDS, "") != CURLE_OK;
    if (!bad && head)
        bad = curl_easy_setopt(c, CURLOPT_NOBODY, 1L) != CURLE_OK;
    else if (!bad)
        bad = curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, method) != CURLE_OK;
    return !bad;
}

static cdr_perform_result result_of(CURLcode code, const transfer *t)
{
    if (code != CURLE_OK && t->refused)
        return CDR_PERFORM_PRIVATE;
    switch ((int)code) {
    case CURLE_OK: return CDR_PERFORM_OK;
    case CURLE_OPERATION_TIMEDOUT: return CDR_PERFORM_TIMEOUT;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT: return CDR_PERFORM_UNREACHABLE;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CERTPROBLEM: return CDR_PERFORM_TLS;
    case CURLE_WRITE_ERROR: return CDR_PERFORM_LARGE;
    default: return CDR_PERFORM_FAILED;
    }
}

void perform_http(const json_t *q, perform_answer *ret)
{
    transfer t = {.output = &ret->output, .exact = json_is_true(json_object_get(q, "exact")), .here = json_is_true(json_object_get(q, "here"))};
    const char *coded = cdr_json_str(q, "body");
    size_t cap = coded ? strlen(coded) / 4 * 3 + 4 : 1, len = 0, seen = 0;
    _cleanup_free_ uint8_t *body = cdr_alloc(cap);
    if (!body || (coded && cdr_base64_decode(coded, strlen(coded), body, cap, &len) != CDR_OK) || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return;
    struct curl_slist *headers = headers_of(q);
    CURL *c = headers ? curl_easy_init() : NULL;
    if (c && set_up(c, q, headers, (const char *)body, len, &t, &seen)) {
        long status = 0;
        CURLcode code = curl_easy_perform(c);
        curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
        ret->result = result_of(code, &t);
        ret->number = ret->result == CDR_PERFORM_OK ? (unsigned)status : (unsigned)code;
    }
    curl_easy_cleanup(c);
    curl_slist_free_all(headers);
    curl_global_cleanup();
}
