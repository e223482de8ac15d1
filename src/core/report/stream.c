/* SPDX-License-Identifier: Apache-2.0 */
#include "core/report/stream.h"

enum { BLOCK = 64 << 10, ROW_MAX = 8 << 20 };

cdr_status cdr_stream_open(cdr_stream *s, const char *path, cdr_err *err)
{
    *s = (cdr_stream){.buf = CDR_BUF(ROW_MAX), .err = err};
    cdr_jw_begin(&s->json, &s->buf);
    /* Only the owner: the report tells a thief where to look. */
    return cdr_outfile_open(path, 0600, &s->file, err);
}

cdr_status cdr_stream_flush(cdr_stream *s, bool all)
{
    if (cdr_buf_status(&s->buf) != CDR_OK)
        return cdr_fail(s->err, cdr_buf_status(&s->buf), "report", "report.row-size", "A row of the report does not fit into memory.");
    if (s->buf.len == 0 || (!all && s->buf.len < BLOCK))
        return CDR_OK;
    cdr_status r = cdr_outfile_add(s->file, s->buf.data, s->buf.len, s->err);
    cdr_buf_clear(&s->buf);
    return r;
}

cdr_status cdr_stream_finish(cdr_stream *s, cdr_status so_far)
{
    if (so_far == CDR_OK)
        so_far = cdr_stream_flush(s, true);
    if (so_far == CDR_OK)
        so_far = cdr_outfile_commit(&s->file, s->err);
    else
        cdr_outfile_drop(&s->file);
    cdr_buf_done(&s->buf);
    return so_far;
}
