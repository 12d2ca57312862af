"""What is prepared for the landing is to the byte what the records themselves would give."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadhouse.imports import ImportFileError
from leadhouse.imports.csv_file import CsvFile
from leadhouse.landing import Quarantined
from leadhouse.landing.prepared import PreparedStatement
from leadhouse.landing.storable import read_statement
from tests.imports.conftest import FILES


def prepared(path: Path) -> list[PreparedStatement]:
    file = CsvFile(path, UUID(int=1), "csv/acme/any")
    return [each for _, each in file.read() if not isinstance(each, Quarantined)]


def assert_the_same(statement: PreparedStatement) -> None:
    expected, faults = read_statement(statement.extraction)
    assert not faults
    assert statement.unit_id == expected.unit_id
    assert statement.statement_hash == expected.statement_hash == statement.extraction.statement_hash
    for ours, theirs in zip(
        (*statement.companies, *statement.persons), (*expected.companies, *expected.persons), strict=True
    ):
        assert ours.payload.encode() == theirs.payload
        assert ours.content_hash == theirs.content_hash
        assert (ours.record_key, ours.company_key) == (theirs.record_key, theirs.company_key)


@pytest.mark.parametrize("name", ["french.csv", "spanish.csv", "italian.csv", "cp850.csv", "objects.jsonl"])
def test_files(name: str) -> None:
    statements = prepared(FILES / name)
    assert statements
    for each in statements:
        assert_the_same(each)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=12), min_size=4, max_size=4))
def test_any_text(tmp_path: Path, cells: list[str]) -> None:
    path = tmp_path / "any.csv"
    row = ",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in cells)
    path.write_bytes(f"Company,City,Title,Note\n{row}\nAlder,x,y,z\n".encode("utf-8", "surrogatepass"))
    try:
        statements = prepared(path)
    except ImportFileError:
        return
    for each in statements:
        assert_the_same(each)
