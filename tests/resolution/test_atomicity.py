"""Killed anywhere, a resolution leaves nothing; two at once do the work once."""

from __future__ import annotations

import threading

import psycopg
import pytest

from leadhouse.resolution import resolve_unread, stage
from leadhouse.resolution.changes import Changes

A, B = "https://alpha.example.com/", "https://beta.example.org/"


def land(world):
    world.land(A, {"name": "Alpha", "domain": "alpha.de", "vat_id": "DE111111125"}, [{"full_name": "Eva Alt"}])
    world.land(B, {"name": "Beta", "domain": "beta.de", "vat_id": "DE111111125"})


@pytest.mark.parametrize("moment", ["assign_origins", "settle", "settle_tenants", "advance"])
def test_connection_lost_at_any_step_commits_nothing_half(world, monkeypatch, moment):
    land(world)
    before = world.state()
    original = getattr(stage, moment)

    def lose(connection, *arguments):
        original(connection, *arguments)
        with world.database.owner(autocommit=True) as server:
            server.execute("select pg_terminate_backend(%s)", (connection.info.backend_pid,))
        connection.execute("select 1")

    monkeypatch.setattr(stage, moment, lose)
    with pytest.raises(psycopg.OperationalError):
        resolve_unread("killed")
    monkeypatch.undo()
    assert world.state() == before
    assert world.query("select last_batch_no from app.consumer_positions") == []
    assert resolve_unread("again").batch_no == 1
    assert world.entity(A) == world.entity(B)


def test_killed_before_commit_leaves_no_number_behind(world, monkeypatch):
    land(world)
    publish = Changes.publish
    monkeypatch.setattr(Changes, "publish", lambda *arguments: publish(*arguments) and 1 / 0)
    with pytest.raises(ZeroDivisionError):
        resolve_unread("killed")
    monkeypatch.undo()
    assert world.query("select * from resolution.batches") == []
    assert resolve_unread("again").batch_no == 1
    outcomes = world.query("select outcome, message from quality.step_outcomes order by started_at")
    assert [row["outcome"] for row in outcomes] == ["failed", "succeeded"]


def test_two_resolvers_at_once_do_the_work_once(world):
    land(world)
    summaries = []
    threads = [threading.Thread(target=lambda: summaries.append(resolve_unread("run"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.units for each in summaries) == [0, 0, 0, 2]
    numbers = [row["batch_no"] for row in world.query("select batch_no from resolution.batches")]
    assert numbers == [1]
    zeros = world.query(
        "select from resolution.assignments where batch_no = 0 union all"
        " select from resolution.entities where created_batch_no = 0 union all"
        " select from resolution.redirects where batch_no = 0"
    )
    assert zeros == []
