/* SPDX-License-Identifier: Apache-2.0 */
/* Messages out, through one interface: text messages by a command or a web hook, e-mail by SMTP, letters and tests as files in a folder. What is configured stands in
 * WORKSPACE/send.yaml. candor-send, a second program without keys or database, does the sending (libcurl); a message reaches it through a pipe, never
 * through arguments, environment or a file. */
#ifndef CDR_SEND_SEND_H
#define CDR_SEND_SEND_H

#include "base/buf.h"
#include "candor/crypto.h"

typedef enum cdr_send_way { CDR_SEND_SMS = 1, CDR_SEND_EMAIL = 2, CDR_SEND_LETTER = 3, CDR_SEND_ALERT = 4 /* to the owner */ } cdr_send_way;

typedef struct cdr_sender cdr_sender;

typedef struct cdr_message {
    cdr_send_way way;
    const char *to;                  /* telephone in E.164, e-mail, postal address (lines); NULL for alerts */
    const char *subject;             /* e-mail and letters; no personal data */
    const char *text;                /* plain text, UTF-8 */
    const char *id;                  /* unique: names the file of a file drop, Message-ID of an e-mail */
} cdr_message;

/* Reads ${dir}/send.yaml; without one every way is a file drop in ${dir}/outbox (mode 0600), and cdr_sender_is_drop says so. */
cdr_status cdr_sender_open(const cdr_ctx *ctx, const char *dir, cdr_sender **ret, cdr_err *err) CDR_NODISCARD;
void cdr_sender_close(cdr_sender *s);
/* Is ${way} configured? "file drop", "SMTP smtp.example.com", "command": for status and doctor. NULL: not at all. */
const char *cdr_sender_way(const cdr_sender *s, cdr_send_way way);
/* No send.yaml: every way is a file drop. */
bool cdr_sender_is_drop(const cdr_sender *s);
/* Is ${way} configured, and the program for it installed? */
bool cdr_sender_ready(const cdr_sender *s, cdr_send_way way);
/* Why it is not ready: the program, the command or the folder of the drop. Nothing is sent and nothing made. */
cdr_status cdr_sender_check(const cdr_sender *s, cdr_send_way way, cdr_err *err) CDR_NODISCARD;
/* How customers reach the organisation, as send.yaml says (contact); NULL: it does not. For messages. */
const char *cdr_sender_contact(const cdr_sender *s);
/* Where customers enter a code themselves, as send.yaml says (page); NULL: it does not. */
const char *cdr_sender_page(const cdr_sender *s);
/* For tests: another candor-send than the one beside the running program. Borrowed. */
void cdr_sender_program(cdr_sender *s, const char *path);
/* A drop has one file per message, WAY-ID.txt: headers (Way, To, Subject, Date), an empty line, the text. */
/* CDR_OK: it was taken, by the file system, server or command; waits for that. The error never repeats address or text. */
cdr_status cdr_send(cdr_sender *s, const cdr_message *m, cdr_err *err) CDR_NODISCARD;
/* The same without waiting for a server or command: candor-send has the message and goes on alone, so that no slow server holds a call, and nobody learns by its time what was sent. What became of it stands in
 * ${dir}/send.log: time, id, way, a word and a number; never an address. A file drop is written at once. */
cdr_status cdr_send_begin(cdr_sender *s, const cdr_message *m, cdr_err *err) CDR_NODISCARD;
/* As much work as cdr_send_begin, for nobody: a caller whom nobody knows takes as long. */
void cdr_send_decoy(cdr_sender *s, cdr_send_way way);
/* What send.log tells since ${since_us}: messages that did not leave, and the newest of them ("email: refused 550"). */
typedef struct cdr_send_failures { unsigned count; int64_t newest_us; char newest[80]; } cdr_send_failures;
cdr_status cdr_sender_failures(const cdr_sender *s, int64_t since_us, cdr_send_failures *ret, cdr_err *err) CDR_NODISCARD;

#endif
