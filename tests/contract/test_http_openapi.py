"""The server against its own description: whatever is sent, answers are as OpenAPI says."""

from collections.abc import Iterator

import httpx
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS
from support.feed_flow import a_feed_store
from support.http_server import running_app
from support.trend_records import a_record, an_as_of

from serving.app import create_app
from serving.memory_store import MemoryTrendStore
from serving.web import feed_shapes, shapes
from serving.web import mastodon_shapes as masto

_STREAM = "/v1/trends/stream"


def a_store() -> MemoryTrendStore:
    """Tags, a link, a post."""
    store = MemoryTrendStore()
    for n in range(1, 40):
        store.put(a_record(f"t{n}", peak_strength=float(n), expected=float(n % 2)))
    store.put(a_record("https://a.example/", kind="link"))
    store.put(a_record("p1", kind="post"))
    store.put_as_of(an_as_of())
    return store


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """Where the server is."""
    with running_app(create_app(a_store(), feeds=a_feed_store())) as found:
        yield found


schema = schemathesis.openapi.from_dict(create_app(MemoryTrendStore()).openapi())
# The tool knows neither that a long query or body is refused for its length alone, nor that a state of a list
# goes, nor that of most people nothing is known.
schema.config.checks.negative_data_rejection.expected_statuses += ["413", "414"]
schema.config.checks.positive_data_acceptance.expected_statuses += ["404", "410", "413", "414"]


# A stream does not end, so it has tests of its own.
@schema.exclude(path=_STREAM).parametrize()
@settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
def test_every_answer_is_as_described(case: schemathesis.Case, base: str) -> None:
    """Parameters that are right and wrong: status, media type and body are those of the document."""
    case.call_and_validate(base_url=base)


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/v1/trends?limit=100", shapes.TrendPage),
        ("/v1/explain?topic=t9", shapes.Explanation),
        ("/v1/related?topic=t9", shapes.RelatedTopics),
        ("/v1/explain?topic=nobody", shapes.Problem),
        ("/v1/feed/ann?explain=true&limit=3", feed_shapes.Feed),
        ("/health", shapes.Health),
        ("/ready", shapes.Readiness),
        ("/api/v2/instance", masto.Instance),
    ],
)
def test_answers_hold_what_is_described_and_no_more(
    base: str, path: str, shape: type[msgspec.Struct]
) -> None:
    """A field that the document does not name would be a promise that nobody wrote down."""
    told = httpx.get(base + path).json()
    properties = create_app(MemoryTrendStore()).openapi()["components"]["schemas"][shape.__name__][
        "properties"
    ]
    assert set(told) <= set(properties)
    msgspec.convert(told, shape, strict=True)


def test_the_checks_of_the_tool_are_on() -> None:
    """An upgrade that renames them would test nothing and say nothing."""
    names = set(CHECKS.get_all_names())
    assert {"response_schema_conformance", "status_code_conformance", "content_type_conformance"} <= names
