"""Talk about one planted topic: when, by whom, in which mixture of posts and reactions."""

from dataclasses import dataclass

import numpy as np

from producers.sources.simulate.actions import CONTENT, ENGAGE
from producers.sources.simulate.people import People, any_users, awake_cells
from producers.sources.simulate.rng import Bools, Floats, Ints
from producers.sources.simulate.rows import CONTENT as CONTENT_KIND
from producers.sources.simulate.rows import ENGAGEMENT, NONE, POST, Rows, make
from producers.sources.simulate.topics import PHRASES, TAG_SHARE, Topics

MINUTE_MS = 60_000
# For two who take part (post, share, reply, like) one only looks on.
_MIX = {
    "create": 0.2,
    "like": 0.2,
    "share": 0.17,
    "reply": 0.1,
    "impression": 0.17,
    "dwell": 0.08,
    "click": 0.08,
}
ONLOOKERS = 0.5  # for each one who takes part
_NAMES = tuple(_MIX)
_RECENT = 30  # reactions go to one of this many newest posts


@dataclass(slots=True)
class Ground:
    """What planting needs: who lives here, what can be talked about, and the next free post number."""

    people: People
    topics: Topics
    start_ms: int
    end_ms: int
    next_item: int = 0

    def new_items(self, count: int) -> Ints:
        """Reserve post numbers."""
        first, self.next_item = self.next_item, self.next_item + count
        return np.arange(first, first + count)

    def cells_of(self, scope: str, regions: tuple[str, ...], langs: tuple[str, ...]) -> Bools:
        """Cells whose people belong to a scope: global, lang:xx or region:XX."""
        cells = self.people.cells
        if scope.startswith("lang:"):
            return np.asarray(cells.lang == langs.index(scope.removeprefix("lang:")))
        if scope.startswith("region:"):
            return np.asarray(cells.region == regions.index(scope.removeprefix("region:")))
        return np.ones(len(cells.lang), dtype=np.bool_)


def rate_per_minute(ground: Ground, users_per_day: float, allowed: Bools) -> tuple[Floats, Floats]:
    """Minutes of the simulation and the expected events in each, following the day of the allowed cells.

    `users_per_day` counts those who take part: hardly anybody does twice a day. Onlookers come on top.
    """
    minutes = np.arange(ground.start_ms, ground.end_ms, MINUTE_MS, dtype=np.float64)
    day = np.arange(0, 24 * 60 * MINUTE_MS, MINUTE_MS, dtype=np.float64)
    mean = ground.people.cells.weights(day, allowed).sum(axis=1).mean()
    awake = ground.people.cells.weights(minutes, allowed).sum(axis=1)
    return minutes, users_per_day * (1 + ONLOOKERS) / (24 * 60) * awake / mean


def moments(ground: Ground, minutes: Floats, expected: Floats, rng: np.random.Generator) -> Ints:
    """Draw event times, sorted, for expected counts by minute."""
    drawn = rng.poisson(np.maximum(expected, 0))
    at_ms = np.repeat(minutes.astype(np.int64), drawn) + rng.integers(0, MINUTE_MS, int(drawn.sum()))
    return np.sort(np.minimum(at_ms, ground.end_ms - 1))


def who(ground: Ground, at_ms: Ints, allowed: Bools, rng: np.random.Generator) -> Ints:
    """Draw somebody who is awake for each moment; people rarely repeat."""
    cell = awake_cells(ground.people, at_ms, rng, allowed)
    return any_users(ground.people, cell, at_ms, rng)


def spelled(ground: Ground, topic: int, count: int, rng: np.random.Generator) -> Ints:
    """Name numbers for one topic: mostly plain, sometimes as tag."""
    return np.where(rng.random(count) < TAG_SHARE, int(ground.topics.tag(topic)), topic)


def people_columns(ground: Ground, user: Ints) -> dict[str, Ints]:
    """Columns that follow from the actor."""
    return {"actor": user, "lang": ground.people.lang[user], "region": ground.people.region[user]}


def phrase(ground: Ground, user: Ints, rng: np.random.Generator) -> Ints:
    """Draw phrase numbers in the users' languages."""
    return ground.people.lang[user] * PHRASES + rng.integers(0, PHRASES, len(user))


def crowd(ground: Ground, at_ms: Ints, user: Ints, topic: Ints, rng: np.random.Generator) -> Rows:
    """Make events of many people with many posts about one topic.

    Args:
        ground: Reserves the posts.
        at_ms: Sorted moments.
        user: Who acts at each.
        topic: Name number at each.
        rng: Where the mixture comes from.
    """
    count = len(at_ms)
    pick = rng.choice(len(_NAMES), count, p=list(_MIX.values()))
    pick[:1] = 0  # there must be a post to react to
    post = pick == 0
    made = np.flatnonzero(post)
    newest = np.cumsum(post) - 1
    back = (np.minimum(newest + 1, _RECENT) * rng.random(count) ** 2).astype(np.int64)
    chosen = np.where(post, newest, newest - back)
    items = ground.new_items(len(made))
    author = user[made[chosen]] if count else user
    action = np.array([CONTENT["create"], *(ENGAGE[name] for name in _NAMES[1:])])[pick]
    dwell_ms = np.round(np.exp(8.5 + 0.9 * rng.standard_normal(count)))
    seen = np.isin(action, [ENGAGE["impression"], ENGAGE["click"], ENGAGE["dwell"]]) & ~post
    return make(
        count,
        {
            **people_columns(ground, user),
            "kind": np.where(post, CONTENT_KIND, ENGAGEMENT),
            "action": action,
            "at_ms": at_ms,
            "item": items[chosen] if count else 0,
            "item_type": POST,
            "author": author,
            "item_lang": ground.people.lang[author],
            "t0": topic[made[chosen]] if count else topic,
            "position": np.where(seen, np.minimum(rng.geometric(0.15, count) - 1, 49), NONE),
            "value": np.where((action == ENGAGE["dwell"]) & ~post, dwell_ms, 0.0),
            "text_a": np.where(post, phrase(ground, user, rng), NONE),
            "text_b": np.where(post, phrase(ground, user, rng), NONE),
        },
    )
