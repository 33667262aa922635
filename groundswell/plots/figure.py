"""A picture in a file: without pyplot, so that nothing global is set and no window system is looked for."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIZE_IN = (9.0, 5.0)
COLOURS = ("#0b6b66", "#a8320c", "#1d4ed8", "#7a5c00", "#6b2fa0", "#3f4f55")
DASHES = ("-", "--", ":", "-.", (0, (8, 2)), (0, (1, 3)))


class PlotError(OSError):
    """A picture cannot be made."""


def new_figure(rows: int = 1) -> "tuple[Figure, list[Any]]":
    """Return a figure and its axes, one under the other.

    Raises:
        PlotError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - a picture is rarely asked for
    except ModuleNotFoundError as error:
        raise PlotError(
            "a picture needs matplotlib, which is not installed: pip install matplotlib"
        ) from error
    figure = Figure(figsize=(SIZE_IN[0], SIZE_IN[1] if rows == 1 else 3.2 * rows), layout="constrained")
    axes = figure.subplots(rows, 1, sharex=True, squeeze=False)[:, 0].tolist()
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(visible=True, color="#dcdfdc", linewidth=0.7)
    return figure, axes


def save(figure: "Figure", out: Path) -> None:
    """Write a figure; the ending of the name says the format.

    Raises:
        PlotError: The ending is none that matplotlib writes, or the file cannot be written.
    """
    try:
        figure.savefig(out, dpi=130)
    except ValueError as error:
        raise PlotError(f"{out}: {error}") from error
