"""Write `docs/reference/http.md` from the OpenAPI document."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from groundswell.reference.tables import code, table
from serving.app import create_app
from serving.memory_store import MemoryTrendStore
from serving.web.problems import KINDS

_HEAD = """# HTTP

Generated from the OpenAPI document by `python -m groundswell.reference`: do not edit. A running server has
the document itself at `/openapi.json` ([serve trends over HTTP](../howto/serve-http.md)).

Times that end in `_ms` are milliseconds since 1970, UTC. Those of lists are event time, as everywhere; only
`confirmed_ms` is clock time.

"""
_PROBLEMS = """
## Problems

Errors are `application/problem+json` (RFC 9457). Compare `type`: `urn:groundswell:problem:` and a name of
this table. At Mastodon's addresses `error` repeats the detail.

"""


def page() -> str:
    """Return the text of the page."""
    document = create_app(MemoryTrendStore()).openapi()
    parts = [_HEAD]
    for tag in document["tags"]:
        parts.append(f"## {tag['name'].capitalize()}\n\n{tag['description']}\n")
        parts += [_endpoint(path, o) for path, o in _operations(document) if tag["name"] in o["tags"]]
    kinds = [(code(name), str(status), title) for name, (status, title) in KINDS.items()]
    parts.append(_PROBLEMS + table(("name", "status", "meaning"), kinds))
    parts.append("\n## Answers\n")
    parts += [_schema(name, schema) for name, schema in document["components"]["schemas"].items()]
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def _endpoint(name: str, operation: Mapping[str, Any]) -> str:
    prose = " ".join(operation["description"].split())
    answer = _answer(operation["responses"]["200"])
    text = f"### {name}\n\n{operation['summary']}. {prose}\n\n{answer}\n"
    rows = [
        (code(one["name"]), _type(one["schema"]), _default(one["schema"]), one.get("description", ""))
        for one in operation.get("parameters", ())
    ]
    return text + (f"\n{table(('parameter', 'type', 'default', 'meaning'), rows)}" if rows else "")


def _answer(response: Mapping[str, Any]) -> str:
    """Return what an endpoint answers with."""
    ((media, body),) = response["content"].items()
    schema = body["schema"]
    if schema.get("type") == "string":
        return f"Answer: `{media}`. {response['description']}"
    return f"Answer: {_type(schema)}."


def _schema(name: str, schema: Mapping[str, Any]) -> str:
    rows = [
        (code(field), _type(each), each.get("description", ""))
        for field, each in schema["properties"].items()
    ]
    text = f"### {name}\n\n{schema['description']}\n\n{table(('field', 'type', 'meaning'), rows)}"
    if name in {"RankChange", "Problem"}:
        text += f"\n```json\n{json.dumps(schema['examples'][0], indent=2, ensure_ascii=False)}\n```\n"
    return text


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(code(each) for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}" if "items" in schema else "list"
    names = {"integer": "whole number", "number": "number", "boolean": "true or false", "string": "text"}
    return names.get(schema.get("type", ""), "object")


def _default(schema: Mapping[str, Any]) -> str:
    bounds = [
        code(f"{name} {schema[key]}")
        for name, key in (("from", "minimum"), ("to", "maximum"))
        if key in schema
    ]
    default = [code(json.dumps(schema["default"]).strip('"'))] if "default" in schema else []
    return "; ".join([*default, *bounds])
