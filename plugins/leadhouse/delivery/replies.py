"""What a server's refusal means, by enhanced status codes (RFC 3463, RFC 7505, RFC 7372) and by its words.

The classes differ in what they ask for. `mailbox_unknown`, `mailbox_disabled` and `domain_unknown` say that nobody is
there: the address is suppressed. `policy`, `reputation` and `authentication` speak about us: the mailbox lives, and
taking it for dead would throw good addresses away. Words of policy outrank a code of addressing, because servers refuse
senders they dislike with 5.1.1 as well.
"""

from __future__ import annotations

import re
from typing import Literal

ReasonClass = Literal[
    "mailbox_unknown", "mailbox_disabled", "mailbox_full", "domain_unknown", "policy", "reputation", "authentication",
    "content", "message_size", "sender", "network", "system", "protocol", "unclassified",
]  # fmt: skip
Command = Literal["connect", "mail", "rcpt", "data", "content"]

HARD = frozenset({"mailbox_unknown", "mailbox_disabled", "domain_unknown"})

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_BY_CODE: dict[tuple[int, int], ReasonClass] = {
    (1, 0): "mailbox_unknown", (1, 1): "mailbox_unknown", (1, 2): "domain_unknown", (1, 3): "mailbox_unknown",
    (1, 4): "mailbox_unknown", (1, 6): "mailbox_unknown", (1, 7): "sender", (1, 8): "sender", (1, 10): "domain_unknown",
    (2, 1): "mailbox_disabled", (2, 2): "mailbox_full", (2, 3): "message_size", (3, 4): "message_size",
    (7, 20): "authentication", (7, 21): "authentication", (7, 22): "authentication", (7, 23): "authentication",
    (7, 24): "authentication", (7, 25): "authentication", (7, 26): "authentication", (7, 27): "sender",
}  # fmt: skip
_BY_SUBJECT: dict[int, ReasonClass] = {
    1: "mailbox_unknown", 2: "unclassified", 3: "system", 4: "network", 5: "protocol", 6: "content", 7: "policy",
}  # fmt: skip
_WORDS: tuple[tuple[ReasonClass, re.Pattern[str]], ...] = (
    (
        "reputation",
        re.compile(
            r"reputation|black.?list|block.?list|dnsbl|\brbl\b|spamhaus|spamcop|barracuda|listed (at|in|by|on)"
            r"|blocked using",
            re.I,
        ),
    ),
    ("authentication", re.compile(r"\bspf\b|\bdkim\b|\bdmarc\b|reverse dns|\bptr\b|unauthenticated", re.I)),
    ("policy", re.compile(r"policy|\bspam\b|not allowed|prohibited|administrative(ly)?|rate.?limit|too many", re.I)),
)  # fmt: skip
_MAILBOX_WORDS: tuple[tuple[ReasonClass, re.Pattern[str]], ...] = (
    ("mailbox_full", re.compile(r"mailbox (is )?full|over ?quota|quota exceeded", re.I)),
    (
        "mailbox_disabled",
        re.compile(r"(account|mailbox|user) (has been |is )?(disabled|inactive|suspended|deactivated)", re.I),
    ),
    (
        "mailbox_unknown",
        re.compile(
            r"(user|recipient|mailbox|address|account)[^.;]{0,40}"
            r"(unknown|not found|not exist|does ?n.t exist|invalid|unavailable)"
            r"|no such (user|recipient|mailbox|account|address|person)"
            r"|(unknown|invalid) (user|recipient|mailbox|address)",
            re.I,
        ),
    ),
    ("domain_unknown", re.compile(r"(host|domain)[^.;]{0,30}(unknown|not found|not exist)|does not accept mail", re.I)),
    ("message_size", re.compile(r"(message|size)[^.;]{0,30}(too (big|large)|exceed)", re.I)),
)


def enhanced_status(reply: str) -> str | None:
    """The enhanced status code of a reply (RFC 2034), as text: ``5.1.1``."""
    match = _STATUS.search(reply)
    return match[0] if match else None


def classify(code: int | None, reply: str, command: Command) -> ReasonClass:
    """The class of a refusal. `code` is the basic reply code, `command` what was answered."""
    by_words = _first(_WORDS, reply)
    status = _STATUS.search(reply)
    subject, detail = (int(status[2]), int(status[3])) if status else (0, 0)
    if command == "mail" and subject in {0, 1}:
        return by_words or "sender"
    if by_words:
        return by_words
    if (subject, detail) in _BY_CODE:
        return _BY_CODE[subject, detail]
    by_mailbox = _first(_MAILBOX_WORDS, reply) if command in {"rcpt", "content"} else None
    if by_mailbox:
        return by_mailbox
    if subject in _BY_SUBJECT:
        return _BY_SUBJECT[subject]
    return "protocol" if code is not None and 500 <= code <= 504 else "unclassified"


def is_hard(reason: str | None) -> bool:
    """Whether the reason says that nobody is at the address."""
    return reason in HARD


def _first(table: tuple[tuple[ReasonClass, re.Pattern[str]], ...], reply: str) -> ReasonClass | None:
    return next((reason for reason, pattern in table if pattern.search(reply)), None)
