"""Laws of contributions: pieces, their order and when they are folded do not change what a pane says."""

from dataclasses import fields

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from state import shard_pane
from state.contributions import CODEC, MARKER, Contributions, folded, joined
from state.pane_rows import PaneRows, pane_rows
from state.summary import Summary
from state.trend_config import TrendConfig
from tests.support.pane_parts import Row, piece, user_hash

rows = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 6), st.integers(-100, 200)), max_size=40)
topics = st.dictionaries(st.sampled_from(["a", "b", "東京"]), rows, max_size=3)
PANE = 7


def with_places(whole: Contributions, seed: int) -> Contributions:
    """Give the rows languages and regions."""
    rng, out = np.random.default_rng(seed), whole.rows.copy()
    out["lang"], out["region"] = rng.integers(0, 3, len(out)), rng.integers(0, 2, len(out))
    return Contributions(whole.pane, whole.topics, out)


def same(a: PaneRows, b: PaneRows) -> bool:
    """Compare all that was counted, bit for bit."""
    names = [f.name for f in fields(Summary)]
    return (a.pane, a.keys) == (b.pane, b.keys) and all(
        np.array_equal(x, y)
        for x, y in (
            (a.milli, b.milli),
            (a.events, b.events),
            *((getattr(a.who, n), getattr(b.who, n)) for n in names),
        )
    )


@given(st.lists(topics, min_size=1, max_size=4), st.integers(1, 12), st.integers(0, 9), st.data())
def test_folding_early_or_late_says_the_same(
    parts: list[dict[str, list[Row]]], limit: int, seed: int, data: st.DataObject
) -> None:
    """Pieces in any order, some folded on the way, equal all pieces folded once at the end."""
    split = [with_places(piece(PANE, part), seed + i) for i, part in enumerate(parts)]
    early = [folded(p, limit) if data.draw(st.booleans()) else p for p in split]
    early = data.draw(st.permutations(early))
    at = data.draw(st.integers(1, len(early)))
    staged = joined([folded(joined(early[:at]), limit), *early[at:]])
    assert same(pane_rows(folded(staged, limit), 1.0), pane_rows(folded(joined(split), limit), 1.0))


@given(rows, st.integers(1, 40))
def test_folding_keeps_the_smallest_users_whole(listed: list[Row], limit: int) -> None:
    """At most ``limit`` users stay, each with all they did; the others are one row with their sums."""
    whole = piece(PANE, {"tea": listed})
    got = folded(whole, limit).rows
    users = sorted({user_hash(u) for u, _, _ in listed})
    real = got[got["centi"] != MARKER]
    assert np.unique(real["user"]).tolist() == users[:limit]
    assert got["events"].sum() == len(listed)
    assert got["milli"].sum() == whole.rows["milli"].sum()
    assert (len(got) > len(real)) == (len(users) > limit)
    if len(users) > limit:
        assert got["user"][got["centi"] == MARKER].tolist() == [users[limit]]


@given(topics, st.integers(0, 9))
def test_a_large_limit_changes_nothing(listed: dict[str, list[Row]], seed: int) -> None:
    """Folded or not, the same is counted."""
    whole = with_places(piece(PANE, listed), seed)
    assert same(pane_rows(folded(whole, 1000), 1.0), pane_rows(whole, 1.0))


@given(topics)
def test_pieces_survive_storing(listed: dict[str, list[Row]]) -> None:
    """Topics and rows come back as they were."""
    whole = piece(PANE, listed)
    again = CODEC.loads(CODEC.dumps(whole))
    assert (again.pane, again.topics, again.rows.tobytes()) == (
        whole.pane, whole.topics, whole.rows.tobytes(),
    )  # fmt: skip


@given(st.lists(topics, min_size=1, max_size=3))
def test_stored_pieces_fold_to_one_that_says_the_same(parts: list[dict[str, list[Row]]]) -> None:
    """What a shard keeps for many pieces is one piece with their rows."""
    raws = [CODEC.dumps(piece(PANE, part)) for part in parts]
    one = CODEC.loads(shard_pane.fold(TrendConfig(), raws))
    assert same(pane_rows(one, 1.0), pane_rows(joined(map(CODEC.loads, raws)), 1.0))
