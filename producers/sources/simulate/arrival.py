"""How late a record arrives: a pure function of its number, so that a second copy has the same bytes."""

import numpy as np

from producers.sources.simulate.config import SimulationConfig
from producers.sources.simulate.rng import Bools, Ints, mix, unit


def _moved(at_ms: Ints, seq: Ints, config: SimulationConfig, salt: str, power: int) -> Ints:
    late = unit(mix(seq, config.seed, salt)) ** power
    moved: Ints = at_ms + np.rint(late * config.disorder_ms).astype(np.int64)
    return moved


def first_arrival(at_ms: Ints, seq: Ints, config: SimulationConfig) -> Ints:
    """Event time plus at most `disorder_ms`; most records come almost at once."""
    return _moved(at_ms, seq, config, "arrival", 3)


def copy_arrival(at_ms: Ints, seq: Ints, config: SimulationConfig) -> Ints:
    """The same for a second copy: anywhere within the disorder."""
    return _moved(at_ms, seq, config, "copy", 1)


def is_copied(seq: Ints, config: SimulationConfig) -> Bools:
    """Which records are sent twice."""
    return np.asarray(unit(mix(seq, config.seed, "duplicate")) < config.duplicates)
