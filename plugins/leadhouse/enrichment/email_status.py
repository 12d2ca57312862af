"""The status of an e-mail address from its spelling, its domain's mail route, and lists. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from email_validator import EmailNotValidError, validate_email

from leadhouse.enrichment.bounce_model import BounceModel, bounce_class
from leadhouse.enrichment.mail_routes import MailRoute
from leadhouse.enrichment.smtp_probe import Probe
from leadhouse.extraction.attribution.hosts import FREE_MAIL
from leadhouse.extraction.contacts.mailboxes import is_role

Status = Literal["valid", "risky", "invalid", "unknown"]


@dataclass(frozen=True, slots=True)
class EmailCheck:
    """One row of raw.email_checks, without its time. `domain` is an A-label where the address has one."""

    email_normalized: str
    domain: str
    status: Status
    is_syntax_valid: bool
    has_mx: bool | None
    is_role: bool
    is_free: bool
    is_disposable: bool
    reason: str | None
    is_catch_all: bool | None = None  # null: nobody asked, or no clear answer
    smtp_code: int | None = None
    bounce_probability: float | None = None
    bounce_model: str | None = None  # version of the table


@dataclass(frozen=True, slots=True)
class Spelling:
    """What the address alone tells."""

    domain: str
    is_valid: bool
    needs_smtputf8: bool = False


def read_spelling(email: str) -> Spelling:
    """By RFC 5321 and 5322 without looking anything up; the domain must have a dot."""
    try:
        # reserved names (RFC 2606) are judged by DNS like every other: they have no exchanger on the open net
        found = validate_email(email, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return Spelling(email.rpartition("@")[2].lower(), False)
    domain = (found.ascii_domain or found.domain).lower()
    return Spelling(domain, "." in domain, found.smtputf8)


def is_disposable(domain: str) -> bool:
    """Whether public lists know the domain, or a parent of it, for throw-away mailboxes."""
    from disposable_email_domains import blocklist

    labels = domain.split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))


def judge(email: str, spelling: Spelling, route: MailRoute | None) -> EmailCheck:
    """Invalid before unknown before risky before valid; the reason is the first that applies.

    `route` may be None only where the spelling is invalid.
    """
    role, disposable = is_role(email), is_disposable(spelling.domain)
    status, reason = _status(spelling, route, role=role, disposable=disposable)
    return EmailCheck(
        email_normalized=email,
        domain=spelling.domain,
        status=status,
        is_syntax_valid=spelling.is_valid,
        has_mx=route.takes_mail if route else None,
        is_role=role,
        is_free=spelling.domain in FREE_MAIL,
        is_disposable=disposable,
        reason=reason,
    )


def with_probe(check: EmailCheck, probe: Probe) -> EmailCheck:
    """The check with what a mail server said: a refused mailbox is invalid, one of a catch-all domain a risk."""
    check = replace(check, smtp_code=probe.code, is_catch_all=probe.is_catch_all)
    if probe.verdict == "refused" and check.status in {"valid", "risky"}:
        return replace(check, status="invalid", reason="mailbox_unknown")
    if probe.is_catch_all and check.status == "valid":
        return replace(check, status="risky", reason="catch_all")
    return check


def with_probability(check: EmailCheck, model: BounceModel) -> EmailCheck:
    """The check with how likely its address bounces, and by which version of the table."""
    name = bounce_class(
        check.status, check.reason, is_free=check.is_free, is_role=check.is_role, is_catch_all=check.is_catch_all
    )
    return replace(check, bounce_probability=model.probability(name), bounce_model=model.version)


def _status(spelling: Spelling, route: MailRoute | None, *, role: bool, disposable: bool) -> tuple[Status, str | None]:
    if not spelling.is_valid or route is None:
        return "invalid", "syntax"
    if route.takes_mail is False:
        return "invalid", route.reason
    if route.takes_mail is None:
        return "unknown", route.reason
    risks = {"disposable": disposable, "role": role, "smtputf8": spelling.needs_smtputf8}
    reason = next((name for name, applies in risks.items() if applies), route.reason)
    return ("risky", reason) if reason else ("valid", None)
