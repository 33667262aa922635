"""All dashboards, and the files that they are written to."""

from collections.abc import Callable
from functools import partial
from typing import Final

from groundswell.dashboards import jobs, kafka, models, overview, serving, trends
from groundswell.dashboards.panel import Board, dashboard

BOARDS: Final[tuple[Board, ...]] = (
    overview.BOARD,
    jobs.BOARD,
    trends.BOARD,
    models.BOARD,
    serving.BOARD,
    kafka.BOARD,
)
FOLDER: Final = "deploy/grafana/dashboards"


def files() -> dict[str, Callable[[], str]]:
    """Return path -> what makes its text."""
    return {f"{FOLDER}/{board.name}.json": partial(dashboard, board) for board in BOARDS}
