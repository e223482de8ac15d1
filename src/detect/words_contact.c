/* SPDX-License-Identifier: Apache-2.0 */
/* Context words of what the engine itself finds, in the languages people write forms in; and words that say "something else". */
#include "detect/context.h"

const cdr_kind_words cdr_words_contact[] = {
    {CDR_K_EMAIL, "email|e mail|mail|email address|mailto|courriel|adresse mail|correo|correo electronico|correo electrónico|posta elettronica|e post|epost|"
                  "sähköposti|adres email|e mailadres|mailadresse|почта|электронная почта|メール|邮箱|电子邮件|이메일"},
    {CDR_K_PHONE, "phone|phones|telephone|phone number|telephone number|phone no|tel|tel no|telno|mobile|mobile number|mobile no|cell|cellphone|cell phone|"
                  "call|calls|called|calling|callback|call back|dial|dialed|ring|reach|text me|texted|sms|texts|whatsapp|signal|viber|telegram|fax|facsimile|landline|hotline|helpline|"
                  "answering|voicemail|pager|msisdn|contact number|contact no|emergency contact|work phone|home phone|office phone|desk|desk phone|messages to|"
                  "phone home|phone work|toll free|freephone|number to call|"
                  "telefon|telefonnummer|telefonnr|rufnummer|handy|handynummer|mobilnummer|mobiltelefon|mobil|festnetz|durchwahl|anrufen|anruf|rückruf|fon|"
                  "téléphone|telephone portable|téléphone portable|tél|portable|mobile|appeler|appelez|numero de telephone|numéro de téléphone|télécopie|"
                  "telefono|teléfono|numero de telefono|número de teléfono|celular|móvil|movil|llamar|llame|llámame|"
                  "telefone|telemóvel|telemovel|número de telefone|ligar|ligue|"
                  "cellulare|numero di telefono|chiamare|chiama|chiamami|recapito|recapito telefonico|"
                  "telefoonnummer|telefoon|mobiel|mobiele|bellen|bel|gsm|telnr|"
                  "telefonnummer|mobilnr|ring mig|tlf|tlfnr|puhelin|puhelinnumero|matkapuhelin|soita|simi|sími|"
                  "numer telefonu|telefon komórkowy|komórka|komorka|zadzwoń|zadzwon|kontaktní telefon|telefonní číslo|mobilní|volejte|telefónne číslo|"
                  "telefonszám|mobilszám|hívjon|numar de telefon|număr de telefon|sunați|broj telefona|telefonska številka|nazovite|"
                  "τηλέφωνο|κινητό|τηλ|телефон|тел|мобильный|моб|номер телефона|звоните|позвоните|телефонний номер|"
                  "cep|cep telefonu|telefon numarası|arayın|הטלפון|טלפון|نوال|هاتف|جوال|رقم الهاتف|फोन|फ़ोन|मोबाइल|電話|電話番号|携帯|电话|電話號碼|手机|手机号|联系电话|전화|전화번호|휴대폰|"
                  "điện thoại|số điện thoại|nomor telepon|telepon|hp|no hp|no telp|โทร|โทรศัพท์|เบอร์โทร|simu"},
    {CDR_K_IPV4, "ip|ip address|ip addr|ipaddr|ip addresses|remote addr|remote address|client ip|src ip|source ip|dst ip|peer|remote ip|x forwarded for|logged in from|"
                 "login from|access from|accessed from|connected from|connection from|host|adresse ip|dirección ip|direccion ip|indirizzo ip|ip adresse|ip adres|endereço ip|ip адрес|ipv 4"},
    {CDR_K_IPV6, "ip|ip address|ip addr|ipv 6|remote addr|client ip|remote ip|logged in from|login from|host|adresse ip|ip adresse"},
    {CDR_K_MAC, "mac|mac address|mac addr|hwaddr|hw address|ether|bssid|device id|physical address|mac adresse|adresse mac|dirección mac"},
    {CDR_K_URL, "url|website|web site|homepage|home page|webseite|site web|sitio web|sito web|web"},
    {CDR_K_BIRTH_DATE, "dob|d o b|born|birth|birthdate|birth date|birthday|date of birth|day of birth|bday|birth day|year of birth|"
                       "geburtsdatum|geboren|geburtstag|geb|geb dat|gebdat|date de naissance|naissance|né le|née le|ne le|nee le|"
                       "fecha de nacimiento|nacimiento|nacido|nacida|fecha nacimiento|f nac|cumpleaños|data de nascimento|nascimento|nascido|nascida|data nascimento|"
                       "data di nascita|nascita|nato|nata|nato il|nata il|geboortedatum|geboorte|födelsedatum|född|fødselsdato|født|fodselsdato|syntymäaika|syntynyt|fæðingardagur|"
                       "data urodzenia|urodzony|urodzona|datum narození|narozen|narozena|dátum narodenia|narodený|születési dátum|született|data nașterii|data nasterii|născut|nascut|"
                       "datum rođenja|datum rodjenja|rojen|datum rojstva|rođen|дата рождения|родился|родилась|дата народження|дата на раждане|ημερομηνία γέννησης|γεννήθηκε|"
                       "doğum tarihi|dogum tarihi|doğum|תאריך לידה|تاريخ الميلاد|مواليد|जन्म तिथि|जन्मतिथि|生年月日|誕生日|出生日期|出生|생년월일|ngày sinh|tanggal lahir|วันเกิด|tarehe ya kuzaliwa"},
    {CDR_K_GEO, "latitude|longitude|lat|lng|lon|latlng|lat lon|lat lng|coordinates|coordinate|coords|gps|location|geo|geolocation|position|koordinaten|breitengrad|längengrad|"
                "coordonnées|coordenadas|coordinate|ubicación|координаты"},
    {CDR_K_SECRET_PASSWORD, "password|passwd|pwd|passphrase|passwort|kennwort|mot de passe|contraseña|contrasena|senha|parola|wachtwoord|lösenord|hasło|heslo|пароль"},
    {CDR_K_SECRET_API_KEY, "api key|apikey|access token|auth token|secret key|client secret|bearer|api token|access key"},
};
const size_t cdr_words_contact_count = sizeof cdr_words_contact / sizeof cdr_words_contact[0];

const char cdr_words_veto[] =
    "tracking|tracking number|tracking no|tracking id|shipment|parcel|waybill|sendungsnummer|order|order id|order number|order no|bestellnummer|auftragsnummer|pedido|commande|"
    "invoice|invoice number|invoice no|rechnungsnummer|rechnung|facture|factura|fattura|ticket|ticket id|case number|sku|ean|upc|gtin|isbn|issn|doi|asin|part number|part no|"
    "item number|product id|article|artikelnummer|serial|serial number|serial no|s n|seriennummer|model|model number|version|ver|revision|rev|build|release|commit|hash|checksum|"
    "sha|md|crc|uuid|guid|session|session id|request id|trace id|span id|transaction|transaction id|txid|txn|reference|ref|batch|lot|timestamp|epoch|offset|bytes|size|"
    "length|count|amount|total|price|cost|sum|balance|quantity|qty|line|row|port|pid|thread|pixel|width|height|rfc|page|pages|vol|volume|chapter|section|bug|issue|cve|"
    "upgrade|upgraded|upgrade to|update to|updated to|oid|object identifier|kernel|merge|patch|patent|catalog|catalogue|pin code|barcode|lotto|random|seed|latency|duration|ms|id|"
    /* What things, orders, parcels and papers are numbered with, in other languages. */
    "art nr|ersatzteil nr|materialnr|produktnr|prod nr|ref nr|referenznummer|referenz nr|auftrag nr|bestellung|lieferung|beleg nr|nº de pedido|bestelnr|bestel nr|nr zam|zam nr|nr faktury|order nr|fakt nr|"
    "teilenummer|teile nr|teilenr|artikelnr|artikel nr|bestellnr|bestell nr|auftragsnr|auftrags nr|rechnungsnr|rechnungs nr|sendungsnr|sendungs nr|sendung|sendungsverfolgung|paket|paketnummer|"
    "paketscheinnummer|lieferscheinnummer|lieferschein|seriennr|vorgangsnummer|vorgangsnr|vorgang|aktenzeichen|geschäftszeichen|belegnummer|belegnr|materialnummer|produktnummer|chargennummer|charge|"
    "angebotsnummer|vertragsnummer|kundennummer|kundennr|kunden nr|mitgliedsnummer|ticketnummer|inventarnummer|gerätenummer|zählernummer|modellnummer|typnummer|bauteil|ersatzteil|ersatzteilnummer|ersatzteilnr|"
    "numéro de commande|numero de commande|n° de commande|numéro de facture|numero de facture|numéro de suivi|numero de suivi|suivi|colis|référence|numéro de série|numero de serie|numéro de pièce|"
    "numéro d'article|bon de livraison|numéro de dossier|dossier|numéro client|numéro de client|numéro de lot|code article|"
    "número de pedido|numero de pedido|número de factura|numero de factura|número de seguimiento|seguimiento|envío|albarán|número de serie|numero de serie|referencia|número de pieza|número de artículo|"
    "número de cliente|expediente|número de expediente|lote|"
    "ordine|numero ordine|numero d'ordine|numero fattura|spedizione|tracciamento|numero di serie|numero seriale|matricola prodotto|codice articolo|codice prodotto|codice cliente|riferimento|pratica|numero pratica|"
    "encomenda|número da encomenda|número do pedido|nota fiscal|fatura|número da fatura|rastreio|rastreamento|código de rastreamento|número de série|referência|peça|"
    "bestelling|bestelnummer|ordernummer|factuur|factuurnummer|zending|trackingnummer|pakket|serienummer|onderdeelnummer|klantnummer|referentie|dossiernummer|"
    "zamówienie|zamowienie|numer zamówienia|numer zamowienia|nr zamówienia|faktura|numer faktury|nr faktury|przesyłka|numer przesyłki|paczka|numer seryjny|numer części|numer klienta|"
    "beställning|beställningsnummer|ordernr|fakturanummer|fakturanr|försändelse|kollinummer|kolli|paketnummer|artikelnr|kundnummer|ärendenummer|"
    "bestilling|bestillingsnummer|ordrenummer|ordrenr|forsendelse|pakkenummer|varenummer|delenummer|kundenummer|sagsnummer|saksnummer|"
    "tilaus|tilausnumero|lasku|laskun numero|laskunumero|lähetys|lähetystunnus|seurantakoodi|sarjanumero|tuotenumero|asiakasnumero|"
    "objednávka|číslo objednávky|číslo faktury|zásilka|číslo zásilky|sériové číslo|"
    "rendelés|rendelésszám|számla száma|csomagszám|sorozatszám|cikkszám|sipariş|sipariş no|fatura no|kargo|takip no|seri no|comandă|număr comandă|factură|"
    "заказ|номер заказа|счёт фактура|накладная|артикул|серийный номер|посылка";
