"""Features of many candidates for one person: what belongs to the item alone or to the person alone, once.

What an item brings does not depend on who looks (`ItemPart`), and what a person thinks of a topic not on the
item (`tastes`). Serving keeps the parts of items as long as it keeps a head; a candidate then costs a few
look-ups. The results are those of `interest_features.features`, bit for bit.
"""

import math
from collections.abc import Mapping
from typing import Final, NamedTuple

from state.interest_features import FAINT, FEATURES, STRANGE, Features, View, features
from state.interest_model import About
from state.interest_user import RESIDUAL, WIDTH, item_hash

_FIRST_OWN: Final = FEATURES.index("user_rate")
_STRANGER: Final = FEATURES.index("stranger_topic_log_n")
_NONE: Final = (0.0,) * 6
_log = math.log


class ItemPart(NamedTuple):
    """What an item brings.

    Attributes:
        first: The features before those of the person.
        topics: Its topics, in order.
        topic_log_n: How often its topics were met, as a stranger to them sees it.
        known_as: What a person's newest liked items know it by; None = no id.
    """

    first: tuple[float, ...]
    topics: tuple[str, ...]
    topic_log_n: float
    known_as: int | None


class Taste(NamedTuple):
    """What a person thinks of one topic.

    Attributes:
        rate: Log-odds, slow counts.
        rate_short: The same of fast counts.
        residual: Liking beyond what was predicted.
        pos: Positive labels, slow.
        pos_short: Positive labels, fast.
    """

    rate: float
    rate_short: float
    residual: float
    pos: float
    pos_short: float


def item_part(nobody: View, about: About) -> ItemPart:
    """Return what an item brings. About 4 us.

    Args:
        nobody: View of an unknown person under the head in question.
        about: The item.
    """
    values = features(nobody, about.item, about.creator, about.topic_stats, ())
    known_as = item_hash(about.item_id) if about.item_id else None
    return ItemPart(values[:_FIRST_OWN], tuple(about.topics), values[_STRANGER], known_as)


def tastes(seen: View) -> dict[str, Taste]:
    """Return what a person thinks of each of their topics. About 1 us a topic."""
    rows, slow, fast, k = seen.rows, seen.slow, seen.fast, seen.prior
    out = {}
    for topic, place in seen.places.items():
        at = place * WIDTH
        pos, n, pos_s, n_s, left = rows[at : at + RESIDUAL + 1]
        pos, n = max(pos * slow, 0.0), n * slow
        pos_s, n_s = max(pos_s * fast, 0.0), n_s * fast
        out[topic] = Taste(
            _log((pos + seen.own_up) / (max(n - pos, 0.0) + seen.own_down)),
            _log((pos_s + seen.own_up_short) / (max(n_s - pos_s, 0.0) + seen.own_down_short)),
            left * slow / (max(n, 0.0) + k),
            pos,
            pos_s,
        )
    return out


def candidate(seen: View, table: Mapping[str, Taste], part: ItemPart) -> Features:
    """Return the features of one candidate. About 1.5 us.

    Args:
        seen: The person.
        table: ``tastes`` of that view.
        part: The item.
    """
    met = newest = 0.0
    recent = seen.recent
    if part.known_as is not None and part.known_as in recent:
        met, newest = 1.0, 1.0 / (len(recent) - recent.index(part.known_as))
    found = [table[topic] for topic in part.topics if topic in table]
    if not found:
        return (*part.first, *seen.user, *_NONE, part.topic_log_n, met, newest, seen.base)
    rate = rate_s = residual = mass = mass_s = 0.0
    for taste in found:
        rate += taste[0]
        rate_s += taste[1]
        residual += taste[2]
        mass += taste[3]
        mass_s += taste[4]
    share = 1.0 / len(found)
    rate = rate * share - seen.own
    return (
        *part.first,
        *seen.user,
        rate,
        rate_s * share - seen.own - rate,
        residual * share,
        _log(1.0 + mass),
        _log(1.0 + mass_s),
        _log(1.0 + FAINT * mass),
        STRANGE / (STRANGE + mass) * part.topic_log_n,
        met,
        newest,
        seen.base,
    )
