"""New keys for old, while readers go on: a value opens under the key its row names, at every moment of a rotation.

Both rotations work in batches of short transactions and may be killed and run again.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import Connection

from leadhouse.credentials.master_keys import CredentialError, master_keys
from leadhouse.credentials.sealing import find_data_key, insert_data_key, rewrapped
from leadhouse.credentials.stored_secrets import resealed
from leadhouse.database.queries import load

BATCH = 200


def rotate_data_key(connection: Connection[Any], organization_id: UUID | None, *, batch: int = BATCH) -> int:
    """A new data key for the organization (None: the platform); returns how many secrets were re-encrypted to it.

    The former key is retired and kept: values that other components sealed and keep themselves still open, until they
    are brought over by `reseal`. A run that was killed is finished by `finish_rotation` or by the next rotation.
    `connection` is the component's, in autocommit mode: each batch is a transaction of its own.

    Raises:
        CredentialError: the connection is not in autocommit mode.
        MasterKeyError, SealError: a key or a secret does not open; what was done before stays done.
    """
    _require_autocommit(connection)
    queries, key = load("credentials"), {"organization_id": organization_id}
    with connection.transaction():
        connection.execute(queries.hold_rotation, key)
        row = connection.execute(queries.find_active_key, key).fetchone()
        if row is not None:
            find_data_key(connection, organization_id, row["data_key_id"])  # a key that cannot be opened is not retired
            connection.execute(queries.retire_data_key, row)
        last = connection.execute(queries.find_last_version, key).fetchone()
        insert_data_key(connection, organization_id, (last["version"] if last else 0) + 1)
    return finish_rotation(connection, organization_id, batch=batch)


def finish_rotation(connection: Connection[Any], organization_id: UUID | None, *, batch: int = BATCH) -> int:
    """Re-encrypts what an older key still seals; returns how many secrets. Raises as `rotate_data_key`."""
    _require_autocommit(connection)
    total = 0
    while done := _reseal_batch(connection, organization_id, batch):
        total += done
    return total


def rotate_master_key(connection: Connection[Any], *, batch: int = BATCH) -> int:
    """Wraps every data key anew under the current master key; returns how many. No secret is touched.

    Every process that reads must name both master keys by then: see `leadhouse.credentials.master_keys`. When it has
    returned, nothing needs the older ones any more, and they may leave the settings; backups of before still need them.

    Raises:
        CredentialError: the connection is not in autocommit mode.
        MasterKeyError: a data key is wrapped by a key that the settings do not name.
    """
    _require_autocommit(connection)
    queries, total = load("credentials"), 0
    key = {"master_key_id": master_keys().current.key_id, "batch": batch}
    while True:
        with connection.transaction():
            rows = connection.execute(queries.lock_foreign_keys, key).fetchall()
            for row in rows:
                connection.execute(queries.update_wrapping, rewrapped(row))
        total += len(rows)
        if not rows:
            return total


def _reseal_batch(connection: Connection[Any], organization_id: UUID | None, batch: int) -> int:
    queries, key = load("credentials"), {"organization_id": organization_id}
    with connection.transaction():
        connection.execute(queries.hold_active_key, key)  # before any row, as writers do, or the two deadlock
        active = connection.execute(queries.find_active_key, key).fetchone()
        if active is None:
            return 0
        wanted = {**key, "data_key_id": active["data_key_id"], "batch": batch}
        rows = connection.execute(queries.lock_outdated_secrets, wanted).fetchall()
        for row in rows:
            connection.execute(queries.update_ciphertext, resealed(connection, row))
    return len(rows)


def _require_autocommit(connection: Connection[Any]) -> None:
    if not connection.autocommit:
        raise CredentialError(
            "A rotation needs a connection in autocommit mode, connect('credentials', autocommit=True): in one long "
            "transaction it would hold up everybody who stores a secret."
        )
