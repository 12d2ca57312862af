"""Answers with any one value replaced by something else: read, refused with a reason, or malformed; never a crash."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from demo.providers.apollo import ApolloSimulator
from demo.providers.hunter import HunterSimulator
from demo.providers.overpass import OverpassSimulator
from demo.providers.searxng import SearxngSimulator
from demo.providers.simulator import Simulator
from demo.providers.unipile import ACCOUNT, UnipileSimulator, company_handle, handle
from demo.providers.zoominfo import ZoomInfoSimulator
from demo.world import World
from leadhouse.connectors.api_connector import Answer, SourceOf
from leadhouse.connectors.source_errors import SourceError
from leadhouse.connectors.source_types import find_type, open_connector
from tests.connectors.conftest import HASTY, QUICK

ODD: tuple[Any, ...] = (None, [], {}, "", "x", 7, -1.5, True, [None], [7], {"x": [{}]}, "\x00\ud800", "9" * 5000)


def replaced(value: Any) -> Iterator[Any]:
    """The value with each part of it, in turn, replaced by each odd one; of lists the first two items."""
    for path in paths(value):
        for odd in ODD:
            copy = deepcopy(value)
            if not path:
                yield odd
                continue
            part = copy
            for step in path[:-1]:
                part = part[step]
            part[path[-1]] = odd
            yield copy


def paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield before
    if isinstance(value, dict):
        for name in value:
            yield from paths(value[name], (*before, name))
    elif isinstance(value, list):
        for index in range(min(2, len(value))):
            yield from paths(value[index], (*before, index))


def sources(world: World) -> dict[str, tuple[Simulator, Any, dict[str, Any]]]:
    company = next(each for each in world if each.people)
    person, key = company.people[0], {"api_key": "demo-key-of-no-account"}
    return {
        "apollo": (
            ApolloSimulator(world), key,
            {"search": "companies", "criteria": {"q_organization_domains_list": [company.domain]},
             "people": [{"email": person.email}]},
        ),
        "hunter": (
            HunterSimulator(world), key,
            {"domains": [company.domain], "people": [{"full_name": person.name, "domain": company.domain}],
             "emails": [person.email], "per_domain": 2},
        ),
        "zoominfo": (
            ZoomInfoSimulator(world), {"username": "demo", "password": "demo-key-of-no-account"},
            {"domains": [company.domain], "emails": [person.email]},
        ),
        "linkedin": (
            UnipileSimulator(world, page_size=1), {"access_token": "demo-key-of-no-account"},
            {"account_id": ACCOUNT, "profiles": [handle(person)], "companies": [company_handle(company)]},
        ),
        "overpass": (OverpassSimulator(world), None, {"tags": ["office=company"], "place": company.address.city}),
        "searxng": (SearxngSimulator(world), None, {"queries": [company.name], "pages": 1}),
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["apollo", "hunter", "zoominfo", "linkedin", "overpass", "searxng"])
def test_any_value_may_be_something_else(kind, world, served):
    simulator, credentials, parameters = sources(world)[kind]
    url = served(simulator)
    source = SourceOf(f"{kind}/test", UUID(int=7))
    connector = open_connector(
        find_type(kind), source, {"base_url": url, **QUICK, **parameters}, credentials, patience=HASTY
    )
    answers = {page.answer.operation: page.answer for page in connector.pages()}
    assert answers
    read = malformed = 0
    for answer in answers.values():
        for payload in replaced(json.loads(answer.body)):
            body = json.dumps(payload).encode()
            odd = Answer(answer.operation, answer.url, body, 200, (), datetime.now(UTC))
            try:
                connector.read(odd)
                read += 1
            except SourceError as error:
                assert error.reason in ("malformed", "provider_failed")  # noqa: PT017
                malformed += 1
    assert read > 100
    assert malformed > 5
