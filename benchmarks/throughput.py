"""Whole-path throughput, Kafka -> trending job -> Redis and Kafka, at two sizes, beside a peer.

Each size gets a fresh stack; the events lie in Kafka before anything reads. Time is the job's own, from its
start to FINISHED by Flink's clock, so submission does not count; the slope between the sizes takes the
start-up out too. CPU is that of the task managers and their Python workers. The peer, if an interpreter with
pathway is given, reads the very same topics right after.

    python benchmarks/throughput.py --sizes 1000000 3000000 --pathway /path/to/python
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from groundswell.stack import local
from groundswell.stack.flink_rest import FlinkRest
from groundswell.stack.submit import job_state, submit

HERE = Path(__file__).resolve().parent
_TIMEOUT_S = 1800
HOURS = 6  # 3,000,000 events in 6 hours are 139 a second: a small platform


def command(*arguments: str) -> dict[str, object]:
    """Run one of our commands and return its JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "groundswell.cli", *arguments, "--json"],
        capture_output=True, text=True, check=True, timeout=_TIMEOUT_S,
    )  # fmt: skip
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def cpu_s(pids: list[int]) -> float:
    """Return CPU seconds of processes and all their children, alive now."""
    total = 0.0
    for pid in pids:
        for process in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def measure(events: int, peer: str | None, folder: Path) -> dict[str, object]:
    """Run one size."""
    with local.running(folder, fresh=True) as stack:
        command(
            "produce", "simulate", "--events", str(events), "--end", "2026-03-01T00:00Z",
            "--hours", str(HOURS), "--no-plants", "--bootstrap", stack.kafka_bootstrap,
        )  # fmt: skip
        managers = [pid for name, pid in stack.pids.items() if name.startswith("taskmanager")]
        before_s = cpu_s(managers)
        job = submit(
            stack,
            "flink_jobs.trending",
            [
                f"--kafka-bootstrap={stack.kafka_bootstrap}",
                f"--redis-url={stack.redis_url}",
                f"--execution-mode={stack.plan.execution_mode}",
                f"--parallelism={stack.plan.task_managers}",
                "--bounded",
                "--idle-timeout-ms=0",
                "--shards=8",
                "--trend.min-users-out=1",
            ],
            "bench",
        )
        used_s = before_s
        deadline_s = time.monotonic() + _TIMEOUT_S
        while job_state(stack, job) != "FINISHED" and time.monotonic() < deadline_s:
            used_s = max(used_s, cpu_s(managers))
            time.sleep(0.5)
        wall_s = FlinkRest(stack.flink_rest_url).duration_ms(job) / 1000
        result: dict[str, object] = {
            "events": events,
            "wall_s": wall_s,
            "cpu_s": round(used_s - before_s, 1),
            "load": os.getloadavg()[0],
        }
        print(json.dumps(result), flush=True)
        if peer:
            result["pathway"] = pathway(peer, stack.kafka_bootstrap, rows(stack.kafka_bootstrap, folder))
        return result


def rows(bootstrap: str, folder: Path) -> int:
    """Return how many (event, topic, scope) rows the job counted."""
    out = folder / "panes.csv"
    command("panes", "--bootstrap", bootstrap, "--out", str(out))
    with out.open(newline="", encoding="utf-8") as lines:
        return sum(int(row["events"]) for row in csv.DictReader(lines))


def pathway(python: str, bootstrap: str, expected: int) -> dict[str, object]:
    """Run the peer on the same topics."""
    done = subprocess.run(
        [python, str(HERE / "pathway_peer.py"), "--bootstrap", bootstrap, "--rows", str(expected)],
        capture_output=True, text=True, check=True, timeout=_TIMEOUT_S,
        env={**os.environ, "PATHWAY_THREADS": "2"},
    )  # fmt: skip
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def main() -> None:
    """Measure all sizes and print figures and slopes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000_000, 3_000_000])
    parser.add_argument("--pathway", help="an interpreter that has pathway, fastavro")
    args = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for size in args.sizes:
            results.append(measure(size, args.pathway, Path(folder) / str(size)))
            print(json.dumps(results[-1]), flush=True)
    if len(results) > 1:
        small, large = results[0], results[-1]
        step = (int(str(large["events"])) - int(str(small["events"]))) / 1e6

        def slope(key: str, a: dict[str, object], b: dict[str, object]) -> float:
            return round((float(str(b[key])) - float(str(a[key]))) / step, 2)

        report = {f"{key}_us_per_event": slope(key, small, large) for key in ("wall_s", "cpu_s")}
        if args.pathway:
            a, b = small["pathway"], large["pathway"]
            assert isinstance(a, dict)
            assert isinstance(b, dict)
            report |= {f"pathway_{key}_us_per_event": slope(key, a, b) for key in ("wall_s", "cpu_s")}
        print(json.dumps(report))


if __name__ == "__main__":
    main()
