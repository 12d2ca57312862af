"""Runs of a source against its simulator and a real database: what lands, what is paid, what a second run does."""

from __future__ import annotations

import json
import socket
from collections import Counter
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb
from pydantic import SecretBytes

from demo.providers.apollo import ApolloSimulator
from demo.providers.overpass import OverpassSimulator
from demo.providers.rest import RestSimulator
from demo.providers.simulator import Fault
from demo.servers.wire import json_answer
from leadhouse.connectors.found_sites import start_of
from leadhouse.connectors.source_notices import kind_of_run
from leadhouse.connectors.source_replay import read_again, replay_source
from leadhouse.connectors.source_runs import SourceBusyError, run_source
from leadhouse.connectors.stored_sources import list_sources
from leadhouse.credentials import SecretMissingError, new_master_key, put_secret
from leadhouse.database.queries import load
from leadhouse.jobs.control import StoppedError
from leadhouse.landing.watching import Limits
from leadhouse.records import Value
from leadhouse.settings import settings
from tests.connectors.conftest import HASTY, QUICK

DAY, NEXT_DAY = date(2026, 11, 20), date(2026, 11, 21)


class Tenant:
    """An organization with one key at Apollo and one source."""

    def __init__(self, database, simulator, url, *, is_keyless=False):
        self.database, self.simulator, self.url = database, simulator, url
        slug = f"org-{uuid4().hex[:8]}"
        (row,) = self.rows(
            "insert into identity.organizations (slug, name) values (%s, %s) returning organization_id", slug, slug
        )
        self.organization_id = UUID(str(row["organization_id"]))
        self.secret_id = None if is_keyless else self.secret("provider")
        self.source_key = f"apollo/{slug}"

    def secret(self, kind):
        with self.database.connect("credentials") as connection:
            value = SecretBytes(self.simulator.key.encode())
            return put_secret(connection, self.organization_id, uuid4().hex, value, kind=kind)

    def rows(self, statement, *values):
        with self.database.kept_owner() as owner:
            cursor = owner.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def add(self, secret_id=None, kind="apollo", **parameters):
        config = {"base_url": self.url, **QUICK, **parameters}
        self.rows(
            "insert into app.sources (source_key, organization_id, kind, name, config, secret_id)"
            " values (%s, %s, %s, 'ours', %s, %s)",
            self.source_key, self.organization_id, kind, Jsonb(config), secret_id or self.secret_id,
        )  # fmt: skip

    def run(self, day=DAY, **options):
        return run_source(self.source_key, day, f"test__{day}", patience=HASTY, **options)

    def spent(self):
        (row,) = self.rows(
            "select coalesce(sum(amount_eur), 0) as eur from billing.costs where organization_id = %s",
            self.organization_id,
        )
        return row["eur"]

    def calls(self):
        return self.rows("select * from app.source_calls where source_key = %s order by created_at", self.source_key)


@pytest.fixture
def tenant(module_database, monkeypatch, world, served):
    monkeypatch.setenv("LEADHOUSE_MASTER_KEYS", MASTER_KEY)
    simulator = ApolloSimulator(world, prefix="/api/v1")
    made = Tenant(module_database, simulator, served(simulator))
    settings.cache_clear()
    return made


MASTER_KEY = new_master_key()


def test_a_run_lands_private_records_and_notes_what_they_cost(tenant):
    tenant.add(search="companies", criteria={"organization_locations": ["Germany"]}, credit_price_eur=0.2)
    summary = tenant.run()
    assert (summary.reason, summary.quarantined, summary.known) == ("works", 0, 0)
    assert summary.landed == summary.received > 0
    assert summary.eur == tenant.spent() == Decimal("0.2") * Decimal(1000 - tenant.simulator.credits)
    records = tenant.rows(
        "select organization_id, source_key from raw.company_records where organization_id = %s", tenant.organization_id
    )
    assert len(records) == summary.landed
    assert {row["source_key"] for row in records} == {tenant.source_key}
    evidence = tenant.rows(
        "select count(*) as broken from raw.extractions left join raw.fetches using (run_on, fetch_id)"
        " where extractions.source_key = %s and fetches.warc_uri is null",
        tenant.source_key,
    )
    assert evidence == [{"broken": 0}]
    again = tenant.run(NEXT_DAY)
    assert (again.landed, again.known) == (0, summary.received)


def test_the_same_day_is_paid_once(tenant):
    tenant.add(search="companies", enrich=False)
    first = tenant.run()
    asked = len(tenant.simulator.heard)
    second = tenant.run()
    assert len(tenant.simulator.heard) == asked
    assert (second.calls, second.eur, second.known) == (0, 0, first.landed)
    assert tenant.spent() == first.eur


@pytest.mark.parametrize("fault", [Fault.STALLED, Fault.BROKEN, Fault.DROPPED])
def test_an_answer_that_was_lost_stays_charged_and_is_not_asked_for_again_that_day(tenant, fault):
    tenant.add(search="companies", enrich=False)
    tenant.simulator.faults = [fault]
    lost = tenant.run()
    assert lost.reason in ("unreachable", "provider_failed")
    assert [(call["state"], call["price_eur"]) for call in tenant.calls()] == [("unknown", None)]
    assert tenant.spent() == Decimal("0.1")
    again = tenant.run()
    assert (again.reason, len(tenant.simulator.heard), again.calls) == ("provider_failed", 1, 0)
    assert tenant.run(NEXT_DAY).landed == 12


@pytest.mark.parametrize("day", [DAY, NEXT_DAY])
def test_an_answer_that_was_archived_and_had_not_landed_is_read_and_not_paid_again(tenant, monkeypatch, day):
    tenant.add(search="companies", enrich=False, credit_price_eur=0.2)

    def die(*_):
        raise RuntimeError("the reader is gone")

    with monkeypatch.context() as patch:
        patch.setattr("leadhouse.connectors.source_landing.SourceLanding.land", die)
        with pytest.raises(RuntimeError):
            tenant.run()
    asked, [call] = len(tenant.simulator.heard), tenant.calls()
    assert (call["state"], tenant.spent() > 0) == ("claimed", True)
    summary = tenant.run(day)
    assert (summary.reason, summary.landed, summary.calls, summary.resumed) == ("works", 12, 0, 1)
    assert len(tenant.simulator.heard) == asked, "nobody was asked"
    [settled] = tenant.calls()
    assert (settled["state"], settled["call_id"]) == ("answered", call["call_id"])
    taken = Decimal("0.2") * Decimal(1000 - tenant.simulator.credits)
    assert summary.eur == tenant.spent() == settled["price_eur"] == taken
    evidence = tenant.rows(
        "select count(*) as rows, count(fetches.warc_uri) as kept from raw.extractions"
        "  left join raw.fetches using (run_on, fetch_id) where extractions.source_key = %s", tenant.source_key,
    )  # fmt: skip
    assert evidence == [{"rows": 12, "kept": 12}]


def by_call(tenant):
    """What the ledger says of each charged call; the rows of a source name one, all of them."""
    rows = tenant.rows("select * from billing.costs where organization_id = %s", tenant.organization_id)
    assert all(row["source_call_id"] for row in rows)
    paid = Counter()
    for row in rows:
        paid[row["source_call_id"]] += row["amount_eur"]
    return paid


def test_the_ledger_adds_up_call_by_call(tenant):
    tenant.add(search="people", criteria={"organization_locations": ["Germany"]}, credit_price_eur=0.2)
    tenant.simulator.faults = [None, None, Fault.DROPPED]  # the search is free, then ten a call
    tenant.run()
    tenant.run(NEXT_DAY)
    calls = {call["call_id"]: call for call in tenant.calls()}
    assert {call["state"] for call in calls.values()} == {"answered", "unknown"}
    expected = {
        call_id: call["reserved_eur"] if call["price_eur"] is None else call["price_eur"]
        for call_id, call in calls.items()
    }
    assert by_call(tenant) == expected


def test_a_refused_call_is_given_back_and_tried_again(tenant):
    tenant.add(search="companies", enrich=False)
    tenant.simulator.credits = 0
    refused = tenant.run()
    assert (refused.reason, refused.eur, tenant.spent()) == ("no_credit", 0, 0)
    assert [call["state"] for call in tenant.calls()] == ["refused"]
    [(refused_call, paid)] = by_call(tenant).items()
    assert (refused_call, paid) == (tenant.calls()[0]["call_id"], 0)
    tenant.simulator.credits = 10
    assert tenant.run().landed == 12


def test_a_malformed_answer_is_kept_and_refused_with_its_reason(tenant):
    tenant.add(search="companies", enrich=False)
    tenant.simulator.faults = [Fault.MALFORMED]
    summary = tenant.run()
    assert (summary.reason, summary.landed, summary.quarantined) == ("malformed", 0, 1)
    (row,) = tenant.rows("select reason, payload from quality.quarantine where source_key = %s", tenant.source_key)
    assert row["reason"] == "malformed_answer"
    assert "we are sorry" in row["payload"]["answer"]
    assert [(call["state"], call["price_eur"]) for call in tenant.calls()] == [("answered", None)]


def test_ceilings_end_a_run_before_the_call(tenant):
    tenant.add(search="people", max_eur=0.5, credit_price_eur=0.1)
    summary = tenant.run()
    assert (summary.reason, tenant.spent()) == ("over_budget", 0)
    assert not any(heard.path.endswith("bulk_match") for heard in tenant.simulator.heard)


def test_a_budget_of_the_organization_holds_for_its_sources(tenant):
    tenant.rows(
        "insert into billing.budgets (organization_id, kind, starts_on, ends_on, ceiling_eur)"
        " values (%s, 'provider', '2026-11-01', '2026-11-30', 0.05)", tenant.organization_id,
    )  # fmt: skip
    tenant.add(search="companies", enrich=False)
    assert (tenant.run().reason, len(tenant.simulator.heard), tenant.spent()) == ("over_budget", 0, 0)
    tenant.rows("update billing.budgets set ceiling_eur = 0.1 where organization_id = %s", tenant.organization_id)
    assert tenant.run().landed == 12
    (budget,) = tenant.rows("select spent_eur from billing.budgets where organization_id = %s", tenant.organization_id)
    assert budget["spent_eur"] == tenant.spent() == Decimal("0.1")


def test_a_run_stops_at_its_safe_point_and_goes_on(tenant):
    tenant.add(search="companies")
    asked = []

    def stop():
        asked.append(1)
        if len(asked) == 2:
            raise StoppedError("to be paused")

    with pytest.raises(StoppedError):
        tenant.run(before_call=stop)
    (kept,) = tenant.rows(
        "select count(*) as records from raw.company_records where source_key = %s", tenant.source_key
    )
    assert kept["records"] == 12
    rest = tenant.run()
    assert rest.reason == "works"
    assert sum(heard.path.endswith("/mixed_companies/search") for heard in tenant.simulator.heard) == 1


def test_one_reads_a_source_at_a_time(tenant):
    tenant.add(search="companies")
    with pytest.raises(SourceBusyError):
        tenant.run(before_call=lambda: tenant.run())


def test_a_reader_whose_session_was_ended_asks_for_nothing_more(tenant):
    tenant.add(search="companies")
    asked = []

    def end_sessions():
        asked.append(1)
        if len(asked) == 2:  # as a restart of the server does
            tenant.rows(
                "select pg_terminate_backend(pid, 5000) from pg_locks where locktype = 'advisory' and objsubid = 1"
                " and database = (select oid from pg_database where datname = current_database())"
            )

    with pytest.raises(SourceBusyError, match="ended the session"):
        tenant.run(before_call=end_sessions)
    heard = len(tenant.simulator.heard)
    assert tenant.run().reason == "works"
    assert sum(each.path.endswith("/mixed_companies/search") for each in tenant.simulator.heard) == 1
    assert heard < len(tenant.simulator.heard)


def test_a_mailboxes_password_is_no_credential_of_a_source(tenant):
    tenant.add(secret_id=tenant.secret("smtp"), search="companies")
    with pytest.raises(SecretMissingError, match="kind 'smtp'"):
        tenant.run()
    assert not tenant.simulator.heard


def test_archived_answers_state_the_same_without_a_socket(tenant, monkeypatch):
    tenant.add(search="companies")
    summary = tenant.run()
    stated = tenant.rows(
        "select unit_key, statement_hash from raw.extractions where source_key = %s", tenant.source_key
    )
    port = tenant.database.owner().info.port
    real = socket.socket.connect

    def connect(self, address):
        assert isinstance(address, str) or address[1] == port, f"a socket is opened to {address}"
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    found = read_again(tenant.source_key, DAY, DAY)
    hashes = {(each.unit_key, each.statement_hash) for each in found.statements}
    assert hashes == {(row["unit_key"], row["statement_hash"]) for row in stated}
    assert found.answers == summary.calls
    assert not found.gone


@pytest.fixture
def listed(module_database, monkeypatch, world, served):
    """A tenant whose source is a list behind an interface of no vendor."""
    monkeypatch.setenv("LEADHOUSE_MASTER_KEYS", MASTER_KEY)
    simulator = RestSimulator(world)
    made = Tenant(module_database, simulator, served(simulator))
    settings.cache_clear()
    simulator.base = made.url
    made.declared = {
        "path": "/contacts/cursor", "items": "data", "authentication": {"kind": "bearer"},
        "paging": {"kind": "cursor", "field": "after", "path": "meta.next"},
        "map": {"key": "id", "person": {"values": {"full_name": "name", "email": "mails[*].value"}}},
    }  # fmt: skip
    return made


def test_who_is_on_a_whole_list_no_more_is_retracted(listed):
    listed.add(kind="api", **listed.declared, is_whole=True)
    first = listed.run()
    leaver = listed.simulator.contacts()[0]["id"]
    listed.simulator.gone = {leaver}
    second = listed.run(NEXT_DAY)
    assert (first.retracted, second.retracted, second.landed) == (0, 1, 0)
    standing = listed.rows(
        "select count(*) as people from (select distinct on (applications.unit_id) extraction_id from raw.applications"
        " join raw.extractions using (run_on, extraction_id) where source_key = %s"
        " order by applications.unit_id, applications.observed_at desc) as newest"
        " join raw.person_records using (extraction_id)", listed.source_key,
    )  # fmt: skip
    assert standing == [{"people": first.landed - 1}]
    assert listed.run(date(2026, 11, 22)).retracted == 0


def test_a_run_that_is_cut_short_retracts_nobody(listed):
    listed.add(kind="api", **listed.declared, is_whole=True)
    listed.run()
    listed.rows(
        "update app.sources set config = config || '{\"max_calls\": 1}' where source_key = %s", listed.source_key
    )
    cut = listed.run(NEXT_DAY)
    assert (cut.reason, cut.retracted, cut.calls) == ("over_budget", 0, 1)


def test_the_cursor_is_kept_with_what_landed(listed):
    rule = {"path": "updated_at", "field": "updated_since"}
    listed.add(kind="api", **listed.declared, incremental=rule)
    first = listed.run()
    assert listed.rows("select read_state from app.sources where source_key = %s", listed.source_key) == [
        {"read_state": {"after": "2026-01-01T00:00:00Z"}}
    ]
    changed = listed.simulator.contacts()[2]["id"]
    listed.simulator.updated = {changed: "2026-11-21T00:00:00Z"}
    second = listed.run(NEXT_DAY)
    assert (first.received > 5, second.received, second.known) == (True, 1, 1)
    (row,) = listed.rows("select next_due_at from app.sources where source_key = %s", listed.source_key)
    assert row["next_due_at"].date() == date(2026, 11, 22)


@pytest.mark.parametrize("due", ["-infinity", "infinity"])
def test_sources_that_are_due_at_once_or_never_are_listed(listed, due):
    listed.add(kind="api", **listed.declared)
    listed.rows("update app.sources set next_due_at = %s where source_key = %s", due, listed.source_key)
    [shown] = list_sources(listed.organization_id)
    assert (shown["source_key"], shown["last_run_at"]) == (listed.source_key, None)


def test_what_is_due_is_read_by_itself_and_what_is_named_in_any_case(listed):
    listed.add(kind="api", **listed.declared)

    def due(**wanted):
        values = {"kinds": ["api"], "source_keys": None, "organization_id": listed.organization_id, **wanted}
        with listed.database.connect("imports") as connection:
            rows = connection.execute(load("source_runs").list_due_sources, values).fetchall()
        return [row["source_key"] for row in rows]

    assert due() == [listed.source_key]
    listed.run(date(2099, 1, 1))
    assert due() == []
    assert due(source_keys=[listed.source_key]) == [listed.source_key]
    assert due(source_keys=[listed.source_key], organization_id=uuid4()) == []
    listed.rows("update app.sources set is_active = false where source_key = %s", listed.source_key)
    assert due(source_keys=[listed.source_key]) == []


def test_sites_of_candidates_are_crawled_once(module_database, monkeypatch, world, served):
    simulator = OverpassSimulator(world, prefix="/api")
    tenant = Tenant(module_database, simulator, served(simulator), is_keyless=True)
    tenant.add(kind="overpass", tags=["office=company"], country_code="DE")
    known = next(each.domain for each in world if each.country == "DE")
    tenant.rows(
        "insert into app.sources (source_key, kind, name, start_url, host) values (%s, 'web_site', 'x', %s, %s)",
        f"web/{known}", f"https://{known}/", known,
    )  # fmt: skip
    summary = tenant.run()
    (job,) = tenant.rows("select * from app.jobs where job_id = %s", summary.crawl_job_id)
    assert (job["kind"], job["organization_id"]) == ("crawl", tenant.organization_id)
    german = {each.domain: f"http://{each.host(each.domain)}/" for each in world if each.country == "DE"}
    assert sorted(job["parameters"]["urls"]) == sorted(url for domain, url in german.items() if domain != known)
    assert tenant.run().crawl_job_id == summary.crawl_job_id
    (jobs,) = tenant.rows("select count(*) as jobs from app.jobs where organization_id = %s", tenant.organization_id)
    assert jobs["jobs"] == 1


@pytest.mark.parametrize(
    ("stated", "start"),
    [
        ("http://www.one.example/contact?x=1", "http://www.one.example/"),
        ("HTTPS://One.example", "https://one.example/"),
        ("one.example", "https://one.example/"),
        (None, "https://one.example/"),
        ("http://shop.one.example/", "https://one.example/"),
        ("http://one.example:8080/", "https://one.example/"),
        ("http://jane@one.example/", "https://one.example/"),
    ],
)
def test_a_found_site_begins_where_its_source_says(stated, start):
    assert start_of(Value(value="one.example", raw=stated)) == start


def test_a_replay_shows_what_another_reading_gains_and_then_applies_it(listed):
    listed.add(kind="api", **listed.declared)
    landed = listed.run().landed
    shown = replay_source(listed.source_key, DAY, DAY, "replay__1", applies=True)
    assert (shown.unchanged, shown.changed, shown.refused) == (landed, 0, 0)
    listed.rows(
        "update app.sources set config = jsonb_set(config, '{map,person,values,title}', '[\"job.title\"]')"
        " where source_key = %s", listed.source_key,
    )  # fmt: skip
    asked = len(listed.simulator.heard)

    def titles():
        (row,) = listed.rows(
            "select count(*) as titles from (select distinct on (applications.unit_id) extraction_id"
            " from raw.applications join raw.extractions using (run_on, extraction_id) where source_key = %s"
            " order by applications.unit_id, applications.observed_at desc, applications.applied_at desc) as newest"
            " join raw.person_records using (extraction_id) where payload ? 'title'", listed.source_key,
        )  # fmt: skip
        return row["titles"]

    shown = replay_source(listed.source_key, DAY, DAY, "replay__2", applies=False)
    assert (shown.gained, shown.lost, titles()) == ({"person.title": landed}, {}, 0)
    applied = replay_source(listed.source_key, DAY, DAY, "replay__3", applies=True)
    assert (applied.gained["person.title"], titles()) == (landed, landed)
    again = replay_source(listed.source_key, DAY, DAY, "replay__4", applies=True)
    assert (again.changed, titles(), len(listed.simulator.heard)) == (0, landed, asked)


def test_a_reader_that_died_before_an_answer_was_archived_leaves_it_unknown(tenant, monkeypatch):
    tenant.add(search="companies", enrich=False)

    def die(*_, **__):
        raise SystemExit("killed")

    with monkeypatch.context() as patch:
        patch.setattr("leadhouse.connectors.source_runs._Run._keep", die)
        with pytest.raises(SystemExit):
            tenant.run()
    assert [call["state"] for call in tenant.calls()] == ["claimed"]
    again = tenant.run()
    (call,) = tenant.calls()
    assert (call["state"], call["reason"], again.reason) == ("unknown", "reader_died", "provider_failed")
    assert (len(tenant.simulator.heard), tenant.spent()) == (1, Decimal("0.1"))


def test_an_answer_of_an_unthought_of_form_ends_the_run_and_the_source_says_so(tenant, monkeypatch):
    tenant.add(search="companies", enrich=False)
    right = tenant.simulator.answer

    def odd(asked):
        return json_answer({**json.loads(right(asked).body), "pagination": 7})

    monkeypatch.setattr(tenant.simulator, "answer", odd)
    summary = tenant.run()
    assert (summary.reason, summary.landed) == ("malformed", 12)
    (row,) = tenant.rows("select status, last_test_message from app.sources where source_key = %s", tenant.source_key)
    assert row["status"] == "error"
    assert "could not be read" in row["last_test_message"]
    monkeypatch.setattr(tenant.simulator, "answer", right)
    assert tenant.run(NEXT_DAY).reason == "works"
    assert tenant.rows("select status from app.sources where source_key = %s", tenant.source_key) == [
        {"status": "active"}
    ]


def watched(tenant):
    rows = tenant.rows(
        "select counts ->> 'kind' as kind, message from quality.step_outcomes where stage = 'watch_source'"
        " and subject = %s order by finished_at", tenant.source_key,
    )  # fmt: skip
    return [row["kind"] for row in rows]


def test_refused_empty_and_another_form_are_different_notices(tenant):
    (owner,) = tenant.rows(
        "insert into identity.users (email_normalized) values (%s) returning user_id", f"{uuid4().hex}@x.example"
    )
    tenant.rows(
        "insert into identity.members (organization_id, user_id, role) values (%s, %s, 'organization_admin')",
        tenant.organization_id, owner["user_id"],
    )  # fmt: skip
    tenant.add(search="companies", enrich=False)
    tenant.rows("update app.sources set created_by = %s where source_key = %s", owner["user_id"], tenant.source_key)
    assert (tenant.run(date(2026, 11, 10)).reason, watched(tenant)) == ("works", ["ordinary"])
    tenant.simulator.credits = 0
    for day in (11, 12):
        assert tenant.run(date(2026, 11, day)).reason == "no_credit"
    tenant.simulator.credits = 100
    tenant.simulator.faults = [Fault.MALFORMED]
    assert tenant.run(date(2026, 11, 13)).reason == "malformed"
    whole = tenant.simulator.world
    tenant.simulator.world = []
    assert tenant.run(date(2026, 11, 14), anew=True).received == 0
    tenant.simulator.world = whole
    assert tenant.run(date(2026, 11, 15)).reason == "works"
    assert watched(tenant) == ["ordinary", "blocked", "blocked", "layout_changed", "empty", "ordinary"]
    told = tenant.rows("select kind from app.notifications where user_id = %s order by created_at", owner["user_id"])
    assert [row["kind"] for row in told] == ["source_blocked", "source_layout_changed", "source_empty"], "once each"


LIMITS = Limits()


@pytest.mark.parametrize(
    ("reason", "named", "before", "is_read", "kind"),
    [
        ("works", 12, None, True, "ordinary"), ("works", 0, 9, True, "ordinary"), ("works", 0, 10, True, "empty"),
        ("works", 36, 12, True, "ordinary"), ("works", 37, 12, True, "too_many"), ("works", 5, None, True, "ordinary"),
        ("malformed", 3, 12, True, "too_few"), ("malformed", 3, 12, False, "layout_changed"),
        ("over_budget", 3, 12, False, None), ("rate_limited", 0, 12, False, None),
        ("not_allowed", 0, 12, False, "blocked"), ("unreachable", 0, 12, False, "broken"),
    ],
)  # fmt: skip
def test_what_a_run_comes_to(reason, named, before, is_read, kind):
    assert kind_of_run(reason, named, before, LIMITS, is_read=is_read) == kind
