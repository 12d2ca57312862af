"""Paid calls: at most once, within the ceiling, every cent accounted for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime

import pytest

from leadhouse.billing import debit_credits, grant_credits
from leadhouse.enrichment import ProviderUnavailableError, call_provider, request_wanted
from leadhouse.enrichment.provider_apis import APIS
from leadhouse.enrichment.provider_client import ProviderClient, read_answer
from leadhouse.jobs.control import StoppedError
from leadhouse.landing import Landing
from leadhouse.records import Extraction, PersonAttribute, PersonRecord, Value
from leadhouse.resolution import resolve_unread
from leadhouse.settings import settings

DAY = date(2026, 11, 20)


def ask(demand, *names):
    for name in names:
        demand.add(name)
    request_wanted("r", DAY)


def test_hit_lands_as_a_private_fact_with_its_cost(demand, provider):
    ask(demand, "Hit Alt")
    assert call_provider("run", DAY) == 1
    assert demand.states() == {"Hit Alt": "hit"}
    assert demand.spent() == demand.budget() == provider.total == Decimal("0.02")
    [response] = demand.query("select * from raw.provider_responses")
    assert (response["outcome"], response["price_eur"], response["provider"]) == ("hit", Decimal("0.02"), "findwell")
    [record] = demand.query("select * from raw.person_records")
    assert record["organization_id"] == demand.organization_id
    assert record["source_key"] == "provider/findwell"
    assert record["landing_id"] == response["landing_id"]
    assert record["payload"]["email"][0]["value"] == "hit@alpha.example"
    [request] = demand.query("select request_id from app.enrichment_requests")
    assert provider.keys == [str(request["request_id"])]
    assert resolve_unread("resolve").created == 1


def test_repeat_calls_nobody_twice(demand, provider):
    ask(demand, "Hit Alt", "Miss Neu", "Lost Weg", "Malformed Antwort")
    call_provider("one", DAY)
    call_provider("two", DAY)
    request_wanted("r", DAY + timedelta(days=1))
    call_provider("three", DAY + timedelta(days=1))
    assert len(provider.keys) == len(set(provider.keys)) == 4


def test_refunds_and_what_stays_charged(demand, provider):
    ask(demand, "Miss Neu", "Paidmiss Alt", "Lost Weg", "Malformed Antwort", "Nonsense Adresse", "Dear Teuer")
    assert call_provider("run", DAY) == 3
    assert demand.states() == {
        "Miss Neu": "miss", "Paidmiss Alt": "miss", "Lost Weg": "unknown", "Malformed Antwort": "error",
        "Nonsense Adresse": "error", "Dear Teuer": "hit",
    }  # fmt: skip
    net = demand.query(
        "select full_name, (select sum(amount_eur) from billing.costs c where c.request_id = r.request_id) as net"
        " from app.enrichment_requests r join app.leads using (organization_id, entity_id)"
        " join app.lead_facts using (lead_id)"
    )
    assert {row["full_name"]: row["net"] for row in net} == {
        "Miss Neu": Decimal(0), "Paidmiss Alt": Decimal("0.01"), "Nonsense Adresse": Decimal("0.02"),
        "Lost Weg": Decimal("0.05"), "Malformed Antwort": Decimal("0.05"),  # not known: the reservation stays
        "Dear Teuer": Decimal("0.05"),
    }  # fmt: skip
    assert demand.spent() == demand.budget() == Decimal("0.63")
    assert demand.spent() - provider.total == 2 * Decimal("0.03"), "the two unknown ones, at the reserved price"
    refused = demand.query("select reason, payload from quality.quarantine order by reason")
    assert [row["reason"] for row in refused] == ["malformed_answer", "malformed_answer"]


def test_ceiling_holds_under_twenty_threads(demand, provider):
    with demand.database.owner() as connection:
        connection.execute("update billing.budgets set ceiling_eur = 0.23")
    ask(demand, *(f"Hit Nummer{number}" for number in range(30)))
    provider.price = Decimal("0.05")
    barrier = threading.Barrier(20)

    def work() -> None:
        barrier.wait()
        call_provider("run", DAY)

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert provider.total == demand.spent() == demand.budget() == Decimal("0.20")
    states = list(demand.states().values())
    assert (states.count("hit"), states.count("pending")) == (4, 26)
    with demand.database.owner() as connection:
        connection.execute("update billing.budgets set ceiling_eur = 0.40")
    assert call_provider("later", DAY) == 4


def test_ledger_equals_the_providers_own(demand, provider):
    ask(demand, *(f"{kind} Nummer{number}" for number in range(6) for kind in ("Hit", "Miss", "Paidmiss")))
    call_provider("run", DAY)
    rows = demand.query("select request_id::text, sum(amount_eur) as net from billing.costs group by request_id")
    assert {row["request_id"]: row["net"] for row in rows} == dict(provider.ledger)
    assert demand.spent() == provider.total


def test_timeout_after_charging_is_unknown(demand, provider, monkeypatch):
    monkeypatch.setenv("LEADHOUSE_PROVIDER_TIMEOUT_SECONDS", "0.3")
    settings.cache_clear()
    provider.hold_seconds = 1.0
    ask(demand, "Hit Langsam")
    assert call_provider("run", DAY) == 0
    assert demand.states() == {"Hit Langsam": "unknown"}
    [request] = demand.query("select error from app.enrichment_requests")
    assert "Timeout" in request["error"]


@pytest.mark.parametrize(("name", "state"), [("Forbidden Alt", "refused"), ("Busy Alt", "error")])
def test_provider_that_refuses_stops_the_stage_and_leaves_the_rest_pending(demand, provider, name, state):
    ask(demand, name)
    ask(demand, "Hit Alt")
    with pytest.raises(ProviderUnavailableError, match="stay pending"):
        call_provider("run", DAY)
    assert demand.states() == {name: state, "Hit Alt": "pending"}
    assert demand.spent() == 0
    assert call_provider("run", DAY) == 1
    assert request_wanted("r", DAY + timedelta(days=1)) == 1, "what cost nothing is asked again on a later day"


def test_provider_that_says_when_is_waited_for_and_paid_once(demand, provider):
    ask(demand, "Hit Alt", "Hit Neu")
    provider.pauses = ["0", "1", "0"]
    assert call_provider("run", DAY) == 2
    assert demand.states() == {"Hit Alt": "hit", "Hit Neu": "hit"}
    assert len(provider.ledger) == len(set(provider.keys)) == 2
    assert demand.spent() == provider.total


@pytest.mark.parametrize("pause", ["86401", "soon", "-1", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_provider_that_asks_for_too_long_a_pause_stops_the_stage(demand, provider, pause):
    ask(demand, "Hit Alt")
    provider.pauses = [pause]
    with pytest.raises(ProviderUnavailableError, match="slow down"):
        call_provider("run", DAY)
    assert (demand.states(), demand.spent()) == ({"Hit Alt": "error"}, 0)


def put_off(demand):
    """Seconds left of what waits for a busy provider."""
    return demand.query(
        "select extract(epoch from not_before - clock_timestamp())::float as seconds"
        "  from app.enrichment_requests where state = 'pending' and not_before is not null"
    )


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_busy_provider_puts_the_question_off_in_its_row_and_no_worker_sleeps(demand, provider, form):
    ask(demand, "Hit Alt", "Hit Neu")
    then = datetime.now(UTC) + timedelta(seconds=600)
    provider.pauses = ["600" if form == "seconds" else format_datetime(then, usegmt=True)]
    started = time.monotonic()
    with pytest.raises(ProviderUnavailableError, match=r"findwell is busy .* 2 wait"):
        call_provider("run", DAY)
    assert time.monotonic() - started < 60
    [waiting] = put_off(demand)
    assert 500 < waiting["seconds"] <= 600
    assert demand.states() == {"Hit Alt": "pending", "Hit Neu": "pending"}
    assert demand.spent() == demand.budget() == Decimal("0.05"), "its price stays reserved"
    with pytest.raises(ProviderUnavailableError, match="is busy"):
        call_provider("beside", DAY)
    assert len(provider.pauses) == len(provider.keys) == 0, "nobody asks before its time, for the other neither"
    demand.query("update app.enrichment_requests set not_before = now() where not_before is not null returning 1")
    assert call_provider("later", DAY) == 2
    assert demand.spent() == demand.budget() == provider.total == Decimal("0.04")
    charges = demand.query("select request_id from billing.costs where not is_refund")
    assert len(charges) == len({row["request_id"] for row in charges}) == 2, "charged once, however often it waited"


def test_a_run_with_nothing_else_to_do_waits_for_who_is_busy(demand, provider, monkeypatch):
    monkeypatch.setattr("leadhouse.enrichment.provider_client.FEW_SECONDS", 0.5)
    monkeypatch.setattr("leadhouse.enrichment.provider_calls.FEW_SECONDS", 0.5)
    monkeypatch.setattr("leadhouse.enrichment.provider_calls.PATIENCE", 2.5)
    ask(demand, "Hit Alt")
    provider.pauses = ["1"]
    assert call_provider("run", DAY) == 1
    ask(demand, "Hit Neu")
    provider.pauses = ["1"] * 9
    with pytest.raises(ProviderUnavailableError, match="is busy"):
        call_provider("run", DAY)
    assert len(provider.pauses) == 6, "at first and after each of two pauses: then its patience is over"
    assert demand.states() == {"Hit Alt": "hit", "Hit Neu": "pending"}


def test_what_was_put_off_and_is_not_wanted_any_more_is_given_back(demand, provider):
    ask(demand, "Hit Alt")
    provider.pauses = ["600"]
    with pytest.raises(ProviderUnavailableError):
        call_provider("run", DAY)
    assert demand.spent() == Decimal("0.05")
    with demand.database.owner() as connection:
        connection.execute("update app.leads set deleted_at = now()")
    for run in ("after", "again"):
        call_provider(run, DAY)
    assert (demand.states(), demand.spent(), demand.budget()) == ({"Hit Alt": "refused"}, 0, 0)
    assert provider.keys == []


def test_provider_that_is_down_is_asked_again_another_day(demand, provider, monkeypatch):
    ask(demand, "Hit Alt", "Hit Neu")
    url = settings().provider_url
    monkeypatch.setenv("LEADHOUSE_PROVIDER_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", "127.0.0.1:1")
    settings.cache_clear()
    with pytest.raises(ProviderUnavailableError, match=r"[Rr]efused"):
        call_provider("run", DAY)
    assert sorted(demand.states().values()) == ["error", "pending"]
    assert demand.spent() == 0
    monkeypatch.setenv("LEADHOUSE_PROVIDER_URL", url)
    monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", url.removeprefix("http://"))
    settings.cache_clear()
    request_wanted("r", DAY + timedelta(days=1))
    assert call_provider("run", DAY + timedelta(days=1)) == 2


def test_address_that_is_not_allowed_is_never_claimed(demand, provider, monkeypatch):
    ask(demand, "Hit Alt")
    monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", "")
    settings.cache_clear()
    with pytest.raises(ProviderUnavailableError, match="no global address"):
        call_provider("run", DAY)
    assert demand.states() == {"Hit Alt": "pending"}
    assert provider.keys == []


def test_killed_between_claim_and_answer_is_unknown_and_never_repeated(demand, provider):
    ask(demand, "Hit Alt")
    provider.hold_seconds = 1.5
    code = (
        "from datetime import date; from leadhouse import enrichment; enrichment.call_provider('x', date(2026, 11, 20))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], env=dict(os.environ))
    assert provider.asked.wait(20)
    assert demand.states() == {"Hit Alt": "claimed"}
    call_provider("beside", DAY)  # its worker lives: not lost yet
    assert demand.states() == {"Hit Alt": "claimed"}
    process.send_signal(signal.SIGKILL)
    process.wait()
    for _ in range(100):  # until the server has noticed that the session is gone
        call_provider("after", DAY)
        if demand.states() != {"Hit Alt": "claimed"}:
            break
        threading.Event().wait(0.05)
    assert demand.states() == {"Hit Alt": "unknown"}
    assert len(provider.keys) == 1
    assert demand.spent() == Decimal("0.05")
    [request] = demand.query("select error from app.enrichment_requests")
    assert "may have charged" in request["error"]


def test_answer_that_cannot_be_kept_is_lost_and_not_repeated(demand, provider, monkeypatch):
    ask(demand, "Hit Alt")

    def fail(*arguments: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr("leadhouse.enrichment.provider_answers._settle_cost", fail)
    with pytest.raises(RuntimeError, match="disk full"):
        call_provider("run", DAY)
    monkeypatch.undo()
    assert demand.query("select * from raw.provider_responses") == []
    call_provider("again", DAY)
    assert demand.states() == {"Hit Alt": "unknown"}
    assert len(provider.keys) == 1


def test_unknown_interface_claims_nothing(demand, provider, monkeypatch):
    ask(demand, "Hit Alt")
    monkeypatch.setenv("LEADHOUSE_PROVIDER_API", "soap")
    settings.cache_clear()
    with pytest.raises(ProviderUnavailableError, match=r"'soap'; the interfaces are: .*person_email"):
        call_provider("run", DAY)
    assert demand.states() == {"Hit Alt": "pending"}
    assert provider.keys == []


def test_answer_that_cannot_be_translated_is_kept_and_paid(demand, provider, monkeypatch):
    class Misread(ProviderClient):
        def translate(self, payload):
            return {"email": payload["data"]["email"]}

    monkeypatch.setitem(APIS, "person_email", Misread)
    ask(demand, "Hit Alt")
    assert call_provider("run", DAY) == 0
    assert demand.states() == {"Hit Alt": "error"}
    assert demand.spent() == Decimal("0.05"), "nobody knows what it cost: the reservation stays"
    [response] = demand.query("select payload from raw.provider_responses")
    assert response["payload"]["email"] == "hit@alpha.example"


def test_answer_finds_its_way_to_the_person_it_is_about(demand, provider):
    """The private answer attaches to the shared person by name and domain, for its organization alone."""
    person = PersonRecord(
        record_key="p",
        values={
            PersonAttribute.FULL_NAME: (Value(value="Dr. Hit Müller"),),
            PersonAttribute.COMPANY_DOMAIN: (Value(value="alpha-bau.de"),),
        },
    )
    landing = Landing("landing", run_on=DAY, run_id="t", source_key="web/x")
    landing.add_extraction(
        Extraction(
            source_key="web/x",
            unit_key="https://alpha-bau.de/",
            extractor="test",
            extractor_version="1",
            content_hash="0" * 64,
            observed_at=datetime(2026, 11, 20, tzinfo=UTC),
            persons=(person,),
        )
    )
    landing.commit()
    resolve_unread("one")
    [shared] = demand.query("select entity_id from resolution.assignments")
    placeholder = demand.add("Hit Mueller", domain="alpha-shop.de")
    with demand.database.owner() as connection:
        connection.execute(
            "update app.leads set entity_id = %s where entity_id = %s", (shared["entity_id"], placeholder)
        )
    request_wanted("r", DAY)
    assert call_provider("run", DAY) == 1
    assert provider.questions == [{"full_name": "Hit Mueller", "company_domain": "alpha-bau.de"}]
    resolve_unread("two")
    private = demand.query("select * from resolution.assignments where organization_id is not null")
    assert [row["entity_id"] for row in private] == [shared["entity_id"]]


@pytest.mark.parametrize(
    ("status", "body", "state", "price"),
    [
        (200, b'{"status": "hit", "email": "a@b.de", "charged_eur": 0.02, "confidence": 0.9}', "hit", "0.02"),
        (200, b'{"status": "hit", "email": "a@b.de", "charged_eur": "NaN"}', "error", None),
        (200, b'{"status": "hit", "email": ["a@b.de"], "charged_eur": 0.02}', "error", "0.02"),
        (200, b'{"status": "maybe", "charged_eur": 0}', "error", "0"),
        (200, b'["hit"]', "error", None),
        (200, b"[" * 60_000, "error", None),
        (200, b"x" * 70_000, "error", None),
        (200, b"\xff\xfe\x00", "error", None),
        (402, b'{"error": "limit", "charged_eur": 0}', "refused", "0"),
        (422, b'{"error": "question"}', "error", "0"),
        (302, b"", "unknown", None),
        (500, b"{}", "unknown", None),
        (502, b"<html>", "unknown", None),
    ],
)
def test_every_answer_has_a_meaning(status, body, state, price):
    answer = read_answer(status, body, dict)
    assert (answer.state, answer.price_eur) == (state, Decimal(price) if price is not None else None)
    assert (answer.fault is None) == (state == "hit")


def give_credits(demand, amount):
    with demand.database.connect("billing") as connection:
        grant_credits(connection, demand.organization_id, Decimal(amount), "first", "welcome")


def wallet(demand):
    [row] = demand.query(
        "select wallet.balance, (select coalesce(sum(amount), 0) from billing.credit_transactions) as entries,"
        " (select 10 - coalesce(sum(credits), 0) from billing.costs) as by_costs from billing.credit_wallets as wallet"
    )
    assert row["balance"] == row["entries"] == row["by_costs"]
    return row["balance"]


def test_paid_call_takes_credits_and_a_failed_one_gives_them_back(demand, provider):
    give_credits(demand, 10)
    ask(
        demand, "Hit Alt", "Miss Neu", "Paidmiss Alt", "Lost Weg", "Malformed Antwort", "Nonsense Adresse", "Dear Teuer"
    )
    call_provider("run", DAY)
    kept = demand.query(
        "select full_name, -sum(amount) as credits from billing.credit_transactions join app.enrichment_requests"
        " using (organization_id, request_id) join app.leads using (organization_id, entity_id)"
        " join app.lead_facts using (lead_id) group by full_name"
    )
    assert {row["full_name"]: int(row["credits"]) for row in kept} == {
        "Hit Alt": 1, "Miss Neu": 0, "Paidmiss Alt": 1, "Lost Weg": 1, "Malformed Antwort": 0, "Nonsense Adresse": 0,
        "Dear Teuer": 1,
    }  # fmt: skip
    assert wallet(demand) == 6
    assert demand.spent() == demand.budget(), "the euros are what they are without a wallet"


def test_empty_wallet_leaves_requests_pending(demand, provider):
    give_credits(demand, 10)
    with demand.database.connect("billing") as connection:
        debit_credits(connection, demand.organization_id, Decimal(8), "spent", "elsewhere")
        ask(demand, *(f"Hit Nummer{number}" for number in range(4)))
    assert call_provider("run", DAY) == 2
    states = list(demand.states().values())
    assert (states.count("hit"), states.count("pending")) == (2, 2)
    [row] = demand.query("select balance from billing.credit_wallets")
    assert row["balance"] == 0
    assert len(provider.keys) == 2
    assert demand.spent() == demand.budget() == provider.total


def test_who_may_not_go_on_claims_nothing_more(demand, provider):
    ask(demand, "Hit Alt", "Hit Neu")
    asked = []

    def stop():
        asked.append(1)
        if len(asked) == 2:
            raise StoppedError("somebody else has it now")

    with pytest.raises(StoppedError):
        call_provider("run", DAY, before_call=stop)
    assert sorted(demand.states().values()) == ["hit", "pending"]
    assert demand.spent() == provider.total == Decimal("0.02")
    assert call_provider("later", DAY) == 1
    assert len(provider.keys) == len(set(provider.keys)) == 2


def test_locked_organization_asks_nobody(demand, provider):
    ask(demand, "Hit Alt")
    with demand.database.owner() as connection:
        connection.execute(
            "insert into billing.subscriptions (organization_id, tier, status) values (%s, 'STARTER', 'canceled')",
            (demand.organization_id,),
        )
    demand.add("Hit Neu")
    assert request_wanted("r", DAY) == 0
    assert call_provider("run", DAY) == 0
    assert (demand.states(), provider.keys) == ({"Hit Alt": "pending"}, [])
