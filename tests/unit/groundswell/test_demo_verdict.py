"""The verdict of a demonstration: what was found, how late, and what should not have been."""

from groundswell.demo.plan import DAY_MS, LONG_PANE_MS, PANE_MS, pane_for
from groundswell.demo.verdict import Plant, judge
from tests.support.trend_records import a_record

MINUTE_MS = 60_000


def _plant(kind: str, topic: str, expected: str, start_ms: int = 0) -> Plant:
    return Plant(kind, topic, frozenset({topic}), "global", start_ms, start_ms + 180 * MINUTE_MS, expected)


def test_a_burst_is_found_with_its_delay() -> None:
    """The delay runs from the burst's start to the end of the alerting pane."""
    found = a_record(topic="comet", alert_ms=10 * MINUTE_MS, pane_ms=PANE_MS)
    verdict = judge([_plant("organic", "comet", "trend")], [found])
    assert [f["delay_min"] for f in verdict.found] == [15]
    assert not verdict.missed
    assert not verdict.false_alerts


def test_decoys_and_unplanted_alerts_are_held_against_us() -> None:
    """A decoy that alerts and an alert without a plant are both false; a quiet decoy is counted."""
    alerts = [
        a_record(topic="loud", alert_ms=10 * MINUTE_MS, pane_ms=PANE_MS),
        a_record(topic="noise", alert_ms=20 * MINUTE_MS, pane_ms=PANE_MS),
    ]
    plants = [_plant("loud", "loud", "no_trend"), _plant("steady", "calm", "no_trend")]
    verdict = judge(plants, alerts)
    assert [d["topic"] for d in verdict.decoys_alerted] == ["loud"]
    assert verdict.decoys_quiet == 1
    assert {f["topic"] for f in verdict.false_alerts} == {"loud", "noise"}


def test_an_alert_long_after_the_burst_does_not_count_for_it() -> None:
    """More than an hour after its end an alert belongs to something else."""
    late = a_record(topic="comet", alert_ms=300 * MINUTE_MS, pane_ms=PANE_MS)
    verdict = judge([_plant("organic", "comet", "trend")], [late])
    assert [m["topic"] for m in verdict.missed] == ["comet"]
    assert len(verdict.false_alerts) == 1


def test_a_burst_of_banned_people_must_be_gone() -> None:
    """Rank 0 is gone; whatever still has a place is told with its scope."""
    plants = [_plant("ban", "spam", "trend_then_removed"), _plant("ban", "scam", "trend_then_removed")]
    gone, there = a_record(topic="spam", rank=0.0), a_record(topic="scam", scope="lang:en")
    verdict = judge(plants, [gone, there])
    assert verdict.bans_removed == 1
    assert [(left["topic"], left["listed_in"]) for left in verdict.bans_still_listed] == [
        ("scam", ["lang:en"])
    ]
    assert not verdict.missed


def test_a_season_gets_longer_panes_than_a_day() -> None:
    """Five-minute panes of a sparse year would be empty."""
    assert pane_for(DAY_MS) == PANE_MS
    assert pane_for(500 * DAY_MS) == LONG_PANE_MS
