"""Released schemas: ids, files, and the promise that a released file never changes."""

import hashlib
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from schemas.errors import ContractError, UnknownSchemaError
from schemas.registry import FileRegistry, open_registry
from schemas.released import (
    Release,
    event_of,
    newest,
    parse_ids,
    read_bytes,
    read_schema,
    releases,
    schema_of,
)
from tests.support.tree import ROOT

LOCK = msgspec.toml.decode(read_bytes("events/released.toml"), type=dict[str, str])


@pytest.mark.parametrize("release", releases(), ids=lambda release: release.file)
def test_released_schemas_are_byte_identical(release: Release) -> None:
    """The SHA-256 of every released file is the one that was committed with its release."""
    assert hashlib.sha256(read_bytes(f"events/{release.file}")).hexdigest() == LOCK[release.file]


def test_every_schema_file_is_released_and_locked() -> None:
    """No schema file lies about without an id, and no lock entry without a file."""
    events = files("schemas").joinpath("events")
    found = {
        f"{folder.name}/{file.name}"
        for folder in events.iterdir()
        if folder.is_dir()
        for file in folder.iterdir()
        if file.name.endswith(".avsc")
    }
    assert found == {release.file for release in releases()} == set(LOCK)


def test_event_is_found_by_the_name_of_its_schema() -> None:
    """A schema from another registry is recognised by its full name, spelt either way."""
    schema = schema_of("content")
    assert event_of(schema) == "content"
    assert event_of({"name": "groundswell.events.ContentChanged"}) == "content"
    assert event_of({"name": "ContentChanged", "namespace": "elsewhere"}) is None


def test_schema_of_unknown_event_is_refused() -> None:
    """The message lists the events there are."""
    with pytest.raises(ContractError, match=r"no event 'ride'; released events are .*content"):
        schema_of("ride")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('"a" = [{id = 1, version = 2, file = "a/v2.avsc"}]', "version 2 stands where 1 was expected"),
        (
            'a = [{id = 1, version = 1, file = "a/1"}]\nb = [{id = 1, version = 1, file = "b/1"}]',
            "id 1 already belongs to a",
        ),
        ('"a" = [{id = 1, version = 1}]', "has keys"),
    ],
)
def test_wrong_ids_are_refused(text: str, reason: str) -> None:
    """Versions count up, ids are never reused, entries are complete."""
    with pytest.raises(ContractError, match=reason):
        parse_ids(f"[subjects]\n{text}".encode())


def test_file_registry_serves_the_released_schemas() -> None:
    """Ids, versions and schemas come from the files."""
    registry = FileRegistry()
    for release in newest().values():
        assert registry.id_of(release.subject) == release.id
        assert registry.versions(release.subject)[-1] == release.version
        assert registry.schema(release.id) == read_schema(release.file)


def test_file_registry_names_what_it_does_not_know() -> None:
    """Unknown ids and subjects are told apart from broken bytes."""
    with pytest.raises(UnknownSchemaError, match="schema id 99 is not among"):
        FileRegistry().schema(99)
    with pytest.raises(UnknownSchemaError, match="no subject 'rides-value'"):
        FileRegistry().id_of("rides-value")


def test_registry_without_url_is_the_files() -> None:
    """None and an empty setting mean the files; any other scheme is refused without showing the rest."""
    assert isinstance(open_registry(None), FileRegistry)
    assert isinstance(open_registry(""), FileRegistry)
    with pytest.raises(ContractError, match="registry 'ftp'") as caught:
        open_registry("ftp://name:secret@host")
    assert "secret" not in str(caught.value)


def test_schemas_outlive_the_folder_they_came_from(tmp_path: Path) -> None:
    """A restarted job goes on with modules from a wheel whose unpacked files Flink has deleted."""
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    code = (
        "import shutil, schemas.released as r, schemas.topics as t, schemas.registry\n"
        "where = r.__file__.rpartition('/')[0]\n"
        "shutil.rmtree(where)\n"
        "print(where, len([r.read_schema(one.file) for one in r.releases()]), len(t.topics()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    where, schemas, topics = done.stdout.split()
    assert Path(where) == tmp_path / "schemas"
    assert int(schemas) == len(releases())
    assert int(topics) > 0
