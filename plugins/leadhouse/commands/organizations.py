"""Organizations as commands name them: by slug, or by id."""

from __future__ import annotations

from uuid import UUID

import typer


def organization_of(wanted: str) -> UUID:
    """The id of the organization that a slug or an id names. Raises LookupError that names those there are."""
    return _only(wanted)[1]


def only_organization(wanted: str | None) -> UUID:
    """The same; where none is named the only one there is.

    Raises:
        typer.BadParameter: none is named, and there are several or none.
        LookupError: there is no such organization.
    """
    return _only(wanted)[1]


def only_slug(wanted: str | None) -> str:
    """Its slug; raises the same."""
    return _only(wanted)[0]


def _only(wanted: str | None) -> tuple[str, UUID]:
    known = _known()
    found = [each for each in known.items() if wanted is None or wanted in (each[0], str(each[1]))]
    if len(found) == 1:
        return found[0]
    if wanted is not None:
        raise LookupError(f"There is no organization {wanted!r}; there are: {', '.join(known) or 'none'}.")
    raise typer.BadParameter(f"name the organization with --organization; there are: {', '.join(known) or 'none'}")


def _known() -> dict[str, UUID]:
    from leadhouse.database import connect
    from leadhouse.database.queries import load

    with connect("console") as connection:
        rows = connection.execute(load("console").list_organizations).fetchall()
    return {row["slug"]: row["organization_id"] for row in rows}
