"""Corrections: what a person knows better, for the own organization alone, at once."""

from __future__ import annotations

from uuid import UUID

from leadhouse.database import connect, queries
from leadhouse.leads.facts import project
from leadhouse.records import CompanyAttribute, PersonAttribute

ATTRIBUTES = {"company": frozenset(CompanyAttribute), "person": frozenset(PersonAttribute)}
_LOWER_CASE = frozenset({"email", "domain", "company_domain"})
_UPPER_CASE = frozenset({"country_code", "vat_id"})


class CorrectionError(ValueError):
    """The correction cannot stand; the message says why and what would."""


def correct(
    organization_id: UUID, entity_id: UUID, attribute: str, value: str | None, reason: str | None = None
) -> UUID:
    """Correct one attribute of a person or company; return the correction's id.

    The value ranks first in this organization's marts from the next build on, and shows on its leads with this call.
    None says "this has none": no value wins. The change goes into the ledger in the same transaction.

    Raises:
        CorrectionError: the organization sees no such entity, or it has no such attribute.
    """
    with connect("leads") as connection:
        row = connection.execute(
            queries.load("leads").get_entity_of_correction,
            {"organization_id": organization_id, "entity_id": entity_id},
        ).fetchone()
        if row is None:
            raise CorrectionError(f"Organization {organization_id} sees no person or company {entity_id}.")
        known = ATTRIBUTES[row["entity_kind"]]
        if attribute not in known:
            raise CorrectionError(
                f"A {row['entity_kind']} has no attribute {attribute!r}. It has: {', '.join(sorted(known))}."
            )
        parameters = {
            "organization_id": organization_id, "entity_id": entity_id, "attribute": str(attribute),
            "value": _normalize(str(attribute), value), "reason": reason,
        }  # fmt: skip
        made = connection.execute(queries.load("leads").correct_value, parameters).fetchone() or {}
        project(connection, organization_id, row["current_id"])
        return UUID(str(made["correction_id"]))


def revert_correction(organization_id: UUID, correction_id: UUID) -> bool:
    """Take a correction back; False when it does not stand (any more).

    The sources' value shows again when the marts are built.
    """
    with connect("leads") as connection:
        row = connection.execute(
            queries.load("leads").revert_correction,
            {"organization_id": organization_id, "correction_id": correction_id},
        ).fetchone()
        return bool(row and row["was_standing"])


def _normalize(attribute: str, value: str | None) -> str | None:
    """Blanks off; upper or lower case where the records have it so. Empty text is refused: None says "none"."""
    if value is None:
        return None
    stripped = value.strip()
    if not stripped:
        raise CorrectionError(
            f"The correction of {attribute!r} is empty. To say that there is none, leave the value out."
        )
    if attribute in _LOWER_CASE:
        return stripped.lower()
    return stripped.upper() if attribute in _UPPER_CASE else stripped
