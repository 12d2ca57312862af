"""Organizations as commands name them: by slug, or by id."""

from __future__ import annotations

from uuid import UUID

import typer


def organization_of(wanted: str) -> UUID:
    """The id of the organization that a slug or an id names. Raises LookupError that names those there are."""
    known = _known()
    for slug, organization_id in known.items():
        if wanted in (slug, str(organization_id)):
            return organization_id
    raise LookupError(f"There is no organization {wanted!r}; there are: {', '.join(known) or 'none'}.")


def only_organization(wanted: str | None) -> UUID:
    """The same; where none is named the only one there is.

    Raises:
        typer.BadParameter: none is named, and there are several or none.
        LookupError: there is no such organization.
    """
    if wanted is not None:
        return organization_of(wanted)
    known = _known()
    if len(known) == 1:
        return next(iter(known.values()))
    raise typer.BadParameter(f"name the organization with --organization; there are: {', '.join(known) or 'none'}")


def _known() -> dict[str, UUID]:
    from leadhouse.database import connect
    from leadhouse.database.queries import load

    with connect("console") as connection:
        rows = connection.execute(load("console").list_organizations).fetchall()
    return {row["slug"]: row["organization_id"] for row in rows}
