"""The MCP server by the SDK's own client, over real HTTP and over stdio, with the caller's own rights."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
import httpx2
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from leadhouse.settings import PROJECT
from tests.api.real_server import serving


@pytest.fixture(scope="module")
def module_database(marts_database):
    return marts_database


@pytest.fixture(scope="module")
def server(app):
    with serving(app) as url:
        yield f"{url}/mcp"


@pytest.fixture(scope="module")
def people(world):
    return world.team_of("organization_admin", "sales_rep", "read_only")


@pytest.fixture(scope="module")
def stranger(world):
    return world.member("organization_admin")


def make_lead(world, person, owner=None, name="Ada Berg"):
    entity = uuid4()
    world.rows(
        "insert into resolution.entities (entity_id, entity_kind, created_batch_no) values (%s, 'person', 0)", entity
    )
    lead = world.value(
        "insert into app.leads (organization_id, entity_id, entity_kind, first_source, owner_id)"
        " values (%s, %s, 'person', 'test', %s) returning lead_id",
        person.organization, entity, owner.user if owner else None,
    )  # fmt: skip
    world.rows("update app.lead_facts set full_name = %s, lead_score = 70 where lead_id = %s", name, lead)
    return lead


@asynccontextmanager
async def connected(server, headers):
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        Client(streamable_http_client(server, http_client=http)) as client,
    ):
        yield client


def call(server, headers, tool, **arguments):
    """(is it an error, what it says: JSON, or the error's text)"""

    async def run():
        async with connected(server, headers) as client:
            return await client.call_tool(tool, arguments)

    result = asyncio.run(run())
    text = result.content[0].text
    return result.is_error, text if result.is_error else json.loads(text)


def done(server, headers, tool, **arguments):
    is_error, said = call(server, headers, tool, **arguments)
    assert not is_error, said
    return said


def test_tools_say_what_they_take_and_whether_they_change_something(server, world, people):
    async def run():
        async with connected(server, world.headers(people[0])) as client:
            return (await client.list_tools()).tools, (await client.list_resource_templates()).resource_templates

    tools, templates = asyncio.run(run())
    known = {tool.name: tool for tool in tools}
    assert {"search_leads", "get_lead", "search_companies", "list_lists", "get_campaign_figures", "start_job",
            "get_job", "rate_lead", "assign_lead", "update_leads", "add_to_list"} <= set(known)  # fmt: skip
    for tool in tools:
        assert tool.description
        assert "context" not in tool.input_schema["properties"]
        assert tool.annotations.read_only_hint is (tool.name.split("_")[0] in ("search", "get", "list"))
    assert {template.uri_template for template in templates} == {
        "leadhouse://leads/{lead_id}", "leadhouse://companies/{company_id}",
    }  # fmt: skip


def test_leads_are_searched_read_rated_and_assigned_as_the_caller(server, world, people, stranger):
    admin, rep, reader = people
    mine, other = make_lead(world, admin, rep), make_lead(world, admin, name="Bo Lind")
    foreign = make_lead(world, stranger)
    as_admin, as_rep = world.headers(admin), world.headers(rep)
    assert {each["leadId"] for each in done(server, as_admin, "search_leads")["leads"]} == {str(mine), str(other)}
    assert [each["leadId"] for each in done(server, as_rep, "search_leads")["leads"]] == [str(mine)]
    read = done(server, as_rep, "get_lead", lead_id=str(mine), with_provenance=True)
    assert (read["leadId"], read["provenance"]) == (str(mine), {"person": {}, "company": {}})
    assert done(server, as_rep, "rate_lead", lead_id=str(mine), rating=4)["status"] == "qualified"
    for headers, lead in ((as_rep, other), (as_admin, foreign)):
        for tool, arguments in (("get_lead", {}), ("rate_lead", {"rating": 3})):
            is_error, said = call(server, headers, tool, lead_id=str(lead), **arguments)
            assert is_error, tool
            assert "Traceback" not in said
    is_error, said = call(server, world.headers(reader), "rate_lead", lead_id=str(mine), rating=1)
    assert is_error
    assert world.value("select rating_1_to_5 from app.leads where lead_id = %s", mine) == 4
    assert world.value("select rating_1_to_5 from app.leads where lead_id = %s", foreign) is None
    given = done(server, as_admin, "assign_lead", lead_id=str(other), email=rep.email)
    assert given["ownerId"] == str(rep.user)
    changed = done(server, as_admin, "update_leads", lead_ids=[str(other), str(foreign)], add_tags=["warm"])
    assert changed["outcomes"] == {str(other): "updated", str(foreign): "not_found"}


def test_a_key_does_what_its_permissions_say(server, world, people):
    admin, *_ = people
    lead = make_lead(world, admin)
    key = world.key(admin, "leads:read")
    assert done(server, key, "get_lead", lead_id=str(lead))["leadId"] == str(lead)
    assert call(server, key, "rate_lead", lead_id=str(lead), rating=5)[0]
    assert call(server, key, "start_job", kind="crawl", urls=["https://a.example/"])[0]
    assert world.value("select rating_1_to_5 from app.leads where lead_id = %s", lead) is None


def test_jobs_are_started_and_looked_at(server, world, people, stranger):
    admin, *_ = people
    headers = world.headers(admin)
    job = done(server, headers, "start_job", kind="crawl", urls=["https://a.example/"], pages=3)
    found = done(server, headers, "get_job", job_id=job["jobId"])
    assert (found["status"], found["parameters"], found["log"]) == (
        "pending", {"urls": ["https://a.example/"], "pages": 3}, [],
    )  # fmt: skip
    row = world.rows("select organization_id, requested_by from app.jobs where job_id = %s", job["jobId"])[0]
    assert tuple(row.values()) == (admin.organization, admin.user)
    assert call(server, world.headers(stranger), "get_job", job_id=job["jobId"])[0]
    assert done(server, headers, "cancel_job", job_id=job["jobId"])["status"] == "cancelled"
    is_error, said = call(server, headers, "start_job", kind="crawl", source_keys=["web/none.example"])
    assert (is_error, "web/none.example" in said) == (True, True)


def test_lists_and_figures(server, world, people):
    admin, *_ = people
    headers, lead = world.headers(admin), make_lead(world, admin)
    with world.acting(admin) as connection:
        held = connection.execute(
            "insert into app.lists (organization_id, name) values (%s, %s) returning list_id",
            [admin.organization, uuid4().hex],
        ).fetchone()["list_id"]
    assert done(server, headers, "add_to_list", list_id=str(held), lead_ids=[str(lead)])["added"] == [str(lead)]
    [found] = done(server, headers, "list_lists")["lists"]
    assert (found["listId"], found["members"]) == (str(held), 1)
    on_it = done(server, headers, "search_leads", list_id=str(held))["leads"]
    assert [each["leadId"] for each in on_it] == [str(lead)]
    campaign = world.value(
        "insert into app.campaigns (organization_id, name) values (%s, 'C') returning campaign_id", admin.organization
    )
    [figures] = done(server, headers, "get_campaign_figures")["campaigns"]
    assert figures["campaignId"] == str(campaign)
    assert done(server, headers, "get_campaign_figures", campaign_id=str(campaign))["campaigns"]
    assert call(server, headers, "get_campaign_figures", campaign_id=str(uuid4()))[0]
    assert done(server, headers, "search_companies", search="100% a_b")["companies"] == []


def test_wrong_arguments_and_faults_are_tools_errors_without_the_inside(server, world, people, monkeypatch):
    headers = world.headers(people[0])
    for tool, arguments in (
        ("get_lead", {"lead_id": "x"}), ("rate_lead", {"lead_id": str(uuid4()), "rating": 9}),
        ("search_leads", {"page": 0}),
    ):  # fmt: skip
        assert call(server, headers, tool, **arguments)[0]

    def fail(*_, **__):
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("leadhouse.leads.work.get_lead", fail)
    is_error, said = call(server, headers, "get_lead", lead_id=str(uuid4()))
    assert is_error
    assert "hunter2" not in said


def test_resources(server, world, people, stranger):
    admin, *_ = people
    lead = make_lead(world, admin)

    def read(headers, uri):
        async def run():
            async with connected(server, headers) as client:
                try:
                    return json.loads((await client.read_resource(uri)).contents[0].text)
                except MCPError as error:
                    return error.message

        return asyncio.run(run())

    me = done(server, world.key(admin, "leads:read", "members:read"), "get_me")
    assert (me["role"], me["permissions"]) == ("organization_admin", ["leads:read", "members:read"])
    assert read(world.headers(admin), f"leadhouse://leads/{lead}")["leadId"] == str(lead)
    for headers, uri in (
        (world.headers(stranger), f"leadhouse://leads/{lead}"), (world.headers(admin), "leadhouse://leads/x"),
        (world.headers(admin), f"leadhouse://companies/{uuid4()}"),
    ):  # fmt: skip
        assert isinstance(read(headers, uri), str)


def test_nobody_gets_nothing_and_an_ended_session_ends(server, world, people):
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    for headers in ({}, {"Authorization": "Bearer x"}, {"X-API-Key": "lh_wrong"}):
        answer = httpx.post(server, json=message, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    headers = world.headers(people[1])
    assert not call(server, headers, "list_lists")[0]
    world.rows(
        "update identity.sessions set revoked_at = now(), revoked_reason = 'revoked' where user_id = %s", people[1].user
    )
    assert call(server, headers, "list_lists")[0]


def test_stdio_serves_the_owner_of_a_key(world, people):
    admin, *_ = people
    lead = make_lead(world, admin)
    key = world.key(admin, "leads:read")["X-API-Key"]
    code = "from leadhouse.commands.mcp import serve; serve()"
    environment = {**os.environ, **world.database.environment, "PYTHONPATH": str(PROJECT / "plugins")}

    async def run(shown):
        given = {**environment, "LEADHOUSE_API_KEY": shown}
        parameters = StdioServerParameters(command=sys.executable, args=["-c", code], env=given)
        async with Client(parameters, read_timeout_seconds=60) as client:
            return await client.call_tool("get_lead", {"lead_id": str(lead)})

    assert json.loads(asyncio.run(run(key)).content[0].text)["leadId"] == str(lead)


def test_every_operation_that_is_answered_as_json_is_among_those_to_be_found(server, app, world, people):
    """But for signing in, what others post and supervisors ask."""
    found = done(server, world.headers(people[0]), "list_operations")["operations"]
    names, told = {each["operation"] for each in found}, app.openapi()
    for path, methods in told["paths"].items():
        for operation in methods.values():
            contents = {kind for answer in operation["responses"].values() for kind in answer.get("content", {})}
            bodies = set(operation.get("requestBody", {}).get("content", {}))
            is_apart = path.split("/")[3] in ("auth", "hooks", "health")
            is_json = not (bodies | contents) - {"application/json", "application/problem+json"}
            assert (operation["operationId"] in names) is (is_json and not is_apart), path
    assert len(names) > 150
    [one] = done(server, world.headers(people[0]), "list_operations", words="suppress add")["operations"]
    assert (one["operation"], one["changes"]) == ("add_suppression", True)
    assert "value" in one["body"]["properties"]


def test_operations_are_asked_in_the_callers_name(server, world, people, stranger):
    admin, _, reader = people
    as_admin, name = world.headers(admin), uuid4().hex
    made = {"operation": "create_team", "arguments": {"body": {"name": name}}, "idempotency_key": uuid4().hex}
    first, again = (done(server, as_admin, "change_by_operation", **made) for _ in range(2))
    assert first == again
    assert (first["status"], first["answer"]["name"]) == (201, name)
    team = {"team_id": first["answer"]["teamId"]}
    by_key, as_stranger = world.key(admin, "teams:read"), world.headers(stranger)
    for headers, is_read in ((as_admin, True), (by_key, True), (as_stranger, False)):
        is_error, said = call(server, headers, "get_by_operation", operation="get_team", arguments=team)
        assert is_error is not is_read, said
    gone = {"operation": "delete_team", "arguments": team}
    for headers in (world.headers(reader), by_key, as_stranger):
        assert call(server, headers, "change_by_operation", **gone)[0]
    assert world.value("select deleted_at from identity.teams where team_id = %s", team["team_id"]) is None
    page = {"operation": "list_leads", "arguments": {"pageSize": 1, "status": ["new", "lost"]}}
    assert done(server, as_admin, "get_by_operation", **page)["answer"]["pagination"]["pageSize"] == 1


@pytest.mark.parametrize(("tool", "operation", "arguments", "said"), [
    ("get_by_operation", "nothing", {}, "list_operations"), ("get_by_operation", "sign_in", {}, "list_operations"),
    ("get_by_operation", "create_team", {}, "change_by_operation"), ("get_by_operation", "get_team", {}, "team_id"),
    ("change_by_operation", "list_teams", {}, "get_by_operation"),
    ("get_by_operation", "list_teams", {"size": 3}, "pageSize"),
    ("get_by_operation", "get_team", {"team_id": "../leads"}, "team_id"),
    ("change_by_operation", "create_team", {"body": {"title": "x"}}, "name"),
])  # fmt: skip
def test_what_cannot_be_asked_is_said(server, world, people, tool, operation, arguments, said):
    is_error, text = call(server, world.headers(people[0]), tool, operation=operation, arguments=arguments)
    assert is_error
    assert said in text
    assert "Traceback" not in text
