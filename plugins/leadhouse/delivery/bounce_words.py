"""Why a mail came back, read from what servers say to people and from their codes.

A server's words are read before its code where they are plain: *mailbox full* behind 5.1.1 is a full mailbox, and
*blocked, see our list* behind 5.1.1 speaks of us. Whatever says that nobody is at an address ends it for good, so that
such words are read last of all that speak of something else. `leadhouse.delivery.replies` reads one answer in SMTP;
this reads reports, which quote several and speak in the languages of their authors.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from leadhouse.delivery.replies import ReasonClass, classify

_WORDS = tomllib.loads(Path(__file__).with_name("bounce_words.toml").read_text("utf-8"))
_PATTERNS: tuple[tuple[ReasonClass, re.Pattern[str]], ...] = tuple(
    (reason, re.compile("|".join(text.splitlines()), re.I)) for reason, text in _WORDS["reasons"].items()
)
_OF_PACE = re.compile("|".join(_WORDS["pace"]["policy"].splitlines()), re.I)
_OF_CODE = {"mailbox_unknown", "mailbox_disabled", "mailbox_full", "domain_unknown", "message_size", "authentication"}
_NO_MAIL_HERE = {521, 556}  # RFC 7504: the host, or the domain, takes no mail at all


def reason_of(text: str, status: str | None, code: int | None) -> ReasonClass:
    """The class of a failure by a report's words, then by the status (RFC 3463) and basic code that it gives."""
    if _OF_PACE.search(text):
        return "policy"
    by_words = next((reason for reason, pattern in _PATTERNS if pattern.search(text)), None)
    if code in _NO_MAIL_HERE and by_words not in ("reputation", "content", "authentication"):
        return "domain_unknown"
    by_code = classify(code, status or "", "rcpt")
    if by_words in (None, "policy", "sender", "network") and by_code in _OF_CODE:
        return by_code
    return by_words or (by_code if status or code else classify(code, text, "content"))
