"""Fixtures of the marts' tests: a world of two organizations, built once a module."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from leadhouse.database.analysts import ensure_analyst
from leadhouse.transform import build_marts
from tests.transform.mart_world import MartWorld


@pytest.fixture(scope="module")
def module_database(marts_database):
    return marts_database


@pytest.fixture(scope="module")
def world(module_database):
    return MartWorld(module_database)


@pytest.fixture(scope="module")
def built(world):
    """Acme stated by its site and by two organizations' imports that contradict each other; Beta private to north."""
    north, south = world.organization("north"), world.organization("south")
    home = world.state(
        "https://acme.example/",
        {"acme": {"name": "Acme", "phone_e164": [("+4930111", 0.9), ("+4930222", 0.5)], "domain": "acme.example"}},
        {"jose": ({"full_name": "José Silva", "title": "CTO", "email": "jose@acme.example"}, "acme")},
    )
    imprint = world.state(
        "https://acme.example/impressum", {"acme": {"legal_name": "Acme GmbH", "name": ("Acme GmbH", 0.5)}}
    )
    theirs = {
        org: world.state(
            "file:contacts.csv",
            {"line 2": {"name": name, "employee_band": band}},
            {"line 2 person": ({"full_name": "Jose Silva", "phone_e164": phone}, "line 2")},
            source=f"csv/{slug}",
            organization=org,
        )
        for org, slug, name, band, phone in [
            (north, "north", "ACME North", "11-50", "+4940333"),
            (south, "south", "ACME South", "51-200", "+4940444"),
        ]
    }
    acme = world.entity("company", home["acme"], imprint["acme"])
    jose = world.entity("person", home["jose"])
    for org, subjects in theirs.items():
        world.assign(subjects["line 2"], acme, organization=org)
        world.assign(subjects["line 2 person"], jose, organization=org)
    private = world.state("file:other.csv", {"beta": {"name": "Beta"}}, source="csv/north", organization=north)
    beta = world.entity("company", private["beta"], organization=north)
    summary = build_marts("cli__first")
    with world.database.owner() as connection:
        logins = {slug: ensure_analyst(connection, world.database.admin_url, slug) for slug in ("north", "south")}
    return SimpleNamespace(north=north, south=south, acme=acme, jose=jose, beta=beta, summary=summary, logins=logins)
