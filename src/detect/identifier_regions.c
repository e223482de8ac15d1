/* SPDX-License-Identifier: Apache-2.0 */
/* Was a Chinese division of that code there in that year? */
#include "detect/identifier.h"

#include "base/mem.h"
#include "detect/identifier_regions_cn.h"

#define FIRST_YEAR 1979U

/* A city or a province without its county: 110000, 110100. Hong Kong, Macao and Taiwan have no counties in the standard. */
static bool whole_region(unsigned code, unsigned year)
{
    unsigned province = code / 10000;
    if (province == 81 || province == 82)
        return year >= (province == 81 ? 1997U : 1999U) || code % 10000;
    if (province == 71)
        return true;
    size_t low = 0, high = CDR_COUNT(cn_divisions);
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (cn_divisions[mid] >> 12 < code)
            low = mid + 1;
        else
            high = mid;
    }
    unsigned scale = code % 10000 ? 100 : 10000;
    return code % 100 == 0 && low < CDR_COUNT(cn_divisions) && (cn_divisions[low] >> 12) / scale == code / scale;
}

bool cdr_id_cn_region(unsigned code, unsigned year)
{
    size_t low = 0, high = CDR_COUNT(cn_divisions);
    while (low < high) {
        size_t mid = (low + high) / 2;
        uint32_t e = cn_divisions[mid];
        if (e >> 12 == code) {
            unsigned first = e >> 6 & 63, last = e & 63;
            return (first == 0 || year >= FIRST_YEAR + first) && (last == 63 || year <= FIRST_YEAR + last);
        }
        if (e >> 12 < code)
            low = mid + 1;
        else
            high = mid;
    }
    return whole_region(code, year);
}
