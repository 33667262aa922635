"""People are stored in parts: nothing is lost over a restart, nothing stays of who is forgotten."""

from flink_jobs.interests.options import InterestsOptions
from flink_jobs.interests.person_store import PERSON_MAPS, PersonStore
from state import interest_user
from state.interest_config import InterestConfig
from state.interest_person import Person
from state.outcome_join import Deed, JoinConfig
from tests.support.interest_flow import END_MS, InterestFlow
from tests.support.keyed_state import MapState

START_MS = 1_772_150_400_000
OPTIONS = InterestsOptions(shards=1, join=JoinConfig(most_kept=20, horizon_ms=3_600_000))


def _run(restarts: bool) -> InterestFlow:
    """Show a hundred items to somebody who likes every third, at once or much later."""
    flow = InterestFlow(OPTIONS, most_again=1)
    for n in range(100):
        at_ms = START_MS + 20_000 * n
        flow.take([Deed("ann", at_ms, f"s{n:03}", "impression", f"p{n}", topics=("tea",))])
        if n % 3 == 0:
            flow.take([Deed("ann", at_ms + 900, f"l{n:03}", "like", f"p{n - n % 7}", topics=("tea",))])
        flow.until(at_ms + 5_000)
        if restarts:
            flow.restart()
    return flow


def test_restarts_at_every_step_change_nothing() -> None:
    """With more impressions than are kept, over many pieces."""
    plain, broken = _run(restarts=False), _run(restarts=True)
    stored = [flow.maps["people"][name].of[0] for flow in (plain, broken) for name in PERSON_MAPS]
    assert [dict(one) for one in stored[:3]] == [dict(one) for one in stored[3:]]
    assert len(stored[2]) > 1
    for flow in (plain, broken):
        flow.until(END_MS)
    assert plain.examples == broken.examples
    assert plain.redis == broken.redis


def test_what_is_kept_is_forgotten_when_it_is_over() -> None:
    """After the horizon no pieces are left, after the time to live nothing is."""
    flow = _run(restarts=True)
    flow.until(START_MS + 3 * 3_600_000)
    sizes = {name: len(flow.maps["people"][name].of[0]) for name in PERSON_MAPS}
    assert sizes == {"people": 1, "interests": 1, "shown": 0}
    flow.until(START_MS + 100 * 86_400_000)
    assert not any(len(flow.maps["people"][name].of[0]) for name in PERSON_MAPS)


def test_somebody_who_starts_anew_in_the_same_turn_keeps_nothing_old() -> None:
    """A person that takes another's place removes what that one had stored."""
    maps = {name: MapState() for name in PERSON_MAPS}
    store = PersonStore(maps, 10)
    people, person = store.of(0), Person()
    interest_user.observe(InterestConfig(), person.user, ["tea"], START_MS, pos=1.0, n=1.0)
    person.user_changed = True
    people.put("ann", person)
    people.flush()
    people = store.of(0)
    people.put("ann", person)
    people.put("ann", Person(seen_ms=1))
    people.flush()
    assert {name: list(one) for name, one in maps.items()} == {
        "people": ["ann"],
        "interests": [],
        "shown": [],
    }
    found = PersonStore(maps, 10).of(0).get("ann")
    assert found is not None
    assert (found.seen_ms, found.user.names) == (1, [])
    people.remove("ann")
    people.flush()
    assert not maps["people"]
