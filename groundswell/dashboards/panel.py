"""Panels and dashboards, and the JSON that Grafana reads (schema version 39, Grafana 11 and 12)."""

import json
from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple

DATASOURCE: Final = {"type": "prometheus", "uid": "groundswell"}
RATE: Final = "$__rate_interval"
_WIDTH, _HEIGHT = 24, 8
Unit = Literal["short", "s", "ms", "bytes", "Bps", "ops", "percentunit", "bool", "dateTimeFromNow"]
Look = Literal["timeseries", "stat"]


class Query(NamedTuple):
    """One query.

    Attributes:
        expr: PromQL.
        legend: Name of its series; labels in double braces.
    """

    expr: str
    legend: str


class Panel(NamedTuple):
    """One panel.

    Attributes:
        title: What it shows.
        about: How to read it, and what is normal.
        queries: At least one.
        unit: Of the values.
        look: A curve, or the newest value.
        red_from: Values from here on are red; None = no colour means anything.
        width: Of 24 columns.
        quiet: May return nothing while all is well, such as refusals that nobody made.
    """

    title: str
    about: str
    queries: tuple[Query, ...]
    unit: Unit = "short"
    look: Look = "timeseries"
    red_from: float | None = None
    width: int = 12
    quiet: bool = False


class Board(NamedTuple):
    """One dashboard.

    Attributes:
        name: Of its file and in its address.
        title: For people.
        panels: From left to right, then down.
    """

    name: str
    title: str
    panels: tuple[Panel, ...]


def quantile(q: float, histogram: str, *by: str) -> str:
    """Return the query of a quantile of a histogram.

    >>> quantile(0.9, "a_seconds_bucket", "path")
    'histogram_quantile(0.9, sum by (path, le) (rate(a_seconds_bucket[$__rate_interval])))'
    """
    labels = ", ".join((*by, "le"))
    return f"histogram_quantile({q:g}, sum by ({labels}) (rate({histogram}[{RATE}])))"


def rate(counter: str, *by: str) -> str:
    """Return the query of a counter's rate a second, added up.

    >>> rate("a_total", "path")
    'sum by (path) (rate(a_total[$__rate_interval]))'
    """
    return f"sum by ({', '.join(by)}) (rate({counter}[{RATE}]))" if by else f"sum(rate({counter}[{RATE}]))"


def dashboard(board: Board) -> str:
    """Return the JSON of a dashboard."""
    document = {
        "uid": f"groundswell-{board.name}",
        "title": f"Groundswell: {board.title}",
        "tags": ["groundswell"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "utc",
        "links": [
            {"type": "dashboards", "tags": ["groundswell"], "title": "Groundswell", "asDropdown": True}
        ],
        "panels": list(_placed(board.panels)),
    }
    return json.dumps(document, indent=1) + "\n"


def _placed(panels: Sequence[Panel]) -> Iterator[dict[str, object]]:
    x = y = 0
    for number, panel in enumerate(panels, 1):
        if x + panel.width > _WIDTH:
            x, y = 0, y + _HEIGHT
        yield _panel(panel, number, {"x": x, "y": y, "w": panel.width, "h": _HEIGHT})
        x += panel.width


def _panel(panel: Panel, number: int, place: dict[str, int]) -> dict[str, object]:
    steps: list[dict[str, object]] = [{"color": "green", "value": None}]
    if panel.red_from is not None:
        steps.append({"color": "red", "value": panel.red_from})
    defaults: dict[str, object] = {
        "unit": panel.unit,
        "color": {"mode": "palette-classic" if panel.look == "timeseries" else "thresholds"},
        "thresholds": {"mode": "absolute", "steps": steps},
    }
    if panel.look == "timeseries" and panel.red_from is not None:
        defaults["custom"] = {"thresholdsStyle": {"mode": "line"}}
    return {
        "id": number,
        "type": panel.look,
        "title": panel.title,
        "description": panel.about,
        "datasource": DATASOURCE,
        "gridPos": place,
        "targets": [
            {
                "refId": chr(ord("A") + at),
                "expr": one.expr,
                "legendFormat": one.legend,
                "datasource": DATASOURCE,
            }
            for at, one in enumerate(panel.queries)
        ],
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": _OPTIONS[panel.look],
    }


_OPTIONS: Final = {
    "timeseries": {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "stat": {
        "reduceOptions": {"calcs": ["lastNotNull"]},
        "textMode": "value_and_name",
        "colorMode": "background",
    },
}
