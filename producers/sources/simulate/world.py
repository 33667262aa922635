"""A simulation put together: population, topics, plants and the talk between them, ready to be played."""

from dataclasses import dataclass

import numpy as np

from producers.errors import ConfigError
from producers.sources.simulate import plant_abuse, plant_bursts, plant_decoys, plant_people
from producers.sources.simulate.config import SimulationConfig
from producers.sources.simulate.crowd import Ground
from producers.sources.simulate.garden import Garden
from producers.sources.simulate.items import ItemPool, appeal, seed_posts
from producers.sources.simulate.people import People, build_people
from producers.sources.simulate.regions import HOUR_MS
from producers.sources.simulate.rng import stream
from producers.sources.simulate.rows import Rows, concat, numbered, size, take
from producers.sources.simulate.talk import Talk
from producers.sources.simulate.topics import Topics, build_topics
from producers.sources.simulate.truth import Plant
from producers.sources.simulate.when import window

MOST_PLANTED = 0.7  # of the events: the rest is everyday talk, without which nothing has a background


@dataclass(frozen=True, slots=True)
class World:
    """Everything that is fixed before the first event is played."""

    config: SimulationConfig
    people: People
    topics: Topics
    plants: tuple[Plant, ...]
    planted: Rows  # sorted by event time, numbered from 0
    talk: Talk


def build_world(config: SimulationConfig) -> World:
    """Draw everything. Takes about a second for 20,000 users.

    Raises:
        ConfigError: The plants alone need more events than the configuration has.
    """
    plants = config.plants
    sizes = plant_abuse.campaigns(config)
    on_bursts = plants.organic + plants.surges + plants.duplicate_tags
    on_decoys = plants.steady + plants.seasonal + plants.loud + plants.coordinated
    people = build_people(config, fresh=sum(sizes.coordinated), mature=sum(sizes.bans))
    topics = build_topics(config, people, on_bursts + on_decoys + plants.bans)
    ground = Ground(people, topics, config.start_ms, config.end_ms, next_item=config.topics)
    garden = Garden(config, ground, window(config.start_ms, config.end_ms), next_topic=config.topics)
    plant_bursts.organic(garden)
    plant_bursts.surges(garden)
    plant_bursts.duplicate_tags(garden)
    plant_decoys.steady(garden)
    plant_decoys.seasonal(garden)
    plant_decoys.loud(garden)
    plant_abuse.coordinated(garden, sizes)
    plant_abuse.bans(garden, sizes)
    plant_people.people(garden)
    planted = concat(garden.rows)
    if size(planted) > MOST_PLANTED * config.events:
        need = -(-size(planted) * 10 // int(MOST_PLANTED * 10))
        raise ConfigError(
            f"the plants alone need {size(planted):,} of {config.events:,} events; ask for at least "
            f"{need:,} events, make them smaller (--plant-scale), or leave them out (--no-plants)"
        )
    planted = numbered(take(planted, np.argsort(planted["at_ms"], kind="stable")), 0)
    return World(
        config, people, topics, tuple(garden.plants), planted, _talk(config, ground, next_seq=size(planted))
    )


def _talk(config: SimulationConfig, ground: Ground, *, next_seq: int) -> Talk:
    zero_ms = config.start_ms - HOUR_MS
    rng = stream(config.seed, "seed-posts")
    pool = ItemPool(config.topics, zero_ms)
    posts = seed_posts(config.topics, ground.people, zero_ms, rng)
    pool.add(posts, np.arange(config.topics), appeal(ground.people, posts["author"].astype(np.int64), rng))
    return Talk(ground.people, ground.topics, pool, config.end_ms, next_seq, ground.next_item)
