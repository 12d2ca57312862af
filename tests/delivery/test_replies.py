"""Refusals as servers word them: only a dead mailbox is one."""

from __future__ import annotations

import pytest

from leadhouse.delivery.replies import classify, enhanced_status, is_hard


@pytest.mark.parametrize(
    ("code", "reply", "command", "reason"),
    [
        (550, "5.1.1 <a@x.example>: Recipient address rejected: User unknown in table", "rcpt", "mailbox_unknown"),
        (550, "5.1.1 The email account that you tried to reach does not exist.", "rcpt", "mailbox_unknown"),
        (550, "No such user here", "rcpt", "mailbox_unknown"),
        (550, "Requested action not taken: mailbox unavailable", "rcpt", "mailbox_unknown"),
        (550, "5.2.1 The email account that you tried to reach is disabled.", "rcpt", "mailbox_disabled"),
        (554, "delivery error: dd This user's account has been disabled", "content", "mailbox_disabled"),
        (552, "5.2.2 The email account that you tried to reach is over quota", "rcpt", "mailbox_full"),
        (452, "4.2.2 Mailbox full", "rcpt", "mailbox_full"),
        (550, "5.1.2 Host or domain name not found", "rcpt", "domain_unknown"),
        (556, "5.1.10 Recipient address has null MX", "rcpt", "domain_unknown"),
        (550, "5.1.1 Mail from 1.2.3.4 rejected, listed at Spamhaus ZEN", "rcpt", "reputation"),
        (550, "5.7.1 Service unavailable; client host [1.2.3.4] blocked using zen.example", "rcpt", "reputation"),
        (554, "5.7.1 Message refused by policy, see https://postmaster.example/refused", "content", "policy"),
        (550, "5.7.26 This mail is unauthenticated, which poses a security risk", "content", "authentication"),
        (550, "5.7.1 SPF check failed", "mail", "authentication"),
        (550, "5.1.8 Sender address rejected: Domain not found", "mail", "sender"),
        (553, "sorry, that sender is not for us", "mail", "sender"),
        (552, "5.3.4 Message size exceeds fixed limit", "content", "message_size"),
        (554, "5.6.0 Message contained invalid header", "content", "content"),
        (503, "Bad sequence of commands", "data", "protocol"),
        (554, "Transaction failed", "content", "unclassified"),
        (451, "4.7.1 Greylisted, please try again later", "rcpt", "policy"),
        (450, "4.4.1 connection timed out", "rcpt", "network"),
        (550, "", "rcpt", "unclassified"),
    ],
)  # fmt: skip
def test_class_of_a_refusal(code, reply, command, reason):
    assert classify(code, reply, command) == reason


@pytest.mark.parametrize(
    ("reason", "hard"),
    [("mailbox_unknown", True), ("mailbox_disabled", True), ("domain_unknown", True), ("mailbox_full", False),
     ("policy", False), ("reputation", False), ("authentication", False), ("unclassified", False),
     ("sender", False), (None, False)],
)  # fmt: skip
def test_only_a_dead_mailbox_is_hard(reason, hard):
    assert is_hard(reason) is hard


@pytest.mark.parametrize(
    ("reply", "status"),
    [("5.1.1 gone", "5.1.1"), ("<a@x> (#5.1.1)", "5.1.1"), ("Host 10.5.1.1.2 said no", None),
     ("from 5.1.1.9 refused", None), ("no", None), ("2.0.0 OK", "2.0.0")],
)  # fmt: skip
def test_enhanced_status(reply, status):
    assert enhanced_status(reply) == status
