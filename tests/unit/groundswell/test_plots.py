"""Pictures: what is drawn from labels, and that a file comes out."""

import math
from pathlib import Path

import pytest

from groundswell.plots import interests, loss
from groundswell.plots.figure import PlotError
from schemas.served_interests import PastRecord

pytest.importorskip("matplotlib")


def test_blocks_of_labels_are_counted_by_hand() -> None:
    """Two blocks of one hundred: right and sure, then no better than a coin."""
    blocks = loss.blocks_of([0.9] * 100 + [0.5] * 100, [1] * 100 + [1, 0] * 50)
    assert [one.end for one in blocks] == [100, 200]
    assert blocks[0].log_loss == pytest.approx(-math.log(0.9))
    assert blocks[1].log_loss == pytest.approx(math.log(2))
    assert blocks[1].so_far == pytest.approx((blocks[0].log_loss + blocks[1].log_loss) / 2)
    assert blocks[0].calibration == pytest.approx(0.9)
    assert blocks[1].plain > blocks[1].log_loss


def test_pictures_are_written_and_an_unknown_ending_is_told(tmp_path: Path) -> None:
    """As the ending says."""
    points = [
        PastRecord(as_of_ms=at, liked=1.0, labels=2.0, topics=("tea",), slow=(0.5,), fast=(0.25,))
        for at in (1_772_150_400_000, 1_772_154_000_000)
    ]
    interests.draw("ann", points, tmp_path / "ann.png")
    assert (tmp_path / "ann.png").read_bytes().startswith(b"\x89PNG")
    loss.draw(loss.blocks_of([0.5] * 200, [0, 1] * 100), "loss", tmp_path / "loss.svg")
    assert b"<svg" in (tmp_path / "loss.svg").read_bytes()
    with pytest.raises(PlotError, match="odd"):
        interests.draw("ann", points, tmp_path / "ann.odd")
