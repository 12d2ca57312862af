"""The name server and the mailboxes over real sockets."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.utils import make_msgid

import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest
import requests

from demo.world import World
from demo.world.mailboxes import GONE_DOMAIN, NO_MX_DOMAIN, NULL_MX_DOMAIN, Mailbox, mailbox

SENDER = "mara.petersen@nordlicht-vertrieb.example"


def ask(running, name: str, kind: str, *, tcp: bool = False) -> dns.message.Message:
    host, _, port = running.addresses["dns"].partition(":")
    send = dns.query.tcp if tcp else dns.query.udp
    return send(dns.message.make_query(name, kind), host, port=int(port), timeout=5)


def exchangers(answer: dns.message.Message) -> list[str]:
    return [
        record.exchange.to_text() for rrset in answer.answer for record in rrset if record.rdtype == dns.rdatatype.MX
    ]


@pytest.mark.parametrize("tcp", [False, True])
def test_mail_exchangers_and_their_addresses(running, tcp: bool) -> None:
    answer = ask(running, "zahnarzt-lindner.example", "MX", tcp=tcp)
    assert exchangers(answer) == ["mx.zahnarzt-lindner.example."]
    address = ask(running, "mx.zahnarzt-lindner.example", "A", tcp=tcp)
    assert [record.address for rrset in address.answer for record in rrset] == ["127.0.0.1"]


def test_domains_without_mail(running) -> None:
    assert exchangers(ask(running, NULL_MX_DOMAIN, "MX")) == ["."]
    assert ask(running, NO_MX_DOMAIN, "MX").answer == []
    assert ask(running, NO_MX_DOMAIN, "A").answer == []
    assert ask(running, NO_MX_DOMAIN, "MX").rcode() == dns.rcode.NOERROR
    assert ask(running, GONE_DOMAIN, "MX").rcode() == dns.rcode.NXDOMAIN
    implicit = World().company(18).mail_domain
    assert exchangers(ask(running, implicit, "MX")) == []
    assert ask(running, implicit, "A").answer


def address_of(kind: Mailbox) -> str:
    world = World()
    found = (person.email for company in world for person in company.people if mailbox(world, person.email) is kind)
    return next(found)


def message(to: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Message-ID"] = (
        SENDER,
        to,
        "Grüße <b>",
        make_msgid(domain="x.example"),
    )
    made.set_content("Guten Tag\n")
    return made


def send(running, to: str, mail: EmailMessage | None = None) -> None:
    with smtplib.SMTP(running.addresses["smtp_host"], running.addresses["smtp_port"], timeout=5) as client:
        client.send_message(mail or message(to), SENDER, [to])


def refused(running, to: str) -> tuple[int, bytes]:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        send(running, to)
    return caught.value.recipients[to]


def test_mailboxes_refuse_by_kind(running) -> None:
    unknown, full = refused(running, address_of(Mailbox.UNKNOWN)), refused(running, address_of(Mailbox.FULL))
    assert (unknown[0], unknown[1][:5]) == (550, b"5.1.1")
    assert (full[0], full[1][:5]) == (452, b"4.2.2")
    assert refused(running, "nobody@zahnarzt-lindner.example")[0] == 550
    assert refused(running, f"x@{NULL_MX_DOMAIN}")[1].startswith(b"5.1.2")


def test_greylisting_ends_with_the_second_attempt(running) -> None:
    address = address_of(Mailbox.GREYLISTED)
    assert refused(running, address)[0] == 451
    send(running, address)
    assert running.stack.store is not None


def test_policy_refuses_a_good_address_after_data(running) -> None:
    with pytest.raises(smtplib.SMTPDataError) as caught:
        send(running, address_of(Mailbox.POLICY))
    assert caught.value.smtp_code == 554
    assert caught.value.smtp_error.startswith(b"5.7.1")


def listed(running) -> list[dict]:
    return requests.get(f"{running.addresses['email_url']}/api/mails", timeout=5).json()


def test_an_answer_is_lost_although_the_message_was_taken(running) -> None:
    address = address_of(Mailbox.ANSWER_LOST)
    mail = message(address)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(running, address, mail)
    kept = [entry for entry in listed(running) if entry["message_id"] == mail["Message-ID"]]
    assert [entry["answered"] for entry in kept] == [False]


def test_catch_all_takes_any_name_and_accepted_mail_is_shown(running) -> None:
    address = f"whoever@{World().company(16).mail_domain}"
    mail = message(address)
    send(running, address, mail)
    entry = listed(running)[0]
    assert (entry["sender"], entry["recipients"], entry["message_id"]) == (SENDER, [address], mail["Message-ID"])
    page = requests.get(f"{running.addresses['email_url']}/", timeout=5)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "Grüße &lt;b&gt;" in page.text
    one = requests.get(f"{running.addresses['email_url']}/mail/{entry['id']}", timeout=5)
    assert "Guten Tag" in one.text
    raw = requests.get(f"{running.addresses['email_url']}/mail/{entry['id']}/raw", timeout=5)
    assert raw.content.startswith(b"From: ")
    assert requests.get(f"{running.addresses['email_url']}/mail/99999", timeout=5).status_code == 404


def test_a_message_sent_twice_is_counted(running) -> None:
    mail = message("info@cycles-moreau.example")
    target = World().company(11).emails[0]
    send(running, target, mail)
    duplicates = f"{running.addresses['email_url']}/api/duplicates"
    assert mail["Message-ID"] not in requests.get(duplicates, timeout=5).json()
    send(running, target, mail)
    assert requests.get(duplicates, timeout=5).json()[mail["Message-ID"]] == 2
