/* SPDX-License-Identifier: Apache-2.0 */
#include "template/svg_time.h"

#include "base/mem.h"

#include <math.h>

const cdr_svg_tick cdr_svg_ticks[] = {
    {60, "1 minute"}, {600, "10 min"}, {3600, "1 hour"}, {6 * 3600, "6 hours"}, {86400, "1 day"}, {3 * 86400, "3 days"}, {10 * 86400, "10 days"}, {30 * 86400, "30 days"}, {90 * 86400, "90 days"}, {365 * 86400, "1 year"},
    {5.0 * 365 * 86400, "5 years"},
};
const size_t cdr_svg_tick_count = CDR_COUNT(cdr_svg_ticks);

double cdr_svg_time(double seconds)
{
    return seconds <= 60 ? 0 : log10(seconds / 60);
}

size_t cdr_svg_tick_below(double seconds)
{
    size_t i = CDR_COUNT(cdr_svg_ticks) - 1;
    while (i > 0 && cdr_svg_ticks[i].seconds > seconds)
        i--;
    return i;
}

size_t cdr_svg_tick_above(double seconds)
{
    size_t i = 0;
    while (i + 1 < CDR_COUNT(cdr_svg_ticks) && cdr_svg_ticks[i].seconds < seconds)
        i++;
    return i;
}
