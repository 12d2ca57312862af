"""Every metric of ``sql/metrics.yml``, live and from the marts, against a naive count over the rows of raw and app."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from leadhouse.campaigns.analytics import DayRange, Scope, count_figures, settle
from leadhouse.database import queries
from leadhouse.settings import settings
from leadhouse.transform.metrics import expression, metrics
from tests.transform.naive_figures import Naive
from tests.transform.varied_past import ZONES, VariedPast

pytestmark = pytest.mark.slow

# All of it, and ranges that begin or end on the organization's borders of months, weeks and changes of the clock.
RANGES = {
    "all": (date(2024, 1, 1), date(2025, 12, 31)),
    "october": (date(2024, 10, 1), date(2024, 10, 31)),
    "winter_days": (date(2024, 10, 27), date(2024, 11, 3)),
    "december": (date(2024, 12, 1), date(2024, 12, 31)),
    "new_year": (date(2025, 1, 1), date(2025, 1, 1)),
    "march": (date(2025, 3, 1), date(2025, 3, 31)),
    "summer_days": (date(2025, 3, 30), date(2025, 4, 6)),
}


@pytest.fixture(scope="module")
def world(module_database):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEADHOUSE_ERASURE_KEY", "a key of the tests, long enough")
        settings.cache_clear()
        past = VariedPast(module_database)
        past.build()
        yield past
    settings.cache_clear()


@pytest.fixture(scope="module")
def naive(world):
    return {slug: Naive(world, slug) for slug in ZONES}


@pytest.fixture(scope="module")
def callers(world) -> Iterator[dict[str, psycopg.Connection]]:
    """An administrator of each organization, as the API asks for one."""
    opened = {slug: _acting(world, organization) for slug, organization in world.organizations.items()}
    for slug, connection in opened.items():
        settle(connection, world.organizations[slug])
    yield opened
    for connection in opened.values():
        connection.close()


def _acting(world, organization):
    user = uuid4()
    world.write("insert into identity.users (user_id, email_normalized) values (%s, %s)", user, f"{user.hex}@x.example")
    world.write(
        "insert into identity.members (organization_id, user_id, role) values (%s, %s, 'organization_admin')",
        organization, user,
    )  # fmt: skip
    connection = psycopg.connect(world.database.api_url, row_factory=dict_row, autocommit=True)
    connection.execute("set role authenticated")
    claims = {"sub": str(user), "organization_id": str(organization)}
    connection.execute("select set_config('request.jwt.claims', %s, false)", [json.dumps(claims)])
    return connection


@pytest.mark.parametrize("of_marts", [False, True], ids=["live", "marts"])
@pytest.mark.parametrize("relation", metrics().relations)
@pytest.mark.parametrize("slug", ZONES)
def test_figures_are_those_of_the_rows(world, naive, callers, slug, relation, of_marts):
    wrong = []
    for name, (first, last) in RANGES.items():
        scope = Scope(world.organizations[slug], DayRange(first, last))
        wanted = naive[slug].figures(relation, first, last)
        found = count_figures(callers[slug], relation, scope, of_marts=of_marts)
        assert set(wanted) == set(found) == {each.name for each in metrics().figures_over(relation)}
        wrong += [f"{name}: {each} is {found[each]}, {wanted[each]} by the rows" for each in found
                  if found[each] != wanted[each]]  # fmt: skip
    assert wrong == []


@pytest.mark.parametrize("relation", metrics().relations)
def test_ratios_are_sum_over_sum_of_the_rows(world, naive, callers, relation):
    """The ratio's own SQL over the mart, of the whole past; nothing is compared that has no rows."""
    first, last = RANGES["all"]
    for slug, organization in world.organizations.items():
        rows = naive[slug].figures(relation, first, last)
        ratios = metrics().ratios_over(relation)
        statement = sql.SQL("select {} from ({}) as counted").format(
            sql.SQL(", ").join(
                sql.SQL("{} as {}").format(expression(each.name), sql.Identifier(each.name)) for each in ratios
            ),
            getattr(queries.load("analytics"), metrics().relations[relation].mart),
        )
        parameters = Scope(organization, DayRange(first, last)).parameters
        found = callers[slug].execute(statement, parameters, prepare=False).fetchone()
        wanted = {
            each.name: sum(rows[part] for part in each.numerator) / rows[each.denominator]
            if rows[each.denominator] else None
            for each in ratios
        }  # fmt: skip
        assert {name: None if value is None else float(value) for name, value in found.items()} == pytest.approx(wanted)


def test_the_past_holds_what_it_says(world, naive):
    """Each figure is above zero somewhere, and each range of days tells the time zones apart."""
    first, last = RANGES["all"]
    totals: dict[str, int] = {}
    for relation in metrics().relations:
        for slug in ZONES:
            for name, value in naive[slug].figures(relation, first, last).items():
                totals[name] = totals.get(name, 0) + value
    assert {name for name, value in totals.items() if value <= 0} == set()
    for slug in ZONES:
        in_utc = Naive(world, slug)
        in_utc.day = lambda instant: instant.date()
        assert any(
            in_utc.figures(relation, *RANGES[name]) != naive[slug].figures(relation, *RANGES[name])
            for relation in ("message_days", "leads", "costs")
            for name in ("october", "december", "march")
        )
