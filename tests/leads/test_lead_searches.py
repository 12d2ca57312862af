"""From the question to the leads: what a model says is never trusted, nothing happens unconfirmed, the end is told."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.types.json import Jsonb
from typer.testing import CliRunner

from leadhouse.cli import app
from leadhouse.enrichment.language_model import LanguageModelError
from leadhouse.leads import SearchCriteria, lead_searches
from leadhouse.leads.lead_searches import SearchStateError
from leadhouse.leads.search_questions import Discovery, Proposal, SearchQuestionError, read_answer
from leadhouse.settings import settings
from tests.leads.language_model_stub import LanguageModelStub

GOOD = {
    "criteria": {"entity_kind": "company", "country_codes": ["DE"], "industry_codes": ["16"], "limit": 2},
    "discovery": {"tags": ["craft=carpenter"], "place": "Leipzig", "queries": ["Tischlerei Leipzig"]},
}


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[LanguageModelStub]:
    """The model that the settings name."""
    with LanguageModelStub(json.dumps(GOOD)) as stub:
        monkeypatch.setenv("LEADHOUSE_LANGUAGE_MODEL_URL", f"http://{stub.address}/v1")
        monkeypatch.setenv("LEADHOUSE_LANGUAGE_MODEL_KEY", "sk-secret")
        monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", stub.address)
        settings.cache_clear()
        yield stub
    settings.cache_clear()


@pytest.fixture
def organization_id(database: Any) -> UUID:
    with database.owner() as connection:
        row = connection.execute(
            "insert into identity.organizations (slug, name) values ('acme', 'acme') returning organization_id"
        ).fetchone()
    return UUID(str(row["organization_id"]))


def rows(database: Any, statement: str, *parameters: Any) -> list[dict[str, Any]]:
    with database.owner() as connection:
        return [dict(row) for row in connection.execute(statement, parameters).fetchall()]


def end_jobs(database: Any, row: dict[str, Any], status: str = "completed") -> None:
    with database.owner() as connection:
        for state in ("running", status):
            connection.execute(
                "update app.jobs set status = %s::app.job_status,"
                " finished_at = case when %s <> 'running' then now() end where job_id = any (%s)",
                [state, state, row["job_ids"]],
            )


def adopt(database: Any, organization_id: UUID, search_id: UUID, count: int) -> None:
    """As the end of a build does: leads of the search, and the step's outcome."""
    with database.owner() as connection:
        for _ in range(count):
            connection.execute(
                "with entity as (insert into resolution.entities (entity_kind, created_batch_no) values ('company', 1)"
                " returning entity_id) insert into app.leads (organization_id, entity_id, entity_kind, first_source)"
                " select %s, entity_id, 'company', %s from entity",
                [organization_id, f"search:{search_id}"],
            )
        connection.execute(
            "insert into quality.step_outcomes (run_id, stage, subject, outcome, started_at)"
            " values ('r', 'adopt_leads', 'all', 'succeeded', clock_timestamp())"
        )


def test_a_question_is_proposed_confirmed_run_and_told(
    database: Any, organization_id: UUID, model: LanguageModelStub
) -> None:
    row = lead_searches.ask(organization_id, "carpenters", "Two carpenters in Leipzig, please")
    assert (row["state"], row["is_active"]) == ("proposed", False)
    assert row["criteria"] == GOOD["criteria"]
    assert model.keys == ["Bearer sk-secret"]
    assert model.asked[0]["messages"][1] == {"role": "user", "content": "Two carpenters in Leipzig, please"}
    [cost] = rows(database, "select kind, amount_eur, organization_id from billing.costs")
    assert (cost["kind"], cost["amount_eur"]) == ("token", Decimal("0.001000"))
    search_id = row["lead_search_id"]
    with pytest.raises(SearchStateError, match="confirm it first"):
        lead_searches.start(search_id)
    assert lead_searches.confirm(search_id)["is_active"]
    with pytest.raises(SearchStateError, match="only a proposal"):
        lead_searches.confirm(search_id)
    started = lead_searches.start(search_id)
    assert started["source_keys"] == [f"overpass/acme/search-{search_id}"], "no web search is configured"
    assert lead_searches.start(search_id)["job_ids"] == started["job_ids"], "started once"
    [source] = rows(database, "select kind::text, config from app.sources")
    assert source == {"kind": "overpass", "config": {"tags": ["craft=carpenter"], "place": "Leipzig"}}
    told = lead_searches.report(search_id)
    assert (told.requested, told.met, told.is_exhausted, told.state) == (2, 0, False, "running")
    end_jobs(database, started)
    assert "not over" in lead_searches.report(search_id).message, "the build that adopts has not run"
    cut_short = {"reading": {"since": "2026-11-20T00:00:00+00:00", "unread": []}}
    rows(database, "update app.sources set read_state = %s returning 1", Jsonb(cut_short))
    adopt(database, organization_id, search_id, 1)
    told = lead_searches.report(search_id)
    assert (told.met, told.is_exhausted, told.state, told.unread_sources) == (1, False, "running", 1)
    assert told.message == "2 requested, 1 met so far; 1 of its sources unread in part: the next run goes on."
    rows(database, "update app.sources set read_state = read_state - 'reading' returning 1")
    told = lead_searches.report(search_id)
    assert (told.met, told.is_exhausted, told.state) == (1, True, "finished")
    assert told.message == (
        "2 requested, 1 met, exhausted: what was looked through holds no more that the criteria match."
    )


def test_a_search_that_is_met_is_done_and_says_nothing_of_exhaustion(database: Any, organization_id: UUID) -> None:
    row = lead_searches.create(organization_id, "two", SearchCriteria(entity_kind="company", limit=2))
    assert (row["state"], row["is_active"]) == ("confirmed", True)
    lead_searches.start(row["lead_search_id"])
    adopt(database, organization_id, row["lead_search_id"], 2)
    told = lead_searches.report(row["lead_search_id"])
    assert (told.state, told.met, told.message) == ("finished", 2, "2 requested, 2 met: done.")


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ("I would rather not", "holds no JSON object"),
        ('{"criteria": {"limit": 5}, "sql": "drop table leads"}', "sql"),
        ('{"criteria": {"limit": 1000000}}', "limit"),
        ('{"criteria": {"source_keys": ["csv/other/secret"]}}', "source_keys"),
        ('{"criteria": {"country_codes": ["Germany"]}}', "country_codes"),
        ('{"criteria": {}, "discovery": {"tags": ["shop=x\\"];out;"], "country_code": "DE"}}', "tags"),
        ("[" * 5000, "holds no JSON object"),
    ],
)
def test_what_does_not_fit_the_schema_is_refused(
    says: str, why: str, database: Any, organization_id: UUID, model: LanguageModelStub
) -> None:
    model.says = says
    with pytest.raises(SearchQuestionError, match=why):
        lead_searches.ask(organization_id, "carpenters", "Carpenters in Leipzig")
    [row] = lead_searches.list_searches(organization_id)
    assert (row["state"], row["is_active"]) == ("refused", False)
    assert why in row["message"]
    assert len(rows(database, "select 1 from billing.costs")) == 1, "what was charged is written, whatever it is worth"


@given(st.text(max_size=200))
def test_any_answer_is_a_proposal_or_refused(text: str) -> None:
    for each in (text, f'{{"criteria": {{{text}}}}}', json.dumps({"criteria": {"titles": [text]}})):
        with contextlib.suppress(SearchQuestionError):
            assert isinstance(read_answer(each), Proposal)


def test_a_model_that_does_not_answer(
    organization_id: UUID, model: LanguageModelStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.status = 503
    with pytest.raises(LanguageModelError, match="answers 503") as told:
        lead_searches.ask(organization_id, "a", "Carpenters in Leipzig")
    assert "sk-secret" not in str(told.value)
    monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", "")
    settings.cache_clear()
    with pytest.raises(LanguageModelError, match="does not answer"):
        lead_searches.ask(organization_id, "b", "Carpenters in Leipzig")
    assert len(model.asked) == 1, "an address of one's own network is asked only as an exception of the settings"
    monkeypatch.delenv("LEADHOUSE_LANGUAGE_MODEL_URL")
    settings.cache_clear()
    with pytest.raises(LanguageModelError, match="No language model is configured"):
        lead_searches.ask(organization_id, "c", "Carpenters in Leipzig")


def test_the_web_is_searched_where_an_instance_is_configured(
    database: Any, organization_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADHOUSE_SEARXNG_URL", "http://searx.example")
    settings.cache_clear()
    wanted = Discovery(queries=("Tischlerei Leipzig",))
    row = lead_searches.create(organization_id, "web", SearchCriteria(), wanted)
    started = lead_searches.start(row["lead_search_id"])
    settings.cache_clear()
    assert started["source_keys"] == [f"searxng/acme/search-{row['lead_search_id']}"]
    [job] = rows(database, "select kind::text, parameters from app.jobs")
    assert job == {"kind": "import", "parameters": {"source_keys": started["source_keys"]}}


def test_the_command(database: Any, organization_id: UUID, model: LanguageModelStub, tmp_path: Path) -> None:
    runner = CliRunner()
    asked = runner.invoke(app, ["searches", "ask", "carpenters", "Carpenters in Leipzig"])
    assert asked.exit_code == 0, asked.output
    search_id = json.loads(asked.output)["lead_search_id"]
    better = tmp_path / "criteria.json"
    better.write_text('{"entity_kind": "company", "limit": 7}')
    assert json.loads(runner.invoke(app, ["searches", "confirm", search_id, "--criteria", str(better)]).output)[
        "state"
    ] == ("confirmed")
    assert runner.invoke(app, ["searches", "start", search_id]).exit_code == 0
    assert "7 requested, 0 met so far" in runner.invoke(app, ["searches", "report", search_id]).output
    assert "carpenters" in runner.invoke(app, ["searches", "list"]).output
    better.write_text('{"colour": "red"}')
    wrong = runner.invoke(app, ["searches", "create", "x", "--criteria", str(better)])
    assert wrong.exit_code == 1
    assert "colour" in wrong.output
