"""A trend as readers see it: the stored record, its place, and its strength now.

"Now" is the end of the newest closed pane (``AsOf``), never the wall clock: a replay of an old day looks
just as it looked on that day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from math import log2

from schemas.served import AsOf, TrendRecord
from serving.errors import StoreContentError
from state.ranking import current

MAX_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Trend:
    """One topic in one scope, at one moment of event time.

    Attributes:
        position: Place in the list, from 1; None when the topic has left it.
        strength: Strength at ``as_of``; halves every ``as_of.half_life_ms`` until new events lift it.
        record: What the job last wrote about it.
        as_of: The moment.
    """

    position: int | None
    strength: float
    record: TrendRecord
    as_of: AsOf

    @property
    def age_ms(self) -> int:
        """Event time since the topic entered the list."""
        return max(self.as_of.as_of_ms - self.record.first_seen_ms, 0)

    @property
    def left_ms(self) -> int:
        """Event time until the topic leaves the list if nothing more happens."""
        if self.position is None:
            return 0
        return int(log2(self.strength / self.as_of.min_strength) * self.as_of.half_life_ms)

    @property
    def silent_panes(self) -> int:
        """Panes that were closed after the record's own, all without an event of this topic."""
        behind_ms = self.as_of.as_of_ms - self.record.pane_start_ms - self.record.pane_ms
        return max(behind_ms // self.record.pane_ms, 0)

    def history(self, panes: int) -> tuple[float, ...]:
        """Return the counts of the newest panes up to ``as_of``, oldest first; fewer when fewer are known."""
        known = (*self.record.history, *(0.0 for _ in range(min(self.silent_panes, panes))))
        return known[-panes:]


@dataclass(frozen=True, slots=True)
class Listing:
    """The list of a scope at one moment.

    Attributes:
        scope: global, lang:xx, region:XX, both, community:id or tag:name.
        as_of: The moment; None when nothing was ever written, and then there are no trends.
        trends: Strongest first, none weaker than ``as_of.min_strength``.
        kind: What the topics are: tag, phrase, link, post, creator or query.
    """

    scope: str
    as_of: AsOf | None
    trends: tuple[Trend, ...]
    kind: str = "tag"


@dataclass(frozen=True, slots=True)
class Scopes:
    """Scopes that have a list: global first, then by name. Not complete when the search was cut short."""

    names: tuple[str, ...]
    complete: bool


def check_limit(limit: int) -> int:
    """Return the limit.

    Raises:
        ValueError: It is not within 1 to 1,000.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise ValueError(f"limit {limit}: expected 1 to {MAX_LIMIT}")
    return limit


def listing(
    scope: str,
    as_of: AsOf | None,
    ranked: Iterable[tuple[float, TrendRecord | None]],
    kind: str = "tag",
) -> Listing:
    """Build a list from (rank, record), strongest first. Cuts it where strengths fall below the minimum.

    A member without a record has outlived it: it is left out and the others keep their places.

    Raises:
        StoreContentError: A rank and the moment do not belong together.
    """
    if as_of is None:
        return Listing(scope, None, (), kind)
    placed = (
        (position, _strength(rank, as_of), record) for position, (rank, record) in enumerate(ranked, start=1)
    )
    strong = takewhile(lambda row: row[1] >= as_of.min_strength, placed)
    return Listing(
        scope,
        as_of,
        tuple(Trend(position, s, record, as_of) for position, s, record in strong if record is not None),
        kind,
    )


def single(as_of: AsOf | None, place: int | None, record: TrendRecord | None) -> Trend | None:
    """Build one trend; it has no position when it left the list or is too weak for it.

    Args:
        as_of: The moment.
        place: Its place in the stored list, from 0.
        record: Its record.

    Raises:
        StoreContentError: Its rank and the moment do not belong together.
    """
    if as_of is None or record is None:
        return None
    strength = _strength(record.rank, as_of)
    listed = place is not None and strength >= as_of.min_strength
    return Trend(place + 1 if listed and place is not None else None, strength, record, as_of)


def in_order(scopes: Iterable[str], *, complete: bool) -> Scopes:
    """Return scopes without repeats, global first."""
    names = sorted(set(scopes), key=lambda scope: (scope != "global", scope))
    return Scopes(tuple(names), complete)


def _strength(rank: float, as_of: AsOf) -> float:
    try:
        return current(rank, as_of.as_of_ms, as_of.half_life_ms)
    except ValueError as error:
        raise StoreContentError(
            f"a trend's rank does not fit the list's as-of record: {error}. "
            "Was the list written with another half-life? Then start the job on an empty Redis."
        ) from error
