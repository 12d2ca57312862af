"""`leadhouse dedupe` says what is wrong with its files before it compares anything: exit code 2, and where."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadhouse.cli import app
from leadhouse.imports.match_file import read_match_file

GOOD = "id,name,city\n1,Alder Ltd,Leeds\n2,Alder Limited,Leeds\n3,Birch GmbH,York\n"


def call(folder: Path, content: str | bytes, *more: str) -> tuple[int, str]:
    """The exit code of deduplicating a file, and what was said."""
    path = folder / "rows.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = CliRunner().invoke(app, ["dedupe", str(path), "--kind", "company", "--out", str(folder / "o.csv"), *more])
    return found.exit_code, " ".join(found.output.split())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("id,name\n7,Alder\n8,Birch\n7,Cedar\n\n7,Elm\n", "the id of a row, but is not unique: 7 in lines 2, 4, 6."),
        ("id,name\n1,Alder\n,Birch\n", "rows without an id in its column id, in line 3."),
        ("", "is empty"),
        ("id,name\n", "has no rows below its header"),
        ("id\n1\n2\n", "has one column"),
        ('id,name\n1,"Alder\n2,Birch\n', "line 2: A quotation mark opens a cell and is never closed"),
        ("id,name\n1,Alder\n2,Birch, Sons,x\n", "line 3: the row has 4 cells, the header 2"),
        (b"PK\x03\x04 no archive", "damaged"),
    ],
)
def test_a_file_that_cannot_be_compared(content: str | bytes, says: str, tmp_path: Path) -> None:
    code, said = call(tmp_path, content)
    assert code == 2
    assert says in said
    assert not (tmp_path / "o.csv").exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--map", "town=city"], "There is no column town; there are: id, name, city"),
        (["--map", "name=colour"], "There is no attribute colour"),
        (["--map", "name"], "takes column=attribute"),
        (["--explain", "no/such/folder/x.jsonl"], "cannot be written"),
    ],
)
def test_options_that_cannot_be_followed(options: list[str], says: str, tmp_path: Path) -> None:
    code, said = call(tmp_path, GOOD, *options)
    assert code == 2
    assert says in said


def test_a_second_file_with_other_columns(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("key,colour,weight\na,red,3\n")
    code, said = call(tmp_path, GOOD, "--against", str(other))
    assert code == 2
    assert "other.csv has none of the columns to compare: name, city. It has: colour, weight." in said
    other.write_text("key;name\na;Alder Ltd\n")
    code, said = call(tmp_path, GOOD, "--against", str(other))
    assert code == 0, said
    assert "other.csv has no column city: compared without." in said


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes('\ufeffid;name;name\n1;"Käse; Brot\nund Wein";x\n\n2;Brot\n'.encode())
    found = read_match_file(path)
    assert found.header == ("id", "name", "name (2)")
    assert found.rows == [["1", "Käse; Brot\nund Wein", "x"], ["2", "Brot", ""]]
    assert found.lines == [2, 5]
