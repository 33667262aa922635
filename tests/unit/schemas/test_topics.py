"""Topics as typed data: what the committed file says, what a wrong file is told."""

import pytest

from schemas.errors import ContractError
from schemas.released import newest
from schemas.topics import parse_topics, topic_of, topics

GOOD = """
[likes]
event = "engagement"
key = "actor_id"
partitions = 4
retention_ms = 1000
compatibility = "BACKWARD_TRANSITIVE"
writers = ["producers"]
readers = []
description = "Likes."
"""


def test_every_event_has_exactly_one_topic() -> None:
    """Each released event travels on one topic."""
    carried = [spec.event for spec in topics().values() if spec.event is not None]
    assert sorted(carried) == sorted(newest())


def test_subjects_of_topics_are_released() -> None:
    """The registry knows the subject of every topic that carries an event."""
    subjects = {release.subject for release in newest().values()}
    assert {spec.subject for spec in topics().values() if spec.event} == subjects


def test_topics_read_by_jobs_have_a_place_for_bad_records() -> None:
    """A topic with a reading job has a dead-letter topic beside it."""
    for name, spec in topics().items():
        if any(reader.startswith("flink_jobs") for reader in spec.readers):
            assert f"{name}.dlq" in topics()


def test_a_topic_is_found_by_its_event() -> None:
    """The topic of closed panes has another name than its event."""
    assert topic_of("trend_pane").name == "trend.panes"
    with pytest.raises(ContractError, match="no topic carries 'ride'"):
        topic_of("ride")


def test_defaults() -> None:
    """Without a cleanup policy records are deleted by age."""
    assert parse_topics(GOOD.encode())["likes"].cleanup == "delete"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("partitions = 4", "partition = 4", "unknown key 'partition'"),
        ("partitions = 4", "partition = 4", "partitions is missing"),
        ("partitions = 4", "partitions = '4'", "partitions is '4', expected int"),
        ("partitions = 4", "partitions = true", "partitions is True, expected int"),
        ("partitions = 4", "partitions = 0", "partitions is 0"),
        ("retention_ms = 1000", "retention_ms = -1", "retention_ms is -1"),
        ("readers = []", "readers = [1]", "readers must hold strings only"),
        ('"engagement"', '"ride"', "event 'ride' has no released schema"),
        ('"BACKWARD_TRANSITIVE"', '"NONE"', "compatibility is 'NONE'"),
        ('description = "Likes."', 'description = "Likes."\ncleanup = "never"', "cleanup is 'never'"),
        ("[likes]", '["li kes"]', "a topic name has"),
        ("[likes]", '["views.dlq"]', "dead letters of 'views'"),
        (GOOD, "likes = 1", "expected one table a topic"),
        (GOOD, "[likes", "topics.toml"),
    ],
)
def test_a_wrong_file_is_refused(old: str, new: str, reason: str) -> None:
    """Every rule of the file has a case that it refuses, with the topic and the fault."""
    with pytest.raises(ContractError, match=reason.replace("[", r"\[")):
        parse_topics(GOOD.replace(old, new).encode())


def test_all_faults_are_reported_together() -> None:
    """One run shows everything that must be corrected."""
    wrong = GOOD.replace("partitions = 4", "partitions = 0").replace("1000", "0")
    with pytest.raises(ContractError) as caught:
        parse_topics((wrong + wrong.replace("[likes]", "[views]")).encode())
    assert len(str(caught.value).splitlines()) == 4
