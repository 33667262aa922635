"""The population: who they are, when they are awake, what they like, and who stops or changes."""

from dataclasses import dataclass

import numpy as np

from producers.sources.simulate.config import SimulationConfig
from producers.sources.simulate.regions import REGIONS, activity
from producers.sources.simulate.rng import Bools, Floats, Ints, stream

CONSUMER, ESTABLISHED, NEWCOMER = 0, 1, 2  # creators are established or newcomers
NEVER_MS = 2**62
FAVOURITES = 4
_ESTABLISHED_SHARE, _NEWCOMER_SHARE, _AUTOMATED_SHARE, _YOUNG_SHARE = 0.01, 0.03, 0.002, 0.01
_POSTING = np.array([1.0, 25.0, 8.0])  # how much more creators post


@dataclass(frozen=True, slots=True)
class Cells:
    """People of one region and language stand together; a cell is such a range of user numbers."""

    region: Ints  # index into the configured regions
    lang: Ints  # index into the configured languages
    first: Ints  # first user number
    count: Ints
    utc_offset_h: Floats

    def weights(self, at_ms: Floats, allowed: Bools | None = None) -> Floats:
        """People awake by moment (rows) and cell (columns), not normalised."""
        out = activity(at_ms[:, None], self.utc_offset_h[None, :]) * self.count
        return out if allowed is None else out * allowed


@dataclass(frozen=True, slots=True)
class People:
    """One array entry for each account; `cell` accounts first, those of campaigns behind them."""

    cells: Cells
    cell: Ints
    region: Ints
    lang: Ints
    followers: Ints
    age_days: Ints  # at the start of the simulation
    creator: Ints
    automated: Bools
    browse_cdf: Floats  # cell number + share of the cell's browsing up to and including this user
    post_cdf: Floats  # the same for posting
    lapse_ms: Ints  # silent from this moment on
    stand_in: Ints  # who acts in a silent user's place
    switch_ms: Ints  # the favourites change at this moment

    @property
    def regular(self) -> int:
        """Number of accounts that belong to no campaign."""
        return len(self.browse_cdf)


def _cells(config: SimulationConfig, regular: int, rng: np.random.Generator) -> tuple[Cells, Ints]:
    regions = [REGIONS[code] for code in config.regions]
    rows = [
        (r, config.langs.index(lang), share * region.share, region.utc_offset_h)
        for r, region in enumerate(regions)
        for lang, share in region.langs
        if lang in config.langs
    ]
    share = np.array([row[2] for row in rows])
    count = np.maximum(rng.multinomial(regular - len(rows), share / share.sum()) + 1, 1)
    first = np.cumsum(count) - count
    cells = Cells(
        region=np.array([row[0] for row in rows]),
        lang=np.array([row[1] for row in rows]),
        first=first,
        count=count,
        utc_offset_h=np.array([row[3] for row in rows]),
    )
    return cells, np.repeat(np.arange(len(rows)), count)


def _cell_cdf(weight: Floats, cells: Cells) -> Floats:
    total = np.cumsum(weight)
    before = np.repeat(total[cells.first] - weight[cells.first], cells.count)
    within = np.repeat(total[cells.first + cells.count - 1], cells.count) - before
    index = np.repeat(np.arange(len(cells.first)), cells.count)
    # A share of exactly 1 would belong to the next cell's range.
    return np.asarray(index + np.minimum((total - before) / within, 1 - 1e-12), dtype=np.float64)


def _followers(creator: Ints, rng: np.random.Generator) -> Ints:
    typical = np.array([80.0, 30_000.0, 150.0])[creator]
    spread = np.array([1.2, 1.3, 0.9])[creator]
    drawn = typical * np.exp(spread * rng.standard_normal(len(creator)))
    drawn = np.where(creator == ESTABLISHED, np.maximum(drawn, 5_000), drawn)
    return np.where(creator == NEWCOMER, np.minimum(drawn, 999), drawn).astype(np.int64)


def _lapses(
    config: SimulationConfig, cells: Cells, cell: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """When users fall silent, and who acts in their place: a neighbour of the same cell who does not."""
    regular = len(cell)
    lapse_ms = np.full(regular, NEVER_MS)
    chosen = np.flatnonzero(rng.random(regular) < config.plants.lapsed_share)
    chosen = chosen[(chosen - cells.first[cell[chosen]]) % 2 == 1]  # even neighbours remain
    span_ms = config.end_ms - config.start_ms
    lapse_ms[chosen] = config.start_ms + (span_ms * rng.uniform(0.2, 0.4, len(chosen))).astype(np.int64)
    stand_in = np.arange(regular)
    stand_in[chosen] -= 1
    return lapse_ms, stand_in


def build_people(config: SimulationConfig, *, fresh: int, mature: int) -> People:
    """Draw the population.

    Args:
        config: Sizes, regions, languages.
        fresh: Accounts for coordinated campaigns: next to no followers; each campaign sets their age.
        mature: Accounts for bursts that are banned later: they look like anybody.
    """
    rng = stream(config.seed, "people")
    regular, total = config.users, config.users + fresh + mature
    cells, cell = _cells(config, regular, rng)
    cell = np.concatenate([cell, rng.integers(0, len(cells.first), fresh + mature)])
    draw = rng.random(total)
    creator = np.where(draw < _ESTABLISHED_SHARE + _NEWCOMER_SHARE, NEWCOMER, CONSUMER)
    creator = np.where(draw < _ESTABLISHED_SHARE, ESTABLISHED, creator)
    creator[regular:] = CONSUMER
    age = np.minimum(rng.exponential(900, total).astype(np.int64) + 4, 6_000)
    age = np.where(creator == ESTABLISHED, age + 400, age)
    age = np.where(
        (creator == NEWCOMER) | (rng.random(total) < _YOUNG_SHARE), rng.integers(0, 60, total), age
    )
    followers = _followers(creator, rng)
    is_fresh = slice(regular, regular + fresh)
    followers[is_fresh] = rng.integers(0, 4, fresh)
    active = np.exp(rng.standard_normal(regular))
    posting = active * _POSTING[creator[:regular]]
    lapse_ms, stand_in = _lapses(config, cells, cell[:regular], rng)
    switch_ms = np.full(regular, NEVER_MS)
    switching = rng.random(regular) < config.plants.switching_share
    switch_ms[switching & (lapse_ms == NEVER_MS)] = (config.start_ms + config.end_ms) // 2
    return People(
        cells=cells,
        cell=cell,
        region=cells.region[cell],
        lang=cells.lang[cell],
        followers=followers,
        age_days=age,
        creator=creator,
        automated=rng.random(total) < _AUTOMATED_SHARE,
        browse_cdf=_cell_cdf(active, cells),
        post_cdf=_cell_cdf(posting, cells),
        lapse_ms=lapse_ms,
        stand_in=stand_in,
        switch_ms=switch_ms,
    )


def awake_cells(people: People, at_ms: Ints, rng: np.random.Generator, allowed: Bools | None = None) -> Ints:
    """Draw for each moment the cell of somebody who is awake then. O(moments x cells)."""
    weights = np.cumsum(people.cells.weights(at_ms.astype(np.float64), allowed), axis=1)
    need = rng.random(len(at_ms)) * weights[:, -1]
    return np.asarray(np.minimum((weights <= need[:, None]).sum(axis=1), weights.shape[1] - 1))


def active_users(people: People, cell: Ints, at_ms: Ints, rng: np.random.Generator, *, posting: bool) -> Ints:
    """Draw a user of each given cell, active ones more often; silent users are replaced."""
    cdf = people.post_cdf if posting else people.browse_cdf
    user = np.minimum(np.searchsorted(cdf, cell + rng.random(len(cell)), side="right"), len(cdf) - 1)
    return present(people, user, at_ms)


def any_users(people: People, cell: Ints, at_ms: Ints, rng: np.random.Generator) -> Ints:
    """Draw a user of each given cell, everybody alike: few repeat, so distinct users stay about events."""
    within = (rng.random(len(cell)) * people.cells.count[cell]).astype(np.int64)
    return present(people, people.cells.first[cell] + within, at_ms)


def present(people: People, user: Ints, at_ms: Ints) -> Ints:
    """Replace users who have fallen silent by their stand-ins."""
    return np.where(at_ms >= people.lapse_ms[user], people.stand_in[user], user)
