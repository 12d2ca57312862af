"""Mails that say what became of a mail: delivery reports, complaints, automatic answers, whoever wrote them.

What a machine has written for machines is believed first: the fields of RFC 3464 (delivery reports), RFC 5965
(complaints), `X-Failed-Recipients` (Exim, Gmail), RFC 3834 (automatic answers). Where there is none, the words above
the returned message are read: whom they name, and what the server said of him.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses

from leadhouse.delivery.bounce_notices import read_notice
from leadhouse.delivery.bounce_texts import (
    RETURNED,
    header_text,
    is_automatic_subject,
    shown_text,
    text_of,
)
from leadhouse.delivery.bounce_verdicts import ReadBounce, judged

_ADDRESS = re.compile(r"(?<![\w.+@-])[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)*\.[\w-]{2,}", re.UNICODE)
_STATUS = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])")
_QUOTED = re.compile(r"\"[^\"\s]{1,62}\"@[\w.-]+\.\w{2,}")  # RFC 5321: a local part in quotes
_DAEMON = re.compile(r"^(mailer-daemon|postmaster|mail-daemon|maildaemon|mdaemon|bounces?)[@+]", re.I)
# whom a line of a report is about: how qmail, sendmail, Exim, Exchange and their like put the address
_ABOUT = (
    re.compile(rf"^\s*<?({_ADDRESS.pattern})>?\s*:?\s*$", re.M),
    re.compile(rf"^\s*(?:\S{{0,12}}\s)?<({_ADDRESS.pattern})>\s*(?:\.\.\.|:|\(|,|$)", re.M),
    re.compile(rf"^\s*({_ADDRESS.pattern})\s*(?:\.\.\.|:|\(|,| on )", re.M),
    re.compile(rf"RCPT TO:\s*<?({_ADDRESS.pattern})", re.I),
    re.compile(
        rf"(?:recipients?|addressees?|empf[äa]nger|destinataires?|destinatarios?|destinatari[oa]?|user|mailbox|宛先)"
        rf"[^\n@]{{0,60}}?({_ADDRESS.pattern})",
        re.I,
    ),
    re.compile(rf"\bto[: ]+<?({_ADDRESS.pattern})", re.I),
)
_OF_SENDER = re.compile(r"MAIL FROM:\s*<?\Z", re.I)  # a line of the dialogue, which speaks of the same recipient
_AS_TEXT = re.compile(r"^Final-Recipient:[ \t]*rfc822;.*\n(?:.*\n)?(?:Action|Status):", re.I | re.M)
_OF_LOOP = re.compile(r"complaint about message from ", re.I)  # Microsoft's, which keeps to no RFC
LONGEST = 1024 * 1024  # bytes that are read of a mail


def read_bounces(raw: bytes) -> list[ReadBounce]:
    """What a mail says of the mails that we sent: one each recipient; nothing where it is no report. Raises nothing."""
    message = BytesParser().parsebytes(raw[:LONGEST])
    parts = [each for each in message.walk() if not each.is_multipart() or each.get_content_maintype() == "message"]
    original = _original(parts)
    ids = {
        "rfc_message_id": (header_text(original, "Message-ID") or header_text(message, "In-Reply-To")).strip() or None,
        "report_id": header_text(message, "Message-ID").strip() or None,
    }
    noticed = _noticed(parts, ids)
    found = (
        noticed or _complaints(parts, original, header_text(message, "Subject")) or _reported(parts, message, original)
    )
    if not found:
        found = _automatic(message, parts) or _told(message, parts, original)
    told: dict[str, ReadBounce] = {}
    for each in found:
        told.setdefault(each.recipient, _with(each, ids))
    return list(told.values())


def _noticed(parts: list[Message], ids: dict[str, str | None]) -> list[ReadBounce]:
    """What a sending service tells as JSON; the Message-ID that it names goes into `ids`."""
    notices = (read_notice(text_of(each)) for each in parts if each.get_content_type() == "text/plain")
    notice = next((each for each in notices if each is not None), None)
    if notice is None:
        return []
    ids["rfc_message_id"] = notice.rfc_message_id
    found = [_of_fields(whom, fields, "") for whom, fields in notice.reported]
    return found + [ReadBounce(whom, "complained", reason="feedback") for whom in notice.complained]


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
        value = (text or "").partition(";")[2] or text or ""
        found = _QUOTED.search(value) or _ADDRESS.search(value)
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
            return [ReadBounce(each, "failed", "authentication", "feedback") for each in whom]
        return [ReadBounce(each, "complained", reason="feedback") for each in whom]
    if _OF_LOOP.match(subject):
        return [ReadBounce(each, "complained", reason="feedback") for each in _to_whom(original)]
    return []


def _to_whom(original: Message | None) -> list[str]:
    found = _first_address(header_text(original, "To"), header_text(original, "X-Original-To"))
    return [found] if found else []


def _reported(parts: list[Message], message: Message, original: Message | None) -> list[ReadBounce]:
    """RFC 3464: what the report says of each recipient in its fields; the words beside them where those say less."""
    words = _words_above(parts)
    returned = {id(within) for each in parts if each.get_content_maintype() == "message" for within in _within(each)}
    reports = [each for each in parts if each.get_content_type().endswith("delivery-status")]
    reports = [each for each in reports if id(each) not in returned] or reports
    if not reports:  # one whose own headers were lost on the way, so that its parts are read as text
        reports = [each for each in parts if each.get_content_type() == "text/plain" and _AS_TEXT.search(text_of(each))]
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


def _within(part: Message) -> list[Message]:
    """The parts of a returned message, which may be a report itself."""
    return [] if part.get_content_type().endswith("delivery-status") else list(part.walk())[1:]


def _of_fields(whom: str, fields: Mapping[str, str], words: str) -> ReadBounce:
    diagnostic = fields.get("diagnostic-code", "")
    said = re.sub(r"^\s*(smtp|x-(?!unix)[\w-]+)\s*;\s*", "", diagnostic, flags=re.I)
    action = fields.get("action", "failed").split()[0].lower() if fields.get("action", "failed").split() else "failed"
    status = _status_of(fields.get("status", "")) or _status_of(said)
    if action in ("delivered", "relayed", "expanded"):
        return ReadBounce(whom, "delivered", reason="delivered", status=status)
    about = _near(words, whom)
    has_said = bool(re.search(r"[^\W\d_]{3}", re.sub(r"https?://\S+", "", said)))
    text = said if has_said else f"{said} {about}"
    better = _status_of(said) or _status_of(about)
    if status is None or (status.endswith((".0.0", ".0.1")) and better):
        status = better or status
    return judged(whom, text, status, f"{said} {about}", is_delayed=action == "delayed")


def _status_of(text: str) -> str | None:
    """The first enhanced status of a refusal (RFC 3463); a transcript quotes those of what went well too."""
    found = _STATUS.search(text)
    return found[0] if found else None


def _of_words(whom: str, words: str) -> ReadBounce:
    about = _near(words, whom)
    return judged(whom, about, _status_of(about), about, is_delayed=False)


def _automatic(message: Message, parts: list[Message]) -> list[ReadBounce]:
    """RFC 3834: a machine answered for who is away; the mailbox lives."""
    marks = header_text(message, "Auto-Submitted").lower(), header_text(message, "Precedence").lower()
    is_answer = marks[0].startswith("auto-replied") or "auto_reply" in marks[1] or bool(message.get("X-Autoreply"))
    is_daemon = _is_daemon(message)
    by_subject = is_automatic_subject(header_text(message, "Subject"))
    if message.get("X-Failed-Recipients") or not (is_answer or (by_subject and not is_daemon)):
        return []
    if _DAEMON.match(_sender(message) or "") and not by_subject:
        return []
    whom = _sender(message)
    return [ReadBounce(whom, "automatic", reason="vacation", words=_words_above(parts)[:500])] if whom else []


def _sender(message: Message) -> str | None:
    found = getaddresses([header_text(message, "Reply-To"), header_text(message, "From")])
    return next((each.lower() for _, each in found if "@" in each), None)


def _told(message: Message, parts: list[Message], original: Message | None) -> list[ReadBounce]:
    """A report in words alone: whom it names above the returned message. Nothing where it does not look like one."""
    words = _words_above(parts)
    failed = [each.lower() for each in _ADDRESS.findall(header_text(message, "X-Failed-Recipients"))]
    if failed:
        return [_of_words(each, words) for each in failed]
    has_daemon = _is_daemon(message)
    if not _is_report(message, words):
        return []
    ours = {each.lower() for name in ("To", "Delivered-To") for each in _ADDRESS.findall(header_text(message, name))}
    ours |= {_sender(message) or ""}
    ours |= {each.lower() for each in _ADDRESS.findall(header_text(original, "From"))}
    about = [[each.lower() for each in pattern.findall(words)] for pattern in _ABOUT]
    for whom in about:
        named = [each for each in dict.fromkeys(whom) if each not in ours and not each.startswith("mailer-daemon@")]
        if named:
            return [_of_words(each, words) for each in named]
    if has_daemon and about[0] + about[1]:  # who writes to himself is sender and recipient
        return [_of_words(each, words) for each in dict.fromkeys(about[0] + about[1]) if each != _sender(message)]
    rest = [each.lower() for each in _ADDRESS.findall(words)]
    if original is not None:
        rest += [each.lower() for each in _ADDRESS.findall(header_text(original, "To"))]
    named = [each for each in dict.fromkeys(rest) if each not in ours and not _DAEMON.match(each)]
    return [_of_words(named[0], words)] if named else []


def _is_daemon(message: Message) -> bool:
    is_named = bool(_DAEMON.match(_sender(message) or header_text(message, "From").strip().replace(" <>", "@")))
    return is_named or header_text(message, "Return-Path").strip() == "<>"


def _is_report(message: Message, words: str) -> bool:
    subject = header_text(message, "Subject")
    speaks = re.compile(
        r"undeliver|unzustell|delivery|deliver|returned? mail|failure|failed|non remis|no se (ha )?pudo|mancata|"
        r"returned to sender|bounce|rejected|konnte nicht|配信|配達|未送达|退信|не\s*доставлен|mail system error",
        re.I,
    )
    return _is_daemon(message) or bool(speaks.search(subject)) or bool(re.search(r"\b5\d\d[ -]5\.\d+\.\d+", words))


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
    named = (each for each in _ADDRESS.finditer(words) if each[0].lower() != whom)
    others = [each.start() for each in named if not _OF_SENDER.search(words, 0, each.start())]
    said = []
    for place in places:
        end = min((each for each in others if each > place and "\n" in words[place:each]), default=place + 1500)
        said.append(words[place:end])
    about = "\n".join(said)
    return about if re.search(r"\d{3}|[^\W\d_]{4,} [^\W\d_]{3,}", about.replace(whom, "")) else words
