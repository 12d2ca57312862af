"""Forms of address that small firms' own pages use, with the streets, towns and codes made up; and what is none."""

from __future__ import annotations

import pytest

from leadhouse.extraction.addresses.country import detect_country
from leadhouse.extraction.addresses.page_addresses import extract_addresses
from leadhouse.extraction.attribution.context import Findings
from leadhouse.extraction.attribution.hosts import country_of_host
from leadhouse.extraction.markup.parsing import parse
from leadhouse.records import AddressParts


def addresses(html: str, host: str, path: str = "") -> list[AddressParts]:
    page = parse(html.encode(), f"https://www.{host}/{path}", "text/html")
    findings = Findings()
    extract_addresses(page, detect_country(page, None)[0], findings)
    return [value.parts for value in findings.of("address") if value.parts]


@pytest.mark.parametrize(
    ("footer", "host", "street", "city", "region"),
    [
        ("<p>Av. Los Ceibos 1510, CABA</p>", "e.com.ar", "Av. Los Ceibos 1510", "CABA", None),
        ("<p>Av. Los Robles 1208, of. 402, Providencia, Santiago</p>", "e.cl",
         "Av. Los Robles 1208, of. 402, Providencia", "Santiago", None),
        ("<p>Calle 18 # 65A - 03, Bogotá, Colombia</p>", "e.com.co", "Calle 18 # 65A - 03", "Bogotá", None),
        ("<p>Jr. Las Gardenias N° 140, Int 905, Surquillo, Lima-Perú.</p>", "e.pe",
         "Jr. Las Gardenias N° 140, Int 905, Surquillo", "Lima", None),
        ("<p>Rua das Acácias, 53 - 7º Andar - Vila Nova - Santo Exemplo - SP</p>", "e.com.br",
         "Rua das Acácias, 53 - 7º Andar, Vila Nova", "Santo Exemplo", "SP"),
        ("<p>2/F 5441 Sampaguita Street,</p><p>Palanan, Makati City</p>", "e.ph",
         "2/F 5441 Sampaguita Street, Palanan", "Makati City", None),
        ("<p>1785 Mango St., Bangkal, Quezon City, Metro Manila</p>", "e.ph",
         "1785 Mango St, Bangkal", "Quezon City", None),
        ("<p>12 Palm Road, Ikeja, Lagos &middot; 0801 000 0000</p>", "e.ng", "12 Palm Road, Ikeja", "Lagos", None),
        ("<p>The Cello, Brookbank Drive, Westlands, Nairobi, Kenya.</p>", "e.co.ke",
         "The Cello, Brookbank Drive, Westlands", "Nairobi", None),
        ("<address>9 Upper Elm Street<br>Dublin 2<br>Ireland</address>", "e.ie",
         "9 Upper Elm Street", "Dublin 2", None),
        ("<p>Gammel Lindevej 74, København K</p>", "e.dk", "Gammel Lindevej 74", "København K", None),
        ("<p>Çınar Mah. Meşe Cad. No: 34 Pendik/İstanbul</p>", "e.com.tr",
         "Çınar Mah. Meşe Cad. No: 34", "Pendik", "İstanbul"),
        ("<p>181 Maple Ave.<br>Toronto, ON</p>", "e.ca", "181 Maple Ave", "Toronto", "ON"),
        ("<p>509 E. Plum St Tampa, FL</p><p>info@e.us</p>", "e.us", "509 E. Plum St", "Tampa", "FL"),
        ("<p>Elm Vei 46<br>Oslo, Norway</p>", "e.no", "Elm Vei 46", "Oslo", None),
    ],
)  # fmt: skip
def test_towns_that_need_no_code(footer: str, host: str, street: str, city: str, region: str | None) -> None:
    (parts,) = addresses(f"<main><p>Hello</p></main><footer>{footer}<p>Tel. 0000</p></footer>", host)
    assert (parts.street, parts.postal_code, parts.city, parts.region) == (street, None, city, region)


@pytest.mark.parametrize(
    ("html", "host"),
    [
        ("<h2>Joan, 25</h2><p>Leaving Cert Biology <br>Dublin 2</p>", "e.ie"),  # a tutor of a list
        ("<p>22 de Dezembro | Campo Verde, Lisboa</p>", "e.pt"),
        ("<p>Beatriz M.</p><p>28 anos, Lisboa</p>", "e.pt"),
        ("<p>Desenvolvido por Heitor Lisboa</p>", "e.pt"),
        ("<p>We moved to 12 Elm Street in London</p>", "e.co.uk"),
        ("<p>Established 2005, London</p>", "e.co.uk"),
        ("<p>Level 2 Award, London</p>", "e.co.uk"),
        ("<p>Serving Leeds<br>London<br>York</p>", "e.co.uk"),
        ("<p>Red Hen Retail Park,<br>Ballyexample,<br>Dublin 22.</p>", "e.ie"),  # no street
        ("<p>Play of 40 minutes, Berlin</p><p>Jahr 2030, Berlin</p>", "e.de"),
    ],
)
def test_towns_without_a_street_are_no_address(html: str, host: str) -> None:
    assert addresses(f"<main>{html}</main><footer><p>Tel. 0000 mail@{host}</p></footer>", host) == []


def test_a_town_with_its_code_is_no_second_address() -> None:
    found = addresses("<footer><p>Elmweg 9, 50667 Köln</p><p>Tel. 0000</p></footer>", "e.de")
    assert [(parts.street, parts.postal_code, parts.city) for parts in found] == [("Elmweg 9", "50667", "Köln")]


@pytest.mark.parametrize(
    ("lines", "street", "code", "city", "region"),
    [
        ("Av. Parque Verde 501, <br>Col. Obrera, C.P. 64000. Monterrey, N.L. ",
         "Av. Parque Verde 501, Col. Obrera", "64000", "Monterrey", "N.L."),
        ("Mariano Ejemplo #3519<br>Col. La calma<br>Zapopan, Jalisco. México<br>C.P. 45000",
         "Mariano Ejemplo #3519, Col. La calma", "45000", "Zapopan", "Jalisco"),
        ("Av. Encino No. 536, Piso 7 <br>Col. Roma Norte. Del. Cuauhtémoc<br>C.P. 06000 Ciudad de México. México.",
         "Av. Encino No. 536, Piso 7, Col. Roma Norte, Del. Cuauhtémoc", "06000", "Ciudad de México", None),
        ("Francisco I. Ejemplo pte. y Av. Roble s/n<br>Col. Centro, C.P. 64000,<br>Monterrey, N.L. Tel: 0000",
         "Francisco I. Ejemplo pte. y Av. Roble s/n, Col. Centro", "64000", "Monterrey", "N.L."),
    ],
)  # fmt: skip
def test_mexican_codes_apart_from_their_town(lines: str, street: str, code: str, city: str, region: str | None) -> None:
    (parts,) = addresses(f"<h2>Contacto</h2><p>{lines}</p>", "e.com.mx", "contacto.html")
    assert (parts.street, parts.postal_code, parts.city, parts.region) == (street, code, city, region)


@pytest.mark.parametrize(
    ("line", "host", "street", "code", "city", "region"),
    [
        ("Visit us at 103/9 Elm Street Southport, QLD 4215.", "e.com.au",
         "103/9 Elm Street", "4215", "Southport", "QLD"),
        ("8 Elm Crt, Eight Mile Plains, QLD 4113", "e.com.au", "8 Elm Crt", "4113", "Eight Mile Plains", "QLD"),
        ("Rua do Ipê, 230 - Vieira, Jaraguá - SC, 89000-100.", "e.com.br",
         "Rua do Ipê, 230, Vieira", "89000-100", "Jaraguá", "SC"),
        ("Av. do Ipê, 4098 - Jardim Verde - CEP 03000-200 - São Paulo - SP", "e.com.br",
         "Av. do Ipê, 4098, Jardim Verde", "03000-200", "São Paulo", "SP"),
        ("15/2, 12th Elm Road, Neemnagar, Bengaluru - 560 027, Karnataka", "e.in",
         "15/2, 12th Elm Road, Neemnagar", "560 027", "Bengaluru", "Karnataka"),
        ("🏠 Elmvika 2, 5174 Mathopen", "e.no", "Elmvika 2", "5174", "Mathopen", None),
        ("222 Island Ave., Studio 204<br>Toronto, ON M8V 3W7", "e.ca",
         "222 Island Ave, Studio 204", "M8V 3W7", "Toronto", "ON"),
        ("222 Island Ave., Loft 204<br>Toronto, ON M8V 3W7", "e.ca",
         "222 Island Ave, Loft 204", "M8V 3W7", "Toronto", "ON"),
        ("Rua do Ipê 12, 1990 - 100 Lisboa", "e.pt", "Rua do Ipê 12", "1990-100", "Lisboa", None),
        ("Lipová 2094/3, 140 00 Praha 4 - Krč", "e.cz", "Lipová 2094/3", "140 00", "Praha 4", None),
    ],
)  # fmt: skip
def test_codes_in_other_places(line: str, host: str, street: str, code: str, city: str, region: str | None) -> None:
    (parts,) = addresses(f"<footer><p>{line}</p><p>Tel. 0000</p></footer>", host)
    assert (parts.street, parts.postal_code, parts.city, parts.region) == (street, code, city, region)


def test_labels_of_more_languages_need_no_code() -> None:
    (parts,) = addresses("<p><strong>Adresa:</strong> Lipová 1802, Horní Příklad</p>", "e.cz", "kontakt.html")
    assert (parts.street, parts.city) == ("Lipová 1802", "Horní Příklad")
    (parts,) = addresses("<footer><address>Elm Lane<br/>Douglas, Co. Cork<br/>Ireland</address></footer>", "e.ie")
    assert (parts.street, parts.city, parts.region) == ("Elm Lane", "Douglas", "Co. Cork")


def test_country_of_shared_signs() -> None:
    def country(html: str, host: str) -> str | None:
        return detect_country(parse(html.encode(), f"https://{host}/", "text/html"), None)[0]

    assert country("<p>+1 416 555 0100</p><p>2 Elm St, Toronto, Ontario M4W 1A8</p>", "e.com") == "CA"
    assert country("<p>+1 212 555 0100</p><p>2 Elm St, New York, NY 10001</p>", "e.com") == "US"
    assert (country_of_host("e.com.co"), country_of_host("e.co")) == ("CO", None)


@pytest.mark.parametrize(
    ("html", "host"),
    [
        ("Commission Nationale de l'Informatique et des Libertés<br>3 Place du Chêne<br>75000 Paris", "e.fr"),
        ("Prezes Urzędu Ochrony Danych Osobowych, ul. Lipowa 2, 00-100 Warszawa", "e.pl"),
        ("Úřad pro ochranu osobních údajů<br>Lipová 27<br>170 00 Praha 7", "e.cz"),
        ("CNPD - Comissão Nacional de Proteção de Dados<br>Av. do Ipê, 134 - 1.º<br>1200-100 Lisboa", "e.pt"),
        ("Αρχή Προστασίας Δεδομένων Προσωπικού Χαρακτήρα, Λεωφ. Πεύκων 1-3, 115 00 Αθήνα", "e.gr"),
        ("Nemzeti Adatvédelmi és Információszabadság Hatóság<br>1055 Budapest, Tölgy utca 9-11.", "e.hu"),
        ("Data Protection Commission<br>21 Elm Square South<br>Dublin 2<br>D02 AB12<br>Ireland", "e.ie"),
        ("Bayerisches Landesamt für Datenschutzaufsicht<br>Eichweg 18<br>91500 Ansbach", "e.de"),
        ("Valstybinė duomenų apsaugos inspekcija, L. Liepų g. 17, 10300 Vilnius", "e.lt"),
    ],
)
def test_who_watches_over_data_is_not_the_owner(html: str, host: str) -> None:
    assert addresses(f"<main><h1>Privacy</h1><p>{html}<br>Tel. 0000</p></main>", host, "privacy") == []


def test_a_plain_street_needs_a_label_of_its_own() -> None:
    html = "<h4>Dirección</h4><p>Ibirapitá 1234, Montevideo</p><h4>Correo</h4>"
    (parts,) = addresses(html, "e.com.uy", "contacto.html")
    assert (parts.street, parts.city) == ("Ibirapitá 1234", "Montevideo")
    assert addresses(html.replace("Dirección", "Fundado"), "e.com.uy") == []


def test_towns_stand_behind_malaysian_codes() -> None:
    (parts,) = addresses("<footer><p>No. 2, Jalan Cempaka<br>KLCC, 50000 Kuala Lumpur</p></footer>", "e.my")
    assert (parts.postal_code, parts.city) == ("50000", "Kuala Lumpur")
