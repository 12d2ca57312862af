"""Items of an answer to statements: one unit an item, whole, with its evidence; what cannot be read is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from leadhouse.connectors.api_connector import Answer, ApiConnector, Statements
from leadhouse.connectors.json_records import ItemMap, first_text, read_item
from leadhouse.landing import Quarantined
from leadhouse.landing.storable import clean_json, clean_text
from leadhouse.records import CompanyRecord, Extraction, PersonRecord, canonical_json

LONGEST_PAYLOAD = 20_000
Confidences = Callable[[Any], Mapping[str, float]]


def state_items(
    connector: ApiConnector,
    answer: Answer,
    items: Iterable[Any],
    fields: ItemMap,
    prefix: str,
    *,
    confidence: float = 0.9,
    confidences: Confidences = lambda _: {},
) -> Statements:
    """One statement an item, in order; `prefix` begins the unit's key (``apollo:person/``). Null items say nothing."""
    found: Statements = []
    for number, item in enumerate(items, 1):
        if item is None:
            continue
        if not isinstance(item, dict):
            found.append(_refused(answer, number, item, "not_an_object", "An item of the answer is no JSON object."))
            continue
        key = first_text(item, fields.key)
        company, person = read_item(item, fields, confidence, confidences(item))
        if company is None and person is None:
            detail = "The item says nothing to know anybody by: a name, a website, an address or a profile."
            found.append(_refused(answer, number, item, "no_identity", detail))
        elif key is None:
            detail = f"The item has nothing at {', '.join(fields.key)}, by which it would be known again."
            found.append(_refused(answer, number, item, "no_key", detail))
        else:
            found.append(state(connector, answer, f"{prefix}{key}", item, company, person))
    return found


def state(
    connector: ApiConnector,
    answer: Answer,
    unit_key: str,
    item: Any,
    company: CompanyRecord | None,
    person: PersonRecord | None,
) -> Extraction:
    """The statement of one unit as of its answer; its content hash is the item's, so that a page around it may move."""
    return Extraction(
        source_key=connector.source_key,
        unit_key=_storable_key(unit_key),
        extractor=connector.extractor,
        extractor_version=connector.extractor_version,
        content_hash=hashlib.sha256(canonical_json(item).encode("utf-8", "replace")).hexdigest(),
        observed_at=answer.requested_at,
        organization_id=connector.organization_id,
        fetch_id=answer.fetch_id,
        companies=(company,) if company else (),
        persons=(person,) if person else (),
    )


def _storable_key(key: str) -> str:
    """Keys of a provider are short; one that is not stands by its hash."""
    plain = clean_text(key)
    return plain if len(plain) <= 300 else f"{plain[:60]}{hashlib.sha256(plain.encode()).hexdigest()}"


def _refused(answer: Answer, number: int, item: Any, reason: str, detail: str) -> Quarantined:
    shown = item if isinstance(item, dict) else {"item": item}
    if len(json.dumps(shown, default=str)) > LONGEST_PAYLOAD:
        shown = {"item": json.dumps(shown, default=str)[:LONGEST_PAYLOAD]}
    return Quarantined(answer.url, number, reason, detail, clean_json(shown))
