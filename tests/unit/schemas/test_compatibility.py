"""BACKWARD_TRANSITIVE: what may be released beside what is out already."""

import copy
from collections.abc import Callable

import pytest

from schemas.released import Schema, newest, read_schema, releases
from schemas.topics import topics
from tests.support.compatibility import faults, transitive_faults

Fields = list[dict[str, object]]
BREAKING: dict[str, tuple[Callable[[Fields], object], str]] = {
    "field without a default added": (
        lambda fields: fields.append({"name": "mood", "type": "string"}),
        "cannot read the old version: mood",
    ),
    "default removed": (lambda fields: fields[2].pop("default"), "field received_ms has lost its default"),
    "type changed": (lambda fields: fields[1].update(type="string"), "reader type: string not compatible"),
    "type narrowed": (lambda fields: fields[1].update(type="int"), "reader type: int not compatible"),
    "field renamed": (lambda fields: fields[0].update(name="id"), "field event_id is gone or renamed"),
    "field with a default renamed": (
        lambda fields: fields[2].update(name="got_ms"),
        "received_ms is gone or renamed",
    ),
    "field removed": (lambda fields: fields.pop(), "is gone or renamed"),
    "enum symbol removed": (lambda fields: _symbols(fields).pop(), "field action has lost or moved a symbol"),
    "enum symbols reordered": (
        lambda fields: _symbols(fields).reverse(),
        "field action has lost or moved a symbol",
    ),
    "enum symbol renamed": (
        lambda fields: _symbols(fields).__setitem__(1, "x"),
        "field action has lost or moved",
    ),
    "null no longer allowed": (
        lambda fields: fields[20].update(type="int", default=0),
        "cannot read the old version",
    ),
}
HARMLESS: dict[str, Callable[[Fields], object]] = {
    "field with a default added": lambda fields: fields.append(
        {"name": "mood", "type": "string", "default": ""}
    ),
    "enum symbol added at the end": lambda fields: _symbols(fields).append("love"),
    "type widened": lambda fields: fields[15].update(type="long"),
    "field made nullable": lambda fields: fields[16].update(type=["null", "long"], default=None),
    "comment changed": lambda fields: fields[0].update(doc="Other words."),
}


def _symbols(fields: Fields) -> list[str]:
    enum = fields[4]["type"]
    assert isinstance(enum, dict)
    symbols: list[str] = enum["symbols"]
    return symbols


def _edited(edit: Callable[[Fields], object]) -> tuple[Schema, Schema]:
    old = read_schema("engagement/v1.avsc")
    new = copy.deepcopy(old)
    assert isinstance(new["fields"], list)
    edit(new["fields"])
    return new, old


@pytest.mark.parametrize("event", newest())
def test_released_versions_read_all_older_ones(event: str) -> None:
    """Every version of every event against each one before it."""
    assert transitive_faults([read_schema(item.file) for item in releases() if item.event == event]) == []


@pytest.mark.parametrize("name", BREAKING)
def test_breaking_edits_are_refused(name: str) -> None:
    """The fault names the field."""
    edit, reason = BREAKING[name]
    assert any(reason in fault for fault in faults(*_edited(edit))), faults(*_edited(edit))


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_edits_are_allowed(name: str) -> None:
    """Growth is possible."""
    assert faults(*_edited(HARMLESS[name])) == []


def test_compatibility_is_transitive() -> None:
    """A version that reads its predecessor but not the first one is refused."""
    first = read_schema("engagement/v1.avsc")
    second, third = copy.deepcopy(first), copy.deepcopy(first)
    added = {"name": "mood", "type": "string"}
    assert isinstance(second["fields"], list)
    assert isinstance(third["fields"], list)
    second["fields"].append({**added, "default": ""})
    third["fields"].append(added)
    found = transitive_faults([first, second, third])
    assert any(
        fault.startswith("version 3 against version 1: cannot read the old version: mood") for fault in found
    )


def test_every_event_topic_promises_it() -> None:
    """The rule that is tested here is the one that topics.toml names."""
    assert {spec.compatibility for spec in topics().values() if spec.event} == {"BACKWARD_TRANSITIVE"}
