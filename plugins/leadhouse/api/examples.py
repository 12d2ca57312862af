"""Examples of bodies and answers in the OpenAPI document: made from their schemas where nobody wrote one."""

from __future__ import annotations

from typing import Any

DEEPEST = 8  # levels of a schema
FORMATS: dict[str, str] = {
    "uuid": "7d1f5f0e-51cf-4f0b-a3a8-4c6a0b8d3c11", "date-time": "2026-11-22T09:30:00Z", "date": "2026-11-22",
    "email": "mara@nordlicht.example", "uri": "https://nordlicht.example/", "binary": "name\n",
}  # fmt: skip
# Texts that a pattern or a meaning asks for, by the end of the member's name.
NAMED: dict[str, str] = {
    "email": "mara@nordlicht.example", "emailNormalized": "mara@nordlicht.example",
    "password": "a long sentence of words",
    "Password": "a long sentence of words", "oken": "4Jt1f0ZVv2mJ8sQe7cXo5A", "sha256": "0f" * 32, "code": "492039",
    "countryCode": "DE", "domain": "nordlicht.example", "phoneE164": "+494012345678", "timeZone": "Europe/Berlin",
    "contentType": "text/csv", "url": "https://nordlicht.example/", "Url": "https://nordlicht.example/",
    "permissions": "leads:read", "key": "lh_4Jt1f0ZVv2mJ8sQe7cXo5A", "eventTypes": "lead.created",
}  # fmt: skip
Schema = dict[str, Any]


def add_examples(document: dict[str, Any]) -> None:
    """One to each object among the components that has none. A body shows what it needs, an answer all it has."""
    schemas = document["components"]["schemas"]
    asked = {_reference(content.get("schema", {})) for content in _bodies(document)}
    for name, schema in schemas.items():
        if schema.get("type") == "object" and not {"examples", "example"} & set(schema):
            schema["examples"] = [_object(schema, schemas, 0, whole=name not in asked)]


def _bodies(document: dict[str, Any]) -> list[Schema]:
    operations = [each for methods in document["paths"].values() for each in methods.values()]
    return [body for each in operations for body in each.get("requestBody", {}).get("content", {}).values()]


def _reference(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _object(schema: Schema, schemas: dict[str, Schema], depth: int, *, whole: bool) -> dict[str, Any]:
    properties = schema.get("properties", {})
    names = list(properties) if whole else schema.get("required") or list(properties)[:2]
    return {name: _example(properties[name], schemas, name, depth + 1, whole=whole) for name in names}


def _example(schema: Schema, schemas: dict[str, Schema], name: str, depth: int, *, whole: bool) -> Any:
    """A value that the schema takes; `name` is the member's."""
    if depth > DEEPEST:
        return None
    if schema.get("examples"):
        return schema["examples"][0]
    for told in ("example", "const", "default"):
        if schema.get(told) is not None:
            return schema[told]
    if "enum" in schema:
        return schema["enum"][0]
    for choice in ("anyOf", "oneOf", "allOf"):
        for each in schema.get(choice, ()):
            if each.get("type") != "null":
                return _example({**each, **_titles(schema)}, schemas, name, depth, whole=whole)
    if reference := _reference(schema):
        return _example(schemas[reference], schemas, name, depth + 1, whole=whole)
    return _plain(schema, schemas, name, depth, whole=whole)


def _titles(schema: Schema) -> Schema:
    return {key: schema[key] for key in ("format", "pattern") if key in schema}


def _plain(schema: Schema, schemas: dict[str, Schema], name: str, depth: int, *, whole: bool) -> Any:
    match schema.get("type"):
        case "object":
            return _object(schema, schemas, depth, whole=whole)
        case "array":
            return [_example(schema.get("items", {}), schemas, name, depth + 1, whole=whole)]
        case "integer" | "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return True
        case "string":
            return _text(schema, name)
    return {}


def _text(schema: Schema, name: str) -> str:
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    found = next((NAMED[end] for end in sorted(NAMED, key=len, reverse=True) if name.endswith(end)), name or "text")
    return found.ljust(schema.get("minLength", 0), "a")[: schema.get("maxLength")]
