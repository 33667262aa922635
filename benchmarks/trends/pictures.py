"""Figures of the suite. Only this module knows matplotlib (dependency group bench)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
from matplotlib import pyplot as plt

from benchmarks.report import Part
from benchmarks.trends.detectors import DETECTORS

COLOURS = dict(zip(DETECTORS, ("#0b6e4f", "#c05621", "#6b46c1", "#2b6cb0", "#a0aec0"), strict=True))
STYLE = {
    "figure.dpi": 110,
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "legend.frameon": False,
}


def draw(parts: Sequence[Part], out: Path) -> list[Path]:
    """Write a figure for each part that ran and has one; return the files."""
    figures: dict[str, tuple[str, Callable[[Part], Any]]] = {
        "B1": ("tickers.png", _tickers),
        "B3": ("market.png", _market),
        "B5": ("injected.png", _injected),
        "B6": ("calibration.png", _calibration),
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


def _tickers(part: Part) -> Any:
    """Draw counts, labelled windows and our alerts of each ticker."""
    raw: Any = part.raw
    figure, axes = plt.subplots(5, 1, figsize=(9, 8.4), sharex=True)
    for axis, name, counts, alerts in zip(axes, raw["names"], raw["counts"], raw["alerts"], strict=True):
        times = np.array([datetime.fromisoformat(stamp) for stamp in counts.stamps])
        values = np.array(counts.values)
        axis.plot(times, values + 1, lw=0.35, color="#4a5568")
        for start, end in raw["windows"][name]:
            axis.axvspan(
                datetime.fromisoformat(start[:19]),
                datetime.fromisoformat(end[:19]),
                color="#f6ad55",
                alpha=0.45,
                lw=0,
            )
        rows = np.flatnonzero(alerts)
        rows = rows[rows >= min(int(0.15 * len(values)), 750)]
        axis.plot(times[rows], values[rows] + 1, "v", ms=6, color=COLOURS["groundswell"])
        axis.set_yscale("log")
        axis.set_ylabel(
            name.rsplit("_", 1)[-1].removesuffix(".csv"), rotation=0, ha="right", va="center", weight="bold"
        )
    axes[0].set_title(
        "B1: mentions in 5 minutes + 1 (log), labelled windows (shaded), our alerts by default (triangles)"
    )
    axes[-1].xaxis.set_major_formatter(mpl.dates.DateFormatter("%d %b"))
    axes[-1].set_xlabel("2015")
    figure.align_ylabels()
    figure.tight_layout(h_pad=0.3)
    return figure


def _market(part: Part) -> Any:
    """Draw the precision of the first k ticker-days."""
    raw: Any = part.raw
    figure, axis = plt.subplots(figsize=(7, 4))
    k = np.arange(10, 501)
    for name, (scores, true) in raw["curves"].items():
        hits = np.cumsum(true[np.argsort(-scores, kind="stable")])[: k[-1]]
        width = 2.2 if name == "groundswell" else 1.2
        axis.plot(k, hits[k - 1] / k, color=COLOURS[name], lw=width, label=name)
    axis.axhline(raw["base"], color="black", lw=0.8, ls=":")
    axis.text(500, raw["base"] + 0.01, f"chance {raw['base']:.3f}", ha="right", va="bottom")
    axis.set(
        xlim=(10, 500),
        ylim=(0, None),
        xlabel="first k ticker-days by score",
        ylabel="share with a market event",
    )
    axis.set_title("B3: stock tweets by day, precision of the first k")
    axis.legend()
    return figure


def _injected(part: Part) -> Any:
    """Draw what is found and let through at equal false alerts, and recall by start hour."""
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(11, 4), width_ratios=(5, 3, 4))
    shares = {
        "organic: recall": "organic\n(found)",
        "cold topic: recall": "cold topic\n(found)",
        "bots let through": "bots\n(passed)",
        "one loud user let through": "loud user\n(passed)",
    }
    rates = {
        "seasonal lift: alerts per key and week": "daily lift\n(a week)",
        "steady and high: alerts per key in 16 days": "steady and high\n(16 days)",
    }
    _bars(left, part, shares)
    _bars(middle, part, rates)
    for name in DETECTORS:
        found: Any = part.raw[name]
        width = 2.2 if name == "groundswell" else 1.2
        right.plot(found["by_hour"], color=COLOURS[name], lw=width, marker=".")
    left.set(ylabel="share of bursts", ylim=(0, 1.15))
    left.set_title("B5: planted bursts, found and passed")
    middle.set(ylabel="false alerts per key")
    middle.set_title("no news, yet loud")
    right.set(xlabel="start hour of the burst, UTC", ylabel="organic bursts found", ylim=(-0.03, 1.05))
    right.set_xticks(range(0, 24, 4))
    right.set_title("found by start hour")
    figure.legend(*left.get_legend_handles_labels(), loc="lower center", ncols=5, bbox_to_anchor=(0.5, -0.07))
    figure.tight_layout()
    return figure


def _bars(axis: Any, part: Part, measures: dict[str, str]) -> None:
    """Draw groups of one bar for each detector."""
    width = 0.8 / len(DETECTORS)
    for i, name in enumerate(DETECTORS):
        found: Any = part.raw[name]
        values = [found["equal"][measure] for measure in measures]
        at = np.arange(len(measures)) + (i - (len(DETECTORS) - 1) / 2) * width
        bars = axis.bar(at, values, width * 0.92, color=COLOURS[name], label=name)
        axis.bar_label(bars, [f"{value:.2f}" for value in values], fontsize=6.5, rotation=90, padding=2)
    axis.set_xticks(np.arange(len(measures)), list(measures.values()))
    axis.margins(y=0.15)


def _calibration(part: Part) -> Any:
    """Draw the share of high panes of each key, own tail against one z for all; and how attention fades."""
    raw: Any = part.raw
    has_fade = "fade" in raw
    figure, axes = plt.subplots(1, 2 if has_fade else 1, figsize=(10 if has_fade else 6, 4), squeeze=False)
    axis = axes[0][0]
    floor = 0.03
    for name, ratio, colour in (
        ("own tail, score >= 3", raw["own"], COLOURS["groundswell"]),
        ("one z for all keys (ours)", raw["fixed groundswell"], COLOURS["signitrend"]),
        ("one z for all keys (signitrend)", raw["fixed signitrend"], COLOURS["mastodon"]),
    ):
        axis.plot(np.sort(np.maximum(ratio, floor)), marker=".", lw=1, color=colour, label=name)
    axis.axhline(1.0, color="black", lw=0.8, ls=":")
    axis.axhspan(1 / 3, 3, color="black", alpha=0.06, lw=0)
    axis.set_yscale("log")
    axis.set(xlabel="keys, sorted", ylabel="panes above, seen / nominal (.001)")
    axis.set_title("B6: how often a high score is reached")
    axis.text(0, floor * 1.05, "never", fontsize=7, va="bottom")
    axis.text(0, 0.36, "grey: within a factor of 3", fontsize=7, va="bottom")
    axis.legend(loc="upper left")
    if has_fade:
        _fading(axes[0][1], raw["fade"])
    figure.tight_layout()
    return figure


def _fading(axis: Any, fade: Any) -> None:
    """Draw how attention fades after its strongest hour, and how the list lets it fade."""
    hours = np.arange(fade.shape[1])
    low, middle, high = np.quantile(fade, (0.25, 0.5, 0.75), axis=0)
    axis.fill_between(
        hours,
        low,
        high,
        color="#4a5568",
        alpha=0.2,
        lw=0,
        label=f"middle half of {len(fade)} crises on Twitter",
    )
    axis.plot(hours, middle, color="#4a5568", label="their median, tweets an hour")
    for half_life_h, name, owner in ((3, "groundswell", "our list"), (4, "mastodon", "Mastodon's tags")):
        axis.plot(hours, 0.5 ** (hours / half_life_h), color=COLOURS[name], ls="--",
                  label=f"half-life {half_life_h} h: {owner}")  # fmt: skip
    axis.set(xlim=(0, 47), ylim=(0, 1.02), xlabel="hours after the strongest", ylabel="share of the peak")
    axis.set_title("how attention fades, and strength in the list")
    axis.legend()
