"""What the mailboxes took and refused, in an SQLite file."""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import dataclass
from email import policy
from email.parser import BytesHeaderParser
from pathlib import Path

SCHEMA = """
create table if not exists mails (
    id integer primary key, received_at real not null, sender text not null, recipients text not null,
    message_id text not null, subject text not null, answered integer not null, raw blob not null);
create index if not exists mails_message_id on mails (message_id);
create table if not exists attempts (
    id integer primary key, at real not null, sender text not null, recipient text not null, answer text not null);
create index if not exists attempts_recipient on attempts (recipient);
"""


@dataclass(frozen=True, slots=True)
class Mail:
    """One accepted message; `answered` is false where the sender never heard of it. Times: seconds since the epoch."""

    id: int
    received_at: float
    sender: str
    recipients: list[str]
    message_id: str
    subject: str
    answered: bool
    raw: bytes


class MailStore:
    """Accepted messages and every answer to a recipient."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = off")
        self._connection.executescript(SCHEMA)

    def add(self, sender: str, recipients: list[str], raw: bytes, *, answered: bool = True) -> int:
        """Keep one accepted message; returns its id."""
        headers = BytesHeaderParser(policy=policy.default).parsebytes(raw)
        values = (
            time.time(), sender, json.dumps(recipients), str(headers.get("message-id", "")).strip(),
            str(headers.get("subject", "")), answered, raw,
        )  # fmt: skip
        cursor = self._connection.execute(
            "insert into mails (received_at, sender, recipients, message_id, subject, answered, raw)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            values,
        )
        return int(cursor.lastrowid or 0)

    def note(self, sender: str, recipient: str, answer: str) -> None:
        """Keep one answer to a recipient."""
        self._connection.execute(
            "insert into attempts (at, sender, recipient, answer) values (?, ?, ?, ?)",
            (time.time(), sender, recipient, answer),
        )

    def attempts(self, recipient: str) -> list[str]:
        """The answers that a recipient's mailbox gave so far."""
        rows = self._connection.execute("select answer from attempts where recipient = ? order by id", (recipient,))
        return [row[0] for row in rows]

    def mails(self, limit: int = 500, offset: int = 0) -> list[Mail]:
        """Accepted messages, newest first."""
        rows = self._connection.execute(
            "select id, received_at, sender, recipients, message_id, subject, answered, raw from mails"
            " order by id desc limit ? offset ?",
            (limit, offset),
        )
        return [_mail(row) for row in rows]

    def mail(self, number: int) -> Mail | None:
        """One message."""
        row = self._connection.execute(
            "select id, received_at, sender, recipients, message_id, subject, answered, raw from mails where id = ?",
            (number,),
        ).fetchone()
        return _mail(row) if row else None

    def count(self) -> int:
        """Number of accepted messages."""
        return int(self._connection.execute("select count(*) from mails").fetchone()[0])

    def duplicates(self) -> dict[str, int]:
        """Message-IDs that arrived more than once, with their count: empty where nothing was sent twice."""
        rows = self._connection.execute(
            "select message_id, count(*) from mails where message_id <> '' group by message_id having count(*) > 1"
        )
        return {row[0]: row[1] for row in rows}

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _mail(row: tuple[int, float, str, str, str, str, int, bytes]) -> Mail:
    return Mail(row[0], row[1], row[2], json.loads(row[3]), row[4], row[5], bool(row[6]), row[7])
