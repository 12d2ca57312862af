"""Exports as tools write them, whole headers and all, come in by their names: what each row says, and what is kept."""

from __future__ import annotations

from typing import Any

import pytest

from leadhouse.imports import cells
from leadhouse.imports.columns import map_columns
from leadhouse.imports.split_numbers import SplitNumbers
from tests.imports.conftest import FILES
from tests.imports.test_exports import read

ANN = {"person.full_name": "Ann Ash", "person.title": "CEO", "company.name": "Alder Ltd"}
REACHED = ANN | {"person.email": "ann@alder.example", "person.phone_e164": "+447400123456"}
EVA = {"person.full_name": "Eva Muster", "person.email": "eva@erle.de", "company.name": "Erle GmbH"}
IN_LONDON = {"company.address": "1 High St, SW1A 1AA London", "company.country_code": "GB"}
# of each file what its first row says, in part
SAID: dict[str, dict[str, str]] = {
    "outlook_de.csv": {
        "person.full_name": "Eva Maria Muster", "person.email": "eva.muster@erle.de",
        "person.title": "Leiterin Vertrieb", "company.phone_e164": "+4934112340",
        "company.fax_e164": "+49341123499", "company.address": "Weg 1, 04109 Leipzig",
    },
    "outlook_fr.csv": {
        "person.full_name": "Amélie Dupont", "company.name": "Aulne SARL", "company.domain": "aulne.fr",
        "company.address": "12 rue de la Paix, 75002 Paris", "person.phone_e164": "+33612345678",
    },
    "google_contacts.csv": REACHED | IN_LONDON,
    "linkedin_connections.csv": ANN | {"person.social_url": "https://www.linkedin.com/in/ann-ash"},
    "linkedin_connections_de.csv": ANN,
    "mailchimp.csv": {"person.full_name": "Ann Ash", "company.address": "1 High St London SW1A 1AA GB"},
    "xing.csv": EVA | {
        "person.social_url": "https://www.xing.com/profile/Eva_Muster", "person.phone_e164": "+491711234567",
    },
    "sales_navigator.csv": ANN | {"company.address": "London, United Kingdom"},
    "zoho_leads.csv": REACHED | IN_LONDON | {"company.employee_band": "11-50"},
    "pipedrive_people.csv": {**REACHED, "person.title": "", "company.domain": "alder.example"},
    "hubspot_contacts.csv": {**REACHED, "person.phone_e164": "+442079460018"},
    "apollo.csv": {
        **REACHED, "person.phone_e164": "+442079460018", "company.phone_e164": "+442079460000",
        "company.technology": "Nginx",
    },
    "utf16_tabs.txt": {"person.full_name": "Eva Muster", "company.phone_e164": "+49341123456"},
    "decimal_commas.csv": {"company.name": "Erle GmbH", "company.employee_band": "11-50"},
    "cyrillic.csv": {"company.name": "ООО Ольха", "person.title": "Директор", "person.phone_e164": "+74951234567"},
    "japanese_sjis.csv": {"person.full_name": "山田 太郎", "person.phone_e164": "+819012345678"},
    "arabic.csv": {
        "company.name": "شركة النخيل", "person.full_name": "أحمد علي", "company.domain": "nakheel.ae",
        "person.title": "مدير المبيعات", "person.phone_e164": "+97143903333", "company.country_code": "AE",
    },
    "mail_merge.csv": {"person.full_name": "Eva Muster", "company.country_code": "DE"},
    "area_code.csv": {"company.phone_e164": "+49341123456", "company.name": "Erle GmbH"},
    "country_area_number.csv": {"company.phone_e164": "+12125551234", "company.country_code": "US"},
    "two_phones.csv": {"company.phone_e164": "+49341123456"},
    "last_first.csv": {"person.full_name": "Ann Ash"},
    "no_header.csv": EVA | {"company.address": "04109 Leipzig", "company.domain": "erle.de"},
    "nul_bytes.csv": {"company.name": "Alder Ltd", "company.email": "a@alder.example"},
    "spanish_sage.csv": {
        "company.name": "Aliso", "company.legal_name": "Aliso S.L.", "company.vat_id": "ESB12345674",
        "company.phone_e164": "+34915550123", "person.full_name": "Ana López",
    },
    "dutch.csv": {"person.full_name": "Jan van der Berg", "company.address": "Dam 1, 1012 JS Amsterdam"},
    "polish.csv": {"company.vat_id": "PL5260250274", "company.address": "Długa 5, 00-238 Warszawa"},
    "portuguese.csv": {"person.full_name": "João Silva", "company.address": "Av. Paulista 1000, 01310-100 São Paulo"},
    "chinese.csv": {"company.name": "上海桤木有限公司", "person.phone_e164": "+8613800138000"},
    "korean.csv": {"person.full_name": "김철수", "person.phone_e164": "+821012345678"},
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_what_the_first_row_says(name: str) -> None:
    file, stated, refused = read(FILES / f"tool_{name}")
    assert {key: stated[0].get(key, "") for key in SAID[name]} == SAID[name]
    assert file.counts["rows"] == len(stated) + len(refused)
    assert [reason for _, reason in refused] == (["not_text"] if name == "nul_bytes.csv" else [])


def test_degrees_behind_a_name_are_no_given_name() -> None:
    _, stated, _ = read(FILES / "tool_linkedin_connections.csv")
    assert [each["person.full_name"] for each in stated] == ["Ann Ash", "Bob Birch"]
    assert cells.person_name("Ash, Ann, Ph.D.") == cells.person_name("Ann Ash, MBA, CFA") == "Ann Ash"
    assert cells.person_name("Ann Ash, Jr.") == "Ann Ash Jr."
    assert cells.person_name("Li, Ma") == "Ma Li"
    assert cells.person_name("Ann Ash, Certified Coach", is_in_order=True) == "Ann Ash, Certified Coach"


def test_a_price_in_a_header_does_not_make_it_a_macs() -> None:
    file, _, _ = read(FILES / "tool_decimal_commas.csv")
    assert file.layout["encoding"] == "cp1252"
    assert file.layout["mapping"]["Umsatz 2025 (T€)"] == "revenue"


def _joined(header: list[str], *row: str) -> tuple[list[str], list[int]]:
    columns: Any = map_columns(header, [row], None)
    return SplitNumbers(columns).joined(row)


@pytest.mark.parametrize(
    ("row", "whole", "left"),
    [
        (("Alder", "0341", "123456", "040", "99"), ("0341 123456", "040 99"), []),
        (("Alder", "0341", "0341 123456", "", ""), ("0341 123456", ""), [1, 3]),
        (("Alder", "341", "+49 341 123456", "040", ""), ("+49 341 123456", ""), [1, 3]),
        (("Alder", "0341", "", "(040)", "99 11"), ("", "(040) 99 11"), [1]),
    ],
)
def test_area_codes_belong_to_the_next_number(row: tuple[str, ...], whole: tuple[str, str], left: list[int]) -> None:
    found, places = _joined(["Firma", "Vorwahl", "Rufnummer", "Fax Vorwahl", "Fax"], *row)
    assert (found[2], found[4]) == whole
    assert places == left


def test_dialling_codes_take_the_place_of_the_zero() -> None:
    header = ["Company", "Country Code", "Phone"]
    assert _joined(header, "Erle GmbH", "49", "0341 123456")[0][2] == "+49 341 123456"
    assert _joined(header, "Erle GmbH", "+351", "21 123 4567")[0][2] == "+351 21 123 4567"
    assert _joined(header, "Erle GmbH", "DE", "0341 123456") == (["Erle GmbH", "DE", "0341 123456"], [])
