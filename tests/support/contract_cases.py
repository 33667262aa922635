"""The committed examples of every event: good records, and refused ones with the reason."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

import msgspec

from schemas.records import RECORDS, Record
from schemas.released import newest


@dataclass(frozen=True)
class Example:
    """One record as it stands in a file, and why it is refused; an empty reason is a good record."""

    event: str
    name: str
    fields: Mapping[str, object]
    reason: str = ""

    def __str__(self) -> str:
        """Name of the test case."""
        return f"{self.event}/{self.name}"

    def record(self) -> Record:
        """The typed record; missing fields get their defaults."""
        return msgspec.convert(self.fields, RECORDS[self.event])


def _json(event: str, folder: str) -> Iterator[tuple[str, dict[str, object]]]:
    for file in sorted(
        files("schemas").joinpath("events").joinpath(event).joinpath(folder).iterdir(), key=str
    ):
        yield file.name, json.loads(file.read_text("utf-8"))


def _value(written: object) -> object:
    """Short forms: {"repeat", "times"} is a long text, {"items", "each"} a list, {"number"} nan or inf."""
    match written:
        case {"repeat": str(text), "times": int(times)}:
            return text * times
        case {"items": int(items), "each": item}:
            return [item] * items
        case {"number": str(number)}:
            return float(number)
        case list():
            return [_value(item) for item in written]
        case _:
            return written


def good_examples() -> list[Example]:
    """Every file under `events/<event>/examples/`."""
    return [Example(event, name, record) for event in newest() for name, record in _json(event, "examples")]


def invalid_examples() -> list[Example]:
    """Every case under `events/<event>/invalid/`: a good example with some fields set to other values."""
    good = {(example.event, example.name): example.fields for example in good_examples()}
    out = []
    for event in newest():
        for name, table in _json(event, "invalid"):
            assert isinstance(table["cases"], list)
            for case in table["cases"]:
                changed = {field: _value(value) for field, value in case["set"].items()}
                fields = {**good[event, str(table["base"])], **changed}
                out.append(Example(event, f"{name}:{','.join(changed)}", fields, case["reason"]))
    return out
