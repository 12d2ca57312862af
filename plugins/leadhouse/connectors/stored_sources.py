"""Sources as rows: made by an operator, listed, tested with the credentials that they name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from psycopg import errors
from psycopg.types.json import Jsonb
from pydantic import SecretBytes

from leadhouse.connectors.api_client import Patience
from leadhouse.connectors.source_errors import Reason, SourceError
from leadhouse.connectors.source_types import SourceCheck, SourceType, check_source, find_type, read_parameters
from leadhouse.credentials import CredentialError, SecretMissingError, get_secret_by_id, list_secrets
from leadhouse.database import connect, queries

# of a run or a test; what a source is not to be blamed for, and what another try may find gone
PASSING: frozenset[Reason] = frozenset({"rate_limited", "over_budget"})
# what a source may be given: never a mailbox's password, which its address could be made to collect
KINDS_OF_SECRETS = frozenset({"provider", "source", "linkedin", "api_key"})


def find_source(source: str) -> dict[str, Any]:
    """The row of a source of an organization, by key or id. Raises LookupError."""
    with connect("imports") as connection:
        row = connection.execute(_sql().find_source, {"source": source}).fetchone()
    if row is None or row["organization_id"] is None:
        raise LookupError(f"There is no source {source!r} of an organization; `leadhouse sources list` shows them.")
    return dict(row)


def list_sources(organization_id: UUID) -> list[dict[str, Any]]:
    """The sources of an organization, by kind and key, with what their last test and run said."""
    with connect("imports") as connection:
        rows = connection.execute(_sql().list_sources, {"organization_id": organization_id})
        return [dict(row) for row in rows]


def add_source(
    organization_id: UUID,
    slug: str,
    kind: str,
    name: str,
    parameters: Mapping[str, Any],
    *,
    secret_id: UUID | None = None,
    start_url: str | None = None,
) -> dict[str, Any]:
    """Makes a source ``<kind>/<slug>/<name>`` of an organization and returns its key and id.

    Raises SourceError: its parameters are wrong, it lacks credentials, or there is one of that key.
    """
    found = find_type(kind)
    stated = dict(parameters) | ({"start_url": start_url} if start_url else {})
    read_parameters(found, stated)
    plain = re.sub(r"[^\w.-]+", "-", name.casefold()).strip("-") or "source"
    values = {
        "source_key": f"{kind}/{slug}/{plain}", "organization_id": organization_id, "kind": kind, "name": name,
        "start_url": start_url, "host": urlsplit(start_url).netloc.lower() if start_url else None,
        "config": Jsonb(dict(parameters)), "secret_id": secret_id,
    }  # fmt: skip
    try:
        with connect("imports") as connection:
            row = connection.execute(_sql().add_source, values).fetchone()
    except errors.UniqueViolation as error:
        raise SourceError("not_valid", f"There is a source {values['source_key']} already") from error
    except errors.CheckViolation as error:
        raise SourceError("not_valid", str(error.diag.message_primary)) from error
    return dict(row or {})


def check_stored_source(source: str, *, patience: Patience | None = None) -> SourceCheck:
    """Tests a source with the credentials that it names, and notes what was found in its row.

    Raises LookupError: there is no such source. Whether the caller may test it, the caller has found out.
    """
    row = find_source(source)
    try:
        secret = open_secret(row)
    except CredentialError as error:
        found = SourceCheck(False, "unauthorized", str(error))
    else:
        found = check_source(row["kind"], parameters_of(row), secret, patience=patience)
    note_result(row, found.reason, found.detail)
    return found


def note_result(row: Mapping[str, Any], reason: Reason, detail: str) -> None:
    """Notes in a source's row what a test or a run found, so that its status says it; what passes is not noted."""
    if reason in PASSING:
        return
    values = {"source_id": row["source_id"], "has_passed": reason == "works", "message": detail}
    with connect("jobs") as connection:
        connection.execute(queries.load("jobs").record_source_test, values)


def parameters_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a source's row says in the shape of its type; a site's and a file's own further settings are left out."""
    kind: SourceType = find_type(row["kind"])
    if kind.connector is not None:
        return dict(row["config"])
    stated = {name: value for name, value in row["config"].items() if name in kind.parameters.model_fields}
    return stated | ({"start_url": row["start_url"]} if row["start_url"] else {})


def open_secret(row: Mapping[str, Any]) -> SecretBytes | None:
    """The credentials that a source's row names, opened by who is about to use them; None where it names none.

    Raises SecretMissingError: there is none, it has expired, or it is not a source's.
    """
    organization_id, secret_id = row["organization_id"], row["secret_id"]
    if secret_id is None:
        return None
    with connect("credentials") as connection:
        kinds = {each.secret_id: each.kind for each in list_secrets(connection, organization_id)}
        kind = kinds.get(secret_id, "none")
        if kind not in KINDS_OF_SECRETS:
            raise SecretMissingError(
                f"The source {row['source_key']} names a secret of kind {kind!r}; a source takes one of kind "
                f"{', '.join(sorted(KINDS_OF_SECRETS))}. Store it by `leadhouse secrets put --kind provider`."
            )
        return get_secret_by_id(connection, organization_id, secret_id, kind)


def _sql() -> queries.Queries:
    return queries.load("source_runs")
