"""`groundswell evaluate topics`: every kind is found where it is named, and tags are told as ever."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from groundswell.cli import app, load_verbs
from groundswell.offline.topics_file import COLUMNS, evaluate
from groundswell.offline.trends import OfflineTrends
from producers.sources.replay import read_rows
from schemas.served import KINDS
from state.actions import ActionWeights
from state.trend_config import TrendConfig

START_MS = 1_767_225_600_000
PANE_MS = 300_000
QUIET_PANES, CROWD = 40, 120


@pytest.fixture(autouse=True, scope="module")
def _verbs() -> None:
    if not app.registered_commands:
        load_verbs(app)


def _event(at_ms: int, event: str, actor: str, action: str, **fields: object) -> dict[str, object]:
    row = {
        "event": event,
        "event_id": f"{actor}-{at_ms}",
        "source_ms": at_ms,
        "actor_id": actor,
        "action": action,
    }
    return {**row, "item_id": f"i-{actor}-{at_ms}", "lang": "", "region": "", **fields}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hours of little talk, then a crowd that likes one post, searches, and shares one link in own words."""
    rows = []
    for pane in range(QUIET_PANES):
        at_ms = START_MS + pane * PANE_MS
        rows += [
            _event(at_ms + i, "engagement", f"q{pane % 7}{i}", "like", item_id=f"o{i}", author_id="eve")
            for i in range(3)
        ]
    for i in range(CROWD):
        at_ms = START_MS + (QUIET_PANES + i // 60) * PANE_MS
        text = f"{chr(97 + i % 26) * (4 + i // 26)} {chr(98 + i % 25) * 5} Market Street fire"
        rows += [
            _event(
                at_ms + 9 * i, "engagement", f"u{i}", "like", item_id="p1", author_id="bob", topics=["Fire"]
            ),
            _event(
                at_ms + 9 * i + 1, "engagement", f"u{i}", "search", item_type="query", query="Market Street"
            ),
            _event(
                at_ms + 9 * i + 2,
                "content",
                f"u{i}",
                "create",
                text=text,
                links=[f"https://a.example/f?utm_id={i}"],
            ),
        ]
    path = tmp_path_factory.mktemp("events") / "talk.events.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_a_crowd_lists_a_topic_of_each_kind(file: Path) -> None:
    """A post rises by its audience, a link by the words of many; a tag of one liked post alone does not."""
    engine = OfflineTrends(TrendConfig(kinds=KINDS), ActionWeights(), shards=4, out_of_order_ms=60_000)
    records = [
        record
        for pane in engine.run(read_rows(str(file), None))
        for shard in pane.shards
        for record in shard.verdict.records
    ]
    assert engine.refused == {}
    assert {(record.kind, record.topic) for record in records if record.users >= 60} == {
        ("post", "p1"),
        ("creator", "bob"),
        ("query", "market street"),
        ("link", "https://a.example/f"),
        ("phrase", "market street"),
    }


def test_every_kind_is_written_beside_its_topics(file: Path, tmp_path: Path) -> None:
    """With several kinds each line says which; names are bare."""
    report = evaluate(file, None, PANE_MS, 60_000, tmp_path / "all.csv", kinds=KINDS)
    rows = _rows(tmp_path / "all.csv")
    assert (report["refused"], report["rows"]) == ({}, len(rows))
    crowds = {(row["kind"], row["topic"]) for row in rows if int(row["users"]) >= 60}
    assert crowds >= {("post", "p1"), ("link", "https://a.example/f"), ("tag", "fire")}


def test_tags_alone_are_told_as_ever(file: Path, tmp_path: Path) -> None:
    """The usual columns; another kind beside them changes no line of a tag."""
    evaluate(file, None, PANE_MS, 60_000, tmp_path / "tags.csv")
    evaluate(file, None, PANE_MS, 60_000, tmp_path / "two.csv", kinds=("query", "tag"))
    tags, two = _rows(tmp_path / "tags.csv"), _rows(tmp_path / "two.csv")
    assert tuple(tags[0]) == COLUMNS
    assert {row["topic"] for row in tags} == {"fire"}
    counts = ("pane_start_ms", "topic", "scope", "events", "users")
    assert [[row[name] for name in counts] for row in tags] == [
        [row[name] for name in counts] for row in two if row["kind"] == "tag"
    ]


def test_the_verb_refuses_an_unknown_kind(file: Path, tmp_path: Path) -> None:
    """Wrong usage is exit code 2, before anything is read."""
    out = tmp_path / "out.csv"
    done = CliRunner().invoke(
        app, ["evaluate", "topics", str(file), "--out", str(out), "--kinds", "tag,page"]
    )
    assert (done.exit_code, out.exists()) == (2, False)
