"""How fast the simulator makes events, and the sink hands them to Kafka.

    python benchmarks/simulate.py [--events N] [--runs N] [--bootstrap HOST:PORT]

Prints events a second of one core: best and median of several runs. "columns" is without Avro, "records" with
it; both leave out building the world, which is printed apart. With --bootstrap the same records also go to
the topics there: "sent" until the client has queued them, "acknowledged" until the broker has confirmed.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable

from producers.batch import EncodedBatch
from producers.sink import open_kafka
from producers.sources.simulate.config import SimulationConfig
from producers.sources.simulate.simulation import KAFKA_TOPICS, Simulation

Rates = dict[str, list[float]]


def measure(rates: Rates, name: str, count: int, work: Callable[[], object]) -> None:
    """Time one piece of work by the processor's clock and note its rate."""
    start_s = time.process_time()
    work()
    rates.setdefault(name, []).append(count / (time.process_time() - start_s))


def offline(config: SimulationConfig, rates: Rates) -> list[EncodedBatch]:
    """Build a world, play it as columns, build it again and play it as records."""
    build_s = time.process_time()
    run = Simulation(config)
    rates.setdefault("build_s", []).append(time.process_time() - build_s)
    measure(rates, "columns", config.events, lambda: [None for _ in run.columns()])
    run = Simulation(config)
    batches: list[EncodedBatch] = []
    measure(rates, "records", config.events, lambda: batches.extend(run.batches()))
    return batches


def online(bootstrap: str, batches: list[EncodedBatch], rates: Rates) -> None:
    """Send records that are ready. Wall clock: client threads and the broker share the machine."""
    sink = open_kafka(bootstrap, print, topics=KAFKA_TOPICS)
    start_s, start_cpu_s = time.perf_counter(), time.process_time()
    for batch in batches:
        sink.send(batch)
    rates.setdefault("sent", []).append(sink.produced / (time.perf_counter() - start_s))
    delivery = sink.close()
    rates.setdefault("acknowledged", []).append(delivery.acknowledged / (time.perf_counter() - start_s))
    rates.setdefault("sink_per_core", []).append(delivery.produced / (time.process_time() - start_cpu_s))
    assert delivery.complete, delivery


def main() -> None:
    """Parse options, run, print one line a figure and a JSON object at the end."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--events", type=int, default=1_000_000)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--bootstrap")
    given = options.parse_args()
    rates: Rates = {}
    for _ in range(given.runs):
        batches = offline(SimulationConfig(seed=given.seed, events=given.events), rates)
        if given.bootstrap:
            online(given.bootstrap, batches, rates)
    for name, values in rates.items():
        best = min(values) if name.endswith("_s") else max(values)
        print(f"{name:<14} best {best:>12,.1f}  median {statistics.median(values):>12,.1f}")
    print(json.dumps({name: [round(value, 2) for value in values] for name, values in rates.items()}))


if __name__ == "__main__":
    main()
