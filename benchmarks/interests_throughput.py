"""Whole-path throughput, Kafka -> interests job -> Redis and Kafka, at two sizes.

As `throughput.py`: each size gets a fresh stack, events lie in Kafka before anything reads, time is the job's
own by Flink's clock, and the slope between the sizes takes the start-up out. CPU is that of the task managers
and their Python workers. Peers read the same topic on the same stack right after.

    python benchmarks/interests_throughput.py --sizes 500000 1500000
    python benchmarks/interests_throughput.py --peers /path/to/python  # see interests_peer.py
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from throughput import command, cpu_s

from groundswell.kafka_read import read_topic
from groundswell.stack import local
from groundswell.stack.flink_rest import FlinkRest
from groundswell.stack.submit import job_state, submit

_TIMEOUT_S = 1800
_PEER = Path(__file__).with_name("interests_peer.py")
ENGINES = ("bare", "bytewax", "quix", "pathway")
HOURS, USERS = 2, 50_000


def measure(
    events: int, folder: Path, peers: str | None, engines: Sequence[str], more: list[str]
) -> list[dict[str, object]]:
    """Run one size: the job, then the peers."""
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
        records = sum(1 for _ in read_topic(stack.kafka_bootstrap, "engagement"))
        result: dict[str, object] = {
            "engine": "groundswell",
            "events": records,  # what it read; the simulator makes other events, too
            "labels": sum(1 for _ in read_topic(stack.kafka_bootstrap, "interest.examples")),
            "wall_s": FlinkRest(stack.flink_rest_url).duration_ms(job) / 1000,
            "cpu_s": round(used_s - before_s, 1),
            "load": os.getloadavg()[0],
        }
        print(json.dumps(result), flush=True)
        results = [result]
        if peers:
            results += [peer(peers, engine, stack.kafka_bootstrap, records) for engine in engines]
        return results


def peer(python: str, engine: str, bootstrap: str, records: int) -> dict[str, object]:
    """Run a peer on the same topic."""
    done = subprocess.run(
        [
            *(python, str(_PEER), "--engine", engine),
            *("--bootstrap", bootstrap, "--events", str(records)),
        ],
        capture_output=True, text=True, check=False, timeout=_TIMEOUT_S,
        env={**os.environ, "PATHWAY_THREADS": "2"},
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{engine} ended with code {done.returncode}:\n{done.stderr[-2000:]}")
    result: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    print(json.dumps(result), flush=True)
    return result


def slopes(small: dict[str, object], large: dict[str, object]) -> dict[str, object]:
    """Return what an event more costs."""
    events = int(str(large["events"])) - int(str(small["events"]))
    report: dict[str, object] = {"engine": large["engine"]}
    for key in ("wall_s", "cpu_s"):
        more = float(str(large[key])) - float(str(small[key]))
        report[f"{key}_us_per_event"] = round(more / events * 1e6, 2)
    report["events_per_s"] = round(1e6 / float(str(report["wall_s_us_per_event"])))
    return report


def main() -> None:
    """Measure all sizes and print figures and slopes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs=2, default=[500_000, 1_500_000])
    parser.add_argument("--peers", help="an interpreter that has bytewax, quixstreams, pathway and fastavro")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES, help="which of the peers")
    args, more = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        small, large = (
            measure(size, Path(folder) / str(size), args.peers, args.engines, more) for size in args.sizes
        )
    for one, other in zip(small, large, strict=True):
        print(json.dumps(slopes(one, other)))


if __name__ == "__main__":
    main()
