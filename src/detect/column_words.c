/* SPDX-License-Identifier: Apache-2.0 */
/* Context words of the kinds that columns have: what stands beside a value in text, or in a header. */
#include "base/mem.h"
#include "detect/engine.h"

const cdr_kind_words cdr_words_column[] = {
    {CDR_K_NAME, "full name|name of|vollständiger name|nom complet|nombre completo|nome completo|cardholder|account holder|karteninhaber|kontoinhaber|titulaire|titular|intestatario"},
    {CDR_K_NAME_FIRST, "first name|given name|forename|vorname|prénom|prenom|nombre de pila|voornaam|imię|förnamn|fornavn|etunimi"},
    {CDR_K_NAME_LAST, "last name|surname|family name|maiden name|nachname|familienname|nom de famille|apellido|apellidos|cognome|sobrenome|achternaam|nazwisko|efternamn|etternavn|sukunimi"},
    {CDR_K_STREET, "address|street|residence|lives at|anschrift|adresse|straße|wohnhaft|domicilié|dirección|domicilio|indirizzo|endereço|morada|adres|ulica|adress|osoite|mailing address|home address"},
    {CDR_K_CITY, "city|town|hometown|wohnort|ville|ciudad|città|cidade|woonplaats|miasto|stad"},
    {CDR_K_POSTCODE, "zip|zip code|postcode|postal code|postleitzahl|plz|code postal|código postal|cap|cep|kod pocztowy|postnummer|postinumero"},
    {CDR_K_REGION, "province|county|bundesland|kanton|provincia|regione|województwo"},
    {CDR_K_COUNTRY, "country|pays|país|paese|panstwo"},
    {CDR_K_GENDER, "gender|sex|geschlecht|sexe|sexo|sesso|geslacht|płeć|kön"},
    {CDR_K_NATIONALITY, "nationality|citizenship|citizen of|staatsangehörigkeit|nationalité|nacionalidad|nazionalità|cittadinanza|nacionalidade|nationaliteit|obywatelstwo"},
    {CDR_K_AGE, "age|aged|years old|year old|alter|jahre alt|âge|edad|età|idade|leeftijd|wiek|ålder"},
    {CDR_K_BIRTH_PLACE, "born in|place of birth|birthplace|geburtsort|geboren in|lieu de naissance|lugar de nacimiento|luogo di nascita|geboorteplaats"},
    {CDR_K_MARITAL, "marital status|familienstand|état civil|estado civil|stato civile|burgerlijke staat|stan cywilny"},
    {CDR_K_SALARY, "salary|wage|wages|gross pay|net pay|gehalt|bruttogehalt|lohn|salaire|salario|sueldo|stipendio|salaris|wynagrodzenie|lön"},
    {CDR_K_JOB_TITLE, "job title|occupation|profession|beruf|works as|métier|profesión|professione|profissão|beroep|zawód|yrke"},
    {CDR_K_EMPLOYEE_ID, "employee id|employee number|employee no|staff id|personnel number|badge number|personalnummer|mitarbeiternummer|matricule|matricola|personeelsnummer"},
    {CDR_K_CUSTOMER_ID, "customer id|customer number|customer no|member id|membership number|account holder number|kundennummer|numéro client|número de cliente|codice cliente|klantnummer|numer klienta|kundnummer"},
    {CDR_K_HEALTH_RECORD, "mrn|medical record|medical record number|patient id|patient number|patientennummer|historia clínica|cartella clinica|nhc"},
    {CDR_K_HEALTH, "diagnosis|diagnosed|diagnose|symptoms|medication|allergy|allergies|patient|diagnostic|diagnóstico|diagnosi|rozpoznanie"},
    {CDR_K_RELIGION, "religion|religious|konfession|religión|religione"},
    {CDR_K_ETHNICITY, "ethnicity|ethnic origin|race|ethnische herkunft|origine ethnique|etnia"},
    {CDR_K_POLITICS, "political party|party affiliation|political opinion|parteizugehörigkeit"},
    {CDR_K_UNION, "trade union|union member|gewerkschaft|syndicat|sindicato|vakbond"},
    {CDR_K_ORIENTATION, "sexual orientation|sexuelle orientierung|orientation sexuelle|orientación sexual"},
    {CDR_K_CRIMINAL, "criminal record|conviction|vorstrafe|casier judiciaire|antecedentes penales"},
    {CDR_K_USERNAME, "username|user name|login|userid|benutzername|nom d'utilisateur|usuario|nome utente|gebruikersnaam"},
    {CDR_K_PLATE, "license plate|licence plate|number plate|plate number|vehicle registration|kennzeichen|plaque|immatriculation|matrícula|targa|kenteken"},
    {CDR_K_ORGANIZATION, "company|employer|organization|organisation|firma|arbeitgeber|entreprise|empresa|azienda|bedrijf"},
};
const size_t cdr_words_column_count = CDR_COUNT(cdr_words_column);
