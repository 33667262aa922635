"""The registry client against a small server on the loopback."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.codec import decode_value, encode_record
from schemas.errors import ContractError, RegistryUnavailableError, UnknownSchemaError
from schemas.records import EngagementRecorded
from schemas.registry import AUTH_ENV, open_registry
from schemas.registry_http import MAX_ANSWER_BYTES, HttpRegistry
from schemas.released import schema_of
from tests.support.registry_server import FakeRegistry, running

SUBJECT = "engagement-value"


@pytest.fixture
def server() -> Iterator[FakeRegistry]:
    """A fresh registry server."""
    with running() as registry:
        yield registry


def test_our_schema_is_found_without_registering(server: FakeRegistry) -> None:
    """A schema that is registered already is looked up; nothing is written."""
    server.add(SUBJECT, json.dumps(schema_of("engagement")), 4711)
    assert HttpRegistry(server.url).id_of(SUBJECT) == 4711
    assert [path for _, path, _ in server.requests] == ["/subjects/engagement-value"]


def test_our_schema_is_registered_when_missing(server: FakeRegistry) -> None:
    """An older version alone is not enough: ours is added beside it."""
    server.add(SUBJECT, json.dumps({"type": "record", "name": "Old", "fields": []}), 1)
    registry = HttpRegistry(server.url)
    schema_id = registry.id_of(SUBJECT)
    assert registry.schema(schema_id) == schema_of("engagement")
    assert registry.versions(SUBJECT) == (1, 2)


def test_answers_are_cached(server: FakeRegistry) -> None:
    """What an id means never changes, so it is asked once."""
    registry = HttpRegistry(server.url)
    schema_id = registry.id_of(SUBJECT)
    registry.schema(schema_id)
    before = len(server.requests)
    assert registry.id_of(SUBJECT) == schema_id
    registry.schema(schema_id)
    assert len(server.requests) == before


def test_records_travel_under_the_ids_of_the_server(server: FakeRegistry) -> None:
    """A record written with one client is read with another one."""
    record = EngagementRecorded(event_id="e", source_ms=1, actor_id="a", action="like", item_id="i")
    value = encode_record(record, open_registry(server.url))
    assert int.from_bytes(value[1:5], "big") >= 100_000
    assert decode_value(value, open_registry(server.url)) == ("engagement", record)


def test_subjects_are_quoted(server: FakeRegistry) -> None:
    """A subject is one part of the path, whatever it contains."""
    server.add("a/b ?", "{}", 1)
    assert HttpRegistry(server.url).versions("a/b ?") == (1,)
    assert server.requests[-1][1] == "/subjects/a%2Fb%20%3F/versions"


def test_credentials_go_into_the_header_only(server: FakeRegistry, tmp_path: Path) -> None:
    """User and password are sent, and shown nowhere."""
    file = tmp_path / "auth"
    file.write_text("us@er:pa:ss\n", encoding="utf-8")
    with pytest.raises(UnknownSchemaError) as caught:
        open_registry(server.url, str(file)).schema(9)
    assert server.requests[-1][2] == "Basic dXNAZXI6cGE6c3M="
    assert "pa:ss" not in str(caught.value)
    assert "us@er" not in str(caught.value)


def test_the_environment_may_name_the_file(
    server: FakeRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For commands, which have no option for it."""
    file = tmp_path / "auth"
    file.write_text("us@er:pa:ss", encoding="utf-8")
    monkeypatch.setenv(AUTH_ENV, str(file))
    with pytest.raises(UnknownSchemaError):
        open_registry(server.url).schema(9)
    assert server.requests[-1][2] == "Basic dXNAZXI6cGE6c3M="


@pytest.mark.parametrize("text", [None, "", "secret"])
def test_a_file_without_user_and_password_is_refused(tmp_path: Path, text: str | None) -> None:
    """And what it holds is not repeated."""
    file = tmp_path / "auth"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match="registry auth file") as caught:
        open_registry("http://127.0.0.1:1", str(file))
    assert "secret" not in str(caught.value)


def test_an_address_with_a_password_is_refused() -> None:
    """Addresses stand in command lines and plans."""
    with pytest.raises(ContractError, match="holds a user or password") as caught:
        HttpRegistry("http://me:hunter2@127.0.0.1:1")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("broken", "error", "reason"),
    [
        ((404, b"{}", {}), UnknownSchemaError, "answered 404"),
        ((401, b"who are you", {}), RegistryUnavailableError, "answered 401: who are you"),
        ((500, b"", {}), RegistryUnavailableError, "answered 500"),
        ((302, b"", {"Location": "http://127.0.0.1:1/elsewhere"}), RegistryUnavailableError, "answered 302"),
        ((200, b"<html>", {}), RegistryUnavailableError, "did not answer JSON"),
        ((200, b" " * (MAX_ANSWER_BYTES + 1), {}), RegistryUnavailableError, "answered more than"),
        ((200, b'{"schemaType":"PROTOBUF","schema":"x"}', {}), UnknownSchemaError, "of type 'PROTOBUF'"),
        ((200, b'{"schema":"\\"string\\""}', {}), UnknownSchemaError, "not an Avro record"),
        ((200, b'{"schema":"{"}', {}), RegistryUnavailableError, "did not answer JSON"),
        ((200, b"[]", {}), UnknownSchemaError, "of type None"),
    ],
)
def test_bad_answers_for_a_schema(
    server: FakeRegistry, broken: tuple[int, bytes, dict[str, str]], error: type[Exception], reason: str
) -> None:
    """A schema that does not exist is told apart from a server that cannot answer now."""
    server.broken = broken
    with pytest.raises(error, match=reason):
        HttpRegistry(server.url).schema(9)


def test_a_refused_schema_is_a_fault_of_the_contract(server: FakeRegistry) -> None:
    """409 means that ours is incompatible with what is registered there."""
    server.broken = (409, b"incompatible", {})
    with pytest.raises(ContractError, match="answered 409: incompatible; release a compatible version"):
        HttpRegistry(server.url).id_of(SUBJECT)


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"id":"7"}'])
def test_an_answer_without_an_id_is_refused(server: FakeRegistry, body: bytes) -> None:
    """An id is a number."""
    server.broken = (200, body, {})
    with pytest.raises(RegistryUnavailableError, match="answered no id"):
        HttpRegistry(server.url).id_of(SUBJECT)


def test_versions_are_numbers(server: FakeRegistry) -> None:
    """Anything else is not a registry."""
    server.broken = (200, b'{"a":1}', {})
    with pytest.raises(RegistryUnavailableError, match="expected numbers"):
        HttpRegistry(server.url).versions(SUBJECT)


def test_subject_without_a_schema_of_ours(server: FakeRegistry) -> None:
    """There is nothing to register, so the server is not asked."""
    with pytest.raises(UnknownSchemaError, match="no subject 'rides-value'"):
        HttpRegistry(server.url).id_of("rides-value")
    assert not server.requests


def test_a_server_that_is_gone(server: FakeRegistry) -> None:
    """The message says where we asked."""
    url = server.url
    with running() as other:
        gone = other.url
    assert gone != url
    with pytest.raises(RegistryUnavailableError, match=f"{gone}.*is it up"):
        HttpRegistry(gone, timeout_s=0.5).schema(1)


@pytest.mark.parametrize("url", ["http://", "file:///etc/passwd", "127.0.0.1:8081"])
def test_other_urls_are_refused(url: str) -> None:
    """Only http and https with a host."""
    with pytest.raises(ContractError, match="must look like"):
        HttpRegistry(url)
