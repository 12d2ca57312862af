"""Many of one trade and town: what resolution reads grows with them, not with their square.

Work is counted by Postgres itself (rows that scans returned in the stage's own transaction), so that no clock decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from leadhouse.database import connect
from leadhouse.resolution import resolve_unread, stage

FEW = 150  # companies, each with a person: more than a block may hold, few enough for seconds
ROWS_READ = """
select sum(pg_stat_get_xact_tuples_returned(oid))::bigint as rows from pg_class
 where relkind in ('r', 'i') and (relnamespace = 'resolution'::regnamespace or relpersistence = 't')"""


@pytest.fixture
def rows_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each resolution of the test read, in order."""
    found: list[int] = []

    @contextmanager
    def counted(component: str) -> Iterator[Any]:
        with connect(component) as connection:
            yield connection
            found.append(connection.execute(ROWS_READ).fetchone()["rows"])

    monkeypatch.setattr(stage, "connect", counted)
    return found


def land_file(world, name: str, count: int) -> None:
    """A file of one trade in one town: every company its own name, domain and telephone, and one person in it."""
    from leadhouse.records import CompanyAttribute, Value

    address = Value(value="address", parts={"street": "Hauptstr. 1", "postal_code": "10115", "city": "Berlin"})
    made = []
    for i in range(count):
        company = {
            "name": f"Praxis {name} {i}",
            "domain": f"praxis-{name}{i}.example",
            "phone_e164": f"+4930{name}{i:06}",
        }
        extraction = world.extraction(f"{name}.csv#{i}", company, [{"full_name": f"Anna {name} {i}"}], owner="north")
        firm = extraction.companies[0]
        values = {**firm.values, CompanyAttribute.ADDRESS: (address,)}
        made.append(extraction.model_copy(update={"companies": (firm.model_copy(update={"values": values}),)}))
    world.land_all(made)


def test_twice_as_many_of_one_block_take_twice_the_reading(world, rows_read):
    land_file(world, "10", FEW)
    assert resolve_unread("few").subjects == 2 * FEW
    land_file(world, "20", 2 * FEW)
    assert resolve_unread("twice as many, beside the first").subjects == 4 * FEW
    few, many = rows_read
    assert many < 3 * few, "quadratic work would be at least four times as much"
    assert many < 1000 * 4 * FEW, "a subject is looked up, not held against all others"
