"""A person's interests over time as a picture."""

from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from groundswell.plots.figure import COLOURS, DASHES, new_figure, save
from schemas.served_interests import PastRecord
from serving.past import leading

_LINES = len(COLOURS)
_NAMES = (("slow", "memory of weeks"), ("fast", "memory of hours"))


def draw(user: str, points: Sequence[PastRecord], out: Path) -> None:
    """Write shares of the strongest topics, in the slow and in the fast memory, over event time.

    Args:
        user: Who.
        points: Of ``serving.past.points_of``, oldest first.
        out: File to write; its ending says the format.

    Raises:
        PlotError: There is no matplotlib, or the file cannot be written.
    """
    figure, axes = new_figure(2)
    topics = leading(points, _LINES)
    times = [datetime.fromtimestamp(point.as_of_ms / 1000, tz=timezone.utc) for point in points]
    for axis, (memory, words) in zip(axes, _NAMES, strict=True):
        for at, topic in enumerate(topics):
            known = [
                (when, dict(zip(point.topics, getattr(point, memory), strict=True))[topic])
                for when, point in zip(times, points, strict=True)
                if topic in point.topics
            ]
            axis.plot(
                [when for when, _ in known],
                [share for _, share in known],
                label=topic,
                color=COLOURS[at],
                linestyle=DASHES[at],
                marker=".",
            )
        axis.set_ylim(0, None)
        axis.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
        axis.set_ylabel(f"share of liking\n{words}")
    axes[0].legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    axes[-1].tick_params(axis="x", rotation=30)
    axes[-1].set_xlabel("event time, UTC; one point for each hour with a label")
    figure.suptitle(f"What {user} likes", x=0.01, ha="left")
    save(figure, out)
