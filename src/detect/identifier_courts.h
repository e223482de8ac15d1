/* SPDX-License-Identifier: Apache-2.0 */
/* German courts that keep registers, as they are written in front of a register number; Austrian tax offices. */
#ifndef CDR_DETECT_IDENTIFIER_COURTS_H
#define CDR_DETECT_IDENTIFIER_COURTS_H

static const char *const german_courts[] = {
    "Aachen", "Altenburg", "Amberg", "Ansbach", "Apolda", "Arnsberg", "Arnstadt", "Arnstadt Zweigstelle Ilmenau", "Aschaffenburg", "Augsburg", "Aurich", "Bad Hersfeld",
    "Bad Homburg", "Bad Homburg v.d.H.", "Bad Homburg v. d. Höhe", "Bad Kreuznach", "Bad Oeynhausen", "Bad Salzungen", "Bamberg", "Bayreuth", "Berlin", "Berlin (Charlottenburg)", "Charlottenburg",
    "Bielefeld", "Bochum", "Bonn", "Braunschweig", "Bremen", "Chemnitz", "Coburg", "Coesfeld", "Cottbus", "Darmstadt", "Deggendorf", "Dortmund", "Dresden",
    "Duisburg", "Düren", "Düsseldorf", "Eisenach", "Erfurt", "Eschwege", "Essen", "Flensburg", "Frankfurt", "Frankfurt am Main", "Frankfurt/Oder", "Frankfurt (Oder)", "Freiburg", "Freiburg im Breisgau",
    "Friedberg", "Fritzlar", "Fulda", "Fürth", "Gelsenkirchen", "Gera", "Gießen", "Gotha", "Göttingen", "Greiz", "Gütersloh", "Hagen", "Hamburg", "Hamm",
    "Hanau", "Hannover", "Heilbad Heiligenstadt", "Hildburghausen", "Hildesheim", "Hof", "Homburg", "Ingolstadt", "Iserlohn", "Jena", "Kaiserslautern", "Kassel", "Kempten",
    "Kempten (Allgäu)", "Kiel", "Kleve", "Koblenz", "Köln", "Königstein", "Korbach", "Krefeld", "Landau", "Landau in der Pfalz", "Landshut", "Langenfeld", "Lebach", "Leipzig", "Lemgo", "Limburg", "Limburg a. d. Lahn",
    "Lübeck", "Ludwigshafen a.Rhein (Ludwigshafen)", "Ludwigshafen", "Ludwigshafen am Rhein", "Lüneburg", "Mainz", "Mannheim", "Marburg", "Meiningen", "Memmingen", "Merzig", "Mönchengladbach", "Montabaur", "Mühlhausen",
    "München", "Münster", "Neubrandenburg", "Neunkirchen", "Neuruppin", "Neuss", "Nordhausen", "Nürnberg", "Offenbach", "Offenbach am Main", "Oldenburg", "Oldenburg (Oldenburg)", "Osnabrück", "Ottweiler", "Paderborn", "Passau",
    "Pinneberg", "Pößneck", "Pößneck Zweigstelle Bad Lobenstein", "Potsdam", "Recklinghausen", "Regensburg", "Rostock", "Rudolstadt", "Saarbrücken", "Saarlouis", "Schweinfurt", "Schwerin", "Siegburg", "Siegen",
    "Sömmerda", "Sondershausen", "Sonneberg", "St. Ingbert", "St. Ingbert (St Ingbert)", "St. Wendel", "St. Wendel (St Wendel)", "Stadthagen", "Stadtroda", "Steinfurt", "Stendal", "Stralsund", "Straubing", "Stuttgart", "Suhl",
    "Tostedt", "Traunstein", "Ulm", "Völklingen", "Walsrode", "Weiden i. d. OPf.", "Weiden", "Weimar", "Wetzlar", "Wiesbaden", "Wittlich", "Wuppertal", "Würzburg",
    "Zweibrücken", "Köln Altregister", "Koln", "Dueren", "Duren", "Duesseldorf", "Dusseldorf", "Fuerth", "Furth", "Giessen", "Goettingen", "Gottingen", "Guetersloh", "Gutersloh", "Koenigstein", "Konigstein", "Koeln",
    "Luebeck", "Lubeck", "Lueneburg", "Luneburg", "Moenchengladbach", "Monchengladbach", "Muehlhausen", "Muhlhausen", "Muenchen", "Munchen", "Muenster", "Munster", "Nuernberg", "Nurnberg", "Osnabrueck", "Osnabruck",
    "Saarbruecken", "Saarbrucken", "Voelklingen", "Volklingen", "Wuerzburg", "Wurzburg", "Zweibruecken", "Zweibrucken", "Soemmerda", "Sommerda", "Poessneck", "Possneck"};

#define AUSTRIAN_TAX_OFFICES "03|04|06|07|08|09|10|12|15|16|18|22|23|29|33|38|41|46|51|52|53|54|57|59|61|65|67|68|69|71|72|81|82|83|84|90|91|93|97|98"

#endif
