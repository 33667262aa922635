"""Arithmetic that gives the same bits on every machine.

``numpy.log`` and ``numpy.power`` differ in the last bit between processors, because each picks its own
vector routine. A replay on another machine must give the same state, so this module uses only operations
that IEEE 754 rounds exactly: + - * /, square root, and splitting off the exponent.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LN2 = 0.6931471805599453
SQRT_HALF = 0.7071067811865476
# Coefficients of atanh: ln(m) = 2 t (1 + t^2/3 + t^4/5 + ...), t = (m - 1) / (m + 1), |t| < 0.172.
# Six terms leave an error below 2e-11, far under the float32 rounding of what is stored.
_ATANH = (1.0 / 11.0, 1.0 / 9.0, 1.0 / 7.0, 1.0 / 5.0, 1.0 / 3.0, 1.0)

_DIGIT_BITS = 8
_DIGIT = 1 << _DIGIT_BITS
MAX_POWER = (1 << (3 * _DIGIT_BITS)) - 1


def ln(x: Floats) -> Floats:
    """Natural logarithm of positive finite numbers, absolute error < 1e-10 x max(1, |ln x|). O(n)."""
    mantissa, exponent = np.frexp(x)
    low = mantissa < SQRT_HALF
    mantissa = np.where(low, mantissa * 2.0, mantissa)
    exponent = exponent - low
    t = (mantissa - 1.0) / (mantissa + 1.0)
    square = t * t
    series = np.full_like(t, _ATANH[0])
    for coefficient in _ATANH[1:]:
        series = series * square + coefficient
    return exponent * LN2 + 2.0 * t * series


@lru_cache(maxsize=64)
def _power_tables(base: float) -> tuple[Floats, Floats, Floats]:
    """Powers base^d, base^(256 d), base^(65536 d) for each digit d, by repeated multiplication."""
    tables = []
    for _ in range(3):
        row = np.ones(_DIGIT)
        for digit in range(1, _DIGIT):
            row[digit] = row[digit - 1] * base
        base = float(row[-1] * base)
        row.setflags(write=False)
        tables.append(row)
    return tables[0], tables[1], tables[2]


def power(base: float, exponent: Ints) -> Floats:
    """Return base^exponent for 0 < base <= 1 and whole exponents >= 0. O(n), three table reads each.

    Exponents above 2^24 - 1 (159 years of five-minute panes) are taken as that.
    """
    units, middles, highs = _power_tables(base)
    k = np.minimum(exponent, MAX_POWER)
    result: Floats = units[k & (_DIGIT - 1)] * middles[(k >> _DIGIT_BITS) & (_DIGIT - 1)]
    result *= highs[k >> (2 * _DIGIT_BITS)]
    return result


@lru_cache(maxsize=256)
def decay_rate(half_life: float) -> float:
    """Return 2^(-1/half_life), the factor per step that halves in ``half_life`` steps (> 0).

    Newton's method on r^half_life would need powers; 2^(-x) as a Taylor series of exp(-x ln 2) is exact
    enough and has the same bits everywhere.
    """
    x = LN2 / half_life
    halvings = 0
    while x > LN2:
        x *= 0.5
        halvings += 1
    term = total = 1.0
    for i in range(1, 20):
        term *= -x / i
        total += term
    for _ in range(halvings):
        total *= total
    return total
