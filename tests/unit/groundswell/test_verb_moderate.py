"""`groundswell moderate` sends what the contract knows, and says so."""

import json

import pytest
import typer
from typer.testing import CliRunner

from groundswell.verbs import moderate
from producers import decisions
from producers.batch import EncodedBatch
from producers.errors import SinkError
from producers.sink import Delivery
from schemas.avro_decode import decode
from schemas.avro_plan import compile_plan
from schemas.released import schema_of


class Sink:
    """Takes batches; acknowledges all of them, or none."""

    sent: list[EncodedBatch] = []  # noqa: RUF012 - one for all, emptied by each test
    acknowledges = True

    def __init__(self, *_: object, **__: object) -> None:
        self.sent.clear()

    def send(self, batch: EncodedBatch) -> int:
        """Take a batch."""
        self.sent.append(batch)
        return 1

    def close(self, _timeout_s: float) -> Delivery:
        """Say what became of it."""
        return Delivery(1, int(self.acknowledges), 0, {})


def _run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    monkeypatch.setattr(decisions, "open_kafka", Sink)
    app = typer.Typer()
    moderate.register(app)
    app.command("other")(lambda: None)
    done = CliRunner().invoke(app, ["moderate", *arguments, "--bootstrap", "localhost:1"])
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("action", "kind"), [("ban", "user"), ("unsilence", "user"), ("delete", "post"), ("undeny", "topic")]
)
def test_an_action_knows_what_it_is_about(monkeypatch: pytest.MonkeyPatch, action: str, kind: str) -> None:
    """One valid moderation event, whose key is its target."""
    code, printed = _run(monkeypatch, action, "x1", "--hours", "2", "--json")
    assert code == 0
    record = json.loads(printed)
    assert record["until_ms"] - record["source_ms"] == 2 * 3_600_000
    (batch,) = Sink.sent
    assert (batch.topic, batch.keys, batch.timestamps_ms) == ("moderation", [b"x1"], [record["source_ms"]])
    plan = compile_plan(schema_of("moderation"))
    columns = decode(plan, batch.values)
    assert columns.ok.all()
    assert plan.field("action").symbols[columns.symbols("action")[0]] == action
    assert plan.field("target_type").symbols[columns.symbols("target_type")[0]] == kind


def test_a_decision_that_kafka_did_not_take_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1, in words."""
    monkeypatch.setattr(Sink, "acknowledges", False)
    code, printed = _run(monkeypatch, "ban", "u1")
    assert code == 1
    assert "did not acknowledge" in printed
    assert issubclass(SinkError, Exception)


def test_a_link_is_denied_by_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kind travels with the decision; what cannot be a link is refused before it is sent."""
    code, printed = _run(monkeypatch, "deny", "https://a.example/?b=1", "--kind", "link", "--json")
    assert code == 0
    assert json.loads(printed)["topic_kind"] == "link"
    Sink.sent.clear()
    code, printed = _run(monkeypatch, "deny", "no link", "--kind", "link")
    assert (code, Sink.sent) == (2, [])
    assert "is no link" in printed
