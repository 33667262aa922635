"""The numbers that a prediction is made of: one user, one item, one moment.

All but the first say how far something is from what was expected without it, on the log-odds scale or as the
logarithm of a count, so that they mean the same in any stream and unknown things are 0.
"""

import math
from collections.abc import Sequence
from typing import Final

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
    "base_rate",
)
Features = tuple[float, ...]


def features(
    cfg: InterestConfig,
    base_prob: float,
    user: UserState | None,
    item: ItemStats | None,
    creator: ItemStats | None,
    topic_stats: Sequence[ItemStats | None],
    topics: Sequence[str],
    at_ms: int,
    item_id: str = "",
) -> Features:
    """Return the features in the order of FEATURES. About 4 us.

    Args:
        cfg: Settings.
        base_prob: Overall rate of positive labels, in (0, 1).
        user: None = never seen.
        item: Counts of the item; None = unknown.
        creator: Counts of its creator; None = unknown.
        topic_stats: Counts of its topics over all users, as far as known; may be empty.
        topics: Its topics as in the user's state; may be empty.
        at_ms: Moment of the prediction, UTC.
        item_id: To know it again; empty = unknown.
    """
    k, ks = cfg.prior_events, cfg.short_prior_events
    up, down = k * base_prob, k * (1.0 - base_prob)
    up_s, down_s = ks * base_prob, ks * (1.0 - base_prob)
    log = math.log
    base = log(base_prob / (1.0 - base_prob))
    item_rate = item_short = item_log_n = creator_rate = topic_rate = 0.0
    if item is not None:
        item_rate = log((item.pos + up) / (max(item.n - item.pos, 0.0) + down)) - base
        item_short = log((item.short_pos + up_s) / (max(item.short_n - item.short_pos, 0.0) + down_s)) - base
        item_log_n = log(1.0 + item.n)
    if creator is not None:
        creator_rate = log((creator.pos + up) / (max(creator.n - creator.pos, 0.0) + down)) - base
    known = 0
    for stats in topic_stats:
        if stats is not None:
            known += 1
            topic_rate += log((stats.pos + up) / (max(stats.n - stats.pos, 0.0) + down)) - base
    if known > 1:
        topic_rate /= known
    if user is None or not user.seen_ms:
        return (1.0, item_rate, item_short, item_log_n, creator_rate, topic_rate, *_NOBODY, base)
    slow, fast = scales(cfg, user, at_ms)
    total = user.total
    pos, n = max(total[0] * slow, 0.0), max(total[1] * slow, 0.0)
    user_logit = log((pos + up) / (max(n - pos, 0.0) + down))
    s_pos, s_n = max(total[2] * fast, 0.0), max(total[3] * fast, 0.0)
    user_short = log((s_pos + up_s) / (max(s_n - s_pos, 0.0) + down_s)) - user_logit
    # The user's own rate is what a topic is compared with.
    own = 1.0 / (1.0 + math.exp(-user_logit))
    up, down, up_s, down_s = k * own, k * (1.0 - own), ks * own, ks * (1.0 - own)
    rate = rate_s = residual = mass = mass_s = 0.0
    met = 0
    rows, places = user.rows, user.places
    for topic in topics:
        place = places.get(topic)
        if place is None:
            continue
        met += 1
        at = place * WIDTH
        t_pos, t_n = max(rows[at] * slow, 0.0), rows[at + 1] * slow
        t_pos_s, t_n_s = max(rows[at + 2] * fast, 0.0), rows[at + 3] * fast
        rate += log((t_pos + up) / (max(t_n - t_pos, 0.0) + down))
        rate_s += log((t_pos_s + up_s) / (max(t_n_s - t_pos_s, 0.0) + down_s))
        residual += rows[at + 4] * slow / (max(t_n, 0.0) + k)
        mass += t_pos
        mass_s += t_pos_s
    if met:
        rate = rate / met - user_logit
        rate_s = rate_s / met - user_logit - rate
        residual /= met
    return (
        1.0,
        item_rate,
        item_short,
        item_log_n,
        creator_rate,
        topic_rate,
        user_logit - base,
        user_short,
        log(1.0 + n),
        total[RESIDUAL] * slow / (n + k),
        rate,
        rate_s,
        residual,
        log(1.0 + mass),
        log(1.0 + mass_s),
        1.0 if item_id and user.recent and item_hash(item_id) in user.recent else 0.0,
        base,
    )


_NOBODY: Final = (0.0,) * (FEATURES.index("base_rate") - FEATURES.index("user_rate"))


def item_prob(values: Features) -> float:
    """Return how likely anybody likes the item: what residuals of a user are measured from."""
    return 1.0 / (1.0 + math.exp(-(values[_ITEM_RATE] + values[-1])))


_ITEM_RATE: Final = FEATURES.index("item_rate")
