/* SPDX-License-Identifier: Apache-2.0 */
/* A scale of time on which minutes and years both have room: logarithmic. */
#ifndef CDR_TEMPLATE_SVG_TIME_H
#define CDR_TEMPLATE_SVG_TIME_H

#include <stddef.h>

typedef struct cdr_svg_tick { double seconds; const char *word; } cdr_svg_tick;
extern const cdr_svg_tick cdr_svg_ticks[];
extern const size_t cdr_svg_tick_count;

/* 0 at a minute and below; grows by 1 for each power of ten. */
double cdr_svg_time(double seconds);
/* The tick at or below, at or above ${seconds}. */
size_t cdr_svg_tick_below(double seconds);
size_t cdr_svg_tick_above(double seconds);

#endif
