"""The interest model on Bytewax, Quix Streams, Pathway or nothing, for comparison with the interests job.

Runs in an environment of its own that has the engine, fastavro, msgspec and numpy. The model, the join and
the bytes of a person are ours, imported: what is compared is the engine around them. Each engine is spared
what the job does beside: order by event time, what is known of items, windows that end in silence (a label
then waits for the person's next deed), writes to Redis and Kafka, checkpoints. Quix Streams and Pathway keep
a person as bytes, Bytewax as an object. Prints one JSON line.

    python benchmarks/interests_peer.py --engine bytewax --bootstrap 127.0.0.1:9092 --events 500000
"""

import argparse
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, ClassVar

import fastavro
import msgspec

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from state import interest_user_codec, outcome_join  # noqa: E402
from state.interest_config import InterestConfig  # noqa: E402
from state.interest_head import HeadState  # noqa: E402
from state.interest_person import Person  # noqa: E402
from state.interest_stats import ItemStats  # noqa: E402
from state.interest_turn import Turn, TurnConfig  # noqa: E402
from state.outcome_join import JOINED_ACTIONS, Deed, JoinConfig, JoinState  # noqa: E402

EVENTS = ROOT / "schemas" / "events" / "engagement"
SCHEMAS = {
    number: fastavro.parse_schema(json.loads((EVENTS / f"v{version}.avsc").read_text()))
    for number, version in ((1, 1), (8, 2))
}
TOPIC = "engagement"
IDLE_S = 20.0
_BYTEWAX_PROCESSES = 2
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(tuple[bytes, bytes, int, int, int]).decode


class One:
    """A store that holds the person whose deed is handled."""

    def __init__(self) -> None:
        self.person: Person | None = None

    def get(self, _key: str) -> Person | None:
        """Return the person."""
        return self.person

    def put(self, _key: str, value: Person) -> None:
        """Keep the person."""
        self.person = value

    def remove(self, _key: str) -> None:
        """Forget the person."""
        self.person = None


class Names(dict[str, ItemStats]):
    """Counts of creators and topics of this process."""

    put = dict.__setitem__


class Nobody:
    """An agenda that is always empty: these engines have no timers over other keys."""

    def add(self, _due_ms: int, _name: str) -> None:
        """Note nothing."""

    def next_ms(self) -> None:
        """Return that nobody is due."""


class Model:
    """Head and names of this process, and the turn of one deed."""

    def __init__(self) -> None:
        self.one, self.labels, self.events = One(), 0, 0
        self.turn = Turn(
            JoinConfig(), InterestConfig(), TurnConfig(), HeadState(), self.one, Names(), Nobody()  # type: ignore[arg-type]
        )  # fmt: skip

    def take(self, person: Person | None, deed: Deed) -> Person | None:
        """Handle a deed of a person; return the person after it."""
        self.one.person = person
        self.turn.run([deed], 0)
        told = self.turn.told
        self.events += 1
        self.labels += len(told.examples)
        told.examples.clear()
        told.people.clear()
        told.past.clear()
        return self.one.person


def deed_of(raw: bytes) -> Deed | None:
    """Decode a record; None = not for this model."""
    schema = SCHEMAS.get(int.from_bytes(raw[1:5], "big"))
    if schema is None:
        return None
    event: dict[str, Any] = fastavro.schemaless_reader(io.BytesIO(raw[5:]), schema, None)  # type: ignore[assignment]
    if event["action"] not in JOINED_ACTIONS:
        return None
    position = event["position"]
    return Deed(
        event["actor_id"], event["source_ms"], event["event_id"], event["action"], event["item_id"],
        event["author_id"] or "", tuple(event["topics"]), event["decision_id"] or "",
        -1 if position is None else position, event["value"] or 0.0,
    )  # fmt: skip


def dumps(person: Person | None) -> bytes:
    """Return a person as bytes."""
    if person is None:
        return b""
    join = person.join
    return _pack(
        (interest_user_codec.CODEC.dumps(person.user), outcome_join.CODEC.dumps(join.shown),
         join.settled, join.next_number, person.seen_ms)
    )  # fmt: skip


def loads(raw: bytes | None) -> Person | None:
    """Return what `dumps` stored."""
    if not raw:
        return None
    user, shown, settled, number, seen_ms = _unpack(raw)
    join = JoinState(outcome_join.CODEC.loads(shown), settled, number)
    return Person(interest_user_codec.CODEC.loads(user), join, seen_ms)


class Models(threading.local):
    """A model for each thread: Pathway's workers are threads, and a turn is not to be shared."""

    every: ClassVar[list[Model]] = []

    def __init__(self) -> None:
        self.model = Model()
        Models.every.append(self.model)


MODELS = Models()
STARTED_S = time.time()
LAST_S = [0.0]


def report(name: str) -> None:
    """Print the figures of this process."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    figures = {
        "engine": name,
        "events": sum(model.events for model in Models.every),
        "labels": sum(model.labels for model in Models.every),
        "wall_s": round((LAST_S[0] or time.time()) - STARTED_S, 2),
        "cpu_s": round(sum(one.ru_utime + one.ru_stime for one in used), 2),
    }
    print(json.dumps(figures), flush=True)


def quix(bootstrap: str, events: int) -> None:
    """Run Quix Streams: one process, state in RocksDB."""
    from quixstreams import Application  # noqa: PLC0415
    from quixstreams.models.serializers import Deserializer  # noqa: PLC0415

    class Raw(Deserializer):  # type: ignore[misc]
        def __call__(self, value: bytes, ctx: object) -> bytes:  # noqa: ARG002
            return value

    app = Application(
        broker_address=bootstrap, consumer_group=f"quix{time.time_ns()}", auto_offset_reset="earliest",
        state_dir=tempfile.mkdtemp(), loglevel="ERROR", commit_every=20_000,
    )  # fmt: skip
    seen = [0]

    def step(raw: bytes, state: Any) -> int:
        deed = deed_of(raw)
        if deed is not None:
            state.set_bytes("s", dumps(MODELS.model.take(loads(state.get_bytes("s")), deed)))
        seen[0] += 1
        LAST_S[0] = time.time()
        if seen[0] == events:
            app.stop()
        return 0

    app.dataframe(app.topic(TOPIC, value_deserializer=Raw())).apply(step, stateful=True)
    app.run(timeout=IDLE_S)
    report("quix")


def pathway(bootstrap: str, events: int) -> None:  # noqa: ARG001
    """Run Pathway: decoding and the model in Python, the rest in Rust."""
    import pathway as pw  # noqa: PLC0415

    @pw.reducers.stateful_many
    def people(state: bytes | None, rows: list[tuple[list[bytes], int]]) -> bytes:
        person = loads(state)
        for (raw,), _ in rows:
            deed = deed_of(raw)
            if deed is not None:
                person = MODELS.model.take(person, deed)
        return dumps(person)

    source = pw.io.kafka.read(
        {
            "bootstrap.servers": bootstrap, "group.id": f"pw{time.time_ns()}",
            "auto.offset.reset": "earliest", "session.timeout.ms": "6000",
        },
        topic=TOPIC, format="raw", with_metadata=False, autocommit_duration_ms=1000,
    )  # fmt: skip
    keyed = source.select(raw=pw.this.data, user=pw.apply(_user_of, pw.this.data))
    out = keyed.groupby(pw.this.user).reduce(pw.this.user, s=people(pw.this.raw))

    def on(key: object, row: object, time: int, is_addition: bool) -> None:  # noqa: ARG001
        LAST_S[0] = now_s()

    now_s = time.time
    pw.io.subscribe(out, on)

    def end() -> None:
        while not LAST_S[0] or now_s() - LAST_S[0] < IDLE_S:
            time.sleep(0.2)
        report("pathway")
        os._exit(0)

    threading.Thread(target=end, daemon=True).start()
    pw.run(monitoring_level=pw.MonitoringLevel.NONE)


def bare(bootstrap: str, events: int) -> None:
    """Run no engine: decode and model in one process, a dictionary of people. Reading is not counted.

    What an engine does beside comes on top, so no engine with this model is faster than half of this.
    """
    from confluent_kafka import Consumer  # noqa: PLC0415

    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": f"bare{time.time_ns()}", "auto.offset.reset": "earliest"}
    )
    consumer.subscribe([TOPIC])
    values: list[bytes] = []
    while len(values) < events and (batch := consumer.consume(5_000, timeout=IDLE_S)):
        values += [one.value() for one in batch]
    consumer.close()
    start_s = time.process_time()
    deeds = [deed for raw in values if (deed := deed_of(raw)) is not None]
    decoded_s = time.process_time()
    people: dict[str, Person | None] = {}
    for deed in deeds:
        people[deed.user] = MODELS.model.take(people.get(deed.user), deed)
    end_s = time.process_time()
    print(
        json.dumps(
            {
                "engine": "bare", "events": len(values), "labels": MODELS.model.labels,
                "wall_s": round((end_s - start_s) / 2, 2), "cpu_s": round(end_s - start_s, 2),
                "decode_s": round(decoded_s - start_s, 2), "model_s": round(end_s - decoded_s, 2),
            }
        ),
        flush=True,
    )  # fmt: skip


def _user_of(raw: bytes) -> str:
    deed = deed_of(raw)
    return deed.user if deed is not None else ""


def bytewax_flow(bootstrap: str) -> Any:
    """Return the dataflow of Bytewax."""
    import bytewax.operators as op  # noqa: PLC0415
    from bytewax.connectors.kafka import KafkaSource  # noqa: PLC0415
    from bytewax.dataflow import Dataflow  # noqa: PLC0415
    from bytewax.outputs import DynamicSink, StatelessSinkPartition  # noqa: PLC0415

    class Part(StatelessSinkPartition[Any]):
        def write_batch(self, _items: list[Any]) -> None:
            LAST_S[0] = time.time()

        def close(self) -> None:
            report("bytewax")

    class Sink(DynamicSink[Any]):
        def build(self, *_: object) -> Part:
            return Part()

    flow = Dataflow("interests")
    records = op.input("in", flow, KafkaSource([bootstrap], [TOPIC], tail=False, batch_size=5_000))

    def decoded(batch: list[Any]) -> list[tuple[str, Deed]]:
        deeds = [deed_of(one.value) for one in batch]
        return [(deed.user, deed) for deed in deeds if deed is not None]

    def step(state: Person | None, deed: Deed) -> tuple[Person | None, int]:
        return MODELS.model.take(state, deed), 0

    op.output("out", op.stateful_map("person", op.flat_map_batch("decode", records, decoded), step), Sink())
    return flow


def bytewax(bootstrap: str, _events: int) -> None:
    """Run Bytewax: two processes, exchanging deeds by user."""
    here = Path(__file__)
    done = subprocess.run(
        [sys.executable, "-m", "bytewax.testing", "-p", str(_BYTEWAX_PROCESSES), f"{here.stem}:FLOW"],
        capture_output=True, text=True, check=False, cwd=here.parent,
        env={**os.environ, "PEER_BOOTSTRAP": bootstrap, "PYTHONPATH": str(here.parent)},
    )  # fmt: skip
    parts = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    # The second process may panic while it ends (0.21, "Send thread panic"), after it told its figures.
    if len(parts) != _BYTEWAX_PROCESSES:
        raise SystemExit(f"Bytewax ended with code {done.returncode}:\n{done.stderr[-2000:]}")
    whole: dict[str, Any] = {"engine": "bytewax"}
    for name in ("events", "labels", "cpu_s"):
        whole[name] = round(sum(part[name] for part in parts), 2)
    print(json.dumps(whole | {"wall_s": max(part["wall_s"] for part in parts)}), flush=True)


def main() -> None:
    """Run one engine."""
    engines = {"bytewax": bytewax, "quix": quix, "pathway": pathway, "bare": bare}
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", choices=tuple(engines), required=True)
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--events", type=int, required=True, help="records to expect")
    args = parser.parse_args()
    engines[args.engine](args.bootstrap, args.events)


if __name__ == "__main__":
    main()
elif "PEER_BOOTSTRAP" in os.environ:
    FLOW = bytewax_flow(os.environ["PEER_BOOTSTRAP"])
