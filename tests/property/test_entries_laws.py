"""Laws of entries: pieces, order and samples do not change what a pane says."""

from dataclasses import fields

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from state.entries import ENTRY, MARKER, Entries, Summary, cut, pack, summarise, users_of

Row = tuple[int, int, int]
rows = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 6), st.integers(-100, 200)), max_size=60)


def make(listed: list[Row]) -> Entries:
    """Make entries; the hash of a user spreads over the whole space."""
    user = np.array([(u * 0x9E3779B97F4A7C15) % 2**64 for u, _, _ in listed], np.uint64)
    fingerprint = np.array([(f * 0xBF58476D1CE4E5B9) % 2**64 for _, f, _ in listed], np.uint64)
    return pack(user, fingerprint, np.array([c for _, _, c in listed], np.int64))


def one(entries: Entries, cap: float = 1.0) -> Summary:
    """Summarise a single pane."""
    return summarise(entries, np.array([0, len(entries)]), cap)


def same(a: Summary, b: Summary) -> bool:
    """Compare all columns bit for bit."""
    return all(np.array_equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(Summary))


@given(rows, st.randoms(use_true_random=False))
def test_order_does_not_matter(listed: list[Row], random: object) -> None:
    """Entries may come in any order."""
    mixed = list(listed)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert same(one(make(mixed)), one(make(listed)))


@given(st.lists(rows, min_size=1, max_size=4))
def test_panes_do_not_see_each_other(panes: list[list[Row]]) -> None:
    """Summaries of many panes at once are the summaries of each alone."""
    parts = [make(p) for p in panes]
    together = summarise(np.concatenate(parts), np.append(0, np.cumsum([len(p) for p in parts])))
    for i, part in enumerate(parts):
        alone = one(part)
        for f in fields(Summary):
            assert np.array_equal(getattr(together, f.name)[i], getattr(alone, f.name)[0]), f.name


@given(rows, st.integers(-300, 300))
def test_an_action_and_its_parts_are_the_same(listed: list[Row], more: int) -> None:
    """A weight may come in two entries."""
    whole = make([*listed, (1, 1, more)])
    split = make([(1, 1, more // 2), *listed, (1, 1, more - more // 2)])
    assert same(one(whole), one(split))


@given(rows)
def test_small_panes_are_counted_exactly(listed: list[Row]) -> None:
    """Users, trusted users and contents equal plain sets."""
    got = one(make(listed))
    left: dict[tuple[int, int], int] = {}
    for user, content, centi in listed:
        left[user, content] = left.get((user, content), 0) + centi
    live = {pair for pair, centi in left.items() if centi > 0}
    assert got.exact[0]
    assert got.users[0] == len({u for u, _, _ in listed})
    assert got.trusted_users[0] == len({u for u, _ in live})
    assert got.fingerprints[0] == len({f for _, f in live})
    assert 0.0 <= got.top_share[0] <= 1.0


@given(st.lists(rows, min_size=1, max_size=4), st.integers(1, 12))
def test_cut_pieces_say_what_the_cut_whole_says(pieces: list[list[Row]], limit: int) -> None:
    """Pieces that were cut, joined and cut again equal the whole that was cut once."""
    parts = [make(p) for p in pieces]
    joined = cut(np.concatenate([cut(p, limit) for p in parts]), limit)
    assert same(one(joined), one(cut(np.concatenate(parts), limit)))


@given(rows, st.integers(1, 40))
def test_a_cut_keeps_the_smallest_users_whole(listed: list[Row], limit: int) -> None:
    """At most ``limit`` users stay, each with all entries; small panes are not touched."""
    whole = make(listed)
    kept = cut(whole, limit)
    distinct = np.unique(users_of(whole))
    if len(distinct) <= limit:
        assert np.array_equal(kept, whole)
        return
    real = kept[kept["centi"] != MARKER]
    assert np.array_equal(np.unique(users_of(real)), distinct[:limit])
    assert np.array_equal(real, whole[users_of(whole) < distinct[limit]])
    assert not one(kept).exact[0]


@given(rows)
def test_an_undo_takes_back(listed: list[Row]) -> None:
    """Every entry and its negative leave users, and nothing else."""
    got = one(make([*listed, *[(u, f, -c) for u, f, c in listed]]))
    assert got.micro[0] == 0
    assert got.trusted_users[0] == 0
    assert got.fingerprints[0] == 0
    assert got.users[0] == len({u for u, _, _ in listed})


@given(st.lists(st.integers(1, 300), min_size=1, max_size=50), st.floats(0.1, 3.0))
def test_one_loud_user_stays_small(weights: list[int], cap: float) -> None:
    """Whatever one user does, in as many contents as they like: at most log2(1 + x) <= 1.5 x of the cap."""
    got = one(make([(1, i + 1, c) for i, c in enumerate(weights)]), cap)
    assert got.micro[0] <= 1.5 * round(100 * cap) * 10_000 + len(weights)


@given(st.integers(1, 300))
def test_one_copied_text_stays_small(people: int) -> None:
    """Copies by n users of one content count log2(1 + n)."""
    got = one(make([(i + 1, 1, 100) for i in range(people)]))
    assert got.micro[0] == round(float(np.log2(1 + people)) * 1e6)
    assert got.top_share[0] == 1.0


@given(st.integers(200, 2000))
def test_the_estimate_of_a_large_pane_is_near(people: int) -> None:
    """With 100 users kept, the estimate lies within six deviations."""
    got = one(cut(make([(i + 1, i + 1, 100) for i in range(people)]), 100))
    assert abs(got.users[0] / people - 1.0) < 0.6


@given(rows)
def test_bytes_give_entries_back(listed: list[Row]) -> None:
    """Twelve bytes an entry; users are the upper 48 bits of their hash."""
    entries = make(listed)
    assert len(entries.tobytes()) == 12 * len(listed)
    assert np.array_equal(np.frombuffer(entries.tobytes(), ENTRY), entries)
    assert users_of(entries).tolist() == [((u * 0x9E3779B97F4A7C15) % 2**64) >> 16 for u, _, _ in listed]
