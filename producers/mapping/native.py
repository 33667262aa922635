"""Rows that are our own events: `event` and the fields of its schema, as `produce simulate --out` writes."""

from collections.abc import Callable
from typing import TypeAlias

from producers.mapping import convert
from producers.mapping.contract import EVENTS, MAX_CHARS, MAX_TEXT_CHARS, FieldSpec, fields_of
from producers.mapping.convert import BadValueError
from producers.mapping.event import Mapped, Record, Rejected, Value
from producers.mapping.fields import check_topics
from producers.mapping.values import Row

_Check: TypeAlias = Callable[[object], Value]

_BITS = {"int": 32, "long": 64}


def _text(spec: FieldSpec) -> _Check:
    limit = MAX_TEXT_CHARS if spec.name == "text" else MAX_CHARS.get(spec.name)

    def check(value: object) -> Value:
        if not isinstance(value, str):
            raise BadValueError("text", value)
        convert.to_text(value)  # refuses what UTF-8 cannot hold
        if limit is not None and len(value) > limit:
            raise BadValueError(f"at most {limit} characters", f"{len(value)} characters")
        if spec.required and not value:
            raise BadValueError("at least one character", value)
        return value

    return check


def _whole(spec: FieldSpec) -> _Check:
    def check(value: object) -> Value:
        if type(value) is not int:
            raise BadValueError("a whole number", value)
        return convert.to_int(value, _BITS[spec.kind])

    return check


def _double(value: object) -> Value:
    if type(value) not in (int, float):
        raise BadValueError("a number", value)
    return convert.to_float(value)


def _boolean(value: object) -> Value:
    if not isinstance(value, bool):
        raise BadValueError("true or false", value)
    return value


def _symbol(spec: FieldSpec) -> _Check:
    def check(value: object) -> Value:
        if not isinstance(value, str) or value not in spec.symbols:
            raise BadValueError(f"one of {', '.join(spec.symbols)}", value)
        return value

    return check


def _strings(spec: FieldSpec) -> _Check:
    def check(value: object) -> Value:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise BadValueError("a list of texts", value)
        for item in value:
            convert.to_text(item)
        if spec.name == "topics":
            check_topics(value)
        return value

    return check


def _arms(value: object) -> Value:
    if isinstance(value, list) and all(
        isinstance(item, dict)
        and set(item) == {"id", "arm"}
        and all(isinstance(v, str) for v in item.values())
        for item in value
    ):
        for item in value:
            convert.to_text(item["id"])
            convert.to_text(item["arm"])
        return value
    raise BadValueError('a list of {"id": text, "arm": text}', value)


def _check_of(spec: FieldSpec) -> _Check:
    by_kind: dict[str, _Check] = {"double": _double, "boolean": _boolean, "arms": _arms}
    if spec.name == "source_ms":
        return lambda value: convert.to_ms(_whole(spec)(value), "ms")
    if spec.kind in by_kind:
        return by_kind[spec.kind]
    builder = {"string": _text, "enum": _symbol, "strings": _strings}.get(spec.kind, _whole)
    return builder(spec)


class NativeMapper:
    """Checks every field of a row against the newest released schema; nothing is converted."""

    def __init__(self) -> None:
        self._checks: dict[str, dict[str, tuple[_Check, bool]]] = {
            event: {name: (_check_of(spec), spec.nullable) for name, spec in fields_of(event).items()}
            for event in EVENTS
        }
        self._required = {
            event: [name for name, spec in fields_of(event).items() if spec.required] for event in EVENTS
        }

    def map_row(self, row: object, line: int = 0, raw: bytes = b"", source: str = "") -> Mapped | Rejected:
        """Take a row as it is, or say why not. Never raises; the other arguments are those of `RowMapper`."""
        del line, raw, source
        if not isinstance(row, dict):
            return Rejected("expected an object with named fields", type(row).__name__)
        event = row.get("event")
        checks = self._checks.get(event) if isinstance(event, str) else None
        if checks is None or not isinstance(event, str):
            return Rejected(f"event: expected one of {', '.join(EVENTS)}", ascii(event)[:80])
        return self._record(event, row, checks)

    def _record(self, event: str, row: Row, checks: dict[str, tuple[_Check, bool]]) -> Mapped | Rejected:
        record: Record = {}
        for name, value in row.items():
            if name == "event":
                continue
            found = checks.get(name)
            if found is None:
                return Rejected(f"a field that {event} does not have", ascii(name)[:80])
            check, nullable = found
            if value is None and nullable:
                continue
            try:
                record[name] = check(value)
            except BadValueError as bad:
                return Rejected(f"{name}: expected {bad.expected}", bad.detail)
        for name in self._required[event]:
            if name not in record:
                return Rejected(f"{name}: missing")
        return Mapped(event, record)
