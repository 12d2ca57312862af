"""Two writers who have seen the same version: one changes it, the other is told. Generated over the specification."""

from __future__ import annotations

import threading
import time
from uuid import uuid4

import pytest
from fastapi.dependencies.utils import get_flat_dependant
from fastapi.routing import APIRoute
from psycopg import sql

from leadhouse.api import routers
from leadhouse.api.versions import TABLES
from tests.api.every_resource import Rows

BODIES = {"update_interaction": "content", "update_lead": "notes"}  # what is changed where it is no name
SECONDS = 60.0


def conditional():
    """(operation, method, path) of each operation that changes under If-Match, by the routers: every worker asks."""
    routes = [route for router in (*routers.OPEN, *routers.SIGNED_IN) for route in router.routes]
    for route in routes:
        if isinstance(route, APIRoute) and route.include_in_schema:
            headers = {each.alias.lower() for each in get_flat_dependant(route.dependant).header_params}
            for method in sorted(route.methods & {"PUT", "PATCH", "DELETE"}):
                if "if-match" in headers:
                    yield pytest.param(route.operation_id, method.lower(), route.path_format, id=route.operation_id)


@pytest.fixture(scope="module")
def module_database(marts_database):
    return marts_database


@pytest.fixture(scope="module")
def asking(world):
    person = world.member("organization_admin")
    return world.headers(person), Rows(world, person.organization), person


def row_of(path, ids):
    """The table, the key and the id of the row that a path names; the organization where it names none."""
    known = {key: (schema, table, key) for schema, table, key in TABLES.values()}
    found = [known[name] for name in known if f"{{{name}}}" in path]
    schema, table, key = found[0] if found else ("identity", "organizations", "organization_id")
    return sql.Identifier(schema, table), sql.Identifier(key), ids[key]


def waiting(world, number):
    """Waits until so many of this database's sessions wait for a row."""
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        if world.value("select count(*) from pg_stat_activity where datname = current_database()"
                       " and wait_event_type = 'Lock'") >= number:  # fmt: skip
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize(("name", "method", "path"), conditional())
def test_of_two_writers_one_is_told(api, world, asking, name, method, path):
    headers, rows, person = asking
    ids = rows.ids(person)
    at = f"/api/v1{path}".format(**ids)
    tag = api.get(at, headers=headers).headers["etag"]
    answers = []

    def write():
        body = None if method == "delete" else {BODIES.get(name, "name"): f"new {uuid4().hex[:8]}"}
        answers.append(api.request(method, at, headers={**headers, "If-Match": tag}, json=body))

    writers = [threading.Thread(target=write) for _ in range(2)]
    table, key, row_id = row_of(path, ids)
    with world.database.owner() as holder:  # both arrive while a third has the row
        holder.execute(sql.SQL("select from {} where {} = %s for no key update").format(table, key), (row_id,))
        for writer in writers:
            writer.start()
        assert waiting(world, 2)
        holder.rollback()
    for writer in writers:
        writer.join(SECONDS)
    found = sorted(each.status_code for each in answers)
    assert found in ([200, 412], [204, 404]), [each.text for each in answers]


def test_many_operations_are_conditional():
    assert len(list(conditional())) >= 17
