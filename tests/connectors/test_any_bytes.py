"""Whatever bytes come: a clear refusal of the file, or rows that add up and can be landed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadhouse.connectors import ImportFileError
from leadhouse.connectors.csv_file import CsvFile
from leadhouse.landing import Quarantined

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


def check(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
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
