"""Bursts of real crowds, which a detector must find: many people, many posts, at every hour of day."""

import numpy as np

from producers.sources.simulate.crowd import crowd, moments, rate_per_minute, who
from producers.sources.simulate.garden import Garden, Span
from producers.sources.simulate.regions import HOUR_MS
from producers.sources.simulate.rng import stream
from producers.sources.simulate.rows import replaced
from producers.sources.simulate.when import burst_start, flat, sudden

SIZES = ((1_500.0, 2.5), (150.0, 4.0))  # people a day and factor of a burst, large and small topics in turn
SURGE = (600.0, 10.0)
_RISE_MS, _HALF_LIFE_MS = 20 * 60_000, 40 * 60_000
_TWO_SPELLINGS = 0.25  # of the records name the topic in two spellings at once


def _scope(garden: Garden, number: int, users_per_day: float) -> str:
    """Half global, a quarter in one language, a quarter in one region that has enough people."""
    config, cells = garden.config, garden.ground.people.cells
    turn = number // 2
    if turn % 2 == 0:
        return "global"
    codes = config.langs if turn % 4 == 1 else config.regions
    owner = cells.lang if turn % 4 == 1 else cells.region
    kind = "lang" if turn % 4 == 1 else "region"
    fitting = [code for n, code in enumerate(codes) if cells.count[owner == n].sum() >= 1.2 * users_per_day]
    return f"{kind}:{fitting[turn // 4 % len(fitting)]}" if fitting else "global"


def organic(garden: Garden) -> None:
    """Bursts that switch on and off: three hours at 2.5 or 4 times the usual."""
    config = garden.config
    for number in range(config.plants.organic):
        rng = stream(config.seed, "organic", number)
        users_per_day, factor = SIZES[(number + number // 24) % 2]
        users_per_day *= config.plants.scale
        scope, topic = _scope(garden, number, users_per_day), garden.new_topic()
        garden.background(topic, users_per_day, scope, rng)
        start_ms = burst_start(garden.place, number, rng)
        end_ms = start_ms + garden.place.lasts_ms
        minutes, usual = rate_per_minute(garden.ground, users_per_day, garden.cells(scope))
        extra = usual * flat(minutes, start_ms, end_ms, factor)
        garden.add(
            "organic",
            topic,
            garden.talk(topic, extra, scope, rng, minutes=minutes),
            span=Span(start_ms, (start_ms + end_ms) // 2, end_ms),
            expected="trend",
            scope=scope,
            details={
                "users_per_day": users_per_day,
                "factor": factor,
                "hour_of_day": start_ms // HOUR_MS % 24,
                "usual_events": round(float(usual[extra > 0].sum()), 1),
            },
        )


def surges(garden: Garden) -> None:
    """Sudden large bursts that rise in minutes and fade over hours."""
    for number in range(garden.config.plants.surges):
        _surge(garden, "surge", number)


def duplicate_tags(garden: Garden) -> None:
    """Surges that people spell in three ways; the spellings are one trend, not three."""
    for number in range(garden.config.plants.duplicate_tags):
        _surge(garden, "duplicate_tags", number)


def _surge(garden: Garden, kind: str, number: int) -> None:
    config = garden.config
    rng = stream(config.seed, kind, number)
    users_per_day, factor = SURGE[0] * config.plants.scale, SURGE[1]
    topic, ground = garden.new_topic(), garden.ground
    cells = garden.cells("global")
    minutes, usual = rate_per_minute(ground, users_per_day, cells)
    start_ms = burst_start(garden.place, 3 * number + (2 if kind == "surge" else 1), rng)
    peak_ms = start_ms + _RISE_MS
    extra = usual * sudden(minutes, start_ms, peak_ms, _HALF_LIFE_MS, factor)
    end_ms = int(minutes[extra > 0].max(initial=start_ms)) + 60_000
    details: dict[str, object] = {"users_per_day": users_per_day, "factor": factor}
    if kind == "surge":
        garden.background(topic, users_per_day, "global", rng)
        rows = garden.talk(topic, extra, "global", rng, minutes=minutes)
    else:
        forms = np.array(ground.topics.spellings_of[topic])
        rows_of = []
        for expected in (usual, extra):
            at_ms = moments(ground, minutes, expected, rng)
            user = who(ground, at_ms, cells, rng)
            which = rng.integers(0, len(forms), len(at_ms))
            talk = crowd(ground, at_ms, user, forms[which], rng)
            other = forms[(np.searchsorted(forms, talk["t0"]) + 1) % len(forms)]
            both = rng.random(len(at_ms)) < _TWO_SPELLINGS
            rows_of.append(replaced(talk, {"t1": np.where(both, other, -1)}))
        garden.rows.append(rows_of[0])
        rows = rows_of[1]
    garden.add(kind, topic, rows, span=Span(start_ms, peak_ms, end_ms), expected="trend", details=details)
