"""Planned routes answer as FastAPI's own do, and the index finds the route that trying one after the other finds."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import pytest
from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, Header, Query, Request, Response
from fastapi.testclient import TestClient
from pydantic import BaseModel
from starlette.routing import Match

from leadhouse.api import planned_routes
from leadhouse.api.application import create_app
from leadhouse.api.planned_routes import PlannedRoute, RouteIndex, answers_itself, of_query_alone
from leadhouse.api.problems import PREFIX

SOME_ID = "7d1f5f0e-51cf-4f0b-a3a8-4c6a0b8d3c11"
done: list[str] = []
read: list[list[str]] = []


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Thing(BaseModel):
    name: str
    size: int = 1


class Wanted:
    """A dependency that is a class, with a list and an alias."""

    def __init__(
        self, tag: Annotated[list[str] | None, Query(max_length=2)] = None, colour: Colour = Colour.RED
    ) -> None:
        self.words = {"tags": tag, "colour": colour}


async def counted(request: Request) -> int:
    request.state.calls = getattr(request.state, "calls", 0) + 1
    return int(request.state.calls)


async def paged(
    once: Annotated[int, Depends(counted)], page_size: Annotated[int, Query(alias="pageSize", ge=1, le=9)] = 5
) -> list[int]:
    return [once, page_size]


def slow(least: Annotated[float, Query()]) -> float:
    return least


def application(kind: type[PlannedRoute] | None) -> FastAPI:
    made = APIRouter(**({"route_class": kind} if kind else {}))

    @made.get("/things/{thing_id}")
    async def get(
        thing_id: UUID,
        wanted: Annotated[Wanted, Depends()],
        page: Annotated[list[int], Depends(paged)],
        again: Annotated[int, Depends(counted)],
        least: Annotated[float, Depends(slow)],
        response: Response,
        if_match: Annotated[str | None, Header(max_length=5)] = None,
    ) -> dict[str, object]:
        response.headers["X-Again"] = str(again)
        return {"id": thing_id, **wanted.words, "page": page, "least": least, "if_match": if_match}

    @made.post("/things", status_code=201)
    def make(body: Thing, later: BackgroundTasks, colour: Colour | None = None) -> Thing:
        later.add_task(done.append, body.name)
        return Thing(name=f"{colour} {body.name}", size=body.size)

    app = FastAPI()
    app.include_router(made)
    return app


PLANNED, PLAIN = TestClient(application(PlannedRoute)), TestClient(application(None))


@pytest.mark.parametrize(
    "query",
    [
        "least=1", "least=1&tag=a&tag=b&colour=blue&pageSize=3", "", "least=x", "least=1&tag=a&tag=b&tag=c",
        "least=1&colour=green&pageSize=0", "least=&tag=", "least=1&pageSize=2&pageSize=3", "least=1&unknown=1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("thing", [SOME_ID, "7"])
@pytest.mark.parametrize("headers", [{}, {"If-Match": "abc"}, {"If-Match": "too long"}])
def test_parameters_are_read_and_refused_as_by_fastapi(thing, query, headers):
    ours, theirs = (each.get(f"/things/{thing}?{query}", headers=headers) for each in (PLANNED, PLAIN))
    assert (ours.status_code, ours.json()) == (theirs.status_code, theirs.json())
    assert ours.headers.get("x-again") == theirs.headers.get("x-again")


@pytest.mark.parametrize(
    ("query", "content", "status"),
    [("", '{"name": "a"}', 201), ("colour=red", '{"name": "a", "size": 2}', 201), ("", '{"size": "x"}', 422),
     ("", "{", 422), ("", "", 422), ("colour=x", '{"name": "a"}', 422)],
)  # fmt: skip
def test_bodies_are_read_and_refused_as_by_fastapi(query, content, status):
    done.clear()
    sent = {"content": content, "headers": {"Content-Type": "application/json"}}
    ours, theirs = (each.post(f"/things?{query}", **sent) for each in (PLANNED, PLAIN))
    assert (ours.status_code, ours.json()) == (theirs.status_code, theirs.json())
    assert ours.status_code == status
    assert done == (["a", "a"] if status == 201 else [])


def test_specification_is_the_same():
    assert PLANNED.app.openapi() == PLAIN.app.openapi()


def test_index_finds_for_each_operation_what_the_routes_find_in_turn():
    routes = create_app().routes
    index, tried = routes[0], routes[1:]
    assert isinstance(index, RouteIndex)
    asked = 0
    for route in tried:
        for method in getattr(route, "methods", None) or ():
            path = route.path.replace("{provider}", "some").replace("{name}", "some")
            path = "/".join(SOME_ID if part.startswith("{") else part for part in path.split("/"))
            scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
            found = index.matches(scope)
            first = next(each.matches(scope) for each in tried if each.matches(scope)[0] is Match.FULL)
            if not path.startswith(PREFIX):
                assert found[0] is Match.NONE
                continue
            assert found[0] is Match.FULL
            assert found[1]["route"] is first[1]["route"]
            assert found[1]["path_params"] == first[1]["path_params"]
            asked += 1
    assert asked > 150


def test_what_the_index_does_not_find_is_refused_as_ever():
    client = TestClient(create_app())
    assert client.delete(f"{PREFIX}/health/live").status_code == 405
    assert client.get(f"{PREFIX}/nothing").status_code == 404
    assert client.get("/elsewhere").status_code == 404


@of_query_alone
async def words(word: Annotated[list[str], Query()], least: int = 1) -> tuple[str, ...]:
    read.append(word)
    return (*word, str(least))


@answers_itself
async def answer(number: int, words: Annotated[tuple[str, ...], Depends(words)], request: Request) -> Response:
    return Response(f"{number} {words} {request.method}", headers={"X-Of": "it"})


def ready(kind):
    """An application with an operation that answers itself."""
    made = APIRouter(**({"route_class": kind} if kind else {}))
    made.add_api_route("/ready/{number}", answer, methods=["GET"])
    app = FastAPI()
    app.include_router(made)
    read.clear()
    return TestClient(app)


@pytest.mark.parametrize("path", ["1?word=a", "1?word=a&word=b&least=2", "x?word=a&least=y", "1", "1?least=3"])
def test_what_answers_itself_answers_as_by_fastapi(path):
    plain = ready(None).get(f"/ready/{path}")
    assert plain.status_code == (200 if path.startswith("1?word") else 422)
    planned = ready(PlannedRoute)
    for _ in range(3):
        found = planned.get(f"/ready/{path}")
        assert (found.status_code, found.content, found.headers) == (plain.status_code, plain.content, plain.headers)
    assert len(read) == (1 if "?word=" in path and "least=y" not in path else 0)


def test_queries_are_not_remembered_without_end(monkeypatch):
    monkeypatch.setattr(planned_routes, "MOST_QUERIES", 3)
    planned = ready(PlannedRoute)
    for word in "abcdabcd":
        assert planned.get(f"/ready/1?word={word}").text == f"1 ('{word}', '1') GET"
    assert 4 <= len(read) <= 8


def test_what_wants_a_body_does_not_answer_itself():
    made = APIRouter(route_class=PlannedRoute)

    @answers_itself
    async def take(body: Thing) -> Response:
        return Response(body.name)

    with pytest.raises(TypeError, match="take does not answer itself"):
        made.add_api_route("/take", take, methods=["POST"])
