"""Run the burst detector over a file of counts at a fixed interval: timestamp,value in, score,alert out.

The score column is made to be thresholded: a row that starts a burst has 1; any other row has
(1 - 10^-s) / 2, which rises with the detector's score s and stays below one half, also inside the hold.
So one burst is one row at any threshold above one half. s itself at the first row of a burst says how
steeply it rose and not how big it became, which is why alerts are not ranked by it.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from itertools import pairwise

import numpy as np

from state.burst_config import DAY_MS, SECOND_MS, BurstConfig, Detector
from state.burst_gate import gate
from state.burst_layout import stabilise
from state.detector import fresh, step

HEADER = ("timestamp", "value", "score", "alert")
_PROBE_ROWS = 100  # rows that tell the interval


class CountsError(ValueError):
    """The file is not a list of counts; the message says which line and what was expected."""


@dataclass(frozen=True, slots=True)
class Counts:
    """A file of counts.

    Attributes:
        stamps: Time of each row as written.
        texts: Value of each row as written.
        values: The same as numbers.
        panes: Pane of each row, rising.
        pane_ms: Interval of the file.
    """

    stamps: list[str]
    texts: list[str]
    values: list[float]
    panes: list[int]
    pane_ms: int


def read_counts(lines: Iterable[str]) -> Counts:
    """Read ``timestamp,value`` rows with a header line. O(rows).

    The interval is the commonest distance of the first rows. A row that is later than the interval says
    leaves silent panes before it; one that is too early is taken as the next pane.

    Raises:
        CountsError: A line without time or number, fewer than two rows, an interval out of range.
    """
    rows = csv.reader(lines)
    head = [name.strip().lower() for name in next(rows, [])]
    if head[:2] != ["timestamp", "value"]:
        raise CountsError(f"line 1: found {','.join(head)!r}, expected the header timestamp,value")
    stamps, texts, values, times = [], [], [], []
    for row in rows:
        if not row:
            continue
        try:
            stamp, text = row[0], row[1]
            times.append(_time_ms(stamp))
            values.append(_count(text))
        except (IndexError, ValueError) as error:
            raise CountsError(
                f"line {rows.line_num}: found {','.join(row)!r} ({error}), expected a time like "
                "2015-02-26 21:42:53 and a number"
            ) from None
        stamps.append(stamp)
        texts.append(text)
    pane_ms = _interval(times)
    return Counts(stamps, texts, values, _panes(times, pane_ms), pane_ms)


def score_counts(
    counts: Counts, alert_score: float | None = None, detector: Detector = "groundswell"
) -> Iterator[tuple[float, bool]]:
    """Yield score and alert of each row, from that row and the rows before it. O(rows).

    Args:
        counts: What ``read_counts`` returned.
        alert_score: Another threshold than the default of ``BurstConfig``.
        detector: Ours or a baseline.

    Raises:
        BurstConfigError: The threshold is out of range.
    """
    cfg = BurstConfig.for_counts(counts.pane_ms, detector)
    if alert_score is not None:
        cfg = replace(cfg, alert_score=alert_score)
    nobody = np.zeros(1, np.int64)
    # Nothing is known before the first row, so it is its own expectation: no file starts with an alert.
    normal = stabilise(np.array(counts.values[:1]))
    states = fresh(cfg, 1, normal, np.ones(1), np.array([counts.panes[0]]))
    for value, pane in zip(counts.values, counts.panes, strict=True):
        at = np.array([pane], np.int64)
        scores = step(cfg, states, np.array([value]), at)
        alerts = gate(
            cfg,
            states,
            scores,
            users=nobody,
            fingerprints=nobody,
            top_fp_share=np.zeros(1),
            pane_index=at,
        )
        alert = bool(alerts.alert[0])
        yield 1.0 if alert else 0.5 * (1.0 - 10.0 ** -float(scores.s[0])), alert


def write_scores(counts: Counts, scored: Iterable[tuple[float, bool]], out: io.TextIOBase) -> int:
    """Write the rows with their scores and return the number of alerts."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    found = 0
    for stamp, text, (score, alert) in zip(counts.stamps, counts.texts, scored, strict=True):
        writer.writerow((stamp, text, f"{score:.6f}", int(alert)))
        found += alert
    return found


def _time_ms(text: str) -> int:
    """Return a written time as UTC milliseconds; a time without zone counts as UTC."""
    stamp = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    if stamp.tzinfo is None:
        stamp = stamp.replace(tzinfo=timezone.utc)
    return round(stamp.timestamp() * 1000)


def _count(text: str) -> float:
    """Return a written count, refusing what is not finite."""
    value = float(text)
    if not np.isfinite(value):
        raise ValueError("not a finite number")
    return value


def _interval(times: list[int]) -> int:
    """Return the commonest distance of the first rows."""
    if len(times) < 2:  # noqa: PLR2004 - two times make an interval
        raise CountsError(f"found {len(times)} rows, expected at least two")
    steps = Counter(later - earlier for earlier, later in pairwise(times[:_PROBE_ROWS]))
    pane_ms = steps.most_common(1)[0][0]
    if not SECOND_MS <= pane_ms <= DAY_MS:
        raise CountsError(
            f"rows are {pane_ms / 1000:g} s apart, expected one second to one day in rising order"
        )
    return pane_ms


def _panes(times: list[int], pane_ms: int) -> list[int]:
    """Return a rising pane index for each row, the same for whole shifts of the file by a day."""
    first = times[0] // pane_ms
    panes = [first]
    for at in times[1:]:
        pane = first + (at - times[0] + pane_ms // 2) // pane_ms
        panes.append(max(pane, panes[-1] + 1))
    return panes
