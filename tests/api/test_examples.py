"""Every body and every answer of the specification has an example, which its own schema takes."""

from __future__ import annotations

import jsonschema
import pytest

from leadhouse.api.examples import add_examples
from tests.api.conftest import made_app


@pytest.fixture(scope="module")
def document():
    return made_app().openapi()


def test_each_object_has_an_example_that_its_schema_takes(document):
    schemas = document["components"]["schemas"]
    wrong = []
    for name, schema in schemas.items():
        if schema.get("type") != "object":
            continue
        for example in schema["examples"]:
            whole = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
            errors = jsonschema.Draft202012Validator(whole).iter_errors(example)
            wrong += [(name, list(error.absolute_path), error.message[:100]) for error in errors]
    assert wrong == []


def test_a_body_shows_what_it_needs_and_an_answer_all_it_has():
    member = {"type": "object", "properties": {"email": {"type": "string"}, "age": {"type": "integer"}},
              "required": ["email"]}  # fmt: skip
    paths = {"/x": {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/c/Asked"}}}}}}}
    schemas = {
        "Asked": dict(member),
        "Told": dict(member),
        "Written": {**member, "examples": [{"email": "a@b.example"}]},
    }
    add_examples({"paths": paths, "components": {"schemas": schemas}})
    assert [schemas[name]["examples"][0] for name in ("Asked", "Told", "Written")] == [
        {"email": "mara@nordlicht.example"}, {"email": "mara@nordlicht.example", "age": 1}, {"email": "a@b.example"},
    ]  # fmt: skip
