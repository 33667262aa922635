"""Live streams on loopback: a disconnect loses nothing and doubles nothing, a bad message is counted."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from producers.batch import EncodedBatch
from producers.encode import EventEncoder
from producers.errors import ConfigError
from producers.sink import KafkaSink
from producers.sources.errors import StreamError
from producers.sources.live import bluesky, wikimedia
from producers.sources.live.cursor import Checkpoints, CursorFile
from producers.sources.live.follow import Backoff, Open, follow
from producers.sources.live.jetstream import V2_PATH, Jetstream
from producers.sources.live.message import Position
from producers.sources.live.source import Bounds, LiveSource, Translate
from producers.sources.live.sse import SseStream
from schemas.codec import decode_value
from schemas.registry import FileRegistry
from tests.support.live_servers import JetstreamServer, SseServer

REGISTRY = FileRegistry()
ENCODER = EventEncoder(REGISTRY)
DID = "did:plc:eygmaihciaxprqvxpfvl6flk"
T0_US = 1_725_911_162_000_000


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is reached directly, whatever the machine's settings are."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def _edit(i: int, **change: object) -> str:
    body: dict[str, object] = {
        "meta": {"id": f"edit-{i}", "dt": f"2026-01-31T12:00:{i:02d}Z", "domain": "en.wikipedia.org"},
        "type": "edit",
        "title": f"Page {i % 3}",
        "user": f"User {i}",
        "bot": i % 2 == 0,
        "wiki": "enwiki",
        "server_name": "en.wikipedia.org",
        "revision": {"old": i, "new": 1000 + i},
    }
    return json.dumps(body | change)


def _commit(
    i: int, collection: str = bluesky.POST, operation: str = "create", **record: object
) -> dict[str, object]:
    record = {"text": f"post {i}", "langs": ["en-US"], "tags": [f"tag{i}"]} | record
    return {
        "operation": operation,
        "collection": collection,
        "rkey": f"key{i}",
        "rev": f"rev{i}",
        **({} if operation == "delete" else {"record": record}),
    }


def _v1(i: int, commit: dict[str, object]) -> tuple[int, str]:
    time_us = T0_US + i * 1_000_000
    return time_us, json.dumps({"did": DID, "time_us": time_us, "kind": "commit", "commit": commit})


def _v2(i: int, commit: dict[str, object], envelope: str = "message") -> tuple[int, str]:
    payload = {
        "$type": "network.bsky.jetstream.subscribeEvents#commit",
        "seq": i,
        "did": DID,
        "time": f"2024-09-09T19:46:{i:02d}.123456Z",
        **commit,
    }
    return i, json.dumps({"$type": envelope, "payload": payload})


def _source(
    open_stream: Open,
    translate: Translate,
    events: int,
    *,
    start: Position | None = None,
    warn: Callable[[str], None] = lambda _: None,
    give_up_s: float = 5.0,
) -> LiveSource:
    messages = follow(open_stream, start, Backoff(first_s=0.01, most_s=0.05, give_up_s=give_up_s), warn)
    return LiveSource(messages, translate, ENCODER, warn, Bounds(events, seconds=20))


def _ids(batches: list[EncodedBatch]) -> list[str]:
    values = [value for batch in batches for value in batch.values]
    return [str(getattr(decode_value(value, REGISTRY)[1], "event_id")) for value in values]  # noqa: B009


def _drain(source: LiveSource) -> list[EncodedBatch]:
    batches = []
    for batch in source:
        batches.append(batch)
        source.handed_over(batch)
    return batches


def test_edits_survive_disconnects_without_loss_or_double() -> None:
    """Twice cut in the middle of an event, the stream is resumed by its id and each edit comes once."""
    server = SseServer([(i // 2, _edit(i)) for i in range(20)], plan=[7, 5, None])
    with server.running() as url:
        source = _source(SseStream(url).open, wikimedia.translator(["*.wikipedia.org"]), 20)
        batches = _drain(source)
    assert _ids(batches) == [f"edit-{i}" for i in range(20)]
    assert [asked.get("last-event-id", "")[-2:] for asked in server.asked] == ["", "}]", "}]"]
    assert all("groundswell" in asked["user-agent"] for asked in server.asked)
    assert source.repeated > 0  # ties of time did come again
    assert source.position is not None
    assert source.position.token.endswith('"timestamp":9}]')


def test_malformed_and_unwanted_changes_are_counted_and_passed() -> None:
    """Broken JSON, no user, a canary, a log entry, another wiki: each is counted, the rest comes."""
    bad = [
        (1, "{broken"),
        (1, "[]"),
        (1, _edit(1, user=None)),
        (1, _edit(1, meta={"id": "c", "dt": "2026-01-31T12:00:00Z", "domain": "canary"})),
        (1, _edit(1, type="log")),
        (1, _edit(1, server_name="www.wikidata.org")),
    ]
    warnings: list[str] = []
    with SseServer([(0, _edit(0)), *bad, (2, _edit(2))]).running() as url:
        source = _source(SseStream(url).open, wikimedia.translator(["en.*"]), 2, warn=warnings.append)
        assert _ids(_drain(source)) == ["edit-0", "edit-2"]
    assert source.tally.malformed == {"not JSON": 1, "expected a JSON object": 1}
    assert source.tally.rejected == {"actor_id: missing": 1}
    assert source.tally.skipped == {
        "canary": 1,
        "not an edit and not a new page": 1,
        "a wiki that was not asked for": 1,
    }
    assert len(warnings) == 3


def test_busy_servers_are_asked_again_and_refusals_end_the_run() -> None:
    """503 is tried again; 403 and a page that is no stream are final, and say why."""
    with SseServer([(0, _edit(0))], statuses=[503, 429, 200]).running() as url:
        assert len(_drain(_source(SseStream(url).open, wikimedia.translator(["*"]), 1))) == 1
    with SseServer([], statuses=[403]).running() as url, pytest.raises(StreamError, match="answered 403"):
        _drain(_source(SseStream(url).open, wikimedia.translator(["*"]), 1))
    with (
        SseServer([], content_type="text/html").running() as url,
        pytest.raises(StreamError, match="is not an event stream"),
    ):
        _drain(_source(SseStream(url).open, wikimedia.translator(["*"]), 1))
    with pytest.raises(StreamError, match="expected http"):
        _drain(_source(SseStream("ftp://x").open, wikimedia.translator(["*"]), 1))


def test_server_that_never_answers_is_given_up() -> None:
    """After enough pauses without a message the run ends and says how long it tried."""
    warnings: list[str] = []
    open_stream = SseStream("http://127.0.0.1:1/").open
    with pytest.raises(StreamError, match=r"no message after 0 s of trying again"):
        _drain(_source(open_stream, wikimedia.translator(["*"]), 1, warn=warnings.append, give_up_s=0.1))
    assert len(warnings) > 2


def test_silent_stream_is_opened_again() -> None:
    """A connection on which nothing comes is broken, even when nobody says so."""
    server = SseServer([])
    with server.running() as url:
        source = _source(SseStream(url, silence_s=0.2).open, wikimedia.translator(["*"]), 1, give_up_s=0.05)
        with pytest.raises(StreamError, match=r"nothing came for 0\.2 s"):
            _drain(source)
    assert len(server.asked) > 1


def test_posts_survive_disconnects_on_v1() -> None:
    """The cursor is a time some seconds back, so events come again and are told by their ids."""
    frames = [_v1(i, _commit(i)) for i in range(20)]
    noise = [(0, "{half"), (0, '{"kind":"heartbeat","payload":""}'), (0, '{"kind":"commit","did":"x"}')]
    server = JetstreamServer([*frames[:5], *noise, *frames[5:]], plan=[10, 12, None])
    with server.running() as url:
        stream = Jetstream(url, ("app.bsky.feed.post",), rewind_s=3)
        source = _source(stream.open, bluesky.Translator(), 20)
        batches = _drain(source)
    direct = [
        bluesky.Translator()({"did": DID, "kind": "commit", "time_us": t, **json.loads(raw)["commit"]})
        for t, raw in frames
    ]
    assert _ids(batches) == [mapped.event_id for mapped in direct]  # type: ignore[union-attr]
    assert [asked.get("cursor") for asked in server.asked] == [
        None,
        [str(T0_US + 3_000_000)],
        [str(T0_US + 8_000_000)],
    ]
    assert server.asked[0]["wantedCollections"] == ["app.bsky.feed.post"]
    assert source.repeated > 0
    assert source.tally.malformed["not a JSON object"] >= 1
    assert source.tally.malformed["time_us: expected microseconds since 1970"] >= 1


@pytest.mark.parametrize("envelope", ["message", "event"])
def test_posts_survive_disconnects_on_v2(envelope: str) -> None:
    """The cursor is a sequence number, inclusive; info frames are told to people, bad frames counted."""
    frames = [_v2(i, _commit(i), envelope) for i in range(1, 21)]
    info = {
        "$type": "network.bsky.jetstream.subscribeEvents#info",
        "name": "OutdatedCursor",
        "message": "late",
    }
    noise = [
        (0, json.dumps({"$type": envelope, "payload": info})),
        (0, "nonsense"),
        (0, '{"$type":"message"}'),
    ]
    server = JetstreamServer([*noise, *frames], path=V2_PATH, plan=[10, 9, None])
    warnings: list[str] = []
    with server.running() as url:
        source = _source(
            Jetstream(url + V2_PATH, ("a.*",)).open, bluesky.Translator(), 20, warn=warnings.append
        )
        batches = _drain(source)
    assert len(set(_ids(batches))) == len(_ids(batches)) == 20
    assert [asked.get("cursor") for asked in server.asked] == [None, ["7"], ["12"]]
    assert server.asked[0]["kinds"] == ["commit"]
    assert server.subprotocols[0] == "xrpc.v1.json"
    assert any("OutdatedCursor: late" in warning for warning in warnings)
    assert source.tally.malformed["expected an envelope with a payload"] >= 1
    assert source.position == Position("20", source.position.time_us if source.position else 0, url)


def test_both_protocols_give_the_same_ids() -> None:
    """A change of protocol or server makes no double downstream."""
    ids = []
    for path, make in (("/subscribe", _v1), (V2_PATH, _v2)):
        with JetstreamServer([make(i, _commit(i)) for i in range(1, 6)], path=path).running() as url:
            ids.append(_ids(_drain(_source(Jetstream(url + path, ()).open, bluesky.Translator(), 5))))
    assert ids[0] == ids[1]


def test_cursor_that_is_too_old_is_replaced_by_a_time() -> None:
    """The server forgot the events since then: what is left comes, and the loss is said."""
    server = JetstreamServer([_v2(i, _commit(i)) for i in range(50, 56)], path=V2_PATH, floor=50)
    warnings: list[str] = []
    with server.running() as url:
        start = Position("7", T0_US, url)
        stream = Jetstream(url, (), protocol="v2", rewind_s=2)
        assert (
            len(
                _ids(_drain(_source(stream.open, bluesky.Translator(), 6, start=start, warn=warnings.append)))
            )
            == 6
        )
    assert [asked["cursor"] for asked in server.asked] == [["7"], [str(T0_US - 2_000_000)]]
    assert "some are lost" in warnings[0]


def test_cursor_of_another_server_is_a_time() -> None:
    """Sequence numbers belong to one server; elsewhere only the time helps."""
    position = Position("7", T0_US, "wss://one")
    query = "kinds=commit&maxMessageSizeBytes=1048576"
    assert Jetstream("wss://one", (), "v2").address(position) == f"wss://one{V2_PATH}?{query}&cursor=7"
    assert Jetstream("wss://two", (), "v2").address(position).endswith(f"cursor={T0_US - 5_000_000}")
    assert (
        Jetstream("wss://two/subscribe", ()).address(None)
        == "wss://two/subscribe?maxMessageSizeBytes=1048576"
    )


@pytest.mark.parametrize(
    ("status", "message"), [(404, "refused with 404: no such path"), (401, "refused with 401")]
)
def test_refusals_of_jetstream_end_the_run(status: int, message: str) -> None:
    """A wrong path or a forbidden stream does not get better by waiting."""
    server = JetstreamServer([], path="/elsewhere" if status == 404 else "/subscribe", refuse_with=status)
    with server.running() as url, pytest.raises(StreamError, match=message):
        _drain(_source(Jetstream(url + "/subscribe", ()).open, bluesky.Translator(), 1))


def test_error_frames_and_busy_servers_are_tried_again() -> None:
    """ConsumerTooSlow closes the stream; 503 opens none: both are pauses."""
    error = '{"$type":"error","error":"ConsumerTooSlow","message":"too slow"}'
    warnings: list[str] = []
    frames = [_v2(1, _commit(1)), _v2(2, _commit(2))]
    server = JetstreamServer(frames, path=V2_PATH, plan=[1, None], last_words=error)
    with server.running() as url:
        stream = Jetstream(url, (), "v2")
        assert len(_ids(_drain(_source(stream.open, bluesky.Translator(), 2, warn=warnings.append)))) == 2
    assert "ConsumerTooSlow: too slow" in warnings[0]
    server = JetstreamServer([], refuse_with=503)
    with server.running() as url, pytest.raises(StreamError, match="answered 503"):
        _drain(_source(Jetstream(url, ()).open, bluesky.Translator(), 1, give_up_s=0.05))
    with pytest.raises(StreamError, match="expected ws"):
        _drain(_source(Jetstream("http://x/subscribe", ()).open, bluesky.Translator(), 1))


class _Producer:
    """Acknowledges as told."""

    def __init__(self) -> None:
        self.waiting = 0
        self.flushed = 0

    def produce(self, topic: str, value: bytes, key: bytes, *, timestamp: int, on_delivery: object) -> None:
        del topic, value, key, timestamp, on_delivery
        self.waiting += 1

    def poll(self, timeout: float) -> int:
        del timeout
        return 0

    def flush(self, timeout: float) -> int:
        del timeout
        self.flushed += 1
        return self.waiting

    def __len__(self) -> int:
        return self.waiting


def test_cursor_is_saved_only_after_acknowledgement(tmp_path: Path) -> None:
    """Handed over is not enough: while Kafka has not confirmed, the file stays as it was."""
    file = CursorFile(tmp_path / "deep" / "wikimedia.json", "wikimedia")
    producer = _Producer()
    sink = KafkaSink(producer, warn=lambda _: None)
    with SseServer([(i, _edit(i)) for i in range(4)]).running() as url:
        source = _source(SseStream(url).open, wikimedia.translator(["*"]), 4)
        checkpoints = Checkpoints(file, source, sink, clock=lambda: 100.0)
        for batch in source:
            sink.send(batch)
            checkpoints.on_batch(batch)
    checkpoints.save()
    assert file.load() is None
    producer.waiting = 0
    checkpoints.save()
    saved = file.load()
    assert saved == source.position
    assert saved is not None
    assert '"timestamp":3' in saved.token
    flushed = producer.flushed
    checkpoints.save()  # nothing new: nothing is waited for
    assert producer.flushed == flushed


def test_failed_delivery_stops_the_cursor(tmp_path: Path) -> None:
    """What did not arrive must be read again by the next run."""
    file = CursorFile(tmp_path / "c.json", "wikimedia")
    sink = KafkaSink(_Producer(), warn=lambda _: None, clock_ms=lambda: 0)  # every event lies in its future
    with SseServer([(0, _edit(0))]).running() as url:
        source = _source(SseStream(url).open, wikimedia.translator(["*"]), 1)
        for batch in source:
            assert sink.send(batch) == 1
            source.handed_over(batch)
    Checkpoints(file, source, sink, clock=lambda: 100.0).save()
    assert sink.failed == 1
    assert file.load() is None


def test_run_resumes_from_the_saved_cursor(tmp_path: Path) -> None:
    """The second run asks for what follows the first."""
    server = SseServer([(i, _edit(i)) for i in range(10)])
    file = CursorFile(tmp_path / "c.json", "wikimedia")
    ids = []
    with server.running() as url:
        for events in (4, 7):  # the last edit of the first run comes again: its own id tells
            source = _source(SseStream(url).open, wikimedia.translator(["*"]), events, start=file.load())
            ids += _ids(_drain(source))
            assert source.position is not None
            file.save(source.position)
    assert sorted(set(ids)) == [f"edit-{i}" for i in range(10)]
    assert len(ids) == 11


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not one of ours"),
        ("[]", "is not one of ours"),
        ('{"version":1,"stream":"bluesky","token":"","time_us":1,"server":""}', "is for stream 'bluesky'"),
        ('{"version":2,"stream":"wikimedia","token":"","time_us":1,"server":""}', "version 2; expected"),
    ],
)
def test_foreign_cursor_files_are_refused(tmp_path: Path, content: str, message: str) -> None:
    """Starting somewhere else without saying so would lose or double events."""
    (tmp_path / "c.json").write_text(content)
    with pytest.raises(ConfigError, match=message):
        CursorFile(tmp_path / "c.json", "wikimedia").load()


def test_cursor_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """A cursor that is silently not kept is worse than a stop."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        CursorFile(tmp_path / "file" / "c.json", "wikimedia").save(Position("1"))
