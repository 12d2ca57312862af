"""Whatever bytes come: a clear refusal of the file, or rows that add up and can be landed."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadhouse.imports import ImportFileError
from leadhouse.imports.csv_file import CsvFile
from leadhouse.landing import Quarantined
from tests.imports.workbook_files import write_ods, write_xlsx

HEADERS = [
    "Company,Email,Phone",
    "Firma;Vorname;Nachname;E-Mail;Kunde",
    "Name\tURL\tCountry",
    '"Company"|"Website"',
    "",
]
CELL = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ['"', '""', "\n", "\r\n", "=1+1", "a@b.example", "+49 30 901820", "http://[", "ja", "\x00", "\ud800"]
    ),
)


def check(content: bytes, name: str = "any.csv") -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            file = CsvFile(path, UUID(int=1), "csv/acme/any")
        except ImportFileError:
            return  # what it says is checked file by file in test_dialects
        statements = list(file.statements())
    refused = [each for each in statements if isinstance(each, Quarantined)]
    said = [each for each in statements if not isinstance(each, Quarantined)]
    assert file.counts["rows"] == len(refused) + len(said)
    assert sum(file.reasons.values()) == len(refused)
    for each in said:
        assert each.companies or each.persons
        assert "\x00" not in each.model_dump_json()  # raises for what is no text


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400))
def test_any_bytes(content: bytes) -> None:
    check(content)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(HEADERS), st.lists(st.lists(CELL, max_size=6), max_size=8), st.sampled_from([",", ";", "\t", "|"])
)
def test_any_rows_below_a_header(header: str, rows: list[list[str]], delimiter: str) -> None:
    lines = [header, *(delimiter.join(row) for row in rows)]
    check("\r\n".join(lines).encode("utf-8", "surrogatepass"))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200))
def test_any_bytes_below_a_header(content: bytes) -> None:
    check(b"Company;Email;Telefon;Kunde\r\nAlder;a@b.example;030 901820;ja\r\n" + content)


@cache
def workbook(kind: str) -> bytes:
    """The bytes of a small workbook that is whole."""
    rows = [["Company", "Email", "Phone"], ["Alder Ltd", "a@b.example", "+49 30 901820"], ["Birch", "c@d.example", "1"]]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book"
        made = write_ods(path, "Sheet", rows) if kind == "ods" else write_xlsx(path, {"Sheet": rows})
        return made.read_bytes()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["xlsx", "ods"]), st.data())
def test_a_workbook_with_damaged_bytes(kind: str, data: st.DataObject) -> None:
    content = bytearray(workbook(kind))
    for _ in range(data.draw(st.integers(0, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.sampled_from([len(content), len(content) // 2, data.draw(st.integers(4, len(content)))]))
    check(bytes(content[:cut]), f"any.{kind}")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]), st.binary(max_size=2000))
def test_any_bytes_that_begin_like_a_workbook(start: bytes, content: bytes) -> None:
    check(start + content, "any.xlsx")
