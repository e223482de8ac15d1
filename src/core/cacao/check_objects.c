/* SPDX-License-Identifier: Apache-2.0 */
/* The objects that stand in dictionaries of the playbook: agents and targets (7), authentication (6), markings (9), extension definitions (8), signatures (10.15). */
#include "core/cacao/check_inside.h"

#include "base/parse.h"

#include <string.h>

#define ROW struct check *c, const struct check_shape *shape, const struct check_prop *prop, const json_t *value
#define SHAPE(rows) .props = rows, .count = CDR_COUNT(rows)

struct named_shape { const char *type; const struct check_shape *shape; };

static const struct check_shape *shape_of(const struct named_shape *shapes, size_t count, const char *type)
{
    for (size_t i = 0; type && i < count; i++)
        if (strcmp(shapes[i].type, type) == 0)
            return shapes[i].shape;
    return NULL;
}

/* The key of an entry in a dictionary: "type--UUID". */
static void check_entry_id(struct check *c, const char *id, const char *type, const json_t *object)
{
    size_t prefix = 0;
    char version;
    if (!cdr_cacao_check_identifier(id, &prefix, &version))
        check_error(c, "id.form", "10.10", "\"%s\" is no identifier: it must be its type in small letters, two hyphens and a UUID.", cdr_cacao_check_quote(c, id));
    else if (type && (strlen(type) != prefix || strncmp(type, id, prefix) != 0))
        check_warn(c, "id.type", "10.10", "An identifier must begin with the type of its object: \"%s--\", not what stands before the \"--\" here.", cdr_cacao_check_quote(c, type));
    cdr_cacao_check_take_id(c, id, object);
}

typedef void entry_fn(struct check *c, const char *id, const char *type, const json_t *object);

static void each_entry(struct check *c, const json_t *dictionary, const char *what, const char *clause, entry_fn *fn)
{
    const struct check_shape shape = {what, clause, NULL, 0, NULL};
    const char *id;
    json_t *object;
    if (!cdr_cacao_check_is_object(c, &shape, dictionary, "a dictionary by identifiers"))
        return;
    if (json_object_size(dictionary) == 0)
        check_warn(c, "dictionary.empty", clause, "This dictionary is empty. Take it out.");
    json_object_foreach((json_t *)dictionary, id, object) {
        size_t was = cdr_cacao_check_enter(c, id);
        const char *type = cdr_json_str(object, "type");
        check_entry_id(c, id, type, object);
        if (cdr_cacao_check_is_object(c, &shape, object, what))
            fn(c, id, type, object);
        cdr_cacao_check_leave(c, was);
    }
}

/* --- agents and targets --- */

static const char *const categories[] = {"aaa", "analytics", "caldera", "content-gateway", "desktop", "endpoint", "firewall", "handset", "ids", "ips", "kali", "manx", "orchestrator", "os-linux", "os-mac",
    "os-windows", "redcanary-atomicred", "ragdoll", "router", "sandcat", "server", "siem", "switch", "ticketing", "tip", "wireless", NULL};

static void check_sector(ROW)
{
    cdr_cacao_check_word(c, shape, prop, value);
    const char *sector = json_string_value(value);
    if (sector && !json_object_get(c->sectors, sector) && !cdr_cacao_check_has_variable(sector))
        check_warn(c, "sector.list", "3.1", "A sector that is used must also stand in the playbook's industry_sectors. Add it there.");
}

static void check_authentication(ROW)
{
    static const struct check_prop row = {"authentication_info", NULL, CHECK_MAY, NULL};
    (void)prop;
    const char *id = json_string_value(value);
    if (id && cdr_cacao_check_has_variable(id))
        return;
    cdr_cacao_check_id(c, shape, &row, value);
    if (id && !cdr_playbook_object(c->p, "authentication_info_definitions", id))
        check_error(c, "authentication.undefined", shape->clause, "This authentication is not defined. Add it to authentication_info_definitions.");
}

static void check_port(ROW)
{
    (void)prop;
    const char *port = cdr_cacao_check_text(c, shape, value);
    uint64_t number;
    if (port && !cdr_cacao_check_has_variable(port) && (port[strspn(port, "0123456789")] || !cdr_parse_u64(port, strlen(port), 0, 65535, &number)))
        check_error(c, "port", shape->clause, "A port must be a number in quotes, at most \"65535\", as \"443\".");
}

static const struct check_prop agent_rows[] = {
    {"type", cdr_cacao_check_string, CHECK_MUST, NULL}, {"name", cdr_cacao_check_string, CHECK_MUST, NULL}, {"description", cdr_cacao_check_string, CHECK_MAY, NULL},
    {"location", cdr_cacao_check_civic, CHECK_MAY, NULL}, {"agent_target_extensions", cdr_cacao_check_extensions, CHECK_MAY, NULL},
};
static const struct check_prop contact_rows[] = {{"contact", cdr_cacao_check_contact, CHECK_MAY, NULL}};
static const struct check_prop location_rows[] = {{"logical", cdr_cacao_check_texts, CHECK_MAY, NULL}};
static const struct check_prop sector_rows[] = {{"sector", check_sector, CHECK_MUST, cdr_cacao_check_sectors}};
static const struct check_prop category_rows[] = {{"category", cdr_cacao_check_words, CHECK_MUST, categories}};
static const struct check_prop address_rows[] = {
    {"address", cdr_cacao_check_address, CHECK_MUST, NULL}, {"authentication_info", check_authentication, CHECK_MAY, NULL}, {"category", cdr_cacao_check_words, CHECK_MAY, categories},
};
static const struct check_prop port_rows[] = {{"port", check_port, CHECK_MAY, NULL}};

static const struct check_shape agent_shape = {"an agent or target", "7.1", SHAPE(agent_rows), NULL};
static const struct check_shape group_shape = {"a group", "7.3", SHAPE(contact_rows), &agent_shape};
static const struct check_shape individual_shape = {"an individual", "7.4", SHAPE(contact_rows), &agent_shape};
static const struct check_shape location_shape = {"a location", "7.5", SHAPE(location_rows), &agent_shape};
static const struct check_shape organization_shape = {"an organization", "7.6", SHAPE(contact_rows), &agent_shape};
static const struct check_shape sector_shape = {"a sector", "7.7", SHAPE(sector_rows), &agent_shape};
static const struct check_shape address_shape = {"a net-address", "7.10", SHAPE(address_rows), &agent_shape};
static const struct check_shape http_shape = {"an http-api", "7.8", SHAPE(port_rows), &address_shape};
static const struct check_shape linux_shape = {"a linux system", "7.9", SHAPE(port_rows), &address_shape};
static const struct check_shape ssh_shape = {"an ssh system", "7.12", SHAPE(port_rows), &address_shape};
static const struct check_shape category_shape = {"a security-category", "7.11", SHAPE(category_rows), &agent_shape};

static const struct named_shape agent_shapes[] = {
    {"group", &group_shape}, {"individual", &individual_shape}, {"location", &location_shape}, {"organization", &organization_shape}, {"sector", &sector_shape}, {"http-api", &http_shape},
    {"linux", &linux_shape}, {"net-address", &address_shape}, {"security-category", &category_shape}, {"ssh", &ssh_shape},
};

/* What is known of an object whose type is not in the vocabulary: its rows of the common table, nothing of the others. */
static void check_known_part(struct check *c, const struct check_shape *shape, const json_t *object)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct check_prop *prop = &shape->props[i];
        const json_t *value = json_object_get(object, prop->key);
        size_t was = cdr_cacao_check_enter(c, prop->key);
        if (value)
            prop->fn(c, shape, prop, value);
        cdr_cacao_check_leave(c, was);
        if (!value && prop->need == CHECK_MUST)
            cdr_cacao_check_missing(c, shape->name, shape->clause, prop->key);
    }
}

static void check_agent(struct check *c, const char *id, const char *type, const json_t *object)
{
    (void)id;
    const struct check_shape *shape = shape_of(agent_shapes, CDR_COUNT(agent_shapes), type);
    c->any_step = true;
    if (shape)
        cdr_cacao_check_shape(c, shape, object);
    else
        check_known_part(c, &agent_shape, object);
    c->any_step = false;
    if (type && !shape)
        check_warn(c, "agent.type", "7.2", "Agents of the type \"%s\" are not in CACAO's vocabulary: what they would do is put before people.", cdr_cacao_check_quote(c, type));
}

void cdr_cacao_check_agents(struct check *c, const json_t *dictionary)
{
    each_entry(c, dictionary, "an agent", "7.1", check_agent);
}

void cdr_cacao_check_targets(struct check *c, const json_t *dictionary)
{
    each_entry(c, dictionary, "a target", "7.1", check_agent);
}

/* --- authentication --- */

static const struct check_prop authentication_rows[] = {
    {"type", cdr_cacao_check_string, CHECK_MUST, NULL}, {"name", cdr_cacao_check_string, CHECK_MAY, NULL}, {"description", cdr_cacao_check_string, CHECK_MAY, NULL},
    {"authentication_info_extensions", cdr_cacao_check_extensions, CHECK_MAY, NULL},
};
static const struct check_prop kms_rows[] = {{"kms", cdr_cacao_check_bool, CHECK_MAY, NULL}, {"kms_key_identifier", cdr_cacao_check_string, CHECK_MAY, NULL}};
static const struct check_prop basic_rows[] = {{"user_id", cdr_cacao_check_string, CHECK_MAY, NULL}, {"password", cdr_cacao_check_string, CHECK_MAY, NULL}};
static const struct check_prop oauth_rows[] = {{"oauth_header", cdr_cacao_check_string, CHECK_MUST, NULL}, {"token", cdr_cacao_check_string, CHECK_MAY, NULL}};
static const struct check_prop user_rows[] = {{"username", cdr_cacao_check_string, CHECK_MAY, NULL}, {"password", cdr_cacao_check_string, CHECK_MAY, NULL}};
static const struct check_shape authentication_shape = {"an authentication", "6.1", SHAPE(authentication_rows), NULL};
static const struct check_shape kms_shape = {"an authentication", "6.1", SHAPE(kms_rows), &authentication_shape};
static const struct check_shape basic_shape = {"an http-basic authentication", "6.3", SHAPE(basic_rows), &kms_shape};
static const struct check_shape oauth_shape = {"an oauth2 authentication", "6.4", SHAPE(oauth_rows), &kms_shape};
static const struct check_shape user_shape = {"a user-auth", "6.5", SHAPE(user_rows), &kms_shape};
static const struct named_shape authentication_shapes[] = {{"http-basic", &basic_shape}, {"oauth2", &oauth_shape}, {"user-auth", &user_shape}};

static void check_secret(struct check *c, const char *key, const json_t *object, bool kms, const char *clause)
{
    const char *text = cdr_json_str(object, key);
    if (!text || !*text)
        return;
    size_t was = cdr_cacao_check_enter(c, key);
    if (kms)
        check_error(c, "authentication.kms", clause, "With kms the secret comes from the key management service: \"%s\" must not be filled. Take it out.", key);
    else if (!cdr_cacao_check_has_variable(text))
        check_warn(c, "authentication.secret", clause, "A secret stands here in clear. It should come from a variable that is handed in when the playbook is started.");
    cdr_cacao_check_leave(c, was);
}

static void check_one_authentication(struct check *c, const char *id, const char *type, const json_t *object)
{
    (void)id;
    const struct check_shape *shape = shape_of(authentication_shapes, CDR_COUNT(authentication_shapes), type);
    const char *clause = shape ? shape->clause : "6.1";
    bool kms = json_is_true(json_object_get(object, "kms")), key = json_object_get(object, "kms_key_identifier") != NULL;
    c->any_step = true;
    if (shape)
        cdr_cacao_check_shape(c, shape, object);
    else
        check_known_part(c, &authentication_shape, object);
    c->any_step = false;
    if (type && !shape)
        check_warn(c, "authentication.type", "6.2", "The type \"%s\" is not in CACAO's vocabulary of authentication: nothing is done with it.", cdr_cacao_check_quote(c, type));
    if (kms != key)
        check_error(c, "authentication.kms", clause, "kms: true and kms_key_identifier must stand together.");
    if (shape == &oauth_shape && !kms && !json_object_get(object, "token"))
        cdr_cacao_check_missing(c, shape->name, clause, "token");
    check_secret(c, "password", object, kms, clause);
    check_secret(c, "token", object, kms, clause);
    const char *user = cdr_json_str(object, type && strcmp(type, "http-basic") == 0 ? "user_id" : "username");
    if (kms && user && *user)
        check_warn(c, "authentication.kms", clause, "With kms the user comes from the key management service too, and must not be filled here.");
}

void cdr_cacao_check_authentications(struct check *c, const json_t *dictionary)
{
    each_entry(c, dictionary, "an authentication", "6.1", check_one_authentication);
}

/* --- markings --- */

static const char *const tlp_levels[] = {"TLP:RED", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:GREEN", "TLP:CLEAR", NULL};

static void check_end_date(ROW)
{
    if (!json_is_null(value))
        cdr_cacao_check_time(c, shape, prop, value);
}

static void check_version_number(ROW)
{
    (void)prop;
    if (!json_is_integer(value))
        check_error(c, "type.whole", shape->clause, "Here must stand a whole number, without quotes.");
}

static const struct check_prop marking_rows[] = {
    {"type", cdr_cacao_check_string, CHECK_MUST, NULL}, {"id", cdr_cacao_check_id, CHECK_MUST, NULL}, {"name", cdr_cacao_check_string, CHECK_MAY, NULL}, {"description", cdr_cacao_check_string, CHECK_MAY, NULL},
    {"created_by", cdr_cacao_check_id, CHECK_MUST, "identity"}, {"created", cdr_cacao_check_exact_time, CHECK_MUST, NULL}, {"revoked", cdr_cacao_check_bool, CHECK_MAY, NULL},
    {"valid_from", cdr_cacao_check_time, CHECK_MAY, NULL}, {"valid_until", cdr_cacao_check_time, CHECK_MAY, NULL}, {"labels", cdr_cacao_check_texts, CHECK_MAY, NULL},
    {"external_references", cdr_cacao_check_references, CHECK_MAY, NULL}, {"marking_extensions", cdr_cacao_check_extensions, CHECK_MAY, NULL},
};
static const struct check_prop statement_rows[] = {{"statement", cdr_cacao_check_string, CHECK_MUST, NULL}};
static const struct check_prop tlp_rows[] = {{"tlpv2_level", cdr_cacao_check_enum, CHECK_MUST, tlp_levels}};
static const struct check_prop iep_rows[] = {
    {"name", cdr_cacao_check_string, CHECK_MUST, NULL}, {"description", cdr_cacao_check_string, CHECK_MUST, NULL}, {"tlp", cdr_cacao_check_string, CHECK_MUST, NULL}, {"iep_version", check_version_number, CHECK_MUST, NULL},
    {"start_date", cdr_cacao_check_time, CHECK_MUST, NULL}, {"end_date", check_end_date, CHECK_MUST, NULL}, {"encrypt_in_transit", cdr_cacao_check_string, CHECK_MUST, NULL},
    {"permitted_actions", cdr_cacao_check_string, CHECK_MUST, NULL}, {"affected_party_notifications", cdr_cacao_check_string, CHECK_MUST, NULL}, {"attribution", cdr_cacao_check_string, CHECK_MUST, NULL},
    {"unmodified_resale", cdr_cacao_check_string, CHECK_MUST, NULL}, {"external_references", cdr_cacao_check_texts, CHECK_MUST, NULL},
};
static const struct check_shape marking_shape = {"a marking", "9.1", SHAPE(marking_rows), NULL};
static const struct check_shape statement_shape = {"a statement marking", "9.3", SHAPE(statement_rows), &marking_shape};
static const struct check_shape tlp_shape = {"a TLP marking", "9.4", SHAPE(tlp_rows), &marking_shape};
static const struct check_shape iep_shape = {"an IEP marking", "9.5", SHAPE(iep_rows), &marking_shape};
static const struct named_shape marking_shapes[] = {{"marking-statement", &statement_shape}, {"marking-tlp", &tlp_shape}, {"marking-iep", &iep_shape}};

static void check_tlp(struct check *c, const char *id, const json_t *object)
{
    const char *level = cdr_json_str(object, "tlpv2_level"), *official = cdr_playbook_official_tlp(id);
    if (level && official && strcmp(level, official) != 0)
        check_error(c, "marking.tlp", "9.4", "This is the official identifier of %s, and must not be given another level.", official);
    else if (level && !official && cdr_cacao_check_in(tlp_levels, level))
        check_warn(c, "marking.tlp", "9.4", "Use the official object for %s, which has the same identifier everywhere: %s.", level, cdr_playbook_official_tlp_id(level));
}

static void check_times_in_order(struct check *c, const json_t *object, const char *first, const char *second, bool equal, const char *clause)
{
    const char *a = cdr_json_str(object, first), *b = cdr_json_str(object, second);
    size_t digits;
    if (!a || !b || !cdr_cacao_check_time_valid(a, &digits) || !cdr_cacao_check_time_valid(b, &digits))
        return;
    int order = cdr_cacao_check_compare_times(a, b);
    if (order > 0 || (order == 0 && !equal))
        check_error(c, "time.order", clause, "%s must be %s %s.", second, equal ? "the same as or later than" : "later than", first);
}

static void check_marking(struct check *c, const char *id, const char *type, const json_t *object)
{
    const struct check_shape *shape = shape_of(marking_shapes, CDR_COUNT(marking_shapes), type);
    const char *own = cdr_json_str(object, "id");
    if (shape)
        cdr_cacao_check_shape(c, shape, object);
    else
        check_known_part(c, &marking_shape, object);
    if (type && !shape)
        check_warn(c, "marking.type", "9.2", "\"%s\" is none of the markings of CACAO (marking-statement, marking-tlp, marking-iep): it is shown and has no effect.", cdr_cacao_check_quote(c, type));
    if (own && strcmp(own, id) != 0)
        check_error(c, "marking.id", "9.1", "The id of a marking must be the key under which it stands.");
    if (json_object_get(object, "modified"))
        check_error(c, "marking.version", "9", "Markings must not be versioned. Take \"modified\" out, and make a new marking for a new text.");
    check_times_in_order(c, object, "valid_from", "valid_until", false, "9.1");
    if (shape == &tlp_shape)
        check_tlp(c, id, object);
}

void cdr_cacao_check_markings(struct check *c, const json_t *dictionary)
{
    each_entry(c, dictionary, "a marking", "9.1", check_marking);
}

/* --- extension definitions --- */

static void check_semver(ROW)
{
    (void)prop;
    const char *s = cdr_cacao_check_text(c, shape, value);
    unsigned points = 0;
    for (const char *at = s; s && *at && *at != '-' && *at != '+'; at++)
        points += *at == '.';
    if (s && (points != 2 || s[0] < '0' || s[0] > '9'))
        check_warn(c, "extension.version", "8", "The version of an extension should have three numbers, as 1.0.0.");
}

static const char *const extension_type[] = {"extension-definition", NULL};
static const struct check_prop extension_rows[] = {
    {"type", cdr_cacao_check_enum, CHECK_MUST, extension_type}, {"name", cdr_cacao_check_string, CHECK_MUST, NULL}, {"description", cdr_cacao_check_string, CHECK_MAY, NULL}, {"created_by", cdr_cacao_check_id, CHECK_MUST, "identity"},
    {"schema", cdr_cacao_check_string, CHECK_MUST, NULL}, {"version", check_semver, CHECK_MUST, NULL}, {"external_references", cdr_cacao_check_references, CHECK_MAY, NULL},
};
static const struct check_shape extension_shape = {"an extension definition", "8", SHAPE(extension_rows), NULL};

static void check_extension(struct check *c, const char *id, const char *type, const json_t *object)
{
    static const char layout[] = "extension-definition--418ee24c-9cb1-46d9-afa5-309e01aabc7f";   /* of OASIS: where boxes stand in a drawing, nothing else */
    (void)type;
    cdr_cacao_check_shape(c, &extension_shape, object);
    if (strcmp(id, CDR_RULE_KEY) != 0 && strcmp(id, layout) != 0)
        check_warn(c, "extension.unknown", "8", "Candor does not know this extension: what it adds is kept as it stands and has no effect here. Read it before you rely on it.");
}

void cdr_cacao_check_extension_definitions(struct check *c, const json_t *dictionary)
{
    each_entry(c, dictionary, "an extension definition", "8", check_extension);
}

/* --- signatures --- */

static const char *const signature_type[] = {"jss", NULL};
static const char *const algorithms[] = {"RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "Ed25519", "Ed448", "XMSS-SHA2_10_256", "XMSS-SHA2_16_256", "XMSS-SHA2_20_256",
    "LMS_SHA256_M32_H5", "LMS_SHA256_M32_H10", "LMS_SHA256_M32_H15", "LMS_SHA256_M32_H20", "LMS_SHA256_M32_H25", NULL};
static const char *const hashes[] = {"sha-256", "sha-512", "sha-384", NULL};
static check_value_fn check_countersignature, check_base64url;

static const struct check_prop signature_rows[] = {
    {"type", cdr_cacao_check_enum, CHECK_MUST, signature_type}, {"id", cdr_cacao_check_id, CHECK_MUST, NULL}, {"created_by", cdr_cacao_check_id, CHECK_MAY, "identity"}, {"created", cdr_cacao_check_exact_time, CHECK_MUST, NULL},
    {"modified", cdr_cacao_check_exact_time, CHECK_MUST, NULL}, {"revoked", cdr_cacao_check_bool, CHECK_MAY, NULL}, {"signee", cdr_cacao_check_string, CHECK_MUST, NULL}, {"valid_from", cdr_cacao_check_time, CHECK_MAY, NULL},
    {"valid_until", cdr_cacao_check_time, CHECK_MAY, NULL}, {"related_to", cdr_cacao_check_id, CHECK_MUST, "playbook"}, {"related_version", cdr_cacao_check_time, CHECK_MUST, NULL},
    {"hash_algorithm", cdr_cacao_check_word, CHECK_MUST, hashes}, {"algorithm", cdr_cacao_check_word, CHECK_MUST, algorithms}, {"public_key", cdr_cacao_check_string, CHECK_MAY, NULL},
    {"public_cert_chain", cdr_cacao_check_texts, CHECK_MAY, NULL}, {"cert_url", cdr_cacao_check_string, CHECK_MAY, NULL}, {"thumbprint", cdr_cacao_check_string, CHECK_MAY, NULL},
    {"value", check_base64url, CHECK_MUST, NULL}, {"signature", check_countersignature, CHECK_MAY, NULL},
};
static const struct check_shape signature_shape = {"a signature", "10.15", SHAPE(signature_rows), NULL};

static void check_base64url(ROW)
{
    (void)prop;
    const char *s = cdr_cacao_check_text(c, shape, value);
    if (s && (!*s || s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=")]))
        check_error(c, "signature.value", shape->clause, "The value of a signature must be base64url: letters, digits, - and _.");
}

static void check_signature(struct check *c, const json_t *object)
{
    static const char *const keys[] = {"public_key", "public_cert_chain", "cert_url", "thumbprint"};
    cdr_cacao_check_shape(c, &signature_shape, object);
    check_times_in_order(c, object, "created", "modified", true, "10.15");
    check_times_in_order(c, object, "valid_from", "valid_until", false, "10.15");
    unsigned count = 0;
    for (size_t i = 0; i < CDR_COUNT(keys); i++)
        count += json_object_get(object, keys[i]) != NULL;
    if (count == 0)
        check_error(c, "signature.key", "10.15", "A signature must say by which key it is verified: public_key, public_cert_chain, cert_url or thumbprint.");
    else if (count > 1)
        check_warn(c, "signature.key", "10.15", "A signature should name its key in one way alone.");
    const char *to = cdr_json_str(object, "related_to"), *version = cdr_json_str(object, "related_version"), *algorithm = cdr_json_str(object, "algorithm");
    if (to && strcmp(to, cdr_playbook_id(c->p)) != 0)
        check_error(c, "signature.playbook", "10.15", "This signature was made for another playbook: related_to must be this one's id. Take it out, or sign again.");
    else if (version && strcmp(version, cdr_playbook_modified(c->p)) != 0)
        check_error(c, "signature.version", "10.15", "This signature was made for another version: related_version must be this one's modified. Take it out, or sign again.");
    if (algorithm && strncmp(algorithm, "HS", 2) == 0)
        check_warn(c, "signature.algorithm", "10.15", "%s has a key that both sides know, so it proves nothing to others. Use Ed25519.", cdr_cacao_check_quote(c, algorithm));
    if (cdr_json_str(object, "id"))
        cdr_cacao_check_take_id(c, cdr_json_str(object, "id"), object);
}

static void check_countersignature(ROW)
{
    (void)prop;
    if (cdr_cacao_check_is_object(c, shape, value, "a signature"))
        check_signature(c, value);
}

void cdr_cacao_check_signatures(struct check *c, const json_t *list)
{
    size_t i;
    json_t *item;
    if (!json_is_array(list))
        check_error(c, "type.list", "3.1", "Here must stand a list of signatures.");
    json_array_foreach(list, i, item) {
        size_t was = cdr_cacao_check_enter_index(c, i);
        if (cdr_cacao_check_is_object(c, &signature_shape, item, "a signature"))
            check_signature(c, item);
        cdr_cacao_check_leave(c, was);
    }
}
