"""Leads that a person types in, and facts that a person puts right: at once for the caller's organization alone.

What is typed in lands as a private record (source ``entered/<organization>``), as what a file says does: the marts hold
it after the next build, joined with what others say of the same person or company. Until then the work list shows it.
Every function takes a connection under the caller's role. Times are UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from leadhouse.database import queries
from leadhouse.landing import Landing
from leadhouse.leads.work import LeadChangeError, errors_told
from leadhouse.records import (
    CompanyAttribute,
    CompanyRecord,
    Extraction,
    PersonAttribute,
    PersonRecord,
    Value,
    hash_json,
    subject_id,
)
from leadhouse.resolution.keys import Kind, by_rank, company_keys, domain_of, person_keys

_KEY = "entered"  # the record key of either record: a unit states one person and one company
_OF_PERSON = {
    "full_name": PersonAttribute.FULL_NAME,
    "title": PersonAttribute.TITLE,
    "email": PersonAttribute.EMAIL,
    "phone_e164": PersonAttribute.PHONE_E164,
    "social_url": PersonAttribute.SOCIAL_URL,
    "company_name": PersonAttribute.COMPANY_NAME,
    "domain": PersonAttribute.COMPANY_DOMAIN,
    "country_code": PersonAttribute.COUNTRY_CODE,
}
_OF_COMPANY = {"company_name": CompanyAttribute.NAME, "domain": CompanyAttribute.DOMAIN}
_OF_COMPANY_ALONE = {
    **_OF_COMPANY,
    "email": CompanyAttribute.EMAIL,
    "phone_e164": CompanyAttribute.PHONE_E164,
    "social_url": CompanyAttribute.SOCIAL_URL,
    "country_code": CompanyAttribute.COUNTRY_CODE,
}


class LeadFacts(BaseModel):
    """What is known of a lead's person and company. A name or title makes it a person's lead, else it is a company's.

    `phone_e164` as ITU-T E.164, `domain` without scheme and path, `country_code` of ISO 3166-1 alpha-2.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    full_name: str | None = Field(default=None, min_length=1, max_length=300)
    title: str | None = Field(default=None, min_length=1, max_length=300)
    email: str | None = Field(default=None, max_length=254, pattern=r"^[^@\s]{1,64}@[^@\s]+\.[^@\s]{2,}$")
    phone_e164: str | None = Field(default=None, pattern=r"^\+[1-9]\d{5,14}$")
    social_url: str | None = Field(default=None, max_length=500, pattern=r"^https?://\S+$")
    company_name: str | None = Field(default=None, min_length=1, max_length=300)
    domain: str | None = Field(default=None, max_length=253, pattern=r"^[^\s/:@]+\.[^\s/:@.]{2,}$")
    country_code: str | None = Field(default=None, pattern=r"^[A-Za-z]{2}$")

    @field_validator("*")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        if isinstance(value, str) and any(ord(sign) < 32 or 0xD800 <= ord(sign) < 0xE000 for sign in value):
            raise ValueError("control characters and lone surrogates cannot be stored")
        return value

    @field_validator("email", "domain")
    @classmethod
    def _lower(cls, value: str | None) -> str | None:
        return value.lower() if value else value

    @field_validator("country_code")
    @classmethod
    def _upper(cls, value: str | None) -> str | None:
        return value.upper() if value else value

    @property
    def stated(self) -> dict[str, Any]:
        """What was given, by name; None says "has none"."""
        return self.model_dump(exclude_unset=True)


class NewLead(LeadFacts):
    """A lead to be entered: somebody must be told by it."""

    @model_validator(mode="after")
    def _names_somebody(self) -> NewLead:
        if not (self.full_name or self.email or self.social_url or self.company_name or self.domain):
            raise ValueError("a lead needs a fullName, email, socialUrl, companyName or domain")
        return self

    @property
    def kind(self) -> Kind:
        """Whether the lead is on a person or on a company."""
        is_person = self.full_name or self.title or not (self.company_name or self.domain)
        return "person" if is_person else "company"


def enter_lead(
    connection: Connection[Any], organization_id: UUID, new: NewLead, campaign_id: UUID | None = None
) -> UUID:
    """Make a lead of what was typed in; return its id. Who is known already is taken, not made again.

    The record lands first, in a transaction of its own: it may have to wait for tables that the caller's transaction
    must not hold. Where no lead comes of it, the organization knows somebody who is no lead, as after an import.

    Raises:
        LeadChangeError: a lead on this person or company lives, or the person was erased and is kept out.
        LeadRefusedError: the caller's role makes no leads, or the tier lets no more in.
    """
    said = _statement(organization_id, new, datetime.now(UTC))
    payloads = [_payload(each) for each in said.companies], [_payload(each) for each in said.persons]
    company = payloads[0][0] if payloads[0] else None
    keys = person_keys(payloads[1][0], company) if new.kind == "person" else company_keys(company or {}, said.unit_key)
    parameters = {
        "kind": new.kind,
        "keys": Jsonb([{"kind": each.kind, "value": each.value} for each in by_rank(new.kind, keys)]),
        "subject_id": subject_id(said.unit_id, new.kind, _KEY),
        "facts": Jsonb({name: value for name, value in new.stated.items() if value is not None}),
        "campaign_id": campaign_id,
    }
    statements = queries.load("lead_work")
    with errors_told():
        connection.execute(statements.require_creation)
        _land(organization_id, said)
        row = connection.execute(statements.enter_lead, parameters).fetchone() or {}
    return UUID(str(row["lead_id"]))


def correct_lead(connection: Connection[Any], lead_id: UUID, facts: LeadFacts, reason: str | None = None) -> int:
    """Put facts of a lead right, for the caller's organization alone; return how many were given.

    Raises:
        LeadNotFoundError, LeadRefusedError: see there.
        LeadChangeError: the lead has no such fact, or its company is not known yet.
    """
    stated = facts.stated
    if "social_url" in stated:
        raise LeadChangeError("A profile is one of several: correct it where the person is shown, not on the lead.")
    if not stated:
        return 0
    with errors_told():
        row = connection.execute(
            queries.load("lead_work").correct_lead, {"lead_id": lead_id, "facts": Jsonb(stated), "reason": reason}
        ).fetchone() or {"corrected": 0}
    return int(row["corrected"])


def _statement(organization_id: UUID, new: NewLead, now: datetime) -> Extraction:
    """What was typed in as the statement of a unit of its own."""
    companies, persons = _records(new)
    return Extraction(
        source_key=f"entered/{organization_id}",
        unit_key=f"entered:{uuid4()}",
        extractor="person",
        extractor_version="1",
        content_hash=hash_json(new.model_dump(mode="json", exclude_none=True)),
        observed_at=now,
        organization_id=organization_id,
        companies=companies,
        persons=persons,
    )


def _records(new: NewLead) -> tuple[tuple[CompanyRecord, ...], tuple[PersonRecord, ...]]:
    is_person = new.kind == "person"
    of_company = {
        attribute: (Value(value=value),)
        for name, attribute in (_OF_COMPANY if is_person else _OF_COMPANY_ALONE).items()
        if (value := _company_value(new, name))
    }
    companies = (CompanyRecord(record_key=_KEY, values=of_company),) if of_company else ()
    if not is_person:
        return companies, ()
    of_person = {
        attribute: (Value(value=value),) for name, attribute in _OF_PERSON.items() if (value := getattr(new, name))
    }
    return companies, (PersonRecord(record_key=_KEY, values=of_person, company_key=_KEY if companies else None),)


def _company_value(new: NewLead, name: str) -> str | None:
    """A company is known by its registrable domain; what is none is kept out of its record."""
    value: str | None = getattr(new, name)
    return domain_of(value) if value and name == "domain" else value


def _payload(record: CompanyRecord | PersonRecord) -> dict[str, list[dict[str, Any]]]:
    return {str(name): [each.model_dump(exclude_none=True) for each in found] for name, found in record.values.items()}


def _land(organization_id: UUID, said: Extraction) -> None:
    today = said.observed_at.date()
    landing = Landing(
        "imports",
        run_on=today,
        run_id=f"entered__{said.unit_id}",
        source_key=said.source_key,
        organization_id=organization_id,
    )
    landing.add_extraction(said)
    if landing.commit().quarantined:
        raise LeadChangeError("This person cannot be entered: what was typed in is kept out of the platform.")
