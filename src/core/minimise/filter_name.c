/* SPDX-License-Identifier: Apache-2.0 */
/* Names of columns that say what stands there, whatever the values look like: shortened, mistyped, or of a form that no detector knows. */
#include "core/minimise/filter_learn.h"

#include "base/text.h"
#include "detect/kinds.h"

#include <string.h>

typedef struct known { const char *name; cdr_kind kind; const char *category; } known;

/* Without signs, in lower case. A kind brings its category with it. */
static const known names[] = {
    {"email", CDR_K_EMAIL, ""}, {"emailaddress", CDR_K_EMAIL, ""}, {"mail", CDR_K_EMAIL, ""}, {"emailadresse", CDR_K_EMAIL, ""}, {"courriel", CDR_K_EMAIL, ""}, {"correo", CDR_K_EMAIL, ""},
    {"phone", CDR_K_PHONE, ""}, {"phonenumber", CDR_K_PHONE, ""}, {"telephone", CDR_K_PHONE, ""}, {"tel", CDR_K_PHONE, ""}, {"mobile", CDR_K_PHONE, ""}, {"cell", CDR_K_PHONE, ""},
    {"cellphone", CDR_K_PHONE, ""}, {"fax", CDR_K_PHONE, ""}, {"telefon", CDR_K_PHONE, ""}, {"handy", CDR_K_PHONE, ""}, {"telefono", CDR_K_PHONE, ""}, {"homephone", CDR_K_PHONE, ""},
    {"workphone", CDR_K_PHONE, ""}, {"mobilephone", CDR_K_PHONE, ""},
    {"ip", CDR_K_IPV4, ""}, {"ipaddress", CDR_K_IPV4, ""}, {"ipaddr", CDR_K_IPV4, ""}, {"clientip", CDR_K_IPV4, ""}, {"remoteip", CDR_K_IPV4, ""}, {"remoteaddr", CDR_K_IPV4, ""},
    {"xforwardedfor", CDR_K_IPV4, ""}, {"mac", CDR_K_MAC, ""}, {"macaddress", CDR_K_MAC, ""}, {"imei", CDR_K_IMEI, ""},
    {"iban", CDR_K_IBAN, ""}, {"bankaccount", CDR_K_BANK_ACCOUNT, ""}, {"accountnumber", CDR_K_BANK_ACCOUNT, ""}, {"kontonummer", CDR_K_BANK_ACCOUNT, ""},
    {"creditcard", CDR_K_CARD, ""}, {"cardnumber", CDR_K_CARD, ""}, {"ccnumber", CDR_K_CARD, ""}, {"pan", CDR_K_CARD, ""}, {"cvv", CDR_K_CVV, ""}, {"cvc", CDR_K_CVV, ""},
    {"ssn", CDR_K_US_SSN, ""}, {"socialsecuritynumber", CDR_K_US_SSN, ""}, {"passport", CDR_K_PASSPORT, ""}, {"passportnumber", CDR_K_PASSPORT, ""}, {"vin", CDR_K_VIN, ""},
    {"nationalid", CDR_KIND_NONE, "user.government_id.national_identification_number"}, {"taxid", CDR_KIND_NONE, "user.government_id.national_identification_number"},
    {"steuerid", CDR_KIND_NONE, "user.government_id.national_identification_number"}, {"nin", CDR_KIND_NONE, "user.government_id.national_identification_number"},
    {"lat", CDR_K_GEO, ""}, {"latitude", CDR_K_GEO, ""}, {"lon", CDR_K_GEO, ""}, {"lng", CDR_K_GEO, ""}, {"longitude", CDR_K_GEO, ""}, {"coordinates", CDR_K_GEO, ""}, {"latlng", CDR_K_GEO, ""},
    {"age", CDR_K_AGE, ""}, {"race", CDR_K_ETHNICITY, ""}, {"ethnicity", CDR_K_ETHNICITY, ""}, {"dob", CDR_K_BIRTH_DATE, ""}, {"birthday", CDR_K_BIRTH_DATE, ""}, {"gebtag", CDR_K_BIRTH_DATE, ""}, {"gebdat", CDR_K_BIRTH_DATE, ""}, {"gebdatum", CDR_K_BIRTH_DATE, ""}, {"geb", CDR_K_BIRTH_DATE, ""},
    {"steuernr", CDR_KIND_NONE, "user.government_id.national_identification_number"}, {"steueridnr", CDR_KIND_NONE, "user.government_id.national_identification_number"},
    {"sessionid", CDR_KIND_NONE, "user.device.cookie_id"}, {"cookie", CDR_KIND_NONE, "user.device.cookie_id"}, {"cookieid", CDR_KIND_NONE, "user.device.cookie_id"},
    {"visitorid", CDR_KIND_NONE, "user.unique_id.pseudonymous"}, {"anonymousid", CDR_KIND_NONE, "user.unique_id.pseudonymous"}, {"advertisingid", CDR_KIND_NONE, "user.device.device_id"},
    {"adid", CDR_KIND_NONE, "user.device.device_id"}, {"idfa", CDR_KIND_NONE, "user.device.device_id"}, {"gaid", CDR_KIND_NONE, "user.device.device_id"}, {"deviceid", CDR_KIND_NONE, "user.device.device_id"},
    {"devicefingerprint", CDR_KIND_NONE, "user.device.device_id"}, {"fingerprint", CDR_KIND_NONE, "user.device.device_id"}, {"useragent", CDR_KIND_NONE, "user.device"},
    {"photo", CDR_KIND_NONE, "user.content.self_image"}, {"photourl", CDR_KIND_NONE, "user.content.self_image"}, {"avatar", CDR_KIND_NONE, "user.content.self_image"}, {"avatarurl", CDR_KIND_NONE, "user.content.self_image"},
    {"linkedin", CDR_KIND_NONE, "user.social"}, {"linkedinurl", CDR_KIND_NONE, "user.social"}, {"facebook", CDR_KIND_NONE, "user.social"}, {"instagram", CDR_KIND_NONE, "user.social"},
    {"mother", CDR_K_NAME, ""}, {"father", CDR_K_NAME, ""}, {"spouse", CDR_K_NAME, ""}, {"patient", CDR_K_NAME, ""}, {"signature", CDR_KIND_NONE, "user.content.private"},
};

bool cdr_filter_name_known(const char *name, size_t len, cdr_kind *ret_kind, const char **ret_category)
{
    char plain[32];
    size_t n = 0;
    const char *dot = memrchr(name, '.', len);
    if (dot) {
        len -= (size_t)(dot + 1 - name);
        name = dot + 1;
    }
    for (size_t i = 0; i < len; i++) {
        char c = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] | 0x20) : name[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
            continue;
        if (n == sizeof plain)
            return false;
        plain[n++] = c;
    }
    for (size_t i = 0; i < CDR_COUNT(names); i++)
        if (strlen(names[i].name) == n && !memcmp(names[i].name, plain, n)) {
            *ret_kind = names[i].kind;
            *ret_category = names[i].kind != CDR_KIND_NONE ? cdr_kind_get(names[i].kind)->category : names[i].category;
            return true;
        }
    return false;
}

/* "email: yes": whether, not what. */
bool cdr_filter_is_yes_or_no(const char *v, size_t len)
{
    static const char *const words[] = {"0", "1", "y", "n", "t", "f", "yes", "no", "true", "false", "ja", "nein", "j", "oui", "non", "si", "x", "-", "null", "none", "n/a"};
    for (size_t i = 0; i < CDR_COUNT(words); i++)
        if (cdr_ascii_ieq(v, len, words[i], strlen(words[i])))
            return true;
    return len == 0;
}
