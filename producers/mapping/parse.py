"""A mapping file read into `Mapping`. Unknown keys are refused; all faults are reported together."""

import msgspec

from producers.mapping import parse_value
from producers.mapping.contract import MAPPABLE, actions_of, mappable_fields
from producers.mapping.errors import MappingError
from producers.mapping.faults import Faults
from producers.mapping.spec import Expr, InputSpec, Mapping, Rule, SkipRule, TimeSpec

_FORMATS = ("jsonl", "csv", "tsv")
_UNITS = ("s", "ms", "us", "iso", "strptime")
_TOP = ("description", "files", "input", "time", "event", "fields", "skip")
_REQUIRED = ("actor_id", "item_id")


def _blocks(faults: Faults, place: str, value: object) -> list[tuple[str, dict[str, object]]]:
    """`[event]` or `[[event]]`: one table or a list of them, each with its place for messages."""
    if isinstance(value, list):
        return [(f"{place}[{i}]", faults.table(f"{place}[{i}]", item)) for i, item in enumerate(value)]
    return [(place, faults.table(place, value))]


def _input(faults: Faults, value: object) -> InputSpec:
    table = faults.table("input", value)
    faults.unknown_keys("input", table, ("format", "columns", "delimiter"))
    kind = faults.one_of("input.format", table.get("format"), _FORMATS)
    columns: tuple[str, ...] | None = None
    delimiter = "\t" if kind == "tsv" else ","
    if "columns" in table:
        columns = faults.texts("input.columns", table["columns"])
        if len(set(columns)) != len(columns):
            faults.add("input.columns", "a name stands there twice")
        if kind == "jsonl":
            faults.add("input.columns", "jsonl rows name their own fields; only csv and tsv have columns")
    if "delimiter" in table:
        delimiter = faults.text("input.delimiter", table["delimiter"])
        if kind != "csv":
            faults.add("input.delimiter", f"only csv has one, the format is {kind or 'not known'}")
        elif len(delimiter) != 1:
            faults.add("input.delimiter", f"expected one character, found {delimiter!r}")
    return InputSpec(kind, columns, delimiter)


def _time(faults: Faults, value: object) -> TimeSpec:
    table = faults.table("time", value)
    faults.unknown_keys("time", table, ("field", "unit", "format"))
    unit = faults.one_of("time.unit", table.get("unit"), _UNITS)
    pattern = ""
    if unit == "strptime":
        pattern = faults.text("time.format", table.get("format"))
    elif "format" in table:
        faults.add("time.format", "only unit = 'strptime' has one")
    return TimeSpec(parse_value.path(faults, "time.field", table.get("field")), unit, pattern)


def _skips(faults: Faults, value: object) -> tuple[SkipRule, ...]:
    out = []
    for place, table in _blocks(faults, "skip", value):
        faults.unknown_keys(place, table, ("when", "reason"))
        when = parse_value.tests(faults, f"{place}.when", table.get("when"))
        out.append(SkipRule(when, faults.text(f"{place}.reason", table.get("reason"))))
    return tuple(out)


def _fields(faults: Faults, place: str, value: object, events: set[str]) -> dict[str, tuple[Expr, ...]]:
    table = faults.table(place, value)
    specs = {name: spec for event in sorted(events) for name, spec in mappable_fields(event).items()}
    if specs:
        faults.unknown_keys(place, table, specs.keys())
    return {
        name: parse_value.exprs(faults, f"{place}.{name}", item, specs[name])
        for name, item in table.items()
        if name in specs
    }


def _rules(faults: Faults, document: dict[str, object]) -> tuple[Rule, ...]:
    blocks = _blocks(faults, "event", document["event"])
    named = {table.get("name") for _, table in blocks}
    shared = _fields(faults, "fields", document.get("fields", {}), {e for e in MAPPABLE if e in named})
    rules = []
    always = ""
    for place, table in blocks:
        if always:
            faults.add(place, f"never reached: {always} has no `when` and takes every row")
        faults.unknown_keys(place, table, ("name", "action", "when", "fields"))
        event = faults.one_of(f"{place}.name", table.get("name"), MAPPABLE)
        if not event:
            continue
        action = faults.one_of(f"{place}.action", table.get("action"), actions_of(event))
        when = parse_value.tests(faults, f"{place}.when", table["when"]) if "when" in table else ()
        own = _fields(faults, f"{place}.fields", table.get("fields", {}), {event})
        fields = {k: v for k, v in shared.items() if k in mappable_fields(event)} | own
        for name in _REQUIRED:
            if name not in fields:
                faults.add(f"{place}.fields", f"{name} is missing here and in [fields]; every event needs it")
        always = always or ("" if "when" in table else place)
        rules.append(Rule(when, event, action, fields))
    return tuple(rules)


def _is_native(faults: Faults, document: dict[str, object]) -> bool:
    event = document.get("event")
    if not isinstance(event, dict) or "native" not in event:
        return False
    if event != {"native": True}:
        faults.add("event", "native = true stands alone: rows name their own event and action")
    for key in ("time", "fields", "skip"):
        if key in document:
            faults.add(key, "native rows are taken as they are; leave it out")
    return True


def parse_mapping(raw: bytes, name: str, place: str) -> Mapping:
    """Read the text of a mapping file.

    Args:
        raw: TOML in UTF-8.
        name: Name of the mapping.
        place: Where the text comes from, for messages.

    Raises:
        MappingError: With every fault found, each with its key and what was expected.
    """
    try:
        document: object = msgspec.toml.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MappingError(place, [f"not TOML: {error}"]) from error
    faults = Faults()
    table = faults.table("", document)
    faults.unknown_keys("", table, _TOP)
    for key in ("input", "event"):
        if key not in table:
            faults.add(key, "missing")
    native = _is_native(faults, table)
    if not native and "time" not in table:
        faults.add("time", "missing; it names the field with the event time and its unit")
    mapping = Mapping(
        name=name,
        description=faults.text("description", table["description"]) if "description" in table else "",
        files=faults.texts("files", table["files"]) if "files" in table else (),
        input=_input(faults, table["input"]) if "input" in table else InputSpec("jsonl"),
        native=native,
        time=_time(faults, table["time"]) if "time" in table and not native else None,
        rules=_rules(faults, table) if "event" in table and not native else (),
        skips=_skips(faults, table["skip"]) if "skip" in table and not native else (),
    )
    if native and mapping.input.format not in ("", "jsonl"):
        faults.add("input.format", "native rows have lists and numbers: only jsonl can hold them")
    if faults.found:
        raise MappingError(place, faults.found)
    return mapping
