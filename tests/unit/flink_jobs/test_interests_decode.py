"""The interests job's decoder: what becomes a deed, where it goes, what is refused and why."""

import numpy as np
import pytest

from flink_jobs._shell.raw_batch import NO_TIME_MS, RawBatch
from flink_jobs.interests import pieces
from flink_jobs.interests.decode import DeedDecoder
from schemas.codec import encode_record
from schemas.records import EngagementRecorded, ErasureRequested
from schemas.registry import FileRegistry
from state.outcome_join import Deed

AT_MS = 1_772_150_400_000
REGISTRY = FileRegistry()


def _event(**more: object) -> bytes:
    fields = {
        "event_id": "e1",
        "source_ms": AT_MS,
        "actor_id": "ann",
        "action": "like",
        "item_id": "p1",
    } | more
    return encode_record(EngagementRecorded(**fields), REGISTRY)  # type: ignore[arg-type]


def _read(
    values: list[bytes | None], mark_ms: int = NO_TIME_MS, late_ms: int = 0
) -> tuple[list[tuple[int, int, Deed]], list[str]]:
    n = len(values)
    batch = RawBatch(["engagement"] * n, np.zeros(n, np.int64), np.arange(n), np.full(n, AT_MS), values)
    found, refused = DeedDecoder(REGISTRY, 60_000, 4, late_ms).read(batch, np.full(n, mark_ms))
    deeds = [
        (pieces.shard_of(raw), pieces.pane_of(raw), deed)
        for raw in found
        for deed in pieces.deeds_of(pieces.item_body(raw))
    ]
    return deeds, [text.split("\x1e")[3] for text in refused]


def test_a_deed_keeps_what_the_join_needs() -> None:
    """Topics are canonical and stand once; a missing place is none."""
    raw = _event(author_id="max", topics=["#Tea", "tea", "Chess"], decision_id="d1", position=3, value=2.5)
    ((_, pane, deed),), refused = _read([raw])
    assert (deed.user, deed.at_ms, deed.event_id, deed.action, deed.item) == (
        "ann",
        AT_MS,
        "e1",
        "like",
        "p1",
    )
    assert (deed.author, deed.topics, deed.decision, deed.position) == ("max", ("tea", "chess"), "d1", 3)
    assert (deed.value, pane, refused) == (2.5, AT_MS // 60_000, [])
    (_, _, without), *_ = _read([_event()])[0]
    assert without.position == -1


def test_an_item_has_one_shard_and_a_person_another() -> None:
    """Deeds of one item meet, whoever does them; the person's shard goes with the deed."""
    values = [_event(event_id=f"e{n}", actor_id=f"u{n}", item_id="p1") for n in range(20)]
    deeds, _ = _read(values)
    assert len({shard for shard, _, _ in deeds}) == 1
    assert len({deed.shard for _, _, deed in deeds}) > 1
    assert len({deed.pair for _, _, deed in deeds}) == 20


@pytest.mark.parametrize("action", ["search", "unsearch"])
def test_what_the_join_does_not_know_is_left_out(action: str) -> None:
    """It is neither a deed nor refused."""
    assert _read([_event(action=action)]) == ([], [])


def test_bad_and_late_records_are_refused_with_their_reason() -> None:
    """The good one beside them is not hurt."""
    good = _event(event_id="e2", source_ms=AT_MS + 5_000)
    values = [None, b"\x00\x00", _event(item_id=""), _event(), good, good[:-3]]
    deeds, refused = _read(values, mark_ms=AT_MS)
    assert [deed.event_id for _, _, deed in deeds] == ["e2"]
    assert sorted(refused) == ["invalid", "late", "undecodable", "unreadable", "unreadable"]


def test_a_deed_that_is_a_little_late_is_taken_as_of_now() -> None:
    """Rather late than lost; beyond the bound it is refused."""
    values = [_event(), _event(event_id="e2", source_ms=AT_MS + 9_000)]
    ((_, pane, one), (_, _, other)), refused = _read(values, mark_ms=AT_MS + 5_000, late_ms=6_000)
    assert (one.at_ms, other.at_ms, refused) == (AT_MS + 5_001, AT_MS + 9_000, [])
    assert pane == one.at_ms // 60_000
    assert _read([_event()], mark_ms=AT_MS + 5_000, late_ms=5_000)[1] == ["late"]


@pytest.mark.parametrize("action", ["follow", "block", "mute", "unblock"])
def test_what_is_done_to_a_user_is_about_what_that_user_writes(action: str) -> None:
    """A block of somebody counts for the creator; an author that is named stands."""
    raw = _event(action=action, item_id="max", item_type="user")
    named = _event(event_id="e2", action=action, item_id="p1", author_id="eve")
    deeds, _ = _read([raw, named])
    assert sorted((deed.item, deed.author) for _, _, deed in deeds) == [("max", "max"), ("p1", "eve")]


def test_a_request_to_forget_is_never_late() -> None:
    """It goes to the person's shard by way of the items' step."""
    raw = encode_record(ErasureRequested(event_id="x", source_ms=AT_MS, actor_id="ann"), REGISTRY)
    ((_, _, deed),), refused = _read([raw], mark_ms=AT_MS + 10_000)
    assert (deed.user, deed.action, deed.item, refused) == ("ann", "erase", "", [])
