"""A feed as a table."""

from rich.table import Table

from serving.feed import Made

_WORDS = {
    "in_network": "follows {}",
    "interest": "likes {}",
    "trending": "{} trends",
    "popular": "popular in {}",
    "new": "new creator in {}",
    "static": "fixed list",
}


def draw(made: Made, limit: int) -> Table:
    """Return the first places of a feed, with what was left out below them."""
    table = Table(box=None)
    for name, right in (("", True), ("item", False), ("by", False), ("score", True), ("why", False)):
        table.add_column(name, justify="right" if right else "left", no_wrap=name != "why")
    for at, place in enumerate(made.slate.places[:limit]):
        one = place.ranked.scored.candidate
        why = _WORDS[one.source].format(one.why)
        if place.explored:
            why += f"; lifted, a new creator ({place.propensity:.3f})"
        table.add_row(str(at), one.item, one.author, f"{place.ranked.worth:.3f}", why)
    found = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in made.trace.found.items())
    dropped = ", ".join(f"{count} {name}" for name, count in made.trace.dropped.items())
    table.caption = f"candidates: {found or 'none'}; left out: {dropped or 'none'}"
    table.caption_justify = "left"
    return table
