"""Pages that Postgres writes as JSON hold what their shapes would write, and follow one another by cursor."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from fastapi.routing import APIRoute
from psycopg.pq import TransactionStatus
from pydantic import TypeAdapter

from leadhouse.api import leads, lists, routers
from leadhouse.api.caller_work import CallerWork
from leadhouse.api.json_pages import json_rows
from leadhouse.api.lead_shapes import LeadHistory
from leadhouse.api.shapes import Page
from tests.api.every_resource import Rows

EMPTY = {  # no row of these is seen here; test_directory_resources has companies and people
    "list_deleted", "list_data_source_jobs", "list_campaign_members", "list_transactions", "list_companies",
    "list_people",
}  # fmt: skip
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@pytest.fixture(scope="module")
def module_database(marts_database):
    return marts_database


@pytest.fixture(scope="module")
def admin(api, world):
    """An admin's headers, and the ids of a row of each kind."""
    person = world.member("organization_admin")
    rows = Rows(world, person.organization)
    rows.ids(person)
    return world.headers(person), rows.ids(person)


def listed() -> dict[str, APIRoute]:
    """The operations that answer with a page which `read_page` or the list of leads makes, by the routers."""
    found = {}
    for route in (route for router in routers.SIGNED_IN for route in router.routes):
        model = getattr(route, "response_model", None)
        if isinstance(route, APIRoute) and isinstance(model, type) and issubclass(model, Page):
            names = getattr(route.endpoint, "__wrapped__", route.endpoint).__code__.co_names
            if {"read_page", "read_leads"} & set(names):
                found[str(route.operation_id or route.name)] = route
    return found


LISTS = listed()


def test_lists_are_found():
    assert len(LISTS) >= 16
    assert {leads.list_leads.__name__, lists.list_lists.__name__} <= set(LISTS)


@pytest.mark.parametrize("name", sorted(LISTS))
def test_rows_are_what_the_shape_would_write(api, admin, name):
    headers, ids = admin
    route = LISTS[name]
    answer = api.get(f"/api/v1{route.path_format.format_map(ids)}", headers=headers, params={"pageSize": 100})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    page = TypeAdapter(route.response_model).validate_json(answer.content)
    written, told = page.model_dump(mode="json"), answer.json()
    assert written["pagination"] == told["pagination"]
    assert [*map(_times, written["data"])] == [*map(_times, told["data"])]
    assert bool(told["data"]) is (name not in EMPTY), told


def test_pages_of_leads_follow_one_another(api, admin):
    headers, _ = admin
    for sort in ("createdAt", "leadScore", "fullName"):
        whole = api.get("/api/v1/leads", headers=headers, params={"sortBy": sort}).json()
        assert whole["pagination"]["total"] == len(whole["data"]) > 1
        seen: list[Any] = []
        cursor = None
        while True:
            asked = {"sortBy": sort, "pageSize": 1} | ({"cursor": cursor} if cursor else {})
            page = api.get("/api/v1/leads", headers=headers, params=asked).json()
            seen += page["data"]
            cursor = page["pagination"]["nextCursor"]
            if cursor is None:
                break
        assert seen == whole["data"]


def test_a_list_ends_its_transaction_with_its_last_question(api, admin, monkeypatch):
    """The commit goes out with the questions: none is left to be made when the connection is given back."""
    headers, _ = admin
    states = []
    finish = CallerWork.finish

    def finished(work: CallerWork, commit: bool) -> None:
        states.append(work.connection.info.transaction_status)
        finish(work, commit)

    monkeypatch.setattr(CallerWork, "finish", finished)
    assert api.get("/api/v1/lists", headers=headers).status_code == 200
    assert states == [TransactionStatus.IDLE]


def test_a_shape_in_a_shape_is_not_left_to_postgres():
    with pytest.raises(TypeError, match="statuses"):
        json_rows(LeadHistory, lists.LISTS.base, "statuses", "statuses")


def _times(value: Any) -> Any:
    """The same with times as times: Postgres writes a fraction of nothing, too."""
    if isinstance(value, dict):
        return {name: _times(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_times(each) for each in value]
    if isinstance(value, str) and TIME.fullmatch(value):
        return datetime.fromisoformat(value)
    return value
