/* SPDX-License-Identifier: Apache-2.0 */
/* Words that stand next to identifiers, in the languages of those who write them. */
#include "detect/engine.h"

#include "base/mem.h"

const cdr_kind_words cdr_words_identifier[] = {
    {CDR_K_CARD, "card|credit card|debit card|card number|card no|cc|ccn|pan|visa|mastercard|amex|american express|discover|diners|jcb|maestro|unionpay|kreditkarte|kartennummer|carte bancaire|carte de crédit|"
                 "numero de tarjeta|tarjeta|tarjeta de credito|carta di credito|cartao|cartao de credito|betaalkaart|kortnummer|numer karty|karta"},
    {CDR_K_CVV, "cvv|cvc|cvv2|cvc2|cid|csc|cvn|security code|card verification|verification code|kartenprüfnummer|prüfziffer der karte|cryptogramme|codigo de seguridad"},
    {CDR_K_TRACK, "track|track1|track2|track 1|track 2|magstripe|swipe"},
    {CDR_K_IBAN, "iban|bank account|account|konto|bankverbindung|compte|rib|cuenta|conto|rekening|bankrekening|konto bankowe"},
    {CDR_K_US_SSN, "ssn|ssns|social security|social security number|social sec|soc sec|socsec|ss#|ssnumber|social"},
};
const size_t cdr_words_identifier_count = CDR_COUNT(cdr_words_identifier);
