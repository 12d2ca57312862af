"""Names behind forms of address and before degrees, addresses of forms that few pages have; counter-examples."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.company_site import extract_page
from leadhouse.extraction.people.names import read_name

NOW = datetime(2026, 4, 6, tzinfo=UTC)
Facts = dict[str, set[str]]

NAMES = {
    "Mag.a Petra Ebner-Loidl": "Petra Ebner-Loidl",
    "Ing.in Petra Ebner": "Petra Ebner",
    "Komm.-Rat Ing. Gerhard Loidl, MBA": "Gerhard Loidl",
    "DI Petra Ebner": "Petra Ebner",
    "Dipl.-Hdl. Petra Ebner": "Petra Ebner",
    "Nadine Schachinger, BSc (WU)": "Nadine Schachinger",
    "Dott.ssa Ornella Bandinelli": "Ornella Bandinelli",
    "Eng.ª Joana Cabral": "Joana Cabral",
    "Mtra. Fernanda Cantú Elizondo": "Fernanda Cantú Elizondo",
    "lek. dent. Marek Gąsior": "Marek Gąsior",
    "Uzm. Kl. Psk. Elif Şahin": "Elif Şahin",
    "Atty. Jocelyn Reyes": "Jocelyn Reyes",
    "Engr. Chukwuma B. Okafor MNSE": "Chukwuma B. Okafor",
    "Wendell Covington, Jr.": "Wendell Covington Jr.",
    "Rajesh Menon, B.Com., FCA": "Rajesh Menon",
    "Jane Haywood, SHRM-CP": "Jane Haywood",
    "LIM Siew Hoon (Ms)": "Lim Siew Hoon",
    "Ji-woo Park": "Ji-woo Park",
    # a surname that is a Malaysian title, too; the title itself
    "TAN Wei Ming, Desmond": "Desmond Tan Wei Ming",
    "Tan Sri Ismail Rahman": "Ismail Rahman",
    # short for given names, which stay
    "Ma. Cristina Reyes": "Ma. Cristina Reyes",
    "Md. Abdur Rahman": "Md. Abdur Rahman",
    "J.P. van der Merwe": "J.P. van der Merwe",
    "St. Jane Roe": None,
    # words with a point that lead to no known given name
    "Min. Order Value": None,
    "Tim Kami": None,
}

# url, language, body, and what the page states of the attributes named; "people" are names with titles
CASES: dict[str, tuple[str, str, str, Facts]] = {
    "code of Singapore opens with a nought": (
        "https://a.com.sg/contact", "en", "<p>10 Anson Road #26-04<br>International Plaza<br>Singapore 079903</p>",
        {"address": {"10 Anson Road #26-04, International Plaza, 079903 Singapore, SG"}},
    ),
    "so does Bucharest's, Russia's never": (
        "https://a.ro/contact", "ro", "<p>Str. Ion Câmpineanu nr. 11, București 010031</p>",
        {"address": {"Str. Ion Câmpineanu nr. 11, 010031 București, RO"}},
    ),
    "an Indonesian decimal comma, titles above": (
        "https://a.co.id/kontak", "id",
        "<h4>Siti Rahmawati</h4><span>Manajer Keuangan</span><h3>Alamat</h3>"
        "<p>Jl. Raya Narogong KM 12,5 No. 88, Bantargebang, Kota Bekasi, Jawa Barat 17151</p>",
        {"address": {"Jl. Raya Narogong KM 12,5 No. 88, Bantargebang, 17151 Kota Bekasi, Jawa Barat, ID"}},
    ),
    "a district behind a Czech town": (
        "https://a.cz/o-nas", "cs", "<p>K Lesu 128/4<br>251 01 Říčany – Strašín</p>",
        {"address": {"K Lesu 128/4, 251 01 Říčany, CZ"}},
    ),
    "a Czech town before its code": (
        "https://a.cz/kontakt", "cs", "<h3>Provozovna (dílna)</h3><p>Průmyslová 1305, Mnichovice, 251 64</p>",
        {"address": {"Průmyslová 1305, 251 64 Mnichovice, CZ"}},
    ),
    "a Greek number is no code": (
        "https://a.gr/epikoinonia", "el", "<p>Ακτή Κουντουριώτη 42, 731 00 Χανιά<br>Τηλ.: 28210 45678</p>",
        {"address": {"Ακτή Κουντουριώτη 42, 731 00 Χανιά, GR"}},
    ),
    "a pin before a Brazilian address": (
        "https://a.com.br/", "pt-BR", "<li>📍 Av. Júlio de Mesquita, 540 - Cambuí, Campinas - SP, 13025-061</li>",
        {"address": {"Av. Júlio de Mesquita, 540, Cambuí, 13025-061 Campinas, SP, BR"}},
    ),
    "a Hungarian operator of another name": (
        "https://www.balatonpanzio.hu/impresszum", "hu",
        "<h1>Impresszum</h1><p>Üzemeltető: Balaton-Part Vendéglátó Kft.</p>"
        "<p>Székhely: 8230 Balatonfüred, Petőfi Sándor u. 22/A.</p><p>Képviselő: Szabóné Kiss Ágnes ügyvezető</p>"
        "<p>Telefon: +36 87 342-118</p><p>E-mail: info kukac balatonpanzio pont hu</p>"
        "<h2>Tárhelyszolgáltató</h2><p>Tárhely Zrt., 6722 Szeged, Tisza Lajos körút 41., +36 1 445 1200</p>",
        {
            "address": {"Petőfi Sándor u. 22/A, 8230 Balatonfüred, HU"},
            "phone_e164": {"+3687342118"}, "people": {"Szabóné Kiss Ágnes: ügyvezető"},
        },
    ),
    "a Romanian bar is no office of the lawyer's": (
        "https://a.ro/contact", "ro",
        "<p>Tel: 0264.431.277</p><p>Baroul Cluj: Calea Dorobanților 2, tel. 0264 598 277</p>",
        {"phone_e164": {"+40264431277"}},
    ),
    "a role that looks like a name, below a name": (
        "https://a.at/ueber-uns/", "de",
        "<h2>Unser Team</h2><h3>Gerhard Loidl</h3><p>Winterdienst Oberland<br>DW 11</p>"
        "<h3>Petra Ebner</h3><p>Prokuristin</p>",
        {"people": {"Gerhard Loidl: Winterdienst Oberland", "Petra Ebner: Prokuristin"}},
    ),
    "a point between name and profession": (
        "https://a.es/equipo", "es",
        "<ul><li><b>D. Íñigo Echeverría Sáinz de la Maza</b>. Abogado. Área fiscal</li>"
        "<li>Mª Carmen Ortega. Recepción</li></ul>",
        {"people": {"Íñigo Echeverría Sáinz de la Maza: Abogado. Área fiscal", "Mª Carmen Ortega: Recepción"}},
    ),
    "a Greek practice is no title": (
        "https://a.gr/iatreio", "el",
        "<h1>Το ιατρείο</h1><h3>Μαρία Παπαδάκη</h3><p>Χειρουργός Οδοντίατρος, DDS, MSc</p>"
        "<h3>Νίκος Σταματίου</h3><p>Ορθοδοντικός</p>",
        {"people": {"Μαρία Παπαδάκη: Χειρουργός Οδοντίατρος, DDS, MSc", "Νίκος Σταματίου: Ορθοδοντικός"}},
    ),
    "a Polish office": (
        "https://a.pl/kontakt", "pl", "<p>Właściciel: Marek Wróbel<br>Biuro: Justyna Wróbel</p>",
        {"people": {"Marek Wróbel: Właściciel", "Justyna Wróbel: Biuro"}},
    ),
    "a second number without its area code": (
        "https://a.mx/contacto", "es", "<p>Tel. (81) 8363 4410 y 8363 4411</p><p>Fax (81) 8363 4412</p>",
        {"phone_e164": {"+528183634410", "+528183634411"}},
    ),
    "an Indian one behind a comma": (
        "https://a.in/contact", "en", "<p>Phones: 0422 – 262 7788, 262 7799</p>",
        {"phone_e164": {"+914222627788", "+914222627799"}},
    ),
    "an Israeli town before its code, partners of the firm": (
        "https://a.co.il/en/contact", "en",
        "<p>28 HaMasger St., 5th floor, Tel Aviv-Yafo 6721118, Israel</p><h2>Partners</h2>"
        "<p>Arch. Yael Levi-Shapira, Founding Partner</p><p>Noa Peretz, Office Manager</p>",
        {
            "address": {"28 HaMasger St, 5th floor, 6721118 Tel Aviv-Yafo, IL"},
            "people": {"Yael Levi-Shapira: Founding Partner", "Noa Peretz: Office Manager"},
        },
    ),
    "partners that are other firms": (
        "https://a.com/partners", "en", "<h2>Partners</h2><p>Jane Peretz, Office Manager</p><p>Bob Levi, Director</p>",
        {"people": set()},
    ),
    "a Mexican address in five parts, titles below names": (
        "https://a.mx/nosotros", "es",
        "<h2>Nuestro equipo legal</h2><h3>Lic. Ricardo Morales</h3><span>Socio Director</span>"
        "<h3>Mtra. Fernanda Cantú</h3><span>Socia – Derecho Laboral</span><h3>Lic. José Garza</h3><span>Asociado</span>"
        "<address>Av. Lázaro Cárdenas 2400, Edificio Losoles, Despacho B-21<br>Col. San Agustín<br>"
        "C.P. 66260 San Pedro Garza García, N.L., México</address>",
        {
            "address": {
                "Av. Lázaro Cárdenas 2400, Edificio Losoles, Despacho B-21, Col. San Agustín, "
                "66260 San Pedro Garza García, MX"
            },
            "people": {
                "Ricardo Morales: Socio Director", "Fernanda Cantú: Socia – Derecho Laboral", "José Garza: Asociado",
            },
        },
    ),
    "an Argentine code with letters": (
        "https://a.com.ar/contacto", "es", "<p>San Martín 1254, Piso 4° Of. B<br>(S2000CJP) Rosario, Santa Fe</p>",
        {"address": {"San Martín 1254, Piso 4° Of. B, S2000CJP Rosario, AR"}},
    ),
    "a boulevard of Quebec": (
        "https://a.ca/equipe", "fr-CA",
        "<p>1155, boul. René-Lévesque Ouest, bureau 2500<br>Montréal (Québec) H3B 2K4</p>",
        {"address": {"1155, boul. René-Lévesque Ouest, bureau 2500, H3B 2K4 Montréal, Québec, CA"}},
    ),
    "several on one line": (
        "https://a.com/", "en",
        "<h2>Our Hygienists</h2><p>Tammy Aho, RDH · Jill Maki, RDH · Sarah Beth Olson, LDA</p>"
        "<h2>Our Services</h2><p>Crowns · Dental Implants · Whitening</p>",
        {"people": {"Tammy Aho", "Jill Maki", "Sarah Beth Olson"}},
    ),
    "a state as newspapers shorten it": (
        "https://a.org/contact", "en", "<p>2121 N. Peoria Ave., Tulsa, Okla. 74106</p>",
        {"address": {"2121 N. Peoria Ave, 74106 Tulsa, Okla, US"}},
    ),
    "a code that is no year yet": (
        "https://a.co.za/contact", "en", "<p>76 4th Avenue, Melville, Johannesburg, 2092</p>",
        {"address": {"76 4th Avenue, Melville, 2092 Johannesburg, ZA"}},
    ),
    "a code on a line of its own": (
        "https://a.cz/kontakt", "cs", "<p>Klatovská třída 132<br>Plzeň<br>301 00</p>",
        {"address": {"Klatovská třída 132, 301 00 Plzeň, CZ"}},
    ),
    "a French road without numbers": (
        "https://a.fr/contact", "fr", "<p>Route de Nevers<br>58120 Château-Chinon</p><p>Tél. : 03 86 85 11 42</p>",
        {"address": {"Route de Nevers, 58120 Château-Chinon, FR"}},
    ),
    "town, region and land below the street": (
        "https://a.org.co/", "es", "<p>Calle 49 # 50-21 Of. 1204<br>Medellín, Antioquia, Colombia</p>",
        {"address": {"Calle 49 # 50-21 Of. 1204, Medellín, CO"}},
    ),
    "town and land below the street": (
        "https://a.lk/contact", "en", "<p>No. 45/2, Negombo Road,<br>Peliyagoda, Sri Lanka.</p>",
        {"address": {"No. 45/2, Negombo Road, Peliyagoda, LK"}},
    ),
    "Polish advisers and trainees": (
        "https://a.pl/zespol", "pl",
        "<h1>Nasz zespół</h1><h4>r. pr. Tomasz Baran</h4><p>wspólnik</p>"
        "<h4>apl. adw. Karolina Mazur</h4><p>aplikantka adwokacka</p>",
        {"people": {"Tomasz Baran: wspólnik", "Karolina Mazur: aplikantka adwokacka"}},
    ),
    "a Danish team": (
        "https://a.dk/om", "da", "<h2>Mød teamet</h2><p><b>Jonas Kragh Pedersen</b><br>Fysioterapeut, sportsfysio</p>",
        {"people": {"Jonas Kragh Pedersen: Fysioterapeut, sportsfysio"}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", NAMES)
def test_form_of_address_is_no_part_of_the_name(text: str) -> None:
    name = read_name(text)
    assert (name.text if name else None) == NAMES[text]


@pytest.mark.parametrize("case", CASES)
def test_page_of_the_form_states(case: str) -> None:
    url, language, body, expected = CASES[case]
    html = f"<html lang={language}><body><main>{body}</main></body></html>".encode()
    read = extract_page(html, url, "text/html; charset=utf-8", SiteContext(host=url.split("/")[2]), NOW)
    found = {key.value: {value.value for value in values} for key, values in read.companies[0].values.items()}
    people = [{key.value: values[0].value for key, values in person.values.items()} for person in read.persons]
    found["people"] = {": ".join(filter(None, [each["full_name"], each.get("title")])) for each in people}
    assert {attribute: found.get(attribute, set()) for attribute in expected} == expected
