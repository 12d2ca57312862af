"""Routes that are planned once: which parameters and dependencies an operation has, and which route a path belongs to.

FastAPI asks at every request anew which parameters each dependency has, whether one is a list, what it defaults to, and
it tries one route after the other. With paging, filters and conditions that took three times what an empty endpoint
takes as a whole. Nothing of it changes while the server runs, so it is asked when the application is made; reading,
checking and answering stay FastAPI's own, as does the specification.
"""

from __future__ import annotations

import copy
import inspect
import types
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, Union, cast, get_args, get_origin

from fastapi import BackgroundTasks, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from leadhouse.api.created_places import telling_place

MOST_QUERIES = 1000  # that an operation remembers the reading of
LONGEST_QUERY = 1000  # bytes of one that is remembered: servers take 64 KB

_MISSING = object()  # what a dependency is whose parameters are wrong
CallT = TypeVar("CallT", bound=Callable[..., Any])


def of_query_alone(dependency: CallT) -> CallT:
    """Mark a dependency that is the same, and is never changed, for the same query string: it is read once."""
    cast("Any", dependency).is_of_query_alone = True
    return dependency


def answers_itself(endpoint: CallT) -> CallT:
    """Mark a coroutine that reads no body and returns a response: FastAPI has nothing left to do for it."""
    cast("Any", endpoint).answers_itself = True
    return endpoint


class PlannedRoute(APIRoute):
    """A route whose dependencies are followed by a plan; one that yields or reads cookies goes FastAPI's own way.

    `query_names`: the parameters that its query may have.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        fields = [field for each in _all_of(self.dependant) for field in each.query_params]
        self.query_names = tuple(dict.fromkeys(field.validation_alias or field.alias for field in fields))
        if getattr(endpoint, "answers_itself", False):
            self.app = _at_once(self.dependant)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """As FastAPI's, with one dependency that gives the endpoint everything but the body."""
        return telling_place(self._handler()) if self.status_code == 201 else self._handler()

    def _handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        whole = self.dependant
        if not all(map(_is_planned, _all_of(whole))):
            return super().get_route_handler()
        planned = Dependant(
            call=_Plan(whole).read, name="given", path=whole.path, request_param_name="request",
            response_param_name="response", background_tasks_param_name="later",
        )  # fmt: skip
        self.dependant = Dependant(
            call=_with_given(whole), path=whole.path, scope=whole.scope, body_params=whole.body_params,
            dependencies=[planned],
        )  # fmt: skip
        try:
            return super().get_route_handler()
        finally:
            self.dependant = whole  # of which the specification is made


class RouteIndex(BaseRoute):
    """Finds the route of a path by the segment behind `prefix`, among those that share it, in their order.

    It stands before the routes. What it does not find (another method, no such path) is theirs to answer.
    """

    def __init__(self, routes: Iterable[BaseRoute], prefix: str) -> None:
        self._prefix = f"{prefix}/"
        self._routes: dict[tuple[str, str], list[APIRoute]] = defaultdict(list)
        for route in routes:
            if isinstance(route, APIRoute) and route.path.startswith(self._prefix):
                for method in route.methods:
                    self._routes[method, self._segment(route.path)].append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The route that answers, in the child scope."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if scope["type"] == "http" and path.startswith(self._prefix):
            for route in self._routes.get((scope["method"], self._segment(path)), ()):
                match, child = route.matches(scope)
                if match is Match.FULL:
                    return match, child
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As the route that was found."""
        await scope["route"].handle(scope, receive, send)

    def _segment(self, path: str) -> str:
        return path[len(self._prefix) :].partition("/")[0]


@dataclass(frozen=True, slots=True)
class _Parameter:
    """One parameter of the path, the query or the headers."""

    name: str
    alias: str
    place: tuple[str, str]
    is_list: bool
    is_required: bool
    default: Any
    field: Any  # FastAPI's own

    @classmethod
    def of(cls, field: Any) -> _Parameter:
        info: Any = field.field_info
        alias, is_required = field.validation_alias or field.alias, info.is_required()
        is_list = _is_list(info.annotation)
        default = None if is_required else field.default
        return cls(field.name, alias, (info.in_.value, alias), is_list, is_required, default, field)

    def read(self, given: Any, values: dict[str, Any], errors: list[Any]) -> None:
        """Put its value among the values, or what is wrong with it among the errors."""
        value = given.getlist(self.alias) if self.is_list else given.get(self.alias)
        if value is None or (self.is_list and not value):
            if self.is_required:
                errors.append({"type": "missing", "loc": self.place, "msg": "Field required", "input": None})
            else:
                values[self.name] = copy.copy(self.default)
            return
        values[self.name], wrong = self.field.validate(value, loc=self.place)
        errors.extend(wrong)


@dataclass(frozen=True, slots=True)
class _Step:
    """One dependency: what it is called with, `needs` being the numbers of steps before it."""

    call: Callable[..., Any]
    is_awaited: bool
    is_at_once: bool
    needs: tuple[tuple[str, int], ...]
    path: tuple[_Parameter, ...]
    query: tuple[_Parameter, ...]
    headers: tuple[_Parameter, ...]
    request: str | None
    response: str | None
    later: str | None
    is_of_query_alone: bool

    @classmethod
    def of(cls, dependant: Dependant, needs: tuple[tuple[str, int], ...]) -> _Step:
        call: Any = dependant.call
        path, query, headers = (
            tuple(map(_Parameter.of, fields))
            for fields in (dependant.path_params, dependant.query_params, dependant.header_params)
        )
        return cls(
            call, dependant.is_coroutine_callable, inspect.isclass(call), needs, path, query, headers,
            dependant.request_param_name, dependant.response_param_name, dependant.background_tasks_param_name,
            getattr(call, "is_of_query_alone", False),
        )  # fmt: skip

    async def make(self, values: dict[str, Any]) -> Any:
        """What the dependency gives. A class waits for nothing; a plain function may, and runs in a thread."""
        if self.is_awaited:
            return await self.call(**values)
        return self.call(**values) if self.is_at_once else await run_in_threadpool(self.call, **values)


class _Plan:
    """The steps of an operation, each once and after what it needs; the endpoint's own parameters are the last."""

    def __init__(self, whole: Dependant) -> None:
        self._steps: list[_Step] = []
        self._known: dict[Any, int] = {}
        self._of_queries: dict[tuple[int, bytes], Any] = {}
        self._add(whole)

    async def read(self, request: Request, response: Response, later: BackgroundTasks) -> dict[str, Any]:
        """What the endpoint is called with. Raises RequestValidationError with everything that is wrong."""
        errors: list[Any] = []
        made: list[Any] = []
        for step in self._steps[:-1]:
            asked = (len(made), request.scope["query_string"])
            if step.is_of_query_alone and asked in self._of_queries:
                made.append(self._of_queries[asked])
                continue
            values = _values(step, made, request, response, later, errors)
            made.append(_MISSING if values is None else await step.make(values))
            if step.is_of_query_alone and values is not None:
                self._keep(asked, made[-1])
        values = _values(self._steps[-1], made, request, response, later, errors)
        if errors or values is None:
            raise RequestValidationError(errors)
        return values

    def _keep(self, asked: tuple[int, bytes], made: Any) -> None:
        if len(asked[1]) > LONGEST_QUERY:
            return
        if len(self._of_queries) >= MOST_QUERIES:
            self._of_queries.clear()
        self._of_queries[asked] = made

    def _add(self, dependant: Dependant) -> int:
        if dependant.use_cache and dependant.cache_key in self._known:
            return self._known[dependant.cache_key]
        needs = tuple((each.name or "", self._add(each)) for each in dependant.dependencies)
        self._steps.append(_Step.of(dependant, needs))
        self._known[dependant.cache_key] = len(self._steps) - 1
        return len(self._steps) - 1


def _values(
    step: _Step, made: list[Any], request: Request, response: Response, later: BackgroundTasks, errors: list[Any]
) -> dict[str, Any] | None:
    """What a step is called with; None, with the reasons among the errors, where something is missing or wrong."""
    values: dict[str, Any] = {}
    before = len(errors)
    is_complete = True
    for name, number in step.needs:
        is_complete = is_complete and made[number] is not _MISSING
        if name:
            values[name] = made[number]
    for parameter in step.path:
        parameter.read(request.path_params, values, errors)
    for parameter in step.query:
        parameter.read(request.query_params, values, errors)
    for parameter in step.headers:
        parameter.read(request.headers, values, errors)
    if step.request:
        values[step.request] = request
    if step.response:
        values[step.response] = response
    if step.later:
        values[step.later] = later
    return values if is_complete and len(errors) == before else None


def _at_once(whole: Dependant) -> ASGIApp:
    """The endpoint as an application: what the plan gives goes in, its response goes out.

    Raises:
        TypeError: it wants a body, or is no coroutine, or something of it goes FastAPI's own way.
    """
    parts, endpoint, plan = [*_all_of(whole)], cast("Any", whole.call), _Plan(whole)
    puts = any(each.response_param_name or each.background_tasks_param_name or each.body_params for each in parts)
    if puts or not whole.is_coroutine_callable or not all(map(_is_planned, parts)):
        raise TypeError(f"{endpoint.__name__} does not answer itself.")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        answer = await endpoint(**await plan.read(request, cast("Any", None), cast("Any", None)))
        await answer(scope, receive, send)

    return app


def _with_given(whole: Dependant) -> Callable[..., Any]:
    """The endpoint, called with what the plan gives and with the body."""
    endpoint: Any = whole.call
    is_awaited = whole.is_coroutine_callable

    async def run(given: dict[str, Any], **body: Any) -> Any:
        if is_awaited:
            return await endpoint(**given, **body)
        return await run_in_threadpool(endpoint, **given, **body)

    return run


def _is_list(annotation: Any) -> bool:
    """Whether a parameter may stand several times."""
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        return any(map(_is_list, get_args(annotation)))
    kind = origin or annotation
    return isinstance(kind, type) and issubclass(kind, list | tuple | set | frozenset)


def _is_planned(dependant: Dependant) -> bool:
    yields = dependant.is_gen_callable or dependant.is_async_gen_callable
    is_special = dependant.cookie_params or dependant.http_connection_param_name or dependant.security_scopes_param_name
    return not yields and not is_special


def _all_of(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _all_of(each)
