"""Statements of many small units of one source, as the rows of a file: serialised without a model for every value.

A row states a dozen values; validating each as a model costs more than all else that is done with it. What is prepared
here is the same to the byte as what `read_statement` makes of the same records: equal payloads, hashes and ids. The
records themselves are made when somebody asks for them (a preview, a merge, the check for erased people).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from json.encoder import encode_basestring
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from leadhouse.records import Extraction

Parts = Mapping[str, str]  # of an address, in the order of AddressParts, without what is not known


# One candidate, its text apart: the cell as written where it differs, where it stood, an address's parts, and the
# confidence (0..1, as of `records.Value`; less than 1 for what is concluded). A plain tuple: a row makes a dozen.
PreparedValue = tuple[str | None, str, Parts | None, float]


class Candidates:
    """The candidates of one attribute: value → how it was stated, in the order stated. Never changed once made.

    `json` is what a payload says of them: a cell that comes again, and what a person's record repeats of its company,
    is written once.
    """

    __slots__ = ("found", "json")

    def __init__(self, found: dict[str, PreparedValue]) -> None:
        self.found = found
        stated = ""
        for value, (raw, locator, parts, confidence) in found.items():
            each = _candidate(value, raw, locator, parts, confidence)
            stated = f"{stated},{each}" if stated else each
        self.json = f"[{stated}]"

    @classmethod
    def of_one(cls, value: str, raw: str | None, locator: str, locator_json: str) -> Candidates:
        """The one value of a cell, sure and without parts; `locator_json`: the same of all cells of a column."""
        one = cls.__new__(cls)
        one.found = {value: (raw, locator, None, 1.0)}
        if raw is None:
            one.json = f'[{{"value":{encode_basestring(value)},"confidence":1.0,"locator":{locator_json}}}]'
        else:
            said = f'"raw":{encode_basestring(raw)},"locator":{locator_json}'
            one.json = f'[{{"value":{encode_basestring(value)},"confidence":1.0,{said}}}]'
        return one

    @property
    def first(self) -> str:
        """The value that was stated first."""
        return next(iter(self.found))

    def joined(self, more: Candidates) -> Candidates:
        """Those of both; a value that stands in both is stated as it was first."""
        fresh = {value: each for value, each in more.found.items() if value not in self.found}
        return Candidates({**self.found, **fresh}) if fresh else self


PreparedValues = dict[str, Candidates]  # by attribute


class PreparedRecord(NamedTuple):
    """A record's row but for its ids."""

    record_key: str
    company_key: str | None
    payload: str
    custom_json: str | None
    content_hash: str


class Origin(NamedTuple):
    """Who says what is landed in bulk: one source, read by one extractor."""

    organization_id: UUID | None
    source_key: str
    extractor: str
    extractor_version: str


@dataclass(slots=True)
class PreparedStatement:
    """What one unit says. `make_extraction` gives the same as records; `unit` is the unit's id as text."""

    origin: Origin
    unit_key: str
    unit: str
    content_hash: str
    observed_at: datetime
    statement_hash: str
    companies: list[PreparedRecord]
    persons: list[PreparedRecord]
    make_extraction: Callable[[], Extraction]
    _extraction: Extraction | None = None
    _unit_id: UUID | None = None
    fetch_id: ClassVar[None] = None  # read from no page
    rejections: ClassVar[list[dict[str, Any]]] = []

    def __len__(self) -> int:
        return len(self.companies) + len(self.persons)

    @property
    def source(self) -> tuple[UUID | None, str, str, str, str, tuple[str, ...]]:
        """Organization, source key, unit key, extractor, its version, and what it could not read: nothing."""
        organization_id, source_key, extractor, version = self.origin
        return organization_id, source_key, self.unit_key, extractor, version, ()

    @property
    def unit_id(self) -> UUID:
        """The unit's id."""
        if self._unit_id is None:
            self._unit_id = UUID(self.unit)
        return self._unit_id

    @property
    def extraction(self) -> Extraction:
        """The records, always the same object."""
        if self._extraction is None:
            self._extraction = self.make_extraction()
        return self._extraction


_ORDERS: dict[tuple[str, ...], list[tuple[str, str]]] = {}  # the records of a file state few different attributes


def prepare_record(
    record_key: str, company_key: str | None, values: PreparedValues, custom: Mapping[str, str]
) -> PreparedRecord:
    """A record as `records.record_hash` and `payload_json` have it.

    Raises:
        UnicodeEncodeError: for text that UTF-8 cannot hold.
    """
    names = tuple(values)
    if (listed := _ORDERS.get(names)) is None:
        listed = _ORDERS[names] = [(name, f'"{name}":') for name in sorted(names)]
    stated = ",".join([key + values[name].json for name, key in listed])
    payload = f"{{{stated}}}"
    custom_json = _object(custom) if custom else ""
    said = f"{record_key}\n{company_key}\n{custom_json}\n{payload}".encode()
    return PreparedRecord(record_key, company_key, payload, custom_json or None, hashlib.sha256(said).hexdigest())


def statement_hash(extractor: str, version: str, companies: int, record_hashes: list[str]) -> str:
    """As `Extraction.hash_of`, which writes any JSON."""
    hashes = "".join([f',"{each}"' for each in record_hashes])
    text = f"[{encode_basestring(extractor)},{encode_basestring(version)},{companies}{hashes}]"
    return hashlib.sha256(text.encode()).hexdigest()


def _candidate(value: str, raw: str | None, locator: str, parts: Parts | None, confidence: float) -> str:
    """One candidate as `CompanyRecord.payload_json` has it, written by hand."""
    text = f'{{"value":{encode_basestring(value)},"confidence":{confidence}'
    if raw is not None:
        text += f',"raw":{encode_basestring(raw)}'
    text += f',"locator":{encode_basestring(locator)}'
    return f'{text},"parts":{_in_order(parts)}}}' if parts else f"{text}}}"


def _object(values: Mapping[str, str]) -> str:
    pairs = [f"{encode_basestring(name)}:{encode_basestring(values[name])}" for name in sorted(values)]
    return f"{{{','.join(pairs)}}}"


def _in_order(values: Mapping[str, str]) -> str:
    pairs = [f'"{name}":{encode_basestring(text)}' for name, text in values.items()]
    return f"{{{','.join(pairs)}}}"
