"""Every operation of the specification, asked by every kind of caller for own, another team's and another tenant's.

Generated from the specification: who adds an operation adds its cases. Whatever is asked, no row of another tenant is
in an answer and none is changed; where the rights of a caller's role say so, neither is one of another team.
"""

from __future__ import annotations

import hashlib
import re
import time
from functools import cache, lru_cache
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings

from leadhouse.api import rate_limits
from tests.api.every_resource import KINDS, MARK, Rows, digest_of
from tests.api.test_specification import STREAMS, operations

ROLES = {"admin": "organization_admin", "manager": "sales_manager", "rep": "sales_rep", "mate": "sales_rep",
         "reader": "read_only"}  # fmt: skip
IDENTITIES = ("nobody", *ROLES, "client", "key", "foreign", "ended")
TARGETS = ("own", "other_team", "other_tenant")
VARIANTS = 3  # bodies and queries of an operation: with them there are more than 10,000 cases
FRESH_SECONDS = 300
QUICK, SAMPLE = 240, 120  # in `make test` and `make test-all` one case in so many, of one variant
# Nothing is told and nothing is done, which is what it answers: none was marked.
QUIET = {"read_notification"}
# What ends the caller itself: a throw-away team asks.
ENDING = {"delete_me", "sign_out", "leave_organization", "close_organization", "revoke_session", "change_password",
          "switch_organization", "remove_member", "change_member_role", "enrol_second_factor"}  # fmt: skip
PERSONAL = ("/api/v1/me", "/api/v1/notifications", "/api/v1/auth", "/api/v1/members/leave",
            "/api/v1/invitations/accept")  # fmt: skip


class Operation:
    """One operation and requests that its specification allows."""

    def __init__(self, found):
        raw = found.definition.raw
        self.found, self.name, self.method, self.path = found, raw["operationId"], found.method.upper(), found.path
        self.is_open = raw.get("security") == []
        self.parameters = tuple(re.findall(r"\{(\w+)", found.path))

    @cache  # noqa: B019  as long as the tests run
    def requests(self, variants):
        """So many bodies and queries."""
        collected = []

        def keep(case):
            collected.append({"body": case.body if self.found.body else None, "query": dict(case.query or {})})

        limits = settings(
            max_examples=variants, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        limits(given(self.found.as_strategy())(keep))()
        return (collected * variants)[:variants]


@lru_cache(maxsize=1)
def matrix():
    """The operations of the specification."""
    return [Operation(each) for each in operations()]


class Team:
    """North's people, a foreigner of south, and how each of them asks."""

    def __init__(self, world):
        self.world, self.north = world, world.organization()
        self.people = {name: world.member(role, self.north) for name, role in ROLES.items()}
        client = world.value(
            "insert into identity.clients (organization_id, name) values (%s, 'Customer') returning client_id",
            self.north,
        )
        self.people["client"] = world.member("client", self.north, client)
        self.people["foreign"] = world.member("organization_admin")
        self.people["ended"] = world.member("organization_admin", self.north)
        self.key = world.key(self.people["admin"], "leads:read")
        self.sign_in()
        self.rows = Rows(world, self.north)
        self.own = {}

    def sign_in(self):
        """Everybody anew: access tokens live ten minutes."""
        self.headers = {name: self.world.headers(person) for name, person in self.people.items()}
        self.headers |= {"key": self.key, "nobody": {}}
        self.world.rows(
            "update identity.sessions set revoked_at = now(), revoked_reason = 'revoked' where user_id = %s",
            self.people["ended"].user,
        )
        self.until = time.monotonic() + FRESH_SECONDS

    def asks_as(self, identity):
        """What requests of the identity carry, of a sign-in that is fresh."""
        if time.monotonic() > self.until:
            self.sign_in()
        return self.headers[identity]

    def target(self, identity, target, theirs):
        """Ids by the names of path parameters; fresh where the caller may change them."""
        if target == "other_tenant":
            return theirs
        owner = {"key": "admin", "nobody": "admin"}.get(identity, identity)
        owner = ("rep" if identity == "mate" else "mate") if target == "other_team" else owner
        if (owner, target) not in self.own:
            person = self.people[owner] if owner != "foreign" else self.people["admin"]
            self.own[owner, target] = self.rows.ids(person)
        return self.own[owner, target]


def refused(operation, identity, target):
    """Whether the rights of the roles say that this answer is no success; False: they say nothing of it."""
    ids = set(operation.parameters)
    if identity in ("nobody", "ended"):
        return not operation.is_open
    if not ids or not ids <= KINDS or operation.is_open or operation.name in QUIET:
        return False
    if target == "other_tenant" or identity == "foreign":
        return True
    if ids & {"notification_id", "session_id", "external_identity_id"}:
        return target != "own"
    if identity == "reader":
        return operation.method != "GET" and not operation.path.startswith(PERSONAL)
    if identity == "key":
        return operation.method != "GET" or "lead_id" not in ids
    if target == "other_team":
        return identity == "client" or (identity == "rep" and bool(ids & {"lead_id", "job_id"}))
    return False


def pointed(value, ids):
    """A body whose ids are the target's."""
    camel = {re.sub(r"_(\w)", lambda found: found[1].upper(), name): one for name, one in ids.items()}
    camel |= {"ownerId": ids["user_id"], "assignedTo": ids["user_id"]}
    if isinstance(value, dict):
        return {
            key: camel[key] if key in camel and value[key] is not None
            else [camel[key[:-1]]] if key.endswith("Ids") and key[:-1] in camel
            else pointed(each, ids) for key, each in value.items()
        }  # fmt: skip
    return [pointed(each, ids) for each in value] if isinstance(value, list) else value


def ask(api, operation, headers, ids, request):
    rate_limits.forget_counts()
    path = re.sub(r"\{(\w+)[^}]*\}", lambda found: str(ids.get(found[1], uuid4())), operation.path)
    query = pointed(request["query"], ids) | ({"follow": "false"} if operation.name in STREAMS else {})
    query = {name: value for name, value in query.items() if isinstance(value, str | int | bool | list)}
    body = {} if request["body"] is None else {"json": pointed(request["body"], ids)}
    return api.request(operation.method, path, headers=headers, params=query, **body)


def cases(every, variants):
    """(operation, identity, target, variant), one in `every`, the same ones each time."""
    for operation in matrix():
        for identity in IDENTITIES:
            for target in TARGETS:
                for variant in range(variants):
                    text = f"{operation.name} {identity} {target} {variant}"
                    if int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) % every == 0:
                        yield operation, identity, target, variant


def try_cases(api, world, every, variants):
    """Returns how many were tried, and what went wrong."""
    south = world.member("organization_admin")
    theirs = Rows(world, south.organization).ids(south, MARK)
    before, team, wrong, tried = digest_of(world, south.organization), Team(world), [], 0
    thrown_away = Team(world)
    for operation, identity, target, variant in cases(every, variants):
        asking = thrown_away if operation.name in ENDING else team
        ids = asking.target(identity, target, theirs)
        answer = ask(api, operation, asking.asks_as(identity), ids, operation.requests(variants)[variant])
        label = f"{operation.method} {operation.path} as {identity} on {target}: {answer.status_code}"
        tried += 1
        if asking is thrown_away and answer.status_code < 400:
            thrown_away = Team(world)
        if answer.status_code >= 500 or MARK in answer.text:
            wrong.append(f"{label} {answer.text[:300]}")
        elif refused(operation, identity, target) and answer.status_code < 400:
            wrong.append(f"{label}, which is no refusal")
        elif identity == "nobody" and not operation.is_open and answer.status_code != 401:
            wrong.append(f"{label}, not 401")
        elif identity not in ("nobody", "ended") and not operation.is_open and answer.status_code == 401:
            wrong.append(f"{label}, though signed in: the case proves nothing")
    after = digest_of(world, south.organization)
    wrong += [f"{table} of the other tenant was changed" for table in before if before[table] != after.get(table)]
    wrong += [f"{table} of the other tenant has new rows" for table in after if table not in before]
    return tried, wrong


@pytest.fixture(scope="module")
def module_database(marts_database):
    return marts_database


@pytest.mark.parametrize("every", [QUICK, pytest.param(SAMPLE, marks=pytest.mark.slow)])
def test_a_sample_of_the_matrix(api, world, every):
    tried, wrong = try_cases(api, world, every, 1)
    assert not wrong, "\n".join(wrong)
    assert tried > 3000 / every


@pytest.mark.prove
def test_the_matrix(api, world):
    tried, wrong = try_cases(api, world, 1, VARIANTS)
    print(f"\n{tried:,} cases of {len(matrix())} operations, {len(wrong)} wrong")
    assert not wrong, "\n".join(wrong)
    assert tried >= 10_000
