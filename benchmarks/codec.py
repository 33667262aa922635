"""Cost of the Avro codec per event, beside fastavro on the same events: `python benchmarks/codec.py`.

Each figure is the least and the median of several repeats: on a shared machine the least is nearest to the
code's own cost, and the distance between the two is the noise of the moment.
"""

import argparse
import io
import json
import statistics
import time
from collections.abc import Callable

import fastavro
import numpy as np
import pyarrow as pa

from schemas.avro_decode import decode
from schemas.avro_encode import Column, encode
from schemas.avro_plan import compile_plan
from schemas.codec import decode_value, encode_record
from schemas.registry import FileRegistry
from schemas.released import schema_of
from schemas.topics import topic_of
from schemas.wire import HEADER_BYTES
from state.validate import verdict

SCHEMA = schema_of("engagement")
PLAN = compile_plan(SCHEMA)
SCHEMA_ID = FileRegistry().id_of(topic_of("engagement").subject)
NOW_MS = 1_767_225_600_000


def _texts(rng: np.random.Generator, prefix: str, distinct: int, n: int) -> pa.Array:
    return pa.array([f"{prefix}{value}" for value in rng.integers(0, distinct, n).tolist()])


def events(n: int, seed: int) -> dict[str, Column]:
    """Columns of n engagement events with the fields filled as in practice; about 175 bytes an event."""
    rng = np.random.default_rng(seed)
    topics, arms = rng.integers(0, 5, n), rng.integers(0, 3, n)
    return {
        "event_id": pa.array([f"019b8c00-{value:012x}" for value in rng.integers(0, 2**48, n).tolist()]),
        "source_ms": NOW_MS + np.sort(rng.integers(0, 60_000, n)),
        "received_ms": np.full(n, NOW_MS + 60_500),
        "actor_id": _texts(rng, "user-", 1_000_000, n),
        "action": rng.integers(1, 23, n),
        "item_id": _texts(rng, "post-", 10_000_000, n),
        "author_id": _texts(rng, "user-", 100_000, n),
        "topics": (topics, _texts(rng, "topic", 1000, int(topics.sum()))),
        "item_lang": "en",
        "value": np.where(rng.random(n) < 0.8, 0.0, rng.random(n) * 10_000),
        "lang": _texts(rng, "l", 6, n),
        "region": _texts(rng, "R", 20, n),
        "client": "web/1.2",
        "account_age_days": rng.integers(0, 4000, n),
        "followers": rng.integers(0, 100_000, n),
        "surface": "home",
        "decision_id": _texts(rng, "d-", 2**60, n),
        "position": (rng.random(n) < 0.5, rng.integers(0, 60, n)),
        "propensity": (rng.random(n) < 0.5, 1 - rng.random(n)),
        "experiments": (
            arms,
            {"id": _texts(rng, "exp", 5, int(arms.sum())), "arm": _texts(rng, "", 2, int(arms.sum()))},
        ),
    }


def _measure(work: Callable[[], object], n: int, repeats: int) -> dict[str, float]:
    work()
    took = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        took.append((time.perf_counter() - start) / n * 1e6)
    return {"min_us": round(min(took), 3), "median_us": round(statistics.median(took), 3)}


def run(n: int, repeats: int, seed: int) -> dict[str, dict[str, float]]:
    """Measure every step; figures are microseconds an event."""
    columns = events(n, seed)
    values = encode(PLAN, columns, n, SCHEMA_ID).values()
    parsed, registry = fastavro.parse_schema(SCHEMA), FileRegistry()
    rows = [fastavro.schemaless_reader(io.BytesIO(value[HEADER_BYTES:]), parsed, None) for value in values]
    decoded, record_ms = decode(PLAN, values), np.full(n, NOW_MS)
    assert decoded.ok.all()
    damaged = [value if at % 100 else value[:-1] for at, value in enumerate(values)]
    some = [decode_value(value, registry)[1] for value in values[:500]]
    sink = io.BytesIO()

    def one_by_one() -> None:
        for row in rows:
            sink.seek(0)
            fastavro.schemaless_writer(sink, parsed, row)

    def read_one_by_one() -> None:
        for value in values:
            body = io.BytesIO(value)
            body.seek(HEADER_BYTES)
            fastavro.schemaless_reader(body, parsed, None)

    few = max(2, repeats // 4)
    return {
        "decode a batch": _measure(lambda: decode(PLAN, values), n, repeats),
        "decode, 1 % damaged": _measure(lambda: decode(PLAN, damaged), n, repeats),
        "decode by fastavro": _measure(read_one_by_one, n, few),
        "validate a batch": _measure(lambda: verdict("engagement", decoded, record_ms), n, repeats),
        "codes of topics": _measure(lambda: decoded.item_codes("topics"), n, repeats),
        "hash of actors": _measure(lambda: decoded.hash64("actor_id"), n, repeats),
        "encode a batch": _measure(lambda: encode(PLAN, columns, n, SCHEMA_ID), n, repeats),
        "encode and cut": _measure(lambda: encode(PLAN, columns, n, SCHEMA_ID).values(), n, repeats),
        "encode by fastavro": _measure(one_by_one, n, few),
        "encode_record": _measure(
            lambda: [encode_record(record, registry) for record in some], len(some), few
        ),
        "decode_value": _measure(lambda: [decode_value(v, registry) for v in values[:500]], 500, few),
        "size": {"bytes_per_event": round(sum(map(len, values)) / n, 1)},
    }


def main() -> None:
    """Print a table, or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000, help="events in a batch")
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = run(options.events, options.repeats, options.seed)
    if options.json:
        print(json.dumps(figures))
        return
    print(
        f"us an event, batches of {options.events:,}, {figures.pop('size')['bytes_per_event']} bytes an event"
    )
    print(f"{'':24}{'min':>8}{'median':>8}")
    for name, figure in figures.items():
        print(f"{name:24}{figure['min_us']:8.3f}{figure['median_us']:8.3f}")


if __name__ == "__main__":
    main()
