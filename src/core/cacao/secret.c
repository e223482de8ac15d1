/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cacao/secret.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

/* What names the one who asks, or the key store, is no secret; whatever else stands there is one until the opposite is known. */
static bool is_plain(const char *key)
{
    static const char *const plain[] = {"type", "name", "description", "username", "user_id", "kms", "kms_key_identifier"};
    for (size_t i = 0; i < CDR_COUNT(plain); i++)
        if (!strcmp(plain[i], key))
            return true;
    return false;
}

static bool uses(const json_t *value, const char *reference)
{
    const char *text = json_string_value(value), *key;
    const json_t *inner;
    size_t i;
    if (text)
        return strstr(text, reference) != NULL;
    json_object_foreach((json_t *)(uintptr_t)value, key, inner)      /* at most CDR_JSON_DEPTH_MAX deep */
        if (uses(inner, reference))
            return true;
    json_array_foreach(value, i, inner)
        if (uses(inner, reference))
            return true;
    return false;
}

bool cdr_playbook_secret(const cdr_playbook *p, const char *name)
{
    char reference[CDR_VARIABLE_NAME_MAX + sizeof ":value"];
    size_t len = strlen(name);
    const char *id, *key;
    const json_t *info, *value;
    if (len > CDR_VARIABLE_NAME_MAX)
        return false;
    memcpy(reference, name, len);
    memcpy(reference + len, ":value", sizeof ":value");
    json_object_foreach(json_object_get(cdr_playbook_json(p), "authentication_info_definitions"), id, info)
        json_object_foreach((json_t *)(uintptr_t)info, key, value)
            if (!is_plain(key) && uses(value, reference))
                return true;
    return false;
}

bool cdr_header_secret(const char *name)
{
    static const char *const secret[] = {"authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-auth-token", "x-access-token", "private-token"};
    for (size_t i = 0; i < CDR_COUNT(secret); i++)
        if (cdr_ascii_ieq(name, strlen(name), secret[i], strlen(secret[i])))
            return true;
    return false;
}
