"""Keys and rates: who may ask, how often, and what is never written down."""

import asyncio
import logging
import os
import time
from pathlib import Path

import httpx
import pytest
from support.http_server import running_app
from support.trend_records import a_record, an_as_of
from typer.testing import CliRunner

from groundswell.cli import app, load_verbs
from serving.app import create_app
from serving.errors import StoreUnavailableError
from serving.memory_store import MemoryTrendStore
from serving.web.bucket import Rate
from serving.web.calls import Calls
from serving.web.keys import Anonymous, ApiKey, KeysError, KeysFile, add, digest, load, new_key
from serving.web.keys_watch import KeysWatch
from serving.web.limiter import Limiter

KEY = "gsk_a-key-of-a-test"


def a_store() -> MemoryTrendStore:
    """One topic."""
    store = MemoryTrendStore()
    store.put(a_record())
    store.put_as_of(an_as_of())
    return store


def keys(per_s: float = 1_000.0, burst: int = 1_000, anonymous: Anonymous | None = None) -> KeysFile:
    """A file with one key."""
    return KeysFile((ApiKey("web", digest(KEY), per_s, burst, 1),), anonymous)


def test_without_a_key_nothing_is_answered_but_health() -> None:
    """Both ways to show a key work; a wrong one does not."""
    with running_app(create_app(a_store(), keys=keys)) as base, httpx.Client(base_url=base) as client:
        bare = client.get("/v1/trends")
        assert (bare.status_code, bare.headers["www-authenticate"]) == (401, "Bearer")
        assert client.get("/v1/trends", headers={"x-api-key": "gsk_wrong"}).status_code == 401
        assert client.get("/v1/trends", headers={"x-api-key": KEY}).status_code == 200
        assert client.get("/v1/trends", headers={"authorization": f"bearer {KEY}"}).status_code == 200
        assert client.get("/health").status_code == client.get("/ready").status_code == 200
        assert "error" in client.get("/api/v1/trends/tags").json()


def test_above_its_rate_a_key_is_told_when_to_come_again() -> None:
    """429 with Retry-After, in whole seconds; other keys are not concerned."""
    file = keys(per_s=0.5, burst=2, anonymous=Anonymous(1_000.0, 1_000))
    with running_app(create_app(a_store(), keys=lambda: file)) as base:
        answers = [httpx.get(f"{base}/v1/trends", headers={"x-api-key": KEY}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[-1].headers["retry-after"] == "2"
        assert answers[-1].json()["type"].endswith("too-many-requests")
        assert httpx.get(f"{base}/v1/trends").status_code == 200


def test_a_key_holds_no_more_streams_than_it_may() -> None:
    """Its own limit, below that of the server."""
    shown = {"x-api-key": KEY}
    with (
        running_app(create_app(a_store(), keys=keys)) as base,
        httpx.stream("GET", f"{base}/v1/trends/stream", headers=shown) as held,
    ):
        body = held.iter_bytes()
        next(body)
        assert httpx.get(f"{base}/v1/trends/stream", headers=shown).status_code == 429


def test_nothing_that_was_asked_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Neither addresses nor keys."""
    with caplog.at_level(logging.DEBUG), running_app(create_app(a_store(), keys=keys)) as base:
        httpx.get(f"{base}/v1/explain?topic=secret", headers={"x-api-key": KEY})
    ours = [r.getMessage() for r in caplog.records if r.name.startswith(("groundswell", "uvicorn"))]
    assert not [line for line in ours if "secret" in line or KEY in line]


def test_the_file_holds_digests_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    """What `groundswell keys` writes, a server reads."""
    load_verbs(app) if not app.registered_commands else None
    path, run = tmp_path / "keys.toml", CliRunner()
    made = run.invoke(app, ["keys", "create", "web", "--keys-file", str(path), "--per-s", "5"])
    assert made.exit_code == 0, made.output
    key = made.stdout.strip()
    assert key not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    found = load(path).find(key)
    assert found is not None
    assert (found.name, found.rate) == ("web", Rate(5.0, 100))
    again = run.invoke(app, ["keys", "create", "web", "--keys-file", str(path)])
    assert (again.exit_code, "twice" in again.output) == (1, True)
    assert "web  5 a second" in run.invoke(app, ["keys", "list", "--keys-file", str(path)]).output
    assert run.invoke(app, ["keys", "remove", "web", "--keys-file", str(path)]).exit_code == 0
    assert load(path).find(key) is None
    missing = run.invoke(app, ["keys", "remove", "web", "--keys-file", str(path)])
    assert (missing.exit_code, "no key 'web'" in missing.output) == (1, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("keys = 3", "Expected `array`"),
        ("[[keys]]\nname = 'a'\nsha256 = 'x'\nextra = 1\n", "extra"),
        ("[[keys]]\nname = 'A b'\nsha256 = 'x'\n", "small letters"),
        ("[[keys]]\nname = 'anonymous'\nsha256 = 'x'\n", "small letters"),
        ("[anonymous]\nper_s = 0.0\n", "per_s above 0"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """With the place and what was expected."""
    path = tmp_path / "keys.toml"
    path.write_text(text)
    with pytest.raises(KeysError, match=said):
        load(path)


def test_a_key_that_is_taken_back_stops_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is looked at again; one that became wrong changes nothing."""
    path, clock = tmp_path / "keys.toml", [0.0]
    key = new_key()
    add(path, ApiKey("web", digest(key)))
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    watch = KeysWatch(path)
    path.write_text("nonsense")
    assert watch().find(key)
    clock[0] = 2.0
    assert watch().find(key)
    path.write_text("")
    os.utime(path, ns=(1, 1))
    clock[0] = 4.0
    assert watch().find(key) is None


def test_beyond_loopback_the_server_wants_keys() -> None:
    """A server that everybody can reach is never open by accident."""
    done = CliRunner().invoke(app, ["serve", "--host", "0.0.0.0", "--redis", "redis://127.0.0.1:1/0"])  # noqa: S104
    assert (done.exit_code, "--keys-file" in done.output) == (2, True)


class _Buckets:
    """Counts how it is asked."""

    def __init__(self, *answers: tuple[int, int]) -> None:
        self.answers, self.wanted = list(answers), list[int]()

    def take(self, _name: str, _rate: Rate, want: int) -> tuple[int, int]:
        """Give what was prepared; nothing prepared = away."""
        self.wanted.append(want)
        if not self.answers:
            raise StoreUnavailableError("away")
        return self.answers.pop(0)


def waits(buckets: _Buckets, rate: Rate, count: int) -> tuple[list[float], int]:
    """Ask some times at once; return the waits and how often Redis was given up."""
    local = []

    async def main() -> list[float]:
        calls = Calls()
        try:
            limiter = Limiter(buckets, calls, lambda: local.append(1), 5.0)
            return [await limiter.wait_s("web", rate) for _ in range(count)]
        finally:
            calls.close()

    return asyncio.run(main()), len(local)


def test_tokens_are_fetched_in_lots() -> None:
    """Ten requests, one trip; when there is nothing left, nobody asks again before it is time."""
    buckets = _Buckets((10, 0), (0, 700))
    found, local = waits(buckets, Rate(50.0, 100), 14)
    assert found[:10] == [0.0] * 10
    assert all(0.5 < wait <= 0.7 for wait in found[10:])
    assert (buckets.wanted, local) == ([10, 10], 0)


def test_while_redis_is_away_the_server_holds_the_rate_alone() -> None:
    """A limiter that cannot be reached neither opens the door nor closes it."""
    found, local = waits(_Buckets(), Rate(1.0, 3), 5)
    assert found[:3] == [0.0] * 3
    assert all(wait > 0.5 for wait in found[3:])
    assert local == 1
