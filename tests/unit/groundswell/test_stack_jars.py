"""Jars: exactly the locked bytes or an error that says what to do."""

import hashlib
from pathlib import Path

import pytest

from groundswell.stack import jars
from groundswell.stack.errors import JarIntegrityError, MissingPieceError

BODY = b"not really a jar"
JAR = jars.Jar("kafka", "org.example:thing:1.0", hashlib.sha256(BODY).hexdigest(), len(BODY))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty jar cache of this test's own."""
    monkeypatch.setenv(jars.CACHE_VARIABLE, str(tmp_path))
    return tmp_path / "jars"


def serve(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    """Let the repository serve these bytes."""

    def resolve(jar: jars.Jar, scratch: Path) -> Path:
        fetched = scratch / jar.file_name
        fetched.write_bytes(body)
        return fetched

    monkeypatch.setattr(jars, "_resolve", resolve)


def test_the_shipped_lock_is_well_formed_and_holds_all_uses() -> None:
    """The broker and the connector are pinned by exact version and hash."""
    locked = jars.locked()
    coordinates = {jar.coordinate for jar in locked}
    assert "org.apache.kafka:kafka_2.13:4.2.1" in coordinates
    assert "org.apache.flink:flink-sql-connector-kafka:5.0.0-2.2" in coordinates
    assert len({jar.file_name for jar in locked}) == len(locked)
    assert {jar.use for jar in locked} == {"kafka", "flink", "metrics"}


def entry(**changes: object) -> str:
    """Return a lock with one entry; None leaves a key out."""
    told = {"use": "kafka", "coordinate": "a:b:1", "sha256": "0" * 64, "size_bytes": 1, **changes}
    return "[[jar]]\n" + "".join(f"{key} = {value!r}\n" for key, value in told.items() if value is not None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("jar = 3", "Expected `array`"),
        ("jar = ", "jars.lock.toml"),
        (entry(sha256=None), "missing required field `sha256`"),
        (entry(coordinate="a:b"), "'a:b' is not group"),
        (entry(sha256="ABC"), "a:b:1 has no SHA-256"),
        (entry(extra=1), "unknown field"),
    ],
)
def test_a_lock_that_is_not_exact_is_refused(text: str, message: str) -> None:
    """Unknown keys, missing hashes and loose coordinates do not pass."""
    with pytest.raises(JarIntegrityError, match=message):
        jars.parse_lock(text)


def test_a_complete_entry_is_read() -> None:
    """The helper above makes good entries unless told otherwise."""
    assert jars.parse_lock(entry()) == [jars.Jar("kafka", "a:b:1", "0" * 64, 1)]


def test_a_jar_is_fetched_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time the cache serves it, without any network."""
    serve(monkeypatch, BODY)
    assert jars.cached(JAR) == "absent"
    assert jars.ensure([JAR]) == [cache / "thing-1.0.jar"]
    monkeypatch.delattr(jars, "_resolve")
    assert jars.ensure([JAR]) == [cache / "thing-1.0.jar"]
    assert jars.cached(JAR) == "ok"


def test_other_bytes_from_the_repository_never_reach_the_cache(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed artifact is refused and leaves nothing behind."""
    serve(monkeypatch, b"evil")
    with pytest.raises(JarIntegrityError, match="the lock says"):
        jars.ensure([JAR])
    assert list(cache.iterdir()) == []


def test_a_changed_file_in_the_cache_is_noticed_at_the_next_use(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Verification is not only for the day of the download."""
    serve(monkeypatch, BODY)
    (path,) = jars.ensure([JAR])
    path.write_bytes(b"changed")
    with pytest.raises(JarIntegrityError, match="delete it and run the command again"):
        jars.ensure([JAR])
    assert jars.cached(JAR) == "damaged"
    assert path.parent == cache


def test_offline_says_what_to_do(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the network the message names the jar, the cache and the ways out."""

    def resolve(_jar: jars.Jar, _scratch: Path) -> Path:
        raise ConnectionError("no route to host")

    monkeypatch.setattr(jars, "_resolve", resolve)
    with pytest.raises(
        MissingPieceError, match=r"cannot fetch org\.example:thing:1\.0.*go online.*mirror"
    ) as caught:
        jars.ensure([JAR])
    assert str(cache) in str(caught.value)
    assert list(cache.iterdir()) == []
