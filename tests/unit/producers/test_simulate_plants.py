"""What is planted is really there: counted again from the records, by code that knows nothing of plants."""

from collections import Counter, defaultdict
from functools import cache
from typing import cast

import pytest

from producers.sources.simulate.actions import CONTENT_SYMBOLS
from producers.sources.simulate.config import SimulationConfig
from producers.sources.simulate.reference import read
from producers.sources.simulate.regions import HOUR_MS
from producers.sources.simulate.simulation import Simulation
from producers.sources.simulate.truth import Plant
from state.topics import normalise
from state.validate import validate_record
from tests.support.small_worlds import small

Record = dict[str, object]


@cache
def played() -> tuple[Simulation, tuple[Record, ...]]:
    """One small run, decoded by the reference reader."""
    run = Simulation(small())
    records = []
    for batch in run.batches():
        event = batch.topic
        records += [{"event": event, **read(value, event)} for value in batch.values]
    return run, tuple(records)


def during(plant: Plant, *, spellings: bool = False) -> list[Record]:
    """Records of engagement and content that name a plant's topic while it is active."""
    names = {normalise(name) for name in plant.spellings} if spellings else {plant.topic}
    return [
        record
        for record in played()[1]
        if record["event"] != "moderation"
        and plant.start_ms <= cast("int", record["source_ms"]) < plant.end_ms
        and any(normalise(topic) in names for topic in cast("list[str]", record["topics"]))
    ]


def plants_of(kind: str) -> list[Plant]:
    """Plants of one kind; there must be some."""
    found = [plant for plant in played()[0].world.plants if plant.kind == kind]
    assert found, kind
    return found


def actors(records: list[Record]) -> set[str]:
    """Who acted."""
    return {cast("str", record["actor_id"]) for record in records}


def test_an_organic_burst_has_many_people_many_posts_and_its_factor() -> None:
    """Activity during the burst over activity before it is near what the truth says."""
    for plant in plants_of("organic"):
        inside = during(plant)
        assert len(inside) >= plant.events
        assert len(actors(inside)) >= 0.8 * plant.users
        texts = [r["text"] for r in inside if r["event"] == "content" and r["action"] == "create"]
        assert len(set(texts)) == len(texts)


def test_a_burst_of_a_scope_happens_in_that_scope_only() -> None:
    """The people of a language burst use that language, those of a region live there."""
    scopes = set()
    for plant in plants_of("organic"):
        kind, _, code = plant.scope.partition(":")
        scopes.add(kind)
        if kind != "global":
            assert {r[kind] for r in during(plant)} == {code}
    assert scopes >= {"global", "lang"}


def test_organic_bursts_of_the_demonstration_start_at_every_hour_of_day() -> None:
    """24 bursts, 24 hours, all after a day of history and complete before the end."""
    run = Simulation(SimulationConfig(events=200_000, users=5_000, topics=50))
    organic = [plant for plant in run.world.plants if plant.kind == "organic"]
    assert sorted(plant.start_ms // HOUR_MS % 24 for plant in organic) == list(range(24))
    assert all(plant.start_ms >= run.config.start_ms + 24 * HOUR_MS for plant in organic)
    assert all(plant.end_ms <= run.config.end_ms for plant in organic)


def test_the_spellings_of_a_duplicated_tag_are_all_used_and_partly_together() -> None:
    """Three spellings; some records carry two of them, so they can be found to be one."""
    (plant,) = plants_of("duplicate_tags")
    inside = during(plant, spellings=True)
    used = {topic for r in inside for topic in cast("list[str]", r["topics"])}
    assert set(plant.spellings) <= used
    assert len({normalise(name) for name in plant.spellings}) == 2  # `#ab` and `ab` are one topic already
    assert any(len(cast("list[str]", r["topics"])) == 2 for r in inside)


def test_a_coordinated_campaign_is_new_accounts_with_one_post_or_one_text() -> None:
    """Every account acts once, is at most three days old and has hardly any followers."""
    for kind, what in (("coordinated_item", "item_id"), ("coordinated_text", "text")):
        (plant,) = plants_of(kind)
        fresh = [r for r in during(plant) if 0 <= cast("int", r["account_age_days"]) <= 3]
        fresh = [r for r in fresh if cast("int", r["followers"]) < 5]
        assert len(actors(fresh)) == len(fresh) == plant.users == plant.details["accounts"]
        assert len({r[what] for r in fresh}) == 1
        assert plant.end_ms - plant.start_ms <= 40 * 60_000
        assert plant.expected == "no_trend"


def test_one_loud_account_posts_hundreds_of_different_texts() -> None:
    """One user, many posts."""
    (plant,) = plants_of("loud")
    own = [r for r in during(plant) if r["actor_id"] == plant.details["account"]]
    assert len(own) == plant.events >= 200
    assert plant.users == 1
    assert len({r["item_id"] for r in own}) == len(own)


def test_a_banned_burst_ends_with_decisions_about_its_contributors_posts_or_topic() -> None:
    """All three ways of removal occur, each with the decisions the truth counts."""
    decisions = [r for r in played()[1] if r["event"] == "moderation"]
    ways = Counter()
    for plant in plants_of("ban"):
        removed_ms = cast("int", plant.details["removed_ms"])
        accounts = set(cast("list[str]", plant.details["accounts"]))
        after = [
            r
            for r in played()[1]
            if r["actor_id"] in accounts
            and cast("int", r["source_ms"]) > removed_ms
            and r["event"] != "content"
        ]
        assert not after
        way = cast("str", plant.details["way"])
        ways[way] += 1
        if way == "users banned":
            assert {r["target_id"] for r in decisions if r["action"] == "ban"} == accounts
        elif way == "topic denied":
            assert [r["target_id"] for r in decisions if r["action"] == "deny"] == [plant.topic]
        else:
            posts = {
                r["item_id"] for r in during(plant) if r["actor_id"] in accounts and r["action"] == "create"
            }
            assert {r["target_id"] for r in decisions if r["action"] == "delete"} == posts
    assert set(ways) == {"users banned", "topic denied", "posts deleted"}


def test_a_daily_lift_is_there_on_every_day_at_the_same_hour() -> None:
    """The first day may be reported, later ones must not."""
    lifts = plants_of("seasonal")
    assert len({plant.topic for plant in lifts}) == 1
    assert len({plant.start_ms // HOUR_MS % 24 for plant in lifts}) == 1
    assert [plant.expected for plant in lifts] == ["either"] + ["no_trend"] * (len(lifts) - 1)


def test_lapsed_people_are_active_before_and_silent_after() -> None:
    """Nobody in the list has a single record after the moment given."""
    (plant,) = plants_of("lapsed")
    moment = {row["user"]: row["at_ms"] for row in cast("list[dict[str, object]]", plant.details["users"])}
    assert len(moment) == plant.users > 10
    before = 0
    for record in played()[1]:
        at_ms = moment.get(record["actor_id"])
        if at_ms is not None and record["action"] not in {"delete", "edit"}:
            late = cast("int", record["source_ms"]) - cast("int", at_ms)
            # What follows an impression may come minutes later, an undo later still.
            assert late < 0 or str(record["action"]) not in {"impression", "create", "search"}
            before += late < 0
    assert before > 10


def test_people_whose_taste_switches_talk_about_their_new_topics_afterwards() -> None:
    """The favourites of before are rare after the switch."""
    (plant,) = plants_of("taste_switch")
    rows = {row["user"]: row for row in cast("list[dict[str, object]]", plant.details["users"])}
    seen: dict[bool, Counter[str]] = defaultdict(Counter)
    for record in played()[1]:
        row = rows.get(record["actor_id"])
        if row is None or record["action"] != "impression":
            continue
        first = normalise(cast("list[str]", record["topics"])[0])
        later = cast("int", record["source_ms"]) >= cast("int", row["at_ms"])
        for side in ("before", "after"):
            seen[later][side] += first in cast("list[str]", row[side])
    assert seen[False]["before"] > 2 * seen[False]["after"]
    assert seen[True]["after"] > 2 * seen[True]["before"]


def test_every_undo_takes_back_something_that_the_same_person_did_before() -> None:
    """Effects never precede their causes in event time."""
    done: Counter[tuple[object, ...]] = Counter()
    undone = 0
    for record in sorted(played()[1], key=lambda r: cast("int", r["source_ms"])):
        if record["event"] != "engagement":
            continue
        action = cast("str", record["action"])
        key = (record["actor_id"], record["item_id"], action.removeprefix("un"))
        if action.startswith("un"):
            undone += 1
            assert done[key] > 0, record
        else:
            done[key] += 1
    assert undone > 20


def test_reactions_come_after_the_post() -> None:
    """A post that was created in the run is not engaged with before."""
    created = {
        r["item_id"]: cast("int", r["source_ms"])
        for r in played()[1]
        if r["event"] == "content" and r["action"] == CONTENT_SYMBOLS[1]
    }
    reactions = [r for r in played()[1] if r["event"] == "engagement" and r["item_id"] in created]
    assert len(reactions) > 1_000
    assert all(cast("int", r["source_ms"]) >= created[r["item_id"]] for r in reactions)


def test_totals_equal_an_independent_count() -> None:
    """Good records by action and by topic, counted again from the decoded records."""
    run, records = played()
    actions: dict[str, Counter[str]] = defaultdict(Counter)
    topics: Counter[str] = Counter()
    for record in records:
        actions[str(record["event"])][str(record["action"])] += 1
        topics.update({normalise(topic) for topic in cast("list[str]", record.get("topics", []))})
    assert run.totals.complete
    assert run.totals.good == len(records) == run.config.events
    assert run.totals.actions == actions
    for plant in plants_of("duplicate_tags"):  # two of its spellings are different topics to a plain count
        topics[plant.topic] = topics.pop(plant.topic.replace(" ", ""), 0) + topics[plant.topic]
        assert run.totals.topics[plant.topic] <= topics[plant.topic]
        del topics[plant.topic], run.totals.topics[plant.topic]
    assert run.totals.topics == topics


@pytest.mark.parametrize("kind", ["steady", "popular"])
def test_steady_topics_are_decoys(kind: str) -> None:
    """They are named as what must not trend."""
    assert all(plant.expected == "no_trend" for plant in plants_of(kind))


def test_every_good_record_obeys_the_rules_of_its_event() -> None:
    """The job's own validator finds nothing; otherwise the count of dead letters would be wrong."""
    for record in played()[1]:
        event = cast("str", record["event"])
        fields = {name: value for name, value in record.items() if name != "event"}
        assert validate_record(event, fields, cast("int", record["source_ms"])) == [], record


def test_the_truth_names_topics_as_the_job_does() -> None:
    """A canonical name stays itself, and the spellings of a plant lead to it."""
    run, _ = played()
    assert all(normalise(name) == name for name in run.world.topics.plain)
    for plant in run.world.plants:
        if plant.spellings:
            assert plant.topic in {normalise(name) for name in plant.spellings}
