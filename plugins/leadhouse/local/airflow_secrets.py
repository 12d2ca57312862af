"""Secrets of the one-machine Airflow: made at random once, kept in files of mode 0600."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from leadhouse.local.private_files import write_private

ADMIN = "admin"
DISPATCHER = "dispatcher"


@dataclass(frozen=True)
class AirflowSecrets:
    """Everything the components must agree on."""

    fernet_key: str
    jwt_secret: str
    session_key: str
    database_password: str
    admin_password: str
    dispatcher_password: str


def ensure_secrets(folder: Path) -> AirflowSecrets:
    """The secrets of the Airflow in `folder`, made on the first call; also writes the sign-in's password file."""
    path = folder / "secrets.json"
    try:
        chosen = AirflowSecrets(**json.loads(path.read_text()))
    except FileNotFoundError:
        folder.mkdir(parents=True, exist_ok=True)
        chosen = _make()
        write_private(path, json.dumps(asdict(chosen), indent=1))
    passwords = {ADMIN: chosen.admin_password, DISPATCHER: chosen.dispatcher_password}
    write_private(password_file(folder), json.dumps(passwords))
    return chosen


def password_file(folder: Path) -> Path:
    """Where Airflow's SimpleAuthManager reads the passwords."""
    return folder / "passwords.json"


def _make() -> AirflowSecrets:
    return AirflowSecrets(
        fernet_key=Fernet.generate_key().decode(),
        jwt_secret=secrets.token_urlsafe(48),
        session_key=secrets.token_urlsafe(32),
        database_password=secrets.token_urlsafe(24),
        admin_password=secrets.token_urlsafe(12),
        dispatcher_password=secrets.token_urlsafe(24),
    )
