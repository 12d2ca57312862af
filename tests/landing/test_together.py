"""Landings of one transaction leave the rows that each would have left alone, and all or none of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from leadhouse.landing import Landing, LandingCounts, Quarantined, ShardLease, StaleLeaseError, commit_together
from leadhouse.records import Extraction, Outcome
from tests.landing.conftest import NOON, RUN_ON, company, extraction, fetch, person

Make = Callable[..., Landing]
ROWS = (
    "select source_key, url, outcome::text, etag from raw.fetches order by 1, 2, 3",
    "select source_key, unit_key, statement_hash from raw.extractions order by 1, 2, 3",
    "select source_key, record_key, payload::text from raw.company_records order by 1, 2, 3",
    "select source_key, record_key, payload::text, company_record_id from raw.person_records order by 1, 2, 3",
    "select source_key, received, landed, known, quarantined from raw.batches order by batch_no",
    "select source_key, unit_key, reason from quality.quarantine order by 1, 2",
    "select applications.unit_id, applications.observed_at, batches.source_key from raw.applications"
    " join raw.batches using (landing_id) order by 1, 2",
    "select batches.source_key, count(*) as n from raw.fetches join raw.batches using (landing_id)"
    " group by 1 order by 1",
)


def of(source: str, *records: Any, days: int = 0, path: str = "/") -> Extraction:
    made = extraction(*records, url=f"https://{source}{path}", minutes=days * 24 * 60)
    return made.model_copy(update={"source_key": f"web/{source}"})


def first_night(make: Make) -> list[Landing]:
    """Three sources: two pages that say something, one that is refused in part, one that says nothing."""
    one, two, three = (make(source_key=f"web/{name}.example") for name in ("one", "two", "three"))
    for landing, name in ((one, "one"), (two, "two"), (three, "three")):
        landing.add_fetch(fetch(f"https://{name}.example/", source_key=f"web/{name}.example"))
    one.add_extraction(of("one.example", company("One"), person("Ada Byron")))
    two.add_extraction(of("two.example", company("Two"), company("Two", "company")))
    two.quarantine(Quarantined("https://two.example/x", None, "not_html", "It is a picture."))
    return [one, two, three]


def later_night(make: Make) -> list[Landing]:
    """One page as it was for so long that it is confirmed, one that changed and one that is new."""
    one, two = make(source_key="web/one.example"), make(source_key="web/two.example")
    seen = {"requested_at": NOON + timedelta(days=30), "outcome": Outcome.NOT_MODIFIED, "status_code": 304}
    one.add_fetch(fetch("https://one.example/", source_key="web/one.example", **seen))
    two.add_extraction(of("two.example", company("Two anew"), days=30))
    two.add_extraction(of("two.example", company("Team"), person("Ida Two"), days=30, path="/team"))
    return [one, two]


@pytest.fixture
def make(database: Any) -> Any:
    """Landings on one connection."""
    with database.connect("landing") as connection:
        yield lambda **fields: Landing(
            "landing", **{"run_on": RUN_ON, "run_id": "test", "connection": connection, **fields}
        )


def rows(database: Any) -> list[list[Any]]:
    with database.owner() as connection:
        return [[tuple(row.values()) for row in connection.execute(each).fetchall()] for each in ROWS]


def numbers(counts: list[LandingCounts]) -> list[int | None]:
    return [each.batch_no for each in counts]


def test_together_is_as_one_after_the_other(database: Any, postgres: Any, make: Make) -> None:
    together = commit_together(first_night(make)), commit_together(later_night(make))
    assert [numbers(each) for each in together] == [[1, 2, 3], [4, 5]]
    with postgres.clone() as other, other.connect("landing") as connection:
        fields = {"run_on": RUN_ON, "run_id": "test", "connection": connection}
        nights = [
            [each.commit() for each in night(lambda **given: Landing("landing", **fields, **given))]
            for night in (first_night, later_night)
        ]
        apart = rows(other)
    assert list(together) == nights
    assert rows(database) == apart
    assert [len(each) for each in apart] == [4, 4, 4, 2, 5, 2, 5, 3]


def test_a_repetition_lands_nothing_twice(database: Any, make: Make) -> None:
    commit_together(first_night(make))
    again = commit_together(first_night(make))
    assert [(each.landed, each.received == each.known) for each in again] == [(0, True)] * 3


def test_an_empty_one_takes_no_number(make: Make) -> None:
    one, two, _ = first_night(make)
    empty = make(source_key="web/none.example")
    assert numbers(commit_together([one, empty, two])) == [1, None, 2]
    assert numbers(commit_together([empty])) == [None]


def test_one_that_cannot_land_keeps_all_from_landing(database: Any, make: Make) -> None:
    lost = ShardLease(uuid4(), 0, 1)
    landings = [make(source_key=f"web/{name}.example", lease=lost) for name in ("one", "two")]
    for landing, name in zip(landings, ("one", "two"), strict=True):
        landing.add_fetch(fetch(f"https://{name}.example/", source_key=f"web/{name}.example"))
    with pytest.raises(StaleLeaseError):
        commit_together(landings, lost)
    assert not any(rows(database))
    assert all(isinstance(each.landing_id, UUID) and len(each) for each in landings)  # they may be tried again
