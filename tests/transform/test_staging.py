"""Staging views: made at deploy, replaced in place, shown under their reader's own rights."""

from __future__ import annotations

import pytest

from leadhouse.transform import deploy_staging


@pytest.fixture(scope="module")
def staged(migrated_database):
    return migrated_database, deploy_staging()


def test_views_of_raw_are_there(staged):
    _, names = staged
    assert '"stg_raw__company_values"' in " ".join(names)
    assert len(names) >= 5


@pytest.mark.slow
def test_second_deploy_keeps_the_views_and_their_readers(staged):
    database, _ = staged
    with database.owner() as connection:
        before = connection.execute(
            "select oid, relname from pg_class where relnamespace = 'staging'::regnamespace order by 1"
        ).fetchall()
    deploy_staging()
    with database.owner() as connection:
        assert (
            connection.execute(
                "select oid, relname from pg_class where relnamespace = 'staging'::regnamespace order by 1"
            ).fetchall()
            == before
        )


def test_views_are_invokers(staged):
    database, _ = staged
    with database.owner() as connection:
        loose = connection.execute(
            "select relname from pg_class where relnamespace = 'staging'::regnamespace and relkind = 'v'"
            " and not coalesce(reloptions, '{}') @> array['security_invoker=true']"
        ).fetchall()
    assert loose == []


@pytest.mark.parametrize("component", ["resolution", "console", "enrichment"])
def test_components_read_staging(staged, component):
    database, _ = staged
    with database.connect(component) as connection:
        assert connection.execute("select count(*) as rows from staging.stg_raw__person_values").fetchone() == {
            "rows": 0
        }
