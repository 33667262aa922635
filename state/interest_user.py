"""What one user likes: counts by topic at two speeds, small enough to be read and written for each event.

Counts fade with the user's own events and with time. They are stored as of a moment ago and scaled on
reading, so that an event touches only its own topics.

Source: forward decay, G. Cormode et al., Forward Decay: A Practical Time Decay Model for Streaming Systems,
ICDE 2009, section 4.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, floor, log
from typing import Final, NamedTuple
from zlib import crc32

from state.interest_config import InterestConfig

# Of each topic, and of the user as a whole: positives and labels, slow; the same, fast; residuals, slow.
POS, N, SHORT_POS, SHORT_N, RESIDUAL, WIDTH = range(6)
Counts = tuple[float, float, float, float, float]
_LN2: Final = log(2.0)
_HASH: Final = 0xFFFF
_MET: Final = 0.1  # of being liked
_MAX_EXPONENT: Final = 30.0  # stored counts are at most e^30 times what they mean: far inside float32


@dataclass(slots=True)
class UserState:
    """State of one user.

    Attributes:
        names: Topics, in the order of ``rows``.
        rows: WIDTH float32 counts of each topic, scaled.
        total: The same WIDTH counts of all events, scaled.
        places: Name to its index; follows from ``names``.
        recent: Hashes of the newest liked items, newest last, none twice. As in ``item_hash``.
        events: Events so far; those of one impression share one.
        seen_ms: Newest event time, UTC; 0 = nothing yet.
        slow_base: Clock of the slow memory that the stored numbers are relative to; whole where it is stored.
        fast_base: The same of the fast memory.
    """

    names: list[str] = field(default_factory=list)
    rows: "array[float]" = field(default_factory=lambda: array("f"))
    total: "array[float]" = field(default_factory=lambda: array("f", bytes(4 * WIDTH)))
    places: dict[str, int] = field(default_factory=dict)
    recent: list[int] = field(default_factory=list)
    events: float = 0.0
    seen_ms: int = 0
    slow_base: float = 0.0
    fast_base: float = 0.0


class Receipt(NamedTuple):
    """What `observe` added, so that it can be taken back or turned later.

    Attributes:
        events: The user's events at that moment.
        at_ms: Event time, UTC.
        pos: Positive weight that was added.
        n: Label weight that was added.
        residual: Label minus what was predicted, weighted.
    """

    events: float
    at_ms: int
    pos: float
    n: float
    residual: float


def item_hash(item: str) -> int:
    """Return 16 stable bits of an item id; one of 4,096 new items is taken for one of a user's sixteen."""
    return crc32(item.encode()) & _HASH


def scales(cfg: InterestConfig, user: UserState, at_ms: int) -> tuple[float, float]:
    """Return what stored slow and fast counts are multiplied with to be as of a moment."""
    events, time = user.events, max(at_ms, user.seen_ms) * _LN2
    return (
        exp(user.slow_base - (events / cfg.long_events + time / cfg.long_half_life_ms)),
        exp(user.fast_base - (events / cfg.short_events + time / cfg.short_half_life_ms)),
    )


def slow_clock(cfg: InterestConfig, events: float, at_ms: int) -> float:
    """Return how far the slow memory has run, in decays by 1/e."""
    return events / cfg.long_events + at_ms * _LN2 / cfg.long_half_life_ms


def fast_clock(cfg: InterestConfig, events: float, at_ms: int) -> float:
    """Return how far the fast memory has run, in decays by 1/e."""
    return events / cfg.short_events + at_ms * _LN2 / cfg.short_half_life_ms


def observe(
    cfg: InterestConfig,
    user: UserState,
    topics: Sequence[str],
    at_ms: int,
    *,
    pos: float,
    n: float,
    residual: float = 0.0,
    step: float = 1.0,
    item: str = "",
) -> Receipt:
    """Add one labelled event of a user and return what would take it back. O(topics), 1 to 2 us.

    Args:
        cfg: Settings.
        user: Changed in place.
        topics: Its topics; none is fine.
        at_ms: Event time, UTC. A late event fades before it is added.
        pos: Positive weight, 0 for a negative label.
        n: Label weight.
        residual: Weight x (label - prediction).
        step: How much of an event this is; rows of one slate share one.
        item: Its id, to know it again; empty = unknown.
    """
    if not user.seen_ms:
        user.slow_base = floor(slow_clock(cfg, 0.0, at_ms))
        user.fast_base = floor(fast_clock(cfg, 0.0, at_ms))
    user.events += step
    user.seen_ms = max(user.seen_ms, at_ms)
    receipt = Receipt(user.events, at_ms, pos, n, residual)
    time = user.seen_ms * _LN2
    slow = user.events / cfg.long_events + time / cfg.long_half_life_ms
    fast = user.events / cfg.short_events + time / cfg.short_half_life_ms
    if slow - user.slow_base > _MAX_EXPONENT or fast - user.fast_base > _MAX_EXPONENT:
        _rebase(user, slow, fast)
    # What was only shown beside other things does not enter, and never pushes out what is known.
    can_enter = pos > 0.0 or (step >= 1.0 and len(user.names) + len(topics) <= cfg.max_topics)
    if at_ms < user.seen_ms:
        slow, fast = slow_clock(cfg, user.events, at_ms), fast_clock(cfg, user.events, at_ms)
    slow, fast = exp(slow - user.slow_base), exp(fast - user.fast_base)
    _put(user, topics, (pos * slow, n * slow, pos * fast, n * fast, residual * slow), can_enter=can_enter)
    if len(user.names) > cfg.max_topics:
        _evict(cfg, user)
    if item and pos > 0.0:
        remember(cfg, user, item)
    return receipt


def unobserve(
    cfg: InterestConfig, user: UserState, topics: Sequence[str], receipt: Receipt, item: str = ""
) -> None:
    """Take back what is left of an observed event: as if only its passing had been noticed. O(topics).

    The item is forgotten; one that it had pushed out of the newest items does not come back.
    """
    if item and item_hash(item) in user.recent:
        user.recent.remove(item_hash(item))
    _add(cfg, user, topics, receipt, -1.0, can_enter=False)


def turn(
    cfg: InterestConfig, user: UserState, topics: Sequence[str], receipt: Receipt, item: str = ""
) -> Receipt:
    """Make a negative that was observed a positive, as of its own time; return the new receipt. O(topics)."""
    change = Receipt(receipt.events, receipt.at_ms, receipt.n, 0.0, receipt.n)
    _add(cfg, user, topics, change, 1.0, can_enter=True)
    if len(user.names) > cfg.max_topics:
        _evict(cfg, user)
    if item:
        remember(cfg, user, item)
    return receipt._replace(pos=receipt.pos + receipt.n, residual=receipt.residual + receipt.n)


def _add(
    cfg: InterestConfig,
    user: UserState,
    topics: Sequence[str],
    receipt: Receipt,
    sign: float,
    *,
    can_enter: bool,
) -> None:
    """Add a receipt, faded as its age says."""
    events, at_ms, pos, n, residual = receipt
    slow = sign * exp(slow_clock(cfg, events, at_ms) - user.slow_base)
    fast = sign * exp(fast_clock(cfg, events, at_ms) - user.fast_base)
    _put(user, topics, (pos * slow, n * slow, pos * fast, n * fast, residual * slow), can_enter=can_enter)


def _put(user: UserState, topics: Sequence[str], added: Counts, *, can_enter: bool) -> None:
    """Add scaled counts to the topics and the total."""
    pos, n, short_pos, short_n, residual = added
    total, rows, places = user.total, user.rows, user.places
    total[POS] += pos
    total[N] += n
    total[SHORT_POS] += short_pos
    total[SHORT_N] += short_n
    total[RESIDUAL] += residual
    for topic in topics:
        place = places.get(topic)
        if place is None:
            if not can_enter:
                continue
            place = places[topic] = len(user.names)
            user.names.append(topic)
            rows.extend(added)
            continue
        at = place * WIDTH
        rows[at] += pos
        rows[at + 1] += n
        rows[at + 2] += short_pos
        rows[at + 3] += short_n
        rows[at + 4] += residual


def remember(cfg: InterestConfig, user: UserState, item: str) -> None:
    """Make an item the newest that is remembered."""
    known, recent = item_hash(item), user.recent
    if known in recent:
        recent.remove(known)
    recent.append(known)
    if len(recent) > cfg.recent_items:
        del recent[0]


def _rebase(user: UserState, slow: float, fast: float) -> None:
    """Write the counts anew relative to now, before the stored numbers become too large."""
    if slow - user.slow_base > _MAX_EXPONENT:
        _multiply(user, exp(user.slow_base - floor(slow)), (POS, N, RESIDUAL))
        user.slow_base = floor(slow)
    if fast - user.fast_base > _MAX_EXPONENT:
        _multiply(user, exp(user.fast_base - floor(fast)), (SHORT_POS, SHORT_N))
        user.fast_base = floor(fast)


def _multiply(user: UserState, factor: float, columns: Sequence[int]) -> None:
    for counts in (user.rows, user.total):
        for column in columns:
            for at in range(column, len(counts), WIDTH):
                counts[at] *= factor


def _evict(cfg: InterestConfig, user: UserState) -> None:
    """Drop the topics of least slow mass until the cap holds; being liked counts most. O(topics)."""
    while len(user.names) > cfg.max_topics:
        liked, met = user.rows[POS::WIDTH], user.rows[N::WIDTH]
        place = min(range(len(user.names)), key=lambda at: (liked[at] + _MET * met[at], -at))
        last = len(user.names) - 1
        del user.places[user.names[place]]
        if place != last:
            user.names[place] = user.names[last]
            user.places[user.names[place]] = place
            user.rows[place * WIDTH : (place + 1) * WIDTH] = user.rows[last * WIDTH :]
        user.names.pop()
        del user.rows[last * WIDTH :]
