"""Fixtures of the leads' tests: two organizations, three companies with people, marts built once a module."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from psycopg.types.json import Jsonb

from leadhouse.transform import build_marts
from tests.leads.lead_team import LeadTeam
from tests.transform.mart_world import MartWorld


class LeadsWorld(MartWorld):
    """A world with saved searches and leads."""

    def search(self, organization, name, **criteria):
        [row] = self.write(
            "insert into app.lead_searches (organization_id, name, criteria) values (%s, %s, %s) returning"
            " lead_search_id",
            organization,
            name,
            Jsonb(criteria),
        )
        return row["lead_search_id"]

    def adopt(self, organization, *entities):
        rows = self.write("select lead_id from app.adopt_leads(%s, %s, 'api')", organization, list(entities))
        return [row["lead_id"] for row in rows]

    def lead(self, lead_id):
        [row] = self.rows("select * from app.leads where lead_id = %s", lead_id)
        return row

    def facts(self, lead_id):
        return next(iter(self.rows("select * from app.lead_facts where lead_id = %s", lead_id)), None)

    def write(self, statement, *parameters):
        with self.database.connect("leads") as connection:
            return connection.execute(statement, parameters).fetchall()


@pytest.fixture(scope="module")
def module_database(marts_database):
    return marts_database


@pytest.fixture(scope="module")
def world(module_database):
    return LeadsWorld(module_database)


@pytest.fixture(scope="module")
def people(world):
    """One company and person each in Germany, France and Spain, the Spanish one private to north."""
    made = {"north": world.organization("north"), "south": world.organization("south")}
    for key, country, title, organization in [
        ("de", "DE", "Head of Sales", None), ("fr", "FR", "CTO", None), ("es", "ES", "Sales Director", made["north"]),
    ]:  # fmt: skip
        subjects = world.state(
            f"https://{key}.example/",
            {"c": {"name": f"Firm {key}", "country_code": country, "phone_e164": f"+49{ord(key[0])}"}},
            {"p": ({"full_name": f"Person {key}", "title": title, "email": f"p@{key}.example"}, "c")},
            source=f"web/{key}.example",
            organization=organization,
        )
        made[f"{key}_company"] = world.entity("company", subjects["c"], organization=organization)
        made[f"{key}_person"] = world.entity("person", subjects["p"], organization=organization)
    build_marts("cli__people")
    return SimpleNamespace(**made)


@pytest.fixture(scope="module")
def team(module_database):
    return LeadTeam(module_database)
