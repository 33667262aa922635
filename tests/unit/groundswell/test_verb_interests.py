"""`groundswell interests`, `score` and `forget` read and send what the contract knows, and say so."""

import json
from collections.abc import Sequence

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from groundswell.verbs import forget, interests, score
from groundswell.view.interests import why
from schemas.served_interests import InterestRecord, ItemRecord
from serving.interests import Interest
from serving.memory_interest_store import MemoryInterestStore

NOON_MS = 1_772_280_000_000


def _store() -> MemoryInterestStore:
    store = MemoryInterestStore()
    rows = np.array([[3, 4, 1, 1, 0], [1, 4, 1, 2, 0]], "<f4")
    record = InterestRecord(
        as_of_ms=NOON_MS, shard=0, events=8.0, slow_half_life_ms=1e10, fast_half_life_ms=1e8,
        total=np.array([4, 8, 2, 3, 0], "<f4").tobytes(), topics=("tea", "chess"), counts=rows.tobytes(),
    )  # fmt: skip
    store.put_interests("ann", record)
    item = ItemRecord(
        as_of_ms=NOON_MS, pos=8.0, n=9.0, short_pos=1.0, short_n=1.0, half_life_ms=1e10,
        short_half_life_ms=1e8, author="max", topics=("tea",),
    )  # fmt: skip
    store.put_item("p1", item)
    return store


def _run(monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str]) -> tuple[int, str]:
    app = typer.Typer()
    for verb in (interests, score):
        monkeypatch.setattr(verb, "open_interests", lambda _data, _url: _store())
        verb.register(app)
    forget.register(app)
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.output


def test_interests_show_topics_with_shares_and_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    """The best liked first; JSON has the numbers."""
    code, text = _run(monkeypatch, ["interests", "ann"])
    assert code == 0
    assert text.index("tea") < text.index("chess")
    code, text = _run(monkeypatch, ["interests", "ann", "--json", "--top", "1"])
    (topic,) = json.loads(text)["topics"]
    assert (topic["topic"], topic["slow"], topic["fast"], topic["lift"]) == ("tea", 0.75, 0.5, 1.5)


def test_a_person_who_is_not_known_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is an item; an id that cannot be is."""
    assert _run(monkeypatch, ["interests", "bob"])[0] == 0
    assert _run(monkeypatch, ["interests", "bob", "--json"])[1].splitlines()[-1] == "null"
    code, text = _run(monkeypatch, ["score", "bob", "p9", "--json"])
    (only,) = json.loads(text.splitlines()[-1])
    assert (code, only["item"], only["known"]) == (0, "p9", False)
    assert _run(monkeypatch, ["interests", ""])[0] == 2


def test_items_are_scored_best_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A liked item of a liked topic stands above an unknown one."""
    code, text = _run(monkeypatch, ["score", "ann", "p9", "p1", "--json"])
    first, second = json.loads(text)
    assert (code, first["item"], second["item"]) == (0, "p1", "p9")
    assert 1 > first["p"] > second["p"] > 0
    assert "p1" in _run(monkeypatch, ["score", "ann", "p1"])[1]


def test_forget_sends_one_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the event time that was asked for."""
    sent: list[tuple[object, ...]] = []

    def send(*arguments: object) -> dict[str, object]:
        sent.append(arguments)
        return {"actor_id": "ann"}

    monkeypatch.setattr("producers.decisions.send_erasure", send)
    asked = ["forget", "ann", "--reason", "t1", "--at-ms", "5", "--bootstrap", "localhost:1"]
    code, text = _run(monkeypatch, asked)
    assert (code, sent) == (0, [("localhost:1", None, "ann", "t1", 5)])
    assert "forget 'ann'" in text


@pytest.mark.parametrize(
    ("slow", "fast", "lift", "said"),
    [
        (0.2, 0.5, 1.0, "liked 1.0 of 2.0, more of late"),
        (0.5, 0.2, 2.0, "liked 1.0 of 2.0, 2.0 x the usual, less of late"),
        (0.2, 0.2, 1.0, "liked 1.0 of 2.0"),
    ],
)
def test_reasons_are_words(slow: float, fast: float, lift: float, said: str) -> None:
    """Only what stands out is told."""
    assert why(Interest("tea", slow, fast, 1.0, 2.0, lift)) == said
