"""One trend in sentences and in plain values."""

from pathlib import Path

import msgspec
from support.trend_records import HALF_LIFE_MS, NOON_MS, PANE_MS, a_trend, an_as_of

from groundswell.view.plain import listing_values
from serving.trend import Listing
from serving.words.explain import explain, unknown


def test_a_burst_in_full() -> None:
    """Every figure of the record is in a sentence, in this order."""
    trend = a_trend(
        alert=True, alert_ms=NOON_MS - 7 * PANE_MS, reasons=("burst", "surprise 4.0", "short history")
    )
    expected = (Path(__file__).parent / "pictures" / "explain.txt").read_text("utf-8")
    assert explain(trend) == expected.splitlines()


def test_names_flags_and_review_are_told() -> None:
    """What a moderator asks before deciding."""
    told = explain(
        a_trend(
            aliases=("wc2026",), related=("final",), flags=("duplicates", "low trust"), review="pending",
            duplicate_ratio=0.75, mean_trust=0.2,
        )
    )  # fmt: skip
    assert "Also called wc2026. Of the same event: final." in told
    assert any(
        s.startswith("Of its posts 75% repeat another") and s.endswith("Suspicious: duplicates, low trust.")
        for s in told
    )
    assert told[-2].startswith("Nobody has allowed it yet")


def test_what_kept_it_from_an_alert_is_told() -> None:
    """As the job wrote it down, and only then: a reader does not know the job's settings."""
    why = ("rising", "surprise 4.0", "no alert: fewer than 5 people", "no alert: fewer than 3 contents")
    told = explain(a_trend(reasons=why))
    assert told[1] == (
        "It has had no burst alert. Its newest pane gave none: fewer than 5 people; fewer than 3 contents."
    )
    assert "Why: more was seen" in "".join(told)
    assert "no alert: " not in "".join(told)
    assert explain(a_trend())[1] == "It has had no burst alert."
    merged = explain(a_trend(reasons=why, alert=True, alert_ms=NOON_MS - PANE_MS))
    assert "people;" not in "".join(merged)


def test_what_a_list_asks_for_beyond_that_is_told() -> None:
    """A burst that too few people of a large scope speak of has neither place nor alert."""
    told = explain(a_trend(position=None, reasons=("burst", "surprise 9.0", "needs 6 people here")))
    assert told[2].startswith("It has no place here: where so many people are active, 6 of them must")
    assert "Why: its newest panes were a burst by its own past; the last hour" in "".join(told)


def test_nobody_claims_to_know_copies_where_people_are_counted() -> None:
    """Of a post, a creator or a query each person is a content: no word on repeated posts."""
    told = explain(a_trend(kind="creator", mean_trust=0.2, flags=("low trust",)))
    (said,) = [s for s in told if "trusted" in s]
    assert said.startswith("Its accounts are trusted to 20% on average")
    assert said.endswith("Suspicious: low trust.")
    assert not any("repeat another" in s for s in told)


def test_a_faded_topic() -> None:
    """What left the list is told in the past, and nothing promises when it will leave."""
    trend = a_trend(
        position=None,
        strength=0.3,
        observed=0.5,
        score=0.1,
        z=-0.4,
        users=1,
        events=1,
        recent_users=1,
        pane_start_ms=NOON_MS - 4 * PANE_MS,
        alert_ms=NOON_MS - 2 * HALF_LIFE_MS,
        peak_ms=NOON_MS - 9 * HALF_LIFE_MS,
        reasons=("rising", "surprise -0.2"),
    )
    told = explain(trend)
    assert told[0] == "eclipse is no longer in the list of global at 2025-07-01 12:00 UTC (event time)."
    assert told[1] == "Its newest burst alert was at 06:00; none is in force."
    assert told[2].endswith("its own past made 1.5 likely. Since then it was silent for 15 minutes.")
    assert told[3] == (
        "Score 0.1: about 79 in 100 panes of its own past would be as strong (0.4 deviations below normal)."
    )
    assert told[4] == "1 user with 1 event in that time, 1 within the hour."
    assert told[5].endswith(
        "strongest at 2025-06-30 09:00 with strength 16. Its strength is 0.3 now and halves every 3 hours."
    )
    assert "0.2 deviations below normal" in told[6]


def test_an_absurd_score_does_not_fill_the_line() -> None:
    """A score of 300 is as certain as anything; the sentence stays a sentence."""
    assert len(explain(a_trend(score=300.0))[3]) < 130


def test_an_unknown_reason_is_passed_on() -> None:
    """A newer job may know reasons that this reader does not."""
    assert explain(a_trend(reasons=("echo",)))[6] == "Why: echo."


def test_an_unknown_topic_gets_an_explanation_and_close_names() -> None:
    """The reader learns what would list it, and what they may have meant."""
    told = unknown("eclipes", "region:US", ["eclipse"])
    assert told.startswith("'eclipes' is not and was not in the list of region US: a topic enters it when")
    assert told.endswith("Did you mean 'eclipse'?")
    assert "mean" not in unknown("x", "global", [])


def test_plain_values_are_ready_for_json() -> None:
    """Field names of the record, and what follows from the moment; the encoding's own fields stay out."""
    values = listing_values(Listing("global", an_as_of(), (a_trend(),)))
    back = msgspec.json.decode(msgspec.json.encode(values))
    assert back["as_of_ms"] == NOON_MS
    (trend,) = back["trends"]
    assert (trend["position"], trend["topic"], trend["strength"]) == (1, "eclipse", 16.0)
    assert trend["left_ms"] == 5 * HALF_LIFE_MS
    assert len(trend["history"]) == 24
    assert not {"version", "rank"} & set(trend)


def test_plain_values_hold_the_evidence_of_gaming() -> None:
    """Programs see what people are told."""
    shown = a_trend(duplicate_ratio=0.9, mean_trust=0.1, flags=("duplicates", "low trust"))
    (trend,) = listing_values(Listing("global", an_as_of(), (shown,)))["trends"]  # type: ignore[misc]
    assert (trend["duplicate_ratio"], trend["mean_trust"]) == (0.9, 0.1)
    assert (trend["top_user_share"], trend["low_trust_share"]) == (0.0, 0.0)
    assert trend["flags"] == ("duplicates", "low trust")


def test_plain_values_of_no_list_are_empty() -> None:
    """Before the first pane the moment is null, and the fields are there all the same."""
    assert listing_values(Listing("lang:en", None, ())) == {
        "kind": "tag",
        "scope": "lang:en",
        "as_of_ms": None,
        "half_life_ms": None,
        "min_strength": None,
        "trends": [],
    }
