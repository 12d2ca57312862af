"""Every column that may hold a person's data is tagged, or stands in the reviewed list of those that hold none."""

from __future__ import annotations

from pathlib import Path

import pytest

SCHEMAS = ["identity", "app", "raw", "resolution", "quality", "billing", "files", "credentials"]
REVIEWED = Path(__file__).with_name("not_personal.txt")
ACTIONS = {
    "delete row", "set null", "empty", "redact", "drop values", "pseudonym", "with the user", "with the organization"
}  # fmt: skip
COLUMNS = """
select format('%%s.%%s.%%s', columns.table_schema, columns.table_name, columns.column_name) as name
  from information_schema.columns
  join pg_class as relation on relation.relname = columns.table_name
   and relation.relnamespace::regnamespace::text = columns.table_schema
 where columns.table_schema = any (%s) and relation.relkind in ('r', 'p') and not relation.relispartition
   and columns.udt_name in ('text', 'varchar', 'citext', 'json', 'jsonb', 'inet', '_text', 'bytea')
"""


@pytest.fixture(scope="module")
def catalog(module_database):
    with module_database.owner() as connection:
        yield connection


def test_every_column_is_tagged_or_reviewed(catalog):
    columns = {row["name"] for row in catalog.execute(COLUMNS, [SCHEMAS])}
    tagged = {
        row["name"]
        for row in catalog.execute(
            "select format('%s.%s.%s', table_schema, table_name, column_name) as name from privacy.personal_columns"
        )
    }
    reviewed = {line for line in REVIEWED.read_text().splitlines() if line and not line.startswith("#")}
    assert sorted(columns - tagged - reviewed) == [], "tag them in their comments, or review them in not_personal.txt"
    assert sorted(reviewed - columns) == []
    assert sorted(reviewed & tagged) == []
    assert len(tagged) > 100


def test_tags_say_what_the_eraser_can_do(catalog):
    for row in catalog.execute("select * from privacy.personal_columns"):
        name = f"{row['table_schema']}.{row['table_name']}.{row['column_name']}"
        assert row["erased_by"] in ACTIONS, name
        assert not (row["erased_by"] == "set null" and row["is_required"]), name
        keys = set(row["found_by"]) - {"value"}
        known = {
            each["attname"]
            for each in catalog.execute("select attname from pg_attribute where attrelid = %s", [row["table_oid"]])
        }
        assert keys <= known, name


def test_privacy_reads_every_personal_column(module_database):
    with module_database.connect("privacy") as connection:
        for row in connection.execute(
            "select distinct table_schema, table_name from privacy.personal_columns"
        ).fetchall():
            connection.execute(f'select from "{row["table_schema"]}"."{row["table_name"]}" limit 1')


def test_nobody_else_may_erase(module_database):
    with module_database.owner() as connection:
        granted = connection.execute(
            "select distinct grantee::regrole::text as name from pg_proc, aclexplode(proacl)"
            " where oid in ('privacy.erase_tagged'::regproc, 'privacy.close_leads'::regproc) and grantee <> proowner"
        ).fetchall()
    assert {row["name"] for row in granted} == {"leadhouse_privacy"}


@pytest.mark.parametrize(
    ("value", "pattern", "left"),
    [
        ('{"email": [{"value": "a@x"}, {"value": "b@x"}]}', "a@x", {"email": [{"value": "b@x"}]}),
        ('{"email": [{"value": "a@x"}], "n": 1}', "a@x", {"n": 1}),
        ('{"deep": {"list": ["a@x", "c"], "a@x": 1}}', "a@x", {"deep": {"list": ["c"]}}),
        ('["a@x", {"k": ["A@X"]}, 2]', "a@x", [2]),
        ('{"n": 1}', "a@x", {"n": 1}),
    ],
)
def test_json_without_what_matches(module_database, value, pattern, left):
    with module_database.owner() as connection:
        row = connection.execute("select privacy.without(%s::jsonb, %s) as left", [value, pattern]).fetchone()
    assert row["left"] == left
