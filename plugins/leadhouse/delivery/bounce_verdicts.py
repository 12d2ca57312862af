"""What a report's words and codes about one recipient amount to: the field's reason, our class, hard or not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from leadhouse.delivery.bounce_texts import EXPIRED
from leadhouse.delivery.bounce_words import Reason, class_of, is_hard_in_field, reason_of, says_why
from leadhouse.delivery.replies import ReasonClass, is_hard

Kind = Literal["failed", "delayed", "delivered", "complained", "automatic"]
_BASIC = re.compile(r"(?<![\d.\[])([45]\d\d)[ -](?!\d)")
# that the server had taken the recipient, and refused the whole message
_AFTER_DATA = re.compile(
    r"(?:in reply to|after|refused[^\n]{0,30}\()\s*(?:the )?(?:end of )?data\b|after i sent the message"
    r"|for text command|smtp command:?\s+data\b"
    r"|>>> (?:data|\.)\s*\n<<< 5(?![\s\S]{0,300}(?:need rcpt|no valid recipients))", re.I
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadBounce:
    """What a mail says of one recipient. `reason_class` and `status` are None where nothing failed.

    `reason` is the field's term (`bounce_words`), `reason_class` ours, by which the product acts. `rfc_message_id`
    is the Message-ID of the mail that it is about, `report_id` its own; None where it names none.
    """

    recipient: str
    kind: Kind
    reason_class: ReasonClass | None = None
    reason: Reason = "undefined"
    status: str | None = None
    smtp_code: int | None = None
    has_expired: bool = False
    words: str = ""
    rfc_message_id: str | None = None
    report_id: str | None = None

    @property
    def is_hard(self) -> bool:
        """Whether nobody is at the address: only what failed for good can say so."""
        return self.kind == "failed" and not self.has_expired and is_hard(self.reason_class)

    @property
    def hardbounce(self) -> bool:
        """Whether the field calls it a hard bounce; the product goes by `is_hard`."""
        is_temporary = self.kind == "delayed" or (self.status or "").startswith("4.")
        return self.kind in ("failed", "delayed") and is_hard_in_field(self.reason, is_temporary=is_temporary)

    @property
    def why_otherwise(self) -> str | None:
        """Why the product takes it for hard where the field does not, or the other way round; None where they agree."""
        if self.is_hard == self.hardbounce:
            return None
        if self.hardbounce:
            return "tried too long or refused for now: no verdict on the address"
        if self.reason == "suspend":
            return "a mailbox that is switched off takes no mail: suppressed"
        return "the server says that nobody is there, though not when it was asked for the recipient: suppressed"


def judged(whom: str, text: str, status: str | None, all_words: str, *, is_delayed: bool) -> ReadBounce:
    """What failed, by `text`, the server's own words; `all_words` are those of the report beside it as well."""
    basic = _BASIC.search(text)
    code = int(basic[1]) if basic else None
    is_temporary = (status or "").startswith("4.") or (status is None and code is not None and code < 500)
    has_expired = bool(EXPIRED.search(all_words)) or status in ("4.4.7", "5.4.7")
    cause = reason_of(text, status, code)
    kind: Kind = "delayed" if is_delayed or (is_temporary and not has_expired) else "failed"
    reason = _in_field(cause, is_temporary, has_expired, text, all_words, status or "")
    return ReadBounce(whom, kind, class_of(cause), reason, status, code, has_expired, " ".join(text.split())[:500])


def _in_field(cause: Reason, is_temporary: bool, has_expired: bool, text: str, all_words: str, status: str) -> Reason:
    """The field's term: the field has names of its own for what is said late, or only for now."""
    if has_expired and not says_why(text):
        return "expired"
    if cause == "hostunknown" and is_temporary:
        return "networkerror"  # a name that is not found for now
    is_late = cause == "userunknown" and not status[2:].startswith("1.") and bool(_AFTER_DATA.search(all_words))
    return "filtered" if is_late else cause
