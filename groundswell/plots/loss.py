"""Progressive log-loss and calibration as a picture: each label is judged by a prediction made before it."""

from collections.abc import Sequence
from math import log
from pathlib import Path
from typing import NamedTuple

from groundswell.plots.figure import COLOURS, new_figure, save

_EDGE = 1e-6
_MOST_BLOCKS = 60


class Block(NamedTuple):
    """Labels in a row.

    Attributes:
        end: Labels up to its end.
        log_loss: Mean of its labels.
        so_far: Mean of all labels up to its end.
        plain: Mean log-loss of always predicting the rate of positives so far, over the block.
        calibration: Predictions divided by positive labels.
    """

    end: int
    log_loss: float
    so_far: float
    plain: float
    calibration: float


def blocks_of(p: Sequence[float], labels: Sequence[int]) -> list[Block]:
    """Return at most 60 blocks of equal length, at least 100 labels each. O(labels)."""
    size = max(100, -(-len(labels) // _MOST_BLOCKS))
    found, total, seen_pos = [], 0.0, 0
    for start in range(0, len(labels), size):
        loss = plain = predicted = 0.0
        end = min(start + size, len(labels))
        for at in range(start, end):
            rate = (seen_pos + 1) / (at + 2)
            loss += _loss(p[at], labels[at])
            plain += _loss(rate, labels[at])
            predicted += p[at]
            seen_pos += labels[at]
        total += loss
        n, positive = end - start, sum(labels[start:end])
        found.append(Block(end, loss / n, total / end, plain / n, predicted / max(positive, 1)))
    return found


def draw(blocks: Sequence[Block], title: str, out: Path) -> None:
    """Write log-loss beside that of the plain rate, and calibration, over labels.

    Raises:
        PlotError: There is no matplotlib, or the file cannot be written.
    """
    figure, (above, below) = new_figure(2)
    ends = [one.end for one in blocks]
    above.plot(
        ends, [one.log_loss for one in blocks], color=COLOURS[0], linewidth=1, label="a block of labels"
    )
    above.plot(ends, [one.so_far for one in blocks], color=COLOURS[1], linewidth=2, label="all labels so far")
    above.plot(
        ends, [one.plain for one in blocks], color=COLOURS[5], linestyle=":", label="rate of likes only"
    )
    above.set_ylabel("log-loss")
    above.legend(frameon=False)
    below.plot(ends, [one.calibration for one in blocks], color=COLOURS[0], linewidth=1)
    below.axhline(1.0, color=COLOURS[5], linestyle=":")
    below.set_ylabel("predicted / liked")
    below.set_xlabel("labels")
    figure.suptitle(title, x=0.01, ha="left")
    save(figure, out)


def _loss(p: float, label: int) -> float:
    q = min(max(p, _EDGE), 1.0 - _EDGE)
    return -log(q if label else 1.0 - q)
