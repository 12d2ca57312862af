"""Encrypted values: secrets by name, sealed values of other components, and the keys of both.

Plain text is never in the database: values are sealed here (AES-256-GCM) under an organization's data key, which is
wrapped by a master key of the settings.
"""

from leadhouse.credentials.master_keys import CredentialError, MasterKeyError, new_master_key
from leadhouse.credentials.rotation import finish_rotation, rotate_data_key, rotate_master_key
from leadhouse.credentials.sealing import SealError, open_sealed, reseal, seal
from leadhouse.credentials.stored_secrets import (
    Secret,
    SecretMissingError,
    delete_secret,
    get_secret,
    get_secret_by_id,
    list_secrets,
    put_secret,
    require_reach,
)

__all__ = [
    "CredentialError", "MasterKeyError", "SealError", "Secret", "SecretMissingError", "delete_secret",
    "finish_rotation", "get_secret", "get_secret_by_id", "list_secrets", "new_master_key", "open_sealed", "put_secret",
    "require_reach", "reseal", "rotate_data_key", "rotate_master_key", "seal",
]  # fmt: skip
