"""What people can react to: the newest posts of each topic."""

import numpy as np

from producers.sources.simulate.people import ESTABLISHED, People
from producers.sources.simulate.rng import Bools, Floats, Ints
from producers.sources.simulate.rows import NONE, Rows, make

KEPT = 32  # posts of one topic that can still be found
_TOPIC_SHIFT = 40  # key = topic << 40 | creation time since `zero_ms`

_FIELDS = ("item", "author", "t0", "t1", "t2", "item_lang")


class ItemPool:
    """Posts sorted by (topic, creation time), so that picking is two binary searches.

    Memory: about 60 bytes x KEPT x topics, and the posts of the current slot.
    """

    def __init__(self, topics: int, zero_ms: int) -> None:
        self._topics, self._zero_ms = topics, zero_ms
        self._key: Ints = np.zeros(0, np.int64)
        self._appeal: Floats = np.zeros(0)
        self._columns: dict[str, Ints] = {name: np.zeros(0, np.int64) for name in _FIELDS}
        self._first: Ints = np.zeros(topics, np.int64)

    def add(self, posts: Rows, topic: Ints, appeal: Floats) -> None:
        """Add new posts; of the older ones the newest KEPT of each topic stay."""
        kept = self._newest()
        key = (topic.astype(np.int64) << _TOPIC_SHIFT) | (posts["at_ms"].astype(np.int64) - self._zero_ms)
        key = np.concatenate([self._key[kept], key])
        order = np.argsort(key, kind="stable")
        self._key = key[order]
        self._appeal = np.concatenate([self._appeal[kept], appeal])[order]
        for name in _FIELDS:
            new = posts[name].astype(np.int64)
            self._columns[name] = np.concatenate([self._columns[name][kept], new])[order]
        self._first = np.searchsorted(self._key, np.arange(self._topics) << _TOPIC_SHIFT)

    def _newest(self) -> Bools:
        ends = np.append(self._first[1:], len(self._key)) if len(self._first) else self._first
        topic = self._key >> _TOPIC_SHIFT
        return np.asarray(np.arange(len(self._key)) >= ends[topic] - KEPT)

    def pick(self, topic: Ints, at_ms: Ints, rng: np.random.Generator) -> dict[str, Ints]:
        """Choose for each (topic, moment) a post created before: of two recent ones the more appealing."""
        key = (topic << _TOPIC_SHIFT) | (at_ms - self._zero_ms)
        newest = np.searchsorted(self._key, key, side="right") - 1
        span = newest - self._first[topic] + 1
        a, b = (newest - (span * rng.random(len(topic)) ** power).astype(np.int64) for power in (2.5, 1.5))
        chosen = np.where(self._appeal[b] > self._appeal[a], b, a)
        return {name: column[chosen] for name, column in self._columns.items()}


def seed_posts(count: int, people: People, at_ms: int, rng: np.random.Generator) -> Rows:
    """Make one post for each everyday topic from before the simulation, so that every topic has something."""
    author = rng.integers(0, people.regular, count)
    return make(
        count,
        {
            "at_ms": at_ms,
            "item": np.arange(count),
            "author": author,
            "t0": np.arange(count),
            "t1": NONE,
            "item_lang": people.lang[author],
        },
    )


def appeal(people: People, author: Ints, rng: np.random.Generator) -> Floats:
    """How well posts of authors do: known creators better, with luck for everybody."""
    known = np.log1p(people.followers[author]) + 2.0 * (people.creator[author] == ESTABLISHED)
    return np.asarray(known + 2.5 * rng.standard_normal(len(author)), dtype=np.float64)
