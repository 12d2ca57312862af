"""Query files: names, documentation, and the errors of a malformed one."""

from __future__ import annotations

import pytest

from leadhouse.database import queries
from leadhouse.settings import PROJECT

FILE = """\
-- The batches of landing.

-- name: take_number
-- The next batch number.
-- Under an advisory lock.
select 1 + %(offset)s as number;

-- name: list_percentages
-- name_of_nothing: a comment with a colon
select '{}'::jsonb as empty, 7 %% 4 as rest
"""


def write(folder, text):
    path = folder / "component.sql"
    path.write_text(text)
    return path


def test_statements_run_as_they_stand(database, tmp_path):
    loaded = queries.load_file(write(tmp_path, FILE))
    with database.owner() as connection:
        assert connection.execute(loaded.take_number, {"offset": 4}).fetchone() == {"number": 5}
        assert connection.execute(loaded.list_percentages, {}).fetchone() == {"empty": {}, "rest": 3}


def test_names_and_docs(tmp_path):
    loaded = queries.load_file(write(tmp_path, FILE))
    assert list(loaded) == ["take_number", "list_percentages"]
    assert loaded.docs["take_number"] == "The next batch number.\nUnder an advisory lock."
    assert loaded is queries.load_file(tmp_path / "component.sql")


def test_unknown_query_lists_the_known_ones(tmp_path):
    loaded = queries.load_file(write(tmp_path, FILE))
    with pytest.raises(
        AttributeError, match=r"component\.sql has no query 'take_nothing'.*list_percentages, take_number"
    ):
        _ = loaded.take_nothing


def test_queries_are_read_only(tmp_path):
    loaded = queries.load_file(write(tmp_path, FILE))
    with pytest.raises(AttributeError, match="read-only"):
        loaded.take_number = "select 2"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-- name: insert_row\nselect 1;\n-- name: insert_row\nselect 2;", r":3: the name 'insert_row' is used twice"),
        ("-- name: insertRow\nselect 1;", r":1: 'insertRow' is not a name"),
        ("-- name: insert\nselect 1;", r":1: 'insert' is not a name"),
        ("-- name: insert_row\n-- only words\n", r":1: no statement follows"),
        ("-- words\nselect 1;", r":2: a statement stands before"),
    ],
)
def test_malformed_file_names_line_and_reason(tmp_path, text, message):
    with pytest.raises(queries.QueryFileError, match=message):
        queries.load_file(write(tmp_path, text))


def test_missing_file_is_named():
    with pytest.raises(queries.QueryFileError, match=r"no query file .*kitchen\.sql"):
        queries.load("kitchen")


def test_query_files_of_the_components_are_well_formed():
    for path in (PROJECT / "sql" / "queries").glob("*.sql"):
        assert len(queries.load_file(path)) > 0, path
