"""Score detections in labelled files by the rules of the Numenta Anomaly Benchmark (v1.1).

A file has n rows; the first min(floor(.15 n), 750) are probation and count for nothing. With
S(y) = 2 / (1 + e^(5y)) - 1, and -1 for y > 3:

- A window of width w that is detected gains A_tp S(-(k + 1) / w) / S(-1), where k is the number of rows
  from its best detection to its last row; the earlier, the more. Undetected it costs A_fn.
- Every detection outside costs A_fp S((i - r) / (w - 1)) with r, w of the window before, so that a row
  just after a window costs little; before the first window it costs A_fp.

The score is 100 (raw - null) / (perfect - null): nothing detected gives 0, every window in its first row
and nothing else 100.

Source: Lavin and Ahmad, "Evaluating real-time anomaly detection algorithms", 2015; numenta/NAB, scoring.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PROBATION_SHARE, PROBATION_MOST = 0.15, 750
FLAT_FROM = 3.0
OUTSIDE = -1


@dataclass(frozen=True, slots=True)
class Profile:
    """What a window gains, a false row costs and a missed window costs."""

    gain: float
    false_cost: float
    miss_cost: float


PROFILES: Mapping[str, Profile] = {
    "standard": Profile(1.0, 0.11, 1.0),
    "low-FP": Profile(1.0, 0.22, 1.0),
    "low-FN": Profile(1.0, 0.11, 2.0),
}


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """The rows of one labelled file.

    Attributes:
        windows: Number of labelled windows.
        first: First row that counts.
        window: Window of each row, or OUTSIDE.
        worth: What a detection in each row is worth before A_tp or A_fp: gain inside, cost (<= 0) outside.
    """

    windows: int
    first: int
    window: Ints
    worth: Floats


@dataclass(frozen=True, slots=True)
class Score:
    """The verdict on some files: normalised score, windows hit of all, false rows."""

    score: float
    hit: int
    windows: int
    false_rows: int


def sigmoid(y: Floats) -> Floats:
    """Return S(y): 1 far inside a window, 0 at its end, -1 from 3 widths behind it."""
    out: Floats = 2.0 / (1.0 + np.exp(5.0 * np.minimum(y, FLAT_FROM))) - 1.0
    return np.where(y > FLAT_FROM, -1.0, out)


def label(stamps: Sequence[str], windows: Sequence[Sequence[str]]) -> Labelled:
    """Return the worth of each row.

    Args:
        stamps: Time of each row, rising.
        windows: First and last time of each window, in order; fractions of seconds are ignored.
    """
    n = len(stamps)
    row = {stamp[:19]: i for i, stamp in reversed(list(enumerate(stamps)))}
    bounds = [(row[start[:19]], row[end[:19]]) for start, end in windows]
    window, worth = np.full(n, OUTSIDE), np.full(n, -1.0)
    ends = ([start for start, _ in bounds[1:]] + [n])[: len(bounds)]
    for k, ((left, right), following) in enumerate(zip(bounds, ends, strict=True)):
        width = right - left + 1
        inside, behind = np.arange(left, right + 1), np.arange(right + 1, following)
        window[inside] = k
        worth[inside] = sigmoid(-(right - inside + 1.0) / width) / sigmoid(np.array(-1.0))
        worth[behind] = sigmoid((behind - right) / max(width - 1.0, 1.0))
    first = min(int(PROBATION_SHARE * n), PROBATION_MOST)
    return Labelled(len(bounds), first, window, worth)


def raw(file: Labelled, detected: Bools, profile: Profile) -> tuple[float, int, int]:
    """Return raw score, windows hit and false rows of one file. O(rows)."""
    counts = detected.copy()
    counts[: file.first] = False
    total, hit = 0.0, 0
    for k in np.unique(file.window[file.first :]):
        if k == OUTSIDE:
            continue
        gains = file.worth[counts & (file.window == k)]
        hit += bool(gains.size)
        total += profile.gain * float(gains.max()) if gains.size else -profile.miss_cost
    wrong = counts & (file.window == OUTSIDE)
    return total + profile.false_cost * float(file.worth[wrong].sum()), hit, int(wrong.sum())


def score(files: Sequence[Labelled], detected: Sequence[Bools], profile: Profile) -> Score:
    """Return the normalised score of detections in several files."""
    parts = [raw(file, rows, profile) for file, rows in zip(files, detected, strict=True)]
    windows = sum(file.windows for file in files)
    total = sum(part[0] for part in parts)
    return Score(
        normalised(total, windows, profile), sum(p[1] for p in parts), windows, sum(p[2] for p in parts)
    )


def normalised(total: float, windows: int, profile: Profile) -> float:
    """Return a raw score on the scale where no detection is 0 and perfection 100."""
    null = -profile.miss_cost * windows
    return 100.0 * (total - null) / (profile.gain * windows - null)


def best_and_left_out(
    files: Sequence[Labelled], by_threshold: Sequence[Sequence[Bools]], profile: Profile
) -> tuple[float, int, float]:
    """Return the best score over thresholds, its place, and the score with each threshold from the others.

    Args:
        files: At least two.
        by_threshold: For each threshold the detections in each file.
        profile: The costs.
    """
    totals = np.array([[raw(f, rows, profile)[0] for f, rows in zip(files, each, strict=True)]
                       for each in by_threshold])  # fmt: skip
    windows = sum(file.windows for file in files)
    whole = totals.sum(axis=1)
    best = int(whole.argmax())
    left_out = sum(
        totals[int((whole - totals[:, i]).argmax()), i] for i in range(len(files))
    )  # fmt: skip
    return (
        normalised(float(whole[best]), windows, profile),
        best,
        normalised(float(left_out), windows, profile),
    )


def read_labels(folder: Path) -> dict[str, list[list[str]]]:
    """Return the windows of each file of a NAB folder, by its name."""
    labels: dict[str, list[list[str]]] = json.loads((folder / "labels" / "combined_windows.json").read_text())
    return labels


def read_stamps(file: Path) -> list[str]:
    """Return the times of the rows of a file of counts."""
    with file.open(newline="") as lines:
        return [row[0] for row in csv.reader(lines)][1:]
