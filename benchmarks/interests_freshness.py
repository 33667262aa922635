"""How old an interest is when it can be read: from a like's event time to the new value in Redis.

Sends a steady stream (nine impressions and one like in ten events) at the given rate, event time = now, to a
stack of its own. Ten times a second a new person likes something; Redis is asked every 20 ms for those who
have not appeared yet. The first seconds are start-up and are left out.

    python benchmarks/interests_freshness.py --rate 5000 --seconds 60
"""

import argparse
import json
import os
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import redis

from groundswell.stack import local
from groundswell.stack.submit import submit
from producers.batch import EncodedBatch
from producers.encode import open_encoder
from producers.mapping.event import Mapped
from producers.sink import open_kafka
from schemas.served_interests import interest_key

_SLICES_PER_S = 20
_WARM_UP_S = 60.0  # the job starts, works off what came meanwhile, and Java compiles
_PEOPLE, _ITEMS, _TOPICS = 20_000, 5_000, 500


def now_ms() -> int:
    """Return the time."""
    return time.time_ns() // 1_000_000


class Stream(threading.Thread):
    """Sends events until told to stop; notes when each probe liked something."""

    def __init__(self, bootstrap: str, rate: int) -> None:
        super().__init__(daemon=True)
        self.probes: dict[str, int] = {}
        self.stopped = threading.Event()
        self.behind_s = 0.0
        self._encoder = open_encoder(None)
        self._sink = open_kafka(bootstrap, print, topics=("engagement",))
        self._slice = rate // _SLICES_PER_S
        self._rng = np.random.default_rng(1)
        self._sent = 0

    def run(self) -> None:
        """Send."""
        due_s = time.monotonic()
        while not self.stopped.is_set():
            self._send()
            due_s += 1 / _SLICES_PER_S
            self.behind_s = max(0.0, time.monotonic() - due_s)
            time.sleep(max(0.0, due_s - time.monotonic()))
        self._sink.close()

    def _send(self) -> None:
        at = now_ms()
        people = self._rng.integers(0, _PEOPLE, self._slice).tolist()
        items = self._rng.integers(0, _ITEMS, self._slice).tolist()
        pairs = []
        for n, (person, item) in enumerate(zip(people, items, strict=True)):
            action = "like" if n % 10 == 0 else "impression"
            pairs.append(self._event(f"u{person}", action, item, at))
        if self._sent // self._slice % (_SLICES_PER_S // 10) == 0:
            probe = f"probe{self._sent}"
            pairs.append(self._event(probe, "like", 1, at))
            self.probes[probe] = at
        keys, values = zip(*pairs, strict=True)
        self._sink.send(EncodedBatch("engagement", keys, values, [at] * len(keys)))

    def _event(self, person: str, action: str, item: int, at_ms: int) -> tuple[bytes, bytes]:
        self._sent += 1
        record = {
            "event_id": f"e{self._sent}", "source_ms": at_ms, "actor_id": person, "action": action,
            "item_id": f"p{item}", "topics": [f"t{item % _TOPICS}"],
        }  # fmt: skip
        return self._encoder.encode(Mapped("engagement", record))


def measure(url: str, stream: Stream, seconds: float) -> list[int]:
    """Return the age in ms of each probe's value when it could first be read."""
    ages: list[int] = []
    done: set[str] = set()
    with redis.Redis.from_url(url, protocol=2) as client:
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            waiting = [(name, at) for name, at in list(stream.probes.items()) if name not in done]
            with client.pipeline(transaction=False) as pipe:
                for name, _ in waiting:
                    pipe.exists(interest_key(name))
                found = pipe.execute()
            for (name, at), there in zip(waiting, found, strict=True):
                if there:
                    done.add(name)
                    ages.append(now_ms() - at)
            time.sleep(0.02)
    return ages


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    args, more = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder, local.running(Path(folder) / "stack", fresh=True) as stack:
        job = [f"--kafka-bootstrap={stack.kafka_bootstrap}", f"--redis-url={stack.redis_url}"]
        job += [
            f"--execution-mode={stack.plan.execution_mode}",
            f"--parallelism={stack.plan.task_managers}",
            *more,
        ]
        submit(stack, "flink_jobs.interests", job, "interests")
        stream = Stream(stack.kafka_bootstrap, args.rate)
        stream.start()
        measure(stack.redis_url, stream, _WARM_UP_S)
        stream.probes.clear()
        ages = measure(stack.redis_url, stream, args.seconds)
        stream.stopped.set()
        p50, p95, p99 = np.percentile(ages, [50, 95, 99]).tolist()
        report = {"rate_per_s": args.rate, "probes": len(ages), "p50_ms": p50, "p95_ms": p95, "p99_ms": p99}
        print(
            json.dumps(report | {"producer_behind_s": round(stream.behind_s, 3), "load": os.getloadavg()[0]})
        )


if __name__ == "__main__":
    main()
