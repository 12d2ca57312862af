"""Notices that a sending service mails as JSON instead of a report: Amazon SES by way of SNS.

The form is Amazon's ("Amazon SNS notification examples for Amazon SES"): `notificationType` Bounce, Complaint or
Delivery, the recipients with SMTP's own fields, and the mail that it is about. What is read of a bounce has the names
of RFC 3464, so that it is judged as any report.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_BEGINS = re.compile(r'\{\s*"(?:notificationType|eventType)"')
_FOLD = re.compile(r"!?\r?\n ")  # where a relay has broken a line that is longer than SMTP allows


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice says: `reported` are fields of RFC 3464 by recipient, `complained` who has called our mail spam."""

    reported: tuple[tuple[str, Mapping[str, str]], ...]
    complained: tuple[str, ...]
    rfc_message_id: str | None


def read_notice(text: str) -> Notice | None:
    """The notice in a mail's text; None where there is none. Raises nothing."""
    place = _BEGINS.search(text)
    if place is None:
        return None
    try:
        told = json.JSONDecoder(strict=False).raw_decode(_FOLD.sub("", text[place.start() :]))[0]
    except (ValueError, RecursionError):
        return None
    about = _object(_object(told.get("mail")).get("commonHeaders"))
    bounce = _object(told.get("bounce"))
    reported = [(whom, _fields(each, bounce)) for whom, each in _people(bounce.get("bouncedRecipients"))]
    delivered = _object(told.get("delivery")).get("recipients") or (
        _object(told.get("mail")).get("destination") if "Delivery" in told.values() else None
    )
    reported += [(whom, {"action": "delivered"}) for whom, _ in _people(delivered)]
    complained = [whom for whom, _ in _people(_object(told.get("complaint")).get("complainedRecipients"))]
    message_id = about.get("messageId")
    return Notice(tuple(reported), tuple(complained), message_id if isinstance(message_id, str) else None)


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _people(value: object) -> list[tuple[str, dict[str, Any]]]:
    """Recipients, each an object with `emailAddress` or the address alone."""
    listed = value if isinstance(value, list) else []
    people = [{"emailAddress": each} if isinstance(each, str) else _object(each) for each in listed]
    named = ((each.get("emailAddress"), each) for each in people)
    return [(whom.strip().lower(), each) for whom, each in named if isinstance(whom, str) and "@" in whom]


def _fields(each: Mapping[str, Any], bounce: Mapping[str, Any]) -> dict[str, str]:
    """SMTP's fields; the kind in words ("Mailbox Full") where the server's answer is not passed on."""
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(bounce.get("bounceSubType") or ""))
    status = str(each.get("status") or ("4.0.0" if bounce.get("bounceType") == "Transient" else "5.0.0"))
    return {
        "action": str(each.get("action") or "failed"),
        "status": status,
        "diagnostic-code": str(each.get("diagnosticCode") or kind),
    }
