"""A mapping file as typed data. `parse.py` builds it, `mapper.py` compiles it."""

from dataclasses import dataclass
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool
Path: TypeAlias = tuple[str, ...]  # keys from the outside in

LINE: Path = ("@line",)  # stands for the number of the row's line in a template


@dataclass(frozen=True, slots=True)
class InputSpec:
    """How rows are written.

    Attributes:
        format: jsonl, csv or tsv.
        columns: Names of the columns of a file without a header line; None when the first line names them.
        delimiter: One character between cells; csv only.
    """

    format: str
    columns: tuple[str, ...] | None = None
    delimiter: str = ","


@dataclass(frozen=True, slots=True)
class TimeSpec:
    """Where the event time stands and what it means.

    Attributes:
        path: Field of the row.
        unit: s, ms, us (since 1970, UTC), iso (no offset means UTC) or strptime.
        format: Pattern for strptime, else empty.
    """

    path: Path
    unit: str
    format: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """Text with fields in it: constants and paths in turn; one path alone keeps the type of its value."""

    parts: tuple[str | Path, ...]


@dataclass(frozen=True, slots=True)
class Expr:
    """How one value is made. Steps run in the order of the attributes.

    Attributes:
        sources: Templates; the first that gives a value counts.
        constant: Used instead of sources when not None.
        each: Key to take from every object of a list.
        separator: Splits one string into a list.
        pattern: Regular expression with one group: the group is the value, no match is no value.
        case: lower or upper; empty leaves it.
        table: Exchange of values; what is not in it is no value. None: not used.
        rename: Exchange of values; what is not in it stays.
        prefix: Put in front of every topic.
        default: Used when there is no value.
        unit: For ages and times: days, year, s, ms, us or iso.
    """

    sources: tuple[Template, ...] = ()
    constant: Scalar | None = None
    each: str = ""
    separator: str = ""
    pattern: str = ""
    case: str = ""
    table: dict[str, Scalar] | None = None
    rename: dict[str, str] | None = None
    prefix: str = ""
    default: Scalar | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Test:
    """One condition on one field; every test that is set must hold.

    Attributes:
        path: Field of the row.
        among: The value is one of these.
        exclude: The value is none of these; a missing value passes.
        exists: The field has a value, or has none.
        pattern: Regular expression found somewhere in the value.
        at_least: Number not smaller than this.
        below: Number smaller than this.
    """

    path: Path
    among: tuple[Scalar, ...] | None = None
    exclude: tuple[Scalar, ...] | None = None
    exists: bool | None = None
    pattern: str = ""
    at_least: float | None = None
    below: float | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One `[[event]]` block: for rows where every test holds."""

    when: tuple[Test, ...]
    event: str
    action: str
    fields: dict[str, tuple[Expr, ...]]  # complete: [fields] with the block's own on top


@dataclass(frozen=True, slots=True)
class SkipRule:
    """One `[[skip]]` block."""

    when: tuple[Test, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping file.

    Attributes:
        name: Its file name without the ending.
        files: Patterns of data file names that it fits, without `.gz`.
        native: Rows are our own events; then time, rules and skips are empty.
    """

    name: str
    description: str
    files: tuple[str, ...]
    input: InputSpec
    native: bool
    time: TimeSpec | None
    rules: tuple[Rule, ...]
    skips: tuple[SkipRule, ...]


def paths_of(mapping: Mapping) -> set[Path]:
    """Every field of a row that a mapping asks for."""
    out: set[Path] = set()
    if mapping.time is not None:
        out.add(mapping.time.path)
    tests = [test for rule in mapping.rules for test in rule.when]
    tests += [test for skip in mapping.skips for test in skip.when]
    out.update(test.path for test in tests)
    exprs = [expr for rule in mapping.rules for exprs in rule.fields.values() for expr in exprs]
    for template in (source for expr in exprs for source in expr.sources):
        out.update(part for part in template.parts if isinstance(part, tuple))
    out.discard(LINE)
    return out
