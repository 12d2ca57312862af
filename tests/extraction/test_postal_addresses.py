"""Addresses by the country's form: the parts of each, and what looks like one and is none."""

from __future__ import annotations

import pytest

from leadhouse.extraction.addresses.country import detect_country
from leadhouse.extraction.addresses.page_addresses import extract_addresses
from leadhouse.extraction.addresses.street_lines import house_number
from leadhouse.extraction.attribution.context import Findings
from leadhouse.extraction.markup.parsing import parse
from leadhouse.records import AddressParts


def addresses(html: str, host: str) -> list[AddressParts]:
    page = parse(html.encode(), f"https://{host}/kontakt", "text/html")
    findings = Findings()
    extract_addresses(page, detect_country(page, None)[0], findings)
    return [value.parts for value in findings.of("address") if value.parts]


@pytest.mark.parametrize(
    ("line", "host", "street", "number", "code", "city", "region", "country"),
    [
        ("Eibe GmbH<br>Hauptstr. 98 A<br>30826 Garbsen", "e.de",
         "Hauptstr. 98 A", "98 A", "30826", "Garbsen", None, "DE"),
        ("Eibe GmbH | Im Grund 25/1 | 69126 Heidelberg | Tel.", "e.de",
         "Im Grund 25/1", "25/1", "69126", "Heidelberg", None, "DE"),
        ("Hauptstr. 98 30826 Garbsen Deutschland", "e.com",
         "Hauptstr. 98", "98", "30826", "Garbsen", None, "DE"),
        ("c/o Kontor<br>Neubaugasse 22/5<br>A-5020 Salzburg", "e.at",
         "c/o Kontor, Neubaugasse 22/5", "22/5", "5020", "Salzburg", None, "AT"),
        ("Lange Dreef 9, 2820 Rijmenam, België", "e.be",
         "Lange Dreef 9", "9", "2820", "Rijmenam", None, "BE"),
        ("Keizersgracht 12-a, 1015 CR Amsterdam", "e.nl",
         "Keizersgracht 12-a", "12-a", "1015 CR", "Amsterdam", None, "NL"),
        ("54, quai de la Mer<br>75599 Paris CEDEX 12", "e.fr",
         "54, quai de la Mer", "54", "75599", "Paris", None, "FR"),
        ("Sede legale: Corso Roma 77/A - 20124 Milano (MI)", "e.it",
         "Corso Roma 77/A", "77/A", "20124", "Milano", "MI", "IT"),
        ("Calle Mayor nº 5, 2º B, 28013 Madrid (España)", "e.es",
         "Calle Mayor nº 5, 2º B", "5", "28013", "Madrid", None, "ES"),
        ("Av. Central, 1578 - Bela Vista, Santos - SP, 01310-200", "e.com.br",
         "Av. Central, 1578, Bela Vista", "1578", "01310-200", "Santos", "SP", "BR"),
        ("ul. Prosta 51/3 • 00-838 Warszawa", "e.pl",
         "ul. Prosta 51/3", "51/3", "00-838", "Warszawa", None, "PL"),
        ("Lipová 1597/174<br>130 00 Praha 3", "e.cz",
         "Lipová 1597/174", "1597/174", "130 00", "Praha 3", None, "CZ"),
        ("Kungsgatan 12, 3 tr<br>111 35 Stockholm", "e.se",
         "Kungsgatan 12, 3 tr", "12", "111 35", "Stockholm", None, "SE"),
        ("1051 Budapest, Nádor utca 10.", "e.hu",
         "Nádor utca 10", "10", "1051", "Budapest", None, "HU"),
        ("Jogailos g. 9<br>LT-01116 Vilnius", "e.com",
         "Jogailos g. 9", "9", "01116", "Vilnius", None, "LT"),
        ("315 SW 11th Ave<br>4th Floor<br>Portland, OR 97205", "e.com",
         "315 SW 11th Ave, 4th Floor", "315", "97205", "Portland", "OR", "US"),
        ("650 Castro Street, Suite 120 Mountain View, CA 94041", "e.com",
         "650 Castro Street, Suite 120", "650", "94041", "Mountain View", "CA", "US"),
        ("1200 Bay St, Suite 300<br>Toronto, ON M5R 2A5", "e.ca",
         "1200 Bay St, Suite 300", "1200", "M5R 2A5", "Toronto", "ON", "CA"),
        ("Suite 5, 10 High Street, Colchester, Essex, CO1 1DH", "e.co.uk",
         "Suite 5, 10 High Street", "10", "CO1 1DH", "Colchester", "Essex", "GB"),
        ("Unit 4, 12 Smith Street, Fitzroy VIC 3065", "e.com.au",
         "Unit 4, 12 Smith Street", "12", "3065", "Fitzroy", "VIC", "AU"),
        ("3rd Floor, Lotus Complex, Station Road, Nagpur, Maharashtra - 440 016", "e.in",
         "3rd Floor, Lotus Complex, Station Road", None, "440 016", "Nagpur", "Maharashtra", "IN"),
        ("Box 386<br>201 23 Malmö", "e.se",
         "Box 386", "386", "201 23", "Malmö", None, "SE"),
    ],
)  # fmt: skip
def test_parts_by_the_countrys_form(
    line: str, host: str, street: str, number: str | None, code: str, city: str, region: str | None, country: str
) -> None:
    (parts,) = addresses(f"<main><h1>Kontakt</h1><p>{line}</p></main>", f"www.{host}")
    assert (parts.street, parts.postal_code, parts.city) == (street, code, city)
    assert (parts.region, parts.country_code) == (region, country)
    assert number is None or parts.house_number == number


@pytest.mark.parametrize(
    "text",
    [
        "© 2026 Nordlicht Agentur, alle Rechte",
        "Katalog 12345 Frühling ist da",
        "+49 2581 6000 Fax 2581 60017 Mail",
        "Version 4360 Beta, seit 1999 Berlin",
        "A108 Adam Street, New York, NY 53502",
        "1234 Street Name, 12345 Musterstadt",
    ],
)
def test_a_number_before_a_word_is_no_address(text: str) -> None:
    assert addresses(f"<footer><p>{text}</p></footer>", "www.eibe.de") == []


def test_a_sentence_gives_its_street_alone() -> None:
    (parts,) = addresses(
        "<footer><p>Sie finden uns in der Lindenstraße 12 in 15907 Lübben.</p></footer>", "www.eibe.de"
    )
    assert (parts.street, parts.city) == ("Lindenstraße 12", "Lübben")


@pytest.mark.parametrize(
    ("street", "number"),
    [("Suite 5, 10 High Street", "10"), ("Via Roma, 5", "5"), ("18 - 20 rue Haute", "18 - 20"), ("Postfach", None)],
)
def test_number_of_the_house(street: str, number: str | None) -> None:
    assert house_number(street) == number


@pytest.mark.parametrize(
    ("line", "street", "city", "country"),
    [
        ("BP : 1234 Yaoundé, Cameroun", "BP 1234", "Yaoundé", "CM"),
        ("P.O. Box 4321, Dubai, UAE", "P.O. Box 4321", "Dubai", "AE"),
    ],
)
def test_a_box_and_a_town(line: str, street: str, city: str, country: str) -> None:
    (parts,) = addresses(f"<footer><p>{line}</p></footer>", "www.e.com")
    assert (parts.street, parts.city, parts.country_code) == (street, city, country)


def test_a_box_in_a_sentence_is_none() -> None:
    assert addresses("<p>The BP 500 Index rose.</p><p>Box 12 contains apples.</p>", "www.e.com") == []
