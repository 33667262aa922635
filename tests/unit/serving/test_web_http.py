"""The endpoints over a store in memory, on a real server."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest
from support.http_server import running_app
from support.trend_records import NOON_MS, PANE_MS, a_record, an_as_of

from groundswell.view.plain import trend_values
from schemas.docstrings import attributes
from schemas.served import TrendRecord
from serving.app import create_app
from serving.errors import StoreContentError
from serving.memory_store import MemoryTrendStore
from serving.trend import Listing
from serving.web import shapes
from serving.web.openapi import SHAPES
from serving.web.options import WebOptions
from serving.web.run import AddressError, listen

TYPE = "urn:groundswell:problem:"


def filled(store: MemoryTrendStore) -> MemoryTrendStore:
    """Nine tags of the world, one of Czech, some links and posts."""
    for n in range(1, 10):
        store.put(a_record(f"t{n}", peak_strength=float(10 * n), related=("t1", "gone", "t8")))
    store.put(a_record("hrad", scope="lang:cs", aliases=("hrady",)))
    store.put(a_record("https://a.example/news", kind="link"))
    store.put_as_of(an_as_of())
    return store


@pytest.fixture(scope="module")
def store() -> MemoryTrendStore:
    """What is served."""
    return filled(MemoryTrendStore())


@pytest.fixture(scope="module")
def client(store: MemoryTrendStore) -> Iterator[httpx.Client]:
    """A client of the server."""
    with running_app(create_app(store)) as base, httpx.Client(base_url=base) as found:
        yield found


def test_a_page_of_trends(client: httpx.Client) -> None:
    """Figures, moment, and the cursor of what follows."""
    found = client.get("/v1/trends", params={"limit": 2}).json()
    assert [(t["position"], t["topic"]) for t in found["trends"]] == [(1, "t9"), (2, "t8")]
    assert (found["as_of_ms"], found["stale"], found["confirmed_ms"]) == (NOON_MS, False, None)
    assert found["trends"][0]["lift"] == 8.0
    assert len(found["trends"][0]["history"]) == 24


def test_a_trend_has_the_fields_that_the_command_line_shows(
    client: httpx.Client, store: MemoryTrendStore
) -> None:
    """`groundswell trends --json` and HTTP speak one language."""
    (shown,) = client.get("/v1/trends", params={"limit": 1}).json()["trends"]
    plain = trend_values(store.trends("global", 1)[0])
    assert {name: shown[name] for name in plain} == {
        name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()
    }


def test_pages_stay_with_the_state_they_began_with(client: httpx.Client, store: MemoryTrendStore) -> None:
    """A list that changes between two requests shifts nothing; the new state has another version."""
    first = client.get("/v1/trends", params={"limit": 4}).json()
    store.put(a_record("new", peak_strength=500.0))
    _until(lambda: client.get("/v1/trends").json()["trends"][0]["topic"] == "new")
    second = client.get("/v1/trends", params={"limit": 4, "cursor": first["next"]}).json()
    assert [t["topic"] for t in second["trends"]] == ["t5", "t4", "t3", "t2"]
    assert second["version"] == first["version"]
    store.drop("global", "new")
    _until(lambda: client.get("/v1/trends").json()["version"] == first["version"])


def test_a_cursor_of_a_state_that_is_gone_is_told(client: httpx.Client) -> None:
    """Better no page than the wrong one."""
    answer = client.get("/v1/trends", params={"cursor": "0" * 16 + "-4"})
    assert (answer.status_code, answer.json()["type"]) == (410, TYPE + "cursor-gone")


def test_a_short_list_is_filled_and_says_from_where(client: httpx.Client) -> None:
    """As `groundswell trends` does; `fill=false` shows the list alone."""
    found = client.get("/v1/trends", params={"scope": "lang:sk", "limit": 3}).json()
    assert [(t["topic"], t["from"]) for t in found["trends"]] == [
        ("hrad", "lang:cs"),
        ("t9", "global"),
        ("t8", "global"),
    ]
    assert client.get("/v1/trends", params={"scope": "lang:sk", "fill": False}).json()["trends"] == []


def test_what_the_client_holds_is_not_sent_again(client: httpx.Client) -> None:
    """If-None-Match with the ETag: 304 without a body; another page has another ETag."""
    first = client.get("/v1/trends", params={"limit": 3})
    same = client.get("/v1/trends", params={"limit": 3}, headers={"if-none-match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert client.get("/v1/trends", params={"limit": 2}).headers["etag"] != first.headers["etag"]


def test_a_question_that_was_asked_before_is_answered_the_same(client: httpx.Client) -> None:
    """The way past the framework gives the same bytes and headers, also for what the client holds."""
    for query in ("", "?limit=3&scope=lang%3Ask", "?allowed=true", "?limit=2&limit=4", "?fill=0&kind=link"):
        for held in ({}, {"if-none-match": "*"}):
            first, second = (client.get(f"/v1/trends{query}", headers=held) for _ in range(2))
            assert (first.status_code, first.content) == (second.status_code, second.content)
            dated = ({k: v for k, v in answer.headers.items() if k != "date"} for answer in (first, second))
            assert next(dated) == next(dated)
    for wrong in ("?limit=0", "?cursor=x"):
        assert [client.get(f"/v1/trends{wrong}").status_code for _ in range(2)] == [422, 422]


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/v1/trends?limit=0", 422, "wrong-parameter"),
        ("/v1/trends?limit=101", 422, "wrong-parameter"),
        ("/v1/trends?kind=car", 422, "wrong-parameter"),
        ("/v1/trends?scope={x}", 422, "wrong-parameter"),
        ("/v1/trends?cursor=nonsense", 422, "wrong-parameter"),
        ("/v1/trends?scope=" + "x" * 3000, 414, "query-too-long"),
        ("/v1/explain", 422, "wrong-parameter"),
        ("/v1/explain?topic=%00", 404, "unknown-topic"),
        ("/v1/nothing", 404, "no-such-path"),
    ],
)
def test_errors_are_problem_details(client: httpx.Client, path: str, status: int, kind: str) -> None:
    """RFC 9457: one form for all errors, with a name that programs compare."""
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert (told["type"], told["status"]) == (TYPE + kind, status)
    assert told["detail"]


def test_other_methods_and_large_bodies_are_refused(client: httpx.Client) -> None:
    """With and without a declared length."""
    assert client.post("/v1/trends").json()["type"] == TYPE + "no-such-method"
    large = client.request("GET", "/v1/trends", content=b"x" * 70_000)
    assert large.json()["type"] == TYPE + "too-large"


def test_why_a_topic_trends(client: httpx.Client) -> None:
    """Any spelling; sentences for people, figures for programs."""
    found = client.get("/v1/explain", params={"topic": "#T9"}).json()
    assert found["sentences"][0].startswith("t9 is number 1 in global")
    assert found["trend"]["topic"] == "t9"


def test_an_unknown_topic_says_what_was_perhaps_meant(client: httpx.Client) -> None:
    """A misspelt name, and one that a list shows only because it was filled."""
    misspelt = client.get("/v1/explain", params={"topic": "hraad", "scope": "lang:cs"})
    assert misspelt.status_code == 404
    assert misspelt.json()["did_you_mean"] == ["hrad"]
    there = client.get("/v1/explain", params={"topic": "t9", "scope": "lang:cs"}).json()
    assert there["listed_in"] == "global"
    assert "scope=global" in there["detail"]


def test_related_topics_by_place(client: httpx.Client) -> None:
    """What stands in the list comes first, by its place."""
    found = client.get("/v1/related", params={"topic": "t9"}).json()
    assert [(r["topic"], r["position"]) for r in found["related"]] == [("t8", 2), ("t1", 9), ("gone", None)]
    names = client.get("/v1/related", params={"topic": "hrad", "scope": "lang:cs"}).json()
    assert names["aliases"] == ["hrady"]


def test_moves_are_told_between_two_moments() -> None:
    """Where a topic stood at the pane before."""
    store = filled(MemoryTrendStore())
    with running_app(create_app(store)) as base:
        assert httpx.get(f"{base}/v1/trends").json()["compared_with_ms"] is None
        at_ms = NOON_MS + PANE_MS
        store.put(a_record("t7", peak_strength=95.0, pane_start_ms=NOON_MS, peak_ms=NOON_MS))
        store.put_as_of(an_as_of(at_ms))
        _until(lambda: httpx.get(f"{base}/v1/trends").json()["as_of_ms"] == at_ms)
        found = httpx.get(f"{base}/v1/trends").json()
        moves = {t["topic"]: (t["move"], t["moved_by"]) for t in found["trends"]}
        assert (moves["t7"], moves["t9"], moves["t1"]) == (("up", 2), ("down", -1), ("same", 0))
        assert found["compared_with_ms"] == NOON_MS


def test_only_what_may_be_shown_when_the_server_is_set_so() -> None:
    """Neither lists nor single topics, nor names beside others, show what nobody allowed."""
    store = MemoryTrendStore()
    store.put(a_record("seen", review="allowed", related=("unseen", "too")))
    store.put(a_record("too", review="trusted"))
    store.put(a_record("unseen", review="pending"))
    store.put_as_of(an_as_of())
    with (
        running_app(create_app(store, WebOptions(allowed_only=True))) as base,
        httpx.Client(base_url=base) as client,
    ):
        texts = [
            client.get(path).text
            for path in (
                "/v1/trends",
                "/v1/trends?allowed=false",
                "/v1/explain?topic=seen",
                "/v1/related?topic=seen",
                "/api/v1/trends/tags",
            )
        ]
        assert all("seen" in text for text in texts)
        assert not any("unseen" in text for text in texts)
        assert client.get("/v1/explain?topic=unseen").status_code == 404


def test_every_field_of_an_answer_is_described(client: httpx.Client) -> None:
    """OpenAPI is complete: each path has its answers and problems, each own field its words."""
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.")
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["summary"]
            assert operation["description"]
            assert "200" in operation["responses"]
            assert path.startswith(("/health", "/ready")) or "422" in operation["responses"]
    for cls in SHAPES:
        if cls.__module__ == shapes.__name__:
            names = set(cls.__struct_fields__) - set(attributes(TrendRecord))
            assert names <= set(attributes(cls)), cls.__name__
    shown = document["components"]["schemas"]["TrendPage"]["examples"][0]
    assert set(shown) == set(document["components"]["schemas"]["TrendPage"]["properties"])


def test_a_list_that_cannot_be_read_hurts_no_other() -> None:
    """It stays as it was and says so; the server, and every other list, go on."""

    class Broken(MemoryTrendStore):
        """Holds one list that a newer build wrote."""

        broken = ""

        def listing(self, scope: str, *more: object, **named: object) -> Listing:
            if scope == self.broken:
                raise StoreContentError("record layout 9")
            return super().listing(scope, *more, **named)  # type: ignore[arg-type]

    store = Broken()
    filled(store)
    with running_app(create_app(store)) as base, httpx.Client(base_url=base) as client:
        path = "/v1/trends?scope=lang:cs"
        assert client.get(path).json()["stale"] is False
        store.broken = "lang:cs"
        store.put_as_of(an_as_of(NOON_MS + PANE_MS))
        _until(lambda: client.get(path).json()["stale"])
        assert client.get(path).json()["as_of_ms"] == NOON_MS
        assert client.get("/v1/trends").json()["stale"] is False
        cold = client.get(f"{path}&fill=false")
        assert (cold.status_code, cold.json()["type"]) == (503, TYPE + "store-unreadable")
        store.broken = ""
        store.put_as_of(an_as_of(NOON_MS + 2 * PANE_MS))
        _until(lambda: not client.get(path).json()["stale"])


def test_pages_of_other_sites_may_not_ask_unless_named(store: MemoryTrendStore) -> None:
    """CORS is off by default."""
    asking = {"origin": "https://page.example"}
    with running_app(create_app(store)) as base:
        assert "access-control-allow-origin" not in httpx.get(f"{base}/v1/trends", headers=asking).headers
    options = WebOptions(cors_origins=("https://page.example",))
    with running_app(create_app(store, options)) as base:
        answer = httpx.get(f"{base}/v1/trends", headers=asking)
        assert answer.headers["access-control-allow-origin"] == "https://page.example"


def test_metrics_name_endpoints_and_nothing_that_was_asked(store: MemoryTrendStore) -> None:
    """No topic, no scope and no unknown address becomes a label."""
    from prometheus_client import generate_latest  # noqa: PLC0415

    app = create_app(store)
    with running_app(app) as base:
        httpx.get(f"{base}/v1/explain?topic=t9&scope=lang:cs")
        httpx.get(f"{base}/secret-of-a-user")
        text = generate_latest(app.state.service.metrics.registry).decode()
    assert 'groundswell_http_requests_total{path="/v1/explain",status="404"} 1.0' in text
    assert 'path="other",status="404"' in text
    assert "secret" not in text
    assert "t9" not in text


def test_the_server_loads_neither_flink_nor_kafka() -> None:
    """The extra `serving` is enough."""
    code = "import serving.app, serving.web.run, sys; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"pyflink", "confluent_kafka", "river", "pandas", "scipy"} & set(done.stdout.split())


def test_a_port_that_is_taken_is_told() -> None:
    """With what to do."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(AddressError, match="choose another"):
            listen("127.0.0.1", other.getsockname()[1])


def _until(done: object) -> None:
    assert callable(done)
    deadline_s = time.monotonic() + 5
    while not done():
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
