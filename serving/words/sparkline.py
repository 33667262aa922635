"""Counts and shares as block characters."""

from collections.abc import Sequence

_HEIGHTS = "▁▂▃▄▅▆▇█"
_WIDTHS = " ▏▎▍▌▋▊▉█"


def sparkline(counts: Sequence[float], width: int) -> str:
    """Return the newest counts as blocks, one each, scaled to the largest; blanks where nothing is known.

    Zero has the lowest block, and whatever is above zero a higher one, so that one event is seen.

        >>> sparkline([0, 1, 4, 100], 6)
        '  ▁▂▂█'
    """
    shown = list(counts[-width:]) if width > 0 else []
    top = max(shown, default=0.0)
    blocks = "".join(_block(count, top) for count in shown)
    return blocks.rjust(max(width, 0))


def bar(share: float, width: int) -> str:
    """Return a bar of a share in 0 to 1, exact to an eighth of a character; at least one eighth above 0.

    >>> bar(0.5, 3), bar(0.0, 3), bar(1.0, 3)
    ('█▌ ', '   ', '███')
    """
    share = min(max(share, 0.0), 1.0)
    eighths = max(round(share * width * 8), 1 if share > 0 else 0)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_WIDTHS[rest] if rest else "")).ljust(width)


def _block(count: float, top: float) -> str:
    if count <= 0 or top <= 0:
        return _HEIGHTS[0]
    last = len(_HEIGHTS) - 1
    return _HEIGHTS[max(round(count / top * last), 1)]
