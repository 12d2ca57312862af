"""Every way in which exports really are written, one file each: read whole, bad rows told, no neighbour lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from leadhouse.imports import ImportFileError
from leadhouse.imports.csv_file import CsvFile, preview_file
from leadhouse.landing import Quarantined
from leadhouse.records import CompanyRecord, PersonRecord

FILES = Path(__file__).parent / "files"


def read(name: str, kind: Any = None) -> tuple[CsvFile, list[CompanyRecord], list[PersonRecord], list[Quarantined]]:
    """The file, its records, and what was refused."""
    file = CsvFile(FILES / name, UUID(int=1), "csv/acme/test", kind)
    statements = list(file.statements())
    extractions = [each for each in statements if not isinstance(each, Quarantined)]
    refused = [each for each in statements if isinstance(each, Quarantined)]
    assert len(statements) == file.counts["rows"] == len(extractions) + len(refused)
    companies = [record for each in extractions for record in each.companies]
    return file, companies, [record for each in extractions for record in each.persons], refused


def texts(record: CompanyRecord | PersonRecord) -> dict[str, str]:
    """The first value of each attribute."""
    return {str(attribute): values[0].value for attribute, values in record.values.items()}


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter", "companies"),
    [
        ("utf16_tabs.txt", "utf-16", "\t", ["Käserei Bühler"]),
        ("utf16_unmarked.txt", "utf-16-le", "\t", ["Kaeserei Huber"]),
        ("cp1252_semicolons.csv", "cp1252", ";", ["Bäckerei „Groß“"]),
        ("mac_roman.csv", "mac_roman", ",", ["Boulangerie Évrard", "Café Hélène"]),
        ("cp850.csv", "cp850", ";", ["Müller & Söhne", "Jäger", "Groß KG"]),
        ("preamble_lines.csv", "utf-8", "|", ["Alder Ltd"]),
        ("sep_line.csv", "utf-8", ";", ["Alder, Sons"]),
        ("no_header.csv", "utf-8", ";", ["Alder Ltd", "Birch GmbH"]),
    ],
)
def test_layout_is_found(name: str, encoding: str, delimiter: str, companies: list[str]) -> None:
    file, found, _, refused = read(name)
    assert (file.table.file.encoding, file.table.delimiter) == (encoding, delimiter)
    assert [texts(each)["name"] for each in found] == companies
    assert not refused


@pytest.mark.parametrize(
    ("name", "refused", "kept"),
    [
        ("unclosed_quote.csv", [(3, "unclosed_quote")], ["Alder Ltd", "Cedar Ltd", "Deal Ltd"]),
        ("stray_quote_closed_rows_later.csv", [(2, "unclosed_quote")], ["Birch Ltd", "Cedar, Sons & Co"]),
        ("stray_bytes_in_utf8.csv", [(3, "not_text")], ["Käserei Bühler", "Bäckerei Groß"]),
        ("nul_byte_in_a_row.csv", [(2, "not_text")], ["Birch Ltd"]),
        ("repeated_header_and_blank_lines.csv", [(5, "repeated_header")], ["Alder Ltd", "Birch Ltd"]),
        ("objects.jsonl", [(2, "not_json")], ["Alder Ltd", "Birch Ltd"]),
    ],
)
def test_a_bad_row_stops_no_neighbour(name: str, refused: list[tuple[int, str]], kept: list[str]) -> None:
    _, companies, _, told = read(name)
    assert [(each.line, each.reason) for each in told] == refused
    assert [texts(each)["name"] for each in companies] == kept


def test_reasons_of_rows() -> None:
    _, _, persons, refused = read("bad_rows.csv")
    assert [(each.line, each.reason) for each in refused] == [
        (2, "bad_email"),
        (3, "too_many_columns"),
        (4, "no_identity"),
    ]
    assert refused[0].payload["Email"] == "ann(at)alder"
    assert refused[1].payload["surplus 1"] == "spill"
    assert [texts(each).get("email") for each in persons] == [None, "sales..team@alder.example"]


@pytest.mark.parametrize(
    ("name", "person", "company"),
    [
        (
            "spanish.csv",
            {
                "full_name": "Lucía Gómez Ruiz",
                "title": "Directora",
                "email": "lucia.gomez@talleres-norte.example",
                "phone_e164": "+34612345678",
                "country_code": "ES",
            },
            {"name": "Talleres Norte SL"},
        ),
        (
            "french.csv",
            {"full_name": "Élodie Moreau", "email": "elodie@cycles-moreau.example", "phone_e164": "+33144556677"},
            {"name": "Cycles Moreau", "address": "44000 Nantes", "country_code": "FR"},
        ),
        (
            "italian.csv",
            {"full_name": "Giulia Rossi", "title": "Titolare", "country_code": "IT"},
            {"name": "Officine Rossi Srl", "vat_id": "IT00743110157", "address": "00120 Roma"},
        ),
        (
            "kunde_is_a_name.csv",
            {"full_name": "Dr. Anna Berg"},
            {"name": "Alder GmbH", "email": "info@alder.example"},
        ),
    ],
)
def test_languages(name: str, person: dict[str, str], company: dict[str, str]) -> None:
    _, companies, persons, refused = read(name)
    assert not refused
    assert texts(persons[0]).items() >= person.items()
    assert texts(companies[0]).items() >= company.items()


def test_legal_basis_is_spelled_as_the_marts_read_it() -> None:
    _, companies, persons, _ = read("french.csv")
    assert persons[0].custom_fields["legal_basis"] == companies[0].custom_fields["legal_basis"] == "consent"


def test_unnamed_and_repeated_columns_are_kept() -> None:
    _, companies, _, _ = read("same_column_twice.csv")
    assert [each.value for each in companies[0].values["email"]] == ["a@alder.example", "second@alder.example"]
    assert companies[0].custom_fields == {"column 4": "kept"}


def test_content_tells_the_columns_of_a_file_without_header() -> None:
    file, companies, _, _ = read("no_header.csv")
    assert [str(each) for each in file.columns.fields] == ["company_name", "email", "website", "phone"]
    assert texts(companies[1])["phone_e164"] == "+4930901820"
    assert file.counts["rows"] == 2


def test_a_bare_list_of_addresses_is_a_list_of_people() -> None:
    _, companies, persons, _ = read("addresses_only.txt")
    assert [texts(each)["email"] for each in persons] == ["a@alder.example", "b@birch.example", "c@cedar.example"]
    assert not companies


def test_nested_json_stays_readable() -> None:
    _, companies, _, _ = read("objects.jsonl")
    assert companies[0].custom_fields == {"tags": "a; b", "nested": '{"x": 1}'}
    assert texts(companies[0])["domain"] == "alder.example"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("prose.txt", "is no table"),
        ("workbook.csv", "save the sheet as CSV"),
        ("nul_bytes.csv", "no text"),
        ("empty.csv", "is empty"),
        ("blank.csv", "is empty"),
        ("header_of_strangers.csv", "no column that says who"),
        ("missing.csv", "cannot be read"),
    ],
)
def test_what_is_no_table_is_told(name: str, says: str) -> None:
    with pytest.raises(ImportFileError, match=says) as told:
        preview_file(FILES / name)
    assert name in str(told.value)


def test_overrides_come_first() -> None:
    path = FILES / "header_of_strangers.csv"
    shown = preview_file(path, "company", {"Colour": "company_name"})
    assert shown["mapping"] == {"Colour": "company_name"}
    assert shown["rows"][0]["records"][0]["custom_fields"] == {"Weight": "1", "Height": "2"}
    with pytest.raises(ValueError, match="has no column Taste"):
        preview_file(path, "company", {"Taste": "company_name"})
    with pytest.raises(ValueError, match="no field flavour"):
        preview_file(path, "company", {"Colour": "flavour"})
