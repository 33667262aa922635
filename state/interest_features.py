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
from state.interest_user import RESIDUAL, WIDTH, UserState, item_hash, scales

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
    "item_met",
    "item_met_newest",
    "base_rate",
)
Features = tuple[float, ...]


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
    recent: "array[int]"


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
    log = math.log
    base = log(base_prob / (1.0 - base_prob))
    if user is None or not user.seen_ms:
        priors = (up, down, up_s, down_s)
        return View(base, *priors, base, *priors, k, 1.0, 1.0, (0.0,) * 4, {}, _NO_COUNTS, _NO_ITEMS)
    slow, fast = scales(cfg, user, at_ms)
    total = user.total
    pos, n = max(total[0] * slow, 0.0), max(total[1] * slow, 0.0)
    own = log((pos + up) / (max(n - pos, 0.0) + down))
    s_pos, s_n = max(total[2] * fast, 0.0), max(total[3] * fast, 0.0)
    short = log((s_pos + up_s) / (max(s_n - s_pos, 0.0) + down_s)) - own
    rate = 1.0 / (1.0 + math.exp(-own))
    alone = (own - base, short, log(1.0 + n), total[RESIDUAL] * slow / (n + k))
    own_priors = (k * rate, k - k * rate, ks * rate, ks - ks * rate)
    return View(
        *(base, up, down, up_s, down_s, own), *own_priors, k, slow, fast, alone,
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
    item_rate = item_short = item_log_n = creator_rate = topic_rate = 0.0
    base, up, down = seen.base, seen.up, seen.down
    if item is not None:
        item_rate = _log((item.pos + up) / (max(item.n - item.pos, 0.0) + down)) - base
        short_neg = max(item.short_n - item.short_pos, 0.0)
        item_short = _log((item.short_pos + seen.up_short) / (short_neg + seen.down_short)) - base
        item_log_n = _log(1.0 + item.n)
    if creator is not None:
        creator_rate = _log((creator.pos + up) / (max(creator.n - creator.pos, 0.0) + down)) - base
    known = 0
    for stats in topic_stats:
        if stats is not None:
            known += 1
            topic_rate += _log((stats.pos + up) / (max(stats.n - stats.pos, 0.0) + down)) - base
    if known > 1:
        topic_rate /= known
    met = newest = 0.0
    if item_id and seen.recent:
        known_item = item_hash(item_id)
        if known_item in seen.recent:
            met, newest = 1.0, 1.0 / (len(seen.recent) - seen.recent.index(known_item))
    return (
        1.0, item_rate, item_short, item_log_n, creator_rate, topic_rate,
        *seen.user, *_tastes(seen, topics), met, newest, base,
    )  # fmt: skip


def _tastes(seen: View, topics: Sequence[str]) -> tuple[float, float, float, float, float]:
    """Return taste_rate to taste_log_pos_short: the user's topics among these, mean of those that are met."""
    places = seen.places
    met = [places[topic] * WIDTH for topic in topics if topic in places]
    if not met:
        return _NO_TASTES
    rows, slow, fast, own, k = seen.rows, seen.slow, seen.fast, seen.own, seen.prior
    rate = rate_s = residual = mass = mass_s = 0.0
    for at in met:
        pos, n, pos_s, n_s, left = rows[at : at + WIDTH]
        pos, n = max(pos * slow, 0.0), n * slow
        pos_s, n_s = max(pos_s * fast, 0.0), n_s * fast
        rate += _log((pos + seen.own_up) / (max(n - pos, 0.0) + seen.own_down))
        rate_s += _log((pos_s + seen.own_up_short) / (max(n_s - pos_s, 0.0) + seen.own_down_short))
        residual += left * slow / (max(n, 0.0) + k)
        mass += pos
        mass_s += pos_s
    share = 1.0 / len(met)
    rate = rate * share - own
    return (
        rate,
        rate_s * share - own - rate,
        residual * share,
        _log(1.0 + mass),
        _log(1.0 + mass_s),
    )


def item_prob(values: Features) -> float:
    """Return how likely anybody likes the item: what residuals of a user are measured from."""
    return 1.0 / (1.0 + math.exp(-(values[_ITEM_RATE] + values[-1])))


_ITEM_RATE: Final = FEATURES.index("item_rate")
_NO_TASTES: Final = (0.0,) * 5
_NO_COUNTS: Final = array("f")
_NO_ITEMS: Final = array("I")
_log = math.log
