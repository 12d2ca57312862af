"""The certificate of an erasure: what was erased where, what still holds it and until when. No personal data."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from leadhouse.database import queries
from leadhouse.operations.backups import backup_folder, list_backups
from leadhouse.records import canonical_json

TITLES = {"person": "Certificate of erasure", "organization": "Certificate of the closing of an organization"}
HEADINGS = {
    "find": "Found",
    "archive": "Archive: members overwritten, by file",
    "raw": "Raw data, by table and column (*: rows)",
    "resolution": "Who is who",
    "tables": "Work and quality, by table and column (*: rows)",
    "history": "Marts as they were, by table and column (*: rows)",
    "marts": "Marts after their build",
    "airflow": "Airflow's database, by table and column",
    "files": "Files, by path",
    "rows": "Rows, by table",
    "logins": "Logins",
}


@dataclass(frozen=True)
class Certificate:
    """What an erasure did, as JSON and as text; `sha256` is of the canonical JSON without itself."""

    content: dict[str, Any]
    text: str
    sha256: str


def make_certificate(erasure: Mapping[str, Any], steps: Mapping[str, Mapping[str, Any]]) -> Certificate:
    """From the erasure's row and the counts of its steps."""
    now = datetime.now(UTC).replace(microsecond=0)
    content = {
        "erasure_id": str(erasure["erasure_id"]),
        "kind": erasure["kind"],
        "requested_by": erasure["requested_by"],
        "requested_at": erasure["requested_at"].isoformat(timespec="seconds"),
        "finished_at": now.isoformat(),
        "repeats": str(erasure["repeats_erasure_id"]) if erasure["repeats_erasure_id"] else None,
        "erased": {step: dict(counts) for step, counts in steps.items()},
        "backups": _backups(),
    }
    sha256 = hashlib.sha256(canonical_json(content).encode()).hexdigest()
    return Certificate({**content, "sha256": sha256}, _text(content, sha256), sha256)


def store_certificate(connection: Connection[Any], erasure: Mapping[str, Any], certificate: Certificate) -> None:
    """Finish the erasure; part of the caller's transaction."""
    values = {
        "erasure_id": erasure["erasure_id"],
        "finished_at": certificate.content["finished_at"],
        "certificate": Jsonb(certificate.content),
        "text": certificate.text,
        "hash": certificate.sha256,
    }
    connection.execute(queries.load("privacy").finish_erasure, values)


def is_genuine(content: Mapping[str, Any]) -> bool:
    """Whether a certificate's hash is that of what it says."""
    said = {name: value for name, value in content.items() if name != "sha256"}
    return hashlib.sha256(canonical_json(said).encode()).hexdigest() == content.get("sha256")


def _backups() -> list[dict[str, str]]:
    """Dumps made before now: they hold what was erased until they expire."""
    return [
        {"name": backup.path.name, "expires_at": backup.expires_at.isoformat()}
        for backup in list_backups(backup_folder())
        if backup.kind != "schema"
    ]


def _text(content: Mapping[str, Any], sha256: str) -> str:
    lines = [
        TITLES[content["kind"]],
        "",
        f"Erasure       {content['erasure_id']}",
        f"Requested by  {content['requested_by']}, {content['requested_at']}",
        f"Finished      {content['finished_at']}",
    ]
    lines += [f"Repeats       {content['repeats']}"] if content["repeats"] else []
    for step, counts in content["erased"].items():
        name, _, again = step.partition(" ")
        lines += ["", HEADINGS.get(name, name) + (f" (round {again})" if again else "")]
        lines += [f"  {place:64} {count:>7}" for place, count in sorted(counts.items())] or ["  nothing"]
    lines += ["", "Backups that hold it until they expire; a restore erases again"]
    lines += [f"  {each['name']}  expires {each['expires_at']}" for each in content["backups"]] or ["  none"]
    return "\n".join([*lines, "", f"SHA-256 of the JSON form: {sha256}", ""])
