"""The whole specification by generated requests: no fault, and no answer that it does not name."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from functools import lru_cache
from uuid import uuid4

import httpx
import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from leadhouse.api import rate_limits, routers
from tests.api.conftest import made_app
from tests.api.every_resource import Rows
from tests.api.real_server import serving

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance,
]  # fmt: skip
ENDING = {"delete_me", "sign_out", "leave_organization", "close_organization", "remove_member", "revoke_session",
          "change_member_role", "change_password", "switch_organization"}  # fmt: skip
SLOW = {"replace_campaign_steps", "record_interaction"}
STREAMS = {"stream_events", "stream_job_logs"}  # asked for what is there; they would not end
EXAMPLES = 2
MANY = int(os.environ.get("LEADHOUSE_SPECIFICATION_EXAMPLES", "60"))


@lru_cache(maxsize=1)
def schema():
    document = made_app().openapi() | {"servers": [{"url": "/"}]}
    return schemathesis.openapi.from_dict(document)


@lru_cache(maxsize=1)
def operations():
    found = [result.ok() for result in schema().get_all_operations()]
    return sorted(found, key=lambda operation: operation.definition.raw["operationId"])


def names():
    """The operations by the routers alone: every worker collects the tests, and the whole document takes seconds."""
    routes = [route for router in (*routers.OPEN, *routers.SIGNED_IN) for route in router.routes]
    return sorted(route.operation_id for route in routes if isinstance(route, APIRoute) and route.include_in_schema)


def sample():
    """One operation in three, the same ones each time; without those whose bodies take half a minute to make up.

    Every second of them is slow: one in six is tried by `make test`.
    """
    chosen = [name for name in names() if hashlib.sha256(name.encode()).digest()[0] % 3 == 0]
    chosen = [name for name in chosen if name not in SLOW]
    return [pytest.param(name, marks=[pytest.mark.slow] * (place % 2)) for place, name in enumerate(chosen)]


@pytest.fixture(scope="module")
def module_database(marts_database):
    return marts_database


@pytest.fixture(scope="module")
def server(app):
    with serving(app) as url:
        yield url


@pytest.fixture(scope="module")
def admin(world):
    """What an admin's requests carry, and the ids of rows."""
    return new_admin(world)


def new_admin(world):
    person = world.member("organization_admin")
    return world.headers(person), Rows(world, person.organization).ids(person)


def try_operation(server, name, asking, examples):
    """Requests as the specification allows them and as it does not, by an admin."""
    [operation] = [each for each in operations() if each.definition.raw["operationId"] == name]
    headers, ids = asking

    def call(case, with_rows):
        rate_limits.forget_counts()
        if with_rows and case.path_parameters:
            case.path_parameters.update({key: ids[key] for key in case.path_parameters if key in ids})
        if name in STREAMS:
            case.query = {**(case.query or {}), "follow": "false"}
        case.call_and_validate(base_url=server, headers=headers, checks=CHECKS, timeout=60)

    limits = settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    limits(given(operation.as_strategy(), st.booleans())(call))()
    if operation.body or operation.query or operation.path_parameters:
        wrong = schemathesis.GenerationMode.NEGATIVE
        with suppress(Unsatisfiable):  # whatever can be sent is allowed
            limits(given(operation.as_strategy(generation_mode=wrong), st.just(False))(call))()


def test_the_names_are_the_documents(app):
    assert names() == [operation.definition.raw["operationId"] for operation in operations()]


@pytest.mark.parametrize("name", sample())
def test_answers_are_what_the_specification_says(server, world, admin, name):
    try_operation(server, name, new_admin(world) if name in ENDING else admin, EXAMPLES)


@pytest.mark.prove
@pytest.mark.parametrize("name", names())
def test_many_answers_are_what_the_specification_says(server, world, name):
    try_operation(server, name, new_admin(world), MANY)


def test_an_account_is_deleted_under_a_key(server, world):
    person, _ = world.team_of("organization_admin", "organization_admin")
    headers = {**world.headers(person), "Idempotency-Key": str(uuid4())}
    assert httpx.delete(f"{server}/api/v1/me", headers=headers, timeout=30).status_code == 204
    assert httpx.get(f"{server}/api/v1/me", headers=headers).status_code == 401


def test_every_operation_has_a_name_a_summary_and_its_problems(app):
    document = app.openapi()
    seen = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            seen.append(operation["operationId"])
            assert operation["summary"], path
            assert operation["tags"], path
            assert {"422", "429", "500"} <= set(operation["responses"]), (method, path)
    assert len(seen) == len(set(seen))
