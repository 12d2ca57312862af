"""Saved searches under a tier: they take leads up to its limit, and the night goes on."""

from __future__ import annotations

import pytest

from leadhouse.leads.adoption import adopt_from_searches
from tests.leads.conftest import people, world

pytestmark = pytest.mark.slow

__all__ = ["people", "world"]


def test_searches_adopt_up_to_the_tiers_limit(world, people):
    with world.database.owner() as connection:
        connection.execute("update billing.tier_limits set max_value = 1 where tier = 'FREE' and metric = 'leads'")
        connection.execute(
            "insert into billing.subscriptions (organization_id, tier, status) values (%s, 'FREE', 'active')",
            [people.north],
        )
    world.search(people.north, "all", entity_kind="company")
    world.search(people.south, "all", entity_kind="company")
    adopt_from_searches("cli__tier")
    counts = "select organization_id, count(*) as leads from app.leads group by 1"
    found = {row["organization_id"]: row["leads"] for row in world.rows(counts)}
    assert found[people.north] == 1
    assert found[people.south] == 2
