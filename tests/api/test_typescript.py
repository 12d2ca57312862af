"""Types for TypeScript: each kind of schema, the whole specification, and that a compiler takes them."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from leadhouse.api.typescript import render, type_of
from tests.api.conftest import made_app


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "format": "uuid"}, "string"),
        ({"type": "integer"}, "number"),
        ({"type": ["string", "null"]}, "string | null"),
        ({"anyOf": [{"type": "number"}, {"type": "string"}, {"type": "null"}]}, "number | string | null"),
        ({"enum": ["asc", "desc"]}, '"asc" | "desc"'),
        ({"const": "up"}, '"up"'),
        ({"type": "array", "items": {"type": "integer"}}, "number[]"),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, '("a" | "b")[]'),
        ({"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}]}, "[string, number]"),
        ({"type": "object"}, "Record<string, unknown>"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "Record<string, number>"),
        ({"type": "object", "additionalProperties": False}, "Record<string, never>"),
        ({"$ref": "#/components/schemas/Page_LeadShape_"}, "PageLeadShape"),
        ({}, "unknown"),
    ],
)
def test_schema_is_its_type(schema, expected):
    assert type_of(schema) == expected


def test_members_are_required_as_the_schema_says():
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "b-c": {"type": "number"}}}
    assert type_of(schema) == '{\n  a: string;\n  "b-c"?: number;\n}'


@pytest.fixture(scope="module")
def types():
    return render(made_app().openapi())


def test_every_type_that_is_named_is_declared_once(types):
    declared = re.findall(r"^export (?:type|interface) (\w+)", types, re.M)
    assert len(declared) == len(set(declared))
    plain = re.sub(r"/\*\*.*?\*/|\"[^\"\n]*\"|//.*", "", types, flags=re.S)
    named = set(re.findall(r"(?<![\w.])[A-Z]\w+", plain)) - {"Record"}
    assert named <= set(declared)


def test_every_operation_has_its_answers(types):
    document = made_app().openapi()
    operations = [each["operationId"] for methods in document["paths"].values() for each in methods.values()]
    body = types[types.index("export interface Operations") :]
    assert sorted(re.findall(r"^  (\w+): \{$", body, re.M)) == sorted(operations)
    assert body.count("    answers: {") == len(operations)


@pytest.mark.skipif(not shutil.which("tsc"), reason="no TypeScript compiler is installed")
def test_the_compiler_takes_them(types, tmp_path):
    (tmp_path / "api.d.ts").write_text(types)
    checked = subprocess.run(
        ["tsc", "--noEmit", "--strict", str(tmp_path / "api.d.ts")], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
