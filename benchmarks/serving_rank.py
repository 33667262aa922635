"""Latency of ranking under a steady load: `python -m benchmarks.serving_rank`.

A Redis with the interests of some people and counts of 5,000 items as the job writes them, `groundswell
serve`, and requests at a fixed rate whether or not earlier ones were answered, each for another person and
with other candidates. Everything on loopback, in processes of its own, and ends by itself. Prints one JSON
line; the first second is not counted. `late_ms` is how far the load generator itself fell behind.
"""

import argparse
import asyncio
import gc
import json
import random
import statistics
import tempfile
import time
from pathlib import Path

import psutil
import redis

from benchmarks import serving_load as load
from benchmarks.serving import server
from schemas.served import fence
from schemas.served_interests import InterestRecord, ItemRecord, decode, encode, interest_key, item_key
from tests.support.interest_served import served_interests
from tests.support.redis_server import running_redis

_HOST, _SEED, _USERS, _ITEMS, _TOPICS = "127.0.0.1", 7, 200, 5_000, 40


def main() -> None:
    """Fill Redis, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--per-s", type=float, default=200.0)
    parser.add_argument("--candidates", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_redis(Path(folder)) as url:
        fill(url)
        with server(url) as (port, running):
            bodies = [body(random.Random(n), asked.candidates) for n in range(500)]  # noqa: S311
            gc.freeze()
            gc.disable()  # the load generator's own pauses are not the server's; it ends within seconds
            found = asyncio.run(steady(port, bodies, asked.seconds, asked.per_s, running))
    print(json.dumps({"candidates": asked.candidates, "per_s": asked.per_s, **found}))


def fill(url: str) -> None:
    """Write people and items: copies of what the job wrote of one, under many names and topics."""
    served = served_interests()
    person = decode(InterestRecord, served[interest_key("ann")][1])
    item = decode(ItemRecord, served[item_key("p0")][1])
    chance = random.Random(_SEED)  # noqa: S311
    with redis.Redis.from_url(url, protocol=2) as client, client.pipeline(transaction=False) as pipe:
        for key, (at_ms, raw) in served.items():
            pipe.hset(key, mapping={"_v": fence(at_ms), "d": raw})
        for n in range(_USERS):
            names = tuple(f"topic{k}" for k in chance.sample(range(_TOPICS), 15))
            mine = encode(type(person)(**{**_fields(person), "topics": names, "counts": person.total * 15}))
            pipe.hset(interest_key(f"user{n}"), mapping={"_v": fence(1), "d": mine})
        for n in range(_ITEMS):
            topics = tuple(f"topic{k}" for k in chance.sample(range(_TOPICS), 3))
            about = encode(type(item)(**{**_fields(item), "topics": topics, "n": 1.0 + n % 90}))
            pipe.hset(item_key(f"item{n}"), mapping={"_v": fence(1), "d": about})
        pipe.execute()


def _fields(record: InterestRecord | ItemRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in record.__struct_fields__}


def body(chance: random.Random, candidates: int) -> bytes:
    """Return one request."""
    items = [{"id": f"item{n}"} for n in chance.sample(range(_ITEMS), candidates)]
    asked = json.dumps({"user": f"user{chance.randrange(_USERS)}", "candidates": items}).encode()
    head = f"POST /v1/rank?limit=50 HTTP/1.1\r\nhost: {_HOST}\r\ncontent-length: {len(asked)}\r\n\r\n"
    return head.encode() + asked


async def steady(
    port: int, bodies: list[bytes], seconds: float, per_s: float, running: psutil.Process
) -> dict[str, object]:
    """Send at a fixed rate; return latencies from the moment at which each request was due."""
    free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    took_ms: list[float] = []
    late_ms, wrong = 0.0, 0

    async def ask(number: int, due_s: float) -> None:
        nonlocal wrong
        while free and (free[-1][0].at_eof() or free[-1][1].is_closing()):
            free.pop()  # idle for long: the server closed it
        reader, writer = free.pop() if free else await asyncio.open_connection(_HOST, port)
        writer.write(bodies[number % len(bodies)])
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(load.LENGTH.search(head)[1]))  # type: ignore[index]
        wrong += not head.startswith(b"HTTP/1.1 200")
        if number >= per_s:
            took_ms.append((time.perf_counter() - due_s) * 1000)
        free.append((reader, writer))

    start_s, cpu_s, work = time.perf_counter(), sum(running.cpu_times()[:2]), []
    for number in range(round((seconds + 1) * per_s)):
        due_s = start_s + number / per_s
        await asyncio.sleep(max(due_s - time.perf_counter(), 0))
        late_ms = max(late_ms, (time.perf_counter() - due_s) * 1000)
        work.append(asyncio.create_task(ask(number, due_s)))
    await asyncio.gather(*work)
    cpu_s = sum(running.cpu_times()[:2]) - cpu_s
    cuts = statistics.quantiles(took_ms, n=1000)
    return {
        "answered": len(took_ms),
        "wrong": wrong,
        "p50_ms": round(cuts[499], 2),
        "p95_ms": round(cuts[949], 2),
        "p99_ms": round(cuts[989], 2),
        "cpu_ms": round(1000 * cpu_s / len(work), 2),
        "late_ms": round(late_ms, 1),
    }


if __name__ == "__main__":
    main()
