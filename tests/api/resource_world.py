"""A world for the tests of the API's resources: two organizations, their members, leads, and calls that are noted."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

from psycopg import sql

CALLED: set[str] = set()


class Member:
    """A person of an organization, asking over HTTP. Every successful call is noted by method and route."""

    def __init__(self, api, world, person):
        self.api, self.person = api, person
        self.organization_id, self.user_id = person.organization, person.user
        self.headers = world.headers(person)

    def ask(self, method, path, expect=None, headers=None, **options):
        response = self.api.request(method, f"/api/v1{path}", headers={**self.headers, **(headers or {})}, **options)
        if response.status_code < 300:
            CALLED.add(f"{method} {path.partition('?')[0]}")
        if expect is not None:
            assert response.status_code == expect, response.text
        return response

    def get(self, path, expect=200, **params):
        return self.ask("GET", path, expect, params=params).json()

    def post(self, path, body=None, expect=200, **options):
        response = self.ask("POST", path, expect, json=body, **options)
        return response.json() if response.content else None

    def put(self, path, body, expect=200, **options):
        return self.ask("PUT", path, expect, json=body, **options).json()

    def delete(self, path, expect=204, **options):
        return self.ask("DELETE", path, expect, **options)


def calls_by_route(app, routers):
    """Operations of routers (``GET /leads/{lead_id}``) and the noted calls that they served."""
    found = {}
    for router in routers:
        for route in router.routes:
            pattern = re.compile("^" + re.sub(r"\{\w+\}", "[^/]+", route.path_format) + "$")
            for method in route.methods - {"HEAD"}:
                hits = {call for call in CALLED if call.split(" ")[0] == method and pattern.match(call.split(" ")[1])}
                found[f"{method} {route.path_format}"] = hits
    return found


class Resources:
    """`north` has admin, manager, rep, mate, reader and client; `south` a manager, `stranger`."""

    def __init__(self, api, world):
        self.api, self.world = api, world
        self.north, self.south = world.organization(), world.organization()
        [row] = world.rows(
            "insert into identity.clients (organization_id, name) values (%s, 'Customer') returning client_id",
            self.north,
        )
        self.client_id = row["client_id"]
        roles = {"admin": "organization_admin", "manager": "sales_manager", "rep": "sales_rep", "mate": "sales_rep",
                 "reader": "read_only"}  # fmt: skip
        self.people = {name: world.member(role, self.north) for name, role in roles.items()}
        self.people["client"] = world.member("client", self.north, self.client_id)
        self.people["stranger"] = world.member("sales_manager", self.south)
        self.members = {name: Member(api, world, person) for name, person in self.people.items()}

    def __getattr__(self, name):
        try:
            return self.__dict__["members"][name]
        except KeyError:
            raise AttributeError(name) from None

    def address(self, name):
        return self.people[name].email

    def lead(self, *, organization=None, owner=None, campaign=None, **facts):
        """A live lead on a shared person, as adoption and projection would write it."""
        entity, lead = uuid4(), uuid4()
        self.world.rows(
            "insert into resolution.entities (entity_id, entity_kind, created_batch_no) values (%s, 'person', 0)"
            " returning 1", entity,
        )  # fmt: skip
        self.world.rows(
            "insert into app.leads (lead_id, organization_id, entity_id, entity_kind, first_source, owner_id,"
            " campaign_id) values (%s, %s, %s, 'person', 'test', %s, %s) returning 1",
            lead, organization or self.north, entity, self.people[owner].user if owner else None, campaign,
        )  # fmt: skip
        for column, value in facts.items():
            statement = sql.SQL("update app.lead_facts set {} = %s where lead_id = %s").format(sql.Identifier(column))
            self.world.rows(statement, value, lead)
        return lead

    def row(self, statement, *values):
        [row] = self.world.rows(statement, *values)
        return row


def ids(page, key):
    return [UUID(row[key]) for row in page["data"]]


def walk(member, path, key, **params):
    """All ids of a list, by page numbers and by cursors: they agree."""
    by_number, by_cursor, page, cursor = [], [], 1, None
    while True:
        found = member.get(path, page=page, **params)
        by_number += ids(found, key)
        if not found["pagination"]["hasMore"]:
            assert found["pagination"]["total"] in (None, len(by_number))
            break
        page += 1
    while True:
        found = member.get(path, **params, **({"cursor": cursor} if cursor else {}))
        by_cursor += ids(found, key)
        cursor = found["pagination"]["nextCursor"]
        if cursor is None:
            break
    assert by_number == by_cursor
    return by_number


def is_camel(value):
    """Whether all names of an answer's own members are camelCase (what people store under names of theirs apart)."""
    theirs = {"customFields", "config", "parameters", "details", "counts", "criteria", "evidence",
              "properties", "aiAnalysis"}  # fmt: skip
    if isinstance(value, list):
        return all(map(is_camel, value))
    if not isinstance(value, dict):
        return True
    return all("_" not in name and (name in theirs or is_camel(each)) for name, each in value.items())


__all__ = ["CALLED", "Member", "Resources", "calls_by_route", "ids", "is_camel", "walk"]
