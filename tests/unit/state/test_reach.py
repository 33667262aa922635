"""Where else an event counts: its community, the tags beside a topic, other languages."""

from collections.abc import Sequence

import pytest

from schemas.avro_decode import decode
from schemas.avro_plan import compile_plan
from schemas.released import read_schema, schema_of
from state.actions import ActionWeights
from state.contributions import Contributions, folded
from state.moderation import Rules, muted
from state.pane_events import counted_events
from state.pane_rows import pane_rows
from state.pane_split import pieces
from state.places import in_place
from state.reach import MOST_TAGS, reach_of
from state.scopes import USUAL_VIEWS, ViewName
from tests.support.avro_rows import reference_encode

PANE_MS = 300_000
ROW = {
    "event_id": "e", "source_ms": 1_767_225_600_000, "received_ms": 1_767_225_600_000, "actor_id": "ann",
    "item_id": "i1", "topics": ["tea"], "lang": "en", "region": "",
}  # fmt: skip
Scopes = dict[str, set[str]]


def _split(
    views: Sequence[ViewName], *changes: dict[str, object], event: str = "content", shards: int = 1
) -> list[Contributions]:
    schema = schema_of(event)
    plan = compile_plan(schema)
    action = {"action": "create" if event == "content" else "share"}
    columns = decode(plan, [reference_encode(schema, {**ROW, **action, **change}) for change in changes])
    events = counted_events(event, plan.field("action").symbols, columns, columns.ok, ActionWeights())
    assert events is not None
    return [piece for _, piece in pieces(events, PANE_MS, shards, reach_of(event, columns, events, views))]


def _scopes(views: Sequence[ViewName], *changes: dict[str, object], event: str = "content") -> Scopes:
    """Return the scopes in which each topic was counted."""
    out: Scopes = {}
    for piece in _split(views, *changes, event=event, shards=4):
        rows = pane_rows(folded(piece, 99), 1.0, views)
        for topic, scope in zip(rows.topics, rows.scopes, strict=True):
            out.setdefault(topic, set()).add(scope)
    return out


@pytest.mark.parametrize("event", ["content", "engagement"])
def test_what_happens_in_a_community_counts_twice(event: str) -> None:
    """In its own list and as ever; without the view only as ever."""
    there = {"community": " Book Club "}
    assert _scopes(("global", "community"), there, event=event) == {"tea": {"global", "community:Book_Club"}}
    assert _scopes(USUAL_VIEWS, there, event=event) == {"tea": {"global", "lang:en"}}


def test_a_tag_has_a_list_of_what_stands_beside_it() -> None:
    """Itself is not in it, and who stands alone has none."""
    got = _scopes(("global", "tag"), {"topics": ["#World_Cup", "goal"]}, {"topics": ["tea"]})
    assert got == {
        "world cup": {"global", "tag:goal"}, "goal": {"global", "tag:world_cup"}, "tea": {"global"},
    }  # fmt: skip


def test_few_tags_of_an_event_have_a_list() -> None:
    """A list of twenty tags opens four lists, the same whatever else is in the batch."""
    many = [f"t{i}" for i in range(20)]
    got = _scopes(("tag",), {"topics": many})
    opened = set().union(*got.values())
    assert len(opened) == MOST_TAGS
    again = _scopes(("tag",), {"topics": ["x", "y"]}, {"topics": many[::-1]})
    assert set().union(*(again[topic] for topic in many)) == opened


def test_records_of_the_first_schema_are_in_no_community() -> None:
    """They had no such field; the reader's default stands in."""
    old = read_schema("content/v1.avsc")
    raw = reference_encode(old, {**ROW, "action": "create"})
    columns = decode(compile_plan(old), [raw], reader=compile_plan(schema_of("content")))
    symbols = compile_plan(old).field("action").symbols
    events = counted_events("content", symbols, columns, columns.ok, ActionWeights())
    assert events is not None
    assert reach_of("content", columns, events, ("community",)).places == []


@pytest.mark.parametrize(
    ("picture", "reaches"),
    [
        ({"item_lang": "zxx"}, True),
        ({"item_lang": "zxx-Zsym", "text": "said to be none"}, True),
        ({"media": ["image:1"], "text": "#tea 🍵 https://a.example"}, True),
        ({"media": ["image:1"], "text": "a cup"}, False),
        ({"media": ["image:1"], "text": "", "share_of": "i9"}, False),
        ({"text": ""}, False),
    ],
)
def test_pictures_count_in_every_language_of_their_topic(
    picture: dict[str, object], *, reaches: bool
) -> None:
    """Words decide: without media or a statement, an empty text is only a text that nobody sent."""
    (piece,) = _split(
        ("language",), {**picture, "lang": "ja"}, {"text": "Tee", "lang": "de", "item_id": "i2"}
    )
    rows = pane_rows(piece, 1.0, ("language",))
    assert dict(zip(rows.scopes, rows.events.tolist(), strict=True)) == {
        "lang:de": 2 if reaches else 1, "lang:ja": 1,
    }  # fmt: skip


def test_a_banned_person_is_muted_in_places_too() -> None:
    """A row in a place carries its person as any other."""
    (whole,) = _split(("global", "community"), {"community": "books"})
    assert in_place(whole.rows).tolist().count(True) == 1
    rules = Rules(users={int(whole.rows["user"][0]): 1 << 62})
    assert muted(rules, whole.rows, 0)["centi"].tolist() == [0, 0]
