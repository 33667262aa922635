"""What is not one pane of bundles is refused."""

import msgspec
import numpy as np
import pytest

from state.codec import StateCorruptError
from state.entries import pack, summarise
from state.shard_bundle import CODEC, bundles, merge, shard_of


def _bundle(key: str, pane: int) -> bytes:
    one = np.ones(1, np.uint64)
    summary = summarise(pack(one, one, np.array([100])), np.array([0, 1]))
    ((_, _, raw),) = bundles([key], np.array([pane]), np.array([1]), summary, 1)
    return raw


def test_shards_of_keys_are_fixed_for_ever() -> None:
    """States would be lost if a key moved to another shard."""
    assert [shard_of(k, 16) for k in ("tea\x1fglobal", "東京\x1flang:ja", "")] == [13, 5, 0]


def test_no_rows_make_no_bundle() -> None:
    """An empty batch sends nothing."""
    empty, words = np.zeros(0, np.int64), np.zeros(0, np.uint64)
    assert bundles([], empty, empty, summarise(pack(words, words, empty), np.zeros(1, np.int64)), 4) == []


def test_refusals() -> None:
    """No bundle, bytes that are none, two panes at once, another version."""
    other = msgspec.msgpack.decode(_bundle("a", 1))
    other[0] = 2
    for raws in ([], [b"\xc1"], [_bundle("a", 1), _bundle("b", 2)], [msgspec.msgpack.encode(other)]):
        with pytest.raises(StateCorruptError):
            merge(raws)
    with pytest.raises(StateCorruptError, match="waiting bundles"):
        CODEC.loads(CODEC.dumps([])[:3] + b"\xc1")
