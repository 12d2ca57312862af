"""An organization with members, as in the tests of jobs, and rows to change."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.jobs.conftest import Tenant


@pytest.fixture(scope="module")
def north(module_database: Any) -> Tenant:
    """One organization."""
    return Tenant(module_database)


@pytest.fixture(scope="module")
def south(module_database: Any) -> Tenant:
    """Another one."""
    return Tenant(module_database)


@pytest.fixture
def make_leads(module_database: Any) -> Any:
    """Leads of an organization, with columns as given; their ids."""

    def make(tenant: Tenant, count: int = 1, **columns: Any) -> list[Any]:
        with module_database.owner() as owner:
            made = []
            for _ in range(count):
                entity, names = uuid4(), "".join(f", {name}" for name in columns)
                owner.execute(
                    "insert into resolution.entities (entity_id, entity_kind, created_batch_no)"
                    " values (%s, 'person', 0)",
                    [entity],
                )
                row = owner.execute(
                    f"insert into app.leads (organization_id, entity_id, entity_kind, first_source{names})"  # noqa: S608
                    f" values (%s, %s, 'person', 'test'{', %s' * len(columns)}) returning lead_id",
                    [tenant.organization_id, entity, *columns.values()],
                ).fetchone()
                made.append(row["lead_id"])
        return made

    return make
