"""What is not one pane of pieces is refused."""

import msgspec
import numpy as np
import pytest

from state.codec import StateCorruptError
from state.contributions import CODEC, Contributions, joined
from state.pane_rows import pane_rows
from state.pane_split import shard_of
from state.scopes import NONE, USUAL_VIEWS, language_code, region_code
from tests.support.pane_parts import piece


def test_shards_of_topics_are_fixed_for_ever() -> None:
    """States would be lost if a topic moved to another shard."""
    assert [shard_of(topic, 16) for topic in ("tea", "東京", "")] == [2, 15, 0]


def test_a_row_is_40_bytes() -> None:
    """What a shard collects is bounded by this times the events of a pane."""
    raws = [CODEC.dumps(piece(1, {"a": [(i, i, 100) for i in range(1000)]}))]
    assert sum(map(len, raws)) // 1000 == 40


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b"\xc1", "not a piece"),
        (msgspec.msgpack.encode((1, ["a"], b"12345", [])), "not a piece"),
        (msgspec.msgpack.encode((1, [], bytes(40), [])), "topic 0 of 0"),
        (msgspec.msgpack.encode((1, ["a"], bytes(80), [], bytes(12))), "not a piece"),
    ],
)
def test_damaged_pieces_are_refused(payload: bytes, message: str) -> None:
    """Not MessagePack, half a row, a topic that is not there, spills of another number of rows."""
    with pytest.raises(StateCorruptError, match=message):
        CODEC.loads(CODEC.dumps(piece(1, {}))[:3] + payload)


def test_only_pieces_of_one_pane_are_joined() -> None:
    """No piece, or two panes at once."""
    for parts in ([], [piece(1, {}), piece(2, {})]):
        with pytest.raises(StateCorruptError, match="one pane"):
            joined(parts)


def test_topics_come_out_sorted() -> None:
    """The order of the engine's rows does not depend on who came first."""
    whole = joined([piece(1, {"b": [(1, 1, 1)]}), piece(1, {"c": [(1, 1, 1)], "a": [(2, 1, 1)]})])
    assert whole.topics == ["a", "b", "c"]
    assert np.array_equal(whole.rows["topic"], [1, 2, 0])


def test_a_language_within_a_region_is_a_view_of_its_own() -> None:
    """Who names both is counted there, too; who names one of them is not."""
    whole = piece(1, {"tea": [(1, 1, 100), (2, 2, 100), (3, 3, 100)]})
    rows = whole.rows.copy()
    rows["lang"] = [language_code("fr"), language_code("fr"), NONE]
    rows["region"] = [region_code("CA"), NONE, region_code("CA")]
    got = pane_rows(Contributions(1, whole.topics, rows), 1.0, (*USUAL_VIEWS, "language_region"))
    assert dict(zip(got.scopes, got.who.users.tolist(), strict=True)) == {
        "global": 3, "lang:fr": 2, "region:CA": 2, "lang:fr,region:CA": 1,
    }  # fmt: skip
