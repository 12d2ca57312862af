"""Who is meant: from what the request names to every record, entity, lead, message and page of the person.

A record is the person's when it states an address or profile of theirs, or a name of theirs with a company of theirs.
What resolution has joined with such a record is theirs as well, and what those records state is looked for in turn,
until nothing new turns up. A number or role address that others state too leads no further.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from psycopg import Connection

from leadhouse.database import queries
from leadhouse.extraction.attribution.hosts import FREE_MAIL
from leadhouse.extraction.contacts.mailboxes import is_role
from leadhouse.privacy.erasures import Targets
from leadhouse.suppression.erased_keys import (
    Token,
    email_token,
    fold_words,
    name_tokens,
    phone_token,
    social_token,
)

ROUNDS = 6
Row = dict[str, Any]


def find_person(connection: Connection[Any], targets: Targets) -> int:
    """Everything that the database knows of the person; `targets` grows. Returns how many records are the person's."""
    records: dict[UUID, Row] = {}
    for _ in range(ROUNDS):
        before = (len(records), len(targets.ids), len(targets.identifiers.texts()), len(targets.identifiers.companies))
        for row in _stated(connection, targets, records):
            records[row["record_id"]] = row
        for row in _joined(connection, targets, records):
            records[row["record_id"]] = row
        _learn(connection, targets, list(records.values()))
        after = (len(records), len(targets.ids), len(targets.identifiers.texts()), len(targets.identifiers.companies))
        if before == after:
            break
    _find_units(connection, targets, {row["extraction_id"] for row in records.values()})
    _find_dependents(connection, targets)
    return len(records)


def keys_of(targets: Targets) -> set[Token]:
    """What keeps the person out from now on."""
    known = targets.identifiers
    companies = {each for each in known.companies if each not in FREE_MAIL}
    return {
        *map(email_token, known.emails),
        *map(phone_token, known.phones),
        *map(social_token, known.social_urls),
        *(token for name in known.names for token in name_tokens(name, companies)),
    }


def _stated(connection: Connection[Any], targets: Targets, known: dict[UUID, Row]) -> list[Row]:
    """Records that say an identifier. The patterns find candidates, the values decide."""
    pattern = f"{targets.contacts}|{targets.names}"
    rows = connection.execute(_sql().find_records, {"pattern": pattern, "contacts": targets.contacts}).fetchall()
    wanted = keys_of(targets)
    fresh = [row for row in rows if row["record_id"] not in known]
    companies = _companies(connection, fresh)
    return [row for row in fresh if _is_theirs(row["payload"], companies.get(row["company_record_id"], {}), wanted)]


def _is_theirs(payload: Row, company: Row, wanted: set[Token]) -> bool:
    who = {each for each in wanted if each.kind != "phone"}
    tokens = {email_token(each) for each in _values(payload, "email")}
    tokens |= {social_token(each) for each in _values(payload, "social_url")}
    for name in _values(payload, "full_name"):
        tokens |= set(name_tokens(name, _around(payload, company)))
    if not who.isdisjoint(tokens):
        return True
    # a number says who only when the request names no other way, and then with whatever name stands beside
    return not who and bool(wanted & {phone_token(each) for each in _values(payload, "phone_e164")})


def _joined(connection: Connection[Any], targets: Targets, records: dict[UUID, Row]) -> list[Row]:
    """Records of the entities that the found ones belong to. The ids of both are the person's."""
    subjects = {row["subject_id"] for row in records.values()}
    entities = set(targets.ids)
    for row in connection.execute(_sql().find_entities_of_subjects, {"ids": list(subjects)}):
        entities.add(row["entity_id"])
    found = connection.execute(_sql().find_subjects_of_entities, {"ids": list(entities)}).fetchall()
    subjects |= {row["subject_id"] for row in found if row["subject_id"]}
    targets.ids |= {row["entity_id"] for row in found} | subjects | set(records)
    return connection.execute(_sql().find_records_of_subjects, {"ids": list(subjects)}).fetchall()


def _learn(connection: Connection[Any], targets: Targets, records: list[Row]) -> None:
    """What the person's records state are the person's identifiers, unless others share them."""
    known, companies = targets.identifiers, _companies(connection, records)
    for row in records:
        payload, company = row["payload"], companies.get(row["company_record_id"], {})
        known.names |= {name for name in _values(payload, "full_name") if len(fold_words(name)) > 1}
        known.social_urls |= set(_values(payload, "social_url"))
        known.emails |= {email_token(each).value for each in _values(payload, "email") if not is_role(each)}
        known.companies |= {each.lower() for each in _around(payload, company) if each not in FREE_MAIL}
    ids = [row["record_id"] for row in records]
    for phone in {each for row in records for each in _values(row["payload"], "phone_e164")} - known.phones:
        found = connection.execute(_sql().count_other_holders, {"phone": phone, "ids": ids}).fetchone()
        if found and found["holders"] == 0:
            known.phones.add(phone)


def _companies(connection: Connection[Any], rows: Iterable[Row]) -> dict[UUID, Row]:
    ids = list({row["company_record_id"] for row in rows if row["company_record_id"]})
    found = connection.execute(_sql().find_company_values, {"ids": ids})
    return {row["record_id"]: row["payload"] for row in found}


def _around(payload: Row, company: Row) -> list[str]:
    """Domains and names of the companies that a record speaks of."""
    texts = [*_values(payload, "company_domain"), *_values(payload, "company_name")]
    texts += [each for name in ("domain", "name", "legal_name") for each in _values(company, name)]
    return texts + [each.rpartition("@")[2] for each in _values(payload, "email")]


def _values(payload: Row, attribute: str) -> list[str]:
    return [str(each["value"]) for each in payload.get(attribute, ())]


def _find_units(connection: Connection[Any], targets: Targets, extractions: set[UUID]) -> None:
    found = connection.execute(_sql().find_units, {"ids": list(extractions)}).fetchall()
    found += connection.execute(_sql().find_units_by_text, {"contacts": targets.contacts}).fetchall()
    for row in found:
        targets.units.add(row["unit_id"])
        if row["warc_uri"]:
            targets.pages.add((row["warc_uri"], row["warc_offset"], row["warc_length"]))
        host = urlsplit(row["unit_key"]).hostname
        if host:
            targets.hosts.add(host)


def _find_dependents(connection: Connection[Any], targets: Targets) -> None:
    values = {"ids": list(targets.ids), "contacts": targets.contacts}
    targets.ids |= {row["id"] for row in connection.execute(_sql().find_dependents, values)}


def _sql() -> queries.Queries:
    return queries.load("privacy")
