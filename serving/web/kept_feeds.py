"""Feeds that were shown, for their further pages and for when the store is away.

They are kept as bytes: some thousand feeds of sixty items each as objects would make every full collection of
garbage stop the server for as long as many requests take.
"""

from collections import OrderedDict
from typing import NamedTuple

import msgspec

from serving.web.feed_shapes import Feed

_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(Feed)


class _Kept(NamedTuple):
    user: str
    raw: bytes


class KeptFeeds:
    """Feeds by their decision; the one used longest ago goes first. Some 15 kB each.

    Args:
        most: Feeds kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._feeds: OrderedDict[str, _Kept] = OrderedDict()
        self._last: OrderedDict[str, str] = OrderedDict()

    def put(self, user: str, feed: Feed) -> None:
        """Keep a feed for its pages; one that was made for the person also as its last one."""
        if not feed.items:
            return
        self._feeds[feed.decision_id] = _Kept(user, _encode(feed))
        while len(self._feeds) > self._most:
            self._feeds.popitem(last=False)
        if feed.rung != "full":
            return
        self._last[user] = feed.decision_id
        self._last.move_to_end(user)
        while len(self._last) > self._most:
            self._last.popitem(last=False)

    def get(self, user: str, decision_id: str) -> Feed | None:
        """Return a feed of a person; None when it is no longer kept, or another's."""
        kept = self._feeds.get(decision_id)
        if kept is None or kept.user != user:
            return None
        self._feeds.move_to_end(decision_id)
        return _decoder.decode(kept.raw)

    def last(self, user: str) -> Feed | None:
        """Return the last feed that was made for a person; None when it is no longer kept."""
        return self.get(user, self._last.get(user, ""))
