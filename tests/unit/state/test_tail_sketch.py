"""Sketches of the wrong size are refused."""

import pytest

from state import tail_sketch
from state.codec import StateCorruptError


@pytest.mark.parametrize("change", [lambda raw: raw[:-1], lambda raw: raw + b"\0", lambda raw: raw[:3]])
def test_bytes_of_another_size_are_refused(change: object) -> None:
    """Cut, grown, empty."""
    raw = change(tail_sketch.CODEC.dumps(tail_sketch.empty()))  # type: ignore[operator]
    with pytest.raises(StateCorruptError, match="expected"):
        tail_sketch.CODEC.loads(raw)


def test_an_empty_sketch_knows_nobody() -> None:
    """No users, and silence is normal."""
    where = tail_sketch.cells(tail_sketch.np.arange(5, dtype="u8"))
    mean, var = tail_sketch.level(tail_sketch.empty(), where)
    assert not tail_sketch.recent_users(tail_sketch.empty(), where).any()
    assert mean.tolist() == pytest.approx([tail_sketch.X_OF_ZERO] * 5)
    assert var.tolist() == [1.0] * 5
