"""A mailbox's returned mail as reports: what `read_bounces` says of each mail, landed as any provider's report is."""

from __future__ import annotations

import mailbox
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

from leadhouse.delivery.bounce_verdicts import Kind, ReadBounce
from leadhouse.delivery.received_events import Landed, Report, ReportKind, land_report

PROVIDER = "mailbox"
_KINDS: dict[Kind, ReportKind] = {"failed": "bounced", "complained": "complained", "automatic": "replied"}
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


def read_mails(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each mail: of a file, of the files of a folder, of an mbox (which begins with "From ").

    Raises OSError for what cannot be read.
    """
    if path.is_dir():
        for each in sorted(path.iterdir()):
            if each.is_file() and not each.name.startswith("."):
                yield each.name, each.read_bytes()
        return
    with path.open("rb") as file:
        is_many = file.read(5) == b"From "
    if not is_many:
        yield path.name, path.read_bytes()
        return
    box = mailbox.mbox(path, create=False)
    try:
        for number, key in enumerate(box.iterkeys(), start=1):
            yield f"{path.name} {number}", box.get_bytes(key)
    finally:
        box.close()


def as_shown(found: ReadBounce) -> dict[str, object]:
    """A recipient as `leadhouse verification bounces --json` shows him: what was read, and both verdicts.

    `dsn` is the enhanced status (RFC 3463), `reason` and `hardbounce` are the field's, `reason_class`
    and `is_hard` ours.
    """
    shown: dict[str, object] = {("dsn" if name == "status" else name): value for name, value in asdict(found).items()}
    return shown | {
        "hardbounce": found.hardbounce, "is_hard": found.is_hard, "why_otherwise": found.why_otherwise,
    }  # fmt: skip


def land_bounce(organization_id: UUID, found: ReadBounce) -> Landed | None:
    """Lands what a mail said of one of the organization's messages; None where it says nothing that could land.

    That is a delay, a delivery, or a mail that names no message of which it speaks. The same mail twice lands once.
    """
    kind = _KINDS.get(found.kind)
    if kind is None or found.rfc_message_id is None:
        return None
    report = Report(
        f"{found.report_id or found.rfc_message_id} {found.recipient}", kind, rfc_message_id=found.rfc_message_id,
        reason_class=("unclassified" if found.has_expired else found.reason_class) if kind == "bounced" else None,
        smtp_code=found.smtp_code if kind == "bounced" else None,
        dsn_status=found.status if kind == "bounced" and _STATUS.fullmatch(found.status or "") else None,
        payload={"text": found.words} if kind == "replied" else {"reason": found.reason},
        reply_kind="out_of_office" if kind == "replied" else None,
    )  # fmt: skip
    return land_report(organization_id, report, PROVIDER)
