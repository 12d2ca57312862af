"""TypeScript types of the API, written from its OpenAPI document: ``docs/api.d.ts``.

    python -m leadhouse.api.typescript        # writes them to standard output

A type for each schema, and `Operations`: of each operation its path, method, parameters, body and good answers. What a
schema cannot say in TypeScript (lengths, patterns, ranges) stands in the specification alone.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_HEAD = """// Written by `leadhouse docs` from the API's specification. Do not edit.
// A client knows an operation by its name: Operations["list_leads"]["query"], Operations["list_leads"]["answers"][200].
"""


def render(document: Schema) -> str:
    """The declarations of a document."""
    lines = [_HEAD]
    for name, schema in sorted(document["components"]["schemas"].items()):
        lines += [*_comment(schema.get("description"), ""), f"export type {_type_name(name)} = {type_of(schema)};", ""]
    lines.append("export interface Operations {")
    for path, methods in sorted(document["paths"].items()):
        for method, operation in methods.items():
            lines += _operation(path, method, operation)
    return "\n".join([*lines, "}", ""])


def type_of(schema: Schema, indent: str = "") -> str:
    """A schema as a type expression."""
    if "$ref" in schema:
        return _type_name(schema["$ref"].rpartition("/")[2])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    for name, sign in (("anyOf", " | "), ("oneOf", " | "), ("allOf", " & ")):
        if name in schema:
            parts = list(dict.fromkeys(type_of(each, indent) for each in schema[name]))
            return sign.join(
                f"({part})" if " & " in part or (sign == " & " and " | " in part) else part for part in parts
            )
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(dict.fromkeys(type_of({**schema, "type": each}, indent) for each in kind))
    if kind == "object" or "properties" in schema:
        return _object(schema, indent)
    if kind == "array":
        return _array(schema, indent)
    plain = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
    return plain.get(str(kind), "unknown")


def _array(schema: Schema, indent: str) -> str:
    if "prefixItems" in schema:
        return "[" + ", ".join(type_of(each, indent) for each in schema["prefixItems"]) + "]"
    item = type_of(schema.get("items", {}), indent)
    return f"({item})[]" if " | " in item or " & " in item else f"{item}[]"


def _object(schema: Schema, indent: str) -> str:
    properties, required = schema.get("properties", {}), set(schema.get("required", ()))
    others = schema.get("additionalProperties", not properties)
    if not properties:
        value = type_of(others, indent) if isinstance(others, Mapping) and others else "unknown"
        return f"Record<string, {value}>" if others else "Record<string, never>"
    lines = ["{"]
    for name, each in properties.items():
        lines += _comment(each.get("description"), indent + "  ")
        mark = "" if name in required else "?"
        lines.append(f"{indent}  {_key(name)}{mark}: {type_of(each, indent + '  ')};")
    return "\n".join([*lines, f"{indent}}}"])


def _operation(path: str, method: str, operation: Schema) -> Iterator[str]:
    yield from _comment(operation.get("summary"), "  ")
    yield f"  {_key(operation['operationId'])}: {{"
    yield f"    path: {json.dumps(path)};"
    yield f"    method: {json.dumps(method.upper())};"
    for place in ("path", "query", "header"):
        found = [each for each in operation.get("parameters", ()) if each["in"] == place]
        if found:
            name = {"path": "parameters", "query": "query", "header": "headers"}[place]
            wanted = "?" if not any(each.get("required") for each in found) else ""
            yield f"    {name}{wanted}: {_object(_as_object(found), '    ')};"
    body = operation.get("requestBody")
    if body:
        types = [type_of(each.get("schema", {}), "    ") for each in body["content"].values()]
        yield f"    body{'' if body.get('required') else '?'}: {' | '.join(dict.fromkeys(types))};"
    yield "    answers: {"
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            contents = [type_of(each.get("schema", {}), "      ") for each in answer.get("content", {}).values()]
            yield f"      {status}: {' | '.join(dict.fromkeys(contents)) or 'void'};"
    yield "    };"
    yield "  };"


def _as_object(parameters: list[Schema]) -> Schema:
    return {
        "properties": {each["name"]: {**each.get("schema", {}), **_described(each)} for each in parameters},
        "required": [each["name"] for each in parameters if each.get("required")],
    }


def _described(parameter: Schema) -> Schema:
    return {"description": parameter["description"]} if "description" in parameter else {}


def _comment(text: str | None, indent: str) -> list[str]:
    return [f"{indent}/** {' '.join(text.split()).replace('*/', '* /')} */"] if text else []


def _key(name: str) -> str:
    return name if _IDENTIFIER.fullmatch(name) else json.dumps(name)


def _type_name(name: str) -> str:
    """``Page_LeadShape_`` is ``PageLeadShape``."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name) if part)


def main() -> None:
    """Write the types of this checkout's API."""
    from leadhouse.api.application import create_app

    sys.stdout.write(render(create_app().openapi()))


if __name__ == "__main__":
    main()
