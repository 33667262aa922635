"""Laws of the HTTP layer's pure parts: changes, cursors, pages and token buckets."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.trend_records import a_record, an_as_of

from serving.ranks import Ranks
from serving.trend import listing
from serving.web import mastodon
from serving.web.bucket import Bucket, Rate, full, take, wait_ms
from serving.web.changes import Changes, changes, top
from serving.web.cursor import CursorError, cursor, parse
from serving.web.snapshot import ListKey, Snapshot, change, page, snapshot, version_of
from serving.web.sse import event
from serving.web.views import view

_TOPICS = st.lists(st.sampled_from("abcdefghij"), unique=True)


def places(topics: list[str]) -> dict[str, int]:
    """Topics with their places."""
    return {topic: place for place, topic in enumerate(topics, start=1)}


def applied(before: dict[str, int], found: Changes, now: dict[str, int]) -> dict[str, int]:
    """What a reader holds after a change: places of what came in are in the event beside it."""
    held = {topic: place for topic, place in before.items() if topic not in found.left}
    held |= {topic: place for topic, _, place in found.moved}
    return held | {topic: now[topic] for topic in found.entered}


def a_snapshot(topics: list[str], *, own: int | None = None, allowed: bool = False) -> Snapshot:
    """A list of topics, of which the first are its own."""
    most = len(topics) if own is None else own
    records = [
        a_record(topic, scope="lang:en" if at < most else "global", related=("a", "zz"))
        for at, topic in enumerate(topics)
    ]
    shown = listing("lang:en", an_as_of(), [(record.rank, record) for record in records])
    return snapshot(ListKey("lang:en", "tag", allowed, fill=True), version_of(shown), shown, None)


@given(_TOPICS, _TOPICS)
def test_a_reader_who_applies_changes_has_the_list(before: list[str], after: list[str]) -> None:
    """Changes say everything about places: with them a reader never needs the whole list again."""
    old, new = places(before), places(after)
    found = changes(old, new)
    assert applied(old, found, new) == new
    assert bool(found) == (old != new)


@given(_TOPICS, _TOPICS, st.integers(1, 12))
def test_changes_of_the_top_are_those_of_shorter_lists(
    before: list[str], after: list[str], limit: int
) -> None:
    """Who follows ten topics sees what leaves the ten, though it is still in the list."""
    short = changes(places(before[:limit]), places(after[:limit]))
    assert changes(top(places(before), limit), top(places(after), limit)) == short
    if before != after:
        told = json.loads(change(a_snapshot(before), a_snapshot(after), limit))
        assert [trend["topic"] for trend in told["entered"]] == list(short.entered)
        assert told["left"] == list(short.left)


@given(st.binary(min_size=8, max_size=8), st.integers(0, 36**4 - 1))
def test_a_cursor_says_what_was_put_into_it(version: bytes, offset: int) -> None:
    """Every state and every place has a cursor, and it needs no escaping in an address."""
    text = cursor(version.hex(), offset)
    assert parse(text) == (version.hex(), offset)
    assert text.replace("-", "").isalnum()


@pytest.mark.parametrize(
    "text", ["", "x", "00deadbeef00cafe", "00deadbeef00cafe-", "00DEADBEEF00CAFE-1", "-1"]
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    """A mistyped cursor is an error, never another page."""
    with pytest.raises(CursorError, match="unchanged"):
        parse(text)


@given(st.integers(0, 10), st.integers(0, 10), st.integers(1, 12))
def test_pages_show_own_trends_once_and_fillers_on_the_first_page_only(
    own: int, fillers: int, limit: int
) -> None:
    """Whoever follows `next` sees each own trend exactly once, in order."""
    topics = [f"t{i}" for i in range(own + fillers)]
    shown = a_snapshot(topics, own=own)
    seen, offset = [], 0
    while True:
        told = json.loads(page(shown, offset, limit, None))
        seen += [trend["topic"] for trend in told["trends"]]
        if told["next"] is None:
            break
        version, offset = parse(told["next"])
        assert version == shown.version == told["version"]
    assert seen == topics[: max(own, limit)]


@given(_TOPICS, _TOPICS)
def test_equal_lists_have_equal_versions_and_others_do_not(one: list[str], other: list[str]) -> None:
    """A version is a name that several servers agree on."""
    assert (a_snapshot(one).version == a_snapshot(other).version) == (one == other)


@given(
    st.floats(0.1, 1_000.0),
    st.integers(1, 100),
    st.lists(st.tuples(st.integers(-500, 5_000), st.integers(1, 50)), max_size=40),
)
def test_no_bucket_gives_more_than_its_rate(per_s: float, burst: int, asked: list[tuple[int, int]]) -> None:
    """However it is asked, and whatever the clock does: burst + rate * time at most."""
    rate, now_ms, taken = Rate(per_s, burst), 0, 0
    bucket, newest_ms = full(rate, 0), 0
    for step_ms, want in asked:
        now_ms += step_ms
        newest_ms = max(newest_ms, now_ms)
        got, bucket = take(rate, bucket, now_ms, want)
        taken += got
        assert 0 <= got <= want
        assert taken <= burst + per_s * newest_ms / 1000 + 1e-6


@given(st.floats(0.1, 1_000.0), st.integers(1, 100))
def test_after_the_wait_there_is_a_token(per_s: float, burst: int) -> None:
    """Retry-After is no promise that is broken."""
    rate = Rate(per_s, burst)
    _, bucket = take(rate, Bucket(0.0, 0), 0, 1)
    got, _ = take(rate, bucket, wait_ms(rate, bucket), 1)
    assert got == 1


@given(st.dictionaries(st.text(), st.text()), st.text("0123456789abcdef", max_size=16))
def test_an_event_is_one_event_whatever_it_holds(data: dict[str, str], name: str) -> None:
    """JSON holds no line breaks, so nothing that a topic is called can end an event early."""
    text = event("change", msgspec.json.encode(data), name).decode()
    assert text.count("\n\n") == 1
    assert text.endswith("\n\n")
    (line,) = [line for line in text.split("\n") if line.startswith("data: ")]
    assert json.loads(line.removeprefix("data: ")) == data


@given(st.lists(st.integers(0, 1_000), max_size=24), st.integers(0, 287))
def test_history_for_mastodon_loses_nothing(counts: list[int], pane: int) -> None:
    """Seven days, newest first, each a midnight; what is known stands in one or two of them."""
    end_ms = 1_751_328_000_000 + (pane + 1) * 300_000
    record = a_record(history=tuple(map(float, counts)), pane_start_ms=end_ms - 300_000)
    shown = listing("global", an_as_of(end_ms), [(record.rank, record)])
    days = mastodon.history(view(shown.trends[0], Ranks(0)), end_ms)
    assert sum(int(day.uses) for day in days) == sum(counts)
    assert [int(days[0].day) - int(day.day) for day in days] == [86_400 * back for back in range(7)]
    assert all(int(day.day) % 86_400 == 0 for day in days)
