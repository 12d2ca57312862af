"""Why a mail came back, in the terms of the field, read from servers' codes and from what they say to people.

The reasons are those of https://libsisimai.org/en/reason; each has one class of ours (`[classes]` of the data file),
which says what the product does. A code that says one thing only is believed first (5.2.2, 5.7.25). Otherwise a
server's words go before its code where they are plain: *mailbox full* behind 5.1.1 is a full mailbox, and *blocked,
see our list* behind 5.1.1 speaks of us. Whatever says that nobody is at an address ends it for good, so that such words
are read last of all that speak of something else. `leadhouse.delivery.replies` reads one answer in SMTP; this reads
reports, which quote several and speak in the languages of their authors.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Literal, get_args

from leadhouse.delivery.replies import ReasonClass, enhanced_status

Reason = Literal[
    "authfailure", "badreputation", "blocked", "contenterror", "exceedlimit", "expired", "failedstarttls", "filtered",
    "hasmoved", "hostunknown", "mailboxfull", "mailererror", "mesgtoobig", "networkerror", "norelaying", "notaccept",
    "notcompliantrfc", "onhold", "policyviolation", "rejected", "requireptr", "securityerror", "spamdetected",
    "speeding", "suspend", "syntaxerror", "systemerror", "systemfull", "toomanyconn", "undefined", "userunknown",
    "virusdetected", "feedback", "vacation", "delivered",
]  # fmt: skip

REASONS: tuple[Reason, ...] = get_args(Reason)
_WORDS = tomllib.loads(Path(__file__).with_name("bounce_words.toml").read_text("utf-8"))
_WORDINGS: tuple[tuple[Reason, re.Pattern[str]], ...] = tuple(
    (each["reason"], re.compile("|".join(each["words"].splitlines()), re.I)) for each in _WORDS["wordings"]
)
_CLASSES: dict[str, ReasonClass] = _WORDS["classes"]
_CODES: dict[str, dict[str, Reason]] = _WORDS["codes"]
_ADDRESS = re.compile(r"<?[^\s<>:;,()\"']+@[\w.-]*\w>?")
# the codes at the beginning of each line of an answer, and what IronPort and SES write before the one that they quote
_CODE = re.compile(r"(?:^|\s)[45]\d\d[ -][45]\.\d{1,3}\.\d{1,3}\s")
_QUOTES = re.compile(r"[45]\.\d\.\d - (?:Other mail system problem|Unknown address error)\s*(?=\S{0,5}['(\"])", re.I)
_SAYS_LITTLE = {"rejected", "securityerror", "policyviolation", "networkerror", "expired"}
_OF_US = {"badreputation", "blocked", "spamdetected", "authfailure", "requireptr", "securityerror"}
_NOBODY = {"userunknown", "hostunknown", "hasmoved"}


def reason_of(text: str, status: str | None, code: int | None) -> Reason:
    """The reason of a failure by the enhanced status (RFC 3463), a report's words and the basic code that it gives."""
    quoted = _QUOTES.search(text)
    if quoted:
        text = text[quoted.end() :]
        status = enhanced_status(text) or (None if _by_words(text) else status)
    detail = ".".join((status or enhanced_status(text) or "").split(".")[1:])
    if detail in _CODES["certain"]:
        return _CODES["certain"][detail]
    by_words = _by_words(text)
    by_basic = _CODES["basic"].get(str(code))
    if by_basic and by_words not in _OF_US:
        return by_basic
    if by_words is None or by_words in _SAYS_LITTLE:
        by_code = _CODES["likely"].get(detail)
        if by_code:
            return by_code
    return by_words or _by_code(detail) or ("syntaxerror" if code in range(500, 505) else "undefined")


def says_why(text: str) -> bool:
    """Whether words give a reason, whatever the codes beside them say."""
    return _by_words(text) is not None


def class_of(reason: Reason) -> ReasonClass:
    """What the product takes a reason for; raises KeyError for what is no failure (feedback, vacation, delivered)."""
    return _CLASSES[reason]


def is_hard_in_field(reason: Reason, *, is_temporary: bool) -> bool:
    """Whether the field calls a reason a hard bounce: nobody there, also for now; or a host that takes no mail."""
    return reason in _NOBODY or (reason == "notaccept" and not is_temporary)


def _by_words(text: str) -> Reason | None:
    first = _CODE.search(text)
    begins = first.end() if first else 0
    text = text[:begins] + _CODE.sub(" ", text[begins:])
    plain = _ADDRESS.sub("<>", text)
    return next((reason for reason, pattern in _WORDINGS if pattern.search(plain)), None)


def _by_code(detail: str) -> Reason | None:
    vague = _CODES["vague"]
    return vague.get(detail) or (None if detail.startswith("0") else vague.get(detail.partition(".")[0]))
