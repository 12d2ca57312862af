"""What the product tells a person is that person's alone."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest

from leadhouse.events import notifications


def tell(tenant, role, title="Hello", kind="lead_assigned"):
    with tenant.database.connect("leads") as connection:
        row = connection.execute(
            "select app.notify(%s, %s, %s, %s, 'm', '{\"resource\": \"leads\"}') as made",
            [tenant.organization_id, tenant.users[role], kind, title],
        ).fetchone()
    return row["made"]


def place(notification):
    return notification.created_at, notification.notification_id


def test_a_person_reads_marks_and_deletes_the_own_ones(north):
    one, two = tell(north, "sales_rep", "one"), tell(north, "sales_rep", "two")
    tell(north, "other_rep", "not yours")
    with north.acting("sales_rep") as rep:
        found = notifications.list_notifications(rep)
        assert [each.title for each in found] == ["two", "one"]
        assert [each.title for each in notifications.list_notifications(rep, after=place(found[0]))] == ["one"]
        assert notifications.count_unread(rep) == 2
        assert notifications.mark_read(rep, [one]) == 1
        assert [each.title for each in notifications.list_notifications(rep, only_unread=True)] == ["two"]
        assert notifications.mark_read(rep) == 1
        assert notifications.delete_notification(rep, two)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            rep.execute("update app.notifications set title = 'x'")


def test_those_of_one_time_are_on_one_page_each(north):
    titles = {f"at once {number}" for number in range(5)}
    with north.database.owner() as owner:
        for title in titles:
            owner.execute(
                "insert into app.notifications (organization_id, user_id, kind, title, message, created_at)"
                " values (%s, %s, 'lead_assigned', %s, 'm', '2030-01-01 00:00+00')",
                [north.organization_id, north.users["other_rep"], title],
            )
    seen, after = [], None
    with north.acting("other_rep") as rep:
        while page := notifications.list_notifications(rep, after=after, limit=2):
            seen += page
            after = place(page[-1])
    assert len(seen) == len({each.notification_id for each in seen})
    assert titles <= {each.title for each in seen}


def test_nobody_else_sees_them(north, south):
    made = tell(north, "sales_manager")
    for tenant, role in ((north, "organization_admin"), (north, "sales_rep"), (south, "organization_admin")):
        with tenant.acting(role) as stranger:
            assert made not in {each.notification_id for each in notifications.list_notifications(stranger)}
            assert notifications.mark_read(stranger, [made]) == 0
            assert not notifications.delete_notification(stranger, made)
    with north.acting("sales_manager", permissions=["leads:read"]) as key:
        assert notifications.list_notifications(key) == []


def test_members_are_told_others_are_not(north):
    with north.database.connect("leads") as connection:
        made = connection.execute(
            "select app.notify(%s, %s, 'x', 't', 'm') as made", [north.organization_id, uuid4()]
        ).fetchone()
    assert made == {"made": None}


def test_a_member_tells_nobody_anything(north):
    with north.acting("organization_admin") as admin, pytest.raises(psycopg.errors.InsufficientPrivilege):
        admin.execute("select app.notify(%s, %s, 'x', 't', 'm')", [north.organization_id, north.users["sales_rep"]])
