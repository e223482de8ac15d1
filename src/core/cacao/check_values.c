/* SPDX-License-Identifier: Apache-2.0 */
/* Composed data types of CACAO 2.0, section 10: references, places, contacts, addresses, extensions, variables. */
#include "core/cacao/address.h"
#include "core/cacao/check_inside.h"

#include "base/parse.h"
#include "base/text.h"

#include <string.h>

#define ROW struct check *c, const struct check_shape *shape, const struct check_prop *prop, const json_t *value
#define SHAPE(rows) .props = rows, .count = CDR_COUNT(rows)

/* --- variables in texts --- */

struct uses { struct check *c; bool hard; };

const json_t *cdr_cacao_check_declared(const struct check *c, const char *name)
{
    const json_t *declared = c->step ? json_object_get(json_object_get(c->step->json, "step_variables"), name) : NULL;
    if (!declared && c->any_step)
        declared = json_object_get(c->step_variables, name);
    return declared ? declared : json_object_get(json_object_get(c->json, "playbook_variables"), name);
}

/* The run itself says what failed before this step, and how (run.h, E7). */
static bool is_of_the_run(const char *name)
{
    return !strcmp(name, "__failed_step__") || !strcmp(name, "__failure_reason__");
}

void cdr_cacao_check_variable(struct check *c, const char *name, bool hard)
{
    if (cdr_cacao_check_declared(c, name) || is_of_the_run(name))
        return;
    const char *quoted = cdr_cacao_check_quote(c, name);
    const cdr_step *opener = cdr_cacao_check_opener(c, name);
    if (opener)
        check_warn(c, "variable.scope", "10.18.2", "It uses the variable %s of the step \"%s\", which opens this branch. Candor finds it there, others may not: declare it in the playbook's variables.", quoted, cdr_cacao_check_quote(c, opener->label));
    else if (hard && json_object_get(c->step_variables, name))
        check_error(c, "variable.scope", "10.18.2", "It uses the variable %s, which belongs to another step and is seen in that one alone. Declare it in the playbook's variables.", quoted);
    else if (hard)
        check_error(c, "variable.unknown", "10.18", "It uses the variable %s, which neither the playbook nor the step declares. Declare it, or correct the name.", quoted);
    else
        check_warn(c, "variable.unknown", "10.18", "It uses the variable %s, which neither the playbook nor the step declares: a hole will be shown in its place.", quoted);
}

static bool on_use(void *arg, const char *name, cdr_variable *ret)
{
    struct uses *u = arg;
    *ret = (cdr_variable){.name = name, .type = CDR_VAR_STRING, .value = ""};
    cdr_cacao_check_variable(u->c, name, u->hard);
    return true;
}

void cdr_cacao_check_uses(struct check *c, const char *text, bool hard)
{
    if (!strstr(text, "__:value"))
        return;
    cdr_buf out _cleanup_buf_ = CDR_BUF((size_t)CDR_PLAYBOOK_BYTES_MAX + 1);
    struct uses u = {c, hard};
    if (cdr_variable_interpolate(text, strlen(text), on_use, &u, &out, NULL) == CDR_E_NOMEM)
        c->nomem = true;
}

bool cdr_cacao_check_has_variable(const char *text)
{
    for (const char *at = strstr(text, "__:value"); at; at = strstr(at + 1, "__:value"))
        for (const char *from = at; from > text; from--)
            if (from[-1] == '_' && from[0] == '_' && from < at && cdr_variable_name_valid(from - 1, (size_t)(at + 2 - (from - 1))))
                return true;
            else if (at - from > CDR_VARIABLE_NAME_MAX)
                break;
    return false;
}

/* --- dictionaries --- */

static void check_key(struct check *c, const char *key)
{
    if (strlen(key) > 250 || key[strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")])
        check_warn(c, "dictionary.key", "10.8", "The key \"%s\" must be made of letters, digits, - and _ alone, at most 250 of them. It is read as it stands; others may refuse it.", cdr_cacao_check_quote(c, key));
}

/* Each entry a text, or a list of texts. */
static void check_dictionary(struct check *c, const struct check_shape *shape, const json_t *value, bool lists)
{
    static const struct check_prop row = {"", cdr_cacao_check_texts, CHECK_MAY, NULL};
    const char *key;
    json_t *entry;
    if (!cdr_cacao_check_is_object(c, shape, value, "a dictionary"))
        return;
    json_object_foreach((json_t *)value, key, entry) {
        size_t was = cdr_cacao_check_enter(c, key);
        check_key(c, key);
        if (lists)
            cdr_cacao_check_texts(c, shape, &row, entry);
        else
            cdr_cacao_check_string(c, shape, &row, entry);
        cdr_cacao_check_leave(c, was);
    }
}

void cdr_cacao_check_headers(ROW)
{
    (void)prop;
    const char *key;
    json_t *list, *header;
    size_t i;
    check_dictionary(c, shape, value, true);
    json_object_foreach((json_t *)value, key, list)
        json_array_foreach(list, i, header)
            if (json_is_string(header))
                cdr_cacao_check_uses(c, json_string_value(header), true);
}

/* --- external references: 10.9 --- */

static const struct check_prop reference_rows[] = {
    {"name", cdr_cacao_check_string, CHECK_MUST, NULL}, {"description", cdr_cacao_check_string, CHECK_MAY, NULL}, {"source", cdr_cacao_check_string, CHECK_MAY, NULL}, {"url", cdr_cacao_check_string, CHECK_MAY, NULL},
    {"external_id", cdr_cacao_check_string, CHECK_MAY, NULL}, {"reference_id", cdr_cacao_check_string, CHECK_MAY, NULL},
};
static const struct check_shape reference_shape = {"an external reference", "10.9", SHAPE(reference_rows), NULL};

static void each_reference(struct check *c, const struct check_shape *shape, const json_t *value, bool own)
{
    size_t i;
    json_t *item;
    if (!json_is_array(value)) {
        check_error(c, "type.list", shape->clause, "Here must stand a list of external references.");
        return;
    }
    if (json_array_size(value) == 0)
        check_warn(c, "list.empty", shape->clause, "This list is empty. Fill it or take it out.");
    json_array_foreach(value, i, item) {
        size_t was = cdr_cacao_check_enter_index(c, i);
        if (cdr_cacao_check_is_object(c, &reference_shape, item, "an external reference")) {
            cdr_cacao_check_shape(c, &reference_shape, item);
            if (json_object_size(item) < 2)
                check_error(c, "reference.empty", "10.9", "Beside its name an external reference must have a description, source, url, external_id or reference_id.");
            char *dump _cleanup_free_ = json_dumps(item, JSON_COMPACT | JSON_SORT_KEYS);
            if (!dump || (!c->references && !(c->references = json_object())))
                c->nomem = true;
            else if (own)
                json_object_set_new(c->references, dump, json_true());
            else if (!json_object_get(c->references, dump))
                check_warn(c, "reference.list", "3.1", "An external reference that is used here must also stand in the playbook's own external_references. Add it there.");
        }
        cdr_cacao_check_leave(c, was);
    }
}

void cdr_cacao_check_references(ROW)
{
    (void)prop;
    each_reference(c, shape, value, false);
}

void cdr_cacao_check_own_references(ROW)
{
    (void)prop, (void)shape, (void)value;
    each_reference(c, shape, value, true);
}

/* --- places: 10.4 --- */

static const char *const regions[] = {"africa", "eastern-africa", "middle-africa", "northern-africa", "southern-africa", "western-africa", "americas", "caribbean", "central-america",
    "latin-america-caribbean", "northern-america", "south-america", "asia", "central-asia", "eastern-asia", "southern-asia", "south-eastern-asia", "western-asia", "europe", "eastern-europe",
    "northern-europe", "southern-europe", "western-europe", "oceania", "antarctica", "australia-new-zealand", "melanesia", "micronesia", "polynesia", NULL};

/* ISO 3166-1 alpha-2. */
static const char countries[] = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ "
    "DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN "
    "KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY "
    "QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW ";

static void check_country(ROW)
{
    (void)prop;
    const char *text = cdr_cacao_check_text(c, shape, value);
    if (!text || cdr_cacao_check_has_variable(text))
        return;
    char want[4] = {text[0], text[0] ? text[1] : '\0', ' ', '\0'};
    if (strlen(text) != 2 || !strstr(countries, want))
        check_error(c, "country.code", "10.4", "\"%s\" is no country code: write the two capital letters of ISO 3166-1, as DE, GB, US.", cdr_cacao_check_quote(c, text));
}

static void check_area(ROW)
{
    (void)prop;
    const char *text = cdr_cacao_check_text(c, shape, value);
    if (text && !cdr_cacao_check_has_variable(text) && (strlen(text) < 4 || strlen(text) > 6 || text[2] != '-'))
        check_warn(c, "area.code", "10.4", "A state or province should be a code of ISO 3166-2, as US-MA or DE-BY.");
}

static void check_degrees(ROW)
{
    const char *text = cdr_cacao_check_text(c, shape, value);
    double max = *(const double *)prop->arg, d;
    if (text && !cdr_cacao_check_has_variable(text) && (!cdr_parse_double(text, strlen(text), max > 1000 ? 0 : -max, max, &d) || (max < 1000 && d <= -max)))
        check_error(c, "degrees", "10.4", "\"%s\" must be a number in quotes%s.", prop->key, max > 1000 ? " of metres" : max > 90 ? ", above -180 and at most 180" : ", above -90 and at most 90");
}

static const double ninety = 90, hundred_eighty = 180, metres = 1e9;
static const struct check_prop civic_rows[] = {
    {"name", cdr_cacao_check_string, CHECK_MAY, NULL}, {"description", cdr_cacao_check_string, CHECK_MAY, NULL}, {"building_details", cdr_cacao_check_string, CHECK_MAY, NULL},
    {"network_details", cdr_cacao_check_string, CHECK_MAY, NULL}, {"region", cdr_cacao_check_enum, CHECK_MAY, regions}, {"country", check_country, CHECK_MAY, NULL},
    {"administrative_area", check_area, CHECK_MAY, NULL}, {"city", cdr_cacao_check_string, CHECK_MAY, NULL}, {"street_address", cdr_cacao_check_string, CHECK_MAY, NULL},
    {"postal_code", cdr_cacao_check_string, CHECK_MAY, NULL}, {"latitude", check_degrees, CHECK_MAY, &ninety}, {"longitude", check_degrees, CHECK_MAY, &hundred_eighty},
    {"precision", check_degrees, CHECK_MAY, &metres},
};
static const struct check_shape civic_shape = {"a location", "10.4", SHAPE(civic_rows), NULL};

void cdr_cacao_check_civic(ROW)
{
    (void)prop;
    if (!cdr_cacao_check_is_object(c, shape, value, "a location"))
        return;
    cdr_cacao_check_shape(c, &civic_shape, value);
    bool latitude = json_object_get(value, "latitude"), longitude = json_object_get(value, "longitude");
    if (latitude != longitude || (!latitude && json_object_get(value, "precision")))
        check_error(c, "location.pair", "10.4", "latitude and longitude must stand together, and precision only with both.");
}

/* --- contacts: 10.6 --- */

static void check_contact_dictionary(ROW)
{
    (void)prop;
    check_dictionary(c, shape, value, false);
}

static const struct check_prop contact_rows[] = {
    {"email", check_contact_dictionary, CHECK_MAY, NULL}, {"phone", check_contact_dictionary, CHECK_MAY, NULL}, {"contact_details", cdr_cacao_check_string, CHECK_MAY, NULL},
};
static const struct check_shape contact_shape = {"a contact", "10.6", SHAPE(contact_rows), NULL};

void cdr_cacao_check_contact(ROW)
{
    (void)prop;
    if (cdr_cacao_check_is_object(c, shape, value, "a contact"))
        cdr_cacao_check_shape(c, &contact_shape, value);
}

/* --- addresses: 7.8 to 7.12 --- */

static bool is_ip(const char *s, bool v6)
{
    cdr_address a;
    return cdr_address_parse(s, strlen(s), v6, &a);
}

static bool is_dname(const char *s)
{
    size_t len = strlen(s), label = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char ch = (unsigned char)s[i];
        if (ch == '.' ? label == 0 : ch < 0x80 && !(ch >= 'a' && ch <= 'z') && !(ch >= 'A' && ch <= 'Z') && !(ch >= '0' && ch <= '9') && ch != '-' && ch != '_')
            return false;
        label = ch == '.' ? 0 : label + 1;
    }
    return len > 0 && len <= 253;
}

static bool is_url(const char *s)
{
    size_t scheme = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");
    return scheme > 0 && s[scheme] == ':' && s[scheme + 1] && !strpbrk(s, " \t\r\n\"<>");
}

static bool is_mac(const char *s)
{
    cdr_address a;
    return cdr_address_parse_mac(s, strlen(s), &a);
}

enum { VLAN_MAX = 4095 };
static const char *const address_kinds[] = {"dname", "ipv4", "ipv6", "l2mac", "vlan", "url", NULL};

static void check_one_address(struct check *c, const struct check_shape *shape, const char *kind, const json_t *value)
{
    json_int_t number = json_integer_value(value);
    if (json_is_integer(value) && strcmp(kind, "vlan") == 0 && (number < 0 || number > VLAN_MAX))
        check_error(c, "address.form", shape->clause, "A vlan has a number from 0 to 4095.");
    /* The text wants texts, the published schema numbers: both are taken for networks that have only a number. */
    const char *s = json_is_integer(value) && strcmp(kind, "vlan") == 0 ? NULL : cdr_cacao_check_text(c, shape, value);
    if (!s)
        return;
    cdr_cacao_check_uses(c, s, true);
    if (cdr_cacao_check_has_variable(s))
        return;
    uint64_t vlan;
    if (!strcmp(kind, "vlan") && *s && !s[strspn(s, "0123456789")] && !cdr_parse_u64(s, strlen(s), 0, VLAN_MAX, &vlan))
        check_error(c, "address.form", shape->clause, "\"%s\" is no vlan: their numbers are from 0 to 4095.", cdr_cacao_check_quote(c, s));
    else if ((!strcmp(kind, "ipv4") && !is_ip(s, false)) || (!strcmp(kind, "ipv6") && !is_ip(s, true)) || (!strcmp(kind, "l2mac") && !is_mac(s)))
        check_error(c, "address.form", shape->clause, "\"%s\" is no %s address.", cdr_cacao_check_quote(c, s), !strcmp(kind, "l2mac") ? "hardware" : kind);
    else if ((!strcmp(kind, "dname") && !is_dname(s)) || (!strcmp(kind, "url") && !is_url(s)) || !*s)
        check_warn(c, "address.form", shape->clause, "\"%s\" is no %s that could be called.", cdr_cacao_check_quote(c, s), !strcmp(kind, "dname") ? "domain name" : kind);
}

void cdr_cacao_check_address(ROW)
{
    (void)prop;
    const char *kind;
    json_t *list, *item;
    size_t i;
    if (!cdr_cacao_check_is_object(c, shape, value, "addresses by their kind"))
        return;
    if (json_object_size(value) == 0)
        check_warn(c, "address.none", shape->clause, "There is no address in it. Add one, as \"dname\": [\"mail.example.com\"].");
    json_object_foreach((json_t *)value, kind, list) {
        size_t was = cdr_cacao_check_enter(c, kind);
        if (!cdr_cacao_check_in(address_kinds, kind))
            check_error(c, "address.kind", shape->clause, "\"%s\" is no kind of address. It must be dname, ipv4, ipv6, l2mac, vlan or url.", cdr_cacao_check_quote(c, kind));
        else if (!json_is_array(list))
            check_error(c, "type.list", shape->clause, "Here must stand a list of addresses, even for a single one.");
        else
            json_array_foreach(list, i, item) {
                size_t at = cdr_cacao_check_enter_index(c, i);
                check_one_address(c, shape, kind, item);
                cdr_cacao_check_leave(c, at);
            }
        cdr_cacao_check_leave(c, was);
    }
}

/* --- extensions in use: section 8 --- */

static bool good_extension_name(const char *key)
{
    size_t len = strlen(key);
    return len >= 3 && len <= 250 && !key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_")];
}

void cdr_cacao_check_extensions(ROW)
{
    (void)prop;
    const char *id, *key;
    json_t *extension, *member;
    if (!cdr_cacao_check_is_object(c, shape, value, "extensions by the identifiers of their definitions"))
        return;
    if (json_object_size(value) == 0)
        check_warn(c, "dictionary.empty", shape->clause, "This dictionary is empty. Take it out.");
    json_object_foreach((json_t *)value, id, extension) {
        size_t was = cdr_cacao_check_enter(c, id);
        c->uses_extension = true;
        if (!cdr_playbook_object(c->p, "extension_definitions", id))
            check_error(c, "extension.undefined", "3.1", "This extension is used but not defined. Add its definition to extension_definitions.");
        if (!json_is_object(extension))
            check_error(c, "type.object", "8", "What an extension adds must stand in a JSON object.");
        json_object_foreach(extension, key, member)
            if (!good_extension_name(key))
                check_warn(c, "extension.name", "8", "The property \"%s\" of an extension must be named with 3 to 250 small letters, digits and _.", cdr_cacao_check_quote(c, key));
        cdr_cacao_check_leave(c, was);
    }
}

/* --- variables: 10.18 --- */

static const char *const variable_types[] = {"bool", "dictionary", "float", "hexstring", "integer", "ipv4-addr", "ipv6-addr", "long", "mac-addr", "hash", "md5-hash", "sha256-hash", "string", "uri", "uuid", NULL};
static const struct check_prop variable_rows[] = {
    {"type", cdr_cacao_check_word, CHECK_MUST, variable_types}, {"description", cdr_cacao_check_string, CHECK_MAY, NULL}, {"value", cdr_cacao_check_any, CHECK_MAY, NULL},
    {"constant", cdr_cacao_check_bool, CHECK_MAY, NULL}, {"external", cdr_cacao_check_bool, CHECK_MAY, NULL},
};
static const struct check_shape variable_shape = {"a variable", "10.18", SHAPE(variable_rows), NULL};

static void check_variable_value(struct check *c, const json_t *declared)
{
    const json_t *value = json_object_get(declared, "value");
    const char *name = cdr_json_str(declared, "type"), *text = json_string_value(value), *expects;
    cdr_variable_type type = name ? cdr_variable_type_by_name(name) : CDR_VAR_UNKNOWN;
    size_t was = cdr_cacao_check_enter(c, "value");
    if (!value || json_is_null(value) || (json_is_object(value) && type == CDR_VAR_DICTIONARY)) {
        cdr_cacao_check_leave(c, was);
        return;
    }
    if (!text)
        check_error(c, "variable.value", "10.18.3", "The value of a variable must be a text in quotes (numbers and true, false too) or null%s.", json_is_object(value) ? "; an object is allowed for the type dictionary alone" : "");
    else if (*text && !cdr_cacao_check_has_variable(text) && !cdr_variable_value_valid(type, text, &expects)) {
        if (type == CDR_VAR_BOOL && (cdr_ascii_ieq(text, strlen(text), "true", 4) || cdr_ascii_ieq(text, strlen(text), "false", 5)))
            check_warn(c, "variable.type", "10.18.3", "A value of the type bool is written true or false, in small letters.");
        else
            check_error(c, "variable.type", "10.18.3", "The value is none of the type %s: it must be %s.", cdr_variable_type_name(type), expects);
    }
    cdr_cacao_check_leave(c, was);
}

void cdr_cacao_check_variables(ROW)
{
    (void)prop;
    const char *name;
    json_t *declared;
    if (!cdr_cacao_check_is_object(c, shape, value, "variables by their names"))
        return;
    json_object_foreach((json_t *)value, name, declared) {
        size_t was = cdr_cacao_check_enter(c, name);
        if (!cdr_variable_name_valid(name, strlen(name)))
            check_error(c, "variable.name", "10.18.3", "\"%s\" is no name of a variable: two underscores, a letter, letters and digits, two underscores, as __device__.", cdr_cacao_check_quote(c, name));
        else if (name[2] == '_')
            check_warn(c, "variable.name", "10.18.3", "\"%s\" has three underscores at its beginning, which is hard to tell from two, for people and for tools. Begin it with a letter, as __device__.", cdr_cacao_check_quote(c, name));
        if (cdr_cacao_check_is_object(c, &variable_shape, declared, "a variable")) {
            cdr_cacao_check_shape(c, &variable_shape, declared);
            check_variable_value(c, declared);
            if (c->step && json_is_true(json_object_get(declared, "external")))
                check_warn(c, "variable.external", "10.18.3", "Only variables of the playbook can be handed in from outside; in a step \"external\" has no effect.");
            if (c->step && json_object_get(json_object_get(c->json, "playbook_variables"), name))
                check_warn(c, "variable.shadows", "4.5", "The playbook has a variable of this name too; in this step it is hidden. Give one of them another name.");
        }
        cdr_cacao_check_leave(c, was);
    }
}
