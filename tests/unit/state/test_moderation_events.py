"""Which decisions concern trends, and what they are about."""

from schemas.avro_decode import decode
from schemas.avro_plan import compile_plan
from schemas.hashing import hash64
from schemas.released import read_schema, schema_of
from state.moderation import Decision
from state.moderation_events import decisions_of
from state.topic_kinds import typed
from tests.support.avro_rows import reference_encode

ROW: dict[str, object] = {
    "event_id": "e",
    "source_ms": 5,
    "actor_id": "m",
    "action": "deny",
    "target_type": "topic",
    "target_id": "#Tea_Time",
}


def _decided(*changes: dict[str, object], version: int = 2, creators: bool = False) -> list[Decision]:
    schema = schema_of("moderation") if version == 2 else read_schema("moderation/v1.avsc")
    plan = compile_plan(schema)
    columns = decode(plan, [reference_encode(schema, {**ROW, **change}) for change in changes])
    assert columns.ok.all()
    symbols = (plan.field(name).symbols for name in ("action", "target_type"))
    return decisions_of(columns, columns.ok, *symbols, creators=creators)


def test_a_topic_is_named_in_any_spelling_of_its_kind() -> None:
    """As readers see it or as authors write it; a name that looks like another kind stays a tag."""
    got = _decided(
        {},
        {"topic_kind": "link", "target_id": "HTTPS://A.example?utm_source=x"},
        {"topic_kind": "query"},
        {"topic_kind": "creator", "target_id": "Ann"},
        {"target_id": "link:a"},
    )
    assert [d.topic for d in got] == [
        "tea time",
        typed("link", "https://a.example/"),
        typed("query", "tea time"),
        typed("creator", "Ann"),
        "link:a",
    ]


def test_an_older_decision_is_about_a_tag() -> None:
    """Version 1 knew no other kind."""
    (got,) = _decided({}, version=1)
    assert got == Decision(5, "deny", "topic", topic="tea time")


def test_who_is_banned_is_no_creator_either() -> None:
    """Engagement of others lists no banned person; where creators are not counted, nothing is kept."""
    ban = {"action": "ban", "target_type": "user", "target_id": "Ann", "until_ms": 9}
    user = Decision(5, "ban", "user", target=hash64(b"Ann") >> 16, until_ms=9)
    denied = Decision(5, "deny", "topic", topic=typed("creator", "Ann"), until_ms=9)
    assert _decided(ban) == [user]
    assert _decided(ban, creators=True) == [user, denied]
    assert [d.action for d in _decided({**ban, "action": "unsilence"}, creators=True)] == [
        "unsilence",
        "undeny",
    ]


def test_actions_that_do_not_concern_trends_are_left_out() -> None:
    """Allowing a user says nothing; a deleted post is about the post alone."""
    got = _decided(
        {"action": "allow", "target_type": "user"},
        {"action": "delete", "target_type": "post", "target_id": "p1"},
        creators=True,
    )
    assert [(d.action, d.kind, d.target) for d in got] == [("delete", "post", hash64(b"p1") >> 32)]
