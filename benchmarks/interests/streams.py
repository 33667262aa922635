"""Public data as rows of `groundswell evaluate interests`."""

import csv
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from itertools import accumulate
from pathlib import Path

from benchmarks.report import need
from groundswell.offline.interest_rows import COLUMNS, Row, read_rows

LIKED = 4  # stars
_TAOBAO_WARM = 16_000
_TAOBAO_EVERY = 4
NEGATIVES = 99

Cells = tuple[object, ...]


def rows_of(cells: Iterable[Cells]) -> list[Row]:
    """Return cells in the order of COLUMNS as the command reads them."""
    lines = (",".join(map(str, line)) + "\n" for line in cells)
    return list(read_rows(_chain(",".join(COLUMNS) + "\n", lines)))


def films(data: Path) -> list[Row]:
    """Return MovieLens 100K: like = 4 or 5 stars, topics = genres."""
    genres = {}
    with need(data, "ml-100k/u.item").open(encoding="latin-1") as lines:
        names = next(lines).rstrip("\n").split("|")[5:]
        for line in lines:
            parts = line.rstrip("\n").split("|")
            genres[parts[0]] = "|".join(
                name for name, flag in zip(names, parts[5:], strict=True) if flag == "1"
            )
    with need(data, "ml-100k/dev.csv").open(encoding="utf-8") as lines:
        read = sorted(csv.DictReader(lines), key=lambda row: int(row["ts"]))
    return rows_of(
        (f"{row['ts']}000", row["user"], row["item"], "", genres.get(row["item"], ""), "rate",
         int(int(row["rating"]) >= LIKED), "")
        for row in read
    )  # fmt: skip


def shop(data: Path, seed: int = 1, every: int = _TAOBAO_EVERY) -> list[Row]:
    """Return Taobao: every fourth view is a slate of its category and 99 drawn by popularity^.75.

    All other deeds are learned as they are. The first 16,000 events hold no slates.
    """
    with need(data, "taobao-815/dev.csv").open(encoding="utf-8") as lines:
        events = [line.strip().split(",") for line in lines]
    rng = random.Random(seed)  # noqa: S311 - reproducible, no secret
    popular = Counter(category for _, _, category, _, _ in events)
    names = list(popular)
    weights = list(accumulate(popular[name] ** 0.75 for name in names))

    def cells() -> Iterator[Cells]:
        views = 0
        for at, (user, _, category, action, unix_s) in enumerate(events):
            views += at >= _TAOBAO_WARM and action == "pv"
            if at < _TAOBAO_WARM or action != "pv" or views % every:
                yield (f"{unix_s}000", user, category, "", category, action, 1, "")
                continue
            shown = {category}
            while len(shown) <= NEGATIVES:
                shown.add(rng.choices(names, cum_weights=weights)[0])
            slate = sorted(shown)
            rng.shuffle(slate)
            for name in slate:
                yield (f"{unix_s}000", user, name, "", name, action, int(name == category), f"s{at}")

    return rows_of(cells())


def news(data: Path) -> list[Row]:
    """Return MIND: histories are clicks without label at the user's first impression; topics = categories."""
    topics = {}
    with need(data, "mind-5k/news.tsv").open(encoding="utf-8") as lines:
        for line in lines:
            item, category, subcategory = line.split("\t")[:3]
            topics[item] = f"{category}|{subcategory}"
    with need(data, "mind-5k/behaviors_first3500.tsv").open(encoding="utf-8") as lines:
        read = [line.rstrip("\n").split("\t") for line in lines]
    stamps = (
        int(datetime.strptime(row[2], "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=timezone.utc).timestamp())
        for row in read
    )
    return rows_of(_impressions([(row[0], row[1], row[3], row[4]) for row in read], stamps, topics))


def questions(data: Path) -> list[Row]:
    """Return NeMig: no times (one second between impressions), no topics, random candidates."""
    with need(data, "nemig/behaviors_en.tsv").open(encoding="utf-8") as lines:
        read = [line.rstrip("\n").split("\t") for line in lines]
    return rows_of(_impressions([(r[0], r[1], r[2], r[3]) for r in read], range(1, len(read) + 1), {}))


def _impressions(
    read: list[tuple[str, str, str, str]], stamps_s: Iterable[int], topics: dict[str, str]
) -> Iterator[Cells]:
    """Yield histories, once a user, and candidates ``id-1 id-0``."""
    known = set()
    for (impression, user, history, shown), stamp_s in zip(read, stamps_s, strict=True):
        if user not in known:
            known.add(user)
            for item in history.split():
                yield (f"{stamp_s}000", user, item, "", topics.get(item, ""), "click", "", "")
        for candidate in shown.split():
            item, label = candidate.rsplit("-", 1)
            yield (f"{stamp_s}000", user, item, "", topics.get(item, ""), "", label, impression)


def _chain(head: str, lines: Iterable[str]) -> Iterator[str]:
    yield head
    yield from lines
