"""Results of the suite and how they are shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Value = float | int | str


class SkippedError(Exception):
    """A part cannot run here; the message says what it needs."""


@dataclass(frozen=True, slots=True)
class Line:
    """One measure; a value for each column that it applies to."""

    measure: str
    values: Mapping[str, Value]


@dataclass(slots=True)
class Part:
    """What one benchmark found.

    Attributes:
        name: B1 to B9.
        title: What it is about.
        columns: What stands beside the measures; the detectors, ours first, unless said otherwise.
        lines: Measures.
        notes: Sentences that belong to the figures.
        raw: Data for pictures; not printed.
        skipped: Why it did not run; empty = it did.
        seconds: How long it took, process time.
    """

    name: str
    title: str
    columns: tuple[str, ...] = ()
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    raw: dict[str, object] = field(default_factory=dict)
    skipped: str = ""
    seconds: float = 0.0

    def add(self, measure: str, values: Mapping[str, Value]) -> None:
        """Append a line."""
        self.lines.append(Line(measure, values))


def need(data: Path, name: str) -> Path:
    """Return a data file or folder.

    Raises:
        SkippedError: It is not there.
    """
    path = data / name
    if not path.exists():
        raise SkippedError(f"needs {name} in the data folder (--data)")
    return path


def table(parts: Iterable[Part]) -> str:
    """Return all parts as Markdown tables, ours first."""
    out = []
    for part in parts:
        out.append(f"### {part.name} {part.title}\n")
        if part.skipped:
            out.append(f"skipped: {part.skipped}\n")
            continue
        out.append(f"| measure | {' | '.join(part.columns)} |")
        out.append("|---" * (len(part.columns) + 1) + "|")
        out += [
            f"| {line.measure} | {' | '.join(shown(line.values.get(name, '')) for name in part.columns)} |"
            for line in part.lines
        ]
        out.append("")
        out += [f"{note}\n" for note in part.notes]
        out.append(f"{part.name}: {part.seconds:.0f} s of processor time.\n")
    return "\n".join(out)


def shown(value: Value) -> str:
    """Return a value for the table: three digits that count, whole numbers as they are."""
    if isinstance(value, float):
        return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"
    return str(value)
