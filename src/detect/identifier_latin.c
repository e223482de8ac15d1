/* SPDX-License-Identifier: Apache-2.0 */
/* Latin America. */
#include "detect/identifier.h"

#include <string.h>

static bool cpf(const char *s, size_t len)
{
    (void)len;
    return cdr_id_number(s, 11) > 0;
}

const cdr_id_rule cdr_id_BR_CPF = {
    .shape = "d{11}", .strip = " -.", .valid = cpf,
    .sums = CDR_ID_SUMS(TABLE(0, 0, 9, ELEVEN_ZERO, 10, 9, 8, 7, 6, 5, 4, 3, 2), TABLE(0, 0, 10, ELEVEN_ZERO, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)),
    .says = "weights 10 to 2 and 11 to 2 mod 11, 10 and 11 are 0", .source = "IN RFB 2172/2024"};

static bool cpf_in_text(const char *s, size_t len)
{
    return !cdr_id_same(s, len);
}

/* Alphanumeric from July 2026: characters count as their ASCII code less 48. */
static bool cnpj(const char *s, size_t len)
{
    static const uint8_t weights[13] = {6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2};
    unsigned a = 0, b = 0;
    (void)len;
    for (int i = 0; i < 12; i++) {
        a += weights[i + 1] * (unsigned)(s[i] - '0');
        b += weights[i] * (unsigned)(s[i] - '0');
    }
    b += weights[12] * (unsigned)(s[12] - '0');
    return s[12] == ELEVEN_ZERO[a % 11] && s[13] == ELEVEN_ZERO[b % 11] && memcmp(s, "000000000000", 12) != 0;
}

const cdr_id_rule cdr_id_BR_CNPJ = {
    .shape = "x{12}d{2}", .strip = " -./", .valid = cnpj, .found = cpf_in_text, .says = "twelve letters or digits (value: ASCII less 48), weights 5 to 2, 9 to 2 mod 11, twice", .source = "IN RFB 2229/2024"};

static bool cuit(const char *s, size_t len)
{
    static const cdr_id_sum sum = TABLE(0, 0, 10, "09987654321", 5, 4, 3, 2, 7, 6, 5, 4, 3, 2);
    return cdr_id_listed("20|23|24|27|30|33|34|50|51|55", s, 2) && cdr_id_sum_fits(&sum, s, len);
}

const cdr_id_rule cdr_id_AR_CUIT = {
    .shape = "d{11}", .strip = " -", .valid = cuit, .flags = CDR_ID_ISSUER, .says = "kind of person, number; weights 5 4 3 2 7 6 5 4 3 2 mod 11", .source = "AFIP/ARCA, RG 10/1997"};

const cdr_id_rule cdr_id_AR_CBU = {
    .shape = "d{22}", .strip = " -", .sums = CDR_ID_SUMS(TABLE(0, 0, 7, TEN, 7, 1, 3, 9, 7, 1, 3), TABLE(0, 8, 21, TEN, 3, 9, 7, 1, 3, 9, 7, 1, 3, 9, 7, 1, 3)),
    .says = "bank and branch, account; weights 3 1 7 9 from the right, mod 10, for each part", .source = "BCRA, Sistema Nacional de Pagos"};

const cdr_id_rule cdr_id_AR_DNI = {.shape = "d{7,8}", .strip = " .", .says = "seven or eight digits", .source = "Ley 17.671"};

const cdr_id_rule cdr_id_CL_RUT = {
    .shape = "d{8}[0123456789K]|d{7}[0123456789K]", .strip = " -.", .prefix = "CL", .sums = CDR_ID_SUMS(RTABLE(0, "0K987654321", 2, 3, 4, 5, 6, 7, 2, 3)), .says = "weights 2 to 7 from the right mod 11, 10 is K", .source = "DFL 3/1969, SII"};

const cdr_id_rule cdr_id_CO_NIT = {
    .shape = "d{8,16}", .strip = " -.,", .sums = CDR_ID_SUMS(RTABLE(0, "01987654321", 3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71)), .says = "weights 3 7 13 17 … from the right mod 11", .source = "DIAN, Orden Administrativa 4/1989"};

static bool curp(const char *s, size_t len)
{
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ";   /* & stands where Spanish has its tilde letter */
    static const char states[] = "AS|BC|BS|CC|CH|CL|CM|CS|DF|DG|GR|GT|HG|JC|MC|MN|MS|NE|NL|NT|OC|PL|QR|QT|SL|SP|SR|TC|TL|TS|VZ|YN|ZS";
    static const char bad[] = "BACA|BAKA|BUEI|BUEY|CACA|CACO|CAGA|CAGO|CAKA|CAKO|COGE|COGI|COJA|COJE|COJI|COJO|COLA|CULO|FALO|FETO|GETA|GUEI|GUEY|JETA|JOTO|KACA|KACO|KAGA|KAGO|KAKA|KAKO|KOGE|KOGI|KOJA|KOJE|KOJI|"
                              "KOJO|KOLA|KULO|LILO|LOCA|LOCO|LOKA|LOKO|MAME|MAMO|MEAR|MEAS|MEON|MIAR|MION|MOCO|MOKO|MULA|MULO|NACA|NACO|PEDA|PEDO|PENE|PIPI|PITO|POPO|PUTA|PUTO|QULO|RATA|ROBA|ROBE|ROBO|RUIN|SENO|TETA|"
                              "VACA|VAGA|VAGO|VAKA|VUEI|VUEY|WUEI|WUEY";
    unsigned sum = 0;
    (void)len;
    for (unsigned i = 0; i < 17; i++)
        sum += (18 - i) * (unsigned)(strchr(alphabet, s[i]) - alphabet);
    unsigned century = cdr_id_is_digit(s[16]) ? 1900 : 2000;
    return s[17] == TEN[sum % 10] && cdr_id_date(century + cdr_id_two(s + 4), cdr_id_two(s + 6), cdr_id_two(s + 8)) && cdr_id_listed(states, s + 11, 2) && !cdr_id_listed(bad, s, 4);
}

const cdr_id_rule cdr_id_MX_CURP = {
    .shape = "a{4}d{6}[HMX]a{5}xd", .strip = " -", .valid = curp, .flags = CDR_ID_DATED | CDR_ID_ISSUER, .says = "initials, date of birth, sex, state, consonants; weights 18 to 2, alphabet of 37, mod 10", .source = "RENAPO, Instructivo normativo CURP"};

static bool rfc_date(const char *s)
{
    return cdr_id_digits(s, 6) && cdr_id_date(2000 + cdr_id_two(s), cdr_id_two(s + 2), cdr_id_two(s + 4));
}

static bool rfc(const char *s, size_t len)
{
    static const char bad[] = "BUEI|BUEY|CACA|CACO|CAGA|CAGO|CAKA|CAKO|COGE|COJA|COJE|COJI|COJO|CULO|FETO|GUEY|JOTO|KACA|KACO|KAGA|KAGO|KAKA|KOGE|KOJO|KULO|MAME|MAMO|MEAR|MEAS|MEON|MION|MOCO|MULA|PEDA|PEDO|PENE|"
                              "PUTA|PUTO|QULO|RATA|RUIN";
    bool person = len == 10 || len == 13;
    return rfc_date(s + (person ? 4 : 3)) && !(person && cdr_id_listed(bad, s, 4));
}

/* With the check character, which the authority's own numbers do not always keep to. */
static bool rfc_in_text(const char *s, size_t len)
{
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ ";
    unsigned sum = len == 12 ? 37 * 13 : 0;
    if (len < 12)
        return false;
    for (size_t i = 0; i + 1 < len; i++) {
        const char *p = strchr(alphabet, s[i]);
        sum += (unsigned)(len - i) * (unsigned)(p ? p - alphabet : 0);
    }
    return s[len - 1] == "0A987654321"[sum % 11];
}

#define RFC_LETTER "[ABCDEFGHIJKLMNOPQRSTUVWXYZ&]"
const cdr_id_rule cdr_id_MX_RFC = {
    .shape = RFC_LETTER "{4}d{6}|" RFC_LETTER "{4}d{6}x{3}|" RFC_LETTER "{3}d{6}x{3}", .strip = " -_", .valid = rfc, .found = rfc_in_text, .flags = CDR_ID_DATED,
    .says = "initials, date of birth or founding, three characters; in texts the last one must be the check mod 11", .source = "SAT, Código Fiscal art. 27"};

static bool pe_cui(const char *s, size_t len)
{
    static const uint8_t weights[8] = {3, 2, 7, 6, 5, 4, 3, 2};
    unsigned sum = 0;
    if (len == 8)
        return true;
    for (int i = 0; i < 8; i++)
        sum += weights[i] * (unsigned)(s[i] - '0');
    return s[8] == "65432110987"[sum % 11] || s[8] == "KJIHGFEDCBA"[sum % 11];
}

static bool pe_cui_in_text(const char *s, size_t len)
{
    (void)s;
    return len == 9;
}

const cdr_id_rule cdr_id_PE_CUI = {
    .shape = "d{8}|d{8}x", .strip = " -", .valid = pe_cui, .found = pe_cui_in_text, .says = "eight digits, weights 3 2 7 6 5 4 3 2 mod 11 give a digit or a letter", .source = "RENIEC, DS 052-98"};

static bool pe_ruc(const char *s, size_t len)
{
    static const cdr_id_sum sum = TABLE(0, 0, 10, "10987654321", 5, 4, 3, 2, 7, 6, 5, 4, 3, 2);
    return cdr_id_listed("10|15|17|20", s, 2) && cdr_id_sum_fits(&sum, s, len);
}

const cdr_id_rule cdr_id_PE_RUC = {.shape = "d{11}", .strip = " ", .valid = pe_ruc, .says = "from 10, 15, 17 or 20; weights 5 4 3 2 7 6 5 4 3 2 mod 11", .source = "SUNAT, DL 943"};

static bool ec_province(const char *s)
{
    unsigned p = cdr_id_two(s);
    return (p >= 1 && p <= 24) || p == 30 || p == 50;
}

static bool ec_ci(const char *s, size_t len)
{
    (void)len;
    return ec_province(s) && s[2] <= '6' && cdr_id_luhn(s, 10, 10);
}

const cdr_id_rule cdr_id_EC_CI = {.shape = "d{10}", .strip = " -", .valid = ec_ci, .says = "province, third digit up to 6; Luhn", .source = "Ley Orgánica de Gestión de la Identidad"};

static bool ec_ruc(const char *s, size_t len)
{
    static const cdr_id_sum public_sum = ZERO(0, 0, 11, 3, 2, 7, 6, 5, 4, 3, 2, 1), juridical = ZERO(0, 0, 11, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1);
    if (!ec_province(s))
        return false;
    bool natural = s[2] <= '6' && cdr_id_luhn(s, 10, 10) && memcmp(s + 10, "000", 3);
    bool is_public = (s[2] == '6' || s[2] == '9') && cdr_id_sum_fits(&public_sum, s, len) && memcmp(s + 9, "0000", 4);
    return natural || is_public || (s[2] == '9' && cdr_id_sum_fits(&juridical, s, len) && memcmp(s + 10, "000", 3));
}

static bool ec_ruc_in_text(const char *s, size_t len)
{
    (void)len;
    return !memcmp(s + 10, "00", 2);
}

const cdr_id_rule cdr_id_EC_RUC = {.shape = "d{13}", .strip = " -", .valid = ec_ruc, .found = ec_ruc_in_text, .says = "people: identity number and branch; 6 public, 9 companies with weights mod 11", .source = "Ley del RUC"};

static bool uy_rut(const char *s, size_t len)
{
    static const cdr_id_sum sum = TABLE(0, 0, 11, ELEVEN_STRICT, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2);
    unsigned p = cdr_id_two(s);
    return p >= 1 && p <= 22 && memcmp(s + 2, "000000", 6) && !memcmp(s + 8, "001", 3) && cdr_id_sum_fits(&sum, s, len);
}

const cdr_id_rule cdr_id_UY_RUT = {.shape = "d{12}", .strip = " -", .prefix = "UY", .valid = uy_rut, .says = "01 to 22, number, 001; weights 4 3 2 9 8 7 6 5 4 3 2 mod 11", .source = "DGI, RUT"};

static bool rif(const char *s, size_t len)
{
    static const uint8_t weights[8] = {3, 2, 7, 6, 5, 4, 3, 2};
    unsigned sum = s[0] == 'V' ? 4 : s[0] == 'E' ? 8 : s[0] == 'J' ? 12 : s[0] == 'P' ? 16 : 20;
    (void)len;
    for (int i = 0; i < 8; i++)
        sum += weights[i] * (unsigned)(s[i + 1] - '0');
    return s[9] == ELEVEN_ZERO[sum % 11];
}

const cdr_id_rule cdr_id_VE_RIF = {.shape = "[VEJPG]d{9}", .strip = " -", .valid = rif, .says = "kind of person, number; weights 3 2 7 6 5 4 3 2 plus 4, 8, 12, 16, 20 mod 11", .source = "SENIAT"};

static bool py_ruc(const char *s, size_t len)
{
    unsigned sum = 0;
    for (size_t i = 0; i + 1 < len; i++)
        sum += (unsigned)(i + 2) * (unsigned)(s[len - 2 - i] - '0');
    return s[len - 1] == ELEVEN_ZERO[sum % 11];
}

const cdr_id_rule cdr_id_PY_RUC = {.shape = "d{4,9}", .strip = " -", .valid = py_ruc, .says = "weights 2, 3, 4 … from the right mod 11", .source = "SET, RUC"};

static bool gt_nit(const char *s, size_t len)
{
    unsigned sum = 0;
    while (len > 2 && *s == '0') {
        s++;
        len--;
    }
    for (size_t i = 0; i + 1 < len; i++)
        sum += (unsigned)(i + 2) * (unsigned)(s[len - 2 - i] - '0');
    return s[len - 1] == "0K987654321"[sum % 11];
}

const cdr_id_rule cdr_id_GT_NIT = {.shape = "d{1,11}K|d{2,12}", .strip = " -", .valid = gt_nit, .says = "weights 2, 3, 4 … from the right mod 11, 10 is K", .source = "SAT (GT), NIT"};

/* Numbers that were given out without a fitting check digit and are in use. */
static bool cedula(const char *s, size_t len)
{
    return cdr_id_luhn(s, len, 10) || cdr_id_listed("00114272360|00105606543|22400022111|00113918205|00113918213", s, len);
}

const cdr_id_rule cdr_id_DO_CEDULA = {.shape = "d{11}", .strip = " -", .valid = cedula, .says = "eleven digits; Luhn; a few known exceptions", .source = "JCE, Ley 8-92"};

const cdr_id_rule cdr_id_DO_RNC = {
    .shape = "d{9}", .strip = " -", .sums = CDR_ID_SUMS(TABLE(0, 0, 8, "21987654321", 7, 9, 8, 6, 5, 4, 3, 2)), .says = "weights 7 9 8 6 5 4 3 2 mod 11", .source = "DGII"};

static bool sv_nit(const char *s, size_t len)
{
    static const cdr_id_sum old = TABLE(0, 0, 13, SAME_ZERO, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2), recent = TABLE(0, 0, 13, ELEVEN_ZERO, 2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2);
    return cdr_id_sum_fits(cdr_id_number(s + 10, 3) <= 100 ? &old : &recent, s, len);
}

static bool sv_nit_in_text(const char *s, size_t len)
{
    (void)len;
    return cdr_id_date_at(CDR_DATE_DDMMYY, s + 4);
}

const cdr_id_rule cdr_id_SV_NIT = {.shape = "[019]d{13}", .strip = " -", .prefix = "SV", .valid = sv_nit, .found = sv_nit_in_text, .flags = CDR_ID_DATED, .says = "place, date of birth, serial; weights 14 to 2 mod 11, from serial 101 2, 7 to 2, 7 to 2", .source = "Ministerio de Hacienda (SV)"};

/* Three parts that may be written without their leading zeros. */
static bool cr_cpf(const char *s, size_t len)
{
    size_t part = 0, at = 0, lens[3] = {0, 0, 0};
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '-') {
            if (++part > 2)
                return false;
        } else {
            lens[part]++;
        }
    }
    if (part == 2)
        return lens[0] >= 1 && lens[0] <= 2 && lens[1] >= 1 && lens[1] <= 4 && lens[2] >= 1 && lens[2] <= 4 && (lens[0] == 1 || s[0] == '0');
    at = len - part;
    return (at == 9 || (at == 10 && s[0] == '0'));
}

const cdr_id_rule cdr_id_CR_CPF = {.shape = "[0123456789-]{5,12}", .strip = " ", .valid = cr_cpf, .says = "0, province, volume, entry; leading zeros of the parts may be left out", .source = "Tribunal Supremo de Elecciones"};

static bool cr_cpj(const char *s, size_t len)
{
    static const char three[] = "002|003|004|005|006|007|008|009|010|011|012|013|014|101|102|103|104|105|106|107|108|109|110";
    (void)len;
    if (s[0] == '2')
        return cdr_id_listed("100|200|300|400", s + 1, 3);
    return s[0] == '3' ? cdr_id_listed(three, s + 1, 3) : s[0] == '4' ? !memcmp(s + 1, "000", 3) : !memcmp(s + 1, "001", 3);
}

const cdr_id_rule cdr_id_CR_CPJ = {.shape = "[2345]d{9}", .strip = " -", .valid = cr_cpj, .flags = CDR_ID_ISSUER, .says = "kind and class of body, number", .source = "Registro Nacional (CR)"};

/* The seventh digit tells the century. */
static bool cu_ni(const char *s, size_t len)
{
    unsigned century = s[6] == '9' ? 1800 : s[6] <= '5' ? 1900 : 2000;
    (void)len;
    return cdr_id_date(century + cdr_id_two(s), cdr_id_two(s + 2), cdr_id_two(s + 4));
}

const cdr_id_rule cdr_id_CU_NI = {.shape = "d{11}", .strip = " ", .valid = cu_ni, .flags = CDR_ID_DATED, .says = "date of birth, century, serial", .source = "Registro de población (CU)"};
