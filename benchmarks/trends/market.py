"""B3: stock tweets by day against what the market did.

`groundswell evaluate topics --pane 1d` on the whole file, untouched. A ticker's score of a trading day is
its highest of the UTC days since the trading day before, that one excluded. True is a day on which the price
or the volume was extraordinary. Many true trends are no market events, so precision stays low for everyone.
"""

import csv
import gzip
import tempfile
from collections import defaultdict
from datetime import date
from pathlib import Path

import numpy as np

from benchmarks.report import Part, need
from benchmarks.trends.detectors import DETECTORS
from benchmarks.trends.ranking import average_precision, precision_at
from benchmarks.trends.sweep import Bools, Floats
from groundswell.offline.topics_file import evaluate
from state.burst_config import Detector

NAMES = (
    "AAPL ABBV AMGN AMZN BA BABA BAC CAT CELG CMCSA CSCO CVX DIS FB GE GOOG HD INTC JNJ JPM KO MA MCD MRK "
    "MSFT ORCL PCLN PFE PG V VZ WFC WMT XOM"
)
TICKERS = frozenset(NAMES.split())
DAY_MS, LATENESS_MS = 86_400_000, 60_000
TWEETS, EVENTS = "topics/stocktweets_2014-01_2015-06.jsonl.gz", "topics/stock_market_events_dev.csv.gz"
FIRSTS = (10, 50, 100)
Days = dict[str, list[tuple[int, bool]]]


def run(data: Path) -> Part:
    """Score all detectors; a minute each, most of it reading the tweets."""
    tweets, truth = need(data, TWEETS), trading_days(need(data, EVENTS))
    part = Part("B3", "stock tweets by day against market events", DETECTORS)
    measures: dict[str, dict[str, float | int | str]] = {}
    curves: dict[str, tuple[Floats, Bools]] = {}
    for name in DETECTORS:
        scores, alerts, true = judged(tweets, truth, name)
        measures.setdefault("average precision", {})[name] = average_precision(scores, true)
        for k in FIRSTS:
            measures.setdefault(f"precision of the first {k}", {})[name] = precision_at(scores, true, k)
        hits = int((alerts & true).sum())
        measures.setdefault("alerts / with an event", {})[name] = f"{int(alerts.sum())} / {hits}"
        curves[name] = (scores, true)
    for measure, values in measures.items():
        part.add(measure, values)
    base = float(true.mean())
    part.notes.append(
        f"{len(true)} days of {len(truth)} tickers, {int(true.sum())} with an event: chance is {base:.3f}. "
        "A plain z of distinct texts, by trading day, gives .195 and .52 of the first 50."
    )
    part.raw = {"curves": curves, "base": base}
    return part


def trading_days(file: Path) -> Days:
    """Return (day number, event) of each ticker, by time."""
    days: Days = defaultdict(list)
    with gzip.open(file, "rt", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["ticker"] in TICKERS:
                number = date.fromisoformat(row["date"]).toordinal() - date(1970, 1, 1).toordinal()
                days[row["ticker"]].append((number, row["event"] == "1"))
    return {ticker: sorted(rows) for ticker, rows in sorted(days.items())}


def judged(tweets: Path, truth: Days, name: Detector) -> tuple[Floats, Bools, Bools]:
    """Return score, alert and truth of each ticker and trading day."""
    wanted = {ticker.casefold(): ticker for ticker in TICKERS}
    found: dict[tuple[str, int], tuple[float, bool]] = {}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "panes.csv"
        evaluate(tweets, None, DAY_MS, LATENESS_MS, out, name)
        with out.open(newline="", encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                if row["scope"] == "global" and row["topic"] in wanted:
                    day = int(row["pane_start_ms"]) // DAY_MS
                    found[wanted[row["topic"]], day] = float(row["score"]), row["alert"] == "1"
    scores, alerts, true = [], [], []
    for ticker, days in truth.items():
        before = days[0][0] - 1
        for day, event in days:
            since = [found.get((ticker, d), (0.0, False)) for d in range(before + 1, day + 1)]
            scores.append(max(score for score, _ in since))
            alerts.append(any(alert for _, alert in since))
            true.append(event)
            before = day
    return np.array(scores), np.array(alerts), np.array(true)
