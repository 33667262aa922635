"""What the feed job serves, step by step, without Flink."""

from schemas.hashing import hash64
from schemas.served_feed import (
    PARTS,
    BarsRecord,
    PoolRecord,
    SeenRecord,
    WishRecord,
    bars_key,
    new_name,
    pool_key,
    seen_key,
    wish_key,
)
from state.feed_acts import BANNED, CREATED, ERASED, REMOVED, Act
from state.feed_pools import PoolConfig
from state.feed_viewer import seen_hash
from tests.support.feed_flow import END_MS, FeedFlow, FeedOptions

T = 1_772_150_400_000
_at = 0


def act(user: str, action: str, item: str = "", at_ms: int = 0, **more: object) -> Act:
    """Return an act with an id of its own."""
    global _at  # noqa: PLW0603
    _at += 1
    return Act(user, T + at_ms, f"e{_at:06}", action, item, **more)  # type: ignore[arg-type]


def _about_tea(item: str, at_ms: int = 0, likes: int = 0, author: str = "max") -> list[Act]:
    seen = [
        act(f"u{n}", "impression", item, at_ms, author=author, topics=("tea",), lang="lang:en")
        for n in range(likes + 1)
    ]
    return seen + [
        act(f"u{n}", "like", item, at_ms + 5, author=author, topics=("tea",), lang="lang:en")
        for n in range(likes)
    ]


def _items(flow: FeedFlow, kind: str, name: str) -> list[str]:
    found = flow.value(PoolRecord, pool_key(kind, name))  # type: ignore[arg-type]
    return [one.item for one in found.items] if found else []


def test_liked_items_lead_their_topic_creator_and_scope() -> None:
    """More likes, better place; popular lists hold only what was liked; counts are of people."""
    flow = FeedFlow()
    flow.take(_about_tea("p1") + _about_tea("p2", likes=5) + _about_tea("p3", likes=2))
    flow.until(END_MS)
    assert _items(flow, "topic", "tea") == ["p2", "p3", "p1"]
    assert _items(flow, "creator", "max") == ["p2", "p3", "p1"]
    assert _items(flow, "popular", "global") == _items(flow, "popular", "lang:en") == ["p2", "p3"]
    creator = flow.value(PoolRecord, pool_key("creator", "max"))
    assert (creator.met, creator.items[0].met) == (6 + 3 + 1, 6)


def test_a_repeated_like_counts_once_and_unlike_takes_it_back() -> None:
    """Likes are a set of people within the window."""
    flow = FeedFlow()
    flow.take([*_about_tea("p1", likes=1), *(act("u0", "like", "p1", n, topics=("tea",)) for n in range(50))])
    flow.take(_about_tea("p2", likes=2))
    flow.until(T + 60_000)
    assert _items(flow, "topic", "tea")[0] == "p2"
    flow.take([act(f"u{n}", "unlike", "p2", 70_000, topics=("tea",)) for n in range(2)])
    flow.until(END_MS)
    assert _items(flow, "topic", "tea")[0] == "p1"


def test_content_is_in_its_pools_before_anybody_met_it() -> None:
    """A new creator's post can be explored at once."""
    flow = FeedFlow()
    flow.take([act("zoe", CREATED, "p9", author="zoe", topics=("tea",), lang="lang:en")])
    flow.until(END_MS)
    assert _items(flow, "topic", "tea") == ["p9"]
    part = hash64(b"zoe") % PARTS
    assert _items(flow, "new", new_name("lang:en", part)) == ["p9"]
    assert _items(flow, "popular", "global") == []


def test_a_creator_whom_many_met_is_no_longer_new() -> None:
    """All of the creator's items leave the pools of new ones, also those that nobody met."""
    flow = FeedFlow(FeedOptions(pools=PoolConfig(new_creator_met=8)))
    name = new_name("global", hash64(b"max") % PARTS)
    flow.take([*_about_tea("p1", likes=2), *_about_tea("p2")])
    flow.until(T + 60_000)
    assert set(_items(flow, "new", name)) == {"p1", "p2"}
    flow.take(_about_tea("p3", 70_000, likes=5))
    flow.until(END_MS)
    assert _items(flow, "new", name) == []


def test_wishes_follow_the_newest_word() -> None:
    """Follow, hide, block, mute and their undos; a hide names the creator as well."""
    flow = FeedFlow()
    flow.take(
        [
            act("ann", "follow", author="max", at_ms=1, lang="lang:en"),
            act("ann", "follow", author="zoe", at_ms=2),
            act("ann", "unfollow", author="max", at_ms=3),
            act("ann", "hide", "p1", 4, author="eve"),
            act("ann", "block", author="bob", at_ms=5),
            act("ann", "mute", author="tim", at_ms=6),
        ]
    )
    flow.until(END_MS)
    found = flow.value(WishRecord, wish_key("ann"))
    assert found == WishRecord(
        as_of_ms=T + 6, follows=("zoe",), hidden=("p1",), blocked=("bob",), muted=("tim",),
        tired=(("eve", T + 4),), lang="lang:en",
    )  # fmt: skip


def test_a_late_wish_counts_at_once() -> None:
    """A hide that comes after its moment is not lost."""
    flow = FeedFlow()
    flow.take([act("ann", "hide", "p1", 10_000)])
    flow.until(T + 20_000)
    flow.take([act("ann", "hide", "p2", 1)])
    flow.until(END_MS)
    assert set(flow.value(WishRecord, wish_key("ann")).hidden) == {"p1", "p2"}


def test_what_was_met_is_seen_and_forgotten_with_the_person() -> None:
    """Four bytes an item; an erasure leaves no key."""
    flow = FeedFlow()
    flow.take([act("ann", "impression", "p1", 1), act("ann", "click", "p2", 2)])
    flow.until(T + 5_000)
    found = flow.value(SeenRecord, seen_key("ann")).items
    assert found == b"".join(seen_hash(item).to_bytes(4, "little") for item in ("p1", "p2"))
    flow.take([act("ann", ERASED, at_ms=9_000)])
    flow.until(END_MS)
    assert [key for key in flow.redis if "ann" in key] == []


def test_bars_are_told_with_their_end() -> None:
    """Deleted posts and banned people."""
    flow = FeedFlow()
    flow.take([act("p1", REMOVED, at_ms=1), act("max", BANNED, at_ms=2, until_ms=T + 99)])
    flow.until(END_MS)
    parts = [flow.value(BarsRecord, bars_key(part)) for part in range(PARTS)]
    assert [post for one in parts if one for post in one.posts] == [("p1", 0)]
    assert [user for one in parts if one for user in one.users] == [("max", T + 99)]
