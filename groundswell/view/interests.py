"""Interests and scores as tables."""

from collections.abc import Sequence
from datetime import datetime, timezone

from rich.table import Table

from serving.interests import Interest, Interests
from serving.scorer import Score

_BAR_CHARS = 10
_SAME, _MORE, _LESS = 0.1, 1.2, 0.8


def draw(found: Interests) -> Table:
    """Return a person's interests as a table."""
    at = datetime.fromtimestamp(found.as_of_ms / 1000, tz=timezone.utc)
    table = Table(
        title=f"{found.user}: liked {found.liked:.1f} of {found.labels:.1f}; {at:%Y-%m-%d %H:%M:%S} UTC",
        title_justify="left",
        box=None,
    )
    for name, justify in (
        ("topic", "left"),
        ("weeks", "left"),
        ("", "right"),
        ("now", "left"),
        ("", "right"),
    ):
        table.add_column(name, justify="right" if justify == "right" else "left", no_wrap=True)
    table.add_column("why")
    for one in found.topics:
        table.add_row(
            one.topic, _bar(one.slow), f"{one.slow:.0%}", _bar(one.fast), f"{one.fast:.0%}", why(one)
        )
    return table


def why(one: Interest) -> str:
    """Return why a topic stands where it stands, in words."""
    said = [f"liked {one.liked:.1f} of {one.labels:.1f}"]
    if one.lift >= _MORE or one.lift <= _LESS:
        said.append(f"{one.lift:.1f} x the usual")
    if one.fast > one.slow + _SAME:
        said.append("more of late")
    elif one.fast < one.slow - _SAME:
        said.append("less of late")
    return ", ".join(said)


def draw_scores(found: Sequence[Score]) -> Table:
    """Return scores as a table."""
    table = Table(box=None)
    table.add_column("item")
    table.add_column("p", justify="right")
    table.add_column("what speaks for and against it")
    for one in found:
        reasons = ", ".join(f"{name.replace('_', ' ')} {add:+.2f}" for name, add in one.reasons)
        table.add_row(one.item, f"{one.p:.3f}", reasons if one.known else f"unknown item; {reasons}")
    return table


def _bar(share: float) -> str:
    return "█" * round(min(share, 1.0) * _BAR_CHARS)
