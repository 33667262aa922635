"""Volume that is no trend: high and constant, the same lift every day, one loud account."""

import numpy as np

from producers.sources.simulate.actions import CONTENT
from producers.sources.simulate.crowd import people_columns, phrase, rate_per_minute, spelled
from producers.sources.simulate.garden import Garden, Span
from producers.sources.simulate.people import CONSUMER, NEVER_MS
from producers.sources.simulate.regions import DAY_MS, HOUR_MS
from producers.sources.simulate.rng import stream
from producers.sources.simulate.rows import CONTENT as CONTENT_KIND
from producers.sources.simulate.rows import make
from producers.sources.simulate.truth import Plant
from producers.sources.simulate.when import burst_start, flat

STEADY_USERS_PER_DAY = 2_500.0
SEASONAL_USERS_PER_DAY, SEASONAL_FACTOR, LIFT_MS = 300.0, 8.0, 90 * 60_000
LOUD_USERS_PER_DAY = 60.0
POPULAR = 10  # everyday topics that the truth names as steady
_SEASONAL_HOURS = (6, 12, 18, 21, 9, 15)  # UTC


def steady(garden: Garden) -> None:
    """Topics that are talked about much and always alike, beside the most popular everyday ones."""
    config = garden.config
    span = Span(config.start_ms, config.start_ms, config.end_ms)
    for number in range(config.plants.steady):
        rng = stream(config.seed, "steady", number)
        topic, users_per_day = garden.new_topic(), STEADY_USERS_PER_DAY * config.plants.scale
        minutes, usual = rate_per_minute(garden.ground, users_per_day, garden.cells("global"))
        rows = garden.talk(topic, usual, "global", rng, minutes=minutes)
        details = {"users_per_day": users_per_day}
        garden.add("steady", topic, rows, span=span, expected="no_trend", details=details)
    if config.plants.steady:
        _name_popular(garden, span)


def _name_popular(garden: Garden, span: Span) -> None:
    """Everyday talk makes these events, so their counts stand in the totals."""
    names = garden.ground.topics
    for topic in range(min(POPULAR, names.everyday)):
        plant = Plant(
            number=len(garden.plants),
            kind="popular",
            topic=names.plain[topic],
            spellings=(names.names[topic], names.names[int(names.tag(topic))]),
            scope="global",
            start_ms=span.start_ms,
            peak_ms=span.peak_ms,
            end_ms=span.end_ms,
            users=0,
            events=0,
            expected="no_trend",
        )
        garden.plants.append(plant)


def seasonal(garden: Garden) -> None:
    """The same lift at the same hour of every day: from the second day on it is no news."""
    config = garden.config
    for number in range(config.plants.seasonal):
        rng = stream(config.seed, "seasonal", number)
        topic, users_per_day = garden.new_topic(), SEASONAL_USERS_PER_DAY * config.plants.scale
        garden.background(topic, users_per_day, "global", rng)
        minutes, usual = rate_per_minute(garden.ground, users_per_day, garden.cells("global"))
        hour = _SEASONAL_HOURS[number % len(_SEASONAL_HOURS)]
        midnight_ms = config.start_ms // DAY_MS * DAY_MS
        starts = [day + hour * HOUR_MS for day in range(midnight_ms, config.end_ms, DAY_MS)]
        for turn, start_ms in enumerate(s for s in starts if config.start_ms <= s < config.end_ms - LIFT_MS):
            end_ms = start_ms + LIFT_MS
            extra = usual * flat(minutes, start_ms, end_ms, SEASONAL_FACTOR)
            garden.add(
                "seasonal",
                topic,
                garden.talk(topic, extra, "global", rng, minutes=minutes),
                span=Span(start_ms, (start_ms + end_ms) // 2, end_ms),
                expected="no_trend" if turn else "either",
                details={"users_per_day": users_per_day, "factor": SEASONAL_FACTOR, "day": turn},
            )


def loud(garden: Garden) -> None:
    """One account posts hundreds of different texts about one topic."""
    config, people = garden.config, garden.ground.people
    for number in range(config.plants.loud):
        rng = stream(config.seed, "loud", number)
        topic = garden.new_topic()
        garden.background(topic, LOUD_USERS_PER_DAY * config.plants.scale, "global", rng)
        quiet = people.creator[: people.regular] == CONSUMER
        account = rng.choice(np.flatnonzero(quiet & (people.lapse_ms == NEVER_MS)))
        posts = int(rng.integers(200, 501))
        start_ms = burst_start(garden.place, 7 * number + 4, rng)
        lasts_ms = min(int(rng.integers(60, 150)) * 60_000, garden.place.lasts_ms)
        user = np.full(posts, account)
        rows = make(
            posts,
            {
                **people_columns(garden.ground, user),
                "kind": CONTENT_KIND,
                "action": CONTENT["create"],
                "at_ms": start_ms + np.sort(rng.integers(0, lasts_ms, posts)),
                "author": user,
                "item": garden.ground.new_items(posts),
                "item_lang": people.lang[user],
                "t0": spelled(garden.ground, topic, posts, rng),
                "text_a": phrase(garden.ground, user, rng),
                "text_b": phrase(garden.ground, user, rng),
            },
        )
        end_ms = start_ms + lasts_ms
        garden.add(
            "loud",
            topic,
            rows,
            span=Span(start_ms, (start_ms + end_ms) // 2, end_ms),
            expected="no_trend",
            details={"account": f"u{account:010d}"},
        )
