"""Sealing: AES-256-GCM under the data key of an organization, bound to whose value it is and what for.

A sealed value is ``version (1) | data key id (16) | nonce (12) | ciphertext and tag``. Its associated data are the
version, the organization, the data key and the caller's context (NIST SP 800-38D), so that a value moved to another
row, tenant or purpose does not open. Data keys stand in the database wrapped by a master key; retired ones still open
what they sealed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Connection
from pydantic import SecretBytes

from leadhouse.credentials.master_keys import KEY_BYTES, NONCE_BYTES, CredentialError, master_keys
from leadhouse.database.queries import load

VERSION = b"\x01"
_HEADER = len(VERSION) + 16  # then nonce, ciphertext, tag
_NO_ORGANIZATION = bytes(16)  # the platform's own


class SealError(CredentialError):
    """A sealed value does not open: changed, moved, of another organization, or of another purpose."""


@dataclass(frozen=True, repr=False)
class DataKey:
    """An unwrapped data key; shown by its id alone."""

    data_key_id: UUID
    organization_id: UUID | None
    version: int
    _key: bytes

    def seal(self, plaintext: SecretBytes, context: str) -> bytes:
        """The sealed value, 45 bytes longer than the plain one."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        encrypted = AESGCM(self._key).encrypt(nonce, plaintext.get_secret_value(), self._bound_to(context))
        return VERSION + self.data_key_id.bytes + nonce + encrypted

    def open(self, sealed: bytes, context: str) -> SecretBytes:
        """The plain value. Raises SealError."""
        body = sealed[_HEADER:]
        try:
            return SecretBytes(
                AESGCM(self._key).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], self._bound_to(context))
            )
        except (InvalidTag, ValueError):
            raise SealError(
                f"A value sealed by data key {self.data_key_id} does not open as {context!r} of "
                f"{_owner(self.organization_id)}: it was changed, or belongs to another row, organization or purpose. "
                "Store the value again."
            ) from None

    def _bound_to(self, context: str) -> bytes:
        return VERSION + _organization_bytes(self.organization_id) + self.data_key_id.bytes + context.encode()

    def __repr__(self) -> str:
        return f"<DataKey {self.data_key_id} version {self.version}>"


def seal(connection: Connection[Any], organization_id: UUID | None, plaintext: bytes, context: str) -> bytes:
    """Seals `plaintext` under the organization's active data key (None: the platform's), which is made at first need.

    `context` says what the value is and whose, e.g. ``totp:<user id>``; the same text opens it. The connection's role
    is `credentials` or `identity`; the value and a new key are as durable as the connection's transaction.

    Raises MasterKeyError.
    """
    hidden = SecretBytes(plaintext)
    del plaintext  # a traceback that shows local variables shows stars
    with connection.transaction():
        return active_data_key(connection, organization_id).seal(hidden, context)


def open_sealed(connection: Connection[Any], organization_id: UUID | None, sealed: bytes, context: str) -> bytes:
    """The plain value of what `seal` made with the same organization and context, under active and retired data keys.

    Raises:
        SealError: changed, moved, or not sealed for this organization and context.
        MasterKeyError: the settings lack the master key that wraps its data key.
    """
    return find_data_key(connection, organization_id, sealed_by(sealed)).open(sealed, context).get_secret_value()


def reseal(connection: Connection[Any], organization_id: UUID | None, sealed: bytes, context: str) -> bytes | None:
    """The value under the active data key; None when it is already, so that its owner writes only what has changed.

    `rotate_data_key` re-encrypts the secrets; a component with sealed values in tables of its own calls this for them.
    Raises as `open_sealed`.
    """
    with connection.transaction():
        active = active_data_key(connection, organization_id)
        if sealed_by(sealed) == active.data_key_id:
            return None
        return active.seal(find_data_key(connection, organization_id, sealed_by(sealed)).open(sealed, context), context)


def sealed_by(sealed: bytes) -> UUID:
    """The id of the data key that sealed a value. Raises SealError for bytes that `seal` has not made."""
    if len(sealed) < _HEADER + NONCE_BYTES + 16 or sealed[:1] != VERSION:
        raise SealError("These bytes are no sealed value (too short, or of an unknown version). Store the value again.")
    return UUID(bytes=bytes(sealed[1:_HEADER]))


def active_data_key(connection: Connection[Any], organization_id: UUID | None) -> DataKey:
    """The key that seals now; made if the organization has none. To be called in a transaction.

    Holds off a rotation until the transaction ends, so that none finishes while something is sealed under the old key.
    """
    queries, key = load("credentials"), {"organization_id": organization_id}
    connection.execute(queries.hold_active_key, key)
    row = connection.execute(queries.find_active_key, key).fetchone()
    if row is None:
        insert_data_key(connection, organization_id, 1)
        row = connection.execute(queries.find_active_key, key).fetchone()
    if row is None:
        raise CredentialError(
            f"{_owner(organization_id).capitalize()} has no active data key and none could be made: does it exist?"
        )
    return unwrapped(row)


def find_data_key(connection: Connection[Any], organization_id: UUID | None, data_key_id: UUID) -> DataKey:
    """A key by its id. Raises SealError when the organization has no such key, MasterKeyError as `open_sealed`."""
    key = {"organization_id": organization_id, "data_key_id": data_key_id}
    row = connection.execute(load("credentials").find_data_key, key).fetchone()
    if row is None:
        raise SealError(
            f"A value was sealed by data key {data_key_id}, which {_owner(organization_id)} does not have: it "
            "belongs to another organization, or its key was removed. Store the value again."
        )
    return unwrapped(row)


def insert_data_key(connection: Connection[Any], organization_id: UUID | None, version: int) -> None:
    """Writes a fresh key, wrapped by the current master key; nothing happens when there is an active one."""
    current, data_key_id = master_keys().current, uuid4()
    wrapped = current.wrap(secrets.token_bytes(KEY_BYTES), _purpose(data_key_id, organization_id))
    values = {"data_key_id": data_key_id, "organization_id": organization_id, "version": version}
    connection.execute(
        load("credentials").insert_data_key, {**values, "master_key_id": current.key_id, "wrapped_key": wrapped}
    )


def unwrapped(row: dict[str, Any]) -> DataKey:
    """The key of a row of credentials.data_keys. Raises MasterKeyError."""
    purpose = _purpose(row["data_key_id"], row["organization_id"])
    key = master_keys().find(row["master_key_id"]).unwrap(bytes(row["wrapped_key"]), purpose)
    return DataKey(row["data_key_id"], row["organization_id"], row["version"], key)


def rewrapped(row: dict[str, Any]) -> dict[str, Any]:
    """The row's key under the current master key, as parameters of its update. Raises MasterKeyError."""
    keys, purpose = master_keys(), _purpose(row["data_key_id"], row["organization_id"])
    key = keys.find(row["master_key_id"]).unwrap(bytes(row["wrapped_key"]), purpose)
    wrapped = keys.current.wrap(key, purpose)
    return {"data_key_id": row["data_key_id"], "master_key_id": keys.current.key_id, "wrapped_key": wrapped}


def _purpose(data_key_id: UUID, organization_id: UUID | None) -> bytes:
    return b"leadhouse data key 1\x00" + _organization_bytes(organization_id) + data_key_id.bytes


def _organization_bytes(organization_id: UUID | None) -> bytes:
    return organization_id.bytes if organization_id else _NO_ORGANIZATION


def _owner(organization_id: UUID | None) -> str:
    return f"organization {organization_id}" if organization_id else "the platform"
