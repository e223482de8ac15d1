/* SPDX-License-Identifier: Apache-2.0 */
/* The after-action report at the terminal. */
#include "cli/drill.h"

#include "base/time.h"
#include "cli/policy_words.h"

#include <string.h>

static json_int_t number(const json_t *score, const char *key)
{
    return json_integer_value(json_object_get(score, key));
}

static void print_list(cdr_cli *cli, const char *title, const json_t *list)
{
    size_t i;
    json_t *one;
    if (json_array_size(list))
        cdr_cli_print(cli, "\n%s\n", title);
    json_array_foreach(list, i, one) {
        _cleanup_free_ char *shown = cdr_cli_shown(json_string_value(one));
        cdr_cli_print(cli, "  - ");
        cdr_cli_wrapped(cli, 0, 4, shown ? shown : "");
    }
}

/* "Fri 2027-03-12 16:00" */
static void short_time(const char *at, char ret[40])
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    cdr_date d;
    char day[11] = "";
    memcpy(day, at ? at : "", at ? CDR_MIN(strlen(at), (size_t)10) : 0);
    if (at && strlen(at) >= 16 && cdr_date_parse(day, &d))
        snprintf(ret, 40, "%s %s %.5s", days[cdr_weekday(d) - 1], day, at + 11);
    else
        snprintf(ret, 40, "%s", at ? at : "");
}

static void print_timeline(cdr_cli *cli, const json_t *list)
{
    size_t i;
    json_t *one;
    cdr_cli_print(cli, "\nWhat happened (simulated time, UTC):\n");
    json_array_foreach(list, i, one) {
        char at[40];
        _cleanup_free_ char *shown = cdr_cli_shown(cdr_json_str(one, "text"));
        short_time(cdr_json_str(one, "at"), at);
        cdr_cli_print(cli, "  %s  ", at);
        cdr_cli_wrapped(cli, 0, 24, shown ? shown : "");
    }
}

void cdr_cli_drill_print(cdr_cli *cli, const json_t *report, bool timeline)
{
    const json_t *s = json_object_get(report, "score");
    _cleanup_free_ char *scenario = cdr_cli_shown(cdr_json_str(report, "scenario"));
    char span[CDR_DURATION_TEXT], slack[CDR_DURATION_TEXT];
    cdr_span_words(number(s, "simulated_seconds") * 1000000, span);
    cdr_span_words(number(s, "slack_seconds") * 1000000, slack);
    char percent[40];
    if (json_is_true(json_object_get(s, "stopped")))
        snprintf(percent, sizeof percent, "Stopped, no score");
    else
        snprintf(percent, sizeof percent, "%lld %%", (long long)number(s, "percent"));
    cdr_cli_print(cli, "DRILL %s: ", cdr_json_str(report, "drill"));
    _cleanup_buf_ cdr_buf title = CDR_BUF(1000);
    cdr_buf_addf(&title, "%s, %s.", cdr_json_str(report, "playbook"), scenario ? scenario : "");
    cdr_cli_wrapped(cli, 0, 2, title.data ? title.data : "");
    cdr_cli_print(cli, "%s: %lld of %lld deadlines met, %lld late, %lld missed.\n", percent, (long long)number(s, "met"), (long long)number(s, "deadlines"), (long long)number(s, "late"), (long long)number(s, "missed"));
    cdr_cli_print(cli, "\n  Decisions  %lld of %lld with reason and second person\n  Steps      %lld of %lld done, %lld skipped, %lld open\n  Messages   %lld of %lld followed up\n  Time       %s simulated in %lld ms\n",
                  (long long)number(s, "decisions"), (long long)number(s, "decisions_wanted"), (long long)number(s, "done"), (long long)number(s, "steps"), (long long)number(s, "skipped"), (long long)number(s, "open"),
                  (long long)number(s, "injects_answered"), (long long)number(s, "injects"), span, (long long)number(s, "took_ms"));
    if (json_is_integer(json_object_get(s, "slack_seconds")))
        cdr_cli_print(cli, "  Least left %s at a deadline that was met\n", slack);
    print_list(cli, "To mend:", json_object_get(report, "mend"));
    print_list(cli, "Went well:", json_object_get(report, "well"));
    if (timeline)
        print_timeline(cli, json_object_get(report, "timeline"));
}
