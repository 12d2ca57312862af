"""kill -9 at random moments: whatever is killed, the night ends as if nobody had been."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from decimal import Decimal

import pytest

from tests.faults.canonical_marts import differences
from tests.faults.fault_nights import PLAN, FaultNight, Kept, fault_night
from tests.faults.killing import Killer

KILLS, MANY_KILLS = 20, 200
VICTIMS = {"stage": "the stage's process", "crawl": "the Scrapy process", "postgres": "Postgres' postmaster"}
STATES = {"accepted", "rejected", "unknown", "queued", "cancelled"}
CHECKED = (
    "marts equal to a night in peace but for ids and times; no page and no record twice or lost; "
    "no Message-ID twice at the mailboxes; no paid question twice, each paid answer landed or unknown; unknowns shown"
)


@pytest.fixture(scope="module")
def undisturbed(own_server, tmp_path_factory):
    """A night that nobody disturbs, and what it saw."""
    home = tmp_path_factory.mktemp("peace")
    with fault_night(own_server.postgres, home, Killer(0, own_server.server), {}, {}) as night:
        return night.kept()


@pytest.mark.prove
def test_killed_nights_end_like_one_in_peace(own_server, undisturbed, tmp_path):
    hits = kill_nights(own_server, undisturbed, tmp_path, KILLS)
    assert {victim for _, victim in hits} == {"stage", "crawl", "postgres"}


@pytest.mark.prove
def test_nights_killed_two_hundred_times(own_server, undisturbed, tmp_path, record_property):
    record_property("checked", CHECKED)
    for (stage, victim), times in sorted(kill_nights(own_server, undisturbed, tmp_path, MANY_KILLS).items()):
        record_property(f"killed {VICTIMS[victim]} during {stage}", times)


def kill_nights(own_server, undisturbed, folder, wanted) -> Counter[tuple[str, str]]:
    """Nights until `wanted` processes were killed; each must end as the one in peace did.

    LEADHOUSE_KILL_SEED repeats a run: the seed of a failed night, with which its first night begins.
    """
    seed = int(os.environ.get("LEADHOUSE_KILL_SEED") or secrets.randbits(32))
    hits, number = Counter(), 0
    print(f"seed {seed}")  # shown when the test fails
    while sum(hits.values()) < wanted:
        killer = Killer(seed + number, own_server.server)
        home = folder / str(number)
        home.mkdir()
        with fault_night(own_server.postgres, home, killer, PLAN, undisturbed.pace) as night:
            assert_as_in_peace(night, undisturbed, f"seed {seed + number}, killed: {dict(killer.hits)}")
        hits += killer.hits
        number += 1
    return hits


def assert_as_in_peace(night: FaultNight, undisturbed, what: str) -> None:
    """All that a kill must not change."""
    kept = night.kept()
    assert differences(undisturbed.marts, kept.marts) == [], what
    assert kept.pages == undisturbed.pages, what
    assert kept.landed == undisturbed.landed, what
    assert_paid_for(night, kept, undisturbed, what)
    assert_sent_at_most_once(night, undisturbed, what)
    assert_charged_once(night, what)


def assert_paid_for(night: FaultNight, kept: Kept, undisturbed: Kept, what: str) -> None:
    """The same questions as in peace, with the same ends, but for one thing that at most once costs.

    A worker that dies between the question and the commit of its answer takes the answer along: nobody knows whether
    it was charged, so it is not asked again. Such a question is `unknown`, lands nothing, keeps its reserved price and
    is shown; every other one has landed what it landed in peace.
    """
    assert kept.paid.keys() == undisturbed.paid.keys(), what
    ends = {question: state for question, state in kept.paid.items() if state != undisturbed.paid[question]}
    assert set(ends.values()) <= {"unknown"}, what
    for each in (kept, undisturbed):
        hits = Counter(f"provider/{question[1]}" for question, state in each.paid.items() if state == "hit")
        assert each.answered == dict(hits), what
    shown = night.world.value("select count(*) from mart_analytics.fct_provider_calls where outcome = 'unknown'")
    assert shown == list(kept.paid.values()).count("unknown"), what


def assert_sent_at_most_once(night: FaultNight, undisturbed, what: str) -> None:
    """Every message in peace has one here; those whose sender died may be unknown, and nothing arrived twice."""
    messages = {row["email_normalized"]: row for row in night.world.rows("select * from app.messages")}
    arrived = Counter(mail["message_id"] for mail in night.world.mails())
    assert max(arrived.values(), default=0) <= 1, what
    assert {row["state"] for row in messages.values()} <= STATES, what
    for row in messages.values():
        if row["state"] == "accepted":
            assert arrived[row["rfc_message_id"]] == 1, what
        elif row["state"] in ("rejected", "cancelled", "queued"):
            assert arrived[row["rfc_message_id"]] == 0, what
    shown = night.world.rows("select message_id from mart_analytics.fct_messages where final_state = 'unknown'")
    assert {row["message_id"] for row in shown} == {
        row["message_id"] for row in messages.values() if row["state"] == "unknown"
    }, what


def assert_charged_once(night: FaultNight, what: str) -> None:
    """Each provider was asked each question once, and what it charged stands in the ledger, or is shown as unknown."""
    charges = night.world.charges()
    questions = Counter((entry["provider"], str(sorted(entry["query"].items()))) for entry in charges)
    assert max(questions.values(), default=0) <= 1, what
    charged = sum((Decimal(entry["charged_eur"]) for entry in charges), Decimal(0))
    booked = night.world.value("select coalesce(sum(amount_eur), 0) from billing.costs where kind = 'provider'")
    unknown = night.world.value("select count(*) from app.enrichment_requests where state = 'unknown'")
    assert charged == booked or unknown, what
