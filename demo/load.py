"""Write the plan into the database: organizations, people, sources, searches, campaigns, opt-outs. Again: no change."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from demo.bought import load_interface, load_waterfall
from demo.exports import write_exports
from demo.seed import seed_plan
from demo.state import demo_folder
from demo.world import World
from leadhouse.database import admin
from leadhouse.database.analysts import ensure_analyst
from leadhouse.database.queries import load_file
from leadhouse.jobs.shards import source_key_of
from leadhouse.local.home_settings import save_settings
from leadhouse.settings import settings

NAMESPACE = UUID("4f0f3e5e-6d1c-5a86-9a55-3a0d3c1b7d10")
ROLES = {"admin": "organization_admin", "member": "sales_rep"}
REASONS = {"customer": "existing_customer"}
QUERIES = load_file(Path(__file__).with_name("load.sql"))

Json = dict[str, Any]


@dataclass(frozen=True)
class Loaded:
    """What the night needs to make its requests."""

    source_keys: list[str]
    exports: dict[UUID, Path]  # organization → file
    interfaces: dict[UUID, list[str]]  # organization → its export's source, and those that are read call by call
    wishes: dict[UUID, Json]  # organization → a lead search in plain language


def stable_id(*parts: str) -> UUID:
    """The same id for the same thing, run after run."""
    return uuid5(NAMESPACE, "/".join(parts))


def load_plan(world: World) -> Loaded:
    """Write what is missing and this night's export files."""
    plan, files = seed_plan(world), write_exports(world, demo_folder() / "exports")
    places = json.loads((demo_folder() / "ports.json").read_text())
    loaded = Loaded([], {}, {}, {})
    with admin() as connection:
        for organization in plan["organizations"]:
            organization_id = _load_organization(connection, organization)
            loaded.exports[organization_id] = export = Path(files[organization["export"]])
            _load_export(connection, organization_id, organization, export)
            _load_campaign(connection, organization_id, organization, places, export)
        for source in plan["sources"]:
            _load_source(connection, source)
        # with those that a search has found on a former night
        loaded.source_keys.extend(row["source_key"] for row in connection.execute(QUERIES.list_sites))
    for organization in plan["organizations"]:
        _load_bought(loaded, organization, places)
    _ensure_analyst(plan["organizations"][0]["slug"])
    return loaded


def _load_bought(loaded: Loaded, plan: Json, places: Json) -> None:
    """Providers, accounts at vendors, and what is searched for, of one organization."""
    organization_id = stable_id("organization", plan["slug"])
    if "waterfalls" in plan:
        load_waterfall(organization_id, plan["waterfalls"], places["providers"])
    if "interface" in plan:
        key = load_interface(organization_id, plan["slug"], plan["interface"], places["interfaces"])
        with admin() as connection:
            connection.execute(QUERIES.put_off_source, {"source_key": key})
        loaded.interfaces[organization_id] = [_export_key(plan, loaded.exports[organization_id]), key]
    if "lead_search" in plan:
        loaded.wishes[organization_id] = plan["lead_search"]


def _load_organization(connection: Connection[DictRow], plan: Json) -> UUID:
    organization_id = stable_id("organization", plan["slug"])
    values = {
        "organization_id": organization_id,
        **{k: plan[k] for k in ("slug", "name", "time_zone", "postal_address")},
    }
    connection.execute(QUERIES.insert_organization, values)
    for user in plan["users"]:
        user_id = stable_id("user", user["email"])
        person = {"user_id": user_id, "email": user["email"], "full_name": user["name"]}
        connection.execute(QUERIES.insert_user, person)
        member = {"organization_id": organization_id, "user_id": user_id, "role": ROLES[user["role"]]}
        connection.execute(QUERIES.insert_member, member)
    for suppression in plan["suppressions"]:
        values = {
            "organization_id": organization_id, "scope": suppression["kind"], "value": suppression["value"],
            "reason": REASONS.get(suppression["reason"], suppression["reason"]),
        }  # fmt: skip
        connection.execute(QUERIES.insert_suppression, values)
    return organization_id


def _load_source(connection: Connection[DictRow], source: Json) -> None:
    key, host = source_key_of(source["start_url"])
    values = {"source_key": key, "name": host, "start_url": source["start_url"], "host": host}
    connection.execute(QUERIES.insert_source, values)


def _export_key(plan: Json, export: Path) -> str:
    return f"csv/{plan['slug']}/{export.stem}"


def _load_export(connection: Connection[DictRow], organization_id: UUID, plan: Json, export: Path) -> None:
    """The file as a source of the organization; the night asks for it by a job, so that no schedule does."""
    values = {
        "source_key": _export_key(plan, export), "organization_id": organization_id, "name": export.name,
        "config": Jsonb({"path": str(export), "kind": "person"}),
    }  # fmt: skip
    connection.execute(QUERIES.insert_export, values)


def _load_campaign(
    connection: Connection[DictRow], organization_id: UUID, plan: Json, smtp: Json, export: Path
) -> None:
    campaign, account = plan["campaign"], plan["email_account"]
    account_id = stable_id("account", plan["slug"])
    campaign_id = stable_id("campaign", plan["slug"])
    audience_id = _load_searches(connection, organization_id, plan, export)
    connection.execute(
        QUERIES.upsert_account,
        {
            "email_account_id": account_id, "organization_id": organization_id,
            "from_email": account["from_address"], "from_name": account["from_name"],
            "smtp_host": smtp["smtp_host"], "smtp_port": smtp["smtp_port"], "daily_limit": account["daily_limit"],
        },
    )  # fmt: skip
    config = {
        "audience": {"lead_search_id": str(audience_id)}, "wanted_attributes": campaign["wanted_attributes"],
    }  # fmt: skip
    connection.execute(
        QUERIES.insert_campaign,
        {
            "campaign_id": campaign_id, "organization_id": organization_id, "name": campaign["name"],
            "email_account_id": account_id, "config": Jsonb(config), "subject": campaign["subject"],
            "body": campaign["body_text"],
        },
    )  # fmt: skip
    if campaign["budget_eur"]:
        connection.execute(
            QUERIES.insert_budget, {"organization_id": organization_id, "ceiling_eur": campaign["budget_eur"]}
        )


def _load_searches(connection: Connection[DictRow], organization_id: UUID, plan: Json, export: Path) -> UUID:
    """The saved search, and one for imported contacts where the campaign writes to those; returns the audience's."""
    saved = {name: value for name, value in plan["saved_search"]["criteria"].items() if name != "has_person"}
    searches = {"saved_search": (plan["saved_search"]["name"], saved)}
    if plan["campaign"]["audience"]["kind"] == "import":
        searches["import"] = ("Imported contacts", {"source_keys": [_export_key(plan, export)]})
    for kind, (name, criteria) in searches.items():
        connection.execute(
            QUERIES.insert_search,
            {
                "lead_search_id": stable_id("search", plan["slug"], kind), "organization_id": organization_id,
                "name": name, "criteria": Jsonb({"entity_kind": "person", **criteria}),
            },
        )  # fmt: skip
    return stable_id("search", plan["slug"], plan["campaign"]["audience"]["kind"])


def _ensure_analyst(slug: str) -> None:
    """A login for people, made once."""
    admin_url = settings().database_admin_url
    assert admin_url is not None
    if settings().analyst_url is None:
        with admin() as connection:
            url = ensure_analyst(connection, admin_url.get_secret_value(), slug)
        save_settings({"LEADHOUSE_ANALYST_URL": url})
