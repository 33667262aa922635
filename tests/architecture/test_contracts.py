"""Contracts are complete: every event has what an event needs, every topic names parties that exist."""

from collections.abc import Iterable
from importlib import util
from pathlib import Path

import pytest

from groundswell.cli import VERBS
from schemas.released import newest
from schemas.topics import topics
from tests.support.tree import ROOT

EVENTS = ROOT / "schemas" / "events"


def gaps(event: Path) -> list[str]:
    """Return what a folder of an event lacks."""
    needed = (
        ("v1.avsc", "the first released schema"),
        ("examples/*.json", "an example that must pass"),
        ("invalid/*.json", "an example that must be refused"),
    )
    return [f"{event.name}: no {pattern}, {what}" for pattern, what in needed if not any(event.glob(pattern))]


def unknown_parties(names: Iterable[str], verbs: Iterable[str]) -> list[str]:
    """Return writers and readers that are neither a module of ours nor a verb."""
    known = {f"groundswell {verb}" for verb in verbs}
    return [name for name in names if name not in known and (" " in name or util.find_spec(name) is None)]


@pytest.mark.parametrize(
    "event", [path for path in sorted(EVENTS.iterdir()) if path.is_dir()], ids=lambda path: path.name
)
def test_every_event_has_schema_and_examples(event: Path) -> None:
    """Both kinds of examples: what must pass and what must not."""
    assert gaps(event) == []
    assert event.name in newest(), "not released: give it an id in schemas/events/ids.toml"


def test_every_released_event_has_a_folder() -> None:
    """Nothing is released whose examples nobody can look at."""
    assert {path.name for path in EVENTS.iterdir() if path.is_dir()} == set(newest())


def test_gaps_are_seen(tmp_path: Path) -> None:
    """An empty folder of examples is a gap, too."""
    event = tmp_path / "ride"
    (event / "examples").mkdir(parents=True)
    (event / "v1.avsc").touch()
    assert [gap.split(",")[0] for gap in gaps(event)] == [
        "ride: no examples/*.json",
        "ride: no invalid/*.json",
    ]


def test_writers_and_readers_of_topics_exist() -> None:
    """A topic that names a job which is gone misleads whoever plans a change."""
    parties = {party for spec in topics().values() for party in (*spec.writers, *spec.readers)}
    assert unknown_parties(parties, VERBS) == []
    assert unknown_parties(["flink_jobs.tides", "groundswell dance", "producers"], VERBS) == [
        "flink_jobs.tides",
        "groundswell dance",
    ]


def test_every_verb_has_its_module() -> None:
    """The command line leaves out verbs without a module, so a misspelt one would be gone without a word."""
    modules = {path.stem for path in (ROOT / "groundswell" / "verbs").glob("[a-z]*.py")}
    assert sorted(set(VERBS) - modules) == []
    lonely = {name for name in modules - set(VERBS) if not any(name.startswith(f"{v}_") for v in VERBS)}
    assert lonely == set()
