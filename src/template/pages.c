/* SPDX-License-Identifier: Apache-2.0 */
#include "template/pages.h"

#include <string.h>

bool cdr_page_find(void *arg, const char *name, cdr_template_source *ret)
{
    (void)arg;
    for (size_t i = 0; i < cdr_page_count; i++)
        if (!strcmp(cdr_pages[i].name, name)) {
            *ret = cdr_pages[i];
            return true;
        }
    return false;
}
