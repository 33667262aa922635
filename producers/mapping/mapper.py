"""A mapping compiled once; then one call per row."""

from hashlib import blake2b
from typing import Protocol

from producers.mapping.conditions import Condition, compile_tests
from producers.mapping.contract import mappable_fields
from producers.mapping.convert import BadValueError, to_ms
from producers.mapping.event import Mapped, Record, Rejected, Skipped
from producers.mapping.fields import FieldGetter, compile_list, compile_scalar
from producers.mapping.native import NativeMapper
from producers.mapping.spec import Mapping, Rule, TimeSpec
from producers.mapping.values import Row, fetch

_REQUIRED = ("actor_id", "item_id")


class RowMapper(Protocol):
    """What `compile_mapping` gives."""

    def map_row(
        self, row: object, line: int = 0, raw: bytes = b"", source: str = ""
    ) -> Mapped | Rejected | Skipped:
        """Map one row. Never raises, whatever the row is.

        Args:
            row: An object with named fields; CSV rows hold text only.
            line: Number of its line, from 1; part of a made-up event id.
            raw: Its bytes; part of a made-up event id.
            source: Name of the file; part of a made-up event id.
        """
        ...


class _CompiledRule:
    """One `[[event]]` block."""

    def __init__(self, rule: Rule) -> None:
        self.event, self.action = rule.event, rule.action
        self.holds: Condition = compile_tests(rule.when)
        self.getters: list[tuple[str, FieldGetter]] = []
        specs = mappable_fields(rule.event)
        for name, exprs in rule.fields.items():
            spec = specs[name]
            many = spec.kind == "strings"
            self.getters.append((name, compile_list(spec, exprs) if many else compile_scalar(spec, exprs[0])))


class DeclaredMapper:
    """A mapping with `[time]`, `[event]` and `[fields]`."""

    def __init__(self, mapping: Mapping, time: TimeSpec) -> None:
        self._time = fetch(time.path)
        self._unit, self._format = time.unit, time.format
        self._skips = [(compile_tests(skip.when), Skipped(skip.reason)) for skip in mapping.skips]
        self._rules = [_CompiledRule(rule) for rule in mapping.rules]

    def map_row(
        self, row: object, line: int = 0, raw: bytes = b"", source: str = ""
    ) -> Mapped | Rejected | Skipped:
        """Map one row. Never raises, whatever the row is."""
        if not isinstance(row, dict):
            return Rejected("expected an object with named fields", type(row).__name__)
        for holds, skipped in self._skips:
            if holds(row, line):
                return skipped
        for rule in self._rules:
            if rule.holds(row, line):
                return self._apply(rule, row, line, (raw, source))
        return Rejected("no [[event]] rule fits")

    def _apply(
        self, rule: _CompiledRule, row: Row, line: int, origin: tuple[bytes, str]
    ) -> Mapped | Rejected:
        name = "time"
        try:
            at_ms = to_ms(self._time(row, line), self._unit, self._format)
            if at_ms is None:
                return Rejected("time: missing")
            record: Record = {"source_ms": at_ms, "action": rule.action}
            for name, getter in rule.getters:
                value = getter(row, line, at_ms)
                if value is not None:
                    record[name] = value
        except BadValueError as bad:
            return Rejected(f"{name}: expected {bad.expected}", bad.detail)
        for name in _REQUIRED:
            if name not in record:
                return Rejected(f"{name}: missing")
        if "event_id" not in record:
            record["event_id"] = made_up_id(source=origin[1], line=line, raw=origin[0])
        return Mapped(rule.event, record)


def made_up_id(source: str, line: int, raw: bytes) -> str:
    """Id for a row without one: the same file gives the same ids, whenever and from wherever it is replayed.

    Name, line and content together, because two files of one name must not take each other's events out.
    """
    place = f"{source}\0{line}\0".encode(errors="surrogateescape")
    return blake2b(place + raw, digest_size=12).hexdigest()


def compile_mapping(mapping: Mapping) -> RowMapper:
    """Compile a mapping; do it once, not per row."""
    if mapping.native or mapping.time is None:
        return NativeMapper()
    return DeclaredMapper(mapping, mapping.time)
