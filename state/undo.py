"""Find what undos undo: unlikes of deeds in closed panes, and what lies on posts that their authors deleted.

An undo counts with its negative weight in its own pane, where it balances a deed of the same pane. What the
same person did on the same post in earlier panes is found among the kept contributions, newest pane first,
and taken out there; the undo then gets its weight back in its own pane, so that nothing is subtracted twice.

How much of a deed is left is told by ``milli``, its weight without trust: an undo takes as much as it is
worth, at the trust that the deed had, and nothing from a row that is worth less than one such deed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from state.contributions import MARKER, Contributions, Rows, folded, joined
from state.exact import Ints
from state.kept_pane import KeptPane, Lowered, deed_hashes, name_hashes, spot_hashes
from state.places import in_place
from state.runs import run_of, starts, sums

_NO_ROWS = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Found:
    """What undos of one step do.

    Attributes:
        lost: What closed panes lose, by pane. In the undos' own pane, weight that they get back counts as a
            negative loss.
        back: Weight that the undos get back in their own pane, while it is open.
    """

    lost: dict[int, Lowered]
    back: Contributions


def deletions(asked: Contributions) -> Contributions:
    """Return the markers of deleted posts among undos."""
    return replace(asked, rows=asked.rows[asked.rows["centi"] == MARKER])


def find(asked: Contributions, own_pane: int, kept: Sequence[tuple[int, KeptPane]]) -> Found:
    """Find what undos undo; changes nothing. O(panes x undos x log rows).

    In which order the undos came changes nothing.

    Args:
        asked: Undos of one step.
        own_pane: The pane in which they lie.
        kept: Closed panes that are kept, newest first; none is newer than ``own_pane``.
    """
    posts = _Posts(deletions(asked))
    deeds = _Deeds(replace(asked, rows=asked.rows[asked.rows["centi"] != MARKER]))
    lost = {}
    for number, pane in kept:
        gone = posts.rows_of(pane)
        own = pane.part.rows[gone]
        mine = Lowered(gone, own["centi"].astype(np.int64), own["milli"])
        if number < own_pane:
            mine = _both(mine, deeds.taken_from(pane, gone))
        if mine.row.size:
            lost[number] = mine
    back = deeds.given_back()
    if kept and kept[0][0] == own_pane and back.size:
        of_posts = lost.get(own_pane, Lowered(_NO_ROWS, _NO_ROWS, _NO_ROWS))
        both = _both(of_posts, _raised(kept[0][1], replace(asked, rows=back), of_posts.row))
        if both.row.size:
            lost[own_pane] = both
    return Found(lost, replace(asked, rows=back))


def settled(
    whole: Contributions, given: Sequence[Contributions], user_limit: int
) -> tuple[Contributions, Contributions]:
    """Bring into a complete pane what its undos found elsewhere. O(n log n).

    Args:
        whole: The pane, folded.
        given: ``Found.back`` and ``deletions`` of its undos.
        user_limit: As for ``folded``.

    Returns:
        The pane to count, in which signed weights without trust are what happened, and the pane to keep, in
        which they are what can still be taken back.
    """
    if not given:
        return whole, whole
    every = joined(replace(part, pane=whole.pane) for part in given)
    marks = every.rows["centi"] == MARKER
    back = replace(every, rows=every.rows[~marks])
    counted = kept = whole
    if back.rows.size:
        weight = back.rows.copy()
        weight["milli"] = 0
        counted = folded(joined([whole, replace(back, rows=weight)]), user_limit)
        kept = folded(joined([whole, back]), user_limit)
    if marks.any():
        posts = _Posts(deletions(every))
        counted, kept = _without(counted, posts), _without(kept, posts)
    return counted, kept


def _without(whole: Contributions, posts: "_Posts") -> Contributions:
    """Return contributions in which what lies on deleted posts has no weight; what happened stays counted."""
    pane = KeptPane(whole)
    pane.part.rows["centi"][posts.rows_of(pane)] = 0
    return pane.part


class _Posts:
    """Deleted posts: everything on them goes, in the topics that the deletions name."""

    def __init__(self, part: Contributions) -> None:
        self._topic = name_hashes(part.topics)[part.rows["topic"]]
        self._item = part.rows["item"]

    def rows_of(self, pane: KeptPane) -> Ints:
        """Return the rows of a pane on these posts that have weight."""
        if not self._item.size:
            return _NO_ROWS
        which, row = pane.find_items(self._item)
        rows = pane.part.rows[row]
        same = (pane.topic_hash[rows["topic"]] == self._topic[which]) & (rows["centi"] != 0)
        out: Ints = np.unique(row[same])
        return out


class _Deeds:
    """Undone deeds by (topic, place, user, post): how much of each is still to be found."""

    def __init__(self, part: Contributions) -> None:
        rows = part.rows
        last = ("milli", "centi", "fingerprint", "region", "lang")
        spot = spot_hashes(name_hashes(part.topics), name_hashes(part.places), rows)
        order = np.lexsort([*(rows[name] for name in (*last, "item", "user")), spot])
        self._rows: Rows = rows[order]
        self._first = starts(spot[order], self._rows["user"], self._rows["item"])
        self._worth = -self._rows["milli"]
        self._all = sums(self._worth, self._first)
        self._left = self._all.copy()
        # The smallest of them: likes and replies of one person on one post may be undone in one minute.
        self._least = np.minimum.reduceat(self._worth, self._first) if len(self._first) else _NO_ROWS
        self._deed: Rows = self._rows[self._first]
        self._spot = spot[order][self._first]
        self._hash = deed_hashes(self._spot, self._deed)

    def taken_from(self, pane: KeptPane, gone: Ints) -> Lowered:
        """Take from a pane as much as there is; rows that are gone have nothing left."""
        live = np.flatnonzero(self._left > 0)
        if not live.size:
            return Lowered(_NO_ROWS, _NO_ROWS, _NO_ROWS)
        at, row = pane.find_deeds(self._hash[live])
        which, rows = live[at], pane.part.rows[row]
        fits = pane.spots(rows) == self._spot[which]
        for name in ("user", "item"):
            fits &= rows[name] == self._deed[name][which]
        fits &= (rows["centi"] > 0) & (rows["milli"] >= self._least[which]) & ~np.isin(row, gone)
        which, row, rows = which[fits], row[fits], rows[fits]
        order = np.lexsort((row, which))
        which, row, rows = which[order], row[order], rows[order]
        milli = _poured(self._left[which], rows["milli"], which)
        np.subtract.at(self._left, which, milli)
        some = milli > 0
        centi = rows["centi"].astype(np.int64) * milli // rows["milli"]
        return Lowered(row[some], centi[some], milli[some])

    def given_back(self) -> Rows:
        """Return the weight that undos get back in their own pane, for what they took from others."""
        of_deed = run_of(self._first, len(self._rows))
        milli = _poured((self._all - self._left)[of_deed], self._worth, of_deed)
        out = self._rows[milli > 0]
        out["centi"] = -out["centi"].astype(np.int64) * milli[milli > 0] // -out["milli"]
        out["milli"], out["events"] = milli[milli > 0], 0
        return out


def _raised(pane: KeptPane, back: Contributions, gone: Ints) -> Lowered:
    """Return weight that undos get back as a negative loss of the rows of a closed pane in which they lie."""
    spot = spot_hashes(name_hashes(back.topics), name_hashes(back.places), back.rows)
    which, row = pane.find_deeds(deed_hashes(spot, back.rows))
    rows, mine = pane.part.rows[row], back.rows[which]
    same = (pane.spots(rows) == spot[which]) & (_request(rows) == _request(mine)) & ~np.isin(row, gone)
    for name in ("user", "fingerprint", "item"):
        same &= rows[name] == mine[name]
    row, mine = row[same], mine[same]
    order = np.argsort(row, kind="stable")
    first = starts(row[order])
    centi, milli = (sums(mine[name][order].astype(np.int64), first) for name in ("centi", "milli"))
    return Lowered(row[order][first], -centi, -milli)


def _request(rows: Rows) -> Ints:
    """Return where the request of each row came from, as a number; 0 for those in a place."""
    out: Ints = np.where(in_place(rows), 0, rows["lang"].astype(np.int64) << 16 | rows["region"])
    return out


def _poured(amount: Ints, room: Ints, group: Ints) -> Ints:
    """Pour an amount into the rows of each group, one after the other; groups are sorted."""
    first = starts(group)
    before = np.cumsum(room) - room
    before -= before[first][run_of(first, len(group))]
    out: Ints = np.clip(amount - before, 0, room)
    return out


def _both(a: Lowered, b: Lowered) -> Lowered:
    """Put losses of different rows together."""
    return Lowered(
        np.concatenate([a.row, b.row]),
        np.concatenate([a.centi, b.centi]),
        np.concatenate([a.milli, b.milli]),
    )
