"""An erasure as rows: the request, what it looks for, which steps are done. Nothing personal outlives it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from leadhouse.database import queries
from leadhouse.privacy.patterns import Identifiers, company_pattern, contact_pattern, name_pattern
from leadhouse.suppression.erased_keys import email_token, phone_token

TargetKind = Literal[
    "email", "phone", "social_url", "name", "company", "id", "unit", "page", "host", "contact_pattern", "name_pattern",
    "company_pattern", "salt",
]  # fmt: skip


class ErasureError(ValueError):
    """The request cannot be carried out; the message says why and what to do."""


@dataclass(frozen=True)
class PersonRequest:
    """Whom to erase, or to whom to give their data: any of these, the more the better.

    `names` are (full name, company's domain or name): a name alone means many people. `entity_ids` are people's ids.
    `requested_by` says who asked as a role or a ticket's number; it stands in the certificate.
    """

    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    social_urls: tuple[str, ...] = ()
    entity_ids: tuple[UUID, ...] = ()
    requested_by: str = "the person"

    def identifiers(self) -> Identifiers:
        """The same, normalised.

        Raises:
            ErasureError: nothing is named, or something is not of its form.
        """
        if not (self.emails or self.phones or self.names or self.social_urls or self.entity_ids):
            raise ErasureError("Name the person: an e-mail address, phone number, profile, name with company, or id.")
        for address in self.emails:
            if address.count("@") != 1 or any(sign.isspace() for sign in address.strip()):
                raise ErasureError(f"{address!r} is no e-mail address.")
        for name, company in self.names:
            if len(name.split()) < 2 or not company.strip():
                raise ErasureError(f"A name needs two words and a company beside it, {name!r} at {company!r} has not.")
        return Identifiers(
            emails={email_token(each).value for each in self.emails},
            phones={f"+{phone_token(each).value}" for each in self.phones},
            social_urls={each.strip() for each in self.social_urls},
            names={name.strip() for name, _ in self.names},
            companies={company.strip().lower() for _, company in self.names},
        )


@dataclass
class Targets:
    """What an unfinished erasure looks for."""

    identifiers: Identifiers = field(default_factory=Identifiers)
    ids: set[UUID] = field(default_factory=set)
    units: set[UUID] = field(default_factory=set)
    pages: set[tuple[str, int, int]] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)

    @property
    def contacts(self) -> str:
        """The pattern of addresses, numbers and profiles."""
        return contact_pattern(self.identifiers)

    @property
    def names(self) -> str:
        """The pattern of names."""
        return name_pattern(self.identifiers)

    @property
    def companies(self) -> str:
        """The pattern of the companies that make a name count."""
        return company_pattern(self.identifiers)


def create(connection: Connection[Any], request: PersonRequest, repeats: UUID | None = None) -> UUID:
    """Write the request down; the id of the erasure.

    Raises ErasureError.
    """
    targets = Targets(request.identifiers(), set(request.entity_ids))
    erasure_id = insert(connection, "person", request.requested_by, repeats=repeats)
    save_targets(connection, erasure_id, targets)
    row = {"erasure_id": erasure_id, "kind": "salt", "value": secrets.token_hex(16)}
    connection.execute(_sql().insert_target, row)
    return erasure_id


def insert(
    connection: Connection[Any],
    kind: Literal["person", "organization"],
    requested_by: str,
    *,
    organization_id: UUID | None = None,
    repeats: UUID | None = None,
    grace_days: int = 0,
) -> UUID:
    """A row of privacy.erasures; its id."""
    values = {
        "kind": kind,
        "requested_by": requested_by,
        "organization_id": organization_id,
        "repeats": repeats,
        "grace_days": grace_days,
    }
    row = connection.execute(_sql().insert_erasure, values).fetchone()
    assert row is not None
    found: UUID = row["erasure_id"]
    return found


def save_targets(connection: Connection[Any], erasure_id: UUID, targets: Targets) -> None:
    """Add what was found, and bring the patterns up to date."""
    known = targets.identifiers
    found: list[tuple[TargetKind, Iterable[object]]] = [
        ("email", known.emails), ("phone", known.phones), ("social_url", known.social_urls), ("name", known.names),
        ("company", known.companies), ("host", targets.hosts), ("id", targets.ids), ("unit", targets.units),
        ("page", {f"{offset} {length} {uri}" for uri, offset, length in targets.pages}),
    ]  # fmt: skip
    rows = [(kind, str(value)) for kind, values in found for value in values]
    columns = {"kinds": [kind for kind, _ in rows], "values": [value for _, value in rows]}
    connection.execute(_sql().insert_targets, {"erasure_id": erasure_id, **columns})
    patterns = {
        "contact_pattern": targets.contacts,
        "name_pattern": targets.names,
        "company_pattern": targets.companies,
    }
    for kind, value in patterns.items():
        connection.execute(_sql().replace_target, {"erasure_id": erasure_id, "kind": kind, "value": value})


def load_targets(connection: Connection[Any], erasure_id: UUID) -> Targets:
    """What the erasure looks for by now."""
    by_kind: dict[str, set[str]] = {}
    for row in connection.execute(_sql().select_targets, {"erasure_id": erasure_id}):
        by_kind.setdefault(row["kind"], set()).add(row["value"])

    def of(kind: TargetKind) -> set[str]:
        return by_kind.get(kind, set())

    pages = [each.split(" ", 2) for each in of("page")]
    return Targets(
        Identifiers(of("email"), of("phone"), of("social_url"), of("name"), of("company")),
        set(map(UUID, of("id"))),
        set(map(UUID, of("unit"))),
        {(uri, int(offset), int(length)) for offset, length, uri in pages},
        of("host"),
    )


def steps_done(connection: Connection[Any], erasure_id: UUID) -> dict[str, dict[str, Any]]:
    """Counts by step, in the order in which they were done."""
    return {row["step"]: row["counts"] for row in connection.execute(_sql().select_steps, {"erasure_id": erasure_id})}


def record_step(connection: Connection[Any], erasure_id: UUID, step: str, counts: Mapping[str, Any]) -> None:
    """The step is done; part of the caller's transaction."""
    row = {"erasure_id": erasure_id, "step": step, "counts": Jsonb(dict(counts))}
    connection.execute(_sql().insert_step, row)


def merged(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Counts of several, added up by name."""
    total: dict[str, int] = {}
    for each in counts:
        for name, value in each.items():
            total[name] = total.get(name, 0) + value
    return total


def _sql() -> queries.Queries:
    return queries.load("privacy")
