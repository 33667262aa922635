"""Whole-path throughput, Kafka -> interests job -> Redis and Kafka, at two sizes.

As `throughput.py`: each size gets a fresh stack, events lie in Kafka before anything reads, time is the job's
own by Flink's clock, and the slope between the sizes takes the start-up out. CPU is that of the task managers
and their Python workers.

    python benchmarks/interests_throughput.py --sizes 500000 1500000
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

from throughput import command, cpu_s

from groundswell.kafka_read import read_topic
from groundswell.stack import local
from groundswell.stack.flink_rest import FlinkRest
from groundswell.stack.submit import job_state, submit

_TIMEOUT_S = 1800
HOURS, USERS = 2, 50_000


def measure(events: int, folder: Path, more: list[str]) -> dict[str, float]:
    """Run one size."""
    with local.running(folder, fresh=True) as stack:
        command(
            "produce", "simulate", "--events", str(events), "--end", "2026-03-01T00:00Z",
            "--hours", str(HOURS),
            "--users", str(USERS), "--no-plants", "--bootstrap", stack.kafka_bootstrap,
        )  # fmt: skip
        managers = [pid for name, pid in stack.pids.items() if name.startswith("taskmanager")]
        before_s = cpu_s(managers)
        job = submit(
            stack,
            "flink_jobs.interests",
            [
                f"--kafka-bootstrap={stack.kafka_bootstrap}",
                f"--redis-url={stack.redis_url}",
                f"--execution-mode={stack.plan.execution_mode}",
                f"--parallelism={stack.plan.task_managers}",
                "--bounded",
                "--idle-timeout-ms=0",
                "--out-of-order-ms=30000",
                *more,
            ],
            "bench",
        )
        used_s = before_s
        deadline_s = time.monotonic() + _TIMEOUT_S
        while job_state(stack, job) != "FINISHED" and time.monotonic() < deadline_s:
            used_s = max(used_s, cpu_s(managers))
            time.sleep(0.5)
        result = {
            "events": float(events),
            "wall_s": FlinkRest(stack.flink_rest_url).duration_ms(job) / 1000,
            "cpu_s": round(used_s - before_s, 1),
            "examples": float(sum(1 for _ in read_topic(stack.kafka_bootstrap, "interest.examples"))),
            "load": os.getloadavg()[0],
        }
        print(json.dumps(result), flush=True)
        return result


def main() -> None:
    """Measure all sizes and print figures and slopes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[500_000, 1_500_000])
    args, more = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        results = [measure(size, Path(folder) / str(size), more) for size in args.sizes]
    if len(results) > 1:
        small, large = results[0], results[-1]
        million = (large["events"] - small["events"]) / 1e6
        report = {
            f"{key}_us_per_event": round((large[key] - small[key]) / million, 2)
            for key in ("wall_s", "cpu_s")
        }
        report["events_per_s"] = round(1e6 / report["wall_s_us_per_event"])
        print(json.dumps(report))


if __name__ == "__main__":
    main()
