"""The numbers that a prediction is made of: one user, one item, one moment.

All but the first say how far something is from what was expected without it, on the log-odds scale or as the
logarithm of a count, so that they mean the same in any stream and unknown things are 0.
"""

import math
from array import array
from collections.abc import Sequence
from typing import Final, NamedTuple

from state.interest_config import InterestConfig
from state.interest_stats import ItemStats
from state.interest_user import WIDTH, UserState, item_hash, scales

FEATURES: Final = (
    "one",
    "item_rate",
    "item_rate_short",
    "item_log_n",
    "creator_rate",
    "topic_rate",
    "user_rate",
    "user_rate_short",
    "user_log_n",
    "user_residual",
    "taste_rate",
    "taste_rate_short",
    "taste_residual",
    "taste_log_pos",
    "taste_log_pos_short",
    "taste_log_pos_faint",
    "stranger_topic_log_n",
    "item_met",
    "item_met_newest",
    "base_rate",
)
Features = tuple[float, ...]
# Likes of a topic that have faded to a hundredth still tell it from one that was never liked.
FAINT: Final = 100.0
# Likes of a topic, faded, at which it is half known: how often others met it matters to a stranger to it.
STRANGE: Final = 0.1


class View(NamedTuple):
    """A user at a moment: all that the candidates of one slate share.

    Attributes:
        base: Overall log-odds.
        up: Prior positives of a thing that nothing is known of.
        down: Prior negatives of it.
        up_short: The same for fast counts.
        down_short: The same for fast counts.
        own: Log-odds of the user.
        own_up: Prior positives of a topic of this user.
        own_down: Prior negatives.
        own_up_short: The same for fast counts.
        own_down_short: The same for fast counts.
        prior: Sum of the slow priors.
        slow: What stored slow counts are multiplied with.
        fast: The same for fast counts.
        user: Features of the user alone: user_rate to user_residual.
        places: Where the user's topics are.
        rows: Their counts.
        recent: Hashes of the user's newest liked items, newest last.
    """

    base: float
    up: float
    down: float
    up_short: float
    down_short: float
    own: float
    own_up: float
    own_down: float
    own_up_short: float
    own_down_short: float
    prior: float
    slow: float
    fast: float
    user: tuple[float, float, float, float]
    places: dict[str, int]
    rows: "array[float]"
    recent: list[int]


def view(cfg: InterestConfig, base_prob: float, user: UserState | None, at_ms: int) -> View:
    """Return a user as of a moment; valid until the user changes. About 2 us.

    Args:
        cfg: Settings.
        base_prob: Overall rate of positive labels, in (0, 1).
        user: None = never seen.
        at_ms: Moment of the prediction, UTC.
    """
    # At least one event of the rarer kind: at 3 % one like among three labels says little.
    k = max(cfg.prior_events, 1.0 / min(base_prob, 1.0 - base_prob))
    ks = k * cfg.short_prior_events / cfg.prior_events
    up, down, up_s, down_s = k * base_prob, k - k * base_prob, ks * base_prob, ks - ks * base_prob
    base = _log(base_prob / (1.0 - base_prob))
    if user is None or not user.seen_ms:
        priors = (up, down, up_s, down_s)
        return View(base, *priors, base, *priors, k, 1.0, 1.0, (0.0,) * 4, {}, _NO_COUNTS, _NO_ITEMS)
    slow, fast = scales(cfg, user, at_ms)
    pos, n, s_pos, s_n, left = user.total
    # Comparisons instead of `max` from here on: calls are half of the cost.
    pos, n = pos * slow if pos > 0.0 else 0.0, n * slow if n > 0.0 else 0.0
    odds = (pos + up) / ((n - pos if n > pos else 0.0) + down)
    own = _log(odds)
    s_pos, s_n = s_pos * fast if s_pos > 0.0 else 0.0, s_n * fast if s_n > 0.0 else 0.0
    short = _log((s_pos + up_s) / ((s_n - s_pos if s_n > s_pos else 0.0) + down_s)) - own
    rate = odds / (1.0 + odds)
    own_up, own_up_s = k * rate, ks * rate
    return View(
        base, up, down, up_s, down_s, own, own_up, k - own_up, own_up_s, ks - own_up_s, k, slow, fast,
        (own - base, short, _log(1.0 + n), left * slow / (n + k)),
        user.places, user.rows, user.recent,
    )  # fmt: skip


def features(
    seen: View,
    item: ItemStats | None,
    creator: ItemStats | None,
    topic_stats: Sequence[ItemStats | None],
    topics: Sequence[str],
    item_id: str = "",
) -> Features:
    """Return the features in the order of FEATURES. About 3 us.

    Args:
        seen: The user, see `view`.
        item: Counts of the item; None = unknown.
        creator: Counts of its creator; None = unknown.
        topic_stats: Counts of its topics over all users, as far as known; may be empty.
        topics: Its topics as in the user's state; may be empty.
        item_id: To know it again; empty = unknown.
    """
    item_rate = item_short = item_log_n = creator_rate = topic_rate = topic_n = topic_log_n = 0.0
    log, base, up, down = _log, seen.base, seen.up, seen.down
    if item is not None:
        pos, n = item.pos, item.n
        item_rate = log((pos + up) / ((n - pos if n > pos else 0.0) + down)) - base
        item_log_n = log(1.0 + n)
        pos, n = item.short_pos, item.short_n
        item_short = log((pos + seen.up_short) / ((n - pos if n > pos else 0.0) + seen.down_short)) - base
    if creator is not None:
        pos, n = creator.pos, creator.n
        creator_rate = log((pos + up) / ((n - pos if n > pos else 0.0) + down)) - base
    known = 0
    for stats in topic_stats:
        if stats is not None:
            known += 1
            pos, n = stats.pos, stats.n
            topic_n += n
            topic_rate += log((pos + up) / ((n - pos if n > pos else 0.0) + down))
    if known:
        topic_rate = topic_rate / known - base
        topic_log_n = log(1.0 + topic_n / known)
    met = newest = 0.0
    if item_id and seen.recent:
        known_item = item_hash(item_id)
        if known_item in seen.recent:
            met, newest = 1.0, 1.0 / (len(seen.recent) - seen.recent.index(known_item))
    *tastes, strange = _tastes(seen, topics)
    return (
        1.0, item_rate, item_short, item_log_n, creator_rate, topic_rate,
        *seen.user, *tastes, strange * topic_log_n, met, newest, base,
    )  # fmt: skip


def _tastes(seen: View, topics: Sequence[str]) -> tuple[float, float, float, float, float, float, float]:
    """Return taste_rate to taste_log_pos_faint, and how strange these topics are, 0 to 1.

    Rates are means over those of the topics that the user has met.
    """
    places = seen.places
    if not places:
        return _NO_TASTES
    log, rows, slow, fast, own, k = _log, seen.rows, seen.slow, seen.fast, seen.own, seen.prior
    up, down, up_s, down_s = seen.own_up, seen.own_down, seen.own_up_short, seen.own_down_short
    met = 0
    rate = rate_s = residual = mass = mass_s = 0.0
    for topic in topics:
        if topic not in places:
            continue
        met += 1
        at = places[topic] * WIDTH
        pos, n, pos_s, n_s, left = rows[at : at + WIDTH]
        pos, n = pos * slow if pos > 0.0 else 0.0, n * slow if n > 0.0 else 0.0
        pos_s, n_s = pos_s * fast if pos_s > 0.0 else 0.0, n_s * fast if n_s > 0.0 else 0.0
        rate += log((pos + up) / ((n - pos if n > pos else 0.0) + down))
        rate_s += log((pos_s + up_s) / ((n_s - pos_s if n_s > pos_s else 0.0) + down_s))
        residual += left * slow / (n + k)
        mass += pos
        mass_s += pos_s
    if not met:
        return _NO_TASTES
    share = 1.0 / met
    rate = rate * share - own
    return (
        rate,
        rate_s * share - own - rate,
        residual * share,
        log(1.0 + mass),
        log(1.0 + mass_s),
        log(1.0 + FAINT * mass),
        STRANGE / (STRANGE + mass),
    )


def item_prob(values: Features) -> float:
    """Return how likely anybody likes the item: what residuals of a user are measured from."""
    return 1.0 / (1.0 + math.exp(-(values[_ITEM_RATE] + values[-1])))


_ITEM_RATE: Final = FEATURES.index("item_rate")
_NO_TASTES: Final = (*(0.0,) * 6, 1.0)
_NO_COUNTS: Final = array("f")
_NO_ITEMS: Final[list[int]] = []
_log = math.log
