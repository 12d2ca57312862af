"""After a restore: erased people are in the database again, and only their hashes are known. Find and erase them again.

The keys come back from the file beside the backups. Then every personal column is read through: each address, number,
profile and name with company is hashed and held against the keys. What matches names the people, who are erased anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from leadhouse.database import connect, queries
from leadhouse.privacy.certificates import Certificate
from leadhouse.privacy.erasing import Elsewhere, erase_person, open_erasures, resume
from leadhouse.privacy.erasures import PersonRequest
from leadhouse.privacy.key_file import restore_keys
from leadhouse.suppression.erased_keys import Token, find_erased, name_tokens, tokens_of_text

BATCH = 2_000
Named = tuple[str, str]  # full name, company


def reapply(run_id: str, *, airflow: Elsewhere | None = None) -> list[Certificate]:
    """Bring the keys back and erase again whoever they name; the certificates, none when nobody is there.

    Also goes on with erasures that were under way when the backup was made. Called after every restore.

    Raises:
        RuntimeError: no erasure key is set; it must be the one under which the people were erased.
    """
    with connect("privacy") as connection:
        restore_keys(connection)
    done = [resume(each, run_id, airflow=airflow) for each in open_erasures()]
    request = find_returned()
    return [*done, erase_person(request, run_id, airflow=airflow)] if request else done


def find_returned() -> PersonRequest | None:
    """Who of the erased stands in the database: one request that names all of them; None when nobody does."""
    with connect("privacy") as connection:
        row = connection.execute("select privacy.keeps_anyone_out() as is_filtering").fetchone()
        if not row or not row["is_filtering"]:
            return None
        found, people = set[Token](), set[UUID]()
        names = set[Named]()
        for table in connection.execute(queries.load("privacy").list_tagged_tables).fetchall():
            found |= _erased_in(connection, table)
        for batch in _batches(connection):
            for record_id, tokens in _erased_people(connection, batch):
                people.add(record_id)
                names |= tokens
    if not found and not people:
        return None
    return replace(
        PersonRequest(requested_by="a restore"),
        emails=tuple(sorted(each.value for each in found if each.kind == "email")),
        phones=tuple(sorted(f"+{each.value}" for each in found if each.kind == "phone")),
        social_urls=tuple(sorted(each.value for each in found if each.kind == "social_url")),
        names=tuple(sorted(names)),
    )


def _erased_in(connection: Connection[Any], table: dict[str, Any]) -> set[Token]:
    """Tokens of erased people in the personal columns of a table."""
    columns = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(each)) for each in table["columns"])
    target = sql.Identifier(table["table_schema"], table["table_name"])
    found: set[Token] = set()
    with connection.cursor(f"reading_{table['table_name']}") as cursor:
        cursor.itersize = BATCH
        cursor.execute(sql.SQL("select concat_ws(' ', {}) as said from {}").format(columns, target))
        while rows := cursor.fetchmany(BATCH):
            tokens = {token for row in rows for token in tokens_of_text(row["said"])}
            found |= find_erased(connection, tokens)
    return found


def _batches(connection: Connection[Any]) -> Iterator[list[dict[str, Any]]]:
    """All person records with their companies' records."""
    with connection.cursor("reading_people") as cursor:
        cursor.execute(
            "select people.record_id, people.payload, companies.payload as company from raw.person_records as people"
            " left join raw.company_records as companies on companies.run_on = people.run_on"
            " and companies.record_id = people.company_record_id"
        )
        while rows := cursor.fetchmany(BATCH):
            yield rows


def _erased_people(connection: Connection[Any], rows: Iterable[dict[str, Any]]) -> Iterator[tuple[UUID, set[Named]]]:
    """Records whose name with a company is an erased person's, and which names."""
    pairs = [(row["record_id"], pair) for row in rows for pair in _pairs(row)]
    tokens = {pair: set(name_tokens(*_split(pair))) for _, pair in pairs}
    erased = find_erased(connection, {token for each in tokens.values() for token in each})
    for record_id, pair in pairs:
        if not erased.isdisjoint(tokens[pair]):
            yield record_id, {pair}


def _split(pair: Named) -> tuple[str, list[str]]:
    return pair[0], [pair[1]]


def _pairs(row: dict[str, Any]) -> Iterator[Named]:
    payload, company = row["payload"], row["company"] or {}
    stated = [each for name in ("company_domain", "company_name") for each in payload.get(name, ())]
    stated += [each for name in ("domain", "name", "legal_name") for each in company.get(name, ())]
    companies = {str(each["value"]) for each in stated}
    companies |= {str(each["value"]).rpartition("@")[2] for each in payload.get("email", ())}
    for name in payload.get("full_name", ()):
        yield from ((str(name["value"]), each) for each in companies)
