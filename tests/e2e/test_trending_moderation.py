"""What is taken back leaves the lists within a minute of event time; a denied topic stays away.

Moderators ban and deny; authors delete their posts and people unlike, in a later pane than that of the deed.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import redis

from groundswell.kafka_read import read_topic
from groundswell.stack import local
from schemas.served import decode_trend, list_key, meta_key
from tests.e2e.test_trending_exact import _TIMEOUT_S, _submit, _told
from tests.support.job_run import wait_until_finished
from tests.support.redis_dump import differences, redis_dump

START_MS = 1_772_150_400_000  # a midnight
PANE_MS = 300_000
BURST_AT = 90  # panes after the start
BAN_MS = START_MS + (BURST_AT + 1) * PANE_MS + 47_000
DENY_MS = BAN_MS + 20_000
UNDO_MS = BAN_MS + 83_000
END_AT = 100
_LIKED = 10_000  # number of the first post that is liked


def _post(at_ms: int, user: str, topic: str, number: int) -> dict[str, object]:
    return {
        "event": "content", "event_id": f"e{number}", "source_ms": at_ms, "received_ms": at_ms,
        "actor_id": user, "action": "create", "item_id": f"i{number}", "item_type": "post",
        "topics": [topic], "text": _words(topic, number), "lang": "en", "region": "US",
    }  # fmt: skip


def _words(topic: str, number: int) -> str:
    """Return a text of its own; digits would not tell texts apart."""
    return f"{topic} " + "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _decision(at_ms: int, action: str, target_type: str, target_id: str, number: int) -> dict[str, object]:
    return {
        "event": "moderation", "event_id": f"m{number}", "source_ms": at_ms, "received_ms": at_ms,
        "actor_id": "moderator", "action": action, "target_type": target_type, "target_id": target_id,
        "scope": "global", "reason": "test",
    }  # fmt: skip


def _like(at_ms: int, action: str, number: int) -> dict[str, object]:
    return {
        "event": "engagement", "event_id": f"{action}{number}", "source_ms": at_ms, "received_ms": at_ms,
        "actor_id": f"fan{number}", "action": action, "item_id": f"i{number}", "item_type": "post",
        "topics": ["surge"], "lang": "en", "region": "US",
    }  # fmt: skip


def _events() -> Iterator[dict[str, object]]:
    """Quiet talk of two topics; then bursts: one is banned, one denied, two are undone, one in part."""
    number, deleted = 0, list[dict[str, object]]()
    for pane in range(END_AT):
        at_ms = START_MS + pane * PANE_MS
        talk = [(f"u{(pane * 7 + i) % 400}", "tea" if i % 2 else "milk") for i in range(16)]
        if pane == BURST_AT:
            for topic in ("storm", "foul", "comet", "tide", "ember"):
                talk += [(f"{topic}{i}", topic) for i in range(60)]
        if pane == BURST_AT + 4:
            talk += [(f"again{i}", "foul") for i in range(60)]
        for i, (user, topic) in enumerate(talk):
            number += 1
            post = _post(at_ms + i * 500, user, topic, number)
            yield post
            if topic == "tide" or (topic == "ember" and i % 3):
                deleted.append({**post, "event_id": f"d{number}", "action": "delete", "source_ms": UNDO_MS})
        if pane == BURST_AT:
            yield from (_like(at_ms + 200_000, "like", _LIKED + i) for i in range(60))
        if pane == BURST_AT + 1:
            for i in range(60):
                yield _decision(BAN_MS, "ban", "user", f"storm{i}", i)
            yield _decision(DENY_MS, "deny", "topic", "#Foul", 99)
            yield from deleted
            # Half of them from elsewhere: an undo finds its deed wherever it was done.
            unlikes = (_like(UNDO_MS, "unlike", _LIKED + i) for i in range(60))
            yield from ({**undo, "region": "US" if i % 2 else "AT"} for i, undo in enumerate(unlikes))


def _shuffled(events: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return the events as they may come: each up to a minute late, inside the job's bound of disorder."""
    late_ms = np.random.default_rng(7).integers(0, 60_000, len(events))
    came_ms = [int(str(event["source_ms"])) + late for event, late in zip(events, late_ms, strict=True)]
    return [events[i] for i in np.argsort(came_ms, kind="stable")]


@pytest.mark.timeout(_TIMEOUT_S)
def test_moderators_decide_what_is_listed(tmp_path: Path) -> None:
    """The burst that was left alone is there; the banned and the denied one are not, in any list.

    The same events in another order of arrival leave the same bytes in Redis.
    """
    events, written = list(_events()), []
    for name, sent in (("ordered", events), ("shuffled", _shuffled(events))):
        file = tmp_path / name / "groundswell.events.jsonl"
        file.parent.mkdir()
        file.write_text("".join(json.dumps(event) + "\n" for event in sent), encoding="utf-8")
        with local.running(tmp_path / name / "stack", fresh=True) as stack:
            _told("produce", "replay", str(file), "--bootstrap", stack.kafka_bootstrap)
            wait_until_finished(stack, _submit(stack, f"moderated-{name}"), _TIMEOUT_S)
            topics = ("engagement", "content", "moderation")
            assert [topic for topic in topics if _dead(stack.kafka_bootstrap, topic)] == []
            with redis.Redis.from_url(stack.redis_url, protocol=2) as client:
                _look(client)
            written.append(redis_dump(stack.redis_url))
    assert differences(*written) == []


def _look(client: "redis.Redis") -> None:
    """Check the lists and what they say about the bursts."""
    for scope in ("global", "lang:en", "region:US"):
        listed = [name.decode() for name in client.zrange(list_key(scope), 0, -1)]  # weakest first
        assert not set(listed) & {"storm", "foul", "tide", "surge"}, scope
        assert listed.index("ember") < listed.index("comet"), scope
    assert max(decode_trend(client.hget(meta_key("global", "ember"), "d")).history) < 30  # of 60
    for topic, decided_ms, why in (
        ("storm", BAN_MS, "withdrawn"),
        ("foul", DENY_MS, "denied"),
        ("tide", UNDO_MS, "withdrawn"),
        ("surge", UNDO_MS, "withdrawn"),
    ):
        raw, version = client.hmget(meta_key("global", topic), "d", "_v")
        assert decode_trend(raw).reasons == (why,), topic
        assert 0 < int(version) - decided_ms <= 60_000, topic


def _dead(bootstrap: str, topic: str) -> int:
    return sum(1 for _ in read_topic(bootstrap, f"{topic}.dlq"))
