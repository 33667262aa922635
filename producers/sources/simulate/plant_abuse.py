"""Campaigns: copy-paste bursts of new accounts, and bursts that moderators take down."""

from dataclasses import dataclass

import numpy as np

from producers.sources.simulate.actions import CONTENT, ENGAGE, MODERATE
from producers.sources.simulate.config import SimulationConfig
from producers.sources.simulate.crowd import crowd, people_columns, phrase, spelled
from producers.sources.simulate.garden import Garden, Span
from producers.sources.simulate.regions import DAY_MS
from producers.sources.simulate.rng import Ints, stream
from producers.sources.simulate.rows import CONTENT as CONTENT_KIND
from producers.sources.simulate.rows import MODERATION, NONE, POST, TOPIC, USER, Rows, concat, make, take
from producers.sources.simulate.when import burst_start

COORDINATED_USERS_PER_DAY, BANNED_USERS_PER_DAY = 20.0, 40.0
_REMOVAL_AFTER_MS, _REMOVAL_LASTS_MS = 70 * 60_000, 30_000
_BANS = ("users banned", "topic denied", "posts deleted")


@dataclass(frozen=True, slots=True)
class Campaigns:
    """How many accounts each campaign has; fixed by the seed before the population is drawn."""

    coordinated: tuple[int, ...]  # 60 to 300 new accounts each
    bans: tuple[int, ...]  # 80 to 160 ordinary looking accounts each


def campaigns(config: SimulationConfig) -> Campaigns:
    """Draw the sizes of the campaigns."""
    rng = stream(config.seed, "campaigns")
    coordinated = rng.integers(60, 301, config.plants.coordinated)
    return Campaigns(tuple(coordinated.tolist()), tuple(rng.integers(80, 161, config.plants.bans).tolist()))


def coordinated(garden: Garden, sizes: Campaigns) -> None:
    """New accounts share one post, or each post the same text, within 20 to 40 minutes."""
    config, ground = garden.config, garden.ground
    first = ground.people.regular
    for number, accounts in enumerate(sizes.coordinated):
        rng = stream(config.seed, "coordinated", number)
        topic = garden.new_topic()
        garden.background(topic, COORDINATED_USERS_PER_DAY * config.plants.scale, "global", rng)
        user = rng.permutation(np.arange(first, first + accounts))
        first += accounts
        start_ms = burst_start(garden.place, 5 * number + 3, rng)
        lasts_ms = min(int(rng.integers(20, 41)) * 60_000, garden.place.lasts_ms)
        # Ages count from the start of the simulation; these accounts are opened just before they act.
        ground.people.age_days[user] = rng.integers(0, 3, accounts) - (start_ms - config.start_ms) // DAY_MS
        at_ms = start_ms + np.sort(rng.integers(0, lasts_ms, accounts))
        one_item = number % 2 == 0
        rows = (_one_item if one_item else _one_text)(garden, topic, at_ms, user, rng)
        end_ms = start_ms + lasts_ms
        garden.add(
            "coordinated_item" if one_item else "coordinated_text",
            topic,
            rows,
            span=Span(start_ms, (start_ms + end_ms) // 2, end_ms),
            expected="no_trend",
            details={"accounts": accounts, "items": len(np.unique(rows["item"]))},
        )


def _posts(garden: Garden, topic: int, at_ms: Ints, user: Ints, text: tuple[Ints, Ints]) -> Rows:
    ground, count = garden.ground, len(at_ms)
    return make(
        count,
        {
            **people_columns(ground, user),
            "kind": CONTENT_KIND,
            "action": CONTENT["create"],
            "at_ms": at_ms,
            "author": user,
            "item": ground.new_items(count),
            "item_lang": ground.people.lang[user],
            "t0": topic,
            "text_a": text[0],
            "text_b": text[1],
        },
    )


def _one_text(garden: Garden, topic: int, at_ms: Ints, user: Ints, rng: np.random.Generator) -> Rows:
    same = np.zeros(len(user), np.int64)
    half_a, half_b = (phrase(garden.ground, user[:1], rng)[same] for _ in range(2))
    return _posts(garden, topic, at_ms, user, (half_a, half_b))


def _one_item(garden: Garden, topic: int, at_ms: Ints, user: Ints, rng: np.random.Generator) -> Rows:
    first = user[:1]
    text = (phrase(garden.ground, first, rng), phrase(garden.ground, first, rng))
    post = _posts(garden, topic, at_ms[:1], first, text)
    others = user[1:]
    action = rng.choice([ENGAGE["share"], ENGAGE["like"], ENGAGE["reply"]], len(others), p=[0.7, 0.2, 0.1])
    reactions = make(
        len(others),
        {
            **people_columns(garden.ground, others),
            "action": action,
            "at_ms": at_ms[1:],
            "author": first[0],
            "item": post["item"][0],
            "item_lang": post["item_lang"][0],
            "t0": topic,
        },
    )
    return concat([post, reactions])


def bans(garden: Garden, sizes: Campaigns) -> None:
    """Bursts that moderators end after 70 minutes, in three ways in turn."""
    config, ground = garden.config, garden.ground
    first = ground.people.regular + sum(sizes.coordinated)
    for number, accounts in enumerate(sizes.bans):
        rng = stream(config.seed, "bans", number)
        topic = garden.new_topic()
        garden.background(topic, BANNED_USERS_PER_DAY * config.plants.scale, "global", rng)
        user = np.arange(first, first + accounts)
        first += accounts
        start_ms = burst_start(garden.place, 7 * number + 6, rng)
        removed_ms = min(start_ms + _REMOVAL_AFTER_MS, config.end_ms - _REMOVAL_LASTS_MS - 1)
        count = 3 * accounts
        at_ms = np.sort(rng.integers(start_ms, removed_ms, count))
        actor = rng.permutation(np.tile(user, 3))
        burst = crowd(ground, at_ms, actor, spelled(ground, topic, count, rng), rng)
        way = _BANS[number % len(_BANS)]
        removal = _removal(way, topic, burst, removed_ms, rng)
        end_ms = removed_ms + _REMOVAL_LASTS_MS
        garden.add(
            "ban",
            topic,
            burst,
            span=Span(start_ms, (start_ms + removed_ms) // 2, end_ms),
            expected="trend_then_removed",
            details={
                "way": way,
                "removed_ms": end_ms,
                "accounts": [f"u{account:010d}" for account in user.tolist()],
                "decisions": len(removal["seq"]),
            },
        )
        garden.rows.append(removal)


def _removal(way: str, topic: int, burst: Rows, removed_ms: int, rng: np.random.Generator) -> Rows:
    """Decisions of moderators, or the authors' own deletes, within half a minute."""
    if way == "topic denied":
        return make(
            1,
            {
                "kind": MODERATION,
                "action": MODERATE["deny"],
                "at_ms": removed_ms,
                "item_type": TOPIC,
                "t0": topic,
            },
        )
    posts = take(burst, burst["kind"] == CONTENT_KIND)
    users = np.unique(burst["actor"])
    banned = way == "users banned"
    targets = users if banned else posts["item"]
    count = len(targets)
    at_ms = removed_ms + np.sort(rng.integers(0, _REMOVAL_LASTS_MS, count))
    decisions = make(
        count,
        {
            "kind": MODERATION,
            "action": MODERATE["ban"] if banned else MODERATE["delete"],
            "at_ms": at_ms,
            "item_type": USER if banned else POST,
            "item": targets,
        },
    )
    if banned:
        return decisions
    deletes = {name: column.copy() for name, column in posts.items()}
    deletes["action"][:] = CONTENT["delete"]
    deletes["at_ms"][:] = at_ms + 1
    deletes["text_a"][:] = deletes["text_b"][:] = NONE
    return concat([decisions, deletes])
