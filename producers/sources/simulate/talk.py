"""Everyday talk of one slot of time: posts, impressions and what follows them, searches, and undos.

Every outcome follows an impression of the same post by the same person, every undo an outcome, every edit or
delete a post: causes come before effects in event time.
"""

from dataclasses import dataclass

import numpy as np

from producers.sources.simulate.actions import (
    CONTENT,
    ENGAGE,
    IS_ABOUT_USER,
    OUTCOME_NUMBERS,
    OUTCOME_SHARES,
    UNDO,
)
from producers.sources.simulate.items import ItemPool, appeal
from producers.sources.simulate.people import People, active_users
from producers.sources.simulate.regions import activity
from producers.sources.simulate.rng import Floats, Ints
from producers.sources.simulate.rows import CONTENT as CONTENT_KIND
from producers.sources.simulate.rows import (
    NONE,
    QUERY,
    USER,
    Rows,
    concat,
    make,
    numbered,
    replaced,
    size,
    take,
)
from producers.sources.simulate.topics import PHRASES, Topics, draw_topics, favourites_at, with_companions

MINUTE_MS = 60_000
_POSTS, _CHANGES, _SEARCHES, _OUTCOMES, _UNDOS = 0.08, 0.01, 0.03, 0.27, 0.01  # the rest: impressions


@dataclass(slots=True)
class Talk:
    """The everyday part of a simulation; keeps the posts that can be reacted to and the next free numbers."""

    people: People
    topics: Topics
    pool: ItemPool
    end_ms: int
    next_seq: int
    next_item: int

    def slot(self, start_ms: int, stop_ms: int, count: int, rng: np.random.Generator) -> Rows:
        """Make exactly `count` events that begin in [start_ms, stop_ms); effects may come later."""
        posts_n, changes_n, searches_n, outcomes_n, undos_n = (
            int(count * share) for share in (_POSTS, _CHANGES, _SEARCHES, _OUTCOMES, _UNDOS)
        )
        posts = self._posts(*self._moments(start_ms, stop_ms, posts_n, rng), rng)
        changes = self._changes(posts, min(changes_n, posts_n), rng)
        seen_n = count - posts_n - size(changes) - searches_n - outcomes_n - undos_n
        seen = self._impressions(*self._moments(start_ms, stop_ms, seen_n, rng), rng)
        outcomes = self._outcomes(seen, min(outcomes_n, seen_n), rng)
        undos = self._undos(outcomes, undos_n, rng)
        searches_n = count - sum(size(part) for part in (posts, changes, seen, outcomes, undos))
        searches = self._searches(*self._moments(start_ms, stop_ms, searches_n, rng), rng)
        rows = numbered(concat([posts, changes, seen, outcomes, undos, searches]), self.next_seq)
        self.next_seq += count
        return rows

    def _moments(
        self, start_ms: int, stop_ms: int, count: int, rng: np.random.Generator
    ) -> tuple[Ints, Ints]:
        """When something happens and in which cell of the population, following everybody's day."""
        cells = self.people.cells
        minutes = np.arange(start_ms, stop_ms, MINUTE_MS, dtype=np.float64)
        weights: Floats = activity(minutes[None, :], cells.utc_offset_h[:, None]) * cells.count[:, None]
        drawn = rng.multinomial(count, (weights / weights.sum()).ravel())
        place = np.repeat(np.arange(len(drawn)), drawn)
        cell, minute = np.divmod(place, len(minutes))
        at_ms = start_ms + minute * MINUTE_MS + rng.integers(0, MINUTE_MS, count)
        return np.minimum(at_ms, stop_ms - 1), cell

    def _posts(self, at_ms: Ints, cell: Ints, rng: np.random.Generator) -> Rows:
        people, count = self.people, len(at_ms)
        author = active_users(people, cell, at_ms, rng, posting=True)
        topic = draw_topics(self.topics, people, author, at_ms, rng)
        t0, t1, t2 = with_companions(self.topics, topic, rng)
        lang = people.lang[author]
        posts = make(
            count,
            {
                "kind": CONTENT_KIND,
                "action": CONTENT["create"],
                "at_ms": at_ms,
                "actor": author,
                "author": author,
                "item": np.arange(self.next_item, self.next_item + count),
                "t0": t0,
                "t1": t1,
                "t2": t2,
                "item_lang": lang,
                "lang": lang,
                "region": people.region[author],
                "text_a": lang * PHRASES + rng.integers(0, PHRASES, count),
                "text_b": lang * PHRASES + rng.integers(0, PHRASES, count),
            },
        )
        self.next_item += count
        self.pool.add(posts, topic, appeal(people, author, rng))
        return posts

    def _changes(self, posts: Rows, count: int, rng: np.random.Generator) -> Rows:
        """Half edits with a new second half of the text, half deletes."""
        rows = take(posts, rng.choice(size(posts), count, replace=False))
        edit = np.arange(count) % 2 == 0
        text_b = rows["item_lang"].astype(np.int64) * PHRASES + rng.integers(0, PHRASES, count)
        return replaced(
            rows,
            {
                "action": np.where(edit, CONTENT["edit"], CONTENT["delete"]),
                "at_ms": self._later(rows, rng.exponential(40 * MINUTE_MS, count)),
                "text_a": np.where(edit, rows["text_a"], NONE),
                "text_b": np.where(edit, text_b, NONE),
            },
        )

    def _impressions(self, at_ms: Ints, cell: Ints, rng: np.random.Generator) -> Rows:
        people, count = self.people, len(at_ms)
        user = active_users(people, cell, at_ms, rng, posting=False)
        topic = draw_topics(self.topics, people, user, at_ms, rng)
        seq = np.arange(self.next_seq, self.next_seq + count)
        return make(
            count,
            {
                "action": ENGAGE["impression"],
                "at_ms": at_ms,
                "actor": user,
                "lang": people.lang[user],
                "region": people.region[user],
                "decision": seq // 8,
                "position": np.minimum(rng.geometric(0.15, count) - 1, 49),
                **self.pool.pick(topic, at_ms, rng),
            },
        )

    def _outcomes(self, seen: Rows, count: int, rng: np.random.Generator) -> Rows:
        """Choose impressions that lead to something: favourites three times as often, high positions more."""
        user, at_ms = seen["actor"].astype(np.int64), seen["at_ms"].astype(np.int64)
        topic = self.topics.topic_of_name[seen["t0"].astype(np.int64)]
        liked = (favourites_at(self.topics, self.people, user, at_ms) == topic[:, None]).any(axis=1)
        weight = np.where(liked, 3.0, 1.0) / (1 + 0.1 * seen["position"].astype(np.float64))
        # The smallest waiting times are a sample by weight without replacement (Efraimidis, Spirakis 2006).
        waiting = rng.standard_exponential(size(seen)) / weight
        rows = take(seen, np.argpartition(waiting, count - 1)[:count] if count else slice(0))
        action = OUTCOME_NUMBERS[rng.choice(len(OUTCOME_SHARES), count, p=OUTCOME_SHARES)]
        about_user = IS_ABOUT_USER[action]
        dwell_ms = np.round(np.exp(8.5 + 0.9 * rng.standard_normal(count)))
        return replaced(
            rows,
            {
                "action": action,
                "at_ms": self._later(rows, rng.exponential(25_000, count)),
                "item": np.where(about_user, rows["author"], rows["item"]),
                "item_type": np.where(about_user, USER, rows["item_type"]),
                "value": np.where(action == ENGAGE["dwell"], dwell_ms, 0.0),
            },
        )

    def _undos(self, outcomes: Rows, count: int, rng: np.random.Generator) -> Rows:
        undo = UNDO[outcomes["action"]]
        possible = np.flatnonzero(undo)
        chosen = rng.choice(possible, min(count, len(possible)), replace=False)
        rows = take(outcomes, chosen)
        at_ms = self._later(rows, rng.exponential(20 * MINUTE_MS, len(chosen)))
        return replaced(rows, {"action": undo[chosen], "at_ms": at_ms, "value": 0.0})

    def _searches(self, at_ms: Ints, cell: Ints, rng: np.random.Generator) -> Rows:
        people = self.people
        user = active_users(people, cell, at_ms, rng, posting=False)
        topic = draw_topics(self.topics, people, user, at_ms, rng)
        return make(
            len(at_ms),
            {
                "action": ENGAGE["search"],
                "at_ms": at_ms,
                "actor": user,
                "lang": people.lang[user],
                "region": people.region[user],
                "item": topic,
                "item_type": QUERY,
                "t0": topic,
            },
        )

    def _later(self, rows: Rows, delay_ms: Floats) -> Ints:
        """Moments after those of `rows`, the last one a millisecond before the end."""
        at_ms = rows["at_ms"].astype(np.int64) + 1 + delay_ms.astype(np.int64)
        return np.minimum(at_ms, self.end_ms - 1)
