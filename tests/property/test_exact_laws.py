"""The portable logarithm and power agree with the library's to the stated error."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from state.exact import decay_rate, ln, power


@given(st.floats(1e-300, 1e300))
def test_ln_is_the_natural_logarithm(x: float) -> None:
    """Absolute error below 1e-10 times the size of the result."""
    assert abs(ln(np.array([x]))[0] - math.log(x)) < 1e-10 * max(1.0, abs(math.log(x)))


@given(st.floats(0.3, 1e6), st.floats(1.0, 2.0))
def test_ln_never_falls(x: float, factor: float) -> None:
    """The larger argument never has the smaller logarithm."""
    low, high = ln(np.array([x, x * factor]))
    assert low <= high


@given(st.floats(0.5, 1.0), st.integers(0, 100_000))
def test_power_multiplies_out(base: float, exponent: int) -> None:
    """Equal to the library's power to 1 part in 10^10, and zero where that underflows."""
    assert math.isclose(power(base, np.array([exponent]))[0], base**exponent, rel_tol=1e-10, abs_tol=1e-300)


@given(st.floats(0.01, 1e7))
def test_the_decay_rate_halves_in_its_half_life(half_life: float) -> None:
    """2^(-1/h), to the last digits."""
    assert math.isclose(decay_rate(half_life), 0.5 ** (1.0 / half_life), rel_tol=1e-12)
