"""Mailboxes of an office, told from those of a person by their local part."""

from __future__ import annotations

_ROLES_TEXT = """
    info kontakt contact office mail post hello hallo hi team sales vertrieb support service help hilfe admin
    webmaster postmaster hostmaster abuse noc security privacy datenschutz dpo dsb legal recht billing buchhaltung
    rechnung accounting finance jobs karriere career careers hr bewerbung personal presse press media marketing pr
    newsletter noreply no-reply donotreply empfang reception praxis kanzlei sekretariat secretary zentrale verwaltung
    order orders bestellung shop booking reservierung reservation welcome anfrage enquiries inquiries editor redaktion
    root
"""
_ROLES = frozenset(_ROLES_TEXT.split())


def is_role(email: str) -> bool:
    """Whether the mailbox is an office's, not a person's (RFC 2142 and custom); a ``+tag`` does not count."""
    return email.partition("@")[0].partition("+")[0].lower() in _ROLES
