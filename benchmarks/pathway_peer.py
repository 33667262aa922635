"""The same counting on Pathway, for comparison; runs in an environment of its own with pathway, fastavro.

Reads both topics from their beginning, decodes with fastavro, explodes topics and scopes, sums weights and
counts events per (topic, scope, 5-minute pane), and ends when nothing more comes: time is that of the last
result. Prints one JSON line; rows beside those expected show whether it counted the same.
"""

import argparse
import io
import json
import os
import resource
import threading
import time
from pathlib import Path

import fastavro
import pathway as pw

EVENTS = Path(__file__).resolve().parent.parent / "schemas" / "events"
SCHEMAS = {
    1: fastavro.parse_schema(json.loads((EVENTS / "engagement/v1.avsc").read_text())),
    2: fastavro.parse_schema(json.loads((EVENTS / "content/v1.avsc").read_text())),
    8: fastavro.parse_schema(json.loads((EVENTS / "engagement/v2.avsc").read_text())),
    9: fastavro.parse_schema(json.loads((EVENTS / "content/v2.avsc").read_text())),
}
WEIGHT = {
    "share": 700, "unshare": -700, "reply": 700, "unreply": -700, "follow": 500, "unfollow": -500,
    "search": 500, "unsearch": -500, "like": 300, "unlike": -300, "click": 100, "unclick": -100, "dwell": 50,
    "impression": 20,
    "create": 1000, "delete": -1000,
}  # fmt: skip

parser = argparse.ArgumentParser()
parser.add_argument("--bootstrap", required=True)
parser.add_argument("--rows", type=int, required=True, help="(event, topic, scope) rows to expect")
args = parser.parse_args()
now_s = time.time
started_s = now_s()
seen = [0]
last_s = [0.0]
IDLE_S = 40.0  # it hands results on in commits that lie far apart under load


@pw.udf
def rows(raw: bytes) -> list[tuple[str, int, int]]:
    """Explode one record; the same work as ours without users, dead letters and detection."""
    schema = SCHEMAS.get(int.from_bytes(raw[1:5], "big"))
    if schema is None:
        return []
    event = fastavro.schemaless_reader(io.BytesIO(raw[5:]), schema, None)
    weight = WEIGHT.get(event["action"])
    if weight is None:
        return []
    pane = event["source_ms"] // 300_000
    scopes = ["global"]
    if event["lang"]:
        scopes.append("lang:" + event["lang"])
    if event["region"]:
        scopes.append("region:" + event["region"])
    return [
        (topic.casefold() + "|" + scope, weight, pane) for topic in set(event["topics"]) for scope in scopes
    ]


def read(topic: str) -> pw.Table:
    """Read one topic from its beginning."""
    return pw.io.kafka.read(
        {
            "bootstrap.servers": args.bootstrap,
            "group.id": f"pw{time.time_ns()}",
            "auto.offset.reset": "earliest",
            "session.timeout.ms": "6000",
        },
        topic=topic,
        format="raw",
        autocommit_duration_ms=1000,
    )


def on(key: object, row: dict[str, int], time: int, is_addition: bool) -> None:  # noqa: ARG001
    """Count what has been counted."""
    seen[0] += row["n"] if is_addition else -row["n"]
    last_s[0] = now_s()


def report() -> None:
    """Wait until nothing more comes, print, end."""
    while not last_s[0] or now_s() - last_s[0] < IDLE_S:
        time.sleep(0.2)
    use = resource.getrusage(resource.RUSAGE_SELF)
    figures = {
        "rows": seen[0],
        "rows_expected": args.rows,
        "wall_s": round(last_s[0] - started_s, 2),
        "cpu_s": round(use.ru_utime + use.ru_stime, 2),
    }
    print(json.dumps(figures), flush=True)
    os._exit(0)


threading.Thread(target=report, daemon=True).start()
source = read("engagement").concat_reindex(read("content"))
exploded = source.select(x=rows(pw.this.data)).flatten(pw.this.x)
columns = exploded.select(k=pw.this.x.get(0), w=pw.this.x.get(1), p=pw.this.x.get(2))
out = columns.groupby(pw.this.k, pw.this.p).reduce(
    pw.this.k, pw.this.p, s=pw.reducers.sum(pw.this.w), n=pw.reducers.count()
)
pw.io.subscribe(out, on)
pw.run(monitoring_level=pw.MonitoringLevel.NONE)
