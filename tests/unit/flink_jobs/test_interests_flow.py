"""The interests job from deeds to what is served: labels, items, erasure, time to live."""

import pytest

from flink_jobs.interests import notes
from flink_jobs.interests.notes import NoteRecords
from flink_jobs.interests.options import InterestsOptions
from schemas.codec import decode_value
from schemas.erasure_subject import subject_of
from schemas.records import ErasureCarriedOut
from schemas.registry import FileRegistry
from schemas.served_interests import (
    HeadRecord,
    InterestRecord,
    ItemRecord,
    PastRecord,
    QualityRecord,
    decode,
    head_key,
    interest_key,
    item_key,
    quality_key,
)
from serving.interests import interests_of
from serving.memory_interest_store import MemoryInterestStore
from serving.scorer import Item, Scorer
from state import interest_person
from state.interest_drift import DriftConfig
from state.interest_turn import ERASE
from state.outcome_join import Deed
from tests.support.interest_flow import END_MS, InterestFlow

START_MS = 1_772_150_400_000
OPTIONS = InterestsOptions(shards=1)


def _deed(at_s: float, action: str, item: str = "p1", user: str = "ann", **more: object) -> Deed:
    at_ms = START_MS + round(at_s * 1000)
    fields = {"author": "max", "topics": ("tea",)} | more
    return Deed(user, at_ms, f"{user}{at_s}{action}{item}", action, item, **fields)  # type: ignore[arg-type]


def _flow(*deeds: Deed) -> InterestFlow:
    flow = InterestFlow(OPTIONS)
    flow.take(deeds)
    return flow


def test_a_like_is_served_within_a_tick_of_event_time() -> None:
    """Not before its quarter of a second is over, and then at once."""
    flow = _flow(_deed(0, "impression"), _deed(5.2, "like"))
    flow.until(START_MS + 5_240)
    assert interest_key("ann") not in flow.redis
    flow.until(START_MS + 5_250)
    at_ms, raw = flow.redis[interest_key("ann")]
    found = interests_of("ann", decode(InterestRecord, raw), 5)
    assert at_ms == START_MS + 5_200
    assert [(one.topic, one.slow, one.fast) for one in found.topics] == [
        ("@max", 1.0, 1.0),
        ("tea", 1.0, 1.0),
    ]


def test_silence_becomes_a_negative_at_the_windows_end() -> None:
    """Ten minutes later, without any further event of that person."""
    flow = _flow(_deed(0, "impression"), _deed(900, "impression", user="bob"))
    flow.until(START_MS + 599_000)
    assert flow.examples == []
    flow.until(START_MS + 601_000)
    assert [(row.actor_id, row.kind, row.label, row.source_ms) for row in flow.examples] == [
        ("ann", "first", 0, START_MS + 600_000)
    ]


def test_a_late_like_flips_and_an_unlike_takes_back() -> None:
    """The features stay those of the impression; interests end where they began."""
    flow = _flow(_deed(0, "impression"), _deed(1000, "like"), _deed(2000, "unlike"))
    flow.until(END_MS)
    assert [(row.kind, row.label) for row in flow.examples] == [("first", 0), ("flip", 1), ("flip", 0)]
    assert len({row.scored for row in flow.examples}) == 1
    record = decode(InterestRecord, flow.redis[interest_key("ann")][1])
    assert interests_of("ann", record, 1).topics[0].liked == pytest.approx(0.0, abs=1e-6)


def test_what_is_known_of_an_item_comes_from_panes_before() -> None:
    """In its own minute an item is new to everybody; in the next one it is not."""
    flow = _flow(
        *(_deed(n, "impression", user=f"u{n}") for n in range(9)),
        _deed(10, "like", user="u1"),
        _deed(61, "impression", topics=(), author=""),
        _deed(62, "like", topics=(), author=""),
    )
    flow.until(END_MS)
    last = flow.examples[-1] if flow.examples[-1].actor_id == "ann" else flow.examples[1]
    ann = next(row for row in flow.examples if row.actor_id == "ann")
    assert ann.topics == ("tea",), last
    _, item_rate, *_ = interest_person.unpack_scored(ann.scored).features
    assert item_rate != 0.0
    first = next(row for row in flow.examples if row.actor_id == "u1")
    assert interest_person.unpack_scored(first.scored).features[1] == 0.0
    record = decode(ItemRecord, flow.redis[item_key("p1")][1])
    assert (round(record.n), round(record.pos), record.topics) == (10, 2, ("tea",))


def test_forgetting_leaves_no_trace_of_the_person() -> None:
    """Nothing in state or Redis has the id, and what waited makes no example."""
    flow = _flow(
        _deed(0, "impression"),
        _deed(1, "like"),
        _deed(2, "impression", item="p2"),
        _deed(3, "impression", user="bob"),
        Deed("ann", START_MS + 4_000, "x", ERASE, ""),
        _deed(200, "like", user="bob"),
    )
    flow.until(START_MS + 100_000_000)
    assert interest_key("ann") not in flow.redis
    assert interest_key("bob") in flow.redis
    assert [(row.actor_id, row.item_id) for row in flow.examples] == [("ann", "p1"), ("bob", "p1")]
    kept = [
        (key, raw)
        for maps in flow.maps.values()
        for one in maps.values()
        for state in one.of.values()
        for key, raw in state.items()
    ]
    assert [pair for pair in kept if "ann" in pair[0] or b"ann" in pair[1]] == []
    assert [
        one for cell in flow.cells.values() for one in cell.of.values() if b"ann" in (one.value or b"")
    ] == []


def test_an_erasure_says_what_it_removed_and_names_nobody() -> None:
    """Counts of what was there; the records carry a hash that whoever knows request and person can check."""
    flow = _flow(
        _deed(0, "impression"),
        _deed(1, "like"),
        _deed(2, "impression", item="p2"),
        Deed("ann", START_MS + 4_000, "x", ERASE, ""),
        Deed("eve", START_MS + 5_000, "y", ERASE, ""),
    )
    flow.until(END_MS)
    cleared = [one for one in flow.noted if isinstance(one, notes.Cleared)]
    assert {(one.event_id, one.place): one.removed for one in cleared} == {
        ("x", "state.interests"): 1,
        ("x", "state.impressions"): 2,
        ("x", "redis.interests"): 1,
        ("y", "state.interests"): 0,
        ("y", "state.impressions"): 0,
        ("y", "redis.interests"): 0,
    }
    texts = NoteRecords(FileRegistry(), b"k" * 32).of(notes.message_of(cleared)[1:])
    topic, key, value, at_ms = texts[0].split("\x1e")
    _, record = decode_value(bytes.fromhex(value), FileRegistry())
    assert (topic, key, int(at_ms)) == ("erasure.audit", "x", START_MS + 4_000)
    assert isinstance(record, ErasureCarriedOut)
    assert (record.subject, record.keyed) == (subject_of("x", "ann", b"k" * 32), True)
    assert b"ann" not in bytes.fromhex(value)


def test_interests_are_kept_as_they_stood_at_the_end_of_an_hour() -> None:
    """One point for each hour with a label, written with the next change; it goes with the person."""
    tea = [_deed(n * 3_600, "like", item=f"p{n}") for n in range(3)]
    flow = _flow(*tea, _deed(4 * 3_600, "like", item="p9", topics=("chess",)))
    flow.until(END_MS)
    past = [decode(PastRecord, raw) for _, raw in sorted(flow.past[interest_key("ann")].items())]
    assert [one.as_of_ms - START_MS for one in past] == [0, 3_600_000, 7_200_000]
    assert all(one.topics == ("@max", "tea") and one.slow == (1.0, 1.0) for one in past)
    flow.take([Deed("ann", START_MS + 20_000_000, "x", ERASE, "")])
    flow.until(END_MS)
    assert interest_key("ann") not in flow.past


def test_a_model_that_turns_wrong_alarms() -> None:
    """Everything that was liked is passed over from one moment on: calibration alarms, and readers see it."""
    options = InterestsOptions(shards=1, drift=DriftConfig(block_labels=20))
    flow, deeds = InterestFlow(options), []
    for n in range(1_200):
        user = f"u{n % 40}"
        deeds.append(_deed(n * 30, "impression", item=f"p{n}", user=user))
        if (n < 800 and n % 2) or n >= 1_000:
            deeds.append(_deed(n * 30 + 5, "like", item=f"p{n}", user=user))
    flow.take(deeds)
    flow.until(END_MS)
    record = decode(QualityRecord, flow.redis[quality_key(0)][1])
    alarms = [one for one in flow.noted if isinstance(one, notes.Alarmed)]
    assert (record.labels, len(record.points)) == (1_200, 48)
    assert record.alarms == len(alarms) > 0
    assert {one.kind for one in alarms} <= {"log_loss", "calibration"}
    assert min(one.at_ms for one in alarms) > START_MS + 800 * 30_000


def test_people_and_items_that_never_come_back_are_forgotten() -> None:
    """After their time to live nothing of them is in state."""
    flow = _flow(_deed(0, "impression"), _deed(1, "like"))
    flow.until(START_MS + 100 * 86_400_000)
    assert not list(flow.maps["people"]["people"].of[0])
    flow.take([_deed(100 * 86_400, "like", user="bob", item="p9")])
    flow.until(START_MS + 101 * 86_400_000)
    assert list(flow.maps["items"]["items"].of[0]) == ["p9"]


def test_a_request_to_forget_that_comes_late_still_counts() -> None:
    """Its topic holds nobody's time back, so it may come behind the others."""
    flow = _flow(_deed(0, "impression"), _deed(1, "like"))
    flow.until(START_MS + 60_000)
    assert interest_key("ann") in flow.redis
    flow.take([Deed("ann", START_MS + 2_000, "x", ERASE, "")])
    flow.until(START_MS + 120_000)
    assert interest_key("ann") not in flow.redis


def test_a_reader_scores_as_the_job_predicts() -> None:
    """From what is served alone: the same probability as for an impression right then."""
    flow = _flow(
        *(_deed(n, "impression", item=f"p{n % 3}") for n in range(9)),
        *(_deed(20 + n, "like", item=f"p{n}") for n in range(2)),
        _deed(25, "hide", item="p2"),
        _deed(700, "impression", item="p7", user="bob"),
        _deed(1_200, "impression", item="p1"),
        _deed(1_200, "impression", item="p7", user="bob"),
    )
    flow.until(END_MS)
    asked = next(
        row for row in flow.examples if row.actor_id == "ann" and row.shown_ms == START_MS + 1_200_000
    )
    store = MemoryInterestStore()
    early = _flow(
        *(_deed(n, "impression", item=f"p{n % 3}") for n in range(9)),
        *(_deed(20 + n, "like", item=f"p{n}") for n in range(2)),
        _deed(25, "hide", item="p2"),
        _deed(700, "impression", item="p7", user="bob"),
    )
    early.until(START_MS + 1_201_000)
    store.put_interests("ann", decode(InterestRecord, early.redis[interest_key("ann")][1]))
    store.put_item("p1", decode(ItemRecord, early.redis[item_key("p1")][1]))
    store.put_head(0, decode(HeadRecord, early.redis[head_key(0)][1]))
    (found,) = Scorer(store.head(0, "")).score(
        store.interests("ann", ""), [Item.of("p1", store.items(["p1"], "")[0])]
    )
    assert found.p == pytest.approx(interest_person.unpack_scored(asked.scored).p, abs=0.01)


def test_options_that_cannot_be_used_are_all_named() -> None:
    """One line each."""
    with pytest.raises(ValueError, match="shards") as caught:
        InterestsOptions(shards=0, batch_rows=0, pane_ms=7_000, tick_ms=3_000, redis_url="http://x@y")
    assert len(str(caught.value).splitlines()) == 6
