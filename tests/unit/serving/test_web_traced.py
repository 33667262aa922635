"""Traces of requests: what callers began goes on, stages are spans, nobody is named."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
from opentelemetry.trace import SpanKind, StatusCode
from support.feed_flow import a_feed_store
from support.http_server import running_app
from support.interest_served import learned
from support.slates import Slates
from support.spans import NEVER, Spans, attributes_of, inside, trace_of
from support.stack_talk import eventually
from support.trend_records import a_record

from serving.app import create_app
from serving.errors import StoreUnavailableError
from serving.feed_store import Person
from serving.memory_feed_store import MemoryFeedStore
from serving.memory_store import MemoryTrendStore
from serving.spans import current, span
from serving.web.options import WebOptions

if TYPE_CHECKING:
    from schemas.record_trace import Headers

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SAMPLED = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
LEFT_OUT = {"traceparent": f"00-{TRACE}-{PARENT}-00"}
STAGES = ["feed person", "feed pools", "feed filter", "feed score", "feed order"]


@contextmanager
def serving(spans: Spans, store: MemoryFeedStore | None = None, **more: Any) -> Iterator[httpx.Client]:
    """A client of a server that is traced."""
    options = WebOptions(deadline_s=5.0, feed_static=("s1",))
    app = create_app(
        more.pop("trends", MemoryTrendStore()),
        options,
        feeds=store or a_feed_store(),
        interests=learned(),
        tracing=spans.provider,
        **more,
    )
    with running_app(app) as base, httpx.Client(base_url=base) as found:
        yield found


def test_a_feed_continues_the_trace_of_who_asks_for_it() -> None:
    """The server's span is the caller's child, the stages are its children, the record names the trace."""
    spans, slates = Spans(), Slates()
    with serving(spans, slates=slates) as client:
        assert client.get("/v1/feed/ann?scope=global", headers=SAMPLED).status_code == 200
        eventually(lambda: "send slate" in spans.names(), "the record's span")
    server, record = spans.one("GET /v1/feed/{user}"), spans.one("send slate")
    assert trace_of(server) == TRACE
    assert server.kind == SpanKind.SERVER
    assert server.parent is not None
    assert f"{server.parent.span_id:016x}" == PARENT
    assert spans.names()[: len(STAGES)] == STAGES
    assert all(inside(spans.one(name), server) for name in [*STAGES, "send slate"])
    assert record.kind == SpanKind.PRODUCER
    (headers,) = slates.headers
    assert headers == [("traceparent", f"00-{TRACE}-{record.context.span_id:016x}-01".encode())]


def test_no_attribute_names_a_person() -> None:
    """Neither the address nor the query is told, wherever a request ends."""
    spans = Spans()
    with serving(spans) as client:
        for path in (
            "/v1/feed/ann?scope=global",
            "/v1/users/ann/interests",
            "/v1/users/ann",
            "/v1/feed/ann?limit=ann",
        ):
            client.get(path)
        client.post("/v1/rank", json={"user": "ann", "candidates": [{"id": "ann"}]})
    found = spans.ended()
    assert {"GET /v1/feed/{user}", "GET /v1/users/{user}/interests", "POST /v1/rank"} <= set(spans.names())
    told = [str([one.name, attributes_of(one), one.events, one.status.description]) for one in found]
    assert [text for text in told if "ann" in text] == []
    assert attributes_of(spans.one("GET /v1/users/{user}/interests"))["url.path"] == "REDACTED"


def test_a_ranking_has_its_stages() -> None:
    """Reading and scoring."""
    spans = Spans()
    with serving(spans) as client:
        client.post("/v1/rank", json={"user": "ann", "candidates": [{"id": "i1"}]})
    server = spans.one("POST /v1/rank")
    assert inside(spans.one("rank read"), server)
    assert inside(spans.one("rank score"), server)
    assert attributes_of(server)["http.response.status_code"] == 200


def test_who_was_left_out_stays_left_out() -> None:
    """By the caller, or by the sampler: no span, and no header on the record."""
    for sampler, headers in ((None, LEFT_OUT), (NEVER, {})):
        spans, slates = Spans(sampler), Slates()
        with serving(spans, slates=slates) as client:
            shown = client.get("/v1/feed/ann", headers=headers).json()
            slates.event(shown["decision_id"])
        assert spans.ended() == []
        assert slates.headers == [[]]


def test_nobody_pays_for_traces_that_nobody_asked_for() -> None:
    """Without a provider there is no middleware, no span and no header, whoever asks."""
    slates = Slates()
    app = create_app(MemoryTrendStore(), feeds=a_feed_store(), slates=slates)
    assert [one for one in app.user_middleware if "Traced" in str(one)] == []
    with running_app(app) as base:
        slates.event(httpx.get(f"{base}/v1/feed/ann", headers=SAMPLED).json()["decision_id"])
    headers: list[Headers] = slates.headers
    assert headers == [[]]
    assert current.get() is None
    with span("anything") as nothing:
        assert nothing is None


def test_answers_from_memory_are_named_and_monitors_leave_no_trace() -> None:
    """A list that is answered before the router has its address; health, page and streams are left out."""
    store, spans = MemoryTrendStore(), Spans()
    store.put(a_record("tea"))
    with serving(spans, trends=store) as client:
        for _ in range(2):
            client.get("/v1/trends?limit=1")
        for path in ("/health", "/ready", "/"):
            client.get(path)
        with client.stream("GET", "/v1/trends/stream"):
            pass
    assert spans.names() == ["GET /v1/trends"] * 2
    assert all(attributes_of(one)["http.route"] == "/v1/trends" for one in spans.ended())


class Away(MemoryFeedStore):
    """A store that does not answer."""

    def person(self, user: str) -> Person:
        """Fail, and name somebody."""
        raise StoreUnavailableError(f"no answer about {user}")


def test_a_stage_that_failed_says_what_kind_of_failure_it_was() -> None:
    """And not its words; the feed came from a lower rung, so the request itself is well."""
    spans = Spans()
    with serving(spans, Away()) as client:
        assert client.get("/v1/feed/ann").json()["rung"] == "static"
    stage, server = spans.one("feed person"), spans.one("GET /v1/feed/{user}")
    assert (stage.status.status_code, stage.status.description) == (StatusCode.ERROR, None)
    assert attributes_of(stage)["error.type"] == "StoreUnavailableError"
    assert server.status.status_code == StatusCode.UNSET
