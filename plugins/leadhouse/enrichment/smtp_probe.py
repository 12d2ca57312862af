"""Whether a mail server takes an address, asked through one named host (RFC 5321, up to RCPT TO; nothing is sent).

Off unless `settings().smtp_probe_host` names the host: asking strangers' servers from the sending address's own network
costs reputation, and some answer everybody yes. The host is one that the operator runs for this: it knows the way to
the exchangers and passes their answers on. A made-up mailbox of the same domain is asked about too: a domain that takes
it takes everything (catch-all), and its yes says nothing.
"""

from __future__ import annotations

import secrets
import smtplib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["accepted", "refused", "unclear"]
MOST_A_SESSION = 50  # recipients; servers end longer sessions


@dataclass(frozen=True, slots=True)
class Probe:
    """What was answered about one address. `code` is SMTP's; `is_catch_all` None: the domain was not clear."""

    verdict: Verdict
    code: int | None
    is_catch_all: bool | None


@dataclass(frozen=True, slots=True)
class ProbeHost:
    """The host that is asked, and as whom."""

    host: str
    port: int
    sender: str  # MAIL FROM; empty: the null sender of bounces
    seconds: float

    @classmethod
    def of(cls, address: str, sender: str, seconds: float) -> ProbeHost:
        """Of ``host:port``; port 25 when left out."""
        host, _, port = address.rpartition(":") if address.rpartition(":")[2].isdigit() else (address, "", "25")
        return cls(host or address, int(port), sender, seconds)


def probe_addresses(emails: Iterable[str], through: ProbeHost) -> dict[str, Probe]:
    """Every address's answer; a host that does not answer leaves all of them unclear."""
    by_domain: dict[str, list[str]] = defaultdict(list)
    for email in emails:
        by_domain[email.rpartition("@")[2]].append(email)
    found: dict[str, Probe] = {}
    for domain, addresses in sorted(by_domain.items()):
        for start in range(0, len(addresses), MOST_A_SESSION):
            found |= _ask(domain, addresses[start : start + MOST_A_SESSION], through)
    return found


def _ask(domain: str, emails: list[str], through: ProbeHost) -> dict[str, Probe]:
    codes: dict[str, int | None] = dict.fromkeys(emails)
    made_up: int | None = None
    try:
        with smtplib.SMTP(through.host, through.port, timeout=through.seconds) as session:
            session.ehlo_or_helo_if_needed()
            if session.mail(through.sender)[0] == 250:
                made_up = session.rcpt(f"{secrets.token_hex(12)}@{domain}")[0]
                for email in emails:
                    codes[email] = session.rcpt(email)[0]
    except (OSError, smtplib.SMTPException, UnicodeError):
        pass  # what was answered before counts; the rest is unclear
    takes_everything = None if made_up is None else made_up // 100 == 2 if made_up // 100 in {2, 5} else None
    return {email: _probe(code, takes_everything=takes_everything) for email, code in codes.items()}


def _probe(code: int | None, *, takes_everything: bool | None) -> Probe:
    if code is None or code // 100 == 4:
        return Probe("unclear", code, takes_everything)
    if code // 100 == 2:
        return Probe("accepted" if takes_everything is False else "unclear", code, takes_everything)
    # 550, 551, 553: of the mailbox; others (554, 521 …) refuse the host or the sender (RFC 5321 4.2.3)
    return Probe("refused" if code in {550, 551, 553} else "unclear", code, takes_everything)
