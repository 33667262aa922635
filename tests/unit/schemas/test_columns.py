"""Columns: dictionary codes, hashes, character limits, and refusals of the wrong type."""

from collections.abc import Callable

import pytest

from schemas.avro_decode import decode
from schemas.avro_plan import compile_plan
from schemas.codec import encode_record
from schemas.columns import Columns
from schemas.errors import ContractError
from schemas.hashing import hash64
from schemas.records import EngagementRecorded, ExperimentArm
from schemas.registry import FileRegistry
from schemas.released import schema_of

ACTORS = ["ann", "böb", "ann", "x" * 40]
TOPICS: list[tuple[str, ...]] = [("a", "b"), (), ("b", "b", "日本"), ("a",)]


@pytest.fixture(scope="module")
def columns() -> Columns:
    """Four engagement records."""
    values = [
        encode_record(
            EngagementRecorded(
                event_id=f"e{at}",
                source_ms=at,
                actor_id=actor,
                action="like",
                item_id="i",
                topics=topics,
                experiments=(ExperimentArm(id=f"x{at}", arm=actor),) * at,
            ),
            FileRegistry(),
        )
        for at, (actor, topics) in enumerate(zip(ACTORS, TOPICS, strict=True))
    ]
    return decode(compile_plan(schema_of("engagement")), values)


def test_codes_stand_for_distinct_texts(columns: Columns) -> None:
    """Equal texts have equal codes."""
    codes, texts = columns.codes("actor_id")
    assert [texts[code] for code in codes.tolist()] == ACTORS
    assert len(texts) == 3


def test_item_codes_go_record_by_record(columns: Columns) -> None:
    """Items keep their order and may repeat."""
    rows, codes, texts = columns.item_codes("topics")
    found: list[list[str]] = [[] for _ in TOPICS]
    for row, code in zip(rows.tolist(), codes.tolist(), strict=True):
        found[row].append(texts[code])
    assert [tuple(topics) for topics in found] == TOPICS


def test_fields_of_items_are_named_with_a_dot(columns: Columns) -> None:
    """An array of records is read one field at a time."""
    rows, text = columns.item_strings("experiments.id")
    assert rows.tolist() == [1, 2, 2, 3, 3, 3]
    assert text.to_pylist() == ["x1", "x2", "x2", "x3", "x3", "x3"]


def test_hashes_equal_the_plain_reference(columns: Columns) -> None:
    """Anybody can compute the hash of a user id in plain Python."""
    assert columns.hash64("actor_id").tolist() == [hash64(actor.encode()) for actor in ACTORS]
    _, hashes = columns.item_hash64("topics")
    assert hashes.tolist() == [hash64(topic.encode()) for topics in TOPICS for topic in topics]


def test_limits_count_characters_not_bytes(columns: Columns) -> None:
    """A text of many bytes and few characters is not too long."""
    assert columns.longer_than("actor_id", 3).tolist() == [False, False, False, True]
    assert columns.longer_than("actor_id", 2).tolist() == [True, True, True, True]
    rows, longer = columns.items_longer_than("topics", 1)
    assert rows[longer].tolist() == [2]
    assert not columns.items_longer_than("topics", 2)[1].any()


@pytest.mark.parametrize(
    "ask",
    [
        lambda columns: columns.ints("actor_id"),
        lambda columns: columns.floats("source_ms"),
        lambda columns: columns.bools("source_ms"),
        lambda columns: columns.symbols("source_ms"),
        lambda columns: columns.strings("source_ms"),
        lambda columns: columns.strings("topics"),
        lambda columns: columns.present("topics"),
        lambda columns: columns.items("actor_id"),
        lambda columns: columns.items("experiments"),
        lambda columns: columns.item_ints("topics"),
        lambda columns: columns.item_floats("topics"),
        lambda columns: columns.item_bools("topics"),
        lambda columns: columns.ints("nothing"),
        lambda columns: columns.items("topics.name"),
    ],
)
def test_asking_for_the_wrong_type_is_refused(columns: Columns, ask: Callable[[Columns], object]) -> None:
    """A column is never reinterpreted."""
    with pytest.raises(ContractError):
        ask(columns)
