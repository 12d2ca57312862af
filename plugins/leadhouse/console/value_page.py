"""The Value page: why a company or a person has the values it has, and what lost against them."""

from __future__ import annotations

from itertools import groupby
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection, errors

from leadhouse.console.rendering import render_page
from leadhouse.database import connect
from leadhouse.database.queries import load

Kind = Literal["company", "person"]
SHARED = "Shared"
SHORTEST_SEARCH = 2


def search_page(text: str) -> str:
    """Companies and leads whose name, address or domain holds `text`; without one the companies that were seen last."""
    wanted = text.strip()
    is_too_short = 0 < len(wanted) < SHORTEST_SEARCH
    values: dict[str, Any] = {
        "text": wanted, "companies": [], "leads": [], "organizations": {}, "newest": [], "is_built": True,
        "is_too_short": is_too_short,
    }  # fmt: skip
    if is_too_short:
        return render_page("value.html", **values)
    escaped = wanted.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    queries, pattern = load("console"), {"pattern": f"%{escaped}%"}
    with connect("console") as connection:
        try:
            if wanted:
                values["companies"] = connection.execute(queries.search_companies, pattern).fetchall()
                values["leads"] = connection.execute(queries.search_leads, pattern).fetchall()
                values["organizations"] = _organizations(connection)
            else:
                values["newest"] = connection.execute(queries.list_newest_companies).fetchall()
        except (errors.UndefinedTable, errors.InvalidSchemaName):
            values["is_built"] = False
    return render_page("value.html", **values)


def entity_page(kind: Kind, entity_id: UUID) -> str | None:
    """One company or person: every value with source, time, extractor and rule; None when the marts have none."""
    queries, wanted = load("console"), {"entity_id": entity_id}
    find, values = (
        (queries.find_company, queries.list_company_values)
        if kind == "company"
        else (queries.find_person, queries.list_person_values)
    )
    with connect("console") as connection:
        try:
            rows = connection.execute(find, wanted).fetchall()
            if not rows:
                return None
            people = connection.execute(queries.list_people_of_company, wanted).fetchall() if kind == "company" else []
            candidates = connection.execute(values, wanted).fetchall()
        except (errors.UndefinedTable, errors.InvalidSchemaName):
            return None
        organizations = _organizations(connection)
        return render_page(
            "entity.html",
            kind=kind,
            entity_id=entity_id,
            rows=rows,
            people=people,
            scopes=_by_scope(candidates, organizations),
            organizations=organizations,
            redirects=connection.execute(queries.list_redirects, wanted).fetchall(),
            corrections=connection.execute(queries.list_corrections, wanted).fetchall(),
        )


def _organizations(connection: Connection[Any]) -> dict[UUID | None, str]:
    rows = connection.execute(load("console").find_organization_names)
    return {None: SHARED, **{row["organization_id"]: row["name"] for row in rows}}


def _by_scope(
    candidates: list[dict[str, Any]], organizations: dict[UUID | None, str]
) -> list[tuple[str, list[tuple[str, list[dict[str, Any]]]]]]:
    """[(organization or Shared, [(attribute, candidates, winners first)])], in the order of the rows."""
    return [
        (
            organizations.get(organization_id, str(organization_id)),
            [(name, list(values)) for name, values in groupby(of_scope, key=lambda row: str(row["attribute"]))],
        )
        for organization_id, of_scope in groupby(candidates, key=lambda row: row["organization_id"])
    ]
