"""The five back ends' documents against the API: every route and service of theirs, its parameters and its members."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path

import pytest

from leadhouse.api.problems import PREFIX
from tests.api.conftest import made_app
from tests.api.every_resource import Rows

LISTED = tomllib.loads(Path(__file__).with_name("documents.toml").read_text())
PAGING = LISTED.pop("paging")["query"]
ROUTES = [(document, route) for document, routes in LISTED.items() for route in routes]
EXAMPLES = {
    "priority": "medium",
    "range": "30d", "groupBy": "week", "level": "info", "sortOrder": "asc", "page": 1, "pageSize": 5, "search": "own",
    "after": 0, "channel": "new_notification", "unread": "true", "verb": "create",
    "since": "2026-01-01T00:00:00Z",
    "type": "note", "tag": "fair", "bucket": "imports",
}  # fmt: skip
IDS = {"campaignId": "campaign_id", "clientId": "client_id", "assignedTo": "user_id", "userId": "user_id",
       "companyId": "company_id", "leadId": "lead_id", "resourceId": "lead_id"}  # fmt: skip


def method_and_path(route):
    method, _, path = route.get("is", route["says"]).partition(" ")
    return method.lower(), path


def wanted_query(route):
    return {*route.get("query", ()), *(PAGING if route.get("pages") else ())}


@pytest.fixture(scope="module")
def module_database(marts_database):
    return marts_database


@functools.cache
def document():
    return made_app().openapi()


def operation_of(route):
    method, path = method_and_path(route)
    found = document()["paths"].get(PREFIX + path, {}).get(method)
    assert found, f"{method} {path} is not there"
    return found


def resolved(schema):
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def members(schema):
    """The names of an object's members; of a page, of its rows."""
    properties = resolved(schema).get("properties", {})
    if "pagination" in properties:
        return members(resolved(properties["data"])["items"])
    return set(properties)


def content(part):
    return next(iter(part.get("content", {}).values()), {}).get("schema", {})


def test_the_list_has_each_route_of_the_scraping_control_document_once():
    said = [each["says"] for each in LISTED["dashin"] if each["says"].split(" ")[0] in {"GET", "POST", "PUT", "DELETE"}]
    assert len(said) == len(set(said)) == 33


@pytest.mark.parametrize("name", sorted(LISTED))
def test_what_a_document_names_is_there_with_its_parameters_and_members(name):
    for route in LISTED[name]:
        operation = operation_of(route)
        query = {each["name"] for each in operation.get("parameters", []) if each["in"] == "query"}
        assert wanted_query(route) <= query, (route["says"], wanted_query(route) - query)
        taken = members(content(operation.get("requestBody", {})))
        assert set(route.get("body", ())) <= taken, (route["says"], set(route.get("body", ())) - taken)
        [answer, *_] = [each for status, each in operation["responses"].items() if status < "400"]
        given = members(content(answer))
        assert set(route.get("answer", ())) <= given, (route["says"], set(route.get("answer", ())) - given)


def test_every_read_of_them_is_answered_with_all_of_its_parameters(api, world):
    person = world.member("organization_admin")
    headers, ids = world.headers(person), Rows(world, person.organization).ids(person)
    for _, route in ROUTES:
        method, path = method_and_path(route)
        if method != "get" or "{provider}" in path or path.startswith("/exports/"):
            continue
        asked = {each: given(each, ids, operation_of(route)) for each in wanted_query(route) - {"cursor"}}
        if path.endswith("/stream") or path == "/events":
            asked["follow"] = "false"
        answer = api.get(PREFIX + path.format(**ids), params=asked, headers=headers)
        assert answer.status_code == 200, (path, asked, answer.text)


def given(name, ids, operation):
    """A value that a parameter takes; what a list is sorted by is the first that it names."""
    if name in IDS:
        return ids[IDS[name]]
    if name in EXAMPLES:
        return EXAMPLES[name]
    [schema] = [each["schema"] for each in operation["parameters"] if each["name"] == name]
    return one_of(schema)


def one_of(schema):
    schema = resolved(schema)
    for each in schema.get("anyOf", ()):
        if each.get("type") != "null":
            return one_of(each)
    return schema["enum"][0] if "enum" in schema else one_of(schema["items"]) if "items" in schema else "lead"
