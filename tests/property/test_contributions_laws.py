"""Laws of contributions: pieces, their order and when they are folded do not change what a pane says."""

from dataclasses import fields, replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from state import shard_pane
from state.contributions import CODEC, MARKER, Contributions, folded, joined
from state.pane_rows import PaneRows, pane_rows
from state.places import in_place, numbers
from state.retraction import only
from state.summary import Summary
from state.trend_config import TrendConfig
from tests.support.pane_parts import ALL_VIEWS, Row, piece, spread_out, user_hash

rows = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 6), st.integers(-100, 200)), max_size=40)
topics = st.dictionaries(st.sampled_from(["a", "b", "東京"]), rows, max_size=3)
PANE = 7


def opened(whole: Contributions) -> PaneRows:
    """Count by every view."""
    return pane_rows(whole, 1.0, ALL_VIEWS)


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
    split = [spread_out(piece(PANE, part), seed + i) for i, part in enumerate(parts)]
    early = [folded(p, limit) if data.draw(st.booleans()) else p for p in split]
    early = data.draw(st.permutations(early))
    at = data.draw(st.integers(1, len(early)))
    staged = joined([folded(joined(early[:at]), limit), *early[at:]])
    assert same(opened(folded(staged, limit)), opened(folded(joined(split), limit)))


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
    whole = spread_out(piece(PANE, listed), seed)
    assert same(opened(folded(whole, 1000)), opened(whole))


@given(topics, st.integers(0, 9))
def test_pieces_survive_storing(listed: dict[str, list[Row]], seed: int) -> None:
    """Topics, places and rows come back as they were."""
    whole = spread_out(piece(PANE, listed), seed)
    again = CODEC.loads(CODEC.dumps(whole))
    assert (again.pane, again.topics, again.places, again.rows.tobytes()) == (
        whole.pane, whole.topics, whole.places, whole.rows.tobytes(),
    )  # fmt: skip


@given(st.lists(topics, min_size=1, max_size=3), st.integers(0, 9))
def test_stored_pieces_fold_to_one_that_says_the_same(parts: list[dict[str, list[Row]]], seed: int) -> None:
    """What a shard keeps for many pieces is one piece with their rows."""
    raws = [CODEC.dumps(spread_out(piece(PANE, part), seed + i)) for i, part in enumerate(parts)]
    one = CODEC.loads(shard_pane.fold(TrendConfig(), raws))
    assert same(opened(one), opened(joined(map(CODEC.loads, raws))))


@given(topics, st.integers(0, 9), st.sets(st.sampled_from(["a", "b", "東京"])))
def test_what_is_kept_of_some_topics_says_the_same_of_them(
    listed: dict[str, list[Row]], seed: int, some: set[str]
) -> None:
    """Other topics are gone, and places in which only they were."""
    whole = spread_out(piece(PANE, listed), seed)
    part, rows = only(whole, frozenset(some)), opened(whole)
    assert same(opened(part), rows.take(np.flatnonzero([topic in some for topic in rows.topics])))
    apart = in_place(part.rows)
    assert set(np.unique(numbers(part.rows, apart)).tolist()) == set(range(len(part.places))) or (
        part is whole
    )


@given(topics, st.integers(0, 9))
def test_places_are_seen_by_their_own_lists_only(listed: dict[str, list[Row]], seed: int) -> None:
    """Without the rows in places the usual lists are what they were, and the others are empty."""
    whole = spread_out(piece(PANE, listed), seed)
    rest = replace(whole, rows=whole.rows[~in_place(whole.rows)], places=[])
    assert same(pane_rows(whole, 1.0), pane_rows(rest, 1.0))
    assert pane_rows(rest, 1.0, ("community", "tag")).keys == []
