/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CDR_DETECT_STREET_H
#define CDR_DETECT_STREET_H

#include "candor/base.h"

/* Is this folded word one of streets' names: "street", "rue", or a name that ends like one ("hauptstrasse", "storgatan")? */
bool cdr_is_street_word(const char *folded, size_t len);
/* The same for words before which a number stands: without the short endings, which surnames have as well. */
bool cdr_is_street_word_after_number(const char *folded, size_t len);

#endif
