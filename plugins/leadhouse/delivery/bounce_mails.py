"""Mails that say what became of a mail: delivery reports, complaints, automatic answers, whoever wrote them.

What a machine has written for machines is believed first: the fields of RFC 3464 (delivery reports), RFC 5965
(complaints), `X-Failed-Recipients` (Exim, Gmail), RFC 3834 (automatic answers). Where there is none, the words above
the returned message are read: whom they name, and what the server said of him.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses
from typing import Literal

from leadhouse.delivery.bounce_texts import (
    EXPIRED,
    RETURNED,
    header_text,
    is_automatic_subject,
    shown_text,
    text_of,
)
from leadhouse.delivery.bounce_words import reason_of
from leadhouse.delivery.replies import ReasonClass, enhanced_status, is_hard

Kind = Literal["failed", "delayed", "delivered", "complained", "automatic"]
_ADDRESS = re.compile(r"(?<![\w.+@-])[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)*\.[\w-]{2,}", re.UNICODE)
_BASIC = re.compile(r"(?<![\d.\[])([45]\d\d)[ -](?!\d)")
_DAEMON = re.compile(r"^(mailer-daemon|postmaster|mail-daemon|maildaemon|mdaemon|bounces?)[@+]", re.I)
# whom a line of a report is about: how qmail, sendmail, Exim, Exchange and their like put the address
_ABOUT = (
    re.compile(rf"^\s*<?({_ADDRESS.pattern})>?\s*:?\s*$", re.M),
    re.compile(rf"^\s*(?:\S{{0,12}}\s)?<({_ADDRESS.pattern})>\s*(?:\.\.\.|:|\(|,|$)", re.M),
    re.compile(rf"^\s*({_ADDRESS.pattern})\s*(?:\.\.\.|:|\(|,| on )", re.M),
    re.compile(rf"RCPT TO:\s*<({_ADDRESS.pattern})>", re.I),
    re.compile(
        rf"(?:recipients?|addressees?|empf[äa]nger|destinataires?|destinatarios?|destinatari[oa]?|user|mailbox|宛先)"
        rf"[^\n@]{{0,60}}?({_ADDRESS.pattern})",
        re.I,
    ),
    re.compile(rf"\bto[: ]+<?({_ADDRESS.pattern})", re.I),
)
_OF_LOOP = re.compile(r"complaint about message from ", re.I)  # Microsoft's, which keeps to no RFC
LONGEST = 1024 * 1024  # bytes that are read of a mail


@dataclass(frozen=True, slots=True)
class ReadBounce:
    """What a mail says of one recipient. `reason_class` and `status` are None where nothing failed.

    `rfc_message_id` is the Message-ID of the mail that it is about, `report_id` its own; None where it names none.
    """

    recipient: str
    kind: Kind
    reason_class: ReasonClass | None = None
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


def read_bounces(raw: bytes) -> list[ReadBounce]:
    """What a mail says of the mails that we sent: one each recipient; nothing where it is no report. Raises nothing."""
    message = BytesParser().parsebytes(raw[:LONGEST])
    parts = [each for each in message.walk() if not each.is_multipart() or each.get_content_maintype() == "message"]
    original = _original(parts)
    ids = {
        "rfc_message_id": (header_text(original, "Message-ID") or header_text(message, "In-Reply-To")).strip() or None,
        "report_id": header_text(message, "Message-ID").strip() or None,
    }
    found = _complaints(parts, original, header_text(message, "Subject")) or _reported(parts, message, original)
    if not found:
        found = _automatic(message, parts) or _told(message, parts, original)
    told: dict[str, ReadBounce] = {}
    for each in found:
        told.setdefault(each.recipient, _with(each, ids))
    return list(told.values())


def _with(found: ReadBounce, ids: dict[str, str | None]) -> ReadBounce:
    kept = {name: getattr(found, name) for name in found.__slots__}
    return ReadBounce(**(kept | ids))


def _original(parts: list[Message]) -> Message | None:
    """The returned message, or its headers; where it stands in the text below the report, what can be read of it."""
    for part in parts:
        if part.get_content_type() in ("message/rfc822", "message/global", "message/partial"):
            within = part.get_payload()
            if isinstance(within, list) and within and isinstance(within[0], Message) and within[0].keys():
                return within[0]
        if part.get_content_type() in ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers"):
            return BytesParser().parsebytes(text_of(part).encode())
    for part in parts:
        if part.get_content_type() == "text/plain":
            below = RETURNED.split(text_of(part), maxsplit=1)
            if len(below) > 1:
                return BytesParser().parsebytes(below[-1].lstrip("-*> \r\n").encode())
    return None


def _fields(text: str) -> list[dict[str, str]]:
    """Blocks of header fields, by name in lower case, as RFC 3464 lists them: of the message, then each recipient's."""
    blocks = []
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
        unfolded = re.sub(r"\n[ \t]+", " ", block)
        pairs = (line.partition(":") for line in unfolded.splitlines())
        fields = {
            name.strip().lower(): value.strip() for name, sign, value in pairs if sign and " " not in name.strip()
        }
        if fields:
            blocks.append(fields)
    return blocks


def _first_address(*texts: str | None) -> str | None:
    for text in texts:
        found = _ADDRESS.search((text or "").partition(";")[2] or text or "")
        if found:
            return found[0].lower().strip("'`")
    return None


def _complaints(parts: list[Message], original: Message | None, subject: str) -> list[ReadBounce]:
    """RFC 5965: who has called our mail spam. The address may be left out; then it stands in the mail itself."""
    for part in parts:
        if part.get_content_type() != "message/feedback-report":
            continue
        text = text_of(part)
        fields = {name: value for block in _fields(text) for name, value in block.items()}
        named = re.findall(rf"^(?:Original-Rcpt-To|Removal-Recipient)\s*:.*?({_ADDRESS.pattern})", text, re.I | re.M)
        whom = [each.lower() for each in named] or _to_whom(original)
        if fields.get("feedback-type", "abuse").lower() in ("auth-failure", "dmarc"):
            return [ReadBounce(each, "failed", "authentication") for each in whom]
        return [ReadBounce(each, "complained") for each in whom]
    if _OF_LOOP.match(subject):
        return [ReadBounce(each, "complained") for each in _to_whom(original)]
    return []


def _to_whom(original: Message | None) -> list[str]:
    found = _first_address(header_text(original, "X-Original-To"), header_text(original, "To"))
    return [found] if found else []


def _reported(parts: list[Message], message: Message, original: Message | None) -> list[ReadBounce]:
    """RFC 3464: what the report says of each recipient in its fields; the words beside them where those say less."""
    reports = [each for each in parts if each.get_content_type().endswith("delivery-status")]
    words = _words_above(parts)
    found = []
    for part in reports:
        for fields in _fields(text_of(part)):
            whom = _first_address(
                fields.get("final-recipient"), fields.get("original-recipient"), fields.get("x-actual-recipient")
            )
            if whom is not None:
                found.append(_of_fields(whom, fields, words))
    if found or not reports:
        return found
    failed = _first_address(header_text(message, "X-Failed-Recipients"), header_text(original, "To"))
    return [_of_words(failed, words)] if failed else []


def _of_fields(whom: str, fields: dict[str, str], words: str) -> ReadBounce:
    diagnostic = fields.get("diagnostic-code", "")
    said = re.sub(r"^\s*(smtp|x-[\w-]+)\s*;\s*", "", diagnostic, flags=re.I)
    action = fields.get("action", "failed").split()[0].lower() if fields.get("action", "failed").split() else "failed"
    status = enhanced_status(fields.get("status", "")) or enhanced_status(said)
    if (status or "").startswith("2"):
        status = None
    if action in ("delivered", "relayed", "expanded"):
        return ReadBounce(whom, "delivered", status=status)
    about = _near(words, whom)
    has_said = bool(re.search(r"[^\W\d_]{3}", re.sub(r"https?://\S+", "", said)))
    text = said if has_said else f"{said} {about}"
    better = enhanced_status(said)
    if status is None or (status.endswith((".0.0", ".0.1")) and better):
        status = better or status
    return _failed(whom, text, status, f"{said} {about}", is_delayed=action == "delayed")


def _of_words(whom: str, words: str) -> ReadBounce:
    about = _near(words, whom)
    return _failed(whom, about, enhanced_status(about), about, is_delayed=False)


def _failed(whom: str, text: str, status: str | None, all_words: str, *, is_delayed: bool) -> ReadBounce:
    basic = _BASIC.search(text)
    code = int(basic[1]) if basic else None
    is_temporary = (status or "").startswith("4.") or (status is None and code is not None and code < 500)
    has_expired = bool(EXPIRED.search(all_words)) or status in ("4.4.7", "5.4.7")
    reason = reason_of(text, status, code)
    kind: Kind = "delayed" if is_delayed or (is_temporary and not has_expired) else "failed"
    return ReadBounce(whom, kind, reason, status, code, has_expired, " ".join(text.split())[:500])


def _automatic(message: Message, parts: list[Message]) -> list[ReadBounce]:
    """RFC 3834: a machine answered for who is away; the mailbox lives."""
    marks = header_text(message, "Auto-Submitted").lower(), header_text(message, "Precedence").lower()
    is_answer = marks[0].startswith("auto-replied") or "auto_reply" in marks[1] or bool(message.get("X-Autoreply"))
    is_daemon = bool(_DAEMON.match(_sender(message) or "")) or header_text(message, "Return-Path").strip() == "<>"
    by_subject = is_automatic_subject(header_text(message, "Subject"))
    if message.get("X-Failed-Recipients") or not (is_answer or (by_subject and not is_daemon)):
        return []
    if _DAEMON.match(_sender(message) or "") and not by_subject:
        return []
    whom = _sender(message)
    return [ReadBounce(whom, "automatic", words=_words_above(parts)[:500])] if whom else []


def _sender(message: Message) -> str | None:
    found = getaddresses([header_text(message, "Reply-To"), header_text(message, "From")])
    return next((each.lower() for _, each in found if "@" in each), None)


def _told(message: Message, parts: list[Message], original: Message | None) -> list[ReadBounce]:
    """A report in words alone: whom it names above the returned message. Nothing where it does not look like one."""
    words = _words_above(parts)
    failed = [each.lower() for each in _ADDRESS.findall(header_text(message, "X-Failed-Recipients"))]
    if failed:
        return [_of_words(each, words) for each in failed]
    if not _is_report(message, words):
        return []
    ours = {each.lower() for name in ("To", "Delivered-To") for each in _ADDRESS.findall(header_text(message, name))}
    ours |= {_sender(message) or ""}
    ours |= {each.lower() for each in _ADDRESS.findall(header_text(original, "From"))}
    for pattern in _ABOUT:
        whom = [each.lower() for each in pattern.findall(words)]
        named = [each for each in dict.fromkeys(whom) if each not in ours and not _DAEMON.match(each)]
        if named:
            return [_of_words(each, words) for each in named]
    rest = [each.lower() for each in _ADDRESS.findall(words)]
    if original is not None:
        rest += [each.lower() for each in _ADDRESS.findall(header_text(original, "To"))]
    named = [each for each in dict.fromkeys(rest) if each not in ours and not _DAEMON.match(each)]
    return [_of_words(named[0], words)] if named else []


def _is_report(message: Message, words: str) -> bool:
    subject = header_text(message, "Subject")
    has_daemon = bool(_DAEMON.match(_sender(message) or "")) or header_text(message, "Return-Path").strip() == "<>"
    speaks = re.compile(
        r"undeliver|unzustell|delivery|deliver|returned? mail|failure|failed|non remis|no se (ha )?pudo|mancata|"
        r"returned to sender|bounce|rejected|konnte nicht|配信|配達|未送达|退信|не\s*доставлен|mail system error",
        re.I,
    )
    return has_daemon or bool(speaks.search(subject)) or bool(re.search(r"\b5\d\d[ -]5\.\d+\.\d+", words))


def _words_above(parts: list[Message]) -> str:
    """What the report says to people, without the message that it returns."""
    texts = [text_of(each) for each in parts if each.get_content_type() == "text/plain"]
    if not any(text.strip() for text in texts):
        texts = [shown_text(text_of(each)) for each in parts if each.get_content_type() == "text/html"]
    cut = (RETURNED.split(text, maxsplit=1)[0].strip() for text in texts)
    return next((text for text in cut if text), "")  # what follows is often the returned mail as text


def _near(words: str, whom: str) -> str:
    """What is said of one address where several are named; the whole where it is not named."""
    places = [each.start() for each in re.finditer(re.escape(whom), words, re.I)]
    others = [each.start() for each in _ADDRESS.finditer(words) if each[0].lower() != whom]
    said = []
    for place in places:
        end = min((each for each in others if each > place and "\n" in words[place:each]), default=place + 1500)
        said.append(words[place:end])
    about = "\n".join(said)
    return about if re.search(r"\d{3}|[^\W\d_]{4,} [^\W\d_]{3,}", about.replace(whom, "")) else words
