"""Suppressions: once, by whom first, and never taken back."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest

from leadhouse.suppression import suppress


@pytest.fixture
def organization_id(database):
    made = uuid4()
    with database.owner() as connection:
        connection.execute(
            "insert into identity.organizations (organization_id, slug, name) values (%s, 'one', 'One')", [made]
        )
    return made


def test_first_reason_stays(database, organization_id):
    with database.connect("delivery") as connection:
        assert suppress(connection, organization_id, " Anna@X.Example ", "unsubscribed", "link")
        assert not suppress(connection, organization_id, "anna@x.example", "complained", "loop")
        assert suppress(connection, None, "anna@x.example", "erased", "privacy")
        assert suppress(connection, organization_id, "x.example", "manual", "paper", "domain")
    with database.owner() as connection:
        rows = connection.execute(
            "select value_normalized, reason, organization_id from app.suppressions order by created_at"
        ).fetchall()
    assert [tuple(row.values()) for row in rows] == [
        ("anna@x.example", "unsubscribed", organization_id), ("anna@x.example", "erased", None),
        ("x.example", "manual", organization_id),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "scope"),
    [("", "email"), ("x.example", "email"), ("a@x.example", "domain"), ("a b@x.example", "email"), (" ", "domain")],
)
def test_what_is_no_address_or_domain_is_refused(database, organization_id, value, scope):
    with pytest.raises(ValueError, match="to suppress"), database.connect("delivery") as connection:
        suppress(connection, organization_id, value, "manual", "test", scope)


@pytest.mark.parametrize(
    ("suppressed", "scope", "address"),
    [
        ("kunde.example", "domain", "anna@mail.kunde.example"), ("*.kunde.example", "domain", "anna@kunde.example"),
        ("müller.example", "domain", "anna@xn--mller-kva.example"),
        ("anna@müller.example", "email", "anna@xn--mller-kva.example"),
        ("anna@x.example", "email", "Anna+shop@X.example"), ("anna+shop@x.example", "email", "anna@x.example"),
        ("a.nn.a@googlemail.com", "email", "anna@gmail.com"), ("anna@x.example.", "email", "anna@x.example"),
    ],
)  # fmt: skip
def test_all_spellings_of_a_mailbox_and_subdomains_are_suppressed(
    database, organization_id, suppressed, scope, address
):
    with database.connect("delivery") as connection:
        suppress(connection, organization_id, suppressed, "unsubscribed", "paper", scope)
        assert is_suppressed(connection, organization_id, address)
        assert not is_suppressed(connection, uuid4(), address)


@pytest.mark.parametrize("address", ["bo@x.example", "anna@kunde.example", "a.nna@x.example", "anna@notx.example"])
def test_others_are_not_suppressed(database, organization_id, address):
    with database.connect("delivery") as connection:
        suppress(connection, organization_id, "anna@x.example", "unsubscribed", "paper")
        suppress(connection, organization_id, "mail.kunde.example", "manual", "paper", "domain")
        suppress(connection, organization_id, "tx.example", "manual", "paper", "domain")
        assert not is_suppressed(connection, organization_id, address)


def is_suppressed(connection, organization_id, address):
    row = connection.execute("select app.is_suppressed(%s, %s) as found", [organization_id, address]).fetchone()
    return row["found"]


@pytest.mark.parametrize("component", ["delivery", "campaigns", "imports"])
def test_components_add_and_never_take_back(database, organization_id, component):
    with database.connect("delivery") as connection:
        suppress(connection, organization_id, "anna@x.example", "unsubscribed", "link")
    for statement in (
        "delete from app.suppressions",
        "update app.suppressions set value_normalized = 'else@x.example'",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), database.connect(component) as connection:
            connection.execute(statement)
