"""What the vendors' own OpenAPI files say, held against what was asked and answered.

The files stand in the folder that LEADHOUSE_API_CONTRACTS names; nothing of them is part of the project.
"""

from __future__ import annotations

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

from demo.providers.simulator import Heard

FOLDER = os.environ.get("LEADHOUSE_API_CONTRACTS", "")
needs_contracts = pytest.mark.skipif(
    not Path(FOLDER, "apollo").is_dir(), reason="LEADHOUSE_API_CONTRACTS names no folder"
)
# their `required` lists repeat whatever fields one example had, and the prose above calls each of them optional
GENERATED_FROM_EXAMPLES = frozenset({"zoominfo"})

SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C reads 2 MB in seconds, not in a minute


class Contract:
    """One vendor's interface: the operations of all its files."""

    def __init__(self, vendor: str) -> None:
        self.vendor = vendor
        self._operations: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {}
        for path in sorted(Path(FOLDER, vendor).iterdir()):
            document = _load(path)
            for address, item in document["paths"].items():
                for method, operation in item.items():
                    if method in ("get", "post", "put", "patch", "delete"):
                        self._operations.setdefault((method.upper(), address), (document, item, operation))

    def faults(self, heard: Heard, prefix: str) -> list[str]:
        """What of a request and its answer is not as the vendor says, in sentences."""
        key = (heard.method, heard.path.removeprefix(prefix))
        if key not in self._operations:
            return [f"{key} is no operation of {self.vendor}"]
        document, item, operation = self._operations[key]
        found = [*self._faults_of_query(heard, document, item, operation)]
        found += self._faults_of_sign_in(heard, document, operation)
        body = self._schema(document, operation.get("requestBody"))
        is_needed = (_resolved(document, operation.get("requestBody")) or {}).get("required", False)
        if body is not None and (heard.body is not None or is_needed):
            found += self._faults_of_names(heard.body, operation) or self._compare(
                document, body, heard.body, "request"
            )
        elif body is None and heard.body is not None:
            found.append("a body is sent where none is known")
        return [f"{key}: {each}" for each in found + self._faults_of_answer(heard, document, operation)]

    def _faults_of_query(self, heard: Heard, document: Any, item: Any, operation: Any) -> list[str]:
        stated = [_resolved(document, each) for each in (*operation.get("parameters", []), *item.get("parameters", []))]
        known = {each["name"]: each for each in stated if each["in"] == "query"}
        signs = {each.get("name") for each in document.get("components", {}).get("securitySchemes", {}).values()}
        found = [f"query field {name} is not known" for name in heard.query.keys() - known.keys()]
        found += [
            f"query field {name} is missing"
            for name, each in known.items()
            if each.get("required") and name not in heard.query and name not in signs
        ]
        for name in heard.query.keys() & known.keys():
            schema = known[name].get("schema", {})
            value = _typed(heard.query[name], schema)
            schema = {key: each for key, each in schema.items() if key != "default"}
            found += self._compare(document, schema, value, f"query field {name}")
        return found

    def _faults_of_names(self, body: Any, operation: Any) -> list[str]:
        """Where a schema repeats an example, its prose lists the names: each field of a request must be among them."""
        if self.vendor not in GENERATED_FROM_EXAMPLES or "| Parameter |" not in operation["description"]:
            return []
        given = [each for value in body.values() if isinstance(value, list) for each in value if isinstance(each, dict)]
        names = {name for each in given or [body] for name in each}
        return [f"request field {name} is not known" for name in names if f"| {name} |" not in operation["description"]]

    def _faults_of_sign_in(self, heard: Heard, document: Any, operation: Any) -> list[str]:
        """One of the ways that the document knows must have been taken."""
        wanted = operation.get("security", document.get("security")) or []
        schemes = document.get("components", {}).get("securitySchemes", {})
        if not wanted or heard.path.endswith("/authenticate"):
            return []
        for name in (name for way in wanted for name in way):
            scheme = schemes[name]
            if scheme["type"] == "http" and heard.headers.get("authorization", "").lower().startswith(scheme["scheme"]):
                return []
            carrier = heard.headers if scheme.get("in") == "header" else heard.query
            if scheme["type"] == "apiKey" and any(each.lower() == scheme["name"].lower() for each in carrier):
                return []
        return ["no known way to sign in was taken"]

    def _faults_of_answer(self, heard: Heard, document: Any, operation: Any) -> list[str]:
        responses = {str(status): each for status, each in operation["responses"].items()}
        if heard.status in (500, 503, 402):  # what no specification lists, and every client meets
            return []
        if str(heard.status) not in responses and "default" not in responses:
            return [f"the status {heard.status} is not known"]
        schema = self._schema(document, responses.get(str(heard.status), responses.get("default")))
        return self._compare(document, schema, heard.answer, "answer") if schema and heard.answer is not None else []

    def _schema(self, document: Any, part: Any) -> Any:
        content = (_resolved(document, part) or {}).get("content") or {}
        return next((each.get("schema") for kind, each in content.items() if kind.startswith("application/json")), None)

    def _compare(self, document: Any, schema: Any, value: Any, where: str) -> list[str]:
        loose = self.vendor in GENERATED_FROM_EXAMPLES
        closed = _closed(document, schema, loose, names_are_open=loose and where == "request")
        validator = Draft202012Validator(closed, format_checker=FormatChecker())
        return [f"{where} {each.json_path}: {each.message[:200]}" for each in validator.iter_errors(value)]


@lru_cache(maxsize=40)
def _load(path: Path) -> Any:
    text = path.read_text("utf-8")
    return json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=SAFE)  # noqa: S506


def _resolved(document: Any, part: Any) -> Any:
    while isinstance(part, dict) and "$ref" in part:
        found = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def _closed(document: Any, schema: Any, is_from_examples: bool, depth: int = 0, *, names_are_open: bool = False) -> Any:
    """The schema with its references in place, and no property allowed that it does not name.

    A property without a type may be anything; null is allowed everywhere but where a file says what is required.
    """
    schema = _resolved(document, schema)
    if not isinstance(schema, dict) or depth > 12:
        return {}
    if "allOf" in schema:
        parts = [_resolved(document, each) for each in schema["allOf"]]
        merged = {key: value for part in parts for key, value in part.items() if key not in ("examples", "example")}
        return _closed(document, merged, is_from_examples, depth + 1, names_are_open=names_are_open)
    kept = {
        name: schema[name] for name in ("type", "enum", "format", "minimum", "maximum", "pattern") if name in schema
    }
    if "required" in schema and not is_from_examples:
        kept["required"] = schema["required"]
    for name in ("oneOf", "anyOf"):
        if name in schema:
            kept["anyOf"] = [
                _closed(document, each, is_from_examples, depth + 1, names_are_open=names_are_open)
                for each in schema[name]
            ]
    if "items" in schema:
        kept["items"] = _closed(document, schema["items"], is_from_examples, depth + 1, names_are_open=names_are_open)
    if schema.get("properties"):
        kept["properties"] = {
            name: _nullable(
                _closed(
                    document,
                    each,
                    is_from_examples,
                    depth + 1,
                    names_are_open=names_are_open or (is_from_examples and name == "input"),  # it echoes the request
                )
            )
            for name, each in schema["properties"].items()
        }
        kept["additionalProperties"] = names_are_open or bool(schema.get("additionalProperties", False))
    return kept


def _nullable(schema: Any) -> Any:
    kind = schema.get("type")
    return {**schema, "type": [*([kind] if isinstance(kind, str) else kind), "null"]} if kind else schema


def _typed(texts: list[str], schema: Any) -> Any:
    """A query field's texts as its schema means them."""
    kind = schema.get("type")
    if kind == "array":
        return texts
    text = texts[-1]
    if kind in ("integer", "number") and text.lstrip("-").replace(".", "", 1).isdigit():
        return json.loads(text)
    return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text
