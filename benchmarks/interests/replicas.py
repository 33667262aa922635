"""I7: heads of shards of people that never talk to each other."""

from dataclasses import replace
from pathlib import Path

from benchmarks.interests import streams
from benchmarks.interests.progressive import Ours, progressive
from benchmarks.report import Part
from groundswell.offline.interest_rows import Row
from state.interest_head import merged

COLUMNS = ("AUC", "GAUC", "log-loss")
HEADS = (1, 4, 8, 64)
SHARDS = 8  # the job's default


def run(data: Path) -> Part:
    """Run the films with users spread over heads; then over shards as in the job, which shares items only."""
    rows = streams.films(data)
    part = Part("I7", "Replicas of the head (films)", COLUMNS)
    for n in HEADS:
        _line(part, f"{n} heads" if n > 1 else "1 head", rows, Ours(heads=n))
        if n == SHARDS:
            half = len(rows) // 2
            model = Ours(heads=n)
            progressive(rows[:half], model)
            head = merged([one.head for one in model.parts])
            for one in model.parts:
                one.head = head
            after = progressive(rows[half:], model).quality()
            part.notes.append(
                f"{SHARDS} heads averaged into one at half of the rows: AUC {after.auc:.4f} from there on."
            )
    apart = Ours(heads=SHARDS)
    apart.parts = [replace(one, creators={}, topics={}) for one in apart.parts]
    _line(part, f"{SHARDS} shards: topics counted apart, too", rows, apart)
    return part


def _line(part: Part, name: str, rows: list[Row], model: Ours) -> None:
    found = progressive(rows, model).quality()
    figures = (f"{value:.4f}" for value in (found.auc, found.gauc, found.log_loss))
    part.add(name, dict(zip(COLUMNS, figures, strict=True)))
