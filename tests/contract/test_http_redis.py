"""The HTTP server over a real Redis: rates, faults on the way there, and clients that others wrote."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mastodon import Mastodon
from mastodon.errors import MastodonRatelimitError, MastodonUnauthorizedError
from support.http_server import running_app
from support.redis_server import running_redis
from support.served_lists import list_writes
from support.sse_client import events
from support.tcp_proxy import Proxy
from support.trend_records import HALF_LIFE_MS, NOON_MS, PANE_MS, a_record

from flink_jobs._shell.redis_sink import RedisSink
from schemas.served import TrendRecord
from serving.app import create_app
from serving.errors import StoreUnavailableError
from serving.redis_store import RedisTrendStore
from serving.web.bucket import Rate, full, take, wait_ms
from serving.web.keys import ApiKey, KeysFile, digest
from serving.web.options import WebOptions
from serving.web.redis_buckets import RedisBuckets
from state.trend_config import TrendConfig

KEY = "gsk_a-key-of-a-test"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis for this file."""
    with running_redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
def write(server: str) -> Iterator[Callable[..., object]]:
    """Empty the server, which is ours alone; give what writes lists as the job does."""
    with redis.Redis.from_url(server, protocol=2) as client:
        client.flushall()
    sink, cfg = RedisSink(server), TrendConfig(half_life_ms=HALF_LIFE_MS, min_strength=0.5)

    def lists(*records: TrendRecord, pane: int = 0) -> None:
        sink.write(list_writes(cfg, NOON_MS + pane * PANE_MS, records, ()))

    yield lists
    sink._client.close()


@pytest.fixture
def served(server: str) -> Iterator[Callable[..., str]]:
    """Give what serves the Redis, or another address."""
    with ExitStack() as stack:

        def start(url: str = server, ready: bool = True, **more: Any) -> str:
            store = RedisTrendStore.at(url, timeout_s=1.0)
            stack.callback(store.close)
            return stack.enter_context(running_app(create_app(store, **more), ready=ready))

        yield start


@pytest.fixture
def proxy(server: str) -> Iterator[Proxy]:
    """A way to Redis that can fail."""
    port = urlsplit(server).port
    assert port
    with Proxy(port).running() as found:
        yield found


def topics(n: int) -> list[TrendRecord]:
    """Tags, strongest first by number."""
    return [a_record(f"topic {i:02}", peak_strength=90.0 - i) for i in range(n)]


def test_a_list_is_served_and_a_change_comes_by_itself(
    write: Callable[..., object], served: Callable[..., str]
) -> None:
    """From the job's write to the reader of a stream within a second."""
    write(*topics(3))
    base = served()
    with events(f"{base}/v1/trends/stream") as stream:
        assert [t["topic"] for t in next(stream).data["trends"]] == ["topic 00", "topic 01", "topic 02"]
        start_s = time.monotonic()
        write(a_record("new", peak_strength=99.0), *topics(2), pane=1)
        change = next(stream)
        assert time.monotonic() - start_s < 1.0
    assert (change.data["left"], [t["topic"] for t in change.data["entered"]]) == (["topic 02"], ["new"])


def test_while_redis_is_gone_the_last_list_is_served_and_it_recovers(
    write: Callable[..., object], served: Callable[..., str], proxy: Proxy
) -> None:
    """Marked stale, quickly, with what is known; nobody has to do anything when Redis is back."""
    write(*topics(3))
    base = served(f"redis://127.0.0.1:{proxy.port}/0")
    proxy.gone = True
    _until(lambda: httpx.get(f"{base}/v1/trends").json()["stale"])
    found = httpx.get(f"{base}/v1/trends").json()
    assert len(found["trends"]) == 3
    assert found["confirmed_ms"] > NOON_MS
    cold = httpx.get(f"{base}/v1/trends?scope=region:US")
    assert (cold.status_code, cold.headers["retry-after"]) == (503, "1")
    assert "127.0.0.1" not in cold.text
    write(*topics(4), pane=1)
    proxy.gone = False
    _until(lambda: len(httpx.get(f"{base}/v1/trends").json()["trends"]) == 4)
    assert not httpx.get(f"{base}/v1/trends").json()["stale"]


@pytest.mark.parametrize("fault", ["slow", "mute"])
def test_no_request_waits_longer_than_its_deadline(
    write: Callable[..., object], served: Callable[..., str], proxy: Proxy, fault: str
) -> None:
    """Half a second of delay, or no answer at all: known lists at once, others an error in time."""
    write(*topics(3))
    base = served(f"redis://127.0.0.1:{proxy.port}/0")
    proxy.delay_s, proxy.mute = (0.5, False) if fault == "slow" else (0.0, True)
    asked = {"/v1/trends": 200, "/v1/trends?kind=query": 503, "/v1/explain?topic=topic+01": 503}
    with httpx.Client(base_url=base) as client:
        for path, status in asked.items():
            start_s = time.monotonic()
            assert client.get(path).status_code == status
            assert time.monotonic() - start_s < 0.6, path
    if fault == "slow":
        # The read went on: who asks again finds it.
        _until(lambda: httpx.get(f"{base}/v1/trends?kind=query").status_code == 200)


def test_it_starts_without_redis_and_is_ready_when_redis_is(
    write: Callable[..., object], served: Callable[..., str], proxy: Proxy
) -> None:
    """Healthy, not ready; then ready."""
    write(*topics(1))
    proxy.gone = True
    base = served(f"redis://127.0.0.1:{proxy.port}/0", ready=False)
    assert httpx.get(f"{base}/health").status_code == 200
    assert httpx.get(f"{base}/ready").status_code == 503
    assert httpx.get(f"{base}/v1/trends").status_code == 503
    proxy.gone = False
    _until(lambda: httpx.get(f"{base}/ready").status_code == 200)
    assert httpx.get(f"{base}/v1/trends").status_code == 200


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    per_s=st.floats(0.5, 500.0),
    burst=st.integers(1, 50),
    asked=st.lists(st.tuples(st.integers(0, 3_000), st.integers(1, 20)), min_size=1, max_size=15),
    number=st.integers(0, 2**60),
)
def test_the_script_in_redis_is_the_arithmetic(
    server: str, per_s: float, burst: int, asked: Sequence[tuple[int, int]], number: int
) -> None:
    """Two implementations, one law: same tokens, same waits."""
    rate, now_ms = Rate(per_s, burst), 1_000_000
    buckets, bucket = RedisBuckets.at(server), full(rate, 1_000_000)
    with redis.Redis.from_url(server, protocol=2) as client:
        client.delete(f"groundswell:v1:limit:{{t{number}}}")
    for step_ms, want in asked:
        now_ms += step_ms
        taken, bucket = take(rate, bucket, now_ms, want)
        assert buckets.take(f"t{number}", rate, want, now_ms) == (taken, wait_ms(rate, bucket))
    buckets.close()


def test_two_servers_hold_one_rate(
    write: Callable[..., object], served: Callable[..., str], server: str
) -> None:
    """The bucket is in Redis: a key gets no more because there are more servers. It is forgotten later."""
    write(*topics(1))
    keys = KeysFile((ApiKey("web", digest(KEY), per_s=0.1, burst=10),))
    buckets = RedisBuckets.at(server, timeout_s=2.0)
    options = WebOptions(limit_deadline_s=5.0)
    bases = [served(keys=lambda: keys, buckets=buckets, options=options) for _ in range(2)]
    answers = [
        httpx.get(f"{base}/v1/trends", headers={"x-api-key": KEY}).status_code
        for _ in range(10)
        for base in bases
    ]
    assert answers.count(200) == 10
    with redis.Redis.from_url(server, protocol=2) as client:
        assert 50_000 < client.pttl("groundswell:v1:limit:{web}") <= 101_000
    buckets.close()


def test_rates_that_may_not_be_written_are_an_error_of_the_store(server: str) -> None:
    """Not an error of the request: the limiter then decides alone."""
    with redis.Redis.from_url(server, protocol=2) as client:
        client.set("groundswell:v1:limit:{odd}", "no hash")
    buckets = RedisBuckets.at(server)
    with pytest.raises(StoreUnavailableError, match="rates in Redis"):
        buckets.take("odd", Rate(1.0, 1), 1)
    buckets.close()


def test_a_client_of_mastodon_reads_trends_unchanged(
    write: Callable[..., object], served: Callable[..., str]
) -> None:
    """Mastodon.py, as anybody would use it: tags, links and posts, page by page, by language."""
    write(
        *topics(15),
        a_record("https://a.example/news?x=1", kind="link"),
        a_record("p1", kind="post"),
        a_record("hrad", scope="lang:cs"),
    )
    client = Mastodon(api_base_url=served(options=WebOptions(site="https://social.example")))
    tags = client.trending_tags()
    assert [tag.name for tag in tags] == [f"topic_{i:02}" for i in range(10)]
    assert tags[0].url == "https://social.example/tags/topic_00"
    assert (len(tags[0].history), int(tags[0].history[0].uses)) == (7, 40)
    following = client.fetch_next(tags)
    assert [tag.name for tag in following] == [f"topic_{i:02}" for i in range(10, 15)]
    assert [tag.name for tag in client.trending_tags(limit=2, lang="cs")] == ["hrad", "topic_00"]
    (link,) = client.trending_links()
    assert (link.url, link.provider_name, link.type) == ("https://a.example/news?x=1", "a.example", "link")
    (post,) = client.trending_statuses()
    assert (post.id, post.url) == ("p1", "https://social.example/statuses/p1")
    assert post.created_at.year == 2025


def test_posts_come_from_the_platform_when_it_is_asked(
    write: Callable[..., object], served: Callable[..., str]
) -> None:
    """`create_app(statuses=...)`: what the platform does not give is not shown."""
    write(a_record("p1", kind="post"), a_record("p2", kind="post"))

    async def statuses(ids: Sequence[str]) -> dict[str, dict[str, str]]:
        return {"p1": {"id": "p1", "content": f"{len(ids)} asked"}}

    client = Mastodon(api_base_url=served(statuses=statuses))
    (post,) = client.trending_statuses()
    assert (post.id, post.content) == ("p1", "2 asked")


def test_a_client_of_mastodon_understands_keys_and_rates(
    write: Callable[..., object], served: Callable[..., str]
) -> None:
    """Its access token is the key; its own errors say what is wrong."""
    write(*topics(1))
    keys = KeysFile((ApiKey("web", digest(KEY), per_s=0.01, burst=2),))
    base = served(keys=lambda: keys)
    with pytest.raises(MastodonUnauthorizedError):
        Mastodon(api_base_url=base).trending_tags()
    known = Mastodon(api_base_url=base, access_token=KEY, ratelimit_method="throw")
    assert len(known.trending_tags()) == len(known.trending_links()) + 1 == 1
    with pytest.raises(MastodonRatelimitError):
        known.trending_tags()


def test_the_command_serves_and_ends_in_order(write: Callable[..., object], server: str) -> None:
    """`groundswell serve`: says where it is, has metrics elsewhere, ends at once with a stream open."""
    write(*topics(1))
    argv = [sys.executable, "-m", "groundswell.cli", "serve", "--port", "0", "--metrics-port", "0"]
    with subprocess.Popen([*argv, "--redis", server], stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr
        base, metrics = (running.stderr.readline().split()[-1] for _ in range(2))
        try:
            _until(lambda: httpx.get(f"{base}/ready").status_code == 200)
            assert "groundswell_lists 2.0" in httpx.get(metrics).text
            assert httpx.get(f"{base}/metrics").status_code == 404
            with events(f"{base}/v1/trends/stream") as stream:
                next(stream)
                start_s = time.monotonic()
                running.terminate()
                assert list(stream) == []
            assert running.wait(10) == -signal.SIGTERM
            assert time.monotonic() - start_s < 4
            assert running.stderr.read() == ""
        finally:
            running.kill()


def _until(done: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 8
    while not done():
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
