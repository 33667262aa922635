"""Committed files name no machine's folders and no servers but those the project is about."""

from pathlib import Path

import pytest

from tests.support.addresses import faults, faults_of, is_allowed
from tests.support.tree import files

_END = "com"
FOREIGN = f"packages.acme.{_END}"  # put together here, as this file is looked at, too


def test_files_name_no_foreign_servers_and_no_folders_of_one_machine() -> None:
    """A clone works behind any mirror: the package index is a setting of the user, never of a file."""
    problems = faults_of(files())
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"see https://{FOREIGN}/simple", f"line 1: host {FOREIGN}"),
        (f"first\nfrom {FOREIGN} by hand", f"line 2: host {FOREIGN}"),
        (f"git clone ssh://git@{FOREIGN}/x", f"line 1: host {FOREIGN}"),
        (f"https://localhost.{FOREIGN}", f"line 1: host localhost.{FOREIGN}"),
        (f"data = '/{'home'}/me/data'", f"line 1: folder /{'home'}/me"),
        (f"--{'index-url'} x", f"line 1: setting --{'index-url'}"),
    ],
)
def test_foreign_places_are_seen(text: str, fault: str) -> None:
    """Addresses with and without scheme, folders, and settings of an index."""
    assert faults(text) == [fault]


def test_own_and_made_up_places_are_allowed(tmp_path: Path) -> None:
    """Loopback, documentation names, placeholders, the live sources; data that is no text is not read."""
    for host in (
        "127.0.0.1",
        "host",
        "{LOOPBACK}",
        "a.example",
        "jetstream2.us-east.bsky.network",
        "index.test",
    ):
        assert is_allowed(host), host
    assert faults("~/.cache, ./work/x, tests/tmp/x, org.apache.flink:flink-core:2.2, state.io.x") == []
    (tmp_path / "picture.png").write_bytes(b"\xff\xd8https://" + FOREIGN.encode())
    assert faults_of([tmp_path / "picture.png"]) == []
