"""From a file of events to a file of predictions, and how good they were."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from groundswell.offline.interest_metrics import Quality, quality
from groundswell.offline.interest_rows import last_rows, read_rows
from groundswell.offline.interests import Predicted, Replay, replay
from state.residual import NoResidual, Residual

HEADER = ("row", "p")
RANK = "rank"


def predict_file(
    file: Path,
    out: Path,
    rank: int | None = None,
    residual: Residual | None = None,
    plot: Path | None = None,
) -> Quality:
    """Read events, write predictions, return how good they were. The file is read twice.

    Args:
        file: Events, see `interest_rows.COLUMNS`.
        out: CSV to write, as `write_predictions` says.
        rank: Write the place within its slate of each of the first so many; None = no such column.
        residual: Takes part in predictions; None = the model as it runs live.
        plot: Picture of progressive log-loss and calibration to write; None = none.

    Raises:
        InterestsError: The file cannot be understood.
        OSError: It cannot be read, or ``out`` not be written.
    """
    with file.open(newline="", encoding="utf-8") as lines:
        last = last_rows(read_rows(lines))
    with file.open(newline="", encoding="utf-8") as lines:
        found = list(replay(read_rows(lines), last, Replay(residual=residual or NoResidual())))
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", newline="", encoding="utf-8") as target:
        write_predictions(found, target, rank)
    if plot is not None:
        _draw(found, file.name, plot)
    return measure(found)


def _draw(found: Iterable[Predicted], name: str, plot: Path) -> None:
    from groundswell.plots import loss  # noqa: PLC0415 - only where a picture is asked for

    told = [one for one in found if one.row.label is not None]
    blocks = loss.blocks_of([one.p for one in told], [one.row.label or 0 for one in told])
    loss.draw(blocks, f"Progressive loss on {name}", plot)


def measure(found: Iterable[Predicted]) -> Quality:
    """Measure the rows that have a label."""
    told = [one for one in found if one.row.label is not None]
    return quality(
        [one.row.user for one in told],
        [one.row.impression for one in told],
        [one.row.label or 0 for one in told],
        [one.p for one in told],
    )


def write_predictions(found: list[Predicted], out: io.TextIOBase, rank: int | None) -> None:
    """Write ``row,p`` and, when asked, ``rank``: 1 = best of its slate, empty beyond ``rank`` or without one.

    ``row`` counts the rows of the input from 0. Equal predictions of a slate keep the order of the rows.
    """
    writer = csv.writer(out, lineterminator="\n")
    if rank is None:
        writer.writerow(HEADER)
        writer.writerows((at, f"{one.p:.8g}") for at, one in enumerate(found))
        return
    places = ranks(found)
    writer.writerow((*HEADER, RANK))
    for at, one in enumerate(found):
        place = places.get(at, rank + 1)
        writer.writerow((at, f"{one.p:.8g}", place if place <= rank else ""))


def ranks(found: list[Predicted]) -> dict[int, int]:
    """Return the place of each row within its slate, from 1, by row number."""
    slates: dict[str, list[int]] = {}
    for at, one in enumerate(found):
        if one.row.impression:
            slates.setdefault(one.row.impression, []).append(at)
    return {
        at: place
        for rows in slates.values()
        for place, at in enumerate(sorted(rows, key=lambda at: -found[at].p), start=1)
    }
