"""Address books: a card a row, of every version and of what programs make of it."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from leadhouse.imports.csv_file import CsvFile
from leadhouse.landing import Quarantined
from leadhouse.records import Extraction

OUTLOOK = """BEGIN:VCARD\r
VERSION:2.1\r
N;LANGUAGE=de;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;Anna\r
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Anna M=C3=BCller\r
ORG:Alder Werke GmbH;Einkauf\r
TITLE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Leiterin =\r
Einkauf\r
TEL;WORK;VOICE:+49 30 1234567\r
TEL;CELL;VOICE:+49 151 12345678\r
TEL;WORK;FAX:+49 30 1234568\r
ADR;WORK;PREF:;;Hauptstr. 5;Berlin;;10115;Germany\r
EMAIL;PREF;INTERNET:anna.mueller@alder-werke.de\r
PHOTO;TYPE=JPEG;ENCODING=BASE64:\r
 /9j/4AAQSkZJRgABAQ\r
 AAAQABAAD\r
\r
END:VCARD\r
"""
APPLE = """BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//macOS 14.0//EN
N:Birch;Ben;;;
FN:Ben Birch
ORG:Birch & Sons\\, Ltd;
item1.EMAIL;type=INTERNET;type=pref:ben@birch.example
item1.X-ABLabel:_$!<Work>!$_
EMAIL;type=INTERNET;type=HOME:ben.birch@gmail.com
TEL;type=IPHONE;type=CELL;type=VOICE:+44 7700 900123
item2.ADR;type=HOME:;;1 Home Rd;Leeds;;LS1 1AA;United Kingdom
item3.ADR;type=WORK;type=pref:;;2 Mill Lane\\nUnit 4;York;;YO1 7HH;United Ki
 ngdom
X-SOCIALPROFILE;type=linkedin:https://www.linkedin.com/in/benbirch
NOTE:met in Leeds\\; likes trains
END:VCARD
BEGIN:VCARD
VERSION:3.0
N:;;;;
FN:Cedar Foods
ORG:Cedar Foods;
X-ABShowAs:COMPANY
URL:https://cedar.example
END:VCARD
"""
NEWEST = """BEGIN:VCARD
VERSION:4.0
KIND:individual
FN:Eva Elm
ORG;SORT-AS="Elm":Elm AG
TEL;VALUE=uri;TYPE="work,voice":tel:+41-44-668-18-00
EMAIL:eva@elm.example
UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Cut
"""


def read(path: Path, text: str) -> list[Extraction | Quarantined]:
    path.write_bytes(text.encode())
    return list(CsvFile(path, UUID(int=1), "csv/acme/book").statements())


def said(statement: Extraction | Quarantined) -> dict[str, list[str]]:
    assert isinstance(statement, Extraction)
    found: dict[str, list[str]] = {}
    for company in statement.companies:
        found |= {f"company.{name}": [each.value for each in some] for name, some in company.values.items()}
    for person in statement.persons:
        found |= {f"person.{name}": [each.value for each in some] for name, some in person.values.items()}
    return found


def test_outlook_in_quoted_printable(tmp_path: Path) -> None:
    [statement] = read(tmp_path / "anna.vcf", OUTLOOK)
    found = said(statement)
    assert found["person.full_name"] == ["Anna Müller"]
    assert found["person.title"] == ["Leiterin Einkauf"]
    assert found["person.email"] == ["anna.mueller@alder-werke.de"]
    assert found["person.phone_e164"] == ["+4915112345678", "+49301234567"]
    assert found["company.name"] == ["Alder Werke GmbH"]
    assert found["company.fax_e164"] == ["+49301234568"]
    assert found["company.address"] == ["Hauptstr. 5, 10115 Berlin"]
    assert found["company.country_code"] == ["DE"]


def test_apples_groups_folded_lines_and_a_companys_card(tmp_path: Path) -> None:
    person, company = read(tmp_path / "book.vcf", APPLE)
    found = said(person)
    assert found["person.full_name"] == ["Ben Birch"]
    assert found["person.email"] == ["ben@birch.example", "ben.birch@gmail.com"]
    assert found["person.social_url"] == ["https://www.linkedin.com/in/benbirch"]
    assert found["company.name"] == ["Birch & Sons, Ltd"]
    assert found["company.address"] == ["2 Mill Lane Unit 4, YO1 7HH York"]
    assert isinstance(person, Extraction)
    assert person.persons[0].custom_fields["Note"] == "met in Leeds; likes trains"
    assert said(company) == {"company.name": ["Cedar Foods"], "company.domain": ["cedar.example"]}


def test_version_four_and_a_card_that_is_cut_off(tmp_path: Path) -> None:
    person, torn = read(tmp_path / "book.vcf", NEWEST)
    found = said(person)
    assert found["person.full_name"] == ["Eva Elm"]
    assert found["person.phone_e164"] == ["+41446681800"]
    assert found["company.name"] == ["Elm AG"]
    assert isinstance(torn, Quarantined)
    assert (torn.line, torn.reason) == (10, "cut_off")


@pytest.mark.parametrize("text", ["BEGIN:VCARD", "begin:vcard\nnonsense\nEND:VCARD\n" + APPLE])
def test_damaged_books_stop_nobody(tmp_path: Path, text: str) -> None:
    from leadhouse.imports import ImportFileError

    try:
        found = read(tmp_path / "book.vcf", text)
    except ImportFileError:
        found = []
    assert sum(isinstance(each, Extraction) for each in found) == text.count("FN:")
