"""A wish in plain language to leads: every part real, the world's servers on loopback, no Airflow in between."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from demo.providers.simulator import Fault
from demo.servers.stack import Stack
from demo.world import World
from demo.world_process import settings_of
from leadhouse import leads, resolution
from leadhouse.connectors.source_runs import SourceSummary, run_source
from leadhouse.jobs import crawl, requests, shards
from leadhouse.leads import lead_searches
from leadhouse.local.home_settings import save_settings
from leadhouse.transform import build_marts
from tests.scrapers.forked_shards import fork_shards

RUN_ON = date(2026, 11, 20)
DEAR_TOKENS = "200000"  # EUR a million tokens: so that the few of a test are cents


@dataclass
class Tried:
    """The database, the servers, and what the steps between them do."""

    database: Any
    stack: Stack

    def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        with self.database.kept_owner() as connection:
            return [dict(row) for row in connection.execute(statement, values).fetchall()]

    def organization(self, slug: str) -> UUID:
        statement = "insert into identity.organizations (slug, name) values (%s, %s) returning organization_id"
        return UUID(str(self.rows(statement, slug, slug)[0]["organization_id"]))

    def costs(self, organization_id: UUID) -> dict[str, Decimal]:
        statement = "select kind, sum(amount_eur) as eur from billing.costs where organization_id = %s group by kind"
        return {row["kind"]: row["eur"] for row in self.rows(statement, organization_id)}

    def read(self, search: dict[str, Any]) -> list[SourceSummary]:
        """The search's job: its sources one after the other, as `import_records` reads them."""
        [job_id] = search["job_ids"]
        requests.mark_dispatched(job_id)
        requests.start(job_id)
        read = [run_source(key, RUN_ON, f"job__{job_id}") for key in search["source_keys"]]
        if all(each.is_complete for each in read):
            requests.finish(job_id, {"received": sum(each.received for each in read)})
        else:
            requests.fail(job_id, "not every source was read")
        return read

    def crawl(self, job_id: UUID) -> None:
        """As `crawl_sites` crawls."""
        requests.mark_dispatched(job_id)
        requests.start(job_id)
        for number in shards.plan_shards(job_id, 1):
            crawl.run_shard(job_id, number, f"job__{job_id}")
        requests.finish(job_id, shards.total_counts(job_id)[0])

    def build(self, run_id: str) -> None:
        """Who is who, the marts, and what the searches find in them."""
        resolution.resolve_unread(run_id)
        build_marts(run_id)
        leads.adopt_from_searches(run_id)


@pytest.fixture(scope="module")
def tried(marts_database, tmp_path_factory) -> Iterator[Tried]:
    loop, folder = asyncio.new_event_loop(), tmp_path_factory.mktemp("world")
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    stack, found = asyncio.run_coroutine_threadsafe(_open(folder), loop).result(60)
    few_pages = {"LEADHOUSE_CRAWL_PAGE_BUDGET": "6"}
    save_settings({**settings_of(found), **few_pages, "LEADHOUSE_LANGUAGE_MODEL_EUR_PER_MILLION": DEAR_TOKENS})
    with pytest.MonkeyPatch.context() as patch:
        fork_shards(patch)
        yield Tried(marts_database, stack)
    asyncio.run_coroutine_threadsafe(_close(stack), loop).result(60)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


async def _open(folder: Path) -> tuple[Stack, dict[str, Any]]:
    stack = Stack(World(), folder)  # its files belong to the thread that opens them
    return stack, await stack.start()


async def _close(stack: Stack) -> None:
    await stack.close()
    conversations = asyncio.all_tasks() - {asyncio.current_task()}
    for each in conversations:
        each.cancel()
    await asyncio.gather(*conversations, return_exceptions=True)


@pytest.fixture(scope="module")
def north(tried: Tried) -> dict[str, Any]:
    """A search for more than there is, step by step to its end."""
    organization_id = tried.organization("north")
    asked = lead_searches.ask(organization_id, "Austria", "Up to two restaurants in Austria")
    before = tried.rows("select job_id from app.jobs where organization_id = %s", organization_id)
    lead_searches.confirm(asked["lead_search_id"])
    started = lead_searches.start(asked["lead_search_id"], RUN_ON)
    read = tried.read(started)
    under_way = lead_searches.report(asked["lead_search_id"])
    for summary in read:
        if summary.crawl_job_id is not None:
            tried.crawl(summary.crawl_job_id)
    unbuilt = lead_searches.report(asked["lead_search_id"])
    tried.build("north")
    return {
        "organization_id": organization_id, "asked": asked, "before": before, "started": started, "read": read,
        "under_way": under_way, "unbuilt": unbuilt, "ended": lead_searches.report(asked["lead_search_id"]),
    }  # fmt: skip


def test_nothing_is_looked_for_before_a_person_has_confirmed(north) -> None:
    assert north["asked"]["state"] == "proposed"
    assert north["asked"]["criteria"] == {"entity_kind": "company", "country_codes": ["AT"], "limit": 2}
    assert north["asked"]["discovery"]["country_code"] == "AT"
    assert north["before"] == []


def test_discovery_lands_candidates_and_asks_for_a_crawl_of_their_sites(tried: Tried, north) -> None:
    organization_id = north["organization_id"]
    kinds = {summary.source_key.partition("/")[0]: summary for summary in north["read"]}
    assert kinds.keys() == {"overpass", "searxng"}
    for summary in north["read"]:
        assert summary.is_complete, summary.detail
        assert summary.received == summary.landed + summary.known + summary.quarantined
    assert kinds["overpass"].landed == 1
    jobs = tried.rows("select * from app.jobs where organization_id = %s and kind = 'crawl'", organization_id)
    assert "http://www.landhotel-pichler.example/" in {url for job in jobs for url in job["parameters"]["urls"]}
    assert {job["status"] for job in jobs} == {"completed"}


def test_the_site_is_crawled_and_its_company_is_a_lead(tried: Tried, north) -> None:
    [lead] = tried.rows("select * from app.leads where organization_id = %s", north["organization_id"])
    assert (lead["entity_kind"], lead["first_source"]) == ("company", f"search:{north['ended'].lead_search_id}")
    found = leads.explain_value(north["organization_id"], lead["lead_id"]).company
    assert found["domain"][0].value == "landhotel-pichler.example"
    keys = {each.source_key.partition("/")[0] for candidates in found.values() for each in candidates}
    assert keys >= {"web", "overpass"}, "what the site says, and what the map says"
    pages = [each for candidates in found.values() for each in candidates if each.source_key.startswith("web/")]
    assert all(each.warc_uri and each.content_hash for each in pages)


def test_requested_met_and_exhausted_are_said_plainly(north) -> None:
    assert (north["under_way"].state, north["under_way"].met, north["under_way"].is_exhausted) == ("running", 0, False)
    assert not north["unbuilt"].is_exhausted, "the build that adopts has not run"
    ended = north["ended"]
    assert (ended.requested, ended.met, ended.is_exhausted, ended.state) == (2, 1, True, "finished")
    assert ended.message.startswith("2 requested, 1 met, exhausted")


@pytest.fixture(scope="module")
def later(tried: Tried, north) -> dict[str, Any]:
    """Two more organizations with the same wish, one of which has trouble with the map; then one build for both."""
    searches, read = {}, {}
    for slug, question in (("south", "One restaurant in Austria"), ("west", "Three restaurants in Austria")):
        asked = lead_searches.ask(tried.organization(slug), "Austria", question)
        lead_searches.confirm(asked["lead_search_id"])
        searches[slug] = lead_searches.start(asked["lead_search_id"], RUN_ON)
    read["south"] = tried.read(searches["south"])
    tried.stack.interfaces["overpass"].faults = [Fault.MALFORMED]
    read["west"] = tried.read(searches["west"])
    between = lead_searches.report(searches["west"]["lead_search_id"])
    tried.build("later")
    reports = {slug: lead_searches.report(search["lead_search_id"]) for slug, search in searches.items()}
    return {"searches": searches, "read": read, "between": between, "reports": reports}


@pytest.mark.slow
def test_a_search_that_finds_enough_is_met_and_crawls_no_site_twice(tried: Tried, north, later) -> None:
    found = next(each for each in later["read"]["south"] if each.source_key.startswith("overpass/"))
    assert (found.landed, found.crawl_job_id) == (1, None)
    told = later["reports"]["south"]
    assert (told.requested, told.met, told.state, told.message) == (1, 1, "finished", "1 requested, 1 met: done.")
    statement = "select * from app.leads where organization_id = %s"
    [lead] = tried.rows(statement, later["searches"]["south"]["organization_id"])
    [other] = tried.rows(statement, north["organization_id"])
    assert lead["lead_id"] != other["lead_id"]


def test_every_question_is_in_the_ledger_and_discovery_costs_nothing(tried: Tried, north) -> None:
    model = tried.stack.interfaces["language_model"]
    answered = [heard for heard in model.heard if heard.status == 200]
    tokens = answered[0].answer["usage"]["total_tokens"]
    price = (Decimal(DEAR_TOKENS) * tokens / 1_000_000).quantize(Decimal("0.000001"))
    assert tried.costs(north["organization_id"]) == {"token": price}
    assert price > 0
    assert tried.rows("select 1 from app.source_calls where organization_id = %s", north["organization_id"]) == []


@pytest.mark.slow
def test_a_source_that_fails_fails_its_job_and_the_search_says_so(later) -> None:
    failed = next(each for each in later["read"]["west"] if each.source_key.startswith("overpass/"))
    assert (failed.reason, failed.received, failed.quarantined) == ("malformed", 1, 1)
    assert not later["between"].is_exhausted
    told = later["reports"]["west"]
    assert (told.requested, told.met) == (3, 1), "what the marts hold is found all the same"
    assert (told.is_exhausted, told.unread_sources, told.jobs["failed"]) == (False, 1, 1)
    assert "; 1 of its sources unread in part: the next run goes on. 1 jobs failed" in told.message
