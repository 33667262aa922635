"""Closed panes become records of the panes topic, each with a key of its own."""

from flink_jobs._shell.raw_batch import FIELD_SEPARATOR
from flink_jobs.trending.panes import PaneRecords, message_of
from schemas.codec import decode_value
from schemas.records import TrendPaneClosed
from schemas.registry import FileRegistry
from state.pane_rows import pane_rows
from state.topic_kinds import typed
from tests.support.pane_parts import piece

PANE_MS = 300_000


def test_a_record_carries_name_and_kind_and_its_key_is_unique() -> None:
    """A tag that is written like a link is not that link, and keys of tags are as ever."""
    people = [(1, 1, 100), (2, 2, 100)]
    rows = pane_rows(piece(7, {"a|b": people, "p1": people, typed("post", "p1"): people}), 1.0)
    message = message_of(rows, 2)
    assert message is not None
    registry = FileRegistry()
    found = {}
    for text in PaneRecords(registry, PANE_MS).of(message):
        key, _, value = text.partition(FIELD_SEPARATOR)
        _, record = decode_value(bytes.fromhex(value), registry)
        assert isinstance(record, TrendPaneClosed)
        found[key] = (record.kind, record.topic, record.users)
    assert found == {
        "a|b|global|2100000": ("tag", "a|b", 2),
        "p1|global|2100000": ("tag", "p1", 2),
        "p1|global|2100000|post": ("post", "p1", 2),
    }


def test_panes_of_too_few_people_are_no_message() -> None:
    """Nothing to write is None."""
    assert message_of(pane_rows(piece(7, {"a": [(1, 1, 100)]}), 1.0), 2) is None
