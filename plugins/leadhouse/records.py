"""Where all sources meet: every spider, importer, connector and provider ends in these records.

An *extraction* is one fetch or file read by one version of one extractor. Its records are the whole statement of that
unit: the newest applied extraction of a unit replaces the former one, so a value that is absent is retracted.
Text is Unicode NFC; confidences lie in 0..1; instants are UTC.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

NAMESPACE = uuid.UUID("6f2d3c52-7b0e-5c43-9a57-1d0c8a3b9e11")

Confidence = Annotated[float, Field(ge=0, le=1)]
NonEmpty = Annotated[str, StringConstraints(min_length=1, max_length=4096, strip_whitespace=True)]


class CompanyAttribute(StrEnum):
    """Names of the facts a company record may state; the same names stand in the marts."""

    NAME = "name"
    LEGAL_NAME = "legal_name"
    DOMAIN = "domain"  # registrable domain (public suffix list), lower case, IDNA A-label
    EMAIL = "email"  # normalised, lower case
    PHONE_E164 = "phone_e164"  # ITU-T E.164
    FAX_E164 = "fax_e164"  # a number that the source calls a fax
    SOCIAL_URL = "social_url"
    ADDRESS = "address"
    VAT_ID = "vat_id"  # with country prefix, no spaces
    REGISTER_ID = "register_id"
    COUNTRY_CODE = "country_code"  # ISO 3166-1 alpha-2
    LANGUAGE = "language"  # BCP 47 primary subtag
    INDUSTRY_CODE = "industry_code"
    EMPLOYEE_BAND = "employee_band"
    TECHNOLOGY = "technology"


class PersonAttribute(StrEnum):
    """Names of the facts a person record may state; the same names stand in the marts."""

    FULL_NAME = "full_name"
    TITLE = "title"
    EMAIL = "email"
    PHONE_E164 = "phone_e164"
    SOCIAL_URL = "social_url"
    COMPANY_NAME = "company_name"
    COMPANY_DOMAIN = "company_domain"
    COUNTRY_CODE = "country_code"


class Strict(BaseModel):
    """Frozen; an unknown field is an error, not silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AddressParts(Strict):
    """A postal address in parts, as far as the source tells them. `street` is the line with its `house_number`."""

    street: str | None = None
    house_number: str | None = None
    postal_code: str | None = None
    city: str | None = None
    region: str | None = None
    country_code: str | None = None


class Value(Strict):
    """One candidate value of one attribute.

    `raw` is the text as the source has it, `locator` says where (``json-ld``, ``footer``, ``mailto``, ``line 12``),
    `parts` belongs to addresses.
    """

    value: NonEmpty
    confidence: Confidence = 1.0
    raw: str | None = None
    locator: str | None = None
    parts: AddressParts | None = None


class CompanyRecord(Strict):
    """What one unit says of one company. `record_key` is unique within its extraction."""

    record_key: NonEmpty
    values: dict[CompanyAttribute, tuple[Value, ...]]
    custom_fields: dict[str, str] = Field(default_factory=dict)

    @property
    def payload_json(self) -> bytes:
        """``{attribute: [{value, confidence, raw, locator, parts}]}`` in canonical form; what is not known is left out.

        Raises PydanticSerializationError for text that UTF-8 cannot hold.
        """
        return _COMPANY_VALUES.dump_json(dict(sorted(self.values.items())), exclude_none=True)


class PersonRecord(Strict):
    """What one unit says of one person; `company_key` names the company record of the same extraction."""

    record_key: NonEmpty
    values: dict[PersonAttribute, tuple[Value, ...]]
    company_key: str | None = None
    custom_fields: dict[str, str] = Field(default_factory=dict)

    @property
    def payload_json(self) -> bytes:
        """As of a company record."""
        return _PERSON_VALUES.dump_json(dict(sorted(self.values.items())), exclude_none=True)


# pydantic's own serialiser is four times as fast as json.dumps of the dumped model
_COMPANY_VALUES = TypeAdapter(dict[CompanyAttribute, tuple[Value, ...]])
_PERSON_VALUES = TypeAdapter(dict[PersonAttribute, tuple[Value, ...]])


class Rejection(Strict):
    """A candidate that stands on the page but is no fact about its owner, and why (``designer``, ``placeholder``)."""

    attribute: NonEmpty
    value: NonEmpty
    reason: NonEmpty
    locator: str | None = None


class Extraction(Strict):
    """The whole statement of one unit (a URL, or a file) by one extractor version.

    `unit_key` is the canonical URL, or ``file:<name>`` for a file (an import replaces its former self by that name);
    `content_hash` is SHA-256 (hex) of the bytes read; `organization_id` is set for private sources only;
    `not_read` names what could not be read (``pdf``, ``script-only``).
    """

    source_key: NonEmpty
    unit_key: NonEmpty
    extractor: NonEmpty
    extractor_version: NonEmpty
    content_hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    observed_at: AwareDatetime
    organization_id: uuid.UUID | None = None
    fetch_id: uuid.UUID | None = None
    companies: tuple[CompanyRecord, ...] = ()
    persons: tuple[PersonRecord, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    not_read: tuple[str, ...] = ()

    @property
    def unit_id(self) -> uuid.UUID:
        """Stable id of (organization, source, unit)."""
        return unit_id(self.organization_id, self.source_key, self.unit_key)

    @property
    def statement_hash(self) -> str:
        """SHA-256 over the records alone: equal statements of one unit need not land again."""
        records: list[CompanyRecord | PersonRecord] = [*self.companies, *self.persons]
        return self.hash_of([record_hash(each, each.payload_json) for each in records])

    def hash_of(self, record_hashes: Sequence[str]) -> str:
        """The statement's hash from those of its records, companies first."""
        return hash_json([self.extractor, self.extractor_version, len(self.companies), *record_hashes])

    def extraction_id(self, run_on: date, statement_hash: str | None = None) -> uuid.UUID:
        """Deterministic, so that a retry of the same run lands the same rows and conflicts with itself.

        The statement is part of it: the same bytes read with other knowledge of the site may say something else.
        """
        statement = statement_hash or self.statement_hash
        return extraction_id(run_on, self.unit_id, self.content_hash, statement)


def named_id(name: str) -> uuid.UUID:
    """The version 5 UUID (RFC 9562) of a name in our namespace; `uuid.uuid5` takes twice as long for the same."""
    digest = hashlib.sha1(_NAMESPACE + name.encode(), usedforsecurity=False).digest()
    number = int.from_bytes(digest[:16], "big")
    return uuid.UUID(int=number & _OF_NAME | _VERSION_5)


def named_text(name: str) -> str:
    """The same id as text, for rows that are written as text: no UUID is made."""
    digest = hashlib.sha1(_NAMESPACE + name.encode(), usedforsecurity=False).hexdigest()
    variant = _VARIANTS[digest[16]]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


_VARIANTS = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_NAMESPACE = NAMESPACE.bytes
_VERSION_5 = 5 << 76 | 1 << 63  # version and variant, in their places
_OF_NAME = ~(0xF << 76 | 3 << 62)


def extraction_id(run_on: date, unit: uuid.UUID, content_hash: str, statement_hash: str) -> uuid.UUID:
    """Deterministic id of an extraction: see `Extraction.extraction_id`."""
    return named_id(f"{run_on}|{unit}|{content_hash}|{statement_hash}")


def unit_id(organization_id: uuid.UUID | None, source_key: str, unit_key: str) -> uuid.UUID:
    """Stable id of a unit: what one source says at one URL or in one file."""
    return named_id(f"{organization_id}|{source_key}|{unit_key}")


def record_id(extraction_id: uuid.UUID, kind: Literal["company", "person"], record_key: str) -> uuid.UUID:
    """Deterministic id of a record within its extraction."""
    return named_id(f"{extraction_id}|{kind}|{record_key}")


def subject_id(unit_id: uuid.UUID, kind: Literal["company", "person"], record_key: str) -> uuid.UUID:
    """Who a record is about, the same over time: what a unit calls by one key stays one subject."""
    return named_id(f"{unit_id}|{kind}|{record_key}")


def record_hash(record: CompanyRecord | PersonRecord, payload_json: bytes) -> str:
    """SHA-256 (hex) of what a record says; `payload_json` is the record's own, which costs too much to make twice."""
    company_key = getattr(record, "company_key", None)
    custom = canonical_json(record.custom_fields) if record.custom_fields else ""
    head = f"{record.record_key}\n{company_key}\n{custom}\n"
    return hashlib.sha256(head.encode("utf-8", "surrogatepass") + payload_json).hexdigest()


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no blanks: equal values, equal texts."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def hash_json(value: object) -> str:
    """SHA-256 (hex) of the canonical JSON form in UTF-8."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


class Outcome(StrEnum):
    """What became of one fetch; the five differ in what they ask of a person."""

    FETCHED = "fetched"
    NOT_MODIFIED = "not_modified"
    BLOCKED = "blocked"  # robots, 401/403/429, login wall, address not allowed
    EMPTY = "empty"  # answered, but holds nothing: soft 404, parked domain, gone
    BROKEN = "broken"  # no usable answer: DNS, timeout, 5xx, too large, redirect loop


class Fetch(Strict):
    """One request and its answer, as a row of raw.fetches; the archive position is null where nothing was kept."""

    fetch_id: uuid.UUID
    source_key: NonEmpty
    url: NonEmpty
    requested_at: datetime
    outcome: Outcome
    purpose: Literal["page", "robots", "sitemap"] = "page"
    status_code: int | None = None
    reason: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    content_hash: str | None = None
    content_type: str | None = None
    body_bytes: int = 0
    elapsed_ms: int = 0
    warc_uri: str | None = None
    warc_offset: int | None = None
    warc_length: int | None = None
