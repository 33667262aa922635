"""`produce wikimedia` and `produce bluesky` as a user types them, against servers on loopback."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from producers.sink import KafkaSink
from producers.sources.live import cli
from tests.support.fake_kafka import FakeProducer
from tests.support.live_servers import JetstreamServer, SseServer

APP = typer.Typer()
cli.register(APP)


@pytest.fixture
def kafka(monkeypatch: pytest.MonkeyPatch) -> FakeProducer:
    """A client in memory instead of a broker; loopback without proxies."""
    producer = FakeProducer()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(
        "producers.sources.live.run.open_kafka",
        lambda _bootstrap, warn, **_options: KafkaSink(producer, warn=warn),
    )
    return producer


def _run(*options: str) -> Result:
    return CliRunner().invoke(APP, [*options, "--json"])


def _edit(i: int) -> tuple[int, str]:
    return i, json.dumps(
        {
            "meta": {"id": f"edit-{i}", "dt": "2026-01-31T12:00:00Z", "domain": "en.wikipedia.org"},
            "type": "edit",
            "title": "Page",
            "user": "User",
            "bot": False,
            "wiki": "enwiki",
            "server_name": "en.wikipedia.org",
            "revision": {"new": i},
        }
    )


def _like(i: int) -> tuple[int, str]:
    commit = {
        "operation": "create",
        "collection": "app.bsky.feed.like",
        "rkey": f"k{i}",
        "rev": f"r{i}",
        "record": {"subject": {"uri": "at://did:plc:b/app.bsky.feed.post/p"}},
    }
    time_us = 1_725_911_162_000_000 + i
    return time_us, json.dumps({"did": "did:plc:a", "time_us": time_us, "kind": "commit", "commit": commit})


def test_edits_are_delivered_and_the_next_run_goes_on(kafka: FakeProducer, tmp_path: Path) -> None:
    """The cursor of the first run is where the second begins."""
    state = tmp_path / "cursor.json"
    server = SseServer([_edit(i) for i in range(8)])
    with server.running() as url:
        for limit in ("5", "4"):
            result = _run(
                "wikimedia", "--url", url, "--state", str(state), "--limit", limit, "--contact", "me@x"
            )
            assert result.exit_code == 0, result.output
    assert [record.name for record in kafka.delivered] == ["content"] * 9  # one edit a second time, same id
    assert '"timestamp":4' in server.asked[1]["last-event-id"]
    assert server.asked[0]["user-agent"].endswith("me@x")
    told = json.loads(result.stdout.splitlines()[-1])
    assert (told["source"], told["produced"], told["acknowledged"], told["repeated"]) == (
        "wikimedia",
        4,
        4,
        0,
    )


def test_likes_are_delivered(kafka: FakeProducer, tmp_path: Path) -> None:
    """Bluesky on protocol v1, keyed by the one who acted."""
    server = JetstreamServer([_like(i) for i in range(3)])
    with server.running() as url:
        result = _run("bluesky", "--url", f"{url}/subscribe", "--state", str(tmp_path / "c"), "--limit", "3")
    assert result.exit_code == 0, result.output
    assert [(record.name, record.key) for record in kafka.delivered] == [("engagement", b"did:plc:a")] * 3


def test_stream_that_ends_for_good_fails_the_run_but_keeps_the_cursor(
    kafka: FakeProducer, tmp_path: Path
) -> None:
    """Exit code 1; what was acknowledged before need not be read again."""
    state = tmp_path / "cursor.json"
    server = SseServer([_edit(i) for i in range(3)], plan=[2], statuses=[200, 403])
    with server.running() as url:
        result = _run("wikimedia", "--url", url, "--state", str(state))
    assert result.exit_code == 1
    assert "answered 403" in result.stderr
    assert len(kafka.delivered) == 2
    assert '"timestamp\\":1' in state.read_text()


def test_a_run_of_so_many_seconds_ends(kafka: FakeProducer, tmp_path: Path) -> None:
    """--seconds ends a quiet stream too."""
    with SseServer([]).running() as url:
        result = _run("wikimedia", "--url", url, "--state", str(tmp_path / "c"), "--seconds", "0.1")
    assert result.exit_code == 0, result.output
    assert kafka.delivered == []


@pytest.mark.usefixtures("kafka")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("bluesky", "--protocol", "v3"), "expected v1, v2 or auto"),
        (("bluesky", "--kafka", "x"), "expected key=value"),
        (("wikimedia", "--registry", "ftp://x"), "schema registry"),
    ],
)
def test_wrong_options_are_refused(options: tuple[str, ...], message: str, tmp_path: Path) -> None:
    """Nothing is connected before the options make sense."""
    result = _run(*options, "--state", str(tmp_path / "c"))
    assert result.exit_code == 2, result.output
    assert message in result.stderr


@pytest.mark.usefixtures("kafka")
def test_a_cursor_of_another_stream_is_refused(tmp_path: Path) -> None:
    """Two streams must not share a file."""
    state = tmp_path / "c.json"
    state.write_text('{"version":1,"stream":"bluesky","token":"","time_us":1,"server":""}')
    result = _run("wikimedia", "--state", str(state))
    assert result.exit_code == 2
    assert "is for stream 'bluesky'" in result.stderr
