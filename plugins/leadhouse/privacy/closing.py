"""Closing an organization: at once nobody works in it, and after a time of grace nothing of it is left.

Its rows in every table, its stored files, secrets, sessions, keys, logins of analysts, and the users who belong to no
other organization. What is shared stays: it was never the organization's.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection, sql
from psycopg.rows import DictRow

from leadhouse.database import admin, connect, queries
from leadhouse.database.beside import Beside, alone
from leadhouse.files.store import Store
from leadhouse.privacy import erasures
from leadhouse.privacy.certificates import Certificate, make_certificate, store_certificate
from leadhouse.privacy.erasures import ErasureError

GRACE_DAYS = 30


def request_closing(
    slug: str, requested_by: str, grace_days: int = GRACE_DAYS, *, beside: Beside = alone
) -> tuple[UUID, datetime]:
    """Shut the organization and set the day of its deletion (UTC); a second request answers the same.

    Raises:
        ErasureError: there is no such organization.
    """
    with connect("privacy") as connection:
        row = connection.execute(_sql().find_organization, {"slug": slug}).fetchone()
        if row is None:
            raise ErasureError(f"There is no organization {slug!r}.")
        found = connection.execute(_sql().find_closing, row).fetchone()
        if found is None:
            erasures.insert(
                connection,
                "organization",
                requested_by,
                organization_id=row["organization_id"],
                grace_days=grace_days,
            )
            connection.execute(_sql().close_organization, row)
            found = connection.execute(_sql().find_closing, row).fetchone()
        assert found is not None
        beside(connection, (found["erasure_id"], found["due_at"]))
        return found["erasure_id"], found["due_at"]


def cancel_closing(slug: str) -> bool:
    """Take a closing back while the time of grace lasts; campaigns and sources stay paused. False: none was requested.

    Raises:
        ErasureError: there is no such organization.
    """
    with connect("privacy") as connection:
        row = connection.execute(_sql().find_organization, {"slug": slug}).fetchone()
        if row is None:
            raise ErasureError(f"There is no organization {slug!r}.")
        found = connection.execute(_sql().find_closing, row).fetchone()
        if found is None or not connection.execute(_sql().cancel_erasure, found).rowcount:
            return False
        connection.execute(_sql().reopen_organization, row)
        return True


def close_due() -> list[Certificate]:
    """Delete the organizations whose time of grace is over; their certificates.

    Raises:
        ExceptionGroup: what stopped some of them; the others are deleted.
    """
    with connect("privacy") as connection:
        due = [row["erasure_id"] for row in connection.execute(_sql().list_due_closings)]
    certificates, failures = list[Certificate](), list[Exception]()
    for erasure_id in due:
        try:
            certificates.append(close_now(erasure_id))
        except Exception as error:
            error.add_note(f"Closing {erasure_id}: what is done of it stays done, the next run goes on.")
            failures.append(error)
    if failures:
        raise ExceptionGroup(f"{len(failures)} of {len(due)} organizations could not be deleted", failures)
    return certificates


def close_now(erasure_id: UUID) -> Certificate:
    """Carry a closing out, whatever its day; one that was killed goes on.

    Raises:
        ErasureError: there is no such closing, it was taken back, or another process works on it.
    """
    with connect("privacy", autocommit=True) as connection:
        row = connection.execute(_sql().lock_erasure, {"erasure_id": erasure_id}).fetchone()
        if not row or not row["is_mine"]:
            raise ErasureError(f"Another process works on the closing {erasure_id}; wait for it.")
        erasure = connection.execute(_sql().select_erasure, {"erasure_id": erasure_id}).fetchone()
        if erasure is None or erasure["kind"] != "organization" or erasure["state"] == "cancelled":
            raise ErasureError(f"There is no closing {erasure_id} of an organization.")
        if erasure["state"] == "done":
            return Certificate(erasure["certificate"], erasure["certificate_text"], erasure["certificate_hash"])
        connection.execute(_sql().start_erasure, {"erasure_id": erasure_id})
        _delete(connection, erasure)
        with connection.transaction():
            certificate = make_certificate(erasure, erasures.steps_done(connection, erasure_id))
            store_certificate(connection, erasure, certificate)
        return certificate


def _delete(connection: Connection[DictRow], erasure: dict[str, Any]) -> None:
    """Logins first, so that nobody reads on; files before their rows, which name them."""
    erasure_id, scope = erasure["erasure_id"], {"organization_id": erasure["organization_id"]}
    done = erasures.steps_done(connection, erasure_id)
    if "logins" not in done:
        counts = {"logins of analysts": _drop_logins(connection, scope)}
        erasures.record_step(connection, erasure_id, "logins", counts)
    if "files" not in done:
        names = [row["storage_name"] for row in connection.execute(_sql().list_stored_files, scope)]
        Store().remove(names)
        erasures.record_step(connection, erasure_id, "files", {"stored files": len(names)})
    if "history" not in done:
        with connect("transform") as transform:
            erasures.record_step(transform, erasure_id, "history", _delete_marts(transform, scope))
    if "rows" not in done:
        with connection.transaction():
            rows = connection.execute(_sql().delete_organization, scope).fetchall()
            counts = erasures.merged({row["table_name"]: row["changed"]} for row in rows)
            erasures.record_step(connection, erasure_id, "rows", counts)


def _drop_logins(connection: Connection[DictRow], scope: dict[str, Any]) -> int:
    logins = [row["login"] for row in connection.execute(_sql().list_logins, scope)]
    if logins:
        with admin(autocommit=True) as owner:
            for login in logins:
                _drop_login(owner, login)
    return len(logins)


def _drop_login(owner: Connection[DictRow], login: str) -> None:
    role = sql.Identifier(login)
    if owner.execute("select from pg_roles where rolname = %s", [login]).fetchone() is None:
        return
    owner.execute(sql.SQL("alter role {} nologin").format(role))  # before the look: no session opens in between
    owner.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", [login])
    owner.execute(sql.SQL("drop owned by {}").format(role))
    owner.execute(sql.SQL("drop role {}").format(role))


def _delete_marts(transform: Connection[Any], scope: dict[str, Any]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for table in transform.execute(_sql().list_mart_tables).fetchall():
        if "organization_id" in (table["ids"] or []):
            target = sql.Identifier(table["table_schema"], table["table_name"])
            statement = sql.SQL("delete from {} where organization_id = %(organization_id)s").format(target)
            counts[f"{table['table_schema']}.{table['table_name']}"] = transform.execute(statement, scope).rowcount
    return {name: count for name, count in counts.items() if count}


def _sql() -> queries.Queries:
    return queries.load("privacy")
