"""What people did, as the feed reads it: which acts make an item grow, and which say what a person wants.

One act may do both: a like makes its item grow and marks it as seen by its person.
"""

from typing import Final

import msgspec

LIKED: Final = frozenset({"click", "like", "share", "reply"})
TURNED_AWAY: Final = frozenset({"hide", "report"})
ABOUT_CREATORS: Final = frozenset({"follow", "block", "mute"})
MET: Final = frozenset({"impression", "dwell"})
# What a person says about itself and others; it counts however late it comes.
WISHES: Final = frozenset(f"{un}{name}" for un in ("", "un") for name in (*TURNED_AWAY, *ABOUT_CREATORS))
ITEM_ACTS: Final = frozenset({*MET, *LIKED, *TURNED_AWAY, *(f"un{name}" for name in (*LIKED, *TURNED_AWAY))})
FEED_ACTS: Final = ITEM_ACTS | WISHES
CREATED, REMOVED, RESTORED = "create", "remove", "restore"  # of content; the last two also of moderators
BANNED, UNBANNED, SILENCED, UNSILENCED = "ban", "unban", "silence", "unsilence"
DELETED, UNDELETED = "delete", "undelete"
ERASED = "erase"
NO_ITEMS: Final = frozenset({"user", "query"})  # kinds of things that are in no feed
MAX_SCOPES: Final = 8


class Act(msgspec.Struct, array_like=True, gc=False):
    """One thing that was done.

    Attributes:
        user: Who; of what was done to a post or person by a moderator or its author, its id.
        at_ms: Event time.
        event_id: Id of the event.
        action: What, one of the names above.
        item: To what; empty = to a person.
        author: Of the item, or the person it was done to; empty = unknown.
        topics: Of the item.
        lang: Scope of the language of the request, "lang:xx"; empty = none named.
        region: Scope of its region, "region:XX"; empty = none named.
        until_ms: When a moderator's act ends; 0 = never.
        pair: Hash of user and item.
    """

    user: str
    at_ms: int
    event_id: str
    action: str
    item: str
    author: str = ""
    topics: tuple[str, ...] = ()
    lang: str = ""
    region: str = ""
    until_ms: int = 0
    pair: int = 0


def sign(action: str) -> int:
    """Return what an act says about its item: 1 liked, -1 not or no longer, 0 nothing.

    >>> sign("share"), sign("unlike"), sign("hide"), sign("impression")
    (1, -1, -1, 0)
    """
    if action in LIKED:
        return 1
    return -1 if action in TURNED_AWAY or action.removeprefix("un") in LIKED else 0
