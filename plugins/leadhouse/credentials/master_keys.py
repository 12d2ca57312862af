"""Master keys: they wrap the data keys of organizations and stand in the settings alone, never in the database.

``LEADHOUSE_MASTER_KEYS`` is a comma-separated list of ``id:base64 of 32 bytes``. The first is current and wraps; all of
them open. A change goes without downtime: ``old,new`` on every machine, then ``new,old``, then `rotate_master_key`,
then ``new``.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from leadhouse.settings import settings

KEY_BYTES = 32  # AES-256
NONCE_BYTES = 12  # 96 bits, NIST SP 800-38D section 8.2.2
_SETTING = "LEADHOUSE_MASTER_KEYS"
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")


class CredentialError(RuntimeError):
    """Something encrypted cannot be made or opened. No message of this family holds a value or a key."""


class MasterKeyError(CredentialError):
    """No master key, a malformed one, or not the one that wrapped a data key; the message says what to set."""


class MasterKey:
    """One key of the settings. It has no readable form but its id."""

    __slots__ = ("_cipher", "key_id")

    def __init__(self, key_id: str, key: bytes) -> None:
        if not _ID.fullmatch(key_id) or len(key) != KEY_BYTES:
            raise MasterKeyError(
                f"A master key in {_SETTING} is not of the form id:base64 of {KEY_BYTES} bytes, its id of letters, "
                "digits, - and _. `python -c 'from leadhouse.credentials import new_master_key; "
                "print(new_master_key())'` makes one."
            )
        self.key_id = key_id
        self._cipher = AESGCM(key)

    def wrap(self, data_key: bytes, purpose: bytes) -> bytes:
        """Nonce and ciphertext (60 bytes) of a data key, bound to `purpose`: whose key it is."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data_key, purpose)

    def unwrap(self, wrapped: bytes, purpose: bytes) -> bytes:
        """The data key. Raises MasterKeyError when this is not the key that wrapped it, or it is another's."""
        try:
            return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], purpose)
        except InvalidTag:
            raise MasterKeyError(
                f"The master key {self.key_id!r} in {_SETTING} did not wrap this data key, or the data key's row was "
                f"changed. Set the key that was in use under the id {self.key_id!r} when the data key was made; "
                "nothing was opened."
            ) from None

    def __repr__(self) -> str:
        return f"<MasterKey {self.key_id}>"


@dataclass(frozen=True)
class MasterKeys:
    """`current` wraps, `by_id` opens."""

    current: MasterKey
    by_id: Mapping[str, MasterKey]

    def find(self, key_id: str) -> MasterKey:
        """The key of that id. Raises MasterKeyError when the settings do not name it."""
        try:
            return self.by_id[key_id]
        except KeyError:
            raise MasterKeyError(
                f"A data key is wrapped by the master key {key_id!r}, which {_SETTING} does not name (it names "
                f"{', '.join(sorted(self.by_id))}). Add it behind the current one, and restart this process."
            ) from None


def master_keys() -> MasterKeys:
    """The keys of the settings. Raises MasterKeyError when there is none, or one is malformed or named twice."""
    setting = settings().master_keys
    keys = [_parse(part.strip()) for part in (setting.get_secret_value() if setting else "").split(",") if part.strip()]
    if not keys:
        raise MasterKeyError(
            f"{_SETTING} is not set: nothing can be encrypted or opened. `leadhouse up` makes a key for the embedded "
            "default; keep it apart from the backups, without it no secret in them can be read."
        )
    by_id = {key.key_id: key for key in keys}
    if len(by_id) != len(keys):
        raise MasterKeyError(f"{_SETTING} names an id twice; each key needs an id of its own.")
    return MasterKeys(keys[0], by_id)


def new_master_key() -> str:
    """A fresh key as the setting wants it: ``id:base64``."""
    return f"{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def _parse(text: str) -> MasterKey:
    key_id, _, encoded = text.partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    return MasterKey(key_id, key)
