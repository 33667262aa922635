"""Figures of the suite. Only this module knows matplotlib (dependency group bench)."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

from benchmarks.report import Part
from benchmarks.trends.pictures import STYLE

OURS, OTHER = "#0b6e4f", "#a0aec0"


def draw(parts: Sequence[Part], out: Path) -> list[Path]:
    """Write a figure for each part that ran and has one; return the files."""
    figures: dict[str, tuple[str, Callable[[Part], Any]]] = {
        "I1": ("films.png", lambda part: _bars(part, ("AUC", "GAUC"), 0.45)),
        "I2": ("shop.png", lambda part: _bars(part, ("NDCG@10", "recall@10"), 0.0)),
        "I3": ("news.png", lambda part: _bars(part, ("NDCG@10", "slate AUC"), 0.2)),
        "I6": ("switch.png", _switch),
        "I8": ("delay.png", lambda part: _bars(part, ("RIG", "calibration"), None)),
    }
    written = []
    with plt.rc_context(STYLE):
        for part in parts:
            if part.skipped or part.name not in figures:
                continue
            name, make = figures[part.name]
            figure = make(part)
            figure.savefig(out / name, bbox_inches="tight")
            plt.close(figure)
            written.append(out / name)
    return written


def _bars(part: Part, measures: Sequence[str], low: float | None) -> Any:
    """Draw two measures of every row beside each other, ours first."""
    lines = [line for line in part.lines if "first" not in line.measure]
    names = [line.measure for line in lines]
    figure, axes = plt.subplots(1, len(measures), figsize=(9.5, 0.4 * len(lines) + 1.2), sharey=True)
    for axis, measure in zip(axes, measures, strict=True):
        values = [float(line.values[measure]) for line in lines]
        colours = [OURS if name.startswith("ours") or "flip" in name else OTHER for name in names]
        bars = axis.barh(names, values, color=colours)
        axis.bar_label(bars, [f"{value:.3f}" for value in values], padding=3, fontsize=8)
        if low is not None:
            axis.set_xlim(low, max(values) * 1.08)
        axis.margins(x=0.2)
        axis.set_title(measure)
    axes[0].invert_yaxis()
    figure.suptitle(f"{part.name}: {part.title}", fontsize=10)
    figure.tight_layout()
    return figure


def _switch(part: Part) -> Any:
    """Draw how well each model knows the users, by their own events."""
    curves: Any = part.raw["curves"]
    figure, axis = plt.subplots(figsize=(8, 4))
    for (name, curve), colour in zip(curves.items(), (OURS, "#c05621", OTHER), strict=True):
        smooth = [float(curve[max(0, at - 4) : at + 1].mean()) for at in range(len(curve))]
        axis.plot(smooth, color=colour, lw=2 if name == "ours" else 1.2, label=name)
    axis.axvline(len(next(iter(curves.values()))) / 2, color="black", lw=0.8, ls=":")
    axis.set(xlabel="event of the user", ylabel="AUC, mean of five events")
    axis.set_title("I6: all tastes change after 100 events")
    axis.legend(loc="lower left")
    figure.tight_layout()
    return figure
