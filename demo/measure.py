"""The marts against the world's truth: what `leadhouse demo score` and the end of a night print."""

from __future__ import annotations

from typing import Any

from demo.score import score_facts
from demo.truth import truth
from demo.world import World
from leadhouse.database import connect

FIELDS = {
    "domain": "domains", "name": "names", "legal_name": "names", "email": "emails", "phone_e164": "phones",
    "social_url": "socials", "address": "addresses",
}  # fmt: skip

# The shared rows alone: what the open web says, before any organization's own facts.
VALUES = """
select company_id, attribute, value from mart_companies.fct_company_values
 where organization_id is null and is_winner order by company_id, attribute, place
"""
PEOPLE = """
select company_id, full_name, title_raw, email_normalized from mart_leads.dim_people
 where organization_id is null and company_id is not null
"""


def found_companies() -> list[dict[str, Any]]:
    """What the marts hold, in the shape that the score reads."""
    with connect("console") as connection:
        values, people = connection.execute(VALUES).fetchall(), connection.execute(PEOPLE).fetchall()
    found: dict[object, dict[str, Any]] = {}
    for row in values:
        entry = found.setdefault(row["company_id"], {name: [] for name in (*FIELDS.values(), "people")})
        if row["attribute"] in FIELDS:
            entry[FIELDS[row["attribute"]]].append(row["value"])
    for row in people:
        person = {"name": row["full_name"], "title": row["title_raw"], "email": row["email_normalized"]}
        found.setdefault(row["company_id"], {"people": []})["people"].append(person)
    return list(found.values())


def score_marts(world: World) -> dict[str, Any]:
    """Precision, recall and F1 by field, traps walked into, merges right and wrong."""
    return score_facts(found_companies(), truth(world))
