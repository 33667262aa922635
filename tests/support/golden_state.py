"""Samples of every kind of stored state, from fixed seeds, and what they hold as plain JSON.

A golden file is one sample as a released version wrote it, with its values beside it. It is never written
again: it proves that bytes of that version still decode to the same values.
"""

import importlib
import pkgutil
from array import array
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path

import msgspec
import numpy as np

from state import (
    burst_layout,
    contributions,
    crowd,
    feed_bars,
    feed_cards,
    feed_pools,
    feed_viewer,
    interest_drift,
    interest_head,
    interest_items,
    interest_person,
    interest_progress,
    interest_quality,
    interest_stats,
    interest_user,
    list_news,
    list_review,
    list_state,
    moderation,
    outcome_join,
    places,
    recent_set,
    residual_ftrl,
    tag_table,
    tagger,
    tail_sketch,
    trend_key,
)
from state.codec import Codec
from state.online_model import CalibrationState
from state.residual import Case
from tests.support.trend_records import a_record

FOLDER = Path(__file__).parents[1] / "golden" / "state"
_TOUCHED_CELLS = 20
_LARGE = 100  # tables with more cells are written as what most cells hold, and the others by place
Rng = np.random.Generator


@dataclass(frozen=True)
class Sample:
    """One value of a kind. A kind may have several, told apart by a word."""

    kind: str
    make: Callable[[Rng], object]
    word: str = ""

    def name(self, version: int) -> str:
        """Return the name of the golden files of a version, without ending."""
        return "-".join(filter(None, (self.kind, f"v{version}", self.word)))

    def value(self) -> object:
        """Make the value. The seed follows from kind and word, so that a new kind changes no other."""
        return self.make(np.random.default_rng(list(f"{self.kind}{self.word}".encode())))


def codecs() -> dict[str, Codec[object]]:
    """Return the codec of every kind that a module of `state` holds."""
    package = importlib.import_module("state")
    modules = [
        importlib.import_module(f"state.{info.name}") for info in pkgutil.iter_modules(package.__path__)
    ]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Codec)]
    return {codec.kind.decode(): codec for codec in found}


def plain(value: object) -> object:  # noqa: PLR0911 - one line for each kind of value
    """Return a state as JSON values; floats stay exact.

    Numpy records become one object a row; large tables name only what differs from most of their cells.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        if all(isinstance(key, str) for key in value):
            return {key: plain(item) for key, item in value.items()}
        return [[plain(key), plain(item)] for key, item in value.items()]
    if isinstance(value, msgspec.Struct):
        return plain(msgspec.structs.asdict(value))
    if isinstance(value, tuple | list | array):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray) and value.dtype.names:
        return [{name: plain(row[name]) for name in value.dtype.names} for row in value]
    if isinstance(value, np.void):
        return {name: plain(value[name]) for name in value.dtype.names or ()}
    if isinstance(value, np.ndarray) and value.size > _LARGE:
        return _sparse(value)
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def _sparse(table: np.ndarray) -> dict[str, object]:
    cells, counts = np.unique(table, return_counts=True)
    most = cells[counts.argmax()]
    others = np.flatnonzero(table != most)
    return {
        "shape": list(table.shape),
        "most": most.item(),
        "others": {str(at): table.flat[at].item() for at in others.tolist()},
    }


def rows(rng: Rng, dtype: np.dtype, n: int) -> np.ndarray:
    """Return n records with something different in every field."""
    out = np.zeros(n, dtype)
    for name in dtype.names or ():
        part = out[name]
        if part.dtype.names:
            out[name] = rows(rng, part.dtype, n)
        elif part.dtype.kind == "f":
            out[name] = rng.normal(0.0, 100.0, part.shape)
        else:
            out[name] = rng.integers(1, 1 << 31, part.shape)
    return out


def _sketch(rng: Rng) -> tail_sketch.TailSketch:
    sketch = tail_sketch.empty()
    sketch.first_pane, sketch.last_pane = 5_890_000, 5_893_210
    for name in ("users", "mean", "var"):
        table = getattr(sketch, name)
        table.flat[rng.choice(table.size, _TOUCHED_CELLS, replace=False)] = rng.gamma(
            2.0, 9.0, _TOUCHED_CELLS
        )
    return sketch


def _rules(rng: Rng) -> moderation.Rules:
    numbers = rng.integers(1, 1 << 40, 8).tolist()
    return moderation.Rules(
        users={numbers[0]: numbers[1]},
        posts={numbers[2]: numbers[3]},
        denied={("tea", "global"): numbers[4]},
        allowed={("東京", "lang:ja"): numbers[5]},
        due=[(numbers[6], moderation.Decision(numbers[7], "ban", "user", target=7))],
    )


def _piece(rng: Rng) -> contributions.Contributions:
    out = rows(rng, contributions.CONTRIBUTION, 4)
    out["topic"] = [0, 1, 1, 0]
    out["lang"] %= places.IN_PLACE
    places.put(out, np.array([False, True, False, True]), np.array([1, 0]))
    return contributions.Contributions(5_890_000, ["tea", "東京"], out, ["community:gardening", "tag:tea"])


def _tagger(rng: Rng) -> tagger.TaggerState:
    state = tagger.empty(tagger.TaggerConfig(words=16, tags=4))
    counts, errors = rng.gamma(2.0, 9.0, (2, 4))
    state.table = tag_table.rebuilt(["tea", "東京", "world cup", ""], counts, errors)
    for name in ("weights", "bias", "steps"):
        table = getattr(state, name)
        table[...] = rng.normal(0.0, 2.0, table.shape)
    state.calibration = CalibrationState(slope=float(rng.normal()), intercept=float(rng.normal()))
    state.progress = tagger.Progress(*rng.integers(1, 1 << 40, 6).tolist())
    return state


def _news(rng: Rng) -> list_news.ListNews:
    records = [a_record(topic="tea", rank=160_000.5), a_record(topic="東京", rank=0.0)]
    people, contents = (rng.integers(0, 1 << 32, (2, recent_set.SIZE), np.uint32) for _ in range(2))
    return list_news.ListNews(
        records, people, contents, crowd.Crowd(1 << 29, _hashes(rng, 5)), [("spam", 1 << 62)]
    )


def _list(rng: Rng) -> list_state.ListState:
    record = a_record(topic="tea", rank=160_000.5)
    sets = [recent_set.RecentSet(_hashes(rng, 3), _hashes(rng, 3)) for _ in range(2)]
    return list_state.ListState(
        candidates={"tea": list_state.Candidate(record, *sets, passed_ms=1_772_150_400_000)},
        led_by={"teatime": "tea"},
        crowds={5_890_000: crowd.Crowd(1 << 29, _hashes(rng, 4))},
        reviews={"tea": list_review.Review(*rng.integers(1, 1 << 40, 3).tolist(), shown=True, touched_ms=7)},
        denied={"spam": 1 << 62},
        written=987_654_321,
        told={"tea": 123_456_789},
    )


def _user(rng: Rng) -> interest_user.UserState:
    names = ["tea", "東京", "@ana"]
    return interest_user.UserState(
        names=names,
        rows=array("f", rng.gamma(2.0, 9.0, 3 * interest_user.WIDTH).tolist()),
        total=array("f", rng.gamma(2.0, 9.0, interest_user.WIDTH).tolist()),
        places={name: at for at, name in enumerate(names)},
        recent=rng.integers(0, 1 << 16, 2).tolist(),
        events=17.25,
        seen_ms=1_772_150_400_000,
        slow_base=int(rng.integers(0, 1 << 20)),
        fast_base=int(rng.integers(0, 1 << 20)),
    )


def _drift(rng: Rng) -> interest_drift.DriftState:
    losses, errors = rng.normal(size=(2, 3)).tolist()
    return interest_drift.DriftState(7, 0.5, 2.0, -1.5, 1.75, losses, errors, 1)


def _table(rng: Rng) -> residual_ftrl.FtrlState:
    """A table of weights that some cases have gone into."""
    table = residual_ftrl.HashedFtrl(residual_ftrl.FtrlConfig(bits=5))
    for n in rng.integers(0, 6, 12).tolist():
        table.learn(Case("ann", f"p{n}", "max", ("tea",), 0, 0.1 * n), n % 2)
    return table.state


def _quality(rng: Rng) -> interest_quality.QualityState:
    points = [
        interest_quality.Point(1_772_150_400_000 + n, *rng.gamma(2.0, 0.5, 2).tolist()) for n in range(3)
    ]
    return interest_quality.QualityState(_drift(rng), 1507, 3.5, 2.25, 2, points)


def _head(rng: Rng) -> interest_head.HeadState:
    n = len(interest_head.FEATURES)
    weights, half = rng.normal(size=n), rng.normal(size=(n, n))
    spread = array("d", (half @ half.T).tobytes())
    return interest_head.HeadState(weights.tolist(), 123.5, 456.25, 789.0, spread)


def _hashes(rng: Rng, n: int) -> np.ndarray:
    return np.unique(rng.integers(1, 1 << 29, n, np.uint32))


def _shown(rng: Rng) -> list[outcome_join.Shown]:
    at_ms = 1_772_150_400_000
    one = outcome_join.Shown(7, "e1", at_ms, "post-1", "d1", 3, b"kept", in_force=5, marks=6)
    two = outcome_join.Shown(8, "e2", at_ms + int(rng.integers(1, 999)), "\u6771\u4eac", "", -1, b"", marks=1)
    return [one, two]


def _person(rng: Rng) -> interest_person.Index:
    return interest_person.Index(1_772_150_400_500, True, 1, 9, 2, _shown(rng)[1:])


def _met(rng: Rng) -> interest_items.Met:
    pairs = np.unique(rng.integers(1, 1 << 63, 4).astype(np.uint64))
    return interest_items.Met(pairs, pairs[:2])


def _facts(rng: Rng) -> interest_items.ItemFacts:
    stats = interest_stats.ItemStats(*rng.gamma(2.0, 9.0, 4).tolist(), 1_772_150_460_000)
    return interest_items.ItemFacts(stats, "max", ("tea", "\u6771\u4eac"))


def _card(rng: Rng) -> feed_cards.Card:
    likes = {"global": float(rng.gamma(2.0, 9.0)), "lang:en": 1.5}
    return feed_cards.Card(1_772_150_400_000, 1_772_150_410_000, 7, "max", ("tea", "\u6771\u4eac"), likes)


def _pool(rng: Rng) -> feed_pools.Pool:
    row = feed_pools.Row("p1", "max", ("tea",), 1_772_150_400_000, 7, 0, float(rng.normal()))
    return feed_pools.Pool(1_772_150_410_000, 9, [row])


def _wishes(rng: Rng) -> feed_viewer.Wishes:
    at_ms = 1_772_150_400_000 + int(rng.integers(0, 999))
    hidden = {"p1": ("max", at_ms), "p2": ("", 5)}
    return feed_viewer.Wishes(at_ms, {"ann": 5}, hidden, {"bob": 6}, {"eve": 7}, "lang:en", "region:DE")


def _seen(rng: Rng) -> feed_viewer.Seen:
    names = rng.integers(1, 1 << 32, 3).tolist()
    return feed_viewer.Seen(1_772_150_400_000, dict(zip(names, (5, 6, 7), strict=True)))


def _bars(rng: Rng) -> feed_bars.Bars:
    until_ms = int(rng.integers(1, 1 << 40))
    return feed_bars.Bars(5, {("delete", "p1"): 0}, {("ban", "max"): until_ms})


SAMPLES = (
    Sample("fb", _bars),
    Sample("fi", _card),
    Sample("fp", _pool),
    Sample("fs", _seen),
    Sample("fv", _wishes),
    Sample("bu", lambda rng: rows(rng, burst_layout.STATE_DTYPE, 3)),
    Sample("tk", lambda rng: (rows(rng, trend_key.CORE, 1), rows(rng, trend_key.EXTRA, 1))),
    Sample("tk", lambda rng: (rows(rng, trend_key.CORE, 1), np.zeros(1, trend_key.EXTRA)), "quiet"),
    Sample("ts", _sketch),
    Sample("pc", _piece),
    Sample("mr", _rules),
    Sample("tg", _tagger),
    Sample("ln", _news),
    Sample("tl", _list),
    Sample("oj", _shown),
    Sample("if", _facts),
    Sample("im", _met),
    Sample("ip", _person),
    Sample("is", lambda rng: interest_progress.Progress(5, 7, int(rng.integers(1, 99)))),
    Sample("it", lambda rng: int(rng.integers(1, 1 << 45))),
    Sample("dr", _drift),
    Sample("iq", _quality),
    Sample("ii", lambda rng: interest_stats.ItemStats(*rng.gamma(2.0, 9.0, 4).tolist(), 1_772_150_400_000)),
    Sample("iu", _user),
    Sample("ih", _head),
    Sample("rf", _table),
)
