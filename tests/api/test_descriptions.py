"""The OpenAPI document says what each tag, parameter and member is, and names every operation once."""

from __future__ import annotations

from collections import Counter

import pytest
from pydantic.alias_generators import to_camel

from leadhouse.api.descriptions import known
from leadhouse.transform.metrics import metrics
from tests.api.conftest import made_app


@pytest.fixture(scope="module")
def document():
    return made_app().openapi()


@pytest.fixture(scope="module")
def operations(document):
    return [each for methods in document["paths"].values() for each in methods.values()]


def test_each_operation_is_named_once_and_described(operations):
    assert [name for name, times in Counter(each["operationId"] for each in operations).items() if times > 1] == []
    assert [each["operationId"] for each in operations if not (each.get("summary") and each.get("description"))] == []


def test_each_tag_is_described(document):
    assert {each["name"]: each["description"] for each in document["tags"]} == known()["tags"]


def test_each_parameter_is_described(operations):
    parameters = [each for operation in operations for each in operation.get("parameters", ())]
    assert {each["name"] for each in parameters if not each.get("description")} == set()
    assert set(known()["parameters"]) - {each["name"] for each in parameters} == set()


def test_each_member_is_described(document):
    schemas = document["components"]["schemas"]
    members = [(shape, *each) for shape, schema in schemas.items() for each in schema.get("properties", {}).items()]
    assert {f"{shape}.{name}" for shape, name, member in members if not member.get("description")} == set()
    told = {name for _, name, _ in members} | {f"{shape}.{name}" for shape, name, _ in members}
    assert set(known()["members"]) - told == set()


def test_a_figure_is_described_by_its_one_definition(document):
    figures = document["components"]["schemas"]["Figures"]["properties"]
    assert figures["bounced"]["description"] == metrics().figures["bounced"].description
    assert not {to_camel(name) for name in (*metrics().figures, *metrics().ratios)} & set(known()["members"])
