"""What programs really write comes in whole: each row says what it must, or is refused with its reason."""

from __future__ import annotations

import zipfile
from pathlib import Path
from uuid import UUID

import pytest

from leadhouse.imports import ImportFileError
from leadhouse.imports.csv_file import CsvFile, preview_file
from leadhouse.imports.loose_quotes import split_loosely
from leadhouse.landing import Quarantined
from tests.imports.odd_files import FILES, OddFile
from tests.imports.test_exports import read
from tests.imports.workbook_files import write_xlsx


@pytest.mark.parametrize("odd", FILES, ids=[each.name for each in FILES])
def test_what_each_file_says(odd: OddFile, tmp_path: Path) -> None:
    path = tmp_path / f"{odd.name}.csv"
    path.write_bytes(odd.content)
    file, stated, refused = read(path)
    assert refused == [*odd.refused]
    assert len(stated) == len(odd.said)
    for said, wanted in zip(stated, odd.said, strict=True):
        assert said.items() >= wanted.items(), said
    assert file.counts["rows"] == len(stated) + len(refused)
    assert "person.full_name" not in stated[0] or stated[0]["person.full_name"] != stated[0].get("company.name")


def test_a_person_without_a_company_keeps_the_address(tmp_path: Path) -> None:
    path = tmp_path / "subscribers.csv"
    path.write_text("Email Address,First Name,Last Name,Address,City\nann@a.example,Ann,Ash,1 High St,Leeds\n")
    [(_, statement)] = CsvFile(path, UUID(int=1), "csv/acme/x").read()
    assert not isinstance(statement, Quarantined)
    assert statement.extraction.persons[0].custom_fields == {"Address": "1 High St", "City": "Leeds"}


def test_sheets_with_the_same_columns_are_read_together_and_others_are_named(tmp_path: Path) -> None:
    book = write_xlsx(
        tmp_path / "book.xlsx",
        {
            "Nord": [["Firma", "E-Mail", "Ort"], ["Erle GmbH", "a@erle.de", "Kiel"]],
            "Süd": [["Firma", "E-Mail", "Ort"], ["Buche AG", "a@buche.de", "Ulm"], ["Esche KG", "a@esche.de", "Hof"]],
            "Personen": [["Vorname", "Nachname"], ["Max", "Muster"]],
        },
    )
    file, stated, refused = read(book)
    assert sorted(each["company.name"] for each in stated) == ["Buche AG", "Erle GmbH", "Esche KG"]
    assert not refused
    assert file.table.layout == "sheets Süd, Nord"
    assert file.layout["notes"] == (
        "The sheet Personen has other columns and is not read: save it as a file of its own.",
    )


def test_merged_groups_and_figures_in_a_workbook(tmp_path: Path) -> None:
    book = write_xlsx(
        tmp_path / "book.xlsx",
        {
            "Data": [
                ["Unternehmen", "", "", "", "Kontakt", "", ""],
                ["Name", "PLZ", "Land", "Telefon", "Vorname", "Nachname", "E-Mail"],
                ["Erle GmbH", 4109, "DE", 493411234567, "Max", "Muster", "max@erle.de"],
                ["Buche AG", 10115, "DE", 4.9301234567e11, "Eva", "Berg", "eva@buche.de"],
                ["Summe", "", "", 2, "", "", ""],
            ]
        },
    )
    _, stated, refused = read(book)
    assert refused == [(5, "totals_row")]
    assert [each["company.address"] for each in stated] == ["04109", "10115"]
    assert [each["company.phone_e164"] for each in stated] == ["+493411234567", "+493012345670"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("export.xml", b"<?xml version='1.0'?><customers><customer/></customers>", "holds no list"),
        ("table.parquet", b"PAR1....PAR1", "a Parquet file"),
        ("page.html", b"<html><body>no table</body></html>", "is empty"),
        ("torn.csv.gz", b"\x1f\x8b\x08\x00 and no more", "damaged archive"),
        ("list.json", b'[1, 2, "three"]', "is no table"),
    ],
)
def test_what_is_not_read_is_told(name: str, content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ImportFileError, match=says):
        preview_file(path)


def test_an_archive_of_several_files_names_them(tmp_path: Path) -> None:
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.csv", "Company\nA")
        archive.writestr("two.csv", "Company\nB")
    with pytest.raises(ImportFileError, match=r"2 files, no workbook: one\.csv, two\.csv"):
        preview_file(path)


@pytest.mark.parametrize(
    ("line", "width", "cells"),
    [
        ('"a "b" c",d', 2, ['a "b" c', "d"]),
        ('"a","b "x", y"', 2, ["a", 'b "x", y']),
        ('"a" , b', 2, ["a", " b"]),
        ('"C:\\","b"x"', 2, ["C:\\", 'b"x']),
        ('"a ""b"" c"x",d', 2, ['a "b" c"x', "d"]),
        ('"never "closed', 2, None),
        ('"' * 400, 2, None),
    ],
)
def test_rows_that_have_no_reading_by_the_standard(line: str, width: int, cells: list[str] | None) -> None:
    assert split_loosely(line, ",", width) == cells
