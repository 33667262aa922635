"""I7: heads of keyed subtasks that never talk to each other."""

from pathlib import Path

from benchmarks.interests import streams
from benchmarks.interests.progressive import Ours, progressive
from benchmarks.trends.report import Part
from state.interest_head import merged

COLUMNS = ("AUC", "GAUC", "log-loss")
HEADS = (1, 4, 8, 64)


def run(data: Path) -> Part:
    """Run the films with users spread over subtasks; counts of items are shared, as in the job."""
    rows = streams.films(data)
    part = Part("I7", "Replicas of the head (films)", COLUMNS)
    for n in HEADS:
        model = Ours(heads=n)
        found = progressive(rows, model).quality()
        figures = (found.auc, found.gauc, found.log_loss)
        part.add(f"{n} heads" if n > 1 else "1 head",
                 dict(zip(COLUMNS, (f"{value:.4f}" for value in figures), strict=True)))  # fmt: skip
        if n == 8:
            half = len(rows) // 2
            model = Ours(heads=n)
            progressive(rows[:half], model)
            head = merged([one.head for one in model.parts])
            for one in model.parts:
                one.head = head
            after = progressive(rows[half:], model).quality()
            part.notes.append(
                f"8 heads averaged into one at half of the rows: AUC {after.auc:.4f} from there on."
            )
    return part
