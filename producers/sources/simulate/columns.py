"""Rows of numbers to the columns of an Avro schema: names and texts are written here, for a whole batch."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from producers.sources.simulate.actions import TARGET
from producers.sources.simulate.ids import fixed_ids, number_letters, sparse_ids
from producers.sources.simulate.record_parts import RecordParts
from producers.sources.simulate.rng import Ints
from producers.sources.simulate.rows import CONTENT, ENGAGEMENT, MODERATION, QUERY, TOPIC, Rows
from producers.sources.simulate.world import World

if TYPE_CHECKING:
    from schemas.avro_encode import Column

EVENTS = {ENGAGEMENT: "engagement", CONTENT: "content", MODERATION: "moderation"}
_ITEM_TYPES = ("post", "user", "query", "topic")  # by item type number
_ITEM_LETTERS = np.frombuffer(b"puqt", np.uint8)
_TARGETS = np.array([TARGET[name] for name in ("post", "user", "unknown", "topic")])
_SURFACES = ("home", "home", "home", "search", "profile", "topic", "notification", "home")
_CLIENTS = ("android/8.1", "ios/8.2", "web/2025.10", "android/8.0")
_SEARCH = _SURFACES.index("search")
_COMMUNITIES = ("gardening", "books", "cinema", "football", "music", "")
_NO_COMMUNITY = _COMMUNITIES.index("")
_MEMBERS = 4  # one person in so many talks in the community of their topic


def _chosen(values: Sequence[str], index: Ints) -> pa.StringArray:
    return pa.array(values, pa.string()).take(pa.array(index))


class ColumnWriter:
    """Builds columns for one world; names and texts are put into Arrow once."""

    def __init__(self, world: World) -> None:
        self._world = world
        topics = world.topics
        self._names = pa.array(topics.names, pa.string())
        self._halves_a = pa.array(topics.phrases_a, pa.string())
        self._halves_b = pa.array(topics.phrases_b, pa.string())
        self._langs, self._regions = (*world.config.langs, ""), world.config.regions

    def columns(self, event: str, rows: Rows) -> "Mapping[str, Column]":
        """Columns of one event's rows; fields that are not in the answer hold their defaults."""
        batch = RecordParts(rows, self._world)
        if event == "moderation":
            return self._moderation(batch)
        common: dict[str, Column] = {
            **batch.envelope(),
            **batch.account(),
            "topics": self._topics(batch),
            "item_lang": _chosen(self._langs, batch.ints("item_lang") % len(self._langs)),
            "lang": _chosen(self._langs, batch.ints("lang")),
            "region": _chosen(self._regions, batch.ints("region")),
            "client": _chosen(_CLIENTS, batch.actor % len(_CLIENTS)),
            "community": self._communities(batch),
        }
        return common | (self._content(batch) if event == "content" else self._engagement(batch))

    def _topics(self, batch: RecordParts) -> tuple[Ints, pa.StringArray]:
        table = np.stack([batch.ints(name) for name in ("t0", "t1", "t2")], axis=1)
        named = table >= 0
        return named.sum(axis=1), self._names.take(pa.array(table[named]))

    def _communities(self, batch: RecordParts) -> pa.StringArray:
        """Every topic has a community, and some people are in all of them."""
        first = batch.ints("t0")
        topic = self._world.topics.topic_of_name[np.maximum(first, 0)]
        inside = (first >= 0) & (batch.actor % _MEMBERS == 0)
        return _chosen(_COMMUNITIES, np.where(inside, topic % _NO_COMMUNITY, _NO_COMMUNITY))

    def _engagement(self, batch: RecordParts) -> "dict[str, Column]":
        kind = batch.ints("item_type")
        position, author = batch.ints("position"), batch.ints("author")
        decision = batch.ints("decision")
        shown = position >= 0
        # As if every slate had 50 posts and higher places were likelier.
        propensity = np.round(1.0 / (1.0 + np.maximum(position, 0)) / 4.5, 6)
        decided, authored = decision >= 0, author >= 0
        return {
            "action": batch.ints("action"),
            "item_id": fixed_ids(number_letters(_ITEM_LETTERS[kind], batch.ints("item"))),
            "item_type": _chosen(_ITEM_TYPES, kind),
            "author_id": sparse_ids(number_letters(ord("u"), author[authored]), authored),
            "value": batch.rows["value"],
            "query": self._queries(batch),
            "surface": _chosen(_SURFACES, np.where(kind == QUERY, _SEARCH, decision % len(_SURFACES))),
            "decision_id": sparse_ids(number_letters(ord("d"), decision[decided]), decided),
            "position": (shown, position),
            "propensity": (shown, propensity),
            "experiments": batch.experiments(shown),
        }

    def _queries(self, batch: RecordParts) -> pa.StringArray:
        search = batch.ints("item_type") == QUERY
        if not search.any():
            return _chosen(("",), np.zeros(batch.count, np.int64))
        # The last name is a stand-in for "no query".
        names = pa.concat_arrays([self._names, pa.array([""], pa.string())])
        return names.take(pa.array(np.where(search, batch.ints("t0"), len(names) - 1)))

    def _content(self, batch: RecordParts) -> "dict[str, Column]":
        return {
            "action": batch.ints("action"),
            "item_id": fixed_ids(number_letters(ord("p"), batch.ints("item"))),
            "text": self._texts(batch),
            "media": self._media(batch),
            "surface": "composer",
        }

    def _texts(self, batch: RecordParts) -> pa.StringArray:
        """First half, second half and the first topic; a delete has no text."""
        first, second = batch.ints("text_a"), batch.ints("text_b")
        whole = pc.binary_join_element_wise(
            self._halves_a.take(pa.array(np.maximum(first, 0))),
            self._halves_b.take(pa.array(np.maximum(second, 0))),
            self._names.take(pa.array(np.maximum(batch.ints("t0"), 0))),
            " ",
        )
        return pc.if_else(pa.array(first >= 0), whole, "")

    def _media(self, batch: RecordParts) -> tuple[Ints, pa.StringArray]:
        """Every fourth post shows a picture."""
        item = batch.ints("item")
        has = (item % 4 == 0) & (batch.ints("text_a") >= 0)
        ids = fixed_ids(number_letters(ord("m"), item[has]))
        return has.astype(np.int64), pc.binary_join_element_wise("image:", ids, "")

    def _moderation(self, batch: RecordParts) -> "Mapping[str, Column]":
        kind = batch.ints("item_type")
        ids = fixed_ids(number_letters(_ITEM_LETTERS[kind], batch.ints("item")))
        names = self._names.take(pa.array(np.maximum(batch.ints("t0"), 0)))
        return {
            **batch.envelope(),
            "actor_id": "moderator-1",
            "action": batch.ints("action"),
            "target_type": _TARGETS[kind],
            "target_id": pc.if_else(pa.array(kind == TOPIC), names, ids),
            "reason": "coordinated or abusive",
        }
