"""The OpenAPI document: schemas come from the classes of answers, descriptions from their docstrings."""

from collections.abc import Mapping
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from schemas import served_health
from schemas.docstrings import attributes, summary
from schemas.served import TrendRecord
from serving.web import feed_shapes, past_shapes, people_shapes, pipeline_shapes, shapes
from serving.web import mastodon_shapes as masto
from serving.web.build import VERSION
from serving.web.problems import KINDS, PROBLEM_JSON

Responses = dict[int | str, dict[str, Any]]
_REF = "#/components/schemas/{name}"
SHAPES: tuple[type[msgspec.Struct], ...] = (
    shapes.TrendPage,
    shapes.RankChange,
    shapes.StoreState,
    shapes.RelatedTopics,
    shapes.Explanation,
    shapes.Health,
    shapes.Readiness,
    shapes.Problem,
    people_shapes.UserInterests,
    past_shapes.InterestHistory,
    pipeline_shapes.PipelineState,
    people_shapes.RankRequest,
    people_shapes.Ranking,
    feed_shapes.Feed,
    masto.Tag,
    masto.PreviewCard,
    masto.Status,
    masto.Instance,
)
_ALWAYS = (401, 413, 414, 422, 429, 503)
_ABOUT = """Live trends, computed from engagement events.

Times that end in `_ms` are milliseconds since 1970, UTC; those of lists are event time. Errors are problem
details (RFC 9457): compare `type`, not the words. Servers may be set up to need a key:
`Authorization: Bearer <key>` or `X-Api-Key: <key>`.
"""
_TAGS = [
    {"name": "trends", "description": "Lists, as pages and as a stream."},
    {"name": "topics", "description": "One topic."},
    {"name": "people", "description": "What people like, and candidates in their order."},
    {"name": "mastodon", "description": "The trends endpoints of Mastodon's public API, for its clients."},
    {"name": "operation", "description": "For monitors. They need no key."},
]


def returns(name: str) -> Responses:
    """Return the description of an answer by the name of its class."""
    return plain(200, name, "The answer.") | {
        304: {"description": "What If-None-Match named is still the same; no body."}
    }


def plain(status: int, name: str, what: str) -> Responses:
    """Return the description of a JSON body with some status."""
    return {status: {"description": what, "content": {"application/json": {"schema": _ref(name)}}}}


def lists(name: str) -> Responses:
    """Return the description of an answer that is an array."""
    schema = {"type": "array", "items": _ref(name)}
    return {200: {"description": "The answer.", "content": {"application/json": {"schema": schema}}}}


def body(name: str) -> dict[str, Any]:
    """Return the description of the body of a request by the name of its class."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": _ref(name)}}}}


def problems(*statuses: int) -> Responses:
    """Return the description of the problems that an endpoint answers with."""
    out: Responses = {}
    for status in sorted({*_ALWAYS, *statuses}):
        kinds = [(name, title) for name, (code, title) in KINDS.items() if code == status]
        told = "; ".join(f"`{name}`: {title.lower()}" for name, title in kinds)
        out[status] = {"description": told, "content": {PROBLEM_JSON: {"schema": _ref("Problem")}}}
        if status in {429, 503}:
            out[status]["headers"] = {
                "Retry-After": {
                    "description": "Seconds to wait.",
                    "schema": {"type": "integer", "minimum": 1},
                }
            }
    return out


EVENTS: Responses = {
    200: {
        "description": "Events `snapshot` (TrendPage), `change` (RankChange), `state` (StoreState); "
        "ids are versions of the list.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


def describe(app: FastAPI, examples: Mapping[str, object]) -> dict[str, Any]:
    """Return the document.

    Args:
        app: The application with all its endpoints.
        examples: Class of an answer -> an example of it.
    """
    document = get_openapi(
        title="Groundswell", version=VERSION, description=_ABOUT, routes=app.routes, tags=_TAGS
    )
    for path in document["paths"].values():
        for operation in path.values():
            _tidy(operation)
    _, schemas = msgspec.json.schema_components(SHAPES, ref_template=_REF)
    for name, schema in schemas.items():
        _explain(schema, _class_of(name))
        if name in examples:
            schema["examples"] = [msgspec.to_builtins(examples[name])]
    document.setdefault("components", {})["schemas"] = dict(sorted(schemas.items()))
    document["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "header": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
    }
    document["security"] = [{}, {"bearer": []}, {"header": []}]
    return document


def _tidy(operation: dict[str, Any]) -> None:
    """Take away what the framework says about bodies that it does not make."""
    for response in operation["responses"].values():
        content = response.get("content", {})
        for media in [media for media, body in content.items() if not body.get("schema")]:
            del content[media]
        if not content:
            response.pop("content", None)


def _explain(schema: dict[str, Any], cls: type[msgspec.Struct]) -> None:
    told = attributes(TrendRecord) | attributes(cls) if cls is shapes.TrendView else attributes(cls)
    schema["description"] = summary(cls)
    names = dict(zip(cls.__struct_encode_fields__, cls.__struct_fields__, strict=True))
    for encoded, field in schema["properties"].items():
        words = told.get(names[encoded])
        if words:
            field["description"] = words.replace("``", "`")


def _class_of(name: str) -> type[msgspec.Struct]:
    modules = (shapes, people_shapes, feed_shapes, past_shapes, pipeline_shapes, served_health, masto)
    found: type[msgspec.Struct] = next(getattr(one, name) for one in modules if hasattr(one, name))
    return found


def _ref(name: str) -> dict[str, str]:
    return {"$ref": _REF.format(name=name)}
