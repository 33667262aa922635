"""The keyed step with a cell of the test's own: state is written after a lesson, and read again."""

import warnings
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

from flink_jobs.content.options import ContentOptions
from flink_jobs.content.reading import pack
from schemas.codec import decode_value
from schemas.records import ContentLabelled
from schemas.registry import FileRegistry
from state.content_posts import Post
from state.tagger import TaggerConfig
from state.tagger_codec import CODEC

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # PyFlink warns of its own modules
    from flink_jobs.content import operators

NOW_MS = 1_767_225_600_000
OPTIONS = ContentOptions(tagger=TaggerConfig(words=64, tags=8, min_uses=1.0, warm_up_posts=2))


class Cell:
    """One value, and how often it was written."""

    def __init__(self) -> None:
        self.value: bytes | None = None
        self.puts = 0

    def get(self) -> bytes | None:
        """Return the value."""
        return self.value

    def put(self, value: bytes) -> None:
        """Replace the value."""
        self.value = value
        self.puts += 1


class Metrics:
    """Counters by name."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def counter(self, name: str) -> SimpleNamespace:
        """Return a counter."""
        return SimpleNamespace(inc=lambda n: self.counts.update({name: n}))


def _step(monkeypatch: pytest.MonkeyPatch, cell: Cell, metrics: Metrics | None = None) -> operators.TagPosts:
    monkeypatch.setattr(operators, "BytesCell", lambda _context, _name, _mode: cell)
    step = operators.TagPosts(OPTIONS)
    step.open(SimpleNamespace(get_metrics_group=lambda: metrics or Metrics()))
    return step


def _post(name: str, tags: list[str]) -> Post:
    return Post(
        event_id=name, source_ms=NOW_MS, received_ms=0, actor_id="ann", item_id=f"i-{name}", lang="en",
        lang_prob=0.9, lang_from="model", near_dup_id="", simhash=0, tags=tags, learns=True,
        places=np.array([3, 9], "<u2").tobytes(),
    )  # fmt: skip


def _tags(step: operators.TagPosts, *posts: Post) -> list[list[str]]:
    out = []
    for row in step.process_element(pack("en", list(posts)), SimpleNamespace()):
        key, value, at_ms = row
        _, record = decode_value(value, FileRegistry())
        assert isinstance(record, ContentLabelled)
        assert (key, at_ms) == (record.item_id.encode(), NOW_MS)
        out.append([tag.tag for tag in record.tags])
    return out


def test_a_step_goes_on_from_what_another_one_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept in the step itself: after a restart the cell is all there is."""
    cell = Cell()
    lessons = [_post(f"t{i}", ["tea"]) for i in range(20)]
    assert _tags(_step(monkeypatch, cell), *lessons) == [["tea"]] * 20
    metrics = Metrics()
    assert _tags(_step(monkeypatch, cell, metrics), _post("new", []), _post("t", ["tea"])) == [["tea"]] * 2
    assert metrics.counts["tag_learned"] == metrics.counts["tag_suggested_right"] == 1
    assert cell.value is not None
    assert CODEC.loads(cell.value).progress.learned == 21


def test_state_is_written_once_a_bundle_and_only_after_a_lesson(monkeypatch: pytest.MonkeyPatch) -> None:
    """A megabyte is not written for posts that taught nothing."""
    cell = Cell()
    step = _step(monkeypatch, cell)
    assert _tags(step, _post("a", []), _post("b", [])) == [[], []]
    assert cell.puts == 0
    _tags(step, _post("c", ["tea"]), _post("d", ["tea"]))
    assert cell.puts == 1
