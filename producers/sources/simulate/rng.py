"""Randomness that depends on the seed only: not on batch sizes, not on the order of calls elsewhere."""

import zlib

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]

_GAMMA = 0x9E3779B97F4A7C15
_MASK = 2**64 - 1


def stream(seed: int, name: str, number: int = 0) -> np.random.Generator:
    """Open the generator of one named part of the simulation, for example one slot of time."""
    return np.random.default_rng([seed, zlib.crc32(name.encode()), number])


def mix(values: Ints, seed: int, salt: str) -> Words:
    """Hash whole numbers to 64 random-looking bits each, a pure function of (value, seed, salt).

    Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014), SplitMix64.
    """
    start = (seed * _GAMMA + (zlib.crc32(salt.encode()) << 32)) & _MASK
    x: Words = values.astype(np.uint64) * np.uint64(_GAMMA) + np.uint64(start)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def unit(words: Words) -> Floats:
    """Map 64-bit words to floats in [0, 1)."""
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53
