"""All up, all down, all up: the catalog is the same, and nothing is left in between."""

from __future__ import annotations

from leadhouse.database import migrations
from leadhouse.database.queries import load
from tests.conftest import ensure_usual_partitions

# What is there in a database to which no migration was applied.
GIVEN = {"extension plpgsql", "extension pg_stat_statements", "schema public"}


def catalog(database):
    with database.owner() as owner:
        return {f"{row['kind']} {row['name']}": row["detail"] for row in owner.execute(load("operations").list_catalog)}


def test_all_up_all_down_all_up(database):
    before = catalog(database)
    kinds = {name.partition(" ")[0] for name in before}
    assert kinds >= {"relation", "column", "index", "constraint", "function", "policy", "trigger", "type", "schema"}
    assert len(before) > 1500
    count = len(migrations.status(database.admin_url))
    assert len(migrations.rollback(database.admin_url, count)) == count
    assert set(catalog(database)) == GIVEN
    migrations.migrate(database.admin_url)
    with database.owner() as owner:
        ensure_usual_partitions(owner)
    found = catalog(database)
    differing = {name for name in before.keys() | found.keys() if before.get(name) != found.get(name)}
    assert differing == set()
