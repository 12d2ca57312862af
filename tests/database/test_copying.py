"""Binary COPY: what arrives is what was sent, and JSON text is refused."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime

import pytest
from psycopg import errors
from psycopg.types.json import Json, Jsonb

from leadhouse.database.copying import copy_rows, copy_to_temporary

COLUMNS = {
    "id": "uuid",
    "day": "date",
    "at": "timestamptz",
    "labels": "text[]",
    "amount": "int8",
    "share": "float8",
    "payload": "jsonb",
}
ROW = (
    uuid.UUID(int=7),
    date(2026, 11, 20),
    datetime(2026, 11, 20, 3, tzinfo=UTC),
    ["a", 'b"c'],
    5,
    0.25,
    Jsonb({"name": "Müller & Söhne", "list": [1, None]}),
)


@pytest.fixture
def connection(module_database):
    with module_database.owner() as connection:
        yield connection


def test_every_type_arrives(connection):
    assert copy_to_temporary(connection, "incoming", COLUMNS, iter([ROW, (None,) * 7])) == 2
    first, second = connection.execute("select * from incoming order by id").fetchall()
    assert tuple(first.values()) == (*ROW[:6], ROW[6].obj)
    assert set(second.values()) == {None}


def test_temporary_table_ends_with_the_transaction(connection):
    copy_to_temporary(connection, "incoming", {"id": "int4"}, [(1,)])
    connection.commit()
    with pytest.raises(errors.UndefinedTable):
        connection.execute("table incoming")


@pytest.mark.parametrize("value", ['{"a": 1}', {"a": 1}, Json({"a": 1})])
def test_json_must_be_wrapped(connection, value):
    with pytest.raises(TypeError, match=r"Row 2 for incoming: column 'payload' takes Jsonb\(\.\.\.\) or None"):
        copy_to_temporary(connection, "incoming", {"payload": "jsonb"}, [(Jsonb({}),), (value,)])


def test_json_column_takes_json(connection):
    copy_to_temporary(connection, "incoming", {"payload": "json"}, [(Json({"a": 1}),)])
    assert connection.execute("select json_typeof(payload) as kind from incoming").fetchone() == {"kind": "object"}


def test_row_of_wrong_width_is_named(connection):
    with pytest.raises(ValueError, match="Row 2 for incoming has 1 values for 2 columns"):
        copy_to_temporary(connection, "incoming", {"a": "int4", "b": "int4"}, [(1, 2), (3,)])


def test_refused_rows_leave_nothing(module_database):
    with module_database.owner() as connection:
        connection.execute("create table public.kept (a int)")
    with pytest.raises(ValueError, match="Row 2"), module_database.owner() as connection:
        copy_rows(connection, "public.kept", {"a": "int4"}, [(1,), (2, 3)])
    with module_database.owner() as connection:
        assert connection.execute("select count(*) as rows from public.kept").fetchone() == {"rows": 0}


@pytest.mark.parametrize("kind", ["numeric(12,2)", "int4); drop table x; --"])
def test_type_must_be_a_plain_name(connection, kind):
    with pytest.raises(ValueError, match="not a plain type name"):
        copy_to_temporary(connection, "incoming", {"a": kind}, [])
