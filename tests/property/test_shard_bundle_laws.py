"""Laws of bundles: in any pieces and order they are one pane."""

from dataclasses import fields

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from state.entries import Summary
from state.shard_bundle import CODEC, bundles, merge, shard_of
from state.trend_engine import ShardPane

keys = st.lists(st.text(min_size=1, max_size=8), unique=True, min_size=1, max_size=30)


def _summary(n: int, seed: int) -> Summary:
    rng = np.random.default_rng(seed)

    def ints() -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        return rng.integers(0, 1 << 40, n)

    return Summary(
        users=ints(),
        exact=np.ones(n, np.bool_),
        trusted_users=ints(),
        fingerprints=ints(),
        micro=ints(),
        top_share=rng.random(n),
        user_sample=rng.integers(0, 1 << 32, (n, 8), np.uint32),
        fingerprint_sample=rng.integers(0, 1 << 32, (n, 4), np.uint32),
    )


def _rows(summary: Summary, index: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Summary:
    return Summary(**{f.name: getattr(summary, f.name)[index] for f in fields(Summary)})


@given(keys, st.integers(1, 4), st.integers(0, 99), st.data())
def test_any_split_and_order_gives_one_pane(
    names: list[str], shards: int, seed: int, data: st.DataObject
) -> None:
    """Each shard's merged rows are its keys, sorted, with the values that they came with."""
    n = len(names)
    summary, events = _summary(n, seed), np.arange(n)
    piece = np.array(data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    raws: dict[int, list[bytes]] = {}
    for p in data.draw(st.permutations([0, 1, 2])):
        index = np.flatnonzero(piece == p)
        part = _rows(summary, index)
        for shard, pane, raw in bundles(
            [names[i] for i in index], np.full(len(index), 7), events[index], part, shards
        ):
            assert pane == 7
            raws.setdefault(shard, []).append(raw)
    assert set(raws) == {shard_of(k, shards) for k in names}
    for shard, pieces in raws.items():
        own = sorted((k, i) for i, k in enumerate(names) if shard_of(k, shards) == shard)
        _check(merge(pieces), own, summary)


def _check(got: ShardPane, own: list[tuple[str, int]], summary: Summary) -> None:
    index = np.array([i for _, i in own])
    assert got.pane == 7
    assert got.keys == [k for k, _ in own]
    assert got.events.tolist() == index.tolist()
    for mine, theirs in (
        ("micro", "micro"),
        ("users", "users"),
        ("trusted", "trusted_users"),
        ("fingerprints", "fingerprints"),
        ("top_share", "top_share"),
        ("user_sample", "user_sample"),
        ("fingerprint_sample", "fingerprint_sample"),
    ):
        assert np.array_equal(getattr(got, mine), getattr(summary, theirs)[index]), mine


@given(keys, st.data())
def test_panes_of_a_batch_are_kept_apart(names: list[str], data: st.DataObject) -> None:
    """One bundle for each shard and pane that has rows."""
    n = len(names)
    pane = np.array(data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)))
    out = bundles(names, pane, np.arange(n), _summary(n, 1), 3)
    assert [(s, p) for s, p, _ in out] == sorted(
        {(shard_of(k, 3), int(p)) for k, p in zip(names, pane, strict=True)}
    )
    for shard, p, raw in out:
        assert merge([raw]).keys == sorted(
            k for k, q in zip(names, pane, strict=True) if shard_of(k, 3) == shard and q == p
        )


@given(st.lists(st.binary(max_size=20), max_size=5))
def test_waiting_bundles_survive_storing(raws: list[bytes]) -> None:
    """The list of waiting bundles comes back as it was."""
    assert CODEC.loads(CODEC.dumps(raws)) == raws
