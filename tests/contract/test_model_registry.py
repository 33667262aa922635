"""The model registry in a real Redis: entries never change, a switch happens once, readers see it at once."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis
import typer
from support.redis_server import running_redis
from typer.testing import CliRunner

from flink_jobs._shell.redis_sink import RedisSink, ValueWrite
from groundswell.verbs import models
from schemas.served import ServedError, fence
from schemas.served_interests import HeadRecord, InterestRecord, encode, head_key, interest_key
from schemas.served_models import CURRENT_KEY, ENTRIES_KEY, ModelPointer
from serving.errors import ModelRefusedError, StoreContentError
from serving.redis_interest_store import RedisInterestStore
from serving.redis_model_store import RedisModelStore
from state import interest_head
from state.interest_config import InterestConfig
from state.interest_head import HeadState
from state.model_entry import ModelConfig, ModelEntry
from state.model_switch import promoted, rolled_back

TTL_MS = 60_000
OTHER = ModelConfig(InterestConfig(head_variance=0.2))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis for this file."""
    with running_redis(tmp_path_factory.mktemp("redis")) as address:
        yield address


@pytest.fixture
def client(url: str) -> Iterator["redis.Redis"]:
    """The same, empty: it is this file's own."""
    with redis.Redis.from_url(url, protocol=2) as found:
        found.flushdb()
        yield found


@pytest.fixture
def store(url: str, client: "redis.Redis") -> Iterator[RedisModelStore]:
    """A registry without models."""
    assert client.ping()
    found = RedisModelStore.at(url)
    yield found
    found.close()


def _serve(
    url: str, tag: str, *, labels: float = 5_000.0, as_of_ms: int = 10_000_000, events: float = 1.0
) -> None:
    """Write what the job of a model would: one head and one person."""
    head = HeadRecord(
        as_of_ms=as_of_ms, model="interest-v1", state=interest_head.CODEC.dumps(HeadState(learned=labels)),
        settings={}, names=(), stats=(),
    )  # fmt: skip
    person = InterestRecord(
        as_of_ms=as_of_ms, shard=0, events=events, slow_half_life_ms=1e9, fast_half_life_ms=1e6,
        total=bytes(20), topics=(), counts=b"",
    )  # fmt: skip
    RedisSink(url).write_values(
        [
            ValueWrite(head_key(0, tag), fence(as_of_ms), TTL_MS, encode(head)),
            ValueWrite(interest_key("ann", tag), fence(as_of_ms), TTL_MS, encode(person)),
        ]
    )


def _run(url: str, *words: str) -> tuple[int, str]:
    app = typer.Typer()
    app.callback()(lambda: None)
    models.register(app)
    at = words.index("--") if "--" in words else len(words)
    done = CliRunner().invoke(app, ["models", *words[:at], "--redis", url, *words[at:]])
    return done.exit_code, done.output


def test_an_entry_is_written_once(store: RedisModelStore) -> None:
    """The same again is no error; a name or settings that are taken are."""
    entry = ModelEntry("steady", created_ms=5)
    assert store.create(entry)
    assert not store.create(replace(entry, created_ms=9))
    assert store.entry("steady") == entry
    with pytest.raises(ModelRefusedError, match="stands for other settings"):
        store.create(ModelEntry("steady", OTHER))
    with pytest.raises(ModelRefusedError, match="registered already, as 'steady'"):
        store.create(ModelEntry("again"))
    assert store.create(ModelEntry("quick", OTHER, created_ms=1))
    assert [one.name for one in store.entries()] == ["quick", "steady"]
    with pytest.raises(ModelRefusedError, match="known: quick, steady"):
        store.entry("none")


def test_of_two_who_switch_at_once_one_is_refused(store: RedisModelStore) -> None:
    """Also the very first time; nothing of the loser stays."""
    before, one, other = store.pointer(), "a" * 12, "b" * 12
    assert before == ModelPointer()
    store.switch(before, promoted(before, one, 1))
    with pytest.raises(ModelRefusedError, match="somebody switched"):
        store.switch(before, promoted(before, other, 2))
    first = store.pointer()
    assert (first.current, first.previous) == (one, "")
    store.switch(first, rolled_back(first, 3))
    with pytest.raises(ModelRefusedError, match="somebody switched"):
        store.switch(first, promoted(first, other, 4))
    assert store.pointer() == ModelPointer(number=2, current="", previous=one, changed_ms=3)


def test_readers_are_told_with_what_they_read(url: str, store: RedisModelStore) -> None:
    """The pointer comes in the same round trip; values are of the model that was asked for."""
    tag, reader = "a" * 12, RedisInterestStore.at(url)
    _serve(url, "", events=1.0)
    _serve(url, tag, events=2.0)
    store.switch(ModelPointer(), promoted(ModelPointer(), tag, 1))
    for model, events in (("", 1.0), (tag, 2.0)):
        found = reader.ranking("ann", ["p1"], model)
        assert (found.current, found.person and found.person.events) == (tag, events)
    with pytest.raises(ServedError, match="12 hexadecimal digits"):
        reader.interests("ann", "quick")


def test_only_what_nobody_needs_is_dropped(url: str, client: "redis.Redis", store: RedisModelStore) -> None:
    """Neither the served model nor the one before, and no key of another model."""
    served, before, old = "a" * 12, "b" * 12, "c" * 12
    for tag in ("", served, before, old):
        _serve(url, tag)
    first = promoted(ModelPointer(), before, 1)
    store.switch(ModelPointer(), first)
    store.switch(first, promoted(first, served, 2))
    for tag in ("", served, before):
        with pytest.raises(ModelRefusedError, match="served now"):
            store.drop(tag)
    assert store.drop(old) == 2
    assert client.exists(interest_key("ann", old)) == 0
    assert all(client.exists(interest_key("ann", tag)) for tag in ("", served, before))


def test_what_cannot_be_read_is_told(url: str, client: "redis.Redis", store: RedisModelStore) -> None:
    """Another layout of the pointer, a tag that is none, an entry that was changed by hand."""
    for raw in (b"\x95\x09\x00\xa0\xc0\x00", b"\x95\x01\x01\xa3abc\xc0\x00", b"x"):
        client.hset(CURRENT_KEY, mapping={"_v": fence(1), "d": raw})
        with pytest.raises(StoreContentError, match="Redis holds"):
            store.pointer()
        with pytest.raises(StoreContentError, match="Redis holds"):
            RedisInterestStore.at(url).ranking("ann", [], "")
    client.hset(ENTRIES_KEY, "odd", b"{}")
    with pytest.raises(StoreContentError, match="not a model"):
        store.entries()


def test_the_command_leads_from_nothing_to_a_rollback(url: str, store: RedisModelStore) -> None:
    """Create, list, refuse, promote, go back; each says what it did."""
    code, text = _run(url, "create", "quick", "--", "--model.head-variance=0.2", "--creators=false")
    assert (code, "quick is model" in text) == (0, True)
    assert (
        "as before" in _run(url, "create", "quick", "--", "--model.head-variance=0.2", "--creators=false")[1]
    )
    entry = store.entry("quick")
    assert (entry.config.model.head_variance, entry.config.creators) == (0.2, False)
    assert json.loads(_run(url, "show", "quick")[1])["id"] == entry.id
    code, text = _run(url, "promote", "quick")
    assert (code, store.pointer().number) == (1, 0)
    assert "nothing is served of it" in text
    _serve(url, "", labels=9_000.0)
    _serve(url, entry.tag, labels=100.0)
    code, text = _run(url, "promote", "quick")
    assert (code, store.pointer().number) == (1, 0)
    assert "100 labels, expected 1,000" in text
    assert "100 labels, the current model 9,000" in text
    code, text = _run(url, "promote", "quick", "--min-labels", "50", "--min-share", "0")
    assert (code, store.pointer().current) == (0, entry.tag)
    lines = {one["name"]: one for one in json.loads(_run(url, "list", "--json")[1])}
    assert (lines["quick"]["role"], lines["unnamed"]["role"], lines["quick"]["labels"]) == (
        "served",
        "before",
        100.0,
    )
    assert "quick" in _run(url, "list")[1]
    assert _run(url, "promote", "quick", "--force")[0] == 1  # it is served already
    assert _run(url, "rollback")[0] == 0
    assert (store.pointer().current, store.pointer().previous) == ("", entry.tag)
    assert _run(url, "drop", "quick")[0] == 1
    assert _run(url, "rollback")[0] == 0
    assert store.pointer().current == entry.tag


def test_force_serves_what_is_behind(url: str, store: RedisModelStore) -> None:
    """The reasons are told all the same."""
    _run(url, "create", "late")
    _serve(url, "", as_of_ms=10_000_000)
    _serve(url, store.entry("late").tag, as_of_ms=1_000_000)
    code, text = _run(url, "promote", "late", "--force")
    assert (code, store.pointer().number) == (0, 1)
    assert "9,000 s of event time behind" in text


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("create", "Bad"), 2, "expected a small letter"),
        (("create", "unnamed"), 2, "choose another name"),
        (("create", "x", "--", "--model.head-variance=700"), 2, "head_variance = 700"),
        (("create", "x", "--", "--speed=7"), 2, "--speed=7"),
        (("promote", "nobody"), 1, "no model is named 'nobody'"),
        (("rollback",), 1, "no model was served before"),
    ],
)
def test_wrong_use_is_told(
    url: str, client: "redis.Redis", words: tuple[str, ...], code: int, said: str
) -> None:
    """And nothing is written."""
    found, text = _run(url, *words)
    assert found == code
    assert said in text.replace("\n", " ")
    assert client.dbsize() == 0


def test_a_new_model_without_anything_before_needs_no_share(url: str, store: RedisModelStore) -> None:
    """Where nothing is served, the first that has learned enough may start."""
    _run(url, "create", "first")
    _serve(url, store.entry("first").tag, labels=1_000.0)
    assert _run(url, "promote", "first")[0] == 0


def test_a_lost_registry_comes_back_from_its_file(
    url: str, client: "redis.Redis", store: RedisModelStore, tmp_path: Path
) -> None:
    """With the pointer; what was decided since is not undone, and a changed file is refused."""
    file = tmp_path / "models.json"
    _run(url, "create", "steady")
    _run(url, "create", "quick", "--", "--model.head-variance=0.2")
    for name in ("steady", "quick"):
        _serve(url, store.entry(name).tag)
        assert _run(url, "promote", name)[0] == 0
    entries, pointer = store.entries(), store.pointer()
    assert _run(url, "save", str(file))[0] == 0
    client.flushdb()
    assert "2 models were missing; the pointer was restored" in _run(url, "restore", str(file))[1]
    assert (store.entries(), store.pointer()) == (entries, pointer)
    _run(url, "rollback")
    assert "0 models were missing; the pointer was kept" in _run(url, "restore", str(file))[1]
    assert store.pointer().current == pointer.previous
    file.write_text(file.read_text("utf-8").replace("0.2", "0.3"), "utf-8")
    code, text = _run(url, "restore", str(file))
    assert (code, "its content gives" in text.replace("\n", " ")) == (1, True)
    file.write_text("{}", "utf-8")
    assert _run(url, "restore", str(file))[0] == 1
    assert _run(url, "restore", str(tmp_path / "none"))[0] == 1
