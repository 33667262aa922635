"""Simulated topics with planted bursts and decoys, one for each start hour of the day.

Background: Poisson counts with a daily wave and a slow log-normal swell (`benchmarks/bursts.py`), each
event another settled user with another text. What is planted is counted by the job's own `summarise`, with
the trust that the job gives to such accounts. All scenes of a burst plant the same number of posts.

==========  ===============================================================================
organic     many settled users, many texts: rises for 30 minutes, then halves every 45
cold        the same on a topic that was silent for two weeks
bot         as many accounts, one day old, with 3 followers, all with one text
loud        one settled user writes all the posts, each with another text
seasonal    the topic is lifted for two hours at the same hour of every day
steady      ten times the mean from the first pane on, which nobody knew before
==========  ===============================================================================
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.bursts import DAY, Kind, rates
from benchmarks.trends.sweep import Panes, everyone_differs
from state.contributions import USER_SPACE
from state.exact import Floats, Ints
from state.summary import SAMPLE_FINGERPRINTS, SAMPLE_USERS, Deeds, summarise
from state.trust import account_trust

SCENES = ("organic", "cold", "bot", "loud", "seasonal", "steady")
MEANS = (2.0, 20.0)
HOURS, REPEATS = 24, 2
DAYS, BURST_DAY = 16, 14
SIZE, LEAST = 5.0, 3.0  # peak of a burst over the mean, which counts as at least so many a pane
WINDOW = 36  # panes: an alert within three hours of the start is a hit
HOUR_PANES = 12
LIFT_PANES, STEADY = 24, 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Planted:
    """Keys of all scenes side by side.

    Attributes:
        panes: What is counted.
        start: Pane in which each key's burst begins.
        scene: Scene of each key.
        hour: Start hour of each key.
    """

    panes: Panes
    start: Ints
    scene: list[str]
    hour: Ints


def quiet(seed: int, days: int, keys: int) -> Panes:
    """Return topics without anything planted, ``keys`` of each mean."""
    rng = np.random.default_rng(seed)
    rate = [rates(Kind(mean, 10.0, 0.3), days, rng.random(keys), rng) for mean in MEANS]
    y = rng.poisson(np.concatenate(rate, axis=1)).astype(np.float64)
    return _with_recent(everyone_differs(y), y)


def planted(seed: int) -> Planted:
    """Return all scenes: each with every start hour, twice for each mean of the background."""
    rng = np.random.default_rng(seed)
    mean = np.repeat(MEANS, HOURS * REPEATS)
    hour = np.tile(np.arange(HOURS), len(MEANS) * REPEATS)
    start = BURST_DAY * DAY + HOUR_PANES * hour + rng.integers(0, HOUR_PANES, len(hour))
    parts = [_scene(name, mean, start, rng) for name in SCENES]
    return Planted(
        panes=Panes(*(np.concatenate(columns, axis=1) for columns in zip(*parts, strict=True))),
        start=np.tile(start, len(SCENES)),
        scene=[name for name in SCENES for _ in hour],
        hour=np.tile(hour, len(SCENES)),
    )


def _scene(
    name: str, mean: Floats, start: Ints, rng: np.random.Generator
) -> tuple[Floats, Ints, Ints, Floats]:
    """Return counts, users, contents and top share of one scene, panes x keys."""
    since = np.arange(DAYS * DAY)[:, None] - start
    shape = np.where(since < 6, (since + 1) / 6, 0.5 ** ((since - 6) / 9)) * ((since >= 0) & (since < WINDOW))
    level = np.maximum(mean, LEAST)
    background = np.concatenate(
        [rates(Kind(m, 10.0, 0.3), DAYS, rng.random(int((mean == m).sum())), rng) for m in MEANS], axis=1
    )
    if name == "cold":
        background, level = np.zeros_like(background), np.full_like(mean, LEAST)
    if name == "seasonal":
        background += SIZE * level * (since % DAY < LIFT_PANES)
    if name == "steady":
        background *= STEADY
    y = rng.poisson(background)
    panes = _with_recent(everyone_differs(y.astype(np.float64)), y)
    if name in ("seasonal", "steady"):
        return panes.y, panes.users, panes.contents, panes.top_share
    extra = rng.poisson(SIZE * level * shape)
    where = np.nonzero((since >= 0) & (since < WINDOW))
    found = counted(name, y[where], extra[where], where[1], rng)
    for target, values in zip((panes.y, panes.top_share), (found.y, found.top_share), strict=True):
        target[where] = values
    panes.users[where] = np.maximum(panes.users[where], found.users)
    panes.contents[where] = np.maximum(panes.contents[where], found.contents)
    return panes.y, panes.users, panes.contents, panes.top_share


def counted(name: str, background: Ints, extra: Ints, owner: Ints, rng: np.random.Generator) -> Panes:
    """Count panes in which ``extra`` posts of a scene join the background; arrays have one element a pane.

    Args:
        name: organic, cold, bot or loud.
        background: Posts by settled users, each with a text of its own.
        extra: Planted posts.
        owner: Key of each pane: a bot's text and a loud user are the same in all panes of a key.
        rng: Makes users and texts.
    """
    size = background + extra
    offsets = np.concatenate([[0], np.cumsum(size)])
    pane = np.repeat(np.arange(len(size)), size)
    is_extra = np.arange(len(pane)) - offsets[pane] >= background[pane]
    user = rng.integers(1, 1 << 64, len(pane), np.uint64)
    text = rng.integers(1, 1 << 64, len(pane), np.uint64)
    mine = ((owner[pane] + 1).astype(np.uint64) << np.uint64(40)) * np.uint64(2654435761)
    weight = np.ones(len(pane))
    if name == "bot":
        new = account_trust(np.array([1]), np.array([3]), np.array([False]))[0]
        text, weight = np.where(is_extra, mine, text), np.where(is_extra, new, weight)
    if name == "loud":
        user = np.where(is_extra, mine, user)
    people, contents = (user >> np.uint64(16)).astype(np.int64), (text >> np.uint64(32)).astype(np.int64)
    order = np.lexsort((contents, people, pane))
    centi = np.rint(100 * weight).astype(np.int64)
    deeds = Deeds(
        pane[order], people[order], contents[order], centi[order], 10 * centi[order], contents[order]
    )
    found = summarise(deeds, np.full(len(size), USER_SPACE))
    return Panes(found.micro / 1e6, found.trusted_users, found.fingerprints, found.top_share)


def _with_recent(panes: Panes, background: Ints | Floats) -> Panes:
    """Let the gate see the people and contents of the last hour, up to the sample that the job keeps."""
    total = np.cumsum(background, axis=0).astype(np.int64)
    hour = total.copy()
    hour[HOUR_PANES:] -= total[:-HOUR_PANES]
    return Panes(
        panes.y,
        np.maximum(panes.users, np.minimum(hour, SAMPLE_USERS)),
        np.maximum(panes.contents, np.minimum(hour, SAMPLE_FINGERPRINTS)),
        panes.top_share,
    )
