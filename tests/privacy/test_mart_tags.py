"""The marts' personal columns say so in the database, as their models do."""

from __future__ import annotations

from leadhouse.transform import dbt_project
from leadhouse.transform.build import build_marts

ALWAYS = {"full_name", "email_normalized", "phone_e164", "raw_value", "social_urls", "title_raw"}


def test_tags_are_persisted(module_database):
    build_marts("cli__tags")
    tagged = {
        (node.schema, node.name, name)
        for node in dbt_project.parse().nodes.values()
        if node.resource_type == "model" and node.schema.startswith("mart_")
        for name, column in node.columns.items()
        if column.config.meta.get("personal")
    }
    with module_database.owner() as connection:
        rows = connection.execute(
            "select table_schema, table_name, column_name, col_description(format('%I.%I', table_schema, table_name)"
            "::regclass, ordinal_position) as comment from information_schema.columns where table_schema ~ '^mart_'"
        ).fetchall()
    persisted = {tuple(row.values())[:3] for row in rows if "personal: " in (row["comment"] or "")}
    assert persisted == tagged
    assert len(tagged) > 20
    named = {tuple(row.values())[:3] for row in rows if row["column_name"] in ALWAYS}
    assert named <= tagged
