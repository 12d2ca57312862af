"""Mails of many senders about what became of ours: whom they name, why, and whether anybody is there.

Written after the manner of each system, in its words as they are documented; none is a message that somebody received.
"""

from __future__ import annotations

import base64
import json
import os
import random
from pathlib import Path

import pytest

from leadhouse.delivery.bounce_mails import read_bounces

EVA = "eva@firma.example"
SENT = (
    f"Return-Path: <us@we.example>\nMessage-ID: <77@we.example>\nFrom: us@we.example\nTo: {EVA}\nSubject: Hello\n\nHi"
)
CORPUS = Path(os.environ.get("LEADHOUSE_BOUNCES", "") or "/nonexistent")


def told(text, subject="Undelivered Mail", sender="MAILER-DAEMON@mx.example", headers="", kind="plain"):
    return (
        f"From: {sender}\nTo: us@we.example\nSubject: {subject}\nMessage-ID: <9@mx.example>\n{headers}"
        f"MIME-Version: 1.0\nContent-Type: text/{kind}; charset=utf-8\n\n{text}\n"
    ).encode()


def reported(fields, text="It could not be delivered.", encoding="", original=SENT):
    """A report as RFC 3464 forms it; `fields` are those of the recipient."""
    status = f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {EVA}\n{fields}\n"
    head = ""
    if encoding == "base64":
        status, text = (base64.encodebytes(each.encode()).decode() for each in (status, text))
        head = "\nContent-Transfer-Encoding: base64"
    return (
        "From: Mail Delivery System <MAILER-DAEMON@mx.example>\nTo: us@we.example\nMessage-ID: <9@mx.example>\n"
        'Subject: Undelivered\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain; charset=utf-8{head}\n\n{text}\n"
        f"--b\nContent-Type: message/delivery-status{head}\n\n{status}\n"
        f"--b\nContent-Type: message/rfc822\n\n{original}\n--b--\n"
    ).encode()


def failed(status, said=""):
    return f"Action: failed\nStatus: {status}\n" + (f"Diagnostic-Code: smtp; {said}\n" if said else "")


OUR_WORDS = f"\n\n--- Original message ---\nFrom: us@we.example\nTo: {EVA}\nSubject: Hello\n\nYour mailbox is full?"
HARD = {
    "Exchange, in its own words": reported(
        failed("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
        f"Your message to {EVA} couldn't be delivered.\nEva wasn't found at firma.example.",
    ),
    "Office 365 at the edge": reported(
        failed("5.4.1", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [AM5EUR02FT032.example]"),
    ),
    "Gmail": reported(
        failed("5.1.1", "550-5.1.1 The email account that you tried to reach does not exist. Please try\n 550-5.1.1 "
               "double-checking the recipient's email address for typos or\n 550 5.1.1 unnecessary spaces. - gsmtp"),
        f"** Address not found **\n\nYour message wasn't delivered to {EVA} because the address couldn't be found.",
    ),
    "Yahoo": reported(
        failed("5.0.0", "554 delivery error: dd This user doesn't have a yahoo.com account (eva@firma.example) [0] - "
               "mta1.mail.bf1.example"),
    ),
    "GMX": told(
        f"This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
        "delivered to one or more of\nits recipients. This is a permanent error. The following address\nfailed:\n\n"
        f'"{EVA}":\nSMTP error from remote server for RCPT TO command, host: mx00.gmx.example (212.227.15.10) reason: '
        f"550 Requested\n action not taken: mailbox unavailable{OUR_WORDS}",
        "Mail delivery failed: returning message to sender",
    ),
    "Postfix": reported(
        failed("5.1.1", f"550 5.1.1 <{EVA}>: Recipient address rejected: User unknown in virtual mailbox table"),
        f"<{EVA}>: host mx.firma.example[192.0.2.9] said: 550 5.1.1 <{EVA}>: Recipient address rejected: User unknown",
    ),
    "Exim": told(
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
        f"delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n"
        f"  {EVA}\n    Unrouteable address\n\n------ This is a copy of your message, including all the headers. ------"
        f"\n\n{SENT}",
        "Mail delivery failed: returning message to sender", headers=f"X-Failed-Recipients: {EVA}\n",
    ),
    "qmail": told(
        "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the "
        "following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<{EVA}>:\n192.0.2.9 does not like recipient.\nRemote host said: 550 sorry, no mailbox here by that name. "
        f"(#5.7.17)\nGiving up on 192.0.2.9.\n\n--- Below this line is a copy of the message.\n\n{SENT}",
        "failure notice",
    ),
    "Sendmail": told(
        "The original message was received at Fri, 20 Nov 2026 10:00:00 GMT\nfrom localhost\n\n   ----- The following "
        f"addresses had permanent fatal errors -----\n<{EVA}>\n    (reason: 550 5.1.1 <{EVA}>... User unknown)\n\n"
        "   ----- Transcript of session follows -----\n... while talking to mx.firma.example.:\n>>> DATA\n<<< 550 "
        f"5.1.1 <{EVA}>... User unknown\n550 5.1.1 <{EVA}>... User unknown\n",
        "Returned mail: see transcript for details",
    ),
    "Zimbra": reported(
        failed("5.1.1", f"550 5.1.1 <{EVA}>: Recipient address rejected: firma.example"),
        f"This is the mail system at host zimbra.example.\n\n<{EVA}>: unknown user: \"eva\"",
    ),
    "a domain that is gone": reported(
        failed("5.4.4", "").replace("Diagnostic", "X") + "Diagnostic-Code: X-Postfix; Host or domain name not found. "
        "Name service error for name=firma.example type=AAAA: Host not found\n",
    ),
    "a domain that takes no mail (RFC 7505)": reported(
        failed("5.1.10") + "Diagnostic-Code: X-Postfix; Domain firma.example does not accept mail (nullMX)\n",
    ),
    "no diagnostic at all": reported(failed("5.1.1"), "Sorry."),
    "only X-Failed-Recipients": told("The address does not exist.", headers=f"X-Failed-Recipients: {EVA}\n"),
    "base64 everywhere": reported(failed("5.1.1", "550 No such user here"), encoding="base64"),
    "German": told(
        f"Ihre Nachricht konnte nicht zugestellt werden.\n\nEmpfänger: {EVA}\nGrund: Die E-Mail-Adresse des Empfängers"
        f" ist unbekannt.{OUR_WORDS}", "Unzustellbar: Hello",
    ),
    "French": told(
        f"Votre message n'a pas pu être remis à {EVA}.\nL'adresse du destinataire est introuvable.", "Non remis : Hello"
    ),
    "Spanish": told(
        f"No se ha podido entregar el mensaje a: {EVA}\nEl destinatario no existe en este servidor.",
        "No se puede entregar: Hello",
    ),
    "Japanese": told(
        f"次の宛先にメールを配信できませんでした。\n\n<{EVA}>\n宛先のメールアドレスが存在しません。", "配信不能通知"
    ),
    "Russian, as a page": told(
        f"<html><p>Ваше сообщение не доставлено.</p><p>&lt;{EVA}&gt;</p><p>Пользователь не найден</p></html>",
        "Письмо не доставлено", kind="html",
    ),
}  # fmt: skip
SOFT = {
    "Mimecast, a policy": (
        reported(failed("5.7.1", "550 5.7.1 Administrative prohibition - envelope blocked - "
                        "https://community.mimecast.example/docs/DOC-1369#550")), "failed", {"policy", "reputation"},
    ),
    "Proofpoint's list": (
        reported(failed("5.7.0", "554 Blocked - see https://ipcheck.proofpoint.example/?ip=198.51.100.7")), "failed",
        {"reputation"},
    ),
    "Barracuda's list behind 5.1.1": (
        reported(failed("5.1.1", "550 permanent failure for one or more recipients (eva@firma.example:blocked)")),
        "failed", {"reputation"},
    ),
    "Office 365 is throttling": (
        reported("Action: delayed\nStatus: 4.5.127\nDiagnostic-Code: smtp; 451 4.7.500 Server busy. Please try again "
                 "later from [198.51.100.7]. (S77719)\n"), "delayed", {"policy", "system"},
    ),
    "DMARC": (
        reported(failed("5.7.26", "550-5.7.26 Unauthenticated email from we.example is not accepted due to domain's "
                        "DMARC policy. - gsmtp")), "failed", {"authentication"},
    ),
    "greylisting": (
        reported("Action: delayed\nStatus: 4.2.0\nDiagnostic-Code: smtp; 450 4.2.0 <eva@firma.example>: Recipient "
                 "address rejected: Greylisted, see http://postgrey.example/help\n"), "delayed", {"policy"},
    ),
    "a full mailbox behind 5.1.1": (
        reported(failed("5.1.1", "550 5.1.1 Mailbox is full / Postfach ist voll")), "failed", {"mailbox_full"},
    ),
    "a full mailbox at Gmail": (
        reported(failed("5.2.2", "552-5.2.2 The email account that you tried to reach is over quota and inactive.")),
        "failed", {"mailbox_full"},
    ),
    "a full mailbox in Italian": (
        told(f"Impossibile recapitare il messaggio a {EVA}: la casella del destinatario è piena.",
             "Mancata consegna: Hello"), "failed", {"mailbox_full"},
    ),
    "a week in the queue": (
        reported(failed("4.4.7", ""), f"Message to {EVA} could not be delivered for 5 days"), "failed",
        {"network", "unclassified", "protocol"},
    ),
    "a message that is too large": (
        reported(failed("5.3.4", "552 5.3.4 Message size exceeds fixed maximum message size (10485760)")), "failed",
        {"message_size"},
    ),
    "a scanner of attachments": (
        reported(failed("5.0.0", "554 5.0.0 Message rejected: attachment type not allowed")), "failed", {"policy"},
    ),
    "relaying is denied": (
        reported(failed("5.7.1", "550 5.7.1 <eva@firma.example>... Relaying denied")), "failed", {"policy"},
    ),
}  # fmt: skip
AWAY = {
    "English": ("Automatic reply: Hello", "I am out of the office."),
    "German": ("Abwesenheitsnotiz: Hello", "Ich bin nicht im Büro."),
    "French": ("Réponse automatique : Hello", "Je suis absente."),
    "Spanish": ("Respuesta automática: Hello", "Estoy de vacaciones."),
    "Italian": ("Risposta automatica: Hello", "Sono in ferie."),
    "Dutch": ("Automatisch antwoord: Hello", "Ik ben er niet."),
    "Polish": ("Odpowiedź automatyczna: Hello", "Jestem na urlopie."),
    "Portuguese": ("Resposta automática: Hello", "Estou de férias."),
    "Swedish": ("Autosvar: Hello", "Jag är ledig."),
    "Japanese": ("自動応答: Hello", "本日は休暇をいただいております。"),
}


@pytest.mark.parametrize("name", HARD)
def test_nobody_is_there(name):
    [found] = read_bounces(HARD[name])
    assert (found.recipient, found.kind, found.is_hard) == (EVA, "failed", True), found
    assert found.reason_class == ("domain_unknown" if "domain" in name else "mailbox_unknown")


@pytest.mark.parametrize("name", SOFT)
def test_somebody_may_be_there(name):
    raw, kind, reasons = SOFT[name]
    [found] = read_bounces(raw)
    assert (found.recipient, found.kind, found.is_hard) == (EVA, kind, False), found
    assert found.reason_class in reasons


@pytest.mark.parametrize("language", AWAY)
@pytest.mark.parametrize("header", ["", "Auto-Submitted: auto-replied\n"])
def test_who_is_away_is_there(language, header):
    subject, text = AWAY[language]
    [found] = read_bounces(told(text, subject, f"Eva <{EVA}>", header))
    assert (found.recipient, found.kind, found.is_hard, found.reason_class) == (EVA, "automatic", False, None)


def test_a_complaint_names_whom_we_must_leave_alone():
    abuse = "Feedback-Type: abuse\nVersion: 1"
    raw = (
        "From: fbl@provider.example\nMessage-ID: <9@mx.example>\nContent-Type: multipart/report; "
        "report-type=feedback-report; boundary=b\n\n--b\nContent-Type: text/plain\n\nAbuse.\n--b\nContent-Type: "
        f"message/feedback-report\n\n{abuse}\n\n--b\nContent-Type: message/rfc822\n\n{SENT}\n--b--"
    ).encode()
    [found] = read_bounces(raw)
    assert (found.recipient, found.kind) == (EVA, "complained")
    assert (found.rfc_message_id, found.report_id) == ("<77@we.example>", "<9@mx.example>")


def test_each_recipient_of_a_report_is_told_apart():
    other = "Final-Recipient: rfc822; udo@firma.example\nAction: failed\nStatus: 5.2.2\n"
    delivered = "Final-Recipient: rfc822; ida@firma.example\nAction: relayed\nStatus: 2.0.0\n"
    found = read_bounces(reported(f"{failed('5.1.1', '550 User unknown')}\n{other}\n{delivered}"))
    assert [(each.recipient.split("@")[0], each.kind, each.is_hard) for each in found] == [
        ("eva", "failed", True), ("udo", "failed", False), ("ida", "delivered", False),
    ]  # fmt: skip


@pytest.mark.parametrize("subject", ["Re: Hello", "Delivery of your order", "Rejected: your offer"])
def test_a_persons_mail_is_no_report(subject):
    found = read_bounces(told("Thank you, please ask udo@firma.example instead.", subject, f"Eva <{EVA}>"))
    assert [each for each in found if each.is_hard] == []


def test_whatever_comes_is_read_without_a_fault():
    chance = random.Random(7)
    for raw in [*HARD.values(), *(each[0] for each in SOFT.values())]:
        for _ in range(3):
            damaged = bytearray(raw)
            for _ in range(20):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            read_bounces(bytes(damaged[: chance.randrange(len(damaged))]))
    assert read_bounces(b"") == []


@pytest.mark.skipif(not CORPUS.is_dir(), reason="LEADHOUSE_BOUNCES names no folder of bounces")
def test_bounces_of_a_collection():
    expected = json.loads((CORPUS / "expected.json").read_text("utf-8"))
    right = wrong = missed = 0
    for name, report in expected.items():
        wanted = {each["recipient"].lower() for each in report["expected"] if each.get("recipient")}
        found = {each.recipient for each in read_bounces((CORPUS / "eml" / name).read_bytes())}
        right, wrong, missed = right + len(wanted & found), wrong + len(found - wanted), missed + len(wanted - found)
    print(f"precision {right / (right + wrong):.3f}, recall {right / (right + missed):.3f}")
    assert right / (right + wrong) > 0.9
    assert right / (right + missed) > 0.85
