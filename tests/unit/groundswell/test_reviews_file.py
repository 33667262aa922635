"""Requests for review, held against what moderators decided."""

from groundswell.kafka_read import KafkaRecord
from groundswell.reviews_file import pending
from schemas.codec import encode_record
from schemas.records import ModerationDecided, TrendReviewAsked
from schemas.registry import FileRegistry

REGISTRY = FileRegistry()


def asked(topic: str, scope: str = "global", at_ms: int = 1_000, position: int = 1) -> KafkaRecord:
    """A request."""
    value = TrendReviewAsked(kind="tag", topic=topic, scope=scope, source_ms=at_ms, position=position)
    return KafkaRecord("trend.reviews", 0, 0, 1, None, encode_record(value, REGISTRY), ())


def decided(action: str, topic: str, scope: str = "global", until_ms: int | None = None) -> KafkaRecord:
    """A decision about a topic."""
    value = ModerationDecided(
        event_id="m1", source_ms=2_000, actor_id="ann", action=action, target_type="topic",
        target_id=topic, scope=scope, until_ms=until_ms,
    )  # fmt: skip
    return KafkaRecord("moderation", 0, 0, 1, None, encode_record(value, REGISTRY), ())


def waiting(requests: list[KafkaRecord], decisions: list[KafkaRecord]) -> list[tuple[str, str]]:
    """Return (scope, topic) of what waits."""
    return [(one.scope, one.topic) for one in pending(requests, decisions, REGISTRY)]


def test_an_answer_of_either_kind_ends_the_wait_in_its_scope() -> None:
    """An answer for all scopes ends all requests; one for a scope only that one."""
    requests = [asked("tea"), asked("tea", "lang:en"), asked("milk"), asked("milk", "lang:en")]
    decisions = [decided("allow", "#Tea"), decided("deny", "milk", "lang:en")]
    assert waiting(requests, decisions) == [("global", "milk")]


def test_an_answer_that_was_taken_back_or_has_ended_is_none() -> None:
    """The last word counts, as long as it holds."""
    decisions = [decided("allow", "tea"), decided("unallow", "tea"), decided("allow", "milk", until_ms=900)]
    assert waiting([asked("tea"), asked("milk")], decisions) == [("global", "milk"), ("global", "tea")]


def test_a_topic_waits_once_with_its_newest_request_best_place_first() -> None:
    """A repeated request is not a second topic."""
    requests = [asked("tea", position=1), asked("milk", position=2), asked("tea", at_ms=2_000, position=3)]
    assert waiting(requests, []) == [("global", "milk"), ("global", "tea")]


def test_what_cannot_be_read_is_left_out() -> None:
    """A damaged record stops nobody from reading the others."""
    broken = KafkaRecord("trend.reviews", 0, 0, 1, None, b"?", ())
    assert waiting([broken, asked("tea")], [broken]) == [("global", "tea")]
