"""The HTTP server under load, beside a bare endpoint of the same framework: `python -m benchmarks.serving`.

Everything runs on loopback, in processes of its own, and ends by itself: a Redis with a list of 100 trends,
the server, a FastAPI endpoint that only does one GET of the same bytes from Redis, and the load. Rounds of
the servers alternate. Prints one JSON line for each part:

- requests per second and latencies, without keys and with them;
- 1,000 readers of the stream: memory, and how long a change takes to reach all;
- Redis gone, mute, and 500 ms slow: what requests then take.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from benchmarks import serving_load as load
from flink_jobs._shell.redis_sink import RedisSink
from groundswell.stack import ports
from serving.web.keys import ApiKey, add, digest, new_key
from state.trend_config import TrendConfig
from tests.support.redis_server import running_redis
from tests.support.served_lists import list_writes
from tests.support.tcp_proxy import Proxy
from tests.support.trend_records import HALF_LIFE_MS, NOON_MS, PANE_MS, a_record

_CFG = TrendConfig(half_life_ms=HALF_LIFE_MS, min_strength=0.5)
PATH = "/v1/trends?limit=20"
_TOPICS = 100
_ROUNDS = 5


def main() -> None:
    """Run all parts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=4.0, help="of each round")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--readers", type=int, default=1_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_redis(Path(folder)) as url:
        write(url, 0)
        throughput(url, Path(folder), asked.seconds, asked.connections)
        streams(url, asked.readers)
        faults(url)


def write(url: str, step: int) -> None:
    """Write the list of a pane; each turns the order of the first topics."""
    at_ms = NOON_MS + step * PANE_MS
    records = [
        a_record(
            f"topic number {i}",
            peak_strength=100.0 - (i + step) % _TOPICS / 2,
            peak_ms=at_ms - PANE_MS,
            pane_start_ms=at_ms - PANE_MS,
        )
        for i in range(_TOPICS)
    ]
    RedisSink(url).write(list_writes(_CFG, at_ms, records, ()))


@contextmanager
def process(*arguments: str) -> Iterator[psutil.Process]:
    """Run a Python process as long as the block lasts."""
    with subprocess.Popen([sys.executable, *arguments], stderr=subprocess.DEVNULL) as running:
        try:
            yield psutil.Process(running.pid)
        finally:
            running.terminate()


@contextmanager
def server(redis: str, *options: str) -> Iterator[tuple[int, psutil.Process]]:
    """Run `groundswell serve`; give its port when it is ready."""
    port, metrics = ports.choose(["http", "metrics"]).values()
    where = ("--port", str(port), "--metrics-port", str(metrics), "--redis", redis)
    with process("-m", "groundswell.cli", "serve", *where, *options) as running:
        load.wait_until_ready(port, "/ready")
        yield port, running


@contextmanager
def bare(redis: str) -> Iterator[tuple[int, psutil.Process]]:
    """Run the endpoint that does nothing but a GET."""
    port = ports.choose(["bare"])["bare"]
    with process("-m", "benchmarks.serving_bare", redis, str(port)) as running:
        load.wait_until_ready(port, "/bare")
        yield port, running


def throughput(url: str, folder: Path, seconds: float, connections: int) -> None:
    """Compare requests per second, rounds in turn."""
    key, keys = new_key(), folder / "keys.toml"
    add(keys, ApiKey("bench", digest(key), per_s=1e6, burst=1_000_000))
    guard = ("--keys-file", str(keys))
    with server(url) as open_to_all, server(url, *guard) as guarded, bare(url) as alone:
        body = load.get(open_to_all[0], PATH)
        load.put(url, "bench:bare", body)
        sides = {
            "bare": (alone, "/bare", ""),
            "trends": (open_to_all, PATH, ""),
            "trends_with_key": (guarded, PATH, key),
        }
        found: dict[str, list[load.Round]] = {name: [] for name in sides}
        for _ in range(_ROUNDS):
            for name, ((port, running), path, shown) in sides.items():
                found[name].append(load.run(port, path, shown, seconds, connections, running))
        base = statistics.median(one.per_s for one in found["bare"])
        for name, rounds in found.items():
            per_s = statistics.median(one.per_s for one in rounds)
            print(
                json.dumps(
                    {
                        "endpoint": name,
                        "bytes": len(body),
                        "per_s": round(per_s),
                        "of_bare": round(per_s / base, 2),
                        "cpu_us": round(statistics.median(one.cpu_us for one in rounds)),
                        "p50_ms": round(statistics.median(one.p50_ms for one in rounds), 2),
                        "p99_ms": round(statistics.median(one.p99_ms for one in rounds), 2),
                        "wrong": sum(one.wrong for one in rounds),
                    }
                )
            )


def streams(url: str, readers: int) -> None:
    """Hold readers, change the list, and see when all know."""
    with server(url) as (port, running):
        before_mb = running.memory_info().rss / 1e6
        changes = [partial(write, url, step) for step in (1, 2, 3)]
        found = asyncio.run(load.follow(port, "/v1/trends/stream?limit=20", readers, changes, running))
        print(
            json.dumps(
                {
                    "readers": readers,
                    "rss_before_mb": round(before_mb),
                    "rss_with_readers_mb": round(found.rss_bytes / 1e6),
                    "change_to_all_s": [round(one, 3) for one in found.changes_s],
                }
            )
        )


def faults(url: str) -> None:
    """Break the way to Redis and ask all the time."""
    target = urlsplit(url).port
    assert target is not None
    with Proxy(target).running() as proxy, server(f"redis://127.0.0.1:{proxy.port}/0") as (port, _):
        for name, fault, end in (
            ("gone", {"gone": True}, {"gone": False}),
            ("mute", {"mute": True}, {"mute": False}),
            ("slow_500_ms", {"delay_s": 0.5}, {"delay_s": 0.0}),
        ):
            _set(proxy, fault)
            during = load.watch(port, PATH, 4.0)
            cold = load.watch(port, f"/v1/trends?scope=region:US&kind=query&limit={len(name)}", 1.0)
            _set(proxy, end)
            after = load.watch(port, PATH, 4.0)
            print(
                json.dumps(
                    {
                        "redis": name,
                        "asked": len(during),
                        "slowest_ms": round(max(one.took_ms for one in during), 1),
                        "statuses": sorted({one.status for one in during}),
                        "stale_after_s": load.first(during, stale=True),
                        "current_again_after_s": load.first(after, stale=False),
                        "list_never_read": {
                            "statuses": sorted({one.status for one in cold}),
                            "slowest_ms": round(max(one.took_ms for one in cold), 1),
                        },
                    }
                )
            )
            time.sleep(1.0)


def _set(proxy: Proxy, values: dict[str, object]) -> None:
    for name, value in values.items():
        setattr(proxy, name, value)


if __name__ == "__main__":
    main()
