"""Statements of many small units of one source, as the rows of a file: serialised without a model for every value.

A row states a dozen values; validating each as a model costs more than all else that is done with it. What is prepared
here is the same to the byte as what `read_statement` makes of the same records: equal payloads, hashes and ids. The
records themselves are made when somebody asks for them (a preview, a merge, the check for erased people).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, NamedTuple
from uuid import UUID

from leadhouse.records import Extraction

Parts = Mapping[str, str]  # of an address, in the order of AddressParts, without what is not known


class PreparedValue(NamedTuple):
    """One candidate, its text apart: the cell as written where it differs, where it stood, an address's parts.

    `confidence`: 0..1, as of `records.Value`; less than 1 for what is concluded.
    """

    raw: str | None
    locator: str
    parts: Parts | None = None
    confidence: float = 1.0


PreparedValues = dict[str, dict[str, PreparedValue]]  # attribute → value → how it was stated, in the order stated


@dataclass(frozen=True, slots=True)
class PreparedRecord:
    """A record's row but for its ids."""

    record_key: str
    company_key: str | None
    payload: bytes
    custom_json: bytes | None
    content_hash: str


@dataclass(slots=True)
class PreparedStatement:
    """What one unit says. `make_extraction` gives the same as records.

    `source`: organization, source key, unit key, extractor, its version, what it could not read.
    """

    source: tuple[UUID | None, str, str, str, str, tuple[str, ...]]
    unit_id: UUID
    content_hash: str
    observed_at: datetime
    statement_hash: str
    companies: list[PreparedRecord]
    persons: list[PreparedRecord]
    make_extraction: Callable[[], Extraction]
    fetch_id: UUID | None = None
    rejections: list[dict[str, Any]] = field(default_factory=list)
    _extraction: Extraction | None = None

    def __len__(self) -> int:
        return len(self.companies) + len(self.persons)

    @property
    def extraction(self) -> Extraction:
        """The records, always the same object."""
        if self._extraction is None:
            self._extraction = self.make_extraction()
        return self._extraction


def prepare_record(
    record_key: str, company_key: str | None, values: PreparedValues, custom: Mapping[str, str]
) -> PreparedRecord:
    """A record as `records.record_hash` and `payload_json` have it.

    Raises:
        UnicodeEncodeError: for text that UTF-8 cannot hold.
    """
    payload = _payload(values).encode()
    custom_json = _object(custom) if custom else ""
    head = f"{record_key}\n{company_key}\n{custom_json}\n".encode()
    digest = hashlib.sha256(head + payload).hexdigest()
    return PreparedRecord(record_key, company_key, payload, custom_json.encode() if custom else None, digest)


def statement_hash(extractor: str, version: str, companies: int, record_hashes: list[str]) -> str:
    """As `Extraction.hash_of`, which writes any JSON."""
    hashes = "".join([f',"{each}"' for each in record_hashes])
    text = f"[{encode_basestring(extractor)},{encode_basestring(version)},{companies}{hashes}]"
    return hashlib.sha256(text.encode()).hexdigest()


def _payload(values: PreparedValues) -> str:
    """`CompanyRecord.payload_json`, written by hand."""
    attributes = []
    for name in sorted(values):
        found = [
            f'{_candidate(value, raw, locator, sure)},"parts":{_in_order(parts)}}}' if parts else
            f"{_candidate(value, raw, locator, sure)}}}"
            for value, (raw, locator, parts, sure) in values[name].items()
        ]  # fmt: skip
        attributes.append(f'"{name}":[{found[0] if len(found) == 1 else ",".join(found)}]')
    return f"{{{','.join(attributes)}}}"


@lru_cache(maxsize=20_000)
def _candidate(value: str, raw: str | None, locator: str, confidence: float) -> str:
    """Without its parts and its end; towns, titles and companies come again, row after row."""
    text = f'{{"value":{encode_basestring(value)},"confidence":{confidence}'
    if raw is not None:
        text += f',"raw":{encode_basestring(raw)}'
    return f'{text},"locator":{encode_basestring(locator)}'


def _object(values: Mapping[str, str]) -> str:
    pairs = [f"{encode_basestring(name)}:{encode_basestring(values[name])}" for name in sorted(values)]
    return f"{{{','.join(pairs)}}}"


def _in_order(values: Mapping[str, str]) -> str:
    pairs = [f'"{name}":{encode_basestring(text)}' for name, text in values.items()]
    return f"{{{','.join(pairs)}}}"
