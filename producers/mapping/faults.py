"""Collecting what is wrong with a mapping file, each fault with its place and what was expected."""

from collections.abc import Collection
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import cast


@dataclass(slots=True)
class Faults:
    """Faults found so far; parsing goes on after each."""

    found: list[str] = field(default_factory=list)

    def add(self, place: str, message: str) -> None:
        """Note one fault at a key."""
        self.found.append(f"{place}: {message}")

    def unknown_keys(self, place: str, table: dict[str, object], known: Collection[str]) -> None:
        """Refuse keys that mean nothing here, so that a slip of the pen is not silently ignored."""
        for key in table:
            if key not in known:
                near = get_close_matches(key, known, n=1)
                hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(sorted(known))}"
                self.add(f"{place}.{key}" if place else key, f"unknown key{hint}")

    def table(self, place: str, value: object) -> dict[str, object]:
        """Take a table, or note a fault and go on with an empty one."""
        if isinstance(value, dict):
            return cast("dict[str, object]", value)
        self.add(place, f"expected a table, found {kind_of(value)}")
        return {}

    def text(self, place: str, value: object) -> str:
        """Take a text with at least one character."""
        if isinstance(value, str) and value:
            return value
        found = "an empty text" if value == "" else kind_of(value)
        self.add(place, f"expected a text, found {found}")
        return ""

    def texts(self, place: str, value: object) -> tuple[str, ...]:
        """Take a list of texts."""
        if isinstance(value, list) and value and all(isinstance(item, str) and item for item in value):
            return tuple(value)
        self.add(place, f"expected a list of texts, found {kind_of(value)}")
        return ()

    def one_of(self, place: str, value: object, choices: Collection[str]) -> str:
        """Take one of some words."""
        if isinstance(value, str) and value in choices:
            return value
        found = repr(value) if isinstance(value, str) else kind_of(value)
        self.add(place, f"expected one of {', '.join(choices)}, found {found}")
        return ""


def kind_of(value: object) -> str:
    """Name a TOML value for people."""
    names = {str: "a text", bool: "a truth value", int: "a number", float: "a number"}
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return names.get(type(value), "a table" if isinstance(value, dict) else type(value).__name__)
