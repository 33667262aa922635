"""Which fields of which events name topics of which kind, and who then counts as a content."""

import pytest

from schemas.avro_decode import decode
from schemas.avro_plan import compile_plan
from schemas.released import schema_of
from schemas.served import KINDS, Kind
from state.actions import ActionWeights
from state.contributions import folded, joined
from state.pane_events import CountedEvents, counted_events
from state.pane_rows import PaneRows, pane_rows
from state.pane_split import pieces
from state.topic_kinds import kind_of, name_of
from tests.support.avro_rows import reference_encode

WHO: dict[str, object] = {
    "event_id": "e",
    "source_ms": 1_767_225_600_000,
    "received_ms": 1_767_225_600_000,
    "actor_id": "ann",
    "item_id": "i1",
    "item_type": "post",
    "topics": [],
    "lang": "en",
    "region": "",
}


def _events(event: str, *changes: dict[str, object], kinds: tuple[Kind, ...] = KINDS) -> CountedEvents:
    schema = schema_of(event)
    plan = compile_plan(schema)
    action = {"action": "like" if event == "engagement" else "create"}
    columns = decode(plan, [reference_encode(schema, {**WHO, **action, **c}) for c in changes])
    assert columns.ok.all()
    symbols = plan.field("action").symbols
    events = counted_events(event, symbols, columns, columns.ok, ActionWeights(), kinds)
    assert events is not None
    return events


def _named(events: CountedEvents) -> list[set[tuple[str, str]]]:
    """Return (kind, name) of the topics of each event."""
    out: list[set[tuple[str, str]]] = [set() for _ in range(len(events.user))]
    for row, topic in zip(events.topic_row.tolist(), events.topic.tolist(), strict=True):
        out[row].add((kind_of(events.topics[topic]), name_of(events.topics[topic])))
    return out


@pytest.mark.parametrize(
    ("event", "change", "found"),
    [
        ("engagement", {}, {("post", "i1")}),
        ("engagement", {"author_id": "bob"}, {("post", "i1"), ("creator", "bob")}),
        ("engagement", {"author_id": "ann"}, {("post", "i1")}),
        ("engagement", {"item_type": "page"}, set()),
        ("engagement", {"item_type": "link", "item_id": "https://A.example#x"}, {("link", "https://a.example/")}),
        ("engagement", {"item_type": "link", "item_id": "no link"}, set()),
        ("engagement", {"item_type": "user", "item_id": "bob", "action": "follow"}, {("creator", "bob")}),
        ("engagement", {"item_type": "user", "item_id": "bob", "action": "unfollow"}, {("creator", "bob")}),
        ("engagement", {"item_type": "user", "item_id": "bob", "action": "click"}, set()),
        ("engagement", {"item_type": "user", "item_id": "ann", "action": "follow"}, set()),
        ("engagement", {"item_type": "query", "action": "search", "query": "A_B"}, {("query", "a b")}),
        ("engagement", {"item_type": "query", "query": "world cup"}, set()),
        ("engagement", {"action": "block", "author_id": "bob", "topics": ["tea"]}, set()),
        ("content", {}, set()),
        ("content", {"share_of": "i9"}, {("post", "i9")}),
        ("content", {"links": ["https://a.example#x", "https://A.example", "ftp://b"]}, {("link", "https://a.example/")}),
        ("content", {"text": "the train strike"}, {("phrase", "train strike")}),
        ("content", {"text": "the train strike", "topics": ["#TrainStrike"]}, {("tag", "trainstrike")}),
        ("content", {"text": "the train strike", "action": "edit"}, set()),
    ],
)  # fmt: skip
def test_where_topics_come_from(event: str, change: dict[str, object], found: set[tuple[str, str]]) -> None:
    """Each event names what it is about, once for each kind."""
    assert _named(_events(event, change)) == [found]


def test_other_kinds_do_not_change_what_a_tag_gets() -> None:
    """The weight of a tag is shared among tags only; phrases, which nobody claims, are not shared at all."""
    change = {
        "topics": ["a", "b", "c", "d"],
        "text": "the train strike, the big match",
        "links": ["https://a.example"],
    }
    alone, all_kinds = (_events("content", change, kinds=kinds) for kinds in (("tag",), KINDS))
    weight = dict(
        zip(
            map(all_kinds.topics.__getitem__, all_kinds.topic.tolist()), all_kinds.centi.tolist(), strict=True
        )
    )
    assert [weight[name] for name in "abcd"] == alone.centi.tolist() == [50] * 4
    assert sorted(w for name, w in weight.items() if kind_of(name) != "tag") == [100, 100, 100]


def _pane(events: CountedEvents) -> PaneRows:
    return pane_rows(folded(joined(piece for _, piece in pieces(events, 300_000, 1)), 1 << 20), 1.0)


def test_the_audience_is_the_evidence_of_a_post_a_creator_and_a_query() -> None:
    """Nine people are nine contents there, of which none is the whole; one person nine times is one."""
    people = [{"actor_id": f"u{i}", "author_id": "bob"} for i in range(9)]
    searches = [
        {"actor_id": f"u{i}", "item_type": "query", "action": "search", "query": "tea"} for i in range(9)
    ]
    rows = _pane(_events("engagement", *people, *searches))
    audience = {
        topic: i
        for i, (topic, scope) in enumerate(zip(rows.topics, rows.scopes, strict=True))
        if scope == "global"
    }
    assert sorted(map(kind_of, audience)) == ["creator", "post", "query"]
    for i in audience.values():
        assert (rows.who.users[i], rows.who.fingerprints[i]) == (9, 9)
        assert rows.who.top_share[i] == pytest.approx(1 / 9, abs=0.01)
    alone = _pane(_events("engagement", *[{"author_id": "bob"}] * 9))
    assert set(alone.who.fingerprints.tolist()) == {1}


def test_copies_of_a_text_with_one_link_are_one_content() -> None:
    """A link keeps the fingerprint of the text: many accounts with the same words are no many voices."""
    copies = [
        {"actor_id": f"u{i}", "item_id": f"i{i}", "text": "buy this now", "links": ["https://a.example"]}
        for i in range(9)
    ]
    own = [
        {**row, "text": f"{word * 9} {word * 7} says it"}
        for row, word in zip(copies, "abcdefghi", strict=True)
    ]
    one, many = (_pane(_events("content", *rows, kinds=("link",))) for rows in (copies, own))
    assert set(one.who.fingerprints.tolist()) == {1}
    assert set(many.who.fingerprints.tolist()) == set(one.who.users.tolist()) == {9}
